//! Counting a Criterion bench that is not written against the harness: one cold call.
//!
//! In Criterion's test mode a bench runs once. What is counted is the cost of entering `Bencher::iter…`, with
//! Criterion's own clock reads and, for batched benches, the set-up inside. Iteration functions may nest, so calls
//! between them are not counted twice. The number means nothing beside an exact count: it is compared with itself.

use std::{collections::BTreeMap, path::Path};

use super::{
    Counts, Executable, InstrumentError,
    callgrind::run::{Collect, run},
    criterion::Dialect,
};

/// Count one cold call of `id`. Bytes copied, witness and functions are left out. Nothing is left in `scratch`.
pub fn first_call(
    executable: &Executable,
    id: &str,
    dialect: Dialect,
    scratch: &Path,
) -> Result<Counts, InstrumentError> {
    let picked = dialect.pick(id);
    let mut arguments = vec!["--bench", "--test"];
    arguments.extend(picked.iter().map(String::as_str));
    let profile = run(executable, &arguments, Collect::Everything, scratch)?;
    let (calls, cost) = profile.entered(is_iteration);
    if calls == 0 {
        return Err(InstrumentError::Unreadable {
            what: format!("the callgrind profile of {id}"),
            why: "the bench never called Bencher::iter, or the executable is stripped".to_owned(),
        });
    }
    Ok(Counts {
        ir: cost.instructions as f64,
        locked_ops: cost.locked as f64,
        syscalls: cost.system_calls as f64,
        bytes_copied: None,
        witness: None,
        functions: BTreeMap::new(),
    })
}

/// `criterion::bencher::Bencher<…>::iter…` in both manglings, and whatever is nested in it.
pub(crate) fn is_iteration(function: &str) -> bool {
    let function = function.strip_prefix('<').unwrap_or(function);
    let benchers = ["criterion::bencher::Bencher<", "criterion::bencher::AsyncBencher<"];
    let parameters = benchers.iter().find_map(|bencher| function.strip_prefix(bencher));
    parameters.is_some_and(|parameters| behind_parameters(parameters).starts_with("::iter"))
}

/// What follows the list of type parameters that `text` begins in.
fn behind_parameters(text: &str) -> &str {
    let mut open = 1u32;
    for (at, character) in text.char_indices() {
        match character {
            '<' => open += 1,
            '>' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return text[at + 1..].trim_start_matches('>');
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iteration_functions_are_recognised_in_both_manglings() {
        let iterations = [
            "criterion::bencher::Bencher<M>::iter",
            "criterion::bencher::Bencher<M>::iter_batched::{{closure}}",
            "<criterion::bencher::Bencher<criterion::measurement::WallTime>>::iter::<u64, mine::bench::{closure#0}>",
            "criterion::bencher::AsyncBencher<A,M>::iter",
        ];
        assert!(iterations.into_iter().all(is_iteration));
        let others = [
            "criterion::bencher::Bencher<M>::assert_iterated",
            "<mine::bench as FnOnce<(&mut criterion::bencher::Bencher<M>,)>>::iter",
            "core::iter::Iterator::next",
            "criterion::bencher::Bencher<M",
        ];
        assert!(!others.into_iter().any(is_iteration));
    }
}
