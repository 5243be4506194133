//! Decay as fixed-point fractions (`MODEL.md` §11): exact sums, whatever their order.

use std::sync::Arc;

/// 2⁶²: a fraction of one, as a fixed-point number of 62 fractional bits.
pub(crate) const ONE: f64 = 4_611_686_018_427_387_904.0;

/// Tables hold at most so many fractions a policy (8 MiB); beyond, a fraction is computed when it is asked for.
const TABLE_BUDGET: usize = 1 << 20;

/// `2^(-age / half_life)` in units of 2⁻⁶², and 0 where the age exceeds 40 half-lives.
#[cold]
#[inline(never)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 2^62")]
fn fraction(half_life: i32, age: i32) -> u64 {
    if i64::from(age) > 40 * i64::from(half_life) {
        return 0;
    }
    (libm::exp2(-f64::from(age) / f64::from(half_life)) * ONE).round() as u64
}

/// The decay of one half-life.
#[derive(Clone, Debug)]
pub(crate) struct Decay {
    half_life: i32,
    table: Arc<[u64]>,
}

impl Decay {
    /// The fraction left at an age of so many days, in units of 2⁻⁶².
    #[inline]
    pub(crate) fn fraction(&self, age: i32) -> u64 {
        match usize::try_from(age).ok().and_then(|age| self.table.get(age)) {
            Some(&fraction) => fraction,
            None => fraction(self.half_life, age),
        }
    }

    /// The fractions by age, where they are held: of records that are older nothing is left, or they do not count.
    #[inline]
    pub(crate) fn held(&self) -> Option<&[u64]> {
        Some(&*self.table).filter(|table| !table.is_empty())
    }

    /// The fraction left, as a real number.
    #[expect(clippy::cast_precision_loss, reason = "made from a double, so it is one")]
    pub(crate) fn factor(&self, age: i32) -> f64 {
        self.fraction(age) as f64 / ONE
    }
}

/// A table with the half-life and the ages that it is for.
type Made = ((i32, i32), Arc<[u64]>);

/// Makes the tables of a policy, each half-life once.
#[derive(Default)]
pub(crate) struct Tables {
    /// By half-life and ages.
    made: Vec<Made>,
    entries: usize,
}

impl Tables {
    /// The decay of a half-life for ages below `days`.
    pub(crate) fn decay(&mut self, half_life_days: u32, days: u32) -> Decay {
        let half_life = i32::try_from(half_life_days).unwrap_or(i32::MAX);
        let ages = i32::try_from(days.min(half_life_days.saturating_mul(40).saturating_add(1))).unwrap_or(i32::MAX);
        let place = self.made.binary_search_by_key(&(half_life, ages), |(key, _)| *key);
        let table = match place.map(|place| self.made.get(place)) {
            Ok(Some((_, table))) => table.clone(),
            Ok(None) => Arc::from([]),
            Err(place) => {
                let len = usize::try_from(ages).unwrap_or(usize::MAX);
                let held = if self.entries.saturating_add(len) > TABLE_BUDGET { 0 } else { ages };
                let table: Arc<[u64]> = (0..held).map(|age| fraction(half_life, age)).collect();
                self.entries += table.len();
                self.made.insert(place, ((half_life, ages), table.clone()));
                table
            }
        };
        Decay { half_life, table }
    }
}

#[cfg(test)]
mod tests {
    use super::{Tables, fraction};

    #[test]
    fn a_table_holds_what_the_function_gives() {
        let mut tables = Tables::default();
        for (half_life, days) in [(1, 100), (90, 1095), (365, 1825), (36_500, 36_500)] {
            let decay = tables.decay(half_life, days);
            for age in 0..36_500 {
                assert_eq!(decay.fraction(age), fraction(decay.half_life, age), "{half_life} {age}");
            }
            let held = decay.held().unwrap_or_default();
            assert!(!held.is_empty());
            for age in 0..days as usize {
                assert_eq!(held.get(age).copied().unwrap_or_default(), decay.fraction(age as i32), "{half_life} {age}");
            }
        }
        assert_eq!((fraction(1, 0), fraction(1, 1), fraction(1, 40), fraction(1, 41)), (1 << 62, 1 << 61, 1 << 22, 0));
    }

    #[test]
    fn the_budget_changes_no_fraction() {
        let mut tables = Tables::default();
        let all: Vec<_> = (36_400..36_500).map(|half_life| tables.decay(half_life, 36_500)).collect();
        assert!(all.iter().any(|decay| decay.held().is_none()));
        for decay in all {
            assert_eq!(decay.fraction(12_345), fraction(decay.half_life, 12_345));
        }
    }
}
