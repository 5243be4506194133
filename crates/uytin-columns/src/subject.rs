//! From the rows of one subject to its row of the result.

use std::sync::Arc;

use arrow_array::RecordBatch;
use uytin::kernel::{Crowd, MassRow, Rows as FormulaRows, Scorer, SetAside, bind, replaces, rows, set_aside};
use uytin::{BoundSubject, Date, Error, Ledger, Policy, Record};

use crate::batch::Batch;
use crate::ids::Name;
use crate::output::{Rows, Shape};
use crate::pack::{Cell, Layout, Rest};
use crate::previous::Previous;
use crate::row::{RowRef, number_records};

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

fn lost_row() -> Error {
    crate::batch::column_fault(uytin::Code::Inconsistent, "subject", "a table that changed while it was read", "one that does not")
}

/// Makes the rows of the result, subject after subject.
pub(crate) struct Finisher<'a, 'b> {
    context: Context<'a, 'b>,
    scorer: Scorer,
    /// Subjects that wait to be scored: their names are among the rows already, their verdicts are not.
    crowd: Crowd,
    masses: Vec<MassRow>,
    others: Vec<u64>,
    order: Vec<(u64, u32)>,
    rows: Rows,
    /// The batches that are full.
    pub(crate) batches: Vec<RecordBatch>,
    /// How many records are set aside, by reason.
    pub(crate) set_aside: Counts,
    /// How many subjects there were, of how many a previous tier was known, and how many records a merge has replaced.
    pub(crate) subjects: u64,
    pub(crate) with_previous: u64,
    pub(crate) replaced: u64,
}

impl<'a, 'b> Finisher<'a, 'b> {
    pub(crate) fn new(context: Context<'a, 'b>, capacity: usize) -> Self {
        Self {
            context,
            scorer: Scorer::new(context.policy, context.as_of),
            crowd: Crowd::new(context.policy, context.as_of),
            masses: Vec::new(),
            others: Vec::new(),
            order: Vec::new(),
            rows: Rows::new(context.shape, capacity),
            batches: Vec::new(),
            set_aside: Counts::default(),
            subjects: 0,
            with_previous: 0,
            replaced: 0,
        }
    }

    /// Hands out the last batch.
    pub(crate) fn close(&mut self) {
        self.score_crowd();
        if !self.rows.is_empty() {
            self.batches.extend(self.rows.take(self.context.shape));
        }
    }

    /// Scores the subjects that wait.
    fn score_crowd(&mut self) {
        let Self { context, crowd, rows, .. } = self;
        crowd.score(|verdict, pillars| rows.add(context.shape, &verdict, pillars));
    }

    /// Makes a subject's row; `cells` are all of its rows, in the order of their keys.
    pub(crate) fn finish<C: Cell>(&mut self, name: Name<'_>, cells: &mut [C]) -> Result<(), Error> {
        self.subjects += 1;
        let mut counts = [0; SetAside::ALL.len()];
        match self.context.layout {
            Some(layout) => self.score(layout, name, cells, &mut counts)?,
            None => self.explain(name, cells, &mut counts)?,
        }
        for (all, &count) in self.set_aside.iter_mut().zip(&counts) {
            *all += u64::from(count);
        }
        if self.context.shape.extras.set_aside {
            self.rows.add_set_aside(&counts);
        }
        if self.rows.is_full() {
            self.score_crowd();
            self.batches.extend(self.rows.take(self.context.shape));
        }
        Ok(())
    }

    /// The plain route: numbers alone, but for findings and exemptions.
    fn score<C: Cell>(
        &mut self,
        layout: Layout,
        name: Name<'_>,
        cells: &mut [C],
        counts: &mut [u32; SetAside::ALL.len()],
    ) -> Result<(), Error> {
        let context = self.context;
        let kept = if C::TAGGED && cells.len() > 1 { self.merge(layout, cells)? } else { cells.len() };
        let cells = cells.get_mut(..kept).unwrap_or_default();
        // Checks and credits come before all others.
        let others = cells.iter().rev().take_while(|cell| !layout.is_mass(cell.packed())).count();
        let (masses, others) = cells.split_at(cells.len() - others);
        self.others.clear();
        for cell in others {
            match layout.rest(cell.packed()) {
                Rest::Aside(reason) => count(counts, reason),
                Rest::Other(row) => self.others.push(row),
            }
        }
        let previous = context.previous.and_then(|previous| previous.get(name));
        self.with_previous += u64::from(previous.is_some());
        let previous = previous.map(|previous| previous.tier);
        let as_of = context.as_of.days();
        let mass = |cell: &C| layout.mass(cell.packed(), as_of);
        if self.others.is_empty() && context.watch.is_none() && context.shape.screening.is_none() {
            self.rows.name(name);
            self.crowd.add(masses, mass, previous);
            if self.crowd.waiting() >= CROWD {
                self.score_crowd();
            }
            return Ok(());
        }
        self.score_crowd();
        self.masses.clear();
        self.masses.extend(masses.iter().map(mass));
        let bound;
        let mut rows_of = FormulaRows::default();
        if !self.others.is_empty() {
            let mut records = self.others.iter().map(|&row| context.record(row)).collect::<Result<Vec<Record>, Error>>()?;
            if !context.with_ids {
                number_records(&mut records);
            }
            bound = bind(context.policy, name.to_text(), records.into_iter().map(Arc::new).collect());
            set_aside(&bound, context.as_of).for_each(|reason| count(counts, reason));
            rows_of = rows(&bound);
        }
        rows_of.masses = &self.masses;
        if let Some(watch) = context.watch {
            watch(&name.to_text(), &self.masses);
        }
        let (verdict, pillars) = self.scorer.score(&rows_of, previous);
        self.rows.name(name);
        self.rows.add(context.shape, &verdict, pillars);
        if let Some((brief, with_text)) = &context.shape.screening {
            self.rows.add_screened(brief, *with_text, name, brief.shortfall(&rows_of, context.as_of, &verdict));
        }
        Ok(())
    }

    /// The explained route: whole records, and the assessment that cites them.
    fn explain<C: Cell>(&mut self, name: Name<'_>, cells: &mut [C], counts: &mut [u32; SetAside::ALL.len()]) -> Result<(), Error> {
        let context = self.context;
        let row = |cell: &C| u64::from(cell.packed().b) << 32 | u64::from(cell.packed().a);
        let bound = self.bind(name, cells.iter().map(row))?;
        let previous = context.previous.and_then(|previous| previous.get(name));
        self.with_previous += u64::from(previous.is_some());
        let tier = previous.map(|previous| previous.tier);
        set_aside(&bound, context.as_of).for_each(|reason| count(counts, reason));
        if let Some(watch) = context.watch {
            watch(&name.to_text(), rows(&bound).masses);
        }
        let (verdict, pillars) = self.scorer.score(&rows(&bound), tier);
        self.rows.name(name);
        self.rows.add(context.shape, &verdict, pillars);
        if let Some((brief, with_text)) = &context.shape.screening {
            self.rows.add_screened(brief, *with_text, name, brief.shortfall(&rows(&bound), context.as_of, &verdict));
        }
        if context.shape.extras.explained() {
            let assessment = bound.assess(context.as_of, previous.map(|previous| &*previous.id));
            self.rows.add_explained(context.shape, context.policy, &assessment);
        }
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
            self.replaced += (filed - ledger.len()) as u64;
            return Ok(ledger.bind_subject(context.policy, &name.to_text()));
        }
        let mut records = records.collect::<Result<Vec<Record>, Error>>()?;
        number_records(&mut records);
        Ok(bind(context.policy, name.to_text(), records.into_iter().map(Arc::new).collect()))
    }

    /// Moves the cells to the front that the merge keeps (`MODEL.md` §3), and gives their number.
    fn merge<C: Cell>(&mut self, layout: Layout, cells: &mut [C]) -> Result<usize, Error> {
        self.order.clear();
        let key = |cell: &C| u64::from(layout.source_of(cell.packed().key)) << 32 | u64::from(cell.tag().0);
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
                self.replaced += 1;
            } else {
                cells.swap(kept, place);
                kept += 1;
            }
        }
        Ok(kept)
    }
}

/// So many sums wait before they are scored together: they stay in the second cache.
const CROWD: usize = 1 << 11;

fn count(counts: &mut [u32; SetAside::ALL.len()], reason: SetAside) {
    if let Some(count) = counts.get_mut(reason as usize) {
        *count += 1;
    }
}
