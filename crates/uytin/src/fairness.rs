//! Fairness: what scores, coverage, tiers and restrictions are in each group of a population, beside everybody else.
//!
//! A group is any column of the caller's: a region, a language, a kind of creator. The model never sees it. Means of scores are
//! of rated subjects alone, since the score of the others is the prior's. A subject is *restricted* where its tier is an
//! imposed one; where the caller knows how subjects turned out, a *false restriction* is one of a subject that turned out
//! well. Intervals hold 95 %, by subject: by bootstrap up to [`BOOTSTRAP_MOST`] subjects, beyond by the normal
//! approximation, which is as good there and needs sums alone; rates of which all or none are so have the intervals of Wilson and
//! Newcombe. Figures of fewer subjects than a group must have are not given.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::bound::UNRATED;
use crate::digest::Digest;
use crate::draw::Draw;
use crate::error::{Code, Error, Fault, quote};
use crate::json::to_json;
use crate::policy::Policy;
use crate::resample::{Estimated, counts, interval, nine};

/// Up to so many subjects intervals are by bootstrap.
pub const BOOTSTRAP_MOST: usize = 5000;

/// One subject.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member<'a> {
    /// Its group.
    pub group: &'a str,
    /// Its score in points; looked at only where it is rated.
    pub score: f64,
    /// Its coverage, in [0, 1].
    pub coverage: f64,
    /// Its tier's id.
    pub tier: &'a str,
    /// Whether it turned out well, where the caller knows.
    pub outcome: Option<bool>,
}

/// How to compare groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FairnessSettings {
    /// Smaller groups are counted, but have no figures of their own.
    pub least: usize,
    /// Draws bootstrap replicates.
    pub seed: u64,
    /// Bootstrap replicates.
    pub replicates: usize,
}

impl Default for FairnessSettings {
    /// Groups of at least 10, seed 1, 1,000 replicates.
    fn default() -> Self {
        Self { least: 10, seed: 1, replicates: 1000 }
    }
}

/// A figure of a group, and how far it is from that of everybody else.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Figure {
    /// What it is: `score`, `coverage`, `restricted`, `false-restriction`, `missed-restriction`, or `tier:` and a tier's id.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = "^(score|coverage|restricted|false-restriction|missed-restriction|tier:.+)$"))
    )]
    pub of: String,
    /// Subjects that it is of.
    pub subjects: u64,
    /// Its mean: points, a share, or a rate.
    pub mean: Estimated,
    /// The mean less that of all other groups together.
    pub gap: Estimated,
    /// Whether the gap's interval excludes 0; `null` where there is none.
    pub differs: Option<bool>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupReport {
    /// The group.
    pub group: String,
    /// Its subjects.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub subjects: u64,
    /// Those of them that are rated.
    pub rated: u64,
    /// Why it has no figures: `one-subject`, `too-small`; else null.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::group_caution"))]
    pub caution: Option<&'static str>,
    /// Its figures.
    pub figures: Vec<Figure>,
}

/// Groups side by side.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Fairness"))]
pub struct FairnessReport {
    /// The policy's name,
    pub policy: String,
    /// its version
    pub version: String,
    /// and digest.
    pub digest: Digest,
    /// What the policy says beside every score.
    pub notice: String,
    /// Subjects in all groups.
    pub subjects: u64,
    /// Subjects whose outcome is known.
    pub outcomes: u64,
    /// Smaller groups have no figures.
    pub least: usize,
    /// `bootstrap` or `normal`.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::intervals"))]
    pub intervals: &'static str,
    /// Why groups cannot be compared: `no-subjects`, `one-group`; else null.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::fairness_caution"))]
    pub caution: Option<&'static str>,
    /// Group after group, by name.
    pub groups: Vec<GroupReport>,
}

impl FairnessReport {
    /// Compact JSON in a fixed order, numbers in the form of RFC 8785, reals to nine decimals.
    #[must_use]
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}

/// Number, sum and sum of squares of the subjects that a figure is of.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    n: f64,
    sum: f64,
    squares: f64,
}

impl Sums {
    fn add(&mut self, value: f64, weight: f64) {
        self.n += weight;
        self.sum += weight * value;
        self.squares += weight * value * value;
    }

    fn less(&self, other: &Self) -> Self {
        Self { n: self.n - other.n, sum: self.sum - other.sum, squares: self.squares - other.squares }
    }

    fn mean(&self) -> Option<f64> {
        (self.n > 0.5).then(|| self.sum / self.n)
    }

    /// Whether all values, which are 0 or 1, are the same.
    fn is_alike(&self) -> bool {
        self.sum < 0.5 || self.n - self.sum < 0.5
    }

    /// The squared standard error of the mean.
    fn error2(&self) -> Option<f64> {
        let mean = self.mean()?;
        (self.n > 1.5).then(|| (self.squares / self.n - mean * mean).max(0.0) / (self.n - 1.0))
    }
}

/// The values of one subject, by figure; `None` where the figure is not of it.
type Values = Vec<Option<f64>>;

/// Collects subjects, as many as there are, in memory that does not grow with them.
#[derive(Debug)]
pub struct Fairness {
    policy: Policy,
    settings: FairnessSettings,
    /// The names of the figures.
    names: Vec<String>,
    imposed: Vec<String>,
    groups: BTreeMap<String, Group>,
    /// Every subject's group and values, until there are too many for the bootstrap.
    kept: Option<Vec<(u32, Values)>>,
    outcomes: u64,
}

#[derive(Debug)]
struct Group {
    place: u32,
    subjects: u64,
    rated: u64,
    sums: Vec<Sums>,
}

/// The figures from here on are rates of 0 and 1; those before are not.
const FIRST_RATE: usize = 2;
const NORMAL_95: f64 = 1.959_963_984_540_054;

impl Fairness {
    /// No subjects yet.
    #[must_use]
    pub fn new(policy: &Policy, settings: FairnessSettings) -> Self {
        let tiers = &policy.document().tiers;
        let imposed: Vec<String> = tiers.imposed.iter().map(|tier| tier.id.to_string()).collect();
        let ids = tiers.earned.iter().map(|tier| tier.id.to_string()).chain(["standard".into(), "unrated".into()]);
        let ids = ids.chain(imposed.iter().rev().cloned());
        let plain = ["score", "coverage", "restricted", "false-restriction", "missed-restriction"].map(String::from);
        let names = plain.into_iter().chain(ids.map(|id| format!("tier:{id}"))).collect();
        let policy = policy.clone();
        Self { policy, settings, names, imposed, groups: BTreeMap::new(), kept: Some(Vec::new()), outcomes: 0 }
    }

    /// Adds a subject.
    pub fn add(&mut self, member: &Member<'_>) {
        let is_rated = member.tier != "unrated";
        let is_restricted = self.imposed.iter().any(|id| id == member.tier);
        let rate = |holds: bool| if holds { 1.0 } else { 0.0 };
        let turned_out = |well: bool| member.outcome == Some(well);
        let values: Values = self
            .names
            .iter()
            .map(|name| match name.as_str() {
                "score" => is_rated.then_some(member.score),
                "coverage" => Some(member.coverage),
                "restricted" => Some(rate(is_restricted)),
                "false-restriction" => turned_out(true).then(|| rate(is_restricted)),
                "missed-restriction" => turned_out(false).then(|| rate(!is_restricted)),
                tier => Some(rate(tier.strip_prefix("tier:") == Some(member.tier))),
            })
            .map(|value| value.filter(|value| value.is_finite()))
            .collect();
        self.outcomes += u64::from(member.outcome.is_some());
        let place = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        if !self.groups.contains_key(member.group) {
            let sums = vec![Sums::default(); self.names.len()];
            self.groups.insert(member.group.to_owned(), Group { place, subjects: 0, rated: 0, sums });
        }
        let Some(group) = self.groups.get_mut(member.group) else { return };
        group.subjects += 1;
        group.rated += u64::from(is_rated);
        for (sums, value) in group.sums.iter_mut().zip(&values) {
            if let Some(value) = value {
                sums.add(*value, 1.0);
            }
        }
        let place = group.place;
        if let Some(kept) = &mut self.kept {
            kept.push((place, values));
            if kept.len() > BOOTSTRAP_MOST {
                self.kept = None;
            }
        }
    }

    /// Adds the subject that stands at a place of a caller's list, checked.
    ///
    /// # Errors
    /// Where the policy has no such tier, the score of a rated subject is no number, or the coverage lies outside of [0, 1];
    /// the path is that of the list: `$[3].tier`.
    pub fn add_checked(&mut self, place: usize, member: &Member<'_>) -> Result<(), Error> {
        let fault = |code, field: &str, found, expected| Err(Fault::new(code, format!("$[{place}].{field}"), found, expected).into());
        if !self.names.iter().any(|name| name.strip_prefix("tier:") == Some(member.tier)) {
            return fault(Code::UnknownName, "tier", quote(member.tier), "a tier of the policy");
        }
        if !member.score.is_finite() && member.tier != UNRATED {
            return fault(Code::OutOfRange, "score", format!("`{}`", member.score), "points");
        }
        if !(0.0..=1.0).contains(&member.coverage) {
            return fault(Code::OutOfRange, "coverage", format!("`{}`", member.coverage), "a share from 0 to 1");
        }
        self.add(member);
        Ok(())
    }

    /// The report. The order in which subjects came changes nothing but the last bits of the sums and the draws.
    #[must_use]
    pub fn report(&self) -> FairnessReport {
        let figures = self.names.len();
        let mut total = vec![Sums::default(); figures];
        for group in self.groups.values() {
            for (total, sums) in total.iter_mut().zip(&group.sums) {
                *total = Sums { n: total.n + sums.n, sum: total.sum + sums.sum, squares: total.squares + sums.squares };
            }
        }
        let replicates = self.kept.as_ref().map(|kept| self.replicates(kept, figures));
        let subjects = self.groups.values().map(|group| group.subjects).sum();
        let several = self.groups.len() > 1;
        let groups = self.groups.iter().map(|(name, group)| {
            let caution = match group.subjects {
                1 => Some("one-subject"),
                n if n < self.settings.least as u64 => Some("too-small"),
                _ => None,
            };
            let figure = |n: usize| -> Option<Figure> {
                let (own, total) = (group.sums.get(n)?, total.get(n)?);
                let rest = total.less(own);
                let of = self.names.get(n)?.clone();
                let is_enough = |sums: &Sums| count(sums.n) >= self.settings.least as u64;
                if !is_enough(own) {
                    let none = Estimated::default();
                    return Some(Figure { of, subjects: count(own.n), mean: none, gap: none, differs: None });
                }
                let gap = own.mean().zip(rest.mean()).filter(|_| several && is_enough(&rest)).map(|(own, rest)| own - rest);
                let is_rate = n >= FIRST_RATE;
                let (mean, gap) = match &replicates {
                    // The bootstrap and the normal approximation see no chance where all are alike.
                    _ if is_rate && (own.is_alike() || (gap.is_some() && rest.is_alike())) => (wilson(own), newcombe(gap, own, &rest)),
                    Some(all) => {
                        let of = all.get(group.place as usize)?.get(n)?;
                        let mut lists = [of.iter().map(|pair| pair[0]).collect::<Vec<f64>>(), of.iter().map(|pair| pair[1]).collect()];
                        let times = self.settings.replicates;
                        (interval(own.mean(), &mut lists[0], times), interval(gap, &mut lists[1], times))
                    }
                    None => {
                        let error2 = own.error2().zip(rest.error2()).map(|(own, rest)| own + rest);
                        (normal(own.mean(), own.error2()), normal(gap, error2))
                    }
                };
                Some(Figure { of, subjects: count(own.n), mean, gap, differs: gap.differs() })
            };
            let figures = if caution.is_none() { (0..figures).filter_map(figure).collect() } else { Vec::new() };
            GroupReport { group: name.clone(), subjects: group.subjects, rated: group.rated, caution, figures }
        });
        let groups = groups.collect();
        FairnessReport {
            policy: self.policy.name().into(),
            version: self.policy.version().into(),
            digest: self.policy.digest(),
            notice: self.policy.document().notice.en.clone(),
            subjects,
            outcomes: self.outcomes,
            least: self.settings.least,
            intervals: if replicates.is_some() { "bootstrap" } else { "normal" },
            caution: if subjects == 0 { Some("no-subjects") } else { (!several).then_some("one-group") },
            groups,
        }
    }

    /// By group and figure, each replicate's mean and gap.
    fn replicates(&self, kept: &[(u32, Values)], figures: usize) -> Vec<Vec<Vec<[f64; 2]>>> {
        let times = if kept.len() > 1 { self.settings.replicates } else { 0 };
        let mut out = vec![vec![Vec::with_capacity(times); figures]; self.groups.len()];
        let mut weights = Vec::new();
        for replicate in 0..times {
            counts(&mut Draw::new(&[self.settings.seed, replicate as u64]), kept.len(), &mut weights);
            let mut sums = vec![vec![Sums::default(); figures]; self.groups.len()];
            let mut total = vec![Sums::default(); figures];
            for ((group, values), &weight) in kept.iter().zip(&weights) {
                if weight == 0 {
                    continue;
                }
                let Some(own) = sums.get_mut(*group as usize) else { continue };
                for ((own, total), value) in own.iter_mut().zip(&mut total).zip(values) {
                    if let Some(value) = value {
                        own.add(*value, weight.into());
                        total.add(*value, weight.into());
                    }
                }
            }
            for (lists, own) in out.iter_mut().zip(&sums) {
                for ((list, own), total) in lists.iter_mut().zip(own).zip(&total) {
                    let mean = own.mean();
                    let gap = mean.zip(total.less(own).mean()).map(|(own, rest)| own - rest);
                    list.push([mean.unwrap_or(f64::NAN), gap.unwrap_or(f64::NAN)]);
                }
            }
        }
        out
    }
}

/// Wilson's interval of a rate.
fn wilson(sums: &Sums) -> Estimated {
    let Some(rate) = sums.mean() else { return Estimated::default() };
    let z2 = NORMAL_95 * NORMAL_95;
    let centre = (rate + z2 / (2.0 * sums.n)) / (1.0 + z2 / sums.n);
    let width = NORMAL_95 * libm::sqrt(rate * (1.0 - rate) / sums.n + z2 / (4.0 * sums.n * sums.n)) / (1.0 + z2 / sums.n);
    Estimated { estimate: nine(rate), lower: nine((centre - width).max(0.0)), upper: nine((centre + width).min(1.0)) }
}

/// Newcombe's interval of the difference of two rates (1998, method 10): from the Wilson intervals of both.
fn newcombe(gap: Option<f64>, own: &Sums, rest: &Sums) -> Estimated {
    let ends = |of: &Sums| {
        let one = wilson(of);
        Some((one.estimate?, one.lower?, one.upper?))
    };
    let (Some(gap), Some((p, low, high)), Some((q, rest_low, rest_high))) = (gap, ends(own), ends(rest)) else {
        return Estimated { estimate: gap.and_then(nine), lower: None, upper: None };
    };
    let down = libm::sqrt((p - low) * (p - low) + (rest_high - q) * (rest_high - q));
    let up = libm::sqrt((high - p) * (high - p) + (q - rest_low) * (q - rest_low));
    Estimated { estimate: nine(gap), lower: nine(gap - down), upper: nine(gap + up) }
}

fn normal(estimate: Option<f64>, error2: Option<f64>) -> Estimated {
    let ends = estimate.zip(error2).map(|(estimate, error2)| {
        let width = NORMAL_95 * libm::sqrt(error2);
        (estimate - width, estimate + width)
    });
    Estimated {
        estimate: estimate.and_then(nine),
        lower: ends.and_then(|(lower, _)| nine(lower)),
        upper: ends.and_then(|(_, upper)| nine(upper)),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
fn count(n: f64) -> u64 {
    n as u64
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::{BOOTSTRAP_MOST, Fairness, FairnessReport, FairnessSettings, Figure, Member};
    use crate::draw::Draw;
    use crate::{Code, Policy};

    fn member(group: &str, score: f64, tier: &'static str, outcome: Option<bool>) -> (String, f64, &'static str, Option<bool>) {
        (group.to_owned(), score, tier, outcome)
    }

    fn report(members: &[(String, f64, &'static str, Option<bool>)]) -> FairnessReport {
        let mut fairness = Fairness::new(&Policy::reference(), FairnessSettings { replicates: 200, ..FairnessSettings::default() });
        for (group, score, tier, outcome) in members {
            fairness.add(&Member { group, score: *score, coverage: 0.5, tier, outcome: *outcome });
        }
        let report = fairness.report();
        let json = report.to_json();
        assert!(!json.contains("NaN") && !json.contains("inf") && serde_json::from_str::<serde_json::Value>(&json).is_ok());
        report
    }

    fn figure<'a>(report: &'a FairnessReport, group: &str, of: &str) -> &'a Figure {
        let group = report.groups.iter().find(|one| one.group == group).unwrap();
        group.figures.iter().find(|figure| figure.of == of).unwrap()
    }

    #[test]
    fn what_cannot_be_compared_says_so() {
        let empty = report(&[]);
        assert_eq!((empty.caution, empty.groups.len()), (Some("no-subjects"), 0));
        let one = report(&[member("a", 50.0, "standard", None)]);
        assert_eq!((one.caution, one.groups[0].caution), (Some("one-group"), Some("one-subject")));
        assert!(one.groups[0].figures.is_empty());
        let mut members: Vec<_> = (0..30).map(|n| member("a", f64::from(n), "standard", None)).collect();
        let alone = report(&members);
        assert_eq!(alone.caution, Some("one-group"));
        assert_eq!(figure(&alone, "a", "score").gap.estimate, None);
        members.push(member("b", 50.0, "standard", None));
        members.extend((0..5).map(|_| member("c", 50.0, "unrated", None)));
        let some = report(&members);
        assert_eq!(some.groups.iter().map(|group| group.caution).collect::<Vec<_>>(), [None, Some("one-subject"), Some("too-small")]);
        // Of a rate that is 0, the interval still leaves room.
        let restricted = figure(&some, "a", "restricted");
        assert_eq!((restricted.mean.estimate, restricted.mean.lower), (Some(0.0), Some(0.0)));
        assert!((restricted.mean.upper.unwrap() - 0.113_5).abs() < 1e-4, "{restricted:?}");
        // Fewer than ten others: no gap.
        assert_eq!(restricted.gap.estimate, None);
        // Nobody's outcome is known.
        assert_eq!((figure(&some, "a", "false-restriction").mean.estimate, some.outcomes), (None, 0));
    }

    #[test]
    fn subjects_are_checked_with_their_place() {
        let mut fairness = Fairness::new(&Policy::reference(), FairnessSettings::default());
        let member = Member { group: "a", score: 50.0, coverage: 0.5, tier: "standard", outcome: None };
        let mut add = |member| fairness.add_checked(3, &member).map_err(|error| (error.code(), error.path().to_owned()));
        assert_eq!(add(member), Ok(()));
        assert_eq!(add(Member { score: f64::NAN, tier: "unrated", ..member }), Ok(()));
        assert_eq!(add(Member { score: f64::NAN, ..member }), Err((Code::OutOfRange, "$[3].score".into())));
        assert_eq!(add(Member { coverage: 1.5, ..member }), Err((Code::OutOfRange, "$[3].coverage".into())));
        assert_eq!(add(Member { coverage: f64::NAN, ..member }), Err((Code::OutOfRange, "$[3].coverage".into())));
        assert_eq!(add(Member { tier: "score", ..member }), Err((Code::UnknownName, "$[3].tier".into())));
        assert_eq!(fairness.report().subjects, 2);
    }

    #[test]
    fn gaps_are_found_where_they_are() {
        for n in [2000, 2 * BOOTSTRAP_MOST] {
            let mut draw = Draw::new(&[3]);
            let mut members = Vec::new();
            for subject in 0..n {
                let in_a = subject % 2 == 0;
                let is_good = draw.unit() < 0.7;
                // Both groups turn out alike, but of group a the good are restricted more often.
                let is_restricted = draw.unit() < if is_good { if in_a { 0.2 } else { 0.05 } } else { 0.6 };
                let tier = if is_restricted { "restricted" } else { "standard" };
                members.push(member(if in_a { "a" } else { "b" }, 60.0 + 5.0 * draw.normal(), tier, Some(is_good)));
            }
            let report = report(&members);
            assert_eq!(report.intervals, if n > BOOTSTRAP_MOST { "normal" } else { "bootstrap" });
            let unfair = figure(&report, "a", "false-restriction");
            assert_eq!(unfair.differs, Some(true));
            assert!((unfair.gap.estimate.unwrap() - 0.15).abs() < 0.04, "{unfair:?}");
            let fair = figure(&report, "a", "missed-restriction");
            assert!(fair.gap.lower.unwrap() < 0.0 && fair.gap.upper.unwrap() > 0.0, "{fair:?}");
            let score = figure(&report, "a", "score");
            assert!(score.gap.lower.unwrap() < 0.01 && score.mean.lower.unwrap() > 59.0 && score.mean.upper.unwrap() < 61.0, "{score:?}");
            assert_eq!(figure(&report, "a", "score").gap.estimate, figure(&report, "b", "score").gap.estimate.map(|gap| -gap));
        }
    }
}
