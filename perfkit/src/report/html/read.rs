//! Stored runs read for their histories: of each metric its value and what it may be compared with, nothing else. A
//! third of the time and a tenth of the memory of whole documents. Several files are read at once.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    thread,
};

use serde::Deserialize;

use crate::{
    format::{CountedKey, Mode, Provenance, Toolchain, run::RUN_SCHEMA},
    store::RunName,
};

/// Threads that read; more only wait for memory.
const READERS: usize = 8;

/// A run without what its history does not need.
#[derive(Debug, Clone)]
pub struct RunHead {
    /// Where it is kept.
    pub name: RunName,
    /// The run's name in its store.
    pub id: String,
    /// The host profile.
    pub host: String,
    /// The suite whose features and environment shaped the build; empty for the default build.
    pub variant: String,
    /// Sources, date, mode.
    pub provenance: Provenance,
    /// Equal where counts may be compared.
    pub counted_key: u64,
    /// How many benchmarks it measured.
    pub benchmarks: usize,
}

impl RunHead {
    /// Whether its times are a glance only.
    pub fn is_quick(&self) -> bool {
        self.provenance.mode == Mode::Quick
    }

    /// `2026-03-05`.
    pub fn day(&self) -> &str {
        self.provenance.started.split('T').next().unwrap_or_default()
    }
}

/// A run's head and its values.
#[derive(Debug)]
pub struct ReadRun {
    /// Who and when.
    pub head: RunHead,
    /// What it measured.
    pub rows: Vec<ReadRow>,
}

/// A benchmark's values.
#[derive(Debug)]
pub struct ReadRow {
    /// The benchmark.
    pub id: String,
    /// The declared revision of its meaning.
    pub revision: u32,
    /// Name, value, and a mark that is equal where two values mean the same.
    pub metrics: Vec<(String, f64, u64)>,
}

#[derive(Deserialize)]
struct LeanRun<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
    id: String,
    host: LeanHost,
    toolchain: Toolchain,
    provenance: Provenance,
    #[serde(borrow)]
    benchmarks: Vec<LeanBenchmark<'a>>,
}

#[derive(Deserialize)]
struct LeanHost {
    profile: String,
}

#[derive(Deserialize)]
struct LeanBenchmark<'a> {
    id: String,
    #[serde(default = "first_revision")]
    revision: u32,
    #[serde(borrow)]
    metrics: BTreeMap<String, LeanMetric<'a>>,
}

#[derive(Deserialize)]
struct LeanMetric<'a> {
    value: f64,
    #[serde(borrow)]
    unit: Cow<'a, str>,
    #[serde(borrow)]
    statistic: Cow<'a, str>,
    #[serde(borrow)]
    class: Cow<'a, str>,
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
    // The folder is the machine's own matter; the stem says which run it is.
    let name = stored.stem();
    let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    let run: LeanRun =
        serde_json::from_str(&text).map_err(|error| format!("{name}: not a whole run: {error}"))?;
    if run.schema != RUN_SCHEMA {
        return Err(format!("{name}: its schema is {}, this command reads {RUN_SCHEMA}", run.schema));
    }
    let counted_key = mark(&CountedKey::of(&run.toolchain).map(|key| format!("{key:?}")));
    let head = RunHead {
        name: stored.clone(),
        id: run.id,
        host: run.host.profile,
        variant: run.toolchain.variant,
        provenance: run.provenance,
        counted_key,
        benchmarks: run.benchmarks.len(),
    };
    let rows = run.benchmarks.into_iter().map(|row| {
        let metrics = row.metrics.into_iter().filter(|(_, metric)| metric.value.is_finite());
        let metrics = metrics.map(|(name, metric)| {
            let tools = if metric.class == "counted" { counted_key } else { 0 };
            let kind = mark(&(metric.statistic, metric.unit, row.revision, tools));
            (name, metric.value, kind)
        });
        ReadRow { id: row.id, revision: row.revision, metrics: metrics.collect() }
    });
    Ok(ReadRun { head, rows: rows.collect() })
}

fn first_revision() -> u32 {
    1
}

fn mark(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
