//! What a run takes out of a baseline: only a run of everything that the baseline holds may make a row vanish.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod court;

use std::path::Path;

use court::{Court, problem, row, run, timed_baseline};
use perfkit::{
    baselines::{AcceptError, Acceptance, Part, accept, check},
    format::{
        Baseline, BaselineKind, Benchmark, CountedKey, HostRules, Outcome, ProblemKind, Run, Verdict,
        config::Instrument,
    },
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
    Ok(accept(now, Part::Timed, &acceptance(now), Some(old))?.benchmarks)
}

fn acceptance(now: &Run) -> Acceptance {
    Acceptance {
        host: "here".to_owned(),
        author: "me".to_owned(),
        reason: "measured".to_owned(),
        date: "2026-06-01".to_owned(),
        machine: now.host.fingerprint.clone(),
    }
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

/// A run whose host has no runner for the suite that `suite/one` is in.
fn without_runner(rows: Vec<Benchmark>) -> Run {
    let mut now = measured(rows, &[], 5);
    now.toolchain.valgrind = Some("valgrind-3.25.1".to_owned());
    now.problems.push(problem("p::suite", ProblemKind::Skipped, Some(Instrument::Count)));
    now
}

/// The counted baseline of `revision` that `now` goes over; it holds `suite/one` of the suite and `gone`.
fn counted_before(now: &Run, revision: &str) -> Baseline {
    let mut of_suite = row("suite/one", &[("ir", 7.0)]);
    (of_suite.package, of_suite.target) = ("p".to_owned(), "suite".to_owned());
    let mut old = timed_baseline(
        BaselineKind::Counted,
        vec![row("gone", &[("ir", 1.0)]), row("queue", &[("ir", 1.0)]), of_suite],
    );
    old.key = CountedKey::of(&now.toolchain);
    revision.clone_into(&mut old.acceptance.revision);
    old
}

#[test]
fn what_the_host_could_not_measure_stays_and_says_of_which_revision_it_is() {
    let now = without_runner(vec![row("queue", &[("ir", 2.0)])]);
    let first = accept(&now, Part::Counted, &acceptance(&now), Some(counted_before(&now, "older"))).unwrap();
    let ids: Vec<&str> = first.benchmarks.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["queue", "suite/one"], "what is gone is gone");
    let ir = |baseline: &Baseline| baseline.live("suite/one").unwrap().metrics["ir"].clone();
    let kept = ir(&first).kept.unwrap();
    assert_eq!((kept.revision.as_str(), kept.reason.as_str()), ("older", "it says why"));
    let again = accept(&now, Part::Counted, &acceptance(&now), Some(first)).unwrap();
    assert_eq!(ir(&again).kept, Some(kept), "it is of the same revision still");
    let mut whole = without_runner(vec![row("queue", &[("ir", 2.0)]), row("suite/one", &[("ir", 8.0)])]);
    whole.problems.clear();
    let measured = accept(&whole, Part::Counted, &acceptance(&whole), Some(again)).unwrap();
    assert_eq!((ir(&measured).value, ir(&measured).kept), (8.0, None));
}

#[test]
fn what_the_host_could_not_measure_does_not_stand_beside_counts_of_another_toolchain() {
    let now = without_runner(vec![row("queue", &[("ir", 2.0)])]);
    let mut old = counted_before(&now, "older");
    old.key.as_mut().unwrap().rustc = "rustc 1.0.0".to_owned();
    let error = accept(&now, Part::Counted, &acceptance(&now), Some(old.clone())).unwrap_err();
    assert!(matches!(error, AcceptError::Unmeasured { .. }), "{error}");
    let words = error.to_string();
    for part in ["ir of suite/one", "it says why", "rustc 1.0.0"] {
        assert!(words.contains(part), "{words}");
    }
    old.benchmarks.retain(|row| row.id != "suite/one");
    assert!(
        accept(&now, Part::Counted, &acceptance(&now), Some(old)).is_ok(),
        "nothing of it is left behind"
    );
}

#[test]
fn a_gate_says_why_what_is_accepted_cannot_be_measured_here() {
    let gate = "[[gate]]\nselect = \"**\"\nmetric = \"counted\"\nkind = \"relative\"\n";
    let mut court = Court::new(gate, vec![row("b", &[("ir", 5.0)])], vec![row("a", &[("ir", 1.0)])]);
    court.run.problems.push(problem("a", ProblemKind::Skipped, Some(Instrument::Count)));
    let verdicts = court.judge().verdicts;
    let missing = verdicts.iter().find(|verdict| verdict.id == "a").unwrap();
    assert_eq!(missing.outcome, Outcome::Missing);
    assert!(missing.note.ends_with("cannot be measured here: it says why"), "{}", missing.note);
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

/// A run of the suite `own`, which has a build of its own.
fn of_own_build(rows: Vec<Benchmark>, filters: &[&str]) -> Run {
    let mut now = measured(rows, &[], 5);
    now.toolchain.variant = "own".to_owned();
    now.toolchain.valgrind = Some("valgrind-3.25.1".to_owned());
    now.provenance.selection.suites = vec!["own".to_owned()];
    now.provenance.selection.filters = filters.iter().map(|filter| (*filter).to_owned()).collect();
    now
}

#[test]
fn a_build_of_its_own_goes_into_baselines_of_its_own() {
    let rows = || vec![row("queue", &[("time_ns", 2.0), ("ir", 3.0)])];
    let now = of_own_build(rows(), &[]);
    for (part, name) in [(Part::Timed, "here-own"), (Part::Counted, "counted-x86_64-avx2-own")] {
        assert_eq!(part.baseline_name(&now, &acceptance(&now)), name);
        let accepted = accept(&now, part, &acceptance(&now), None).unwrap();
        assert_eq!((accepted.name.as_str(), accepted.variant.as_str()), (name, "own"));
        assert_eq!(accepted.profile(), name.strip_suffix("-own").unwrap());
        assert_eq!(check(Path::new(&format!("{name}.json")), &accepted), [""; 0]);

        let mut other = accepted.clone();
        other.variant = "other".to_owned();
        let error = accept(&now, part, &acceptance(&now), Some(other.clone())).unwrap_err();
        assert!(matches!(error, AcceptError::MixedBuilds { .. }), "{error}");
        let problems = check(Path::new(&format!("{name}.json")), &other);
        assert!(problems[0].contains("the build of suite other"), "{problems:?}");
    }
    let default = measured(rows(), &[], 5);
    let accepted = accept(&default, Part::Timed, &acceptance(&default), None).unwrap();
    assert_eq!((accepted.name.as_str(), accepted.variant.as_str()), ("here", ""));
}

#[test]
fn of_a_build_of_its_own_a_run_of_its_suite_is_everything() {
    let rows = |ids: &[&str]| ids.iter().map(|id| row(id, &[("time_ns", 2.0)])).collect::<Vec<_>>();
    let both = of_own_build(rows(&["gone", "queue"]), &[]);
    let before = accept(&both, Part::Timed, &acceptance(&both), None).unwrap();
    let left = |filters: &[&str]| {
        let now = of_own_build(rows(&["queue"]), filters);
        accept(&now, Part::Timed, &acceptance(&now), Some(before.clone())).unwrap().benchmarks.len()
    };
    assert_eq!(left(&["queue"]), 2, "a filtered run leaves what it did not measure");
    assert_eq!(left(&[]), 1, "what the suite no longer measures leaves");
}
