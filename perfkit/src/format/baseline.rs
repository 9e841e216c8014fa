//! Baselines: accepted metrics with the story of their acceptance. One file per host profile for timed metrics, one
//! per counted instruction set; a suite with a build of its own has files of its own. Only `perfkit baseline accept` and `perfkit import` write them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Benchmark, Fingerprint, HostRules, Toolchain};

/// The schema of baseline documents.
pub const BASELINE_SCHEMA: &str = "perfkit.baseline/1";

/// What a workspace holds new runs against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// [`BASELINE_SCHEMA`].
    pub schema: String,
    /// The profile's name: a host (`i9-14900K`), or `counted-<isa>`, with `-<variant>` behind it where there is one.
    pub name: String,
    /// What kind of numbers these are.
    pub kind: BaselineKind,
    /// The instruction set that the numbers belong to.
    pub isa: String,
    /// Which machines carry this profile's name; empty for counted baselines and reference profiles.
    #[serde(default)]
    pub rules: HostRules,
    /// What counted numbers depend on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<CountedKey>,
    /// The suite whose features and environment shaped the build; empty for the default build.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub variant: String,
    /// Who accepted it, when and why.
    pub acceptance: Acceptance,
    /// The accepted rows, by id.
    pub benchmarks: Vec<Benchmark>,
    /// Fields of later minor versions.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// Kinds of baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BaselineKind {
    /// Times of one host profile.
    Timed,
    /// Exact counts of one counted instruction set.
    Counted,
    /// Imported, published figures: compared for information, never gated, never missing.
    Reference,
}

/// Counts are compared only where all of this is equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedKey {
    /// The compiler.
    pub rustc: String,
    /// The target triple.
    pub target: String,
    /// The counting tool.
    pub valgrind: String,
    /// The C library.
    pub libc: String,
    /// The Cargo profile in effect for benches.
    pub build_profile: BTreeMap<String, String>,
    /// `RUSTFLAGS` and its like.
    #[serde(default)]
    pub rustflags: String,
    /// The suite whose features and environment shaped the build; empty for the default build.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub variant: String,
}

impl CountedKey {
    /// The key of a run's toolchain; `None` where nothing can be counted.
    pub fn of(toolchain: &Toolchain) -> Option<Self> {
        Some(Self {
            rustc: toolchain.rustc.clone(),
            target: toolchain.target.clone(),
            valgrind: toolchain.valgrind.clone()?,
            libc: toolchain.libc.clone(),
            build_profile: toolchain.build_profile.clone(),
            rustflags: toolchain.rustflags.clone(),
            variant: toolchain.variant.clone(),
        })
    }

    /// The first difference from `other`, in words; `None` where the keys are equal.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let fields = [
            ("rustc", &self.rustc, &other.rustc),
            ("target", &self.target, &other.target),
            ("valgrind", &self.valgrind, &other.valgrind),
            ("libc", &self.libc, &other.libc),
            ("RUSTFLAGS", &self.rustflags, &other.rustflags),
            ("the suite with a build of its own", &self.variant, &other.variant),
        ];
        for (name, ours, theirs) in fields {
            if ours != theirs {
                return Some(format!("{name} is {theirs:?}, the baseline has {ours:?}"));
            }
        }
        (self.build_profile != other.build_profile).then(|| {
            format!(
                "the build profile is {:?}, the baseline has {:?}",
                other.build_profile, self.build_profile
            )
        })
    }
}

/// The story of a baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// The commit that was measured; empty for imported figures.
    #[serde(default)]
    pub revision: String,
    /// The run that was accepted, or the imported file's title.
    pub source: String,
    /// When, UTC.
    pub date: String,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
}

/// What a build is called in sentences.
pub fn build_in_words(variant: &str) -> String {
    match variant {
        "" => "the default build".to_owned(),
        suite => format!("the build of suite {suite}"),
    }
}

/// The name of a profile's baseline for the build of a suite; the profile's own for the default build.
pub fn name_of_build(profile: &str, variant: &str) -> String {
    if variant.is_empty() { profile.to_owned() } else { format!("{profile}-{variant}") }
}

impl Baseline {
    /// The profile that it belongs to: its name without its variant.
    pub fn profile(&self) -> &str {
        let suffix = self.name.strip_suffix(&self.variant).and_then(|name| name.strip_suffix('-'));
        suffix.filter(|_| !self.variant.is_empty()).unwrap_or(&self.name)
    }

    /// The row with this id that still counts.
    pub fn live(&self, id: &str) -> Option<&Benchmark> {
        self.benchmarks.iter().find(|benchmark| benchmark.id == id && benchmark.invalidated.is_none())
    }

    /// Whether it describes this machine as it is now: one with the same CPU and another instruction set (a kernel or
    /// hypervisor that hides one) runs other kernels.
    pub fn describes(&self, machine: &Fingerprint, isa: &str) -> bool {
        self.rules.matches(machine) && self.isa == isa
    }
}
