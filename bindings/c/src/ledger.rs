//! Ledgers, filled in place from JSON or from typed records.

use std::ffi::c_char;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use engine::{Body, Code, Fault, Ledger, Limits, Record, Status, thousandths};

use crate::entry::{Failure, Output, bytes, date, entry, free, handle, optional_text, structure, text, view};
use crate::status::{uytin_error, uytin_status};
use crate::text::{limits, uytin_limits, uytin_str, uytin_text};

/// Records of any number of subjects, which merge without conflict. Owned by the caller, who frees it with
/// `uytin_ledger_free`. Any thread may call at any time: writers of one ledger wait for each other.
pub struct uytin_ledger(());

/// What every record has. Texts are UTF-8 and are copied; `ptr` null is an empty text, of `context` none.
#[repr(C)]
pub struct uytin_record {
    /// Unique within (subject, source); not empty.
    pub id: uytin_str,
    /// The creator who is assessed: an opaque id, never a name.
    pub subject: uytin_str,
    /// Who says it. That the source is who it says is the caller's to authenticate.
    pub source: uytin_str,
    /// What kind of body the source is: a source class of the policy.
    pub source_class: uytin_str,
    /// A criterion of the policy; of a credit, one of its credits.
    pub criterion: uytin_str,
    /// Where the conduct took place; none where `ptr` is null.
    pub context: uytin_str,
    /// When it was observed; of a finding, decided: days after 1970-01-01.
    pub date: i32,
    /// A higher revision replaces the record.
    pub revision: u32,
    /// Whether the source takes the record back: 0 or 1.
    pub withdrawn: u8,
}

/// What a finding has besides.
#[repr(C)]
pub struct uytin_finding {
    /// One of the policy's severities.
    pub severity: uytin_str,
    /// Findings with one incident, of whatever source, are one event; none where `ptr` is null.
    pub incident: uytin_str,
    /// People who saw it, from 0 to 2^53 - 1.
    pub reach: u64,
    /// A `uytin_finding_status`.
    pub status: i32,
}

/// Where the proceedings of a finding stand.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum uytin_finding_status {
    /// Claimed, not decided: weighs nothing.
    UYTIN_ALLEGED = 0,
    /// Decided.
    UYTIN_UPHELD = 1,
    /// Decided and contested.
    UYTIN_UNDER_APPEAL = 2,
    /// Decided and made good.
    UYTIN_REMEDIED = 3,
    /// Decided to be unfounded: weighs nothing.
    UYTIN_OVERTURNED = 4,
}

use uytin_finding_status::*;

const STATUSES: [(uytin_finding_status, Status); 5] = [
    (UYTIN_ALLEGED, Status::Alleged),
    (UYTIN_UPHELD, Status::Upheld),
    (UYTIN_UNDER_APPEAL, Status::UnderAppeal),
    (UYTIN_REMEDIED, Status::Remedied),
    (UYTIN_OVERTURNED, Status::Overturned),
];

/// How large a ledger is.
#[repr(C)]
pub struct uytin_ledger_size {
    /// Current records.
    pub records: usize,
    /// Subjects that have a record.
    pub subjects: usize,
}

// A panic within a write leaves a ledger that is sound, so the mark of it is passed over.
pub(crate) fn reading(ledger: &RwLock<Ledger>) -> RwLockReadGuard<'_, Ledger> {
    ledger.read().unwrap_or_else(PoisonError::into_inner)
}

fn writing(ledger: &RwLock<Ledger>) -> RwLockWriteGuard<'_, Ledger> {
    ledger.write().unwrap_or_else(PoisonError::into_inner)
}

/// A ledger without records.
///
/// Ownership: `*out` is the caller's; free it with `uytin_ledger_free`. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_new(out: *mut *mut uytin_ledger, error: *mut *mut uytin_error) -> uytin_status {
    entry(error, || {
        Output::new("out", out)?.give(RwLock::default());
        Ok(())
    })
}

/// Adds one record, given as its JSON object; it replaces one of the same (subject, source, id) where it wins the merge.
///
/// Ownership: the text is copied. `limits` may be null: the defaults. Threads: any. Errors: the first fault, with its
/// JSON path, and then nothing is added; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_add_json(
    ledger: *mut uytin_ledger,
    json: *const c_char,
    json_len: usize,
    limits: *const uytin_limits,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        // SAFETY: by contract a live handle, `json_len` readable bytes, and null or readable limits.
        let (ledger, json, limits) = unsafe { (handle("ledger", ledger)?, bytes("json", json, json_len)?, self::limits(limits)?) };
        let record = Record::from_bytes(json, &limits)?;
        Ok(writing(ledger).add_within(record, &limits)?)
    })
}

/// Adds JSON Lines, one record a line (the form of `uytin_ledger_to_bytes`); blank lines are passed over.
///
/// Ownership: the text is copied. `limits` may be null: the defaults. Threads: any. Errors: the first fault, its path led
/// by the line (`line 3: $.date`), and then nothing is added; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_add_json_lines(
    ledger: *mut uytin_ledger,
    lines: *const c_char,
    lines_len: usize,
    limits: *const uytin_limits,
    error: *mut *mut uytin_error,
) -> uytin_status {
    // SAFETY: as this function's.
    entry(error, || unsafe { add_all(ledger, "lines", lines, lines_len, limits, Ledger::from_json_lines) })
}

/// Adds a JSON array of records.
///
/// Ownership: the text is copied. `limits` may be null: the defaults. Threads: any. Errors: the first fault, with its
/// JSON path in the array (`$[3].date`), and then nothing is added; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_add_json_array(
    ledger: *mut uytin_ledger,
    array: *const c_char,
    array_len: usize,
    limits: *const uytin_limits,
    error: *mut *mut uytin_error,
) -> uytin_status {
    // SAFETY: as this function's.
    entry(error, || unsafe { add_all(ledger, "array", array, array_len, limits, Ledger::from_json_array) })
}

unsafe fn add_all(
    ledger: *const uytin_ledger,
    place: &'static str,
    text: *const c_char,
    len: usize,
    limits: *const uytin_limits,
    read: fn(&[u8], &Limits) -> Result<Ledger, engine::Error>,
) -> Result<(), Failure> {
    // SAFETY: by contract a live handle, `len` readable bytes, and null or readable limits.
    let (ledger, text, limits) = unsafe { (handle("ledger", ledger)?, bytes(place, text, len)?, self::limits(limits)?) };
    merge(ledger, read(text, &limits)?)
}

fn merge(ledger: &RwLock<Ledger>, other: Ledger) -> Result<(), Failure> {
    let mut ledger = writing(ledger);
    *ledger = if ledger.is_empty() { other } else { ledger.merge(&other)? };
    Ok(())
}

/// Adds an observation: `passed` checks that held and `failed` checks that did not.
///
/// Ownership: the texts are copied. Threads: any. Errors: the first field that is at fault, with its path (`$.date`), and
/// then nothing is added; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_add_observation(
    ledger: *mut uytin_ledger,
    record: *const uytin_record,
    passed: u32,
    failed: u32,
    error: *mut *mut uytin_error,
) -> uytin_status {
    // SAFETY: as this function's.
    entry(error, || unsafe { add(ledger, record, || Ok(Body::Observation { passed, failed })) })
}

/// Adds a finding: a violation that a body found.
///
/// Ownership: the texts are copied. Threads: any. Errors: the first field that is at fault, with its path (`$.status`),
/// and then nothing is added; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_add_finding(
    ledger: *mut uytin_ledger,
    record: *const uytin_record,
    finding: *const uytin_finding,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let body = || {
        // SAFETY: by contract null, or a readable struct whose texts are readable.
        let (finding, severity, incident) = unsafe {
            let finding = structure("finding", finding)?;
            let severity = view("$.severity", finding.severity)?;
            (finding, severity, optional_text("$.incident", finding.incident.ptr, finding.incident.len)?)
        };
        let known = STATUSES.iter().find(|(number, _)| *number as i32 == finding.status);
        let (_, status) = known.ok_or_else(|| {
            Fault::new(Code::UnknownValue, "$.status", format!("`{}`", finding.status), "a number of `uytin_finding_status`, from 0 to 4")
        })?;
        let incident = incident.map(str::to_owned);
        Ok(Body::Finding { severity: severity.to_owned(), status: *status, reach: finding.reach, incident })
    };
    // SAFETY: as this function's.
    entry(error, || unsafe { add(ledger, record, body) })
}

/// Adds a credit of `amount`, a number above 0 and at most 1000 with at most three decimals (JSON's default is 1).
///
/// Ownership: the texts are copied. Threads: any. Errors: the first field that is at fault, with its path (`$.amount`),
/// and then nothing is added; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_add_credit(
    ledger: *mut uytin_ledger,
    record: *const uytin_record,
    amount: f64,
    error: *mut *mut uytin_error,
) -> uytin_status {
    let body = || {
        let expected = "a number above 0 and at most 1000 with at most three decimals";
        let thousandths = thousandths(amount).ok_or_else(|| Fault::new(Code::OutOfRange, "$.amount", format!("`{amount}`"), expected))?;
        Ok(Body::Credit { thousandths })
    };
    // SAFETY: as this function's.
    entry(error, || unsafe { add(ledger, record, body) })
}

/// Adds an exemption: the criterion does not apply to this subject.
///
/// Ownership: the texts are copied. Threads: any. Errors: the first field that is at fault, with its path (`$.date`), and
/// then nothing is added; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_add_exemption(
    ledger: *mut uytin_ledger,
    record: *const uytin_record,
    error: *mut *mut uytin_error,
) -> uytin_status {
    // SAFETY: as this function's.
    entry(error, || unsafe { add(ledger, record, || Ok(Body::Exemption)) })
}

unsafe fn add(
    ledger: *const uytin_ledger,
    record: *const uytin_record,
    body: impl FnOnce() -> Result<Body, Failure>,
) -> Result<(), Failure> {
    // SAFETY: by contract a live handle, and null or a readable struct.
    let (ledger, record) = unsafe { (handle("ledger", ledger)?, structure("record", record)?) };
    // SAFETY: by contract each text is null or readable.
    let text = |place, text| unsafe { view(place, text) }.map(str::to_owned);
    let withdrawn = match record.withdrawn {
        0 => false,
        1 => true,
        other => return Err(Fault::new(Code::UnknownValue, "$.withdrawn", format!("`{other}`"), "0 or 1").into()),
    };
    let record = Record {
        id: text("$.id", record.id)?,
        revision: record.revision,
        withdrawn,
        subject: text("$.subject", record.subject)?,
        source: text("$.source", record.source)?,
        source_class: text("$.source_class", record.source_class)?,
        criterion: text("$.criterion", record.criterion)?,
        date: date("$.date", record.date)?,
        // SAFETY: by contract null or readable.
        context: unsafe { optional_text("$.context", record.context.ptr, record.context.len) }?.map(str::to_owned),
        body: body()?,
    };
    Ok(writing(ledger).add(record)?)
}

/// Merges the records of `other` into `ledger`: commutative, associative and idempotent.
///
/// Ownership: none changes; the records are shared. The two may be one. Threads: any. Errors: `UYTIN_TOO_MANY`, and then
/// nothing is merged; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_merge(
    ledger: *mut uytin_ledger,
    other: *const uytin_ledger,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        // SAFETY: by contract null or live handles.
        let (ledger, other) = unsafe { (handle("ledger", ledger)?, handle("other", other)?) };
        // A clone, so that no lock is held while the other is awaited.
        let other = reading(other).clone();
        merge(ledger, other)
    })
}

/// Takes a record out, for trials of what would be without it, and sets `*removed` to 1 where there was one, else to 0.
/// A source that takes its record back files a revision that is `withdrawn` instead.
///
/// Ownership: none changes. Threads: any. Errors: `UYTIN_NOT_UTF8`; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_remove(
    ledger: *mut uytin_ledger,
    subject: *const c_char,
    subject_len: usize,
    source: *const c_char,
    source_len: usize,
    id: *const c_char,
    id_len: usize,
    removed: *mut u8,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let removed = Output::new("removed", removed)?;
        // SAFETY: by contract a live handle, and texts of these lengths.
        let (ledger, subject, source, id) = unsafe {
            let (subject, source) = (text("subject", subject, subject_len)?, text("source", source, source_len)?);
            (handle("ledger", ledger)?, subject, source, text("id", id, id_len)?)
        };
        removed.set(writing(ledger).remove(subject, source, id).into());
        Ok(())
    })
}

/// How large a ledger is.
///
/// Ownership: none changes. Threads: any. Errors: the pointers'. Units: records and subjects.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_measure(
    ledger: *const uytin_ledger,
    out: *mut uytin_ledger_size,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        // SAFETY: by contract null or a live handle.
        let ledger = reading(unsafe { handle("ledger", ledger) }?);
        Output::new("out", out)?.set(uytin_ledger_size { records: ledger.len(), subjects: ledger.subjects().len() });
        Ok(())
    })
}

/// The canonical JSON Lines of a ledger, in order of (subject, source, id): the same bytes everywhere.
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_to_bytes(
    ledger: *const uytin_ledger,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract null or a live handle.
        let ledger = reading(unsafe { handle("ledger", ledger) }?);
        out.give(ledger.to_bytes().into());
        Ok(())
    })
}

/// A second ledger of the same records, which it shares until one of the two changes.
///
/// Ownership: `*out` is the caller's; free it with `uytin_ledger_free`. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_clone(
    ledger: *const uytin_ledger,
    out: *mut *mut uytin_ledger,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract null or a live handle.
        let ledger = reading(unsafe { handle("ledger", ledger) }?).clone();
        out.give(RwLock::new(ledger));
        Ok(())
    })
}

/// Frees a ledger; null is none.
///
/// Ownership: takes `ledger`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_ledger_free(ledger: *mut uytin_ledger) -> uytin_status {
    // SAFETY: as this function's.
    unsafe { free(ledger) }
}
