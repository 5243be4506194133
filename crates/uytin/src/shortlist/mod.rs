//! A shortlist for agencies and businesses: who of a population meets a brief, ranked, those that the evidence cannot tell
//! apart in one band; and for each one left out the first condition that failed.
//!
//! Every condition is judged on what the formula gives (tier, bounds, coverage, estimates, findings that count): no rule of the
//! model is written here.

mod brief;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::cast_possible_truncation)]
mod tests;

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use smallvec::SmallVec;

pub use brief::{Brief, BriefDocument, CriterionAtLeast, NoFindings, Order};

use crate::assessment::{Interval, PolicyName, real};
use crate::bound::{BoundSubject, UNRATED, tier_id, tier_of};
use crate::date::Date;
use crate::estimate::Estimate;
use crate::finding::{FindingRow, Findings};
use crate::json::{number, to_json};
use crate::kernel::{Rows, Scorer, Tier, Verdict};
use crate::ledger::Ledger;
use crate::mass::Mass;
use crate::points::Points;
use crate::policy::Text;
use crate::policy::compiled::{Compiled, CriterionRule};
use crate::record::Status;
use crate::score::{Watch, evaluate};
use crate::tier::TOLERANCE;

/// The first condition of a brief that a subject does not meet, with what stood there. The order is that of the brief:
/// tier, lower bound, coverage, criteria, findings.
#[derive(Clone, Debug, PartialEq)]
pub enum Shortfall {
    /// The tier is a worse one.
    Tier {
        /// The subject's tier.
        tier: Arc<str>,
    },
    /// The lower bound of the score is lower.
    Lower {
        /// The subject's lower bound.
        lower: Points,
    },
    /// The coverage is less.
    Coverage {
        /// The subject's coverage.
        coverage: f64,
    },
    /// The lower bound of a criterion is lower.
    Criterion {
        /// The place in the brief's `criteria`.
        place: usize,
        /// 100·L, in points.
        lower: f64,
    },
    /// There are such findings.
    Findings {
        /// The place in the brief's `no_findings`.
        place: usize,
        /// How many.
        count: u64,
        /// The latest of them; of one day the gravest.
        latest: FindingFacts,
    },
}

/// What a shortlist says of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FindingFacts {
    /// Its criterion.
    pub criterion: Arc<str>,
    /// Its severity, as counted.
    pub severity: Arc<str>,
    /// When it was decided.
    pub date: Date,
    /// Where the proceedings stand.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::status"))]
    pub status: &'static str,
}

/// A subject that does not meet the brief.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// The subject's id.
    pub subject: Arc<str>,
    /// The first condition that failed.
    pub shortfall: Shortfall,
}

/// A subject that meets the brief.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The subject's id.
    pub subject: Arc<str>,
    /// The tier's id.
    pub tier: Arc<str>,
    /// The score; `None` of a subject that is not rated, whose score is the prior's.
    pub score: Option<Points>,
    /// The lower bound.
    pub lower: Points,
    /// The upper bound.
    pub upper: Points,
    /// Σ w·Z, in [0, 1].
    pub coverage: f64,
    /// Whether a person must look.
    pub human_review: bool,
}

/// Sees the lower bounds of the brief's criteria.
struct Lowers<'a> {
    rules: &'a [(usize, f64)],
    /// `None` where the criterion is exempt.
    found: SmallVec<[Option<f64>; 8]>,
}

impl Lowers<'_> {
    fn set(&mut self, place: usize, lower: Option<f64>) {
        for ((of, _), found) in self.rules.iter().zip(&mut self.found) {
            if *of == place {
                *found = lower;
            }
        }
    }
}

impl Watch for Lowers<'_> {
    const EVERY: bool = false;

    fn criterion(&mut self, place: usize, _: &CriterionRule, _: f64, _: &Mass, estimate: &Estimate) {
        self.set(place, Some(estimate.lower));
    }

    fn exempt(&mut self, place: usize, _: &Mass) {
        self.set(place, None);
    }
}

impl Brief {
    /// The conditions by name, in the order in which they are judged: `tier_at_least`, `criteria[0]`, `no_findings[2]`.
    #[must_use]
    pub fn conditions(&self) -> Vec<String> {
        let document = self.document();
        let single = [
            ("tier_at_least", document.tier_at_least.is_some()),
            ("lower_at_least", document.lower_at_least.is_some()),
            ("coverage_at_least", document.coverage_at_least.is_some()),
        ];
        let mut names: Vec<String> = single.iter().filter(|(_, given)| *given).map(|(name, _)| (*name).to_owned()).collect();
        names.extend((0..document.criteria.len()).map(|n| format!("criteria[{n}]")));
        names.extend((0..document.no_findings.len()).map(|n| format!("no_findings[{n}]")));
        names
    }

    /// The place among [`Brief::conditions`] of the condition that failed.
    #[must_use]
    pub fn condition_of(&self, shortfall: &Shortfall) -> usize {
        let document = self.document();
        let tier = usize::from(document.tier_at_least.is_some());
        let lower = tier + usize::from(document.lower_at_least.is_some());
        let coverage = lower + usize::from(document.coverage_at_least.is_some());
        match shortfall {
            Shortfall::Tier { .. } => 0,
            Shortfall::Lower { .. } => tier,
            Shortfall::Coverage { .. } => lower,
            Shortfall::Criterion { place, .. } => coverage + place,
            Shortfall::Findings { place, .. } => coverage + document.criteria.len() + place,
        }
    }

    /// The first condition that a subject does not meet; `verdict` is what the formula gave for its rows on this day.
    #[must_use]
    pub fn shortfall(&self, rows: &Rows<'_>, as_of: Date, verdict: &Verdict) -> Option<Shortfall> {
        let policy = self.policy.compiled();
        let rules = &*self.rules;
        if rules.rank.is_some_and(|rank| verdict.tier.rank(policy) < rank) {
            return Some(Shortfall::Tier { tier: tier_id(&self.policy, verdict.tier).into() });
        }
        if rules.lower.is_some_and(|lower| verdict.lower.tenths() < lower) {
            return Some(Shortfall::Lower { lower: verdict.lower });
        }
        if self.document.coverage_at_least.is_some_and(|coverage| verdict.coverage < coverage - TOLERANCE) {
            return Some(Shortfall::Coverage { coverage: verdict.coverage });
        }
        self.criterion_below(policy, rows, as_of).or_else(|| self.found(policy, rows, as_of))
    }

    fn criterion_below(&self, policy: &Compiled, rows: &Rows<'_>, as_of: Date) -> Option<Shortfall> {
        let rules = &self.rules.criteria;
        if rules.is_empty() {
            return None;
        }
        let unseen = |&(place, _): &(usize, f64)| policy.criteria.get(place).map(|criterion| criterion.unseen.lower);
        let mut lowers = Lowers { rules, found: rules.iter().map(unseen).collect() };
        // The previous tier moves no estimate.
        evaluate(policy, rows, as_of.days(), None, &mut lowers);
        let mut found = lowers.found.iter().zip(rules).enumerate();
        found.find_map(|(place, (lower, (_, least)))| {
            let lower = 100.0 * (*lower)?;
            (lower < least - TOLERANCE).then_some(Shortfall::Criterion { place, lower })
        })
    }

    fn found(&self, policy: &Compiled, rows: &Rows<'_>, as_of: Date) -> Option<Shortfall> {
        let day = as_of.days();
        let findings = Findings { policy, as_of: day, rows: rows.findings };
        self.rules.findings.iter().enumerate().find_map(|(place, rule)| {
            let is_meant = |row: &&FindingRow| {
                day - row.day < rule.within_days
                    && row.severity >= rule.severity
                    && (rule.criteria.is_empty() || rule.criteria.contains(&row.criterion))
            };
            let (mut count, mut latest) = (0, None);
            for row in findings.weighing().filter(is_meant) {
                count += 1;
                // By day, then gravity; what is still equal is told apart by criterion and status, whatever the records' names.
                let key = |row: &FindingRow| (row.day, row.severity, std::cmp::Reverse(row.criterion), row.status as u8);
                if latest.is_none_or(|latest| key(row) > key(latest)) {
                    latest = Some(row);
                }
            }
            Some(Shortfall::Findings { place, count, latest: self.facts(latest?) })
        })
    }

    fn facts(&self, row: &FindingRow) -> FindingFacts {
        let policy = self.policy.compiled();
        let severity = self.policy.document().findings.severities.get(usize::from(row.severity));
        FindingFacts {
            criterion: policy.criteria.get(usize::from(row.criterion)).map_or_else(|| "".into(), |criterion| criterion.id.clone()),
            severity: severity.map_or_else(|| "".into(), |severity| severity.id.clone()),
            date: Date::from_days(row.day).unwrap_or(Date::MIN),
            status: Status::as_str(row.status),
        }
    }

    /// Judges one bound subject.
    fn judge(&self, scorer: &mut Scorer, bound: &BoundSubject, as_of: Date, previous: Option<&str>) -> Result<Candidate, LeftOut> {
        let previous = previous.map(|id| tier_of(&self.policy, id));
        let rows = bound.rows();
        let (verdict, _) = scorer.score(&rows, previous);
        let subject: Arc<str> = bound.subject().into();
        match self.shortfall(&rows, as_of, &verdict) {
            Some(shortfall) => Err(LeftOut { subject, shortfall }),
            None => Ok(Candidate {
                subject,
                tier: tier_id(&self.policy, verdict.tier).into(),
                score: (verdict.tier != Tier::Unrated).then_some(verdict.score),
                lower: verdict.lower,
                upper: verdict.upper,
                coverage: verdict.coverage,
                human_review: verdict.human_review,
            }),
        }
    }
}

/// Makes the shortlist of a ledger, and says who is left out, in the order of the subjects' ids. `previous` gives the tier
/// that a subject had.
pub fn shortlist<'p>(brief: &Brief, ledger: &Ledger, as_of: Date, previous: impl Fn(&str) -> Option<&'p str>) -> (Shortlist, Vec<LeftOut>) {
    let mut ranking = Ranking::new(brief, as_of);
    let mut left_out = Vec::new();
    let mut scorer = Scorer::new(&brief.policy, as_of);
    for subject in ledger.subjects() {
        let bound = ledger.bind_subject(&brief.policy, subject);
        match brief.judge(&mut scorer, &bound, as_of, previous(subject)) {
            Ok(candidate) => ranking.add(candidate),
            Err(out) => {
                ranking.leave_out(brief.condition_of(&out.shortfall));
                left_out.push(out);
            }
        }
    }
    (ranking.finish(), left_out)
}

/// Counts of candidates by whole tenths of a bound.
type ByTenths = Vec<u64>;

/// Ranks candidates as they come, in any order, in the memory that the listed ones take.
pub struct Ranking {
    brief: Brief,
    as_of: Date,
    /// The best so far, the last of them on top.
    best: BinaryHeap<Ranked>,
    lowers: ByTenths,
    uppers: ByTenths,
    candidates: u64,
    left_out: Vec<u64>,
}

/// A candidate among others: the greatest is the last.
struct Ranked {
    order: Order,
    candidate: Candidate,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (&self.candidate, &other.candidate);
        let key = match self.order {
            Order::Lower => Ordering::Equal,
            Order::Score => b.score.cmp(&a.score),
            Order::Coverage => b.coverage.total_cmp(&a.coverage),
        };
        key.then(b.lower.cmp(&a.lower)).then(b.upper.cmp(&a.upper)).then_with(|| a.subject.cmp(&b.subject))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

const TENTHS: usize = 1001;

fn tenths(points: Points) -> usize {
    usize::try_from(points.tenths()).unwrap_or_default().min(TENTHS - 1)
}

/// How many lie at or above so many tenths.
fn from_tenths(counts: &ByTenths, from: usize) -> u64 {
    counts.iter().skip(from).sum()
}

impl Ranking {
    /// A ranking without candidates.
    #[must_use]
    pub fn new(brief: &Brief, as_of: Date) -> Self {
        Self {
            left_out: vec![0; brief.conditions().len()],
            brief: brief.clone(),
            as_of,
            best: BinaryHeap::new(),
            lowers: vec![0; TENTHS],
            uppers: vec![0; TENTHS],
            candidates: 0,
        }
    }

    /// Takes a candidate.
    pub fn add(&mut self, candidate: Candidate) {
        self.candidates += 1;
        for (counts, bound) in [(&mut self.lowers, candidate.lower), (&mut self.uppers, candidate.upper)] {
            if let Some(count) = counts.get_mut(tenths(bound)) {
                *count += 1;
            }
        }
        self.best.push(Ranked { order: self.brief.document.order, candidate });
        if self.best.len() > usize::try_from(self.brief.document.limit).unwrap_or(usize::MAX) {
            self.best.pop();
        }
    }

    /// Counts one left out by a condition, by its place among [`Brief::conditions`].
    pub fn leave_out(&mut self, condition: usize) {
        if let Some(count) = self.left_out.get_mut(condition) {
            *count += 1;
        }
    }

    /// The shortlist.
    #[must_use]
    pub fn finish(self) -> Shortlist {
        let count_from = |counts: &ByTenths, bound: Points| from_tenths(counts, tenths(bound));
        // Sums once, so that a long list is not a square.
        let above: Vec<u64> = (0..=TENTHS).map(|from| from_tenths(&self.lowers, from)).collect();
        let reach: Vec<u64> = (0..=TENTHS).map(|from| from_tenths(&self.uppers, from)).collect();
        let at = |sums: &[u64], place: usize| sums.get(place).copied().unwrap_or_default();
        let mut listed: Vec<Listed> = Vec::with_capacity(self.best.len());
        let (mut band, mut leader) = (0_u64, None::<(Points, Points)>);
        for (rank, ranked) in (1..).zip(self.best.into_sorted_vec()) {
            let candidate = ranked.candidate;
            let overlaps = leader.is_some_and(|(lower, upper)| candidate.lower <= upper && candidate.upper >= lower);
            if !overlaps {
                band += 1;
                leader = Some((candidate.lower, candidate.upper));
            }
            let possible = Ranks { best: 1 + at(&above, tenths(candidate.upper) + 1), worst: at(&reach, tenths(candidate.lower)) };
            listed.push(Listed { rank, band, possible, candidate });
        }
        let count = self.candidates - listed.len() as u64;
        // Those who overlap the last leader, without those who are listed.
        let not_told_apart = leader.filter(|_| count > 0).map_or(0, |(lower, upper)| {
            let all = count_from(&self.uppers, lower) - at(&above, tenths(upper) + 1);
            let own = listed.iter().filter(|one| one.candidate.lower <= upper && one.candidate.upper >= lower).count() as u64;
            all.saturating_sub(own)
        });
        Shortlist {
            as_of: self.as_of,
            candidates: self.candidates,
            left_out: self.brief.conditions().into_iter().zip(self.left_out).collect(),
            beyond_limit: BeyondLimit { count, not_told_apart },
            listed,
            brief: self.brief,
        }
    }
}

/// The ranked candidates.
#[derive(Clone, Debug)]
pub struct Shortlist {
    brief: Brief,
    /// The day of assessment.
    pub as_of: Date,
    /// How many subjects meet the brief, listed or not.
    pub candidates: u64,
    /// How many subjects each condition left out, as the first one that failed.
    pub left_out: Vec<(String, u64)>,
    /// Candidates that the limit cuts off.
    pub beyond_limit: BeyondLimit,
    /// The candidates, best first.
    pub listed: Vec<Listed>,
}

/// A candidate at its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The place, from 1.
    pub rank: u64,
    /// The band, from 1. It starts with a leader, the best who is not in the band before, and goes on as long as the interval
    /// of the next one overlaps the leader's: of nobody in a band does the evidence say that the score differs from the leader's.
    pub band: u64,
    /// Between which places the candidate may stand, as far as the intervals tell.
    pub possible: Ranks,
    /// The candidate.
    pub candidate: Candidate,
}

/// The places that the intervals leave open among all candidates by score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ranks {
    /// One more than there are candidates whose whole interval lies above.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub best: u64,
    /// The number of candidates whose interval does not lie wholly below, this one included.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub worst: u64,
}

/// Candidates that the limit cuts off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BeyondLimit {
    /// How many.
    pub count: u64,
    /// How many of them the evidence cannot tell from the leader of the last band.
    pub not_told_apart: u64,
}

impl Shortlist {
    /// The brief.
    #[must_use]
    pub const fn brief(&self) -> &Brief {
        &self.brief
    }

    /// How many subjects there were.
    #[must_use]
    pub fn subjects(&self) -> u64 {
        self.candidates + self.left_out.iter().map(|(_, count)| count).sum::<u64>()
    }

    /// Compact JSON, the same bytes in every language: keys in a fixed order, numbers in the form of RFC 8785, reals rounded to
    /// nine decimals.
    #[must_use]
    pub fn to_json(&self) -> String {
        let policy = self.brief.policy();
        to_json(&ShortlistDocument {
            as_of: self.as_of,
            policy: PolicyName { name: policy.name(), version: policy.version() },
            brief: self.brief.document(),
            subjects: self.subjects(),
            candidates: self.candidates,
            left_out: self.left_out.iter().map(|(condition, count)| LeftOutCount { condition, count: *count }).collect(),
            beyond_limit: self.beyond_limit,
            shortlist: self.listed.iter().map(Listed::document).collect(),
            policy_digest: policy.digest(),
            notice: &policy.document().notice,
        })
    }

    /// The candidates, each as one line of JSON with the day, the policy and its notice.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let policy = self.brief.policy();
        self.listed.iter().map(move |one| {
            to_json(&LineDocument {
                candidate: one.document(),
                as_of: self.as_of,
                policy_digest: policy.digest(),
                notice: &policy.document().notice,
            })
        })
    }
}

impl Listed {
    fn document(&self) -> ListedDocument<'_> {
        let Candidate { subject, tier, score, lower, upper, coverage, human_review } = &self.candidate;
        ListedDocument {
            rank: self.rank,
            band: self.band,
            possible_ranks: self.possible,
            subject,
            tier,
            score: *score,
            interval: Interval { lower: *lower, upper: *upper },
            coverage: *coverage,
            human_review: *human_review,
        }
    }
}

impl Candidate {
    /// Whether the subject is rated; of one that is not, no surface shows the score as a headline.
    #[must_use]
    pub fn is_rated(&self) -> bool {
        &*self.tier != UNRATED
    }
}

/// The JSON form of a shortlist.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Shortlist"))]
pub(crate) struct ShortlistDocument<'a> {
    /// The day of assessment.
    as_of: Date,
    /// The policy.
    policy: PolicyName<'a>,
    /// What was asked, defaults written out.
    brief: &'a BriefDocument,
    /// How many subjects there were.
    subjects: u64,
    /// How many of them meet the brief, listed or not.
    candidates: u64,
    /// How many subjects each condition left out, as the first one that failed.
    left_out: Vec<LeftOutCount<'a>>,
    /// Candidates that the limit cuts off.
    beyond_limit: BeyondLimit,
    /// The candidates, best first.
    shortlist: Vec<ListedDocument<'a>>,
    /// SHA-256 of the policy.
    policy_digest: crate::digest::Digest,
    /// What every surface that shows a score says.
    notice: &'a Text,
}

/// How many subjects a condition left out.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct LeftOutCount<'a> {
    /// The condition: its place in the brief.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^(tier_at_least|lower_at_least|coverage_at_least|criteria\[[0-9]+\]|no_findings\[[0-9]+\])$"))
    )]
    condition: &'a str,
    count: u64,
}

/// A candidate at its place.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ListedDocument<'a> {
    /// The place, from 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    rank: u64,
    /// The band of those whom the evidence cannot tell from its first one.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    band: u64,
    /// The places that the intervals leave open among all candidates.
    possible_ranks: Ranks,
    /// The subject's id.
    subject: &'a str,
    /// The tier.
    tier: &'a str,
    /// The score; null of a subject that is not rated.
    score: Option<Points>,
    /// The range that the evidence leaves open.
    interval: Interval,
    /// How far evidence, not the prior, makes the score, in [0, 1].
    #[serde(serialize_with = "real")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    coverage: f64,
    /// Whether a person must look before anything rests on it.
    human_review: bool,
}

/// A candidate on a line of its own.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Candidate"))]
pub(crate) struct LineDocument<'a> {
    #[serde(flatten)]
    candidate: ListedDocument<'a>,
    as_of: Date,
    policy_digest: crate::digest::Digest,
    notice: &'a Text,
}

impl LeftOut {
    /// One line of JSON: `subject`, `condition`, `found` and `expected`.
    #[must_use]
    pub fn to_json(&self, brief: &Brief) -> String {
        to_json(&LeftOutDocument { left_out: self, brief })
    }
}

impl Shortfall {
    /// What stood there and what was asked, as short texts for tables.
    #[must_use]
    pub fn texts(&self, brief: &Brief) -> (String, String) {
        let document = brief.document();
        let points = |points: f64| format!("{points:.1}");
        match self {
            Self::Tier { tier } => (tier.to_string(), document.tier_at_least.as_deref().unwrap_or_default().to_owned()),
            Self::Lower { lower } => (lower.to_string(), document.lower_at_least.map_or_else(String::new, points)),
            Self::Coverage { coverage } => (format!("{coverage:.3}"), document.coverage_at_least.map_or_else(String::new, number)),
            Self::Criterion { place, lower } => {
                let least = document.criteria.get(*place).map_or_else(String::new, |bound| points(bound.lower_at_least));
                // Rounded down, so that what is short by little does not look met.
                (points((lower * 10.0).floor() / 10.0), least)
            }
            Self::Findings { count, latest, .. } => {
                (format!("{count}: {} on {}, {}, {}", latest.severity, latest.criterion, latest.date, latest.status), "0".to_owned())
            }
        }
    }
}

pub(crate) struct LeftOutDocument<'a> {
    left_out: &'a LeftOut,
    brief: &'a Brief,
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for LeftOutDocument<'_> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LeftOut".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let (points, share) = (generator.subschema_for::<Points>(), serde_json::json!({"type": "number", "minimum": 0, "maximum": 1}));
        let found = serde_json::json!({
            "type": "object", "required": ["count", "latest"],
            "properties": {"count": {"type": "integer", "minimum": 1}, "latest": generator.subschema_for::<FindingFacts>()},
        });
        let (text, number) = (serde_json::json!({"type": "string"}), serde_json::json!({"type": "number", "minimum": 0, "maximum": 100}));
        let [criterion, findings] = [generator.subschema_for::<CriterionAtLeast>(), generator.subschema_for::<NoFindings>()];
        let forms = [
            ("tier_at_least", text.clone(), text),
            ("lower_at_least", points.to_value(), number.clone()),
            ("coverage_at_least", share.clone(), share),
            (r"criteria\[[0-9]+\]", number, criterion.to_value()),
            (r"no_findings\[[0-9]+\]", found, findings.to_value()),
        ];
        let form = |(condition, found, expected): (&str, serde_json::Value, serde_json::Value)| {
            serde_json::json!({
                "type": "object",
                "properties": {
                    "subject": {"type": "string", "description": "The subject's id."},
                    "condition": {"type": "string", "pattern": format!("^{condition}$"), "description": "The first condition that failed: its place in the brief."},
                    "found": found,
                    "expected": expected,
                },
                "required": ["subject", "condition", "found", "expected"],
            })
        };
        schemars::json_schema!({
            "description": "A subject that does not meet the brief: the first condition that failed, what stood there, and what was asked.",
            "oneOf": forms.map(form),
        })
    }
}

impl Serialize for LeftOutDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Real(#[serde(serialize_with = "real")] f64);
        #[derive(Serialize)]
        struct Found<'a> {
            count: u64,
            latest: &'a FindingFacts,
        }
        let document = self.brief.document();
        let shortfall = &self.left_out.shortfall;
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("subject", &*self.left_out.subject)?;
        let conditions = self.brief.conditions();
        map.serialize_entry("condition", conditions.get(self.brief.condition_of(shortfall)).map_or("", String::as_str))?;
        match shortfall {
            Shortfall::Tier { tier } => {
                map.serialize_entry("found", &**tier)?;
                map.serialize_entry("expected", &document.tier_at_least)?;
            }
            Shortfall::Lower { lower } => {
                map.serialize_entry("found", lower)?;
                map.serialize_entry("expected", &document.lower_at_least)?;
            }
            Shortfall::Coverage { coverage } => {
                map.serialize_entry("found", &Real(*coverage))?;
                map.serialize_entry("expected", &document.coverage_at_least)?;
            }
            Shortfall::Criterion { place, lower } => {
                map.serialize_entry("found", &Real(*lower))?;
                map.serialize_entry("expected", &document.criteria.get(*place))?;
            }
            Shortfall::Findings { place, count, latest } => {
                map.serialize_entry("found", &Found { count: *count, latest })?;
                map.serialize_entry("expected", &document.no_findings.get(*place))?;
            }
        }
        map.end()
    }
}
