//! A suite with a build of its own has baselines of its own: its numbers are accepted, and held against nothing else.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod protocol;
mod workspace;

use std::fs;

use protocol::Repository;
use serde_json::Value;

const CONFIG: &str = "schema = \"perfkit.config/1\"\n\
    [[suite]]\nname = \"own\"\nselect = \"**\"\nenv = { OF_SUITE = \"1\" }\n\
    [[gate]]\nselect = \"sum/small\"\nmetric = \"time_ns\"\nkind = \"relative\"\nmax_worsening = 0.03\n";

/// Times alone, and suspicions stay suspicions.
fn timed<'a>(command: &[&'a str]) -> Vec<&'a str> {
    let no_confirm: &[&str] = if command[0] == "gate" { &["--no-confirm"] } else { &[] };
    [command, &["--instrument", "time"], no_confirm].concat()
}

/// 100 ns, accepted; the build of the suite takes twice as long.
fn repository() -> Repository {
    let repository = Repository::new();
    let of_suite = "let ns = NS * DRIFT * if std::env::var(\"OF_SUITE\").is_ok() { 2.0 } else { 1.0 };";
    repository.edit("benches/time.rs", "let ns = NS * DRIFT;", of_suite);
    repository.write("perfkit.toml", CONFIG);
    repository.commit();
    assert_eq!(repository.says(&timed(&["run"])).0, 0);
    accept(&repository);
    repository
}

/// Accept the newest run.
fn accept(repository: &Repository) {
    let accept = ["baseline", "accept", "--host", "here", "--reason", "first", "--author", "me"];
    let (code, text) = repository.says(&accept);
    assert_eq!(code, 0, "{text}");
    repository.commit();
}

fn baseline(repository: &Repository, name: &str) -> Value {
    let text = fs::read_to_string(repository.path().join(format!("baselines/{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What the gate says of `sum/small`: the exit code, the outcome and what it was held against.
fn judged(repository: &Repository, arguments: &[&str]) -> (i32, String, Option<f64>) {
    let (code, text) = repository.prints(&timed(&[&["gate", "--format", "json"], arguments].concat()));
    let run: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
    let verdicts = run["verdicts"].as_array().unwrap();
    let verdict = verdicts.iter().find(|verdict| verdict["id"] == "sum/small").unwrap();
    (code, verdict["outcome"].as_str().unwrap().to_owned(), verdict["reference"].as_f64())
}

#[test]
fn times_of_a_build_of_its_own_are_new_until_they_are_accepted_and_then_held_against_themselves() {
    let repository = repository();
    assert_eq!(judged(&repository, &["--suite", "own"]), (0, "new".to_owned(), None));

    assert_eq!(repository.says(&timed(&["run", "--suite", "own"])).0, 0);
    accept(&repository);
    let (own, default) = (baseline(&repository, "here-own"), baseline(&repository, "here"));
    assert_eq!((&own["name"], &own["variant"]), (&"here-own".into(), &"own".into()));
    assert_eq!((&default["name"], &default["variant"]), (&"here".into(), &Value::Null));
    let (code, text) = repository.says(&["baseline", "verify"]);
    assert_eq!(code, 0, "{text}");

    for host in [&[][..], &["--host", "here"], &["--host", "HERE-own"]] {
        let of_suite = judged(&repository, &[&["--suite", "own"], host].concat());
        assert_eq!(of_suite, (0, "held".to_owned(), Some(200.0)), "{host:?}");
    }
    assert_eq!(judged(&repository, &[]), (0, "held".to_owned(), Some(100.0)));

    repository.edit("benches/time.rs", "{ 2.0 }", "{ 2.2 }");
    assert_eq!(judged(&repository, &["--suite", "own"]), (3, "suspect".to_owned(), Some(200.0)));
    assert_eq!(judged(&repository, &[]), (0, "held".to_owned(), Some(100.0)));
}

#[test]
fn a_name_of_another_build_is_no_host_of_this_one() {
    let repository = repository();
    assert_eq!(repository.says(&timed(&["run", "--suite", "own"])).0, 0);
    accept(&repository);
    let (code, text) = repository.says(&timed(&["gate", "--host", "here-own"]));
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("here-own"), "{text}");
}
