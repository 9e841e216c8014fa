//! perfkit by each of its names: usage, completions and manual pages.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use assert_cmd::Command;

fn says(program: &str, arguments: &[&str]) -> (i32, String) {
    let output = Command::cargo_bin(program).unwrap().args(arguments).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap(), text)
}

#[test]
fn as_a_subcommand_of_cargo_usage_lines_say_cargo_perfkit() {
    for called_by_cargo in [&["perfkit"][..], &[]] {
        let help = |arguments: &[&str]| says("cargo-perfkit", &[called_by_cargo, arguments].concat());
        let (code, text) = help(&["--help"]);
        assert!(code == 0 && text.contains("Usage: cargo perfkit "), "{text}");
        let (code, text) = help(&["run", "--help"]);
        assert!(code == 0 && text.contains("Usage: cargo perfkit run"), "{text}");
        let (code, text) = help(&["report", "release", "--help"]);
        assert!(code == 0 && text.contains("Usage: cargo perfkit report release"), "{text}");
        let (code, text) = help(&["run", "--no-such-option"]);
        assert!(code == 2 && text.contains("cargo perfkit run"), "{text}");
        let (code, text) = help(&["completions", "bash"]);
        assert!(code == 0 && text.contains("_perfkit"), "{code}");
    }
    let (_, text) = says("perfkit", &["run", "--help"]);
    assert!(text.contains("Usage: perfkit run"), "{text}");
}

#[test]
fn cargo_perfkit_has_completions_of_its_own() {
    let (code, text) = says("perfkit", &["completions", "fish", "--for", "cargo-perfkit"]);
    assert!(code == 0 && text.contains("complete -c cargo-perfkit"), "{text}");
}

#[test]
fn every_command_has_a_page_of_the_manual() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("man");
    let (code, text) = says("perfkit", &["man", "--output", path.to_str().unwrap()]);
    assert_eq!(code, 0, "{text}");
    let page = |name: &str| std::fs::read_to_string(path.join(name)).unwrap();
    assert!(page("perfkit.1").starts_with(".") && page("perfkit.1").contains("Exit codes"));
    assert!(page("perfkit-run.1").contains("quick"));
    assert!(page("perfkit-report-release.1").contains("release"));
    let (code, text) = says("perfkit", &["man", "report", "release"]);
    assert_eq!((code, text), (0, page("perfkit-report-release.1")));
    let (code, text) = says("perfkit", &["man", "reprot"]);
    assert!(code == 2 && text.contains("known are run, gate"), "{text}");
}
