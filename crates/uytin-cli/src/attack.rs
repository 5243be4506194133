//! `uytin attack` and `uytin coverage`: what attacks can move, and what the interval covers, by simulation.

use uytin::coverage::{CoverageReport, CoverageSettings, simulate};
use uytin::gaming::{Attack as Attempt, AttackReport, AttackSettings, Base, GamingReport, Trial, attack};
use uytin::{Language, Policy};

use crate::args::{Attack, Coverage};
use crate::assess::rules;
use crate::document::{Document, Part};
use crate::failure::{Failure, Result};
use crate::input;
use crate::progress::Progress;
use crate::receipt::subject;
use crate::text::Words;

/// A bound was exceeded.
const EXCEEDED: u8 = 1;

pub fn run(args: &Attack, quiet: bool) -> Result<u8> {
    input::read_once(args.records.iter().chain(&args.under.policy))?;
    let (policy, as_of) = rules(&args.under)?;
    let policy = policy.policy;
    let mut bases = AttackSettings { random_bases: args.random, seed: args.seed }.bases(&policy, as_of);
    if !args.records.is_empty() {
        let ledger = input::ledger(&args.records, &Progress::new(quiet))?;
        let subject = subject(&ledger, args.subject.as_deref())?;
        bases.push(Base::of(subject, &ledger, subject));
    }
    let report = attack(&policy, as_of, &bases);
    let holds = report.holds;
    document(&report, &policy, args.random, &Words::of(args.report.language.get())).write(&args.report)?;
    Ok(if holds { 0 } else { EXCEEDED })
}

/// What is called by a code: in English by the code itself.
fn called(words: &Words, code: &str, title: impl Fn(Language) -> String) -> String {
    if words.language() == Language::English { code.to_owned() } else { title(words.language()) }
}

fn document(report: &GamingReport, policy: &Policy, random: u16, words: &Words) -> Document {
    let (digest, date) = (report.digest.to_string(), report.as_of.to_string());
    let facts = [("name", &*report.policy), ("version", &report.version), ("digest", &digest), ("date", &date)];
    let bases = words.counted("attackBases", "attackBase", report.bases);
    let given = report.bases > usize::from(random) + 1;
    let which = words.with(if given { "attackWhichGiven" } else { "attackWhich" }, &[("n", &random.to_string())]);
    let mut parts = vec![
        Part::Text(words.with("attackPolicy", &facts)),
        Part::Text(words.of_policy(&policy.document().notice).to_owned()),
        Part::Text(words.with("attackIntro", &[("bases", &bases), ("which", &which)])),
        Part::Heading(words.get("attackFurthest").to_owned()),
    ];
    let tier = |id: &str| called(words, id, |_| words.tier(policy, id).0);
    let name = |attack: Attempt| called(words, attack.as_str(), |language| attack.title(language));
    let row = |attack: &AttackReport, trial: Option<&Trial>| {
        let mut row = vec![name(attack.attack)];
        match trial {
            Some(trial) => row.extend([
                if trial.tier[0] == trial.tier[1] { tier(&trial.tier[0]) } else { trial.tier.each_ref().map(|id| tier(id)).join(" → ") },
                words.count(attack.trials),
                trial.score.map(|score| words.decimals(score, 1)).join(" → "),
                signed(words, trial.moved),
                words.decimals(trial.bound, 1),
                trial.mean.map_or_else(|| "–".to_owned(), |[from, to, _]| [from, to].map(|mean| words.decimals(mean, 3)).join(" → ")),
                trial.mean.map_or_else(|| "–".to_owned(), |[_, _, bound]| words.decimals(bound, 3)),
                if attack.exceeded == 0 {
                    words.get("attackYes").to_owned()
                } else {
                    words.with("attackNo", &[("n", &words.count(attack.exceeded))])
                },
            ]),
            None => row.extend([words.get("attackNoRoom"), "0", "–", "–", "–", "–", "–", "–"].map(str::to_owned)),
        }
        row
    };
    let keys = [
        "attackAttack",
        "attackTier",
        "attackTrials",
        "attackScore",
        "attackMoved",
        "attackBound",
        "attackMean",
        "attackMeanBound",
        "attackHeld",
    ];
    let columns = || keys.map(|key| words.get(key)).into();
    let rows = report.attacks.iter().map(|attack| row(attack, attack.worst.as_ref())).collect();
    parts.push(Part::Table { columns: columns(), rows, texts: 2 });
    parts.push(Part::Heading(words.get("attackStated").to_owned()));
    let rows = report.attacks.iter().map(|attack| row(attack, attack.stated.as_ref())).collect();
    parts.push(Part::Table { columns: columns(), rows, texts: 2 });
    parts.push(Part::Heading(words.get("attackTook").to_owned()));
    let rows = report.attacks.iter().map(|attack| {
        let with = attack.worst.as_ref().map_or_else(|| "–".to_owned(), |trial| trial.uses(words.language()));
        vec![name(attack.attack), with, attack.attack.bound(words.language())]
    });
    let columns = ["attackAttack", "attackWith", "attackBound"].map(|key| words.get(key)).into();
    parts.push(Part::Table { columns, rows: rows.collect(), texts: 3 });
    parts.push(Part::Text(words.get(if report.holds { "attackAllHeld" } else { "attackExceeded" }).to_owned()));
    Document { title: words.get("attackTitle").to_owned(), parts, json: report.to_json(), language: words.language() }
}

fn signed(words: &Words, points: f64) -> String {
    let text = words.decimals(points, 1);
    if points > 0.05 { format!("+{text}") } else { text }
}

pub fn coverage(args: &Coverage) -> Result<u8> {
    let policy = input::policy(args.policy.as_deref())?.policy;
    let settings = CoverageSettings { criterion: args.criterion.clone(), seed: args.seed, replicates: args.replicates };
    let report = simulate(&policy, &settings).map_err(|error| Failure::of_options(&error))?;
    coverage_document(&report, &Words::of(args.report.language.get())).write(&args.report)?;
    Ok(0)
}

fn coverage_document(report: &CoverageReport, words: &Words) -> Document {
    let rows = report.rows.iter().map(|row| {
        let least = [("share", words.decimals(row.least, 3)), ("at", words.decimals(row.least_at, 2))];
        vec![
            called(words, row.scenario.as_str(), |language| row.scenario.title(language)),
            row.checks.to_string(),
            words.decimals(report.nominal, 2),
            format!("{} ± {}", words.decimals(row.drawn, 3), words.decimals(row.drawn_error, 3)),
            words.decimals(row.width, 3),
            words.with("coverAt", &least.each_ref().map(|(name, text)| (*name, text.as_str()))),
        ]
    });
    let keys = ["coverChecksAre", "coverChecks", "calibNominal", "coverCovered", "coverWidth", "coverLeast"];
    let facts = [
        ("name", report.policy.clone()),
        ("version", report.version.clone()),
        ("digest", report.digest.to_string()),
        ("criterion", report.criterion.clone()),
        ("replicates", words.big(report.replicates.into())),
        ("seed", report.seed.to_string()),
    ];
    let parts = vec![
        Part::Text(words.with("coverIntro", &facts.each_ref().map(|(name, text)| (*name, text.as_str())))),
        Part::Table { columns: keys.map(|key| words.get(key)).into(), rows: rows.collect(), texts: 1 },
        Part::Text(words.get("coverNote").to_owned()),
    ];
    Document { title: words.get("coverTitle").to_owned(), parts, json: report.to_json(), language: words.language() }
}
