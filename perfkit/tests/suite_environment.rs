//! What a suite declares as its environment reaches every process that lists or measures its build.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod protocol;
mod workspace;

use protocol::Repository;
use workspace::can_count;

/// A bench that does nothing without the variable, whatever it is asked.
fn repository() -> Repository {
    let repository = Repository::new();
    let guarded = "fn main() {\n    if std::env::var(\"OF_SUITE\").as_deref() != Ok(\"1\") { std::process::exit(9); }\n";
    repository.edit("benches/time.rs", "fn main() {\n", guarded);
    let suite = "[[suite]]\nname = \"own\"\nselect = \"**\"\nenv = { OF_SUITE = \"1\" }\n";
    repository.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{suite}"));
    repository.commit();
    repository
}

#[test]
fn a_run_tells_it_to_criterion_and_to_what_is_counted() {
    let repository = repository();
    let (code, text) = repository.says(&["run", "--quick", "--instrument", "time"]);
    assert_eq!(code, 5, "without the suite there is no variable: {text}");
    let mut run = vec!["run", "--quick", "--suite", "own", "--instrument", "time"];
    if can_count() {
        run.extend(["--instrument", "count"]);
    }
    let (code, text) = repository.says(&run);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_comparison_in_turns_tells_it_to_both_arms() {
    let repository = repository();
    repository.edit("benches/time.rs", "const SALT: u64 = 1", "const SALT: u64 = 2");
    let quick = ["--rounds", "12", "--seconds", "1", "--no-counts"];
    let (code, text) = repository.says(&[&["ab", "HEAD", "--suite", "own"][..], &quick].concat());
    assert_eq!(code, 0, "{text}");
    assert!(repository.rounds_taken() > 0);
}
