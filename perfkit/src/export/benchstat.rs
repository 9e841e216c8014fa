//! Go's benchmark text, <https://go.dev/design/14313-benchmark-format>, with the unit metadata that benchstat reads
//! (<https://pkg.go.dev/golang.org/x/perf/benchfmt>).
//!
//! A timed benchmark is a line a round of fresh processes, so that benchstat has something to do statistics on: the
//! round's least time where perfkit judges minima, its median where it judges medians. Counts are declared exact. The
//! configuration lines name the machine, never the revision: benchstat puts what differs in those into separate tables.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{Document, ExportError, Exporter, Sample, Source, name_with_statistic, samples_of};
use crate::{
    format::{Benchmark, Better, Class, Metric},
    statistics::quantile,
};

/// Benchmark lines with their units' metadata.
#[derive(Debug, Clone, Copy)]
pub struct Benchstat;

/// Bytes per second in Go's MB/s.
const BYTES_PER_MB: f64 = 1e6;

impl Exporter for Benchstat {
    fn export(&self, source: &Source) -> Result<Vec<Document>, ExportError> {
        let mut text = String::new();
        write(source, &mut text)
            .map_err(|error| ExportError::Unwritable { format: "benchstat", why: error.to_string() })?;
        Ok(vec![Document { file_name: "benchstat.txt", text, left_out: 0 }])
    }
}

fn write(source: &Source, text: &mut String) -> std::fmt::Result {
    if let Some(run) = &source.run {
        let fingerprint = &run.host.fingerprint;
        writeln!(text, "goos: {}", fingerprint.os)?;
        writeln!(text, "goarch: {}", go_architecture(&fingerprint.arch))?;
        writeln!(text, "cpu: {}", one_line(&fingerprint.brand))?;
    }
    for (unit, metric) in units(source) {
        let better = if metric.better == Better::Less { "lower" } else { "higher" };
        let exact = if metric.class == Class::Counted { " assume=exact" } else { "" };
        writeln!(text, "Unit {unit} better={better}{exact}")?;
    }
    let mut names = BTreeSet::new();
    let mut package = "";
    for row in &source.benchmarks {
        if row.package != package {
            package = &row.package;
            writeln!(text, "pkg: {}", one_line(package))?;
        }
        let name = unused(&name(&row.id), &mut names);
        for line in lines(source, row) {
            write!(text, "{name}-{}\t{}", row.threads, line.iterations)?;
            for (value, unit) in line.values {
                write!(text, "\t{value} {unit}")?;
            }
            writeln!(text)?;
        }
    }
    Ok(())
}

/// One measurement of one benchmark.
struct Line {
    iterations: u64,
    values: Vec<(f64, String)>,
}

fn lines(source: &Source, row: &Benchmark) -> Vec<Line> {
    let mut others = Vec::new();
    let mut counted = Vec::new();
    for (name, metric) in row.metrics.iter().filter(|(name, _)| name.as_str() != "time_ns") {
        let pair = (scaled(metric), unit(name, metric));
        if metric.class == Class::Counted { counted.push(pair) } else { others.push(pair) }
    }
    let time = row.metrics.get("time_ns");
    let share = if time.is_some_and(|time| time.statistic == "median") { 0.5 } else { 0.0 };
    let rounds = if time.is_some() { samples_of(source, &row.id) } else { Vec::new() };
    let line = |round: &Vec<Sample>| {
        let times: Vec<f64> = round.iter().map(|sample| sample.ns).collect();
        let iterations: f64 = round.iter().map(|sample| sample.iterations).sum();
        let values = vec![(quantile(&times, share), "ns/op".to_owned())];
        Line { iterations: (iterations as u64).max(1), values }
    };
    let mut lines: Vec<Line> = rounds.iter().map(line).collect();
    if lines.is_empty() {
        let values = time.map(|time| (time.value, "ns/op".to_owned())).into_iter().collect();
        lines.push(Line { iterations: 1, values });
    }
    // What was made from all rounds together is one measurement, not one of each round.
    if let Some(first) = lines.first_mut() {
        first.values.extend(others);
    }
    for line in &mut lines {
        line.values.extend(counted.iter().cloned());
    }
    lines
}

/// Every unit with a metric that has it.
fn units(source: &Source) -> BTreeMap<String, &Metric> {
    let metrics = source.benchmarks.iter().flat_map(|row| &row.metrics);
    metrics.map(|(name, metric)| (unit(name, metric), metric)).collect()
}

fn scaled(metric: &Metric) -> f64 {
    if metric.unit == "B/s" { metric.value / BYTES_PER_MB } else { metric.value }
}

/// Go's own units where it has them; otherwise the metric's name in front of its unit, without spaces.
fn unit(name: &str, metric: &Metric) -> String {
    match name {
        "time_ns" => "ns/op".to_owned(),
        "cpu_time_ns" => "cpu-ns/op".to_owned(),
        "criterion_ns" => "criterion-ns/op".to_owned(),
        "throughput_Bps" => "MB/s".to_owned(),
        "ops_ps" => "ops/s".to_owned(),
        "allocs_per_op" => "allocs/op".to_owned(),
        "alloc_bytes_per_op" => "B/op".to_owned(),
        name => {
            let name = name_with_statistic(name, metric);
            let per = if metric.unit.ends_with("/op") { "/op" } else { "" };
            format!("{}{per}", name.strip_suffix("_per_op").unwrap_or(&name).replace('_', "-"))
        }
    }
}

/// `Benchmark` and the id, whose first letter may not be small.
fn name(id: &str) -> String {
    let mut characters = id.chars().map(|c| if c.is_whitespace() || c.is_control() { '_' } else { c });
    let first: String = characters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("Benchmark{first}{}", characters.collect::<String>())
}

/// Go's own way out of a name that stands twice: `#01`.
fn unused(name: &str, names: &mut BTreeSet<String>) -> String {
    let mut candidate = name.to_owned();
    let mut number = 0u32;
    while !names.insert(candidate.clone()) {
        number += 1;
        candidate = format!("{name}#{number:02}");
    }
    candidate
}

fn go_architecture(arch: &str) -> &str {
    match arch {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_spaces_and_no_small_first_letter() {
        assert_eq!(name("parse/all time units/1 KiB"), "BenchmarkParse/all_time_units/1_KiB");
    }

    #[test]
    fn a_name_that_stands_twice_is_numbered_as_go_does() {
        let mut names = BTreeSet::new();
        let given = ["a b", "a_b", "A_b"].map(|id| unused(&name(id), &mut names));
        assert_eq!(given, ["BenchmarkA_b", "BenchmarkA_b#01", "BenchmarkA_b#02"]);
    }
}
