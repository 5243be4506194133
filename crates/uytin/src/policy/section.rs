//! The sections of a policy, and policies that have some sections of one and the others of another.

use serde::Serialize;

use crate::error::Error;
use crate::json::Json;
use crate::limits::Limits;

use super::Policy;

/// A part of a policy document that can change by itself. The order is that in which the model uses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// Name, version, title, notice and purpose: they move no score.
    Texts,
    /// Where conduct is looked at.
    Contexts,
    /// For how long records count.
    Horizon,
    /// The source classes.
    Sources,
    /// Pillars and criteria.
    Pillars,
    /// Credits.
    Credits,
    /// What violations cost.
    Findings,
    /// The nominal confidence of the interval.
    Confidence,
    /// The tiers.
    Tiers,
    /// The measures: they move no score and no tier.
    Measures,
    /// For how long an assessment is valid: it moves no score and no tier.
    Validity,
}

impl Section {
    /// Every section.
    pub const ALL: [Self; 11] = [
        Self::Texts,
        Self::Contexts,
        Self::Horizon,
        Self::Sources,
        Self::Pillars,
        Self::Credits,
        Self::Findings,
        Self::Confidence,
        Self::Tiers,
        Self::Measures,
        Self::Validity,
    ];

    /// The section as JSON writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Texts => "texts",
            Self::Contexts => "contexts",
            Self::Horizon => "horizon",
            Self::Sources => "sources",
            Self::Pillars => "pillars",
            Self::Credits => "credits",
            Self::Findings => "findings",
            Self::Confidence => "confidence",
            Self::Tiers => "tiers",
            Self::Measures => "measures",
            Self::Validity => "validity",
        }
    }

    /// The fields of the document that belong to it.
    #[must_use]
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Texts => &["name", "version", "title", "notice", "purpose"],
            Self::Contexts => &["contexts"],
            Self::Horizon => &["horizon_days"],
            Self::Sources => &["sources"],
            Self::Pillars => &["pillars"],
            Self::Credits => &["credits"],
            Self::Findings => &["findings"],
            Self::Confidence => &["confidence"],
            Self::Tiers => &["tiers"],
            Self::Measures => &["measures"],
            Self::Validity => &["validity_days"],
        }
    }

    /// Whether it can move a score, a bound or a tier.
    #[must_use]
    pub const fn moves_scores(self) -> bool {
        !matches!(self, Self::Texts | Self::Measures | Self::Validity)
    }

    /// The sections in which two policies differ, in the order of [`Section::ALL`].
    #[must_use]
    pub fn changed(a: &Policy, b: &Policy) -> Vec<Self> {
        let (Some(a), Some(b)) = (tree(a), tree(b)) else { return Vec::new() };
        let differs = |field: &&str| a.get(field).map(Json::canonical) != b.get(field).map(Json::canonical);
        Self::ALL.into_iter().filter(|section| section.fields().iter().any(&differs)).collect()
    }
}

/// The document of a policy; a policy has been read from one.
fn tree(policy: &Policy) -> Option<Json> {
    Json::parse(policy.canonical(), Limits::DEFAULT.depth).ok()
}

/// The policy that has these sections of `b` and all others of `a`.
///
/// # Errors
/// Every fault of that document: sections that name what the other policy does not have do not go together.
pub fn mix(a: &Policy, b: &Policy, from_b: &[Section]) -> Result<Policy, Error> {
    let (Some(mut mixed), Some(b)) = (tree(a), tree(b)) else { return Ok(a.clone()) };
    if let Json::Object(fields) = &mut mixed {
        for (name, value) in fields {
            if from_b.iter().any(|section| section.fields().contains(&name.as_str()))
                && let Some(other) = b.get(name)
            {
                *value = other.clone();
            }
        }
    }
    Policy::from_json(std::str::from_utf8(&mixed.canonical()).unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Section, mix};
    use crate::Policy;

    #[test]
    fn every_field_of_a_policy_belongs_to_one_section() {
        let document: serde_json::Value = serde_json::from_str(Policy::reference_json()).unwrap();
        let mut fields: Vec<&str> = Section::ALL.iter().flat_map(|section| section.fields()).copied().collect();
        fields.sort_unstable();
        let mut expected: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
        expected.sort_unstable();
        assert_eq!(fields, expected);
    }

    #[test]
    fn mixing_nothing_is_the_one_and_mixing_all_is_the_other() {
        let (a, b) = (crate::random::policy(0), crate::random::policy(7));
        assert_eq!(mix(&a, &b, &[]).unwrap().digest(), a.digest());
        assert_eq!(mix(&a, &b, &Section::ALL).unwrap().digest(), b.digest());
        assert_eq!(mix(&b, &a, &Section::changed(&a, &b)).unwrap().digest(), a.digest());
        assert!(Section::changed(&a, &a).is_empty());
        let text = Policy::reference_json().replace(r#""hysteresis": 2"#, r#""hysteresis": 3"#);
        let other = Policy::from_json(&text).unwrap();
        assert_eq!(Section::changed(&a, &other), [Section::Tiers]);
        // The pillars of one policy have criteria that the measures of the other do not know.
        assert!(mix(&a, &b, &[Section::Pillars]).is_err());
    }
}
