//! The tools around the score, each as a document: paths, contests, comparisons of policies, shortlists, impact.

use std::ffi::c_char;

use engine::impact::{GroupOf, Plan, of_ledger};
use engine::{Brief, Date, Language, PolicyDiff, StatementDetails, StatementFormat};

use crate::entry::{Failure, Output, bytes, date, entry, handle, list, optional_text, structure, view};
use crate::ledger::{reading, uytin_ledger};
use crate::policy::uytin_policy;
use crate::score::{asked, uytin_bound};
use crate::status::{uytin_error, uytin_status};
use crate::text::{uytin_str, uytin_text};

/// The texts of an array of views.
///
/// # Safety
/// `views` is null, misaligned, or points to `count` readable views of texts that outlive `'a`.
unsafe fn texts<'a>(place: &'static str, views: *const uytin_str, count: usize) -> Result<Vec<&'a str>, Failure> {
    // SAFETY: as this function's.
    unsafe { list(place, views, count)?.iter().map(|text| view(place, *text)).collect() }
}

/// For each tier above a subject's: the least further evidence that reaches it, the day on which waiting does, or why neither
/// can. Further checks are dated `as_of` and come from the `classes`, `class_count` of them; the other arguments are those of
/// `uytin_score`.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: a class that the policy does not
/// know; those of `uytin_score`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_paths(
    bound: *const uytin_bound,
    subject: *const c_char,
    subject_len: usize,
    as_of: i32,
    previous_tier: *const c_char,
    previous_tier_len: usize,
    classes: *const uytin_str,
    class_count: usize,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: as this function's.
        let ((bound, previous), classes) =
            unsafe { (asked(bound, (subject, subject_len), (previous_tier, previous_tier_len))?, texts("classes", classes, class_count)?) };
        out.give(bound.paths(date("as_of", as_of)?, previous, &classes)?.to_json().into());
        Ok(())
    })
}

/// Assesses a subject again without some records, each named `source/id`, `record_count` of them, and says what differs; the
/// other arguments are those of `uytin_score`.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: every name that no record has;
/// those of `uytin_score`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_contest(
    bound: *const uytin_bound,
    subject: *const c_char,
    subject_len: usize,
    as_of: i32,
    previous_tier: *const c_char,
    previous_tier_len: usize,
    records: *const uytin_str,
    record_count: usize,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: as this function's.
        let ((bound, previous), records) = unsafe {
            (asked(bound, (subject, subject_len), (previous_tier, previous_tier_len))?, texts("records", records, record_count)?)
        };
        out.give(bound.contest(date("as_of", as_of)?, previous, &records)?.to_json().into());
        Ok(())
    })
}

/// What a statement of reasons says besides, and how it is written. Texts are UTF-8 and are copied; of one whose `ptr` is null
/// a line to write on stands there.
#[repr(C)]
pub struct uytin_statement_details {
    /// Who issues the statement.
    pub issued_by: uytin_str,
    /// Where to contest: an address.
    pub contest_at: uytin_str,
    /// Until when to contest, in days after 1970-01-01; `INT32_MIN` for a line to write on.
    pub contest_by: i32,
    /// 0 for English, 1 for Vietnamese.
    pub vietnamese: u8,
    /// 0 for Markdown, 1 for a page of HTML.
    pub html: u8,
}

/// The statement of reasons of an assessment, for the person whom it is about: a proposal, with facts and sources, and how to
/// contest. `details` may be null: nothing is filled in, English, Markdown. The other arguments are those of `uytin_score`.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: those of `uytin_score`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_statement(
    bound: *const uytin_bound,
    subject: *const c_char,
    subject_len: usize,
    as_of: i32,
    previous_tier: *const c_char,
    previous_tier_len: usize,
    details: *const uytin_statement_details,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: as this function's.
        let (bound, previous) = unsafe { asked(bound, (subject, subject_len), (previous_tier, previous_tier_len)) }?;
        let as_of = date("as_of", as_of)?;
        let (mut filled, mut language, mut format) = (StatementDetails::default(), Language::English, StatementFormat::Markdown);
        if !details.is_null() {
            // SAFETY: by contract readable, and so are its texts.
            let (given, issued_by, contest_at) = unsafe {
                let given = structure("details", details)?;
                let own = |place, text: uytin_str| Ok::<_, Failure>(optional_text(place, text.ptr, text.len)?.map(str::to_owned));
                (given, own("details.issued_by", given.issued_by)?, own("details.contest_at", given.contest_at)?)
            };
            let contest_by = (given.contest_by != i32::MIN).then(|| date("details.contest_by", given.contest_by)).transpose()?;
            filled = StatementDetails { issued_by, contest_at, contest_by };
            language = if given.vietnamese == 0 { Language::English } else { Language::Vietnamese };
            format = if given.html == 0 { StatementFormat::Markdown } else { StatementFormat::Html };
        }
        out.give(bound.statement(as_of, previous, &filled, language, format).into());
        Ok(())
    })
}

/// What differs from one policy to another, and what each change makes stricter or laxer: JSON.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_policy_diff(
    from: *const uytin_policy,
    to: *const uytin_policy,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract null or live handles.
        let (from, to) = unsafe { (&handle("from", from)?.policy, &handle("to", to)?.policy) };
        out.give(PolicyDiff::of(from, to).to_json().into());
        Ok(())
    })
}

/// What is valid in a policy, yet unwise: JSON.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_policy_lint(
    policy: *const uytin_policy,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract null or a live handle.
        out.give(unsafe { handle("policy", policy) }?.policy.lint_json().into());
        Ok(())
    })
}

/// Ranks the subjects of a ledger that meet a brief (JSON), best lower bound first; those that the evidence cannot tell apart
/// share a band.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: every fault of the brief;
/// `UYTIN_NOT_A_DATE`; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_shortlist(
    policy: *const uytin_policy,
    ledger: *const uytin_ledger,
    brief: *const c_char,
    brief_len: usize,
    as_of: i32,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract null or live handles, and `brief_len` readable bytes.
        let (policy, ledger, brief) =
            unsafe { (&handle("policy", policy)?.policy, handle("ledger", ledger)?, bytes("brief", brief, brief_len)?) };
        let (as_of, brief): (Date, Brief) = (date("as_of", as_of)?, Brief::from_bytes(brief, policy)?);
        let ledger = reading(ledger).clone();
        out.give(engine::shortlist(&brief, &ledger, as_of, |_| None).0.to_json().into());
        Ok(())
    })
}

/// What a change from one policy to another does to the subjects of a ledger: who changes tier or score, by how much, because
/// of which section.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: `UYTIN_NOT_A_DATE`; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_impact(
    from: *const uytin_policy,
    to: *const uytin_policy,
    ledger: *const uytin_ledger,
    as_of: i32,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract null or live handles.
        let (from, to, ledger) = unsafe { (&handle("from", from)?.policy, &handle("to", to)?.policy, handle("ledger", ledger)?) };
        let (as_of, ledger) = (date("as_of", as_of)?, reading(ledger).clone());
        let groups: Option<(&str, &GroupOf<'_>)> = None;
        out.give(of_ledger(&Plan::new(from, to), &ledger, as_of, |_| None, groups, |_, _| ()).to_json().into());
        Ok(())
    })
}
