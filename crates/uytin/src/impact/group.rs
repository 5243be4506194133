//! Which groups of subjects a change of policy moves more than the others.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::{Move, TierMoves, mean, optional_real};
use crate::assessment::real;
use crate::estimate::Estimator;
use crate::mass::Mass;
use crate::policy::Prior;

/// z of an interval of 95 %.
const Z: f64 = 1.959_963_984_540_054;
/// Fewer subjects than this, in the group or beside it, are too few for a test that rests on the normal distribution.
const LEAST: u64 = 10;
/// Below this a difference is taken for one, after the correction for the number of groups.
const LEVEL: f64 = 0.05;

/// What is added up of a group.
#[derive(Clone, Debug, Default)]
pub(super) struct GroupTotals {
    subjects: u64,
    compared: u64,
    sum: i64,
    squares: u64,
    tiers: TierMoves,
}

impl GroupTotals {
    /// `change` is that of the score in tenths, of a subject that is rated before and after.
    pub(super) fn add(&mut self, change: Option<i32>, tier: Move) {
        self.subjects += 1;
        self.tiers.count(tier);
        if let Some(change) = change {
            self.compared += 1;
            self.sum += i64::from(change);
            self.squares += u64::from(change.unsigned_abs()).pow(2);
        }
    }

    fn without(&self, part: &Self) -> Self {
        Self {
            subjects: self.subjects - part.subjects,
            compared: self.compared - part.compared,
            sum: self.sum - part.sum,
            squares: self.squares - part.squares,
            tiers: TierMoves {
                up: self.tiers.up - part.tiers.up,
                down: self.tiers.down - part.tiers.down,
                level: self.tiers.level - part.tiers.level,
            },
        }
    }

    /// Mean of the change in points, and its variance over n.
    #[expect(clippy::cast_precision_loss, reason = "sums of tenths are below 2^53")]
    fn moments(&self) -> (f64, f64) {
        let n = self.compared as f64;
        // Whole until the last quotient, so that a group without spread has none.
        let spread = i128::from(self.compared) * i128::from(self.squares) - i128::from(self.sum) * i128::from(self.sum);
        (self.sum as f64 / 10.0 / n, spread as f64 / 100.0 / (n * (n - 1.0)) / n)
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are below 2^53")]
    fn share(&self) -> (f64, f64) {
        let n = self.subjects as f64;
        (self.tiers.all() as f64 / n, n)
    }
}

/// What a comparison of a group with all others shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Above the others: its changes of score are higher, or a larger share changes tier.
    Above,
    /// Below the others.
    Below,
    /// No difference is shown; that is not to say that there is none.
    NoneShown,
    /// The group has one subject: nothing can be said of it as a group.
    OneSubject,
    /// The group or the others have fewer than ten subjects to compare: too few for a test.
    TooFew,
    /// There is nobody else to compare with.
    Alone,
}

impl Verdict {
    /// The stable text of the verdict.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::Below => "below",
            Self::NoneShown => "none-shown",
            Self::OneSubject => "one-subject",
            Self::TooFew => "too-few",
            Self::Alone => "alone",
        }
    }
}

/// A group compared with all others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Test {
    /// What it shows.
    pub verdict: Verdict,
    /// The group's mean less that of the others; null where no test is made, as what follows.
    #[serde(serialize_with = "optional_real")]
    pub difference: Option<f64>,
    /// The lower end of its interval of 95 %, for this group alone.
    #[serde(serialize_with = "optional_real")]
    pub lower: Option<f64>,
    /// The upper end.
    #[serde(serialize_with = "optional_real")]
    pub upper: Option<f64>,
    /// The two-sided p-value, times the number of groups tested (Bonferroni), at most 1.
    #[serde(serialize_with = "optional_real")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub p: Option<f64>,
}

impl Test {
    const fn none(verdict: Verdict) -> Self {
        Self { verdict, difference: None, lower: None, upper: None, p: None }
    }

    /// By the normal distribution; `for_p` is the variance if there were no difference.
    fn of(difference: f64, variance: f64, for_p: f64, tested: u64) -> Self {
        let half = Z * variance.sqrt();
        // Without any spread a difference is certain, and none is none.
        let p = match (difference.abs() > 1e-12, for_p > 0.0) {
            (false, _) => 1.0,
            (true, false) => 0.0,
            (true, true) => libm::erfc(difference.abs() / for_p.sqrt() / std::f64::consts::SQRT_2),
        };
        #[expect(clippy::cast_precision_loss, reason = "a number of groups")]
        let p = (p * tested as f64).min(1.0);
        let verdict = match (p < LEVEL, difference > 0.0) {
            (false, _) => Verdict::NoneShown,
            (true, true) => Verdict::Above,
            (true, false) => Verdict::Below,
        };
        Self { verdict, difference: Some(difference), lower: Some(difference - half), upper: Some(difference + half), p: Some(p) }
    }
}

/// How one group moves.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupMoves {
    /// The group.
    pub group: Arc<str>,
    /// Its subjects.
    pub subjects: u64,
    /// Those of them that are rated before and after.
    pub compared: u64,
    /// The mean change of their scores, in points; null without any.
    #[serde(serialize_with = "optional_real")]
    pub mean_change: Option<f64>,
    /// The change of score compared with that of all other subjects, also those without a group.
    pub score: Test,
    /// How many of its subjects change tier.
    pub tiers: TierMoves,
    /// Their share.
    #[serde(serialize_with = "real")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub share: f64,
    /// The lower end of its Wilson interval of 95 %.
    #[serde(serialize_with = "real")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub share_lower: f64,
    /// The upper end.
    #[serde(serialize_with = "real")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub share_upper: f64,
    /// The share compared with that of all other subjects.
    pub tier: Test,
}

/// How groups move.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Groups {
    /// What the groups are: the column's name.
    pub column: String,
    /// Subjects that have no group.
    pub ungrouped: u64,
    /// The groups, by their names.
    pub groups: Vec<GroupMoves>,
}

impl Groups {
    pub(super) fn of(column: String, groups: &BTreeMap<Arc<str>, GroupTotals>, all: &GroupTotals, ungrouped: u64) -> Self {
        let with_rest = || groups.iter().map(|(name, group)| (name, group, all.without(group)));
        let word = |own: u64, rest: u64, subjects: u64, others: u64| match (subjects, others) {
            (_, 0) => Some(Verdict::Alone),
            (1, _) => Some(Verdict::OneSubject),
            _ if own < LEAST || rest < LEAST => Some(Verdict::TooFew),
            _ => None,
        };
        let of_score = |own: &GroupTotals, rest: &GroupTotals| word(own.compared, rest.compared, own.subjects, rest.subjects);
        let of_tier = |own: &GroupTotals, rest: &GroupTotals| word(own.subjects, rest.subjects, own.subjects, rest.subjects);
        let count = |word: &dyn Fn(&GroupTotals, &GroupTotals) -> Option<Verdict>| {
            with_rest().filter(|(_, own, rest)| word(own, rest).is_none()).count() as u64
        };
        let tested = [count(&of_score), count(&of_tier)];
        let estimator = Estimator::new(Z);
        let groups = with_rest().map(|(name, own, rest)| {
            let score = match of_score(own, &rest) {
                Some(verdict) => Test::none(verdict),
                None => {
                    let ((mean, variance), (other, other_variance)) = (own.moments(), rest.moments());
                    let variance = variance + other_variance;
                    Test::of(mean - other, variance, variance, tested[0])
                }
            };
            let (share, n) = own.share();
            let tier = match of_tier(own, &rest) {
                Some(verdict) => Test::none(verdict),
                None => {
                    let (other, m) = rest.share();
                    let both = (share * n + other * m) / (n + m);
                    let variance = share * (1.0 - share) / n + other * (1.0 - other) / m;
                    Test::of(share - other, variance, both * (1.0 - both) * (1.0 / n + 1.0 / m), tested[1])
                }
            };
            // Wilson's interval is that of the criteria, without a prior.
            let mass = Mass { favourable: share * n, adverse: (1.0 - share) * n, ..Mass::default() };
            let wilson = estimator.estimate(&Prior { mean: 0.5, strength: 0.0 }, &mass);
            GroupMoves {
                group: name.clone(),
                subjects: own.subjects,
                compared: own.compared,
                mean_change: mean(own.sum, own.compared),
                score,
                tiers: own.tiers,
                share,
                share_lower: wilson.lower.clamp(0.0, share),
                share_upper: wilson.upper.clamp(share, 1.0),
                tier,
            }
        });
        Self { column, ungrouped, groups: groups.collect() }
    }
}
