//! A benchmark's row: its identity, what it means, and its metrics by name. The same object stands in runs and in
//! baselines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Metric;

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
    /// The revision from which on it does not count.
    pub since: String,
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
