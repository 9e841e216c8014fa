//! Where a cost goes: stacks as pictures and tables, budgets of allocations, and the triage of a gate that failed.
//!
//! The fixture's benches speak the harness protocol without the harness, so they build in a second. Counts are exact;
//! what needs valgrind or perf is left out, with a printed line, where they are missing.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod workspace;

use std::{fs, path::Path};

use serde_json::{Value, json};
use workspace::{Workspace, can_count, said};

/// Two sizes of one operation: a header per call, a checksum per byte.
const TIME_BENCH: &str = r##"
// perfkit_harness
use std::hint::black_box;

#[inline(never)]
pub fn perfkit_region(body: &mut dyn FnMut()) { body(); black_box(()); }

#[inline(never)]
pub fn header() -> u64 {
    let mut sum = 0;
    for i in 0..HEADER_TURNS { sum = black_box(sum ^ i); }
    sum
}

#[inline(never)]
pub fn checksum(body: &[u8]) -> u64 {
    let mut sum = 1u64;
    for byte in body { sum = black_box(sum.rotate_left(5) ^ u64::from(*byte)); CHECKSUM_MORE }
    sum
}

#[inline(never)]
pub fn encode(body: &[u8]) -> u64 { header() ^ checksum(body) ^ ALLOCATE }

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--perfkit-list") => {
            for size in [64, 4096] {
                println!(r#"{{"id":"frame/encode/{size}","role":"time","size":{size},"bytes":{size},"elements":1,"revision":1,"floor":null,"threads":1,"contended":false,"counted_operations":20}}"#);
            }
        }
        Some("--perfkit-count") => {
            let size: usize = arguments[2].rsplit('/').next().unwrap().parse().unwrap();
            let n: u64 = arguments[3].parse().unwrap();
            let body = vec![7u8; size];
            let mut total = 0;
            perfkit_region(&mut || for _ in 0..n { total ^= black_box(encode(black_box(&body))); });
            println!(r#"{{"id":"{}","operations":{n},"allocations":0,"reallocations":0,"bytes":0,"peak_bytes":0}}"#, arguments[2]);
        }
        _ => std::process::exit(1),
    }
}
"##;

/// What the counting allocator would print of it: `ALLOCATIONS` for each operation, of 24 bytes each.
const ALLOCS_BENCH: &str = r##"
// perfkit_harness
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--perfkit-list") => {
            for size in [64, 4096] {
                println!(r#"{{"id":"frame/encode/{size}","role":"allocs","size":{size},"bytes":{size},"elements":1,"revision":1,"floor":null,"threads":1,"contended":false,"counted_operations":20}}"#);
            }
        }
        Some("--perfkit-count") => {
            let n: u64 = arguments[3].parse().unwrap();
            let blocks = n * ALLOCATIONS;
            println!(r#"{{"id":"{}","operations":{n},"allocations":{blocks},"reallocations":0,"bytes":{},"peak_bytes":24}}"#, arguments[2], blocks * 24);
        }
        _ => std::process::exit(1),
    }
}
"##;

const ALLOCATION: &str = "u64::from(black_box(vec![1u8; 24])[3])";
const COUNTED_GATE: &str =
    "schema = \"perfkit.config/1\"\n[[gate]]\nselect = \"**\"\nmetric = \"counted\"\nkind = \"relative\"\n";

struct Fixture(Workspace);

impl std::ops::Deref for Fixture {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.0
    }
}

impl Fixture {
    fn new() -> Self {
        let fixture = Self(Workspace::new(&["time", "allocs"]));
        fixture.write("perfkit.toml", COUNTED_GATE);
        fixture.benches(10, "", "0", 0);
        fixture
    }

    /// The benches with these changes planted.
    fn benches(&self, header_turns: u32, checksum_more: &str, allocate: &str, allocations: u32) {
        let time = TIME_BENCH
            .replace("HEADER_TURNS", &header_turns.to_string())
            .replace("CHECKSUM_MORE", checksum_more)
            .replace("ALLOCATE", allocate);
        self.write("benches/time.rs", &time);
        self.write("benches/allocs.rs", &ALLOCS_BENCH.replace("ALLOCATIONS", &allocations.to_string()));
    }

    /// Whether a document is what its schema says.
    fn validate(name: &str, document: &Value) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{name}.schema.json"));
        let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        if let Err(error) = validator.validate(document) {
            panic!("{error} at {}", error.instance_path());
        }
    }

    /// A folder that holds what perfkit needs where everything is built, and no valgrind.
    #[cfg(unix)]
    fn programs_without_valgrind(&self) -> std::path::PathBuf {
        let folder = self.path().join("programs");
        fs::create_dir(&folder).unwrap();
        let path = std::env::var_os("PATH").unwrap();
        for program in ["cargo", "rustc", "rustup", "git"] {
            let mut places = std::env::split_paths(&path).map(|place| place.join(program));
            if let Some(found) = places.find(|file| file.is_file()) {
                std::os::unix::fs::symlink(found, folder.join(program)).unwrap();
            }
        }
        folder
    }

    /// The only folder below this one.
    fn only_folder(&self, name: &str) -> String {
        let folder = self.path().join(name);
        let mut found = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{name}: {error}"));
        let first = found.next().unwrap().unwrap().file_name();
        assert!(found.next().is_none());
        format!("{name}/{}", first.to_string_lossy())
    }
}

/// Own weights by the frame's last word, from `perfkit flame --format json`.
fn own(side: &Value, name: &str) -> f64 {
    let ends = |frames: &Value| {
        frames.as_array().unwrap().last().unwrap().as_str().unwrap().ends_with(&format!("::{name}"))
    };
    let rows = side["stacks"].as_array().unwrap().iter().filter(|row| ends(&row["frames"]));
    rows.map(|row| row["weight"].as_f64().unwrap()).sum()
}

#[test]
fn the_stacks_of_an_operation_add_up_to_what_counting_counts() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new();
    let run =
        fixture.json(&["run", "--instrument", "count", "--filter", "frame/encode/64", "--format", "json"]);
    let counted = run["benchmarks"][0]["metrics"]["ir"]["value"].as_f64().unwrap();
    let flame = fixture.json(&["flame", "frame/encode/64", "--format", "json"]);
    Fixture::validate("flame", &flame);
    assert_eq!(flame["unit"], "instructions/op");
    assert_eq!(flame["after"]["total"].as_f64().unwrap(), counted);
    let header = own(&flame["after"], "header");
    assert!(header > 10.0 && own(&flame["after"], "checksum") > 64.0, "{flame}");
    let picture = fixture.read(".perfkit/flame/frame_encode_64-590924bd-count.svg");
    assert!(picture.starts_with("<?xml") && picture.contains("time::header ("), "{picture}");
    assert!(picture.contains("instructions/op") && picture.contains("frame/encode/64"));
    assert_eq!(fixture.read(".perfkit/.gitignore"), "*\n");
    let again = fixture.perfkit(&["flame", "frame/encode/64", "--output", "again.svg"]);
    assert!(again.status.success());
    assert_eq!(fixture.read("again.svg"), picture);
}

#[test]
fn a_difference_has_both_widths_and_the_inclusive_change_of_every_frame() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new();
    fixture.commit();
    fixture.benches(20, "sum = black_box(sum ^ 1);", "0", 0);
    let flame = fixture.json(&[
        "flame",
        "frame/encode/64",
        "--diff",
        "HEAD",
        "--output",
        "f.svg",
        "--format",
        "json",
    ]);
    Fixture::validate("flame", &flame);
    let grew = |name: &str| own(&flame["after"], name) - own(&flame["before"], name);
    let (header, checksum) = (grew("header"), grew("checksum"));
    assert!(header > 0.0 && checksum > 0.0, "{flame}");
    let deltas = flame["deltas"].as_array().unwrap();
    let encode = deltas.iter().find(|delta| delta["frame"] == "time::encode").unwrap();
    let inclusive =
        encode["inclusive_after"].as_f64().unwrap() - encode["inclusive_before"].as_f64().unwrap();
    let own = encode["own_after"].as_f64().unwrap() - encode["own_before"].as_f64().unwrap();
    assert_eq!(inclusive, header + checksum + own);
    for picture in ["f-before.svg", "f-after.svg"] {
        assert!(fixture.read(picture).contains(&format!("time::header [+{header} instructions/op]")));
    }

    // Against what was written down: no difference, and that is said.
    let (code, text) =
        fixture.says(&["flame", "frame/encode/64", "--folded", "now.folded", "--output", "f.svg"]);
    assert_eq!(code, 0, "{text}");
    let (code, text) =
        fixture.says(&["flame", "frame/encode/64", "--diff", "now.folded", "--output", "f.svg"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("✓ same: no frame moved") && !text.contains("does not say"), "{text}");

    // What another tool wrote says nothing of itself.
    let (head, stacks) =
        fixture.read("now.folded").split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert_eq!(head, "# perfkit.folded frame/encode/64 instructions/op");
    fixture.write("plain.folded", &stacks);
    let against_plain = ["flame", "frame/encode/64", "--diff", "plain.folded", "--output", "f.svg"];
    let (code, text) = fixture.says(&against_plain);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("✓ same: no frame moved"), "{text}");
    assert!(text.contains("! plain.folded does not say what it holds"), "{text}");
    let flame = fixture.json(&[&against_plain[..], &["--format", "json"]].concat());
    Fixture::validate("flame", &flame);
    assert!(flame["caution"].as_str().unwrap().contains("instructions/op") && flame["can_tell"] == true);
}

#[test]
fn a_picture_that_is_turned_round_leaves_numbers_and_stacks_as_they_are() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new();
    let flame = |name: &str, more: &[&str]| {
        let (folded, picture) = (format!("{name}.folded"), format!("{name}.svg"));
        let arguments =
            ["flame", "frame/encode/64", "--format", "json", "--folded", &folded, "--output", &picture];
        fixture.json(&[&arguments[..], more].concat())
    };
    let (upright, inverted) = (flame("upright", &[]), flame("inverted", &["--inverted"]));
    assert!(own(&upright["after"], "checksum") > 64.0, "{upright}");
    assert_eq!(inverted["after"], upright["after"]);
    assert_eq!(fixture.read("inverted.folded"), fixture.read("upright.folded"));
    assert_ne!(fixture.read("inverted.svg"), fixture.read("upright.svg"));
    let shown = |more: &[&str]| {
        let arguments = ["flame", "frame/encode/64", "--output", "x.svg"];
        fixture.says(&[&arguments[..], more].concat()).1
    };
    assert_eq!(shown(&["--inverted"]), shown(&[]));
}

#[test]
fn what_cannot_be_drawn_or_compared_is_refused_with_the_reason() {
    let fixture = Fixture::new();
    fixture.commit();
    let cases: [(&[&str], i32, &str); 8] = [
        (&["flame", "frame/encod/64"], 5, "near it are"),
        (&["flame", "frame/encode"], 2, "below it are frame/encode/4096, frame/encode/64"),
        (&["flame", "frame/encode/64", "--diff", "no-such"], 4, "no-such"),
        (&["flame", "frame/encode/64", "--bytes"], 2, "--instrument allocs"),
        (&["flame", "frame/encode/64", "--diff", "bad.folded"], 2, "line 2"),
        (
            &["flame", "frame/encode/64", "--diff", "other.folded"],
            4,
            "stacks of frame/encode/4096, not of frame/encode/64",
        ),
        (&["flame", "frame/encode/64", "--diff", "blocks.folded"], 4, "holds blocks allocated per operation"),
        (&["allocs", "--budget", "bad.toml"], 2, "unknown field `blocks`"),
    ];
    fixture.write("bad.folded", "a;b 1\nnonsense\n");
    fixture.write("other.folded", "# perfkit.folded frame/encode/4096 instructions/op\na;b 1\n");
    fixture.write("blocks.folded", "# perfkit.folded frame/encode/64 blocks/op\na;b 1\n");
    fixture.write("bad.toml", "schema = \"perfkit.budget/1\"\n[[budget]]\nselect = \"a\"\nblocks = 1\n");
    for (arguments, wanted, why) in cases {
        if arguments.contains(&"bad.folded") && !can_count() {
            continue;
        }
        let (code, text) = fixture.says(arguments);
        assert_eq!(code, wanted, "{arguments:?}: {text}");
        assert!(text.contains(why), "{arguments:?}: {text}");
    }
}

#[test]
fn two_revisions_name_the_frames_that_moved_with_their_callers() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new();
    fixture.commit();
    fixture.benches(40, "", "0", 0);
    fixture.commit();
    let (code, text) = fixture.says(&["diff", "HEAD~1", "HEAD", "--filter", "frame/encode/64"]);
    assert_eq!(code, 0, "{text}");
    let frames = text.split("frames that moved").nth(1).unwrap_or_else(|| panic!("{text}"));
    assert!(frames.contains("time::header") && frames.contains("time::encode"), "{text}");
    assert!(!frames.contains("time::checksum"), "{text}");
}

#[test]
fn a_budget_holds_up_to_its_limit_and_a_broken_one_names_the_call_sites() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new();
    fixture.benches(10, "", ALLOCATION, 2);
    let budget = |limit: u32| {
        format!(
            "schema = \"perfkit.budget/1\"\n[[budget]]\nselect = \"frame/**\"\nallocs_per_op = {limit}\n\
             reason = \"the pool gives two\"\n"
        )
    };
    fixture.write("budget.toml", &budget(2));
    let (code, text) = fixture.says(&["allocs", "--budget", "budget.toml"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("✓ held 2"), "{text}");

    fixture.write("budget.toml", &budget(1));
    let (code, text) = fixture.says(&["allocs", "--budget", "budget.toml"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("✗ FAILED frame/encode/64  allocs_per_op 2 allocations/op against 1"), "{text}");
    assert!(text.contains("the pool gives two") && text.contains("encode (time.rs:"), "{text}");
    let json = fixture.json(&["allocs", "--budget", "budget.toml", "--format", "json"]);
    assert_eq!(json["verdicts"][0]["outcome"], "failed");
    assert!(!json["sites"].as_array().unwrap().is_empty() && json["untold"] == json!([]), "{json}");
    Fixture::validate("allocs", &json);

    fixture.write("budget.toml", &budget(2).replace("frame/**", "fram"));
    let (code, text) = fixture.says(&["allocs", "--budget", "budget.toml"]);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("select no benchmark: fram"), "{text}");
}

const BUDGET: &str = "schema = \"perfkit.budget/1\"\n[[budget]]\nselect = \"frame/**\"\nallocs_per_op = 1\n";

/// Counting is native; valgrind only says where.
#[test]
#[cfg(unix)]
fn a_broken_budget_is_one_without_valgrind_too() {
    let fixture = Fixture::new();
    fixture.benches(10, "", ALLOCATION, 2);
    fixture.write("budget.toml", BUDGET);
    // Built where everything is at hand.
    assert_eq!(fixture.says(&["allocs", "--sites", "0"]).0, 0);
    let programs = fixture.programs_without_valgrind();
    let without = |arguments: &[&str]| {
        let mut command = fixture.command(arguments);
        said(command.env("PATH", &programs).output().unwrap())
    };
    let untold = "! frame/encode/64: call sites not told: valgrind is not installed";
    let (code, text) = without(&["allocs", "--budget", "budget.toml"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("✗ FAILED frame/encode/64  allocs_per_op 2 allocations/op"), "{text}");
    assert!(text.contains(untold), "{text}");
    let (code, text) = without(&["allocs"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("frame/encode/4096") && text.contains(untold), "{text}");
    let mut command = fixture.command(&["allocs", "--budget", "budget.toml", "--format", "json"]);
    let output = command.env("PATH", &programs).output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    Fixture::validate("allocs", &document);
    assert_eq!((document["untold"].as_array().unwrap().len(), &document["sites"]), (2, &json!([])));
}

#[test]
fn what_could_not_be_built_is_told_beside_the_verdicts() {
    let fixture = Fixture::new();
    fixture.manifest(&["time", "allocs", "broken"], "");
    fixture.write("benches/broken.rs", "// perfkit_harness\nfn main() { nonsense }\n");
    fixture.write("budget.toml", BUDGET);
    for format in ["text", "markdown"] {
        let (code, text) = fixture.says(&["allocs", "--budget", "budget.toml", "--format", format]);
        assert_eq!(code, 5, "{text}");
        assert!(text.contains("✓ held 2") && text.contains("✗ BUILD FAILED fixture::broken"), "{text}");
    }
    let document = fixture.json(&["allocs", "--budget", "budget.toml", "--format", "json"]);
    Fixture::validate("allocs", &document);
    assert_eq!(document["problems"][0]["kind"], "build-failed", "{document}");
    assert_eq!((&document["partial"], document["verdicts"].as_array().unwrap().len()), (&json!(false), 2));
    // A budget may select nothing for that alone.
    fixture.write("budget.toml", &BUDGET.replace("frame/**", "broken"));
    let (code, text) = fixture.says(&["allocs", "--budget", "budget.toml"]);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("select no benchmark: broken; fixture::broken: "), "{text}");
}

#[test]
fn a_reader_of_allocations_that_has_seen_enough_is_no_failure() {
    let fixture = Fixture::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = fixture.command(&["allocs"]);
    let output = command.stdout(writer).output().unwrap();
    let (code, text) = said(output);
    assert!(code == 0 && !text.contains("panicked"), "{text}");
}

#[test]
fn allocations_that_nobody_counts_are_not_within_a_budget() {
    let fixture = Fixture::new();
    fixture.write("benches/allocs.rs", "fn main() {}\n");
    fixture.write(
        "budget.toml",
        "schema = \"perfkit.budget/1\"\n[[budget]]\nselect = \"frame\"\nallocs_per_op = 2\n",
    );
    let (code, text) = fixture.says(&["allocs", "--budget", "budget.toml"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("cannot tell") && text.contains("allocs_main!"), "{text}");
}

#[test]
fn a_gate_that_fails_names_the_function_the_sizes_and_what_to_type() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new();
    fixture.commit();
    let count = ["run", "--instrument", "count"];
    assert_eq!(fixture.says(&count).0, 0);
    assert_eq!(fixture.says(&["baseline", "accept", "--reason", "first", "--author", "me"]).0, 0);
    fixture.commit();
    let (code, text) = fixture.says(&["gate", "--instrument", "count"]);
    assert_eq!(code, 0, "{text}");
    assert!(!text.contains("triage") && !fixture.path().join(".perfkit/triage").exists(), "{text}");

    fixture.benches(400, "", "0", 0);
    let (code, text) = fixture.says(&["gate", "--instrument", "count"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("triage of frame/encode/64") && text.contains("a cost per call"), "{text}");
    assert!(text.contains("time::header") && !text.contains("time::checksum"), "{text}");
    assert!(text.contains("next: perfkit flame frame/encode/64 --diff "), "{text}");
    let folder = format!("{}/frame_encode_64-590924bd", fixture.only_folder(".perfkit/triage"));
    assert!(text.contains(&format!("evidence: {folder}")), "{text}");
    for file in
        ["count-before.folded", "count-after.folded", "count-before.svg", "count-after.svg", "deltas.md"]
    {
        assert!(fixture.read(&format!("{folder}/{file}")).contains("time::header"), "{file}");
    }
}

#[test]
fn the_sizes_tell_a_cost_per_byte_and_a_base_revision_its_functions() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new();
    fixture.commit();
    fixture.benches(10, "sum = black_box(sum ^ 1);", "0", 0);
    let gate = ["gate", "--instrument", "count", "--base", "HEAD", "--no-evidence", "--format", "markdown"];
    let (code, text) = fixture.says(&gate);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("### Triage of frame/encode/4096") && text.contains("a cost per byte"), "{text}");
    assert!(text.contains("functions that moved") && text.contains("time::checksum"), "{text}");
    assert!(!text.contains("time::header") && !fixture.path().join(".perfkit/triage").exists(), "{text}");
}

#[test]
fn a_gate_that_fails_for_allocations_shows_where_they_are() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new();
    fixture.commit();
    fixture.benches(10, "", ALLOCATION, 1);
    let gate = ["gate", "--instrument", "allocs", "--filter", "frame/encode/64", "--base", "HEAD"];
    let (code, text) = fixture.says(&gate);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("allocs_per_op: 0 -> 1 allocations/op"), "{text}");
    assert!(text.contains("frames that moved (blocks/op)") && text.contains("encode (time.rs)"), "{text}");
    assert!(text.contains("next: perfkit flame frame/encode/64 --instrument allocs --diff "), "{text}");
}
