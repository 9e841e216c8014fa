//! The cost vector of a workload, per operation and exact: instructions, locked operations, system calls, bytes
//! copied.
//!
//! The workload runs once with N and once with 2N operations inside the harness's region, under callgrind and under
//! dhat. A count is the difference divided by N: start-up, first use and the region's own frame cancel. Each of the
//! runs costs a fraction of a second and 20 to 50 times the workload's own time.

use std::{collections::BTreeMap, path::Path};

use super::{
    Executable, InstrumentError,
    callgrind::{
        Cost, Profile, is_region,
        run::{Collect, run},
    },
    dhat,
    symbols::Symbols,
    valgrind::operations_argument,
    witness::witness,
};

/// What one operation costs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counts {
    /// Instructions.
    pub ir: f64,
    /// Locked read-modify-writes.
    pub locked_ops: f64,
    /// System calls.
    pub syscalls: f64,
    /// Bytes copied by `memcpy` and its like; `None` where copies were not counted.
    pub bytes_copied: Option<f64>,
    /// The kernel that ran, where one named after an instruction set holds much of the cost.
    pub witness: Option<String>,
    /// Instructions of each function itself, by demangled name.
    pub functions: BTreeMap<String, f64>,
}

/// Whether to run dhat, which doubles the cost of counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// Count bytes copied.
    Count,
    /// Leave them out.
    Skip,
}

/// Count everything. `scratch` is a folder that belongs to this call alone; nothing is left in it.
pub fn count(
    executable: &Executable,
    id: &str,
    operations: u64,
    scratch: &Path,
) -> Result<Counts, InstrumentError> {
    count_with(executable, id, operations, Copies::Count, scratch)
}

/// Count, with or without bytes copied.
pub fn count_with(
    executable: &Executable,
    id: &str,
    operations: u64,
    copies: Copies,
    scratch: &Path,
) -> Result<Counts, InstrumentError> {
    let operations = operations.max(1);
    let symbols = Symbols::read(&executable.path)?;
    let run = |operations| {
        region(executable, &["--perfkit-count", id, &operations_argument(operations)], id, &symbols, scratch)
    };
    let once = run(operations)?;
    let twice = run(2 * operations)?;
    let bytes_copied = match copies {
        Copies::Skip => None,
        Copies::Count => {
            let copied = |operations| {
                dhat::bytes_copied(
                    executable,
                    &["--perfkit-count", id, &operations_argument(operations)],
                    scratch,
                )
            };
            Some(per_operation(copied(operations)?, copied(2 * operations)?, operations))
        }
    };
    let functions = functions(&once, &twice, operations);
    Ok(Counts {
        ir: per_operation(once.cost.instructions, twice.cost.instructions, operations),
        locked_ops: per_operation(once.cost.locked, twice.cost.locked, operations),
        syscalls: per_operation(once.cost.system_calls, twice.cost.system_calls, operations),
        bytes_copied,
        witness: witness(&functions),
        functions,
    })
}

/// Count one run's region, which is not divided and from which nothing is taken: a start. Bytes copied are counted too.
pub(super) fn one_run(
    executable: &Executable,
    arguments: &[&str],
    id: &str,
    scratch: &Path,
) -> Result<Counts, InstrumentError> {
    let symbols = Symbols::read(&executable.path)?;
    let region = region(executable, arguments, id, &symbols, scratch)?;
    let bytes_copied = dhat::bytes_copied(executable, arguments, scratch)?;
    let functions: BTreeMap<String, f64> =
        region.functions.into_iter().map(|(name, cost)| (name, cost as f64)).collect();
    Ok(Counts {
        ir: region.cost.instructions as f64,
        locked_ops: region.cost.locked as f64,
        syscalls: region.cost.system_calls as f64,
        bytes_copied: Some(bytes_copied as f64),
        witness: witness(&functions),
        functions,
    })
}

/// The difference of two runs, per operation. Negative only if more operations cost less.
pub(crate) fn per_operation(once: u64, twice: u64, operations: u64) -> f64 {
    (twice as f64 - once as f64) / operations as f64
}

/// The cost of one run's region.
struct Region {
    cost: Cost,
    /// Own instructions by name.
    functions: BTreeMap<String, u64>,
}

fn region(
    executable: &Executable,
    arguments: &[&str],
    id: &str,
    symbols: &Symbols,
    scratch: &Path,
) -> Result<Region, InstrumentError> {
    let profile = run(executable, arguments, Collect::Region, scratch)?;
    let unreadable =
        |why: String| InstrumentError::Unreadable { what: format!("the callgrind profile of {id}"), why };
    let (entries, cost) = profile.entered(is_region);
    if entries != 1 {
        return Err(unreadable(format!(
            "perfkit_region was entered {entries} times, wanted once; is the executable stripped?"
        )));
    }
    let functions = own_instructions(&profile, symbols);
    if functions.keys().any(|name| makes_thread(name)) {
        return Err(InstrumentError::ThreadInRegion { id: id.to_owned() });
    }
    Ok(Region { cost, functions })
}

/// Own instructions by function. Collection is off outside the region, so all of them belong to it.
fn own_instructions(profile: &Profile, symbols: &Symbols) -> BTreeMap<String, u64> {
    // The region is at once the function whose place in profile and executable gives the load bias of addresses.
    let entry = profile.calls.iter().find(|call| is_region(&profile.function(call.callee).name));
    let object = entry.map(|call| profile.function(call.callee).object.as_str());
    let bias = entry.and_then(|call| Some(call.target?.wrapping_sub(symbols.address_of(is_region)?)));

    let mut functions = BTreeMap::new();
    for line in profile.self_costs.iter().filter(|line| line.cost.instructions > 0) {
        let function = profile.function(line.function);
        let kernel = match (bias, line.address) {
            (Some(bias), Some(address)) if Some(function.object.as_str()) == object => {
                symbols.unsized_name(address.wrapping_sub(bias))
            }
            _ => None,
        };
        *functions.entry(kernel.unwrap_or_else(|| function.name.clone())).or_insert(0u64) +=
            line.cost.instructions;
    }
    functions
}

/// Whether a function starts another thread or process, whose instructions the toggle would miss.
fn makes_thread(name: &str) -> bool {
    let symbol = name.split('@').next().unwrap_or(name);
    let is_spawn = name.starts_with("std::thread::") && name.contains("::spawn");
    is_spawn
        || matches!(
            symbol,
            "pthread_create" | "clone" | "clone3" | "__clone" | "__clone3" | "__clone_internal"
        )
}

fn functions(once: &Region, twice: &Region, operations: u64) -> BTreeMap<String, f64> {
    let names = once.functions.keys().chain(twice.functions.keys());
    let of = |region: &Region, name| region.functions.get(name).copied().unwrap_or(0);
    let costs = names.map(|name| (name.clone(), per_operation(of(once, name), of(twice, name), operations)));
    costs.filter(|(_, cost)| *cost != 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_recognised_by_who_makes_them() {
        let makers = ["pthread_create@@GLIBC_2.34", "clone3", "std::thread::lifecycle::spawn_unchecked"];
        assert!(makers.into_iter().all(makes_thread));
        let others = ["<T as core::clone::Clone>::clone", "tokio::task::spawn", "std::thread::current"];
        assert!(!others.into_iter().any(makes_thread));
    }

    #[test]
    fn what_both_runs_have_cancels() {
        let region = |work| Region {
            cost: Cost::default(),
            functions: BTreeMap::from([("work".to_owned(), work), ("frame".to_owned(), 7)]),
        };
        let costs = functions(&region(100), &region(200), 10);
        assert_eq!(costs, BTreeMap::from([("work".to_owned(), 10.0)]));
    }
}
