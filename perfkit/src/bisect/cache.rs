//! Counts of revisions, kept so that a search that was interrupted, or one over the same revisions, goes on where it
//! was. Only what was counted is kept: a build that failed may have failed for want of a network.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::format::{Benchmark, DocumentError, Toolchain, read_document, write_document};

/// The schema of these documents.
pub const COUNTED_SCHEMA: &str = "perfkit.counted-revision/1";

/// One benchmark of one revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CountedRevision {
    /// [`COUNTED_SCHEMA`].
    pub schema: String,
    /// The commit.
    pub revision: String,
    /// What built and counted it.
    pub toolchain: Toolchain,
    /// Its row.
    pub benchmark: Benchmark,
    /// Instructions per operation of each function itself.
    pub functions: BTreeMap<String, f64>,
}

/// The counts of one benchmark by one instrument with one set of tools.
#[derive(Debug, Clone)]
pub struct CountedRevisions {
    folder: PathBuf,
}

impl CountedRevisions {
    /// Those in perfkit's own folder `store`.
    pub fn new(store: &Path, id: &str, instrument: &str, toolchain: &Toolchain) -> Self {
        let key = format!("{id}\n{instrument}\n{toolchain:?}");
        let digest: String =
            Sha256::digest(key.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { folder: store.join("bisect").join(digest) }
    }

    /// What is known of a revision. A file that cannot be read is counted again.
    pub fn get(&self, revision: &str) -> Option<CountedRevision> {
        read_document(&self.path(revision), COUNTED_SCHEMA)
            .ok()
            .filter(|known: &CountedRevision| known.revision == revision)
    }

    /// Keep what was counted.
    pub fn put(&self, counted: &CountedRevision) -> Result<(), DocumentError> {
        write_document(&self.path(&counted.revision), counted)
    }

    fn path(&self, revision: &str) -> PathBuf {
        self.folder.join(format!("{revision}.json"))
    }
}
