//! What Criterion leaves on disk for one benchmark: `…/new/{benchmark,sample,estimates}.json`.
//!
//! Folder names are cut and rewritten, so two ids may share a path; only `full_id` in `benchmark.json` is trusted.
//! `times` of a sample are total nanoseconds of its `iters` iterations.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, de::DeserializeOwned};

use crate::instrument::InstrumentError;

/// Criterion nests group, function and value: no deeper than this below its home.
const MAX_DEPTH: usize = 8;

/// One benchmark's results.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// Iterations and total wall nanoseconds of each sample.
    pub samples: Vec<(f64, f64)>,
    /// Nanoseconds per iteration: the slope, or the mean under flat sampling.
    pub estimate: Estimate,
    /// `slope` or `mean`.
    pub statistic: &'static str,
    /// What one iteration processes, where the bench says so.
    pub throughput: Option<Throughput>,
}

/// A point and its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Estimate {
    /// The estimate.
    pub point_estimate: f64,
    /// Around it.
    pub confidence_interval: ConfidenceInterval,
}

/// A confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct ConfidenceInterval {
    /// As in 0.95.
    pub confidence_level: f64,
    /// Lower end.
    pub lower_bound: f64,
    /// Upper end.
    pub upper_bound: f64,
}

/// What one iteration processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Throughput {
    /// Bits.
    Bits(u64),
    /// Bytes, in binary multiples.
    Bytes(u64),
    /// Bytes, in decimal multiples.
    BytesDecimal(u64),
    /// Elements.
    Elements(u64),
    /// Both.
    ElementsAndBytes {
        /// Elements.
        elements: u64,
        /// Bytes.
        bytes: u64,
    },
}

impl Throughput {
    /// Bytes per iteration.
    pub fn bytes(self) -> Option<u64> {
        match self {
            Self::Bits(bits) => Some(bits / 8),
            Self::Bytes(bytes) | Self::BytesDecimal(bytes) | Self::ElementsAndBytes { bytes, .. } => {
                Some(bytes)
            }
            Self::Elements(_) => None,
        }
    }

    /// Elements per iteration.
    pub fn elements(self) -> Option<u64> {
        match self {
            Self::Elements(elements) | Self::ElementsAndBytes { elements, .. } => Some(elements),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct BenchmarkFile {
    throughput: Option<Throughput>,
}

#[derive(Deserialize)]
struct FullId {
    full_id: String,
}

#[derive(Deserialize)]
struct SampleFile {
    iters: Vec<f64>,
    times: Vec<f64>,
}

#[derive(Deserialize)]
struct EstimatesFile {
    mean: Estimate,
    slope: Option<Estimate>,
}

/// Read the results of `id` below Criterion's home folder.
pub fn read(home: &Path, id: &str) -> Result<Results, InstrumentError> {
    let folder = find(home, id, 0).ok_or_else(|| InstrumentError::Unreadable {
        what: format!("Criterion's results of {id}"),
        why: "no new/benchmark.json has this full_id".to_owned(),
    })?;
    let benchmark: BenchmarkFile = read_json(&folder, "benchmark.json", id)?;
    let sample: SampleFile = read_json(&folder, "sample.json", id)?;
    let estimates: EstimatesFile = read_json(&folder, "estimates.json", id)?;
    check(&sample).map_err(|why| unreadable(id, "sample.json", why))?;
    let (estimate, statistic) = match estimates.slope {
        Some(slope) => (slope, "slope"),
        None => (estimates.mean, "mean"),
    };
    Ok(Results {
        samples: sample.iters.into_iter().zip(sample.times).collect(),
        estimate,
        statistic,
        throughput: benchmark.throughput,
    })
}

/// The folder `new` whose benchmark has this id.
fn find(folder: &Path, id: &str, depth: usize) -> Option<PathBuf> {
    if depth > MAX_DEPTH {
        return None;
    }
    let entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries.filter(|path| path.is_dir()).find_map(|path| {
        // A benchmark may itself be called `new`; only a folder with results is one.
        let found = fs::read(path.join("benchmark.json")).ok().filter(|_| path.ends_with("new"));
        let found: Option<FullId> = found.and_then(|text| serde_json::from_slice(&text).ok());
        match found {
            Some(found) if found.full_id == id => Some(path),
            _ => find(&path, id, depth + 1),
        }
    })
}

fn read_json<T: DeserializeOwned>(folder: &Path, file: &str, id: &str) -> Result<T, InstrumentError> {
    let bytes = fs::read(folder.join(file))
        .map_err(|source| InstrumentError::Io { what: format!("Criterion's {file} of {id}"), source })?;
    serde_json::from_slice(&bytes).map_err(|error| unreadable(id, file, error.to_string()))
}

fn check(sample: &SampleFile) -> Result<(), String> {
    let (iters, times) = (sample.iters.len(), sample.times.len());
    if iters != times || iters == 0 {
        return Err(format!(
            "iters has {iters} and times {times} numbers; wanted equally many, at least one"
        ));
    }
    if let Some(wrong) = sample.iters.iter().find(|iters| **iters < 1.0) {
        return Err(format!("iters has {wrong}, wanted at least 1"));
    }
    if let Some(wrong) = sample.times.iter().find(|time| **time < 0.0) {
        return Err(format!("times has {wrong}, wanted at least 0"));
    }
    Ok(())
}

fn unreadable(id: &str, file: &str, why: String) -> InstrumentError {
    InstrumentError::Unreadable { what: format!("Criterion's {file} of {id}"), why }
}
