//! The cross-check: the headline workloads counted by iai-callgrind, a second tool over the same code.
//!
//! A cross-check target runs each workload as two benches of one library benchmark, with N and 2N operations, through
//! `perfkit_harness::run_operations`. The first argument is the workload's id, the second the operations:
//!
//! ```text
//! #[library_benchmark]
//! #[bench::n("group/function/64", 100)]
//! #[bench::twice_n("group/function/64", 200)]
//! fn function_64(id: &str, operations: u64) {
//!     perfkit_harness::run_operations(SUITE, id, operations);
//! }
//! ```
//!
//! iai-callgrind counts everything below the bench function, the set-up included; the difference of the two cancels
//! it. It agrees with [`count`](super::count()) within 1 % and 5 instructions for workloads that do not allocate.

use std::{collections::BTreeMap, path::Path};

use super::{
    Executable, InstrumentError,
    runner::explain,
    runner_summary::{self, BenchSummary},
};

/// One workload as iai-callgrind counts it.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossCheck {
    /// The workload.
    pub id: String,
    /// Instructions per operation.
    pub ir_per_op: f64,
}

/// Run a built iai-callgrind bench target. Its own output folder is made in `scratch` and removed.
pub fn cross_check(executable: &Executable, scratch: &Path) -> Result<Vec<CrossCheck>, InstrumentError> {
    let home = tempfile::Builder::new().prefix("iai-").tempdir_in(scratch).map_err(|source| {
        InstrumentError::Io { what: "a scratch folder for iai-callgrind".to_owned(), source }
    })?;
    let process = executable.process().arg("--bench");
    let process = process.env("IAI_CALLGRIND_HOME", home.path()).env("IAI_CALLGRIND_OUTPUT_FORMAT", "json");
    let printed = process.env("IAI_CALLGRIND_COLOR", "never").run();
    let printed = printed.map_err(|error| explain(error, executable))?.stdout;
    let unreadable =
        |why| InstrumentError::Unreadable { what: format!("the summaries of {}", executable.name()), why };
    let summaries = runner_summary::read_lines(&printed).map_err(unreadable)?;
    pair(&summaries).map_err(unreadable)
}

/// Instructions per operation from the benches of one workload with the fewest and the most operations.
fn pair(summaries: &[BenchSummary]) -> Result<Vec<CrossCheck>, String> {
    let mut by_id: BTreeMap<&str, BTreeMap<u64, f64>> = BTreeMap::new();
    for bench in summaries {
        let arguments = bench.arguments.as_deref().unwrap_or("");
        let (id, operations) = id_and_operations(arguments).ok_or_else(|| {
            format!(
                "{} has the arguments {arguments:?}, wanted an id and a number of operations",
                bench.name()
            )
        })?;
        by_id.entry(id).or_default().insert(operations, bench.instructions);
    }
    let checks = by_id.into_iter().map(|(id, runs)| match (runs.first_key_value(), runs.last_key_value()) {
        (Some((n, few)), Some((more, many))) if n < more => {
            Ok(CrossCheck { id: id.to_owned(), ir_per_op: (many - few) / (more - n) as f64 })
        }
        _ => Err(format!("{id} was run with one number of operations only, wanted N and 2N")),
    });
    checks.collect()
}

/// `"group/function/64", 100` as an id and a number.
fn id_and_operations(arguments: &str) -> Option<(&str, u64)> {
    let arguments = arguments.trim().trim_start_matches('(').trim_end_matches(')');
    let (id, operations) = arguments.strip_prefix('"')?.split_once('"')?;
    let digits: String = operations.chars().filter(|c| !matches!(c, ',' | ' ' | '_')).collect();
    let digits = digits.strip_suffix("u64").unwrap_or(&digits);
    Some((id, digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_an_id_and_a_number() {
        assert_eq!(id_and_operations(r#""a/b/64", 100"#), Some(("a/b/64", 100)));
        assert_eq!(id_and_operations(r#"("a/b (x)/64", 1_000u64)"#), Some(("a/b (x)/64", 1000)));
        assert_eq!(id_and_operations("setup(), 5"), None);
        assert_eq!(id_and_operations(r#""a/b""#), None);
    }
}
