//! One benchmark as Criterion describes and estimates it, in the form that its own files and critcmp's exports share.
//!
//! The unit is not in the files: it is nanoseconds unless the bench has a `Measurement` of its own. The estimate is the
//! slope, or the mean where samples were flat, as Criterion shows it.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{
    format::{Benchmark, Metric, metric_info},
    instrument::criterion::output::{Estimate, Throughput},
};

/// What the bench is: `benchmark.json`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Described {
    /// The id; the folder's name is cut and rewritten.
    pub full_id: String,
    /// What one iteration processes, in a kind that is known.
    #[serde(default, deserialize_with = "known_throughput")]
    pub throughput: Option<Throughput>,
}

/// What was measured: `estimates.json`. Others of its fields are not needed.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Estimated {
    mean: Estimate,
    #[serde(default)]
    slope: Option<Estimate>,
}

/// Kinds of throughput come with Criterion's versions; one that is not known says nothing.
fn known_throughput<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Throughput>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

/// A row with Criterion's own estimate. The error says which figure no measurement gives.
pub(super) fn row(described: &Described, estimated: &Estimated, source: &str) -> Result<Benchmark, String> {
    let estimate = estimated.slope.unwrap_or(estimated.mean);
    let interval = estimate.confidence_interval;
    let figures = [
        ("point_estimate", estimate.point_estimate),
        ("lower_bound", interval.lower_bound),
        ("upper_bound", interval.upper_bound),
    ];
    if let Some((name, value)) = figures.iter().find(|(_, value)| !value.is_finite() || *value < 0.0) {
        return Err(format!("{name} is {value}; a time is finite and not negative"));
    }
    let mut row = Benchmark::new(&described.full_id);
    if let Some(throughput) = described.throughput {
        row.bytes = throughput.bytes().unwrap_or(0);
        row.elements = throughput.elements().unwrap_or(1);
    }
    let info = metric_info("criterion_ns").ok_or("criterion_ns is no metric")?;
    let metric = Metric::new(info, estimate.point_estimate, "criterion", source).with_interval(
        interval.lower_bound,
        interval.upper_bound,
        interval.confidence_level,
    );
    row.metrics.insert("criterion_ns".to_owned(), metric);
    Ok(row)
}
