//! The search for the fewest checks: a model of the subject whose checks of today can be changed one by one, and moves on it.
//!
//! The sums of a criterion depend on its own checks alone and add up over criteria, so the model keeps for each pair of
//! criterion and class what one check more or less changes. Every number comes from the functions that the formula itself
//! is made of (`mass`, `estimate`, `score`, `tier`).

use smallvec::SmallVec;

use crate::estimate::Estimate;
use crate::finding::{Findings, Incidents};
use crate::mass::{Mass, SectorMasses, Sum, checks_in_full, class_mass, fresh_sum, take_class};
use crate::policy::compiled::{Compiled, CriterionRule};
use crate::score::{Outcome, Rows, Terms, Watch, evaluate};
use crate::tier::{Standing, Tier};

/// The most checks of one criterion by one class that are looked at.
pub(super) const CHECKS_MAX: u32 = 1_000_000;

/// How many sets of sectors are looked at.
const SUBSETS: usize = 64;

/// The ladder of tiers: imposed ones from the worst, `unrated`, `standard`, earned ones to the best.
pub(super) fn ladder(policy: &Compiled, tier: Tier) -> usize {
    let imposed = policy.imposed.len();
    match tier {
        Tier::Imposed(place) => place.into(),
        Tier::Unrated => imposed,
        Tier::Standard => imposed + 1,
        Tier::Earned(place) => imposed + 1 + policy.earned.len() - usize::from(place).min(policy.earned.len()),
    }
}

/// The tier of a rung.
pub(super) fn rung(policy: &Compiled, rung: usize) -> Tier {
    let place = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let imposed = policy.imposed.len();
    match rung.checked_sub(imposed) {
        None => Tier::Imposed(place(rung)),
        Some(0) => Tier::Unrated,
        Some(1) => Tier::Standard,
        Some(above) => Tier::Earned(place(policy.earned.len() + 1 - above.min(policy.earned.len() + 1))),
    }
}

/// A criterion and a source class whose checks can be changed.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) criterion: usize,
    pub(super) class: usize,
    pub(super) sector: Option<usize>,
    /// What the ledger has of them.
    existing: Sum,
    /// How many checks one source carries in full; 0 where its cap is below one.
    in_full: u32,
}

impl Column {
    /// The sources that these checks need, so that none is lost to the cap of a source.
    fn sources_in_full(&self, checks: u32) -> u32 {
        if self.in_full == 0 { checks } else { checks.div_ceil(self.in_full) }
    }

    /// The sources that these checks come from, of at most so many.
    pub(super) fn sources(&self, checks: u32, most: u32) -> u32 {
        self.sources_in_full(checks).min(most)
    }
}

/// The model with further checks.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// By column.
    pub(super) checks: Vec<u32>,
    parts: Vec<Mass>,
    /// By criterion.
    masses: Vec<Mass>,
    estimates: Vec<Estimate>,
    totals: Terms,
    sectors: SectorMasses,
}

impl State {
    pub(super) fn total(&self) -> u64 {
        self.checks.iter().map(|&checks| u64::from(checks)).sum()
    }
}

/// What another number of checks in one column would give.
struct Probe {
    part: Mass,
    mass: Mass,
    estimate: Estimate,
    totals: Terms,
    sectors: SectorMasses,
}

/// What it changes: S_L, S_U, coverage and support, and the masses of the column's sector.
#[derive(Clone, Copy, Debug, Default)]
struct Delta {
    reals: [f64; 4],
    sector: [f64; 2],
}

/// A conjunction of goals that is enough for a tier: least reals, and sectors whose favourable mass must outweigh.
#[derive(Clone, Debug)]
struct Plan {
    needs: [f64; 4],
    sectors: SmallVec<[usize; 4]>,
}

/// What may be changed: which columns, and how many sources each class has.
pub(super) struct Room<'a> {
    pub(super) criterion: Option<usize>,
    /// By class.
    pub(super) sources: &'a [u32],
}

/// Checks that reach a tier.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    pub(super) state: State,
    pub(super) checks: u64,
    /// Whether it is proven that fewer do not.
    pub(super) proven: bool,
}

pub(super) struct Search<'a> {
    pub(super) policy: &'a Compiled,
    pub(super) previous: Option<Tier>,
    gain: f64,
    left: f64,
    pub(super) gravest: Option<u16>,
    /// By criterion; 0 where it is exempt.
    weights: Vec<f64>,
    pub(super) columns: Vec<Column>,
    start: State,
}

/// Sees what the formula passes.
#[derive(Default)]
struct Seen {
    criteria: Vec<(usize, f64)>,
    gain: f64,
    incidents: Incidents,
}

impl Watch for Seen {
    const EVERY: bool = true;

    fn criterion(&mut self, place: usize, _: &CriterionRule, weight: f64, _: &Mass, _: &Estimate) {
        self.criteria.push((place, weight));
    }

    fn credit(&mut self, _: f64, gain: f64) {
        self.gain += gain;
    }

    fn incidents(&mut self, incidents: &Incidents) {
        self.incidents.extend_from_slice(incidents);
    }
}

const NOTHING: Estimate = Estimate { mean: 0.0, lower: 0.0, upper: 0.0, coverage: 0.0, support: 0.0 };

fn add(mass: &mut Mass, part: &Mass, sign: f64) {
    mass.favourable = (mass.favourable + sign * part.favourable).max(0.0);
    mass.adverse = (mass.adverse + sign * part.adverse).max(0.0);
    mass.adverse_of_sectors = (mass.adverse_of_sectors + sign * part.adverse_of_sectors).max(0.0);
}

impl<'a> Search<'a> {
    /// The model of these rows, and what the formula says of them.
    pub(super) fn new(policy: &'a Compiled, rows: &Rows<'_>, as_of: i32, previous: Option<Tier>, classes: &[u16]) -> (Self, Outcome) {
        let mut seen = Seen::default();
        let outcome = evaluate(policy, rows, as_of, previous, &mut seen);
        let left = if seen.incidents.is_empty() { 1.0 } else { Findings::remainder(&seen.incidents) };
        let mut weights = vec![0.0; policy.criteria.len()];
        for &(place, weight) in &seen.criteria {
            if let Some(of_place) = weights.get_mut(place) {
                *of_place = weight;
            }
        }
        let mut columns = Vec::new();
        let mut parts = Vec::new();
        let mut masses = vec![Mass::default(); policy.criteria.len()];
        let mut sectors = SectorMasses::from_elem([0.0; 2], policy.sectors.len());
        let mut rest = rows.masses;
        for (place, slot) in policy.slots.iter().enumerate() {
            let is_credit = place >= policy.criteria.len();
            let counts = is_credit || weights.get(place).is_some_and(|&weight| weight > 0.0);
            let mut known: SmallVec<[(usize, Sum); 16]> = SmallVec::new();
            while let Some(first) = rest.first().filter(|row| usize::from(row.key.slot()) == place) {
                let class = usize::from(first.key.class());
                known.push((class, take_class(policy, slot, as_of, &mut rest)));
            }
            if !counts {
                continue;
            }
            for &(class, sum) in &known {
                let Some(rule) = policy.classes.get(class) else { continue };
                let part = class_mass(slot, rule, sum);
                if let Some(mass) = masses.get_mut(place) {
                    add(mass, &part, 1.0);
                }
                if let Some(sector) = rule.sector.and_then(|sector| sectors.get_mut(usize::from(sector))) {
                    sector[0] += part.favourable;
                    sector[1] += part.adverse;
                }
            }
            for &class in classes.iter().filter(|_| !is_credit) {
                let class = usize::from(class);
                let Some(rule) = policy.classes.get(class).filter(|rule| rule.reliability > 0.0) else { continue };
                let existing = known.iter().find(|(other, _)| *other == class).map_or_else(Sum::default, |(_, sum)| *sum);
                let sector = rule.sector.map(usize::from);
                columns.push(Column { criterion: place, class, sector, existing, in_full: checks_in_full(slot) });
                parts.push(class_mass(slot, rule, existing));
            }
        }
        let mut totals = Terms::default();
        let mut estimates = Vec::with_capacity(masses.len());
        for ((rule, mass), &weight) in policy.criteria.iter().zip(&masses).zip(&weights) {
            let estimate = policy.estimator.estimate(&rule.prior, mass);
            totals.change(weight, &NOTHING, &estimate);
            estimates.push(estimate);
        }
        let checks = vec![0; columns.len()];
        let start = State { checks, parts, masses, estimates, totals, sectors };
        (Self { policy, previous, gain: seen.gain, left, gravest: outcome.standing.gravest, weights, columns, start }, outcome)
    }

    fn probe(&self, state: &State, column: usize, checks: u32, room: &Room<'_>) -> Option<Probe> {
        let of = self.columns.get(column)?;
        let (slot, class) = (self.policy.slots.get(of.criterion)?, self.policy.classes.get(of.class)?);
        let rule = self.policy.criteria.get(of.criterion)?;
        let mut sum = of.existing;
        if checks > 0 {
            sum.add(fresh_sum(slot, checks, of.sources(checks, *room.sources.get(of.class)?)));
        }
        let (part, before) = (class_mass(slot, class, sum), state.parts.get(column)?);
        let mut mass = *state.masses.get(of.criterion)?;
        add(&mut mass, before, -1.0);
        add(&mut mass, &part, 1.0);
        let estimate = self.policy.estimator.estimate(&rule.prior, &mass);
        let mut totals = state.totals;
        totals.change(*self.weights.get(of.criterion)?, state.estimates.get(of.criterion)?, &estimate);
        let mut sectors = state.sectors.clone();
        if let Some(sector) = of.sector.and_then(|sector| sectors.get_mut(sector)) {
            sector[0] += part.favourable - before.favourable;
            sector[1] += part.adverse - before.adverse;
        }
        Some(Probe { part, mass, estimate, totals, sectors })
    }

    fn set(&self, state: &mut State, column: usize, checks: u32, room: &Room<'_>) {
        let (Some(probe), Some(of)) = (self.probe(state, column, checks, room), self.columns.get(column)) else { return };
        if let (Some(at), Some(part)) = (state.checks.get_mut(column), state.parts.get_mut(column)) {
            (*at, *part) = (checks, probe.part);
        }
        if let (Some(mass), Some(estimate)) = (state.masses.get_mut(of.criterion), state.estimates.get_mut(of.criterion)) {
            (*mass, *estimate) = (probe.mass, probe.estimate);
        }
        (state.totals, state.sectors) = (probe.totals, probe.sectors);
    }

    fn reals(&self, totals: &Terms) -> [f64; 4] {
        totals.reals(self.gain, self.left)
    }

    fn standing_of(&self, totals: &Terms, sectors: &SectorMasses) -> Standing {
        totals.standing(self.policy, self.gain, self.left, self.gravest, sectors, &mut ())
    }

    pub(super) fn standing(&self, state: &State) -> Standing {
        self.standing_of(&state.totals, &state.sectors)
    }

    fn reaches(&self, totals: &Terms, sectors: &SectorMasses, target: usize) -> bool {
        ladder(self.policy, self.standing_of(totals, sectors).tier(self.policy, self.previous)) >= target
    }

    fn reached(&self, state: &State, target: usize) -> bool {
        self.reaches(&state.totals, &state.sectors, target)
    }

    fn open(&self, room: &Room<'_>) -> Vec<usize> {
        let is_open = |column: &Column| {
            room.criterion.is_none_or(|criterion| criterion == column.criterion)
                && room.sources.get(column.class).is_some_and(|&most| most > 0)
        };
        (0..self.columns.len()).filter(|&n| self.columns.get(n).is_some_and(is_open)).collect()
    }

    /// The model with as many checks as are looked at, wherever there is room.
    pub(super) fn saturated(&self, room: &Room<'_>) -> State {
        let mut state = self.start.clone();
        for column in self.open(room) {
            self.set(&mut state, column, CHECKS_MAX, room);
        }
        state
    }

    /// Fewest checks that reach the target, within the room; `None` where even the most do not, or more than `most`.
    pub(super) fn solve(&self, target: usize, room: &Room<'_>, most: u64, mut effort: u32) -> Option<Solution> {
        let saturated = self.saturated(room);
        if !self.reached(&saturated, target) {
            return None;
        }
        let open = self.open(room);
        let mut best: Option<State> = None;
        let mut plans = self.plans(target, &saturated);
        let needs = plans.first().map_or([f64::NEG_INFINITY; 4], |plan| plan.needs);
        // Where the bounds bring the sectors with them, no set of sectors need be won on purpose.
        if let Some(needs) = plans.first().filter(|plan| !plan.sectors.is_empty()).map(|plan| plan.needs) {
            let free = Plan { needs, sectors: SmallVec::new() };
            if let Some(mut state) = self.climb(&free, target, &open, room, most) {
                self.trim(&mut state, &free, target, room);
                self.exchange(&mut state, &free, target, &open, room);
                best = Some(state).filter(|state| state.total() <= most);
                plans.truncate(2);
            }
        }
        for plan in plans {
            let limit = best.as_ref().map_or(most, |best| best.total().saturating_sub(1).min(most));
            let Some(mut state) = self.climb(&plan, target, &open, room, limit + limit / 8 + 16) else { continue };
            self.trim(&mut state, &plan, target, room);
            self.exchange(&mut state, &plan, target, &open, room);
            if state.total() <= limit {
                best = Some(state);
            }
        }
        let mut best = best?;
        let bound = self.bound(&needs, &saturated, &open, best.total());
        let mut proven = best.total() <= bound;
        let few = open.len() <= 8 || best.total() <= 6;
        while few && !proven {
            let fewer = best.total() - 1;
            let mut state = self.start.clone();
            match self.descend(&mut state, target, &open, room, fewer, &mut effort) {
                Some(true) => best = state,
                Some(false) => proven = true,
                None => break,
            }
            proven |= best.total() <= bound;
        }
        Some(Solution { checks: best.total(), state: best, proven })
    }

    /// The ways to satisfy the target: which sectors to win, and of an imposed tier whether to raise the bound or to answer
    /// the sectors that speak against the subject.
    fn plans(&self, target: usize, saturated: &State) -> Vec<Plan> {
        const MOST: usize = 8;
        let policy = self.policy;
        let standing = self.standing(&self.start);
        let mut needs = [f64::NEG_INFINITY; 4];
        let mut sectors_needed = 0;
        match rung(policy, target) {
            Tier::Earned(place) => {
                if let Some(rule) = policy.earned.get(usize::from(place)) {
                    needs[0] = f64::from(rule.at_least(policy, self.previous, place));
                    sectors_needed = rule.sectors_at_least;
                }
                needs[3] = policy.rated_coverage;
            }
            Tier::Standard => needs[2] = policy.rated_coverage,
            Tier::Unrated | Tier::Imposed(_) => {}
        }
        let mut upper = f64::NEG_INFINITY;
        let mut answered = u32::MAX;
        for (place, rule) in (0u16..).zip(&policy.imposed).take(target) {
            if standing.is_below(policy, self.previous, place, rule) {
                // Rounded up, so that more than the tenth before is enough.
                upper = upper.max(f64::from(rule.below(policy, self.previous, place)) - 1.0 + 1e-6);
                answered = answered.min(rule.sectors_at_least.saturating_sub(1));
            }
        }
        let places = |holds: &dyn Fn(usize) -> bool| -> SmallVec<[usize; 8]> { (0..policy.sectors.len()).filter(|&n| holds(n)).collect() };
        let side = |state: &State, place: usize| {
            let [favourable, adverse] = state.sectors.get(place).copied().unwrap_or_default();
            let mut none = Standing { favourable: 0, adverse: 0, ..standing };
            none.count_sector(policy, favourable, adverse)
        };
        let won = places(&|n| side(&self.start, n)[0]);
        let winnable = places(&|n| !side(&self.start, n)[0] && side(saturated, n)[0]);
        let missing = usize::try_from(sectors_needed).unwrap_or(usize::MAX).saturating_sub(won.len());
        let mut plans = Vec::new();
        for chosen in subsets(&winnable, missing, SUBSETS) {
            plans.push(Plan { needs: [needs[0], upper, needs[2], needs[3]], sectors: chosen });
        }
        if answered != u32::MAX {
            let against = places(&|n| side(&self.start, n)[1]);
            let surplus = against.len().saturating_sub(usize::try_from(answered).unwrap_or(usize::MAX));
            for answer in subsets(&against, surplus, SUBSETS) {
                let further = missing.saturating_sub(answer.iter().filter(|n| winnable.contains(n)).count());
                let others: SmallVec<[usize; 8]> = winnable.iter().copied().filter(|n| !answer.contains(n)).collect();
                for chosen in subsets(&others, further, SUBSETS) {
                    plans.push(Plan { needs, sectors: answer.iter().copied().chain(chosen).collect() });
                }
            }
        }
        // The cheapest sectors first.
        let cost = |plan: &Plan| -> f64 {
            plan.sectors.iter().map(|&n| self.deficit(self.start.sectors.get(n).copied().unwrap_or_default())).sum()
        };
        plans.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
        plans.truncate(MOST);
        plans
    }

    /// What a sector still needs to speak for the subject.
    fn deficit(&self, [favourable, adverse]: [f64; 2]) -> f64 {
        (self.policy.sector_mass - favourable).max(adverse - favourable + 1e-8).max(0.0)
    }

    fn delta(&self, state: &State, column: usize, checks: u32, room: &Room<'_>) -> Delta {
        let Some(probe) = self.probe(state, column, checks, room) else { return Delta::default() };
        let (before, after) = (self.reals(&state.totals), self.reals(&probe.totals));
        let mut delta = Delta::default();
        for ((change, after), before) in delta.reals.iter_mut().zip(after).zip(before) {
            *change = after - before;
        }
        if let Some(sector) = self.columns.get(column).and_then(|column| column.sector) {
            let [before, after] = [&state.sectors, &probe.sectors].map(|of| of.get(sector).copied().unwrap_or_default());
            delta.sector = [after[0] - before[0], after[1] - before[1]];
        }
        delta
    }

    /// How much of what the plan still lacks a change covers, each lack counted as one.
    fn progress(&self, plan: &Plan, state: &State, reals: &[f64; 4], column: usize, delta: &Delta) -> f64 {
        let mut progress = 0.0;
        for ((need, real), change) in plan.needs.iter().zip(reals).zip(&delta.reals) {
            let lack = need - real;
            if lack > 0.0 {
                progress += change.min(lack) / lack;
            }
        }
        if let Some(sector) = self.columns.get(column).and_then(|column| column.sector).filter(|sector| plan.sectors.contains(sector)) {
            let before = state.sectors.get(sector).copied().unwrap_or_default();
            let lack = self.deficit(before);
            if lack > 0.0 {
                progress += (lack - self.deficit([before[0] + delta.sector[0], before[1] + delta.sector[1]])) / lack;
            }
        }
        progress
    }

    /// Adds checks where they help most, until the target is reached.
    fn climb(&self, plan: &Plan, target: usize, open: &[usize], room: &Room<'_>, most: u64) -> Option<State> {
        const STEPS: [u32; 3] = [1, 4, 16];
        let mut state = self.start.clone();
        let mut deltas: Vec<[Delta; 3]> = vec![[Delta::default(); 3]; open.len()];
        let mut unit = 0;
        let mut stale: Option<usize> = None;
        while !self.reached(&state, target) {
            let total = state.total();
            if total > most {
                return None;
            }
            let next = 1 + u32::try_from(total / 64).unwrap_or(u32::MAX);
            // What a step gives depends on the checks of its own criterion alone.
            for (&column, deltas) in open.iter().zip(&mut deltas) {
                let criterion = self.columns.get(column).map(|column| column.criterion);
                if next == unit && criterion != stale {
                    continue;
                }
                let now = state.checks.get(column).copied().unwrap_or_default();
                for (delta, step) in deltas.iter_mut().zip(STEPS) {
                    *delta = self.delta(&state, column, now.saturating_add(step * next).min(CHECKS_MAX), room);
                }
            }
            unit = next;
            let reals = self.reals(&state.totals);
            let mut chosen: Option<(f64, usize, u32)> = None;
            for (&column, deltas) in open.iter().zip(&deltas) {
                let now = state.checks.get(column).copied().unwrap_or_default();
                for (delta, step) in deltas.iter().zip(STEPS) {
                    if now.saturating_add(step * unit) > CHECKS_MAX {
                        continue;
                    }
                    let rate = self.progress(plan, &state, &reals, column, delta) / f64::from(step * unit);
                    if rate > chosen.map_or(1e-13, |(best, ..)| best * (1.0 + 1e-9)) {
                        chosen = Some((rate, column, now + step * unit));
                    }
                }
            }
            let (_, column, checks) = chosen?;
            self.set(&mut state, column, checks, room);
            stale = self.columns.get(column).map(|column| column.criterion);
        }
        Some(state)
    }

    /// By how much the plan is overfulfilled, in its scarcest part, in units of `scale`.
    fn slack(&self, plan: &Plan, reals: &[f64; 4], scale: &[f64; 4]) -> f64 {
        let of = |((need, real), scale): ((&f64, &f64), &f64)| if need.is_finite() { (real - need) / scale } else { f64::INFINITY };
        plan.needs.iter().zip(reals).zip(scale).map(of).fold(f64::INFINITY, f64::min)
    }

    /// What one check changes at most, by real, so that slacks compare.
    fn scale(&self, state: &State, open: &[usize], room: &Room<'_>) -> [f64; 4] {
        let mut scale = [1e-12; 4];
        for &column in open {
            let now = state.checks.get(column).copied().unwrap_or_default();
            let delta = self.delta(state, column, now.saturating_add(1), room);
            for (scale, change) in scale.iter_mut().zip(delta.reals) {
                *scale = f64::max(*scale, change);
            }
        }
        scale
    }

    /// Takes checks away, in ever smaller lots, as long as the target is still reached; of the columns that can spare some,
    /// first where it leaves the most slack.
    fn trim(&self, state: &mut State, plan: &Plan, target: usize, room: &Room<'_>) {
        let used =
            |state: &State| -> Vec<usize> { (0..state.checks.len()).filter(|&n| state.checks.get(n).is_some_and(|&c| c > 0)).collect() };
        let scale = self.scale(state, &used(state), room);
        let mut lot = 1;
        while u64::from(lot) * 16 <= state.total() {
            lot *= 2;
        }
        while lot > 0 {
            let mut chosen: Option<(f64, usize, u32)> = None;
            for column in used(state) {
                let now = state.checks.get(column).copied().unwrap_or_default();
                let Some(fewer) = now.checked_sub(lot) else { continue };
                let Some(probe) = self.probe(state, column, fewer, room) else { continue };
                if self.reaches(&probe.totals, &probe.sectors, target) {
                    let slack = self.slack(plan, &self.reals(&probe.totals), &scale);
                    if chosen.is_none_or(|(best, ..)| slack > best) {
                        chosen = Some((slack, column, fewer));
                    }
                }
            }
            match chosen {
                Some((_, column, fewer)) => self.set(state, column, fewer, room),
                None => lot /= 2,
            }
        }
    }

    /// Moves single checks between columns as long as that leaves more slack, and takes away what that frees.
    fn exchange(&self, state: &mut State, plan: &Plan, target: usize, open: &[usize], room: &Room<'_>) {
        let criterion = |n: usize| self.columns.get(n).map(|column| column.criterion);
        // What one check more, and one less, changes, by open column.
        let mut moves = vec![[Delta::default(); 2]; open.len()];
        let mut stale: Option<[Option<usize>; 2]> = None;
        for _ in 0..4 * open.len().max(8) {
            let now = |column: usize| state.checks.get(column).copied().unwrap_or_default();
            for (&column, [gain, loss]) in open.iter().zip(&mut moves) {
                if stale.is_none_or(|[from, to]| [from, to].contains(&criterion(column))) {
                    *gain = self.delta(state, column, now(column).saturating_add(1).min(CHECKS_MAX), room);
                    *loss = now(column).checked_sub(1).map_or_else(Delta::default, |fewer| self.delta(state, column, fewer, room));
                }
            }
            let mut scale = [1e-12; 4];
            for [gain, _] in &moves {
                for (scale, change) in scale.iter_mut().zip(gain.reals) {
                    *scale = f64::max(*scale, change);
                }
            }
            let reals = self.reals(&state.totals);
            let slack = self.slack(plan, &reals, &scale);
            let mut chosen: Option<(f64, usize, usize)> = None;
            for (&from, [_, loss]) in open.iter().zip(&moves).filter(|(from, _)| now(**from) > 0) {
                if !self.keeps_sectors(plan, state, from, loss) {
                    continue;
                }
                for (&to, [gain, _]) in open.iter().zip(&moves) {
                    if from == to || criterion(from) == criterion(to) && self.same_gain(from, to) {
                        continue;
                    }
                    let mut moved = reals;
                    for ((real, loss), gain) in moved.iter_mut().zip(loss.reals).zip(gain.reals) {
                        *real += loss + gain;
                    }
                    let after = self.slack(plan, &moved, &scale);
                    if after > chosen.map_or(slack + 1e-6, |(best, ..)| best) {
                        chosen = Some((after, from, to));
                    }
                }
            }
            let Some((_, from, to)) = chosen else { return };
            let mut moved = state.clone();
            self.set(&mut moved, from, now(from) - 1, room);
            self.set(&mut moved, to, now(to) + 1, room);
            let after = self.slack(plan, &self.reals(&moved.totals), &scale);
            if after <= slack || !self.reached(&moved, target) {
                return;
            }
            stale = Some([criterion(from), criterion(to)]);
            if after >= 0.5 {
                let before = moved.total();
                self.trim(&mut moved, plan, target, room);
                stale = stale.filter(|_| moved.total() == before);
            }
            *state = moved;
        }
    }

    /// Whether two columns of one criterion weigh the same, so that moving a check between them changes no sum.
    fn same_gain(&self, from: usize, to: usize) -> bool {
        let reliability = |n: usize| {
            self.columns.get(n).and_then(|column| self.policy.classes.get(column.class)).map(|class| class.reliability.to_bits())
        };
        reliability(from) == reliability(to)
    }

    /// Whether the plan's sectors can spare what leaves the column.
    fn keeps_sectors(&self, plan: &Plan, state: &State, column: usize, delta: &Delta) -> bool {
        let Some(sector) = self.columns.get(column).and_then(|column| column.sector).filter(|sector| plan.sectors.contains(sector)) else {
            return true;
        };
        let before = state.sectors.get(sector).copied().unwrap_or_default();
        self.deficit([before[0] + delta.sector[0], before[1] + delta.sector[1]]) <= 0.0
    }

    /// Tries every way to reach the target with so many checks in these columns; passes over what is not enough even if
    /// every column that is left had all of the checks that are left. `None` where the effort runs out before the answer.
    fn descend(&self, state: &mut State, target: usize, open: &[usize], room: &Room<'_>, checks: u64, effort: &mut u32) -> Option<bool> {
        if self.reached(state, target) {
            return Some(true);
        }
        let Some((&column, rest)) = open.split_first() else { return Some(false) };
        let most = u32::try_from(checks).unwrap_or(u32::MAX).min(CHECKS_MAX);
        let cost = u32::try_from(open.len()).unwrap_or(u32::MAX);
        if *effort < cost {
            return None;
        }
        *effort -= cost;
        let mut hopeful = state.clone();
        for &column in open {
            self.set(&mut hopeful, column, most, room);
        }
        if !self.reached(&hopeful, target) {
            return Some(false);
        }
        for here in (0..=most).rev() {
            let mut next = state.clone();
            self.set(&mut next, column, here, room);
            if self.descend(&mut next, target, rest, room, checks - u64::from(here), effort)? {
                *state = next;
                return Some(true);
            }
        }
        Some(false)
    }

    /// Fewer checks than this do not reach the needs.
    ///
    /// For each need alone, and each criterion alone, no checks do better than those of a class with the greatest
    /// reliability, without caps but for what all classes can bring in the end, of which each takes as much adverse mass away
    /// as it brings. Of what so many of them give at best, the least concave majorant is taken; then the steepest pieces of
    /// all criteria come first, and how many checks it takes to cover the need is a bound from below.
    fn bound(&self, needs: &[f64; 4], saturated: &State, open: &[usize], most: u64) -> u64 {
        const LONGEST: u64 = 2048;
        if most > LONGEST {
            return 1;
        }
        let most = u32::try_from(most).unwrap_or_default();
        let mut criteria: Vec<usize> = open.iter().filter_map(|&n| self.columns.get(n)).map(|column| column.criterion).collect();
        criteria.dedup();
        let now = self.reals(&self.start.totals);
        let mut bound = 1;
        // What each criterion gives at best, by the number of checks.
        let curves: Vec<Vec<[f64; 4]>> = criteria.iter().map(|&criterion| self.at_best(criterion, saturated, open, most)).collect();
        for (need, (place, now)) in needs.iter().zip(now.iter().enumerate()) {
            // Bounds are rounded with a guard; how a raised upper bound ends a tier, sectors may do as well.
            let lack = need - 1e-8 - now;
            if place == 1 || !lack.is_finite() || lack <= 0.0 {
                continue;
            }
            let mut pieces: Vec<(f64, u32)> = Vec::new();
            for curve in &curves {
                let of_need: Vec<f64> = curve.iter().filter_map(|reals| reals.get(place)).copied().collect();
                pieces.extend(majorant(&of_need));
            }
            pieces.sort_by(|(a, _), (b, _)| b.total_cmp(a));
            let (mut left, mut checks) = (lack, 0.0);
            for (slope, length) in pieces {
                let gain = slope * f64::from(length);
                if gain >= left {
                    checks += left / slope;
                    left = 0.0;
                    break;
                }
                left -= gain;
                checks += f64::from(length);
            }
            let least = if left > 0.0 { u64::from(most) } else { whole_above(checks) };
            bound = bound.max(least);
        }
        bound
    }

    /// What 0, 1, 2… checks of a criterion change at best.
    fn at_best(&self, criterion: usize, saturated: &State, open: &[usize], most: u32) -> Vec<[f64; 4]> {
        let columns = open.iter().filter_map(|&n| self.columns.get(n)).filter(|column| column.criterion == criterion);
        let one = |column: &Column| {
            let (slot, class) = (self.policy.slots.get(criterion)?, self.policy.classes.get(column.class)?);
            Some(class_mass(slot, class, fresh_sum(slot, 1, 1)).favourable)
        };
        let each = columns.filter_map(one).fold(0.0, f64::max);
        let (Some(rule), Some(from), Some(to), Some(estimate), Some(&weight)) = (
            self.policy.criteria.get(criterion),
            self.start.masses.get(criterion),
            saturated.masses.get(criterion),
            self.start.estimates.get(criterion),
            self.weights.get(criterion),
        ) else {
            return Vec::new();
        };
        let now = self.reals(&self.start.totals);
        let change = |checks: u32| {
            let brought = each * f64::from(checks);
            let mass = Mass {
                favourable: (from.favourable + brought).min(to.favourable.max(from.favourable)),
                adverse: (from.adverse - brought).max(to.adverse.min(from.adverse)),
                adverse_of_sectors: 0.0,
            };
            let mut totals = self.start.totals;
            totals.change(weight, estimate, &self.policy.estimator.estimate(&rule.prior, &mass));
            let mut reals = self.reals(&totals);
            for (real, now) in reals.iter_mut().zip(now) {
                *real -= now;
            }
            reals
        };
        (0..=most).map(change).collect()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of a few thousands")]
fn whole_above(checks: f64) -> u64 {
    (checks - 1e-6).ceil().max(1.0) as u64
}

/// The pieces of the least concave function that is nowhere below: slope and length, the steepest first.
fn majorant(values: &[f64]) -> Vec<(f64, u32)> {
    let mut corners: Vec<(u32, f64)> = Vec::new();
    let slope = |a: (u32, f64), b: (u32, f64)| (b.1 - a.1) / f64::from(b.0 - a.0);
    for (n, &value) in (0u32..).zip(values) {
        while let [.., a, b] = corners[..]
            && slope(a, b) <= slope(b, (n, value))
        {
            corners.pop();
        }
        corners.push((n, value));
    }
    corners
        .windows(2)
        .filter_map(|pair| if let &[a, b] = pair { Some((slope(a, b), b.0 - a.0)) } else { None })
        .filter(|(slope, _)| *slope > 0.0)
        .collect()
}

/// The subsets of this size, the first so many.
fn subsets(of: &[usize], size: usize, most: usize) -> Vec<SmallVec<[usize; 4]>> {
    let mut all = vec![SmallVec::new()];
    for _ in 0..size.min(of.len() + 1) {
        let mut longer = Vec::new();
        for subset in &all {
            let from = subset.last().and_then(|last| of.iter().position(|n| n == last)).map_or(0, |n| n + 1);
            for &more in of.get(from..).unwrap_or_default() {
                let mut subset: SmallVec<[usize; 4]> = subset.clone();
                subset.push(more);
                longer.push(subset);
            }
        }
        all = longer;
        all.truncate(most);
    }
    all
}
