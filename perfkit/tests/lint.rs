//! `perfkit lint` on deliberately bad benchmarks, one a rule, and on good ones of the same shape. The benches speak the
//! harness protocol without the harness, so that they build in a second.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod workspace;

use workspace::{Workspace, can_count, said};

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
            let modes = match words {
                words if words.contains("start") => r#""startup""#,
                words if words.contains("struct") => r#""size""#,
                _ => r#""count","round""#,
            };
            println!(
                r#"{{"id":"{id}","role":"{ROLE}","size":{},"bytes":{},"elements":{},"revision":1,"floor":null,"threads":1,"contended":false,"counted_operations":20,"allocation_free":{},"keyed":{},"modes":[{modes}],"struct_bytes":{}}}"#,
                number(words, "size", 0), number(words, "bytes", 0), number(words, "elements", 1),
                words.contains("allocation_free"), words.contains("keyed"), word(words, "struct").unwrap_or("null"),
            );
        },
        Some("--perfkit-startup") => {
            perfkit_region(&mut || { std::hint::black_box(ROLE); });
            println!(r#"{{"id":"{}","main_to_ready_ns":1,"ready_at_ns":1}}"#, arguments[2]);
        }
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
            let is_timed = |words: &str| !words.contains("start") && !words.contains("struct");
            for (index, (id, words)) in ROWS.iter().enumerate().filter(|(_, (_, words))| is_timed(words)) {
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

/// A crate of the harness's name, whose allocator counts in a static and is inlined away.
const COUNTING_ALLOCATOR: &str = r"
pub mod allocator {
    use std::{alloc::{GlobalAlloc, Layout, System}, sync::atomic::{AtomicU64, Ordering::Relaxed}};
    static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
    pub struct CountingAllocator;
    unsafe impl GlobalAlloc for CountingAllocator {
        #[inline]
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            ALLOCATIONS.fetch_add(1, Relaxed);
            unsafe { System.alloc(layout) }
        }
        #[inline]
        unsafe fn dealloc(&self, at: *mut u8, layout: Layout) { unsafe { System.dealloc(at, layout) } }
    }
}
";
const COUNTING: &str = "
#[global_allocator]
static ALLOCATOR: perfkit_harness::allocator::CountingAllocator = perfkit_harness::allocator::CountingAllocator;
";

/// Does what a Criterion executable does, from `ROWS`: group, function, parameter, nanoseconds, throughput, work. Ids
/// stand nowhere in one piece.
const CRITERION: &str = r##"
// criterion
pub mod bencher {
    pub struct Bencher<M>(pub std::marker::PhantomData<M>);

    impl<M> Bencher<M> {
        #[inline(never)]
        pub fn iter(&mut self, work: u64) -> u64 {
            let mut total = 0u64;
            for i in 0..work { total = std::hint::black_box(total.wrapping_mul(3) ^ i); }
            total
        }
    }
}

const ROWS: &[(&str, &str, &str, &str, &str, u64)] = &[
$ROWS
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    if has("--help") { println!("--noplot --exact"); return; }
    let exact = arguments.iter().position(|word| word == "--exact").map(|at| arguments[at + 1].clone());
    for (index, (group, function, parameter, ns, throughput, work)) in ROWS.iter().enumerate() {
        let parts: Vec<&str> = [*group, *function, *parameter].into_iter().filter(|part| !part.is_empty()).collect();
        let id = parts.join("/");
        if exact.as_ref().is_some_and(|wanted| *wanted != id) { continue; }
        if has("--list") { println!("{id}: benchmark"); continue; }
        if has("--test") {
            let mut bencher = bencher::Bencher::<u8>(std::marker::PhantomData);
            std::hint::black_box(bencher.iter(std::hint::black_box(*work)));
            continue;
        }
        let folder = std::path::PathBuf::from(std::env::var("CRITERION_HOME").unwrap()).join(index.to_string()).join("new");
        std::fs::create_dir_all(&folder).unwrap();
        let estimate = format!(r#"{{"confidence_interval":{{"confidence_level":0.95,"lower_bound":{ns},"upper_bound":{ns}}},"point_estimate":{ns},"standard_error":0}}"#);
        std::fs::write(folder.join("benchmark.json"), format!(r#"{{"full_id":"{id}","throughput":{throughput}}}"#)).unwrap();
        std::fs::write(folder.join("sample.json"), format!(r#"{{"iters":[1.0],"times":[{ns}]}}"#)).unwrap();
        std::fs::write(folder.join("estimates.json"), format!(r#"{{"mean":{estimate},"slope":null}}"#)).unwrap();
    }
}
"##;

type CriterionRow = (&'static str, &'static str, &'static str, &'static str, &'static str, u64);

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

    /// A workspace whose one bench is Criterion's, by the name of its crate too.
    fn of_criterion(rows: &[CriterionRow]) -> Self {
        let fixture = Self(Workspace::new(&["criterion"]));
        fixture.criterion(rows);
        fixture
    }

    fn criterion(&self, rows: &[CriterionRow]) {
        let rows: Vec<String> = rows.iter().map(|row| format!("    {row:?},")).collect();
        self.write("benches/criterion.rs", &CRITERION.replace("$ROWS", &rows.join("\n")));
    }

    fn lint(&self, arguments: &[&str]) -> (i32, String) {
        self.says(&[&["lint"], arguments].concat())
    }
}

/// This machine's programs without valgrind's.
#[cfg(unix)]
fn programs_without_valgrind() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for place in std::env::split_paths(&std::env::var_os("PATH").unwrap()) {
        for program in std::fs::read_dir(place).into_iter().flatten().flatten() {
            let name = program.file_name();
            if name != "valgrind" {
                // The first of a name is the one that is found, and stays.
                let _ = std::os::unix::fs::symlink(program.path(), folder.path().join(name));
            }
        }
    }
    folder
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
    let harness = "[package]\nname = \"perfkit_harness\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
    fixture.write("harness/Cargo.toml", harness);
    fixture.write("harness/src/lib.rs", COUNTING_ALLOCATOR);
    let dependency = "[dev-dependencies]\nperfkit_harness = { path = \"harness\" }\n";
    let profile = "[profile.bench]\ndebug = 1\nlto = \"fat\"\ncodegen-units = 1\n";
    fixture.manifest(&["time", "allocs"], &format!("{dependency}{profile}"));
    fixture.bench("time", bad, COUNTING);
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
    assert_found(&text, "H10", "fixture::time", "perfkit_harness::allocator::");
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
fn the_flags_in_effect_are_those_of_a_suites_own_environment_too() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(&[("work/some", "")]);
    let suite =
        "[[suite]]\nname = \"native\"\nselect = \"**\"\nenv = { RUSTFLAGS = \"-Ctarget-cpu=native\" }\n";
    fixture.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{suite}"));
    let (code, text) = fixture.lint(&["--suite", "native"]);
    assert_eq!(code, 1, "{text}");
    assert_found(&text, "H12", "RUSTFLAGS", "target-cpu=native");
    // Another machine's flags, and those that the environment replaces, are not in effect.
    let other = "[target.aarch64-apple-darwin]\nrustflags = [\"-Ctarget-cpu=native\"]\n";
    let replaced = "[build]\nrustflags = [\"-Ctarget-cpu=native\"]\n";
    fixture.write(".cargo/config.toml", &format!("{other}{replaced}"));
    let mut command = fixture.command(&["lint"]);
    let (code, text) = said(command.env("RUSTFLAGS", "-g").output().unwrap());
    assert_eq!(code, 0, "{text}");
    assert!(!text.contains("H12"), "{text}");
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
    let suite = "[[suite]]\nname = \"own\"\nselect = \"**\"\nenv = { RUSTFLAGS = \"-g\" }\n";
    fixture.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{suite}"));
    let (code, text) = fixture.lint(&["--suite", "own"]);
    assert_eq!(code, 0, "a suite with a build of its own is another build on purpose: {text}");

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
fn an_allowance_of_the_order_rule_is_judged_only_where_the_order_was_examined() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::new(&[("order/first", "")]);
    let allowance = "[[lint]]\nallow = \"H8\"\nselect = \"**\"\nreason = \"shares a cache\"\n";
    fixture.write("perfkit.toml", &format!("schema = \"perfkit.config/1\"\n{allowance}"));
    let (code, text) = fixture.lint(&[]);
    assert_eq!(code, 0, "{text}");
    let (code, text) = fixture.lint(&["--order"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("the allowance of H8 for ** is not needed"), "{text}");
    assert!(text.contains("\n✗ 1 benchmarks"), "what fails is not ticked off: {text}");
}

#[test]
fn the_order_is_examined_beside_starts_and_sizes_of_types() {
    if !can_count() {
        return;
    }
    let rows = &[("order/first", ""), ("order/start", "start"), ("order/state", "struct=24")];
    let fixture = Fixture::new(rows);
    let sizes = BENCH.replace("$ROLE", "time").replace("$ROWS", "(\"sizes/session\", \"struct=8\")");
    fixture.write("benches/sizes.rs", &sizes);
    fixture.manifest(&["time", "allocs", "sizes"], "");
    let (code, text) = fixture.lint(&["--order"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("✓ 4 benchmarks, 12 rules"), "{text}");
}

#[test]
fn benches_of_criterion_are_judged_by_their_times_and_throughput() {
    if !can_count() {
        return;
    }
    let fixture = Fixture::of_criterion(&[
        ("empty", "body", "", "0.4", "null", 50),
        ("sweep", "plain", "1", "100.0", "null", 50),
        ("sweep", "plain", "2", "200.0", "null", 50),
        ("flat", "bytes", "16", "100.0", r#"{"Bytes":16}"#, 50),
        ("flat", "bytes", "256", "101.0", r#"{"Bytes":256}"#, 50),
        ("good", "bytes", "16", "20.0", r#"{"Bytes":16}"#, 50),
        ("good", "bytes", "256", "300.0", r#"{"Bytes":256}"#, 50),
        ("good", "elements", "1", "20.0", r#"{"Elements":4}"#, 50),
        ("good", "elements", "2", "40.0", r#"{"Elements":8}"#, 50),
    ]);
    let (code, text) = fixture.lint(&[]);
    assert_eq!(code, 1, "{text}");
    assert_found(&text, "H1", "empty/body", "0.40 ns/op");
    assert_found(&text, "H1", "flat/bytes", "100.0 to 101.0 ns/op from size 16 to 256");
    assert_found(&text, "H2", "sweep/plain", "sizes 1, 2");
    assert!(text.contains("✗ 9 benchmarks, 11 rules (H8 wants --order): 1 denied, 2 warnings"), "{text}");
}

#[test]
fn a_changed_bench_of_criterion_is_known_by_group_and_function() {
    if !can_count() {
        return;
    }
    let rows =
        |work| [("parse", "short", "", "100.0", "null", work), ("parse", "long", "", "900.0", "null", 90)];
    let fixture = Fixture::of_criterion(&rows(50));
    fixture.commit();
    let (code, text) = fixture.says(&["run", "--instrument", "count"]);
    assert_eq!(code, 0, "{text}");
    let accept = ["baseline", "accept", "--only", "counted", "--author", "t", "--reason", "first"];
    let (code, text) = fixture.says(&accept);
    assert_eq!(code, 0, "{text}");
    fixture.commit();
    fixture.criterion(&rows(5000));
    let (code, text) = fixture.lint(&["--deny", "H9"]);
    assert_eq!(code, 1, "{text}");
    assert_found(&text, "H9", "parse/short", "the revision is still 1");
    assert!(!text.contains("H9 parse/long"), "{text}");
}

#[cfg(unix)]
#[test]
fn without_valgrind_nothing_was_counted_and_nothing_passes() {
    let programs = programs_without_valgrind();
    let fixture = Fixture::new(&[("work/some", ""), ("work/other", "")]);
    let mut command = fixture.command(&["lint"]);
    let (code, text) = said(command.env("PATH", programs.path()).output().unwrap());
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("✗ not examined: work/other, work/some: valgrind is not installed"), "{text}");
    assert!(!text.contains('✓'), "{text}");
}

#[test]
fn the_document_fits_its_schema() {
    if !can_count() {
        return;
    }
    let document = Fixture::new(&[("work/none", "work=0")]).json(&["lint", "--format", "json"]);
    let schema = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/lint.schema.json");
    let schema: serde_json::Value = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    if let Err(error) = validator.validate(&document) {
        panic!("{error} at {}", error.instance_path());
    }
    assert_eq!((&document["findings"][0]["rule"], &document["benchmarks"]), (&"H1".into(), &1.into()));
    let mut broken = document.clone();
    broken["findings"][0]["level"] = "perhaps".into();
    assert!(!validator.is_valid(&broken));
}

#[test]
fn nothing_to_look_at_is_an_error() {
    let (code, text) = Fixture::new(GOOD).lint(&["--filter", "nothing/like/it"]);
    assert_eq!(code, 5, "{text}");
}
