//! The replay window: counters that arrive in order, each admitted once.
//!
//! Cost: one bit cleared, one set, in a window of 128 bytes.
use net_crypto::{AdmitError, Admitted, ReplayWindow};
use perfkit_harness::{Answer, Meter, ensure};
use std::hint::black_box;

pub(crate) fn admit(meter: &mut impl Meter, _: u64) {
    let mut window = ReplayWindow::new();
    let mut next = 0;
    meter.measure(
        || {
            let counter = black_box(next);
            next += 1;
            (counter, window.admit(counter), window.next_expected())
        },
        |(counter, admitted, next_expected)| is_admitted(*counter, admitted, *next_expected),
    );
}

fn is_admitted(counter: u64, admitted: &Result<Admitted, AdmitError>, next_expected: u64) -> Answer {
    ensure!(
        *admitted == Ok(Admitted::InReach) && next_expected == counter + 1,
        "counter {counter} gave {admitted:?}, and {next_expected} comes next"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_refused_or_a_window_that_stands_still_is_a_wrong_answer() {
        let mut window = ReplayWindow::new();
        let mut admit = |counter| is_admitted(counter, &window.admit(counter), window.next_expected());
        admit(0).unwrap();
        admit(1).unwrap();
        assert!(admit(1).is_err(), "a replay");
        assert!(is_admitted(5, &Ok(Admitted::InReach), 5).is_err());
    }
}
