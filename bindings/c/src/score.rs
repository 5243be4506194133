//! Ledgers bound to a policy, and the score without allocation.

use std::ffi::c_char;
use std::sync::Arc;

use engine::{BoundSubject, Code, Fault, Ledger};

use crate::assessment::uytin_assessment;
use crate::entry::{Failure, Output, date, entry, free, handle, item, optional_text, text};
use crate::ledger::{reading, uytin_ledger};
use crate::policy::uytin_policy;
use crate::status::{uytin_error, uytin_status};
use crate::text::uytin_str;

/// The records of a ledger at one moment, bound to a policy: resolved once, scored as often as asked. Owned by the
/// caller, who frees it with `uytin_bound_free`; immutable, for any number of threads. It keeps what it needs of policy
/// and ledger, so both may change or be freed.
pub struct uytin_bound(());

pub(crate) struct Inner {
    /// By the UTF-8 bytes of the subject.
    subjects: Vec<Arc<BoundSubject>>,
    /// Stands for any subject without records.
    nobody: BoundSubject,
}

impl Inner {
    fn find(&self, subject: &str) -> Option<&Arc<BoundSubject>> {
        let place = self.subjects.binary_search_by(|bound| bound.subject().cmp(subject)).ok()?;
        self.subjects.get(place)
    }

    /// The subject of a name, also one without records; the only one where none is named.
    pub(crate) fn subject(&self, name: Option<&str>) -> Result<Arc<BoundSubject>, Failure> {
        let Some(name) = name else { return self.only().cloned() };
        let nobody = || Arc::new(Ledger::new().bind_subject(self.nobody.policy(), name));
        Ok(self.find(name).cloned().unwrap_or_else(nobody))
    }

    fn only(&self) -> Result<&Arc<BoundSubject>, Failure> {
        match self.subjects.as_slice() {
            [only] => Ok(only),
            several => {
                let found = format!("a ledger of {} subjects", several.len());
                Err(Fault::new(Code::NoSubject, "subject", found, "the name of a subject").into())
            }
        }
    }
}

/// The subject that a call is about, and the tier that it had.
///
/// # Safety
/// A live handle or null, and texts of these lengths, which outlive `'a`.
pub(crate) unsafe fn asked<'a>(
    bound: *const uytin_bound,
    (subject, subject_len): (*const c_char, usize),
    (previous_tier, previous_tier_len): (*const c_char, usize),
) -> Result<(Arc<BoundSubject>, Option<&'a str>), Failure> {
    // SAFETY: as this function's.
    let (inner, subject, previous) = unsafe {
        let subject = optional_text("subject", subject, subject_len)?;
        (handle("bound", bound)?, subject, optional_text("previous_tier", previous_tier, previous_tier_len)?)
    };
    Ok((inner.subject(subject)?, previous))
}

/// Score, interval, coverage and tier. `tier` is the bound ledger's and lives as long as it.
#[repr(C)]
pub struct uytin_score_result {
    /// The tier: one of the policy's, `standard` or `unrated`.
    pub tier: uytin_str,
    /// How far evidence, not the prior, makes the score, in [0, 1].
    pub coverage: f64,
    /// The score in tenths of a point, from 0 to 1000. Where `rated` is 0 it is the prior's, not the subject's: show
    /// "not rated" and the range instead.
    pub score: i32,
    /// The lower bound in tenths of a point.
    pub lower: i32,
    /// The upper bound in tenths of a point.
    pub upper: i32,
    /// 1 where the subject is rated, else 0.
    pub rated: u8,
}

/// Binds every subject of a ledger to a policy.
///
/// Ownership: `*out` is the caller's; free it with `uytin_bound_free`. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_bind(
    policy: *const uytin_policy,
    ledger: *const uytin_ledger,
    out: *mut *mut uytin_bound,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract null or live handles.
        let (policy, ledger) = unsafe { (&handle("policy", policy)?.policy, handle("ledger", ledger)?) };
        // A clone, so that writers need not wait for the work.
        let ledger = reading(ledger).clone();
        let subjects = ledger.bind(policy).subjects().cloned().collect();
        out.give(Inner { subjects, nobody: Ledger::new().bind_subject(policy, "") });
        Ok(())
    })
}

/// Binds one subject of a ledger to a policy; one without records has the baseline score and is unrated.
///
/// Ownership: `*out` is the caller's; free it with `uytin_bound_free`. Threads: any. Errors: `UYTIN_NOT_UTF8`; the
/// pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_bind_subject(
    policy: *const uytin_policy,
    ledger: *const uytin_ledger,
    subject: *const c_char,
    subject_len: usize,
    out: *mut *mut uytin_bound,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract null or live handles, and `subject_len` readable bytes.
        let (policy, ledger, subject) =
            unsafe { (&handle("policy", policy)?.policy, handle("ledger", ledger)?, text("subject", subject, subject_len)?) };
        let bound = reading(ledger).bind_subject(policy, subject);
        out.give(Inner { subjects: vec![Arc::new(bound)], nobody: Ledger::new().bind_subject(policy, "") });
        Ok(())
    })
}

/// How many subjects a bound ledger has.
///
/// Ownership: none changes. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_bound_count(bound: *const uytin_bound, out: *mut usize, error: *mut *mut uytin_error) -> uytin_status {
    entry(error, || {
        // SAFETY: by contract null or a live handle.
        let inner = unsafe { handle("bound", bound) }?;
        Output::new("out", out)?.set(inner.subjects.len());
        Ok(())
    })
}

/// The subject at `index`, from 0, in order of its UTF-8 bytes.
///
/// Ownership: the text is the bound ledger's and lives as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_bound_subject(
    bound: *const uytin_bound,
    index: usize,
    out: *mut uytin_str,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        // SAFETY: by contract null or a live handle.
        let inner = unsafe { handle("bound", bound) }?;
        Output::new("out", out)?.set(uytin_str::of(item(&inner.subjects, index)?.subject()));
        Ok(())
    })
}

/// Frees a bound ledger; null is none. Tiers and subjects that it gave end with it.
///
/// Ownership: takes `bound`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_bound_free(bound: *mut uytin_bound) -> uytin_status {
    // SAFETY: as this function's.
    unsafe { free(bound) }
}

/// Scores a subject without allocating (subjects of more than 16 incidents or policies of more than 32 criteria apart).
/// `subject` null stands for the only subject; one without records has the baseline score and is unrated.
/// `previous_tier` is the tier that the subject had, null for none; one that the policy does not know counts as none.
///
/// Ownership: `out` is the caller's; `out->tier` is the bound ledger's and lives as long as it. Threads: any. Errors:
/// `UYTIN_NO_SUBJECT`, `UYTIN_NOT_A_DATE`, `UYTIN_NOT_UTF8`; the pointers'. Units: `as_of` in days after 1970-01-01,
/// points in tenths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_score(
    bound: *const uytin_bound,
    subject: *const c_char,
    subject_len: usize,
    as_of: i32,
    previous_tier: *const c_char,
    previous_tier_len: usize,
    out: *mut uytin_score_result,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract a live handle, and texts of these lengths.
        let (inner, subject, previous) = unsafe {
            let subject = optional_text("subject", subject, subject_len)?;
            (handle("bound", bound)?, subject, optional_text("previous_tier", previous_tier, previous_tier_len)?)
        };
        let bound = match subject {
            Some(subject) => inner.find(subject).map_or(&inner.nobody, |bound| bound),
            None => inner.only()?,
        };
        let score = bound.score(date("as_of", as_of)?, previous);
        out.set(uytin_score_result {
            tier: uytin_str::of(score.tier),
            coverage: score.coverage,
            score: score.score.tenths(),
            lower: score.lower.tenths(),
            upper: score.upper.tenths(),
            rated: score.is_rated().into(),
        });
        Ok(())
    })
}

/// Assesses a subject, explained: arguments as of `uytin_score`.
///
/// Ownership: `*out` is the caller's; free it with `uytin_assessment_free`. It may outlive the bound ledger. Threads: any.
/// Errors and units: as `uytin_score`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assess(
    bound: *const uytin_bound,
    subject: *const c_char,
    subject_len: usize,
    as_of: i32,
    previous_tier: *const c_char,
    previous_tier_len: usize,
    out: *mut *mut uytin_assessment,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract a live handle, and texts of these lengths.
        let (bound, previous) = unsafe { asked(bound, (subject, subject_len), (previous_tier, previous_tier_len)) }?;
        out.give(bound.assess(date("as_of", as_of)?, previous).into());
        Ok(())
    })
}
