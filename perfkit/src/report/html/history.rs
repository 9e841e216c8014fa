//! What one host has measured over time: its runs, and of each benchmark the newest figure of every metric with the
//! series that led there.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::{
    read::{ReadRun, RunHead, damaged, read_runs},
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
    /// Nothing of what is stored counts any more.
    #[error("every stored run was taken back: {}", .0.join("; "))]
    AllTakenBack(Vec<String>),
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

/// A store's hosts, and what had to be left out.
#[derive(Debug, Default)]
pub struct Histories {
    /// By name.
    pub hosts: Vec<HostHistory>,
    /// Files that could not be read, with the reason.
    pub unreadable: Vec<String>,
    /// Hosts of which every run was taken back, with the reasons.
    pub taken_back: Vec<String>,
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
    let mut found = Histories::default();
    for names in by_host.into_values() {
        let newest = names[names.len().saturating_sub(reading.limit)..].to_vec();
        found.add_host(store, reading, newest)?;
    }
    match (found.hosts.is_empty(), found.taken_back.is_empty()) {
        (false, _) => Ok(found),
        (true, false) => Err(HistoryError::AllTakenBack(found.taken_back)),
        (true, true) => Err(HistoryError::Unreadable(found.unreadable)),
    }
}

/// Why a host's runs do not become a history.
enum Failed {
    /// The store does not answer.
    Store(StoreError),
    /// A run turned out to be damaged when all of it was read.
    Damaged { name: RunName, why: String },
}

impl Histories {
    /// Read one host's runs. One that is damaged takes nothing with it: the others are read again without it.
    fn add_host(
        &mut self,
        store: &Store,
        reading: &Reading<'_>,
        mut names: Vec<RunName>,
    ) -> Result<(), HistoryError> {
        loop {
            let files: Vec<_> = names.iter().cloned().zip(store.files(&names)?).collect();
            let (runs, unreadable) = read_runs(&files);
            let mut found = Self { unreadable, ..Self::default() };
            match found.add_builds(store, reading, runs) {
                Ok(()) => {
                    self.hosts.extend(found.hosts);
                    self.unreadable.extend(found.unreadable);
                    self.taken_back.extend(found.taken_back);
                    return Ok(());
                }
                Err(Failed::Store(error)) => return Err(error.into()),
                Err(Failed::Damaged { name, why }) => {
                    names.retain(|other| *other != name);
                    self.unreadable.push(why);
                }
            }
        }
    }

    fn add_builds(&mut self, store: &Store, reading: &Reading<'_>, runs: Vec<ReadRun>) -> Result<(), Failed> {
        let mut builds: BTreeMap<(String, String), Vec<ReadRun>> = BTreeMap::new();
        for run in runs {
            builds.entry((run.head.host.clone(), run.head.variant.clone())).or_default().push(run);
        }
        for ((name, variant), runs) in builds {
            let title = if variant.is_empty() { name } else { format!("{name}, build of suite {variant}") };
            let reader = Reader { store, reading };
            reader.host_history(title, runs, self)?;
        }
        Ok(())
    }
}

/// Reads what a history needs of whole documents.
struct Reader<'a> {
    store: &'a Store,
    reading: &'a Reading<'a>,
}

type Series = BTreeMap<String, BTreeMap<String, Vec<Point>>>;
type Rows = BTreeMap<usize, BTreeMap<String, Benchmark>>;

impl Reader<'_> {
    fn host_history(&self, title: String, runs: Vec<ReadRun>, found: &mut Histories) -> Result<(), Failed> {
        let mut series = Series::new();
        let mut statistics: BTreeMap<u64, String> = BTreeMap::new();
        let mut heads = Vec::new();
        let mut ids: Vec<BTreeSet<String>> = Vec::new();
        let mut invalidated = Vec::new();
        let ledger = self.reading.ledger;
        for (index, run) in runs.into_iter().enumerate() {
            let (stem, commit) = (run.head.name.stem(), run.head.run.revision.as_str());
            let of_run = ledger.of_run(stem);
            invalidated.extend(of_run.map(|reason| format!("run {}: {reason}", run.head.run.id)));
            let mut counted = BTreeSet::new();
            let (mut of, mut valid) = (String::new(), false);
            for value in run.values {
                // A row's values follow each other.
                if of != value.id {
                    of.clone_from(&value.id);
                    valid = ledger.reason(stem, commit, &of, value.revision).is_none();
                    if valid {
                        counted.insert(of.clone());
                    }
                }
                let point = Point {
                    run: index,
                    value: value.value,
                    kind: value.kind,
                    doubtful: run.head.run.doubt(value.class).is_some(),
                    hasty: run.head.run.hasty,
                    valid,
                };
                series.entry(value.id).or_default().entry(value.metric).or_default().push(point);
            }
            statistics.extend(run.statistics);
            ids.push(counted);
            heads.push(run.head);
        }
        let Some(last) = ids.iter().rposition(|ids| !ids.is_empty()) else {
            if invalidated.is_empty() {
                invalidated.push("no number of its runs counts".to_owned());
            }
            found.taken_back.push(format!("{title}: {}", invalidated.join(", ")));
            return Ok(());
        };
        let documents = self.documents(&heads, &series)?;
        let latest = self.run(&heads[last])?;
        let samples = self.samples(&heads[last], found)?;
        let previous = match previous(&heads, &ids, last).map(|index| &heads[index]) {
            Some(head) => Some((self.run(head)?, self.samples(head, found)?)),
            None => None,
        };
        let config = self.reading.config;
        let benchmarks = series
            .into_iter()
            .filter_map(|(id, metrics)| {
                Some((id.clone(), benchmark(&id, metrics, &documents, &statistics, config)?))
            })
            .collect();
        found.hosts.push(HostHistory {
            title,
            runs: heads,
            last,
            invalidated,
            latest,
            samples,
            previous,
            benchmarks,
        });
        Ok(())
    }

    /// The whole run, with what was taken back marked.
    fn run(&self, head: &RunHead) -> Result<Run, Failed> {
        match self.store.read_run(&head.name) {
            Ok(mut run) => {
                self.reading.ledger.mark(&mut run);
                Ok(run)
            }
            Err(error) => {
                let why = damaged(&head.name, "run", error).map_err(Failed::Store)?;
                Err(Failed::Damaged { name: head.name.clone(), why })
            }
        }
    }

    /// Its sidecar; a damaged one is told, and the run stands without it.
    fn samples(&self, head: &RunHead, found: &mut Histories) -> Result<Samples, Failed> {
        match self.store.read_samples(&head.name) {
            Ok(samples) => Ok(samples),
            Err(error) => {
                found.unreadable.push(damaged(&head.name, "sidecar", error).map_err(Failed::Store)?);
                Ok(Samples::default())
            }
        }
    }

    /// The whole rows of every run that holds some metric's newest figure; mostly that is the newest run alone.
    fn documents(&self, heads: &[RunHead], series: &Series) -> Result<Rows, Failed> {
        let newest: BTreeSet<usize> =
            series.values().flat_map(BTreeMap::values).filter_map(|points| newest_valid(points)).collect();
        let mut documents = Rows::new();
        for index in newest {
            let rows = self.run(&heads[index])?.benchmarks.into_iter();
            documents.insert(index, rows.map(|row| (row.id.clone(), row)).collect());
        }
        Ok(documents)
    }
}

fn benchmark(
    id: &str,
    metrics: BTreeMap<String, Vec<Point>>,
    documents: &Rows,
    statistics: &BTreeMap<u64, String>,
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
        let sensitivity = |kind: u64| sensitivity(id, &name, statistics.get(&kind)?, config);
        trends.insert(name.clone(), Trend::new(&name, points, &sensitivity));
        row.metrics.insert(name, metric);
    }
    Some(BenchmarkHistory { row, trends })
}

fn previous(heads: &[RunHead], ids: &[BTreeSet<String>], last: usize) -> Option<usize> {
    let shares = |index: &usize| !ids[*index].is_disjoint(&ids[last]) && !heads[*index].partial;
    let same_tools = |index: &usize| {
        let key = |head: &RunHead| (head.counted_key, head.timed_key, head.quick);
        key(&heads[*index]) == key(&heads[last])
    };
    let earlier = || (0..last).rev().filter(shares);
    earlier().find(same_tools).or_else(|| earlier().next())
}

fn newest_valid(points: &[Point]) -> Option<usize> {
    points.iter().rev().find(|point| point.valid).map(|point| point.run)
}
