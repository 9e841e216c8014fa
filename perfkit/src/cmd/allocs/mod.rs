//! `perfkit allocs`: allocations per operation, the call sites behind them, and budgets that they are held against.

mod budget;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    format::{Run, config::Instrument, document::document_text},
    instrument::{AllocationSite, allocation_sites},
    measure::{Plan, Request, progress::Progress},
    render::{Cell, Column, Table, Terminal, header, units},
    session::{self, Profiles, SessionError, measure},
};

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

/// A benchmark that allocates, and where.
struct Explained {
    id: String,
    sites: Vec<AllocationSite>,
}

pub(super) fn execute(global: &Global, args: &AllocsArgs) -> Result<Exit, Failure> {
    session::keep_what_was_measured_on_interrupt();
    // A file that cannot be used costs no build.
    let budgets = args.budget.as_deref().map(budget::load).transpose()?;
    let workspace = global.workspace()?;
    let profiles = Profiles::find(&workspace, None)?;
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
    let explained = explain(&outcome.run, &outcome.plan, args.sites, |_| true)?;
    match args.output.format {
        OutputFormat::Json => {
            let document = json!({
                "schema": "perfkit.allocs/1", "benchmarks": outcome.run.benchmarks, "sites": as_json(&explained),
            });
            print!("{}", document_text(&document).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        }
        OutputFormat::Markdown => {
            print!("{}", header::run_markdown(&outcome.run, None));
            explained.iter().for_each(|row| print!("\n{}", table(row).markdown()));
        }
        OutputFormat::Text => {
            let terminal = Terminal::stdout();
            print!("{}", header::run_text(&outcome.run, None, &terminal));
            explained.iter().for_each(|row| print!("\n{}", table(row).text(&terminal)));
        }
    }
    Ok(super::run::exit(&outcome.run))
}

fn as_json(explained: &[Explained]) -> Vec<Value> {
    let site = |id: &String, site: &AllocationSite| json!({"id": id, "blocks": site.blocks, "bytes": site.bytes, "frames": site.frames});
    explained.iter().flat_map(|row| row.sites.iter().map(|found| site(&row.id, found))).collect()
}

/// The call sites of the benchmarks that allocate and are `wanted`.
fn explain(
    run: &Run,
    plan: &Plan,
    limit: usize,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Explained>, Failure> {
    let io = |source| SessionError::Io { what: "making a scratch folder".to_owned(), source };
    let scratch = tempfile::tempdir().map_err(io)?;
    let mut explained = Vec::new();
    for row in run.benchmarks.iter().filter(|row| wanted(&row.id)) {
        let allocates = row.metrics.get("allocs_per_op").is_some_and(|metric| metric.value >= ALLOCATES);
        let planned = plan.rows.iter().find(|planned| planned.benchmark.id == row.id);
        let Some((planned, operations)) = planned.and_then(|row| Some((row, row.counted_operations?))) else {
            continue;
        };
        if allocates && limit > 0 {
            let mut sites = allocation_sites(&planned.time, &row.id, operations, scratch.path())
                .map_err(|error| Failure::new(Exit::ToolFailed, format!("{}: {error}", row.id)))?;
            sites.truncate(limit);
            explained.push(Explained { id: row.id.clone(), sites });
        }
    }
    Ok(explained)
}

/// A row per site: what it costs, and the way from the allocation up to the workload.
fn table(explained: &Explained) -> Table {
    /// Frames shown; the rest is in the JSON.
    const FRAMES: usize = 4;
    let row = |site: &AllocationSite| {
        let way: Vec<&str> = site.frames.iter().take(FRAMES).map(String::as_str).collect();
        vec![
            Cell::plain(units::count(site.blocks)),
            Cell::plain(units::quantity(site.bytes, "B/op")),
            Cell::plain(way.join(" < ")),
        ]
    };
    Table {
        title: format!("{}: call sites that allocate", explained.id),
        columns: vec![
            Column::right("blocks/op"),
            Column::right("bytes"),
            Column::left("site, and its callers"),
        ],
        rows: explained.sites.iter().map(row).collect(),
    }
}
