//! Scaling: operations per second of all threads together, at each number of threads.
//!
//! A round takes one fresh process per number of threads, one after the other, so that an efficiency is made of numbers
//! that were measured within the same few seconds. The median over rounds stands for both: contention is part of the
//! work, and a minimum would hide it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Executable, InstrumentError};
use crate::{
    format::{Metric, metric::SCALING_THREADS, metric_info},
    statistics::quantile,
};

/// The level of an interval whose ends are the extremes of the rounds.
const EXTREMES: f64 = 1.0;

/// Operations per second by number of threads, in one round.
pub type ScalingRound = BTreeMap<u32, f64>;

/// What `--perfkit-scaling` prints.
#[derive(Debug, Deserialize)]
struct Measured {
    id: String,
    threads: u32,
    ops_ps: f64,
}

/// Operations per second of `threads` threads in a window of so many milliseconds.
pub fn scaling(
    executable: &Executable,
    id: &str,
    threads: u32,
    milliseconds: u32,
) -> Result<f64, InstrumentError> {
    let arguments = ["--perfkit-scaling", id, &threads.to_string(), &milliseconds.to_string()];
    let output = executable.process().args(&arguments).run()?;
    let unreadable = |why: String| InstrumentError::Unreadable {
        what: format!("the rate of {id} at {threads} threads"),
        why,
    };
    let measured: Measured =
        serde_json::from_str(output.stdout.trim()).map_err(|error| unreadable(error.to_string()))?;
    if measured.id != id || measured.threads != threads {
        return Err(unreadable(format!("it is of {} threads of {:?}", measured.threads, measured.id)));
    }
    // A window in which no operation ended says nothing about the rate but that it is low.
    if !(measured.ops_ps.is_finite() && measured.ops_ps > 0.0) {
        return Err(unreadable(format!("no operation ended within {milliseconds} ms")));
    }
    Ok(measured.ops_ps)
}

/// `ops_ps_N` for each number of threads, and `scaling_efficiency_N` above one thread: the rate at N over N times the
/// rate at one thread of the same round.
pub fn summarise_scaling(rounds: &[ScalingRound]) -> BTreeMap<String, Metric> {
    let mut metrics = BTreeMap::new();
    let mut add = |name: String, values: &[f64]| {
        let Some(info) = metric_info(&name).filter(|_| !values.is_empty()) else { return };
        let mut metric =
            Metric::new(info, quantile(values, 0.5), "median", "scaling").with_n(values.len() as u64);
        if values.len() > 1 {
            metric = metric.with_interval(quantile(values, 0.0), quantile(values, 1.0), EXTREMES);
        }
        metrics.insert(name, metric);
    };
    for threads in SCALING_THREADS {
        let rates: Vec<f64> = rounds.iter().filter_map(|round| round.get(&threads).copied()).collect();
        add(format!("ops_ps_{threads}"), &rates);
        let efficiency =
            |round: &ScalingRound| Some(round.get(&threads)? / (f64::from(threads) * round.get(&1)?));
        if threads > 1 {
            let efficiencies: Vec<f64> = rounds.iter().filter_map(efficiency).collect();
            add(format!("scaling_efficiency_{threads}"), &efficiencies);
        }
    }
    metrics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn efficiency_is_taken_within_a_round() {
        // A machine that is half as fast in the second round scales as well in both.
        let rounds = [
            ScalingRound::from([(1, 100.0), (2, 180.0)]),
            ScalingRound::from([(1, 50.0), (2, 90.0)]),
            ScalingRound::from([(1, 100.0), (2, 160.0)]),
        ];
        let metrics = summarise_scaling(&rounds);
        let efficiency = &metrics["scaling_efficiency_2"];
        assert!((efficiency.value - 0.9).abs() < 1e-12);
        assert_eq!((efficiency.n, efficiency.ci.map(|ends| ends.low)), (Some(3), Some(0.8)));
        assert_eq!(metrics["ops_ps_1"].value, 100.0);
        assert_eq!(metrics["ops_ps_2"].statistic, "median");
        assert_eq!(metrics.len(), 3, "no efficiency at one thread, nothing at four");
    }

    #[test]
    fn one_round_has_no_interval_and_none_no_metric() {
        let metrics = summarise_scaling(&[ScalingRound::from([(1, 100.0), (2, 150.0)])]);
        assert_eq!(metrics["scaling_efficiency_2"].ci, None);
        assert!(summarise_scaling(&[]).is_empty());
    }
}
