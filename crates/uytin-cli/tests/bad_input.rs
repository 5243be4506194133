//! Bad input of the tools around the score: one clear message with its place, exit code 2, nothing written, no number that is
//! none.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const DAY: &str = "--as-of 2026-11-21";

/// A folder with the example data and some files that are wrong.
struct Folder(TempDir);

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Folder {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data");
        for name in ["creators.jsonl", "brief.json", "policy-draft.json", "claims-policy.json"] {
            fs::copy(data.join(name), folder.path().join(name)).unwrap();
        }
        let line = fs::read_to_string(data.join("creators.jsonl")).unwrap().lines().next().unwrap().to_owned();
        let head = "type,id,subject,source,source_class,criterion,date,passed,failed\n";
        let constant: String =
            (0..60).map(|n| format!("observation,c-{n},s-{},a,auditor,respect,2026-{:02}-01,5,0\n", n % 30, 1 + n / 30 * 6)).collect();
        let files = [
            ("empty.jsonl", String::new()),
            ("empty.json", String::new()),
            ("empty.csv", String::new()),
            ("no-records.csv", head.to_owned()),
            ("constant.csv", format!("{head}{constant}")),
            ("one.jsonl", format!("{line}\n")),
            ("not.jsonl", "not json\n".to_owned()),
            ("other.json", r#"{"a": 1}"#.to_owned()),
            ("noise.parquet", "no parquet".to_owned()),
            ("head.csv", "subject,group\n".to_owned()),
            ("subject.csv", "subject\ncreator-food-05\n".to_owned()),
            ("groups.csv", "subject,group\ncreator-food-05,a\ncreator-books-07,b\n".to_owned()),
            ("twice.csv", "subject,group\ncreator-food-05,a\ncreator-food-05,b\n".to_owned()),
            ("strangers.csv", "subject,group\nx,a\ny,b\n".to_owned()),
            ("outcomes.csv", "subject,group,outcome\ncreator-food-05,a,maybe\n".to_owned()),
            (
                "brief-wrong.json",
                r#"{"tier_at_least": "gold", "criteria": [{"criterion": "charm", "lower_at_least": 101}],
                "no_findings": [{"within_days": 0, "severity_at_least": "grave"}], "limit": 0, "coverage_at_least": 2, "order": "fame"}"#
                    .to_owned(),
            ),
        ];
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self(folder)
    }

    fn run(&self, call: &str) -> Ran {
        let ran = Command::new(env!("CARGO_BIN_EXE_uytin")).args(call.split_whitespace()).current_dir(self.0.path()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Ran { code: ran.status.code(), out: text(ran.stdout), err: text(ran.stderr) };
        assert!(!ran.err.contains("panicked") && !ran.err.contains("RUST_BACKTRACE"), "{call}: {}", ran.err);
        ran
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }
}

#[test]
fn what_is_wrong_is_refused_with_its_place() {
    let folder = Folder::new();
    let before = folder.names();
    let no_file = "no such file or directory, expected";
    let nothing = "empty.jsonl:1: $: found nothing, expected JSON Lines, one record a line";
    let no_record = "--subject: found `nobody`, of whom there is no record, expected one of 8 subjects";
    let no_date = "expected a date of the calendar as `YYYY-MM-DD`, from 0001-01-01 to 9999-12-31";
    for (call, says) in [
        ("path empty.jsonl", nothing),
        ("path missing.jsonl", no_file),
        ("path not.jsonl", "not.jsonl:1: $: found"),
        ("path creators.jsonl", "--subject: found records of 8 subjects, expected the id of one of them"),
        ("path creators.jsonl --subject nobody", no_record),
        (
            "path creators.jsonl --subject creator-food-05 --classes presss,court",
            "--classes: $.classes[0]: found `presss`, expected one of",
        ),
        ("path creators.jsonl --subject creator-food-05 --policy other.json", "other.json: $.pillars: found no such field"),
        ("path creators.jsonl --subject creator-food-05 --as-of 2026-02-30", no_date),
        ("path noise.parquet --subject x", "noise.parquet: found a table, expected JSON Lines"),
        ("contest creators.jsonl --subject creator-food-05", "--without <SOURCE/ID>"),
        ("contest creators.jsonl --subject creator-food-05 --without nobody/1", "--without: $.without[0]: found `nobody/1`, of which"),
        ("contest creators.jsonl --subject nobody --without nobody/1", no_record),
        ("statement empty.jsonl", nothing),
        ("statement creators.jsonl --subject nobody", no_record),
        ("statement creators.jsonl --subject creator-food-05 --contest-by 2026-13-01", no_date),
        (
            "statement creators.jsonl --subject creator-food-05 --contest-by 2020-01-01",
            "--contest-by: found `2020-01-01`, expected a day not before the assessment's, 2026-11-21",
        ),
        ("statement creators.jsonl --subject creator-food-05 -o nowhere/x.html", "nowhere: found no such folder"),
        ("shortlist creators.jsonl --brief empty.json", "empty.json: $: found nothing, expected JSON"),
        ("shortlist creators.jsonl --brief missing.json", no_file),
        ("shortlist creators.jsonl --brief other.json", "other.json: $.a: found `a`, expected one of `title`"),
        ("shortlist creators.jsonl --brief brief-wrong.json", "$.criteria[0].criterion: found `charm`, expected one of"),
        ("shortlist creators.jsonl --brief brief-wrong.json", "$.no_findings[0].severity_at_least: found `grave`, expected one of"),
        ("shortlist creators.jsonl --brief brief-wrong.json", "$.tier_at_least: found `gold`, expected one of the tiers"),
        ("shortlist empty.jsonl --brief brief.json", nothing),
        ("shortlist noise.parquet --brief brief.json", "noise.parquet: found"),
        ("shortlist groups.csv --brief brief.json", "groups.csv: $.group: found `group`, expected a column of records"),
        ("shortlist creators.jsonl --brief brief.json --left-out nowhere/x.jsonl -o list.json", "nowhere: found no such folder"),
        ("impact empty.jsonl --to policy-draft.json", nothing),
        ("impact creators.jsonl --from empty.json --to other.json", "empty.json: $: found nothing, expected JSON"),
        ("impact creators.jsonl --from empty.json --to other.json", "other.json: $.pillars: found no such field"),
        ("impact creators.jsonl --to policy-draft.json --groups empty.csv", "empty.csv: found no columns, expected the columns `subject`"),
        ("impact creators.jsonl --to policy-draft.json --groups subject.csv", "subject.csv: found the column `subject` alone, expected"),
        (
            "impact creators.jsonl --to policy-draft.json --groups groups.csv --group-column nope",
            "groups.csv: $.nope: found no such column",
        ),
        ("impact creators.jsonl --to policy-draft.json --group-column nope", "creators.jsonl: found JSON Lines, expected tables"),
        ("impact creators.jsonl --to policy-draft.json --groups creators.jsonl", "creators.jsonl: found no such format, expected a table"),
        ("policy diff other.json empty.json", "other.json: $.pillars: found no such field"),
        ("policy diff other.json empty.json", "empty.json: $: found nothing, expected JSON"),
        ("policy diff policy-draft.json missing.json", no_file),
        ("policy lint creators.jsonl", "creators.jsonl: $: found"),
        ("policy lint empty.json", "empty.json: $: found nothing, expected JSON"),
        ("calibrate empty.jsonl", nothing),
        ("calibrate groups.csv", "groups.csv: $.group: found `group`"),
        ("calibrate creators.jsonl --train-to 2026-06-31", no_date),
        (
            "calibrate creators.jsonl --train-to 2026-10-01 --test-from 2026-09-01",
            "--test-from: found `2026-09-01`, expected a day after 2026-10-01",
        ),
        ("calibrate creators.jsonl --replicates 99999999999", "found `99999999999`, expected a whole number from 0 to 10000"),
        ("calibrate creators.jsonl --replicates many", "found `many`, expected a whole number from 0 to 10000"),
        ("calibrate creators.jsonl --sample-rows 0", "found `0`, expected a whole number from 1 to 4294967295"),
        ("calibrate creators.jsonl --seed abc", "--seed <S>"),
        ("calibrate creators.jsonl --replicates 20 -o fitted.json --report nowhere/r.html", "nowhere: found no such folder"),
        ("fairness creators.jsonl --groups missing.csv", no_file),
        ("fairness creators.jsonl --groups empty.csv", "empty.csv: $.subject: found no such column"),
        ("fairness creators.jsonl --groups subject.csv", "subject.csv: $.group: found no such column"),
        ("fairness creators.jsonl --groups groups.csv --group-column nope", "groups.csv: $.nope: found no such column"),
        ("fairness creators.jsonl --groups groups.csv --outcome-column nope", "groups.csv: $.nope: found no such column"),
        ("fairness creators.jsonl --groups outcomes.csv", "outcomes.csv: row 0: $.outcome: found `maybe`, expected `1`"),
        (
            "fairness creators.jsonl --groups twice.csv",
            "twice.csv: row 1: $.subject: found `creator-food-05` again, expected each subject once",
        ),
        ("fairness creators.jsonl --groups groups.csv --least 0", "found `0`, expected a whole number from 1 to"),
        ("fairness creators.jsonl --groups groups.csv --replicates 10001", "found `10001`, expected a whole number from 0 to 10000"),
        ("fairness groups.csv --groups groups.csv", "groups.csv: $.group: found `group`"),
        ("coverage --criterion charm", "--criterion: found `charm`, expected one of the criteria `ad-disclosure`"),
        ("coverage --policy claims-policy.json --criterion respect", "expected one of the criteria `claim-accuracy`"),
        ("coverage --replicates 0", "found `0`, expected a whole number from 1 to 1000000"),
        ("coverage --policy empty.json", "empty.json: $: found nothing, expected JSON"),
        ("attack --random 99999", "99999 is not in 0..=65535"),
        ("attack empty.jsonl", nothing),
        ("attack creators.jsonl", "--subject: found records of 8 subjects, expected the id of one of them"),
        ("attack creators.jsonl --subject nobody", no_record),
    ] {
        let dated = call.contains("--as-of") || call.starts_with("policy") || call.starts_with("coverage");
        let ran = folder.run(&if dated { call.to_owned() } else { format!("{call} {DAY}") });
        assert!(ran.code == Some(2) && ran.out.is_empty(), "{call}: {:?} {}", ran.code, ran.out);
        assert!(ran.err.contains(says), "{call} does not say\n{says}\nbut\n{}", ran.err);
        assert!(ran.err.starts_with("error: "), "{call}: {}", ran.err);
    }
    assert_eq!(folder.names(), before, "nothing is written");
}

/// Populations that tell little: a word on why, and no number that is none.
#[test]
fn small_populations_are_said_to_be_small() {
    let folder = Folder::new();
    for (call, says) in [
        ("path creators.jsonl --subject creator-food-05 --previous-tier gold", "The policy does not know the previous tier"),
        ("shortlist no-records.csv --brief brief.json --format table", "0 of 0 subjects meet the brief"),
        ("shortlist one.jsonl --brief brief.json --format table", "of 1 subjects meet the brief"),
        ("impact no-records.csv --to policy-draft.json", "The population is empty: there is nothing to compare."),
        ("impact one.jsonl --to policy-draft.json", "The population is one subject"),
        ("impact creators.jsonl --to policy-draft.json --groups head.csv", "No subject belongs to one of the groups"),
        ("impact creators.jsonl --to policy-draft.json --groups strangers.csv", "No subject belongs to one of the groups"),
        ("impact creators.jsonl --to policy-draft.json --groups groups.csv", "one subject: nothing can be said of it as a group"),
        ("calibrate no-records.csv", "no checks: the policy's own value stays"),
        ("calibrate one.jsonl", "one subject only: the policy's own value stays"),
        ("calibrate constant.csv --train-to 2026-12-01", "all checks had the same outcome: the policy's own value stays"),
        ("calibrate constant.csv --train-to 2026-03-01", "All later checks had the same outcome"),
        ("calibrate creators.jsonl --replicates 0", "too few subjects or records to fit"),
        ("fairness no-records.csv --groups groups.csv", "There are no subjects with a group: nothing can be compared."),
        ("fairness creators.jsonl --groups head.csv", "There are no subjects with a group: nothing can be compared."),
        ("fairness creators.jsonl --groups groups.csv", "A group of one: no figures, since they would be that subject's."),
        ("fairness creators.jsonl --groups groups.csv --least 1 --replicates 0", "A group of one: no figures"),
        ("fairness one.jsonl --groups groups.csv --lang vi", "Không có chủ thể nào thuộc một nhóm"),
        ("attack creators.jsonl --subject creator-newcomer-06 --random 0", "Every bound held in every trial."),
        ("attack --random 0 --as-of 0001-01-01", "Every bound held in every trial."),
    ] {
        let call = if call.contains("--as-of") { call.to_owned() } else { format!("{call} {DAY}") };
        let ran = folder.run(&call);
        assert_eq!(ran.code, Some(0), "{call}: {}", ran.err);
        let text = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(says), "{call} does not say\n{says}\nbut\n{}", ran.out);
        assert!(
            !ran.out.contains("NaN") && !ran.out.split_whitespace().any(|word| word.trim_matches(['-', '−', '+']) == "inf"),
            "{}",
            ran.out
        );
        if !call.starts_with("path") && !call.contains("--format") {
            let json = folder.run(&format!("{call} --format json")).out;
            assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok() && !json.contains("NaN"), "{call}: {json}");
        }
    }
}

/// Of a subject that is not rated no report has points beside that word.
#[test]
fn what_is_not_rated_has_no_points() {
    let folder = Folder::new();
    let of = "creators.jsonl --subject creator-newcomer-06 --as-of 2026-11-21";
    let json: serde_json::Value = serde_json::from_str(&folder.run(&format!("explain {of} --format json")).out).unwrap();
    let reason = json["reasons"].as_array().unwrap().iter().find(|reason| reason["code"] == "little-evidence").unwrap();
    let points = format!("+{:.1}", reason["points"].as_f64().unwrap());
    for call in [format!("explain {of}"), format!("statement {of}"), format!("contest {of} --without nen-tang-a/identity-2026-11-05")] {
        for line in folder.run(&call).out.lines().filter(|line| line.contains("Not rated: the evidence covers")) {
            assert!(!line.contains(&points), "{call}: {line}");
        }
    }
    // In the page of all assessments a script writes the reasons.
    let page = folder.run("assess creators.jsonl --as-of 2026-11-21 --format html").out;
    assert!(page.contains("r.code === 'little-evidence' ? '' : fmt.sg(r.points)"), "the page writes points of any reason");
}
