//! Latency: percentiles of operations on a fixed schedule, from each one's intended start.
//!
//! A round is a fresh process that prints its histogram; the rounds' histograms are added up, since a percentile of all
//! operations is not the mean of percentiles. The rate is part of what a percentile means, so it stands in the
//! statistic: latencies at another rate are not compared.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde::Deserialize;
use serde_json::json;

use super::{Executable, InstrumentError};
use crate::format::{Metric, metric_info};

/// The histogram of the harness: 1 ns to 60 s at three significant digits.
const LONGEST_NS: u64 = 60_000_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;
/// The most buckets that such a histogram can have; more is no histogram.
const BUCKET_LIMIT: usize = 100_000;

/// A percentile is told only where so many operations lie beyond it: one would be the luck of a single stall.
const BEYOND: f64 = 10.0;

const PERCENTILES: [(&str, f64); 3] = [("p50_ns", 0.5), ("p99_ns", 0.99), ("p999_ns", 0.999)];

/// What one process measured.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct LatencyRound {
    /// The benchmark.
    pub id: String,
    /// Operations per second.
    pub rate: u64,
    /// Operations on the schedule.
    pub scheduled: u64,
    /// Operations that started more than 1 µs after their intended start.
    pub late: u64,
    /// Operations that never started; the histogram has them with the time for which they waited.
    pub unstarted: u64,
    /// The share of the time in which the thread was runnable and had no core; `None` where the kernel does not tell.
    #[serde(default)]
    pub waited: Option<f64>,
    /// Latencies in nanoseconds and how many operations had them.
    pub histogram: Vec<(u64, u64)>,
}

/// One round: `rate` operations per second for so many seconds.
pub fn latency(
    executable: &Executable,
    id: &str,
    rate: u64,
    seconds: f64,
) -> Result<LatencyRound, InstrumentError> {
    let arguments = ["--perfkit-latency", id, &rate.to_string(), &seconds.to_string()];
    let output = executable.process().args(&arguments).run()?;
    parse(&output.stdout, id, rate)
        .map_err(|why| InstrumentError::Unreadable { what: format!("the latencies of {id}"), why })
}

fn parse(text: &str, id: &str, rate: u64) -> Result<LatencyRound, String> {
    let round: LatencyRound = serde_json::from_str(text.trim()).map_err(|error| error.to_string())?;
    if round.id != id || round.rate != rate {
        return Err(format!("they are of {:?} at {}/s, wanted {id:?} at {rate}/s", round.id, round.rate));
    }
    if round.histogram.len() > BUCKET_LIMIT {
        return Err(format!("{} buckets, at most {BUCKET_LIMIT} make sense", round.histogram.len()));
    }
    let recorded = round.histogram.iter().fold(0u64, |sum, (_, count)| sum.saturating_add(*count));
    if recorded != round.scheduled || recorded == 0 {
        return Err(format!("{recorded} latencies of {} operations", round.scheduled));
    }
    Ok(round)
}

/// `p50_ns`, `p99_ns`, `p999_ns` of all rounds together, with the rounds' own extremes as interval. A percentile that
/// too few operations lie beyond is left out.
pub fn summarise_latency(rounds: &[LatencyRound]) -> BTreeMap<String, Metric> {
    let mut metrics = BTreeMap::new();
    let histograms: Vec<Histogram<u64>> = rounds.iter().filter_map(histogram).collect();
    let (Some(first), Some(mut merged)) = (rounds.first(), empty()) else { return metrics };
    for round in &histograms {
        // The bounds are the same, so nothing is out of range.
        let _ = merged.add(round);
    }
    let operations = merged.len();
    let total = |of: fn(&LatencyRound) -> u64| rounds.iter().map(of).sum::<u64>();
    for (name, at) in PERCENTILES {
        let Some(info) = metric_info(name).filter(|_| operations as f64 * (1.0 - at) >= BEYOND) else {
            continue;
        };
        let statistic = format!("open_loop@{}/s", first.rate);
        let value = |histogram: &Histogram<u64>| histogram.value_at_quantile(at) as f64;
        let of_rounds: Vec<f64> = histograms.iter().map(value).collect();
        let metric = Metric::new(info, value(&merged), &statistic, "latency");
        let mut metric = metric.with_extremes(&of_rounds).with_n(operations);
        let late = total(|round| round.late) as f64 / total(|round| round.scheduled) as f64;
        metric.extra.insert("late_share".to_owned(), json!(late));
        metric.extra.insert("unstarted".to_owned(), json!(total(|round| round.unstarted)));
        let waited: Option<Vec<f64>> = rounds.iter().map(|round| round.waited).collect();
        let mean = waited.map(|waited| waited.iter().sum::<f64>() / waited.len() as f64);
        metric.extra.extend(mean.map(|waited| ("waited".to_owned(), json!(waited))));
        metric.extra.insert("rounds".to_owned(), json!(rounds.len()));
        metrics.insert(name.to_owned(), metric);
    }
    metrics
}

fn empty() -> Option<Histogram<u64>> {
    Histogram::new_with_bounds(1, LONGEST_NS, SIGNIFICANT_DIGITS).ok()
}

fn histogram(round: &LatencyRound) -> Option<Histogram<u64>> {
    let mut histogram = empty()?;
    for (value, count) in &round.histogram {
        histogram.saturating_record_n(*value, *count);
    }
    Some(histogram)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(rate: u64, histogram: &[(u64, u64)]) -> LatencyRound {
        let scheduled = histogram.iter().map(|(_, count)| count).sum();
        LatencyRound {
            id: "a".to_owned(),
            rate,
            scheduled,
            late: 0,
            unstarted: 0,
            waited: None,
            histogram: histogram.to_vec(),
        }
    }

    #[test]
    fn a_percentile_of_all_operations_is_not_the_mean_of_percentiles() {
        let quiet = round(1000, &[(100, 10_000)]);
        let disturbed = round(1000, &[(100, 9_500), (100_000, 500)]);
        let metrics = summarise_latency(&[quiet.clone(), disturbed, quiet]);
        assert_eq!(metrics["p50_ns"].value, 100.0);
        // 500 of 30000 operations: beyond the 99th percentile of all, although not of two rounds of three.
        assert!((metrics["p99_ns"].value / 100_000.0 - 1.0).abs() < 1e-3, "{:?}", metrics["p99_ns"]);
        assert_eq!(metrics["p99_ns"].ci.map(|ends| ends.low), Some(100.0));
        assert_eq!(metrics["p99_ns"].statistic, "open_loop@1000/s");
    }

    #[test]
    fn the_luck_of_a_few_operations_is_no_percentile() {
        let metrics = summarise_latency(&[round(1000, &[(100, 2_000)])]);
        assert_eq!(metrics.keys().map(String::as_str).collect::<Vec<_>>(), ["p50_ns", "p99_ns"]);
    }

    #[test]
    fn other_rates_are_other_statistics() {
        let metric = |rate| summarise_latency(&[round(rate, &[(100, 100)])]).remove("p50_ns").unwrap();
        assert!(!metric(1000).comparable(&metric(2000)));
    }

    #[test]
    fn what_the_schedule_missed_is_kept_beside_the_percentile() {
        let mut late = round(1000, &[(100, 20_000)]);
        (late.late, late.unstarted) = (5_000, 7);
        let metric = summarise_latency(&[late]).remove("p99_ns").unwrap();
        assert_eq!((&metric.extra["late_share"], &metric.extra["unstarted"]), (&json!(0.25), &json!(7)));
    }

    #[test]
    fn a_histogram_that_lost_operations_is_refused() {
        let text = |count| {
            format!(
                r#"{{"id":"a","rate":10,"scheduled":5,"late":0,"unstarted":0,"histogram":[[9,{count}]]}}"#
            )
        };
        assert!(parse(&text(5), "a", 10).is_ok());
        assert_eq!(parse(&text(4), "a", 10).unwrap_err(), "4 latencies of 5 operations");
        assert!(parse(&text(5), "a", 20).unwrap_err().contains("at 10/s, wanted \"a\" at 20/s"));
    }
}
