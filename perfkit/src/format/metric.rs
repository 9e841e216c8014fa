//! Metrics: a value with its unit, direction, class and statistic. Only equal statistics are compared.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::statistics::quantile;

/// The level of an interval whose ends are the extremes of the rounds.
const EXTREMES: f64 = 1.0;

/// One measured number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// In base units: nanoseconds, bytes, operations per second, or a plain count per operation.
    pub value: f64,
    /// The unit of `value` and `ci`.
    pub unit: String,
    /// Which direction is an improvement.
    pub better: Better,
    /// Counted metrics are exact and gate without statistics.
    pub class: Class,
    /// How `value` was made from samples: `p20_min`, `median`, `criterion`, `exact`, `first_call`, …
    pub statistic: String,
    /// The spread of `value`, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<Interval>,
    /// Samples, rounds or operations behind `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// The instrument: `criterion`, `callgrind`, `dhat`, `allocator`, `iai-callgrind`, `scaling`, `latency`, `startup`,
    /// `size`, `import`.
    pub source: String,
    /// In baselines: that it is older than what stands around it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Kept>,
    /// Fields of later minor versions.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// The run that was accepted was asked for this number, and its host had no means to measure it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The commit that it was measured at.
    pub revision: String,
    /// What was missing.
    pub reason: String,
}

/// An interval around a value, in the value's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Confidence level, or 1 where the ends are the extremes of the rounds.
    pub level: f64,
}

/// The direction of improvement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// Smaller is better.
    Less,
    /// Larger is better.
    More,
}

/// Whether a metric is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Exact and the same under any load.
    Counted,
    /// Subject to the machine's noise.
    Timed,
}

/// What is fixed about a metric's name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricInfo {
    /// The name in documents.
    pub name: &'static str,
    /// The base unit.
    pub unit: &'static str,
    /// The direction of improvement.
    pub better: Better,
    /// Counted or timed.
    pub class: Class,
    /// The column head in tables.
    pub heading: &'static str,
}

/// Every metric name, in the order of table columns. `ops_ps_N` and `scaling_efficiency_N` stand for any number `N` of
/// threads.
pub const METRICS: &[MetricInfo] = &[
    timed("time_ns", "ns", Better::Less, "time"),
    timed("cpu_time_ns", "ns", Better::Less, "cpu time"),
    timed("criterion_ns", "ns", Better::Less, "criterion"),
    timed("throughput_Bps", "B/s", Better::More, "throughput"),
    timed("ops_ps", "1/s", Better::More, "rate"),
    timed("ops_ps_N", "1/s", Better::More, "rate (N threads)"),
    counted("ir", "instructions/op", "instr"),
    counted("locked_ops", "operations/op", "locked"),
    counted("syscalls", "calls/op", "syscalls"),
    counted("bytes_copied", "B/op", "copied"),
    counted("allocs_per_op", "allocations/op", "allocs"),
    counted("alloc_bytes_per_op", "B/op", "alloc bytes"),
    counted("reallocs_per_op", "reallocations/op", "reallocs"),
    counted("peak_bytes", "B", "peak"),
    counted("ir_cross_check", "instructions/op", "instr (iai)"),
    timed("p50_ns", "ns", Better::Less, "p50"),
    timed("p99_ns", "ns", Better::Less, "p99"),
    timed("p999_ns", "ns", Better::Less, "p99.9"),
    timed("startup_ns", "ns", Better::Less, "start-up"),
    timed("process_startup_ns", "ns", Better::Less, "process start-up"),
    timed("scaling_efficiency_N", "ratio", Better::More, "scaling"),
    counted("struct_bytes", "B", "struct"),
    counted("binary_bytes", "B", "binary"),
];

/// The statistic of a count per operation, from the difference of two runs.
pub const EXACT: &str = "exact";
/// The statistic of a count of one cold call with its harness.
pub const FIRST_CALL: &str = "first_call";
/// The statistic of a count of one start.
pub const STARTUP: &str = "startup";
/// The statistic of what another tool's runner counts: one call, everything below the bench function included.
pub const RUNNER: &str = "runner";

/// The statistics of counts that are compared with themselves only, never with an exact one.
pub const INEXACT_COUNTS: [&str; 3] = [FIRST_CALL, STARTUP, RUNNER];

/// The numbers of threads that scaling is measured at, where there are as many cores.
pub const SCALING_THREADS: [u32; 4] = [1, 2, 4, 8];

const fn timed(name: &'static str, unit: &'static str, better: Better, heading: &'static str) -> MetricInfo {
    MetricInfo { name, unit, better, class: Class::Timed, heading }
}

const fn counted(name: &'static str, unit: &'static str, heading: &'static str) -> MetricInfo {
    MetricInfo { name, unit, better: Better::Less, class: Class::Counted, heading }
}

/// What is fixed about `name`; `None` for a name that perfkit does not know.
pub fn metric_info(name: &str) -> Option<&'static MetricInfo> {
    let known = match of_threads(name) {
        Some(("ops_ps", _)) => "ops_ps_N",
        Some(("scaling_efficiency", _)) => "scaling_efficiency_N",
        _ => name,
    };
    METRICS.iter().find(|info| info.name == known)
}

/// Whether a model over sizes can be made of a metric: less is better, and it is the cost of one operation.
pub fn is_cost(metric: &str) -> bool {
    let whole_programs = ["struct_bytes", "binary_bytes", "startup_ns", "process_startup_ns"];
    metric_info(metric).is_some_and(|info| info.better == Better::Less) && !whole_programs.contains(&metric)
}

/// What a name that ends in a number of threads is before it, and the number: `ops_ps_8` is `ops_ps` with 8 threads.
pub fn of_threads(name: &str) -> Option<(&str, u32)> {
    let (before, threads) = name.rsplit_once('_')?;
    let is_plain = !threads.starts_with(['0', '+']);
    Some((before, threads.parse().ok().filter(|_| is_plain)?))
}

impl Metric {
    /// A metric whose unit, direction and class follow from its name.
    pub fn new(info: &MetricInfo, value: f64, statistic: &str, source: &str) -> Self {
        Self {
            value,
            unit: info.unit.to_owned(),
            better: info.better,
            class: info.class,
            statistic: statistic.to_owned(),
            ci: None,
            n: None,
            source: source.to_owned(),
            kept: None,
            extra: BTreeMap::new(),
        }
    }

    /// With an interval.
    pub fn with_interval(mut self, low: f64, high: f64, level: f64) -> Self {
        self.ci = Some(Interval { low, high, level });
        self
    }

    /// With the extremes of the rounds' values as its interval. One round has no spread, and an interval of width zero
    /// would claim that there is none.
    pub fn with_extremes(self, values: &[f64]) -> Self {
        match values {
            [] | [_] => self,
            several => self.with_interval(quantile(several, 0.0), quantile(several, 1.0), EXTREMES),
        }
    }

    /// With the number of samples, rounds or operations behind it.
    pub fn with_n(mut self, n: u64) -> Self {
        self.n = Some(n);
        self
    }

    /// The change from `base` in the direction that hurts, as a fraction: +0.1 is ten per cent worse. A throughput
    /// that falls by 10 % is 11.1 % worse, as the time per operation is. `None` where the two are not comparable
    /// (other statistic or unit) or the base is zero.
    pub fn worsening(&self, base: &Self) -> Option<f64> {
        if !self.comparable(base) || base.value == 0.0 || self.value == 0.0 {
            return None;
        }
        Some(match self.better {
            Better::Less => self.value / base.value - 1.0,
            Better::More => base.value / self.value - 1.0,
        })
    }

    /// Whether the two numbers mean the same.
    pub fn comparable(&self, other: &Self) -> bool {
        self.statistic == other.statistic && self.unit == other.unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_less_throughput_is_a_ninth_worse() {
        let info = metric_info("throughput_Bps").unwrap();
        let base = Metric::new(info, 1000.0, "median", "criterion");
        let now = Metric::new(info, 900.0, "median", "criterion");
        assert!((now.worsening(&base).unwrap() - 1.0 / 9.0).abs() < 1e-12);
    }

    #[test]
    fn different_statistics_are_not_compared() {
        let info = metric_info("time_ns").unwrap();
        let base = Metric::new(info, 10.0, "median", "criterion");
        let now = Metric::new(info, 20.0, "p20_min", "criterion");
        assert_eq!(now.worsening(&base), None);
    }

    #[test]
    fn the_extremes_of_rounds_are_an_interval_and_one_round_has_none() {
        let metric = Metric::new(metric_info("time_ns").unwrap(), 2.0, "median", "criterion");
        let interval = metric.clone().with_extremes(&[2.0, 9.0, 1.0]).ci.unwrap();
        assert_eq!((interval.low, interval.high, interval.level), (1.0, 9.0, 1.0));
        assert_eq!(metric.clone().with_extremes(&[2.0]).ci, None);
        assert_eq!(metric.with_extremes(&[]).ci, None);
    }

    #[test]
    fn scaling_names_carry_any_thread_count() {
        assert_eq!(metric_info("scaling_efficiency_8").unwrap().better, Better::More);
        assert_eq!(metric_info("ops_ps_16").unwrap().unit, "1/s");
        assert!(metric_info("scaling_efficiency_08").is_none() && metric_info("ops_ps_many").is_none());
        assert_eq!(metric_info("ops_ps").unwrap().name, "ops_ps");
        assert!(metric_info("time_s").is_none());
    }
}
