//! The formula: from rows to score, interval, coverage and tier (`MODEL.md` §5 to §8).
//!
//! [`evaluate`] computes them for one subject; a [`Watch`] sees the parts on their way. For many subjects at once
//! [`crowd`](crate::crowd) runs the same parts in the same order, slot by slot.

use smallvec::SmallVec;

use crate::estimate::Estimate;
use crate::finding::{FindingRow, Findings, Incidents, Pending};
use crate::mass::{Mass, MassRow, SectorMasses, take_slot};
use crate::points::Points;
use crate::policy::compiled::{Compiled, CriterionRule, weights};
use crate::tier::{Standing, Tier};

/// An exemption that counts, but for its date.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExemptionRow {
    /// The criterion.
    pub criterion: u16,
    /// Days since 1970-01-01.
    pub day: i32,
    /// The record's place by (source, id).
    pub record: u32,
}

/// The rows of one subject.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rows<'a> {
    /// Sorted by key.
    pub masses: &'a [MassRow],
    /// Sorted by (incident, date, record).
    pub findings: &'a [FindingRow],
    /// In any order.
    pub exemptions: &'a [ExemptionRow],
}

/// Sees the parts of the formula as they are computed.
pub(crate) trait Watch {
    /// Whether it wants to see the criteria, too, that neither have rows nor share weights of exempt ones.
    const EVERY: bool;
    /// Comes first: whether any criterion is exempt.
    fn start(&mut self, _any_exempt: bool) {}
    /// A criterion that is not exempt, with its weight.
    fn criterion(&mut self, _place: usize, _criterion: &CriterionRule, _weight: f64, _mass: &Mass, _estimate: &Estimate) {}
    /// A criterion that is exempt; its mass moves nothing.
    fn exempt(&mut self, _place: usize, _mass: &Mass) {}
    /// A credit with its mass and its gain g.
    fn credit(&mut self, _mass: f64, _gain: f64) {}
    /// Favourable and adverse mass by sector, and which sectors count for either.
    fn sector(&mut self, _place: usize, _favourable: bool, _adverse: bool) {}
    /// The counted incidents.
    fn incidents(&mut self, _incidents: &Incidents) {}
}

/// The plain route watches nothing.
impl Watch for () {
    const EVERY: bool = false;
}

/// What the formula gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) score: Points,
    pub(crate) lower: Points,
    pub(crate) upper: Points,
    pub(crate) coverage: f64,
    pub(crate) baseline: f64,
    /// B, before credits and findings.
    pub(crate) base: f64,
    /// B⁺ in tenths, before findings.
    pub(crate) credited: f64,
    pub(crate) standing: Standing,
    pub(crate) tier: Tier,
}

/// What a criterion adds to B, B_L, B_U, coverage and support, or what all of them add.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms([f64; 5]);

impl Terms {
    /// What the criteria that are left add without evidence.
    pub(crate) fn unseen(criteria: &[CriterionRule], weights: &[f64], left: impl Fn(usize) -> bool) -> Self {
        let mut totals = Self::default();
        for (_, (criterion, &weight)) in criteria.iter().zip(weights).enumerate().filter(|(place, _)| left(*place)) {
            totals.change(weight, &NOTHING, &criterion.unseen);
        }
        totals
    }

    /// Puts one estimate of a criterion in the place of another.
    #[inline]
    pub(crate) fn change(&mut self, weight: f64, from: &Estimate, to: &Estimate) {
        let parts = |of: &Estimate| [of.mean, of.lower, of.upper, of.coverage, of.support];
        for ((sum, from), to) in self.0.iter_mut().zip(parts(from)).zip(parts(to)) {
            *sum += weight * (to - from);
        }
    }

    /// S_L and S_U in tenths before rounding, coverage and support, after this gain of credits and what incidents leave.
    #[inline]
    pub(crate) fn reals(&self, gain: f64, left: f64) -> [f64; 4] {
        let Self([_, lower, upper, coverage, support]) = *self;
        [tenths_with(lower, gain) * left, tenths_with(upper, gain) * left, coverage, support]
    }

    /// What the tier depends on.
    #[inline]
    pub(crate) fn standing<W: Watch>(
        &self,
        policy: &Compiled,
        gain: f64,
        left: f64,
        gravest: Option<u16>,
        sectors: &[[f64; 2]],
        watch: &mut W,
    ) -> Standing {
        let [lower, upper, coverage, support] = self.reals(gain, left);
        let (lower, upper) = (Points::floor(lower), Points::ceil(upper));
        let mut standing = Standing { lower, upper, coverage, support, gravest, favourable: 0, adverse: 0 };
        let sectors = sectors.get(..policy.sectors.len()).unwrap_or_default();
        for (place, &[favourable, adverse]) in sectors.iter().enumerate() {
            let [is_favourable, is_adverse] = standing.count_sector(policy, favourable, adverse);
            watch.sector(place, is_favourable, is_adverse);
        }
        standing
    }

    /// What the sums come to; the baseline is left at 0.
    #[inline]
    #[expect(clippy::too_many_arguments, reason = "all that a score depends on")]
    pub(crate) fn conclude<W: Watch>(
        &self,
        policy: &Compiled,
        gain: f64,
        left: f64,
        gravest: Option<u16>,
        sectors: &[[f64; 2]],
        previous: Option<Tier>,
        watch: &mut W,
    ) -> Outcome {
        let Self([base, _, _, coverage, _]) = *self;
        let credited = tenths_with(base, gain);
        let score = Points::nearest(credited * left);
        let standing = self.standing(policy, gain, left, gravest, sectors, watch);
        let Standing { lower, upper, .. } = standing;
        let tier = standing.tier(policy, previous);
        Outcome { score, lower, upper, coverage, baseline: 0.0, base, credited, standing, tier }
    }
}

const NOTHING: Estimate = Estimate { mean: 0.0, lower: 0.0, upper: 0.0, coverage: 0.0, support: 0.0 };

/// A set of criteria by their places.
type Places = SmallVec<[u64; 4]>;

fn contains(places: &Places, place: usize) -> bool {
    places.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
}

fn exempt_places(policy: &Compiled, as_of: i32, rows: &[ExemptionRow]) -> Places {
    let mut places = Places::new();
    for row in rows {
        if crate::count::age(as_of, row.day, policy.horizon_days).is_ok() {
            let place = usize::from(row.criterion);
            if places.len() <= place / 64 {
                places.resize(place / 64 + 1, 0);
            }
            if let Some(word) = places.get_mut(place / 64) {
                *word |= 1 << (place % 64);
            }
        }
    }
    places
}

/// Computes one subject on one day; `previous` is the tier that it had.
#[inline]
pub(crate) fn evaluate<W: Watch>(policy: &Compiled, rows: &Rows<'_>, as_of: i32, previous: Option<Tier>, watch: &mut W) -> Outcome {
    const NONE: f64 = 0.0;
    let exempt = if rows.exemptions.is_empty() { Places::new() } else { exempt_places(policy, as_of, rows.exemptions) };
    let own_weights;
    let any_exempt = !exempt.is_empty();
    let weights = if any_exempt {
        own_weights = weights(&policy.criteria, |place| contains(&exempt, place));
        &own_weights
    } else {
        &policy.weights
    };
    let mut masses = rows.masses;
    let mut sectors = SectorMasses::from_elem([NONE; 2], policy.sectors.len() + 1);
    watch.start(any_exempt);
    // What all of them give without evidence, and then what evidence changes.
    let left = |place: usize| !any_exempt || !contains(&exempt, place);
    let mut totals = if any_exempt { Terms::unseen(&policy.criteria, weights, left) } else { policy.unseen };
    let mut gain = NONE;
    let mut place = 0;
    while let Some(slot) = policy.slots.get(place) {
        let next = masses.first().map_or(policy.slots.len(), |row| row.key.slot().into());
        let seen = next == place;
        if !seen && !W::EVERY && !any_exempt {
            // On to the next slot with rows.
            place = next;
            continue;
        }
        let is_left = left(place);
        let mass = if seen { take_slot(policy, slot, as_of, &mut masses, is_left.then_some(&mut *sectors)) } else { Mass::default() };
        match (policy.criteria.get(place), weights.get(place)) {
            (Some(_), _) if !is_left => watch.exempt(place, &mass),
            (Some(criterion), Some(&weight)) if seen => {
                let estimate = policy.estimator.estimate(&criterion.prior, &mass);
                totals.change(weight, &criterion.unseen, &estimate);
                watch.criterion(place, criterion, weight, &mass, &estimate);
            }
            (Some(criterion), Some(&weight)) => watch.criterion(place, criterion, weight, &mass, &criterion.unseen),
            _ => {
                let one = credit_gain(policy, place, mass.favourable);
                gain += one;
                watch.credit(mass.favourable, one);
            }
        }
        place += 1;
    }
    let findings = Findings { policy, as_of, rows: rows.findings };
    let left = if rows.findings.is_empty() {
        1.0
    } else {
        let incidents = findings.weigh(Pending::AsFiled);
        watch.incidents(&incidents);
        Findings::remainder(&incidents)
    };
    let baseline = policy.criteria.iter().zip(weights).map(|(criterion, weight)| weight * criterion.prior.mean);
    let baseline = if W::EVERY { baseline.sum() } else { NONE };
    Outcome { baseline, ..totals.conclude(policy, gain, left, findings.gravest(), &sectors, previous, watch) }
}

/// g of a credit, by its place among the slots (`MODEL.md` §6).
#[inline]
pub(crate) fn credit_gain(policy: &Compiled, place: usize, mass: f64) -> f64 {
    match place.checked_sub(policy.criteria.len()).and_then(|place| policy.credits.get(place)) {
        Some(credit) if mass > 0.0 => credit.max * (1.0 - libm::exp2(-mass / credit.half_mass)),
        _ => 0.0,
    }
}

/// B⁺ = B + (1 − B)·G, in tenths (`MODEL.md` §6).
fn tenths_with(base: f64, gain: f64) -> f64 {
    1000.0 * (base + (1.0 - base) * gain)
}

/// The score if every pending finding were upheld; `None` where none is pending (`MODEL.md` §7).
pub(crate) fn score_if_upheld(policy: &Compiled, rows: &Rows<'_>, as_of: i32, outcome: &Outcome) -> Option<Points> {
    let findings = Findings { policy, as_of, rows: rows.findings };
    findings.any_pending().then(|| Points::nearest(outcome.credited * Findings::remainder(&findings.weigh(Pending::AsUpheld))))
}
