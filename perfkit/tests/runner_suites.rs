//! iai-callgrind and gungraun suites without either: a bench target plays library and runner at once, and leaves what
//! they leave. A stub crate of the library's name gives the lock file its version.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod workspace;

use std::{fs, path::Path};

use workspace::Workspace;

/// Lists two benches, leaves the summary of each, and ends as `ENDS` says.
const BENCH: &str = r##"
// gungraun
use std::{fs, path::PathBuf};

const SUMMARY: &str = r#"SUMMARY"#;

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        LISTS
        println!("suite::headline::sum_4096::n: benchmark");
        println!("suite::headline::other: benchmark\n\n0 tests, 2 benchmarks");
        return;
    }
    let home = PathBuf::from(std::env::var_os("HOME_VARIABLE").unwrap());
    let other = SUMMARY.replace("sum_4096", "other").replace("\"n\"", "null");
    for (place, text) in [("sum_4096.n", SUMMARY), ("other", other.as_str())] {
        let folder = home.join("fixture/suite/headline").join(place);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("summary.json"), text).unwrap();
    }
    fs::write(home.join("callgrind.out"), "not a summary").unwrap();
    ENDS
}
"##;

const V6: (&str, &str) = ("iai-callgrind", "IAI_CALLGRIND_HOME");
const V7: (&str, &str) = ("gungraun", "GUNGRAUN_HOME");

struct Fixture {
    workspace: Workspace,
    library: (&'static str, &'static str),
}

impl std::ops::Deref for Fixture {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.workspace
    }
}

impl Fixture {
    fn new(library: (&'static str, &'static str)) -> Self {
        let fixture = Self { workspace: Workspace::new(&[]), library };
        let name = library.0;
        fixture.manifest(&["suite"], &format!("[dev-dependencies]\n{name} = {{ path = \"{name}\" }}\n"));
        fixture.write(
            &format!("{name}/Cargo.toml"),
            &format!("[package]\nname = \"{name}\"\nversion = \"0.98.7\"\nedition = \"2024\"\n"),
        );
        fixture.write(&format!("{name}/src/lib.rs"), "");
        fixture.bench("", "");
        fixture
    }

    fn bench(&self, lists: &str, ends: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/instrument");
        let summary = match self.library == V6 {
            true => {
                fs::read_to_string(folder.join("iai-v6.jsonl")).unwrap().lines().next().unwrap().to_owned()
            }
            false => fs::read_to_string(folder.join("gungraun-v7.json")).unwrap(),
        };
        let bench = BENCH
            .replace("SUMMARY\"#", &format!("{summary}\"#"))
            .replace("HOME_VARIABLE", self.library.1)
            .replace("LISTS", lists)
            .replace("ENDS", ends);
        self.write("benches/suite.rs", &bench);
    }

    fn rows(&self, arguments: &[&str]) -> Vec<(String, f64, String, String)> {
        let (code, text) = self.says(&[&["run", "--format", "json"], arguments].concat());
        assert_eq!(code, 0, "{text}");
        let run: serde_json::Value = serde_json::from_str(&text).unwrap();
        let rows = run["benchmarks"].as_array().unwrap().iter().map(|row| {
            assert_eq!((row["package"].as_str(), row["target"].as_str()), (Some("fixture"), Some("suite")));
            let ir = &row["metrics"]["ir"];
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            (text(&row["id"]), ir["value"].as_f64().unwrap(), text(&ir["statistic"]), text(&ir["source"]))
        });
        rows.collect()
    }
}

#[test]
fn summaries_of_both_libraries_become_rows_with_a_statistic_of_their_own() {
    for library in [V6, V7] {
        let row = |id: &str| (id.to_owned(), 998_988.0, "runner".to_owned(), library.0.to_owned());
        let rows = Fixture::new(library).rows(&[]);
        assert_eq!(rows, [row("headline/other"), row("headline/sum_4096/n")]);
    }
}

#[test]
fn a_broken_limit_of_the_suite_is_no_failure_of_the_tool_and_another_code_is() {
    let fixture = Fixture::new(V7);
    fixture.bench("", "std::process::exit(3)");
    assert_eq!(fixture.rows(&[]).len(), 2);
    fixture.bench("", "eprintln!(\"valgrind broke\"); std::process::exit(1)");
    let (code, text) = fixture.says(&["run"]);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("valgrind broke"), "{text}");
}

#[test]
fn filters_pick_from_what_the_suite_lists_and_a_suite_without_it_is_not_run() {
    let fixture = Fixture::new(V7);
    let rows = fixture.rows(&["--filter", "headline/other"]);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].0, "headline/other");
    let (code, text) = fixture.says(&["run", "--filter", "headline/othr"]);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("near it are [\"headline/other\""), "{text}");
}

#[test]
fn a_library_too_old_to_list_is_run_and_selected_from_afterwards() {
    let fixture = Fixture::new(V6);
    fixture.bench("eprintln!(\"error: unexpected argument '--list'\"); std::process::exit(2);", "");
    assert_eq!(fixture.rows(&["--filter", "headline/sum_4096"]).len(), 1);
}

#[test]
fn a_missing_runner_is_skipped_with_the_command_that_installs_the_locked_version() {
    for library in [V6, V7] {
        let fixture = Fixture::new(library);
        let complain = format!(
            "eprintln!(\"Failed to run benchmarks: No such file.\\n\\nIs {}-runner installed and\"); \
             std::process::exit(1);",
            library.0
        );
        fixture.bench(&complain, "");
        let (code, text) = fixture.says(&["run"]);
        assert_eq!(code, 5, "nothing was measured: {text}");
        let command = format!("cargo install {}-runner --version 0.98.7 --locked", library.0);
        assert!(text.contains(&command), "{text}");
    }
}

#[test]
fn a_runner_of_another_version_is_skipped_with_the_same_command() {
    let fixture = Fixture::new(V7);
    fixture.bench(
        "eprintln!(\"gungraun-runner (0.98.0) is older than gungraun (0.98.7). Please\"); std::process::exit(1);",
        "",
    );
    let (code, text) = fixture.says(&["run"]);
    assert_eq!(code, 5, "nothing was measured: {text}");
    assert!(text.contains("cargo install gungraun-runner --version 0.98.7 --locked"), "{text}");
}

#[test]
fn a_runners_count_is_accepted_and_a_planted_regression_fails_the_gate() {
    if std::process::Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("left out: valgrind is not installed");
        return;
    }
    let fixture = Fixture::new(V7);
    fixture.write(".gitignore", "target\n.perfkit\nCargo.lock\n");
    let gate = "[[gate]]\nselect = \"**\"\nmetric = \"ir\"\nkind = \"relative\"\n";
    fixture.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{gate}"));
    fixture.git(&["init", "-q"]);
    fixture.commit();
    fixture.rows(&[]);
    let (code, text) = fixture.says(&["baseline", "accept", "--reason", "first", "--author", "me"]);
    assert_eq!(code, 0, "{text}");
    fixture.commit();
    let (code, text) = fixture.says(&["gate"]);
    assert_eq!(code, 0, "{text}");
    let bench = fs::read_to_string(fixture.path().join("benches/suite.rs")).unwrap();
    fixture.write("benches/suite.rs", &bench.replacen("998988", "1098988", 1));
    let (code, text) = fixture.says(&["gate"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("FAILED headline/sum_4096/n") && text.contains("ir"), "{text}");
    let renamed = bench.replace("headline::other", "headline::another").replace("\"other\"", "\"another\"");
    fixture.write("benches/suite.rs", &renamed);
    let (code, text) = fixture.says(&["gate"]);
    assert_eq!(code, 5, "{text}");
    assert!(
        text.contains("MISSING headline/other") && text.contains("renamed to headline/another"),
        "{text}"
    );
}

#[test]
fn what_a_missing_runner_leaves_uncounted_stays_accepted_and_is_named() {
    if !workspace::can_count() {
        return;
    }
    let fixture = Fixture::new(V7);
    let binary = "[[binary]]\npackage = \"fixture\"\ntarget = \"suite\"\nprofile = \"dev\"\n";
    fixture.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{binary}"));
    fixture.commit();
    let accepted = || {
        let (code, text) = fixture.says(&["run"]);
        assert_eq!(code, 0, "{text}");
        let accept = ["baseline", "accept", "--reason", "counted", "--author", "me", "--only", "counted"];
        let (code, text) = fixture.says(&accept);
        assert_eq!(code, 0, "{text}");
        text
    };
    assert!(!accepted().contains("kept"));
    let first = fixture.git(&["rev-parse", "--short=7", "HEAD"]);
    let complain = "eprintln!(\"Failed to run benchmarks: No such file.\\n\\nIs gungraun-runner installed and\"); \
                    std::process::exit(1);";
    fixture.bench(complain, "");
    fixture.commit();
    let said = accepted();
    for part in ["! kept ir of headline/sum_4096/n, as of ", first.trim(), "cargo install gungraun-runner"] {
        assert!(said.contains(part), "{said}");
    }
    let name =
        fixture.json(&["baseline", "list", "--format", "json"])[0]["name"].as_str().unwrap().to_owned();
    let (_, shown) = fixture.says(&["baseline", "show", &name]);
    assert!(shown.contains("headline/other") && shown.contains("not measured since"), "{shown}");
    assert_eq!(fixture.says(&["baseline", "verify"]).0, 0);
}

#[test]
fn lint_says_that_it_looks_at_no_such_suite_and_passes_nothing() {
    let (code, text) = Fixture::new(V7).says(&["lint"]);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("· left out: fixture::suite, a suite with a runner of its own"), "{text}");
    assert!(text.contains("✗ 0 benchmarks") && !text.contains('✓'), "{text}");
}

#[test]
fn doctor_names_the_runner_that_the_lock_file_asks_for() {
    let fixture = Fixture::new(V7);
    fixture.says(&["run"]);
    let (code, text) = fixture.says(&["doctor"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("--version 0.98.7 --locked") && !text.contains("iai-callgrind-runner"), "{text}");
}
