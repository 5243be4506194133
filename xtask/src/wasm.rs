//! The npm package `uytin`: builds the engine for WebAssembly, and tests the package.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::run::{command, debian, output, root, run, target};

const TARGET: &str = "wasm32-unknown-unknown";

fn package() -> PathBuf {
    root().join("bindings/wasm")
}

/// Builds the package into `bindings/wasm/dist`: the engine, and the larger one of the entry `uytin/tools`.
pub fn build() -> Result<()> {
    npm_packages()?;
    let schemas = target().join("wasm/schemas.json");
    let glue = target().join("wasm/raw");
    let base = packed("engine", &[], &glue)?;
    let tools = packed("tools", &["--features", "tools"], &glue)?;
    std::fs::write(&schemas, output(native()?.arg("schemas"))?)?;
    run(command("node").arg("build.js").arg(glue).arg(base).arg(tools).arg(schemas).current_dir(package()))
}

/// Compiles an engine, makes its JavaScript and makes it small.
fn packed(name: &str, features: &[&str], glue: &Path) -> Result<PathBuf> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(engine(features)?).out_name(name).web(true)?.typescript(true).omit_default_module_path(true);
    bindgen.remove_name_section(true).remove_producers_section(true).generate(glue)?;
    let small = target().join("wasm").join(name).with_extension("wasm");
    // Only features that every engine of the supported range has: never `--all-features`.
    let features = ["--enable-bulk-memory", "--enable-sign-ext", "--enable-nontrapping-float-to-int", "--enable-mutable-globals"];
    let features = features.iter().chain(&["--enable-reference-types", "--enable-multivalue"]);
    let mut opt = tool("wasm-opt");
    opt.args(["--strip-debug", "--strip-producers"]).args(features).args([
        "-Oz",
        "--flatten",
        "--rereloop",
        "-Oz",
        "--low-memory-unused",
        "-Oz",
    ]);
    output(opt.arg(glue.join(format!("{name}_bg.wasm"))).arg("-o").arg(&small))?;
    Ok(small)
}

/// A program of the package's development dependencies.
fn tool(name: &str) -> Command {
    let mut tool = command(package().join("node_modules/.bin").join(name));
    tool.current_dir(package());
    tool
}

/// The program of the core on this machine.
fn native() -> Result<Command> {
    run(command("cargo").args(["build", "--release", "--quiet", "--example", "native"]).current_dir(package()))?;
    Ok(command(target().join("release/examples/native")))
}

fn npm_packages() -> Result<()> {
    // npm leaves this file behind, so it tells whether the lock file has changed since.
    let installed = package().join("node_modules/.package-lock.json");
    let modified = |path: &Path| path.metadata().and_then(|file| file.modified()).ok();
    if modified(&installed) < modified(&package().join("package-lock.json")) {
        output(command("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(package()))?;
    }
    Ok(())
}

/// Compiles the engine with an installed rustup target where there is one, else with Debian's compiler, whose standard
/// library is there as source.
fn engine(features: &[&str]) -> Result<PathBuf> {
    let words = ["build", "--release", "--target", TARGET];
    if libraries(TARGET).is_ok_and(|path| path.exists()) {
        run(command("cargo").args(words).args(features).current_dir(package()))?;
    } else {
        debian(&["rustc-web", "cargo-web", "rust-web-src"])?;
        let host = host()?;
        let linker = libraries(&host)?.with_file_name("bin").join("rust-lld");
        let mut cargo = command("/usr/bin/cargo");
        cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", "/usr/bin/rustc");
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        // The engine does not panic; without the machinery for its messages it is a third smaller.
        let flags = "-Zunstable-options -Cpanic=immediate-abort -Zfmt-debug=none -Zlocation-detail=none -Zinline-mir=no --cfg sha2_backend_soft=\"compact\"";
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
        cargo.args(words).args(features).args(["-Z", "build-std=std,panic_abort", "-Z", "build-std-features=optimize_for_size"]);
        run(cargo.current_dir(package()))?;
    }
    Ok(target().join(TARGET).join("release/uytin_wasm.wasm"))
}

/// The folder of a target's libraries in the toolchain in use.
fn libraries(target: &str) -> Result<PathBuf> {
    let path = output(command("rustc").args(["--print", "target-libdir", "--target", target]))?;
    Ok(PathBuf::from(String::from_utf8(path)?.trim()))
}

fn host() -> Result<String> {
    let version = String::from_utf8(output(command("rustc").arg("-vV"))?)?;
    version.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("rustc names no host")
}

/// The package in Node and in Chromium: the bytes of the core on the vectors and on random ledgers, errors, memory; the page
/// of `examples/web` as a person drives it; the packed tarball in projects of its own.
pub fn test() -> Result<()> {
    debian(&["chromium", "fonts-noto-core"])?;
    build()?;
    native()?;
    let core = target().join("release/examples/native");
    for file in ["engine", "web", "package"] {
        let mut node = command("node");
        node.args(["--test", &format!("test/{file}.test.js")]).current_dir(package());
        run(node.env("UYTIN_NATIVE", &core).env("UYTIN_PICTURES", target().join("wasm/pictures")))?;
    }
    Ok(())
}

/// Serves the page of `examples/web` on this machine.
pub fn web() -> Result<()> {
    build()?;
    run(command("node").arg("examples/web/serve.js"))
}
