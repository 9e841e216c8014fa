//! A run: every metric of one invocation with everything needed to judge it later. Written once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Benchmark, EnvironmentGuard, Host, Verdict, config::Instrument};

/// The schema of run documents.
pub const RUN_SCHEMA: &str = "perfkit.run/1";

/// Everything that one invocation measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// [`RUN_SCHEMA`].
    pub schema: String,
    /// perfkit's own version.
    pub perfkit: String,
    /// Names the run in its store.
    pub id: String,
    /// The machine.
    pub host: Host,
    /// What built and counted it.
    pub toolchain: Toolchain,
    /// Which sources, when, and how it was asked for.
    pub provenance: Provenance,
    /// How quiet the machine was.
    pub environment: EnvironmentGuard,
    /// What was measured, by id.
    pub benchmarks: Vec<Benchmark>,
    /// What could not be measured, and why.
    #[serde(default)]
    pub problems: Vec<Problem>,
    /// What the baseline and the gates say of it.
    #[serde(default)]
    pub verdicts: Vec<Verdict>,
    /// The revision that gates held its counts against, where that was no baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_against: Option<CountedAgainst>,
    /// Fields of later minor versions.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

impl Run {
    /// The row with this id.
    pub fn benchmark(&self, id: &str) -> Option<&Benchmark> {
        self.benchmarks.iter().find(|benchmark| benchmark.id == id)
    }
}

/// A revision that was built and counted in the same invocation, by the same tools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedAgainst {
    /// The commit.
    pub revision: String,
    /// Why it, and not a baseline.
    pub why: String,
}

/// Compilers, tools and build profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toolchain {
    /// `rustc -vV`: release and commit.
    pub rustc: String,
    /// The target triple.
    pub target: String,
    /// valgrind's version; `None` where there is none.
    pub valgrind: Option<String>,
    /// The C library and the start of its file's digest: its copy routines are counted too.
    pub libc: String,
    /// The Cargo profile in effect for benches: opt-level, lto, codegen-units, debug-assertions, panic.
    pub build_profile: BTreeMap<String, String>,
    /// `RUSTFLAGS` and its like, as in effect.
    #[serde(default)]
    pub rustflags: String,
    /// The suite whose features and environment shaped the build; empty for the default build.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub variant: String,
}

/// Where a run comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The commit; empty outside a repository.
    pub revision: String,
    /// Whether tracked files differed from the commit.
    pub dirty: bool,
    /// When the run began, UTC.
    pub started: String,
    /// SHA-256 of `Cargo.lock`.
    pub lock_digest: String,
    /// perfkit's arguments.
    pub command: Vec<String>,
    /// Quick runs are never accepted as a baseline.
    pub mode: Mode,
    /// Interrupted: what is there is whole, the rest is absent.
    #[serde(default)]
    pub partial: bool,
    /// Rounds of fresh processes per timed benchmark.
    pub rounds: u32,
    /// What was asked for.
    #[serde(default)]
    pub selection: Selected,
}

/// What a run was asked for. Empty lists mean everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selected {
    /// Suites by name.
    #[serde(default)]
    pub suites: Vec<String>,
    /// Patterns over ids.
    #[serde(default)]
    pub filters: Vec<String>,
    /// Instruments by name.
    #[serde(default)]
    pub instruments: Vec<String>,
}

/// How thoroughly a run measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// One short round.
    Quick,
    /// Several rounds of fresh processes.
    #[default]
    Full,
}

/// Something that was asked for and not measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The benchmark, package or instrument.
    pub subject: String,
    /// What sort of problem.
    pub kind: ProblemKind,
    /// The instrument that has no number for it; absent where no instrument's number is missing (a build, a list, a
    /// second benchmark of one id).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<Instrument>,
    /// What happened and what to do.
    pub message: String,
}

impl Problem {
    /// Whether this is why a row has no such metric: what the host lacks, for the row itself or its whole bench target.
    pub fn leaves_out(&self, row: &Benchmark, metric: &str) -> bool {
        let of_target = || format!("{}::{}", row.package, row.target);
        self.kind == ProblemKind::Skipped
            && self.instrument == Some(Instrument::of_metric(metric))
            && (self.subject == row.id || self.subject == of_target())
    }
}

/// Sorts of problems, each with its effect on the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// The host cannot do this (an instrument or enough cores are missing): shown, not a failure.
    Skipped,
    /// A workload gave a wrong answer.
    WrongAnswer,
    /// A bench target did not build.
    BuildFailed,
    /// An instrument or a bench process failed.
    ToolFailed,
}
