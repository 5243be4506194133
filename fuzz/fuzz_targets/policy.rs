//! A policy is refused with places, or it assesses a subject without records as unrated, at its baseline.
#![no_main]

use libfuzzer_sys::fuzz_target;
use uytin::{Date, Ledger, Limits, Policy, assess};

fuzz_target!(|data: &[u8]| {
    match Policy::from_bytes(data, &Limits::DEFAULT) {
        Ok(policy) => {
            assert_eq!(Policy::from_json(policy.canonical()).expect("the canonical form is a policy").digest(), policy.digest());
            let as_of = Date::new(2026, 11, 21).expect("a date");
            let assessment = assess(&policy, &Ledger::new(), "nobody", as_of, None);
            assert_eq!(&*assessment.tier, "unrated");
            assert_eq!(assessment.waterfall.first().map(|part| part.points), Some(assessment.score));
        }
        Err(error) => assert!(error.faults().all(|fault| fault.path.starts_with('$') && !fault.expected.is_empty())),
    }
});
