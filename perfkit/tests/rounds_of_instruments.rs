//! Scaling, latency, start-up and sizes on the suite with known costs. Times of a busy machine are never asserted; what
//! is: lower bounds that a sleep gives, counts, and that each instrument finds what was planted for it.
#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod known_costs;

use known_costs::{has_valgrind, time};
use perfkit::instrument::{
    self, InstrumentError, scaling::ScalingRate, summarise_latency, summarise_scaling, summarise_startup,
};

/// The rate of all threads. On a busy machine one of them may have no core for a whole window, which leaves no rate: then
/// a longer one is taken.
fn rate(id: &str, threads: u32) -> Result<ScalingRate, InstrumentError> {
    for window in [50, 500] {
        match instrument::scaling(time(), id, threads, window) {
            Err(InstrumentError::Unreadable { .. }) => {}
            found => return found,
        }
    }
    instrument::scaling(time(), id, threads, 5_000)
}

#[test]
fn the_list_says_what_each_row_can_be_asked() {
    let listed = instrument::list(time()).unwrap();
    let row = |id: &str| listed.iter().find(|row| row.id == id).unwrap();
    assert_eq!(row("known/locked").modes, ["count", "round", "scaling", "latency"]);
    assert_eq!(row("known/locked").latency_rate, 10_000);
    assert_eq!(row("known/contended").modes, ["round"]);
    assert_eq!(row("known/start").modes, ["startup"]);
    assert_eq!((row("known/struct").modes[0].as_str(), row("known/struct").struct_bytes), ("size", Some(24)));
    assert_eq!(row("known/struct").revision, 2);
}

#[test]
fn threads_count_their_operations_together() {
    let mut rounds = Vec::new();
    for _ in 0..2 {
        let at = |threads| (threads, rate("known/locked", threads).unwrap());
        rounds.push([1, 2].map(at).into_iter().collect());
    }
    let metrics = summarise_scaling(&rounds, 1);
    assert_eq!(metrics.keys().collect::<Vec<_>>(), ["ops_ps_1", "ops_ps_2", "scaling_efficiency_2"]);
    assert!(metrics["ops_ps_1"].value > 0.0);
    assert!(rate("known/batched", 2).unwrap().ops_ps > 0.0);
}

/// A sleep of a millisecond gives rates a hard upper bound: a thread's, and twice a thread's.
#[test]
fn no_rate_is_above_what_the_threads_can_do() {
    for id in ["known/sleep", "known/sleep_batched"] {
        for threads in [1, 2] {
            let ops_ps = rate(id, threads).unwrap().ops_ps;
            assert!(ops_ps <= f64::from(threads) * 1000.0, "{id} at {threads}: {ops_ps}/s");
        }
    }
}

#[test]
fn threads_get_the_same_shared_thing_and_are_found_out_where_they_do_not() {
    rate("known/shared", 3).unwrap();
    let error = rate("known/not_shared", 2).unwrap_err();
    assert!(matches!(&error, InstrumentError::WrongAnswer(why) if why.contains("first thread")), "{error}");
}

#[test]
fn a_wrong_answer_is_neither_a_rate_nor_a_latency_nor_a_start() {
    let errors = [
        rate("known/wrong", 2).unwrap_err(),
        instrument::latency(time(), "known/wrong", 1000, 0.05).unwrap_err(),
        instrument::startup(time(), "known/start_wrong").unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, InstrumentError::WrongAnswer(_)), "{error}");
    }
}

#[test]
fn what_is_not_declared_is_refused_with_the_declaration_that_is_missing() {
    let error = rate("known/sum/64", 2).unwrap_err().to_string();
    assert!(error.contains("declare it in the suite with `scales()`"), "{error}");
    let error = instrument::startup(time(), "known/sum/64").unwrap_err().to_string();
    assert!(error.contains("`startup(function)`"), "{error}");
    let error = instrument::latency(time(), "known/locked", 0, 1.0).unwrap_err().to_string();
    assert!(error.contains("wanted 1 to"), "{error}");
}

/// One operation in a hundred stalls for 20 ms. A loop that waits for it sees one slow operation in a hundred; callers
/// that do not wait see twenty, and the 99th percentile must be theirs.
#[test]
fn a_stall_delays_all_that_were_meant_to_start_meanwhile() {
    let round = instrument::latency(time(), "known/stall", 1000, 1.0).unwrap();
    assert_eq!(round.scheduled, 1000);
    // Ten stalls, each of which makes those meant to start within it late.
    assert!(round.late >= 10 * 15, "{} late", round.late);
    let metrics = summarise_latency(&[round]);
    assert!(metrics["p99_ns"].value >= 17e6, "{:?}", metrics["p99_ns"]);
    assert!(!metrics.contains_key("p999_ns"), "one operation beyond it is luck");
}

#[test]
fn a_schedule_that_cannot_be_kept_is_told_with_every_operation() {
    let round = instrument::latency(time(), "known/overload", 10_000, 0.1).unwrap();
    assert!(round.unstarted > 500 && round.late > round.unstarted, "{round:?}");
    let counted: u64 = round.histogram.iter().map(|(_, count)| count).sum();
    assert_eq!(counted, 1000);
    assert!(summarise_latency(&[round])["p50_ns"].value > 10e6);
}

#[test]
fn a_start_is_timed_from_main_and_from_outside() {
    let starts: Vec<_> = (0..3).map(|_| instrument::startup(time(), "known/start").unwrap()).collect();
    let metrics = summarise_startup(&starts);
    assert!(metrics["startup_ns"].value > 0.0);
    // The process was made before its main began.
    assert!(metrics["process_startup_ns"].value > metrics["startup_ns"].value);
}

#[test]
fn a_start_is_counted_to_the_instruction_and_threads_are_not_left_out_silently() {
    if !has_valgrind() {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let counts = instrument::count_startup(time(), "known/start", scratch.path()).unwrap();
    assert_eq!((counts.locked_ops, counts.syscalls, counts.bytes_copied), (1.0, 1.0, Some(0.0)));
    assert_eq!(counts, instrument::count_startup(time(), "known/start", scratch.path()).unwrap());
    let error = instrument::count_startup(time(), "known/start_thread", scratch.path()).unwrap_err();
    assert!(matches!(error, InstrumentError::ThreadInStart { .. }), "{error}");
}

#[test]
fn stripping_does_not_change_the_size_of_a_binary() {
    let scratch = tempfile::tempdir().unwrap();
    let stripped = scratch.path().join("stripped");
    let strip = std::process::Command::new("strip").arg("-o").arg(&stripped).arg(&time().path).status();
    if !strip.is_ok_and(|status| status.success()) {
        eprintln!("skipped: strip is not installed");
        return;
    }
    let whole = std::fs::metadata(&time().path).unwrap().len();
    let without = std::fs::metadata(&stripped).unwrap().len();
    let bytes = instrument::binary_bytes(&time().path).unwrap();
    assert_eq!(bytes, instrument::binary_bytes(&stripped).unwrap());
    assert!(without < whole && bytes < without, "{bytes} of {without} stripped, {whole} whole");
}

/// Eight threads that never sleep on fewer cores take turns, and the scheduler says so.
#[test]
#[cfg(target_os = "linux")]
fn threads_that_wait_for_a_core_are_known() {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if cores >= 8 {
        eprintln!("skipped: eight threads have eight cores here");
        return;
    }
    let crowded = rate("known/locked", 8).unwrap();
    assert!(crowded.waited.is_some_and(|waited| waited > 0.2), "{crowded:?}");
}
