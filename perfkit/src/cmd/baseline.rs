//! `perfkit baseline`: what is accepted, by whom and why. The only command that moves a baseline.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    baselines::{self, AcceptError, Acceptance, Part},
    format::{
        Baseline, BaselineKind, baseline::BASELINE_SCHEMA, document::document_text, read_document,
        write_document,
    },
    render::{
        Table, Terminal,
        comparison::{baseline_list, baseline_rows},
    },
    session::{self, SessionError},
    store::{Measured, RunName, Store, baseline_files, file_name, find_baseline},
    workspace::{Workspace, revision},
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
    Verify,
}

#[derive(Debug, Args)]
struct AcceptArgs {
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

pub(super) fn execute(global: &Global, args: &BaselineArgs) -> Result<Exit, Failure> {
    let workspace = global.workspace()?;
    match &args.command {
        BaselineCommand::List(output) => list(&workspace, output.format),
        BaselineCommand::Show { name, output } => show(&workspace, name, output.format),
        BaselineCommand::Accept(args) => accept(&workspace, args),
        BaselineCommand::Verify => verify(&workspace),
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
        return Err(SessionError::UnknownHost {
            name: name.to_owned(),
            folder: workspace.config.baselines.display().to_string(),
            known: known(workspace)?,
        }
        .into());
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

fn known(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let files = baseline_files(&workspace.baselines())?;
    Ok(files.iter().filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect())
}

fn accept(workspace: &Workspace, args: &AcceptArgs) -> Result<Exit, Failure> {
    let store = Store::open(workspace)?;
    let Measured::Run(run, _) = store.find(&args.run, &workspace.baselines())? else {
        return Err(Failure::new(
            Exit::Usage,
            format!("{:?} is a baseline already; a run is accepted", args.run),
        ));
    };
    let stem = RunName::of(&run).stem().to_owned();
    if let Some(taken_back) = store.invalidations()?.iter().find(|invalidation| invalidation.run == stem) {
        let message =
            format!("run {} was taken back by {}: {}", run.id, taken_back.author, taken_back.reason);
        return Err(Failure::new(Exit::Refused, message));
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
    for (path, baseline) in written {
        write_document(&path, &baseline)?;
        let shown = path.strip_prefix(&workspace.root).unwrap_or(&path);
        println!(
            "{}: {} benchmarks accepted from run {}",
            shown.display(),
            baseline.benchmarks.len(),
            run.id
        );
    }
    Ok(Exit::Held)
}

fn verify(workspace: &Workspace) -> Result<Exit, Failure> {
    let mut broken = 0;
    for path in baseline_files(&workspace.baselines())? {
        let shown = path.strip_prefix(&workspace.root).unwrap_or(&path).display().to_string();
        let problems = match read_document::<Baseline>(&path, BASELINE_SCHEMA) {
            Ok(baseline) => {
                let mut problems = baselines::check(&path, &baseline);
                if baseline.kind != BaselineKind::Reference
                    && let Err(why) = revision::resolve(&workspace.root, &baseline.acceptance.revision)
                {
                    problems.push(why);
                }
                problems
            }
            Err(error) => vec![error.to_string()],
        };
        if problems.is_empty() {
            println!("✓ held    {shown}");
        }
        for problem in &problems {
            broken += 1;
            println!("✗ FAILED  {shown}: {problem}");
        }
    }
    Ok(if broken == 0 { Exit::Held } else { Exit::GateFailed })
}
