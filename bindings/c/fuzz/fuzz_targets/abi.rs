//! Any sequence of calls on live handles, of the right type and of wrong ones, with any bytes: no crash, no leak, outputs
//! written on success alone, and an error for each failure.
#![no_main]

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};

use libfuzzer_sys::fuzz_target;
use uytin::uytin_status::{UYTIN_OK, UYTIN_PANIC};
use uytin::*;

/// Takes bytes from the input; zeros when they are used up.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> u64 {
        let edges = [0, 1, 7, 20_000, 20_778, u64::from(u32::MAX), 1 << 53, u64::MAX];
        match self.byte() {
            n if n < 128 => u64::from(n),
            n if n < 200 => edges[usize::from(n) % edges.len()],
            _ => (0..8).fold(0, |n, _| n << 8 | u64::from(self.byte())),
        }
    }

    /// A text: of the input, of the words of the formats, or none at all.
    fn text(&mut self) -> (*const c_char, usize) {
        const WORDS: [&str; 16] = [
            "creator-1",
            "vtv-24",
            "press",
            "court",
            "regulator",
            "auditor",
            "ad-disclosure",
            "claim-accuracy",
            "expertise",
            "critical",
            "serious",
            "public-interest",
            "commercial-content",
            "trusted",
            "2026-11-21",
            "",
        ];
        let (start, len) = match self.byte() {
            0 => return (null(), 0),
            1 => return (null(), usize::try_from(self.number()).unwrap_or(0)),
            2 => return (WORDS[0].as_ptr().cast(), usize::MAX / 2 + 1 + usize::from(self.byte())),
            n if n < 160 => {
                let word = WORDS[usize::from(n) % WORDS.len()];
                (word.as_ptr(), word.len())
            }
            n => {
                let (text, rest) = self.0.split_at(self.0.len().min(usize::from(n) - 160));
                self.0 = rest;
                (text.as_ptr(), text.len())
            }
        };
        (start.cast(), len)
    }

    fn view(&mut self) -> uytin_str {
        let (ptr, len) = self.text();
        uytin_str { ptr, len }
    }

    /// The rest up to a zero.
    fn document(&mut self) -> (*const c_char, usize) {
        let end = self.0.iter().position(|&byte| byte == 0).unwrap_or(self.0.len());
        let (text, rest) = self.0.split_at(end);
        self.0 = rest;
        (text.as_ptr().cast(), text.len())
    }
}

const TYPES: usize = 6;
/// How each type of handle is freed: policy, ledger, bound, assessment, text, verification.
const FREE: [unsafe fn(*mut c_void) -> uytin_status; TYPES] = [
    |handle| unsafe { uytin_policy_free(handle.cast()) },
    |handle| unsafe { uytin_ledger_free(handle.cast()) },
    |handle| unsafe { uytin_bound_free(handle.cast()) },
    |handle| unsafe { uytin_assessment_free(handle.cast()) },
    |handle| unsafe { uytin_text_free(handle.cast()) },
    |handle| unsafe { uytin_verification_free(handle.cast()) },
];

/// The live handles, at most a few of each type.
#[derive(Default)]
struct Handles([Vec<*mut c_void>; TYPES]);

impl Handles {
    /// A live handle of this type, or now and then of another, or none, or a misaligned one.
    fn pick(&self, kind: usize, input: &mut Input<'_>) -> *mut c_void {
        let choice = input.byte();
        let kind = if choice < 240 { kind } else { usize::from(choice) % TYPES };
        let Some(list) = self.0.get(kind).filter(|list| !list.is_empty()) else { return null_mut() };
        let handle = list[usize::from(choice) % list.len()];
        if choice == 239 { handle.wrapping_byte_add(1 + usize::from(input.byte()) % 7) } else { handle }
    }

    fn keep(&mut self, kind: usize, handle: *mut c_void) {
        let list = &mut self.0[kind];
        list.push(handle);
        if list.len() > 3 {
            let oldest = list.remove(0);
            assert_eq!(unsafe { FREE[kind](oldest) }, UYTIN_OK);
        }
    }
}

/// A mark that no handle has.
const UNTOUCHED: *mut c_void = 0x5555 as *mut c_void;

/// Calls with a place for the error and checks it.
fn call(with_error: bool, call: impl FnOnce(*mut *mut uytin_error) -> uytin_status) -> uytin_status {
    let mut error = null_mut();
    let status = call(if with_error { &raw mut error } else { null_mut() });
    assert_ne!(status, UYTIN_PANIC);
    assert_eq!(!error.is_null(), with_error && status != UYTIN_OK);
    if !error.is_null() {
        unsafe {
            assert_eq!(uytin_error_status(error), status);
            let mut count = 0;
            assert_eq!(uytin_error_fault_count(error, &raw mut count), UYTIN_OK);
            let mut fault = std::mem::zeroed();
            assert_eq!(uytin_error_fault(error, count - 1, &raw mut fault), UYTIN_OK);
            assert_eq!(uytin_error_free(error), UYTIN_OK);
        }
    }
    status
}

/// Calls what fills a struct.
fn fill<T>(with_error: bool, fill: impl FnOnce(*mut T, *mut *mut uytin_error) -> uytin_status) -> Option<T> {
    let mut out = std::mem::MaybeUninit::<T>::uninit();
    let status = call(with_error, |error| fill(out.as_mut_ptr(), error));
    (status == UYTIN_OK).then(|| unsafe { out.assume_init() })
}

/// Every item of every list of an assessment, and one beyond.
unsafe fn walk(assessment: *const uytin_assessment) {
    unsafe {
        for list in -1..=12 {
            let Some(count) = fill::<usize>(true, |out, error| uytin_assessment_count(assessment, list, out, error)) else { continue };
            for n in 0..=count {
                let some = match list {
                    0 => fill(n < count, |out, error| uytin_assessment_part(assessment, n, out, error)).is_some(),
                    1 => fill::<uytin_reason>(false, |out, error| uytin_assessment_reason(assessment, n, out, error))
                        .inspect(|reason| {
                            for k in 0..=reason.records {
                                let key = fill(false, |out, error| uytin_assessment_reason_record(assessment, n, k, out, error));
                                assert_eq!(key.is_some(), k < reason.records);
                            }
                            for k in 0..=reason.basis {
                                let basis = fill(false, |out, error| uytin_assessment_reason_basis(assessment, n, k, out, error));
                                assert_eq!(basis.is_some(), k < reason.basis);
                            }
                        })
                        .is_some(),
                    2 => fill::<uytin_measure>(false, |out, error| uytin_assessment_measure(assessment, n, out, error))
                        .inspect(|measure| {
                            for k in 0..=measure.triggers {
                                let trigger = fill(false, |out, error| uytin_assessment_trigger(assessment, n, k, out, error));
                                assert_eq!(trigger.is_some(), k < measure.triggers);
                            }
                        })
                        .is_some(),
                    3 => fill::<uytin_review>(false, |out, error| uytin_assessment_review(assessment, n, out, error))
                        .inspect(|review| {
                            for k in 0..=review.records {
                                let key = fill(false, |out, error| uytin_assessment_review_record(assessment, n, k, out, error));
                                assert_eq!(key.is_some(), k < review.records);
                            }
                        })
                        .is_some(),
                    4 => fill(false, |out, error| uytin_assessment_pillar(assessment, n, out, error)).is_some(),
                    5 => fill(false, |out, error| uytin_assessment_criterion(assessment, n, out, error)).is_some(),
                    6 => fill(false, |out, error| uytin_assessment_credit(assessment, n, out, error)).is_some(),
                    7 => fill(false, |out, error| uytin_assessment_pending(assessment, n, out, error)).is_some(),
                    8 => fill(false, |out, error| uytin_assessment_set_aside(assessment, n, out, error)).is_some(),
                    _ => fill(false, |out, error| uytin_assessment_name(assessment, list, n, out, error)).is_some(),
                };
                assert_eq!(some, n < count);
            }
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let mut handles = Handles::default();
    while !input.0.is_empty() {
        unsafe { step(&mut input, &mut handles) };
    }
    for (kind, list) in handles.0.iter().enumerate() {
        for handle in list {
            assert_eq!(unsafe { FREE[kind](*handle) }, UYTIN_OK);
        }
    }
});

unsafe fn step(input: &mut Input<'_>, handles: &mut Handles) {
    let with_error = input.byte() % 2 == 0;
    let limits = uytin_limits {
        line_bytes: input.number(),
        records_per_subject: input.number(),
        policy_bytes: input.number(),
        depth: input.number(),
    };
    let limits = if limits.line_bytes == 0 { null() } else { &raw const limits };
    let record = |input: &mut Input<'_>| uytin_record {
        id: input.view(),
        subject: input.view(),
        source: input.view(),
        source_class: input.view(),
        criterion: input.view(),
        context: input.view(),
        date: input.number() as i32,
        revision: input.number() as u32,
        withdrawn: input.byte() % 3,
    };
    // A call that gives a handle: what it gives is kept, and where it fails nothing is written.
    let mut made = UNTOUCHED;
    let out: *mut *mut c_void = &raw mut made;
    macro_rules! handle {
        ($kind:literal) => {
            handles.pick($kind, input).cast()
        };
    }
    macro_rules! make {
        ($kind:literal, $call:expr) => {{
            let status = call(with_error, $call);
            assert_eq!(made == UNTOUCHED, status != UYTIN_OK);
            if status == UYTIN_OK {
                handles.keep($kind, made);
            }
        }};
    }
    unsafe {
        match input.byte() % 34 {
            0 => make!(0, |error| uytin_policy_reference(out.cast(), error)),
            1 => {
                let (json, len) = input.document();
                make!(0, |error| uytin_policy_from_json(json, len, limits, out.cast(), error));
            }
            2 => {
                let policy = handle!(0);
                make!(0, |error| uytin_policy_clone(policy, out.cast(), error));
            }
            3 | 4 => make!(1, |error| uytin_ledger_new(out.cast(), error)),
            5 => {
                let ledger = handle!(1);
                make!(1, |error| uytin_ledger_clone(ledger, out.cast(), error));
            }
            6 | 7 => {
                let (ledger, (json, len)) = (handle!(1), input.document());
                call(with_error, |error| uytin_ledger_add_json(ledger, json, len, limits, error));
            }
            8 => {
                let (ledger, (json, len)) = (handle!(1), input.document());
                call(with_error, |error| uytin_ledger_add_json_lines(ledger, json, len, limits, error));
            }
            9 => {
                let (ledger, (json, len)) = (handle!(1), input.document());
                call(with_error, |error| uytin_ledger_add_json_array(ledger, json, len, limits, error));
            }
            10..=12 => {
                let (ledger, record, passed, failed) = (handle!(1), record(input), input.number() as u32, input.number() as u32);
                call(with_error, |error| uytin_ledger_add_observation(ledger, &raw const record, passed, failed, error));
            }
            13..=15 => {
                let (ledger, record) = (handle!(1), record(input));
                let status = input.byte() as i8 as i32 % 7;
                let finding = uytin_finding { severity: input.view(), incident: input.view(), reach: input.number(), status };
                call(with_error, |error| uytin_ledger_add_finding(ledger, &raw const record, &raw const finding, error));
            }
            16 => {
                let (ledger, record, amount) = (handle!(1), record(input), f64::from_bits(input.number()));
                call(with_error, |error| uytin_ledger_add_credit(ledger, &raw const record, amount, error));
            }
            17 => {
                let (ledger, record) = (handle!(1), record(input));
                call(with_error, |error| uytin_ledger_add_exemption(ledger, &raw const record, error));
            }
            18 => {
                let (ledger, other) = (handle!(1), handle!(1));
                call(with_error, |error| uytin_ledger_merge(ledger, other, error));
            }
            19 => {
                let (ledger, a, b, c) = (handle!(1), input.view(), input.view(), input.view());
                let mut gone = 9;
                let status =
                    call(with_error, |error| uytin_ledger_remove(ledger, a.ptr, a.len, b.ptr, b.len, c.ptr, c.len, &raw mut gone, error));
                assert_eq!(gone == 9, status != UYTIN_OK);
            }
            20 => {
                let ledger = handle!(1);
                make!(4, |error| uytin_ledger_to_bytes(ledger, out.cast(), error));
            }
            21 | 22 => {
                let (policy, ledger) = (handle!(0), handle!(1));
                make!(2, |error| uytin_bind(policy, ledger, out.cast(), error));
            }
            23 => {
                let (policy, ledger, (subject, len)) = (handle!(0), handle!(1), input.text());
                make!(2, |error| uytin_bind_subject(policy, ledger, subject, len, out.cast(), error));
            }
            24 | 25 => {
                let (bound, subject, as_of, previous) = (handle!(2), input.view(), input.number() as i32, input.view());
                let score = fill::<uytin_score_result>(with_error, |out, error| {
                    uytin_score(bound, subject.ptr, subject.len, as_of, previous.ptr, previous.len, out, error)
                });
                if let Some(score) = score {
                    assert!(0 <= score.lower && score.lower <= score.score && score.score <= score.upper && score.upper <= 1000);
                    assert!((0.0..=1.0).contains(&score.coverage) && score.tier.len > 0);
                }
            }
            26 => {
                let (bound, subject, as_of, previous) = (handle!(2), input.view(), input.number() as i32, input.view());
                make!(3, |error| uytin_assess(bound, subject.ptr, subject.len, as_of, previous.ptr, previous.len, out.cast(), error));
            }
            27 => {
                let assessment: *mut uytin_assessment = handle!(3);
                if fill(with_error, |out, error| uytin_assessment_describe(assessment, out, error)).is_some() {
                    walk(assessment);
                }
            }
            28 => {
                let assessment = handle!(3);
                make!(4, |error| uytin_assessment_to_json(assessment, out.cast(), error));
            }
            29 => {
                let (assessment, policy, ledger) = (handle!(3), handle!(0), handle!(1));
                let mut receipt = null_mut();
                if call(with_error, |error| uytin_assessment_receipt(assessment, &raw mut receipt, error)) == UYTIN_OK {
                    let text = fill::<uytin_str>(false, |out, _| uytin_text_view(receipt, out)).expect("a live text");
                    make!(5, |error| uytin_verify(policy, ledger, text.ptr, text.len, out.cast(), error));
                    assert_eq!(uytin_text_free(receipt), UYTIN_OK);
                }
            }
            30 => {
                let (request, len) = input.document();
                make!(4, |error| uytin_assess_json(request, len, limits, out.cast(), error));
            }
            31 => {
                let policy = handle!(0);
                let member = |input: &mut Input<'_>| uytin_member {
                    group: input.view(),
                    tier: input.view(),
                    coverage: f64::from_bits(input.number()),
                    score: input.number() as i32,
                    outcome: input.byte() % 4,
                };
                let members: Vec<uytin_member> = (0..input.byte() % 4).map(|_| member(input)).collect();
                let (settings, len) = input.document();
                make!(4, |error| uytin_fairness(policy, members.as_ptr(), members.len(), settings, len, out.cast(), error));
            }
            32 => {
                let (policy, ledger, (settings, len)) = (handle!(0), handle!(1), input.document());
                let (mut fitted, place) = (UNTOUCHED, input.byte() % 2 == 0);
                let fitted_out: *mut *mut c_void = if place { &raw mut fitted } else { null_mut() };
                make!(4, |error| uytin_calibrate(policy, ledger, settings, len, fitted_out.cast(), out.cast(), error));
                assert_eq!(fitted == UNTOUCHED, made == UNTOUCHED || !place);
                if fitted != UNTOUCHED {
                    handles.keep(0, fitted);
                }
            }
            _ => {
                let verification = handle!(5);
                if let Some(summary) =
                    fill::<uytin_verification_summary>(with_error, |out, error| uytin_verification_describe(verification, out, error))
                {
                    for n in 0..=summary.differences.min(20) {
                        let difference = fill(false, |out, error| uytin_verification_difference(verification, n, out, error));
                        assert_eq!(difference.is_some(), n < summary.differences);
                    }
                }
                let (bound, date) = (handle!(2), input.number() as i32);
                fill(false, |out, error| uytin_bound_subject(bound, usize::from(input.byte()), out, error));
                let mut buffer = [0; 11];
                call(with_error, |error| uytin_date_format(date, buffer.as_mut_ptr(), buffer.len(), error));
            }
        }
    }
}
