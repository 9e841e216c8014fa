//! The rules, one file each. Every rule has a bad benchmark in the tests that triggers it and a good one that does not.

mod build_differs;
mod cached_key;
mod cardinality;
mod instrumented_allocator;
mod native_cpu;
mod optimised_out;
mod order;
mod random_hasher;
mod set_up_in_region;
mod shared_directory;
mod stale_revision;
mod undeclared_throughput;

use super::Evidence;
use crate::format::config::Level;

/// Subject, evidence, and whether it is certain; what is not certain only warns.
pub type Found = (String, String, bool);

/// A rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// `H1` to `H12`.
    pub id: &'static str,
    /// What it looks for.
    pub title: &'static str,
    /// What to do about a finding.
    pub remedy: &'static str,
    /// What a finding means unless the command line says otherwise.
    pub level: Level,
    /// What has to be there for it to speak of everything.
    pub looks_at: LooksAt,
    /// The rule itself.
    pub check: fn(&Evidence) -> Vec<Found>,
}

/// What a rule goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LooksAt {
    /// Profile, flags and lock file: known without any benchmark.
    Build,
    /// The benchmarks, each built, listed and counted.
    Benchmarks,
    /// Times alone and in the suite, which are taken only where they are asked for.
    Order,
}

/// Every rule, in order.
pub const RULES: [Rule; 12] = [
    Rule {
        id: "H1",
        title: "the body was optimised out",
        remedy: "pass inputs through black_box, and return what is computed from the measured closure",
        level: Level::Fail,
        looks_at: LooksAt::Benchmarks,
        check: optimised_out::check,
    },
    Rule {
        id: "H2",
        title: "sizes without throughput",
        remedy: "declare bytes(n) or elements(n) in the suite, or a Throughput in the Criterion group",
        level: Level::Warn,
        looks_at: LooksAt::Benchmarks,
        check: undeclared_throughput::check,
    },
    Rule {
        id: "H3",
        title: "the output has another number of elements",
        remedy: "declare the elements that one operation produces; where their number follows the size, add a twin with a constant number",
        level: Level::Fail,
        looks_at: LooksAt::Benchmarks,
        check: cardinality::check,
    },
    Rule {
        id: "H4",
        title: "too few distinct keys",
        remedy: "cycle through a pool of at least 256 distinct inputs, and hand their keys to Meter::input_keys",
        level: Level::Fail,
        looks_at: LooksAt::Benchmarks,
        check: cached_key::check,
    },
    Rule {
        id: "H5",
        title: "set-up inside the measured region",
        remedy: "make inputs before measure, or in the set-up of measure_batched",
        level: Level::Fail,
        looks_at: LooksAt::Benchmarks,
        check: set_up_in_region::check,
    },
    Rule {
        id: "H6",
        title: "two ids share a Criterion directory",
        remedy: "rename one: Criterion replaces ? \" / \\ * < > : | ^ by _ and cuts a component at 64 bytes",
        level: Level::Fail,
        looks_at: LooksAt::Benchmarks,
        check: shared_directory::check,
    },
    Rule {
        id: "H7",
        title: "the build is not the one that is compared with",
        remedy: "measure with the bench profile as it was accepted, without debug assertions, or accept a new baseline",
        level: Level::Fail,
        looks_at: LooksAt::Build,
        check: build_differs::check,
    },
    Rule {
        id: "H8",
        title: "the order of benchmarks matters",
        remedy: "give each benchmark its own state; perfkit runs each id in a process of its own, `cargo bench` does not",
        level: Level::Fail,
        looks_at: LooksAt::Order,
        check: order::check,
    },
    Rule {
        id: "H9",
        title: "the workload changed and its revision did not",
        remedy: "raise revision(n) of the row if its meaning changed; else accept the new counts",
        level: Level::Warn,
        looks_at: LooksAt::Benchmarks,
        check: stale_revision::check,
    },
    Rule {
        id: "H10",
        title: "an instrumented allocator in a timed executable",
        remedy: "count allocations in a bench target of their own (allocs_main!)",
        level: Level::Fail,
        looks_at: LooksAt::Benchmarks,
        check: instrumented_allocator::check,
    },
    Rule {
        id: "H11",
        title: "a hasher seeded by chance in a counted benchmark",
        remedy: "use a hasher with a fixed seed in the workload, or count something that does not depend on it",
        level: Level::Fail,
        looks_at: LooksAt::Benchmarks,
        check: random_hasher::check,
    },
    Rule {
        id: "H12",
        title: "built for this machine's CPU",
        remedy: "count without target-cpu=native: valgrind's CPU is another one, and counts would belong to this machine alone",
        level: Level::Fail,
        looks_at: LooksAt::Build,
        check: native_cpu::check,
    },
];
