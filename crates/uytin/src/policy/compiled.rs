//! The policy as numbers: names resolved to small integers, caps as fixed point, decay as tables.

use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::decay::{Decay, ONE, Tables};
use crate::estimate::{Estimate, Estimator};
use crate::explain::PillarSums;
use crate::mass::{GRAIN, Mass};
use crate::record::Status;
use crate::score::Terms;

use super::document::{Condition, PolicyDocument, Prior, StatusRule};

/// Normal quantiles of the four nominal confidences (`MODEL.md` §5).
const QUANTILES: [(f64, f64); 4] =
    [(0.80, 1.281_551_565_544_600_4), (0.90, 1.644_853_626_951_472_2), (0.95, 1.959_963_984_540_054), (0.99, 2.575_829_303_548_900_4)];

/// The quantile of a nominal confidence; `None` for any other number.
#[expect(clippy::float_cmp, reason = "the policy writes one of four literals")]
pub(crate) fn z_of(confidence: f64) -> Option<f64> {
    QUANTILES.into_iter().find(|(c, _)| *c == confidence).map(|(_, z)| z)
}

/// A source class.
#[derive(Clone, Copy)]
pub(crate) struct ClassRule {
    pub(crate) reliability: f64,
    /// Place in [`Compiled::sectors`].
    pub(crate) sector: Option<u16>,
    /// The same, or the place after the last one, and 1 or 0.
    pub(crate) sector_place: usize,
    pub(crate) in_sector: f64,
    /// Place of the gravest severity that it may find.
    pub(crate) adjudicates: Option<u16>,
}

/// How the mass of a criterion or credit is summed.
pub(crate) struct Slot {
    pub(crate) decay: Decay,
    pub(crate) source_cap: Cap,
    pub(crate) class_cap: Cap,
    /// The lower one of both.
    pub(crate) least_cap: Cap,
    /// The mass of one unit of the sums as [`weighed`](crate::mass::weighed) takes them: credits are filed in thousandths.
    pub(crate) unit: f64,
}

impl Slot {
    /// From caps in masses, of which each has so many units that are filed.
    fn new(decay: Decay, source_cap: f64, class_cap: f64, per_unit: f64) -> Self {
        let [source_cap, class_cap] = [source_cap, class_cap].map(|cap| Cap::new(cap, per_unit));
        let least_cap = if source_cap.fixed < class_cap.fixed { source_cap } else { class_cap };
        Self { decay, source_cap, class_cap, least_cap, unit: GRAIN / (per_unit * ONE) }
    }
}

/// A cap in the unit of the sums: whole rows times fractions of 62 bits.
#[derive(Clone, Copy)]
pub(crate) struct Cap {
    pub(crate) fixed: u128,
    pub(crate) real: f64,
}

impl Cap {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number below 2^93")]
    fn new(cap: f64, per_unit: f64) -> Self {
        let real = cap * per_unit * ONE;
        Self { fixed: real as u128, real }
    }
}

/// A criterion's share in the estimate.
pub(crate) struct CriterionRule {
    pub(crate) id: Arc<str>,
    pub(crate) pillar: usize,
    pub(crate) pillar_weight: f64,
    pub(crate) own_weight: f64,
    pub(crate) prior: Prior,
    pub(crate) exemptable: bool,
    /// What holds of it without evidence.
    pub(crate) unseen: Estimate,
    /// The greatest bound that a measure sets to its upper bound, in points; infinitely low where none does.
    pub(crate) measured_below: f64,
}

pub(crate) struct CreditRule {
    pub(crate) id: Arc<str>,
    pub(crate) max: f64,
    pub(crate) half_mass: f64,
}

pub(crate) struct SeverityRule {
    pub(crate) weight: f64,
    pub(crate) decay: Decay,
    pub(crate) expires_days: i32,
    pub(crate) in_force_days: i32,
}

/// What a condition of a measure asks, resolved.
pub(crate) enum Trigger {
    TierImposed(u16),
    CriterionUpperBelow { criterion: usize, value: f64 },
    FindingInForce { severity: u16, criteria: Vec<u16> },
}

pub(crate) struct EarnedRule {
    pub(crate) lower_at_least: i32,
    pub(crate) sectors_at_least: u32,
    pub(crate) barred_by: u16,
}

pub(crate) struct ImposedRule {
    pub(crate) upper_below: i32,
    pub(crate) sectors_at_least: u32,
    pub(crate) in_force_at_least: u16,
}

/// The policy as numbers.
pub(crate) struct Compiled {
    pub(crate) horizon_days: i32,
    pub(crate) estimator: Estimator,
    pub(crate) classes: Vec<ClassRule>,
    /// The sectors by name, sorted.
    pub(crate) sectors: Vec<Arc<str>>,
    /// Criteria in policy order, then credits.
    pub(crate) slots: Vec<Slot>,
    pub(crate) criteria: Vec<CriterionRule>,
    pub(crate) credits: Vec<CreditRule>,
    /// Weights of the criteria where none is exempt.
    pub(crate) weights: Weights,
    /// What they add without evidence,
    pub(crate) unseen: Terms,
    /// pillar by pillar.
    pub(crate) unseen_pillars: PillarSums,
    /// The same, closed.
    pub(crate) closed_pillars: Vec<[f64; 2]>,
    pub(crate) severities: Vec<SeverityRule>,
    /// Factor and whether in force, by status.
    statuses: [(f64, bool); 5],
    reach: Vec<(u64, f64)>,
    pub(crate) repeat_window_days: i32,
    pub(crate) repeat_factors: Vec<f64>,
    pub(crate) max_weight: f64,
    pub(crate) rated_coverage: f64,
    pub(crate) sector_mass: f64,
    pub(crate) hysteresis: i32,
    pub(crate) earned: Vec<EarnedRule>,
    pub(crate) imposed: Vec<ImposedRule>,
    pub(crate) triggers: Vec<Trigger>,
    class_names: HashMap<Arc<str>, u16>,
    slot_names: HashMap<Arc<str>, u16>,
    severity_names: HashMap<Arc<str>, u16>,
    contexts: Vec<String>,
}

/// The weight of each criterion, 0 where it is exempt; they sum to 1.
pub(crate) type Weights = SmallVec<[f64; 32]>;

impl Compiled {
    /// Compiles a document that has been checked.
    pub(super) fn new(policy: &PolicyDocument) -> Self {
        let mut sectors: Vec<Arc<str>> = policy.sources.iter().filter_map(|(_, class)| class.sector.clone()).collect();
        sectors.sort();
        sectors.dedup();
        let severity_names: HashMap<Arc<str>, u16> =
            policy.findings.severities.iter().map(|severity| severity.id.clone()).zip(0..).collect();
        let severity = |name: &str| severity_names.get(name).copied().unwrap_or_default();
        let classes = policy.sources.iter().map(|(_, class)| {
            let sector = class.sector.as_ref().and_then(|sector| (0..).zip(&sectors).find(|(_, name)| *name == sector).map(|(n, _)| n));
            ClassRule {
                reliability: class.reliability,
                sector,
                sector_place: sector.map_or(sectors.len(), usize::from),
                in_sector: f64::from(u8::from(sector.is_some())),
                adjudicates: class.adjudicates.as_deref().map(severity),
            }
        });
        let classes: Vec<ClassRule> = classes.collect();

        let estimator = Estimator::new(z_of(policy.confidence).unwrap_or_default());
        let mut tables = Tables::default();
        let horizon = policy.horizon_days;
        let mut slots = Vec::new();
        let mut criteria = Vec::new();
        for (pillar, criterion) in policy.criteria() {
            slots.push(Slot::new(tables.decay(criterion.half_life_days, horizon), criterion.source_cap, criterion.class_cap, 1.0));
            criteria.push(CriterionRule {
                id: criterion.id.clone(),
                pillar,
                pillar_weight: policy.pillars.get(pillar).map_or(0.0, |pillar| pillar.weight),
                own_weight: criterion.weight,
                prior: criterion.prior.clone(),
                exemptable: criterion.exemptable,
                unseen: estimator.estimate(&criterion.prior, &Mass::default()),
                measured_below: f64::NEG_INFINITY,
            });
        }
        for credit in &policy.credits {
            slots.push(Slot::new(tables.decay(credit.half_life_days, horizon), credit.source_cap, credit.class_cap, 1000.0));
        }
        let credits = policy
            .credits
            .iter()
            .map(|credit| CreditRule { id: credit.id.clone(), max: credit.max, half_mass: credit.half_mass })
            .collect();
        let severities = policy.findings.severities.iter().map(|severity| SeverityRule {
            weight: severity.weight,
            decay: tables.decay(severity.half_life_days, severity.expires_days),
            expires_days: days(severity.expires_days),
            in_force_days: days(severity.in_force_days),
        });
        let severities = severities.collect();
        let slot_names: HashMap<Arc<str>, u16> = policy
            .criteria()
            .map(|(_, criterion)| criterion.id.clone())
            .chain(policy.credits.iter().map(|credit| credit.id.clone()))
            .zip(0..)
            .collect();
        let slot = |name: &str| slot_names.get(name).copied().unwrap_or_default();
        let imposed_place = |name: &str| (0..).zip(&policy.tiers.imposed).find(|(_, tier)| &*tier.id == name).map_or(0, |(n, _)| n);
        let triggers = policy.measures.iter().map(|measure| match &measure.when {
            Condition::TierImposed(tier) => Trigger::TierImposed(imposed_place(tier)),
            Condition::CriterionUpperBelow { criterion, value } => {
                Trigger::CriterionUpperBelow { criterion: slot(criterion).into(), value: *value }
            }
            Condition::FindingInForce { severity_at_least, criteria } => Trigger::FindingInForce {
                severity: severity(severity_at_least),
                criteria: criteria.iter().map(|name| slot(name)).collect(),
            },
        });
        let triggers: Vec<Trigger> = triggers.collect();
        let weights = weights(&criteria, |_| false);
        for (place, criterion) in criteria.iter_mut().enumerate() {
            let bounds = triggers.iter().filter_map(|trigger| match trigger {
                Trigger::CriterionUpperBelow { criterion, value } if *criterion == place => Some(*value),
                _ => None,
            });
            criterion.measured_below = bounds.fold(f64::NEG_INFINITY, f64::max);
        }
        let earned = policy.tiers.earned.iter().map(|tier| EarnedRule {
            lower_at_least: tenths(tier.lower_at_least),
            sectors_at_least: tier.sectors_at_least,
            barred_by: severity(&tier.barred_by),
        });
        let earned = earned.collect();
        let imposed = policy.tiers.imposed.iter().map(|tier| ImposedRule {
            upper_below: tenths(tier.upper_below),
            sectors_at_least: tier.sectors_at_least,
            in_force_at_least: severity(&tier.in_force_at_least),
        });
        let imposed = imposed.collect();
        let unseen_pillars = PillarSums::unseen(&criteria, &weights);
        Self {
            horizon_days: days(horizon),
            estimator,
            classes,
            sectors,
            slots,
            unseen: Terms::unseen(&criteria, &weights, |_| true),
            closed_pillars: unseen_pillars.clone().close().to_vec(),
            unseen_pillars,
            weights,
            criteria,
            credits,
            severities,
            statuses: Status::ALL.map(|status| status_rule(policy, status)),
            reach: policy.findings.reach.iter().map(|band| (band.from, band.factor)).collect(),
            repeat_window_days: days(policy.findings.repeat.window_days),
            repeat_factors: policy.findings.repeat.factors.clone(),
            max_weight: policy.findings.max_weight,
            rated_coverage: policy.tiers.rated_coverage,
            sector_mass: policy.tiers.sector_mass,
            hysteresis: tenths(policy.tiers.hysteresis),
            earned,
            imposed,
            triggers,
            class_names: policy.sources.iter().map(|(id, _)| id.clone()).zip(0..).collect(),
            slot_names,
            severity_names,
            contexts: policy.contexts.clone(),
        }
    }

    /// The place of a source class.
    pub(crate) fn class(&self, name: &str) -> Option<u16> {
        self.class_names.get(name).copied()
    }

    /// The place of a criterion or credit among the slots.
    pub(crate) fn slot(&self, name: &str) -> Option<u16> {
        self.slot_names.get(name).copied()
    }

    /// Whether the slot is a criterion; the others are credits.
    pub(crate) fn is_criterion(&self, slot: u16) -> bool {
        usize::from(slot) < self.criteria.len()
    }

    /// The place of a severity.
    pub(crate) fn severity(&self, name: &str) -> Option<u16> {
        self.severity_names.get(name).copied()
    }

    /// Whether conduct there is looked at.
    pub(crate) fn in_context(&self, context: &str) -> bool {
        self.contexts.iter().any(|known| known == context)
    }

    /// What a status weighs (`MODEL.md` §7).
    pub(crate) fn status_factor(&self, status: Status) -> f64 {
        self.status_rule(status).0
    }

    /// Whether a finding of this status can be in force.
    pub(crate) fn status_in_force(&self, status: Status) -> bool {
        self.status_rule(status).1
    }

    fn status_rule(&self, status: Status) -> (f64, bool) {
        self.statuses.get(status as usize).copied().unwrap_or_default()
    }

    /// The factor of the band with the greatest start that the reach attains.
    pub(crate) fn reach_factor(&self, reach: u64) -> f64 {
        self.reach.iter().rev().find(|(from, _)| *from <= reach).map_or(1.0, |(_, factor)| *factor)
    }
}

/// The weight of each criterion (`MODEL.md` §5) where these are exempt: the others of a pillar share its weight, and an
/// emptied pillar's weight goes to the others.
pub(crate) fn weights(criteria: &[CriterionRule], exempt: impl Fn(usize) -> bool) -> Weights {
    let mut weights = Weights::from_elem(0.0, criteria.len());
    let pillars = || criteria.chunk_by(|a, b| a.pillar == b.pillar);
    // The sums run in policy order, over what is left.
    let left = |first: usize, pillar: &[CriterionRule]| -> f64 {
        pillar.iter().enumerate().filter(|(n, _)| !exempt(first + n)).map(|(_, criterion)| criterion.own_weight).sum()
    };
    let mut first = 0;
    let mut total = 0.0;
    for pillar in pillars() {
        if left(first, pillar) > 0.0 {
            total += pillar.first().map_or(0.0, |criterion| criterion.pillar_weight);
        }
        first += pillar.len();
    }
    first = 0;
    for pillar in pillars() {
        let within = left(first, pillar);
        for (n, criterion) in pillar.iter().enumerate() {
            if let Some(weight) = weights.get_mut(first + n).filter(|_| !exempt(first + n)) {
                *weight = criterion.pillar_weight / total * criterion.own_weight / within;
            }
        }
        first += pillar.len();
    }
    weights
}

/// That an allegation weighs nothing is not configurable.
fn status_rule(policy: &PolicyDocument, status: Status) -> (f64, bool) {
    let configured = |rule: &StatusRule| (rule.factor, rule.in_force);
    match status {
        Status::Alleged | Status::Overturned => (0.0, false),
        Status::Upheld => (1.0, true),
        Status::UnderAppeal => configured(&policy.findings.statuses.under_appeal),
        Status::Remedied => configured(&policy.findings.statuses.remedied),
    }
}

/// Points with one decimal as whole tenths.
#[expect(clippy::cast_possible_truncation, reason = "from 0 to 1000")]
fn tenths(points: f64) -> i32 {
    (points * 10.0).round() as i32
}

/// Days of a policy are at most 36,500.
fn days(days: u32) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}
