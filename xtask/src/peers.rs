//! The comparison of the batch engine with Polars, DuckDB, pandas and a kernel by hand in Numba.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::{cargo, command, output, root, run, target};

/// Installs the peers into an environment of their own, builds the engine, and measures all of them in turn; the table goes
/// to `target/peers/table.md`. The words are those of `benches/peers/peers.py`: `--quick` for a smoke test.
pub fn peers(words: &[&str]) -> Result<()> {
    let folder = target().join("peers");
    let environment = folder.join("venv");
    let requirements = root().join("benches/peers/requirements.txt");
    let python = environment.join("bin/python");
    let wanted = std::fs::read(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    let installed = environment.join("requirements.txt");
    if std::fs::read(&installed).ok().as_deref() != Some(&wanted) {
        std::fs::create_dir_all(&folder)?;
        let made = output(command("python3").args(["-m", "venv", "--clear"]).arg(&environment));
        if made.is_err() {
            crate::run::debian(&["python3-venv"])?;
            output(command("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        }
        println!("installing the peers");
        output(command(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&requirements))?;
        std::fs::write(&installed, &wanted)?;
    }
    // Numba compiles for the processor at hand, and Polars comes for newer ones only: so the engine is measured as it is built for
    // this one, too.
    let portable = engine(&target(), &[])?;
    let native = engine(&folder.join("native"), &["--config", r#"build.rustflags=["-Ctarget-cpu=native"]"#])?;
    run(command(&python)
        .current_dir(root().join("benches/peers"))
        .arg("peers.py")
        .arg("--engine")
        .arg(&native)
        .arg("--portable")
        .arg(&portable)
        .arg("--out")
        .arg(&folder)
        .args(words))
}

/// Builds the engine in this target folder, with these words of cargo.
fn engine(target: &Path, words: &[&str]) -> Result<PathBuf> {
    let build = "build --release --quiet -p uytin-columns --no-default-features --features ipc --example bench_columns";
    run(cargo(&build.split(' ').collect::<Vec<_>>()).args(words).env("CARGO_TARGET_DIR", target))?;
    let engine = target.join("release/examples/bench_columns");
    if !engine.is_file() {
        bail!("no engine at {}", engine.display());
    }
    Ok(engine)
}
