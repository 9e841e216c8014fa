//! Cost models: what an operation costs before its first byte, and what each byte adds.
//!
//! A model is made of four sizes or more that span sixteenfold, of the same numbers that the gates judge. Where one line
//! leaves more than 3 % of a cost unexplained, it is no model of the series: then each side of a breakpoint gets a line
//! of its own. A line says nothing beyond the sizes that it was fitted to.
//!
//! Intervals of timed metrics come from resampling rounds: a round went over all sizes, so it is drawn for all of them
//! together and the line fitted anew. Counts are exact and have none; what their lines leave over is not noise but
//! steps in the cost itself. Cost: two fits per resample, milliseconds a series.

mod interval;
mod series;

use serde::Serialize;
use thiserror::Error;

pub use crate::format::metric::is_cost;
pub use series::{Grouped, LeftOut, Series, SizeUnit, grouped, series, series_name};

use crate::{
    format::{Class, Interval, metric_info},
    statistics::{CostLine, LineError, fit_costs},
    store::Samples,
};

/// The least number of different sizes of a model.
pub const SIZES_LEAST: usize = 4;

/// The least ratio of the largest size to the smallest.
pub const SPAN_LEAST: f64 = 16.0;

/// The least number of sizes of a regime: two points are on a line whatever they are.
pub const REGIME_SIZES_LEAST: usize = 3;

/// The largest share of a cost that a line may leave unexplained.
pub const RESIDUAL_TOLERATED: f64 = 0.03;

/// Where the regimes part, unless asked otherwise: a page of memory.
pub const SPLIT: u64 = 4096;

/// A fitted series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CostModel {
    /// The series' name: the id up to the size.
    pub series: String,
    /// The Cargo package.
    pub package: String,
    /// The metric.
    pub metric: String,
    /// The metric's unit.
    pub unit: String,
    /// The metric's statistic, the same at every size.
    pub statistic: String,
    /// What a size counts.
    pub size_unit: SizeUnit,
    /// What was measured, the smallest size first.
    pub points: Vec<Point>,
    /// One line over all sizes.
    pub whole: Line,
    /// Whether that line leaves too much unexplained.
    pub lack_of_fit: bool,
    /// Where there is a lack of fit: a line for each side of `split` that has sizes enough.
    pub regimes: Vec<Line>,
    /// The largest size of the lower regime.
    pub split: u64,
    /// Why timed lines have no intervals, where they have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_intervals: Option<String>,
}

/// A measured cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The benchmark.
    pub id: String,
    /// The declared revision of what it means.
    pub revision: u32,
    /// Its size.
    pub size: u64,
    /// Its cost.
    pub cost: f64,
    /// The cost's spread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ci: Option<Interval>,
}

/// `cost = fixed + per_unit * size`, from one size to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The smallest size.
    pub from: u64,
    /// The largest size.
    pub to: u64,
    /// How many sizes.
    pub sizes: usize,
    /// The cost before the first unit.
    pub fixed: Estimate,
    /// What a unit adds.
    pub per_unit: Estimate,
    /// The size at which half of the cost is fixed, where it lies among the sizes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub half_cost_size: Option<f64>,
    /// The largest share of a cost that the line does not explain.
    pub worst_residual: f64,
    /// Per size: (cost − line) / cost.
    pub residuals: Vec<f64>,
}

/// A number with its interval, where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ci: Option<Interval>,
}

/// Why a series has no model.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Unfit {
    /// Not enough sizes.
    #[error("{metric} is there at {}; a model needs {SIZES_LEAST} sizes", listed(.sizes))]
    TooFewSizes {
        /// The metric.
        metric: String,
        /// The sizes that have it.
        sizes: Vec<u64>,
    },
    /// Sizes too close together.
    #[error("the sizes {from} to {to} span {span:.1} ×; a model needs {SPAN_LEAST} ×")]
    SpanTooNarrow {
        /// The smallest size above zero.
        from: u64,
        /// The largest size.
        to: u64,
        /// Their ratio.
        span: f64,
    },
    /// Numbers of different meaning.
    #[error("{metric} has the statistics {statistics:?}; only equal ones make a model")]
    MixedStatistics {
        /// The metric.
        metric: String,
        /// What was found.
        statistics: Vec<String>,
    },
    /// More is better, or it is no cost of an operation.
    #[error(
        "{metric} is no cost of an operation; a model is fitted to one, such as cpu_time_ns, time_ns or ir"
    )]
    NotACost {
        /// The metric.
        metric: String,
    },
    /// No line goes through these numbers.
    #[error(transparent)]
    NoLine(#[from] LineError),
}

/// Fit a series. `samples` are those of the run that it comes from.
pub fn fit(series: &Series<'_>, metric: &str, samples: &Samples, split: u64) -> Result<CostModel, Unfit> {
    if !is_cost(metric) {
        return Err(Unfit::NotACost { metric: metric.to_owned() });
    }
    let (points, statistic) = points(series, metric)?;
    check_span(&points)?;
    let resampling = match metric_info(metric).map(|info| info.class) {
        Some(Class::Timed) => interval::Resampling::of(&points, metric, &statistic, samples),
        _ => Err(None),
    };
    let line = |points: &[Point]| line(series, metric, points, resampling.as_ref().ok());
    let whole = line(&points)?;
    let lack_of_fit = whole.worst_residual > RESIDUAL_TOLERATED;
    let mut regimes = Vec::new();
    if lack_of_fit {
        let (lower, upper): (Vec<Point>, Vec<Point>) =
            points.iter().cloned().partition(|point| point.size <= split);
        for regime in [lower, upper] {
            if regime.len() >= REGIME_SIZES_LEAST && regime.len() < points.len() {
                regimes.push(line(&regime)?);
            }
        }
    }
    Ok(CostModel {
        series: series.name.clone(),
        package: series.package.clone(),
        metric: metric.to_owned(),
        unit: metric_info(metric).map(|info| info.unit.to_owned()).unwrap_or_default(),
        statistic,
        size_unit: series.unit,
        whole,
        lack_of_fit,
        regimes,
        split,
        without_intervals: resampling.err().flatten(),
        points,
    })
}

impl CostModel {
    /// The lines that describe the series: one, or those of its regimes where one is not enough.
    pub fn lines(&self) -> Vec<&Line> {
        if self.regimes.is_empty() { vec![&self.whole] } else { self.regimes.iter().collect() }
    }

    /// The unit of a cost per unit of size: `ns/B`, `instructions/B`. What is per operation anyway is not said twice.
    pub fn unit_each(&self) -> String {
        let unit = self.unit.strip_suffix("/op").unwrap_or(&self.unit);
        format!("{unit}/{}", self.size_unit.each())
    }

    /// Whether the split parts nothing.
    fn is_on_one_side(&self) -> bool {
        let lower = self.points.iter().filter(|point| point.size <= self.split).count();
        lower == 0 || lower == self.points.len()
    }

    /// What is wrong with the model, each in a sentence.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let percent = |share: f64| format!("{:.1} %", share * 100.0);
        let tolerated = percent(RESIDUAL_TOLERATED);
        if self.lack_of_fit {
            let worst = percent(self.whole.worst_residual);
            let mut text =
                format!("lack of fit: one line leaves {worst} of a cost unexplained (tolerated {tolerated})");
            let covered: usize = self.regimes.iter().map(|line| line.sizes).sum();
            text += match covered {
                0 if self.is_on_one_side() => "; all sizes are on one side of the split",
                0 => "; no side of the split has three sizes for a line of its own",
                covered if covered < self.points.len() => {
                    "; one side of the split has too few sizes for a line"
                }
                _ => "; each side of the split has a line of its own",
            };
            warnings.push(text);
        }
        for line in self.lines() {
            let range = format!("over {}", self.size_unit.range(line.from, line.to));
            if !self.regimes.is_empty() && line.worst_residual > RESIDUAL_TOLERATED {
                let worst = percent(line.worst_residual);
                warnings.push(format!("lack of fit: the line {range} leaves {worst} of a cost unexplained"));
            }
            if line.fixed.value < 0.0 {
                warnings.push(format!(
                    "the fixed cost {range} is below zero: the cost rises faster than in proportion to the size"
                ));
            }
            if line.per_unit.value <= 0.0 {
                warnings.push(format!(
                    "the cost does not rise with the size {range}: is the work optimised out?"
                ));
            }
        }
        warnings
    }
}

fn points(series: &Series<'_>, metric: &str) -> Result<(Vec<Point>, String), Unfit> {
    let measured = series.rows.iter().filter_map(|(size, row)| Some((*size, *row, row.metrics.get(metric)?)));
    let measured: Vec<_> = measured.collect();
    if measured.len() < SIZES_LEAST {
        let sizes = measured.iter().map(|(size, ..)| *size).collect();
        return Err(Unfit::TooFewSizes { metric: metric.to_owned(), sizes });
    }
    let mut statistics: Vec<String> = measured.iter().map(|(.., metric)| metric.statistic.clone()).collect();
    statistics.sort();
    statistics.dedup();
    let [statistic] = &statistics[..] else {
        return Err(Unfit::MixedStatistics { metric: metric.to_owned(), statistics });
    };
    let point = |(size, row, metric): &(u64, &crate::format::Benchmark, &crate::format::Metric)| Point {
        id: row.id.clone(),
        revision: row.revision,
        size: *size,
        cost: metric.value,
        ci: metric.ci,
    };
    Ok((measured.iter().map(point).collect(), statistic.clone()))
}

fn listed(sizes: &[u64]) -> String {
    let names: Vec<String> = sizes.iter().map(u64::to_string).collect();
    match names.len() {
        0 => "no size".to_owned(),
        1 => format!("1 size ({})", names.join("")),
        count => format!("{count} sizes ({})", names.join(", ")),
    }
}

/// The points are sorted by size. A size of zero spans nothing: it has no ratio.
fn check_span(points: &[Point]) -> Result<(), Unfit> {
    let from = points.iter().map(|point| point.size).find(|size| *size > 0).unwrap_or(0);
    let to = points.last().map_or(0, |point| point.size);
    let span = if from == 0 { 0.0 } else { to as f64 / from as f64 };
    if span < SPAN_LEAST { Err(Unfit::SpanTooNarrow { from, to, span }) } else { Ok(()) }
}

fn line(
    series: &Series<'_>,
    metric: &str,
    points: &[Point],
    resampling: Option<&interval::Resampling<'_>>,
) -> Result<Line, Unfit> {
    let fitted = fit_costs(&pairs(points))?;
    let (from, to) =
        (points.first().map_or(0, |point| point.size), points.last().map_or(0, |point| point.size));
    let name = format!("{}/{metric}", series.name);
    let estimate = |value: f64, part: fn(&CostLine) -> f64| Estimate {
        value,
        ci: resampling.and_then(|resampling| resampling.interval(&name, points, part)),
    };
    Ok(Line {
        from,
        to,
        sizes: points.len(),
        fixed: estimate(fitted.fixed, |line| line.fixed),
        per_unit: estimate(fitted.per_unit, |line| line.per_unit),
        half_cost_size: fitted.half_cost_size().filter(|size| (from as f64..=to as f64).contains(size)),
        worst_residual: fitted.worst_residual(),
        residuals: fitted.residuals,
    })
}

fn pairs(points: &[Point]) -> Vec<(f64, f64)> {
    points.iter().map(|point| (point.size as f64, point.cost)).collect()
}

#[cfg(test)]
mod tests;
