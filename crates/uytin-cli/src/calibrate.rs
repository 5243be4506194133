//! `uytin calibrate`: a policy fitted to records, and how well it predicts.

use std::fmt::Write;

use uytin::calibrate::{Bin, Calibration, CriterionFit, Method, NOTICE, Population, Settings, calibrate};
use uytin_columns::Job;

use crate::args::Calibrate;
use crate::assess::{left_out, rules};
use crate::document::{Document, Part, count, decimals, estimated};
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
    let calibration = calibrate(&population, &policy, &settings).map_err(|error| Failure::of("calibrate", &error))?;
    let document = document(&calibration, &population);
    if let Some(output) = output {
        let pretty: serde_json::Value = serde_json::from_str(calibration.fitted.canonical()).unwrap_or_default();
        output.write(|out| writeln!(out, "{pretty:#}"))?;
    }
    document.write_to(report, args.format)?;
    if !quiet {
        say_set_aside(&summary, &Words::of(uytin::Language::English));
        if let Some(path) = &args.output {
            output::say(&format!("fitted policy {} written to {}", calibration.fitted.digest(), input::quote_path(path)));
        }
    }
    Ok(left_out(&skipped))
}

fn document(calibration: &Calibration, population: &Population) -> Document {
    let Calibration { policy, fitted, settings, evaluation, .. } = calibration;
    let mut parts = vec![
        Part::Text(format!(
            "Policy {} {}, fitted to records up to {} as {} {} ({}). {} subjects, {} rows; seed {}, {} replicates.",
            policy.name(),
            policy.version(),
            settings.train_to,
            fitted.name(),
            fitted.version(),
            fitted.digest(),
            count(population.len()),
            count(population.rows()),
            settings.seed,
            count(settings.replicates)
        )),
        Part::Text(NOTICE.to_owned()),
    ];
    if calibration.sampled.contains(&true) {
        let of = |n: usize| count(n);
        parts.push(Part::Text(format!(
            "Half-lives were sought on at most {} rows a criterion, and predictions made of at most {} rows, of whole subjects drawn at random.",
            of(settings.search_rows),
            of(settings.test_rows)
        )));
    }
    parts.push(Part::Heading("Priors and half-lives: given → fitted".into()));
    let changed = |[given, fitted]: [f64; 2], digits: usize| {
        if (given - fitted).abs() < 1e-9 { number(given) } else { format!("{} → {:.digits$}", number(given), fitted) }
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
            decimals(fit.structure.mean_error.filter(|_| fit.prior.is_fitted()), 4),
            decimals(fit.structure.strength_error.filter(|_| fit.prior.is_fitted()), 3),
        ]
    });
    let columns = vec!["criterion", "prior mean", "strength", "half-life", "subjects", "records", "s.e. mean", "s.e. strength"];
    parts.push(Part::Table { columns, rows: rows.collect(), texts: 1 });
    parts.extend(words(&calibration.criteria));
    predictions(&mut parts, calibration);
    let from = settings.test_from;
    let title = if evaluation.checks > 0 { format!("Calibration, tried on checks from {from}") } else { "Calibration".to_owned() };
    Document { title, parts, json: calibration.to_json() }
}

fn number(x: f64) -> String {
    format!("{}", (x * 1e6).round() / 1e6)
}

/// What is to be said of the fits.
fn words(fits: &[CriterionFit]) -> Vec<Part> {
    let mut parts = Vec::new();
    for fit in fits {
        let mut said: Vec<String> = Vec::new();
        if !fit.prior.is_fitted() {
            said.push(format!("prior: {} ({})", fit.prior.text(), fit.prior.as_str()));
        }
        let half_life = &fit.half_life;
        if half_life.code != uytin::calibrate::FitCode::Fitted {
            said.push(format!("half-life: {} ({})", half_life.code.text(), half_life.code.as_str()));
        } else if half_life.days[0] != half_life.days[1] && half_life.gain.differs() != Some(true) {
            said.push("half-life: the records cannot tell the fitted one from the given one".to_owned());
        }
        if !said.is_empty() {
            parts.push(Part::Text(format!("{}: {}.", fit.id, said.join("; "))));
        }
    }
    parts
}

const fn title(method: Method) -> &'static str {
    match method {
        Method::Fitted => "fitted policy",
        Method::Given => "given policy",
        Method::Undecayed => "undecayed posterior",
        Method::Laplace => "Laplace",
        Method::RawMean => "raw mean",
        Method::LastValue => "last value",
    }
}

fn predictions(parts: &mut Vec<Part>, calibration: &Calibration) {
    let evaluation = &calibration.evaluation;
    parts.push(Part::Heading(format!("Predictions of checks from {}", calibration.settings.test_from)));
    let caution = match evaluation.caution {
        Some("no-predictions") => Some("There are no later checks: nothing can be said of predictions."),
        Some("constant") => Some("All later checks had the same outcome: there is nothing to tell apart."),
        Some("one-subject") => Some("The later checks are of one subject: there are no intervals by subject."),
        _ => None,
    };
    parts.extend(caution.map(|text| Part::Text(text.to_owned())));
    if evaluation.methods.is_empty() {
        return;
    }
    parts.push(Part::Text(format!(
        "{} checks of {} subjects, of which {} % held; {} are of subjects without earlier checks. Each is predicted from what was known on the day before. Intervals: 95 %, bootstrap by subject.",
        count(usize::try_from(evaluation.checks).unwrap_or_default()),
        count(evaluation.subjects),
        decimals(evaluation.share_held.map(|share| share * 100.0), 1),
        count(usize::try_from(evaluation.checks_without_history).unwrap_or_default()),
    )));
    let rows = evaluation.methods.iter().map(|method| {
        vec![
            title(method.method).to_owned(),
            estimated(&method.auc, 3),
            estimated(&method.brier, 3),
            estimated(&method.log_loss, 3),
            decimals(method.calibration_error, 3),
        ]
    });
    let columns = vec!["method", "AUC", "Brier", "log-loss", "calibration error"];
    parts.push(Part::Table { columns, rows: rows.collect(), texts: 1 });
    parts.push(Part::Heading("Beside the fitted policy".into()));
    let rows = evaluation.versus.iter().map(|versus| {
        let alike = match versus.cannot_tell_apart_by.as_slice() {
            [] => "– (told apart)".to_owned(),
            alike => alike.join(", "),
        };
        let mut row = vec![title(versus.method).to_owned(), alike];
        row.extend([&versus.auc, &versus.brier, &versus.log_loss].map(|one| estimated(one, 4)));
        row
    });
    let columns = vec!["method less fitted policy", "cannot be told apart by", "Δ AUC", "Δ Brier", "Δ log-loss"];
    parts.push(Part::Table { columns, rows: rows.collect(), texts: 2 });
    curves(parts, calibration);
    parts.push(Part::Heading("The interval, made on the last day of the fit".into()));
    let rows = evaluation.coverage.iter().map(|one| {
        vec![
            title(one.method).to_owned(),
            decimals(Some(one.nominal), 2),
            count(one.pairs),
            estimated(&one.covered, 2),
            estimated(&one.covered_with_noise, 2),
        ]
    });
    let columns = vec!["policy", "nominal", "pairs", "covered the later share", "with the noise of that share"];
    parts.push(Part::Table { columns, rows: rows.collect(), texts: 1 });
}

fn curves(parts: &mut Vec<Part>, calibration: &Calibration) {
    let methods = &calibration.evaluation.methods;
    let of = |method: Method| methods.iter().find(|one| one.method == method).map(|one| one.curve.as_slice()).unwrap_or_default();
    let (fitted, raw) = (of(Method::Fitted), of(Method::RawMean));
    parts.push(Part::Heading("Calibration curve of the fitted policy".into()));
    let svg = curve_svg(&[("fitted policy", fitted), ("raw mean", raw)]);
    let caption = "Share of checks that held, by what was predicted: of a calibrated method the points lie on the dashed line. Bars: 95 %, by subject; larger points stand for more checks; bins of fewer than ten are not drawn.";
    parts.push(Part::Figure { svg, caption: caption.into() });
    let rows = fitted.iter().map(|bin| {
        vec![
            format!("{:.1} to {:.1}", bin.from, bin.to),
            count(usize::try_from(bin.checks).unwrap_or_default()),
            decimals(Some(bin.predicted), 3),
            estimated(&bin.observed, 3),
        ]
    });
    parts.push(Part::Table { columns: vec!["predicted", "checks", "mean prediction", "share that held"], rows: rows.collect(), texts: 1 });
}

/// Calibration curves as SVG.
fn curve_svg(series: &[(&str, &[Bin])]) -> String {
    const SIDE: f64 = 380.0;
    const LEFT: f64 = 56.0;
    const TOP: f64 = 14.0;
    let x = |share: f64| LEFT + SIDE * share;
    let y = |share: f64| TOP + SIDE * (1.0 - share);
    let mut out = String::from(r#"<svg viewBox="0 0 600 450" role="img" aria-label="calibration curves">"#);
    for n in 0..=5 {
        let share = f64::from(n) / 5.0;
        let _ = write!(out, r#"<line class="grid" x1="{0:.1}" y1="{TOP}" x2="{0:.1}" y2="{1:.1}"/>"#, x(share), y(0.0));
        let _ = write!(out, r#"<line class="grid" x1="{LEFT}" y1="{0:.1}" x2="{1:.1}" y2="{0:.1}"/>"#, y(share), x(1.0));
        let _ = write!(out, r#"<text x="{:.1}" y="{:.1}" text-anchor="middle">{share:.1}</text>"#, x(share), y(0.0) + 18.0);
        let _ = write!(out, r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{share:.1}</text>"#, LEFT - 8.0, y(share) + 4.0);
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
    let _ = write!(out, r#"<text x="{:.1}" y="440" text-anchor="middle">predicted</text>"#, x(0.5));
    let _ = write!(
        out,
        r#"<text x="14" y="{0:.1}" text-anchor="middle" transform="rotate(-90 14 {0:.1})">share that held</text></svg>"#,
        y(0.5)
    );
    out
}
