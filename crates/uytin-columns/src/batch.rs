//! The columns of one batch, their types checked once, and the values in them as numbers and texts.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Date32Type, Date64Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayAccessor, ArrayRef, BooleanArray, LargeStringArray, RecordBatch, StringArray, StringViewArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Schema, TimeUnit};
use uytin::{Code, Date, Error, Fault, quote};

use crate::ids::{Map, Name};
use crate::pack::BLOCK;

/// What a text that the policy or the table does not have resolves to.
pub(crate) const UNKNOWN: u32 = u32::MAX - 1;
/// What a null resolves to.
pub(crate) const NULL: u32 = u32::MAX;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Subject,
    Text,
    Date,
    Number,
    Flag,
}

/// The columns: name, kind, and whether it must be there.
const COLUMNS: [(&str, Kind, bool); 17] = [
    ("type", Kind::Text, false),
    ("id", Kind::Text, false),
    ("revision", Kind::Number, false),
    ("withdrawn", Kind::Flag, false),
    ("subject", Kind::Subject, true),
    ("source", Kind::Text, true),
    ("source_class", Kind::Text, true),
    ("criterion", Kind::Text, true),
    ("date", Kind::Date, true),
    ("passed", Kind::Number, false),
    ("failed", Kind::Number, false),
    ("severity", Kind::Text, false),
    ("status", Kind::Text, false),
    ("reach", Kind::Number, false),
    ("incident", Kind::Text, false),
    ("amount", Kind::Number, false),
    ("context", Kind::Text, false),
];

/// A fault of a column as a whole.
pub(crate) fn column_fault(code: Code, column: &str, found: impl Into<String>, expected: impl Into<String>) -> Error {
    Fault::new(code, format!("$.{column}"), found, expected).into()
}

/// A fault of one value.
pub(crate) fn value_fault(code: Code, row: u64, column: &str, found: impl Into<String>, expected: impl Into<String>) -> Error {
    Fault::new(code, format!("row {row}: $.{column}"), found, expected).into()
}

/// Checks names and types of the columns.
pub(crate) fn check_schema(schema: &Schema) -> Result<(), Error> {
    for (place, field) in schema.fields().iter().enumerate() {
        let name = field.name();
        let Some((_, kind, _)) = COLUMNS.iter().find(|(known, ..)| known == name) else {
            let known: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
            let expected = format!("a column of records ({}); no other column is allowed", known.join(", "));
            return Err(column_fault(Code::UnknownField, name, quote(name), expected));
        };
        if schema.fields().iter().take(place).any(|before| before.name() == name) {
            return Err(column_fault(Code::DuplicateKey, name, "the column for the second time", "each column once"));
        }
        let found = field.data_type();
        let expected = match kind {
            Kind::Subject if is_text(found) || is_whole(found) => continue,
            Kind::Text if is_text(found) => continue,
            Kind::Number if is_whole(found) || matches!(found, DataType::Float32 | DataType::Float64) => continue,
            Kind::Date if is_text(found) || matches!(found, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)) => continue,
            Kind::Flag if *found == DataType::Boolean => continue,
            _ if *found == DataType::Null => continue,
            Kind::Subject => "texts (utf8, large_utf8, utf8_view or a dictionary of them) or integers",
            Kind::Text => "texts (utf8, large_utf8, utf8_view or a dictionary of them)",
            Kind::Number => "numbers (integers, or floats that are whole)",
            Kind::Date => "dates (date32, a timestamp, or text as `YYYY-MM-DD`)",
            Kind::Flag => "booleans",
        };
        return Err(column_fault(Code::WrongType, name, format!("a column of type {found}"), expected));
    }
    let has = |name: &str| schema.column_with_name(name).is_some();
    let counts = !has("type");
    for (name, _, required) in COLUMNS {
        if !has(name) && (required || counts && matches!(name, "passed" | "failed")) {
            let expected = if required { "the column" } else { "the column, since without `type` all rows are observations" };
            return Err(column_fault(Code::MissingField, name, "no such column", expected));
        }
    }
    Ok(())
}

fn is_text(found: &DataType) -> bool {
    match found {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => matches!(**values, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View),
        _ => false,
    }
}

fn is_whole(found: &DataType) -> bool {
    found.is_integer()
}

/// Dictionary keys of any width.
#[derive(Clone, Copy)]
pub(crate) enum Keys<'a> {
    I8(&'a [i8]),
    I16(&'a [i16]),
    I32(&'a [i32]),
    I64(&'a [i64]),
    U8(&'a [u8]),
    U16(&'a [u16]),
    U32(&'a [u32]),
    U64(&'a [u64]),
}

/// Runs the body for the slice of whatever width.
macro_rules! each_width {
    ($keys:expr, $slice:ident => $body:expr) => {
        match $keys {
            Keys::I8($slice) => $body,
            Keys::I16($slice) => $body,
            Keys::I32($slice) => $body,
            Keys::I64($slice) => $body,
            Keys::U8($slice) => $body,
            Keys::U16($slice) => $body,
            Keys::U32($slice) => $body,
            Keys::U64($slice) => $body,
        }
    };
}

/// Bytes of each of these.
const fn width_of<T>(_: &[T]) -> usize {
    size_of::<T>()
}

impl Keys<'_> {
    /// The key of a row; a negative one becomes a place that no dictionary has.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "64-bit places; wrapped ones exist nowhere")]
    fn get(self, row: usize) -> usize {
        each_width!(self, keys => keys.get(row).map_or(usize::MAX, |&key| key as usize))
    }

    /// Writes what the map has at each key of the rows from `start`, and [`NULL`] where it has nothing.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::unnecessary_cast,
        reason = "keys of any width, 64-bit places; wrapped ones exist nowhere"
    )]
    pub(crate) fn map_into(self, start: usize, map: &Map, out: &mut [u32]) {
        each_width!(self, keys => {
            let keys = keys.get(start..).unwrap_or_default();
            match map {
                // Compared in their own width, several at once; wrapped ones are too large for a dictionary of such keys.
                Map::Same(len) if width_of(keys) <= size_of::<u32>() => out.iter_mut().zip(keys).for_each(|(out, &key)| {
                    let place = key as u32;
                    *out = if place < *len { place } else { NULL };
                }),
                Map::Same(len) => out.iter_mut().zip(keys).for_each(|(out, &key)| {
                    let place = key as usize;
                    *out = if place < *len as usize { place as u32 } else { NULL };
                }),
                Map::Numbers(numbers) => {
                    out.iter_mut().zip(keys).for_each(|(out, &key)| *out = numbers.get(key as usize).copied().unwrap_or(NULL));
                }
            }
        });
    }

    /// Writes what the table has for each pair of keys of the rows from `start`, where a row of it has so many places; `false`
    /// where the two are not of one usual type.
    #[expect(clippy::cast_sign_loss, reason = "wrapped ones exist nowhere")]
    pub(crate) fn pair_into(self, other: Keys<'_>, start: usize, places: usize, table: &[u64], out: &mut [u64]) -> bool {
        macro_rules! pairs {
            ($keys:expr, $others:expr) => {{
                let pairs = $keys.get(start..).unwrap_or_default().iter().zip($others.get(start..).unwrap_or_default());
                for (out, (&key, &other)) in out.iter_mut().zip(pairs) {
                    let place = (key as usize).wrapping_mul(places).wrapping_add(other as usize);
                    *out = table.get(place).copied().unwrap_or(u64::MAX);
                }
            }};
        }
        match (self, other) {
            (Keys::I8(keys), Keys::I8(others)) => pairs!(keys, others),
            (Keys::U8(keys), Keys::U8(others)) => pairs!(keys, others),
            (Keys::I16(keys), Keys::I16(others)) => pairs!(keys, others),
            (Keys::I32(keys), Keys::I32(others)) => pairs!(keys, others),
            (Keys::U32(keys), Keys::U32(others)) => pairs!(keys, others),
            _ => return false,
        }
        true
    }
}

/// A column of texts.
#[derive(Clone)]
pub(crate) enum Texts<'a> {
    Utf8(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
    Dictionary {
        keys: Keys<'a>,
        nulls: Option<&'a NullBuffer>,
        values: Arc<Texts<'a>>,
        /// The array of these values.
        array: &'a ArrayRef,
    },
}

impl<'a> Texts<'a> {
    pub(crate) fn new(array: &'a dyn Array) -> Option<Self> {
        fn dictionary<'a, K: ArrowDictionaryKeyType>(array: &'a dyn Array, keys: fn(&'a [K::Native]) -> Keys<'a>) -> Option<Texts<'a>> {
            let array = array.as_dictionary_opt::<K>()?;
            let values = Arc::new(Texts::new(array.values().as_ref())?);
            Some(Texts::Dictionary {
                keys: keys(array.keys().values()),
                nulls: array.keys().nulls().filter(|n| n.null_count() > 0),
                values,
                array: array.values(),
            })
        }
        Some(match array.data_type() {
            DataType::Utf8 => Self::Utf8(array.as_string_opt()?),
            DataType::LargeUtf8 => Self::Large(array.as_string_opt()?),
            DataType::Utf8View => Self::View(array.as_string_view_opt()?),
            DataType::Dictionary(key, _) => match **key {
                DataType::Int8 => dictionary::<Int8Type>(array, Keys::I8)?,
                DataType::Int16 => dictionary::<Int16Type>(array, Keys::I16)?,
                DataType::Int32 => dictionary::<Int32Type>(array, Keys::I32)?,
                DataType::Int64 => dictionary::<Int64Type>(array, Keys::I64)?,
                DataType::UInt8 => dictionary::<UInt8Type>(array, Keys::U8)?,
                DataType::UInt16 => dictionary::<UInt16Type>(array, Keys::U16)?,
                DataType::UInt32 => dictionary::<UInt32Type>(array, Keys::U32)?,
                DataType::UInt64 => dictionary::<UInt64Type>(array, Keys::U64)?,
                _ => return None,
            },
            _ => return None,
        })
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Utf8(array) => array.len(),
            Self::Large(array) => array.len(),
            Self::View(array) => array.len(),
            Self::Dictionary { keys, .. } => each_width!(*keys, keys => keys.len()),
        }
    }

    /// Which rows are null; of a dictionary those without a key.
    pub(crate) fn nulls(&self) -> Option<&'a NullBuffer> {
        match self {
            Self::Utf8(array) => (*array).nulls(),
            Self::Large(array) => (*array).nulls(),
            Self::View(array) => (*array).nulls(),
            Self::Dictionary { nulls, .. } => *nulls,
        }
    }

    /// The text of a row; `None` where it is null.
    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Utf8(array) => (row < array.len() && array.is_valid(row)).then(|| array.value(row)),
            Self::Large(array) => (row < array.len() && array.is_valid(row)).then(|| array.value(row)),
            Self::View(array) => (row < array.len() && array.is_valid(row)).then(|| array.value(row)),
            Self::Dictionary { keys, nulls, values, .. } => {
                if nulls.is_some_and(|nulls| row >= nulls.len() || nulls.is_null(row)) {
                    None
                } else {
                    values.get(keys.get(row))
                }
            }
        }
    }

    /// The first row that is null; of a dictionary one without a key, or with that of a null entry.
    pub(crate) fn first_null(&self) -> Option<usize> {
        if self.nulls().is_none() && !matches!(self, Self::Dictionary { .. }) {
            return None;
        }
        (0..self.len()).find(|&row| self.get(row).is_none())
    }

    /// Hands out the texts of some rows; what kind of texts they are is asked once.
    #[inline]
    pub(crate) fn each(&self, rows: Range<usize>, mut each: impl FnMut(Option<&'a str>)) {
        fn plain<'a>(array: impl ArrayAccessor<Item = &'a str>, rows: Range<usize>, each: &mut impl FnMut(Option<&'a str>)) {
            for row in rows.start..rows.end.min(array.len()) {
                each(array.is_valid(row).then(|| array.value(row)));
            }
        }
        match self {
            Self::Utf8(array) => plain(*array, rows, &mut each),
            Self::Large(array) => plain(*array, rows, &mut each),
            Self::View(array) => plain(*array, rows, &mut each),
            Self::Dictionary { .. } => rows.for_each(|row| each(self.get(row))),
        }
    }

    /// The place of a row's text in its dictionary, and the dictionary; `None` of plain texts.
    pub(crate) fn entry(&self, row: usize) -> Option<(u32, &'a ArrayRef)> {
        let Self::Dictionary { keys, nulls, array, .. } = self else { return None };
        let is_null = nulls.is_some_and(|nulls| row >= nulls.len() || nulls.is_null(row));
        let place = u32::try_from(keys.get(row)).ok().filter(|&place| !is_null && (place as usize) < array.len())?;
        Some((place, array))
    }

    /// What tells one dictionary from another: where its values lie. `None` for plain texts.
    pub(crate) fn dictionary(&self) -> Option<(DictionaryKey, &Arc<Texts<'a>>)> {
        let Self::Dictionary { values, .. } = self else { return None };
        let key = match &**values {
            Self::Utf8(array) => (array.values().as_ptr() as usize, array.offsets().as_ptr() as usize, array.len()),
            Self::Large(array) => (array.values().as_ptr() as usize, array.offsets().as_ptr() as usize, array.len()),
            Self::View(array) => (array.views().as_ptr() as usize, 0, array.len()),
            Self::Dictionary { .. } => return None,
        };
        Some((key, values))
    }
}

/// Where the values of a dictionary lie.
pub(crate) type DictionaryKey = (usize, usize, usize);

/// Numbers of any width.
#[derive(Clone, Copy)]
pub(crate) enum Values<'a> {
    Whole(Keys<'a>),
    F32(&'a [f32]),
    F64(&'a [f64]),
}

/// A column of numbers.
#[derive(Clone, Copy)]
pub(crate) struct Numbers<'a> {
    pub(crate) values: Values<'a>,
    pub(crate) nulls: Option<&'a NullBuffer>,
}

/// One number.
#[derive(Clone, Copy)]
pub(crate) enum Number {
    Whole(i128),
    Real(f64),
}

impl Number {
    /// The number as a whole one from 0 to `max`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "guarded; limits are below 2^53"
    )]
    pub(crate) fn whole(self, max: u64) -> Option<u64> {
        match self {
            Self::Whole(n) => u64::try_from(n).ok().filter(|&n| n <= max),
            Self::Real(x) => (x.trunc() == x && (0.0..=max as f64).contains(&x)).then_some(x as u64),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "amounts are small")]
    pub(crate) fn real(self) -> f64 {
        match self {
            Self::Whole(n) => n as f64,
            Self::Real(x) => x,
        }
    }

    pub(crate) fn quoted(self) -> String {
        match self {
            Self::Whole(n) => quote(&n.to_string()),
            Self::Real(x) => quote(&x.to_string()),
        }
    }
}

impl<'a> Numbers<'a> {
    fn new(array: &'a dyn Array) -> Option<Self> {
        let values = match array.data_type() {
            DataType::Int8 => Values::Whole(Keys::I8(array.as_primitive_opt::<Int8Type>()?.values())),
            DataType::Int16 => Values::Whole(Keys::I16(array.as_primitive_opt::<Int16Type>()?.values())),
            DataType::Int32 => Values::Whole(Keys::I32(array.as_primitive_opt::<Int32Type>()?.values())),
            DataType::Int64 => Values::Whole(Keys::I64(array.as_primitive_opt::<Int64Type>()?.values())),
            DataType::UInt8 => Values::Whole(Keys::U8(array.as_primitive_opt::<UInt8Type>()?.values())),
            DataType::UInt16 => Values::Whole(Keys::U16(array.as_primitive_opt::<UInt16Type>()?.values())),
            DataType::UInt32 => Values::Whole(Keys::U32(array.as_primitive_opt::<UInt32Type>()?.values())),
            DataType::UInt64 => Values::Whole(Keys::U64(array.as_primitive_opt::<UInt64Type>()?.values())),
            DataType::Float32 => Values::F32(array.as_primitive_opt::<Float32Type>()?.values()),
            DataType::Float64 => Values::F64(array.as_primitive_opt::<Float64Type>()?.values()),
            _ => return None,
        };
        Some(Self { values, nulls: array.nulls().filter(|nulls| nulls.null_count() > 0) })
    }

    pub(crate) fn get(&self, row: usize) -> Option<Number> {
        if self.nulls.is_some_and(|nulls| row >= nulls.len() || nulls.is_null(row)) {
            return None;
        }
        match self.values {
            Values::Whole(keys) => each_width!(keys, keys => keys.get(row).map(|&n| Number::Whole(n.into()))),
            Values::F32(values) => values.get(row).map(|&x| Number::Real(x.into())),
            Values::F64(values) => values.get(row).map(|&x| Number::Real(x)),
        }
    }

    /// The whole numbers as they stand, if they are of this width and none is null.
    pub(crate) fn plain_u32(&self, start: usize, len: usize) -> Option<&'a [u32]> {
        match (self.values, self.nulls) {
            (Values::Whole(Keys::U32(values)), None) => values.get(start..start + len),
            _ => None,
        }
    }

    /// Writes the numbers of the rows from `start` as counts; gives the first place that holds none.
    pub(crate) fn counts_into(&self, start: usize, out: &mut [u32]) -> Option<usize> {
        /// Of a signed or wide type: all in range, or the first that is not.
        macro_rules! narrow {
            ($values:expr) => {{
                let values = $values.get(start..start + out.len()).unwrap_or_default();
                for (place, (out, &value)) in out.iter_mut().zip(values).enumerate() {
                    match u32::try_from(value) {
                        Ok(value) => *out = value,
                        Err(_) if self.nulls.is_some_and(|nulls| nulls.is_null(start + place)) => *out = 0,
                        Err(_) => return Some(place),
                    }
                }
            }};
        }
        match self.values {
            Values::Whole(Keys::I8(values)) => narrow!(values),
            Values::Whole(Keys::I16(values)) => narrow!(values),
            Values::Whole(Keys::I32(values)) => narrow!(values),
            Values::Whole(Keys::I64(values)) => narrow!(values),
            Values::Whole(Keys::U8(values)) => narrow!(values),
            Values::Whole(Keys::U16(values)) => narrow!(values),
            Values::Whole(Keys::U32(values)) => narrow!(values),
            Values::Whole(Keys::U64(values)) => narrow!(values),
            Values::F32(_) | Values::F64(_) => {
                for (place, out) in out.iter_mut().enumerate() {
                    match self.get(start + place) {
                        None => *out = 0,
                        Some(number) => match number.whole(u32::MAX.into()).and_then(|n| u32::try_from(n).ok()) {
                            Some(count) => *out = count,
                            None => return Some(place),
                        },
                    }
                }
            }
        }
        None
    }
}

/// Counts of a time unit in a day.
const SECONDS: i64 = 86_400;

/// A column of dates.
#[derive(Clone)]
pub(crate) enum Dates<'a> {
    Days(&'a [i32], Option<&'a NullBuffer>),
    /// Times, and how many units a day has; the day is that of UTC.
    Times(&'a [i64], i64, Option<&'a NullBuffer>),
    Texts(Texts<'a>),
}

impl<'a> Dates<'a> {
    fn new(array: &'a dyn Array) -> Option<Self> {
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        Some(match array.data_type() {
            DataType::Date32 => Self::Days(array.as_primitive_opt::<Date32Type>()?.values(), nulls),
            DataType::Date64 => Self::Times(array.as_primitive_opt::<Date64Type>()?.values(), SECONDS * 1000, nulls),
            DataType::Timestamp(unit, _) => match unit {
                TimeUnit::Second => Self::Times(array.as_primitive_opt::<TimestampSecondType>()?.values(), SECONDS, nulls),
                TimeUnit::Millisecond => Self::Times(array.as_primitive_opt::<TimestampMillisecondType>()?.values(), SECONDS * 1000, nulls),
                TimeUnit::Microsecond => {
                    Self::Times(array.as_primitive_opt::<TimestampMicrosecondType>()?.values(), SECONDS * 1_000_000, nulls)
                }
                TimeUnit::Nanosecond => {
                    Self::Times(array.as_primitive_opt::<TimestampNanosecondType>()?.values(), SECONDS * 1_000_000_000, nulls)
                }
            },
            _ => Self::Texts(Texts::new(array)?),
        })
    }

    /// The day of a row.
    pub(crate) fn get(&self, batch: &Batch<'_>, row: usize) -> Result<Date, Error> {
        const RANGE: &str = "a date from 0001-01-01 to 9999-12-31";
        let null = || value_fault(Code::WrongType, batch.row(row), "date", "`null`", "a date");
        let is_null = |nulls: &Option<&NullBuffer>| nulls.is_some_and(|nulls| row >= nulls.len() || nulls.is_null(row));
        let days = match self {
            Self::Days(_, nulls) | Self::Times(_, _, nulls) if is_null(nulls) => return Err(null()),
            Self::Days(days, _) => days.get(row).map(|&days| i64::from(days)),
            Self::Times(times, a_day, _) => times.get(row).map(|time| time.div_euclid(*a_day)),
            Self::Texts(texts) => {
                let text = texts.get(row).ok_or_else(null)?;
                return Date::parse(text).map_err(|fault| fault.at(format!("row {}: $.date", batch.row(row))).into());
            }
        };
        let days = days.ok_or_else(null)?;
        i32::try_from(days)
            .ok()
            .and_then(Date::from_days)
            .ok_or_else(|| value_fault(Code::OutOfRange, batch.row(row), "date", format!("`{days}` days after 1970-01-01"), RANGE))
    }

    /// The days of the rows from `start`, if the column holds them as such, and all of them in range.
    pub(crate) fn plain(&self, start: usize, len: usize) -> Option<&'a [i32]> {
        let Self::Days(days, None) = self else { return None };
        let days = days.get(start..start + len)?;
        days.iter().fold(true, |all, &day| all & (day >= Date::MIN.days()) & (day <= Date::MAX.days())).then_some(days)
    }

    /// Writes the days of the rows from `start`.
    pub(crate) fn days_into(&self, batch: &Batch<'_>, start: usize, out: &mut [i32]) -> Result<(), Error> {
        for (row, out) in (start..).zip(out) {
            *out = self.get(batch, row)?.days();
        }
        Ok(())
    }
}

/// The column that rows are grouped by.
#[derive(Clone)]
pub(crate) enum Subjects<'a> {
    Numbers(Keys<'a>, Option<&'a NullBuffer>),
    Texts(Texts<'a>),
    /// Texts of a dictionary, by their places in it.
    Entries(Texts<'a>),
}

impl<'a> Subjects<'a> {
    /// The subject of a row; `None` where it is null.
    #[inline]
    pub(crate) fn name(&self, row: usize) -> Option<Name<'a>> {
        match self {
            Self::Numbers(..) => self.number(row).map(Name::Number),
            Self::Texts(texts) => texts.get(row).map(Name::Text),
            Self::Entries(texts) => texts.entry(row).map(|(place, dictionary)| Name::Entry(place, dictionary)),
        }
    }

    /// The number of a row.
    pub(crate) fn number(&self, row: usize) -> Option<i128> {
        match self {
            Self::Numbers(keys, nulls) if !nulls.is_some_and(|nulls| nulls.is_null(row)) => {
                each_width!(*keys, keys => keys.get(row).map(|&n| n.into()))
            }
            _ => None,
        }
    }

    /// Writes where runs of rows end that certainly have one subject, counted from the first of these rows; a null ends one.
    pub(crate) fn run_ends(&self, rows: Range<usize>, ends: &mut Vec<u32>) {
        let rest = rows.start + 1..rows.end;
        ends.clear();
        ends.resize(rows.len(), 0);
        let found = match self {
            Self::Numbers(_, Some(_))
            | Self::Texts(Texts::Dictionary { nulls: Some(_), .. })
            | Self::Entries(Texts::Dictionary { nulls: Some(_), .. }) => places_of(rest.map(|_| true), ends),
            Self::Numbers(keys, None)
            | Self::Texts(Texts::Dictionary { keys, nulls: None, .. })
            | Self::Entries(Texts::Dictionary { keys, nulls: None, .. }) => each_width!(*keys, keys => {
                let [first, second] = [rows, rest].map(|rows| keys.get(rows).unwrap_or_default());
                places_of(first.iter().zip(second).map(|(a, b)| a != b), ends)
            }),
            Self::Texts(texts) | Self::Entries(texts) => places_of(rows.zip(rest).map(|(a, b)| texts.get(a) != texts.get(b)), ends),
        };
        let len = u32::try_from(ends.len()).unwrap_or(u32::MAX);
        if let Some(last) = ends.get_mut(found) {
            *last = len;
        }
        ends.truncate(found + 1);
    }

    /// Numbers the runs of equal integers or places among these rows, a [`BLOCK`] at most, after these names, to which it adds their
    /// subjects; the first run is that of the last name if that `is_known`. `false` where they do not come in ascending order, or
    /// are no places, and of nulls, texts and small types, which no large table has.
    pub(crate) fn number_runs(&self, rows: Range<usize>, is_known: bool, names: &mut Vec<Name<'a>>, numbers: &mut [u32]) -> bool {
        let (keys, dictionary) = match self {
            Self::Numbers(keys, None) => (*keys, None),
            Self::Entries(Texts::Dictionary { keys, nulls: None, array, .. }) => (*keys, Some(*array)),
            _ => return false,
        };
        match keys {
            Keys::I32(keys) => number_runs(keys.get(rows), dictionary, is_known, names, numbers),
            Keys::I64(keys) => number_runs(keys.get(rows), dictionary, is_known, names, numbers),
            Keys::U32(keys) => number_runs(keys.get(rows), dictionary, is_known, names, numbers),
            Keys::U64(keys) => number_runs(keys.get(rows), dictionary, is_known, names, numbers),
            _ => false,
        }
    }

    /// The text of a row, as records write it.
    pub(crate) fn text(&self, row: usize) -> Option<String> {
        match self {
            Self::Numbers(..) => self.number(row).map(|n| n.to_string()),
            Self::Texts(texts) | Self::Entries(texts) => texts.get(row).map(str::to_owned),
        }
    }
}

/// The same of keys of one type; of places, if there is a dictionary that they are to be in.
fn number_runs<'a, T: Copy + PartialOrd + Into<i128>>(
    keys: Option<&[T]>,
    dictionary: Option<&'a ArrayRef>,
    is_known: bool,
    names: &mut Vec<Name<'a>>,
    numbers: &mut [u32],
) -> bool {
    let keys = keys.unwrap_or_default();
    let after = keys.get(1..).unwrap_or_default();
    let Some((start, (out, rest))) = keys.first().zip(numbers.split_first_mut()) else { return false };
    if keys.iter().zip(after).fold(false, |any, (a, b)| any | (a > b)) {
        return false;
    }
    // In ascending order all are among them if the first and the last are.
    let place = |key: T| u32::try_from(key.into()).ok();
    let is_place =
        |key: Option<&T>| key.and_then(|&key| place(key)).is_some_and(|place| (place as usize) < dictionary.map_or(0, Array::len));
    if dictionary.is_some() && !(is_place(Some(start)) && is_place(keys.last())) {
        return false;
    }
    // The value of each run is written over until the next one begins: that takes no branch.
    let (mut runs, mut run) = ([*start; BLOCK], 0);
    let first = u32::try_from(names.len()).unwrap_or(NULL) - u32::from(is_known);
    *out = first;
    for (out, (a, b)) in rest.iter_mut().zip(keys.iter().zip(after)) {
        run += u32::from(a != b);
        if let Some(value) = runs.get_mut(run as usize) {
            *value = *b;
        }
        *out = first + run;
    }
    let new = runs.get(usize::from(is_known)..=run as usize).unwrap_or_default();
    match dictionary {
        None => names.extend(new.iter().map(|&number| Name::Number(number.into()))),
        Some(dictionary) => names.extend(new.iter().filter_map(|&key| Some(Name::Entry(place(key)?, dictionary)))),
    }
    true
}

/// Writes the places of what is true, counted from 1, and gives their number: without a branch, as that can hardly be guessed.
fn places_of(all: impl Iterator<Item = bool>, places: &mut [u32]) -> usize {
    let mut found = 0;
    for (place, is_one) in (1..).zip(all) {
        if let Some(out) = places.get_mut(found) {
            *out = place;
        }
        found += usize::from(is_one);
    }
    found
}

/// A column of integers or texts as subjects.
pub(crate) fn subjects_of(array: &dyn Array) -> Option<Subjects<'_>> {
    match Numbers::new(array) {
        Some(Numbers { values: Values::Whole(keys), nulls }) => Some(Subjects::Numbers(keys, nulls)),
        _ => Texts::new(array).map(Subjects::Texts),
    }
}

/// One batch of records.
pub(crate) struct Batch<'a> {
    /// The number of its first row in the whole input, from 0.
    pub(crate) first_row: u64,
    pub(crate) len: usize,
    pub(crate) kind: Option<Texts<'a>>,
    pub(crate) id: Option<Texts<'a>>,
    pub(crate) revision: Option<Numbers<'a>>,
    pub(crate) withdrawn: Option<&'a BooleanArray>,
    pub(crate) subject: Subjects<'a>,
    pub(crate) source: Texts<'a>,
    pub(crate) source_class: Texts<'a>,
    pub(crate) criterion: Texts<'a>,
    pub(crate) date: Dates<'a>,
    pub(crate) passed: Option<Numbers<'a>>,
    pub(crate) failed: Option<Numbers<'a>>,
    pub(crate) severity: Option<Texts<'a>>,
    pub(crate) status: Option<Texts<'a>>,
    pub(crate) reach: Option<Numbers<'a>>,
    pub(crate) incident: Option<Texts<'a>>,
    pub(crate) amount: Option<Numbers<'a>>,
    pub(crate) context: Option<Texts<'a>>,
}

impl<'a> Batch<'a> {
    /// The columns of a batch that has rows and whose schema has been checked; subjects by their places in a dictionary, if it
    /// is to be kept.
    pub(crate) fn new(batch: &'a RecordBatch, first_row: u64, keep_dictionary: bool) -> Result<Self, Error> {
        let column = |name: &str| -> Option<&'a dyn Array> {
            let array = batch.column_by_name(name)?;
            // A column of nulls is as if it were not there.
            (!array.is_empty() && *array.data_type() != DataType::Null && array.null_count() < array.len()).then_some(array.as_ref())
        };
        // Where these stand, a null in them is a fault.
        let strict = |name: &str| batch.column_by_name(name).filter(|array| *array.data_type() != DataType::Null).map(AsRef::as_ref);
        let required = |name: &'static str| {
            column(name).ok_or_else(|| value_fault(Code::WrongType, first_row, name, "`null`", "a value in every row"))
        };
        let wrong =
            |name: &'static str| move || column_fault(Code::WrongType, name, "a column of another type", "the type that the schema names");
        let texts = |name| required(name).and_then(|array| Texts::new(array).ok_or_else(wrong(name)));
        let subject = required("subject")?;
        let subject = match subjects_of(subject).ok_or_else(wrong("subject"))? {
            Subjects::Texts(texts @ Texts::Dictionary { .. }) if keep_dictionary => Subjects::Entries(texts),
            subject => subject,
        };
        Ok(Self {
            first_row,
            len: batch.num_rows(),
            kind: strict("type").and_then(Texts::new),
            id: strict("id").and_then(Texts::new),
            revision: column("revision").and_then(Numbers::new),
            withdrawn: column("withdrawn").and_then(|array| array.as_boolean_opt()).filter(|flags| flags.has_true()),
            subject,
            source: texts("source")?,
            source_class: texts("source_class")?,
            criterion: texts("criterion")?,
            date: Dates::new(required("date")?).ok_or_else(wrong("date"))?,
            passed: column("passed").and_then(Numbers::new),
            failed: column("failed").and_then(Numbers::new),
            severity: column("severity").and_then(Texts::new),
            status: column("status").and_then(Texts::new),
            reach: column("reach").and_then(Numbers::new),
            incident: column("incident").and_then(Texts::new),
            amount: column("amount").and_then(Numbers::new),
            context: column("context").and_then(Texts::new),
        })
    }

    /// The number of a row in the whole input.
    pub(crate) fn row(&self, row: usize) -> u64 {
        self.first_row + row as u64
    }
}

/// Rows that one task works on.
pub(crate) const CHUNK_ROWS: usize = 1 << 18;

/// A part of a batch.
#[derive(Clone, Copy)]
pub(crate) struct Piece {
    pub(crate) batch: usize,
    pub(crate) start: usize,
    pub(crate) len: usize,
}

/// Cuts batches into chunks of pieces with so many rows each, the last one perhaps with fewer.
pub(crate) fn chunks(batches: &[Batch<'_>], size: usize) -> Vec<Vec<Piece>> {
    let mut chunks = vec![Vec::new()];
    let mut left = size;
    for (place, batch) in batches.iter().enumerate() {
        let mut start = 0;
        while start < batch.len {
            if left == 0 {
                chunks.push(Vec::new());
                left = size;
            }
            let len = left.min(batch.len - start);
            if let Some(chunk) = chunks.last_mut() {
                chunk.push(Piece { batch: place, start, len });
            }
            start += len;
            left -= len;
        }
    }
    chunks
}
