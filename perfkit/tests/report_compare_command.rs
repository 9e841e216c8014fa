//! `perfkit report compare`: which sides it finds, what it refuses, and what was taken back.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod comparisons;
mod samples;

use std::{fs, process::Output};

use assert_cmd::Command;
use comparisons::{after, before, compared, functions, quiet};
use perfkit::{
    format::{Outcome, Run, RunInvalidation, document::write_document, invalidation::INVALIDATION_SCHEMA},
    report::compare::{Before, compare_run},
    store::{RunName, SAMPLES_SCHEMA, Samples, Store},
};

/// A workspace with two stored runs and no baseline.
fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("Cargo.toml"),
        "[package]\nname = \"x\"\nversion = \"0.0.0\"\n[workspace]\n",
    )
    .unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/lib.rs"), "").unwrap();
    let store = Store::new(&folder.path().join(".perfkit"));
    let mut later = after();
    later.provenance.started = "2026-03-06T10:11:12Z".to_owned();
    for run in [before(), later] {
        let run = samples::of_this_host(run);
        store.save(&run, &Samples { schema: "perfkit.samples/1".to_owned(), ..Samples::default() }).unwrap();
    }
    folder
}

fn perfkit(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("perfkit").unwrap();
    command.current_dir(folder.path()).args(["report", "compare"]).args(arguments).output().unwrap()
}

#[test]
fn the_command_falls_back_to_the_run_before() {
    let folder = workspace();
    let output = perfkit(&folder, &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("`run bbbbbb (1f0c2ab)` against `run aaaaaa (1f0c2ab)`"), "{text}");
    assert!(text.contains("no baseline fits"), "{text}");
    let named = perfkit(&folder, &["aaaaaa", "bbbbbb", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&named.stdout).unwrap();
    assert_eq!(document["schema"], "perfkit.compare/1");
    assert_eq!(document["headline"]["word"], "WORSE");
}

#[test]
fn wrong_names_and_markers_are_usage_errors() {
    let folder = workspace();
    for arguments in
        [vec!["nowhere"], vec!["--marker", "a--><b>"], vec!["--marker", ""], vec!["--run", "nowhere"]]
    {
        let output = perfkit(&folder, &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_planted_regression_is_found_and_an_equal_run_is_silent() {
    let comparison = compared(&before(), &before());
    assert!(comparison.rows.is_empty() && comparison.headline.glyph == '✓', "{comparison:?}");
    let mut planted = before();
    planted.benchmarks[0].metrics.get_mut("allocs_per_op").unwrap().value = 0.1;
    let comparison = compared(&before(), &planted);
    assert_eq!((comparison.rows.len(), comparison.headline.glyph), (1, '✗'), "{comparison:?}");
    let mut gated = before();
    gated.verdicts = samples::verdicts();
    gated.verdicts.retain(|verdict| verdict.outcome == Outcome::Held);
    let held = compare_run(&Before::fitting(&[], &gated), &gated, &Samples::default());
    assert_eq!(held.headline.word, "held");
}

/// Take a stored run back, or the rows of it that these patterns select.
fn invalidate(folder: &tempfile::TempDir, run: &Run, select: &[&str]) {
    let taken_back = RunInvalidation {
        schema: INVALIDATION_SCHEMA.to_owned(),
        run: RunName::of(run).stem().to_owned(),
        select: select.iter().map(|pattern| (*pattern).to_owned()).collect(),
        reason: "measured one shard".to_owned(),
        author: "A. Author".to_owned(),
        date: "2026-03-09".to_owned(),
        extra: Default::default(),
    };
    Store::new(&folder.path().join(".perfkit")).invalidate(&taken_back).unwrap();
}

#[test]
fn the_command_opens_the_ledger() {
    let folder = workspace();
    let mut newest = samples::of_this_host(after());
    newest.id = "cccccc".to_owned();
    newest.provenance.started = "2026-03-07T10:11:12Z".to_owned();
    let store = Store::new(&folder.path().join(".perfkit"));
    store.save(&newest, &Samples { schema: SAMPLES_SCHEMA.to_owned(), ..Samples::default() }).unwrap();
    let text = |arguments: &[&str]| String::from_utf8(perfkit(&folder, arguments).stdout).unwrap();
    assert!(text(&[]).contains("against `run bbbbbb (1f0c2ab)`"));
    // A run that was taken back as a whole is no run before this one.
    let mut whole = after();
    whole.provenance.started = "2026-03-06T10:11:12Z".to_owned();
    invalidate(&folder, &whole, &[]);
    assert!(text(&[]).contains("against `run aaaaaa (1f0c2ab)`"), "{}", text(&[]));
    assert!(text(&["aaaaaa", "cccccc"]).contains("| `seal/64` | instr |"));
    invalidate(&folder, &newest, &["seal/64"]);
    let partly = text(&["aaaaaa", "cccccc"]);
    assert!(!partly.contains("| `seal/64` |") && partly.contains("| `open/64` | instr |"), "{partly}");
    assert!(partly.contains("AFTER: seal/64: taken back and not compared: measured one shard"), "{partly}");
}

#[test]
fn functions_of_a_baseline_that_does_not_fit_explain_nothing() {
    let folder = workspace();
    let store = Store::new(&folder.path().join(".perfkit"));
    let row = |ir: f64| vec![samples::row("net_encryption/encrypt/64", &[("ir", ir, "exact")])];
    let costs = |ir: f64| {
        let samples = functions("net_encryption/encrypt/64", &[("seal::build", ir)]);
        Samples { schema: SAMPLES_SCHEMA.to_owned(), ..samples }
    };
    let mut accepted = samples::of_this_host(quiet("0a1b2c", row(1412.0)));
    accepted.provenance.started = "2026-03-01T10:11:12Z".to_owned();
    store.save(&accepted, &costs(1412.0)).unwrap();
    let mut gated = samples::of_this_host(quiet("dddddd", row(1500.0)));
    gated.provenance.started = "2026-03-08T10:11:12Z".to_owned();
    gated.verdicts = samples::verdicts();
    gated.verdicts.retain(|verdict| verdict.metric == "ir" && verdict.outcome == Outcome::Failed);
    store.save(&gated, &costs(1500.0)).unwrap();

    fs::create_dir(folder.path().join("baselines")).unwrap();
    let path = folder.path().join("baselines/counted-x86_64-avx2.json");
    let mut baseline = samples::counted();
    write_document(&path, &baseline).unwrap();
    let text = || String::from_utf8(perfkit(&folder, &[]).stdout).unwrap();
    assert!(text().contains("`seal::build` | 1412 | 1500 |"), "{}", text());
    baseline.key.as_mut().unwrap().rustc = "rustc 1.80.0".to_owned();
    write_document(&path, &baseline).unwrap();
    let other = text();
    assert!(!other.contains("seal::build") && other.contains("is left out: rustc is"), "{other}");
}
