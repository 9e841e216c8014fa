//! Executables that are not written against the harness, played by scripts that print what the real ones do.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod processes;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use perfkit::instrument::{self, Dialect, Executable, InstrumentError, RoundBy, TimeSettings, ab_round};
use processes::{assert_ends, wait_for};

fn script(name: &str) -> Executable {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/instrument");
    Executable {
        package: "foreign".to_owned(),
        target: name.to_owned(),
        path: folder.join(format!("{name}.sh")),
        package_root: PathBuf::from(env!("CARGO_MANIFEST_DIR")),
        environment: BTreeMap::new(),
    }
}

/// One test, because an interrupt is for the whole process and has to come last.
#[test]
fn foreign_executables() {
    an_old_criterion_is_listed_and_timed_by_pattern();
    an_arm_of_a_comparison_sees_nothing_of_our_environment();
    differences_of_n_and_2n_are_the_cross_check();
    a_missing_runner_is_told_with_its_remedy();
    an_interrupt_ends_what_is_under_way();
}

fn an_old_criterion_is_listed_and_timed_by_pattern() {
    let old = script("old-criterion");
    let (dialect, ids) = instrument::criterion_list(&old).unwrap();
    assert_eq!((dialect, ids.as_slice()), (Dialect::Pattern, &["known/sum/64".to_owned()][..]));
    let scratch = tempfile::tempdir().unwrap();
    let take = |id| instrument::round(&old, id, dialect, &TimeSettings::full(), scratch.path());
    let round = take("known/sum/64").unwrap();
    assert_eq!((round.samples.len(), round.cpu_ns_min), (10, None));
    assert_eq!(round.wall_ns_min, 8_322_471.0 / 649_752.0);
    let error = take("known/sum/6").unwrap_err();
    assert!(error.to_string().contains("no new/benchmark.json has this full_id"), "{error}");
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0, "scratch files were left");
}

fn an_arm_of_a_comparison_sees_nothing_of_our_environment() {
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some(), "cargo sets it for its tests");
    let scratch = tempfile::tempdir().unwrap();
    let by = RoundBy::Criterion(Dialect::Exact);
    let length = Duration::from_millis(20);
    let arm = script("fixed-environment");
    let round = ab_round(&arm, "known/sum/64", by, length, None, scratch.path()).unwrap();
    assert_eq!(round.wall_ns_min, 8_322_471.0 / 649_752.0);
}

fn differences_of_n_and_2n_are_the_cross_check() {
    let scratch = tempfile::tempdir().unwrap();
    let checks = instrument::cross_check(&script("cross-check"), scratch.path()).unwrap();
    let found: Vec<(&str, f64)> = checks.iter().map(|check| (check.id.as_str(), check.ir_per_op)).collect();
    assert_eq!(found, [("known/locked", 6.0), ("known/sum/4096", 9749.0)]);
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0, "scratch files were left");
}

fn a_missing_runner_is_told_with_its_remedy() {
    let scratch = tempfile::tempdir().unwrap();
    let error = instrument::cross_check(&script("cross-check-without-runner"), scratch.path()).unwrap_err();
    assert!(
        matches!(error, InstrumentError::RunnerMissing { runner: "iai-callgrind-runner", .. }),
        "{error}"
    );
}

/// Its pipes are closed, and what works is not perfkit's own child.
fn an_interrupt_ends_what_is_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let executable = Executable { package_root: folder.path().to_owned(), ..script("endless") };
    let endless = thread::spawn(move || instrument::list(&executable));
    let pid = wait_for(|| folder.path().join("pid"), |pid| pid.ends_with('\n'));
    assert!(!endless.is_finished(), "the process ended by itself");
    assert!(!instrument::interrupt(), "the first interrupt");
    let error = endless.join().unwrap().unwrap_err();
    assert!(matches!(error, InstrumentError::Interrupted), "{error}");
    assert_ends(pid.trim());
    assert!(instrument::interrupt(), "the second interrupt");
    let after = instrument::list(&script("cross-check")).unwrap_err();
    assert!(matches!(after, InstrumentError::Interrupted), "nothing starts after an interrupt: {after}");
}
