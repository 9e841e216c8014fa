//! The time instrument over a plan, and which kernels ran while it was taken.

use std::path::Path;

use super::{Planned, rounds::Rounds};
use crate::{
    format::{Mode, Problem, ProblemKind, config::Instrument},
    instrument::{self, InstrumentError, TimeSettings},
};

impl Rounds<'_> {
    /// Times per operation, and the rounds and samples behind them.
    pub fn time(&mut self, rows: &[&Planned], scratch: &Path) {
        let settings = if self.mode == Mode::Quick { TimeSettings::quick() } else { TimeSettings::full() };
        let folder = scratch.join("time");
        let one_round =
            |row: &Planned| instrument::round(&row.time, &row.benchmark.id, row.dialect, &settings, &folder);
        let found = self.over(Instrument::Time, rows, one_round);
        if self.mode == Mode::Full {
            self.witness(rows, scratch);
        }
        for (row, rounds) in found {
            let id = &row.benchmark.id;
            self.keep(row, instrument::summarise(&rounds, &row.benchmark, row.contended));
            let values = instrument::round_values(&rounds, row.contended);
            self.measurement.samples.rounds.insert(id.clone(), values);
            let samples = rounds.into_iter().map(|round| round.samples).collect();
            self.measurement.samples.time.insert(id.clone(), samples);
        }
    }

    /// Name the kernels that ran natively, where counting found one named after an instruction set.
    fn witness(&mut self, rows: &[&Planned], scratch: &Path) {
        for planned in rows.iter().filter(|row| row.counted_operations.is_some()) {
            let id = planned.benchmark.id.as_str();
            let Some(row) = self.benchmarks.get_mut(id).filter(|row| row.witness.counted.is_some()) else {
                continue;
            };
            if instrument::interrupted() {
                return;
            }
            self.progress.say(&format!("sampling {id}"));
            match instrument::native_witness(&planned.time, id, scratch) {
                Ok(found) => row.witness.native = found,
                Err(InstrumentError::Interrupted) => return,
                Err(error) => {
                    // The reason is the same for every row; once is enough.
                    let subject = "native dispatch witness".to_owned();
                    self.measurement.problems.push(Problem {
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
}
