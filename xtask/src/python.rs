//! The Python package: built as `pip` builds it, its stubs, types and examples checked, its tests run on every frame library.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::run::{cargo, command, debian, output, pass, root, run, target};

/// The wheel's size in bytes, at most.
const WHEEL_MAX: u64 = 3_000_000;

fn folder() -> PathBuf {
    root().join("bindings/python")
}

fn work() -> PathBuf {
    target().join("python")
}

/// A program of the virtual environment of the tests.
fn tool(name: &str) -> Command {
    let bin = work().join("venv/bin");
    let mut tool = command(bin.join(name));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(bin).chain(std::env::split_paths(&path));
    tool.current_dir(folder()).env("PATH", std::env::join_paths(paths).unwrap_or_default());
    tool
}

/// The environment with what the tests need; made anew where the list of that has changed.
fn environment() -> Result<()> {
    let (list, installed) = (folder().join("requirements-test.txt"), work().join("venv/requirements.txt"));
    let wanted = fs::read_to_string(&list)?;
    if fs::read_to_string(&installed).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    fs::create_dir_all(work())?;
    run(command("python3").args(["-m", "venv", "--clear"]).arg(work().join("venv")))?;
    run(tool("pip").args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&list))?;
    Ok(fs::write(installed, wanted)?)
}

/// Builds the wheel by the way of `pip install ./bindings/python`, and installs it.
fn wheel() -> Result<()> {
    let wheels = work().join("wheels");
    let _ = fs::remove_dir_all(&wheels);
    // The widget is the web component of the npm package, in one file.
    let component = root().join("bindings/wasm/dist/preview-inline.js");
    if !component.is_file() {
        crate::wasm::build()?;
    }
    fs::copy(&component, folder().join("python/uytin/_preview.js")).with_context(|| format!("cannot copy {}", component.display()))?;
    run(tool("pip").args(["wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "-w"]).arg(&wheels).arg(folder()))?;
    let wheel = fs::read_dir(&wheels)?.next().context("pip made no wheel")??.path();
    let size = wheel.metadata()?.len();
    ensure!(size <= WHEEL_MAX, "the wheel has {size} bytes, and at most {WHEEL_MAX} are allowed");
    let name = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
    ensure!(name.contains("-abi3-"), "{name} is bound to one version of Python");
    run(tool("pip").args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--force-reinstall"]).arg(&wheel))?;
    pass(&format!("the wheel: {name}, {} kB", size / 1000));
    Ok(())
}

/// The stubs as the code gives them.
fn stubs_text() -> Result<String> {
    let out = work().join("stubs");
    let _ = fs::remove_dir_all(&out);
    run(tool("maturin").args(["generate-stubs", "--quiet", "--features", "stubs", "--out"]).arg(&out))?;
    Ok(fs::read_to_string(out.join("uytin/_uytin.pyi"))?)
}

fn stubs_path() -> PathBuf {
    folder().join("python/uytin/_uytin.pyi")
}

/// Writes the stubs of the native part.
pub fn stubs() -> Result<()> {
    environment()?;
    fs::write(stubs_path(), stubs_text()?)?;
    println!("wrote bindings/python/python/uytin/_uytin.pyi");
    Ok(())
}

/// Renders the executed notebooks as pictures.
fn pictures() -> Result<()> {
    let rendered: Vec<PathBuf> = fs::read_dir(work().join("notebooks"))?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let pages = rendered.iter().filter(|path| path.extension().is_some_and(|of| of == "html"));
    let mut count = 0;
    for page in pages {
        let picture = page.with_extension("png");
        let mut chromium = command("chromium");
        chromium.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"]);
        chromium.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
        chromium.args(["--window-size=1100,3200", "--virtual-time-budget=5000"]);
        chromium.arg(format!("--screenshot={}", picture.display())).arg(format!("file://{}", page.display()));
        output(&mut chromium)?;
        let size = picture.metadata()?.len();
        ensure!(size > 50_000, "{} has {size} bytes only", picture.display());
        println!("picture: {}", picture.display());
        count += 1;
    }
    ensure!(count == 3, "{count} notebooks are rendered, and 3 are expected");
    pass("the notebooks in a browser");
    Ok(())
}

/// What the package costs beside the Rust engine: the words are those of `benches/python/bench.py`.
pub fn bench(words: &[&str]) -> Result<()> {
    environment()?;
    wheel()?;
    let build = |words: &str| run(&mut cargo(&words.split(' ').collect::<Vec<_>>()));
    build("build --release --quiet -p uytin --example bench_assess")?;
    build("build --release --quiet -p uytin-columns --no-default-features --features ipc --example bench_columns")?;
    let examples = target().join("release/examples");
    let script = root().join("benches/python/bench.py");
    let out = work().join("bench");
    run(tool("python")
        .arg(script)
        .arg("--assess")
        .arg(examples.join("bench_assess"))
        .arg("--engine")
        .arg(examples.join("bench_columns"))
        .arg("--out")
        .arg(out)
        .args(words))
}

/// Every check of the package.
pub fn test() -> Result<()> {
    environment()?;
    let manifest = folder().join("Cargo.toml");
    let cargo = |words: &[&str]| {
        let mut cargo = command("cargo");
        cargo.args(words).arg("--manifest-path").arg(&manifest);
        cargo
    };
    run(cargo(&["fmt", "--check"]).args(["--", "--config-path"]).arg(root().join("rustfmt.toml")))?;
    run(cargo(&["clippy", "--quiet", "--features", "stubs"]).args(["--", "-D", "warnings"]))?;
    pass("format and lints of the native part");
    wheel()?;
    ensure!(fs::read_to_string(stubs_path())? == stubs_text()?, "the stubs differ from the code: run `cargo xtask python-stubs`");
    pass("the stubs are those of the code");
    run(tool("mypy").args(["--strict", "python/uytin"]))?;
    pass("mypy --strict");
    // Not from the folder of the sources: the installed package is what is tested.
    run(tool("python").args(["-m", "mypy.stubtest", "uytin._uytin", "--ignore-disjoint-bases"]).current_dir(work()))?;
    pass("stubtest");
    if !Path::new("/usr/bin/java").exists() && output(command("java").arg("-version")).is_err() {
        debian(&["openjdk-17-jre-headless"])?;
    }
    let _ = fs::remove_dir_all(work().join("notebooks"));
    run(tool("pytest").args(["-p", "no:cacheprovider", "tests"]).env("UYTIN_NOTEBOOKS", work().join("notebooks")))?;
    debian(&["chromium", "fonts-dejavu-core"])?;
    pictures()
}
