//! The brief of a shortlist: what is asked of candidates. Read whole, as a policy is: every fault, with its place.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::bound::{STANDARD, tier_of};
use crate::error::{Code, Error, quote};
use crate::json::{Json, to_json};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::policy::read::{DAYS_MAX, Node, Object, Reader, SHARE, tree};
use crate::record::utf8;

/// How many candidates are listed where the brief does not say.
const LIMIT: u32 = 1000;
/// The most that are listed.
const LIMIT_MAX: u32 = 1_000_000;

/// What an agency or a business asks of candidates. There is no field for the size of an audience, and none is to be added.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Brief", deny_unknown_fields))]
pub struct BriefDocument {
    /// What the shortlist is for, in the caller's words.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub title: Option<String>,
    /// The least tier: an earned or imposed one of the policy, or `standard`. `unrated` ranks with `standard`.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub tier_at_least: Option<Arc<str>>,
    /// The least lower bound of the score, in points with at most one decimal.
    #[cfg_attr(feature = "schema", schemars(default, range(min = 0, max = 100)))]
    pub lower_at_least: Option<f64>,
    /// The least coverage, in [0, 1]: how far evidence, not the prior, makes the score.
    #[cfg_attr(feature = "schema", schemars(default, range(min = 0, max = 1)))]
    pub coverage_at_least: Option<f64>,
    /// Lower bounds of chosen criteria, each criterion once.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub criteria: Vec<CriterionAtLeast>,
    /// Findings that a candidate may not have.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub no_findings: Vec<NoFindings>,
    /// What candidates are ranked by.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub order: Order,
    /// The most candidates that are listed.
    #[cfg_attr(feature = "schema", schemars(default = "limit", range(min = 1, max = LIMIT_MAX)))]
    pub limit: u32,
}

#[cfg(feature = "schema")]
const fn limit() -> u32 {
    LIMIT
}

/// A least lower bound of one criterion.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct CriterionAtLeast {
    /// A criterion of the policy. A subject that is exempt from it meets the condition.
    pub criterion: Arc<str>,
    /// 100·L of the criterion: points with at most one decimal.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub lower_at_least: f64,
}

/// Findings that a candidate may not have: those that count, and whose status weighs (an allegation and what is overturned
/// do not).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
pub struct NoFindings {
    /// Decided within so many days: the age in days is less.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 36500)))]
    pub within_days: u32,
    /// Of this severity, as counted, or a graver one; of any where null.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub severity_at_least: Option<Arc<str>>,
    /// On one of these criteria; on any where empty.
    #[cfg_attr(feature = "schema", schemars(default))]
    pub criteria: Vec<Arc<str>>,
}

/// What candidates are ranked by, the greatest first; of equals the greater lower bound, then the greater upper bound, then
/// the subject's id, by its UTF-8 bytes, is first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The lower bound of the score.
    #[default]
    Lower,
    /// The score; who is not rated has none and comes last.
    Score,
    /// The coverage.
    Coverage,
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 3] = [Self::Lower, Self::Score, Self::Coverage];

    /// The order as a brief names it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Score => "score",
            Self::Coverage => "coverage",
        }
    }
}

/// A valid brief, for one policy.
#[derive(Clone)]
pub struct Brief {
    pub(super) policy: Policy,
    pub(super) document: Arc<BriefDocument>,
    pub(super) rules: Arc<Rules>,
}

/// The conditions in the policy's numbers.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) rank: Option<usize>,
    /// In tenths.
    pub(super) lower: Option<i32>,
    /// Place and points.
    pub(super) criteria: Vec<(usize, f64)>,
    pub(super) findings: Vec<FindingRule>,
}

#[derive(Debug)]
pub(super) struct FindingRule {
    pub(super) within_days: i32,
    pub(super) severity: u16,
    /// Empty for any.
    pub(super) criteria: Vec<u16>,
}

impl Brief {
    /// Reads and checks a brief for a policy.
    ///
    /// # Errors
    /// Every fault of the document, each with its JSON path.
    pub fn from_json(text: &str, policy: &Policy) -> Result<Self, Error> {
        let tree = tree(text, &Limits::DEFAULT, "a brief")?;
        let mut reader = Reader::default();
        let document = read(&mut reader, &tree);
        check(&mut reader, &document, policy);
        if let Some(error) = Error::of(reader.faults) {
            return Err(error);
        }
        let rules = Rules::of(&document, policy);
        Ok(Self { policy: policy.clone(), document: Arc::new(document), rules: Arc::new(rules) })
    }

    /// As [`Brief::from_json`], of bytes that should be UTF-8.
    ///
    /// # Errors
    /// As [`Brief::from_json`], and where the bytes are not UTF-8.
    pub fn from_bytes(bytes: &[u8], policy: &Policy) -> Result<Self, Error> {
        Self::from_json(utf8(bytes)?, policy)
    }

    /// The policy that the brief has been read for.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The document, with defaults where it says nothing.
    #[must_use]
    pub fn document(&self) -> &BriefDocument {
        &self.document
    }

    /// Compact JSON, defaults written out.
    #[must_use]
    pub fn to_json(&self) -> String {
        to_json(&*self.document)
    }
}

impl fmt::Debug for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Brief({:?}, {:?})", self.document, self.policy)
    }
}

const FIELDS: [&str; 8] = ["title", "tier_at_least", "lower_at_least", "coverage_at_least", "criteria", "no_findings", "order", "limit"];

fn read(reader: &mut Reader, tree: &Json) -> BriefDocument {
    let object = reader.object(&Node { value: tree, path: "$".into() }, &FIELDS, "a brief");
    let document = BriefDocument {
        title: reader.optional(&object, "title", Reader::text),
        tier_at_least: reader.optional(&object, "tier_at_least", Reader::name),
        lower_at_least: reader.optional(&object, "lower_at_least", Reader::points),
        coverage_at_least: reader.optional(&object, "coverage_at_least", |reader, object, key| reader.number(object, key, SHARE)),
        criteria: list(reader, &object, "criteria", |reader, node| {
            let object = reader.object(&node, &["criterion", "lower_at_least"], "`criterion` and `lower_at_least`");
            CriterionAtLeast { criterion: reader.name(&object, "criterion"), lower_at_least: reader.points(&object, "lower_at_least") }
        }),
        no_findings: list(reader, &object, "no_findings", |reader, node| {
            let fields = ["within_days", "severity_at_least", "criteria"];
            let object = reader.object(&node, &fields, "`within_days`, and what findings are meant");
            NoFindings {
                within_days: reader.days(&object, "within_days", 1),
                severity_at_least: reader.optional(&object, "severity_at_least", Reader::name),
                criteria: reader.optional(&object, "criteria", Reader::texts).unwrap_or_default().into_iter().map(Arc::from).collect(),
            }
        }),
        order: reader.optional(&object, "order", order).unwrap_or_default(),
        limit: reader
            .optional(&object, "limit", |reader, object, key| reader.whole(object, key, 1, LIMIT_MAX.into()))
            .map_or(LIMIT, |limit| u32::try_from(limit).unwrap_or(LIMIT)),
    };
    for fault in reader.faults.iter_mut().filter(|fault| fault.code == Code::UnknownField) {
        if is_size(&fault.found) {
            fault.expected = "no such field: a brief never sees the size of an audience".into();
        }
    }
    document
}

/// Whether a field asks how large an audience is.
fn is_size(field: &str) -> bool {
    const WORDS: [&str; 9] = ["audience", "follower", "subscriber", "reach", "view", "fan", "impression", "popular", "like"];
    let field = field.to_lowercase();
    WORDS.iter().any(|word| field.contains(word))
}

fn list<'a, T>(reader: &mut Reader, object: &Object<'a>, key: &str, item: impl FnMut(&mut Reader, Node<'a>) -> T) -> Vec<T> {
    reader.optional(object, key, |reader, object, key| reader.each(object, key, 0, item)).unwrap_or_default()
}

fn order(reader: &mut Reader, object: &Object<'_>, key: &str) -> Order {
    let text = reader.text(object, key);
    let found = Order::ALL.into_iter().find(|order| order.as_str() == text);
    if found.is_none() && !reader.is_faulty("$.order") {
        reader.fault(Code::UnknownValue, "$.order", quote(&text), "one of `lower`, `score`, `coverage`");
    }
    found.unwrap_or_default()
}

/// Names that exist, and criteria that stand once.
fn check(reader: &mut Reader, brief: &BriefDocument, policy: &Policy) {
    let document = policy.document();
    let tiers = &document.tiers;
    let known: Vec<&str> =
        tiers.imposed.iter().map(|tier| &*tier.id).chain([STANDARD]).chain(tiers.earned.iter().map(|tier| &*tier.id)).collect();
    if let Some(tier) = &brief.tier_at_least {
        reader.named("$.tier_at_least", tier, &known, "", "tiers");
    }
    let criteria: Vec<&str> = document.criteria().map(|(_, criterion)| &*criterion.id).collect();
    let severities: Vec<&str> = document.findings.severities.iter().map(|severity| &*severity.id).collect();
    for (n, bound) in brief.criteria.iter().enumerate() {
        let path = format!("$.criteria[{n}].criterion");
        reader.named(&path, &bound.criterion, &criteria, "", "criteria");
        let before = brief.criteria.iter().take(n).any(|other| other.criterion == bound.criterion);
        if before && !reader.is_faulty(&path) {
            reader.fault(Code::DuplicateId, &path, quote(&bound.criterion), "each criterion once");
        }
    }
    for (n, rule) in brief.no_findings.iter().enumerate() {
        if let Some(severity) = &rule.severity_at_least {
            reader.named(&format!("$.no_findings[{n}].severity_at_least"), severity, &severities, "", "severities");
        }
        for (m, criterion) in rule.criteria.iter().enumerate() {
            reader.named(&format!("$.no_findings[{n}].criteria[{m}]"), criterion, &criteria, "", "criteria");
        }
    }
}

impl Rules {
    fn of(brief: &BriefDocument, policy: &Policy) -> Self {
        let compiled = policy.compiled();
        // What is read has been checked: every name is one of the policy's.
        let place = |criterion: &str| compiled.slot(criterion);
        #[expect(clippy::cast_possible_truncation, reason = "from 0 to 1000")]
        let tenths = |points: f64| (points * 10.0).round() as i32;
        Self {
            rank: brief.tier_at_least.as_deref().and_then(|id| tier_of(policy, id)).map(|tier| tier.rank(compiled)),
            lower: brief.lower_at_least.map(tenths),
            criteria: brief.criteria.iter().filter_map(|bound| Some((place(&bound.criterion)?.into(), bound.lower_at_least))).collect(),
            findings: brief
                .no_findings
                .iter()
                .map(|rule| FindingRule {
                    within_days: i32::try_from(rule.within_days.min(DAYS_MAX)).unwrap_or(i32::MAX),
                    severity: rule.severity_at_least.as_deref().and_then(|id| compiled.severity(id)).unwrap_or_default(),
                    criteria: rule.criteria.iter().filter_map(|criterion| place(criterion)).collect(),
                })
                .collect(),
        }
    }
}
