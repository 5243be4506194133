//! `uytin attack` and `uytin coverage`: what attacks can move, and what the interval covers, by simulation.

use uytin::coverage::{CoverageReport, CoverageSettings, simulate};
use uytin::gaming::{AttackReport, AttackSettings, Base, GamingReport, Trial, attack};

use crate::args::{Attack, Coverage};
use crate::assess::rules;
use crate::document::{Document, Part, count, decimals};
use crate::failure::{Failure, Result};
use crate::input;
use crate::progress::Progress;

/// A bound was exceeded.
const EXCEEDED: u8 = 1;

pub fn run(args: &Attack, quiet: bool) -> Result<u8> {
    input::read_once(args.records.iter().chain(&args.under.policy))?;
    let (policy, as_of) = rules(&args.under)?;
    let policy = policy.policy;
    let mut bases = AttackSettings { random_bases: args.random, seed: args.seed }.bases(&policy, as_of);
    if !args.records.is_empty() {
        let ledger = input::ledger(&args.records, &Progress::new(quiet))?;
        let subject = match &args.subject {
            Some(subject) => subject.as_str(),
            None => ledger.only_subject().map_err(|error| Failure::of("attack", &error))?,
        };
        bases.push(Base::of(subject, &ledger, subject));
    }
    let report = attack(&policy, as_of, &bases);
    let holds = report.holds;
    document(&report, args.random).write(&args.report)?;
    Ok(if holds { 0 } else { EXCEEDED })
}

fn document(report: &GamingReport, random: u16) -> Document {
    let mut parts = vec![
        Part::Text(format!("Policy {} {}, {}, as of {}.", report.policy, report.version, report.digest, report.as_of)),
        Part::Text(report.notice.clone()),
        Part::Text(format!(
            "Each attack was tried on {} (the stated one, {random} random{}) with every class, criterion or severity that it can use. Points are of the score before rounding, of an unrated ledger those of the prior; the bounds are those of MODEL.md, §10.",
            if report.bases == 1 { "one base ledger".to_owned() } else { format!("{} base ledgers", report.bases) },
            if report.bases > usize::from(random) + 1 { ", the records given" } else { "" }
        )),
        Part::Heading("The furthest that each attack moved a score".into()),
    ];
    let row = |attack: &AttackReport, trial: Option<&Trial>| {
        let mut row = vec![attack.attack.as_str().to_owned()];
        match trial {
            Some(trial) => row.extend([
                if trial.tier[0] == trial.tier[1] { trial.tier[0].clone() } else { trial.tier.join(" → ") },
                count(attack.trials),
                trial.score.map(|score| decimals(Some(score), 1)).join(" → "),
                signed(trial.moved),
                decimals(Some(trial.bound), 1),
                trial.mean.map_or_else(|| "–".to_owned(), |[from, to, _]| format!("{from:.3} → {to:.3}")),
                trial.mean.map_or_else(|| "–".to_owned(), |[_, _, bound]| decimals(Some(bound), 3)),
                if attack.exceeded == 0 { "yes".to_owned() } else { format!("NO: {}", attack.exceeded) },
            ]),
            None => row.extend(["no room for it", "0", "–", "–", "–", "–", "–", "–"].map(str::to_owned)),
        }
        row
    };
    let columns = || vec!["attack", "tier", "trials", "score", "moved", "bound", "μ that moved most", "its bound", "held"];
    let rows = report.attacks.iter().map(|attack| row(attack, attack.worst.as_ref())).collect();
    parts.push(Part::Table { columns: columns(), rows, texts: 2 });
    parts.push(Part::Heading("The furthest on the stated base".into()));
    let rows = report.attacks.iter().map(|attack| row(attack, attack.stated.as_ref())).collect();
    parts.push(Part::Table { columns: columns(), rows, texts: 2 });
    parts.push(Part::Heading("What it took, and what bounds it".into()));
    let rows = report.attacks.iter().map(|attack| {
        let with = attack.worst.as_ref().map_or_else(|| "–".to_owned(), |trial| format!("{}: {}", trial.base, trial.with));
        vec![attack.attack.as_str().to_owned(), with, attack.bound.to_owned()]
    });
    parts.push(Part::Table { columns: vec!["attack", "furthest with", "bound"], rows: rows.collect(), texts: 3 });
    let held = if report.holds { "Every bound held in every trial." } else { "A BOUND WAS EXCEEDED." };
    parts.push(Part::Text(held.to_owned()));
    Document { title: "Attacks on a score, and their bounds".into(), parts, json: report.to_json() }
}

fn signed(points: f64) -> String {
    let text = decimals(Some(points), 1);
    if points > 0.05 {
        format!("+{text}")
    } else if text == "−0.0" {
        "0.0".to_owned()
    } else {
        text
    }
}

pub fn coverage(args: &Coverage) -> Result<u8> {
    let policy = input::policy(args.policy.as_deref())?.policy;
    let settings = CoverageSettings { criterion: args.criterion.clone(), seed: args.seed, replicates: args.replicates };
    let report = simulate(&policy, &settings).map_err(|error| Failure::of("coverage", &error))?;
    coverage_document(&report).write(&args.report)?;
    Ok(0)
}

fn coverage_document(report: &CoverageReport) -> Document {
    let rows = report.rows.iter().map(|row| {
        vec![
            row.scenario.as_str().to_owned(),
            row.checks.to_string(),
            decimals(Some(report.nominal), 2),
            format!("{:.3} ± {:.3}", row.drawn, row.drawn_error),
            decimals(Some(row.width), 3),
            format!("{:.3} at {:.2}", row.least, row.least_at),
        ]
    });
    let columns = vec!["checks are", "checks", "nominal", "covered", "width", "least covered, at share"];
    let parts = vec![
        Part::Text(format!(
            "Policy {} {}, {}, criterion {}: {} simulated subjects a figure, seed {}.",
            report.policy,
            report.version,
            report.digest,
            report.criterion,
            count(usize::try_from(report.replicates).unwrap_or_default()),
            report.seed
        )),
        Part::Table { columns, rows: rows.collect(), texts: 1 },
        Part::Text("Covered: of subjects whose share is drawn from the criterion's prior. Least: of subjects with one fixed share, the share covered least.".into()),
    ];
    Document { title: "What the nominal interval covers".into(), parts, json: report.to_json() }
}
