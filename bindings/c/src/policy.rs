//! Policies.

use std::ffi::c_char;

use engine::{Language, Policy};

use crate::entry::{Failure, Output, bytes, entry, free, handle};
use crate::status::{uytin_error, uytin_status};
use crate::text::{limits, uytin_limits, uytin_str};

/// A valid policy. Owned by the caller, who frees it with `uytin_policy_free`; immutable, for any number of threads.
/// What was made of it (bound ledgers, assessments) shares it and may outlive it.
pub struct uytin_policy(());

pub(crate) struct Inner {
    pub(crate) policy: Policy,
    digest: String,
}

impl From<Policy> for Inner {
    fn from(policy: Policy) -> Self {
        Self { digest: policy.digest().to_string(), policy }
    }
}

/// What a policy says of itself. The texts are the policy's and live as long as it.
#[repr(C)]
pub struct uytin_policy_info {
    /// The policy's name.
    pub name: uytin_str,
    /// The policy's version.
    pub version: uytin_str,
    /// SHA-256 of the RFC 8785 form of the document as read: `sha256:` and lower-case hexadecimal.
    pub digest: uytin_str,
    /// The RFC 8785 form of the document as read: JSON.
    pub canonical: uytin_str,
    /// What every surface that shows a score says, in English.
    pub notice_en: uytin_str,
    /// What every surface that shows a score says, in Vietnamese.
    pub notice_vi: uytin_str,
    /// Days for which an assessment is valid.
    pub validity_days: u32,
}

/// The reference policy `icp-2026`: this project's defaults, not official weights of the Program.
///
/// Ownership: `*out` is the caller's; free it with `uytin_policy_free`. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_policy_reference(out: *mut *mut uytin_policy, error: *mut *mut uytin_error) -> uytin_status {
    entry(error, || {
        Output::new("out", out)?.give(Policy::reference().into());
        Ok(())
    })
}

/// The document of the reference policy, as published: JSON.
///
/// Ownership: static. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_policy_reference_json(out: *mut uytin_str) -> uytin_status {
    entry(std::ptr::null_mut(), || {
        Output::new("out", out)?.set(uytin_str::of(Policy::reference_json()));
        Ok(())
    })
}

/// Reads and checks a policy document.
///
/// Ownership: `*out` is the caller's; free it with `uytin_policy_free`. `limits` may be null: the defaults. Threads: any.
/// Errors: every fault of the document, each with its JSON path; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_policy_from_json(
    json: *const c_char,
    json_len: usize,
    limits: *const uytin_limits,
    out: *mut *mut uytin_policy,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: as this function's.
        out.give(unsafe { read(json, json_len, limits) }?.into());
        Ok(())
    })
}

/// Checks a policy document without keeping it.
///
/// Ownership: none. `limits` may be null: the defaults. Threads: any. Errors: as `uytin_policy_from_json`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_policy_check(
    json: *const c_char,
    json_len: usize,
    limits: *const uytin_limits,
    error: *mut *mut uytin_error,
) -> uytin_status {
    // SAFETY: as this function's.
    entry(error, || unsafe { read(json, json_len, limits) }.map(drop))
}

unsafe fn read(json: *const c_char, json_len: usize, limits: *const uytin_limits) -> Result<Policy, Failure> {
    // SAFETY: by contract `json_len` readable bytes, and null or readable limits.
    let (json, limits) = unsafe { (bytes("json", json, json_len)?, self::limits(limits)?) };
    Ok(Policy::from_bytes(json, &limits)?)
}

/// What a policy says of itself.
///
/// Ownership: the texts are the policy's and live as long as it. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_policy_describe(
    policy: *const uytin_policy,
    out: *mut uytin_policy_info,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        // SAFETY: by contract null or a live handle.
        let Inner { policy, digest } = unsafe { handle("policy", policy) }?;
        let notice = &policy.document().notice;
        Output::new("out", out)?.set(uytin_policy_info {
            name: uytin_str::of(policy.name()),
            version: uytin_str::of(policy.version()),
            digest: uytin_str::of(digest),
            canonical: uytin_str::of(policy.canonical()),
            notice_en: uytin_str::of(notice.get(Language::English)),
            notice_vi: uytin_str::of(notice.get(Language::Vietnamese)),
            validity_days: policy.document().validity_days,
        });
        Ok(())
    })
}

/// A second handle of the same policy, at the cost of a counter.
///
/// Ownership: `*out` is the caller's; free it with `uytin_policy_free`. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_policy_clone(
    policy: *const uytin_policy,
    out: *mut *mut uytin_policy,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        // SAFETY: by contract null or a live handle.
        let inner = unsafe { handle("policy", policy) }?;
        Output::new("out", out)?.give(inner.policy.clone().into());
        Ok(())
    })
}

/// Frees a policy; null is none.
///
/// Ownership: takes `policy`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_policy_free(policy: *mut uytin_policy) -> uytin_status {
    // SAFETY: as this function's.
    unsafe { free(policy) }
}
