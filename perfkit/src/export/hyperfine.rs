//! The JSON that `hyperfine --export-json` writes, <https://github.com/sharkdp/hyperfine> (`export/json.rs`,
//! `benchmark_result.rs`): seconds, one entry a command. Here a "run" is one sample's time per operation; the plots of
//! hyperfine's `scripts` folder read it.
//!
//! Only wall time has a place in it, and only with samples. `user` is the thread's CPU time, where it was measured:
//! user and system together, so `system` is 0.

use serde::Serialize;

use super::{Document, ExportError, Exporter, Source, samples_of};
use crate::{format::document::document_text, statistics::quantile};

const NS_PER_S: f64 = 1e9;

/// The results of timed benchmarks.
#[derive(Debug, Clone, Copy)]
pub struct Hyperfine;

#[derive(Serialize)]
struct Results {
    results: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    command: String,
    mean: f64,
    stddev: Option<f64>,
    median: f64,
    user: f64,
    system: f64,
    min: f64,
    max: f64,
    times: Vec<f64>,
    exit_codes: Vec<i32>,
}

impl Exporter for Hyperfine {
    fn export(&self, source: &Source) -> Result<Vec<Document>, ExportError> {
        let mut results = Vec::new();
        for row in source.benchmarks.iter().filter(|row| row.metrics.contains_key("time_ns")) {
            let samples = samples_of(source, &row.id).into_iter().flatten();
            let times: Vec<f64> = samples.map(|sample| sample.ns / NS_PER_S).collect();
            if times.is_empty() {
                continue;
            }
            let cpu = row.metrics.get("cpu_time_ns").map_or(0.0, |metric| metric.value / NS_PER_S);
            let mean = times.iter().sum::<f64>() / times.len() as f64;
            results.push(Entry {
                command: row.id.clone(),
                mean,
                stddev: standard_deviation(&times, mean),
                median: quantile(&times, 0.5),
                user: cpu,
                system: 0.0,
                min: quantile(&times, 0.0),
                max: quantile(&times, 1.0),
                // A process that ended badly leaves no sample.
                exit_codes: vec![0; times.len()],
                times,
            });
        }
        if results.is_empty() {
            return Err(ExportError::Nothing(
                "hyperfine's format holds samples of wall time, and none of these benchmarks has any (a \
                 baseline never has; a run has where it was timed and its .samples.json is still beside it)"
                    .to_owned(),
            ));
        }
        let left_out = source.benchmarks.len() - results.len();
        let text = document_text(&Results { results })
            .map_err(|error| ExportError::Unwritable { format: "hyperfine", why: error.to_string() })?;
        Ok(vec![Document { file_name: "hyperfine.json", text, left_out }])
    }
}

/// Of a sample, by n − 1 as hyperfine does; `None` for a single one.
fn standard_deviation(times: &[f64], mean: f64) -> Option<f64> {
    let squares: f64 = times.iter().map(|time| (time - mean).powi(2)).sum();
    (times.len() > 1).then(|| (squares / (times.len() - 1) as f64).sqrt())
}
