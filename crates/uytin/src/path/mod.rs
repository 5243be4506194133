//! Path (`MODEL.md` §9): for each tier above, the least further evidence that reaches it, or the day on which it is reached
//! without any, or why neither can.
//!
//! Further evidence is checks that hold, dated on the day of assessment, by new sources of classes that the caller lists.
//! [`search`] looks for few of them on a model that is made of the formula's own functions; each answer is then applied: with
//! it, [`evaluate`] gives the tier, and with one check fewer, whichever, it does not.

mod search;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests;

use std::sync::Arc;

use serde::Serialize;

use crate::assessment::{PolicyName, Texts, real};
use crate::bound::{BoundSubject, tier_id, tier_of};
use crate::codes::{Language, filled_tool};
use crate::date::Date;
use crate::digest::Digest;
use crate::error::{Code, Error, Fault, quote};
use crate::finding::Findings;
use crate::json::to_json;
use crate::mass::{MassKey, MassRow};
use crate::points::Points;
use crate::policy::Policy;
use crate::policy::compiled::Compiled;
use crate::reason::percent;
use crate::record::{Body, Record, RecordKey};
use crate::score::{Rows, evaluate};
use crate::tier::{Standing, Tier};

use search::{Room, Search, Solution, ladder, rung};

/// Waiting is looked at for so many days: ten years.
const WAITING_DAYS: i32 = 3653;
/// How many probes the proof that fewer checks do not reach a tier may take: of all criteria together, and of one.
const EFFORT: u32 = 20_000;
const EFFORT_OF_ONE: u32 = 2_000;
/// How many ways to share the sources out among the classes are tried for one answer of a few checks; fewer for more.
const TRIES: usize = 48;

/// What reaches each tier above the present one.
#[derive(Clone, Debug, PartialEq)]
pub struct Paths {
    policy: Policy,
    /// The subject's id.
    pub subject: Arc<str>,
    /// The day of assessment, on which the further checks are dated.
    pub as_of: Date,
    /// The tier that the subject had, as given.
    pub previous_tier: Option<Arc<str>>,
    /// The source classes that further checks may come from, in policy order.
    pub classes: Vec<Arc<str>>,
    /// The present tier.
    pub tier: Arc<str>,
    /// The tiers above it, the nearest first. `unrated` counts as a tier below `standard` here: for a subject of an imposed
    /// tier it says what ends the imposition, and for one that is unrated `standard` says what makes it rated.
    pub paths: Vec<Path>,
}

/// What reaches one tier, or a better one.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The tier.
    pub tier: Arc<str>,
    /// The least further evidence over all criteria; `None` where no evidence of these classes reaches the tier.
    pub evidence: Option<Evidence>,
    /// The least of each single criterion that reaches the tier alone, in policy order; proven least among those of that
    /// criterion.
    pub single: Vec<Evidence>,
    /// The first day on which the tier is reached with no further evidence, within ten years.
    pub waiting: Option<Date>,
    /// Why further evidence does not reach the tier; empty where it does.
    pub obstacles: Vec<Obstacle>,
}

/// Further evidence: checks that hold, dated on the day of assessment.
///
/// It is irreducible: with it the tier is reached, and with one check fewer, of whichever observation, it is not. Of the
/// allocations that were looked at it has the fewest checks, of those the fewest sources, of those the fewest sectors.
/// [`Evidence::is_least`] says whether it is proven that no allocation whatever has fewer checks; the search proves it
/// where few criteria and classes are open or where a bound of the relaxed problem meets the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// How many checks there are.
    pub checks: u64,
    /// How many new sources they come from.
    pub sources: u32,
    /// How many sectors these sources belong to.
    pub sectors: u32,
    /// Whether it is proven that fewer checks do not reach the tier.
    pub is_least: bool,
    /// The checks, by criterion and class in policy order, then source.
    pub observations: Vec<FurtherChecks>,
}

/// Checks of one new source on one criterion, all of which hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FurtherChecks {
    /// A name for the new source that no source of the subject has.
    pub source: Arc<str>,
    /// Its class.
    pub source_class: Arc<str>,
    /// The criterion.
    pub criterion: Arc<str>,
    /// How many checks held.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub passed: u32,
}

impl Evidence {
    /// The evidence as records, so that it can be applied.
    #[must_use]
    pub fn records(&self, subject: &str, as_of: Date) -> Vec<Record> {
        let record = |checks: &FurtherChecks| Record {
            id: format!("path-{}", checks.criterion),
            revision: 0,
            withdrawn: false,
            subject: subject.to_owned(),
            source: checks.source.to_string(),
            source_class: checks.source_class.to_string(),
            criterion: checks.criterion.to_string(),
            date: as_of,
            context: None,
            body: Body::Observation { passed: checks.passed, failed: 0 },
        };
        self.observations.iter().map(record).collect()
    }
}

/// Why further evidence does not reach a tier.
#[derive(Clone, Debug, PartialEq)]
pub enum Obstacle {
    /// None of the source classes weighs anything.
    NoSource,
    /// A finding in force bars the tier or imposes a worse one.
    FindingInForce {
        /// The findings, by (source, id).
        findings: Vec<RecordKey>,
        /// The first day on which none of them is in force.
        until: Date,
    },
    /// Too few sectors would speak for the subject.
    Sectors {
        /// With as many checks as the classes can bring.
        most: u32,
        /// What the tier asks for.
        needed: u32,
    },
    /// The lower bound stays too low.
    Bound {
        /// With as many checks as the classes can bring.
        most: Points,
        /// What the tier asks for.
        needed: Points,
    },
    /// Favourable evidence stays too small a share of what is known and assumed.
    Support {
        /// With as many checks as the classes can bring, in [0, 1].
        most: f64,
        /// What the tier asks for.
        needed: f64,
    },
    /// The evidence stays too little to rate.
    Coverage {
        /// With as many checks as the classes can bring, in [0, 1].
        most: f64,
        /// What the tier asks for.
        needed: f64,
    },
    /// Adverse evidence still imposes a worse tier.
    Imposed {
        /// The worse tier.
        tier: Arc<str>,
        /// The upper bound with as many checks as the classes can bring.
        most: Points,
        /// The upper bound that ends it.
        needed: Points,
    },
}

impl Obstacle {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSource => "no-source",
            Self::FindingInForce { .. } => "finding-in-force",
            Self::Sectors { .. } => "sectors-short",
            Self::Bound { .. } => "bound-out-of-reach",
            Self::Support { .. } => "support-out-of-reach",
            Self::Coverage { .. } => "coverage-out-of-reach",
            Self::Imposed { .. } => "evidence-imposes",
        }
    }

    /// The obstacle in words.
    #[must_use]
    pub fn text(&self, policy: &Policy, language: Language) -> String {
        let percent = |share: &f64| percent(*share, language);
        let points = |points: &Points| points.text(language);
        let (most, needed, until, tier) = match self {
            Self::NoSource => Default::default(),
            Self::FindingInForce { until, .. } => (String::new(), String::new(), until.to_string(), String::new()),
            Self::Sectors { most, needed } => (most.to_string(), needed.to_string(), String::new(), String::new()),
            Self::Bound { most, needed } => (points(most), points(needed), String::new(), String::new()),
            Self::Support { most, needed } | Self::Coverage { most, needed } => {
                (percent(most), percent(needed), String::new(), String::new())
            }
            Self::Imposed { tier, most, needed } => (points(most), points(needed), String::new(), policy.tier_title(tier, language)),
        };
        let parameters = [("most", &*most), ("needed", &needed), ("until", &until), ("tier", &tier)];
        filled_tool("path_obstacles", self.code(), language, &parameters)
    }
}

impl BoundSubject {
    /// What reaches each tier above the present one: the least further evidence from these source classes, or the day from
    /// which waiting is enough, or why not.
    ///
    /// # Errors
    /// Where the policy does not know a class.
    pub fn paths<S: AsRef<str>>(&self, as_of: Date, previous_tier: Option<&str>, classes: &[S]) -> Result<Paths, Error> {
        let compiled = self.policy.compiled();
        let known = &self.policy.document().sources;
        let mut places = Vec::with_capacity(classes.len());
        for (n, class) in classes.iter().enumerate() {
            let class = class.as_ref();
            places.push(compiled.class(class).ok_or_else(|| {
                let names: Vec<String> = known.iter().take(24).map(|(id, _)| quote(id)).collect();
                let expected = format!("one of the source classes {}", names.join(", "));
                Fault::new(Code::UnknownName, format!("$.classes[{n}]"), quote(class), expected)
            })?);
        }
        places.sort_unstable();
        places.dedup();
        let previous = previous_tier.and_then(|id| tier_of(&self.policy, id));
        let walk = Walk::new(self, as_of, previous, &places);
        let (from, to) = (walk.present + 1, compiled.imposed.len() + 1 + compiled.earned.len());
        let waiting = walk.waiting(to);
        let paths = (from..=to).zip(waiting).map(|(target, waiting)| walk.path(target, waiting)).collect();
        Ok(Paths {
            policy: self.policy.clone(),
            subject: self.subject.clone(),
            as_of,
            previous_tier: previous_tier.map(Arc::from),
            classes: places.iter().filter_map(|&place| Some(known.get(usize::from(place))?.0.clone())).collect(),
            tier: tier_id(&self.policy, rung(compiled, walk.present)).into(),
            paths,
        })
    }
}

/// One call of [`BoundSubject::paths`].
struct Walk<'a> {
    bound: &'a BoundSubject,
    policy: &'a Compiled,
    rows: Rows<'a>,
    as_of: Date,
    previous: Option<Tier>,
    search: Search<'a>,
    /// The rung of the present tier.
    present: usize,
    classes: &'a [u16],
}

impl<'a> Walk<'a> {
    fn new(bound: &'a BoundSubject, as_of: Date, previous: Option<Tier>, classes: &'a [u16]) -> Self {
        let policy = bound.policy.compiled();
        let rows = bound.rows();
        let (search, outcome) = Search::new(policy, &rows, as_of.days(), previous, classes);
        Self { bound, policy, rows, as_of, previous, search, present: ladder(policy, outcome.tier), classes }
    }

    fn findings(&self, day: i32) -> Findings<'a> {
        Findings { policy: self.policy, as_of: day, rows: self.rows.findings }
    }

    /// The first day on which each of the tiers above, up to this one, is reached without further evidence.
    fn waiting(&self, to: usize) -> Vec<Option<Date>> {
        let mut days = vec![None; to - self.present.min(to)];
        let today = self.as_of.days();
        let of_records = self.rows.masses.iter().map(|row| row.day).chain(self.rows.exemptions.iter().map(|row| row.day));
        let of_records = of_records.map(|day| day.saturating_add(self.policy.horizon_days));
        let of_findings = self.rows.findings.iter().map(|row| {
            let expires = self.policy.severities.get(usize::from(row.severity)).map_or(0, |severity| severity.expires_days);
            row.day.saturating_add(expires.max(self.policy.repeat_window_days.saturating_add(1)))
        });
        // From then on nothing changes any more.
        let last = of_records.chain(of_findings).max().unwrap_or(today).min(today.saturating_add(WAITING_DAYS)).min(Date::MAX.days());
        for day in today + 1..=last {
            let Some(first) = days.iter().position(Option::is_none) else { break };
            // What the findings in force admit at best.
            let gravest = self.findings(day).gravest();
            let all = Points::from_tenths(1000);
            let at_best = Standing { lower: all, upper: all, coverage: 1.0, support: 1.0, gravest, favourable: u32::MAX, adverse: 0 };
            if ladder(self.policy, at_best.tier(self.policy, self.previous)) <= self.present + first {
                continue;
            }
            let reached = ladder(self.policy, evaluate(self.policy, &self.rows, day, self.previous, &mut ()).tier);
            for (rung, found) in (self.present + 1..).zip(&mut days) {
                if reached >= rung && found.is_none() {
                    *found = Date::from_days(day);
                }
            }
        }
        days
    }

    fn path(&self, target: usize, waiting: Option<Date>) -> Path {
        let tier = tier_id(&self.bound.policy, rung(self.policy, target)).into();
        let mut evidence = self.evidence(target, None, EFFORT);
        let mut single = Vec::new();
        if evidence.is_some() {
            let mut criteria: Vec<usize> = self.search.columns.iter().map(|column| column.criterion).collect();
            criteria.dedup();
            single.extend(criteria.into_iter().filter_map(|criterion| self.evidence(target, Some(criterion), EFFORT_OF_ONE)));
            // A proof about one criterion says nothing of all of them.
            let others = single.iter().map(|one| {
                let is_least = evidence.as_ref().is_some_and(|all| all.is_least && all.checks == one.checks);
                Evidence { is_least, ..one.clone() }
            });
            let size = |evidence: &Evidence| (evidence.checks, evidence.sources, evidence.sectors);
            evidence = evidence.iter().cloned().chain(others).min_by_key(size);
        }
        let obstacles = if evidence.is_some() { Vec::new() } else { self.obstacles(target) };
        Path { tier, evidence, single, waiting, obstacles }
    }

    fn evidence(&self, target: usize, criterion: Option<usize>, effort: u32) -> Option<Evidence> {
        let unlimited = vec![u32::MAX; self.policy.classes.len()];
        let solution = self.search.solve(target, &Room { criterion, sources: &unlimited }, u64::from(u32::MAX), effort)?;
        let (solution, sources) = self.fewer_sources(target, criterion, solution);
        self.apply(target, solution, &sources)
    }

    /// The sources of each class that the checks come from, of at most so many.
    fn sources_of(&self, solution: &Solution, most: &[u32]) -> Vec<u32> {
        let mut sources = vec![0; self.policy.classes.len()];
        for (column, &checks) in self.search.columns.iter().zip(&solution.state.checks) {
            if let (Some(of_class), Some(&most)) = (sources.get_mut(column.class), most.get(column.class)) {
                *of_class = column.sources(checks, most).max(*of_class);
            }
        }
        sources
    }

    fn sectors_of(&self, sources: &[u32]) -> usize {
        let used = self.policy.classes.iter().zip(sources).filter(|(_, sources)| **sources > 0);
        let mut sectors: Vec<u16> = used.filter_map(|(class, _)| class.sector).collect();
        sectors.sort_unstable();
        sectors.dedup();
        sectors.len()
    }

    /// The same number of checks from fewer sources, or else from fewer sectors: ways to share ever more sources out among
    /// the classes are tried in turn, then, where there are too many of them, one source less of one class after another.
    fn fewer_sources(&self, target: usize, criterion: Option<usize>, mut solution: Solution) -> (Solution, Vec<u32>) {
        let unlimited = vec![u32::MAX; self.policy.classes.len()];
        let mut sources = self.sources_of(&solution, &unlimited);
        let classes: Vec<usize> = self.classes.iter().map(|&class| usize::from(class)).collect();
        let all = match solution.checks {
            0..=64 => TRIES,
            65..=512 => TRIES / 4,
            _ => TRIES / 16,
        };
        let mut tries = all;
        let attempt = |room: &[u32], solution: &mut Solution, tries: &mut usize| -> bool {
            *tries = tries.saturating_sub(1);
            let found = self.search.solve(target, &Room { criterion, sources: room }, solution.checks, 0);
            found.is_some_and(|found| {
                let proven = solution.proven && found.checks == solution.checks;
                *solution = Solution { proven, ..found };
                true
            })
        };
        let total = |sources: &[u32]| sources.iter().map(|&n| u64::from(n)).sum::<u64>();
        let mut of_total = 1;
        'all: while of_total <= total(&sources) && tries > 0 {
            let mut ways = shares(&classes, self.policy.classes.len(), of_total, 4 * TRIES);
            ways.sort_by_cached_key(|way| self.sectors_of(way));
            for way in ways {
                if of_total == total(&sources) && self.sectors_of(&way) >= self.sectors_of(&sources) {
                    break 'all;
                }
                if tries == 0 {
                    break;
                }
                if attempt(&way, &mut solution, &mut tries) {
                    sources = self.sources_of(&solution, &way);
                    break 'all;
                }
            }
            of_total += 1;
        }
        let all_tried = tries > 0;
        let mut tries = if all_tried { 0 } else { all };
        let mut place = 0;
        while tries > 0 && place < classes.len() {
            let Some((&class, mut fewer)) = classes.get(place).zip(Some(sources.clone())) else { break };
            place += 1;
            let Some(of_class) = fewer.get_mut(class).filter(|of_class| **of_class > 0) else { continue };
            *of_class -= 1;
            if attempt(&fewer, &mut solution, &mut tries) {
                sources = self.sources_of(&solution, &fewer);
                place = 0;
            }
        }
        (solution, sources)
    }

    /// The checks as new sources: by criterion and class, the number of the source and its checks.
    fn observations(&self, checks: &[u32], sources: &[u32]) -> Vec<(usize, usize, u32, u32)> {
        let mut all = Vec::new();
        for (column, &checks) in self.search.columns.iter().zip(checks).filter(|(_, checks)| **checks > 0) {
            let most = sources.get(column.class).copied().unwrap_or_default().max(1);
            let among = column.sources(checks, most).max(1);
            let (each, more) = (checks / among, checks % among);
            all.extend((0..among).map(|n| (column.criterion, column.class, n, each + u32::from(n < more))));
        }
        all
    }

    /// Whether the formula gives the tier, or a better one, with these checks.
    fn reaches(&self, target: usize, checks: &[u32], sources: &[u32]) -> bool {
        let place = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let first = self.rows.masses.iter().map(|row| row.key.source().saturating_add(1)).max().unwrap_or_default();
        let mut masses = self.rows.masses.to_vec();
        masses.extend(self.observations(checks, sources).into_iter().map(|(criterion, class, source, passed)| MassRow {
            key: MassKey::new(place(criterion), place(class), first.saturating_add(source)),
            day: self.as_of.days(),
            favourable: passed,
            adverse: 0,
        }));
        masses.sort_unstable_by_key(|row| row.key);
        let rows = Rows { masses: &masses, ..self.rows };
        ladder(self.policy, evaluate(self.policy, &rows, self.as_of.days(), self.previous, &mut ()).tier) >= target
    }

    /// Applies a solution: adds what the last bits of the model's sums have missed, takes away what the formula can spare.
    fn apply(&self, target: usize, solution: Solution, sources: &[u32]) -> Option<Evidence> {
        let Solution { state, mut proven, .. } = solution;
        let mut checks = state.checks;
        for _ in 0..16 {
            if self.reaches(target, &checks, sources) {
                break;
            }
            proven = false;
            let most = checks.iter_mut().max()?;
            *most = most.saturating_add(1);
        }
        if !self.reaches(target, &checks, sources) {
            return None;
        }
        let mut place = 0;
        while place < checks.len() {
            let mut fewer = checks.clone();
            match fewer.get_mut(place) {
                Some(of_place) if *of_place > 0 => *of_place -= 1,
                _ => {
                    place += 1;
                    continue;
                }
            }
            if self.reaches(target, &fewer, sources) {
                checks = fewer;
                place = 0;
            } else {
                place += 1;
            }
        }
        Some(self.named(&checks, sources, proven))
    }

    fn named(&self, checks: &[u32], sources: &[u32], is_least: bool) -> Evidence {
        let document = self.bound.policy.document();
        let observations = self.observations(checks, sources);
        let mut of_classes = vec![0; self.policy.classes.len()];
        for &(_, class, source, _) in &observations {
            if let Some(of_class) = of_classes.get_mut(class) {
                *of_class = u32::max(*of_class, source + 1);
            }
        }
        let mut prefix = "new".to_owned();
        while self.bound.records().any(|record| record.source.starts_with(&format!("{prefix}-"))) {
            prefix.push('-');
        }
        let named = observations.into_iter().filter_map(|(criterion, class, source, passed)| {
            let class = &document.sources.get(class)?.0;
            Some(FurtherChecks {
                source: format!("{prefix}-{class}-{}", source + 1).into(),
                source_class: class.clone(),
                criterion: self.policy.criteria.get(criterion)?.id.clone(),
                passed,
            })
        });
        Evidence {
            checks: checks.iter().map(|&checks| u64::from(checks)).sum(),
            sources: of_classes.iter().sum(),
            sectors: u32::try_from(self.sectors_of(&of_classes)).unwrap_or(u32::MAX),
            is_least,
            observations: named.collect(),
        }
    }

    /// Why no evidence of these classes reaches the tier: what is still missing with as many checks as are looked at.
    fn obstacles(&self, target: usize) -> Vec<Obstacle> {
        let policy = self.policy;
        let unlimited = vec![u32::MAX; policy.classes.len()];
        let standing = self.search.standing(&self.search.saturated(&Room { criterion: None, sources: &unlimited }));
        let mut obstacles = Vec::new();
        if self.search.columns.is_empty() {
            obstacles.push(Obstacle::NoSource);
        }
        let mut barred: Option<u16> = None;
        let mut bar = |severity: u16| barred = Some(barred.map_or(severity, |least| least.min(severity)));
        for (place, rule) in (0u16..).zip(&policy.imposed).take(target) {
            if standing.reaches_gravity(rule.in_force_at_least) {
                bar(rule.in_force_at_least);
            }
            if standing.is_below(policy, self.previous, place, rule) {
                let tier = tier_id(&self.bound.policy, Tier::Imposed(place)).into();
                let needed = Points::from_tenths(rule.below(policy, self.previous, place));
                obstacles.push(Obstacle::Imposed { tier, most: standing.upper, needed });
            }
        }
        match rung(policy, target) {
            Tier::Earned(place) => {
                if let Some(rule) = policy.earned.get(usize::from(place)) {
                    let lacks = standing.lacks(policy, self.previous, place, rule);
                    if lacks.barred {
                        bar(rule.barred_by);
                    }
                    if lacks.sectors {
                        obstacles.push(Obstacle::Sectors { most: standing.favourable, needed: rule.sectors_at_least });
                    }
                    if lacks.bound {
                        let needed = Points::from_tenths(rule.at_least(policy, self.previous, place));
                        obstacles.push(Obstacle::Bound { most: standing.lower, needed });
                    }
                    if lacks.support {
                        obstacles.push(Obstacle::Support { most: standing.support, needed: policy.rated_coverage });
                    }
                }
            }
            Tier::Standard if standing.tier(policy, self.previous) == Tier::Unrated => {
                obstacles.push(Obstacle::Coverage { most: standing.coverage, needed: policy.rated_coverage });
            }
            _ => {}
        }
        if let Some(severity) = barred {
            let findings = self.findings(self.as_of.days());
            let mut rows: Vec<_> = findings.rows.iter().filter(|row| row.severity >= severity && findings.in_force(row)).collect();
            rows.sort_unstable_by_key(|row| row.record);
            let until = rows.iter().map(|row| findings.in_force_until(row)).max().and_then(Date::from_days).unwrap_or(Date::MAX);
            let keys = rows.iter().filter_map(|row| self.bound.key(row.record)).collect();
            obstacles.insert(0, Obstacle::FindingInForce { findings: keys, until });
        }
        obstacles
    }
}

/// The ways to share so many sources out among these classes, the first so many.
fn shares(classes: &[usize], all: usize, total: u64, most: usize) -> Vec<Vec<u32>> {
    let Some((&class, rest)) = classes.split_first() else {
        return if total == 0 { vec![vec![0; all]] } else { Vec::new() };
    };
    let mut ways = Vec::new();
    for here in (0..=total).rev() {
        for mut way in shares(rest, all, total - here, most) {
            if let Some(of_class) = way.get_mut(class) {
                *of_class = u32::try_from(here).unwrap_or(u32::MAX);
            }
            ways.push(way);
            if ways.len() >= most {
                return ways;
            }
        }
    }
    ways
}

impl Paths {
    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Compact JSON, the same bytes in every language: keys in a fixed order, numbers in the form of RFC 8785.
    #[must_use]
    pub fn to_json(&self) -> String {
        let document = PathsDocument {
            subject: &self.subject,
            as_of: self.as_of,
            policy: PolicyName::of(&self.policy),
            previous_tier: self.previous_tier.as_deref(),
            classes: &self.classes,
            tier: &self.tier,
            paths: self.paths.iter().map(|path| PathDocument::of(path, &self.policy)).collect(),
            policy_digest: self.policy.digest(),
            notice: &self.policy.document().notice,
        };
        to_json(&document)
    }
}

impl Path {
    /// In one sentence: what reaches the tier, and when waiting does.
    #[must_use]
    pub fn text(&self, policy: &Policy, language: Language) -> String {
        let tier = policy.tier_title(&self.tier, language);
        let mut sentences = Vec::new();
        if let Some(evidence) = &self.evidence {
            let [checks, sources, sectors] = [evidence.checks, evidence.sources.into(), evidence.sectors.into()].map(|n| n.to_string());
            let parameters = [("tier", &*tier), ("checks", &checks), ("sources", &sources), ("sectors", &sectors)];
            sentences.push(filled_tool("path", "evidence", language, &parameters));
        } else {
            sentences.push(filled_tool("path", "no-evidence", language, &[("tier", &tier)]));
            sentences.extend(self.obstacles.iter().map(|obstacle| obstacle.text(policy, language)));
        }
        match self.waiting {
            Some(day) => sentences.push(filled_tool("path", "waiting", language, &[("date", &day.to_string())])),
            None => sentences.push(filled_tool("path", "no-waiting", language, &[])),
        }
        sentences.join(". ")
    }
}

/// The JSON form of paths.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Paths"))]
pub(crate) struct PathsDocument<'a> {
    /// The subject's id.
    subject: &'a str,
    /// The day of assessment, on which the further checks are dated.
    as_of: Date,
    policy: PolicyName<'a>,
    /// The tier that the subject had, as given.
    previous_tier: Option<&'a str>,
    /// The source classes that further checks may come from, in policy order.
    classes: &'a [Arc<str>],
    /// The present tier.
    tier: &'a str,
    /// The tiers above it, the nearest first.
    paths: Vec<PathDocument<'a>>,
    /// SHA-256 of the policy.
    policy_digest: Digest,
    /// What every surface that shows a score says.
    notice: &'a crate::policy::Text,
}

/// What reaches one tier, or a better one.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Path", extend("allOf" = [{"if": {"properties": {"evidence": {"type": "object"}}}, "then": {"properties": {"obstacles": {"maxItems": 0}}}, "else": {"properties": {"single": {"maxItems": 0}, "obstacles": {"minItems": 1}}}}])))]
struct PathDocument<'a> {
    /// The tier.
    tier: &'a str,
    /// The least further evidence over all criteria; null where none of these classes reaches the tier.
    evidence: Option<EvidenceDocument<'a>>,
    /// The least of each single criterion that reaches the tier alone, in policy order.
    single: Vec<EvidenceDocument<'a>>,
    /// The first day on which the tier is reached without further evidence, within ten years; null where it is not.
    waiting: Option<Date>,
    /// Why further evidence does not reach the tier; empty where it does.
    obstacles: Vec<ObstacleDocument<'a>>,
    /// The same in one sentence.
    text: Texts,
}

/// Further evidence: checks that hold, dated on the day of assessment.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Evidence"))]
struct EvidenceDocument<'a> {
    /// How many checks there are.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    checks: u64,
    /// How many new sources they come from.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    sources: u32,
    /// How many sectors these belong to.
    sectors: u32,
    /// Whether it is proven that fewer checks do not reach the tier.
    least: bool,
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    observations: &'a [FurtherChecks],
}

/// Why further evidence does not reach a tier. Amounts are points, shares or sectors, as the code says.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Obstacle", extend("allOf" = crate::schema::obstacles())))]
struct ObstacleDocument<'a> {
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::obstacle_code"))]
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    most: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    needed: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<&'a [RecordKey]>,
    text: Texts,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = crate::schema::amount))]
#[serde(untagged)]
enum Amount {
    Points(Points),
    Share(#[serde(serialize_with = "real")] f64),
    Count(u32),
}

impl<'a> PathDocument<'a> {
    fn of(path: &'a Path, policy: &Policy) -> Self {
        let evidence = |evidence: &'a Evidence| EvidenceDocument {
            checks: evidence.checks,
            sources: evidence.sources,
            sectors: evidence.sectors,
            least: evidence.is_least,
            observations: &evidence.observations,
        };
        Self {
            tier: &path.tier,
            evidence: path.evidence.as_ref().map(evidence),
            single: path.single.iter().map(evidence).collect(),
            waiting: path.waiting,
            obstacles: path.obstacles.iter().map(|obstacle| ObstacleDocument::of(obstacle, policy)).collect(),
            text: Texts::of(|language| path.text(policy, language)),
        }
    }
}

impl<'a> ObstacleDocument<'a> {
    fn of(obstacle: &'a Obstacle, policy: &Policy) -> Self {
        let text = Texts::of(|language| obstacle.text(policy, language));
        let plain = Self { code: obstacle.code(), tier: None, most: None, needed: None, until: None, findings: None, text };
        let amounts = |most, needed| (Some(most), Some(needed));
        let (most, needed) = match obstacle {
            Obstacle::NoSource => return plain,
            Obstacle::FindingInForce { findings, until } => return Self { until: Some(*until), findings: Some(findings), ..plain },
            Obstacle::Sectors { most, needed } => amounts(Amount::Count(*most), Amount::Count(*needed)),
            Obstacle::Bound { most, needed } | Obstacle::Imposed { most, needed, .. } => {
                amounts(Amount::Points(*most), Amount::Points(*needed))
            }
            Obstacle::Support { most, needed } | Obstacle::Coverage { most, needed } => {
                amounts(Amount::Share(*most), Amount::Share(*needed))
            }
        };
        let tier = match obstacle {
            Obstacle::Imposed { tier, .. } => Some(&**tier),
            _ => None,
        };
        Self { tier, most, needed, ..plain }
    }
}
