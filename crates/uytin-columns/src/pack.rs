//! Rows as eight or sixteen bytes each: what the formula needs of a record, and nothing else.

use std::hash::BuildHasher;

use arrow_buffer::{BooleanBuffer, NullBuffer};
use bytemuck::{Pod, Zeroable};
use foldhash::fast::RandomState;
use hashbrown::HashTable;

use uytin::kernel::{KeyLayout, MassKey, MassRow, Resolved, ResolvedBody, Resolver, Row, SetAside};
use uytin::{Date, Error, Policy, RecordType};

use crate::batch::{Batch, DictionaryKey, NULL, Texts, UNKNOWN};
use crate::ids::{Column, Ids, fill_by_dictionary};
use crate::row::RowRef;

/// So many rows are worked on at a time: their columns fit the first cache.
pub(crate) const BLOCK: usize = 1024;

/// What a row is packed into. Its key holds, from the top: subject within its partition, slot, class, source, age.
pub(crate) trait Cell: Pod + Default + Send + Sync {
    const TAGGED: bool;
    /// A row of checks or credits.
    fn counted(layout: Layout, key: u64, passed: u32, failed: u32) -> Self;
    /// Another row: one that is set aside, with its reason as a number, or one that is more than checks, with the number of its
    /// record.
    fn other(layout: Layout, key: u64, number: u64) -> Self;
    fn key(&self) -> u64;
    /// Puts the subject's bits into the key.
    fn of_subject(self, bits: u64) -> Self;
    /// Passed and failed.
    fn counts(&self, layout: Layout) -> (u32, u32);
    /// The number of another row.
    fn number(&self, layout: Layout) -> u64;
    /// The hash of the id, and the number of the row.
    fn tag(&self) -> (u32, u32);
    fn set_tag(&mut self, hash: u32, row: u32);
}

/// A row whose counts need more than a key leaves.
#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Packed {
    key: u64,
    /// Passed, or the low half of the number.
    a: u32,
    /// Failed, or the high half.
    b: u32,
}

/// A row of a table with ids: what tells repeated records apart.
#[derive(Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Tagged {
    packed: Packed,
    hash: u32,
    row: u32,
}

impl Cell for Packed {
    const TAGGED: bool = false;

    #[inline]
    fn counted(_: Layout, key: u64, passed: u32, failed: u32) -> Self {
        Self { key, a: passed, b: failed }
    }

    #[expect(clippy::cast_possible_truncation, reason = "split in halves")]
    fn other(_: Layout, key: u64, number: u64) -> Self {
        Self { key, a: number as u32, b: (number >> 32) as u32 }
    }

    #[inline]
    fn key(&self) -> u64 {
        self.key
    }

    #[inline]
    fn of_subject(self, bits: u64) -> Self {
        Self { key: self.key | bits, ..self }
    }

    #[inline]
    fn counts(&self, _: Layout) -> (u32, u32) {
        (self.a, self.b)
    }

    fn number(&self, _: Layout) -> u64 {
        u64::from(self.b) << 32 | u64::from(self.a)
    }

    fn tag(&self) -> (u32, u32) {
        (0, 0)
    }

    fn set_tag(&mut self, _: u32, _: u32) {}
}

impl Cell for Tagged {
    const TAGGED: bool = true;

    #[inline]
    fn counted(layout: Layout, key: u64, passed: u32, failed: u32) -> Self {
        Self { packed: Packed::counted(layout, key, passed, failed), ..Self::default() }
    }

    fn other(layout: Layout, key: u64, number: u64) -> Self {
        Self { packed: Packed::other(layout, key, number), ..Self::default() }
    }

    #[inline]
    fn key(&self) -> u64 {
        self.packed.key
    }

    #[inline]
    fn of_subject(self, bits: u64) -> Self {
        Self { packed: self.packed.of_subject(bits), ..self }
    }

    #[inline]
    fn counts(&self, layout: Layout) -> (u32, u32) {
        self.packed.counts(layout)
    }

    fn number(&self, layout: Layout) -> u64 {
        self.packed.number(layout)
    }

    fn tag(&self) -> (u32, u32) {
        (self.hash, self.row)
    }

    fn set_tag(&mut self, hash: u32, row: u32) {
        (self.hash, self.row) = (hash, row);
    }
}

/// A row in eight bytes, as the first touch of fresh memory is what takes time: below the key passed and failed; of another
/// row, below its slot, the number.
impl Cell for u64 {
    const TAGGED: bool = false;

    #[inline]
    fn counted(layout: Layout, key: u64, passed: u32, failed: u32) -> Self {
        key | Self::from(passed) << layout.failed | Self::from(failed)
    }

    fn other(layout: Layout, key: u64, number: u64) -> Self {
        key >> layout.keys.slot_from() << layout.keys.slot_from() | number
    }

    #[inline]
    fn key(&self) -> u64 {
        *self
    }

    #[inline]
    fn of_subject(self, bits: u64) -> Self {
        self | bits
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "each part fits what it was made from")]
    fn counts(&self, layout: Layout) -> (u32, u32) {
        ((self >> layout.failed & layout.passed_mask) as u32, (self & layout.failed_mask) as u32)
    }

    fn number(&self, layout: Layout) -> u64 {
        self & ((1 << layout.keys.slot_from()) - 1)
    }

    fn tag(&self) -> (u32, u32) {
        (0, 0)
    }

    fn set_tag(&mut self, _: u32, _: u32) {}
}

/// How many bits the parts of a row have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) keys: KeyLayout,
    /// Bits of age, source, class and slot.
    widths: [u32; 4],
    /// Bits of the counts below the key, if they are kept there.
    passed: u32,
    failed: u32,
    passed_mask: u64,
    failed_mask: u64,
    /// The slot of rows that are set aside; the next one is that of rows that are more than checks.
    aside: u16,
}

/// What a row is that is no checks or credits.
pub(crate) enum Rest {
    Aside(SetAside),
    /// More than numbers, by the number of the row.
    Other(u64),
}

impl Layout {
    /// For rows that are kept as whole records.
    pub(crate) const NONE: Self =
        Self { keys: KeyLayout::SUBJECT, widths: [0; 4], passed: 0, failed: 0, passed_mask: 0, failed_mask: 0, aside: 0 };

    /// The layout for a policy and a number of sources, with so many bits for the subject; `None` where they are too many.
    pub(crate) fn new(resolver: Resolver<'_>, sources: usize, local: u32) -> Option<Self> {
        let bits = |most: usize| usize::BITS - most.leading_zeros();
        let age = usize::try_from(resolver.horizon_days()).unwrap_or_default();
        let widths = [bits(age), bits(sources), bits(resolver.classes()), bits(resolver.slots() + 2)];
        Self { widths, aside: u16::try_from(resolver.slots()).ok()?, ..Self::NONE }.laid_out(local)
    }

    /// The same for rows in eight bytes, with these greatest counts; `None` where they do not fit, with 32 bits below the slot
    /// for the number of a row.
    pub(crate) fn tight(self, local: u32, passed: u32, failed: u32) -> Option<Self> {
        let bits = |most: u32| u32::BITS - most.leading_zeros();
        let (passed, failed) = (bits(passed), bits(failed));
        let mask = |bits: u32| (1_u64 << bits) - 1;
        let tight = Self { passed, failed, passed_mask: mask(passed), failed_mask: mask(failed), ..self }.laid_out(local)?;
        (tight.keys.slot_from() >= u32::BITS).then_some(tight)
    }

    fn laid_out(self, local: u32) -> Option<Self> {
        let [age, source, class, slot] = self.widths;
        let keys = KeyLayout::new(self.passed + self.failed, age, source, class, slot)?;
        (keys.subject_from() + local <= u64::BITS).then_some(Self { keys, ..self })
    }

    /// A row that is set aside.
    fn aside<C: Cell>(self, source: u32, reason: SetAside) -> C {
        C::other(self, self.keys.key(self.aside, 0, source, 0), reason as u64)
    }

    /// Whether the row is checks or credits.
    #[inline]
    pub(crate) fn is_mass(self, key: u64) -> bool {
        self.keys.slot_of(key) < self.aside
    }

    /// Whether the row is more than checks: it comes after all others of its subject.
    pub(crate) fn is_more(self, key: u64) -> bool {
        self.keys.slot_of(key) > self.aside
    }

    /// The row of checks or credits.
    pub(crate) fn mass<C: Cell>(self, cell: &C, as_of: i32) -> MassRow {
        let key = cell.key();
        let (favourable, adverse) = cell.counts(self);
        let Self { keys, .. } = self;
        let of = MassKey::new(keys.slot_of(key), keys.class_of(key), keys.source_of(key));
        MassRow { key: of, day: as_of - keys.age_of(key), favourable, adverse }
    }

    /// What another row is.
    pub(crate) fn rest<C: Cell>(self, cell: &C) -> Rest {
        let number = cell.number(self);
        match usize::try_from(number).ok().and_then(|reason| SetAside::ALL.get(reason)) {
            Some(&reason) if !self.is_more(cell.key()) => Rest::Aside(reason),
            _ => Rest::Other(number),
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
    /// How many numbers a criterion has, that of unknown ones among them.
    slots: u32,
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
                Row::Mass { slot, class, .. } => Ok(layout.keys.key(slot, class, 0, 0)),
                Row::Finding { .. } | Row::Exemption { .. } => Err(SetAside::UnknownCriterion),
            }
        });
        let rows: Vec<Result<u64, SetAside>> = rows.collect();
        let keys = rows.iter().map(|row| row.unwrap_or(Self::ASIDE)).collect();
        Some(Self { slots: u32::from(slots) + 1, rows, keys })
    }

    #[inline]
    fn place(&self, class: u32, slot: u32) -> usize {
        (class * self.slots + slot) as usize
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
    /// Whether any row was more than checks.
    pub(crate) any_more: bool,
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

/// The number of a place that a text may have among so many; the one after the last stands for what the policy does not know.
fn number(place: Option<u16>, places: usize) -> u32 {
    place.map_or(u32::try_from(places).unwrap_or(UNKNOWN), u32::from)
}

/// What a number of a text means.
fn place(number: u32, places: usize) -> Option<u16> {
    u16::try_from(number).ok().filter(|&place| usize::from(place) < places)
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
            classes: Lookup::new(resolver, |resolver, text| number(resolver.class(text), resolver.classes())),
            slots: Lookup::new(resolver, |resolver, text| number(resolver.slot(text), resolver.slots())),
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
            any_more: false,
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
            out.extend((start..start + len).map(|row| C::other(Layout::NONE, 0, batch.row(row) - self.base)));
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
                cell.set_tag(self.id_hasher.hash_one(id) as u32, (batch.row(row) - self.base) as u32);
            }
        }
        Ok(())
    }

    /// An observation with nothing unusual: all but its age depends on class and criterion alone.
    #[inline]
    fn plain_row<C: Cell>(&self, layout: Layout, static_rows: &StaticRows, of: PlainRow) -> C {
        let key = static_rows.key(of.class, of.slot);
        match self.resolver.age(self.as_of, of.day) {
            Ok(age) if key != StaticRows::ASIDE => {
                C::counted(layout, key | layout.keys.key(0, 0, of.source, age.unsigned_abs()), of.passed, of.failed)
            }
            age => layout.aside(of.source, static_rows.get(of.class, of.slot).err().or(age.err()).unwrap_or(SetAside::UnknownCriterion)),
        }
    }

    /// Packs a block of observations with nothing unusual.
    fn pack_plain<C: Cell>(&self, layout: Layout, static_rows: &StaticRows, out: &mut Vec<C>) {
        out.extend(self.block.rows().map(|of| self.plain_row::<C>(layout, static_rows, of)));
    }

    /// Packs a block of any records.
    fn pack_any<C: Cell>(&mut self, layout: Layout, batch: &Batch<'a>, start: usize, out: &mut Vec<C>) -> Result<(), Error> {
        let Self { resolver, as_of, ref block, ref static_rows, .. } = *self;
        let mut any_more = false;
        for ((row, of), &unusual) in (start..).zip(block.rows()).zip(&block.unusual) {
            let PlainRow { source, class, slot, day, passed, failed } = of;
            let resolved = match static_rows {
                Some(static_rows) if !unusual => {
                    out.push(self.plain_row(layout, static_rows, of));
                    continue;
                }
                None if !unusual => {
                    let body = ResolvedBody::Mass { kind: RecordType::Observation, favourable: passed, adverse: failed };
                    let (class, slot) = (place(class, resolver.classes()), place(slot, resolver.slots()));
                    Resolved { withdrawn: false, class, in_context: true, slot, body }
                }
                _ => RowRef { batch, row }.resolved(resolver)?,
            };
            out.push(match resolver.row(&resolved) {
                Ok(Row::Mass { slot, class, favourable, adverse }) => match resolver.age(as_of, day) {
                    Ok(age) => C::counted(layout, layout.keys.key(slot, class, source, age.unsigned_abs()), favourable, adverse),
                    Err(reason) => layout.aside(source, reason),
                },
                Ok(Row::Finding { .. } | Row::Exemption { .. }) => {
                    any_more = true;
                    C::other(layout, layout.keys.key(layout.aside + 1, 0, source, 0), batch.row(row) - self.base)
                }
                Err(reason) => layout.aside(source, reason),
            });
        }
        self.any_more |= any_more;
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
