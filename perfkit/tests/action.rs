//! The scripts of the GitHub action, with programs in perfkit's and gh's place that note what they were asked.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// What a runner provides, in a folder of the test's own.
struct Runner(TempDir);

impl Runner {
    /// `program` in `bin` is this shell script.
    fn with(programs: &[(&str, &str)]) -> Self {
        let runner = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(runner.path("bin")).unwrap();
        for (name, script) in programs {
            let path = runner.path("bin").join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        runner
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Run a script of the action with these inputs; what it printed.
    fn run(&self, script: &str, inputs: &[(&str, &str)]) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/actions/perfkit");
        let mut command = Command::new("bash");
        command.arg(folder.join(script)).current_dir(self.0.path());
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).env("PERFKIT_BIN", self.path("bin")).env("REPORTS", self.path("reports"));
        command.env("GITHUB_OUTPUT", self.path("output")).env("GITHUB_STEP_SUMMARY", self.path("summary"));
        command.env("GITHUB_REPOSITORY", "owner/repository").env("PULL_REQUEST", "7").env("MARKER", "gate");
        for name in ["SUITES", "FILTERS", "INSTRUMENTS", "HOST_PROFILE", "BASE", "QUICK"] {
            command.env(name, "");
        }
        let output = command.envs(inputs.iter().copied()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }
}

/// Notes its arguments, one a line in brackets; `gate` ends with 1 and writes, as `report compare` does.
const PERFKIT: &str = r#"
for argument in "$@"; do printf '[%s]' "$argument"; done >> asked; echo >> asked
case "$1 $2" in
    "gate "*) echo "one failed"; exit 1 ;;
    "report compare") echo "the comment" > reports/comment.md ;;
esac"#;

#[test]
fn inputs_become_arguments_and_the_gates_code_an_output() {
    let runner = Runner::with(&[("perfkit", PERFKIT)]);
    let inputs = [
        ("SUITES", "one\n  two words \n\n"),
        ("INSTRUMENTS", "count\nallocs\n"),
        ("BASE", "0a1b"),
        ("QUICK", "true"),
        ("FILTERS", "a/*; echo injected $(echo injected)"),
    ];
    let printed = runner.run("gate.sh", &inputs);
    let asked = runner.text("asked");
    let gate = "[gate][--suite][one][--suite][two words][--filter][a/*; echo injected $(echo injected)]\
                [--instrument][count][--instrument][allocs][--base][0a1b][--quick][--format][markdown]";
    assert_eq!(asked.lines().next(), Some(gate));
    assert_eq!(runner.text("output"), "exit-code=1\n");
    assert!(printed.contains("one failed") && runner.text("summary").contains("the comment"), "{printed}");
    assert!(asked.contains("[report][html]"), "{asked}");
}

#[test]
fn a_gate_that_measured_nothing_still_says_why() {
    let perfkit = "[ \"$1\" = gate ] && { echo 'perfkit: no such suite' >&2; exit 2; }; exit 5";
    let runner = Runner::with(&[("perfkit", perfkit)]);
    let printed = runner.run("gate.sh", &[]);
    assert_eq!(runner.text("output"), "exit-code=2\n");
    let comment = runner.text("reports/comment.md");
    assert!(comment.starts_with("<!-- perfkit:gate -->\n"), "{comment}");
    assert!(comment.contains("exit code 2") && comment.contains("no such suite"), "{comment}");
    assert!(printed.contains("::warning::"), "{printed}");
}

/// `LIST` is what the search for an earlier comment prints; everything else is noted.
const GH: &str = r#"
case "$*" in
    *--paginate*) LIST ;;
    *) echo "$*" >> asked; cat >> sent ;;
esac"#;

fn commented(list: &str) -> Runner {
    let runner = Runner::with(&[("gh", &GH.replace("LIST", list))]);
    fs::create_dir_all(runner.path("reports")).unwrap();
    fs::write(runner.path("reports/comment.md"), "<!-- perfkit:gate -->\n\"quoted\"\n").unwrap();
    runner.run("comment.sh", &[]);
    runner
}

#[test]
fn the_comment_is_posted_once_and_updated_in_place() {
    if Command::new("jq").arg("--version").output().is_err() {
        eprintln!("left out: jq is not installed");
        return;
    }
    let first = commented("true");
    assert!(
        first.text("asked").contains("POST repos/owner/repository/issues/7/comments"),
        "{}",
        first.text("asked")
    );
    let sent: serde_json::Value = serde_json::from_str(&first.text("sent")).unwrap();
    assert_eq!(sent["body"], "<!-- perfkit:gate -->\n\"quoted\"\n");
    let second = commented("echo 42");
    assert!(second.text("asked").contains("PATCH repos/owner/repository/issues/comments/42"));
}
