//! Quantiles of a sample: linear interpolation between order statistics, type 7 of Hyndman and Fan, "Sample Quantiles
//! in Statistical Packages" (1996), which is also the default of R and NumPy.

/// A quantile. Zero for no values.
pub fn quantile(values: &[f64], at: f64) -> f64 {
    quantile_in_place(&mut values.to_vec(), at)
}

/// A quantile without a copy: the values end up in another order. Zero for no values. Linear in their number.
pub fn quantile_in_place(values: &mut [f64], at: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let position = at.clamp(0.0, 1.0) * last as f64;
    let below = position.floor() as usize;
    let (_, &mut value, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let next = above.iter().copied().min_by(f64::total_cmp).unwrap_or(value);
    value + (position - below as f64) * (next - value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(quantile(&[5.0, 1.0, 2.0, 3.0, 4.0], 0.2), 1.8);
        assert_eq!(quantile(&[3.0, 1.0], 0.5), 2.0);
        assert_eq!(quantile(&[7.0], 0.2), 7.0);
        assert_eq!(quantile(&[], 0.2), 0.0);
    }

    proptest! {
        #[test]
        fn a_quantile_lies_within_the_sample_and_rises_with_its_place(
            values in prop::collection::vec(-1e9..1e9f64, 1..40), low in 0.0..1.0f64, high in 0.0..1.0f64,
        ) {
            let (low, high) = (low.min(high), low.max(high));
            prop_assert!(quantile(&values, low) <= quantile(&values, high));
            prop_assert!(quantile(&values, 0.0) <= quantile(&values, low));
            prop_assert!(quantile(&values, high) <= quantile(&values, 1.0));
        }
    }
}
