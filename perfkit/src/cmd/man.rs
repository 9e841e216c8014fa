//! `perfkit man`: the manual as pages, made from the command line's own definition.

use std::path::PathBuf;

use clap::{Args, Command};

use super::{Exit, Failure, stdout::print_whole};
use crate::{format::document::write_whole, manual};

/// Arguments of `perfkit man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The page of this command, such as `run` or `report release`; perfkit's own when absent
    #[arg(conflicts_with = "output")]
    command: Vec<String>,
    /// Write every page into this folder instead of one to standard output
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(super) fn execute(args: &ManArgs, command: Command) -> Result<Exit, Failure> {
    let to_failure = |error: std::io::Error| Failure::new(Exit::ToolFailed, error);
    let Some(folder) = &args.output else {
        let page = manual::page(&command, &args.command).map_err(to_failure)?;
        let Some(page) = page else {
            let wanted = args.command.join(" ");
            let known = manual::names(&command).join(", ");
            return Err(Failure::new(
                Exit::Usage,
                format!("no command is called {wanted:?}; known are {known}"),
            ));
        };
        print_whole(&page.text)?;
        return Ok(Exit::Held);
    };
    let pages = manual::pages(&command).map_err(to_failure)?;
    for page in &pages {
        write_whole(&folder.join(&page.file_name), page.text.as_bytes())?;
    }
    println!("{} pages in {}", pages.len(), folder.display());
    Ok(Exit::Held)
}
