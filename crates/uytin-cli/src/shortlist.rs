//! `uytin shortlist`: who of a population meets a brief, ranked in bands, and why the others do not.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use uytin::{Brief, Code, Date, Error, Fault, Listed, Policy, Shortlist, quote};
use uytin_columns::{Job, LeftOutSink, Summary};

use crate::args::{self, ListFormat};
use crate::assess::{left_out, rules};
use crate::failure::{Failure, Result};
use crate::input::{self, Skipped};
use crate::output::{self, Output};
use crate::progress::Progress;
use crate::table::{Stop, previous, say_set_aside, set, with_batches};
use crate::text::{BOLD, CARE, Column, Line, PLAIN, Page, SOFT, Words, percent};

pub fn run(args: &args::Shortlist, quiet: bool) -> Result<u8> {
    input::read_once(args.records.files.iter().chain(&args.previous).chain(&args.under.policy).chain([&args.brief]))?;
    let output = Output::to(args.to.output.as_deref())?;
    let others = args.left_out.as_deref().map(|path| Output::to(Some(path))).transpose()?;
    let format = args.format.unwrap_or_else(|| format_of(&output));
    let (policy, as_of) = rules(&args.under)?;
    let policy = policy.policy;
    let brief = input::brief(&args.brief, &policy)?;
    let words = Words::of(args.language.get());
    let progress = Progress::new(quiet);
    let make = |sink: Option<&mut LeftOutSink<'_>>| make(args, &brief, as_of, &progress, sink);
    let (list, summary, skipped, synthetic) = match others {
        None => {
            let made = make(None)?;
            write(output, format, &made.0, &words, made.3)?;
            made
        }
        Some(others) => {
            let mut made = None;
            let name = others.name().to_owned();
            others.write_by_path(|path| {
                let failed = |error: &io::Error| Failure::writing(&name, error);
                let mut lines = BufWriter::new(File::create(path).map_err(|error| failed(&error))?);
                let mut broken = None;
                let mut sink = |line: &str| match writeln!(lines, "{line}") {
                    Ok(()) => Ok(()),
                    Err(error) => {
                        let fault = Fault::new(Code::Io, "", quote(&error.to_string()), "a file that can be written");
                        broken = Some(error);
                        Err(Error::from(fault))
                    }
                };
                let result = make(Some(&mut sink));
                if let Some(error) = broken {
                    return Err(failed(&error));
                }
                let (list, summary, skipped, synthetic) = result?;
                lines.flush().map_err(|error| failed(&error))?;
                // Both or neither.
                write(output, format, &list, &words, synthetic)?;
                made = Some((list, summary, skipped, synthetic));
                Ok(())
            })?;
            made.ok_or_else(|| Failure::new("the shortlist was not made"))?
        }
    };
    if !quiet {
        if format != ListFormat::Table {
            let mut page = Page::new(100);
            totals(&mut page, &words, &list, synthetic);
            output::say(page.into_text().trim());
        }
        say_set_aside(&summary, &words);
    }
    Ok(left_out(&skipped))
}

fn make(
    args: &args::Shortlist,
    brief: &Brief,
    as_of: Date,
    progress: &Progress,
    sink: Option<&mut LeftOutSink<'_>>,
) -> Result<(Shortlist, Summary, Skipped, bool)> {
    let policy = brief.policy();
    let work = |stream: crate::table::Stream<'_>| {
        let previous = args.previous.as_deref().map(|path| previous(path, policy, stream.integers)).transpose()?;
        progress.scoring(stream.rows.unwrap_or_default());
        let tell = |done: uytin_columns::Progress| progress.at(done.rows, done.subjects);
        let mut job = Job::new(policy, as_of);
        set(&mut job, &args.engine);
        job.previous = previous.as_ref();
        job.progress = Some(&tell);
        job.rows_total = stream.rows;
        let synthetic = stream.synthetic;
        let (list, summary) = uytin_columns::shortlist(&job, brief, stream.batches, sink)?;
        Ok::<_, Stop>((list, summary, synthetic))
    };
    let ((list, summary, synthetic), skipped) = with_batches(&args.records, policy, as_of, None, work)?;
    progress.clear();
    Ok((list, summary, skipped, synthetic))
}

fn format_of(output: &Output) -> ListFormat {
    match output.extension() {
        Some("json") => ListFormat::Json,
        Some("csv") => ListFormat::Csv,
        Some("txt") => ListFormat::Table,
        _ if output.is_terminal() => ListFormat::Table,
        _ => ListFormat::Jsonl,
    }
}

fn write(output: Output, format: ListFormat, list: &Shortlist, words: &Words, synthetic: bool) -> Result<()> {
    match format {
        ListFormat::Json => output.write(|out| writeln!(out, "{}", list.to_json())),
        ListFormat::Jsonl => output.write(|out| list.lines().try_for_each(|line| writeln!(out, "{line}"))),
        ListFormat::Csv => output.write(|out| csv(out, list)),
        ListFormat::Table => {
            let mut page = Page::new(output.width());
            table(&mut page, words, list, synthetic);
            output.write_text(&page.into_text())
        }
    }
}

fn csv(out: &mut dyn Write, list: &Shortlist) -> io::Result<()> {
    let head = [
        "rank",
        "band",
        "possible_best",
        "possible_worst",
        "subject",
        "tier",
        "score",
        "lower",
        "upper",
        "coverage",
        "human_review",
        "as_of",
        "policy_digest",
        "notice",
    ];
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(head)?;
    let policy = list.brief().policy();
    for Listed { rank, band, possible, candidate } in &list.listed {
        csv.write_record([
            &*rank.to_string(),
            &band.to_string(),
            &possible.best.to_string(),
            &possible.worst.to_string(),
            &*candidate.subject,
            &candidate.tier,
            // Who is not rated has none.
            &candidate.score.map_or_else(String::new, |score| score.to_string()),
            &candidate.lower.to_string(),
            &candidate.upper.to_string(),
            &format!("{:.6}", candidate.coverage),
            if candidate.human_review { "true" } else { "false" },
            &list.as_of.to_string(),
            &policy.digest().to_string(),
            &policy.document().notice.en,
        ])?;
    }
    csv.flush()
}

fn table(page: &mut Page, words: &Words, list: &Shortlist, synthetic: bool) {
    let policy: &Policy = list.brief().policy();
    if let Some(title) = &list.brief().document().title {
        page.paragraph(&Line::default(), &Line::new(title, BOLD));
        page.gap();
    }
    let any_review = list.listed.iter().any(|one| one.candidate.human_review);
    let mut rows = Vec::with_capacity(list.listed.len());
    let mut before = 0;
    for Listed { rank, band, possible, candidate } in &list.listed {
        let (tier, style) = words.tier(policy, &candidate.tier);
        let (lower, upper) = (words.points(candidate.lower), words.points(candidate.upper));
        let range = words.with(if candidate.is_rated() { "range" } else { "possible" }, &[("lower", &lower), ("upper", &upper)]);
        let places =
            if possible.best == possible.worst { possible.best.to_string() } else { format!("{}–{}", possible.best, possible.worst) };
        let mut row = vec![
            Line::plain(&rank.to_string()),
            // Once, where it begins.
            if *band == before { Line::new("│", SOFT) } else { Line::new(&band.to_string(), BOLD) },
            Line::new(&candidate.subject, BOLD),
            Line::new(&tier, style),
            candidate.score.map_or_else(|| Line::new(words.get("notRated"), SOFT), |score| Line::new(&words.points(score), BOLD)),
            Line::new(&range, if candidate.is_rated() { PLAIN } else { SOFT }),
            Line::plain(&percent(candidate.coverage)),
            Line::new(&places, SOFT),
        ];
        if any_review {
            row.push(if candidate.human_review { Line::new(words.get("reviewYes"), CARE) } else { Line::default() });
        }
        rows.push(row);
        before = *band;
    }
    let mut columns = vec![
        Column::right(words.get("colRank")),
        Column::left(words.get("colBand")),
        Column::left(words.get("colSubject")).down_to(16),
        Column::left(words.get("colTier")),
        Column::right(words.get("colScore")).down_to(8),
        Column::left(words.get("colRange")).down_to(11),
        Column::right(words.get("coverage")).down_to(6),
        Column::left(words.get("colPossible")).down_to(8),
    ];
    if any_review {
        columns.push(Column::left(words.get("colReview")).down_to(6));
    }
    if !rows.is_empty() {
        page.table(&columns, &rows);
        page.gap();
        page.paragraph(&Line::default(), &Line::new(words.get("bandNote"), SOFT));
    }
    page.gap();
    totals(page, words, list, synthetic);
    let under = words.with("under", &[("date", &list.as_of.to_string()), ("name", policy.name()), ("version", policy.version())]);
    page.paragraph(&Line::default(), &Line::new(&under, SOFT));
    page.paragraph(&Line::default(), &Line::new(words.of_policy(&policy.document().notice), SOFT));
}

/// Who meets the brief, and how many each condition leaves out.
fn totals(page: &mut Page, words: &Words, list: &Shortlist, synthetic: bool) {
    if synthetic {
        page.paragraph(&Line::default(), &Line::new(words.get("synthetic"), CARE));
    }
    let count = |n: u64| words.count(usize::try_from(n).unwrap_or(usize::MAX));
    let meet = words.with("meetBrief", &[("n", &count(list.candidates)), ("total", &count(list.subjects()))]);
    page.paragraph(&Line::default(), &Line::new(&meet, BOLD));
    let reasons: Vec<String> =
        (list.left_out.iter()).filter(|(_, n)| *n > 0).map(|(condition, n)| format!("{condition} {}", count(*n))).collect();
    if !reasons.is_empty() {
        page.paragraph(&Line::default(), &Line::plain(&words.with("leftOutBy", &[("reasons", &reasons.join(", "))])));
    }
    let beyond = list.beyond_limit;
    if beyond.count > 0 {
        let band = list.listed.last().map_or(0, |one| one.band);
        let texts = [("n", count(beyond.count)), ("same", count(beyond.not_told_apart)), ("band", count(band))];
        let texts = texts.each_ref().map(|(name, text)| (*name, text.as_str()));
        page.paragraph(&Line::default(), &Line::new(&words.with("beyondLimit", &texts), CARE));
    }
}
