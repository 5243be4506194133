//! Measures (`MODEL.md` §8): proposals that hold while their condition holds, with what triggered them.

use std::sync::Arc;

use serde::Serialize;

use crate::bound::BoundSubject;
use crate::date::Date;
use crate::estimate::Estimate;
use crate::explain::Parts;
use crate::finding::{FindingRow, Findings};
use crate::mass::Mass;
use crate::policy::compiled::{Compiled, Trigger as Rule};
use crate::record::RecordKey;
use crate::score::Outcome;
use crate::tier::{TOLERANCE, Tier};

/// A proposed measure; a person decides.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Measure {
    /// The measure's id in the policy.
    pub id: Arc<str>,
    /// What triggered it.
    pub triggers: Vec<Trigger>,
    /// Where findings alone trigger it: the first day on which none of them is in force.
    pub until: Option<Date>,
}

/// What triggered a measure.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Trigger {
    /// A finding in force.
    Finding(RecordKey),
    /// A criterion whose upper bound is low.
    Criterion {
        /// The criterion.
        id: Arc<str>,
    },
    /// An imposed tier.
    Tier {
        /// The tier.
        id: Arc<str>,
    },
}

/// Whether any measure holds: the cheap question, for those who want no records. `below` is whether a criterion lies below
/// the bound of a measure.
#[inline]
pub(crate) fn any_measure(policy: &Compiled, findings: &Findings<'_>, outcome: &Outcome, below: bool) -> bool {
    if findings.rows.is_empty() && !below && !matches!(outcome.tier, Tier::Imposed(_)) {
        return false;
    }
    policy.triggers.iter().any(|rule| match rule {
        Rule::TierImposed(weakest) => imposed_within(outcome, *weakest).is_some(),
        Rule::CriterionUpperBelow { .. } => below,
        Rule::FindingInForce { severity, criteria } => {
            findings.rows.iter().any(|row| is_found(row, *severity, criteria) && findings.in_force(row))
        }
    })
}

/// The imposed tier's place, if it is that tier or a worse one.
fn imposed_within(outcome: &Outcome, weakest: u16) -> Option<u16> {
    match outcome.tier {
        Tier::Imposed(place) if place <= weakest => Some(place),
        _ => None,
    }
}

/// Whether the finding is grave enough, and on one of the criteria, if any are named.
fn is_found(row: &FindingRow, severity: u16, criteria: &[u16]) -> bool {
    row.severity >= severity && (criteria.is_empty() || criteria.contains(&row.criterion))
}

/// The measures that hold, in policy order.
pub(crate) fn measures(
    bound: &BoundSubject,
    findings: &Findings<'_>,
    outcome: &Outcome,
    parts: &Parts,
    previous: Option<Tier>,
) -> Vec<Measure> {
    let policy = bound.policy.compiled();
    let rules = bound.policy.document().measures.iter().zip(&policy.triggers);
    let measure = |(measure, rule): (&crate::policy::MeasureRule, &Rule)| {
        let (triggers, until) = match rule {
            Rule::TierImposed(weakest) => tier_imposed(bound, findings, outcome, *weakest, previous)?,
            Rule::CriterionUpperBelow { criterion, value } => {
                let id = policy.criteria.get(criterion_below(policy, parts, *criterion, *value)?)?.id.clone();
                (vec![Trigger::Criterion { id }], None)
            }
            Rule::FindingInForce { severity, criteria } => {
                let (triggers, until) = in_force(bound, findings, |row| is_found(row, *severity, criteria));
                (triggers, Some(until?))
            }
        };
        Some(Measure { id: measure.id.clone(), triggers, until })
    };
    rules.filter_map(measure).collect()
}

/// The findings in force for which `holds`, and the first day on which none of them is; `None` where there is none.
fn in_force(bound: &BoundSubject, findings: &Findings<'_>, holds: impl Fn(&FindingRow) -> bool) -> (Vec<Trigger>, Option<Date>) {
    let mut rows: Vec<&FindingRow> = findings.rows.iter().filter(|row| findings.in_force(row) && holds(row)).collect();
    rows.sort_unstable_by_key(|row| row.record);
    let until = rows.iter().map(|row| findings.in_force_until(row)).max();
    let triggers = rows.into_iter().filter_map(|row| bound.key(row.record)).map(Trigger::Finding).collect();
    (triggers, until.map(|day| Date::from_days(day).unwrap_or(Date::MAX)))
}

fn tier_imposed(
    bound: &BoundSubject,
    findings: &Findings<'_>,
    outcome: &Outcome,
    weakest: u16,
    previous: Option<Tier>,
) -> Option<(Vec<Trigger>, Option<Date>)> {
    let policy = bound.policy.compiled();
    let place = imposed_within(outcome, weakest)?;
    let tiers = &bound.policy.document().tiers.imposed;
    let id = tiers.get(usize::from(place))?.id.clone();
    // The weakest of the tiers asks for the least gravity, so these findings keep the measure up.
    let gravity = policy.imposed.get(usize::from(weakest))?.in_force_at_least;
    let (of_findings, until) = in_force(bound, findings, |row| row.severity >= gravity);
    let rules = (0..=weakest).zip(&policy.imposed);
    let by_evidence = rules.into_iter().any(|(place, rule)| outcome.standing.is_below(policy, previous, place, rule));
    let mut triggers = vec![Trigger::Tier { id }];
    triggers.extend(of_findings);
    Some((triggers, until.filter(|_| !by_evidence)))
}

/// Whether the criterion's upper bound is below this value, in points, and bodies with a sector say so.
#[inline]
pub(crate) fn is_below(policy: &Compiled, mass: &Mass, estimate: &Estimate, value: f64) -> bool {
    100.0 * estimate.upper < value - TOLERANCE && mass.adverse_of_sectors >= policy.sector_mass - TOLERANCE
}

/// The criterion's place, if its upper bound is low and bodies with a sector say so.
fn criterion_below(policy: &Compiled, parts: &Parts, criterion: usize, value: f64) -> Option<usize> {
    let (place, _, mass, estimate) = parts.criteria.iter().find(|(place, ..)| *place == criterion)?;
    is_below(policy, mass, estimate, value).then_some(*place)
}
