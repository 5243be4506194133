//! Puts packed rows in the order of some bits of their keys: of their subjects, or of their slots and classes.

use std::ops::Range;

use crate::pack::Cell;

/// At most so many bits are sorted by at a time: their counts fit the first cache.
const DIGIT: u32 = 12;
/// So many rows are sorted where they lie, so that they do not take their memory twice.
const HUGE: usize = 1 << 21;

/// The place of the next row by digit.
type Places = [u32; 1 << DIGIT];

/// The space to order rows in.
pub(crate) struct Order<C> {
    /// The bits of the key to order by, so many at a time.
    bits: Range<u32>,
    digit: u32,
    cells: Vec<C>,
    spare: Vec<C>,
    /// By digit, all zero between uses.
    places: Box<Places>,
}

impl<C: Cell> Order<C> {
    pub(crate) fn new(bits: Range<u32>) -> Self {
        let len = bits.end - bits.start;
        let digit = len.div_ceil(len.div_ceil(DIGIT).max(1)).max(1);
        Self { bits, digit, cells: Vec::new(), spare: Vec::new(), places: Box::new([0; 1 << DIGIT]) }
    }

    /// Hands out the rows in their order; equal ones in the order in which they came or, if there are very many, in that of
    /// their keys.
    pub(crate) fn sort(&mut self, rows: &[C]) -> &mut [C] {
        let len = rows.len();
        if len > HUGE || self.bits.is_empty() {
            let part = Part { shift: self.bits.start, mask: low_bits(self.bits.end - self.bits.start) };
            self.cells.clear();
            self.cells.extend_from_slice(rows);
            self.cells.sort_unstable_by_key(|cell| (part.of(cell), cell.key()));
            return &mut self.cells;
        }
        for cells in [&mut self.cells, &mut self.spare] {
            if cells.len() < len {
                cells.resize(len, C::default());
            }
        }
        let Self { bits, digit, cells, spare, places } = self;
        for shift in bits.clone().step_by(*digit as usize) {
            let part = Part { shift, mask: low_bits((*digit).min(bits.end - shift)) };
            let rows = if shift == bits.start { rows } else { cells.get(..len).unwrap_or_default() };
            count(rows, part, places);
            first_places(places.get_mut(..1 << *digit).unwrap_or_default());
            scatter(rows, part, places, spare);
            places.get_mut(..1 << *digit).unwrap_or_default().fill(0);
            std::mem::swap(cells, spare);
        }
        cells.get_mut(..len).unwrap_or_default()
    }
}

const fn low_bits(len: u32) -> u64 {
    !u64::MAX.unbounded_shl(len)
}

/// A part of a key.
#[derive(Clone, Copy)]
struct Part {
    shift: u32,
    mask: u64,
}

impl Part {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a few bits, but where there are too many for a table")]
    fn of<C: Cell>(self, cell: &C) -> usize {
        (cell.key() >> self.shift & self.mask) as usize
    }

    /// That of a cell.
    #[inline]
    fn place<'p, C: Cell>(self, cell: &C, places: &'p mut Places) -> Option<&'p mut u32> {
        // The mask, which is less, spares a look whether the place is there.
        places.get_mut(self.of(cell) & ((1 << DIGIT) - 1))
    }
}

/// Counts the cells by this part.
#[inline]
fn count<C: Cell>(cells: &[C], part: Part, counts: &mut Places) {
    let mut add = |cell: &C| {
        if let Some(count) = part.place(cell, counts) {
            *count += 1;
        }
    };
    // By turns from both halves: neighbours often have equal parts, and would wait for each other.
    let (first, second) = cells.split_at(cells.len() / 2);
    for (one, other) in first.iter().zip(second) {
        add(one);
        add(other);
    }
    second.get(first.len()..).unwrap_or_default().iter().for_each(add);
}

/// Makes of counts the place of the first of each.
pub(crate) fn first_places(counts: &mut [u32]) {
    let mut sum = 0;
    for count in counts {
        sum += std::mem::replace(count, sum);
    }
}

/// Writes each cell to the next place of its part.
#[inline]
fn scatter<C: Cell>(cells: &[C], part: Part, places: &mut Places, out: &mut [C]) {
    for cell in cells {
        if let Some(place) = part.place(cell, places) {
            if let Some(out) = out.get_mut(*place as usize) {
                *out = *cell;
            }
            *place += 1;
        }
    }
}
