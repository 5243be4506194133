//! The job: which rows belong to whom, and all cores at work on them.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use arrow_array::{Array, RecordBatch};
use arrow_schema::SchemaRef;
use foldhash::fast::RandomState;
use rayon::prelude::*;
use uytin::kernel::{KeyLayout, MassRow, Resolver, SetAside};
use uytin::{Brief, Code, Date, Error, Fault, Policy, quote};

use crate::batch::{Batch, CHUNK_ROWS, NULL, Numbers, Piece, Subjects, check_schema, chunks, value_fault};
use crate::ids::{Ids, Name, Sources, SubjectIds};
use crate::order::Order;
use crate::output::{Extras, Shape};
use crate::pack::{BLOCK, Cell, Layout, Packed, Packer, Tagged};
use crate::previous::Previous;
use crate::space::Space;
use crate::subject::{Context, Counts, Finisher, Part, lost_row};

/// Rows that a partition should have, so that it stays in the second cache.
const PARTITION_ROWS: usize = 1 << 15;
/// More partitions than this at a time make the packing slower.
const PARTITIONS_MAX: usize = 1 << 12;
/// Subjects of a sorted stream are ordered so many at a time, as a power of two.
const RUN_BITS: u32 = 12;
/// Rows that a stream holds at a time, for each thread.
const WINDOW_ROWS: usize = 1 << 19;

/// Rows of a task, where they lie in memory.
const SPAN_ROWS: usize = 1 << 18;

/// Bytes a row that it takes to number plain texts.
const NUMBERING_BYTES: usize = 36;
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

    fn add(&mut self, set_aside: &Counts, subjects: u64, replaced: u64, with_previous: &mut u64, previous: u64) {
        for (all, count) in self.set_aside.iter_mut().zip(set_aside) {
            *all += count;
        }
        self.subjects += subjects;
        self.replaced += replaced;
        *with_previous += previous;
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
/// their UTF-8 bytes; it is the same, bit for bit, for any order of the rows, any chunking and any number of threads.
#[derive(Clone, Copy)]
pub struct Job<'j> {
    /// The policy.
    pub policy: &'j Policy,
    /// The day of assessment.
    pub as_of: Date,
    /// Threads to use; 0 for as many as there are cores.
    pub threads: usize,
    /// Whether the rows come in ascending order of subject: they are then streamed in constant memory. Rows that do not are an
    /// error.
    pub sorted: bool,
    /// Columns on request.
    pub extras: Extras,
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
            extras: Extras::default(),
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
        Layout::new(Resolver::new(self.policy), sources, local).filter(|_| !self.extras.explained())
    }

    /// An unsorted table: packed, partitioned by subject, and scored partition by partition.
    fn partitioned(
        &self,
        batches: &[RecordBatch],
        sink: &mut (dyn FnMut(RecordBatch) -> Result<(), Error> + Send),
    ) -> Result<Summary, Error> {
        let Some(schema) = batches.first().map(RecordBatch::schema) else { return Ok(self.without_rows()) };
        check_schema(&schema)?;
        let mut bytes = BufferBytes::default();
        let input_bytes = batches.iter().fold(0, |_, batch| bytes.add(batch));
        let columns = columns(batches, &schema, 0)?;
        let rows: usize = columns.iter().map(|batch| batch.len).sum();
        if rows == 0 {
            return Ok(self.without_rows());
        }
        if rows >= NULL as usize {
            return Err(
                Fault::new(Code::TooMany, "", format!("{rows} rows"), "at most 4294967294 rows that are not sorted by subject").into()
            );
        }
        self.check_cancelled()?;
        let with_ids = columns.iter().any(|batch| batch.id.is_some());
        let cell = if with_ids { size_of::<Tagged>() } else { size_of::<Packed>() };
        // Plain texts are numbered first, and what that takes is given back before rows are packed.
        let is_plain = |batch: &Batch<'_>| matches!(&batch.subject, Subjects::Texts(texts) if texts.dictionary().is_none());
        let a_row = if columns.iter().any(is_plain) { cell.max(NUMBERING_BYTES) } else { cell };
        self.check_memory(input_bytes + (rows * a_row) as u64, INPUT)?;
        let subjects = SubjectIds::new(&columns);
        let mut sources = Sources::new();
        let source_ids = sources.ids(&columns);
        self.check_cancelled()?;

        let shape = Shape::new(self, &schema);
        let size = (subjects.count.saturating_mul(PARTITION_ROWS) / rows).max(subjects.count / PARTITIONS_MAX).max(1);
        let local = usize::BITS - size.leading_zeros();
        let layout = self.layout(sources.len(), local);
        let tight = tight_layout(layout.filter(|_| !with_ids), &columns, local);
        let context = Context {
            policy: self.policy,
            as_of: self.as_of,
            shape: &shape,
            previous: self.previous,
            watch: self.watch,
            batches: &columns,
            layout: tight.or(layout),
            with_ids,
        };
        let partitions = Partitions { job: self, context, subjects: &subjects, sources: &source_ids, shift: local };
        match layout {
            _ if tight.is_some() => partitions.run::<u64>(rows, sink),
            Some(_) if with_ids => partitions.run::<Tagged>(rows, sink),
            _ => partitions.run::<Packed>(rows, sink),
        }
    }

    fn without_rows(&self) -> Summary {
        Summary { previous_without_records: self.previous.map_or(0, |previous| previous.len() as u64), ..Summary::default() }
    }

    /// A sorted stream: window by window, each cut between subjects.
    fn windows(
        &self,
        pool: &rayon::ThreadPool,
        input: impl Iterator<Item = Result<RecordBatch, Error>> + Send,
        sink: &mut (dyn FnMut(RecordBatch) -> Result<(), Error> + Send),
    ) -> Result<Summary, Error> {
        let threads = pool.current_num_threads();
        let (send, receive) = std::sync::mpsc::sync_channel(2);
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let send = send;
                // Reading goes on while a window is worked on.
                let mut window = Vec::new();
                let mut rows = 0;
                for batch in input {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let failed = batch.is_err();
                    if let Ok(batch) = &batch {
                        rows += batch.num_rows();
                    }
                    window.push(batch);
                    if rows >= WINDOW_ROWS * threads || failed {
                        rows = 0;
                        if send.send(std::mem::take(&mut window)).is_err() || failed {
                            return;
                        }
                    }
                }
                let _ = send.send(window);
            });
            let mut stream = Stream::new(self, threads);
            let result = (|| {
                for window in receive.iter() {
                    self.check_cancelled()?;
                    let window = window.into_iter().collect::<Result<Vec<RecordBatch>, Error>>()?;
                    pool.install(|| stream.window(window, false, sink))?;
                }
                pool.install(|| stream.window(Vec::new(), true, sink))?;
                Ok(stream.summary())
            })();
            stop.store(true, Ordering::Relaxed);
            drop(receive);
            result
        })
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

/// The batches that have rows, as columns; rows are counted from `first`.
fn columns<'a>(batches: &'a [RecordBatch], schema: &SchemaRef, first: u64) -> Result<Vec<Batch<'a>>, Error> {
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
            columns.push(Batch::new(batch, row)?);
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

/// A chunk's rows, ordered by partition.
struct Packs<'s, C> {
    cells: &'s [C],
    /// Whether any of them is more than checks.
    any_more: bool,
    /// Where each partition starts.
    starts: Vec<u32>,
}

/// An unsorted table at work.
struct Partitions<'a, 'b, 'j> {
    job: &'b Job<'j>,
    context: Context<'a, 'b>,
    subjects: &'b SubjectIds<'a>,
    sources: &'b Ids,
    /// The bits of a subject's number within its partition.
    shift: u32,
}

impl<'a, 'b> Partitions<'a, 'b, '_> {
    fn run<C: Cell>(&self, rows: usize, sink: &mut (dyn FnMut(RecordBatch) -> Result<(), Error> + Send)) -> Result<Summary, Error> {
        let count = (self.subjects.count >> self.shift) + 1;
        let size = CHUNK_ROWS.min(rows.div_ceil(rayon::current_num_threads())).max(BLOCK);
        let done = AtomicU64::new(0);
        let hasher = RandomState::default();
        let mut space = Space::new(rows);
        let packs = chunks(self.context.batches, size)
            .par_iter()
            .with_max_len(1)
            .zip(space.cells().par_chunks_mut(size))
            .map(|(chunk, cells)| {
                let packs = self.pack::<C>(chunk, cells, count, &hasher)?;
                let rows = done.fetch_add(packs.cells.len() as u64, Ordering::Relaxed) + packs.cells.len() as u64;
                self.job.tell(rows, 0);
                Ok(packs)
            })
            .collect::<Result<Vec<Packs<'_, C>>, Error>>()?;

        let scored = AtomicU64::new(0);
        let spare = Spare::default();
        // Groups of partitions, so that batches of the result are large.
        let group = count.div_ceil(rayon::current_num_threads() * 32).max(1);
        let groups: Vec<std::ops::Range<usize>> = (0..count).step_by(group).map(|start| start..(start + group).min(count)).collect();
        let mut summary = Summary { rows: rows as u64, ..Summary::default() };
        let mut with_previous = 0;
        // A few groups at a time, so that a large result need not lie in memory before it reaches the sink.
        for wave in groups.chunks(rayon::current_num_threads() * 16) {
            let score = |range: &std::ops::Range<usize>| {
                let part = self.score(range.clone(), &packs, &spare)?;
                let subjects = scored.fetch_add(part.subjects, Ordering::Relaxed) + part.subjects;
                self.job.tell(rows as u64, subjects);
                Ok(part)
            };
            let parts: Vec<Result<Part, Error>> = wave.par_iter().with_max_len(1).map(score).collect();
            spare.each(|(finisher, _)| finisher.close());
            for part in parts {
                let Part { batches, set_aside, subjects, with_previous: previous, replaced } = part?;
                summary.add(&set_aside, subjects, replaced, &mut with_previous, previous);
                batches.into_iter().try_for_each(|batch| sink(batch.batch().ok_or_else(lost_row)?))?;
            }
        }
        summary.previous_without_records = self.job.previous.map_or(0, |previous| previous.len() as u64).saturating_sub(with_previous);
        Ok(summary)
    }

    /// Packs a chunk and orders its rows by partition.
    fn pack<'s, C: Cell>(&self, chunk: &[Piece], cells: &'s mut [C], count: usize, hasher: &RandomState) -> Result<Packs<'s, C>, Error> {
        let mut starts = vec![0_u32; count + 1];
        // To look them up twice would take longer than to keep them.
        let is_looked_up = self.subjects.ids.is_looked_up();
        let mut known = Vec::with_capacity(if is_looked_up { cells.len() } else { 0 });
        self.each_block(chunk, &[], |batch, start, ids| {
            if is_looked_up {
                known.extend_from_slice(ids);
            }
            if ids.iter().fold(false, |any, &id| any | (id == NULL)) {
                let place = ids.iter().position(|&id| id == NULL).unwrap_or_default();
                return Err(SubjectIds::null_fault(batch, start + place));
            }
            for &id in ids {
                if let Some(start) = starts.get_mut((id >> self.shift) as usize) {
                    *start += 1;
                }
            }
            Ok(())
        })?;
        let mut sum = 0;
        for start in &mut starts {
            sum += std::mem::replace(start, sum);
        }
        let mut places = starts.clone();
        let context = &self.context;
        let mut packer = Packer::new(context, hasher.clone());
        let mask = (1_u32 << self.shift) - 1;
        let mut block: Vec<C> = Vec::with_capacity(BLOCK);
        self.each_block(chunk, &known, |batch, start, ids| {
            packer.pack(batch, self.sources, start, (ids, mask), &mut block)?;
            for (cell, &id) in block.iter().zip(ids) {
                if let Some(place) = places.get_mut((id >> self.shift) as usize) {
                    if let Some(out) = cells.get_mut(*place as usize) {
                        *out = *cell;
                    }
                    *place += 1;
                }
            }
            self.job.check_cancelled()
        })?;
        Ok(Packs { cells, any_more: packer.any_more, starts })
    }

    /// Hands out a chunk's rows block by block, with the numbers of their subjects; these are found each time where they are not
    /// known.
    fn each_block(
        &self,
        chunk: &[Piece],
        known: &[u32],
        mut each: impl FnMut(&Batch<'a>, usize, &[u32]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut found = [0; BLOCK];
        let mut known = known;
        for piece in chunk {
            let Some(batch) = self.context.batches.get(piece.batch) else { continue };
            let end = piece.start + piece.len;
            for start in (piece.start..end).step_by(BLOCK) {
                let len = BLOCK.min(end - start);
                if let Some((ids, rest)) = known.split_at_checked(len) {
                    known = rest;
                    each(batch, start, ids)?;
                } else {
                    let ids = found.get_mut(..len).unwrap_or_default();
                    self.subjects.ids.fill(batch, batch.subject.column(), start, ids);
                    each(batch, start, ids)?;
                }
            }
        }
        Ok(())
    }

    /// Scores a group of partitions.
    fn score<C: Cell>(
        &self,
        range: std::ops::Range<usize>,
        packs: &[Packs<'_, C>],
        spare: &Spare<(Finisher<'a, 'b>, Order<C>)>,
    ) -> Result<Part, Error> {
        let subjects_each = 1_usize << self.shift;
        let new = || (Finisher::new(self.context, range.len() * subjects_each), Order::new(self.context.keys(), self.shift));
        let any_more = packs.iter().any(|pack| pack.any_more);
        spare.lend(new, |(finisher, order)| {
            let finished = range.clone().try_for_each(|partition| {
                self.job.check_cancelled()?;
                let parts = packs.iter().map(|pack| {
                    let bound = |n: usize| pack.starts.get(n).map_or(0, |&start| start as usize);
                    pack.cells.get(bound(partition)..bound(partition + 1)).unwrap_or_default()
                });
                let name = |local: usize| self.subjects.names.get(partition * subjects_each + local);
                finisher.finish(order.sort(parts), any_more, &name)
            });
            finisher.part(finished)
        })
    }
}

/// What tasks work with, kept for those that follow: fresh memory takes time.
struct Spare<T>(Mutex<Vec<T>>);

impl<T> Default for Spare<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Spare<T> {
    /// Lends one that is not lent yet, or a new one.
    fn lend<R>(&self, new: impl FnOnce() -> T, task: impl FnOnce(&mut T) -> R) -> R {
        let all = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all().pop();
        let mut one = kept.unwrap_or_else(new);
        let result = task(&mut one);
        all().push(one);
        result
    }

    /// Does this with each of those that are not lent.
    fn each(&self, task: impl FnMut(&mut T)) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter_mut().for_each(task);
    }
}

/// A sorted stream at work.
struct Stream<'j, 's> {
    job: &'s Job<'j>,
    threads: usize,
    schema: Option<SchemaRef>,
    sources: Sources,
    hasher: RandomState,
    shape: Option<Shape>,
    /// The rows of the last subject, which may go on.
    carried: Vec<RecordBatch>,
    /// The number of the first row that is not scored yet.
    first_row: u64,
    /// The subject before that row.
    last: Option<Owned>,
    summary: Summary,
    with_previous: u64,
}

/// A subject's value that outlives its batch.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Owned {
    Number(i128),
    Text(Box<str>),
}

/// The subject of a row.
fn name_of<'a>(batch: &Batch<'a>, row: usize) -> Result<Name<'a>, Error> {
    let name = match &batch.subject {
        Subjects::Numbers(..) => batch.subject.number(row).map(Name::Number),
        Subjects::Texts(texts) => texts.get(row).map(Name::Text),
    };
    name.ok_or_else(|| SubjectIds::null_fault(batch, row))
}

fn compare(a: Name<'_>, b: Name<'_>) -> std::cmp::Ordering {
    match (a, b) {
        (Name::Number(a), Name::Number(b)) => a.cmp(&b),
        (Name::Text(a), Name::Text(b)) => a.cmp(b),
        (Name::Number(_), Name::Text(_)) => std::cmp::Ordering::Less,
        (Name::Text(_), Name::Number(_)) => std::cmp::Ordering::Greater,
    }
}

impl Owned {
    fn as_name(&self) -> Name<'_> {
        match self {
            Self::Number(n) => Name::Number(*n),
            Self::Text(text) => Name::Text(text),
        }
    }
}

impl<'j, 's> Stream<'j, 's> {
    fn new(job: &'s Job<'j>, threads: usize) -> Self {
        Self {
            job,
            threads,
            schema: None,
            sources: Sources::new(),
            hasher: RandomState::default(),
            shape: None,
            carried: Vec::new(),
            first_row: 0,
            last: None,
            summary: Summary::default(),
            with_previous: 0,
        }
    }

    /// What came of all windows.
    fn summary(self) -> Summary {
        let previous = self.job.previous.map_or(0, |previous| previous.len() as u64);
        Summary { previous_without_records: previous.saturating_sub(self.with_previous), ..self.summary }
    }

    /// Scores what is complete of the carried rows and a further window.
    fn window(
        &mut self,
        window: Vec<RecordBatch>,
        is_last: bool,
        sink: &mut (dyn FnMut(RecordBatch) -> Result<(), Error> + Send),
    ) -> Result<(), Error> {
        let mut batches = std::mem::take(&mut self.carried);
        batches.extend(window);
        let Some(first) = batches.first() else { return Ok(()) };
        let schema = match &self.schema {
            Some(schema) => schema.clone(),
            None => {
                check_schema(&first.schema())?;
                self.schema.insert(first.schema()).clone()
            }
        };
        let columns = columns(&batches, &schema, self.first_row)?;
        if columns.is_empty() {
            return Ok(());
        }
        let shape = self.shape.get_or_insert_with(|| Shape::new(self.job, &schema));
        let rows: usize = columns.iter().map(|batch| batch.len).sum();
        let positions = Positions::new(&columns);
        let end = if is_last { rows } else { positions.subject_start(rows - 1)? };
        if end == 0 {
            // One subject fills the window: its rows are kept until it ends.
            let mut bytes = BufferBytes::default();
            self.job.check_memory(batches.iter().fold(0, |_, batch| bytes.add(batch)), INPUT)?;
            drop(columns);
            self.carried = batches;
            return Ok(());
        }
        let sources = self.sources.ids(&columns);
        let with_ids = columns.iter().any(|batch| batch.id.is_some());
        let layout = self.job.layout(self.sources.len(), RUN_BITS);
        let tight = tight_layout(layout.filter(|_| !with_ids), &columns, RUN_BITS);
        let job = self.job;
        let context = Context {
            policy: job.policy,
            as_of: job.as_of,
            shape,
            previous: job.previous,
            watch: job.watch,
            batches: &columns,
            layout: tight.or(layout),
            with_ids,
        };
        // Some tasks a thread, of about so many rows in a large window, each from the start of a subject.
        let mut cuts = vec![0];
        let tasks = (self.threads * 4).max(end / SPAN_ROWS).min(end.div_ceil(BLOCK * 16)).max(1);
        for task in 1..tasks {
            cuts.push(positions.subject_start(end * task / tasks)?);
        }
        cuts.push(end);
        cuts.dedup();
        let spans: Vec<std::ops::Range<usize>> = cuts
            .windows(2)
            .filter_map(|pair| matches!(pair, [a, b] if a < b).then(|| pair.first().zip(pair.last()).map(|(a, b)| *a..*b))?)
            .collect();
        let before = self.last.as_ref().map(Owned::as_name);
        let done = [self.summary.rows, self.summary.subjects];
        let run = SortedRun { job, context, positions: &positions, sources: &sources, hasher: &self.hasher, before, done };
        let parts = match layout {
            _ if tight.is_some() => run.spans::<u64>(spans),
            Some(_) if with_ids => run.spans::<Tagged>(spans),
            _ => run.spans::<Packed>(spans),
        };
        for part in parts {
            let Part { batches, set_aside, subjects, with_previous, replaced } = part?;
            self.summary.add(&set_aside, subjects, replaced, &mut self.with_previous, with_previous);
            batches.into_iter().try_for_each(|batch| sink(batch.batch().ok_or_else(lost_row)?))?;
        }
        let (batch, row) = positions.at(end - 1);
        let last = columns.get(batch).map(|batch| name_of(batch, row)).transpose()?;
        self.last = last.map(|name| match name {
            Name::Number(n) => Owned::Number(n),
            Name::Text(text) => Owned::Text(text.into()),
        });
        let mut skip = end;
        drop(columns);
        for batch in batches {
            let len = batch.num_rows();
            if skip < len {
                self.carried.push(batch.slice(skip, len - skip));
            }
            skip = skip.saturating_sub(len);
        }
        self.first_row += end as u64;
        self.summary.rows += end as u64;
        Ok(())
    }
}

/// Rows of several batches by one number.
struct Positions<'a, 'b> {
    batches: &'b [Batch<'a>],
    base: u64,
}

impl<'a, 'b> Positions<'a, 'b> {
    fn new(batches: &'b [Batch<'a>]) -> Self {
        Self { batches, base: batches.first().map_or(0, |batch| batch.first_row) }
    }

    fn at(&self, position: usize) -> (usize, usize) {
        let row = self.base + position as u64;
        let place = self.batches.partition_point(|batch| batch.first_row <= row).saturating_sub(1);
        let first = self.batches.get(place).map_or(0, |batch| batch.first_row);
        (place, usize::try_from(row - first).unwrap_or_default())
    }

    fn name(&self, position: usize) -> Result<Name<'a>, Error> {
        let (place, row) = self.at(position);
        self.batches.get(place).map_or(Ok(Name::Number(0)), |batch| name_of(batch, row))
    }

    /// Where the rows of the subject start that this position belongs to.
    fn subject_start(&self, position: usize) -> Result<usize, Error> {
        let name = self.name(position)?;
        // Doubling steps back, then halving: a subject may fill the window.
        let mut step = 1;
        let mut inside = position;
        let mut outside = None;
        while inside > 0 {
            let probe = inside.saturating_sub(step);
            if compare(self.name(probe)?, name).is_eq() {
                inside = probe;
                step *= 2;
            } else {
                outside = Some(probe);
                break;
            }
        }
        let Some(mut outside) = outside else { return Ok(0) };
        while inside - outside > 1 {
            let middle = outside + (inside - outside) / 2;
            if compare(self.name(middle)?, name).is_eq() {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        Ok(inside)
    }
}

/// One window of a sorted stream.
struct SortedRun<'a, 'b, 'j> {
    job: &'b Job<'j>,
    context: Context<'a, 'b>,
    positions: &'b Positions<'a, 'b>,
    sources: &'b Ids,
    hasher: &'b RandomState,
    before: Option<Name<'b>>,
    /// Rows and subjects before.
    done: [u64; 2],
}

/// What a span of a sorted stream is worked on with.
struct SpanWork<'a, 'b, C> {
    finisher: Finisher<'a, 'b>,
    packer: Packer<'a, 'b>,
    order: Order<C>,
    /// Subjects that are complete but for the last, and the rows of all of them.
    names: Vec<Name<'b>>,
    cells: Vec<C>,
    /// The subjects of a block's rows, where each ends, and these rows.
    numbers: Vec<u32>,
    ends: Vec<u32>,
    block: Vec<C>,
}

impl<'a, 'b> SortedRun<'a, 'b, '_> {
    /// Scores spans of rows.
    fn spans<C: Cell>(&self, spans: Vec<std::ops::Range<usize>>) -> Vec<Result<Part, Error>> {
        let spare = Spare::default();
        let [rows, subjects] = self.done.map(AtomicU64::new);
        let score = |span: std::ops::Range<usize>| {
            let len = span.len() as u64;
            let part = spare.lend(
                || self.work::<C>(),
                |work| {
                    let finished = self.span(span, work);
                    work.finisher.part(finished)
                },
            )?;
            let rows = rows.fetch_add(len, Ordering::Relaxed) + len;
            self.job.tell(rows, subjects.fetch_add(part.subjects, Ordering::Relaxed) + part.subjects);
            Ok(part)
        };
        let parts = spans.into_par_iter().with_max_len(1).map(score).collect();
        spare.each(|work| work.finisher.close());
        parts
    }

    fn work<C: Cell>(&self) -> SpanWork<'a, 'b, C> {
        SpanWork {
            finisher: Finisher::new(self.context, 0),
            packer: Packer::new(&self.context, self.hasher.clone()),
            order: Order::new(self.context.keys(), RUN_BITS),
            names: Vec::new(),
            cells: Vec::with_capacity(PARTITION_ROWS + BLOCK),
            numbers: Vec::with_capacity(BLOCK),
            ends: Vec::with_capacity(BLOCK),
            block: Vec::with_capacity(BLOCK),
        }
    }

    /// Scores a span of rows that starts and ends between subjects.
    fn span<C: Cell>(&self, span: std::ops::Range<usize>, work: &mut SpanWork<'a, 'b, C>) -> Result<(), Error> {
        let context = self.context;
        let SpanWork { finisher, packer, order, names, cells, numbers, ends, block } = work;
        names.clear();
        cells.clear();
        let mut current = match span.start.checked_sub(1) {
            Some(before) => Some(self.positions.name(before)?),
            None => self.before,
        };
        let (mut place, mut row) = self.positions.at(span.start);
        let mut left = span.len();
        while left > 0 {
            let Some(batch) = context.batches.get(place) else { break };
            let len = BLOCK.min(left).min(batch.len - row);
            if len == 0 {
                (place, row) = (place + 1, 0);
                continue;
            }
            number_subjects(batch, row..row + len, &mut current, names, (numbers, ends))?;
            packer.pack(batch, self.sources, row, (numbers, u32::MAX), block)?;
            cells.extend_from_slice(block);
            let is_full = names.len() + BLOCK > 1 << RUN_BITS || cells.len() >= PARTITION_ROWS;
            if is_full && names.len() > 1 {
                Self::finish(context.keys(), order, finisher, packer.any_more, names, cells)?;
            }
            row += len;
            left -= len;
            self.job.check_cancelled()?;
        }
        finisher.finish(order.sort(std::iter::once(cells.as_slice())), packer.any_more, &|local| names.get(local).copied())
    }

    /// Makes the rows of these subjects but the last, which may go on, and keeps that one.
    fn finish<'n, C: Cell>(
        keys: KeyLayout,
        order: &mut Order<C>,
        finisher: &mut Finisher<'_, '_>,
        any_more: bool,
        names: &mut Vec<Name<'n>>,
        cells: &mut Vec<C>,
    ) -> Result<(), Error> {
        let complete = names.len().saturating_sub(1);
        let rows = cells.partition_point(|cell| keys.subject_of(cell.key()) < complete);
        let own = cells.get(..rows).unwrap_or_default();
        finisher.finish(order.sort(std::iter::once(own)), any_more, &|local| names.get(local).copied())?;
        names.drain(..complete);
        cells.drain(..rows);
        for cell in cells {
            *cell = cell.of_subject(keys, 0);
        }
        Ok(())
    }
}

/// Numbers the subjects of rows in ascending order, which go on with those that are known.
fn number_subjects<'n, 'a: 'n>(
    batch: &Batch<'a>,
    rows: std::ops::Range<usize>,
    current: &mut Option<Name<'n>>,
    names: &mut Vec<Name<'n>>,
    (numbers, ends): (&mut Vec<u32>, &mut Vec<u32>),
) -> Result<(), Error> {
    batch.subject.run_ends(rows.clone(), ends);
    numbers.clear();
    let mut at = rows.start;
    for end in ends.iter().map(|&end| rows.start + end as usize) {
        let name = name_of(batch, at)?;
        let step = current.map_or(std::cmp::Ordering::Greater, |before| compare(name, before));
        if names.is_empty() || !step.is_eq() {
            if step.is_le() {
                let text = |name: Name<'_>| quote(&name.to_text());
                let found = format!("{} after {}", text(name), current.map_or_else(String::new, text));
                let expected = "rows in ascending order of subject, as `sorted` says";
                return Err(value_fault(Code::NotOrdered, batch.row(at), "subject", found, expected));
            }
            names.push(name);
            *current = Some(name);
        }
        let number = u32::try_from(names.len()).unwrap_or(NULL).saturating_sub(1);
        numbers.resize(end - rows.start, number);
        at = end;
    }
    Ok(())
}

/// Free memory as the system says, in bytes; 32/3 GiB where it does not say.
fn free_memory() -> u64 {
    let known = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()
    });
    known.map_or((8 << 30) / 3 * 4, |kilobytes| kilobytes * 1024)
}
