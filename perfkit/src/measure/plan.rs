//! What is to be measured: suites and filters over the benchmarks that the built executables list.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use clap::ValueEnum;
use thiserror::Error;

use super::progress::Progress;
use crate::{
    format::{
        Benchmark, Mode, Problem, ProblemKind, Selected, Suite,
        config::{Instrument, Patterns},
    },
    instrument::{self, Executable, InstrumentError},
    workspace::{BenchKind, BenchTarget, Workspace, bench_targets, build, build::BuildSettings},
};

/// What a command line asks for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Names of suites; everything when empty.
    pub suites: Vec<String>,
    /// Patterns over ids; everything when empty.
    pub filters: Vec<String>,
    /// Instruments; all that apply when empty.
    pub instruments: Vec<Instrument>,
    /// How thoroughly.
    pub mode: Mode,
    /// Rounds of fresh processes, where the mode's own number is not wanted.
    pub rounds: Option<u32>,
}

impl Request {
    /// As the run document records it.
    pub fn selected(&self) -> Selected {
        let name = |instrument: &Instrument| {
            instrument.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
        };
        Selected {
            suites: self.suites.clone(),
            filters: self.filters.clone(),
            instruments: self.instruments.iter().map(name).collect(),
        }
    }
}

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

/// Which ids were asked for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    suites: Vec<Suite>,
    filters: Patterns,
}

impl Selection {
    /// Whether this id was asked for.
    pub fn contains(&self, id: &str) -> bool {
        let in_suite = |suite: &Suite| suite.select.matches(id) && !suite.exclude.matches(id);
        let in_suites = self.suites.is_empty() || self.suites.iter().any(in_suite);
        in_suites && (self.filters.is_empty() || self.filters.matches(id))
    }

    /// Whether everything was asked for.
    pub fn is_whole(&self) -> bool {
        self.suites.is_empty() && self.filters.is_empty()
    }

    /// The instruments that the suites of this id allow.
    fn allows(&self, id: &str, instrument: Instrument) -> bool {
        let in_suite = |suite: &&Suite| suite.select.matches(id) && !suite.exclude.matches(id);
        let mut of_id = self.suites.iter().filter(in_suite).peekable();
        of_id.peek().is_none()
            || of_id.any(|suite| suite.instruments.as_ref().is_none_or(|list| list.contains(&instrument)))
    }
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
    /// Judged by medians.
    pub contended: bool,
    /// The instruments to run.
    pub instruments: BTreeSet<Instrument>,
}

/// Everything to be measured.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The benchmarks, by id.
    pub rows: Vec<Planned>,
    /// Targets of the iai-callgrind cross-check.
    pub cross_checks: Vec<Executable>,
    /// What could not be built or listed.
    pub problems: Vec<Problem>,
    /// Which ids were asked for.
    pub selection: Selection,
    /// The suite whose features and environment shaped the build; empty for the default build.
    pub variant: String,
    /// Whether the cross-check was asked for.
    pub cross_check_asked: bool,
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
    let variant =
        selection.suites.iter().find(has_own_build).map(|suite| suite.name.clone()).unwrap_or_default();
    let wants = |instrument| request.instruments.is_empty() || request.instruments.contains(&instrument);
    let cross_check_asked = wants(Instrument::CrossCheck);
    let mut plan = Plan { selection, variant, cross_check_asked, ..Plan::default() };

    let settings = settings(workspace, &plan.selection, place)?;
    let mut targets = bench_targets(workspace);
    targets.retain(|target| match left_out(target, &settings) {
        Some(message) => {
            let subject = format!("{}::{}", target.package, target.name);
            plan.problems.push(Problem { subject, kind: ProblemKind::Skipped, message });
            false
        }
        None => target.kind != BenchKind::CrossCheck || wants(Instrument::CrossCheck),
    });
    progress.say(&format!("building {} bench targets", targets.len()));
    let built = build(&settings, &targets).map_err(PlanError::Cargo)?;
    for failure in built.failures {
        plan.problems.push(Problem {
            subject: format!("{}::{}", failure.package, failure.target),
            kind: ProblemKind::BuildFailed,
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
            BenchKind::Perfkit => list_suite(&executable, &mut allocs),
            _ => list_criterion(&executable),
        };
        let listed = match listed {
            Ok(listed) => listed,
            Err(error) => {
                let subject = format!("{}::{}", target.package, target.name);
                plan.problems.push(problem(subject, &error));
                continue;
            }
        };
        for row in listed {
            let place = |row: &Planned| format!("{}::{}", row.time.package, row.time.target);
            if let Some(other) = rows.get(&row.benchmark.id) {
                let (id, first, second) = (row.benchmark.id.clone(), place(other), place(&row));
                if row.counted_operations.is_some() {
                    return Err(PlanError::DuplicateId { id, first, second });
                }
                // Criterion asks for uniqueness within a target only.
                let message = format!("it is in {first} too, which is the one that is measured");
                let subject = format!("{second} {id}");
                plan.problems.push(Problem { subject, kind: ProblemKind::Skipped, message });
                continue;
            }
            rows.insert(row.benchmark.id.clone(), row);
        }
    }
    for (id, executable) in allocs {
        if let Some(row) = rows.get_mut(&id) {
            row.allocs = Some(executable);
        }
    }
    select(plan, rows, request, wants)
}

/// Where a plan's executables are built: the workspace itself, or a base revision beside it.
#[derive(Debug, Clone, Default)]
pub struct BuildPlace {
    /// A target directory of its own.
    pub target_directory: Option<PathBuf>,
}

fn has_own_build(suite: &&Suite) -> bool {
    !suite.features.is_empty() || !suite.env.is_empty()
}

/// Why a bench target is not driven at all.
fn left_out(target: &BenchTarget, settings: &BuildSettings) -> Option<String> {
    let asked = |feature: &String| settings.features.iter().any(|asked| asked.ends_with(feature.as_str()));
    if let Some(feature) = target.required_features.iter().find(|feature| !asked(feature)) {
        return Some(format!("it needs the feature {feature:?}; name it in a suite's `features`"));
    }
    match target.kind {
        BenchKind::Iai => Some("an iai-callgrind or gungraun suite: run it with cargo bench".to_owned()),
        BenchKind::Other => Some("neither a perfkit suite nor a Criterion bench".to_owned()),
        BenchKind::Perfkit | BenchKind::CrossCheck | BenchKind::Criterion => None,
    }
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
    if let Some(suite) = selection.suites.iter().find(has_own_build) {
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

/// The rows of a time executable; an allocation executable only notes where its ids are.
fn list_suite(
    executable: &Executable,
    allocs: &mut BTreeMap<String, Executable>,
) -> Result<Vec<Planned>, InstrumentError> {
    let mut rows = Vec::new();
    for workload in instrument::list(executable)? {
        if workload.role == "allocs" {
            allocs.insert(workload.id, executable.clone());
            continue;
        }
        let mut benchmark = identified(&workload.id, executable);
        benchmark.revision = workload.revision;
        benchmark.size = workload.size;
        benchmark.bytes = workload.bytes;
        benchmark.elements = workload.elements;
        benchmark.threads = workload.threads;
        benchmark.floor = workload.floor;
        rows.push(Planned {
            counted_operations: (workload.threads == 1).then_some(workload.counted_operations),
            contended: workload.contended,
            benchmark,
            time: executable.clone(),
            allocs: None,
            instruments: BTreeSet::new(),
        });
    }
    Ok(rows)
}

fn list_criterion(executable: &Executable) -> Result<Vec<Planned>, InstrumentError> {
    let ids = instrument::criterion_list(executable)?;
    let row = |id: String| Planned {
        benchmark: identified(&id, executable),
        time: executable.clone(),
        allocs: None,
        counted_operations: None,
        contended: false,
        instruments: BTreeSet::new(),
    };
    Ok(ids.into_iter().map(row).collect())
}

fn identified(id: &str, executable: &Executable) -> Benchmark {
    let mut benchmark = Benchmark::new(id);
    benchmark.package.clone_from(&executable.package);
    benchmark.target.clone_from(&executable.target);
    benchmark
}

fn select(
    mut plan: Plan,
    rows: BTreeMap<String, Planned>,
    request: &Request,
    wants: impl Fn(Instrument) -> bool,
) -> Result<Plan, PlanError> {
    let ids: Vec<String> = rows.keys().cloned().collect();
    let known: Vec<&str> = ids.iter().map(String::as_str).collect();
    let is_failure = |problem: &Problem| problem.kind != ProblemKind::Skipped;
    if let Some(pattern) = plan.selection.filters.unmatched(&known).first()
        && !plan.problems.iter().any(is_failure)
    {
        return Err(PlanError::NothingMatched(unmatched(pattern, &known)));
    }
    for (id, mut row) in rows {
        if !plan.selection.contains(&id) {
            continue;
        }
        let applies = |instrument: &Instrument| match instrument {
            Instrument::Time => true,
            Instrument::Count => row.counted_operations.is_some() || row.benchmark.threads == 1,
            Instrument::Allocs => row.allocs.is_some() && row.counted_operations.is_some(),
            Instrument::CrossCheck => false,
        };
        let instruments = Instrument::ALL.into_iter().filter(applies);
        row.instruments = instruments
            .filter(|instrument| wants(*instrument) && plan.selection.allows(&id, *instrument))
            .collect();
        plan.rows.push(row);
    }
    if plan.rows.is_empty() && !plan.problems.iter().any(is_failure) {
        let why = match (request.suites.is_empty(), known.is_empty()) {
            (_, true) => {
                "the workspace has no benchmark that perfkit can drive: it looks for perfkit suites and \
                          Criterion benches among the bench targets of its members"
                    .to_owned()
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

/// How many near names an error offers.
const SUGGESTIONS: usize = 3;

fn unmatched(pattern: &str, known: &[&str]) -> String {
    let mut near: Vec<(usize, &str)> = known.iter().map(|id| (distance(pattern, id), *id)).collect();
    near.sort_unstable();
    let near: Vec<&str> = near.into_iter().take(SUGGESTIONS).map(|(_, id)| id).collect();
    format!("--filter {pattern:?} matches none of the {} benchmarks; near it are {near:?}", known.len())
}

/// Levenshtein distance, over bytes.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.bytes().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

/// An instrument's error as a problem of the run.
pub(super) fn problem(subject: String, error: &InstrumentError) -> Problem {
    let kind = match error {
        InstrumentError::WrongAnswer(_) => ProblemKind::WrongAnswer,
        InstrumentError::ToolMissing { .. } | InstrumentError::NotCriterion { .. } => ProblemKind::Skipped,
        _ => ProblemKind::ToolFailed,
    };
    Problem { subject, kind, message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unmatched_filter_names_what_is_near_it() {
        let message = unmatched("net_header/serialise", &["net_header/serialize", "net_aad/generate"]);
        assert!(message.contains("near it are [\"net_header/serialize\""), "{message}");
    }

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
