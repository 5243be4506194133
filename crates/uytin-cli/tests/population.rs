//! Shortlists and impacts through the real binary.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data").join(name)
}

fn uytin(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uytin"));
    command.args(words).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

fn ran(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(!err(&output).contains("panicked"), "{}", err(&output));
    output
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn good(command: &mut Command) -> Vec<u8> {
    let output = ran(command);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    output.stdout
}

fn bad(command: &mut Command) -> Vec<String> {
    let output = ran(command);
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    assert!(output.stdout.is_empty());
    err(&output).lines().map(str::to_owned).collect()
}

fn simulate(path: &Path, more: &[&str]) {
    let words = ["simulate", "--subjects", "300", "--records", "6000", "--seed", "7", "--as-of", "2026-11-21", "-q", "-o"];
    good(uytin(&words).arg(path).args(more));
}

const DAY: [&str; 3] = ["--as-of", "2026-11-21", "-q"];

#[test]
fn a_shortlist_is_the_same_from_every_file() {
    let folder = TempDir::new().unwrap();
    let brief = folder.path().join("brief.json");
    fs::write(&brief, r#"{"lower_at_least": 40, "coverage_at_least": 0.1, "no_findings": [{"within_days": 365}], "limit": 40}"#).unwrap();
    let mut seen = Vec::new();
    // The same records, as far as a table without ids has them.
    for (name, more) in [("a.parquet", &["--ids"][..]), ("b.arrow", &["--ids", "--order", "shuffled"]), ("c.jsonl", &[])] {
        let (file, out) = (folder.path().join(name), folder.path().join("left-out.jsonl"));
        simulate(&file, more);
        let list = |more: &[&str]| {
            let mut command = uytin(&["shortlist", "--format", "json", "--brief"]);
            good(command.arg(&brief).arg(&file).args(DAY).args(more).arg("--left-out").arg(&out))
        };
        seen.push((list(&[]), fs::read_to_string(&out).unwrap()));
        if name == "a.parquet" {
            seen.push((list(&["--sorted", "--threads", "2"]), fs::read_to_string(&out).unwrap()));
        }
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
    let document: Value = serde_json::from_slice(&seen[0].0).unwrap();
    assert_eq!(document["shortlist"].as_array().unwrap().len(), 40);
    assert_eq!(document["subjects"], 300);
    assert_eq!(seen[0].1.lines().count() as u64, 300 - document["candidates"].as_u64().unwrap());
}

#[test]
fn a_bad_brief_is_reported_whole_and_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    let (brief, out, left) = (folder.path().join("brief.json"), folder.path().join("list.csv"), folder.path().join("left.jsonl"));
    fs::write(&brief, r#"{"tier_at_least": "gold", "followers": 5, "limit": 0}"#).unwrap();
    let mut command = uytin(&["shortlist", "--brief"]);
    let faults = bad(command.arg(&brief).arg(data("creators.jsonl")).arg("-o").arg(&out).arg("--left-out").arg(&left));
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults.iter().any(|fault| {
        fault.ends_with("$.followers: found `followers`, expected no such field: a brief never sees the size of an audience")
    }));
    let records = folder.path().join("records.jsonl");
    fs::write(&brief, "{}").unwrap();
    fs::write(&records, "{\"type\": 1}\n").unwrap();
    bad(uytin(&["shortlist", "--brief"]).arg(&brief).arg(&records).arg("-o").arg(&out).arg("--left-out").arg(&left));
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["brief.json", "records.jsonl"]);
}

#[test]
fn an_impact_is_the_same_from_every_file_and_its_rows_sum_to_it() {
    let folder = TempDir::new().unwrap();
    let groups = folder.path().join("groups.csv");
    let mut text = String::from("subject,region\n");
    let mut seen = Vec::new();
    let changes = folder.path().join("changes.jsonl");
    for (name, more) in [("a.parquet", &["--ids"][..]), ("b.arrow", &["--ids", "--order", "shuffled"]), ("c.jsonl", &[])] {
        let file = folder.path().join(name);
        simulate(&file, more);
        if seen.is_empty() {
            let scores = good(uytin(&["assess", "--format", "csv"]).arg(&file).args(DAY));
            for (n, line) in String::from_utf8(scores).unwrap().lines().skip(1).enumerate() {
                text += &format!("{},r{}\n", line.split(',').next().unwrap(), n % 4);
            }
            fs::write(&groups, &text).unwrap();
        }
        let impact = |more: &[&str]| {
            let mut command = uytin(&["impact", "--format", "json", "--to"]);
            let command = command.arg(data("policy-draft.json")).arg(&file).args(DAY).args(more);
            good(command.arg("--groups").arg(&groups).arg("--changes").arg(&changes))
        };
        seen.push((impact(&[]), fs::read_to_string(&changes).unwrap()));
        if name == "a.parquet" {
            seen.push((impact(&["--sorted"]), fs::read_to_string(&changes).unwrap()));
        }
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
    let document: Value = serde_json::from_slice(&seen[0].0).unwrap();
    assert_eq!(document["subjects"], 300);
    assert_eq!(document["groups"]["groups"].as_array().unwrap().len(), 4);
    let tenths = |value: &Value| (value.as_f64().unwrap() * 10.0).round() as i64;
    let whole = tenths(&document["scores"]["total"]);
    assert_eq!(document["attribution"].as_array().unwrap().iter().map(|step| tenths(&step["total"])).sum::<i64>(), whole);
    let mut sum = 0;
    for line in seen[0].1.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let parts: i64 = row["parts"].as_array().unwrap().iter().map(|part| tenths(&part["points"])).sum();
        if !row["change"].is_null() {
            assert_eq!(parts, tenths(&row["change"]));
        }
        sum += parts;
    }
    assert_eq!(sum, whole);
}

#[test]
fn groups_come_from_a_column_of_the_records_too() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("records.csv");
    let mut text = String::from("subject,source,source_class,criterion,date,passed,failed,region\n");
    for n in 0..40 {
        text += &format!("s{n},vtv,press,ad-disclosure,2026-11-01,{},2,{}\n", n, if n % 2 == 0 { "north" } else { "south" });
    }
    fs::write(&file, &text).unwrap();
    let mut command = uytin(&["impact", "--format", "json", "--group-column", "region", "--to"]);
    let document: Value = serde_json::from_slice(&good(command.arg(data("policy-draft.json")).arg(&file).args(DAY))).unwrap();
    let groups = document["groups"]["groups"].as_array().unwrap();
    assert_eq!((document["groups"]["column"].as_str(), groups.len(), groups[0]["subjects"].as_u64()), (Some("region"), 2, Some(20)));
    fs::write(&file, text + "s1,vtv,press,ad-disclosure,2026-11-02,1,1,north\n").unwrap();
    let faults = bad(uytin(&["impact", "--group-column", "region", "--to"]).arg(data("policy-draft.json")).arg(&file).args(DAY));
    assert!(faults[0].contains("row 40: $.region: found `north` for subject `s1`, expected `south`, as before"), "{faults:?}");
    let file = folder.path().join("records.parquet");
    simulate(&file, &[]);
    let faults = bad(uytin(&["impact", "--group-column", "age", "--to"]).arg(data("policy-draft.json")).arg(&file).args(DAY));
    assert!(faults[0].contains("$.age: found no such column"), "{faults:?}");
}

#[test]
fn the_page_is_complete_in_itself_and_escapes_what_it_is_given() {
    let folder = TempDir::new().unwrap();
    let (groups, page) = (folder.path().join("groups.csv"), folder.path().join("impact.html"));
    fs::write(&groups, "subject,<b>column</b>\ncreator-tea-01,<script>alert(1)</script>\n").unwrap();
    for language in ["en", "vi"] {
        let mut command = uytin(&["impact", "--lang", language, "--to"]);
        let command = command.arg(data("policy-draft.json")).arg(data("creators.jsonl")).args(DAY);
        good(command.arg("--groups").arg(&groups).arg("-o").arg(&page));
        let html = fs::read_to_string(&page).unwrap();
        assert_eq!(html.matches("<svg").count(), 2);
        assert!(!html.contains("<script") && !html.contains("<b>") && !html.contains("NaN") && html.ends_with("</html>\n"));
        assert!(!html.contains("http://") || html.matches("http://").count() == html.matches("http://www.w3.org/2000/svg").count());
    }
    // Groups of others, faults of both policies, a population of nobody, and the same policy twice.
    fs::write(&groups, "subject,region\nnobody,north\n").unwrap();
    let mut command = uytin(&["impact", "--to"]);
    let text = good(command.arg(data("policy-draft.json")).arg(data("creators.jsonl")).args(DAY).arg("--groups").arg(&groups));
    assert!(String::from_utf8(text).unwrap().contains("No subject belongs to one of the groups"));
    let (one, other) = (folder.path().join("a.json"), folder.path().join("b.json"));
    fs::write(&one, uytin::Policy::reference_json().replace("\"confidence\": 0.80", "\"confidence\": 7")).unwrap();
    fs::write(&other, uytin::Policy::reference_json().replace("\"hysteresis\": 2.0", "\"hysteresis\": -1")).unwrap();
    let faults = bad(uytin(&["impact", "--from"]).arg(&one).arg("--to").arg(&other).arg(data("creators.jsonl")));
    assert!(faults.len() == 2 && faults[0].contains("$.confidence") && faults[1].contains("$.tiers.hysteresis"), "{faults:?}");
    let file = folder.path().join("nobody.csv");
    fs::write(&file, "subject,source,source_class,criterion,date,passed,failed\n").unwrap();
    let text = good(uytin(&["impact", "--to"]).arg(data("policy-draft.json")).arg(&file).args(DAY));
    assert!(String::from_utf8(text).unwrap().contains("The population is empty"));
    good(uytin(&["impact", "--to"]).arg(data("policy-draft.json")).arg(&file).args(DAY).arg("-o").arg(&page));
    let mut same = uytin(&["impact", "--from"]);
    let same = good(same.arg(data("policy-draft.json")).arg("--to").arg(data("policy-draft.json")).arg(data("creators.jsonl")).args(DAY));
    assert!(String::from_utf8(same).unwrap().contains("differ in nothing that could move"));
}

#[test]
fn what_is_synthetic_stays_labelled() {
    let folder = TempDir::new().unwrap();
    let (file, out) = (folder.path().join("records.parquet"), folder.path().join("scores.parquet"));
    simulate(&file, &[]);
    good(uytin(&["assess"]).arg(&file).args(DAY).arg("-o").arg(&out));
    let schema = uytin_columns::read(&out, uytin_columns::Format::Parquet).unwrap().schema;
    assert_eq!(schema.metadata().get("uytin.synthetic").map(String::as_str), Some("true"));
    let label = "Synthetic records, drawn at random: they are about nobody.";
    let mut commands =
        [uytin(&["assess", "--format", "table"]), uytin(&["impact", "--to"]), uytin(&["shortlist", "--format", "table", "--brief"])];
    commands[1].arg(data("policy-draft.json"));
    commands[2].arg(data("brief.json"));
    for mut command in commands {
        assert!(String::from_utf8(good(command.arg(&file).args(DAY))).unwrap().replace('\n', " ").contains(label), "{command:?}");
    }
}
