//! The estimate of one criterion (`MODEL.md` §5): posterior mean, Bühlmann's credibility factor, Wilson interval.

use crate::mass::Mass;
use crate::policy::Prior;

/// What the evidence says of one criterion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    /// μ, the posterior mean of the share of checks that hold.
    pub(crate) mean: f64,
    /// L, the lower Wilson bound of μ.
    pub(crate) lower: f64,
    /// U, the upper Wilson bound of μ.
    pub(crate) upper: f64,
    /// Z, the credibility factor.
    pub(crate) coverage: f64,
    /// Z⁺, the favourable part of Z.
    pub(crate) support: f64,
}

/// Makes estimates at one nominal confidence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimator {
    z: f64,
    /// z², z²/2, z²/4
    z2: f64,
    half: f64,
    quarter: f64,
}

impl Estimator {
    pub(crate) fn new(z: f64) -> Self {
        let z2 = z * z;
        Self { z, z2, half: z2 / 2.0, quarter: z2 / 4.0 }
    }

    /// The estimate from prior and mass. The Wilson bounds are those of §5 with numerator and denominator times N.
    #[inline]
    pub(crate) fn estimate(&self, prior: &Prior, mass: &Mass) -> Estimate {
        let n = mass.favourable + mass.adverse + prior.strength;
        let held = mass.favourable + prior.strength * prior.mean;
        // Two reciprocals, which machines take at once, instead of five quotients.
        let [per_n, scale] = [n, n + self.z2].map(|n| 1.0 / n);
        let mean = held * per_n;
        let centre = held + self.half;
        let spread = self.z * (held * (1.0 - mean) + self.quarter).max(0.0).sqrt();
        Estimate {
            mean,
            lower: (centre - spread) * scale,
            upper: (centre + spread) * scale,
            coverage: (mass.favourable + mass.adverse) * per_n,
            support: mass.favourable * per_n,
        }
    }
}
