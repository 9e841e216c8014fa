//! The store: immutable runs, each with a sidecar of samples and per-function counts. Many may write at once and
//! nobody locks: a name is taken once and what is there is never changed.
//!
//! [`naming`] says how runs are called, [`folder`] keeps them in a folder.

pub mod find;
pub mod folder;
pub mod naming;
pub mod samples;

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

pub use find::{Measured, baseline_files, find_baseline};
pub use folder::Folder;
pub use naming::{RunName, file_name};
pub use samples::{SAMPLES_SCHEMA, Samples};

use crate::format::{
    DocumentError, Run,
    document::{document_text, write_whole},
};

/// Where runs are kept.
#[derive(Debug, Clone)]
pub struct Store {
    folder: Folder,
}

/// Why a store cannot be read or written, or a reference names nothing.
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

/// Names tried before a run is given up: six hex digits from clock and process meet once in millions.
const NAMES_TRIED: u32 = 16;

impl Store {
    /// The store in `folder`, which need not exist yet.
    pub fn new(folder: &Path) -> Self {
        Self { folder: Folder::new(folder) }
    }

    /// Write a run and its sidecar; the sidecar first, so that a run that is there is whole. If another run has its
    /// name, which its id makes all but impossible, it is stored under a longer id.
    pub fn save(&self, run: &Run, samples: &Samples) -> Result<PathBuf, DocumentError> {
        keep_out_of_git(self.folder.root())?;
        let to_error = |source: serde_json::Error| DocumentError::Io {
            path: self.folder.run_path(&RunName::of(run)),
            source: source.into(),
        };
        let sidecar = document_text(samples).map_err(to_error)?;
        let mut run = run.clone();
        let id = run.id.clone();
        for attempt in 2..=NAMES_TRIED {
            let name = RunName::of(&run);
            let text = document_text(&run).map_err(to_error)?;
            if self.folder.put(&name, text.as_bytes(), sidecar.as_bytes())? {
                return Ok(self.folder.run_path(&name));
            }
            run.id = format!("{id}{attempt:02}");
        }
        Err(DocumentError::Io {
            path: self.folder.run_path(&RunName::of(&run)),
            source: io::ErrorKind::AlreadyExists.into(),
        })
    }

    /// Every stored run's file, oldest first.
    pub fn runs(&self) -> Result<Vec<PathBuf>, StoreError> {
        Ok(self.folder.names()?.iter().map(|name| self.folder.run_path(name)).collect())
    }

    /// The newest run.
    pub fn latest(&self) -> Result<(Run, Samples), StoreError> {
        match self.folder.names()?.last() {
            Some(name) => self.read(name),
            None => Err(StoreError::Empty { folder: self.folder.root().to_owned() }),
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
            return find::read_either(path);
        }
        if let Some(found) = self.folder.names()?.iter().rev().find(|stored| stored.is_called(name)) {
            let (run, samples) = self.read(found)?;
            return Ok(Measured::Run(Box::new(run), Box::new(samples)));
        }
        match find_baseline(baselines, name)? {
            Some((_, baseline)) => Ok(Measured::Baseline(Box::new(baseline))),
            None => {
                Err(StoreError::Unknown { name: name.to_owned(), folder: self.folder.root().join("runs") })
            }
        }
    }

    fn read(&self, name: &RunName) -> Result<(Run, Samples), StoreError> {
        find::read_run(&self.folder.run_path(name), &self.folder.sidecar_path(name))
    }
}

/// perfkit's own folder ignores itself, so that it never makes a working tree dirty.
pub fn keep_out_of_git(folder: &Path) -> Result<(), DocumentError> {
    let path = folder.join(".gitignore");
    if path.exists() { Ok(()) } else { write_whole(&path, b"*\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_store_says_what_fills_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = Store::new(folder.path()).latest().unwrap_err();
        assert!(error.to_string().contains("perfkit run"), "{error}");
    }
}
