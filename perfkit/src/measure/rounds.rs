//! Start-up, scaling and latency over a plan, and what times have in common with them: rounds, one process at a time.

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
        for (row, rounds) in self.over(Instrument::Startup, rows, one_round) {
            self.keep(row, instrument::summarise_startup(&rounds.concat()));
        }
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
        for (row, rounds) in self.over(Instrument::Scaling, rows, one_round) {
            self.keep(row, instrument::summarise_scaling(&rounds, row.benchmark.elements));
        }
    }

    /// Latencies on each row's own schedule.
    pub fn latency(&mut self, rows: &[&Planned]) {
        let seconds = if self.mode == Mode::Quick { QUICK_SCHEDULE_SECONDS } else { FULL_SCHEDULE_SECONDS };
        let one_round =
            |row: &Planned| instrument::latency(&row.time, &row.benchmark.id, row.latency_rate, seconds);
        for (row, rounds) in self.over(Instrument::Latency, rows, one_round) {
            self.keep(row, instrument::summarise_latency(&rounds));
        }
    }

    /// A round over all rows before the next begins, so that a burst on the machine falls on one round of each and not on
    /// all rounds of one. What was finished before the user stopped it is kept; a benchmark that failed once has no
    /// number.
    pub(super) fn over<'p, R>(
        &mut self,
        by: Instrument,
        rows: &[&'p Planned],
        one_round: impl Fn(&Planned) -> Result<R, InstrumentError>,
    ) -> Vec<(&'p Planned, Vec<R>)> {
        let doing = match by {
            Instrument::Startup => "starting",
            Instrument::Scaling => "scaling",
            Instrument::Latency => "scheduling",
            _ => "timing",
        };
        let mut taken: Vec<Result<Vec<R>, InstrumentError>> = rows.iter().map(|_| Ok(Vec::new())).collect();
        'rounds: for round in 1..=self.rounds {
            for (row, taken) in rows.iter().zip(&mut taken) {
                if instrument::interrupted() {
                    break 'rounds;
                }
                let id = &row.benchmark.id;
                self.progress.say(&format!("{doing} {id} (round {round} of {})", self.rounds));
                if let Ok(rounds) = taken {
                    match one_round(row) {
                        Ok(found) => rounds.push(found),
                        Err(InstrumentError::Interrupted) => break 'rounds,
                        Err(error) => *taken = Err(error),
                    }
                }
                self.progress.step();
            }
            if !rows.is_empty() {
                self.measurement.rounds = round;
            }
        }
        let mut found = Vec::new();
        for (row, taken) in rows.iter().zip(taken) {
            match taken {
                Ok(rounds) if rounds.is_empty() => {}
                Ok(rounds) => found.push((*row, rounds)),
                Err(error) => {
                    let id = row.benchmark.id.clone();
                    self.measurement.problems.push(problem(id, Some(by), &error));
                }
            }
        }
        found
    }

    /// Add metrics to a row.
    pub(super) fn keep(&mut self, row: &Planned, metrics: BTreeMap<String, Metric>) {
        if let Some(benchmark) = self.benchmarks.get_mut(&row.benchmark.id) {
            benchmark.metrics.extend(metrics);
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
