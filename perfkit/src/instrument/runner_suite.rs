//! Unedited iai-callgrind and gungraun suites, run through their own runners: one process a bench target.
//!
//! The runner keeps its files in a scratch folder, so that it compares with nothing: holding numbers against a baseline
//! is perfkit's part. A bench is one call of its function, and what is taken from it is its instructions. The blocks
//! that dhat counts are left alone: whether the set-up's allocations are among them depends on the library's version, so
//! they are not allocations per operation.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Executable, InstrumentError,
    process::Process,
    runner::{Runner, explain},
    runner_summary::{self, BenchSummary, benchmark_id},
};

/// The runner's exit code where a bench broke a limit of the suite's own; everything was measured.
const LIMIT_BROKEN_EXIT_CODE: i32 = 3;

/// A whole suite under valgrind takes as long as it has benches.
const SUITE_TIME_LIMIT: Duration = Duration::from_secs(4 * 60 * 60);

/// package, file, group, function and id: a summary lies no deeper below the runner's home.
const MAX_DEPTH: usize = 8;

/// More benches than any suite has; a folder with more is not what a runner left.
const MAX_SUMMARIES: usize = 100_000;

/// One bench as its runner counted it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunnerBench {
    /// `group/function/id`.
    pub id: String,
    /// Which runner.
    pub runner: Runner,
    /// Instructions of one call, everything below the bench function included.
    pub instructions: f64,
    /// Limits of the suite's own that were broken, in words.
    pub broken_limits: Vec<String>,
}

/// The ids of a suite without running it; `None` where the library is too old to list them.
pub fn list_runner_suite(executable: &Executable) -> Result<Option<Vec<String>>, InstrumentError> {
    let listed = quiet(executable.process().args(&["--bench", "--list"])).run();
    match listed.map_err(|error| explain(error, executable)) {
        Ok(output) => {
            let paths = output.stdout.lines().filter_map(|line| line.trim_end().strip_suffix(": benchmark"));
            let ids: Vec<String> = paths.filter(|path| path.contains("::")).map(benchmark_id).collect();
            Ok((!ids.is_empty()).then_some(ids))
        }
        // An option that is not known yet. Whatever else is wrong shows when the suite is run.
        Err(InstrumentError::ProcessFailed { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Run a built bench target. The runner's files are made in `scratch` and removed.
pub fn run_suite(executable: &Executable, scratch: &Path) -> Result<Vec<RunnerBench>, InstrumentError> {
    let io = |source| InstrumentError::Io { what: "a scratch folder for the runner".to_owned(), source };
    let home = tempfile::Builder::new().prefix("runner-").tempdir_in(scratch).map_err(io)?;
    // Each runner has a folder of its own, so that the folder tells which one ran.
    let homes = Runner::ALL.map(|runner| (runner, home.path().join(runner.library())));
    let mut process = quiet(executable.process().arg("--bench"));
    for (runner, folder) in &homes {
        fs::create_dir_all(folder).map_err(io)?;
        process = process.env(&runner.variable("HOME"), folder).env(&runner.variable("SAVE_SUMMARY"), "json");
    }
    let ended = process.accepting(LIMIT_BROKEN_EXIT_CODE).within(SUITE_TIME_LIMIT).run();
    ended.map_err(|error| explain(error, executable))?;
    let mut benches = Vec::new();
    for (runner, folder) in homes {
        let mut files = Vec::new();
        summary_files(&folder, 0, &mut files).map_err(io)?;
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file).map_err(io)?;
            let summary = runner_summary::read(&text).map_err(|why| InstrumentError::Unreadable {
                what: format!("a summary of {}", executable.name()),
                why,
            })?;
            benches.push(bench(&summary, runner));
        }
    }
    match benches.is_empty() {
        true => Err(InstrumentError::Unreadable {
            what: format!("the summaries of {}", executable.name()),
            why: "the suite ended well and left none; is a filter set in the environment?".to_owned(),
        }),
        false => Ok(benches),
    }
}

fn bench(summary: &BenchSummary, runner: Runner) -> RunnerBench {
    RunnerBench {
        id: summary.benchmark_id(),
        runner,
        instructions: summary.instructions,
        broken_limits: summary.broken_limits.clone(),
    }
}

/// Neither colours nor the times of day in what a runner prints.
fn quiet(process: Process) -> Process {
    Runner::ALL.iter().fold(process, |process, runner| process.env(&runner.variable("COLOR"), "never"))
}

fn summary_files(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if depth < MAX_DEPTH {
                summary_files(&path, depth + 1, found)?;
            }
        } else if path.file_name().is_some_and(|name| name == "summary.json") && found.len() < MAX_SUMMARIES {
            found.push(path);
        }
    }
    Ok(())
}
