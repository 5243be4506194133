//! The formula on compact rows, for engines that hold records as columns.
//!
//! An engine resolves the texts of its columns once with [`Resolver`], hands what it finds of each record to
//! [`Resolver::row`], and the rows of each subject to a [`Scorer`]. Subjects that need more than numbers (findings that
//! cite records, an explained assessment) are bound with [`bind`] from whole records. No rule of the model is needed
//! outside of this crate.
//!
//! Sums up to the class are whole numbers, so the order of a subject's records and the numbering of its sources change no bit
//! of the result, as long as equal sources have equal numbers.

use std::sync::Arc;

use crate::assessment::set_aside_places;
use crate::bound::{BoundSubject, tier_id, tier_of};
use crate::date::Date;
use crate::explain::{Brief, PillarSums};
use crate::finding::{Counted, Findings};
use crate::mass::Mass;
use crate::measure::any_measure;
use crate::points::Points;
use crate::policy::Policy;
use crate::policy::compiled::Compiled;
use crate::record::Record;
use crate::review::Situation;
use crate::score::{Outcome, evaluate};
use crate::tier::Standing;

pub use crate::count::{Resolved, ResolvedBody, Row, SetAside};
pub use crate::crowd::{Crowd, KeyLayout, Pillars, Scored};
pub use crate::finding::FindingRow;
pub use crate::mass::{MassKey, MassRow};
pub use crate::score::{ExemptionRow, Rows};
pub use crate::tier::Tier;

/// Looks texts up in a policy, and says which records count.
#[derive(Clone, Copy, Debug)]
pub struct Resolver<'a>(&'a Policy);

impl<'a> Resolver<'a> {
    /// A resolver of a policy.
    #[must_use]
    pub const fn new(policy: &'a Policy) -> Self {
        Self(policy)
    }

    /// The place of a source class; `None` where the policy does not know it.
    #[must_use]
    pub fn class(self, name: &str) -> Option<u16> {
        self.0.compiled().class(name)
    }

    /// The place of a criterion or credit among the slots.
    #[must_use]
    pub fn slot(self, name: &str) -> Option<u16> {
        self.0.compiled().slot(name)
    }

    /// The place of a severity.
    #[must_use]
    pub fn severity(self, name: &str) -> Option<u16> {
        self.0.compiled().severity(name)
    }

    /// Whether conduct there is looked at.
    #[must_use]
    pub fn in_context(self, context: &str) -> bool {
        self.0.compiled().in_context(context)
    }

    /// How many slots there are: criteria and credits.
    #[must_use]
    pub fn slots(self) -> usize {
        self.0.compiled().slots.len()
    }

    /// How many source classes there are.
    #[must_use]
    pub fn classes(self) -> usize {
        self.0.compiled().classes.len()
    }

    /// The age in days from which observations, credits and exemptions do not count.
    #[must_use]
    pub fn horizon_days(self) -> i32 {
        self.0.compiled().horizon_days
    }

    /// The row of a record (`MODEL.md` §4).
    ///
    /// # Errors
    /// The reason to set it aside that holds on every day.
    #[inline]
    pub fn row(self, record: &Resolved) -> Result<Row, SetAside> {
        crate::count::row(self.0.compiled(), record)
    }

    /// The ages in days of observations, credits and exemptions on a day.
    #[must_use]
    pub fn ages(self, as_of: Date) -> Ages {
        Ages { as_of: as_of.days(), horizon_days: self.0.compiled().horizon_days }
    }

    /// The tier of an id; `None` where the policy does not know it.
    #[must_use]
    pub fn tier(self, id: &str) -> Option<Tier> {
        tier_of(self.0, id)
    }

    /// The id of a tier.
    #[must_use]
    pub fn tier_id(self, tier: Tier) -> &'a str {
        tier_id(self.0, tier)
    }
}

/// The ages of records on one day.
#[derive(Clone, Copy, Debug)]
pub struct Ages {
    as_of: i32,
    horizon_days: i32,
}

impl Ages {
    /// The age in days of a record of this day, counted from 1970-01-01.
    ///
    /// # Errors
    /// The reason to set it aside.
    #[inline]
    pub fn of(self, day: i32) -> Result<i32, SetAside> {
        crate::count::age(self.as_of, day, self.horizon_days)
    }

    /// Stands for the age of a record that is set aside.
    pub const NONE: u32 = u32::MAX;

    /// Writes the ages of records of these days; [`Ages::NONE`] where one is set aside.
    #[inline]
    pub fn fill(self, days: &[i32], ages: &mut [u32]) {
        for (out, &day) in ages.iter_mut().zip(days) {
            *out = crate::count::counting_age(self.as_of, day, self.horizon_days).map_or(Self::NONE, i32::unsigned_abs);
        }
    }
}

/// What a [`Scorer`] gives of one subject.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// The score; of an unrated subject it is the prior's, not the subject's.
    pub score: Points,
    /// The lower bound.
    pub lower: Points,
    /// The upper bound.
    pub upper: Points,
    /// Σ w·Z, in [0, 1].
    pub coverage: f64,
    /// The tier.
    pub tier: Tier,
    /// Whether a person must look.
    pub human_review: bool,
}

/// Scores subjects on one day.
#[derive(Clone, Debug)]
pub struct Scorer {
    policy: Policy,
    as_of: i32,
    pillars: PillarSums,
}

impl Scorer {
    /// A scorer for one policy and day.
    #[must_use]
    pub fn new(policy: &Policy, as_of: Date) -> Self {
        Self { policy: policy.clone(), as_of: as_of.days(), pillars: PillarSums::default() }
    }

    /// Scores one subject. `previous` is the tier that it had: `None` where none was given, `Some(None)` where the policy does
    /// not know it.
    #[inline]
    pub fn score(&mut self, rows: &Rows<'_>, previous: Option<Option<Tier>>) -> (Verdict, Pillars<'_>) {
        let policy = self.policy.compiled();
        let mut brief = Brief::new(policy, &mut self.pillars);
        let outcome = evaluate(policy, rows, self.as_of, previous.flatten(), &mut brief);
        let Brief { below, exempt, incidents, pillars, .. } = brief;
        (verdict(policy, rows, self.as_of, &outcome, below, &exempt, &incidents, previous), Pillars(pillars.close()))
    }
}

/// What an engine wants to know of an outcome.
#[inline]
#[expect(clippy::too_many_arguments, reason = "all that the review looks at")]
pub(crate) fn verdict(
    policy: &Compiled,
    rows: &Rows<'_>,
    as_of: i32,
    outcome: &Outcome,
    below: bool,
    exempt: &[(usize, Mass)],
    incidents: &[Counted],
    previous: Option<Option<Tier>>,
) -> Verdict {
    let findings = Findings { policy, as_of, rows: rows.findings };
    let any_measure = any_measure(policy, &findings, outcome, below);
    let situation = Situation { policy, rows: *rows, findings: &findings, outcome, exempt, incidents, any_measure, previous };
    let human_review = situation.any();
    let Standing { lower, upper, .. } = outcome.standing;
    Verdict { score: outcome.score, lower, upper, coverage: outcome.coverage, tier: outcome.tier, human_review }
}

/// Binds records that are one subject's current ones; their order is of no matter.
#[must_use]
pub fn bind(policy: &Policy, subject: Arc<str>, mut records: Vec<Arc<Record>>) -> BoundSubject {
    records.sort_by(|a, b| (&a.source, &a.id).cmp(&(&b.source, &b.id)));
    BoundSubject::new(policy.clone(), subject, records)
}

/// The rows of a bound subject.
#[must_use]
pub fn rows(bound: &BoundSubject) -> Rows<'_> {
    bound.rows()
}

/// The reasons of a bound subject's records that are set aside on a day.
pub fn set_aside(bound: &BoundSubject, as_of: Date) -> impl Iterator<Item = SetAside> + use<> {
    set_aside_places(bound, as_of.days()).into_iter().map(|(_, reason)| reason)
}

/// Whether a record replaces another of the same (subject, source, id) (`MODEL.md` §3).
#[must_use]
pub fn replaces(new: &Record, present: &Record) -> bool {
    crate::ledger::wins(new, present)
}
