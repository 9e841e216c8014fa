//! The test of Mann and Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than the
//! Other" (1947): are values of one sample larger than those of another more often than by chance?
//!
//! Exact for small samples without ties, by counting arrangements (their recurrence); else the normal approximation
//! with the correction for ties (Lehmann, "Nonparametrics", 1975, section 1.4) and for continuity. It says nothing of
//! how large a difference is: with enough rounds a difference of no interest is certain. Verdicts therefore rest on an
//! effect's interval; its p value stands in a judgement for those who are used to it.

use super::normal;

/// Up to this many values in the larger sample the count is exact: 50 × 50 × 2500 additions at most.
const EXACT_LIMIT: usize = 50;

/// What the test says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannWhitney {
    /// Pairs in which the second sample's value is the larger; an equal pair counts one half.
    pub u: f64,
    /// The chance of at least this `u` if both samples come from one distribution.
    pub p_second_larger: f64,
    /// The chance of at most this `u`.
    pub p_second_smaller: f64,
    /// Twice the smaller of both, at most 1.
    pub p_two_sided: f64,
}

/// Compare two samples; `None` if either is empty or holds what is no number.
pub fn mann_whitney(first: &[f64], second: &[f64]) -> Option<MannWhitney> {
    let values = || first.iter().chain(second);
    if first.is_empty() || second.is_empty() || values().any(|value| value.is_nan()) {
        return None;
    }
    let mut sorted: Vec<f64> = values().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let ties: Vec<usize> = sorted.chunk_by(|left, right| left == right).map(<[f64]>::len).collect();
    let u = larger_pairs(first, second);
    let exact = ties.iter().all(|&count| count == 1) && first.len().max(second.len()) <= EXACT_LIMIT;
    let (p_second_larger, p_second_smaller) = if exact {
        let distribution = arrangements(first.len(), second.len());
        let at = u as usize;
        (distribution[at..].iter().sum::<f64>(), distribution[..=at].iter().sum::<f64>())
    } else {
        approximate(u, first.len() as f64, second.len() as f64, &ties)
    };
    let (p_second_larger, p_second_smaller) = (p_second_larger.min(1.0), p_second_smaller.min(1.0));
    let p_two_sided = (2.0 * p_second_larger.min(p_second_smaller)).min(1.0);
    Some(MannWhitney { u, p_second_larger, p_second_smaller, p_two_sided })
}

fn larger_pairs(first: &[f64], second: &[f64]) -> f64 {
    let score = |left: &f64, right: &f64| match right.partial_cmp(left) {
        Some(std::cmp::Ordering::Greater) => 1.0,
        Some(std::cmp::Ordering::Equal) => 0.5,
        _ => 0.0,
    };
    first.iter().map(|left| second.iter().map(|right| score(left, right)).sum::<f64>()).sum()
}

/// The share of arrangements with each `u` from 0 to `m * n`: the Gaussian binomial coefficient, built by multiplying
/// with (1 - q^(n+k)) and dividing by (1 - q^k), and kept as shares so that nothing overflows.
fn arrangements(m: usize, n: usize) -> Vec<f64> {
    let mut shares = vec![0.0; m * n + 1];
    shares[0] = 1.0;
    for k in 1..=m {
        // From C(n+k-1, k-1)_q to C(n+k, k)_q; of its values only those up to k * n can be other than zero.
        let top = k * n;
        for u in (n + k..=top).rev() {
            shares[u] -= shares[u - n - k];
        }
        for u in k..=top {
            shares[u] += shares[u - k];
        }
        let scale = k as f64 / (n + k) as f64;
        shares[..=top].iter_mut().for_each(|share| *share *= scale);
    }
    shares
}

fn approximate(u: f64, m: f64, n: f64, ties: &[usize]) -> (f64, f64) {
    let total = m + n;
    let tied: f64 = ties.iter().map(|&count| (count as f64).powi(3) - count as f64).sum();
    let variance = m * n / 12.0 * (total + 1.0 - tied / (total * (total - 1.0)));
    if variance <= 0.0 {
        // All values are equal: nothing speaks for either side.
        return (1.0, 1.0);
    }
    let deviation = variance.sqrt();
    let away = u - m * n / 2.0;
    (normal::upper_tail((away - 0.5) / deviation), normal::upper_tail((-away - 0.5) / deviation))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_against_three_apart_is_one_arrangement_in_twenty() {
        let found = mann_whitney(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]).unwrap();
        assert_eq!(found.u, 9.0);
        assert!((found.p_second_larger - 0.05).abs() < 1e-15 && (found.p_second_smaller - 1.0).abs() < 1e-12);
    }

    #[test]
    fn equal_values_say_nothing() {
        let found = mann_whitney(&[1.0, 1.0], &[1.0, 1.0, 1.0]).unwrap();
        assert_eq!((found.u, found.p_two_sided), (3.0, 1.0));
        assert_eq!(mann_whitney(&[], &[1.0]), None);
        assert_eq!(mann_whitney(&[f64::NAN], &[1.0]), None);
    }

    #[test]
    fn arrangements_are_shares_that_mirror() {
        for (m, n) in [(1, 1), (2, 7), (12, 12), (50, 50)] {
            let shares = arrangements(m, n);
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{m} {n}");
            let mirrored = shares.iter().zip(shares.iter().rev());
            assert!(mirrored.into_iter().all(|(left, right)| (left - right).abs() < 1e-9), "{m} {n}");
            assert!(shares.iter().all(|share| *share > -1e-9), "{m} {n}");
        }
    }

    proptest! {
        #[test]
        fn exchanging_the_samples_exchanges_the_sides(
            first in prop::collection::vec(0u8..30, 1..15), second in prop::collection::vec(0u8..30, 1..15),
        ) {
            let numbers = |values: &[u8]| values.iter().map(|&value| f64::from(value)).collect::<Vec<_>>();
            let (first, second) = (numbers(&first), numbers(&second));
            let there = mann_whitney(&first, &second).unwrap();
            let back = mann_whitney(&second, &first).unwrap();
            prop_assert!((there.p_second_larger - back.p_second_smaller).abs() < 1e-9);
            prop_assert!((there.u + back.u - (first.len() * second.len()) as f64).abs() < 1e-9);
        }
    }
}
