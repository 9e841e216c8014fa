//! `perfkit flame`: where one benchmark's cost goes, as a picture and a table; or what changed in it.

mod against;
mod pictures;
mod show;

use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure, Global, Output};
use crate::{
    explain::stacks::{Source, Stacks, StacksError, collect, comparable},
    format::{ProblemKind, config::Instrument},
    measure::{BuildPlace, Plan, Planned, Request, plan, progress::Progress},
    session,
};

use against::Against;
use pictures::{Files, write};
use show::Picture;

/// Arguments of `perfkit flame`.
#[derive(Debug, Args)]
pub struct FlameArgs {
    #[command(flatten)]
    output: Output,
    /// The benchmark
    id: String,
    /// What makes the stacks
    #[arg(long, value_name = "NAME", value_enum, default_value_t = Source::Count)]
    instrument: Source,
    /// Weigh allocations by their bytes instead of their number
    #[arg(long)]
    bytes: bool,
    /// Compare with a revision (which is built), a stored run's or baseline's revision, or a file of folded stacks
    #[arg(long, value_name = "RUN|REV|FILE")]
    diff: Option<String>,
    /// Where the picture goes; a comparison makes two, named after it
    #[arg(long = "output", value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Also write folded stacks, for other tools and for a later --diff
    #[arg(long, value_name = "FILE")]
    folded: Option<PathBuf>,
    /// Turn the picture round: the costly functions stand at its root, their callers above
    #[arg(long)]
    inverted: bool,
    /// Only this suite of perfkit.toml, built with its features and environment
    #[arg(long, value_name = "NAME")]
    suite: Option<String>,
    /// Functions shown
    #[arg(long, value_name = "N", default_value_t = 15)]
    rows: usize,
}

pub(super) fn execute(global: &Global, args: &FlameArgs) -> Result<Exit, Failure> {
    session::keep_what_was_measured_on_interrupt();
    if args.bytes && args.instrument != Source::Allocs {
        return Err(Failure::new(
            Exit::Usage,
            "--bytes weighs allocations: it goes with --instrument allocs",
        ));
    }
    let workspace = global.workspace()?;
    let progress = Progress::new();
    let against = args.diff.as_deref().map(|name| Against::find(&workspace, name, &args.id)).transpose()?;
    let request = request(args);
    let plan = plan(&workspace, &request, &BuildPlace::default(), &progress)?;
    let row = one(&plan, &args.id)?;
    if let Some(against) = &against {
        against.check(args.instrument.weight(row, args.bytes))?;
    }
    progress.say(&format!("profiling {}", row.benchmark.id));
    let after = stacks(row, args)?;
    let before = match &against {
        None => None,
        Some(against) => Some((
            against.title(),
            against.stacks(&workspace, row, args, &request, after.weight(), &progress)?,
        )),
    };
    progress.finish();
    let picture = Picture {
        id: row.benchmark.id.clone(),
        caution: against.as_ref().and_then(|against| against.caution(&args.id, after.weight())),
        after: if before.is_some() { comparable(&after) } else { after },
        before: before.map(|(title, before)| (title, comparable(&before))),
    };
    let files = Files::of(&workspace, args, &picture)?;
    let written = write(&files, &picture)?;
    show::show(&picture, &written, args)?;
    Ok(Exit::Held)
}

/// The id itself, whatever characters are in it.
fn request(args: &FlameArgs) -> Request {
    Request {
        suites: args.suite.iter().cloned().collect(),
        filters: vec![globset::escape(&args.id)],
        // What else there is need not be built.
        instruments: match args.instrument {
            Source::Perf => vec![Instrument::Time],
            Source::Count | Source::Allocs => vec![Instrument::Count],
        },
        ..Request::default()
    }
}

/// Ids that an error names.
const NAMED: usize = 8;

/// The one benchmark that was asked for.
fn one<'a>(plan: &'a Plan, id: &str) -> Result<&'a Planned, Failure> {
    if let Some(row) = plan.rows.iter().find(|row| row.benchmark.id == id) {
        return Ok(row);
    }
    // A plain prefix selects what lies below it.
    let below: Vec<&str> = plan.rows.iter().take(NAMED).map(|row| row.benchmark.id.as_str()).collect();
    if !below.is_empty() {
        let message = format!("{id} is no benchmark; below it are {}", below.join(", "));
        return Err(Failure::new(Exit::Usage, message));
    }
    let broken = plan.problems.iter().filter(|problem| problem.kind != ProblemKind::Skipped);
    let broken: Vec<String> =
        broken.map(|problem| format!("; {}: {}", problem.subject, problem.message)).collect();
    Err(Failure::new(Exit::ToolFailed, format!("no benchmark is called {id}{}", broken.join(""))))
}

fn stacks(row: &Planned, args: &FlameArgs) -> Result<Stacks, Failure> {
    let scratch = tempfile::tempdir().map_err(StacksError::Scratch)?;
    Ok(collect(row, args.instrument, args.bytes, scratch.path())?)
}

impl From<StacksError> for Failure {
    fn from(error: StacksError) -> Self {
        let exit = match &error {
            StacksError::Instrument { .. } | StacksError::Scratch(_) => Exit::ToolFailed,
            StacksError::NotTold { .. } | StacksError::WithoutInferno => Exit::Usage,
        };
        Self::new(exit, error)
    }
}
