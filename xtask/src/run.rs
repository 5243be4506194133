//! Runs programs and counts what their test runners say.
#![allow(dead_code)]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};

static PASSED: AtomicU64 = AtomicU64::new(0);

/// How many tests the runners have reported as passed so far.
pub fn passed() -> u64 {
    PASSED.load(Ordering::Relaxed)
}

/// Counts a check of our own that has passed.
pub fn pass(what: &str) {
    println!("ok: {what}");
    PASSED.fetch_add(1, Ordering::Relaxed);
}

/// Counts tests of our own that have passed.
pub fn pass_many(n: usize) {
    PASSED.fetch_add(n as u64, Ordering::Relaxed);
}

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// The folder for what jobs make: the one target folder of all workspaces.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A command of the project's root; cargo calls within it share the one target folder.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env("CARGO_TARGET_DIR", target());
    // `cargo xtask` exports its own toolchain and manifest; another toolchain or workspace must not see them.
    for name in ["CARGO", "CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "RUSTUP_TOOLCHAIN", "RUSTC", "RUSTDOC"] {
        command.env_remove(name);
    }
    command
}

/// `cargo` with these words.
pub fn cargo(words: &[&str]) -> Command {
    let mut cargo = command("cargo");
    cargo.args(words);
    cargo
}

/// Runs a command, shows its output as it comes, and counts the tests that it reports.
pub fn run(command: &mut Command) -> Result<()> {
    println!("\n$ {}", shown(command));
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", shown(command)))?;
    if let Some(out) = child.stdout.take() {
        let mut lines = BufReader::new(out);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            std::io::stdout().write_all(&line)?;
            count(&String::from_utf8_lossy(&line));
            line.clear();
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{status}: {}", shown(command));
    }
    Ok(())
}

/// Runs a command quietly and gives its standard output; shows everything where it fails.
pub fn output(command: &mut Command) -> Result<Vec<u8>> {
    let out = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {}", shown(command)))?;
    if !out.status.success() {
        std::io::stderr().write_all(&out.stdout)?;
        std::io::stderr().write_all(&out.stderr)?;
        bail!("{}: {}", out.status, shown(command));
    }
    Ok(out.stdout)
}

/// Installs Debian packages that are not there yet.
pub fn debian(packages: &[&str]) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|name| !is_installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let as_root = |words: &[&str]| {
        let is_root = output(&mut {
            let mut id = Command::new("id");
            id.arg("-u");
            id
        })
        .is_ok_and(|out| out.starts_with(b"0"));
        let mut command = command(if is_root { "apt-get" } else { "sudo" });
        if !is_root {
            command.arg("apt-get");
        }
        command.env("DEBIAN_FRONTEND", "noninteractive").args(words);
        command
    };
    println!("installing {}", missing.join(" "));
    output(&mut as_root(&["update", "-qq"]))?;
    let mut words = vec!["install", "-y", "-qq", "--no-install-recommends"];
    words.extend(&missing);
    output(&mut as_root(&words)).map(|_| ())
}

fn is_installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["-W", "-f=${Status}", package]).stderr(Stdio::null());
    query.output().is_ok_and(|out| out.stdout == b"install ok installed")
}

/// Adds up the closing lines of cargo test, pytest, node's test runner, unittest and the plain `N passed, N failed`.
fn count(line: &str) {
    let line = line.trim();
    let number_before = |word: &str| {
        let (before, _) = line.split_once(word)?;
        before.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse::<u64>().ok()
    };
    let cargo = line.starts_with("test result:");
    let pytest = line.starts_with("===") && line.contains(" passed");
    let plain = line.split_once(" passed, ").is_some_and(|(n, rest)| {
        n.rsplit(' ').next().is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit())) && n.split(' ').count() <= 2 && rest.ends_with("failed")
    });
    let passed = if cargo || pytest || plain {
        number_before(" passed")
    } else if let Some(n) = line.strip_prefix("# pass ").or_else(|| line.strip_prefix("ℹ pass ")) {
        n.parse().ok()
    } else if line.starts_with("Ran ") && line.contains(" test") {
        number_before(" test")
    } else {
        None
    };
    PASSED.fetch_add(passed.unwrap_or(0), Ordering::Relaxed);
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
