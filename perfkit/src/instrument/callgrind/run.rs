//! Running one process under callgrind.

use std::{fs, path::Path};

use super::{Profile, parse};
use crate::instrument::{Executable, InstrumentError, valgrind::valgrind};

/// A file name that does not depend on the benchmark; each caller's scratch folder is its own.
const OUTPUT_FILE: &str = "callgrind.out";

/// When callgrind collects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collect {
    /// Inside the harness's region only.
    Region,
    /// From start to end.
    Everything,
}

/// Profile one run of an executable with these arguments. Nothing is left behind in `scratch`.
pub fn run(
    executable: &Executable,
    arguments: &[&str],
    collect: Collect,
    scratch: &Path,
) -> Result<Profile, InstrumentError> {
    let file = scratch.join(OUTPUT_FILE);
    let mut options =
        vec!["--tool=callgrind", "--collect-bus=yes", "--collect-systime=yes", "--dump-instr=yes"];
    if collect == Collect::Region {
        options.push("--toggle-collect=*perfkit_region*");
    }
    let outcome = valgrind(executable, &options, ("--callgrind-out-file=", &file), arguments)
        .and_then(|()| read(&file, &executable.name()));
    // A run that failed may have left no file.
    let _ = fs::remove_file(&file);
    outcome
}

fn read(file: &Path, name: &str) -> Result<Profile, InstrumentError> {
    let what = || format!("the callgrind profile of {name}");
    let bytes = fs::read(file).map_err(|source| InstrumentError::Io { what: what(), source })?;
    parse(&String::from_utf8_lossy(&bytes)).map_err(|why| InstrumentError::Unreadable { what: what(), why })
}
