//! Gaming: attacks on a score, run through the one formula, beside the bounds that `MODEL.md` sets them (§10, axioms 7, 9 and 10).
//!
//! Each attack is tried on base ledgers (one that is stated, and random ones), with every class, criterion or severity that it
//! can use; the worst trial is reported with its bound, and how many trials exceeded theirs: by the axioms, none. Movements are
//! of the score before rounding, in points.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::bound::tier_id;
use crate::codes::{Language, filled_tool, tool_text};
use crate::date::Date;
use crate::digest::Digest;
use crate::draw::Draw;
use crate::estimate::Estimate;
use crate::finding::{Findings, Incidents, Pending};
use crate::json::to_json;
use crate::kernel;
use crate::ledger::Ledger;
use crate::mass::Mass;
use crate::policy::compiled::CriterionRule;
use crate::policy::{Criterion, Policy};
use crate::record::{AMOUNT_MAX, Body, Record, Status};
use crate::resample::nine;
use crate::review::ReviewCode;
use crate::score::{Outcome, Watch, evaluate};

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attack {
    /// One source, as the first of its class, files without end on one criterion.
    OneSourceFloods,
    /// Many new sources of one class do.
    ManySourcesFlood,
    /// Two classes of different sectors flood every criterion with praise.
    FriendlySecondSector,
    /// The classes without a sector, the creator's own among them, flood every criterion with praise.
    SelfAudit,
    /// Every class files credits without end.
    CreditsWhitewash,
    /// A friendly adjudicating class files every exemption that the policy allows.
    ExemptionsWhitewash,
    /// Twenty sources file one incident, each for itself, to make it dearer.
    IncidentSplit,
    /// Two violations are filed as one incident, to make them cheaper.
    IncidentsFused,
    /// One event is filed twice, without naming its incident, to make it dearer.
    FiledTwice,
    /// Every upheld finding is appealed against.
    AppealSpam,
}

impl Attack {
    /// Every attack, in the order of reports.
    pub const ALL: [Self; 10] = [
        Self::OneSourceFloods,
        Self::ManySourcesFlood,
        Self::FriendlySecondSector,
        Self::SelfAudit,
        Self::CreditsWhitewash,
        Self::ExemptionsWhitewash,
        Self::IncidentSplit,
        Self::IncidentsFused,
        Self::FiledTwice,
        Self::AppealSpam,
    ];

    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneSourceFloods => "one-source-floods",
            Self::ManySourcesFlood => "many-sources-flood",
            Self::FriendlySecondSector => "friendly-second-sector",
            Self::SelfAudit => "self-audit",
            Self::CreditsWhitewash => "credits-whitewash",
            Self::ExemptionsWhitewash => "exemptions-whitewash",
            Self::IncidentSplit => "incident-split",
            Self::IncidentsFused => "incidents-fused",
            Self::FiledTwice => "filed-twice",
            Self::AppealSpam => "appeal-spam",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn title(self, language: Language) -> String {
        tool_text("attacks", self.as_str(), language)
    }

    /// What bounds it, in words.
    #[must_use]
    pub fn bound(self, language: Language) -> String {
        tool_text("attack_bounds", self.as_str(), language)
    }
}

impl Serialize for Attack {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One attack on one ledger.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "AttackTrial"))]
pub struct Trial {
    /// The base ledger.
    pub base: String,
    /// What was used: class, criterion or severity.
    pub with: String,
    /// The score in points before rounding, before and after; of an unrated subject it is the prior's.
    #[cfg_attr(feature = "schema", schemars(inner(range(min = 0, max = 100))))]
    pub score: [f64; 2],
    /// By how many points the score moved.
    #[cfg_attr(feature = "schema", schemars(range(min = -100, max = 100)))]
    pub moved: f64,
    /// The most by which it could move this way.
    pub bound: f64,
    /// Of attacks by checks, the criterion whose μ moved most: before, after, and the most that it could move.
    pub mean: Option<[f64; 3]>,
    /// The tier before and after.
    pub tier: [String; 2],
    /// Sectors whose evidence is favourable, before and after.
    pub sectors: [u32; 2],
    /// Whether a person must look afterwards.
    pub human_review: bool,
    /// Whether every bound held.
    pub holds: bool,
}

impl Trial {
    /// The base ledger and what was used, in words.
    #[must_use]
    pub fn uses(&self, language: Language) -> String {
        const WORDS: [&str; 6] = ["praise", "blame", "every-class", "every-credit", "every-exemption", "every-upheld-finding"];
        let text = |code: &str, language| tool_text("attack_uses", code, language);
        let piece = |piece: &str| match piece.split_once(" into ") {
            Some((lesser, grave)) => filled_tool("attack_uses", "into", language, &[("lesser", lesser), ("grave", grave)]),
            None => {
                let known = WORDS.into_iter().find(|word| text(word, Language::English) == piece);
                known.map_or_else(|| piece.to_owned(), |word| text(word, language))
            }
        };
        let base = if self.base == STATED { text(STATED, language) } else { self.base.clone() };
        let with: Vec<String> = self.with.split(", ").map(piece).collect();
        format!("{base}: {}", with.join(", "))
    }
}

/// What an attack came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttackReport {
    /// The attack.
    pub attack: Attack,
    /// What bounds it.
    pub bound: String,
    /// How often it was tried; 0 where the policy leaves no room for it.
    pub trials: usize,
    /// How many trials exceeded their bound.
    pub exceeded: usize,
    /// The trial that moved the score most.
    pub worst: Option<Trial>,
    /// The trial that moved the score most on the stated base.
    pub stated: Option<Trial>,
    /// The changes of tier that occurred.
    pub tiers: Vec<[String; 2]>,
}

/// What all attacks came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Attacks"))]
pub struct GamingReport {
    /// The policy's name,
    pub policy: String,
    /// its version
    pub version: String,
    /// and digest.
    pub digest: Digest,
    /// What the policy says beside every score.
    pub notice: String,
    /// The day of assessment.
    pub as_of: Date,
    /// How many base ledgers were attacked.
    pub bases: usize,
    /// Whether every bound held in every trial.
    pub holds: bool,
    /// Attack after attack.
    #[cfg_attr(feature = "schema", schemars(length(equal = Attack::ALL.len())))]
    pub attacks: Vec<AttackReport>,
}

impl GamingReport {
    /// Compact JSON in a fixed order, numbers in the form of RFC 8785, reals to nine decimals.
    #[must_use]
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}

/// A ledger to attack: the records of one subject.
#[derive(Clone, Debug)]
pub struct Base {
    /// What to call it.
    pub name: String,
    records: Vec<Record>,
}

/// What to attack besides the ledgers of one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttackSettings {
    /// How many random ledgers, besides the stated one.
    pub random_bases: u16,
    /// Draws them.
    pub seed: u64,
}

impl Default for AttackSettings {
    /// Five random ledgers, seed 1.
    fn default() -> Self {
        Self { random_bases: 5, seed: 1 }
    }
}

impl AttackSettings {
    /// The stated base and the random ones.
    #[must_use]
    pub fn bases(&self, policy: &Policy, as_of: Date) -> Vec<Base> {
        let random = (0..u64::from(self.random_bases)).map(|n| Base::random(policy, as_of, self.seed.wrapping_add(n)));
        std::iter::once(Base::stated(policy, as_of)).chain(random).collect()
    }
}

/// The name of the stated base.
const STATED: &str = "stated";
/// Days before the assessment on which the stated base's checks were made.
const CHECKED: u32 = 30;
/// Days before the assessment on which its finding was decided.
const DECIDED: u32 = 200;

impl Base {
    /// The records of one subject of a ledger.
    #[must_use]
    pub fn of(name: &str, ledger: &Ledger, subject: &str) -> Self {
        Self { name: name.into(), records: ledger.records_of(subject).cloned().collect() }
    }

    /// The records of each subject of a ledger, named as the subject is.
    pub fn each(ledger: &Ledger) -> impl Iterator<Item = Self> {
        ledger.subjects().map(|subject| Self::of(subject, ledger, subject))
    }

    /// The stated base: on every criterion, from two sources of every class with a sector, ten checks of which eight held, 30 days
    /// old; and one upheld finding of the least severity, 200 days old.
    #[must_use]
    pub fn stated(policy: &Policy, as_of: Date) -> Self {
        let mut records = Vec::new();
        let classes = policy.document().sources.iter().filter(|(_, class)| class.sector.is_some());
        for (class, _) in classes {
            for (_, criterion) in policy.document().criteria() {
                for source in 0..2 {
                    let mut record = observation(class, &format!("{class}-{source}"), criterion, 8, 2, before(as_of, CHECKED));
                    record.id = format!("check-{}", criterion.id);
                    records.push(record);
                }
            }
        }
        let severity = policy.document().findings.severities.first();
        if let (Some((class, _)), Some(severity)) = (judges(policy).next(), severity) {
            records.extend(finding(policy, "the-body", class, &severity.id, before(as_of, DECIDED), Some("base-case")));
        }
        Self { name: STATED.into(), records }
    }

    /// A random base of this seed: up to sixty checks, findings, credits and exemptions of the policy's names.
    #[must_use]
    pub fn random(policy: &Policy, as_of: Date, seed: u64) -> Self {
        let mut draw = Draw::new(&[seed, 0x6761_6d65]);
        let document = policy.document();
        let criteria: Vec<&Criterion> = document.criteria().map(|(_, criterion)| criterion).collect();
        let judging: Vec<&Arc<str>> = judges(policy).map(|(id, _)| id).collect();
        let mut records = Vec::new();
        for n in 0..draw.below(61) {
            let (Some((class, _)), Some(criterion)) =
                (document.sources.get(draw.below(document.sources.len())), criteria.get(draw.below(criteria.len())))
            else {
                continue;
            };
            let day = before(as_of, u32::try_from(draw.below(900)).unwrap_or_default());
            let source = format!("{class}-{}", draw.below(4));
            let most = [4, 30, 2000].get(draw.below(3)).copied().unwrap_or(30);
            let mut checks = || u32::try_from(draw.below(most)).unwrap_or_default();
            let mut record = observation(class, &source, criterion, checks(), checks(), day);
            let kind = draw.below(12);
            if kind == 0
                && let Some(credit) = document.credits.get(draw.below(document.credits.len()))
            {
                record.criterion = credit.id.to_string();
                record.body = Body::Credit { thousandths: 1 + u32::try_from(draw.below(4000)).unwrap_or_default() };
            } else if kind < 3
                && let Some(judge) = judging.get(draw.below(judging.len()))
                && let Some(severity) = document.findings.severities.get(draw.below(document.findings.severities.len()))
            {
                record.source_class = judge.to_string();
                record.source = format!("{judge}-{}", draw.below(3));
                let status = Status::ALL.get(draw.below(Status::ALL.len())).copied().unwrap_or(Status::Upheld);
                let incident = (draw.below(2) == 0).then(|| format!("case-{}", draw.below(4)));
                record.body = Body::Finding { severity: severity.id.to_string(), status, reach: draw.next() % 3_000_000, incident };
            }
            record.id = format!("r-{n}");
            records.push(record);
        }
        Self { name: format!("random-{seed}"), records }
    }
}

/// The classes that adjudicate, the gravest severities first.
fn judges(policy: &Policy) -> impl Iterator<Item = (&Arc<str>, u16)> {
    let compiled = policy.compiled();
    let mut judges: Vec<(&Arc<str>, u16)> =
        policy.document().sources.iter().zip(&compiled.classes).filter_map(|((id, _), class)| Some((id, class.adjudicates?))).collect();
    judges.sort_by_key(|(_, severity)| std::cmp::Reverse(*severity));
    judges.into_iter()
}

fn before(as_of: Date, days: u32) -> Date {
    i32::try_from(days).ok().and_then(|days| Date::from_days(as_of.days() - days)).unwrap_or(as_of)
}

const SUBJECT: &str = "subject";

fn observation(class: &str, source: &str, criterion: &Criterion, passed: u32, failed: u32, date: Date) -> Record {
    Record {
        id: format!("flood-{}", criterion.id),
        revision: 0,
        withdrawn: false,
        subject: SUBJECT.into(),
        source: source.into(),
        source_class: class.into(),
        criterion: criterion.id.to_string(),
        date,
        context: None,
        body: Body::Observation { passed, failed },
    }
}

/// An upheld finding on the first criterion.
fn finding(policy: &Policy, source: &str, class: &str, severity: &str, date: Date, incident: Option<&str>) -> Option<Record> {
    let (_, criterion) = policy.document().criteria().next()?;
    let mut record = observation(class, source, criterion, 0, 0, date);
    record.id = format!("finding-{severity}-{}", incident.unwrap_or("alone"));
    record.body = Body::Finding { severity: severity.into(), status: Status::Upheld, reach: 0, incident: incident.map(str::to_owned) };
    Some(record)
}

/// Of each criterion that is not exempt: its place, weight, μ and adverse mass; and the counted incidents.
#[derive(Default)]
struct Seen {
    criteria: Vec<(usize, f64, f64, f64)>,
    incidents: Vec<f64>,
}

impl Watch for Seen {
    const EVERY: bool = true;

    fn criterion(&mut self, place: usize, _: &CriterionRule, weight: f64, mass: &Mass, estimate: &Estimate) {
        self.criteria.push((place, weight, estimate.mean, mass.adverse));
    }

    fn incidents(&mut self, incidents: &Incidents) {
        self.incidents = incidents.iter().map(|incident| incident.weight).collect();
    }
}

/// What a ledger comes to.
struct State {
    seen: Seen,
    outcome: Outcome,
    /// R
    left: f64,
    tier: String,
    reviews: Vec<ReviewCode>,
    pending: bool,
}

impl State {
    fn of(policy: &Policy, as_of: Date, records: Vec<Record>) -> Self {
        let bound = kernel::bind(policy, SUBJECT.into(), records.into_iter().map(Arc::new).collect());
        let mut seen = Seen::default();
        let outcome = evaluate(policy.compiled(), &bound.rows(), as_of.days(), None, &mut seen);
        let findings = Findings { policy: policy.compiled(), as_of: as_of.days(), rows: bound.rows().findings };
        let left = Findings::remainder(&findings.weigh(Pending::AsFiled));
        let assessment = bound.assess(as_of, None);
        let reviews = assessment.human_review.iter().map(|reason| reason.code).collect();
        let tier = tier_id(policy, outcome.tier).to_owned();
        Self { seen, outcome, left, tier, reviews, pending: assessment.pending.is_some() }
    }

    /// The score in points before rounding.
    fn score(&self) -> f64 {
        self.outcome.credited * self.left / 10.0
    }

    fn mean(&self, place: usize) -> Option<(f64, f64)> {
        self.seen.criteria.iter().find(|(own, ..)| *own == place).map(|(_, weight, mean, _)| (*weight, *mean))
    }

    fn is_reviewed_for(&self, code: ReviewCode) -> bool {
        self.reviews.contains(&code)
    }
}

/// Which movement an attack is after.
#[derive(Clone, Copy)]
enum Way {
    Either,
    Up,
    Down,
}

/// What is last bits only.
const TOLERANCE: f64 = 1e-7;

struct Ring<'a> {
    policy: &'a Policy,
    as_of: Date,
    base: &'a Base,
    trials: Vec<Trial>,
}

impl Ring<'_> {
    fn state(&self, records: Vec<Record>) -> State {
        State::of(self.policy, self.as_of, records)
    }

    fn add(&mut self, with: String, states: [&State; 2], way: Way, bound: f64, mean: Option<[f64; 3]>, also: bool) {
        let [before, after] = states;
        let moved = after.score() - before.score();
        let reached = match way {
            Way::Either => moved.abs(),
            Way::Up => moved,
            Way::Down => -moved,
        };
        let mean_holds = mean.is_none_or(|[before, after, bound]| (after - before).abs() <= bound + TOLERANCE);
        let round = |x: f64| nine(x).unwrap_or_default();
        self.trials.push(Trial {
            base: self.base.name.clone(),
            with,
            score: [round(before.score()), round(after.score())],
            moved: round(moved),
            bound: round(bound),
            mean: mean.map(|all| all.map(round)),
            tier: [before.tier.clone(), after.tier.clone()],
            sectors: [before.outcome.standing.favourable, after.outcome.standing.favourable],
            human_review: !after.reviews.is_empty(),
            holds: reached <= bound + TOLERANCE && mean_holds && also,
        });
    }

    /// The base without the checks of these classes, since the bounds are of what a class can add.
    fn without(&self, classes: &[&Arc<str>]) -> Vec<Record> {
        let is_theirs = |record: &&Record| {
            matches!(record.body, Body::Observation { .. }) && classes.iter().any(|class| ***class == *record.source_class)
        };
        self.base.records.iter().filter(|record| !is_theirs(record)).cloned().collect()
    }

    /// More checks than any cap takes, from so many sources.
    fn flood(&self, class: &str, criterion: &Criterion, sources: u32, is_favourable: bool) -> impl Iterator<Item = Record> {
        let criterion = criterion.clone();
        let class = class.to_owned();
        let date = self.as_of;
        let checks = whole(criterion.source_cap.max(criterion.class_cap) * 10.0);
        let (passed, failed) = if is_favourable { (checks, 0) } else { (0, checks) };
        (0..sources).map(move |n| observation(&class, &format!("{class}-new-{n}"), &criterion, passed, failed, date))
    }

    /// One class on one criterion, from one source or from many.
    fn floods(&mut self, is_one: bool) {
        let policy = self.policy;
        for (class, rule) in &policy.document().sources {
            let without = self.without(&[class]);
            let before = self.state(without.clone());
            for (place, (_, criterion)) in policy.document().criteria().enumerate() {
                let sources = if is_one { 1 } else { sources_to_fill(criterion) };
                let cap = rule.reliability * if is_one { criterion.source_cap } else { criterion.class_cap };
                let most = cap / (cap + criterion.prior.strength);
                for is_favourable in [true, false] {
                    let mut records = without.clone();
                    records.extend(self.flood(class, criterion, sources, is_favourable));
                    let after = self.state(records);
                    let (bound, mean) = match (before.mean(place), after.mean(place)) {
                        (Some((weight, from)), Some((_, to))) => (100.0 * weight * most, Some([from, to, most])),
                        _ => (0.0, None),
                    };
                    let with = format!("{class}, {}, {}", criterion.id, if is_favourable { "praise" } else { "blame" });
                    self.add(with, [&before, &after], Way::Either, bound, mean, true);
                }
            }
        }
    }

    /// Several classes praise on every criterion.
    fn praise(&mut self, classes: &[&Arc<str>], reliability: f64, may_win_sectors: bool) {
        let policy = self.policy;
        let without = self.without(classes);
        let before = self.state(without.clone());
        let mut records = without;
        for (_, criterion) in policy.document().criteria() {
            for class in classes {
                records.extend(self.flood(class, criterion, sources_to_fill(criterion), true));
            }
        }
        let after = self.state(records);
        let mut bound = 0.0;
        let mut mean: Option<[f64; 3]> = None;
        let mut means_hold = true;
        for (place, (_, criterion)) in policy.document().criteria().enumerate() {
            let (Some((weight, from)), Some((_, to))) = (before.mean(place), after.mean(place)) else { continue };
            let cap = reliability * criterion.class_cap;
            let most = cap / (cap + criterion.prior.strength);
            bound += 100.0 * weight * most;
            means_hold &= (to - from).abs() <= most + TOLERANCE;
            if mean.is_none_or(|[a, b, _]| (to - from).abs() > (b - a).abs()) {
                mean = Some([from, to, most]);
            }
        }
        let sectors = [&before, &after].map(|state| (state.outcome.standing.favourable, state.outcome.standing.adverse));
        let also = means_hold && (may_win_sectors || sectors[0] == sectors[1]);
        let names: Vec<&str> = classes.iter().map(|class| &***class).collect();
        self.add(names.join(" + "), [&before, &after], Way::Either, bound, mean, also);
    }

    fn second_sector(&mut self) {
        let classes = &self.policy.document().sources;
        for (n, (one, rule)) in classes.iter().enumerate() {
            for (other, other_rule) in classes.iter().skip(n + 1) {
                if rule.sector.is_some() && other_rule.sector.is_some() && rule.sector != other_rule.sector {
                    self.praise(&[one, other], rule.reliability + other_rule.reliability, true);
                }
            }
        }
    }

    fn self_audit(&mut self) {
        let own = self.policy.document().sources.iter().filter(|(_, class)| class.sector.is_none());
        let (classes, reliability): (Vec<&Arc<str>>, Vec<f64>) = own.map(|(id, class)| (id, class.reliability)).unzip();
        if !classes.is_empty() {
            self.praise(&classes, reliability.iter().sum(), false);
        }
    }

    fn credits(&mut self) {
        let document = self.policy.document();
        if document.credits.is_empty() {
            return;
        }
        let plain: Vec<Record> = self.base.records.iter().filter(|record| !matches!(record.body, Body::Credit { .. })).cloned().collect();
        let before = self.state(plain.clone());
        let mut records = plain;
        for credit in &document.credits {
            for (class, _) in &document.sources {
                for source in 0..3 {
                    let Some((_, criterion)) = document.criteria().next() else { continue };
                    let mut record = observation(class, &format!("{class}-new-{source}"), criterion, 0, 0, self.as_of);
                    record.id = format!("credit-{}", credit.id);
                    record.criterion = credit.id.to_string();
                    record.body = Body::Credit { thousandths: AMOUNT_MAX };
                    records.push(record);
                }
            }
        }
        let after = self.state(records);
        let most: f64 = document.credits.iter().map(|credit| credit.max).sum();
        let bound = 100.0 * most * (1.0 - before.outcome.base) * before.left;
        let same_cost = before.left.to_bits() == after.left.to_bits();
        self.add("every class, every credit".into(), [&before, &after], Way::Either, bound, None, same_cost);
    }

    fn exemptions(&mut self) {
        let document = self.policy.document();
        let Some((judge, _)) = judges(self.policy).next() else { return };
        let before = self.state(self.base.records.clone());
        let mut records = self.base.records.clone();
        let (mut weight, mut hides, mut any) = (0.0, false, false);
        for (place, (_, criterion)) in document.criteria().enumerate().filter(|(_, (_, criterion))| criterion.exemptable) {
            any = true;
            if let Some((_, own, _, adverse)) = before.seen.criteria.iter().find(|(own, ..)| *own == place) {
                weight += own;
                hides |= *adverse > 0.0;
            }
            let mut record = observation(judge, "a-friendly-body", criterion, 0, 0, self.as_of);
            record.id = format!("exemption-{}", criterion.id);
            record.body = Body::Exemption;
            records.push(record);
        }
        if any {
            let after = self.state(records);
            let is_seen = !hides || after.is_reviewed_for(ReviewCode::ExemptionHidesAdverse);
            let bound = 100.0 * weight;
            self.add(format!("{judge}, every exemption"), [&before, &after], Way::Either, bound, None, is_seen && weight <= 0.5 + 1e-9);
        }
    }

    fn split(&mut self) {
        let Some((judge, _)) = judges(self.policy).next() else { return };
        for severity in &self.policy.document().findings.severities {
            let one = |n: usize| finding(self.policy, &format!("body-{n}"), judge, &severity.id, self.as_of, Some("the-case"));
            let (mut single, mut many) = (self.base.records.clone(), self.base.records.clone());
            single.extend(one(0));
            many.extend((0..20).filter_map(one));
            let (before, after) = (self.state(single), self.state(many));
            self.add(format!("{judge}, {}", severity.id), [&before, &after], Way::Either, 0.0, None, before.tier == after.tier);
        }
    }

    fn fused(&mut self) {
        let severities = &self.policy.document().findings.severities;
        let Some((judge, gravest)) = judges(self.policy).next() else { return };
        let (Some(grave), true) = (severities.get(usize::from(gravest)), !severities.is_empty()) else { return };
        for lesser in severities.iter().take(usize::from(gravest) + 1) {
            let of = |incident: [&str; 2]| {
                let grave = finding(self.policy, "body-0", judge, &grave.id, before(self.as_of, DECIDED), Some(incident[0]));
                let lesser = finding(self.policy, "body-1", judge, &lesser.id, self.as_of, Some(incident[1]));
                [grave, lesser]
            };
            let with = |more: Vec<Option<Record>>| {
                let mut records = self.base.records.clone();
                records.extend(more.into_iter().flatten());
                self.state(records)
            };
            let [apart, fused] = [["one-case", "other-case"], ["one-case"; 2]].map(|incidents| with(of(incidents).into()));
            let alone = with(of(["one-case"; 2]).into_iter().take(1).collect());
            let bound = (alone.score() - apart.score()).max(0.0);
            self.add(format!("{judge}, {} into {}", lesser.id, grave.id), [&apart, &fused], Way::Up, bound, None, true);
        }
    }

    fn filed_twice(&mut self) {
        let compiled = self.policy.compiled();
        let Some((judge, gravest)) = judges(self.policy).next() else { return };
        for (place, severity) in (0u16..).zip(&self.policy.document().findings.severities) {
            let one = |source: &str| finding(self.policy, source, judge, &severity.id, self.as_of, None);
            let mut records = self.base.records.clone();
            records.extend(one("body-0"));
            let before = self.state(records.clone());
            records.extend(one("body-1"));
            let after = self.state(records);
            let weight = compiled.severities.get(usize::from(place.min(gravest))).map_or(0.0, |severity| severity.weight);
            let repeat = compiled.repeat_factors.last().copied().unwrap_or(1.0);
            let most = (weight * compiled.reach_factor(0) * repeat).min(compiled.max_weight);
            let is_seen = after.is_reviewed_for(ReviewCode::PossiblyFiledTwice);
            self.add(format!("{judge}, {}", severity.id), [&before, &after], Way::Down, before.score() * most, None, is_seen);
        }
    }

    fn appeals(&mut self) {
        let Some((judge, gravest)) = judges(self.policy).next() else { return };
        let severities = &self.policy.document().findings.severities;
        let Some(grave) = severities.get(usize::from(gravest)) else { return };
        let mut records = self.base.records.clone();
        records.extend(finding(self.policy, "body-0", judge, &grave.id, before(self.as_of, 1), Some("appealed-case")));
        let states = [Status::Upheld, Status::UnderAppeal].map(|to| {
            let mut records = records.clone();
            for record in &mut records {
                if let Body::Finding { status, .. } = &mut record.body
                    && *status == Status::Upheld
                {
                    *status = to;
                }
            }
            self.state(records)
        });
        let [before, after] = &states;
        let compiled = self.policy.compiled();
        let kept = compiled.status_factor(Status::UnderAppeal) / compiled.repeat_factors.last().copied().unwrap_or(1.0);
        let left = before.seen.incidents.iter().fold(1.0, |left, weight| left * (1.0 - weight * kept));
        let bound = before.outcome.credited / 10.0 * left - before.score();
        let is_seen = after.pending && after.is_reviewed_for(ReviewCode::FindingPending);
        self.add(format!("{judge}, every upheld finding"), [before, after], Way::Up, bound, None, is_seen);
    }
}

/// So many sources that their class is at its cap.
fn sources_to_fill(criterion: &Criterion) -> u32 {
    whole(criterion.class_cap / criterion.source_cap).saturating_add(2).min(200)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "caps are positive and at most 10^6")]
fn whole(x: f64) -> u32 {
    x.ceil() as u32
}

/// Tries every attack on every base under a policy, on a day.
#[must_use]
pub fn attack(policy: &Policy, as_of: Date, bases: &[Base]) -> GamingReport {
    let attacks: Vec<AttackReport> = Attack::ALL
        .into_iter()
        .map(|attack| {
            let mut trials = Vec::new();
            for base in bases {
                let mut ring = Ring { policy, as_of, base, trials: Vec::new() };
                match attack {
                    Attack::OneSourceFloods => ring.floods(true),
                    Attack::ManySourcesFlood => ring.floods(false),
                    Attack::FriendlySecondSector => ring.second_sector(),
                    Attack::SelfAudit => ring.self_audit(),
                    Attack::CreditsWhitewash => ring.credits(),
                    Attack::ExemptionsWhitewash => ring.exemptions(),
                    Attack::IncidentSplit => ring.split(),
                    Attack::IncidentsFused => ring.fused(),
                    Attack::FiledTwice => ring.filed_twice(),
                    Attack::AppealSpam => ring.appeals(),
                }
                trials.extend(ring.trials);
            }
            report(attack, &trials)
        })
        .collect();
    GamingReport {
        policy: policy.name().into(),
        version: policy.version().into(),
        digest: policy.digest(),
        notice: policy.document().notice.en.clone(),
        as_of,
        bases: bases.len(),
        holds: attacks.iter().all(|attack| attack.exceeded == 0),
        attacks,
    }
}

fn report(attack: Attack, trials: &[Trial]) -> AttackReport {
    // Of equals the first.
    let worst = |of: &mut dyn Iterator<Item = &Trial>| of.reduce(|a, b| if b.moved.abs() > a.moved.abs() { b } else { a }).cloned();
    let tiers: BTreeSet<&[String; 2]> = trials.iter().map(|trial| &trial.tier).filter(|[before, after]| before != after).collect();
    AttackReport {
        attack,
        bound: attack.bound(Language::English),
        trials: trials.len(),
        exceeded: trials.iter().filter(|trial| !trial.holds).count(),
        worst: worst(&mut trials.iter()),
        stated: worst(&mut trials.iter().filter(|trial| trial.base == STATED)),
        tiers: tiers.into_iter().cloned().collect(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::{Attack, Base, attack};
    use crate::random::{Names, as_of, ledger, policy, record};
    use crate::{Policy, random};

    #[test]
    fn the_reference_policy_holds_its_bounds() {
        let policy = Policy::reference();
        let mut bases = vec![Base::stated(&policy, as_of())];
        bases.extend((0..2).map(|seed| Base::random(&policy, as_of(), seed)));
        let report = attack(&policy, as_of(), &bases);
        for one in &report.attacks {
            assert!(one.trials > 0, "{:?}", one.attack);
            assert_eq!(one.exceeded, 0, "{one:?}");
            let worst = one.worst.as_ref().unwrap();
            assert!(one.attack == Attack::IncidentSplit || worst.moved.abs() > 0.1, "{one:?}");
        }
        assert!(report.holds);
        assert_eq!(report, attack(&policy, as_of(), &bases));
        assert!(!report.to_json().contains("null,null"));
    }

    /// No attack on any ledger under any valid policy exceeds its bound.
    #[test]
    fn random_policies_hold_their_bounds() {
        for seed in 1..36_u64 {
            let policy = policy(seed * 4 + 1);
            let names = Names::of(&policy);
            let records: Vec<_> = (0..seed % 50).map(|n| record(&names, seed << 20 | n)).collect();
            let ledger = ledger(&records);
            let bases = [
                Base::of("ledger", &ledger, random::SUBJECT),
                Base::stated(&policy, as_of()),
                Base::random(&policy, as_of(), seed),
                Base { name: "empty".into(), records: Vec::new() },
            ];
            let report = attack(&policy, as_of(), &bases);
            let broken: Vec<_> = report.attacks.iter().filter(|one| one.exceeded > 0).collect();
            assert!(broken.is_empty(), "policy {seed}: {broken:#?}");
        }
    }
}
