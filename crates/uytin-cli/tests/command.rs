//! The command as its users run it: the real binary on real files.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;

const GOOD: &str = r#"{"type": "observation", "id": "a-1", "subject": "creator-1", "source": "auditor-7", "source_class": "auditor", "criterion": "ad-disclosure", "date": "2026-11-01", "passed": 40, "failed": 2}"#;
const DAY: [&str; 2] = ["--as-of", "2026-11-21"];

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data").join(name)
}

fn uytin() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uytin"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    command.env("TERM", "xterm-256color").stdin(Stdio::null());
    command
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let ran = Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    ran
}

fn run<S: AsRef<OsStr>>(words: impl IntoIterator<Item = S>) -> Ran {
    ran(uytin().args(words))
}

/// Runs with these bytes on standard input.
fn fed(words: &[&str], bytes: &[u8]) -> Ran {
    let mut child = uytin().args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let feeder = std::thread::spawn(move || drop(input.write_all(&bytes)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn with(old: &str, new: &str) -> Vec<u8> {
    assert!(GOOD.contains(old));
    GOOD.replace(old, new).into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(self.0.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// `uytin assess FILE` of a day, as JSON Lines.
fn assess(file: &Path) -> Ran {
    ran(uytin().arg("assess").arg(file).args(DAY).args(["--format", "jsonl"]))
}

fn claims(more: &[&str]) -> Ran {
    let mut command = uytin();
    command.arg("assess").arg(data("claims.jsonl")).arg("--policy").arg(data("claims-policy.json"));
    ran(command.args(["--as-of", "2019-01-01"]).args(more))
}

#[test]
fn real_records_give_the_published_figures() {
    let ran = claims(&["--format", "jsonl"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let mut counts = std::collections::BTreeMap::new();
    let mut subjects = Vec::new();
    for line in ran.out.lines() {
        let assessment: Value = serde_json::from_str(line).unwrap();
        *counts.entry(assessment["tier"].as_str().unwrap().to_owned()).or_insert(0) += 1;
        subjects.push(assessment["subject"].as_str().unwrap().to_owned());
    }
    let expected = [("caution", 19), ("standard", 278), ("trusted", 9), ("unrated", 3457)];
    assert_eq!(counts, expected.into_iter().map(|(tier, n)| (tier.to_owned(), n)).collect());
    let mut sorted = subjects.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(subjects, sorted, "one a subject, in their order");
    assert!(ran.err.contains("9 trusted, 278 standard, 19 caution, 3,457 not rated"), "{}", ran.err);
    assert!(ran.err.contains("An example policy with a single criterion"), "the notice: {}", ran.err);
}

#[test]
fn every_bad_line_is_named_with_place_finding_and_expectation() {
    let long = format!(r#"{{"type": "observation", "id": "{}"}}"#, "x".repeat(10 << 20)).into_bytes();
    let mut broken = GOOD.as_bytes().to_vec();
    let at = broken.windows(9).position(|window| window == b"creator-1").unwrap();
    broken[at] = 0xff;
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("no record", b"hello".to_vec(), ":3: $: found `hello` (column 1: expected value), expected JSON"),
        ("a list", b"[1]".to_vec(), ":3: $: found a list, expected an object: one record"),
        ("unknown field", with(r#""passed""#, r#""followers": 9, "passed""#), ":3: $.followers: found `followers`, expected "),
        (
            "misplaced field",
            with(r#""passed""#, r#""reach": 9, "passed""#),
            ":3: $.reach: found `9`, expected no such field in a record of type `observation`",
        ),
        ("negative", with("40", "-1"), ":3: $.passed: found `-1`, expected a whole number from 0 to 4294967295"),
        ("no such day", with("2026-11-01", "2026-02-30"), ":3: $.date: found `2026-02-30`, expected a date of the calendar"),
        ("over u32", with("40", "4294967296"), ":3: $.passed: found `4294967296`, expected a whole number from 0 to 4294967295"),
        ("NaN", with("40", "NaN"), ":3: $.passed: found `NaN, "),
        (
            "1e400",
            with("40", "1e400"),
            ":3: $.passed: found a number beyond the range of a double, expected a number that a double can hold",
        ),
        ("duplicate key", with(r#""failed": 2"#, r#""failed": 2, "failed": 2"#), ":3: $.failed: found "),
        ("10 MB", long, ":3: $: found more than 1048576 bytes, expected a record of at most 1048576 bytes"),
        ("no UTF-8", broken, ":3: $: found byte 0xff at offset "),
        ("cut off", GOOD.as_bytes()[..50].to_vec(), ":3: $"),
        ("missing field", with(r#""passed": 40, "#, ""), ":3: $.passed: found no such field, expected "),
    ];
    for (name, line, expected) in cases {
        let folder = Folder::new();
        let file = folder.file("bad.jsonl", [GOOD.as_bytes(), b"\n\n", &line, b"\n", GOOD.replace("a-1", "a-2").as_bytes()].concat());
        let refused = ran(uytin().arg("assess").arg(&file).args(DAY).arg("-o").arg(folder.path("out.jsonl")));
        assert_eq!(refused.code, Some(2), "{name}: {}", refused.err);
        let message = format!("error: {}{expected}", file.display());
        assert!(refused.err.starts_with(&message), "{name}: {} should start with {message}", refused.err);
        assert_eq!(refused.err.lines().count(), 1, "{name}: one message: {}", refused.err);
        assert!(refused.err.len() < 600, "{name}: {}", refused.err);
        assert_eq!((refused.out.as_str(), folder.names()), ("", vec!["bad.jsonl".to_owned()]), "{name}: nothing is written");

        let skipped = ran(uytin().arg("assess").arg(&file).args(DAY).arg("--skip-bad").arg("-o").arg(folder.path("out.jsonl")));
        assert_eq!(skipped.code, Some(3), "{name}: {}", skipped.err);
        assert!(skipped.err.contains("1 bad line left out:"), "{name}: {}", skipped.err);
        assert!(skipped.err.contains(message.strip_prefix("error: ").unwrap()), "{name}: {}", skipped.err);
        let written: Value = serde_json::from_str(&fs::read_to_string(folder.path("out.jsonl")).unwrap()).unwrap();
        assert_eq!(written["reasons"][0]["records"].as_array().unwrap().len(), 2, "{name}: the lines around it count");
    }
}

#[test]
fn of_many_bad_lines_the_first_ten_are_listed() {
    let folder = Folder::new();
    let file = folder.file("many.jsonl", format!("{GOOD}\n{}", "oops\n".repeat(25)));
    let ran = ran(uytin().arg("assess").arg(&file).args(DAY).arg("--skip-bad").args(["--format", "csv", "--quiet"]));
    assert_eq!((ran.code, ran.out.lines().count()), (Some(3), 2));
    assert!(ran.err.starts_with("warning: 25 bad lines left out, the first 10:\n"), "{}", ran.err);
    assert_eq!(ran.err.matches("many.jsonl:").count(), 10);
    assert!(ran.err.contains("many.jsonl:11:") && !ran.err.contains("many.jsonl:12:"));
}

#[test]
fn sources_that_cannot_be_read_are_refused() {
    let folder = Folder::new();
    let packed = gzip(&fs::read(data("claims.jsonl")).unwrap());
    let mut damaged = packed.clone();
    damaged[packed.len() / 2] ^= 0x55;
    let cases = [
        (folder.file("empty.jsonl", ""), ":1: $: found nothing, expected JSON Lines, one record a line"),
        (folder.file("blank.jsonl", "\n \n"), ":1: $: found nothing, expected JSON Lines, one record a line"),
        (folder.file("empty.jsonl.gz", gzip(b"")), ":1: $: found nothing, expected JSON Lines, one record a line"),
        (folder.0.path().to_path_buf(), ": found a directory, expected a file of records"),
        (folder.path("absent.jsonl"), ": found no such file or directory, expected a file of records"),
        (
            folder.file("cut.jsonl.gz", &packed[..packed.len() / 2]),
            ": found the end of a gzip file that is cut off, expected a whole gzip file",
        ),
        (
            folder.file("tail.jsonl.gz", &packed[..packed.len() - 4]),
            ": found the end of a gzip file that is cut off, expected a whole gzip file",
        ),
        (folder.file("damaged.jsonl.gz", damaged), ""),
        (folder.file("plain.jsonl.gz", GOOD), ":1: found damaged gzip data (invalid gzip header), expected a whole gzip file"),
    ];
    for (file, expected) in cases {
        for more in [&[][..], &["--skip-bad"]] {
            let ran = ran(uytin().arg("assess").arg(&file).args(DAY).args(more));
            let message = format!("error: {}", file.display());
            assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}: {}", file.display(), ran.err);
            assert!(ran.err.starts_with(&message) && ran.err.contains(expected), "{} should say {expected}", ran.err);
            assert_eq!(ran.err.lines().count(), 1);
        }
    }
    let twice = run(["assess", "-", "-"]);
    assert_eq!(twice.code, Some(2));
    assert!(twice.err.contains("found standard input named twice"), "{}", twice.err);
}

#[test]
fn a_policy_with_twelve_faults_reports_all_twelve() {
    let folder = Folder::new();
    let mut policy: Value = serde_json::from_str(&run(["policy", "show", "--format", "json"]).out).unwrap();
    policy["confidence"] = 0.85.into();
    policy["horizon_days"] = 0.into();
    policy["colour"] = "red".into();
    policy["pillars"][0]["weight"] = (-1).into();
    policy["pillars"][1]["criteria"][0]["prior"]["mean"] = 1.into();
    policy["pillars"][2]["criteria"][0]["half_life_days"] = 40000.into();
    policy["credits"][0]["half_mass"] = 0.into();
    policy["findings"]["severities"][0]["title"]["vi"] = 7.into();
    policy["findings"]["reach"][0]["from"] = 5.into();
    policy["tiers"]["rated_coverage"] = 2.into();
    policy["tiers"]["hysteresis"] = 2.05.into();
    policy["sources"]["court"]["reliability"] = 1.5.into();
    let file = folder.file("twelve.json", policy.to_string());
    let check = ran(uytin().args(["policy", "check"]).arg(&file));
    assert_eq!((check.code, check.out.as_str()), (Some(2), ""), "{}", check.err);
    let places = [
        "$.confidence",
        "$.horizon_days",
        "$.colour",
        "$.pillars[0].weight",
        "$.pillars[1].criteria[0].prior.mean",
        "$.pillars[2].criteria[0].half_life_days",
        "$.credits[0].half_mass",
        "$.findings.severities[0].title.vi",
        "$.findings.reach[0].from",
        "$.tiers.rated_coverage",
        "$.tiers.hysteresis",
        "$.sources.court.reliability",
    ];
    for place in places {
        let start = format!("error: {}: {place}: found ", file.display());
        assert!(check.err.lines().any(|line| line.starts_with(&start) && line.contains(", expected ")), "{place} in\n{}", check.err);
    }
    assert_eq!(check.err.lines().count(), 13, "twelve and their number: {}", check.err);
    assert!(check.err.ends_with("error: 12 faults\n"), "{}", check.err);
    // An assessment under it is refused in the same words.
    let assess = ran(uytin().arg("assess").arg(data("creators.jsonl")).arg("--policy").arg(&file));
    assert_eq!((assess.code, assess.err.lines().count()), (Some(2), 12));
}

#[test]
fn a_policy_is_checked_digested_and_shown() {
    let check = run(["policy", "check"]);
    let digest = run(["policy", "digest"]).out;
    assert_eq!(check.code, Some(0));
    assert!(check.out.contains("icp-2026 2026.1") && check.out.contains(digest.trim()), "{}", check.out);
    let shown = run(["policy", "show"]).out;
    for text in
        ["25.0 %", "ad-disclosure", "15.0 %", "Exemplary", "this project's defaults", "Propose a hold on paid promotion", digest.trim()]
    {
        assert!(shown.contains(text), "{text} in\n{shown}");
    }
    let vietnamese = run(["policy", "show", "--lang", "vi"]).out;
    assert!(vietnamese.contains("Bài thương mại được gắn nhãn") && vietnamese.contains("chưa công bố trọng số chính thức"));
    // What is shown as JSON is the document itself: it has the same digest.
    let folder = Folder::new();
    let copy = folder.file("copy.json", run(["policy", "show", "--format", "json"]).out);
    assert_eq!(ran(uytin().args(["policy", "digest"]).arg(copy)).out, digest);
}

#[test]
fn arrival_order_files_compression_and_standard_input_make_no_difference() {
    let folder = Folder::new();
    let text = fs::read_to_string(data("creators.jsonl")).unwrap();
    let expected = assess(&data("creators.jsonl")).out;
    assert_eq!(expected.lines().count(), 8);
    let lines: Vec<&str> = text.lines().collect();
    let reversed: String = lines.iter().rev().flat_map(|line| [line, "\r\n"]).collect();
    assert_eq!(assess(&folder.file("reversed.jsonl", &reversed)).out, expected);
    assert_eq!(assess(&folder.file("mark.jsonl", format!("\u{feff}{text}"))).out, expected);
    // Two gzip members in one file, and a part that comes twice.
    let (one, other) = lines.split_at(70);
    let packed = [gzip(format!("{}\n", one.join("\n")).as_bytes()), gzip(other.join("\n").as_bytes())].concat();
    let members = folder.file("members.jsonl.gz", &packed);
    assert_eq!(assess(&members).out, expected);
    let part = folder.file("part.jsonl", one.join("\n"));
    let both = ran(uytin().arg("assess").args([&part, &members]).args(DAY).args(["--format", "jsonl"]));
    assert_eq!(both.out, expected);
    for bytes in [text.as_bytes(), &packed] {
        assert_eq!(fed(&["assess", "-", "--as-of", "2026-11-21", "--format", "jsonl"], bytes).out, expected);
    }
}

#[test]
fn merge_gives_one_canonical_file() {
    let folder = Folder::new();
    let text = fs::read_to_string(data("creators.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (a, b) = (folder.file("a.jsonl", lines[..90].join("\n")), folder.file("b.jsonl", lines[60..].join("\n")));
    let merged = ran(uytin().arg("merge").args([&a, &b])).out;
    assert_eq!(merged, ran(uytin().arg("merge").args([&b, &a])).out);
    assert_eq!(merged.lines().count(), lines.len());
    let again = folder.file("merged.jsonl", &merged);
    assert_eq!(ran(uytin().arg("merge").arg(&again)).out, merged);
    assert_eq!(assess(&again).out, assess(&data("creators.jsonl")).out);
}

#[test]
fn an_earlier_run_feeds_the_hysteresis_and_the_review() {
    let folder = Folder::new();
    let before = folder.file("before.jsonl", assess(&data("creators.jsonl")).out.replace(r#""tier":"standard""#, r#""tier":"trusted""#));
    let after = ran(uytin().arg("assess").arg(data("creators.jsonl")).args(DAY).args(["--format", "jsonl", "--previous"]).arg(&before));
    assert_eq!(after.code, Some(0), "{}", after.err);
    let food = after.out.lines().find(|line| line.contains("creator-food-05")).unwrap();
    assert!(food.contains(r#""code":"tier-fell""#), "{food}");
    for (text, expected) in [
        ("{\"subject\": \"a\"}\n", ":1: $: found `{\"subject\": \"a\"}` (column 16: missing field `tier`), expected an assessment"),
        (
            "{\"subject\":\"a\",\"tier\":\"x\"}\n{\"subject\":\"a\",\"tier\":\"y\"}\n",
            ":2: $.tier: found a second tier of `a`, `y` after `x`",
        ),
        ("no", ":1: $: found `no` (column "),
    ] {
        let bad = folder.file("bad.jsonl", text);
        let refused = ran(uytin().arg("assess").arg(data("creators.jsonl")).arg("--previous").arg(&bad));
        assert_eq!(refused.code, Some(2));
        assert!(refused.err.contains(&format!("{}{expected}", bad.display())), "{}", refused.err);
    }
}

#[test]
fn of_an_unrated_subject_no_format_shows_a_score() {
    let folder = Folder::new();
    let file = folder.file("one.jsonl", GOOD);
    let score = serde_json::from_str::<Value>(&assess(&file).out).unwrap()["score"].to_string();
    assert!(score.contains('.'), "{score}");
    for format in ["table", "csv"] {
        let ran = ran(uytin().arg("assess").arg(&file).args(DAY).args(["--quiet", "--format", format]));
        assert!(!ran.out.contains(&score), "{}", ran.out);
        assert!(ran.out.contains(if format == "csv" { "unrated,,46.0,84.2" } else { "not rated  46.0 – 84.2 possible" }), "{}", ran.out);
    }
    let explained = ran(uytin().arg("explain").arg(&file).args(DAY)).out;
    let head = explained.split("How the computed value").next().unwrap();
    assert!(head.contains("Not rated") && !head.contains(&score), "{head}");
    let vietnamese = ran(uytin().arg("assess").arg(&file).args(DAY).args(["--format", "table", "--lang", "vi"])).out;
    assert!(vietnamese.contains("chưa xếp bậc"), "{vietnamese}");
}

#[test]
fn tables_align_and_colours_obey() {
    let table = |more: &[&str], variables: &[(&str, &str)]| {
        let mut command = uytin();
        command.arg("assess").arg(data("creators.jsonl")).args(DAY).args(["--format", "table", "--lang", "vi"]).args(more);
        ran(command.envs(variables.iter().copied())).out
    };
    let plain = table(&[], &[("COLUMNS", "100")]);
    assert!(!plain.contains('\u{1b}'), "no colours where no terminal is");
    assert!(plain.contains("Trọng số, ngưỡng và bậc là mặc định của dự án này"), "the notice: {plain}");
    let column = |line: &str| line[..line.find('–').unwrap()].chars().count();
    let columns: Vec<usize> = plain.lines().filter(|line| line.starts_with("creator-") && !line.contains("có thể")).map(column).collect();
    assert_eq!(columns.len(), 7, "{plain}");
    assert!(columns.windows(2).all(|pair| pair[0] == pair[1]), "{plain}");
    for width in ["40", "80", "120", "200"] {
        let most = table(&[], &[("COLUMNS", width)]).lines().map(|line| line.chars().count()).max().unwrap();
        assert!(width == "40" || most <= width.parse().unwrap(), "{most} > {width}");
    }
    assert!(table(&["--color", "always"], &[]).contains("\u{1b}[32m"));
    assert!(table(&[], &[("CLICOLOR_FORCE", "1")]).contains("\u{1b}[32m"));
    assert!(!table(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains('\u{1b}'));
}

#[test]
fn explain_shows_the_parts_and_what_decides() {
    let explain = |subject: &str, more: &[&str]| {
        ran(uytin().arg("explain").arg(data("creators.jsonl")).args(DAY).args(["--subject", subject]).args(more).env("COLUMNS", "100"))
    };
    let beauty = explain("creator-beauty-03", &[]);
    assert_eq!(beauty.code, Some(0), "{}", beauty.err);
    for text in [
        "34.8 of 100   Caution",
        "Range 23.5 to 44.7",
        "A person must review this result",
        "Finding QD-118, cuc-quang-cao",
        "−13.2",
        "█",
        "What would change it",
        "Propose a hold on paid promotion",
        "Ends on 2027-03-14",
        "this project's defaults",
        "sha256:",
    ] {
        assert!(beauty.out.contains(text), "{text} in\n{}", beauty.out);
    }
    assert!(beauty.out.lines().all(|line| line.chars().count() <= 100), "{}", beauty.out);
    // The bars hang together: the last loss starts where the score ends, and ends where the loss before it starts.
    let drawn = |start: &str| {
        let line = beauty.out.lines().find(|line| line.trim_start().starts_with(start) && line.contains(['█', '▌', '▐'])).unwrap();
        let blocks = line.chars().enumerate().filter(|(_, c)| ['█', '▌', '▐'].contains(c)).map(|(n, _)| n);
        (blocks.clone().min().unwrap(), blocks.max().unwrap() + 1)
    };
    let (first, last, score) = (drawn("Finding QD-031"), drawn("Finding QD-118"), drawn("Score"));
    assert!(last.0.abs_diff(score.1) <= 1 && last.1.abs_diff(first.0) <= 1, "{first:?} {last:?} {score:?}\n{}", beauty.out);
    // Of 44 columns for 100 points 34.8 take 15, and 13.2 take 6.
    assert!((score.1 - score.0).abs_diff(15) <= 1 && (last.1 - last.0).abs_diff(6) <= 1, "{last:?} {score:?}\n{}", beauty.out);
    let food = explain("creator-food-05", &[]).out;
    assert!(food.contains("If all were upheld, the score would be") && food.contains("strike-412"), "{food}");
    let books = explain("creator-books-07", &[]).out;
    for text in ["Does not apply", "Records set aside", "Too old to count (1)", "Dated after the day of assessment (1)"] {
        assert!(books.contains(text), "{text} in\n{books}");
    }
    let json: Value = serde_json::from_str(&explain("creator-tea-01", &["--format", "json"]).out).unwrap();
    assert_eq!(json["tier"], "trusted");
    let sum: i64 = json["waterfall"].as_array().unwrap().iter().map(|part| (part["points"].as_f64().unwrap() * 10.0).round() as i64).sum();
    assert_eq!(sum, (json["score"].as_f64().unwrap() * 10.0).round() as i64);
    let typo = explain("creator-tee-01", &[]);
    assert_eq!(typo.code, Some(2));
    assert!(typo.err.contains("did you mean `creator-tea-01`"), "{}", typo.err);
    let unnamed = ran(uytin().arg("explain").arg(data("creators.jsonl")));
    assert_eq!(unnamed.code, Some(2));
    assert!(unnamed.err.contains("found records of 8 subjects, expected the id of one of them"), "{}", unnamed.err);
}

#[test]
fn text_from_strangers_does_not_reach_the_terminal_raw() {
    let folder = Folder::new();
    let file = folder.file("evil.jsonl", with("creator-1", r"evil\u001b]0;owned\u0007\u202e"));
    for words in [&["assess", "--format", "table"][..], &["explain"]] {
        let ran = ran(uytin().args(words).arg(&file).args(DAY));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        assert!(!ran.out.contains(['\u{1b}', '\u{7}', '\u{202e}']) && ran.out.contains(r"evil\u{1b}]0;owned"), "{}", ran.out);
    }
}

#[test]
fn the_report_is_one_inert_file() {
    let folder = Folder::new();
    let evil = "</script><script>alert(1)</script><!--{{DATA}}/*{{JS}}*/";
    let records = folder.file("evil.jsonl", with("creator-1", evil));
    let mut policy: Value = serde_json::from_str(&run(["policy", "show", "--format", "json"]).out).unwrap();
    policy["title"]["en"] = format!("{evil}&").into();
    let policy = folder.file("policy.json", policy.to_string());
    let out = folder.path("report.html");
    let ran = ran(uytin().arg("assess").arg(&records).arg("--policy").arg(&policy).args(DAY).arg("-o").arg(&out));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let page = fs::read_to_string(out).unwrap();
    assert_eq!(page.matches("<script").count(), 2, "the data and our own");
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(page.contains("<title>&lt;/script&gt;&lt;script&gt;alert(1)") && page.contains("&amp;</title>"));
    let from = page.find(r#"id="data">"#).unwrap() + 10;
    let data: Value = serde_json::from_str(&page[from..from + page[from..].find("</script>").unwrap()]).unwrap();
    assert_eq!(data["assessments"][0]["subject"], evil);
    assert_eq!(data["policy"]["title"]["en"], format!("{evil}&"));
    assert_eq!((&data["lang"], &data["as_of"]), (&Value::from("en"), &Value::from("2026-11-21")));
    assert!(data["codes"]["reviews"]["tier-imposed"]["vi"].is_string());
    let script = page.rfind("<script>").unwrap();
    assert!(page[script..].contains(r#""skip": "Skip to the results""#) && !page[script..].contains("{{STRINGS}}"));
    for address in ["http://", "https://", "src=", "@import", "url("] {
        let own = page.replace("http://www.w3.org/2000/svg", "").replace("url(#", "");
        assert!(!own.contains(address), "nothing is loaded: {address}");
    }
}

#[test]
fn receipts_verify_and_what_was_altered_shows() {
    let folder = Folder::new();
    let receipt = folder.path("tea.receipt.json");
    let mut command = uytin();
    command.arg("receipt").arg(data("creators.jsonl")).args(DAY).args(["--subject", "creator-tea-01", "-o"]).arg(&receipt);
    let written = ran(&mut command);
    assert_eq!(written.code, Some(0), "{}", written.err);
    let verify = |receipt: &Path, records: &Path| ran(uytin().arg("verify").arg(receipt).arg(records));
    let good = verify(&receipt, &data("creators.jsonl"));
    assert_eq!(good.code, Some(0), "{}{}", good.out, good.err);
    assert!(good.out.starts_with("verified  `creator-tea-01`, 2026-11-21"), "{}", good.out);

    let text = fs::read_to_string(&receipt).unwrap();
    assert!(text.contains(r#""score":84.3"#), "{text}");
    let altered = verify(
        &folder.file("altered.json", text.replacen(r#""score":84.3,"sectors""#, r#""score":94.3,"sectors""#, 1)),
        &data("creators.jsonl"),
    );
    assert_eq!(altered.code, Some(1), "{}", altered.err);
    assert!(
        altered.out.contains("$.assessment.score") && altered.out.contains("`94.3`") && altered.out.contains("`84.3`"),
        "{}",
        altered.out
    );
    assert!(altered.out.contains("in 1 place\n"), "{}", altered.out);
    let version = format!(r#""engine_version":"{}""#, env!("CARGO_PKG_VERSION"));
    let renamed = verify(&folder.file("renamed.json", text.replace(&version, r#""engine_version":"9.9.9""#)), &data("creators.jsonl"));
    assert!(renamed.code == Some(1) && renamed.out.contains("$.receipt_digest"), "{}", renamed.out);
    assert!(renamed.out.contains("made by engine `9.9.9`"), "{}", renamed.out);

    let records = fs::read_to_string(data("creators.jsonl")).unwrap();
    let fewer: String = records.lines().filter(|line| !line.contains("hop-tac-xa-che")).flat_map(|line| [line, "\n"]).collect();
    let other = verify(&receipt, &folder.file("fewer.jsonl", fewer));
    assert_eq!(other.code, Some(1));
    assert!(other.out.contains("$.ledger_digest"), "{}", other.out);
    let under_another =
        ran(uytin().arg("verify").arg(&receipt).arg("--policy").arg(data("claims-policy.json")).arg(data("creators.jsonl")));
    assert_eq!(under_another.code, Some(1));
    assert!(under_another.out.contains("$.policy.digest"), "{}", under_another.out);

    for (name, bad, expected) in [
        ("cut.json", text[..text.len() / 2].to_owned(), "expected JSON"),
        ("form.json", text.replacen(':', ": ", 1), "expected the canonical form of RFC 8785, byte for byte"),
        ("list.json", "[]".to_owned(), "expected an object: a receipt"),
    ] {
        let refused = verify(&folder.file(name, bad), &data("creators.jsonl"));
        assert_eq!(refused.code, Some(2), "{name}");
        assert!(refused.err.contains(&format!("{name}: $: found ")) && refused.err.contains(expected), "{}", refused.err);
    }
}

#[test]
fn output_is_whole_or_not_there() {
    let folder = Folder::new();
    let good = folder.file("good.jsonl", GOOD);
    let kept = folder.file("kept.csv", "as it was");
    let bad = folder.file("bad.jsonl", "oops");
    assert_eq!(ran(uytin().arg("assess").arg(&bad).arg("-o").arg(&kept)).code, Some(2));
    assert_eq!(fs::read_to_string(&kept).unwrap(), "as it was");
    assert_eq!(ran(uytin().arg("assess").arg(&good).args(DAY).arg("-o").arg(&kept)).code, Some(0));
    assert!(fs::read_to_string(&kept).unwrap().starts_with("subject,as_of,tier,"), "the name decides on the format");
    assert_eq!(folder.names(), ["bad.jsonl", "good.jsonl", "kept.csv"], "nothing is left beside");

    let absent = ran(uytin().arg("assess").arg(&good).arg("-o").arg(folder.path("no/such/out.jsonl")));
    assert_eq!(absent.code, Some(2));
    assert!(absent.err.contains("no/such: found no such folder, expected the folder of"), "{}", absent.err);
    let under_file = ran(uytin().arg("assess").arg(&good).arg("-o").arg(good.join("out.jsonl")));
    assert_eq!(under_file.code, Some(2));
    let directory = ran(uytin().arg("assess").arg(&good).arg("-o").arg(folder.0.path()));
    assert!(directory.code == Some(2) && directory.err.contains("found a directory, expected a file to write"), "{}", directory.err);
    if Path::new("/dev/full").exists() {
        let full = ran(uytin().arg("assess").arg(&good).args(DAY).args(["-o", "/dev/full"]));
        assert_eq!(full.code, Some(2));
        assert!(full.err.contains("/dev/full: cannot write: no space left on device"), "{}", full.err);
    }
}

#[cfg(unix)]
#[test]
fn a_new_file_has_the_usual_permissions_and_a_link_stays() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new();
    let good = folder.file("good.jsonl", GOOD);
    let (out, usual) = (folder.path("out.jsonl"), folder.file("usual", ""));
    symlink(folder.file("real.jsonl", "old"), folder.path("link.jsonl")).unwrap();
    for target in [&out, &folder.path("link.jsonl")] {
        assert_eq!(ran(uytin().arg("assess").arg(&good).args(DAY).arg("-o").arg(target)).code, Some(0));
    }
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&out), mode(&usual));
    assert!(fs::symlink_metadata(folder.path("link.jsonl")).unwrap().is_symlink());
    assert_eq!(fs::read(folder.path("real.jsonl")).unwrap(), fs::read(&out).unwrap());
}

#[test]
fn a_closed_pipe_ends_the_work_quietly() {
    let cases: [(&[&str], bool); 5] = [
        (&["assess", "--format", "jsonl"], true),
        (&["assess", "--format", "table"], true),
        (&["assess", "--format", "html"], true),
        (&["merge"], true),
        (&["completions", "bash"], false),
    ];
    for (words, with_file) in cases {
        let mut command = uytin();
        command.args(words).stdout(Stdio::piped()).stderr(Stdio::piped());
        if with_file {
            command.arg(data("claims.jsonl"));
        }
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{words:?}: {said}");
        assert!(!said.contains("panicked") && !said.contains("error"), "{words:?}: {said}");
    }
    // Nobody listens to errors, either.
    let mut child = uytin().args(["assess", "absent"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn completions_schemas_and_help_are_there() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(["completions", shell]);
        assert_eq!(script.code, Some(0));
        assert!(script.out.contains("skip-bad") && script.out.contains("uytin"), "{shell}");
    }
    for document in ["policy", "record", "assessment"] {
        let schema: Value = serde_json::from_str(&run(["schema", document]).out).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{document}");
    }
    for words in
        [&["--help"][..], &["assess", "--help"], &["explain", "--help"], &["merge", "--help"], &["verify", "--help"], &["receipt", "-h"]]
    {
        let help = run(words);
        assert!(help.code == Some(0) && help.out.contains("Example"), "{words:?}: {}", help.out);
    }
    assert_eq!(run(["--version"]).out, format!("uytin {}\n", env!("CARGO_PKG_VERSION")));
    for usage in [&["assess"][..], &["assess", "x", "--as-of", "2026-02-30"], &["explain", "x", "--format", "pdf"], &["nothing"], &[]] {
        let refused = run(usage);
        assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""), "{usage:?}: {}", refused.err);
    }
    assert!(run(["assess", "x", "--as-of", "2026-02-30"]).err.contains("found `2026-02-30`, expected a date of the calendar"));
}

#[test]
fn without_a_day_it_is_the_local_one() {
    let folder = Folder::new();
    let file = folder.file("one.jsonl", GOOD);
    let day = |zone: &str| {
        let ran = ran(uytin().arg("assess").arg(&file).args(["--format", "jsonl"]).env("TZ", zone));
        serde_json::from_str::<Value>(&ran.out).unwrap()["as_of"].as_str().unwrap().to_owned()
    };
    // Fourteen hours east and twelve west of Greenwich it is never the same day.
    assert!(day("<+14>-14") > day("<-12>12"));
}

/// A path applied as records reaches its tier; names that nothing has are refused, all of them at once.
#[test]
fn paths_and_contests_hold_when_they_are_applied() {
    let folder = TempDir::new().unwrap();
    let records = data("creators.jsonl");
    let one = ["--subject", "creator-newcomer-06", "--as-of", "2026-11-21", "--format", "json"];
    let path = run(["path".as_ref(), records.as_os_str()].into_iter().chain(one.map(OsStr::new)));
    assert_eq!(path.code, Some(0), "{}", path.err);
    let paths: Value = serde_json::from_str(&path.out).unwrap();
    for path in paths["paths"].as_array().unwrap() {
        let mut text = fs::read_to_string(&records).unwrap();
        for (n, checks) in path["evidence"]["observations"].as_array().unwrap().iter().enumerate() {
            let record = serde_json::json!({
                "type": "observation", "id": format!("further-{n}"), "subject": "creator-newcomer-06", "source": checks["source"],
                "source_class": checks["source_class"], "criterion": checks["criterion"], "date": "2026-11-21", "passed": checks["passed"], "failed": 0
            });
            text += &format!("{record}\n");
        }
        let further = folder.path().join("further.jsonl");
        fs::write(&further, text).unwrap();
        let explained = run(["explain".as_ref(), further.as_os_str()].into_iter().chain(one.map(OsStr::new)));
        assert_eq!(serde_json::from_str::<Value>(&explained.out).unwrap()["tier"], path["tier"]);
    }
    let unknown = run(["contest".as_ref(), records.as_os_str()]
        .into_iter()
        .chain(one.map(OsStr::new))
        .chain(["-w", "a/1", "-w", "b/2"].map(OsStr::new)));
    assert_eq!((unknown.code, unknown.err.matches("has no record").count()), (Some(2), 2), "{}", unknown.err);
    let class =
        run(["path".as_ref(), records.as_os_str()].into_iter().chain(one.map(OsStr::new)).chain(["--classes", "pres"].map(OsStr::new)));
    assert_eq!(class.code, Some(2));
    let page = folder.path().join("statement.html");
    let statement = run(["statement".as_ref(), records.as_os_str(), "--lang".as_ref(), "vi".as_ref(), "-o".as_ref(), page.as_os_str()]
        .into_iter()
        .chain(one[..4].iter().map(OsStr::new)));
    assert_eq!(statement.code, Some(0), "{}", statement.err);
    assert!(fs::read_to_string(&page).unwrap().starts_with("<!doctype html>\n<html lang=\"vi\">"));
}
