//! The job: which rows belong to whom, and all cores at work on them.

mod partitions;
mod stream;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow_array::{Array, RecordBatch};
use arrow_schema::SchemaRef;
use rayon::prelude::*;
use uytin::kernel::{MassRow, Resolver, SetAside};
use uytin::{Brief, Code, Date, Error, Fault, Policy, quote};

use crate::batch::{Batch, Numbers, value_fault};
use crate::output::Columns;
use crate::pack::Layout;
use crate::previous::Previous;
use crate::subject::{Part, lost_row};
use stream::Stream;

/// What takes memory.
const INPUT: &str = "an input";

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows read.
    pub rows: u64,
    /// Subjects scored.
    pub subjects: u64,
    /// Rows in all, where that is known.
    pub rows_total: Option<u64>,
}

/// What a job has done besides its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows read.
    pub rows: u64,
    /// Subjects scored: the rows of the result.
    pub subjects: u64,
    /// Records that others with their (subject, source, id) replace.
    pub replaced: u64,
    /// Records that do not count, by reason in the order of [`SetAside::ALL`].
    pub set_aside: [u64; SetAside::ALL.len()],
    /// Subjects that had a tier, but have no record now.
    pub previous_without_records: u64,
}

impl Summary {
    /// The reasons for which records do not count, with how many those are.
    pub fn set_aside(&self) -> impl Iterator<Item = (SetAside, u64)> + '_ {
        SetAside::ALL.into_iter().zip(self.set_aside).filter(|(_, count)| *count > 0)
    }

    /// Adds what came of some subjects, and hands its batches on; gives of how many of them a previous tier was known.
    fn add(&mut self, part: Part, sink: &mut Sink<'_>) -> Result<u64, Error> {
        let Part { batches, set_aside, subjects, with_previous, replaced } = part;
        for (all, count) in self.set_aside.iter_mut().zip(set_aside) {
            *all += count;
        }
        self.subjects += subjects;
        self.replaced += replaced;
        batches.into_iter().try_for_each(|batch| sink(batch.batch().ok_or_else(lost_row)?))?;
        Ok(with_previous)
    }
}

/// A brief that subjects are judged by on their way. The result has then two further columns: `condition`, the place among
/// [`Brief::conditions`] of the first one that failed, null of a candidate; and `left_out`.
#[derive(Clone, Copy, Debug)]
pub struct Screening<'b> {
    /// The brief, read for the policy of the job.
    pub brief: &'b Brief,
    /// Whether `left_out` says what stood there, as the JSON line of [`uytin::LeftOut`]; otherwise it is null everywhere.
    pub left_out: bool,
}

/// What to do with a table of records. The result has a row a subject, in ascending order: integers by value, texts by
/// their UTF-8 bytes, or by their places in a dictionary that is kept ([`Columns::dictionary`]); it is the same, bit for bit, for
/// any order of the rows, any chunking and any number of threads.
#[derive(Clone, Copy)]
pub struct Job<'j> {
    /// The policy.
    pub policy: &'j Policy,
    /// The day of assessment.
    pub as_of: Date,
    /// Threads to use; 0 for as many as there are cores.
    pub threads: usize,
    /// Whether the rows come in the order of the result: they are then streamed in constant memory. Rows that do not are an
    /// error.
    pub sorted: bool,
    /// The columns of the result.
    pub columns: Columns,
    /// The tiers that subjects had.
    pub previous: Option<&'j Previous>,
    /// A brief to judge subjects by.
    pub screening: Option<Screening<'j>>,
    /// Is handed each subject's id and rows of checks and credits, from any thread and in any order.
    pub watch: Option<&'j Watch<'j>>,
    /// Bytes that input and working memory of an unsorted table may take; more is refused.
    pub memory_limit: u64,
    /// Is told how far the job is, from any thread.
    pub progress: Option<&'j (dyn Fn(Progress) + Sync)>,
    /// Set it to stop the job: it ends with the code `cancelled`.
    pub cancel: Option<&'j AtomicBool>,
    /// Rows in all, if the caller knows: handed on to `progress`.
    pub rows_total: Option<u64>,
}

/// What takes the batches of a result.
type Sink<'s> = dyn FnMut(RecordBatch) -> Result<(), Error> + Send + 's;

/// What takes the rows of each subject.
pub type Watch<'w> = dyn Fn(&str, &[MassRow]) + Sync + 'w;

impl<'j> Job<'j> {
    /// A job on an unsorted table with all cores, within three quarters of the memory that is free (where the system does not
    /// say how much that is, within 8 GiB).
    #[must_use]
    pub fn new(policy: &'j Policy, as_of: Date) -> Self {
        Self {
            policy,
            as_of,
            threads: 0,
            sorted: false,
            columns: Columns::default(),
            previous: None,
            screening: None,
            watch: None,
            memory_limit: free_memory() / 4 * 3,
            progress: None,
            cancel: None,
            rows_total: None,
        }
    }

    /// Scores a table that lies in memory.
    ///
    /// # Errors
    /// The first fault met, with column, row (counted from 0) and value; `cancelled`; and `too-many` where the table needs
    /// more memory than the limit.
    pub fn run(&self, batches: &[RecordBatch]) -> Result<(Vec<RecordBatch>, Summary), Error> {
        let (mut out, mut bytes) = (Vec::new(), BufferBytes::default());
        let mut keep = |batch: RecordBatch| {
            let bytes = bytes.add(&batch);
            out.push(batch);
            self.check_memory(bytes, "a result")
        };
        let pool = self.pool()?;
        let summary = if self.sorted {
            let mut stream = Stream::new(self, pool.current_num_threads());
            pool.install(|| stream.window(batches.to_vec(), true, &mut keep))?;
            stream.summary()
        } else {
            pool.install(|| self.partitioned(batches, &mut keep))?
        };
        Ok((out, summary))
    }

    /// Scores a stream of batches and hands the batches of the result to `sink`, in order. A sorted stream takes constant
    /// memory; an unsorted one is collected first.
    ///
    /// # Errors
    /// As [`Job::run`], and those of the stream and the sink. The sink has then had a part of the result.
    pub fn stream<I>(&self, input: I, mut sink: impl FnMut(RecordBatch) -> Result<(), Error> + Send) -> Result<Summary, Error>
    where
        I: IntoIterator<Item = Result<RecordBatch, Error>>,
        I::IntoIter: Send,
    {
        let input = input.into_iter();
        let pool = self.pool()?;
        if self.sorted {
            return self.windows(&pool, input, &mut sink);
        }
        let batches = self.collect(input)?;
        pool.install(|| self.partitioned(&batches, &mut sink))
    }

    /// Keeps a stream in memory, as far as the limit lets it.
    pub(crate) fn collect(&self, input: impl Iterator<Item = Result<RecordBatch, Error>>) -> Result<Vec<RecordBatch>, Error> {
        let mut batches = Vec::new();
        let mut bytes = BufferBytes::default();
        let mut rows = 0;
        for batch in input {
            let batch = batch?;
            self.check_cancelled()?;
            rows += batch.num_rows() as u64;
            self.tell(rows, 0);
            self.check_memory(bytes.add(&batch), INPUT)?;
            batches.push(batch);
        }
        Ok(batches)
    }

    fn pool(&self) -> Result<rayon::ThreadPool, Error> {
        if let Some(screening) = self.screening.filter(|screening| screening.brief.policy() != self.policy) {
            let found = format!("a brief for policy {}", screening.brief.policy().digest());
            return Err(Fault::new(Code::Inconsistent, "brief", found, format!("one for policy {}", self.policy.digest())).into());
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).thread_name(|n| format!("uytin-{n}")).build();
        pool.map_err(|error| {
            Fault::new(Code::TooMany, "threads", quote(&error.to_string()), "a number of threads that the system has").into()
        })
    }

    pub(crate) fn check_cancelled(&self) -> Result<(), Error> {
        match self.cancel {
            Some(cancel) if cancel.load(Ordering::Relaxed) => {
                Err(Fault::new(Code::Cancelled, "", "a request to stop", "the work to go on").into())
            }
            _ => Ok(()),
        }
    }

    fn check_memory(&self, bytes: u64, what: &str) -> Result<(), Error> {
        if bytes <= self.memory_limit {
            return Ok(());
        }
        let mega = |bytes: u64| format!("{} MB", bytes.div_ceil(1_000_000));
        let expected = format!("at most {}: raise the memory limit, or sort the input by subject and stream it", mega(self.memory_limit));
        Err(Fault::new(Code::TooMany, "", format!("{what} that needs about {} of memory", mega(bytes)), expected).into())
    }

    fn tell(&self, rows: u64, subjects: u64) {
        if let Some(progress) = self.progress {
            progress(Progress { rows, subjects, rows_total: self.rows_total });
        }
    }

    /// Whether rows are kept as whole records.
    fn layout(&self, sources: usize, local: u32) -> Option<Layout> {
        Layout::new(Resolver::new(self.policy), sources, local).filter(|_| !self.columns.explained())
    }

    /// The summary, where a previous tier was known of so many subjects.
    fn summary(&self, summary: Summary, with_previous: u64) -> Summary {
        let previous = self.previous.map_or(0, |previous| previous.len() as u64);
        Summary { previous_without_records: previous.saturating_sub(with_previous), ..summary }
    }
}

/// The layout of rows in eight bytes, where they fit.
fn tight_layout(layout: Option<Layout>, batches: &[Batch<'_>], local: u32) -> Option<Layout> {
    layout?.tight(local, bits_of_counts(batches)?)
}

/// The bits that any counts of passed and failed checks have, where all that counts can be told from them: as columns of their
/// own width without nulls, and without amounts of credits.
fn bits_of_counts(batches: &[Batch<'_>]) -> Option<[u32; 2]> {
    let any = |counts: Option<&[u32]>| Some(counts?.iter().fold(0, |any, count| any | count));
    let of_batch = |batch: &Batch<'_>| {
        let counts = |numbers: &Option<Numbers<'_>>| any(numbers.as_ref()?.plain_u32(0, batch.len));
        Some([counts(&batch.passed)?, counts(&batch.failed)?]).filter(|_| batch.amount.is_none())
    };
    let all = batches.par_iter().map(of_batch);
    all.try_reduce(|| [0, 0], |[a, b], [c, d]| Some([a | c, b | d]))
}

/// The batches that have rows, as columns; rows are counted from `first`, and subjects by their dictionary, if it is kept.
fn columns<'a>(batches: &'a [RecordBatch], schema: &SchemaRef, first: u64, keep_dictionary: bool) -> Result<Vec<Batch<'a>>, Error> {
    let mut row = first;
    let mut columns = Vec::with_capacity(batches.len());
    for batch in batches {
        for (one, other) in schema.fields().iter().zip(batch.schema_ref().fields()) {
            if one.name() != other.name() || one.data_type() != other.data_type() {
                let found = format!("{} as {}", quote(other.name()), other.data_type());
                let expected = format!("{} as {}, as in the batches before", quote(one.name()), one.data_type());
                return Err(value_fault(Code::Inconsistent, row, other.name(), found, expected));
            }
        }
        if schema.fields().len() != batch.num_columns() {
            let found = format!("a batch of {} columns", batch.num_columns());
            return Err(Fault::new(
                Code::Inconsistent,
                format!("row {row}"),
                found,
                format!("{} columns, as in the batches before", schema.fields().len()),
            )
            .into());
        }
        if batch.num_rows() > 0 {
            columns.push(Batch::new(batch, row, keep_dictionary)?);
        }
        row += batch.num_rows() as u64;
    }
    Ok(columns)
}

/// Counts the bytes of batches, buffers that they share once.
#[derive(Default)]
struct BufferBytes {
    seen: HashSet<(usize, usize)>,
    bytes: u64,
}

impl BufferBytes {
    fn add(&mut self, batch: &RecordBatch) -> u64 {
        for column in batch.columns() {
            let mut open = vec![column.to_data()];
            while let Some(data) = open.pop() {
                for buffer in data.buffers() {
                    if self.seen.insert((buffer.as_ptr() as usize, buffer.len())) {
                        self.bytes += buffer.len() as u64;
                    }
                }
                open.extend(data.child_data().iter().cloned());
            }
        }
        self.bytes
    }
}

/// Free memory as the system says, in bytes; 32/3 GiB where it does not say.
fn free_memory() -> u64 {
    let known = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()
    });
    known.map_or((8 << 30) / 3 * 4, |kilobytes| kilobytes * 1024)
}
