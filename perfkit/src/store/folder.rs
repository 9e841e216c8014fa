//! Objects in a folder. A file is written under a temporary name and linked into place; nothing that is there is ever
//! written over, so two processes that pick one name do not meet.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::StoreError;
use crate::format::document::write_new;

/// A folder of objects named by keys with `/` in them.
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

    /// The file of an object, whether it is there or not.
    pub fn path(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    /// The keys below `prefix`, in no order. No folder means no objects.
    pub fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let mut keys = Vec::new();
        let mut folders = vec![prefix.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in read(&self.path(&folder))? {
                let Ok(name) = entry.file_name().into_string() else { continue };
                // The kind comes with the listing, so thousands of files cost no more than that.
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_folder { &mut folders } else { &mut keys }.push(format!("{folder}/{name}"));
            }
        }
        Ok(keys)
    }

    /// What an object holds; `None` where there is none.
    pub fn read(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        match fs::read(self.path(key)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StoreError::Io { folder: self.path(key), source }),
        }
    }

    /// Make an object. `false` if one of that key is there already; it stays as it was.
    pub fn put_new(&self, key: &str, bytes: &[u8]) -> Result<bool, StoreError> {
        Ok(write_new(&self.path(key), bytes)?)
    }
}

/// What is in a folder, in no order; nothing if there is no folder.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    Ok(read(folder)?.iter().map(fs::DirEntry::path).collect())
}

fn read(folder: &Path) -> Result<Vec<fs::DirEntry>, StoreError> {
    let to_error = |source| StoreError::Io { folder: folder.to_owned(), source };
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map_err(to_error)).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(to_error(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_that_is_there_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::new(folder.path());
        assert!(folder.put_new("runs/host/a.json", b"first").unwrap());
        assert!(!folder.put_new("runs/host/a.json", b"second").unwrap());
        assert_eq!(folder.read("runs/host/a.json").unwrap().unwrap(), b"first");
        assert_eq!(folder.keys("runs").unwrap(), ["runs/host/a.json"]);
        assert_eq!(folder.read("runs/host/b.json").unwrap(), None);
    }
}
