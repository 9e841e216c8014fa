//! Trials of the verdict experiment: comparisons of benchmarks whose difference is known, and what was said of each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Fingerprint, corpus::Session};
use crate::ab::Change;

/// The schema of trials.
pub const TRIALS_SCHEMA: &str = "perfkit.verdict-trials/1";

/// Trials under one condition.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trials {
    /// [`TRIALS_SCHEMA`].
    pub schema: String,
    /// What else the machine was doing: `quiet`, `loaded`.
    pub condition: String,
    /// Who judged, and by what.
    pub method: String,
    /// Where.
    pub machine: Fingerprint,
    /// Its kernel.
    pub kernel: String,
    /// Uninterrupted parts of the recording.
    pub sessions: Vec<Session>,
    /// In the order in which they were made.
    pub trials: Vec<Trial>,
    /// Fields of later minor versions.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// One comparison of the base with another benchmark.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trial {
    /// The other benchmark.
    pub id: String,
    /// What was said.
    pub verdict: Change,
    /// New over old.
    pub ratio: Option<f64>,
    /// The ends of its interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<(f64, f64)>,
    /// Rounds that the verdict took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounds: Option<usize>,
    /// How long it took.
    pub seconds: f64,
}

impl Trials {
    /// Trials of one benchmark.
    pub fn of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Trial> {
        self.trials.iter().filter(move |trial| trial.id == id)
    }

    /// The benchmark that lacks most of its share; `None` once all have what is wanted.
    pub fn next(&self, wanted: &[(&'static str, usize)]) -> Option<&'static str> {
        let share = |(id, wanted): &(&'static str, usize)| self.of(id).count() as f64 / *wanted as f64;
        let open = wanted.iter().filter(|entry| entry.1 > 0 && share(entry) < 1.0);
        open.min_by(|left, right| share(left).total_cmp(&share(right))).map(|(id, _)| *id)
    }
}
