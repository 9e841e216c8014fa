//! How far a benchmark differs from itself: the 95th percentile of `|ratio - 1|` over comparisons of one program with
//! itself.
//!
//! One long recording stands for many comparisons: rounds are drawn with replacement, as many as a confirmation takes,
//! and each draw gives the ratio that a confirmation would have judged. Rounds are drawn as pairs, so that what both
//! sides of a round share stays shared. Cost: `RESAMPLES` draws, a few milliseconds a benchmark.

use std::collections::BTreeMap;

use super::judge::Sides;
use crate::{
    ab::Basis,
    format::Rounds,
    statistics::{quantile, random::SplitMix64},
};

/// Which quantile of `|ratio - 1|` a floor is.
pub const FLOOR_QUANTILE: f64 = 0.95;

/// Comparisons drawn from a recording.
const RESAMPLES: usize = 2000;

/// The floors of `cpu_time_ns` and `time_ns` for comparisons of so many rounds; a metric that not every round holds has
/// none. Empty where there are fewer rounds than a comparison takes.
pub fn floors(rounds: &Rounds, confirmation_rounds: usize) -> BTreeMap<String, f64> {
    let mut floors = BTreeMap::new();
    let Ok(sides) = Sides::of(&rounds.rounds, rounds.contended) else { return floors };
    if rounds.rounds.len() < confirmation_rounds || confirmation_rounds == 0 {
        return floors;
    }
    let mut insert = |metric: &str, pairs: &[(f64, f64)]| {
        floors.insert(metric.to_owned(), floor(pairs, sides.quantile, &rounds.id, confirmation_rounds));
    };
    match sides.basis {
        Basis::CpuTime => insert("cpu_time_ns", &sides.judged),
        Basis::WallTime => insert("time_ns", &sides.judged),
    }
    if let Some(wall) = &sides.wall {
        insert("time_ns", wall);
    }
    // A verdict on contended work takes wall time; a gate may be on its CPU time all the same.
    if let Some(cpu) = rounds.contended.then(|| cpu_medians(rounds)).flatten() {
        insert("cpu_time_ns", &cpu);
    }
    floors
}

fn cpu_medians(rounds: &Rounds) -> Option<Vec<(f64, f64)>> {
    let pair = rounds.rounds.iter().map(|round| round.a.cpu_ns_median.zip(round.b.cpu_ns_median));
    pair.map(|pair| pair.filter(|(a, b)| *a > 0.0 && *b > 0.0)).collect()
}

fn floor(pairs: &[(f64, f64)], at: f64, id: &str, confirmation_rounds: usize) -> f64 {
    let mut random = SplitMix64::named(id);
    let mut deviations = Vec::with_capacity(RESAMPLES);
    let (mut a, mut b) = (vec![0.0; confirmation_rounds], vec![0.0; confirmation_rounds]);
    for _ in 0..RESAMPLES {
        for place in 0..confirmation_rounds {
            (a[place], b[place]) = pairs[random.below(pairs.len())];
        }
        deviations.push((quantile(&b, at) / quantile(&a, at) - 1.0).abs());
    }
    quantile(&deviations, FLOOR_QUANTILE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Arm, ArmRound, Round, rounds::ROUNDS_SCHEMA};

    /// Rounds whose sides differ from 100 ns by up to `noise`, each on its own.
    fn rounds(count: usize, noise: f64) -> Rounds {
        let mut random = SplitMix64::new(7);
        let mut side = || {
            let ns = 100.0 * (1.0 + noise * random.below(1000) as f64 / 1000.0);
            ArmRound {
                wall_ns_min: ns,
                wall_ns_median: ns,
                cpu_ns_min: Some(100.0),
                cpu_ns_median: None,
                waited: None,
            }
        };
        Rounds {
            schema: ROUNDS_SCHEMA.to_owned(),
            id: "a/b".to_owned(),
            contended: false,
            rounds: (0..count).map(|_| Round { first: Arm::A, a: side(), b: side() }).collect(),
            extra: BTreeMap::new(),
        }
    }

    #[test]
    fn a_quiet_clock_has_no_floor_and_a_noisy_one_has_its_noise() {
        let found = floors(&rounds(40, 0.10), 12);
        assert_eq!(found["cpu_time_ns"], 0.0);
        assert!((0.01..0.08).contains(&found["time_ns"]), "{found:?}");
    }

    #[test]
    fn more_noise_is_a_higher_floor_and_the_same_rounds_the_same_one() {
        let (little, much) = (floors(&rounds(40, 0.02), 12), floors(&rounds(40, 0.40), 12));
        assert!(little["time_ns"] < much["time_ns"]);
        assert_eq!(floors(&rounds(40, 0.02), 12), little);
    }

    #[test]
    fn fewer_rounds_than_a_confirmation_give_no_floor() {
        assert!(floors(&rounds(11, 0.1), 12).is_empty());
        assert!(floors(&rounds(0, 0.1), 0).is_empty());
    }

    #[test]
    fn contended_work_without_cpu_medians_has_the_floor_of_wall_time_alone() {
        let mut contended = rounds(20, 0.1);
        contended.contended = true;
        assert_eq!(floors(&contended, 12).keys().collect::<Vec<_>>(), ["time_ns"]);
    }
}
