//! One invocation on one workspace: who the host is, what it is held against, and the run that comes out of measuring.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use thiserror::Error;

use crate::{
    format::{
        Baseline, BaselineKind, Calibration, CountedKey, DocumentError, Host, Provenance, Run, Toolchain,
        baseline::{BASELINE_SCHEMA, name_of_build},
        read_document,
        run::RUN_SCHEMA,
    },
    host,
    measure::{BuildPlace, Plan, PlanError, Request, RevisionError, execute, plan, progress::Progress},
    store::{Samples, Store, StoreError, baseline_files, find_baseline},
    workspace::{Workspace, WorkspaceError, revision},
};

pub use crate::{instrument::keep_what_was_measured_on_interrupt, measure::plan_revision};

/// Why a command cannot go on. Each belongs to one exit code.
#[derive(Debug, Error)]
pub enum SessionError {
    /// No workspace, or a configuration that cannot be used.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// Another revision is no workspace.
    #[error("revision {}: {source}", revision::short(.revision))]
    Revision {
        /// The commit.
        revision: String,
        /// What Cargo said.
        source: WorkspaceError,
    },
    /// Nothing to measure, or a wrong name.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A stored document cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A document cannot be read or written.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// `--host` names no profile.
    #[error(
        "no host profile is called {name:?}; {folder} holds {known:?}; `perfkit baseline accept --host {name}` makes one from a stored run"
    )]
    UnknownHost {
        /// What was asked for.
        name: String,
        /// The folder of baselines.
        folder: String,
        /// What is there.
        known: Vec<String>,
    },
    /// Something must not be compared.
    #[error("{0}")]
    Refused(String),
    /// The user stopped it too early for anything to be kept.
    #[error("interrupted before anything was measured; nothing is stored")]
    NothingMeasured,
    /// The file system said no.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What went wrong.
        source: std::io::Error,
    },
}

impl From<RevisionError> for SessionError {
    fn from(error: RevisionError) -> Self {
        match error {
            RevisionError::CheckOut { revision, source } => {
                Self::Io { what: format!("checking out {revision}"), source }
            }
            RevisionError::Workspace { revision, source } => Self::Revision { revision, source },
            RevisionError::Plan(error) => Self::Plan(error),
        }
    }
}

/// The baselines of a workspace and which of them apply to this machine.
#[derive(Debug, Clone)]
pub struct Profiles {
    /// The profile of this machine: a matching baseline's name, or one made from the CPU.
    pub own: String,
    /// The host baseline held against, where there is one of the build asked for.
    pub held_against: Option<Baseline>,
    /// Whether that baseline describes this machine, its instruction set included.
    pub host_matches: bool,
    /// The counted baseline of this machine's counted instruction set: of the build asked for, else the default one's.
    pub counted: Option<Baseline>,
    /// The noise floors of this machine.
    pub calibration: Option<Calibration>,
}

impl Profiles {
    /// Find the profiles for the build of this suite, or for the default build where `variant` is empty; `wanted` is what
    /// `--host` named: a profile, whatever the build.
    pub fn find(workspace: &Workspace, wanted: Option<&str>, variant: &str) -> Result<Self, SessionError> {
        let folder = workspace.baselines();
        let (machine, isa) = (host::fingerprint(), host::isa::native());
        let mut hosts = Vec::new();
        for path in baseline_files(&folder)? {
            let baseline: Baseline = read_document(&path, BASELINE_SCHEMA)?;
            if baseline.kind != BaselineKind::Counted {
                hosts.push(baseline);
            }
        }
        // A real baseline goes before published figures for the same machine, and one of its instruction set before
        // another's.
        hosts.sort_by_key(|baseline| {
            (baseline.kind == BaselineKind::Reference, baseline.isa != isa, !baseline.variant.is_empty())
        });
        let matching = |baseline: &&Baseline| baseline.rules.matches(&machine);
        let own = hosts.iter().find(matching);
        let own = own.map_or_else(|| host::slug(&machine), |baseline| baseline.profile().to_owned());
        let of_this_build = hosts.iter().filter(|baseline| baseline.variant == variant);
        let held_against = match wanted {
            None => of_this_build.clone().find(matching).cloned(),
            Some(name) => match of_this_build.clone().find(|baseline| is_called(baseline, name)) {
                Some(baseline) => Some(baseline.clone()),
                // A profile without numbers of this build.
                None if own.eq_ignore_ascii_case(name) => None,
                None if hosts.iter().any(|baseline| baseline.profile().eq_ignore_ascii_case(name)) => None,
                None => {
                    return Err(SessionError::UnknownHost {
                        name: name.to_owned(),
                        folder: workspace.config.baselines.display().to_string(),
                        known: of_this_build.map(|baseline| baseline.name.clone()).collect(),
                    });
                }
            },
        };
        let calibration = Calibration::find(&folder, &own)?;
        let mut counted = find_baseline(&folder, &name_of_build(&counted_name(), variant))?;
        if counted.is_none() {
            // Its key says that it is of another build, and its revision is one to count instead.
            counted = find_baseline(&folder, &counted_name())?;
        }
        let counted = counted.map(|(_, baseline)| baseline);
        Ok(Self {
            host_matches: held_against.as_ref().is_some_and(|baseline| baseline.describes(&machine, isa)),
            own,
            held_against,
            counted,
            calibration,
        })
    }

    /// The counted baseline if its key fits the toolchain, else why it does not.
    pub fn comparable_counted(&self, toolchain: &Toolchain) -> Result<&Baseline, String> {
        let Some(baseline) = &self.counted else {
            return Err(format!("there is no baseline {}", counted_name()));
        };
        let Some(now) = CountedKey::of(toolchain) else {
            return Err("valgrind is not installed, so nothing is counted".to_owned());
        };
        match baseline.key.as_ref().map(|key| key.difference(&now)) {
            Some(None) => Ok(baseline),
            Some(Some(difference)) => Err(difference),
            None => Err(format!("baseline {} has no key", baseline.name)),
        }
    }
}

fn is_called(baseline: &Baseline, name: &str) -> bool {
    [&baseline.name, baseline.profile()].into_iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// The name of the counted baseline for this machine and the default build.
pub fn counted_name() -> String {
    format!("counted-{}", host::isa::counted())
}

/// A finished measurement, not yet stored.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The run.
    pub run: Run,
    /// Its sidecar.
    pub samples: Samples,
    /// What was asked for.
    pub plan: Plan,
}

impl Outcome {
    /// Store it, unless nothing was measured: a run of nothing would only be in the way of `latest`.
    pub fn save(&self, store: &Store) -> Result<Option<PathBuf>, StoreError> {
        match self.run.benchmarks.is_empty() {
            true => Ok(None),
            false => store.save(&self.run, &self.samples).map(Some),
        }
    }
}

/// Measure what is asked for.
pub fn measure(
    workspace: &Workspace,
    profiles: &Profiles,
    request: &Request,
    progress: &Progress,
) -> Result<Outcome, SessionError> {
    let started = Timestamp::now();
    let sources = Sources::of(&workspace.root);
    let plan = plan(workspace, request, &BuildPlace::default(), progress)?;
    let mut outcome = execute_plan(workspace, profiles, request, plan, progress)?;
    if outcome.run.provenance.partial && outcome.run.benchmarks.is_empty() {
        return Err(SessionError::NothingMeasured);
    }
    // Sources that changed while they were measured belong to no revision.
    let changed = Sources::of(&workspace.root) != sources;
    let provenance = &mut outcome.run.provenance;
    provenance.started = started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    provenance.dirty = sources.dirty || changed;
    provenance.revision = sources.revision;
    // After the build: the first one may have made the file.
    provenance.lock_digest = revision::lock_digest(&workspace.root);
    Ok(outcome)
}

/// Build and count another revision of the workspace with today's configuration. A revision without the benchmarks asked
/// for gives an empty run.
pub fn count_revision(
    workspace: &Workspace,
    profiles: &Profiles,
    resolved: &str,
    request: &Request,
    progress: &Progress,
) -> Result<Outcome, SessionError> {
    let (other, plan) = plan_revision(workspace, resolved, request, progress)?;
    let mut outcome = execute_plan(&other, profiles, request, plan, progress)?;
    outcome.run.provenance.revision = resolved.to_owned();
    Ok(outcome)
}

fn execute_plan(
    workspace: &Workspace,
    profiles: &Profiles,
    request: &Request,
    plan: Plan,
    progress: &Progress,
) -> Result<Outcome, SessionError> {
    let scratch = scratch()?;
    let probe = host::EnvironmentProbe::start();
    let found = execute(&plan, request.mode, request.rounds, scratch.path(), progress);
    let run = Run {
        schema: RUN_SCHEMA.to_owned(),
        perfkit: env!("CARGO_PKG_VERSION").to_owned(),
        id: run_id(Timestamp::now()),
        host: Host {
            profile: profiles.own.clone(),
            isa: host::isa::native().to_owned(),
            isa_counted: host::isa::counted().to_owned(),
            fingerprint: host::fingerprint(),
            info: host::host_info(),
        },
        toolchain: toolchain(workspace, &plan.variant),
        provenance: Provenance {
            command: std::env::args().skip(1).collect(),
            mode: request.mode,
            partial: found.interrupted,
            rounds: found.rounds,
            selection: request.selected(),
            ..Provenance::default()
        },
        environment: probe.finish(),
        benchmarks: found.benchmarks,
        problems: found.problems,
        verdicts: Vec::new(),
        counted_against: None,
        extra: BTreeMap::new(),
    };
    Ok(Outcome { run, samples: found.samples, plan })
}

/// What builds and counts in this workspace; `variant` names the suite whose features and environment shape the build,
/// and is empty for the default one.
pub fn toolchain(workspace: &Workspace, variant: &str) -> Toolchain {
    let suite = workspace.config.suites.iter().find(|suite| suite.name == variant);
    let variables = suite.map(|suite| suite.env.clone()).unwrap_or_default();
    Toolchain { variant: variant.to_owned(), ..host::toolchain_with(&workspace.root, &variables) }
}

/// What the sources were when the run began.
#[derive(PartialEq, Eq)]
struct Sources {
    revision: String,
    dirty: bool,
}

impl Sources {
    fn of(root: &Path) -> Self {
        Self { revision: revision::head(root), dirty: revision::is_dirty(root) }
    }
}

/// `YYYY-MM-DD`, UTC.
pub fn today() -> String {
    Timestamp::now().strftime("%Y-%m-%d").to_string()
}

pub(crate) fn scratch() -> Result<tempfile::TempDir, SessionError> {
    tempfile::Builder::new()
        .prefix("perfkit-")
        .tempdir()
        .map_err(|source| SessionError::Io { what: "making a scratch folder".to_owned(), source })
}

/// Six hex digits from the clock and the process: enough to keep two runs of one second apart.
pub(crate) fn run_id(started: Timestamp) -> String {
    let mut id = String::new();
    let mixed =
        (started.as_nanosecond() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(std::process::id());
    // Writing to a string does not fail.
    let _ = write!(id, "{:06x}", (mixed >> 20) & 0xFF_FFFF);
    id
}

/// Read a file for a command, naming it in the error.
pub fn read_text(path: &Path) -> Result<String, SessionError> {
    fs::read_to_string(path).map_err(|source| SessionError::Io { what: path.display().to_string(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Acceptance, HostRules, write_document};

    /// A baseline of this machine's times under an instruction set.
    fn of_this_machine(name: &str, isa: &str) -> Baseline {
        Baseline {
            schema: BASELINE_SCHEMA.to_owned(),
            name: name.to_owned(),
            kind: BaselineKind::Timed,
            isa: isa.to_owned(),
            rules: HostRules::of(&host::fingerprint()),
            key: None,
            variant: String::new(),
            acceptance: Acceptance {
                revision: String::new(),
                source: String::new(),
                date: String::new(),
                author: String::new(),
                reason: String::new(),
            },
            benchmarks: Vec::new(),
            extra: BTreeMap::new(),
        }
    }

    #[test]
    fn a_baseline_of_another_instruction_set_gates_nothing_and_goes_behind_one_of_this() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/lib.rs"), "").unwrap();
        let package = "[package]\nname = \"fixture\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n";
        fs::write(folder.path().join("Cargo.toml"), package).unwrap();
        let workspace = Workspace::load(folder.path()).unwrap();
        let add = |name: &str, isa: &str| {
            let file = workspace.baselines().join(format!("{name}.json"));
            write_document(&file, &of_this_machine(name, isa)).unwrap();
        };
        let found = || {
            let found = Profiles::find(&workspace, None, "").unwrap();
            (found.own, found.host_matches)
        };
        add("a-then", "another-isa");
        assert_eq!(found(), ("a-then".to_owned(), false));
        add("b-now", host::isa::native());
        assert_eq!(found(), ("b-now".to_owned(), true));
    }

    #[test]
    fn a_machine_known_by_a_build_of_its_own_alone_has_its_name_and_nothing_to_hold_the_default_build_against()
     {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/lib.rs"), "").unwrap();
        let package = "[package]\nname = \"fixture\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n";
        fs::write(folder.path().join("Cargo.toml"), package).unwrap();
        let workspace = Workspace::load(folder.path()).unwrap();
        let mut baseline = of_this_machine("here-own", host::isa::native());
        baseline.variant = "own".to_owned();
        write_document(&workspace.baselines().join("here-own.json"), &baseline).unwrap();
        let found = |variant: &str| {
            let found = Profiles::find(&workspace, None, variant).unwrap();
            (found.own, found.held_against.map(|baseline| baseline.name), found.host_matches)
        };
        assert_eq!(found(""), ("here".to_owned(), None, false));
        assert_eq!(found("own"), ("here".to_owned(), Some("here-own".to_owned()), true));
        assert_eq!(found("other"), ("here".to_owned(), None, false));
        let wanted = Profiles::find(&workspace, Some("here"), "").unwrap();
        assert!(wanted.held_against.is_none(), "a known profile without numbers of the default build");
    }
}
