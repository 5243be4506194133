//! `uytin calibrate`: a policy fitted to records, and how well it predicts.

use std::fmt::Write;

use uytin::calibrate::{Bin, Calibration, CriterionFit, FitCode, Method, Population, Settings, calibrate, notice};
use uytin::tool_text;
use uytin_columns::Job;

use crate::args::Calibrate;
use crate::assess::{left_out, rules};
use crate::document::{Document, Part};
use crate::failure::{Failure, Result};
use crate::input;
use crate::output::{self, Output};
use crate::progress::Progress;
use crate::table::{Stop, say_set_aside, set, with_batches};
use crate::text::Words;

pub fn run(args: &Calibrate, quiet: bool) -> Result<u8> {
    input::read_once(args.records.files.iter().chain(&args.under.policy))?;
    let output = args.output.as_deref().map(|path| Output::to(Some(path))).transpose()?;
    let report = Output::to(args.report.as_deref())?;
    let (policy, as_of) = rules(&args.under)?;
    let policy = policy.policy;
    let progress = Progress::new(quiet);
    let work = |stream: crate::table::Stream<'_>| {
        progress.scoring(stream.rows.unwrap_or_default());
        let tell = |done: uytin_columns::Progress| progress.at(done.rows, done.subjects);
        let mut job = Job::new(&policy, as_of);
        set(&mut job, &args.engine);
        job.progress = Some(&tell);
        job.rows_total = stream.rows;
        uytin_columns::population(&job, stream.batches).map_err(Stop::from)
    };
    let ((population, summary), skipped) = with_batches(&args.records, &policy, as_of, None, work)?;
    progress.clear();
    let settings = Settings::of(&population, args.train_to, args.test_from);
    let settings = settings.unwrap_or_else(|| Settings::new(as_of, args.test_from.unwrap_or_else(|| as_of.plus(1))));
    let sample = args.sample_rows;
    let settings = Settings { seed: args.seed, replicates: args.replicates, search_rows: sample, test_rows: sample, ..settings };
    let calibration = calibrate(&population, &policy, &settings).map_err(|error| Failure::of_options(&error))?;
    let words = Words::of(args.language.get());
    let document = document(&calibration, &population, &words);
    if let Some(output) = output {
        let pretty: serde_json::Value = serde_json::from_str(calibration.fitted.canonical()).unwrap_or_default();
        output.write(|out| writeln!(out, "{pretty:#}"))?;
    }
    document.write_to(report, args.format)?;
    if !quiet {
        say_set_aside(&summary, &words);
        if let Some(path) = &args.output {
            let facts = [("digest", calibration.fitted.digest().to_string()), ("file", input::quote_path(path))];
            output::say(&words.with("fittedWritten", &facts.each_ref().map(|(name, text)| (*name, text.as_str()))));
        }
    }
    Ok(left_out(&skipped))
}

fn document(calibration: &Calibration, population: &Population, words: &Words) -> Document {
    let Calibration { policy, fitted, settings, evaluation, .. } = calibration;
    let count = |n: usize| words.count(n);
    let facts = [
        ("name", policy.name().to_owned()),
        ("version", policy.version().to_owned()),
        ("date", settings.train_to.to_string()),
        ("fitted", fitted.name().to_owned()),
        ("fittedVersion", fitted.version().to_owned()),
        ("digest", fitted.digest().to_string()),
        ("subjects", count(population.len())),
        ("rows", count(population.rows())),
        ("seed", settings.seed.to_string()),
        ("replicates", count(settings.replicates)),
    ];
    let facts = facts.each_ref().map(|(name, text)| (*name, text.as_str()));
    let mut parts = vec![Part::Text(words.with("calibPolicy", &facts)), Part::Text(notice(words.language()))];
    if calibration.sampled.contains(&true) {
        let rows = [("search", count(settings.search_rows)), ("test", count(settings.test_rows))];
        parts.push(Part::Text(words.with("calibSampled", &rows.each_ref().map(|(name, text)| (*name, text.as_str())))));
    }
    parts.push(Part::Heading(words.get("calibPriors").to_owned()));
    let number = |x: f64| words.language().decimal((x * 1e6).round() / 1e6);
    let changed = |[given, fitted]: [f64; 2], digits: usize| {
        if (given - fitted).abs() < 1e-9 { number(given) } else { format!("{} → {}", number(given), words.decimals(fitted, digits)) }
    };
    let rows = calibration.criteria.iter().map(|fit| {
        let [given, days] = fit.half_life.days;
        vec![
            fit.id.to_string(),
            changed(fit.mean, 4),
            changed(fit.strength, 3),
            if given == days { days.to_string() } else { format!("{given} → {days}") },
            count(fit.structure.subjects),
            count(fit.structure.records),
            words.maybe(fit.structure.mean_error.filter(|_| fit.prior.is_fitted()), 4),
            words.maybe(fit.structure.strength_error.filter(|_| fit.prior.is_fitted()), 3),
        ]
    });
    let columns = [
        "calibCriterion",
        "calibMean",
        "calibStrength",
        "calibHalfLife",
        "calibSubjects",
        "calibRecords",
        "calibMeanError",
        "calibStrengthError",
    ];
    parts.push(Part::Table { columns: columns.map(|key| words.get(key)).into(), rows: rows.collect(), texts: 1 });
    parts.extend(said(&calibration.criteria, words));
    predictions(&mut parts, calibration, words);
    let from = settings.test_from.to_string();
    let title = if evaluation.checks > 0 { words.with("calibTitleTried", &[("date", &from)]) } else { words.get("calibTitle").to_owned() };
    Document { title, parts, json: calibration.to_json(), language: words.language() }
}

/// What is to be said of the fits.
fn said(fits: &[CriterionFit], words: &Words) -> Vec<Part> {
    let mut parts = Vec::new();
    for fit in fits {
        let mut said: Vec<String> = Vec::new();
        let of = |key, code: FitCode| words.with(key, &[("text", &code.text(words.language())), ("code", code.as_str())]);
        if !fit.prior.is_fitted() {
            said.push(of("calibSaidPrior", fit.prior));
        }
        let half_life = &fit.half_life;
        if half_life.code != FitCode::Fitted {
            said.push(of("calibSaidHalfLife", half_life.code));
        } else if half_life.days[0] != half_life.days[1] && half_life.gain.differs() != Some(true) {
            said.push(words.get("calibAlike").to_owned());
        }
        if !said.is_empty() {
            parts.push(Part::Text(format!("{}: {}.", fit.id, said.join("; "))));
        }
    }
    parts
}

fn predictions(parts: &mut Vec<Part>, calibration: &Calibration, words: &Words) {
    let evaluation = &calibration.evaluation;
    let title = |method: Method| method.title(words.language());
    let columns = |keys: &[&'static str]| keys.iter().map(|key| words.get(key)).collect::<Vec<_>>();
    parts.push(Part::Heading(words.with("calibPredictions", &[("date", &calibration.settings.test_from.to_string())])));
    parts.extend(evaluation.caution.map(|caution| Part::Text(tool_text("evaluation_cautions", caution, words.language()))));
    if evaluation.methods.is_empty() {
        return;
    }
    let trial = [
        ("checks", words.big(evaluation.checks)),
        ("subjects", words.count(evaluation.subjects)),
        ("share", words.maybe(evaluation.share_held.map(|share| share * 100.0), 1)),
        ("without", words.big(evaluation.checks_without_history)),
    ];
    parts.push(Part::Text(words.with("calibTrial", &trial.each_ref().map(|(name, text)| (*name, text.as_str())))));
    let rows = evaluation.methods.iter().map(|method| {
        vec![
            title(method.method),
            words.estimated(&method.auc, 3),
            words.estimated(&method.brier, 3),
            words.estimated(&method.log_loss, 3),
            words.maybe(method.calibration_error, 3),
        ]
    });
    let heads = columns(&["calibMethod", "calibAuc", "calibBrier", "calibLogLoss", "calibError"]);
    parts.push(Part::Table { columns: heads, rows: rows.collect(), texts: 1 });
    parts.push(Part::Heading(words.get("calibBeside").to_owned()));
    let rows = evaluation.versus.iter().map(|versus| {
        let alike = match versus.cannot_tell_apart_by.as_slice() {
            [] => words.get("calibApart").to_owned(),
            alike => alike.join(", "),
        };
        let mut row = vec![title(versus.method), alike];
        row.extend([&versus.auc, &versus.brier, &versus.log_loss].map(|one| words.estimated(one, 4)));
        row
    });
    let mut heads = columns(&["calibLess", "calibNotApart"]);
    heads.extend(["Δ AUC", "Δ Brier", "Δ log-loss"]);
    parts.push(Part::Table { columns: heads, rows: rows.collect(), texts: 2 });
    curves(parts, calibration, words);
    parts.push(Part::Heading(words.get("calibInterval").to_owned()));
    let rows = evaluation.coverage.iter().map(|one| {
        vec![
            title(one.method),
            words.decimals(one.nominal, 2),
            words.count(one.pairs),
            words.estimated(&one.covered, 2),
            words.estimated(&one.covered_with_noise, 2),
        ]
    });
    let heads = columns(&["calibOfPolicy", "calibNominal", "calibPairs", "calibCovered", "calibCoveredNoise"]);
    parts.push(Part::Table { columns: heads, rows: rows.collect(), texts: 1 });
}

fn curves(parts: &mut Vec<Part>, calibration: &Calibration, words: &Words) {
    let methods = &calibration.evaluation.methods;
    let of = |method: Method| methods.iter().find(|one| one.method == method).map(|one| one.curve.as_slice()).unwrap_or_default();
    let (fitted, raw) = (of(Method::Fitted), of(Method::RawMean));
    parts.push(Part::Heading(words.get("calibCurve").to_owned()));
    let title = |method: Method| method.title(words.language());
    let svg = curve_svg(&[(&title(Method::Fitted), fitted), (&title(Method::RawMean), raw)], words);
    parts.push(Part::Figure { svg, caption: words.get("calibCaption").to_owned() });
    let rows = fitted.iter().map(|bin| {
        vec![
            words.with("span", &[("from", &words.decimals(bin.from, 1)), ("to", &words.decimals(bin.to, 1))]),
            words.big(bin.checks),
            words.decimals(bin.predicted, 3),
            words.estimated(&bin.observed, 3),
        ]
    });
    let columns = ["calibPredicted", "calibChecks", "calibMeanPrediction", "calibHeld"].map(|key| words.get(key)).into();
    parts.push(Part::Table { columns, rows: rows.collect(), texts: 1 });
}

/// Calibration curves as SVG.
fn curve_svg(series: &[(&str, &[Bin])], words: &Words) -> String {
    const SIDE: f64 = 380.0;
    const LEFT: f64 = 56.0;
    const TOP: f64 = 14.0;
    let x = |share: f64| LEFT + SIDE * share;
    let y = |share: f64| TOP + SIDE * (1.0 - share);
    let mut out = format!(r#"<svg viewBox="0 0 600 450" role="img" aria-label="{}">"#, words.get("calibCurves"));
    for n in 0..=5 {
        let share = f64::from(n) / 5.0;
        let label = words.decimals(share, 1);
        let _ = write!(out, r#"<line class="grid" x1="{0:.1}" y1="{TOP}" x2="{0:.1}" y2="{1:.1}"/>"#, x(share), y(0.0));
        let _ = write!(out, r#"<line class="grid" x1="{LEFT}" y1="{0:.1}" x2="{1:.1}" y2="{0:.1}"/>"#, y(share), x(1.0));
        let _ = write!(out, r#"<text x="{:.1}" y="{:.1}" text-anchor="middle">{label}</text>"#, x(share), y(0.0) + 18.0);
        let _ = write!(out, r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{label}</text>"#, LEFT - 8.0, y(share) + 4.0);
    }
    let _ = write!(out, r#"<line class="ideal" x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}"/>"#, x(0.0), y(0.0), x(1.0), y(1.0));
    let most = series.iter().flat_map(|(_, bins)| *bins).map(|bin| bin.checks).max().unwrap_or(1);
    for (n, (name, bins)) in series.iter().enumerate() {
        let bins = || bins.iter().filter(|bin| bin.observed.lower.is_some());
        let points: Vec<(f64, f64)> = bins().filter_map(|bin| Some((x(bin.predicted), y(bin.observed.estimate?)))).collect();
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let dash = if n == 0 { "" } else { " dash" };
        let _ = write!(out, r#"<polyline class="s{n} line{dash}" style="fill:none" points="{}"/>"#, path.join(" "));
        for bin in bins() {
            let Some(share) = bin.observed.estimate else { continue };
            if let (Some(lower), Some(upper)) = (bin.observed.lower, bin.observed.upper) {
                let _ = write!(
                    out,
                    r#"<line class="s{n}" x1="{0:.1}" y1="{1:.1}" x2="{0:.1}" y2="{2:.1}"/>"#,
                    x(bin.predicted),
                    y(lower),
                    y(upper)
                );
            }
            #[expect(clippy::cast_precision_loss, reason = "a size on the screen")]
            let size = 2.5 + 4.5 * (bin.checks as f64 / most as f64).sqrt();
            let _ = write!(out, r#"<circle class="s{n}" cx="{:.1}" cy="{:.1}" r="{size:.1}"/>"#, x(bin.predicted), y(share));
        }
        let key = TOP + 16.0 + 22.0 * f64::from(u32::try_from(n).unwrap_or_default());
        let _ = write!(out, r#"<line class="s{n} line{dash}" x1="456" y1="{key:.1}" x2="484" y2="{key:.1}"/>"#);
        let _ = write!(out, r#"<text x="492" y="{:.1}">{name}</text>"#, key + 4.0);
    }
    let _ = write!(out, r#"<text x="{:.1}" y="440" text-anchor="middle">{}</text>"#, x(0.5), words.get("calibPredicted"));
    let _ = write!(
        out,
        r#"<text x="14" y="{0:.1}" text-anchor="middle" transform="rotate(-90 14 {0:.1})">{1}</text></svg>"#,
        y(0.5),
        words.get("calibHeld")
    );
    out
}
