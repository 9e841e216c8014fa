//! `perfkit report release`: the tables of a release note.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::{
    cmd::{Exit, Failure, Global, OutputFormat, history::ledger},
    format::{
        Baseline, BaselineKind, Calibration,
        document::{document_text, write_whole},
        recipe::Recipe,
    },
    render::Terminal,
    report::release::{Document, ReportError, Sources, release, render_markdown, render_text},
    session::{Profiles, SessionError},
    store::{Measured, Store},
    workspace::{Workspace, WorkspaceError},
};

/// Arguments of `perfkit report release`.
#[derive(Debug, Args)]
pub struct ReleaseArgs {
    /// The recipe, TOML
    recipe: PathBuf,
    /// How to print results
    #[arg(long, value_enum, default_value_t = OutputFormat::Markdown)]
    format: OutputFormat,
    /// The run: `latest`, a run's id, or a file
    #[arg(long, default_value = "latest")]
    run: String,
    /// The run or baseline that tables across two compare with
    #[arg(long, value_name = "RUN")]
    before: Option<String>,
    /// Also show this profile's published figures
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// Write the Markdown document here, and its pictures beside it
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn execute(global: &Global, args: &ReleaseArgs) -> Result<Exit, Failure> {
    let workspace = global.workspace()?;
    let recipe = Recipe::load(&args.recipe)
        .map_err(|error| Failure::from(SessionError::from(WorkspaceError::from(error))))?;
    let store = Store::open(&workspace)?;
    let ledger = ledger(&workspace, &store)?;
    let find = |name: &str| Ok::<_, Failure>(ledger.marked(store.find(name, &workspace.baselines())?));
    let after = find(&args.run)?;
    let before = args.before.as_deref().map(find).transpose()?;
    let reference = args.host.as_deref().map(|name| published(&workspace, name)).transpose()?;
    let calibration = match &after {
        Measured::Run(run, _) => Calibration::find(&workspace.baselines(), &run.host.profile)?,
        Measured::Baseline(_) => None,
    };
    let sources = Sources {
        after: &after,
        before: before.as_ref(),
        reference: reference.as_ref(),
        calibration: calibration.as_ref(),
    };
    let document = release(&recipe, &sources).map_err(failure)?;
    if let Some(path) = &args.output {
        write(&document, path)?;
    } else if document.sections.iter().any(|section| !section.pictures.is_empty())
        && args.format == OutputFormat::Markdown
    {
        eprintln!("the pictures are left out: they stand beside the document that --output names");
    }
    match args.format {
        OutputFormat::Json => {
            print!("{}", document_text(&document).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        }
        OutputFormat::Text if args.output.is_none() => {
            print!("{}", render_text(&document, &Terminal::stdout()))
        }
        OutputFormat::Markdown if args.output.is_none() => print!("{}", render_markdown(&document, None)),
        _ => {}
    }
    Ok(Exit::Held)
}

/// The reference profile of this name. What a run was accepted as is no publication.
fn published(workspace: &Workspace, name: &str) -> Result<Baseline, Failure> {
    match Profiles::find(workspace, Some(name), "")?.held_against {
        Some(baseline) if baseline.kind == BaselineKind::Reference => Ok(baseline),
        Some(baseline) => {
            let name = &baseline.name;
            let message =
                format!("{name} holds accepted figures, not published ones; --before {name} compares");
            Err(Failure::new(Exit::Usage, message))
        }
        None => {
            let message = format!("{name} is this machine and holds no published figures");
            Err(Failure::new(Exit::Usage, message))
        }
    }
}

/// The pictures first, so that a document that is there links to nothing that is not.
fn write(document: &Document, path: &Path) -> Result<(), Failure> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let beside = |name: &str| path.with_file_name(format!("{stem}-{name}"));
    for picture in document.sections.iter().flat_map(|section| &section.pictures) {
        let file = beside(&picture.name);
        write_whole(&file, picture.svg.as_bytes())?;
        eprintln!("{} written", file.display());
    }
    let link = |name: &str| super::link(&beside(name), Some(path));
    write_whole(path, render_markdown(document, Some(&link)).as_bytes())?;
    eprintln!("{} written", path.display());
    Ok(())
}

fn failure(error: ReportError) -> Failure {
    let exit = match &error {
        ReportError::NotARun { .. } | ReportError::NeedsBefore { .. } => Exit::Usage,
        ReportError::Refused { .. } | ReportError::NotComparable { .. } => Exit::Refused,
        _ => Exit::ToolFailed,
    };
    Failure::new(exit, error)
}
