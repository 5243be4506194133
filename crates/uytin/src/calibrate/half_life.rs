//! Half-lives by predictive log-loss, with a split in time.
//!
//! The checks up to the last day of the fit are split where seven tenths of them lie before. For a half-life, the structure is
//! estimated on the earlier part, as of its last day; then each day with checks of the later part is predicted by the
//! posterior mean μ on the day before, from all that was known then. The half-life with the least log-loss wins: first on the
//! grid [`GRID`], then by golden-section search in its logarithm between the neighbours of the best.

use serde::Serialize;

use super::structure::Known;
use super::{FitCode, Population, Settings, Structure, prior};
use crate::draw::Draw;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::mass::{MassRow, take_slot};
use crate::policy::compiled::Compiled;
use crate::policy::{Policy, Prior};
use crate::resample::{Estimated, bootstrap, nine};

/// The half-lives in days that are tried first.
pub(super) const GRID: [u32; 13] = [14, 30, 60, 90, 135, 180, 270, 365, 545, 730, 1460, 2920, HALF_LIFE_MOST];
/// The longest half-life that is tried, ten years: beyond, no decay can be seen.
pub const HALF_LIFE_MOST: u32 = 3650;
/// The share of the checks that lies before the split.
const EARLIER: f64 = 0.7;
/// Fewer predicted rows are too few to choose a half-life.
const PREDICTIONS_MIN: usize = 100;
/// A replicate is cheap: sums by subject.
const REPLICATES: usize = 400;

/// The half-life of a criterion.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HalfLife {
    /// Whether it is fitted.
    pub code: FitCode,
    /// Days in the given policy and in the fitted one.
    #[cfg_attr(feature = "schema", schemars(inner(range(min = 1))))]
    pub days: [u32; 2],
    /// Rows that were predicted to choose it.
    pub predictions: usize,
    /// Half-lives that were tried, ascending, each with its mean log-loss of a check, each with the prior that fits it.
    pub tried: Vec<(u32, f64)>,
    /// The log-loss of the policy's own half-life less that of the fitted one, by subject: where the interval holds 0, the
    /// data cannot tell them apart.
    pub gain: Estimated,
}

/// The policy with this half-life and prior at a place.
pub(super) fn with(policy: &Policy, place: usize, days: u32, prior: Option<&Prior>) -> Result<Policy, Error> {
    let mut document = policy.document().clone();
    if let Some(criterion) = document.pillars.iter_mut().flat_map(|pillar| &mut pillar.criteria).nth(place) {
        criterion.half_life_days = days;
        if let Some(prior) = prior {
            criterion.prior = prior.clone();
        }
    }
    Policy::of_document(&document)
}

/// The estimate of the criterion at a place from one subject's rows of it, as `evaluate` makes it.
pub(crate) fn estimate(policy: &Compiled, place: usize, rows: &[MassRow], as_of: i32) -> Option<Estimate> {
    let mut rows = rows;
    let mass = take_slot(policy, policy.slots.get(place)?, as_of, &mut rows, None);
    Some(policy.estimator.estimate(&policy.criteria.get(place)?.prior, &mass))
}

/// Whether checks of this row's class weigh anything: what is predicted is evidence.
pub(super) fn weighs(policy: &Compiled, row: &MassRow) -> bool {
    policy.classes.get(usize::from(row.key.class())).is_some_and(|class| class.reliability > 0.0)
}

/// Checks of one subject in one criterion on one day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    pub(super) day: i32,
    pub(super) passed: f64,
    pub(super) failed: f64,
    pub(super) rows: usize,
}

/// The days with checks from one day to another, both included.
pub(super) fn days(policy: &Compiled, rows: &[MassRow], from: i32, to: i32) -> Vec<Day> {
    let mut days: Vec<Day> = rows
        .iter()
        .filter(|row| (from..=to).contains(&row.day) && weighs(policy, row) && row.favourable + row.adverse > 0)
        .map(|row| Day { day: row.day, passed: row.favourable.into(), failed: row.adverse.into(), rows: 1 })
        .collect();
    days.sort_unstable_by_key(|day| day.day);
    days.dedup_by(|later, first| {
        let same = later.day == first.day;
        if same {
            first.passed += later.passed;
            first.failed += later.failed;
            first.rows += later.rows;
        }
        same
    });
    days
}

/// The log-loss of so many checks under a probability, held away from 0 and 1.
pub(super) fn log_loss(share: f64, passed: f64, failed: f64) -> f64 {
    let share = share.clamp(CLIP, 1.0 - CLIP);
    -(passed * libm::log(share) + failed * libm::log(1.0 - share))
}

/// Probabilities are held within [0.001, 0.999] for the log-loss: a method may be wrong, not infinitely so.
pub(super) const CLIP: f64 = 0.001;

/// Losses of a half-life, by subject: (log-loss, checks).
type Losses = Vec<(f64, f64)>;

struct Search<'a> {
    population: &'a Population,
    sample: &'a [usize],
    policy: &'a Policy,
    place: usize,
    /// The first day that is predicted.
    from: i32,
    to: i32,
    tried: Vec<(u32, f64)>,
}

impl Search<'_> {
    /// The losses of a half-life with the prior that fits it.
    fn losses(&self, half_life: u32) -> Result<Losses, Error> {
        let decayed = with(self.policy, self.place, half_life, None)?;
        let known = Known { until: self.from - 1, decays: true };
        let (structure, code) = Structure::of(self.population, self.sample.iter().copied(), &decayed, self.place, known);
        let candidate = match prior(&structure, code).1 {
            Some(prior) => with(self.policy, self.place, half_life, Some(&prior))?,
            None => decayed,
        };
        let policy = candidate.compiled();
        Ok(self
            .sample
            .iter()
            .map(|&subject| {
                let rows = self.population.slot(subject, self.place);
                let mut sum = (0.0, 0.0);
                for day in days(policy, rows, self.from, self.to) {
                    if let Some(known) = estimate(policy, self.place, rows, day.day - 1) {
                        sum.0 += log_loss(known.mean, day.passed, day.failed);
                        sum.1 += day.passed + day.failed;
                    }
                }
                sum
            })
            .collect())
    }

    fn loss(&mut self, half_life: u32) -> Result<f64, Error> {
        if let Some((_, loss)) = self.tried.iter().find(|(tried, _)| *tried == half_life) {
            return Ok(*loss);
        }
        let (sum, checks) = self.losses(half_life)?.iter().fold((0.0, 0.0), |(a, b), (c, d)| (a + c, b + d));
        let loss = sum / checks;
        self.tried.push((half_life, loss));
        Ok(loss)
    }

    /// The half-life with the least loss.
    fn best(&mut self) -> Result<u32, Error> {
        for half_life in GRID {
            self.loss(half_life)?;
        }
        let least = |tried: &[(u32, f64)]| tried.iter().min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(HALF_LIFE_MOST, |(days, _)| *days);
        let grid_best = least(&self.tried);
        let at = GRID.iter().position(|&days| days == grid_best).unwrap_or_default();
        let bound = |place: Option<usize>| place.and_then(|place| GRID.get(place)).copied().unwrap_or(grid_best);
        let (mut low, mut high) = (libm::log(bound(at.checked_sub(1)).into()), libm::log(bound(at.checked_add(1)).into()));
        let golden = (libm::sqrt(5.0) - 1.0) / 2.0;
        for _ in 0..8 {
            let (a, b) = (high - golden * (high - low), low + golden * (high - low));
            if self.loss(whole_days(a))? <= self.loss(whole_days(b))? {
                high = b;
            } else {
                low = a;
            }
        }
        Ok(least(&self.tried))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between bounds of the grid")]
fn whole_days(log: f64) -> u32 {
    (libm::exp(log).round() as u32).clamp(1, HALF_LIFE_MOST)
}

/// Seeks the half-life of the criterion at a place, on the subjects of a sample.
pub(super) fn search(
    population: &Population,
    sample: &[usize],
    policy: &Policy,
    place: usize,
    settings: &Settings,
) -> Result<HalfLife, Error> {
    let own = policy.document().criteria().nth(place).map_or(1, |(_, criterion)| criterion.half_life_days);
    let mut kept = HalfLife { code: FitCode::NoChecks, days: [own; 2], predictions: 0, tried: Vec::new(), gain: Estimated::default() };
    let compiled = policy.compiled();
    let to = settings.train_to.days();
    let rows = |subject: usize| population.slot(subject, place);
    let all: Vec<Day> = sample.iter().flat_map(|&subject| days(compiled, rows(subject), i32::MIN, to)).collect();
    let Some(from) = split(&all) else { return Ok(kept) };
    let later = |subject: &usize| {
        let has_earlier = rows(*subject).iter().any(|row| row.day < from && weighs(compiled, row));
        days(compiled, rows(*subject), from, to).iter().filter(|_| has_earlier).map(|day| day.rows).sum::<usize>()
    };
    kept.predictions = sample.iter().map(later).sum();
    let (passed, failed) = all.iter().fold((0.0, 0.0), |(a, b), day| (a + day.passed, b + day.failed));
    kept.code = if passed <= 0.0 || failed <= 0.0 {
        FitCode::Constant
    } else if kept.predictions < PREDICTIONS_MIN {
        FitCode::TooFewPredictions
    } else {
        FitCode::Fitted
    };
    if kept.code != FitCode::Fitted {
        return Ok(kept);
    }
    let mut search = Search { population, sample, policy, place, from, to, tried: Vec::new() };
    let best = search.best()?;
    let (fitted, given) = (search.losses(best)?, search.losses(own)?);
    let seed = Draw::new(&[settings.seed, place as u64, 17]).next();
    let [gain] = bootstrap(seed, REPLICATES, sample.len(), |weights| {
        let mut sums = (0.0, 0.0);
        for ((&weight, fitted), given) in weights.iter().zip(&fitted).zip(&given) {
            sums.0 += f64::from(weight) * (given.0 - fitted.0);
            sums.1 += f64::from(weight) * fitted.1;
        }
        [(sums.1 > 0.0).then(|| sums.0 / sums.1)]
    });
    search.tried.sort_unstable_by_key(|(days, _)| *days);
    let tried: Vec<(u32, f64)> = search.tried.iter().filter_map(|&(days, loss)| Some((days, nine(loss)?))).collect();
    let code = match best {
        HALF_LIFE_MOST => FitCode::NoDecay,
        days if Some(&days) == GRID.first() => FitCode::Shortest,
        _ => FitCode::Fitted,
    };
    Ok(HalfLife { code, days: [own, best], predictions: kept.predictions, tried, gain })
}

/// The first day of the later part: seven tenths of the checks lie before.
fn split(days: &[Day]) -> Option<i32> {
    let mut days: Vec<(i32, f64)> = days.iter().map(|day| (day.day, day.passed + day.failed)).collect();
    days.sort_unstable_by_key(|(day, _)| *day);
    let total: f64 = days.iter().map(|(_, checks)| checks).sum();
    let mut sum = 0.0;
    for (day, checks) in days {
        sum += checks;
        if sum > EARLIER * total {
            return Some(day);
        }
    }
    None
}
