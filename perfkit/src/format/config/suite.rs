//! Suites: named sets of ids, with the instruments that apply to them and how they are built.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Patterns;

/// A named set of ids with its instruments and build settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// What `--suite` takes.
    pub name: String,
    /// One line for people.
    #[serde(default)]
    pub description: String,
    /// Ids that belong to it.
    pub select: Patterns,
    /// Ids that do not, although selected.
    #[serde(default)]
    pub exclude: Patterns,
    /// The instruments that apply; all when absent.
    #[serde(default)]
    pub instruments: Option<Vec<Instrument>>,
    /// Cargo features of an ISA profile (`blake3/no_avx512`), built in a target directory of its own.
    #[serde(default)]
    pub features: Vec<String>,
    /// Environment of its builds and runs, with a target directory of its own.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

/// The kinds of measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Instrument {
    /// Criterion in fresh processes.
    Time,
    /// callgrind and dhat: instructions, locked operations, system calls, bytes copied.
    Count,
    /// The counting allocator.
    Allocs,
    /// iai-callgrind's own count of the headline ids, as a check on ours.
    CrossCheck,
}

impl Instrument {
    /// All of them, in the order they run.
    pub const ALL: [Self; 4] = [Self::Count, Self::Allocs, Self::CrossCheck, Self::Time];
}
