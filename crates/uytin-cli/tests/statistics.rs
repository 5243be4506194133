//! `calibrate`, `fairness`, `coverage` and `attack` through the real binary.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data").join(name)
}

fn ran(words: &[&str], paths: &[&Path]) -> Output {
    let mut paths = paths.iter();
    let mut command = Command::new(env!("CARGO_BIN_EXE_uytin"));
    // `@` stands for the next path.
    words.iter().for_each(|&word| {
        if word == "@" {
            command.arg(paths.next().unwrap())
        } else {
            command.arg(word)
        };
    });
    let output = command.output().unwrap();
    assert!(!err(&output).contains("panicked"), "{}", err(&output));
    output
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn good(words: &[&str], paths: &[&Path]) -> String {
    let output = ran(words, paths);
    assert_eq!(output.status.code(), Some(0), "{words:?}: {}", err(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Refused with exit code 2, naming the culprit.
fn refused(words: &[&str], paths: &[&Path], says: &[&str]) {
    let output = ran(words, paths);
    assert_eq!(output.status.code(), Some(2), "{words:?}: {}", err(&output));
    for text in says {
        assert!(err(&output).contains(text), "{words:?} does not say {text}: {}", err(&output));
    }
    assert!(output.stdout.is_empty());
}

const DAY: &str = "2026-11-21";

#[test]
fn a_fitted_policy_is_a_policy_and_the_report_comes_in_three_forms() {
    let folder = TempDir::new().unwrap();
    let (claims, policy) = (data("claims.jsonl"), data("claims-policy.json"));
    let (fitted, page, json) = (folder.path().join("fitted.json"), folder.path().join("report.html"), folder.path().join("report.json"));
    let common = ["calibrate", "@", "--policy", "@", "--train-to", "2014-12-31", "--test-from", "2015-01-01", "--replicates", "40"];
    let with = |more: &[&'static str]| [&common[..], more].concat();
    let text = good(&with(&["-o", "@"]), &[&claims, &policy, &fitted]);
    for part in ["claims-fitted 1+fitted-2014-12-31", "cannot be told apart by", "not official weights", "raw mean"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    good(&with(&["--report", "@"]), &[&claims, &policy, &json]);
    let report: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    let digest = good(&["policy", "digest", "@"], &[&fitted]);
    assert_eq!(digest.split_whitespace().next(), report["fitted"]["digest"].as_str());
    assert_eq!(report["evaluation"]["checks"], 5604);
    assert!(report["evaluation"]["methods"][0]["auc"]["estimate"].as_f64().unwrap() >= 0.698);
    good(&with(&["--report", "@", "-q"]), &[&claims, &policy, &page]);
    let page = fs::read_to_string(&page).unwrap();
    assert!(page.contains("<svg") && !page.contains("<script") && page.contains("polyline") && !page.contains("NaN"));
    // What is fitted assesses.
    good(&["assess", "@", "--policy", "@", "--as-of", "2018-12-31", "-q", "--format", "csv"], &[&claims, &fitted]);
}

#[test]
fn a_table_is_calibrated_like_the_records_that_it_holds() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let report = |path: &Path| good(&["calibrate", "@", "--as-of", DAY, "--replicates", "20", "--format", "json", "-q"], &[path]);
    let make = |name: &str| {
        good(&["simulate", "--subjects", "40", "--records", "1500", "--as-of", DAY, "--ids", "-q", "-o", "@"], &[&at(name)]);
    };
    make("trial.jsonl");
    make("trial.parquet");
    let (lines, table) = (report(&at("trial.jsonl")), report(&at("trial.parquet")));
    assert!(lines == table);
    let report: Value = serde_json::from_str(&lines).unwrap();
    assert!(report["evaluation"]["checks"].as_u64().unwrap() > 1000);
    refused(
        &["calibrate", "@", "--as-of", DAY, "--train-to", "2026-01-02", "--test-from", "2026-01-01", "-o", "@"],
        &[&at("trial.jsonl"), &at("fitted.json")],
        &["--test-from", "a day after 2026-01-02"],
    );
    assert!(!at("fitted.json").exists());
    // Nothing is left to predict.
    let text = good(&["calibrate", "@", "--as-of", DAY, "--train-to", DAY, "-q"], &[&at("trial.jsonl")]);
    assert!(text.contains("no later checks"), "{text}");
}

#[test]
fn groups_are_compared_from_scores_and_from_records() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (records, groups) = (data("creators.jsonl"), data("creators-groups.csv"));
    let tail = ["--groups", "@", "--least", "3", "--format", "json"];
    let expected = good(&[&["fairness", "@", "--as-of", DAY][..], &tail].concat(), &[&records, &groups]);
    for name in ["scores.jsonl", "scores.parquet", "scores.arrow"] {
        good(&["assess", "@", "--as-of", DAY, "-q", "-o", "@"], &[&records, &at(name)]);
        assert!(good(&[&["fairness", "@"][..], &tail].concat(), &[&at(name), &groups]) == expected, "{name}");
    }
    let report: Value = serde_json::from_str(&expected).unwrap();
    assert_eq!(report["groups"][2]["caution"], "one-subject");
    assert_eq!(report["groups"][0]["figures"][0]["of"], "score");
    let page = at("fairness.html");
    good(&["fairness", "@", "--groups", "@", "--least", "3", "--as-of", DAY, "-o", "@"], &[&records, &groups, &page]);
    assert!(fs::read_to_string(&page).unwrap().contains("<svg"));

    let file = |name: &str, text: &str| {
        fs::write(at(name), text).unwrap();
        at(name)
    };
    let fairness = |groups: &Path, says: &[&str]| refused(&["fairness", "@", "--groups", "@", "--as-of", DAY], &[&records, groups], says);
    fairness(&file("a.csv", "subject,region\na,b\n"), &["$.group", "no such column"]);
    fairness(&file("b.csv", "subject,group,outcome\na,b,maybe\n"), &["row 0: $.outcome", "`maybe`"]);
    fairness(&file("c.csv", "subject,group\na,b\na,c\n"), &["row 1: $.subject", "`a` again"]);
    fairness(&file("d.txt", "subject,group\n"), &["no such format"]);
    // Scores of another policy.
    let other = data("claims-policy.json");
    refused(
        &["fairness", "@", "--groups", "@", "--policy", "@"],
        &[&at("scores.jsonl"), &groups, &other],
        &["$.tier", "a tier of the policy"],
    );
    // Nobody has a group.
    let nobody = file("e.csv", "subject,group\nsomebody-else,b\n");
    let text = good(&["fairness", "@", "--groups", "@", "--as-of", DAY], &[&records, &nobody]);
    assert!(text.contains("nothing can be compared"), "{text}");
}

#[test]
fn simulations_answer_and_refuse() {
    let policy = data("claims-policy.json");
    let json: Value =
        serde_json::from_str(&good(&["coverage", "--policy", "@", "--replicates", "50", "--format", "json"], &[&policy])).unwrap();
    assert_eq!((json["criterion"].as_str(), json["rows"].as_array().unwrap().len()), (Some("claim-accuracy"), 24));
    refused(&["coverage", "--criterion", "unheard-of"], &[], &["`unheard-of`", "one of the criteria"]);
    let attack = ["attack", "--policy", "@", "--as-of", DAY, "--random", "2"];
    let json: Value = serde_json::from_str(&good(&[&attack[..], &["--format", "json"]].concat(), &[&policy])).unwrap();
    assert_eq!((json["holds"].as_bool(), json["bases"].as_u64()), (Some(true), Some(3)));
    // No class of that policy adjudicates, and it has no credits.
    let text = good(&attack, &[&policy]);
    assert!(text.contains("no room for it") && text.contains("Every bound held"), "{text}");
    refused(&["attack", "@", "--as-of", DAY], &[&data("creators.jsonl")], &["8 subjects"]);
}
