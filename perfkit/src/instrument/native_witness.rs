//! The native dispatch witness: which kernel ran on the machine itself, sampled by perf's `cpu-clock`.
//!
//! Counting sees valgrind's fixed CPU, so a machine with a wider instruction set runs another kernel natively. A second
//! of samples is enough to name the function that holds most of the time; hardware counters are not needed.

use std::{collections::BTreeMap, path::Path};

use rustc_demangle::demangle;

use super::{Executable, InstrumentError, process::Process, witness::witness};

/// How long the workload is sampled: the least that Criterion takes.
const SECONDS: &str = "1";
/// Samples per second: odd, so that it does not beat with timers.
const FREQUENCY: &str = "1999";

/// The kernel that holds most of the time natively; `None` where no function named after an instruction set does.
/// `scratch` belongs to this call alone.
pub fn native_witness(
    executable: &Executable,
    id: &str,
    scratch: &Path,
) -> Result<Option<String>, InstrumentError> {
    let remedy = "apt-get install linux-perf; without it the native witness is unknown";
    let data = scratch.join("perf.data");
    let perf = || Process::new(Path::new("perf"), "perf").of_tool("perf", remedy);
    let target = executable.path.display().to_string();
    perf()
        .args(&["record", "--quiet", "-e", "cpu-clock:u", "-F", FREQUENCY])
        .path_arg("--output=", &data)
        .arg("--")
        .path_arg("", &executable.path)
        .args(&["--bench", "--exact", id, "--profile-time", SECONDS])
        .in_folder(&executable.package_root)
        .envs(&executable.environment)
        .env("CRITERION_HOME", scratch.join("criterion"))
        .run()
        .map_err(|error| without_path(error, &target))?;
    let report = perf()
        .args(&["report", "--stdio", "--no-children", "-F", "overhead,symbol", "--no-demangle"])
        .path_arg("--input=", &data)
        .run()?;
    // The next call finds an empty folder.
    let _ = std::fs::remove_file(&data);
    Ok(witness(&shares(&report.stdout)))
}

/// The lines `  96.12%  [.] symbol`, demangled; everything else is a comment.
fn shares(report: &str) -> BTreeMap<String, f64> {
    let mut shares = BTreeMap::new();
    for line in report.lines() {
        let mut words = line.split_whitespace();
        let share =
            words.next().and_then(|word| word.strip_suffix('%')).and_then(|share| share.parse::<f64>().ok());
        let (Some(share), Some(_), Some(symbol)) = (share, words.next(), words.next()) else { continue };
        *shares.entry(format!("{:#}", demangle(symbol))).or_insert(0.0) += share;
    }
    shares
}

fn without_path(error: InstrumentError, path: &str) -> InstrumentError {
    match error {
        InstrumentError::ProcessFailed { command, status, output } => {
            InstrumentError::ProcessFailed { command, status, output: output.replace(path, "the executable") }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_and_comments_are_not() {
        let report = "# Overhead  Symbol\n#\n    96.12%  [.] ring_core_0_17_14__chacha20_poly1305_seal_avx2\n     3.00%  [.] main\n";
        let found = shares(report);
        assert_eq!(found.len(), 2);
        assert_eq!(witness(&found).as_deref(), Some("ring_core_0_17_14__chacha20_poly1305_seal_avx2"));
    }
}
