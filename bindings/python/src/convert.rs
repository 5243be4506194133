//! What Python hands over as what the core takes: dates, records, errors; and the other way round.

use std::fmt::Write as _;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDate, PyDict, PyFloat, PyInt, PyMapping, PyString};
use uytin::{Code, Date, Error, Fault, Language, Limits, Record, quote};

/// Which exception an error becomes.
#[derive(Clone, Copy)]
pub enum Kind {
    /// `UytinError` itself.
    General,
    /// `PolicyError`
    Policy,
    /// `RecordError`
    Record,
    /// `ColumnError`
    Column,
}

/// The Python exception of an error of the core.
pub fn exception(py: Python<'_>, kind: Kind, error: &Error) -> PyErr {
    let name = match kind {
        Kind::General => "UytinError",
        Kind::Policy => "PolicyError",
        Kind::Record => "RecordError",
        Kind::Column => "ColumnError",
    };
    let make = || {
        let faults: Vec<_> =
            error.faults().map(|fault| (fault.code.as_str(), fault.path.as_str(), fault.expected.as_str(), fault.found.as_str())).collect();
        py.import("uytin._errors")?.getattr(name)?.call1((error.to_string(), faults))
    };
    match make() {
        Ok(exception) => PyErr::from_value(exception),
        Err(broken) => broken,
    }
}

/// The exception of a single fault.
pub fn fault(py: Python<'_>, kind: Kind, code: Code, path: &str, found: impl Into<String>, expected: impl Into<String>) -> PyErr {
    exception(py, kind, &Fault::new(code, path, found, expected).into())
}

/// The same faults below another path.
pub fn inside(error: &Error, place: &str) -> Error {
    let moved = |fault: &Fault| fault.clone().at(format!("{place}: {}", fault.path));
    Error::of(error.faults().map(moved).collect()).unwrap_or_else(|| error.clone())
}

/// `<class 'float'>` as `float`.
fn type_name(object: &Bound<'_, PyAny>) -> String {
    object.get_type().name().map_or_else(|_| "an object".to_owned(), |name| quote(&name.to_string()))
}

/// A civil date, from whatever Python libraries call a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Day(pub Date);

const DAY: &str = "a date as `YYYY-MM-DD`, date, datetime, pandas.Timestamp or numpy.datetime64";

/// The date that an object holds; `None` where it is of no type that holds dates.
pub fn date_of(object: &Bound<'_, PyAny>, path: &str, kind: Kind) -> PyResult<Option<Date>> {
    let py = object.py();
    let no_date = || fault(py, kind, Code::NotADate, path, quote(&object.str().map(|text| text.to_string()).unwrap_or_default()), DAY);
    if let Ok(text) = object.cast::<PyString>() {
        return Date::parse(text.to_str()?).map(Some).map_err(|fault| exception(py, kind, &fault.at(path).into()));
    }
    // datetime and pandas.Timestamp are dates too; NaT is one without numbers.
    if object.is_instance_of::<PyDate>() {
        let part = |name: &str| object.getattr(name)?.extract::<u16>();
        let (Ok(year), Ok(month), Ok(day)) = (part("year"), part("month"), part("day")) else { return Err(no_date()) };
        let narrow = |n: u16| u8::try_from(n).unwrap_or_default();
        return Date::new(year, narrow(month), narrow(day)).map(Some).ok_or_else(no_date);
    }
    // numpy.datetime64, told by its type so that numpy need not be there.
    if object.get_type().name().is_ok_and(|name| name == "datetime64") {
        let day = object.call_method1("astype", ("datetime64[D]",))?.call_method0("item")?;
        return if day.is_instance_of::<PyDate>() { date_of(&day, path, kind) } else { Err(no_date()) };
    }
    Ok(None)
}

impl<'py> FromPyObject<'_, 'py> for Day {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: pyo3::inspect::PyStaticExpr = <PyAny as pyo3::PyTypeInfo>::TYPE_HINT;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match date_of(&object, "as_of", Kind::General)? {
            Some(date) => Ok(Self(date)),
            None => Err(fault(object.py(), Kind::General, Code::WrongType, "as_of", type_name(&object), DAY)),
        }
    }
}

impl<'py> IntoPyObject<'py> for Day {
    type Target = PyDate;
    type Output = Bound<'py, PyDate>;
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: pyo3::inspect::PyStaticExpr = <PyDate as pyo3::PyTypeInfo>::TYPE_HINT;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyDate>> {
        let text = self.0.to_string();
        let mut parts = text.split('-').map(|part| part.parse::<u16>().unwrap_or(1));
        let mut next = || parts.next().unwrap_or(1);
        let (year, month, day) = (next(), next(), next());
        PyDate::new(py, year.into(), u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
    }
}

/// The language of a code.
pub fn language_of(py: Python<'_>, code: &str) -> PyResult<Language> {
    let found = Language::ALL.into_iter().find(|language| language.as_str() == code);
    found.ok_or_else(|| fault(py, Kind::General, Code::UnknownValue, "lang", quote(code), "`en` or `vi`"))
}

/// Text or bytes, as bytes.
pub fn bytes_of(object: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<u8>> {
    if let Ok(text) = object.cast::<PyString>() {
        return Ok(text.to_str()?.as_bytes().to_vec());
    }
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    Err(PyTypeError::new_err(format!("found {}, expected {what}", type_name(object))))
}

/// A record from a `Record`, a mapping of its fields, or its JSON.
pub fn record_of(object: &Bound<'_, PyAny>) -> PyResult<Record> {
    let py = object.py();
    let refused = |error: Error| exception(py, Kind::Record, &error);
    if let Ok(record) = object.cast::<crate::record::PyRecord>() {
        return Ok((*record.get().0).clone());
    }
    if let Ok(text) = object.cast::<PyString>() {
        return Record::from_json(text.to_str()?).map_err(refused);
    }
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Record::from_bytes(bytes.as_bytes(), &Limits::DEFAULT).map_err(refused);
    }
    if let Ok(mapping) = object.cast::<PyMapping>() {
        return Record::from_json(&json_of(mapping)?).map_err(refused);
    }
    Err(fault(py, Kind::Record, Code::WrongType, "$", type_name(object), "a Record, a mapping of its fields, or its JSON"))
}

/// The JSON object of a flat mapping.
fn json_of(mapping: &Bound<'_, PyMapping>) -> PyResult<String> {
    let py = mapping.py();
    let mut out = String::from("{");
    for item in mapping.items()? {
        let (key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item.extract()?;
        let Ok(key) = key.cast::<PyString>() else {
            return Err(fault(py, Kind::Record, Code::WrongType, "$", format!("a key of type {}", type_name(&key)), "texts as keys"));
        };
        let key = key.to_str()?;
        if out.len() > 1 {
            out.push(',');
        }
        push_text(&mut out, key);
        out.push(':');
        push_value(&mut out, &format!("$.{key}"), &value)?;
    }
    out.push('}');
    Ok(out)
}

fn push_text(out: &mut String, text: &str) {
    // A text is always written.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

fn push_value(out: &mut String, path: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = value.py();
    if value.is_none() {
        out.push_str("null");
    } else if let Ok(flag) = value.cast::<PyBool>() {
        out.push_str(if flag.is_true() { "true" } else { "false" });
    } else if value.is_instance_of::<PyInt>() {
        let _ = write!(out, "{}", value.str()?);
    } else if value.is_instance_of::<PyFloat>() {
        let x: f64 = value.extract()?;
        if !x.is_finite() {
            return Err(fault(
                py,
                Kind::Record,
                Code::WrongType,
                path,
                quote(&value.str()?.to_string()),
                "a number, or None where there is none",
            ));
        }
        let _ = write!(out, "{x}");
    } else if let Ok(text) = value.cast::<PyString>() {
        push_text(out, text.to_str()?);
    } else if let Some(date) = date_of(value, path, Kind::Record)? {
        push_text(out, &date.to_string());
    } else if value.hasattr("item")? && value.hasattr("dtype")? {
        // numpy's numbers and flags.
        push_value(out, path, &value.call_method0("item")?)?;
    } else {
        return Err(fault(py, Kind::Record, Code::WrongType, path, type_name(value), "a text, a number, a flag, a date or None"));
    }
    Ok(())
}

/// A dictionary of a JSON text, by Python's own reader.
pub fn dict_of<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyDict>> {
    Ok(py.import("json")?.call_method1("loads", (json,))?.cast_into::<PyDict>()?)
}
