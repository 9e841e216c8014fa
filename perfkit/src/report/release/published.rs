//! Published figures beside measured ones: of the same meaning of the benchmark, with their source, and never compared.

use super::Section;
use crate::{
    format::{Baseline, Benchmark, Metric},
    report::provenance::SEPARATOR,
};

/// Published figures of a table's first metric.
pub(super) struct Figures<'a> {
    reference: Option<&'a Baseline>,
    metric: Option<&'a str>,
    /// What was shown: metric and statistic.
    statistics: Vec<String>,
}

impl<'a> Figures<'a> {
    pub(super) fn of(reference: Option<&'a Baseline>, metrics: &[&'a str]) -> Self {
        Self { reference, metric: metrics.first().copied(), statistics: Vec::new() }
    }

    /// The figure of a row's benchmark. One of another revision is of something else, which is said.
    pub(super) fn of_row(&mut self, row: &Benchmark, section: &mut Section) -> Option<&'a Metric> {
        let reference = self.reference?;
        let found = reference.live(&row.id)?;
        let (name, metric) = published(found, self.metric?)?;
        if found.revision != row.revision {
            section.note_all([format!(
                "Published, and not shown: {} is of revision {} of the benchmark in {}, measured here is {}.",
                row.id, found.revision, reference.name, row.revision
            )]);
            return None;
        }
        let words = format!("{name}, statistic {}", metric.statistic);
        if !self.statistics.contains(&words) {
            self.statistics.push(words);
        }
        Some(metric)
    }

    /// Where the shown ones come from.
    pub(super) fn provenance(&self) -> Option<String> {
        let reference = self.reference.filter(|_| !self.statistics.is_empty())?;
        let (source, day) = (&reference.acceptance.source, &reference.acceptance.date);
        let name = format!("Published: {} ({})", reference.name, reference.isa);
        let parts = [name, source.clone(), format!("imported {day}"), self.statistics.join("; ")];
        Some(parts.join(SEPARATOR))
    }
}

/// A published time stands under `criterion_ns`, whichever statistic the table compares.
fn published<'a>(row: &'a Benchmark, metric: &str) -> Option<(&'a str, &'a Metric)> {
    let is_time = ["time_ns", "cpu_time_ns", "criterion_ns"].contains(&metric);
    let found = row.metrics.get_key_value(metric);
    let found = found.or_else(|| row.metrics.get_key_value("criterion_ns").filter(|_| is_time));
    found.map(|(name, metric)| (name.as_str(), metric))
}
