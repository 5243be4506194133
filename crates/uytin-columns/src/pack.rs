//! Rows as sixteen bytes each: what the formula needs of a record, and nothing else.

use std::hash::BuildHasher;

use arrow_buffer::{BooleanBuffer, NullBuffer};
use bytemuck::{Pod, Zeroable};
use foldhash::fast::RandomState;
use hashbrown::HashTable;

use uytin::kernel::{MassKey, MassRow, Resolved, ResolvedBody, Resolver, Row, SetAside};
use uytin::{Date, Error, Policy, RecordType};

use crate::batch::{Batch, DictionaryKey, NULL, Texts, UNKNOWN};
use crate::ids::{Column, Ids, fill_by_dictionary};
use crate::row::RowRef;

/// So many rows are worked on at a time: their columns fit the first cache.
pub(crate) const BLOCK: usize = 1024;

/// One row. The key holds, from the top: subject within its partition, slot, class, source, age.
#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Packed {
    pub(crate) key: u64,
    /// Passed; of a row that is set aside the reason; of a row that is more than checks the low half of its number.
    pub(crate) a: u32,
    /// Failed; the high half.
    pub(crate) b: u32,
}

/// A row of a table with ids: what tells repeated records apart.
#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Tagged {
    packed: Packed,
    hash: u32,
    row: u32,
}

/// What a row is packed into.
pub(crate) trait Cell: Pod + Default + Send + Sync {
    const TAGGED: bool;
    fn new(packed: Packed, hash: u32, row: u32) -> Self;
    fn packed(&self) -> &Packed;
    fn packed_mut(&mut self) -> &mut Packed;
    /// The hash of the id, and the number of the row.
    fn tag(&self) -> (u32, u32);
}

impl Cell for Packed {
    const TAGGED: bool = false;

    fn new(packed: Packed, _: u32, _: u32) -> Self {
        packed
    }

    fn packed(&self) -> &Packed {
        self
    }

    fn packed_mut(&mut self) -> &mut Packed {
        self
    }

    fn tag(&self) -> (u32, u32) {
        (0, 0)
    }
}

impl Cell for Tagged {
    const TAGGED: bool = true;

    fn new(packed: Packed, hash: u32, row: u32) -> Self {
        Self { packed, hash, row }
    }

    fn packed(&self) -> &Packed {
        &self.packed
    }

    fn packed_mut(&mut self) -> &mut Packed {
        &mut self.packed
    }

    fn tag(&self) -> (u32, u32) {
        (self.hash, self.row)
    }
}

/// What a cell is kept as until it is ordered: as it is, or in eight bytes, where the first touch of fresh memory is what
/// takes time.
pub(crate) trait Kept: Pod + Send + Sync {
    type Cell: Cell;
    fn keep(cell: Self::Cell, tight: Tight) -> Self;
    fn take(self, tight: Tight) -> Self::Cell;
}

impl<C: Cell> Kept for C {
    type Cell = C;

    #[inline]
    fn keep(cell: C, _: Tight) -> C {
        cell
    }

    #[inline]
    fn take(self, _: Tight) -> C {
        self
    }
}

/// The key, and below it passed and failed; of a row that is no checks the key without class, source and age, and below it
/// the reason or the number of the row.
impl Kept for u64 {
    type Cell = Packed;

    #[inline]
    fn keep(cell: Packed, tight: Tight) -> u64 {
        let Packed { key, a, b } = cell;
        if tight.layout.is_mass(&cell) {
            return key << (tight.passed + tight.failed) | u64::from(a) << tight.failed | u64::from(b);
        }
        key >> tight.layout.slot_start() << tight.below_slot() | u64::from(a)
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "each part fits what it was made from")]
    fn take(self, tight: Tight) -> Packed {
        let key = self >> (tight.passed + tight.failed);
        if tight.layout.slot_of(key) < tight.layout.aside {
            let (a, b) = (self >> tight.failed & ((1 << tight.passed) - 1), self & ((1 << tight.failed) - 1));
            return Packed { key, a: a as u32, b: b as u32 };
        }
        Packed { key: self >> tight.below_slot() << tight.layout.slot_start(), a: self as u32, b: 0 }
    }
}

/// How rows fit eight bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tight {
    layout: Layout,
    /// Bits of the counts.
    passed: u32,
    failed: u32,
}

impl Tight {
    /// `None` where they do not fit: with these greatest counts, this many bits for the subject, and below the slot 32 bits
    /// for the number of a row.
    pub(crate) fn new(layout: Layout, local: u32, passed: u32, failed: u32) -> Option<Self> {
        let bits = |most: u32| u32::BITS - most.leading_zeros();
        let tight = Self { layout, passed: bits(passed), failed: bits(failed) };
        let all = layout.local() + local + tight.passed + tight.failed;
        (all <= u64::BITS && tight.below_slot() >= u32::BITS).then_some(tight)
    }

    /// For cells that are kept as they are.
    pub(crate) fn none() -> Self {
        Self { layout: Layout::NONE, passed: 0, failed: 0 }
    }

    const fn below_slot(self) -> u32 {
        self.layout.slot_start() + self.passed + self.failed
    }
}

/// How many bits the parts of a key have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    age: u32,
    source: u32,
    class: u32,
    slot: u32,
    /// The slot of rows that are set aside; the next one is that of rows that are more than checks.
    aside: u64,
}

/// What a row is that is no checks or credits.
pub(crate) enum Rest {
    Aside(SetAside),
    /// More than numbers, by the number of the row.
    Other(u64),
}

impl Layout {
    const NONE: Self = Self { age: 0, source: 0, class: 0, slot: 0, aside: 0 };

    /// The place of the slot's bits.
    const fn slot_start(self) -> u32 {
        self.age + self.source + self.class
    }

    /// The layout for a policy and a number of sources; `None` where subjects would have fewer than `local` bits.
    pub(crate) fn new(resolver: Resolver<'_>, sources: usize, local: u32) -> Option<Self> {
        let bits = |most: usize| usize::BITS - most.leading_zeros();
        let aside = resolver.slots() as u64;
        let layout = Self {
            age: bits(usize::try_from(resolver.horizon_days()).unwrap_or_default()),
            source: bits(sources),
            class: bits(resolver.classes()),
            slot: bits(resolver.slots() + 2),
            aside,
        };
        (layout.local() + local <= u64::BITS).then_some(layout)
    }

    /// The bits of the age, which no order depends on.
    pub(crate) const fn age(self) -> u32 {
        self.age
    }

    /// The place of the subject's bits.
    pub(crate) const fn local(self) -> u32 {
        self.slot_start() + self.slot
    }

    const fn key(self, slot: u64, class: u64, source: u32, age: u64) -> u64 {
        ((slot << self.class | class) << self.source | source as u64) << self.age | age
    }

    /// The key of a row that counts, from that of its slot and class.
    const fn counted(self, base: u64, source: u32, age: i32) -> u64 {
        base | (source as u64) << self.age | age.unsigned_abs() as u64
    }

    /// A row that is set aside.
    fn aside(self, source: u32, reason: SetAside) -> Packed {
        Packed { key: self.key(self.aside, 0, source, 0), a: reason as u32, b: 0 }
    }

    /// The source's number of a key.
    #[expect(clippy::cast_possible_truncation, reason = "at most 32 bits")]
    pub(crate) const fn source_of(self, key: u64) -> u32 {
        (key >> self.age & ((1 << self.source) - 1)) as u32
    }

    const fn slot_of(self, key: u64) -> u64 {
        key >> self.slot_start() & ((1 << self.slot) - 1)
    }

    /// Whether the row is checks or credits.
    #[inline]
    pub(crate) fn is_mass(self, packed: &Packed) -> bool {
        self.slot_of(packed.key) < self.aside
    }

    /// The row of checks or credits.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "each part fits what it was made from")]
    pub(crate) fn mass(self, packed: &Packed, as_of: i32) -> MassRow {
        let Packed { key, a, b } = *packed;
        let class = key >> (self.age + self.source) & ((1 << self.class) - 1);
        let age = (key & ((1 << self.age) - 1)) as i32;
        let key = MassKey::new(self.slot_of(key) as u16, class as u16, self.source_of(key));
        MassRow { key, day: as_of - age, favourable: a, adverse: b }
    }

    /// What another row is.
    pub(crate) fn rest(self, packed: &Packed) -> Rest {
        match SetAside::ALL.get(packed.a as usize) {
            Some(&reason) if self.slot_of(packed.key) == self.aside => Rest::Aside(reason),
            _ => Rest::Other(u64::from(packed.b) << 32 | u64::from(packed.a)),
        }
    }
}

/// Looks texts up, each once: by dictionary, or in a table of those seen.
struct Lookup<'a, 'p> {
    resolver: Resolver<'p>,
    resolve: fn(Resolver<'p>, &str) -> u32,
    maps: Vec<(DictionaryKey, std::sync::Arc<[u32]>)>,
    hasher: RandomState,
    table: HashTable<(&'a str, u32)>,
}

impl<'a, 'p> Lookup<'a, 'p> {
    fn new(resolver: Resolver<'p>, resolve: fn(Resolver<'p>, &str) -> u32) -> Self {
        Self { resolver, resolve, maps: Vec::new(), hasher: RandomState::default(), table: HashTable::new() }
    }

    /// Writes what the texts of the rows from `start` resolve to; [`NULL`] where they are null.
    fn fill(&mut self, texts: &Texts<'a>, start: usize, out: &mut [u32]) {
        if let Some((key, values)) = texts.dictionary() {
            if !self.maps.iter().any(|(known, _)| *known == key) {
                let map =
                    (0..values.len()).map(|place| values.get(place).map_or(NULL, |text| (self.resolve)(self.resolver, text))).collect();
                self.maps.push((key, map));
            }
            fill_by_dictionary(&self.maps, texts, start, out);
            return;
        }
        for (row, out) in (start..).zip(out) {
            *out = texts.get(row).map_or(NULL, |text| {
                let hash = self.hasher.hash_one(text);
                if let Some(&(_, id)) = self.table.find(hash, |(known, _)| *known == text) {
                    return id;
                }
                let id = (self.resolve)(self.resolver, text);
                // Of a column in which every text is another one nothing is gained by keeping them.
                if self.table.len() < 1 << 16 {
                    self.table.insert_unique(hash, (text, id), |(known, _)| self.hasher.hash_one(known));
                }
                id
            });
        }
    }
}

/// What holds of observations in context whatever their date, by class and criterion; each is asked for once.
struct StaticRows {
    slots: u32,
    classes: u32,
    rows: Vec<Result<u64, SetAside>>,
    /// The same, with [`StaticRows::ASIDE`] instead of a reason.
    keys: Vec<u64>,
}

impl StaticRows {
    /// Stands for rows that are set aside: no key has the bits of the subject yet.
    const ASIDE: u64 = u64::MAX;

    /// `None` where the policy is so large that asking for all of them would not pay.
    fn new(resolver: Resolver<'_>, layout: Layout) -> Option<Self> {
        let known = |count: usize| u16::try_from(count).ok().filter(|&count| count < 1 << 7);
        let (slots, classes) = (known(resolver.slots())?, known(resolver.classes())?);
        // The place after the last stands for what the policy does not know.
        let all = (0..=classes).flat_map(|class| (0..=slots).map(move |slot| (class, slot)));
        let rows = all.map(|(class, slot)| {
            let body = ResolvedBody::Mass { kind: RecordType::Observation, favourable: 0, adverse: 0 };
            let class = Some(class).filter(|&class| class < classes);
            let slot = Some(slot).filter(|&slot| slot < slots);
            match resolver.row(&Resolved { withdrawn: false, class, in_context: true, slot, body })? {
                Row::Mass { slot, class, .. } => Ok(layout.key(slot.into(), class.into(), 0, 0)),
                Row::Finding { .. } | Row::Exemption { .. } => Err(SetAside::UnknownCriterion),
            }
        });
        let rows: Vec<Result<u64, SetAside>> = rows.collect();
        let keys = rows.iter().map(|row| row.unwrap_or(Self::ASIDE)).collect();
        Some(Self { slots: slots.into(), classes: classes.into(), rows, keys })
    }

    #[inline]
    fn place(&self, class: u32, slot: u32) -> usize {
        (class.min(self.classes) * (self.slots + 1) + slot.min(self.slots)) as usize
    }

    #[inline]
    fn get(&self, class: u32, slot: u32) -> Result<u64, SetAside> {
        self.rows.get(self.place(class, slot)).copied().unwrap_or(Err(SetAside::UnknownCriterion))
    }

    #[inline]
    fn key(&self, class: u32, slot: u32) -> u64 {
        self.keys.get(self.place(class, slot)).copied().unwrap_or(Self::ASIDE)
    }
}

/// Packs the rows of batches, block by block.
pub(crate) struct Packer<'a, 'p> {
    resolver: Resolver<'p>,
    as_of: Date,
    layout: Option<Layout>,
    /// The number of the first row that rows are counted from.
    base: u64,
    id_hasher: RandomState,
    kinds: Lookup<'a, 'p>,
    classes: Lookup<'a, 'p>,
    slots: Lookup<'a, 'p>,
    contexts: Lookup<'a, 'p>,
    static_rows: Option<StaticRows>,
    block: Block,
}

/// An observation as numbers.
#[derive(Clone, Copy)]
struct PlainRow {
    source: u32,
    class: u32,
    slot: u32,
    day: i32,
    passed: u32,
    failed: u32,
}

/// The columns of a block as numbers.
struct Block {
    kind: Vec<u32>,
    source: Vec<u32>,
    class: Vec<u32>,
    slot: Vec<u32>,
    context: Vec<u32>,
    day: Vec<i32>,
    passed: Vec<u32>,
    failed: Vec<u32>,
    /// Rows that are more than an observation in context with its counts.
    unusual: Vec<bool>,
}

impl Block {
    #[inline]
    fn rows(&self) -> impl Iterator<Item = PlainRow> + '_ {
        let places = self.source.iter().zip(&self.class).zip(&self.slot);
        let rows = places.zip(&self.day).zip(self.passed.iter().zip(&self.failed));
        rows.map(|((((&source, &class), &slot), &day), (&passed, &failed))| PlainRow { source, class, slot, day, passed, failed })
    }
}

const OBSERVATION: u32 = 0;

/// The number of a place that a text may have.
fn number(place: Option<u16>) -> u32 {
    place.map_or(UNKNOWN, u32::from)
}

/// What a number of a text means.
#[expect(clippy::cast_possible_truncation, reason = "places of a policy are 16 bits wide")]
fn place(id: u32) -> Option<u16> {
    (id < UNKNOWN).then_some(id as u16)
}

impl<'a, 'p> Packer<'a, 'p> {
    /// A packer for one policy and day; without a layout every row is kept as a whole record.
    pub(crate) fn new(policy: &'p Policy, as_of: Date, layout: Option<Layout>, base: u64, id_hasher: RandomState) -> Self {
        let resolver = Resolver::new(policy);
        Self {
            resolver,
            as_of,
            layout,
            base,
            id_hasher,
            kinds: Lookup::new(resolver, |_, text| RecordType::from_text(text).map_or(UNKNOWN, |kind| kind as u32)),
            classes: Lookup::new(resolver, |resolver, text| number(resolver.class(text))),
            slots: Lookup::new(resolver, |resolver, text| number(resolver.slot(text))),
            contexts: Lookup::new(resolver, |resolver, text| resolver.in_context(text).into()),
            static_rows: layout.and_then(|layout| StaticRows::new(resolver, layout)),
            block: Block {
                kind: vec![OBSERVATION; BLOCK],
                source: vec![0; BLOCK],
                class: vec![0; BLOCK],
                slot: vec![0; BLOCK],
                context: vec![1; BLOCK],
                day: vec![0; BLOCK],
                passed: vec![0; BLOCK],
                failed: vec![0; BLOCK],
                unusual: Vec::with_capacity(BLOCK),
            },
        }
    }

    /// Packs at most [`BLOCK`] rows, in their order.
    pub(crate) fn pack<C: Cell>(
        &mut self,
        batch: &Batch<'a>,
        sources: &Ids,
        start: usize,
        len: usize,
        out: &mut Vec<C>,
    ) -> Result<(), Error> {
        out.clear();
        let Some(layout) = self.layout else {
            out.extend((start..start + len).map(|row| C::new(other(0, batch.row(row) - self.base), 0, 0)));
            return Ok(());
        };
        let plain = self.fill(batch, sources, start, len)?;
        match &self.static_rows {
            Some(static_rows) if plain => self.pack_plain(layout, static_rows, out),
            _ => self.pack_any(layout, batch, start, out)?,
        }
        if batch.revision.is_some() {
            (start..start + len).try_for_each(|row| RowRef { batch, row }.check_revision())?;
        }
        if C::TAGGED {
            for (row, cell) in (start..).zip(out) {
                let id = RowRef { batch, row }.id()?.unwrap_or_default();
                #[expect(clippy::cast_possible_truncation, reason = "a part of the hash; rows are counted in 32 bits")]
                let tagged = C::new(*cell.packed(), self.id_hasher.hash_one(id) as u32, (batch.row(row) - self.base) as u32);
                *cell = tagged;
            }
        }
        Ok(())
    }

    /// An observation with nothing unusual: all but its age depends on class and criterion alone.
    #[inline]
    fn plain_row(&self, layout: Layout, static_rows: &StaticRows, of: PlainRow) -> Packed {
        match (static_rows.get(of.class, of.slot), self.resolver.age(self.as_of, of.day)) {
            (Ok(base), Ok(age)) => Packed { key: layout.counted(base, of.source, age), a: of.passed, b: of.failed },
            (Err(reason), _) | (_, Err(reason)) => layout.aside(of.source, reason),
        }
    }

    /// Packs a block of observations with nothing unusual.
    fn pack_plain<C: Cell>(&self, layout: Layout, static_rows: &StaticRows, out: &mut Vec<C>) {
        // Those that are set aside are marked on the way, without a branch a row, and packed afterwards.
        let mut all_count = true;
        out.extend(self.block.rows().map(|of| {
            let key = static_rows.key(of.class, of.slot);
            let age = self.resolver.age(self.as_of, of.day);
            let counts = (key != StaticRows::ASIDE) & age.is_ok();
            all_count &= counts;
            let key = layout.counted(key, of.source, age.unwrap_or_default());
            C::new(Packed { key: if counts { key } else { StaticRows::ASIDE }, a: of.passed, b: of.failed }, 0, 0)
        }));
        if !all_count {
            for (cell, of) in out.iter_mut().zip(self.block.rows()) {
                if cell.packed().key == StaticRows::ASIDE {
                    *cell.packed_mut() = self.plain_row(layout, static_rows, of);
                }
            }
        }
    }

    /// Packs a block of any records.
    fn pack_any<C: Cell>(&self, layout: Layout, batch: &Batch<'a>, start: usize, out: &mut Vec<C>) -> Result<(), Error> {
        let Self { resolver, as_of, ref block, ref static_rows, .. } = *self;
        for ((row, of), &unusual) in (start..).zip(block.rows()).zip(&block.unusual) {
            let PlainRow { source, class, slot, day, passed, failed } = of;
            let resolved = match static_rows {
                Some(static_rows) if !unusual => {
                    out.push(C::new(self.plain_row(layout, static_rows, of), 0, 0));
                    continue;
                }
                None if !unusual => {
                    let body = ResolvedBody::Mass { kind: RecordType::Observation, favourable: passed, adverse: failed };
                    Resolved { withdrawn: false, class: place(class), in_context: true, slot: place(slot), body }
                }
                _ => RowRef { batch, row }.resolved(resolver)?,
            };
            let packed = match resolver.row(&resolved) {
                Ok(Row::Mass { slot, class, favourable, adverse }) => match resolver.age(as_of, day) {
                    Ok(age) => Packed {
                        key: layout.key(slot.into(), class.into(), source, u64::from(age.unsigned_abs())),
                        a: favourable,
                        b: adverse,
                    },
                    Err(reason) => layout.aside(source, reason),
                },
                Ok(Row::Finding { .. } | Row::Exemption { .. }) => {
                    other(layout.key(layout.aside + 1, 0, source, 0), batch.row(row) - self.base)
                }
                Err(reason) => layout.aside(source, reason),
            };
            out.push(C::new(packed, 0, 0));
        }
        Ok(())
    }

    /// Fills the block, and says whether all of its rows are observations with nothing unusual.
    fn fill(&mut self, batch: &Batch<'a>, sources: &Ids, start: usize, len: usize) -> Result<bool, Error> {
        let block = &mut self.block;
        // That none is wrong is soon seen; which one is, only where there is one.
        let first = |numbers: &[u32], wrong: fn(u32) -> bool| {
            let any = numbers.iter().fold(false, |any, &n| any | wrong(n));
            any.then(|| numbers.iter().position(|&n| wrong(n)).unwrap_or_default() + start)
        };
        for numbers in [
            &mut block.kind,
            &mut block.source,
            &mut block.class,
            &mut block.slot,
            &mut block.context,
            &mut block.passed,
            &mut block.failed,
        ] {
            numbers.resize(len, 0);
        }
        block.day.resize(len, 0);
        sources.fill(batch, Column::Texts(&batch.source), start, &mut block.source);
        if let Some(row) = first(&block.source, |n| n == NULL) {
            RowRef { batch, row }.source()?;
        }
        self.classes.fill(&batch.source_class, start, &mut block.class);
        self.slots.fill(&batch.criterion, start, &mut block.slot);
        for numbers in [&block.class, &block.slot] {
            if let Some(row) = first(numbers, |n| n == NULL) {
                RowRef { batch, row }.record()?;
            }
        }
        batch.date.days_into(batch, start, &mut block.day)?;
        match &batch.context {
            Some(texts) => self.contexts.fill(texts, start, &mut block.context),
            None => block.context.fill(1),
        }
        match &batch.kind {
            Some(texts) => {
                self.kinds.fill(texts, start, &mut block.kind);
                if let Some(row) = first(&block.kind, |n| n >= UNKNOWN) {
                    RowRef { batch, row }.kind()?;
                }
            }
            None => block.kind.fill(OBSERVATION),
        }
        for (numbers, out) in [(&batch.passed, &mut block.passed), (&batch.failed, &mut block.failed)] {
            match numbers {
                Some(numbers) => {
                    if let Some(values) = numbers.plain_u32(start, len) {
                        out.copy_from_slice(values);
                    } else if let Some(place) = numbers.counts_into(start, out) {
                        RowRef { batch, row: start + place }.record()?;
                    }
                }
                None => out.fill(0),
            }
        }
        block.unusual.clear();
        let kinds = block.kind.iter().zip(&block.context);
        block.unusual.extend(kinds.map(|(&kind, &in_context)| (kind != OBSERVATION) | (in_context == 0)));
        mark_unusual(batch, start, len, &mut block.unusual);
        Ok(!block.unusual.iter().fold(false, |any, &unusual| any | unusual))
    }
}

/// A row that is kept as the number of its record.
#[expect(clippy::cast_possible_truncation, reason = "split in halves")]
fn other(key: u64, row: u64) -> Packed {
    Packed { key, a: row as u32, b: (row >> 32) as u32 }
}

/// Marks the rows of a block that lack an observation's counts, that are withdrawn, or that have what belongs to other types.
fn mark_unusual(batch: &Batch<'_>, start: usize, len: usize, unusual: &mut [bool]) {
    let mut mark = |bits: &BooleanBuffer| {
        for place in bits.set_indices() {
            if let Some(unusual) = unusual.get_mut(place) {
                *unusual = true;
            }
        }
    };
    let all = || BooleanBuffer::new_set(len);
    let bits = |nulls: &NullBuffer| nulls.inner().slice(start, len);
    let texts = [&batch.severity, &batch.status, &batch.incident].map(|texts| texts.as_ref().map(Texts::nulls));
    let numbers = [&batch.reach, &batch.amount].map(|numbers| numbers.as_ref().map(|numbers| numbers.nulls));
    for nulls in texts.into_iter().chain(numbers).flatten() {
        mark(&nulls.map_or_else(all, bits));
    }
    for counts in [&batch.passed, &batch.failed] {
        match counts {
            None => mark(&all()),
            Some(counts) => {
                if let Some(nulls) = counts.nulls {
                    mark(&!&bits(nulls));
                }
            }
        }
    }
    if let Some(flags) = batch.withdrawn {
        mark(&flags.values().slice(start, len));
    }
}
