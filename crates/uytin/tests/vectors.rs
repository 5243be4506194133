//! The conformance vectors of `spec/vectors`: every number of every case.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use uytin::{Date, Ledger, Policy, Record, assess};

fn spec(path: &str) -> String {
    format!("{}/../../spec/{path}", env!("CARGO_MANIFEST_DIR"))
}

fn policies() -> BTreeMap<String, Policy> {
    let folder = fs::read_dir(spec("vectors/policies")).expect("policies");
    folder
        .map(|entry| {
            let path = entry.expect("entry").path();
            let policy = Policy::from_json(&fs::read_to_string(&path).expect("policy")).expect("valid");
            (path.file_stem().expect("stem").to_str().expect("utf-8").to_owned(), policy)
        })
        .collect()
}

/// Every difference; reals may differ by 1e-6, since the vectors hold six decimals.
fn differences(path: &str, found: &Value, expected: &Value, out: &mut Vec<String>) {
    match (found, expected) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                differences(&format!("{path}.{key}"), a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null), out);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (n, (a, b)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}[{n}]"), a, b, out);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let real = ["mean", "lower", "upper", "coverage", "favourable", "adverse", "mass"].iter().any(|key| path.ends_with(key))
                && !path.contains("interval");
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            if (a - b).abs() > if real { 1.000_001e-6 } else { 0.0 } {
                out.push(format!("{path}: {a}, expected {b}"));
            }
        }
        _ if found == expected => {}
        _ => out.push(format!("{path}: {found}, expected {expected}")),
    }
}

/// Brings our JSON to the keys of the vectors.
fn as_expected(assessment: &str, expected: &Value) -> Value {
    let mut ours: Value = serde_json::from_str(assessment).unwrap();
    let ids = ours["measures"].as_array().unwrap().iter().map(|measure| measure["id"].clone()).collect();
    ours["measures"] = Value::Array(ids);
    let keys = expected.as_object().unwrap();
    Value::Object(
        ours.as_object().unwrap().iter().filter(|(key, _)| keys.contains_key(*key)).map(|(k, v)| (k.clone(), v.clone())).collect(),
    )
}

#[test]
fn all_vectors_pass() {
    let policies = policies();
    let cases = fs::read_to_string(spec("vectors/cases.jsonl")).expect("cases");
    let mut failed = Vec::new();
    let mut count = 0;
    for line in cases.lines() {
        count += 1;
        let case: Value = serde_json::from_str(line).unwrap();
        let subject = case["subject"].as_str().unwrap();
        let mut ledger = Ledger::new();
        for record in case["records"].as_array().unwrap() {
            ledger.add(Record::from_json(&record.to_string()).unwrap()).unwrap();
        }
        let as_of = Date::parse(case["as_of"].as_str().unwrap()).unwrap();
        let policy = &policies[case["policy"].as_str().unwrap()];
        let assessment = assess(policy, &ledger, subject, as_of, case["previous_tier"].as_str());
        let mut out = Vec::new();
        differences("$", &as_expected(&assessment.to_json(), &case["expected"]), &case["expected"], &mut out);
        let bound = ledger.bind_subject(policy, subject);
        let score = bound.score(as_of, case["previous_tier"].as_str());
        assert_eq!(
            (score.score, score.lower, score.upper, score.tier),
            (assessment.score, assessment.interval.lower, assessment.interval.upper, &*assessment.tier)
        );
        assert_eq!(score.coverage.to_bits(), assessment.coverage.to_bits());
        if !out.is_empty() {
            failed.push(format!("{subject}: {}", out.join("; ")));
        }
    }
    assert_eq!(count, 300);
    assert!(failed.is_empty(), "{} of {count} failed:\n{}", failed.len(), failed.join("\n"));
}
