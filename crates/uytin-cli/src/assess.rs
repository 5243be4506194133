//! `uytin assess`: every subject of the records, as a table, JSON Lines, CSV, a report or columns.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use jiff::Zoned;
use serde::Deserialize;
use serde::de::IgnoredAny;
use uytin::kernel::{Resolver, Tier};
use uytin::{Date, Policy};

use crate::args::{Assess, Format, Under};
use crate::failure::{Failure, Result};
use crate::html;
use crate::input::{self, Input, InputFormat, PolicyText, Skipped};
use crate::interrupt;
use crate::output::{self, Output};
use crate::progress::Progress;
use crate::table;
use crate::text::{BOLD, CARE, Column, Line, PLAIN, Page, SOFT, Words, bar, percent, tiers};

/// Exit code of work that is done but for lines that were left out.
const LEFT_OUT: u8 = 3;

pub fn run(args: &Assess, quiet: bool) -> Result<u8> {
    input::read_once(args.records.files.iter().chain(&args.previous).chain(&args.under.policy))?;
    let output = Output::to(args.to.output.as_deref())?;
    let format = args.format.unwrap_or_else(|| format_of(&output));
    let columns = format.columns();
    if columns.is_some() && output.is_terminal() {
        return Err(Failure::at("standard output", "a terminal", "a pipe, or a file with `-o`: the format is not text"));
    }
    if columns.is_none() && !args.with.is_empty() {
        return Err(Failure::at("--with", "a format without further columns", "`--format parquet` or `arrow`"));
    }
    let (policy, as_of) = rules(&args.under)?;
    let progress = Progress::new(quiet);
    let mut sheet = Sheet {
        policy: &policy,
        as_of,
        words: Words::of(args.language.get()),
        counts: RefCell::default(),
        progress: &progress,
        quiet,
        synthetic: false,
    };
    let is_table = |path: &PathBuf| InputFormat::table(args.records.input_format, path).is_some();
    if args.records.files.iter().any(is_table) {
        table::assess(args, &mut sheet, output, format)?;
        return Ok(0);
    }
    let by_engine = columns.is_some() || args.engine.sorted || args.engine.threads.is_some() || args.engine.memory_limit.is_some();
    if by_engine || input::is_large(&args.records) {
        let skipped = table::assess(args, &mut sheet, output, format)?;
        return Ok(left_out(&skipped));
    }
    let previous = args.previous.as_deref().map(|path| table::previous_tiers(path, &policy.policy)).transpose()?.unwrap_or_default();
    let Input { ledger, skipped } = input::read(&args.records, &progress)?;

    progress.assessing(ledger.subjects().len());
    // One subject at a time, so that the memory is that of the records.
    let assessments = ledger.subjects().map(|subject| {
        interrupt::check()?;
        progress.add(1);
        let previous = previous.get(subject).map(String::as_str);
        let assessment = ledger.bind_subject(&policy.policy, subject).assess(as_of, previous);
        sheet.count(&assessment.tier, 1);
        Ok(assessment.to_json())
    });
    sheet.write(output, format, assessments)?;
    sheet.say_summary(format);
    Ok(left_out(&skipped))
}

impl Format {
    /// The file format, of formats that hold columns.
    pub const fn columns(self) -> Option<uytin_columns::Format> {
        match self {
            Self::Parquet => Some(uytin_columns::Format::Parquet),
            Self::Arrow => Some(uytin_columns::Format::Ipc),
            Self::Table | Self::Jsonl | Self::Csv | Self::Html => None,
        }
    }
}

/// What the outputs of a run have in common.
pub struct Sheet<'a> {
    pub policy: &'a PolicyText,
    pub as_of: Date,
    pub words: Words,
    /// Subjects by tier.
    counts: RefCell<BTreeMap<String, usize>>,
    pub progress: &'a Progress,
    pub quiet: bool,
    /// Whether the records are about nobody.
    pub synthetic: bool,
}

impl Sheet<'_> {
    pub fn count(&self, tier: &str, subjects: usize) {
        let mut counts = self.counts.borrow_mut();
        match counts.get_mut(tier) {
            Some(count) => *count += subjects,
            None => drop(counts.insert(tier.to_owned(), subjects)),
        }
    }

    /// Writes assessments, each as its JSON, in a format of text.
    pub fn write(&self, output: Output, format: Format, assessments: impl Iterator<Item = io::Result<String>>) -> Result<()> {
        match format {
            Format::Csv => output.write(|out| csv(out, self.policy, assessments))?,
            Format::Html => output.write(|out| html::write(out, self.policy, self.as_of, self.words.language(), assessments))?,
            Format::Table => {
                let mut page = Page::new(output.width());
                table(&mut page, &self.words, &self.policy.policy, assessments).map_err(|error| Failure::writing(output.name(), &error))?;
                self.progress.clear();
                self.summary(&mut page);
                output.write_text(&page.into_text())?;
            }
            Format::Jsonl | Format::Parquet | Format::Arrow => output.write(|out| json_lines(out, assessments))?,
        }
        self.progress.clear();
        Ok(())
    }

    fn summary(&self, page: &mut Page) {
        summary(page, &self.words, &self.policy.policy, self.as_of, &self.counts.borrow());
        if self.synthetic {
            page.paragraph(&Line::default(), &Line::new(self.words.get("synthetic"), CARE));
        }
    }

    /// Says on standard error what was assessed, where the output itself does not.
    pub fn say_summary(&self, format: Format) {
        if format != Format::Table && !self.quiet {
            let mut page = Page::new(100);
            self.summary(&mut page);
            output::say(page.into_text().trim());
        }
    }
}

/// The policy and the day; the local date is read here and nowhere else.
pub fn rules(under: &Under) -> Result<(PolicyText, Date)> {
    Ok((input::policy(under.policy.as_deref())?, day(under.as_of)?))
}

/// The day that is named, or today.
pub fn day(named: Option<Date>) -> Result<Date> {
    let today = || {
        let today = Zoned::now().date();
        let part = |n: i8| u8::try_from(n).ok();
        Date::new(u16::try_from(today.year()).ok()?, part(today.month())?, part(today.day())?)
    };
    named.or_else(today).ok_or_else(|| Failure::at("the system's clock", "no date", "today, or `--as-of`"))
}

/// Says which lines were left out, and gives the exit code.
pub fn left_out(skipped: &Skipped) -> u8 {
    if skipped.count == 0 {
        return 0;
    }
    let lines = if skipped.count == 1 { "line" } else { "lines" };
    let more = skipped.count - skipped.first.len();
    let listed = if more == 0 { String::new() } else { format!(", the first {}:", skipped.first.len()) };
    output::warn(&[format!("{} bad {lines} left out{}", skipped.count, if more == 0 { ":" } else { &listed })]);
    skipped.first.iter().for_each(|message| output::say(&format!("  {message}")));
    LEFT_OUT
}

fn format_of(output: &Output) -> Format {
    match output.extension() {
        Some("html" | "htm") => Format::Html,
        Some("csv") => Format::Csv,
        Some("txt") => Format::Table,
        Some("parquet" | "pq") => Format::Parquet,
        Some("arrow" | "arrows" | "ipc" | "feather") => Format::Arrow,
        _ if output.is_terminal() => Format::Table,
        _ => Format::Jsonl,
    }
}

fn json_lines(out: &mut dyn Write, assessments: impl Iterator<Item = io::Result<String>>) -> io::Result<()> {
    for assessment in assessments {
        out.write_all(assessment?.as_bytes())?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// What tables and CSV show of an assessment.
#[derive(Deserialize)]
struct Brief {
    subject: String,
    as_of: String,
    score: f64,
    interval: Bounds,
    coverage: f64,
    tier: String,
    valid_until: String,
    measures: Vec<Named>,
    human_review: Review,
    pending: Option<Waiting>,
    set_aside: Vec<IgnoredAny>,
    ledger_digest: String,
}

#[derive(Deserialize)]
struct Bounds {
    lower: f64,
    upper: f64,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct Review {
    required: bool,
    reasons: Vec<Coded>,
}

#[derive(Deserialize)]
struct Coded {
    code: String,
}

#[derive(Deserialize)]
struct Waiting {
    findings: Vec<IgnoredAny>,
}

impl Brief {
    fn of(json: io::Result<String>) -> io::Result<Self> {
        Ok(serde_json::from_str(&json?)?)
    }

    fn is_rated(&self, policy: &Policy) -> bool {
        self.tier != Resolver::new(policy).tier_id(Tier::Unrated)
    }
}

/// Points as CSV has them.
fn points(value: f64) -> String {
    format!("{value:.1}")
}

fn csv(out: &mut dyn Write, policy: &PolicyText, assessments: impl Iterator<Item = io::Result<String>>) -> io::Result<()> {
    const HEAD: [&str; 18] = [
        "subject",
        "as_of",
        "tier",
        "score",
        "lower",
        "upper",
        "coverage",
        "valid_until",
        "human_review",
        "review_reasons",
        "measures",
        "pending_findings",
        "set_aside",
        "policy",
        "policy_version",
        "policy_digest",
        "ledger_digest",
        "notice",
    ];
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEAD)?;
    let policy = &policy.policy;
    for assessment in assessments {
        let assessment = Brief::of(assessment)?;
        let reasons: Vec<&str> = assessment.human_review.reasons.iter().map(|reason| &*reason.code).collect();
        let measures: Vec<&str> = assessment.measures.iter().map(|measure| &*measure.id).collect();
        let pending = assessment.pending.as_ref().map_or(0, |pending| pending.findings.len());
        csv.write_record([
            &*assessment.subject,
            &assessment.as_of,
            &assessment.tier,
            // Of an unrated subject the score is the prior's, so there is none to show.
            &if assessment.is_rated(policy) { points(assessment.score) } else { String::new() },
            &points(assessment.interval.lower),
            &points(assessment.interval.upper),
            &format!("{:.6}", assessment.coverage),
            &assessment.valid_until,
            if assessment.human_review.required { "true" } else { "false" },
            &reasons.join(" "),
            &measures.join(" "),
            &pending.to_string(),
            &assessment.set_aside.len().to_string(),
            policy.name(),
            policy.version(),
            &policy.digest().to_string(),
            &assessment.ledger_digest,
            &policy.document().notice.en,
        ])?;
    }
    csv.flush()
}

fn table(page: &mut Page, words: &Words, policy: &Policy, assessments: impl Iterator<Item = io::Result<String>>) -> io::Result<()> {
    /// The longest range picture, and the shortest that says something.
    const STRIP: std::ops::RangeInclusive<usize> = 12..=30;
    /// Where the picture stands among the columns.
    const PLACE: usize = 4;
    let mut rows = Vec::new();
    let mut pictures = Vec::new();
    let mut measures = Vec::new();
    let mut any_review = false;
    for assessment in assessments {
        let assessment = Brief::of(assessment)?;
        let (tier, style) = words.tier(policy, &assessment.tier);
        let (lower, upper) = (assessment.interval.lower, assessment.interval.upper);
        let rated = assessment.is_rated(policy);
        let texts = [("lower", words.decimals(lower, 1)), ("upper", words.decimals(upper, 1))];
        let range = words.with(if rated { "range" } else { "possible" }, &texts.each_ref().map(|(name, text)| (*name, text.as_str())));
        let proposed: Vec<&str> = (assessment.measures.iter())
            .filter_map(|measure| policy.document().measures.iter().find(|rule| *rule.id == *measure.id))
            .map(|rule| words.of_policy(&rule.title))
            .collect();
        any_review |= assessment.human_review.required;
        measures.push(proposed.join(" · "));
        pictures.push((lower / 100.0, upper / 100.0, if rated { style } else { SOFT }));
        rows.push(vec![
            Line::new(&assessment.subject, BOLD),
            if rated { Line::new(&tier, style) } else { Line::default() },
            if rated { Line::new(&words.decimals(assessment.score, 1), BOLD) } else { Line::new(words.get("notRated"), SOFT) },
            Line::new(&range, if rated { PLAIN } else { SOFT }),
            Line::plain(&percent(assessment.coverage)),
            if assessment.human_review.required { Line::new(words.get("reviewYes"), CARE) } else { Line::default() },
        ]);
    }
    let mut columns = vec![
        Column::left(words.get("colSubject")).down_to(24),
        Column::left(words.get("colTier")),
        Column::right(words.get("colScore")).down_to(8),
        Column::left(words.get("colRange")).down_to(11),
        Column::right(words.get("coverage")).down_to(6),
        Column::left(words.get("colReview")).down_to(6),
    ];
    // A column that says nothing of anybody is left out.
    let keep = columns.len() - usize::from(!any_review);
    columns.truncate(keep);
    rows.iter_mut().for_each(|row| row.truncate(keep));
    let strip_columns = page.room_beside(&columns, &rows).min(*STRIP.end());
    let scale = format!("0{:>1$}", "100", strip_columns.saturating_sub(1));
    if STRIP.contains(&strip_columns) {
        columns.insert(PLACE, Column::left(&scale));
        for (row, (lower, upper, style)) in rows.iter_mut().zip(pictures) {
            row.insert(PLACE, strip(lower, upper, strip_columns, style));
        }
    }
    page.table_with(&columns, &rows, |page, row| {
        if let Some(measures) = measures.get(row).filter(|measures| !measures.is_empty()) {
            page.paragraph(&Line::new("  ▸ ", CARE), &Line::new(measures, SOFT));
        }
    });
    Ok(())
}

/// A range on a track.
fn strip(lower: f64, upper: f64, columns: usize, style: anstyle::Style) -> Line {
    let (before, band) = bar(lower, upper, columns);
    let used = before.chars().count() + band.chars().count();
    let after = "·".repeat(columns.saturating_sub(used));
    Line::new(&"·".repeat(before.chars().count()), SOFT).add(&band, style).add(&after, SOFT)
}

/// How many subjects have which tier, and what every surface says.
fn summary(page: &mut Page, words: &Words, policy: &Policy, as_of: Date, counts: &BTreeMap<String, usize>) {
    page.gap();
    let total: usize = counts.values().sum();
    let assessed = if total == 0 { words.get("noSubjects").to_owned() } else { words.counted("assessed", "assessed_one", total) };
    let mut line = Line::new(&assessed, BOLD);
    for (n, tier) in tiers(policy).filter(|tier| counts.contains_key(*tier)).enumerate() {
        let (title, style) = words.tier(policy, tier);
        line.push(if n == 0 { ": " } else { ", " }, PLAIN);
        line.push(&words.count(counts.get(tier).copied().unwrap_or(0)), PLAIN);
        line.push(" ", PLAIN);
        line.push(&title.to_lowercase(), style);
    }
    page.paragraph(&Line::default(), &line);
    let under = words.with("under", &[("date", &as_of.to_string()), ("name", policy.name()), ("version", policy.version())]);
    page.paragraph(&Line::default(), &Line::new(&under, SOFT));
    page.paragraph(&Line::default(), &Line::new(words.of_policy(&policy.document().notice), SOFT));
}
