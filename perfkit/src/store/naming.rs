//! How runs are called: `runs/<host>/<date>-<revision>-<id>.json`, the same in every store. Names sort by time.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::{format::Run, workspace::revision::short};

/// The longest profile or run name that becomes part of a file name.
const NAME_LIMIT_BYTES: usize = 80;

/// The folder of runs within a store.
pub const RUNS: &str = "runs";
const RUN_SUFFIX: &str = ".json";
const SIDECAR_SUFFIX: &str = ".samples.json";

/// The name of a stored run. Later runs are greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunName {
    /// `<date>-<revision>-<id>`.
    stem: String,
    /// The host profile's folder.
    host: String,
}

impl RunName {
    /// The name under which `run` is stored.
    pub fn of(run: &Run) -> Self {
        Self::new(&run.host.profile, &run.provenance.started, &run.provenance.revision, &run.id)
    }

    /// `started` as in a run's provenance, `revision` of any length.
    pub fn new(host: &str, started: &str, revision: &str, id: &str) -> Self {
        let date: String = started.chars().filter(char::is_ascii_alphanumeric).collect();
        let revision = match short(revision) {
            "" => "norevision",
            revision => revision,
        };
        Self { host: file_name(host), stem: file_name(&format!("{date}-{revision}-{id}")) }
    }

    /// Read a name back from where it stands; `None` for sidecars, temporary files and strangers.
    pub fn parse(host: &str, file: &str) -> Option<Self> {
        let stem = file.strip_suffix(RUN_SUFFIX)?;
        let stranger = file.ends_with(SIDECAR_SUFFIX) || stem.starts_with('.') || stem.is_empty();
        let fits = |part: &str| file_name(part) == part;
        (!stranger && fits(host) && fits(stem)).then(|| Self { host: host.to_owned(), stem: stem.to_owned() })
    }

    /// The name of the run at `path`, by its folder and file.
    pub fn at(path: &Path) -> Option<Self> {
        Self::parse(path.parent()?.file_name()?.to_str()?, path.file_name()?.to_str()?)
    }

    /// Read a name back from its key.
    pub fn of_key(key: &str) -> Option<Self> {
        let (host, file) = key.strip_prefix(RUNS)?.strip_prefix('/')?.split_once('/')?;
        Self::parse(host, file)
    }

    /// Whether `name` means this run: its id, or all of its stem.
    pub fn is_called(&self, name: &str) -> bool {
        self.stem == name || self.stem.strip_suffix(name).is_some_and(|rest| rest.ends_with('-'))
    }

    /// The host profile's folder.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `<date>-<revision>-<id>`.
    pub fn stem(&self) -> &str {
        &self.stem
    }

    /// The run's id: the last part of its stem.
    pub fn id(&self) -> &str {
        self.stem.rsplit('-').next().unwrap_or_default()
    }

    /// Where the run stands in a store, with `/` between folders.
    pub fn run_key(&self) -> String {
        format!("{RUNS}/{}/{}{RUN_SUFFIX}", self.host, self.stem)
    }

    /// Where its sidecar stands.
    pub fn sidecar_key(&self) -> String {
        format!("{RUNS}/{}/{}{SIDECAR_SUFFIX}", self.host, self.stem)
    }
}

/// A name made fit for a file: letters, digits, `.`, `_`, `-`; anything else becomes `_`.
pub fn file_name(name: &str) -> String {
    let fit = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
    let name: String = name.chars().take(NAME_LIMIT_BYTES).map(fit).collect();
    if name.starts_with('.') || name.is_empty() { format!("_{name}") } else { name }
}

/// A name made fit for a file that no other name has too: where something was changed or cut, eight hex digits of a
/// digest of the whole name follow.
pub fn distinct_file_name(name: &str) -> String {
    let fit = file_name(name);
    if fit == name {
        return fit;
    }
    let digest: String =
        Sha256::digest(name.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{fit}-{digest}")
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
    fn distinct_names_make_distinct_files() {
        let long = "a".repeat(NAME_LIMIT_BYTES);
        let names = ["seal/64", "seal_64", "seal 64", &format!("{long}/64"), &format!("{long}/1024"), &long];
        let files: std::collections::BTreeSet<String> =
            names.iter().map(|name| distinct_file_name(name)).collect();
        assert_eq!(files.len(), names.len(), "{files:?}");
        assert_eq!(distinct_file_name("seal_64"), "seal_64");
        assert!(distinct_file_name("seal/64").starts_with("seal_64-"));
    }

    #[test]
    fn names_read_back_and_sort_by_time() {
        let name = |started, id| RunName::new("Server CPU", started, "1f0c2ab9d3e8", id);
        let early = name("2026-03-05T10:11:12Z", "0a1b2c");
        assert_eq!(early.run_key(), "runs/Server_CPU/20260305T101112Z-1f0c2ab-0a1b2c.json");
        assert_eq!(RunName::of_key(&early.run_key()), Some(early.clone()));
        assert!(early < name("2026-03-05T10:11:13Z", "000000"));
        assert_eq!(early.id(), "0a1b2c");
        assert!(early.is_called("0a1b2c") && early.is_called(early.stem()) && !early.is_called("1b2c"));
    }

    #[test]
    fn sidecars_and_temporary_files_are_no_runs() {
        assert_eq!(RunName::parse("host", "20260305T101112Z-1f0c2ab-0a1b2c.samples.json"), None);
        assert_eq!(RunName::parse("host", ".perfkit-x.json"), None);
        assert_eq!(RunName::parse("host", "notes.txt"), None);
    }
}
