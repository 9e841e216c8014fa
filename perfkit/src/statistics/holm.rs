//! Holm's step-down correction: many hypotheses tested at once, and the chance that even one of them is rejected
//! wrongly stays below the level, whatever their dependence (Holm, "A Simple Sequentially Rejective Multiple Test
//! Procedure", 1979).

/// Adjusted p values in the order given: reject where one is at most the family's level. The i-th smallest p (from 0)
/// of m is multiplied by m - i; then each is raised to the largest before it, and none passes 1.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&left, &right| p_values[left].total_cmp(&p_values[right]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest = 0.0f64;
    for (rank, &index) in order.iter().enumerate() {
        largest = largest.max(p_values[index] * (p_values.len() - rank) as f64).min(1.0);
        adjusted[index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_textbook_example() {
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        let expected = [0.03, 0.06, 0.06, 0.02];
        assert!(adjusted.iter().zip(expected).all(|(found, wanted)| (found - wanted).abs() < 1e-15));
        assert!(holm(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn adjusting_keeps_the_order_and_never_helps(p_values in prop::collection::vec(0.0..=1.0f64, 1..50)) {
            let adjusted = holm(&p_values);
            let least = |values: &[f64]| values.iter().copied().fold(1.0, f64::min);
            prop_assert_eq!(least(&adjusted), (least(&p_values) * p_values.len() as f64).min(1.0));
            for (index, p) in p_values.iter().enumerate() {
                prop_assert!(*p <= adjusted[index] && adjusted[index] <= 1.0);
                for (other, q) in p_values.iter().enumerate() {
                    prop_assert!(p > q || adjusted[index] <= adjusted[other]);
                }
            }
        }
    }
}
