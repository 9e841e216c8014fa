//! `perfkit lint` on deliberately bad benchmarks, one a rule, and on good ones of the same shape. The benches speak the
//! harness protocol without the harness, so that they build in a second.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod workspace;

use workspace::{Workspace, can_count};

/// Answers the protocol from `ROWS`: id, then `key=value` words. `PRELUDE` stands before it.
const BENCH: &str = r##"
// perfkit_harness
use std::hash::{BuildHasher, RandomState};

const ROLE: &str = "$ROLE";
const ROWS: &[(&str, &str)] = &[
$ROWS
];

#[inline(never)]
pub fn perfkit_region(body: &mut dyn FnMut()) { body(); std::hint::black_box(()); }

fn word<'a>(words: &'a str, key: &str) -> Option<&'a str> {
    words.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
}

fn number(words: &str, key: &str, otherwise: u64) -> u64 {
    word(words, key).map_or(otherwise, |value| value.parse().unwrap())
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--perfkit-list") => for (id, words) in ROWS {
            println!(
                r#"{{"id":"{id}","role":"{ROLE}","size":{},"bytes":{},"elements":{},"revision":1,"floor":null,"threads":1,"contended":false,"counted_operations":20,"allocation_free":{},"keyed":{},"modes":["count"]}}"#,
                number(words, "size", 0), number(words, "bytes", 0), number(words, "elements", 1),
                words.contains("allocation_free"), words.contains("keyed"),
            );
        },
        Some("--perfkit-count") => {
            let (id, words) = ROWS.iter().find(|(id, _)| *id == arguments[2]).unwrap();
            let n: u64 = arguments[3].parse().unwrap();
            let work = number(words, "work", 50);
            let random = words.contains("random").then(|| RandomState::new().hash_one(1u64) % 20_000).unwrap_or(0);
            let mut total = 0u64;
            // The loop of an operation without work is what an optimiser removes.
            if work == 0 { perfkit_region(&mut || { std::hint::black_box(n); }); } else { perfkit_region(&mut || for i in 0..n {
                for j in 0..work + random { total = std::hint::black_box(total.wrapping_mul(3) ^ i ^ j); }
            }); }
            let json = |key: &str| word(words, key).unwrap_or("null").to_owned();
            println!(
                r#"{{"id":"{id}","operations":{n},"allocations":{},"reallocations":0,"bytes":0,"peak_bytes":0,"produced":{},"distinct_keys":{}}}"#,
                n * number(words, "allocations", 0), json("produced"), json("distinct_keys"),
            );
        }
        Some("--bench") if arguments[2] == "--help" => println!("--noplot --exact"),
        Some("--bench") => {
            let exact = arguments.iter().position(|word| word == "--exact").map(|at| arguments[at + 1].clone());
            for (index, (id, words)) in ROWS.iter().enumerate() {
                let alone = exact.is_some();
                if exact.as_ref().is_some_and(|wanted| wanted != id) { continue; }
                let slow = if alone { 1 } else { number(words, "slower_in_suite", 1) };
                let folder = std::path::PathBuf::from(std::env::var("CRITERION_HOME").unwrap()).join(index.to_string()).join("new");
                std::fs::create_dir_all(&folder).unwrap();
                let ns = 1000 * slow;
                let estimate = format!(r#"{{"confidence_interval":{{"confidence_level":0.95,"lower_bound":{ns},"upper_bound":{ns}}},"point_estimate":{ns},"standard_error":0}}"#);
                std::fs::write(folder.join("benchmark.json"), format!(r#"{{"group_id":"g","full_id":"{id}"}}"#)).unwrap();
                std::fs::write(folder.join("sample.json"), format!(r#"{{"sampling_mode":"Linear","iters":[1.0],"times":[{ns}.0]}}"#)).unwrap();
                std::fs::write(folder.join("estimates.json"), format!(r#"{{"mean":{estimate},"median":{estimate},"median_abs_dev":{estimate},"slope":null,"std_dev":{estimate}}}"#)).unwrap();
            }
        }
        _ => std::process::exit(1),
    }
}
"##;

/// A global allocator whose name says that it counts.
const COUNTING_ALLOCATOR: &str = r"
mod perfkit_harness { pub mod allocator {
    use std::alloc::{GlobalAlloc, Layout, System};
    pub struct CountingAllocator;
    unsafe impl GlobalAlloc for CountingAllocator {
        #[inline(never)]
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 { unsafe { System.alloc(layout) } }
        #[inline(never)]
        unsafe fn dealloc(&self, at: *mut u8, layout: Layout) { unsafe { System.dealloc(at, layout) } }
    }
} }
#[global_allocator]
static ALLOCATOR: perfkit_harness::allocator::CountingAllocator = perfkit_harness::allocator::CountingAllocator;
";

struct Fixture(Workspace);

impl std::ops::Deref for Fixture {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.0
    }
}

impl Fixture {
    fn new(rows: &[(&str, &str)]) -> Self {
        let fixture = Self(Workspace::new(&[]));
        fixture.profile("debug = 1");
        fixture.bench("time", rows, "");
        fixture.bench("allocs", rows, "");
        fixture
    }

    fn profile(&self, settings: &str) {
        self.manifest(&["time", "allocs"], &format!("[profile.bench]\n{settings}\n"));
    }

    fn bench(&self, role: &str, rows: &[(&str, &str)], prelude: &str) {
        let rows: Vec<String> = rows.iter().map(|row| format!("    {row:?},")).collect();
        let source = BENCH.replace("$ROLE", role).replace("$ROWS", &rows.join("\n"));
        self.write(&format!("benches/{role}.rs"), &format!("{prelude}{source}"));
    }

    fn lint(&self, arguments: &[&str]) -> (i32, String) {
        self.says(&[&["lint"], arguments].concat())
    }
}

/// Rows without a fault, one beside each bad one.
const GOOD: &[(&str, &str)] = &[
    ("work/some", ""),
    ("scan/bytes/16", "size=16 bytes=16 work=16"),
    ("scan/bytes/256", "size=256 bytes=256 work=256"),
    ("search/all", "elements=10 produced=10"),
    ("route/pool", "keyed distinct_keys=256"),
    ("clean/path", "allocation_free"),
    ("order/any", "slower_in_suite=1"),
    ("a/b:c", ""),
    ("a/b-c", ""),
];

/// The finding that a row triggers, by rule.
fn assert_found(text: &str, rule: &str, subject: &str, evidence: &str) {
    let heading = format!(" {rule} {subject}: ");
    let mut lines = text.lines().skip_while(|line| !line.contains(&heading));
    assert!(lines.next().is_some(), "no finding {rule} {subject} in\n{text}");
    let shown = lines.next().unwrap();
    assert!(shown.contains(evidence), "{rule} {subject}: {shown}");
}

#[test]
fn good_benchmarks_have_no_finding() {
    if !can_count() {
        return;
    }
    let (code, text) = Fixture::new(GOOD).lint(&["--deny", "all", "--order"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("✓ 9 benchmarks, 12 rules: 0 denied, 0 warnings, 0 allowed"), "{text}");
}

#[test]
fn each_bad_benchmark_triggers_its_rule_and_no_other() {
    if !can_count() {
        return;
    }
    let bad = &[
        ("work/none", "work=0"),
        ("flat/bytes/16", "size=16 bytes=16 work=50"),
        ("flat/bytes/256", "size=256 bytes=256 work=50"),
        ("sweep/unit/1", "size=1 work=60"),
        ("sweep/unit/2", "size=2 work=120"),
        ("search/wrong", "elements=10 produced=7"),
        ("growing/matches/10", "size=10 elements=10 produced=10 work=60"),
        ("growing/matches/20", "size=20 elements=20 produced=20 work=120"),
        ("route/one", "keyed distinct_keys=1"),
        ("route/silent", "keyed"),
        ("setup/inside", "allocation_free allocations=2"),
        ("same/b:c", ""),
        ("same/b*c", ""),
        ("hash/random", "random"),
    ];
    let fixture = Fixture::new(bad);
    fixture.bench("time", bad, COUNTING_ALLOCATOR);
    let (code, text) = fixture.lint(&[]);
    assert_eq!(code, 1, "{text}");
    assert_found(&text, "H1", "work/none", "instructions/op");
    assert_found(&text, "H1", "flat/bytes", "from size 16 to 256");
    assert_found(&text, "H2", "sweep/unit", "sizes 1, 2");
    assert_found(&text, "H3", "search/wrong", "10 elements declared, 7 produced");
    assert_found(&text, "H3", "growing/matches", "produces 10, 20 elements");
    assert_found(&text, "H4", "route/one", "1 distinct keys");
    assert_found(&text, "H4", "route/silent", "hands no keys");
    assert_found(&text, "H5", "setup/inside", "2.0 allocations/op");
    assert_found(&text, "H6", "same/b*c", "same/b_c");
    assert_found(&text, "H10", "fixture::time", "CountingAllocator");
    assert_found(&text, "H11", "hash/random", "in one process");
    let denied = text.lines().filter(|line| line.starts_with('✗') && line.contains(" denied H")).count();
    let warned = text.lines().filter(|line| line.starts_with("! warning H")).count();
    assert_eq!((denied, warned), (9, 2), "{text}");
}

#[test]
fn a_build_for_this_cpu_or_with_debug_assertions_is_denied() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(&[("work/some", "")]);
    fixture.profile("debug = 1\ndebug-assertions = true");
    fixture.write(".cargo/config.toml", "[build]\nrustflags = [\"-Ctarget-cpu=native\"]\n");
    let (code, text) = fixture.lint(&[]);
    assert_eq!(code, 1, "{text}");
    assert_found(&text, "H7", "the bench profile", "debug assertions are on");
    assert_found(&text, "H12", "RUSTFLAGS", "target-cpu=native");
}

#[test]
fn another_profile_than_the_baselines_is_denied_and_a_changed_workload_warned_of() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(&[("work/some", ""), ("work/other", "")]);
    fixture.commit();
    let (code, text) = fixture.says(&["run", "--instrument", "count"]);
    assert_eq!(code, 0, "{text}");
    let (code, text) =
        fixture.says(&["baseline", "accept", "--only", "counted", "--author", "t", "--reason", "first"]);
    assert_eq!(code, 0, "{text}");
    fixture.commit();
    let (code, text) = fixture.lint(&["--deny", "H9"]);
    assert_eq!(code, 0, "nothing has changed, and yet: {text}");

    fixture.bench("time", &[("work/some", "work=90"), ("work/other", "")], "");
    let (code, text) = fixture.lint(&["--deny", "H9"]);
    assert_eq!(code, 1, "{text}");
    assert_found(&text, "H9", "work/some", "the revision is still 1");
    assert!(!text.contains("H9 work/other"), "{text}");

    fixture.profile("debug = 1\nopt-level = 2");
    let (code, text) = fixture.lint(&[]);
    assert_eq!(code, 1, "{text}");
    assert_found(&text, "H7", "the bench profile", "opt-level");
}

#[test]
fn a_benchmark_that_its_neighbours_slow_down_is_denied() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(&[("order/first", ""), ("order/second", "slower_in_suite=2")]);
    let (code, text) = fixture.lint(&["--order"]);
    assert_eq!(code, 1, "{text}");
    assert_found(&text, "H8", "order/second", "1000.0 ns/op alone, 2000.0 ns/op after the others");
    assert!(!text.contains("H8 order/first"), "{text}");
}

#[test]
fn an_allowance_silences_its_finding_and_an_unneeded_one_fails() {
    if !can_count() {
        return;
    }
    let allow = |rule: &str, select: &str| {
        format!("[[lint]]\nallow = \"{rule}\"\nselect = \"{select}\"\nreason = \"meant\"\n")
    };
    let fixture = Fixture::new(&[("work/none", "work=0")]);
    fixture.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{}", allow("H1", "work/none")));
    let (code, text) = fixture.lint(&[]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("· allowed H1 work/none") && text.contains("allowed: meant"), "{text}");

    let both = allow("H1", "work/none") + &allow("H4", "**");
    fixture.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{both}"));
    let (code, text) = fixture.lint(&[]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("the allowance of H4 for ** is not needed"), "{text}");

    fixture.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{}", allow("H13", "**")));
    let (code, text) = fixture.lint(&[]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("H1 to H12"), "{text}");
}

#[test]
fn nothing_to_look_at_is_an_error() {
    let (code, text) = Fixture::new(GOOD).lint(&["--filter", "nothing/like/it"]);
    assert_eq!(code, 5, "{text}");
}
