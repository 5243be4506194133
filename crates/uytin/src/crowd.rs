//! The formula of [`score`](crate::score) for many subjects at once: slot by slot and class by class over all of them instead of
//! subject by subject. What the policy says of a slot and a class is then looked up once for all, and the processor need not
//! guess where each subject's sources, classes and criteria end.
//!
//! The parts are those that [`evaluate`](crate::score::evaluate) is made of, in the same order for each subject, so no bit
//! of a result differs.

use std::ops::Range;

use crate::date::Date;
use crate::explain::{add_to_pillar, pillar_scores};
use crate::kernel::{Verdict, verdict};
use crate::mass::{Mass, Sum, add_to_sector, weighed};
use crate::measure::is_below;
use crate::points::Points;
use crate::policy::Policy;
use crate::policy::compiled::{ClassRule, Compiled, Slot};
use crate::score::{Rows, Terms, credit_gain};
use crate::tier::Tier;

/// Scores subjects that have checks and credits alone: no findings, no exemptions.
#[derive(Clone, Debug)]
pub struct Crowd {
    policy: Policy,
    as_of: i32,
    layout: KeyLayout,
    /// 0 where they are not asked for.
    pillars_each: usize,
    /// What the rows of one slot and class come to by subject.
    entries: Vec<Entry>,
    /// Those of one subject by source: the places of both.
    sources: Vec<(u32, u32)>,
    evidence: Evidence,
    members: Vec<Member>,
    verdicts: Verdicts,
    /// Sums by pillar, all pillars of each subject.
    pillars: Vec<[f64; 2]>,
}

/// Where the parts of a row's key lie in 64 bits; from the top: subject, slot, class, source, age. Below the age there may be
/// anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyLayout {
    age: Bits,
    source: Bits,
    class: Bits,
    slot: Bits,
    subject: Bits,
}

/// Some neighbouring bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bits {
    /// The lowest one.
    from: u32,
    mask: u64,
}

impl Bits {
    #[inline]
    const fn of(self, key: u64) -> u64 {
        key >> self.from & self.mask
    }
}

impl KeyLayout {
    /// All bits are the subject's.
    pub const SUBJECT: Self = {
        let none = Bits { from: 0, mask: 0 };
        Self { age: none, source: none, class: none, slot: none, subject: Bits { from: 0, mask: u64::MAX } }
    };

    /// From the number of bits below the age, and of the bits of age in days, place of the source, of the source class, and of
    /// the criterion or credit. All others are the subject's: at least one of the 64.
    #[must_use]
    pub const fn new(below: u32, age: u32, source: u32, class: u32, slot: u32) -> Option<Self> {
        const fn bits(from: u32, len: u32) -> Bits {
            Bits { from, mask: u64::MAX.unbounded_shr(u64::BITS - len) }
        }
        if below as u64 + age as u64 + source as u64 + class as u64 + slot as u64 >= u64::BITS as u64 {
            return None;
        }
        let age = bits(below, age);
        let source = bits(age.from + age.mask.count_ones(), source);
        let class = bits(source.from + source.mask.count_ones(), class);
        let slot = bits(class.from + class.mask.count_ones(), slot);
        let subject = slot.from + slot.mask.count_ones();
        Some(Self { age, source, class, slot, subject: bits(subject, u64::BITS - subject) })
    }

    /// The key of such a row of the subject with number 0.
    #[must_use]
    #[inline]
    pub const fn key(self, slot: u16, class: u16, source: u32, age: u32) -> u64 {
        (slot as u64) << self.slot.from
            | (class as u64) << self.class.from
            | (source as u64) << self.source.from
            | (age as u64) << self.age.from
    }

    /// A key of slot and class alone, with all that it lacks.
    #[must_use]
    #[inline]
    pub const fn filled(self, key: u64, subject: u32, source: u32, age: u32) -> u64 {
        key | (subject as u64) << self.subject.from | (source as u64) << self.source.from | (age as u64) << self.age.from
    }

    /// The same key of the subject with this number.
    #[must_use]
    #[inline]
    pub const fn of_subject(self, key: u64, subject: u32) -> u64 {
        key & !(self.subject.mask << self.subject.from) | (subject as u64) << self.subject.from
    }

    /// The bits of source class and slot.
    #[must_use]
    pub const fn class_and_slot(self) -> Range<u32> {
        self.class.from..self.subject.from
    }

    /// The lowest bit of the slot.
    #[must_use]
    pub const fn slot_from(self) -> u32 {
        self.slot.from
    }

    /// The lowest bit of the subject.
    #[must_use]
    pub const fn subject_from(self) -> u32 {
        self.subject.from
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the layout has as many bits as the numbers need")]
impl KeyLayout {
    /// The age in days.
    #[must_use]
    #[inline]
    pub const fn age_of(self, key: u64) -> i32 {
        self.age.of(key) as i32
    }

    /// The place of the source.
    #[must_use]
    #[inline]
    pub const fn source_of(self, key: u64) -> u32 {
        self.source.of(key) as u32
    }

    /// The place of the source class.
    #[must_use]
    #[inline]
    pub const fn class_of(self, key: u64) -> u16 {
        self.class.of(key) as u16
    }

    /// The place of the slot.
    #[must_use]
    #[inline]
    pub const fn slot_of(self, key: u64) -> u16 {
        self.slot.of(key) as u16
    }

    /// The number of the subject.
    #[must_use]
    #[inline]
    pub const fn subject_of(self, key: u64) -> usize {
        self.subject.of(key) as usize
    }
}

/// The sum of a class's rows up to the end of a subject's. Its own is the difference to the one before.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    sum: Sum,
    subject: usize,
    /// The place after its last row.
    end: usize,
}

/// What the rows say of each subject.
#[derive(Clone, Debug, Default)]
struct Evidence {
    /// The mass of the last slot of which a subject has rows, and the place of that slot.
    masses: Vec<(Mass, usize)>,
    /// The subjects with rows of this slot, each once, and room for one more.
    seen: Vec<usize>,
    seen_len: usize,
    /// Masses by sector, all sectors of each subject: one more than there are, for classes without one.
    sectors: Vec<[f64; 2]>,
    sectors_each: usize,
}

impl Evidence {
    /// Of so many subjects none.
    fn start(&mut self, policy: &Compiled, count: usize) {
        self.masses.clear();
        self.masses.resize(count, (Mass::default(), usize::MAX));
        if self.seen.len() <= count {
            self.seen.resize(count + 1, 0);
        }
        self.sectors_each = policy.sectors.len() + 1;
        self.sectors.clear();
        self.sectors.resize(count * self.sectors_each, [0.0; 2]);
    }

    /// The mass of a subject in this slot, to add to. The subject is written where the next one is seen, which is left behind
    /// only if it is new, as that can hardly be guessed.
    #[inline]
    fn mass(&mut self, slot: usize, subject: usize) -> Option<&mut Mass> {
        const KEPT: [f64; 2] = [1.0, 0.0];
        let (mass, of_slot) = self.masses.get_mut(subject)?;
        if let Some(next) = self.seen.get_mut(self.seen_len) {
            *next = subject;
        }
        let is_new = usize::from(*of_slot != slot);
        self.seen_len += is_new;
        *of_slot = slot;
        *mass = mass.times(KEPT.get(is_new).copied().unwrap_or_default());
        Some(mass)
    }

    /// Adds what one class says of a subject.
    #[inline]
    fn add(&mut self, slot: usize, subject: usize, class: &ClassRule, of_class: [f64; 2]) {
        if let Some(mass) = self.mass(slot, subject) {
            mass.add(class, of_class);
        }
        add_to_sector(&mut self.sectors, subject * self.sectors_each + class.sector_place, of_class);
    }

    /// The subjects with rows of this slot, and their masses.
    #[inline]
    fn of_slot(&self) -> impl Iterator<Item = (usize, &Mass)> {
        let seen = self.seen.get(..self.seen_len).unwrap_or_default();
        seen.iter().filter_map(|&subject| Some((subject, &self.masses.get(subject)?.0)))
    }

    /// The sectors of each subject.
    fn sectors(&self) -> impl Iterator<Item = &[[f64; 2]]> {
        self.sectors.chunks(self.sectors_each)
    }
}

/// The rows of one slot and class, in the order of subjects.
struct OfClass<'a, C> {
    place: usize,
    slot: &'a Slot,
    class: &'a ClassRule,
    layout: KeyLayout,
    rows: &'a [C],
}

impl<C> OfClass<'_, C> {
    /// Sums them up by subject, of which there are at most so many; an empty entry comes first.
    fn sum<'e>(&self, subjects: usize, entries: &'e mut Vec<Entry>, row: &impl Fn(&C) -> (u64, (u32, u32))) -> &'e [Entry] {
        let most = self.rows.len().min(subjects);
        if entries.len() <= most {
            entries.resize(most + 1, Entry::default());
        }
        let decay = &self.slot.decay;
        match decay.held() {
            Some(table) => {
                let fraction = |age: i32| usize::try_from(age).ok().and_then(|age| table.get(age).copied()).unwrap_or_default();
                self.sum_with(entries, row, fraction)
            }
            None => self.sum_with(entries, row, |age| decay.fraction(age)),
        }
    }

    /// The same, with what is left of a row at its age.
    #[inline(never)]
    fn sum_with<'e>(&self, entries: &'e mut [Entry], row: &impl Fn(&C) -> (u64, (u32, u32)), fraction: impl Fn(i32) -> u64) -> &'e [Entry] {
        let Self { layout, rows, .. } = *self;
        // Every row is written where its subject's entry is, which is left behind only when it is complete, so that it takes no
        // branch to go on.
        let (mut at, mut sum) = (1, Sum::default());
        let mut before = rows.first().map_or(0, |first| layout.subject_of(row(first).0));
        for (end, one) in (1..).zip(rows) {
            let (key, (favourable, adverse)) = row(one);
            let subject = layout.subject_of(key);
            at += usize::from(subject != before);
            before = subject;
            sum.add(Sum::of(favourable, adverse, fraction(layout.age_of(key))));
            if let Some(entry) = entries.get_mut(at) {
                *entry = Entry { sum, subject, end };
            }
        }
        entries.get(..=at).unwrap_or_default()
    }

    /// Adds to the evidence what they carry: each source and the class up to their caps, weighted. Subjects are counted from
    /// `first`.
    #[inline(never)]
    fn weigh(
        &self,
        entries: &[Entry],
        row: &impl Fn(&C) -> (u64, (u32, u32)),
        sources: &mut Vec<(u32, u32)>,
        first: usize,
        evidence: &mut Evidence,
    ) {
        let Self { place, slot, class, layout, rows } = *self;
        for pair in entries.windows(2) {
            let [before, Entry { sum: up_to, subject, end }] = pair else { continue };
            let mut sum = up_to.since(before.sum);
            // No source exceeds what all of them do not.
            if sum.exceeds(slot.least_cap) {
                let own = rows.get(before.end..*end).unwrap_or_default();
                sum = capped_by_source(sum, sources, slot, layout, own, row).capped(slot.class_cap);
            }
            evidence.add(place, subject - first, class, weighed(class, sum, slot.unit));
        }
    }
}

/// What came of the pillars of a subject, or of several ones after each other.
#[derive(Clone, Copy, Debug)]
pub struct Pillars<'a>(pub(crate) &'a [[f64; 2]]);

/// What came of many subjects, in the order of their numbers.
#[derive(Clone, Copy, Debug)]
pub struct Scored<'a> {
    /// Their numbers.
    pub subjects: &'a [usize],
    /// Their verdicts.
    pub verdicts: &'a [Verdict],
    /// Their pillars.
    pub pillars: Pillars<'a>,
}

#[derive(Clone, Debug, Default)]
struct Verdicts {
    subjects: Vec<usize>,
    verdicts: Vec<Verdict>,
}

impl<'a> Pillars<'a> {
    /// The score of each pillar in policy order; `None` where none of its criteria is left.
    #[inline]
    pub fn scores(self) -> impl ExactSizeIterator<Item = Option<Points>> + 'a {
        pillar_scores(self.0)
    }
}

#[derive(Clone, Copy, Debug)]
struct Member {
    /// Whether it has any rows.
    is_there: bool,
    totals: Terms,
    gain: f64,
    /// Whether a criterion lies below the bound of a measure.
    below: bool,
}

impl Crowd {
    /// For one policy and day, and rows with such keys; with or without the pillars of each subject.
    #[must_use]
    pub fn new(policy: &Policy, as_of: Date, layout: KeyLayout, with_pillars: bool) -> Self {
        Self {
            policy: policy.clone(),
            as_of: as_of.days(),
            layout,
            pillars_each: if with_pillars { policy.compiled().closed_pillars.len() } else { 0 },
            entries: Vec::new(),
            sources: Vec::new(),
            evidence: Evidence::default(),
            members: Vec::new(),
            verdicts: Verdicts::default(),
            pillars: Vec::new(),
        }
    }

    /// Scores the subjects with these numbers by all of their rows, which come in the order of slot, class and subject; `row`
    /// gives the key of a row, and its checks that held and that did not, or thousandths of a credit; `other` is handed the rows
    /// of slots and classes that the policy does not have, which are passed over. `previous` says what tier a subject had, as in
    /// [`Scorer::score`](crate::kernel::Scorer::score).
    pub fn score<C>(
        &mut self,
        subjects: Range<usize>,
        rows: &[C],
        row: impl Fn(&C) -> (u64, (u32, u32)),
        mut other: impl FnMut(&[C]),
        previous: impl FnMut(usize) -> Option<Option<Tier>>,
    ) -> Scored<'_> {
        let (layout, first) = (self.layout, subjects.start);
        self.start(subjects.len());
        let mut left = rows;
        while let Some(one) = left.first() {
            let place = layout.slot_of(row(one).0);
            let (of_slot, after) = split(left, |one| layout.slot_of(row(one).0) == place);
            self.sum_slot(place.into(), of_slot, &row, first, &mut other);
            self.estimate(place.into());
            left = after;
        }
        self.conclude(first, previous);
        let Verdicts { subjects, verdicts } = &self.verdicts;
        let pillars = self.pillars.get(..subjects.len() * self.pillars_each).unwrap_or_default();
        Scored { subjects, verdicts, pillars: Pillars(pillars) }
    }

    /// So many subjects without evidence.
    fn start(&mut self, count: usize) {
        let Self { policy, pillars_each, evidence, members, verdicts, pillars, .. } = self;
        let policy = policy.compiled();
        verdicts.subjects.clear();
        verdicts.verdicts.clear();
        evidence.start(policy, count);
        pillars.clear();
        let closed = policy.closed_pillars.get(..*pillars_each).unwrap_or_default();
        (0..count).for_each(|_| pillars.extend_from_slice(closed));
        members.clear();
        members.resize(count, Member { is_there: false, totals: policy.unseen, gain: 0.0, below: false });
    }

    /// Sums up the rows of a slot, class by class.
    fn sum_slot<C>(
        &mut self,
        place: usize,
        rows: &[C],
        row: &impl Fn(&C) -> (u64, (u32, u32)),
        first: usize,
        other: &mut impl FnMut(&[C]),
    ) {
        let Self { policy, layout, entries, sources, evidence, .. } = self;
        let (policy, layout) = (policy.compiled(), *layout);
        evidence.seen_len = 0;
        let mut left = rows;
        while let Some(one) = left.first() {
            let class = layout.class_of(row(one).0);
            let (rows, after) = split(left, |one| layout.class_of(row(one).0) == class);
            left = after;
            if let (Some(slot), Some(class)) = (policy.slots.get(place), policy.classes.get(usize::from(class))) {
                let of_class = OfClass { place, slot, class, layout, rows };
                // Each in a function of its own, so that what it works with stays in registers.
                let sums = of_class.sum(evidence.masses.len(), entries, row);
                of_class.weigh(sums, row, sources, first, evidence);
            } else {
                for one in rows {
                    evidence.mass(place, layout.subject_of(row(one).0) - first);
                }
                other(rows);
            }
        }
    }

    /// Estimates what the evidence of a slot changes for each subject.
    #[inline(never)]
    fn estimate(&mut self, place: usize) {
        let Self { policy, pillars_each, evidence, members, pillars, .. } = self;
        let policy = policy.compiled();
        let pillars_each = *pillars_each;
        match (policy.criteria.get(place), policy.weights.get(place)) {
            (Some(criterion), Some(&weight)) => {
                for (subject, mass) in evidence.of_slot() {
                    let Some(member) = members.get_mut(subject) else { continue };
                    let estimate = policy.estimator.estimate(&criterion.prior, mass);
                    member.is_there = true;
                    member.totals.change(weight, &criterion.unseen, &estimate);
                    member.below |= is_below(policy, mass, &estimate, criterion.measured_below);
                    if let Some(own) = pillars.get_mut(subject * pillars_each..) {
                        add_to_pillar(own, criterion, weight, estimate.mean);
                    }
                }
            }
            _ => {
                for (subject, mass) in evidence.of_slot() {
                    let Some(member) = members.get_mut(subject) else { continue };
                    member.is_there = true;
                    member.gain += credit_gain(policy, place, mass.favourable);
                }
            }
        }
    }

    /// Says what comes of it, and moves the pillars of subjects with rows together.
    #[inline(never)]
    fn conclude(&mut self, first: usize, mut previous: impl FnMut(usize) -> Option<Option<Tier>>) {
        let Self { policy, as_of, pillars_each, evidence, members, verdicts: Verdicts { subjects, verdicts }, pillars, .. } = self;
        let policy = policy.compiled();
        let rows = Rows::default();
        let pillars_each = *pillars_each;
        for ((place, &Member { is_there, totals, gain, below }), sectors) in members.iter().enumerate().zip(evidence.sectors()) {
            if is_there {
                let previous = previous(first + place);
                let outcome = totals.conclude(policy, gain, 1.0, None, sectors, previous.flatten(), &mut ());
                if subjects.len() < place {
                    pillars.copy_within(place * pillars_each..(place + 1) * pillars_each, subjects.len() * pillars_each);
                }
                subjects.push(first + place);
                verdicts.push(verdict(policy, &rows, *as_of, &outcome, below, &[], &[], previous));
            }
        }
    }
}

/// The rows for which this holds, which come first, and the others.
fn split<C>(rows: &[C], is_own: impl Fn(&C) -> bool) -> (&[C], &[C]) {
    rows.split_at(rows.partition_point(is_own))
}

/// The sum of a class whose sources may exceed their cap, from that of all of its rows.
#[inline(never)]
fn capped_by_source<C>(
    sum: Sum,
    sources: &mut Vec<(u32, u32)>,
    slot: &Slot,
    layout: KeyLayout,
    rows: &[C],
    row: &impl Fn(&C) -> (u64, (u32, u32)),
) -> Sum {
    if !sum.exceeds(slot.source_cap) {
        return sum;
    }
    let source = |one: &C| layout.source_of(row(one).0);
    let first = rows.first().map(source);
    if rows.iter().all(|one| Some(source(one)) == first) {
        return sum.capped(slot.source_cap);
    }
    sources.clear();
    sources.extend(rows.iter().map(source).zip(0..));
    sources.sort_unstable();
    let mut all = Sum::default();
    for of_source in sources.chunk_by(|(a, _), (b, _)| a == b) {
        let mut sum = Sum::default();
        for (key, (favourable, adverse)) in of_source.iter().filter_map(|&(_, place)| rows.get(place as usize)).map(row) {
            sum.add(Sum::of(favourable, adverse, slot.decay.fraction(layout.age_of(key))));
        }
        all.add(sum.capped(slot.source_cap));
    }
    all
}
