//! Start-up, scaling and latency over a plan: like times, a round over all benchmarks before the next round begins, one
//! process at a time.

use std::collections::BTreeMap;

use super::{Measurement, Planned, plan::problem, progress::Progress};
use crate::{
    format::{Benchmark, Metric, Mode, Problem, ProblemKind, config::Instrument, metric::SCALING_THREADS},
    host,
    instrument::{self, InstrumentError, ScalingRound, Start, startup::STARTS_PER_ROUND},
};

/// The window in which threads count their operations.
const FULL_WINDOW_MILLISECONDS: u32 = 400;
const QUICK_WINDOW_MILLISECONDS: u32 = 100;

/// The length of a schedule.
const FULL_SCHEDULE_SECONDS: f64 = 1.0;
const QUICK_SCHEDULE_SECONDS: f64 = 0.3;

/// How many rounds of what length, and where what is found goes.
pub(super) struct Rounds<'a> {
    pub rounds: u32,
    pub mode: Mode,
    pub measurement: &'a mut Measurement,
    pub benchmarks: &'a mut BTreeMap<String, Benchmark>,
    pub progress: &'a Progress,
}

impl Rounds<'_> {
    /// Fresh processes from their start to ready.
    pub fn startup(&mut self, rows: &[&Planned]) {
        let one_round = |row: &Planned| {
            let starts = (0..STARTS_PER_ROUND).map(|_| instrument::startup(&row.time, &row.benchmark.id));
            starts.collect::<Result<Vec<Start>, _>>()
        };
        self.over(Instrument::Startup, rows, one_round, |rounds| {
            instrument::summarise_startup(&rounds.concat())
        });
    }

    /// Operations per second at each number of threads that has as many cores.
    pub fn scaling(&mut self, rows: &[&Planned]) {
        let cores = host::fingerprint().cores;
        let left_out = rows.iter().filter_map(|row| too_few_cores(&row.benchmark.id, cores));
        self.measurement.problems.extend(left_out);
        let window =
            if self.mode == Mode::Quick { QUICK_WINDOW_MILLISECONDS } else { FULL_WINDOW_MILLISECONDS };
        let one_round = |row: &Planned| {
            let possible = SCALING_THREADS.into_iter().filter(|threads| *threads <= cores);
            let rate =
                |threads| Ok((threads, instrument::scaling(&row.time, &row.benchmark.id, threads, window)?));
            possible.map(rate).collect::<Result<ScalingRound, _>>()
        };
        self.over(Instrument::Scaling, rows, one_round, instrument::summarise_scaling);
    }

    /// Latencies on each row's own schedule.
    pub fn latency(&mut self, rows: &[&Planned]) {
        let seconds = if self.mode == Mode::Quick { QUICK_SCHEDULE_SECONDS } else { FULL_SCHEDULE_SECONDS };
        let one_round =
            |row: &Planned| instrument::latency(&row.time, &row.benchmark.id, row.latency_rate, seconds);
        self.over(Instrument::Latency, rows, one_round, instrument::summarise_latency);
    }

    /// What could be measured before the user stopped it is kept; a benchmark that failed once has no number.
    fn over<R>(
        &mut self,
        by: Instrument,
        rows: &[&Planned],
        one_round: impl Fn(&Planned) -> Result<R, InstrumentError>,
        summarise: impl Fn(&[R]) -> BTreeMap<String, Metric>,
    ) {
        let doing = match by {
            Instrument::Startup => "starting",
            Instrument::Latency => "scheduling",
            _ => "scaling",
        };
        let mut taken: BTreeMap<&str, Vec<R>> = BTreeMap::new();
        let mut failed: BTreeMap<&str, InstrumentError> = BTreeMap::new();
        for round in 1..=self.rounds {
            for row in rows {
                let id = row.benchmark.id.as_str();
                if instrument::interrupted() {
                    break;
                }
                self.progress.say(&format!("{doing} {id} (round {round} of {})", self.rounds));
                if !failed.contains_key(id) {
                    match one_round(row) {
                        Ok(found) => taken.entry(id).or_default().push(found),
                        Err(InstrumentError::Interrupted) => {}
                        Err(error) => {
                            failed.insert(id, error);
                        }
                    }
                }
                self.progress.step();
            }
            if !rows.is_empty() && !instrument::interrupted() {
                self.measurement.rounds = round;
            }
        }
        for row in rows {
            let id = row.benchmark.id.as_str();
            if let Some(error) = failed.get(id) {
                self.measurement.problems.push(problem(id.to_owned(), Some(by), error));
            } else if let (Some(rounds), Some(benchmark)) = (taken.get(id), self.benchmarks.get_mut(id)) {
                benchmark.metrics.extend(summarise(rounds));
            }
        }
    }
}

/// More threads than cores take turns: what they would show is the scheduler.
fn too_few_cores(id: &str, cores: u32) -> Option<Problem> {
    let missing: Vec<String> =
        SCALING_THREADS.iter().filter(|threads| **threads > cores).map(u32::to_string).collect();
    let most = missing.last()?;
    let message =
        format!("scaling to {} threads needs {most} cores, this machine has {cores}", missing.join(" and "));
    Some(Problem {
        subject: id.to_owned(),
        kind: ProblemKind::Skipped,
        instrument: Some(Instrument::Scaling),
        message,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_without_a_core_are_said_to_be_left_out() {
        let left_out = too_few_cores("a", 2).map(|problem| (problem.message, problem.instrument));
        let message = "scaling to 4 and 8 threads needs 8 cores, this machine has 2".to_owned();
        assert_eq!(left_out, Some((message, Some(Instrument::Scaling))));
        assert_eq!(too_few_cores("a", 8), None);
    }
}
