//! Comma-separated values as RFC 4180 has them (<https://www.rfc-editor.org/rfc/rfc4180>): a header, one line a metric,
//! CRLF, quotes where they are needed. Everything stays in base units.

use super::{Document, ExportError, Exporter, Source};
use crate::format::{Better, Class};

/// One line a metric.
#[derive(Debug, Clone, Copy)]
pub struct Csv;

const HEADER: [&str; 19] = [
    "id",
    "package",
    "target",
    "revision",
    "size",
    "bytes",
    "elements",
    "threads",
    "metric",
    "value",
    "unit",
    "better",
    "class",
    "statistic",
    "ci_low",
    "ci_high",
    "ci_level",
    "n",
    "source",
];

impl Exporter for Csv {
    fn export(&self, source: &Source) -> Result<Vec<Document>, ExportError> {
        let to_error = |why: String| ExportError::Unwritable { format: "csv", why };
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        writer.write_record(HEADER).map_err(|error| to_error(error.to_string()))?;
        for row in &source.benchmarks {
            for (name, metric) in &row.metrics {
                let better = if metric.better == Better::Less { "less" } else { "more" };
                let class = if metric.class == Class::Counted { "counted" } else { "timed" };
                let end = |pick: fn(&crate::format::Interval) -> f64| {
                    metric.ci.as_ref().map(|ci| pick(ci).to_string()).unwrap_or_default()
                };
                let fields = [
                    row.id.clone(),
                    row.package.clone(),
                    row.target.clone(),
                    row.revision.to_string(),
                    row.size.to_string(),
                    row.bytes.to_string(),
                    row.elements.to_string(),
                    row.threads.to_string(),
                    name.clone(),
                    metric.value.to_string(),
                    metric.unit.clone(),
                    better.to_owned(),
                    class.to_owned(),
                    metric.statistic.clone(),
                    end(|ci| ci.low),
                    end(|ci| ci.high),
                    end(|ci| ci.level),
                    metric.n.map(|n| n.to_string()).unwrap_or_default(),
                    metric.source.clone(),
                ];
                writer.write_record(fields).map_err(|error| to_error(error.to_string()))?;
            }
        }
        let bytes = writer.into_inner().map_err(|error| to_error(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|error| to_error(error.to_string()))?;
        Ok(vec![Document { file_name: "metrics.csv", text, left_out: 0 }])
    }
}
