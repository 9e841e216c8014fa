//! The ratio of two sides, its interval, and how far it lies from a limit.

use crate::{
    ab::judgement::{Basis, Estimate, Reason},
    format::{Arm, ArmRound, Round},
    statistics::{
        LOW_QUANTILE, MEDIAN, RankedSample, bootstrap, bootstrap::RESAMPLES, quantile, quantile_in_place,
        random::SplitMix64, student_t,
    },
};

/// What is held against each other: old and new of each round.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::ab) struct Sides {
    pub basis: Basis,
    /// Which quantile over rounds.
    pub quantile: f64,
    pub judged: Vec<(f64, f64)>,
    /// Wall time beside CPU time.
    pub wall: Option<Vec<(f64, f64)>>,
}

impl Sides {
    /// Choose what is judged; the first round that holds no positive times is a reason against all.
    pub fn of(rounds: &[Round], contended: bool) -> Result<Self, Reason> {
        let sides =
            |value: fn(&ArmRound) -> f64| rounds.iter().map(move |round| (value(&round.a), value(&round.b)));
        let cpu = |arm: &ArmRound| arm.cpu_ns_min.unwrap_or(f64::NAN);
        let wall: Vec<(f64, f64)> = if contended {
            sides(|arm| arm.wall_ns_median).collect()
        } else {
            sides(|arm| arm.wall_ns_min).collect()
        };
        usable(&wall)?;
        let has_cpu = rounds.iter().all(|round| round.a.cpu_ns_min.is_some() && round.b.cpu_ns_min.is_some());
        if contended || !has_cpu {
            let quantile = if contended { MEDIAN } else { LOW_QUANTILE };
            return Ok(Self { basis: Basis::WallTime, quantile, judged: wall, wall: None });
        }
        let judged: Vec<(f64, f64)> = sides(cpu).collect();
        usable(&judged)?;
        Ok(Self { basis: Basis::CpuTime, quantile: LOW_QUANTILE, judged, wall: Some(wall) })
    }

    /// The statistic's name.
    pub fn statistic(&self) -> &'static str {
        if self.quantile == MEDIAN { "median" } else { "p20_min" }
    }
}

fn usable(pairs: &[(f64, f64)]) -> Result<(), Reason> {
    for (index, &(a, b)) in pairs.iter().enumerate() {
        for (arm, value) in [(Arm::A, a), (Arm::B, b)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(Reason::Unusable { round: index + 1, arm, value });
            }
        }
    }
    Ok(())
}

/// An estimate with the standard error of its logarithm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimated {
    pub shown: Estimate,
    standard_error: f64,
}

impl Estimated {
    /// How likely a logarithm this far above the limit's is by chance.
    pub fn upper_tail(&self, limit: f64, degrees: f64) -> f64 {
        self.tail((self.shown.ratio / limit).ln(), degrees)
    }

    /// How likely a logarithm this far below the limit's is by chance.
    pub fn lower_tail(&self, limit: f64, degrees: f64) -> f64 {
        self.tail((limit / self.shown.ratio).ln(), degrees)
    }

    fn tail(&self, distance: f64, degrees: f64) -> f64 {
        // Rounds that are all alike have no error; at the limit itself they say nothing.
        let t = if distance == 0.0 { 0.0 } else { distance / self.standard_error };
        student_t::upper_tail(t, degrees)
    }
}

/// The ratio of the quantiles over rounds; `None` for fewer than two rounds.
pub(super) fn estimate(pairs: &[(f64, f64)], at: f64, seed: &str) -> Option<Estimated> {
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    if pairs.len() < 2 {
        return None;
    }
    let (mut ranked_a, mut ranked_b) = (RankedSample::new(&a), RankedSample::new(&b));
    let replicates = bootstrap(pairs.len(), RESAMPLES, &mut SplitMix64::named(seed), |rounds| {
        (ranked_b.quantile(rounds, at) / ranked_a.quantile(rounds, at)).ln()
    });
    let mut interval = replicates.interval(super::LEVEL)?;
    (interval.low, interval.high) = (interval.low.exp(), interval.high.exp());
    let (a_ns, b_ns) = (quantile(&a, at), quantile(&b, at));
    let spread = spread(&a).max(spread(&b));
    let shown = Estimate { a_ns, b_ns, ratio: b_ns / a_ns, interval, spread };
    Some(Estimated { shown, standard_error: replicates.standard_error()? })
}

/// The logarithm of the ratio of both sides' quantiles.
pub(super) fn log_ratio(a: &mut [f64], b: &mut [f64], at: f64) -> f64 {
    (quantile_in_place(b, at) / quantile_in_place(a, at)).ln()
}

/// The range of the middle three fifths over the median.
fn spread(values: &[f64]) -> f64 {
    (quantile(values, 0.8) - quantile(values, 0.2)) / quantile(values, 0.5)
}
