//! The self-test is tested: it passes with the real judges, and fails with a judge that never speaks, one that always
//! does, and one that is deaf to a metric. Then the command itself, on this machine.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod noise;

use std::collections::BTreeMap;

use assert_cmd::Command;
use noise::Recording;
use perfkit::{
    ab::{Change, Judgement, Rule, judge_all},
    compare::{self, State, compare},
    format::{Benchmark, Metric, Rounds, metric_info},
    instrument::InstrumentError,
    self_test::{
        Answer, Answered, Evidence, Judges, Shows, answers,
        planted::{BASE, PLANTED, SAME},
    },
};
use serde_json::Value;

/// What a quiet machine with valgrind measures.
fn evidence() -> Evidence {
    let rounds = [(SAME, 1.0), ("self-test/slow", 1.05)];
    let rounds = rounds.map(|(id, factor)| (id, Ok(Recording::new(id, 20).b_slower(factor).rounds())));
    let base = [
        ("ir", 12_000.0),
        ("allocs_per_op", 0.0),
        ("locked_ops", 0.0),
        ("syscalls", 0.0),
        ("bytes_copied", 0.0),
    ];
    let row = |id: &'static str| {
        let mut row = Benchmark::new(id);
        for (name, value) in base {
            row.metrics.insert(
                name.to_owned(),
                Metric::new(metric_info(name).unwrap(), value, "exact", "callgrind"),
            );
        }
        row
    };
    let mut counts: BTreeMap<&'static str, Result<Benchmark, InstrumentError>> = BTreeMap::new();
    counts.insert(BASE, Ok(row(BASE)));
    counts.insert(SAME, Ok(row(SAME)));
    for defect in PLANTED {
        if let Shows::InCount(name) = defect.shows {
            let mut row = row(defect.id);
            let metric = row.metrics.get_mut(name).unwrap();
            metric.value = if name == "ir" { metric.value * 1.01 } else { metric.value + 1.0 };
            counts.insert(defect.id, Ok(row));
        }
    }
    Evidence { rounds: rounds.into_iter().collect(), counts }
}

fn of(answered: &[Answered], id: &str) -> Vec<Answer> {
    answered.iter().filter(|one| one.id == id).map(|one| one.answer).collect()
}

#[test]
fn with_the_real_judges_everything_planted_is_found_and_the_rest_is_silent() {
    let answered = answers(&evidence(), &Judges::default());
    assert_eq!(answered.len(), PLANTED.len() + 2);
    assert_eq!(of(&answered, SAME), [Answer::Silent, Answer::Silent]);
    for defect in PLANTED {
        assert_eq!(of(&answered, defect.id), [Answer::Found], "{}", defect.what);
    }
}

fn always(family: &[(&Rounds, Rule)], verdict: Change) -> Vec<Judgement> {
    judge_all(family).into_iter().map(|judgement| Judgement { verdict, ..judgement }).collect()
}

#[test]
fn a_judge_of_times_that_always_says_unchanged_fails_the_self_test() {
    let blind = Judges { timed: |family| always(family, Change::Unchanged), ..Judges::default() };
    let answered = answers(&evidence(), &blind);
    assert_eq!(of(&answered, "self-test/slow"), [Answer::NotFound]);
    assert_eq!(of(&answered, SAME), [Answer::Silent, Answer::Silent]);
}

#[test]
fn a_judge_of_times_that_always_alarms_fails_the_self_test() {
    for verdict in [Change::Worse, Change::Better] {
        let answered = match verdict {
            Change::Worse => {
                let judges = Judges { timed: |family| always(family, Change::Worse), ..Judges::default() };
                answers(&evidence(), &judges)
            }
            _ => {
                let judges = Judges { timed: |family| always(family, Change::Better), ..Judges::default() };
                answers(&evidence(), &judges)
            }
        };
        assert_eq!(of(&answered, SAME), [Answer::Alarm, Answer::Silent]);
    }
}

#[test]
fn a_judge_that_leaves_benchmarks_out_fails_the_self_test() {
    let silent = Judges { timed: |_| Vec::new(), counted: |_, _| Vec::new() };
    let answered = answers(&evidence(), &silent);
    for defect in PLANTED {
        assert_eq!(of(&answered, defect.id), [Answer::NotFound], "{}", defect.what);
    }
}

fn with_state(before: &[Benchmark], after: &[Benchmark], state: State) -> Vec<compare::Change> {
    compare(before, after).into_iter().map(|change| compare::Change { state, ..change }).collect()
}

#[test]
fn judges_of_counts_with_defects_fail_the_self_test() {
    let blind = Judges { counted: |a, b| with_state(a, b, State::Same), ..Judges::default() };
    let answered = answers(&evidence(), &blind);
    for defect in PLANTED.iter().filter(|defect| defect.shows != Shows::InTime) {
        assert_eq!(of(&answered, defect.id), [Answer::NotFound], "{}", defect.what);
    }
    let alarmed = Judges { counted: |a, b| with_state(a, b, State::Worse), ..Judges::default() };
    assert_eq!(of(&answers(&evidence(), &alarmed), SAME), [Answer::Silent, Answer::Alarm]);
}

#[test]
fn what_the_machine_lacks_is_skipped_and_what_breaks_has_failed() {
    let mut evidence = evidence();
    for row in evidence.counts.values_mut().filter_map(|row| row.as_mut().ok()) {
        row.metrics.retain(|name, _| name == "allocs_per_op");
    }
    evidence
        .rounds
        .insert("self-test/slow", Err(InstrumentError::WrongAnswer("self-test/slow: 3".to_owned())));
    let answered = answers(&evidence, &Judges::default());
    assert_eq!(of(&answered, "self-test/heap"), [Answer::Found]);
    assert_eq!(of(&answered, "self-test/lock"), [Answer::Skipped]);
    assert_eq!(of(&answered, "self-test/slow"), [Answer::Failed]);
}

#[test]
fn on_this_machine_the_command_answers_every_question() {
    let output = Command::cargo_bin("perfkit")
        .unwrap()
        .args(["self-test", "--seconds", "1", "--format", "json"])
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema: Value = serde_json::from_str(include_str!("../schemas/self-test.schema.json")).unwrap();
    if let Err(error) = jsonschema::draft202012::new(&schema).unwrap().validate(&document) {
        panic!("{error} at {}", error.instance_path());
    }
    let answers = document["answers"].as_array().unwrap();
    assert_eq!(answers.len(), PLANTED.len() + 2);
    for answer in answers {
        // Times on a machine that builds and tests at once prove nothing either way; counts do.
        let of_times = answer["what"].as_str().unwrap().contains("times") || answer["id"] == "self-test/slow";
        let word = answer["answer"].as_str().unwrap();
        assert!(of_times || ["found", "silent", "skipped"].contains(&word), "{answer}");
    }
    assert!(output.status.code().is_some_and(|code| [0, 1, 3].contains(&code)), "{output:?}");
}
