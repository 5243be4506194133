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
    /// The places of those that exceed a cap.
    large: Vec<usize>,
    /// The rows of one of them by source: the places of both.
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
    /// The lowest bit of the subject's, which are all up to the uppermost.
    subject: u32,
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
        Self { age: none, source: none, class: none, slot: none, subject: 0 }
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
        Some(Self { age, source, class, slot, subject: slot.from + slot.mask.count_ones() })
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
        key | (subject as u64) << self.subject | (source as u64) << self.source.from | (age as u64) << self.age.from
    }

    /// The same key of the subject with this number.
    #[must_use]
    #[inline]
    pub const fn of_subject(self, key: u64, subject: u32) -> u64 {
        key & !(u64::MAX << self.subject) | (subject as u64) << self.subject
    }

    /// The bits of source class and slot.
    #[must_use]
    pub const fn class_and_slot(self) -> Range<u32> {
        self.class.from..self.subject
    }

    /// The lowest bit of the slot.
    #[must_use]
    pub const fn slot_from(self) -> u32 {
        self.slot.from
    }

    /// The lowest bit of the subject.
    #[must_use]
    pub const fn subject_from(self) -> u32 {
        self.subject
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
        (key >> self.subject) as usize
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
    /// The mass in the slot that is summed up, and whether there are rows of it.
    masses: Vec<(Mass, bool)>,
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
        self.masses.resize(count, (Mass::default(), false));
        if self.seen.len() <= count {
            self.seen.resize(count + 1, 0);
        }
        self.sectors_each = policy.sectors.len() + 1;
        self.sectors.clear();
        self.sectors.resize(count * self.sectors_each, [0.0; 2]);
    }

    /// Adds what rows of this slot say.
    #[inline]
    fn add(&mut self, add: impl FnOnce(&mut OfSlot<'_>)) {
        let Self { masses, seen, seen_len, sectors, sectors_each } = self;
        let mut of_slot = OfSlot { masses, seen, seen_len: *seen_len, sectors, sectors_each: *sectors_each };
        add(&mut of_slot);
        *seen_len = of_slot.seen_len;
    }

    /// The subjects with rows of this slot, and their masses, which are taken from the evidence.
    #[inline]
    fn take(&mut self) -> impl Iterator<Item = (usize, Mass)> {
        let Self { masses, seen, seen_len, .. } = self;
        let seen = seen.get(..std::mem::take(seen_len)).unwrap_or_default();
        seen.iter().filter_map(|&subject| Some((subject, std::mem::take(masses.get_mut(subject)?).0)))
    }

    /// The sectors of each subject.
    fn sectors(&self) -> impl Iterator<Item = &[[f64; 2]]> {
        self.sectors.chunks(self.sectors_each)
    }
}

/// The evidence of one slot to add to, with its own length, which a loop can so keep in a register.
struct OfSlot<'a> {
    masses: &'a mut [(Mass, bool)],
    seen: &'a mut [usize],
    seen_len: usize,
    sectors: &'a mut [[f64; 2]],
    sectors_each: usize,
}

impl OfSlot<'_> {
    /// The mass of a subject with rows. The subject is written where the next one is seen, which is left behind only if it is
    /// new, as that can hardly be guessed.
    #[inline]
    fn mass(&mut self, subject: usize) -> Option<&mut Mass> {
        let (mass, is_seen) = self.masses.get_mut(subject)?;
        if let Some(next) = self.seen.get_mut(self.seen_len) {
            *next = subject;
        }
        self.seen_len += usize::from(!std::mem::replace(is_seen, true));
        Some(mass)
    }

    /// Adds what one class says of a subject.
    #[inline]
    fn add(&mut self, subject: usize, class: &ClassRule, of_class: [f64; 2]) {
        if let Some(mass) = self.mass(subject) {
            mass.add(class, of_class);
        }
        add_to_sector(self.sectors, subject * self.sectors_each + class.sector_place, of_class);
    }
}

/// The rows of one slot and class, in the order of subjects.
struct OfClass<'a, C> {
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
        let (decay, layout) = (&self.slot.decay, self.layout);
        match decay.held() {
            Some(table) => {
                let fraction = |key: u64| usize::try_from(layout.age.of(key)).ok().and_then(|age| table.get(age).copied());
                self.sum_with(entries, row, |key| fraction(key).unwrap_or_default())
            }
            None => self.sum_with(entries, row, |key| decay.fraction(layout.age_of(key))),
        }
    }

    /// The same, with what is left of the row with a key at its age.
    #[inline(never)]
    fn sum_with<'e>(&self, entries: &'e mut [Entry], row: &impl Fn(&C) -> (u64, (u32, u32)), fraction: impl Fn(u64) -> u64) -> &'e [Entry] {
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
            sum.add(Sum::of(favourable, adverse, fraction(key)));
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
        (large, sources): (&mut Vec<usize>, &mut Vec<(u32, u32)>),
        row: &impl Fn(&C) -> (u64, (u32, u32)),
        first: usize,
        evidence: &mut Evidence,
    ) {
        let Self { slot, class, layout, rows } = *self;
        let (class, cap, unit) = (*class, slot.least_cap, slot.unit);
        if large.len() < entries.len() {
            large.resize(entries.len(), 0);
        }
        let mut count = 0;
        evidence.add(|of_slot| {
            // First those within the caps, without a call, so that what it takes stays in registers.
            for (place, pair) in entries.windows(2).enumerate() {
                let [before, Entry { sum, subject, .. }] = pair else { continue };
                let sum = sum.since(before.sum);
                if !sum.exceeds(cap) {
                    of_slot.add(subject - first, &class, weighed(&class, sum, unit));
                } else if let Some(large) = large.get_mut(count) {
                    *large = place;
                    count += 1;
                }
            }
        });
        evidence.add(|of_slot| {
            for &place in large.iter().take(count) {
                let Some([before, Entry { sum, subject, end }]) = entries.get(place..place + 2) else { continue };
                let own = rows.get(before.end..*end).unwrap_or_default();
                let sum = capped_by_source(sum.since(before.sum), sources, slot, layout, own, row).capped(slot.class_cap);
                of_slot.add(subject - first, &class, weighed(&class, sum, unit));
            }
        });
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
            large: Vec::new(),
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
        for (place, of_slot) in groups(rows, |one| layout.slot_of(row(one).0)) {
            self.sum_slot(place.into(), of_slot, &row, first, &mut other);
            self.estimate(place.into());
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
        let Self { policy, layout, entries, large, sources, evidence, .. } = self;
        let (policy, layout) = (policy.compiled(), *layout);
        for (class, rows) in groups(rows, |one| layout.class_of(row(one).0)) {
            if let (Some(slot), Some(class)) = (policy.slots.get(place), policy.classes.get(usize::from(class))) {
                let of_class = OfClass { slot, class, layout, rows };
                // Each in a function of its own, so that what it works with stays in registers.
                let sums = of_class.sum(evidence.masses.len(), entries, row);
                of_class.weigh(sums, (large, sources), row, first, evidence);
            } else {
                evidence.add(|of_slot| {
                    for one in rows {
                        of_slot.mass(layout.subject_of(row(one).0) - first);
                    }
                });
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
                for (subject, mass) in evidence.take() {
                    let Some(member) = members.get_mut(subject) else { continue };
                    let estimate = policy.estimator.estimate(&criterion.prior, &mass);
                    member.is_there = true;
                    member.totals.change(weight, &criterion.unseen, &estimate);
                    member.below |= is_below(policy, &mass, &estimate, criterion.measured_below);
                    if let Some(own) = pillars.get_mut(subject * pillars_each..) {
                        add_to_pillar(own, criterion, weight, estimate.mean);
                    }
                }
            }
            _ => {
                for (subject, mass) in evidence.take() {
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

/// The rows by some part of their keys, in which they are in order.
fn groups<C>(rows: &[C], part: impl Fn(&C) -> u16) -> impl Iterator<Item = (u16, &[C])> {
    let mut left = rows;
    std::iter::from_fn(move || {
        let value = part(left.first()?);
        let (own, after) = left.split_at(left.partition_point(|one| part(one) == value));
        left = after;
        Some((value, own))
    })
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
