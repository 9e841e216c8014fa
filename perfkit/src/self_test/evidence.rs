//! Measuring the suite: two interleaved comparisons, and the cost vector of every workload.

use std::{collections::BTreeMap, path::Path, time::Duration};

use super::{
    Executables, Shows,
    planted::{BASE, PLANTED, SAME},
};
use crate::{
    ab::{self, Contestant, Pairing, Recorded, Rule, Schedule, judge_all},
    format::{Benchmark, Metric, Rounds, metric_info},
    instrument::{InstrumentError, RoundBy, allocations, count},
    measure::progress::Progress,
};

/// Operations of a counted run; the second one takes twice as many.
const COUNTED_OPERATIONS: u64 = 100;

/// What was measured. An error stands where a measurement should.
#[derive(Debug)]
pub struct Evidence {
    /// The comparisons of times, by the benchmark on the new side.
    pub rounds: BTreeMap<&'static str, Result<Rounds, InstrumentError>>,
    /// Cost vectors, by benchmark.
    pub counts: BTreeMap<&'static str, Result<Benchmark, InstrumentError>>,
}

/// Measure everything; each comparison of times takes at most about `budget`, half of it where the first look tells.
/// `scratch` belongs to this call alone.
pub fn collect(executables: &Executables, budget: Duration, scratch: &Path, progress: &Progress) -> Evidence {
    let timed = PLANTED.iter().filter(|defect| defect.shows == Shows::InTime).map(|defect| defect.id);
    let timed: Vec<&'static str> = [SAME].into_iter().chain(timed).collect();
    let rounds = compare_times(executables, &timed, budget, scratch, progress);

    let counted = PLANTED.iter().filter(|defect| defect.shows != Shows::InTime).map(|defect| defect.id);
    let counted: Vec<&'static str> = [BASE, SAME].into_iter().chain(counted).collect();
    progress.expect(counted.len() as u64);
    let counts = counted.into_iter().map(|id| {
        progress.say(&format!("counting {id}"));
        let row = cost_vector(executables, id, scratch);
        progress.step();
        (id, row)
    });
    let counts = counts.collect();
    progress.finish();
    Evidence { rounds, counts }
}

/// Compare the base with each of `others`, interleaved.
pub fn compare_times(
    executables: &Executables,
    others: &[&'static str],
    budget: Duration,
    scratch: &Path,
    progress: &Progress,
) -> BTreeMap<&'static str, Result<Rounds, InstrumentError>> {
    let rule = Rule::default();
    let schedule = Schedule::within(budget, u32::try_from(rule.first_look()).unwrap_or(u32::MAX));
    let pairings: Vec<Pairing> = others.iter().map(|other| pairing(executables, other)).collect();
    let needs_more = |recorded: &[Recorded]| {
        let family: Vec<(&Rounds, Rule)> = recorded.iter().map(|recorded| (&recorded.rounds, rule)).collect();
        judge_all(&family).iter().map(|judgement| judgement.wanted_rounds.is_some()).collect()
    };
    let recorded = ab::run(&pairings, &schedule, &needs_more, scratch, progress);
    let result = |found: Recorded| match found.failure {
        Some((_, error)) => Err(error),
        None => Ok(found.rounds),
    };
    others.iter().copied().zip(recorded.into_iter().map(result)).collect()
}

fn pairing(executables: &Executables, other: &str) -> Pairing {
    let side = |id: &str| Contestant {
        executable: executables.time.clone(),
        id: id.to_owned(),
        by: RoundBy::Harness,
    };
    Pairing { id: other.to_owned(), a: side(BASE), b: side(other), threads: 1, contended: false }
}

/// Everything that is counted of one workload, as a row.
pub fn cost_vector(
    executables: &Executables,
    id: &str,
    scratch: &Path,
) -> Result<Benchmark, InstrumentError> {
    let allocated = allocations(&executables.allocs, id, COUNTED_OPERATIONS)?;
    let mut row = Benchmark::new(id);
    let mut take = |name: &str, value: f64, source: &str| {
        if let Some(info) = metric_info(name) {
            row.metrics.insert(name.to_owned(), Metric::new(info, value, "exact", source));
        }
    };
    take("allocs_per_op", allocated.allocs_per_op, "allocator");
    take("reallocs_per_op", allocated.reallocs_per_op, "allocator");
    take("alloc_bytes_per_op", allocated.alloc_bytes_per_op, "allocator");
    match count(&executables.time, id, COUNTED_OPERATIONS, scratch) {
        Ok(counts) => {
            take("ir", counts.ir, "callgrind");
            take("locked_ops", counts.locked_ops, "callgrind");
            take("syscalls", counts.syscalls, "callgrind");
            if let Some(bytes) = counts.bytes_copied {
                take("bytes_copied", bytes, "dhat");
            }
        }
        // Without valgrind the allocations are still exact.
        Err(InstrumentError::ToolMissing { .. }) => {}
        Err(error) => return Err(error),
    }
    Ok(row)
}
