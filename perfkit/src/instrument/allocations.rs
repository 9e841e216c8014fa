//! Allocations per operation, from the executable with the counting allocator: exact, at native speed.

use serde::Deserialize;

use super::{
    Executable, InstrumentError, counts::per_operation, process::Process, valgrind::operations_argument,
};

/// What one operation allocates.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct AllocationCosts {
    /// New blocks.
    pub allocs_per_op: f64,
    /// Resized blocks.
    pub reallocs_per_op: f64,
    /// Bytes asked for, by both; a resized block counts with its whole new size.
    pub alloc_bytes_per_op: f64,
    /// The most bytes live at once above what was live before the region, over N operations.
    pub peak_bytes: f64,
}

/// What `--perfkit-count` prints.
#[derive(Debug, Deserialize)]
struct Counted {
    id: String,
    operations: u64,
    allocations: u64,
    reallocations: u64,
    bytes: u64,
    peak_bytes: u64,
    #[serde(flatten)]
    declared: Declared,
}

/// What a workload says of itself while it runs, for `perfkit lint`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Declared {
    /// Elements that one operation produced.
    #[serde(default)]
    pub produced: Option<u64>,
    /// Distinct keys among its inputs.
    #[serde(default)]
    pub distinct_keys: Option<u64>,
}

/// Run a workload once, natively, and read what it says of itself.
pub fn declared(executable: &Executable, id: &str) -> Result<Declared, InstrumentError> {
    Ok(counted(executable, id, 1)?.declared)
}

/// Count over N and 2N operations; the difference is divided by N, so first-use allocations cancel.
pub fn allocations(
    executable: &Executable,
    id: &str,
    operations: u64,
) -> Result<AllocationCosts, InstrumentError> {
    let operations = operations.max(1);
    let once = counted(executable, id, operations)?;
    let twice = counted(executable, id, 2 * operations)?;
    Ok(AllocationCosts {
        allocs_per_op: per_operation(once.allocations, twice.allocations, operations),
        reallocs_per_op: per_operation(once.reallocations, twice.reallocations, operations),
        alloc_bytes_per_op: per_operation(once.bytes, twice.bytes, operations),
        peak_bytes: once.peak_bytes as f64,
    })
}

fn counted(executable: &Executable, id: &str, operations: u64) -> Result<Counted, InstrumentError> {
    let (folder, file) = executable.folder_and_file()?;
    let output = Process::new(&executable.path, &file)
        .args(&["--perfkit-count", id, &operations_argument(operations)])
        .in_folder(folder)
        .with_fixed_environment(&executable.environment)
        .run()?;
    let unreadable =
        |why: String| InstrumentError::Unreadable { what: format!("the allocation counts of {id}"), why };
    let counted: Counted =
        serde_json::from_str(output.stdout.trim()).map_err(|error| unreadable(error.to_string()))?;
    if counted.id != id || counted.operations != operations {
        let (other, ran) = (counted.id, counted.operations);
        return Err(unreadable(format!("they are of {ran} operations of {other:?}, wanted {operations}")));
    }
    Ok(counted)
}
