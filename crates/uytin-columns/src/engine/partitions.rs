//! An unsorted table: rows are counted by partitions of subjects, packed into theirs, and scored partition by partition.

use std::ops::Range;
use std::slice::IterMut;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::RecordBatch;
use foldhash::fast::RandomState;
use rayon::prelude::*;
use uytin::{Code, Error, Fault};

use super::{BufferBytes, INPUT, Job, Sink, Summary, columns, tight_layout};
use crate::batch::{Batch, CHUNK_ROWS, NULL, Piece, Subjects, check_schema, chunks};
use crate::ids::{Ids, Sources, SubjectIds, keep_dictionary};
use crate::order::Order;
use crate::output::Shape;
use crate::pack::{BLOCK, Cell, Packed, Packer, Tagged};
use crate::space::{Space, Spare, Used};
use crate::subject::{Context, Finisher, Part};

/// Rows that a partition should have, so that it stays in the second cache.
const PARTITION_ROWS: usize = 1 << 15;
/// More partitions than this at a time make the packing slower.
const PARTITIONS_MAX: usize = 1 << 12;
/// So many chunks are enough for any number of threads.
const CHUNKS_MAX: usize = 1 << 9;
/// Bytes of a lane, unless a partition takes more: two huge pages, to leave little of them empty.
const LANE_BYTES: usize = 1 << 22;
/// So many lanes are scored before their results go to the sink, so that a large result need not lie in memory.
const WAVE_LANES: usize = 1 << 7;
/// Chunks whose numbers of subjects lie in one space.
const CHUNKS_TOGETHER: usize = 4;

/// Bytes a row that it takes to number plain texts, and to keep the numbers of those in dictionaries.
const NUMBERING_BYTES: usize = 36;
const NUMBER_BYTES: usize = size_of::<u32>();

impl Job<'_> {
    /// An unsorted table: packed, partitioned by subject, and scored partition by partition.
    pub(super) fn partitioned(&self, batches: &[RecordBatch], sink: &mut Sink<'_>) -> Result<Summary, Error> {
        let Some(schema) = batches.first().map(RecordBatch::schema) else { return Ok(self.summary(Summary::default(), 0)) };
        check_schema(&schema)?;
        let mut bytes = BufferBytes::default();
        let input_bytes = batches.iter().fold(0, |_, batch| bytes.add(batch));
        let mut dictionary = None;
        if self.columns.dictionary {
            keep_dictionary(batches, &mut dictionary)?;
        }
        let columns = columns(batches, &schema, 0, dictionary.is_some())?;
        let rows: usize = columns.iter().map(|batch| batch.len).sum();
        if rows == 0 {
            return Ok(self.summary(Summary::default(), 0));
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
        let a_row = columns.iter().map(|batch| match &batch.subject {
            Subjects::Numbers(..) | Subjects::Entries(_) => cell,
            Subjects::Texts(texts) if texts.dictionary().is_none() => cell.max(NUMBERING_BYTES),
            Subjects::Texts(_) => cell + NUMBER_BYTES,
        });
        let a_row = a_row.max().unwrap_or(cell);
        self.check_memory(input_bytes + (rows * a_row) as u64, INPUT)?;
        let subjects = SubjectIds::new(&columns);
        let mut sources = Sources::new();
        let source_ids = sources.ids(&columns);
        self.check_cancelled()?;

        let shape = Shape::new(self, &schema, dictionary);
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
}

/// The rows of some neighbouring partitions.
struct Lane<C> {
    /// The first of them.
    first: usize,
    /// Where the rows of each end.
    ends: Vec<usize>,
    space: Space<C>,
}

impl<C: Cell> Lane<C> {
    /// Lanes for partitions of so many rows each.
    fn all(rows: &[usize]) -> Vec<Self> {
        let mut lanes: Vec<Self> = Vec::new();
        let (mut first, mut ends, mut end) = (0, Vec::new(), 0);
        for (place, rows) in rows.iter().enumerate() {
            if !ends.is_empty() && (end + rows) * size_of::<C>() > LANE_BYTES {
                lanes.push(Self { first, ends: std::mem::take(&mut ends), space: Space::new(end) });
                (first, end) = (place, 0);
            }
            end += rows;
            ends.push(end);
        }
        lanes.push(Self { first, ends, space: Space::new(end) });
        lanes
    }

    /// The rows of its partition at this place.
    fn rows(&self, place: usize) -> &[C] {
        let end = |place: usize| self.ends.get(place).copied().unwrap_or_default();
        self.space.cells().get(place.checked_sub(1).map_or(0, end)..end(place)).unwrap_or_default()
    }
}

/// Where a chunk's rows of each partition go.
type Places<'s, C> = Vec<IterMut<'s, C>>;

/// What a partition is worked on with: its rows are put in the order of subjects first.
type Work<'a, 'b, C> = (Finisher<'a, 'b, C>, Order<C>);

/// How many rows of each chunk belong to each partition; the numbers of all subjects, where they are kept.
type Counted = (Vec<Vec<u32>>, Vec<Space<u32>>);

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
    fn run<C: Cell>(&self, rows: usize, sink: &mut Sink<'_>) -> Result<Summary, Error> {
        let count = (self.subjects.count >> self.shift) + 1;
        let threads = rayon::current_num_threads();
        let size = CHUNK_ROWS.min(rows.div_ceil(threads)).max(BLOCK).max(rows / CHUNKS_MAX);
        let chunks = chunks(self.context.batches, size);
        let used = Used::default();
        let (lanes, any_more) = self.packed(rows, count, (size, &chunks), &used)?;
        let mut lanes = lanes.into_iter().map(Arc::new).peekable();

        let scored = AtomicU64::new(0);
        let spare = Spare::default();
        let mut summary = Summary { rows: rows as u64, ..Summary::default() };
        let mut with_previous = 0;
        let together = count.div_ceil(threads * 32).clamp(1, 2);
        while lanes.peek().is_some() {
            let tasks = lanes.by_ref().take(WAVE_LANES).flat_map(|lane| {
                let places = (0..lane.ends.len()).step_by(together);
                places.map(move |place| (lane.clone(), place..(place + together).min(lane.ends.len())))
            });
            let tasks: Vec<(Arc<Lane<C>>, Range<usize>)> = tasks.collect();
            let score = |(lane, places): (Arc<Lane<C>>, Range<usize>)| {
                let part = self.score(&lane, places, any_more, (&spare, &used))?;
                // The last of a lane leaves its memory to results.
                if let Some(lane) = Arc::into_inner(lane) {
                    used.give(lane.space);
                }
                let subjects = scored.fetch_add(part.subjects, Ordering::Relaxed) + part.subjects;
                self.job.tell(rows as u64, subjects);
                Ok(part)
            };
            let parts: Vec<Result<Part, Error>> = tasks.into_par_iter().with_max_len(1).map(score).collect();
            spare.each(|(finisher, _): &mut Work<'a, 'b, C>| finisher.close());
            for part in parts {
                with_previous += summary.add(part?, sink)?;
            }
        }
        Ok(self.job.summary(summary, with_previous))
    }

    /// Counts the rows of each chunk by partition, and keeps the numbers of their subjects where to look them up again would take
    /// longer.
    fn counted(&self, rows: usize, count: usize, (size, chunks): (usize, &[Vec<Piece>])) -> Result<Counted, Error> {
        let kept = if self.subjects.ids.is_looked_up() { rows } else { 0 };
        let together = size * CHUNKS_TOGETHER;
        let mut kept: Vec<Space<u32>> = (0..kept).step_by(together).map(|start| Space::new((kept - start).min(together))).collect();
        let mut known: Vec<&mut [u32]> = kept.iter_mut().flat_map(|space| space.cells_mut().chunks_mut(size)).collect();
        known.resize_with(chunks.len(), Default::default);
        let of_chunks = chunks.par_iter().with_max_len(1).zip(known).map(|(chunk, known)| self.count(chunk, known, count));
        Ok((of_chunks.collect::<Result<Vec<Vec<u32>>, Error>>()?, kept))
    }

    /// All rows in their partitions, and whether any of them is more than checks.
    fn packed<C: Cell>(
        &self,
        rows: usize,
        count: usize,
        (size, chunks): (usize, &[Vec<Piece>]),
        used: &Used,
    ) -> Result<(Vec<Lane<C>>, bool), Error> {
        let (of_chunks, kept) = self.counted(rows, count, (size, chunks))?;
        let sum = |place: usize| of_chunks.iter().filter_map(|counts| counts.get(place)).map(|&rows| rows as usize).sum();
        let mut lanes = Lane::all(&(0..count).map(sum).collect::<Vec<usize>>());

        let mut places: Vec<Places<'_, C>> = of_chunks.iter().map(|_| Vec::with_capacity(count)).collect();
        for Lane { first, ends, space } in &mut lanes {
            let mut rest = space.cells_mut();
            for partition in *first..*first + ends.len() {
                for (counts, places) in of_chunks.iter().zip(&mut places) {
                    let rows = counts.get(partition).map_or(0, |&rows| rows as usize);
                    let (own, after) = rest.split_at_mut_checked(rows).unwrap_or_default();
                    places.push(own.iter_mut());
                    rest = after;
                }
            }
        }
        let mut known: Vec<&[u32]> = kept.iter().flat_map(|space| space.cells().chunks(size)).collect();
        known.resize(chunks.len(), &[]);
        let done = AtomicU64::new(0);
        let hasher = RandomState::default();
        let packed = chunks.par_iter().with_max_len(1).zip(places).zip(known).map(|((chunk, places), known)| {
            let any_more = self.pack(chunk, known, places, &hasher)?;
            let rows = chunk.iter().map(|piece| piece.len as u64).sum();
            self.job.tell(done.fetch_add(rows, Ordering::Relaxed) + rows, 0);
            Ok::<bool, Error>(any_more)
        });
        let any_more = packed.try_reduce(|| false, |any, other| Ok(any | other))?;
        kept.into_iter().for_each(|space| used.give(space));
        Ok((lanes, any_more))
    }

    /// Counts a chunk's rows by partition; writes the numbers of their subjects, where these are to be kept.
    fn count(&self, chunk: &[Piece], known: &mut [u32], count: usize) -> Result<Vec<u32>, Error> {
        let mut counts = vec![0_u32; count];
        let mut rest = known;
        self.job.check_cancelled()?;
        self.each_block(chunk, &[], |batch, start, ids| {
            if let Some((own, after)) = std::mem::take(&mut rest).split_at_mut_checked(ids.len()) {
                own.copy_from_slice(ids);
                rest = after;
            }
            if ids.iter().fold(false, |any, &id| any | (id == NULL)) {
                let place = ids.iter().position(|&id| id == NULL).unwrap_or_default();
                return Err(SubjectIds::null_fault(batch, start + place));
            }
            for &id in ids {
                if let Some(count) = counts.get_mut((id >> self.shift) as usize) {
                    *count += 1;
                }
            }
            Ok(())
        })?;
        Ok(counts)
    }

    /// Packs a chunk's rows into their partitions, and says whether any of them is more than checks.
    fn pack<C: Cell>(&self, chunk: &[Piece], known: &[u32], places: Places<'_, C>, hasher: &RandomState) -> Result<bool, Error> {
        let mut places = places;
        let context = &self.context;
        let mut packer = Packer::new(context, hasher.clone());
        let mask = (1_u32 << self.shift) - 1;
        let mut block: Vec<C> = Vec::with_capacity(BLOCK);
        self.each_block(chunk, known, |batch, start, ids| {
            packer.pack(batch, self.sources, start, (ids, mask), &mut block)?;
            for (cell, &id) in block.iter().zip(ids) {
                if let Some(out) = places.get_mut((id >> self.shift) as usize).and_then(Iterator::next) {
                    *out = *cell;
                }
            }
            self.job.check_cancelled()
        })?;
        Ok(packer.any_more)
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

    /// Scores some partitions of a lane.
    fn score<C: Cell>(
        &self,
        lane: &Lane<C>,
        places: Range<usize>,
        any_more: bool,
        (spare, used): (&Spare<Work<'a, 'b, C>>, &Used),
    ) -> Result<Part, Error> {
        let subjects_each = 1_usize << self.shift;
        let new = || {
            let finisher = Finisher::new(self.context, places.len() * subjects_each, Some(used.clone()));
            let first_bit = self.context.keys().subject_from();
            (finisher, Order::new(first_bit..first_bit + self.shift))
        };
        spare.lend(new, |(finisher, order)| {
            let finished = places.clone().try_for_each(|place| {
                self.job.check_cancelled()?;
                let first = (lane.first + place) * subjects_each;
                finisher.finish(order.sort(lane.rows(place)), any_more, &|local| self.subjects.names.get(first + local))
            });
            finisher.part(finished)
        })
    }
}
