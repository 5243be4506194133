//! Reports of statistics: the same parts as text for a terminal, or as one HTML page without scripts, with figures.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;
use uytin::Language;

use crate::args::{ReportArgs, ReportFormat};
use crate::failure::Result;
use crate::html::escaped;
use crate::output::Output;

/// A part of a report.
pub enum Part {
    Heading(String),
    Text(String),
    Table {
        columns: Vec<&'static str>,
        rows: Vec<Vec<String>>,
        /// How many columns from the left are texts; the others are numbers, and stand to the right.
        texts: usize,
    },
    /// A picture for the page: SVG of our own making.
    Figure {
        svg: String,
        caption: String,
    },
}

/// A report.
pub struct Document {
    pub title: String,
    pub parts: Vec<Part>,
    /// The same as JSON.
    pub json: String,
    pub language: Language,
}

impl Document {
    /// Writes the report where and as it is asked for.
    pub fn write(self, args: &ReportArgs) -> Result<()> {
        let output = Output::to(args.to.output.as_deref())?;
        let format = args.format;
        self.write_to(output, format)
    }

    /// Writes the report; without a format, the output's name decides.
    pub fn write_to(&self, output: Output, format: Option<ReportFormat>) -> Result<()> {
        let by_name = match output.extension() {
            Some("json") => ReportFormat::Json,
            Some("html" | "htm") => ReportFormat::Html,
            _ => ReportFormat::Text,
        };
        match format.unwrap_or(by_name) {
            ReportFormat::Json => output.write(|out| writeln!(out, "{}", self.json)),
            ReportFormat::Html => output.write(|out| out.write_all(self.html().as_bytes())),
            ReportFormat::Text => {
                let text = self.text(output.width());
                output.write_text(&text)
            }
        }
    }

    fn text(&self, width: usize) -> String {
        let mut out = format!("{}\n", self.title);
        for part in &self.parts {
            match part {
                Part::Heading(text) => {
                    let _ = write!(out, "\n{text}\n");
                }
                Part::Text(text) => wrap(&mut out, text, width),
                Part::Table { columns, rows, texts } => table(&mut out, columns, rows, *texts),
                Part::Figure { .. } => {}
            }
        }
        out
    }

    fn html(&self) -> String {
        let (head, title) = (HEAD.replace("{{LANG}}", self.language.as_str()), escaped(&self.title));
        let mut out = format!("{head}<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n");
        let _ = writeln!(out, "<h1>{title}</h1>");
        for part in &self.parts {
            match part {
                Part::Heading(text) => {
                    let _ = writeln!(out, "<h2>{}</h2>", escaped(text));
                }
                Part::Text(text) => {
                    let _ = writeln!(out, "<p>{}</p>", escaped(text));
                }
                Part::Table { columns, rows, texts } => {
                    let class = |n: usize| if n < *texts { "" } else { " class=\"n\"" };
                    out.push_str("<div class=\"scroll\"><table>\n<tr>");
                    for (n, column) in columns.iter().enumerate() {
                        let _ = write!(out, "<th{}>{}</th>", class(n), escaped(column));
                    }
                    out.push_str("</tr>\n");
                    for row in rows {
                        out.push_str("<tr>");
                        for (n, cell) in row.iter().enumerate() {
                            let _ = write!(out, "<td{}>{}</td>", class(n), escaped(cell));
                        }
                        out.push_str("</tr>\n");
                    }
                    out.push_str("</table></div>\n");
                }
                Part::Figure { svg, caption } => {
                    let _ = writeln!(out, "<figure>{svg}<figcaption>{}</figcaption></figure>", escaped(caption));
                }
            }
        }
        let _ = writeln!(out, "<footer>uytin {}</footer>\n</main>\n</body>\n</html>", uytin::VERSION);
        out
    }
}

/// Breaks a text at spaces.
fn wrap(out: &mut String, text: &str, width: usize) {
    let mut used = 0;
    for word in text.split(' ') {
        if used > 0 && used + 1 + word.width() > width {
            out.push('\n');
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += word.width();
    }
    out.push('\n');
}

fn table(out: &mut String, columns: &[&str], rows: &[Vec<String>], texts: usize) {
    let cells = |n: usize| rows.iter().filter_map(move |row| row.get(n)).map(|cell| cell.width());
    let widths: Vec<usize> = columns.iter().enumerate().map(|(n, column)| cells(n).max().unwrap_or_default().max(column.width())).collect();
    let mut line = |row: &mut dyn Iterator<Item = &str>| {
        let mut text = String::new();
        for (n, (cell, width)) in row.zip(&widths).enumerate() {
            let space = " ".repeat(width.saturating_sub(cell.width()));
            let gap = if n == 0 { "" } else { "  " };
            let _ = if n < texts { write!(text, "{gap}{cell}{space}") } else { write!(text, "{gap}{space}{cell}") };
        }
        let _ = writeln!(out, "{}", text.trim_end());
    };
    line(&mut columns.iter().copied());
    rows.iter().for_each(|row| line(&mut row.iter().map(String::as_str)));
}

const HEAD: &str = "<!doctype html>
<html lang=\"{{LANG}}\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"robots\" content=\"noindex\">
<link rel=\"icon\" href=\"data:,\">
";

const STYLE: &str = ":root{--bg:#f6f5f1;--card:#fffefb;--ink:#1e2429;--soft:#565e66;--line:#dedbd3;--grid:#eae7df;--a:#1d5c86;--b:#b3730b;--c:#8b9298;color-scheme:light dark}
@media(prefers-color-scheme:dark){:root{--bg:#131619;--card:#1a1e22;--ink:#e9e6df;--soft:#a6adb4;--line:#30363c;--grid:#272c31;--a:#86bfe8;--b:#e0a441;--c:#858d95}}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1040px;margin:0 auto;padding:28px clamp(16px,3vw,36px)}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 12px}
h2{font-size:1.08rem;margin:30px 0 8px}
p{max-width:82ch;margin:6px 0}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:12px;padding:6px 14px}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--grid);vertical-align:top}
tr:last-child td{border-bottom:0}
th{color:var(--soft);font-weight:600}
.n{text-align:right;white-space:nowrap}
figure{margin:14px 0;background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px}
figure svg{display:block;width:100%;max-width:640px;height:auto;margin:0 auto}
figcaption{color:var(--soft);font-size:.88rem;margin-top:8px}
svg text{fill:var(--soft);font-size:12px;font-family:inherit}
.grid{stroke:var(--grid)}.axis{stroke:var(--c)}.ideal{stroke:var(--c);stroke-dasharray:4 4}
.s0{stroke:var(--a);fill:var(--a)}.s1{stroke:var(--b);fill:var(--b)}
.line{fill:none;stroke-width:2}.dash{stroke-dasharray:6 3}
footer{color:var(--soft);font-size:.86rem;margin-top:28px}
";
