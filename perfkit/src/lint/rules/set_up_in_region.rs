//! H5: a benchmark that is declared free of allocations, in its suite or by a gate of 0, allocates. Most often its set-up
//! stands inside the measured region.

use super::Found;
use crate::lint::{Evidence, Subject};

/// Counts resolve a tenth.
const ALLOCATES: f64 = 0.05;

pub fn check(evidence: &Evidence) -> Vec<Found> {
    let allocates = |subject: &Subject| {
        let allocations = subject.benchmark.metrics.get("allocs_per_op")?.value;
        let by = subject.allocation_free.as_ref()?;
        (allocations >= ALLOCATES).then(|| {
            let evidence = format!("{allocations:.1} allocations/op, declared free of them by {by}");
            (subject.benchmark.id.clone(), evidence, true)
        })
    };
    evidence.subjects.iter().filter_map(allocates).collect()
}
