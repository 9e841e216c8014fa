//! The verdict replayed on real rounds: a slice of a corpus that was recorded beside two busy processes on two cores that
//! also built software, which is as loud as machines get.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use perfkit::{
    ab::{Change, Rates, Rule, Truth, judge, replay, replay_sequential},
    format::{Corpus, Rounds},
    self_test::planted::{BASE, SAME},
};

const SLOW: &str = "self-test/slow";

/// Replays of each kind: enough to tell never from often.
const TRIALS: u64 = 30;

fn corpus(other: &str) -> Rounds {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/verdict/corpus-loaded.json");
    Corpus::read(&path).unwrap().comparison(BASE, other).unwrap()
}

fn replayed(other: &str, truth: Truth) -> Rates {
    let rates = replay(&corpus(other), &Rule::default(), truth, TRIALS).unwrap();
    assert_eq!(rates.worse + rates.better + rates.unchanged + rates.cannot_tell, TRIALS);
    rates
}

#[test]
fn under_load_the_same_program_twice_raises_no_alarm() {
    let rates = replayed(SAME, Truth::Same);
    assert_eq!(rates.wrong(Truth::Same), 0, "{rates:?}");
    assert!(rates.cannot_tell <= TRIALS / 5, "{rates:?}");
}

#[test]
fn under_load_a_slower_program_is_never_called_better_or_unchanged_and_mostly_found() {
    let rates = replayed(SLOW, Truth::Slower);
    assert_eq!((rates.better, rates.unchanged), (0, 0), "{rates:?}");
    assert!(rates.cannot_tell <= TRIALS / 5, "{rates:?}");
}

#[test]
fn a_threshold_on_sequential_runs_of_the_same_rounds_gets_it_wrong() {
    let rates = replay_sequential(&corpus(SAME), &Rule::default(), 0.10, Truth::Same, 1000).unwrap();
    assert!(rates.share(rates.wrong(Truth::Same)) > 0.2, "{rates:?}");
}

#[test]
fn all_rounds_together_tell() {
    let verdict = |other: &str| {
        let rounds = corpus(other);
        let rule = Rule::default().with_first_look(rounds.rounds.len());
        judge(&rounds, &rule).verdict
    };
    assert_eq!((verdict(SAME), verdict(SLOW)), (Change::Unchanged, Change::Worse));
}

#[test]
fn a_corpus_shorter_than_the_last_look_replays_nothing() {
    let mut short = corpus(SAME);
    short.rounds.truncate(Rule::default().last_look() - 1);
    assert_eq!(replay(&short, &Rule::default(), Truth::Same, TRIALS), None);
    short.rounds.clear();
    assert_eq!(replay_sequential(&short, &Rule::default(), 0.1, Truth::Same, TRIALS), None);
}

#[test]
fn a_judge_that_alarms_is_seen_by_the_rates() {
    // The slower program declared to be the same one: whatever is found is an alarm.
    let rates = replay(&corpus(SLOW), &Rule::default(), Truth::Same, TRIALS).unwrap();
    assert!(rates.wrong(Truth::Same) > TRIALS / 3, "{rates:?}");
}
