//! The local store: runs as immutable files `runs/<host>/<date>-<revision>-<id>.json`, each with a sidecar of samples
//! and per-function counts. A file is written under a temporary name and renamed; nothing is ever changed.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    format::{
        Baseline, DocumentError, Run, baseline::BASELINE_SCHEMA, document::write_whole, read_document,
        run::RUN_SCHEMA, write_document,
    },
    workspace::revision::short,
};

/// The schema of sidecars.
pub const SAMPLES_SCHEMA: &str = "perfkit.samples/1";

/// The longest profile or run name that becomes part of a file name.
const NAME_LIMIT_BYTES: usize = 80;

/// A folder of runs.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

/// What stands beside a run: too large for a reviewed document, needed to explain it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    /// [`SAMPLES_SCHEMA`].
    pub schema: String,
    /// By benchmark id, by round: iterations and total wall nanoseconds of each sample.
    pub time: BTreeMap<String, Vec<Vec<(f64, f64)>>>,
    /// By benchmark id: instructions per operation of each function itself.
    pub functions: BTreeMap<String, BTreeMap<String, f64>>,
}

/// Why a reference names nothing.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A file cannot be read or is not what it should be.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The store cannot be listed.
    #[error("{folder}: {source}")]
    Io {
        /// The folder.
        folder: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// Nothing goes by that name.
    #[error(
        "{name:?} is no file, no stored run and no baseline; `perfkit baseline list` names the baselines, runs are in {folder}"
    )]
    Unknown {
        /// What was asked for.
        name: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// Nothing is stored yet.
    #[error("no run is stored in {folder} yet; `perfkit run` makes one")]
    Empty {
        /// The store.
        folder: PathBuf,
    },
}

/// A run or a baseline, found by name.
#[derive(Debug, Clone)]
pub enum Measured {
    /// A stored run, with its sidecar where that is still there.
    Run(Box<Run>, Box<Samples>),
    /// An accepted or imported baseline.
    Baseline(Box<Baseline>),
}

impl Store {
    /// The store in `folder`, which need not exist yet.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Write a run and its sidecar; the sidecar first, so that a run that is there is whole.
    pub fn save(&self, run: &Run, samples: &Samples) -> Result<PathBuf, DocumentError> {
        let path = self.run_path(run);
        self.keep_out_of_git()?;
        write_document(&sidecar(&path), samples)?;
        write_document(&path, run)?;
        Ok(path)
    }

    /// The store ignores itself, so that it never makes a working tree dirty.
    fn keep_out_of_git(&self) -> Result<(), DocumentError> {
        let path = self.folder.join(".gitignore");
        if path.exists() { Ok(()) } else { write_whole(&path, b"*\n") }
    }

    fn run_path(&self, run: &Run) -> PathBuf {
        let date: String = run.provenance.started.chars().filter(char::is_ascii_alphanumeric).collect();
        let revision = match short(&run.provenance.revision) {
            "" => "norevision",
            revision => revision,
        };
        let name = format!("{date}-{revision}-{}.json", run.id);
        self.folder.join("runs").join(file_name(&run.host.profile)).join(name)
    }

    /// Every stored run's file, oldest first.
    pub fn runs(&self) -> Result<Vec<PathBuf>, StoreError> {
        let mut found = Vec::new();
        for host in subfolders(&self.folder.join("runs"))? {
            for entry in entries(&host)? {
                let name =
                    entry.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                if name.ends_with(".json") && !name.ends_with(".samples.json") && !name.starts_with('.') {
                    found.push((name, entry));
                }
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(_, path)| path).collect())
    }

    /// The newest run.
    pub fn latest(&self) -> Result<(Run, Samples), StoreError> {
        match self.runs()?.last() {
            Some(path) => read_run(path),
            None => Err(StoreError::Empty { folder: self.folder.clone() }),
        }
    }

    /// Find a run or baseline: `latest`, a file, a run's id, or a baseline's name (case does not matter).
    pub fn find(&self, name: &str, baselines: &Path) -> Result<Measured, StoreError> {
        if name == "latest" {
            let (run, samples) = self.latest()?;
            return Ok(Measured::Run(Box::new(run), Box::new(samples)));
        }
        let path = Path::new(name);
        if path.is_file() {
            return read_either(path);
        }
        let by_id = self.runs()?.into_iter().rev().find(|path| {
            path.file_stem().is_some_and(|stem| {
                let stem = stem.to_string_lossy();
                stem == name || stem.ends_with(&format!("-{name}"))
            })
        });
        if let Some(path) = by_id {
            let (run, samples) = read_run(&path)?;
            return Ok(Measured::Run(Box::new(run), Box::new(samples)));
        }
        match find_baseline(baselines, name)? {
            Some((_, baseline)) => Ok(Measured::Baseline(Box::new(baseline))),
            None => Err(StoreError::Unknown { name: name.to_owned(), folder: self.folder.join("runs") }),
        }
    }
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

/// A name made fit for a file: letters, digits, `.`, `_`, `-`; anything else becomes `_`.
pub fn file_name(name: &str) -> String {
    let fit = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
    let name: String = name.chars().take(NAME_LIMIT_BYTES).map(fit).collect();
    if name.starts_with('.') || name.is_empty() { format!("_{name}") } else { name }
}

fn read_either(path: &Path) -> Result<Measured, StoreError> {
    match read_document::<Baseline>(path, BASELINE_SCHEMA) {
        Ok(baseline) => Ok(Measured::Baseline(Box::new(baseline))),
        Err(DocumentError::WrongSchema { found, .. }) if found.starts_with("perfkit.run/") => {
            let (run, samples) = read_run(path)?;
            Ok(Measured::Run(Box::new(run), Box::new(samples)))
        }
        Err(error) => Err(error.into()),
    }
}

fn read_run(path: &Path) -> Result<(Run, Samples), StoreError> {
    let run = read_document(path, RUN_SCHEMA)?;
    let sidecar = sidecar(path);
    let samples =
        if sidecar.is_file() { read_document(&sidecar, SAMPLES_SCHEMA)? } else { Samples::default() };
    Ok((run, samples))
}

fn sidecar(path: &Path) -> PathBuf {
    path.with_extension("samples.json")
}

fn subfolders(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut folders = entries(folder)?;
    folders.retain(|path| path.is_dir());
    folders.sort();
    Ok(folders)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let to_error = |source| StoreError::Io { folder: folder.to_owned(), source };
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry.map_err(to_error)?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(to_error(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_name_cannot_leave_the_store() {
        assert_eq!(file_name("../../etc/passwd"), "_.._.._etc_passwd");
        assert_eq!(file_name(""), "_");
    }

    #[test]
    fn an_empty_store_says_what_fills_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = Store::new(folder.path()).latest().unwrap_err();
        assert!(error.to_string().contains("perfkit run"), "{error}");
    }
}
