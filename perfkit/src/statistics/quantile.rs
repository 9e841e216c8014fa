//! Quantiles of a sample: linear interpolation between order statistics, type 7 of Hyndman and Fan, "Sample Quantiles
//! in Statistical Packages" (1996), which is also the default of R and NumPy.

/// The quantile of kernels' minima over rounds: a neighbour can only lengthen a kernel, so low enough to be rid of
/// disturbed rounds, and not as lucky as the least of all.
pub const LOW_QUANTILE: f64 = 0.2;

/// The quantile of contended work, of which waiting is part.
pub const MEDIAN: f64 = 0.5;

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

/// A sample prepared so that quantiles of its resamples need no sorting: they are counted by rank.
#[derive(Debug, Clone)]
pub struct RankedSample {
    sorted: Vec<f64>,
    /// The place of each value in `sorted`.
    ranks: Vec<usize>,
    /// How often each place was drawn.
    drawn: Vec<u32>,
}

impl RankedSample {
    /// Prepare a sample.
    pub fn new(values: &[f64]) -> Self {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&left, &right| values[left].total_cmp(&values[right]));
        let mut ranks = vec![0; values.len()];
        for (rank, &index) in order.iter().enumerate() {
            ranks[index] = rank;
        }
        let sorted = order.iter().map(|&index| values[index]).collect();
        Self { sorted, ranks, drawn: vec![0; values.len()] }
    }

    /// A quantile of the values with these indices, each as often as it stands there. Zero for no indices. Linear in
    /// the sizes of the sample and the resample.
    pub fn quantile(&mut self, indices: &[usize], at: f64) -> f64 {
        let Some(last) = indices.len().checked_sub(1) else { return 0.0 };
        self.drawn.fill(0);
        for &index in indices {
            self.drawn[self.ranks[index]] += 1;
        }
        let position = at.clamp(0.0, 1.0) * last as f64;
        let below = position.floor() as usize;
        let mut passed = 0usize;
        let mut places = self.drawn.iter().zip(&self.sorted).filter(|(count, _)| **count > 0);
        for (count, &value) in places.by_ref() {
            passed += *count as usize;
            if passed > below {
                let next = if passed > below + 1 { None } else { places.next() };
                let next = next.map_or(value, |(_, &value)| value);
                return value + (position - below as f64) * (next - value);
            }
        }
        0.0
    }
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
        fn a_resample_counted_by_rank_has_the_quantile_of_its_values(
            values in prop::collection::vec(0u8..20, 1..20), picks in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
            at in 0.0..=1.0f64,
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let indices: Vec<usize> = picks.iter().map(|pick| pick.index(values.len())).collect();
            let drawn: Vec<f64> = indices.iter().map(|&index| values[index]).collect();
            prop_assert_eq!(RankedSample::new(&values).quantile(&indices, at), quantile(&drawn, at));
        }

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
