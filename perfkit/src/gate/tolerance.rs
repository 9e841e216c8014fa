//! How far a counted metric may move. Counts are exact, so the tolerances are not statistics: instructions may shift
//! by a memcpy's alignment path, the rest is compared after rounding away the fraction that start-up leaves.

use crate::format::{Better, Class, Metric};

/// Instructions may worsen by this fraction, or by [`INSTRUCTION_SLACK`] per operation where that is more.
pub const INSTRUCTION_FRACTION: f64 = 0.005;
/// Instructions per operation that never matter.
pub const INSTRUCTION_SLACK: f64 = 2.0;
/// Exact metrics are compared after rounding to this step per operation.
pub const EXACT_STEP: f64 = 0.1;
/// Peak memory may worsen by this fraction, or by [`PEAK_SLACK_BYTES`] where that is more.
pub const PEAK_FRACTION: f64 = 0.005;
/// Bytes of peak memory that never matter.
pub const PEAK_SLACK_BYTES: f64 = 64.0;
/// Timed metrics may worsen by this fraction before they are suspect.
pub const TIMED_FRACTION: f64 = 0.10;

/// How much a metric may worsen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// Not at all, after rounding to [`EXACT_STEP`].
    Exact,
    /// By the larger of a fraction of the reference and an absolute amount.
    Within {
        /// The fraction.
        fraction: f64,
        /// The absolute amount, in the metric's unit.
        slack: f64,
    },
}

impl Tolerance {
    /// The metric's own, where a gate states nothing else.
    pub fn of(name: &str, metric: &Metric) -> Self {
        match (name, metric.class) {
            ("ir", _) => Self::Within { fraction: INSTRUCTION_FRACTION, slack: INSTRUCTION_SLACK },
            ("peak_bytes", _) => Self::Within { fraction: PEAK_FRACTION, slack: PEAK_SLACK_BYTES },
            (_, Class::Counted) => Self::Exact,
            (_, Class::Timed) => Self::Within { fraction: TIMED_FRACTION, slack: 0.0 },
        }
    }

    /// Whether `value` is worse than `reference` (both where less is better) by more than this allows.
    pub fn exceeded(self, value: f64, reference: f64) -> bool {
        match self {
            Self::Exact => rounded(value) > rounded(reference),
            Self::Within { fraction, slack } => value - reference > (fraction * reference).max(slack),
        }
    }

    /// Whether `now` is worse than `then` by more than this allows, in the metric's own direction: a rate is judged as
    /// the time of one operation.
    pub fn worsened(self, better: Better, now: f64, then: f64) -> bool {
        match better {
            Better::Less => self.exceeded(now, then),
            Better::More => self.exceeded(1.0 / now, 1.0 / then),
        }
    }

    /// In words.
    pub fn describe(self, unit: &str) -> String {
        match self {
            Self::Exact => "exact".to_owned(),
            Self::Within { fraction, slack } if slack > 0.0 => {
                format!("at most +{} % or +{slack} {unit}", percent(fraction))
            }
            Self::Within { fraction, .. } => format!("at most +{} %", percent(fraction)),
        }
    }
}

/// A fraction in per cent, without the digits that binary fractions leave at the end.
pub fn percent(fraction: f64) -> f64 {
    (fraction * 1e6).round() / 1e4
}

/// As a limit sees it: counts carry a start-up fraction below a twentieth.
pub fn settled(metric: &Metric) -> f64 {
    match metric.class {
        Class::Counted => (metric.value * 10.0).round() / 10.0,
        Class::Timed => metric.value,
    }
}

/// In steps of [`EXACT_STEP`].
pub fn rounded(value: f64) -> i64 {
    (value / EXACT_STEP).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_have_the_larger_of_both_limits() {
        let tolerance = Tolerance::Within { fraction: INSTRUCTION_FRACTION, slack: INSTRUCTION_SLACK };
        assert!(!tolerance.exceeded(102.0, 100.0));
        assert!(tolerance.exceeded(102.5, 100.0));
        assert!(!tolerance.exceeded(10_050.0, 10_000.0));
        assert!(tolerance.exceeded(10_051.0, 10_000.0));
    }

    #[test]
    fn a_tenth_less_of_a_rate_is_a_ninth_more_time() {
        let within = |fraction| Tolerance::Within { fraction, slack: 0.0 };
        assert!(within(0.111).worsened(Better::More, 900.0, 1000.0));
        assert!(!within(0.112).worsened(Better::More, 900.0, 1000.0));
        assert!(!within(0.1).worsened(Better::More, 1000.0, 900.0));
        assert!(within(0.1).worsened(Better::Less, 112.0, 100.0));
    }

    #[test]
    fn one_allocation_in_ten_operations_is_one_too_many() {
        assert!(Tolerance::Exact.exceeded(0.1, 0.0));
        assert!(!Tolerance::Exact.exceeded(0.01, 0.0));
    }
}
