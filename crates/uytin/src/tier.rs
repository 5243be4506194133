//! The tier (`MODEL.md` §8): imposed ones worst first, then earned ones best first, then standard or unrated.

use crate::points::Points;
use crate::policy::compiled::{Compiled, EarnedRule, ImposedRule};

/// Masses and shares that are equal but for the last bits are equal.
pub(crate) const TOLERANCE: f64 = 1e-9;

/// A tier of a policy; places count from the worst imposed and from the best earned one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tier {
    /// Imposed, by its place from the worst.
    Imposed(u16),
    /// Too little is known.
    Unrated,
    /// Nothing is earned or imposed.
    Standard,
    /// Earned, by its place from the best.
    Earned(u16),
}

impl Tier {
    /// Higher is better; `unrated` ranks with `standard`.
    pub(crate) fn rank(self, policy: &Compiled) -> usize {
        match self {
            Self::Imposed(place) => usize::from(place),
            Self::Unrated | Self::Standard => policy.imposed.len(),
            Self::Earned(place) => policy.imposed.len() + policy.earned.len() - usize::from(place).min(policy.earned.len()),
        }
    }
}

/// What the tier depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Standing {
    pub(crate) lower: Points,
    pub(crate) upper: Points,
    pub(crate) coverage: f64,
    pub(crate) support: f64,
    /// *f*, the gravest severity in force.
    pub(crate) gravest: Option<u16>,
    /// *s⁺*, the number of sectors whose evidence is favourable.
    pub(crate) favourable: u32,
    /// *s⁻*, the number of sectors whose evidence is adverse.
    pub(crate) adverse: u32,
}

impl Standing {
    /// Counts a sector for the side that it speaks for, and says which that is.
    pub(crate) fn count_sector(&mut self, policy: &Compiled, favourable: f64, adverse: f64) -> [bool; 2] {
        let speaks = |mass: f64, other: f64| mass >= policy.sector_mass - TOLERANCE && mass > other + TOLERANCE;
        let sides = [speaks(favourable, adverse), speaks(adverse, favourable)];
        self.favourable += u32::from(sides[0]);
        self.adverse += u32::from(sides[1]);
        sides
    }

    /// The tier, given the one before.
    pub(crate) fn tier(&self, policy: &Compiled, previous: Option<Tier>) -> Tier {
        let imposed = (0u16..).zip(&policy.imposed).find(|&(place, rule)| self.is_imposed(policy, previous, place, rule));
        if let Some((place, _)) = imposed {
            return Tier::Imposed(place);
        }
        let earned = (0u16..).zip(&policy.earned).find(|&(place, rule)| self.is_earned(policy, previous, place, rule));
        match earned {
            Some((place, _)) => Tier::Earned(place),
            None if self.coverage < policy.rated_coverage - TOLERANCE => Tier::Unrated,
            None => Tier::Standard,
        }
    }

    pub(crate) fn is_imposed(&self, policy: &Compiled, previous: Option<Tier>, place: u16, rule: &ImposedRule) -> bool {
        self.reaches_gravity(rule.in_force_at_least) || self.is_below(policy, previous, place, rule)
    }

    /// Whether a finding of at least this severity is in force.
    pub(crate) fn reaches_gravity(&self, severity: u16) -> bool {
        self.gravest.is_some_and(|gravest| gravest >= severity)
    }

    /// Whether the upper bound imposes the tier: easier where the previous tier is that one or a worse one.
    pub(crate) fn is_below(&self, policy: &Compiled, previous: Option<Tier>, place: u16, rule: &ImposedRule) -> bool {
        self.upper.tenths() < rule.below(policy, previous, place) && self.adverse >= rule.sectors_at_least
    }

    fn is_earned(&self, policy: &Compiled, previous: Option<Tier>, place: u16, rule: &EarnedRule) -> bool {
        self.lacks(policy, previous, place, rule) == Lacks::default()
    }

    /// What is missing to an earned tier.
    #[inline]
    pub(crate) fn lacks(&self, policy: &Compiled, previous: Option<Tier>, place: u16, rule: &EarnedRule) -> Lacks {
        Lacks {
            bound: self.lower.tenths() < rule.at_least(policy, previous, place),
            sectors: self.favourable < rule.sectors_at_least,
            barred: self.reaches_gravity(rule.barred_by),
            support: self.support < policy.rated_coverage - TOLERANCE,
        }
    }
}

/// What is missing to an earned tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lacks {
    /// The lower bound.
    pub(crate) bound: bool,
    /// Sectors whose evidence is favourable.
    pub(crate) sectors: bool,
    /// A finding in force bars it.
    pub(crate) barred: bool,
    /// Favourable evidence, as a share.
    pub(crate) support: bool,
}

impl ImposedRule {
    /// The upper bound below which the tier is imposed, in tenths.
    pub(crate) fn below(&self, policy: &Compiled, previous: Option<Tier>, place: u16) -> i32 {
        let stays = matches!(previous, Some(Tier::Imposed(before)) if before <= place);
        self.upper_below + if stays { policy.hysteresis } else { 0 }
    }
}

impl EarnedRule {
    /// The least lower bound in tenths: easier where the previous tier is that one or a better one.
    pub(crate) fn at_least(&self, policy: &Compiled, previous: Option<Tier>, place: u16) -> i32 {
        let stays = matches!(previous, Some(Tier::Earned(before)) if before <= place);
        self.lower_at_least - if stays { policy.hysteresis } else { 0 }
    }
}
