//! Assessments: the summary, the lists, and the JSON.

use std::sync::OnceLock;

use engine::{Assessment, Language, Part, PartKind, RecordKey, Trigger, text};

use crate::entry::{Failure, Output, entry, free, handle, item};
use crate::status::{uytin_error, uytin_status};
use crate::text::{uytin_str, uytin_text};

/// The result for one subject on one day under one policy: a proposal, a person decides. Owned by the caller, who frees
/// it with `uytin_assessment_free`; immutable, for any number of threads.
pub struct uytin_assessment(());

pub(crate) struct Inner {
    pub(crate) assessment: Assessment,
    ledger_digest: String,
    policy_digest: String,
    /// What and what would change it, by reason and language.
    reasons: OnceLock<Vec<[[String; 2]; 2]>>,
    /// By reason for review and language.
    reviews: OnceLock<Vec<[String; 2]>>,
}

impl From<Assessment> for Inner {
    fn from(assessment: Assessment) -> Self {
        Self {
            ledger_digest: assessment.ledger_digest.to_string(),
            policy_digest: assessment.policy().digest().to_string(),
            reasons: OnceLock::new(),
            reviews: OnceLock::new(),
            assessment,
        }
    }
}

/// An assessment as a whole. The texts are the assessment's and live as long as it.
#[repr(C)]
pub struct uytin_summary {
    /// The subject.
    pub subject: uytin_str,
    /// The tier: one of the policy's, `standard` or `unrated`.
    pub tier: uytin_str,
    /// The tier that the subject had, as given; null where none was.
    pub previous_tier: uytin_str,
    /// SHA-256 of the subject's current records.
    pub ledger_digest: uytin_str,
    /// SHA-256 of the policy.
    pub policy_digest: uytin_str,
    /// What every surface that shows the score says, in English.
    pub notice_en: uytin_str,
    /// What every surface that shows the score says, in Vietnamese.
    pub notice_vi: uytin_str,
    /// How far evidence, not the prior, makes the score, in [0, 1].
    pub coverage: f64,
    /// The score in tenths of a point, from 0 to 1000. Where `rated` is 0 it is the prior's, not the subject's: show
    /// "not rated" and the range instead.
    pub score: i32,
    /// The lower bound in tenths of a point.
    pub lower: i32,
    /// The upper bound in tenths of a point.
    pub upper: i32,
    /// The score in tenths if all pending findings were upheld; `score` where none is pending.
    pub score_if_upheld: i32,
    /// The day of assessment, in days after 1970-01-01.
    pub as_of: i32,
    /// The last day on which the assessment is valid, in days after 1970-01-01.
    pub valid_until: i32,
    /// 1 where the subject is rated, else 0.
    pub rated: u8,
    /// 1 where a person must look, else 0.
    pub human_review: u8,
}

/// The lists of an assessment, for `uytin_assessment_count`.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum uytin_list {
    /// `uytin_assessment_part`
    UYTIN_PARTS = 0,
    /// `uytin_assessment_reason`
    UYTIN_REASONS = 1,
    /// `uytin_assessment_measure`
    UYTIN_MEASURES = 2,
    /// `uytin_assessment_review`
    UYTIN_REVIEWS = 3,
    /// `uytin_assessment_pillar`
    UYTIN_PILLARS = 4,
    /// `uytin_assessment_criterion`
    UYTIN_CRITERIA = 5,
    /// `uytin_assessment_credit`
    UYTIN_CREDITS = 6,
    /// `uytin_assessment_pending`
    UYTIN_PENDING = 7,
    /// `uytin_assessment_set_aside`
    UYTIN_SET_ASIDE = 8,
    /// `uytin_assessment_name`: criteria that do not apply to this subject.
    UYTIN_EXEMPT = 9,
    /// `uytin_assessment_name`: sectors whose evidence is favourable.
    UYTIN_FAVOURABLE_SECTORS = 10,
    /// `uytin_assessment_name`: sectors whose evidence is adverse.
    UYTIN_ADVERSE_SECTORS = 11,
}

/// What a part of the score comes from, or what triggered a measure.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum uytin_kind {
    /// What is assumed without evidence.
    UYTIN_BASELINE = 0,
    /// A criterion.
    UYTIN_CRITERION = 1,
    /// A credit.
    UYTIN_CREDIT = 2,
    /// A finding.
    UYTIN_FINDING = 3,
    /// A tier.
    UYTIN_TIER = 4,
}

/// A part of the score; the points of all parts sum to the score exactly.
#[repr(C)]
pub struct uytin_part {
    /// `baseline`, the criterion, the credit or the finding.
    pub id: uytin_str,
    /// The source of the finding, else null.
    pub source: uytin_str,
    /// Tenths of a point; negative where it costs.
    pub points: i32,
    /// What it comes from.
    pub kind: uytin_kind,
}

/// Why a part of the score is what it is.
#[repr(C)]
pub struct uytin_reason {
    /// The stable code: `criterion-adverse`.
    pub code: uytin_str,
    /// The part that it explains.
    pub part: uytin_part,
    /// What happened, in English.
    pub text_en: uytin_str,
    /// What happened, in Vietnamese.
    pub text_vi: uytin_str,
    /// What would change it, in English.
    pub change_en: uytin_str,
    /// What would change it, in Vietnamese.
    pub change_vi: uytin_str,
    /// How many records `uytin_assessment_reason_record` gives, at most 100.
    pub records: usize,
    /// How many further records it rests on.
    pub records_omitted: usize,
    /// How many laws and texts `uytin_assessment_reason_basis` gives.
    pub basis: usize,
}

/// A record, named within its subject.
#[repr(C)]
pub struct uytin_record_key {
    /// Its source.
    pub source: uytin_str,
    /// Its id.
    pub id: uytin_str,
}

/// A record that a reason rests on.
#[repr(C)]
pub struct uytin_dated_key {
    /// The record.
    pub record: uytin_record_key,
    /// Its date, in days after 1970-01-01.
    pub date: i32,
}

/// A proposed measure; a person decides.
#[repr(C)]
pub struct uytin_measure {
    /// The measure's id in the policy.
    pub id: uytin_str,
    /// How many triggers `uytin_assessment_trigger` gives.
    pub triggers: usize,
    /// Where `has_until` is 1, the first day on which none of the findings that trigger it is in force, in days after
    /// 1970-01-01; else 0.
    pub until: i32,
    /// 1 where findings alone trigger it, else 0.
    pub has_until: u8,
}

/// What triggered a measure.
#[repr(C)]
pub struct uytin_trigger {
    /// The finding, criterion or tier.
    pub id: uytin_str,
    /// The source of the finding, else null.
    pub source: uytin_str,
    /// Which of the three it is.
    pub kind: uytin_kind,
}

/// A reason for a person to look.
#[repr(C)]
pub struct uytin_review {
    /// The stable code: `finding-pending`.
    pub code: uytin_str,
    /// In English.
    pub text_en: uytin_str,
    /// In Vietnamese.
    pub text_vi: uytin_str,
    /// How many records `uytin_assessment_review_record` gives.
    pub records: usize,
}

/// The score of a pillar, before credits and findings.
#[repr(C)]
pub struct uytin_pillar {
    /// The pillar.
    pub id: uytin_str,
    /// Tenths of a point, from 0 to 1000.
    pub score: i32,
}

/// What the evidence says of a criterion.
#[repr(C)]
pub struct uytin_criterion {
    /// The criterion.
    pub id: uytin_str,
    /// The posterior mean of the share of checks that hold, in [0, 1].
    pub mean: f64,
    /// Its lower Wilson bound.
    pub lower: f64,
    /// Its upper Wilson bound.
    pub upper: f64,
    /// The credibility factor, in [0, 1].
    pub coverage: f64,
    /// The favourable mass, in checks.
    pub favourable: f64,
    /// The adverse mass, in checks.
    pub adverse: f64,
}

/// The mass of a credit.
#[repr(C)]
pub struct uytin_credit {
    /// The credit.
    pub id: uytin_str,
    /// Decayed, capped and weighted.
    pub mass: f64,
}

/// A record that does not count.
#[repr(C)]
pub struct uytin_set_aside {
    /// The record.
    pub record: uytin_record_key,
    /// The stable code of the reason: `expired`.
    pub reason: uytin_str,
}

use uytin_kind::*;

fn kind(kind: PartKind) -> uytin_kind {
    match kind {
        PartKind::Baseline => UYTIN_BASELINE,
        PartKind::Criterion => UYTIN_CRITERION,
        PartKind::Credit => UYTIN_CREDIT,
        PartKind::Finding => UYTIN_FINDING,
    }
}

fn part(part: &Part) -> uytin_part {
    uytin_part {
        id: uytin_str::of(&part.id),
        source: uytin_str::of_option(part.record.as_ref().map(|record| record.source.as_str())),
        points: part.points.tenths(),
        kind: kind(part.kind),
    }
}

fn key(key: &RecordKey) -> uytin_record_key {
    uytin_record_key { source: uytin_str::of(&key.source), id: uytin_str::of(&key.id) }
}

/// Fills `out` from the assessment.
///
/// # Safety
/// `assessment` is null, misaligned or a live handle; `out` is null, misaligned or writable.
unsafe fn fill<'a, T>(
    assessment: *const uytin_assessment,
    out: *mut T,
    error: *mut *mut uytin_error,
    make: impl FnOnce(&'a Inner) -> Result<T, Failure>,
) -> uytin_status {
    entry(error, || {
        // SAFETY: as this function's.
        let inner = unsafe { handle("assessment", assessment) }?;
        let out = Output::new("out", out)?;
        out.set(make(inner)?);
        Ok(())
    })
}

/// The assessment as compact JSON: the same bytes in every language.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: the pointers'. Units: points,
/// as numbers with one decimal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_to_json(
    assessment: *const uytin_assessment,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract null or a live handle.
        let inner = unsafe { handle("assessment", assessment) }?;
        out.give(inner.assessment.to_json().into());
        Ok(())
    })
}

/// The assessment as a whole.
///
/// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_describe(
    assessment: *const uytin_assessment,
    out: *mut uytin_summary,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let assessment = &inner.assessment;
        let notice = &assessment.policy().document().notice;
        let upheld = assessment.pending.as_ref().map_or(assessment.score, |pending| pending.score_if_upheld);
        Ok(uytin_summary {
            subject: uytin_str::of(&assessment.subject),
            tier: uytin_str::of(&assessment.tier),
            previous_tier: uytin_str::of_option(assessment.previous_tier.as_deref()),
            ledger_digest: uytin_str::of(&inner.ledger_digest),
            policy_digest: uytin_str::of(&inner.policy_digest),
            notice_en: uytin_str::of(notice.get(Language::English)),
            notice_vi: uytin_str::of(notice.get(Language::Vietnamese)),
            coverage: assessment.coverage,
            score: assessment.score.tenths(),
            lower: assessment.interval.lower.tenths(),
            upper: assessment.interval.upper.tenths(),
            score_if_upheld: upheld.tenths(),
            as_of: assessment.as_of.days(),
            valid_until: assessment.valid_until.days(),
            rated: assessment.is_rated().into(),
            human_review: assessment.needs_human_review().into(),
        })
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// How long a list of the assessment is; `list` is a `uytin_list`.
///
/// Ownership: none changes. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM` for a number that is no list; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_count(
    assessment: *const uytin_assessment,
    list: i32,
    out: *mut usize,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let a = &inner.assessment;
        let lengths = [
            a.waterfall.len(),
            a.reasons.len(),
            a.measures.len(),
            a.human_review.len(),
            a.pillars.len(),
            a.criteria.len(),
            a.credits.len(),
            a.pending.as_ref().map_or(0, |pending| pending.findings.len()),
            a.set_aside.len(),
            a.exempt.len(),
            a.sectors.favourable.len(),
            a.sectors.adverse.len(),
        ];
        let length = usize::try_from(list).ok().and_then(|list| lengths.get(list)).copied();
        length.ok_or_else(|| no_list(list, "a number of `uytin_list`, from 0 to 11"))
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

fn no_list(list: i32, expected: &'static str) -> Failure {
    Failure::Call(uytin_status::UYTIN_NO_SUCH_ITEM, "list", format!("`{list}`"), expected)
}

/// The part of the score at `index`, in the order of `MODEL.md` §9.
///
/// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'. Units: tenths of a point.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_part(
    assessment: *const uytin_assessment,
    index: usize,
    out: *mut uytin_part,
    error: *mut *mut uytin_error,
) -> uytin_status {
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, |inner| Ok(part(item(&inner.assessment.waterfall, index)?))) }
}

/// The reason at `index`: at most four adverse ones first, then favourable ones, then what is assumed.
///
/// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'. Units: tenths of a point.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_reason(
    assessment: *const uytin_assessment,
    index: usize,
    out: *mut uytin_reason,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let Assessment { reasons, .. } = &inner.assessment;
        let policy = inner.assessment.policy();
        let texts = inner.reasons.get_or_init(|| {
            let texts =
                |reason: &engine::Reason| Language::ALL.map(|language| [reason.text(policy, language), reason.change(policy, language)]);
            reasons.iter().map(texts).collect()
        });
        let reason = item(reasons, index)?;
        let [[text_en, change_en], [text_vi, change_vi]] = item(texts, index)?;
        Ok(uytin_reason {
            code: uytin_str::of(reason.code.as_str()),
            part: part(&reason.part),
            text_en: uytin_str::of(text_en),
            text_vi: uytin_str::of(text_vi),
            change_en: uytin_str::of(change_en),
            change_vi: uytin_str::of(change_vi),
            records: reason.records.len(),
            records_omitted: reason.records_omitted,
            basis: reason.basis(policy).len(),
        })
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// The record at `index` that the reason at `reason` rests on.
///
/// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'. Units: days after 1970-01-01.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_reason_record(
    assessment: *const uytin_assessment,
    reason: usize,
    index: usize,
    out: *mut uytin_dated_key,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let record = item(&item(&inner.assessment.reasons, reason)?.records, index)?;
        let key = uytin_record_key { source: uytin_str::of(&record.source), id: uytin_str::of(&record.id) };
        Ok(uytin_dated_key { record: key, date: record.date.days() })
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// The law or text at `index` that the reason at `reason` rests on.
///
/// Ownership: the text is the assessment's and lives as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_reason_basis(
    assessment: *const uytin_assessment,
    reason: usize,
    index: usize,
    out: *mut uytin_str,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let reason = item(&inner.assessment.reasons, reason)?;
        Ok(uytin_str::of(item(reason.basis(inner.assessment.policy()), index)?))
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// The proposed measure at `index`, in policy order.
///
/// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'. Units: days after 1970-01-01.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_measure(
    assessment: *const uytin_assessment,
    index: usize,
    out: *mut uytin_measure,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let measure = item(&inner.assessment.measures, index)?;
        Ok(uytin_measure {
            id: uytin_str::of(&measure.id),
            triggers: measure.triggers.len(),
            until: measure.until.map_or(0, |date| date.days()),
            has_until: measure.until.is_some().into(),
        })
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// What triggered the measure at `measure`: the trigger at `index`.
///
/// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_trigger(
    assessment: *const uytin_assessment,
    measure: usize,
    index: usize,
    out: *mut uytin_trigger,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let (id, source, kind) = match item(&item(&inner.assessment.measures, measure)?.triggers, index)? {
            Trigger::Finding(key) => (key.id.as_str(), Some(key.source.as_str()), UYTIN_FINDING),
            Trigger::Criterion { id } => (&**id, None, UYTIN_CRITERION),
            Trigger::Tier { id } => (&**id, None, UYTIN_TIER),
        };
        Ok(uytin_trigger { id: uytin_str::of(id), source: uytin_str::of_option(source), kind })
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// The reason at `index` for a person to look.
///
/// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_review(
    assessment: *const uytin_assessment,
    index: usize,
    out: *mut uytin_review,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let reviews = &inner.assessment.human_review;
        let texts = inner.reviews.get_or_init(|| {
            reviews.iter().map(|review| Language::ALL.map(|language| text("reviews", review.code.as_str(), language))).collect()
        });
        let review = item(reviews, index)?;
        let [en, vi] = item(texts, index)?;
        Ok(uytin_review {
            code: uytin_str::of(review.code.as_str()),
            text_en: uytin_str::of(en),
            text_vi: uytin_str::of(vi),
            records: review.records.len(),
        })
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// The record at `index` that the review reason at `review` is about.
///
/// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_review_record(
    assessment: *const uytin_assessment,
    review: usize,
    index: usize,
    out: *mut uytin_record_key,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| Ok(key(item(&item(&inner.assessment.human_review, review)?.records, index)?));
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// The pillar at `index`, in policy order.
///
/// Ownership: the text is the assessment's and lives as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'. Units: tenths of a point.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_pillar(
    assessment: *const uytin_assessment,
    index: usize,
    out: *mut uytin_pillar,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let pillar = item(&inner.assessment.pillars, index)?;
        Ok(uytin_pillar { id: uytin_str::of(&pillar.id), score: pillar.score.tenths() })
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// The criterion at `index`, in policy order; exempt ones are not among them.
///
/// Ownership: the text is the assessment's and lives as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'. Units: shares in [0, 1], masses in checks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_criterion(
    assessment: *const uytin_assessment,
    index: usize,
    out: *mut uytin_criterion,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let criterion = item(&inner.assessment.criteria, index)?;
        Ok(uytin_criterion {
            id: uytin_str::of(&criterion.id),
            mean: criterion.mean,
            lower: criterion.lower,
            upper: criterion.upper,
            coverage: criterion.coverage,
            favourable: criterion.favourable,
            adverse: criterion.adverse,
        })
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// The credit at `index`, in policy order.
///
/// Ownership: the text is the assessment's and lives as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_credit(
    assessment: *const uytin_assessment,
    index: usize,
    out: *mut uytin_credit,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let credit = item(&inner.assessment.credits, index)?;
        Ok(uytin_credit { id: uytin_str::of(&credit.id), mass: credit.mass })
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// The finding at `index` that is alleged or under appeal, by (source, id).
///
/// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_pending(
    assessment: *const uytin_assessment,
    index: usize,
    out: *mut uytin_record_key,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let findings = inner.assessment.pending.as_ref().map_or(&[][..], |pending| &pending.findings);
        Ok(key(item(findings, index)?))
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// The record at `index` that does not count, by (source, id).
///
/// Ownership: the texts are the assessment's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_set_aside(
    assessment: *const uytin_assessment,
    index: usize,
    out: *mut uytin_set_aside,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let aside = item(&inner.assessment.set_aside, index)?;
        let record = uytin_record_key { source: uytin_str::of(&aside.record.source), id: uytin_str::of(&aside.record.id) };
        Ok(uytin_set_aside { record, reason: uytin_str::of(aside.reason.as_str()) })
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// The name at `index` of a list of names: `UYTIN_EXEMPT`, `UYTIN_FAVOURABLE_SECTORS` or `UYTIN_ADVERSE_SECTORS`, sorted.
///
/// Ownership: the text is the assessment's and lives as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the
/// pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_name(
    assessment: *const uytin_assessment,
    list: i32,
    index: usize,
    out: *mut uytin_str,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let make = |inner: &Inner| {
        let sectors = &inner.assessment.sectors;
        let lists = [
            (uytin_list::UYTIN_EXEMPT, &inner.assessment.exempt),
            (uytin_list::UYTIN_FAVOURABLE_SECTORS, &sectors.favourable),
            (uytin_list::UYTIN_ADVERSE_SECTORS, &sectors.adverse),
        ];
        let (_, names) = lists
            .into_iter()
            .find(|(number, _)| *number as i32 == list)
            .ok_or_else(|| no_list(list, "`UYTIN_EXEMPT`, `UYTIN_FAVOURABLE_SECTORS` or `UYTIN_ADVERSE_SECTORS`"))?;
        Ok(uytin_str::of(item(names, index)?))
    };
    // SAFETY: as this function's.
    unsafe { fill(assessment, out, error, make) }
}

/// Frees an assessment; null is none. Texts that it gave end with it.
///
/// Ownership: takes `assessment`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assessment_free(assessment: *mut uytin_assessment) -> uytin_status {
    // SAFETY: as this function's.
    unsafe { free(assessment) }
}
