//! The catalogue of codes and their texts in English and Vietnamese: `spec/codes.json`, the same in every language.

use std::sync::LazyLock;

use crate::json::Json;
use crate::limits::Limits;

const CATALOGUE: &str = include_str!("../data/codes.json");
/// The texts of the tools around the score stand apart, so that a program that only scores does not carry them.
const TOOLS: &str = include_str!("../data/tools.json");

/// A language of the Program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Vietnamese.
    Vietnamese,
}

impl Language {
    /// The languages, English first.
    pub const ALL: [Self; 2] = [Self::English, Self::Vietnamese];

    /// The language's code, `en` or `vi`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Vietnamese => "vi",
        }
    }

    /// A number as a text of this language writes it: Vietnamese has a decimal comma. In JSON and CSV every number keeps its
    /// point.
    #[must_use]
    pub fn decimal(self, number: impl ToString) -> String {
        let text = number.to_string();
        match self {
            Self::English => text,
            Self::Vietnamese => text.replace('.', ","),
        }
    }
}

impl crate::policy::Text {
    /// The text in a language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Vietnamese => &self.vi,
        }
    }
}

/// The catalogue as JSON, as published in `spec/codes.json`.
#[must_use]
pub const fn catalogue() -> &'static str {
    CATALOGUE
}

/// The text of a code of a section of the catalogue, its parameters in braces; the code itself where there is none.
#[must_use]
pub fn text(section: &str, code: &str, language: Language) -> String {
    static TREE: LazyLock<Option<Json>> = LazyLock::new(|| Json::parse(CATALOGUE, Limits::DEFAULT.depth).ok());
    look_up(TREE.as_ref(), section, code, language)
}

/// The catalogue of the tools around the score as JSON, as published in `spec/tools.json`.
#[must_use]
pub const fn tool_catalogue() -> &'static str {
    TOOLS
}

/// As [`text`], from the catalogue of the tools around the score.
#[must_use]
pub fn tool_text(section: &str, code: &str, language: Language) -> String {
    static TREE: LazyLock<Option<Json>> = LazyLock::new(|| Json::parse(TOOLS, Limits::DEFAULT.depth).ok());
    look_up(TREE.as_ref(), section, code, language)
}

fn look_up(tree: Option<&Json>, section: &str, code: &str, language: Language) -> String {
    match tree.and_then(|tree| tree.get(section)?.get(code)?.get(language.as_str())) {
        Some(Json::Text(text)) => text.clone(),
        _ => code.to_owned(),
    }
}

/// The text of a code with its parameters filled in.
pub(crate) fn filled(section: &str, code: &str, language: Language, parameters: &[(&str, &str)]) -> String {
    fill(&text(section, code, language), parameters)
}

/// As [`filled`], from the catalogue of the tools around the score.
pub(crate) fn filled_tool(section: &str, code: &str, language: Language, parameters: &[(&str, &str)]) -> String {
    fill(&tool_text(section, code, language), parameters)
}

fn fill(template: &str, parameters: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    // One pass, so that a brace in a value is text.
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        out.push_str(parameters.iter().find(|(parameter, _)| *parameter == name).map_or("", |(_, value)| value));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::{CATALOGUE, Language, TOOLS, text};
    use crate::{Code, SetAside, Status};

    #[test]
    fn vietnamese_has_a_decimal_comma() {
        let points = |tenths| crate::Points::from_tenths(tenths);
        assert_eq!([576, -5, 0].map(|tenths| points(tenths).signed(Language::Vietnamese)), ["+57,6", "−0,5", "0,0"]);
        assert_eq!([576, -5, 0].map(|tenths| points(tenths).signed(Language::English)), ["+57.6", "−0.5", "0.0"]);
        assert_eq!((points(576).text(Language::Vietnamese), Language::English.decimal(0.05)), ("57,6".into(), "0.05".into()));
    }

    #[test]
    fn every_code_has_a_text_and_every_text_a_code() {
        let tree: serde_json::Value = serde_json::from_str(CATALOGUE).unwrap_or_default();
        let listed =
            |section: &str| -> Vec<String> { tree[section].as_object().map(|codes| codes.keys().cloned().collect()).unwrap_or_default() };
        assert_eq!(listed("errors"), Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>());
        assert_eq!(listed("set_aside"), SetAside::ALL.iter().map(|reason| reason.as_str()).collect::<Vec<_>>());
        assert_eq!(listed("statuses"), Status::ALL.iter().map(|status| status.as_str()).collect::<Vec<_>>());
        assert_eq!(listed("reasons"), crate::ReasonCode::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>());
        assert_eq!(listed("changes"), listed("reasons"));
        assert_eq!(listed("reviews"), crate::ReviewCode::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>());
        assert_eq!(listed("triggers"), ["finding", "criterion", "tier"]);
        assert_eq!(listed("types"), crate::RecordType::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>());
        assert_eq!(text("set_aside", "expired", Language::English), "Too old to count");
        let tools: serde_json::Value = serde_json::from_str(TOOLS).unwrap_or_default();
        let of_tools =
            |section: &str| -> Vec<String> { tools[section].as_object().map(|codes| codes.keys().cloned().collect()).unwrap_or_default() };
        assert_eq!(of_tools("fit_codes"), crate::calibrate::FitCode::ALL.map(|code| code.as_str()));
        assert_eq!(of_tools("methods"), crate::calibrate::Method::ALL.map(|method| method.as_str()));
        assert_eq!(of_tools("scenarios"), crate::coverage::Scenario::ALL.map(|scenario| scenario.as_str()));
        for section in ["attacks", "attack_bounds"] {
            assert_eq!(of_tools(section), crate::gaming::Attack::ALL.map(|attack| attack.as_str()));
        }
        for section in ["lint_why", "lint_remedy"] {
            assert_eq!(of_tools(section), of_tools("lint_what"));
        }
        for (section, codes) in tree.as_object().into_iter().chain(tools.as_object()).flatten() {
            for (code, entry) in codes.as_object().into_iter().flatten() {
                let parameters: Vec<&str> = entry["parameters"].as_array().into_iter().flatten().filter_map(|name| name.as_str()).collect();
                for language in Language::ALL {
                    let text = entry[language.as_str()].as_str().unwrap_or_default();
                    assert!(!text.is_empty(), "{section} {code}");
                    if section != "errors" && section != "triggers" {
                        let mut used: Vec<&str> = text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
                        let mut named = parameters.clone();
                        used.sort_unstable();
                        named.sort_unstable();
                        assert_eq!(used, named, "{section} {code} {}", language.as_str());
                    }
                }
            }
        }
    }
}
