//! What is valid in a policy and yet unwise.
//!
//! What a policy does is not read from its numbers but tried: subjects are made up (all that speaks for, all that speaks
//! against, one check, one finding) and put through the one formula.

use std::sync::Arc;

use serde::Serialize;

use crate::assessment::{PolicyName, Texts};
use crate::bound::tier_id;
use crate::codes::{Language, filled_tool};
use crate::count::{Resolved, ResolvedBody, Row};
use crate::digest::Digest;
use crate::estimate::Estimate;
use crate::finding::FindingRow;
use crate::json::{below, number, to_json};
use crate::mass::{Mass, MassKey, MassRow};
use crate::record::Status;
use crate::score::{ExemptionRow, Outcome, Rows, Watch, evaluate};
use crate::tier::Tier;

use super::Policy;
use super::compiled::{Compiled, CriterionRule};

/// As many checks of each source, and as many sources of each class, as the made-up subjects have.
const CHECKS: u32 = 1_000_000;
const SOURCES: u32 = 8;
/// The day on which they are assessed; any other gives the same.
const TODAY: i32 = 20_000;
/// A criterion is starved where all evidence together makes up less than this share of its mean.
const STARVED: f64 = 0.2;
/// A record that still weighs more than this share when it stops to count ends with a jump.
const CLIFF: f64 = 0.5;

/// A warning about a policy that is valid.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyWarning {
    /// The stable code.
    pub code: &'static str,
    /// The JSON path of what causes it.
    pub path: String,
    /// What its texts name.
    parameters: Vec<(&'static str, String)>,
}

impl PolicyWarning {
    fn text_of(&self, part: &str, language: Language) -> String {
        // Whatever else a text names may have a point in its name.
        let is_number = |name: &str| matches!(name, "most" | "needed" | "share");
        let value = |(name, value): &(&'static str, String)| (*name, if is_number(name) { language.decimal(value) } else { value.clone() });
        let parameters: Vec<(&str, String)> = self.parameters.iter().map(value).collect();
        let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        filled_tool(part, self.code, language, &parameters)
    }

    /// What is unwise.
    #[must_use]
    pub fn what(&self, language: Language) -> String {
        self.text_of("lint_what", language)
    }

    /// Why it is.
    #[must_use]
    pub fn why(&self, language: Language) -> String {
        self.text_of("lint_why", language)
    }

    /// What would remedy it.
    #[must_use]
    pub fn remedy(&self, language: Language) -> String {
        self.text_of("lint_remedy", language)
    }
}

impl Policy {
    /// What is valid in this policy and yet unwise, in the order of the document.
    #[must_use]
    pub fn lint(&self) -> Vec<PolicyWarning> {
        let mut lint = Lint { policy: self, compiled: self.compiled(), warnings: Vec::new() };
        lint.sources();
        lint.criteria();
        lint.credits();
        lint.findings();
        lint.earned();
        lint.imposed();
        lint.one_finding();
        lint.measures();
        lint.warnings
    }

    /// The warnings of [`Policy::lint`] as compact JSON, the same bytes in every language.
    #[must_use]
    pub fn lint_json(&self) -> String {
        let warnings = self.lint();
        let warning = |warning: &PolicyWarning| WarningDocument {
            code: warning.code,
            path: warning.path.clone(),
            what: Texts::of(|language| warning.what(language)),
            why: Texts::of(|language| warning.why(language)),
            remedy: Texts::of(|language| warning.remedy(language)),
        };
        to_json(&LintDocument {
            policy: PolicyName::of(self),
            policy_digest: self.digest(),
            warnings: warnings.iter().map(warning).collect(),
        })
    }
}

/// The JSON form of a lint: what is valid in a policy and yet unwise.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "PolicyLint"))]
pub(crate) struct LintDocument<'a> {
    policy: PolicyName<'a>,
    /// SHA-256 of the policy.
    policy_digest: Digest,
    /// The warnings, in the order of the document.
    warnings: Vec<WarningDocument>,
}

/// A warning about a policy that is valid.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "PolicyWarning"))]
struct WarningDocument {
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::warning_code"))]
    code: &'static str,
    /// The JSON path of what causes it.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^\$")))]
    path: String,
    /// What is unwise.
    what: Texts,
    /// Why it is.
    why: Texts,
    /// What would remedy it.
    remedy: Texts,
}

struct Lint<'a> {
    policy: &'a Policy,
    compiled: &'a Compiled,
    warnings: Vec<PolicyWarning>,
}

/// A made-up subject.
#[derive(Clone, Default)]
struct Subject {
    masses: Vec<MassRow>,
    findings: Vec<FindingRow>,
}

/// Keeps the estimates of the criteria.
#[derive(Default)]
struct Estimates(Vec<Estimate>);

impl Watch for Estimates {
    const EVERY: bool = true;

    fn criterion(&mut self, _: usize, _: &CriterionRule, _: f64, _: &Mass, estimate: &Estimate) {
        self.0.push(*estimate);
    }
}

fn place(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

impl Lint<'_> {
    fn warn(&mut self, code: &'static str, path: impl Into<String>, parameters: Vec<(&'static str, String)>) {
        self.warnings.push(PolicyWarning { code, path: path.into(), parameters });
    }

    /// Checks of the classes for which `from` holds, on everything; credits too where the checks hold.
    fn flood(&self, from: impl Fn(usize) -> bool, [passed, failed]: [u32; 2], sources: u32) -> Subject {
        let mut subject = Subject::default();
        for slot in 0..self.compiled.slots.len() {
            let is_criterion = self.compiled.is_criterion(place(slot));
            for class in (0..self.compiled.classes.len()).filter(|&class| from(class)) {
                if !is_criterion && passed == 0 {
                    continue;
                }
                let failed = if is_criterion { failed } else { 0 };
                let row = |source| MassRow {
                    key: MassKey::new(place(slot), place(class), source),
                    day: TODAY,
                    favourable: passed,
                    adverse: failed,
                };
                subject.masses.extend((0..sources).map(row));
            }
        }
        subject
    }

    fn evaluate<W: Watch>(&self, subject: &Subject, watch: &mut W) -> Outcome {
        let exemptions: [ExemptionRow; 0] = [];
        let rows = Rows { masses: &subject.masses, findings: &subject.findings, exemptions: &exemptions };
        evaluate(self.compiled, &rows, TODAY, None, watch)
    }

    fn tier(&self, subject: &Subject) -> Tier {
        self.evaluate(subject, &mut ()).tier
    }

    fn title(&self, tier: Tier) -> String {
        tier_id(self.policy, tier).to_owned()
    }

    /// The finding of today that a class may file, as it counts; `None` where it may not.
    fn finding(&self, severity: usize) -> Option<FindingRow> {
        (0..self.compiled.classes.len()).find_map(|class| {
            let body = ResolvedBody::Finding { severity: Some(place(severity)), status: Status::Upheld, reach: 0 };
            let record = Resolved { withdrawn: false, class: Some(place(class)), in_context: true, slot: Some(0), body };
            match crate::count::row(self.compiled, &record) {
                Ok(Row::Finding { criterion, class, severity: counted, status, reach_factor }) if usize::from(counted) == severity => {
                    Some(FindingRow { incident: 0, day: TODAY, record: 0, criterion, class, severity: counted, status, reach_factor })
                }
                _ => None,
            }
        })
    }

    fn sources(&mut self) {
        let classes = &self.policy.document().sources;
        if classes.iter().all(|(_, class)| class.reliability <= 0.0) {
            self.warn("no-class-weighs", "$.sources", Vec::new());
            return;
        }
        if classes.iter().all(|(_, class)| class.adjudicates.is_none()) {
            self.warn("nobody-adjudicates", "$.sources", Vec::new());
        }
        // How much each sector could say at most, as the caps and reliabilities leave it.
        let sectors = self.compiled.sectors.clone();
        let mut most: Vec<(Arc<str>, f64)> = Vec::new();
        for (n, sector) in sectors.iter().enumerate() {
            let of_sector = |class: usize| self.compiled.classes.get(class).is_some_and(|class| class.sector == Some(place(n)));
            let mut sum = SectorSum::default();
            self.evaluate(&self.flood(of_sector, [CHECKS, 0], SOURCES), &mut sum);
            most.push((sector.clone(), sum.0));
        }
        let all: f64 = most.iter().map(|(_, mass)| mass).sum();
        let majority = most.iter().find(|(_, mass)| most.len() > 1 && *mass > 0.5 * all);
        if let Some((sector, mass)) = majority {
            let share = format!("{:.0}", 100.0 * mass / all);
            self.warn("sector-decides", "$.sources", vec![("sector", sector.to_string()), ("share", share)]);
        }
        if sectors.len() == 1 {
            self.warn("one-sector", "$.sources", vec![("sector", sectors.first().map_or_else(String::new, |sector| sector.to_string()))]);
        }
    }

    fn criteria(&mut self) {
        let document = self.policy.document();
        let mut estimates = Estimates::default();
        self.evaluate(&self.flood(|_| true, [CHECKS, 0], SOURCES), &mut estimates);
        let horizon = document.horizon_days;
        let mut warnings = Vec::new();
        let mut estimates = estimates.0.into_iter();
        for (n, pillar) in document.pillars.iter().enumerate() {
            for (m, criterion) in pillar.criteria.iter().enumerate() {
                let path = format!("$.pillars[{n}].criteria[{m}]");
                let id = criterion.id.to_string();
                let coverage = estimates.next().map_or(0.0, |estimate| estimate.coverage);
                if coverage <= 0.0 {
                    warnings.push(("criterion-unfed", path.clone(), vec![("id", id.clone())]));
                } else if coverage < STARVED {
                    let share = format!("{:.0}", coverage * 100.0);
                    warnings.push(("criterion-starved", below(&path, "class_cap"), vec![("id", id.clone()), ("share", share)]));
                }
                if criterion.source_cap > criterion.class_cap {
                    warnings.push(("source-cap-idle", below(&path, "source_cap"), vec![("id", id.clone())]));
                }
                if let Some(slot) = self.compiled.slot(&criterion.id).and_then(|slot| self.compiled.slots.get(usize::from(slot))) {
                    let left = slot.decay.factor(i32::try_from(horizon.saturating_sub(1)).unwrap_or(i32::MAX));
                    if left > CLIFF {
                        let share = format!("{:.0}", left * 100.0);
                        let parameters = vec![("id", id), ("share", share), ("days", horizon.to_string())];
                        warnings.push(("cliff", below(&path, "half_life_days"), parameters));
                    }
                }
            }
        }
        for (code, path, parameters) in warnings {
            self.warn(code, path, parameters);
        }
        // Whether next to nothing rates a subject.
        let rates = |class: usize, slot: usize| {
            let key = MassKey::new(place(slot), place(class), 0);
            let subject = Subject { masses: vec![MassRow { key, day: TODAY, favourable: 1, adverse: 0 }], findings: Vec::new() };
            self.tier(&subject) != Tier::Unrated
        };
        if (0..self.compiled.classes.len()).any(|class| (0..self.compiled.criteria.len()).any(|slot| rates(class, slot))) {
            self.warn("one-check-rates", "$.tiers.rated_coverage", Vec::new());
        }
    }

    fn credits(&mut self) {
        let credits = &self.policy.document().credits;
        let idle: Vec<(usize, String)> =
            credits.iter().enumerate().filter(|(_, credit)| credit.max <= 0.0).map(|(n, credit)| (n, credit.id.to_string())).collect();
        for (n, id) in idle {
            self.warn("credit-void", format!("$.credits[{n}].max"), vec![("id", id)]);
        }
    }

    fn findings(&mut self) {
        let findings = &self.policy.document().findings;
        let mut warnings = Vec::new();
        let anybody = self.policy.document().sources.iter().any(|(_, class)| class.adjudicates.is_some());
        for (n, severity) in findings.severities.iter().enumerate() {
            let path = format!("$.findings.severities[{n}]");
            let id = severity.id.to_string();
            if anybody && self.finding(n).is_none() {
                warnings.push(("severity-unfindable", path.clone(), vec![("id", id.clone())]));
            }
            if severity.in_force_days > severity.expires_days {
                let parameters = vec![("id", id.clone()), ("days", severity.expires_days.to_string())];
                warnings.push(("in-force-expired", below(&path, "in_force_days"), parameters));
            }
            let last = i32::try_from(severity.expires_days.saturating_sub(1)).unwrap_or(i32::MAX);
            let left = self.compiled.severities.get(n).map_or(0.0, |rule| rule.decay.factor(last));
            if left > CLIFF {
                let share = format!("{:.0}", left * 100.0);
                let parameters = vec![("id", id.clone()), ("share", share), ("days", severity.expires_days.to_string())];
                warnings.push(("cliff", below(&path, "half_life_days"), parameters));
            }
            if let Some(before) = n.checked_sub(1).and_then(|before| findings.severities.get(before))
                && before.weight.total_cmp(&severity.weight).is_eq()
                && before.in_force_days == severity.in_force_days
            {
                warnings.push(("severities-alike", below(&path, "weight"), vec![("id", id), ("other", before.id.to_string())]));
            }
        }
        if findings.statuses.remedied.factor >= 1.0 {
            warnings.push(("remedy-unrewarded", "$.findings.statuses.remedied.factor".to_owned(), Vec::new()));
        }
        for (code, path, parameters) in warnings {
            self.warn(code, path, parameters);
        }
    }

    fn earned(&mut self) {
        let tiers = &self.policy.document().tiers;
        let best = self.evaluate(&self.flood(|_| true, [CHECKS, 0], SOURCES), &mut ()).standing;
        let mut warnings = Vec::new();
        for (n, (tier, rule)) in tiers.earned.iter().zip(&self.compiled.earned).enumerate() {
            let path = format!("$.tiers.earned[{n}]");
            let id = tier.id.to_string();
            let lacks = best.lacks(self.compiled, None, place(n), rule);
            if lacks.bound || lacks.sectors || lacks.support {
                let field = if lacks.bound { "lower_at_least" } else { "sectors_at_least" };
                let parameters = vec![("id", id.clone()), ("most", best.lower.to_string()), ("sectors", best.favourable.to_string())];
                warnings.push(("tier-unreachable", below(&path, field), parameters));
                continue;
            }
            if let Some(before) = n.checked_sub(1).and_then(|before| tiers.earned.get(before)) {
                let same = before.lower_at_least.total_cmp(&tier.lower_at_least).is_eq()
                    && before.sectors_at_least == tier.sectors_at_least
                    && before.barred_by == tier.barred_by;
                if same {
                    warnings.push(("tier-shadowed", path.clone(), vec![("id", id.clone()), ("other", before.id.to_string())]));
                } else if before.lower_at_least - tiers.hysteresis < tier.lower_at_least && before.lower_at_least > tier.lower_at_least {
                    let parameters = vec![("id", before.id.to_string()), ("other", id.clone())];
                    warnings.push(("hysteresis-spans", "$.tiers.hysteresis".to_owned(), parameters));
                }
            }
            // One sector alone, with everything that it can say.
            let alone = (0..self.compiled.sectors.len()).find(|&sector| {
                let of_sector = |class: usize| self.compiled.classes.get(class).is_some_and(|class| class.sector == Some(place(sector)));
                matches!(self.tier(&self.flood(of_sector, [CHECKS, 0], SOURCES)), Tier::Earned(reached) if usize::from(reached) <= n)
            });
            if let Some(sector) = alone.and_then(|sector| self.compiled.sectors.get(sector)) {
                let parameters = vec![("id", id), ("sector", sector.to_string())];
                warnings.push(("one-sector-earns", below(&path, "sectors_at_least"), parameters));
            }
        }
        let overlap = tiers.imposed.iter().enumerate().find_map(|(n, imposed)| {
            let earned = tiers.earned.iter().find(|earned| imposed.upper_below > earned.lower_at_least)?;
            Some((n, vec![("id", imposed.id.to_string()), ("other", earned.id.to_string())]))
        });
        if let Some((n, parameters)) = overlap {
            warnings.push(("tiers-overlap", format!("$.tiers.imposed[{n}].upper_below"), parameters));
        }
        for (code, path, parameters) in warnings {
            self.warn(code, path, parameters);
        }
    }

    fn imposed(&mut self) {
        let worst = self.evaluate(&self.flood(|_| true, [0, CHECKS], SOURCES), &mut ()).standing;
        let gravest = (0..self.compiled.severities.len()).rev().find(|&severity| self.finding(severity).is_some());
        let mut warnings = Vec::new();
        let tiers = &self.policy.document().tiers;
        for (n, (tier, rule)) in tiers.imposed.iter().zip(&self.compiled.imposed).enumerate() {
            let path = format!("$.tiers.imposed[{n}]");
            let id = tier.id.to_string();
            let by_evidence = worst.is_below(self.compiled, None, place(n), rule);
            let by_finding = gravest.is_some_and(|gravest| gravest >= usize::from(rule.in_force_at_least));
            if !by_evidence && !by_finding {
                warnings.push((
                    "tier-unreachable",
                    path.clone(),
                    vec![("id", id.clone()), ("most", worst.upper.to_string()), ("sectors", worst.adverse.to_string())],
                ));
            } else if !by_evidence {
                let parameters = vec![("id", id.clone()), ("most", worst.upper.to_string()), ("needed", number(tier.upper_below))];
                warnings.push(("evidence-never-imposes", below(&path, "upper_below"), parameters));
            }
            let alone = (0..self.compiled.sectors.len()).find(|&sector| {
                let of_sector = |class: usize| self.compiled.classes.get(class).is_some_and(|class| class.sector == Some(place(sector)));
                matches!(self.tier(&self.flood(of_sector, [0, CHECKS], SOURCES)), Tier::Imposed(reached) if usize::from(reached) <= n)
            });
            if let Some(sector) = alone.and_then(|sector| self.compiled.sectors.get(sector)) {
                let parameters = vec![("id", id), ("sector", sector.to_string())];
                warnings.push(("one-sector-imposes", below(&path, "sectors_at_least"), parameters));
            }
        }
        for (code, path, parameters) in warnings {
            self.warn(code, path, parameters);
        }
    }

    /// One finding of the least severity, against a subject for whom everything else speaks.
    fn one_finding(&mut self) {
        let Some(finding) = self.finding(0) else { return };
        let severity = self.policy.document().findings.severities.first().map_or_else(String::new, |severity| severity.id.to_string());
        for (subject, code) in [(self.flood(|_| true, [CHECKS, 0], SOURCES), "minor-bars"), (Subject::default(), "minor-imposes")] {
            let before = self.tier(&subject);
            let after = self.tier(&Subject { findings: vec![finding], ..subject });
            let crossed = before.rank(self.compiled).saturating_sub(after.rank(self.compiled));
            if crossed == 0 {
                continue;
            }
            let path = match after {
                Tier::Imposed(n) => format!("$.tiers.imposed[{n}].in_force_at_least"),
                _ => match before {
                    Tier::Earned(n) => format!("$.tiers.earned[{n}].barred_by"),
                    _ => "$.tiers".to_owned(),
                },
            };
            let parameters = vec![("severity", severity.clone()), ("from", self.title(before)), ("to", self.title(after))];
            self.warn(code, path, parameters);
        }
    }

    fn measures(&mut self) {
        let mut estimates = Estimates::default();
        self.evaluate(&self.flood(|_| true, [0, CHECKS], SOURCES), &mut estimates);
        let document = self.policy.document();
        let mut warnings = Vec::new();
        for (n, measure) in document.measures.iter().enumerate() {
            if let super::Condition::CriterionUpperBelow { criterion, value } = &measure.when
                && let Some(estimate) = self.compiled.slot(criterion).and_then(|slot| estimates.0.get(usize::from(slot)))
                && 100.0 * estimate.upper >= *value
            {
                let parameters = vec![
                    ("id", measure.id.to_string()),
                    ("criterion", criterion.to_string()),
                    ("most", format!("{:.1}", 100.0 * estimate.upper)),
                ];
                warnings.push(("measure-unreachable", format!("$.measures[{n}].when.criterion_upper_below.value"), parameters));
            }
        }
        for (code, path, parameters) in warnings {
            self.warn(code, path, parameters);
        }
    }
}

/// The favourable mass of all criteria.
#[derive(Default)]
struct SectorSum(f64);

impl Watch for SectorSum {
    const EVERY: bool = true;

    fn criterion(&mut self, _: usize, _: &CriterionRule, weight: f64, mass: &Mass, _: &Estimate) {
        self.0 += weight * mass.favourable;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::{Language, Policy};

    fn codes(policy: &Policy) -> Vec<(&'static str, String)> {
        policy.lint().into_iter().map(|warning| (warning.code, warning.path)).collect()
    }

    fn with(from: &str, to: &str) -> Vec<(&'static str, String)> {
        let text = Policy::reference_json();
        assert!(text.contains(from), "{from}");
        codes(&Policy::from_json(&text.replacen(from, to, 1)).unwrap())
    }

    #[test]
    fn the_reference_policy_has_one_warning() {
        assert_eq!(codes(&Policy::reference()), [("minor-bars", "$.tiers.earned[0].barred_by".to_owned())]);
    }

    #[test]
    fn each_unwise_change_is_named() {
        for (code, from, to) in [
            (
                "minor-imposes",
                r#""sectors_at_least": 2, "in_force_at_least": "serious""#,
                r#""sectors_at_least": 2, "in_force_at_least": "minor""#,
            ),
            ("one-sector-imposes", r#""upper_below": 50.0, "sectors_at_least": 2"#, r#""upper_below": 50.0, "sectors_at_least": 1"#),
            ("one-sector-earns", r#""lower_at_least": 65.0, "sectors_at_least": 2"#, r#""lower_at_least": 65.0, "sectors_at_least": 1"#),
            ("tier-unreachable", r#""lower_at_least": 80.0"#, r#""lower_at_least": 99.9"#),
            ("hysteresis-spans", r#""hysteresis": 2.0"#, r#""hysteresis": 20"#),
            ("tiers-overlap", r#""upper_below": 50.0"#, r#""upper_below": 70"#),
            ("one-check-rates", r#""rated_coverage": 0.25"#, r#""rated_coverage": 0.01"#),
            (
                "criterion-starved",
                r#""strength": 10}, "half_life_days": 180, "source_cap": 60, "class_cap": 120"#,
                r#""strength": 10}, "half_life_days": 180, "source_cap": 0.1, "class_cap": 0.2"#,
            ),
            ("source-cap-idle", r#""source_cap": 60, "class_cap": 120"#, r#""source_cap": 600, "class_cap": 120"#),
            ("cliff", r#""horizon_days": 1095"#, r#""horizon_days": 90"#),
            ("in-force-expired", r#""expires_days": 365,  "in_force_days": 30"#, r#""expires_days": 365,  "in_force_days": 400"#),
            ("remedy-unrewarded", r#""remedied": {"factor": 0.5"#, r#""remedied": {"factor": 1"#),
            ("measure-unreachable", r#""criterion": "ad-disclosure", "value": 50.0"#, r#""criterion": "ad-disclosure", "value": 0.5"#),
            ("evidence-never-imposes", r#""upper_below": 35.0"#, r#""upper_below": 0.1"#),
            ("credit-void", r#""max": 0.02"#, r#""max": 0"#),
            (
                "severities-alike",
                r#""id": "moderate", "weight": 0.10, "half_life_days": 365,  "expires_days": 730,  "in_force_days": 90"#,
                r#""id": "moderate", "weight": 0.03, "half_life_days": 365,  "expires_days": 730,  "in_force_days": 30"#,
            ),
        ] {
            let found = with(from, to);
            assert!(found.iter().any(|(found, _)| *found == code), "{code}: {found:?}");
        }
    }

    #[test]
    fn classes_that_weigh_or_decide_nothing_are_named() {
        let mut document: serde_json::Value = serde_json::from_str(Policy::reference_json()).unwrap();
        let mut merged = document.clone();
        merged["sources"]["platform"]["sector"] = "state".into();
        merged["sources"]["alliance"]["sector"] = "state".into();
        let found = codes(&Policy::from_json(&merged.to_string()).unwrap());
        assert!(found.contains(&("sector-decides", "$.sources".to_owned())), "{found:?}");
        for class in document["sources"].as_object_mut().unwrap().values_mut() {
            if class["adjudicates"] == "critical" {
                class["adjudicates"] = "serious".into();
            }
        }
        let found = codes(&Policy::from_json(&document.to_string()).unwrap());
        assert!(found.contains(&("severity-unfindable", "$.findings.severities[3]".to_owned())), "{found:?}");
        for class in document["sources"].as_object_mut().unwrap().values_mut() {
            class["adjudicates"] = serde_json::Value::Null;
        }
        let found = codes(&Policy::from_json(&document.to_string()).unwrap());
        assert!(found.contains(&("nobody-adjudicates", "$.sources".to_owned())), "{found:?}");
        for class in document["sources"].as_object_mut().unwrap().values_mut() {
            class["reliability"] = 0.into();
        }
        let found = codes(&Policy::from_json(&document.to_string()).unwrap());
        assert!(found.contains(&("no-class-weighs", "$.sources".to_owned())), "{found:?}");
        assert_eq!(found.iter().filter(|(code, _)| *code == "criterion-unfed").count(), 14, "{found:?}");
    }

    #[test]
    fn every_policy_can_be_linted_and_every_warning_has_texts() {
        for seed in 0..60 {
            let policy = crate::random::policy(seed);
            for warning in policy.lint() {
                for language in Language::ALL {
                    for text in [warning.what(language), warning.why(language), warning.remedy(language)] {
                        assert!(!text.is_empty() && text != warning.code, "{warning:?}");
                    }
                }
                let document: serde_json::Value = serde_json::from_str(policy.canonical()).unwrap();
                let pointer = warning.path.trim_start_matches('$').replace(['.', '['], "/").replace(']', "");
                assert!(document.pointer(&pointer).is_some(), "{}", warning.path);
            }
            assert!(serde_json::from_str::<serde_json::Value>(&policy.lint_json()).is_ok());
        }
    }
}
