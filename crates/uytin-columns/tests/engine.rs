//! The engine gives what `assess` gives, record by record: on random tables of every record type, in any order of the rows,
//! any chunking, any encoding of the columns and any number of threads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int16Type, Int32Type, UInt32Type};
use arrow_array::{Array, ArrayRef, Date32Array, DictionaryArray, Int32Array, RecordBatch, StringArray, UInt32Array};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use proptest::prelude::*;
use uytin::kernel::SetAside;
use uytin::{Body, Date, Ledger, Policy, Record, Status};
use uytin_columns::{Columns, Job, Previous, Summary, columns_of};

#[path = "../../uytin/src/random.rs"]
#[allow(dead_code, unreachable_pub)]
mod random;

use random::{Names, Random, as_of, policy, record};

/// How subjects are written.
#[derive(Clone, Copy, PartialEq)]
enum Subjects {
    Texts,
    /// Integers that lie close together, and ones that do not.
    Close,
    Sparse,
}

/// A random table.
struct Table {
    policy: Policy,
    records: Vec<Record>,
    previous: BTreeMap<String, String>,
    subjects: Subjects,
    with_ids: bool,
    /// Observations without ids, their counts as plain columns: what most large tables are.
    plain: bool,
    random: Random,
}

impl Table {
    fn new(seed: u64) -> Self {
        let policy = policy(seed);
        let names = Names::of(&policy);
        let mut random = Random(seed ^ 0x5eed);
        let subjects = [Subjects::Texts, Subjects::Close, Subjects::Sparse][random.below(3) as usize];
        let count = random.from(1, 40);
        let plain = random.one_in(3);
        let with_ids = !plain && !random.one_in(3);
        let len = [0, 1, 20, 200, 400][random.below(5) as usize];
        let observations = plain || random.one_in(4);
        // Counts that need few bits, and ones that need all.
        let most = [3, 1000, u32::MAX][random.below(3) as usize];
        let name = |n: u64| match subjects {
            Subjects::Texts => format!("{}tác-giả-{n}", if n.is_multiple_of(3) { "creator/with/a/common/start/" } else { "" }),
            Subjects::Close => (n + 1000).to_string(),
            Subjects::Sparse => (n * n * 77_777_777).to_string(),
        };
        let mut records: Vec<Record> = Vec::new();
        while records.len() < len {
            let mut record = record(&names, random.next());
            record.subject = name(random.below(count).min(random.below(count)));
            if let Body::Observation { passed, failed } = &mut record.body
                && plain
            {
                (*passed, *failed) = (*passed % most, *failed % most.min(100));
            }
            if with_ids && random.one_in(6) && !records.is_empty() {
                // The same again, as it is or with another revision.
                record = records[random.below(records.len() as u64) as usize].clone();
                record.revision += random.below(2) as u32;
            }
            if !observations || matches!(record.body, Body::Observation { .. }) {
                records.push(record);
            }
        }
        let mut previous = BTreeMap::new();
        for n in 0..count {
            if random.one_in(3) {
                previous.insert(name(n), names.tiers[random.below(names.tiers.len() as u64) as usize].clone());
            }
        }
        Self { policy, records, previous, subjects, with_ids, plain, random }
    }

    /// What `assess` gives of each subject: the JSON, and the counts of what is set aside.
    fn expected(&self) -> BTreeMap<String, uytin::Assessment> {
        let mut records = self.records.clone();
        if !self.with_ids {
            // Numbers within subject and source, in order of the canonical form.
            records.iter_mut().for_each(|record| record.id = String::new());
            records.sort_by_key(|record| (record.subject.clone(), record.source.clone(), record.canonical()));
            let mut before: Option<(String, String, u32)> = None;
            for record in &mut records {
                let n = match &before {
                    Some((subject, source, n)) if *subject == record.subject && *source == record.source => n + 1,
                    _ => 1,
                };
                record.id = format!("{n:08}");
                before = Some((record.subject.clone(), record.source.clone(), n));
            }
        }
        let mut ledger = Ledger::new();
        records.into_iter().for_each(|record| ledger.add(record).unwrap());
        let subjects: Vec<String> = ledger.subjects().map(str::to_owned).collect();
        let assess =
            |subject: &String| uytin::assess(&self.policy, &ledger, subject, as_of(), self.previous.get(subject).map(String::as_str));
        subjects.iter().map(|subject| (subject.clone(), assess(subject))).collect()
    }

    /// The rows as batches, encoded anew each time.
    fn batches(&mut self, sorted: bool) -> Vec<RecordBatch> {
        let random = &mut self.random;
        let mut records = self.records.clone();
        for n in (1..records.len()).rev() {
            records.swap(n, random.below(n as u64 + 1) as usize);
        }
        if sorted {
            match self.subjects {
                Subjects::Texts => records.sort_by(|a, b| a.subject.cmp(&b.subject)),
                _ => records.sort_by_key(|record| record.subject.parse::<i64>().unwrap()),
            }
        }
        let table = columns_of(&records);
        let observations = records.iter().all(|record| matches!(record.body, Body::Observation { .. }));
        let mut columns: Vec<(String, ArrayRef, DataType)> = Vec::new();
        for (field, column) in table.schema().fields().iter().zip(table.columns()) {
            let name = field.name().as_str();
            if name == "id" && !self.with_ids || name == "type" && observations && random.one_in(2) {
                continue;
            }
            let optional = ["revision", "withdrawn", "severity", "status", "reach", "incident", "amount", "context", "passed", "failed"];
            let empty = match name {
                "revision" => column.as_primitive::<UInt32Type>().iter().all(|n| n == Some(0)),
                "withdrawn" => column.as_boolean().true_count() == 0,
                _ => column.null_count() == column.len(),
            };
            if optional.contains(&name)
                && empty
                && !(observations && matches!(name, "passed" | "failed"))
                && (self.plain || random.one_in(2))
            {
                continue;
            }
            let of = Self::encoding(random, self.subjects, name);
            let of = if self.plain && matches!(name, "passed" | "failed") { DataType::UInt32 } else { of };
            columns.push((name.to_owned(), column.clone(), of));
        }
        // Dictionaries that all chunks share, or each chunk's own.
        let whole = random.one_in(2);
        let encode = |column: &ArrayRef, of: &DataType| {
            let column = if *of == DataType::Dictionary(Box::new(DataType::Int64), Box::new(DataType::Utf8)) {
                // Values in no order, and each twice.
                doubled(column)
            } else {
                cast(column, of).unwrap_or_else(|error| panic!("{of}: {error}"))
            };
            assert_eq!(column.data_type(), of);
            column
        };
        let fields: Vec<Field> = columns.iter().map(|(name, _, of)| Field::new(name, of.clone(), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let encoded: Vec<ArrayRef> = columns.iter().map(|(_, column, of)| encode(column, of)).collect();
        let mut batches = Vec::new();
        let mut start = 0;
        loop {
            let most = if random.one_in(2) { 7 } else { 300 };
            let len = (random.below(most) as usize).min(records.len() - start);
            let part = |whole_column: &ArrayRef, (_, column, of): &(String, ArrayRef, DataType)| {
                if whole { whole_column.slice(start, len) } else { encode(&column.slice(start, len), of) }
            };
            let parts = encoded.iter().zip(&columns).map(|(encoded, column)| part(encoded, column)).collect();
            batches.push(RecordBatch::try_new(schema.clone(), parts).unwrap());
            start += len;
            if start == records.len() {
                return batches;
            }
        }
    }

    /// The rows as batches whose subjects are entries of one dictionary in no order, which has more of them.
    fn by_dictionary(&mut self, sorted: bool) -> Vec<RecordBatch> {
        let batches = self.batches(false);
        let mut all = concat_batches(&batches[0].schema(), &batches).unwrap();
        let subjects = cast(all.column_by_name("subject").unwrap(), &DataType::Utf8).unwrap();
        let mut entries: Vec<&str> = subjects.as_string::<i32>().iter().flatten().chain(["nobody", "nobody else"]).collect();
        entries.sort_unstable();
        entries.dedup();
        let random = &mut self.random;
        for n in (1..entries.len()).rev() {
            entries.swap(n, random.below(n as u64 + 1) as usize);
        }
        let place = |text: Option<&str>| i32::try_from(entries.iter().position(|entry| Some(*entry) == text).unwrap()).unwrap();
        let keys: ArrayRef = Arc::new(subjects.as_string::<i32>().iter().map(|text| Some(place(text))).collect::<Int32Array>());
        let [key, value] = [&[DataType::Int32, DataType::UInt16, DataType::Int64][..], &[DataType::Utf8, DataType::LargeUtf8]]
            .map(|all| all[random.below(all.len() as u64) as usize].clone());
        let of = DataType::Dictionary(Box::new(key.clone()), Box::new(value.clone()));
        let values = cast(&StringArray::from(entries), &value).unwrap();
        let keys = cast(&keys, &key).unwrap().to_data().into_builder().data_type(of.clone()).add_child_data(values.to_data());
        let subject = arrow_array::make_array(keys.build().unwrap());
        let mut columns = all.columns().to_vec();
        let place = all.schema().index_of("subject").unwrap();
        columns[place] = subject;
        let schema = all.schema();
        let fields = schema.fields().iter().enumerate().map(|(n, field)| match n {
            _ if n == place => Arc::new(Field::new("subject", of.clone(), true)),
            _ => field.clone(),
        });
        all = RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), columns).unwrap();
        if sorted {
            let keys = cast(all.column(place).as_any_dictionary().keys(), &DataType::Int64).unwrap();
            let mut rows: Vec<u32> = (0..u32::try_from(all.num_rows()).unwrap()).collect();
            rows.sort_by_key(|&row| keys.as_primitive::<arrow_array::types::Int64Type>().value(row as usize));
            all = take_record_batch(&all, &UInt32Array::from(rows)).unwrap();
        }
        let each = if random.one_in(2) { 13 } else { 4000 };
        (0..all.num_rows()).step_by(each).map(|start| all.slice(start, each.min(all.num_rows() - start))).collect()
    }

    fn encoding(random: &mut Random, subjects: Subjects, name: &str) -> DataType {
        let plain = [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View];
        let keys = [DataType::Int16, DataType::Int32, DataType::UInt16, DataType::UInt32, DataType::UInt64];
        let mut pick = |all: &[DataType]| all[random.below(all.len() as u64) as usize].clone();
        match name {
            "subject" if subjects == Subjects::Close => {
                pick(&[DataType::Int16, DataType::Int32, DataType::Int64, DataType::UInt16, DataType::UInt32, DataType::UInt64])
            }
            "subject" if subjects == Subjects::Sparse => pick(&[DataType::Int64, DataType::UInt64]),
            "date" => {
                let zone = pick(&[DataType::Null, DataType::Utf8]) == DataType::Null;
                let zone = if zone { None } else { Some("+00:00".into()) };
                let unit = |unit| DataType::Timestamp(unit, zone.clone());
                pick(&[
                    DataType::Date32,
                    DataType::Date64,
                    unit(TimeUnit::Second),
                    unit(TimeUnit::Millisecond),
                    unit(TimeUnit::Microsecond),
                    unit(TimeUnit::Nanosecond),
                    DataType::Utf8,
                    DataType::Dictionary(Box::new(DataType::Int16), Box::new(DataType::Utf8)),
                ])
            }
            "passed" | "failed" | "revision" => {
                pick(&[DataType::UInt32, DataType::Int32, DataType::Int64, DataType::UInt16, DataType::Float64])
            }
            "reach" => pick(&[DataType::UInt64, DataType::Int64, DataType::Float64]),
            "amount" => DataType::Float64,
            "withdrawn" => DataType::Boolean,
            _ => match pick(&[DataType::Null, DataType::Boolean, DataType::Int64]) {
                DataType::Null => pick(&plain),
                DataType::Boolean => DataType::Dictionary(Box::new(pick(&keys)), Box::new(pick(&plain[..2]))),
                _ => DataType::Dictionary(Box::new(DataType::Int64), Box::new(DataType::Utf8)),
            },
        }
    }

    fn previous(&self) -> Previous {
        let subjects: ArrayRef = Arc::new(self.previous.keys().map(Some).collect::<arrow_array::StringArray>());
        let subjects = if self.subjects == Subjects::Texts { subjects } else { cast(&subjects, &DataType::Int64).unwrap() };
        let tiers: ArrayRef = Arc::new(self.previous.values().map(Some).collect::<arrow_array::StringArray>());
        let batch = RecordBatch::try_from_iter([("subject", subjects), ("tier", tiers)]).unwrap();
        Previous::from_batches([&batch], &self.policy).unwrap()
    }
}

/// A dictionary in which each value stands twice, in descending order, and rows use either.
fn doubled(column: &ArrayRef) -> ArrayRef {
    use arrow_array::types::Int64Type;
    let texts = column.as_string::<i32>();
    let mut values: Vec<&str> = texts.iter().flatten().collect();
    values.sort_unstable();
    values.dedup();
    values.reverse();
    let twice: Vec<&str> = values.iter().chain(&values).copied().collect();
    let key = |(row, text): (usize, Option<&str>)| {
        let place = values.iter().position(|value| Some(*value) == text)?;
        Some((place + if row % 2 == 0 { values.len() } else { 0 }) as i64)
    };
    let keys = texts.iter().enumerate().map(key).collect();
    Arc::new(arrow_array::DictionaryArray::<Int64Type>::try_new(keys, Arc::new(arrow_array::StringArray::from(twice))).unwrap())
}

/// The rows of a result by subject, as the engine orders them.
fn rows(batches: &[RecordBatch]) -> Vec<(String, RecordBatch)> {
    let mut rows = Vec::new();
    for batch in batches {
        let subjects = cast(batch.column_by_name("subject").unwrap(), &DataType::Utf8).unwrap();
        let subjects = subjects.as_string::<i32>();
        rows.extend((0..batch.num_rows()).map(|row| (subjects.value(row).to_owned(), batch.slice(row, 1))));
    }
    rows
}

fn check(table: &Table, expected: &BTreeMap<String, uytin::Assessment>, batches: &[RecordBatch], summary: &Summary, columns: Columns) {
    let rows = rows(batches);
    let mut order: Vec<&String> = expected.keys().collect();
    if columns.dictionary {
        let kept = batches.first().map(|batch| batch.column_by_name("subject").unwrap().as_any_dictionary().values().clone());
        let kept = cast(&kept.unwrap_or_else(|| Arc::new(StringArray::from(Vec::<&str>::new()))), &DataType::Utf8).unwrap();
        order.sort_by_key(|subject| kept.as_string::<i32>().iter().position(|entry| entry == Some(subject)));
    } else if table.subjects != Subjects::Texts {
        order.sort_by_key(|subject| subject.parse::<i64>().unwrap());
    }
    assert_eq!(rows.iter().map(|(subject, _)| subject).collect::<Vec<_>>(), order);
    let mut counts = [0; 9];
    for (subject, row) in &rows {
        let assessment = &expected[subject];
        let real = |name: &str| row.column_by_name(name).unwrap().as_primitive::<Float64Type>().value(0);
        assert_eq!(real("score"), assessment.score.value(), "{subject}");
        assert_eq!(real("lower"), assessment.interval.lower.value(), "{subject}");
        assert_eq!(real("upper"), assessment.interval.upper.value(), "{subject}");
        assert_eq!(real("coverage").to_bits(), assessment.coverage.to_bits(), "{subject}");
        let tier = row.column_by_name("tier").unwrap().as_dictionary::<Int16Type>();
        assert_eq!(tier.downcast_dict::<arrow_array::StringArray>().unwrap().into_iter().next().unwrap(), Some(&*assessment.tier));
        let day = row.column_by_name("valid_until").unwrap().as_primitive::<Date32Type>().value(0);
        assert_eq!(Date::from_days(day).unwrap(), assessment.valid_until);
        assert_eq!(row.column_by_name("human_review").unwrap().as_boolean().value(0), assessment.needs_human_review(), "{subject}");
        for pillar in &table.policy.document().pillars {
            let column = row.column_by_name(&format!("pillar_{}", pillar.id));
            assert_eq!(column.is_some(), columns.pillars);
            let Some(column) = column.map(|column| column.as_primitive::<Float64Type>().clone()) else { continue };
            let found = column.is_valid(0).then(|| column.value(0));
            let score = assessment.pillars.iter().find(|score| score.id == pillar.id).map(|score| score.score.value());
            assert_eq!(found, score, "{subject} {}", pillar.id);
        }
        let mut own = [0; 9];
        assessment.set_aside.iter().for_each(|aside| own[aside.reason as usize] += 1);
        own.iter().zip(&mut counts).for_each(|(own, all)| *all += u64::from(*own));
        if columns.set_aside {
            let column = row.column_by_name("set_aside").unwrap().as_struct().clone();
            let found: Vec<u32> = column.columns().iter().map(|counts| counts.as_primitive::<UInt32Type>().value(0)).collect();
            assert_eq!(found, own, "{subject}");
        }
        if columns.json {
            assert_eq!(row.column_by_name("assessment").unwrap().as_string::<i32>().value(0), assessment.to_json(), "{subject}");
        }
        if columns.waterfall {
            let list = row.column_by_name("waterfall").unwrap().as_list::<i32>().value(0);
            let points = list.as_struct().column_by_name("points").unwrap().as_primitive::<Float64Type>().clone();
            assert!(points.values().iter().copied().eq(assessment.waterfall.iter().map(|part| part.points.value())));
        }
        if columns.criteria {
            let list = row.column_by_name("criteria").unwrap().as_list::<i32>().value(0);
            let mean = list.as_struct().column_by_name("mean").unwrap().as_primitive::<Float64Type>().clone();
            assert!(mean.values().iter().copied().eq(assessment.criteria.iter().map(|criterion| criterion.mean)));
        }
        if columns.reasons {
            let list = row.column_by_name("reasons").unwrap().as_list::<i32>().value(0);
            let text = list.as_struct().column_by_name("vi").unwrap().as_string::<i32>().clone();
            let expected = assessment.reasons.iter().map(|reason| reason.text(&table.policy, uytin::Language::Vietnamese));
            assert!(text.iter().map(|text| text.unwrap().to_owned()).eq(expected));
        }
    }
    assert_eq!(summary.set_aside, counts);
    assert_eq!(summary.rows, table.records.len() as u64);
    assert_eq!(summary.subjects, expected.len() as u64);
    let gone = table.previous.keys().filter(|subject| !expected.contains_key(*subject)).count();
    assert_eq!(summary.previous_without_records, gone as u64);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_gives_what_assess_gives(seed: u64) {
        let mut table = Table::new(seed);
        let expected = table.expected();
        let previous = table.previous();
        let policy = table.policy.clone();
        let only_counts = Columns { set_aside: true, ..Columns::default() };
        for (sorted, columns, threads) in
            [(false, Columns::default(), 2), (false, only_counts, 1), (true, only_counts, 3), (false, Columns::ALL, 2), (true, Columns::ALL, 1)]
        {
            let batches = table.batches(sorted);
            let job = Job { sorted, columns, threads, previous: Some(&previous), ..Job::new(&policy, as_of()) };
            let (result, summary) = job.run(&batches).unwrap();
            check(&table, &expected, &result, &summary, columns);
            let mut streamed = Vec::new();
            let of_stream = job.stream(batches.iter().cloned().map(Ok), |batch| { streamed.push(batch); Ok(()) }).unwrap();
            prop_assert_eq!(&of_stream, &summary);
            check(&table, &expected, &streamed, &summary, columns);
        }
        if table.subjects == Subjects::Texts {
            let few = Columns { pillars: false, dictionary: true, ..Columns::default() };
            for (sorted, columns) in [(false, few), (true, few), (false, Columns { set_aside: true, ..few }), (true, Columns { dictionary: true, ..Columns::ALL })] {
                let batches = table.by_dictionary(sorted);
                let job = Job { sorted, columns, threads: 2, previous: Some(&previous), ..Job::new(&policy, as_of()) };
                let (result, summary) = job.run(&batches).unwrap();
                check(&table, &expected, &result, &summary, columns);
                let mut streamed = Vec::new();
                job.stream(batches.iter().cloned().map(Ok), |batch| { streamed.push(batch); Ok(()) }).unwrap();
                check(&table, &expected, &streamed, &summary, columns);
            }
        }
    }
}

#[test]
fn the_vectors_come_out_of_the_engine() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors");
    let cases = std::fs::read_to_string(format!("{folder}/cases.jsonl")).unwrap();
    let mut checked = 0;
    for line in cases.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let policy = std::fs::read_to_string(format!("{folder}/policies/{}.json", case["policy"].as_str().unwrap())).unwrap();
        let policy = Policy::from_json(&policy).unwrap();
        let records: Vec<Record> =
            case["records"].as_array().unwrap().iter().map(|record| Record::from_json(&record.to_string()).unwrap()).collect();
        if records.is_empty() {
            continue;
        }
        let previous = case["previous_tier"].as_str().map(|tier| {
            let column = |text: &str| -> ArrayRef { Arc::new(arrow_array::StringArray::from(vec![text.to_owned()])) };
            let subject = case["subject"].as_str().unwrap();
            let batch = RecordBatch::try_from_iter([("subject", column(subject)), ("previous_tier", column(tier))]).unwrap();
            Previous::from_batches([&batch], &policy).unwrap()
        });
        let day: Date = case["as_of"].as_str().unwrap().parse().unwrap();
        let job = Job { previous: previous.as_ref(), threads: 1, ..Job::new(&policy, day) };
        let (result, _) = job.run(&[columns_of(&records)]).unwrap();
        let rows = rows(&result);
        let (_, row) = rows.iter().find(|(subject, _)| *subject == case["subject"]).unwrap();
        let real = |name: &str| row.column_by_name(name).unwrap().as_primitive::<Float64Type>().value(0);
        let expected = &case["expected"];
        assert_eq!(real("score"), expected["score"].as_f64().unwrap());
        assert_eq!(real("lower"), expected["interval"]["lower"].as_f64().unwrap());
        assert_eq!(real("upper"), expected["interval"]["upper"].as_f64().unwrap());
        assert!((real("coverage") - expected["coverage"].as_f64().unwrap()).abs() < 1e-6);
        let tier = cast(row.column_by_name("tier").unwrap(), &DataType::Utf8).unwrap();
        assert_eq!(tier.as_string::<i32>().value(0), expected["tier"].as_str().unwrap());
        checked += 1;
    }
    assert!(checked > 250, "{checked}");
}

#[test]
fn one_subject_of_many_rows_and_many_subjects_of_one() {
    let policy = Policy::reference();
    let names = Names::of(&policy);
    let mut records: Vec<Record> = (0..60_000).map(|seed| record(&names, seed)).collect();
    for (n, record) in records.iter_mut().enumerate() {
        record.id = n.to_string();
        record.body = Body::Observation { passed: n as u32 % 7, failed: n as u32 % 3 };
    }
    let ledger = random::ledger(&records);
    let score = ledger.bind_subject(&policy, random::SUBJECT).score(as_of(), None).score;
    let one = columns_of(&records);
    for (n, record) in records.iter_mut().enumerate() {
        record.subject = format!("{n:06}");
    }
    let many = columns_of(&records);
    for sorted in [false, true] {
        let job = Job { sorted, ..Job::new(&policy, as_of()) };
        let cut: Vec<RecordBatch> = (0..60).map(|n| one.slice(n * 1000, 1000)).collect();
        let (result, summary) = job.run(&cut).unwrap();
        assert_eq!((summary.rows, summary.subjects), (60_000, 1));
        assert_eq!(result[0].column_by_name("score").unwrap().as_primitive::<Float64Type>().value(0), score.value());
        let (result, summary) = job.run(std::slice::from_ref(&many)).unwrap();
        assert_eq!((summary.rows, summary.subjects), (60_000, 60_000));
        assert_eq!(result.iter().map(RecordBatch::num_rows).sum::<usize>(), 60_000);
    }
    let none = Job::new(&policy, as_of()).run(&[one.slice(0, 0)]).unwrap();
    assert_eq!(none, (vec![], Summary::default()));
    assert_eq!(Job::new(&policy, as_of()).run(&[]).unwrap().1, Summary::default());
    assert_eq!(SetAside::ALL.len(), none.1.set_aside.len());
}

/// Plain observations in this order of their numbers.
fn observations(policy: &Policy, order: impl Iterator<Item = u32> + Clone, subjects: u32) -> Vec<RecordBatch> {
    // Texts by dictionary, which is how large tables hold them.
    let column = |texts: &[&str], place: &dyn Fn(u32) -> u32| -> ArrayRef {
        let keys = order.clone().map(|n| i32::try_from(place(n)).unwrap() % i32::try_from(texts.len()).unwrap()).collect();
        let values = Arc::new(StringArray::from(texts.to_vec()));
        Arc::new(DictionaryArray::<Int32Type>::new(keys, values))
    };
    let document = policy.document();
    let classes: Vec<&str> = document.sources.iter().map(|(class, _)| &**class).collect();
    let criteria: Vec<&str> = document.pillars.iter().flat_map(|pillar| &pillar.criteria).map(|criterion| &*criterion.id).collect();
    let counts = |step: u32| -> ArrayRef { Arc::new(order.clone().map(|n| n / step % 5).collect::<UInt32Array>()) };
    let day = as_of().days();
    let columns: [(&str, ArrayRef); 7] = [
        ("subject", Arc::new(order.clone().map(|n| i32::try_from(n % subjects).unwrap()).collect::<Int32Array>())),
        ("source", column(&["a", "b", "c"], &|n| n / 7)),
        ("source_class", column(&classes, &|n| n / 11)),
        ("criterion", column(&criteria, &|n| n / 3)),
        ("date", Arc::new(order.clone().map(|n| Some(day - i32::try_from(n % 1000).unwrap())).collect::<Date32Array>())),
        ("passed", counts(2)),
        ("failed", counts(13)),
    ];
    let all = RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap();
    let rows = all.num_rows();
    (0..rows).step_by(300_000).map(|start| all.slice(start, (rows - start).min(300_000))).collect()
}

/// Enough rows for several pieces of memory, which results then take over from rows.
#[test]
fn a_large_table_gives_the_same_in_any_order() {
    const ROWS: u32 = 800_000;
    const SUBJECTS: u32 = 200_000;
    let policy = Policy::reference();
    let sorted = observations(&policy, (0..SUBJECTS).flat_map(|subject| (subject..ROWS).step_by(SUBJECTS as usize)), SUBJECTS);
    // A prime step through all of them.
    let shuffled = observations(&policy, (0..ROWS).map(|n| u32::try_from(u64::from(n) * 7_919 % u64::from(ROWS)).unwrap()), SUBJECTS);
    let job = Job::new(&policy, as_of());
    let (expected, summary) = Job { sorted: true, ..job }.run(&sorted).unwrap();
    let expected = concat_batches(&expected[0].schema(), &expected).unwrap();
    assert_eq!((summary.rows, summary.subjects), (ROWS.into(), SUBJECTS.into()));
    for threads in [1, 3] {
        let (result, same) = Job { threads, ..job }.run(&shuffled).unwrap();
        assert_eq!(same, summary);
        assert!(concat_batches(&result[0].schema(), &result).unwrap() == expected, "{threads} threads");
    }
    // By a dictionary in no order, whose numbers are kept.
    let in_dictionary: Vec<u32> = (0..SUBJECTS).map(|n| (n * 7_919) % SUBJECTS).collect();
    let mut places = vec![0; SUBJECTS as usize];
    (0..).zip(&in_dictionary).for_each(|(place, &n)| places[n as usize] = place);
    let by_name = |batch: &RecordBatch| {
        let numbers = batch.column(0).as_primitive::<Int32Type>();
        let place = |n: i32| places[usize::try_from(n).unwrap()];
        let values = Arc::new(StringArray::from_iter_values(in_dictionary.iter().map(|n| format!("{n:06}"))));
        let mut columns = batch.columns().to_vec();
        columns[0] = Arc::new(DictionaryArray::<Int32Type>::new(numbers.unary(place), values));
        let names = batch.schema_ref().fields().iter().map(|field| field.name().clone());
        RecordBatch::try_from_iter_with_nullable(names.zip(columns).map(|(name, column)| (name, column, true))).unwrap()
    };
    let (result, same) = job.run(&shuffled.iter().map(by_name).collect::<Vec<_>>()).unwrap();
    assert_eq!(same, summary);
    let result = concat_batches(&result[0].schema(), &result).unwrap();
    assert!(result.columns()[1..] == expected.columns()[1..]);
    assert!(result.column(0).as_string::<i32>().iter().flatten().eq((0..SUBJECTS).map(|n| format!("{n:06}"))));
    // In the order of that dictionary.
    let columns = Columns { pillars: false, dictionary: true, ..Columns::default() };
    let (result, same) = Job { columns, ..job }.run(&shuffled.iter().map(by_name).collect::<Vec<_>>()).unwrap();
    assert_eq!(same, summary);
    let result = concat_batches(&result[0].schema(), &result).unwrap();
    let keys = result.column(0).as_dictionary::<Int32Type>();
    assert!(keys.keys().values().iter().copied().eq(0..i32::try_from(SUBJECTS).unwrap()));
    assert!(keys.downcast_dict::<StringArray>().unwrap().into_iter().flatten().eq(in_dictionary.iter().map(|n| format!("{n:06}"))));
    let scores = |batch: &RecordBatch| batch.column_by_name("score").unwrap().as_primitive::<Float64Type>().clone();
    let (found, expected) = (scores(&result), scores(&expected));
    assert!(found.values().iter().zip(&in_dictionary).all(|(score, &n)| *score == expected.value(n as usize)));
    assert_eq!(result.num_columns(), 8);
}

/// Nothing takes memory by the pairs of criteria and classes.
#[test]
fn a_policy_of_many_criteria_and_classes_is_no_trouble() {
    let mut policy: serde_json::Value = serde_json::from_str(Policy::reference_json()).unwrap();
    let classes = policy["sources"].as_object_mut().unwrap();
    let class = classes["auditor"].clone();
    classes.extend((0..3000).map(|n| (format!("class-{n}"), class.clone())));
    let criteria = policy["pillars"][0]["criteria"].as_array_mut().unwrap();
    let one = criteria[0].clone();
    criteria.extend((0..1200).map(|n| {
        let mut other = one.clone();
        other["id"] = format!("criterion-{n}").into();
        other
    }));
    let policy = Policy::from_json(&policy.to_string()).unwrap();
    let batches = observations(&policy, 0..40_000, 500);
    let (result, summary) = Job::new(&policy, as_of()).run(&batches).unwrap();
    assert_eq!((summary.rows, summary.subjects), (40_000, 500));
    let result = concat_batches(&result[0].schema(), &result).unwrap();
    let column = |n: usize| cast(batches[0].column(n), &DataType::Utf8).unwrap();
    let [subjects, sources, classes, criteria] = [0, 1, 2, 3].map(column);
    let text = |column: &ArrayRef, row: usize| column.as_string::<i32>().value(row).to_owned();
    let count = |n: usize, row: usize| batches[0].column(n).as_primitive::<UInt32Type>().value(row);
    let mut ledger = Ledger::new();
    for row in (0..40_000).filter(|&row| text(&subjects, row) == "17") {
        let record = Record {
            id: row.to_string(),
            revision: 0,
            withdrawn: false,
            subject: text(&subjects, row),
            source: text(&sources, row),
            source_class: text(&classes, row),
            criterion: text(&criteria, row),
            date: Date::from_days(batches[0].column(4).as_primitive::<Date32Type>().value(row)).unwrap(),
            context: None,
            body: Body::Observation { passed: count(5, row), failed: count(6, row) },
        };
        ledger.add(record).unwrap();
    }
    let expected = uytin::assess(&policy, &ledger, "17", as_of(), None);
    let value = |name: &str| result.column_by_name(name).unwrap().as_primitive::<Float64Type>().value(17);
    assert_eq!(
        ["score", "lower", "upper"].map(value),
        [expected.score, expected.interval.lower, expected.interval.upper].map(uytin::Points::value)
    );
    assert_eq!(value("coverage").to_bits(), expected.coverage.to_bits());
}
