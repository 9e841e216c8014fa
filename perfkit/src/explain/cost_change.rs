//! Two models of one series side by side.
//!
//! Lines are compared only where both were fitted to the same sizes of the same revision of the benchmark: a line over
//! other sizes is another model, and what differs may be the sizes; a revision says that the meaning did.

use serde::Serialize;

use super::cost_model::{CostModel, Estimate, Line};

/// What became of a series' model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelChange {
    /// The series.
    pub series: String,
    /// The Cargo package.
    pub package: String,
    /// The metric.
    pub metric: String,
    /// The lines that both models have.
    pub lines: Vec<LineChange>,
    /// Why lines are left out, where any are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LineChange {
    /// The smallest size.
    pub from: u64,
    /// The largest size.
    pub to: u64,
    /// The fixed cost.
    pub fixed: PartChange,
    /// The cost per unit of size.
    pub per_unit: PartChange,
}

/// What became of one part of a line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PartChange {
    /// Then.
    pub before: Estimate,
    /// Now.
    pub after: Estimate,
    /// The change as a share of what it was; absent where that was zero or less.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<f64>,
    /// What the intervals say of it.
    pub intervals: Intervals,
}

/// How the intervals of two estimates lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Intervals {
    /// They have no value in common.
    Apart,
    /// They have values in common: the difference may be none.
    Overlap,
    /// At least one side has none.
    Absent,
}

impl ModelChange {
    /// From one model to another of the same series and metric.
    pub fn between(before: &CostModel, after: &CostModel) -> Self {
        let sizes = |model: &CostModel| model.points.iter().map(|point| point.size).collect::<Vec<_>>();
        let (mut lines, mut left_out) = (Vec::new(), None);
        if let Some((then, now)) = other_revision(before, after) {
            left_out = Some(format!("revision {then} of the benchmark became {now}"));
        } else if sizes(before) != sizes(after) {
            left_out = Some("the two were measured at different sizes; a pattern such as `seal/{64,256}` picks those of both".to_owned());
        } else if before.statistic != after.statistic {
            left_out = Some(format!("the statistics are {} and {}", before.statistic, after.statistic));
        } else {
            // Where one side bends and the other does not, both as one line, whose lack of fit is told elsewhere.
            let same = before.regimes.len() == after.regimes.len() && before.split == after.split;
            let pairs: Vec<(&Line, &Line)> = if same {
                before.lines().into_iter().zip(after.lines()).collect()
            } else {
                vec![(&before.whole, &after.whole)]
            };
            lines = pairs
                .into_iter()
                .filter(|(one, two)| (one.from, one.to) == (two.from, two.to))
                .map(line)
                .collect();
        }
        Self {
            series: after.series.clone(),
            package: after.package.clone(),
            metric: after.metric.clone(),
            lines,
            left_out,
        }
    }
}

/// The revisions of a benchmark that is in both models and has changed its meaning. Different benchmarks count theirs
/// apart.
fn other_revision(before: &CostModel, after: &CostModel) -> Option<(u32, u32)> {
    after.points.iter().find_map(|now| {
        let then = before.points.iter().find(|then| then.id == now.id)?;
        (then.revision != now.revision).then_some((then.revision, now.revision))
    })
}

fn line((before, after): (&Line, &Line)) -> LineChange {
    LineChange {
        from: after.from,
        to: after.to,
        fixed: part(before.fixed, after.fixed),
        per_unit: part(before.per_unit, after.per_unit),
    }
}

fn part(before: Estimate, after: Estimate) -> PartChange {
    let intervals = match (before.ci, after.ci) {
        (Some(one), Some(two)) if one.high < two.low || two.high < one.low => Intervals::Apart,
        (Some(_), Some(_)) => Intervals::Overlap,
        _ => Intervals::Absent,
    };
    let change = (before.value > 0.0).then(|| after.value / before.value - 1.0);
    PartChange { before, after, change, intervals }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        explain::cost_model::{SPLIT, fit, series},
        format::{Benchmark, Interval, Metric, metric_info},
        store::Samples,
    };

    fn model(name: &str, revision: u32) -> CostModel {
        let row = |size: u64| {
            let mut row = Benchmark { size, revision, ..Benchmark::new(&format!("{name}/{size}")) };
            let ir = Metric::new(metric_info("ir").unwrap(), 100.0 + size as f64, "exact", "test");
            row.metrics.insert("ir".to_owned(), ir);
            row
        };
        let rows = [64, 256, 1024, 4096].map(row);
        fit(&series(&rows)[0], "ir", &Samples::default(), SPLIT).unwrap()
    }

    #[test]
    fn models_of_two_revisions_of_a_benchmark_are_not_compared() {
        let change = ModelChange::between(&model("seal", 1), &model("seal", 2));
        assert!(change.lines.is_empty(), "{change:?}");
        assert_eq!(change.left_out.unwrap(), "revision 1 of the benchmark became 2");
        assert_eq!(ModelChange::between(&model("seal", 2), &model("seal", 2)).lines.len(), 1);
        let pair = ModelChange::between(&model("chacha", 1), &model("ring", 2));
        assert_eq!(
            (pair.lines.len(), pair.left_out),
            (1, None),
            "two benchmarks have revisions of their own"
        );
    }

    fn estimate(value: f64, low: f64, high: f64) -> Estimate {
        Estimate { value, ci: Some(Interval { low, high, level: 0.95 }) }
    }

    #[test]
    fn intervals_that_touch_overlap() {
        let apart = part(estimate(200.0, 190.0, 210.0), estimate(100.0, 90.0, 110.0));
        assert_eq!((apart.intervals, apart.change), (Intervals::Apart, Some(-0.5)));
        let touching = part(estimate(200.0, 190.0, 210.0), estimate(215.0, 210.0, 220.0));
        assert_eq!(touching.intervals, Intervals::Overlap);
        let exact = Estimate { value: 5.0, ci: None };
        assert_eq!(part(exact, exact).intervals, Intervals::Absent);
    }

    #[test]
    fn a_share_of_a_cost_below_zero_means_nothing() {
        let below = Estimate { value: -3.0, ci: None };
        assert_eq!(part(below, Estimate { value: 3.0, ci: None }).change, None);
    }
}
