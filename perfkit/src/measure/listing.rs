//! What the built executables hold, as rows of a plan.

use std::collections::{BTreeMap, BTreeSet};

use super::{Planned, plan::RowKind};
use crate::{
    format::{Benchmark, config::Instrument},
    instrument::{self, Dialect, Executable, InstrumentError, ListedWorkload},
};

/// The rows of a time executable; an allocation executable only notes where its ids are.
pub(super) fn list_suite(
    executable: &Executable,
    allocs: &mut BTreeMap<String, Executable>,
) -> Result<Vec<Planned>, InstrumentError> {
    let mut rows = Vec::new();
    for workload in instrument::list(executable)? {
        if workload.role == "allocs" {
            allocs.insert(workload.id, executable.clone());
            continue;
        }
        let mut benchmark = identified(&workload.id, executable);
        benchmark.revision = workload.revision;
        benchmark.size = workload.size;
        benchmark.bytes = workload.bytes;
        benchmark.elements = workload.elements;
        benchmark.threads = workload.threads;
        let instruments = possible(&workload);
        benchmark.floor.clone_from(&workload.floor);
        rows.push(Planned {
            counted_operations: instruments
                .contains(&Instrument::Count)
                .then_some(workload.counted_operations)
                .filter(|_| !workload.has_mode("startup")),
            contended: workload.contended,
            benchmark,
            time: executable.clone(),
            allocs: None,
            dialect: Dialect::HARNESS,
            latency_rate: workload.latency_rate,
            kind: match workload.struct_bytes {
                Some(bytes) => RowKind::StructBytes(bytes),
                None if workload.has_mode("startup") => RowKind::Startup,
                None => RowKind::Operation,
            },
            modes: workload.modes,
            instruments,
        });
    }
    Ok(rows)
}

/// The instruments that a row of a time executable is made for.
fn possible(workload: &ListedWorkload) -> BTreeSet<Instrument> {
    let has = |mode| workload.has_mode(mode);
    // Executables that say nothing of modes know two.
    let old = workload.modes.is_empty();
    let possible = [
        (Instrument::Size, workload.struct_bytes.is_some()),
        (Instrument::Count, has("count") || has("startup") || old && workload.threads == 1),
        (Instrument::Startup, has("startup")),
        (Instrument::Scaling, has("scaling")),
        (Instrument::Latency, has("latency") && workload.latency_rate > 0),
        (Instrument::Time, has("round") || old),
    ];
    possible.into_iter().filter(|(_, possible)| *possible).map(|(instrument, _)| instrument).collect()
}

pub(super) fn list_criterion(executable: &Executable) -> Result<Vec<Planned>, InstrumentError> {
    let (dialect, ids) = instrument::criterion_list(executable)?;
    let row = |id: String| Planned {
        benchmark: identified(&id, executable),
        time: executable.clone(),
        allocs: None,
        dialect,
        counted_operations: None,
        contended: false,
        modes: Vec::new(),
        latency_rate: 0,
        kind: RowKind::Operation,
        instruments: BTreeSet::from([Instrument::Count, Instrument::Time]),
    };
    Ok(ids.into_iter().map(row).collect())
}

/// The row of a binary whose size is measured.
pub(super) fn binary_row(id: &str, executable: Executable) -> Planned {
    Planned {
        benchmark: identified(id, &executable),
        modes: Vec::new(),
        time: executable,
        allocs: None,
        dialect: Dialect::HARNESS,
        counted_operations: None,
        contended: false,
        latency_rate: 0,
        kind: RowKind::Binary,
        instruments: BTreeSet::from([Instrument::Size]),
    }
}

fn identified(id: &str, executable: &Executable) -> Benchmark {
    let mut benchmark = Benchmark::new(id);
    benchmark.package.clone_from(&executable.package);
    benchmark.target.clone_from(&executable.target);
    benchmark
}
