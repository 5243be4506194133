//! Texts and numbers as small integers: subjects in order of their values, sources in order of appearance.

use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, LargeStringArray, RecordBatch, make_array};
use arrow_schema::DataType;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use rayon::prelude::*;

use uytin::{Code, Error, quote};

use crate::batch::{Batch, CHUNK_ROWS, DictionaryKey, Keys, NULL, Piece, Subjects, Texts, chunks, column_fault, value_fault};
use crate::order::first_places;
use crate::space::Space;

/// What is numbered, as sixteen bytes.
pub(crate) trait Key: Eq {
    /// The value itself where it fits, else two hashes of it.
    fn word(&self, hasher: &RandomState) -> Word;
}

/// Sixteen bytes that stand for a value: equal values have equal words, and words that are exact are equal for no others.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Word(u64, u64);

impl Word {
    /// The last byte of a text's word: its length, or this.
    const LONG: u8 = u8::MAX;

    /// Whether no other value has this word.
    const fn is_exact(self) -> bool {
        (self.1 >> 56) as u8 != Self::LONG
    }
}

impl Key for str {
    #[inline]
    fn word(&self, hasher: &RandomState) -> Word {
        let mut bytes = [0; 16];
        if let Some(place) = bytes.get_mut(..self.len()).filter(|_| self.len() < 16) {
            place.copy_from_slice(self.as_bytes());
            let length = (self.len() as u64) << 56;
            let low = u64::from_le_bytes(bytes.first_chunk().copied().unwrap_or_default());
            let high = u64::from_le_bytes(bytes.last_chunk().copied().unwrap_or_default());
            return Word(low, high | length);
        }
        let hash = hasher.hash_one(self);
        Word(hash, hasher.hash_one((hash, self.len())) | u64::from(Word::LONG) << 56)
    }
}

impl Key for &str {
    #[inline]
    fn word(&self, hasher: &RandomState) -> Word {
        (**self).word(hasher)
    }
}

impl Key for Box<str> {
    fn word(&self, hasher: &RandomState) -> Word {
        (**self).word(hasher)
    }
}

impl Key for i128 {
    /// Integers of columns have at most 65 bits.
    #[inline]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "split")]
    fn word(&self, _: &RandomState) -> Word {
        Word(*self as u64, u64::from(*self < 0))
    }
}

/// Numbers values in order of appearance.
pub(crate) struct Interner<K> {
    hasher: RandomState,
    /// Words beside the numbers, so that a look at a short value ends in the table.
    table: HashTable<(Word, u32)>,
    values: Vec<K>,
}

impl<K: Key> Interner<K> {
    pub(crate) fn new() -> Self {
        Self { hasher: RandomState::default(), table: HashTable::new(), values: Vec::new() }
    }

    /// The number of a value; `own` makes what is kept of it, if it is new.
    #[inline]
    pub(crate) fn add<Q: Key + ?Sized>(&mut self, value: &Q, own: impl FnOnce() -> K) -> u32
    where
        K: std::borrow::Borrow<Q>,
    {
        let Self { hasher, table, values } = self;
        let word = value.word(hasher);
        let hash = hasher.hash_one(word);
        let is_it = |&(known, place): &(Word, u32)| {
            known == word && (word.is_exact() || values.get(place as usize).is_some_and(|known| known.borrow() == value))
        };
        if let Some(&(_, place)) = table.find(hash, is_it) {
            return place;
        }
        let place = u32::try_from(values.len()).unwrap_or(NULL);
        values.push(own());
        table.insert_unique(hash, (word, place), |(word, _)| hasher.hash_one(word));
        place
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }
}

/// The number of each value of a dictionary.
pub(crate) enum Map {
    /// So many, each of which has its own place.
    Same(u32),
    /// [`NULL`] where a value has none.
    Numbers(Vec<u32>),
}

impl Map {
    pub(crate) fn new(numbers: Vec<u32>) -> Self {
        match u32::try_from(numbers.len()) {
            Ok(len) if numbers.iter().copied().eq(0..len) => Self::Same(len),
            _ => Self::Numbers(numbers),
        }
    }
}

/// How the rows of a column get their numbers.
pub(crate) enum Ids {
    /// Numbers from this one on.
    Offset(i64),
    /// By dictionary.
    Maps(Vec<(DictionaryKey, Map)>),
    /// Row by row, from the row of this number on.
    Rows(u64, Vec<u32>),
}

impl Ids {
    /// Whether a row's number is to be looked up where others may lie far away.
    pub(crate) fn is_looked_up(&self) -> bool {
        matches!(self, Self::Maps(maps) if maps.iter().any(|(_, map)| matches!(map, Map::Numbers(_))))
    }

    /// Writes the numbers of the rows from `start`; [`NULL`] where a row has none.
    pub(crate) fn fill(&self, batch: &Batch<'_>, column: Column<'_, '_>, start: usize, out: &mut [u32]) {
        match (self, column) {
            (Self::Rows(first, ids), _) => {
                let from = usize::try_from(batch.row(start) - first).unwrap_or(usize::MAX);
                match ids.get(from..from.saturating_add(out.len())) {
                    Some(ids) => out.copy_from_slice(ids),
                    None => out.fill(NULL),
                }
            }
            (Self::Offset(min), Column::Numbers(keys, _)) => offset_into(keys, *min, start, out),
            (Self::Maps(maps), Column::Texts(texts)) => fill_by_dictionary(maps, texts, start, out),
            _ => out.fill(NULL),
        }
        let nulls = match column {
            Column::Numbers(_, nulls) => nulls,
            Column::Texts(Texts::Dictionary { nulls, .. }) => *nulls,
            Column::Texts(_) => None,
        };
        if let Some(nulls) = nulls {
            for (row, out) in (start..).zip(out) {
                if nulls.is_null(row) {
                    *out = NULL;
                }
            }
        }
    }
}

/// A column of what is numbered.
#[derive(Clone, Copy)]
pub(crate) enum Column<'a, 'b> {
    Numbers(Keys<'a>, Option<&'a arrow_buffer::NullBuffer>),
    Texts(&'b Texts<'a>),
}

impl<'a> Subjects<'a> {
    pub(crate) fn column(&self) -> Column<'a, '_> {
        match self {
            Self::Numbers(keys, nulls) => Column::Numbers(*keys, *nulls),
            Self::Texts(texts) | Self::Entries(texts) => Column::Texts(texts),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "differences are exact modulo 2^64, and small"
)]
fn offset_into(keys: Keys<'_>, min: i64, start: usize, out: &mut [u32]) {
    macro_rules! offset {
        ($slice:expr) => {
            for (out, &key) in out.iter_mut().zip($slice.get(start..).unwrap_or_default()) {
                *out = (key as i64).wrapping_sub(min) as u32;
            }
        };
    }
    match keys {
        Keys::I8(slice) => offset!(slice),
        Keys::I16(slice) => offset!(slice),
        Keys::I32(slice) => offset!(slice),
        Keys::I64(slice) => offset!(slice),
        Keys::U8(slice) => offset!(slice),
        Keys::U16(slice) => offset!(slice),
        Keys::U32(slice) => offset!(slice),
        Keys::U64(slice) => offset!(slice),
    }
}

/// Writes what the maps have for a dictionary's keys.
pub(crate) fn fill_by_dictionary(maps: &[(DictionaryKey, Map)], texts: &Texts<'_>, start: usize, out: &mut [u32]) {
    let map = texts.dictionary().and_then(|(key, _)| maps.iter().find(|(known, _)| *known == key));
    match (texts, map) {
        (Texts::Dictionary { keys, nulls, .. }, Some((_, map))) => {
            keys.map_into(start, map, out);
            if let Some(nulls) = nulls {
                for (row, out) in (start..).zip(out) {
                    if nulls.is_null(row) {
                        *out = NULL;
                    }
                }
            }
        }
        _ => out.fill(NULL),
    }
}

/// The distinct dictionaries of a column, if it is one in every batch.
fn dictionaries<'a, 'b>(columns: &[&'b Texts<'a>]) -> Option<Vec<(DictionaryKey, &'b Arc<Texts<'a>>)>> {
    let mut found: Vec<(DictionaryKey, &Arc<Texts<'a>>)> = Vec::new();
    for texts in columns {
        let (key, values) = texts.dictionary()?;
        if !found.iter().any(|(known, _)| *known == key) {
            found.push((key, values));
        }
    }
    Some(found)
}

/// The sources of a table, numbered in order of appearance; kept from window to window of a stream.
pub(crate) struct Sources(Interner<Box<str>>);

impl Sources {
    pub(crate) fn new() -> Self {
        Self(Interner::new())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Numbers the sources of these batches.
    pub(crate) fn ids(&mut self, batches: &[Batch<'_>]) -> Ids {
        let columns: Vec<&Texts<'_>> = batches.iter().map(|batch| &batch.source).collect();
        if let Some(dictionaries) = dictionaries(&columns) {
            let mut number = |values: &Texts<'_>| {
                let numbers = (0..values.len()).map(|place| values.get(place).map_or(NULL, |name| self.0.add(name, || name.into())));
                Map::new(numbers.collect())
            };
            return Ids::Maps(dictionaries.into_iter().map(|(key, values)| (key, number(values))).collect());
        }
        let (first, mut codes, values) = encode(batches, |batch, row| batch.source.get(row));
        let map: Vec<u32> = values.into_iter().map(|name| self.0.add(name, || name.into())).collect();
        remap(&mut codes, &map);
        Ids::Rows(first, codes)
    }
}

fn remap(codes: &mut [u32], map: &[u32]) {
    codes.par_chunks_mut(1 << 16).flatten().for_each(|code| *code = map.get(*code as usize).copied().unwrap_or(NULL));
}

/// A power of two of partitions, each of which a small table can number.
const PARTITIONS: usize = 256;
/// The partition of a row without a value.
const NOWHERE: u16 = u16::MAX;

/// The words of a chunk's values, ordered by partition.
struct Words {
    words: Vec<(Word, u32)>,
    /// Where each partition starts.
    starts: Vec<u32>,
    /// The partition of each row.
    partitions: Vec<u16>,
}

/// Numbers the values of a column: row by row, and the values. Rows are brought together by a hash first, so that each look
/// at a table ends in the cache.
fn encode<'a, K, F>(batches: &[Batch<'a>], value: F) -> (u64, Vec<u32>, Vec<K>)
where
    K: Key + Copy + Send + Sync,
    F: Fn(&Batch<'a>, usize) -> Option<K> + Sync,
{
    let hasher = RandomState::default();
    let first = batches.first().map_or(0, |batch| batch.first_row);
    let chunks: Vec<Words> = chunks(batches, CHUNK_ROWS).par_iter().map(|chunk| words(batches, chunk, first, &hasher, &value)).collect();
    let at = |row: u32| {
        let row = first + u64::from(row);
        let batch = batches.get(batches.partition_point(|batch| batch.first_row <= row).saturating_sub(1))?;
        value(batch, usize::try_from(row - batch.first_row).ok()?)
    };
    let numbered: Vec<(Vec<u32>, Vec<K>)> = (0..PARTITIONS)
        .into_par_iter()
        .map(|partition| {
            let mut table: HashTable<(Word, u32)> = HashTable::new();
            let mut values: Vec<K> = Vec::new();
            let mut numbers = Vec::new();
            for &(word, row) in chunks.iter().flat_map(|chunk| chunk.of(partition)) {
                let is_it =
                    |&(known, place): &(Word, u32)| known == word && (word.is_exact() || values.get(place as usize).copied() == at(row));
                let hash = hasher.hash_one(word);
                let number = match table.find(hash, is_it) {
                    Some(&(_, number)) => number,
                    None => {
                        let number = u32::try_from(values.len()).unwrap_or(NULL);
                        values.extend(at(row));
                        table.insert_unique(hash, (word, number), |(word, _)| hasher.hash_one(word));
                        number
                    }
                };
                numbers.push(number);
            }
            (numbers, values)
        })
        .collect();
    let mut bases: Vec<u32> = Vec::with_capacity(PARTITIONS);
    let mut values: Vec<K> = Vec::new();
    for (_, own) in &numbered {
        bases.push(u32::try_from(values.len()).unwrap_or(NULL));
        values.extend(own);
    }
    // Where each chunk's numbers start in those of each partition.
    let mut starts = vec![0_u32; PARTITIONS];
    let mut starts_of: Vec<Vec<u32>> = Vec::with_capacity(chunks.len());
    for chunk in &chunks {
        starts_of.push(starts.clone());
        for (partition, start) in starts.iter_mut().enumerate() {
            *start += u32::try_from(chunk.of(partition).len()).unwrap_or_default();
        }
    }
    let mut codes = vec![NULL; batches.iter().map(|batch| batch.len).sum()];
    let of_chunks = chunks.par_iter().zip(starts_of);
    codes.par_chunks_mut(CHUNK_ROWS).zip(of_chunks).for_each(|(codes, (chunk, mut places))| {
        for (code, &partition) in codes.iter_mut().zip(&chunk.partitions) {
            let partition = usize::from(partition);
            if let (Some(place), Some((numbers, _)), Some(base)) =
                (places.get_mut(partition), numbered.get(partition), bases.get(partition))
            {
                *code = numbers.get(*place as usize).map_or(NULL, |number| base + number);
                *place += 1;
            }
        }
    });
    (first, codes, values)
}

impl Words {
    fn of(&self, partition: usize) -> &[(Word, u32)] {
        of_partition(&self.words, &self.starts, partition)
    }
}

/// The words of one chunk.
fn words<'a, K: Key>(
    batches: &[Batch<'a>],
    chunk: &[Piece],
    first: u64,
    hasher: &RandomState,
    value: impl Fn(&Batch<'a>, usize) -> Option<K>,
) -> Words {
    let rows = chunk.iter().filter_map(|piece| Some((batches.get(piece.batch)?, piece.start..piece.start + piece.len)));
    let rows = rows.flat_map(|(batch, rows)| rows.map(move |row| (batch, row)));
    let mut in_order: Vec<(Word, u32)> = Vec::with_capacity(CHUNK_ROWS);
    let mut partitions = Vec::with_capacity(CHUNK_ROWS);
    for (batch, row) in rows {
        let Some(value) = value(batch, row) else {
            partitions.push(NOWHERE);
            continue;
        };
        let word = value.word(hasher);
        // Bits that the tables do not look at.
        let partition = (hasher.hash_one(word) >> 40) as usize % PARTITIONS;
        in_order.push((word, u32::try_from(batch.row(row) - first).unwrap_or(NULL)));
        partitions.push(u16::try_from(partition).unwrap_or(NOWHERE));
    }
    let mut words = in_order.clone();
    let known = partitions.iter().filter(|&&partition| partition != NOWHERE).map(|&partition| usize::from(partition));
    let starts = by_partition(in_order.iter().copied().zip(known), &mut words);
    Words { words, starts, partitions }
}

/// Writes items in the order of their partitions, and gives where each of these starts and, at last, where all end.
fn by_partition<T: Copy>(items: impl Iterator<Item = (T, usize)> + Clone, out: &mut [T]) -> Vec<u32> {
    let mut starts = vec![0_u32; PARTITIONS + 1];
    for (_, partition) in items.clone() {
        if let Some(start) = starts.get_mut(partition) {
            *start += 1;
        }
    }
    first_places(&mut starts);
    let mut places = starts.clone();
    for (item, partition) in items {
        if let Some(place) = places.get_mut(partition) {
            if let Some(out) = out.get_mut(*place as usize) {
                *out = item;
            }
            *place += 1;
        }
    }
    starts
}

/// What lies in a partition, of a chunk with these starts.
fn of_partition<'s, T>(items: &'s [T], starts: &[u32], partition: usize) -> &'s [T] {
    let bound = |n: usize| starts.get(n).map_or(0, |&start| start as usize);
    items.get(bound(partition)..bound(partition + 1)).unwrap_or_default()
}

/// Takes the dictionary of which the subjects of these batches are entries, if it is one, as one before or the first; its entries
/// have to differ.
pub(crate) fn keep_dictionary(batches: &[RecordBatch], known: &mut Option<ArrayRef>) -> Result<(), Error> {
    for batch in batches.iter().filter(|batch| batch.num_rows() > 0) {
        let subject = batch.column_by_name("subject").filter(|array| matches!(array.data_type(), DataType::Dictionary(..)));
        let Some(data) = subject.and_then(|array| array.to_data().child_data().first().cloned()) else { continue };
        match known {
            None => {
                let values = make_array(data);
                check_entries(&values)?;
                *known = Some(values);
            }
            Some(known) if data.ptr_eq(&known.to_data()) || have_same_texts(&make_array(data), known) => {}
            Some(_) => {
                let expected = "one dictionary for all batches, as it is to be kept";
                return Err(column_fault(Code::Inconsistent, "subject", "batches with different dictionaries", expected));
            }
        }
    }
    Ok(())
}

fn have_same_texts(one: &ArrayRef, other: &ArrayRef) -> bool {
    let texts = [one, other].map(|values| Texts::new(values.as_ref()));
    let [Some(one), Some(other)] = &texts else { return false };
    one.len() == other.len() && (0..one.len()).all(|place| one.get(place) == other.get(place))
}

/// Entries of a dictionary that one task looks at.
const CHUNK_ENTRIES: usize = 1 << 13;

/// The parts of a dictionary of so many entries.
fn parts_of(len: usize) -> impl IndexedParallelIterator<Item = Range<usize>> {
    (0..len.div_ceil(CHUNK_ENTRIES)).into_par_iter().map(move |n| n * CHUNK_ENTRIES..len.min((n + 1) * CHUNK_ENTRIES))
}

/// Whether each text comes after the one before, and none is null.
fn are_ascending(texts: &Texts<'_>) -> bool {
    parts_of(texts.len()).all(|part| {
        let mut before = part.start.checked_sub(1).and_then(|place| texts.get(place));
        part.map(|place| texts.get(place)).all(|text| std::mem::replace(&mut before, text) < text)
    })
}

/// That no entry of a dictionary is null, or stands there twice.
fn check_entries(values: &ArrayRef) -> Result<(), Error> {
    const EXPECTED: &str = "a dictionary whose entries differ, as it is to be kept";
    let Some(texts) = Texts::new(values.as_ref()).filter(|texts| !are_ascending(texts)) else { return Ok(()) };
    if let Some(place) = texts.first_null() {
        return Err(column_fault(Code::WrongType, "subject", format!("`null` as entry {place} of the dictionary"), EXPECTED));
    }
    // Equal texts have equal hashes: those are brought together first, so that each look at a table ends in the cache.
    let hasher = RandomState::default();
    let hash_of = |text: Option<&str>| text.map_or(0, |text| hasher.hash_one(text));
    let mut hashes: Space<u64> = Space::new(texts.len());
    let by_part = |(entries, hashes): (Range<usize>, &mut [u64])| {
        let mut own = Vec::with_capacity(entries.len());
        texts.each(entries, |text| own.push(hash_of(text)));
        by_partition(own.iter().map(|&hash| (hash, (hash >> 40) as usize % PARTITIONS)), hashes)
    };
    let starts: Vec<Vec<u32>> = parts_of(texts.len()).zip(hashes.cells_mut().par_chunks_mut(CHUNK_ENTRIES)).map(by_part).collect();
    let repeated = |partition: usize| {
        let mut table: HashTable<u64> = HashTable::with_capacity(texts.len() / PARTITIONS * 5 / 4);
        let mut repeated = Vec::new();
        let chunks = hashes.cells().chunks(CHUNK_ENTRIES).zip(&starts);
        for &hash in chunks.flat_map(|(hashes, starts)| of_partition(hashes, starts, partition)) {
            if table.find(hash, |&known| known == hash).is_some() {
                repeated.push(hash);
            } else {
                table.insert_unique(hash, hash, |&known| known);
            }
        }
        repeated
    };
    let repeated: Vec<Vec<u64>> = (0..PARTITIONS).into_par_iter().map(repeated).collect();
    if repeated.iter().all(Vec::is_empty) {
        return Ok(());
    }
    // From the last one on, so that the first look finds it where it stood before.
    let mut repeated = repeated.concat();
    repeated.sort_unstable();
    let before = |place: usize| (0..place).find(|&before| texts.get(before) == texts.get(place));
    let mut places = (0..texts.len()).rev().filter(|&place| repeated.binary_search(&hash_of(texts.get(place))).is_ok());
    let Some((before, place)) = places.find_map(|place| Some((before(place)?, place))) else { return Ok(()) };
    let found = format!("{} as entries {before} and {place} of the dictionary", quote(texts.get(place).unwrap_or_default()));
    Err(column_fault(Code::DuplicateKey, "subject", found, EXPECTED))
}

/// The subjects of a table: their numbers, in order of value, and their values.
pub(crate) struct SubjectIds<'a> {
    pub(crate) ids: Ids,
    pub(crate) names: Names<'a>,
    /// How many numbers there are; not every one needs to have a row.
    pub(crate) count: usize,
}

/// The values of subjects by number.
pub(crate) enum Names<'a> {
    From(i128),
    Numbers(Vec<i128>),
    /// A dictionary that is in order.
    Dictionary(Arc<Texts<'a>>),
    /// A dictionary whose order is that of the result.
    Entries(&'a ArrayRef),
    /// In arrays of [`ARRAY`] each.
    Texts(Vec<LargeStringArray>),
}

/// The text at a place. Not generic: the code that sorts is large.
type TextAt<'t, 'a> = &'t (dyn Fn(usize) -> Option<&'a str> + Sync);

/// So many names lie together.
const ARRAY: usize = 1 << 12;

/// Texts brought together in the order of these places, so that none lies far from the one before when its turn comes.
fn in_order<'a>(places: &[u32], text: TextAt<'_, 'a>) -> Names<'a> {
    let array = |places: &[u32]| {
        // First where they lie, then what stands there: so fewer wait for each other.
        let texts: Vec<&str> = places.iter().filter_map(|&place| text(place as usize)).collect();
        LargeStringArray::from_iter_values(texts)
    };
    Names::Texts(places.par_chunks(ARRAY).map(array).collect())
}

/// One subject's value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Name<'a> {
    Number(i128),
    Text(&'a str),
    /// The place in a dictionary, whose text few ask for.
    Entry(u32, &'a ArrayRef),
}

impl<'a> Name<'a> {
    /// The text; `None` of a number.
    pub(crate) fn text(self) -> Option<&'a str> {
        match self {
            Self::Number(_) => None,
            Self::Text(text) => Some(text),
            Self::Entry(place, dictionary) => Texts::new(dictionary)?.get(place as usize),
        }
    }

    /// The subject as records write it.
    pub(crate) fn to_text(self) -> Arc<str> {
        match self {
            Self::Number(n) => n.to_string().into(),
            Self::Text(_) | Self::Entry(..) => self.text().unwrap_or_default().into(),
        }
    }
}

impl Names<'_> {
    #[inline]
    pub(crate) fn get(&self, number: usize) -> Option<Name<'_>> {
        match self {
            Self::From(first) => Some(Name::Number(first + number as i128)),
            Self::Numbers(numbers) => numbers.get(number).map(|&n| Name::Number(n)),
            Self::Dictionary(texts) => texts.get(number).map(Name::Text),
            Self::Entries(dictionary) => Some(Name::Entry(u32::try_from(number).ok()?, dictionary)),
            Self::Texts(arrays) => {
                let (array, place) = (arrays.get(number / ARRAY)?, number % ARRAY);
                (place < array.len()).then(|| Name::Text(array.value(place)))
            }
        }
    }
}

impl<'a> SubjectIds<'a> {
    /// Numbers the subjects of these batches.
    pub(crate) fn new(batches: &[Batch<'a>]) -> Self {
        let rows: usize = batches.iter().map(|batch| batch.len).sum();
        let texts: Vec<&Texts<'a>> = batches
            .iter()
            .filter_map(|batch| match &batch.subject {
                Subjects::Texts(texts) | Subjects::Entries(texts) => Some(texts),
                Subjects::Numbers(..) => None,
            })
            .collect();
        if texts.is_empty() {
            return Self::of_numbers(batches, rows);
        }
        if let Some(dictionaries) = dictionaries(&texts) {
            if let Some(Subjects::Entries(Texts::Dictionary { array: dictionary, .. })) = batches.first().map(|batch| &batch.subject) {
                // Others hold the same.
                let same = || Map::Same(u32::try_from(dictionary.len()).unwrap_or(NULL));
                let ids = Ids::Maps(dictionaries.iter().map(|(key, _)| (*key, same())).collect());
                return Self { ids, count: dictionary.len(), names: Names::Entries(dictionary) };
            }
            return Self::of_dictionaries(&dictionaries);
        }
        let (first, mut codes, values) = encode(batches, |batch, row| match &batch.subject {
            Subjects::Texts(texts) | Subjects::Entries(texts) => texts.get(row),
            Subjects::Numbers(..) => None,
        });
        let text: TextAt<'_, '_> = &|place| values.get(place).copied();
        let (ranks, places) = rank_texts(values.len(), text);
        remap(&mut codes, &ranks);
        Self { ids: Ids::Rows(first, codes), count: places.len(), names: in_order(&places, text) }
    }

    fn of_numbers(batches: &[Batch<'a>], rows: usize) -> Self {
        let bounds =
            batches.par_iter().map(|batch| bounds(&batch.subject)).reduce(|| (i128::MAX, i128::MIN), |a, b| (a.0.min(b.0), a.1.max(b.1)));
        let (min, max) = bounds;
        if let Ok(span) = usize::try_from(max - min)
            && span < rows.saturating_mul(2).saturating_add(1024)
            && span < UNUSABLE
        {
            #[expect(clippy::cast_possible_truncation, reason = "only differences count, modulo 2^64")]
            return Self { ids: Ids::Offset(min as i64), names: Names::From(min), count: span + 1 };
        }
        let (first, mut codes, values) = encode(batches, |batch, row| batch.subject.number(row));
        let mut names = values.clone();
        names.par_sort_unstable();
        let rank = |value: &i128| names.binary_search(value).ok().and_then(|rank| u32::try_from(rank).ok()).unwrap_or(NULL);
        let map: Vec<u32> = values.par_iter().map(rank).collect();
        remap(&mut codes, &map);
        Self { ids: Ids::Rows(first, codes), count: names.len(), names: Names::Numbers(names) }
    }

    fn of_dictionaries(dictionaries: &[(DictionaryKey, &Arc<Texts<'a>>)]) -> Self {
        if let [(key, texts)] = dictionaries
            && are_ascending(texts)
        {
            let ids = Ids::Maps(vec![(*key, Map::Same(u32::try_from(texts.len()).unwrap_or(NULL)))]);
            return Self { ids, count: texts.len(), names: Names::Dictionary(Arc::clone(texts)) };
        }
        // One after the other.
        let mut len = 0;
        let starts: Vec<usize> = dictionaries
            .iter()
            .map(|(_, texts)| {
                let start = len;
                len += texts.len();
                start
            })
            .collect();
        let text: TextAt<'_, 'a> = &|place| {
            let of = starts.partition_point(|&start| start <= place).checked_sub(1)?;
            dictionaries.get(of)?.1.get(place - starts.get(of)?)
        };
        let (ranks, places) = rank_texts(len, text);
        let names = in_order(&places, text);
        let mut ranks = ranks.into_iter();
        let maps = dictionaries.iter().map(|(key, texts)| (*key, Map::new(ranks.by_ref().take(texts.len()).collect()))).collect();
        Self { ids: Ids::Maps(maps), count: places.len(), names }
    }

    /// The fault of a row without a subject.
    pub(crate) fn null_fault(batch: &Batch<'_>, row: usize) -> Error {
        value_fault(Code::WrongType, batch.row(row), "subject", "`null`", "a subject")
    }
}

/// Numbers from here on mean something else.
const UNUSABLE: usize = NULL as usize - 16;

/// The least and the greatest number of a column.
fn bounds(subjects: &Subjects<'_>) -> (i128, i128) {
    macro_rules! bounds {
        ($slice:expr) => {{
            let first = $slice.first().copied().unwrap_or_default();
            let (min, max) = $slice.iter().fold((first, first), |(min, max), &n| (min.min(n), max.max(n)));
            (i128::from(min), i128::from(max))
        }};
    }
    match subjects {
        Subjects::Numbers(keys, None) => match *keys {
            Keys::I8(slice) => bounds!(slice),
            Keys::I16(slice) => bounds!(slice),
            Keys::I32(slice) => bounds!(slice),
            Keys::I64(slice) => bounds!(slice),
            Keys::U8(slice) => bounds!(slice),
            Keys::U16(slice) => bounds!(slice),
            Keys::U32(slice) => bounds!(slice),
            Keys::U64(slice) => bounds!(slice),
        },
        Subjects::Numbers(keys, Some(nulls)) => {
            let numbers = nulls.valid_indices().filter_map(|row| Subjects::Numbers(*keys, None).number(row));
            numbers.fold((i128::MAX, i128::MIN), |(min, max), n| (min.min(n), max.max(n)))
        }
        Subjects::Texts(_) | Subjects::Entries(_) => (i128::MAX, i128::MIN),
    }
}

/// From so many texts to the rank of each among all ([`NULL`] where there is none), and the places of all in order of their
/// bytes, of equal ones once: by the eight bytes after what all have in common first, which are compared as one number.
fn rank_texts(len: usize, text: TextAt<'_, '_>) -> (Vec<u32>, Vec<u32>) {
    let mut ranks = vec![NULL; len];
    let Some(first) = (0..len).find_map(text) else { return (ranks, Vec::new()) };
    let in_common = |text: &str| first.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
    let common = (0..len).into_par_iter().filter_map(text).map(in_common).min().unwrap_or_default();
    let key = |text: &str| {
        let rest = text.as_bytes().get(common..).unwrap_or_default();
        let mut eight = [0; 8];
        for (out, byte) in eight.iter_mut().zip(rest) {
            *out = *byte;
        }
        u64::from_be_bytes(eight)
    };
    let keyed = |place: u32| Some((key(text(place as usize)?), place));
    let mut keyed: Vec<(u64, u32)> = (0..u32::try_from(len).unwrap_or(NULL)).into_par_iter().filter_map(keyed).collect();
    keyed.par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| text(a.1 as usize).cmp(&text(b.1 as usize))));
    let mut places: Vec<u32> = Vec::with_capacity(keyed.len());
    let mut before = None;
    for (key, place) in keyed {
        // Texts with different keys are different: those need no look.
        if before.is_none_or(|(before, at): (u64, u32)| before != key || text(at as usize) != text(place as usize)) {
            places.push(place);
        }
        before = Some((key, place));
        if let Some(rank) = ranks.get_mut(place as usize) {
            *rank = u32::try_from(places.len() - 1).unwrap_or(NULL);
        }
    }
    (ranks, places)
}

#[cfg(test)]
mod tests {
    use super::{Interner, rank_texts};
    use crate::batch::NULL;

    #[test]
    fn texts_of_all_lengths_get_numbers_of_their_own() {
        let mut texts: Vec<String> = (0..40).flat_map(|n| ["x".repeat(n), "x".repeat(n) + "\0", format!("{}y", "x".repeat(n))]).collect();
        texts.sort();
        texts.dedup();
        let mut interner: Interner<Box<str>> = Interner::new();
        for _ in 0..2 {
            let numbers: Vec<u32> = texts.iter().map(|text| interner.add(text.as_str(), || text.as_str().into())).collect();
            assert!(numbers.into_iter().eq(0..u32::try_from(texts.len()).unwrap_or_default()));
        }
        let mut numbers: Interner<i128> = Interner::new();
        let values = [0, -1, 1, i128::from(u64::MAX), i128::from(i64::MIN), i128::from(i64::MAX)];
        assert!(values.iter().map(|value| numbers.add(value, || *value)).eq(0..6));
        assert!(values.iter().map(|value| numbers.add(value, || *value)).eq(0..6));
        // Ranks: by bytes, equal ones once, whatever they have in common.
        let twice: Vec<Option<&str>> = texts.iter().rev().chain(&texts).map(|text| Some(text.as_str())).chain([None]).collect();
        let (ranks, places) = rank_texts(twice.len(), &|place| twice.get(place).copied().flatten());
        let in_order: Vec<&str> = places.iter().filter_map(|&place| twice.get(place as usize).copied().flatten()).collect();
        assert_eq!(in_order, texts);
        let count = u32::try_from(texts.len()).unwrap_or_default();
        assert!(ranks.into_iter().eq((0..count).rev().chain(0..count).chain([NULL])));
    }
}
