//! Exact stacks of a counted workload: N and 2N operations under callgrind, told apart by their callers. The difference
//! divided by N is a weight per operation, in which start-up, first use and the region's own frame cancel.
//!
//! Two runs at the price of counting. What each run spent is all there, or reading its profile has failed.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use super::{Stacks, Weight, frame_name};
use crate::instrument::{
    Executable, InstrumentError,
    callgrind::{
        Profile, is_region,
        run::{Collect, STACK_DEPTH, run_stacks},
    },
    counts::per_operation,
    criterion::Dialect,
    first_call::is_iteration,
    symbols::Symbols,
    valgrind::operations_argument,
};

/// Instructions per operation by stack. `scratch` belongs to this call alone; nothing is left in it.
pub(super) fn region(
    executable: &Executable,
    id: &str,
    operations: u64,
    scratch: &Path,
) -> Result<Stacks, InstrumentError> {
    let operations = operations.max(1);
    let symbols = Symbols::read(&executable.path)?;
    let stacks_of = |operations| {
        let arguments = ["--perfkit-count", id, &operations_argument(operations)];
        let profile = run_stacks(executable, &arguments, Collect::Region, scratch);
        profile.map(|profile| below(&profile, &symbols, REGION))
    };
    let once = stacks_of(operations)?;
    let twice = stacks_of(2 * operations)?;
    let mut stacks = Stacks::new(Weight::Instructions);
    let of = |side: &BTreeMap<Vec<String>, u64>, frames| side.get(frames).copied().unwrap_or(0);
    for frames in once.keys().chain(twice.keys().filter(|frames| !once.contains_key(*frames))) {
        let weight = per_operation(of(&once, frames), of(&twice, frames), operations);
        stacks.add(frames.clone(), weight);
    }
    Ok(stacks)
}

/// Instructions of one cold call of a Criterion bench that is not written against the harness, below `Bencher::iter`.
pub(super) fn first_call(
    executable: &Executable,
    id: &str,
    dialect: Dialect,
    scratch: &Path,
) -> Result<Stacks, InstrumentError> {
    let symbols = Symbols::read(&executable.path)?;
    let picked = dialect.pick(id);
    let mut arguments = vec!["--bench", "--test"];
    arguments.extend(picked.iter().map(String::as_str));
    let profile = run_stacks(executable, &arguments, Collect::Everything, scratch)?;
    let rows = below(&profile, &symbols, ITERATION);
    if rows.is_empty() {
        return Err(InstrumentError::Unreadable {
            what: format!("the callgrind profile of {id}"),
            why: "the bench never called Bencher::iter, or the executable is stripped".to_owned(),
        });
    }
    let mut stacks = Stacks::new(Weight::FirstCall);
    rows.into_iter().for_each(|(frames, weight)| stacks.add(frames, weight as f64));
    Ok(stacks)
}

/// Where the operation begins in a profile.
#[derive(Clone, Copy)]
struct Cut {
    /// Picks the frame below which it lies.
    is_root: fn(&str) -> bool,
    /// What to do with stacks that do not hold it.
    outside: Outside,
    /// Picks the function that addresses are known by.
    is_known: fn(&str) -> bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outside {
    /// Collection was off outside, so their roots lie deeper than callgrind tells callers apart.
    CutShort,
    /// They are none of the operation's, unless one of its own calls leads to them.
    Dropped,
}

/// The harness's measured region.
const REGION: Cut = Cut { is_root: is_region, outside: Outside::CutShort, is_known: is_region };

/// Criterion's iteration functions.
const ITERATION: Cut =
    Cut { is_root: is_iteration, outside: Outside::Dropped, is_known: |name| name == "main" };

/// Own instructions by stack below the innermost root frame. The root frame's own cost is left with its
/// name, so that nothing is lost.
fn below(profile: &Profile, symbols: &Symbols, cut: Cut) -> BTreeMap<Vec<String>, u64> {
    let kernels = Kernels::find(profile, symbols, cut.is_known);
    let paths: Vec<Option<Vec<String>>> = profile
        .functions
        .iter()
        .map(|function| cut.apply(path(&function.name, &kernels.by_address_name)))
        .collect();
    let mut rows = BTreeMap::new();
    for (line, kernel) in profile.self_costs.iter().zip(&kernels.by_line) {
        let Some(frames) = paths.get(line.function).and_then(Option::as_ref) else { continue };
        if line.cost.instructions == 0 {
            continue;
        }
        let mut frames = frames.clone();
        if let (Some(kernel), Some(leaf)) = (kernel, frames.last_mut()) {
            leaf.clone_from(kernel);
        }
        *rows.entry(frames).or_insert(0u64) += line.cost.instructions;
    }
    let beyond = lost_roots(profile, &paths);
    if cut.outside == Outside::Dropped && beyond > 0 {
        *rows.entry(vec![beyond_depth()]).or_insert(0) += beyond;
    }
    rows
}

/// Instructions below the deepest frames that still know their root. The frames under them look like any of the
/// program's, but the calls that lead to them say whose they are; every stack has one such call at most.
fn lost_roots(profile: &Profile, paths: &[Option<Vec<String>>]) -> u64 {
    let has_root = |function: usize| paths.get(function).is_some_and(Option::is_some);
    let leaving = profile.calls.iter().filter(|call| has_root(call.caller) && !has_root(call.callee));
    leaving.fold(0, |sum, call| sum.saturating_add(call.inclusive.instructions))
}

/// The frame in place of those that are not told apart.
fn beyond_depth() -> String {
    format!("[callers beyond {STACK_DEPTH} frames]")
}

/// `leaf'2'caller'root` as frames, root first. Numbers are levels of recursion.
fn path(name: &str, kernels: &HashMap<&str, String>) -> Vec<String> {
    let is_level = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let named = |part: &str| kernels.get(part).cloned().unwrap_or_else(|| frame_name(part));
    let mut frames: Vec<String> = name.split('\'').filter(|part| !is_level(part)).map(named).collect();
    frames.reverse();
    frames
}

impl Cut {
    /// Only what lies below the root frame; the root frame itself where nothing lies below.
    fn apply(self, mut frames: Vec<String>) -> Option<Vec<String>> {
        match (frames.iter().rposition(|frame| (self.is_root)(frame)), self.outside) {
            (Some(at), _) if at + 1 == frames.len() => Some(frames.split_off(at)),
            (Some(at), _) => Some(frames.split_off(at + 1)),
            (None, Outside::Dropped) => None,
            (None, Outside::CutShort) => {
                frames.insert(0, beyond_depth());
                Some(frames)
            }
        }
    }
}

/// Names of kernels whose symbols have no size, which callgrind shows as bare addresses or under the name before them.
struct Kernels<'a> {
    /// For each line of own costs.
    by_line: Vec<Option<String>>,
    /// For bare addresses, which stand for the kernel as a caller too.
    by_address_name: HashMap<&'a str, String>,
}

impl<'a> Kernels<'a> {
    /// `is_known` picks a function that is called once and whose name is unique: its place in profile and executable
    /// gives the load bias of addresses.
    fn find(profile: &'a Profile, symbols: &Symbols, is_known: fn(&str) -> bool) -> Self {
        let leaf = |index: usize| {
            let name = profile.function(index).name.as_str();
            name.split('\'').next().unwrap_or(name)
        };
        let entry = profile.calls.iter().find(|call| is_known(&frame_name(leaf(call.callee))));
        let object = entry.map(|call| profile.function(call.callee).object.as_str());
        let bias = entry.and_then(|call| Some(call.target?.wrapping_sub(symbols.address_of(is_known)?)));
        let mut kernels = Self { by_line: Vec::new(), by_address_name: HashMap::new() };
        for line in &profile.self_costs {
            let function = profile.function(line.function);
            let kernel = match (bias, line.address) {
                (Some(bias), Some(address)) if Some(function.object.as_str()) == object => {
                    symbols.unsized_name(address.wrapping_sub(bias)).map(|name| frame_name(&name))
                }
                _ => None,
            };
            if let Some(kernel) = &kernel
                && leaf(line.function).starts_with("0x")
            {
                kernels.by_address_name.insert(leaf(line.function), kernel.clone());
            }
            kernels.by_line.push(kernel);
        }
        kernels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::callgrind::parse;

    const REGION_NAME: &str = "_ZN15perfkit_harness5count14perfkit_region17hfbf043046c2aca71E";

    /// The stacks of a profile of these functions with their own instructions.
    fn stacks(functions: &[(&str, u64)], cut: Cut) -> Vec<(String, u64)> {
        let total: u64 = functions.iter().map(|(_, cost)| cost).sum();
        let lines: String =
            functions.iter().map(|(name, cost)| format!("fn={name}\n0x10 0 {cost}\n")).collect();
        let text = format!("positions: instr line\nevents: Ir Ge sysCount\nob=x\n{lines}totals: {total}\n");
        let rows = below(&parse(&text).unwrap(), &Symbols::default(), cut);
        rows.into_iter().map(|(frames, cost)| (frames.join(";"), cost)).collect()
    }

    #[test]
    fn a_stack_is_what_lies_below_the_region() {
        let deep =
            format!("_ZN1m4leaf17h0123456789abcdefE'_ZN1m4call17h0123456789abcdefE'{REGION_NAME}'main");
        let own = format!("{REGION_NAME}'main");
        assert_eq!(
            stacks(&[(&deep, 7), (&own, 2)], REGION),
            [("m::call;m::leaf".to_owned(), 7), ("perfkit_harness::count::perfkit_region".to_owned(), 2)]
        );
    }

    #[test]
    fn numbers_are_levels_of_recursion_and_no_frames() {
        let first = format!("walk'visit'{REGION_NAME}");
        let second = format!("walk'2'visit'walk'visit'{REGION_NAME}");
        assert_eq!(
            stacks(&[(&first, 1), (&second, 2)], REGION),
            [("visit;walk".to_owned(), 1), ("visit;walk;visit;walk".to_owned(), 2)]
        );
    }

    #[test]
    fn a_stack_deeper_than_the_limit_says_so() {
        assert_eq!(
            stacks(&[("leaf'call", 3)], REGION),
            [("[callers beyond 40 frames];call;leaf".to_owned(), 3)]
        );
    }

    #[test]
    fn what_criterion_does_around_iterations_is_none_of_the_operation() {
        let inside = "op'mine::bench::{{closure}}'criterion::bencher::Bencher<M>::iter'main";
        assert_eq!(
            stacks(&[(inside, 5), ("parse'main", 100)], ITERATION),
            [("mine::bench::{{closure}};op".to_owned(), 5)]
        );
    }

    /// Callgrind's names hold the leaf and its nearest callers; a deep one has no room for the iteration's.
    #[test]
    fn what_an_iteration_calls_too_deeply_to_be_named_is_still_its_own() {
        let text = "positions: instr line\nevents: Ir Ge sysCount\nob=x\n\
             fn=op'mine::bench::{{closure}}'criterion::bencher::Bencher<M>::iter'main\n0x10 0 5\n\
             cfn=deep'op'mine::bench::{{closure}}\ncalls=1 0x20 0\n0x10 0 7\n\
             fn=deep'op'mine::bench::{{closure}}\n0x20 0 3\n\
             cfn=deeper'deep'op\ncalls=2 0x30 0\n0x20 0 4\n\
             fn=deeper'deep'op\n0x30 0 4\n\
             fn=parse'main\n0x40 0 100\n\
             totals: 112\n";
        let rows = below(&parse(text).unwrap(), &Symbols::default(), ITERATION);
        let rows: Vec<(String, u64)> =
            rows.into_iter().map(|(frames, cost)| (frames.join(";"), cost)).collect();
        assert_eq!(
            rows,
            [("[callers beyond 40 frames]".to_owned(), 7), ("mine::bench::{{closure}};op".to_owned(), 5)]
        );
    }
}
