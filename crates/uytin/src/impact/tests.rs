use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;

use super::{Impact, Move, Plan, Verdict, of_ledger};
use crate::random::{Names, Random, as_of, ledger, policy, record};
use crate::{Assessment, Ledger, Points, Policy, Section, assess};

/// A policy that differs from another in some numbers of some sections, or one of quite other names.
fn other(random: &mut Random, policy: &Policy) -> Policy {
    if random.one_in(6) {
        return crate::random::policy(random.next());
    }
    let mut document: Value = serde_json::from_str(policy.canonical()).unwrap();
    if random.one_in(2) {
        document["horizon_days"] = random.from(1, 2000).into();
    }
    if random.one_in(2) {
        document["confidence"] = [0.8, 0.9, 0.95, 0.99][random.below(4) as usize].into();
    }
    if random.one_in(2) {
        for class in document["sources"].as_object_mut().unwrap().values_mut() {
            class["reliability"] = (class["reliability"].as_f64().unwrap() / 2.0).into();
        }
    }
    if random.one_in(2) {
        document["pillars"][0]["criteria"][0]["prior"]["mean"] = (random.from(1, 99) as f64 / 100.0).into();
    }
    if random.one_in(2) {
        document["findings"]["severities"][0]["weight"] = 0.005.into();
    }
    if random.one_in(2) {
        document["tiers"]["rated_coverage"] = (random.from(1, 60) as f64 / 100.0).into();
    }
    if random.one_in(2) {
        document["title"]["en"] = "B".into();
    }
    if random.one_in(4) {
        document["contexts"] = serde_json::json!(["family-life"]);
    }
    Policy::from_json(&document.to_string()).unwrap()
}

fn population(random: &mut Random, policies: [&Policy; 2]) -> Ledger {
    let names = policies.map(Names::of);
    let mut records = Vec::new();
    for subject in 0..random.from(0, 30) {
        for _ in 0..random.below(14) {
            let mut record = record(&names[random.below(2) as usize], random.next());
            record.subject = format!("s{subject}");
            records.push(record);
        }
    }
    ledger(&records)
}

fn json(impact: &Impact) -> Value {
    let text = impact.to_json();
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    serde_json::from_str(&text).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_parts_sum_to_the_whole(seed: u64) {
        let random = &mut Random(seed);
        let from = policy(random.next());
        let to = other(random, &from);
        let plan = Plan::new(&from, &to);
        let ledger = population(random, [&from, &to]);
        let group_of = |subject: &str| (!subject.ends_with('7')).then(|| Arc::from(&subject[subject.len() - 1..]));
        let mut changes = Vec::new();
        let impact = of_ledger(&plan, &ledger, as_of(), |_| None, Some(("last", &group_of)), |subject, change| {
            changes.push((subject.to_owned(), change.clone()));
        });

        // The chain: every section that matters once, in order, and at its end the other policy.
        let steps: Vec<Section> = plan.steps().iter().flat_map(|step| step.sections.clone()).collect();
        prop_assert_eq!(steps, Section::changed(&from, &to).into_iter().filter(|section| section.moves_scores()).collect::<Vec<_>>());
        prop_assert!(plan.steps().is_empty() || plan.policies().last() == Some(&to));
        prop_assert_eq!(plan.policies().len(), plan.steps().len() + 1);

        // Of each subject, against plain assessments.
        let assessments = |policy: &Policy| -> Vec<Assessment> { ledger.subjects().map(|id| assess(policy, &ledger, id, as_of(), None)).collect() };
        let (before, after) = (assessments(&from), assessments(&to));
        prop_assert_eq!(changes.len(), before.len());
        let (mut total, mut compared, mut moved) = (0, 0, 0);
        for (((subject, change), a), b) in changes.iter().zip(&before).zip(&after) {
            prop_assert_eq!((subject.as_str(), &change.tiers[0], &change.tiers[1]), (&*a.subject, &a.tier, &b.tier));
            prop_assert_eq!(change.direction == Move::None, a.tier == b.tier);
            prop_assert_eq!(change.scores, [a.is_rated().then_some(a.score), b.is_rated().then_some(b.score)]);
            moved += u64::from(a.tier != b.tier);
            if a.is_rated() && b.is_rated() {
                let whole = b.score.tenths() - a.score.tenths();
                prop_assert_eq!(change.points(), Some(Points::from_tenths(whole)));
                prop_assert_eq!(change.parts.iter().copied().sum::<Points>(), Points::from_tenths(whole));
                total += i64::from(whole);
                compared += 1;
            } else {
                prop_assert!(change.points().is_none() && change.parts.is_empty());
            }
        }

        // Of all.
        let unrated = |all: &[Assessment]| all.iter().filter(|one| !one.is_rated()).count() as u64;
        prop_assert_eq!((impact.scores.unrated_before, impact.scores.unrated_after), (unrated(&before), unrated(&after)));
        prop_assert_eq!((impact.subjects, impact.scores.compared, impact.scores.total, impact.tiers.all()), (before.len() as u64, compared, total, moved));
        prop_assert_eq!(impact.steps.iter().map(|step| step.total).sum::<i64>(), total);
        prop_assert_eq!(impact.scores.by_change.iter().map(|(change, count)| i64::from(*change) * *count as i64).sum::<i64>(), total);
        prop_assert_eq!(impact.flows.iter().map(|flow| flow.subjects).sum::<u64>(), impact.subjects);
        prop_assert_eq!(impact.flows.iter().filter(|flow| flow.from != flow.to).map(|flow| flow.subjects).sum::<u64>(), moved);
        let groups = impact.groups.as_ref().unwrap();
        prop_assert_eq!(groups.groups.iter().map(|group| group.subjects).sum::<u64>() + groups.ungrouped, impact.subjects);
        let document = json(&impact);
        prop_assert_eq!(document["attribution"].as_array().unwrap().len(), plan.steps().len());
        for svg in [impact.flows_svg(&str::to_owned), impact.changes_svg(["points", "unchanged"], crate::Language::English)] {
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf") && (svg.is_empty() || svg.ends_with("</svg>")));
        }
    }
}

#[test]
fn nobody_one_and_the_same_policy_have_a_clear_word() {
    let (from, to) = (policy(0), other(&mut Random(5), &policy(0)));
    let plan = Plan::new(&from, &to);
    let none = of_ledger(&plan, &Ledger::new(), as_of(), |_| None, Some(("g", &|_| None)), |_, _| {});
    assert_eq!(none.notes()[0], "empty");
    assert!(none.scores.mean().is_none() && none.scores.quantile(0.5).is_none());
    assert_eq!(json(&none)["scores"]["mean"], Value::Null);
    let mut random = Random(11);
    let mut one = record(&Names::of(&from), random.next());
    one.subject = "s".into();
    let ledger = ledger(&[one]);
    let single = of_ledger(&plan, &ledger, as_of(), |_| None, Some(("g", &|_| Some("x".into()))), |_, _| {});
    assert_eq!(single.notes()[0], "one-subject");
    assert_eq!(single.groups.as_ref().unwrap().groups[0].score.verdict, Verdict::Alone);
    let same = Plan::new(&from, &from);
    assert!(same.steps().is_empty() && same.policies().len() == 1);
    let same = of_ledger(&same, &ledger, as_of(), |_| None, None, |_, change| assert!(!change.is_any()));
    assert!(same.notes().contains(&"no-change"));
    json(&same);
}

#[test]
fn sections_that_need_each_other_move_together() {
    let (from, to) = (policy(0), policy(7));
    let plan = Plan::new(&from, &to);
    assert!(plan.steps().iter().any(|step| step.sections.len() > 1));
    let impact = of_ledger(&plan, &Ledger::new(), as_of(), |_| None, None, |_, _| {});
    assert!(impact.notes().contains(&"merged"));
}

/// Groups of known means: the test finds the one that differs, and says of small ones that they are.
#[test]
fn groups_that_move_more_are_named() {
    use super::{Standpoint, Tally};
    use crate::kernel::Tier;
    let plan = Plan::new(&policy(0), &policy(0));
    // One policy stands for both here: the tally only sees standpoints.
    let to = {
        let mut document: Value = serde_json::from_str(policy(0).canonical()).unwrap();
        document["confidence"] = 0.95.into();
        Policy::from_json(&document.to_string()).unwrap()
    };
    let plan = if plan.steps().is_empty() { Plan::new(&policy(0), &to) } else { plan };
    let mut tally = Tally::new(&plan, as_of(), Some("region"));
    let mut random = Random(3);
    let mut add = |group: &str, n: u64, by: i32, falls: u64| {
        for k in 0..n {
            let noise = random.below(5) as i32 - 2;
            let score = |tenths| Points::from_tenths(tenths);
            let tier = if k < falls { Tier::Standard } else { Tier::Earned(0) };
            let points = [Standpoint { score: score(700), tier: Tier::Earned(0) }, Standpoint { score: score(700 + by + noise), tier }];
            tally.add(&points, Some(&Arc::from(group))).unwrap();
        }
    };
    add("north", 200, 0, 0);
    add("south", 200, 0, 0);
    add("islands", 100, -10, 40);
    add("one", 1, -50, 1);
    add("few", 4, 0, 0);
    let impact = tally.finish();
    let groups = impact.groups.unwrap();
    let verdicts: Vec<(&str, Verdict, Verdict)> =
        groups.groups.iter().map(|group| (&*group.group, group.score.verdict, group.tier.verdict)).collect();
    assert_eq!(
        verdicts,
        [
            ("few", Verdict::TooFew, Verdict::TooFew),
            ("islands", Verdict::Below, Verdict::Above),
            ("north", Verdict::Above, Verdict::Below),
            ("one", Verdict::OneSubject, Verdict::OneSubject),
            ("south", Verdict::Above, Verdict::Below),
        ]
    );
    let islands = &groups.groups[1];
    let (lower, upper) = (islands.score.lower.unwrap(), islands.score.upper.unwrap());
    assert!(lower < -0.8 && upper > -1.2 && lower < upper && (islands.share - 0.4).abs() < 1e-12);
    assert!(islands.share_lower > 0.30 && islands.share_upper < 0.50);
}
