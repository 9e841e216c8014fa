//! `perfkit allocs`: allocations per operation, the call sites behind them, and budgets that they are held against.
//!
//! Counting is native and needs no tool; the sites come from dhat. Where dhat is missing or fails the counts and the
//! verdicts on them stand, and why there are no sites is said.

mod budget;
mod show;

use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure, Global, Output, OutputFormat, stdout::print_whole};
use crate::{
    format::{ProblemKind, Run, config::Instrument, document::document_text},
    instrument::{AllocationSite, InstrumentError, allocation_sites},
    measure::{Plan, Planned, Request, problem, progress::Progress},
    render::{Terminal, header},
    session::{self, Profiles, measure},
};

use show::{document, sites};

/// Allocations per operation from which on a benchmark allocates.
const ALLOCATES: f64 = 0.1;

/// Arguments of `perfkit allocs`.
#[derive(Debug, Args)]
pub struct AllocsArgs {
    #[command(flatten)]
    output: Output,
    /// Only ids under this prefix or matching this pattern (repeatable)
    #[arg(long = "filter", value_name = "GLOB")]
    filters: Vec<String>,
    /// Only this suite of perfkit.toml (repeatable)
    #[arg(long = "suite", value_name = "NAME")]
    suites: Vec<String>,
    /// Call sites shown per benchmark that allocates
    #[arg(long, value_name = "N", default_value_t = 5)]
    sites: usize,
    /// Hold what is counted against the budgets of this file; a broken one is exit code 1
    #[arg(long, value_name = "FILE")]
    budget: Option<PathBuf>,
}

/// A benchmark that allocates, and where; or why that cannot be told.
struct Explained {
    id: String,
    sites: Result<Vec<AllocationSite>, InstrumentError>,
}

impl Explained {
    /// Whether the tool is there and failed: to miss it is no failure.
    fn has_failed(&self) -> bool {
        let error = self.sites.as_ref().err();
        error.is_some_and(|error| {
            problem(self.id.clone(), Some(Instrument::Allocs), error).kind != ProblemKind::Skipped
        })
    }
}

pub(super) fn execute(global: &Global, args: &AllocsArgs) -> Result<Exit, Failure> {
    session::keep_what_was_measured_on_interrupt();
    // A file that cannot be used costs no build.
    let budgets = args.budget.as_deref().map(budget::load).transpose()?;
    let workspace = global.workspace()?;
    let profiles = Profiles::find(&workspace, None, "")?;
    let request = Request {
        suites: args.suites.clone(),
        filters: args.filters.clone(),
        instruments: vec![Instrument::Allocs],
        ..Request::default()
    };
    let progress = Progress::new();
    let outcome = measure(&workspace, &profiles, &request, &progress)?;
    if let Some(budgets) = &budgets {
        return budget::hold(budgets, &outcome, args);
    }
    let explained = explain(&outcome.run, &outcome.plan, args.sites, |_| true);
    let terminal = Terminal::stdout();
    let text = match args.output.format {
        OutputFormat::Json => document_text(&document(&outcome.run, &explained, &[]))
            .map_err(|error| Failure::new(Exit::ToolFailed, error))?,
        OutputFormat::Markdown => {
            let tables = explained.iter().map(|row| format!("\n{}", sites(row, &terminal, true)));
            header::run_markdown(&outcome.run, None) + &tables.collect::<String>()
        }
        OutputFormat::Text => {
            let tables = explained.iter().map(|row| format!("\n{}", sites(row, &terminal, false)));
            header::run_text(&outcome.run, None, &terminal) + &tables.collect::<String>()
        }
    };
    print_whole(&text)?;
    let failed = explained.iter().any(Explained::has_failed);
    Ok(if failed { Exit::ToolFailed } else { super::run::exit(&outcome.run) })
}

/// The call sites of the benchmarks that allocate and are `wanted`.
fn explain(run: &Run, plan: &Plan, limit: usize, wanted: impl Fn(&str) -> bool) -> Vec<Explained> {
    let mut explained = Vec::new();
    for row in run.benchmarks.iter().filter(|row| wanted(&row.id)) {
        let allocates = row.metrics.get("allocs_per_op").is_some_and(|metric| metric.value >= ALLOCATES);
        let planned = plan.rows.iter().find(|planned| planned.benchmark.id == row.id);
        let Some((planned, operations)) = planned.and_then(|row| Some((row, row.counted_operations?))) else {
            continue;
        };
        if allocates && limit > 0 {
            let mut sites = find_sites(planned, operations);
            if let Ok(sites) = &mut sites {
                sites.truncate(limit);
            }
            explained.push(Explained { id: row.id.clone(), sites });
        }
    }
    explained
}

fn find_sites(row: &Planned, operations: u64) -> Result<Vec<AllocationSite>, InstrumentError> {
    let io = |source| InstrumentError::Io { what: "making a scratch folder".to_owned(), source };
    let scratch = tempfile::tempdir().map_err(io)?;
    allocation_sites(&row.time, &row.benchmark.id, operations, scratch.path())
}
