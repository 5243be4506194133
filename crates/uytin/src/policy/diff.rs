//! What differs between two policies, and what each change makes stricter or laxer.
//!
//! *Stricter* means: of the same records no subject comes out better (in score, bounds, tier or measures), and some may come
//! out worse; *laxer* the other way round. *Mixed* is what helps some and harms others, or does either by what the records
//! say; *neither* is what moves nothing that is decided: texts, and the order of lists in which order means nothing. Items
//! of lists are matched by their ids. Each rule has a code in `spec/tools.json` that says why.

use std::sync::Arc;

use serde::Serialize;

use crate::assessment::Texts;
use crate::codes::{Language, tool_text};
use crate::digest::Digest;
use crate::json::{below, to_json};

use super::document::{Condition, Criterion, PolicyDocument, ReachBand, SourceClass};
use super::{Policy, Section};

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Nobody comes out better, somebody may come out worse.
    Stricter,
    /// Nobody comes out worse, somebody may come out better.
    Laxer,
    /// It depends on the records.
    Mixed,
    /// Nothing that is decided moves.
    Neither,
}

impl Direction {
    /// The direction as JSON writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stricter => "stricter",
            Self::Laxer => "laxer",
            Self::Mixed => "mixed",
            Self::Neither => "neither",
        }
    }

    /// The direction of two changes together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Neither, one) | (one, Self::Neither) => one,
            (Self::Stricter, Self::Stricter) => Self::Stricter,
            (Self::Laxer, Self::Laxer) => Self::Laxer,
            _ => Self::Mixed,
        }
    }

    const fn reversed(self) -> Self {
        match self {
            Self::Stricter => Self::Laxer,
            Self::Laxer => Self::Stricter,
            same => same,
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The section of the policy.
    pub section: Section,
    /// The JSON path: in the second policy, of what is removed in the first.
    pub path: String,
    /// The id of the item of a list that it lies in.
    pub id: Option<Arc<str>>,
    /// The JSON that stood there; `None` where it is added.
    pub from: Option<String>,
    /// The JSON that stands there; `None` where it is removed.
    pub to: Option<String>,
    /// Which way it goes.
    pub direction: Direction,
    /// The rule that says so, a code of the catalogue.
    pub rule: &'static str,
}

impl Change {
    /// Why it goes this way, in a language.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        tool_text("policy_changes", self.rule, language)
    }
}

/// What differs between two policies.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyDiff {
    from: Policy,
    to: Policy,
    /// The changes, by section, then in the order of the document.
    pub changes: Vec<Change>,
}

impl PolicyDiff {
    /// What differs from one policy to another.
    #[must_use]
    pub fn of(from: &Policy, to: &Policy) -> Self {
        let mut differ = Differ { changes: Vec::new() };
        differ.documents(from, to);
        differ.changes.sort_by_key(|change| change.section);
        Self { from: from.clone(), to: to.clone(), changes: differ.changes }
    }

    /// The sections that change, each with the direction of all of its changes together.
    #[must_use]
    pub fn sections(&self) -> Vec<(Section, Direction)> {
        let mut sections: Vec<(Section, Direction)> = Vec::new();
        for change in &self.changes {
            match sections.last_mut() {
                Some((section, direction)) if *section == change.section => *direction = direction.and(change.direction),
                _ => sections.push((change.section, change.direction)),
            }
        }
        sections
    }

    /// The direction of all changes together.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.changes.iter().fold(Direction::Neither, |all, change| all.and(change.direction))
    }

    /// Compact JSON, the same bytes in every language.
    #[must_use]
    pub fn to_json(&self) -> String {
        let changes = self.changes.iter().map(|change| ChangeDocument {
            section: change.section,
            path: &change.path,
            id: change.id.as_deref(),
            from: raw(change.from.as_deref()),
            to: raw(change.to.as_deref()),
            direction: change.direction,
            rule: change.rule,
            text: Texts::of(|language| change.text(language)),
        });
        let side =
            |policy: &'_ Policy| Side { name: policy.name().to_owned(), version: policy.version().to_owned(), digest: policy.digest() };
        to_json(&DiffDocument {
            from: side(&self.from),
            to: side(&self.to),
            direction: self.direction(),
            sections: self.sections().into_iter().map(|(section, direction)| SectionDocument { section, direction }).collect(),
            changes: changes.collect(),
        })
    }
}

/// JSON that is written as it stands.
fn raw(json: Option<&str>) -> serde_json::Value {
    json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

/// The JSON form of a comparison of two policies.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "PolicyDiff"))]
pub(crate) struct DiffDocument<'a> {
    /// The first policy.
    from: Side,
    /// The second policy.
    to: Side,
    /// The direction of all changes together.
    direction: Direction,
    /// The sections that change.
    sections: Vec<SectionDocument>,
    /// The changes, by section, then in the order of the document.
    changes: Vec<ChangeDocument<'a>>,
}

/// One of the two policies.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "DiffSide"))]
struct Side {
    name: String,
    version: String,
    digest: Digest,
}

/// A section that changes, and which way its changes go together.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "DiffSection"))]
struct SectionDocument {
    section: Section,
    direction: Direction,
}

/// One change.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "DiffChange"))]
struct ChangeDocument<'a> {
    section: Section,
    /// The JSON path: in the second policy, of what is removed in the first.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^\$")))]
    path: &'a str,
    /// The id of the item of a list that it lies in.
    id: Option<&'a str>,
    /// What stood there; null where it is added.
    from: serde_json::Value,
    /// What stands there; null where it is removed.
    to: serde_json::Value,
    direction: Direction,
    /// The rule that says so.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::change_rule"))]
    rule: &'static str,
    /// Why it goes this way.
    text: Texts,
}

struct Differ {
    changes: Vec<Change>,
}

/// Where a change lies.
struct At<'a> {
    section: Section,
    path: String,
    id: Option<&'a Arc<str>>,
}

impl<'a> At<'a> {
    fn new(section: Section, path: impl Into<String>) -> Self {
        Self { section, path: path.into(), id: None }
    }

    fn field(&self, field: &str) -> Self {
        Self { section: self.section, path: below(&self.path, field), id: self.id }
    }
}

fn json<T: Serialize>(value: &T) -> String {
    to_json(value)
}

/// The items of two lists by id: in both with their places, then those that are in one only.
struct Matched<'a, T> {
    both: Vec<(usize, &'a T, &'a T)>,
    added: Vec<(usize, &'a T)>,
    removed: Vec<(usize, &'a T)>,
    moved: bool,
}

fn matched<'a, T>(a: &'a [T], b: &'a [T], id: impl Fn(&T) -> &str) -> Matched<'a, T> {
    let find = |list: &'a [T], name: &str| list.iter().enumerate().find(|(_, item)| id(item) == name);
    let both: Vec<(usize, &T, usize, &T)> =
        b.iter().enumerate().filter_map(|(n, to)| find(a, id(to)).map(|(m, from)| (n, to, m, from))).collect();
    Matched {
        moved: !both.is_sorted_by_key(|(_, _, place, _)| *place),
        both: both.into_iter().map(|(n, to, _, from)| (n, from, to)).collect(),
        added: b.iter().enumerate().filter(|(_, to)| find(a, id(to)).is_none()).collect(),
        removed: a.iter().enumerate().filter(|(_, from)| find(b, id(from)).is_none()).collect(),
    }
}

impl Differ {
    fn push(&mut self, at: &At<'_>, from: Option<String>, to: Option<String>, direction: Direction, rule: &'static str) {
        self.changes.push(Change { section: at.section, path: at.path.clone(), id: at.id.cloned(), from, to, direction, rule });
    }

    fn value<T: Serialize + PartialEq>(&mut self, at: &At<'_>, from: &T, to: &T, direction: Direction, rule: &'static str) {
        if from != to {
            self.push(at, Some(json(from)), Some(json(to)), direction, rule);
        }
    }

    /// A number of which more goes this way.
    fn more<T: Serialize + PartialOrd>(&mut self, at: &At<'_>, from: &T, to: &T, more: Direction, rule: &'static str) {
        let direction = if to > from { more } else { more.reversed() };
        self.value(at, from, to, direction, rule);
    }

    /// A severity of which a graver one goes this way.
    fn graver(&mut self, at: &At<'_>, [from, to]: [&Arc<str>; 2], [a, b]: [&PolicyDocument; 2], graver: Direction, rule: &'static str) {
        let place = |policy: &PolicyDocument, id: &Arc<str>| policy.findings.severities.iter().position(|severity| severity.id == *id);
        // By the order of either policy, where it knows both.
        let order = [a, b].map(|policy| place(policy, from).zip(place(policy, to)).map(|(from, to)| to > from));
        let direction = match order {
            [Some(up), Some(other)] if up != other => Direction::Mixed,
            [Some(up), _] | [None, Some(up)] => {
                if up {
                    graver
                } else {
                    graver.reversed()
                }
            }
            [None, None] => Direction::Mixed,
        };
        self.value(at, from, to, direction, rule);
    }

    fn documents(&mut self, from: &Policy, to: &Policy) {
        use Direction::{Laxer, Mixed, Neither};
        let (a, b) = (from.document(), to.document());
        let at = |section, field: &str| At::new(section, below("$", field));
        self.value(&at(Section::Texts, "name"), &a.name, &b.name, Neither, "text");
        self.value(&at(Section::Texts, "version"), &a.version, &b.version, Neither, "text");
        self.value(&at(Section::Texts, "title"), &a.title, &b.title, Neither, "text");
        self.value(&at(Section::Texts, "notice"), &a.notice, &b.notice, Neither, "text");
        self.value(&at(Section::Texts, "purpose"), &a.purpose, &b.purpose, Neither, "text");
        let contexts = |policy: &PolicyDocument| {
            let mut contexts = policy.contexts.clone();
            contexts.sort();
            contexts
        };
        let of_contexts = if contexts(a) == contexts(b) { (Neither, "order") } else { (Mixed, "context") };
        self.value(&at(Section::Contexts, "contexts"), &a.contexts, &b.contexts, of_contexts.0, of_contexts.1);
        self.more(&at(Section::Confidence, "confidence"), &a.confidence, &b.confidence, Mixed, "confidence");
        self.more(&at(Section::Horizon, "horizon_days"), &a.horizon_days, &b.horizon_days, Mixed, "horizon");
        self.more(&at(Section::Validity, "validity_days"), &a.validity_days, &b.validity_days, Laxer, "validity");
        self.sources(a, b);
        self.pillars(from, to);
        self.credits(a, b);
        self.findings(a, b);
        self.tiers(a, b);
        self.measures(a, b);
    }

    fn sources(&mut self, a: &PolicyDocument, b: &PolicyDocument) {
        use Direction::{Mixed, Stricter};
        // Keys of an object have no order.
        let of = matched(&a.sources, &b.sources, |(id, _)| id);
        let at = |id: &'_ Arc<str>| below("$.sources", id);
        for (_, (id, from), (_, to)) in &of.both {
            let at = At { id: Some(id), ..At::new(Section::Sources, at(id)) };
            let SourceClass { sector, reliability, adjudicates } = from;
            self.value(&at.field("sector"), sector, &to.sector, Mixed, "sector");
            self.more(&at.field("reliability"), reliability, &to.reliability, Mixed, "reliability");
            match (adjudicates, &to.adjudicates) {
                (Some(from), Some(to)) => self.graver(&at.field("adjudicates"), [from, to], [a, b], Stricter, "adjudicates"),
                // Who may find violations may grant exemptions, too.
                (from, to) => self.value(&at.field("adjudicates"), from, to, Mixed, "adjudicates-or-not"),
            }
        }
        for (_, (id, class)) in of.added {
            self.push(&At { id: Some(id), ..At::new(Section::Sources, at(id)) }, None, Some(json(class)), Mixed, "source");
        }
        for (_, (id, class)) in of.removed {
            self.push(&At { id: Some(id), ..At::new(Section::Sources, at(id)) }, Some(json(class)), None, Mixed, "source");
        }
    }

    fn order<'a>(
        &mut self,
        section: Section,
        path: &str,
        from: impl Iterator<Item = &'a Arc<str>>,
        to: impl Iterator<Item = &'a Arc<str>>,
        direction: Direction,
        rule: &'static str,
    ) {
        let (from, to): (Vec<&Arc<str>>, Vec<&Arc<str>>) = (from.collect(), to.collect());
        self.push(&At::new(section, path), Some(json(&from)), Some(json(&to)), direction, rule);
    }

    fn pillars(&mut self, from: &Policy, to: &Policy) {
        use Direction::{Mixed, Neither};
        let (a, b) = (from.document(), to.document());
        // What weighs the same in the whole has moved no score, whatever the numbers.
        let shares = |policy: &Policy| -> Vec<(Arc<str>, f64)> {
            let mut shares: Vec<(Arc<str>, f64)> =
                policy.document().criteria().map(|(_, criterion)| criterion.id.clone()).zip(policy.weights()).collect();
            shares.sort_by(|(a, _), (b, _)| a.cmp(b));
            shares
        };
        let (before, after) = (shares(from), shares(to));
        let same = before.len() == after.len() && before.iter().zip(&after).all(|((a, x), (b, y))| a == b && (x - y).abs() < 1e-12);
        let weight = if same { (Neither, "weight-same") } else { (Mixed, "weight") };
        let of = matched(&a.pillars, &b.pillars, |pillar| &pillar.id);
        for (n, before, after) in &of.both {
            let at = At { id: Some(&after.id), ..At::new(Section::Pillars, format!("$.pillars[{n}]")) };
            self.value(&at.field("weight"), &before.weight, &after.weight, weight.0, weight.1);
            self.value(&at.field("title"), &before.title, &after.title, Neither, "text");
            let criteria = matched(&before.criteria, &after.criteria, |criterion| &criterion.id);
            for (m, from, to) in &criteria.both {
                let at = At { id: Some(&to.id), ..At::new(Section::Pillars, format!("$.pillars[{n}].criteria[{m}]")) };
                self.criterion(&at, from, to, weight);
            }
            for (m, criterion) in criteria.added {
                let at = At { id: Some(&criterion.id), ..At::new(Section::Pillars, format!("$.pillars[{n}].criteria[{m}]")) };
                self.push(&at, None, Some(json(criterion)), Mixed, "criterion");
            }
            for (m, criterion) in criteria.removed {
                let place = a.pillars.iter().position(|pillar| pillar.id == before.id).unwrap_or_default();
                let at = At { id: Some(&criterion.id), ..At::new(Section::Pillars, format!("$.pillars[{place}].criteria[{m}]")) };
                self.push(&at, Some(json(criterion)), None, Mixed, "criterion");
            }
            if criteria.moved {
                let ids = |criteria: &'_ [Criterion]| criteria.iter().map(|criterion| criterion.id.clone()).collect::<Vec<_>>();
                let (from, to) = (ids(&before.criteria), ids(&after.criteria));
                self.order(Section::Pillars, &format!("$.pillars[{n}].criteria"), from.iter(), to.iter(), Neither, "order");
            }
        }
        for (n, pillar) in of.added {
            let at = At { id: Some(&pillar.id), ..At::new(Section::Pillars, format!("$.pillars[{n}]")) };
            self.push(&at, None, Some(json(pillar)), Mixed, "criterion");
        }
        for (n, pillar) in of.removed {
            let at = At { id: Some(&pillar.id), ..At::new(Section::Pillars, format!("$.pillars[{n}]")) };
            self.push(&at, Some(json(pillar)), None, Mixed, "criterion");
        }
        if of.moved {
            let ids = |policy: &'_ PolicyDocument| policy.pillars.iter().map(|pillar| pillar.id.clone()).collect::<Vec<_>>();
            let (from, to) = (ids(a), ids(b));
            self.order(Section::Pillars, "$.pillars", from.iter(), to.iter(), Neither, "order");
        }
    }

    fn criterion(&mut self, at: &At<'_>, from: &Criterion, to: &Criterion, weight: (Direction, &'static str)) {
        use Direction::{Laxer, Mixed, Neither};
        self.value(&at.field("exemptable"), &from.exemptable, &to.exemptable, Mixed, "exemptable");
        self.value(&at.field("weight"), &from.weight, &to.weight, weight.0, weight.1);
        let prior = at.field("prior");
        self.more(&prior.field("mean"), &from.prior.mean, &to.prior.mean, Laxer, "prior-mean");
        self.more(&prior.field("strength"), &from.prior.strength, &to.prior.strength, Mixed, "prior-strength");
        self.more(&at.field("half_life_days"), &from.half_life_days, &to.half_life_days, Mixed, "half-life");
        self.more(&at.field("source_cap"), &from.source_cap, &to.source_cap, Mixed, "cap");
        self.more(&at.field("class_cap"), &from.class_cap, &to.class_cap, Mixed, "cap");
        self.value(&at.field("title"), &from.title, &to.title, Neither, "text");
        self.value(&at.field("basis"), &from.basis, &to.basis, Neither, "text");
    }

    fn credits(&mut self, a: &PolicyDocument, b: &PolicyDocument) {
        use Direction::{Laxer, Neither, Stricter};
        let of = matched(&a.credits, &b.credits, |credit| &credit.id);
        for (n, from, to) in &of.both {
            let at = At { id: Some(&to.id), ..At::new(Section::Credits, format!("$.credits[{n}]")) };
            self.more(&at.field("max"), &from.max, &to.max, Laxer, "credit");
            self.more(&at.field("half_mass"), &from.half_mass, &to.half_mass, Stricter, "credit");
            self.more(&at.field("half_life_days"), &from.half_life_days, &to.half_life_days, Laxer, "credit");
            self.more(&at.field("source_cap"), &from.source_cap, &to.source_cap, Laxer, "credit");
            self.more(&at.field("class_cap"), &from.class_cap, &to.class_cap, Laxer, "credit");
            self.value(&at.field("title"), &from.title, &to.title, Neither, "text");
            self.value(&at.field("basis"), &from.basis, &to.basis, Neither, "text");
        }
        for (n, credit) in of.added {
            let at = At { id: Some(&credit.id), ..At::new(Section::Credits, format!("$.credits[{n}]")) };
            self.push(&at, None, Some(json(credit)), Laxer, "credit");
        }
        for (n, credit) in of.removed {
            let at = At { id: Some(&credit.id), ..At::new(Section::Credits, format!("$.credits[{n}]")) };
            self.push(&at, Some(json(credit)), None, Stricter, "credit");
        }
        if of.moved {
            self.order(Section::Credits, "$.credits", a.credits.iter().map(|c| &c.id), b.credits.iter().map(|c| &c.id), Neither, "order");
        }
    }

    fn findings(&mut self, a: &PolicyDocument, b: &PolicyDocument) {
        use Direction::{Laxer, Mixed, Neither, Stricter};
        let of = matched(&a.findings.severities, &b.findings.severities, |severity| &severity.id);
        for (n, from, to) in &of.both {
            let at = At { id: Some(&to.id), ..At::new(Section::Findings, format!("$.findings.severities[{n}]")) };
            self.more(&at.field("weight"), &from.weight, &to.weight, Stricter, "severity");
            self.more(&at.field("half_life_days"), &from.half_life_days, &to.half_life_days, Stricter, "severity");
            self.more(&at.field("expires_days"), &from.expires_days, &to.expires_days, Stricter, "severity");
            self.more(&at.field("in_force_days"), &from.in_force_days, &to.in_force_days, Stricter, "severity");
            self.value(&at.field("title"), &from.title, &to.title, Neither, "text");
        }
        for (n, severity) in of.added {
            let at = At { id: Some(&severity.id), ..At::new(Section::Findings, format!("$.findings.severities[{n}]")) };
            self.push(&at, None, Some(json(severity)), Stricter, "severity-known");
        }
        for (n, severity) in of.removed {
            let at = At { id: Some(&severity.id), ..At::new(Section::Findings, format!("$.findings.severities[{n}]")) };
            self.push(&at, Some(json(severity)), None, Laxer, "severity-known");
        }
        if of.moved {
            let ids =
                |policy: &'_ PolicyDocument| policy.findings.severities.iter().map(|severity| severity.id.clone()).collect::<Vec<_>>();
            let (from, to) = (ids(a), ids(b));
            self.order(Section::Findings, "$.findings.severities", from.iter(), to.iter(), Mixed, "severity-order");
        }
        let statuses = [
            ("under-appeal", &a.findings.statuses.under_appeal, &b.findings.statuses.under_appeal),
            ("remedied", &a.findings.statuses.remedied, &b.findings.statuses.remedied),
        ];
        for (name, from, to) in statuses {
            let at = At::new(Section::Findings, below("$.findings.statuses", name));
            self.more(&at.field("factor"), &from.factor, &to.factor, Stricter, "status");
            self.more(&at.field("in_force"), &from.in_force, &to.in_force, Stricter, "status");
        }
        let at = At::new(Section::Findings, "$.findings.reach");
        let (from, to) = (&a.findings.reach, &b.findings.reach);
        let factor = |bands: &[ReachBand], reach: u64| bands.iter().rev().find(|band| band.from <= reach).map_or(1.0, |band| band.factor);
        let points = from.iter().chain(to).map(|band| (factor(from, band.from), factor(to, band.from)));
        self.value(&at, from, to, dearer(points), "reach");
        let at = At::new(Section::Findings, "$.findings.repeat");
        self.more(&at.field("window_days"), &a.findings.repeat.window_days, &b.findings.repeat.window_days, Stricter, "repeat");
        let (from, to) = (&a.findings.repeat.factors, &b.findings.repeat.factors);
        let factor = |factors: &[f64], n: usize| factors.get(n.min(factors.len().saturating_sub(1))).copied().unwrap_or(1.0);
        let points = (0..from.len().max(to.len())).map(|n| (factor(from, n), factor(to, n)));
        self.value(&at.field("factors"), from, to, dearer(points), "repeat");
        let at = At::new(Section::Findings, "$.findings.max_weight");
        self.more(&at, &a.findings.max_weight, &b.findings.max_weight, Stricter, "max-weight");
    }

    fn tiers(&mut self, a: &PolicyDocument, b: &PolicyDocument) {
        use Direction::{Laxer, Mixed, Neither, Stricter};
        let at = At::new(Section::Tiers, "$.tiers");
        self.more(&at.field("rated_coverage"), &a.tiers.rated_coverage, &b.tiers.rated_coverage, Stricter, "rated-coverage");
        self.more(&at.field("sector_mass"), &a.tiers.sector_mass, &b.tiers.sector_mass, Mixed, "sector-mass");
        self.more(&at.field("hysteresis"), &a.tiers.hysteresis, &b.tiers.hysteresis, Mixed, "hysteresis");
        let of = matched(&a.tiers.earned, &b.tiers.earned, |tier| &tier.id);
        for (n, from, to) in &of.both {
            let at = At { id: Some(&to.id), ..At::new(Section::Tiers, format!("$.tiers.earned[{n}]")) };
            self.more(&at.field("lower_at_least"), &from.lower_at_least, &to.lower_at_least, Stricter, "earned");
            self.more(&at.field("sectors_at_least"), &from.sectors_at_least, &to.sectors_at_least, Stricter, "earned");
            self.graver(&at.field("barred_by"), [&from.barred_by, &to.barred_by], [a, b], Laxer, "earned");
            self.value(&at.field("title"), &from.title, &to.title, Neither, "text");
        }
        for (n, tier) in of.added {
            let at = At { id: Some(&tier.id), ..At::new(Section::Tiers, format!("$.tiers.earned[{n}]")) };
            self.push(&at, None, Some(json(tier)), Laxer, "earned-tier");
        }
        for (n, tier) in of.removed {
            let at = At { id: Some(&tier.id), ..At::new(Section::Tiers, format!("$.tiers.earned[{n}]")) };
            self.push(&at, Some(json(tier)), None, Stricter, "earned-tier");
        }
        if of.moved {
            self.order(
                Section::Tiers,
                "$.tiers.earned",
                a.tiers.earned.iter().map(|t| &t.id),
                b.tiers.earned.iter().map(|t| &t.id),
                Mixed,
                "tier-order",
            );
        }
        let of = matched(&a.tiers.imposed, &b.tiers.imposed, |tier| &tier.id);
        for (n, from, to) in &of.both {
            let at = At { id: Some(&to.id), ..At::new(Section::Tiers, format!("$.tiers.imposed[{n}]")) };
            self.more(&at.field("upper_below"), &from.upper_below, &to.upper_below, Stricter, "imposed");
            self.more(&at.field("sectors_at_least"), &from.sectors_at_least, &to.sectors_at_least, Laxer, "imposed");
            self.graver(&at.field("in_force_at_least"), [&from.in_force_at_least, &to.in_force_at_least], [a, b], Laxer, "imposed");
            self.value(&at.field("title"), &from.title, &to.title, Neither, "text");
        }
        for (n, tier) in of.added {
            let at = At { id: Some(&tier.id), ..At::new(Section::Tiers, format!("$.tiers.imposed[{n}]")) };
            self.push(&at, None, Some(json(tier)), Stricter, "imposed-tier");
        }
        for (n, tier) in of.removed {
            let at = At { id: Some(&tier.id), ..At::new(Section::Tiers, format!("$.tiers.imposed[{n}]")) };
            self.push(&at, Some(json(tier)), None, Laxer, "imposed-tier");
        }
        if of.moved {
            self.order(
                Section::Tiers,
                "$.tiers.imposed",
                a.tiers.imposed.iter().map(|t| &t.id),
                b.tiers.imposed.iter().map(|t| &t.id),
                Mixed,
                "tier-order",
            );
        }
    }

    fn measures(&mut self, a: &PolicyDocument, b: &PolicyDocument) {
        use Direction::{Laxer, Mixed, Neither, Stricter};
        let of = matched(&a.measures, &b.measures, |measure| &measure.id);
        for (n, from, to) in &of.both {
            let at = At { id: Some(&to.id), ..At::new(Section::Measures, format!("$.measures[{n}]")) };
            let when = at.field("when");
            match (&from.when, &to.when) {
                (Condition::TierImposed(from), Condition::TierImposed(to)) => {
                    // A milder tier takes in those that are worse.
                    let place = |policy: &PolicyDocument, id: &Arc<str>| policy.tiers.imposed.iter().position(|tier| tier.id == *id);
                    let direction = match place(b, from).zip(place(b, to)) {
                        Some((from, to)) if to > from => Stricter,
                        Some(_) => Laxer,
                        None => Mixed,
                    };
                    self.value(&when.field("tier_imposed"), from, to, direction, "measure");
                }
                (
                    Condition::CriterionUpperBelow { criterion: of_from, value: from },
                    Condition::CriterionUpperBelow { criterion: of_to, value: to },
                ) => {
                    let at = when.field("criterion_upper_below");
                    self.value(&at.field("criterion"), of_from, of_to, Mixed, "measure-kind");
                    self.more(&at.field("value"), from, to, Stricter, "measure");
                }
                (
                    Condition::FindingInForce { severity_at_least: from, criteria: some },
                    Condition::FindingInForce { severity_at_least: to, criteria: others },
                ) => {
                    let at = when.field("finding_in_force");
                    self.graver(&at.field("severity_at_least"), [from, to], [a, b], Laxer, "measure");
                    // None means any.
                    let within = |one: &[Arc<str>], other: &[Arc<str>]| {
                        other.is_empty() || !one.is_empty() && one.iter().all(|id| other.contains(id))
                    };
                    let direction = match (within(some, others), within(others, some)) {
                        (true, true) => Neither,
                        (true, false) => Stricter,
                        (false, true) => Laxer,
                        (false, false) => Mixed,
                    };
                    self.value(&at.field("criteria"), some, others, direction, "measure");
                }
                (from, to) => self.value(&when, from, to, Mixed, "measure-kind"),
            }
            self.value(&at.field("title"), &from.title, &to.title, Neither, "text");
            self.value(&at.field("basis"), &from.basis, &to.basis, Neither, "text");
        }
        for (n, measure) in of.added {
            let at = At { id: Some(&measure.id), ..At::new(Section::Measures, format!("$.measures[{n}]")) };
            self.push(&at, None, Some(json(measure)), Stricter, "measure");
        }
        for (n, measure) in of.removed {
            let at = At { id: Some(&measure.id), ..At::new(Section::Measures, format!("$.measures[{n}]")) };
            self.push(&at, Some(json(measure)), None, Laxer, "measure");
        }
        if of.moved {
            self.order(
                Section::Measures,
                "$.measures",
                a.measures.iter().map(|m| &m.id),
                b.measures.iter().map(|m| &m.id),
                Neither,
                "order",
            );
        }
    }
}

/// The direction of factors that make findings dearer.
fn dearer(points: impl Iterator<Item = (f64, f64)>) -> Direction {
    points.fold(Direction::Neither, |all, (from, to)| {
        all.and(match from.total_cmp(&to) {
            std::cmp::Ordering::Less => Direction::Stricter,
            std::cmp::Ordering::Greater => Direction::Laxer,
            std::cmp::Ordering::Equal => Direction::Neither,
        })
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use serde_json::Value;

    use super::{Change, Direction, PolicyDiff};
    use crate::bound::tier_of;
    use crate::codes::Language;
    use crate::random::{Names, Random, SUBJECT, as_of, ledger, policy, record};
    use crate::{Policy, Record, Section, assess};

    fn leaves(value: &Value, path: String, all: &mut Vec<String>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, value)| leaves(value, format!("{path}/{key}"), all)),
            Value::Array(items) => items.iter().enumerate().for_each(|(n, value)| leaves(value, format!("{path}/{n}"), all)),
            _ => all.push(path),
        }
    }

    /// The policy with one leaf changed, where that gives a valid one.
    fn changed(policy: &Policy, random: &mut Random) -> Option<Policy> {
        let mut document: Value = serde_json::from_str(policy.canonical()).unwrap();
        let mut all = Vec::new();
        leaves(&document, String::new(), &mut all);
        let leaf = document.pointer_mut(&all[random.below(all.len() as u64) as usize]).unwrap();
        let names = Names::of(policy);
        let new = match &*leaf {
            Value::Bool(b) => Value::Bool(!b),
            Value::Number(n) if n.is_f64() && n.as_f64().unwrap() < 1.0 => {
                serde_json::json!((n.as_f64().unwrap() + (random.below(401) as f64 - 200.0) / 1000.0).clamp(0.001, 0.999))
            }
            Value::Number(n) => serde_json::json!((n.as_f64().unwrap() * random.from(5, 30) as f64 / 15.0).round()),
            Value::String(_) if random.one_in(2) => {
                Value::String(names.severities[random.below(names.severities.len() as u64) as usize].clone())
            }
            Value::String(text) => Value::String(format!("{text}-else")),
            _ => Value::Null,
        };
        *leaf = new;
        Policy::from_json(&document.to_string()).ok()
    }

    /// Whoever calls a change stricter says that nobody comes out better.
    #[test]
    fn directions_hold_on_random_ledgers() {
        let mut seen = std::collections::BTreeMap::<(Direction, &str), usize>::new();
        for seed in 0..if cfg!(debug_assertions) { 250 } else { 2_000u64 } {
            let random = &mut Random(seed);
            let a = policy(seed % 24);
            let Some(b) = changed(&a, random).filter(|b| *b != a) else { continue };
            let diff = PolicyDiff::of(&a, &b);
            assert!(!diff.changes.is_empty(), "{a:?} {b:?}");
            assert_eq!(diff.sections().iter().map(|(section, _)| *section).collect::<Vec<_>>(), Section::changed(&a, &b));
            let names = Names::of(&a);
            let records: Vec<Record> = (0..random.below(50)).map(|_| record(&names, random.next())).collect();
            let ledger = ledger(&records);
            let [before, after] = [&a, &b].map(|policy| assess(policy, &ledger, SUBJECT, as_of(), None));
            // The rank in a ladder that both policies have.
            let rank = |policy: &Policy, tier: &str| tier_of(policy, tier).map(|tier| tier.rank(policy.compiled()));
            let comparable = a.document().tiers.earned.len() == b.document().tiers.earned.len()
                && a.document().tiers.imposed.len() == b.document().tiers.imposed.len();
            let (low, high) = match diff.direction() {
                Direction::Stricter => (&after, &before),
                Direction::Laxer => (&before, &after),
                Direction::Mixed => continue,
                Direction::Neither => {
                    assert_eq!((before.score, before.interval), (after.score, after.interval), "{:?}", diff.changes);
                    continue;
                }
            };
            *seen.entry((diff.direction(), diff.changes[0].rule)).or_default() += 1;
            assert!(low.score <= high.score, "{:?}", diff.changes);
            assert!(low.interval.lower <= high.interval.lower && low.interval.upper <= high.interval.upper, "{:?}", diff.changes);
            assert!(low.measures.len() >= high.measures.len(), "{:?}", diff.changes);
            if comparable {
                let (of_low, of_high) = if diff.direction() == Direction::Stricter { (&b, &a) } else { (&a, &b) };
                assert!(rank(of_low, &low.tier) <= rank(of_high, &high.tier), "{:?}: {} {}", diff.changes, before.tier, after.tier);
            }
        }
        assert!(seen.len() >= 6, "{seen:?}");
    }

    #[test]
    fn names_what_changes() {
        let a = Policy::reference();
        let text = Policy::reference_json()
            .replace(r#""id": "trusted", "lower_at_least": 65.0"#, r#""id": "trusted", "lower_at_least": 60.0"#)
            .replace(r#""hysteresis": 2.0"#, r#""hysteresis": 3"#)
            .replace(r#"{"id": "minor",    "weight": 0.03"#, r#"{"id": "minor",    "weight": 0.05"#);
        let b = Policy::from_json(&text).unwrap();
        let diff = PolicyDiff::of(&a, &b);
        let said: Vec<(&str, Direction)> = diff.changes.iter().map(|Change { path, direction, .. }| (path.as_str(), *direction)).collect();
        assert_eq!(
            said,
            [
                ("$.findings.severities[0].weight", Direction::Stricter),
                ("$.tiers.hysteresis", Direction::Mixed),
                ("$.tiers.earned[1].lower_at_least", Direction::Laxer)
            ]
        );
        assert_eq!(diff.sections(), [(Section::Findings, Direction::Stricter), (Section::Tiers, Direction::Mixed)]);
        assert_eq!(diff.changes[2].id.as_deref(), Some("trusted"));
        assert_eq!((diff.changes[2].from.as_deref(), diff.changes[2].to.as_deref()), (Some("65"), Some("60")));
        assert!(diff.changes.iter().all(|change| change.text(Language::Vietnamese) != change.rule));
        assert!(PolicyDiff::of(&a, &a).changes.is_empty());
        let json: Value = serde_json::from_str(&diff.to_json()).unwrap();
        assert_eq!(json["changes"][2]["to"], 60);
        // Other numbers, the same shares.
        let doubled = Policy::reference_json()
            .replace(r#""weight": 25, "title""#, r#""weight": 50, "title""#)
            .replace(r#""weight": 15, "title""#, r#""weight": 30, "title""#)
            .replace(r#""weight": 10, "title""#, r#""weight": 20, "title""#);
        assert_eq!(PolicyDiff::of(&a, &Policy::from_json(&doubled).unwrap()).direction(), Direction::Neither);
    }
}
