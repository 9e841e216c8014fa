//! What the rules look at, as plain data.

use std::collections::BTreeMap;

use crate::format::{Benchmark, metric::EXACT};

/// Everything about a workspace's benchmarks that a rule may ask.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The benchmarks, by id.
    pub subjects: Vec<Subject>,
    /// The timed executables.
    pub executables: Vec<ExecutableEvidence>,
    /// What could not be looked at, and why.
    pub unexamined: Vec<String>,
    /// How they were built.
    pub build: BuildEvidence,
}

/// One benchmark.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its row with what was measured.
    pub benchmark: Benchmark,
    /// Who declares that it allocates nothing: its suite, or a gate of `perfkit.toml`.
    pub allocation_free: Option<String>,
    /// Whether its suite declares that its key is hashed or routed.
    pub keyed: bool,
    /// Elements that one operation produced, by the workload's own word.
    pub produced: Option<u64>,
    /// Distinct keys among its inputs, counted by the harness.
    pub distinct_keys: Option<u64>,
    /// Instructions per operation of each function itself.
    pub functions: BTreeMap<String, f64>,
    /// Instructions per operation, counted again in other processes.
    pub recount: Option<f64>,
    /// The file that defines it, where that changed since the baseline's revision.
    pub changed_source: Option<String>,
    /// Its accepted counts.
    pub accepted: Option<Benchmark>,
    /// Its time alone and after its neighbours.
    pub order: Option<OrderEvidence>,
}

/// A benchmark alone and in its suite, wall nanoseconds per operation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderEvidence {
    /// Alone in its process.
    pub alone_ns: f64,
    /// In one process with all of its target.
    pub in_suite_ns: f64,
    /// A larger difference, as a fraction, is one.
    pub limit: f64,
}

/// A timed executable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutableEvidence {
    /// Package and target.
    pub name: String,
    /// A symbol of a counting or profiling allocator that is linked into it.
    pub instrumented_allocator: Option<String>,
}

/// The build of this workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildEvidence {
    /// Whether the bench profile has debug assertions.
    pub debug_assertions: bool,
    /// `RUSTFLAGS` and its like.
    pub rustflags: String,
    /// How profile and flags differ from the counted baseline's.
    pub baseline_difference: Option<String>,
    /// Packages whose version differs from the lock file at the baseline's revision.
    pub changed_packages: Vec<String>,
}

impl Subject {
    /// A subject of which nothing but its row is known.
    pub fn new(benchmark: Benchmark) -> Self {
        Self {
            benchmark,
            allocation_free: None,
            keyed: false,
            produced: None,
            distinct_keys: None,
            functions: BTreeMap::new(),
            recount: None,
            changed_source: None,
            accepted: None,
            order: None,
        }
    }

    /// A metric counted per operation; `None` for first calls, which hold the harness too.
    pub fn exact(&self, metric: &str) -> Option<f64> {
        self.benchmark
            .metrics
            .get(metric)
            .filter(|metric| metric.statistic == EXACT)
            .map(|metric| metric.value)
    }

    /// The id without its size.
    pub fn prefix(&self) -> &str {
        prefix(&self.benchmark)
    }
}

/// A benchmark's id without its size.
pub fn prefix(benchmark: &Benchmark) -> &str {
    let id = &benchmark.id;
    match id.rsplit_once('/') {
        Some((prefix, last)) if benchmark.size > 0 && last == benchmark.size.to_string() => prefix,
        _ => id,
    }
}

/// Benchmarks that differ in size only, by prefix, the smallest first.
pub fn series(subjects: &[Subject]) -> BTreeMap<&str, Vec<&Subject>> {
    let mut found: BTreeMap<&str, Vec<&Subject>> = BTreeMap::new();
    for subject in subjects.iter().filter(|subject| subject.prefix() != subject.benchmark.id) {
        found.entry(subject.prefix()).or_default().push(subject);
    }
    for rows in found.values_mut() {
        rows.sort_by_key(|row| row.benchmark.size);
    }
    found
}
