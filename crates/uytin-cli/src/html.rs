//! The HTML report: one self-contained file.

use std::io::{self, Write};

use uytin::{Date, Language};

use crate::input::PolicyText;

const TEMPLATE: &str = include_str!("report/template.html");
const STYLE: &str = include_str!("report/report.css");
const SCRIPT: &str = include_str!("report/report.js");
const STRINGS: &str = include_str!("report/strings.json");

/// Fills the template in one pass: what is filled in is not looked at again, so no input can stand for a mark.
pub fn write(
    out: &mut dyn Write,
    policy: &PolicyText,
    as_of: Date,
    language: Language,
    assessments: impl Iterator<Item = io::Result<String>>,
) -> io::Result<()> {
    let mut assessments = Some(assessments);
    let mut rest = TEMPLATE;
    while let Some((before, mark)) = next_mark(rest) {
        out.write_all(before.as_bytes())?;
        match mark {
            "{{LANG}}" => out.write_all(language.as_str().as_bytes())?,
            "{{TITLE}}" => out.write_all(escaped(policy.policy.document().title.get(language)).as_bytes())?,
            "/*{{CSS}}*/" => out.write_all(STYLE.as_bytes())?,
            "/*{{JS}}*/" => out.write_all(SCRIPT.replacen("/*{{STRINGS}}*/", STRINGS.trim_end(), 1).as_bytes())?,
            _ => data(out, policy, as_of, language, assessments.take().into_iter().flatten())?,
        }
        rest = rest.get(before.len() + mark.len()..).unwrap_or_default();
    }
    out.write_all(rest.as_bytes())
}

/// The text before the next mark, and the mark.
fn next_mark(template: &str) -> Option<(&str, &'static str)> {
    const MARKS: [&str; 5] = ["{{LANG}}", "{{TITLE}}", "/*{{CSS}}*/", "/*{{JS}}*/", "{{DATA}}"];
    let found = MARKS.into_iter().filter_map(|mark| Some((template.find(mark)?, mark)));
    let (at, mark) = found.min()?;
    Some((template.get(..at)?, mark))
}

fn data(
    out: &mut dyn Write,
    policy: &PolicyText,
    as_of: Date,
    language: Language,
    assessments: impl Iterator<Item = io::Result<String>>,
) -> io::Result<()> {
    write!(out, r#"{{"lang":"{}","as_of":"{as_of}","generated_by":"uytin {}""#, language.as_str(), uytin::VERSION)?;
    write!(out, r#","policy":{},"codes":{}"#, inert(policy.policy.canonical()), inert(uytin::catalogue().trim()))?;
    out.write_all(br#","assessments":["#)?;
    for (n, assessment) in assessments.enumerate() {
        write!(out, "{}{}", if n == 0 { "\n" } else { ",\n" }, inert(&assessment?))?;
    }
    out.write_all(b"\n]}")
}

/// JSON that cannot end the element that holds it: `<` stands in texts only, where an escape says the same.
fn inert(json: &str) -> String {
    json.replace('<', r"\u003c")
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{SCRIPT, STRINGS, STYLE, TEMPLATE, next_mark};

    #[test]
    fn the_template_has_every_mark_once_and_no_part_ends_its_element() {
        let mut marks = Vec::new();
        let mut rest = TEMPLATE;
        while let Some((before, mark)) = next_mark(rest) {
            marks.push(mark);
            rest = rest.get(before.len() + mark.len()..).unwrap_or_default();
        }
        assert_eq!(marks, ["{{LANG}}", "{{TITLE}}", "/*{{CSS}}*/", "{{DATA}}", "/*{{JS}}*/"]);
        assert_eq!(SCRIPT.matches("/*{{STRINGS}}*/").count(), 1);
        for part in [SCRIPT, STRINGS] {
            assert!(!part.to_lowercase().contains("</script"));
        }
        assert!(!STYLE.to_lowercase().contains("</style"));
    }
}
