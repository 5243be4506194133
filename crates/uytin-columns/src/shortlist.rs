//! The shortlist of a population: judged by the batch engine subject by subject, ranked as the batches of its result come.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int16Type};
use arrow_array::{Array, RecordBatch};
use uytin::kernel::{Resolver, Tier};
use uytin::{Brief, Candidate, Error, Points, Ranking, Shortlist};

use crate::batch::{column_fault, subjects_of};
use crate::engine::{Job, Screening, Summary};

/// What takes the lines of those left out.
pub type LeftOutSink<'s> = dyn FnMut(&str) -> Result<(), Error> + Send + 's;

/// Makes the shortlist of a stream of records, the same as [`uytin::shortlist`] makes of the ledger that they are. It holds the
/// listed candidates, and what the job holds: a sorted stream of any length takes constant memory.
///
/// `left_out`, if given, is handed one line of JSON (see [`uytin::LeftOut`]) for each subject that does not meet the brief, in
/// the order of the job's result.
///
/// # Errors
/// As [`Job::stream`], and those of `left_out`. Where the brief was read for another policy than the job's: `inconsistent`.
pub fn shortlist<I>(
    job: &Job<'_>,
    brief: &Brief,
    input: I,
    mut left_out: Option<&mut LeftOutSink<'_>>,
) -> Result<(Shortlist, Summary), Error>
where
    I: IntoIterator<Item = Result<RecordBatch, Error>>,
    I::IntoIter: Send,
{
    let mut ranking = Ranking::new(brief, job.as_of);
    let job = Job { screening: Some(Screening { brief, left_out: left_out.is_some() }), ..*job };
    let unrated = Resolver::new(brief.policy()).tier_id(Tier::Unrated);
    let summary = job.stream(input, |batch| {
        let rows = Screened::of(&batch).ok_or_else(|| {
            column_fault(uytin::Code::WrongType, "condition", "a result of other columns", "the columns that the engine makes")
        })?;
        for row in 0..batch.num_rows() {
            match rows.condition(row) {
                Some(condition) => ranking.leave_out(condition),
                None => ranking.add(rows.candidate(row, unrated)),
            }
        }
        if let Some(left_out) = &mut left_out {
            rows.left_out.iter().flatten().try_for_each(&mut **left_out)?;
        }
        Ok(())
    })?;
    Ok((ranking.finish(), summary))
}

/// The columns of a batch of the result that a shortlist needs.
struct Screened<'a> {
    subjects: crate::batch::Subjects<'a>,
    score: &'a [f64],
    lower: &'a [f64],
    upper: &'a [f64],
    coverage: &'a [f64],
    tiers: Vec<Arc<str>>,
    tier: &'a [i16],
    human_review: &'a arrow_array::BooleanArray,
    condition: &'a arrow_array::Int16Array,
    left_out: &'a arrow_array::StringArray,
}

impl<'a> Screened<'a> {
    fn of(batch: &'a RecordBatch) -> Option<Self> {
        let reals = |name: &str| Some(&**batch.column_by_name(name)?.as_primitive_opt::<Float64Type>()?.values());
        let tiers = batch.column_by_name("tier")?.as_dictionary_opt::<Int16Type>()?;
        Some(Self {
            subjects: subjects_of(batch.column_by_name("subject")?.as_ref())?,
            score: reals("score")?,
            lower: reals("lower")?,
            upper: reals("upper")?,
            coverage: reals("coverage")?,
            tiers: tiers.values().as_string_opt::<i32>()?.iter().map(|id| Arc::from(id.unwrap_or_default())).collect(),
            tier: tiers.keys().values(),
            human_review: batch.column_by_name("human_review")?.as_boolean_opt()?,
            condition: batch.column_by_name("condition")?.as_primitive_opt::<Int16Type>()?,
            left_out: batch.column_by_name("left_out")?.as_string_opt::<i32>()?,
        })
    }

    fn condition(&self, row: usize) -> Option<usize> {
        (!self.condition.is_null(row)).then(|| usize::try_from(self.condition.value(row)).unwrap_or(usize::MAX))
    }

    fn candidate(&self, row: usize, unrated: &str) -> Candidate {
        let points = |values: &[f64]| points(values.get(row).copied().unwrap_or_default());
        let tier = self.tier.get(row).and_then(|&place| self.tiers.get(usize::try_from(place).ok()?));
        let tier = tier.cloned().unwrap_or_else(|| unrated.into());
        Candidate {
            subject: self.subjects.text(row).unwrap_or_default().into(),
            score: (&*tier != unrated).then(|| points(self.score)),
            lower: points(self.lower),
            upper: points(self.upper),
            coverage: self.coverage.get(row).copied().unwrap_or_default(),
            human_review: self.human_review.value(row),
            tier,
        }
    }
}

/// Points of a column of the result.
#[expect(clippy::cast_possible_truncation, reason = "from 0 to 1000 tenths")]
pub(crate) fn points(value: f64) -> Points {
    Points::from_tenths((value * 10.0).round() as i32)
}
