//! The independent oracle in decimal arithmetic: its own tests, and that the core agrees with it on random cases.

use anyhow::Result;

use crate::run::{command, run};

/// The oracle against the vectors.
pub fn test() -> Result<()> {
    run(command("python3").args(["-m", "unittest", "-q", "test_oracle"]).current_dir(crate::run::root().join("spec/oracle")))?;
    run(command("python3").args(["spec/oracle/oracle.py", "--check", "spec/vectors/cases.jsonl", "--policies", "spec/vectors/policies"]))
}
