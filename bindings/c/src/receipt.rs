//! Receipts: what an assessment was made of, so that anybody can recompute it.

use std::ffi::c_char;

use engine::{Receipt, Verification};

use crate::assessment::uytin_assessment;
use crate::entry::{Output, bytes, entry, free, handle, item};
use crate::ledger::{reading, uytin_ledger};
use crate::policy::uytin_policy;
use crate::status::{uytin_error, uytin_status};
use crate::text::{uytin_str, uytin_text};

/// What verifying a receipt found. Owned by the caller, who frees it with `uytin_verification_free`; immutable, for any
/// thread.
pub struct uytin_verification(());

pub(crate) struct Inner {
    receipt: Receipt,
    verification: Verification,
}

/// What verifying a receipt found. The texts are the verification's and live as long as it.
#[repr(C)]
pub struct uytin_verification_summary {
    /// The subject of the receipt.
    pub subject: uytin_str,
    /// The tier that the subject had; null where none was given.
    pub previous_tier: uytin_str,
    /// The engine version that the receipt names; another than this one's is no difference.
    pub engine_version: uytin_str,
    /// How many places differ.
    pub differences: usize,
    /// The day of assessment, in days after 1970-01-01.
    pub as_of: i32,
    /// 1 where nothing differs, else 0.
    pub verified: u8,
}

/// A place where a receipt and its recomputation differ. The texts are the verification's and live as long as it.
#[repr(C)]
pub struct uytin_difference {
    /// The JSON path in the receipt.
    pub path: uytin_str,
    /// What the receipt says.
    pub found: uytin_str,
    /// What the recomputation gives.
    pub expected: uytin_str,
}

/// The receipt of an assessment: canonical JSON (RFC 8785), which is the form that is verified.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_receipt(
    assessment: *const uytin_assessment,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract null or a live handle.
        let inner = unsafe { handle("assessment", assessment) }?;
        out.give(inner.assessment.receipt().to_json().into());
        Ok(())
    })
}

/// Recomputes a receipt from policy and ledger and says what differs. A receipt that differs is a result, not an error.
///
/// Ownership: `*out` is the caller's; free it with `uytin_verification_free`. Threads: any. Errors: where the bytes are no
/// receipt in canonical form (a line break may follow); the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_verify(
    policy: *const uytin_policy,
    ledger: *const uytin_ledger,
    receipt: *const c_char,
    receipt_len: usize,
    out: *mut *mut uytin_verification,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract null or live handles, and `receipt_len` readable bytes.
        let (policy, ledger, receipt) =
            unsafe { (&handle("policy", policy)?.policy, handle("ledger", ledger)?, bytes("receipt", receipt, receipt_len)?) };
        let receipt = Receipt::from_bytes(receipt)?;
        let ledger = reading(ledger).clone();
        let verification = receipt.verify(policy, &ledger);
        out.give(Inner { receipt, verification });
        Ok(())
    })
}

/// What verifying found, as a whole.
///
/// Ownership: the texts are the verification's and live as long as it. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_verification_describe(
    verification: *const uytin_verification,
    out: *mut uytin_verification_summary,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        // SAFETY: by contract null or a live handle.
        let Inner { receipt, verification } = unsafe { handle("verification", verification) }?;
        Output::new("out", out)?.set(uytin_verification_summary {
            subject: uytin_str::of(receipt.subject()),
            previous_tier: uytin_str::of_option(receipt.previous_tier()),
            engine_version: uytin_str::of(&verification.engine_version),
            differences: verification.differences.len(),
            as_of: receipt.as_of().days(),
            verified: verification.is_verified().into(),
        });
        Ok(())
    })
}

/// The difference at `index`, from 0.
///
/// Ownership: the texts are the verification's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_verification_difference(
    verification: *const uytin_verification,
    index: usize,
    out: *mut uytin_difference,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        // SAFETY: by contract null or a live handle.
        let inner = unsafe { handle("verification", verification) }?;
        let difference = item(&inner.verification.differences, index)?;
        Output::new("out", out)?.set(uytin_difference {
            path: uytin_str::of(&difference.path),
            found: uytin_str::of(&difference.found),
            expected: uytin_str::of(&difference.expected),
        });
        Ok(())
    })
}

/// Frees a verification; null is none.
///
/// Ownership: takes `verification`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is
/// freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_verification_free(verification: *mut uytin_verification) -> uytin_status {
    // SAFETY: as this function's.
    unsafe { free(verification) }
}
