//! Stored runs read for their histories, by the reader that fills the index: of each metric its value and what it may be
//! compared with, nothing else. A third of the time and a tenth of the memory of whole documents. Several files are read
//! at once.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    thread,
};

use crate::{
    format::{Class, DocumentError},
    history::index::{
        IndexedRun,
        extract::{Extracted, extract},
    },
    store::{RunName, StoreError},
};

/// Threads that read; more only wait for memory.
const READERS: usize = 8;

/// A run without what its history does not need.
#[derive(Debug, Clone)]
pub struct RunHead {
    /// Where it is kept.
    pub name: RunName,
    /// What series show of it.
    pub run: IndexedRun,
    /// The host profile.
    pub host: String,
    /// The suite whose features and environment shaped the build; empty for the default build.
    pub variant: String,
    /// Whether its times are a glance only.
    pub quick: bool,
    /// Whether it was interrupted.
    pub partial: bool,
    /// Equal where counts may be compared.
    pub counted_key: u64,
    /// Equal where times may be compared.
    pub timed_key: u64,
}

impl RunHead {
    /// `2026-03-05`.
    pub fn day(&self) -> &str {
        self.run.started.split('T').next().unwrap_or_default()
    }
}

/// A run's head and its values.
#[derive(Debug)]
pub struct ReadRun {
    /// Who and when.
    pub head: RunHead,
    /// What it measured.
    pub values: Vec<ReadValue>,
    /// The statistic of each kind of value.
    pub statistics: BTreeMap<u64, String>,
}

/// One metric of one benchmark.
#[derive(Debug)]
pub struct ReadValue {
    /// The benchmark.
    pub id: String,
    /// The declared revision of its meaning.
    pub revision: u32,
    /// The metric.
    pub metric: String,
    /// Counted or timed.
    pub class: Class,
    /// The value.
    pub value: f64,
    /// Equal where two values mean the same.
    pub kind: u64,
}

/// Read these files, in their order. One that cannot be read is told and left out: a damaged file must not take the
/// others' history with it.
pub fn read_runs(files: &[(RunName, PathBuf)]) -> (Vec<ReadRun>, Vec<String>) {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(READERS).min(files.len().max(1));
    let shares: Vec<Vec<Result<ReadRun, String>>> = thread::scope(|scope| {
        let readers: Vec<_> = files
            .chunks(files.len().div_ceil(threads).max(1))
            .map(|share| scope.spawn(move || share.iter().map(|(name, path)| read(name, path)).collect()))
            .collect();
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap_or_else(|_| vec![Err("a reader ended early".to_owned())]))
            .collect()
    });
    let (mut runs, mut unreadable) = (Vec::new(), Vec::new());
    for result in shares.into_iter().flatten() {
        match result {
            Ok(run) => runs.push(run),
            Err(why) => unreadable.push(why),
        }
    }
    (runs, unreadable)
}

fn read(stored: &RunName, path: &Path) -> Result<ReadRun, String> {
    let found = extract(path, stored.stem()).map_err(|error| damage(stored, "run", &error))?;
    let Extracted { run, timed, counted, metrics, profile, quick, partial } = found;
    let (timed_key, counted_key) = (mark(&timed), mark(&counted));
    let variant = timed.variant().to_owned();
    let head =
        RunHead { name: stored.clone(), run, host: profile, variant, quick, partial, counted_key, timed_key };
    let mut statistics = BTreeMap::new();
    let values = metrics.into_iter().filter(|metric| metric.value.is_finite()).map(|metric| {
        let tools = if metric.class == Class::Counted { counted_key } else { timed_key };
        let kind = mark(&(&metric.statistic, &metric.unit, metric.benchmark_revision, tools));
        statistics.entry(kind).or_insert(metric.statistic);
        ReadValue {
            id: metric.id,
            revision: metric.benchmark_revision,
            metric: metric.name,
            class: metric.class,
            value: metric.value,
            kind,
        }
    });
    let values = values.collect();
    Ok(ReadRun { head, values, statistics })
}

/// Why a file of a run cannot be read. The folder is the machine's own matter; the stem says which run it is.
pub fn damage(name: &RunName, what: &str, error: &DocumentError) -> String {
    let why = match error {
        DocumentError::Io { source, .. } => source.to_string(),
        DocumentError::NotJson { source, .. } => format!("not a whole {what}: {source}"),
        DocumentError::WrongSchema { found, expected, .. } => {
            format!("its schema is {found}, this command reads {expected}")
        }
        DocumentError::Misfit { expected, source, .. } => format!("does not fit schema {expected}: {source}"),
    };
    format!("{}: {why}", name.stem())
}

/// What reading a stored run came to: nothing, a damaged file, or a store that does not answer.
pub fn damaged(name: &RunName, what: &str, error: StoreError) -> Result<String, StoreError> {
    match error {
        StoreError::Document(error) => Ok(damage(name, what, &error)),
        error => Err(error),
    }
}

fn mark(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
