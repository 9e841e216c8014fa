//! OpenMetrics 1.0 text, <https://prometheus.io/docs/specs/om/open_metrics_spec/>: gauges in base units (seconds, bytes,
//! ratios), one family a metric, each family in one piece, `# EOF` at the end.
//!
//! Collectors of text files read Prometheus's older text (0.0.4), which knows no type `info` and takes units and the end
//! for comments. So everything is a gauge, and the same lines are valid in both.
//!
//! The revision is a label of `perfkit_run_info` alone: as a label of every gauge it would make a new series of each
//! commit. No time stamps: a scraper gives its own, and collectors of text files refuse them.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Document, ExportError, Exporter, Source};
use crate::format::{Benchmark, Metric, metric_info};

const NS_PER_S: f64 = 1e9;

/// Gauges, one of which says what run they are of.
#[derive(Debug, Clone, Copy)]
pub struct OpenMetrics;

impl Exporter for OpenMetrics {
    fn export(&self, source: &Source) -> Result<Vec<Document>, ExportError> {
        let text = write(source)
            .map_err(|error| ExportError::Unwritable { format: "openmetrics", why: error.to_string() })?;
        Ok(vec![Document { file_name: "metrics.prom", text, left_out: 0 }])
    }
}

fn write(source: &Source) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    if let Some(run) = &source.run {
        let labels = [
            ("id", run.id.as_str()),
            ("host", &run.host.profile),
            ("isa", &run.host.isa),
            ("rustc", &run.toolchain.rustc),
            ("revision", &run.provenance.revision),
            ("started", &run.provenance.started),
        ];
        writeln!(text, "# TYPE perfkit_run_info gauge")?;
        writeln!(text, "# HELP perfkit_run_info The run behind these numbers.")?;
        writeln!(text, "perfkit_run_info{{{}}} 1", label_set(&labels))?;
    }
    let mut families: BTreeMap<String, Vec<(&Benchmark, &Metric)>> = BTreeMap::new();
    let mut about: BTreeMap<String, (String, String)> = BTreeMap::new();
    for row in &source.benchmarks {
        for (name, metric) in &row.metrics {
            let (family, unit) = family_and_unit(name, metric);
            families.entry(family.clone()).or_default().push((row, metric));
            about.entry(family).or_insert_with(|| (unit, name.clone()));
        }
    }
    for (family, samples) in &families {
        let Some((unit, name)) = about.get(family) else { continue };
        writeln!(text, "# TYPE {family} gauge")?;
        writeln!(text, "# UNIT {family} {unit}")?;
        let heading = metric_info(name).map_or("", |info| info.heading);
        writeln!(text, "# HELP {family} perfkit's metric {name} ({heading}).")?;
        for (row, metric) in samples {
            let labels = [
                ("benchmark", row.id.as_str()),
                ("package", &row.package),
                ("target", &row.target),
                ("statistic", &metric.statistic),
                ("host", &source.host),
            ];
            let value = if metric.unit == "ns" { metric.value / NS_PER_S } else { metric.value };
            writeln!(text, "{family}{{{}}} {value}", label_set(&labels))?;
        }
    }
    text.push_str("# EOF\n");
    Ok(text)
}

/// The name of a family ends in its unit.
fn family_and_unit(name: &str, metric: &Metric) -> (String, String) {
    let unit = match metric.unit.as_str() {
        "ns" => "seconds".to_owned(),
        "B" => "bytes".to_owned(),
        "B/s" => "bytes_per_second".to_owned(),
        "1/s" => "operations_per_second".to_owned(),
        "B/op" => "bytes_per_operation".to_owned(),
        other => match other.strip_suffix("/op") {
            Some(counted) => format!("{counted}_per_operation"),
            None => other.to_owned(),
        },
    };
    let endings = ["_ns", "_Bps", "_ps", "_bytes_per_op", "_per_op", "_bytes"];
    let stem = endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    let unit = legal(&unit);
    (format!("perfkit_{}_{unit}", legal(stem)), unit)
}

/// Names hold letters, digits and underscores.
fn legal(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// Labels without a value are left out: they say the same as an absent one.
fn label_set(labels: &[(&str, &str)]) -> String {
    let written = labels.iter().filter(|(_, value)| !value.is_empty());
    written.map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect::<Vec<_>>().join(",")
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_keeps_its_quotes_and_line_breaks() {
        assert_eq!(label_set(&[("a", "x\"y\\z\nw"), ("b", "")]), r#"a="x\"y\\z\nw""#);
    }

    #[test]
    fn a_family_ends_in_its_unit() {
        let metric = |name: &str| Metric::new(metric_info(name).unwrap(), 1.0, "exact", "test");
        let family = |name: &str| family_and_unit(name, &metric(name)).0;
        assert_eq!(family("time_ns"), "perfkit_time_seconds");
        assert_eq!(family("throughput_Bps"), "perfkit_throughput_bytes_per_second");
        assert_eq!(family("ir"), "perfkit_ir_instructions_per_operation");
        assert_eq!(family("allocs_per_op"), "perfkit_allocs_allocations_per_operation");
        assert_eq!(family("peak_bytes"), "perfkit_peak_bytes");
        assert_eq!(family("scaling_efficiency_8"), "perfkit_scaling_efficiency_8_ratio");
    }
}
