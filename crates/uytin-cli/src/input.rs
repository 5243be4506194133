//! Records in: files and standard input, plain or gzip, line by line within a bounded buffer.
//!
//! Tables are read elsewhere; here records are.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{self, Display};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use clap::ValueEnum;
use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;
use uytin::{Brief, Code, Error, Fault, Ledger, Limits, Policy, Receipt, Record, quote};
use uytin_columns::{Format as Table, columns_of};

use crate::args::Records;
use crate::failure::{Failure, Result, plain};
use crate::interrupt;
use crate::progress::Progress;

/// How a file holds its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InputFormat {
    /// JSON Lines, gzip or not
    Jsonl,
    /// Parquet
    Parquet,
    /// Comma-separated values with a header
    Csv,
    /// Arrow IPC, file or stream
    Arrow,
}

impl InputFormat {
    /// As which table a file is read, `None` for JSON Lines: by the format that is named, else by the file's name.
    pub fn table(named: Option<Self>, path: &Path) -> Option<Table> {
        match named {
            Some(Self::Jsonl) => None,
            Some(Self::Parquet) => Some(Table::Parquet),
            Some(Self::Csv) => Some(Table::Csv),
            Some(Self::Arrow) => Some(Table::Ipc),
            None => Table::of_path(path),
        }
    }
}

/// The size on disk from which JSON Lines go through the batch engine: 256 MB.
const ENGINE_BYTES: u64 = 256_000_000;
/// Records of a batch.
const BATCH_RECORDS: usize = 1 << 15;

/// The most lines that are listed when bad ones are left out.
const LISTED: usize = 10;
/// The longest line of an earlier run: an assessment names every record that it sets aside.
const ASSESSMENT_BYTES: usize = 64 << 20;
const BUFFER_BYTES: usize = 128 << 10;

/// What the files held.
pub struct Input {
    pub ledger: Ledger,
    pub skipped: Skipped,
}

/// Lines that were left out.
#[derive(Default)]
pub struct Skipped {
    pub count: usize,
    /// The first of them, with what is wrong.
    pub first: Vec<String>,
}

/// Reads every file into one ledger.
pub fn read(records: &Records, progress: &Progress) -> Result<Input> {
    let mut ledger = Ledger::new();
    let skipped = read_each(records, progress, &mut |record, limits| ledger.add_within(record, limits))?;
    progress.clear();
    Ok(Input { ledger, skipped })
}

/// Reads every file as batches of columns, until `send` gives false.
pub fn read_batches(records: &Records, mut send: impl FnMut(RecordBatch) -> bool) -> Result<Skipped> {
    let mut batch = Vec::with_capacity(BATCH_RECORDS);
    let skipped = read_each(records, &Progress::hidden(), &mut |record, _| {
        batch.push(record);
        if batch.len() == BATCH_RECORDS {
            let sent = send(columns_of(&batch));
            batch.clear();
            if !sent {
                return Err(Fault::new(Code::Cancelled, "", "a request to stop", "the work to go on").into());
            }
        }
        Ok(())
    })?;
    send(columns_of(&batch));
    Ok(skipped)
}

/// Whether the files are so large that the batch engine is to read them.
pub fn is_large(records: &Records) -> bool {
    records.files.iter().map(|path| Source::of(path).bytes()).sum::<u64>() > ENGINE_BYTES
}

/// What takes the records.
type Keep<'a> = dyn FnMut(Record, &Limits) -> std::result::Result<(), Error> + 'a;

/// Hands every record of every file to `keep`.
fn read_each(records: &Records, progress: &Progress, keep: &mut Keep<'_>) -> Result<Skipped> {
    read_once(&records.files)?;
    let limits = Limits { line_bytes: records.max_line, ..Limits::DEFAULT };
    let mut collector = Collector { keep, limits, skip_bad: records.skip_bad, skipped: Skipped::default(), seen: 0 };
    let sources: Vec<Source<'_>> = records.files.iter().map(|path| Source::of(path)).collect();
    progress.reading(sources.iter().map(Source::bytes).sum());
    for (source, path) in sources.iter().zip(&records.files) {
        if InputFormat::table(records.input_format, path).is_some() {
            return Err(Failure::at(
                source,
                "a table",
                "JSON Lines: tables are for `uytin assess`, `shortlist`, `impact`, `calibrate` and `fairness`, and not together with JSON Lines",
            ));
        }
        let before = collector.seen;
        json_lines(source, &mut collector, progress)?;
        if collector.seen == before {
            return Err(Failure::at(format_args!("{source}:1: $"), "nothing", "JSON Lines, one record a line"));
        }
    }
    Ok(collector.skipped)
}

/// Standard input can be read but once.
pub fn read_once<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Result<()> {
    let count = files.into_iter().filter(|path| path.as_os_str() == "-").count();
    if count > 1 { Err(Failure::at("-", "standard input named twice", "each file once")) } else { Ok(()) }
}

/// Takes what the formats read.
struct Collector<'k, 'r> {
    keep: &'k mut Keep<'r>,
    limits: Limits,
    skip_bad: bool,
    skipped: Skipped,
    seen: u64,
}

impl Collector<'_, '_> {
    /// A record, or what is wrong with it, at a place.
    fn take(&mut self, place: &dyn Display, record: std::result::Result<Record, Error>) -> Result<()> {
        self.seen += 1;
        if interrupt::is_asked() {
            return Err(Failure::Interrupted);
        }
        let Err(error) = record.and_then(|record| (self.keep)(record, &self.limits)) else { return Ok(()) };
        if !self.skip_bad || error.code() == Code::Cancelled {
            return Err(Failure::of(place, &error));
        }
        self.skipped.count += 1;
        if self.skipped.first.len() < LISTED {
            self.skipped.first.push(format!("{place}: {error}"));
        }
        Ok(())
    }
}

fn json_lines(source: &Source<'_>, collector: &mut Collector<'_, '_>, progress: &Progress) -> Result<()> {
    let limits = collector.limits;
    let mut lines = Lines::new(source.text(progress)?, limits.line_bytes);
    while let Some((number, line)) = lines.next_line().map_err(|(number, error)| source.broken(number, &error))? {
        let record = match line {
            Line::Whole(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => continue,
            Line::Whole(bytes) => Record::from_bytes(bytes, &limits),
            Line::TooLong => {
                let most = limits.line_bytes;
                Err(Fault::new(Code::TooLong, "$", format!("more than {most} bytes"), format!("a record of at most {most} bytes")).into())
            }
        };
        // A bad line ends the work, unless it is skipped: then what is left of it is passed over.
        collector.take(&format_args!("{source}:{number}"), record)?;
    }
    Ok(())
}

/// The tiers of an earlier run, by subject.
pub fn previous_tiers(path: &Path) -> Result<HashMap<String, String>> {
    #[derive(Deserialize)]
    struct Standing<'a> {
        #[serde(borrow)]
        subject: Cow<'a, str>,
        #[serde(borrow)]
        tier: Cow<'a, str>,
    }
    const EXPECTED: &str = "an assessment as `--format jsonl` writes it";
    let source = Source::of(path);
    let mut lines = Lines::new(source.text(&Progress::hidden())?, ASSESSMENT_BYTES);
    let mut tiers = HashMap::new();
    while let Some((number, line)) = lines.next_line().map_err(|(number, error)| source.broken(number, &error))? {
        let bytes = match line {
            Line::Whole(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => continue,
            Line::Whole(bytes) => bytes,
            Line::TooLong => b"",
        };
        let place = |path: &str| format!("{source}:{number}: {path}");
        if bytes.is_empty() {
            return Err(Failure::at(place("$"), format_args!("more than {ASSESSMENT_BYTES} bytes"), EXPECTED));
        }
        let standing: Standing<'_> = serde_json::from_slice(bytes).map_err(|error| {
            let message = error.to_string();
            let reason = message.split(" at line ").next().unwrap_or_default();
            Failure::at(place("$"), format_args!("{} (column {}: {reason})", excerpt(bytes), error.column()), EXPECTED)
        })?;
        if let Some(other) = tiers.insert(standing.subject.to_string(), standing.tier.to_string())
            && other != standing.tier
        {
            let found = format!("a second tier of {}, {} after {}", quote(&standing.subject), quote(&standing.tier), quote(&other));
            return Err(Failure::at(place("$.tier"), found, "one assessment a subject"));
        }
    }
    Ok(tiers)
}

/// Reads files of JSON Lines into one ledger, by the default limits.
pub fn ledger(files: &[PathBuf], progress: &Progress) -> Result<Ledger> {
    let records =
        Records { files: files.to_vec(), input_format: Some(InputFormat::Jsonl), skip_bad: false, max_line: Limits::DEFAULT.line_bytes };
    read(&records, progress).map(|input| input.ledger)
}

/// What a line of `--format jsonl` says in short.
#[derive(Deserialize)]
struct InShort<'a> {
    #[serde(borrow)]
    subject: Cow<'a, str>,
    score: f64,
    coverage: f64,
    #[serde(borrow)]
    tier: Cow<'a, str>,
}

/// Whether JSON Lines hold assessments rather than records: by the first line.
pub fn are_assessments(path: &Path) -> Result<bool> {
    let source = Source::of(path);
    let mut lines = Lines::new(source.text(&Progress::hidden())?, ASSESSMENT_BYTES);
    while let Some((_, line)) = lines.next_line().map_err(|(number, error)| source.broken(number, &error))? {
        match line {
            Line::Whole(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => {}
            Line::Whole(bytes) => return Ok(serde_json::from_slice::<InShort<'_>>(bytes).is_ok()),
            Line::TooLong => return Ok(false),
        }
    }
    Ok(false)
}

/// Hands subject, score, coverage and tier of each assessment of JSON Lines to `take`.
pub fn assessments(path: &Path, mut take: impl FnMut(&str, f64, f64, &str) -> Result<()>) -> Result<()> {
    let source = Source::of(path);
    let mut lines = Lines::new(source.text(&Progress::hidden())?, ASSESSMENT_BYTES);
    while let Some((number, line)) = lines.next_line().map_err(|(number, error)| source.broken(number, &error))? {
        let bytes = match line {
            Line::Whole(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => continue,
            Line::Whole(bytes) => bytes,
            Line::TooLong => b"",
        };
        let brief: InShort<'_> = serde_json::from_slice(bytes).map_err(|_| {
            Failure::at(format_args!("{source}:{number}: $"), excerpt(bytes), "an assessment as `--format jsonl` writes it")
        })?;
        take(&brief.subject, brief.score, brief.coverage, &brief.tier)?;
    }
    Ok(())
}

/// The beginning of a line, for a message.
fn excerpt(bytes: &[u8]) -> String {
    quote(&String::from_utf8_lossy(bytes.get(..256).unwrap_or(bytes)))
}

/// A policy and the text that it was read from.
pub struct PolicyText {
    pub policy: Policy,
    pub text: String,
}

/// Reads a policy; the reference policy where no file is named.
pub fn policy(path: Option<&Path>) -> Result<PolicyText> {
    let Some(path) = path else {
        return Ok(PolicyText { policy: Policy::reference(), text: Policy::reference_json().to_owned() });
    };
    let source = Source::of(path);
    let bytes = source.whole(Limits::DEFAULT.policy_bytes, "a policy")?;
    let policy = Policy::from_bytes(&bytes, &Limits::DEFAULT).map_err(|error| Failure::of(&source, &error))?;
    Ok(PolicyText { policy, text: String::from_utf8_lossy(&bytes).into_owned() })
}

/// Two policies, or the faults of both.
pub fn policies(from: Option<&Path>, to: &Path) -> Result<[Policy; 2]> {
    match (policy(from), policy(Some(to))) {
        (Ok(from), Ok(to)) => Ok([from.policy, to.policy]),
        (Err(Failure::Faults(mut faults)), Err(Failure::Faults(others))) => {
            faults.extend(others);
            Err(Failure::Faults(faults))
        }
        (Err(failure), _) | (_, Err(failure)) => Err(failure),
    }
}

/// Reads the brief of a shortlist.
pub fn brief(path: &Path, policy: &Policy) -> Result<Brief> {
    let source = Source::of(path);
    let bytes = source.whole(Limits::DEFAULT.policy_bytes, "a brief")?;
    Brief::from_bytes(&bytes, policy).map_err(|error| Failure::of(&source, &error))
}

/// Reads a receipt.
pub fn receipt(path: &Path) -> Result<Receipt> {
    let source = Source::of(path);
    let bytes = source.whole(ASSESSMENT_BYTES, "a receipt")?;
    Receipt::from_bytes(&bytes).map_err(|error| Failure::of(&source, &error))
}

/// A file, or standard input.
pub enum Source<'a> {
    Standard,
    File(&'a Path),
}

impl Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard => f.write_str("standard input"),
            Self::File(path) => f.write_str(quote_path(path).as_str()),
        }
    }
}

/// A path as it was given; marks that could disguise a message are escaped.
pub fn quote_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.chars().flat_map(|c| if uytin::disguises(c) { c.escape_unicode().collect() } else { vec![c] }).collect()
}

impl<'a> Source<'a> {
    pub fn of(path: &'a Path) -> Self {
        if path.as_os_str() == "-" { Self::Standard } else { Self::File(path) }
    }

    /// The size of the file, 0 where it has none.
    fn bytes(&self) -> u64 {
        match self {
            Self::Standard => 0,
            Self::File(path) => path.metadata().map_or(0, |metadata| metadata.len()),
        }
    }

    pub fn open(&self, expected: &str) -> Result<Box<dyn Read>> {
        let refused = |error: &io::Error| Failure::at(self, plain(error), expected);
        match self {
            Self::Standard => Ok(Box::new(io::stdin())),
            Self::File(path) => {
                let file = File::open(path).map_err(|error| refused(&error))?;
                if file.metadata().map_err(|error| refused(&error))?.is_dir() {
                    return Err(Failure::at(self, "a directory", expected));
                }
                Ok(Box::new(file))
            }
        }
    }

    /// The text of the source, unpacked where it is gzip: by its first bytes, or by its name.
    fn text(&self, progress: &Progress) -> Result<Box<dyn BufRead>> {
        const MAGIC: &[u8] = &[0x1f, 0x8b];
        let mut bytes = BufReader::with_capacity(BUFFER_BYTES, progress.counted(self.open("a file of records")?));
        let start = bytes.fill_buf().map_err(|error| self.broken(1, &error))?;
        let named = matches!(self, Self::File(path) if path.extension().is_some_and(|name| name == "gz")) && !start.is_empty();
        if named || start.starts_with(MAGIC) {
            return Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(bytes))));
        }
        Ok(Box::new(bytes))
    }

    /// All bytes of a small document.
    fn whole(&self, most: usize, what: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let within = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        self.open(what)?.take(within).read_to_end(&mut bytes).map_err(|error| self.broken(1, &error))?;
        if bytes.len() > most {
            return Err(Failure::at(
                format_args!("{self}: $"),
                format_args!("more than {most} bytes"),
                format_args!("{what} of at most {most} bytes"),
            ));
        }
        Ok(bytes)
    }

    /// The source cannot be read on after so many lines.
    fn broken(&self, line: u64, error: &io::Error) -> Failure {
        let expected = "a whole gzip file";
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Failure::at(format_args!("{self}:{line}"), "the end of a gzip file that is cut off", expected),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                Failure::at(format_args!("{self}:{line}"), format_args!("damaged gzip data ({})", plain(error)), expected)
            }
            _ => Failure::new(format!("{self}:{line}: cannot read: {}", plain(error))),
        }
    }
}

/// One line of a text.
enum Line<'a> {
    Whole(&'a [u8]),
    /// Longer than the limit; passed over with the next call.
    TooLong,
}

/// Lines of a text, never more than one and never more of it than the limit in memory.
struct Lines<R> {
    reader: R,
    most: usize,
    line: Vec<u8>,
    /// Whether the rest of a line that is too long is still to be passed over.
    inside: bool,
    /// The current line, from 1.
    number: u64,
}

impl<R: BufRead> Lines<R> {
    const fn new(reader: R, most: usize) -> Self {
        Self { reader, most, line: Vec::new(), inside: false, number: 0 }
    }

    /// The number of the next line, and the line; `None` after the last one.
    fn next_line(&mut self) -> std::result::Result<Option<(u64, Line<'_>)>, (u64, io::Error)> {
        self.line.clear();
        self.number += 1;
        let number = self.number;
        if std::mem::take(&mut self.inside) {
            self.reader.skip_until(b'\n').map_err(|error| (number - 1, error))?;
        }
        let within = u64::try_from(self.most).unwrap_or(u64::MAX).saturating_add(2);
        let read = self.reader.by_ref().take(within).read_until(b'\n', &mut self.line).map_err(|error| (number, error))?;
        if read == 0 {
            return Ok(None);
        }
        let ended = self.line.last() == Some(&b'\n');
        if ended {
            self.line.pop();
        }
        if self.line.len() > self.most {
            self.inside = !ended;
            return Ok(Some((number, Line::TooLong)));
        }
        // What editors of one system put before a text is no part of the first record.
        let line = if number == 1 { self.line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.line) } else { &self.line };
        Ok(Some((number, Line::Whole(line))))
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines};

    #[test]
    fn a_line_is_whole_up_to_the_limit_and_passed_over_beyond_it() {
        let mut lines = Lines::new(&b"12345\n123456\n1234567890\n\n12345"[..], 5);
        let mut seen = Vec::new();
        while let Ok(Some((_, line))) = lines.next_line() {
            seen.push(match line {
                Line::Whole(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                Line::TooLong => "too long".to_owned(),
            });
        }
        assert_eq!(seen, ["12345", "too long", "too long", "", "12345"]);
        assert_eq!(lines.number, 6);
    }
}
