//! The experiment behind reports/verdicts.md: how often is a verdict wrong, and how often is a planted change found?
//!
//! Everything is recorded in `reports/verdicts/*.json` and rendered from there. Each subcommand continues what is there,
//! stops after `--minutes` or on Ctrl-C, and keeps what it has. `scripts/verdict-experiment` builds and runs it.

mod corpus;
mod criterion;
mod live;
mod load;
mod replay;
mod report;
mod trials;

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use perfkit::{
    format::{DocumentError, corpus::Session},
    host, instrument,
    self_test::Executables,
    session,
};

/// Exit code of an experiment that could not be made.
const FAILED: u8 = 5;

#[derive(Debug, Parser)]
#[command(name = "verdict-experiment", about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Where the data is
    #[arg(long, global = true, value_name = "DIR", default_value = "reports/verdicts")]
    data: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Record interleaved rounds of the same program twice and a 5 % slower one
    Corpus(corpus::CorpusArgs),
    /// Make real comparisons, each with fresh processes, and count real planted defects
    Live(live::LiveArgs),
    /// Let Criterion compare the same programs by its saved baselines
    Criterion(criterion::CriterionArgs),
    /// Replay the verdict on recorded rounds
    Replay(replay::ReplayArgs),
    /// Render reports/verdicts.md from the data
    Report(report::ReportArgs),
    /// Keep one CPU busy until standard input ends
    #[command(hide = true)]
    Hog,
}

/// What every recording has.
#[derive(Debug, Clone, Args)]
struct Recording {
    /// What else the machine does meanwhile
    #[arg(long, value_enum, default_value_t = Condition::Quiet)]
    condition: Condition,
    /// Stop after so many minutes; what is recorded is kept, and the next call continues
    #[arg(long, value_name = "N", default_value_t = 20)]
    minutes: u64,
}

/// What else the machine does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Condition {
    /// Nothing that we start.
    Quiet,
    /// Two processes that never rest.
    Loaded,
    /// Builds and tests of other programs, as they come: not of our making, so nothing is promised of it.
    Busy,
}

impl Condition {
    const ALL: [Self; 3] = [Self::Quiet, Self::Loaded, Self::Busy];

    fn word(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Loaded => "loaded",
            Self::Busy => "busy",
        }
    }
}

/// When to stop.
struct Budget(Instant);

impl Recording {
    fn budget(&self) -> Budget {
        Budget(Instant::now() + Duration::from_secs(60 * self.minutes))
    }

    fn session(&self) -> Session {
        Session { date: session::today(), load_before: host::guard::load_average(), added: 0 }
    }
}

impl Budget {
    fn is_over(&self) -> bool {
        Instant::now() >= self.0 || instrument::interrupted()
    }
}

/// Why the experiment could not be made.
#[derive(Debug, thiserror::Error)]
enum ExperimentError {
    #[error(transparent)]
    Document(#[from] DocumentError),
    #[error(transparent)]
    Executables(#[from] perfkit::self_test::executables::ExecutablesError),
    #[error(transparent)]
    Instrument(#[from] instrument::InstrumentError),
    #[error("{what}: {source}")]
    Io { what: String, source: std::io::Error },
    #[error("{0}")]
    Refused(String),
}

/// The suite, which is built one folder above the examples.
fn executables() -> Result<Executables, ExperimentError> {
    let this = std::env::current_exe()
        .map_err(|source| ExperimentError::Io { what: "finding this executable".to_owned(), source })?;
    let folder = this.parent().and_then(|examples| examples.parent()).unwrap_or(&this);
    Ok(Executables::in_folder(folder.to_owned())?)
}

/// An empty folder of our own.
fn scratch() -> Result<tempfile::TempDir, ExperimentError> {
    tempfile::tempdir()
        .map_err(|source| ExperimentError::Io { what: "making a scratch folder".to_owned(), source })
}

/// A document of another machine is not continued: its numbers would be of two.
fn same_machine(found: &perfkit::format::Fingerprint, file: &std::path::Path) -> Result<(), ExperimentError> {
    if *found == host::fingerprint() {
        return Ok(());
    }
    Err(ExperimentError::Refused(format!(
        "{} was recorded on another machine ({}); give another folder with --data",
        file.display(),
        found.brand
    )))
}

fn kernel() -> String {
    host::host_info().remove("kernel").unwrap_or_default()
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    session::keep_what_was_measured_on_interrupt();
    let outcome = match cli.command {
        Command::Corpus(args) => corpus::record(&cli.data, &args),
        Command::Live(args) => live::record(&cli.data, &args),
        Command::Criterion(args) => criterion::record(&cli.data, &args),
        Command::Replay(args) => replay::print(&cli.data, &args),
        Command::Report(args) => report::write(&cli.data, &args),
        Command::Hog => {
            load::spin();
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("verdict-experiment: {error}");
            ExitCode::from(FAILED)
        }
    }
}
