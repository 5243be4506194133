//! Populations for calibration and fairness: each subject's checks, or its score, as the batch engine finds them.

use std::sync::{Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int16Type};
use uytin::Error;
use uytin::calibrate::Population;

use crate::batch::{column_fault, subjects_of};
use crate::engine::{Job, Summary};

/// Collects the checks of a stream of records for [`uytin::calibrate::calibrate`]: those up to the job's day, however old. It
/// holds 24 bytes a row, besides what the job holds.
///
/// # Errors
/// As [`Job::stream`].
pub fn population<I>(job: &Job<'_>, input: I) -> Result<(Population, Summary), Error>
where
    I: IntoIterator<Item = Result<RecordBatch, Error>>,
    I::IntoIter: Send,
{
    let reading = Population::reading_policy(job.policy)?;
    let population = Mutex::new(Population::default());
    let add = |subject: &str, rows: &[uytin::kernel::MassRow]| {
        population.lock().unwrap_or_else(PoisonError::into_inner).add(subject, rows);
    };
    let summary = Job { policy: &reading, watch: Some(&add), ..*job }.stream(input, |_| Ok(()))?;
    let mut population = population.into_inner().unwrap_or_else(PoisonError::into_inner);
    population.sort();
    Ok((population, summary))
}

/// What the engine says of one subject.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored<'a> {
    /// The subject's id.
    pub subject: &'a str,
    /// Its score in points.
    pub score: f64,
    /// Its coverage.
    pub coverage: f64,
    /// Its tier's id.
    pub tier: &'a str,
}

/// Hands score, coverage and tier of each subject of a stream of records to `take`, in the order of the job's result.
///
/// # Errors
/// As [`Job::stream`].
pub fn scores<I>(job: &Job<'_>, input: I, mut take: impl FnMut(Scored<'_>) + Send) -> Result<Summary, Error>
where
    I: IntoIterator<Item = Result<RecordBatch, Error>>,
    I::IntoIter: Send,
{
    job.stream(input, |batch| {
        each(&batch, &mut take)
            .ok_or_else(|| column_fault(uytin::Code::WrongType, "score", "a result of other columns", "the columns that the engine makes"))
    })
}

/// Hands the subjects of a batch of the result on; `None` where it is none.
fn each(batch: &RecordBatch, take: &mut impl FnMut(Scored<'_>)) -> Option<()> {
    let subjects = subjects_of(batch.column_by_name("subject")?.as_ref())?;
    let reals = |name: &str| Some(batch.column_by_name(name)?.as_primitive_opt::<Float64Type>()?.values());
    let (score, coverage) = (reals("score")?, reals("coverage")?);
    let tiers = batch.column_by_name("tier")?.as_dictionary_opt::<Int16Type>()?;
    let ids = tiers.values().as_string_opt::<i32>()?;
    for row in 0..batch.num_rows() {
        let tier = tiers.key(row).map_or("", |key| ids.value(key));
        let subject = subjects.text(row)?;
        take(Scored { subject: &subject, score: *score.get(row)?, coverage: *coverage.get(row)?, tier });
    }
    Some(())
}
