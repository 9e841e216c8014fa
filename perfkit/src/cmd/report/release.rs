//! `perfkit report release`: the tables of a release note.

use std::path::PathBuf;

use clap::Args;

use crate::{
    cmd::{Exit, Failure, Global},
    format::{document::write_whole, recipe::Recipe},
    report::render_release,
    session::Profiles,
    store::{Measured, Store},
    workspace::WorkspaceError,
};

/// Arguments of `perfkit report release`.
#[derive(Debug, Args)]
pub struct ReleaseArgs {
    /// The recipe, TOML
    recipe: PathBuf,
    /// The run: `latest`, a run's id, or a file
    #[arg(long, default_value = "latest")]
    run: String,
    /// Also show this profile's published figures
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// Write here instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn execute(global: &Global, args: &ReleaseArgs) -> Result<Exit, Failure> {
    let workspace = global.workspace()?;
    let ReleaseArgs { recipe, run, host, output } = args;
    let recipe = Recipe::load(recipe)
        .map_err(|error| Failure::from(crate::session::SessionError::from(WorkspaceError::from(error))))?;
    let Measured::Run(run, _) = Store::open(&workspace)?.find(run, &workspace.baselines())? else {
        return Err(Failure::new(Exit::Usage, format!("{run:?} is a baseline; a report is made from a run")));
    };
    let reference = match host {
        Some(name) => Profiles::find(&workspace, Some(name))?.held_against,
        None => None,
    };
    let document = render_release(&recipe, &run, reference.as_ref())
        .map_err(|error| Failure::new(Exit::ToolFailed, error))?;
    match output {
        Some(path) => {
            write_whole(path, document.as_bytes())?;
            println!("{} written", path.display());
        }
        None => print!("{document}"),
    }
    Ok(Exit::Held)
}
