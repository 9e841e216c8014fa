//! Completions for shells, made from the command line's own definition.

use clap::Command;
use clap_complete::{Shell, generate};

/// The completion script of `command`, reached as `program`, for `shell`.
pub fn completions(mut command: Command, program: &str, shell: Shell) -> String {
    let mut script = Vec::new();
    generate(shell, &mut command, program, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_learns_the_subcommands() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Elvish, Shell::PowerShell] {
            let command = Command::new("perfkit").subcommand(Command::new("doctor"));
            for program in ["perfkit", "cargo-perfkit"] {
                let script = completions(command.clone(), program, shell);
                assert!(script.contains("doctor") && script.contains(program), "{shell} {program}");
            }
        }
    }
}
