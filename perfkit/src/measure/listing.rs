//! What the built executables hold, as rows of a plan.

use std::collections::{BTreeMap, BTreeSet};

use super::Planned;
use crate::{
    format::Benchmark,
    instrument::{self, Executable, InstrumentError},
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
        benchmark.floor = workload.floor;
        rows.push(Planned {
            counted_operations: (workload.threads == 1).then_some(workload.counted_operations),
            contended: workload.contended,
            modes: workload.modes,
            benchmark,
            time: executable.clone(),
            allocs: None,
            instruments: BTreeSet::new(),
        });
    }
    Ok(rows)
}

pub(super) fn list_criterion(executable: &Executable) -> Result<Vec<Planned>, InstrumentError> {
    let ids = instrument::criterion_list(executable)?;
    let row = |id: String| Planned {
        benchmark: identified(&id, executable),
        time: executable.clone(),
        allocs: None,
        counted_operations: None,
        contended: false,
        modes: Vec::new(),
        instruments: BTreeSet::new(),
    };
    Ok(ids.into_iter().map(row).collect())
}

fn identified(id: &str, executable: &Executable) -> Benchmark {
    let mut benchmark = Benchmark::new(id);
    benchmark.package.clone_from(&executable.package);
    benchmark.target.clone_from(&executable.target);
    benchmark
}
