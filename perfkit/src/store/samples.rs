//! The sidecar of a run: too large for a reviewed document, needed to explain it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The schema of sidecars.
pub const SAMPLES_SCHEMA: &str = "perfkit.samples/1";

/// What stands beside a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    /// [`SAMPLES_SCHEMA`].
    pub schema: String,
    /// By benchmark id, by round: iterations and total wall nanoseconds of each sample.
    pub time: BTreeMap<String, Vec<Vec<(f64, f64)>>>,
    /// By benchmark id, by metric: the value of each round, of which the metric's statistic is made.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rounds: BTreeMap<String, BTreeMap<String, Vec<f64>>>,
    /// By benchmark id: instructions per operation of each function itself.
    pub functions: BTreeMap<String, BTreeMap<String, f64>>,
}

impl Samples {
    /// Nothing at all.
    pub(super) const fn none() -> Self {
        Self {
            schema: String::new(),
            time: BTreeMap::new(),
            rounds: BTreeMap::new(),
            functions: BTreeMap::new(),
        }
    }
}
