//! `perfkit completions`: as people expect.

use clap::{Args, Command};

use super::{Exit, Failure};
use crate::completions::completions;

/// Arguments of `perfkit completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn execute(args: &CompletionsArgs, command: Command) -> Result<Exit, Failure> {
    print!("{}", completions(command, args.shell));
    Ok(Exit::Held)
}
