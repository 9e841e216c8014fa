//! What `perfkit doctor` says of tools that are there and may not work, of a configuration that cannot be used, and of
//! the place of other revisions.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod workspace;

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::Value;
use workspace::Workspace;

/// What is found about `subject`; `perf` is a shell script in place of the real one.
fn finding(workspace: &Workspace, arguments: &[&str], perf: Option<&str>, subject: &str) -> Value {
    let mut command = workspace.command(&[&["doctor", "--format", "json"], arguments].concat());
    if let Some(script) = perf {
        let program = workspace.path().join("bin/perf");
        workspace.write("bin/perf", &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", workspace.path().join("bin").display()));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut findings = document["findings"].as_array().unwrap().iter();
    findings.find(|finding| finding["subject"] == subject).unwrap().clone()
}

#[test]
fn perf_that_may_not_count_is_missing_and_one_with_a_clock_is_limited() {
    let workspace = Workspace::new(&[]);
    let version = "[ \"$1\" = --version ] && { echo perf version 6.1; exit 0; }\n";
    let forbidden = format!("{version}echo 'access is limited' >&2; exit 255");
    let found = finding(&workspace, &[], Some(&forbidden), "perf");
    assert_eq!(found["state"], "missing", "{found}");
    assert!(found["remedy"].as_str().unwrap().contains("sysctl kernel.perf_event_paranoid=1"), "{found}");
    let clock = format!("{version}case \"$*\" in *cpu-clock:u*) exit 0 ;; esac\nexit 255");
    let found = finding(&workspace, &[], Some(&clock), "perf");
    assert_eq!(found["state"], "limited", "{found}");
    let counters = format!("{version}exit 0");
    assert_eq!(finding(&workspace, &[], Some(&counters), "perf")["state"], "good");
}

#[test]
fn a_configuration_that_cannot_be_used_is_no_missing_workspace() {
    let workspace = Workspace::new(&[]);
    workspace.write("perfkit.toml", "schema = \"perfkit.config/1\"\nbasline = \"x\"\n");
    let found = finding(&workspace, &[], None, "workspace");
    assert_eq!(found["found"], "perfkit.toml cannot be used", "{found}");
    assert!(found["remedy"].as_str().unwrap().contains("basline"), "{found}");
    workspace.write("perfkit.toml", "schema = \"perfkit.config/1\"\n");
    fs::remove_file(workspace.path().join("Cargo.toml")).unwrap();
    assert_eq!(finding(&workspace, &[], None, "workspace")["found"], "none here");
}

#[test]
fn what_earlier_versions_left_in_the_workspace_is_named_with_the_command_that_deletes_it() {
    let workspace = Workspace::new(&[]);
    let findings = || workspace.json(&["doctor", "--format", "json"])["findings"].to_string();
    assert!(!findings().contains("earlier versions"));
    workspace.write(".perfkit/worktree/src/lib.rs", "");
    workspace.write(".perfkit/base-target/built", "built");
    let found = finding(&workspace, &[], None, "earlier versions");
    assert_eq!(found["found"], "left .perfkit/worktree, .perfkit/base-target, 5 B", "{found}");
    let remedy = found["remedy"].as_str().unwrap();
    assert!(remedy.ends_with("rm -r .perfkit/worktree .perfkit/base-target; git worktree prune"), "{remedy}");
    assert!(
        workspace.path().join(".perfkit/base-target/built").exists(),
        "it is named, and deleted by nobody else"
    );
}

#[test]
fn what_was_built_of_other_revisions_is_named_and_can_be_cleared() {
    let workspace = Workspace::new(&[]);
    let found = finding(&workspace, &[], None, "other revisions");
    let words = found["found"].as_str().unwrap();
    let place = words.strip_prefix("built in ").unwrap().split(',').next().unwrap();
    assert!(place.starts_with(workspace.cache().join("perfkit").to_str().unwrap()), "{words}");
    let built = std::path::Path::new(place).join("base-target/built");
    fs::create_dir_all(built.parent().unwrap()).unwrap();
    fs::write(&built, vec![0; 3 << 20]).unwrap();
    let found = finding(&workspace, &[], None, "other revisions");
    assert!(found["found"].as_str().unwrap().contains("3072 KiB"), "{found}");
    finding(&workspace, &["--clear"], None, "other revisions");
    assert!(!built.exists());
}
