//! `uytin explain`: one assessment in words and a picture, for the person whom it is about and for those who decide.

use anstyle::Style;
use uytin::{Assessment, Part, PartKind, Points, PolicyDocument, ReasonCode, Record, RecordKey, Trigger};

use crate::args::{Explain, TextOrJson};
use crate::assess;
use crate::failure::Result;
use crate::output::Output;
use crate::receipt::assess_one;
use crate::text::{BOLD, CARE, CREDIT, GAIN, LOSS, Line, PLAIN, Page, SOFT, Words, bar, percent, width};

pub fn run(args: &Explain, quiet: bool) -> Result<u8> {
    let output = Output::to(args.to.output.as_deref())?;
    let (assessment, skipped) = assess_one(&args.one, quiet)?;
    match args.format {
        TextOrJson::Json => output.write(|out| writeln!(out, "{}", assessment.to_json()))?,
        TextOrJson::Text => {
            let mut explanation = Explanation {
                page: Page::new(output.width().min(120)),
                words: Words::of(args.language.get()),
                document: assessment.policy().document(),
                assessment: &assessment,
                all: args.all,
            };
            explanation.write();
            output.write_text(&explanation.page.into_text())?;
        }
    }
    Ok(assess::left_out(&skipped))
}

/// At most so many records are named in a list; JSON names more.
const NAMED: usize = 4;
/// At most so many favourable reasons are given, the best, unless all are asked for.
const FAVOURABLE: usize = 5;
const INDENT: &str = "  ";

struct Explanation<'a> {
    page: Page,
    words: Words,
    document: &'a PolicyDocument,
    assessment: &'a Assessment,
    all: bool,
}

impl Explanation<'_> {
    fn write(&mut self) {
        self.headline();
        self.scale();
        self.facts();
        self.waterfall();
        self.reasons();
        self.set_aside();
        self.pending();
        self.measures();
        self.review();
        self.foot();
    }

    fn heading(&mut self, key: &'static str) {
        self.page.heading(self.words.get(key));
    }

    /// A paragraph below the headings.
    fn say(&mut self, text: &str, style: Style) {
        self.page.paragraph(&Line::plain(INDENT), &Line::new(text, style));
    }

    /// A paragraph that starts with what it is about.
    fn labelled(&mut self, indent: &str, label: &str, text: &str, style: Style) {
        self.page.paragraph(&Line::plain(indent), &Line::new(label, SOFT).add(": ", SOFT).add(text, style));
    }

    fn headline(&mut self) {
        let (words, assessment) = (&self.words, self.assessment);
        let policy = assessment.policy();
        let under = words.with("under", &[("date", &assessment.as_of.to_string()), ("name", policy.name()), ("version", policy.version())]);
        let mut line = Line::new(&assessment.subject, BOLD);
        let free = self.page.width.saturating_sub(line.width() + width(&under));
        if free >= 2 {
            line.push(&" ".repeat(free), PLAIN);
            line.push(&under, SOFT);
            self.page.line(&line);
        } else {
            self.page.paragraph(&Line::default(), &line);
            self.page.paragraph(&Line::default(), &Line::new(&under, SOFT));
        }
        self.page.gap();
        let (tier, style) = words.tier(policy, &assessment.tier);
        let (lower, upper) = (words.points(assessment.interval.lower), words.points(assessment.interval.upper));
        let confidence = percent(self.document.confidence);
        let range = [("lower", lower.as_str()), ("upper", &upper), ("p", &confidence)];
        if assessment.is_rated() {
            let score = Line::plain(INDENT).add(&words.points(assessment.score), BOLD).add(" ", PLAIN).add(words.get("outOf"), SOFT);
            self.page.line(&score.add("   ", PLAIN).add(&tier, style.bold()));
            let text = words.with("likely", &range);
            self.say(&text, PLAIN);
        } else {
            let text = words.with("notRatedWhy", &range);
            self.page.line(&Line::plain(INDENT).add(words.get("notRatedBig"), BOLD));
            self.say(&text, PLAIN);
        }
        if assessment.needs_human_review() {
            self.say(self.words.get("review"), CARE.bold());
        }
    }

    /// The range on the scale of 100 points, and where the tiers begin.
    fn scale(&mut self) {
        let columns = self.page.width.saturating_sub(8).clamp(30, 101);
        let at = |points: f64| place(points, columns);
        self.page.gap();
        self.page.line(&Line::new(&marks(&[0.0, 20.0, 40.0, 60.0, 80.0, 100.0].map(|x| (at(x), self.words.number(x)))), SOFT));
        let assessment = self.assessment;
        let (_, style) = self.words.tier(assessment.policy(), &assessment.tier);
        let rated = assessment.is_rated();
        let (lower, upper, score) =
            (at(assessment.interval.lower.value()), at(assessment.interval.upper.value()), at(assessment.score.value()));
        let mut line = Line::plain(INDENT);
        for column in 0..columns {
            let inside = (lower..=upper).contains(&column);
            let (piece, style) = match inside {
                true if rated && column == score => ("◆", BOLD),
                // What is only possible is hatched: the score is the prior's.
                true => (if rated { "━" } else { "╍" }, style),
                false => ("─", SOFT),
            };
            line.push(piece, style);
        }
        self.page.line(&line);
        let tiers = &self.document.tiers;
        let imposed = tiers.imposed.iter().map(|tier| (tier.upper_below, "<", &tier.title));
        let earned = tiers.earned.iter().rev().map(|tier| (tier.lower_at_least, "≥", &tier.title));
        let limits: Vec<_> = imposed.chain(earned).collect();
        let mut placed: Vec<(usize, String)> =
            limits.iter().map(|(points, sign, _)| (at(*points), format!("{sign}{}", self.words.number(*points)))).collect();
        placed.sort();
        if !placed.is_empty() {
            self.page.line(&Line::new(&marks(&placed), SOFT));
            let names: Vec<String> = limits
                .iter()
                .map(|(points, sign, title)| format!("{} {sign} {}", self.words.of_policy(title), self.words.number(*points)))
                .collect();
            self.say(&names.join(" · "), SOFT);
        }
    }

    fn facts(&mut self) {
        self.page.gap();
        let assessment = self.assessment;
        let coverage = self.words.with("whyTier", &[("p", &percent(assessment.coverage)), ("date", &assessment.valid_until.to_string())]);
        self.say(&coverage, PLAIN);
        if let Some(previous) = &assessment.previous_tier {
            let (title, _) = self.words.tier(assessment.policy(), previous);
            let text = self.words.with("previousTier", &[("tier", &title)]);
            self.say(&text, PLAIN);
        }
        for (key, sectors) in [("sectorsFor", &assessment.sectors.favourable), ("sectorsAgainst", &assessment.sectors.adverse)] {
            let names: Vec<String> = sectors.iter().map(|sector| self.words.code("sectors", sector)).collect();
            let names = if names.is_empty() { self.words.get("noTier").to_owned() } else { names.join(", ") };
            self.labelled(INDENT, self.words.get(key), &names, PLAIN);
        }
        if !assessment.exempt.is_empty() {
            let names: Vec<&str> = assessment.exempt.iter().map(|id| self.title_of_criterion(id)).collect();
            self.labelled(INDENT, self.words.get("exempt"), &names.join("; "), PLAIN);
        }
    }

    fn title_of_criterion<'b>(&'b self, id: &'b str) -> &'b str {
        let found = self.document.criteria().find(|(_, criterion)| &*criterion.id == id);
        found.map_or(id, |(_, criterion)| self.words.of_policy(&criterion.title))
    }

    fn title_of_part(&self, part: &Part) -> String {
        match part.kind {
            PartKind::Baseline => self.words.get("baseline").to_owned(),
            PartKind::Criterion => self.title_of_criterion(&part.id).to_owned(),
            PartKind::Credit => {
                let credit = self.document.credits.iter().find(|credit| credit.id == part.id);
                credit.map_or_else(|| part.id.to_string(), |credit| self.words.of_policy(&credit.title).to_owned())
            }
            PartKind::Finding => {
                let source = part.record.as_ref().map_or("", |record| record.source.as_str());
                self.words.with("findingOf", &[("id", &part.id), ("source", source)])
            }
        }
    }

    /// The pillar, or the kind, under which a part stands.
    fn group_of(&self, part: &Part) -> &str {
        match part.kind {
            PartKind::Baseline => "",
            PartKind::Criterion => {
                let found = self.document.criteria().find(|(_, criterion)| criterion.id == part.id);
                let pillar = found.and_then(|(place, _)| self.document.pillars.get(place));
                pillar.map_or("", |pillar| self.words.of_policy(&pillar.title))
            }
            PartKind::Credit => self.words.get("credits"),
            PartKind::Finding => self.words.get("findings"),
        }
    }

    /// The parts as bars, each from where the one before ends.
    fn waterfall(&mut self) {
        let rated = self.assessment.is_rated();
        self.heading(if rated { "waterfall" } else { "waterfallUnrated" });
        if !rated {
            self.say(self.words.get("waterfallUnratedNote"), SOFT);
        }
        let label = (self.page.width * 9 / 20).clamp(18, 56);
        let bars = Bars { label, columns: self.page.width.saturating_sub(label + 11).max(8) };
        let mut axis = vec![(place(0.0, bars.columns), "0".to_owned()), (place(50.0, bars.columns), "50".to_owned())];
        axis.push((place(100.0, bars.columns), "100".to_owned()));
        self.page.line(&Line::new(&format!("{}{}", " ".repeat(label), marks(&axis)), SOFT));
        let (mut at, mut group, mut hidden) = (Points::default(), "", 0);
        let assessment = self.assessment;
        let mut rows: Vec<(Line, f64, f64, Style, String)> = Vec::new();
        for part in &assessment.waterfall {
            let from = at;
            at = [at, part.points].into_iter().sum();
            let this = self.group_of(part);
            let none = part.points == Points::default();
            if none && part.kind != PartKind::Baseline && !self.all {
                hidden += 1;
                continue;
            }
            if this != group && !this.is_empty() {
                let of_group = |other: &&Part| self.group_of(other) == this;
                let sum: Points = assessment.waterfall.iter().filter(of_group).map(|part| part.points).sum();
                rows.push((Line::new(this, BOLD), 0.0, 0.0, PLAIN, self.words.signed(sum)));
            }
            group = this;
            let style = match part.kind {
                PartKind::Baseline => SOFT,
                _ if part.points < Points::default() => LOSS,
                PartKind::Credit => CREDIT,
                _ => GAIN,
            };
            let title = self.title_of_part(part);
            let (title, points) = match part.kind {
                PartKind::Baseline => (Line::plain(&title), self.words.points(part.points)),
                _ => (Line::plain(INDENT).add(&title, PLAIN), self.words.signed(part.points)),
            };
            rows.push((title, from.value() / 100.0, at.value() / 100.0, style, points));
        }
        for (title, from, to, style, points) in rows {
            let heading = from == 0.0 && to == 0.0;
            bars.row(&mut self.page, &title, (from, to), style, &Line::new(&points, if heading { BOLD } else { style_of_points(style) }));
        }
        let (_, style) = self.words.tier(assessment.policy(), &assessment.tier);
        let total = self.words.get(if rated { "colScore" } else { "totalUnrated" });
        self.page.line(&Line::new(&"─".repeat(self.page.width), SOFT));
        let points = Line::new(&self.words.points(assessment.score), if rated { BOLD } else { SOFT });
        bars.row(&mut self.page, &Line::new(total, if rated { BOLD } else { SOFT }), (0.0, at.value() / 100.0), style, &points);
        if hidden > 0 {
            let text = self.words.counted("noEffect", "noEffect_one", hidden);
            self.say(&text, SOFT);
        }
    }

    fn reasons(&mut self) {
        self.heading("reasons");
        let assessment = self.assessment;
        let policy = assessment.policy();
        let language = self.words.language();
        let mut favourable = 0;
        let mut hidden = 0;
        for reason in &assessment.reasons {
            if matches!(reason.code, ReasonCode::CriterionFavourable | ReasonCode::Credit) {
                favourable += 1;
                if favourable > FAVOURABLE && !self.all {
                    hidden += 1;
                    continue;
                }
            }
            // That little is known is no part of the score, so it has no points of its own.
            let points = if reason.code == ReasonCode::LittleEvidence { String::new() } else { self.words.signed(reason.points()) };
            let style = if reason.points() < Points::default() { LOSS } else { GAIN };
            let start = Line::new(&format!("{}{points}  ", " ".repeat(8_usize.saturating_sub(width(&points)))), style.bold());
            self.page.paragraph(&start, &Line::plain(&reason.text(policy, language)));
            let indent = " ".repeat(10);
            self.labelled(&indent, self.words.get("change"), &reason.change(policy, language), PLAIN);
            if !reason.records.is_empty() {
                let names: Vec<String> = reason.records.iter().map(|record| dated(record)).collect();
                let list = self.list(&names, reason.records_omitted);
                self.labelled(&indent, self.words.get("records"), &list, SOFT);
            }
            let basis = reason.basis(policy);
            if !basis.is_empty() {
                self.labelled(&indent, self.words.get("basis"), &basis.join("; "), SOFT);
            }
        }
        if hidden > 0 {
            let text = self.words.counted("moreReasons", "moreReasons_one", hidden);
            self.say(&text, SOFT);
        }
    }

    /// The first of some names, and how many more there are.
    fn list(&self, names: &[String], omitted: usize) -> String {
        let named = if names.len() == NAMED + 1 && omitted == 0 { NAMED + 1 } else { NAMED };
        let more = names.len().saturating_sub(named) + omitted;
        let mut list = names.iter().take(named).cloned().collect::<Vec<_>>().join("; ");
        if more > 0 {
            list.push_str("; ");
            list.push_str(&self.words.with("more", &[("n", &self.words.count(more))]));
        }
        list
    }

    fn set_aside(&mut self) {
        let assessment = self.assessment;
        if assessment.set_aside.is_empty() {
            return;
        }
        self.heading("setAside");
        self.say(self.words.get("setAsideHelp"), SOFT);
        let mut reasons: Vec<_> = assessment.set_aside.iter().map(|aside| aside.reason).collect();
        reasons.sort_unstable();
        reasons.dedup();
        for reason in reasons {
            let of_reason = assessment.set_aside.iter().filter(|aside| aside.reason == reason);
            let names: Vec<String> = of_reason.map(|aside| dated(&aside.record)).collect();
            let title = format!("{} ({})", self.words.code("set_aside", reason.as_str()), self.words.count(names.len()));
            let line = Line::plain(&title).add(": ", SOFT).add(&self.list(&names, 0), SOFT);
            self.page.paragraph(&Line::plain("  · "), &line);
        }
    }

    fn pending(&mut self) {
        let assessment = self.assessment;
        let Some(pending) = &assessment.pending else { return };
        self.heading("pending");
        let text = if assessment.is_rated() {
            self.words.with("pendingText", &[("score", &self.words.points(pending.score_if_upheld))])
        } else {
            self.words.get("pendingUnrated").to_owned()
        };
        self.say(&text, PLAIN);
        self.named(&pending.findings);
    }

    fn named(&mut self, keys: &[RecordKey]) {
        if !keys.is_empty() {
            let names: Vec<String> = keys.iter().map(name).collect();
            let list = self.list(&names, 0);
            self.labelled("    ", self.words.get("records"), &list, SOFT);
        }
    }

    fn measures(&mut self) {
        let assessment = self.assessment;
        if assessment.measures.is_empty() {
            return;
        }
        self.heading("measures");
        self.say(self.words.get("proposal"), SOFT);
        let document = self.document;
        for measure in &assessment.measures {
            let rule = document.measures.iter().find(|rule| rule.id == measure.id);
            let title = rule.map_or(&*measure.id, |rule| self.words.of_policy(&rule.title));
            let mut line = Line::new(title, BOLD);
            if let Some(until) = measure.until {
                line.push(&format!("  {}", self.words.with("until", &[("date", &until.to_string())])), PLAIN);
            }
            self.page.paragraph(&Line::new("  ▸ ", CARE), &line);
            let triggers: Vec<String> = measure.triggers.iter().map(|trigger| self.trigger(trigger)).collect();
            self.labelled("    ", self.words.get("because"), &triggers.join("; "), PLAIN);
            if let Some(rule) = rule.filter(|rule| !rule.basis.is_empty()) {
                self.labelled("    ", self.words.get("basis"), &rule.basis.join("; "), SOFT);
            }
        }
    }

    fn trigger(&self, trigger: &Trigger) -> String {
        match trigger {
            Trigger::Finding(key) => self.words.with("findingOf", &[("id", &key.id), ("source", &key.source)]),
            Trigger::Criterion { id } => self.title_of_criterion(id).to_owned(),
            Trigger::Tier { id } => self.words.with("trigTier", &[("tier", &self.words.tier(self.assessment.policy(), id).0)]),
        }
    }

    fn review(&mut self) {
        let assessment = self.assessment;
        self.heading("colReview");
        if !assessment.needs_human_review() {
            self.say(self.words.get("reviewNone"), PLAIN);
        }
        for reason in &assessment.human_review {
            let text = self.words.code("reviews", reason.code.as_str());
            self.page.paragraph(&Line::new("  ▸ ", CARE), &Line::plain(&text));
            self.named(&reason.records);
        }
    }

    fn foot(&mut self) {
        let assessment = self.assessment;
        let policy = assessment.policy();
        self.page.gap();
        self.page.line(&Line::new(&"─".repeat(self.page.width), SOFT));
        let notice = self.words.of_policy(&self.document.notice);
        let line = Line::new(self.words.get("notice"), BOLD).add(": ", BOLD).add(notice, PLAIN);
        self.page.paragraph(&Line::default(), &line);
        let digests = [("ledgerDigest", assessment.ledger_digest), ("policy", policy.digest())];
        for (key, digest) in digests {
            self.page.paragraph(&Line::default(), &Line::new(&format!("{}: {digest}", self.words.get(key)), SOFT));
        }
        self.page.paragraph(&Line::default(), &Line::new(&format!("{}: uytin {}", self.words.get("engine"), uytin::VERSION), SOFT));
    }
}

/// How the rows of the waterfall are laid out.
struct Bars {
    label: usize,
    columns: usize,
}

impl Bars {
    fn row(&self, page: &mut Page, title: &Line, (from, to): (f64, f64), style: Style, points: &Line) {
        let (before, drawn) = bar(from, to, self.columns);
        let used = width(&before) + width(&drawn);
        let free = self.columns.saturating_sub(used) + 8_usize.saturating_sub(points.width());
        for (n, piece) in title.wrap_indented(self.label, INDENT).into_iter().enumerate() {
            let pad = " ".repeat(self.label.saturating_sub(piece.width()) + 2);
            let line = piece.add(&pad, PLAIN);
            let whole = line.clone().add(&before, PLAIN).add(&drawn, style).add(&" ".repeat(free), PLAIN).then(points);
            page.line(if n == 0 { &whole } else { &line });
        }
    }
}

fn style_of_points(style: Style) -> Style {
    if style == SOFT { PLAIN } else { style }
}

/// The column of so many points on a scale of so many columns.
fn place(points: f64, columns: usize) -> usize {
    let last = columns.saturating_sub(1);
    (0..=last).min_by_key(|&column| Points::from_tenths(distance(points, column, last)).tenths()).unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a scale of some hundred columns")]
fn distance(points: f64, column: usize, last: usize) -> i32 {
    ((points / 100.0 - column as f64 / last as f64).abs() * 1e6) as i32
}

/// Texts whose middle, or start, stands at its column; one that would touch the one before is left out.
fn marks(texts: &[(usize, String)]) -> String {
    let mut out = String::from(INDENT);
    for (column, text) in texts {
        let start = INDENT.len() + column.saturating_sub(width(text) / 2);
        let used = width(&out);
        if start < used + usize::from(used > INDENT.len()) {
            continue;
        }
        out.push_str(&" ".repeat(start - used));
        out.push_str(text);
    }
    out
}

/// A record's key, which no line break divides where it can be helped.
fn name(key: &RecordKey) -> String {
    format!("{}\u{a0}·\u{a0}{}", key.source, key.id)
}

fn dated(record: &Record) -> String {
    format!("{}\u{a0}·\u{a0}{}\u{a0}·\u{a0}{}", record.source, record.id, record.date)
}
