//! What the nominal interval really covers: simulated subjects with a known share, assessed by the one formula.
//!
//! The Wilson interval of `MODEL.md` §5 is nominal for independent checks that all count whole. Real ones are sampled, decayed,
//! capped and clustered; each [`Scenario`] is one of these. Subjects' shares are drawn from the criterion's own prior, or held at
//! fixed ones, of which the least covered is shown: the first is what a population of that prior sees, the second what the
//! unluckiest kind of subject does.

use serde::{Serialize, Serializer};

use crate::calibrate::estimate;
use crate::codes::{Language, tool_text};
use crate::digest::Digest;
use crate::draw::Draw;
use crate::error::{Code, Error, Fault, quote};
use crate::json::to_json;
use crate::mass::{MassKey, MassRow};
use crate::policy::Policy;
use crate::resample::nine;

/// How the checks of simulated subjects come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scenario {
    /// Independent, of today, below every cap, by a class of reliability 1: what the interval is nominal for.
    Independent,
    /// A sample without replacement of 400 published pieces; the truth is the share of all of them.
    Sampled,
    /// Of ages up to three half-lives; the subject stays the same.
    Decayed,
    /// The same, and the subject changes: its log-odds walk with a deviation of 0.5 a half-life; the truth is today's.
    Drifting,
    /// All from one source of the policy's most reliable class, under the policy's caps and reliability.
    Capped,
    /// In records of ten checks that resemble each other: of correlation 0.2.
    Clustered,
}

impl Scenario {
    /// Every scenario, in the order of reports.
    pub const ALL: [Self; 6] = [Self::Independent, Self::Sampled, Self::Decayed, Self::Drifting, Self::Capped, Self::Clustered];

    /// The stable text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::Sampled => "sampled",
            Self::Decayed => "decayed",
            Self::Drifting => "drifting",
            Self::Capped => "capped",
            Self::Clustered => "clustered",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn title(self, language: Language) -> String {
        tool_text("scenarios", self.as_str(), language)
    }
}

impl Serialize for Scenario {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Checks of a simulated subject.
const CHECKS: [u32; 4] = [5, 20, 80, 320];
/// Shares that subjects may have, whatever the prior.
const FIXED: [f64; 7] = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95];
/// Pieces that a sample is drawn from.
const PIECES: u32 = 400;
/// Checks of a cluster, and how alike they are.
const CLUSTER: u32 = 10;
const ALIKE: f64 = 0.2;
/// The deviation of the log-odds in one half-life of a drifting subject.
const DRIFT: f64 = 0.5;

/// What to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageSettings {
    /// The criterion whose prior, half-life and caps are used; the policy's first one where none is named.
    pub criterion: Option<String>,
    /// Draws the subjects.
    pub seed: u64,
    /// Simulated subjects of each figure, at least 1.
    pub replicates: u32,
}

impl Default for CoverageSettings {
    /// The first criterion, seed 1, 4,000 replicates.
    fn default() -> Self {
        Self { criterion: None, seed: 1, replicates: 4000 }
    }
}

/// What the interval covers of one kind of checks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Covered {
    /// How the checks come about.
    pub scenario: Scenario,
    /// How many each subject has.
    pub checks: u32,
    /// The share of subjects drawn from the prior whose own share lies within [L, U].
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub drawn: f64,
    /// Its standard error.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub drawn_error: f64,
    /// The mean width of the interval.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub width: f64,
    /// Of subjects with a fixed share, the least share that is covered,
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub least: f64,
    /// and the share of checks at which it is.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub least_at: f64,
}

/// What the nominal interval really covers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "IntervalCoverage"))]
pub struct CoverageReport {
    /// The policy's name,
    pub policy: String,
    /// its version
    pub version: String,
    /// and digest.
    pub digest: Digest,
    /// The criterion whose prior, half-life and caps are used.
    pub criterion: String,
    /// What the policy says that the interval covers.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub nominal: f64,
    /// The seed.
    pub seed: u64,
    /// Simulated subjects of each row, and of each fixed share.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub replicates: u32,
    /// Scenario after scenario.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub rows: Vec<Covered>,
}

impl CoverageReport {
    /// Compact JSON in a fixed order, numbers in the form of RFC 8785, reals to nine decimals.
    #[must_use]
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}

/// The day of all simulated assessments: any day gives the same.
const DAY: i32 = 20_000;

struct Simulation {
    policy: Policy,
    place: usize,
    class: u16,
    half_life: f64,
    horizon: i32,
}

impl Simulation {
    /// Whether a subject's interval holds its truth, and the interval's width.
    fn subject(&self, scenario: Scenario, checks: u32, share: f64, draw: &mut Draw) -> Option<(bool, f64)> {
        let mut rows: Vec<MassRow> = Vec::new();
        let slot = u16::try_from(self.place).ok()?;
        let mut row = |age: f64, passed: u32, failed: u32, source: u32| {
            let age = whole(age).min(self.horizon - 1).max(0);
            rows.push(MassRow { key: MassKey::new(slot, self.class, source), day: DAY - age, favourable: passed, adverse: failed });
        };
        let mut truth = share;
        match scenario {
            Scenario::Independent | Scenario::Capped => {
                let held = draw.held(checks, share);
                row(0.0, held, checks - held, 0);
            }
            Scenario::Sampled => {
                let mut left = draw.held(PIECES, share);
                truth = f64::from(left) / f64::from(PIECES);
                let mut held = 0;
                for n in 0..checks.min(PIECES) {
                    if draw.unit() * f64::from(PIECES - n) < f64::from(left) {
                        held += 1;
                        left -= 1;
                    }
                }
                row(0.0, held, checks.min(PIECES) - held, 0);
            }
            Scenario::Decayed => {
                for _ in 0..checks {
                    let held = draw.held(1, share);
                    row(draw.unit() * 3.0 * self.half_life, held, 1 - held, 0);
                }
            }
            Scenario::Drifting => {
                // Back in time from today, so that the truth is what was drawn.
                let mut ages: Vec<f64> = (0..checks).map(|_| draw.unit() * 3.0).collect();
                ages.sort_by(f64::total_cmp);
                let (mut odds, mut before) = (libm::log(share / (1.0 - share)), 0.0);
                for age in ages {
                    odds += DRIFT * libm::sqrt(age - before) * draw.normal();
                    before = age;
                    let held = draw.held(1, 1.0 / (1.0 + libm::exp(-odds)));
                    row(age * self.half_life, held, 1 - held, 0);
                }
            }
            Scenario::Clustered => {
                let mut left = checks;
                let mut source = 0;
                while left > 0 {
                    let size = left.min(CLUSTER);
                    let own = draw.beta(share, 1.0 / ALIKE - 1.0);
                    let held = draw.held(size, own);
                    row(0.0, held, size - held, source);
                    left -= size;
                    source += 1;
                }
            }
        }
        rows.sort_unstable_by_key(|row| (row.key, row.day));
        let known = estimate(self.policy.compiled(), self.place, &rows, DAY)?;
        Some((known.lower - 1e-12 <= truth && truth <= known.upper + 1e-12, known.upper - known.lower))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "far below 2^31")]
fn whole(age: f64) -> i32 {
    age as i32
}

/// Simulates what the interval of a criterion covers.
///
/// # Errors
/// Where the policy has no such criterion, or there are no replicates.
pub fn simulate(policy: &Policy, settings: &CoverageSettings) -> Result<CoverageReport, Error> {
    let &CoverageSettings { ref criterion, seed, replicates } = settings;
    let criterion = criterion.as_deref();
    if replicates == 0 {
        return Err(Fault::new(Code::OutOfRange, "$.replicates", "`0`", "at least 1").into());
    }
    let found = policy.document().criteria().enumerate().find(|(_, (_, own))| criterion.is_none_or(|id| *own.id == *id));
    let Some((place, (_, rule))) = found else {
        let found = quote(criterion.unwrap_or_default());
        let names: Vec<String> = policy.document().criteria().take(24).map(|(_, criterion)| quote(&criterion.id)).collect();
        return Err(Fault::new(Code::UnknownName, "$.criterion", found, format!("one of the criteria {}", names.join(", "))).into());
    };
    // Without caps, of one class of reliability 1.
    let mut free = policy.document().clone();
    for criterion in free.pillars.iter_mut().flat_map(|pillar| &mut pillar.criteria) {
        (criterion.source_cap, criterion.class_cap) = (1e6, 1e6);
    }
    let reliability = |(_, class): &(std::sync::Arc<str>, crate::SourceClass)| class.reliability;
    let best = free.sources.iter().enumerate().max_by(|(m, a), (n, b)| reliability(a).total_cmp(&reliability(b)).then(n.cmp(m)));
    let class = best.and_then(|(place, _)| u16::try_from(place).ok()).unwrap_or_default();
    if let Some((_, class)) = free.sources.get_mut(usize::from(class)) {
        class.reliability = 1.0;
    }
    let horizon = i32::try_from(policy.document().horizon_days).unwrap_or(i32::MAX);
    let (half_life, prior) = (f64::from(rule.half_life_days), rule.prior.clone());
    let simulation = |policy: Policy| Simulation { policy, place, class, half_life, horizon };
    let (free, capped) = (simulation(Policy::of_document(&free)?), simulation(policy.clone()));
    let mut rows = Vec::new();
    for scenario in Scenario::ALL {
        let simulation = if scenario == Scenario::Capped { &capped } else { &free };
        for checks in CHECKS {
            let mut draw = Draw::new(&[seed, scenario as u64, checks.into()]);
            let mut run = |fixed: Option<f64>| {
                let (mut covered, mut width) = (0.0, 0.0);
                for _ in 0..replicates {
                    let share = fixed.unwrap_or_else(|| draw.beta(prior.mean, prior.strength));
                    if let Some((is_covered, own)) = simulation.subject(scenario, checks, share, &mut draw) {
                        covered += if is_covered { 1.0 } else { 0.0 };
                        width += own;
                    }
                }
                (covered / f64::from(replicates), width / f64::from(replicates))
            };
            let (drawn, width) = run(None);
            let mut least = (f64::INFINITY, 0.0);
            for share in FIXED {
                let (covered, _) = run(Some(share));
                if covered < least.0 {
                    least = (covered, share);
                }
            }
            let round = |x: f64| nine(x).unwrap_or_default();
            rows.push(Covered {
                scenario,
                checks,
                drawn: round(drawn),
                drawn_error: round(libm::sqrt(drawn * (1.0 - drawn) / f64::from(replicates))),
                width: round(width),
                least: round(least.0),
                least_at: least.1,
            });
        }
    }
    Ok(CoverageReport {
        policy: policy.name().into(),
        version: policy.version().into(),
        digest: policy.digest(),
        criterion: rule.id.to_string(),
        nominal: policy.document().confidence,
        seed,
        replicates,
        rows,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{CoverageSettings, Scenario, simulate};
    use crate::{Code, Policy};

    #[test]
    fn independent_checks_are_covered_as_nominal_and_clustered_ones_are_not() {
        let settings = CoverageSettings { replicates: 1500, ..CoverageSettings::default() };
        let report = simulate(&Policy::reference(), &settings).unwrap();
        let row =
            |scenario: Scenario, checks: u32| report.rows.iter().find(|row| row.scenario == scenario && row.checks == checks).unwrap();
        for checks in [5, 20, 80, 320] {
            let covered = row(Scenario::Independent, checks).drawn;
            assert!((covered - report.nominal).abs() < 0.05, "{checks}: {covered}");
        }
        assert!(row(Scenario::Clustered, 320).drawn < report.nominal - 0.15);
        assert!(row(Scenario::Capped, 320).drawn > row(Scenario::Clustered, 320).drawn);
        assert!(row(Scenario::Sampled, 320).drawn > report.nominal);
        assert!(report.rows.iter().all(|row| row.least <= 1.0 && row.least <= row.drawn + 0.1 && row.width > 0.0));
        assert_eq!(report, simulate(&Policy::reference(), &settings).unwrap());
    }

    #[test]
    fn bad_questions_are_refused() {
        let (policy, own) = (Policy::reference(), CoverageSettings::default());
        let unheard_of = CoverageSettings { criterion: Some("unheard-of".into()), ..own.clone() };
        assert_eq!(simulate(&policy, &unheard_of).unwrap_err().code(), Code::UnknownName);
        assert_eq!(simulate(&policy, &CoverageSettings { replicates: 0, ..own }).unwrap_err().code(), Code::OutOfRange);
    }
}
