//! What one subject costs: `score` and `assess` of a bound ledger of 40 records, binding it, and reading JSON Lines.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use uytin::{Date, Ledger, Limits, Policy, Record};

/// Forty records of a creator as they are common: 35 observations of 8 sources, 3 findings, a credit, an exemption.
fn forty(subject: usize) -> String {
    let policy = Policy::reference();
    let criteria: Vec<&str> = policy.document().criteria().map(|(_, criterion)| &*criterion.id).collect();
    let sources = ["auditor", "platform", "press", "regulator", "consumer-body", "business", "alliance", "auditor"];
    let mut out = String::new();
    for n in 0..35 {
        let (source, criterion) = (sources[n % 8], criteria[(n * 5 + subject) % criteria.len()]);
        writeln!(
            out,
            r#"{{"type":"observation","id":"obs-{n}","subject":"creator-{subject}","source":"{source}-{}","source_class":"{source}","criterion":"{criterion}","date":"2026-{:02}-{:02}","passed":{},"failed":{}}}"#,
            n % 3, 1 + n % 11, 1 + n % 28, 5 + n, n % 4,
        )
        .unwrap();
    }
    for n in 0..3 {
        writeln!(
            out,
            r#"{{"type":"finding","id":"fin-{n}","subject":"creator-{subject}","source":"platform-1","source_class":"platform","criterion":"ad-disclosure","date":"2026-0{}-11","severity":"minor","status":"upheld","reach":120000,"incident":"case-{n}"}}"#,
            n + 3,
        )
        .unwrap();
    }
    writeln!(out, r#"{{"type":"credit","id":"cre-1","subject":"creator-{subject}","source":"alliance-1","source_class":"alliance","criterion":"training","date":"2026-05-01"}}"#).unwrap();
    writeln!(out, r#"{{"type":"exemption","id":"exe-1","subject":"creator-{subject}","source":"alliance-1","source_class":"alliance","criterion":"expertise","date":"2026-05-01"}}"#).unwrap();
    out
}

fn one_subject(c: &mut Criterion) {
    let policy = Policy::reference();
    let ledger = Ledger::from_json_lines(forty(0).as_bytes(), &Limits::DEFAULT).unwrap();
    assert_eq!(ledger.len(), 40);
    let bound = ledger.bind_subject(&policy, "creator-0");
    let as_of = Date::new(2026, 11, 21).unwrap();
    let mut group = c.benchmark_group("forty records");
    group.bench_function("score", |b| b.iter(|| bound.score(black_box(as_of), black_box(Some("trusted")))));
    group.bench_function("assess", |b| b.iter(|| bound.assess(black_box(as_of), black_box(Some("trusted")))));
    let assessment = bound.assess(as_of, Some("trusted"));
    group.bench_function("to_json", |b| b.iter(|| assessment.to_json()));
    group.bench_function("bind", |b| b.iter(|| ledger.bind_subject(&policy, black_box("creator-0"))));
    group.bench_function("digest", |b| b.iter_with_setup(|| ledger.bind_subject(&policy, "creator-0"), |bound| bound.digest()));
    group.finish();
}

/// What reaches higher tiers, for a subject of a thousand records, from a few classes and from all.
fn path(c: &mut Criterion) {
    let policy = Policy::reference();
    let named = |n: usize, line: &str| line.replace("\"creator-0\"", "\"creator\"").replace("\"id\":\"", &format!("\"id\":\"{n}-"));
    let of_source = |n: usize, line: &str| line.replace("\",\"source_class\"", &format!("-{n}\",\"source_class\""));
    let records = |adverse: bool| -> String {
        let lines = (0..26).flat_map(|n| {
            let lines: Vec<String> = forty(0).lines().map(|line| of_source(n % 5, &named(n, line)) + "\n").collect();
            lines
        });
        lines.filter(|line| adverse || line.contains("observation")).take(1000).collect()
    };
    let as_of = Date::new(2026, 11, 21).unwrap();
    let mut group = c.benchmark_group("path of 1,000 records");
    group.sample_size(10);
    for (name, adverse, previous) in [("with findings", true, Some("restricted")), ("checks alone", false, None)] {
        let ledger = Ledger::from_json_lines(records(adverse).as_bytes(), &Limits::DEFAULT).unwrap();
        let bound = ledger.bind_subject(&policy, "creator");
        let all: Vec<String> = policy.document().sources.iter().map(|(id, _)| id.to_string()).collect();
        for (few, classes) in [("three classes", &all[..3]), ("all classes", &all[..])] {
            group.bench_function(format!("{name}, {few}"), |b| {
                b.iter(|| bound.paths(black_box(as_of), previous, classes).unwrap().paths.len());
            });
        }
    }
    group.finish();
}

fn reading(c: &mut Criterion) {
    let lines: String = (0..2_500).map(forty).collect();
    let mut group = c.benchmark_group("100,000 JSON Lines");
    group.throughput(Throughput::Elements(100_000)).sample_size(20);
    group.bench_function("parse", |b| {
        b.iter(|| lines.lines().map(|line| Record::from_json(line).unwrap()).filter(|record| record.withdrawn).count())
    });
    group.bench_function("into a ledger", |b| b.iter(|| Ledger::from_json_lines(lines.as_bytes(), &Limits::DEFAULT).unwrap().len()));
    group.finish();
    let mut group = c.benchmark_group("policy");
    group.bench_function("read and check", |b| b.iter(|| Policy::from_json(black_box(Policy::reference_json())).unwrap()));
    group.finish();
}

criterion_group!(benches, one_subject, path, reading);
criterion_main!(benches);
