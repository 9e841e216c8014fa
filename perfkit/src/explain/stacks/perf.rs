//! Sampled stacks on the machine itself, by perf's `cpu-clock`: no hardware counters needed, any Criterion bench will do.
//!
//! Criterion runs the one benchmark without measuring it. Some seconds of samples at 8 KiB of stack each cost about
//! 8 MB/s of scratch space. Weights are periods, which perf gives in nanoseconds.

use std::path::Path;

use inferno::collapse::{
    Collapse,
    perf::{Folder, Options},
};

use super::{Stacks, Weight, frame_name, parse_folded};
use crate::instrument::{Executable, InstrumentError, criterion::Dialect, process::Process};

/// How long the workload is sampled, in the whole seconds that every Criterion takes.
const SECONDS: &str = "3";
/// Samples per second: odd, so that it does not beat with timers.
const FREQUENCY: &str = "997";
/// Stack copied with each sample; deeper frames are not seen.
const CALL_GRAPH: &str = "dwarf,8192";
/// What is sampled, and its name in perf's output.
const EVENT: &str = "cpu-clock:u";
const EVENT_NAME: &str = "cpu-clock";

const INSTALL: &str = "apt-get install linux-perf";
const ALLOW: &str = "sampling one's own processes needs `sysctl kernel.perf_event_paranoid=2` (as root), and in a \
                     container the right to call perf_event_open";

/// Nanoseconds of CPU time by stack. `scratch` belongs to this call alone; nothing is left in it.
pub(super) fn sample(
    executable: &Executable,
    id: &str,
    dialect: Dialect,
    scratch: &Path,
) -> Result<Stacks, InstrumentError> {
    let data = scratch.join("perf.data");
    let outcome = record(executable, id, dialect, &data, scratch).and_then(|()| script(&data));
    // A recording that failed may have left no file.
    let _ = std::fs::remove_file(&data);
    let unreadable = |why: String| InstrumentError::Unreadable { what: format!("the samples of {id}"), why };
    let stacks = collapse(&outcome?).map_err(unreadable)?;
    if stacks.is_empty() {
        return Err(unreadable("there are none; did the bench run?".to_owned()));
    }
    Ok(stacks)
}

fn perf() -> Process {
    Process::new(Path::new("perf"), "perf").of_tool("perf", INSTALL)
}

fn record(
    executable: &Executable,
    id: &str,
    dialect: Dialect,
    data: &Path,
    scratch: &Path,
) -> Result<(), InstrumentError> {
    let picked = dialect.pick(id);
    let picked: Vec<&str> = picked.iter().map(String::as_str).collect();
    let outcome = perf()
        .args(&["record", "--quiet", "-e", EVENT, "-F", FREQUENCY, "--call-graph", CALL_GRAPH])
        .path_arg("--output=", data)
        .arg("--")
        .path_arg("", &executable.path)
        .args(&["--bench", "--profile-time", SECONDS])
        .args(&picked)
        .in_folder(&executable.package_root)
        .envs(&executable.environment)
        .env("CRITERION_HOME", scratch.join("criterion"))
        .run();
    match outcome {
        Ok(_) => Ok(()),
        Err(InstrumentError::ProcessFailed { output, .. }) if is_forbidden(&output) => {
            Err(InstrumentError::ToolForbidden { tool: "perf", remedy: ALLOW })
        }
        Err(InstrumentError::ProcessFailed { command, status, output }) => {
            let output = output.replace(&executable.path.display().to_string(), "the executable");
            Err(InstrumentError::ProcessFailed { command, status, output })
        }
        Err(error) => Err(error),
    }
}

/// What perf says where the kernel refuses it.
fn is_forbidden(output: &str) -> bool {
    ["perf_event_paranoid", "Permission denied", "Operation not permitted", "No permission"]
        .iter()
        .any(|sign| output.contains(sign))
}

/// Every sample with its stack. Inlined frames are left out: looking them up takes perf minutes.
fn script(data: &Path) -> Result<String, InstrumentError> {
    // Mangled, since demangled names hold what separates frames.
    let output = perf().args(&["script", "--no-inline", "--no-demangle"]).path_arg("--input=", data).run()?;
    Ok(output.stdout)
}

fn collapse(script: &str) -> Result<Stacks, String> {
    let mut options = Options::default();
    // Without it, the collapser demands that the first sample be whole.
    options.event_filter = Some(EVENT_NAME.to_owned());
    let mut folded = Vec::new();
    Folder::from(options).collapse(script.as_bytes(), &mut folded).map_err(|error| error.to_string())?;
    let collapsed = parse_folded(&String::from_utf8_lossy(&folded), Weight::Nanoseconds)?;
    let mut stacks = Stacks::new(Weight::Nanoseconds);
    for (frames, period) in collapsed.iter() {
        // The first is the process's name.
        let frames = frames.iter().skip(1).map(|frame| frame_name(frame)).collect();
        stacks.add(below_criterion(frames), period);
    }
    let is_event = |line: &&str| !line.is_empty() && !line.starts_with(char::is_whitespace);
    stacks.set_samples(script.lines().filter(is_event).count() as u64);
    Ok(stacks)
}

/// What the innermost of Criterion's functions called, which is the operation or its set-up. Where `iter` was inlined
/// into the bench, that is the bench's own closure.
fn below_criterion(mut frames: Vec<String>) -> Vec<String> {
    // Its own functions and its traits' implementations, not what only handles its types, as dropping them does.
    let is_criterion = |frame: &String| {
        frame.trim_start_matches('<').starts_with("criterion::") || frame.contains(" as criterion::")
    };
    match frames.iter().rposition(is_criterion) {
        Some(at) if at + 1 == frames.len() => vec!["[criterion]".to_owned()],
        Some(at) => frames.split_off(at + 1),
        None => {
            frames.insert(0, "[outside criterion]".to_owned());
            frames
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "\
bench 13653 13316.263447:    1003009 cpu-clock:u: 
	          21a2ed _ZN4mine5parse17h0123456789abcdefE+0x2d (/bench/app)
	           8935f _ZN9criterion7bencher16Bencher$LT$M$GT$4iter17h453cfe82df83e0e2E+0x6f (/bench/app)
	           8a47b main+0x2b (/bench/app)

bench 13653 13316.264465:    1003009 cpu-clock:u: 
	          21a2ed _ZN4mine5parse17h0123456789abcdefE+0x2d (/bench/app)
	           8935f _ZN9criterion7bencher16Bencher$LT$M$GT$4iter17h453cfe82df83e0e2E+0x6f (/bench/app)
	           8a47b main+0x2b (/bench/app)

bench 13653 13316.265462:    1003009 cpu-clock:u: 
	           8935f _ZN9criterion7bencher16Bencher$LT$M$GT$4iter17h453cfe82df83e0e2E+0x6f (/bench/app)
	           8a47b main+0x2b (/bench/app)

bench 13653 13316.266462:    1003009 cpu-clock:u: 
	           1234f dl_start+0x6f (/lib/ld.so)
";

    #[test]
    fn weights_are_nanoseconds_below_criterion() {
        let stacks = collapse(SCRIPT).unwrap();
        let rows: Vec<(String, f64)> =
            stacks.iter().map(|(frames, weight)| (frames.join(";"), weight)).collect();
        let period = 1_003_009.0;
        assert_eq!(
            rows,
            [
                ("[criterion]".to_owned(), period),
                ("[outside criterion];dl_start".to_owned(), period),
                ("mine::parse".to_owned(), 2.0 * period),
            ]
        );
        assert_eq!(stacks.samples(), Some(4));
    }

    #[test]
    fn only_what_criterion_itself_runs_is_criterions() {
        let below = |frames: &[&str]| below_criterion(frames.iter().map(|&frame| frame.to_owned()).collect());
        assert_eq!(below(&["main", "<f64 as criterion::stats::Float>::cast"]), ["[criterion]"]);
        assert_eq!(
            below(&["main", "core::ptr::drop_in_place<criterion::Criterion>"]),
            ["[outside criterion]", "main", "core::ptr::drop_in_place<criterion::Criterion>"]
        );
    }

    #[test]
    fn text_that_is_no_script_gives_no_stacks_and_no_panic() {
        for text in ["", "nonsense", "\n\n\tx\n", "a b: c\n\td\n", "bench 1 2.0: 5 other:u:\n\t1 f (x)\n\n"] {
            assert!(collapse(text).is_ok_and(|stacks| stacks.is_empty()), "{text:?}");
        }
    }

    #[test]
    fn a_refusal_of_the_kernel_is_told_from_a_failure() {
        assert!(is_forbidden(
            "Error:\nAccess to performance monitoring is limited.\nConsider adjusting /proc/sys/kernel/perf_event_paranoid"
        ));
        assert!(!is_forbidden("thread 'main' panicked"));
    }
}
