//! A statement of reasons for a person: what was assessed, why, on which facts, what is pending and how to contest it.
//!
//! One text in Markdown or HTML, English or Vietnamese, from the reasons of the assessment. Whatever comes from records,
//! policy or caller is escaped, so that no input can stand for markup.

use std::fmt::Write;

use crate::assessment::Assessment;
use crate::bound::BoundSubject;
use crate::codes::{Language, filled_tool, text, tool_text};
use crate::count::SetAside;
use crate::date::Date;
use crate::error::disguises;
use crate::points::Points;
use crate::reason::{Reason, ReasonCode};
use crate::record::{Body, Record, RecordKey};

/// How a statement is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatementFormat {
    /// CommonMark with a table.
    #[default]
    Markdown,
    /// One self-contained page, to be read or printed.
    Html,
}

/// What the caller fills in; a line to write on stands where nothing is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementDetails {
    /// Who issues the statement.
    pub issued_by: Option<String>,
    /// Where to contest: an address.
    pub contest_at: Option<String>,
    /// Until when.
    pub contest_by: Option<Date>,
}

/// Of one reason so many records are named as facts; the others are counted.
const FACTS: usize = 8;
/// What is not given is to be written by hand.
const BLANK: &str = "____________________";

const STYLE: &str = include_str!("statement.css");

/// A piece of the statement.
enum Block {
    Heading(String),
    Paragraph(String),
    Note(String),
    Table(Vec<(String, String)>),
    Items(Vec<Item>),
}

struct Item {
    points: Option<Points>,
    text: String,
    /// Lines below it: what would change it, laws and texts.
    notes: Vec<String>,
    facts: Vec<String>,
}

impl BoundSubject {
    /// The statement of reasons of this subject's assessment.
    #[must_use]
    pub fn statement(
        &self,
        as_of: Date,
        previous_tier: Option<&str>,
        details: &StatementDetails,
        language: Language,
        format: StatementFormat,
    ) -> String {
        let assessment = self.assess(as_of, previous_tier);
        let writer = Writer { bound: self, assessment: &assessment, details, language };
        let title = writer.word("title");
        let blocks = writer.blocks();
        match format {
            StatementFormat::Markdown => markdown(&title, &blocks, language),
            StatementFormat::Html => html(&title, &blocks, language),
        }
    }
}

struct Writer<'a> {
    bound: &'a BoundSubject,
    assessment: &'a Assessment,
    details: &'a StatementDetails,
    language: Language,
}

impl Writer<'_> {
    fn word(&self, code: &str) -> String {
        tool_text("statement", code, self.language)
    }

    fn with(&self, code: &str, parameters: &[(&str, &str)]) -> String {
        filled_tool("statement", code, self.language, parameters)
    }

    fn points(&self, points: Points) -> String {
        points.text(self.language)
    }

    fn blocks(&self) -> Vec<Block> {
        let assessment = self.assessment;
        let policy = assessment.policy();
        let mut blocks = vec![Block::Note(self.word("proposal")), Block::Table(self.facts())];
        let (mut adverse, mut favourable, mut assumed) = (Vec::new(), Vec::new(), Vec::new());
        for reason in &assessment.reasons {
            let is_assumed = matches!(reason.code, ReasonCode::Baseline | ReasonCode::LittleEvidence);
            let list = match reason.points() {
                _ if is_assumed => &mut assumed,
                points if points < Points::default() => &mut adverse,
                _ => &mut favourable,
            };
            list.push(self.item(reason, !is_assumed));
        }
        for (heading, none, items) in
            [("adverse", "adverse-none", adverse), ("favourable", "favourable-none", favourable), ("assumed", "", assumed)]
        {
            blocks.push(Block::Heading(self.word(heading)));
            blocks.push(if items.is_empty() { Block::Paragraph(self.word(none)) } else { Block::Items(items) });
        }
        blocks.push(Block::Heading(self.word("pending")));
        match &assessment.pending {
            None => blocks.push(Block::Paragraph(self.word("pending-none"))),
            Some(pending) => {
                let lost = self.points(pending.score_if_upheld);
                let code = if assessment.is_rated() { "pending-score" } else { "pending-some" };
                blocks.push(Block::Paragraph(self.with(code, &[("score", &lost)])));
                blocks.push(Block::Items(pending.findings.iter().map(|key| self.of_key(key)).collect()));
            }
        }
        if !assessment.set_aside.is_empty() {
            blocks.push(Block::Heading(self.word("set-aside")));
            let counts = SetAside::ALL.into_iter().filter_map(|reason| {
                let count = assessment.set_aside.iter().filter(|aside| aside.reason == reason).count();
                (count > 0).then(|| plain(format!("{}: {count}", text("set_aside", reason.as_str(), self.language))))
            });
            blocks.push(Block::Items(counts.collect()));
        }
        if assessment.needs_human_review() {
            blocks.push(Block::Heading(self.word("review")));
            let reasons = assessment.human_review.iter().map(|reason| plain(text("reviews", reason.code.as_str(), self.language)));
            blocks.push(Block::Items(reasons.collect()));
        }
        blocks.push(Block::Heading(self.word("contest")));
        blocks.push(Block::Paragraph(self.word("contest-how")));
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| BLANK.to_owned());
        blocks.push(Block::Table(vec![
            (self.word("contest-at"), given(self.details.contest_at.clone())),
            (self.word("contest-by"), given(self.details.contest_by.map(|day| day.to_string()))),
        ]));
        blocks.push(Block::Paragraph(self.word("contest-what")));
        blocks.push(Block::Heading(self.word("about")));
        blocks.push(Block::Paragraph(policy.document().notice.get(self.language).to_owned()));
        blocks.push(Block::Paragraph(self.with("recompute", &[("version", crate::VERSION)])));
        blocks
    }

    /// The table at the head.
    fn facts(&self) -> Vec<(String, String)> {
        let assessment = self.assessment;
        let policy = assessment.policy();
        let confidence = Points::nearest(policy.document().confidence * 1000.0).to_string();
        let confidence = &*self.language.decimal(confidence.trim_end_matches(".0"));
        let (lower, upper, score) =
            (self.points(assessment.interval.lower), self.points(assessment.interval.upper), self.points(assessment.score));
        let parameters = [("score", &*score), ("lower", &lower), ("upper", &upper), ("confidence", confidence)];
        let mut facts = vec![(self.word("subject"), assessment.subject.to_string())];
        if let Some(issuer) = self.details.issued_by.as_ref().filter(|issuer| !issuer.trim().is_empty()) {
            facts.push((self.word("issued-by"), issuer.clone()));
        }
        facts.push((self.word("as-of"), assessment.as_of.to_string()));
        facts.push((self.word("valid-until"), assessment.valid_until.to_string()));
        if assessment.is_rated() {
            facts.push((self.word("result"), self.with("rated", &parameters)));
            facts.push((self.word("tier"), policy.tier_title(&assessment.tier, self.language)));
        } else {
            facts.push((self.word("result"), self.with("not-rated", &parameters)));
        }
        for measure in &assessment.measures {
            let rule = policy.document().measures.iter().find(|rule| rule.id == measure.id);
            let title = rule.map_or(&*measure.id, |rule| rule.title.get(self.language));
            let until = measure.until.map_or_else(String::new, |day| self.with("until", &[("date", &day.to_string())]));
            facts.push((self.word("measure"), format!("{title}{until}")));
        }
        facts.push((self.word("policy"), format!("{} {}", policy.name(), policy.version())));
        facts.push((self.word("policy-digest"), policy.digest().to_string()));
        facts.push((self.word("ledger-digest"), assessment.ledger_digest.to_string()));
        facts
    }

    fn item(&self, reason: &Reason, points: bool) -> Item {
        let policy = self.assessment.policy();
        let mut notes = vec![reason.change(policy, self.language)];
        let basis = reason.basis(policy);
        if !basis.is_empty() {
            notes.push(self.with("basis", &[("list", &basis.join("; "))]));
        }
        let mut facts: Vec<String> = reason.records.iter().take(FACTS).map(|record| self.fact(record)).collect();
        let more = reason.records.len().saturating_sub(FACTS) + reason.records_omitted;
        if more > 0 {
            facts.push(self.with("more", &[("n", &more.to_string())]));
        }
        Item { points: points.then(|| reason.points()), text: reason.text(policy, self.language), notes, facts }
    }

    fn of_key(&self, key: &RecordKey) -> Item {
        let record = self.bound.records().find(|record| record.source == key.source && record.id == key.id);
        plain(record.map_or_else(|| format!("{}/{}", key.source, key.id), |record| self.fact(record)))
    }

    /// A record as a fact: when, who, what, and by which name it can be contested.
    fn fact(&self, record: &Record) -> String {
        let class = text("sources", &record.source_class, self.language);
        let (date, key) = (record.date.to_string(), format!("{}/{}", record.source, record.id));
        let what = match &record.body {
            Body::Observation { passed, failed } => {
                self.with("fact-observation", &[("passed", &passed.to_string()), ("failed", &failed.to_string())])
            }
            Body::Finding { severity, status, .. } => {
                let known = self.assessment.policy().document().findings.severities.iter().find(|known| *known.id == **severity);
                let severity = known.map_or(severity.as_str(), |known| known.title.get(self.language));
                let status = text("statuses", status.as_str(), self.language);
                self.with("fact-finding", &[("severity", severity), ("status", &status)])
            }
            Body::Credit { thousandths } => {
                let amount = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
                let amount = self.language.decimal(amount.trim_end_matches('0').trim_end_matches('.'));
                self.with("fact-credit", &[("amount", &amount)])
            }
            Body::Exemption => self.word("fact-exemption"),
        };
        self.with("fact", &[("date", &date), ("class", &class), ("record", &key), ("what", &what)])
    }
}

fn plain(text: String) -> Item {
    Item { points: None, text, notes: Vec::new(), facts: Vec::new() }
}

/// What would disguise the text is shown as its escape; breaks become spaces.
fn shown(text: &str, mut push: impl FnMut(char)) {
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => push(' '),
            c if disguises(c) => c.escape_unicode().for_each(&mut push),
            c => push(c),
        }
    }
}

/// Every mark of punctuation that Markdown knows is escaped.
fn md(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    shown(text, |c| {
        if matches!(c, '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '+' | '!' | '|' | '~' | '&') {
            out.push('\\');
        }
        out.push(c);
    });
    let out = out.trim();
    // A dash, or a number with a mark, at the start of a line would begin a list.
    let digits = out.bytes().take_while(u8::is_ascii_digit).count();
    match out.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 && matches!(out.as_bytes().get(digits + 1), None | Some(b' ')) => {
            out.split_at_checked(digits).map_or_else(String::new, |(number, rest)| format!("{number}\\{rest}"))
        }
        Some(b'-' | b'=') if digits == 0 => format!("\\{out}"),
        _ => out.to_owned(),
    }
}

fn markdown(title: &str, blocks: &[Block], language: Language) -> String {
    let mut out = format!("# {}\n", md(title));
    // Writing to a string cannot fail.
    for block in blocks {
        let _ = match block {
            Block::Heading(text) => writeln!(out, "\n## {}", md(text)),
            Block::Paragraph(text) => writeln!(out, "\n{}", md(text)),
            Block::Note(text) => writeln!(out, "\n> **{}**", md(text)),
            Block::Table(rows) => {
                let _ = writeln!(out, "\n| | |\n|---|---|");
                rows.iter().try_for_each(|(label, value)| writeln!(out, "| {} | {} |", md(label), md(value)))
            }
            Block::Items(items) => {
                out.push('\n');
                items.iter().try_for_each(|item| {
                    let points = item.points.map_or_else(String::new, |points| format!("**{}** ", md(&points.signed(language))));
                    writeln!(out, "- {points}{}", md(&item.text))?;
                    item.notes.iter().try_for_each(|note| writeln!(out, "  - {}", md(note)))?;
                    item.facts.iter().try_for_each(|fact| writeln!(out, "  - {}", md(fact)))
                })
            }
        };
    }
    out
}

fn esc(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    shown(text, |c| match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        c => out.push(c),
    });
    out
}

fn html(title: &str, blocks: &[Block], language: Language) -> String {
    let title = esc(title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n",
        language.as_str()
    );
    for block in blocks {
        let _ = match block {
            Block::Heading(text) => writeln!(out, "<h2>{}</h2>", esc(text)),
            Block::Paragraph(text) => writeln!(out, "<p>{}</p>", esc(text)),
            Block::Note(text) => writeln!(out, "<p class=\"note\">{}</p>", esc(text)),
            Block::Table(rows) => {
                out.push_str("<table>\n");
                let _ = rows
                    .iter()
                    .try_for_each(|(label, value)| writeln!(out, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", esc(label), esc(value)));
                writeln!(out, "</table>")
            }
            Block::Items(items) => {
                out.push_str("<ul class=\"items\">\n");
                for item in items {
                    let points = item.points.map_or_else(String::new, |points| {
                        let class = if points < Points::default() { "loss" } else { "gain" };
                        format!("<span class=\"points {class}\">{}</span>", points.signed(language))
                    });
                    let _ = writeln!(out, "<li>{points}<div><p>{}</p>", esc(&item.text));
                    let _ = item.notes.iter().try_for_each(|note| writeln!(out, "<p class=\"soft\">{}</p>", esc(note)));
                    if !item.facts.is_empty() {
                        out.push_str("<ul class=\"facts\">\n");
                        let _ = item.facts.iter().try_for_each(|fact| writeln!(out, "<li>{}</li>", esc(fact)));
                        out.push_str("</ul>\n");
                    }
                    out.push_str("</div></li>\n");
                }
                writeln!(out, "</ul>")
            }
        };
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{StatementDetails, StatementFormat};
    use crate::{Date, Language, Ledger, Limits, Policy};

    const RECORDS: &str = include_str!("../../../examples/data/creators.jsonl");

    fn statement(subject: &str, language: Language, format: StatementFormat) -> String {
        let ledger = Ledger::from_json_lines(RECORDS.as_bytes(), &Limits::DEFAULT).unwrap();
        let details =
            StatementDetails { contest_at: Some("hop-thu@example.vn".into()), contest_by: Date::new(2026, 12, 21), issued_by: None };
        let as_of = Date::new(2026, 11, 21).unwrap();
        ledger.bind_subject(&Policy::reference(), subject).statement(as_of, None, &details, language, format)
    }

    #[test]
    fn says_what_a_person_must_know() {
        let text = statement("creator-beauty-03", Language::English, StatementFormat::Markdown);
        for part in [
            "creator-beauty-03",
            "34.8",
            "23.5",
            "44.7",
            "Caution",
            "cuc-quang-cao/QD-118",
            "sha256:",
            "hop-thu@example.vn",
            "2026-12-21",
            "this project's defaults",
            "A person decides",
            "Law 75/2025/QH15",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        let adverse = text.split("## ").nth(1).unwrap();
        assert!(adverse.matches("\n- ").count() <= 4, "{adverse}");
        let vi = statement("creator-beauty-03", Language::Vietnamese, StatementFormat::Html);
        assert!(
            vi.contains("lang=\"vi\"") && vi.contains("Thận trọng") && vi.contains("34,8") && vi.contains("độ tin cậy danh nghĩa 80 %")
        );
        // A number has a decimal comma, and a name or digest keeps its points.
        assert!(vi.contains("icp-2026 2026.1") && !vi.contains("34.8"), "{vi}");
    }

    #[test]
    fn of_an_unrated_subject_no_score_is_shown() {
        let ledger = Ledger::from_json_lines(RECORDS.as_bytes(), &Limits::DEFAULT).unwrap();
        let score =
            crate::assess(&Policy::reference(), &ledger, "creator-newcomer-06", Date::new(2026, 11, 21).unwrap(), None).score.to_string();
        for (language, format) in [(Language::English, StatementFormat::Markdown), (Language::Vietnamese, StatementFormat::Html)] {
            let text = statement("creator-newcomer-06", language, format);
            assert!([42.0, 82.1].iter().all(|x| text.contains(&language.decimal(format!("{x:.1}")))), "{text}");
            assert!(!text.contains(&score) && !text.contains(&language.decimal(&score)), "{score}\n{text}");
        }
    }

    #[test]
    fn no_input_stands_for_markup() {
        let hostile = "<script>alert(1)</script>\"'&|`*_[x](y)\u{202e}\n# h";
        let record = serde_json::json!({
            "type": "finding", "id": hostile, "subject": hostile, "source": hostile, "source_class": "court", "criterion": "respect",
            "date": "2026-11-01", "severity": "serious", "status": "upheld"
        });
        let ledger = Ledger::from_json_lines(record.to_string().as_bytes(), &Limits::DEFAULT).unwrap();
        let details = StatementDetails { issued_by: Some(hostile.into()), contest_at: Some(hostile.into()), contest_by: None };
        let bound = ledger.bind_subject(&Policy::reference(), hostile);
        let as_of = Date::new(2026, 11, 21).unwrap();
        let html = bound.statement(as_of, None, &details, Language::English, StatementFormat::Html);
        assert!(!html.contains("<script") && !html.contains('\u{202e}') && html.contains("&lt;script&gt;"));
        let markdown = bound.statement(as_of, None, &details, Language::English, StatementFormat::Markdown);
        assert!(!markdown.contains(" <script") && !markdown.contains("\n# h") && markdown.contains("\\<script\\>"));
    }
}
