//! Suites: named sets of ids, with the instruments that apply to them and how they are built.

use std::collections::BTreeMap;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::Patterns;
use crate::format::{Class, metric::of_threads, metric_info};

/// A named set of ids with its instruments and build settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// What `--suite` takes.
    pub name: String,
    /// One line for people.
    #[serde(default)]
    pub description: String,
    /// Ids that belong to it.
    pub select: Patterns,
    /// Ids that do not, although selected.
    #[serde(default)]
    pub exclude: Patterns,
    /// The instruments that apply; all when absent.
    #[serde(default)]
    pub instruments: Option<Vec<Instrument>>,
    /// Cargo features of an ISA profile (`blake3/no_avx512`), built in a target directory of its own.
    #[serde(default)]
    pub features: Vec<String>,
    /// Environment of its builds and of every process of what was built, with a target directory of its own.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

impl Suite {
    /// Whether it is built with features or an environment of its own.
    pub fn has_own_build(&self) -> bool {
        !self.features.is_empty() || !self.env.is_empty()
    }
}

/// The kinds of measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Instrument {
    /// Criterion in fresh processes.
    Time,
    /// callgrind and dhat: instructions, locked operations, system calls, bytes copied.
    Count,
    /// The counting allocator.
    Allocs,
    /// iai-callgrind's own count of the headline ids, as a check on ours.
    CrossCheck,
    /// Operations per second at 1, 2, 4 and 8 threads.
    Scaling,
    /// Latency percentiles at a fixed rate.
    Latency,
    /// Fresh processes from start to ready.
    Startup,
    /// Bytes of types and binaries.
    Size,
}

impl Instrument {
    /// All of them, in the order they run: what a busy machine cannot move goes first.
    pub const ALL: [Self; 8] = [
        Self::Size,
        Self::Count,
        Self::Allocs,
        Self::CrossCheck,
        Self::Startup,
        Self::Scaling,
        Self::Latency,
        Self::Time,
    ];

    /// As people and documents write it.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The one that fills a metric.
    pub fn of_metric(name: &str) -> Self {
        match name {
            "allocs_per_op" | "reallocs_per_op" | "alloc_bytes_per_op" | "peak_bytes" => Self::Allocs,
            "ir_cross_check" => Self::CrossCheck,
            "struct_bytes" | "binary_bytes" => Self::Size,
            "p50_ns" | "p99_ns" | "p999_ns" => Self::Latency,
            "startup_ns" | "process_startup_ns" => Self::Startup,
            name if is_of_threads(name) => Self::Scaling,
            name if metric_info(name).is_some_and(|info| info.class == Class::Counted) => Self::Count,
            _ => Self::Time,
        }
    }
}

fn is_of_threads(name: &str) -> bool {
    matches!(name, "ops_ps_N" | "scaling_efficiency_N")
        || of_threads(name).is_some_and(|(of, _)| matches!(of, "ops_ps" | "scaling_efficiency"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::metric::METRICS;

    #[test]
    fn every_metric_is_filled_by_an_instrument_of_its_class() {
        for info in METRICS {
            let counts = [Instrument::Count, Instrument::Allocs, Instrument::CrossCheck, Instrument::Size];
            let is_counted = counts.contains(&Instrument::of_metric(info.name));
            assert_eq!(is_counted, info.class == Class::Counted, "{}", info.name);
        }
        assert_eq!(Instrument::of_metric("scaling_efficiency_4"), Instrument::Scaling);
        assert_eq!(Instrument::of_metric("ops_ps"), Instrument::Time);
    }
}
