//! From rounds to metrics.
//!
//! A neighbour can only lengthen a kernel, so its time is the 20th percentile over rounds of each round's minimum: low
//! enough to be free of bursts, not as lucky as the least of all. Contention is part of blocking and contended work,
//! whose time is the median of medians.

use std::collections::BTreeMap;

use super::time::TimeRound;
use crate::{
    format::{Benchmark, Metric, metric_info},
    statistics::{LOW_QUANTILE, quantile},
};

/// `time_ns`, `cpu_time_ns`, `criterion_ns`, and the throughput that follows from the time. Empty without rounds.
pub fn summarise(rounds: &[TimeRound], benchmark: &Benchmark, contended: bool) -> BTreeMap<String, Metric> {
    let mut metrics = Metrics(BTreeMap::new());
    if rounds.is_empty() {
        return metrics.0;
    }
    let (wall, cpu) = wall_and_cpu(rounds, contended);
    metrics.over_rounds("time_ns", &wall, contended, |ns| ns);
    if let Some(cpu) = cpu {
        metrics.over_rounds("cpu_time_ns", &cpu, contended, |ns| ns);
    }
    metrics.criterion(rounds);

    let throughput = rounds.iter().find_map(|round| round.throughput);
    let declared = |declared: u64, none: u64| (declared != none).then_some(declared);
    let bytes = declared(benchmark.bytes, 0).or_else(|| throughput?.bytes());
    let elements = declared(benchmark.elements, 1).or_else(|| throughput?.elements());
    if let Some(bytes) = bytes {
        metrics.over_rounds("throughput_Bps", &wall, contended, |ns| per_second(bytes, ns));
    }
    if bytes.is_none() || elements.is_some() {
        metrics.over_rounds("ops_ps", &wall, contended, |ns| per_second(elements.unwrap_or(1), ns));
    }
    metrics.0
}

/// `time_ns` and `cpu_time_ns` of each round: what their statistics are made of.
pub fn round_values(rounds: &[TimeRound], contended: bool) -> BTreeMap<String, Vec<f64>> {
    let (wall, cpu) = wall_and_cpu(rounds, contended);
    let named = [("time_ns", Some(wall)), ("cpu_time_ns", cpu)];
    named.into_iter().filter_map(|(name, values)| Some((name.to_owned(), values?))).collect()
}

/// CPU times are there only where every round has one.
fn wall_and_cpu(rounds: &[TimeRound], contended: bool) -> (Vec<f64>, Option<Vec<f64>>) {
    let wall = |round: &TimeRound| if contended { round.wall_ns_median } else { round.wall_ns_min };
    let cpu = |round: &TimeRound| if contended { round.cpu_ns_median } else { round.cpu_ns_min };
    (rounds.iter().map(wall).collect(), rounds.iter().map(cpu).collect())
}

fn per_second(each: u64, ns: f64) -> f64 {
    each as f64 * 1e9 / ns
}

struct Metrics(BTreeMap<String, Metric>);

impl Metrics {
    /// The statistic over rounds, then made into another unit, so that a rate is the rate of exactly that time.
    fn over_rounds(&mut self, name: &str, ns: &[f64], contended: bool, convert: impl Fn(f64) -> f64) {
        let (statistic, at) = if contended { ("median", 0.5) } else { ("p20_min", LOW_QUANTILE) };
        let value = convert(quantile(ns, at));
        let values: Vec<f64> = ns.iter().map(|ns| convert(*ns)).collect();
        // A body that was optimised away takes no time and has no rate.
        if let Some(info) = metric_info(name).filter(|_| values.iter().all(|value| value.is_finite())) {
            let metric = Metric::new(info, value, statistic, "criterion");
            self.0.insert(name.to_owned(), metric.with_extremes(&values).with_n(ns.len() as u64));
        }
    }

    /// Criterion's own estimate, from the round in the middle.
    fn criterion(&mut self, rounds: &[TimeRound]) {
        let mut ordered: Vec<&TimeRound> = rounds.iter().collect();
        ordered.sort_by(|a, b| a.criterion_ns.total_cmp(&b.criterion_ns));
        let middle = ordered.get(ordered.len().saturating_sub(1) / 2);
        if let (Some(round), Some(info)) = (middle, metric_info("criterion_ns")) {
            let (low, high) = round.criterion_interval;
            let metric = Metric::new(info, round.criterion_ns, "criterion", "criterion")
                .with_interval(low, high, round.criterion_level)
                .with_n(round.samples.len() as u64);
            self.0.insert("criterion_ns".to_owned(), metric);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::criterion::output::Throughput;

    fn round(min: f64, criterion: f64) -> TimeRound {
        TimeRound {
            wall_ns_min: min,
            wall_ns_median: min * 2.0,
            cpu_ns_min: Some(min - 1.0),
            cpu_ns_median: Some(min * 2.0 - 1.0),
            criterion_ns: criterion,
            criterion_interval: (criterion - 1.0, criterion + 1.0),
            criterion_level: 0.95,
            statistic: "slope",
            samples: vec![(1.0, min); 3],
            throughput: None,
        }
    }

    fn rounds() -> Vec<TimeRound> {
        [14.0, 10.0, 11.0, 12.0, 13.0].into_iter().map(|min| round(min, min * 1.5)).collect()
    }

    #[test]
    fn one_round_has_no_interval() {
        let metrics = summarise(&rounds()[..1], &of_bytes(64), false);
        assert_eq!(metrics["time_ns"].ci, None);
    }

    fn of_bytes(bytes: u64) -> Benchmark {
        Benchmark { bytes, ..Benchmark::new("a/b") }
    }

    #[test]
    fn kernels_are_the_low_quantile_of_minima() {
        let metrics = summarise(&rounds(), &of_bytes(64), false);
        let time = &metrics["time_ns"];
        assert_eq!((time.value, time.statistic.as_str(), time.n), (10.8, "p20_min", Some(5)));
        let ci = time.ci.unwrap();
        assert_eq!((ci.low, ci.high, ci.level), (10.0, 14.0, 1.0));
        assert_eq!(metrics["cpu_time_ns"].value, 9.8);
    }

    #[test]
    fn contended_work_is_the_median_of_medians() {
        let metrics = summarise(&rounds(), &of_bytes(64), true);
        assert_eq!((metrics["time_ns"].value, metrics["time_ns"].statistic.as_str()), (24.0, "median"));
    }

    #[test]
    fn the_estimate_of_the_middle_round_is_kept() {
        let metrics = summarise(&rounds(), &of_bytes(64), false);
        assert_eq!((metrics["criterion_ns"].value, metrics["criterion_ns"].n), (18.0, Some(3)));
    }

    #[test]
    fn a_rate_is_the_rate_of_the_time() {
        let metrics = summarise(&rounds(), &of_bytes(108), false);
        let rate = &metrics["throughput_Bps"];
        assert!((rate.value - 1e10).abs() < 1.0, "{}", rate.value);
        let ci = rate.ci.unwrap();
        assert!(ci.low < rate.value && rate.value < ci.high);
        assert!(!metrics.contains_key("ops_ps"));
        let operations = summarise(&rounds(), &of_bytes(0), false);
        assert!((operations["ops_ps"].value - 1e9 / 10.8).abs() < 1.0);
    }

    #[test]
    fn criterions_own_throughput_serves_where_nothing_is_declared() {
        let mut rounds = rounds();
        rounds[0].throughput = Some(Throughput::ElementsAndBytes { elements: 2, bytes: 108 });
        let metrics = summarise(&rounds, &of_bytes(0), false);
        assert!((metrics["throughput_Bps"].value - 1e10).abs() < 1.0);
        assert!((metrics["ops_ps"].value - 2e9 / 10.8).abs() < 1.0);
    }

    #[test]
    fn without_cpu_times_in_every_round_there_is_no_cpu_time() {
        let mut rounds = rounds();
        rounds[2].cpu_ns_min = None;
        assert!(!summarise(&rounds, &of_bytes(1), false).contains_key("cpu_time_ns"));
        assert!(summarise(&[], &of_bytes(1), false).is_empty());
    }
}
