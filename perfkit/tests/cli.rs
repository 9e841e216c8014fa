//! The command on workspaces that are wrong in one way each: what it says, its exit code, and that nothing is
//! half-written. The fixture's bench speaks the harness protocol without the harness, so it builds in a second.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod workspace;

use std::fs;

use assert_cmd::Command;
use workspace::{Workspace, can_count};

/// A bench target that answers `--perfkit-list` and `--perfkit-count`; `// perfkit_harness` makes perfkit drive it.
const TIME_BENCH: &str = r##"
// perfkit_harness
#[inline(never)]
pub fn perfkit_region(body: &mut dyn FnMut()) { body(); std::hint::black_box(()); }

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--perfkit-list") => {
            for id in ["sum/small", "sum/large"] {
                println!(r#"{{"id":"{id}","role":"time","size":1,"bytes":8,"elements":1,"revision":1,"floor":null,"threads":1,"contended":false,"counted_operations":50}}"#);
            }
        }
        Some("--perfkit-count") => {
            let n: u64 = arguments[3].parse().unwrap();
            let mut total = 0u64;
            perfkit_region(&mut || for i in 0..n { total = std::hint::black_box(total.wrapping_mul(3) ^ i); });
            WRONG
            println!(r#"{{"id":"x","operations":{n},"allocations":0,"reallocations":0,"bytes":0,"peak_bytes":0}}"#);
        }
        _ => std::process::exit(1),
    }
}
"##;

/// The same bench with more to do.
fn slower() -> String {
    TIME_BENCH.replace("WRONG", "").replace(
        "total.wrapping_mul(3) ^ i",
        "total.wrapping_mul(3).rotate_left(7).wrapping_add(9).swap_bytes().wrapping_mul(5) ^ i",
    )
}

struct Fixture(Workspace);

impl std::ops::Deref for Fixture {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.0
    }
}

impl Fixture {
    /// A workspace with one bench; `config` is its `perfkit.toml`.
    fn new(config: Option<&str>) -> Self {
        let fixture = Self(Workspace::new(&["time"]));
        fixture.write("benches/time.rs", &TIME_BENCH.replace("WRONG", ""));
        if let Some(config) = config {
            fixture.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{config}"));
        }
        fixture
    }

    fn stored_runs(&self) -> usize {
        let runs = self.path().join(".perfkit/runs");
        let Ok(hosts) = fs::read_dir(runs) else { return 0 };
        hosts.map(|host| fs::read_dir(host.unwrap().path()).unwrap().count()).sum()
    }
}

const COUNT: [&str; 2] = ["--instrument", "count"];

fn with<'a>(command: &[&'a str]) -> Vec<&'a str> {
    [command, &COUNT].concat()
}

const COUNTED_GATE: &str = "[[gate]]\nselect = \"**\"\nmetric = \"counted\"\nkind = \"relative\"\n";

#[test]
fn an_unknown_key_in_the_configuration_is_a_usage_error_with_its_line() {
    let fixture = Fixture::new(Some("basline = \"x\"\n"));
    let (code, text) = fixture.says(&["run"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("perfkit.toml") && text.contains("line 2") && text.contains("basline"), "{text}");
}

#[test]
fn outside_a_workspace_the_command_says_what_cargo_said() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        Command::cargo_bin("perfkit").unwrap().current_dir(folder.path()).arg("run").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("could not find `Cargo.toml`"));
}

#[test]
fn an_unknown_host_profile_lists_the_known_ones() {
    let fixture = Fixture::new(None);
    let (code, text) = fixture.says(&["run", "--host", "i9-99999X"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("i9-99999X") && text.contains("baseline accept --host"), "{text}");
}

#[test]
fn an_unknown_suite_lists_the_known_ones() {
    let fixture = Fixture::new(Some("[[suite]]\nname = \"all\"\nselect = \"**\"\n"));
    let (code, text) = fixture.says(&with(&["run", "--suite", "al"]));
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("\"all\""), "{text}");
}

#[test]
fn a_filter_that_matches_nothing_names_what_is_near_it() {
    let fixture = Fixture::new(None);
    let (code, text) = fixture.says(&with(&["run", "--filter", "sum/smal"]));
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("sum/small"), "{text}");
    assert_eq!(fixture.stored_runs(), 0);
}

#[test]
fn a_bench_that_does_not_build_is_reported_with_the_compilers_words() {
    let fixture = Fixture::new(None);
    fixture.write("benches/time.rs", "// perfkit_harness\nfn main() { let x: u8 = \"no\"; }\n");
    let (code, text) = fixture.says(&with(&["run"]));
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("mismatched types"), "{text}");
}

#[test]
fn a_wrong_answer_is_wrong_and_leaves_no_number() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(None);
    let wrong = r#"if arguments[2] == "sum/large" { eprintln!("perfkit: wrong answer from sum/large: 4 is not 5"); std::process::exit(86); }"#;
    fixture.write("benches/time.rs", &TIME_BENCH.replace("WRONG", wrong));
    let (code, text) = fixture.says(&with(&["run", "--format", "json"]));
    assert_eq!(code, 5, "{text}");
    let run: serde_json::Value = serde_json::from_str(
        text.lines().take_while(|l| !l.starts_with("perfkit:")).collect::<Vec<_>>().join("\n").as_str(),
    )
    .unwrap();
    let ids: Vec<&str> =
        run["benchmarks"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["sum/small"]);
    assert!(run["problems"][0]["message"].as_str().unwrap().contains("4 is not 5"), "{text}");
    assert_eq!(run["problems"][0]["instrument"], "count");
}

#[test]
fn a_run_document_that_is_cut_short_is_named() {
    let fixture = Fixture::new(None);
    fixture.write("cut.json", "{\"schema\": \"perfkit.run/1\", \"ho");
    let (code, text) = fixture.says(&["diff", "cut.json", "cut.json"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("cut.json") && text.contains("cut short"), "{text}");
}

#[test]
fn another_major_version_is_refused() {
    let fixture = Fixture::new(None);
    fixture.write("later.json", "{\"schema\": \"perfkit.run/2\"}");
    let (code, text) = fixture.says(&["diff", "later.json", "later.json"]);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("perfkit.run/2"), "{text}");
}

#[test]
fn a_baseline_file_of_the_wrong_schema_is_refused_before_anything_is_built() {
    let fixture = Fixture::new(None);
    fixture.write("baselines/mine.json", "{\"schema\": \"something/1\"}");
    let (code, text) = fixture.says(&with(&["run"]));
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("something/1") && !fixture.path().join("target").exists(), "{text}");
}

#[test]
fn a_gate_without_anything_to_hold_against_is_refused() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(Some(COUNTED_GATE));
    fixture.commit();
    let (code, text) = fixture.says(&with(&["gate"]));
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("--base") && text.contains("baseline accept"), "{text}");
}

#[test]
fn without_a_configuration_nothing_is_gated_and_that_is_said() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(None);
    let (code, text) = fixture.says(&with(&["gate"]));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("nothing is gated"), "{text}");
}

#[test]
fn a_dirty_tree_is_not_accepted_and_no_baseline_is_written() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(Some(COUNTED_GATE));
    fixture.commit();
    fixture.write("src/lib.rs", "// changed\n");
    fixture.says(&with(&["run"]));
    let (code, text) = fixture.says(&["baseline", "accept", "--reason", "first", "--author", "me"]);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("dirty"), "{text}");
    assert!(!fixture.path().join("baselines").exists());
}

#[test]
fn an_accepted_baseline_holds_and_a_planted_regression_fails_naming_the_metric() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(Some(COUNTED_GATE));
    fixture.commit();
    let (code, text) = fixture.says(&with(&["run"]));
    assert_eq!(code, 0, "{text}");
    let (code, text) = fixture.says(&["baseline", "accept", "--reason", "first", "--author", "me"]);
    assert_eq!(code, 0, "{text}");
    fixture.commit();
    let (code, text) = fixture.says(&with(&["gate"]));
    assert_eq!(code, 0, "{text}");
    fixture.write("benches/time.rs", &slower());
    let (code, text) = fixture.says(&with(&["gate"]));
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("FAILED sum/small") && text.contains("ir"), "{text}");
    assert_eq!(fixture.says(&["baseline", "verify"]).0, 0);
}

#[test]
fn an_accepted_id_that_is_gone_is_missing() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(Some(COUNTED_GATE));
    fixture.commit();
    fixture.says(&with(&["run"]));
    fixture.says(&["baseline", "accept", "--reason", "first", "--author", "me"]);
    fixture.write("benches/time.rs", &TIME_BENCH.replace("WRONG", "").replace(", \"sum/large\"", ""));
    let (code, text) = fixture.says(&with(&["gate"]));
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("MISSING sum/large"), "{text}");
}

#[test]
fn where_the_key_does_not_match_the_base_revision_is_counted() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(Some(COUNTED_GATE));
    fixture.commit();
    fixture.says(&with(&["run"]));
    fixture.says(&["baseline", "accept", "--reason", "first", "--author", "me"]);
    let folder = fixture.path().join("baselines");
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&file).unwrap();
    let valgrind = text.lines().find(|line| line.contains("\"valgrind\"")).unwrap().to_owned();
    fs::write(&file, text.replace(&valgrind, "    \"valgrind\": \"valgrind-0.1\"")).unwrap();
    let (code, text) = fixture.says(&with(&["gate"]));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("counted in this run") && text.contains("valgrind-0.1"), "{text}");
    let (code, text) = fixture.says(&with(&["gate", "--base", "no-such-revision"]));
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("no-such-revision"), "{text}");
}

#[test]
fn a_suite_with_a_build_of_its_own_is_not_held_against_the_default_builds_counts() {
    if !can_count() {
        return;
    }
    let suite = "[[suite]]\nname = \"own\"\nselect = \"**\"\nenv = { FIXTURE_EXTRA = \"1\" }\n";
    let fixture = Fixture::new(Some(&format!("{COUNTED_GATE}{suite}")));
    let with_extra =
        "if option_env!(\"FIXTURE_EXTRA\").is_some() { total = total.swap_bytes().wrapping_mul(5); } total =";
    fixture.edit("benches/time.rs", "for i in 0..n { total =", &format!("for i in 0..n {{ {with_extra}"));
    fixture.commit();
    fixture.says(&with(&["run"]));
    fixture.says(&["baseline", "accept", "--reason", "first", "--author", "me"]);
    fixture.commit();
    let (code, text) = fixture.says(&with(&["gate", "--suite", "own"]));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("counted in this run") && text.contains("build of its own"), "{text}");
}

#[test]
fn what_is_accepted_stays_although_no_gate_compares_with_it() {
    if !can_count() {
        return;
    }
    let config = "[[gate]]\nselect = \"**\"\nmetric = \"ir\"\nkind = \"absolute\"\nmax = 1000000\n";
    let fixture = Fixture::new(Some(config));
    fixture.commit();
    fixture.says(&with(&["run"]));
    fixture.says(&["baseline", "accept", "--reason", "first", "--author", "me"]);
    assert_eq!(fixture.says(&with(&["gate"])).0, 0);
    fixture.edit("benches/time.rs", ", \"sum/large\"", "");
    let (code, text) = fixture.says(&with(&["gate"]));
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("MISSING sum/large"), "{text}");
}

#[test]
fn a_filter_that_the_base_lacks_does_not_empty_the_base() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(Some(COUNTED_GATE));
    fixture.edit("benches/time.rs", ", \"sum/large\"", "");
    fixture.commit();
    fixture.write("benches/time.rs", &slower());
    let both = ["--filter", "sum/small", "--filter", "sum/large"];
    let (code, text) = fixture.says(&[&with(&["gate", "--base", "HEAD"])[..], &both].concat());
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("FAILED sum/small") && text.contains("sum/large"), "{text}");
    fixture.git(&["commit", "-q", "-a", "-m", "slower"]);
    let (code, text) = fixture.says(&[&["diff", "HEAD~1", "HEAD"][..], &both].concat());
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("worse") && text.contains("new"), "{text}");
    let (code, text) =
        fixture.says(&["diff", "HEAD~1", "HEAD", "--filter", "sum/small", "--filter", "sum/smal"]);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("near it are [\"sum/small\""), "{text}");
}

#[test]
fn a_base_that_was_not_counted_to_its_end_is_no_base() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(Some(COUNTED_GATE));
    let interrupt = r#"if arguments[2] == "sum/small" {
                let parent = std::os::unix::process::parent_id().to_string();
                std::process::Command::new("kill").args(["-INT", &parent]).status().unwrap();
                std::thread::sleep(std::time::Duration::from_secs(2));
            }"#;
    fixture.write("benches/time.rs", &TIME_BENCH.replace("WRONG", interrupt));
    fixture.commit();
    fixture.write("benches/time.rs", &TIME_BENCH.replace("WRONG", ""));
    let (code, text) = fixture.says(&with(&["gate", "--base", "HEAD"]));
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("interrupted while the base was counted"), "{text}");
    assert!(fixture.stored_runs() > 0, "what was measured here is kept");
}

#[test]
fn a_row_whose_tool_failed_in_the_base_is_no_pass() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(Some(COUNTED_GATE));
    let broken = "if arguments[2] == \"sum/large\" { std::process::exit(7); }";
    fixture.write("benches/time.rs", &TIME_BENCH.replace("WRONG", broken));
    fixture.commit();
    fixture.write("benches/time.rs", &TIME_BENCH.replace("WRONG", ""));
    let gate = with(&["gate", "--base", "HEAD"]);
    let (code, text) = fixture.says(&gate);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("cannot tell sum/large") && text.contains("has no number for sum/large"), "{text}");
    // The document is the run's, so the base's problems are said beside it.
    let output = fixture.perfkit(&[&gate[..], &["--format", "json"]].concat());
    let beside = String::from_utf8(output.stderr).unwrap();
    assert!(beside.contains("the base has no number for sum/large"), "{beside}");
    assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok());
}

#[test]
fn a_difference_of_two_revisions_names_the_functions_that_moved() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(None);
    fixture.commit();
    fixture.write("benches/time.rs", &slower());
    fixture.git(&["commit", "-q", "-a", "-m", "slower"]);
    let (code, text) = fixture.says(&["diff", "HEAD~1", "HEAD", "--filter", "sum/small"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("worse") && text.contains("functions that moved"), "{text}");
}

#[test]
fn a_pipe_gets_no_colour_and_no_progress() {
    let fixture = Fixture::new(None);
    let output = fixture.perfkit(&["doctor"]);
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn importing_an_unknown_measure_writes_nothing() {
    let fixture = Fixture::new(None);
    fixture.write("bad.bmf", "{\"a\": {\"cycles\": {\"value\": 1.0}}}");
    let (code, text) = fixture.says(&[
        "import",
        "--format",
        "bmf",
        "bad.bmf",
        "--name",
        "x",
        "--isa",
        "x86_64-avx2",
        "--title",
        "t",
        "--reason",
        "r",
        "--author",
        "me",
    ]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("cycles") && !fixture.path().join("baselines").exists(), "{text}");
}

#[test]
fn a_stray_folder_where_the_worktree_goes_never_touches_what_people_have() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(None);
    fixture.commit();
    let (code, text) = fixture.says(&["diff", "HEAD", "HEAD"]);
    assert_eq!(code, 0, "{text}");
    // Caches lie in home folders, and people keep those in git.
    let mine = fixture.cache().join("notes");
    fs::write(&mine, "not committed yet").unwrap();
    let made = std::process::Command::new("git").args(["init", "-q"]).arg(fixture.cache()).status().unwrap();
    assert!(made.success());
    fs::remove_dir_all(fixture.worktree()).unwrap();
    fs::create_dir_all(fixture.worktree()).unwrap();
    let (code, text) = fixture.says(&["diff", "HEAD", "HEAD"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(fs::read_to_string(mine).unwrap(), "not committed yet");
}

#[test]
fn a_run_never_makes_the_tree_dirty() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(Some(COUNTED_GATE));
    fixture.write(".gitignore", "target\nCargo.lock\n");
    fixture.commit();
    fixture.says(&with(&["run"]));
    fixture.says(&with(&["run"]));
    let (code, text) = fixture.says(&["baseline", "accept", "--reason", "first", "--author", "me"]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_benchmark_that_the_base_lacks_is_new_and_does_not_fail_the_gate() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(Some(COUNTED_GATE));
    fixture.write("benches/time.rs", &TIME_BENCH.replace("WRONG", "").replace(", \"sum/large\"", ""));
    fixture.commit();
    fixture.write("benches/time.rs", &TIME_BENCH.replace("WRONG", ""));
    let (code, text) = fixture.says(&with(&["gate", "--base", "HEAD"]));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("new 4") && text.contains("sum/large"), "{text}");
    let (_, comment) = fixture.says(&["report", "compare"]);
    assert!(comment.contains("counted with AFTER (--base)"), "the run knows its base: {comment}");
}

#[test]
fn a_gate_that_can_judge_nothing_has_not_held() {
    if !can_count() {
        return;
    }
    let config = "[[gate]]\nselect = \"**\"\nmetric = \"allocs_per_op\"\nkind = \"absolute\"\nmax = 0\n";
    let fixture = Fixture::new(Some(config));
    let (code, text) = fixture.says(&with(&["gate"]));
    assert_eq!(code, 5, "{text}");
}

#[test]
fn verifying_nothing_verifies_nothing() {
    let (code, text) = Fixture::new(None).says(&["baseline", "verify"]);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("no baseline in baselines"), "{text}");
}

#[test]
fn a_waiver_whose_end_is_no_date_is_refused() {
    let config = "[[waiver]]\nid = \"w\"\nselect = \"a\"\nmetric = \"ir\"\nmax_worsening = 0.1\nreason = \"r\"\n\
                  cause = \"c@1\"\nowner = \"o\"\ncreated = \"2026-01-01\"\nexpires = \"31.12.2026\"\n";
    let (code, text) = Fixture::new(Some(config)).says(&["run"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("expires") && text.contains("31.12.2026"), "{text}");
}

#[test]
fn counting_one_instrument_leaves_the_others_accepted_numbers() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(Some(COUNTED_GATE));
    fixture.commit();
    fixture.says(&with(&["run"]));
    fixture.says(&["baseline", "accept", "--reason", "first", "--author", "me"]);
    let folder = fixture.path().join("baselines");
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let mut baseline: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let allocs = serde_json::json!({
        "value": 0.0, "unit": "allocations/op", "better": "less", "class": "counted",
        "statistic": "exact", "source": "allocator",
    });
    baseline["benchmarks"][0]["metrics"]["allocs_per_op"] = allocs.clone();
    fs::write(&file, baseline.to_string()).unwrap();
    fixture.commit();
    fixture.says(&with(&["run"]));
    let (code, text) = fixture.says(&["baseline", "accept", "--reason", "again", "--author", "me"]);
    assert_eq!(code, 0, "{text}");
    let after: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(after["benchmarks"][0]["metrics"]["allocs_per_op"]["value"], allocs["value"]);
}

#[test]
fn a_run_of_nothing_is_shown_and_not_stored() {
    let fixture = Fixture::new(None);
    fixture.write("benches/time.rs", "// perfkit_harness\nfn main() { let broken: u8 = \"no\"; }\n");
    for command in ["run", "gate"] {
        let (code, text) = fixture.says(&[command, "--instrument", "size"]);
        assert_eq!(code, 5, "{text}");
        assert!(text.contains("mismatched types") && !text.contains("stored as"), "{text}");
        assert_eq!(fixture.stored_runs(), 0, "{command}");
    }
}
