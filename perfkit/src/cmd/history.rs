//! `perfkit history`: series of stored runs with their change points, and the runs that are taken back.

use std::collections::BTreeMap;

use clap::Args;

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    format::{
        Baseline, RunInvalidation, baseline::BASELINE_SCHEMA, config::Patterns, document::document_text,
        invalidation::INVALIDATION_SCHEMA, metric::METRICS, metric_info, read_document,
    },
    history::{HostHistory, Ledger, Wanted, document::HistoryDocument, index::Index},
    measure::near_names::near,
    render::{Terminal, history},
    session,
    store::{RunName, Store, StoreError, baseline_files, file_name, own_hosts},
    workspace::{Workspace, revision},
};

/// Arguments of `perfkit history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    #[command(flatten)]
    output: Output,
    /// Only ids under this prefix or matching this pattern
    #[arg(value_name = "GLOB")]
    ids: Option<String>,
    /// Only this metric
    #[arg(long, value_name = "NAME")]
    metric: Option<String>,
    /// Only this host profile; case does not matter
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// Only the newest N runs of each host
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Also the series without change points
    #[arg(long)]
    all: bool,
    /// Make the index anew from the stored runs
    #[arg(long)]
    rebuild: bool,
    /// Take a run back, by its id or as `latest` of this host or of --host: it stays in the history, marked, and nothing is
    /// concluded from it any more
    #[arg(long, value_name = "RUN", requires = "reason", conflicts_with_all = ["metric", "limit", "all", "rebuild"])]
    invalidate: Option<String>,
    /// Why the run is taken back
    #[arg(long, value_name = "TEXT", requires = "invalidate")]
    reason: Option<String>,
    /// Who takes it back; git's user.name when absent
    #[arg(long, value_name = "NAME", requires = "invalidate")]
    author: Option<String>,
}

pub(super) fn execute(global: &Global, args: &HistoryArgs) -> Result<Exit, Failure> {
    let workspace = global.workspace()?;
    let store = Store::open(&workspace)?;
    if let (Some(run), Some(reason)) = (&args.invalidate, &args.reason) {
        return invalidate(&workspace, &store, args, run, reason);
    }
    let ids: Vec<String> = args.ids.iter().cloned().collect();
    let ids = Patterns::new(&ids).map_err(|why| Failure::new(Exit::Usage, why))?;
    if let Some(name) = args.metric.as_ref().filter(|name| metric_info(name).is_none()) {
        let known: Vec<&str> = METRICS.iter().map(|info| info.name).collect();
        return Err(Failure::new(
            Exit::Usage,
            format!("no metric is called {name:?}; it is one of {}", known.join(", ")),
        ));
    }
    let wanted = Wanted { ids, metric: args.metric.clone() };
    let ledger = ledger(&workspace, &store)?;
    let mut notes = Vec::new();
    let mut hosts = Vec::new();
    for (host, names) in by_host(&store, args.host.as_deref())? {
        let mut index = Index::update(&store, &host, &names, args.rebuild)?;
        notes.append(&mut index.notes);
        if let Some(limit) = args.limit {
            index.series.keep_newest(limit as usize);
        }
        hosts.push(HostHistory::new(&host, index, &wanted, &ledger, &workspace.config));
    }
    for note in &notes {
        eprintln!("perfkit: {note}");
    }
    if hosts.iter().all(|host| host.series.is_empty()) {
        let asked = args.ids.as_deref().unwrap_or("what was asked for");
        let message = format!(
            "no stored run has a series for {asked:?}; perfkit history --all names those that there are"
        );
        return Err(Failure::new(Exit::ToolFailed, message));
    }
    print!("{}", show(&hosts, &notes, args)?);
    Ok(Exit::Held)
}

fn show(hosts: &[HostHistory], notes: &[String], args: &HistoryArgs) -> Result<String, Failure> {
    let format = args.output.format;
    if format == OutputFormat::Json {
        let document = HistoryDocument::new(hosts, notes);
        return document_text(&document).map_err(|error| Failure::new(Exit::ToolFailed, error));
    }
    let all = args.all || args.ids.is_some() || args.metric.is_some();
    let terminal = Terminal::stdout();
    let markdown = format == OutputFormat::Markdown;
    let parts: Vec<String> = hosts
        .iter()
        .filter(|host| !host.series.is_empty())
        .map(|host| history::history(host, all, &terminal, markdown))
        .collect();
    Ok(parts.join("\n"))
}

/// The stored runs, by host, oldest first.
fn by_host(store: &Store, wanted: Option<&str>) -> Result<BTreeMap<String, Vec<RunName>>, Failure> {
    let mut hosts: BTreeMap<String, Vec<RunName>> = BTreeMap::new();
    for name in store.names()? {
        hosts.entry(name.host().to_owned()).or_default().push(name);
    }
    if hosts.is_empty() {
        return Err(StoreError::Empty { folder: store.name().into() }.into());
    }
    if let Some(name) = wanted {
        let known: Vec<String> = hosts.keys().cloned().collect();
        hosts.retain(|host, _| host.eq_ignore_ascii_case(&file_name(name)));
        if hosts.is_empty() {
            let message =
                format!("the store holds no run of {name:?}; it holds runs of {}", known.join(", "));
            return Err(Failure::new(Exit::Usage, message));
        }
    }
    Ok(hosts)
}

/// What no longer counts in a workspace's store.
pub(super) fn ledger(workspace: &Workspace, store: &Store) -> Result<Ledger, Failure> {
    let mut baselines = Vec::new();
    for path in baseline_files(&workspace.baselines())? {
        baselines.push(read_document::<Baseline>(&path, BASELINE_SCHEMA)?);
    }
    Ok(Ledger::new(&store.invalidations()?, &baselines, &workspace.root))
}

fn invalidate(
    workspace: &Workspace,
    store: &Store,
    args: &HistoryArgs,
    run: &str,
    reason: &str,
) -> Result<Exit, Failure> {
    if reason.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "--reason is empty; say what was wrong with the run"));
    }
    let name = named(workspace, store, args.host.as_deref(), run)?;
    let rows = match &args.ids {
        Some(pattern) => selected(store, &name, pattern)?,
        None => Vec::new(),
    };
    let select: Vec<String> = args.ids.iter().cloned().collect();
    let author = args.author.clone().unwrap_or_else(|| revision::author(&workspace.root));
    if author.is_empty() {
        return Err(Failure::new(Exit::Usage, "git knows no user.name; say who takes it back with --author"));
    }
    let invalidation = RunInvalidation {
        schema: INVALIDATION_SCHEMA.to_owned(),
        run: name.stem().to_owned(),
        select,
        reason: reason.to_owned(),
        author,
        date: session::today(),
        extra: BTreeMap::new(),
    };
    store.invalidate(&invalidation)?;
    match args.output.format {
        OutputFormat::Json => {
            print!(
                "{}",
                document_text(&invalidation).map_err(|error| Failure::new(Exit::ToolFailed, error))?
            );
        }
        _ if rows.is_empty() => println!("run {} is taken back: {reason}", name.stem()),
        format => {
            let mark = if format == OutputFormat::Markdown { "- " } else { "  " };
            let lines: String = rows.iter().map(|id| format!("{mark}{id}\n")).collect();
            print!("of run {}, these rows are taken back: {reason}\n{lines}", name.stem());
        }
    }
    Ok(Exit::Held)
}

/// The run of this id, or the latest of a host.
fn named(workspace: &Workspace, store: &Store, host: Option<&str>, run: &str) -> Result<RunName, Failure> {
    if run == "latest" {
        let own = || own_hosts(&workspace.baselines());
        return Ok(store.latest(&host.map_or_else(own, |host| Ok(vec![file_name(host)]))?)?);
    }
    let is_of_host =
        |name: &RunName| host.is_none_or(|host| name.host().eq_ignore_ascii_case(&file_name(host)));
    let found = store.find_name(run)?.filter(is_of_host);
    found.ok_or_else(|| StoreError::Unknown { name: run.to_owned(), folder: store.name().into() }.into())
}

/// The rows of a run that a pattern selects: at least one, else the pattern is a mistake.
fn selected(store: &Store, name: &RunName, pattern: &str) -> Result<Vec<String>, Failure> {
    let patterns = Patterns::new(&[pattern.to_owned()]).map_err(|why| Failure::new(Exit::Usage, why))?;
    let (run, _) = store.read(name)?;
    let known: Vec<&str> = run.benchmarks.iter().map(|row| row.id.as_str()).collect();
    let rows: Vec<String> =
        known.iter().filter(|id| patterns.matches(id)).map(|id| (*id).to_owned()).collect();
    if rows.is_empty() {
        let near = near(pattern, &known);
        let message = format!(
            "{pattern:?} selects none of the {} rows of run {}; near it are {near:?}",
            known.len(),
            name.stem()
        );
        return Err(Failure::new(Exit::Usage, message));
    }
    Ok(rows)
}
