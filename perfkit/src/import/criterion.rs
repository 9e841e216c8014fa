//! Criterion's own folder, `target/criterion`: every benchmark has one of each saved baseline below it, `new` for the
//! last run, and names given to `--save-baseline`.
//!
//! Only `full_id` is trusted, for folder names are cut and rewritten. The folder of a bench that was removed stays, so
//! what is much older than the rest is said: whether it still exists cannot be seen from here.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde::de::DeserializeOwned;
use thiserror::Error;

use super::{
    ImportOptions, Imported,
    estimates::{Described, Estimated, row},
    options::can_be_id,
};

/// Criterion nests group, function and value: no baseline lies deeper than this.
const MAX_DEPTH: usize = 8;

/// More folders than any workspace's benchmarks have.
const MAX_FOLDERS: usize = 200_000;

/// Benchmarks of one run are written within hours of each other; what is older by more was not part of it.
const STALE_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// How many benchmarks a remark names.
const NAMED_IN_A_REMARK: usize = 5;

/// Why a folder cannot be imported.
#[derive(Debug, Error)]
pub enum CriterionError {
    /// The file system said no.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// A file of Criterion's is not what it should be.
    #[error("{path}: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// No benchmark has this baseline.
    #[error("no benchmark below this folder has a baseline {wanted:?}; there are {known:?}")]
    NoBaseline {
        /// What was asked for.
        wanted: String,
        /// What is there.
        known: Vec<String>,
    },
}

/// One saved baseline of one benchmark.
struct Saved {
    folder: PathBuf,
    described: Described,
    written: Option<SystemTime>,
}

/// Read the baseline `wanted` (`new` is the last run) of every benchmark below `home`. Rows are sorted by id.
pub fn import_criterion(
    home: &Path,
    wanted: &str,
    options: &ImportOptions,
) -> Result<Imported, CriterionError> {
    let mut folders = Vec::new();
    collect(home, 0, &mut folders)?;
    let name = |folder: &PathBuf| folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let mut known: Vec<String> = folders.iter().filter_map(name).collect();
    known.sort_unstable();
    known.dedup();
    folders.retain(|folder| name(folder).as_deref() == Some(wanted));
    if folders.is_empty() {
        return Err(CriterionError::NoBaseline { wanted: wanted.to_owned(), known });
    }
    let mut remarks = Vec::new();
    let mut newest: BTreeMap<String, Saved> = BTreeMap::new();
    for folder in folders {
        let file = folder.join("estimates.json");
        let written = fs::metadata(&file).and_then(|metadata| metadata.modified()).ok();
        let saved = Saved { described: read(&folder.join("benchmark.json"))?, folder, written };
        let id = saved.described.full_id.clone();
        match newest.get(&id) {
            Some(other) => {
                remarks.push(format!("{id} is there twice; the one written last is taken"));
                if other.written < saved.written {
                    newest.insert(id, saved);
                }
            }
            None => {
                newest.insert(id, saved);
            }
        }
    }
    remarks.extend(stale(&newest));
    let mut rows = Vec::new();
    for (id, saved) in &newest {
        if !can_be_id(id) {
            remarks.push(format!("{id:?} is left out: an id is a path of non-empty parts"));
            continue;
        }
        let file = saved.folder.join("estimates.json");
        let estimated: Estimated = read(&file)?;
        let row = row(&saved.described, &estimated, "criterion");
        rows.push(row.map_err(|why| CriterionError::Unreadable { path: file, why })?);
    }
    Ok(Imported { baseline: options.baseline(rows), remarks })
}

/// Folders with results: those that hold both files.
fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), CriterionError> {
    let to_error = |source| CriterionError::Io { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(to_error)? {
        let path = entry.map_err(to_error)?.path();
        if !path.is_dir() || depth >= MAX_DEPTH || found.len() >= MAX_FOLDERS {
            continue;
        }
        if path.join("benchmark.json").is_file() && path.join("estimates.json").is_file() {
            found.push(path.clone());
        }
        // A benchmark may itself be called like a baseline.
        collect(&path, depth + 1, found)?;
    }
    Ok(())
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, CriterionError> {
    let bytes = fs::read(path).map_err(|source| CriterionError::Io { path: path.to_owned(), source })?;
    serde_json::from_slice(&bytes)
        .map_err(|error| CriterionError::Unreadable { path: path.to_owned(), why: error.to_string() })
}

/// What is to be said about benchmarks that the newest run did not write.
fn stale(saved: &BTreeMap<String, Saved>) -> Option<String> {
    let newest = saved.values().filter_map(|saved| saved.written).max()?;
    let is_old = |written: SystemTime| newest.duration_since(written).is_ok_and(|age| age > STALE_AFTER);
    let old: Vec<&str> = saved
        .iter()
        .filter(|(_, saved)| saved.written.is_some_and(is_old))
        .map(|(id, _)| id.as_str())
        .collect();
    (!old.is_empty()).then(|| {
        let named = old.iter().take(NAMED_IN_A_REMARK).copied().collect::<Vec<_>>().join(", ");
        let more = if old.len() > NAMED_IN_A_REMARK { ", …" } else { "" };
        format!(
            "{} of {} benchmarks were written more than a day before the newest and may no longer exist: \
             {named}{more}; remove their folders, or measure again with an empty CRITERION_HOME",
            old.len(),
            saved.len()
        )
    })
}
