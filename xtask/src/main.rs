//! Every routine job of the project, as `cargo xtask JOB`; continuous integration calls the same jobs.

mod audit;
mod c;
mod fuzz;
mod oracle;
mod peers;
mod python;
mod run;
mod rust;
mod structure;
mod wasm;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};

/// A stage of `cargo xtask test`: name, what it is, what it does.
type Stage = (&'static str, &'static str, fn() -> Result<()>);

/// The stages, in order.
const STAGES: &[Stage] = &[
    ("lint", "format, lints and docs", rust::lint),
    ("rust", "unit, property, vector and command tests", rust::test),
    ("wasm", "the npm package in Node and Chromium: the bytes of the core, the preview, the tarball", wasm::test),
    ("c", "the C library: ABI, C and C++ programs, sanitizers, examples, fuzzing", c::test),
    ("python", "the Python package: wheel, stubs, types, frames, notebooks, Spark", python::test),
    ("oracle", "the decimal oracle and the core against it; calibration beside another's", oracle::test),
    ("fuzz", "the core's parsers and assess on anything, for a bounded time", fuzz::test),
];

const HELP: &str = "\
cargo xtask JOB

  test [STAGE…]   everything, or these stages: see below
  lint            format, clippy, docs
  spec            write the schemas of spec/ anew from the types
  bench           what the core costs
  audit           slow checks: licences, interface, a hundredth of the mutants (another one each day), long fuzzing
  fuzz            every fuzz target of the core for ten minutes
  fuzz T S        fuzz target T (record, policy, receipt, assess) for S seconds
  structure       what calibration estimates beside an implementation from PyPI
  oracle S N      the core against the decimal oracle: N random cases of seed S
  c-header        write bindings/c/include/uytin.h and abi.txt
  c-install --prefix P
                  build libuytin and install it below P
  c-bench         what a call through the C library costs beside the Rust call
  peers [WORD…]   the batch engine beside Polars, DuckDB, pandas and Numba: words of benches/peers/peers.py, --quick for a trial
  python          every check of the Python package
  python-bench    what a call from Python costs beside the Rust call: words of benches/python/bench.py
  python-stubs    write the stubs of the Python package anew from the code
  wasm            build the npm package into bindings/wasm/dist
  web             build it and serve the page of examples/web on this machine
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match job(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn job(words: &[&str]) -> Result<()> {
    match words {
        ["test", stages @ ..] => test(stages),
        ["lint"] => rust::lint(),
        ["spec"] => rust::spec(),
        ["bench"] => rust::bench(),
        ["audit"] => audit::audit(),
        ["fuzz"] => fuzz::core(fuzz::LONG_SECONDS),
        ["fuzz", target, seconds] => fuzz::fuzz(&run::root().join("fuzz"), target, seconds.parse()?),
        ["structure"] => structure::test(),
        ["oracle", seed, count] => oracle::differential(seed, count),
        ["c-header"] => c::header(),
        ["c-install", "--prefix", prefix] => c::install(std::path::Path::new(prefix)),
        ["c-bench"] => c::bench(),
        ["peers", words @ ..] => peers::peers(words),
        ["python"] => python::test(),
        ["python-bench", words @ ..] => python::bench(words),
        ["python-stubs"] => python::stubs(),
        ["wasm"] => wasm::build(),
        ["web"] => wasm::web(),
        _ => {
            print!("{HELP}");
            println!("\nstages of test:");
            STAGES.iter().for_each(|(name, what, _)| println!("  {name:<14}  {what}"));
            if words.is_empty() || words == ["help"] || words == ["--help"] { Ok(()) } else { bail!("no such job: {}", words.join(" ")) }
        }
    }
}

fn test(only: &[&str]) -> Result<()> {
    if let Some(unknown) = only.iter().find(|name| !STAGES.iter().any(|(stage, ..)| stage == *name)) {
        bail!("no such stage: {unknown}");
    }
    let mut table = Vec::new();
    let mut failed = 0;
    for (name, what, stage) in STAGES.iter().filter(|(name, ..)| only.is_empty() || only.contains(name)) {
        println!("\n== {name}: {what}");
        let (start, before) = (Instant::now(), run::passed());
        let result = stage();
        if let Err(error) = &result {
            eprintln!("{name}: {error:#}");
            failed += 1;
        }
        let outcome = if result.is_ok() { "ok" } else { "FAILED" };
        table.push(format!("{name:<10} {outcome:<6} {:>5} passed {:>5} s", run::passed() - before, start.elapsed().as_secs()));
    }
    println!("\n{}", table.join("\n"));
    println!("{} passed, {failed} failed", run::passed());
    if failed > 0 { bail!("{failed} stages failed") } else { Ok(()) }
}
