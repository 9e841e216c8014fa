//! What a run takes out of a baseline: only a run of everything that the baseline holds may make a row vanish.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod court;

use std::path::Path;

use court::{row, run, timed_baseline};
use perfkit::{
    baselines::{AcceptError, Acceptance, Part, accept, check},
    format::{BaselineKind, Benchmark, HostRules, Outcome, Run, Verdict, config::Instrument},
};

/// A run of a clean revision.
fn measured(rows: Vec<Benchmark>, instruments: &[Instrument], rounds: u32) -> Run {
    let mut now = run(rows);
    now.provenance.revision = "abc".to_owned();
    now.provenance.rounds = rounds;
    now.provenance.selection.instruments = instruments.iter().map(|instrument| instrument.name()).collect();
    now
}

/// The rows of the baseline that `now` makes of `before`.
fn over(now: &Run, before: Vec<Benchmark>) -> Result<Vec<Benchmark>, AcceptError> {
    let mut old = timed_baseline(BaselineKind::Timed, before);
    old.rules = HostRules::of(&now.host.fingerprint);
    let acceptance = Acceptance {
        host: "here".to_owned(),
        author: "me".to_owned(),
        reason: "measured".to_owned(),
        date: "2026-06-01".to_owned(),
        machine: now.host.fingerprint.clone(),
    };
    Ok(accept(now, Part::Timed, &acceptance, Some(old))?.benchmarks)
}

fn accepted(instruments: &[Instrument], rounds: u32) -> Result<Vec<String>, AcceptError> {
    let now = measured(vec![row("queue", &[("time_ns", 2.0)])], instruments, rounds);
    let before = vec![row("queue", &[("time_ns", 1.0)]), row("send", &[("p99_ns", 1.0)])];
    Ok(over(&now, before)?.into_iter().map(|row| row.id).collect())
}

#[test]
fn a_run_without_an_instrument_leaves_what_that_instrument_said() {
    assert_eq!(accepted(&[Instrument::Time], 5).unwrap(), ["queue", "send"]);
    assert_eq!(accepted(&[Instrument::Time, Instrument::Latency], 5).unwrap(), ["queue"]);
    assert_eq!(accepted(&[], 5).unwrap(), ["queue"]);
}

#[test]
fn a_part_of_another_instruction_sets_times_does_not_mix_with_the_others() {
    let over_avx512 = |instruments: &[Instrument]| {
        let mut now = measured(vec![row("queue", &[("time_ns", 2.0)])], instruments, 5);
        now.host.isa = "x86_64-avx512".to_owned();
        over(&now, vec![row("queue", &[("time_ns", 1.0)]), row("send", &[("p99_ns", 1.0)])])
    };
    let error = over_avx512(&[Instrument::Time]).unwrap_err();
    assert!(matches!(error, AcceptError::MixedIsas { .. }), "{error}");
    assert_eq!(over_avx512(&[]).unwrap().len(), 1, "a run of everything replaces everything");
}

#[test]
fn a_few_rounds_are_not_accepted() {
    assert!(matches!(accepted(&[], 4), Err(AcceptError::FewRounds(_))));
}

#[test]
fn a_metric_that_a_whole_run_no_longer_measures_leaves_the_baseline() {
    let rows = |metrics: &[(&str, f64)]| vec![row("queue", metrics)];
    let names = |instruments: &[Instrument]| {
        let now = measured(rows(&[("time_ns", 2.0)]), instruments, 5);
        let left = over(&now, rows(&[("time_ns", 1.0), ("p99_ns", 9.0)])).unwrap().remove(0);
        left.metrics.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), ["time_ns"]);
    assert_eq!(names(&[Instrument::Time]), ["p99_ns", "time_ns"], "latency was not asked for");
}

#[test]
fn a_run_that_a_gate_could_not_tell_is_not_accepted() {
    let with = |metric: &str, outcome: Outcome| {
        let mut now = measured(vec![row("queue", &[("time_ns", 2.0)])], &[], 5);
        now.verdicts.push(Verdict::bare("queue", metric, outcome, "at most +10 %", "the rounds differ"));
        over(&now, vec![])
    };
    let error = with("time_ns", Outcome::Inconclusive).unwrap_err();
    assert!(matches!(error, AcceptError::Inconclusive { .. }), "{error}");
    assert!(error.to_string().contains("the rounds differ"), "{error}");
    assert!(with("ir", Outcome::Inconclusive).is_ok(), "a count, which is not accepted here");
    assert!(with("time_ns", Outcome::Held).is_ok());
}

#[test]
fn a_timed_baseline_without_rules_describes_no_machine() {
    let mut baseline = timed_baseline(BaselineKind::Timed, vec![row("queue", &[("time_ns", 1.0)])]);
    let problems = |baseline: &_| check(Path::new("here.json"), baseline);
    assert!(problems(&baseline)[0].contains("no machine"), "{:?}", problems(&baseline));
    baseline.rules.cores = Some(2);
    assert!(problems(&baseline).is_empty(), "{:?}", problems(&baseline));
    baseline.rules = HostRules::default();
    baseline.kind = BaselineKind::Reference;
    assert!(problems(&baseline).is_empty(), "published figures need none");
}
