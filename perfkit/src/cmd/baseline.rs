//! `perfkit baseline`: what is accepted, by whom and why. The only command that moves a baseline.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use serde_json::Value;

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    baselines::{self, AcceptError, Acceptance, Part},
    format::{
        Baseline, BaselineKind, baseline::BASELINE_SCHEMA, config::Patterns, document::document_text,
        read_document, write_document,
    },
    render::{
        Emphasis, Lines, Table, Terminal,
        comparison::{baseline_list, baseline_rows},
    },
    session::{self, SessionError},
    store::{Measured, RunName, Store, baseline_files, file_name, find_baseline},
    workspace::{
        Workspace,
        revision::{self, short},
    },
};

/// Arguments of `perfkit baseline`.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    #[command(subcommand)]
    command: BaselineCommand,
}

#[derive(Debug, Subcommand)]
enum BaselineCommand {
    /// Name every baseline with its provenance
    List(Output),
    /// Show the rows of one baseline
    Show {
        /// Its name; case does not matter
        name: String,
        #[command(flatten)]
        output: Output,
    },
    /// Make a stored run the new baseline
    Accept(AcceptArgs),
    /// Check every baseline file: schema, names, keys, rows, provenance
    Verify(Output),
    /// Mark rows as wrong: they stay as history and nothing is ever held against them again
    Invalidate(InvalidateArgs),
}

#[derive(Debug, Args)]
struct AcceptArgs {
    #[command(flatten)]
    output: Output,
    /// The run: `latest`, a run's id, or a file
    #[arg(default_value = "latest")]
    run: String,
    /// Why it is accepted
    #[arg(long)]
    reason: String,
    /// Who accepts it; git's user.name when absent
    #[arg(long)]
    author: Option<String>,
    /// The name of this machine's profile; the run's own when absent
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// Accept only the timed or only the counted metrics
    #[arg(long, value_enum)]
    only: Option<Part>,
}

#[derive(Debug, Args)]
struct InvalidateArgs {
    #[command(flatten)]
    output: Output,
    /// The baseline's name; case does not matter
    name: String,
    /// Ids, prefixes or patterns of the rows
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// What is wrong with them
    #[arg(long)]
    reason: String,
    /// The revision from which on the benchmark measures the wrong thing; the accepted one when absent
    #[arg(long, value_name = "REV")]
    since: Option<String>,
}

pub(super) fn execute(global: &Global, args: &BaselineArgs) -> Result<Exit, Failure> {
    let workspace = global.workspace()?;
    match &args.command {
        BaselineCommand::List(output) => list(&workspace, output.format),
        BaselineCommand::Show { name, output } => show(&workspace, name, output.format),
        BaselineCommand::Accept(args) => accept(&workspace, args),
        BaselineCommand::Verify(output) => verify(&workspace, output.format),
        BaselineCommand::Invalidate(args) => invalidate(&workspace, args),
    }
}

fn list(workspace: &Workspace, format: OutputFormat) -> Result<Exit, Failure> {
    let mut found = Vec::new();
    for path in baseline_files(&workspace.baselines())? {
        found.push(read_document::<Baseline>(&path, BASELINE_SCHEMA)?);
    }
    if format == OutputFormat::Json {
        let rows: Vec<_> = found
            .iter()
            .map(|baseline| {
                serde_json::json!({
                    "name": baseline.name, "kind": baseline.kind, "isa": baseline.isa,
                    "benchmarks": baseline.benchmarks.len(), "acceptance": baseline.acceptance,
                })
            })
            .collect();
        print!("{}", document_text(&rows).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        return Ok(Exit::Held);
    }
    if found.is_empty() {
        println!("no baselines in {} yet", workspace.config.baselines.display());
    }
    print!("{}", show_table(&baseline_list(&found), format));
    Ok(Exit::Held)
}

fn show(workspace: &Workspace, name: &str, format: OutputFormat) -> Result<Exit, Failure> {
    let Some((_, baseline)) = find_baseline(&workspace.baselines(), name)? else {
        return Err(unknown(workspace, name)?);
    };
    if format == OutputFormat::Json {
        print!("{}", document_text(&baseline).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
    } else {
        print!("{}", show_table(&baseline_rows(&baseline), format));
    }
    Ok(Exit::Held)
}

fn show_table(table: &Table, format: OutputFormat) -> String {
    match format {
        OutputFormat::Markdown => table.markdown(),
        _ => table.text(&Terminal::stdout()),
    }
}

/// The error of a name that no baseline has.
fn unknown(workspace: &Workspace, name: &str) -> Result<Failure, Failure> {
    let files = baseline_files(&workspace.baselines())?;
    let stem = |path: &PathBuf| Some(path.file_stem()?.to_string_lossy().into_owned());
    Ok(SessionError::UnknownHost {
        name: name.to_owned(),
        folder: workspace.config.baselines.display().to_string(),
        known: files.iter().filter_map(stem).collect(),
    }
    .into())
}

fn accept(workspace: &Workspace, args: &AcceptArgs) -> Result<Exit, Failure> {
    let store = Store::open(workspace)?;
    let Measured::Run(run, _) = store.find(&args.run, &workspace.baselines())? else {
        return Err(Failure::new(
            Exit::Usage,
            format!("{:?} is a baseline already; a run is accepted", args.run),
        ));
    };
    if let Some(taken_back) = store.invalidations_of(&RunName::of(&run))?.first() {
        return Err(Failure::new(Exit::Refused, taken_back));
    }
    let author = args.author.clone().unwrap_or_else(|| revision::author(&workspace.root));
    if author.is_empty() {
        return Err(Failure::new(Exit::Usage, "git knows no user.name; say who accepts it with --author"));
    }
    let acceptance = Acceptance {
        host: args.host.clone().unwrap_or_else(|| run.host.profile.clone()),
        author,
        reason: args.reason.clone(),
        date: session::today(),
        machine: crate::host::fingerprint(),
    };
    let parts = args.only.map_or_else(|| vec![Part::Timed, Part::Counted], |part| vec![part]);
    let mut written = BTreeMap::new();
    for part in parts {
        let name = part.baseline_name(&run, &acceptance);
        let existing = find_baseline(&workspace.baselines(), &name)?;
        let path = existing.as_ref().map_or_else(
            || workspace.baselines().join(format!("{}.json", file_name(&name))),
            |(path, _)| path.clone(),
        );
        let accepted = baselines::accept(&run, part, &acceptance, existing.map(|(_, baseline)| baseline));
        match accepted {
            Ok(baseline) => {
                written.insert(path, baseline);
            }
            Err(AcceptError::NothingOfThisKind) if args.only.is_none() => {}
            Err(error) => return Err(Failure::new(Exit::Refused, error)),
        }
    }
    if written.is_empty() {
        return Err(Failure::new(Exit::Refused, "the run holds neither timed nor counted metrics"));
    }
    // Everything is decided before the first file is touched.
    let mut accepted = Vec::new();
    for (path, baseline) in written {
        write_document(&path, &baseline)?;
        accepted.push(serde_json::json!({
            "file": shown(workspace, &path), "name": baseline.name, "benchmarks": baseline.benchmarks.len(),
            "run": run.id, "kept": kept(&baseline),
        }));
    }
    let lines = |entry: &Value| {
        let file = entry["file"].as_str().unwrap_or_default();
        let mut lines = format!("{file}: {} benchmarks accepted from run {}", entry["benchmarks"], run.id);
        for kept in entry["kept"].as_array().into_iter().flatten() {
            let field = |name: &str| kept[name].as_str().unwrap_or_default();
            let (subject, since) = (field("id"), short(field("revision")));
            let _ = write!(
                lines,
                "\n! kept {} of {subject}, as of {since}: {}",
                field("metric"),
                field("reason")
            );
        }
        lines
    };
    print_entries("perfkit.accepted/1", &accepted, args.output.format, lines)?;
    Ok(Exit::Held)
}

/// What the accepted run could not measure, as it stands in the baseline now.
fn kept(baseline: &Baseline) -> Vec<Value> {
    let rows = baseline.benchmarks.iter().filter(|row| row.invalidated.is_none());
    let kept = rows.flat_map(|row| {
        row.metrics.iter().filter_map(|(name, metric)| {
            let kept = metric.kept.as_ref()?;
            Some(serde_json::json!({
                "id": row.id, "metric": name, "revision": kept.revision, "reason": kept.reason,
            }))
        })
    });
    kept.collect()
}

fn verify(workspace: &Workspace, format: OutputFormat) -> Result<Exit, Failure> {
    let mut checked = Vec::new();
    for path in baseline_files(&workspace.baselines())? {
        let problems = match read_document::<Baseline>(&path, BASELINE_SCHEMA) {
            Ok(baseline) => {
                let mut problems = baselines::check(&path, &baseline);
                let acceptance = &baseline.acceptance;
                // Imported figures are of no revision of this workspace.
                let is_measured = !acceptance.revision.is_empty() || acceptance.source.starts_with("run ");
                if baseline.kind != BaselineKind::Reference
                    && is_measured
                    && let Err(why) = revision::resolve(&workspace.root, &acceptance.revision)
                {
                    problems.push(why);
                }
                problems
            }
            Err(error) => vec![error.to_string()],
        };
        checked.push(serde_json::json!({ "file": shown(workspace, &path), "problems": problems }));
    }
    if checked.is_empty() {
        let folder = workspace.config.baselines.display();
        return Err(Failure::new(Exit::ToolFailed, format!("no baseline in {folder}: nothing was verified")));
    }
    let lines = |entry: &Value| {
        let file = entry["file"].as_str().unwrap_or_default();
        let problems = entry["problems"].as_array().map(Vec::as_slice).unwrap_or_default();
        if problems.is_empty() {
            return format!("✓ held    {file}");
        }
        let line = |problem: &Value| format!("✗ FAILED  {file}: {}", problem.as_str().unwrap_or_default());
        problems.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    print_entries("perfkit.verified/1", &checked, format, lines)?;
    let is_broken = |entry: &Value| entry["problems"].as_array().is_some_and(|problems| !problems.is_empty());
    Ok(if checked.iter().any(is_broken) { Exit::GateFailed } else { Exit::Held })
}

fn invalidate(workspace: &Workspace, args: &InvalidateArgs) -> Result<Exit, Failure> {
    let Some((path, mut baseline)) = find_baseline(&workspace.baselines(), &args.name)? else {
        return Err(unknown(workspace, &args.name)?);
    };
    let patterns = Patterns::new(&args.ids).map_err(|why| Failure::new(Exit::Usage, why))?;
    let since = match &args.since {
        Some(named) => revision::resolve(&workspace.root, named).map_err(SessionError::Refused)?,
        None => baseline.acceptance.revision.clone(),
    };
    let marked = baselines::invalidate(&mut baseline, &patterns, &args.reason, &since)
        .map_err(|error| Failure::new(Exit::Usage, error))?;
    write_document(&path, &baseline)?;
    let entry = serde_json::json!({
        "file": shown(workspace, &path), "name": baseline.name, "invalidated": marked, "since": since,
        "reason": args.reason,
    });
    let lines = |entry: &Value| {
        let file = entry["file"].as_str().unwrap_or_default();
        let since =
            if since.is_empty() { String::new() } else { format!(" since {}", revision::short(&since)) };
        format!("{file}: invalidated{since}: {}", marked.join(", "))
    };
    print_entries("perfkit.invalidated/1", std::slice::from_ref(&entry), args.output.format, lines)?;
    Ok(Exit::Held)
}

/// A path as people know it: from the workspace root on.
fn shown(workspace: &Workspace, path: &Path) -> String {
    path.strip_prefix(&workspace.root).unwrap_or(path).display().to_string()
}

/// Lines say with their first character how they are meant.
fn emphasis(line: &str) -> Emphasis {
    match line.chars().next() {
        Some('✗') => Emphasis::Bad,
        Some('!') => Emphasis::Caution,
        _ => Emphasis::Plain,
    }
}

/// What a command did, an entry a file: as a document, or a line each.
fn print_entries(
    schema: &str,
    entries: &[Value],
    format: OutputFormat,
    lines: impl Fn(&Value) -> String,
) -> Result<(), Failure> {
    match format {
        OutputFormat::Json => {
            let document = serde_json::json!({ "schema": schema, "baselines": entries });
            print!("{}", document_text(&document).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        }
        OutputFormat::Markdown => {
            let mut list = Lines::default();
            entries
                .iter()
                .flat_map(|entry| lines(entry).lines().map(str::to_owned).collect::<Vec<_>>())
                .for_each(|line| list.push(emphasis(&line), line));
            print!("{}", list.markdown());
        }
        OutputFormat::Text => entries.iter().for_each(|entry| println!("{}", lines(entry))),
    }
    Ok(())
}
