//! The instruments on a suite whose costs are known exactly: a number that is off by one fails here.
//!
//! The suite is an example of the harness, built once by this test. What needs valgrind is skipped, with the reason
//! printed, where there is none.
#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod known_costs;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use known_costs::{allocs, has_valgrind, time};
use perfkit::{
    format::Benchmark,
    instrument::{
        self, Copies, Dialect, Executable, InstrumentError, RoundBy, TimeRound, TimeSettings, ab_round,
    },
};

fn count(id: &str) -> Result<instrument::Counts, InstrumentError> {
    let scratch = tempfile::tempdir().unwrap();
    let counts = instrument::count(time(), id, 100, scratch.path());
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0, "scratch files were left");
    counts
}

fn time_round(id: &str) -> Result<TimeRound, InstrumentError> {
    let scratch = tempfile::tempdir().unwrap();
    let round = instrument::round(time(), id, Dialect::HARNESS, &TimeSettings::quick(), scratch.path());
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0, "scratch files were left");
    round
}

#[test]
fn the_list_has_every_row() {
    let listed = instrument::list(time()).unwrap();
    let locked = listed.iter().find(|workload| workload.id == "known/locked").unwrap();
    assert_eq!((locked.role.as_str(), locked.revision, locked.counted_operations), ("time", 3, 100));
    let sum = listed.iter().find(|workload| workload.id == "known/sum/64").unwrap();
    assert_eq!((sum.bytes, sum.floor.as_deref()), (64, Some("known/copy/1000")));
    let contended = listed.iter().find(|workload| workload.id == "known/contended").unwrap();
    assert_eq!((contended.threads, contended.contended), (2, true));
    assert!(instrument::list(allocs()).unwrap().iter().all(|workload| workload.role == "allocs"));
}

#[test]
fn functions_add_up_to_the_instructions() {
    if has_valgrind() {
        let counts = count("known/growth").unwrap();
        assert!(counts.functions.len() > 3, "{:?}", counts.functions);
        assert!((counts.functions.values().sum::<f64>() - counts.ir).abs() < 1e-9);
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_kernel_without_symbol_size_is_named() {
    if has_valgrind() {
        let counts = count("known/kernel").unwrap();
        assert_eq!(counts.witness.as_deref(), Some("known_costs_countdown_avx2"));
        // mov, a thousand times dec and jnz, ret
        assert_eq!(counts.functions["known_costs_countdown_avx2"], 2002.0);
    }
}

#[test]
fn a_wrong_answer_is_not_a_count() {
    if has_valgrind() {
        let error = count("known/wrong").unwrap_err();
        assert!(
            matches!(&error, InstrumentError::WrongAnswer(why) if why == "known/wrong: wanted 4, got 3"),
            "{error}"
        );
    }
    let error = instrument::allocations(allocs(), "known/wrong", 10).unwrap_err();
    assert!(matches!(error, InstrumentError::WrongAnswer(_)), "{error}");
    let error = time_round("known/wrong").unwrap_err();
    assert!(matches!(error, InstrumentError::WrongAnswer(_)), "{error}");
}

#[test]
fn a_thread_in_the_region_is_refused() {
    if has_valgrind() {
        let error = count("known/thread").unwrap_err();
        assert!(matches!(&error, InstrumentError::ThreadInRegion { id } if id == "known/thread"), "{error}");
    }
}

#[test]
fn an_unknown_id_is_an_error_of_the_harness() {
    let error = instrument::allocations(allocs(), "known/nothing", 10).unwrap_err().to_string();
    assert!(error.contains("no workload is called \"known/nothing\""), "{error}");
    assert!(!error.contains(env!("CARGO_MANIFEST_DIR")), "a machine path is in {error}");
}

/// The helper of the next test: prints the counts of the executable named in the environment.
#[test]
#[ignore = "run by counts_do_not_depend_on_folder_or_environment"]
fn print_counts() {
    let path = PathBuf::from(std::env::var_os("PERFKIT_TEST_EXECUTABLE").unwrap());
    let copy = Executable { path, ..time().clone() };
    let scratch = tempfile::tempdir().unwrap();
    for id in ["known/sum/4096", "known/copy/1000", "known/growth"] {
        let counts = instrument::count_with(&copy, id, 50, Copies::Count, scratch.path()).unwrap();
        println!("counts of {id}: {counts:?}");
    }
}

#[test]
fn counts_do_not_depend_on_folder_or_environment() {
    if !has_valgrind() {
        return;
    }
    let elsewhere = tempfile::Builder::new().prefix("a-folder-with-quite-a-long-name-").tempdir().unwrap();
    let copy = elsewhere.path().join(time().path.file_name().unwrap());
    fs::copy(&time().path, &copy).unwrap();
    let counts = |executable: &Path, padding: &str| {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "print_counts", "--ignored", "--nocapture"])
            .env("PERFKIT_TEST_EXECUTABLE", executable)
            .env("PERFKIT_TEST_PADDING", padding)
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        printed.lines().filter(|line| line.starts_with("counts of")).map(str::to_owned).collect::<Vec<_>>()
    };
    let here = counts(&time().path, "");
    assert_eq!(here.len(), 3);
    assert_eq!(here, counts(&copy, &"x".repeat(1237)));
}

#[test]
fn a_round_has_wall_and_cpu_time() {
    for id in ["known/sum/4096", "known/batched"] {
        let round = time_round(id).unwrap();
        assert_eq!(round.samples.len(), 20);
        assert!(round.wall_ns_min > 0.0 && round.wall_ns_min <= round.wall_ns_median, "{id}: {round:?}");
        let (low, high) = round.criterion_interval;
        assert!(low <= round.criterion_ns && round.criterion_ns <= high, "{id}: {round:?}");
        #[cfg(target_os = "linux")]
        assert!(round.cpu_ns_min.unwrap() <= round.cpu_ns_median.unwrap(), "{id}: {round:?}");
        let metrics = instrument::summarise(&[round], &Benchmark::new(id), false);
        assert_eq!(metrics["time_ns"].statistic, "p20_min");
    }
}

/// Batches are short beside the system call that reads the CPU clock: it would show as some nanoseconds an operation.
#[test]
#[cfg(target_os = "linux")]
fn the_cpu_time_of_batches_is_without_the_clocks_around_them() {
    /// What a reading costs more between cold inputs than around nothing, a 64th of it.
    const COLD_READING_NS: f64 = 3.0;
    let round = time_round("known/batched").unwrap();
    let cpu = round.cpu_ns_min.unwrap();
    assert!(cpu <= round.wall_ns_min + COLD_READING_NS, "{cpu} ns of CPU time in {} ns", round.wall_ns_min);
}

/// The times of a sleep are at least its own, per operation, whoever takes them.
#[test]
fn no_time_is_shorter_than_the_operation() {
    // A batch's time has the readings of the clocks taken off, which is less than a thousandth.
    const LEAST_NS: f64 = 999_000.0;
    for id in ["known/sleep", "known/sleep_batched"] {
        let round = time_round(id).unwrap();
        assert!(round.wall_ns_min >= LEAST_NS && round.criterion_ns >= LEAST_NS, "{id}: {round:?}");
        let scratch = tempfile::tempdir().unwrap();
        let length = Duration::from_millis(60);
        let round = ab_round(time(), id, RoundBy::Harness, length, None, scratch.path()).unwrap();
        assert!(round.wall_ns_min >= LEAST_NS, "{id}: {round:?}");
    }
}

#[test]
fn criterion_names_its_benchmarks_and_other_harnesses_are_told_apart() {
    let (dialect, ids) = instrument::criterion_list(time()).unwrap();
    assert_eq!(dialect, Dialect::HARNESS);
    let operations = instrument::list(time()).unwrap().into_iter().filter(|row| row.has_mode("round"));
    assert_eq!(ids, operations.map(|row| row.id).collect::<Vec<String>>());
    let this_test = Executable { path: std::env::current_exe().unwrap(), ..time().clone() };
    let error = instrument::criterion_list(&this_test).unwrap_err();
    assert!(
        matches!(&error, InstrumentError::NotCriterion { found, .. } if found == "a libtest harness"),
        "{error}"
    );
    let error = instrument::criterion_list(allocs()).unwrap_err();
    assert!(matches!(error, InstrumentError::NotCriterion { .. }), "{error}");
}

#[test]
fn a_first_call_is_counted_without_the_harness() {
    if has_valgrind() {
        let scratch = tempfile::tempdir().unwrap();
        let counts =
            instrument::first_call(time(), "known/syscall", Dialect::HARNESS, scratch.path()).unwrap();
        // The call itself and two readings each of the clocks, which are system calls under valgrind.
        assert!(counts.syscalls >= 1.0 && counts.ir > 100.0, "{counts:?}");
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0, "scratch files were left");
        let again =
            instrument::first_call(time(), "known/syscall", Dialect::HARNESS, scratch.path()).unwrap();
        assert_eq!(counts, again);
        let nothing = instrument::first_call(time(), "known/nothing", Dialect::HARNESS, scratch.path());
        let error = nothing.unwrap_err().to_string();
        assert!(error.contains("never called Bencher::iter"), "{error}");
    }
}
