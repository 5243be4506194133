//! Random numbers from a seed alone (SplitMix64 and `libm`): the same on every machine.

/// A stream of random numbers that depends on its seed words alone.
#[derive(Clone, Debug)]
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(words: &[u64]) -> Self {
        let mut draw = Self(0x9e37_79b9_7f4a_7c15);
        for word in words {
            draw.0 ^= word;
            draw.0 = draw.next();
        }
        draw
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In [0, 1).
    #[expect(clippy::cast_precision_loss, reason = "53 bits")]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Below `n`; 0 where `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from((u128::from(self.next()) * n as u128) >> 64).unwrap_or_default()
    }

    pub(crate) fn normal(&mut self) -> f64 {
        let (a, b) = (1.0 - self.unit(), self.unit());
        libm::sqrt(-2.0 * libm::log(a)) * libm::cos(std::f64::consts::TAU * b)
    }

    /// Of scale 1 (Marsaglia and Tsang 2000); shapes below 1 by the power of a uniform.
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let u = 1.0 - self.unit();
            return self.gamma(shape + 1.0) * libm::pow(u, 1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            let u = 1.0 - self.unit();
            if libm::log(u) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return d * v;
            }
        }
    }

    /// With this mean, and as much spread as a prior of this strength has; strictly between 0 and 1.
    pub(crate) fn beta(&mut self, mean: f64, strength: f64) -> f64 {
        let (a, b) = (self.gamma(mean * strength), self.gamma((1.0 - mean) * strength));
        let share = a / (a + b);
        if share.is_finite() { share.clamp(1e-12, 1.0 - 1e-12) } else { mean }
    }

    /// How many of `n` checks hold.
    pub(crate) fn held(&mut self, n: u32, share: f64) -> u32 {
        (0..n).map(|_| u32::from(self.unit() < share)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Draw;

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut draw = Draw::new(&[7]);
        let n = 40_000;
        let of = |draw: &mut Draw, one: &dyn Fn(&mut Draw) -> f64| {
            let all: Vec<f64> = (0..n).map(|_| one(draw)).collect();
            let mean = all.iter().sum::<f64>() / f64::from(n);
            (mean, all.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n))
        };
        for (mean, strength) in [(0.3, 5.0), (0.9, 1.0), (0.5, 40.0)] {
            let (found, variance) = of(&mut draw, &|draw| draw.beta(mean, strength));
            assert!((found - mean).abs() < 0.01, "{found}");
            assert!((variance / (mean * (1.0 - mean) / (strength + 1.0)) - 1.0).abs() < 0.05, "{variance}");
        }
        let (mean, variance) = of(&mut draw, &|draw| draw.normal());
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03);
        let (mean, _) = of(&mut draw, &|draw| f64::from(draw.held(10, 0.25)));
        assert!((mean - 2.5).abs() < 0.03);
        assert!((0..1000).all(|_| draw.below(3) < 3) && draw.below(0) == 0);
    }
}
