//! When a person must look (`MODEL.md` §8). No code path turns it off.

use crate::bound::BoundSubject;
use crate::finding::{Counted, Findings};
use crate::mass::Mass;
use crate::policy::compiled::Compiled;
use crate::record::{RecordKey, Status};
use crate::score::{Outcome, Rows};
use crate::tier::Tier;

/// Two incidents of one criterion this many days apart or fewer may be one event filed twice.
const CLOSE_DAYS: i32 = 30;

/// Why a person must look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReviewCode {
    /// A tier is imposed.
    TierImposed,
    /// A measure is proposed.
    MeasureProposed,
    /// The tier is lower than the previous one.
    TierFell,
    /// A previous tier was given that the policy does not know.
    PreviousTierUnknown,
    /// A finding is alleged or under appeal.
    FindingPending,
    /// An exemption hides adverse mass.
    ExemptionHidesAdverse,
    /// Of one incident a finding is overturned and another counts.
    OverturnedAndCounted,
    /// Two counted incidents of one criterion lie within 30 days.
    PossiblyFiledTwice,
}

impl ReviewCode {
    /// Every code, in the order in which they are listed.
    pub const ALL: [Self; 8] = [
        Self::TierImposed,
        Self::MeasureProposed,
        Self::TierFell,
        Self::PreviousTierUnknown,
        Self::FindingPending,
        Self::ExemptionHidesAdverse,
        Self::OverturnedAndCounted,
        Self::PossiblyFiledTwice,
    ];

    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TierImposed => "tier-imposed",
            Self::MeasureProposed => "measure-proposed",
            Self::TierFell => "tier-fell",
            Self::PreviousTierUnknown => "previous-tier-unknown",
            Self::FindingPending => "finding-pending",
            Self::ExemptionHidesAdverse => "exemption-hides-adverse",
            Self::OverturnedAndCounted => "overturned-and-counted",
            Self::PossiblyFiledTwice => "possibly-filed-twice",
        }
    }
}

/// A reason for a person to look, with the records that it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewReason {
    /// The code.
    pub code: ReviewCode,
    /// The records, by (source, id); empty where the reason is about no single record.
    pub records: Vec<RecordKey>,
}

/// What the review asks of the evidence besides the parts of the score.
pub(crate) struct Situation<'a> {
    pub(crate) policy: &'a Compiled,
    pub(crate) rows: Rows<'a>,
    pub(crate) findings: &'a Findings<'a>,
    pub(crate) outcome: &'a Outcome,
    /// Criteria that are exempt, with the mass that moves nothing.
    pub(crate) exempt: &'a [(usize, Mass)],
    /// Counted incidents.
    pub(crate) incidents: &'a [Counted],
    pub(crate) any_measure: bool,
    /// The previous tier: `None` where none was given, `Some(None)` where the policy does not know it.
    pub(crate) previous: Option<Option<Tier>>,
}

impl Situation<'_> {
    /// Whether the reason holds; the cheap question, for those who want no records.
    #[inline(always)]
    pub(crate) fn holds(&self, code: ReviewCode) -> bool {
        match code {
            ReviewCode::TierImposed => matches!(self.outcome.tier, Tier::Imposed(_)),
            ReviewCode::MeasureProposed => self.any_measure,
            ReviewCode::TierFell => {
                self.previous.flatten().is_some_and(|previous| self.outcome.tier.rank(self.policy) < previous.rank(self.policy))
            }
            ReviewCode::PreviousTierUnknown => self.previous == Some(None),
            ReviewCode::ExemptionHidesAdverse => self.exempt.iter().any(|(_, mass)| mass.adverse > 0.0),
            ReviewCode::FindingPending | ReviewCode::OverturnedAndCounted | ReviewCode::PossiblyFiledTwice => {
                !self.rows.findings.is_empty() && !self.records(code).is_empty()
            }
        }
    }

    /// The records, by place, that a reason is about.
    fn records(&self, code: ReviewCode) -> Vec<u32> {
        let mut records: Vec<u32> = match code {
            ReviewCode::FindingPending => self.findings.counting().filter(|row| row.status.is_pending()).map(|row| row.record).collect(),
            ReviewCode::OverturnedAndCounted => {
                let incidents = self.incidents;
                let is_counted = |incident: u32| incidents.iter().any(|counted| counted.finding.incident == incident);
                self.findings
                    .counting()
                    .filter(|row| row.status == Status::Overturned && is_counted(row.incident))
                    .map(|row| row.record)
                    .collect()
            }
            ReviewCode::PossiblyFiledTwice => self.close_incidents(),
            ReviewCode::ExemptionHidesAdverse => {
                let hides = |place: u16| self.exempt.iter().any(|(exempt, mass)| *exempt == usize::from(place) && mass.adverse > 0.0);
                let counts = |day| crate::count::age(self.findings.as_of, day, self.policy.horizon_days).is_ok();
                self.rows.exemptions.iter().filter(|row| hides(row.criterion) && counts(row.day)).map(|row| row.record).collect()
            }
            _ => Vec::new(),
        };
        records.sort_unstable();
        records
    }

    /// The counting findings of counted incidents that lie close to another one of the same criterion.
    fn close_incidents(&self) -> Vec<u32> {
        let mut incidents: Vec<_> = self.incidents.iter().map(|counted| counted.finding).collect();
        incidents.sort_unstable_by_key(|finding| (finding.criterion, finding.day, finding.record));
        let mut close = Vec::new();
        for pair in incidents.windows(2) {
            if let [one, other] = pair
                && one.criterion == other.criterion
                && other.day - one.day <= CLOSE_DAYS
            {
                close.extend([one.record, other.record]);
            }
        }
        close.sort_unstable();
        close.dedup();
        close
    }

    /// Whether any reason holds.
    #[inline(always)]
    pub(crate) fn any(&self) -> bool {
        // Written out, the code of each is known when this is compiled.
        let [a, b, c, d, e, f, g, h] = ReviewCode::ALL;
        let first = self.holds(a) || self.holds(b) || self.holds(c) || self.holds(d);
        first || self.holds(e) || self.holds(f) || self.holds(g) || self.holds(h)
    }

    /// Every reason that holds, with the keys of the bound subject's records.
    pub(crate) fn reasons(&self, bound: &BoundSubject) -> Vec<ReviewReason> {
        let holding = ReviewCode::ALL.into_iter().filter(|&code| self.holds(code));
        let reason = |code| ReviewReason { code, records: self.records(code).into_iter().filter_map(|record| bound.key(record)).collect() };
        holding.map(reason).collect()
    }
}
