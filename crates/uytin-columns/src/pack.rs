//! Rows as eight or sixteen bytes each: what the formula needs of a record, and nothing else.

use std::hash::BuildHasher;

use arrow_buffer::{BooleanBuffer, NullBuffer};
use bytemuck::{Pod, Zeroable};
use foldhash::fast::RandomState;
use hashbrown::HashTable;

use uytin::kernel::{Ages, KeyLayout, MassKey, MassRow, Resolved, ResolvedBody, Resolver, Row, SetAside};
use uytin::{Date, Error, RecordType};

use crate::batch::{Batch, DictionaryKey, NULL, Numbers, Texts, UNKNOWN};
use crate::ids::{Column, Ids, Map, fill_by_dictionary};
use crate::row::RowRef;
use crate::subject::Context;

/// So many rows are worked on at a time: their columns fit the first cache.
pub(crate) const BLOCK: usize = 1024;

/// So few rows are looked at one by one where one of them is set aside, or more than checks.
const FEW: usize = 16;

/// What a row is packed into. Its key holds, from the top: subject within its partition, slot, class, source, age.
pub(crate) trait Cell: Pod + Default + Send + Sync {
    const TAGGED: bool;
    /// A row of checks or credits.
    fn counted(layout: Layout, key: u64, passed: u32, failed: u32) -> Self;
    /// Another row: one that is set aside, with its reason as a number, or one that is more than checks, with the number of its
    /// record.
    fn other(layout: Layout, key: u64, number: u64) -> Self;
    fn key(&self) -> u64;
    /// The same row of the subject with this number.
    fn of_subject(self, keys: KeyLayout, subject: u32) -> Self;
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
    fn of_subject(self, keys: KeyLayout, subject: u32) -> Self {
        Self { key: keys.of_subject(self.key, subject), ..self }
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
    fn of_subject(self, keys: KeyLayout, subject: u32) -> Self {
        Self { packed: self.packed.of_subject(keys, subject), ..self }
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
    fn of_subject(self, keys: KeyLayout, subject: u32) -> Self {
        keys.of_subject(self, subject)
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
        let aside = u16::try_from(resolver.slots()).ok().filter(|&slots| slots < u16::MAX)?;
        Self { widths, aside, ..Self::NONE }.laid_out(local)
    }

    /// The same for rows in eight bytes, with counts of at most these bits; `None` where they do not fit, with 32 bits below the
    /// slot for the number of a row.
    pub(crate) fn tight(self, local: u32, counts: [u32; 2]) -> Option<Self> {
        let [passed, failed] = counts.map(|any| u32::BITS - any.leading_zeros());
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
    maps: Vec<(DictionaryKey, Map)>,
    hasher: RandomState,
    table: HashTable<(&'a str, u32)>,
}

impl<'a, 'p> Lookup<'a, 'p> {
    fn new(resolver: Resolver<'p>, resolve: fn(Resolver<'p>, &str) -> u32) -> Self {
        Self { resolver, resolve, maps: Vec::new(), hasher: RandomState::default(), table: HashTable::new() }
    }

    /// What each of these texts resolves to.
    fn resolved(&self, texts: &Texts<'_>) -> Vec<u32> {
        (0..texts.len()).map(|place| texts.get(place).map_or(NULL, |text| (self.resolve)(self.resolver, text))).collect()
    }

    /// Writes what the texts of the rows from `start` resolve to; [`NULL`] where they are null.
    fn fill(&mut self, texts: &Texts<'a>, start: usize, out: &mut [u32]) {
        if let Some((key, values)) = texts.dictionary() {
            if !self.maps.iter().any(|(known, _)| *known == key) {
                self.maps.push((key, Map::new(self.resolved(values))));
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

/// The keys of observations in context whatever their source and date, by class and criterion; each is asked for once.
struct StaticKeys {
    /// How many numbers a criterion has, that of unknown ones among them.
    slots: u32,
    keys: Vec<u64>,
    /// By dictionaries of classes and of criteria.
    pairs: Vec<([DictionaryKey; 2], usize, Vec<u64>)>,
}

impl StaticKeys {
    /// Stands for rows that are set aside, or that need a look at all of their fields: no key has the bits of the subject yet.
    const NONE: u64 = u64::MAX;
    /// So many keys are worth being asked for.
    const MOST: usize = 1 << 16;

    /// `None` where the policy is too large.
    fn new(resolver: Resolver<'_>, layout: Layout) -> Option<Self> {
        let (classes, slots) = (resolver.classes(), resolver.slots());
        if (classes + 1).saturating_mul(slots + 1) > Self::MOST {
            return None;
        }
        // The place after the last stands for what the policy does not know.
        let all = (0..=classes).flat_map(|class| (0..=slots).map(move |slot| (place(class, classes), place(slot, slots))));
        let keys = all.map(|(class, slot)| {
            let body = ResolvedBody::Mass { kind: RecordType::Observation, favourable: 0, adverse: 0 };
            match resolver.row(&Resolved { withdrawn: false, class, in_context: true, slot, body }) {
                Ok(Row::Mass { slot, class, .. }) => layout.keys.key(slot, class, 0, 0),
                _ => Self::NONE,
            }
        });
        Some(Self { slots: u32::try_from(slots + 1).ok()?, keys: keys.collect(), pairs: Vec::new() })
    }

    #[inline]
    fn get(&self, class: u32, slot: u32) -> u64 {
        if class == NULL || slot == NULL {
            return Self::NONE;
        }
        self.keys.get((class * self.slots + slot) as usize).copied().unwrap_or(Self::NONE)
    }

    /// Writes the keys of the rows from `start`; `false` where that takes a look at the texts.
    fn fill_by_dictionary(
        &mut self,
        classes: (&Lookup<'_, '_>, &Texts<'_>),
        slots: (&Lookup<'_, '_>, &Texts<'_>),
        start: usize,
        out: &mut [u64],
    ) -> bool {
        let (Texts::Dictionary { keys: class_keys, nulls: None, .. }, Texts::Dictionary { keys: slot_keys, nulls: None, .. }) =
            (classes.1, slots.1)
        else {
            return false;
        };
        let (Some((of_classes, class_texts)), Some((of_slots, slot_texts))) = (classes.1.dictionary(), slots.1.dictionary()) else {
            return false;
        };
        let dictionaries = [of_classes, of_slots];
        let place = match self.pairs.iter().position(|(known, ..)| *known == dictionaries) {
            Some(place) => place,
            None if class_texts.len().saturating_mul(slot_texts.len()) > Self::MOST => return false,
            None => {
                let of_slots = slots.0.resolved(slot_texts);
                let of_classes = classes.0.resolved(class_texts);
                let keys = of_classes.iter().flat_map(|&class| of_slots.iter().map(move |&slot| (class, slot)));
                let keys = keys.map(|(class, slot)| self.get(class, slot)).collect();
                self.pairs.push((dictionaries, of_slots.len(), keys));
                self.pairs.len() - 1
            }
        };
        let Some((_, slots, keys)) = self.pairs.get(place) else { return false };
        class_keys.pair_into(*slot_keys, start, *slots, keys, out)
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
    static_keys: Option<StaticKeys>,
    block: Block,
    /// Whether any row was more than checks.
    pub(crate) any_more: bool,
}

/// The columns of a block as numbers, where they are not that in the batch.
struct Block {
    kind: Vec<u32>,
    source: Vec<u32>,
    class: Vec<u32>,
    slot: Vec<u32>,
    /// What class and slot make of the key of an observation with nothing unusual, or [`StaticKeys::NONE`].
    key: Vec<u64>,
    context: Vec<u32>,
    day: Vec<i32>,
    age: Vec<u32>,
    passed: Vec<u32>,
    failed: Vec<u32>,
    /// Rows that are more than an observation in context with its counts.
    unusual: Vec<bool>,
}

const OBSERVATION: u32 = 0;

/// The number of a place that a text may have among so many; the one after the last stands for what the policy does not know.
fn number(place: Option<u16>, places: usize) -> u32 {
    place.map_or(u32::try_from(places).unwrap_or(UNKNOWN), u32::from)
}

/// What a number of a text means.
fn place(number: usize, places: usize) -> Option<u16> {
    u16::try_from(number).ok().filter(|_| number < places)
}

impl<'a, 'p> Packer<'a, 'p> {
    /// A packer for one policy and day; without a layout every row is kept as a whole record.
    pub(crate) fn new(context: &Context<'_, 'p>, id_hasher: RandomState) -> Self {
        let Context { policy, as_of, layout, .. } = *context;
        let (resolver, base) = (Resolver::new(policy), context.base());
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
            static_keys: layout.and_then(|layout| StaticKeys::new(resolver, layout)),
            block: Block {
                kind: vec![OBSERVATION; BLOCK],
                source: vec![0; BLOCK],
                class: vec![0; BLOCK],
                slot: vec![0; BLOCK],
                key: vec![0; BLOCK],
                context: vec![1; BLOCK],
                day: vec![0; BLOCK],
                age: vec![0; BLOCK],
                passed: vec![0; BLOCK],
                failed: vec![0; BLOCK],
                unusual: Vec::with_capacity(BLOCK),
            },
            any_more: false,
        }
    }

    /// Packs at most [`BLOCK`] rows from `start` into `cells`, in their order. Each has its subject's number, of which the bits
    /// of `mask` are kept.
    pub(crate) fn pack<C: Cell>(
        &mut self,
        batch: &Batch<'a>,
        sources: &Ids,
        start: usize,
        (subjects, mask): (&[u32], u32),
        cells: &mut Vec<C>,
    ) -> Result<(), Error> {
        let len = subjects.len();
        cells.resize(len, C::default());
        let Some(layout) = self.layout else {
            for ((cell, row), subject) in cells.iter_mut().zip(start..).zip(subjects) {
                *cell = C::other(Layout::NONE, 0, batch.row(row) - self.base).of_subject(KeyLayout::SUBJECT, subject & mask);
            }
            return Ok(());
        };
        self.fill(batch, sources, start, len)?;
        if batch.revision.is_some() {
            (start..start + len).try_for_each(|row| RowRef { batch, row }.check_revision())?;
        }
        let Block { source, key: keys, age, passed, failed, .. } = &self.block;
        let counts = |counts: &Option<Numbers<'a>>| counts.as_ref().and_then(|counts| counts.plain_u32(start, len));
        let [passed, failed] = [(&batch.passed, passed), (&batch.failed, failed)].map(|(of, block)| counts(of).unwrap_or(block));
        // As if all were checks that count, which needs no branch; and then the others.
        let parts = keys.iter().zip(subjects).zip(source).zip(age).zip(passed.iter().zip(failed));
        for (cell, ((((&key, subject), &source), &age), (&passed, &failed))) in cells.iter_mut().zip(parts) {
            *cell = C::counted(layout, layout.keys.filled(key, subject & mask, source, age), passed, failed);
        }
        let mut any_more = false;
        for place in fews_with_others(keys, age).flat_map(|few| few * FEW..(few + 1) * FEW) {
            let (Some(&key), Some(&age)) = (keys.get(place), age.get(place)) else { break };
            if key != StaticKeys::NONE && age != Ages::NONE {
                continue;
            }
            if let (Some(cell), Some(subject), Some(&source)) = (cells.get_mut(place), subjects.get(place), source.get(place)) {
                let other: C = self.other_row(layout, RowRef { batch, row: start + place }, key, source, &mut any_more)?;
                *cell = other.of_subject(layout.keys, subject & mask);
            }
        }
        self.any_more |= any_more;
        if C::TAGGED {
            for (cell, row) in cells.iter_mut().zip(start..) {
                let id = RowRef { batch, row }.id()?.unwrap_or_default();
                #[expect(clippy::cast_possible_truncation, reason = "a part of the hash; rows are counted in 32 bits")]
                cell.set_tag(self.id_hasher.hash_one(id) as u32, (batch.row(row) - self.base) as u32);
            }
        }
        Ok(())
    }

    /// A row that is set aside, or more than an observation with its counts.
    #[cold]
    #[inline(never)]
    fn other_row<C: Cell>(&self, layout: Layout, row: RowRef<'_, '_>, key: u64, source: u32, any_more: &mut bool) -> Result<C, Error> {
        let age = self.resolver.ages(self.as_of).of(row.batch.date.get(row.batch, row.row)?.days());
        if let (Err(reason), true) = (age, key != StaticKeys::NONE) {
            return Ok(layout.aside(source, reason));
        }
        Ok(match self.resolver.row(&row.resolved(self.resolver)?) {
            Ok(Row::Mass { slot, class, favourable, adverse }) => match age {
                Ok(age) => C::counted(layout, layout.keys.key(slot, class, source, age.unsigned_abs()), favourable, adverse),
                Err(reason) => layout.aside(source, reason),
            },
            Ok(Row::Finding { .. } | Row::Exemption { .. }) => {
                *any_more = true;
                C::other(layout, layout.keys.key(layout.aside + 1, 0, source, 0), row.batch.row(row.row) - self.base)
            }
            Err(reason) => layout.aside(source, reason),
        })
    }

    /// Fills the block.
    fn fill(&mut self, batch: &Batch<'a>, sources: &Ids, start: usize, len: usize) -> Result<(), Error> {
        let block = &mut self.block;
        // That none is wrong is soon seen; which one is, only where there is one.
        let first = |numbers: &[u32], wrong: fn(u32) -> bool| {
            let any = numbers.iter().fold(false, |any, &n| any | wrong(n));
            any.then(|| numbers.iter().position(|&n| wrong(n)).unwrap_or_default() + start)
        };
        for numbers in [&mut block.kind, &mut block.source, &mut block.context, &mut block.passed, &mut block.failed] {
            numbers.resize(len, 0);
        }
        block.day.resize(len, 0);
        sources.fill(batch, Column::Texts(&batch.source), start, &mut block.source);
        if let Some(row) = first(&block.source, |n| n == NULL) {
            RowRef { batch, row }.source()?;
        }
        block.key.resize(len, StaticKeys::NONE);
        match &mut self.static_keys {
            Some(keys) => {
                let (classes, slots) = ((&self.classes, &batch.source_class), (&self.slots, &batch.criterion));
                if !keys.fill_by_dictionary(classes, slots, start, &mut block.key) {
                    block.class.resize(len, NULL);
                    block.slot.resize(len, NULL);
                    self.classes.fill(&batch.source_class, start, &mut block.class);
                    self.slots.fill(&batch.criterion, start, &mut block.slot);
                    for (key, (&class, &slot)) in block.key.iter_mut().zip(block.class.iter().zip(&block.slot)) {
                        *key = keys.get(class, slot);
                    }
                }
            }
            None => block.key.fill(StaticKeys::NONE),
        }
        let ages = self.resolver.ages(self.as_of);
        block.age.resize(len, 0);
        match batch.date.plain(start, len) {
            Some(days) => ages.fill(days, &mut block.age),
            None => {
                batch.date.days_into(batch, start, &mut block.day)?;
                ages.fill(&block.day, &mut block.age);
            }
        }
        block.unusual.clear();
        block.unusual.resize(len, false);
        if let Some(texts) = &batch.context {
            self.contexts.fill(texts, start, &mut block.context);
            let contexts = block.unusual.iter_mut().zip(&block.context);
            contexts.for_each(|(unusual, &in_context)| *unusual |= in_context == 0);
        }
        if let Some(texts) = &batch.kind {
            self.kinds.fill(texts, start, &mut block.kind);
            if let Some(row) = first(&block.kind, |n| n >= UNKNOWN) {
                RowRef { batch, row }.kind()?;
            }
            block.unusual.iter_mut().zip(&block.kind).for_each(|(unusual, &kind)| *unusual |= kind != OBSERVATION);
        }
        for (numbers, out) in [(&batch.passed, &mut block.passed), (&batch.failed, &mut block.failed)] {
            match numbers {
                Some(numbers) if numbers.plain_u32(start, len).is_some() => {}
                Some(numbers) => {
                    if let Some(place) = numbers.counts_into(start, out) {
                        RowRef { batch, row: start + place }.record()?;
                    }
                }
                None => out.fill(0),
            }
        }
        mark_unusual(batch, start, len, &mut block.unusual);
        if block.unusual.iter().fold(false, |any, &unusual| any | unusual) {
            for (key, _) in block.key.iter_mut().zip(&block.unusual).filter(|(_, unusual)| **unusual) {
                *key = StaticKeys::NONE;
            }
        }
        Ok(())
    }
}

/// Which few of the rows have any that is set aside, or more than checks: the last ones may.
fn fews_with_others(keys: &[u64], ages: &[u32]) -> impl Iterator<Item = usize> {
    let ((keys, _), (ages, rest)) = (keys.as_chunks::<FEW>(), ages.as_chunks::<FEW>());
    // No other key or age has the uppermost bit.
    let any_other = |keys: &[u64; FEW], ages: &[u32; FEW]| {
        let (of_keys, of_ages) = (keys.iter().fold(0, |all, key| all | key), ages.iter().fold(0, |all, age| all | age));
        of_keys.leading_zeros() == 0 || of_ages.leading_zeros() == 0
    };
    let found = keys.iter().zip(ages).enumerate().filter(move |(_, (keys, ages))| any_other(keys, ages)).map(|(few, _)| few);
    found.chain((!rest.is_empty()).then_some(keys.len()))
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
