//! The first revision at which a count moved, in a small repository with real builds; valgrind counts.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod protocol;
mod workspace;

use std::fs;

use protocol::Repository;
use serde_json::Value;
use workspace::can_count;

const FAST: &str = "total.wrapping_mul(3) ^ i";
const SLOW: &str = "total.wrapping_mul(3).rotate_left(7).wrapping_add(9).swap_bytes().wrapping_mul(5) ^ i";

/// Seven commits: the fourth does not build, the fifth is slower.
fn history() -> Repository {
    let repository = Repository::new();
    for step in 1..=6 {
        repository.write("notes.txt", &format!("step {step}"));
        match step {
            3 => repository.edit("benches/time.rs", "fn main() {", "fn main() { let broken: u8 = \"no\";"),
            4 => {
                repository.edit("benches/time.rs", "fn main() { let broken: u8 = \"no\";", "fn main() {");
                repository.edit("benches/time.rs", FAST, SLOW);
            }
            _ => {}
        }
        repository.commit();
    }
    repository
}

#[test]
fn the_revision_is_found_with_its_functions_and_what_does_not_build_is_named() {
    if !can_count() {
        return;
    }
    let repository = history();
    let first = repository.git(&["rev-list", "--max-parents=0", "HEAD"]).trim().to_owned();
    let commit = |back: usize| repository.git(&["rev-parse", &format!("HEAD~{back}")]).trim().to_owned();
    let ask = ["bisect", "sum/small", "--good", &first];
    let (code, text) = repository.prints(&[&ask[..], &["--format", "json"]].concat());
    assert_eq!(code, 0, "{text}");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["found"]["revision"], commit(2), "{text}");
    assert_eq!(document["undecided"], serde_json::json!([commit(3)]));
    assert!(document["found"]["after"].as_f64() > document["found"]["before"].as_f64());
    assert!(!document["functions"].as_array().unwrap().is_empty());
    assert_eq!(document["moved_more_than_once"], false);
    let skipped: Vec<&Value> =
        document["asked"].as_array().unwrap().iter().filter(|asked| asked["skipped"].is_string()).collect();
    assert_eq!(skipped.len(), 1, "{text}");
    assert_eq!(skipped[0]["revision"], commit(3));

    // What was counted is known: only what did not build is tried again, and the words say all of it.
    let started = fs::read_dir(repository.path().join(".perfkit/bisect")).unwrap().count();
    let (code, text) = repository.prints(&ask);
    assert_eq!((code, started), (0, 1), "{text}");
    assert!(text.contains("is the first revision at which instr of sum/small moved"), "{text}");
    assert!(text.contains(&format!("! or {}", &commit(3)[..7])) && text.contains("- skipped"), "{text}");
    assert!(text.contains("functions that moved"), "{text}");
    assert!(repository.git(&["status", "--porcelain"]).is_empty());
}

#[test]
fn what_has_not_moved_is_not_searched_and_wrong_questions_are_refused() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    repository.write("notes.txt", "nothing");
    repository.commit();
    let (code, text) = repository.says(&["bisect", "sum/small", "--good", "HEAD~1"]);
    assert!(code == 0 && text.contains("held") && text.contains("nothing to search"), "{code} {text}");
    let (code, text) = repository.says(&["bisect", "sum/other", "--good", "HEAD~1"]);
    assert!(code == 5 && text.contains("sum/other"), "{code} {text}");
    let (code, text) = repository.says(&["bisect", "sum/*", "--good", "HEAD~1"]);
    assert!(code == 2 && text.contains("whole id"), "{code} {text}");
    let (code, text) = repository.says(&["bisect", "sum/small", "--good", "HEAD~1", "--metric", "time_ns"]);
    assert!(code == 2 && text.contains("locked_ops"), "{code} {text}");
    let (code, text) = repository.says(&["bisect", "sum/small", "--good", "HEAD", "--bad", "HEAD~1"]);
    assert!(code == 4 && text.contains("not an ancestor"), "{code} {text}");
    let (code, text) = repository.says(&["bisect", "sum/small", "--good", "nowhere"]);
    assert!(code == 4 && text.contains("nowhere"), "{code} {text}");
}

#[test]
fn a_benchmark_that_changed_its_meaning_is_not_bisected_across() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    repository.edit("benches/time.rs", FAST, SLOW);
    repository.edit("benches/time.rs", "\"revision\":1", "\"revision\":2");
    repository.commit();
    let (code, text) = repository.says(&["bisect", "sum/small", "--good", "HEAD~1"]);
    assert!(code == 4 && text.contains("benchmark revision 2, not 1"), "{code} {text}");
}

#[test]
fn the_build_of_a_suite_is_bisected_as_its_own_series() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    repository.manifest(&["time"], "[features]\nfancy = []\n");
    repository.write(
        "perfkit.toml",
        "schema = \"perfkit.config/1\"\n[[suite]]\nname = \"fancy\"\nselect = \"sum\"\nfeatures = [\"fancy\"]\n",
    );
    repository.commit();
    let chosen = format!("if cfg!(feature = \"fancy\") {{ {SLOW} }} else {{ {FAST} }}");
    repository.edit("benches/time.rs", FAST, &chosen);
    repository.commit();
    let ask = ["bisect", "sum/small", "--good", "HEAD~1"];
    let (code, text) = repository.says(&ask);
    assert!(code == 0 && text.contains("nothing to search"), "{code} {text}");
    // Not the counts of the default build, which are kept by now.
    let (code, text) = repository.says(&[&ask[..], &["--suite", "fancy"]].concat());
    assert!(code == 0 && text.contains("is the first revision at which instr of sum/small moved"), "{text}");
    let (code, text) = repository.says(&[&ask[..], &["--suite", "plain"]].concat());
    assert!(code == 2 && text.contains("fancy"), "{code} {text}");
    let other = ["bisect", "other/small", "--good", "HEAD~1", "--suite", "fancy"];
    let (code, text) = repository.says(&other);
    assert!(code == 2 && text.contains("does not select"), "{code} {text}");
}
