//! Civil dates (`MODEL.md` §2): `YYYY-MM-DD`, no clock, no time zone.

use std::fmt;

use jiff::{Span, civil};
use serde::{Serialize, Serializer};

use crate::error::{Code, Fault, quote};

const EPOCH: civil::Date = civil::date(1970, 1, 1);

/// A civil date, held as whole days since 1970-01-01; from 0001-01-01 to 9999-12-31.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// The first date that can be written, 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// The last date that can be written, 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The date of year (1 to 9999), month (1 to 12) and day; `None` where the calendar has no such day.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let year = i16::try_from(year).ok().filter(|y| (1..=9999).contains(y))?;
        let date = civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        i32::try_from(date.duration_since(EPOCH).as_hours() / 24).ok().map(Self)
    }

    /// The date that lies so many days after 1970-01-01 (Arrow's `date32`); `None` outside the range of this type.
    #[must_use]
    pub const fn from_days(days: i32) -> Option<Self> {
        if days < Self::MIN.0 || days > Self::MAX.0 { None } else { Some(Self(days)) }
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The date so many days later; stays at the last date that can be written.
    #[must_use]
    pub fn plus(self, days: u32) -> Self {
        let days = i32::try_from(days).unwrap_or(i32::MAX);
        Self(self.0.saturating_add(days).min(Self::MAX.0))
    }

    /// Whole days from `self` to `later`; negative where `later` is earlier.
    #[must_use]
    pub const fn days_until(self, later: Self) -> i32 {
        later.0 - self.0
    }

    /// Reads `YYYY-MM-DD`, and nothing else.
    ///
    /// # Errors
    /// A fault with code `not-a-date`, without a path, where the text is of another form or names no day of the calendar.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        Self::read(text.as_bytes()).ok_or_else(|| {
            Fault::new(Code::NotADate, String::new(), quote(text), "a date of the calendar as `YYYY-MM-DD`, from 0001-01-01 to 9999-12-31")
        })
    }

    fn read(text: &[u8]) -> Option<Self> {
        let &[y3, y2, y1, y0, b'-', m1, m0, b'-', d1, d0] = text else { return None };
        let digit = |b: u8| b.is_ascii_digit().then(|| b - b'0');
        let two = |a, b| Some(digit(a)? * 10 + digit(b)?);
        let year = u16::from(two(y3, y2)?) * 100 + u16::from(two(y1, y0)?);
        Self::new(year, two(m1, m0)?, two(d1, d0)?)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = EPOCH.checked_add(Span::new().days(self.0)).unwrap_or(civil::Date::MAX);
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Date {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Date {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            "description": "A civil date, `YYYY-MM-DD`, from 0001-01-01 to 9999-12-31"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn reads_what_it_writes_over_the_whole_range() {
        for days in (Date::MIN.days()..=Date::MAX.days()).step_by(97).chain([Date::MIN.days(), Date::MAX.days(), 0]) {
            let date = Date::from_days(days).map(|d| d.to_string());
            assert_eq!(date.as_deref().map(Date::parse), Date::from_days(days).map(Ok));
        }
        assert_eq!(Date::MIN.to_string(), "0001-01-01");
        assert_eq!(Date::MAX.to_string(), "9999-12-31");
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "2026-02-30",
            "2025-02-29",
            "0000-01-01",
            "2026-1-01",
            "2026-01-01T00",
            "٢٠٢٦-01-01",
            "",
            "20260101",
            "2026-13-01",
            "2026-00-10",
            "+026-01-01",
        ] {
            assert!(Date::parse(text).is_err(), "{text}");
        }
        assert!(Date::parse("2028-02-29").is_ok());
    }
}
