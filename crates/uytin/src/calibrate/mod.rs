//! Calibration: a policy whose priors and half-lives fit a population, and a report of how well it predicts.
//!
//! [`calibrate`] estimates each criterion's prior by Bühlmann and Straub ([`Structure`]) and its half-life by the predictive
//! log-loss of later checks, on what is known on a day, and tries the fitted policy on what came after, beside simpler methods
//! ([`Evaluation`]). Estimates are those of `MODEL.md` §5: nothing of it is written a second time here. What the data cannot
//! tell keeps the policy's own value, with a word on why ([`FitCode`]).

mod evaluate;
mod half_life;
mod structure;

use std::sync::Arc;

use serde::{Serialize, Serializer};

pub use evaluate::{Bin, Evaluation, IntervalCoverage, Method, MethodReport, Versus};
pub(crate) use half_life::estimate;
pub use half_life::{HALF_LIFE_MOST, HalfLife};
pub use structure::Structure;

use structure::Known;

use crate::codes::{Language, tool_text};
use crate::date::Date;
use crate::digest::Digest;
use crate::draw::Draw;
use crate::error::{Code, Error, Fault};
use crate::json::to_json;
use crate::ledger::Ledger;
use crate::mass::MassRow;
use crate::policy::{Policy, PolicyDocument};
use crate::resample::nine;

/// The checks of a population in the rows of the formula, subject after subject.
#[derive(Clone, Debug, Default)]
pub struct Population {
    subjects: Vec<(Box<str>, u32)>,
    rows: Vec<MassRow>,
    /// Where the rows of each subject end, in the order in which they came.
    ends: Vec<usize>,
}

impl Population {
    /// The population of a ledger, under a policy.
    #[must_use]
    pub fn of(ledger: &Ledger, policy: &Policy) -> Self {
        let mut population = Self::default();
        for subject in ledger.subjects() {
            population.add(subject, ledger.bind_subject(policy, subject).rows().masses);
        }
        population.sort();
        population
    }

    /// The policy to read records with that are for calibration: one without a horizon, since what has expired today counted
    /// on the days that are looked back at.
    ///
    /// # Errors
    /// None of a valid policy.
    pub fn reading_policy(policy: &Policy) -> Result<Policy, Error> {
        let mut document = policy.document().clone();
        document.horizon_days = 36_500;
        Policy::of_document(&document)
    }

    /// Adds the rows of a further subject, in any order of the subjects; then [`Population::sort`].
    pub fn add(&mut self, subject: &str, rows: &[MassRow]) {
        let place = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.subjects.push((subject.into(), place));
        let start = self.rows.len();
        self.rows.extend_from_slice(rows);
        if let Some(added) = self.rows.get_mut(start..) {
            added.sort_unstable_by_key(|row| (row.key, row.day, row.favourable, row.adverse));
        }
        self.ends.push(self.rows.len());
    }

    /// Orders the subjects by their ids, so that the order in which they came is of no matter.
    pub fn sort(&mut self) {
        self.subjects.sort_unstable();
    }

    /// How many subjects there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no subject.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many rows there are, credits among them.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The first day by which more than this share of all rows lie; `None` where there is none.
    #[must_use]
    pub fn split(&self, share: f64) -> Option<Date> {
        let mut days: Vec<i32> = self.rows.iter().map(|row| row.day).collect();
        days.sort_unstable();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in the list")]
        let place = (share.clamp(0.0, 1.0) * days.len() as f64) as usize;
        days.get(place.min(days.len().saturating_sub(1))).and_then(|&day| Date::from_days(day))
    }

    /// The rows of the subject at a place, of all criteria and credits.
    fn subject(&self, place: usize) -> &[MassRow] {
        let Some(&(_, came)) = self.subjects.get(place) else { return &[] };
        let came = came as usize;
        let start = came.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.ends.get(came).and_then(|&end| self.rows.get(start..end)).unwrap_or_default()
    }

    /// Its rows of one criterion.
    fn slot(&self, place: usize, slot: usize) -> &[MassRow] {
        let rows = self.subject(place);
        let start = rows.partition_point(|row| usize::from(row.key.slot()) < slot);
        let end = rows.partition_point(|row| usize::from(row.key.slot()) <= slot);
        rows.get(start..end).unwrap_or_default()
    }

    /// Whole subjects, drawn until they have so many rows that `counts` counts, by ascending place; and whether all are there.
    fn sample(&self, seed: u64, most: usize, counts: impl Fn(&[MassRow]) -> usize) -> (Vec<usize>, bool) {
        let mut order: Vec<(u64, usize)> = (0..self.len()).map(|place| (Draw::new(&[seed, place as u64]).next(), place)).collect();
        order.sort_unstable();
        let mut rows = 0;
        let mut drawn: Vec<usize> = Vec::new();
        for (_, place) in order {
            let own = counts(self.subject(place));
            if own == 0 {
                continue;
            }
            if rows + own > most && !drawn.is_empty() {
                drawn.sort_unstable();
                return (drawn, false);
            }
            rows += own;
            drawn.push(place);
        }
        drawn.sort_unstable();
        (drawn, true)
    }
}

/// The share of the checks that a policy is fitted to, unless a day is given.
const TRAIN_SHARE: f64 = 0.7;

/// How to calibrate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The last day of what the policy is fitted to.
    pub train_to: Date,
    /// The first day of what it is tried on, after `train_to`.
    pub test_from: Date,
    /// Draws bootstrap replicates and samples.
    pub seed: u64,
    /// Bootstrap replicates.
    pub replicates: usize,
    /// Half-lives are sought on at most so many rows, of whole subjects drawn at random.
    pub search_rows: usize,
    /// The policy is tried on at most so many rows, of whole subjects drawn at random.
    pub test_rows: usize,
}

impl Settings {
    /// The split, and defaults: seed 1, 1,000 replicates, 300,000 rows for the search and for the trial.
    #[must_use]
    pub const fn new(train_to: Date, test_from: Date) -> Self {
        Self { train_to, test_from, seed: 1, replicates: 1000, search_rows: 300_000, test_rows: 300_000 }
    }

    /// The split by these days, and defaults. Where `train_to` is not given, it is the day by which seven tenths of the checks
    /// lie, and where `test_from` is not, the day after; `None` where there is no check to tell it.
    #[must_use]
    pub fn of(population: &Population, train_to: Option<Date>, test_from: Option<Date>) -> Option<Self> {
        let train_to = train_to.or_else(|| population.split(TRAIN_SHARE))?;
        Some(Self::new(train_to, test_from.unwrap_or_else(|| train_to.plus(1))))
    }
}

/// What the data can tell of a value, or why they cannot; then the policy keeps its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FitCode {
    /// The value is fitted.
    Fitted,
    /// The half-life is the longest that was tried: no decay was seen.
    NoDecay,
    /// The half-life is the shortest that was tried.
    Shortest,
    /// There is no check.
    NoChecks,
    /// There is but one subject with checks.
    OneSubject,
    /// Too few subjects or records.
    TooFewSubjects,
    /// No subject has two records: what varies within cannot be told from what varies between.
    NoRepeats,
    /// All checks had the same outcome.
    Constant,
    /// Subjects differ no more than chance would have it: the variance between them is not positive.
    NoDifferences,
    /// The estimate lies outside of what a policy may hold.
    OutOfRange,
    /// Too few later checks of subjects with earlier ones.
    TooFewPredictions,
}

impl FitCode {
    /// Every code.
    pub const ALL: [Self; 11] = [
        Self::Fitted,
        Self::NoDecay,
        Self::Shortest,
        Self::NoChecks,
        Self::OneSubject,
        Self::TooFewSubjects,
        Self::NoRepeats,
        Self::Constant,
        Self::NoDifferences,
        Self::OutOfRange,
        Self::TooFewPredictions,
    ];

    /// The stable text of the code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fitted => "fitted",
            Self::NoDecay => "no-decay",
            Self::Shortest => "shortest",
            Self::NoChecks => "no-checks",
            Self::OneSubject => "one-subject",
            Self::TooFewSubjects => "too-few-subjects",
            Self::NoRepeats => "no-repeats",
            Self::Constant => "constant",
            Self::NoDifferences => "no-differences",
            Self::OutOfRange => "out-of-range",
            Self::TooFewPredictions => "too-few-predictions",
        }
    }

    /// What it says.
    #[must_use]
    pub fn text(self, language: Language) -> String {
        tool_text("fit_codes", self.as_str(), language)
    }

    /// Whether the value is the data's, not the policy's own.
    #[must_use]
    pub const fn is_fitted(self) -> bool {
        matches!(self, Self::Fitted | Self::NoDecay | Self::Shortest)
    }
}

impl Serialize for FitCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What was fitted of one criterion.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CriterionFit {
    /// The criterion's id.
    pub id: Arc<str>,
    /// Whether the prior is fitted.
    pub prior: FitCode,
    /// The prior's mean in the given policy and in the fitted one.
    #[cfg_attr(feature = "schema", schemars(inner(range(min = 0, max = 1))))]
    pub mean: [f64; 2],
    /// Its strength in both.
    #[cfg_attr(feature = "schema", schemars(inner(range(min = 0))))]
    pub strength: [f64; 2],
    /// The half-life in days in both, and how it was found.
    pub half_life: HalfLife,
    /// The structure, with decay by the fitted half-life: masses are those that the fitted policy gives.
    pub structure: Structure,
    /// The structure of the plain counts, without decay.
    pub undecayed: Structure,
}

/// A fitted policy, and how it came about.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// The policy that was given.
    pub policy: Policy,
    /// The fitted policy: a valid document of its own, named as fitted.
    pub fitted: Policy,
    /// How it was asked for.
    pub settings: Settings,
    /// Subjects and rows (checks and credits that count) of the population.
    pub population: [usize; 2],
    /// Whether the search of half-lives and the trial looked at samples only.
    pub sampled: [bool; 2],
    /// What was fitted, in policy order.
    pub criteria: Vec<CriterionFit>,
    /// How both policies and simpler methods predict what came after.
    pub evaluation: Evaluation,
}

impl Calibration {
    /// Compact JSON in a fixed order, numbers in the form of RFC 8785, reals to nine decimals.
    #[must_use]
    pub fn to_json(&self) -> String {
        let named = |policy: &Policy| Named { name: policy.name().into(), version: policy.version().into(), digest: policy.digest() };
        to_json(&Document {
            policy: named(&self.policy),
            fitted: named(&self.fitted),
            notice: notice(Language::English),
            train_to: self.settings.train_to,
            test_from: self.settings.test_from,
            seed: self.settings.seed,
            replicates: self.settings.replicates,
            subjects: self.population[0],
            rows: self.population[1],
            search_sampled: self.sampled[0],
            test_sampled: self.sampled[1],
            criteria: &self.criteria,
            evaluation: &self.evaluation,
        })
    }
}

/// The JSON form of a calibration.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Calibration"))]
pub(crate) struct Document<'a> {
    /// The policy that was given.
    policy: Named,
    /// The fitted policy.
    fitted: Named,
    /// What every report of a calibration says.
    notice: String,
    /// The last day of the records that were fitted to.
    train_to: Date,
    /// The first day of the records that it was tried on.
    test_from: Date,
    /// The seed.
    seed: u64,
    /// Bootstrap replicates.
    replicates: usize,
    /// Subjects of the population,
    subjects: usize,
    /// and its rows: checks and credits that count.
    rows: usize,
    /// Whether half-lives were sought on a sample.
    search_sampled: bool,
    /// Whether it was tried on a sample.
    test_sampled: bool,
    /// What was fitted, in policy order.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    criteria: &'a [CriterionFit],
    /// How both policies and simpler methods predict what came after.
    evaluation: &'a Evaluation,
}

/// A policy of a calibration.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "CalibrationPolicy"))]
struct Named {
    name: String,
    version: String,
    digest: Digest,
}

/// What every report of a calibration says.
#[must_use]
pub fn notice(language: Language) -> String {
    tool_text("calibration", "notice", language)
}

/// Fits a policy to a population up to a day, and tries it on what came after.
///
/// # Errors
/// Where the trial does not start after the last day of the fit.
pub fn calibrate(population: &Population, policy: &Policy, settings: &Settings) -> Result<Calibration, Error> {
    if settings.test_from <= settings.train_to {
        let found = format!("`{}`", settings.test_from);
        return Err(Fault::new(Code::OutOfRange, "$.test_from", found, format!("a day after {}", settings.train_to)).into());
    }
    let train_to = settings.train_to.days();
    let mut document = policy.document().clone();
    let mut criteria = Vec::new();
    let mut search_sampled = false;
    let before = |row: &MassRow| row.day <= train_to;
    for (place, (_, criterion)) in policy.document().criteria().enumerate() {
        let of_slot = |rows: &[MassRow]| rows.iter().filter(|row| usize::from(row.key.slot()) == place && before(row)).count();
        let (sample, is_whole) = population.sample(settings.seed, settings.search_rows, of_slot);
        search_sampled |= !is_whole;
        let half_life = half_life::search(population, &sample, policy, place, settings)?;
        let decayed = half_life::with(policy, place, half_life.days[1], None)?;
        let (structure, code) = Structure::of(population, 0..population.len(), &decayed, place, Known { until: train_to, decays: true });
        let (undecayed, _) = Structure::of(population, 0..population.len(), policy, place, Known { until: train_to, decays: false });
        let (code, prior) = prior(&structure, code);
        let prior = prior.unwrap_or_else(|| criterion.prior.clone());
        criteria.push(CriterionFit {
            id: criterion.id.clone(),
            prior: code,
            mean: [criterion.prior.mean, prior.mean],
            strength: [criterion.prior.strength, prior.strength],
            half_life,
            structure,
            undecayed,
        });
    }
    let fitted = name_fitted(&mut document, &criteria, settings)?;
    let in_test = |rows: &[MassRow]| rows.iter().filter(|row| row.day >= settings.test_from.days()).count();
    let (sample, is_whole) = population.sample(settings.seed ^ 1, settings.test_rows, in_test);
    let evaluation = evaluate::evaluate(population, &sample, policy, &fitted, &criteria, settings);
    Ok(Calibration {
        policy: policy.clone(),
        fitted,
        settings: *settings,
        population: [population.len(), population.rows()],
        sampled: [search_sampled, !is_whole],
        criteria,
        evaluation,
    })
}

/// The prior of a structure where a policy may hold it.
fn prior(structure: &Structure, code: FitCode) -> (FitCode, Option<crate::policy::Prior>) {
    match (code, structure.mean, structure.strength) {
        (FitCode::Fitted, Some(mean), Some(strength)) => {
            let (mean, strength) = (six(mean), six(strength));
            let holds = mean > 0.0 && mean < 1.0 && (0.01..=1e6).contains(&strength);
            if holds { (code, Some(crate::policy::Prior { mean, strength })) } else { (FitCode::OutOfRange, None) }
        }
        (FitCode::Fitted, ..) => (FitCode::OutOfRange, None),
        _ => (code, None),
    }
}

/// Six decimals are more than any population can tell.
fn six(x: f64) -> f64 {
    nine((x * 1e6).round() / 1e6).unwrap_or_default()
}

/// The document with the fitted values, named as fitted.
fn name_fitted(document: &mut PolicyDocument, fits: &[CriterionFit], settings: &Settings) -> Result<Policy, Error> {
    let mut fits = fits.iter();
    for criterion in document.pillars.iter_mut().flat_map(|pillar| &mut pillar.criteria) {
        let Some(fit) = fits.next() else { continue };
        (criterion.prior.mean, criterion.prior.strength) = (fit.mean[1], fit.strength[1]);
        criterion.half_life_days = fit.half_life.days[1];
    }
    document.name.push_str("-fitted");
    document.version = format!("{}+fitted-{}", document.version, settings.train_to);
    document.title.en.push_str(" (fitted)");
    document.title.vi.push_str(" (ước lượng từ dữ liệu)");
    let to = settings.train_to;
    document.notice.en.push_str(&format!(" Priors and half-lives are estimates from records up to {to}, not official values."));
    document
        .notice
        .vi
        .push_str(&format!(" Giá trị tiên nghiệm và chu kỳ bán rã được ước lượng từ dữ liệu đến {to}, không phải giá trị chính thức."));
    Policy::of_document(document)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
