//! What is asked of a whole population, against plain assessments of the same records.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use proptest::prelude::*;
use serde_json::json;
use uytin::impact::{Change, Plan, of_ledger};
use uytin::{Body, Brief, Date, Ledger, Policy, Record, Status};
use uytin_columns::{Columns, Groups, ImpactOf, Job, Previous, columns_of};

#[path = "../../uytin/src/random.rs"]
#[allow(dead_code, unreachable_pub)]
mod random;

use random::{Names, Random, as_of, policy, record};

/// Records of several subjects.
fn records(random: &mut Random, names: &Names, numbers: bool) -> Vec<Record> {
    let mut records = Vec::new();
    for subject in 0..random.from(0, 30) {
        for _ in 0..random.below(14) {
            let mut record = record(names, random.next());
            record.subject = if numbers { format!("{}", subject * 7) } else { format!("s{subject}") };
            records.push(record);
        }
    }
    records
}

fn ledger(records: &[Record]) -> Ledger {
    let mut ledger = Ledger::new();
    records.iter().for_each(|record| ledger.add(record.clone()).unwrap());
    ledger
}

fn brief(random: &mut Random, names: &Names, policy: &Policy) -> Brief {
    let rule = json!({"within_days": random.from(1, 1500), "severity_at_least": names.severities[0]});
    let document = json!({
        "lower_at_least": random.below(600) as f64 / 10.0,
        "criteria": [{"criterion": names.criteria[0], "lower_at_least": random.below(600) as f64 / 10.0}],
        "no_findings": if random.one_in(2) { vec![rule] } else { vec![] },
        "order": random.pick(&["lower", "score", "coverage"]),
        "limit": random.from(1, 30),
    });
    Brief::from_json(&document.to_string(), policy).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_engine_makes_the_shortlist_of_the_ledger(seed: u64) {
        let random = &mut Random(seed);
        let policy = policy(random.next());
        let names = Names::of(&policy);
        let mut records = records(random, &names, false);
        let brief = brief(random, &names, &policy);
        let (expected, expected_out) = uytin::shortlist(&brief, &ledger(&records), as_of(), |_| None);
        let sorted = random.one_in(2);
        if sorted {
            records.sort_by(|a, b| a.subject.cmp(&b.subject));
        }
        // The plain route and the explained one.
        for columns in [Columns::default(), Columns { criteria: true, ..Columns::default() }] {
            let job = Job { sorted, columns, threads: 2, ..Job::new(&policy, as_of()) };
            let mut lines = Vec::new();
            let mut keep = |line: &str| {
                lines.push(line.to_owned());
                Ok(())
            };
            let batches = records.chunks(random.from(1, 100) as usize).map(|chunk| Ok(columns_of(chunk)));
            let batches: Vec<_> = batches.collect();
            let (list, summary) = uytin_columns::shortlist(&job, &brief, batches.clone(), Some(&mut keep)).unwrap();
            prop_assert_eq!(list.to_json(), expected.to_json());
            prop_assert_eq!(summary.subjects, expected.subjects());
            let expected_lines: Vec<String> = expected_out.iter().map(|out| out.to_json(&brief)).collect();
            prop_assert_eq!(lines, expected_lines);
            prop_assert_eq!(uytin_columns::shortlist(&job, &brief, batches, None).unwrap().0.to_json(), expected.to_json());
        }
    }
}

fn groups_of(records: &[Record]) -> (Groups, impl Fn(&str) -> Option<Arc<str>> + use<>) {
    let group = |subject: &str| (!subject.ends_with('3')).then(|| Arc::from(&subject[subject.len() - 1..]));
    let mut groups = Groups::new("region");
    for chunk in records.chunks(7) {
        let subjects: ArrayRef = Arc::new(chunk.iter().map(|record| Some(record.subject.as_str())).collect::<StringArray>());
        let regions: ArrayRef = Arc::new(chunk.iter().map(|record| group(&record.subject)).collect::<StringArray>());
        groups.add(&RecordBatch::try_from_iter([("subject", subjects), ("region", regions)]).unwrap()).unwrap();
    }
    (groups, group)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_engine_finds_the_impact_on_the_ledger(seed: u64) {
        let random = &mut Random(seed);
        let (from, to) = (policy(random.next()), policy(random.next()));
        let changed = {
            let mut document: serde_json::Value = serde_json::from_str(from.canonical()).unwrap();
            document["horizon_days"] = random.from(1, 2000).into();
            document["confidence"] = 0.99.into();
            document["pillars"][0]["criteria"][0]["prior"]["mean"] = 0.5.into();
            document["tiers"]["rated_coverage"] = 0.05.into();
            Policy::from_json(&document.to_string()).unwrap()
        };
        let to = if random.one_in(3) { to } else { changed };
        let mut records = {
            let numbers = random.one_in(2);
            records(random, &Names::of(&from), numbers)
        };
        let plan = Plan::new(&from, &to);
        let (groups, group) = groups_of(&records);
        let previous = |_: &str| Some("standard");
        let mut expected_lines = Vec::new();
        let expected = of_ledger(&plan, &ledger(&records), as_of(), previous, Some(("region", &group)), |subject, change| {
            expected_lines.push(change.to_json(subject, group(subject).as_deref(), &plan));
        });
        let sorted = random.one_in(2);
        if sorted {
            records.sort_by(|a, b| a.subject.cmp(&b.subject));
        }
        let table = {
            let mut subjects: Vec<&str> = records.iter().map(|record| record.subject.as_str()).collect();
            subjects.sort_unstable();
            subjects.dedup();
            let tiers: ArrayRef = Arc::new(StringArray::from(vec!["standard"; subjects.len()]));
            RecordBatch::try_from_iter([("subject", Arc::new(StringArray::from(subjects)) as ArrayRef), ("tier", tiers)]).unwrap()
        };
        let make = |policy: &Policy| Previous::from_batches([&table], policy);
        let job = Job { sorted, threads: 2, ..Job::new(&from, as_of()) };
        let batches: Vec<_> = records.chunks(random.from(1, 100) as usize).map(columns_of).collect();
        let mut lines = Vec::new();
        let mut keep = |subject: &str, group: Option<&str>, change: &Change| {
            lines.push(change.to_json(subject, group, &plan));
            Ok(())
        };
        let of = ImpactOf { plan: &plan, groups: Some(&groups), previous: Some(&make) };
        let (impact, summary) = uytin_columns::impact(&job, of, || Ok(batches.iter().cloned().map(Ok)), Some(&mut keep)).unwrap();
        prop_assert_eq!(impact.to_json(), expected.to_json());
        prop_assert_eq!(lines, expected_lines);
        prop_assert_eq!(summary.subjects, expected.subjects);
    }
}

#[test]
fn a_subject_of_two_groups_is_refused() {
    let texts = |values: &[Option<&str>]| -> ArrayRef { Arc::new(values.iter().copied().collect::<StringArray>()) };
    let table = |subjects: ArrayRef, of: ArrayRef| RecordBatch::try_from_iter([("subject", subjects), ("region", of)]).unwrap();
    let mut groups = Groups::new("region");
    groups.add(&table(texts(&[Some("a"), Some("b"), Some("a")]), texts(&[Some("x"), None, Some("x")]))).unwrap();
    assert_eq!((groups.len(), groups.column()), (1, "region"));
    let error = groups.add(&table(texts(&[Some("a")]), texts(&[Some("y")]))).unwrap_err();
    assert_eq!(error.to_string(), "row 3: $.region: found `y` for subject `a`, expected `x`, as before");
    let error = groups.add(&table(texts(&[None]), texts(&[Some("y")]))).unwrap_err();
    assert_eq!(error.code().as_str(), "wrong-type");
    let error = Groups::new("age").add(&table(texts(&[None]), texts(&[Some("y")]))).unwrap_err();
    assert_eq!(error.code().as_str(), "missing-field");
}

#[test]
fn a_brief_for_another_policy_is_refused() {
    let policy = policy(1);
    let brief = Brief::from_json("{}", &Policy::reference()).unwrap();
    let job = Job::new(&policy, as_of());
    let error = uytin_columns::shortlist(&job, &brief, [Ok(columns_of([]))], None).unwrap_err();
    assert_eq!((error.code().as_str(), error.path()), ("inconsistent", "brief"));
}
