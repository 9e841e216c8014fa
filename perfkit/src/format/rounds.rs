//! Recorded rounds of an interleaved comparison: everything that a verdict is made from, so that it can be made again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The schema of recorded rounds.
pub const ROUNDS_SCHEMA: &str = "perfkit.rounds/1";

/// One benchmark's interleaved rounds of two arms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rounds {
    /// [`ROUNDS_SCHEMA`].
    pub schema: String,
    /// The benchmark.
    pub id: String,
    /// Whether the work blocks or contends: then it is judged by medians of wall time, else by the low quantile of
    /// per-round minima of CPU time.
    pub contended: bool,
    /// The rounds, in the order in which they ran.
    pub rounds: Vec<Round>,
    /// Fields of later minor versions.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// One fresh process of each arm, one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// The arm that ran first.
    pub first: Arm,
    /// The old side.
    pub a: ArmRound,
    /// The new side.
    pub b: ArmRound,
}

/// The two sides of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arm {
    /// The old side.
    A,
    /// The new side.
    B,
}

/// What one process measured, in nanoseconds per operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArmRound {
    /// Least wall time of a sample.
    pub wall_ns_min: f64,
    /// Median wall time of the samples.
    pub wall_ns_median: f64,
    /// Least CPU time of the working thread in a sample; `None` where the executable does not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ns_min: Option<f64>,
    /// Median CPU time of the working thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ns_median: Option<f64>,
    /// The share of the measured wall time in which the thread was runnable and had no core, by the scheduler's own
    /// account; `None` where the kernel does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited: Option<f64>,
}
