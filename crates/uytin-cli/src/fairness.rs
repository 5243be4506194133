//! `uytin fairness`: scores, coverage, tiers and restrictions of the groups of a population side by side.

use std::collections::HashMap;
use std::path::Path;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_cast::cast;
use arrow_schema::DataType;
use uytin::fairness::{Fairness, FairnessReport, FairnessSettings, Member};
use uytin::{Date, Language, Policy, quote, tool_text};
use uytin_columns::{Job, Scored};

use crate::args;
use crate::assess::{left_out, rules};
use crate::document::{Document, Part};
use crate::failure::{Failure, Result};
use crate::input::{self, InputFormat, Skipped, quote_path};
use crate::interrupt;
use crate::output;
use crate::progress::Progress;
use crate::table::{Stop, open, set, with_batches};
use crate::text::Words;

/// A subject's group by its number, and how it turned out.
type Standing = (u32, Option<bool>);

/// Which subject is of which group.
struct Groups {
    names: Vec<String>,
    of: HashMap<String, Standing>,
}

pub fn run(args: &args::Fairness, quiet: bool) -> Result<u8> {
    input::read_once(args.records.files.iter().chain(&args.under.policy).chain([&args.groups]))?;
    let (policy, as_of) = rules(&args.under)?;
    let policy = policy.policy;
    let groups = read_groups(&args.groups, &args.group_column, args.outcome_column.as_deref())?;
    let settings = FairnessSettings { least: args.least, seed: args.seed, replicates: args.replicates };
    let mut fairness = Fairness::new(&policy, settings);
    let mut without = 0_usize;
    let mut take = |scored: Scored<'_>| match groups.of.get(scored.subject) {
        Some(&(group, outcome)) => {
            let group = groups.names.get(group as usize).map_or("", String::as_str);
            fairness.add(&Member { group, score: scored.score, coverage: scored.coverage, tier: scored.tier, outcome });
        }
        None => without += 1,
    };
    let progress = Progress::new(quiet);
    let skipped = read_scores(args, &policy, as_of, &progress, &mut take)?;
    progress.clear();
    let report = fairness.report();
    let words = Words::of(args.report.language.get());
    document(&report, &policy, &words).write(&args.report)?;
    if !quiet && without > 0 {
        output::say(&words.with("fairWithout", &[("n", &words.count(without))]));
    }
    Ok(left_out(&skipped))
}

/// Scores of records, or those that a file of scores holds.
fn read_scores(
    args: &args::Fairness,
    policy: &Policy,
    as_of: Date,
    progress: &Progress,
    take: &mut (impl FnMut(Scored<'_>) + Send),
) -> Result<Skipped> {
    if let [path] = args.records.files.as_slice() {
        match InputFormat::table(args.records.input_format, path) {
            Some(format) => {
                let (batches, _spooled) = open(path, format, "a file of scores or records")?;
                let has = |name: &str| batches.schema.field_with_name(name).is_ok();
                if has("score") && has("tier") {
                    return table_scores(path, batches, policy, take).map(|()| Skipped::default());
                }
            }
            None if path.as_os_str() != "-" && input::are_assessments(path)? => {
                input::assessments(path, |subject, score, coverage, tier| {
                    known_tier(path, policy, tier)?;
                    take(Scored { subject, score, coverage, tier });
                    Ok(())
                })?;
                return Ok(Skipped::default());
            }
            None => {}
        }
    }
    let work = |stream: crate::table::Stream<'_>| {
        progress.scoring(stream.rows.unwrap_or_default());
        let tell = |done: uytin_columns::Progress| progress.at(done.rows, done.subjects);
        let mut job = Job::new(policy, as_of);
        set(&mut job, &args.engine);
        job.progress = Some(&tell);
        job.rows_total = stream.rows;
        uytin_columns::scores(&job, stream.batches, take).map_err(Stop::from)
    };
    with_batches(&args.records, policy, as_of, None, work).map(|(_, skipped)| skipped)
}

fn known_tier(path: &Path, policy: &Policy, tier: &str) -> Result<()> {
    if crate::text::tiers(policy).any(|known| known == tier) {
        return Ok(());
    }
    Err(Failure::at(
        format_args!("{}: $.tier", quote_path(path)),
        quote(tier),
        "a tier of the policy: name the policy of the scores with `--policy`",
    ))
}

fn table_scores(path: &Path, batches: uytin_columns::Batches, policy: &Policy, take: &mut impl FnMut(Scored<'_>)) -> Result<()> {
    let name = quote_path(path);
    for batch in batches {
        interrupt::check().map_err(|error| Failure::writing(&name, &error))?;
        let batch = batch.map_err(|error| Failure::of(&name, &error))?;
        let column = |column: &str, kind: &DataType| {
            let found = batch.column_by_name(column).and_then(|array| cast(array, kind).ok());
            found.ok_or_else(|| Failure::at(format_args!("{name}: $.{column}"), "no such column", "scores as `uytin assess` writes them"))
        };
        let (subjects, tiers) = (column("subject", &DataType::Utf8)?, column("tier", &DataType::Utf8)?);
        let (scores, coverage) = (column("score", &DataType::Float64)?, column("coverage", &DataType::Float64)?);
        let (subjects, tiers) = (subjects.as_string::<i32>(), tiers.as_string::<i32>());
        let (scores, coverage) = (scores.as_primitive::<Float64Type>(), coverage.as_primitive::<Float64Type>());
        for row in 0..batch.num_rows() {
            let tier = tiers.value(row);
            known_tier(path, policy, tier)?;
            // Of a subject that is not rated some outputs hold no score.
            let number = |array: &arrow_array::Float64Array| if array.is_null(row) { f64::NAN } else { array.value(row) };
            take(Scored { subject: subjects.value(row), score: number(scores), coverage: number(coverage), tier });
        }
    }
    Ok(())
}

/// Reads which subject is of which group: any table with the columns.
fn read_groups(path: &Path, group: &str, outcome: Option<&str>) -> Result<Groups> {
    let Some(format) = InputFormat::table(None, path).or((path.as_os_str() == "-").then_some(uytin_columns::Format::Csv)) else {
        return Err(Failure::at(quote_path(path), "no such format", "groups as .csv, .parquet or .arrow"));
    };
    let name = quote_path(path);
    let (batches, _spooled) = open(path, format, "a file of groups")?;
    // Also where there are no rows.
    for needed in ["subject", group].into_iter().chain(outcome) {
        if batches.schema.field_with_name(needed).is_err() {
            let expected = if Some(needed) == outcome { "the column of the outcome" } else { "the columns `subject` and the group's" };
            return Err(Failure::at(format_args!("{name}: $.{needed}"), "no such column", expected));
        }
    }
    let outcome = outcome.unwrap_or("outcome");
    let mut groups = Groups { names: Vec::new(), of: HashMap::new() };
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut row_number = 0_u64;
    for batch in batches {
        let batch = batch.map_err(|error| Failure::of(&name, &error))?;
        let texts = |column: &str| batch.column_by_name(column).and_then(|array| cast(array, &DataType::Utf8).ok());
        let need = |column: &str| {
            texts(column)
                .ok_or_else(|| Failure::at(format_args!("{name}: $.{column}"), "no such column", "the columns `subject` and the group's"))
        };
        let (subjects, of, outcomes) = (need("subject")?, need(group)?, texts(outcome));
        for row in 0..batch.num_rows() {
            let place = |column: &str| format!("{name}: row {row_number}: $.{column}");
            let (subject, of) = (subjects.as_string::<i32>(), of.as_string::<i32>());
            if subject.is_null(row) {
                return Err(Failure::at(place("subject"), "`null`", "a subject"));
            }
            let result = match outcomes.as_ref().map(|outcomes| outcomes.as_string::<i32>()).filter(|outcomes| !outcomes.is_null(row)) {
                Some(outcomes) => turned_out(outcomes.value(row)).map_err(|found| {
                    Failure::at(
                        place(outcome),
                        found,
                        "`1` (or true, yes) where it turned out well, `0` (or false, no) where not, or nothing",
                    )
                })?,
                None => None,
            };
            if !of.is_null(row) {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                let number = *numbers.entry(of.value(row).to_owned()).or_insert_with(|| {
                    groups.names.push(of.value(row).to_owned());
                    next
                });
                if groups.of.insert(subject.value(row).to_owned(), (number, result)).is_some() {
                    return Err(Failure::at(place("subject"), format_args!("{} again", quote(subject.value(row))), "each subject once"));
                }
            }
            row_number += 1;
        }
    }
    Ok(groups)
}

fn turned_out(text: &str) -> std::result::Result<Option<bool>, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "1" | "1.0" | "true" | "yes" => Ok(Some(true)),
        "0" | "0.0" | "false" | "no" => Ok(Some(false)),
        _ => Err(quote(text)),
    }
}

/// A figure's name: in English its code.
fn name_of(words: &Words, policy: &Policy, of: &str) -> String {
    match (words.language(), of.strip_prefix("tier:")) {
        (Language::English, _) => of.to_owned(),
        (language, Some(tier)) => tool_text("fairness_figures", "tier", language).replace("{tier}", &words.tier(policy, tier).0),
        (language, None) => tool_text("fairness_figures", of, language),
    }
}

fn document(report: &FairnessReport, policy: &Policy, words: &Words) -> Document {
    let name = |of: &str| name_of(words, policy, of);
    let digest = report.digest.to_string();
    let intro = [
        ("subjects", words.big(report.subjects)),
        ("groups", words.count(report.groups.len())),
        ("known", if report.outcomes == 0 { words.get("fairNone").to_owned() } else { words.big(report.outcomes) }),
        ("method", words.get(if report.intervals == "bootstrap" { "fairBootstrap" } else { "fairNormal" }).to_owned()),
    ];
    let mut parts = vec![
        Part::Text(words.with("policyIs", &[("name", &report.policy), ("version", &report.version), ("digest", &digest)])),
        Part::Text(words.of_policy(&policy.document().notice).to_owned()),
        Part::Text(words.with("fairIntro", &intro.each_ref().map(|(name, text)| (*name, text.as_str())))),
    ];
    parts.extend(report.caution.map(|caution| Part::Text(tool_text("fairness_cautions", caution, words.language()))));
    let least = words.count(report.least);
    for group in &report.groups {
        let (rated, subjects) = (words.big(group.rated), words.big(group.subjects));
        parts.push(Part::Heading(words.with("fairGroup", &[("group", &group.group), ("rated", &rated), ("subjects", &subjects)])));
        let caution = |code| tool_text("group_cautions", code, words.language()).replace("{n}", &least);
        parts.extend(group.caution.map(|code| Part::Text(caution(code))));
        let rows: Vec<Vec<String>> = group
            .figures
            .iter()
            .filter(|figure| figure.mean.estimate.is_some())
            .map(|figure| {
                let digits = if figure.of == "score" { 1 } else { 3 };
                vec![
                    name(&figure.of),
                    if figure.differs == Some(true) { words.get("fairDiffers").to_owned() } else { String::new() },
                    words.big(figure.subjects),
                    words.estimated(&figure.mean, digits),
                    words.estimated(&figure.gap, digits),
                ]
            })
            .collect();
        let few = group.figures.iter().filter(|figure| figure.subjects > 0 && figure.mean.estimate.is_none());
        let few: Vec<String> = few.map(|figure| name(&figure.of)).collect();
        if !few.is_empty() {
            parts.push(Part::Text(words.with("fairFew", &[("n", &least), ("list", &few.join(", "))])));
        }
        if !rows.is_empty() {
            let [figure, subjects, mean, gap] = ["fairFigure", "calibSubjects", "fairMean", "fairGap"].map(|key| words.get(key));
            parts.push(Part::Table { columns: vec![figure, "", subjects, mean, gap], rows, texts: 2 });
        }
    }
    let comparable: Vec<_> = report.groups.iter().filter(|group| !group.figures.is_empty()).collect();
    for (of, caption) in [("score", "fairScores"), ("false-restriction", "fairFalse")] {
        let bars: Vec<(&str, &uytin::Estimated)> = comparable
            .iter()
            .filter_map(|group| Some((group.group.as_str(), &group.figures.iter().find(|figure| figure.of == of)?.mean)))
            .filter(|(_, mean)| mean.estimate.is_some())
            .collect();
        if bars.len() > 1 {
            parts.push(Part::Figure { svg: bars_svg(&bars, of == "score", words), caption: words.get(caption).to_owned() });
        }
    }
    Document { title: words.get("fairTitle").to_owned(), parts, json: report.to_json(), language: words.language() }
}

/// Points with their intervals, a group a line.
fn bars_svg(bars: &[(&str, &uytin::Estimated)], is_points: bool, words: &Words) -> String {
    use std::fmt::Write;
    let most = if is_points { 100.0 } else { 1.0 };
    let x = |value: f64| 190.0 + 380.0 * (value / most).clamp(0.0, 1.0);
    let height = 30 + 26 * bars.len();
    let mut out = format!(r#"<svg viewBox="0 0 640 {height}" role="img" aria-label="{}">"#, words.get("fairGroups"));
    for n in 0..=4 {
        let value = most * f64::from(n) / 4.0;
        let _ = write!(out, r#"<line class="grid" x1="{0:.1}" y1="4" x2="{0:.1}" y2="{1}"/>"#, x(value), height - 22);
        let label = words.decimals(value, if is_points { 0 } else { 2 });
        let _ = write!(out, r#"<text x="{:.1}" y="{}" text-anchor="middle">{label}</text>"#, x(value), height - 6);
    }
    for (n, (name, mean)) in bars.iter().enumerate() {
        let y = 18 + 26 * n;
        let short: String = name.chars().take(24).collect();
        let _ = write!(out, r#"<text x="180" y="{}" text-anchor="end">{}</text>"#, y + 4, crate::html::escaped(&short));
        if let (Some(lower), Some(upper)) = (mean.lower, mean.upper) {
            let _ = write!(out, r#"<line class="s0 line" x1="{:.1}" y1="{y}" x2="{:.1}" y2="{y}"/>"#, x(lower), x(upper));
        }
        if let Some(value) = mean.estimate {
            let digits = if is_points { 1 } else { 3 };
            let _ = write!(out, r#"<circle class="s0" cx="{:.1}" cy="{y}" r="4"/>"#, x(value));
            let _ = write!(out, r#"<text x="580" y="{}">{}</text>"#, y + 4, words.decimals(value, digits));
        }
    }
    out + "</svg>"
}
