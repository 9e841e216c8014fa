//! What one host has measured over time: its runs, and of each benchmark the newest figure of every metric with the
//! series that led there.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::{
    read::{ReadRow, ReadRun, RunHead, read_runs},
    trend::{Point, Trend},
};
use crate::{
    format::{Benchmark, Config, Metric, Run},
    history::{Ledger, sensitivity},
    store::{RunName, Samples, Store, StoreError, file_name},
};

/// Why there is nothing to show.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// The store cannot be read, or is empty.
    #[error(transparent)]
    Store(#[from] StoreError),
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
    /// The index of the newest run that counts.
    pub last: usize,
    /// Runs that were taken back, with the reason.
    pub invalidated: Vec<String>,
    /// The newest run that counts.
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

/// What is read, and what is known of it beforehand.
pub struct Reading<'a> {
    /// Only this host.
    pub host: Option<&'a str>,
    /// The newest runs of each host.
    pub limit: usize,
    /// What no longer counts.
    pub ledger: &'a Ledger,
    /// What a gate allows; half of it is a change.
    pub config: &'a Config,
}

/// Read what is asked for.
pub fn read_histories(store: &Store, reading: &Reading<'_>) -> Result<Histories, HistoryError> {
    let mut by_host: BTreeMap<String, Vec<RunName>> = BTreeMap::new();
    for name in store.names()? {
        by_host.entry(name.host().to_owned()).or_default().push(name);
    }
    if by_host.is_empty() {
        return Err(StoreError::Empty { folder: store.name().into() }.into());
    }
    if let Some(name) = reading.host {
        let known: Vec<String> = by_host.keys().cloned().collect();
        by_host.retain(|folder, _| folder.eq_ignore_ascii_case(&file_name(name)));
        if by_host.is_empty() {
            return Err(HistoryError::UnknownHost { name: name.to_owned(), known });
        }
    }
    let mut found = Histories { hosts: Vec::new(), unreadable: Vec::new() };
    for names in by_host.into_values() {
        let newest = &names[names.len().saturating_sub(reading.limit)..];
        let files: Vec<_> = newest.iter().cloned().zip(store.files(newest)?).collect();
        let (runs, unreadable) = read_runs(&files);
        found.unreadable.extend(unreadable);
        let mut builds: BTreeMap<(String, String), Vec<ReadRun>> = BTreeMap::new();
        for run in runs {
            builds.entry((run.head.host.clone(), run.head.variant.clone())).or_default().push(run);
        }
        for ((name, variant), runs) in builds {
            let title = if variant.is_empty() { name } else { format!("{name}, build of suite {variant}") };
            found.hosts.extend(host_history(store, reading, title, runs)?);
        }
    }
    if found.hosts.is_empty() {
        return Err(HistoryError::Unreadable(found.unreadable));
    }
    Ok(found)
}

/// `None` where every run of the host was taken back.
fn host_history(
    store: &Store,
    reading: &Reading<'_>,
    title: String,
    runs: Vec<ReadRun>,
) -> Result<Option<HostHistory>, HistoryError> {
    let mut series: BTreeMap<String, BTreeMap<String, Vec<Point>>> = BTreeMap::new();
    let mut heads = Vec::new();
    let mut ids: Vec<BTreeSet<String>> = Vec::new();
    let mut invalidated = Vec::new();
    for (index, run) in runs.into_iter().enumerate() {
        let quick = run.head.is_quick();
        let (stem, commit) = (run.head.name.stem(), run.head.provenance.revision.as_str());
        let taken_back = |row: &ReadRow| reading.ledger.reason(stem, commit, &row.id, row.revision).is_some();
        invalidated
            .extend(reading.ledger.of_run(stem).map(|reason| format!("run {}: {reason}", run.head.id)));
        let mut counted = BTreeSet::new();
        for row in run.rows {
            let valid = !taken_back(&row);
            if valid {
                counted.insert(row.id.clone());
            }
            let metrics = series.entry(row.id).or_default();
            for (name, value, kind) in row.metrics {
                metrics.entry(name).or_default().push(Point { run: index, value, kind, quick, valid });
            }
        }
        ids.push(counted);
        heads.push(run.head);
    }
    let Some(last) = ids.iter().rposition(|ids| !ids.is_empty()) else { return Ok(None) };
    let documents = documents(store, &heads, &series)?;
    let (latest, samples) = store.read(&heads[last].name)?;
    let previous = match previous(&heads, &ids, last) {
        Some(index) => Some(store.read(&heads[index].name)?),
        None => None,
    };
    let benchmarks = series
        .into_iter()
        .filter_map(|(id, metrics)| Some((id.clone(), benchmark(&id, metrics, &documents, reading.config)?)))
        .collect();
    Ok(Some(HostHistory { title, runs: heads, last, invalidated, latest, samples, previous, benchmarks }))
}

type Rows = BTreeMap<usize, BTreeMap<String, Benchmark>>;

/// The whole rows of every run that holds some metric's newest figure; mostly that is the newest run alone.
fn documents(
    store: &Store,
    heads: &[RunHead],
    series: &BTreeMap<String, BTreeMap<String, Vec<Point>>>,
) -> Result<Rows, HistoryError> {
    let newest: BTreeSet<usize> =
        series.values().flat_map(BTreeMap::values).filter_map(|points| newest_valid(points)).collect();
    let mut documents = Rows::new();
    for index in newest {
        let (run, _) = store.read(&heads[index].name)?;
        let rows = run.benchmarks.into_iter().map(|row| (row.id.clone(), row)).collect();
        documents.insert(index, rows);
    }
    Ok(documents)
}

fn benchmark(
    id: &str,
    metrics: BTreeMap<String, Vec<Point>>,
    documents: &Rows,
    config: &Config,
) -> Option<BenchmarkHistory> {
    let newest = metrics.values().filter_map(|points| newest_valid(points)).max()?;
    let mut row = documents.get(&newest)?.get(id)?.clone();
    let mut trends = BTreeMap::new();
    for (name, points) in metrics {
        let Some(run) = newest_valid(&points) else { continue };
        let metric: Option<Metric> =
            documents.get(&run).and_then(|rows| rows.get(id)?.metrics.get(&name).cloned());
        let Some(metric) = metric else { continue };
        let sensitivity = sensitivity(id, &name, &metric.statistic, config);
        trends.insert(name.clone(), Trend::new(&name, points, sensitivity));
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

fn newest_valid(points: &[Point]) -> Option<usize> {
    points.iter().rev().find(|point| point.valid).map(|point| point.run)
}
