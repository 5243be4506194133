//! How well a policy predicts: proper scores, discrimination, calibration and the coverage of its interval, beside simpler
//! methods, each figure with a bootstrap interval by subject.
//!
//! Protocol. Each subject, criterion and day with checks from `test_from` on is predicted from what was known on the day
//! before; a check is a trial, so a record of 3 passed and 1 failed is four. The methods that need a value for subjects
//! without any earlier check take the share of all earlier checks of the population (of the criterion, up to the day before).
//! Probabilities are held within [0.001, 0.999] for the log-loss.

use serde::{Serialize, Serializer};

use super::half_life::{Day, days, estimate, log_loss, weighs};
use super::{CriterionFit, Population, Settings};
use crate::codes::{Language, tool_text};
use crate::mass::{Mass, MassRow};
use crate::policy::compiled::Compiled;
use crate::policy::{Policy, Prior};
use crate::resample::{Estimated, bootstrap, nine};

/// What predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// The posterior mean μ under the fitted policy.
    Fitted,
    /// The posterior mean μ under the policy that was given.
    Given,
    /// The posterior mean of all earlier checks, without decay and caps, under the prior that fits that.
    Undecayed,
    /// The share of the subject's earlier checks that held, and one of two more.
    Laplace,
    /// The share of the subject's earlier checks that held.
    RawMean,
    /// The outcome of the subject's last day with checks.
    LastValue,
}

impl Method {
    /// Every method, in the order of reports.
    pub const ALL: [Self; 6] = [Self::Fitted, Self::Given, Self::Undecayed, Self::Laplace, Self::RawMean, Self::LastValue];

    /// The stable text of the method.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fitted => "fitted-policy",
            Self::Given => "given-policy",
            Self::Undecayed => "undecayed-posterior",
            Self::Laplace => "laplace",
            Self::RawMean => "raw-mean",
            Self::LastValue => "last-value",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn title(self, language: Language) -> String {
        tool_text("methods", self.as_str(), language)
    }
}

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

const METHODS: usize = Method::ALL.len();
/// Bins of the calibration curve, of equal width.
const BINS: usize = 10;
/// A bin of fewer checks has no interval.
const BIN_CHECKS_MIN: f64 = 10.0;
/// A share of fewer later checks says too little of an interval.
const LATER_CHECKS_MIN: f64 = 10.0;

/// One point of a calibration curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bin {
    /// Predictions from here,
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub from: f64,
    /// to here.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub to: f64,
    /// Checks that were predicted so.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub checks: u64,
    /// Their mean prediction.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub predicted: f64,
    /// The share of them that held.
    pub observed: Estimated,
}

/// How a method predicts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MethodReport {
    /// The method.
    pub method: Method,
    /// Area under the ROC curve: how often a check that held had the higher prediction of two; ties count half.
    pub auc: Estimated,
    /// Mean squared error of a check.
    pub brier: Estimated,
    /// Mean log-loss of a check, in nats.
    pub log_loss: Estimated,
    /// Mean distance between prediction and share, over the bins, by checks.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub calibration_error: Option<f64>,
    /// The calibration curve: bins without checks are left out.
    pub curve: Vec<Bin>,
}

/// A method's figures less those of the fitted policy, on the same replicates.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Versus {
    /// The method.
    pub method: Method,
    /// Difference of AUC; below 0 the fitted policy is better.
    pub auc: Estimated,
    /// Difference of the Brier score; above 0 the fitted policy is better.
    pub brier: Estimated,
    /// Difference of the log-loss; above 0 the fitted policy is better.
    pub log_loss: Estimated,
    /// The scores by which the two cannot be told apart: their intervals hold 0, or there is none.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::scores_of_predictions"))]
    pub cannot_tell_apart_by: Vec<&'static str>,
}

/// What the interval [L, U] of a policy, made on the last day of the fit, held of what came after.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IntervalCoverage {
    /// The method: the fitted or the given policy.
    pub method: Method,
    /// The policy's confidence.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub nominal: f64,
    /// Pairs of subject and criterion with at least ten later checks.
    pub pairs: usize,
    /// The share of them whose later share of checks that held lies within [L, U]. That share is itself noisy.
    pub covered: Estimated,
    /// The same with the interval widened by the noise of that many later checks, √(w² + z²μ(1−μ)/n) on either side.
    pub covered_with_noise: Estimated,
}

/// How policies and simpler methods predict.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evaluation {
    /// Subjects whose checks were predicted.
    pub subjects: usize,
    /// Checks that were predicted.
    pub checks: u64,
    /// Those of them that held, as a share.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub share_held: Option<f64>,
    /// Checks of subjects without any earlier check of the criterion.
    pub checks_without_history: u64,
    /// Why there is nothing to report, or nothing on discrimination: `no-predictions`, `constant`, `one-subject`; else null.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::evaluation_caution"))]
    pub caution: Option<&'static str>,
    /// A method after the other, the fitted policy first.
    pub methods: Vec<MethodReport>,
    /// The other methods beside the fitted policy.
    pub versus: Vec<Versus>,
    /// What the interval covered.
    pub coverage: Vec<IntervalCoverage>,
}

/// What methods say of one subject's checks of one day.
struct Prediction {
    /// The place among the subjects that are predicted.
    cluster: usize,
    passed: f64,
    failed: f64,
    shares: [f64; METHODS],
}

/// One subject and criterion: what was said on the last day of the fit, and what came.
struct Later {
    cluster: usize,
    /// Whether the interval of the fitted and of the given policy held it, without and with noise.
    held: [[bool; 2]; 2],
}

/// Checks of the population by criterion and day, summed up to each day.
struct Running {
    first: i32,
    sums: Vec<(f64, f64)>,
}

impl Running {
    fn of(population: &Population, policy: &Compiled, place: usize) -> Self {
        let rows = || {
            let all = (0..population.len()).flat_map(|subject| population.slot(subject, place));
            all.filter(|row| weighs(policy, row))
        };
        let (first, last) = rows().fold((i32::MAX, i32::MIN), |(a, b), row| (a.min(row.day), b.max(row.day)));
        let len = if first > last { 0 } else { usize::try_from(i64::from(last) - i64::from(first) + 1).unwrap_or_default() };
        let mut sums = vec![(0.0, 0.0); len];
        for row in rows() {
            if let Some(sum) = usize::try_from(row.day - first).ok().and_then(|day| sums.get_mut(day)) {
                sum.0 += f64::from(row.favourable);
                sum.1 += f64::from(row.adverse);
            }
        }
        let mut total = (0.0, 0.0);
        for sum in &mut sums {
            total = (total.0 + sum.0, total.1 + sum.1);
            *sum = total;
        }
        Self { first, sums }
    }

    /// The share of the checks before a day that held; one half where there are none.
    fn before(&self, day: i32) -> f64 {
        let place = day.checked_sub(self.first).and_then(|after| usize::try_from(after).ok());
        let place = place.and_then(|place| place.checked_sub(1)).map(|place| place.min(self.sums.len().saturating_sub(1)));
        match place.and_then(|place| self.sums.get(place)) {
            Some((passed, failed)) if passed + failed > 0.0 => passed / (passed + failed),
            _ => 0.5,
        }
    }
}

/// What one subject's earlier checks come to.
#[derive(Default)]
struct History {
    passed: f64,
    failed: f64,
    /// The same by the reliability of their classes.
    mass: Mass,
    last: Option<Day>,
}

impl History {
    fn before(policy: &Compiled, rows: &[MassRow], day: i32) -> Self {
        let mut history = Self::default();
        for row in rows.iter().filter(|row| row.day < day && weighs(policy, row)) {
            let reliability = policy.classes.get(usize::from(row.key.class())).map_or(0.0, |class| class.reliability);
            let (passed, failed) = (f64::from(row.favourable), f64::from(row.adverse));
            history.passed += passed;
            history.failed += failed;
            history.mass.favourable += reliability * passed;
            history.mass.adverse += reliability * failed;
            if passed + failed > 0.0 {
                match &mut history.last {
                    Some(last) if last.day > row.day => {}
                    Some(last) if last.day == row.day => (last.passed, last.failed) = (last.passed + passed, last.failed + failed),
                    last => *last = Some(Day { day: row.day, passed, failed, rows: 1 }),
                }
            }
        }
        history
    }
}

pub(super) fn evaluate(
    population: &Population,
    sample: &[usize],
    given: &Policy,
    fitted: &Policy,
    fits: &[CriterionFit],
    settings: &Settings,
) -> Evaluation {
    let mut predictions = Vec::new();
    let mut later = Vec::new();
    let mut without_history = 0.0;
    let (from, origin) = (settings.test_from.days(), settings.train_to.days());
    let policies = [fitted.compiled(), given.compiled()];
    let z = crate::policy::compiled::z_of(given.document().confidence).unwrap_or_default();
    for (place, fit) in fits.iter().enumerate() {
        let running = Running::of(population, given.compiled(), place);
        let undecayed = match (fit.undecayed.mean, fit.undecayed.strength) {
            (Some(mean), Some(strength)) if strength > 0.0 => Prior { mean, strength },
            _ => Prior { mean: fit.mean[0], strength: fit.strength[0] },
        };
        for (cluster, &subject) in sample.iter().enumerate() {
            let rows = population.slot(subject, place);
            let days = days(given.compiled(), rows, from, i32::MAX);
            for day in &days {
                let history = History::before(given.compiled(), rows, day.day);
                let base = running.before(day.day);
                let earlier = history.passed + history.failed;
                let mean = |policy: &Compiled| estimate(policy, place, rows, day.day - 1).map_or(base, |known| known.mean);
                let shares = Method::ALL.map(|method| match method {
                    Method::Fitted => mean(fitted.compiled()),
                    Method::Given => mean(given.compiled()),
                    Method::Undecayed => given.compiled().estimator.estimate(&undecayed, &history.mass).mean,
                    Method::Laplace => (history.passed + 1.0) / (earlier + 2.0),
                    Method::RawMean if earlier > 0.0 => history.passed / earlier,
                    Method::LastValue if earlier > 0.0 => history.last.map_or(base, |last| last.passed / (last.passed + last.failed)),
                    Method::RawMean | Method::LastValue => base,
                });
                if earlier <= 0.0 {
                    without_history += day.passed + day.failed;
                }
                predictions.push(Prediction { cluster, passed: day.passed, failed: day.failed, shares });
            }
            let (passed, failed) = days.iter().fold((0.0, 0.0), |(a, b), day| (a + day.passed, b + day.failed));
            let checks = passed + failed;
            if checks >= LATER_CHECKS_MIN {
                let share = passed / checks;
                let held = policies.map(|policy| {
                    let Some(known) = estimate(policy, place, rows, origin) else { return [false; 2] };
                    let noise = z * z * known.mean * (1.0 - known.mean) / checks;
                    let within = |width: f64| libm::sqrt(width * width + noise);
                    let wide = (known.mean - within(known.mean - known.lower))..=(known.mean + within(known.upper - known.mean));
                    [(known.lower..=known.upper).contains(&share), wide.contains(&share)]
                });
                later.push(Later { cluster, held });
            }
        }
    }
    report(&predictions, &later, sample.len(), without_history, given.document().confidence, settings)
}

/// Sums of one method by subject: squared error, log-loss.
type BySubject = Vec<[f64; 2]>;

fn report(
    predictions: &[Prediction],
    later: &[Later],
    subjects: usize,
    without_history: f64,
    nominal: f64,
    settings: &Settings,
) -> Evaluation {
    let checks: f64 = predictions.iter().map(|one| one.passed + one.failed).sum();
    let held: f64 = predictions.iter().map(|one| one.passed).sum();
    let mut evaluation = Evaluation {
        subjects,
        checks: whole(checks),
        share_held: (checks > 0.0).then(|| held / checks).and_then(nine),
        checks_without_history: whole(without_history),
        caution: None,
        methods: Vec::new(),
        versus: Vec::new(),
        coverage: Vec::new(),
    };
    if predictions.is_empty() {
        evaluation.caution = Some("no-predictions");
        return evaluation;
    }
    evaluation.caution = if held <= 0.0 || held >= checks { Some("constant") } else { (subjects < 2).then_some("one-subject") };

    let mut by_subject = vec![0.0; subjects];
    for one in predictions {
        add(&mut by_subject, one.cluster, one.passed + one.failed);
    }
    let sums: [BySubject; METHODS] = std::array::from_fn(|method| {
        let mut sums = vec![[0.0; 2]; subjects];
        for one in predictions {
            let share = one.shares.get(method).copied().unwrap_or_default();
            if let Some(sum) = sums.get_mut(one.cluster) {
                sum[0] += one.passed * (1.0 - share) * (1.0 - share) + one.failed * share * share;
                sum[1] += log_loss(share, one.passed, one.failed);
            }
        }
        sums
    });
    let orders: [Vec<u32>; METHODS] = std::array::from_fn(|method| {
        let mut order: Vec<u32> = (0..u32::try_from(predictions.len()).unwrap_or(u32::MAX)).collect();
        let share = |&n: &u32| predictions.get(n as usize).and_then(|one| one.shares.get(method)).copied().unwrap_or_default();
        order.sort_by(|a, b| share(a).total_cmp(&share(b)));
        order
    });
    // Each method's AUC, Brier score and log-loss, then those of the others less those of the fitted policy.
    let statistic = |weights: &[u32]| -> [Option<f64>; 6 * METHODS] {
        let total: f64 = weights.iter().zip(&by_subject).map(|(&weight, checks)| f64::from(weight) * checks).sum();
        let mut out = [None; 6 * METHODS];
        let mut fitted = [None; 3];
        for (method, (order, sums)) in orders.iter().zip(&sums).enumerate() {
            let mean = |which: usize| {
                let sum: f64 = weights.iter().zip(sums).map(|(&w, sum)| f64::from(w) * sum.get(which).copied().unwrap_or_default()).sum();
                (total > 0.0).then(|| sum / total)
            };
            let figures = [auc(predictions, order, method, weights), mean(0), mean(1)];
            if method == 0 {
                fitted = figures;
            }
            for (n, (figure, of_fitted)) in figures.iter().zip(fitted).enumerate() {
                if let Some(out) = out.get_mut(method * 6 + n) {
                    *out = *figure;
                }
                if let Some(out) = out.get_mut(method * 6 + 3 + n) {
                    *out = figure.zip(of_fitted).map(|(a, b)| a - b);
                }
            }
        }
        out
    };
    let figures = bootstrap(settings.seed, settings.replicates, subjects, statistic);
    let figure = |method: usize, n: usize| figures.get(method * 6 + n).copied().unwrap_or_default();
    for (n, method) in Method::ALL.into_iter().enumerate() {
        let curve = curve(predictions, n, subjects, settings);
        let distance = curve.iter().filter_map(|bin| Some(real(bin.checks) * (bin.observed.estimate? - bin.predicted).abs())).sum::<f64>();
        evaluation.methods.push(MethodReport {
            method,
            auc: figure(n, 0),
            brier: figure(n, 1),
            log_loss: figure(n, 2),
            calibration_error: nine(distance / checks),
            curve,
        });
        if n > 0 {
            let [auc, brier, log_loss] = [figure(n, 3), figure(n, 4), figure(n, 5)];
            let named = [("auc", auc), ("brier", brier), ("log-loss", log_loss)];
            let alike = named.into_iter().filter(|(_, one)| one.differs() != Some(true)).map(|(name, _)| name).collect();
            evaluation.versus.push(Versus { method, auc, brier, log_loss, cannot_tell_apart_by: alike });
        }
    }
    for (which, method) in [Method::Fitted, Method::Given].into_iter().enumerate() {
        let share = |weights: &[u32]| -> [Option<f64>; 2] {
            let (mut pairs, mut held) = (0.0, [0.0; 2]);
            for one in later {
                let weight = weights.get(one.cluster).copied().map_or(0.0, f64::from);
                pairs += weight;
                for (sum, is_held) in held.iter_mut().zip(one.held.get(which).copied().unwrap_or_default()) {
                    *sum += if is_held { weight } else { 0.0 };
                }
            }
            held.map(|held| (pairs > 0.0).then(|| held / pairs))
        };
        let [covered, covered_with_noise] = bootstrap(settings.seed ^ 2, settings.replicates, subjects, share);
        evaluation.coverage.push(IntervalCoverage { method, nominal, pairs: later.len(), covered, covered_with_noise });
    }
    evaluation
}

fn add(sums: &mut [f64], place: usize, value: f64) {
    if let Some(sum) = sums.get_mut(place) {
        *sum += value;
    }
}

/// The area under the ROC curve of weighted predictions in ascending order; `None` where all checks have one outcome.
fn auc(predictions: &[Prediction], order: &[u32], method: usize, weights: &[u32]) -> Option<f64> {
    let (mut passed, mut failed, mut area) = (0.0, 0.0, 0.0);
    let mut tied = (f64::NAN, 0.0, 0.0);
    let mut close = |tied: (f64, f64, f64)| {
        // A check that held wins over those that failed before, and half of those that it ties with.
        area += tied.1 * (failed + tied.2 / 2.0);
        passed += tied.1;
        failed += tied.2;
    };
    for &n in order {
        let Some(one) = predictions.get(n as usize) else { continue };
        let weight = weights.get(one.cluster).copied().map_or(0.0, f64::from);
        if weight == 0.0 {
            continue;
        }
        let share = one.shares.get(method).copied().unwrap_or_default();
        if share.to_bits() != tied.0.to_bits() {
            close(tied);
            tied = (share, 0.0, 0.0);
        }
        tied.1 += weight * one.passed;
        tied.2 += weight * one.failed;
    }
    close(tied);
    (passed > 0.0 && failed > 0.0).then(|| area / (passed * failed))
}

/// The calibration curve of a method.
fn curve(predictions: &[Prediction], method: usize, subjects: usize, settings: &Settings) -> Vec<Bin> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share in [0, 1]")]
    let bin_of = |share: f64| ((share * BINS as f64) as usize).min(BINS - 1);
    // By bin and subject: checks, those that held.
    let mut sums: Vec<Vec<(usize, f64, f64)>> = vec![Vec::new(); BINS];
    let mut predicted = [0.0; BINS];
    for one in predictions {
        let share = one.shares.get(method).copied().unwrap_or_default();
        let bin = bin_of(share);
        add(&mut predicted, bin, share * (one.passed + one.failed));
        if let Some(list) = sums.get_mut(bin) {
            match list.last_mut() {
                Some(last) if last.0 == one.cluster => (last.1, last.2) = (last.1 + one.passed + one.failed, last.2 + one.passed),
                _ => list.push((one.cluster, one.passed + one.failed, one.passed)),
            }
        }
    }
    let share_of = |weights: &[u32]| -> [Option<f64>; BINS] {
        std::array::from_fn(|bin| {
            let (mut checks, mut held) = (0.0, 0.0);
            for &(cluster, all, passed) in sums.get(bin).into_iter().flatten() {
                let weight = weights.get(cluster).copied().map_or(0.0, f64::from);
                checks += weight * all;
                held += weight * passed;
            }
            (checks > 0.0).then(|| held / checks)
        })
    };
    let observed = bootstrap(settings.seed ^ 3, settings.replicates.min(400), subjects, share_of);
    let edge = |bin: usize| real(bin as u64) / real(BINS as u64);
    let bins = observed.into_iter().enumerate().filter_map(|(bin, observed)| {
        let checks: f64 = sums.get(bin)?.iter().map(|(_, all, _)| all).sum();
        let predicted = nine(predicted.get(bin)? / checks)?;
        // The bootstrap of a handful sees too little chance.
        let observed = if checks < BIN_CHECKS_MIN { Estimated { lower: None, upper: None, ..observed } } else { observed };
        Some(Bin { from: edge(bin), to: edge(bin + 1), checks: whole(checks), predicted, observed })
    });
    bins.collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
fn whole(count: f64) -> u64 {
    count as u64
}

#[expect(clippy::cast_precision_loss, reason = "a count")]
fn real(count: u64) -> f64 {
    count as f64
}
