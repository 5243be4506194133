//! The assessment: score, interval, tier, measures and the parts that explain them.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::bound::{BoundSubject, UNRATED, tier_id, tier_of};
use crate::codes::{Language, text};
use crate::count::{SetAside, age};
use crate::date::Date;
use crate::digest::Digest;
use crate::explain::{Parts, PillarSums, pillar_scores};
use crate::finding::Findings;
use crate::json::to_json;
use crate::measure::{Measure, measures};
use crate::points::Points;
use crate::policy::Policy;
use crate::reason::{Reason, reasons};
use crate::record::{Record, RecordKey};
use crate::review::{ReviewReason, Situation};
use crate::score::{evaluate, score_if_upheld};

/// The result for one subject on one day under one policy. A proposal: a person decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    policy: Policy,
    /// The subject's id.
    pub subject: Arc<str>,
    /// The day of assessment.
    pub as_of: Date,
    /// The tier that the subject had, as given.
    pub previous_tier: Option<Arc<str>>,
    /// The score; of an unrated subject it is the prior's, not the subject's.
    pub score: Points,
    /// The range that the evidence leaves open, at the policy's nominal confidence.
    pub interval: Interval,
    /// How far evidence, not the prior, makes the score: Σ w·Z, in [0, 1].
    pub coverage: f64,
    /// The tier's id.
    pub tier: Arc<str>,
    /// The last day on which the assessment is valid.
    pub valid_until: Date,
    /// Proposed measures, in policy order.
    pub measures: Vec<Measure>,
    /// Why a person must look; empty where nothing asks for it.
    pub human_review: Vec<ReviewReason>,
    /// Criteria that do not apply to this subject, sorted.
    pub exempt: Vec<Arc<str>>,
    /// Sectors whose evidence is favourable or adverse.
    pub sectors: Sectors,
    /// The pillars that are left.
    pub pillars: Vec<PillarScore>,
    /// The criteria that are not exempt.
    pub criteria: Vec<CriterionEstimate>,
    /// The credits.
    pub credits: Vec<CreditMass>,
    /// The parts, which sum to the score.
    pub waterfall: Vec<Part>,
    /// Why: at most four adverse reasons first.
    pub reasons: Vec<Reason>,
    /// Findings that are alleged or under appeal.
    pub pending: Option<Pending>,
    /// Records that do not count, by (source, id).
    pub set_aside: Vec<SetAsideRecord>,
    /// SHA-256 of the subject's current records.
    pub ledger_digest: Digest,
}

/// The range that the evidence leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Interval {
    /// Its lower bound, in points.
    pub lower: Points,
    /// Its upper bound, in points.
    pub upper: Points,
}

/// Sectors by what their evidence says, each sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sectors {
    /// *s⁺*
    pub favourable: Vec<Arc<str>>,
    /// *s⁻*
    pub adverse: Vec<Arc<str>>,
}

/// The score of one pillar, before credits and findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PillarScore {
    /// The pillar.
    pub id: Arc<str>,
    /// 100·Σw·μ/Σw over its criteria.
    pub score: Points,
}

/// What the evidence says of one criterion.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CriterionEstimate {
    /// The criterion.
    pub id: Arc<str>,
    /// μ, the posterior mean of the share of checks that hold, in [0, 1].
    #[serde(serialize_with = "real")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub mean: f64,
    /// L, its lower Wilson bound.
    #[serde(serialize_with = "real")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub lower: f64,
    /// U, its upper Wilson bound.
    #[serde(serialize_with = "real")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub upper: f64,
    /// Z, the credibility factor, in [0, 1].
    #[serde(serialize_with = "real")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub coverage: f64,
    /// α, the favourable mass, in checks.
    #[serde(serialize_with = "real")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub favourable: f64,
    /// β, the adverse mass, in checks.
    #[serde(serialize_with = "real")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub adverse: f64,
}

/// The mass of one credit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditMass {
    /// The credit.
    pub id: Arc<str>,
    /// *m*, decayed, capped and weighted.
    #[serde(serialize_with = "real")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub mass: f64,
}

/// What a part of the score comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PartKind {
    /// What is assumed without evidence.
    Baseline,
    /// A criterion's distance from its prior.
    Criterion,
    /// A credit's gain.
    Credit,
    /// An incident's loss, named by the finding that counts.
    Finding,
}

impl PartKind {
    /// The kind as the waterfall writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Criterion => "criterion",
            Self::Credit => "credit",
            Self::Finding => "finding",
        }
    }
}

/// One part of the score.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it comes from.
    pub kind: PartKind,
    /// `baseline`, the criterion, the credit or the finding's id.
    pub id: Arc<str>,
    /// The finding that counts for the incident.
    pub record: Option<Arc<Record>>,
    /// Its points.
    pub points: Points,
}

/// Findings that are not decided for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pending {
    /// The score if all of them were upheld.
    pub score_if_upheld: Points,
    /// The findings, by (source, id).
    pub findings: Vec<RecordKey>,
}

/// A record that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAsideRecord {
    /// The record.
    pub record: Arc<Record>,
    /// Why.
    pub reason: SetAside,
}

impl BoundSubject {
    pub(crate) fn record(&self, place: u32) -> Option<&Arc<Record>> {
        self.records.get(usize::try_from(place).ok()?)
    }

    pub(crate) fn key(&self, place: u32) -> Option<RecordKey> {
        self.record(place).map(|record| RecordKey { source: record.source.clone(), id: record.id.clone() })
    }
}

impl Assessment {
    /// Assesses a bound subject.
    pub(crate) fn of(bound: &BoundSubject, as_of: Date, previous_tier: Option<&str>) -> Self {
        let policy = bound.policy.compiled();
        let document = bound.policy.document();
        let rows = bound.rows();
        let day = as_of.days();
        let previous = previous_tier.map(|id| tier_of(&bound.policy, id));
        let mut parts = Parts::with_capacity(policy.criteria.len(), policy.credits.len());
        let outcome = evaluate(policy, &rows, day, previous.flatten(), &mut parts);
        let findings = Findings { policy, as_of: day, rows: rows.findings };
        let measures = measures(bound, &findings, &outcome, &parts, previous.flatten());
        let situation = Situation {
            policy,
            rows,
            findings: &findings,
            outcome: &outcome,
            exempt: &parts.exempt,
            incidents: &parts.incidents,
            any_measure: !measures.is_empty(),
            previous,
        };
        let human_review = situation.reasons(bound);
        let waterfall = waterfall(bound, &parts, &parts.waterfall(policy, &outcome));
        let mut exempt: Vec<Arc<str>> =
            parts.exempt.iter().filter_map(|(place, _)| policy.criteria.get(*place)).map(|criterion| criterion.id.clone()).collect();
        exempt.sort_unstable();
        let sectors = |places: &[usize]| places.iter().filter_map(|&place| policy.sectors.get(place).cloned()).collect();
        let criteria = parts.criteria.iter().filter_map(|(place, _, mass, estimate)| {
            Some(CriterionEstimate {
                id: policy.criteria.get(*place)?.id.clone(),
                mean: estimate.mean,
                lower: estimate.lower,
                upper: estimate.upper,
                coverage: estimate.coverage,
                favourable: mass.favourable,
                adverse: mass.adverse,
            })
        });
        let credits = policy.credits.iter().zip(&parts.credits).map(|(credit, &(mass, _))| CreditMass { id: credit.id.clone(), mass });
        let pending = score_if_upheld(policy, &rows, day, &outcome).map(|score_if_upheld| {
            let mut places: Vec<u32> = findings.counting().filter(|row| row.status.is_pending()).map(|row| row.record).collect();
            places.sort_unstable();
            Pending { score_if_upheld, findings: places.into_iter().filter_map(|place| bound.key(place)).collect() }
        });
        Self {
            subject: bound.subject.clone(),
            as_of,
            previous_tier: previous_tier.map(Arc::from),
            score: outcome.score,
            interval: Interval { lower: outcome.standing.lower, upper: outcome.standing.upper },
            coverage: outcome.standing.coverage,
            tier: tier_id(&bound.policy, outcome.tier).into(),
            valid_until: as_of.plus(document.validity_days),
            reasons: reasons(bound, as_of, &outcome, &parts, &waterfall),
            measures,
            human_review,
            exempt,
            sectors: Sectors { favourable: sectors(&parts.favourable), adverse: sectors(&parts.adverse) },
            pillars: pillars(bound, &parts),
            criteria: criteria.collect(),
            credits: credits.collect(),
            waterfall,
            pending,
            set_aside: set_aside(bound, day),
            ledger_digest: bound.digest(),
            policy: bound.policy.clone(),
        }
    }

    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether a person must look.
    #[must_use]
    pub fn needs_human_review(&self) -> bool {
        !self.human_review.is_empty()
    }

    /// Whether the subject is rated; of one that is not, no surface shows the score as a headline.
    #[must_use]
    pub fn is_rated(&self) -> bool {
        &*self.tier != UNRATED
    }

    /// Compact JSON, the same bytes in every language: keys in a fixed order, numbers in the form of RFC 8785, reals
    /// rounded to nine decimals.
    #[must_use]
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}

fn waterfall(bound: &BoundSubject, parts: &Parts, points: &[Points]) -> Vec<Part> {
    let policy = bound.policy.compiled();
    let plain = |kind, id: &Arc<str>| (kind, id.clone(), None);
    let criteria = parts
        .criteria
        .iter()
        .filter_map(|(place, ..)| policy.criteria.get(*place))
        .map(|criterion| plain(PartKind::Criterion, &criterion.id));
    let credits = policy.credits.iter().map(|credit| plain(PartKind::Credit, &credit.id));
    let incidents = parts.incidents.iter().filter_map(|incident| {
        let record = bound.record(incident.finding.record)?;
        Some((PartKind::Finding, Arc::from(record.id.as_str()), Some(record.clone())))
    });
    let parts = std::iter::once((PartKind::Baseline, Arc::from("baseline"), None)).chain(criteria).chain(credits).chain(incidents);
    parts.zip(points).map(|((kind, id, record), &points)| Part { kind, id, record, points }).collect()
}

fn pillars(bound: &BoundSubject, parts: &Parts) -> Vec<PillarScore> {
    let policy = bound.policy.compiled();
    let (mut sums, any_exempt) = (PillarSums::default(), !parts.exempt.is_empty());
    sums.start(policy, any_exempt);
    for (place, weight, _, estimate) in &parts.criteria {
        if let Some(criterion) = policy.criteria.get(*place) {
            sums.add(any_exempt, criterion, *weight, estimate.mean);
        }
    }
    let id = |place: usize| bound.policy.document().pillars.get(place).map(|pillar| pillar.id.clone());
    let scores = pillar_scores(sums.close()).enumerate();
    scores.filter_map(|(place, score)| Some(PillarScore { id: id(place)?, score: score? })).collect()
}

/// What is set aside on every day, and what is by its date, together by (source, id).
fn set_aside(bound: &BoundSubject, as_of: i32) -> Vec<SetAsideRecord> {
    let record = |(place, reason)| Some(SetAsideRecord { record: bound.record(place)?.clone(), reason });
    set_aside_places(bound, as_of).into_iter().filter_map(record).collect()
}

/// The same by the places of the records.
pub(crate) fn set_aside_places(bound: &BoundSubject, as_of: i32) -> Vec<(u32, SetAside)> {
    let policy = bound.policy.compiled();
    let rows = bound.rows();
    let by_horizon = |day| age(as_of, day, policy.horizon_days).err();
    let masses = rows.masses.iter().zip(&bound.mass_records).map(|(row, &place)| (place, by_horizon(row.day)));
    let exemptions = rows.exemptions.iter().map(|row| (row.record, by_horizon(row.day)));
    let findings = rows.findings.iter().map(|row| {
        let expires = policy.severities.get(usize::from(row.severity)).map_or(0, |severity| severity.expires_days);
        (row.record, age(as_of, row.day, expires).err())
    });
    let by_date = masses.chain(exemptions).chain(findings).filter_map(|(place, reason)| Some((place, reason?)));
    let mut places: Vec<(u32, SetAside)> = bound.set_aside.iter().copied().chain(by_date).collect();
    places.sort_unstable();
    places
}

/// Reals to nine decimals, so that the last bits of a sum are no difference.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's shape")]
pub(crate) fn real<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((x * 1e9).round() / 1e9)
}

impl Serialize for Assessment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Document::of(self).serialize(serializer)
    }
}

impl fmt::Display for Assessment {
    /// One line: `demo: 71.3 (64.0 to 78.2), trusted`; of an unrated subject the possible range.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Interval { lower, upper } = self.interval;
        if self.is_rated() {
            write!(f, "{}: {} ({lower} to {upper}), {}", self.subject, self.score, self.tier)
        } else {
            write!(f, "{}: not rated ({lower} to {upper} possible)", self.subject)
        }
    }
}

/// The JSON form of an assessment.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Assessment"))]
pub(crate) struct Document<'a> {
    /// The subject's id.
    subject: &'a str,
    /// The day of assessment.
    as_of: Date,
    /// The policy.
    policy: PolicyName<'a>,
    /// The score; of an unrated subject it is the prior's, not the subject's: show the interval instead.
    score: Points,
    /// The range that the evidence leaves open, at the policy's nominal confidence.
    interval: Interval,
    /// How far evidence, not the prior, makes the score, in [0, 1].
    #[serde(serialize_with = "real")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    coverage: f64,
    /// The tier: one of the policy's, `standard` or `unrated`.
    tier: &'a str,
    /// The last day on which the assessment is valid.
    valid_until: Date,
    /// Proposed measures, in policy order; a person decides.
    measures: &'a [Measure],
    /// Whether a person must look, and why.
    human_review: HumanReview<'a>,
    /// Criteria that do not apply to this subject.
    exempt: &'a [Arc<str>],
    /// Sectors by what their evidence says.
    sectors: &'a Sectors,
    /// The pillars that are left, before credits and findings.
    pillars: &'a [PillarScore],
    /// The criteria that are not exempt.
    criteria: &'a [CriterionEstimate],
    /// The credits.
    credits: &'a [CreditMass],
    /// The parts, which sum to the score.
    waterfall: Vec<PartDocument<'a>>,
    /// Why: at most four adverse reasons first, then favourable ones, then what is assumed.
    reasons: Vec<ReasonDocument<'a>>,
    /// Findings that are alleged or under appeal; null where there is none.
    pending: Option<&'a Pending>,
    /// Records that do not count, by (source, id).
    set_aside: Vec<SetAsideDocument<'a>>,
    /// SHA-256 of the subject's current records.
    ledger_digest: Digest,
    /// SHA-256 of the policy.
    policy_digest: Digest,
    /// What every surface that shows the score says.
    notice: &'a crate::policy::Text,
}

/// The policy of an assessment.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct PolicyName<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
}

impl<'a> PolicyName<'a> {
    pub(crate) fn of(policy: &'a Policy) -> Self {
        Self { name: policy.name(), version: policy.version() }
    }
}

/// Whether a person must look, and why.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct HumanReview<'a> {
    required: bool,
    reasons: Vec<ReviewDocument<'a>>,
}

/// A reason for a person to look.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ReviewDocument<'a> {
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::review_code"))]
    code: &'static str,
    text: Texts,
    records: &'a [RecordKey],
}

/// One text in the languages of the Program.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Texts {
    en: String,
    vi: String,
}

impl Texts {
    pub(crate) fn of(text: impl Fn(Language) -> String) -> Self {
        Self { en: text(Language::English), vi: text(Language::Vietnamese) }
    }
}

/// One part of the score.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct PartDocument<'a> {
    kind: PartKind,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    points: Points,
}

/// What a reason is about.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct PartKey<'a> {
    kind: PartKind,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
}

/// Why a part of the score is what it is.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ReasonDocument<'a> {
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::reason_code"))]
    code: &'static str,
    part: PartKey<'a>,
    points: Points,
    records: Vec<DatedKey<'a>>,
    /// How many further records are not listed.
    records_omitted: usize,
    basis: &'a [String],
    text: Texts,
    /// What would change it.
    change: Texts,
}

/// A record and its date.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct DatedKey<'a> {
    source: &'a str,
    id: &'a str,
    date: Date,
}

/// A record that does not count.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct SetAsideDocument<'a> {
    source: &'a str,
    id: &'a str,
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::set_aside_reason"))]
    reason: &'static str,
}

impl<'a> Document<'a> {
    fn of(assessment: &'a Assessment) -> Self {
        let policy = &assessment.policy;
        let source = |part: &'a Part| part.record.as_ref().map(|record| record.source.as_str());
        let reviews = assessment.human_review.iter().map(|reason| ReviewDocument {
            code: reason.code.as_str(),
            text: Texts::of(|language| text("reviews", reason.code.as_str(), language)),
            records: &reason.records,
        });
        let reasons = assessment.reasons.iter().map(|reason| ReasonDocument {
            code: reason.code.as_str(),
            part: PartKey { kind: reason.part.kind, id: &reason.part.id, source: source(&reason.part) },
            points: reason.points(),
            records: reason.records.iter().map(|record| DatedKey { source: &record.source, id: &record.id, date: record.date }).collect(),
            records_omitted: reason.records_omitted,
            basis: reason.basis(policy),
            text: Texts::of(|language| reason.text(policy, language)),
            change: Texts::of(|language| reason.change(policy, language)),
        });
        let set_aside = assessment.set_aside.iter().map(|aside| SetAsideDocument {
            source: &aside.record.source,
            id: &aside.record.id,
            reason: aside.reason.as_str(),
        });
        Self {
            subject: &assessment.subject,
            as_of: assessment.as_of,
            policy: PolicyName::of(policy),
            score: assessment.score,
            interval: assessment.interval,
            coverage: assessment.coverage,
            tier: &assessment.tier,
            valid_until: assessment.valid_until,
            measures: &assessment.measures,
            human_review: HumanReview { required: assessment.needs_human_review(), reasons: reviews.collect() },
            exempt: &assessment.exempt,
            sectors: &assessment.sectors,
            pillars: &assessment.pillars,
            criteria: &assessment.criteria,
            credits: &assessment.credits,
            waterfall: assessment
                .waterfall
                .iter()
                .map(|part| PartDocument { kind: part.kind, id: &part.id, source: source(part), points: part.points })
                .collect(),
            reasons: reasons.collect(),
            pending: assessment.pending.as_ref(),
            set_aside: set_aside.collect(),
            ledger_digest: assessment.ledger_digest,
            policy_digest: policy.digest(),
            notice: &policy.document().notice,
        }
    }
}
