//! Slow checks, apart from the tests: licences and duplicates, breaks of the public interface, mutants, long fuzzing.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;

use crate::fuzz;
use crate::run::{cargo, command, output, pass, run, target};

/// Everything; installs its tools into the target folder, which takes some minutes each.
pub fn audit() -> Result<()> {
    deny()?;
    semver()?;
    mutants()?;
    fuzz::core(fuzz::LONG_SECONDS)
}

/// Licences, duplicates and sources of every dependency; advisories need a network that serves them.
fn deny() -> Result<()> {
    run(tool("cargo-deny")?.args(["deny", "--all-features", "check", "licenses", "bans", "sources"]))?;
    pass("cargo deny");
    Ok(())
}

/// The public interface against the last release, where there is one.
fn semver() -> Result<()> {
    let tags = output(command("git").args(["tag", "--list", "v*", "--sort=-version:refname"]))?;
    let Some(release) = String::from_utf8_lossy(&tags).lines().next().map(str::to_owned) else {
        println!("no release yet, so there is nothing to compare the interface with");
        return Ok(());
    };
    run(tool("cargo-semver-checks")?.args(["semver-checks", "-p", "uytin", "--baseline-rev", &release]))?;
    pass("cargo semver-checks");
    Ok(())
}

/// So many parts of the mutants, of which a run takes the one of its day: all of them take days.
const PARTS: u64 = 100;

/// Changes the core in small ways; every change that matters must make a test fail.
fn mutants() -> Result<()> {
    let day = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() / 86_400;
    let out = target().join("mutants");
    std::fs::create_dir_all(&out)?;
    let mut mutants = tool("cargo-mutants")?;
    mutants.args(["mutants", "--package", "uytin", "--no-shuffle", "--timeout-multiplier", "3", "--output"]).arg(out);
    mutants.args(["--shard", &format!("{}/{PARTS}", day % PARTS)]);
    run(mutants.args(["--", "--lib", "--tests"]))?;
    pass("cargo mutants");
    Ok(())
}

/// `cargo` with this subcommand at hand.
fn tool(name: &str) -> Result<std::process::Command> {
    let tools = target().join("tools");
    if !tools.join("bin").join(name).exists() {
        run(cargo(&["install", name, "--locked", "--root"]).arg(&tools))?;
    }
    let mut command = cargo(&[]);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(tools.join("bin")).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(paths)?);
    Ok(command)
}
