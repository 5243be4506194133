//! `uytin assess`: every subject of the records, as a table, JSON Lines, CSV or a report.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Zoned;
use uytin::{Assessment, Date, Policy};

use crate::args::{Assess, Format, Under};
use crate::failure::{Failure, Result};
use crate::html;
use crate::input::{self, Input, PolicyText, Skipped};
use crate::output::{self, Output};
use crate::progress::Progress;
use crate::text::{BOLD, CARE, Column, Line, PLAIN, Page, SOFT, Words, bar, percent, tiers};

/// Exit code of work that is done but for lines that were left out.
const LEFT_OUT: u8 = 3;

pub fn run(args: &Assess, quiet: bool) -> Result<u8> {
    input::read_once(args.records.files.iter().chain(&args.previous).chain(&args.under.policy))?;
    let output = Output::to(args.to.output.as_deref())?;
    let format = args.format.unwrap_or_else(|| format_of(&output));
    let (policy, as_of) = rules(&args.under)?;
    let previous = args.previous.as_deref().map(input::previous_tiers).transpose()?.unwrap_or_default();
    let progress = Progress::new(quiet);
    let Input { ledger, skipped } = input::read(&args.records, &progress)?;

    progress.assessing(ledger.subjects().len());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    // One subject at a time, so that the memory is that of the records.
    let assessments = ledger.subjects().map(|subject| {
        progress.add(1);
        let previous = previous.get(subject).map(String::as_str);
        let assessment = ledger.bind_subject(&policy.policy, subject).assess(as_of, previous);
        *counts.entry(assessment.tier.to_string()).or_default() += 1;
        assessment
    });
    let words = Words::of(args.language.get());
    match format {
        Format::Jsonl => output.write(|out| json_lines(out, assessments))?,
        Format::Csv => output.write(|out| csv(out, assessments))?,
        Format::Html => output.write(|out| html::write(out, &policy, as_of, words.language(), assessments))?,
        Format::Table => {
            let mut page = Page::new(output.width());
            table(&mut page, &words, &policy.policy, assessments);
            progress.clear();
            summary(&mut page, &words, &policy.policy, as_of, &counts);
            output.write_text(&page.into_text())?;
        }
    }
    progress.clear();
    if format != Format::Table && !quiet {
        let mut page = Page::new(100);
        summary(&mut page, &words, &policy.policy, as_of, &counts);
        output::say(page.into_text().trim());
    }
    Ok(left_out(&skipped))
}

/// The policy and the day; the local date is read here and nowhere else.
pub fn rules(under: &Under) -> Result<(PolicyText, Date)> {
    let policy = input::policy(under.policy.as_deref())?;
    let today = || {
        let today = Zoned::now().date();
        let part = |n: i8| u8::try_from(n).ok();
        Date::new(u16::try_from(today.year()).ok()?, part(today.month())?, part(today.day())?)
    };
    let as_of = under.as_of.or_else(today).ok_or_else(|| Failure::at("the system's clock", "no date", "today, or `--as-of`"))?;
    Ok((policy, as_of))
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
        _ if output.is_terminal() => Format::Table,
        _ => Format::Jsonl,
    }
}

fn json_lines(out: &mut dyn Write, assessments: impl Iterator<Item = Assessment>) -> io::Result<()> {
    for assessment in assessments {
        out.write_all(assessment.to_json().as_bytes())?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn csv(out: &mut dyn Write, assessments: impl Iterator<Item = Assessment>) -> io::Result<()> {
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
    for assessment in assessments {
        let policy = assessment.policy();
        let reasons: Vec<&str> = assessment.human_review.iter().map(|reason| reason.code.as_str()).collect();
        let measures: Vec<&str> = assessment.measures.iter().map(|measure| &*measure.id).collect();
        let pending = assessment.pending.as_ref().map_or(0, |pending| pending.findings.len());
        csv.write_record([
            &*assessment.subject,
            &assessment.as_of.to_string(),
            &assessment.tier,
            // Of an unrated subject the score is the prior's, so there is none to show.
            &if assessment.is_rated() { assessment.score.to_string() } else { String::new() },
            &assessment.interval.lower.to_string(),
            &assessment.interval.upper.to_string(),
            &format!("{:.6}", assessment.coverage),
            &assessment.valid_until.to_string(),
            if assessment.needs_human_review() { "true" } else { "false" },
            &reasons.join(" "),
            &measures.join(" "),
            &pending.to_string(),
            &assessment.set_aside.len().to_string(),
            policy.name(),
            policy.version(),
            &policy.digest().to_string(),
            &assessment.ledger_digest.to_string(),
            &policy.document().notice.en,
        ])?;
    }
    csv.flush()
}

fn table(page: &mut Page, words: &Words, policy: &Policy, assessments: impl Iterator<Item = Assessment>) {
    /// The longest range picture, and the shortest that says something.
    const STRIP: std::ops::RangeInclusive<usize> = 12..=30;
    /// Where the picture stands among the columns.
    const PLACE: usize = 4;
    let mut rows = Vec::new();
    let mut pictures = Vec::new();
    let mut measures = Vec::new();
    let mut any_review = false;
    for assessment in assessments {
        let (tier, style) = words.tier(policy, &assessment.tier);
        let (lower, upper) = (assessment.interval.lower, assessment.interval.upper);
        let rated = assessment.is_rated();
        let texts = [("lower", lower.to_string()), ("upper", upper.to_string())];
        let range = words.with(if rated { "range" } else { "possible" }, &texts.each_ref().map(|(name, text)| (*name, text.as_str())));
        let proposed: Vec<&str> = (assessment.measures.iter())
            .filter_map(|measure| policy.document().measures.iter().find(|rule| rule.id == measure.id))
            .map(|rule| words.of_policy(&rule.title))
            .collect();
        any_review |= assessment.needs_human_review();
        measures.push(proposed.join(" · "));
        pictures.push((lower.value() / 100.0, upper.value() / 100.0, if rated { style } else { SOFT }));
        rows.push(vec![
            Line::new(&assessment.subject, BOLD),
            if rated { Line::new(&tier, style) } else { Line::default() },
            if rated { Line::new(&assessment.score.to_string(), BOLD) } else { Line::new(words.get("notRated"), SOFT) },
            Line::new(&range, if rated { PLAIN } else { SOFT }),
            Line::plain(&percent(assessment.coverage)),
            if assessment.needs_human_review() { Line::new(words.get("reviewYes"), CARE) } else { Line::default() },
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
