//! A policy is refused with places, or it assesses a subject without records as unrated, at its baseline. Briefs and settings, which
//! the same reader reads, are refused with places or read.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use uytin::coverage::CoverageSettings;
use uytin::fairness::FairnessSettings;
use uytin::gaming::AttackSettings;
use uytin::{Brief, Date, Error, Ledger, Limits, Policy, assess};

static REFERENCE: LazyLock<Policy> = LazyLock::new(Policy::reference);

fn has_places(error: &Error) {
    assert!(error.faults().all(|fault| fault.path.starts_with('$') && !fault.expected.is_empty()));
}

fuzz_target!(|data: &[u8]| {
    match Policy::from_bytes(data, &Limits::DEFAULT) {
        Ok(policy) => {
            assert_eq!(Policy::from_json(policy.canonical()).expect("the canonical form is a policy").digest(), policy.digest());
            let as_of = Date::new(2026, 11, 21).expect("a date");
            let assessment = assess(&policy, &Ledger::new(), "nobody", as_of, None);
            assert_eq!(&*assessment.tier, "unrated");
            assert_eq!(assessment.waterfall.first().map(|part| part.points), Some(assessment.score));
        }
        Err(error) => has_places(&error),
    }
    let settings =
        [FairnessSettings::from_json(data).err(), AttackSettings::from_json(data).err(), CoverageSettings::from_json(data).err()];
    settings.into_iter().chain([Brief::from_bytes(data, &REFERENCE).err()]).flatten().for_each(|error| has_places(&error));
});
