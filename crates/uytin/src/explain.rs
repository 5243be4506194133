//! The parts of a score (`MODEL.md` §9): a waterfall whose tenths sum to the score.

use crate::estimate::Estimate;
use crate::finding::{Counted, Incidents};
use crate::mass::Mass;
use crate::measure::is_below;
use crate::points::{Points, apportion};
use crate::policy::compiled::{Compiled, CriterionRule};
use crate::score::{Outcome, Watch};

/// Keeps every part that the formula passes.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// Criteria that are not exempt: place, weight, mass, estimate.
    pub(crate) criteria: Vec<(usize, f64, Mass, Estimate)>,
    /// Exempt criteria: place and mass.
    pub(crate) exempt: Vec<(usize, Mass)>,
    /// Credits: mass and gain g.
    pub(crate) credits: Vec<(f64, f64)>,
    /// Places of the sectors whose evidence is favourable.
    pub(crate) favourable: Vec<usize>,
    /// Places of the sectors whose evidence is adverse.
    pub(crate) adverse: Vec<usize>,
    /// Counted incidents, by (date, source, id) of the finding that counts.
    pub(crate) incidents: Vec<Counted>,
}

impl Parts {
    pub(crate) fn with_capacity(criteria: usize, credits: usize) -> Self {
        Self { criteria: Vec::with_capacity(criteria), credits: Vec::with_capacity(credits), ..Self::default() }
    }

    /// The tenths of the waterfall: baseline, criteria, credits, incidents.
    pub(crate) fn waterfall(&self, policy: &Compiled, outcome: &Outcome) -> Vec<Points> {
        let mut parts = Vec::with_capacity(1 + self.criteria.len() + self.credits.len() + self.incidents.len());
        parts.push(1000.0 * outcome.baseline);
        parts.extend(self.criteria.iter().map(|&(place, weight, mass, estimate)| match policy.criteria.get(place) {
            Some(criterion) if mass.favourable + mass.adverse > 0.0 => 1000.0 * weight * (estimate.mean - criterion.prior.mean),
            // Without mass the mean is the prior's, but for the last bits.
            _ => 0.0,
        }));
        parts.extend(self.credits.iter().map(|(_, gain)| 1000.0 * (1.0 - outcome.base) * gain));
        let mut left = outcome.credited;
        for incident in &self.incidents {
            let loss = left * incident.weight;
            parts.push(-loss);
            left -= loss;
        }
        apportion(&parts, outcome.score)
    }
}

/// Σw and Σw·μ of each pillar's criteria, which make its score.
#[derive(Clone, Debug, Default)]
pub(crate) struct PillarSums(Vec<[f64; 2]>);

impl PillarSums {
    /// Without evidence, and without exemptions.
    pub(crate) fn unseen(criteria: &[CriterionRule], weights: &[f64]) -> Self {
        let mut sums = Self(vec![[0.0; 2]; criteria.last().map_or(0, |criterion| criterion.pillar + 1)]);
        for (criterion, weight) in criteria.iter().zip(weights) {
            change_pillar(&mut sums.0, criterion.pillar, *weight, weight * criterion.unseen.mean);
        }
        sums
    }

    /// Starts anew: from what holds without evidence, or from nothing where exemptions change the weights.
    pub(crate) fn start(&mut self, policy: &Compiled, any_exempt: bool) {
        self.0.clone_from(&policy.unseen_pillars.0);
        if any_exempt {
            self.0.fill([0.0; 2]);
        }
    }

    /// Adds a criterion to what it started from.
    #[inline]
    pub(crate) fn add(&mut self, any_exempt: bool, criterion: &CriterionRule, weight: f64, mean: f64) {
        if any_exempt {
            change_pillar(&mut self.0, criterion.pillar, weight, weight * mean);
        } else {
            add_to_pillar(&mut self.0, criterion, weight, mean);
        }
    }

    /// By place of the pillar, with the tenths of points of one unit of the sum in place of its weight.
    pub(crate) fn close(&mut self) -> &[[f64; 2]] {
        for [weights, _] in &mut self.0 {
            *weights = if *weights > 0.0 { 1000.0 / *weights } else { 0.0 };
        }
        &self.0
    }
}

/// Adds a criterion to what its pillar has without evidence, where none is exempt.
#[inline]
pub(crate) fn add_to_pillar(sums: &mut [[f64; 2]], criterion: &CriterionRule, weight: f64, mean: f64) {
    change_pillar(sums, criterion.pillar, 0.0, weight * (mean - criterion.unseen.mean));
}

#[inline]
fn change_pillar(sums: &mut [[f64; 2]], pillar: usize, weight: f64, product: f64) {
    if let Some([weights, sum]) = sums.get_mut(pillar) {
        *weights += weight;
        *sum += product;
    }
}

/// The score of each pillar from the sums as they were closed; `None` where none of its criteria is left.
#[inline]
pub(crate) fn pillar_scores(closed: &[[f64; 2]]) -> impl ExactSizeIterator<Item = Option<Points>> + '_ {
    closed.iter().map(|[tenths, sum]| (*tenths > 0.0).then(|| Points::nearest(sum * tenths)))
}

/// Keeps only what it takes to say whether a person must look, and the sums of the pillars.
pub(crate) struct Brief<'a> {
    policy: &'a Compiled,
    any_exempt: bool,
    pub(crate) pillars: &'a mut PillarSums,
    /// Whether a criterion lies below the bound of a measure.
    pub(crate) below: bool,
    pub(crate) exempt: Vec<(usize, Mass)>,
    pub(crate) incidents: Vec<Counted>,
}

impl<'a> Brief<'a> {
    pub(crate) fn new(policy: &'a Compiled, pillars: &'a mut PillarSums) -> Self {
        Self { policy, any_exempt: false, pillars, below: false, exempt: Vec::new(), incidents: Vec::new() }
    }
}

impl Watch for Brief<'_> {
    const EVERY: bool = false;

    #[inline]
    fn start(&mut self, any_exempt: bool) {
        self.any_exempt = any_exempt;
        self.pillars.start(self.policy, any_exempt);
    }

    #[inline]
    fn criterion(&mut self, _: usize, criterion: &CriterionRule, weight: f64, mass: &Mass, estimate: &Estimate) {
        self.pillars.add(self.any_exempt, criterion, weight, estimate.mean);
        self.below |= is_below(self.policy, mass, estimate, criterion.measured_below);
    }

    fn exempt(&mut self, place: usize, mass: &Mass) {
        self.exempt.push((place, *mass));
    }

    fn incidents(&mut self, incidents: &Incidents) {
        self.incidents.extend_from_slice(incidents);
    }
}

impl Watch for Parts {
    const EVERY: bool = true;

    fn criterion(&mut self, place: usize, _: &CriterionRule, weight: f64, mass: &Mass, estimate: &Estimate) {
        self.criteria.push((place, weight, *mass, *estimate));
    }

    fn exempt(&mut self, place: usize, mass: &Mass) {
        self.exempt.push((place, *mass));
    }

    fn credit(&mut self, mass: f64, gain: f64) {
        self.credits.push((mass, gain));
    }

    fn sector(&mut self, place: usize, favourable: bool, adverse: bool) {
        if favourable {
            self.favourable.push(place);
        }
        if adverse {
            self.adverse.push(place);
        }
    }

    fn incidents(&mut self, incidents: &Incidents) {
        self.incidents.extend_from_slice(incidents);
        self.incidents.sort_unstable_by_key(|incident| (incident.finding.day, incident.finding.record));
    }
}
