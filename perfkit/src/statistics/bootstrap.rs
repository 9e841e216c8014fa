//! The percentile bootstrap (Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979; Davison and Hinkley,
//! "Bootstrap Methods and their Application", 1997, chapter 5).
//!
//! What is resampled are the numbers of rounds, so that everything measured in one round (both arms of a comparison,
//! all sizes of a cost model) stays together: their common disturbance cancels in the statistic as it did in reality.
//! A seeded generator makes the same interval of the same rounds, always. Cost: `resamples` calls of the statistic.

use super::{quantile::quantile, random::SplitMix64};
use crate::format::Interval;

/// Resamples of an interval: the ends of a 99 % interval then rest on 20 replicates each.
pub const RESAMPLES: usize = 4000;

/// The statistic of each resample.
#[derive(Debug, Clone, PartialEq)]
pub struct Replicates(Vec<f64>);

/// Draw `rounds` rounds with replacement, `resamples` times, and keep each draw's statistic. The statistic gets the
/// indices of the rounds drawn; a result that is not finite is left out. There are none of no rounds.
pub fn bootstrap(
    rounds: usize,
    resamples: usize,
    random: &mut SplitMix64,
    mut statistic: impl FnMut(&[usize]) -> f64,
) -> Replicates {
    let mut replicates = Vec::with_capacity(resamples);
    let mut drawn = vec![0usize; rounds];
    for _ in 0..if rounds == 0 { 0 } else { resamples } {
        drawn.iter_mut().for_each(|index| *index = random.below(rounds));
        replicates.push(statistic(&drawn));
    }
    replicates.retain(|value| value.is_finite());
    Replicates(replicates)
}

impl Replicates {
    /// The central interval that holds `level` of the replicates; `None` if there are none.
    pub fn interval(&self, level: f64) -> Option<Interval> {
        let tail = (1.0 - level) / 2.0;
        (!self.0.is_empty()).then(|| Interval {
            low: quantile(&self.0, tail),
            high: quantile(&self.0, 1.0 - tail),
            level,
        })
    }

    /// The standard deviation of the replicates: the bootstrap's estimate of the statistic's standard error. `None`
    /// for fewer than two.
    pub fn standard_error(&self) -> Option<f64> {
        let n = self.0.len() as f64;
        if n < 2.0 {
            return None;
        }
        let mean = self.0.iter().sum::<f64>() / n;
        let squares: f64 = self.0.iter().map(|value| (value - mean).powi(2)).sum();
        Some((squares / (n - 1.0)).sqrt())
    }

    /// The replicates, in the order in which they were drawn.
    pub fn values(&self) -> &[f64] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mean_of(values: &[f64]) -> impl FnMut(&[usize]) -> f64 {
        move |drawn| drawn.iter().map(|&index| values[index]).sum::<f64>() / drawn.len() as f64
    }

    #[test]
    fn the_standard_error_of_a_mean_is_found() {
        let values: Vec<f64> = (0..50).map(f64::from).collect();
        let replicates = bootstrap(50, 20_000, &mut SplitMix64::named("mean"), mean_of(&values));
        // The plug-in standard error of the mean: sqrt(((50² - 1) / 12) / 50).
        let exact = (2499.0f64 / 12.0 / 50.0).sqrt();
        let found = replicates.standard_error().unwrap();
        assert!((found / exact - 1.0).abs() < 0.02, "{found} instead of {exact}");
    }

    #[test]
    fn of_no_rounds_there_is_no_interval() {
        let replicates = bootstrap(0, RESAMPLES, &mut SplitMix64::new(1), |_| 1.0);
        assert_eq!((replicates.interval(0.95), replicates.standard_error()), (None, None));
    }

    #[test]
    fn what_is_not_finite_is_left_out() {
        let mut calls = 0;
        let replicates = bootstrap(3, 10, &mut SplitMix64::new(1), |_| {
            calls += 1;
            if calls % 2 == 0 { f64::NAN } else { 1.0 }
        });
        assert_eq!(replicates.values(), [1.0; 5]);
    }

    proptest! {
        #[test]
        fn the_same_seed_gives_the_same_interval_and_it_lies_within_the_sample(
            values in prop::collection::vec(1.0..1e6f64, 2..20), seed in any::<u64>(),
        ) {
            let draw = || bootstrap(values.len(), 200, &mut SplitMix64::new(seed), mean_of(&values));
            prop_assert_eq!(draw(), draw());
            let interval = draw().interval(0.9).unwrap();
            let (least, most) = (quantile(&values, 0.0), quantile(&values, 1.0));
            // A mean of equal numbers may differ from them by rounding.
            prop_assert!(least * (1.0 - 1e-12) <= interval.low && interval.low <= interval.high);
            prop_assert!(interval.high <= most * (1.0 + 1e-12));
        }
    }
}
