//! What one host has measured over time: its runs, and of each benchmark the newest figure of every metric with the
//! series that led there.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::{
    read::{ReadRun, RunHead, read_runs},
    trend::{Point, Trend},
};
use crate::{
    format::{Benchmark, DocumentError, Metric, Run, metric_info, read_document, run::RUN_SCHEMA},
    store::{RunName, SAMPLES_SCHEMA, Samples, Store, StoreError, file_name},
};

/// Why there is nothing to show.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// The store cannot be read, or is empty.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A document that was readable a moment ago is not.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// `--host` names no host of the store.
    #[error("the store has no run of a host called {name:?}; it has {known:?}")]
    UnknownHost {
        /// What was asked for.
        name: String,
        /// What is there.
        known: Vec<String>,
    },
    /// Not one run can be read.
    #[error("no stored run can be read: {}", .0.join("; "))]
    Unreadable(Vec<String>),
}

/// Everything of one host and one kind of build.
#[derive(Debug)]
pub struct HostHistory {
    /// The profile, and the suite that shaped the build where one did.
    pub title: String,
    /// Its runs, oldest first.
    pub runs: Vec<RunHead>,
    /// The newest run.
    pub latest: Run,
    /// Its sidecar, where it is there.
    pub samples: Samples,
    /// The newest earlier run with benchmarks in common and the same tools, or with other tools where there is none.
    pub previous: Option<(Run, Samples)>,
    /// By id.
    pub benchmarks: BTreeMap<String, BenchmarkHistory>,
}

/// One benchmark of one host.
#[derive(Debug)]
pub struct BenchmarkHistory {
    /// The newest row; of metrics that the newest run left out, the newest that there is.
    pub row: Benchmark,
    /// By metric: where it came from and how it went.
    pub trends: BTreeMap<String, Trend>,
}

/// A store's hosts, and the files that could not be read.
#[derive(Debug)]
pub struct Histories {
    /// By name.
    pub hosts: Vec<HostHistory>,
    /// Files that were left out, with the reason.
    pub unreadable: Vec<String>,
}

/// Read the newest `limit` runs of each host, or of one.
pub fn read_histories(store: &Store, host: Option<&str>, limit: usize) -> Result<Histories, HistoryError> {
    let mut by_host: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for path in store.runs()? {
        let Some(name) = RunName::at(&path) else { continue };
        by_host.entry(name.host().to_owned()).or_default().push(path);
    }
    if by_host.is_empty() {
        // The store knows how to say that it is empty.
        store.latest()?;
    }
    if let Some(name) = host {
        let known: Vec<String> = by_host.keys().cloned().collect();
        by_host.retain(|folder, _| folder.eq_ignore_ascii_case(&file_name(name)));
        if by_host.is_empty() {
            return Err(HistoryError::UnknownHost { name: name.to_owned(), known });
        }
    }
    let mut found = Histories { hosts: Vec::new(), unreadable: Vec::new() };
    for paths in by_host.into_values() {
        let newest = &paths[paths.len().saturating_sub(limit)..];
        let (runs, unreadable) = read_runs(newest);
        found.unreadable.extend(unreadable);
        let mut builds: BTreeMap<(String, String), Vec<ReadRun>> = BTreeMap::new();
        for run in runs {
            builds.entry((run.head.host.clone(), run.head.variant.clone())).or_default().push(run);
        }
        for ((name, variant), runs) in builds {
            let title = if variant.is_empty() { name } else { format!("{name}, build of suite {variant}") };
            found.hosts.push(host_history(title, runs)?);
        }
    }
    if found.hosts.is_empty() {
        return Err(HistoryError::Unreadable(found.unreadable));
    }
    Ok(found)
}

/// `runs` is not empty.
fn host_history(title: String, runs: Vec<ReadRun>) -> Result<HostHistory, HistoryError> {
    let mut series: BTreeMap<String, BTreeMap<String, Vec<Point>>> = BTreeMap::new();
    let mut heads = Vec::new();
    let mut ids: Vec<BTreeSet<String>> = Vec::new();
    for (index, run) in runs.into_iter().enumerate() {
        let quick = run.head.is_quick();
        ids.push(run.rows.iter().map(|row| row.id.clone()).collect());
        heads.push(run.head);
        for row in run.rows {
            let metrics = series.entry(row.id).or_default();
            for (name, value, kind) in row.metrics {
                metrics.entry(name).or_default().push(Point { run: index, value, kind, quick });
            }
        }
    }
    let last = heads.len().saturating_sub(1);
    let documents = documents(&heads, &series)?;
    let latest = whole(&heads[last])?;
    let previous = match previous(&heads, &ids, last) {
        Some(index) => Some((whole(&heads[index])?, sidecar(&heads[index])?)),
        None => None,
    };
    let benchmarks = series
        .into_iter()
        .filter_map(|(id, metrics)| Some((id.clone(), benchmark(&id, metrics, &documents)?)))
        .collect();
    let samples = sidecar(&heads[last])?;
    Ok(HostHistory { title, runs: heads, latest, samples, previous, benchmarks })
}

type Rows = BTreeMap<usize, BTreeMap<String, Benchmark>>;

/// The whole rows of every run that holds some metric's newest figure; mostly that is the newest run alone.
fn documents(
    heads: &[RunHead],
    series: &BTreeMap<String, BTreeMap<String, Vec<Point>>>,
) -> Result<Rows, HistoryError> {
    let newest: BTreeSet<usize> = series
        .values()
        .flat_map(BTreeMap::values)
        .filter_map(|points| points.last().map(|point| point.run))
        .collect();
    let mut documents = Rows::new();
    for index in newest {
        let rows = whole(&heads[index])?.benchmarks.into_iter().map(|row| (row.id.clone(), row)).collect();
        documents.insert(index, rows);
    }
    Ok(documents)
}

fn benchmark(id: &str, metrics: BTreeMap<String, Vec<Point>>, documents: &Rows) -> Option<BenchmarkHistory> {
    let newest = metrics.values().filter_map(|points| points.last().map(|point| point.run)).max()?;
    let mut row = documents.get(&newest)?.get(id)?.clone();
    let mut trends = BTreeMap::new();
    for (name, points) in metrics {
        let run = points.last().map(|point| point.run)?;
        let metric: Option<Metric> =
            documents.get(&run).and_then(|rows| rows.get(id)?.metrics.get(&name).cloned());
        let Some(metric) = metric else { continue };
        let class = metric_info(&name).map_or(metric.class, |info| info.class);
        trends.insert(name.clone(), Trend::new(&name, class, points));
        row.metrics.insert(name, metric);
    }
    Some(BenchmarkHistory { row, trends })
}

fn previous(heads: &[RunHead], ids: &[BTreeSet<String>], last: usize) -> Option<usize> {
    let shares = |index: &usize| !ids[*index].is_disjoint(&ids[last]) && !heads[*index].provenance.partial;
    let same_tools = |index: &usize| {
        let (earlier, latest) = (&heads[*index], &heads[last]);
        earlier.counted_key == latest.counted_key && earlier.is_quick() == latest.is_quick()
    };
    let earlier = || (0..last).rev().filter(shares);
    earlier().find(same_tools).or_else(|| earlier().next())
}

fn whole(head: &RunHead) -> Result<Run, DocumentError> {
    read_document(&head.path, RUN_SCHEMA)
}

/// A sidecar explains; where it is gone there is only less to show.
fn sidecar(head: &RunHead) -> Result<Samples, DocumentError> {
    let path = head.path.with_extension("samples.json");
    if path.is_file() { read_document(&path, SAMPLES_SCHEMA) } else { Ok(Samples::default()) }
}
