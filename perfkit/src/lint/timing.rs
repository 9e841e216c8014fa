//! Short rounds of time: of benchmarks that are not counted per operation, and of every benchmark alone and after its
//! neighbours.

use std::{collections::BTreeMap, path::Path};

use super::{evidence::OrderEvidence, gather::executables};
use crate::{
    format::{Benchmark, Metric, config::Instrument, metric_info},
    instrument::{self, InstrumentError, TimeRound, TimeSettings},
    measure::{Plan, Planned, RowKind, progress::Progress},
};

/// Rounds alone and in the suite, in turns.
const ORDER_ROUNDS: usize = 3;
/// The least difference between alone and in the suite that is one.
const ORDER_LIMIT: f64 = 0.10;

/// Rounds of what is not counted per operation.
#[derive(Default)]
pub struct Uncounted {
    /// By id.
    pub rounds: BTreeMap<String, TimeRound>,
    /// What could not be timed, and why.
    pub unexamined: Vec<String>,
}

/// Time each benchmark that has no exact count: Criterion benches of other hands, and what works on several threads.
pub fn uncounted(plan: &Plan, scratch: &Path, progress: &Progress) -> Result<Uncounted, InstrumentError> {
    let mut found = Uncounted::default();
    let wanted = plan.rows.iter().filter(|row| {
        let allowed = plan.selection.allows(&row.benchmark.id, Instrument::Time);
        row.counted_operations.is_none() && can_be_timed(row) && allowed
    });
    for row in wanted {
        let id = &row.benchmark.id;
        progress.say(&format!("timing {id} once"));
        match instrument::round(&row.time, id, row.dialect, &TimeSettings::quick(), scratch) {
            Ok(round) => {
                found.rounds.insert(id.clone(), round);
            }
            Err(InstrumentError::Interrupted) => return Err(InstrumentError::Interrupted),
            Err(error) => found.unexamined.push(format!("{id}: {error}")),
        }
    }
    Ok(found)
}

/// Add what a round says: the time, and what one operation processes where the row does not say that.
pub fn describe(row: &mut Benchmark, round: &TimeRound) {
    if let Some(info) = metric_info("time_ns") {
        let metric = Metric::new(info, round.wall_ns_min, "p20_min", "criterion").with_n(1);
        row.metrics.insert("time_ns".to_owned(), metric);
    }
    let Some(throughput) = round.throughput else { return };
    if row.bytes == 0 {
        row.bytes = throughput.bytes().unwrap_or(0);
    }
    if row.elements == 1 {
        row.elements = throughput.elements().unwrap_or(1);
    }
}

/// The size of a benchmark that was not written against the harness: the last part of its id, where that is a number.
pub fn size_by_id(planned: &Planned) -> u64 {
    let row = &planned.benchmark;
    let declares = planned.counted_operations.is_some() || !planned.modes.is_empty() || row.threads > 1;
    if declares || planned.kind != RowKind::Operation {
        return row.size;
    }
    row.id.rsplit_once('/').and_then(|(_, last)| last.parse().ok()).unwrap_or(row.size)
}

/// Time every benchmark alone and in one process with its whole target, in turns.
pub fn order(
    rows: &[Planned],
    scratch: &Path,
    progress: &Progress,
) -> Result<BTreeMap<String, OrderEvidence>, InstrumentError> {
    let settings = TimeSettings::quick();
    let mut found: BTreeMap<String, OrderEvidence> = BTreeMap::new();
    for executable in executables(rows, false) {
        let of_it: Vec<&Planned> = rows
            .iter()
            .filter(|row| row.time.path == executable.path && row.benchmark.threads == 1)
            .filter(|row| can_be_timed(row))
            .collect();
        let Some(dialect) = of_it.first().map(|row| row.dialect) else { continue };
        let ids: Vec<&str> = of_it.iter().map(|row| row.benchmark.id.as_str()).collect();
        for _ in 0..ORDER_ROUNDS {
            progress.say(&format!("timing {} as a whole, then each of its ids alone", executable.name()));
            let together = instrument::whole_suite(executable, dialect, &ids, &settings, scratch)?;
            for id in &ids {
                let alone = instrument::round(executable, id, dialect, &settings, scratch)?.wall_ns_min;
                let Some(in_suite) = together.get(*id).copied() else { continue };
                let entry = found.entry((*id).to_owned()).or_insert(OrderEvidence {
                    alone_ns: alone,
                    in_suite_ns: in_suite,
                    limit: ORDER_LIMIT,
                });
                entry.alone_ns = entry.alone_ns.min(alone);
                entry.in_suite_ns = entry.in_suite_ns.min(in_suite);
            }
        }
    }
    Ok(found)
}

/// Whether Criterion runs it: a start, a type's size or a schedule alone is nothing that it times. Executables that do
/// not say what they can do time everything.
fn can_be_timed(row: &Planned) -> bool {
    let has_rounds = row.modes.is_empty() || row.modes.iter().any(|mode| mode == instrument::ROUND_MODE);
    row.kind == RowKind::Operation && has_rounds
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::instrument::{Dialect, Executable, criterion::output::Throughput};

    fn planned(id: &str) -> Planned {
        Planned {
            benchmark: Benchmark::new(id),
            time: Executable {
                package: "p".to_owned(),
                target: "t".to_owned(),
                path: "p/t".into(),
                package_root: "p".into(),
                environment: BTreeMap::new(),
            },
            allocs: None,
            counted_operations: None,
            dialect: Dialect::HARNESS,
            contended: false,
            modes: Vec::new(),
            latency_rate: 0,
            kind: RowKind::Operation,
            instruments: BTreeSet::new(),
        }
    }

    fn round(throughput: Option<Throughput>) -> TimeRound {
        TimeRound {
            wall_ns_min: 0.4,
            wall_ns_median: 0.5,
            cpu_ns_min: None,
            cpu_ns_median: None,
            criterion_ns: 0.5,
            criterion_interval: (0.4, 0.6),
            criterion_level: 0.95,
            statistic: "slope",
            samples: vec![(1.0, 0.4)],
            throughput,
        }
    }

    #[test]
    fn a_round_tells_the_time_and_what_is_processed() {
        let mut row = Benchmark::new("a/b/64");
        describe(&mut row, &round(Some(Throughput::Bytes(64))));
        assert_eq!((row.metrics["time_ns"].value, row.bytes, row.elements), (0.4, 64, 1));
        let mut declared = Benchmark { bytes: 8, elements: 3, ..Benchmark::new("a/b") };
        describe(&mut declared, &round(Some(Throughput::Elements(5))));
        assert_eq!((declared.bytes, declared.elements), (8, 3));
    }

    #[test]
    fn only_a_bench_of_other_hands_has_its_size_by_its_id() {
        assert_eq!(size_by_id(&planned("a/b/64")), 64);
        assert_eq!((size_by_id(&planned("a/b/small")), size_by_id(&planned("64"))), (0, 0));
        let own = Planned { modes: vec!["round".to_owned()], ..planned("pool/threads/4") };
        assert_eq!(size_by_id(&own), 0);
    }

    #[test]
    fn starts_sizes_and_schedules_are_not_timed() {
        assert!(can_be_timed(&planned("a")));
        assert!(!can_be_timed(&Planned { kind: RowKind::Startup, ..planned("a") }));
        assert!(!can_be_timed(&Planned { kind: RowKind::StructBytes(8), ..planned("a") }));
        assert!(!can_be_timed(&Planned { modes: vec!["latency".to_owned()], ..planned("a") }));
    }
}
