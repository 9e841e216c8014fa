//! One metric of one benchmark over the runs of a host: its points, where the series is broken because the numbers
//! mean something else from there on, and where it changed.

use crate::format::{Better, Class, metric_info};

/// One stored value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The index of its run.
    pub run: usize,
    /// The value, in base units.
    pub value: f64,
    /// Equal where two values may be compared: statistic, unit, benchmark revision, and the tools for counts.
    pub kind: u64,
    /// From a quick run: shown, and not reasoned from where it is a time.
    pub quick: bool,
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
    /// Oldest first, one a run at most.
    pub points: Vec<Point>,
    /// Lasting changes, oldest first.
    pub changes: Vec<Change>,
    /// Whether smaller is better.
    pub less_is_better: bool,
}

impl Trend {
    /// With the changes found within each stretch of comparable points.
    pub fn new(name: &str, class: Class, points: Vec<Point>) -> Self {
        let judged: Vec<&Point> =
            points.iter().filter(|point| class == Class::Counted || !point.quick).collect();
        let changes = judged
            .chunk_by(|a, b| a.kind == b.kind)
            .flat_map(|stretch| changes(name, class, stretch))
            .collect();
        let less_is_better = metric_info(name).is_none_or(|info| info.better == Better::Less);
        Self { points, changes, less_is_better }
    }

    /// The stretches of comparable points.
    pub fn stretches(&self) -> impl Iterator<Item = &[Point]> {
        self.points.chunk_by(|a, b| a.kind == b.kind)
    }

    /// The newest value.
    pub fn newest(&self) -> Option<&Point> {
        self.points.last()
    }

    /// The value before the newest, where it may be compared with it.
    pub fn previous(&self) -> Option<&Point> {
        let newest = self.points.last()?;
        let before = self.points.len().checked_sub(2)?;
        self.points.get(before).filter(|point| point.kind == newest.kind)
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

fn changes(_name: &str, class: Class, stretch: &[&Point]) -> Vec<Change> {
    // STAND-IN
    if class != Class::Counted {
        return Vec::new();
    }
    stretch
        .windows(2)
        .filter(|pair| (pair[1].value - pair[0].value).abs() > 2.0)
        .map(|pair| Change {
            run: pair[1].run,
            after_run: pair[0].run,
            before: pair[0].value,
            after: pair[1].value,
        })
        .collect()
}
