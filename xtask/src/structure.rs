//! The structure that calibration estimates, beside an implementation from PyPI that shares no code with it.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use uytin::calibrate::{Population, Settings, Structure, calibrate};
use uytin::{Body, Date, Ledger, Limits, Policy, Record};

use crate::oracle::piped;
use crate::run::{command, debian, output, pass, root, run, target};

/// Reals of reports have nine decimals; a may be as small as 0.02.
const TOLERANCE: f64 = 1e-6;

/// The claims as they are, without and with decay, and summed up by year.
pub fn test() -> Result<()> {
    let venv = target().join("oracle/venv");
    if output(command(venv.join("bin/python")).args(["-c", "import credibility, polars"])).is_err() {
        if output(command("python3").args(["-m", "venv", "--clear"]).arg(&venv)).is_err() {
            debian(&["python3-venv"])?;
            output(command("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
        }
        let list = root().join("spec/oracle/requirements.txt");
        run(command(venv.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(list))?;
    }
    let data = root().join("examples/data");
    let policy = Policy::from_json(&std::fs::read_to_string(data.join("claims-policy.json"))?)?;
    let claims = Ledger::from_json_lines(&std::fs::read(data.join("claims.jsonl"))?, &Limits::DEFAULT)?;
    let train_to: Date = "2014-12-31".parse()?;
    let by_year = by_year(&claims)?;
    for (name, ledger) in [("claims", &claims), ("claims by year", &by_year)] {
        let settings = Settings { replicates: 20, ..Settings::new(train_to, train_to.plus(1)) };
        let calibration = calibrate(&Population::of(ledger, &policy), &policy, &settings)?;
        let fit = calibration.criteria.first().context("a criterion")?;
        let half_life = f64::from(fit.half_life.days[1]);
        let plain = |_: f64| 1.0;
        compare(&format!("{name}, without decay"), &venv, ledger, train_to, &fit.undecayed, plain)?;
        compare(&format!("{name}, with decay"), &venv, ledger, train_to, &fit.structure, |age| (-age / half_life).exp2())?;
    }
    Ok(())
}

/// The same checks, a record a subject and year.
fn by_year(claims: &Ledger) -> Result<Ledger> {
    let mut sums: BTreeMap<(String, String), (Record, u32, u32)> = BTreeMap::new();
    for record in claims.records() {
        let Body::Observation { passed, failed } = record.body else { continue };
        let year = record.date.to_string()[..4].to_owned();
        let sum = sums.entry((record.subject.clone(), year)).or_insert_with(|| (record.clone(), 0, 0));
        (sum.1, sum.2) = (sum.1 + passed, sum.2 + failed);
    }
    let mut ledger = Ledger::new();
    for (_, (mut record, passed, failed)) in sums {
        record.body = Body::Observation { passed, failed };
        ledger.add(record)?;
    }
    Ok(ledger)
}

fn compare(name: &str, venv: &std::path::Path, ledger: &Ledger, until: Date, ours: &Structure, decay: impl Fn(f64) -> f64) -> Result<()> {
    let mut cells = String::new();
    for (n, record) in ledger.records().filter(|record| record.date <= until).enumerate() {
        let Body::Observation { passed, failed } = record.body else { continue };
        let checks = f64::from(passed + failed);
        let weight = checks * decay(f64::from(until.days() - record.date.days()));
        writeln!(cells, "{}\t{n}\t{}\t{weight:e}", record.subject, f64::from(passed) / checks)?;
    }
    let script = root().join("spec/oracle/structure.py");
    let found: Value = serde_json::from_slice(&piped(command(venv.join("bin/python")).arg(script), cells.into_bytes())?)?;
    let own = [
        ("within", ours.within),
        ("between", ours.between),
        ("strength", ours.strength),
        ("collective_mean", Some(ours.collective_mean)),
        ("mean", ours.mean),
    ];
    for (key, own) in own {
        let (own, theirs) = (own.context(key)?, found[key].as_f64().context(key)?);
        ensure!((own - theirs).abs() <= TOLERANCE * theirs.abs(), "{name}: {key} is {own} here and {theirs} there");
    }
    pass(&format!("the structure of {name}: s², a, k and means as `credibility` has them"));
    Ok(())
}
