//! What a run takes out of a baseline: only a run of everything that the baseline holds may make a row vanish.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod court;

use court::{row, run, timed_baseline};
use perfkit::{
    baselines::{AcceptError, Acceptance, Part, accept},
    format::{BaselineKind, HostRules, Run, config::Instrument},
};

fn accepted(instruments: &[Instrument], rounds: u32) -> Result<Vec<String>, AcceptError> {
    let mut old = timed_baseline(
        BaselineKind::Timed,
        vec![row("queue", &[("time_ns", 1.0)]), row("send", &[("p99_ns", 1.0)])],
    );
    let mut now: Run = run(vec![row("queue", &[("time_ns", 2.0)])]);
    old.rules = HostRules::of(&now.host.fingerprint);
    now.provenance.revision = "abc".to_owned();
    now.provenance.rounds = rounds;
    now.provenance.selection.instruments = instruments.iter().map(|instrument| instrument.name()).collect();
    let acceptance = Acceptance {
        host: "here".to_owned(),
        author: "me".to_owned(),
        reason: "measured".to_owned(),
        date: "2026-06-01".to_owned(),
        machine: now.host.fingerprint.clone(),
    };
    let baseline = accept(&now, Part::Timed, &acceptance, Some(old))?;
    Ok(baseline.benchmarks.into_iter().map(|row| row.id).collect())
}

#[test]
fn a_run_without_an_instrument_leaves_what_that_instrument_said() {
    assert_eq!(accepted(&[Instrument::Time], 5).unwrap(), ["queue", "send"]);
    assert_eq!(accepted(&[Instrument::Time, Instrument::Latency], 5).unwrap(), ["queue"]);
    assert_eq!(accepted(&[], 5).unwrap(), ["queue"]);
}

#[test]
fn a_few_rounds_are_not_accepted() {
    assert!(matches!(accepted(&[], 4), Err(AcceptError::FewRounds(_))));
}
