//! `uytin path`: what reaches each higher tier.

use uytin::{BoundSubject, Evidence, Paths, PolicyDocument};

use crate::args::{PathTo, TextOrJson};
use crate::assess;
use crate::failure::{Failure, Result};
use crate::output::Output;
use crate::receipt::bind_one;
use crate::text::{BOLD, CARE, Column, Line, PLAIN, Page, SOFT, Words};

pub fn run(args: &PathTo, quiet: bool) -> Result<u8> {
    let output = Output::to(args.to.output.as_deref())?;
    let (bound, as_of, skipped) = bind_one(&args.one, quiet)?;
    let all = || bound.policy().document().sources.iter().filter(|(_, class)| class.reliability > 0.0).map(|(id, _)| id.to_string());
    let classes = if args.classes.is_empty() { all().collect() } else { args.classes.clone() };
    let paths = bound.paths(as_of, args.one.previous_tier.as_deref(), &classes).map_err(|error| Failure::of("--classes", &error))?;
    match args.format {
        TextOrJson::Json => output.write(|out| writeln!(out, "{}", paths.to_json()))?,
        TextOrJson::Text => {
            let mut page = Page::new(output.width().min(120));
            write(&mut page, &Words::of(args.language.get()), &bound, &paths);
            output.write_text(&page.into_text())?;
        }
    }
    Ok(assess::left_out(&skipped))
}

fn write(page: &mut Page, words: &Words, bound: &BoundSubject, paths: &Paths) {
    let policy = paths.policy();
    let document = policy.document();
    let under = words.with("under", &[("date", &paths.as_of.to_string()), ("name", policy.name()), ("version", policy.version())]);
    page.paragraph(&Line::default(), &Line::new(&paths.subject, BOLD).add("  ", PLAIN).add(&under, SOFT));
    let (tier, style) = words.tier(policy, &paths.tier);
    let now = bound.score(paths.as_of, paths.previous_tier.as_deref());
    let range = words.with("rangeNow", &[("lower", &words.points(now.lower)), ("upper", &words.points(now.upper))]);
    page.paragraph(&Line::plain("  "), &Line::new(words.get("tierNow"), SOFT).add(": ", SOFT).add(&tier, style.bold()).add(&range, SOFT));
    if paths.previous_tier.as_ref().is_some_and(|previous| !crate::text::tiers(policy).any(|known| *known == **previous)) {
        page.paragraph(&Line::plain("  "), &Line::new(&words.code("reviews", "previous-tier-unknown"), CARE));
    }
    let classes: Vec<String> = paths.classes.iter().map(|class| words.code("sources", class)).collect();
    page.paragraph(&Line::plain("  "), &Line::new(words.get("furtherFrom"), SOFT).add(": ", SOFT).add(&classes.join(", "), PLAIN));
    if paths.paths.is_empty() {
        page.gap();
        page.paragraph(&Line::default(), &Line::plain(words.get("noHigher")));
    }
    for path in &paths.paths {
        page.heading(&words.tier(policy, &path.tier).0);
        if let Some(evidence) = &path.evidence {
            let unproven = if evidence.is_least { "" } else { words.get("fewestFound") };
            page.paragraph(&Line::plain("  "), &Line::plain(&summary(words, evidence)).add(unproven, SOFT));
            observations(page, words, document, evidence);
            let alone = path.single.iter().filter_map(|single| {
                let criterion = &single.observations.first()?.criterion;
                Some(words.with("aloneOne", &[("criterion", criterion), ("checks", &whole(words, single.checks))]))
            });
            let alone: Vec<String> = alone.collect();
            let text = if alone.is_empty() { words.get("aloneNone").to_owned() } else { alone.join("; ") };
            page.paragraph(&Line::plain("  "), &Line::new(words.get("alone"), SOFT).add(": ", SOFT).add(&text, PLAIN));
        } else {
            page.paragraph(&Line::plain("  "), &Line::new(words.get("noEvidence"), CARE));
            for obstacle in &path.obstacles {
                page.paragraph(&Line::plain("  – "), &Line::plain(&obstacle.text(policy, words.language())));
            }
        }
        let waiting = match path.waiting {
            Some(day) => words.with("waiting", &[("date", &day.to_string())]),
            None => words.get("noWaiting").to_owned(),
        };
        page.paragraph(&Line::plain("  "), &Line::new(&waiting, SOFT));
    }
    page.gap();
    page.paragraph(&Line::default(), &Line::new(words.get("proposal"), SOFT));
    page.paragraph(&Line::default(), &Line::new(words.of_policy(&document.notice), SOFT));
}

fn whole(words: &Words, n: u64) -> String {
    words.count(usize::try_from(n).unwrap_or(usize::MAX))
}

fn summary(words: &Words, evidence: &Evidence) -> String {
    let checks = words.counted("furtherChecks", "furtherCheck", usize::try_from(evidence.checks).unwrap_or(usize::MAX));
    let [sources, sectors] = [evidence.sources, evidence.sectors].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let sources = words.counted("newSources", "newSource", sources);
    words.with("summary", &[("checks", &checks), ("sources", &sources), ("sectors", &words.counted("ofSectors", "ofSector", sectors))])
}

fn observations(page: &mut Page, words: &Words, document: &PolicyDocument, evidence: &Evidence) {
    let title = |id: &str| {
        document.criteria().find(|(_, criterion)| &*criterion.id == id).map_or("", |(_, criterion)| words.of_policy(&criterion.title))
    };
    let rows: Vec<Vec<Line>> = evidence
        .observations
        .iter()
        .map(|checks| {
            vec![
                Line::plain("  ").add(title(&checks.criterion), PLAIN).add(&format!(" ({})", checks.criterion), SOFT),
                Line::plain(&whole(words, checks.passed.into())),
                Line::plain(&words.code("sources", &checks.source_class)).add(&format!(" ({})", checks.source), SOFT),
            ]
        })
        .collect();
    page.table(
        &[Column::wrapping(words.get("criterion")), Column::right(words.get("checksHold")), Column::left(words.get("source"))],
        &rows,
    );
}
