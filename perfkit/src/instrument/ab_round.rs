//! One arm's round of an interleaved comparison: a fresh process, pinned to one CPU, in an environment of fixed length.
//!
//! Executables written against the harness take a round by themselves (`--perfkit-round`); everything else is driven
//! through Criterion with the same number of samples. Both arms of a comparison go the same way.

use std::{path::Path, time::Duration};

use serde::Deserialize;

use super::{Dialect, Executable, InstrumentError, TimeRound, TimeSettings, time::pinned_round};
use crate::{format::ArmRound, statistics::quantile};

/// The mode of the harness that takes a round; an executable announces it in its list.
pub const ROUND_MODE: &str = "round";

/// Samples of a Criterion round, the number that the harness takes too.
const CRITERION_SAMPLES: u32 = 20;
/// Resamples behind an estimate that nobody reads: the fewest.
const CRITERION_RESAMPLES: u32 = 2;
/// Warming up takes this part of a Criterion round, as in the harness.
const WARM_UP_PART: u32 = 8;

/// How an arm's round is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundBy {
    /// `--perfkit-round`: samples and nothing else.
    Harness,
    /// A run of Criterion, of this dialect.
    Criterion(Dialect),
}

/// Measure one round of about `length`. `scratch` belongs to this call alone; nothing is left in it.
pub fn ab_round(
    executable: &Executable,
    id: &str,
    by: RoundBy,
    length: Duration,
    cpu: Option<usize>,
    scratch: &Path,
) -> Result<ArmRound, InstrumentError> {
    match by {
        RoundBy::Harness => harness_round(executable, id, length, cpu),
        RoundBy::Criterion(dialect) => {
            let settings = TimeSettings {
                warm_up: length / WARM_UP_PART,
                measurement: length,
                samples: CRITERION_SAMPLES,
                resamples: CRITERION_RESAMPLES,
            };
            pinned_round(executable, id, dialect, &settings, cpu, scratch).map(|round| of_criterion(&round))
        }
    }
}

/// What `--perfkit-round` prints.
#[derive(Debug, Deserialize)]
struct Printed {
    id: String,
    /// Operations, wall nanoseconds, CPU nanoseconds of each sample.
    samples: Vec<(f64, f64, Option<f64>)>,
    /// From the first sample's start to the last one's end.
    wall_ns: f64,
    /// How long the thread was runnable without a core in that time.
    waited_ns: Option<f64>,
}

fn harness_round(
    executable: &Executable,
    id: &str,
    length: Duration,
    cpu: Option<usize>,
) -> Result<ArmRound, InstrumentError> {
    // Milliseconds at a fixed width: argument lists of equal length put the stack at equal places.
    let milliseconds = format!("{:05}", length.as_millis().max(1));
    let output = executable
        .process()
        .args(&["--perfkit-round", id, &milliseconds])
        .with_fixed_environment(&executable.environment)
        .pinned_to(cpu)
        .run()?;
    read(output.stdout.trim(), id)
        .map_err(|why| InstrumentError::Unreadable { what: format!("the round of {id}"), why })
}

fn read(text: &str, id: &str) -> Result<ArmRound, String> {
    let printed: Printed = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if printed.id != id {
        return Err(format!("it is of {:?}", printed.id));
    }
    let is_time = |ns: f64| ns.is_finite() && ns >= 0.0;
    let is_sample = |(operations, wall, cpu): &(f64, f64, Option<f64>)| {
        *operations >= 1.0 && is_time(*wall) && cpu.is_none_or(is_time)
    };
    if printed.samples.is_empty() || !printed.samples.iter().all(is_sample) {
        return Err("a sample is at least one operation and a time that is not negative".to_owned());
    }
    let wall: Vec<f64> = printed.samples.iter().map(|(operations, wall, _)| wall / operations).collect();
    let cpu: Option<Vec<f64>> =
        printed.samples.iter().map(|(operations, _, cpu)| Some((*cpu)? / operations)).collect();
    let cpu = cpu.map(without_standing_clock);
    let round = ArmRound {
        wall_ns_min: quantile(&wall, 0.0),
        wall_ns_median: quantile(&wall, 0.5),
        cpu_ns_min: cpu.as_deref().map(|cpu| quantile(cpu, 0.0)),
        cpu_ns_median: cpu.as_deref().map(|cpu| quantile(cpu, 0.5)),
        waited: printed.waited_ns.filter(|_| printed.wall_ns > 0.0).map(|ns| ns / printed.wall_ns),
    };
    match round.wall_ns_min > 0.0 && round.cpu_ns_min.is_none_or(|ns| ns > 0.0) {
        true => Ok(round),
        false => Err("an operation took no time at all: was it optimised out?".to_owned()),
    }
}

/// The samples of CPU time during which the clock went on. On a busy virtual machine it was seen to stand for a whole
/// sample, which would then be the least. Where it stood for most, the operation is as short as that.
fn without_standing_clock(samples: Vec<f64>) -> Vec<f64> {
    let running: Vec<f64> = samples.iter().copied().filter(|ns| *ns > 0.0).collect();
    if running.len() * 2 > samples.len() { running } else { samples }
}

fn of_criterion(round: &TimeRound) -> ArmRound {
    ArmRound {
        wall_ns_min: round.wall_ns_min,
        wall_ns_median: round.wall_ns_median,
        cpu_ns_min: round.cpu_ns_min,
        cpu_ns_median: round.cpu_ns_median,
        waited: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND: &str = r#"{"id":"a/b","samples":[[10,1000,900],[10,3000,950],[10,2000,940]],"waited_ns":600,"wall_ns":6000}"#;

    #[test]
    fn a_cpu_clock_that_stood_for_one_sample_is_not_the_least() {
        let round = read(&ROUND.replace("[10,3000,950]", "[10,3000,0]"), "a/b").unwrap();
        assert_eq!((round.cpu_ns_min, round.cpu_ns_median), (Some(90.0), Some(92.0)));
        let stood = ROUND.replace("[10,3000,950]", "[10,3000,0]").replace("[10,2000,940]", "[10,2000,0]");
        assert!(read(&stood, "a/b").unwrap_err().contains("no time at all"));
    }

    #[test]
    fn a_round_is_the_least_and_the_middle_sample_per_operation() {
        let round = read(ROUND, "a/b").unwrap();
        assert_eq!((round.wall_ns_min, round.wall_ns_median), (100.0, 200.0));
        assert_eq!((round.cpu_ns_min, round.cpu_ns_median), (Some(90.0), Some(94.0)));
        assert_eq!(round.waited, Some(0.1));
    }

    #[test]
    fn several_threads_have_wall_time_only() {
        let text = ROUND.replace(",900]", ",null]").replace(",950]", ",null]").replace(",940]", ",null]");
        assert_eq!(read(&text, "a/b").unwrap().cpu_ns_min, None);
    }

    #[test]
    fn what_cannot_be_a_round_is_refused() {
        let cases = [
            (ROUND.replace("a/b", "a/c"), "it is of \"a/c\""),
            (ROUND.replace("[10,1000,900]", "[0,1000,900]"), "at least one operation"),
            (ROUND.replace("1000", "-1000"), "not negative"),
            (ROUND.replace("[10,1000", "[10,0"), "no time at all"),
            (ROUND[..30].to_owned(), "EOF"),
        ];
        for (text, why) in cases {
            let error = read(&text, "a/b").unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
