//! Contest: what the assessment would be without some records, and, of findings among them, if they were overturned.

use std::sync::Arc;

use serde::Serialize;

use crate::assessment::{Assessment, Interval, Part, PartKind, PolicyName, Texts};
use crate::bound::{BoundSubject, tier_of};
use crate::codes::Language;
use crate::date::Date;
use crate::digest::Digest;
use crate::error::{Code, Error, Fault, quote};
use crate::json::to_json;
use crate::points::Points;
use crate::reason::Reason;
use crate::record::{Body, Record, RecordKey, Status};

/// An assessment with and without some of the records that it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Contest {
    /// The contested records, by (source, id).
    pub contested: Vec<RecordKey>,
    /// The assessment as it stands.
    pub before: Assessment,
    /// The assessment without the contested records.
    pub after: Assessment,
    /// The assessment if the findings among them were overturned and the others were not there; `None` where no finding is
    /// among them. It has the score of [`Contest::after`] and may have other reasons for review.
    pub overturned: Option<Assessment>,
}

/// Which way the tier goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TierChange {
    /// A better tier.
    Better,
    /// A worse one.
    Worse,
    /// Another one of the same rank: between `standard` and `unrated`.
    Level,
    /// The same tier.
    Same,
}

impl TierChange {
    /// The change as JSON writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Level => "level",
            Self::Same => "same",
        }
    }
}

/// A part of the score that has other points without the contested records.
#[derive(Clone, Debug, PartialEq)]
pub struct PartChange {
    /// The part, with its points as it stands; `None` where it is new.
    pub before: Option<Part>,
    /// The part, with its points without the records; `None` where it is gone.
    pub after: Option<Part>,
}

impl PartChange {
    /// The part of either side.
    #[must_use]
    pub fn part(&self) -> Option<&Part> {
        self.before.as_ref().or(self.after.as_ref())
    }
}

impl BoundSubject {
    /// Recomputes without some records, each named `source/id` or `subject/source/id`.
    ///
    /// # Errors
    /// Every name that no record has, or several have.
    pub fn contest<S: AsRef<str>>(&self, as_of: Date, previous_tier: Option<&str>, without: &[S]) -> Result<Contest, Error> {
        let mut contested = vec![false; self.records.len()];
        let mut faults = Vec::new();
        for (n, name) in without.iter().enumerate() {
            let name = name.as_ref();
            let named = |record: &Record| {
                let short = name.strip_prefix(&*self.subject).and_then(|rest| rest.strip_prefix('/'));
                [Some(name), short].into_iter().flatten().any(|name| {
                    name.strip_prefix(record.source.as_str()).and_then(|rest| rest.strip_prefix('/')).is_some_and(|id| id == record.id)
                })
            };
            let mut found = self.records.iter().zip(&mut contested).filter(|(record, _)| named(record));
            match (found.next(), found.next()) {
                (Some((_, contested)), None) => *contested = true,
                (first, _) => {
                    let what = if first.is_some() { "which names several records" } else { "of which the subject has no record" };
                    let expected = "`source/id` or `subject/source/id` of a current record";
                    faults.push(Fault::new(Code::UnknownName, format!("$.without[{n}]"), format!("{}, {what}", quote(name)), expected));
                }
            }
        }
        if let Some(error) = Error::of(faults) {
            return Err(error);
        }
        let is_finding = |record: &Record| matches!(record.body, Body::Finding { .. });
        let marked = || self.records.iter().zip(&contested);
        let assess = |records: Vec<Arc<Record>>| Self::new(self.policy.clone(), self.subject.clone(), records).assess(as_of, previous_tier);
        let kept = marked().filter(|(_, contested)| !**contested).map(|(record, _)| record.clone()).collect();
        let overturned = marked().any(|(record, contested)| *contested && is_finding(record)).then(|| {
            let records = marked().filter(|(record, contested)| !**contested || is_finding(record)).map(|(record, contested)| {
                let mut record = record.clone();
                if *contested && let Body::Finding { status, .. } = &mut Arc::make_mut(&mut record).body {
                    *status = Status::Overturned;
                }
                record
            });
            assess(records.collect())
        });
        let keys = marked().filter(|(_, contested)| **contested);
        Ok(Contest {
            contested: keys.map(|(record, _)| RecordKey { source: record.source.clone(), id: record.id.clone() }).collect(),
            before: self.assess(as_of, previous_tier),
            after: assess(kept),
            overturned,
        })
    }
}

/// What names a part.
fn key(part: &Part) -> (PartKind, &str, Option<&str>) {
    (part.kind, &part.id, part.record.as_ref().map(|record| record.source.as_str()))
}

impl Contest {
    /// Which way the tier goes.
    #[must_use]
    pub fn tier_change(&self) -> TierChange {
        let policy = self.before.policy();
        let rank = |assessment: &Assessment| tier_of(policy, &assessment.tier).map(|tier| tier.rank(policy.compiled()));
        match rank(&self.after).cmp(&rank(&self.before)) {
            std::cmp::Ordering::Greater => TierChange::Better,
            std::cmp::Ordering::Less => TierChange::Worse,
            std::cmp::Ordering::Equal if self.after.tier == self.before.tier => TierChange::Same,
            std::cmp::Ordering::Equal => TierChange::Level,
        }
    }

    /// By how many points the score changes.
    #[must_use]
    pub fn score_change(&self) -> Points {
        Points::from_tenths(self.after.score.tenths() - self.before.score.tenths())
    }

    /// The parts of the score that change, in the order of the waterfall; new ones last.
    #[must_use]
    pub fn parts(&self) -> Vec<PartChange> {
        let find = |parts: &[Part], part: &Part| parts.iter().find(|other| key(other) == key(part)).cloned();
        let gone =
            self.before.waterfall.iter().map(|part| PartChange { before: Some(part.clone()), after: find(&self.after.waterfall, part) });
        let new = self.after.waterfall.iter().filter(|part| find(&self.before.waterfall, part).is_none());
        let all = gone.chain(new.map(|part| PartChange { before: None, after: Some(part.clone()) }));
        let points = |part: &Option<Part>| part.as_ref().map(|part| part.points);
        all.filter(|change| points(&change.before) != points(&change.after)).collect()
    }

    /// The measures that are no longer proposed, and those that then are.
    #[must_use]
    pub fn measures(&self) -> [Vec<Arc<str>>; 2] {
        let ids = |from: &Assessment, other: &Assessment| {
            let missing = from.measures.iter().filter(|measure| !other.measures.iter().any(|one| one.id == measure.id));
            missing.map(|measure| measure.id.clone()).collect()
        };
        [ids(&self.before, &self.after), ids(&self.after, &self.before)]
    }

    /// The reasons that are no longer given or say something else, as they stand; and those that then are given or changed.
    #[must_use]
    pub fn reasons(&self) -> [Vec<&Reason>; 2] {
        let says = |one: &Reason, other: &Reason| {
            let policy = self.before.policy();
            one.code == other.code
                && key(&one.part) == key(&other.part)
                && one.points() == other.points()
                && one.text(policy, Language::English) == other.text(policy, Language::English)
        };
        let missing = |from: &'_ [Reason], other: &[Reason]| -> Vec<usize> {
            (0..from.len()).filter(|&n| from.get(n).is_some_and(|reason| !other.iter().any(|one| says(reason, one)))).collect()
        };
        let [before, after] = [&self.before.reasons, &self.after.reasons];
        [
            missing(before, after).into_iter().filter_map(|n| before.get(n)).collect(),
            missing(after, before).into_iter().filter_map(|n| after.get(n)).collect(),
        ]
    }

    /// Compact JSON, the same bytes in every language.
    #[must_use]
    pub fn to_json(&self) -> String {
        let policy = self.before.policy();
        let points = |assessment: &Assessment, before: &Assessment| Changed {
            score: Points::from_tenths(assessment.score.tenths() - before.score.tenths()),
            lower: Points::from_tenths(assessment.interval.lower.tenths() - before.interval.lower.tenths()),
            upper: Points::from_tenths(assessment.interval.upper.tenths() - before.interval.upper.tenths()),
            tier: self.tier_change(),
        };
        let parts = self.parts();
        let parts = parts.iter().filter_map(|change| {
            let (kind, id, source) = key(change.part()?);
            let points = |part: &Option<Part>| part.as_ref().map(|part| part.points);
            Some(PartDocument { kind, id, source, before: points(&change.before), after: points(&change.after) })
        });
        let [dropped, proposed] = self.measures();
        let [gone, new] = self.reasons().map(|reasons| {
            let reason = |reason: &&Reason| ReasonDocument {
                code: reason.code.as_str(),
                kind: reason.part.kind,
                id: reason.part.id.to_string(),
                source: reason.part.record.as_ref().map(|record| record.source.clone()),
                points: reason.points(),
                text: Texts::of(|language| reason.text(policy, language)),
            };
            reasons.iter().map(reason).collect::<Vec<_>>()
        });
        to_json(&Document {
            subject: &self.before.subject,
            as_of: self.before.as_of,
            policy: PolicyName::of(policy),
            previous_tier: self.before.previous_tier.as_deref(),
            without: &self.contested,
            before: Side::of(&self.before),
            after: Side::of(&self.after),
            change: points(&self.after, &self.before),
            parts: parts.collect(),
            measures: Measures { dropped, proposed },
            reasons: Reasons { gone, new },
            overturned: self.overturned.as_ref().map(Side::of),
            policy_digest: policy.digest(),
            notice: &policy.document().notice,
        })
    }
}

/// The JSON form of a contest.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Contest"))]
pub(crate) struct Document<'a> {
    /// The subject's id.
    subject: &'a str,
    /// The day of assessment.
    as_of: Date,
    policy: PolicyName<'a>,
    /// The tier that the subject had, as given.
    previous_tier: Option<&'a str>,
    /// The contested records, by (source, id).
    without: &'a [RecordKey],
    /// As it stands.
    before: Side<'a>,
    /// Without the contested records.
    after: Side<'a>,
    /// What changes.
    change: Changed,
    /// The parts of the score that change, in the order of the waterfall.
    parts: Vec<PartDocument<'a>>,
    /// Measures that change.
    measures: Measures,
    /// Reasons that change.
    reasons: Reasons,
    /// If the findings among the records were overturned; null where no finding is among them.
    overturned: Option<Side<'a>>,
    /// SHA-256 of the policy.
    policy_digest: Digest,
    /// What every surface that shows a score says.
    notice: &'a crate::policy::Text,
}

/// The assessment on one side.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ContestSide"))]
struct Side<'a> {
    /// The score; of an unrated subject it is the prior's, not the subject's: show the interval instead.
    score: Points,
    /// The range that the evidence leaves open.
    interval: Interval,
    tier: &'a str,
    /// Ids of the proposed measures.
    measures: Vec<&'a str>,
    /// Why a person must look.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::review_codes"))]
    human_review: Vec<&'static str>,
    ledger_digest: Digest,
}

impl<'a> Side<'a> {
    fn of(assessment: &'a Assessment) -> Self {
        Self {
            score: assessment.score,
            interval: assessment.interval,
            tier: &assessment.tier,
            measures: assessment.measures.iter().map(|measure| &*measure.id).collect(),
            human_review: assessment.human_review.iter().map(|reason| reason.code.as_str()).collect(),
            ledger_digest: assessment.ledger_digest,
        }
    }
}

/// What changes, in points.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ContestChange"))]
struct Changed {
    score: Points,
    lower: Points,
    upper: Points,
    tier: TierChange,
}

/// A part of the score that changes; null on the side where it is not there.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ContestPart"))]
struct PartDocument<'a> {
    kind: PartKind,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    before: Option<Points>,
    after: Option<Points>,
}

/// Measures that are no longer proposed, and those that then are.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ContestMeasures"))]
struct Measures {
    dropped: Vec<Arc<str>>,
    proposed: Vec<Arc<str>>,
}

/// Reasons that are no longer given, and those that then are; one that changes stands in both.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ContestReasons"))]
struct Reasons {
    gone: Vec<ReasonDocument>,
    new: Vec<ReasonDocument>,
}

/// One reason.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ContestReason"))]
struct ReasonDocument {
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::reason_code"))]
    code: &'static str,
    kind: PartKind,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    points: Points,
    text: Texts,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use proptest::prelude::*;

    use crate::random::{Names, SUBJECT, as_of, ledger, policy, record};
    use crate::{Record, RecordType, assess};

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_contest_is_the_assessment_without_the_records(seed: u64, seeds in proptest::collection::vec(any::<u64>(), 1..40), mask: u64) {
            let policy = policy(seed);
            let names = Names::of(&policy);
            let records: Vec<Record> = seeds.into_iter().map(|seed| record(&names, seed)).collect();
            let whole = ledger(&records);
            let current: Vec<Record> = whole.records().cloned().collect();
            let (gone, kept): (Vec<_>, Vec<_>) = current.into_iter().enumerate().partition(|(n, _)| mask >> (n % 64) & 1 == 1);
            let [gone, kept] = [gone, kept].map(|records| records.into_iter().map(|(_, record)| record).collect::<Vec<_>>());
            let without: Vec<String> = gone.iter().enumerate().map(|(n, record)| {
                let short = format!("{}/{}", record.source, record.id);
                if n % 2 == 0 { short } else { format!("{SUBJECT}/{short}") }
            }).collect();
            let contest = whole.bind_subject(&policy, SUBJECT).contest(as_of(), Some("standard"), &without).unwrap();
            prop_assert_eq!(contest.contested.len(), gone.len());
            prop_assert_eq!(&contest.after, &assess(&policy, &ledger(&kept), SUBJECT, as_of(), Some("standard")));
            prop_assert_eq!(contest.overturned.is_some(), gone.iter().any(|record| record.record_type() == RecordType::Finding));
            if let Some(overturned) = &contest.overturned {
                prop_assert_eq!((overturned.score, overturned.interval, &overturned.tier), (contest.after.score, contest.after.interval, &contest.after.tier));
            }
            let moved: i32 = contest.parts().iter().map(|change| {
                let tenths = |part: &Option<crate::Part>| part.as_ref().map_or(0, |part| part.points.tenths());
                tenths(&change.after) - tenths(&change.before)
            }).sum();
            prop_assert_eq!(moved, contest.score_change().tenths());
            let json: serde_json::Value = serde_json::from_str(&contest.to_json()).unwrap();
            prop_assert_eq!(json["without"].as_array().map(Vec::len), Some(gone.len()));
        }
    }

    #[test]
    fn every_unknown_name_is_reported() {
        let policy = policy(0);
        let names = Names::of(&policy);
        let ledger = ledger(&[record(&names, 1)]);
        let error = ledger.bind_subject(&policy, SUBJECT).contest(as_of(), None, &["nobody/1", "nobody/2"]).unwrap_err();
        assert_eq!(error.faults().map(|fault| fault.path.as_str()).collect::<Vec<_>>(), ["$.without[0]", "$.without[1]"]);
        assert!(ledger.bind_subject(&policy, SUBJECT).contest::<&str>(as_of(), None, &[]).unwrap().parts().is_empty());
    }
}
