//! The impact of a change of policy on one population: who changes tier or score, by how much, by which sections of the policy,
//! and which groups move more than the others.
//!
//! The causes are found along a chain of policies: from the first one, section by section, to the second. A subject is scored
//! under each; what a section does is the difference between neighbours, so all parts sum to the whole exactly, of each subject
//! and in total. What a section does depends on those before it; the order is that of [`Section::ALL`].

mod group;
mod picture;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::cast_possible_truncation)]
mod tests;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

pub use group::{GroupMoves, Groups, Test, Verdict};

use crate::assessment::{PolicyName, real};
use crate::bound::{BoundSubject, tier_id};
use crate::codes::Language;
use crate::date::Date;
use crate::digest::Digest;
use crate::json::to_json;
use crate::kernel::Tier;
use crate::ledger::Ledger;
use crate::points::Points;
use crate::policy::{Policy, Section, Text, mix};
use group::GroupTotals;

/// The chain of policies between two.
#[derive(Clone, Debug)]
pub struct Plan {
    from: Policy,
    to: Policy,
    steps: Vec<Step>,
    inert: Vec<Section>,
}

/// One step of the chain.
#[derive(Clone, Debug)]
pub struct Step {
    /// The sections that change in it: several where the policy between them would not be valid.
    pub sections: Vec<Section>,
    policy: Policy,
}

impl Plan {
    /// The chain from one policy to another: a step for each section that differs and can move a score or tier.
    #[must_use]
    pub fn new(from: &Policy, to: &Policy) -> Self {
        let (moving, inert): (Vec<Section>, Vec<Section>) =
            Section::changed(from, to).into_iter().partition(|section| section.moves_scores());
        let (mut done, mut open, mut steps) = (Vec::new(), Vec::new(), Vec::new());
        for (n, &section) in moving.iter().enumerate() {
            open.push(section);
            done.push(section);
            let policy = if n + 1 == moving.len() {
                Some(to.clone())
            } else {
                // Sections that move nothing go with whichever side they are valid with.
                let with_inert: Vec<Section> = done.iter().chain(&inert).copied().collect();
                mix(from, to, &done).or_else(|_| mix(from, to, &with_inert)).ok()
            };
            if let Some(policy) = policy {
                steps.push(Step { sections: std::mem::take(&mut open), policy });
            }
        }
        Self { from: from.clone(), to: to.clone(), steps, inert }
    }

    /// The policies of the chain, the first one first: one more than there are steps.
    pub fn policies(&self) -> impl ExactSizeIterator<Item = &Policy> + Clone {
        PlanPolicies { first: Some(&self.from), rest: self.steps.iter() }
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The sections that differ and move neither score nor tier.
    #[must_use]
    pub fn inert(&self) -> &[Section] {
        &self.inert
    }
}

#[derive(Clone)]
struct PlanPolicies<'a> {
    first: Option<&'a Policy>,
    rest: std::slice::Iter<'a, Step>,
}

impl<'a> Iterator for PlanPolicies<'a> {
    type Item = &'a Policy;

    fn next(&mut self) -> Option<&'a Policy> {
        self.first.take().or_else(|| self.rest.next().map(|step| &step.policy))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.rest.len() + usize::from(self.first.is_some());
        (left, Some(left))
    }
}

impl ExactSizeIterator for PlanPolicies<'_> {}

/// Where a subject stands under one policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standpoint {
    /// The score; of an unrated subject it is the prior's.
    pub score: Points,
    /// The tier.
    pub tier: Tier,
}

/// How a tier changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// It stays.
    None,
    /// To a better one.
    Up,
    /// To a worse one.
    Down,
    /// To one of the same rank: between `standard` and `unrated`.
    Level,
}

/// The tiers of a policy, by place: imposed ones from the worst, `unrated`, `standard`, earned ones to the best.
#[derive(Debug)]
struct Ladder {
    ids: Vec<Arc<str>>,
    imposed: usize,
    earned: usize,
}

impl Ladder {
    fn of(policy: &Policy) -> Self {
        let tiers = &policy.document().tiers;
        let (imposed, earned) = (tiers.imposed.len(), tiers.earned.len());
        let place = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let all = (0..imposed).map(|n| Tier::Imposed(place(n))).chain([Tier::Unrated, Tier::Standard]);
        let all = all.chain((0..earned).rev().map(|n| Tier::Earned(place(n))));
        Self { ids: all.map(|tier| tier_id(policy, tier).into()).collect(), imposed, earned }
    }

    fn place(&self, tier: Tier) -> usize {
        match tier {
            Tier::Imposed(place) => usize::from(place).min(self.imposed.saturating_sub(1)),
            Tier::Unrated => self.imposed,
            Tier::Standard => self.imposed + 1,
            Tier::Earned(place) => self.imposed + 1 + self.earned - usize::from(place).min(self.earned.saturating_sub(1)),
        }
    }

    fn id(&self, place: usize) -> Arc<str> {
        self.ids.get(place).cloned().unwrap_or_else(|| "".into())
    }

    /// Steps from `standard`, with which `unrated` ranks.
    fn rank(&self, place: usize) -> i64 {
        let signed = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        if place <= self.imposed { signed(place) - signed(self.imposed) } else { signed(place) - signed(self.imposed) - 1 }
    }

    /// How a tier changes from this ladder's to another's: by the ladder that knows both, else by the steps from `standard`.
    fn direction(&self, place: usize, other: &Self, other_place: usize) -> Move {
        let (from, to) = (self.id(place), other.id(other_place));
        if from == to {
            return Move::None;
        }
        let in_other = other.ids.iter().position(|id| *id == from).map(|place| other.rank(place).cmp(&other.rank(other_place)));
        let in_own = || self.ids.iter().position(|id| *id == to).map(|to| self.rank(place).cmp(&self.rank(to)));
        match in_other.or_else(in_own).unwrap_or_else(|| self.rank(place).cmp(&other.rank(other_place))) {
            Ordering::Less => Move::Up,
            Ordering::Greater => Move::Down,
            Ordering::Equal => Move::Level,
        }
    }

    /// The directions between all places.
    fn directions(&self, other: &Self) -> Vec<Vec<Move>> {
        (0..self.ids.len()).map(|from| (0..other.ids.len()).map(|to| self.direction(from, other, to)).collect()).collect()
    }
}

/// How many subjects move to which side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Moved {
    /// To a higher score, or a better tier.
    pub up: u64,
    /// To a lower score, or a worse tier.
    pub down: u64,
}

impl Moved {
    fn count(&mut self, change: i32) {
        self.up += u64::from(change > 0);
        self.down += u64::from(change < 0);
    }
}

/// How many subjects change tier, to which side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TierMoves {
    /// To a better tier.
    pub up: u64,
    /// To a worse tier.
    pub down: u64,
    /// Between `standard` and `unrated`, which rank alike.
    pub level: u64,
}

impl TierMoves {
    fn count(&mut self, change: Move) {
        match change {
            Move::None => {}
            Move::Up => self.up += 1,
            Move::Down => self.down += 1,
            Move::Level => self.level += 1,
        }
    }

    /// How many change tier.
    #[must_use]
    pub const fn all(&self) -> u64 {
        self.up + self.down + self.level
    }
}

/// The greatest change of a score, in tenths.
const MOST: usize = 1000;

#[derive(Clone, Debug, Default)]
struct StepTotals {
    tenths: i64,
    scores: Moved,
    tiers: TierMoves,
}

/// Adds up subjects as they come, in any order; the memory does not grow with their number.
#[derive(Debug)]
pub struct Tally {
    plan: Plan,
    as_of: Date,
    ladders: Vec<Ladder>,
    /// Of each step, then of the whole.
    directions: Vec<Vec<Vec<Move>>>,
    subjects: u64,
    unrated: [u64; 2],
    /// Compared subjects by change, from −1000 tenths on.
    changes: Vec<u64>,
    flows: Vec<Vec<u64>>,
    steps: Vec<StepTotals>,
    tiers: TierMoves,
    column: Option<String>,
    groups: BTreeMap<Arc<str>, GroupTotals>,
    all: GroupTotals,
    ungrouped: u64,
}

/// What changes for one subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The tiers before and after.
    pub tiers: [Arc<str>; 2],
    /// How the tier changes.
    pub direction: Move,
    /// The scores before and after; `None` where the subject is not rated.
    pub scores: [Option<Points>; 2],
    /// What each step does to the score; the parts sum to the whole. Empty where the subject is not rated before and after.
    pub parts: Vec<Points>,
}

impl Change {
    /// Whether tier or score change.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.direction != Move::None || self.scores[0] != self.scores[1]
    }

    /// The change of the score; `None` where the subject is not rated before and after.
    #[must_use]
    pub fn points(&self) -> Option<Points> {
        Some(Points::from_tenths(self.scores[1]?.tenths() - self.scores[0]?.tenths()))
    }

    /// One line of JSON.
    #[must_use]
    pub fn to_json(&self, subject: &str, group: Option<&str>, plan: &Plan) -> String {
        let [from, to] = &self.tiers;
        let parts = plan.steps.iter().zip(&self.parts).map(|(step, &points)| ChangePart { sections: &step.sections, points });
        to_json(&ChangeDocument {
            subject,
            group,
            tier: Tiers { from, to },
            score: Scores { from: self.scores[0], to: self.scores[1] },
            change: self.points(),
            parts: parts.collect(),
        })
    }
}

impl Tally {
    /// A tally without subjects; `column` is what the groups are called, if there are any.
    #[must_use]
    pub fn new(plan: &Plan, as_of: Date, column: Option<&str>) -> Self {
        let ladders: Vec<Ladder> = plan.policies().map(Ladder::of).collect();
        let (first, last) = (Ladder::of(&plan.from), plan.policies().last().map_or_else(|| Ladder::of(&plan.to), Ladder::of));
        let mut directions: Vec<Vec<Vec<Move>>> = ladders.iter().zip(ladders.iter().skip(1)).map(|(a, b)| a.directions(b)).collect();
        directions.push(first.directions(&last));
        Self {
            as_of,
            directions,
            subjects: 0,
            unrated: [0; 2],
            changes: vec![0; 2 * MOST + 1],
            flows: vec![vec![0; last.ids.len()]; first.ids.len()],
            steps: vec![StepTotals::default(); plan.steps.len()],
            tiers: TierMoves::default(),
            column: column.map(str::to_owned),
            groups: BTreeMap::new(),
            all: GroupTotals::default(),
            ungrouped: 0,
            ladders,
            plan: plan.clone(),
        }
    }

    fn direction(&self, table: usize, from: usize, to: usize) -> Move {
        self.directions.get(table).and_then(|table| table.get(from)?.get(to)).copied().unwrap_or(Move::None)
    }

    /// Adds a subject by where it stands under each policy of the chain, and says what changes for it; `None` where so many
    /// standpoints do not belong to the plan.
    pub fn add(&mut self, standpoints: &[Standpoint], group: Option<&Arc<str>>) -> Option<Change> {
        let (&first, &last) = standpoints.first().zip(standpoints.last())?;
        if standpoints.len() != self.ladders.len() {
            return None;
        }
        self.subjects += 1;
        let places: Vec<usize> = standpoints.iter().zip(&self.ladders).map(|(point, ladder)| ladder.place(point.tier)).collect();
        let is_rated = |point: Standpoint| point.tier != Tier::Unrated;
        let compared = is_rated(first) && is_rated(last);
        for (count, point) in self.unrated.iter_mut().zip([first, last]) {
            *count += u64::from(!is_rated(point));
        }
        let (from, to) = (places.first().copied()?, places.last().copied()?);
        let direction = self.direction(self.steps.len(), from, to);
        self.tiers.count(direction);
        if let Some(count) = self.flows.get_mut(from).and_then(|row| row.get_mut(to)) {
            *count += 1;
        }
        let mut parts = Vec::new();
        for n in 0..self.steps.len() {
            let (Some(&before), Some(&after)) = (standpoints.get(n), standpoints.get(n + 1)) else { continue };
            let (Some(&from), Some(&to)) = (places.get(n), places.get(n + 1)) else { continue };
            let tier = self.direction(n, from, to);
            let Some(step) = self.steps.get_mut(n) else { continue };
            step.tiers.count(tier);
            if compared {
                let change = after.score.tenths() - before.score.tenths();
                step.tenths += i64::from(change);
                step.scores.count(change);
                parts.push(Points::from_tenths(change));
            }
        }
        let change = last.score.tenths() - first.score.tenths();
        if compared {
            let place = usize::try_from(change + i32::try_from(MOST).unwrap_or_default()).unwrap_or_default();
            if let Some(count) = self.changes.get_mut(place) {
                *count += 1;
            }
        }
        let change = compared.then_some(change);
        self.all.add(change, direction);
        match group {
            Some(group) => self.groups.entry(group.clone()).or_default().add(change, direction),
            None => self.ungrouped += 1,
        }
        let score = |point: Standpoint| is_rated(point).then_some(point.score);
        let id = |n: usize, place: usize| self.ladders.get(n).map_or_else(|| "".into(), |ladder| ladder.id(place));
        Some(Change { tiers: [id(0, from), id(self.steps.len(), to)], direction, scores: [score(first), score(last)], parts })
    }

    /// The impact.
    #[must_use]
    pub fn finish(self) -> Impact {
        let compared: u64 = self.changes.iter().sum();
        let offset = i32::try_from(MOST).unwrap_or_default();
        let by_change: Vec<(i32, u64)> = (-offset..).zip(self.changes).filter(|(_, count)| *count > 0).collect();
        let total: i64 = self.steps.iter().map(|step| step.tenths).sum();
        let mut moved = Moved::default();
        for &(change, count) in &by_change {
            moved.up += if change > 0 { count } else { 0 };
            moved.down += if change < 0 { count } else { 0 };
        }
        let (first, last) = (self.ladders.first(), self.ladders.last());
        let flows = self.flows.into_iter().enumerate().flat_map(|(from, row)| {
            row.into_iter().enumerate().filter(|(_, subjects)| *subjects > 0).map(move |(to, subjects)| (from, to, subjects))
        });
        let id = |ladder: Option<&Ladder>, place: usize| ladder.map_or_else(|| "".into(), |ladder| ladder.id(place));
        let flows = flows.map(|(from, to, subjects)| Flow { from: id(first, from), to: id(last, to), subjects }).collect();
        let groups = self.column.map(|column| Groups::of(column, &self.groups, &self.all, self.ungrouped));
        Impact {
            as_of: self.as_of,
            subjects: self.subjects,
            scores: ScoreChanges { compared, unrated_before: self.unrated[0], unrated_after: self.unrated[1], total, moved, by_change },
            tiers: self.tiers,
            flows,
            steps: self
                .plan
                .steps
                .iter()
                .zip(self.steps)
                .map(|(step, totals)| StepImpact {
                    sections: step.sections.clone(),
                    total: totals.tenths,
                    scores: totals.scores,
                    tiers: totals.tiers,
                })
                .collect(),
            groups,
            plan: self.plan,
        }
    }
}

/// Which group a subject belongs to.
pub type GroupOf<'g> = dyn Fn(&str) -> Option<Arc<str>> + 'g;

/// Scores the subjects of a ledger under every policy of the chain. `previous` gives the tier that a subject had, `group` the
/// group that it belongs to. `each` is handed every subject with what changes for it, in the order of their ids.
pub fn of_ledger<'p>(
    plan: &Plan,
    ledger: &Ledger,
    as_of: Date,
    previous: impl Fn(&str) -> Option<&'p str>,
    groups: Option<(&str, &GroupOf<'_>)>,
    mut each: impl FnMut(&str, &Change),
) -> Impact {
    let mut tally = Tally::new(plan, as_of, groups.map(|(column, _)| column));
    for subject in ledger.subjects() {
        let standpoint = |policy: &Policy| {
            let bound: BoundSubject = ledger.bind_subject(policy, subject);
            let score = bound.score(as_of, previous(subject));
            Standpoint { score: score.score, tier: crate::bound::tier_of(policy, score.tier).unwrap_or(Tier::Standard) }
        };
        let standpoints: Vec<Standpoint> = plan.policies().map(standpoint).collect();
        let group = groups.and_then(|(_, group)| group(subject));
        if let Some(change) = tally.add(&standpoints, group.as_ref()) {
            each(subject, &change);
        }
    }
    tally.finish()
}

/// What a change of policy does to a population.
#[derive(Clone, Debug)]
pub struct Impact {
    plan: Plan,
    /// The day of assessment.
    pub as_of: Date,
    /// How many subjects there were.
    pub subjects: u64,
    /// How scores change, of those who are rated before and after.
    pub scores: ScoreChanges,
    /// How tiers change, of all.
    pub tiers: TierMoves,
    /// How many go from which tier to which, those that stay included; by the tiers before and after, worst first.
    pub flows: Vec<Flow>,
    /// What each step of the chain does.
    pub steps: Vec<StepImpact>,
    /// How groups move, if any were given.
    pub groups: Option<Groups>,
}

/// How scores change.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreChanges {
    /// Subjects that are rated before and after: only they have scores to compare.
    pub compared: u64,
    /// Subjects that were not rated before.
    pub unrated_before: u64,
    /// Subjects that are not rated after.
    pub unrated_after: u64,
    /// The sum of all changes, in tenths.
    pub total: i64,
    /// How many rise and fall.
    pub moved: Moved,
    /// Subjects by change in tenths, ascending.
    pub by_change: Vec<(i32, u64)>,
}

impl ScoreChanges {
    /// The change that a share of the compared subjects do not exceed; `None` without any.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<Points> {
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts are below 2^53")]
        let rank = ((share * self.compared as f64).ceil() as u64).max(1);
        let mut seen = 0;
        self.by_change.iter().find_map(|&(change, count)| {
            seen += count;
            (seen >= rank).then(|| Points::from_tenths(change))
        })
    }

    /// The mean change in points; `None` without compared subjects.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        mean(self.total, self.compared)
    }
}

#[expect(clippy::cast_precision_loss, reason = "sums of tenths are below 2^53")]
fn mean(tenths: i64, of: u64) -> Option<f64> {
    (of > 0).then(|| tenths as f64 / 10.0 / of as f64)
}

/// How many go from one tier to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Flow {
    /// The tier before.
    pub from: Arc<str>,
    /// The tier after.
    pub to: Arc<str>,
    /// How many.
    pub subjects: u64,
}

/// What one step of the chain does.
#[derive(Clone, Debug, PartialEq)]
pub struct StepImpact {
    /// The sections that change in it.
    pub sections: Vec<Section>,
    /// The sum of its changes of score, in tenths; those of all steps sum to that of the whole.
    pub total: i64,
    /// How many scores it raises and lowers.
    pub scores: Moved,
    /// How many tiers it changes.
    pub tiers: TierMoves,
}

impl Impact {
    /// The chain of policies.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The policies before and after.
    #[must_use]
    pub const fn policies(&self) -> [&Policy; 2] {
        [&self.plan.from, &self.plan.to]
    }

    /// What must be known to read it, as stable codes: `empty` and `one-subject` of the population, `nobody-compared` where no
    /// subject is rated before and after, `no-change` where nothing differs that could move a score, `merged` where sections
    /// move together because a policy between them would not be valid, and `nobody-grouped` where groups were given to which no
    /// subject belongs.
    #[must_use]
    pub fn notes(&self) -> Vec<&'static str> {
        let notes = [
            (self.subjects == 0, "empty"),
            (self.subjects == 1, "one-subject"),
            (self.subjects > 0 && self.scores.compared == 0, "nobody-compared"),
            (self.plan.steps.is_empty(), "no-change"),
            (self.plan.steps.iter().any(|step| step.sections.len() > 1), "merged"),
            (self.subjects > 0 && self.groups.as_ref().is_some_and(|groups| groups.groups.is_empty()), "nobody-grouped"),
        ];
        notes.into_iter().filter_map(|(holds, note)| holds.then_some(note)).collect()
    }

    /// Compact JSON, the same bytes in every language: keys in a fixed order, numbers in the form of RFC 8785, reals rounded to
    /// nine decimals.
    #[must_use]
    pub fn to_json(&self) -> String {
        to_json(&ImpactDocument::of(self))
    }

    /// A picture of the tier flows, as SVG. `title` gives the name of a tier.
    #[must_use]
    pub fn flows_svg(&self, title: &dyn Fn(&str) -> String) -> String {
        picture::flows(self, title)
    }

    /// A picture of the changes of score, as SVG; empty without compared subjects. `words` are those for the axis and for what
    /// does not change, in the language of the numbers.
    #[must_use]
    pub fn changes_svg(&self, words: [&str; 2], language: Language) -> String {
        picture::changes(self, words, language)
    }
}

/// What an impact does to one subject, as a line of JSON.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ImpactChange"))]
pub(crate) struct ChangeDocument<'a> {
    /// The subject's id.
    subject: &'a str,
    /// The subject's group, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    /// The tier before and after.
    tier: Tiers<'a>,
    /// The score before and after; null where the subject is not rated.
    score: Scores,
    /// The change of the score, in points; null where the subject is not rated before and after.
    change: Option<Points>,
    /// What each step of the chain of policies adds to it.
    parts: Vec<ChangePart<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ImpactTiers"))]
struct Tiers<'a> {
    from: &'a str,
    to: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ImpactScores"))]
struct Scores {
    from: Option<Points>,
    to: Option<Points>,
}

/// What one step of the chain of policies adds to the change of a score, in points.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ImpactPart"))]
struct ChangePart<'a> {
    sections: &'a [Section],
    points: Points,
}

/// The JSON form of an impact.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Impact"))]
pub(crate) struct ImpactDocument<'a> {
    /// The day of assessment.
    as_of: Date,
    /// The policy before.
    from: PolicySide<'a>,
    /// The policy after.
    to: PolicySide<'a>,
    /// How many subjects there were.
    subjects: u64,
    /// What must be known to read it.
    notes: Vec<&'static str>,
    /// How scores change, of those who are rated before and after.
    scores: ScoresDocument,
    /// How tiers change, of all.
    tiers: TiersDocument<'a>,
    /// What each step of the chain of policies does, in their order; the totals sum to that of the scores.
    attribution: Vec<StepDocument<'a>>,
    /// Sections that differ and move neither score nor tier.
    without_effect: &'a [Section],
    /// How groups move; null where none were given.
    groups: Option<&'a Groups>,
    /// What every surface that shows a score says.
    notice: &'a Text,
}

/// One of the two policies.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct PolicySide<'a> {
    policy: PolicyName<'a>,
    policy_digest: Digest,
}

/// How scores change.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ScoresDocument {
    /// Subjects that are rated before and after.
    compared: u64,
    unrated_before: u64,
    unrated_after: u64,
    up: u64,
    down: u64,
    unchanged: u64,
    /// The sum of all changes, in points.
    total: Sum,
    /// In points; null without compared subjects, as what follows.
    #[serde(serialize_with = "optional_real")]
    mean: Option<f64>,
    least: Option<Points>,
    q05: Option<Points>,
    q25: Option<Points>,
    median: Option<Points>,
    q75: Option<Points>,
    q95: Option<Points>,
    greatest: Option<Points>,
    /// Subjects by change.
    by_change: Vec<ByChange>,
}

/// How many subjects change by so many points.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ByChange {
    points: Points,
    subjects: u64,
}

/// A sum of points, exact to the tenth.
struct Sum(i64);

impl Serialize for Sum {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(clippy::cast_precision_loss, reason = "sums of tenths are below 2^53")]
        serializer.serialize_f64(self.0 as f64 / 10.0)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Sum {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Sum".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "number", "description": "A sum of points, exact to the tenth"})
    }
}

/// How tiers change.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct TiersDocument<'a> {
    changed: u64,
    up: u64,
    down: u64,
    level: u64,
    flows: &'a [Flow],
}

/// What one step of the chain does.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct StepDocument<'a> {
    /// The sections that change in it.
    sections: &'a [Section],
    /// The sum of its changes of score, in points.
    total: Sum,
    #[serde(serialize_with = "optional_real")]
    mean: Option<f64>,
    scores: Moved,
    tiers: TierMoves,
}

#[expect(clippy::ref_option, reason = "serde's shape")]
fn optional_real<S: serde::Serializer>(x: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match x {
        Some(x) => real(x, serializer),
        None => serializer.serialize_none(),
    }
}

impl<'a> ImpactDocument<'a> {
    fn of(impact: &'a Impact) -> Self {
        let side = |policy: &'a Policy| PolicySide {
            policy: PolicyName { name: policy.name(), version: policy.version() },
            policy_digest: policy.digest(),
        };
        let scores = &impact.scores;
        let end = |pair: Option<&(i32, u64)>| pair.map(|&(change, _)| Points::from_tenths(change));
        Self {
            as_of: impact.as_of,
            from: side(&impact.plan.from),
            to: side(&impact.plan.to),
            subjects: impact.subjects,
            notes: impact.notes(),
            scores: ScoresDocument {
                compared: scores.compared,
                unrated_before: scores.unrated_before,
                unrated_after: scores.unrated_after,
                up: scores.moved.up,
                down: scores.moved.down,
                unchanged: scores.compared - scores.moved.up - scores.moved.down,
                total: Sum(scores.total),
                mean: scores.mean(),
                least: end(scores.by_change.first()),
                q05: scores.quantile(0.05),
                q25: scores.quantile(0.25),
                median: scores.quantile(0.5),
                q75: scores.quantile(0.75),
                q95: scores.quantile(0.95),
                greatest: end(scores.by_change.last()),
                by_change: (scores.by_change.iter())
                    .map(|&(change, subjects)| ByChange { points: Points::from_tenths(change), subjects })
                    .collect(),
            },
            tiers: TiersDocument {
                changed: impact.tiers.all(),
                up: impact.tiers.up,
                down: impact.tiers.down,
                level: impact.tiers.level,
                flows: &impact.flows,
            },
            attribution: (impact.steps.iter())
                .map(|step| StepDocument {
                    sections: &step.sections,
                    total: Sum(step.total),
                    mean: mean(step.total, scores.compared),
                    scores: step.scores,
                    tiers: step.tiers,
                })
                .collect(),
            without_effect: &impact.plan.inert,
            groups: impact.groups.as_ref(),
            notice: &impact.plan.to.document().notice,
        }
    }
}
