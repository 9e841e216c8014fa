//! `perfkit ab` on small repositories whose bench speaks the harness protocol without the harness: it builds in a
//! second and takes exactly the time that its source says.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod protocol;
mod workspace;

use protocol::Repository;
use serde_json::Value;
use workspace::can_count;

const QUICK: [&str; 4] = ["--rounds", "12", "--seconds", "1"];

fn ab<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["ab"], arguments, &QUICK].concat()
}

fn report(repository: &Repository, arguments: &[&str]) -> (i32, Value) {
    let (code, text) = repository.prints(&[&ab(arguments)[..], &["--format", "json"]].concat());
    (code, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
}

fn finding<'a>(report: &'a Value, id: &str) -> &'a str {
    let rows = report["benchmarks"].as_array().unwrap();
    let row = rows.iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("{id} is not in {report}"));
    row["finding"].as_str().unwrap()
}

#[test]
fn a_comment_cannot_have_changed_anything_and_is_not_measured() {
    let repository = Repository::new();
    repository.edit("benches/time.rs", "fn main()", "// A comment.\n// Another.\nfn main()");
    let (code, report) = report(&repository, &["HEAD", "--no-counts"]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(finding(&report, "sum/small"), "cannot-have-changed");
    assert_eq!(repository.rounds_taken(), 0);
    assert_eq!((&report["a"]["dirty"], &report["b"]["dirty"]), (&Value::Bool(false), &Value::Bool(true)));
}

#[test]
fn a_slower_commit_is_worse_and_recorded_rounds_say_so_again() {
    let repository = Repository::new();
    repository.edit("benches/time.rs", "const NS: f64 = 100.0", "const NS: f64 = 105.0");
    repository.commit();
    let recorded = repository.path().join("rounds.jsonl");
    let record = ["--record", recorded.to_str().unwrap()];
    let (code, text) = repository.says(&[&ab(&["HEAD~1", "HEAD", "--no-counts"])[..], &record].concat());
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("WORSE sum/small") && text.contains("CPU time") && text.contains("wall time"),
        "{text}"
    );
    let (code, text) = repository.says(&["ab", "--replay", record[1]]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("WORSE sum/small") && text.contains("WORSE sum/large"), "{text}");
    let (code, text) = repository.says(&["ab", "--replay", record[1], "--max-worsening", "10%"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("unchanged sum/small"), "{text}");
}

#[test]
fn a_faster_working_tree_is_better_than_its_commit() {
    let repository = Repository::new();
    repository.edit("benches/time.rs", "const NS: f64 = 100.0", "const NS: f64 = 90.0");
    let status = repository.git(&["status", "--porcelain"]);
    let (code, report) = report(&repository, &["HEAD", "--no-counts"]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(finding(&report, "sum/large"), "better");
    assert_eq!(repository.git(&["status", "--porcelain"]), status);
}

#[test]
fn an_untracked_file_belongs_to_the_working_tree() {
    let repository = Repository::new();
    repository.write("src/slower.rs", "pub const NS: f64 = 105.0;\n");
    repository.write("src/lib.rs", "pub mod slower;\n");
    repository.edit("benches/time.rs", "const NS: f64 = 100.0", "const NS: f64 = fixture::slower::NS");
    let (code, report) = report(&repository, &["HEAD", "--no-counts", "--filter", "sum/small"]);
    assert_eq!(code, 1, "{report}");
}

#[test]
fn noisy_sides_cannot_be_told_apart_and_it_says_why() {
    let repository = Repository::new();
    repository.edit("benches/time.rs", "const NOISE: f64 = 0.002", "const NOISE: f64 = 0.9");
    repository.commit();
    repository.edit("benches/time.rs", "const SALT: u64 = 1", "const SALT: u64 = 2");
    let (code, text) = repository.says(&ab(&["HEAD", "--no-counts", "--filter", "sum/small"]));
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("cannot tell sum/small"), "{text}");
    assert!(text.contains("the interval from") || text.contains("spread over"), "{text}");
}

#[test]
fn the_same_time_by_other_code_is_unchanged() {
    let repository = Repository::new();
    repository.edit("benches/time.rs", "const SALT: u64 = 1", "const SALT: u64 = 2");
    let (code, report) = report(&repository, &["HEAD", "--no-counts"]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(finding(&report, "sum/small"), "unchanged");
    assert!(repository.rounds_taken() > 0);
}

#[test]
fn a_suites_build_is_recorded_as_its_own() {
    let repository = Repository::new();
    let suite = "[[suite]]\nname = \"own\"\nselect = \"**\"\nenv = { RUSTFLAGS = \"--cfg own\" }\n";
    repository.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{suite}"));
    let (code, report) = report(&repository, &["HEAD", "--no-counts", "--suite", "own"]);
    assert_eq!(code, 0, "{report}");
    let toolchain = &report["toolchain"];
    assert_eq!((&toolchain["variant"], &toolchain["rustflags"]), (&"own".into(), &"--cfg own".into()));
}

#[test]
fn a_revision_that_does_not_build_is_named_with_the_compilers_words() {
    let repository = Repository::new();
    repository.edit("benches/time.rs", "const NS: f64 = 100.0", "const NS: f64 = \"slow\"");
    let (code, text) = repository.says(&ab(&["HEAD"]));
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("arm B, the working tree") && text.contains("mismatched types"), "{text}");
    repository.commit();
    let (code, text) = repository.says(&ab(&["HEAD", "HEAD~1"]));
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("arm A, HEAD") && text.contains("mismatched types"), "{text}");
}

#[test]
fn a_revision_that_cannot_be_reached_is_refused() {
    let (code, text) = Repository::new().says(&ab(&["no-such-revision"]));
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("no-such-revision"), "{text}");
}

#[test]
fn new_and_vanished_benchmarks_are_listed() {
    let repository = Repository::new();
    repository.edit("benches/time.rs", "\"sum/large\"", "\"sum/huge\"");
    repository.edit("benches/time.rs", "const SALT: u64 = 1", "const SALT: u64 = 2");
    let (code, report) = report(&repository, &["HEAD", "--no-counts"]);
    assert_eq!(code, 0, "{report}");
    assert_eq!((&report["new"][0], &report["vanished"][0]), (&"sum/huge".into(), &"sum/large".into()));
}

#[test]
fn a_filter_that_matches_on_neither_side_names_what_is_near() {
    let (code, text) = Repository::new().says(&ab(&["HEAD", "--filter", "sum/smal"]));
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("sum/small"), "{text}");
}

#[test]
fn a_changed_meaning_is_not_compared() {
    let repository = Repository::new();
    repository.edit("benches/time.rs", "\"revision\":1", "\"revision\":2");
    let (code, report) = report(&repository, &["HEAD", "--no-counts"]);
    assert_eq!(finding(&report, "sum/small"), "not-comparable");
    // Nothing was compared, so nothing is held.
    assert_eq!(code, 4, "{report}");
}

#[test]
fn a_wrong_answer_is_no_time() {
    let repository = Repository::new();
    let wrong = r#"if true { eprintln!("perfkit: wrong answer from sum/small: 4 is not 5"); std::process::exit(86); }"#;
    repository.edit("benches/time.rs", "/* ROUND */", wrong);
    let (code, text) = repository.says(&ab(&["HEAD", "--no-counts", "--filter", "sum/small"]));
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("WRONG ANSWER sum/small: arm B") && text.contains("4 is not 5"), "{text}");
}

#[test]
fn rounds_before_a_wrong_answer_are_judged_by_nobody() {
    let repository = Repository::new();
    // Side B alone, and only after some rounds.
    let wrong = r#"
        let taken = std::fs::read_to_string("rounds.log").map_or(0, |log| log.lines().count());
        if taken > 10 { eprintln!("perfkit: wrong answer from sum/small: 4 is not 5"); std::process::exit(86); }"#;
    repository.edit("benches/time.rs", "/* ROUND */", wrong);
    let recorded = repository.path().join("rounds.jsonl");
    let record = ["--record", recorded.to_str().unwrap()];
    let arguments = [&ab(&["HEAD", "--no-counts", "--filter", "sum/small"])[..], &record].concat();
    let (code, text) = repository.says(&arguments);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("WRONG ANSWER sum/small: arm B"), "{text}");
    let (code, text) = repository.says(&["ab", "--replay", record[1]]);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("no rounds"), "{text}");
}

#[test]
fn more_threads_than_cores_are_shown_and_not_judged() {
    let repository = Repository::new();
    repository.edit("benches/time.rs", "\"threads\":1", "\"threads\":4096");
    repository.commit();
    repository.edit("benches/time.rs", "const NS: f64 = 100.0", "const NS: f64 = 200.0");
    let (code, text) = repository.says(&ab(&["HEAD", "--no-counts", "--filter", "sum/small"]));
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("cannot tell sum/small") && text.contains("time shown, not judged"), "{text}");
}

#[test]
fn a_suite_that_does_not_ask_for_time_is_not_timed() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    repository.write(
        "perfkit.toml",
        "schema = \"perfkit.config/1\"\n[[suite]]\nname = \"counted\"\nselect = \"**\"\ninstruments = [\"count\"]\n",
    );
    repository.commit();
    repository.edit("benches/time.rs", "const SALT: u64 = 1", "const SALT: u64 = 2");
    let (code, text) = repository.says(&ab(&["HEAD", "--suite", "counted"]));
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("unchanged sum/small") && text.contains("does not ask for time"), "{text}");
    assert_eq!(repository.rounds_taken(), 0);
}

#[test]
fn more_instructions_are_worse_even_where_the_time_is_not() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    repository.edit(
        "benches/time.rs",
        "total.wrapping_mul(3) ^ i",
        "total.wrapping_mul(3).rotate_left(7).wrapping_add(9).swap_bytes().wrapping_mul(5) ^ i",
    );
    let (code, text) = repository.says(&ab(&["HEAD", "--filter", "sum/small"]));
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("by exact counts") && text.contains("functions that moved"), "{text}");
}

#[test]
fn an_interrupt_keeps_the_rounds_that_were_whole() {
    let repository = Repository::new();
    repository.edit(
        "benches/time.rs",
        "/* ROUND */",
        "std::thread::sleep(std::time::Duration::from_millis(40));",
    );
    let (code, text) = repository
        .interrupted_after(4, &["ab", "HEAD", "--no-counts", "--filter", "sum/small", "--rounds", "500"]);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("partial") && text.contains("cannot tell sum/small"), "{text}");
    let folder = repository.path().join(".perfkit/ab");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let recorded = files.into_iter().find(|path| path.to_string_lossy().ends_with(".rounds.jsonl")).unwrap();
    let rounds = perfkit::ab::record::read(&recorded).unwrap();
    assert!(!rounds[0].rounds.is_empty() && rounds[0].rounds.len() < 500);
}

#[test]
fn a_side_that_takes_no_rounds_by_itself_sends_both_through_criterion() {
    let repository = Repository::new();
    repository.edit("benches/time.rs", ",\"modes\":[\"count\",\"round\"]", "");
    repository.commit();
    repository.edit("benches/time.rs", "const NS: f64 = 100.0", "const NS: f64 = 105.0");
    let (code, text) = repository.says(&ab(&["HEAD", "--no-counts", "--filter", "sum/small"]));
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("WORSE sum/small  wall time 100 -> 105 ns"), "{text}");
    assert_eq!(repository.rounds_taken(), 0);
}

#[test]
fn a_recording_that_is_damaged_is_named() {
    let repository = Repository::new();
    repository.write("cut.jsonl", "{\"schema\":\"perfkit.rounds/1\",\"id\":\"a\"");
    let (code, text) = repository.says(&["ab", "--replay", "cut.jsonl"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("cut.jsonl"), "{text}");
}
