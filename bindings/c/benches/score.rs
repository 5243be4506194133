//! What the border costs: `uytin_score` of the shared library beside the Rust call, on a ledger of 40 records.
//!
//! `cargo xtask c-bench` names the library in UYTIN_LIBRARY. Rounds of both alternate. On a busy machine the least times tell more than the medians.
#![allow(missing_docs, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::ffi::{CString, c_char, c_int, c_void};
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::time::Instant;

use engine::{Date, Ledger, Limits, Policy};
use uytin::{uytin_bound, uytin_error, uytin_ledger, uytin_limits, uytin_policy, uytin_score_result, uytin_status, uytin_status::UYTIN_OK};

unsafe extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

const ROUNDS: usize = 41;
const CALLS: u32 = 20_000;

/// 40 observations of 10 criteria by 4 sources.
fn lines() -> String {
    let criteria = [
        "ad-disclosure",
        "disclosure-quality",
        "claim-accuracy",
        "correction",
        "respect",
        "audience-authenticity",
        "engagement-authenticity",
        "product-verification",
        "personal-data",
        "identity",
    ];
    let sources = [("press", "vtv-24"), ("auditor", "auditor-7"), ("platform", "platform-1"), ("regulator", "regulator-2")];
    let record = |n: usize| {
        let ((class, source), criterion) = (sources[n % 4], criteria[n / 4]);
        format!(
            r#"{{"type":"observation","id":"o-{n}","subject":"creator-1","source":"{source}","source_class":"{class}","criterion":"{criterion}","date":"2026-{:02}-15","passed":{},"failed":{}}}"#,
            1 + n % 10,
            10 + n,
            n % 5,
        )
    };
    (0..40).map(|n| record(n) + "\n").collect()
}

/// Nanoseconds of one call, over a round of calls.
fn round(mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..CALLS).for_each(|_| call());
    start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A function of the library.
unsafe fn function<F: Copy>(library: *mut c_void, name: &str) -> F {
    let name = CString::new(name).expect("a name");
    // SAFETY: by contract the name is that of a function of this type.
    unsafe {
        let pointer = dlsym(library, name.as_ptr());
        assert!(!pointer.is_null(), "no {name:?}");
        assert_eq!(size_of::<F>(), size_of::<*mut c_void>());
        *(&raw const pointer).cast::<F>()
    }
}

type Out<T> = *mut *mut T;
type Reference = unsafe extern "C" fn(Out<uytin_policy>, Out<uytin_error>) -> uytin_status;
type New = unsafe extern "C" fn(Out<uytin_ledger>, Out<uytin_error>) -> uytin_status;
type Add = unsafe extern "C" fn(*mut uytin_ledger, *const c_char, usize, *const uytin_limits, Out<uytin_error>) -> uytin_status;
type Bind = unsafe extern "C" fn(*const uytin_policy, *const uytin_ledger, Out<uytin_bound>, Out<uytin_error>) -> uytin_status;
type Score = unsafe extern "C" fn(
    *const uytin_bound,
    *const c_char,
    usize,
    i32,
    *const c_char,
    usize,
    *mut uytin_score_result,
    Out<uytin_error>,
) -> uytin_status;

fn main() {
    let Some(path) = std::env::var_os("UYTIN_LIBRARY") else {
        println!("UYTIN_LIBRARY is not set: run `cargo xtask c-bench`");
        return;
    };
    let path = CString::new(path.into_encoded_bytes()).expect("a path");
    let (text, as_of) = (lines(), Date::parse("2026-11-21").expect("a date"));

    // SAFETY: the names and types are those of uytin.h; handles live to the end of the program.
    let (bound, score) = unsafe {
        let library = dlopen(path.as_ptr(), 2);
        assert!(!library.is_null(), "cannot open {path:?}");
        let (mut policy, mut ledger, mut bound) = (null_mut(), null_mut(), null_mut());
        assert_eq!(function::<Reference>(library, "uytin_policy_reference")(&raw mut policy, null_mut()), UYTIN_OK);
        assert_eq!(function::<New>(library, "uytin_ledger_new")(&raw mut ledger, null_mut()), UYTIN_OK);
        let add = function::<Add>(library, "uytin_ledger_add_json_lines");
        assert_eq!(add(ledger, text.as_ptr().cast(), text.len(), null_mut(), null_mut()), UYTIN_OK);
        assert_eq!(function::<Bind>(library, "uytin_bind")(policy, ledger, &raw mut bound, null_mut()), UYTIN_OK);
        (bound, function::<Score>(library, "uytin_score"))
    };
    let ledger = Ledger::from_json_lines(text.as_bytes(), &Limits::DEFAULT).expect("records");
    let rust = ledger.bind_subject(&Policy::reference(), "creator-1");

    let subject = "creator-1";
    let by_c = || {
        let mut out = MaybeUninit::<uytin_score_result>::uninit();
        // SAFETY: a live handle, a text of this length and a place for the result.
        unsafe {
            let name = black_box(subject);
            let status = score(bound, name.as_ptr().cast(), name.len(), as_of.days(), null_mut(), 0, out.as_mut_ptr(), null_mut());
            assert_eq!(status, UYTIN_OK);
            out.assume_init()
        }
    };
    let by_rust = || black_box(&rust).score(black_box(as_of), None);
    assert_eq!((by_c().score, by_c().coverage.to_bits()), (by_rust().score.tenths(), by_rust().coverage.to_bits()));
    let (mut c, mut core) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        c.push(round(|| {
            black_box(by_c());
        }));
        core.push(round(|| {
            black_box(by_rust());
        }));
    }
    let least = |times: &[f64]| times.iter().copied().fold(f64::INFINITY, f64::min);
    let difference = median(c.iter().zip(&core).map(|(c, core)| c - core).collect());
    println!("score of 40 records, {ROUNDS} rounds of {CALLS} calls each, in nanoseconds a call");
    println!("  least    Rust {:5.0}   C {:5.0}   difference {:4.0}", least(&core), least(&c), least(&c) - least(&core));
    println!("  median   Rust {:5.0}   C {:5.0}   difference {difference:4.0}", median(core), median(c));
}
