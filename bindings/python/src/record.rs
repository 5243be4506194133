//! `Record`: one piece of evidence.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use uytin::{Body, Record, Status, quote};

use crate::convert::{Day, bytes_of, dict_of, record_of};

/// One piece of evidence about one subject from one source.
///
/// Fields are keyword arguments as in the record's JSON; a field that the record's type does not have is an error.
///
/// Parameters
/// ----------
/// **fields
///     `type` (`observation`, `finding`, `credit` or `exemption`), `id`, `subject`, `source`, `source_class`,
///     `criterion` and `date`; of an observation `passed` and `failed` (checks); of a finding `severity`, `status`,
///     `reach` (people) and `incident`; of a credit `amount`; of all `revision`, `withdrawn` and `context`.
///
/// Raises
/// ------
/// RecordError
///     Where a field is missing, unknown, misplaced, of another type or outside its range.
///
/// Examples
/// --------
/// >>> from datetime import date
/// >>> record = Record(
/// ...     type="observation", id="audit-1", subject="creator-1", source="auditor-7", source_class="auditor",
/// ...     criterion="ad-disclosure", date=date(2026, 11, 1), passed=40, failed=2,
/// ... )
/// >>> record.passed, record.date
/// (40, datetime.date(2026, 11, 1))
#[pyclass(frozen, name = "Record", module = "uytin")]
pub struct PyRecord(pub Arc<Record>);

#[pymethods]
impl PyRecord {
    #[new]
    #[pyo3(signature = (**fields: "Any"))]
    fn new(py: Python<'_>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let fields = fields.cloned().unwrap_or_else(|| PyDict::new(py));
        Ok(Self(Arc::new(record_of(fields.as_any())?)))
    }

    /// Reads a record from its JSON object, text or bytes.
    ///
    /// Raises
    /// ------
    /// RecordError
    ///     With the JSON path of the first fault.
    ///
    /// Examples
    /// --------
    /// >>> Record.from_json('{"type": "finding"}')
    /// Traceback (most recent call last):
    /// uytin._errors.RecordError: $.id: found no such field, expected a text
    #[classmethod]
    fn from_json(_: &Bound<'_, PyType>, json: &Bound<'_, PyAny>) -> PyResult<Self> {
        let bytes = bytes_of(json, "the JSON of a record")?;
        Ok(Self(Arc::new(record_of(pyo3::types::PyBytes::new(json.py(), &bytes).as_any())?)))
    }

    /// The record's type: `observation`, `finding`, `credit` or `exemption`.
    #[getter]
    fn r#type(&self) -> &'static str {
        self.0.record_type().as_str()
    }

    /// Unique within (subject, source).
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    /// A higher revision replaces the record.
    #[getter]
    fn revision(&self) -> u32 {
        self.0.revision
    }

    /// Whether the source takes the record back.
    #[getter]
    fn withdrawn(&self) -> bool {
        self.0.withdrawn
    }

    /// The creator who is assessed: an opaque id, never a name.
    #[getter]
    fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Who says it.
    #[getter]
    fn source(&self) -> &str {
        &self.0.source
    }

    /// What kind of body the source is: a source class of the policy.
    #[getter]
    fn source_class(&self) -> &str {
        &self.0.source_class
    }

    /// A criterion of the policy; of a credit, one of its credits.
    #[getter]
    fn criterion(&self) -> &str {
        &self.0.criterion
    }

    /// When it was observed; of a finding, decided.
    #[getter]
    fn date(&self) -> Day {
        Day(self.0.date)
    }

    /// Where the conduct took place.
    #[getter]
    fn context(&self) -> Option<&str> {
        self.0.context.as_deref()
    }

    /// Checks that held; None where the record is no observation.
    #[getter]
    fn passed(&self) -> Option<u32> {
        match self.0.body {
            Body::Observation { passed, .. } => Some(passed),
            _ => None,
        }
    }

    /// Checks that did not hold; None where the record is no observation.
    #[getter]
    fn failed(&self) -> Option<u32> {
        match self.0.body {
            Body::Observation { failed, .. } => Some(failed),
            _ => None,
        }
    }

    /// One of the policy's severities; None where the record is no finding.
    #[getter]
    fn severity(&self) -> Option<&str> {
        match &self.0.body {
            Body::Finding { severity, .. } => Some(severity),
            _ => None,
        }
    }

    /// Where the proceedings stand; None where the record is no finding.
    #[getter]
    fn status(&self) -> Option<&'static str> {
        match &self.0.body {
            Body::Finding { status, .. } => Some(Status::as_str(*status)),
            _ => None,
        }
    }

    /// People who saw it; None where the record is no finding.
    #[getter]
    fn reach(&self) -> Option<u64> {
        match self.0.body {
            Body::Finding { reach, .. } => Some(reach),
            _ => None,
        }
    }

    /// What the finding is about, whoever found it; None where none is given.
    #[getter]
    fn incident(&self) -> Option<&str> {
        match &self.0.body {
            Body::Finding { incident, .. } => incident.as_deref(),
            _ => None,
        }
    }

    /// How much of it; None where the record is no credit.
    #[getter]
    fn amount(&self) -> Option<f64> {
        match self.0.body {
            Body::Credit { thousandths } => Some(f64::from(thousandths) / 1000.0),
            _ => None,
        }
    }

    /// The canonical form: RFC 8785, without fields that are null or at their default.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// The fields of the canonical form.
    #[pyo3(signature = () -> "dict[str, str | int | float | bool]")]
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        dict_of(py, &self.0.to_json())
    }

    fn __repr__(&self) -> String {
        let record = &self.0;
        let what = match &record.body {
            Body::Observation { passed, failed } => format!("{passed} passed, {failed} failed"),
            Body::Finding { severity, status, .. } => format!("{severity}, {}", status.as_str()),
            Body::Credit { thousandths } => format!("amount {}", f64::from(*thousandths) / 1000.0),
            Body::Exemption => "exempt".to_owned(),
        };
        let withdrawn = if record.withdrawn { ", withdrawn" } else { "" };
        let plain = |text: &str| quote(text).trim_matches('`').to_owned();
        format!(
            "<Record {} {} of {} by {} ({}): {}, {what}, {}{withdrawn}>",
            self.r#type(),
            plain(&record.id),
            plain(&record.subject),
            plain(&record.source),
            plain(&record.source_class),
            plain(&record.criterion),
            record.date
        )
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| *other.get().0 == *self.0)
    }

    fn __hash__(&self) -> u64 {
        hash(&self.0.canonical())
    }

    #[pyo3(signature = () -> "tuple[object, tuple[str]]")]
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((slf.get_type().getattr("from_json")?, (slf.get().to_json(),)))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (_memo, /))]
    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }
}

/// A hash that is the same in every process.
pub fn hash(bytes: &[u8]) -> u64 {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}
