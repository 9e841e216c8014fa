//! A straight line through costs over sizes: `cost = fixed + per_unit * size`.
//!
//! Costs of one series lie orders of magnitude apart, and their errors are shares of themselves. So what is minimised is
//! the sum of squared *relative* residuals: least squares with the weights 1/cost² (C. Tofallis, Least squares percentage
//! regression, Journal of Modern Applied Statistical Methods 7, 2008, 526–534). Otherwise the largest size alone would
//! decide both numbers. The closed form, about the weighted mean so that nothing cancels; O(points), no allocation but
//! the residuals.

use thiserror::Error;

/// `cost = fixed + per_unit * size`, with what it leaves unexplained.
#[derive(Debug, Clone, PartialEq)]
pub struct CostLine {
    /// What an operation costs before its first unit. Below zero where the line is no model of the costs.
    pub fixed: f64,
    /// What each unit of size adds.
    pub per_unit: f64,
    /// Per point, in the order given: (cost − line) / cost.
    pub residuals: Vec<f64>,
}

/// Why there is no line.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum LineError {
    /// A line needs two sizes.
    #[error("a line needs two different sizes, {distinct} given")]
    TooFewSizes {
        /// How many different sizes there are.
        distinct: usize,
    },
    /// Relative errors mean nothing for a cost of zero, and nothing costs less.
    #[error("the cost at size {size} is {cost}; only costs above zero have relative errors")]
    CostNotPositive {
        /// The point's size.
        size: f64,
        /// The point's cost.
        cost: f64,
    },
    /// Not a size.
    #[error("{size} is not a size")]
    NotASize {
        /// What was given for one.
        size: f64,
    },
}

/// Fit the line through points (size, cost). Sizes may stand in any order and more than once.
pub fn fit_costs(points: &[(f64, f64)]) -> Result<CostLine, LineError> {
    check(points)?;
    // Weights relative to the cheapest point: 1/cost² of its own would overflow for costs near the smallest number.
    let least = points.iter().fold(f64::INFINITY, |least, (_, cost)| least.min(*cost));
    let weight = |cost: f64| (least / cost) * (least / cost);
    let total: f64 = points.iter().map(|(_, cost)| weight(*cost)).sum();
    let mean_size = points.iter().map(|(size, cost)| weight(*cost) * size).sum::<f64>() / total;
    let mean_cost = points.iter().map(|(_, cost)| weight(*cost) * cost).sum::<f64>() / total;
    let (mut together, mut spread) = (0.0, 0.0);
    for (size, cost) in points {
        let away = size - mean_size;
        together += weight(*cost) * away * (cost - mean_cost);
        spread += weight(*cost) * away * away;
    }
    // Two sizes so close that their difference has no weight are one.
    if spread <= 0.0 {
        return Err(LineError::TooFewSizes { distinct: 1 });
    }
    let per_unit = together / spread;
    let fixed = mean_cost - per_unit * mean_size;
    let residuals = points.iter().map(|(size, cost)| (cost - (fixed + per_unit * size)) / cost).collect();
    Ok(CostLine { fixed, per_unit, residuals })
}

impl CostLine {
    /// The line's cost at a size.
    pub fn at(&self, size: f64) -> f64 {
        self.fixed + self.per_unit * size
    }

    /// The largest share of a cost that the line does not explain, in either direction. R² is no substitute: one large
    /// size makes it nearly 1 whatever the small ones do.
    pub fn worst_residual(&self) -> f64 {
        self.residuals.iter().fold(0.0, |worst: f64, residual| worst.max(residual.abs()))
    }

    /// The size at which half of the cost is fixed: n½ of R. W. Hockney and C. R. Jesshope, Parallel Computers, 1981.
    /// `None` where either part is not above zero.
    pub fn half_cost_size(&self) -> Option<f64> {
        (self.fixed > 0.0 && self.per_unit > 0.0).then(|| self.fixed / self.per_unit)
    }
}

fn check(points: &[(f64, f64)]) -> Result<(), LineError> {
    for (size, cost) in points {
        if !size.is_finite() || *size < 0.0 {
            return Err(LineError::NotASize { size: *size });
        }
        if !cost.is_finite() || *cost <= 0.0 {
            return Err(LineError::CostNotPositive { size: *size, cost: *cost });
        }
    }
    let mut sizes: Vec<f64> = points.iter().map(|(size, _)| *size).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    if sizes.len() < 2 { Err(LineError::TooFewSizes { distinct: sizes.len() }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: f64, wanted: f64, relative: f64) {
        assert!((found - wanted).abs() <= relative * wanted.abs(), "{found} is not {wanted}");
    }

    #[test]
    fn the_published_packet_builds_give_the_published_models() {
        let after = fit_costs(&[(64.0, 222.0), (256.0, 288.0), (1024.0, 544.0), (4096.0, 1538.0)]).unwrap();
        assert_eq!(format!("{:.2} {:.5}", after.fixed, after.per_unit), "202.39 0.32883");
        assert_eq!(format!("{:.2}", after.worst_residual() * 100.0), "0.90");
        assert_eq!(format!("{:.0}", after.half_cost_size().unwrap()), "615");
        let before =
            fit_costs(&[(64.0, 1139.0), (256.0, 1205.0), (1024.0, 1585.0), (4096.0, 3111.0)]).unwrap();
        assert_eq!(format!("{:.2} {:.5}", before.fixed, before.per_unit), "1092.83 0.48963");
        assert_eq!(format!("{:.2}", before.worst_residual() * 100.0), "1.30");
    }

    #[test]
    fn it_agrees_with_numpy() {
        // numpy.linalg.lstsq(numpy.c_[1/t, n/t], numpy.ones(len(t)), rcond=None)
        type Reference = (&'static [(f64, f64)], [f64; 3]);
        let references: [Reference; 4] = [
            (
                &[(64.0, 248.3), (256.0, 329.1), (1024.0, 706.2), (4096.0, 2043.7), (16_384.0, 7455.0)],
                [219.680_909_296_516_8, 0.448_245_987_609_528_5, 0.038_962_332_754_639],
            ),
            (
                &[(1.0, 3.5), (10.0, 4.0), (100.0, 13.0), (1000.0, 95.0)],
                [3.277_833_966_308_576_5, 0.092_936_826_357_472_1, 0.051_800_557_470_824_35],
            ),
            (
                &[(0.0, 12.0), (8.0, 13.0), (80.0, 31.0)],
                [11.604_944_961_896_704, 0.238_776_460_626_587_86, 0.039_627_434_377_646_7],
            ),
            (
                &[(1000.0, 5.0e6), (1000.0, 5.1e6), (2000.0, 9.9e6), (32_000.0, 1.7e8)],
                [-213_789.114_502_382_3, 5_221.389_836_058_397, 0.033_231_369_456_001_23],
            ),
        ];
        for (points, [fixed, per_unit, worst]) in references {
            let line = fit_costs(points).unwrap();
            close(line.fixed, fixed, 1e-10);
            close(line.per_unit, per_unit, 1e-11);
            close(line.worst_residual(), worst, 1e-10);
        }
    }

    #[test]
    fn the_largest_size_does_not_drown_the_small_ones() {
        // 200 + n with ten per cent of noise on the large ones. Unweighted, the fixed cost comes out at −503.
        let costs =
            [(64.0, 264.0), (256.0, 456.0), (1024.0, 1224.0), (16_384.0, 14_926.0), (65_536.0, 72_310.0)];
        let line = fit_costs(&costs).unwrap();
        close(line.fixed, 200.0, 0.02);
        close(line.per_unit, 1.0, 0.02);
    }

    #[test]
    fn what_is_no_cost_over_size_is_refused_by_name() {
        assert_eq!(fit_costs(&[]), Err(LineError::TooFewSizes { distinct: 0 }));
        assert_eq!(fit_costs(&[(8.0, 1.0), (8.0, 2.0)]), Err(LineError::TooFewSizes { distinct: 1 }));
        let zero = fit_costs(&[(8.0, 0.0), (9.0, 2.0)]);
        assert_eq!(zero, Err(LineError::CostNotPositive { size: 8.0, cost: 0.0 }));
        assert!(matches!(fit_costs(&[(8.0, f64::NAN), (9.0, 2.0)]), Err(LineError::CostNotPositive { .. })));
        assert_eq!(fit_costs(&[(-1.0, 1.0), (9.0, 2.0)]), Err(LineError::NotASize { size: -1.0 }));
        let close = fit_costs(&[(1e17, 1.0), (1e17 + 16.0, 2.0)]);
        assert!(close.is_ok() || close == Err(LineError::TooFewSizes { distinct: 1 }), "{close:?}");
    }

    #[test]
    fn a_fixed_cost_below_zero_has_no_half_cost_size() {
        let line = fit_costs(&[(10.0, 5.0), (20.0, 15.0)]).unwrap();
        close(line.fixed, -5.0, 1e-12);
        assert_eq!(line.half_cost_size(), None);
    }

    proptest! {
        #[test]
        fn exact_lines_are_recovered(
            fixed in 0.1f64..1e6,
            per_unit in 1e-3f64..1e3,
            sizes in proptest::collection::btree_set(1u32..1_000_000, 2..12),
        ) {
            // Sizes at one place of a line that hardly rises there say nothing of its slope.
            let (first, last) = (*sizes.first().unwrap(), *sizes.last().unwrap());
            prop_assume!(last / first >= 2);
            let points: Vec<_> = sizes.iter().map(|n| (f64::from(*n), fixed + per_unit * f64::from(*n))).collect();
            let line = fit_costs(&points).unwrap();
            prop_assert!(line.worst_residual() < 1e-9, "{line:?}");
            let largest = fixed + per_unit * f64::from(last);
            prop_assert!((line.fixed - fixed).abs() < 1e-9 * largest, "{line:?}");
            prop_assert!((line.per_unit - per_unit).abs() < 1e-9 * largest / f64::from(last - first), "{line:?}");
        }

        #[test]
        fn units_do_not_matter(
            costs in proptest::collection::vec(1.0f64..1e6, 4),
            unit in prop_oneof![Just(1e-300), Just(1e-9), Just(1e3), Just(1e250)],
        ) {
            let sizes = [64.0, 256.0, 1024.0, 4096.0];
            let points: Vec<_> = sizes.into_iter().zip(costs.iter().copied()).collect();
            let scaled: Vec<_> = points.iter().map(|(size, cost)| (*size, cost * unit)).collect();
            let (line, other) = (fit_costs(&points).unwrap(), fit_costs(&scaled).unwrap());
            let tolerance = 1e-9 * costs.iter().fold(0.0, |most: f64, cost| most.max(*cost));
            prop_assert!((other.fixed / unit - line.fixed).abs() < tolerance);
            prop_assert!((other.per_unit / unit - line.per_unit).abs() < tolerance);
            prop_assert!((other.worst_residual() - line.worst_residual()).abs() < 1e-6 * line.worst_residual().max(1.0));
        }
    }
}
