//! Texts and numbers as small integers: subjects in order of their values, sources in order of appearance.

use std::hash::{BuildHasher, Hash};
use std::ops::Range;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use rayon::prelude::*;

use uytin::{Code, Error};

use crate::batch::{Batch, DictionaryKey, Keys, NULL, Subjects, Texts, value_fault};

/// Numbers values in order of appearance.
pub(crate) struct Interner<K> {
    hasher: RandomState,
    table: HashTable<u32>,
    values: Vec<K>,
}

impl<K: Hash + Eq> Interner<K> {
    pub(crate) fn new() -> Self {
        Self { hasher: RandomState::default(), table: HashTable::new(), values: Vec::new() }
    }

    /// The number of a value, and whether it is new. `own` makes what is kept of it.
    pub(crate) fn add<Q: Hash + Eq + ?Sized>(&mut self, value: &Q, own: impl FnOnce() -> K) -> u32
    where
        K: std::borrow::Borrow<Q>,
    {
        let Self { hasher, table, values } = self;
        let hash = hasher.hash_one(value);
        let is_it = |&place: &u32| values.get(place as usize).is_some_and(|known| known.borrow() == value);
        if let Some(&place) = table.find(hash, is_it) {
            return place;
        }
        let place = u32::try_from(values.len()).unwrap_or(NULL);
        values.push(own());
        table.insert_unique(hash, place, |&place| values.get(place as usize).map_or(0, |value| hasher.hash_one(value.borrow())));
        place
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }
}

/// How the rows of a column get their numbers.
pub(crate) enum Ids {
    /// Numbers from this one on.
    Offset(i64),
    /// By dictionary.
    Maps(Vec<(DictionaryKey, Arc<[u32]>)>),
    /// Row by row, from the row of this number on.
    Rows(u64, Vec<u32>),
}

impl Ids {
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
            Self::Texts(texts) => Column::Texts(texts),
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
pub(crate) fn fill_by_dictionary(maps: &[(DictionaryKey, Arc<[u32]>)], texts: &Texts<'_>, start: usize, out: &mut [u32]) {
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
    pub(crate) fn ids(&mut self, batches: &[Batch<'_>], threads: usize) -> Ids {
        let columns: Vec<&Texts<'_>> = batches.iter().map(|batch| &batch.source).collect();
        if let Some(dictionaries) = dictionaries(&columns) {
            let number = |values: &Texts<'_>| -> Arc<[u32]> {
                (0..values.len()).map(|place| values.get(place).map_or(NULL, |name| self.0.add(name, || name.into()))).collect()
            };
            let mut number = number;
            return Ids::Maps(dictionaries.into_iter().map(|(key, values)| (key, number(values))).collect());
        }
        let (first, mut codes, spans) = encode(batches, threads, |batch, row| batch.source.get(row));
        for (range, values) in spans {
            let map: Vec<u32> = values.into_iter().map(|name| self.0.add(name, || name.into())).collect();
            remap(codes.get_mut(range).unwrap_or_default(), &map);
        }
        Ids::Rows(first, codes)
    }
}

fn remap(codes: &mut [u32], map: &[u32]) {
    for code in codes {
        *code = map.get(*code as usize).copied().unwrap_or(NULL);
    }
}

/// A span of rows, and the values in it by their number there.
type Span<K> = (Range<usize>, Vec<K>);

/// Numbers the values of each of as many spans as there are threads, each span on its own.
fn encode<'a, K, F>(batches: &[Batch<'a>], threads: usize, value: F) -> (u64, Vec<u32>, Vec<Span<K>>)
where
    K: Hash + Eq + Copy + Send,
    F: Fn(&Batch<'a>, usize) -> Option<K> + Sync,
{
    let rows: usize = batches.iter().map(|batch| batch.len).sum();
    let first = batches.first().map_or(0, |batch| batch.first_row);
    let mut codes = vec![NULL; rows];
    let size = rows.div_ceil(threads.max(1)).max(1);
    let spans = codes.par_chunks_mut(size).enumerate().map(|(n, codes)| {
        let start = n * size;
        let mut interner: Interner<K> = Interner::new();
        let mut before = 0;
        let mut out = codes.iter_mut();
        for batch in batches {
            let from = start.saturating_sub(before).min(batch.len);
            for (row, out) in (from..batch.len).zip(out.by_ref()) {
                if let Some(value) = value(batch, row) {
                    *out = interner.add(&value, || value);
                }
            }
            before += batch.len;
            if before >= start + size {
                break;
            }
        }
        (start..(start + size).min(rows), interner.values)
    });
    let spans = spans.collect();
    (first, codes, spans)
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
    Texts(Vec<&'a str>),
}

/// One subject's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name<'a> {
    Number(i128),
    Text(&'a str),
}

impl Name<'_> {
    /// The subject as records write it.
    pub(crate) fn to_text(self) -> Arc<str> {
        match self {
            Self::Number(n) => n.to_string().into(),
            Self::Text(text) => text.into(),
        }
    }
}

impl<'a> Names<'a> {
    pub(crate) fn get(&self, number: usize) -> Option<Name<'a>> {
        match self {
            Self::From(first) => Some(Name::Number(first + number as i128)),
            Self::Numbers(numbers) => numbers.get(number).map(|&n| Name::Number(n)),
            Self::Texts(texts) => texts.get(number).map(|&text| Name::Text(text)),
        }
    }
}

impl<'a> SubjectIds<'a> {
    /// Numbers the subjects of these batches.
    pub(crate) fn new(batches: &[Batch<'a>], threads: usize) -> Result<Self, Error> {
        let rows: usize = batches.iter().map(|batch| batch.len).sum();
        let texts: Vec<&Texts<'a>> = batches
            .iter()
            .filter_map(|batch| match &batch.subject {
                Subjects::Texts(texts) => Some(texts),
                Subjects::Numbers(..) => None,
            })
            .collect();
        if texts.is_empty() {
            return Ok(Self::of_numbers(batches, rows, threads));
        }
        if let Some(dictionaries) = dictionaries(&texts) {
            return Ok(Self::of_dictionaries(&dictionaries));
        }
        let (first, mut codes, spans) = encode(batches, threads, |batch, row| match &batch.subject {
            Subjects::Texts(texts) => texts.get(row),
            Subjects::Numbers(..) => None,
        });
        let (maps, names) = rank(spans.iter().map(|(_, values)| values.as_slice()), sort_texts);
        for ((range, _), map) in spans.iter().zip(&maps) {
            codes.get_mut(range.clone()).unwrap_or_default().par_chunks_mut(1 << 16).for_each(|codes| remap(codes, map));
        }
        Ok(Self { ids: Ids::Rows(first, codes), count: names.len(), names: Names::Texts(names) })
    }

    fn of_numbers(batches: &[Batch<'a>], rows: usize, threads: usize) -> Self {
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
        let (first, mut codes, spans) = encode(batches, threads, |batch, row| batch.subject.number(row));
        let (maps, names) = rank(spans.iter().map(|(_, values)| values.as_slice()), |values| values.par_sort_unstable());
        for ((range, _), map) in spans.iter().zip(&maps) {
            remap(codes.get_mut(range.clone()).unwrap_or_default(), map);
        }
        Self { ids: Ids::Rows(first, codes), count: names.len(), names: Names::Numbers(names) }
    }

    fn of_dictionaries(dictionaries: &[(DictionaryKey, &Arc<Texts<'a>>)]) -> Self {
        let values: Vec<Vec<Option<&'a str>>> =
            dictionaries.iter().map(|(_, values)| (0..values.len()).into_par_iter().map(|place| values.get(place)).collect()).collect();
        if let [values] = values.as_slice()
            && values.par_windows(2).all(|pair| matches!(pair, [Some(a), Some(b)] if a < b))
            && !matches!(values.as_slice(), [None])
        {
            // In order already.
            let names: Vec<&str> = values.iter().map(|value| value.unwrap_or_default()).collect();
            let map = (0..u32::try_from(names.len()).unwrap_or(NULL)).collect();
            let ids = Ids::Maps(dictionaries.iter().map(|(key, _)| *key).zip([map]).collect());
            return Self { ids, count: names.len(), names: Names::Texts(names) };
        }
        let present: Vec<Vec<&str>> = values.iter().map(|values| values.iter().flatten().copied().collect()).collect();
        let (maps, names) = rank(present.iter().map(Vec::as_slice), sort_texts);
        let maps = values.iter().zip(maps).zip(dictionaries).map(|((values, map), (key, _))| {
            let mut ranks = map.into_iter();
            (*key, values.iter().map(|value| value.and_then(|_| ranks.next()).unwrap_or(NULL)).collect())
        });
        Self { ids: Ids::Maps(maps.collect()), count: names.len(), names: Names::Texts(names) }
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
        Subjects::Texts(_) => (i128::MAX, i128::MIN),
    }
}

/// From lists of values to the rank of each among all, and all of them in order, each once.
fn rank<'v, K: Ord + Copy + Send + Sync + 'v>(
    lists: impl Iterator<Item = &'v [K]>,
    sort: impl Fn(&mut [(K, u32, u32)]),
) -> (Vec<Vec<u32>>, Vec<K>) {
    let mut maps = Vec::new();
    let mut all: Vec<(K, u32, u32)> = Vec::new();
    for (list, values) in (0u32..).zip(lists) {
        maps.push(vec![NULL; values.len()]);
        all.extend(values.iter().zip(0u32..).map(|(&value, place)| (value, list, place)));
    }
    sort(&mut all);
    let mut names: Vec<K> = Vec::with_capacity(all.len());
    for (value, list, place) in all {
        if names.last() != Some(&value) {
            names.push(value);
        }
        if let Some(rank) = maps.get_mut(list as usize).and_then(|map| map.get_mut(place as usize)) {
            *rank = u32::try_from(names.len() - 1).unwrap_or(NULL);
        }
    }
    (maps, names)
}

/// Sorts texts by their bytes: by the eight after what all have in common first, which are compared as one number.
fn sort_texts(values: &mut [(&str, u32, u32)]) {
    let Some(&(first, ..)) = values.first() else { return };
    let in_common = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let common = values.par_iter().map(|(text, ..)| in_common(first, text)).min().unwrap_or_default();
    let key = |text: &str| {
        let mut eight = [0; 8];
        for (out, byte) in eight.iter_mut().zip(text.bytes().skip(common)) {
            *out = byte;
        }
        u64::from_be_bytes(eight)
    };
    let mut keyed: Vec<(u64, (&str, u32, u32))> = values.par_iter().map(|&entry| (key(entry.0), entry)).collect();
    keyed.par_sort_unstable_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.cmp(other)));
    values.par_iter_mut().zip(keyed).for_each(|(out, (_, entry))| *out = entry);
}
