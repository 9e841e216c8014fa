//! The regularised incomplete beta function I_x(a, b), from which the distributions of Student and of a proportion
//! follow: the continued fraction 8.17.22 of the NIST Digital Library of Mathematical Functions, evaluated by the
//! method of Lentz (1976) as modified by Thompson and Barnett (1986).

/// The continued fraction needs about sqrt(max(a, b)) turns; this many serve parameters up to some 10^8.
const TURNS: u32 = 20_000;

/// Halvings that narrow [0, 1] down to neighbouring numbers, small ones included.
const HALVINGS: u32 = 1100;

/// I_x(a, b) for positive `a` and `b`, and `x` from 0 to 1. NaN where a parameter is out of range.
pub fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if !(a > 0.0 && b > 0.0 && (0.0..=1.0).contains(&x)) {
        return f64::NAN;
    }
    if x == 0.0 || x == 1.0 {
        return x;
    }
    // The fraction converges fast below the mean, and the function is symmetric.
    if x > (a + 1.0) / (a + b + 2.0) { 1.0 - below_mean(1.0 - x, b, a) } else { below_mean(x, a, b) }
}

/// The x at which I_x(a, b) is `p`, by bisection: slow and sure.
pub fn inverse_incomplete_beta(p: f64, a: f64, b: f64) -> f64 {
    if !(a > 0.0 && b > 0.0 && (0.0..=1.0).contains(&p)) {
        return f64::NAN;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if incomplete_beta(middle, a, b) < p { low = middle } else { high = middle }
    }
    high
}

fn below_mean(x: f64, a: f64, b: f64) -> f64 {
    let log_beta = libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    let front = (a * x.ln() + b * (-x).ln_1p() - log_beta).exp() / a;
    front * continued_fraction(x, a, b)
}

fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let kept_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / kept_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for turn in 1..=TURNS {
        let m = f64::from(turn);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut step = 1.0;
        for term in [even, odd] {
            d = 1.0 / kept_from_zero(1.0 + term * d);
            c = kept_from_zero(1.0 + term / c);
            step = c * d;
            fraction *= step;
        }
        if (step - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_uniform_distribution_is_its_own() {
        assert!((incomplete_beta(0.3, 1.0, 1.0) - 0.3).abs() < 1e-15);
        assert!(incomplete_beta(0.3, 0.0, 1.0).is_nan() && incomplete_beta(1.5, 1.0, 1.0).is_nan());
    }

    proptest! {
        #[test]
        fn it_is_symmetric_and_rises(a in 0.1..200.0f64, b in 0.1..200.0f64, x in 0.0..1.0f64, y in 0.0..1.0f64) {
            prop_assert!((incomplete_beta(x, a, b) + incomplete_beta(1.0 - x, b, a) - 1.0).abs() < 1e-10);
            prop_assert!(incomplete_beta(x.min(y), a, b) <= incomplete_beta(x.max(y), a, b) + 1e-12);
        }

        #[test]
        fn the_inverse_inverts(a in 0.5..50.0f64, b in 0.5..50.0f64, p in 1e-6..0.999f64) {
            prop_assert!((incomplete_beta(inverse_incomplete_beta(p, a, b), a, b) - p).abs() < 1e-10);
        }
    }
}
