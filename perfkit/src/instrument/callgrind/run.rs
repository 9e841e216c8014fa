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

/// Every function is told apart by the functions that called it, so that its name is a whole stack; mangled, because
/// demangled names may hold the separator. Each instance costs memory, which is why depth has a limit.
const STACKS: [&str; 3] = ["--separate-callers=40", "--separate-recs=4", "--demangle=no"];

/// Frames of a stack that [`run_stacks`] tells apart; deeper ones lose their roots.
pub const STACK_DEPTH: usize = 40;

/// The largest profile that is read: stacks of deep generic code take some megabytes.
const PROFILE_LIMIT_BYTES: u64 = 1 << 30;

/// Profile one run of an executable with these arguments. Nothing is left behind in `scratch`.
pub fn run(
    executable: &Executable,
    arguments: &[&str],
    collect: Collect,
    scratch: &Path,
) -> Result<Profile, InstrumentError> {
    profile(executable, arguments, collect, &[], scratch)
}

/// As [`run`], with functions named `leaf'caller'…'root`, mangled; a number is a recursion's level.
pub fn run_stacks(
    executable: &Executable,
    arguments: &[&str],
    collect: Collect,
    scratch: &Path,
) -> Result<Profile, InstrumentError> {
    profile(executable, arguments, collect, &STACKS, scratch)
}

fn profile(
    executable: &Executable,
    arguments: &[&str],
    collect: Collect,
    more_options: &[&str],
    scratch: &Path,
) -> Result<Profile, InstrumentError> {
    let file = scratch.join(OUTPUT_FILE);
    let mut options =
        vec!["--tool=callgrind", "--collect-bus=yes", "--collect-systime=yes", "--dump-instr=yes"];
    options.extend(more_options);
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
    let io = |source| InstrumentError::Io { what: what(), source };
    let length = fs::metadata(file).map_err(io)?.len();
    if length > PROFILE_LIMIT_BYTES {
        let why = format!("it has {length} bytes, the limit is {PROFILE_LIMIT_BYTES}");
        return Err(InstrumentError::Unreadable { what: what(), why });
    }
    let bytes = fs::read(file).map_err(io)?;
    let profile = parse(&String::from_utf8_lossy(&bytes)).and_then(whole);
    profile.map_err(|why| InstrumentError::Unreadable { what: what(), why })
}

/// Own costs are all there, as the total that callgrind gives itself has them.
fn whole(profile: Profile) -> Result<Profile, String> {
    let (found, declared) = (profile.total().instructions, profile.declared_instructions);
    match found == declared {
        true => Ok(profile),
        false => Err(format!("its functions hold {found} instructions and its totals: line says {declared}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_instruction_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(OUTPUT_FILE);
        let read_with = |totals: u64| {
            let text = format!(
                "positions: instr line\nevents: Ir Ge sysCount\nob=x\nfn=a\n0x10 0 3\ntotals: {totals}\n"
            );
            fs::write(&file, text).unwrap();
            read(&file, "p::t")
        };
        assert_eq!(read_with(3).unwrap().declared_instructions, 3);
        let error = read_with(4).unwrap_err().to_string();
        assert!(error.contains("hold 3 instructions") && error.contains("says 4"), "{error}");
    }
}
