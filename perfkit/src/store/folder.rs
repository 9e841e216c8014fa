//! Runs in a folder. A file is written under a temporary name and linked into place, the sidecar first, so that a run
//! that is there is whole. Nothing that is there is ever written over: two processes that pick one name do not meet.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{RunName, StoreError, naming::RUNS};
use crate::format::{DocumentError, document::write_new};

/// A folder that holds `runs/<host>/…`.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `root`, which need not exist yet.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file of a run, whether it is there or not.
    pub fn run_path(&self, name: &RunName) -> PathBuf {
        self.root.join(name.run_key())
    }

    /// The file of a run's sidecar.
    pub fn sidecar_path(&self, name: &RunName) -> PathBuf {
        self.root.join(name.sidecar_key())
    }

    /// Put a run and its sidecar there. `false` if something of that name is there already; it stays as it was.
    pub fn put(&self, name: &RunName, run: &[u8], sidecar: &[u8]) -> Result<bool, DocumentError> {
        let path = self.run_path(name);
        Ok(!path.exists() && write_new(&self.sidecar_path(name), sidecar)? && write_new(&path, run)?)
    }

    /// Every run, oldest first. No folder means no runs.
    pub fn names(&self) -> Result<Vec<RunName>, StoreError> {
        let mut names = Vec::new();
        for host in entries(&self.root.join(RUNS))?.into_iter().filter(|path| path.is_dir()) {
            names.extend(entries(&host)?.iter().filter_map(|path| RunName::at(path)));
        }
        names.sort();
        Ok(names)
    }
}

/// What is in a folder, in no order; nothing if there is no folder.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
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
    fn a_run_that_is_there_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::new(folder.path());
        let name = RunName::new("host", "2026-03-05T10:11:12Z", "1f0c2ab", "0a1b2c");
        assert!(folder.put(&name, b"first", b"samples").unwrap());
        assert!(!folder.put(&name, b"second", b"samples").unwrap());
        assert_eq!(fs::read(folder.run_path(&name)).unwrap(), b"first");
        assert_eq!(folder.names().unwrap(), [name]);
    }
}
