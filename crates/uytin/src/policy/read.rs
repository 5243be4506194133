//! Reads a policy document and checks it whole (`MODEL.md` §13): every fault, with its place.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::error::{Code, Error, Fault, quote};
use crate::json::{Json, below, number as decimal};
use crate::limits::Limits;
use crate::record::REACH_MAX;

use super::document::{
    Condition, Credit, Criterion, EarnedTier, Findings, ImposedTier, MeasureRule, Pillar, PolicyDocument, Prior, ReachBand, Repeat,
    Severity, SourceClass, StatusRule, Statuses, Text, Tiers,
};

/// Sums of shares are compared with this tolerance.
const TOLERANCE: f64 = 1e-9;
const MOST: f64 = 1e6;
pub(crate) const DAYS_MAX: u32 = 36_500;
/// Tiers that are there without being written.
const IMPLICIT_TIERS: [&str; 2] = ["standard", "unrated"];
/// Ids are held as 16-bit numbers by the batch engine.
const NAMES_MAX: usize = 32_767;

/// The tree of a document of this kind, within the limits.
pub(crate) fn tree(text: &str, limits: &Limits, kind: &str) -> Result<Json, Error> {
    if text.len() > limits.policy_bytes {
        let found = format!("{} bytes", text.len());
        return Err(Fault::new(Code::TooLong, "$", found, format!("{kind} of at most {} bytes", limits.policy_bytes)).into());
    }
    Ok(Json::parse(text, limits.depth)?)
}

/// The document of this tree.
pub(super) fn read(tree: &Json) -> Result<PolicyDocument, Error> {
    let mut reader = Reader::default();
    let document = reader.policy(Node { value: tree, path: "$".into() });
    reader.check(&document);
    Error::of(reader.faults).map_or(Ok(document), Err)
}

/// A value and its place.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    pub(crate) value: &'a Json,
    pub(crate) path: String,
}

/// An object whose keys have been looked over; `None` where something else stood there, which has been reported.
pub(crate) struct Object<'a> {
    value: Option<&'a Json>,
    path: String,
}

impl<'a> Object<'a> {
    pub(crate) fn get(&self, key: &str) -> Option<Node<'a>> {
        self.value?.get(key).map(|value| Node { value, path: below(&self.path, key) })
    }
}

/// Where a number may lie.
#[derive(Clone, Copy)]
pub(crate) enum Range {
    /// Above 0 and at most 10⁶.
    Positive,
    /// Strictly between 0 and 1.
    Inside,
    /// From, to; both included.
    Within(f64, f64),
}

impl Range {
    fn holds(self, x: f64) -> bool {
        match self {
            Self::Positive => x > 0.0 && x <= MOST,
            Self::Inside => x > 0.0 && x < 1.0,
            Self::Within(from, to) => (from..=to).contains(&x),
        }
    }

    fn words(self) -> String {
        match self {
            Self::Positive => "a number above 0 and at most 1000000".into(),
            Self::Inside => "a number strictly between 0 and 1".into(),
            Self::Within(from, to) => format!("a number from {} to {}", decimal(from), decimal(to)),
        }
    }
}

pub(crate) const SHARE: Range = Range::Within(0.0, 1.0);

/// Reads documents whole: what is wrong is kept, and a stand-in takes its place.
#[derive(Default)]
pub(crate) struct Reader {
    pub(crate) faults: Vec<Fault>,
    /// Where the faults are: what depends on a wrong value is not judged.
    faulty: BTreeSet<String>,
    /// Those of them whose value could not be read at all.
    unread: BTreeSet<String>,
}

/// The shape: fields, types, ranges. A value that is missing or wrong is reported and a stand-in takes its place, so that
/// everything else is still looked at.
impl Reader {
    pub(crate) fn fault(&mut self, code: Code, path: &str, found: impl Into<String>, expected: impl Into<String>) {
        self.faults.push(Fault::new(code, path, found, expected));
        self.faulty.insert(path.to_owned());
    }

    /// Whether the value at the path, or what it stands in, has a fault.
    pub(crate) fn is_faulty(&self, path: &str) -> bool {
        let ends = path.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(n, _)| n).chain([path.len()]);
        ends.filter_map(|end| path.get(..end)).any(|place| place != "$" && self.faulty.contains(place))
    }

    /// An object with these fields; others, and keys that stand twice, are faults.
    pub(crate) fn object<'a>(&mut self, node: &Node<'a>, fields: &[&str], what: &str) -> Object<'a> {
        let Json::Object(entries) = node.value else {
            self.fault(Code::WrongType, &node.path, node.value.describe(), format!("an object: {what}"));
            return Object { value: None, path: node.path.clone() };
        };
        self.twice(entries, &node.path);
        for (key, _) in entries {
            if !fields.contains(&key.as_str()) {
                self.fault(Code::UnknownField, &below(&node.path, key), quote(key), format!("one of {}", list(fields)));
            }
        }
        Object { value: Some(node.value), path: node.path.clone() }
    }

    fn twice(&mut self, entries: &[(String, Json)], path: &str) {
        let mut seen = BTreeSet::new();
        for (key, _) in entries {
            if !seen.insert(key.clone()) {
                self.fault(Code::DuplicateKey, &below(path, key), "the key for the second time", "each key once");
            }
        }
    }

    fn required<'a>(&mut self, object: &Object<'a>, key: &str, expected: &str) -> Option<Node<'a>> {
        let node = object.get(key);
        if node.is_none() && object.value.is_some() {
            self.fault(Code::MissingField, &below(&object.path, key), "no such field", expected);
        }
        node
    }

    /// The object that stands under a key.
    fn inner<'a>(&mut self, object: &Object<'a>, key: &str, fields: &[&str], what: &str) -> Object<'a> {
        match self.required(object, key, &format!("an object: {what}")) {
            Some(node) => self.object(&node, fields, what),
            None => Object { value: None, path: below(&object.path, key) },
        }
    }

    fn items<'a>(&mut self, object: &Object<'a>, key: &str, at_least: usize) -> Vec<Node<'a>> {
        let Some(node) = self.required(object, key, "a list") else { return Vec::new() };
        let Json::List(items) = node.value else {
            self.fault(Code::WrongType, &node.path, node.value.describe(), "a list");
            return Vec::new();
        };
        if items.len() < at_least {
            self.fault(Code::Empty, &node.path, "an empty list", "at least one");
        }
        if items.len() > NAMES_MAX {
            self.fault(Code::TooMany, &node.path, format!("a list of {}", items.len()), format!("at most {NAMES_MAX}"));
            return Vec::new();
        }
        items.iter().enumerate().map(|(n, value)| Node { value, path: format!("{}[{n}]", node.path) }).collect()
    }

    pub(crate) fn each<'a, T>(
        &mut self,
        object: &Object<'a>,
        key: &str,
        at_least: usize,
        mut read: impl FnMut(&mut Self, Node<'a>) -> T,
    ) -> Vec<T> {
        self.items(object, key, at_least).into_iter().map(|node| read(self, node)).collect()
    }

    fn text_node(&mut self, node: &Node<'_>) -> String {
        if let Json::Text(text) = node.value {
            return text.clone();
        }
        self.fault(Code::WrongType, &node.path, node.value.describe(), "a text");
        String::new()
    }

    pub(crate) fn text(&mut self, object: &Object<'_>, key: &str) -> String {
        self.required(object, key, "a text").map_or_else(String::new, |node| self.text_node(&node))
    }

    pub(crate) fn name(&mut self, object: &Object<'_>, key: &str) -> Arc<str> {
        self.text(object, key).into()
    }

    fn id(&mut self, object: &Object<'_>) -> Arc<str> {
        let id = self.name(object, "id");
        let path = below(&object.path, "id");
        if id.is_empty() && object.value.is_some() && !self.is_faulty(&path) {
            self.fault(Code::Empty, &path, "an empty text", "a text that is not empty");
        }
        id
    }

    fn name_or_null(&mut self, object: &Object<'_>, key: &str) -> Option<Arc<str>> {
        let node = self.required(object, key, "a text or null")?;
        match node.value {
            Json::Null => None,
            _ => Some(self.text_node(&node).into()),
        }
    }

    fn flag(&mut self, object: &Object<'_>, key: &str, default: Option<bool>) -> bool {
        let node = match (object.get(key), default) {
            (None, Some(default)) => return default,
            _ => self.required(object, key, "`true` or `false`"),
        };
        match node {
            Some(Node { value: Json::Bool(flag), .. }) => *flag,
            Some(node) => {
                self.fault(Code::WrongType, &node.path, node.value.describe(), "`true` or `false`");
                false
            }
            None => false,
        }
    }

    /// The number of a node that `reads` accepts; of others the fault, and NaN, which no later comparison finds fault with.
    fn number_node(&mut self, node: &Node<'_>, reads: impl Fn(f64) -> bool, expected: &str) -> f64 {
        match *node.value {
            Json::Number(x) if reads(x) => x,
            ref other => {
                let code = if matches!(other, Json::Number(_)) { Code::OutOfRange } else { Code::WrongType };
                self.fault(code, &node.path, other.describe(), expected);
                f64::NAN
            }
        }
    }

    fn number_that(&mut self, object: &Object<'_>, key: &str, reads: impl Fn(f64) -> bool, expected: &str) -> f64 {
        self.required(object, key, expected).map_or(f64::NAN, |node| self.number_node(&node, reads, expected))
    }

    pub(crate) fn number(&mut self, object: &Object<'_>, key: &str, range: Range) -> f64 {
        self.number_that(object, key, |x| range.holds(x), &range.words())
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "guarded: whole and within the range; NaN is 0"
    )]
    pub(crate) fn whole(&mut self, object: &Object<'_>, key: &str, from: u64, to: u64) -> u64 {
        let reads = |x: f64| x.trunc() == x && (from as f64..=to as f64).contains(&x);
        self.number_that(object, key, reads, &format!("a whole number from {from} to {to}")) as u64
    }

    pub(crate) fn days(&mut self, object: &Object<'_>, key: &str, from: u64) -> u32 {
        u32::try_from(self.whole(object, key, from, DAYS_MAX.into())).unwrap_or_default()
    }

    /// Points on the scale of 100, with at most one decimal.
    #[expect(clippy::float_cmp, reason = "a decimal of one place is the double nearest to a whole number of tenths")]
    pub(crate) fn points(&mut self, object: &Object<'_>, key: &str) -> f64 {
        let reads = |x: f64| (0.0..=100.0).contains(&x) && (x * 10.0).round() / 10.0 == x;
        self.number_that(object, key, reads, "points from 0 to 100 with at most one decimal")
    }

    /// What stands under a key, if it is there and not null.
    pub(crate) fn optional<'a, T>(
        &mut self,
        object: &Object<'a>,
        key: &str,
        read: impl FnOnce(&mut Self, &Object<'a>, &str) -> T,
    ) -> Option<T> {
        object.get(key).filter(|node| *node.value != Json::Null)?;
        Some(read(self, object, key))
    }

    fn both_languages(&mut self, object: &Object<'_>, key: &str) -> Text {
        let object = self.inner(object, key, &["en", "vi"], "the texts `en` and `vi`");
        Text { en: self.text(&object, "en"), vi: self.text(&object, "vi") }
    }

    pub(crate) fn texts(&mut self, object: &Object<'_>, key: &str) -> Vec<String> {
        self.each(object, key, 0, |reader, node| reader.text_node(&node))
    }

    fn basis(&mut self, object: &Object<'_>) -> Vec<String> {
        if object.get("basis").is_some() { self.texts(object, "basis") } else { Vec::new() }
    }

    fn policy(&mut self, node: Node<'_>) -> PolicyDocument {
        const FIELDS: [&str; 14] = [
            "name",
            "version",
            "title",
            "notice",
            "purpose",
            "contexts",
            "confidence",
            "horizon_days",
            "validity_days",
            "sources",
            "pillars",
            "credits",
            "findings",
            "tiers",
        ];
        let mut fields = FIELDS.to_vec();
        fields.push("measures");
        let object = self.object(&node, &fields, "a policy");
        let name = self.text(&object, "name");
        let version = self.text(&object, "version");
        let title = self.both_languages(&object, "title");
        let notice = self.both_languages(&object, "notice");
        let purpose = self.text(&object, "purpose");
        let contexts = self.texts(&object, "contexts");
        let confidence = self.number_that(&object, "confidence", |x| super::compiled::z_of(x).is_some(), "0.8, 0.9, 0.95 or 0.99");
        let horizon_days = self.days(&object, "horizon_days", 1);
        let validity_days = self.days(&object, "validity_days", 1);
        let sources = self.sources(&object);
        let pillars = self.each(&object, "pillars", 1, Self::pillar);
        let credits = self.each(&object, "credits", 0, Self::credit);
        let findings = self.findings(&object);
        let tiers = self.tiers(&object);
        let measures = self.each(&object, "measures", 0, Self::measure);
        PolicyDocument {
            name,
            version,
            title,
            notice,
            purpose,
            contexts,
            confidence,
            horizon_days,
            validity_days,
            sources,
            pillars,
            credits,
            findings,
            tiers,
            measures,
        }
    }

    fn sources(&mut self, object: &Object<'_>) -> Vec<(Arc<str>, SourceClass)> {
        const WHAT: &str = "an object of source classes";
        let Some(node) = self.required(object, "sources", WHAT) else { return Vec::new() };
        let Json::Object(entries) = node.value else {
            self.fault(Code::WrongType, &node.path, node.value.describe(), WHAT);
            return Vec::new();
        };
        self.twice(entries, &node.path);
        if entries.len() > NAMES_MAX {
            self.fault(Code::TooMany, &node.path, node.value.describe(), format!("at most {NAMES_MAX}"));
            return Vec::new();
        }
        entries.iter().map(|(id, value)| (Arc::from(id.as_str()), self.source_class(id, value, &node.path))).collect()
    }

    fn source_class(&mut self, id: &str, value: &Json, path: &str) -> SourceClass {
        let node = Node { value, path: below(path, id) };
        if id.is_empty() {
            self.fault(Code::Empty, &node.path, "an empty text", "an id that is not empty");
        }
        let object = self.object(&node, &["sector", "reliability", "adjudicates"], "a source class");
        let sector = self.name_or_null(&object, "sector");
        let reliability = self.number(&object, "reliability", SHARE);
        SourceClass { sector, reliability, adjudicates: self.name_or_null(&object, "adjudicates") }
    }

    fn pillar(&mut self, node: Node<'_>) -> Pillar {
        let object = self.object(&node, &["id", "weight", "title", "criteria"], "a pillar");
        let id = self.id(&object);
        let weight = self.number(&object, "weight", Range::Positive);
        let title = self.both_languages(&object, "title");
        let criteria = self.each(&object, "criteria", 1, Self::criterion);
        Pillar { id, weight, title, criteria }
    }

    fn criterion(&mut self, node: Node<'_>) -> Criterion {
        let fields = ["id", "exemptable", "weight", "prior", "half_life_days", "source_cap", "class_cap", "title", "basis"];
        let object = self.object(&node, &fields, "a criterion");
        let id = self.id(&object);
        let exemptable = self.flag(&object, "exemptable", Some(false));
        let weight = self.number(&object, "weight", Range::Positive);
        let prior = self.inner(&object, "prior", &["mean", "strength"], "`mean` and `strength`");
        let mean = self.number(&prior, "mean", Range::Inside);
        let prior = Prior { mean, strength: self.number(&prior, "strength", Range::Within(0.01, MOST)) };
        let half_life_days = self.days(&object, "half_life_days", 1);
        let source_cap = self.number(&object, "source_cap", Range::Positive);
        let class_cap = self.number(&object, "class_cap", Range::Positive);
        let title = self.both_languages(&object, "title");
        let basis = self.basis(&object);
        Criterion { id, exemptable, weight, prior, half_life_days, source_cap, class_cap, title, basis }
    }

    fn credit(&mut self, node: Node<'_>) -> Credit {
        let fields = ["id", "max", "half_mass", "half_life_days", "source_cap", "class_cap", "title", "basis"];
        let object = self.object(&node, &fields, "a credit");
        let id = self.id(&object);
        let max = self.number(&object, "max", Range::Within(0.0, MOST));
        let half_mass = self.number(&object, "half_mass", Range::Positive);
        let half_life_days = self.days(&object, "half_life_days", 1);
        let source_cap = self.number(&object, "source_cap", Range::Positive);
        let class_cap = self.number(&object, "class_cap", Range::Positive);
        let title = self.both_languages(&object, "title");
        let basis = self.basis(&object);
        Credit { id, max, half_mass, half_life_days, source_cap, class_cap, title, basis }
    }

    fn findings(&mut self, policy: &Object<'_>) -> Findings {
        let object = self.inner(policy, "findings", &["severities", "statuses", "reach", "repeat", "max_weight"], "what findings weigh");
        let severities = self.each(&object, "severities", 1, Self::severity);
        let statuses = self.inner(&object, "statuses", &["under-appeal", "remedied"], "the statuses `under-appeal` and `remedied`");
        let under_appeal = self.status(&statuses, "under-appeal");
        let statuses = Statuses { under_appeal, remedied: self.status(&statuses, "remedied") };
        let reach = self.each(&object, "reach", 1, |reader, node| {
            let object = reader.object(&node, &["from", "factor"], "a band of reach");
            let from = reader.whole(&object, "from", 0, REACH_MAX);
            let factor = reader.number(&object, "factor", Range::Within(1.0, 100.0));
            ReachBand { from, factor }
        });
        let repeat = self.inner(&object, "repeat", &["window_days", "factors"], "`window_days` and `factors`");
        let window_days = self.days(&repeat, "window_days", 1);
        let factor = Range::Within(1.0, 100.0);
        let factors = self.each(&repeat, "factors", 1, |reader, node| reader.number_node(&node, |x| factor.holds(x), &factor.words()));
        let repeat = Repeat { window_days, factors };
        let max_weight = self.number(&object, "max_weight", Range::Inside);
        Findings { severities, statuses, reach, repeat, max_weight }
    }

    fn severity(&mut self, node: Node<'_>) -> Severity {
        let object = self.object(&node, &["id", "weight", "half_life_days", "expires_days", "in_force_days", "title"], "a severity");
        let id = self.id(&object);
        let weight = self.number(&object, "weight", Range::Inside);
        let half_life_days = self.days(&object, "half_life_days", 1);
        let expires_days = self.days(&object, "expires_days", 1);
        let in_force_days = self.days(&object, "in_force_days", 0);
        let title = self.both_languages(&object, "title");
        Severity { id, weight, half_life_days, expires_days, in_force_days, title }
    }

    fn status(&mut self, object: &Object<'_>, key: &str) -> StatusRule {
        let object = self.inner(object, key, &["factor", "in_force"], "`factor` and `in_force`");
        let factor = self.number(&object, "factor", SHARE);
        let in_force = self.flag(&object, "in_force", None);
        StatusRule { factor, in_force }
    }

    fn tiers(&mut self, policy: &Object<'_>) -> Tiers {
        let object = self.inner(policy, "tiers", &["rated_coverage", "sector_mass", "hysteresis", "earned", "imposed"], "the tiers");
        let rated_coverage = self.number(&object, "rated_coverage", Range::Within(0.01, 1.0));
        let sector_mass = self.number(&object, "sector_mass", Range::Within(0.1, MOST));
        let hysteresis = self.points(&object, "hysteresis");
        let earned = self.each(&object, "earned", 0, |reader, node| {
            let object = reader.object(&node, &["id", "lower_at_least", "sectors_at_least", "barred_by", "title"], "an earned tier");
            let id = reader.id(&object);
            let lower_at_least = reader.points(&object, "lower_at_least");
            let sectors_at_least = reader.sectors(&object);
            let barred_by = reader.name(&object, "barred_by");
            let title = reader.both_languages(&object, "title");
            EarnedTier { id, lower_at_least, sectors_at_least, barred_by, title }
        });
        let imposed = self.each(&object, "imposed", 0, |reader, node| {
            let object = reader.object(&node, &["id", "upper_below", "sectors_at_least", "in_force_at_least", "title"], "an imposed tier");
            let id = reader.id(&object);
            let upper_below = reader.points(&object, "upper_below");
            let sectors_at_least = reader.sectors(&object);
            let in_force_at_least = reader.name(&object, "in_force_at_least");
            let title = reader.both_languages(&object, "title");
            ImposedTier { id, upper_below, sectors_at_least, in_force_at_least, title }
        });
        Tiers { rated_coverage, sector_mass, hysteresis, earned, imposed }
    }

    fn sectors(&mut self, object: &Object<'_>) -> u32 {
        u32::try_from(self.whole(object, "sectors_at_least", 1, u32::MAX.into())).unwrap_or_default()
    }

    fn measure(&mut self, node: Node<'_>) -> MeasureRule {
        let object = self.object(&node, &["id", "when", "title", "basis"], "a measure");
        let id = self.id(&object);
        let when = self.condition(&object);
        let title = self.both_languages(&object, "title");
        let basis = self.basis(&object);
        MeasureRule { id, when, title, basis }
    }

    fn condition(&mut self, measure: &Object<'_>) -> Condition {
        const KINDS: [&str; 3] = ["tier_imposed", "criterion_upper_below", "finding_in_force"];
        let object = self.inner(measure, "when", &KINDS, "one condition");
        let mut given = KINDS.iter().filter_map(|kind| object.get(kind).map(|node| (*kind, node)));
        let (Some((kind, inner)), None) = (given.next(), given.next()) else {
            if let Some(value) = object.value {
                self.fault(Code::Inconsistent, &object.path, value.describe(), format!("exactly one of {}", list(&KINDS)));
            }
            return Condition::TierImposed("".into());
        };
        match kind {
            "tier_imposed" => Condition::TierImposed(self.text_node(&inner).into()),
            "criterion_upper_below" => {
                let object = self.object(&inner, &["criterion", "value"], "`criterion` and `value`");
                let criterion = self.name(&object, "criterion");
                Condition::CriterionUpperBelow { criterion, value: self.points(&object, "value") }
            }
            _ => {
                let object = self.object(&inner, &["severity_at_least", "criteria"], "`severity_at_least` and `criteria`");
                let severity_at_least = self.name(&object, "severity_at_least");
                let criteria = self.texts(&object, "criteria").into_iter().map(Arc::from).collect();
                Condition::FindingInForce { severity_at_least, criteria }
            }
        }
    }
}

/// What goes together: names that exist, ids that are unique, lists that run in one direction.
impl Reader {
    fn check(&mut self, policy: &PolicyDocument) {
        self.unread = self.faulty.clone();
        self.check_ids(policy);
        self.check_sources(policy);
        self.check_shares(policy);
        self.check_findings(&policy.findings);
        self.check_tiers(policy);
        self.check_measures(policy);
    }

    fn unique<'a>(&mut self, ids: impl IntoIterator<Item = (String, &'a str)>) {
        let mut seen = BTreeSet::new();
        for (path, id) in ids {
            if !self.is_faulty(&path) && !seen.insert(id.to_owned()) {
                self.fault(Code::DuplicateId, &path, quote(id), "an id that stands once");
            }
        }
    }

    /// Whether every id of a list has been read, so that what is not among them does not exist.
    fn all_read(&self, list: &str) -> bool {
        let of_list = self.unread.range(list.to_owned()..).take_while(|path| path.starts_with(list));
        let hides = |path: &String| path.len() == list.len() || [".id", ".criteria", "]"].iter().any(|end| path.ends_with(end));
        !self.is_faulty(list) && !of_list.into_iter().any(hides)
    }

    /// `what` is a plural: the ids, from this list of the policy, that may stand at the path.
    pub(crate) fn named(&mut self, path: &str, name: &str, known: &[&str], list_path: &str, what: &str) {
        if !self.is_faulty(path) && !known.contains(&name) && self.all_read(list_path) {
            let shown = known.get(..known.len().min(12)).unwrap_or_default();
            self.fault(Code::UnknownName, path, quote(name), format!("one of the {what} {}", list(shown)));
        }
    }

    /// Reports each place where the later of two neighbours does not follow the earlier.
    fn ordered<T: Copy>(
        &mut self,
        values: &[T],
        path: impl Fn(usize) -> String,
        follows: impl Fn(T, T) -> bool,
        found: impl Fn(T) -> String,
        expected: impl Fn(T) -> String,
    ) {
        for (n, pair) in values.windows(2).enumerate() {
            if let &[before, here] = pair
                && !follows(before, here)
                && !self.is_faulty(&path(n))
                && !self.is_faulty(&path(n + 1))
            {
                self.fault(Code::NotOrdered, &path(n + 1), found(here), expected(before));
            }
        }
    }

    fn check_ids(&mut self, policy: &PolicyDocument) {
        self.unique(policy.pillars.iter().enumerate().map(|(n, pillar)| (format!("$.pillars[{n}].id"), &*pillar.id)));
        let criteria = policy.pillars.iter().enumerate().flat_map(|(p, pillar)| {
            pillar.criteria.iter().enumerate().map(move |(c, criterion)| (format!("$.pillars[{p}].criteria[{c}].id"), &*criterion.id))
        });
        let credits = policy.credits.iter().enumerate().map(|(n, credit)| (format!("$.credits[{n}].id"), &*credit.id));
        self.unique(criteria.chain(credits));
        self.unique(
            policy.findings.severities.iter().enumerate().map(|(n, severity)| (format!("$.findings.severities[{n}].id"), &*severity.id)),
        );
        let earned = policy.tiers.earned.iter().enumerate().map(|(n, tier)| (format!("$.tiers.earned[{n}].id"), &*tier.id));
        let imposed = policy.tiers.imposed.iter().enumerate().map(|(n, tier)| (format!("$.tiers.imposed[{n}].id"), &*tier.id));
        let tiers: Vec<(String, &str)> = earned.chain(imposed).collect();
        for (path, id) in &tiers {
            if IMPLICIT_TIERS.contains(id) {
                self.fault(Code::DuplicateId, path, quote(id), "an id other than `standard` and `unrated`, which every policy has");
            }
        }
        self.unique(tiers);
        self.unique(policy.measures.iter().enumerate().map(|(n, measure)| (format!("$.measures[{n}].id"), &*measure.id)));
        self.unique(policy.contexts.iter().enumerate().map(|(n, context)| (format!("$.contexts[{n}]"), context.as_str())));
        for (n, context) in policy.contexts.iter().enumerate() {
            if context.is_empty() && !self.is_faulty(&format!("$.contexts[{n}]")) {
                self.fault(Code::Empty, &format!("$.contexts[{n}]"), "an empty text", "a text that is not empty");
            }
        }
    }

    fn check_sources(&mut self, policy: &PolicyDocument) {
        let severities = severity_ids(&policy.findings);
        for (id, class) in &policy.sources {
            let path = below("$.sources", id);
            if class.sector.as_deref() == Some("") && !self.is_faulty(&below(&path, "sector")) {
                self.fault(Code::Empty, &below(&path, "sector"), "an empty text", "a text that is not empty, or null");
            }
            let Some(gravest) = &class.adjudicates else { continue };
            let path = below(&path, "adjudicates");
            self.named(&path, gravest, &severities, "$.findings.severities", "severities");
            if class.sector.is_none() && !self.is_faulty(&below(&below("$.sources", id), "sector")) {
                self.fault(Code::Inconsistent, &path, quote(gravest), "null for a source class without a sector");
            }
            if class.reliability <= 0.0 {
                self.fault(Code::Inconsistent, &path, quote(gravest), "null for a source class of reliability 0");
            }
        }
    }

    fn check_shares(&mut self, policy: &PolicyDocument) {
        let sum: f64 = policy.credits.iter().map(|credit| credit.max).sum();
        if sum > 0.25 + TOLERANCE {
            self.fault(Code::Inconsistent, "$.credits", format!("values of `max` that sum to {}", decimal(sum)), "a sum of at most 0.25");
        }
        let pillars: f64 = policy.pillars.iter().map(|pillar| pillar.weight).sum();
        let exemptable: f64 = policy
            .pillars
            .iter()
            .map(|pillar| {
                let all: f64 = pillar.criteria.iter().map(|criterion| criterion.weight).sum();
                let some: f64 = pillar.criteria.iter().filter(|criterion| criterion.exemptable).map(|criterion| criterion.weight).sum();
                pillar.weight / pillars * (some / all)
            })
            .sum();
        if exemptable > 0.5 + TOLERANCE {
            self.fault(
                Code::Inconsistent,
                "$.pillars",
                format!("exemptable criteria that weigh {} of the whole", decimal((exemptable * 1e4).round() / 1e4)),
                "at most 0.5 of the whole",
            );
        }
    }

    fn check_findings(&mut self, findings: &Findings) {
        let weights: Vec<f64> = findings.severities.iter().map(|severity| severity.weight).collect();
        let number = |x: f64| format!("`{}`", decimal(x));
        self.ordered(
            &weights,
            |n| format!("$.findings.severities[{n}].weight"),
            |a, b| a <= b,
            number,
            |a| format!("at least {}, the weight of the severity before", decimal(a)),
        );
        for (n, weight) in weights.iter().enumerate() {
            if *weight > findings.max_weight {
                let expected = format!("at most {}, the policy's `max_weight`", decimal(findings.max_weight));
                self.fault(Code::Inconsistent, &format!("$.findings.severities[{n}].weight"), number(*weight), expected);
            }
        }
        for (name, rule) in [("under-appeal", &findings.statuses.under_appeal), ("remedied", &findings.statuses.remedied)] {
            if rule.in_force && rule.factor <= 0.0 {
                let path = format!("$.findings.statuses.{name}.in_force");
                self.fault(Code::Inconsistent, &path, "`true`", "`false` for a status of factor 0");
            }
        }
        if let Some(first) = findings.reach.first()
            && first.from != 0
            && !self.is_faulty("$.findings.reach[0].from")
        {
            self.fault(Code::NotOrdered, "$.findings.reach[0].from", format!("`{}`", first.from), "0: the first band starts there");
        }
        let from: Vec<u64> = findings.reach.iter().map(|band| band.from).collect();
        self.ordered(
            &from,
            |n| format!("$.findings.reach[{n}].from"),
            |a, b| a < b,
            |x| format!("`{x}`"),
            |a| format!("more than {a}, the start of the band before"),
        );
        let factors: Vec<f64> = findings.reach.iter().map(|band| band.factor).collect();
        self.ordered(
            &factors,
            |n| format!("$.findings.reach[{n}].factor"),
            |a, b| a <= b,
            number,
            |a| format!("at least {}, the factor of the band before", decimal(a)),
        );
        self.ordered(
            &findings.repeat.factors,
            |n| format!("$.findings.repeat.factors[{n}]"),
            |a, b| a <= b,
            number,
            |a| format!("at least {}, the factor before", decimal(a)),
        );
    }

    fn check_tiers(&mut self, policy: &PolicyDocument) {
        let severities = severity_ids(&policy.findings);
        let gravity = |name: &str| severities.iter().position(|id| *id == name);
        let sectors =
            policy.sources.iter().filter_map(|(_, class)| class.sector.as_deref().map(str::to_owned)).collect::<BTreeSet<_>>().len();
        let of_sources = |path: &String| path.starts_with("$.sources");
        let all_sectors =
            !self.faulty.iter().any(|path| of_sources(path) && !path.ends_with(".adjudicates") && !path.ends_with(".reliability"));
        let number = |x: f64| format!("`{}`", decimal(x));
        let Tiers { earned, imposed, .. } = &policy.tiers;

        let needed = earned.iter().map(|tier| ("earned", tier.sectors_at_least)).enumerate();
        for (n, (list, at_least)) in needed.chain(imposed.iter().map(|tier| ("imposed", tier.sectors_at_least)).enumerate()) {
            let path = format!("$.tiers.{list}[{n}].sectors_at_least");
            if usize::try_from(at_least).is_ok_and(|at_least| at_least > sectors) && all_sectors && !self.is_faulty(&path) {
                self.fault(Code::Inconsistent, &path, format!("`{at_least}`"), format!("at most {sectors}, the number of sectors"));
            }
        }
        let lower: Vec<f64> = earned.iter().map(|tier| tier.lower_at_least).collect();
        self.ordered(
            &lower,
            |n| format!("$.tiers.earned[{n}].lower_at_least"),
            |a, b| a >= b,
            number,
            |a| format!("at most {}, that of the better tier before", decimal(a)),
        );
        let counts: Vec<u32> = earned.iter().map(|tier| tier.sectors_at_least).collect();
        self.ordered(
            &counts,
            |n| format!("$.tiers.earned[{n}].sectors_at_least"),
            |a, b| a >= b,
            |x| format!("`{x}`"),
            |a| format!("at most {a}, that of the better tier before"),
        );
        let upper: Vec<f64> = imposed.iter().map(|tier| tier.upper_below).collect();
        self.ordered(
            &upper,
            |n| format!("$.tiers.imposed[{n}].upper_below"),
            |a, b| a <= b,
            number,
            |a| format!("at least {}, that of the worse tier before", decimal(a)),
        );

        for (n, tier) in earned.iter().enumerate() {
            self.named(&format!("$.tiers.earned[{n}].barred_by"), &tier.barred_by, &severities, "$.findings.severities", "severities");
        }
        let barred: Vec<&str> = earned.iter().map(|tier| &*tier.barred_by).collect();
        self.ordered(
            &barred,
            |n| format!("$.tiers.earned[{n}].barred_by"),
            |a, b| gravity(a).is_none() || gravity(b).is_none() || gravity(a) <= gravity(b),
            quote,
            |a| format!("{} or a graver one, as the better tier before", quote(a)),
        );
        for (n, tier) in imposed.iter().enumerate() {
            self.named(
                &format!("$.tiers.imposed[{n}].in_force_at_least"),
                &tier.in_force_at_least,
                &severities,
                "$.findings.severities",
                "severities",
            );
        }
        let needs: Vec<&str> = imposed.iter().map(|tier| &*tier.in_force_at_least).collect();
        self.ordered(
            &needs,
            |n| format!("$.tiers.imposed[{n}].in_force_at_least"),
            |a, b| gravity(a).is_none() || gravity(b).is_none() || gravity(a) >= gravity(b),
            quote,
            |a| format!("{} or a lesser one, as the worse tier before", quote(a)),
        );
    }

    fn check_measures(&mut self, policy: &PolicyDocument) {
        let severities = severity_ids(&policy.findings);
        let imposed: Vec<&str> = policy.tiers.imposed.iter().map(|tier| &*tier.id).collect();
        let criteria: Vec<&str> = policy.criteria().map(|(_, criterion)| &*criterion.id).collect();
        for (n, measure) in policy.measures.iter().enumerate() {
            let path = format!("$.measures[{n}].when");
            match &measure.when {
                Condition::TierImposed(tier) => {
                    self.named(&format!("{path}.tier_imposed"), tier, &imposed, "$.tiers.imposed", "imposed tiers")
                }
                Condition::CriterionUpperBelow { criterion, .. } => {
                    self.named(&format!("{path}.criterion_upper_below.criterion"), criterion, &criteria, "$.pillars", "criteria");
                }
                Condition::FindingInForce { severity_at_least, criteria: some } => {
                    self.named(
                        &format!("{path}.finding_in_force.severity_at_least"),
                        severity_at_least,
                        &severities,
                        "$.findings.severities",
                        "severities",
                    );
                    for (n, criterion) in some.iter().enumerate() {
                        self.named(&format!("{path}.finding_in_force.criteria[{n}]"), criterion, &criteria, "$.pillars", "criteria");
                    }
                }
            }
        }
    }
}

fn severity_ids(findings: &Findings) -> Vec<&str> {
    findings.severities.iter().map(|severity| &*severity.id).collect()
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
