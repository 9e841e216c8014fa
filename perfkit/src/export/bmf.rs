//! Bencher Metric Format, <https://bencher.dev/docs/reference/bencher-metric-format/>: benchmark, measure, value and its
//! interval. Measures carry the metrics' own names and base units. `perfkit import` reads it back.

use super::{Document, ExportError, Exporter, Source, name_with_statistic};
use crate::format::{
    Metric,
    bmf::{Bmf, BmfValue},
    document::document_text,
};

/// One JSON object by benchmark and measure.
#[derive(Debug, Clone, Copy)]
pub struct BencherMetricFormat;

impl Exporter for BencherMetricFormat {
    fn export(&self, source: &Source) -> Result<Vec<Document>, ExportError> {
        let mut document = Bmf::new();
        for row in &source.benchmarks {
            let measures = row.metrics.iter();
            let measures = measures.map(|(name, metric)| (name_with_statistic(name, metric), value(metric)));
            document.insert(row.id.clone(), measures.collect());
        }
        let text = document_text(&document)
            .map_err(|error| ExportError::Unwritable { format: "bmf", why: error.to_string() })?;
        Ok(vec![Document { file_name: "benchmarks.bmf.json", text, left_out: 0 }])
    }
}

/// An interval that does not hold its value says nothing about it.
fn value(metric: &Metric) -> BmfValue {
    let interval = metric.ci.filter(|ci| ci.low <= metric.value && metric.value <= ci.high);
    BmfValue {
        value: metric.value,
        lower_value: interval.map(|ci| ci.low),
        upper_value: interval.map(|ci| ci.high),
    }
}
