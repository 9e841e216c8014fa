//! The `perfkit` command.

use std::process::ExitCode;

use clap::Parser;
use perfkit::cmd::Cli;

fn main() -> ExitCode {
    perfkit::cmd::main(Cli::parse())
}
