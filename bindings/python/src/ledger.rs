//! `Ledger`: records that merge without conflict.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMapping, PyString, PyType};
use uytin::{BoundSubject, Ledger, Limits, Policy, Record};

use crate::convert::{Kind, bytes_of, exception, inside, record_of};
use crate::record::{PyRecord, hash};

/// A set of records of any number of subjects; it never changes: adding and merging give new ones.
///
/// Parameters
/// ----------
/// records
///     Records, mappings of their fields, or their JSON, in any order; of one (subject, source, id) the highest
///     revision is kept.
///
/// Raises
/// ------
/// RecordError
///     With the record's place in the order given.
///
/// Examples
/// --------
/// >>> one = Ledger([dict(type="exemption", id="e", subject="s", source="program", source_class="program",
/// ...                    criterion="ad-disclosure", date="2026-01-31")])
/// >>> one | one == one
/// True
/// >>> one
/// <Ledger: 1 record of 1 subject>
#[pyclass(frozen, name = "Ledger", module = "uytin")]
pub struct PyLedger {
    pub ledger: Ledger,
    /// Subjects as bound to the policy that was asked last.
    bound: Mutex<Option<BoundTo>>,
}

struct BoundTo {
    policy: Policy,
    subjects: HashMap<Box<str>, Arc<BoundSubject>>,
}

impl PyLedger {
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger, bound: Mutex::new(None) }
    }

    /// A subject bound to a policy, kept for the next question. Where another thread is at it (or was, when this process
    /// was forked), it is bound anew instead of waited for.
    pub fn bind(&self, policy: &Policy, subject: &str) -> Arc<BoundSubject> {
        let Ok(mut kept) = self.bound.try_lock() else { return Arc::new(self.ledger.bind_subject(policy, subject)) };
        match &mut *kept {
            Some(kept) if kept.policy == *policy => match kept.subjects.get(subject) {
                Some(bound) => bound.clone(),
                None => {
                    let bound = Arc::new(self.ledger.bind_subject(policy, subject));
                    kept.subjects.insert(subject.into(), bound.clone());
                    bound
                }
            },
            other => {
                let bound = Arc::new(self.ledger.bind_subject(policy, subject));
                *other = Some(BoundTo { policy: policy.clone(), subjects: [(subject.into(), bound.clone())].into() });
                bound
            }
        }
    }
}

/// A ledger of whatever holds records.
pub fn ledger_of(records: &Bound<'_, PyAny>) -> PyResult<Ledger> {
    let mut ledger = Ledger::new();
    fill(&mut ledger, records)?;
    Ok(ledger)
}

fn fill(ledger: &mut Ledger, records: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = records.py();
    if let Ok(other) = records.cast::<PyLedger>() {
        *ledger = ledger.merge(&other.get().ledger).map_err(|error| exception(py, Kind::Record, &error))?;
        return Ok(());
    }
    let one = records.cast::<PyRecord>().is_ok() || records.cast::<PyMapping>().is_ok();
    if one || records.cast::<PyString>().is_ok() || records.cast::<PyBytes>().is_ok() {
        let record = record_of(records)?;
        return ledger.add(record).map_err(|error| exception(py, Kind::Record, &error));
    }
    for (n, record) in records.try_iter()?.enumerate() {
        let record = record?;
        let placed = |error: PyErr| match error.value(py).getattr("_at") {
            Ok(at) => at.call1((format!("record {n}"),)).map_or_else(|broken| broken, PyErr::from_value),
            Err(_) => error,
        };
        let record = record_of(&record).map_err(placed)?;
        ledger.add(record).map_err(|error| exception(py, Kind::Record, &inside(&error, &format!("record {n}"))))?;
    }
    Ok(())
}

#[pymethods]
impl PyLedger {
    #[new]
    #[pyo3(signature = (records = None))]
    fn of(records: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        Ok(Self::new(records.map(ledger_of).transpose()?.unwrap_or_default()))
    }

    /// Reads JSON Lines, as `to_bytes` writes them: text or bytes, one record a line.
    ///
    /// Raises
    /// ------
    /// RecordError
    ///     With the line of the first fault in its path.
    #[classmethod]
    fn from_bytes(_: &Bound<'_, PyType>, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<Self> {
        let bytes = bytes_of(data, "JSON Lines as bytes or text")?;
        Self::read(py, &bytes)
    }

    /// Reads a file of JSON Lines, one record a line.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike
    ///
    /// Raises
    /// ------
    /// OSError
    ///     Where the file cannot be read.
    /// RecordError
    ///     With the line of the first fault in its path.
    #[classmethod]
    fn from_file(_: &Bound<'_, PyType>, py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let bytes = py.detach(|| std::fs::read(path))?;
        Self::read(py, &bytes)
    }

    /// The ledger with further records: one record, or several.
    fn add(&self, records: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut ledger = self.ledger.clone();
        fill(&mut ledger, records)?;
        Ok(Self::new(ledger))
    }

    /// The ledger of the records of both; the order of merging does not matter.
    fn merge(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<Self> {
        self.ledger.merge(&other.get().ledger).map(Self::new).map_err(|error| exception(py, Kind::Record, &error))
    }

    fn __or__(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<Self> {
        self.merge(py, other)
    }

    fn __ror__(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<Self> {
        self.merge(py, other)
    }

    /// The canonical form: JSON Lines in order of (subject, source, id).
    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.ledger.to_bytes())
    }

    /// The ids of the subjects that have a record, in order.
    #[getter]
    fn subjects(&self) -> Vec<&str> {
        self.ledger.subjects().collect()
    }

    /// The records of one subject, in order of (source, id).
    fn records(&self, subject: &str) -> Vec<PyRecord> {
        self.ledger.records_of(subject).map(|record| PyRecord(Arc::new(record.clone()))).collect()
    }

    fn __len__(&self) -> usize {
        self.ledger.len()
    }

    fn __iter__(&self) -> PyRecords {
        // A clone shares its records, so that an iterator outlives its ledger.
        let records: Vec<Record> = self.ledger.records().cloned().collect();
        PyRecords(Mutex::new(records.into_iter()))
    }

    fn __repr__(&self) -> String {
        let (records, subjects) = (self.ledger.len(), self.ledger.subjects().len());
        let many = |n: usize| if n == 1 { "" } else { "s" };
        format!("<Ledger: {records} record{} of {subjects} subject{}>", many(records), many(subjects))
    }

    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        slf.py().import("uytin._html")?.getattr("ledger")?.call1((slf,))?.extract()
    }

    #[pyo3(signature = (_console, _options, /))]
    fn __rich_console__<'py>(
        slf: &Bound<'py, Self>,
        _console: &Bound<'_, PyAny>,
        _options: &Bound<'_, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("uytin._rich")?.getattr("ledger")?.call1((slf,))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().ledger == self.ledger)
    }

    fn __hash__(&self) -> u64 {
        hash(&self.ledger.to_bytes())
    }

    #[pyo3(signature = () -> "tuple[object, tuple[bytes]]")]
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        Ok((slf.get_type().getattr("from_bytes")?, (slf.get().to_bytes(slf.py()),)))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (_memo, /))]
    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }
}

impl PyLedger {
    fn read(py: Python<'_>, bytes: &[u8]) -> PyResult<Self> {
        let ledger = py.detach(|| Ledger::from_json_lines(bytes, &Limits::DEFAULT));
        ledger.map(Self::new).map_err(|error| exception(py, Kind::Record, &error))
    }
}

/// The records of a ledger, one after the other.
#[pyclass(frozen, name = "Records", module = "uytin")]
pub struct PyRecords(Mutex<std::vec::IntoIter<Record>>);

#[pymethods]
impl PyRecords {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self) -> Option<PyRecord> {
        let next = self.0.lock().map_or(None, |mut records| records.next());
        next.map(|record| PyRecord(Arc::new(record)))
    }
}
