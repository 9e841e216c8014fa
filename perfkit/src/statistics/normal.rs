//! The normal distribution by the error function: Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964),
//! 26.2.29.

/// The chance of a value of at least `z`; exact far out in the tail.
pub fn upper_tail(z: f64) -> f64 {
    libm::erfc(z / std::f64::consts::SQRT_2) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_lies_above_the_middle_and_one_in_forty_above_1_96() {
        assert_eq!(upper_tail(0.0), 0.5);
        assert!((upper_tail(1.959_963_984_540_054) - 0.025).abs() < 1e-15);
        assert!(upper_tail(30.0) > 0.0 && upper_tail(30.0) < 1e-190);
    }
}
