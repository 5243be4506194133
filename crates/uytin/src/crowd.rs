//! The formula of [`score`](crate::score) for many subjects at once: stage by stage over all of them instead of subject by
//! subject, so that the processor need not guess where each one's sources, classes and criteria end.
//!
//! The parts are those that [`evaluate`](crate::score::evaluate) is made of, in the same order for each subject, so no bit
//! of a result differs.

use crate::date::Date;
use crate::explain::{add_to_pillar, pillar_scores};
use crate::kernel::{Verdict, verdict};
use crate::mass::{Mass, Sum, add_to_sector, weighed};
use crate::measure::is_below;
use crate::points::Points;
use crate::policy::Policy;
use crate::policy::compiled::{Compiled, Slot};
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
    /// By subject, slot and class: the sum of all rows up to the end of each. Its own is the difference to the one before.
    classes: Level<Sum>,
    /// The rows of one class by source: the places of both.
    sources: Vec<(u32, u32)>,
    /// Masses by subject and slot.
    slots: Level<Mass>,
    members: Vec<Member>,
    verdicts: Verdicts,
    /// Masses by sector, all sectors of each subject.
    sectors: Vec<[f64; 2]>,
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

    /// The lowest bit of the source class, from which on the order of keys matters.
    #[must_use]
    pub const fn ordered_from(self) -> u32 {
        self.class.from
    }

    /// How many pairs of slot and class a subject may have.
    fn classes_each(self) -> usize {
        usize::try_from(1_u64 << (self.class.mask.count_ones() + self.slot.mask.count_ones())).unwrap_or(usize::MAX)
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

/// What is summed by parts of keys that come in ascending order, after an empty entry. Every row or part is written where the
/// next entry is, which is left behind only when it is complete, so that it takes no branch to go on.
#[derive(Clone, Debug, Default)]
struct Level<T> {
    entries: Vec<Entry<T>>,
    len: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry<T> {
    sum: T,
    /// The key of its last row.
    key: u64,
    /// The place after its last part.
    end: usize,
}

impl<T: Copy + Default> Level<T> {
    /// As many entries as there can be, to be written.
    fn start(&mut self, most: usize) -> &mut [Entry<T>] {
        // The empty one lies before them, and one more behind the last.
        if self.entries.len() <= most + 1 {
            self.entries.resize((most + 2).next_power_of_two(), Entry::default());
        }
        self.entries.get_mut(1..).unwrap_or_default()
    }

    /// Ends with so many entries.
    fn end(&mut self, len: usize) {
        self.len = len;
        if let [.., last, behind] = self.entries.get_mut(..len + 2).unwrap_or_default() {
            behind.key = !last.key;
        }
    }

    /// Each entry after the one before, and in which bits its key and the next one differ: the last one's in all.
    #[inline]
    fn iter(&self) -> impl Iterator<Item = (&Entry<T>, &Entry<T>, u64)> {
        let all = self.entries.get(..self.len + 2).unwrap_or_default();
        all.windows(3).filter_map(|three| match three {
            [before, entry, next] => Some((before, entry, entry.key ^ next.key)),
            _ => None,
        })
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
            classes: Level::default(),
            sources: Vec::new(),
            slots: Level::default(),
            members: Vec::new(),
            verdicts: Verdicts::default(),
            sectors: Vec::new(),
            pillars: Vec::new(),
        }
    }

    /// Scores subjects by all of their rows, which come in the order of subject, slot and class; `row` gives the key of a row,
    /// and its checks that held and that did not, or thousandths of a credit; `other` is handed the rows of slots and classes
    /// that the policy does not have, which are passed over. `previous` says what tier a subject had, as in
    /// [`Scorer::score`](crate::kernel::Scorer::score).
    pub fn score<C>(
        &mut self,
        rows: &[C],
        row: impl Fn(&C) -> (u64, (u32, u32)),
        other: impl FnMut(&[C]),
        previous: impl FnMut(usize) -> Option<Option<Tier>>,
    ) -> Scored<'_> {
        self.verdicts.subjects.clear();
        self.verdicts.verdicts.clear();
        if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
            let [first, last] = [first, last].map(|one| self.layout.subject_of(row(one).0));
            // Each in a function of its own, so that what it works with stays in registers.
            self.sum_classes(rows, &row, last - first + 1);
            self.start_members(last - first + 1);
            self.sum_slots(rows, &row, first, other);
            self.estimate(first);
            self.conclude(first, previous);
        }
        let Verdicts { subjects, verdicts } = &self.verdicts;
        let pillars = self.pillars.get(..subjects.len() * self.pillars_each).unwrap_or_default();
        Scored { subjects, verdicts, pillars: Pillars(pillars) }
    }

    /// Adds rows up, class by class.
    #[inline(never)]
    fn sum_classes<C>(&mut self, rows: &[C], row: &impl Fn(&C) -> (u64, (u32, u32)), subjects: usize) {
        let decays = self.policy.compiled().decays.as_slice();
        let layout = self.layout;
        let entries = self.classes.start(rows.len().min(subjects.saturating_mul(layout.classes_each())));
        let (mut at, mut sum) = (0, Sum::default());
        let mut before = rows.first().map_or(0, |first| row(first).0);
        for (place, one) in rows.iter().enumerate() {
            let (key, (favourable, adverse)) = row(one);
            at += usize::from((key ^ before) >> layout.class.from != 0);
            before = key;
            let decay = decays.get(usize::from(layout.slot_of(key)));
            let fraction = decay.map_or(0, |decay| decay.fraction(layout.age_of(key)));
            sum.add(Sum::of(favourable, adverse, fraction));
            if let Some(entry) = entries.get_mut(at) {
                *entry = Entry { sum, key, end: place + 1 };
            }
        }
        self.classes.end(at + usize::from(!rows.is_empty()));
    }

    /// So many subjects without evidence.
    fn start_members(&mut self, count: usize) {
        let Self { policy, pillars_each, members, sectors, pillars, .. } = self;
        let policy = policy.compiled();
        sectors.clear();
        sectors.resize(count * sectors_each(policy), [0.0; 2]);
        pillars.clear();
        let closed = policy.closed_pillars.get(..*pillars_each).unwrap_or_default();
        (0..count).for_each(|_| pillars.extend_from_slice(closed));
        members.clear();
        members.resize(count, Member { is_there: false, totals: policy.unseen, gain: 0.0, below: false });
    }

    /// Adds classes up, slot by slot, and by sector.
    #[inline(never)]
    fn sum_slots<C>(&mut self, rows: &[C], row: &impl Fn(&C) -> (u64, (u32, u32)), first: usize, mut other: impl FnMut(&[C])) {
        // A factor, as whether a slot is complete can hardly be guessed.
        const LEFT: [f64; 2] = [1.0, 0.0];
        let Self { policy, layout, classes, sources, slots, sectors, .. } = self;
        let (policy, layout) = (policy.compiled(), *layout);
        let sectors_each = sectors_each(policy);
        let entries = slots.start(classes.len);
        let (mut at, mut mass) = (0, Mass::default());
        for (before, &Entry { sum: up_to, key, end }, apart) in classes.iter() {
            let (slot, class) = (usize::from(layout.slot_of(key)), usize::from(layout.class_of(key)));
            if let (Some(slot), Some(class)) = (policy.slots.get(slot), policy.classes.get(class)) {
                let mut sum = up_to.since(before.sum);
                // No source exceeds what all of them do not.
                if sum.exceeds(slot.least_cap) {
                    let own = rows.get(before.end..end).unwrap_or_default();
                    sum = capped_by_source(sum, sources, slot, layout, own, row).capped(slot.class_cap);
                }
                let of_class = weighed(class, sum, slot.unit);
                mass.add(class, of_class);
                add_to_sector(sectors, (layout.subject_of(key) - first) * sectors_each + class.sector_place, of_class);
            } else {
                other(rows.get(before.end..end).unwrap_or_default());
            }
            if let Some(entry) = entries.get_mut(at) {
                *entry = Entry { sum: mass, key, end };
            }
            let complete = usize::from(apart >> layout.slot.from != 0);
            at += complete;
            mass = mass.times(LEFT.get(complete).copied().unwrap_or_default());
        }
        slots.end(at);
    }

    /// Estimates criterion by criterion what the evidence of each subject changes.
    #[inline(never)]
    fn estimate(&mut self, first: usize) {
        let Self { policy, layout, pillars_each, slots, members, pillars, .. } = self;
        let policy = policy.compiled();
        let weights = policy.weights.as_slice();
        let pillars_each = *pillars_each;
        for (_, Entry { sum: mass, key, .. }, _) in slots.iter() {
            let (subject, slot) = (layout.subject_of(*key) - first, usize::from(layout.slot_of(*key)));
            let Some(member) = members.get_mut(subject) else { continue };
            member.is_there = true;
            match (policy.criteria.get(slot), weights.get(slot)) {
                (Some(criterion), Some(&weight)) => {
                    let estimate = policy.estimator.estimate(&criterion.prior, mass);
                    member.totals.change(weight, &criterion.unseen, &estimate);
                    member.below |= is_below(policy, mass, &estimate, criterion.measured_below);
                    if let Some(own) = pillars.get_mut(subject * pillars_each..) {
                        add_to_pillar(own, criterion, weight, estimate.mean);
                    }
                }
                _ => member.gain += credit_gain(policy, slot, mass.favourable),
            }
        }
    }

    /// Says what comes of it, and moves the pillars of subjects with rows together.
    #[inline(never)]
    fn conclude(&mut self, first: usize, mut previous: impl FnMut(usize) -> Option<Option<Tier>>) {
        let Self { policy, as_of, pillars_each, members, verdicts: Verdicts { subjects, verdicts }, sectors, pillars, .. } = self;
        let policy = policy.compiled();
        let rows = Rows::default();
        let pillars_each = *pillars_each;
        let sectors = of_each(sectors, sectors_each(policy));
        for ((place, &Member { is_there, totals, gain, below }), sectors) in members.iter().enumerate().zip(sectors) {
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

/// One more than there are, for classes without a sector.
fn sectors_each(policy: &Compiled) -> usize {
    policy.sectors.len() + 1
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

/// So many of them for each subject.
fn of_each(all: &[[f64; 2]], each: usize) -> impl Iterator<Item = &[[f64; 2]]> {
    (0..).map_while(move |n| if each == 0 { Some(&[][..]) } else { all.get(n * each..(n + 1) * each) })
}
