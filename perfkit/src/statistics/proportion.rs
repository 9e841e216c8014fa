//! An interval of a proportion: Clopper and Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case
//! of the Binomial" (1934). It holds the true proportion at least as often as it says, also for 0 of n.

use super::incomplete_beta::inverse_incomplete_beta;
use crate::format::Interval;

/// The interval of the chance of an event that happened `hits` times out of `trials`; from 0 to 1 for no trials.
pub fn clopper_pearson(hits: u64, trials: u64, level: f64) -> Interval {
    let hits = hits.min(trials);
    let (yes, no) = (hits as f64, (trials - hits) as f64);
    let tail = (1.0 - level) / 2.0;
    Interval {
        low: if hits == 0 { 0.0 } else { inverse_incomplete_beta(tail, yes, no + 1.0) },
        high: if hits == trials { 1.0 } else { inverse_incomplete_beta(1.0 - tail, yes + 1.0, no) },
        level,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn none_of_three_hundred_is_still_up_to_one_in_eighty() {
        let interval = clopper_pearson(0, 300, 0.95);
        // 1 - (0.025)^(1/300), the closed form for no hits.
        let exact = 1.0 - 0.025f64.powf(1.0 / 300.0);
        assert!((interval.high - exact).abs() < 1e-12, "{interval:?} {exact}");
        assert_eq!((interval.low, clopper_pearson(0, 0, 0.95).high), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn it_holds_the_share_seen(trials in 1u64..500, share in 0.0..=1.0f64) {
            let hits = (trials as f64 * share) as u64;
            let interval = clopper_pearson(hits, trials, 0.95);
            let seen = hits as f64 / trials as f64;
            prop_assert!(0.0 <= interval.low && interval.low <= seen + 1e-12);
            prop_assert!(seen <= interval.high + 1e-12 && interval.high <= 1.0);
        }
    }
}
