//! A record is refused with a place, or its canonical form reads back as the same record.
#![no_main]

use libfuzzer_sys::fuzz_target;
use uytin::{Limits, Record};

fuzz_target!(|data: &[u8]| {
    match Record::from_bytes(data, &Limits::DEFAULT) {
        Ok(record) => {
            record.check().expect("what was read is within its ranges");
            let canonical = record.canonical();
            let again = Record::from_bytes(&canonical, &Limits::DEFAULT).expect("the canonical form is a record");
            assert_eq!(again, record);
            assert_eq!(again.canonical(), canonical);
        }
        Err(error) => {
            assert!(error.path().starts_with('$') && !error.expected().is_empty() && !error.found().is_empty());
            assert!(error.to_string().len() < 2000);
        }
    }
});
