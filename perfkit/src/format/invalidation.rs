//! A run that turned out to be wrong: it keeps its place in the history and is never accepted or compared again. One
//! document for each, beside the runs, so that many hosts can write them and nobody locks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::config::Patterns;

/// The schema of these documents.
pub const INVALIDATION_SCHEMA: &str = "perfkit.invalidation/1";

/// Why a run, or some rows of it, no longer count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInvalidation {
    /// [`INVALIDATION_SCHEMA`].
    pub schema: String,
    /// The stem of the run's file: `<date>-<revision>-<id>`.
    pub run: String,
    /// Patterns over ids; the whole run when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub select: Vec<String>,
    /// What was wrong with it.
    pub reason: String,
    /// Who says so.
    pub author: String,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Fields of later minor versions.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl RunInvalidation {
    /// The ids that it covers; patterns that cannot be read cover everything, since the run is in doubt.
    pub fn patterns(&self) -> Patterns {
        Patterns::new(&self.select).unwrap_or_default()
    }
}
