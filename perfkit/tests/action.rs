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

/// Notes its arguments, one a line in brackets; `gate` ends with 1 and its run, and `report compare` writes and prints as
/// it does.
const PERFKIT: &str = r#"
for argument in "$@"; do printf '[%s]' "$argument"; done >> asked; echo >> asked
case "$*" in
    gate*) echo '{"id": "0a1b2c", "verdicts": []}'; echo "perfkit: a waiver has ended" >&2; exit 1 ;;
    *"--format text"*) echo "✗ one failed" ;;
    "report compare "*) echo "the comment" > reports/comment.md ;;
esac"#;

fn has_jq() -> bool {
    let found = Command::new("jq").arg("--version").output().is_ok();
    if !found {
        eprintln!("left out: jq is not installed");
    }
    found
}

#[test]
fn inputs_become_arguments_and_the_gates_code_an_output() {
    if !has_jq() {
        return;
    }
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
                [--instrument][count][--instrument][allocs][--base][0a1b][--quick][--format][json]";
    assert_eq!(asked.lines().next(), Some(gate));
    assert_eq!(runner.text("output"), "exit-code=1\n");
    assert!(printed.contains("✗ one failed") && printed.contains("a waiver has ended"), "{printed}");
    assert!(runner.text("summary").contains("the comment"), "{printed}");
    assert!(asked.contains("[report][compare][--run][0a1b2c][--marker][gate]"), "{asked}");
    assert!(asked.contains("[report][html]"), "{asked}");
}

#[test]
fn a_gate_that_ended_without_a_run_posts_nobody_elses() {
    // `report compare` would gladly tell of the newest run of the store.
    let gate_breaks = PERFKIT.replace("gate*) echo '{\"id\": \"0a1b2c\", \"verdicts\": []}';", "gate*)");
    let runner = Runner::with(&[("perfkit", &gate_breaks.replace("exit 1", "exit 5"))]);
    runner.run("gate.sh", &[]);
    assert_eq!(runner.text("output"), "exit-code=5\n");
    assert!(!runner.text("asked").contains("[report][compare]"), "{}", runner.text("asked"));
    let comment = runner.text("reports/comment.md");
    assert!(comment.contains("exit code 5") && comment.contains("a waiver has ended"), "{comment}");
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
    if !has_jq() {
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

/// The line of the action that makes the cache's key, run on a copy of the sources' shape.
#[test]
fn the_cached_program_is_made_again_when_any_file_of_its_sources_changes() {
    let action = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/actions/perfkit/action.yml");
    let action = fs::read_to_string(action).unwrap();
    let line = action.lines().find(|line| line.contains("echo \"sources=")).unwrap();
    let sources = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = sources.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let key = || {
        let output = Command::new("bash").args(["-c", line]).env("SOURCES", sources.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    for name in ["Cargo.lock", "Cargo.toml", "perfkit/src/lib.rs", "perfkit/src/report/script.js"] {
        write(name, "one");
    }
    let mut keys = vec![key()];
    assert!(keys[0].starts_with("sources=") && keys[0].len() > "sources=\n".len(), "{keys:?}");
    write("perfkit/target/tool/perfkit", "built");
    assert_eq!(key(), keys[0], "what was built is no source");
    for name in
        ["Cargo.lock", "perfkit/src/lib.rs", "perfkit/src/report/script.js", "perfkit/schemas/new.json"]
    {
        write(name, "two");
        keys.push(key());
    }
    let different: std::collections::BTreeSet<&String> = keys.iter().collect();
    assert_eq!(different.len(), keys.len(), "{keys:?}");
}

/// A file that a step writes into the checkout makes every later run dirty, which is never accepted.
#[test]
fn workflows_and_documents_write_nothing_into_the_checkout() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for name in [".github/workflows/perfkit.yml", ".github/workflows/ci.yml", "perfkit/docs/ci.md"] {
        let text = fs::read_to_string(root.join(name)).unwrap();
        let redirects = text.lines().filter_map(|line| line.split_once(" > ")).map(|(_, to)| to.trim());
        let inside: Vec<&str> = redirects.filter(|to| !to.starts_with("\"$")).collect();
        assert!(inside.is_empty(), "{name} writes {inside:?}");
    }
}
