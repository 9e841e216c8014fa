//! A run or a baseline in other people's formats. Each format is a file behind [`Exporter`] and cites its
//! specification; units become the ones that the format's readers expect.
//!
//! A format that cannot carry a statistic keeps it in the name where two would be confused: the `ir` of a `first_call`
//! is never written as if it were the exact count.

mod benchstat;
mod bmf;
mod csv;
mod github_action_benchmark;
mod hyperfine;
mod openmetrics;

use thiserror::Error;

use crate::{
    format::{Benchmark, Class, Metric, Run, config::Patterns, metric::EXACT},
    store::{Measured, Samples},
};

pub use self::csv::Csv;
pub use benchstat::Benchstat;
pub use bmf::BencherMetricFormat;
pub use github_action_benchmark::GithubActionBenchmark;
pub use hyperfine::Hyperfine;
pub use openmetrics::OpenMetrics;

/// What is written down.
#[derive(Debug, Clone)]
pub struct Source {
    /// The benchmarks asked for, with the metrics asked for.
    pub benchmarks: Vec<Benchmark>,
    /// Samples by round, where the run's sidecar is still there.
    pub samples: Samples,
    /// Whose numbers these are: the host profile of a run, the name of a baseline.
    pub host: String,
    /// The run, for its machine and revision; `None` for a baseline.
    pub run: Option<Box<Run>>,
}

/// One document of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The name of its file within a folder.
    pub file_name: &'static str,
    /// The text.
    pub text: String,
    /// Benchmarks that the format has no place for.
    pub left_out: usize,
}

/// A format that can be written.
pub trait Exporter {
    /// The documents that hold `source`; those that would hold nothing are absent.
    fn export(&self, source: &Source) -> Result<Vec<Document>, ExportError>;
}

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum ExportError {
    /// Nothing is left of the source.
    #[error("nothing to export: {0}")]
    Nothing(String),
    /// A number is not finite, or a writer failed.
    #[error("{format}: {why}")]
    Unwritable {
        /// The format.
        format: &'static str,
        /// What went wrong.
        why: String,
    },
}

impl Source {
    /// What the patterns and metric names pick; empty lists pick everything.
    pub fn picked(found: Measured, patterns: &Patterns, metrics: &[String]) -> Result<Self, ExportError> {
        let (benchmarks, samples, host, run) = match found {
            Measured::Run(run, samples) => {
                (run.benchmarks.clone(), *samples, run.host.profile.clone(), Some(run))
            }
            Measured::Baseline(baseline) => (baseline.benchmarks, Samples::default(), baseline.name, None),
        };
        let total = benchmarks.len();
        let mut picked: Vec<Benchmark> = benchmarks
            .into_iter()
            .filter(|row| row.invalidated.is_none() && (patterns.is_empty() || patterns.matches(&row.id)))
            .collect();
        for row in &mut picked {
            row.metrics.retain(|name, metric| {
                metric.value.is_finite() && (metrics.is_empty() || metrics.contains(name))
            });
        }
        picked.retain(|row| !row.metrics.is_empty());
        if picked.is_empty() {
            return Err(ExportError::Nothing(format!(
                "none of the {total} benchmarks has an id and a metric that were asked for"
            )));
        }
        Ok(Self { benchmarks: picked, samples, host, run })
    }
}

/// The statistic that a metric of this class has when nothing is said about it.
fn is_unremarkable(metric: &Metric) -> bool {
    metric.class == Class::Timed || metric.statistic == EXACT
}

/// A metric's name that tells a count which is not exact per operation.
fn name_with_statistic(name: &str, metric: &Metric) -> String {
    match is_unremarkable(metric) {
        true => name.to_owned(),
        false => format!("{name}_{}", metric.statistic),
    }
}

/// One sample of a benchmark.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sample {
    iterations: f64,
    /// Nanoseconds per operation.
    ns: f64,
}

/// Every sample, by round. A sidecar is a file: what no measurement gives has no place in another one.
fn samples_of(source: &Source, id: &str) -> Vec<Vec<Sample>> {
    let rounds = source.samples.time.get(id).map_or(&[][..], Vec::as_slice);
    let sample = |(iterations, total): &(f64, f64)| {
        let sample = Sample { iterations: *iterations, ns: total / iterations };
        (sample.iterations > 0.0 && sample.iterations.is_finite() && sample.ns.is_finite()).then_some(sample)
    };
    let rounds = rounds.iter().map(|round| round.iter().filter_map(sample).collect::<Vec<Sample>>());
    rounds.filter(|round| !round.is_empty()).collect()
}
