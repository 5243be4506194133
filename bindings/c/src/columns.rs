//! Whole populations, by the Arrow C stream interface: columns in, columns out.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use engine::{Code, Error, Fault};
use uytin_columns::{Columns, Job, Previous, Progress, columns_of, output_schema};

use crate::entry::{Failure, Output, date, entry, handle, structure};
use crate::ledger::{reading, uytin_ledger};
use crate::policy::uytin_policy;
use crate::status::{uytin_error, uytin_status};

/// A stream of the Arrow C stream interface. Its fields are those of the interface's own definition, which is not repeated
/// here.
pub struct ArrowArrayStream(());

/// The column `waterfall`: the parts of the score.
pub const UYTIN_COLUMN_WATERFALL: u32 = 1;
/// The column `criteria`: mean, bounds, coverage and masses of each criterion.
pub const UYTIN_COLUMN_CRITERIA: u32 = 2;
/// The column `reasons`: points and texts.
pub const UYTIN_COLUMN_REASONS: u32 = 4;
/// The column `set_aside`: how many records do not count, by reason.
pub const UYTIN_COLUMN_SET_ASIDE: u32 = 8;
/// The column `assessment`: the same JSON as `uytin_assessment_to_json` gives.
pub const UYTIN_COLUMN_ASSESSMENT: u32 = 16;
/// No columns `pillar_ID`, without which the result takes half of the memory.
pub const UYTIN_COLUMN_NO_PILLARS: u32 = 32;
/// The column `subject` as entries of the dictionary that it is in the input, and in its order: texts are then neither sorted nor
/// copied. All batches need to have the same dictionary, with entries that differ. No effect on other subjects.
pub const UYTIN_COLUMN_DICTIONARY: u32 = 64;

/// How to score a table. Zeros are the defaults.
#[repr(C)]
pub struct uytin_table_options {
    /// Is told how many rows are read and how many subjects are scored, now and then, from any thread and from several at
    /// once; anything but 0 stops the work with `UYTIN_CANCELLED`. May be null. It must return: no exception, no longjmp.
    pub progress: Option<unsafe extern "C" fn(data: *mut c_void, rows: u64, subjects: u64) -> i32>,
    /// Handed to `progress`.
    pub data: *mut c_void,
    /// Bytes that input and working memory of an unsorted table may take, more is refused; 0 for three quarters of what is
    /// free.
    pub memory_limit: u64,
    /// Threads to use; 0 for as many as there are cores. The result does not depend on it.
    pub threads: u32,
    /// The columns of the result: a sum of `UYTIN_COLUMN_…`.
    pub columns: u32,
    /// 1 where the rows come in the order of the result, ascending by subject or by its place in a dictionary that is kept: the
    /// input is then streamed in constant memory, and rows that do not are an error. Else 0.
    pub sorted: u8,
}

/// What scoring a table has done.
#[repr(C)]
pub struct uytin_table_summary {
    /// Rows read.
    pub rows: u64,
    /// Subjects scored: the rows of the result.
    pub subjects: u64,
    /// Records that others with their (subject, source, id) replace.
    pub replaced: u64,
    /// Records that do not count.
    pub set_aside: u64,
    /// Subjects that had a tier, but have no record now.
    pub previous_without_records: u64,
}

fn unreadable(error: &ArrowError) -> Error {
    let said = match error {
        ArrowError::CDataInterface(said) => said.clone(),
        other => other.to_string(),
    };
    Fault::new(Code::Io, "", said.trim().to_owned(), "a stream of Arrow columns that can be read").into()
}

/// Takes a stream from the caller, who keeps a released one.
///
/// # Safety
/// The pointer is null, misaligned or that of a stream of the Arrow C stream interface.
unsafe fn take(place: &'static str, stream: *mut ArrowArrayStream) -> Result<Taken, Failure> {
    let place = Output::new(place, stream.cast::<FFI_ArrowArrayStream>())?;
    // SAFETY: not null, aligned, and by contract a stream, released or not.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(place.pointer()) };
    let reader = RecordBatchStreamReader::try_new(stream).map_err(|error| unreadable(&error))?;
    Ok(Taken { schema: reader.schema(), reader })
}

struct Taken {
    schema: SchemaRef,
    reader: RecordBatchStreamReader,
}

impl Taken {
    /// The batches; one without rows where there is none, so that names and types are checked there too.
    fn batches(mut self) -> impl Iterator<Item = Result<RecordBatch, Error>> + Send {
        let first = self.reader.next().unwrap_or_else(|| Ok(RecordBatch::new_empty(self.schema.clone())));
        std::iter::once(first).chain(self.reader).map(|batch| batch.map_err(|error| unreadable(&error)))
    }
}

/// The caller's wish to be told.
struct Listener {
    progress: unsafe extern "C" fn(*mut c_void, u64, u64) -> i32,
    data: *mut c_void,
}

// SAFETY: the header says that it is called from any thread.
unsafe impl Sync for Listener {}

impl Listener {
    fn wants_stop(&self, progress: Progress) -> bool {
        // SAFETY: by contract a function that returns.
        unsafe { (self.progress)(self.data, progress.rows, progress.subjects) != 0 }
    }
}

/// Scores every subject of a table of records: a row a record in, a row a subject out, ascending by subject.
///
/// Columns in: `type`, `subject`, `source`, `source_class`, `criterion`, `date`, and as the types need `id`, `revision`,
/// `withdrawn`, `context`, `passed`, `failed`, `severity`, `status`, `reach`, `incident`, `amount`; `previous` has `subject` and
/// `tier` and may be null. Columns out: `subject`, `score`, `lower`, `upper`, `coverage`, `tier`, `valid_until`, `human_review`,
/// `pillar_…` and those on request.
///
/// Ownership: `input` and `previous` are taken once pointers, date and options are found good, also where the call then
/// fails: they are left released. `*out` is the caller's to release; it need not be initialised. `options` and `summary` may be null.
/// Threads: any; it starts threads of its own and ends them. Errors: those of input, with column, row (from 0) and value;
/// `UYTIN_IO` where a stream fails or is released; `UYTIN_CANCELLED`; `UYTIN_TOO_MANY` beyond the memory limit; the
/// pointers'. Units: points, as numbers with one decimal; `as_of` in days after 1970-01-01.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assess_stream(
    policy: *const uytin_policy,
    input: *mut ArrowArrayStream,
    previous: *mut ArrowArrayStream,
    as_of: i32,
    options: *const uytin_table_options,
    out: *mut ArrowArrayStream,
    summary: *mut uytin_table_summary,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out.cast::<FFI_ArrowArrayStream>())?;
        let told = if summary.is_null() { None } else { Some(Output::new("summary", summary)?) };
        // SAFETY: by contract a live handle, and null or readable options.
        let (policy, options) = unsafe {
            let options = if options.is_null() { None } else { Some(structure("options", options)?) };
            (&handle("policy", policy)?.policy, options)
        };
        for (place, stream) in [("input", input), ("previous", previous)].into_iter().take(if previous.is_null() { 1 } else { 2 }) {
            Output::new(place, stream.cast::<FFI_ArrowArrayStream>())?;
        }
        let mut job = Job::new(policy, date("as_of", as_of)?);
        let mut listener = None;
        if let Some(options) = options {
            job.columns = columns(options.columns)?;
            job.threads = usize::try_from(options.threads).unwrap_or(usize::MAX);
            job.memory_limit = if options.memory_limit == 0 { job.memory_limit } else { options.memory_limit };
            job.sorted = match options.sorted {
                0 => false,
                1 => true,
                other => return Err(Fault::new(Code::UnknownValue, "options.sorted", format!("`{other}`"), "0 or 1").into()),
            };
            listener = options.progress.map(|progress| Listener { progress, data: options.data });
        }
        // SAFETY: by contract streams; each is taken before anything may fail in the work.
        let (input, earlier) = unsafe {
            let earlier = if previous.is_null() { None } else { Some(take("previous", previous)) };
            (take("input", input)?, earlier.transpose()?)
        };
        let earlier = match earlier {
            Some(earlier) => Some(Previous::from_batches(&earlier.batches().collect::<Result<Vec<_>, _>>()?, policy)?),
            None => None,
        };
        job.previous = earlier.as_ref();
        let cancel = AtomicBool::new(false);
        let tell = |progress: Progress| {
            if listener.as_ref().is_some_and(|listener| listener.wants_stop(progress)) {
                cancel.store(true, Ordering::Relaxed);
            }
        };
        job.progress = Some(&tell);
        job.cancel = Some(&cancel);
        let subject = input.schema.field_with_name("subject").map_or(DataType::Utf8, |field| field.data_type().clone());
        let schema = output_schema(policy, job.as_of, &subject, job.columns);
        let mut batches = Vec::new();
        let done = job.stream(input.batches(), |batch| {
            batches.push(batch);
            Ok(())
        })?;
        out.set(FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new(batches.into_iter().map(Ok), schema))));
        if let Some(told) = told {
            told.set(uytin_table_summary {
                rows: done.rows,
                subjects: done.subjects,
                replaced: done.replaced,
                set_aside: done.set_aside.iter().sum(),
                previous_without_records: done.previous_without_records,
            });
        }
        Ok(())
    })
}

fn columns(columns: u32) -> Result<Columns, Failure> {
    // The last of them, and all before.
    const ALL: u32 = UYTIN_COLUMN_DICTIONARY * 2 - 1;
    if columns > ALL {
        let expected = format!("a sum of `UYTIN_COLUMN_…`, at most {ALL}");
        return Err(Fault::new(Code::UnknownValue, "options.columns", format!("`{columns}`"), expected).into());
    }
    let wanted = |column: u32| columns & column != 0;
    Ok(Columns {
        pillars: !wanted(UYTIN_COLUMN_NO_PILLARS),
        dictionary: wanted(UYTIN_COLUMN_DICTIONARY),
        waterfall: wanted(UYTIN_COLUMN_WATERFALL),
        criteria: wanted(UYTIN_COLUMN_CRITERIA),
        reasons: wanted(UYTIN_COLUMN_REASONS),
        set_aside: wanted(UYTIN_COLUMN_SET_ASIDE),
        json: wanted(UYTIN_COLUMN_ASSESSMENT),
    })
}

/// The records of a ledger as columns, in order of (subject, source, id): what `uytin_assess_stream` reads.
///
/// Ownership: `*out` is the caller's to release; it need not be initialised. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_stream(
    ledger: *const uytin_ledger,
    out: *mut ArrowArrayStream,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out.cast::<FFI_ArrowArrayStream>())?;
        // SAFETY: by contract null or a live handle.
        let ledger = reading(unsafe { handle("ledger", ledger) }?).clone();
        let batch = columns_of(ledger.records());
        let schema = batch.schema();
        out.set(FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new(std::iter::once(Ok(batch)), schema))));
        Ok(())
    })
}
