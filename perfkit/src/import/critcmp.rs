//! What `critcmp --export NAME` prints: `{"name": …, "benchmarks": {id: {…}}}`, where a benchmark holds Criterion's own
//! `benchmark.json` and `estimates.json` as `criterion_benchmark_v1` and `criterion_estimates_v1`.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use super::{
    ImportOptions, Imported,
    estimates::{Described, Estimated, row},
    options::can_be_id,
};

/// Why a file cannot be imported.
#[derive(Debug, Error)]
pub enum CritcmpError {
    /// Not JSON, or something is missing.
    #[error("not an export of critcmp: {0}")]
    NotCritcmp(#[from] serde_json::Error),
    /// Nothing in it.
    #[error("the export {name:?} holds no benchmark")]
    Empty {
        /// The baseline's name in Criterion.
        name: String,
    },
    /// A figure that no measurement gives, or a name that cannot be an id.
    #[error("benchmark {id:?}: {why}")]
    BadBenchmark {
        /// The benchmark.
        id: String,
        /// What is wrong.
        why: String,
    },
}

#[derive(Deserialize)]
struct Export {
    name: String,
    benchmarks: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    criterion_benchmark_v1: Described,
    criterion_estimates_v1: Estimated,
}

/// Read an export as a baseline. Rows are sorted by id.
pub fn import_critcmp(text: &str, options: &ImportOptions) -> Result<Imported, CritcmpError> {
    let export: Export = serde_json::from_str(text)?;
    if export.benchmarks.is_empty() {
        return Err(CritcmpError::Empty { name: export.name });
    }
    let mut rows = BTreeMap::new();
    for entry in export.benchmarks.into_values() {
        let id = entry.criterion_benchmark_v1.full_id.clone();
        let bad = |why: String| CritcmpError::BadBenchmark { id: id.clone(), why };
        if !can_be_id(&id) {
            return Err(bad("an id is a path of non-empty parts without control characters".to_owned()));
        }
        let row =
            row(&entry.criterion_benchmark_v1, &entry.criterion_estimates_v1, "critcmp").map_err(bad)?;
        if rows.insert(id.clone(), row).is_some() {
            return Err(bad("it stands there twice".to_owned()));
        }
    }
    let remarks = vec![format!("Criterion's baseline {:?}", export.name)];
    Ok(Imported { baseline: options.baseline(rows.into_values().collect()), remarks })
}
