//! Counts of revisions, kept so that a search that was interrupted, or one over the same revisions, goes on where it
//! was. Only what was counted is kept: a build that failed may have failed for want of a network.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::format::{Benchmark, DocumentError, Suite, Toolchain, read_document, write_document};

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

/// The counts of one benchmark in one build by one instrument with one set of tools, this perfkit among them.
#[derive(Debug, Clone)]
pub struct CountedRevisions {
    folder: PathBuf,
}

impl CountedRevisions {
    /// Those in perfkit's own folder `store`. `suite` is whose features and environment shape the build, if any.
    pub fn new(
        store: &Path,
        id: &str,
        instrument: &str,
        suite: Option<&Suite>,
        toolchain: &Toolchain,
    ) -> Self {
        let build = suite.map_or_else(Default::default, |suite| (suite.features.clone(), suite.env.clone()));
        let perfkit = env!("CARGO_PKG_VERSION");
        let key = format!("{perfkit}\n{id}\n{instrument}\n{build:?}\n{toolchain:?}");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_another_build_are_not_taken_for_this_one() {
        let folder = |suite: Option<&Suite>| {
            CountedRevisions::new(Path::new("store"), "a/b", "Count", suite, &Toolchain::default()).folder
        };
        let suite = |build: &str| -> Suite {
            toml::from_str(&format!("name = \"s\"\nselect = \"**\"\n{build}")).unwrap()
        };
        let suites = [
            suite("features = [\"no_avx512\"]"),
            suite("features = [\"no_avx512\", \"std\"]"),
            suite("env = { KEY = \"1\" }"),
            suite("env = { KEY = \"2\" }"),
        ];
        let mut folders: Vec<PathBuf> = suites.iter().map(|suite| folder(Some(suite))).collect();
        folders.push(folder(None));
        folders.sort();
        folders.dedup();
        assert_eq!(folders.len(), suites.len() + 1);
        assert_eq!(
            folder(Some(&suite(""))),
            folder(None),
            "a suite without a build of its own is the default one"
        );
    }
}
