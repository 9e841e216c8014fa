//! Driving the instruments over a plan.
//!
//! Counts do not depend on load, so both cores count at once; times are taken after everything else has ended, one
//! process at a time, a round over all benchmarks before the next round begins.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    Plan, Planned,
    cross_checks::cross_check,
    plan::{RowKind, problem},
    progress::Progress,
    rounds::Rounds,
    runner_suites::run_suites,
};
use crate::{
    format::{
        Benchmark, Metric, Mode, Problem, ProblemKind,
        config::Instrument,
        metric::{EXACT, FIRST_CALL, STARTUP},
        metric_info,
    },
    instrument::{self, Counts, InstrumentError},
    store::{SAMPLES_SCHEMA, Samples},
};

/// Rounds of fresh processes in a full run.
pub const FULL_ROUNDS: u32 = 5;

/// What the instruments found.
#[derive(Debug, Clone, Default)]
pub struct Measurement {
    /// The rows, by id, with their metrics.
    pub benchmarks: Vec<Benchmark>,
    /// What could not be measured.
    pub problems: Vec<Problem>,
    /// Samples and per-function counts.
    pub samples: Samples,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// Rounds of timed processes that were completed.
    pub rounds: u32,
}

/// Measure everything in the plan. `scratch` is an empty folder that belongs to this call.
pub fn execute(
    plan: &Plan,
    mode: Mode,
    rounds: Option<u32>,
    scratch: &Path,
    progress: &Progress,
) -> Measurement {
    let rounds = rounds.unwrap_or(if mode == Mode::Quick { 1 } else { FULL_ROUNDS });
    let has = |row: &&Planned, instrument| row.instruments.contains(&instrument);
    let counted: Vec<&Planned> =
        plan.rows.iter().filter(|row| has(row, Instrument::Count) || has(row, Instrument::Allocs)).collect();
    let of = |instrument| plan.rows.iter().filter(|row| has(row, instrument)).collect::<Vec<&Planned>>();
    let (started, scaled) = (of(Instrument::Startup), of(Instrument::Scaling));
    let (scheduled, timed) = (of(Instrument::Latency), of(Instrument::Time));
    let in_rounds = started.len() + scaled.len() + scheduled.len() + timed.len();
    let suites = plan.cross_checks.len() + plan.runner_suites.len();
    progress.expect((counted.len() + suites + in_rounds * rounds as usize) as u64);

    let mut measurement = Measurement { problems: plan.problems.clone(), ..Measurement::default() };
    measurement.samples.schema = SAMPLES_SCHEMA.to_owned();
    let mut rows: BTreeMap<String, Benchmark> =
        plan.rows.iter().map(|row| (row.benchmark.id.clone(), row.benchmark.clone())).collect();

    for row in of(Instrument::Size) {
        measurement.take_size(row, &mut rows);
    }
    for (row, counts) in count_all(&counted, scratch, progress) {
        measurement.take_counts(&row.benchmark.id, counts, &mut rows);
    }
    cross_check(plan, &mut measurement.problems, &mut rows, scratch, progress);
    run_suites(plan, &mut measurement.problems, &mut rows, scratch, progress);
    let mut in_rounds =
        Rounds { rounds, mode, measurement: &mut measurement, benchmarks: &mut rows, progress };
    in_rounds.startup(&started);
    in_rounds.scaling(&scaled);
    in_rounds.latency(&scheduled);
    in_rounds.time(&timed, scratch);

    measurement.withdraw_wrong_answers(&mut rows);
    measurement.interrupted = instrument::interrupted();
    measurement.benchmarks = rows.into_values().filter(|row| !row.metrics.is_empty()).collect();
    progress.finish();
    measurement
}

/// What counting one benchmark gave.
#[derive(Default)]
struct Counted {
    metrics: BTreeMap<String, Metric>,
    functions: BTreeMap<String, f64>,
    witness: Option<String>,
    errors: Vec<(Instrument, InstrumentError)>,
}

/// Count on all cores; the results come in the order of the rows.
fn count_all<'a>(rows: &[&'a Planned], scratch: &Path, progress: &Progress) -> Vec<(&'a Planned, Counted)> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Counted)>> = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..workers.min(rows.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(row) = rows.get(index) else { break };
                    if instrument::interrupted() {
                        break;
                    }
                    progress.say(&format!("counting {}", row.benchmark.id));
                    let counted = count(row, &scratch.join(format!("count-{index}")));
                    progress.step();
                    if let Ok(mut done) = done.lock() {
                        done.push((index, counted));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().filter_map(|(index, counted)| Some((*rows.get(index)?, counted))).collect()
}

fn count(row: &Planned, scratch: &Path) -> Counted {
    let mut counted = Counted::default();
    if let Err(source) = std::fs::create_dir_all(scratch) {
        let error = InstrumentError::Io { what: "making a scratch folder".to_owned(), source };
        counted.errors.push((Instrument::Count, error));
        return counted;
    }
    let id = &row.benchmark.id;
    if row.instruments.contains(&Instrument::Count) {
        let counts = match (row.kind, row.counted_operations) {
            (RowKind::Startup, _) => {
                instrument::count_startup(&row.time, id, scratch).map(|counts| (counts, STARTUP))
            }
            (_, Some(operations)) => {
                instrument::count(&row.time, id, operations, scratch).map(|counts| (counts, EXACT))
            }
            _ => {
                instrument::first_call(&row.time, id, row.dialect, scratch).map(|counts| (counts, FIRST_CALL))
            }
        };
        match counts {
            Ok((counts, statistic)) => counted.take(counts, statistic),
            Err(error) => counted.errors.push((Instrument::Count, error)),
        }
    }
    if let (Some(executable), Some(operations), true) =
        (&row.allocs, row.counted_operations, row.instruments.contains(&Instrument::Allocs))
    {
        match instrument::allocations(executable, id, operations) {
            Ok(costs) => {
                counted.exact("allocs_per_op", costs.allocs_per_op, "allocator");
                counted.exact("reallocs_per_op", costs.reallocs_per_op, "allocator");
                counted.exact("alloc_bytes_per_op", costs.alloc_bytes_per_op, "allocator");
                counted.exact("peak_bytes", costs.peak_bytes, "allocator");
            }
            Err(error) => counted.errors.push((Instrument::Allocs, error)),
        }
    }
    counted
}

impl Counted {
    fn take(&mut self, counts: Counts, statistic: &str) {
        self.metric("ir", counts.ir, statistic, "callgrind");
        self.metric("locked_ops", counts.locked_ops, statistic, "callgrind");
        self.metric("syscalls", counts.syscalls, statistic, "callgrind");
        if let Some(bytes) = counts.bytes_copied {
            self.metric("bytes_copied", bytes, statistic, "dhat");
        }
        self.functions = counts.functions;
        self.witness = counts.witness;
    }

    fn exact(&mut self, name: &str, value: f64, source: &str) {
        self.metric(name, value, EXACT, source);
    }

    fn metric(&mut self, name: &str, value: f64, statistic: &str, source: &str) {
        if let Some(info) = metric_info(name) {
            self.metrics.insert(name.to_owned(), Metric::new(info, value, statistic, source));
        }
    }
}

impl Measurement {
    fn take_size(&mut self, row: &Planned, rows: &mut BTreeMap<String, Benchmark>) {
        let (name, bytes) = match row.kind {
            RowKind::StructBytes(bytes) => ("struct_bytes", Ok(bytes)),
            RowKind::Binary => ("binary_bytes", instrument::binary_bytes(&row.time.path)),
            RowKind::Operation | RowKind::Startup => return,
        };
        let id = &row.benchmark.id;
        match (bytes, rows.get_mut(id), metric_info(name)) {
            (Ok(bytes), Some(row), Some(info)) => {
                row.metrics.insert(name.to_owned(), Metric::new(info, bytes as f64, "exact", "size"));
            }
            (Err(error), ..) => self.problems.push(problem(id.clone(), Some(Instrument::Size), &error)),
            _ => {}
        }
    }

    fn take_counts(&mut self, id: &str, counted: Counted, rows: &mut BTreeMap<String, Benchmark>) {
        let failures =
            counted.errors.iter().filter(|(_, error)| !matches!(error, InstrumentError::Interrupted));
        self.problems.extend(failures.map(|(by, error)| problem(id.to_owned(), Some(*by), error)));
        if !counted.functions.is_empty() {
            self.samples.functions.insert(id.to_owned(), counted.functions);
        }
        if let Some(row) = rows.get_mut(id) {
            row.metrics.extend(counted.metrics);
            row.witness.counted = counted.witness;
        }
    }

    /// A wrong answer leaves no number behind, in the run or beside it.
    fn withdraw_wrong_answers(&mut self, rows: &mut BTreeMap<String, Benchmark>) {
        for problem in self.problems.iter().filter(|problem| problem.kind == ProblemKind::WrongAnswer) {
            let id = &problem.subject;
            if let Some(row) = rows.get_mut(id) {
                row.metrics.clear();
            }
            self.samples.time.remove(id);
            self.samples.rounds.remove(id);
            self.samples.functions.remove(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_answer_leaves_no_number_in_the_run_or_beside_it() {
        let mut measurement = Measurement::default();
        let mut rows = BTreeMap::new();
        for id in ["right", "wrong"] {
            let mut counted =
                Counted { functions: BTreeMap::from([("f".to_owned(), 1.0)]), ..Counted::default() };
            counted.exact("ir", 1.0, "callgrind");
            rows.insert(id.to_owned(), Benchmark::new(id));
            measurement.take_counts(id, counted, &mut rows);
            measurement.samples.time.insert(id.to_owned(), vec![vec![(1.0, 1.0)]]);
            measurement.samples.rounds.insert(id.to_owned(), BTreeMap::new());
        }
        let wrong = InstrumentError::WrongAnswer("3".to_owned());
        measurement.problems.push(problem("wrong".to_owned(), Some(Instrument::Time), &wrong));
        measurement.withdraw_wrong_answers(&mut rows);
        let Samples { time, rounds, functions, .. } = &measurement.samples;
        assert!(rows["wrong"].metrics.is_empty() && !rows["right"].metrics.is_empty());
        assert!(time.keys().eq(["right"]) && rounds.keys().eq(["right"]) && functions.keys().eq(["right"]));
    }

    #[test]
    fn an_interrupt_is_no_failure_of_a_count() {
        let mut measurement = Measurement::default();
        let counted =
            Counted { errors: vec![(Instrument::Count, InstrumentError::Interrupted)], ..Counted::default() };
        measurement.take_counts("a", counted, &mut BTreeMap::new());
        assert!(measurement.problems.is_empty());
    }
}
