//! What is asked of a whole population, against plain assessments of the same records.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use proptest::prelude::*;
use serde_json::json;
use uytin::{Body, Brief, Date, Ledger, Policy, Record, Status};
use uytin_columns::{Extras, Job, columns_of};

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
        for extras in [Extras::default(), Extras { criteria: true, ..Extras::default() }] {
            let job = Job { sorted, extras, threads: 2, ..Job::new(&policy, as_of()) };
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

#[test]
fn a_brief_for_another_policy_is_refused() {
    let policy = policy(1);
    let brief = Brief::from_json("{}", &Policy::reference()).unwrap();
    let job = Job::new(&policy, as_of());
    let error = uytin_columns::shortlist(&job, &brief, [Ok(columns_of([]))], None).unwrap_err();
    assert_eq!((error.code().as_str(), error.path()), ("inconsistent", "brief"));
}
