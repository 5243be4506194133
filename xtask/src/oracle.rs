//! The independent oracle in decimal arithmetic: its own tests, and the core against it on random cases.

use std::collections::HashMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use uytin::{Date, Ledger, Policy, Record, assess};

use crate::run::{command, output, root, run};

/// Random cases of one run; a thousand take the oracle about ten seconds.
const CASES: &str = "2000";
/// Reals of the oracle are rounded to six decimals.
const TOLERANCE: f64 = 1.000_001e-6;

/// The oracle against the vectors, the core against the oracle, and calibration against another's implementation.
pub fn test() -> Result<()> {
    run(command("python3").args(["-m", "unittest", "-q", "test_oracle"]).current_dir(root().join("spec/oracle")))?;
    run(command("python3").args(["spec/oracle/oracle.py", "--check", "spec/vectors/cases.jsonl", "--policies", "spec/vectors/policies"]))?;
    differential("2026", CASES)?;
    crate::structure::test()
}

/// Gives the same random cases to both and compares every field.
pub fn differential(seed: &str, count: &str) -> Result<()> {
    println!("\nthe core against the oracle: {count} random cases of seed {seed}");
    let cases = output(command("python3").args(["spec/oracle/random_cases.py", "--seed", seed, "--count", count]))?;
    let expected = piped(command("python3").arg("spec/oracle/oracle.py"), cases.clone())?;
    let (cases, expected) = (String::from_utf8(cases)?, String::from_utf8(expected)?);
    // Ids may hold any line separator but this one.
    let pairs = cases.split_terminator('\n').zip(expected.split_terminator('\n'));
    let mut policies = HashMap::new();
    let (mut passed, mut failures) = (0, Vec::new());
    for (n, (case, expected)) in pairs.enumerate() {
        let case: Value = serde_json::from_str(case)?;
        let expected: Value = serde_json::from_str(expected)?;
        let mut differences = Vec::new();
        let found = core(&case, &mut policies).with_context(|| format!("case {n} of seed {seed}"))?;
        compare("$", &found, &expected, &mut differences);
        if differences.is_empty() {
            passed += 1;
        } else {
            failures.push(format!("case {n} of seed {seed}: {}", differences.join("; ")));
        }
    }
    failures.iter().take(10).for_each(|failure| eprintln!("{failure}"));
    ensure!(passed + failures.len() == count.parse::<usize>()?, "the oracle answered {} cases of {count}", passed + failures.len());
    crate::run::pass_many(passed);
    println!("{passed} passed, {} failed", failures.len());
    if failures.is_empty() { Ok(()) } else { bail!("the core and the oracle differ") }
}

/// The core's answer in the shape of the oracle's.
fn core(case: &Value, policies: &mut HashMap<String, Policy>) -> Result<Value> {
    let document = case["policy"].to_string();
    let policy = match policies.get(&document) {
        Some(policy) => policy.clone(),
        None => {
            let policy = Policy::from_json(&document)?;
            policies.insert(document, policy.clone());
            policy
        }
    };
    let mut ledger = Ledger::new();
    for record in case["records"].as_array().context("records")? {
        ledger.add(Record::from_json(&record.to_string())?)?;
    }
    let as_of: Date = case["as_of"].as_str().context("as_of")?.parse()?;
    let subject = case["subject"].as_str().context("subject")?;
    let assessment = assess(&policy, &ledger, subject, as_of, case["previous_tier"].as_str());
    let mut found: Value = serde_json::from_str(&assessment.to_json())?;
    let object = found.as_object_mut().context("an object")?;
    for key in ["subject", "as_of", "policy", "reasons", "notice"] {
        object.remove(key);
    }
    let ids = |list: &Value, key: &str| {
        list.as_array().map(|list| list.iter().map(|one| one[key].clone()).collect::<Vec<_>>()).unwrap_or_default()
    };
    object["measures"] = ids(&object["measures"], "id").into();
    let mut codes = ids(&object["human_review"]["reasons"], "code");
    codes.sort_by_key(Value::to_string);
    object["human_review"]["reasons"] = codes.into();
    Ok(found)
}

fn compare(path: &str, found: &Value, expected: &Value, out: &mut Vec<String>) {
    match (found, expected) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                compare(&format!("{path}.{key}"), a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null), out);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().for_each(|(n, (a, b))| compare(&format!("{path}[{n}]"), a, b, out));
        }
        (Value::Number(a), Value::Number(b)) => {
            let is_points = ["score", "points", "score_if_upheld"].iter().any(|key| path.ends_with(key)) || path.contains(".interval.");
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            let same = if is_points { a == b } else { (a - b).abs() <= TOLERANCE * b.abs().max(1.0) };
            if !same {
                out.push(format!("{path}: the core says {a}, the oracle {b}"));
            }
        }
        (found, expected) if found == expected => {}
        _ => out.push(format!("{path}: the core says {found}, the oracle {expected}")),
    }
}

/// Runs a command on this input and gives its output.
pub fn piped(command: &mut Command, input: Vec<u8>) -> Result<Vec<u8>> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take().context("standard input")?;
    let writer = thread::spawn(move || stdin.write_all(&input));
    let out = child.wait_with_output()?;
    let written = writer.join().map_err(|_| anyhow::anyhow!("the writer failed"))?;
    ensure!(out.status.success(), "the oracle failed: {}", out.status);
    written?;
    Ok(out.stdout)
}
