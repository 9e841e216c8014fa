//! Running an executable under valgrind so that its counts depend on nothing but the executable.
//!
//! Counts move by a per cent with the length of environment and arguments (alignment picks other paths in copy
//! routines), so the process gets a fixed environment, is named relative to its own folder, and is given numbers of
//! fixed width.

use std::path::{Path, absolute};

use super::{
    Executable, InstrumentError,
    process::{Process, find_program},
};

const REMEDY: &str = "install it with the package manager: apt-get install valgrind libc6-dbg";

/// The version of valgrind, as in `3.19.0`; `None` where it is not installed.
pub fn valgrind_version() -> Option<String> {
    let output = Process::new(&find_program("valgrind")?, "valgrind").arg("--version").run().ok()?;
    let line = output.stdout.lines().next()?.trim();
    Some(line.strip_prefix("valgrind-").unwrap_or(line).to_owned())
}

/// Run under valgrind; `output` is the option that names the profile, and its file.
pub(crate) fn valgrind(
    executable: &Executable,
    options: &[&str],
    output: (&str, &Path),
    arguments: &[&str],
) -> Result<(), InstrumentError> {
    let missing = || InstrumentError::ToolMissing { tool: "valgrind", remedy: REMEDY };
    let program = find_program("valgrind").ok_or_else(missing)?;
    let (folder, file) = executable.folder_and_file()?;
    // The process works in another folder than perfkit.
    let file_of_profile = absolute(output.1).map_err(|source| InstrumentError::Io {
        what: "the scratch folder of valgrind".to_owned(),
        source,
    })?;
    Process::new(&program, "valgrind")
        .of_tool("valgrind", REMEDY)
        .arg("--quiet")
        .args(options)
        .path_arg(output.0, &file_of_profile)
        .arg(&file)
        .args(arguments)
        .in_folder(folder)
        .with_fixed_environment(&executable.environment)
        .run()?;
    Ok(())
}

/// A number of operations at the width that keeps all argument lists equally long.
pub(crate) fn operations_argument(operations: u64) -> String {
    format!("{operations:010}")
}
