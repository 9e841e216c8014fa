//! A timed suspicion fails a gate only if the base and the working tree, in turns, say so.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod protocol;
mod workspace;

use std::{fs, path::PathBuf};

use protocol::Repository;

const GATE: &str = "schema = \"perfkit.config/1\"\n[[gate]]\nselect = \"sum/small\"\nmetric = \"time_ns\"\n\
                    kind = \"relative\"\nmax_worsening = 0.03\n";

const TIMES: [&str; 4] = ["--instrument", "time", "--filter", "sum/small"];

fn with<'a>(command: &[&'a str]) -> Vec<&'a str> {
    [command, &TIMES].concat()
}

/// A repository with an accepted time of 100 ns.
fn accepted() -> Repository {
    let repository = Repository::new();
    repository.write("perfkit.toml", GATE);
    repository.commit();
    let (code, text) = repository.says(&with(&["run"]));
    assert_eq!(code, 0, "{text}");
    let accept = ["baseline", "accept", "--host", "here", "--reason", "first", "--author", "me"];
    let (code, text) = repository.says(&accept);
    assert_eq!(code, 0, "{text}");
    repository.commit();
    repository
}

/// Runs of all hosts, each with its sidecar.
fn stored_runs(repository: &Repository) -> usize {
    let hosts = fs::read_dir(repository.path().join(".perfkit/runs")).unwrap();
    let files: usize = hosts.map(|host| fs::read_dir(host.unwrap().path()).unwrap().count()).sum();
    files / 2
}

fn baseline(repository: &Repository) -> PathBuf {
    repository.path().join("baselines/here.json")
}

#[test]
fn a_slower_working_tree_is_confirmed_and_fails() {
    let repository = accepted();
    repository.edit("benches/time.rs", "const NS: f64 = 100.0", "const NS: f64 = 106.0");
    let (code, text) = repository.says(&with(&["gate"]));
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("confirmed in turns with the base: CPU time"), "{text}");
    assert!(text.contains("FAILED sum/small") && text.contains("CPU time 100 -> 106 ns"), "{text}");
    assert!(text.contains("meanwhile: ") && text.contains("load"), "{text}");
    let kept = fs::read_dir(repository.path().join(".perfkit/ab")).unwrap().next().unwrap().unwrap().path();
    let (code, text) = repository.says(&["ab", "--replay", kept.to_str().unwrap()]);
    assert_eq!(code, 1, "{text}");
}

#[test]
fn a_machine_that_drifted_is_not_the_changes_fault() {
    let repository = accepted();
    repository.edit("benches/time.rs", "const DRIFT: f64 = 1.0", "const DRIFT: f64 = 1.5");
    let (code, text) = repository.says(&with(&["gate"]));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("suspicion not confirmed: time_ns of sum/small"), "{text}");
    let (code, text) = repository.says(&with(&["gate", "--no-confirm"]));
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("suspect sum/small"), "{text}");
}

#[test]
fn the_same_code_cannot_have_changed_and_is_not_measured_again() {
    let repository = accepted();
    let text = fs::read_to_string(baseline(&repository)).unwrap();
    fs::write(baseline(&repository), text.replace("\"value\": 100.0", "\"value\": 50.0")).unwrap();
    repository.commit();
    let (code, text) = repository.says(&with(&["gate"]));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("it cannot have changed"), "{text}");
    assert_eq!(repository.rounds_taken(), 0);
}

#[test]
fn work_that_began_to_sleep_is_not_cleared_by_its_cpu_time() {
    let repository = accepted();
    repository.edit("benches/time.rs", "const DRIFT: f64 = 1.0", "const DRIFT: f64 = 10.0");
    repository.edit("benches/time.rs", "let wall = ns * 1.01", "let wall = ns * 10.0");
    let (code, text) = repository.says(&with(&["gate"]));
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("cannot tell sum/small") && text.contains("CPU time did not"), "{text}");
}

#[test]
fn a_limit_that_the_base_breaks_too_is_not_held_because_nothing_changed() {
    let repository = Repository::new();
    let limit = GATE.replace("relative", "absolute").replace("max_worsening = 0.03", "max = 90");
    repository.write("perfkit.toml", &limit);
    repository.commit();
    let (code, text) = repository.says(&with(&["gate", "--base", "HEAD"]));
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("beyond the limit in the base too"), "{text}");
}

#[test]
fn a_run_is_kept_where_confirming_it_breaks_off() {
    let repository = accepted();
    // Once both sides are built, the working tree's takes the folder of temporary files away.
    let folder = repository.path().join("target/temporary");
    fs::create_dir_all(&folder).unwrap();
    let take = format!(
        r#"if std::env::current_exe().unwrap().to_string_lossy().contains("base-target") {{
                let _ = std::fs::remove_dir_all({folder:?});
            }}
            for id in ["sum/small""#
    );
    repository.edit("benches/time.rs", "for id in [\"sum/small\"", &take);
    repository.edit("benches/time.rs", "const NS: f64 = 100.0", "const NS: f64 = 150.0");
    let before = stored_runs(&repository);
    let output = repository.command(&with(&["gate"])).env("TMPDIR", &folder).output().unwrap();
    let (code, text) = workspace::said(output);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("making a scratch folder"), "{text}");
    assert_eq!(stored_runs(&repository), before + 1, "{text}");
}

#[test]
fn gates_that_were_all_skipped_have_not_held() {
    let repository = Repository::new();
    repository.write(
        "perfkit.toml",
        &GATE.replace("relative", "absolute").replace("max_worsening = 0.03", "max = 900"),
    );
    let (code, text) = repository.says(&with(&["gate"]));
    assert_eq!(code, 0, "{text}");
    repository.edit("benches/time.rs", "\"threads\":1,", "\"threads\":100000,");
    let (code, text) = repository.says(&with(&["gate"]));
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("skipped 1") && text.contains("100000 threads"), "{text}");
}

#[test]
fn noise_is_no_pass() {
    let repository = accepted();
    repository.edit("benches/time.rs", "const NOISE: f64 = 0.002", "const NOISE: f64 = 0.9");
    repository.commit();
    repository.edit("benches/time.rs", "const DRIFT: f64 = 1.0", "const DRIFT: f64 = 1.5");
    let (code, text) = repository.says(&with(&["gate", "--base", "HEAD"]));
    assert_eq!(code, 3, "{text}");
    assert!(
        text.contains("cannot tell sum/small") && text.contains("suspected; in turns with the base"),
        "{text}"
    );
}

#[test]
fn without_a_base_to_compare_with_the_suspicion_stays_with_the_reason() {
    let repository = accepted();
    repository.edit("benches/time.rs", "const DRIFT: f64 = 1.0", "const DRIFT: f64 = 1.5");
    let (code, text) = repository.says(&with(&["gate", "--base", "no-such-revision"]));
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("suspect sum/small") && text.contains("no-such-revision"), "{text}");
    repository.edit("benches/time.rs", "const NS: f64 = 100.0", "const NS: f64 = \"x\"");
    repository.commit();
    repository.edit("benches/time.rs", "const NS: f64 = \"x\"", "const NS: f64 = 100.0");
    let (code, text) = repository.says(&with(&["gate", "--base", "HEAD"]));
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("does not build"), "{text}");
}

#[test]
fn calibration_keeps_floors_and_the_gate_reads_them() {
    let repository = accepted();
    repository.edit("benches/time.rs", "const NOISE: f64 = 0.002", "const NOISE: f64 = 0.5");
    let calibrate = ["calibrate", "--filter", "sum/small", "--rounds", "24", "--seconds", "1"];
    let (code, text) = repository.says(&calibrate);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("not gateable on this host") && text.contains("calibration/here.json"), "{text}");
    repository.edit("benches/time.rs", "const DRIFT: f64 = 1.0", "const DRIFT: f64 = 1.05");
    let (code, text) = repository.says(&[&with(&["gate"])[..], &["--format", "json"]].concat());
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("twice this host's noise floor; declared +3 %"), "{text}");
}
