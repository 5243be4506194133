//! Frames in, frames out, by the Arrow PyCapsule interface.

use std::collections::BTreeMap;
use std::ffi::CStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::types::{ArrowDictionaryKeyType, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{Array, ArrayRef, Date32Array, DictionaryArray, RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use uytin::{Code, Date, Error, Fault, quote};
use uytin_columns::{Columns, Job, Previous, Progress, Summary, columns_of, output_schema};

use crate::convert::{Day, Kind, exception, fault};
use crate::ledger::PyLedger;
use crate::policy::{PyPolicy, policy_or_reference};

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";

/// Columns in memory, which any library that speaks the Arrow PyCapsule interface reads without copying.
///
/// Examples
/// --------
/// >>> table = assess_frame(Ledger(), "2026-11-21")
/// >>> len(table), table.column_names[:3]
/// (0, ['subject', 'score', 'lower'])
#[pyclass(frozen, module = "uytin")]
pub struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl Table {
    /// A capsule with the columns as an Arrow C stream.
    #[pyo3(signature = (requested_schema = None) -> "object")]
    fn __arrow_c_stream__<'py>(&self, py: Python<'py>, requested_schema: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyCapsule>> {
        // A requested schema is a wish, which a producer need not grant.
        let _ = requested_schema;
        let batches = RecordBatchIterator::new(self.batches.clone().into_iter().map(Ok), self.schema.clone());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), STREAM)
    }

    /// A capsule with the names and types of the columns as an Arrow C schema.
    #[pyo3(signature = () -> "object")]
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema.as_ref()).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
        PyCapsule::new_with_value(py, schema, SCHEMA)
    }

    /// The names of the columns, in order.
    #[getter]
    fn column_names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// What the table says of itself: engine, policy, its digest, and the notice that every surface shows.
    #[getter]
    fn metadata(&self) -> BTreeMap<String, String> {
        self.schema.metadata().iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn __repr__(&self) -> String {
        format!("<Table: {} rows of {} columns>", self.__len__(), self.schema.fields().len())
    }
}

/// The records of a ledger as columns.
#[pyfunction]
pub fn record_stream(py: Python<'_>, ledger: &Bound<'_, PyLedger>) -> Table {
    let ledger = &ledger.get().ledger;
    let batch = py.detach(|| columns_of(ledger.records()));
    Table { schema: batch.schema(), batches: vec![batch] }
}

fn unreadable(error: &ArrowError) -> Error {
    let said = match error {
        ArrowError::CDataInterface(said) => said.clone(),
        other => other.to_string(),
    };
    Fault::new(Code::Io, "", said.trim().to_owned(), "a stream of Arrow columns that can be read").into()
}

/// The stream that an object offers.
fn stream_of(object: &Bound<'_, PyAny>) -> PyResult<FFI_ArrowArrayStream> {
    if !object.hasattr("__arrow_c_stream__")? {
        let found = object.get_type().name()?.to_string();
        return Err(PyTypeError::new_err(format!("found {}, expected a frame with `__arrow_c_stream__`", quote(&found))));
    }
    let capsule = object.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?;
    let pointer = capsule.pointer_checked(Some(STREAM))?;
    // SAFETY: a capsule of this name holds a stream, and taking it leaves a released one behind, as the interface asks.
    Ok(unsafe { FFI_ArrowArrayStream::from_raw(pointer.cast().as_ptr()) })
}

fn read(stream: FFI_ArrowArrayStream, cancel: &AtomicBool) -> Result<(SchemaRef, Vec<RecordBatch>), Error> {
    let reader = RecordBatchStreamReader::try_new(stream).map_err(|error| unreadable(&error))?;
    let schema = reader.schema();
    let mut batches = Vec::new();
    for batch in reader {
        batches.push(batch.map_err(|error| unreadable(&error))?);
        if cancel.load(Ordering::Relaxed) {
            return Err(Fault::new(Code::Cancelled, "", "a request to stop", "the work to go on").into());
        }
    }
    if batches.is_empty() {
        // Names and types are checked where there are no rows, too.
        batches.push(RecordBatch::new_empty(schema.clone()));
    }
    Ok((schema, batches))
}

fn extras_of(py: Python<'_>, names: &[String]) -> PyResult<Columns> {
    let mut extras = Columns::default();
    for name in names {
        let wanted = match name.as_str() {
            "waterfall" => &mut extras.waterfall,
            "criteria" => &mut extras.criteria,
            "reasons" => &mut extras.reasons,
            "set_aside" => &mut extras.set_aside,
            "assessment" => &mut extras.json,
            _ => {
                let expected = "`waterfall`, `criteria`, `reasons`, `set_aside` or `assessment`";
                return Err(fault(py, Kind::General, Code::UnknownValue, "extras", quote(name), expected));
            }
        };
        *wanted = true;
    }
    Ok(extras)
}

/// The batch with a column of codes as a dictionary of texts.
fn with_texts(batch: &RecordBatch, name: &str, texts: &ArrayRef) -> Option<RecordBatch> {
    fn keyed<K: ArrowDictionaryKeyType>(codes: &ArrayRef, texts: &ArrayRef) -> Option<ArrayRef> {
        let codes = codes.as_primitive_opt::<K>()?;
        Some(Arc::new(DictionaryArray::<K>::try_new(codes.clone(), texts.clone()).ok()?))
    }
    let (place, field) = batch.schema_ref().column_with_name(name)?;
    let codes = batch.column(place);
    let column = match codes.data_type() {
        DataType::UInt8 => keyed::<UInt8Type>(codes, texts)?,
        DataType::UInt16 => keyed::<UInt16Type>(codes, texts)?,
        _ => keyed::<UInt32Type>(codes, texts)?,
    };
    let mut fields: Vec<_> = batch.schema_ref().fields().iter().cloned().collect();
    *fields.get_mut(place)? = Arc::new(Field::new(name, column.data_type().clone(), field.is_nullable()));
    let mut columns = batch.columns().to_vec();
    *columns.get_mut(place)? = column;
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).ok()
}

fn no_codes(name: &str) -> Error {
    Fault::new(Code::WrongType, format!("$.{name}"), "a code without a category", "codes of the categories").into()
}

/// How far the work is, for the thread that waits.
#[derive(Default)]
struct Standing {
    rows: AtomicU64,
    subjects: AtomicU64,
    cancel: AtomicBool,
}

/// Scores every subject of a stream of records, for each of the dates.
#[pyfunction]
#[pyo3(signature = (stream, as_of, *, history = false, policy = None, previous = None, extras = Vec::new(), pillars = true, keep_categories = false, sorted = false, threads = 0, memory_limit = None, progress = None, categories = None))]
#[expect(clippy::too_many_arguments, reason = "keywords of one call")]
pub fn assess_stream(
    py: Python<'_>,
    stream: &Bound<'_, PyAny>,
    as_of: Vec<Day>,
    history: bool,
    policy: Option<&Bound<'_, PyPolicy>>,
    previous: Option<&Bound<'_, PyAny>>,
    extras: Vec<String>,
    pillars: bool,
    keep_categories: bool,
    sorted: bool,
    threads: usize,
    memory_limit: Option<u64>,
    progress: Option<&Bound<'_, PyAny>>,
    categories: Option<BTreeMap<String, Bound<'_, PyAny>>>,
) -> PyResult<Table> {
    let policy = policy_or_reference(policy);
    let columns = Columns { pillars, dictionary: keep_categories, ..extras_of(py, &extras)? };
    let stream = stream_of(stream)?;
    let previous = previous.map(stream_of).transpose()?;
    let categories = categories.unwrap_or_default().into_iter().map(|(name, texts)| Ok((name, stream_of(&texts)?)));
    let categories = categories.collect::<PyResult<Vec<_>>>()?;
    let standing = Standing::default();
    let dates = as_of.len() as u64;
    let work = || {
        let (schema, mut batches) = read(stream, &standing.cancel)?;
        for (name, texts) in categories {
            let texts = read(texts, &standing.cancel)?.1;
            let texts = texts.first().and_then(|batch| batch.columns().first()).ok_or_else(|| no_codes(&name))?;
            for batch in &mut batches {
                *batch = with_texts(batch, &name, texts).ok_or_else(|| no_codes(&name))?;
            }
        }
        let previous = match previous {
            Some(previous) => Some(Previous::from_batches(&read(previous, &standing.cancel)?.1, &policy)?),
            None => None,
        };
        let told = |progress: Progress| {
            standing.rows.fetch_max(progress.rows, Ordering::Relaxed);
            standing.subjects.fetch_max(progress.subjects, Ordering::Relaxed);
        };
        let schema = batches.first().map_or(schema, RecordBatch::schema);
        let subject = schema.field_with_name("subject").map_or(DataType::Utf8, |field| field.data_type().clone());
        let mut out = Vec::new();
        let mut shape = None;
        for Day(day) in as_of {
            let mut job = Job::new(&policy, day);
            job.threads = threads;
            job.sorted = sorted;
            job.columns = columns;
            job.previous = previous.as_ref();
            job.memory_limit = memory_limit.unwrap_or(job.memory_limit);
            job.progress = Some(&told);
            job.cancel = Some(&standing.cancel);
            let (scored, Summary { .. }) = job.run(&batches)?;
            let schema = output_schema(&policy, day, &subject, columns);
            if history {
                let schema = shape.get_or_insert_with(|| with_day(&schema)).clone();
                out.extend(scored.iter().filter_map(|batch| dated(batch, day, &schema)));
            } else {
                shape = Some(schema);
                out.extend(scored);
            }
        }
        let schema = shape.unwrap_or_else(|| with_day(&output_schema(&policy, Date::MIN, &subject, columns)));
        Ok(Table { schema, batches: out })
    };
    watched(py, &standing, dates, progress, work)
}

/// The schema of a history: the columns of one date with the date, which the metadata then does not name.
fn with_day(schema: &Schema) -> SchemaRef {
    let mut fields: Vec<_> = schema.fields().iter().cloned().collect();
    fields.insert(1.min(fields.len()), Arc::new(Field::new("as_of", DataType::Date32, false)));
    let metadata = schema.metadata().iter().filter(|(key, _)| *key != "uytin.as_of");
    Arc::new(Schema::new_with_metadata(
        fields,
        metadata.map(|(key, value)| (key.clone(), value.clone())).collect::<BTreeMap<String, String>>(),
    ))
}

fn dated(batch: &RecordBatch, day: Date, schema: &SchemaRef) -> Option<RecordBatch> {
    let days: ArrayRef = Arc::new(Date32Array::from(vec![day.days(); batch.num_rows()]));
    let mut columns = batch.columns().to_vec();
    columns.insert(1.min(columns.len()), days);
    RecordBatch::try_new(schema.clone(), columns).ok()
}

/// Works on another thread, without the GIL; this one listens for Ctrl-C and tells how far the work is.
fn watched<T: Send>(
    py: Python<'_>,
    standing: &Standing,
    dates: u64,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce() -> Result<T, Error> + Send,
) -> PyResult<T> {
    const PAUSE: Duration = Duration::from_millis(50);
    let waiting = std::thread::current();
    let finished = &AtomicBool::new(false);
    let mut stopped = None;
    let done = std::thread::scope(|scope| {
        let worker = scope.spawn(move || {
            let result = work();
            finished.store(true, Ordering::Release);
            waiting.unpark();
            result
        });
        while !finished.load(Ordering::Acquire) && !worker.is_finished() {
            py.detach(|| std::thread::park_timeout(PAUSE));
            if stopped.is_some() {
                continue;
            }
            let told = py.check_signals().and_then(|()| {
                let Some(progress) = progress else { return Ok(()) };
                let (rows, subjects) = (standing.rows.load(Ordering::Relaxed), standing.subjects.load(Ordering::Relaxed));
                progress.call1((rows, subjects, dates)).map(|_| ())
            });
            if let Err(error) = told {
                standing.cancel.store(true, Ordering::Relaxed);
                stopped = Some(error);
            }
        }
        py.detach(|| worker.join())
    });
    match (done, stopped) {
        (_, Some(error)) => Err(error),
        (Ok(Ok(table)), None) => Ok(table),
        (Ok(Err(error)), None) => Err(exception(py, Kind::Column, &error)),
        (Err(_), None) => Err(PyRuntimeError::new_err("the engine stopped at a fault of its own; please report it")),
    }
}
