//! The time instrument over a plan: a round over all benchmarks before the next round begins, so that a burst on the
//! machine falls on one round of each and not on all rounds of one.

use std::{collections::BTreeMap, path::Path};

use super::{Measurement, Planned, plan::problem, progress::Progress};
use crate::{
    format::{Benchmark, Mode, Problem, ProblemKind, config::Instrument},
    instrument::{self, InstrumentError, TimeRound, TimeSettings},
};

pub(super) fn time_all(
    timed: &[&Planned],
    mode: Mode,
    rounds: u32,
    measurement: &mut Measurement,
    rows: &mut BTreeMap<String, Benchmark>,
    scratch: &Path,
    progress: &Progress,
) {
    if timed.is_empty() {
        return;
    }
    let settings = if mode == Mode::Quick { TimeSettings::quick() } else { TimeSettings::full() };
    let mut taken: BTreeMap<&str, Vec<TimeRound>> = BTreeMap::new();
    let mut failed: BTreeMap<&str, InstrumentError> = BTreeMap::new();
    'rounds: for round in 0..rounds {
        for (index, row) in timed.iter().enumerate() {
            let id = row.benchmark.id.as_str();
            if instrument::interrupted() {
                break 'rounds;
            }
            progress.say(&format!("timing {id} (round {} of {rounds})", round + 1));
            if !failed.contains_key(id) {
                let scratch = scratch.join(format!("time-{index}"));
                match instrument::round(&row.time, id, &settings, &scratch) {
                    Ok(found) => taken.entry(id).or_default().push(found),
                    Err(error) => {
                        failed.insert(id, error);
                    }
                }
            }
            progress.step();
        }
        measurement.rounds = round + 1;
    }
    if mode == Mode::Full {
        witness_all(timed, measurement, rows, scratch, progress);
    }
    for row in timed {
        let id = row.benchmark.id.as_str();
        if let Some(error) = failed.get(id) {
            measurement.problems.push(problem(id.to_owned(), Some(Instrument::Time), error));
            continue;
        }
        let Some(rounds) = taken.get(id) else { continue };
        if let Some(found) = rows.get_mut(id) {
            found.metrics.extend(instrument::summarise(rounds, &row.benchmark, row.contended));
        }
        measurement.samples.rounds.insert(id.to_owned(), instrument::round_values(rounds, row.contended));
        let samples = rounds.iter().map(|round| round.samples.clone()).collect();
        measurement.samples.time.insert(id.to_owned(), samples);
    }
}

/// Name the kernels that ran natively, where counting found one named after an instruction set.
fn witness_all(
    timed: &[&Planned],
    measurement: &mut Measurement,
    rows: &mut BTreeMap<String, Benchmark>,
    scratch: &Path,
    progress: &Progress,
) {
    for planned in timed.iter().filter(|row| row.counted_operations.is_some()) {
        let id = planned.benchmark.id.as_str();
        let Some(row) = rows.get_mut(id).filter(|row| row.witness.counted.is_some()) else { continue };
        if instrument::interrupted() {
            return;
        }
        progress.say(&format!("sampling {id}"));
        match instrument::native_witness(&planned.time, id, scratch) {
            Ok(found) => row.witness.native = found,
            Err(error) => {
                // The reason is the same for every row; once is enough.
                let subject = "native dispatch witness".to_owned();
                measurement.problems.push(Problem {
                    subject,
                    kind: ProblemKind::Skipped,
                    // No metric is missing for want of it.
                    instrument: None,
                    message: error.to_string(),
                });
                return;
            }
        }
    }
}
