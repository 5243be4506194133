//! Text for a terminal: words in two languages, styled lines that know their width, wrapping and tables.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::LazyLock;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
use uytin::{Language, Points, Policy};

pub const PLAIN: Style = Style::new();
pub const BOLD: Style = Style::new().bold();
pub const SOFT: Style = Style::new().dimmed();
pub const GAIN: Style = colour(AnsiColor::Green);
pub const LOSS: Style = colour(AnsiColor::Red);
pub const CREDIT: Style = colour(AnsiColor::Cyan);
pub const CARE: Style = colour(AnsiColor::Yellow);

const fn colour(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(anstyle::Color::Ansi(colour)))
}

/// The words of one language: those of the terminal, then those of the HTML report.
pub struct Words(Language);

type Tree = HashMap<String, HashMap<String, String>>;

impl Words {
    pub const fn of(language: Language) -> Self {
        Self(language)
    }

    pub const fn language(&self) -> Language {
        self.0
    }

    /// The word of a key.
    pub fn get(&self, key: &'static str) -> &'static str {
        static TREES: LazyLock<[Tree; 2]> = LazyLock::new(|| {
            [include_str!("words.json"), include_str!("report/strings.json")].map(|text| serde_json::from_str(text).unwrap_or_default())
        });
        TREES.iter().find_map(|tree| tree.get(self.0.as_str())?.get(key)).map_or(key, String::as_str)
    }

    /// The word of a key, its parameters filled in.
    pub fn with(&self, key: &'static str, parameters: &[(&str, &str)]) -> String {
        let mut out = String::new();
        let mut rest = self.get(key);
        // One pass, so that a brace in a value is text.
        while let Some((before, (name, after))) = rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?))) {
            out.push_str(before);
            out.push_str(parameters.iter().find(|(parameter, _)| *parameter == name).map_or("", |(_, value)| value));
            rest = after;
        }
        out + rest
    }

    /// The word of a key for so many; English has one for one.
    pub fn counted(&self, many: &'static str, one: &'static str, n: usize) -> String {
        let key = if n == 1 && self.0 == Language::English { one } else { many };
        self.with(key, &[("n", &self.count(n))])
    }

    /// A text of the catalogue of codes.
    pub fn code(&self, section: &str, code: &str) -> String {
        uytin::text(section, code, self.0)
    }

    /// A text of a policy.
    pub fn of_policy<'a>(&self, text: &'a uytin::Text) -> &'a str {
        text.get(self.0)
    }

    /// A whole number, in groups of three digits.
    pub fn count(&self, n: usize) -> String {
        let digits = n.to_string();
        let mark = if self.0 == Language::Vietnamese { '.' } else { ',' };
        let mut out = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                out.push(mark);
            }
            out.push(digit);
        }
        out
    }

    /// Points, `57.6`.
    pub fn points(&self, points: Points) -> String {
        points.text(self.0)
    }

    /// Points with a sign, `+3.2`, `−0.5`, `0.0`.
    pub fn signed(&self, points: Points) -> String {
        points.signed(self.0)
    }

    /// A number without needless decimals.
    pub fn number(&self, x: f64) -> String {
        let text = format!("{x:.4}");
        self.0.decimal(text.trim_end_matches('0').trim_end_matches('.'))
    }

    /// A number with so many decimals.
    pub fn decimals(&self, x: f64, digits: usize) -> String {
        let text = self.0.decimal(format!("{:.digits$}", x.abs()));
        // What rounds to nothing has no sign.
        if x < 0.0 && text.contains(|c: char| ('1'..='9').contains(&c)) { format!("−{text}") } else { text }
    }

    /// As [`Words::decimals`]; a dash where there is no number.
    pub fn maybe(&self, x: Option<f64>, digits: usize) -> String {
        x.map_or_else(|| "–".to_owned(), |x| self.decimals(x, digits))
    }

    /// A figure with its interval: `0.699 (0.629 to 0.753)`.
    pub fn estimated(&self, one: &uytin::Estimated, digits: usize) -> String {
        let of = |x| self.maybe(x, digits);
        match (one.lower, one.upper) {
            (Some(_), Some(_)) => {
                self.with("interval", &[("estimate", &of(one.estimate)), ("lower", &of(one.lower)), ("upper", &of(one.upper))])
            }
            _ => of(one.estimate),
        }
    }

    /// As [`Words::count`], of what reports hold in 64 bits.
    pub fn big(&self, n: u64) -> String {
        self.count(usize::try_from(n).unwrap_or(usize::MAX))
    }

    /// A tier's title and colour.
    pub fn tier(&self, policy: &Policy, id: &str) -> (String, Style) {
        let tiers = &policy.document().tiers;
        if let Some(tier) = tiers.earned.iter().find(|tier| &*tier.id == id) {
            return (self.of_policy(&tier.title).to_owned(), GAIN);
        }
        if let Some((place, tier)) = tiers.imposed.iter().enumerate().find(|(_, tier)| &*tier.id == id) {
            let mildest = place > 0 && place + 1 == tiers.imposed.len();
            return (self.of_policy(&tier.title).to_owned(), if mildest { CARE } else { LOSS });
        }
        (self.code("tiers", id), if id == "unrated" { SOFT } else { PLAIN })
    }
}

/// The tiers that a policy can give, from best to worst, the unrated last.
pub fn tiers(policy: &Policy) -> impl Iterator<Item = &str> {
    let tiers = &policy.document().tiers;
    let earned = tiers.earned.iter().map(|tier| &*tier.id);
    let imposed = tiers.imposed.iter().rev().map(|tier| &*tier.id);
    earned.chain(["standard"]).chain(imposed).chain(["unrated"])
}

/// A share as a whole percentage.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// A line of styled pieces. What would disguise a text is shown as its escape.
#[derive(Clone, Debug, Default)]
pub struct Line(Vec<(String, Style)>);

impl Line {
    pub fn new(text: &str, style: Style) -> Self {
        Self::default().add(text, style)
    }

    pub fn plain(text: &str) -> Self {
        Self::new(text, PLAIN)
    }

    pub fn add(mut self, text: &str, style: Style) -> Self {
        self.push(text, style);
        self
    }

    pub fn push(&mut self, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        let mut safe = String::with_capacity(text.len());
        for c in text.chars() {
            if uytin::disguises(c) { safe.extend(c.escape_unicode()) } else { safe.push(c) }
        }
        self.0.push((safe, style));
    }

    pub fn width(&self) -> usize {
        self.0.iter().map(|(text, _)| width(text)).sum()
    }

    /// The line, and another behind it.
    pub fn then(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().cloned());
        self
    }

    /// As wrapped; the lines start with the line's own indent, those after the first with `hang` more.
    pub fn wrap_indented(&self, columns: usize, hang: &str) -> Vec<Self> {
        if self.width() <= columns {
            return vec![self.clone()];
        }
        let own: usize = self.0.iter().map(|(text, _)| text.len() - text.trim_start_matches(' ').len()).next().unwrap_or(0);
        let hanging = " ".repeat(own + hang.len());
        let mut lines = self.wrap(columns.saturating_sub(hanging.len()));
        for (n, line) in lines.iter_mut().enumerate() {
            let indent = if n == 0 { " ".repeat(own) } else { hanging.clone() };
            line.0.insert(0, (indent, PLAIN));
        }
        lines
    }

    fn write(&self, out: &mut String) {
        for (text, style) in &self.0 {
            // Writing to a string cannot fail.
            let _ = if *style == PLAIN { write!(out, "{text}") } else { write!(out, "{style}{text}{style:#}") };
        }
    }

    /// The line in lines of at most so many columns, broken at spaces, and within words that are longer.
    fn wrap(&self, columns: usize) -> Vec<Self> {
        let columns = columns.max(1);
        if self.width() <= columns {
            return vec![self.clone()];
        }
        let mut lines = vec![Self::default()];
        let mut used = 0;
        let mut space: Option<Style> = None;
        for (text, style) in &self.0 {
            for (n, word) in text.split(' ').enumerate() {
                if n > 0 {
                    space = Some(*style);
                }
                if word.is_empty() {
                    continue;
                }
                let gap = usize::from(space.is_some() && used > 0);
                if used > 0 && used + gap + width(word) > columns && (gap > 0 || width(word) > columns) {
                    lines.push(Self::default());
                    used = 0;
                } else if let (1, Some(style)) = (gap, space) {
                    lines.last_mut().into_iter().for_each(|line| line.0.push((" ".to_owned(), style)));
                    used += 1;
                }
                space = None;
                let mut piece = String::new();
                for c in word.chars() {
                    let more = c.width().unwrap_or(0);
                    if used + more > columns && used > 0 {
                        lines.last_mut().into_iter().for_each(|line| line.0.push((std::mem::take(&mut piece), *style)));
                        lines.push(Self::default());
                        used = 0;
                    }
                    piece.push(c);
                    used += more;
                }
                lines.last_mut().into_iter().for_each(|line| line.0.push((std::mem::take(&mut piece), *style)));
            }
        }
        lines
    }
}

/// Between two columns of a table.
const GAP: usize = 2;

/// A text that grows line by line, at most so wide.
pub struct Page {
    text: String,
    pub width: usize,
}

impl Page {
    pub const fn new(width: usize) -> Self {
        Self { text: String::new(), width }
    }

    pub fn into_text(self) -> String {
        self.text
    }

    pub fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// One line as it stands.
    pub fn line(&mut self, line: &Line) {
        line.write(&mut self.text);
        while self.text.ends_with(' ') {
            self.text.pop();
        }
        self.text.push('\n');
    }

    pub fn heading(&mut self, text: &str) {
        self.gap();
        self.line(&Line::new(text, BOLD.underline()));
    }

    /// A paragraph: the first line after `first`, the others below it.
    pub fn paragraph(&mut self, first: &Line, line: &Line) {
        let indent = first.width();
        for (n, line) in line.wrap(self.width.saturating_sub(indent)).into_iter().enumerate() {
            let mut start = if n == 0 { first.clone() } else { Line::plain(&" ".repeat(indent)) };
            start.0.extend(line.0);
            self.line(&start);
        }
    }

    /// Columns that are left of the page when these rows stand in such columns, none of them wrapped.
    pub fn room_beside(&self, columns: &[Column<'_>], rows: &[Vec<Line>]) -> usize {
        let widest = |n: usize, column: &Column<'_>| {
            rows.iter().filter_map(|row| row.get(n)).map(Line::width).max().unwrap_or(0).max(width(column.head))
        };
        let used: usize = columns.iter().enumerate().map(|(n, column)| widest(n, column) + GAP).sum();
        self.width.saturating_sub(used)
    }

    /// Rows in columns; the columns that may wrap give way where the page is too narrow.
    pub fn table(&mut self, columns: &[Column<'_>], rows: &[Vec<Line>]) {
        self.table_with(columns, rows, |_, _| {});
    }

    /// As [`Page::table`], and what stands below each row.
    pub fn table_with(&mut self, columns: &[Column<'_>], rows: &[Vec<Line>], below: impl Fn(&mut Self, usize)) {
        let head: Vec<Line> = columns.iter().map(|column| Line::new(column.head, SOFT)).collect();
        let widest = |n: usize| rows.iter().chain([&head]).filter_map(|row| row.get(n)).map(Line::width).max().unwrap_or(0);
        let mut widths: Vec<usize> = (0..columns.len()).map(widest).collect();
        let room = self.width.saturating_sub(GAP * columns.len().saturating_sub(1));
        while widths.iter().sum::<usize>() > room {
            let slack = widths.iter_mut().zip(columns).map(|(width, column)| (width.saturating_sub(column.least), width));
            match slack.filter(|(slack, _)| *slack > 0).max_by_key(|(slack, _)| *slack) {
                Some((_, width)) => *width -= 1,
                None => break,
            }
        }
        for (place, row) in [&head].into_iter().chain(rows).enumerate() {
            let cells: Vec<Vec<Line>> = row.iter().zip(&widths).map(|(cell, &width)| cell.wrap_indented(width, "")).collect();
            for n in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
                let mut line = Line::default();
                for ((cell, &width), column) in cells.iter().zip(&widths).zip(columns) {
                    let piece = cell.get(n).cloned().unwrap_or_default();
                    let free = " ".repeat(width.saturating_sub(piece.width()));
                    if !line.0.is_empty() {
                        line.push("  ", PLAIN);
                    }
                    let (before, after) = if column.right { (free, String::new()) } else { (String::new(), free) };
                    line.push(&before, PLAIN);
                    line.0.extend(piece.0);
                    line.push(&after, PLAIN);
                }
                self.line(&line);
            }
            if let Some(row) = place.checked_sub(1) {
                below(self, row);
            }
        }
    }
}

/// A column of a table.
pub struct Column<'a> {
    head: &'a str,
    right: bool,
    /// How narrow it may get, by wrapping what it holds.
    least: usize,
}

impl<'a> Column<'a> {
    pub const fn left(head: &'a str) -> Self {
        Self { head, right: false, least: usize::MAX }
    }

    pub const fn right(head: &'a str) -> Self {
        Self { head, right: true, least: usize::MAX }
    }

    pub const fn wrapping(head: &'a str) -> Self {
        Self::left(head).down_to(14)
    }

    pub const fn down_to(self, least: usize) -> Self {
        Self { least, ..self }
    }
}

/// A bar from `from` to `to` on a scale of 0 to 1 over so many columns, in halves of a column: what is before it and
/// itself. Nothing is drawn of a bar without length; of any other at least half a column.
pub fn bar(from: f64, to: f64, columns: usize) -> (String, String) {
    let halves = |x: f64| -> usize {
        let most = columns * 2;
        (0..=most).min_by_key(|&n| ordered((x * count(most) - count(n)).abs())).unwrap_or(0)
    };
    let (low, high) = if from <= to { (from, to) } else { (to, from) };
    let (mut start, mut end) = (halves(low), halves(high));
    if start == end {
        if (high - low).abs() < 1e-12 {
            return (" ".repeat(start / 2), String::new());
        }
        // Half a column, on the side where the bar lies.
        if end < columns * 2 && (from <= to || start == 0) { end += 1 } else { start -= 1 }
    }
    let mut drawn = String::new();
    let mut at = start;
    while at < end {
        let (piece, step) = match (at % 2, end - at) {
            (1, _) => ('▐', 1),
            (_, 1) => ('▌', 1),
            _ => ('█', 2),
        };
        drawn.push(piece);
        at += step;
    }
    (" ".repeat(start / 2), drawn)
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}

/// A distance as a key to compare by.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small distance, in thousandths")]
fn ordered(distance: f64) -> u64 {
    (distance * 1000.0).round() as u64
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::{BOLD, Column, Line, Page, Tree, bar};

    #[test]
    fn wraps_by_columns_not_bytes() {
        let mut page = Page::new(12);
        page.paragraph(&Line::plain("· "), &Line::new("Bài thương mại được gắn nhãn 日本語日本語日本語", BOLD));
        let text = anstream::adapter::strip_str(&page.into_text()).to_string();
        assert_eq!(text, "· Bài thương\n  mại được\n  gắn nhãn\n  日本語日本\n  語日本語\n");
    }

    #[test]
    fn columns_align_whatever_the_script() {
        let mut page = Page::new(40);
        let rows = [("a", "1"), ("Đáng tin cậy", "22"), ("日本", "333")].map(|(a, b)| vec![Line::plain(a), Line::plain(b)]);
        page.table(&[Column::wrapping("x"), Column::right("y")], &rows);
        let text = anstream::adapter::strip_str(&page.into_text()).to_string();
        assert_eq!(text, "x               y\na               1\nĐáng tin cậy   22\n日本          333\n");
    }

    #[test]
    fn what_would_disguise_a_text_is_escaped() {
        let mut page = Page::new(80);
        page.line(&Line::plain("a\u{1b}[31m\u{202e}b"));
        assert_eq!(page.into_text(), "a\\u{1b}[31m\\u{202e}b\n");
    }

    #[test]
    fn bars_meet_and_none_vanishes() {
        assert_eq!(bar(0.0, 0.5, 10), (String::new(), "█████".into()));
        assert_eq!(bar(0.5, 0.75, 10), ("     ".into(), "██▌".into()));
        assert_eq!(bar(0.75, 0.5, 10), ("     ".into(), "██▌".into()));
        assert_eq!(bar(0.75, 1.0, 10), ("       ".into(), "▐██".into()));
        assert_eq!(bar(0.5, 0.5, 10).1, "");
        assert_eq!(bar(0.5, 0.501, 10).1, "▌");
        assert_eq!(bar(1.0, 0.999, 10).1, "▐");
        assert_eq!(bar(0.001, 0.0, 10).1, "▌");
    }

    #[test]
    fn both_languages_have_the_same_words() {
        for text in [include_str!("words.json"), include_str!("report/strings.json")] {
            let tree: Tree = serde_json::from_str(text).unwrap();
            let (en, vi) = (tree.get("en").unwrap(), tree.get("vi").unwrap());
            assert!(vi.keys().all(|key| en.contains_key(key)));
            for (key, text) in en.iter().filter(|(key, _)| !key.ends_with("_one")) {
                let parameters = |text: &str| {
                    let mut names: Vec<String> =
                        text.split('{').skip(1).filter_map(|part| part.split('}').next()).map(str::to_owned).collect();
                    names.sort_unstable();
                    names.dedup();
                    names
                };
                assert_eq!(parameters(text), parameters(vi.get(key).unwrap_or_else(|| panic!("no {key}"))), "{key}");
            }
        }
    }
}
