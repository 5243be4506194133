//! Times `score` and `assess` of one subject for the comparison with bindings, as `benches/python/bench.py` calls it:
//! `bench_assess RECORDS.jsonl DATE PREVIOUS_TIER CALLS` prints the least and the median of nanoseconds a call.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use uytin::{Date, Ledger, Limits, Policy};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [records, as_of, previous, calls] = words.as_slice() else {
        return Err("expected RECORDS.jsonl DATE PREVIOUS_TIER CALLS".into());
    };
    let ledger = Ledger::from_json_lines(&std::fs::read(records)?, &Limits::DEFAULT)?;
    let (as_of, calls): (Date, u32) = (as_of.parse()?, calls.parse()?);
    let bound = ledger.bind_subject(&Policy::reference(), ledger.only_subject()?);
    let previous = Some(previous.as_str());
    let (score_least, score_median) = time(calls, || {
        black_box(bound.score(black_box(as_of), black_box(previous)));
    });
    let (assess_least, assess_median) = time(calls, || drop(black_box(bound.assess(black_box(as_of), black_box(previous)))));
    println!("{{\"score\": [{score_least}, {score_median}], \"assess\": [{assess_least}, {assess_median}]}}");
    Ok(())
}

/// Nanoseconds a call: the least and the median of 21 rounds.
fn time(calls: u32, mut call: impl FnMut()) -> (f64, f64) {
    let mut rounds: Vec<f64> = (0..21)
        .map(|_| {
            let start = Instant::now();
            (0..calls).for_each(|_| call());
            start.elapsed().as_secs_f64() * 1e9 / f64::from(calls.max(1))
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    (rounds.first().copied().unwrap_or_default(), rounds.get(rounds.len() / 2).copied().unwrap_or_default())
}
