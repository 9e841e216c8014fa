//! A run that turned out to be wrong: it keeps its place in the history and is never accepted or compared again. One
//! document for each, beside the runs, so that many hosts can write them and nobody locks.

use std::{collections::BTreeMap, fmt};

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

impl fmt::Display for RunInvalidation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run, author, reason, .. } = self;
        match self.select.as_slice() {
            [] => write!(formatter, "run {run} was taken back by {author}: {reason}"),
            select => write!(
                formatter,
                "the rows {} of run {run} were taken back by {author}: {reason}",
                select.join(", ")
            ),
        }
    }
}
