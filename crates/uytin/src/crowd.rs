//! The formula of [`score`](crate::score) for many subjects at once: stage by stage over all of them instead of subject by
//! subject, so that the processor need not guess where each one's sources, classes and criteria end.
//!
//! The parts are those that [`evaluate`](crate::score::evaluate) is made of, in the same order for each subject, so no bit
//! of a result differs.

use crate::count::age;
use crate::date::Date;
use crate::explain::{add_to_pillar, pillar_scores};
use crate::kernel::{Verdict, verdict};
use crate::mass::{Mass, MassKey, MassRow, Sum, add_class};
use crate::measure::is_below;
use crate::points::Points;
use crate::policy::Policy;
use crate::score::{Rows, Terms, credit_gain};
use crate::tier::Tier;

/// Scores subjects that have checks and credits alone: no findings, no exemptions.
#[derive(Clone, Debug)]
pub struct Crowd {
    policy: Policy,
    as_of: i32,
    members: Vec<Member>,
    /// Sums by subject, slot, class and source.
    sources: Level<Sum>,
    /// Masses by subject and slot.
    slots: Level<Mass>,
    /// Masses by sector, all sectors of each subject.
    sectors: Vec<[f64; 2]>,
    /// Sums by pillar, all pillars of each subject.
    pillars: Vec<[f64; 2]>,
}

/// What is summed by parts of keys that come in ascending order. All places are prepared for as many parts as there can be,
/// so that it takes no branch to go on to the next one.
#[derive(Clone, Debug, Default)]
struct Level<T> {
    sums: Vec<T>,
    places: Vec<Place>,
    /// So many hold.
    len: usize,
}

/// Subject, slot and source class, in one number that sorts in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place(u64);

impl Place {
    /// After the last one.
    const NONE: Self = Self(u64::MAX);

    #[inline]
    fn new(subject: u32, key: MassKey) -> Self {
        Self(u64::from(subject) << 32 | key.group())
    }

    #[inline]
    const fn subject(self) -> usize {
        (self.0 >> 32) as usize
    }

    #[inline]
    const fn slot(self) -> usize {
        (self.0 >> 16 & 0xffff) as usize
    }

    #[inline]
    const fn class(self) -> usize {
        (self.0 & 0xffff) as usize
    }

    #[inline]
    const fn is_of_slot(self, other: Self) -> bool {
        self.0 >> 16 == other.0 >> 16
    }
}

impl<T: Copy + Default> Level<T> {
    /// Those that hold, each with its place and the next one's.
    #[inline]
    fn iter(&self) -> impl Iterator<Item = (&T, Place, Place)> {
        let places = self.places.get(..self.len).unwrap_or_default();
        let next = places.iter().skip(1).chain([&Place::NONE]);
        self.sums.iter().zip(places.iter().zip(next)).map(|(sum, (place, next))| (sum, *place, *next))
    }

    /// Forgets all.
    fn clear(&mut self) {
        self.len = 0;
        if let Some(first) = self.sums.first_mut() {
            *first = T::default();
        }
    }

    /// Goes on after those that hold, with room for so many more.
    #[inline]
    fn go_on(&mut self, more: usize) -> Cursor<'_, T> {
        // The one after the last is always empty.
        let most = self.len + more + 1;
        if self.sums.len() < most {
            self.sums.resize(most.next_power_of_two(), T::default());
            self.places.resize(most.next_power_of_two(), Place::default());
        }
        Cursor { sums: &mut self.sums, places: &mut self.places, at: self.len }
    }
}

/// Where a level is written.
struct Cursor<'a, T> {
    sums: &'a mut [T],
    places: &'a mut [Place],
    at: usize,
}

impl<T: Default> Cursor<'_, T> {
    /// Adds to the last one, which is of this place, and ends it unless the next part belongs to it, too.
    #[inline]
    fn add(&mut self, place: Place, goes_on: bool, add: impl FnOnce(&mut T)) {
        if let (Some([sum, next]), Some(of)) = (self.sums.get_mut(self.at..self.at + 2), self.places.get_mut(self.at)) {
            add(sum);
            *next = T::default();
            *of = place;
        }
        self.at += usize::from(!goes_on);
    }
}

/// What came of the pillars of one subject.
#[derive(Clone, Copy, Debug)]
pub struct Pillars<'a>(pub(crate) &'a [[f64; 2]]);

impl<'a> Pillars<'a> {
    /// Place and score of each pillar that is left.
    pub fn scores(self) -> impl Iterator<Item = (usize, Points)> + 'a {
        pillar_scores(self.0)
    }
}

#[derive(Clone, Copy, Debug)]
struct Member {
    previous: Option<Option<Tier>>,
    totals: Terms,
    gain: f64,
    /// Whether a criterion lies below the bound of a measure.
    below: bool,
}

impl Crowd {
    /// For one policy and day.
    #[must_use]
    pub fn new(policy: &Policy, as_of: Date) -> Self {
        Self {
            policy: policy.clone(),
            as_of: as_of.days(),
            members: Vec::new(),
            sources: Level::default(),
            slots: Level::default(),
            sectors: Vec::new(),
            pillars: Vec::new(),
        }
    }

    /// How many sums wait to be scored, about.
    #[must_use]
    pub const fn waiting(&self) -> usize {
        self.sources.len + self.members.len()
    }

    /// Adds a subject: what `mass` makes of its cells, sorted by key, and the tier that it had, as in
    /// [`Scorer::score`](crate::kernel::Scorer::score).
    #[inline]
    pub fn add<C>(&mut self, cells: &[C], mass: impl Fn(&C) -> MassRow, previous: Option<Option<Tier>>) {
        let Self { policy, as_of, sources, members, .. } = self;
        let policy = policy.compiled();
        let subject = u32::try_from(members.len()).unwrap_or(u32::MAX);
        members.push(Member { previous, totals: policy.unseen, gain: 0.0, below: false });
        let mut sums = sources.go_on(cells.len());
        let mut cells = cells.iter();
        let Some(mut row) = cells.next().map(&mass) else { return };
        loop {
            let next = cells.next().map(&mass);
            let key = row.key;
            let Some(slot) = policy.slots.get(usize::from(key.slot())) else { break };
            let fraction = age(*as_of, row.day, policy.horizon_days).map_or(0, |age| slot.decay.fraction(age));
            let goes_on = next.is_some_and(|next| next.key == key);
            sums.add(Place::new(subject, key), goes_on, |sum| sum.add(Sum::of(&row, fraction)));
            match next {
                Some(next) => row = next,
                None => break,
            }
        }
        sources.len = sums.at;
    }

    /// Scores the subjects that were added, and forgets them: hands each one's verdict, and place and score of its pillars,
    /// to `each`, in the order in which they were added.
    pub fn score(&mut self, mut each: impl FnMut(Verdict, Pillars<'_>)) {
        let Self { policy, as_of, members, sources, slots, sectors, pillars } = self;
        let policy = policy.compiled();
        let of_policy = policy.unseen_pillars.as_slice();
        sectors.clear();
        // One more for classes without a sector.
        let sectors_each = policy.sectors.len() + 1;
        sectors.resize(members.len() * sectors_each, [0.0; 2]);
        pillars.clear();
        members.iter().for_each(|_| pillars.extend_from_slice(of_policy));

        let mut of_slots = slots.go_on(sources.len);
        let mut of_class = Sum::default();
        for (sum, place, next) in sources.iter() {
            let Some(slot) = policy.slots.get(place.slot()) else { continue };
            of_class.add(sum.capped(slot.source_cap));
            // Most often a class has one source, which can be guessed.
            if next == place {
                continue;
            }
            let of_class = std::mem::take(&mut of_class);
            let Some(class) = policy.classes.get(place.class()) else { continue };
            let own = sectors.get_mut(place.subject() * sectors_each..);
            of_slots.add(place, next.is_of_slot(place), |mass| add_class(mass, class, of_class.capped(slot.class_cap), slot.unit, own));
        }
        slots.len = of_slots.at;
        let weights = policy.weights.as_slice();
        for (mass, place) in slots.sums.iter().zip(&slots.places).take(slots.len) {
            let (subject, slot) = (place.subject(), place.slot());
            let Some(member) = members.get_mut(subject) else { continue };
            match (policy.criteria.get(slot), weights.get(slot)) {
                (Some(criterion), Some(&weight)) => {
                    let estimate = policy.estimator.estimate(&criterion.prior, mass);
                    member.totals.change(weight, &criterion.unseen, &estimate);
                    member.below |= is_below(policy, mass, &estimate, criterion.measured_below);
                    if let Some(own) = pillars.get_mut(subject * of_policy.len()..) {
                        add_to_pillar(own, criterion, weight, estimate.mean);
                    }
                }
                _ => member.gain += credit_gain(policy, slot, mass.favourable),
            }
        }
        let rows = Rows::default();
        let places = of_each(sectors, sectors_each).zip(of_each(pillars, of_policy.len()));
        for (member, (sectors, pillars)) in members.iter().zip(places) {
            let Member { previous, totals, gain, below } = member;
            let outcome = totals.conclude(policy, *gain, 1.0, None, sectors, previous.flatten(), &mut ());
            let verdict = verdict(policy, &rows, *as_of, &outcome, *below, &[], &[], *previous);
            each(verdict, Pillars(pillars));
        }
        members.clear();
        sources.clear();
        slots.clear();
    }
}

/// So many of them for each subject.
fn of_each(all: &[[f64; 2]], each: usize) -> impl Iterator<Item = &[[f64; 2]]> {
    (0..).map_while(move |n| if each == 0 { Some(&[][..]) } else { all.get(n * each..(n + 1) * each) })
}
