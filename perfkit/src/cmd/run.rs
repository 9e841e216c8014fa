//! `perfkit run`: measure, store, show. It compares for information and never fails on a comparison.

use clap::Args;

use super::{Exit, Failure, Global, Output, OutputFormat, Selecting};
use crate::{
    format::{Baseline, ProblemKind, Run, document::document_text},
    measure::progress::Progress,
    render::{Terminal, header},
    session::{self, Profiles, measure},
    store::Store,
};

/// Arguments of `perfkit run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    selecting: Selecting,
    /// The host profile to hold against; on another machine timed rows are informational
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
}

pub(super) fn execute(global: &Global, args: &RunArgs) -> Result<Exit, Failure> {
    session::keep_what_was_measured_on_interrupt();
    let workspace = global.workspace()?;
    let store = Store::open(&workspace)?;
    let request = args.selecting.request();
    let variant = request.variant(&workspace.config).map_err(|why| Failure::new(Exit::Usage, why))?;
    let profiles = Profiles::find(&workspace, args.host.as_deref(), &variant)?;
    let progress = Progress::new();
    let outcome = measure(&workspace, &profiles, &request, &progress)?;
    // What was measured is shown even where it cannot be kept.
    let saved = outcome.save(&store);
    match args.output.format {
        OutputFormat::Json => {
            print!("{}", document_text(&outcome.run).map_err(|e| Failure::new(Exit::ToolFailed, e))?)
        }
        format => {
            print!("{}", show(&outcome.run, profiles.held_against.as_ref(), format));
            if let Ok(Some(path)) = &saved {
                println!("stored as {}", path.strip_prefix(&workspace.root).unwrap_or(path).display());
            }
        }
    }
    saved?;
    Ok(exit(&outcome.run))
}

fn show(run: &Run, baseline: Option<&Baseline>, format: OutputFormat) -> String {
    match format {
        OutputFormat::Markdown => header::run_markdown(run, baseline),
        _ => header::run_text(run, baseline, &Terminal::stdout()),
    }
}

/// A run that could not measure what was asked for, or was stopped, says so in its code.
pub(super) fn exit(run: &Run) -> Exit {
    let failed = run.problems.iter().any(|problem| problem.kind != ProblemKind::Skipped);
    if failed || run.provenance.partial || run.benchmarks.is_empty() { Exit::ToolFailed } else { Exit::Held }
}
