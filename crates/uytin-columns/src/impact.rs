//! The impact of a change of policy on a population: the batch engine once under each policy of the chain.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int16Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use uytin::impact::{Change, Plan, Standpoint, Tally};
use uytin::kernel::{Resolver, Tier};
use uytin::{Code, Error, Fault, Impact, Points, Policy, quote};

use crate::batch::{Subjects, Texts, column_fault, subjects_of, value_fault};
use crate::engine::{Job, Progress, Summary};
use crate::ids::Name;
use crate::previous::Previous;

/// More groups than this are no groups.
const GROUPS_MAX: usize = 10_000;

/// Which group each subject belongs to, by a column of any table.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    column: String,
    names: Vec<Arc<str>>,
    by_name: HashMap<Arc<str>, u32, RandomState>,
    numbers: HashMap<i128, u32, RandomState>,
    texts: HashMap<Box<str>, u32, RandomState>,
    rows: u64,
}

impl Groups {
    /// Groups that are called what the column is called; nobody belongs to one yet.
    #[must_use]
    pub fn new(column: &str) -> Self {
        Self { column: column.to_owned(), ..Self::default() }
    }

    /// Reads the columns `subject` and that of the groups. A subject may stand there often, as in a table of records, but in one
    /// group only; where the group is null the row says nothing.
    ///
    /// # Errors
    /// Where a column is missing or of another type than texts, integers and booleans, a subject is null or in two groups, and
    /// where there are more than 10,000 groups.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let column = |name: &str| {
            batch.column_by_name(name).ok_or_else(|| column_fault(Code::MissingField, name, "no such column", "the column of groups"))
        };
        let (subject, group) = (column("subject")?, column(&self.column)?);
        let wrong = |name: &str, array: &ArrayRef, expected: &str| {
            column_fault(Code::WrongType, name, format!("a column of type {}", array.data_type()), expected)
        };
        let subjects = subjects_of(subject.as_ref()).ok_or_else(|| wrong("subject", subject, "texts or integers"))?;
        let group_of: Box<dyn Fn(usize) -> Option<String> + '_> = if group.data_type().is_null() {
            Box::new(|_| None)
        } else if let Some(flags) = group.as_boolean_opt() {
            Box::new(|row| (!flags.is_null(row)).then(|| flags.value(row).to_string()))
        } else if let Some(texts) = Texts::new(group.as_ref()) {
            Box::new(move |row| texts.get(row).map(str::to_owned))
        } else {
            let numbers = subjects_of(group.as_ref()).ok_or_else(|| wrong(&self.column, group, "texts, integers or booleans"))?;
            Box::new(move |row| numbers.text(row))
        };
        let mut last: Option<(String, u32)> = None;
        for row in 0..batch.num_rows() {
            let Some(name) = group_of(row) else { continue };
            let number = match &last {
                Some((before, number)) if *before == name => *number,
                _ => self.number(&name)?,
            };
            last = Some((name, number));
            let before = match &subjects {
                Subjects::Numbers(..) => subjects.number(row).map(|n| *self.numbers.entry(n).or_insert(number)),
                Subjects::Texts(texts) | Subjects::Entries(texts) => texts.get(row).map(|text| match self.texts.get(text) {
                    Some(&before) => before,
                    None => *self.texts.entry(text.into()).or_insert(number),
                }),
            };
            let at = self.rows + row as u64;
            match before {
                None => return Err(value_fault(Code::WrongType, at, "subject", "`null`", "a subject")),
                Some(before) if before != number => {
                    let name = |number: u32| self.names.get(number as usize).map_or_else(String::new, |name| quote(name));
                    let found = format!("{} for subject {}", name(number), quote(&subjects.text(row).unwrap_or_default()));
                    return Err(value_fault(Code::Inconsistent, at, &self.column, found, format!("{}, as before", name(before))));
                }
                Some(_) => {}
            }
        }
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    fn number(&mut self, name: &str) -> Result<u32, Error> {
        if let Some(&number) = self.by_name.get(name) {
            return Ok(number);
        }
        if self.names.len() >= GROUPS_MAX {
            return Err(column_fault(Code::TooMany, &self.column, "more than 10000 groups", "groups of many subjects each"));
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let name: Arc<str> = name.into();
        self.names.push(name.clone());
        self.by_name.insert(name, number);
        Ok(number)
    }

    /// What the groups are called.
    #[must_use]
    pub fn column(&self) -> &str {
        &self.column
    }

    /// How many subjects belong to a group.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len() + self.texts.len()
    }

    /// Whether nobody belongs to a group.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Of a subject that stands as an integer in one table and as a text in the other, either way.
    fn get(&self, name: Name<'_>) -> Option<&Arc<str>> {
        let number = match name {
            Name::Number(n) => self.numbers.get(&n).or_else(|| self.texts.get(n.to_string().as_str())),
            Name::Text(_) | Name::Entry(..) => {
                let text = name.text()?;
                self.texts.get(text).or_else(|| self.numbers.get(&text.parse::<i128>().ok()?))
            }
        };
        self.names.get(*number? as usize)
    }
}

/// Makes the tiers that subjects had, for a policy.
pub type PreviousOf<'a> = dyn Fn(&Policy) -> Result<Previous, Error> + 'a;

/// What an impact is made of, beside the records.
#[derive(Clone, Copy)]
pub struct ImpactOf<'a> {
    /// The chain of policies.
    pub plan: &'a Plan,
    /// The groups of subjects.
    pub groups: Option<&'a Groups>,
    /// Makes the tiers that subjects had, for a policy of the chain.
    pub previous: Option<&'a PreviousOf<'a>>,
}

/// One subject with what changes for it: its id, its group, the change.
pub type ChangeSink<'s> = dyn FnMut(&str, Option<&str>, &Change) -> Result<(), Error> + 's;

/// Scores a population under every policy of the chain, by one run of the engine each: one more than there are steps. `input`
/// gives the records of a run, in the same rows each time; where the job's input is not sorted it is asked once, and the rows stay in
/// memory. Beside what the job holds, a subject takes its id and four bytes a policy. `job`'s own policy and columns are not looked at.
///
/// `each` is handed every subject with what changes for it, in ascending order.
///
/// # Errors
/// As [`Job::stream`], those of `input` and `each`, and `inconsistent` where runs had different subjects.
pub fn impact<I>(
    job: &Job<'_>,
    of: ImpactOf<'_>,
    mut input: impl FnMut() -> Result<I, Error>,
    mut each: Option<&mut ChangeSink<'_>>,
) -> Result<(Impact, Summary), Error>
where
    I: Iterator<Item = Result<RecordBatch, Error>> + Send,
{
    let mut kept: Option<Vec<RecordBatch>> = None;
    if !job.sorted {
        kept = Some(job.collect(input()?)?);
    }
    let mut subjects: Vec<ArrayRef> = Vec::new();
    let mut runs: Vec<Run> = Vec::new();
    let mut summary = Summary::default();
    let total = of.plan.policies().len() as u64;
    for policy in of.plan.policies() {
        let is_first = runs.is_empty();
        let done = runs.len() as u64;
        let previous = of.previous.map(|make| make(policy)).transpose()?;
        // Over all runs together.
        let tell = |progress: Progress| {
            if let (Some(tell), Some(rows)) = (job.progress, job.rows_total) {
                tell(Progress { rows: (done * rows + progress.rows) / total, ..progress });
            }
        };
        let one = Job {
            policy,
            columns: crate::output::Columns::default(),
            previous: previous.as_ref(),
            screening: None,
            progress: Some(&tell),
            ..*job
        };
        let mut run = Run::new(policy);
        let sink = |batch: RecordBatch| {
            if is_first {
                subjects.extend(batch.column_by_name("subject").cloned());
            }
            run.add(&batch)
        };
        summary = match &kept {
            Some(batches) => one.stream(batches.iter().cloned().map(Ok), sink)?,
            None => one.stream(input()?, sink)?,
        };
        runs.push(run);
    }
    drop(kept);
    let mut tally = Tally::new(of.plan, job.as_of, of.groups.map(Groups::column));
    let mut standpoints = Vec::with_capacity(runs.len());
    let mut row = 0;
    for array in &subjects {
        let names = subjects_of(array.as_ref()).ok_or_else(lost)?;
        for place in 0..array.len() {
            job.check_cancelled()?;
            standpoints.clear();
            standpoints.extend(runs.iter().map_while(|run| run.standpoint(row)));
            row += 1;
            let name = names.name(place).ok_or_else(lost)?;
            let group = of.groups.and_then(|groups| groups.get(name));
            let change = tally.add(&standpoints, group).ok_or_else(lost)?;
            if let Some(each) = &mut each {
                each(&name.to_text(), group.map(|group| &**group), &change)?;
            }
        }
    }
    if runs.iter().any(|run| run.scores.len() != row) {
        return Err(lost());
    }
    Ok((tally.finish(), summary))
}

fn lost() -> Error {
    Fault::new(Code::Inconsistent, "subject", "an input that changed between two runs", "the same records in each run").into()
}

/// Scores and tiers of one run, in the order of the subjects.
struct Run {
    /// In tenths.
    scores: Vec<i16>,
    tiers: Vec<u16>,
    /// What the numbers of tiers mean.
    ladder: Vec<Tier>,
    policy: Policy,
}

impl Run {
    fn new(policy: &Policy) -> Self {
        Self { scores: Vec::new(), tiers: Vec::new(), ladder: Vec::new(), policy: policy.clone() }
    }

    #[expect(clippy::cast_possible_truncation, reason = "from 0 to 1000 tenths")]
    fn add(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let scores = batch.column_by_name("score").and_then(|column| column.as_primitive_opt::<Float64Type>()).ok_or_else(lost)?;
        let tiers = batch.column_by_name("tier").and_then(|column| column.as_dictionary_opt::<Int16Type>()).ok_or_else(lost)?;
        if self.ladder.is_empty() {
            let ids = tiers.values().as_string_opt::<i32>().ok_or_else(lost)?;
            let resolver = Resolver::new(&self.policy);
            self.ladder = ids.iter().map(|id| resolver.tier(id.unwrap_or_default()).unwrap_or(Tier::Standard)).collect();
        }
        self.scores.extend(scores.values().iter().map(|score| (score * 10.0).round() as i16));
        self.tiers.extend(tiers.keys().values().iter().map(|&place| u16::try_from(place).unwrap_or_default()));
        Ok(())
    }

    fn standpoint(&self, row: usize) -> Option<Standpoint> {
        let tier = self.ladder.get(usize::from(*self.tiers.get(row)?)).copied()?;
        Some(Standpoint { score: Points::from_tenths(i32::from(*self.scores.get(row)?)), tier })
    }
}
