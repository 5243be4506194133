//! Status codes and errors.

use std::ffi::{CStr, c_char};
use std::ptr;

use engine::{Code, Fault};

use crate::entry::{Failure, Output, free, handle, item};
use crate::text::uytin_str;

/// How a call ended. The numbers are stable; one that is retired is not used again.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum uytin_status {
    /// Done.
    UYTIN_OK = 0,
    /// A pointer that must not be null is null.
    UYTIN_NULL_POINTER = 1,
    /// A pointer is not aligned for what it should point to.
    UYTIN_MISALIGNED_POINTER = 2,
    /// A handle is of another type, or was freed.
    UYTIN_WRONG_HANDLE = 3,
    /// A length that no object can have, or a buffer that is too short.
    UYTIN_WRONG_LENGTH = 4,
    /// An index is not below the length of its list.
    UYTIN_NO_SUCH_ITEM = 5,
    /// A defect of the library; nothing was written.
    UYTIN_PANIC = 6,
    /// The input was refused with a code that has no number of its own: see `uytin_error_fault`.
    UYTIN_REFUSED = 100,
    /// The bytes are not UTF-8.
    UYTIN_NOT_UTF8 = 101,
    /// The text is not JSON.
    UYTIN_NOT_JSON = 102,
    /// The text nests deeper than the limit.
    UYTIN_TOO_DEEP = 103,
    /// The text is longer than the limit.
    UYTIN_TOO_LONG = 104,
    /// A value has the wrong JSON type.
    UYTIN_WRONG_TYPE = 105,
    /// A number lies outside its range or has more decimals than allowed.
    UYTIN_OUT_OF_RANGE = 106,
    /// A text is empty where it may not be.
    UYTIN_EMPTY = 107,
    /// A value is none of those that may stand there.
    UYTIN_UNKNOWN_VALUE = 108,
    /// A text or number is no date of the calendar.
    UYTIN_NOT_A_DATE = 109,
    /// A required field is missing.
    UYTIN_MISSING_FIELD = 110,
    /// A field that the format does not have.
    UYTIN_UNKNOWN_FIELD = 111,
    /// A field that belongs to other record types only.
    UYTIN_MISPLACED_FIELD = 112,
    /// A key stands twice in one object.
    UYTIN_DUPLICATE_KEY = 113,
    /// An id stands twice.
    UYTIN_DUPLICATE_ID = 114,
    /// A name that nothing defines.
    UYTIN_UNKNOWN_NAME = 115,
    /// A list that must run in one direction does not.
    UYTIN_NOT_ORDERED = 116,
    /// Numbers that are each allowed do not go together.
    UYTIN_INCONSISTENT = 117,
    /// A limit on size is exceeded.
    UYTIN_TOO_MANY = 118,
    /// The subject must be named, because the ledger holds none or several.
    UYTIN_NO_SUBJECT = 119,
    /// A receipt is not in its canonical form.
    UYTIN_MISMATCH = 120,
    /// A file or stream cannot be read or written.
    UYTIN_IO = 121,
    /// The caller stopped the work.
    UYTIN_CANCELLED = 122,
}

use uytin_status::*;

/// Each status with its stable code, and the code of the core that it stands for.
const STATUSES: &[(uytin_status, &CStr, Option<Code>)] = &[
    (UYTIN_OK, c"ok", None),
    (UYTIN_NULL_POINTER, c"null-pointer", None),
    (UYTIN_MISALIGNED_POINTER, c"misaligned-pointer", None),
    (UYTIN_WRONG_HANDLE, c"wrong-handle", None),
    (UYTIN_WRONG_LENGTH, c"wrong-length", None),
    (UYTIN_NO_SUCH_ITEM, c"no-such-item", None),
    (UYTIN_PANIC, c"panic", None),
    (UYTIN_REFUSED, c"refused", None),
    (UYTIN_NOT_UTF8, c"not-utf8", Some(Code::NotUtf8)),
    (UYTIN_NOT_JSON, c"not-json", Some(Code::NotJson)),
    (UYTIN_TOO_DEEP, c"too-deep", Some(Code::TooDeep)),
    (UYTIN_TOO_LONG, c"too-long", Some(Code::TooLong)),
    (UYTIN_WRONG_TYPE, c"wrong-type", Some(Code::WrongType)),
    (UYTIN_OUT_OF_RANGE, c"out-of-range", Some(Code::OutOfRange)),
    (UYTIN_EMPTY, c"empty", Some(Code::Empty)),
    (UYTIN_UNKNOWN_VALUE, c"unknown-value", Some(Code::UnknownValue)),
    (UYTIN_NOT_A_DATE, c"not-a-date", Some(Code::NotADate)),
    (UYTIN_MISSING_FIELD, c"missing-field", Some(Code::MissingField)),
    (UYTIN_UNKNOWN_FIELD, c"unknown-field", Some(Code::UnknownField)),
    (UYTIN_MISPLACED_FIELD, c"misplaced-field", Some(Code::MisplacedField)),
    (UYTIN_DUPLICATE_KEY, c"duplicate-key", Some(Code::DuplicateKey)),
    (UYTIN_DUPLICATE_ID, c"duplicate-id", Some(Code::DuplicateId)),
    (UYTIN_UNKNOWN_NAME, c"unknown-name", Some(Code::UnknownName)),
    (UYTIN_NOT_ORDERED, c"not-ordered", Some(Code::NotOrdered)),
    (UYTIN_INCONSISTENT, c"inconsistent", Some(Code::Inconsistent)),
    (UYTIN_TOO_MANY, c"too-many", Some(Code::TooMany)),
    (UYTIN_NO_SUBJECT, c"no-subject", Some(Code::NoSubject)),
    (UYTIN_MISMATCH, c"mismatch", Some(Code::Mismatch)),
    (UYTIN_IO, c"io", Some(Code::Io)),
    (UYTIN_CANCELLED, c"cancelled", Some(Code::Cancelled)),
];

fn code_of(status: uytin_status) -> &'static CStr {
    STATUSES.iter().find(|(known, ..)| *known == status).map_or(c"unknown-status", |(_, code, _)| code)
}

/// Why a call failed. Owned by the caller, who frees it with `uytin_error_free`; immutable, for any thread.
pub struct uytin_error(());

/// One fault. The texts are the error's and live as long as it.
#[repr(C)]
pub struct uytin_fault {
    /// The stable code, the same in every language: `out-of-range`.
    pub code: uytin_str,
    /// The place: the JSON path (`$.date`), or the name of the argument; empty where there is none.
    pub path: uytin_str,
    /// What stood there; user input in backticks, cut where it is long.
    pub found: uytin_str,
    /// What was expected.
    pub expected: uytin_str,
}

/// What an error holds.
pub(crate) struct Problem {
    status: uytin_status,
    faults: Vec<Reported>,
    message: String,
}

struct Reported {
    code: &'static str,
    path: String,
    found: String,
    expected: String,
}

impl Problem {
    pub(crate) fn of(failure: Failure) -> Self {
        match failure {
            Failure::Call(status, path, found, expected) => {
                let place = if path.is_empty() { String::new() } else { format!("{path}: ") };
                let message = format!("{place}found {found}, expected {expected}");
                let code = code_of(status).to_str().unwrap_or_default();
                let fault = Reported { code, path: path.to_owned(), found, expected: expected.to_owned() };
                Self { status, faults: vec![fault], message }
            }
            Failure::Input(error) => {
                let status = STATUSES.iter().find(|(_, _, code)| *code == Some(error.code())).map_or(UYTIN_REFUSED, |(status, ..)| *status);
                let reported = |fault: &Fault| Reported {
                    code: fault.code.as_str(),
                    path: fault.path.clone(),
                    found: fault.found.clone(),
                    expected: fault.expected.clone(),
                };
                Self { status, faults: error.faults().map(reported).collect(), message: error.to_string() }
            }
        }
    }

    pub(crate) const fn status(&self) -> uytin_status {
        self.status
    }
}

/// The stable code of a status as NUL-terminated text (`out-of-range`); `unknown-status` for a number that is none.
///
/// Ownership: static. Threads: any. Errors: none; never null.
#[unsafe(no_mangle)]
pub extern "C" fn uytin_status_code(status: i32) -> *const c_char {
    STATUSES.iter().find(|(known, ..)| *known as i32 == status).map_or(c"unknown-status", |(_, code, _)| code).as_ptr()
}

/// The error's status, which is that of its first fault.
///
/// Ownership: none changes. Threads: any. Errors: gives `UYTIN_NULL_POINTER`, `UYTIN_MISALIGNED_POINTER` or
/// `UYTIN_WRONG_HANDLE` of the argument itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_error_status(error: *const uytin_error) -> uytin_status {
    let mut status = UYTIN_OK;
    // SAFETY: by contract null or a live handle.
    let call = crate::entry::entry(ptr::null_mut(), || unsafe { handle("error", error) }.map(|problem| status = problem.status));
    if call == UYTIN_OK { status } else { call }
}

/// The error as one text: a line a fault, `$.date: found …, expected …`.
///
/// Ownership: the text is the error's and lives as long as it. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_error_message(error: *const uytin_error, out: *mut uytin_str) -> uytin_status {
    crate::entry::entry(ptr::null_mut(), || {
        // SAFETY: by contract null or a live handle.
        let problem = unsafe { handle("error", error) }?;
        Output::new("out", out)?.set(uytin_str::of(&problem.message));
        Ok(())
    })
}

/// How many faults the error has: at least one; all of them where a policy was refused.
///
/// Ownership: none changes. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_error_fault_count(error: *const uytin_error, out: *mut usize) -> uytin_status {
    crate::entry::entry(ptr::null_mut(), || {
        // SAFETY: by contract null or a live handle.
        let problem = unsafe { handle("error", error) }?;
        Output::new("out", out)?.set(problem.faults.len());
        Ok(())
    })
}

/// The fault at `index`, from 0, in the order of the document.
///
/// Ownership: the texts are the error's and live as long as it. Threads: any. Errors: `UYTIN_NO_SUCH_ITEM`; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_error_fault(error: *const uytin_error, index: usize, out: *mut uytin_fault) -> uytin_status {
    crate::entry::entry(ptr::null_mut(), || {
        // SAFETY: by contract null or a live handle.
        let problem = unsafe { handle("error", error) }?;
        let out = Output::new("out", out)?;
        let fault = item(&problem.faults, index)?;
        out.set(uytin_fault {
            code: uytin_str::of(fault.code),
            path: uytin_str::of(&fault.path),
            found: uytin_str::of(&fault.found),
            expected: uytin_str::of(&fault.expected),
        });
        Ok(())
    })
}

/// Frees an error; null is none. Its texts end with it.
///
/// Ownership: takes `error`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_error_free(error: *mut uytin_error) -> uytin_status {
    // SAFETY: as this function's.
    unsafe { free(error) }
}

#[cfg(test)]
mod tests {
    use engine::Code;

    use super::STATUSES;

    #[test]
    fn every_code_of_the_core_has_its_status() {
        for code in Code::ALL {
            let of: Vec<_> = STATUSES.iter().filter(|(_, _, known)| known == &Some(*code)).collect();
            assert!(matches!(of[..], [(_, text, _)] if text.to_str() == Ok(code.as_str())), "{code}");
        }
    }
}
