//! Reports in Vietnamese: nothing English is left over, and numbers have a decimal comma.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const WORDS: [&str; 2] = [include_str!("../src/words.json"), include_str!("../src/report/strings.json")];

/// Calls from the repository's root, each a report on its standard output.
const REPORTS: [&str; 17] = [
    "assess examples/data/creators.jsonl --as-of 2026-11-21 --format table",
    "explain examples/data/creators.jsonl --subject creator-beauty-03 --as-of 2026-11-21 --all",
    "explain examples/data/creators.jsonl --subject creator-newcomer-06 --as-of 2026-11-21",
    "path examples/data/creators.jsonl --subject creator-books-07 --classes press --as-of 2026-11-21",
    "path examples/data/creators.jsonl --subject creator-food-05 --classes press,auditor --as-of 2026-11-21",
    "contest examples/data/creators.jsonl --subject creator-beauty-03 --without cuc-quang-cao/QD-118 --as-of 2026-11-21",
    "statement examples/data/creators.jsonl --subject creator-beauty-03 --as-of 2026-11-21",
    "statement examples/data/creators.jsonl --subject creator-newcomer-06 --as-of 2026-11-21 --format html",
    "shortlist examples/data/creators.jsonl --brief examples/data/brief.json --as-of 2026-11-21 --format table",
    "impact examples/data/creators.jsonl --to examples/data/policy-draft.json --as-of 2026-11-21 --groups examples/data/niches.csv",
    "policy show",
    "policy diff spec/policies/icp-2026.json examples/data/policy-draft.json",
    "policy lint",
    "calibrate examples/data/claims.jsonl --policy examples/data/claims-policy.json --train-to 2014-12-31 --test-from 2015-01-01 --replicates 40 --sample-rows 3000",
    "fairness examples/data/creators.jsonl --groups examples/data/creators-groups.csv --least 3 --as-of 2026-11-21",
    "coverage --replicates 40",
    "attack --as-of 2026-11-21 --random 1",
];

/// Those that also are a page.
const PAGES: [&str; 5] = ["impact", "calibrate", "fairness", "coverage", "attack"];

fn report(call: &str, more: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let command = &mut Command::new(env!("CARGO_BIN_EXE_uytin"));
    let ran = command.args(call.split(' ')).args(more).env("COLUMNS", "200").current_dir(root).output().unwrap();
    let err = String::from_utf8(ran.stderr).unwrap();
    assert!(ran.status.success(), "{call}: {err}");
    String::from_utf8(ran.stdout).unwrap()
}

/// Every English text with its Vietnamese one.
fn pairs() -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for text in WORDS {
        let tree: Value = serde_json::from_str(text).unwrap();
        let text = |language: &str, key: &str| tree[language][key].as_str().map(str::to_owned);
        pairs.extend(tree["en"].as_object().unwrap().keys().filter_map(|key| Some((text("en", key)?, text("vi", key)?))));
    }
    for catalogue in [uytin::catalogue(), uytin::tool_catalogue()] {
        let tree: Value = serde_json::from_str(catalogue).unwrap();
        // Errors are for who calls, and stay English.
        for (section, codes) in tree.as_object().unwrap().iter().filter(|(section, _)| *section != "errors") {
            for (code, entry) in codes.as_object().unwrap() {
                let text = |language: &str| entry[language].as_str().unwrap_or_else(|| panic!("{section} {code} {language}")).to_owned();
                pairs.push((text("en"), text("vi")));
            }
        }
    }
    pairs
}

/// A text without its parameters, piece by piece.
fn pieces(text: &str) -> Vec<&str> {
    let pieces = text.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, after)| after));
    pieces.map(|piece| piece.trim_matches(|c: char| !c.is_alphanumeric())).filter(|piece| !piece.is_empty()).collect()
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands in cells, headings and paragraphs of its own.
fn cells(text: &str, is_page: bool) -> Vec<String> {
    let parts: Vec<&str> =
        if is_page { text.split(['<', '>']).collect() } else { text.lines().flat_map(|line| line.split("  ")).collect() };
    parts.into_iter().map(|part| part.trim().trim_end_matches([':', '.']).to_owned()).filter(|part| !part.is_empty()).collect()
}

fn check(name: &str, text: &str, is_page: bool, pairs: &[(String, String)]) {
    let vietnamese: String = pairs.iter().map(|(_, vi)| format!("{vi}\n")).collect();
    let (whole, cells) = (spaced(text), cells(text, is_page));
    for (en, vi) in pairs.iter().filter(|(en, vi)| en != vi) {
        for piece in pieces(en).into_iter().filter(|piece| piece.contains(' ') && piece.len() > 8 && !vietnamese.contains(piece)) {
            assert!(!whole.contains(piece), "{name}: `{piece}` is left over\n{text}");
        }
        if !en.contains(['{', ' ']) && !vietnamese.contains(en.as_str()) {
            assert!(!cells.iter().any(|cell| cell == en), "{name}: `{en}` for `{vi}` is left over\n{text}");
        }
    }
    // Marks of the page are not for its reader.
    let read = if is_page { cells.join(" ") } else { whole };
    for word in read.split_whitespace().filter(|_| !is_page || !text.is_empty()) {
        let word = word.trim_matches(|c: char| !c.is_ascii_digit());
        let groups: Vec<&str> = word.split('.').collect();
        let numbers = groups.len() > 1 && groups.iter().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
        let thousands = groups.iter().skip(1).all(|group| group.len() == 3) && groups[0].len() <= 3;
        // The version of a policy, and of the engine.
        let version = word == "2026.1" || word == uytin::VERSION;
        assert!(!numbers || thousands || version, "{name}: `{word}` has a decimal point\n{text}");
    }
}

#[test]
fn no_report_has_english_left_over() {
    let pairs = pairs();
    for call in REPORTS {
        let text = report(call, &["--lang", "vi"]);
        match text.split_once("<body>") {
            Some((_, body)) => check(call, &bare(body), true, &pairs),
            None => check(call, &text, false, &pairs),
        }
        // Which the test can tell.
        let english = report(call, &["--lang", "en"]);
        assert_ne!(text, english, "{call}");
        assert!(std::panic::catch_unwind(|| check(call, &english, false, &pairs)).is_err(), "{call}");
    }
}

#[test]
fn no_page_has_english_left_over() {
    let pairs = pairs();
    for call in REPORTS.into_iter().filter(|call| PAGES.iter().any(|page| call.starts_with(page))) {
        let page = report(call, &["--lang", "vi", "--format", "html"]);
        assert!(page.contains("<html lang=\"vi\">"), "{call}");
        let body = page.split_once("<body>").unwrap().1;
        // Coordinates of pictures have points, and their texts have not.
        check(call, &bare(body), true, &pairs);
    }
}

/// A page with its tags, but without what they hold.
fn bare(page: &str) -> String {
    let mut out = String::new();
    for piece in page.split('<') {
        out.push('<');
        out.push_str(piece.split_once('>').map_or("", |(_, text)| text));
        out.push('>');
    }
    out
}

/// JSON is the same in every language.
#[test]
fn json_does_not_depend_on_the_language() {
    for call in
        REPORTS.into_iter().filter(|call| !call.contains("--format") && !call.starts_with("explain") && !call.starts_with("statement"))
    {
        let [en, vi] = ["en", "vi"].map(|language| report(call, &["--format", "json", "--lang", language]));
        assert_eq!(en, vi, "{call}");
    }
}
