//! Scaling: operations per second of all threads together, at each number of threads.
//!
//! A round takes one fresh process per number of threads, one after the other, so that an efficiency is made of numbers
//! that were measured within the same few seconds. The median over rounds stands for both: contention is part of the
//! work, and a minimum would hide it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::{Executable, InstrumentError};
use crate::{
    format::{Metric, metric::SCALING_THREADS, metric_info},
    statistics::quantile,
};

/// One round, by number of threads.
pub type ScalingRound = BTreeMap<u32, ScalingRate>;

/// What one process measured, which is what `--perfkit-scaling` prints.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ScalingRate {
    /// The benchmark.
    pub id: String,
    /// Threads at work.
    pub threads: u32,
    /// Operations per second of all of them.
    pub ops_ps: f64,
    /// The share of the time in which the threads were runnable and had no core; `None` where the kernel does not tell.
    #[serde(default)]
    pub waited: Option<f64>,
}

/// Operations per second of `threads` threads in a window of so many milliseconds.
pub fn scaling(
    executable: &Executable,
    id: &str,
    threads: u32,
    milliseconds: u32,
) -> Result<ScalingRate, InstrumentError> {
    let arguments = ["--perfkit-scaling", id, &threads.to_string(), &milliseconds.to_string()];
    let output = executable.process().args(&arguments).run()?;
    let unreadable = |why: String| InstrumentError::Unreadable {
        what: format!("the rate of {id} at {threads} threads"),
        why,
    };
    let measured: ScalingRate =
        serde_json::from_str(output.stdout.trim()).map_err(|error| unreadable(error.to_string()))?;
    if measured.id != id || measured.threads != threads {
        return Err(unreadable(format!("it is of {} threads of {:?}", measured.threads, measured.id)));
    }
    // A window in which a thread ended no operation says nothing about the rate but that it is low.
    if !(measured.ops_ps.is_finite() && measured.ops_ps > 0.0) {
        let of = if threads == 1 { "" } else { " on one of the threads" };
        return Err(unreadable(format!("no operation ended within {milliseconds} ms{of}")));
    }
    Ok(measured)
}

/// `ops_ps_N` for each number of threads, in elements where an operation has several, as `ops_ps` is, and
/// `scaling_efficiency_N` above one thread: the rate at N over N times the rate at one thread of the same round.
pub fn summarise_scaling(rounds: &[ScalingRound], elements: u64) -> BTreeMap<String, Metric> {
    let mut metrics = BTreeMap::new();
    let mut add = |name: String, values: &[f64], waited: Option<f64>| {
        let Some(info) = metric_info(&name).filter(|_| !values.is_empty()) else { return };
        let metric = Metric::new(info, quantile(values, 0.5), "median", "scaling");
        let mut metric = metric.with_extremes(values).with_n(values.len() as u64);
        metric.extra.extend(waited.map(|waited| ("waited".to_owned(), json!(waited))));
        metrics.insert(name, metric);
    };
    for threads in SCALING_THREADS {
        let of_round = rounds.iter().filter_map(|round| Some((round.get(&threads)?, round.get(&1)?)));
        let (several, one): (Vec<&ScalingRate>, Vec<&ScalingRate>) = of_round.unzip();
        let rates: Vec<f64> = several.iter().map(|rate| rate.ops_ps).collect();
        let of_elements: Vec<f64> = rates.iter().map(|rate| rate * elements as f64).collect();
        add(format!("ops_ps_{threads}"), &of_elements, median_wait(&several));
        if threads > 1 {
            let ideal = one.iter().map(|one| f64::from(threads) * one.ops_ps);
            let efficiencies: Vec<f64> = rates.iter().zip(ideal).map(|(rate, ideal)| rate / ideal).collect();
            // Either side's wait moves the efficiency.
            let waited = median_wait(&several).zip(median_wait(&one)).map(|(several, one)| several.max(one));
            add(format!("scaling_efficiency_{threads}"), &efficiencies, waited);
        }
    }
    metrics
}

fn median_wait(rates: &[&ScalingRate]) -> Option<f64> {
    let waited: Option<Vec<f64>> = rates.iter().map(|rate| rate.waited).collect();
    waited.filter(|waited| !waited.is_empty()).map(|waited| quantile(&waited, 0.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(one: f64, two: f64) -> ScalingRound {
        let rate = |threads, ops_ps, waited| ScalingRate {
            id: "a".to_owned(),
            threads,
            ops_ps,
            waited: Some(waited),
        };
        ScalingRound::from([(1, rate(1, one, 0.0)), (2, rate(2, two, 0.25))])
    }

    #[test]
    fn efficiency_is_taken_within_a_round() {
        // A machine that is half as fast in the second round scales as well in both.
        let rounds = [round(100.0, 180.0), round(50.0, 90.0), round(100.0, 160.0)];
        let metrics = summarise_scaling(&rounds, 1);
        let efficiency = &metrics["scaling_efficiency_2"];
        assert!((efficiency.value - 0.9).abs() < 1e-12);
        assert_eq!((efficiency.n, efficiency.ci.map(|ends| ends.low)), (Some(3), Some(0.8)));
        assert_eq!(metrics["ops_ps_1"].value, 100.0);
        assert_eq!(
            (&metrics["ops_ps_1"].extra["waited"], &efficiency.extra["waited"]),
            (&json!(0.0), &json!(0.25))
        );
        assert_eq!(metrics["ops_ps_2"].statistic, "median");
        assert_eq!(metrics.len(), 3, "no efficiency at one thread, nothing at four");
    }

    #[test]
    fn one_round_has_no_interval_and_none_no_metric() {
        let metrics = summarise_scaling(&[round(100.0, 150.0)], 1);
        assert_eq!(metrics["scaling_efficiency_2"].ci, None);
        assert!(summarise_scaling(&[], 1).is_empty());
    }

    #[test]
    fn a_rate_is_of_elements_as_the_time_instruments_is_and_an_efficiency_of_neither() {
        let metrics = summarise_scaling(&[round(100.0, 150.0), round(100.0, 170.0)], 64);
        assert_eq!((metrics["ops_ps_1"].value, metrics["ops_ps_2"].value), (6400.0, 10_240.0));
        assert_eq!(metrics["ops_ps_2"].ci.map(|ends| ends.high), Some(10_880.0));
        assert!((metrics["scaling_efficiency_2"].value - 0.8).abs() < 1e-12);
    }
}
