//! Points on the 100-point scale (`MODEL.md` §1), held as whole tenths so that parts sum exactly.

use std::fmt;
use std::iter::Sum;

use serde::{Serialize, Serializer};

use crate::codes::Language;

/// Guards the rounding of a number that is whole but for the last bits.
const GUARD: f64 = 1e-9;

/// Points with one decimal, held as whole tenths; a score is from 0 to 1000 tenths, a loss is negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(i32);

impl Points {
    /// Points of so many tenths.
    #[must_use]
    pub const fn from_tenths(tenths: i32) -> Self {
        Self(tenths)
    }

    /// Whole tenths.
    #[must_use]
    pub const fn tenths(self) -> i32 {
        self.0
    }

    /// Points as a number, the double nearest to the decimal.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.0) / 10.0
    }

    /// The points as a text of this language writes them.
    #[must_use]
    pub fn text(self, language: Language) -> String {
        language.decimal(self)
    }

    /// As [`Points::text`], a gain with its sign: `+3.2`, `−0.5`, `0.0`.
    #[must_use]
    pub fn signed(self, language: Language) -> String {
        let sign = match self.0 {
            0 => "",
            tenths if tenths > 0 => "+",
            _ => "−",
        };
        format!("{sign}{}", self.text(language).trim_start_matches('-'))
    }

    /// Real tenths to the nearest, halves up (`MODEL.md` §7).
    pub(crate) fn nearest(tenths: f64) -> Self {
        Self(whole_below(tenths + 0.5 + GUARD))
    }

    pub(crate) fn floor(tenths: f64) -> Self {
        Self(whole_below(tenths + GUARD))
    }

    pub(crate) fn ceil(tenths: f64) -> Self {
        Self(-whole_below(GUARD - tenths))
    }
}

/// Shares real tenths out as whole ones that sum to `total` (`MODEL.md` §9): floors, then the missing tenths to the
/// largest fractions, of equals to the earlier part.
pub(crate) fn apportion(parts: &[f64], total: Points) -> Vec<Points> {
    let mut shares: Vec<Points> = parts.iter().map(|&part| Points::floor(part)).collect();
    let fraction = |n: usize| {
        let (part, share) = (parts.get(n).copied().unwrap_or_default(), shares.get(n).copied().unwrap_or_default());
        ((part - f64::from(share.0)) * 1e9).round()
    };
    let mut order: Vec<(f64, usize)> = (0..parts.len()).map(|n| (fraction(n), n)).collect();
    order.sort_by(|(a, m), (b, n)| b.total_cmp(a).then(m.cmp(n)));
    let missing = total.0 - shares.iter().map(|share| share.0).sum::<i32>();
    for (_, n) in order.into_iter().take(usize::try_from(missing).unwrap_or_default()) {
        if let Some(share) = shares.get_mut(n) {
            share.0 += 1;
        }
    }
    shares
}

/// The greatest whole number that is not above, without a call or a branch: added to 1.5·2⁵², a number is rounded to the nearest
/// whole one, which is in the lowest bits of the sum.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "within 1000 tenths or so")]
fn whole_below(tenths: f64) -> i32 {
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    let shifted = tenths + SHIFT;
    let nearest = shifted - SHIFT;
    (shifted.to_bits() as i32).wrapping_sub(i32::from(nearest > tenths))
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{}", size / 10, size % 10))
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Self>>(points: I) -> Self {
        Self(points.map(|points| points.0).sum())
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Points {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Points".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "number", "minimum": -100, "maximum": 100, "description": "Points of 100, with one decimal"})
    }
}
