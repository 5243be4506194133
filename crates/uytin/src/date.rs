//! Civil dates (`MODEL.md` §2): `YYYY-MM-DD`, no clock, no time zone.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::error::{Code, Fault, quote};

/// Days from 0000-03-01 to 1970-01-01.
const MARCH_OF_YEAR_0: i32 = 719_468;
/// Days of four centuries, after which the Gregorian calendar repeats.
const DAYS_OF_ERA: i32 = 146_097;

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
        (1..=9999).contains(&year).then_some(())?;
        // Years begin in March here, so that a leap day is the last of its year.
        let (year, month, day) = (i32::from(year) - i32::from(month < 3), i32::from(month), i32::from(day));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let date = Self(365 * year + year / 4 - year / 100 + year / 400 + of_year - MARCH_OF_YEAR_0);
        // A day that the calendar does not have comes back as another one.
        (date.civil() == (year + i32::from(month < 3), month, day)).then_some(date)
    }

    /// Year, month and day.
    const fn civil(self) -> (i32, i32, i32) {
        let days = self.0 + MARCH_OF_YEAR_0;
        let (era, of_era) = (days / DAYS_OF_ERA, days % DAYS_OF_ERA);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        (400 * era + year_of_era + if month < 3 { 1 } else { 0 }, month, day)
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
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
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
    fn every_day_is_that_of_another_calendar() {
        let epoch = jiff::civil::date(1970, 1, 1);
        for days in Date::MIN.days()..=Date::MAX.days() {
            let other = epoch.saturating_add(jiff::Span::new().days(days));
            let date = Date::from_days(days);
            assert_eq!(date.map(Date::civil), Some((other.year().into(), other.month().into(), other.day().into())));
            let year = u16::try_from(other.year()).unwrap_or_default();
            assert_eq!(Date::new(year, other.month().unsigned_abs(), other.day().unsigned_abs()), date);
        }
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
            "2026-04-31",
            "1900-02-29",
            "2026-01-00",
            "2026-12-32",
        ] {
            assert!(Date::parse(text).is_err(), "{text}");
        }
        assert!(Date::parse("2028-02-29").is_ok());
    }
}
