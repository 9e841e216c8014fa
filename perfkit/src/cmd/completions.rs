//! `perfkit completions`: as people expect.

use clap::{Args, Command, ValueEnum};

use super::{Exit, Failure, stdout::print_whole};
use crate::completions::completions;

/// Arguments of `perfkit completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
    /// The program that is completed
    #[arg(long = "for", value_enum, default_value_t = Program::Perfkit)]
    program: Program,
}

/// The names that perfkit is reached by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Program {
    /// `perfkit …`
    Perfkit,
    /// `cargo-perfkit …`
    CargoPerfkit,
}

pub(super) fn execute(args: &CompletionsArgs, command: Command) -> Result<Exit, Failure> {
    let program = match args.program {
        Program::Perfkit => "perfkit",
        Program::CargoPerfkit => "cargo-perfkit",
    };
    print_whole(&completions(command, program, args.shell))?;
    Ok(Exit::Held)
}
