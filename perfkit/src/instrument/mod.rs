//! Instruments: each runs a bench executable in a fresh process and reads what it left. They know nothing of
//! baselines, gates or tables.
//!
//! What is measured and how is in [`mod@counts`] (callgrind and dhat), [`mod@allocations`] (the counting allocator),
//! [`mod@time`] (Criterion), [`mod@scaling`], [`mod@latency`], [`mod@startup`], [`mod@size`],
//! [`mod@ab_round`] (one arm of a comparison), [`mod@cross_check`] (iai-callgrind), [`mod@first_call`] (counting an
//! unedited Criterion bench) and [`mod@runner_suite`] (unedited iai-callgrind and gungraun suites).

pub mod ab_round;
pub mod affinity;
pub mod allocation_sites;
pub mod allocations;
pub mod callgrind;
pub mod counts;
pub mod criterion;
pub mod cross_check;
pub mod dhat;
pub mod first_call;
mod interrupt;
pub mod latency;
pub mod list;
pub mod native_witness;
mod pipes;
pub(crate) mod process;
mod process_group;
pub mod runner;
pub mod runner_suite;
pub mod runner_summary;
pub mod scaling;
pub mod size;
pub mod startup;
pub(crate) mod symbols;
pub mod time;
mod time_metrics;
pub(crate) mod valgrind;
mod witness;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use thiserror::Error;

use process::Process;

pub use ab_round::{ROUND_MODE, RoundBy, ab_round};
pub use affinity::choose_cpu;
pub use allocation_sites::{AllocationSite, allocation_sites};
pub use allocations::{AllocationCosts, Declared, allocations, declared};
pub use counts::{Copies, Counts, count, count_with};
pub use criterion::{Dialect, criterion_list};
pub use cross_check::{CrossCheck, cross_check};
pub use first_call::first_call;
pub use interrupt::{interrupt, interrupted, keep_what_was_measured_on_interrupt};
pub use latency::{LatencyRound, latency, summarise_latency};
pub use list::{ListedWorkload, list};
pub use native_witness::native_witness;
pub use runner_suite::{RunnerBench, list_runner_suite, run_suite};
pub use scaling::{ScalingRound, scaling, summarise_scaling};
pub use size::binary_bytes;
pub use startup::{Start, count_startup, startup, summarise_startup};
pub use symbols::symbol_named;
pub use time::{TimeRound, TimeSettings, round, whole_suite};
pub use time_metrics::{round_values, summarise};
pub use valgrind::valgrind_version;

/// A built bench target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executable {
    /// The Cargo package.
    pub package: String,
    /// The bench target's name.
    pub target: String,
    /// The file, absolute.
    pub path: PathBuf,
    /// The package's folder: the working directory of timed runs.
    pub package_root: PathBuf,
    /// What its suite declares for the processes of it; nothing for the default build.
    pub environment: BTreeMap<String, String>,
}

impl Executable {
    /// `package::target`, for people.
    pub fn name(&self) -> String {
        format!("{}::{}", self.package, self.target)
    }

    /// A process of this executable in its package's folder.
    pub(crate) fn process(&self) -> Process {
        Process::new(&self.path, &self.name()).in_folder(&self.package_root).envs(&self.environment)
    }

    /// The folder of the file, and the file as that folder names it: `./file`.
    fn folder_and_file(&self) -> Result<(&Path, String), InstrumentError> {
        match (self.path.parent(), self.path.file_name().and_then(|name| name.to_str())) {
            (Some(folder), Some(file)) => Ok((folder, format!("./{file}"))),
            _ => Err(InstrumentError::Io {
                what: format!("the executable of {}", self.name()),
                source: std::io::Error::new(
                    std::io::ErrorKind::InvalidInput,
                    "its path is no UTF-8 file name",
                ),
            }),
        }
    }
}

/// Why an instrument has no number.
#[derive(Debug, Error)]
pub enum InstrumentError {
    /// The tool is not on this machine.
    #[error("{tool} is not installed; {remedy}")]
    ToolMissing {
        /// The tool.
        tool: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The runner that an iai-callgrind or gungraun suite needs is not on this machine.
    #[error("{runner} is not installed; {remedy}")]
    RunnerMissing {
        /// The runner.
        runner: &'static str,
        /// The command that installs the version which the suite asks for.
        remedy: String,
    },
    /// The tool is there in a version that does not fit.
    #[error("{tool} {found} does not fit, wanted {wanted}; {remedy}")]
    ToolVersion {
        /// The tool.
        tool: &'static str,
        /// Its version.
        found: String,
        /// The version that fits.
        wanted: String,
        /// What to do.
        remedy: String,
    },
    /// The tool is there and the machine does not let it work.
    #[error("{tool} may not work here; {remedy}")]
    ToolForbidden {
        /// The tool.
        tool: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The workload's own check refused its answer.
    #[error("wrong answer: {0}")]
    WrongAnswer(String),
    /// A process failed.
    #[error("{command} ended with {status}: {output}")]
    ProcessFailed {
        /// What was run, without machine paths.
        command: String,
        /// Its exit status.
        status: String,
        /// The end of what it printed.
        output: String,
    },
    /// A process did not end in its time and was ended.
    #[error("{command} was ended after {seconds} s, its limit; it printed: {}", shown(.output))]
    TimeLimit {
        /// What was run, without machine paths.
        command: String,
        /// The limit.
        seconds: f64,
        /// The end of what it had printed.
        output: String,
    },
    /// A tool's output does not read as it should.
    #[error("{what}: {why}")]
    Unreadable {
        /// Which output.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// The executable is not a Criterion harness.
    #[error("{target} is {found}, not Criterion; perfkit runs perfkit suites, Criterion and iai-callgrind")]
    NotCriterion {
        /// Package and target.
        target: String,
        /// What it seems to be.
        found: String,
    },
    /// The measured region made a thread, whose work the counters would miss.
    #[error("{id} creates a thread inside its measured region; counted workloads run on one thread")]
    ThreadInRegion {
        /// The benchmark.
        id: String,
    },
    /// The start made a thread, so its cost is not all counted.
    #[error(
        "{id} creates a thread while it starts, whose instructions would be missing; its start is timed only"
    )]
    ThreadInStart {
        /// The benchmark.
        id: String,
    },
    /// The file system or the process table said no.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What went wrong.
        source: std::io::Error,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
}

fn shown(output: &str) -> &str {
    if output.is_empty() { "nothing" } else { output }
}
