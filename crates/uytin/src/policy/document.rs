//! The policy document: the types of its JSON form, with the ranges of `MODEL.md` §13 in their schema.

use std::sync::Arc;

use serde::Serialize;

macro_rules! document {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {
        $(
            #[derive(Clone, Debug, PartialEq, Serialize)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            $(#[$doc])*
            #[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
            pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
        )*
    };
}

document! {
    /// The document that fixes every number of the model.
    pub struct PolicyDocument {
        /// The policy's name.
        name: String,
        /// The policy's version; another number anywhere is another version.
        version: String,
        /// What to call it.
        title: Text,
        /// What every surface that shows a score says.
        notice: Text,
        /// What the assessment is for, and so what its records may be used for.
        purpose: String,
        /// Where conduct may take place to be looked at; a record from elsewhere is set aside.
        contexts: Vec<String>,
        /// Nominal confidence of the interval: 0.80, 0.90, 0.95 or 0.99.
        #[cfg_attr(feature = "schema", schemars(extend("enum" = [0.8, 0.9, 0.95, 0.99])))]
        confidence: f64,
        /// Age in days from which a record that is no finding does not count.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 36500)))]
        horizon_days: u32,
        /// Days from `as_of` for which an assessment is valid.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 36500)))]
        validity_days: u32,
        /// The source classes, by id, in the order of the document.
        #[serde(serialize_with = "as_map")]
        #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, SourceClass>"))]
        sources: Vec<(Arc<str>, SourceClass)>,
        /// The pillars.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        pillars: Vec<Pillar>,
        /// Conduct beyond duty that fills headroom.
        credits: Vec<Credit>,
        /// What violations cost.
        findings: Findings,
        /// Tiers and what they need.
        tiers: Tiers,
        /// Measures that may be proposed.
        measures: Vec<MeasureRule>,
    }

    /// One text in the languages of the Program.
    pub struct Text {
        /// English.
        en: String,
        /// Vietnamese.
        vi: String,
    }

    /// What kind of body a source is.
    pub struct SourceClass {
        /// Which side of society it is; null for those with a stake or without judgement.
        sector: Option<Arc<str>>,
        /// What its word weighs, in [0, 1].
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
        reliability: f64,
        /// The gravest severity it may find; null where it may find none.
        adjudicates: Option<Arc<str>>,
    }

    /// One of the sides from which conduct is seen.
    pub struct Pillar {
        /// Unique among the pillars.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        id: Arc<str>,
        /// Its weight among the pillars.
        #[cfg_attr(feature = "schema", schemars(range(max = 1_000_000), extend("exclusiveMinimum" = 0)))]
        weight: f64,
        /// What to call it.
        title: Text,
        /// Its criteria.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        criteria: Vec<Criterion>,
    }

    /// One kind of check.
    pub struct Criterion {
        /// Unique among criteria and credits.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        id: Arc<str>,
        /// Whether it may not apply to a subject at all.
        #[cfg_attr(feature = "schema", schemars(default))]
        exemptable: bool,
        /// Its weight within the pillar.
        #[cfg_attr(feature = "schema", schemars(range(max = 1_000_000), extend("exclusiveMinimum" = 0)))]
        weight: f64,
        /// What is held of a subject of whom nothing is known.
        prior: Prior,
        /// Days after which a check weighs half.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 36500)))]
        half_life_days: u32,
        /// The most mass that one source carries, in checks.
        #[cfg_attr(feature = "schema", schemars(range(max = 1_000_000), extend("exclusiveMinimum" = 0)))]
        source_cap: f64,
        /// The most mass that one source class carries, in checks.
        #[cfg_attr(feature = "schema", schemars(range(max = 1_000_000), extend("exclusiveMinimum" = 0)))]
        class_cap: f64,
        /// What to call it.
        title: Text,
        /// Laws and texts that it rests on.
        #[cfg_attr(feature = "schema", schemars(default))]
        basis: Vec<String>,
    }

    /// What is held of a subject of whom nothing is known.
    pub struct Prior {
        /// The share of checks that hold, strictly between 0 and 1.
        #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1)))]
        mean: f64,
        /// How many checks that belief is worth.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.01, max = 1_000_000)))]
        strength: f64,
    }

    /// Conduct beyond duty.
    pub struct Credit {
        /// Unique among criteria and credits.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        id: Arc<str>,
        /// The greatest share of the headroom that it fills; all together at most 0.25.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 0.25)))]
        max: f64,
        /// The mass that fills half of that.
        #[cfg_attr(feature = "schema", schemars(range(max = 1_000_000), extend("exclusiveMinimum" = 0)))]
        half_mass: f64,
        /// Days after which it weighs half.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 36500)))]
        half_life_days: u32,
        /// The most mass that one source carries.
        #[cfg_attr(feature = "schema", schemars(range(max = 1_000_000), extend("exclusiveMinimum" = 0)))]
        source_cap: f64,
        /// The most mass that one source class carries.
        #[cfg_attr(feature = "schema", schemars(range(max = 1_000_000), extend("exclusiveMinimum" = 0)))]
        class_cap: f64,
        /// What to call it.
        title: Text,
        /// Texts that it rests on.
        #[cfg_attr(feature = "schema", schemars(default))]
        basis: Vec<String>,
    }

    /// What violations cost.
    pub struct Findings {
        /// From least to gravest.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        severities: Vec<Severity>,
        /// What the statuses between allegation and decision weigh.
        statuses: Statuses,
        /// Bands of reach, ascending from 0.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        reach: Vec<ReachBand>,
        /// What repetition adds.
        repeat: Repeat,
        /// The most that one incident may cost, as a share of the score.
        #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1)))]
        max_weight: f64,
    }

    /// How grave a violation is.
    pub struct Severity {
        /// Unique among the severities.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        id: Arc<str>,
        /// The share of the score that it costs when fresh.
        #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1)))]
        weight: f64,
        /// Days after which it weighs half.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 36500)))]
        half_life_days: u32,
        /// Age in days from which it does not count.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 36500)))]
        expires_days: u32,
        /// Age in days from which it is not in force.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 36500)))]
        in_force_days: u32,
        /// What to call it.
        title: Text,
    }

    /// What the statuses between allegation and decision weigh.
    #[serde(rename_all = "kebab-case")]
    pub struct Statuses {
        /// Decided and contested.
        under_appeal: StatusRule,
        /// Decided and made good.
        remedied: StatusRule,
    }

    /// What a status weighs.
    pub struct StatusRule {
        /// Share of the weight, in [0, 1].
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
        factor: f64,
        /// Whether such a finding is in force.
        in_force: bool,
    }

    /// From how many people on a violation costs more.
    pub struct ReachBand {
        /// People who saw it.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 9_007_199_254_740_991u64)))]
        from: u64,
        /// The factor, from 1 to 100.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
        factor: f64,
    }

    /// What repetition adds.
    pub struct Repeat {
        /// How old an earlier incident may be.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 36500)))]
        window_days: u32,
        /// Factor by the number of other incidents; the last one for more.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        factors: Vec<f64>,
    }

    /// Tiers and what they need.
    pub struct Tiers {
        /// Least coverage of a subject that is rated.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.01, max = 1)))]
        rated_coverage: f64,
        /// Least mass of a sector that counts.
        #[cfg_attr(feature = "schema", schemars(range(min = 0.1, max = 1_000_000)))]
        sector_mass: f64,
        /// Points by which a tier is harder to leave than to reach; at most one decimal.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
        hysteresis: f64,
        /// Best first.
        earned: Vec<EarnedTier>,
        /// Worst first.
        imposed: Vec<ImposedTier>,
    }

    /// A tier that evidence earns.
    pub struct EarnedTier {
        /// Unique among the tiers; not `standard` or `unrated`.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        id: Arc<str>,
        /// Least lower bound, in points with at most one decimal.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
        lower_at_least: f64,
        /// Least number of sectors whose evidence is favourable.
        #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
        sectors_at_least: u32,
        /// The least severity in force that bars it.
        barred_by: Arc<str>,
        /// What to call it.
        title: Text,
    }

    /// A tier that evidence or findings impose.
    pub struct ImposedTier {
        /// Unique among the tiers; not `standard` or `unrated`.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        id: Arc<str>,
        /// Upper bound below which it is imposed, in points with at most one decimal.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
        upper_below: f64,
        /// Number of sectors whose evidence must then be adverse.
        #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
        sectors_at_least: u32,
        /// The least severity in force that imposes it.
        in_force_at_least: Arc<str>,
        /// What to call it.
        title: Text,
    }

    /// A measure that may be proposed.
    pub struct MeasureRule {
        /// Unique among the measures.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        id: Arc<str>,
        /// Its condition.
        when: Condition,
        /// What to call it.
        title: Text,
        /// Texts that it rests on.
        #[cfg_attr(feature = "schema", schemars(default))]
        basis: Vec<String>,
    }
}

/// When a measure is proposed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// That imposed tier, or a worse one.
    TierImposed(Arc<str>),
    /// The upper bound of a criterion, in points, lies below the value.
    CriterionUpperBelow {
        /// The criterion.
        criterion: Arc<str>,
        /// Points with at most one decimal.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
        value: f64,
    },
    /// A finding is in force.
    FindingInForce {
        /// Of this severity or a graver one.
        severity_at_least: Arc<str>,
        /// On one of these criteria; on any where empty.
        criteria: Vec<Arc<str>>,
    },
}

impl PolicyDocument {
    /// Every criterion with its pillar's place, in policy order.
    pub fn criteria(&self) -> impl Iterator<Item = (usize, &Criterion)> {
        self.pillars.iter().enumerate().flat_map(|(n, pillar)| pillar.criteria.iter().map(move |criterion| (n, criterion)))
    }
}

fn as_map<S: serde::Serializer>(sources: &[(Arc<str>, SourceClass)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(sources.iter().map(|(id, class)| (id, class)))
}
