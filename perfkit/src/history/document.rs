//! Series as a document for other tools: `perfkit.history/1`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{HostHistory, Series, Stretch, index::IndexedRun};

/// The schema of these documents.
pub const HISTORY_SCHEMA: &str = "perfkit.history/1";

/// Every series asked for.
#[derive(Debug, Serialize)]
pub struct HistoryDocument<'a> {
    schema: &'static str,
    hosts: Vec<Host<'a>>,
    notes: &'a [String],
}

#[derive(Debug, Serialize)]
struct Host<'a> {
    host: &'a str,
    runs: Vec<RunEntry<'a>>,
    series: Vec<SeriesEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct RunEntry<'a> {
    id: &'a str,
    revision: &'a str,
    started: &'a str,
    dirty: bool,
    quick_or_partial: bool,
}

#[derive(Debug, Serialize)]
struct SeriesEntry<'a> {
    id: &'a str,
    metric: &'a str,
    unit: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    variant: &'a str,
    stretches: Vec<StretchEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct StretchEntry<'a> {
    statistic: &'a str,
    benchmark_revision: u32,
    toolchain: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    broken_by: &'a str,
    points: Vec<PointEntry<'a>>,
    searched: bool,
    change_points: Vec<ChangeEntry>,
}

#[derive(Debug, Serialize)]
struct PointEntry<'a> {
    /// Into the host's runs.
    run: u32,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct ChangeEntry {
    /// Into the stretch's points: the first of the new level.
    point: usize,
    /// The last point of the old level.
    after_point: Option<usize>,
    before: f64,
    after: f64,
    p_value: f64,
}

impl<'a> HistoryDocument<'a> {
    /// The document of these series.
    pub fn new(hosts: &'a [HostHistory], notes: &'a [String]) -> Self {
        Self { schema: HISTORY_SCHEMA, hosts: hosts.iter().map(host).collect(), notes }
    }
}

fn host(host: &HostHistory) -> Host<'_> {
    Host {
        host: &host.host,
        runs: host.runs.iter().map(run).collect(),
        series: host.series.iter().map(series).collect(),
    }
}

fn run(run: &IndexedRun) -> RunEntry<'_> {
    RunEntry {
        id: &run.id,
        revision: &run.revision,
        started: &run.started,
        dirty: run.dirty,
        quick_or_partial: run.hasty,
    }
}

fn series(series: &Series) -> SeriesEntry<'_> {
    SeriesEntry {
        id: &series.id,
        metric: &series.metric,
        unit: &series.unit,
        variant: &series.variant,
        stretches: series.stretches.iter().map(stretch).collect(),
    }
}

fn stretch(stretch: &Stretch) -> StretchEntry<'_> {
    let point = |(at, (run, value)): (usize, (&u32, &f64))| PointEntry {
        run: *run,
        value: *value,
        interval: stretch.intervals.get(at).filter(|(low, high)| low < high).map(|(low, high)| [*low, *high]),
        doubt: stretch.doubtful.get(&at).map(String::as_str),
    };
    let toolchain = stretch.toolchain.0.iter().filter(|(_, value)| !value.is_empty());
    StretchEntry {
        statistic: &stretch.statistic,
        benchmark_revision: stretch.benchmark_revision,
        toolchain: toolchain.map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        broken_by: &stretch.broken_by,
        points: stretch.runs.iter().zip(&stretch.values).enumerate().map(point).collect(),
        searched: stretch.change_points.is_some(),
        change_points: stretch
            .change_points
            .iter()
            .flatten()
            .map(|change| ChangeEntry {
                point: change.index,
                after_point: stretch.last_before(change.index),
                before: change.before,
                after: change.after,
                p_value: change.p_value,
            })
            .collect(),
    }
}
