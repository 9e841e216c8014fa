//! Sizes and waivers through the command, on a workspace whose bench speaks the harness protocol without the harness.
//! Sizes need neither valgrind nor a second of measuring, so the exit codes of waivers are tried with them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod workspace;

use serde_json::Value;
use workspace::Workspace;

/// A bench whose only row is a type of 24 bytes.
const BENCH: &str = r##"
// perfkit_harness
fn main() {
    if std::env::args().nth(1).as_deref() == Some("--perfkit-list") {
        println!(r#"{{"id":"session/state","role":"time","size":0,"bytes":0,"elements":1,"revision":1,"floor":null,"threads":1,"contended":false,"counted_operations":100,"modes":["size"],"struct_bytes":24}}"#);
    }
}
"##;

const LOCK: &str = "version = 4\n\n[[package]]\nname = \"fixture\"\nversion = \"0.0.0\"\n";

struct Fixture(Workspace);

impl std::ops::Deref for Fixture {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.0
    }
}

impl Fixture {
    fn new(config: &str) -> Self {
        let fixture = Self(Workspace::new(&["time"]));
        fixture.write("Cargo.lock", LOCK);
        fixture.write("src/bin/netd.rs", "fn main() { println!(\"{}\", std::env::args().count()); }");
        fixture.write("benches/time.rs", BENCH);
        fixture.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{config}"));
        fixture
    }

    /// The exit code, what is printed, and what is said beside it.
    fn perfkit(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.0.perfkit(arguments);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

const GATE: &str =
    "[[gate]]\nselect = \"session/*\"\nmetric = \"struct_bytes\"\nkind = \"absolute\"\nmax = LIMIT\n";

fn gated(limit: u32, waiver: &str) -> String {
    GATE.replace("LIMIT", &limit.to_string()) + waiver
}

fn waiver(cause: &str, expires: &str) -> String {
    format!(
        "[[waiver]]\nid = \"grown\"\nselect = \"session/state\"\nmetric = \"struct_bytes\"\nmax_worsening = 0.5\n\
         reason = \"a counter more\"\ncause = \"{cause}\"\nowner = \"me\"\ncreated = \"2026-01-01\"\nexpires = \"{expires}\"\n"
    )
}

#[test]
fn a_type_that_grew_fails_and_a_waiver_in_force_covers_it() {
    let fixture = Fixture::new(&gated(24, ""));
    assert_eq!(fixture.perfkit(&["gate"]).0, 0);
    fixture.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{}", gated(16, "")));
    let (code, printed, _) = fixture.perfkit(&["gate"]);
    assert_eq!(code, 1, "{printed}");
    assert!(printed.contains("FAILED") && printed.contains("struct_bytes"), "{printed}");
    // A type has no stacks: nothing is built to look for them, and no command that would refuse is offered.
    assert!(!printed.contains("perfkit flame") && !printed.contains("not profiled"), "{printed}");
    let covered = gated(16, &waiver("fixture@0.0.0", "2999-01-01"));
    fixture.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{covered}"));
    let (code, printed, _) = fixture.perfkit(&["gate"]);
    assert_eq!(code, 0, "{printed}");
}

#[test]
fn an_expired_an_unneeded_and_an_unfounded_waiver_exit_6() {
    let cases = [
        ("expired", gated(16, &waiver("fixture@0.0.0", "2026-02-01")), "expired on 2026-02-01"),
        ("unneeded", gated(24, &waiver("fixture@0.0.0", "2999-01-01")), "covers nothing that fails"),
        ("unfounded", gated(16, &waiver("upstream@1.0.0", "2999-01-01")), "Cargo.lock does not hold"),
    ];
    let fixture = Fixture::new("");
    for (name, config, wanted) in cases {
        fixture.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{config}"));
        let (code, printed, _) = fixture.perfkit(&["gate"]);
        assert_eq!(code, 6, "{name}: {printed}");
        assert!(printed.contains(wanted), "{name}: {printed}");
    }
}

#[test]
fn a_gate_whose_last_benchmark_is_no_longer_counted_has_not_held() {
    // A type has no allocations, and another gate holds.
    let gate = "[[gate]]\nselect = \"session/*\"\nmetric = \"allocs_per_op\"\nkind = \"absolute\"\nmax = 0\n";
    let fixture = Fixture::new(&gated(24, gate));
    let (code, printed, _) = fixture.perfkit(&["gate"]);
    assert_eq!(code, 5, "{printed}");
    assert!(printed.contains("MISSING session/*  allocs_per_op"), "{printed}");
    assert_eq!(fixture.perfkit(&["gate", "--instrument", "size"]).0, 0, "allocations were not asked for");
}

#[test]
fn an_expired_waiver_of_one_gate_excuses_no_other_gate_on_the_same_metric() {
    // Of 24 bytes, 23 are passed by a twentieth, which was waived, and 6 by 18.
    let waived = waiver("fixture@0.0.0", "2026-02-01").replace("max_worsening = 0.5", "max_worsening = 0.05");
    let one = Fixture::new(&gated(23, &waived));
    assert_eq!(one.perfkit(&["gate"]).0, 6);
    let both = Fixture::new(&gated(23, &gated(6, &waived)));
    assert_eq!(both.perfkit(&["gate"]).0, 1);
}

#[test]
fn what_is_wrong_with_a_waiver_is_said_beside_a_document_too() {
    let fixture = Fixture::new(&gated(16, &waiver("fixture@0.0.0", "2026-02-01")));
    let (code, printed, said) = fixture.perfkit(&["gate", "--format", "json"]);
    assert_eq!(code, 6, "{said}");
    assert!(said.contains("WAIVER grown expired on 2026-02-01"), "{said}");
    assert!(serde_json::from_str::<Value>(&printed).is_ok(), "{printed}");
}

#[test]
fn a_slack_is_written_by_the_command_that_writes_waivers() {
    let fixture = Fixture::new(&gated(16, ""));
    let waive = ["waive", "session/state", "--metric", "struct_bytes", "--reason", "a counter more"];
    let by = ["--cause", "fixture@0.0.0", "--owner", "me", "--expires", "2999-01-01"];
    let (code, _, said) = fixture.perfkit(&[&waive[..], &by].concat());
    assert_eq!(code, 2, "neither a fraction nor a slack: {said}");
    let (code, _, said) = fixture.perfkit(&[&waive[..], &by, &["--slack", "8"]].concat());
    assert_eq!(code, 0, "{said}");
    assert!(fixture.read("perfkit.toml").contains("slack = 8.0"));
    assert_eq!(fixture.perfkit(&["gate"]).0, 0);
}

#[test]
fn what_an_expired_waiver_never_covered_is_a_failed_gate() {
    // 24 bytes are twice 12, and half as much again was all that was waived.
    let fixture = Fixture::new(&gated(12, &waiver("fixture@0.0.0", "2026-02-01")));
    assert_eq!(fixture.perfkit(&["gate"]).0, 1);
}

#[test]
fn binaries_are_measured_by_name_and_wrong_names_are_named() {
    let fixture = Fixture::new("[[binary]]\npackage = \"fixture\"\ntarget = \"netd\"\nprofile = \"dev\"\n");
    let (code, printed, said) = fixture.perfkit(&["run", "--instrument", "size", "--format", "json"]);
    assert_eq!(code, 0, "{said}");
    let run: Value = serde_json::from_str(&printed).unwrap();
    let ids: Vec<&str> =
        run["benchmarks"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["binary/netd", "session/state"]);
    let bytes = &run["benchmarks"][0]["metrics"]["binary_bytes"];
    assert!(bytes["value"].as_f64().unwrap() > 10_000.0, "{bytes}");
    assert_eq!((bytes["unit"].as_str(), bytes["class"].as_str()), (Some("B"), Some("counted")));
    assert_eq!(run["benchmarks"][1]["metrics"]["struct_bytes"]["value"], 24.0);

    let config = "schema = \"perfkit.config/1\"\n[[binary]]\npackage = \"fixture\"\ntarget = \"netdd\"\n";
    fixture.write("perfkit.toml", config);
    let (code, printed, said) = fixture.perfkit(&["run", "--instrument", "size"]);
    assert_eq!(code, 5, "{printed}{said}");
    assert!(printed.contains("no binary, example or bench of that name"), "{printed}{said}");
}
