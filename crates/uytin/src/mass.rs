//! Masses (`MODEL.md` §5 steps 1 to 3, §6, §11): decayed, capped by source and class, weighted by reliability.
//!
//! Up to the class, masses are whole numbers in units of 2⁻⁶², so that the order of records and sources cannot matter. A
//! sum that exceeds its cap is scaled as a real number and held as such a whole number again.

use smallvec::SmallVec;

use crate::count::age;
use crate::policy::compiled::{Cap, ClassRule, Compiled, Slot};

/// What a row of checks or credits belongs to: slot, source class and source, in one number that sorts in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MassKey(u64);

impl MassKey {
    /// The key of a slot (criteria in policy order, then credits), a source class and a source, by their places.
    #[must_use]
    pub const fn new(slot: u16, class: u16, source: u32) -> Self {
        Self((slot as u64) << 48 | (class as u64) << 32 | source as u64)
    }

    /// The place of the criterion or credit.
    #[must_use]
    #[inline]
    pub const fn slot(self) -> u16 {
        (self.0 >> 48) as u16
    }

    /// The place of the source.
    pub(crate) const fn source(self) -> u32 {
        (self.0 & 0xffff_ffff) as u32
    }

    /// Slot and source class, in one number.
    #[inline]
    pub(crate) const fn group(self) -> u64 {
        self.0 >> 32
    }

    /// The place of the source class.
    #[must_use]
    #[inline]
    pub const fn class(self) -> u16 {
        (self.0 >> 32 & 0xffff) as u16
    }
}

/// Checks of one source on one day, or an amount of a credit in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MassRow {
    /// What the row belongs to.
    pub key: MassKey,
    /// Days since 1970-01-01.
    pub day: i32,
    /// Checks that held; thousandths of a credit.
    pub favourable: u32,
    /// Checks that did not hold.
    pub adverse: u32,
}

/// The mass of one criterion or credit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Mass {
    /// α
    pub(crate) favourable: f64,
    /// β
    pub(crate) adverse: f64,
    /// The part of β that comes from classes with a sector.
    pub(crate) adverse_of_sectors: f64,
}

impl Mass {
    /// Adds the mass of one class.
    #[inline]
    pub(crate) fn add(&mut self, class: &ClassRule, [favourable, adverse]: [f64; 2]) {
        self.favourable += favourable;
        self.adverse += adverse;
        self.adverse_of_sectors += adverse * class.in_sector;
    }
}

/// Favourable and adverse mass by sector, and at last that of classes without one.
pub(crate) type SectorMasses = SmallVec<[[f64; 2]; 8]>;

/// A sum in units of 2⁻⁶².
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    favourable: u128,
    adverse: u128,
}

impl Sum {
    #[inline]
    pub(crate) fn add(&mut self, other: Self) {
        self.favourable += other.favourable;
        self.adverse += other.adverse;
    }

    /// The sum of one row's checks, of which this fraction is left.
    #[inline]
    pub(crate) fn of(favourable: u32, adverse: u32, fraction: u64) -> Self {
        Self { favourable: times(favourable, fraction), adverse: times(adverse, fraction) }
    }

    /// What was added after it was this sum.
    #[inline]
    pub(crate) fn since(self, before: Self) -> Self {
        Self { favourable: self.favourable - before.favourable, adverse: self.adverse - before.adverse }
    }

    #[inline]
    pub(crate) fn exceeds(self, cap: Cap) -> bool {
        self.favourable + self.adverse > cap.fixed
    }

    /// Scales both by `cap / (a + b)` where they exceed the cap.
    #[inline]
    pub(crate) fn capped(self, cap: Cap) -> Self {
        if !self.exceeds(cap) {
            return self;
        }
        let total = self.favourable + self.adverse;
        Self { favourable: scaled(self.favourable, total, cap.real), adverse: scaled(self.adverse, total, cap.real) }
    }
}

/// A part of a total that exceeds its cap. Quotient first: of a source that is all favourable it is exactly 1.
#[cold]
#[inline(never)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded once, far below a tenth")]
fn scaled(part: u128, total: u128, cap: f64) -> u128 {
    ((real(part) / real(total)) * cap) as u128
}

/// So many bits of the sums lie below those of [`real`],
const GRAIN_BITS: u32 = 11;
/// and so many of their units are one of its.
pub(crate) const GRAIN: f64 = (1_u32 << GRAIN_BITS) as f64;

/// A sum as a double, in units of 2⁻⁵¹: what it takes of a machine is one conversion of a signed number, up to masses of
/// 4,096. What lies below moves no score.
#[inline]
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "rounded far below a tenth")]
fn real(n: u128) -> f64 {
    const HIGH: f64 = (1_u64 << (64 - GRAIN_BITS)) as f64;
    // Above, both halves are doubles, so this rounds once, too: no call is needed that a loop has to save its numbers for.
    i64::try_from(n >> GRAIN_BITS).map_or_else(|_| (n >> 64) as u64 as f64 * HIGH + (n as u64 >> GRAIN_BITS) as f64, |n| n as f64)
}

/// Takes the rows of the slot that is first in `rows`, which are sorted by key, and sums them up; adds what counts for
/// sectors to `sectors`.
#[inline]
pub(crate) fn take_slot(policy: &Compiled, slot: &Slot, as_of: i32, rows: &mut &[MassRow], sectors: Option<&mut [[f64; 2]]>) -> Mass {
    let mut mass = Mass::default();
    let mut sectors = sectors;
    let mut left = *rows;
    let place = left.first().map(|row| row.key.slot());
    while let [first, ..] = left
        && Some(first.key.slot()) == place
    {
        let group = first.key;
        let class_sum = take_class(policy, slot, as_of, &mut left);
        let Some(class) = policy.classes.get(usize::from(group.class())) else { continue };
        let of_class = weighed(class, class_sum.capped(slot.class_cap), slot.unit);
        mass.add(class, of_class);
        if let Some(sectors) = sectors.as_deref_mut() {
            add_to_sector(sectors, class.sector_place, of_class);
        }
    }
    *rows = left;
    mass
}

/// Takes the rows of the slot and class that are first in `rows`, and sums them up, each source capped.
#[inline]
pub(crate) fn take_class(policy: &Compiled, slot: &Slot, as_of: i32, rows: &mut &[MassRow]) -> Sum {
    let mut left = *rows;
    let mut class_sum = Sum::default();
    let group = left.first().map(|row| row.key.group());
    while let [first, ..] = left
        && Some(first.key.group()) == group
    {
        let key = first.key;
        let mut sum = Sum::default();
        while let [row, after @ ..] = left
            && row.key == key
        {
            left = after;
            let Ok(age) = age(as_of, row.day, policy.horizon_days) else { continue };
            let fraction = slot.decay.fraction(age);
            sum.add(Sum::of(row.favourable, row.adverse, fraction));
        }
        class_sum.add(sum.capped(slot.source_cap));
    }
    *rows = left;
    class_sum
}

/// The mass of one class from the sum of its sources.
pub(crate) fn class_mass(slot: &Slot, class: &ClassRule, sum: Sum) -> Mass {
    let mut mass = Mass::default();
    mass.add(class, weighed(class, sum.capped(slot.class_cap), slot.unit));
    mass
}

/// The sum of checks of today that held, shared out evenly among so many new sources of one class: of the ways to share
/// them out the one that carries most.
pub(crate) fn fresh_sum(slot: &Slot, checks: u32, sources: u32) -> Sum {
    let one = |checks: u32| Sum { favourable: times(checks, slot.decay.fraction(0)), adverse: 0 }.capped(slot.source_cap).favourable;
    let sources = sources.clamp(1, checks.max(1));
    let (each, more) = (checks / sources, checks % sources);
    Sum { favourable: u128::from(more) * one(each + 1) + u128::from(sources - more) * one(each), adverse: 0 }
}

/// How many checks of today one source carries in full; 0 where its cap is below one.
pub(crate) fn checks_in_full(slot: &Slot) -> u32 {
    u32::try_from(slot.source_cap.fixed / times(1, slot.decay.fraction(0)).max(1)).unwrap_or(u32::MAX)
}

/// The product; by halves where the machine has no wide multiplication, which a small WebAssembly would call for.
#[inline]
fn times(n: u32, fraction: u64) -> u128 {
    if cfg!(target_pointer_width = "64") {
        return u128::from(n) * u128::from(fraction);
    }
    let half = |half: u64| u128::from(u64::from(n) * half);
    (half(fraction >> 32) << 32) + half(fraction & 0xffff_ffff)
}

/// Favourable and adverse mass of one class.
#[inline]
pub(crate) fn weighed(class: &ClassRule, sum: Sum, unit: f64) -> [f64; 2] {
    [sum.favourable, sum.adverse].map(|part| real(part) * unit * class.reliability)
}

/// Adds the mass of one class to its sector's. `sectors` has one place more than there are sectors, for classes without one:
/// which classes come can hardly be guessed.
#[inline]
pub(crate) fn add_to_sector(sectors: &mut [[f64; 2]], place: usize, [favourable, adverse]: [f64; 2]) {
    if let Some([for_sector, against_sector]) = sectors.get_mut(place) {
        *for_sector += favourable;
        *against_sector += adverse;
    }
}

#[cfg(test)]
mod tests {
    use super::{GRAIN_BITS, real};

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "which is what is compared")]
    fn a_sum_is_rounded_once_whatever_its_size() {
        // Halfway between two doubles, and a little more or less.
        let patterns =
            [1, 0b101, (1 << 53) | 1, (1 << 54) | 1, (1 << 54) | 2, (1 << 54) | 3, (1 << 54) | 6, (1 << 60) - 1, u128::from(u64::MAX)];
        for (pattern, shift) in patterns.into_iter().flat_map(|pattern| (0..116 - pattern.ilog2()).map(move |shift| (pattern, shift))) {
            for n in [pattern << shift, (pattern << shift) + (1 << GRAIN_BITS), (pattern << shift) - 1] {
                assert_eq!(real(n).to_bits(), ((n >> GRAIN_BITS) as f64).to_bits(), "{n:x}");
            }
        }
    }
}
