//! Series put together: from runs into a segment, and from segments into one.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    extract::Extracted,
    segment::{Column, ColumnKey, IndexedRun, Segment, ToolchainKey},
};
use crate::format::Class;

/// Every series of one host.
#[derive(Debug, Default)]
pub struct Series {
    /// The runs, oldest first.
    pub runs: Vec<IndexedRun>,
    /// What numbers depend on.
    pub toolchains: Vec<ToolchainKey>,
    /// The series, each with its runs rising.
    pub columns: Vec<Column>,
    stems: HashSet<String>,
    places: HashMap<ColumnKey, usize>,
}

impl Series {
    /// Whether a run is in it.
    pub fn has(&self, stem: &str) -> bool {
        self.stems.contains(stem)
    }

    /// Add the runs of a segment that are stored and not here yet.
    pub fn add(&mut self, segment: Segment, stored: &BTreeSet<&str>) {
        let mut runs: Vec<Option<u32>> = Vec::with_capacity(segment.runs.len());
        for run in segment.runs {
            let is_new = stored.contains(run.stem.as_str()) && self.stems.insert(run.stem.clone());
            runs.push(is_new.then_some(self.runs.len() as u32));
            if is_new {
                self.runs.push(run);
            }
        }
        let toolchains: Vec<u32> =
            segment.toolchains.into_iter().map(|key| position(&mut self.toolchains, key)).collect();
        let whole = runs.iter().all(Option::is_some);
        for mut column in segment.columns {
            column.key.toolchain = toolchains[column.key.toolchain as usize];
            if !whole {
                column.retain(|run| runs[run as usize].is_some());
            }
            for run in &mut column.runs {
                *run = runs[*run as usize].unwrap_or_default();
            }
            if !column.runs.is_empty() {
                self.join(column);
            }
        }
    }

    fn join(&mut self, column: Column) {
        match self.places.get(&column.key) {
            Some(place) => self.columns[*place].append(column),
            None => {
                self.places.insert(column.key.clone(), self.columns.len());
                self.columns.push(column);
            }
        }
    }

    /// Runs by time, and the points of each series by run.
    pub fn put_in_order(&mut self) {
        if self.runs.is_sorted_by(|a, b| a.stem <= b.stem) {
            return;
        }
        let mut order: Vec<usize> = (0..self.runs.len()).collect();
        order.sort_by(|a, b| self.runs[*a].stem.cmp(&self.runs[*b].stem));
        let mut places = vec![0u32; order.len()];
        for (place, run) in order.iter().enumerate() {
            places[*run] = place as u32;
        }
        let mut runs: Vec<Option<IndexedRun>> =
            std::mem::take(&mut self.runs).into_iter().map(Some).collect();
        self.runs = order.iter().filter_map(|run| runs[*run].take()).collect();
        for column in &mut self.columns {
            column.reorder(&places);
        }
    }

    /// Only the newest runs.
    pub fn keep_newest(&mut self, count: usize) {
        let dropped = self.runs.len().saturating_sub(count);
        self.runs.drain(..dropped);
        for column in &mut self.columns {
            column.retain(|run| run as usize >= dropped);
            column.runs.iter_mut().for_each(|run| *run -= dropped as u32);
        }
        self.columns.retain(|column| !column.runs.is_empty());
    }

    /// All of it as one segment; [`Series::set_segment`] gives it back.
    pub fn take_segment(&mut self) -> Segment {
        Segment {
            runs: std::mem::take(&mut self.runs),
            toolchains: std::mem::take(&mut self.toolchains),
            columns: std::mem::take(&mut self.columns),
        }
    }

    /// Take back what [`Series::take_segment`] gave.
    pub fn set_segment(&mut self, segment: Segment) {
        self.runs = segment.runs;
        self.toolchains = segment.toolchains;
        self.columns = segment.columns;
    }
}

/// A segment in the making, run by run.
#[derive(Debug, Default)]
pub struct SegmentMaker {
    segment: Segment,
    places: HashMap<ColumnKey, usize>,
}

impl SegmentMaker {
    /// Add a run, later than all before.
    pub fn add(&mut self, extracted: Extracted) {
        let run = self.segment.runs.len() as u32;
        self.segment.runs.push(extracted.run);
        let timed = position(&mut self.segment.toolchains, extracted.timed);
        let counted = position(&mut self.segment.toolchains, extracted.counted);
        for metric in extracted.metrics {
            let key = ColumnKey {
                id: metric.id,
                metric: metric.name,
                statistic: metric.statistic,
                benchmark_revision: metric.benchmark_revision,
                toolchain: if metric.class == Class::Timed { timed } else { counted },
            };
            let point = Column {
                unit: metric.unit,
                runs: vec![run],
                values: vec![metric.value],
                intervals: metric.interval.into_iter().collect(),
                key,
            };
            match self.places.get(&point.key) {
                Some(place) => self.segment.columns[*place].append(point),
                None => {
                    self.places.insert(point.key.clone(), self.segment.columns.len());
                    self.segment.columns.push(point);
                }
            }
        }
    }

    /// What was added.
    pub fn segment(self) -> Segment {
        self.segment
    }
}

impl Column {
    fn append(&mut self, mut later: Self) {
        if self.intervals.is_empty() != later.intervals.is_empty() {
            self.fill_intervals();
            later.fill_intervals();
        }
        self.runs.append(&mut later.runs);
        self.values.append(&mut later.values);
        self.intervals.append(&mut later.intervals);
    }

    /// An interval without extent for points that have none.
    fn fill_intervals(&mut self) {
        if self.intervals.is_empty() {
            self.intervals = self.values.iter().map(|value| (*value, *value)).collect();
        }
    }

    fn retain(&mut self, keep: impl Fn(u32) -> bool) {
        let kept: Vec<bool> = self.runs.iter().map(|run| keep(*run)).collect();
        retain_marked(&mut self.runs, &kept);
        retain_marked(&mut self.values, &kept);
        retain_marked(&mut self.intervals, &kept);
    }

    fn reorder(&mut self, places: &[u32]) {
        for run in &mut self.runs {
            *run = places[*run as usize];
        }
        if self.runs.is_sorted() {
            return;
        }
        let mut order: Vec<usize> = (0..self.runs.len()).collect();
        order.sort_by_key(|at| self.runs[*at]);
        self.runs = order.iter().map(|at| self.runs[*at]).collect();
        self.values = order.iter().map(|at| self.values[*at]).collect();
        if !self.intervals.is_empty() {
            self.intervals = order.iter().map(|at| self.intervals[*at]).collect();
        }
    }
}

fn retain_marked<T>(values: &mut Vec<T>, kept: &[bool]) {
    let mut marks = kept.iter();
    values.retain(|_| marks.next().copied().unwrap_or(true));
}

/// Where `key` is in the list, which gets it if it was not there; the list is short.
fn position(keys: &mut Vec<ToolchainKey>, key: ToolchainKey) -> u32 {
    let place = keys.iter().position(|known| *known == key).unwrap_or_else(|| {
        keys.push(key);
        keys.len() - 1
    });
    place as u32
}
