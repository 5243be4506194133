//! A sorted table or stream: window by window, each cut between subjects.

use std::cmp::Ordering;
use std::sync::atomic::{self, AtomicBool, AtomicU64};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use foldhash::fast::RandomState;
use rayon::prelude::*;
use uytin::kernel::KeyLayout;
use uytin::{Code, Error, quote};

use super::{BufferBytes, INPUT, Job, Sink, Summary, columns, tight_layout};
use crate::batch::{Batch, NULL, check_schema, value_fault};
use crate::ids::{Ids, Name, Sources, SubjectIds, keep_dictionary};
use crate::output::Shape;
use crate::pack::{BLOCK, Cell, Packed, Packer, Tagged};
use crate::space::Spare;
use crate::subject::{Context, Finisher, Part};

/// Subjects are numbered and finished at most so many at a time, as a power of two.
const RUN_BITS: u32 = 12;
/// Rows of a run, unless a subject has more.
const RUN_ROWS: usize = 1 << 15;
/// Rows that a stream holds at a time, for each thread.
const WINDOW_ROWS: usize = 1 << 19;
/// Rows of a task, where they lie in memory.
const SPAN_ROWS: usize = 1 << 18;

impl Job<'_> {
    /// A sorted stream: window by window, each cut between subjects.
    pub(super) fn windows(
        &self,
        pool: &rayon::ThreadPool,
        input: impl Iterator<Item = Result<RecordBatch, Error>> + Send,
        sink: &mut Sink<'_>,
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
                    if stop.load(atomic::Ordering::Relaxed) {
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
            stop.store(true, atomic::Ordering::Relaxed);
            drop(receive);
            result
        })
    }
}

/// A sorted stream at work.
pub(super) struct Stream<'j, 's> {
    job: &'s Job<'j>,
    threads: usize,
    schema: Option<SchemaRef>,
    sources: Sources,
    hasher: RandomState,
    shape: Option<Shape>,
    /// What subjects are entries of, if it is kept.
    dictionary: Option<ArrayRef>,
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
#[derive(Clone)]
enum Owned {
    Number(i128),
    Text(Box<str>),
    Entry(u32, ArrayRef),
}

/// The subject of a row.
fn name_of<'a>(batch: &Batch<'a>, row: usize) -> Result<Name<'a>, Error> {
    batch.subject.name(row).ok_or_else(|| SubjectIds::null_fault(batch, row))
}

fn compare(a: Name<'_>, b: Name<'_>) -> Ordering {
    match (a, b) {
        (Name::Number(a), Name::Number(b)) => a.cmp(&b),
        (Name::Text(a), Name::Text(b)) => a.cmp(b),
        (Name::Entry(a, _), Name::Entry(b, _)) => a.cmp(&b),
        // A column has but one kind.
        (Name::Number(_), _) | (Name::Text(_), Name::Entry(..)) => Ordering::Less,
        (_, Name::Number(_)) | (Name::Entry(..), Name::Text(_)) => Ordering::Greater,
    }
}

impl Owned {
    fn as_name(&self) -> Name<'_> {
        match self {
            Self::Number(n) => Name::Number(*n),
            Self::Text(text) => Name::Text(text),
            Self::Entry(place, dictionary) => Name::Entry(*place, dictionary),
        }
    }
}

impl<'j, 's> Stream<'j, 's> {
    pub(super) fn new(job: &'s Job<'j>, threads: usize) -> Self {
        Self {
            job,
            threads,
            schema: None,
            sources: Sources::new(),
            hasher: RandomState::default(),
            shape: None,
            dictionary: None,
            carried: Vec::new(),
            first_row: 0,
            last: None,
            summary: Summary::default(),
            with_previous: 0,
        }
    }

    /// What came of all windows.
    pub(super) fn summary(self) -> Summary {
        self.job.summary(self.summary, self.with_previous)
    }

    /// Scores what is complete of the carried rows and a further window.
    pub(super) fn window(&mut self, window: Vec<RecordBatch>, is_last: bool, sink: &mut Sink<'_>) -> Result<(), Error> {
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
        if self.job.columns.dictionary {
            keep_dictionary(&batches, &mut self.dictionary)?;
        }
        let columns = columns(&batches, &schema, self.first_row, self.dictionary.is_some())?;
        if columns.is_empty() {
            return Ok(());
        }
        let shape = self.shape.get_or_insert_with(|| Shape::new(self.job, &schema, self.dictionary.clone()));
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
            self.with_previous += self.summary.add(part?, sink)?;
        }
        let (batch, row) = positions.at(end - 1);
        let last = columns.get(batch).map(|batch| name_of(batch, row)).transpose()?;
        self.last = last.map(|name| match name {
            Name::Number(n) => Owned::Number(n),
            Name::Text(text) => Owned::Text(text.into()),
            Name::Entry(place, dictionary) => Owned::Entry(place, dictionary.clone()),
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
    finisher: Finisher<'a, 'b, C>,
    packer: Packer<'a, 'b>,
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
            let rows = rows.fetch_add(len, atomic::Ordering::Relaxed) + len;
            self.job.tell(rows, subjects.fetch_add(part.subjects, atomic::Ordering::Relaxed) + part.subjects);
            Ok(part)
        };
        let parts = spans.into_par_iter().with_max_len(1).map(score).collect();
        spare.each(|work| work.finisher.close());
        parts
    }

    fn work<C: Cell>(&self) -> SpanWork<'a, 'b, C> {
        SpanWork {
            finisher: Finisher::new(self.context, 0, None),
            packer: Packer::new(&self.context, self.hasher.clone()),
            names: Vec::new(),
            cells: Vec::with_capacity(RUN_ROWS + BLOCK),
            numbers: Vec::with_capacity(BLOCK),
            ends: Vec::with_capacity(BLOCK),
            block: Vec::with_capacity(BLOCK),
        }
    }

    /// Scores a span of rows that starts and ends between subjects.
    fn span<C: Cell>(&self, span: std::ops::Range<usize>, work: &mut SpanWork<'a, 'b, C>) -> Result<(), Error> {
        let context = self.context;
        let SpanWork { finisher, packer, names, cells, numbers, ends, block } = work;
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
            let is_full = names.len() + BLOCK > 1 << RUN_BITS || cells.len() >= RUN_ROWS;
            if is_full && names.len() > 1 {
                Self::finish(context.keys(), finisher, packer.any_more, names, cells)?;
            }
            row += len;
            left -= len;
            self.job.check_cancelled()?;
        }
        finisher.finish(cells, packer.any_more, &|local| names.get(local).copied())
    }

    /// Makes the rows of these subjects but the last, which may go on, and keeps that one.
    fn finish<'n, C: Cell>(
        keys: KeyLayout,
        finisher: &mut Finisher<'_, '_, C>,
        any_more: bool,
        names: &mut Vec<Name<'n>>,
        cells: &mut Vec<C>,
    ) -> Result<(), Error> {
        let complete = names.len().saturating_sub(1);
        let rows = cells.partition_point(|cell| keys.subject_of(cell.key()) < complete);
        let own = cells.get_mut(..rows).unwrap_or_default();
        finisher.finish(own, any_more, &|local| names.get(local).copied())?;
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
    let go_on = |name: Name<'n>, current: Option<Name<'n>>| current.map_or(Ordering::Greater, |before| compare(name, before));
    let step = go_on(name_of(batch, rows.start)?, *current);
    let is_known = step.is_eq() && !names.is_empty();
    if step.is_gt() || is_known {
        // Every run of integers or places is another subject, but for the first, which may be known.
        numbers.resize(rows.len(), 0);
        if batch.subject.number_runs(rows.clone(), is_known, names, numbers) {
            *current = names.last().copied();
            return Ok(());
        }
    }
    batch.subject.run_ends(rows.clone(), ends);
    numbers.clear();
    let mut at = rows.start;
    for end in ends.iter().map(|&end| rows.start + end as usize) {
        let name = name_of(batch, at)?;
        let step = go_on(name, *current);
        if names.is_empty() || !step.is_eq() {
            if step.is_le() {
                let text = |name: Name<'_>| quote(&name.to_text());
                let found = format!("{} after {}", text(name), current.map_or_else(String::new, text));
                let expected = match name {
                    Name::Entry(..) => "rows in the order of the dictionary that is kept, as `sorted` says",
                    _ => "rows in ascending order of subject, as `sorted` says",
                };
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
