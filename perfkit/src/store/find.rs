//! Baselines as files, and documents by whatever name people give them.

use std::path::{Path, PathBuf};

use super::{Samples, StoreError, file_name, folder::entries, samples::SAMPLES_SCHEMA};
use crate::{
    format::{
        Baseline, BaselineKind, DocumentError, Run, baseline::BASELINE_SCHEMA, read_document, run::RUN_SCHEMA,
    },
    host,
};

/// A run or a baseline, found by name.
#[derive(Debug, Clone)]
pub enum Measured {
    /// A stored run, with its sidecar where that is still there.
    Run(Box<Run>, Box<Samples>),
    /// An accepted or imported baseline.
    Baseline(Box<Baseline>),
}

/// The baseline of this name, with its file; names ignore case.
pub fn find_baseline(folder: &Path, name: &str) -> Result<Option<(PathBuf, Baseline)>, StoreError> {
    for path in baseline_files(folder)? {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if stem.eq_ignore_ascii_case(name) {
            let baseline = read_document(&path, BASELINE_SCHEMA)?;
            return Ok(Some((path, baseline)));
        }
    }
    Ok(None)
}

/// Every baseline file, by name. No folder means no baselines.
pub fn baseline_files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut files = entries(folder)?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    Ok(files)
}

/// The hosts whose runs are this machine's, as stores call them: the baselines that describe it, and what it is called
/// where none does.
pub fn own_hosts(baselines: &Path) -> Result<Vec<String>, StoreError> {
    let machine = host::fingerprint();
    let mut hosts = vec![file_name(&host::slug(&machine))];
    for path in baseline_files(baselines)? {
        let baseline: Baseline = read_document(&path, BASELINE_SCHEMA)?;
        if baseline.variant.is_empty()
            && baseline.kind != BaselineKind::Counted
            && baseline.rules.matches(&machine)
        {
            hosts.push(file_name(&baseline.name));
        }
    }
    hosts.dedup();
    Ok(hosts)
}

/// The document in this file, whichever of the two it is.
pub fn read_either(path: &Path) -> Result<Measured, StoreError> {
    match read_document::<Baseline>(path, BASELINE_SCHEMA) {
        Ok(baseline) => Ok(Measured::Baseline(Box::new(baseline))),
        Err(DocumentError::WrongSchema { found, .. }) if found.starts_with("perfkit.run/") => {
            let (run, samples) = read_run(path, &sidecar(path))?;
            Ok(Measured::Run(Box::new(run), Box::new(samples)))
        }
        Err(error) => Err(error.into()),
    }
}

/// A run with its sidecar; one whose sidecar is gone has no samples.
pub fn read_run(path: &Path, sidecar: &Path) -> Result<(Run, Samples), StoreError> {
    Ok((read_document(path, RUN_SCHEMA)?, read_sidecar(sidecar)?))
}

/// A sidecar; nothing where it is gone.
pub fn read_sidecar(path: &Path) -> Result<Samples, StoreError> {
    if path.is_file() { Ok(read_document(path, SAMPLES_SCHEMA)?) } else { Ok(Samples::default()) }
}

fn sidecar(path: &Path) -> PathBuf {
    path.with_extension("samples.json")
}
