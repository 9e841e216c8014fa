//! Start-up: fresh processes, from their start to ready.
//!
//! The process says how long `main` took to be ready and when that was on the machine's monotonic clock; perfkit reads
//! the same clock before it makes the process, and so has what came before `main` too. A neighbour can only lengthen a
//! start, so the 20th percentile of many stands for them.
//!
//! A start can be counted as well: one cold call, in one process, so nothing cancels; it is compared only with itself.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

use super::{Counts, Executable, InstrumentError, counts::one_run};
use crate::{
    format::{Metric, metric_info},
    statistics::quantile,
};

/// Fresh processes in one round.
pub const STARTS_PER_ROUND: u32 = 6;

/// Which quantile of the starts.
const START_QUANTILE: f64 = 0.2;

/// One start, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Start {
    /// From `main` to ready.
    pub main_ns: f64,
    /// From before the process was made to ready; `None` where processes share no clock.
    pub process_ns: Option<f64>,
}

/// What `--perfkit-startup` prints.
#[derive(Debug, Deserialize)]
struct Measured {
    id: String,
    main_to_ready_ns: u64,
    ready_at_ns: u64,
}

/// Start once.
pub fn startup(executable: &Executable, id: &str) -> Result<Start, InstrumentError> {
    let process = executable.process().args(&["--perfkit-startup", id]);
    let before = monotonic_nanoseconds();
    let output = process.run()?;
    let unreadable = |why: String| InstrumentError::Unreadable { what: format!("the start of {id}"), why };
    let measured: Measured =
        serde_json::from_str(output.stdout.trim()).map_err(|error| unreadable(error.to_string()))?;
    if measured.id != id {
        return Err(unreadable(format!("it is of {:?}", measured.id)));
    }
    let since = measured.ready_at_ns.checked_sub(before).filter(|_| before > 0);
    let process_ns = since.filter(|since| *since >= measured.main_to_ready_ns).map(|since| since as f64);
    Ok(Start { main_ns: measured.main_to_ready_ns as f64, process_ns })
}

/// What the start costs on the thread that starts, counted once. A start that makes threads is refused: theirs would be
/// missing.
pub fn count_startup(executable: &Executable, id: &str, scratch: &Path) -> Result<Counts, InstrumentError> {
    one_run(executable, &["--perfkit-startup", id], id, scratch).map_err(|error| match error {
        InstrumentError::ThreadInRegion { id } => InstrumentError::ThreadInStart { id },
        other => other,
    })
}

/// `startup_ns` and `process_startup_ns`.
pub fn summarise_startup(starts: &[Start]) -> BTreeMap<String, Metric> {
    let mut metrics = BTreeMap::new();
    let mut add = |name: &str, values: &[f64]| {
        let Some(info) = metric_info(name).filter(|_| !values.is_empty()) else { return };
        let metric = Metric::new(info, quantile(values, START_QUANTILE), "p20", "startup");
        metrics.insert(name.to_owned(), metric.with_extremes(values).with_n(values.len() as u64));
    };
    add("startup_ns", &starts.iter().map(|start| start.main_ns).collect::<Vec<f64>>());
    if let Some(process) = starts.iter().map(|start| start.process_ns).collect::<Option<Vec<f64>>>() {
        add("process_startup_ns", &process);
    }
    metrics
}

/// The clock that the started process reads too; 0 where there is none.
#[cfg(unix)]
fn monotonic_nanoseconds() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid, exclusive timespec for the length of the call.
    let outcome = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    if outcome != 0 {
        return 0;
    }
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}

#[cfg(not(unix))]
fn monotonic_nanoseconds() -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_quantile_of_many_starts_stands_for_them() {
        let starts: Vec<Start> = (1..=11)
            .map(|ns| Start { main_ns: f64::from(ns), process_ns: Some(f64::from(ns) + 100.0) })
            .collect();
        let metrics = summarise_startup(&starts);
        assert_eq!((metrics["startup_ns"].value, metrics["startup_ns"].n), (3.0, Some(11)));
        assert_eq!(metrics["process_startup_ns"].value, 103.0);
        assert_eq!(metrics["startup_ns"].statistic, "p20");
    }

    #[test]
    fn without_a_shared_clock_in_every_start_there_is_no_time_of_the_process() {
        let start = |process_ns| Start { main_ns: 1.0, process_ns };
        let metrics = summarise_startup(&[start(Some(2.0)), start(None)]);
        assert!(!metrics.contains_key("process_startup_ns") && metrics.contains_key("startup_ns"));
        assert!(summarise_startup(&[]).is_empty());
    }
}
