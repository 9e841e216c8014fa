//! Change points of a series: where its level moved, and by how much.
//!
//! E-divisive (Matteson and James, "A Nonparametric Approach for Multiple Change Point Analysis of Multivariate
//! Data", JASA 2014) proposes them: the split of a window that maximises the energy distance between its sides. A
//! t-test in place of the permutations decides, in windows of 50 points, first with a weak threshold and then with a
//! strict one over whole stretches, as in Fleming, Kołaczkowski et al., "Hunter: Using Change Point Detection to Hunt
//! for Performance Regressions", ICPE 2023. Values are compared as logarithms, so that a change is a ratio; a series
//! that holds a zero is compared as it is. No randomness: equal series give equal points.
//!
//! Cost: the square of the window per half window, so 100 operations per point; a constant window costs one pass.

use super::{quantile, student_t::upper_tail};

/// Points looked at together: long enough for a t-test, short enough for several changes a month.
const WINDOW: usize = 50;
/// The chance of a change point in a stretch without one, for each that stays.
const P_VALUE: f64 = 0.001;
/// The first pass keeps what is this many times likelier: later neighbours may make it certain.
const WEAKER: f64 = 10.0;
/// A later split has to be better by this share, so that rounding does not decide ties: the earliest wins.
const TIE: f64 = 1e-12;
/// An energy that is smaller beside the distances that it is the difference of is their rounding, and tells nothing
/// apart: before a step to a window's last point all splits have none.
const ROUNDING: f64 = 1e-9;

/// What counts as a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensitivity {
    /// Changes by a smaller share of the level before do not count.
    pub fraction: f64,
    /// Neither do smaller absolute ones; the larger of both decides.
    pub absolute: f64,
    /// The fewest points on either side: 1 for exact counts, more where one bad run proves nothing.
    pub fewest: usize,
}

/// A place where the level of a series moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// The first point of the new level.
    pub index: usize,
    /// The median of the stretch before.
    pub before: f64,
    /// The median of the stretch after.
    pub after: f64,
    /// The chance of so large a difference without a change, by the t-test.
    pub p_value: f64,
}

/// The change points of `values`, in their order. None in a series that holds something that is no number.
pub fn change_points(values: &[f64], sensitivity: Sensitivity) -> Vec<ChangePoint> {
    if values.iter().any(|value| !value.is_finite()) {
        return Vec::new();
    }
    let ratios = values.iter().all(|value| *value > 0.0);
    let levels: Vec<f64> = values.iter().map(|value| if ratios { value.ln() } else { *value }).collect();
    let candidates = candidates(&levels, sensitivity.fewest.max(1));
    strict(values, &levels, candidates, sensitivity)
}

/// The weak pass: overlapping windows, each split as long as its parts differ.
fn candidates(levels: &[f64], fewest: usize) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut start = 0;
    while start < levels.len() {
        let end = levels.len().min(start + WINDOW);
        let before = found.len();
        split(levels, start, end, fewest, &mut found);
        found[before..].sort_unstable();
        let last = found[before..].last().copied().unwrap_or(0);
        start = last.max(start + WINDOW / 2);
    }
    found.dedup();
    found
}

/// Split `start..end` where its sides differ most, and then the sides.
fn split(levels: &[f64], start: usize, end: usize, fewest: usize, found: &mut Vec<usize>) {
    let Some(at) = best_split(&levels[start..end], fewest).map(|offset| start + offset) else { return };
    if p_value(&levels[start..at], &levels[at..end]) < P_VALUE * WEAKER {
        split(levels, start, at, fewest, found);
        found.push(at);
        split(levels, at, end, fewest, found);
    }
}

/// Where the energy distance between left and right is largest; `None` where no split tells anything apart.
fn best_split(values: &[f64], fewest: usize) -> Option<usize> {
    let (first, rest) = values.split_first()?;
    if values.len() < 2 * fewest || rest.iter().all(|value| value == first) {
        return None;
    }
    let distances = energy_distances(values);
    let distance = |at: usize| distances.get(at - 1).copied().unwrap_or(f64::NEG_INFINITY);
    let mut best: Option<usize> = None;
    for at in fewest..=values.len() - fewest {
        // The slope of a peak nearer to the edge than is allowed is no place: another window sees it whole.
        let on_a_slope = distance(at + 1) > distance(at) || at > 1 && distance(at - 1) >= distance(at);
        let better = best.is_none_or(|best| distance(at) > distance(best) + distance(best).abs() * TIE);
        if better && !on_a_slope && distance(at) > 0.0 {
            best = Some(at);
        }
    }
    best
}

/// The energy distance between the sides of each split, weighted by their sizes; the first is that of a left side of
/// one value. Zero where it is rounding alone.
fn energy_distances(values: &[f64]) -> Vec<f64> {
    let count = values.len();
    let distances =
        |value: f64, others: &[f64]| others.iter().map(|other| (value - other).abs()).sum::<f64>();
    // Sums of the distances within the left, within the right, and between them; all of it is right at first.
    let (mut left, mut between) = (0.0, 0.0);
    let mut right: f64 = (0..count).map(|at| distances(values[at], &values[at + 1..])).sum();
    let mean_within = |sum: f64, n: f64| if n < 2.0 { 0.0 } else { 2.0 * sum / (n * (n - 1.0)) };
    (1..count)
        .map(|at| {
            let moved = at - 1;
            let to_left = distances(values[moved], &values[..moved]);
            let to_right = distances(values[moved], &values[at..]);
            left += to_left;
            right -= to_right;
            between += to_right - to_left;
            let (n, m) = (at as f64, (count - at) as f64);
            let apart = 2.0 * between / (n * m);
            let within = mean_within(left, n) + mean_within(right, m);
            let energy = apart - within;
            let is_rounding = energy.abs() <= (apart.abs() + within.abs()) * ROUNDING;
            if is_rounding { 0.0 } else { energy * n * m / (n + m) }
        })
        .collect()
}

/// The strict pass: the weakest point goes first, then the smallest, until all that stay are certain and large enough.
fn strict(
    values: &[f64],
    levels: &[f64],
    candidates: Vec<usize>,
    sensitivity: Sensitivity,
) -> Vec<ChangePoint> {
    let mut bounds = vec![0];
    bounds.extend(candidates);
    bounds.push(values.len());
    let judged = |bounds: &[usize], at: usize| {
        let (start, index, end) = (bounds[at - 1], bounds[at], bounds[at + 1]);
        ChangePoint {
            index,
            before: quantile(&values[start..index], 0.5),
            after: quantile(&values[index..end], 0.5),
            p_value: p_value(&levels[start..index], &levels[index..end]),
        }
    };
    let mut points: Vec<ChangePoint> = (1..bounds.len() - 1).map(|at| judged(&bounds, at)).collect();
    loop {
        let uncertain =
            worst(&points, |point| if point.p_value < P_VALUE { None } else { Some(point.p_value) });
        let doomed = uncertain.or_else(|| {
            let enough =
                |point: &ChangePoint| (sensitivity.fraction * point.before.abs()).max(sensitivity.absolute);
            // Shares of what would be enough compare over levels of any size.
            worst(&points, |point| {
                let moved = (point.after - point.before).abs();
                if moved > enough(point) { None } else { Some(-moved / enough(point).max(f64::MIN_POSITIVE)) }
            })
        });
        let Some(doomed) = doomed else { return points };
        points.remove(doomed);
        bounds.remove(doomed + 1);
        // Its neighbours have longer stretches now.
        for at in doomed.saturating_sub(1)..points.len().min(doomed + 1) {
            points[at] = judged(&bounds, at + 1);
        }
    }
}

/// The first of the points with the largest badness.
fn worst(points: &[ChangePoint], badness: impl Fn(&ChangePoint) -> Option<f64>) -> Option<usize> {
    let mut worst: Option<(f64, usize)> = None;
    for (at, point) in points.iter().enumerate() {
        if let Some(badness) = badness(point)
            && worst.is_none_or(|(largest, _)| badness > largest)
        {
            worst = Some((badness, at));
        }
    }
    worst.map(|(_, at)| at)
}

/// Student's two-sided t-test with a common variance: the chance of such means without a difference.
fn p_value(left: &[f64], right: &[f64]) -> f64 {
    let (n, m) = (left.len() as f64, right.len() as f64);
    let degrees = n + m - 2.0;
    let (mean_left, squares_left) = mean_and_squares(left);
    let (mean_right, squares_right) = mean_and_squares(right);
    let difference = (mean_right - mean_left).abs();
    if difference == 0.0 || degrees < 0.0 {
        return 1.0;
    }
    let variance = if degrees > 0.0 { (squares_left + squares_right) / degrees } else { 0.0 };
    if variance == 0.0 {
        // Two constant levels: nothing is more certain, unless there is no more than a point of each.
        return if degrees > 0.0 { 0.0 } else { 1.0 };
    }
    2.0 * upper_tail(difference / (variance * (1.0 / n + 1.0 / m)).sqrt(), degrees)
}

/// The mean, and the sum of the squared distances from it.
fn mean_and_squares(values: &[f64]) -> (f64, f64) {
    // From the first value on, so that a constant stretch has exactly no variance.
    let origin = values.first().copied().unwrap_or(0.0);
    let offset = values.iter().map(|value| value - origin).sum::<f64>() / values.len().max(1) as f64;
    let squares = values.iter().map(|value| (value - origin - offset).powi(2)).sum();
    (origin + offset, squares)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::statistics::random::SplitMix64;

    const EXACT: Sensitivity = Sensitivity { fraction: 0.0025, absolute: 1.0, fewest: 1 };
    const TIMED: Sensitivity = Sensitivity { fraction: 0.05, absolute: 0.0, fewest: 3 };

    /// Log-normal noise around 1: the sum of twelve uniform numbers is normal enough.
    fn noise(random: &mut SplitMix64, spread: f64) -> f64 {
        let sum: f64 = (0..12).map(|_| random.below(1 << 30) as f64 / f64::from(1 << 30)).sum();
        (spread * (sum - 6.0)).exp()
    }

    fn series(seed: u64, count: usize, spread: f64, level: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut random = SplitMix64::new(seed);
        (0..count).map(|at| level(at) * noise(&mut random, spread)).collect()
    }

    fn places(values: &[f64], sensitivity: Sensitivity) -> Vec<usize> {
        change_points(values, sensitivity).iter().map(|point| point.index).collect()
    }

    #[test]
    fn a_step_of_an_exact_count_is_found_where_it_is_even_at_the_ends() {
        for at in [2, 24, 25, 26, 49, 50, 51, 130, 198, 199] {
            let values: Vec<f64> = (0..200).map(|run| if run < at { 1431.0 } else { 1440.0 }).collect();
            let found = change_points(&values, EXACT);
            assert_eq!(found.len(), 1, "at {at}: {found:?}");
            assert_eq!((found[0].index, found[0].before, found[0].after), (at, 1431.0, 1440.0));
        }
    }

    /// The last point of a window alone is too few to be a level; the splits before it differ by rounding, and one of
    /// them was taken for the place.
    #[test]
    fn a_step_to_the_last_point_of_a_window_is_left_to_the_next_window() {
        let (scale, step) = (1.9908906029622693, 1.2265977848205125);
        for at in [47, 48, 49, 50] {
            let level = |run| if run < at { 100.0 } else { 100.0 * step };
            let values: Vec<f64> = (0..200).map(|run| level(run) * scale).collect();
            assert_eq!(places(&values, TIMED), [at]);
        }
    }

    #[test]
    fn a_step_from_nothing_is_a_step() {
        let values: Vec<f64> = (0..60).map(|run| if run < 30 { 0.0 } else { 1.0 }).collect();
        assert_eq!(places(&values, Sensitivity { fraction: 0.0, absolute: 0.05, fewest: 1 }), [30]);
    }

    #[test]
    fn a_spike_that_is_taken_back_is_two_steps() {
        let mut values = vec![1000.0; 80];
        values[40..43].fill(1100.0);
        assert_eq!(places(&values, EXACT), [40, 43]);
    }

    #[test]
    fn steps_in_noise_are_found_near_their_places() {
        for seed in 0..40 {
            let values = series(seed, 300, 0.02, |run| {
                if run < 97 {
                    100.0
                } else if run < 210 {
                    115.0
                } else {
                    90.0
                }
            });
            let found = places(&values, TIMED);
            assert_eq!(found.len(), 2, "seed {seed}: {found:?}");
            assert!(found[0].abs_diff(97) <= 2 && found[1].abs_diff(210) <= 2, "seed {seed}: {found:?}");
        }
    }

    #[test]
    fn a_slow_creep_is_found_although_no_step_of_it_is_large() {
        let values: Vec<f64> = (0..400).map(|run| 10_000.0 * 1.0015f64.powi(run / 20)).collect();
        assert!(!places(&values, EXACT).is_empty());
    }

    /// Without the minimum effect the test alone errs; with it hardly ever.
    #[test]
    fn noise_without_a_change_is_silent() {
        let (mut alone, mut with_effect) = (0, 0);
        for seed in 1000..1300 {
            let values = series(seed, 200, 0.02, |_| 100.0);
            alone += usize::from(!places(&values, Sensitivity { fraction: 0.0, ..TIMED }).is_empty());
            with_effect += usize::from(!places(&values, TIMED).is_empty());
        }
        assert!(alone <= 30, "{alone} of 300 series of 200 points have a false point");
        assert_eq!(with_effect, 0);
    }

    #[test]
    fn one_bad_run_of_a_timed_series_is_no_change() {
        let mut values = series(7, 100, 0.01, |_| 100.0);
        values[60] = 150.0;
        values[99] = 170.0;
        assert_eq!(places(&values, TIMED), [0usize; 0]);
    }

    #[test]
    fn changes_below_the_minimum_effect_are_left_out() {
        let values: Vec<f64> = (0..100).map(|run| if run < 50 { 10_000.0 } else { 10_020.0 }).collect();
        assert_eq!(places(&values, EXACT), [0usize; 0]);
        let values: Vec<f64> = (0..100).map(|run| if run < 50 { 10_000.0 } else { 10_030.0 }).collect();
        assert_eq!(places(&values, EXACT), [50]);
    }

    #[test]
    fn short_and_broken_series_have_no_points() {
        for values in [&[][..], &[1.0], &[1.0, 2.0], &[f64::NAN, 1.0, 2.0, 9.0, 9.0, 9.0]] {
            assert_eq!(places(values, EXACT), [0usize; 0]);
        }
    }

    proptest! {
        #[test]
        fn points_are_ordered_inside_large_enough_and_certain(
            values in proptest::collection::vec(1.0..1e6f64, 0..260),
            fewest in 1..4usize,
        ) {
            let sensitivity = Sensitivity { fewest, ..TIMED };
            let found = change_points(&values, sensitivity);
            let mut last = 0;
            for point in &found {
                prop_assert!(point.index > last && point.index < values.len());
                prop_assert!((point.after - point.before).abs() > sensitivity.fraction * point.before);
                prop_assert!(point.p_value < P_VALUE);
                last = point.index;
            }
            prop_assert_eq!(found, change_points(&values, sensitivity));
        }

        #[test]
        fn scaling_a_series_moves_no_point(at in 5..95usize, scale in 0.01..100.0f64, step in 1.2..3.0f64) {
            let values: Vec<f64> = (0..100).map(|run| if run < at { 100.0 } else { 100.0 * step }).collect();
            let scaled: Vec<f64> = values.iter().map(|value| value * scale).collect();
            prop_assert_eq!(places(&values, TIMED), [at]);
            prop_assert_eq!(places(&scaled, TIMED), [at]);
        }
    }
}
