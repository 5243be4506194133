//! What stands between C and the core: checked pointers in, values out on success alone, no panic across the border.

use std::any::Any;
use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use engine::{Code, Date, Error, Fault};

use crate::assessment::uytin_assessment;
use crate::ledger::uytin_ledger;
use crate::policy::uytin_policy;
use crate::receipt::uytin_verification;
use crate::score::uytin_bound;
use crate::status::{Problem, uytin_error, uytin_status};
use crate::text::{uytin_str, uytin_text};

/// Why a call fails.
pub(crate) enum Failure {
    /// The call itself is wrong: the argument, what stood there, what was expected.
    Call(uytin_status, &'static str, String, &'static str),
    /// The core refused the input.
    Input(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Input(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Input(fault.into())
    }
}

/// Runs a call: failures and panics become a status and, where the caller asks for it, an error.
pub(crate) fn entry(error: *mut *mut uytin_error, call: impl FnOnce() -> Result<(), Failure>) -> uytin_status {
    if !error.is_aligned() {
        return uytin_status::UYTIN_MISALIGNED_POINTER;
    }
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(())) => uytin_status::UYTIN_OK,
        Ok(Err(failure)) => fail(error, failure),
        Err(payload) => fail(error, panicked(&*payload)),
    }
}

#[cold]
fn fail(error: *mut *mut uytin_error, failure: Failure) -> uytin_status {
    let report = || {
        let problem = Problem::of(failure);
        let status = problem.status();
        if !error.is_null() {
            let handle = Handle::<uytin_error>::give(problem);
            // SAFETY: not null, aligned, and by contract writable.
            unsafe { error.write(handle) };
        }
        status
    };
    catch_unwind(AssertUnwindSafe(report)).unwrap_or(uytin_status::UYTIN_PANIC)
}

fn panicked(payload: &(dyn Any + Send)) -> Failure {
    let message = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let found = format!("a defect of the library ({})", message.unwrap_or("without a message"));
    Failure::Call(uytin_status::UYTIN_PANIC, "", found, "none; please report it")
}

/// A type of C that stands for a value of Rust.
pub(crate) trait Opaque: Sized {
    /// What the handle holds.
    type Inner: Send + Sync;
    /// The first word of the handle, by which a handle of another type is told apart.
    const TAG: u64;
    /// The type's name.
    const NAME: &'static str;
}

/// The first word of a handle that was freed.
const FREED: u64 = u64::from_le_bytes(*b"uytin-xx");

/// Declares the handles: the type in C, its tag, what it holds.
macro_rules! handles {
    ($($name:ty, $tag:literal, $inner:ty;)*) => { $(
        impl Opaque for $name {
            type Inner = $inner;
            const TAG: u64 = u64::from_le_bytes(*$tag);
            const NAME: &'static str = stringify!($name);
        }
    )* };
}

handles! {
    uytin_error, b"uytin-er", Problem;
    uytin_text, b"uytin-tx", crate::text::Owned;
    uytin_policy, b"uytin-po", crate::policy::Inner;
    uytin_ledger, b"uytin-le", std::sync::RwLock<engine::Ledger>;
    uytin_bound, b"uytin-bo", crate::score::Inner;
    uytin_assessment, b"uytin-as", crate::assessment::Inner;
    uytin_verification, b"uytin-ve", crate::receipt::Inner;
}

/// What a pointer to an [`Opaque`] really points to.
#[repr(C)]
pub(crate) struct Handle<T: Opaque> {
    tag: u64,
    inner: T::Inner,
}

impl<T: Opaque> Handle<T> {
    /// A new handle, which the caller frees.
    pub(crate) fn give(inner: T::Inner) -> *mut T {
        Box::into_raw(Box::new(Self { tag: T::TAG, inner })).cast()
    }

    fn checked(place: &'static str, pointer: *const T) -> Result<*const Self, Failure> {
        let pointer = aligned(place, pointer.cast::<Self>())?;
        // SAFETY: by contract not null and aligned means a live handle of this library; of every type the tag is the
        // first word.
        let tag = unsafe { (&raw const (*pointer).tag).read() };
        if tag == T::TAG { Ok(pointer) } else { Err(wrong_handle::<T>(place, tag)) }
    }
}

#[cold]
fn wrong_handle<T: Opaque>(place: &'static str, tag: u64) -> Failure {
    let found = if tag == FREED { "a handle that was freed" } else { "a handle of another type" };
    Failure::Call(uytin_status::UYTIN_WRONG_HANDLE, place, found.to_owned(), T::NAME)
}

fn aligned<T>(place: &'static str, pointer: *const T) -> Result<*const T, Failure> {
    if pointer.is_null() {
        return Err(Failure::Call(uytin_status::UYTIN_NULL_POINTER, place, "a null pointer".to_owned(), "a pointer"));
    }
    if !pointer.is_aligned() {
        let expected = "a pointer that is aligned for what it points to";
        return Err(Failure::Call(uytin_status::UYTIN_MISALIGNED_POINTER, place, format!("{pointer:p}"), expected));
    }
    Ok(pointer)
}

/// What a handle holds.
///
/// # Safety
/// `pointer` is null, misaligned, or a live handle of this library that outlives `'a`.
pub(crate) unsafe fn handle<'a, T: Opaque + 'a>(place: &'static str, pointer: *const T) -> Result<&'a T::Inner, Failure> {
    let pointer = Handle::checked(place, pointer)?;
    // SAFETY: the tag says that it is a live handle of this type.
    Ok(unsafe { &(*pointer).inner })
}

/// Frees a handle; null is none.
///
/// # Safety
/// `pointer` is null, misaligned, or a handle of this library that no other thread uses.
pub(crate) unsafe fn free<T: Opaque>(pointer: *mut T) -> uytin_status {
    if pointer.is_null() {
        return uytin_status::UYTIN_OK;
    }
    entry(ptr::null_mut(), || {
        let pointer = Handle::checked("handle", pointer)?.cast_mut();
        // SAFETY: the tag says that `give` made it. The mark stays in freed memory until that is used again, so that a
        // second call is likely to be refused.
        drop(unsafe {
            (&raw mut (*pointer).tag).write_volatile(FREED);
            Box::from_raw(pointer)
        });
        Ok(())
    })
}

/// A place of the caller's that is checked before the work and written after it.
pub(crate) struct Output<T>(*mut T);

impl<T> Output<T> {
    pub(crate) fn new(place: &'static str, pointer: *mut T) -> Result<Self, Failure> {
        aligned(place, pointer.cast_const()).map(|_| Self(pointer))
    }

    /// The place itself, of a value that is taken over.
    #[cfg(feature = "columns")]
    pub(crate) const fn pointer(&self) -> *mut T {
        self.0
    }

    pub(crate) fn set(self, value: T) {
        // SAFETY: not null, aligned, and by contract writable. `write` drops nothing of what stood there.
        unsafe { self.0.write(value) };
    }
}

impl<T: Opaque> Output<*mut T> {
    /// Hands a new handle out.
    pub(crate) fn give(self, inner: T::Inner) {
        self.set(Handle::give(inner));
    }
}

/// A struct of the caller's.
///
/// # Safety
/// `pointer` is null, misaligned, or points to a readable `T` that outlives `'a`.
pub(crate) unsafe fn structure<'a, T>(place: &'static str, pointer: *const T) -> Result<&'a T, Failure> {
    let pointer = aligned(place, pointer)?;
    // SAFETY: not null, aligned, and by contract readable; the structs of this library hold any bits.
    Ok(unsafe { &*pointer })
}

/// An array of the caller's; null stands for an empty one.
///
/// # Safety
/// `pointer` is null, misaligned, or points to `count` readable `T` that outlive `'a`.
pub(crate) unsafe fn list<'a, T>(place: &'static str, pointer: *const T, count: usize) -> Result<&'a [T], Failure> {
    if pointer.is_null() && count == 0 {
        return Ok(&[]);
    }
    let pointer = aligned(place, pointer)?;
    let bytes = count.checked_mul(size_of::<T>()).filter(|&bytes| isize::try_from(bytes).is_ok());
    if bytes.and_then(|bytes| pointer.addr().checked_add(bytes)).is_none() {
        let expected = "a length within the address space";
        return Err(Failure::Call(uytin_status::UYTIN_WRONG_LENGTH, place, format!("a length of {count}"), expected));
    }
    // SAFETY: not null, aligned, of a possible length, and by contract readable; the structs of this library hold any bits.
    Ok(unsafe { std::slice::from_raw_parts(pointer, count) })
}

/// The bytes of the caller; null stands for none.
///
/// # Safety
/// `pointer` is null or points to `len` readable bytes that outlive `'a`.
pub(crate) unsafe fn bytes<'a>(place: &'static str, pointer: *const c_char, len: usize) -> Result<&'a [u8], Failure> {
    if pointer.is_null() {
        let expected = "a pointer, or a length of 0";
        let fault = || Failure::Call(uytin_status::UYTIN_NULL_POINTER, place, format!("a null pointer with a length of {len}"), expected);
        return if len == 0 { Ok(&[]) } else { Err(fault()) };
    }
    let fits = isize::try_from(len).is_ok() && pointer.addr().checked_add(len).is_some();
    if !fits {
        let expected = "a length within the address space";
        return Err(Failure::Call(uytin_status::UYTIN_WRONG_LENGTH, place, format!("a length of {len}"), expected));
    }
    // SAFETY: not null, of a possible length, and by contract readable.
    Ok(unsafe { std::slice::from_raw_parts(pointer.cast(), len) })
}

/// The text of the caller; null stands for an empty one.
///
/// # Safety
/// As [`bytes`].
pub(crate) unsafe fn text<'a>(place: &'static str, pointer: *const c_char, len: usize) -> Result<&'a str, Failure> {
    // SAFETY: as this function's.
    let bytes = unsafe { bytes(place, pointer, len) }?;
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        Fault::new(Code::NotUtf8, place, format!("byte 0x{byte:02x} at offset {at}"), "UTF-8").into()
    })
}

/// The text of the caller; null stands for none.
///
/// # Safety
/// As [`bytes`].
pub(crate) unsafe fn optional_text<'a>(place: &'static str, pointer: *const c_char, len: usize) -> Result<Option<&'a str>, Failure> {
    // SAFETY: as this function's.
    let text = unsafe { text(place, pointer, len) }?;
    Ok((!pointer.is_null()).then_some(text))
}

/// As [`text`], of a view.
///
/// # Safety
/// As [`bytes`].
pub(crate) unsafe fn view<'a>(place: &'static str, view: uytin_str) -> Result<&'a str, Failure> {
    // SAFETY: as this function's.
    unsafe { text(place, view.ptr, view.len) }
}

/// The date of so many days after 1970-01-01.
pub(crate) fn date(place: &'static str, days: i32) -> Result<Date, Failure> {
    Date::from_days(days).ok_or_else(|| {
        let expected = "days from -719162 (0001-01-01) to 2932896 (9999-12-31) after 1970-01-01";
        Fault::new(Code::NotADate, place, format!("`{days}`"), expected).into()
    })
}

/// The item of a list.
pub(crate) fn item<T>(list: &[T], index: usize) -> Result<&T, Failure> {
    list.get(index).ok_or_else(|| {
        let found = format!("{index} in a list of {}", list.len());
        Failure::Call(uytin_status::UYTIN_NO_SUCH_ITEM, "index", found, "an index below the list's length")
    })
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::{Handle, entry, free, handle};
    use crate::{uytin_error, uytin_fault, uytin_status, uytin_str, uytin_text};

    #[test]
    #[expect(clippy::panic, reason = "what is tested")]
    fn a_panic_becomes_a_status_with_its_message() {
        let mut error = ptr::null_mut();
        assert_eq!(entry(&raw mut error, || panic!("seven {}", 7)), uytin_status::UYTIN_PANIC);
        let nothing = uytin_str::of("");
        let mut fault = uytin_fault { code: nothing, path: nothing, found: nothing, expected: nothing };
        // SAFETY: a live handle, and places of our own.
        unsafe {
            assert_eq!(crate::uytin_error_fault(error, 0, &raw mut fault), uytin_status::UYTIN_OK);
            assert_eq!(fault.found.as_str(), "a defect of the library (seven 7)");
            assert_eq!(fault.code.as_str(), "panic");
            free(error);
        }
        assert_eq!(entry(ptr::null_mut(), || std::panic::panic_any(7_u8)), uytin_status::UYTIN_PANIC);
    }

    #[test]
    fn a_handle_of_another_type_is_refused() {
        let text = Handle::<uytin_text>::give("x".into());
        // SAFETY: a live handle, of another type than said.
        unsafe {
            assert!(handle::<uytin_error>("error", text.cast()).is_err());
            assert_eq!(free(text.cast::<uytin_error>()), uytin_status::UYTIN_WRONG_HANDLE);
            assert_eq!(free(text.byte_add(1)), uytin_status::UYTIN_MISALIGNED_POINTER);
            assert_eq!(free(text), uytin_status::UYTIN_OK);
        }
    }
}
