//! What is to be measured: suites and filters over the benchmarks that the built executables list.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use thiserror::Error;

use super::{
    Request, RunnerSuite, Selection, cross_checks,
    listing::{binary_row, list_criterion, list_suite},
    near_names::unmatched,
    progress::Progress,
};
use crate::{
    format::{
        Benchmark, Binary, Problem, ProblemKind, Suite,
        config::{Instrument, Patterns},
    },
    instrument::{self, Dialect, Executable, InstrumentError},
    workspace::{
        BenchKind, BenchTarget, Workspace, bench_targets, build, build::BuildSettings, build_binary,
    },
};

/// Why nothing can be measured.
#[derive(Debug, Error)]
pub enum PlanError {
    /// A name or pattern on the command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// Cargo could not be run.
    #[error("cargo cannot be run: {0}")]
    Cargo(#[source] std::io::Error),
    /// No benchmark was left to measure.
    #[error("{0}")]
    NothingMatched(String),
    /// Two benchmarks go by one id.
    #[error("{id} is defined twice, in {first} and in {second}; ids are unique in a workspace")]
    DuplicateId {
        /// The id.
        id: String,
        /// One package and target.
        first: String,
        /// The other.
        second: String,
    },
}

/// One benchmark with the executables that measure it.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its identity; no metrics yet.
    pub benchmark: Benchmark,
    /// Criterion, and the counting region where `counted_operations` is set.
    pub time: Executable,
    /// The executable with the counting allocator.
    pub allocs: Option<Executable>,
    /// Operations per counted run; `None` for benches that are not written against the harness.
    pub counted_operations: Option<u64>,
    /// How the time executable's Criterion picks it.
    pub dialect: Dialect,
    /// Judged by medians.
    pub contended: bool,
    /// What the time executable can be asked to do with it beside Criterion.
    pub modes: Vec<String>,
    /// Operations per second on the latency instrument's schedule.
    pub latency_rate: u64,
    /// What the row is.
    pub kind: RowKind,
    /// The instruments to run.
    pub instruments: BTreeSet<Instrument>,
}

/// What there is to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// An operation, done again and again.
    Operation,
    /// A process from start to ready.
    Startup,
    /// A type of so many bytes.
    StructBytes(u64),
    /// A binary: the row's executable itself.
    Binary,
}

/// Everything to be measured.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The benchmarks, by id.
    pub rows: Vec<Planned>,
    /// Targets of the iai-callgrind cross-check.
    pub cross_checks: Vec<Executable>,
    /// Targets of iai-callgrind and gungraun, driven by their own runners.
    pub runner_suites: Vec<RunnerSuite>,
    /// What could not be built or listed.
    pub problems: Vec<Problem>,
    /// Which ids were asked for.
    pub selection: Selection,
    /// The suite whose features and environment shaped the build; empty for the default build.
    pub variant: String,
}

/// Build the bench targets, list what they hold, and select from it.
pub fn plan(
    workspace: &Workspace,
    request: &Request,
    place: &BuildPlace,
    progress: &Progress,
) -> Result<Plan, PlanError> {
    let suites = request.suites.iter().map(|name| workspace.config.suite(name).cloned());
    let suites: Vec<Suite> = suites.collect::<Result<_, _>>().map_err(PlanError::Usage)?;
    let filters = Patterns::new(&request.filters).map_err(PlanError::Usage)?;
    let selection = Selection { suites, filters };
    let variant = selection.own_build().map(|suite| suite.name.clone()).unwrap_or_default();
    let mut plan = Plan { selection, variant, ..Plan::default() };

    let settings = settings(workspace, &plan.selection, place)?;
    let mut targets = bench_targets(workspace);
    targets.retain(|target| match left_out(target, &settings) {
        Some(message) => {
            let subject = format!("{}::{}", target.package, target.name);
            plan.problems.push(Problem { subject, kind: ProblemKind::Skipped, instrument: None, message });
            false
        }
        None => match target.kind {
            BenchKind::CrossCheck => request.wants(Instrument::CrossCheck),
            BenchKind::Iai => request.wants(Instrument::Count),
            _ => true,
        },
    });
    progress.say(&format!("building {} bench targets", targets.len()));
    let built = build(&settings, &targets).map_err(PlanError::Cargo)?;
    for failure in built.failures {
        plan.problems.push(Problem {
            subject: format!("{}::{}", failure.package, failure.target),
            kind: ProblemKind::BuildFailed,
            instrument: None,
            message: failure.message,
        });
    }

    let mut rows: BTreeMap<String, Planned> = BTreeMap::new();
    let mut allocs: BTreeMap<String, Executable> = BTreeMap::new();
    for (target, executable) in built.executables {
        let listed = match target.kind {
            BenchKind::CrossCheck => {
                plan.cross_checks.push(executable);
                continue;
            }
            BenchKind::Iai => {
                match RunnerSuite::of(executable) {
                    Ok(suite) => plan.runner_suites.push(suite),
                    Err(InstrumentError::Interrupted) => break,
                    Err(error) => {
                        let subject = format!("{}::{}", target.package, target.name);
                        plan.problems.push(problem(subject, Some(Instrument::Count), &error));
                    }
                }
                continue;
            }
            BenchKind::Perfkit => list_suite(&executable, &mut allocs),
            _ => list_criterion(&executable),
        };
        let listed = match listed {
            Ok(listed) => listed,
            Err(InstrumentError::Interrupted) => break,
            Err(error) => {
                let subject = format!("{}::{}", target.package, target.name);
                plan.problems.push(problem(subject, None, &error));
                continue;
            }
        };
        for row in listed {
            let place = |row: &Planned| format!("{}::{}", row.time.package, row.time.target);
            if let Some(other) = rows.get(&row.benchmark.id) {
                let (id, first, second) = (row.benchmark.id.clone(), place(other), place(&row));
                if target.kind == BenchKind::Perfkit {
                    return Err(PlanError::DuplicateId { id, first, second });
                }
                // Criterion asks for uniqueness within a target only.
                let message = format!("it is in {first} too, which is the one that is measured");
                let subject = format!("{second} {id}");
                plan.problems.push(Problem {
                    subject,
                    kind: ProblemKind::Skipped,
                    instrument: None,
                    message,
                });
                continue;
            }
            rows.insert(row.benchmark.id.clone(), row);
        }
    }
    for (id, executable) in allocs {
        if let Some(row) = rows.get_mut(&id) {
            row.allocs = Some(executable);
            if row.counted_operations.is_some() {
                row.instruments.insert(Instrument::Allocs);
            }
        }
    }
    if request.wants(Instrument::Size) {
        binaries(workspace, &settings, &mut plan, &mut rows, progress)?;
    }
    select(plan, rows, request, place)
}

/// Build the binaries whose size was asked for, and add their rows.
fn binaries(
    workspace: &Workspace,
    settings: &BuildSettings,
    plan: &mut Plan,
    rows: &mut BTreeMap<String, Planned>,
    progress: &Progress,
) -> Result<(), PlanError> {
    let wanted = |binary: &&Binary| {
        let id = binary.id();
        plan.selection.contains(&id) && plan.selection.allows(&id, Instrument::Size)
    };
    let binaries: Vec<&Binary> = workspace.config.binaries.iter().filter(wanted).collect();
    for binary in binaries {
        let id = binary.id();
        if let Some(other) = rows.get(&id) {
            let first = other.time.name();
            return Err(PlanError::DuplicateId {
                id,
                first,
                second: "a [[binary]] of perfkit.toml".to_owned(),
            });
        }
        progress.say(&format!("building {}", binary.target));
        match build_binary(workspace, settings, binary) {
            Ok(executable) => {
                rows.insert(id.clone(), binary_row(&id, executable));
            }
            Err(message) => {
                plan.problems.push(Problem {
                    subject: id,
                    kind: ProblemKind::BuildFailed,
                    instrument: Some(Instrument::Size),
                    message,
                });
            }
        }
    }
    Ok(())
}

/// Where a plan's executables are built: the workspace itself, or a base revision beside it.
#[derive(Debug, Clone, Default)]
pub struct BuildPlace {
    /// A target directory of its own, which another revision has.
    pub target_directory: Option<PathBuf>,
}

/// Why a bench target is not driven at all.
fn left_out(target: &BenchTarget, settings: &BuildSettings) -> Option<String> {
    let asked = |feature: &String| settings.features.iter().any(|asked| names_feature(asked, feature));
    if let Some(feature) = target.required_features.iter().find(|feature| !asked(feature)) {
        return Some(format!("it needs the feature {feature:?}; name it in a suite's `features`"));
    }
    match target.kind {
        BenchKind::Other => {
            Some("neither a perfkit suite nor one of Criterion, iai-callgrind or gungraun".to_owned())
        }
        BenchKind::Perfkit | BenchKind::CrossCheck | BenchKind::Criterion | BenchKind::Iai => None,
    }
}

/// Whether `asked`, a feature or `package/feature`, is this one.
fn names_feature(asked: &str, feature: &str) -> bool {
    asked.rsplit_once('/').map_or(asked, |(_, name)| name) == feature
}

fn settings(
    workspace: &Workspace,
    selection: &Selection,
    place: &BuildPlace,
) -> Result<BuildSettings, PlanError> {
    let mut settings = BuildSettings {
        root: workspace.root.clone(),
        target_directory: place.target_directory.clone(),
        ..BuildSettings::default()
    };
    if let Some(suite) = selection.own_build() {
        if selection.suites.len() > 1 {
            return Err(PlanError::Usage(format!(
                "suite {:?} is built with features or an environment of its own; run it by itself",
                suite.name
            )));
        }
        settings.features.clone_from(&suite.features);
        settings.env.clone_from(&suite.env);
        let base = settings.target_directory.unwrap_or_else(|| workspace.target_directory.clone());
        settings.target_directory = Some(base.join("perfkit").join(crate::store::file_name(&suite.name)));
    }
    Ok(settings)
}

fn select(
    mut plan: Plan,
    rows: BTreeMap<String, Planned>,
    request: &Request,
    place: &BuildPlace,
) -> Result<Plan, PlanError> {
    let listed = plan.runner_suites.iter().filter_map(|suite| suite.listed.as_ref()).flatten();
    let ids: Vec<String> = rows.keys().chain(listed).cloned().collect();
    let known: Vec<&str> = ids.iter().map(String::as_str).collect();
    let is_failure = |problem: &Problem| problem.kind != ProblemKind::Skipped;
    // A suite that cannot list what it holds may hold what was asked for, and so may one that the user did not wait for.
    let all_listed =
        plan.runner_suites.iter().all(|suite| suite.listed.is_some()) && !instrument::interrupted();
    // Another revision may lack what this one has: that is new, and the rest of it is still to be compared.
    let is_here = place.target_directory.is_none();
    if let Some(pattern) = plan.selection.filters.unmatched(&known).first()
        && is_here
        && !plan.problems.iter().any(is_failure)
        && all_listed
    {
        return Err(PlanError::NothingMatched(unmatched(pattern, &known)));
    }
    for (id, mut row) in rows {
        if !plan.selection.contains(&id) {
            continue;
        }
        row.instruments
            .retain(|instrument| request.wants(*instrument) && plan.selection.allows(&id, *instrument));
        plan.rows.push(row);
    }
    if !cross_checks::are_asked_for(&plan) {
        plan.cross_checks.clear();
    }
    let suites = std::mem::take(&mut plan.runner_suites);
    plan.runner_suites = suites.into_iter().filter(|suite| suite.is_asked_for(&plan)).collect();
    let is_empty = plan.rows.is_empty() && plan.runner_suites.is_empty();
    if is_empty && !plan.problems.iter().any(is_failure) && !instrument::interrupted() {
        let why = match (request.suites.is_empty(), known.is_empty()) {
            (_, true) => {
                let left_out =
                    plan.problems.iter().map(|left| format!("; {}: {}", left.subject, left.message));
                format!(
                    "the workspace has no benchmark that perfkit can drive with these instruments: it looks for \
                     perfkit suites, Criterion benches and suites of iai-callgrind and gungraun among the bench \
                     targets of its members{}",
                    left_out.take(LEFT_OUT_SHOWN).collect::<String>()
                )
            }
            (false, _) => {
                format!("suites {:?} select none of the {} benchmarks", request.suites, known.len())
            }
            (true, _) => "no benchmark was left to measure".to_owned(),
        };
        return Err(PlanError::NothingMatched(why));
    }
    Ok(plan)
}

/// How many targets that were left out an error names.
const LEFT_OUT_SHOWN: usize = 4;

/// An error as a problem of the run; `instrument` is the one that has no number for it.
pub(crate) fn problem(subject: String, instrument: Option<Instrument>, error: &InstrumentError) -> Problem {
    let kind = match error {
        InstrumentError::WrongAnswer(_) => ProblemKind::WrongAnswer,
        InstrumentError::ToolMissing { .. }
        | InstrumentError::RunnerMissing { .. }
        | InstrumentError::ToolVersion { .. }
        | InstrumentError::NotCriterion { .. }
        | InstrumentError::ThreadInStart { .. } => ProblemKind::Skipped,
        _ => ProblemKind::ToolFailed,
    };
    Problem { subject, kind, instrument, message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_is_not_taken_for_another_whose_name_ends_alike() {
        assert!(names_feature("simd", "simd") && names_feature("fixture/simd", "simd"));
        assert!(!names_feature("no-simd", "simd") && !names_feature("fixture/no-simd", "simd"));
        assert!(!names_feature("simd", "fixture/simd"));
    }
}
