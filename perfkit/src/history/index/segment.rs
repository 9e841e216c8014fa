//! One file of an index: the series of some runs, column by column, so that ten thousand runs are read in a blink.
//!
//! A first line names the form, a digest of the rest follows, then the columns in postcard's encoding. Written whole
//! and never changed; anything that is not so is damage, and the reader says what.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::format::{Class, DocumentError, document::write_whole};

/// The first line of every file; another form has another line.
const MAGIC: &[u8] = b"perfkit.index/1\n";
/// Bytes of the digest that follows.
const DIGEST_BYTES: usize = 8;

/// The series of some runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// The runs, oldest first.
    pub runs: Vec<IndexedRun>,
    /// What numbers depend on, each once.
    pub toolchains: Vec<ToolchainKey>,
    /// The series, in any order.
    pub columns: Vec<Column>,
}

/// What a series shows of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedRun {
    /// The stem of its file: `<date>-<revision>-<id>`.
    pub stem: String,
    /// Its id.
    pub id: String,
    /// The commit; empty outside a repository.
    pub revision: String,
    /// When it began, UTC.
    pub started: String,
    /// Whether tracked files differed from the commit.
    pub dirty: bool,
    /// Quick or interrupted: its times are no evidence, its counts are.
    pub hasty: bool,
}

impl IndexedRun {
    /// Why nothing is concluded from its numbers of a class, though they are shown.
    pub fn doubt(&self, class: Class) -> Option<&'static str> {
        match () {
            () if self.dirty => Some("dirty: the numbers belong to no revision"),
            () if class == Class::Timed && self.hasty => Some("quick or interrupted: no evidence of time"),
            () => None,
        }
    }
}

/// What numbers of a class depend on, by name. Only equal ones are joined.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ToolchainKey(pub Vec<(String, String)>);

impl ToolchainKey {
    /// What changed since `before`, in words; empty where nothing did.
    pub fn difference(&self, before: &Self) -> String {
        let of = |key: &Self, name: &str| {
            key.0
                .iter()
                .find(|(known, _)| known == name)
                .map_or("none", |(_, value)| value.as_str())
                .to_owned()
        };
        let mut names: Vec<&str> = self.0.iter().chain(&before.0).map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let changed = names.into_iter().filter(|name| of(self, name) != of(before, name));
        changed
            .map(|name| format!("{name} {} → {}", of(before, name), of(self, name)))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The suite whose features and environment shaped the build; empty for the default one.
    pub fn variant(&self) -> &str {
        self.0.iter().find(|(name, _)| name == super::extract::VARIANT).map_or("", |(_, value)| value)
    }
}

/// What makes points comparable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ColumnKey {
    /// The benchmark.
    pub id: String,
    /// The metric.
    pub metric: String,
    /// How its values were made.
    pub statistic: String,
    /// The declared revision of the benchmark.
    pub benchmark_revision: u32,
    /// Into the list of toolchains.
    pub toolchain: u32,
}

/// One series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// What makes its points comparable.
    pub key: ColumnKey,
    /// The unit of its values.
    pub unit: String,
    /// Into the list of runs, rising.
    pub runs: Vec<u32>,
    /// A value for each.
    pub values: Vec<f64>,
    /// An interval for each where any has one; one without extent stands for none.
    pub intervals: Vec<(f64, f64)>,
}

impl Segment {
    /// Write the file.
    pub fn write(&self, path: &Path) -> Result<(), DocumentError> {
        let unwritable = |error| DocumentError::Io { path: path.to_owned(), source: io::Error::other(error) };
        let columns: Vec<u8> = postcard::to_allocvec(self).map_err(unwritable)?;
        let mut bytes = MAGIC.to_vec();
        bytes.extend(xxh3_64(&columns).to_le_bytes());
        bytes.extend(columns);
        write_whole(path, &bytes)
    }

    /// Read the file, or say why it is none.
    pub fn read(path: &Path) -> Result<Self, String> {
        let bytes = fs::read(path).map_err(|error| error.to_string())?;
        let rest = bytes.strip_prefix(MAGIC).ok_or("it is of another form, or none at all")?;
        let (digest, columns) = rest.split_first_chunk::<DIGEST_BYTES>().ok_or("it is cut short")?;
        if u64::from_le_bytes(*digest) != xxh3_64(columns) {
            return Err("it is damaged or cut short".to_owned());
        }
        let segment: Self = postcard::from_bytes(columns).map_err(|error| error.to_string())?;
        if segment.is_sound() { Ok(segment) } else { Err("its columns do not fit together".to_owned()) }
    }

    /// Whether every index points at something and the columns are as long as each other.
    fn is_sound(&self) -> bool {
        self.columns.iter().all(|column| {
            (column.key.toolchain as usize) < self.toolchains.len()
                && column.values.len() == column.runs.len()
                && (column.intervals.is_empty() || column.intervals.len() == column.runs.len())
                && column.runs.iter().all(|run| (*run as usize) < self.runs.len())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(parts: &[(&str, &str)]) -> ToolchainKey {
        ToolchainKey(parts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn any_damage_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.segment");
        let segment = Segment { toolchains: vec![key(&[("rustc", "1.95")])], ..Segment::default() };
        segment.write(&path).unwrap();
        assert_eq!(Segment::read(&path), Ok(segment));
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 1;
            fs::write(&path, &broken).unwrap();
            assert!(Segment::read(&path).is_err(), "byte {at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert!(Segment::read(&path).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_difference_of_toolchains_names_what_changed() {
        let (old, new) =
            (key(&[("rustc", "1.94"), ("libc", "2.41")]), key(&[("rustc", "1.95"), ("libc", "2.41")]));
        assert_eq!(new.difference(&old), "rustc 1.94 → 1.95");
        assert_eq!(new.difference(&new), "");
    }
}
