//! Reasons (`MODEL.md` §9): why the score is what it is, with sources, and what would change it.

use std::sync::Arc;

use crate::assessment::{Part, PartKind};
use crate::bound::BoundSubject;
use crate::codes::{Language, filled, text};
use crate::date::Date;
use crate::explain::Parts;
use crate::finding::Counted;
use crate::points::Points;
use crate::policy::{Policy, Text};
use crate::record::{Body, Record};
use crate::score::Outcome;
use crate::tier::Tier;

/// At most so many adverse reasons are given, the costliest.
const ADVERSE_MAX: usize = 4;
/// A reason names at most so many records; the others are counted.
const RECORDS_MAX: usize = 100;

/// What a reason says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonCode {
    /// An incident costs points.
    Finding,
    /// A criterion lies below its prior.
    CriterionAdverse,
    /// A criterion lies above its prior.
    CriterionFavourable,
    /// A credit fills headroom.
    Credit,
    /// The evidence is too little to rate.
    LittleEvidence,
    /// What is assumed without evidence.
    Baseline,
}

impl ReasonCode {
    /// Every code, in the order of the catalogue.
    pub const ALL: [Self; 6] =
        [Self::Finding, Self::CriterionAdverse, Self::CriterionFavourable, Self::Credit, Self::LittleEvidence, Self::Baseline];

    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Finding => "finding",
            Self::CriterionAdverse => "criterion-adverse",
            Self::CriterionFavourable => "criterion-favourable",
            Self::Credit => "credit",
            Self::LittleEvidence => "little-evidence",
            Self::Baseline => "baseline",
        }
    }
}

/// Why a part of the score is what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The code.
    pub code: ReasonCode,
    /// The part of the waterfall, with its points.
    pub part: Part,
    /// The records that it rests on, by (source, id), at most a hundred.
    pub records: Vec<Arc<Record>>,
    /// How many more there are.
    pub records_omitted: usize,
    /// What its text names.
    detail: Detail,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Detail {
    Criterion { place: usize, mean: f64 },
    Credit { place: usize },
    Finding { criterion: usize, severity: usize },
    Coverage { coverage: f64 },
    Baseline,
}

impl Reason {
    /// The points of its part.
    #[must_use]
    pub const fn points(&self) -> Points {
        self.part.points
    }

    /// The texts and laws that it rests on.
    #[must_use]
    pub fn basis<'a>(&self, policy: &'a Policy) -> &'a [String] {
        let basis = match self.detail {
            Detail::Criterion { place, .. } | Detail::Finding { criterion: place, .. } => {
                criterion(policy, place).map(|criterion| &criterion.basis)
            }
            Detail::Credit { place } => policy.document().credits.get(place).map(|credit| &credit.basis),
            Detail::Coverage { .. } | Detail::Baseline => None,
        };
        basis.map_or(&[], Vec::as_slice)
    }

    /// What happened, in a language.
    #[must_use]
    pub fn text(&self, policy: &Policy, language: Language) -> String {
        let title = self.title(policy, language);
        let code = self.code.as_str();
        match self.detail {
            Detail::Criterion { place, mean } => {
                let percent = |share| percent(share, language);
                let prior = criterion(policy, place).map_or(0.0, |criterion| criterion.prior.mean);
                filled("reasons", code, language, &[("title", title), ("mean", &percent(mean)), ("prior", &percent(prior))])
            }
            Detail::Finding { severity, .. } => {
                let severity = policy.document().findings.severities.get(severity).map_or("", |severity| severity.title.get(language));
                let record = self.records.first();
                let (source, date) = record.map_or(("", String::new()), |record| (&record.source, record.date.to_string()));
                let status = record.map_or("", |record| match &record.body {
                    Body::Finding { status, .. } => status.as_str(),
                    _ => "",
                });
                let status = text("statuses", status, language);
                let parameters = [("severity", severity), ("title", title), ("source", source), ("date", &date), ("status", &status)];
                filled("reasons", code, language, &parameters)
            }
            Detail::Coverage { coverage } => {
                let percent = |share| percent(share, language);
                let needed = policy.document().tiers.rated_coverage;
                filled("reasons", code, language, &[("coverage", &percent(coverage)), ("needed", &percent(needed))])
            }
            Detail::Credit { .. } | Detail::Baseline => filled("reasons", code, language, &[("title", title)]),
        }
    }

    /// What would change it, in a language.
    #[must_use]
    pub fn change(&self, policy: &Policy, language: Language) -> String {
        let document = policy.document();
        let (half_life, until) = match self.detail {
            Detail::Criterion { place, .. } => (criterion(policy, place).map(|criterion| criterion.half_life_days), None),
            Detail::Credit { place } => (document.credits.get(place).map(|credit| credit.half_life_days), None),
            Detail::Finding { severity, .. } => {
                let severity = document.findings.severities.get(severity);
                let until = severity.and_then(|severity| self.records.first().map(|record| record.date.plus(severity.expires_days)));
                (severity.map(|severity| severity.half_life_days), until)
            }
            Detail::Coverage { .. } | Detail::Baseline => (None, None),
        };
        let half_life = half_life.map_or_else(String::new, |days| days.to_string());
        let until = until.as_ref().map_or_else(String::new, Date::to_string);
        let horizon = document.horizon_days.to_string();
        filled("changes", self.code.as_str(), language, &[("half_life", &half_life), ("until", &until), ("horizon", &horizon)])
    }

    fn title<'a>(&self, policy: &'a Policy, language: Language) -> &'a str {
        let title: Option<&Text> = match self.detail {
            Detail::Criterion { place, .. } | Detail::Finding { criterion: place, .. } => {
                criterion(policy, place).map(|criterion| &criterion.title)
            }
            Detail::Credit { place } => policy.document().credits.get(place).map(|credit| &credit.title),
            Detail::Coverage { .. } | Detail::Baseline => None,
        };
        title.map_or("", |title| title.get(language))
    }
}

fn criterion(policy: &Policy, place: usize) -> Option<&crate::policy::Criterion> {
    policy.document().criteria().nth(place).map(|(_, criterion)| criterion)
}

/// A share as a whole percentage with one decimal.
pub(crate) fn percent(share: f64, language: Language) -> String {
    Points::nearest(share * 1000.0).text(language)
}

/// The reasons: at most four adverse ones first, the costliest before others; then the favourable ones, the best first;
/// then what is assumed.
pub(crate) fn reasons(bound: &BoundSubject, as_of: Date, outcome: &Outcome, parts: &Parts, waterfall: &[Part]) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::with_capacity(waterfall.len());
    let mut criteria = parts.criteria.iter();
    let mut credits = 0..parts.credits.len();
    let mut incidents = parts.incidents.iter();
    let mut baseline = None;
    for part in waterfall {
        let detail = match part.kind {
            PartKind::Baseline => {
                baseline = Some(part);
                continue;
            }
            PartKind::Criterion => criteria.next().map(|(place, _, _, estimate)| Detail::Criterion { place: *place, mean: estimate.mean }),
            PartKind::Credit => credits.next().map(|place| Detail::Credit { place }),
            PartKind::Finding => incidents
                .next()
                .map(|Counted { finding, .. }| Detail::Finding { criterion: finding.criterion.into(), severity: finding.severity.into() }),
        };
        let Some(detail) = detail.filter(|_| part.points != Points::default()) else { continue };
        let adverse = part.points < Points::default();
        let code = match part.kind {
            PartKind::Finding => ReasonCode::Finding,
            PartKind::Credit => ReasonCode::Credit,
            _ if adverse => ReasonCode::CriterionAdverse,
            _ => ReasonCode::CriterionFavourable,
        };
        reasons.push(Reason { code, part: part.clone(), records: Vec::new(), records_omitted: 0, detail });
    }
    // Stable, so that equals stay in the order of the waterfall.
    reasons.sort_by_key(|reason| (reason.points() >= Points::default(), -reason.points().tenths().abs()));
    let adverse = reasons.iter().take_while(|reason| reason.points() < Points::default()).count();
    reasons.drain(ADVERSE_MAX.min(adverse)..adverse);
    for reason in &mut reasons {
        add_records(bound, as_of, reason);
    }
    if let Some(part) = baseline {
        let assumed = |code, detail| Reason { code, part: part.clone(), records: Vec::new(), records_omitted: 0, detail };
        if outcome.tier == Tier::Unrated {
            reasons.push(assumed(ReasonCode::LittleEvidence, Detail::Coverage { coverage: outcome.standing.coverage }));
        }
        reasons.push(assumed(ReasonCode::Baseline, Detail::Baseline));
    }
    reasons
}

/// Names the records that speak for a reason.
fn add_records(bound: &BoundSubject, as_of: Date, reason: &mut Reason) {
    let policy = bound.policy.compiled();
    let slot = match reason.detail {
        Detail::Criterion { place, .. } => place,
        Detail::Credit { place } => policy.criteria.len() + place,
        Detail::Finding { .. } | Detail::Coverage { .. } | Detail::Baseline => {
            reason.records.extend(reason.part.record.clone());
            return;
        }
    };
    let masses = bound.rows().masses;
    let first = masses.partition_point(|row| usize::from(row.key.slot()) < slot);
    let rows = masses.iter().zip(&bound.mass_records).skip(first).take_while(|(row, _)| usize::from(row.key.slot()) == slot);
    let adverse = reason.code == ReasonCode::CriterionAdverse;
    let weighs = |row: &crate::mass::MassRow| policy.classes.get(usize::from(row.key.class())).is_some_and(|class| class.reliability > 0.0);
    let speaks = |row: &crate::mass::MassRow| if adverse { row.adverse > 0 } else { row.favourable > 0 };
    let counts = |day| crate::count::age(as_of.days(), day, policy.horizon_days).is_ok();
    let mut records: Vec<u32> = rows.filter(|(row, _)| speaks(row) && weighs(row) && counts(row.day)).map(|(_, &record)| record).collect();
    records.sort_unstable();
    reason.records_omitted = records.len().saturating_sub(RECORDS_MAX);
    reason.records.extend(records.into_iter().take(RECORDS_MAX).filter_map(|record| bound.record(record).cloned()));
}
