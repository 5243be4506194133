//! `uytin policy`: check, digest and show.

use std::path::PathBuf;

use uytin::{Condition, Direction, Language, Policy, PolicyDiff, tool_text};

use crate::args::{PolicyFile, TextOrJson, To};
use crate::failure::{Failure, Result};
use crate::input;
use crate::output::Output;
use crate::text::{BOLD, CARE, Column, GAIN, LOSS, Line, PLAIN, Page, SOFT, Words, percent};

pub fn check(file: &PolicyFile) -> Result<u8> {
    let policy = match input::policy(file.file.as_deref()) {
        Err(Failure::Faults(mut faults)) if faults.len() > 1 => {
            faults.push(format!("{} faults", faults.len()));
            return Err(Failure::Faults(faults));
        }
        other => other?.policy,
    };
    let line = Line::new("valid  ", GAIN.bold()).add(&format!("{} {}", policy.name(), policy.version()), BOLD);
    let mut page = Page::new(100);
    page.line(&line.add(&format!("  {}", policy.digest()), SOFT));
    Output::to(None)?.write_text(&page.into_text())?;
    Ok(0)
}

pub fn digest(file: &PolicyFile) -> Result<u8> {
    let policy = input::policy(file.file.as_deref())?.policy;
    Output::to(None)?.write(|out| writeln!(out, "{}", policy.digest()))?;
    Ok(0)
}

pub fn show(file: &PolicyFile, format: TextOrJson, language: Language, to: &To) -> Result<u8> {
    let output = Output::to(to.output.as_deref())?;
    let policy = input::policy(file.file.as_deref())?;
    match format {
        // As it was read, so that it has the same digest.
        TextOrJson::Json => output.write(|out| writeln!(out, "{}", policy.text.trim_end()))?,
        TextOrJson::Text => {
            let mut page = Page::new(output.width());
            tables(&mut page, &Words::of(language), &policy.policy);
            output.write_text(&page.into_text())?;
        }
    }
    Ok(0)
}

/// What is valid and yet unwise.
pub fn lint(file: &PolicyFile, format: TextOrJson, language: Language, to: &To) -> Result<u8> {
    let output = Output::to(to.output.as_deref())?;
    let policy = input::policy(file.file.as_deref())?.policy;
    if format == TextOrJson::Json {
        output.write(|out| writeln!(out, "{}", policy.lint_json()))?;
        return Ok(0);
    }
    let words = Words::of(language);
    let mut page = Page::new(output.width());
    page.paragraph(&Line::default(), &Line::new(&format!("{} {}", policy.name(), policy.version()), BOLD));
    let warnings = policy.lint();
    if warnings.is_empty() {
        page.paragraph(&Line::default(), &Line::new(words.get("noWarning"), GAIN));
    }
    for warning in &warnings {
        page.gap();
        page.paragraph(&Line::default(), &Line::new(warning.code, CARE.bold()).add("  ", PLAIN).add(&warning.path, SOFT));
        for (label, text) in [("", warning.what(language)), ("why", warning.why(language)), ("remedy", warning.remedy(language))] {
            let label = if label.is_empty() { String::new() } else { format!("{}: ", words.get(label)) };
            page.paragraph(&Line::plain("  "), &Line::new(&label, SOFT).add(&text, PLAIN));
        }
    }
    output.write_text(&page.into_text())?;
    Ok(0)
}

/// What differs between two policies.
pub fn diff(files: [&PathBuf; 2], format: TextOrJson, language: Language, to: &To) -> Result<u8> {
    let output = Output::to(to.output.as_deref())?;
    input::read_once(files)?;
    let [from, to] = input::policies(Some(files[0]), files[1])?;
    let diff = PolicyDiff::of(&from, &to);
    match format {
        TextOrJson::Json => output.write(|out| writeln!(out, "{}", diff.to_json()))?,
        TextOrJson::Text => {
            let mut page = Page::new(output.width());
            changes(&mut page, &Words::of(language), [&from, &to], &diff);
            output.write_text(&page.into_text())?;
        }
    }
    Ok(0)
}

fn changes(page: &mut Page, words: &Words, [from, to]: [&Policy; 2], diff: &PolicyDiff) {
    let style = |direction: Direction| match direction {
        Direction::Stricter => LOSS,
        Direction::Laxer => GAIN,
        Direction::Mixed => CARE,
        Direction::Neither => SOFT,
    };
    let word = |direction: Direction| tool_text("policy_directions", direction.as_str(), words.language());
    let name = |policy: &Policy| format!("{} {}", policy.name(), policy.version());
    page.paragraph(&Line::default(), &Line::new(&name(from), BOLD).add("  →  ", SOFT).add(&name(to), BOLD));
    if diff.changes.is_empty() {
        page.paragraph(&Line::default(), &Line::plain(words.get("noChange")));
        return;
    }
    for (section, direction) in diff.sections() {
        page.heading(&tool_text("policy_sections", section.as_str(), words.language()));
        page.paragraph(&Line::plain("  "), &Line::new(&word(direction), style(direction).bold()));
        for change in diff.changes.iter().filter(|change| change.section == section) {
            let id = change.id.as_ref().map_or_else(String::new, |id| format!(" ({id})"));
            page.gap();
            page.paragraph(&Line::plain("  "), &Line::plain(&change.path).add(&id, SOFT));
            let value = |json: &Option<String>| match json {
                // A number by itself is read by a person; other JSON stands as it is.
                Some(json) if json.parse::<f64>().is_ok() => words.language().decimal(json),
                Some(json) => cut(json),
                None => "–".to_owned(),
            };
            let values = Line::new(&value(&change.from), PLAIN).add("  →  ", SOFT).add(&value(&change.to), BOLD);
            page.paragraph(&Line::plain("    "), &values.add("   ", PLAIN).add(&word(change.direction), style(change.direction)));
            page.paragraph(&Line::plain("    "), &Line::new(&change.text(words.language()), SOFT));
        }
    }
}

/// JSON as far as it helps to recognise it.
fn cut(json: &str) -> String {
    const LONGEST: usize = 72;
    if json.chars().count() <= LONGEST { json.to_owned() } else { json.chars().take(LONGEST).chain(['…']).collect() }
}

/// Every number of the policy, in the order of the document.
fn tables(page: &mut Page, words: &Words, policy: &Policy) {
    let document = policy.document();
    let plain = |text: &str| Line::plain(text);
    let note = |page: &mut Page, text: &str| page.paragraph(&Line::plain("  "), &Line::new(text, SOFT));
    let days = |n: u32| words.with("days", &[("n", &words.count(usize::try_from(n).unwrap_or(usize::MAX)))]);

    page.paragraph(&Line::default(), &Line::new(words.of_policy(&document.title), BOLD));
    page.paragraph(&Line::default(), &Line::new(&format!("{} {}  {}", policy.name(), policy.version(), policy.digest()), SOFT));
    page.paragraph(&Line::default(), &Line::new(words.get("notice"), BOLD).add(": ", BOLD).add(words.of_policy(&document.notice), PLAIN));
    page.gap();
    page.paragraph(&Line::default(), &Line::new(words.get("purpose"), SOFT).add(": ", SOFT).add(&document.purpose, PLAIN));
    page.paragraph(&Line::default(), &Line::new(words.get("contexts"), SOFT).add(": ", SOFT).add(&document.contexts.join(", "), PLAIN));
    let rules = [
        ("confidence", percent(document.confidence)),
        ("horizon", words.count(usize::try_from(document.horizon_days).unwrap_or_default())),
        ("validity", words.count(usize::try_from(document.validity_days).unwrap_or_default())),
    ];
    let rules = words.with("rules", &rules.each_ref().map(|(name, value)| (*name, value.as_str())));
    page.paragraph(&Line::default(), &plain(&rules));

    let severity_title = |id: &str| {
        let found = document.findings.severities.iter().find(|severity| &*severity.id == id);
        found.map_or_else(|| id.to_owned(), |severity| words.of_policy(&severity.title).to_lowercase())
    };

    page.heading(words.get("criteriaOf"));
    let mut rows = Vec::new();
    let weights: Vec<f64> = policy.weights().collect();
    let share = |weight: f64| format!("{} %", words.decimals(weight * 100.0, 1));
    for (place, pillar) in document.pillars.iter().enumerate() {
        let own: Vec<_> = document.criteria().zip(&weights).filter(|((of, _), _)| *of == place).collect();
        let whole: f64 = own.iter().map(|(_, weight)| **weight).sum();
        rows.push(vec![Line::new(words.of_policy(&pillar.title), BOLD), Line::new(&share(whole), BOLD)]);
        for ((_, criterion), weight) in own {
            let mark = if criterion.exemptable { " *" } else { "" };
            rows.push(vec![
                plain("  ").add(words.of_policy(&criterion.title), PLAIN).add(mark, SOFT).add(&format!(" ({})", criterion.id), SOFT),
                plain(&share(*weight)),
                plain(&format!("{} / {}", percent(criterion.prior.mean), words.number(criterion.prior.strength))),
                plain(&criterion.half_life_days.to_string()),
                plain(&format!("{} / {}", words.number(criterion.source_cap), words.number(criterion.class_cap))),
            ]);
        }
    }
    let columns = [
        Column::wrapping(words.get("criterion")),
        Column::right(words.get("share")),
        Column::right(words.get("prior")),
        Column::right(words.get("halfLife")),
        Column::right(words.get("caps")),
    ];
    page.table(&columns, &rows);
    note(page, words.get("capsNote"));

    page.heading(words.get("sources"));
    let rows: Vec<Vec<Line>> = (document.sources.iter())
        .map(|(id, class)| {
            let none = || "–".to_owned();
            vec![
                plain(&words.code("sources", id)).add(&format!(" ({id})"), SOFT),
                plain(&class.sector.as_ref().map_or_else(none, |sector| words.code("sectors", sector))),
                plain(&words.number(class.reliability)),
                plain(&class.adjudicates.as_ref().map_or_else(none, |severity| severity_title(severity))),
            ]
        })
        .collect();
    let columns = [
        Column::wrapping(words.get("class")),
        Column::left(words.get("sector")),
        Column::right(words.get("reliability")),
        Column::left(words.get("adjudicates")),
    ];
    page.table(&columns, &rows);

    if !document.credits.is_empty() {
        page.heading(words.get("creditsOf"));
        let rows: Vec<Vec<Line>> = (document.credits.iter())
            .map(|credit| {
                vec![
                    plain(words.of_policy(&credit.title)).add(&format!(" ({})", credit.id), SOFT),
                    plain(&share(credit.max)),
                    plain(&words.number(credit.half_mass)),
                    plain(&credit.half_life_days.to_string()),
                    plain(&format!("{} / {}", words.number(credit.source_cap), words.number(credit.class_cap))),
                ]
            })
            .collect();
        let columns = [
            Column::wrapping(words.get("credit")),
            Column::right(words.get("max")),
            Column::right(words.get("halfMass")),
            Column::right(words.get("halfLife")),
            Column::right(words.get("caps")),
        ];
        page.table(&columns, &rows);
    }

    page.heading(words.get("findingsOf"));
    let findings = &document.findings;
    let rows: Vec<Vec<Line>> = (findings.severities.iter())
        .map(|severity| {
            vec![
                plain(words.of_policy(&severity.title)).add(&format!(" ({})", severity.id), SOFT),
                plain(&share(severity.weight)),
                plain(&days(severity.half_life_days)),
                plain(&days(severity.expires_days)),
                plain(&days(severity.in_force_days)),
            ]
        })
        .collect();
    let columns = [
        Column::wrapping(words.get("severity")),
        Column::right(words.get("cost")),
        Column::right(words.get("halfLife")),
        Column::right(words.get("expires")),
        Column::right(words.get("inForce")),
    ];
    page.table(&columns, &rows);
    let statuses = &findings.statuses;
    let factors = [("appeal", percent(statuses.under_appeal.factor)), ("remedied", percent(statuses.remedied.factor))];
    note(page, &words.with("statuses", &factors.each_ref().map(|(name, value)| (*name, value.as_str()))));
    let reach: Vec<String> = (findings.reach.iter())
        .map(|band| {
            let from = words.count(usize::try_from(band.from).unwrap_or(usize::MAX));
            words.with("reachFrom", &[("from", &from), ("factor", &words.number(band.factor))])
        })
        .collect();
    note(page, &format!("{}: {}", words.get("reach"), reach.join("; ")));
    let factors: Vec<String> = findings.repeat.factors.iter().map(|factor| format!("×{}", words.number(*factor))).collect();
    let window = words.count(usize::try_from(findings.repeat.window_days).unwrap_or_default());
    note(page, &words.with("repeat", &[("days", &window), ("factors", &factors.join(", ")), ("max", &percent(findings.max_weight))]));

    page.heading(words.get("tiersOf"));
    let rows: Vec<Vec<Line>> = crate::text::tiers(policy).map(|id| tier_row(words, policy, id, &severity_title)).collect();
    page.table(&[Column::left(words.get("tier")), Column::wrapping(words.get("needs"))], &rows);
    let rules = [("mass", words.number(document.tiers.sector_mass)), ("hysteresis", words.number(document.tiers.hysteresis))];
    note(page, &words.with("tierRules", &rules.each_ref().map(|(name, value)| (*name, value.as_str()))));

    if !document.measures.is_empty() {
        page.heading(words.get("measuresOf"));
        let criterion_title = |id: &str| {
            let found = document.criteria().find(|(_, criterion)| &*criterion.id == id);
            found.map_or_else(|| id.to_owned(), |(_, criterion)| words.of_policy(&criterion.title).to_owned())
        };
        let rows: Vec<Vec<Line>> = (document.measures.iter())
            .map(|measure| {
                let when = match &measure.when {
                    Condition::TierImposed(tier) => words.with("whenTier", &[("tier", &words.tier(policy, tier).0)]),
                    Condition::CriterionUpperBelow { criterion, value } => {
                        words.with("whenCriterion", &[("criterion", &criterion_title(criterion)), ("points", &words.number(*value))])
                    }
                    Condition::FindingInForce { severity_at_least, criteria } => {
                        let list: Vec<String> = criteria.iter().map(|id| criterion_title(id)).collect();
                        let list = if list.is_empty() { String::new() } else { words.with("whenCriteria", &[("list", &list.join("; "))]) };
                        words.with("whenFinding", &[("severity", &severity_title(severity_at_least)), ("criteria", &list)])
                    }
                };
                vec![plain(words.of_policy(&measure.title)).add(&format!(" ({})", measure.id), SOFT), plain(&when)]
            })
            .collect();
        page.table(&[Column::wrapping(words.get("measure")), Column::wrapping(words.get("when"))], &rows);
    }
}

/// A tier and what it needs.
fn tier_row(words: &Words, policy: &Policy, id: &str, severity_title: &impl Fn(&str) -> String) -> Vec<Line> {
    let tiers = &policy.document().tiers;
    let earned = tiers.earned.iter().find(|tier| &*tier.id == id);
    let imposed = tiers.imposed.iter().find(|tier| &*tier.id == id);
    let needs = if let Some(tier) = earned {
        let (points, sectors) = (words.number(tier.lower_at_least), tier.sectors_at_least.to_string());
        words.with("needsEarned", &[("points", &points), ("sectors", &sectors), ("severity", &severity_title(&tier.barred_by))])
    } else if let Some(tier) = imposed {
        let (points, sectors) = (words.number(tier.upper_below), tier.sectors_at_least.to_string());
        words.with("needsImposed", &[("points", &points), ("sectors", &sectors), ("severity", &severity_title(&tier.in_force_at_least))])
    } else if id == "unrated" {
        words.with("needsUnrated", &[("p", &percent(tiers.rated_coverage))])
    } else {
        words.get("needsStandard").to_owned()
    };
    let (title, style) = words.tier(policy, id);
    vec![Line::new(&title, style), Line::plain(&needs)]
}
