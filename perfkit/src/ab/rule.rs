//! The rule of a verdict, declared before anything is measured: the gate, the metric's direction, and how many rounds
//! may be looked at.

use thiserror::Error;

use crate::format::Better;

/// Rounds below which nothing is ever worse or better: of 9 pairs 512 exchanges are possible, and the randomisation
/// test needs one in 400.
pub const LEAST_ROUNDS: usize = 9;

/// Rounds of the first look unless a rule says otherwise.
pub const FIRST_LOOK_ROUNDS: usize = 20;

/// The last look takes this many times the rounds of the first. Beside noisy neighbours a process runs at one of two
/// speeds, in bursts longer than a first look, and the low quantile needs some rounds at the better speed. A quiet
/// machine tells at the first look, so that what is spent is spent where it helps.
pub const EXTENSION: usize = 4;

/// The most rounds of a first look: enough for hours of recording, and a bound on what a verdict costs.
pub const MOST_ROUNDS: usize = 5000;

/// The gate of `perfkit ab` unless its user says otherwise.
pub const MAX_WORSENING: f64 = 0.02;

/// What is judged how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    max_worsening: f64,
    better: Better,
    first_look: usize,
}

/// A gate that means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("a worsening of at most {0} cannot be a gate; wanted a fraction from 0, and below 1 for a rate")]
pub struct RuleError(f64);

impl Rule {
    /// The metric may worsen by this fraction in its own direction: a time by 0.1 is 10 % more time, a throughput by
    /// 0.1 is 10 % fewer bytes a second, which is 11.1 % more time.
    pub fn new(max_worsening: f64, better: Better) -> Result<Self, RuleError> {
        let most = if better == Better::More { 1.0 } else { f64::INFINITY };
        if !(0.0..most).contains(&max_worsening) {
            return Err(RuleError(max_worsening));
        }
        Ok(Self { max_worsening, better, first_look: FIRST_LOOK_ROUNDS })
    }

    /// Look first after this many rounds, and for the last time after [`EXTENSION`] times as many. Kept from [`LEAST_ROUNDS`] to
    /// [`MOST_ROUNDS`].
    pub fn with_first_look(mut self, rounds: usize) -> Self {
        self.first_look = rounds.clamp(LEAST_ROUNDS, MOST_ROUNDS);
        self
    }

    /// The gate, as a fraction of the metric.
    pub fn max_worsening(&self) -> f64 {
        self.max_worsening
    }

    /// The metric's direction.
    pub fn better(&self) -> Better {
        self.better
    }

    /// Rounds of the first look.
    pub fn first_look(&self) -> usize {
        self.first_look
    }

    /// Rounds of the last look: the one extension.
    pub fn last_look(&self) -> usize {
        EXTENSION * self.first_look
    }

    /// The ratio of times (new over old) above which the metric is worse.
    pub fn worse_above(&self) -> f64 {
        match self.better {
            Better::Less => 1.0 + self.max_worsening,
            Better::More => 1.0 / (1.0 - self.max_worsening),
        }
    }

    /// The ratio of times below which it is better by more than the gate: what would be worse the other way around.
    pub fn better_below(&self) -> f64 {
        1.0 / self.worse_above()
    }
}

impl Default for Rule {
    /// Times, by [`MAX_WORSENING`].
    fn default() -> Self {
        Self { max_worsening: MAX_WORSENING, better: Better::Less, first_look: FIRST_LOOK_ROUNDS }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_the_throughput_is_more_than_a_tenth_of_the_time() {
        let throughput = Rule::new(0.10, Better::More).unwrap();
        assert!((throughput.worse_above() - 1.0 / 0.9).abs() < 1e-15);
        assert!((throughput.better_below() - 0.9).abs() < 1e-15);
        assert_eq!(Rule::new(0.10, Better::Less).unwrap().worse_above(), 1.1);
    }

    #[test]
    fn a_gate_is_a_fraction() {
        for (max_worsening, better) in [
            (-0.1, Better::Less),
            (f64::NAN, Better::Less),
            (f64::INFINITY, Better::Less),
            (1.0, Better::More),
        ] {
            assert!(Rule::new(max_worsening, better).is_err(), "{max_worsening}");
        }
        assert!(Rule::new(3.0, Better::Less).is_ok());
    }

    #[test]
    fn the_extension_is_declared_and_too_few_rounds_cannot_be() {
        assert_eq!((Rule::default().first_look(), Rule::default().last_look()), (20, 80));
        assert_eq!(Rule::default().with_first_look(1).first_look(), LEAST_ROUNDS);
        assert_eq!(Rule::default().with_first_look(usize::MAX).last_look(), EXTENSION * MOST_ROUNDS);
    }
}
