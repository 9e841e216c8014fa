//! `perfkit diff`: any two of run, baseline and revision, and where a changed count comes from.

mod frames;

use std::collections::BTreeSet;

use clap::Args;
use serde_json::json;

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    compare::{Change, State, compare, function_deltas},
    format::{Benchmark, ProblemKind, config::Instrument, document::document_text},
    measure::{Kept, Request, near_names::unmatched, progress::Progress},
    render::{
        Terminal,
        comparison::{FunctionDeltas, comparison},
    },
    session::{Profiles, SessionError, count_revision},
    store::{Measured, Samples, Store, StoreError},
    workspace::{Workspace, revision},
};

/// Functions shown per changed benchmark.
const FUNCTIONS_SHOWN: usize = 5;

/// Arguments of `perfkit diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    #[command(flatten)]
    output: Output,
    /// `latest`, a run's id or file, a baseline's name, or a revision (which is built and counted)
    before: String,
    /// As for BEFORE
    #[arg(default_value = "latest")]
    after: String,
    /// Only ids under this prefix or matching this pattern (repeatable)
    #[arg(long = "filter", value_name = "GLOB")]
    filters: Vec<String>,
    /// Also the rows that did not change
    #[arg(long)]
    all: bool,
}

/// One side of the comparison.
struct Side {
    title: String,
    rows: Vec<Benchmark>,
    samples: Samples,
    /// The executables of a revision that was built.
    built: Option<Kept>,
}

pub(super) fn execute(global: &Global, args: &DiffArgs) -> Result<Exit, Failure> {
    let workspace = global.workspace()?;
    let patterns =
        crate::format::config::Patterns::new(&args.filters).map_err(|why| Failure::new(Exit::Usage, why))?;
    let before = side(&workspace, &args.before, &args.filters)?;
    let after = side(&workspace, &args.after, &args.filters)?;
    // A benchmark that one side lacks is a state of its own; one that both lack is a wrong name.
    let ids: BTreeSet<&str> = before.rows.iter().chain(&after.rows).map(|row| row.id.as_str()).collect();
    let known: Vec<&str> = ids.into_iter().collect();
    if let Some(pattern) = patterns.unmatched(&known).first() {
        return Err(Failure::new(Exit::ToolFailed, unmatched(pattern, &known)));
    }
    let mut changes = compare(&before.rows, &after.rows);
    changes.retain(|change| patterns.is_empty() || patterns.matches(&change.id));
    if changes.is_empty() {
        return Err(Failure::new(Exit::ToolFailed, "neither side holds a benchmark that was asked for"));
    }
    let explained = explain(&changes, &before.samples, &after.samples);
    let profiled = match (&before.built, &after.built) {
        (Some(before), Some(after)) => frames::profile(&changes, &before.plan, &after.plan),
        _ => Vec::new(),
    };
    match args.output.format {
        OutputFormat::Json => {
            let document = json!({
                "schema": "perfkit.diff/1", "before": before.title, "after": after.title,
                "changes": changes, "functions": explained, "frames": profiled,
            });
            print!("{}", document_text(&document).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        }
        format => {
            let markdown = format == OutputFormat::Markdown;
            let terminal = Terminal::stdout();
            let text =
                comparison(&before.title, &after.title, &changes, &explained, args.all, &terminal, markdown);
            print!("{text}");
            profiled.iter().for_each(|profiled| print!("\n{}", profiled.show(&terminal, markdown)));
        }
    }
    Ok(Exit::Held)
}

fn side(workspace: &Workspace, name: &str, filters: &[String]) -> Result<Side, Failure> {
    match Store::open(workspace)?.find(name, &workspace.baselines()) {
        Ok(Measured::Run(run, samples)) => {
            let revision = revision::short(&run.provenance.revision);
            Ok(Side {
                title: format!("run {} ({revision})", run.id),
                rows: run.benchmarks,
                samples: *samples,
                built: None,
            })
        }
        Ok(Measured::Baseline(baseline)) => Ok(Side {
            title: format!("baseline {}", baseline.name),
            rows: baseline.benchmarks,
            samples: Samples::default(),
            built: None,
        }),
        Err(StoreError::Unknown { .. }) if revision::resolve(&workspace.root, name).is_ok() => {
            let request = Request {
                filters: filters.to_vec(),
                instruments: vec![Instrument::Size, Instrument::Count, Instrument::Allocs],
                ..Request::default()
            };
            let resolved = revision::resolve(&workspace.root, name).map_err(SessionError::Refused)?;
            let profiles = Profiles::find(workspace, None, "")?;
            let outcome = count_revision(workspace, &profiles, &resolved, &request, &Progress::new())?;
            if let Some(problem) =
                outcome.run.problems.iter().find(|problem| problem.kind != ProblemKind::Skipped)
            {
                return Err(Failure::new(
                    Exit::ToolFailed,
                    format!("revision {name}: {}: {}", problem.subject, problem.message),
                ));
            }
            Ok(Side {
                title: format!("revision {name}"),
                rows: outcome.run.benchmarks,
                samples: outcome.samples,
                // The other side is built in the same place.
                built: Some(Kept::copy(outcome.plan).map_err(|why| Failure::new(Exit::ToolFailed, why))?),
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// Per benchmark whose instructions changed: the functions that grew or shrank, with their cost before and after.
fn explain(changes: &[Change], before: &Samples, after: &Samples) -> FunctionDeltas {
    let moved = changes
        .iter()
        .filter(|change| change.metric == "ir" && matches!(change.state, State::Worse | State::Better));
    let explained = moved.filter_map(|change| {
        let deltas = function_deltas(
            before.functions.get(&change.id)?,
            after.functions.get(&change.id)?,
            FUNCTIONS_SHOWN,
        );
        let owned = deltas.into_iter().map(|(name, before, after)| (name.to_owned(), before, after));
        Some((change.id.clone(), owned.collect()))
    });
    explained.collect()
}
