//! Puts packed rows in the order of subject, slot, class and source.

use uytin::kernel::KeyLayout;

use crate::pack::Cell;

/// Bits of a key that are sorted by at a time: their counts fit the first cache.
const DIGIT: u32 = 11;
const PLACES: usize = 1 << DIGIT;
/// So many rows are sorted where they lie, so that they do not take their memory twice.
const HUGE: usize = 1 << 21;

/// Rows of some subjects, and the space to order them.
pub(crate) struct Order<C> {
    /// The lowest bit of the key to order by.
    low: u32,
    cells: Vec<C>,
    spare: Vec<C>,
    /// By digit, all zero between uses.
    places: Vec<[u32; PLACES]>,
}

impl<C: Cell> Order<C> {
    /// For keys of this layout, with so many bits for the subject.
    pub(crate) fn new(layout: KeyLayout, local_bits: u32) -> Self {
        let (low, high) = (layout.ordered_from(), layout.subject_from() + local_bits);
        let digits = (high - low).div_ceil(DIGIT) as usize;
        Self { low, cells: Vec::new(), spare: Vec::new(), places: vec![[0; PLACES]; digits] }
    }

    /// Hands out the rows in their order; equal ones in the order in which they came, unless there are very many.
    pub(crate) fn sort(&mut self, rows: &[C]) -> &mut [C] {
        let len = rows.len();
        if len > HUGE {
            self.cells.clear();
            self.cells.extend_from_slice(rows);
            let low = self.low;
            self.cells.sort_unstable_by_key(|cell| cell.key() >> low);
            return &mut self.cells;
        }
        for cells in [&mut self.cells, &mut self.spare] {
            if cells.len() < len {
                cells.resize(len, C::default());
            }
        }
        let Self { low, cells, spare, places } = self;
        match places.as_mut_slice() {
            [a, b] => count(rows, *low, [a, b]),
            [a, b, c] => count(rows, *low, [a, b, c]),
            all => all.iter_mut().zip((*low..).step_by(DIGIT as usize)).for_each(|(one, shift)| count(rows, shift, [one])),
        }
        for (n, (places, shift)) in places.iter_mut().zip((*low..).step_by(DIGIT as usize)).enumerate() {
            // From counts to the place of the first of each.
            let mut sum = 0;
            for place in places.iter_mut() {
                sum += std::mem::replace(place, sum);
            }
            scatter(if n == 0 { rows } else { cells.get(..len).unwrap_or_default() }, shift, places, spare);
            places.fill(0);
            std::mem::swap(cells, spare);
        }
        cells.get_mut(..len).unwrap_or_default()
    }
}

/// The lowest digit of a key that is shifted to it.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a few bits")]
fn digit(key: u64) -> usize {
    key as usize % PLACES
}

/// Counts the cells by each of some digits, the first of which starts at this bit.
#[inline]
fn count<C: Cell, const N: usize>(cells: &[C], low: u32, mut counts: [&mut [u32; PLACES]; N]) {
    let mut add = |cell: &C| {
        let mut key = cell.key() >> low;
        for counts in &mut counts {
            if let Some(count) = counts.get_mut(digit(key)) {
                *count += 1;
            }
            key >>= DIGIT;
        }
    };
    // By turns from both halves: neighbours often have equal digits, and would wait for each other.
    let (first, second) = cells.split_at(cells.len() / 2);
    for (one, other) in first.iter().zip(second) {
        add(one);
        add(other);
    }
    second.get(first.len()..).unwrap_or_default().iter().for_each(add);
}

/// Writes each cell to the next place of its digit.
#[inline]
fn scatter<C: Cell>(cells: &[C], shift: u32, places: &mut [u32; PLACES], out: &mut [C]) {
    for cell in cells {
        if let Some(place) = places.get_mut(digit(cell.key() >> shift)) {
            if let Some(out) = out.get_mut(*place as usize) {
                *out = *cell;
            }
            *place += 1;
        }
    }
}
