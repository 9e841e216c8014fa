//! `perfkit report html`: everything stored, on one page.

use std::{collections::BTreeSet, path::PathBuf};

use clap::Args;
use serde_json::json;

use crate::{
    cmd::{Exit, Failure, Global, Output, OutputFormat},
    format::document::{document_text, write_whole},
    report::{
        compare::fitting_baselines,
        html::{FlameGraphs, HistoryError, HostPage, PictureFolder, Reading, read_histories, render_page},
    },
    store::{Store, file_name},
};

/// Runs of each host that a page shows, unless asked otherwise.
const RUNS: u32 = 50;
/// The most: a page is read by a browser.
const RUNS_LIMIT: i64 = 1000;

/// Arguments of `perfkit report html`.
#[derive(Debug, Args)]
pub struct HtmlArgs {
    #[command(flatten)]
    output_format: Output,
    /// Write here; `report.html` in the store's folder when absent
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only this host
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// The newest runs of each host that are shown
    #[arg(long, value_name = "N", default_value_t = RUNS, value_parser = clap::value_parser!(u32).range(1..=RUNS_LIMIT))]
    limit: u32,
    /// Embed flamegraphs from here too: `DIR/<benchmark>.svg` (repeatable)
    #[arg(long, value_name = "DIR")]
    flamegraphs: Vec<PathBuf>,
}

pub(super) fn execute(global: &Global, args: &HtmlArgs) -> Result<Exit, Failure> {
    let workspace = global.workspace()?;
    let store = Store::open(&workspace)?;
    let reading = Reading {
        host: args.host.as_deref(),
        limit: args.limit as usize,
        ledger: &crate::cmd::history::ledger(&workspace, &store)?,
        config: &workspace.config,
    };
    let histories = read_histories(&store, &reading)?;
    let unreadable = histories.unreadable;
    for why in unreadable.iter().chain(&histories.taken_back) {
        eprintln!("left out: {why}");
    }
    let mut hosts = Vec::new();
    for history in histories.hosts {
        let baselines = fitting_baselines(&workspace.baselines(), &history.latest)?;
        hosts.push(HostPage::new(history, baselines));
    }
    let kept = args.flamegraphs.iter().cloned().chain([workspace.store().join("flamegraphs")]);
    let mut folders: Vec<PictureFolder> = kept.map(|path| PictureFolder { path, of: None }).collect();
    folders.extend(hosts.iter().map(|host| {
        let (title, run) = (&host.history.title, &host.history.latest.id);
        let path = workspace.store().join("triage").join(file_name(run));
        PictureFolder { path, of: Some(format!("run {run} of {title}")) }
    }));
    let ids: BTreeSet<&str> =
        hosts.iter().flat_map(|host| host.history.benchmarks.keys()).map(String::as_str).collect();
    let flamegraphs = FlameGraphs::read(&folders, &ids);
    for why in &flamegraphs.left_out {
        eprintln!("left out: {why}");
    }
    let page = render_page(&hosts, &unreadable, &flamegraphs);
    let path = args.output.clone().unwrap_or_else(|| workspace.store().join("report.html"));
    write_whole(&path, page.as_bytes())?;

    let benchmarks: usize = hosts.iter().map(|host| host.history.benchmarks.len()).sum();
    let runs: usize = hosts.iter().map(|host| host.history.runs.len()).sum();
    let shown = path.strip_prefix(&workspace.root).unwrap_or(&path).display().to_string();
    match args.output_format.format {
        OutputFormat::Json => {
            let document = json!({
                "schema": "perfkit.written/1", "file": shown, "bytes": page.len(),
                "hosts": hosts.len(), "runs": runs, "benchmarks": benchmarks, "left_out": unreadable,
            });
            print!("{}", document_text(&document).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        }
        _ => println!("{shown} written: {benchmarks} benchmarks, {runs} runs, {} bytes", page.len()),
    }
    Ok(Exit::Held)
}

impl From<HistoryError> for Failure {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Store(error) => error.into(),
            error @ HistoryError::UnknownHost { .. } => Self::new(Exit::Usage, error),
            error @ (HistoryError::Unreadable(_) | HistoryError::AllTakenBack(_)) => {
                Self::new(Exit::ToolFailed, error)
            }
        }
    }
}
