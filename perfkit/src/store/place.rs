//! A place for objects: a folder, or an object store with a local cache. What is there is never changed, so a cached
//! copy is as good as the object.

use std::path::PathBuf;

use super::{Folder, StoreError};

/// Where objects are.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a folder.
    Folder(Folder),
    /// In an object store.
    #[cfg(feature = "fleet")]
    Remote(super::remote::Remote),
}

impl Place {
    /// The keys below `prefix`, in no order.
    pub fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Folder(folder) => folder.keys(prefix),
            #[cfg(feature = "fleet")]
            Self::Remote(remote) => remote.keys(prefix),
        }
    }

    /// Where an object's file is or would be; nothing is fetched.
    pub fn path(&self, key: &str) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.path(key),
            #[cfg(feature = "fleet")]
            Self::Remote(remote) => remote.cached(key),
        }
    }

    /// A file with what the object holds; for a folder it need not be there.
    pub fn file(&self, key: &str) -> Result<PathBuf, StoreError> {
        match self {
            Self::Folder(folder) => Ok(folder.path(key)),
            #[cfg(feature = "fleet")]
            Self::Remote(remote) => remote.file(key),
        }
    }

    /// Files with what several objects hold, in their order.
    pub fn files(&self, keys: &[String]) -> Result<Vec<PathBuf>, StoreError> {
        match self {
            Self::Folder(folder) => Ok(keys.iter().map(|key| folder.path(key)).collect()),
            #[cfg(feature = "fleet")]
            Self::Remote(remote) => remote.files(keys),
        }
    }

    /// Make an object, or find that it is there with the same bytes. `false` if it holds others; it stays as it was.
    pub fn put(&self, key: &str, bytes: &[u8]) -> Result<bool, StoreError> {
        match self {
            Self::Folder(folder) => {
                Ok(folder.put_new(key, bytes)? || folder.read(key)?.is_some_and(|there| there == bytes))
            }
            #[cfg(feature = "fleet")]
            Self::Remote(remote) => remote.put(key, bytes),
        }
    }

    /// The place in words.
    pub fn name(&self) -> String {
        match self {
            Self::Folder(folder) => folder.root().display().to_string(),
            #[cfg(feature = "fleet")]
            Self::Remote(remote) => remote.name().to_owned(),
        }
    }
}
