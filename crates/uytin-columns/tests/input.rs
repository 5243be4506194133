//! Bad input is refused with column, row and value; files are read and written; jobs can be watched and stopped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, Float64Array, Int32Array, Int64Array, NullArray, RecordBatch, StringArray, UInt64Array};
use arrow_cast::cast;
use arrow_schema::DataType;
use uytin::{Code, Date, Error, Policy};
use uytin_columns::{Columns, Format, Job, Previous, Simulation, SimulationOrder, Summary, Writer, output_schema, read, write};

fn day() -> Date {
    Date::new(2026, 11, 21).unwrap()
}

/// Columns that differ from those of [`table`].
type Changes = Vec<(&'static str, Option<ArrayRef>)>;

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// Three observations, and what the named columns hold instead; `None` leaves a column out.
fn table(changes: &[(&str, Option<ArrayRef>)]) -> RecordBatch {
    let same = |text| texts(&[Some(text); 3]);
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("subject", texts(&[Some("a"), Some("b"), Some("b")])),
        ("source", same("auditor-1")),
        ("source_class", same("auditor")),
        ("criterion", same("ad-disclosure")),
        ("date", same("2026-10-01")),
        ("passed", Arc::new(Int64Array::from(vec![1, 2, 3]))),
        ("failed", Arc::new(Int64Array::from(vec![0, 0, 1]))),
    ];
    for (name, change) in changes {
        let place = columns.iter().position(|(known, _)| known == name);
        match (place, change) {
            (Some(place), Some(column)) => columns[place].1 = column.clone(),
            (Some(place), None) => drop(columns.remove(place)),
            (None, change) => columns.extend(change.clone().map(|column| (*name, column))),
        }
    }
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true))).unwrap()
}

fn run(batch: &RecordBatch) -> Result<Summary, Error> {
    let policy = Policy::reference();
    let job = Job { threads: 2, ..Job::new(&policy, day()) };
    let one = job.run(std::slice::from_ref(batch)).map(|(_, summary)| summary);
    let other = Job { columns: Columns::ALL, ..job }.run(std::slice::from_ref(batch)).map(|(_, summary)| summary);
    assert_eq!(one.is_ok(), other.is_ok());
    one
}

#[test]
fn a_dictionary_to_keep_is_one_and_its_entries_differ() {
    let policy = Policy::reference();
    let columns = Columns { dictionary: true, ..Columns::default() };
    let of = |keys: &[i32], entries: &[Option<&str>]| -> RecordBatch {
        let keys = arrow_array::Int32Array::from(keys.to_vec());
        let subject = arrow_array::DictionaryArray::try_new(keys, texts(entries)).unwrap();
        table(&[("subject", Some(Arc::new(subject)))])
    };
    let refused = |sorted: bool, batches: &[RecordBatch]| {
        let error = Job { sorted, columns, ..Job::new(&policy, day()) }.run(batches).unwrap_err();
        (error.code(), error.path().to_owned(), error.found().to_owned())
    };
    let good = of(&[1, 1, 2], &[Some("z"), Some("b"), Some("a")]);
    for sorted in [false, true] {
        let twice = of(&[0, 1, 2], &[Some("z"), Some("b"), Some("z")]);
        let found = "`z` as entries 0 and 2 of the dictionary".to_owned();
        assert_eq!(refused(sorted, &[twice]), (Code::DuplicateKey, "$.subject".into(), found));
        for entries in [&[Some("z"), None, Some("a")][..], &[None]] {
            let place = entries.iter().position(Option::is_none).unwrap();
            let found = format!("`null` as entry {place} of the dictionary");
            assert_eq!(refused(sorted, &[of(&[0, 0, 0], entries)]), (Code::WrongType, "$.subject".into(), found));
        }
        let other = of(&[1, 1, 2], &[Some("z"), Some("c"), Some("a")]);
        let found = "batches with different dictionaries".to_owned();
        assert_eq!(refused(sorted, &[good.clone(), other]), (Code::Inconsistent, "$.subject".into(), found));
        // The same entries elsewhere are the same dictionary.
        let same = of(&[2, 2, 2], &[Some("z"), Some("b"), Some("a")]);
        let (result, summary) = Job { sorted, columns, ..Job::new(&policy, day()) }.run(&[good.clone(), same]).unwrap();
        assert_eq!((summary.rows, summary.subjects), (6, 2));
        let subjects: Vec<String> = result
            .iter()
            .flat_map(|batch| {
                let subjects = arrow_cast::cast(batch.column(0), &DataType::Utf8).unwrap();
                subjects.as_string::<i32>().iter().map(|text| text.unwrap().to_owned()).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(subjects, ["b", "a"]);
        assert_eq!(*result[0].column(0).data_type(), *good.column_by_name("subject").unwrap().data_type());
    }
    assert_eq!(
        refused(true, &[of(&[2, 1, 1], &[Some("z"), Some("b"), Some("a")])]),
        (Code::NotOrdered, "row 1: $.subject".into(), "`b` after `a`".into())
    );
    let null =
        arrow_array::DictionaryArray::try_new(arrow_array::Int32Array::from(vec![Some(0), None, Some(0)]), texts(&[Some("a")])).unwrap();
    for sorted in [false, true] {
        let null = table(&[("subject", Some(Arc::new(null.clone())))]);
        assert_eq!(refused(sorted, &[null]), (Code::WrongType, "row 1: $.subject".into(), "`null`".into()));
    }
    // No effect on other subjects.
    let plain = table(&[]);
    let whole = Job::new(&policy, day()).run(std::slice::from_ref(&plain)).unwrap();
    assert_eq!(Job { columns, ..Job::new(&policy, day()) }.run(&[plain]).unwrap(), whole);
}

#[test]
fn faults_name_column_row_and_value() {
    let whole = |values: &[Option<i64>]| -> ArrayRef { Arc::new(Int64Array::from(values.to_vec())) };
    let real = |values: &[f64]| -> ArrayRef { Arc::new(Float64Array::from(values.to_vec())) };
    let date = |text| texts(&[Some("2026-10-01"), Some(text), Some("2026-10-01")]);
    let types = |text| ("type", Some(texts(&[Some("observation"), Some("observation"), text])));
    let three = |text| texts(&[None, None, Some(text)]);
    let finding = |column: &'static str, value: ArrayRef| {
        let none_last = |n: i64| Some(whole(&[Some(n), Some(n), None]));
        let mut changes = vec![
            types(Some("finding")),
            ("passed", none_last(1)),
            ("failed", none_last(0)),
            ("severity", Some(three("minor"))),
            ("status", Some(three("upheld"))),
        ];
        changes.retain(|(name, _)| *name != column);
        changes.push((column, Some(value)));
        changes
    };
    let cases: Vec<(Changes, Code, &str, &str)> = vec![
        (vec![("passed", Some(whole(&[Some(1), Some(-3), Some(1)])))], Code::OutOfRange, "row 1: $.passed", "`-3`"),
        (vec![("failed", Some(whole(&[Some(1), Some(1), Some(1 << 32)])))], Code::OutOfRange, "row 2: $.failed", "`4294967296`"),
        (vec![("passed", Some(real(&[1.0, 2.5, 1.0])))], Code::OutOfRange, "row 1: $.passed", "`2.5`"),
        (vec![("passed", Some(real(&[1.0, f64::NAN, 1.0])))], Code::OutOfRange, "row 1: $.passed", "`NaN`"),
        (vec![("passed", Some(whole(&[None, Some(1), Some(1)])))], Code::WrongType, "row 0: $.passed", "`null`"),
        (vec![("failed", Some(Arc::new(NullArray::new(3))))], Code::WrongType, "row 0: $.failed", "`null`"),
        (vec![("subject", Some(texts(&[Some("a"), None, Some("b")])))], Code::WrongType, "row 1: $.subject", "`null`"),
        (vec![("source", Some(texts(&[Some("a"), Some("b"), None])))], Code::WrongType, "row 2: $.source", "`null`"),
        (vec![("criterion", Some(texts(&[Some("a"), None, Some("b")])))], Code::WrongType, "row 1: $.criterion", "`null`"),
        (vec![("date", Some(date("2026-02-30")))], Code::NotADate, "row 1: $.date", "`2026-02-30`"),
        (
            vec![("date", Some(Arc::new(arrow_array::Date32Array::from(vec![0, 1, 3_000_000]))))],
            Code::OutOfRange,
            "row 2: $.date",
            "`3000000`",
        ),
        (vec![("date", Some(texts(&[Some("2026-01-01"), None, None])))], Code::WrongType, "row 1: $.date", "`null`"),
        (vec![types(Some("rumour"))], Code::UnknownValue, "row 2: $.type", "`rumour`"),
        (vec![types(None)], Code::WrongType, "row 2: $.type", "`null`"),
        (vec![types(Some("exemption"))], Code::MisplacedField, "row 2: $.passed", "`3`"),
        (vec![("severity", Some(three("minor")))], Code::MisplacedField, "row 2: $.severity", "`minor`"),
        (vec![("id", Some(texts(&[Some("1"), Some("2"), None])))], Code::WrongType, "row 2: $.id", "`null`"),
        (vec![("id", Some(texts(&[Some("1"), Some(""), Some("3")])))], Code::Empty, "row 1: $.id", "empty"),
        (
            vec![("id", Some(texts(&[Some("1"), Some("2"), Some("3")]))), ("revision", Some(whole(&[None, Some(-1), None])))],
            Code::OutOfRange,
            "row 1: $.revision",
            "`-1`",
        ),
        (finding("status", three("guilty")), Code::UnknownValue, "row 2: $.status", "`guilty`"),
        (finding("severity", texts(&[None; 3])), Code::WrongType, "row 2: $.severity", "`null`"),
        (finding("reach", whole(&[None, None, Some(1 << 53)])), Code::OutOfRange, "row 2: $.reach", "`9007199254740992`"),
        (finding("amount", real(&[f64::NAN, 0.0, 0.0])), Code::MisplacedField, "row 0: $.amount", "`NaN`"),
        (vec![("subject", None)], Code::MissingField, "$.subject", "no such column"),
        (vec![("passed", None)], Code::MissingField, "$.passed", "no such column"),
        (vec![("religion", Some(texts(&[None; 3])))], Code::UnknownField, "$.religion", "`religion`"),
        (vec![("passed", Some(texts(&[Some("1"); 3])))], Code::WrongType, "$.passed", "Utf8"),
        (vec![("subject", Some(real(&[1.0, 2.0, 3.0])))], Code::WrongType, "$.subject", "Float64"),
        (vec![("source", Some(whole(&[Some(1); 3])))], Code::WrongType, "$.source", "Int64"),
    ];
    for (changes, code, path, found) in cases {
        let error = run(&table(&changes)).expect_err(path);
        assert_eq!((error.code(), error.path()), (code, path), "{error}");
        assert!(error.found().contains(found), "{error}");
    }
    assert!(run(&table(&finding("reach", whole(&[None, None, Some(7)])))).is_ok());
    let amount = [types(Some("credit")), ("criterion", Some(texts(&[Some("ad-disclosure"), Some("ad-disclosure"), Some("x")])))];
    let mut credit = amount.to_vec();
    credit.extend([
        ("passed", Some(whole(&[Some(1), Some(1), None]))),
        ("failed", Some(whole(&[Some(1), Some(1), None]))),
        ("amount", Some(Arc::new(Float64Array::from(vec![None, None, Some(0.0001)])) as ArrayRef)),
    ]);
    assert_eq!(run(&table(&credit)).unwrap_err().path(), "row 2: $.amount");
}

#[test]
fn rows_are_counted_through_all_batches() {
    let policy = Policy::reference();
    let bad = table(&[("passed", Some(Arc::new(Int64Array::from(vec![1, 1, -9]))))]);
    for sorted in [false, true] {
        let good = table(&[("subject", Some(texts(&[Some("0"); 3])))]);
        let job = Job { sorted, ..Job::new(&policy, day()) };
        let error = job.run(&[good, bad.clone()]).unwrap_err();
        assert_eq!(error.path(), "row 5: $.passed", "{error}");
    }
    let other = table(&[("passed", Some(Arc::new(Int32Array::from(vec![1; 3]))))]);
    assert_eq!(Job::new(&policy, day()).run(&[table(&[]), other]).unwrap_err().code(), Code::Inconsistent);
}

#[test]
fn unknown_texts_are_counted_by_reason() {
    let batch = table(&[
        ("source_class", Some(texts(&[Some("astrologer"), Some("auditor"), Some("auditor")]))),
        ("criterion", Some(texts(&[Some("ad-disclosure"), Some("charm"), Some("ad-disclosure")]))),
        ("date", Some(texts(&[Some("2026-10-01"), Some("2026-10-01"), Some("2026-11-22")]))),
    ]);
    let summary = run(&batch).unwrap();
    let reasons: Vec<(&str, u64)> = summary.set_aside().map(|(reason, count)| (reason.as_str(), count)).collect();
    assert_eq!(reasons, [("unknown-source-class", 1), ("unknown-criterion", 1), ("future", 1)]);
    assert_eq!(summary.subjects, 2);
}

#[test]
fn a_sorted_table_that_is_not_sorted_is_refused() {
    let policy = Policy::reference();
    let job = Job { sorted: true, ..Job::new(&policy, day()) };
    let of = |subjects: ArrayRef| job.run(&[table(&[("subject", Some(subjects))])]);
    let error = of(texts(&[Some("b"), Some("a"), Some("b")])).unwrap_err();
    assert_eq!((error.code(), error.path(), error.found()), (Code::NotOrdered, "row 1: $.subject", "`a` after `b`"));
    let error = of(Arc::new(Int64Array::from(vec![10, 9, 9]))).unwrap_err();
    assert_eq!(error.found(), "`9` after `10`");
    let dictionary =
        cast(&texts(&[Some("b"), Some("b"), Some("a")]), &DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8)));
    assert_eq!(of(dictionary.unwrap()).unwrap_err().path(), "row 2: $.subject");
    // Also between batches, and where a subject comes back after others.
    let error = job.run(&[table(&[]), table(&[])]).unwrap_err();
    assert_eq!((error.path(), error.found()), ("row 3: $.subject", "`a` after `b`"));
    assert!(of(Arc::new(UInt64Array::from(vec![9, 10, u64::MAX]))).is_ok());
}

#[test]
fn too_much_for_the_memory_is_refused() {
    let policy = Policy::reference();
    let job = Job { memory_limit: 100, ..Job::new(&policy, day()) };
    let error = job.run(&[table(&[])]).unwrap_err();
    assert_eq!(error.code(), Code::TooMany);
    assert!(error.to_string().contains("sort the input"), "{error}");
    assert_eq!(job.stream([Ok(table(&[]))], |_| Ok(())).unwrap_err().code(), Code::TooMany);
    let sorted = Job { sorted: true, ..job };
    assert_eq!(sorted.stream([Ok(table(&[]))], |_| Ok(())).unwrap().subjects, 2);
    // What is kept of the result counts as well.
    assert_eq!(sorted.run(&[table(&[])]).unwrap_err().found().split(' ').nth(1), Some("result"));
}

/// The columns of a result in one piece each.
fn whole(batches: &[RecordBatch]) -> Vec<ArrayRef> {
    let column = |n: usize| {
        let parts: Vec<&dyn Array> = batches.iter().map(|batch| batch.column(n).as_ref()).collect();
        arrow_select::concat::concat(&parts).unwrap()
    };
    (0..batches[0].num_columns()).map(column).collect()
}

fn population(order: SimulationOrder, ids: bool) -> Simulation {
    Simulation { policy: Policy::reference(), as_of: day(), subjects: 500, records: 20_000, seed: 7, order, ids }
}

#[test]
fn a_job_shows_progress_and_stops() {
    let policy = Policy::reference();
    for sorted in [false, true] {
        let simulation = population(SimulationOrder::Sorted, false);
        let batches: Vec<RecordBatch> = simulation.batches().unwrap().collect();
        let seen = AtomicU64::new(0);
        let progress = |progress: uytin_columns::Progress| {
            seen.fetch_max(progress.rows, Ordering::Relaxed);
            assert_eq!(progress.rows_total, Some(20_000));
        };
        let job = Job { sorted, progress: Some(&progress), rows_total: Some(20_000), ..Job::new(&policy, day()) };
        let (_, summary) = job.run(&batches).unwrap();
        assert_eq!((seen.load(Ordering::Relaxed), summary.rows), (20_000, 20_000));
        let cancel = AtomicBool::new(true);
        let job = Job { sorted, cancel: Some(&cancel), ..Job::new(&policy, day()) };
        assert_eq!(job.run(&batches).unwrap_err().code(), Code::Cancelled);
        // Within an endless stream.
        let cancel = AtomicBool::new(false);
        let endless = batches.iter().cycle().enumerate().map(|(n, batch)| {
            if n == 50 {
                cancel.store(true, Ordering::Relaxed);
            }
            Ok(batch.slice(0, 1))
        });
        let job = Job { sorted, cancel: Some(&cancel), memory_limit: u64::MAX, ..Job::new(&policy, day()) };
        assert_eq!(job.stream(endless, |_| Ok(())).unwrap_err().code(), Code::Cancelled);
    }
}

#[test]
fn simulated_populations_are_labelled_and_the_same_each_time() {
    let policy = Policy::reference();
    for ids in [false, true] {
        let simulation = population(SimulationOrder::Sorted, ids);
        let sorted: Vec<RecordBatch> = simulation.batches().unwrap().collect();
        assert_eq!(simulation.schema(), sorted[0].schema());
        assert_eq!(sorted[0].schema().metadata().get("uytin.synthetic").map(String::as_str), Some("true"));
        assert_eq!(sorted, simulation.batches().unwrap().collect::<Vec<_>>());
        let shuffled: Vec<RecordBatch> = population(SimulationOrder::Shuffled, ids).batches().unwrap().collect();
        assert_ne!(sorted, shuffled);
        let (one, in_one) = Job { sorted: true, ..Job::new(&policy, day()) }.run(&sorted).unwrap();
        let (other, in_other) = Job::new(&policy, day()).run(&shuffled).unwrap();
        assert_eq!(in_one, in_other);
        assert_eq!((in_one.rows, in_one.subjects, in_one.replaced > 0), (20_000, 500, ids));
        assert!(in_one.set_aside().count() >= 4, "{in_one:?}");
        assert_eq!(whole(&one), whole(&other));
        let tiers = cast(one[0].column_by_name("tier").unwrap(), &DataType::Utf8).unwrap();
        let tiers: std::collections::BTreeSet<&str> = arrow_array::cast::AsArray::as_string::<i32>(&tiers).iter().flatten().collect();
        assert!(tiers.len() >= 3, "{tiers:?}");
    }
    assert!(Simulation { subjects: 0, ..population(SimulationOrder::Sorted, true) }.batches().is_err());
    assert!(Simulation { records: 3, ..population(SimulationOrder::Sorted, true) }.batches().is_err());
}

#[test]
fn files_give_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let policy = Policy::reference();
    let simulation = population(SimulationOrder::Sorted, true);
    let batches: Vec<RecordBatch> = simulation.batches().unwrap().collect();
    let job = Job { sorted: true, ..Job::new(&policy, day()) };
    let (expected, summary) = job.run(&batches).unwrap();
    for name in ["records.parquet", "records.arrow", "records.csv"] {
        let path = folder.path().join(name);
        let format = Format::of_path(&path).unwrap();
        write(&path, format, &simulation.schema(), batches.iter().cloned().map(Ok)).unwrap();
        let records = read(&path, format).unwrap();
        if name.ends_with("parquet") {
            assert_eq!(records.rows, Some(20_000));
        }
        let mut result = Vec::new();
        let of_file = job.stream(records, |batch| {
            result.push(batch);
            Ok(())
        });
        assert_eq!(of_file.unwrap(), summary, "{name}");
        for (n, (found, expected)) in whole(&result).iter().zip(&whole(&expected)).enumerate() {
            assert_eq!(found, expected, "{name} {n}");
        }

        // The result, too, and its notice.
        let path = folder.path().join(format!("scores-{name}"));
        let of_result = output_schema(&policy, day(), &DataType::Utf8, Columns::default());
        write(&path, format, &of_result, expected.iter().cloned().map(Ok)).unwrap();
        let back = read(&path, format).unwrap();
        if !name.ends_with("csv") {
            assert!(back.schema.metadata().contains_key("uytin.notice.vi"), "{name}");
        }
        assert_eq!(back.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 500);
        let previous = Previous::from_batches(&read(&path, format).unwrap().collect::<Result<Vec<_>, _>>().unwrap(), &policy).unwrap();
        assert_eq!(previous.len(), 500);
    }
}

#[test]
fn faults_of_files_name_them_and_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let refused = |name: &str, content: &[u8]| {
        std::fs::write(path(name), content).unwrap();
        let policy = Policy::reference();
        let records = read(&path(name), Format::of_path(Path::new(name)).unwrap());
        records.and_then(|records| Job::new(&policy, day()).stream(records, |_| Ok(()))).unwrap_err()
    };
    assert_eq!(read(&path("none.parquet"), Format::Parquet).err().unwrap().code(), Code::Io);
    assert_eq!(refused("no.parquet", b"no Parquet").code(), Code::Io);
    assert_eq!(refused("no.arrow", b"no Arrow").code(), Code::Io);
    let header = "\u{feff}subject,source,source_class,criterion,date,passed,failed\n";
    let good = "a,auditor-1,auditor,ad-disclosure,2026-10-01,3,0\n";
    let csv = |row: &str| format!("{header}{good}{row}").into_bytes();
    let error = refused("number.csv", &csv("a,auditor-1,auditor,ad-disclosure,2026-10-01,three,0\n"));
    assert_eq!((error.code(), error.path(), error.found()), (Code::WrongType, "row 1: $.passed", "`three`"));
    assert_eq!(refused("minus.csv", &csv("a,auditor-1,auditor,ad-disclosure,2026-10-01,-3,0\n")).path(), "row 1: $.passed");
    assert_eq!(refused("null.csv", &csv("a,,auditor,ad-disclosure,2026-10-01,3,0\n")).path(), "row 1: $.source");
    assert_eq!(refused("ragged.csv", &csv("a,auditor-1\n")).code(), Code::Io);
    assert_eq!(refused("column.csv", b"subject,wealth\na,1\n").path(), "$.wealth");

    // A fault on the way leaves the old file as it was, and nothing beside it.
    let target = path("scores.parquet");
    std::fs::write(&target, "old").unwrap();
    let before = std::fs::read_dir(folder.path()).unwrap().count();
    let schema = output_schema(&Policy::reference(), day(), &DataType::Utf8, Columns::ALL);
    let stopped = [Ok(RecordBatch::new_empty(schema.clone())), Err(run(&table(&[("subject", None)])).unwrap_err())];
    assert!(write(&target, Format::Parquet, &schema, stopped).is_err());
    assert_eq!(std::fs::read(&target).unwrap(), b"old");
    assert_eq!(Writer::create(&path("scores.csv"), Format::Csv, &schema).err().unwrap().code(), Code::WrongType);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), before);
}

#[test]
fn previous_tiers_are_checked() {
    let policy = Policy::reference();
    let of = |subjects: ArrayRef, tiers: ArrayRef| {
        let batch = RecordBatch::try_from_iter_with_nullable([("subject", subjects, true), ("tier", tiers, true)]).unwrap();
        Previous::from_batches([&batch], &policy)
    };
    let two = |a, b| texts(&[a, b]);
    assert_eq!(of(two(Some("a"), Some("b")), two(Some("standard"), None)).unwrap().len(), 1);
    assert_eq!(of(two(Some("a"), Some("a")), two(Some("standard"), Some("unrated"))).unwrap_err().path(), "row 1: $.subject");
    assert_eq!(of(two(None, Some("a")), two(Some("standard"), Some("unrated"))).unwrap_err().code(), Code::WrongType);
    assert_eq!(of(two(Some("a"), Some("b")), Arc::new(Int32Array::from(vec![1, 2]))).unwrap_err().path(), "$.tier");
    let other = RecordBatch::try_from_iter([("subject", two(Some("a"), Some("b")))]).unwrap();
    assert_eq!(Previous::from_batches([&other], &policy).unwrap_err().code(), Code::MissingField);
}
