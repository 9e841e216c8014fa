//! The randomisation test for pairs (Fisher, "The Design of Experiments", 1935, section 21; Pitman, "Significance
//! Tests Which May be Applied to Samples from any Populations", 1937).
//!
//! If the two sides of every pair are the same thing measured twice, exchanging them within a pair changes nothing but
//! the names. The share of exchanges that give a statistic at least as large as the one seen is therefore an exact p
//! value, whatever the noise looks like and however it drifts from pair to pair: no bell curve, no independence, no
//! large sample is assumed. Cost: at most [`EXCHANGES`] calls of the statistic.

use super::random::SplitMix64;

/// All exchanges are tried up to this many of them (12 pairs); beyond, this many are drawn.
pub const EXCHANGES: u64 = 4096;

/// A relative difference of the statistic below which two arrangements are equal: rounding must not break ties.
const ROUNDING: f64 = 1e-12;

/// The chances of a statistic this extreme, upwards and downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Randomisation {
    /// Of one at least as large as the one seen.
    pub at_least: f64,
    /// Of one at most as large.
    pub at_most: f64,
}

/// Test `statistic(first, second)` over exchanges within pairs. With drawn exchanges the one seen counts among them
/// (Phipson and Smyth, "Permutation P-values Should Never Be Zero", 2010). Both chances are 1 for no pairs and for a
/// statistic that is no number.
pub fn randomisation(
    pairs: &[(f64, f64)],
    random: &mut SplitMix64,
    mut statistic: impl FnMut(&mut [f64], &mut [f64]) -> f64,
) -> Randomisation {
    let (mut first, mut second) = (vec![0.0; pairs.len()], vec![0.0; pairs.len()]);
    let mut exchanged = |swap: &mut dyn FnMut(usize) -> bool| {
        for (index, &(left, right)) in pairs.iter().enumerate() {
            (first[index], second[index]) = if swap(index) { (right, left) } else { (left, right) };
        }
        statistic(&mut first, &mut second)
    };
    let seen = exchanged(&mut |_| false);
    if pairs.is_empty() || seen.is_nan() {
        return Randomisation { at_least: 1.0, at_most: 1.0 };
    }
    let slack = ROUNDING * seen.abs().max(1.0);
    let (mut larger, mut smaller, mut total) = (0u64, 0u64, 0u64);
    let mut note = |found: f64| {
        larger += u64::from(found >= seen - slack);
        smaller += u64::from(found <= seen + slack);
        total += 1;
    };
    match 1u64.checked_shl(pairs.len() as u32).filter(|all| *all <= EXCHANGES) {
        Some(all) => (0..all).for_each(|mask| note(exchanged(&mut |index| mask >> index & 1 == 1))),
        None => {
            note(seen);
            for _ in 1..EXCHANGES {
                let mut bits = Bits { random: &mut *random, left: 0, word: 0 };
                note(exchanged(&mut |_| bits.next()));
            }
        }
    }
    Randomisation { at_least: larger as f64 / total as f64, at_most: smaller as f64 / total as f64 }
}

/// Random bits, 64 a draw.
struct Bits<'a> {
    random: &'a mut SplitMix64,
    word: u64,
    left: u32,
}

impl Bits<'_> {
    fn next(&mut self) -> bool {
        if self.left == 0 {
            (self.word, self.left) = (self.random.next_u64(), u64::BITS);
        }
        self.left -= 1;
        self.word >> self.left & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn difference_of_sums(first: &mut [f64], second: &mut [f64]) -> f64 {
        second.iter().sum::<f64>() - first.iter().sum::<f64>()
    }

    fn test(pairs: &[(f64, f64)]) -> Randomisation {
        randomisation(pairs, &mut SplitMix64::new(3), difference_of_sums)
    }

    #[test]
    fn ten_pairs_all_of_one_sign_are_one_exchange_in_1024() {
        let pairs: Vec<(f64, f64)> =
            (0..10).map(|index| (f64::from(index), f64::from(index) + 1.5)).collect();
        assert_eq!(test(&pairs), Randomisation { at_least: 1.0 / 1024.0, at_most: 1.0 });
    }

    #[test]
    fn many_pairs_are_drawn_and_never_impossible() {
        let pairs = [(1.0, 2.0); 70];
        assert_eq!(test(&pairs).at_least, 1.0 / EXCHANGES as f64);
        assert_eq!(test(&[]).at_least, 1.0);
        assert_eq!(test(&[(f64::NAN, 1.0)]).at_least, 1.0);
    }

    #[test]
    fn the_same_thing_twice_is_significant_as_rarely_as_promised() {
        // Noise with a heavy tail and a drift that both sides share: nothing that a bell curve describes.
        let mut random = SplitMix64::named("heavy tail");
        let mut uniform = move || random.next_u64() as f64 / u64::MAX as f64;
        let trials = 400;
        let alarms = (0..trials).filter(|_| {
            let pairs: Vec<(f64, f64)> = (0..8)
                .map(f64::from)
                .map(|drift| (drift + 1.0 / uniform(), drift + 1.0 / uniform()))
                .collect();
            test(&pairs).at_least <= 0.05
        });
        let alarms = alarms.count();
        // 20 are expected; 40 would be more than four standard deviations away.
        assert!((5..40).contains(&alarms), "{alarms} of {trials}");
    }

    proptest! {
        #[test]
        fn exchanging_all_pairs_exchanges_the_sides(
            pairs in prop::collection::vec((0.0..9.0f64, 0.0..9.0f64), 1..8),
        ) {
            let mirrored: Vec<(f64, f64)> = pairs.iter().map(|&(left, right)| (right, left)).collect();
            let (there, back) = (test(&pairs), test(&mirrored));
            prop_assert_eq!(there.at_least, back.at_most);
            prop_assert!(there.at_least + there.at_most >= 1.0);
        }
    }
}
