//! What findings cost (`MODEL.md` §7): each incident once, by its gravest finding; repetition costs more.

use smallvec::SmallVec;

use crate::count::age;
use crate::policy::compiled::Compiled;
use crate::record::Status;

/// Weights that differ by less than this factor are equal.
const EQUAL: f64 = 1.0 + 1e-12;

/// A finding that counts, but for its date.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FindingRow {
    /// Findings of one event share it; sorted first.
    pub incident: u32,
    /// Days since 1970-01-01; sorted second.
    pub day: i32,
    /// The record's place by (source, id); sorted third.
    pub record: u32,
    /// The criterion.
    pub criterion: u16,
    /// The source class.
    pub class: u16,
    /// As counted: no graver than the class may find.
    pub severity: u16,
    /// Where the proceedings stand.
    pub status: Status,
    /// The factor of its reach.
    pub reach_factor: f64,
}

impl FindingRow {
    /// What (incident, date, source, id) sorts by.
    pub(crate) const fn order(&self) -> (u32, i32, u32) {
        (self.incident, self.day, self.record)
    }
}

/// As which the findings are taken that are alleged or under appeal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pending {
    AsFiled,
    AsUpheld,
}

/// A counted incident.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Counted {
    /// The finding that counts for it.
    pub(crate) finding: FindingRow,
    /// ω, the share of the score that it costs.
    pub(crate) weight: f64,
}

/// The counted incidents; those of ordinary subjects need no allocation.
pub(crate) type Incidents = SmallVec<[Counted; 16]>;

/// The dates of an incident that the repeat factor asks for.
#[derive(Clone, Copy, Default)]
struct Dates {
    first_upheld: Option<i32>,
    last_upheld: Option<i32>,
    /// The last finding with q > 0.
    last_weighing: Option<i32>,
}

/// The findings of one assessment.
pub(crate) struct Findings<'a> {
    pub(crate) policy: &'a Compiled,
    pub(crate) as_of: i32,
    /// Sorted by (incident, date, record).
    pub(crate) rows: &'a [FindingRow],
}

impl<'a> Findings<'a> {
    /// The age of a finding that counts on this day.
    fn age(&self, row: &FindingRow) -> Option<i32> {
        let severity = self.policy.severities.get(usize::from(row.severity))?;
        age(self.as_of, row.day, severity.expires_days).ok()
    }

    /// The findings that count on this day.
    pub(crate) fn counting(&self) -> impl Iterator<Item = &'a FindingRow> {
        self.rows.iter().filter(|row| self.age(row).is_some())
    }

    /// Those of them whose status weighs: neither alleged nor overturned, and as the policy has it.
    pub(crate) fn weighing(&self) -> impl Iterator<Item = &'a FindingRow> {
        self.counting().filter(|row| self.policy.status_factor(row.status) > 0.0)
    }

    fn incidents(&self) -> impl Iterator<Item = &'a [FindingRow]> {
        self.rows.chunk_by(|a, b| a.incident == b.incident)
    }

    /// Whether the finding is in force: its status is, and it is young enough.
    pub(crate) fn in_force(&self, row: &FindingRow) -> bool {
        let young = |age| self.policy.severities.get(usize::from(row.severity)).is_some_and(|severity| age < severity.in_force_days);
        self.policy.status_in_force(row.status) && self.age(row).is_some_and(young)
    }

    /// The first day on which the finding is not in force any more.
    pub(crate) fn in_force_until(&self, row: &FindingRow) -> i32 {
        let days =
            self.policy.severities.get(usize::from(row.severity)).map_or(0, |severity| severity.in_force_days.min(severity.expires_days));
        row.day.saturating_add(days)
    }

    /// The gravest severity in force.
    pub(crate) fn gravest(&self) -> Option<u16> {
        self.rows.iter().filter(|row| self.in_force(row)).map(|row| row.severity).max()
    }

    /// Whether a finding that counts is alleged or under appeal.
    pub(crate) fn any_pending(&self) -> bool {
        self.rows.iter().any(|row| row.status.is_pending() && self.age(row).is_some())
    }

    /// The counted incidents with their weights ω.
    pub(crate) fn weigh(&self, pending: Pending) -> Incidents {
        let mut counted = Incidents::new();
        if self.rows.is_empty() {
            return counted;
        }
        let repeats = Repeats::new(self, pending);
        for incident in self.incidents() {
            let dates = self.dates(incident, pending);
            let Some(last_weighing) = dates.last_weighing else { continue };
            let repeat_factor = repeats.factor(last_weighing, &dates);
            let mut gravest: Option<Counted> = None;
            for finding in incident {
                let weight = self.weight(finding, repeat_factor, pending);
                // Of equals the first by date, source and id, which is their order here; equal is what differs in the last
                // bits only, since one weight can come about in several ways.
                if weight > gravest.map_or(0.0, |gravest| gravest.weight * EQUAL) {
                    gravest = Some(Counted { finding: *finding, weight });
                }
            }
            counted.extend(gravest);
        }
        counted
    }

    /// R, the share of the score that the incidents leave. The product runs from the lightest to the gravest, so that it
    /// does not depend on how the incidents are named.
    pub(crate) fn remainder(incidents: &Incidents) -> f64 {
        let mut weights: SmallVec<[f64; 16]> = incidents.iter().map(|incident| incident.weight).collect();
        weights.sort_unstable_by(f64::total_cmp);
        weights.iter().fold(1.0, |left, weight| left * (1.0 - weight))
    }

    fn status(row: &FindingRow, pending: Pending) -> Status {
        if pending == Pending::AsUpheld && row.status.is_pending() { Status::Upheld } else { row.status }
    }

    /// ω of one finding; 0 where it does not count.
    fn weight(&self, row: &FindingRow, repeat_factor: f64, pending: Pending) -> f64 {
        let (Some(age), Some(severity)) = (self.age(row), self.policy.severities.get(usize::from(row.severity))) else { return 0.0 };
        let factor = self.policy.status_factor(Self::status(row, pending));
        let weight = severity.weight * factor * row.reach_factor * repeat_factor * severity.decay.factor(age);
        weight.min(self.policy.max_weight)
    }

    fn dates(&self, incident: &[FindingRow], pending: Pending) -> Dates {
        let mut dates = Dates::default();
        for row in incident.iter().filter(|row| self.age(row).is_some()) {
            let status = Self::status(row, pending);
            if status == Status::Upheld {
                dates.first_upheld = dates.first_upheld.or(Some(row.day));
                dates.last_upheld = Some(row.day);
            }
            if self.policy.status_factor(status) > 0.0 {
                dates.last_weighing = Some(row.day);
            }
        }
        dates
    }
}

/// The earliest incidents that can make others dearer: no more of them than the last factor needs, so that a subject
/// with a million incidents takes no square of that.
struct Repeats<'a> {
    findings: &'a Findings<'a>,
    first_upheld: SmallVec<[i32; 16]>,
}

impl<'a> Repeats<'a> {
    fn new(findings: &'a Findings<'a>, pending: Pending) -> Self {
        let mut repeats = Self { findings, first_upheld: SmallVec::new() };
        // An incident is not its own repetition: one more than the last place.
        let most = findings.policy.repeat_factors.len();
        for incident in findings.incidents() {
            let dates = findings.dates(incident, pending);
            let Some(first) = dates.first_upheld.filter(|_| repeats.counts(&dates)) else { continue };
            let place = repeats.first_upheld.partition_point(|&day| day <= first);
            if place < most {
                repeats.first_upheld.truncate(most - 1);
                repeats.first_upheld.insert(place, first);
            }
        }
        repeats
    }

    /// Whether the incident's last upheld finding is recent enough to make others dearer.
    fn counts(&self, dates: &Dates) -> bool {
        dates.last_upheld.is_some_and(|day| self.findings.as_of - day <= self.findings.policy.repeat_window_days)
    }

    /// The factor of an incident: by the number of other incidents that began before its last weighing finding.
    fn factor(&self, last_weighing: i32, own: &Dates) -> f64 {
        let earlier = self.first_upheld.iter().filter(|&&day| day < last_weighing).count();
        let is_one = self.counts(own) && own.first_upheld.is_some_and(|day| day < last_weighing);
        let others = earlier.saturating_sub(usize::from(is_one));
        let factors = &self.findings.policy.repeat_factors;
        factors.get(others.min(factors.len().saturating_sub(1))).copied().unwrap_or(1.0)
    }
}
