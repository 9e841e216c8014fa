//! Gathering evidence: the counts of a run, the declarations of the executables, and what git says of the sources.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    allocators::is_instrumented,
    changed_sources::ChangedSources,
    evidence::{BuildEvidence, Evidence, ExecutableEvidence, Subject},
    timing,
};
use crate::{
    format::{Baseline, Benchmark, Config, GateKind, Toolchain},
    gate::LockedPackages,
    instrument::{self, Copies, Executable, InstrumentError},
    measure::{Planned, progress::Progress},
    session::{Outcome, Profiles},
    workspace::{Workspace, profile::debug_assertions_in, revision},
};

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
    let timed = timing::uncounted(&outcome.plan, scratch, progress)?;
    let order = match thoroughness.order {
        true => timing::order(&outcome.plan.rows, scratch, progress)?,
        false => BTreeMap::new(),
    };
    let accepted = accepted(profiles, &outcome.run.toolchain);
    let changed = ChangedSources::since(workspace, accepted);
    let mut declared: BTreeMap<String, instrument::ListedWorkload> = BTreeMap::new();
    for executable in executables(&outcome.plan.rows, true) {
        declared.extend(instrument::list(executable)?.into_iter().map(|row| (row.id.clone(), row)));
    }
    let mut subjects = Vec::new();
    for planned in &outcome.plan.rows {
        let id = planned.benchmark.id.as_str();
        let mut row = measured.get(id).map_or_else(|| planned.benchmark.clone(), |row| (*row).clone());
        if let Some(round) = timed.rounds.get(id) {
            row.size = timing::size_by_id(planned);
            timing::describe(&mut row, round);
        }
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
            changed_source: changed.of(&row, &planned.time.package_root),
            accepted: accepted.and_then(|baseline| baseline.live(id)).cloned(),
            order: order.get(id).copied(),
            benchmark: row,
        });
    }
    let executables = executables(&outcome.plan.rows, false).into_iter().map(executable_evidence);
    Ok(Evidence {
        subjects,
        executables: executables.collect::<Result<_, _>>()?,
        unexamined: timed.unexamined,
        build: build_evidence(workspace, accepted, &outcome.run.toolchain),
    })
}

/// The counted baseline, unless it is of another build on purpose: a suite with features or an environment of its own is
/// held against its own base.
fn accepted<'a>(profiles: &'a Profiles, toolchain: &Toolchain) -> Option<&'a Baseline> {
    let of_this_variant =
        |baseline: &&Baseline| baseline.key.as_ref().is_none_or(|key| key.variant == toolchain.variant);
    profiles.counted.as_ref().filter(of_this_variant)
}

/// The timed executables, each once; only those written against the harness where that is asked.
pub(super) fn executables(rows: &[Planned], harness_only: bool) -> Vec<&Executable> {
    let wanted =
        rows.iter().filter(|row| !harness_only || row.counted_operations.is_some() || row.allocs.is_some());
    let mut found: Vec<&Executable> = wanted.map(|row| &row.time).collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|a, b| a.path == b.path);
    found
}

fn executable_evidence(executable: &Executable) -> Result<ExecutableEvidence, InstrumentError> {
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

fn build_evidence(
    workspace: &Workspace,
    accepted: Option<&Baseline>,
    toolchain: &Toolchain,
) -> BuildEvidence {
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
