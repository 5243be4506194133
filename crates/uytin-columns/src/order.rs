//! Puts packed rows in the order of subject, slot, class and source.

use uytin::Error;

use crate::pack::{Cell, Kept, Layout, Tight};

/// Bits of a key that are sorted by at a time: their counts fit the first cache.
const DIGIT: u32 = 11;
const PLACES: usize = 1 << DIGIT;
/// So many rows are sorted where they lie, so that they do not take their memory twice.
const HUGE: usize = 1 << 21;

/// Rows of some subjects, and the space to order them.
pub(crate) struct Order<C> {
    /// The bits of the key to order by; those of the subject start at `local`.
    low: u32,
    local: u32,
    high: u32,
    cells: Vec<C>,
    spare: Vec<C>,
    /// By digit, all zero between uses.
    places: Vec<[u32; PLACES]>,
    len: usize,
}

impl<C: Cell> Order<C> {
    /// For keys of this layout, with so many bits for the subject.
    pub(crate) fn new(layout: Option<Layout>, local_bits: u32) -> Self {
        let local = layout.map_or(0, Layout::local);
        let (low, high) = (layout.map_or(0, Layout::age), local + local_bits);
        let digits = (high - low).div_ceil(DIGIT) as usize;
        Self { low, local, high, cells: Vec::new(), spare: Vec::new(), places: vec![[0; PLACES]; digits], len: 0 }
    }

    /// Takes the rows of all parts, in place of those that it had, and orders them; equal ones stay in their order, unless
    /// there are very many.
    pub(crate) fn sort<'k, K: Kept<Cell = C> + 'k>(&mut self, parts: impl Iterator<Item = &'k [K]> + Clone, tight: Tight) {
        self.len = parts.clone().map(<[K]>::len).sum();
        if self.len > HUGE {
            self.cells.clear();
            parts.for_each(|part| self.cells.extend(part.iter().map(|cell| cell.take(tight))));
            let low = self.low;
            self.cells.sort_unstable_by_key(|cell| cell.packed().key >> low);
            return;
        }
        for cells in [&mut self.cells, &mut self.spare] {
            if cells.len() < self.len {
                cells.resize(self.len, C::default());
            }
        }
        let Self { low, cells, spare, places, len, .. } = self;
        for part in parts.clone() {
            let part = part.iter().map(|cell| cell.take(tight));
            match places.as_mut_slice() {
                [a, b] => count(part, *low, [a, b]),
                [a, b, c] => count(part, *low, [a, b, c]),
                [a, b, c, d] => count(part, *low, [a, b, c, d]),
                all => all.iter_mut().zip((*low..).step_by(DIGIT as usize)).for_each(|(one, shift)| count(part.clone(), shift, [one])),
            }
        }
        for (n, (places, shift)) in places.iter_mut().zip((*low..).step_by(DIGIT as usize)).enumerate() {
            // From counts to the place of the first of each.
            let mut sum = 0;
            for place in places.iter_mut() {
                sum += std::mem::replace(place, sum);
            }
            if n == 0 {
                parts.clone().for_each(|part| scatter(part.iter().map(|cell| cell.take(tight)), shift, places, spare));
            } else {
                scatter(cells.iter().take(*len).copied(), shift, places, spare);
            }
            places.fill(0);
            std::mem::swap(cells, spare);
        }
    }

    /// Hands on the rows of each subject with its number here, in ascending order.
    pub(crate) fn each_subject(&mut self, mut each: impl FnMut(usize, &mut [C]) -> Result<(), Error>) -> Result<(), Error> {
        let mask = (1_u64 << (self.high - self.local)) - 1;
        let of = |cell: &C| cell.packed().key >> self.local & mask;
        let cells = self.cells.get_mut(..self.len).unwrap_or_default();
        for run in cells.chunk_by_mut(|a, b| of(a) == of(b)) {
            let Some(first) = run.first() else { continue };
            each(usize::try_from(of(first)).unwrap_or(usize::MAX), run)?;
        }
        Ok(())
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a few bits")]
fn digit<C: Cell>(cell: &C, shift: u32) -> usize {
    (cell.packed().key >> shift) as usize % PLACES
}

/// Counts the cells by each of some digits, the first of which starts at this bit.
#[inline]
fn count<C: Cell, const N: usize>(cells: impl Iterator<Item = C>, low: u32, mut counts: [&mut [u32; PLACES]; N]) {
    for cell in cells {
        for (counts, n) in counts.iter_mut().zip(0..) {
            if let Some(count) = counts.get_mut(digit(&cell, low + n * DIGIT)) {
                *count += 1;
            }
        }
    }
}

/// Writes each cell to the next place of its digit.
#[inline]
fn scatter<C: Cell>(cells: impl Iterator<Item = C>, shift: u32, places: &mut [u32; PLACES], out: &mut [C]) {
    for cell in cells {
        if let Some(place) = places.get_mut(digit(&cell, shift)) {
            if let Some(out) = out.get_mut(*place as usize) {
                *out = cell;
            }
            *place += 1;
        }
    }
}
