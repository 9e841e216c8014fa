//! Student's t distribution (Student, "The Probable Error of a Mean", 1908) by the incomplete beta function:
//! Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 26.7.1.

use super::incomplete_beta::{incomplete_beta, inverse_incomplete_beta};

/// The chance of a value of at least `t` with `degrees` degrees of freedom. Exact far out in the tail, where one minus
/// the distribution function would be rounding error. NaN unless `degrees` is positive and `t` is a number.
pub fn upper_tail(t: f64, degrees: f64) -> f64 {
    if t.is_nan() {
        return f64::NAN;
    }
    let beyond = incomplete_beta(degrees / (degrees + t * t), degrees / 2.0, 0.5) / 2.0;
    if t >= 0.0 { beyond } else { 1.0 - beyond }
}

/// The distribution function.
pub fn cdf(t: f64, degrees: f64) -> f64 {
    upper_tail(-t, degrees)
}

/// The value below which a share of `p` lies. NaN unless `p` is from 0 to 1.
pub fn quantile(p: f64, degrees: f64) -> f64 {
    let tail = p.min(1.0 - p);
    let x = inverse_incomplete_beta(2.0 * tail, degrees / 2.0, 0.5);
    let magnitude = (degrees * (1.0 - x) / x).sqrt();
    if p < 0.5 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_degree_of_freedom_is_the_cauchy_distribution() {
        assert!((cdf(1.0, 1.0) - 0.75).abs() < 1e-14);
        assert!((quantile(0.75, 1.0) - 1.0).abs() < 1e-12);
        assert_eq!(cdf(0.0, 7.0), 0.5);
        assert!(cdf(1.0, 0.0).is_nan() && upper_tail(f64::NAN, 3.0).is_nan() && quantile(2.0, 3.0).is_nan());
    }

    #[test]
    fn the_far_tail_is_no_rounding_error() {
        assert!(upper_tail(100.0, 11.0) > 0.0 && upper_tail(100.0, 11.0) < 1e-16);
        assert_eq!((upper_tail(f64::INFINITY, 11.0), upper_tail(f64::NEG_INFINITY, 11.0)), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn the_quantile_inverts_the_distribution(p in 0.001..0.999f64, degrees in 1.0..500.0f64) {
            prop_assert!((cdf(quantile(p, degrees), degrees) - p).abs() < 1e-10);
        }

        #[test]
        fn it_is_symmetric(t in -50.0..50.0f64, degrees in 1.0..500.0f64) {
            prop_assert!((cdf(t, degrees) + cdf(-t, degrees) - 1.0).abs() < 1e-14);
        }
    }
}
