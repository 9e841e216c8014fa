//! The store: immutable runs, each with a sidecar of samples and per-function counts. Many may write at once and
//! nobody locks: a name is taken once and what is there is never changed.
//!
//! [`naming`] says how runs are called, [`place`] keeps them in a folder or an object store, [`pending`] holds what
//! could not be put there.

pub mod find;
pub mod folder;
mod measured;
pub mod naming;
pub mod pending;
pub mod place;
#[cfg(feature = "fleet")]
pub mod remote;
pub mod samples;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use thiserror::Error;

pub use find::{Measured, baseline_files, find_baseline, own_hosts};
pub use folder::Folder;
use naming::RUNS;
pub use naming::{RunName, distinct_file_name, file_name};
pub use pending::Pending;
pub use place::Place;
pub use samples::{SAMPLES_SCHEMA, Samples};

use crate::{
    format::{
        DocumentError, Run, RunInvalidation, StoreLocation,
        document::{document_text, write_whole},
        invalidation::INVALIDATION_SCHEMA,
        read_document,
        run::RUN_SCHEMA,
    },
    workspace::Workspace,
};

/// Where runs are kept.
#[derive(Debug, Clone)]
pub struct Store {
    place: Place,
    pending: Pending,
    index: PathBuf,
    /// perfkit's own folder in the workspace.
    own: PathBuf,
}

/// The folder of documents that take runs back.
const INVALIDATIONS: &str = "invalidations";

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
    /// An object store does not do what it should.
    #[error("the store {url} does not answer as it should, {what}: {why}")]
    Remote {
        /// The store.
        url: String,
        /// What was tried.
        what: String,
        /// What came back.
        why: String,
    },
    /// A store that cannot be used by this perfkit, or no store at all.
    #[error("{0}")]
    Location(String),
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
    /// There are runs, and none that `latest` may mean.
    #[error("{folder} holds no run that `latest` could mean: {why}")]
    NoLatest {
        /// The store.
        folder: PathBuf,
        /// Whose runs there are.
        why: String,
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
/// Where runs wait within perfkit's own folder if they cannot be put where they belong.
const PENDING: &str = "pending";
/// Where copies of what an object store holds are kept.
#[cfg(feature = "fleet")]
const CACHE: &str = "cache";
/// Where indexes over stores are kept.
const INDEX: &str = "index";

impl Store {
    /// The store in `folder`, which need not exist yet.
    pub fn new(folder: &Path) -> Self {
        Self::at(Place::Folder(Folder::new(folder)), folder, "local")
    }

    /// The store of a workspace, wherever its configuration has it.
    pub fn open(workspace: &Workspace) -> Result<Self, StoreError> {
        let own = workspace.store();
        let location = &workspace.config.store;
        let key = place_key(&location.to_string());
        match location {
            StoreLocation::Folder(folder) => {
                let folder = workspace.root.join(folder);
                if folder == own {
                    Ok(Self::new(&own))
                } else {
                    Ok(Self::at(Place::Folder(Folder::new(&folder)), &own, &key))
                }
            }
            #[cfg(feature = "fleet")]
            StoreLocation::Url(url) => {
                let remote = remote::Remote::open(url, &own.join(CACHE).join(&key))?;
                Ok(Self::at(Place::Remote(remote), &own, &key))
            }
            #[cfg(not(feature = "fleet"))]
            StoreLocation::Url(url) => Err(StoreError::Location(format!(
                "the store {url} is an object store, and this perfkit was built without the feature `fleet`; \
                 build it with `cargo build -p perfkit --features fleet`, or name a folder with --store"
            ))),
        }
    }

    fn at(place: Place, own: &Path, key: &str) -> Self {
        Self {
            place,
            pending: Pending(Folder::new(&own.join(PENDING).join(key))),
            index: own.join(INDEX).join(key),
            own: own.to_owned(),
        }
    }

    /// Write a run and its sidecar; the sidecar first, so that a run that is there is whole.
    ///
    /// If another run has its name, which its id makes all but impossible, it is stored under a longer id. If the store
    /// cannot be written, the run waits in perfkit's own folder, which is said, and is sent with the next save.
    pub fn save(&self, run: &Run, samples: &Samples) -> Result<PathBuf, StoreError> {
        if let Err(error) = keep_out_of_git(&self.own) {
            // The store itself may be elsewhere; what cannot be written is met again below.
            eprintln!("perfkit: {error}");
        }
        match self.pending.send(&self.place) {
            Ok(0) => {}
            Ok(sent) => eprintln!("perfkit: {sent} runs that waited were sent to {}", self.place.name()),
            Err(error) => eprintln!("perfkit: runs still wait for {}: {error}", self.place.name()),
        }
        let why = match put(&self.place, run, samples) {
            Ok(path) => return Ok(path),
            Err(why) => why,
        };
        match put(&Place::Folder(self.pending.0.clone()), run, samples) {
            Ok(path) => {
                let kept = path.strip_prefix(&self.own).unwrap_or(&path).display();
                eprintln!(
                    "perfkit: {why}; the run is kept in {kept} of perfkit's own folder and is sent with the next one"
                );
                Ok(path)
            }
            // Nothing can be written anywhere; the first reason is the one to mend.
            Err(_) => Err(why),
        }
    }

    /// The names of all runs, oldest first; those that wait to be sent among them.
    pub fn names(&self) -> Result<Vec<RunName>, StoreError> {
        let mut names = self.pending.names()?;
        names.extend(self.place.keys(RUNS)?.iter().filter_map(|key| RunName::of_key(key)));
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Every stored run's file, oldest first. From an object store each is fetched once.
    pub fn runs(&self) -> Result<Vec<PathBuf>, StoreError> {
        self.files(&self.names()?)
    }

    /// The files of these runs, in their order; what an object store holds is fetched once.
    pub fn files(&self, names: &[RunName]) -> Result<Vec<PathBuf>, StoreError> {
        let waiting: BTreeSet<RunName> = self.pending.names()?.into_iter().collect();
        let (pending, stored): (Vec<&RunName>, Vec<&RunName>) =
            names.iter().partition(|name| waiting.contains(name));
        let stored: Vec<String> = stored.into_iter().map(RunName::run_key).collect();
        let mut files: BTreeMap<RunName, PathBuf> =
            pending.into_iter().map(|name| (name.clone(), self.pending.0.path(&name.run_key()))).collect();
        let fetched = self.place.files(&stored)?;
        files
            .extend(stored.iter().zip(fetched).filter_map(|(key, path)| Some((RunName::of_key(key)?, path))));
        Ok(names.iter().filter_map(|name| files.get(name).cloned()).collect())
    }

    /// The newest run of these hosts that was not taken back as a whole. A store is shared: what another host measured
    /// last is never meant.
    pub fn latest(&self, hosts: &[String]) -> Result<RunName, StoreError> {
        let (names, folder) = (self.names()?, self.place.name().into());
        if names.is_empty() {
            return Err(StoreError::Empty { folder });
        }
        let is_of = |name: &&RunName| hosts.iter().any(|host| host.eq_ignore_ascii_case(name.host()));
        let of_hosts: Vec<&RunName> = names.iter().filter(is_of).collect();
        let whole = self.invalidations()?.into_iter().filter(|invalidation| invalidation.select.is_empty());
        let taken_back: BTreeSet<String> = whole.map(|invalidation| invalidation.run).collect();
        if let Some(name) = of_hosts.iter().rev().find(|name| !taken_back.contains(name.stem())) {
            return Ok((*name).clone());
        }
        let asked = hosts.join(" or ");
        let why = if of_hosts.is_empty() {
            // Later runs come later, so that the newest of each host stays.
            let newest: BTreeMap<&str, &str> = names.iter().map(|name| (name.host(), name.id())).collect();
            let known: Vec<String> =
                newest.iter().map(|(host, id)| format!("{host} (newest {id})")).collect();
            format!("none is of the host {asked}; it holds runs of {}: name one by its id", known.join(", "))
        } else {
            format!("all {} runs of {asked} were taken back", of_hosts.len())
        };
        Err(StoreError::NoLatest { folder, why })
    }

    /// Find a run or baseline: `latest` of this host, a file, a run's id, or a baseline's name (case does not matter). A
    /// run that was taken back is found like any other, which is said.
    pub fn find(&self, name: &str, baselines: &Path) -> Result<Measured, StoreError> {
        let found = self.look_up(name, baselines)?;
        if let Measured::Run(run, _) = &found {
            match self.invalidations_of(&RunName::of(run)) {
                Ok(all) => all.iter().for_each(|invalidation| eprintln!("perfkit: {invalidation}")),
                // A file is read where its store cannot be.
                Err(error) => {
                    eprintln!("perfkit: whether run {} was taken back cannot be told: {error}", run.id)
                }
            }
        }
        Ok(found)
    }

    fn look_up(&self, name: &str, baselines: &Path) -> Result<Measured, StoreError> {
        if name == "latest" {
            let (run, samples) = self.read(&self.latest(&find::own_hosts(baselines)?)?)?;
            return Ok(Measured::Run(Box::new(run), Box::new(samples)));
        }
        let path = Path::new(name);
        if path.is_file() {
            return find::read_either(path);
        }
        if let Some(found) = self.find_name(name)? {
            let (run, samples) = self.read(&found)?;
            return Ok(Measured::Run(Box::new(run), Box::new(samples)));
        }
        match find_baseline(baselines, name)? {
            Some((_, baseline)) => Ok(Measured::Baseline(Box::new(baseline))),
            None => Err(StoreError::Unknown { name: name.to_owned(), folder: self.place.name().into() }),
        }
    }

    /// The newest stored run of this id.
    pub fn find_name(&self, name: &str) -> Result<Option<RunName>, StoreError> {
        Ok(self.names()?.into_iter().rev().find(|stored| stored.is_called(name)))
    }

    /// A run and its sidecar.
    pub fn read(&self, name: &RunName) -> Result<(Run, Samples), StoreError> {
        Ok((self.read_run(name)?, self.read_samples(name)?))
    }

    /// A run alone.
    pub fn read_run(&self, name: &RunName) -> Result<Run, StoreError> {
        Ok(read_document(&self.file(name, &name.run_key())?, RUN_SCHEMA)?)
    }

    /// The sidecar of a run; nothing where it is gone.
    pub fn read_samples(&self, name: &RunName) -> Result<Samples, StoreError> {
        find::read_sidecar(&self.file(name, &name.sidecar_key())?)
    }

    /// The file of an object of a run, which waits where its run does.
    fn file(&self, name: &RunName, key: &str) -> Result<PathBuf, StoreError> {
        let waits = self.pending.0.path(&name.run_key()).is_file();
        if waits { Ok(self.pending.0.path(key)) } else { self.place.file(key) }
    }

    /// Say that a run, or rows of it, no longer count.
    pub fn invalidate(&self, invalidation: &RunInvalidation) -> Result<(), StoreError> {
        keep_out_of_git(&self.own)?;
        let text = document_text(invalidation).map_err(|source| unwritable(INVALIDATIONS, source))?;
        let digest = place_key(&text);
        let key = format!("{INVALIDATIONS}/{}-{digest}.json", file_name(&invalidation.run));
        self.place.put(&key, text.as_bytes()).map(drop)
    }

    /// Every invalidation, by run.
    pub fn invalidations(&self) -> Result<Vec<RunInvalidation>, StoreError> {
        let mut keys = self.place.keys(INVALIDATIONS)?;
        keys.retain(|key| key.ends_with(".json"));
        keys.sort();
        let files = self.place.files(&keys)?;
        files.iter().map(|path| Ok(read_document(path, INVALIDATION_SCHEMA)?)).collect()
    }

    /// What was taken back of one run.
    pub fn invalidations_of(&self, name: &RunName) -> Result<Vec<RunInvalidation>, StoreError> {
        let mut all = self.invalidations()?;
        all.retain(|invalidation| invalidation.run == name.stem());
        Ok(all)
    }

    /// The folder of the indexes over this store.
    pub fn index_folder(&self) -> &Path {
        &self.index
    }

    /// The store in words: a folder or a URL.
    pub fn name(&self) -> String {
        self.place.name()
    }
}

/// Put a run and its sidecar there, under a longer id if its name is another's.
fn put(place: &Place, run: &Run, samples: &Samples) -> Result<PathBuf, StoreError> {
    let sidecar =
        document_text(samples).map_err(|source| unwritable(&RunName::of(run).sidecar_key(), source))?;
    let mut run = run.clone();
    let id = run.id.clone();
    for attempt in 1..=NAMES_TRIED {
        let name = RunName::of(&run);
        let text = document_text(&run).map_err(|source| unwritable(&name.run_key(), source))?;
        if place.put(&name.sidecar_key(), sidecar.as_bytes())?
            && place.put(&name.run_key(), text.as_bytes())?
        {
            return Ok(place.path(&name.run_key()));
        }
        run.id = format!("{id}{attempt:02}");
    }
    let folder = place.name().into();
    Err(StoreError::Io { folder, source: io::ErrorKind::AlreadyExists.into() })
}

fn unwritable(key: &str, source: serde_json::Error) -> StoreError {
    DocumentError::Io { path: key.into(), source: source.into() }.into()
}

/// Sixteen hex digits of a digest: names a store or a document within perfkit's own folder.
pub(crate) fn place_key(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
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
        let error = Store::new(folder.path()).latest(&["host".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("perfkit run"), "{error}");
    }
}
