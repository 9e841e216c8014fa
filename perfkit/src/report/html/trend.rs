//! One metric of one benchmark over the runs of a host: its points, where the series is broken because the numbers
//! mean something else from there on, and where it changed.

use std::collections::BTreeMap;

use crate::{
    format::{Better, Class, metric_info},
    statistics::change_points::{ChangePoint, Sensitivity, change_points},
};

/// One stored value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The index of its run.
    pub run: usize,
    /// The value, in base units.
    pub value: f64,
    /// Equal where two values may be compared: statistic, unit, benchmark revision, tools and instruction set.
    pub kind: u64,
    /// Shown, and no change is concluded from it: of uncommitted changes, or a time of a quick or interrupted run.
    pub doubtful: bool,
    /// From a quick or interrupted run: a time that the next one is not held against.
    pub hasty: bool,
    /// Whether it still counts.
    pub valid: bool,
}

/// A lasting change within one stretch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The first run of the new level.
    pub run: usize,
    /// The run before it.
    pub after_run: usize,
    /// The level before.
    pub before: f64,
    /// The level after.
    pub after: f64,
}

/// A series.
#[derive(Debug, Clone, PartialEq)]
pub struct Trend {
    /// What counts, oldest first, one a run at most.
    pub points: Vec<Point>,
    /// What was taken back: shown, and nothing more.
    pub invalidated: Vec<Point>,
    /// Lasting changes, oldest first.
    pub changes: Vec<Change>,
    /// Whether smaller is better.
    pub less_is_better: bool,
    is_timed: bool,
}

impl Trend {
    /// With the changes found among the points of each kind, as `perfkit history` finds them; `sensitivity` gives none
    /// for a kind of which nothing may be concluded.
    pub fn new(name: &str, points: Vec<Point>, sensitivity: &dyn Fn(u64) -> Option<Sensitivity>) -> Self {
        let (points, invalidated): (Vec<Point>, Vec<Point>) =
            points.into_iter().partition(|point| point.valid);
        let mut kinds: BTreeMap<u64, Vec<&Point>> = BTreeMap::new();
        for point in points.iter().filter(|point| !point.doubtful) {
            kinds.entry(point.kind).or_default().push(point);
        }
        let found = kinds.iter().filter_map(|(kind, stretch)| Some(changes(stretch, sensitivity(*kind)?)));
        let mut changes: Vec<Change> = found.flatten().collect();
        changes.sort_by_key(|change| change.run);
        let less_is_better = metric_info(name).is_none_or(|info| info.better == Better::Less);
        let is_timed = metric_info(name).is_none_or(|info| info.class == Class::Timed);
        Self { points, invalidated, changes, less_is_better, is_timed }
    }

    /// The stretches of comparable points.
    pub fn stretches(&self) -> impl Iterator<Item = &[Point]> {
        self.points.chunk_by(|a, b| a.kind == b.kind)
    }

    /// The newest value.
    pub fn newest(&self) -> Option<&Point> {
        self.points.last()
    }

    /// The value before the newest, where it may be compared with it; times of hasty runs are passed over.
    pub fn previous(&self) -> Option<&Point> {
        let (newest, earlier) = self.points.split_last()?;
        let before = earlier.iter().rev().find(|point| !(self.is_timed && point.hasty))?;
        (before.kind == newest.kind).then_some(before)
    }

    /// Least and greatest value.
    pub fn range(&self) -> (f64, f64) {
        let values = self.points.iter().map(|point| point.value);
        values
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    }

    /// Whether all values are the same.
    pub fn is_constant(&self) -> bool {
        let (low, high) = self.range();
        low == high
    }
}

fn changes(stretch: &[&Point], sensitivity: Sensitivity) -> Vec<Change> {
    let values: Vec<f64> = stretch.iter().map(|point| point.value).collect();
    let found = change_points(&values, sensitivity);
    let change = |found: &ChangePoint| {
        Some(Change {
            run: stretch.get(found.index)?.run,
            after_run: stretch.get(found.index.checked_sub(1)?)?.run,
            before: found.before,
            after: found.after,
        })
    };
    found.iter().filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(name: &str, values: &[f64]) -> Trend {
        let points = values.iter().enumerate().map(|(run, value)| point(run, *value)).collect();
        let counted = name == "allocs_per_op";
        let sensitivity = Sensitivity {
            fraction: if counted { 0.0 } else { 0.05 },
            absolute: 0.05,
            fewest: if counted { 1 } else { 3 },
        };
        Trend::new(name, points, &|_| Some(sensitivity))
    }

    fn point(run: usize, value: f64) -> Point {
        Point { run, value, kind: 0, doubtful: false, hasty: false, valid: true }
    }

    #[test]
    fn a_time_is_not_held_against_that_of_a_hasty_run() {
        let hasty = Point { hasty: true, doubtful: true, ..point(1, 300.0) };
        let points = vec![point(0, 100.0), hasty, point(2, 101.0)];
        let before =
            |name: &str| Trend::new(name, points.clone(), &|_| None).previous().map(|point| point.run);
        assert_eq!((before("cpu_time_ns"), before("ir")), (Some(0), Some(1)));
    }

    #[test]
    fn points_of_two_toolchains_in_turns_are_two_series() {
        let level = |run: usize| if run < 8 { 1.0 } else { 2.0 };
        let points = (0..16).map(|run| {
            let of_one = run % 2 == 0;
            Point { kind: u64::from(of_one), ..point(run, if of_one { level(run) } else { 9.0 }) }
        });
        let sensitivity = Sensitivity { fraction: 0.0, absolute: 0.05, fewest: 1 };
        let trend = Trend::new("allocs_per_op", points.collect(), &|_| Some(sensitivity));
        let changes: Vec<(usize, usize)> =
            trend.changes.iter().map(|change| (change.after_run, change.run)).collect();
        assert_eq!(changes, [(6, 8)]);
    }

    #[test]
    fn a_step_is_a_change_and_noise_is_none() {
        let noise = [100.0, 101.0, 99.5, 100.4, 100.9, 99.8, 100.2, 101.1, 99.9, 100.0, 100.6, 99.7];
        assert!(trend("cpu_time_ns", &noise).changes.is_empty());
        let stepped: Vec<f64> = noise.iter().chain(&noise.map(|value| value * 1.2)).copied().collect();
        let changes = trend("cpu_time_ns", &stepped).changes;
        assert_eq!(
            changes.iter().map(|change| (change.after_run, change.run)).collect::<Vec<_>>(),
            [(11, 12)]
        );
    }

    #[test]
    fn an_exact_count_moves_in_one_run() {
        let changes = trend("allocs_per_op", &[0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 3.0, 3.0]).changes;
        assert_eq!(changes.iter().map(|change| change.run).collect::<Vec<_>>(), [5]);
        assert!(trend("allocs_per_op", &[3.0; 9]).changes.is_empty());
    }
}
