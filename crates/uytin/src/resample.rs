//! Bootstrap intervals by subject: whole subjects are drawn with replacement, so checks of one subject stay together.

use serde::Serialize;

use crate::draw::Draw;

/// A figure with its 95 % bootstrap interval; `null` where it cannot be computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend("dependentSchemas" = {"lower": {"if": {"properties": {"lower": {"type": "number"}}}, "then": {"properties": {"estimate": {"type": "number"}, "upper": {"type": "number"}}}, "else": {"properties": {"upper": {"type": "null"}}}}})))]
pub struct Estimated {
    /// The figure.
    pub estimate: Option<f64>,
    /// The lower end of the interval.
    pub lower: Option<f64>,
    /// The upper end.
    pub upper: Option<f64>,
}

impl Estimated {
    /// Whether the interval excludes 0; `None` where there is none.
    #[must_use]
    pub fn differs(&self) -> Option<bool> {
        Some(self.lower? > 0.0 || self.upper? < 0.0)
    }
}

/// A real number as reports hold it: to nine decimals, and none that is no number.
pub(crate) fn nine(x: f64) -> Option<f64> {
    x.is_finite().then(|| (x * 1e9).round() / 1e9)
}

/// How often each of `n` clusters is drawn in a replicate.
pub(crate) fn counts(draw: &mut Draw, n: usize, counts: &mut Vec<u32>) {
    counts.clear();
    counts.resize(n, 0);
    for _ in 0..n {
        if let Some(count) = counts.get_mut(draw.below(n)) {
            *count += 1;
        }
    }
}

/// The figure with the middle 95 % of its replicates; without an interval where fewer than half of them could be computed.
pub(crate) fn interval(estimate: Option<f64>, replicates: &mut Vec<f64>, of: usize) -> Estimated {
    let estimate = estimate.and_then(nine);
    replicates.retain(|x| x.is_finite());
    if estimate.is_none() || replicates.len() * 2 < of || replicates.len() < 20 {
        return Estimated { estimate, lower: None, upper: None };
    }
    replicates.sort_by(f64::total_cmp);
    let at = |share: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in the list")]
        let place = (share * (replicates.len() - 1) as f64).round() as usize;
        replicates.get(place).copied().and_then(nine)
    };
    Estimated { estimate, lower: at(0.025), upper: at(0.975) }
}

/// The statistic of all clusters, each once, and its interval from `times` replicates; the statistic gets how often each
/// cluster is drawn.
pub(crate) fn bootstrap<const N: usize>(
    seed: u64,
    times: usize,
    clusters: usize,
    statistic: impl Fn(&[u32]) -> [Option<f64>; N],
) -> [Estimated; N] {
    let mut weights = vec![1; clusters];
    let whole = statistic(&weights);
    let mut replicates: [Vec<f64>; N] = std::array::from_fn(|_| Vec::with_capacity(times));
    if clusters > 1 {
        for n in 0..times {
            counts(&mut Draw::new(&[seed, n as u64]), clusters, &mut weights);
            for (list, value) in replicates.iter_mut().zip(statistic(&weights)) {
                list.push(value.unwrap_or(f64::NAN));
            }
        }
    }
    let mut out = [Estimated::default(); N];
    for ((out, estimate), replicates) in out.iter_mut().zip(whole).zip(&mut replicates) {
        *out = interval(estimate, replicates, times);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::bootstrap;

    #[test]
    fn the_interval_of_a_mean_is_that_of_theory() {
        let values: Vec<f64> = (0..400).map(|n| f64::from(n % 2)).collect();
        let mean = |weights: &[u32]| {
            let total: f64 = weights.iter().zip(&values).map(|(&w, x)| f64::from(w) * x).sum();
            [Some(total / weights.iter().map(|&w| f64::from(w)).sum::<f64>())]
        };
        let [found] = bootstrap(1, 1000, values.len(), mean);
        let (lower, upper) = (found.lower.unwrap_or_default(), found.upper.unwrap_or_default());
        // 0.5 ± 1.96 · 0.5 / √400
        assert!((lower - 0.451).abs() < 0.006 && (upper - 0.549).abs() < 0.006, "{found:?}");
        assert_eq!(bootstrap(1, 1000, values.len(), mean), [found]);
        let [one] = bootstrap(1, 1000, 1, |_| [Some(0.5)]);
        assert_eq!((one.estimate, one.lower, one.upper), (Some(0.5), None, None));
        let [none] = bootstrap(1, 1000, 5, |_| [None]);
        assert_eq!((none.estimate, none.lower), (None, None));
    }
}
