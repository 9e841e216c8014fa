//! Series as people see them: one metric of one benchmark of one build, in stretches that are comparable within
//! themselves. A new benchmark revision, statistic or toolchain begins a new stretch; nothing joins the two.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    Ledger,
    index::{Column, Index, IndexedRun, ToolchainKey},
    sensitivity,
};
use crate::{
    format::{Class, Config, config::Patterns, metric_info},
    statistics::change_points::{ChangePoint, Sensitivity, change_points},
};

/// The series of one host.
#[derive(Debug)]
pub struct HostHistory {
    /// The profile.
    pub host: String,
    /// The runs, oldest first.
    pub runs: Vec<IndexedRun>,
    /// By benchmark, build and metric.
    pub series: Vec<Series>,
}

/// One metric of one benchmark of one build.
#[derive(Debug)]
pub struct Series {
    /// The benchmark.
    pub id: String,
    /// The metric.
    pub metric: String,
    /// The suite whose features and environment shaped the build; empty for the default one.
    pub variant: String,
    /// The unit of every value.
    pub unit: String,
    /// Oldest first; never empty.
    pub stretches: Vec<Stretch>,
}

/// Points that are comparable with each other.
#[derive(Debug)]
pub struct Stretch {
    /// How the values were made.
    pub statistic: String,
    /// The declared revision of the benchmark.
    pub benchmark_revision: u32,
    /// What its points were built and counted with.
    pub toolchain: ToolchainKey,
    /// Why it is not joined with the one before; empty for the first.
    pub broken_by: String,
    /// Into the host's runs, rising.
    pub runs: Vec<u32>,
    /// A value for each.
    pub values: Vec<f64>,
    /// An interval for each, or none at all; one without extent stands for none.
    pub intervals: Vec<(f64, f64)>,
    /// Points that nothing is concluded from, by place, with the reason.
    pub doubtful: BTreeMap<usize, String>,
    /// Where the level moved, by place in this stretch. `None` where the values are no evidence.
    pub change_points: Option<Vec<ChangePoint>>,
}

/// Which series are wanted.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Patterns over ids; everything when empty.
    pub ids: Patterns,
    /// One metric, or all.
    pub metric: Option<String>,
}

impl Wanted {
    fn takes(&self, column: &Column) -> bool {
        (self.ids.is_empty() || self.ids.matches(&column.key.id))
            && self.metric.as_ref().is_none_or(|metric| *metric == column.key.metric)
    }
}

impl HostHistory {
    /// The series of a host's index, searched for change points on all cores.
    pub fn new(host: &str, index: Index, wanted: &Wanted, ledger: &Ledger, config: &Config) -> Self {
        let mut found: BTreeMap<(String, String, String), Series> = BTreeMap::new();
        let indexed = index.series;
        for column in indexed.columns.into_iter().filter(|column| wanted.takes(column)) {
            let toolchain = indexed.toolchains[column.key.toolchain as usize].clone();
            let key = (column.key.id.clone(), toolchain.variant().to_owned(), column.key.metric.clone());
            let series = found.entry(key).or_insert_with(|| Series {
                id: column.key.id.clone(),
                metric: column.key.metric.clone(),
                variant: toolchain.variant().to_owned(),
                unit: column.unit.clone(),
                stretches: Vec::new(),
            });
            series.stretches.push(Stretch::new(column, toolchain));
        }
        let mut series: Vec<Series> = found.into_values().collect();
        let taken_back: Vec<bool> =
            indexed.runs.iter().map(|run| ledger.of_run(&run.stem).is_some()).collect();
        let next = AtomicUsize::new(0);
        let slots: Vec<Mutex<&mut Series>> = series.iter_mut().map(Mutex::new).collect();
        let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while let Some(slot) = slots.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if let Ok(mut series) = slot.lock() {
                            series.finish(&indexed.runs, &taken_back, ledger, config);
                        }
                    }
                });
            }
        });
        Self { host: host.to_owned(), runs: indexed.runs, series }
    }
}

impl Series {
    /// Stretches in the order in which they began, each with its doubts and change points.
    fn finish(&mut self, runs: &[IndexedRun], taken_back: &[bool], ledger: &Ledger, config: &Config) {
        self.stretches.sort_by_key(|stretch| stretch.runs.first().copied());
        for at in 1..self.stretches.len() {
            self.stretches[at].broken_by = self.stretches[at].difference(&self.stretches[at - 1]);
        }
        let class = metric_info(&self.metric).map_or(Class::Counted, |info| info.class);
        let concerned = ledger.concerns(&self.id);
        for stretch in &mut self.stretches {
            for (at, run) in stretch.runs.iter().enumerate() {
                let number = *run as usize;
                let run = &runs[number];
                if concerned || taken_back[number] {
                    let reason =
                        ledger.reason(&run.stem, &run.revision, &self.id, stretch.benchmark_revision);
                    if let Some(reason) = reason {
                        stretch.doubtful.insert(at, format!("invalidated: {reason}"));
                        continue;
                    }
                }
                if let Some(doubt) = run.doubt(class) {
                    stretch.doubtful.insert(at, doubt.to_owned());
                }
            }
            let sensitivity = sensitivity(&self.id, &self.metric, &stretch.statistic, config);
            stretch.change_points = sensitivity.map(|sensitivity| stretch.search(sensitivity));
        }
    }

    /// The stretch with the newest point.
    pub fn current(&self) -> Option<&Stretch> {
        self.stretches.iter().max_by_key(|stretch| stretch.runs.last().copied())
    }

    /// Whether any stretch has a change point.
    pub fn changed(&self) -> bool {
        self.stretches.iter().any(|stretch| stretch.change_points.as_ref().is_some_and(|all| !all.is_empty()))
    }
}

impl Stretch {
    fn new(column: Column, toolchain: ToolchainKey) -> Self {
        Self {
            statistic: column.key.statistic,
            benchmark_revision: column.key.benchmark_revision,
            toolchain,
            broken_by: String::new(),
            runs: column.runs,
            values: column.values,
            intervals: column.intervals,
            doubtful: BTreeMap::new(),
            change_points: None,
        }
    }

    /// Why two stretches are not one.
    fn difference(&self, before: &Self) -> String {
        let mut parts = Vec::new();
        if self.benchmark_revision != before.benchmark_revision {
            parts.push(format!(
                "benchmark revision {} → {}",
                before.benchmark_revision, self.benchmark_revision
            ));
        }
        if self.statistic != before.statistic {
            parts.push(format!("statistic {} → {}", before.statistic, self.statistic));
        }
        let tools = self.toolchain.difference(&before.toolchain);
        if !tools.is_empty() {
            parts.push(tools);
        }
        parts.join(", ")
    }

    /// Change points among the points that are beyond doubt, by their place among all.
    fn search(&self, sensitivity: Sensitivity) -> Vec<ChangePoint> {
        if self.doubtful.is_empty() {
            return change_points(&self.values, sensitivity);
        }
        let places: Vec<usize> =
            (0..self.values.len()).filter(|at| !self.doubtful.contains_key(at)).collect();
        let values: Vec<f64> = places.iter().map(|at| self.values[*at]).collect();
        let found = change_points(&values, sensitivity).into_iter();
        found.map(|point| ChangePoint { index: places[point.index], ..point }).collect()
    }

    /// The last place before `at` that is beyond doubt: the change happened after that run.
    pub fn last_before(&self, at: usize) -> Option<usize> {
        (0..at).rev().find(|place| !self.doubtful.contains_key(place))
    }
}
