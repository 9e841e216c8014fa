//! The commands, one file each. A command returns an [`Exit`]; `main` only translates it.

/// The standard macro, except that a reader who has left ends nothing: see [`mod@stdout`].
macro_rules! print {
    ($($text:tt)*) => { $crate::cmd::stdout::print(format_args!($($text)*)) };
}

/// The same with a line's end.
macro_rules! println {
    ($($text:tt)*) => { print!("{}\n", format_args!($($text)*)) };
}

mod ab;
mod allocs;
mod baseline;
mod bisect;
mod calibrate;
mod completions;
mod diff;
mod doctor;
mod export;
mod failure;
mod fit;
mod flame;
mod gate;
mod history;
mod import;
mod lint;
mod man;
mod report;
mod run;
mod self_test;
mod stdout;
mod waive;

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

pub use failure::{Exit, Failure};

use crate::{
    format::{Mode, StoreLocation, config::Instrument},
    measure::Request,
    workspace::Workspace,
};

/// Time, instructions and allocations of any Rust workspace, held against per-host baselines.
#[derive(Debug, Parser)]
#[command(name = "perfkit", version, about, max_term_width = 100, propagate_version = true)]
#[command(after_help = "Exit codes: 0 held · 1 a gate failed · 2 usage or configuration · 3 inconclusive · \
4 refused, not comparable · 5 a build, harness or tool failed, or nothing matched · 6 waiver expired or unneeded")]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The workspace to measure: any folder inside it
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    workspace: PathBuf,
    /// Where runs are stored, instead of where perfkit.toml says: a folder, or the URL of an object store; the
    /// environment's PERFKIT_STORE says the same
    #[arg(long, global = true, value_name = "FOLDER|URL")]
    store: Option<StoreLocation>,
}

/// How results are printed. `import` has a `--format` of its own, which names what it reads.
#[derive(Debug, Clone, Args)]
pub struct Output {
    /// How to print results
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    format: OutputFormat,
}

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Tables for a terminal or a pipe
    Text,
    /// Tables for a document or a comment
    Markdown,
    /// One JSON document
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build and measure; store the run and print its table
    Run(run::RunArgs),
    /// Measure, apply the gates of perfkit.toml, and fail if one is broken: CI's command
    Gate(gate::GateArgs),
    /// Compare two revisions by interleaved fresh processes: worse, better, or cannot tell
    Ab(ab::AbArgs),
    /// Measure how far this machine differs from itself, per benchmark
    Calibrate(calibrate::CalibrateArgs),
    /// Compare any two of run, baseline and revision
    Diff(diff::DiffArgs),
    /// Fit a fixed cost and a cost per byte or element over sizes
    Fit(fit::FitArgs),
    /// Draw a flamegraph of one benchmark, or of what changed in it
    Flame(flame::FlameArgs),
    /// Count allocations per operation and name the call sites that allocate
    Allocs(allocs::AllocsArgs),
    /// Find benchmarks that cannot measure what they claim
    Lint(lint::LintArgs),
    /// List, show, accept, verify and invalidate baselines
    Baseline(baseline::BaselineArgs),
    /// Write a waiver into perfkit.toml
    Waive(waive::WaiveArgs),
    /// Make a baseline from another tool's figures
    Import(import::ImportArgs),
    /// Write a run in another tool's format
    Export(export::ExportArgs),
    /// Render documents from measured numbers
    Report(report::ReportArgs),
    /// Show series of stored runs with their change points
    History(history::HistoryArgs),
    /// Find the first revision at which a counted metric moved
    Bisect(bisect::BisectArgs),
    /// Say what this machine can measure, and how to mend what it cannot
    Doctor(doctor::DoctorArgs),
    /// Plant regressions on this machine and find them; an A/A must stay silent
    SelfTest(self_test::SelfTestArgs),
    /// Print a shell completion script
    Completions(completions::CompletionsArgs),
    /// Write man pages
    Man(man::ManArgs),
}

/// Which benchmarks, with which instruments.
#[derive(Debug, Clone, Args)]
pub struct Selecting {
    /// Only this suite of perfkit.toml (repeatable)
    #[arg(long = "suite", value_name = "NAME")]
    suites: Vec<String>,
    /// Only ids under this prefix or matching this pattern (repeatable); `*` stays within a path component
    #[arg(long = "filter", value_name = "GLOB")]
    filters: Vec<String>,
    /// Only this instrument (repeatable)
    #[arg(long = "instrument", value_name = "NAME", value_enum)]
    instruments: Vec<Instrument>,
    /// One short round of time; never accepted as a baseline
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Several rounds of fresh processes (the default)
    #[arg(long)]
    full: bool,
    /// Rounds of fresh processes per timed benchmark, instead of the mode's own number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: Option<u32>,
}

impl Selecting {
    fn request(&self) -> Request {
        Request {
            suites: self.suites.clone(),
            filters: self.filters.clone(),
            instruments: self.instruments.clone(),
            mode: if self.quick { Mode::Quick } else { Mode::Full },
            rounds: self.rounds,
        }
    }
}

impl Cli {
    /// Parse as `cargo perfkit`, whose usage lines say so. Ends the process on help, version and errors.
    pub fn parse_as_cargo_subcommand(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let matches = Self::command().bin_name("cargo perfkit").get_matches_from(arguments);
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// Run the command.
    pub fn execute(self) -> Result<Exit, Failure> {
        let global = &self.global;
        match self.command {
            Command::Run(args) => run::execute(global, &args),
            Command::Gate(args) => gate::execute(global, &args),
            Command::Ab(args) => ab::execute(global, &args),
            Command::Calibrate(args) => calibrate::execute(global, &args),
            Command::Diff(args) => diff::execute(global, &args),
            Command::Fit(args) => fit::execute(global, &args),
            Command::Flame(args) => flame::execute(global, &args),
            Command::Allocs(args) => allocs::execute(global, &args),
            Command::Lint(args) => lint::execute(global, &args),
            Command::Baseline(args) => baseline::execute(global, &args),
            Command::Waive(args) => waive::execute(global, &args),
            Command::Import(args) => import::execute(global, &args),
            Command::Export(args) => export::execute(global, &args),
            Command::Report(args) => report::execute(global, &args),
            Command::History(args) => history::execute(global, &args),
            Command::Bisect(args) => bisect::execute(global, &args),
            Command::Doctor(args) => doctor::execute(global, &args),
            Command::SelfTest(args) => self_test::execute(global, &args),
            Command::Completions(args) => completions::execute(&args, Self::command()),
            Command::Man(args) => man::execute(&args, Self::command()),
        }
    }
}

impl Global {
    fn workspace(&self) -> Result<Workspace, Failure> {
        let mut workspace = Workspace::load(&self.workspace).map_err(crate::session::SessionError::from)?;
        if let Some(location) = self.store()? {
            workspace.config.store = location;
        }
        Ok(workspace)
    }

    /// The store that the command line or the environment names; their folders start where the command runs.
    fn store(&self) -> Result<Option<StoreLocation>, Failure> {
        let named = match (&self.store, std::env::var("PERFKIT_STORE")) {
            (Some(location), _) => Some(location.clone()),
            (None, Ok(text)) if !text.is_empty() => {
                let wrong = |why| Failure::new(Exit::Usage, format!("PERFKIT_STORE: {why}"));
                Some(text.parse().map_err(wrong)?)
            }
            _ => None,
        };
        let absolute = |folder: PathBuf| match std::path::absolute(&folder) {
            Ok(folder) => Ok(StoreLocation::Folder(folder)),
            Err(error) => Err(Failure::new(Exit::Usage, format!("the store {}: {error}", folder.display()))),
        };
        match named {
            Some(StoreLocation::Folder(folder)) => absolute(folder).map(Some),
            other => Ok(other),
        }
    }
}

/// Run a parsed command line and translate its end into a process exit code.
pub fn main(cli: Cli) -> std::process::ExitCode {
    let exit = cli.execute().unwrap_or_else(|failure| {
        eprintln!("perfkit: {failure}");
        failure.exit
    });
    let exit = match stdout::failure() {
        Some(why) => {
            eprintln!("perfkit: {why}");
            if exit == Exit::Held { Exit::ToolFailed } else { exit }
        }
        None => exit,
    };
    std::process::ExitCode::from(exit as u8)
}
