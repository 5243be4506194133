//! Which records count (`MODEL.md` §4): each counts or is set aside with one reason, the first that applies.
//!
//! A record's text is resolved to small integers once, here; all later steps work on the rows that come of it.

use crate::policy::compiled::Compiled;
use crate::record::{RecordType, Status};

/// Why a record does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetAside {
    /// Its source takes it back.
    Withdrawn,
    /// The policy does not know the source class.
    UnknownSourceClass,
    /// The conduct took place where the policy does not look.
    OutOfContext,
    /// The policy has no such criterion, or no such credit.
    UnknownCriterion,
    /// The policy has no such severity.
    UnknownSeverity,
    /// An exemption from a criterion that applies to all.
    NotExemptable,
    /// A finding or exemption by a class that does not adjudicate.
    NotAdjudicated,
    /// Dated after the day of assessment.
    Future,
    /// Too old.
    Expired,
}

impl SetAside {
    /// Every reason, in the order in which they apply.
    pub const ALL: [Self; 9] = [
        Self::Withdrawn,
        Self::UnknownSourceClass,
        Self::OutOfContext,
        Self::UnknownCriterion,
        Self::UnknownSeverity,
        Self::NotExemptable,
        Self::NotAdjudicated,
        Self::Future,
        Self::Expired,
    ];

    /// The stable code of the reason.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::UnknownSourceClass => "unknown-source-class",
            Self::OutOfContext => "out-of-context",
            Self::UnknownCriterion => "unknown-criterion",
            Self::UnknownSeverity => "unknown-severity",
            Self::NotExemptable => "not-exemptable",
            Self::NotAdjudicated => "not-adjudicated",
            Self::Future => "future",
            Self::Expired => "expired",
        }
    }
}

/// A record whose texts have been looked up in the policy; `None` where the policy does not know the text.
#[derive(Clone, Copy, Debug)]
pub struct Resolved {
    /// Whether the source takes the record back.
    pub withdrawn: bool,
    /// The place of the source class.
    pub class: Option<u16>,
    /// Whether the record has no context, or one of the policy's.
    pub in_context: bool,
    /// The place of the criterion or credit: they share one namespace, so one number names either.
    pub slot: Option<u16>,
    /// What the record says.
    pub body: ResolvedBody,
}

/// What a resolved record says.
#[derive(Clone, Copy, Debug)]
pub enum ResolvedBody {
    /// An observation, or a credit in thousandths.
    Mass {
        /// Which of the two.
        kind: RecordType,
        /// Checks that held; thousandths of a credit.
        favourable: u32,
        /// Checks that did not hold.
        adverse: u32,
    },
    /// A finding.
    Finding {
        /// The place of the severity.
        severity: Option<u16>,
        /// Where the proceedings stand.
        status: Status,
        /// People who saw it.
        reach: u64,
    },
    /// An exemption.
    Exemption,
}

/// What a record that counts, but for its date, contributes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row {
    /// Checks, or an amount of a credit in thousandths.
    Mass {
        /// The criterion or credit.
        slot: u16,
        /// The source class.
        class: u16,
        /// Checks that held; thousandths of a credit.
        favourable: u32,
        /// Checks that did not hold.
        adverse: u32,
    },
    /// A finding.
    Finding {
        /// The criterion.
        criterion: u16,
        /// The source class.
        class: u16,
        /// As counted: no graver than the class may find.
        severity: u16,
        /// Where the proceedings stand.
        status: Status,
        /// The factor of its reach.
        reach_factor: f64,
    },
    /// An exemption.
    Exemption {
        /// The criterion.
        criterion: u16,
    },
}

/// The row of a record, or the reason to set it aside that holds on every day.
#[inline]
pub(crate) fn row(policy: &Compiled, record: &Resolved) -> Result<Row, SetAside> {
    if record.withdrawn {
        return Err(SetAside::Withdrawn);
    }
    let class = record.class.ok_or(SetAside::UnknownSourceClass)?;
    if !record.in_context {
        return Err(SetAside::OutOfContext);
    }
    let is_credit = matches!(record.body, ResolvedBody::Mass { kind: RecordType::Credit, .. });
    let slot = record.slot.filter(|&slot| policy.is_criterion(slot) != is_credit).ok_or(SetAside::UnknownCriterion)?;
    let adjudicates = policy.classes.get(usize::from(class)).and_then(|class| class.adjudicates);
    match record.body {
        ResolvedBody::Mass { favourable, adverse, .. } => Ok(Row::Mass { slot, class, favourable, adverse }),
        ResolvedBody::Finding { severity, status, reach } => {
            let severity = severity.ok_or(SetAside::UnknownSeverity)?;
            // A severity graver than the class may find counts as the gravest that it may.
            let severity = severity.min(adjudicates.ok_or(SetAside::NotAdjudicated)?);
            Ok(Row::Finding { criterion: slot, class, severity, status, reach_factor: policy.reach_factor(reach) })
        }
        ResolvedBody::Exemption => {
            if !policy.criteria.get(usize::from(slot)).is_some_and(|criterion| criterion.exemptable) {
                return Err(SetAside::NotExemptable);
            }
            adjudicates.ok_or(SetAside::NotAdjudicated)?;
            Ok(Row::Exemption { criterion: slot })
        }
    }
}

/// The age in days of a record that counts on the day of assessment; `expires` is the age from which it does not.
#[inline]
pub(crate) fn age(as_of: i32, day: i32, expires: i32) -> Result<i32, SetAside> {
    counting_age(as_of, day, expires).ok_or(if day > as_of { SetAside::Future } else { SetAside::Expired })
}

/// The same; `None` where it does not.
#[inline]
pub(crate) fn counting_age(as_of: i32, day: i32, expires: i32) -> Option<i32> {
    let age = as_of.wrapping_sub(day);
    (0..expires).contains(&age).then_some(age)
}
