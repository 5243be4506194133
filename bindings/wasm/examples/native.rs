//! The core on this machine, for the tests of the package: what it says of cases, random cases, schemas and timings.
//!
//! ```text
//! native assess POLICIES < CASES     one assessment a line, as JSON
//! native paths POLICIES < CASES      what reaches each higher tier, by every source class, one a line, as JSON
//! native tools < QUESTIONS           what the tools over a population answer, one a line, as JSON
//! native random POLICIES N SEED      so many random cases
//! native schemas                     the JSON Schemas of the documents that the package reads and writes
//! native time LEDGER                 nanoseconds that `score` takes, the least of many runs
//! ```
//!
//! A case is `{"policy", "subject", "as_of", "previous_tier", "records"}`, as in `spec/vectors/cases.jsonl`; a question is
//! `{"tool", "settings"}` and what the tool needs besides: `records`, `as_of`, `members`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{BufRead, BufWriter, Write};
use std::time::Instant;

use serde_json::{Value, json};
use uytin::calibrate::{Population, Settings, calibrate};
use uytin::coverage::{CoverageSettings, simulate};
use uytin::fairness::{Fairness, FairnessSettings, Member};
use uytin::gaming::{AttackSettings, Base, attack};
use uytin::{Date, Ledger, Limits, Policy, Record, RecordType, Status, assess};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["assess", policies] => answer_cases(&read_policies(policies), false),
        ["paths", policies] => answer_cases(&read_policies(policies), true),
        ["tools"] => answer_questions(),
        ["random", policies, n, seed] => random_cases(&read_policies(policies), n.parse().unwrap(), seed.parse().unwrap()),
        ["schemas"] => {
            let [record, policy, brief] = [uytin::record_schema(), uytin::policy_schema(), uytin::brief_schema()];
            let base = json!({"read": {"Record": record, "PolicyDocument": policy}, "written": {"Assessment": uytin::assessment_schema()}});
            let written = json!({
                "Paths": uytin::paths_schema(),
                "Contest": uytin::contest_schema(),
                "Shortlist": uytin::shortlist_schema(),
                "LeftOut": uytin::left_out_schema(),
                "Impact": uytin::impact_schema(),
                "PolicyDiff": uytin::policy_diff_schema(),
                "PolicyLint": uytin::policy_lint_schema(),
                "CalibrationReport": uytin::calibration_schema(),
                "FairnessReport": uytin::fairness_schema(),
                "AttacksReport": uytin::attacks_schema(),
                "IntervalCoverageReport": uytin::interval_coverage_schema(),
            });
            println!("{}", json!({"types": base, "tool-types": {"read": {"Brief": brief}, "written": written}}));
        }
        ["time", ledger] => println!("{}", time_score(ledger)),
        _ => panic!("usage: native assess | paths | tools | random | schemas | time"),
    }
}

fn read_policies(folder: &str) -> BTreeMap<String, Policy> {
    let read = |path: std::path::PathBuf| {
        let policy = Policy::from_json(&std::fs::read_to_string(&path).unwrap()).unwrap();
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), policy)
    };
    std::fs::read_dir(folder).unwrap().map(|entry| read(entry.unwrap().path())).collect()
}

fn answer_cases(policies: &BTreeMap<String, Policy>, paths: bool) {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let case: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let mut ledger = Ledger::new();
        for record in case["records"].as_array().unwrap() {
            ledger.add(Record::from_json(&record.to_string()).unwrap()).unwrap();
        }
        let as_of = Date::parse(case["as_of"].as_str().unwrap()).unwrap();
        let policy = &policies[case["policy"].as_str().unwrap()];
        let (subject, previous) = (case["subject"].as_str().unwrap(), case["previous_tier"].as_str());
        if paths {
            let classes: Vec<&str> = policy.document().sources.iter().map(|(id, _)| &**id).collect();
            writeln!(out, "{}", ledger.bind_subject(policy, subject).paths(as_of, previous, &classes).unwrap().to_json()).unwrap();
        } else {
            writeln!(out, "{}", assess(policy, &ledger, subject, as_of, previous).to_json()).unwrap();
        }
    }
}

/// What Rust gives of the settings, read field by field: not by the reader that the package uses.
fn answer_questions() {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let policy = Policy::reference();
    for line in std::io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let settings = &question["settings"];
        let number = |name: &str| settings[name].as_u64();
        let day = |value: &Value| Date::parse(value.as_str().unwrap()).unwrap();
        let mut ledger = Ledger::new();
        for record in question["records"].as_array().into_iter().flatten() {
            ledger.add(Record::from_json(&record.to_string()).unwrap()).unwrap();
        }
        let answer = match question["tool"].as_str().unwrap() {
            "calibrate" => {
                let population = Population::of(&ledger, &Population::reading_policy(&policy).unwrap());
                let own = Settings::new(day(&settings["train_to"]), day(&settings["test_from"]));
                let seed = number("seed").unwrap_or(own.seed);
                let replicates = number("replicates").map_or(own.replicates, |n| usize::try_from(n).unwrap());
                let made = calibrate(&population, &policy, &Settings { seed, replicates, ..own }).unwrap();
                format!(r#"{{"report":{},"fitted":{}}}"#, made.to_json(), made.fitted.canonical())
            }
            "fairness" => {
                let own = FairnessSettings::default();
                let least = number("least").map_or(own.least, |n| usize::try_from(n).unwrap());
                let mut fairness = Fairness::new(&policy, FairnessSettings { least, ..own });
                for member in question["members"].as_array().unwrap() {
                    fairness.add(&Member {
                        group: member["group"].as_str().unwrap(),
                        score: member["score"].as_f64().unwrap_or(f64::NAN),
                        coverage: member["coverage"].as_f64().unwrap(),
                        tier: member["tier"].as_str().unwrap(),
                        outcome: member["outcome"].as_bool(),
                    });
                }
                fairness.report().to_json()
            }
            "attacks" => {
                let (own, as_of) = (AttackSettings::default(), day(&question["as_of"]));
                let random_bases = number("random_bases").map_or(own.random_bases, |n| u16::try_from(n).unwrap());
                let seed = number("seed").unwrap_or(own.seed);
                let mut bases = AttackSettings { random_bases, seed }.bases(&policy, as_of);
                bases.extend(ledger.subjects().map(|subject| Base::of(subject, &ledger, subject)));
                attack(&policy, as_of, &bases).to_json()
            }
            "interval-coverage" => {
                let own = CoverageSettings::default();
                let replicates = number("replicates").map_or(own.replicates, |n| u32::try_from(n).unwrap());
                let criterion = settings["criterion"].as_str().map(str::to_owned);
                simulate(&policy, &CoverageSettings { criterion, replicates, ..own }).unwrap().to_json()
            }
            tool => panic!("no tool {tool}"),
        };
        writeln!(out, "{answer}").unwrap();
    }
}

/// Numbers without a seedable crate: SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

fn random_cases(policies: &BTreeMap<String, Policy>, n: usize, seed: u64) {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut random = Random(seed);
    let names: Vec<&String> = policies.keys().collect();
    for number in 0..n {
        let name = *random.pick(&names);
        let document = policies[name].document();
        let subject = format!("creator-{number}");
        let as_of = 20_000 + i32::try_from(random.below(1500)).unwrap();
        let count = if random.one_in(50) { random.below(150) } else { random.below(18) };
        let records: Vec<Value> = (0..count).map(|_| random_record(&mut random, document, &subject, as_of)).collect();
        let tiers = ["standard", "unrated", "restricted", "caution", "trusted", "exemplary", "no-such-tier"];
        let previous = random.one_in(2).then(|| *random.pick(&tiers));
        let as_of = Date::from_days(as_of).unwrap().to_string();
        let case = json!({"policy": name, "subject": subject, "as_of": as_of, "previous_tier": previous, "records": records});
        writeln!(out, "{case}").unwrap();
    }
}

fn random_record(random: &mut Random, policy: &uytin::PolicyDocument, subject: &str, as_of: i32) -> Value {
    const STRANGE: &[&str] = &["", "không có", "__proto__", "<b>\"\\\u{1}", "\u{1f600}\u{2028}", "constructor"];
    let strange = |random: &mut Random| (*random.pick(STRANGE)).to_owned();
    let classes: Vec<&str> = policy.sources.iter().map(|(id, _)| &**id).collect();
    let criteria: Vec<&str> = policy.criteria().map(|(_, criterion)| &*criterion.id).collect();
    let credits: Vec<&str> = policy.credits.iter().map(|credit| &*credit.id).collect();
    let severities: Vec<&str> = policy.findings.severities.iter().map(|severity| &*severity.id).collect();
    let any = *random.pick(&RecordType::ALL);
    let kind = if random.one_in(2) || (any == RecordType::Exemption && !random.one_in(4)) { RecordType::Observation } else { any };
    let class = (*random.pick(&classes)).to_owned();
    let source = format!("{class}-{}", random.below(3));
    let age = if random.one_in(12) { random.below(2200) } else { random.below(700) };
    let day = as_of - i32::try_from(age).unwrap() + i32::from(random.one_in(15)) * 60;
    let known: &[&str] = if kind == RecordType::Credit && !credits.is_empty() { &credits } else { &criteria };
    let criterion = if random.one_in(25) { strange(random) } else { (*random.pick(known)).to_owned() };
    let mut record = json!({
        "type": kind.as_str(),
        "id": format!("r{}{}", random.below(40), if random.one_in(20) { strange(random) } else { String::new() }),
        "subject": subject,
        "source": source,
        "source_class": if random.one_in(25) { strange(random) } else { class },
        "criterion": criterion,
        "date": Date::from_days(day).unwrap().to_string(),
    });
    let fields = record.as_object_mut().unwrap();
    if random.one_in(6) {
        fields.insert("revision".into(), random.below(4).into());
    }
    if random.one_in(20) {
        fields.insert("withdrawn".into(), true.into());
    }
    if random.one_in(4) {
        let context = if random.one_in(6) { "private-life" } else { random.pick(&policy.contexts) };
        fields.insert("context".into(), context.into());
    }
    match kind {
        RecordType::Observation => {
            let most = if random.one_in(10) { 1_000_000 } else { 60 };
            fields.insert("passed".into(), random.below(most).into());
            fields.insert("failed".into(), if random.one_in(2) { 0.into() } else { random.below(most / 2).into() });
        }
        RecordType::Finding => {
            fields
                .insert("severity".into(), if random.one_in(20) { strange(random) } else { (*random.pick(&severities)).to_owned() }.into());
            fields.insert("status".into(), random.pick(&Status::ALL).as_str().into());
            if random.one_in(2) {
                fields.insert("reach".into(), (random.next() >> (11 + random.below(50))).into());
            }
            if random.one_in(3) {
                fields.insert("incident".into(), format!("case-{}", random.below(3)).into());
            }
        }
        RecordType::Credit if random.one_in(2) => {
            fields.insert("amount".into(), (f64::from(u32::try_from(random.below(4000)).unwrap() + 1) / 1000.0).into());
        }
        RecordType::Credit | RecordType::Exemption => {}
    }
    record
}

fn time_score(path: &str) -> f64 {
    let ledger = Ledger::from_json_lines(&std::fs::read(path).unwrap(), &Limits::DEFAULT).unwrap();
    let bound = ledger.bind_subject(&Policy::reference(), ledger.only_subject().unwrap());
    let as_of = Date::new(2026, 11, 21).unwrap();
    let mut least = f64::INFINITY;
    for _ in 0..200 {
        let start = Instant::now();
        for _ in 0..200 {
            black_box(black_box(&bound).score(black_box(as_of), None));
        }
        least = least.min(start.elapsed().as_secs_f64() * 1e9 / 200.0);
    }
    least
}
