//! Each answer is applied as records, and held against every way to file few checks.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::search::{ladder, rung};
use super::{Evidence, Paths};
use crate::bound::tier_of;
use crate::random::{Names, Random, SUBJECT, as_of, ledger, policy, record};
use crate::{Assessment, Body, Date, Policy, Record, assess};

#[derive(Debug)]
struct Case {
    policy: Policy,
    records: Vec<Record>,
    previous: Option<String>,
    classes: Vec<String>,
}

impl Case {
    fn paths(&self) -> Paths {
        ledger(&self.records).bind_subject(&self.policy, SUBJECT).paths(as_of(), self.previous.as_deref(), &self.classes).unwrap()
    }

    fn rung_of(&self, id: &str) -> usize {
        ladder(self.policy.compiled(), tier_of(&self.policy, id).unwrap())
    }

    fn assess(&self, records: &[Record], day: Date) -> Assessment {
        assess(&self.policy, &ledger(records), SUBJECT, day, self.previous.as_deref())
    }

    fn reached(&self, further: &[Record]) -> usize {
        let records: Vec<Record> = self.records.iter().chain(further).cloned().collect();
        self.rung_of(&self.assess(&records, as_of()).tier)
    }

    /// With the evidence the tier is reached; with one check fewer it is not.
    fn check(&self, evidence: &Evidence, target: usize) -> Result<(), TestCaseError> {
        let further = evidence.records(SUBJECT, as_of());
        prop_assert!(self.reached(&further) >= target);
        let checks: u64 = further.iter().map(passed).sum();
        prop_assert_eq!(checks, evidence.checks);
        let sources: std::collections::BTreeSet<&str> = further.iter().map(|record| record.source.as_str()).collect();
        prop_assert_eq!(sources.len(), evidence.sources as usize);
        prop_assert!(further.iter().all(|record| self.classes.contains(&record.source_class)));
        prop_assert!(self.records.iter().all(|record| !sources.contains(record.source.as_str())));
        for n in 0..further.len() {
            let mut fewer = further.clone();
            if let Body::Observation { passed, .. } = &mut fewer[n].body {
                *passed -= 1;
            }
            prop_assert!(self.reached(&fewer) < target, "one check fewer of {:?} is enough", evidence.observations[n]);
        }
        Ok(())
    }
}

fn passed(record: &Record) -> u64 {
    match record.body {
        Body::Observation { passed, .. } => passed.into(),
        _ => 0,
    }
}

fn case(seed: u64, policy: Policy, records: &[u64]) -> Case {
    let names = Names::of(&policy);
    let random = &mut Random(seed ^ 0x5eed);
    let records = records.iter().map(|&seed| record(&names, seed)).collect();
    let previous = random.one_in(2).then(|| names.tiers[random.below(names.tiers.len() as u64) as usize].clone());
    let all = random.one_in(2);
    let classes = names.classes.iter().filter(|_| all || random.one_in(2)).cloned().collect();
    Case { policy, records, previous, classes }
}

fn cases() -> impl Strategy<Value = Case> {
    (any::<u64>(), vec(any::<u64>(), 0..60)).prop_map(|(seed, records)| case(seed, policy(seed), &records))
}

/// A policy so small that every way to file a few checks can be tried.
fn small(seed: u64) -> Policy {
    let random = &mut Random(seed);
    let real = |random: &mut Random, from: u64, to: u64| random.from(from, to) as f64 / 10.0;
    let title = serde_json::json!({"en": "A", "vi": "A"});
    let class = |random: &mut Random, n: u64| {
        let reliability = real(random, 3, 10);
        serde_json::json!({"sector": format!("sector-{}", n % 2), "reliability": reliability, "adjudicates": null})
    };
    let classes: serde_json::Map<String, serde_json::Value> = (0..3).map(|n| (format!("class-{n}"), class(random, n))).collect();
    let criterion = |random: &mut Random, n: u64| {
        serde_json::json!({
            "id": format!("criterion-{n}"), "weight": random.from(1, 5), "prior": {"mean": real(random, 2, 8), "strength": real(random, 1, 60)},
            "half_life_days": 100, "source_cap": real(random, 5, 60), "class_cap": real(random, 10, 80), "title": title
        })
    };
    let criteria: Vec<serde_json::Value> = (0..2).map(|n| criterion(random, n)).collect();
    let (low, high) = (real(random, 200, 500), real(random, 500, 800));
    let needed = random.from(1, 2);
    let document = serde_json::json!({
        "name": "small", "version": "1", "title": title, "notice": title, "purpose": "a test", "contexts": [], "confidence": 0.8,
        "horizon_days": 400, "validity_days": 100, "sources": classes,
        "pillars": [{"id": "pillar", "weight": 1, "title": title, "criteria": criteria}], "credits": [],
        "findings": {
            "severities": [{"id": "minor", "weight": 0.1, "half_life_days": 100, "expires_days": 200, "in_force_days": 50, "title": title}],
            "statuses": {"under-appeal": {"factor": 0.5, "in_force": true}, "remedied": {"factor": 0.5, "in_force": false}},
            "reach": [{"from": 0, "factor": 1}], "repeat": {"window_days": 100, "factors": [1]}, "max_weight": 0.5
        },
        "tiers": {"rated_coverage": real(random, 1, 6), "sector_mass": real(random, 5, 40), "hysteresis": 1,
            "earned": [
                {"id": "best", "lower_at_least": high, "sectors_at_least": 2, "barred_by": "minor", "title": title},
                {"id": "good", "lower_at_least": low, "sectors_at_least": needed, "barred_by": "minor", "title": title}],
            "imposed": [{"id": "worst", "upper_below": low, "sectors_at_least": needed, "in_force_at_least": "minor", "title": title}]},
        "measures": []
    });
    Policy::from_json(&document.to_string()).unwrap()
}

/// The fewest checks, by trying every way, each check from a source of its own where that carries more.
fn brute(case: &Case, target: usize, most: u64) -> Option<u64> {
    let names = Names::of(&case.policy);
    let columns: Vec<(&String, &String)> =
        names.criteria.iter().flat_map(|criterion| case.classes.iter().map(move |class| (criterion, class))).collect();
    (1..=most).find(|&checks| spread(case, target, &columns, checks, &mut Vec::new()))
}

fn spread(case: &Case, target: usize, columns: &[(&String, &String)], checks: u64, further: &mut Vec<Record>) -> bool {
    let Some((&(criterion, class), rest)) = columns.split_first() else { return checks == 0 && case.reached(further) >= target };
    (if rest.is_empty() { checks } else { 0 }..=checks).any(|here| {
        let before = further.len();
        further.extend((0..here).map(|n| Record {
            id: format!("{criterion}-{n}"),
            revision: 0,
            withdrawn: false,
            subject: SUBJECT.into(),
            source: format!("fresh-{class}-{n}"),
            source_class: class.clone(),
            criterion: criterion.clone(),
            date: as_of(),
            context: None,
            body: Body::Observation { passed: 1, failed: 0 },
        }));
        let found = spread(case, target, rest, checks - here, further);
        further.truncate(before);
        found
    })
}

fn seed() -> RngSeed {
    match ProptestConfig::default().rng_seed {
        RngSeed::Random => RngSeed::Fixed(2026),
        fixed => fixed,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(debug_assertions) { 30 } else { 300 }, failure_persistence: None, rng_seed: seed(), ..ProptestConfig::default() })]

    #[test]
    fn sufficient_and_irreducible(case in cases()) {
        let now = case.rung_of(&case.assess(&case.records, as_of()).tier);
        let paths = case.paths();
        prop_assert_eq!(case.rung_of(&paths.tier), now);
        for (n, path) in paths.paths.iter().enumerate() {
            let target = now + 1 + n;
            prop_assert_eq!(case.rung_of(&path.tier), target);
            prop_assert_eq!(tier_of(&case.policy, &path.tier), Some(rung(case.policy.compiled(), target)));
            prop_assert_eq!(path.evidence.is_none(), !path.obstacles.is_empty());
            for evidence in path.evidence.iter().chain(&path.single) {
                case.check(evidence, target)?;
            }
            for single in &path.single {
                prop_assert!(single.observations.iter().all(|checks| checks.criterion == single.observations[0].criterion));
                // What one criterion can do alone, all of them can.
                prop_assert!(single.checks >= path.evidence.as_ref().unwrap().checks);
            }
            match path.waiting {
                Some(day) => {
                    prop_assert!(case.rung_of(&case.assess(&case.records, day).tier) >= target);
                    for before in 1..as_of().days_until(day) {
                        let before = as_of().plus(before as u32);
                        prop_assert!(case.rung_of(&case.assess(&case.records, before).tier) < target);
                    }
                }
                None => for day in [1, 7, 30, 100, 365, 1000, 2000, 3000] {
                    prop_assert!(case.rung_of(&case.assess(&case.records, as_of().plus(day)).tier) < target);
                }
            }
        }
        let json: serde_json::Value = serde_json::from_str(&paths.to_json()).unwrap();
        prop_assert_eq!(json["paths"].as_array().unwrap().len(), paths.paths.len());
    }

    #[test]
    fn no_evidence_means_that_even_much_does_not_reach(case in cases()) {
        let names = Names::of(&case.policy);
        let paths = case.paths();
        for path in paths.paths.iter().filter(|path| path.evidence.is_none()) {
            let flood: Vec<Record> = names.criteria.iter().flat_map(|criterion| case.classes.iter().flat_map(move |class| (0..4).map(move |n| Record {
                id: format!("{criterion}-{n}"), revision: 0, withdrawn: false, subject: SUBJECT.into(), source: format!("fresh-{class}-{n}"),
                source_class: class.clone(), criterion: criterion.clone(), date: as_of(), context: None,
                body: Body::Observation { passed: 200, failed: 0 },
            }))).collect();
            prop_assert!(case.reached(&flood) < case.rung_of(&path.tier));
        }
    }
}

#[test]
fn as_few_checks_as_trying_every_way() {
    const MOST: u64 = 5;
    let (mut compared, mut proven) = (0, 0);
    for seed in 0..if cfg!(debug_assertions) { 25 } else { 400 } {
        let case = case(seed, small(seed), &(0..seed % 4).map(|n| seed * 100 + n).collect::<Vec<_>>());
        for path in case.paths().paths {
            let target = case.rung_of(&path.tier);
            let least = brute(&case, target, MOST);
            let found = path.evidence.as_ref().map(|evidence| evidence.checks);
            match (least, found) {
                (Some(least), found) => {
                    assert_eq!(found, Some(least), "seed {seed}, {}: {:?}", path.tier, path.evidence);
                    compared += 1;
                    proven += usize::from(path.evidence.is_some_and(|evidence| evidence.is_least));
                }
                (None, found) => assert!(found.is_none_or(|found| found > MOST), "seed {seed}"),
            }
        }
    }
    println!("{compared} compared, {proven} proven");
    assert!(compared > 20, "{compared}");
}
