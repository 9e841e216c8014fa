//! Other people's results as baselines.

pub mod bmf;
pub mod critcmp;
pub mod criterion;
mod estimates;
mod options;

use crate::format::Baseline;

pub use bmf::{ImportError, import_bmf};
pub use critcmp::{CritcmpError, import_critcmp};
pub use criterion::{CriterionError, import_criterion};
pub use options::ImportOptions;

/// A baseline with what is to be said about how it came about.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The baseline.
    pub baseline: Baseline,
    /// For people, one sentence each.
    pub remarks: Vec<String>,
}
