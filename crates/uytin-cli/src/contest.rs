//! `uytin contest` and `uytin statement`: the assessment without some records, and its reasons for a person.

use uytin::{
    Assessment, Contest as Outcome, Language, Points, Reason, ReasonCode, StatementDetails, StatementFormat, TierChange, tool_text,
};

use crate::args::{Contest, PageFormat, Statement, TextOrJson};
use crate::assess;
use crate::failure::{Failure, Result};
use crate::output::Output;
use crate::receipt::bind_one;
use crate::text::{BOLD, CARE, Column, GAIN, LOSS, Line, PLAIN, Page, SOFT, Words};

pub fn run(args: &Contest, quiet: bool) -> Result<u8> {
    let output = Output::to(args.to.output.as_deref())?;
    let (bound, as_of, skipped) = bind_one(&args.one, quiet)?;
    let contest =
        bound.contest(as_of, args.one.previous_tier.as_deref(), &args.without).map_err(|error| Failure::of("--without", &error))?;
    match args.format {
        TextOrJson::Json => output.write(|out| writeln!(out, "{}", contest.to_json()))?,
        TextOrJson::Text => {
            let mut page = Page::new(output.width().min(120));
            write(&mut page, &Words::of(args.language.get()), &contest);
            output.write_text(&page.into_text())?;
        }
    }
    Ok(assess::left_out(&skipped))
}

pub fn statement(args: &Statement, quiet: bool) -> Result<u8> {
    let output = Output::to(args.to.output.as_deref())?;
    let (bound, as_of, skipped) = bind_one(&args.one, quiet)?;
    if let Some(day) = args.contest_by.filter(|day| *day < as_of) {
        return Err(Failure::at("--contest-by", format_args!("`{day}`"), format_args!("a day not before the assessment's, {as_of}")));
    }
    let details = StatementDetails { issued_by: args.issued_by.clone(), contest_at: args.contest_at.clone(), contest_by: args.contest_by };
    let is_page = args.to.output.as_ref().and_then(|path| path.extension()).is_some_and(|end| end == "html" || end == "htm");
    let format = match args.format {
        Some(PageFormat::Html) => StatementFormat::Html,
        None if is_page => StatementFormat::Html,
        Some(PageFormat::Markdown) | None => StatementFormat::Markdown,
    };
    let text = bound.statement(as_of, args.one.previous_tier.as_deref(), &details, args.language.get(), format);
    output.write(|out| out.write_all(text.as_bytes()))?;
    Ok(assess::left_out(&skipped))
}

fn style(points: Points) -> anstyle::Style {
    match points.tenths() {
        0 => SOFT,
        tenths if tenths > 0 => GAIN,
        _ => LOSS,
    }
}

fn write(page: &mut Page, words: &Words, contest: &Outcome) {
    let policy = contest.before.policy();
    let under = words.with("under", &[("date", &contest.before.as_of.to_string()), ("name", policy.name()), ("version", policy.version())]);
    page.paragraph(&Line::default(), &Line::new(&contest.before.subject, BOLD).add("  ", PLAIN).add(&under, SOFT));
    for key in &contest.contested {
        page.paragraph(&Line::plain("  "), &Line::new(words.get("without"), SOFT).add(&format!(" {}/{}", key.source, key.id), BOLD));
    }
    page.gap();
    let points =
        |assessment: &Assessment| if assessment.is_rated() { words.points(assessment.score) } else { words.get("notRatedBig").to_owned() };
    let difference = |before: Points, after: Points| Points::from_tenths(after.tenths() - before.tenths());
    let (before, after) = (&contest.before, &contest.after);
    let row = |label: &'static str, was: &str, is: &str, change: Line| {
        vec![Line::new(words.get(label), SOFT), Line::plain(was), Line::plain(is), change]
    };
    let change = |before: Points, after: Points| {
        let change = difference(before, after);
        Line::new(&words.signed(change), style(change))
    };
    let tier_change = contest.tier_change();
    let tier_style = match tier_change {
        TierChange::Better => GAIN,
        TierChange::Worse => LOSS,
        TierChange::Level => CARE,
        TierChange::Same => SOFT,
    };
    let tier_word = tool_text("tier_changes", tier_change.as_str(), words.language());
    let (tier_before, tier_after) = (words.tier(policy, &before.tier).0, words.tier(policy, &after.tier).0);
    let score = if before.is_rated() && after.is_rated() { change(before.score, after.score) } else { Line::new("–", SOFT) };
    let rows = vec![
        row("score", &points(before), &points(after), score),
        row(
            "lowerBound",
            &words.points(before.interval.lower),
            &words.points(after.interval.lower),
            change(before.interval.lower, after.interval.lower),
        ),
        row(
            "upperBound",
            &words.points(before.interval.upper),
            &words.points(after.interval.upper),
            change(before.interval.upper, after.interval.upper),
        ),
        row("tier", &tier_before, &tier_after, Line::new(&tier_word, tier_style)),
    ];
    page.table(
        &[
            Column::left(""),
            Column::right(words.get("asItStands")),
            Column::right(words.get("withoutThem")),
            Column::right(words.get("changeOf")),
        ],
        &rows,
    );
    let parts = contest.parts();
    if !parts.is_empty() {
        page.heading(words.get("partsThatChange"));
        let rows: Vec<Vec<Line>> = parts
            .iter()
            .filter_map(|change| {
                let part = change.part()?;
                let source = part.record.as_ref().map_or_else(String::new, |record| format!("{}/", record.source));
                let points = |part: &Option<uytin::Part>| part.as_ref().map_or_else(|| "–".to_owned(), |part| words.signed(part.points));
                Some(vec![
                    Line::plain(&format!("{source}{}", part.id)),
                    Line::plain(&points(&change.before)),
                    Line::plain(&points(&change.after)),
                ])
            })
            .collect();
        page.table(
            &[Column::wrapping(words.get("part")), Column::right(words.get("asItStands")), Column::right(words.get("withoutThem"))],
            &rows,
        );
    }
    let [dropped, proposed] = contest.measures();
    let title = |id: &str| {
        let measure = policy.document().measures.iter().find(|measure| &*measure.id == id);
        measure.map_or_else(|| id.to_owned(), |measure| words.of_policy(&measure.title).to_owned())
    };
    for (label, measures) in [("measuresDropped", dropped), ("measuresProposed", proposed)] {
        if !measures.is_empty() {
            let list: Vec<String> = measures.iter().map(|id| title(id)).collect();
            page.paragraph(&Line::default(), &Line::new(words.get(label), SOFT).add(": ", SOFT).add(&list.join("; "), PLAIN));
        }
    }
    let [gone, new] = contest.reasons();
    for (label, reasons) in [("reasonsGone", gone), ("reasonsNew", new)] {
        list(page, words, label, &reasons, contest);
    }
    if let Some(overturned) = &contest.overturned {
        page.heading(words.get("ifOverturned"));
        let same = overturned.score == after.score && overturned.tier == after.tier;
        let text = if same {
            words.get("overturnedSame").to_owned()
        } else {
            let points = [("score", overturned.score), ("lower", overturned.interval.lower), ("upper", overturned.interval.upper)];
            let points = points.map(|(name, points)| (name, words.points(points)));
            let tier = words.tier(policy, &overturned.tier).0;
            let facts: Vec<(&str, &str)> = points.iter().map(|(name, text)| (*name, text.as_str())).chain([("tier", &*tier)]).collect();
            words.with("overturnedOther", &facts)
        };
        page.paragraph(&Line::plain("  "), &Line::plain(&text));
        let others = overturned.human_review.iter().filter(|reason| !after.human_review.iter().any(|other| other.code == reason.code));
        for reason in others {
            page.paragraph(&Line::plain("  – "), &Line::new(&words.code("reviews", reason.code.as_str()), CARE));
        }
    }
    page.gap();
    page.paragraph(&Line::default(), &Line::new(words.get("proposal"), SOFT));
    page.paragraph(&Line::default(), &Line::new(words.of_policy(&policy.document().notice), SOFT));
}

fn list(page: &mut Page, words: &Words, label: &'static str, reasons: &[&Reason], contest: &Outcome) {
    if reasons.is_empty() {
        return;
    }
    let language: Language = words.language();
    page.heading(words.get(label));
    for reason in reasons {
        // What is not rated has no points of its own.
        let points = if reason.code == ReasonCode::LittleEvidence { String::new() } else { words.signed(reason.points()) };
        let points = format!("{points:>6}  ");
        page.paragraph(&Line::new(&points, style(reason.points())), &Line::plain(&reason.text(contest.before.policy(), language)));
    }
}
