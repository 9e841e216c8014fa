//! `cargo perfkit …`: Cargo hands its subcommand's name over as the first argument.

use std::process::ExitCode;

use perfkit::cmd::Cli;

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|argument| argument == "perfkit") {
        arguments.remove(1);
    }
    perfkit::cmd::main(Cli::parse_as_cargo_subcommand(arguments))
}
