//! A receipt is refused, or verifying it ends; what it holds is compared, never trusted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use uytin::{Ledger, Policy, Receipt};

fuzz_target!(|data: &[u8]| {
    if let Ok(receipt) = Receipt::from_bytes(data) {
        assert_eq!(receipt.to_json().as_bytes(), data.strip_suffix(b"\n").unwrap_or(data));
        let verification = receipt.verify(&Policy::reference(), &Ledger::new());
        assert!(verification.differences.iter().all(|difference| difference.path.starts_with('$')));
    }
});
