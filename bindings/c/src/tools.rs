//! The tools around the score, each as a document: paths, contests, comparisons of policies, shortlists, impact; and of populations
//! calibration, groups side by side, attacks, what the interval covers.

use std::collections::BTreeMap;
use std::ffi::c_char;
use std::sync::Arc;

use engine::calibrate::Calibration;
use engine::coverage::{CoverageSettings, simulate};
use engine::fairness::{Fairness, FairnessSettings, Member};
use engine::gaming::{AttackSettings, Base, attack};
use engine::impact::{GroupOf, Plan, of_ledger};
use engine::{Brief, Code, Date, Fault, Language, Points, PolicyDiff, StatementDetails, StatementFormat};

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

/// What a caller knows of a subject besides its records.
#[repr(C)]
pub struct uytin_subject {
    /// The subject.
    pub id: uytin_str,
    /// The group that it belongs to, for `uytin_impact`: a region, a language, a kind of creator; null for none. The model never
    /// sees it.
    pub group: uytin_str,
    /// The tier that it had; null for none.
    pub previous_tier: uytin_str,
}

/// Subjects by id.
struct Known<'a>(BTreeMap<&'a str, (Option<&'a str>, Option<&'a str>)>);

impl<'a> Known<'a> {
    /// # Safety
    /// `count` readable subjects with readable texts, or null and 0.
    unsafe fn new(subjects: *const uytin_subject, count: usize) -> Result<Self, Failure> {
        // SAFETY: by this function's contract.
        let subjects: &'a [uytin_subject] = unsafe { list("subjects", subjects, count) }?;
        let of = |&uytin_subject { id, group, previous_tier }: &uytin_subject| {
            // SAFETY: by this function's contract.
            unsafe {
                let group = optional_text("subjects.group", group.ptr, group.len)?;
                let previous = optional_text("subjects.previous_tier", previous_tier.ptr, previous_tier.len)?;
                Ok((view("subjects.id", id)?, (group, previous)))
            }
        };
        Ok(Self(subjects.iter().map(of).collect::<Result<_, Failure>>()?))
    }

    fn group(&self, subject: &str) -> Option<Arc<str>> {
        self.0.get(subject)?.0.map(Arc::from)
    }

    fn has_groups(&self) -> bool {
        self.0.values().any(|(group, _)| group.is_some())
    }

    fn previous(&self, subject: &str) -> Option<&'a str> {
        self.0.get(subject)?.1
    }
}

/// Ranks the subjects of a ledger that meet a brief (JSON), best lower bound first; those that the evidence cannot tell apart
/// share a band. `subjects` are the `subject_count` of which more is known than their records, and may be null for none. `left_out`
/// may be null; else it is given those that do not meet the brief, each with the first condition that it fails, as JSON Lines.
///
/// Ownership: `*out` and `*left_out` are the caller's; free them with `uytin_text_free`. Threads: any. Errors: every fault of the
/// brief; `UYTIN_NOT_A_DATE`; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_shortlist(
    policy: *const uytin_policy,
    ledger: *const uytin_ledger,
    brief: *const c_char,
    brief_len: usize,
    as_of: i32,
    subjects: *const uytin_subject,
    subject_count: usize,
    left_out: *mut *mut uytin_text,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        let left_out = if left_out.is_null() { None } else { Some(Output::new("left_out", left_out)?) };
        // SAFETY: by contract null or live handles, `brief_len` readable bytes and `subject_count` readable subjects.
        let (policy, ledger, brief, known) = unsafe {
            (
                &handle("policy", policy)?.policy,
                handle("ledger", ledger)?,
                bytes("brief", brief, brief_len)?,
                Known::new(subjects, subject_count)?,
            )
        };
        let (as_of, brief): (Date, Brief) = (date("as_of", as_of)?, Brief::from_bytes(brief, policy)?);
        let ledger = reading(ledger).clone();
        let (listed, others) = engine::shortlist(&brief, &ledger, as_of, |subject| known.previous(subject));
        if let Some(left_out) = left_out {
            left_out.give(others.iter().map(|other| other.to_json(&brief) + "\n").collect::<String>().into());
        }
        out.give(listed.to_json().into());
        Ok(())
    })
}

/// What a change from one policy to another does to the subjects of a ledger: who changes tier or score, by how much, because
/// of which section, and, where `subjects` have groups, which of those move more than the others. `subjects` are the
/// `subject_count` of which more is known than their records, and may be null for none.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: `UYTIN_NOT_A_DATE`; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_impact(
    from: *const uytin_policy,
    to: *const uytin_policy,
    ledger: *const uytin_ledger,
    as_of: i32,
    subjects: *const uytin_subject,
    subject_count: usize,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract null or live handles, and `subject_count` readable subjects.
        let (from, to, ledger, known) = unsafe {
            (&handle("from", from)?.policy, &handle("to", to)?.policy, handle("ledger", ledger)?, Known::new(subjects, subject_count)?)
        };
        let (as_of, ledger) = (date("as_of", as_of)?, reading(ledger).clone());
        let group = |subject: &str| known.group(subject);
        let groups = known.has_groups().then_some(("group", &group as &GroupOf<'_>));
        let previous = |subject: &str| known.previous(subject);
        out.give(of_ledger(&Plan::new(from, to), &ledger, as_of, previous, groups, |_, _| ()).to_json().into());
        Ok(())
    })
}

/// Fits the priors and half-lives of a policy to the records of a ledger up to a day, and tries the fitted policy on what came
/// after. `settings` is JSON: the days `train_to` (the day by which seven tenths of the checks lie) and `test_from` (the day after),
/// `seed`, `replicates`, `search_rows` and `test_rows`, all of which may be left out. `fitted` may be null; else it is given the
/// fitted policy. Fitted values are estimates, not official weights of the Program.
///
/// Ownership: `*out` and `*fitted` are the caller's; free them with `uytin_text_free` and `uytin_policy_free`. Threads: any. Errors:
/// every fault of the settings; no `train_to` where there are no checks; a `test_from` that does not come after it; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_calibrate(
    policy: *const uytin_policy,
    ledger: *const uytin_ledger,
    settings: *const c_char,
    settings_len: usize,
    fitted: *mut *mut uytin_policy,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        let fitted = if fitted.is_null() { None } else { Some(Output::new("fitted", fitted)?) };
        // SAFETY: by contract null or live handles, and `settings_len` readable bytes.
        let (policy, ledger, settings) =
            unsafe { (&handle("policy", policy)?.policy, handle("ledger", ledger)?, bytes("settings", settings, settings_len)?) };
        let ledger = reading(ledger).clone();
        let calibration = Calibration::of_ledger(&ledger, policy, settings)?;
        out.give(calibration.to_json().into());
        if let Some(fitted) = fitted {
            fitted.give(calibration.fitted.into());
        }
        Ok(())
    })
}

/// One subject of a comparison of groups.
#[repr(C)]
pub struct uytin_member {
    /// Its group: a region, a language, a kind of creator. The model never sees it.
    pub group: uytin_str,
    /// Its tier, as `uytin_score` gives it.
    pub tier: uytin_str,
    /// Its coverage, in [0, 1].
    pub coverage: f64,
    /// Its score in tenths of a point; looked at only where it is rated.
    pub score: i32,
    /// How it turned out: 0 not known, 1 well, 2 badly.
    pub outcome: u8,
}

/// Compares groups of an assessed population, `member_count` subjects of them: scores, coverage, tiers and restrictions, each beside
/// everybody else's, and false restrictions where it is known how subjects turned out. `policy` is that of the scores. `settings`
/// is JSON: `least` (smaller groups have no figures of their own), `seed` and `replicates`, all of which may be left out.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: every fault of the settings; the first
/// subject of a tier that the policy does not have, or with a coverage or an outcome that cannot be; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_fairness(
    policy: *const uytin_policy,
    members: *const uytin_member,
    member_count: usize,
    settings: *const c_char,
    settings_len: usize,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract a live handle, `member_count` readable members and `settings_len` readable bytes.
        let (policy, members, settings) = unsafe {
            (&handle("policy", policy)?.policy, list("members", members, member_count)?, bytes("settings", settings, settings_len)?)
        };
        let mut fairness = Fairness::new(policy, FairnessSettings::from_json(settings)?);
        for (place, member) in members.iter().enumerate() {
            // SAFETY: by contract readable texts.
            let (group, tier) = unsafe { (view("members.group", member.group)?, view("members.tier", member.tier)?) };
            let outcome = match member.outcome {
                0 => None,
                1 => Some(true),
                2 => Some(false),
                other => {
                    let expected = "0 for not known, 1 for well or 2 for badly";
                    return Err(Fault::new(Code::OutOfRange, format!("$[{place}].outcome"), format!("`{other}`"), expected).into());
                }
            };
            let score = Points::from_tenths(member.score).value();
            fairness.add_checked(place, &Member { group, score, coverage: member.coverage, tier, outcome })?;
        }
        out.give(fairness.report().to_json().into());
        Ok(())
    })
}

/// Tries attacks on a score (one source floods, credits are piled up, an incident is split, …) on a stated ledger and random ones,
/// and says how far each gets and which bound of the model holds it. `ledger` may be null; else its subjects are attacked too.
/// `settings` is JSON: `random_bases` and `seed`, which may be left out.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: every fault of the settings;
/// `UYTIN_NOT_A_DATE`; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_attacks(
    policy: *const uytin_policy,
    ledger: *const uytin_ledger,
    as_of: i32,
    settings: *const c_char,
    settings_len: usize,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract null or live handles, and `settings_len` readable bytes.
        let (policy, ledger, settings) = unsafe {
            let ledger = if ledger.is_null() { None } else { Some(handle("ledger", ledger)?) };
            (&handle("policy", policy)?.policy, ledger, bytes("settings", settings, settings_len)?)
        };
        let as_of = date("as_of", as_of)?;
        let mut bases = AttackSettings::from_json(settings)?.bases(policy, as_of);
        if let Some(ledger) = ledger {
            bases.extend(Base::each(&reading(ledger).clone()));
        }
        out.give(attack(policy, as_of, &bases).to_json().into());
        Ok(())
    })
}

/// Simulates how often the nominal interval of a criterion holds the truth: of independent checks, and of checks that are
/// sampled, decayed, capped and clustered. `settings` is JSON: `criterion` (the policy's first), `seed` and `replicates`, all of
/// which may be left out.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: every fault of the settings; a criterion
/// that the policy does not have; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_interval_coverage(
    policy: *const uytin_policy,
    settings: *const c_char,
    settings_len: usize,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract a live handle, and `settings_len` readable bytes.
        let (policy, settings) = unsafe { (&handle("policy", policy)?.policy, bytes("settings", settings, settings_len)?) };
        out.give(simulate(policy, &CoverageSettings::from_json(settings)?)?.to_json().into());
        Ok(())
    })
}
