//! Rows that turned out to be wrong: they stay as history, and nothing is held against them again.

use thiserror::Error;

use crate::format::{Baseline, Invalidation, config::Patterns};

/// Why rows are not invalidated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidateError {
    /// A pattern selects no row that still counts.
    #[error("{pattern:?} selects no row of {baseline} that still counts")]
    NothingSelected {
        /// The pattern.
        pattern: String,
        /// The baseline.
        baseline: String,
    },
    /// No words.
    #[error("the reason is what people will read later; it cannot be empty")]
    NoReason,
}

/// Mark the live rows that `patterns` select. They stay, and nothing is held against them again. Their ids.
pub fn invalidate(
    baseline: &mut Baseline,
    patterns: &Patterns,
    reason: &str,
    since: &str,
) -> Result<Vec<String>, InvalidateError> {
    if reason.trim().is_empty() {
        return Err(InvalidateError::NoReason);
    }
    let live: Vec<&str> = baseline
        .benchmarks
        .iter()
        .filter(|row| row.invalidated.is_none())
        .map(|row| row.id.as_str())
        .collect();
    if let Some(pattern) = patterns.unmatched(&live).first() {
        let pattern = (*pattern).to_owned();
        return Err(InvalidateError::NothingSelected { pattern, baseline: baseline.name.clone() });
    }
    let mut marked = Vec::new();
    for row in
        baseline.benchmarks.iter_mut().filter(|row| row.invalidated.is_none() && patterns.matches(&row.id))
    {
        row.invalidated = Some(Invalidation { reason: reason.to_owned(), since: since.to_owned() });
        marked.push(row.id.clone());
    }
    Ok(marked)
}
