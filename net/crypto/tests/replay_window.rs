//! The replay window against `replay_window.json`, a plain model, and its limits.
#![cfg(test)]
#[path = "../../wire/tests/support/mod.rs"]
mod support;

use net_crypto::{AdmitError, Admitted, ReplayWindow, SharedReplayWindow};
use proptest::prelude::*;
use std::collections::BTreeSet;
use support::{cases, load, name, number};

#[test]
fn every_vector_is_admitted_and_probed_as_stated_owned_and_shared() {
    let vectors = load(include_str!("vectors/replay_window.json"));
    for case in cases(&vectors, "cases") {
        let (mut owned, shared) = (ReplayWindow::new(), SharedReplayWindow::new());
        for step in cases(case, "steps") {
            let counter = number(&step["counter"]);
            let plausible = step["precheck_is_valid"].as_bool().unwrap();
            assert_eq!(owned.is_plausible(counter), plausible, "{} {counter}", name(case));
            assert_eq!(shared.is_plausible(counter), plausible, "{} {counter}", name(case));
            let admitted = step["admitted"].as_bool().unwrap();
            let outcome = owned.admit(counter);
            assert_eq!(outcome.is_ok(), admitted, "{} {counter}", name(case));
            assert_eq!(shared.admit(counter), outcome, "{} {counter}", name(case));
            assert_eq!(owned.next_expected(), shared.next_expected());
        }
    }
}

#[test]
fn each_refusal_has_its_own_error() {
    let mut window = ReplayWindow::new();
    window.admit(2000).unwrap();
    assert_eq!(window.admit(2000), Err(AdmitError::Replayed { counter: 2000 }));
    assert_eq!(
        window.admit(977),
        Ok(Admitted::InReach),
        "1023 behind the highest is the last that is tracked"
    );
    assert_eq!(window.admit(977), Err(AdmitError::Replayed { counter: 977 }));
    assert_eq!(window.admit(976), Err(AdmitError::TooOld { counter: 976, age: 1024 }));
    assert_eq!(window.admit(u64::MAX), Err(AdmitError::Reserved));
    assert_eq!(window.next_expected(), 2001);
}

#[test]
fn the_highest_counter_that_exists_is_admitted_once_and_closes_the_window() {
    let mut window = ReplayWindow::new();
    assert_eq!(window.admit(u64::MAX - 1), Ok(Admitted::Jumped { passed: u64::MAX - 1 }));
    assert_eq!(window.admit(u64::MAX - 1), Err(AdmitError::Replayed { counter: u64::MAX - 1 }));
    assert_eq!(window.admit(u64::MAX), Err(AdmitError::Reserved));
    assert_eq!(window.next_expected(), u64::MAX);
}

#[test]
fn a_step_of_1023_ahead_is_in_reach_and_of_1024_a_jump_that_tells_what_it_passed() {
    let mut window = ReplayWindow::new();
    assert_eq!(window.admit(1022), Ok(Admitted::InReach), "the first counter of a session may be late, too");
    assert_eq!(window.admit(1022 + 1023), Ok(Admitted::InReach));
    assert_eq!(window.admit(1022), Err(AdmitError::Replayed { counter: 1022 }), "still tracked");
    assert_eq!(window.admit(2045 + 1024), Ok(Admitted::Jumped { passed: 1023 }));
    assert_eq!(window.admit(2045), Err(AdmitError::TooOld { counter: 2045, age: 1024 }));
    assert_eq!(
        window.admit(2046),
        Ok(Admitted::InReach),
        "what was passed may still come, within the window"
    );
    assert_eq!(window.admit(5_000_000), Ok(Admitted::Jumped { passed: 5_000_000 - 3070 }));
}

#[test]
fn threads_that_share_a_window_admit_each_counter_once() {
    let window = SharedReplayWindow::new();
    let admitted: usize = std::thread::scope(|scope| {
        let admit_all = || (0..1000).filter(|&counter| window.admit(counter).is_ok()).count();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(admit_all)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(admitted, 1000);
}

/// What the window means, without its representation.
#[derive(Default)]
struct Model {
    seen: BTreeSet<u64>,
}

impl Model {
    fn admit(&mut self, counter: u64) -> bool {
        let in_reach = self.seen.last().is_none_or(|&highest| counter > highest || highest - counter < 1024);
        counter != u64::MAX && in_reach && self.seen.insert(counter)
    }
}

proptest! {
    #[test]
    fn any_sequence_is_admitted_as_by_the_model(
        start in prop_oneof![0..5000u64, u64::MAX - 4000..=u64::MAX],
        steps in proptest::collection::vec(prop_oneof![8 => -1100..1100i64, 1 => -5000..5000i64], 1..400),
    ) {
        let (mut window, mut model) = (ReplayWindow::new(), Model::default());
        let mut counter = start;
        for step in steps {
            counter = counter.saturating_add_signed(step);
            prop_assert_eq!(window.admit(counter).is_ok(), model.admit(counter), "counter {}", counter);
        }
    }
}
