//! Tables in and columns out, through the batch engine.

use std::collections::HashMap;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::Int16Type;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray, UInt64Array, new_null_array};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use tempfile::NamedTempFile;
use uytin::{Code, Date, Error, Fault, Policy, quote};
use uytin_columns::{
    Batches, Columns, Format as Table, Groups, Job, Previous, Summary, Writer, columns_of, is_synthetic, labelled, output_schema,
};

use crate::args::{Assess, Engine, Format, Records, With};
use crate::assess::Sheet;
use crate::failure::{Failure, Result, plain};
use crate::input::{self, InputFormat, Skipped, Source, quote_path};
use crate::interrupt;
use crate::output::{self, Output};
use crate::text::Words;

/// Batches that wait between reading, engine and output.
const WAITING: usize = 2;

/// Assesses records by the engine: tables, or JSON Lines as batches of columns.
pub fn assess(args: &Assess, sheet: &mut Sheet<'_>, output: Output, format: Format) -> Result<Skipped> {
    let policy = &sheet.policy.policy;
    let is_table = |path: &PathBuf| InputFormat::table(args.records.input_format, path).is_some();
    let tables = args.records.files.iter().all(is_table).then(|| Tables::open(&args.records, policy, sheet.as_of, None)).transpose()?;
    let schema = tables.as_ref().map_or_else(|| columns_of([]).schema(), |tables| tables.schema.clone());
    let subject = schema.field_with_name("subject").map_or(DataType::Utf8, |field| field.data_type().clone());
    let previous = args.previous.as_deref().map(|path| previous(path, policy, subject.is_integer())).transpose()?;
    let mut columns = Columns { json: format.columns().is_none(), ..Columns::default() };
    for column in &args.with {
        match column {
            With::Waterfall => columns.waterfall = true,
            With::Criteria => columns.criteria = true,
            With::Reasons => columns.reasons = true,
            With::SetAside => columns.set_aside = true,
            With::Assessment => columns.json = true,
        }
    }
    let rows = tables.as_ref().and_then(|tables| tables.rows);
    sheet.progress.scoring(rows.unwrap_or_default());
    // Called from other threads, which cannot have the sheet.
    let bar = sheet.progress;
    let tell = move |progress: uytin_columns::Progress| bar.at(progress.rows, progress.subjects);
    let mut job = Job::new(policy, sheet.as_of);
    set(&mut job, &args.engine);
    job.columns = columns;
    job.previous = previous.as_ref();
    job.progress = Some(&tell);
    job.rows_total = rows;

    let out_schema = labelled(output_schema(policy, sheet.as_of, &subject, columns), &schema);
    sheet.synthetic = is_synthetic(&schema);
    let write = |results: Results| match format.columns() {
        Some(columns) => {
            let name = output.name().to_owned();
            output.write_by_path(|path| columns_out(path, &name, columns, &out_schema, results, sheet))
        }
        None => sheet.write(output, format, results.flat_map(|batch| jsons(batch, sheet))),
    };
    let (summary, skipped) = match tables {
        Some(tables) => {
            let begun = tables.begun.clone();
            (
                run(&job, tables, write).map_err(|stop| stop.into_failure(&begun.lock().unwrap_or_else(PoisonError::into_inner)))?,
                Skipped::default(),
            )
        }
        None => run_records(&job, &args.records, write)?,
    };
    sheet.progress.clear();
    sheet.say_summary(format);
    if !sheet.quiet {
        say_set_aside(&summary, &sheet.words);
    }
    Ok(skipped)
}

/// Has the job work as the user asks.
pub fn set(job: &mut Job<'_>, engine: &Engine) {
    job.threads = engine.threads.unwrap_or_default().into();
    job.sorted = engine.sorted;
    job.memory_limit = engine.memory_limit.unwrap_or(job.memory_limit);
    job.cancel = Some(&interrupt::ASKED);
}

/// Records as a stream of batches, of which each can be of any file.
pub struct Stream<'a> {
    pub batches: Box<dyn Iterator<Item = std::result::Result<RecordBatch, Error>> + Send + 'a>,
    /// How many rows there are, where the files say so.
    pub rows: Option<u64>,
    /// Whether subjects are integers.
    pub integers: bool,
    /// Whether the records are synthetic.
    pub synthetic: bool,
}

/// Whether every file is a table that can be read again.
pub fn can_be_read_again(records: &Records) -> bool {
    records.files.iter().all(|path| path.as_os_str() != "-" && InputFormat::table(records.input_format, path).is_some())
}

/// The tables of records once more.
pub fn again(
    records: &Records,
    policy: &Policy,
    as_of: Date,
    apart: Option<&str>,
) -> Result<impl Iterator<Item = std::result::Result<RecordBatch, Error>> + Send + use<>> {
    Tables::open(records, policy, as_of, apart)
}

/// The groups of subjects that a column of the tables of records gives.
pub fn groups_of_records(records: &Records, policy: &Policy, as_of: Date, column: &str) -> Result<Groups> {
    if let Some(path) = records.files.iter().find(|path| InputFormat::table(records.input_format, path).is_none()) {
        return Err(Failure::at(Source::of(path), "JSON Lines", "tables with the column of groups, or `--groups`"));
    }
    let mut tables = Tables::open(records, policy, as_of, Some(column))?;
    tables.groups = Some(Groups::new(column));
    let begun = tables.begun.clone();
    for batch in tables.by_ref() {
        batch.map_err(|error| Stop::Engine(error).into_failure(&begun.lock().unwrap_or_else(PoisonError::into_inner)))?;
    }
    tables.groups.ok_or_else(|| Failure::new("no groups were read"))
}

/// The groups of subjects that a table gives: by this column, or by the only one beside `subject`.
pub fn groups_of_table(path: &Path, column: Option<&str>) -> Result<Groups> {
    let name = Source::of(path).to_string();
    let format = Table::of_path(path).ok_or_else(|| Failure::at(&name, "no such format", "a table: .csv, .parquet or .arrow"))?;
    let (batches, _spooled) = open(path, format, "a table of groups")?;
    let others: Vec<&str> = batches.schema.fields().iter().map(|field| field.name().as_str()).filter(|field| *field != "subject").collect();
    let column = match (column, others.as_slice()) {
        (Some(column), _) => column.to_owned(),
        (None, [only]) => (*only).to_owned(),
        (None, []) => {
            let found = if batches.schema.fields().is_empty() { "no columns" } else { "the column `subject` alone" };
            return Err(Failure::at(&name, found, "the columns `subject` and the group's"));
        }
        (None, all) => return Err(Failure::at(&name, format_args!("the columns {}", all.join(", ")), "one of them, by `--group-column`")),
    };
    let mut groups = Groups::new(&column);
    groups.add(&RecordBatch::new_empty(batches.schema.clone())).map_err(|error| Failure::of(&name, &error))?;
    for batch in batches {
        let added = batch.and_then(|batch| groups.add(&batch));
        added.map_err(|error| Failure::Faults(in_file(&name, &error).faults().map(Fault::to_string).collect()))?;
    }
    Ok(groups)
}

/// Hands the records of every file, tables or JSON Lines, to `work`; `apart` is a column that is no part of the records.
pub fn with_batches<T>(
    records: &Records,
    policy: &Policy,
    as_of: Date,
    apart: Option<&str>,
    work: impl FnOnce(Stream<'_>) -> std::result::Result<T, Stop>,
) -> Result<(T, Skipped)> {
    if records.files.iter().any(|path| InputFormat::table(records.input_format, path).is_some()) {
        let tables = Tables::open(records, policy, as_of, apart)?;
        if let Some(path) = records.files.iter().find(|path| InputFormat::table(records.input_format, path).is_none()) {
            return Err(Failure::at(Source::of(path), "JSON Lines", "a table: not both together"));
        }
        let begun = tables.begun.clone();
        let integers = tables.schema.field_with_name("subject").is_ok_and(|field| field.data_type().is_integer());
        let synthetic = is_synthetic(&tables.schema);
        let done = work(Stream { rows: tables.rows, batches: Box::new(tables), integers, synthetic });
        return match done {
            Ok(done) => Ok((done, Skipped::default())),
            Err(stop) => Err(stop.into_failure(&begun.lock().unwrap_or_else(PoisonError::into_inner))),
        };
    }
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel(WAITING);
        let reader = scope.spawn(move || read_into(records, &send));
        let done = work(Stream { batches: Box::new(receive.into_iter()), rows: None, integers: false, synthetic: false });
        let read = reader.join().unwrap_or_else(|_| Err(Failure::new("the reader ended by a fault of its own")));
        match (done, read) {
            (Ok(done), read) => Ok((done, read?)),
            (Err(Stop::Engine(error)), Err(failure)) if error.code() == Code::Io => Err(failure),
            (Err(stop), _) => Err(stop.into_failure(&[])),
        }
    })
}

/// Sends records of JSON Lines as batches.
fn read_into(records: &Records, send: &SyncSender<std::result::Result<RecordBatch, Error>>) -> Result<Skipped> {
    let read = input::read_batches(records, |batch| send.send(Ok(batch)).is_ok());
    if read.is_err() {
        // So that the engine ends without a result.
        let _ = send.send(Err(Fault::new(Code::Io, "", "records that cannot be read", "records").into()));
    }
    read
}

/// Why the engine's work ends early.
pub enum Stop {
    Engine(Error),
    Failure(Failure),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl Stop {
    /// With the file in which the row stands, of those begun with their first rows.
    fn into_failure(self, begun: &[(String, u64)]) -> Failure {
        let error = match self {
            Self::Failure(failure) => return failure,
            Self::Engine(error) if error.code() == Code::Cancelled => return Failure::Interrupted,
            Self::Engine(error) => error,
        };
        let placed = |fault: &Fault| {
            let row = fault.path.strip_prefix("row ").and_then(|rest| rest.split_once(':'));
            let Some((row, rest)) = row.and_then(|(row, rest)| Some((row.parse::<u64>().ok()?, rest))) else { return fault.to_string() };
            let Some((name, first)) = begun.iter().rfind(|(_, first)| *first <= row) else { return fault.to_string() };
            fault.clone().at(format!("{name}: row {}:{rest}", row - first)).to_string()
        };
        Failure::Faults(error.faults().map(placed).collect())
    }
}

/// The engine at work on another thread, its result handed to `write`.
fn run(
    job: &Job<'_>,
    input: impl Iterator<Item = std::result::Result<RecordBatch, Error>> + Send,
    write: impl FnOnce(Results) -> Result<()>,
) -> std::result::Result<Summary, Stop> {
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel(WAITING);
        let engine = scope.spawn(move || {
            let gone = |_| Error::from(Fault::new(Code::Cancelled, "", "an output that takes no more", "one that does"));
            let summary = job.stream(input, |batch| send.send(Some(batch)).map_err(gone))?;
            send.send(None).map_err(gone)?;
            Ok(summary)
        });
        let written = write(Results { receive, ended: false });
        match engine.join() {
            Ok(Ok(summary)) => written.map(|()| summary).map_err(Stop::Failure),
            // Where the output has failed, the engine only says that it takes no more.
            Ok(Err::<_, Error>(error)) if error.code() == Code::Cancelled && !interrupt::is_asked() => {
                Err(written.err().map_or(Stop::Engine(error), Stop::Failure))
            }
            Ok(Err(error)) => Err(Stop::Engine(error)),
            Err(_) => Err(Stop::Failure(Failure::new("the batch engine ended by a fault of its own"))),
        }
    })
}

/// As [`run`], with records of JSON Lines.
fn run_records(job: &Job<'_>, records: &Records, write: impl FnOnce(Results) -> Result<()>) -> Result<(Summary, Skipped)> {
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel(WAITING);
        let reader = scope.spawn(move || read_into(records, &send));
        let summary = run(job, receive.into_iter(), write);
        let read = reader.join().unwrap_or_else(|_| Err(Failure::new("the reader ended by a fault of its own")));
        match (summary, read) {
            (Ok(summary), read) => Ok((summary, read?)),
            (Err(Stop::Engine(error)), Err(failure)) if error.code() == Code::Io => Err(failure),
            (Err(stop), _) => Err(stop.into_failure(&[])),
        }
    })
}

/// The batches of the result; an error where the engine stops before its end.
struct Results {
    receive: Receiver<Option<RecordBatch>>,
    ended: bool,
}

impl Iterator for Results {
    type Item = io::Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.receive.recv() {
            Ok(Some(batch)) => Some(Ok(batch)),
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(_) => {
                self.ended = true;
                Some(Err(io::Error::other("the engine has stopped")))
            }
        }
    }
}

/// The assessments of a batch as JSON, its tiers counted.
fn jsons(batch: io::Result<RecordBatch>, sheet: &Sheet<'_>) -> Vec<io::Result<String>> {
    let batch = match batch {
        Ok(batch) => batch,
        Err(error) => return vec![Err(error)],
    };
    count_tiers(&batch, sheet);
    let column = batch.column_by_name("assessment").and_then(|column| column.as_string_opt::<i32>());
    column.into_iter().flatten().map(|json| Ok(json.unwrap_or_default().to_owned())).collect()
}

fn count_tiers(batch: &RecordBatch, sheet: &Sheet<'_>) {
    let tiers = batch.column_by_name("tier").and_then(|column| column.as_dictionary_opt::<Int16Type>());
    let Some((keys, ids)) = tiers.and_then(|tiers| Some((tiers.keys(), tiers.values().as_string_opt::<i32>()?))) else { return };
    for (key, id) in (0_i16..).zip(ids) {
        let subjects = keys.values().iter().filter(|&&one| one == key).count();
        if subjects > 0 {
            sheet.count(id.unwrap_or_default(), subjects);
        }
    }
}

/// Writes the result as columns.
fn columns_out(path: &Path, name: &str, format: Table, schema: &SchemaRef, results: Results, sheet: &Sheet<'_>) -> Result<()> {
    let mut writer = Writer::create(path, format, schema).map_err(|error| of_output(name, &error))?;
    for batch in results {
        let batch = batch.map_err(|error| Failure::writing(name, &error))?;
        count_tiers(&batch, sheet);
        writer.write(&batch).map_err(|error| of_output(name, &error))?;
    }
    writer.finish().map_err(|error| of_output(name, &error))
}

/// An error of a file that is written under another name.
pub fn of_output(name: &str, error: &Error) -> Failure {
    Failure::at(name, error.found(), error.expected())
}

/// Says which records do not count, and why.
pub fn say_set_aside(summary: &Summary, words: &Words) {
    let count = |n: u64| words.count(usize::try_from(n).unwrap_or(usize::MAX));
    let reasons: Vec<(String, u64)> = (summary.set_aside())
        .map(|(reason, n)| (format!("{}: {}", words.code("set_aside", reason.as_str()).to_lowercase(), count(n)), n))
        .collect();
    if !reasons.is_empty() {
        let total = count(reasons.iter().map(|(_, n)| n).sum());
        let texts: Vec<&str> = reasons.iter().map(|(text, _)| text.as_str()).collect();
        output::say(&words.with("asideRecords", &[("n", &total), ("reasons", &texts.join("; "))]));
    }
    for (key, n) in [("replacedRecords", summary.replaced), ("previousGone", summary.previous_without_records)] {
        if n > 0 {
            output::say(&words.with(key, &[("n", &count(n))]));
        }
    }
}

/// Several tables as one.
struct Tables {
    files: std::vec::IntoIter<(String, Batches)>,
    current: Option<(String, Batches)>,
    schema: SchemaRef,
    rows: Option<u64>,
    read: u64,
    /// A column that is no part of the records, and what it gives.
    apart: Option<String>,
    groups: Option<Groups>,
    /// The files begun, each with the number of its first row.
    begun: Arc<Mutex<Vec<(String, u64)>>>,
    /// Holds what came by standard input.
    _spooled: Vec<NamedTempFile>,
}

impl Tables {
    fn open(records: &Records, policy: &Policy, as_of: Date, apart: Option<&str>) -> Result<Self> {
        if records.skip_bad {
            return Err(Failure::at("--skip-bad", "a table", "JSON Lines: a table is read whole or not at all"));
        }
        let mut files = Vec::new();
        let mut spooled = Vec::new();
        for path in &records.files {
            let Some(format) = InputFormat::table(records.input_format, path) else { continue };
            let (batches, temporary) = open(path, format, "a file of records")?;
            spooled.extend(temporary);
            let name = Source::of(path).to_string();
            // What is wrong with the columns of this file, before any row is read.
            let empty = without(&RecordBatch::new_empty(batches.schema.clone()), apart);
            Job::new(policy, as_of).run(&[empty]).map_err(|error| Failure::of(&name, &error))?;
            files.push((name, batches));
        }
        let schema = common_schema(&files, apart)?;
        let rows = files.iter().map(|(_, batches)| batches.rows).sum();
        Ok(Self {
            files: files.into_iter(),
            current: None,
            schema,
            rows,
            read: 0,
            apart: apart.map(str::to_owned),
            groups: None,
            begun: Arc::default(),
            _spooled: spooled,
        })
    }

    /// A batch of a file with the columns that all files have in common.
    fn common(&self, batch: &RecordBatch) -> std::result::Result<RecordBatch, arrow_schema::ArrowError> {
        if *batch.schema_ref() == self.schema {
            return Ok(batch.clone());
        }
        let column = |field: &Arc<Field>| match batch.column_by_name(field.name()) {
            Some(column) if column.data_type() == field.data_type() => Ok(column.clone()),
            Some(column) => cast(column, field.data_type()),
            None => Ok(new_null_array(field.data_type(), batch.num_rows())),
        };
        let columns = self.schema.fields().iter().map(column).collect::<std::result::Result<Vec<ArrayRef>, _>>()?;
        RecordBatch::try_new(self.schema.clone(), columns)
    }
}

impl Iterator for Tables {
    type Item = std::result::Result<RecordBatch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if interrupt::is_asked() {
                return Some(Err(Fault::new(Code::Cancelled, "", "a request to stop", "the work to go on").into()));
            }
            let Some((name, batches)) = &mut self.current else {
                let next = self.files.next()?;
                self.begun.lock().unwrap_or_else(PoisonError::into_inner).push((next.0.clone(), self.read));
                self.current = Some(next);
                continue;
            };
            match batches.next() {
                Some(Ok(batch)) => {
                    if let Some(groups) = &mut self.groups
                        && let Err(error) = groups.add(&batch)
                    {
                        let missing = error.code() == Code::MissingField;
                        return Some(Err(if missing { in_file(name, &error) } else { error }));
                    }
                    let batch = without(&batch, self.apart.as_deref());
                    let common = self.common(&batch);
                    let name = self.current.as_ref().map_or_else(String::new, |(name, _)| name.clone());
                    self.read += u64::try_from(batch.num_rows()).unwrap_or_default();
                    return Some(common.map_err(|error| {
                        Fault::new(Code::WrongType, name, quote(&error.to_string()), "columns of the same types as in the files before")
                            .into()
                    }));
                }
                Some(Err(error)) => return Some(Err(in_file(name, &error))),
                None => self.current = None,
            }
        }
    }
}

/// A batch without a column.
fn without(batch: &RecordBatch, column: Option<&str>) -> RecordBatch {
    let Some(place) = column.and_then(|name| batch.schema_ref().index_of(name).ok()) else { return batch.clone() };
    let others: Vec<usize> = (0..batch.num_columns()).filter(|&other| other != place).collect();
    batch.project(&others).unwrap_or_else(|_| batch.clone())
}

/// An error of a file's reader, its place with the file's name.
fn in_file(name: &str, error: &Error) -> Error {
    let place = |fault: &Fault| match fault.code {
        Code::Io => name.to_owned(),
        _ => format!("{name}: {}", fault.path),
    };
    let faults = error.faults().map(|fault| fault.clone().at(place(fault))).collect();
    Error::of(faults).unwrap_or_else(|| error.clone())
}

/// Opens a table; one from standard input is first put on disk, since its end is to be read first.
pub fn open(path: &Path, format: Table, expected: &str) -> Result<(Batches, Option<NamedTempFile>)> {
    let source = Source::of(path);
    let mut content = source.open(expected)?;
    let mut spooled = None;
    if let Source::Standard = source {
        let mut spool = || -> io::Result<NamedTempFile> {
            let mut file = NamedTempFile::new()?;
            io::copy(&mut content, &mut file)?;
            Ok(file)
        };
        spooled = Some(spool().map_err(|error| Failure::new(format!("{source}: cannot read: {}", plain(&error))))?);
    }
    let batches = uytin_columns::read(spooled.as_ref().map_or(path, NamedTempFile::path), format);
    let batches =
        batches.map_err(|error| Failure::Faults(in_file(&source.to_string(), &error).faults().map(Fault::to_string).collect()))?;
    Ok((batches, spooled))
}

/// Every column of the files, in the type that all of them can be read as.
fn common_schema(files: &[(String, Batches)], apart: Option<&str>) -> Result<SchemaRef> {
    let mut fields: Vec<Field> = Vec::new();
    for (name, batches) in files {
        for field in batches.schema.fields().iter().filter(|field| apart != Some(field.name())) {
            let Some(present) = fields.iter_mut().find(|present| present.name() == field.name()) else {
                fields.push(field.as_ref().clone().with_nullable(true));
                continue;
            };
            let Some(common) = common_type(present, field) else {
                return Err(Failure::at(
                    format_args!("{name}: $.{}", field.name()),
                    format_args!("a column of type {}", field.data_type()),
                    format_args!("{}, as in the files before", present.data_type()),
                ));
            };
            *present = Field::new(field.name(), common, true);
        }
    }
    // That some are of nobody is said of all.
    let label = files.iter().map(|(_, batches)| &batches.schema).find(|schema| is_synthetic(schema));
    let schema = Arc::new(Schema::new(fields));
    Ok(label.map_or_else(|| schema.clone(), |label| labelled(schema.clone(), label)))
}

fn common_type(a: &Field, b: &Field) -> Option<DataType> {
    let text = |of: &DataType| {
        matches!(of, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) | DataType::Date32)
    };
    match (a.data_type(), b.data_type()) {
        (a, b) if a == b => Some(a.clone()),
        (DataType::Null, other) | (other, DataType::Null) => Some(other.clone()),
        (a, b) if text(a) && text(b) => Some(DataType::Utf8),
        (a, b) if a.is_integer() && b.is_integer() && ![a, b].contains(&&DataType::UInt64) => Some(DataType::Int64),
        // Counts are exact in a double, and what is no count is refused; ids of subjects are not counts.
        (one, other) if b.name() != "subject" && one.is_numeric() && other.is_numeric() => Some(DataType::Float64),
        _ => None,
    }
}

/// The tiers of an earlier run, by subject, in whichever format it was written.
pub fn previous_tiers(path: &Path, policy: &Policy) -> Result<HashMap<String, String>> {
    match Table::of_path(path) {
        Some(format) => Ok(texts_of(&previous_batches(path, format, policy)?.0)),
        None => input::previous_tiers(path),
    }
}

/// The same for the engine, whose subjects are integers or texts.
pub fn previous(path: &Path, policy: &Policy, integers: bool) -> Result<Previous> {
    let tiers = match Table::of_path(path) {
        Some(format) => {
            let (batches, previous) = previous_batches(path, format, policy)?;
            let same = batches
                .iter()
                .all(|batch| batch.column_by_name("subject").is_none_or(|subject| subject.data_type().is_integer() == integers));
            if same {
                return Ok(previous);
            }
            texts_of(&batches)
        }
        None => input::previous_tiers(path)?,
    };
    let batch = |subjects: ArrayRef, tiers: Vec<&str>| {
        RecordBatch::try_from_iter([("subject", subjects), ("tier", Arc::new(StringArray::from(tiers)) as ArrayRef)])
    };
    let (mut small, mut large, mut texts) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    for (subject, tier) in &tiers {
        let tier = tier.as_str();
        if let Some(n) = subject.parse::<i64>().ok().filter(|_| integers) {
            small.0.push(n);
            small.1.push(tier);
        } else if let Some(n) = subject.parse::<u64>().ok().filter(|_| integers) {
            large.0.push(n);
            large.1.push(tier);
        } else {
            texts.0.push(subject.as_str());
            texts.1.push(tier);
        }
    }
    let batches = [
        batch(Arc::new(Int64Array::from(small.0)), small.1),
        batch(Arc::new(UInt64Array::from(large.0)), large.1),
        batch(Arc::new(StringArray::from(texts.0)), texts.1),
    ];
    Previous::from_batches(batches.iter().flatten(), policy).map_err(|error| Failure::of(quote_path(path), &error))
}

/// A table of previous tiers, and what the engine makes of it.
fn previous_batches(path: &Path, format: Table, policy: &Policy) -> Result<(Vec<RecordBatch>, Previous)> {
    let name = Source::of(path).to_string();
    let (batches, _spooled) = open(path, format, "a file of previous tiers")?;
    let schema = batches.schema.clone();
    let read: std::result::Result<Vec<RecordBatch>, Error> = batches.collect();
    let mut read = read.map_err(|error| Failure::Faults(in_file(&name, &error).faults().map(Fault::to_string).collect()))?;
    // Its columns are checked where it has no row too.
    read.push(RecordBatch::new_empty(schema));
    let previous = Previous::from_batches(&read, policy).map_err(|error| Failure::of(&name, &error))?;
    Ok((read, previous))
}

fn texts_of(batches: &[RecordBatch]) -> HashMap<String, String> {
    let mut tiers = HashMap::new();
    for batch in batches {
        let text = |name: &str| batch.column_by_name(name).and_then(|column| cast(column, &DataType::Utf8).ok());
        let (Some(subjects), Some(of)) = (text("subject"), text("tier").or_else(|| text("previous_tier"))) else { continue };
        let (subjects, of) = (subjects.as_string::<i32>(), of.as_string::<i32>());
        tiers.extend(subjects.iter().zip(of).filter_map(|(subject, tier)| Some((subject?.to_owned(), tier?.to_owned()))));
    }
    tiers
}
