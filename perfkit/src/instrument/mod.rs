//! Instruments: each runs a bench executable in a fresh process and reads what it left. They know nothing of
//! baselines, gates or tables.
//!
//! What is measured and how is in [`counts`] (callgrind and dhat), [`allocations`] (the counting allocator),
//! [`time`] (Criterion), [`cross_check`] (iai-callgrind) and [`first_call`] (counting an unedited Criterion bench).

use std::path::PathBuf;

use thiserror::Error;

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
    /// A tool's output does not read as it should.
    #[error("{what}: {why}")]
    Unreadable {
        /// Which output.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// The measured region made a thread, whose work the counters would miss.
    #[error("{id} creates a thread inside its measured region; counted workloads run on one thread")]
    ThreadInRegion {
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
