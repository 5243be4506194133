//! From the rows of one subject to its row of the result.

use std::sync::Arc;

use uytin::kernel::{Crowd, KeyLayout, MassRow, Rows as FormulaRows, Scorer, SetAside, bind, replaces, rows, set_aside};
use uytin::{BoundSubject, Date, Error, Ledger, Policy, Record};

use crate::batch::Batch;
use crate::ids::Name;
use crate::order::Order;
use crate::output::{Rows, Shape, Unclosed};
use crate::pack::{Cell, Layout, Rest};
use crate::previous::Previous;
use crate::row::{RowRef, number_records};
use crate::space::{Arena, Used};

/// Counts by reason, in the order of [`SetAside::ALL`].
pub(crate) type Counts = [u64; SetAside::ALL.len()];

/// What all subjects of a run share.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a, 'b> {
    pub(crate) policy: &'b Policy,
    pub(crate) as_of: Date,
    pub(crate) shape: &'b Shape,
    pub(crate) previous: Option<&'b Previous>,
    pub(crate) watch: Option<&'b crate::engine::Watch<'b>>,
    /// By first row.
    pub(crate) batches: &'b [Batch<'a>],
    /// Without one every row is kept as a whole record.
    pub(crate) layout: Option<Layout>,
    /// Whether the table has ids, so that records merge.
    pub(crate) with_ids: bool,
}

impl<'a, 'b> Context<'a, 'b> {
    /// How the keys of rows are laid out.
    pub(crate) fn keys(&self) -> KeyLayout {
        self.layout.map_or(KeyLayout::SUBJECT, |layout| layout.keys)
    }

    /// The number of the first row of these batches.
    pub(crate) fn base(&self) -> u64 {
        self.batches.first().map_or(0, |batch| batch.first_row)
    }

    /// A row by its number, counted from the first.
    fn record(&self, row: u64) -> Result<Record, Error> {
        let row = self.base() + row;
        let place = self.batches.partition_point(|batch| batch.first_row <= row).saturating_sub(1);
        let batch = self.batches.get(place).ok_or_else(lost_row)?;
        RowRef { batch, row: usize::try_from(row - batch.first_row).map_err(|_| lost_row())? }.record()
    }
}

pub(crate) fn lost_row() -> Error {
    crate::batch::column_fault(uytin::Code::Inconsistent, "subject", "a table that changed while it was read", "one that does not")
}

/// Makes the rows of the result, subject after subject.
pub(crate) struct Finisher<'a, 'b, C> {
    context: Context<'a, 'b>,
    scorer: Scorer,
    crowd: Crowd,
    /// Puts the rows of a crowd in the order in which it takes them.
    by_slot: Order<C>,
    masses: Vec<MassRow>,
    order: Vec<(u64, u32)>,
    rows: Rows,
    arena: Arena,
    part: Part,
}

/// What came of some subjects.
#[derive(Default)]
pub(crate) struct Part {
    /// The batches of the result, once the [`Finisher`]'s memory is closed.
    pub(crate) batches: Vec<Unclosed>,
    /// How many records are set aside, by reason.
    pub(crate) set_aside: Counts,
    /// How many subjects there were, of how many a previous tier was known, and how many records a merge has replaced.
    pub(crate) subjects: u64,
    pub(crate) with_previous: u64,
    pub(crate) replaced: u64,
}

impl<'a, 'b, C: Cell> Finisher<'a, 'b, C> {
    pub(crate) fn new(context: Context<'a, 'b>, capacity: usize, used: Option<Used>) -> Self {
        Self {
            context,
            scorer: Scorer::new(context.policy, context.as_of),
            crowd: Crowd::new(context.policy, context.as_of, context.keys(), context.shape.columns.pillars),
            by_slot: Order::new(context.keys().class_and_slot()),
            masses: Vec::new(),
            order: Vec::new(),
            rows: Rows::new(context.shape, capacity),
            arena: Arena::new(used),
            part: Part::default(),
        }
    }

    /// Closes the memory of all batches that were handed out.
    pub(crate) fn close(&mut self) {
        self.arena.close();
    }

    /// Hands out what came of all subjects since it last did, or the error, after which nothing of them is left.
    pub(crate) fn part(&mut self, finished: Result<(), Error>) -> Result<Part, Error> {
        if !self.rows.is_empty() {
            self.take();
        }
        let part = std::mem::take(&mut self.part);
        finished.map(|()| part)
    }

    /// Makes the rows of subjects with these names; `cells` are all of their rows, in the order of subjects, and
    /// `any_more` whether some are more than checks.
    pub(crate) fn finish<'n>(&mut self, cells: &mut [C], any_more: bool, name: &dyn Fn(usize) -> Option<Name<'n>>) -> Result<(), Error> {
        let context = self.context;
        let Some(layout) = context.layout else {
            return cells.chunk_by(same_subject(context.keys())).try_for_each(|own| self.explain(own, name));
        };
        let kept = if C::TAGGED { self.merge(layout, cells)? } else { cells.len() };
        let cells = cells.get(..kept).unwrap_or_default();
        let all_single = context.watch.is_some() || context.shape.screening.is_some();
        if !all_single && !any_more {
            return self.score_many(layout, cells, name);
        }
        // Those that go together, up to the next one that goes alone.
        let mut waiting = 0;
        let mut rest = cells;
        for own in cells.chunk_by(same_subject(layout.keys)) {
            if all_single || own.iter().any(|cell| layout.is_more(cell.key())) {
                let (before, after) = rest.split_at(waiting);
                self.score_many(layout, before, name)?;
                self.score_one(layout, own, name)?;
                (rest, waiting) = (after.get(own.len()..).unwrap_or_default(), 0);
            } else {
                waiting += own.len();
            }
        }
        self.score_many(layout, rest, name)
    }

    /// Subjects that have checks and credits alone, many at once.
    fn score_many<'n>(&mut self, layout: Layout, cells: &[C], name: &dyn Fn(usize) -> Option<Name<'n>>) -> Result<(), Error> {
        let mut cells = cells;
        while !cells.is_empty() {
            let here = crowd_len(layout.keys, cells);
            let (own, rest) = cells.split_at(here);
            cells = rest;
            let Some((first, last)) = own.first().zip(own.last()) else { break };
            let numbers = layout.keys.subject_of(first.key())..layout.keys.subject_of(last.key()) + 1;
            let Self { context, crowd, by_slot, rows, part: Part { set_aside, subjects, with_previous, .. }, .. } = self;
            let shape = context.shape;
            if shape.columns.set_aside {
                for own in own.chunk_by(same_subject(layout.keys)) {
                    let mut counts = Counts::default();
                    count_aside(&mut counts, layout, own);
                    rows.add_set_aside(&counts);
                }
            }
            let previous = |subject| {
                let previous = context.previous?.get(name(subject)?)?;
                *with_previous += 1;
                Some(previous.tier)
            };
            let row = move |cell: &C| (cell.key(), cell.counts(layout));
            let other = |cells: &[C]| count_aside(set_aside, layout, cells);
            let scored = crowd.score(numbers, by_slot.sort(own), row, other, previous);
            *subjects += scored.subjects.len() as u64;
            for &subject in scored.subjects {
                rows.name(name(subject).ok_or_else(lost_row)?);
            }
            rows.add(shape, scored.verdicts, scored.pillars);
            self.take_if_full();
        }
        Ok(())
    }

    fn take_if_full(&mut self) {
        if self.rows.is_full() {
            self.take();
        }
    }

    fn take(&mut self) {
        self.part.batches.push(self.rows.take(self.context.shape, &mut self.arena));
    }

    /// Counts the records of a subject that are set aside.
    fn set_aside(&mut self, counts: &Counts) {
        for (all, &count) in self.part.set_aside.iter_mut().zip(counts) {
            *all += count;
        }
        if self.context.shape.columns.set_aside {
            self.rows.add_set_aside(counts);
        }
    }

    /// One subject by itself: numbers alone, but for findings and exemptions.
    fn score_one<'n>(&mut self, layout: Layout, cells: &[C], name: &dyn Fn(usize) -> Option<Name<'n>>) -> Result<(), Error> {
        let context = self.context;
        let Some(name) = name_of(layout.keys, cells, name) else { return Ok(()) };
        self.part.subjects += 1;
        let mut counts = Counts::default();
        count_aside(&mut counts, layout, cells);
        let is_mass = |cell: &&C| layout.is_mass(cell.key());
        let others = cells.iter().filter(|cell| !is_mass(cell)).filter_map(|cell| match layout.rest(cell) {
            Rest::Aside(_) => None,
            Rest::Other(row) => Some(context.record(row)),
        });
        let mut records = others.collect::<Result<Vec<Record>, Error>>()?;
        let previous = context.previous.and_then(|previous| previous.get(name));
        self.part.with_previous += u64::from(previous.is_some());
        let previous = previous.map(|previous| previous.tier);
        let as_of = context.as_of.days();
        self.masses.clear();
        self.masses.extend(cells.iter().filter(is_mass).map(|cell| layout.mass(cell, as_of)));
        self.masses.sort_unstable_by_key(|row| row.key);
        let bound;
        let mut rows_of = FormulaRows::default();
        if !records.is_empty() {
            if !context.with_ids {
                number_records(&mut records);
            }
            bound = bind(context.policy, name.to_text(), records.into_iter().map(Arc::new).collect());
            set_aside(&bound, context.as_of).for_each(|reason| count(&mut counts, reason));
            rows_of = rows(&bound);
        }
        rows_of.masses = &self.masses;
        if let Some(watch) = context.watch {
            watch(&name.to_text(), &self.masses);
        }
        let (verdict, pillars) = self.scorer.score(&rows_of, previous);
        self.rows.name(name);
        self.rows.add(context.shape, &[verdict], pillars);
        if let Some((brief, with_text)) = &context.shape.screening {
            self.rows.add_screened(brief, *with_text, name, brief.shortfall(&rows_of, context.as_of, &verdict));
        }
        self.set_aside(&counts);
        self.take_if_full();
        Ok(())
    }

    /// The explained route: whole records, and the assessment that cites them.
    fn explain<'n>(&mut self, cells: &[C], name: &dyn Fn(usize) -> Option<Name<'n>>) -> Result<(), Error> {
        let context = self.context;
        let Some(name) = name_of(context.keys(), cells, name) else { return Ok(()) };
        self.part.subjects += 1;
        let row = |cell: &C| cell.number(Layout::NONE);
        let mut counts = Counts::default();
        let bound = self.bind(name, cells.iter().map(row))?;
        let previous = context.previous.and_then(|previous| previous.get(name));
        self.part.with_previous += u64::from(previous.is_some());
        let tier = previous.map(|previous| previous.tier);
        set_aside(&bound, context.as_of).for_each(|reason| count(&mut counts, reason));
        if let Some(watch) = context.watch {
            watch(&name.to_text(), rows(&bound).masses);
        }
        let (verdict, pillars) = self.scorer.score(&rows(&bound), tier);
        self.rows.name(name);
        self.rows.add(context.shape, &[verdict], pillars);
        if let Some((brief, with_text)) = &context.shape.screening {
            self.rows.add_screened(brief, *with_text, name, brief.shortfall(&rows(&bound), context.as_of, &verdict));
        }
        if context.shape.columns.explained() {
            let assessment = bound.assess(context.as_of, previous.map(|previous| &*previous.id));
            self.rows.add_explained(context.shape, context.policy, &assessment);
        }
        self.set_aside(&counts);
        self.take_if_full();
        Ok(())
    }

    /// A subject's whole records, merged and bound.
    fn bind(&mut self, name: Name<'_>, rows: impl ExactSizeIterator<Item = u64>) -> Result<BoundSubject, Error> {
        let context = self.context;
        let filed = rows.len();
        let records = rows.map(|row| context.record(row));
        if context.with_ids {
            let mut ledger = Ledger::new();
            for record in records {
                ledger.add(record?)?;
            }
            self.part.replaced += (filed - ledger.len()) as u64;
            return Ok(ledger.bind_subject(context.policy, &name.to_text()));
        }
        let mut records = records.collect::<Result<Vec<Record>, Error>>()?;
        number_records(&mut records);
        Ok(bind(context.policy, name.to_text(), records.into_iter().map(Arc::new).collect()))
    }

    /// Moves the cells to the front that the merge keeps (`MODEL.md` §3), subject by subject, and gives their number.
    fn merge(&mut self, layout: Layout, cells: &mut [C]) -> Result<usize, Error> {
        let (mut from, mut kept) = (0, 0);
        while let Some(rest) = cells.get(from..).filter(|rest| !rest.is_empty()) {
            let len = rest.chunk_by(same_subject(layout.keys)).next().map_or(0, <[C]>::len);
            let own = cells.get_mut(from..from + len).unwrap_or_default();
            let of_subject = if len > 1 { self.merge_subject(layout, own)? } else { len };
            if kept < from {
                cells.copy_within(from..from + of_subject, kept);
            }
            (from, kept) = (from + len, kept + of_subject);
        }
        Ok(kept)
    }

    /// The same for the cells of one subject.
    fn merge_subject(&mut self, layout: Layout, cells: &mut [C]) -> Result<usize, Error> {
        self.order.clear();
        let key = |cell: &C| u64::from(layout.keys.source_of(cell.key())) << 32 | u64::from(cell.tag().0);
        self.order.extend(cells.iter().map(key).zip(0..));
        self.order.sort_unstable();
        if self.order.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a != b)) {
            return Ok(cells.len());
        }
        let mut losers: Vec<u32> = Vec::new();
        for alike in self.order.chunk_by(|(a, _), (b, _)| a == b).filter(|alike| alike.len() > 1) {
            // Equal hashes are most often equal ids: the records themselves decide.
            let mut current: Vec<(Record, u32, C)> = Vec::new();
            for &(_, place) in alike {
                let Some(&cell) = cells.get(place as usize) else { continue };
                let record = self.context.record(u64::from(cell.tag().1))?;
                match current.iter_mut().find(|(known, ..)| known.id == record.id && known.source == record.source) {
                    None => current.push((record, place, cell)),
                    Some(present) if replaces(&record, &present.0) => {
                        losers.push(present.1);
                        *present = (record, place, cell);
                    }
                    Some(_) => losers.push(place),
                }
            }
        }
        losers.sort_unstable();
        let mut losers = losers.into_iter().peekable();
        let mut kept = 0;
        for place in 0..cells.len() {
            if losers.next_if(|&loser| loser as usize == place).is_some() {
                self.part.replaced += 1;
            } else {
                cells.swap(kept, place);
                kept += 1;
            }
        }
        Ok(kept)
    }
}

/// At most so many rows and so many subjects are scored together, unless one has more: what comes of them stays in the second
/// cache.
const CROWD_ROWS: usize = 1 << 14;
const CROWD_SUBJECTS: usize = 1 << 12;

/// How many of the cells are the first few subjects'.
fn crowd_len<C: Cell>(keys: KeyLayout, cells: &[C]) -> usize {
    let subject = |cell: &C| keys.subject_of(cell.key());
    let first = cells.first().map_or(0, subject);
    let most = cells.get(CROWD_ROWS).map_or(usize::MAX, subject).max(first + 1).min(first + CROWD_SUBJECTS);
    cells.partition_point(|cell| subject(cell) < most)
}

/// Whether two cells are of one subject.
fn same_subject<C: Cell>(keys: KeyLayout) -> impl Fn(&C, &C) -> bool {
    move |a, b| keys.subject_of(a.key()) == keys.subject_of(b.key())
}

/// The name of a subject with these cells.
fn name_of<'n, C: Cell>(keys: KeyLayout, cells: &[C], name: &dyn Fn(usize) -> Option<Name<'n>>) -> Option<Name<'n>> {
    cells.first().and_then(|cell| name(keys.subject_of(cell.key())))
}

/// Counts the cells that are set aside, by reason.
fn count_aside<C: Cell>(counts: &mut Counts, layout: Layout, cells: &[C]) {
    for cell in cells.iter().filter(|cell| !layout.is_mass(cell.key())) {
        if let Rest::Aside(reason) = layout.rest(cell) {
            count(counts, reason);
        }
    }
}

fn count(counts: &mut Counts, reason: SetAside) {
    if let Some(count) = counts.get_mut(reason as usize) {
        *count += 1;
    }
}
