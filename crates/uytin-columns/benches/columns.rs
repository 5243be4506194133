//! The engine by stage: the whole on unsorted and sorted tables, by kind of key, with ids, and explained.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::hint::black_box;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_schema::DataType;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::sync::Arc;
use uytin::{Date, Policy};
use uytin_columns::{Columns, Job, Simulation, SimulationOrder};

const RECORDS: u64 = 200_000;

fn table(order: SimulationOrder, ids: bool, subject: &DataType) -> Vec<RecordBatch> {
    let as_of = Date::new(2026, 11, 21).unwrap();
    let simulation = Simulation { policy: Policy::reference(), as_of, subjects: RECORDS / 10, records: RECORDS, seed: 1, order, ids };
    let batches: Vec<RecordBatch> = simulation.batches().unwrap().collect();
    let parts: Vec<&dyn Array> = batches.iter().map(|batch| batch.column_by_name("subject").unwrap().as_ref()).collect();
    let names = arrow_select::concat::concat(&parts).unwrap();
    let subjects: ArrayRef = if subject.is_integer() {
        let digits = arrow_array::cast::AsArray::as_string::<i32>(&names).iter().flatten();
        let numbers = digits.map(|name| name.trim_start_matches("creator-").parse::<i32>().unwrap());
        cast(&(Arc::new(numbers.map(Some).collect::<arrow_array::Int32Array>()) as ArrayRef), subject).unwrap()
    } else {
        cast(&names, subject).unwrap()
    };
    let mut first = 0;
    let with = |batch: &RecordBatch| {
        let schema = batch.schema();
        let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
            let column = if field.name() == "subject" { subjects.slice(first, batch.num_rows()) } else { column.clone() };
            (field.name().clone(), column, true)
        });
        let batch = RecordBatch::try_from_iter_with_nullable(columns.collect::<Vec<_>>()).unwrap();
        first += batch.num_rows();
        batch
    };
    batches.iter().map(with).collect()
}

fn engine(criterion: &mut Criterion) {
    let policy = Policy::reference();
    let mut group = criterion.benchmark_group("columns");
    group.throughput(Throughput::Elements(RECORDS)).sample_size(10);
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let (sorted, shuffled) = (SimulationOrder::Sorted, SimulationOrder::Shuffled);
    let job = Job::new(&policy, Date::new(2026, 11, 21).unwrap());
    for (name, order, ids, subject, columns) in [
        ("unsorted, integer keys", shuffled, false, &DataType::Int32, Columns::default()),
        ("unsorted, dictionary keys", shuffled, false, &dictionary, Columns::default()),
        ("unsorted, text keys", shuffled, false, &DataType::Utf8, Columns::default()),
        ("unsorted, integer keys, ids", shuffled, true, &DataType::Int32, Columns::default()),
        ("sorted, integer keys", sorted, false, &DataType::Int32, Columns::default()),
        ("sorted, integer keys, explained", sorted, false, &DataType::Int32, Columns::ALL),
    ] {
        let batches = table(order, ids, subject);
        let job = Job { sorted: order == sorted, columns, ..job };
        group.bench_function(name, |bencher| bencher.iter(|| black_box(job.run(&batches).unwrap())));
    }
    let simulation = Simulation {
        policy: policy.clone(),
        as_of: job.as_of,
        subjects: RECORDS / 10,
        records: RECORDS,
        seed: 1,
        order: shuffled,
        ids: true,
    };
    group.bench_function("simulate", |bencher| bencher.iter(|| simulation.batches().unwrap().map(|batch| batch.num_rows()).sum::<usize>()));
    group.finish();
    let mut stages = criterion.benchmark_group("formats");
    stages.throughput(Throughput::Elements(RECORDS)).sample_size(10);
    let folder = tempfile::tempdir().unwrap();
    for format in ["parquet", "arrow", "csv"] {
        let path = folder.path().join("records").with_extension(format);
        let format = uytin_columns::Format::of_path(&path).unwrap();
        uytin_columns::write(&path, format, &simulation.schema(), simulation.batches().unwrap().map(Ok)).unwrap();
        stages.bench_function(format!("read {format:?}"), |bencher| {
            bencher.iter_batched(
                || uytin_columns::read(&path, format).unwrap(),
                |batches| batches.map(|batch| batch.unwrap().num_rows()).sum::<usize>(),
                BatchSize::PerIteration,
            );
        });
    }
    stages.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
