//! A ledger bound to a policy: texts resolved to small integers once, digests cached; assessed as often as asked.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use crate::assessment::Assessment;
use crate::count::{Resolved, ResolvedBody, Row, SetAside, row};
use crate::date::Date;
use crate::digest::{Digest, Digester};
use crate::finding::FindingRow;
use crate::ledger::Ledger;
use crate::mass::{MassKey, MassRow};
use crate::points::Points;
use crate::policy::Policy;
use crate::policy::compiled::Compiled;
use crate::record::{Body, Record, RecordType};
use crate::score::{ExemptionRow, Rows, evaluate};
use crate::tier::Tier;

impl Ledger {
    /// Binds every subject to a policy.
    #[must_use]
    pub fn bind(&self, policy: &Policy) -> Bound {
        let subjects = self.subjects().map(|subject| self.bind_subject(policy, subject));
        Bound { policy: policy.clone(), subjects: subjects.map(|bound| (bound.subject.clone(), Arc::new(bound))).collect() }
    }

    /// Binds one subject to a policy; one without records has the baseline score.
    #[must_use]
    pub fn bind_subject(&self, policy: &Policy, subject: &str) -> BoundSubject {
        BoundSubject::new(policy.clone(), subject.into(), self.shared(subject).cloned().collect())
    }
}

/// Assesses one subject of a ledger: the shape that every language shares. Bind the ledger to ask more than once.
#[must_use]
pub fn assess(policy: &Policy, ledger: &Ledger, subject: &str, as_of: Date, previous_tier: Option<&str>) -> Assessment {
    ledger.bind_subject(policy, subject).assess(as_of, previous_tier)
}

/// A ledger bound to a policy.
#[derive(Clone, Debug)]
pub struct Bound {
    policy: Policy,
    subjects: BTreeMap<Arc<str>, Arc<BoundSubject>>,
}

impl Bound {
    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// A subject that has records.
    #[must_use]
    pub fn subject(&self, subject: &str) -> Option<&Arc<BoundSubject>> {
        self.subjects.get(subject)
    }

    /// The subjects that have records, by their UTF-8 bytes.
    pub fn subjects(&self) -> impl ExactSizeIterator<Item = &Arc<BoundSubject>> {
        self.subjects.values()
    }
}

/// The records of one subject, bound to a policy.
#[derive(Debug)]
pub struct BoundSubject {
    pub(crate) policy: Policy,
    pub(crate) subject: Arc<str>,
    /// By (source, id).
    pub(crate) records: Vec<Arc<Record>>,
    masses: Vec<MassRow>,
    /// The record of each row of mass.
    pub(crate) mass_records: Vec<u32>,
    findings: Vec<FindingRow>,
    exemptions: Vec<ExemptionRow>,
    /// What is set aside on every day, by record.
    pub(crate) set_aside: Vec<(u32, SetAside)>,
    digest: OnceLock<Digest>,
}

/// Score, interval, coverage and tier: what [`BoundSubject::score`] gives without allocating.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score<'a> {
    /// The score; of an unrated subject it is the prior's, not the subject's.
    pub score: Points,
    /// The lower bound.
    pub lower: Points,
    /// The upper bound.
    pub upper: Points,
    /// Σ w·Z, in [0, 1].
    pub coverage: f64,
    /// The tier's id.
    pub tier: &'a str,
}

impl Score<'_> {
    /// Whether the subject is rated; of one that is not, no surface shows the score as a headline.
    #[must_use]
    pub fn is_rated(&self) -> bool {
        self.tier != UNRATED
    }
}

impl BoundSubject {
    pub(crate) fn new(policy: Policy, subject: Arc<str>, records: Vec<Arc<Record>>) -> Self {
        let mut bound = Self {
            policy,
            subject,
            masses: Vec::with_capacity(records.len()),
            mass_records: Vec::new(),
            findings: Vec::new(),
            exemptions: Vec::new(),
            set_aside: Vec::new(),
            records: Vec::new(),
            digest: OnceLock::new(),
        };
        let policy = bound.policy.clone();
        let compiled = policy.compiled();
        let mut sources: HashMap<&str, u32> = HashMap::new();
        let mut incidents: HashMap<&str, u32> = HashMap::new();
        let mut incident_count = 0;
        let mut masses: Vec<(MassRow, u32)> = Vec::with_capacity(records.len());
        for (place, record) in (0u32..).zip(&records) {
            let day = record.date.days();
            match row(compiled, &resolve(compiled, record)) {
                Err(reason) => bound.set_aside.push((place, reason)),
                Ok(Row::Mass { slot, class, favourable, adverse }) => {
                    let next = u32::try_from(sources.len()).unwrap_or(u32::MAX);
                    let source = *sources.entry(&record.source).or_insert(next);
                    masses.push((MassRow { key: MassKey::new(slot, class, source), day, favourable, adverse }, place));
                }
                Ok(Row::Finding { criterion, class, severity, status, reach_factor }) => {
                    // A finding without an incident is its own.
                    let named = match &record.body {
                        Body::Finding { incident, .. } => incident.as_deref(),
                        _ => None,
                    };
                    let incident = *match named {
                        Some(name) => incidents.entry(name).or_insert(incident_count),
                        None => &incident_count,
                    };
                    incident_count += u32::from(incident == incident_count);
                    bound.findings.push(FindingRow { incident, day, record: place, criterion, class, severity, status, reach_factor });
                }
                Ok(Row::Exemption { criterion }) => bound.exemptions.push(ExemptionRow { criterion, day, record: place }),
            }
        }
        masses.sort_unstable_by_key(|(row, place)| (row.key, *place));
        (bound.masses, bound.mass_records) = masses.into_iter().unzip();
        bound.findings.sort_unstable_by_key(FindingRow::order);
        bound.records = records;
        bound
    }

    /// The subject's id.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The current records, by (source, id).
    pub fn records(&self) -> impl ExactSizeIterator<Item = &Record> {
        self.records.iter().map(|record| &**record)
    }

    /// SHA-256 of the current records' canonical forms (`MODEL.md` §12); computed once.
    #[must_use]
    pub fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| {
            let mut digester = Digester::default();
            let mut line = Vec::with_capacity(256);
            for record in &self.records {
                line.clear();
                record.write_canonical(&mut line);
                line.push(b'\n');
                digester.add(&line);
            }
            digester.finish()
        })
    }

    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows { masses: &self.masses, findings: &self.findings, exemptions: &self.exemptions }
    }

    /// Score, interval, coverage and tier, without allocating (subjects of more than 16 incidents or policies of more
    /// than 32 criteria apart). `previous_tier` is the tier that the subject had; one that the policy does not know
    /// counts as none.
    // Compiled where it is called, so that a small build can still make this fast.
    #[inline]
    #[must_use]
    pub fn score(&self, as_of: Date, previous_tier: Option<&str>) -> Score<'_> {
        let policy = self.policy.compiled();
        let previous = previous_tier.and_then(|id| tier_of(&self.policy, id));
        let outcome = evaluate(policy, &self.rows(), as_of.days(), previous, &mut ());
        let standing = outcome.standing;
        Score {
            score: outcome.score,
            lower: standing.lower,
            upper: standing.upper,
            coverage: standing.coverage,
            tier: tier_id(&self.policy, outcome.tier),
        }
    }

    /// The whole assessment, explained.
    #[must_use]
    pub fn assess(&self, as_of: Date, previous_tier: Option<&str>) -> Assessment {
        Assessment::of(self, as_of, previous_tier)
    }
}

/// Looks a record's texts up in the policy.
fn resolve(policy: &Compiled, record: &Record) -> Resolved {
    let body = match &record.body {
        Body::Observation { passed, failed } => ResolvedBody::Mass { kind: RecordType::Observation, favourable: *passed, adverse: *failed },
        Body::Credit { thousandths } => ResolvedBody::Mass { kind: RecordType::Credit, favourable: *thousandths, adverse: 0 },
        Body::Finding { severity, status, reach, .. } => {
            ResolvedBody::Finding { severity: policy.severity(severity), status: *status, reach: *reach }
        }
        Body::Exemption => ResolvedBody::Exemption,
    };
    Resolved {
        withdrawn: record.withdrawn,
        class: policy.class(&record.source_class),
        in_context: record.context.as_deref().is_none_or(|context| policy.in_context(context)),
        slot: policy.slot(&record.criterion),
        body,
    }
}

/// The id of the tier in which nothing is earned or imposed.
pub(crate) const STANDARD: &str = "standard";
/// The id of the tier of a subject of whom too little is known.
pub(crate) const UNRATED: &str = "unrated";

/// The id of a tier.
pub(crate) fn tier_id(policy: &Policy, tier: Tier) -> &str {
    let tiers = &policy.document().tiers;
    match tier {
        Tier::Imposed(place) => tiers.imposed.get(usize::from(place)).map_or(STANDARD, |tier| &tier.id),
        Tier::Earned(place) => tiers.earned.get(usize::from(place)).map_or(STANDARD, |tier| &tier.id),
        Tier::Standard => STANDARD,
        Tier::Unrated => UNRATED,
    }
}

/// The tier of an id; `None` where the policy does not know it.
pub(crate) fn tier_of(policy: &Policy, id: &str) -> Option<Tier> {
    let tiers = &policy.document().tiers;
    match id {
        STANDARD => Some(Tier::Standard),
        UNRATED => Some(Tier::Unrated),
        _ => {
            let imposed = (0u16..).zip(&tiers.imposed).find(|(_, tier)| &*tier.id == id).map(|(place, _)| Tier::Imposed(place));
            imposed.or_else(|| (0u16..).zip(&tiers.earned).find(|(_, tier)| &*tier.id == id).map(|(place, _)| Tier::Earned(place)))
        }
    }
}
