//! Random valid policies and random ledgers for the property tests.

use serde_json::{Value, json};

use crate::{Body, Date, Ledger, Policy, Record, Status};

/// The day on which the random ledgers are assessed.
pub(crate) fn as_of() -> Date {
    Date::parse("2026-11-21").unwrap()
}

/// SplitMix64: the same everywhere, from one seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(crate) fn from(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from + 1)
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// A number between these, of few decimals.
    fn real(&mut self, from: f64, to: f64) -> f64 {
        let share = self.below(1001) as f64 / 1000.0;
        ((from + (to - from) * share) * 1000.0).round() / 1000.0
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len() as u64) as usize]
    }

    fn ascending(&mut self, n: usize, from: f64, to: f64) -> Vec<f64> {
        let mut all: Vec<f64> = (0..n).map(|_| self.real(from, to)).collect();
        all.sort_by(f64::total_cmp);
        all
    }

    fn points(&mut self) -> f64 {
        self.below(1001) as f64 / 10.0
    }
}

/// The reference policy for one seed in four, else a random valid one.
pub(crate) fn policy(seed: u64) -> Policy {
    if seed.is_multiple_of(4) {
        return Policy::reference();
    }
    let document = document(&mut Random(seed));
    Policy::from_json(&document.to_string()).unwrap_or_else(|error| panic!("{error}\n{document}"))
}

fn title() -> Value {
    json!({"en": "A", "vi": "A"})
}

fn document(random: &mut Random) -> Value {
    let severities = random.from(1, 4) as usize;
    let max_weight = random.real(0.3, 0.95);
    let weights = random.ascending(severities, 0.01, max_weight);
    let severity = |n: usize| format!("severity-{n}");
    let sectors = random.below(5) as usize;
    let classes: serde_json::Map<String, Value> = (0..random.from(1, 7))
        .map(|n| {
            let sector = (sectors > 0 && !random.one_in(5))
                .then(|| format!("sector-{}", if n < sectors as u64 { n } else { random.below(sectors as u64) }));
            let reliability = if random.one_in(6) { 0.0 } else { random.real(0.05, 1.0) };
            let adjudicates =
                (sector.is_some() && reliability > 0.0 && !random.one_in(3)).then(|| severity(random.below(severities as u64) as usize));
            (format!("class-{n}"), json!({"sector": sector, "reliability": reliability, "adjudicates": adjudicates}))
        })
        .collect();
    let used: std::collections::BTreeSet<&str> = classes.values().filter_map(|class| class["sector"].as_str()).collect();
    let sectors = used.len();
    let (mut left, pillar_count) = (0.5, random.from(1, 4));
    let mut criterion = 0;
    let pillars: Vec<Value> = (0..pillar_count)
        .map(|n| {
            let count = random.from(1, 4);
            let criteria: Vec<Value> = (0..count)
                .map(|_| {
                    criterion += 1;
                    // All weights are equal, so that the shares of exemptable criteria are easily held.
                    let share = 1.0 / (pillar_count * count) as f64;
                    let exemptable = left >= share && random.one_in(3);
                    left -= if exemptable { share } else { 0.0 };
                    json!({
                        "id": format!("criterion-{criterion}"), "exemptable": exemptable, "weight": 7,
                        "prior": {"mean": random.real(0.02, 0.98), "strength": random.real(0.01, 30.0)},
                        "half_life_days": random.from(1, 1500), "source_cap": random.real(0.5, 100.0), "class_cap": random.real(0.5, 200.0),
                        "title": title(), "basis": ["law"]
                    })
                })
                .collect();
            json!({"id": format!("pillar-{n}"), "weight": 3, "title": title(), "criteria": criteria})
        })
        .collect();
    let credits: Vec<Value> = (0..random.below(4))
        .map(|n| {
            json!({
                "id": format!("credit-{n}"), "max": random.real(0.0, 0.08), "half_mass": random.real(0.1, 5.0), "half_life_days": random.from(1, 1500),
                "source_cap": random.real(0.5, 5.0), "class_cap": random.real(0.5, 9.0), "title": title()
            })
        })
        .collect();
    let mut from = 0;
    let bands = random.from(1, 4) as usize;
    let reach: Vec<Value> = random
        .ascending(bands, 1.0, 3.0)
        .into_iter()
        .map(|factor| {
            let band = json!({"from": from, "factor": factor});
            from += random.from(1, 1_000_000);
            band
        })
        .collect();
    let factors = {
        let n = random.from(1, 4) as usize;
        random.ascending(n, 1.0, 3.0)
    };
    let status = |random: &mut Random| {
        let factor = if random.one_in(4) { 0.0 } else { random.real(0.1, 1.0) };
        json!({"factor": factor, "in_force": factor > 0.0 && random.one_in(2)})
    };
    let (mut earned, mut imposed) = (Vec::new(), Vec::new());
    if sectors > 0 {
        let counts = |random: &mut Random| -> Vec<u64> {
            let mut all: Vec<u64> = (0..random.below(4)).map(|_| random.from(1, sectors as u64)).collect();
            all.sort_unstable();
            all
        };
        let (for_earned, for_imposed) = (counts(random), counts(random));
        let mut bars: Vec<u64> = for_earned.iter().map(|_| random.below(severities as u64)).collect();
        bars.sort_unstable();
        let mut lower: Vec<f64> = for_earned.iter().map(|_| random.points()).collect();
        lower.sort_by(|a, b| b.total_cmp(a));
        for (n, count) in for_earned.iter().rev().enumerate() {
            earned.push(json!({
                "id": format!("earned-{n}"), "lower_at_least": lower[n], "sectors_at_least": count, "barred_by": severity(bars[n] as usize), "title": title()
            }));
        }
        let mut gravities: Vec<u64> = for_imposed.iter().map(|_| random.below(severities as u64)).collect();
        gravities.sort_by(|a, b| b.cmp(a));
        let mut upper: Vec<f64> = for_imposed.iter().map(|_| random.points()).collect();
        upper.sort_by(f64::total_cmp);
        for (n, count) in for_imposed.iter().enumerate() {
            imposed.push(json!({
                "id": format!("imposed-{n}"), "upper_below": upper[n], "sectors_at_least": count, "in_force_at_least": severity(gravities[n] as usize),
                "title": title()
            }));
        }
    }
    let mut measures = vec![
        json!({"id": "low", "when": {"criterion_upper_below": {"criterion": "criterion-1", "value": random.points()}}, "title": title()}),
        json!({"id": "grave", "when": {"finding_in_force": {"severity_at_least": severity(severities - 1), "criteria": ["criterion-1"]}}, "title": title()}),
    ];
    if let Some(tier) = imposed.last() {
        measures.push(json!({"id": "imposed", "when": {"tier_imposed": tier["id"]}, "title": title()}));
    }
    let severity_rules: Vec<Value> = weights
        .iter()
        .enumerate()
        .map(|(n, weight)| {
            json!({
                "id": severity(n), "weight": weight, "half_life_days": random.from(1, 1500), "expires_days": random.from(1, 2000),
                "in_force_days": random.from(0, 900), "title": title()
            })
        })
        .collect();
    json!({
        "name": "random", "version": "1", "title": title(), "notice": title(), "purpose": "a test", "contexts": ["published-content"],
        "confidence": ([0.8, 0.9, 0.95, 0.99][random.below(4) as usize]), "horizon_days": random.from(1, 2000), "validity_days": random.from(1, 400),
        "sources": classes, "pillars": pillars, "credits": credits,
        "findings": {
            "severities": severity_rules,
            "statuses": {"under-appeal": status(random), "remedied": status(random)},
            "reach": reach, "repeat": {"window_days": random.from(1, 1500), "factors": factors}, "max_weight": max_weight
        },
        "tiers": {"rated_coverage": random.real(0.01, 0.6), "sector_mass": random.real(0.1, 8.0), "hysteresis": (random.below(101) as f64 / 10.0), "earned": earned, "imposed": imposed},
        "measures": measures
    })
}

/// What records of a policy are made of.
pub(crate) struct Names {
    pub(crate) classes: Vec<String>,
    pub(crate) criteria: Vec<String>,
    pub(crate) credits: Vec<String>,
    pub(crate) severities: Vec<String>,
    pub(crate) tiers: Vec<String>,
}

impl Names {
    pub(crate) fn of(policy: &Policy) -> Self {
        let document = policy.document();
        let tiers = document.tiers.earned.iter().map(|tier| tier.id.to_string());
        let tiers = tiers.chain(document.tiers.imposed.iter().map(|tier| tier.id.to_string()));
        Self {
            classes: document.sources.iter().map(|(id, _)| id.to_string()).collect(),
            criteria: document.criteria().map(|(_, criterion)| criterion.id.to_string()).collect(),
            credits: document.credits.iter().map(|credit| credit.id.to_string()).collect(),
            severities: document.findings.severities.iter().map(|severity| severity.id.to_string()).collect(),
            tiers: tiers.chain(["standard".into(), "unrated".into(), "unheard-of".into()]).collect(),
        }
    }
}

pub(crate) const SUBJECT: &str = "creator";

/// The record of a seed: now and then one that is set aside, replaces another or is withdrawn.
pub(crate) fn record(names: &Names, seed: u64) -> Record {
    let random = &mut Random(seed);
    let name = |random: &mut Random, all: &[String]| {
        if all.is_empty() || random.one_in(40) { "unheard-of".to_owned() } else { all[random.below(all.len() as u64) as usize].clone() }
    };
    let source_class = name(random, &names.classes);
    let age = if random.one_in(3) { random.below(60) } else { random.below(2200) } as i32 - if random.one_in(10) { 90 } else { 0 };
    let mut record = Record {
        id: format!("record-{}", random.below(60)),
        revision: if random.one_in(8) { random.below(3) as u32 } else { 0 },
        withdrawn: random.one_in(30),
        subject: SUBJECT.to_owned(),
        source: format!("{source_class}/{}", random.below(4)),
        source_class,
        criterion: name(random, &names.criteria),
        date: Date::from_days(as_of().days() - age).unwrap(),
        context: random.one_in(4).then(|| random.pick(&["published-content", "published-content", "family-life"]).to_owned()),
        body: Body::Exemption,
    };
    record.body = match random.below(16) {
        0..8 => {
            let most = random.pick::<u64>(&[&3, &30, &3000]);
            Body::Observation { passed: random.below(*most) as u32, failed: random.below(*most) as u32 }
        }
        8..13 => Body::Finding {
            severity: name(random, &names.severities),
            status: Status::ALL[random.below(5) as usize],
            reach: random.below(5_000_000),
            incident: random.one_in(2).then(|| format!("case-{}", random.below(5))),
        },
        13..15 => {
            record.criterion = name(random, &names.credits);
            Body::Credit { thousandths: random.from(1, 4000) as u32 }
        }
        _ => Body::Exemption,
    };
    record
}

pub(crate) fn ledger(records: &[Record]) -> Ledger {
    let mut ledger = Ledger::new();
    records.iter().for_each(|record| ledger.add(record.clone()).unwrap());
    ledger
}
