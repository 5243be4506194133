use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Brief, Candidate, Listed, Order, Ranking, Shortfall, shortlist};
use crate::random::{Names, Random, as_of, ledger, policy, record};
use crate::{Assessment, Body, Code, Ledger, Points, Policy, Record, Status, assess};

fn random_brief(random: &mut Random, names: &Names, policy: &Policy) -> Value {
    let mut brief = json!({});
    let tiers: Vec<String> = names.tiers.iter().filter(|tier| !["unrated", "unheard-of"].contains(&tier.as_str())).cloned().collect();
    let one = |random: &mut Random, of: &[String]| of[random.below(of.len() as u64) as usize].clone();
    if random.one_in(3) {
        brief["tier_at_least"] = json!(one(random, &tiers));
    }
    if random.one_in(3) {
        brief["lower_at_least"] = json!(random.below(700) as f64 / 10.0);
    }
    if random.one_in(3) {
        brief["coverage_at_least"] = json!(random.below(60) as f64 / 100.0);
    }
    let chosen = random.below(3) as usize;
    brief["criteria"] =
        names.criteria.iter().take(chosen).map(|id| json!({"criterion": id, "lower_at_least": random.below(700) as f64 / 10.0})).collect();
    brief["no_findings"] = (0..random.below(3))
        .map(|_| {
            let days = if random.one_in(2) { random.from(1, 60) } else { random.from(1, 1500) };
            let mut rule = json!({"within_days": days});
            if random.one_in(2) {
                rule["severity_at_least"] = json!(one(random, &names.severities));
            }
            if random.one_in(2) {
                rule["criteria"] = json!([one(random, &names.criteria)]);
            }
            rule
        })
        .collect();
    brief["order"] = json!(random.pick(&["lower", "score", "coverage"]));
    brief["limit"] = json!(random.from(1, 30));
    assert!(!policy.name().is_empty());
    brief
}

/// The first condition that fails, by what the assessment says and nothing else.
fn failed(brief: &Value, policy: &Policy, ledger: &Ledger, assessment: &Assessment) -> Option<String> {
    let document = policy.document();
    let worst_first: Vec<&str> = (document.tiers.imposed.iter().map(|tier| &*tier.id))
        .chain(["standard"])
        .chain(document.tiers.earned.iter().rev().map(|tier| &*tier.id))
        .collect();
    let rank = |tier: &str| worst_first.iter().position(|id| *id == if tier == "unrated" { "standard" } else { tier }).unwrap();
    if let Some(tier) = brief["tier_at_least"].as_str()
        && rank(&assessment.tier) < rank(tier)
    {
        return Some("tier_at_least".into());
    }
    if brief["lower_at_least"].as_f64().is_some_and(|least| assessment.interval.lower.value() < least) {
        return Some("lower_at_least".into());
    }
    if brief["coverage_at_least"].as_f64().is_some_and(|least| assessment.coverage < least - 1e-9) {
        return Some("coverage_at_least".into());
    }
    for (n, bound) in brief["criteria"].as_array().unwrap().iter().enumerate() {
        let estimate = assessment.criteria.iter().find(|criterion| bound["criterion"] == *criterion.id);
        if estimate.is_some_and(|estimate| 100.0 * estimate.lower < bound["lower_at_least"].as_f64().unwrap() - 1e-9) {
            return Some(format!("criteria[{n}]"));
        }
    }
    let severities: Vec<&str> = document.findings.severities.iter().map(|severity| &*severity.id).collect();
    let gravity = |id: &str| severities.iter().position(|known| *known == id).unwrap();
    for (n, rule) in brief["no_findings"].as_array().unwrap().iter().enumerate() {
        let hits = |record: &Record| {
            let Body::Finding { severity, status, .. } = &record.body else { return false };
            let aside = assessment.set_aside.iter().any(|aside| aside.record.source == record.source && aside.record.id == record.id);
            let factor = match status {
                Status::Upheld => 1.0,
                Status::UnderAppeal => document.findings.statuses.under_appeal.factor,
                Status::Remedied => document.findings.statuses.remedied.factor,
                _ => 0.0,
            };
            if aside || factor == 0.0 {
                return false;
            }
            let class = &document.sources.iter().find(|(id, _)| **id == *record.source_class).unwrap().1;
            let counted = gravity(severity).min(gravity(class.adjudicates.as_deref().unwrap()));
            i64::from(record.date.days_until(as_of())) < rule["within_days"].as_i64().unwrap()
                && rule["severity_at_least"].as_str().is_none_or(|least| counted >= gravity(least))
                && rule["criteria"].as_array().is_none_or(|some| some.is_empty() || some.iter().any(|id| *id == *record.criterion))
        };
        if ledger.records().any(|record| record.subject == *assessment.subject && hits(record)) {
            return Some(format!("no_findings[{n}]"));
        }
    }
    None
}

fn overlap(a: &Assessment, b: &Assessment) -> bool {
    a.interval.lower <= b.interval.upper && b.interval.lower <= a.interval.upper
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_shortlist_is_what_plain_assessments_give(seed: u64) {
        let random = &mut Random(seed);
        let policy = policy(random.next());
        let names = Names::of(&policy);
        let mut records = Vec::new();
        for subject in 0..random.from(0, 25) {
            for _ in 0..random.below(14) {
                let mut record = record(&names, random.next());
                record.subject = format!("s{subject}");
                records.push(record);
            }
        }
        let ledger = ledger(&records);
        let text = random_brief(random, &names, &policy);
        let brief = Brief::from_json(&text.to_string(), &policy).unwrap();
        let tiers: BTreeMap<String, String> = (0..25).map(|n| (format!("s{n}"), names.tiers[n % names.tiers.len()].clone())).collect();
        let previous = |subject: &str| tiers.get(subject).map(String::as_str);
        let (list, left_out) = shortlist(&brief, &ledger, as_of(), previous);

        let assessments: Vec<Assessment> = ledger.subjects().map(|id| assess(&policy, &ledger, id, as_of(), previous(id))).collect();
        let failures: Vec<Option<String>> = assessments.iter().map(|one| failed(&text, &policy, &ledger, one)).collect();
        let conditions = brief.conditions();
        let found: Vec<(&str, &str)> =
            left_out.iter().map(|out| (&*out.subject, conditions[brief.condition_of(&out.shortfall)].as_str())).collect();
        let expected: Vec<(&str, &str)> =
            assessments.iter().zip(&failures).filter_map(|(one, failed)| Some((&*one.subject, failed.as_deref()?))).collect();
        prop_assert_eq!(found, expected.clone());
        for (condition, count) in &list.left_out {
            prop_assert_eq!(*count as usize, expected.iter().filter(|(_, failed)| failed == condition).count());
        }

        let mut candidates: Vec<&Assessment> = assessments.iter().zip(&failures).filter(|(_, failed)| failed.is_none()).map(|(one, _)| one).collect();
        candidates.sort_by(|a, b| {
            let rated = |one: &Assessment| one.is_rated().then_some(one.score);
            let key = match brief.document().order {
                Order::Lower => b.interval.lower.cmp(&a.interval.lower),
                Order::Score => rated(b).cmp(&rated(a)),
                Order::Coverage => b.coverage.partial_cmp(&a.coverage).unwrap(),
            };
            key.then(b.interval.lower.cmp(&a.interval.lower)).then(b.interval.upper.cmp(&a.interval.upper)).then(a.subject.cmp(&b.subject))
        });
        prop_assert_eq!(list.candidates as usize, candidates.len());
        prop_assert_eq!(list.subjects() as usize, assessments.len());
        let limit = brief.document().limit as usize;
        prop_assert_eq!(list.listed.len(), candidates.len().min(limit));
        let (mut band, mut leader) = (0, None::<&Assessment>);
        for (n, (Listed { rank, band: in_band, possible, candidate }, one)) in list.listed.iter().zip(&candidates).enumerate() {
            let Candidate { subject, tier, score, lower, upper, coverage, human_review } = candidate;
            prop_assert_eq!((subject, tier, *lower, *upper), (&one.subject, &one.tier, one.interval.lower, one.interval.upper));
            prop_assert_eq!((*score, *coverage, *human_review), (one.is_rated().then_some(one.score), one.coverage, one.needs_human_review()));
            if !leader.is_some_and(|leader| overlap(leader, one)) {
                (band, leader) = (band + 1, Some(*one));
            }
            prop_assert_eq!((*rank as usize, *in_band), (n + 1, band));
            let above = candidates.iter().filter(|other| other.interval.lower > one.interval.upper).count();
            let below = candidates.iter().filter(|other| other.interval.upper < one.interval.lower).count();
            prop_assert_eq!((possible.best as usize, possible.worst as usize), (above + 1, candidates.len() - below));
        }
        let cut = candidates.iter().skip(limit);
        prop_assert_eq!(list.beyond_limit.count as usize, cut.clone().count());
        prop_assert_eq!(list.beyond_limit.not_told_apart as usize, cut.filter(|one| leader.is_some_and(|leader| overlap(leader, one))).count());

        // Every document can be written, and none of an unrated subject shows a score.
        let json: Value = serde_json::from_str(&list.to_json()).unwrap();
        for entry in json["shortlist"].as_array().unwrap() {
            prop_assert_eq!(entry["tier"] == "unrated", entry["score"].is_null());
        }
        prop_assert_eq!(list.lines().count(), list.listed.len());
        for (line, entry) in list.lines().zip(json["shortlist"].as_array().unwrap()) {
            let line: Value = serde_json::from_str(&line).unwrap();
            prop_assert!(entry.as_object().unwrap().iter().all(|(key, value)| line[key] == *value) && line["notice"] == json["notice"]);
        }
        for out in &left_out {
            let line: Value = serde_json::from_str(&out.to_json(&brief)).unwrap();
            prop_assert_eq!(line["condition"].as_str().unwrap(), &conditions[brief.condition_of(&out.shortfall)]);
            prop_assert!(!line["found"].is_null() && !line["expected"].is_null());
        }
    }
}

#[test]
fn a_brief_is_read_whole() {
    let policy = Policy::reference();
    let text = r#"{"tier_at_least": "gold", "lower_at_least": 60.05, "coverage_at_least": 2, "min_followers": 10000, "colour": 1,
        "criteria": [{"criterion": "ad-disclosure", "lower_at_least": 50}, {"criterion": "ad-disclosure"}, {"criterion": "charm", "lower_at_least": 1}, 7],
        "no_findings": [{"severity_at_least": "dire", "criteria": ["charm"]}, {"within_days": 0}], "order": "followers", "limit": 0, "limit": 5}"#;
    let error = Brief::from_json(text, &policy).unwrap_err();
    let mut faults: Vec<(&str, &str)> = error.faults().map(|fault| (fault.path.as_str(), fault.code.as_str())).collect();
    faults.sort_unstable();
    assert_eq!(
        faults,
        [
            ("$.colour", "unknown-field"),
            ("$.coverage_at_least", "out-of-range"),
            ("$.criteria[1].criterion", "duplicate-id"),
            ("$.criteria[1].lower_at_least", "missing-field"),
            ("$.criteria[2].criterion", "unknown-name"),
            ("$.criteria[3]", "wrong-type"),
            ("$.limit", "duplicate-key"),
            ("$.limit", "out-of-range"),
            ("$.lower_at_least", "out-of-range"),
            ("$.min_followers", "unknown-field"),
            ("$.no_findings[0].criteria[0]", "unknown-name"),
            ("$.no_findings[0].severity_at_least", "unknown-name"),
            ("$.no_findings[0].within_days", "missing-field"),
            ("$.no_findings[1].within_days", "out-of-range"),
            ("$.order", "unknown-value"),
            ("$.tier_at_least", "unknown-name"),
        ]
    );
    let size = error.faults().find(|fault| fault.path == "$.min_followers").unwrap();
    assert_eq!(
        size.to_string(),
        "$.min_followers: found `min_followers`, expected no such field: a brief never sees the size of an audience"
    );
    for (text, code) in [("", Code::NotJson), ("[]", Code::WrongType), (r#"{"tier_at_least": "unrated"}"#, Code::UnknownName)] {
        assert_eq!(Brief::from_json(text, &policy).unwrap_err().code(), code, "{text}");
    }
    let empty = Brief::from_json(r#"{"title": null, "criteria": null}"#, &policy).unwrap();
    assert_eq!(
        empty.to_json(),
        r#"{"title":null,"tier_at_least":null,"lower_at_least":null,"coverage_at_least":null,"criteria":[],"no_findings":[],"order":"lower","limit":1000}"#
    );
    assert_eq!(Brief::from_json(&empty.to_json(), &policy).unwrap().document(), empty.document());
}

#[test]
fn a_band_ends_where_the_evidence_tells_the_next_one_from_its_leader() {
    let brief = Brief::from_json(r#"{"limit": 5}"#, &Policy::reference()).unwrap();
    let mut ranking = Ranking::new(&brief, as_of());
    let bounds = [("a", 600, 700), ("b", 600, 700), ("c", 500, 600), ("d", 490, 599), ("e", 480, 601), ("f", 400, 490), ("g", 400, 489)];
    for (subject, lower, upper) in bounds.into_iter().rev() {
        ranking.add(Candidate {
            subject: subject.into(),
            tier: "standard".into(),
            score: Some(Points::from_tenths(lower)),
            lower: Points::from_tenths(lower),
            upper: Points::from_tenths(upper),
            coverage: 0.5,
            human_review: false,
        });
    }
    let list = ranking.finish();
    let listed: Vec<_> = list.listed.iter().map(|one| (&*one.candidate.subject, one.band, one.possible.best, one.possible.worst)).collect();
    // `c` touches the leader, `d` does not; `e` stands in the band of `d`, though it reaches up to `a`.
    assert_eq!(listed, [("a", 1, 1, 4), ("b", 1, 1, 4), ("c", 1, 1, 5), ("d", 2, 3, 6), ("e", 2, 1, 7)]);
    assert_eq!((list.beyond_limit.count, list.beyond_limit.not_told_apart), (2, 1));
}

#[test]
fn nobody_and_one_are_populations_too() {
    let policy = Policy::reference();
    let brief = Brief::from_json(r#"{"lower_at_least": 99}"#, &policy).unwrap();
    let (list, left_out) = shortlist(&brief, &Ledger::new(), as_of(), |_| None);
    assert_eq!((list.subjects(), list.listed.len(), left_out.len()), (0, 0, 0));
    assert!(list.to_json().contains(r#""subjects":0,"candidates":0,"left_out":[{"condition":"lower_at_least","count":0}]"#));
    let mut ledger = Ledger::new();
    let text = r#"{"type": "observation", "id": "a", "subject": "s", "source": "x", "source_class": "press", "criterion": "ad-disclosure",
        "date": "2026-11-01", "passed": 1, "failed": 0}"#;
    ledger.add(Record::from_json(text).unwrap()).unwrap();
    let (_, left_out) = shortlist(&brief, &ledger, as_of(), |_| None);
    assert!(matches!(left_out.as_slice(), [out] if matches!(out.shortfall, Shortfall::Lower { .. })));
    let any = Brief::from_json("{}", &policy).unwrap();
    let (list, _) = shortlist(&any, &ledger, as_of(), |_| None);
    assert_eq!(list.listed[0].candidate.score, None);
    assert_eq!((list.listed[0].band, list.listed[0].possible.best, list.listed[0].possible.worst), (1, 1, 1));
}
