//! Readers that leave early, as `perfkit … | head -1` does: no panic, the same exit code, and nothing measured is lost.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod workspace;

use std::{fs, io::pipe, process::Stdio};

use workspace::Workspace;

/// A bench whose only row is a type of 24 bytes, which needs no tool to be measured.
const BENCH: &str = r##"
// perfkit_harness
fn main() {
    if std::env::args().nth(1).as_deref() == Some("--perfkit-list") {
        println!(r#"{{"id":"session/state","role":"time","size":0,"bytes":0,"elements":1,"revision":1,"floor":null,"threads":1,"contended":false,"counted_operations":100,"modes":["size"],"struct_bytes":24}}"#);
    }
}
"##;

fn fixture() -> Workspace {
    let workspace = Workspace::new(&["time"]);
    workspace.write("benches/time.rs", BENCH);
    workspace
}

/// The exit code and what is said beside the output, which nobody reads.
fn unread(workspace: &Workspace, arguments: &[&str]) -> (i32, String) {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let output = workspace.command(arguments).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    // A panic ends with 101, a signal without a code.
    (output.status.code().unwrap_or(-1), said)
}

#[test]
fn commands_end_as_they_would_with_a_reader() {
    let workspace = fixture();
    let commands: [&[&str]; 8] = [
        &["doctor"],
        &["doctor", "--format", "json"],
        &["man"],
        &["man", "--output", "pages"],
        &["completions", "bash"],
        &["baseline", "list"],
        &["baseline", "list", "--format", "markdown"],
        &["lint", "--filter", "nothing/like/it"],
    ];
    for arguments in commands {
        let (wanted, _) = workspace.says(arguments);
        let (code, said) = unread(&workspace, arguments);
        assert_eq!(code, wanted, "{arguments:?}: {said}");
    }
}

#[test]
fn a_run_that_nobody_reads_is_stored_and_can_be_read_later() {
    let workspace = fixture();
    let (code, said) = unread(&workspace, &["run", "--instrument", "size"]);
    assert_eq!(code, 0, "{said}");
    assert!(fs::read_dir(workspace.path().join(".perfkit/runs")).unwrap().count() > 0);
    for arguments in [
        &["history"][..],
        &["export", "--format", "csv"],
        &["report", "compare"],
        &["diff", "latest", "latest"],
        &["lint"],
    ] {
        let (wanted, _) = workspace.says(arguments);
        let (code, said) = unread(&workspace, arguments);
        assert_eq!(code, wanted, "{arguments:?}: {said}");
    }
}

/// The exit code where nobody reads either output.
fn unheard(workspace: &Workspace, arguments: &[&str]) -> i32 {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let mut command = workspace.command(arguments);
    let status = command.stdout(writer.try_clone().unwrap()).stderr(writer).status().unwrap();
    status.code().unwrap_or(-1)
}

#[test]
fn what_is_said_beside_the_output_needs_no_listener_either() {
    let workspace = fixture();
    // Without a perfkit.toml a gate says that it gates nothing, and does so before it stores the run.
    for arguments in [
        &["gate", "--instrument", "size"][..],
        &["baseline", "show", "nobody"],
        &["report", "html", "--output", "page.html"],
        &["diff", "latest", "nothing"],
    ] {
        let (wanted, _) = workspace.says(arguments);
        assert_eq!(unheard(&workspace, arguments), wanted, "{arguments:?}");
    }
    assert_eq!(fs::read_dir(workspace.path().join(".perfkit/runs")).unwrap().count(), 1);
    assert!(
        workspace.json(&["history", "--format", "json"])["hosts"][0]["runs"].as_array().unwrap().len() == 2
    );
}

/// A disk that is full is no reader that left.
#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_told() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = fixture().command(&["doctor"]).stdout(full).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("perfkit: standard output: "), "{said}");
}
