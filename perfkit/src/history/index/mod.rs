//! The index over a store: every series of one host, made from its runs and never the truth itself.
//!
//! It is a folder of segments. New runs are read into a segment of their own, so that adding one costs one; many small
//! segments become one. Several processes may do so at once: a run that stands in two segments counts once. What is
//! damaged, of another form or about runs that are gone is left out, said, and made again from the runs.

pub mod extract;
mod join;
pub mod segment;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use xxhash_rust::xxh3::Xxh3;

pub use join::Series;
pub use segment::{Column, ColumnKey, IndexedRun, Segment, ToolchainKey};

use self::{extract::extract, join::SegmentMaker};
use crate::store::{RunName, Store, StoreError, folder::entries};

/// More segments than this become one.
const SEGMENTS_LIMIT: usize = 16;
/// Runs read into one segment at most, so that memory stays bounded while an index is made.
const RUNS_PER_SEGMENT: usize = 2000;
/// The ending of segment files.
const SEGMENT: &str = "segment";
/// Reasons named one by one; the rest is counted.
const REASONS_SHOWN: usize = 3;

/// The index of one host, up to date.
#[derive(Debug, Default)]
pub struct Index {
    /// Every series.
    pub series: Series,
    /// What had to be said while it was read.
    pub notes: Vec<String>,
}

impl Index {
    /// The index of `host` over its runs `names`, brought up to date; with `rebuild` made anew.
    pub fn update(store: &Store, host: &str, names: &[RunName], rebuild: bool) -> Result<Self, StoreError> {
        let folder = store.index_folder().join(host);
        let mut index = Self::default();
        let mut segments = segment_files(&folder)?;
        if rebuild {
            segments.drain(..).for_each(|path| remove(&path));
            index.notes.push(format!("the index of {host} was made anew from {} runs", names.len()));
        }
        let stored: BTreeSet<&str> = names.iter().map(RunName::stem).collect();
        let mut used = Vec::new();
        for path in segments {
            match Segment::read(&path) {
                Ok(segment) => {
                    index.series.add(segment, &stored);
                    used.push(path);
                }
                // Another process has made one segment of several meanwhile; their runs are read again.
                Err(_) if !path.exists() => {}
                Err(why) => {
                    index.notes.push(format!(
                        "a file of the index of {host} could not be used ({why}); it is made again from the runs"
                    ));
                    remove(&path);
                }
            }
        }
        let absent: Vec<RunName> =
            names.iter().filter(|name| !index.series.has(name.stem())).cloned().collect();
        for group in absent.chunks(RUNS_PER_SEGMENT) {
            let segment = index.read_runs(store, group)?;
            if !segment.runs.is_empty() {
                used.extend(index.keep(&segment, &folder));
                index.series.add(segment, &stored);
            }
        }
        index.series.put_in_order();
        if used.len() > SEGMENTS_LIMIT {
            index.make_one(&folder, &used);
        }
        Ok(index)
    }

    /// Read runs, on all cores; what cannot be read is said and left out.
    fn read_runs(&mut self, store: &Store, names: &[RunName]) -> Result<Segment, StoreError> {
        let files = store.files(names)?;
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::new());
        let workers = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        thread::scope(|scope| {
            for _ in 0..workers.min(files.len()) {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let (Some(file), Some(name)) = (files.get(at), names.get(at)) else { break };
                        let found = extract(file, name.stem());
                        if let Ok(mut done) = done.lock() {
                            done.push((at, found));
                        }
                    }
                });
            }
        });
        let mut done = done.into_inner().unwrap_or_default();
        done.sort_by_key(|(at, _)| *at);
        let mut maker = SegmentMaker::default();
        let mut unreadable = Vec::new();
        for (_, found) in done {
            match found {
                Ok(run) => maker.add(run),
                Err(error) => unreadable.push(error.to_string()),
            }
        }
        self.notes
            .extend(unreadable.iter().take(REASONS_SHOWN).map(|why| format!("a run is left out: {why}")));
        if unreadable.len() > REASONS_SHOWN {
            let more = unreadable.len() - REASONS_SHOWN;
            self.notes.push(format!("{more} more runs are left out, since they cannot be read"));
        }
        Ok(maker.segment())
    }

    /// Write a segment. An index that cannot be kept is made again the next time, which is said.
    fn keep(&mut self, segment: &Segment, folder: &Path) -> Option<PathBuf> {
        let path = folder.join(segment_name(segment));
        match segment.write(&path) {
            Ok(()) => Some(path),
            Err(error) => {
                self.notes
                    .push(format!("the index cannot be kept, so this takes as long the next time: {error}"));
                None
            }
        }
    }

    /// One segment of all that were used.
    fn make_one(&mut self, folder: &Path, used: &[PathBuf]) {
        let segment = self.series.take_segment();
        if let Some(kept) = self.keep(&segment, folder) {
            used.iter().filter(|path| **path != kept).for_each(|path| remove(path));
        }
        self.series.set_segment(segment);
    }
}

fn segment_files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut files = entries(folder)?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == SEGMENT));
    files.sort();
    Ok(files)
}

/// Named by its runs, so that two processes that read the same runs write the same file.
fn segment_name(segment: &Segment) -> String {
    let mut digest = Xxh3::new();
    for run in &segment.runs {
        digest.update(run.stem.as_bytes());
        digest.update(b"\n");
    }
    format!("{:016x}.{SEGMENT}", digest.digest())
}

fn remove(path: &Path) {
    // What cannot be removed is read, and said, again.
    let _ = fs::remove_file(path);
}
