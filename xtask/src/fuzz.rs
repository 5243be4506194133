//! Fuzzing: every parser and assess on anything, bounded in the tests, long as a job of its own.
//!
//! The flags are those of cargo-fuzz, which need not be installed for them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use uytin::{Date, Ledger, Limits, Policy, Record, assess};

use crate::run::{command, debian, pass, root, run, target};

/// Seconds for each target in the tests.
const SECONDS: u32 = 20;
/// Seconds for each target of a long run.
pub const LONG_SECONDS: u32 = 600;
const HOST: &str = "x86_64-unknown-linux-gnu";
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions --cfg fuzzing \
    -Zsanitizer=address";

/// The core's targets, each for a bounded time.
pub fn test() -> Result<()> {
    core(SECONDS)
}

/// The core's targets, each for so many seconds.
pub fn core(seconds: u32) -> Result<()> {
    ["record", "policy", "receipt", "assess"].iter().try_for_each(|target| fuzz(&root().join("fuzz"), target, seconds))
}

/// Fuzzes one target of a folder with a fuzz crate for so many seconds.
pub fn fuzz(folder: &Path, name: &str, seconds: u32) -> Result<()> {
    debian(&["g++"])?;
    // Instrumented libraries must not mix with others.
    let built = target().join("fuzz");
    let build = ["+nightly", "build", "--release", "--target", HOST, "--bin", name];
    run(command("cargo").args(build).current_dir(folder).env("RUSTFLAGS", FLAGS).env("CARGO_TARGET_DIR", &built))?;
    let corpus = built.join("corpus").join(name);
    seed(name, &corpus)?;
    let dictionary = built.join("dictionary.txt");
    fs::write(&dictionary, words())?;
    let artifacts = built.join("artifacts").join(name);
    fs::create_dir_all(&artifacts)?;
    let program = built.join(HOST).join("release").join(name);
    let mut fuzzer = command(program);
    fuzzer.arg(&corpus).arg(format!("-dict={}", dictionary.display())).arg(format!("-artifact_prefix={}/", artifacts.display()));
    fuzzer.args([format!("-max_total_time={seconds}"), "-rss_limit_mb=4096".into(), "-timeout=20".into(), "-max_len=8192".into()]);
    run(fuzzer.args(["-print_final_stats=1", "-verbosity=0"]))?;
    let found = fs::read_dir(&artifacts)?.count();
    ensure!(found == 0, "{found} inputs that fail in {}", artifacts.display());
    pass(&format!("{name}: {seconds} s of fuzzing"));
    Ok(())
}

/// Starts the corpus with inputs that pass, so that the fuzzer begins behind the first checks.
fn seed(name: &str, corpus: &Path) -> Result<()> {
    fs::create_dir_all(corpus)?;
    let write = |n: usize, bytes: &[u8]| fs::write(corpus.join(format!("seed-{n}")), bytes);
    if name == "policy" {
        let brief = root().join("examples/data/brief.json");
        for (n, path) in policies()?.into_iter().chain([brief]).enumerate() {
            write(n, &fs::read(path)?)?;
        }
        return Ok(());
    }
    let cases = fs::read_to_string(root().join("spec/vectors/cases.jsonl"))?;
    for (n, case) in cases.lines().step_by(23).enumerate() {
        let case: Value = serde_json::from_str(case)?;
        let lines: Vec<String> = case["records"].as_array().context("records")?.iter().map(Value::to_string).collect();
        match name {
            "record" => write(n, lines.get(n).or(lines.first()).cloned().unwrap_or_default().as_bytes())?,
            "receipt" => {
                let mut ledger = Ledger::new();
                lines.iter().take(2).try_for_each(|line| ledger.add(Record::from_json(line)?))?;
                let as_of = Date::new(2026, 11, 21).context("a date")?;
                write(n, assess(&Policy::reference(), &ledger, "creator", as_of, None).receipt().to_json().as_bytes())?;
            }
            _ => write(n, lines.iter().take(8).map(String::as_str).collect::<Vec<_>>().join("\n").as_bytes())?,
        }
    }
    Ok(())
}

fn policies() -> Result<Vec<PathBuf>> {
    fs::read_dir(root().join("spec/vectors/policies"))?.map(|entry| Ok(entry?.path())).collect()
}

/// The words of the formats.
fn words() -> String {
    let policy = fs::read_to_string(root().join("spec/policies/icp-2026.json")).unwrap_or_default();
    let record = Ledger::from_json_lines(&fs::read(root().join("examples/data/creators.jsonl")).unwrap_or_default(), &Limits::DEFAULT)
        .unwrap_or_default();
    let text = policy + &String::from_utf8_lossy(&record.to_bytes());
    let mut words: Vec<&str> =
        text.split('"').filter(|word| !word.is_empty() && word.len() < 30 && word.bytes().all(|b| b.is_ascii_graphic())).collect();
    words.extend([
        "alleged",
        "upheld",
        "under-appeal",
        "remedied",
        "overturned",
        "incident",
        "reach",
        "withdrawn",
        "revision",
        "amount",
        "null",
        "1e400",
        "criterion",
        "least",
        "no_findings",
        "random_bases",
        "replicates",
        "seed",
        "tier_at_least",
        "within_days",
    ]);
    words.sort_unstable();
    words.dedup();
    words.into_iter().map(|word| format!("\"{}\"\n", word.replace('\\', "\\\\"))).collect()
}
