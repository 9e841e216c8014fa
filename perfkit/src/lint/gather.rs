//! Gathering evidence: the counts of a run, the declarations of the executables, and what git says of the sources.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::evidence::{BuildEvidence, Evidence, ExecutableEvidence, OrderEvidence, Subject};
use crate::{
    format::{Baseline, Benchmark, Config, GateKind, Toolchain},
    gate::LockedPackages,
    instrument::{self, Copies, Executable, InstrumentError},
    measure::{Planned, progress::Progress},
    session::{Outcome, Profiles},
    workspace::{Workspace, profile::debug_assertions_in, revision},
};

/// Rounds alone and in the suite, in turns.
const ORDER_ROUNDS: usize = 3;
/// The least difference between alone and in the suite that is one.
const ORDER_LIMIT: f64 = 0.10;
/// Source files of a package that are searched for an id; benches have a handful.
const SOURCES_LIMIT: usize = 1000;

/// Parts of symbols that only counting or profiling allocators have.
const INSTRUMENTED: [&str; 8] = [
    "perfkit_harness::allocator::CountingAllocator",
    "dhat::",
    "stats_alloc::",
    "allocation_counter::",
    "tracking_allocator::",
    "cap::Cap",
    "divan::alloc::AllocProfiler",
    "peak_alloc::",
];

/// What to gather beside the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thoroughness {
    /// Time every benchmark alone and after its neighbours.
    pub order: bool,
}

/// Everything the rules ask about a measured workspace.
pub fn gather(
    workspace: &Workspace,
    profiles: &Profiles,
    outcome: &Outcome,
    thoroughness: Thoroughness,
    scratch: &Path,
    progress: &Progress,
) -> Result<Evidence, InstrumentError> {
    let measured: BTreeMap<&str, &Benchmark> =
        outcome.run.benchmarks.iter().map(|row| (row.id.as_str(), row)).collect();
    let recounts = recount(&outcome.plan.rows, scratch, progress);
    let order =
        if thoroughness.order { order(&outcome.plan.rows, scratch, progress)? } else { BTreeMap::new() };
    let changed = ChangedSources::since(workspace, profiles.counted.as_ref());
    let mut declared: BTreeMap<String, instrument::ListedWorkload> = BTreeMap::new();
    for executable in executables(&outcome.plan.rows, true) {
        declared.extend(instrument::list(executable)?.into_iter().map(|row| (row.id.clone(), row)));
    }
    let mut subjects = Vec::new();
    for planned in &outcome.plan.rows {
        let id = planned.benchmark.id.as_str();
        let row = measured.get(id).map_or_else(|| planned.benchmark.clone(), |row| (*row).clone());
        let own = declared.get(id);
        let said = match own {
            Some(_) if planned.counted_operations.is_some() => instrument::declared(&planned.time, id)?,
            _ => instrument::Declared::default(),
        };
        subjects.push(Subject {
            allocation_free: allocation_free(own, &workspace.config, id),
            keyed: own.is_some_and(|row| row.keyed),
            produced: said.produced,
            distinct_keys: said.distinct_keys,
            functions: outcome.samples.functions.get(id).cloned().unwrap_or_default(),
            recount: recounts.get(id).copied(),
            changed_source: changed.of(planned),
            accepted: profiles.counted.as_ref().and_then(|baseline| baseline.live(id)).cloned(),
            order: order.get(id).copied(),
            benchmark: row,
        });
    }
    let timed = executables(&outcome.plan.rows, false);
    Ok(Evidence {
        subjects,
        executables: timed.into_iter().map(executable_evidence).collect::<Result<_, _>>()?,
        build: build_evidence(workspace, profiles, &outcome.run.toolchain),
    })
}

/// The timed executables, each once; only those written against the harness where that is asked.
fn executables(rows: &[Planned], harness_only: bool) -> Vec<&Executable> {
    let wanted =
        rows.iter().filter(|row| !harness_only || row.counted_operations.is_some() || row.allocs.is_some());
    let mut found: Vec<&Executable> = wanted.map(|row| &row.time).collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|a, b| a.path == b.path);
    found
}

fn executable_evidence(executable: &Executable) -> Result<ExecutableEvidence, InstrumentError> {
    let is_instrumented = |name: &str| INSTRUMENTED.iter().any(|part| name.contains(part));
    Ok(ExecutableEvidence {
        name: executable.name(),
        instrumented_allocator: instrument::symbol_named(&executable.path, is_instrumented)?,
    })
}

fn allocation_free(
    declared: Option<&instrument::ListedWorkload>,
    config: &Config,
    id: &str,
) -> Option<String> {
    if declared.is_some_and(|row| row.allocation_free) {
        return Some("its suite".to_owned());
    }
    let forbids = |kind: &GateKind| matches!(kind, GateKind::Absolute { max: Some(max), .. } if *max == 0.0);
    let gated = config.gates.iter().any(|gate| {
        let selects = gate.select.matches(id) && !gate.exclude.matches(id);
        gate.metric == "allocs_per_op" && selects && forbids(&gate.kind)
    });
    gated.then(|| "a gate of perfkit.toml".to_owned())
}

fn build_evidence(workspace: &Workspace, profiles: &Profiles, toolchain: &Toolchain) -> BuildEvidence {
    let accepted = profiles.counted.as_ref();
    let key = accepted.and_then(|baseline| baseline.key.as_ref());
    let baseline_difference = key.and_then(|key| {
        if key.rustflags != toolchain.rustflags {
            return Some(format!(
                "RUSTFLAGS is {:?}, the baseline has {:?}",
                toolchain.rustflags, key.rustflags
            ));
        }
        let differs = key.build_profile != toolchain.build_profile;
        differs.then(|| {
            format!("the profile is {:?}, the baseline has {:?}", toolchain.build_profile, key.build_profile)
        })
    });
    let then = accepted
        .and_then(|baseline| revision::file_at(&workspace.root, &baseline.acceptance.revision, "Cargo.lock"));
    let changed_packages = then
        .map(|then| LockedPackages::load(&workspace.root).not_in(&LockedPackages::parse(&then)))
        .unwrap_or_default();
    BuildEvidence {
        debug_assertions: debug_assertions_in(&toolchain.build_profile),
        rustflags: toolchain.rustflags.clone(),
        baseline_difference,
        changed_packages,
    }
}

/// Count every exact benchmark a second time, on all cores.
fn recount(rows: &[Planned], scratch: &Path, progress: &Progress) -> BTreeMap<String, f64> {
    let rows: Vec<(&Planned, u64)> =
        rows.iter().filter_map(|row| Some((row, row.counted_operations?))).collect();
    let next = AtomicUsize::new(0);
    let counted = Mutex::new(BTreeMap::new());
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    progress.say("counting again, in other processes");
    std::thread::scope(|scope| {
        for _ in 0..workers.min(rows.len()) {
            scope.spawn(|| {
                while let Some((row, operations)) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let id = &row.benchmark.id;
                    let scratch = scratch.join(format!("recount-{}", crate::store::file_name(id)));
                    // A benchmark that cannot be counted has said so in the run.
                    let ir = fs::create_dir_all(&scratch).ok().and_then(|()| {
                        instrument::count_with(&row.time, id, *operations, Copies::Skip, &scratch).ok()
                    });
                    if let (Some(counts), Ok(mut counted)) = (ir, counted.lock()) {
                        counted.insert(id.clone(), counts.ir);
                    }
                }
            });
        }
    });
    counted.into_inner().unwrap_or_default()
}

/// Time every benchmark alone and in one process with its whole target, in turns.
fn order(
    rows: &[Planned],
    scratch: &Path,
    progress: &Progress,
) -> Result<BTreeMap<String, OrderEvidence>, InstrumentError> {
    let settings = instrument::TimeSettings::quick();
    let mut found: BTreeMap<String, OrderEvidence> = BTreeMap::new();
    for executable in executables(rows, false) {
        let ids: Vec<&str> = rows
            .iter()
            .filter(|row| row.time.path == executable.path && row.benchmark.threads == 1)
            .map(|row| row.benchmark.id.as_str())
            .collect();
        for _ in 0..ORDER_ROUNDS {
            progress.say(&format!("timing {} as a whole, then each of its ids alone", executable.name()));
            let together = instrument::whole_suite(executable, &ids, &settings, scratch)?;
            for id in &ids {
                let alone = instrument::round(executable, id, &settings, scratch)?.wall_ns_min;
                let Some(in_suite) = together.get(*id).copied() else { continue };
                let entry = found.entry((*id).to_owned()).or_insert(OrderEvidence {
                    alone_ns: alone,
                    in_suite_ns: in_suite,
                    limit: ORDER_LIMIT,
                });
                entry.alone_ns = entry.alone_ns.min(alone);
                entry.in_suite_ns = entry.in_suite_ns.min(in_suite);
            }
        }
    }
    Ok(found)
}

/// The bench sources that changed since the counted baseline was accepted.
struct ChangedSources {
    /// Relative to the workspace root, with their text.
    files: Vec<(PathBuf, String)>,
    root: PathBuf,
}

impl ChangedSources {
    fn since(workspace: &Workspace, baseline: Option<&Baseline>) -> Self {
        let changed = baseline
            .map(|baseline| revision::changed_since(&workspace.root, &baseline.acceptance.revision))
            .unwrap_or_default();
        let rust = changed.into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
        let read = |path: PathBuf| Some((path.clone(), fs::read_to_string(workspace.root.join(&path)).ok()?));
        Self { files: rust.take(SOURCES_LIMIT).filter_map(read).collect(), root: workspace.root.clone() }
    }

    /// The changed file of the benchmark's own package that names its id, with or without its parameter.
    fn of(&self, planned: &Planned) -> Option<String> {
        let subject = Subject::new(planned.benchmark.clone());
        let names = [format!("\"{}\"", subject.prefix()), format!("\"{}\"", planned.benchmark.id)];
        let defines = |(path, text): &&(PathBuf, String)| {
            self.root.join(path).starts_with(&planned.time.package_root)
                && names.iter().any(|name| text.contains(name.as_str()))
        };
        self.files.iter().find(defines).map(|(path, _)| path.display().to_string())
    }
}
