//! A benchmark's row: its identity, what it means, and its metrics by name. The same object stands in runs and in
//! baselines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Better, Metric};

/// One benchmark id with everything measured for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Benchmark {
    /// `group/function[/parameter]`, unique in a workspace, the same for all instruments.
    pub id: String,
    /// The Cargo package of the bench target.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub package: String,
    /// The bench target.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target: String,
    /// The declared revision of the workload's meaning.
    #[serde(default = "first_revision")]
    pub revision: u32,
    /// The parameter: bytes or elements, 0 where there is none.
    #[serde(default)]
    pub size: u64,
    /// Bytes that one operation processes, 0 where that means nothing.
    #[serde(default)]
    pub bytes: u64,
    /// Elements that one operation processes.
    #[serde(default = "one")]
    pub elements: u64,
    /// Threads that work at once.
    #[serde(default = "one_thread")]
    pub threads: u32,
    /// The id of the benchmark that is this one's physical limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<String>,
    /// The kernel that really ran.
    #[serde(default, skip_serializing_if = "Witness::is_empty")]
    pub witness: Witness,
    /// Why these numbers no longer count, in a baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalidated: Option<Invalidation>,
    /// By metric name.
    pub metrics: BTreeMap<String, Metric>,
    /// Fields of later minor versions.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// The symbol of the hot kernel under each profile: `…_avx2`, `…_avx512`, `…_neon`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// On the machine itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native: Option<String>,
    /// Under valgrind, whose CPU is a fixed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<String>,
}

impl Witness {
    fn is_empty(&self) -> bool {
        self.native.is_none() && self.counted.is_none()
    }
}

/// A result kept in the history that can never be compared with again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invalidation {
    /// What was wrong with it.
    pub reason: String,
    /// The revision from which on it does not count; empty where only one run was taken back.
    pub since: String,
}

impl Invalidation {
    /// The reason, and from where on it holds.
    pub fn words(&self) -> String {
        match self.since.as_str() {
            "" => self.reason.clone(),
            since => format!("{} (since {since})", self.reason),
        }
    }
}

impl Benchmark {
    /// A row without metrics.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            package: String::new(),
            target: String::new(),
            revision: 1,
            size: 0,
            bytes: 0,
            elements: 1,
            threads: 1,
            floor: None,
            witness: Witness::default(),
            invalidated: None,
            metrics: BTreeMap::new(),
            extra: BTreeMap::new(),
        }
    }

    /// How many times its physical limit this costs in one metric; of a rate, how many times it falls short of it. Both
    /// must be of one run.
    pub fn times_floor(&self, floor: &Self, metric: &str) -> Option<f64> {
        let (ours, limit) = (self.metrics.get(metric)?, floor.metrics.get(metric)?);
        let (cost, least) = match ours.better {
            Better::Less => (ours.value, limit.value),
            Better::More => (limit.value, ours.value),
        };
        (ours.comparable(limit) && least > 0.0).then(|| cost / least).filter(|ratio| ratio.is_finite())
    }
}

fn first_revision() -> u32 {
    1
}

fn one() -> u64 {
    1
}

fn one_thread() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::metric_info;

    #[test]
    fn a_rate_below_its_limit_is_so_many_times_its_floor_as_a_time_above_it() {
        let row = |name: &str, value: f64| {
            let mut row = Benchmark::new("a");
            let metric = Metric::new(metric_info(name).unwrap(), value, "median", "");
            row.metrics.insert(name.to_owned(), metric);
            row
        };
        let ratio = |name: &str, ours: f64, floor: f64| row(name, ours).times_floor(&row(name, floor), name);
        assert_eq!(ratio("time_ns", 300.0, 100.0), Some(3.0));
        assert_eq!(ratio("ops_ps", 1e6, 3e6), Some(3.0));
        assert_eq!(ratio("time_ns", 300.0, 0.0), None);
        assert_eq!(ratio("ops_ps", 0.0, 3e6), None);
    }
}
