//! What `perfkit ab` found: two revisions, and a verdict on every benchmark that both have.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{EnvironmentGuard, Host, Problem, Toolchain};
use crate::{ab::Judgement, compare::Change};

/// The schema of comparisons.
pub const AB_SCHEMA: &str = "perfkit.ab/1";

/// An interleaved comparison of two revisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AbReport {
    /// [`AB_SCHEMA`].
    pub schema: String,
    /// perfkit's own version.
    pub perfkit: String,
    /// Names the comparison in its store.
    pub id: String,
    /// When it began, UTC.
    pub started: String,
    /// perfkit's arguments.
    pub command: Vec<String>,
    /// The old side; absent where a verdict was made again from recorded rounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a: Option<Side>,
    /// The new side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<Side>,
    /// The machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Host>,
    /// What built and counted both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toolchain: Option<Toolchain>,
    /// How quiet the machine was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentGuard>,
    /// The CPU that single-threaded work was pinned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<usize>,
    /// The gate: times may worsen by this fraction.
    pub max_worsening: f64,
    /// Rounds of the first look; the last look is at twice as many.
    pub first_look: usize,
    /// Milliseconds of one side's round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_milliseconds: Option<u64>,
    /// Interrupted: verdicts are of the rounds that were complete.
    #[serde(default)]
    pub partial: bool,
    /// What both sides have, the worst first.
    pub benchmarks: Vec<Compared>,
    /// Ids of the new side alone.
    #[serde(default)]
    pub new: Vec<String>,
    /// Ids of the old side alone.
    #[serde(default)]
    pub vanished: Vec<String>,
    /// What could not be measured, and why.
    #[serde(default)]
    pub problems: Vec<Problem>,
    /// Fields of later minor versions.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// One revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// As people say it.
    pub label: String,
    /// The commit that was built. Of a working tree with changes it is a commit on no branch.
    pub commit: String,
    /// Whether it was a working tree with changes.
    pub dirty: bool,
}

/// One benchmark of both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// The benchmark.
    pub id: String,
    /// The Cargo package and bench target; empty for recorded rounds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub executable: String,
    /// What was found, times and counts together.
    pub finding: Finding,
    /// Why, where the numbers alone do not say it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The verdict on its time; absent where nothing was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Judgement>,
    /// The cost vector on both sides.
    #[serde(default)]
    pub counts: Vec<Change>,
    /// The functions whose own instructions moved most: name, instructions per operation before and after.
    #[serde(default)]
    pub functions: Vec<(String, f64, f64)>,
}

/// What became of a benchmark, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// Its time is certainly worse by more than the gate, or a count is worse and its time is not better.
    Worse,
    /// Neither can be told.
    CannotTell,
    /// The meaning of the benchmark changed between the two.
    NotComparable,
    /// Certainly better by more than the gate.
    Better,
    /// Certainly neither.
    Unchanged,
    /// Both executables are the same in all that runs.
    CannotHaveChanged,
}

impl Finding {
    /// The word shown beside the glyph.
    pub fn word(self) -> &'static str {
        match self {
            Self::Worse => "WORSE",
            Self::CannotTell => "cannot tell",
            Self::NotComparable => "not comparable",
            Self::Better => "better",
            Self::Unchanged => "unchanged",
            Self::CannotHaveChanged => "cannot have changed",
        }
    }

    /// The glyph shown before the word; colour only repeats it.
    pub fn glyph(self) -> char {
        match self {
            Self::Worse => '✗',
            Self::CannotTell | Self::NotComparable => '?',
            Self::Better => '↑',
            Self::Unchanged => '✓',
            Self::CannotHaveChanged => '=',
        }
    }
}
