//! Bühlmann and Straub's estimates of a population's structure (1970): closed form, weighted, unbiased.
//!
//! A cell is one record: X its share of checks that held, w its mass (checks × decay × reliability of its class, as
//! `MODEL.md` §5 counts it, before caps). Of subject i, `W_i = Σ w`, `X̄_i = Σ wX / W_i`:
//!
//! ```text
//! within   s² = Σ_i Σ_j w_ij (X_ij − X̄_i)² / Σ_i (n_i − 1)
//! between  a  = (Σ_i W_i (X̄_i − X̄)² − (I − 1) s²) / (W − Σ W_i² / W)
//! strength k  = s² / a          mean p = Σ Z_i X̄_i / Σ Z_i,  Z_i = W_i / (W_i + k)
//! ```
//!
//! Standard errors: of p in closed form, √(a / Σ Z_i); of s², a and k by the jackknife over groups of subjects, whose sums
//! are closed forms too, so that one pass over the records suffices for all of them.

use serde::Serialize;

use super::{FitCode, Population};
use crate::mass::MassRow;
use crate::policy::Policy;
use crate::resample::nine;

/// The most groups of the jackknife.
const GROUPS: usize = 200;
/// Fewer subjects with checks, or fewer cells beyond one a subject, are too few to fit.
pub(super) const SUBJECTS_MIN: usize = 20;

/// The structure of a population in one criterion.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Structure {
    /// Subjects with checks.
    pub subjects: usize,
    /// Records with checks: the cells.
    pub records: usize,
    /// Their mass, Σ w.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub mass: f64,
    /// Σ wX / Σ w, the share of the mass that held.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub collective_mean: f64,
    /// s², the variance within subjects, of one unit of mass.
    pub within: Option<f64>,
    /// Its standard error.
    pub within_error: Option<f64>,
    /// a, the variance between subjects; an unbiased estimate may be negative.
    pub between: Option<f64>,
    /// Its standard error.
    pub between_error: Option<f64>,
    /// k = s² / a, the strength of the prior.
    pub strength: Option<f64>,
    /// Its standard error.
    pub strength_error: Option<f64>,
    /// p, the mean of the prior.
    pub mean: Option<f64>,
    /// Its standard error.
    pub mean_error: Option<f64>,
}

/// Sums from which s² and a follow; of disjoint sets of subjects they add up.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    subjects: f64,
    cells: f64,
    /// W
    mass: f64,
    /// Σ W_i X̄_i
    held: f64,
    /// Σ W_i X̄_i²
    squares: f64,
    /// Σ W_i²
    mass_squares: f64,
    /// Σ_i Σ_j w_ij (X_ij − X̄_i)²
    within: f64,
}

impl Sums {
    fn each(&mut self, other: &Self, apply: impl Fn(&mut f64, f64)) {
        apply(&mut self.subjects, other.subjects);
        apply(&mut self.cells, other.cells);
        apply(&mut self.mass, other.mass);
        apply(&mut self.held, other.held);
        apply(&mut self.squares, other.squares);
        apply(&mut self.mass_squares, other.mass_squares);
        apply(&mut self.within, other.within);
    }

    /// s² and a; `None` where no subject has two cells or there is but one subject.
    fn variances(&self) -> Option<(f64, f64)> {
        let free = self.cells - self.subjects;
        let spread = self.mass - self.mass_squares / self.mass;
        if free < 1.0 || self.subjects < 2.0 || spread.is_nan() || spread <= 0.0 {
            return None;
        }
        let within = self.within / free;
        let between_squares = self.squares - self.held * self.held / self.mass;
        Some((within, (between_squares - (self.subjects - 1.0) * within) / spread))
    }
}

/// One subject's cells in a criterion.
#[derive(Clone, Copy, Debug, Default)]
struct Subject {
    cells: f64,
    mass: f64,
    held: f64,
    squares: f64,
}

impl Subject {
    fn add(&mut self, mass: f64, share: f64) {
        self.cells += 1.0;
        self.mass += mass;
        self.held += mass * share;
        self.squares += mass * share * share;
    }

    fn sums(&self) -> Sums {
        let mean = self.held / self.mass;
        Sums {
            subjects: 1.0,
            cells: self.cells,
            mass: self.mass,
            held: self.held,
            squares: self.held * mean,
            mass_squares: self.mass * self.mass,
            within: (self.squares - self.held * mean).max(0.0),
        }
    }
}

/// What is known of the checks of a population.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// On this day.
    pub(super) until: i32,
    /// Whether masses decay; else they are plain counts times reliability, however old.
    pub(super) decays: bool,
}

/// The mass of a row on a day, and its share of checks that held; `None` where it has none.
fn cell(policy: &Policy, row: &MassRow, known: Known) -> Option<(f64, f64)> {
    let compiled = policy.compiled();
    let factor = if known.decays {
        let age = crate::count::age(known.until, row.day, compiled.horizon_days).ok()?;
        compiled.slots.get(usize::from(row.key.slot()))?.decay.factor(age)
    } else if row.day <= known.until {
        1.0
    } else {
        return None;
    };
    let reliability = compiled.classes.get(usize::from(row.key.class()))?.reliability;
    let checks = f64::from(row.favourable) + f64::from(row.adverse);
    let mass = checks * factor * reliability;
    (mass > 0.0).then(|| (mass, f64::from(row.favourable) / checks))
}

fn subject(policy: &Policy, rows: &[MassRow], known: Known) -> Option<Subject> {
    let mut one = Subject::default();
    rows.iter().filter_map(|row| cell(policy, row, known)).for_each(|(mass, share)| one.add(mass, share));
    (one.mass > 0.0).then_some(one)
}

impl Structure {
    /// The structure in the criterion at `place` of what is known, with a word on it. `subjects` are the
    /// places of those to look at.
    pub(super) fn of(
        population: &Population,
        subjects: impl Iterator<Item = usize> + Clone,
        policy: &Policy,
        place: usize,
        known: Known,
    ) -> (Self, FitCode) {
        let mut groups = [Sums::default(); GROUPS];
        let mut all = Sums::default();
        for (n, place_of) in subjects.clone().enumerate() {
            let Some(one) = subject(policy, population.slot(place_of, place), known) else { continue };
            let sums = one.sums();
            all.each(&sums, |a, b| *a += b);
            if let Some(group) = groups.get_mut(n % GROUPS) {
                group.each(&sums, |a, b| *a += b);
            }
        }
        let mut structure = Self {
            subjects: count(all.subjects),
            records: count(all.cells),
            mass: nine(all.mass).unwrap_or_default(),
            collective_mean: nine(all.held / all.mass).unwrap_or_default(),
            within: None,
            within_error: None,
            between: None,
            between_error: None,
            strength: None,
            strength_error: None,
            mean: None,
            mean_error: None,
        };
        let Some((within, between)) = all.variances() else {
            return (structure, too_small(&all));
        };
        structure.within = nine(within);
        structure.between = nine(between);
        [structure.within_error, structure.between_error, structure.strength_error] = jackknife(&all, &groups);
        if within <= 0.0 && between.abs() <= 1e-15 {
            return (structure, FitCode::Constant);
        }
        if between <= 0.0 {
            return (structure, if structure.subjects < SUBJECTS_MIN { FitCode::TooFewSubjects } else { FitCode::NoDifferences });
        }
        let strength = within / between;
        let (mut weighted, mut factors) = (0.0, 0.0);
        for place_of in subjects {
            let Some(one) = subject(policy, population.slot(place_of, place), known) else { continue };
            let factor = one.mass / (one.mass + strength);
            weighted += factor * one.held / one.mass;
            factors += factor;
        }
        structure.strength = nine(strength);
        structure.mean = nine(weighted / factors);
        structure.mean_error = nine(libm::sqrt(between / factors));
        let few = structure.subjects < SUBJECTS_MIN || all.cells - all.subjects < count_real(SUBJECTS_MIN);
        (structure, if few { FitCode::TooFewSubjects } else { FitCode::Fitted })
    }
}

fn too_small(all: &Sums) -> FitCode {
    if all.subjects < 1.0 {
        FitCode::NoChecks
    } else if all.subjects < 2.0 {
        FitCode::OneSubject
    } else if all.cells - all.subjects < 1.0 {
        FitCode::NoRepeats
    } else {
        FitCode::TooFewSubjects
    }
}

/// Standard errors of s², a and k: one group of subjects left out at a time.
fn jackknife(all: &Sums, groups: &[Sums; GROUPS]) -> [Option<f64>; 3] {
    let mut without: [Vec<f64>; 3] = Default::default();
    for group in groups.iter().filter(|group| group.subjects > 0.0) {
        let mut rest = *all;
        rest.each(group, |a, b| *a -= b);
        let Some((within, between)) = rest.variances() else { return [None; 3] };
        let strength = if between > 0.0 { within / between } else { f64::NAN };
        without.iter_mut().zip([within, between, strength]).for_each(|(list, value)| list.push(value));
    }
    without.map(|list| {
        let n = count_real(list.len());
        let mean = list.iter().sum::<f64>() / n;
        let squares: f64 = list.iter().map(|x| (x - mean) * (x - mean)).sum();
        if list.len() < 2 { None } else { nine(libm::sqrt((n - 1.0) / n * squares)) }
    })
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn count_real(n: usize) -> f64 {
    n as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number that was counted up")]
fn count(n: f64) -> usize {
    n as usize
}
