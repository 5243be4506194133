//! The Rust workspace: format, lints, docs and tests.

use anyhow::Result;

use crate::run::{cargo, pass, run};

/// Format, clippy with warnings as errors, and docs without broken links.
pub fn lint() -> Result<()> {
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    pass("cargo fmt");
    run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--quiet", "--", "-D", "warnings"]))?;
    pass("cargo clippy");
    run(cargo(&["doc", "--workspace", "--no-deps", "--all-features", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    pass("cargo doc");
    Ok(())
}

/// Every test of the workspace, docs included.
pub fn test() -> Result<()> {
    run(&mut cargo(&["test", "--workspace", "--all-features", "--quiet"]))
}

/// Writes the schemas of `spec/` anew from the types.
pub fn spec() -> Result<()> {
    run(cargo(&["test", "--package", "uytin", "--all-features", "--test", "spec", "--quiet"]).env("UYTIN_BLESS", "1"))
}

/// What the core costs.
pub fn bench() -> Result<()> {
    run(&mut cargo(&["bench", "--package", "uytin"]))
}
