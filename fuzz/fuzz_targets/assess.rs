//! Any lines of any bytes under the reference policy: bounded, additive, the same by either route, and verified.
#![no_main]

use libfuzzer_sys::fuzz_target;
use uytin::{Date, Ledger, Limits, Points, Policy, Record};

fuzz_target!(|data: &[u8]| {
    let policy = Policy::reference();
    let mut ledger = Ledger::new();
    for line in data.split(|&byte| byte == b'\n') {
        if let Ok(record) = Record::from_bytes(line, &Limits::DEFAULT) {
            ledger.add(record).expect("what was read can be added");
        }
    }
    assert_eq!(Ledger::from_json_lines(&ledger.to_bytes(), &Limits::DEFAULT).expect("its own bytes"), ledger);
    for (n, bound) in ledger.bind(&policy).subjects().enumerate() {
        for (day, previous) in [(20_778, None), (20_778, Some("trusted")), (Date::MAX.days(), Some("?")), (Date::MIN.days(), None)] {
            let as_of = Date::from_days(day).expect("a date");
            let (score, whole) = (bound.score(as_of, previous), bound.assess(as_of, previous));
            assert_eq!(
                (score.score, score.lower, score.upper, score.tier),
                (whole.score, whole.interval.lower, whole.interval.upper, &*whole.tier)
            );
            assert!(score.lower <= score.score && score.score <= score.upper && (0..=1000).contains(&score.upper.tenths()));
            assert_eq!(whole.waterfall.iter().map(|part| part.points).sum::<Points>(), whole.score);
            // The costliest check, so once an input.
            if n == 0 && previous.is_some() && as_of < Date::MAX {
                assert!(whole.receipt().verify(&policy, &ledger).is_verified());
            }
        }
    }
});
