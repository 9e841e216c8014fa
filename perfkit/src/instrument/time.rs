//! Time: one round is one fresh process of a Criterion executable, with results in a folder of its own.
//!
//! Criterion's own estimates are means and move with contention, so a round keeps the minimum and the median of its
//! samples too. Executables written against the harness leave the thread's CPU time of every sample beside wall time.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;

use super::{
    Executable, InstrumentError,
    criterion::{Dialect, output, output::Throughput},
    process::Process,
};
use crate::statistics::quantile;

/// How long a round takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeSettings {
    /// Running before anything is kept.
    pub warm_up: Duration,
    /// Running all samples.
    pub measurement: Duration,
    /// Samples; Criterion wants at least 10.
    pub samples: u32,
    /// Resamples behind Criterion's own interval.
    pub resamples: u32,
}

impl TimeSettings {
    /// A round of a full run: about a second.
    pub fn full() -> Self {
        Self {
            warm_up: Duration::from_millis(300),
            measurement: Duration::from_millis(700),
            samples: 50,
            resamples: 2000,
        }
    }

    /// The one round of a quick run.
    pub fn quick() -> Self {
        Self {
            warm_up: Duration::from_millis(100),
            measurement: Duration::from_millis(300),
            samples: 20,
            resamples: 2000,
        }
    }
}

/// What one process measured. Times are nanoseconds per operation.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeRound {
    /// Least wall time of a sample.
    pub wall_ns_min: f64,
    /// Median wall time of the samples.
    pub wall_ns_median: f64,
    /// Least CPU time of a sample; `None` where the executable does not record it.
    pub cpu_ns_min: Option<f64>,
    /// Median CPU time of the samples.
    pub cpu_ns_median: Option<f64>,
    /// Criterion's own estimate.
    pub criterion_ns: f64,
    /// Criterion's interval around it: lower and upper end.
    pub criterion_interval: (f64, f64),
    /// The level of that interval.
    pub criterion_level: f64,
    /// What the estimate is: `slope` or `mean`.
    pub statistic: &'static str,
    /// Iterations and total wall nanoseconds of each sample.
    pub samples: Vec<(f64, f64)>,
    /// What one operation processes, where the bench says so.
    pub throughput: Option<Throughput>,
}

/// Measure one round. `scratch` belongs to this call alone; nothing is left in it.
pub fn round(
    executable: &Executable,
    id: &str,
    dialect: Dialect,
    settings: &TimeSettings,
    scratch: &Path,
) -> Result<TimeRound, InstrumentError> {
    one_round(criterion(executable, dialect, settings), id, dialect, scratch)
}

/// Measure one round on one CPU, in an environment that is the same whoever asks.
pub(super) fn pinned_round(
    executable: &Executable,
    id: &str,
    dialect: Dialect,
    settings: &TimeSettings,
    cpu: Option<usize>,
    scratch: &Path,
) -> Result<TimeRound, InstrumentError> {
    let process = criterion(executable, dialect, settings)
        .with_fixed_environment(&executable.environment)
        .pinned_to(cpu);
    one_round(process, id, dialect, scratch)
}

fn one_round(
    process: Process,
    id: &str,
    dialect: Dialect,
    scratch: &Path,
) -> Result<TimeRound, InstrumentError> {
    let io = |source| InstrumentError::Io { what: "a scratch folder for Criterion".to_owned(), source };
    fs::create_dir_all(scratch).map_err(io)?;
    let home = tempfile::Builder::new().prefix("criterion-").tempdir_in(scratch).map_err(io)?;
    let cpu_times: PathBuf = home.path().join("cpu-times.json");
    let process = dialect.pick(id).into_iter().fold(process, |process, word| process.arg(&word));
    process.env("CRITERION_HOME", home.path()).env("PERFKIT_CPU_TIMES", &cpu_times).run()?;
    let results = output::read(home.path(), id)?;
    let cpu =
        read_cpu_times(&cpu_times, id)?.and_then(|recorded| match_cpu_times(&results.samples, &recorded));
    Ok(summarise_round(results, cpu.as_deref()))
}

/// Measure a whole target in one process: the least wall nanoseconds per operation of each of `ids`.
pub fn whole_suite(
    executable: &Executable,
    dialect: Dialect,
    ids: &[&str],
    settings: &TimeSettings,
    scratch: &Path,
) -> Result<BTreeMap<String, f64>, InstrumentError> {
    let io = |source| InstrumentError::Io { what: "a scratch folder for Criterion".to_owned(), source };
    fs::create_dir_all(scratch).map_err(io)?;
    let home = tempfile::Builder::new().prefix("criterion-").tempdir_in(scratch).map_err(io)?;
    criterion(executable, dialect, settings).env("CRITERION_HOME", home.path()).run()?;
    let least = |id: &&str| {
        let results = output::read(home.path(), id)?;
        Ok(((*id).to_owned(), summarise_round(results, None).wall_ns_min))
    };
    ids.iter().map(least).collect()
}

/// Criterion with these settings, and nothing picked yet.
fn criterion(executable: &Executable, dialect: Dialect, settings: &TimeSettings) -> Process {
    let process = executable.process().args(&["--bench", "--noplot"]);
    let process = process.args(&["--warm-up-time", &dialect.seconds(settings.warm_up)]);
    let process = process.args(&["--measurement-time", &dialect.seconds(settings.measurement)]);
    let process = process.args(&["--sample-size", &settings.samples.to_string()]);
    process.args(&["--nresamples", &settings.resamples.to_string()])
}

fn summarise_round(results: output::Results, cpu: Option<&[f64]>) -> TimeRound {
    let wall: Vec<f64> = results.samples.iter().map(|(iterations, total)| total / iterations).collect();
    let cpu: Option<Vec<f64>> = cpu.map(|totals| {
        totals.iter().zip(&results.samples).map(|(total, (iterations, _))| total / iterations).collect()
    });
    let interval = results.estimate.confidence_interval;
    TimeRound {
        wall_ns_min: quantile(&wall, 0.0),
        wall_ns_median: quantile(&wall, 0.5),
        cpu_ns_min: cpu.as_deref().map(|cpu| quantile(cpu, 0.0)),
        cpu_ns_median: cpu.as_deref().map(|cpu| quantile(cpu, 0.5)),
        criterion_ns: results.estimate.point_estimate,
        criterion_interval: (interval.lower_bound, interval.upper_bound),
        criterion_level: interval.confidence_level,
        statistic: results.statistic,
        samples: results.samples,
        throughput: results.throughput,
    }
}

/// The harness's record of every measurement of the process, warm-up included, oldest first.
#[derive(Deserialize)]
struct CpuTimes {
    wall_and_cpu_ns: Vec<(f64, f64)>,
}

/// `None` for an executable that does not record CPU times.
fn read_cpu_times(path: &Path, id: &str) -> Result<Option<Vec<(f64, f64)>>, InstrumentError> {
    let what = || format!("the CPU times of {id}");
    match fs::read(path) {
        Ok(bytes) => {
            let times: CpuTimes = serde_json::from_slice(&bytes)
                .map_err(|error| InstrumentError::Unreadable { what: what(), why: error.to_string() })?;
            Ok(Some(times.wall_and_cpu_ns))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(InstrumentError::Io { what: what(), source }),
    }
}

/// Total CPU nanoseconds of each sample, from the end of the record backwards: Criterion adds up one or more
/// measurements (batches) to a sample, and wall nanoseconds are whole numbers, so the sums must meet exactly.
/// `None` where they do not, or where the platform has no such clock.
fn match_cpu_times(samples: &[(f64, f64)], recorded: &[(f64, f64)]) -> Option<Vec<f64>> {
    let mut latest_first = recorded.iter().rev();
    let mut totals = Vec::with_capacity(samples.len());
    for (_, wanted_wall) in samples.iter().rev() {
        let (mut wall, mut cpu) = (0.0, 0.0);
        loop {
            let (more_wall, more_cpu) = latest_first.next()?;
            wall += more_wall;
            cpu += more_cpu;
            if wall >= *wanted_wall {
                break;
            }
        }
        if wall != *wanted_wall {
            return None;
        }
        totals.push(cpu);
    }
    totals.reverse();
    totals.iter().any(|cpu| *cpu > 0.0).then_some(totals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_measurements_belong_to_the_samples() {
        let recorded = [(9.0, 9.0), (10.0, 8.0), (20.0, 16.0)];
        assert_eq!(match_cpu_times(&[(1.0, 10.0), (2.0, 20.0)], &recorded), Some(vec![8.0, 16.0]));
    }

    #[test]
    fn batches_add_up_to_a_sample() {
        let recorded = [(9.0, 9.0), (4.0, 3.0), (6.0, 5.0), (20.0, 16.0)];
        assert_eq!(match_cpu_times(&[(1.0, 10.0), (2.0, 20.0)], &recorded), Some(vec![8.0, 16.0]));
    }

    #[test]
    fn measurements_that_do_not_meet_the_samples_are_refused() {
        assert_eq!(match_cpu_times(&[(1.0, 10.0)], &[(11.0, 8.0)]), None);
        assert_eq!(match_cpu_times(&[(1.0, 10.0)], &[(5.0, 8.0)]), None);
        assert_eq!(match_cpu_times(&[(1.0, 10.0)], &[(10.0, 0.0)]), None);
    }
}
