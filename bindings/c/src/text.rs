//! Texts, dates, versions, the catalogue, and the call that takes JSON and gives JSON.

use std::ffi::{CStr, c_char};

use engine::{Date, Limits};

use crate::entry::{Failure, Output, bytes, date, entry, free, handle, structure, text};
use crate::status::{uytin_error, uytin_status};

/// The number of this ABI. A program that was built for one number runs with any library of the same number: functions,
/// status codes and enumerators may be added to it, nothing else changes.
pub const UYTIN_ABI_VERSION: u32 = 0;

/// A view of UTF-8 text, `len` bytes from `ptr` on, without a NUL at its end. `ptr` is null where there is no text.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uytin_str {
    /// The first byte.
    pub ptr: *const c_char,
    /// Bytes.
    pub len: usize,
}

impl uytin_str {
    pub(crate) const NONE: Self = Self { ptr: std::ptr::null(), len: 0 };

    /// A view of a text that must outlive it.
    pub(crate) const fn of(text: &str) -> Self {
        Self { ptr: text.as_ptr().cast(), len: text.len() }
    }

    pub(crate) fn of_option(text: Option<&str>) -> Self {
        text.map_or(Self::NONE, Self::of)
    }

    #[cfg(test)]
    pub(crate) fn as_str(&self) -> &str {
        // SAFETY: tests look at views of live texts alone.
        unsafe { text("view", self.ptr, self.len) }.unwrap_or("?")
    }
}

/// Text that the caller owns and frees with `uytin_text_free`; immutable, for any thread.
pub struct uytin_text(());

/// A text with a NUL behind it.
pub(crate) struct Owned(Vec<u8>);

impl From<String> for Owned {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<&str> for Owned {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Vec<u8>> for Owned {
    fn from(mut bytes: Vec<u8>) -> Self {
        bytes.push(0);
        Self(bytes)
    }
}

/// Sizes beyond which input is refused. 0 stands for the default of each.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct uytin_limits {
    /// The longest record, in bytes of JSON (default 1,048,576).
    pub line_bytes: u64,
    /// The most records of one subject in what one call reads (default 16,777,216).
    pub records_per_subject: u64,
    /// The longest policy, in bytes of JSON (default 1,048,576).
    pub policy_bytes: u64,
    /// The deepest nesting of a policy (default 32, at most 127).
    pub depth: u64,
}

/// The limits of the caller, or the defaults where there are none.
///
/// # Safety
/// As [`structure`].
pub(crate) unsafe fn limits(pointer: *const uytin_limits) -> Result<Limits, Failure> {
    let mut limits = Limits::DEFAULT;
    if !pointer.is_null() {
        // SAFETY: as this function's.
        let asked = unsafe { structure("limits", pointer) }?;
        let pairs = [
            (asked.line_bytes, &mut limits.line_bytes),
            (asked.records_per_subject, &mut limits.records_per_subject),
            (asked.policy_bytes, &mut limits.policy_bytes),
            (asked.depth, &mut limits.depth),
        ];
        for (asked, limit) in pairs.into_iter().filter(|(asked, _)| *asked > 0) {
            *limit = usize::try_from(asked).unwrap_or(usize::MAX);
        }
    }
    Ok(limits)
}

/// The number of the ABI of the library that is loaded; compare it with `UYTIN_ABI_VERSION` of the header.
///
/// Ownership: none. Threads: any. Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn uytin_abi_version() -> u32 {
    UYTIN_ABI_VERSION
}

/// The version of the engine that receipts name, as NUL-terminated text: `0.1.0`.
///
/// Ownership: static. Threads: any. Errors: none; never null.
#[unsafe(no_mangle)]
pub extern "C" fn uytin_version() -> *const c_char {
    const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => c"",
    };
    VERSION.as_ptr()
}

/// The catalogue of codes (errors, reasons, reviews, statuses and so on) with their English and Vietnamese texts: JSON.
///
/// Ownership: static. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_catalogue(out: *mut uytin_str) -> uytin_status {
    entry(std::ptr::null_mut(), || {
        Output::new("out", out)?.set(uytin_str::of(engine::catalogue()));
        Ok(())
    })
}

/// The content of an owned text. A NUL that `len` does not count stands behind it, so it may be printed with `%s`.
///
/// Ownership: the view is the text's and lives as long as it. Threads: any. Errors: the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_text_view(text: *const uytin_text, out: *mut uytin_str) -> uytin_status {
    entry(std::ptr::null_mut(), || {
        // SAFETY: by contract null or a live handle.
        let owned = unsafe { handle("text", text) }?;
        Output::new("out", out)?.set(uytin_str { ptr: owned.0.as_ptr().cast(), len: owned.0.len().saturating_sub(1) });
        Ok(())
    })
}

/// Frees a text; null is none.
///
/// Ownership: takes `text`. Threads: any, while no other uses it. Errors: `UYTIN_WRONG_HANDLE`, then nothing is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_text_free(text: *mut uytin_text) -> uytin_status {
    // SAFETY: as this function's.
    unsafe { free(text) }
}

/// Reads a date, `YYYY-MM-DD`, as days after 1970-01-01 (negative before it).
///
/// Ownership: none. Threads: any. Errors: `UYTIN_NOT_A_DATE`, `UYTIN_NOT_UTF8`; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_date_parse(
    date: *const c_char,
    date_len: usize,
    out: *mut i32,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract `date_len` readable bytes.
        let text = unsafe { text("date", date, date_len) }?;
        out.set(Date::parse(text).map_err(|fault| fault.at("date"))?.days());
        Ok(())
    })
}

/// Writes a date, given as days after 1970-01-01, as the 10 bytes of `YYYY-MM-DD` and a NUL.
///
/// Ownership: `out` is the caller's, `out_len` bytes of it, at least 11. Threads: any. Errors: `UYTIN_NOT_A_DATE`;
/// `UYTIN_WRONG_LENGTH` where `out_len` is too small; the pointers'.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_date_format(days: i32, out: *mut c_char, out_len: usize, error: *mut *mut uytin_error) -> uytin_status {
    const NEEDED: usize = 11;
    entry(error, || {
        let out = Output::new("out", out.cast::<[u8; NEEDED]>())?;
        if out_len < NEEDED {
            let found = format!("a buffer of {out_len} bytes");
            return Err(Failure::Call(uytin_status::UYTIN_WRONG_LENGTH, "out_len", found, "11 bytes or more"));
        }
        let written = date("days", days)?.to_string();
        let mut buffer = [0; NEEDED];
        buffer.iter_mut().zip(written.as_bytes()).for_each(|(place, byte)| *place = *byte);
        out.set(buffer);
        Ok(())
    })
}

/// Assesses in one call, JSON in and JSON out, the same bytes as `uytin_assessment_to_json`.
///
/// The request is an object: `records` (an array of records), `as_of` (a date); and if need be `policy` (a policy
/// document; else the reference policy), `subject` (else the only one of the records), `previous_tier` (else none).
///
/// Ownership: `*out` is the caller's; free it with `uytin_text_free`. Threads: any. Errors: every one of input, with JSON
/// paths in the request (`$.records[3].date`); the pointers'. Units: points, as numbers with one decimal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uytin_assess_json(
    request: *const c_char,
    request_len: usize,
    limits: *const uytin_limits,
    out: *mut *mut uytin_text,
    error: *mut *mut uytin_error,
) -> uytin_status {
    entry(error, || {
        let out = Output::new("out", out)?;
        // SAFETY: by contract `request_len` readable bytes, and null or readable limits.
        let (request, limits) = unsafe { (bytes("request", request, request_len)?, self::limits(limits)?) };
        out.give(engine::assess_json(request, &limits)?.into());
        Ok(())
    })
}
