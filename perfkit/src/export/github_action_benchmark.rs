//! The custom formats of github-action-benchmark, <https://github.com/benchmark-action/github-action-benchmark#examples>:
//! a list of `name`, `unit`, `value`, `range`, `extra`. `customSmallerIsBetter` and `customBiggerIsBetter` are two
//! inputs of that action, so these are two documents.

use serde::Serialize;

use super::{Document, ExportError, Exporter, Source, name_with_statistic};
use crate::{
    format::{Benchmark, Better, Metric, document::document_text},
    workspace::revision::short,
};

/// Up to two lists, one for each direction.
#[derive(Debug, Clone, Copy)]
pub struct GithubActionBenchmark;

#[derive(Serialize)]
struct Entry {
    name: String,
    unit: String,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<String>,
    extra: String,
}

impl Exporter for GithubActionBenchmark {
    fn export(&self, source: &Source) -> Result<Vec<Document>, ExportError> {
        let files = [(Better::Less, "smaller-is-better.json"), (Better::More, "bigger-is-better.json")];
        let mut documents = Vec::new();
        for (better, file_name) in files {
            let rows = source.benchmarks.iter().flat_map(|row| {
                let metrics = row.metrics.iter().filter(|(_, metric)| metric.better == better);
                metrics.map(|(name, metric)| entry(source, row, name, metric))
            });
            let entries: Vec<Entry> = rows.collect();
            if !entries.is_empty() {
                let text = document_text(&entries).map_err(|error| ExportError::Unwritable {
                    format: "github-action-benchmark",
                    why: error.to_string(),
                })?;
                documents.push(Document { file_name, text, left_out: 0 });
            }
        }
        Ok(documents)
    }
}

fn entry(source: &Source, row: &Benchmark, name: &str, metric: &Metric) -> Entry {
    let range = metric.ci.map(|ci| {
        let half = (metric.value - ci.low).abs().max((ci.high - metric.value).abs());
        format!("± {half}")
    });
    let mut extra = format!("statistic: {}", metric.statistic);
    if let Some(n) = metric.n {
        extra.push_str(&format!("\nn: {n}"));
    }
    if let Some(run) = source.run.as_ref() {
        extra.push_str(&format!("\nhost: {}", run.host.profile));
        if !run.provenance.revision.is_empty() {
            extra.push_str(&format!("\nrevision: {}", short(&run.provenance.revision)));
        }
    }
    // The action's charts are by name: every metric of a benchmark is one of its own.
    let name = format!("{} {}", row.id, name_with_statistic(name, metric));
    Entry { name, unit: metric.unit.clone(), value: metric.value, range, extra }
}
