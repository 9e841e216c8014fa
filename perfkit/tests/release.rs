//! The release document: as snapshots, by its errors, and by what it must not hide.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod samples;

use std::{collections::BTreeMap, fs};

use assert_cmd::Command;
use perfkit::{
    format::{
        Baseline, Calibration, Invalidation, Run, RunInvalidation,
        calibration::{CALIBRATION_SCHEMA, Calibrated},
        document::{document_text, write_document},
        invalidation::INVALIDATION_SCHEMA,
        recipe::Recipe,
    },
    history::Ledger,
    render::Terminal,
    report::{
        ReportError,
        release::{Document, Sources, release, render_markdown, render_text},
    },
    store::{Measured, RunName, SAMPLES_SCHEMA, Samples, Store},
};

const RECIPE: &str = r#"
schema = "perfkit.recipe/1"
title = "Release 0.1"
introduction = "What changed."

[[table]]
title = "Packet build"
text = "One event in a packet."
metric = "time_ns"
before = "aead/chacha/{size}"
after = "aead/ring/{size}"
sizes = [64, 1024, 65536, 1048576]

[[table]]
title = "Pool"
metric = "allocs_per_op"
before = "pool/boxed/{size}"
after = "pool/inline/{size}"
sizes = [1, 10, 100]
row_heading = "Packets"

[[table]]
title = "Lookup"
metric = "ir"
before = "lookup/old"
after = "lookup/new"
"#;

/// A whole release note: several metrics, floors, rows of their own, a cost model, text between and a picture.
const NOTE: &str = r#"
schema = "perfkit.recipe/1"
title = "Release 0.2"

[[table]]
title = "Packet build"
metrics = ["time_ns", "ir"]
before = "aead/chacha/{size}"
after = "aead/ring/{size}"
sizes = [64, 256, 1024, 4096]
floor = true

[[table]]
title = "The model behind it"
kind = "cost_model"
metric = "time_ns"
before = "aead/chacha"
after = "aead/ring"
below = "A packet of no payload costs the fixed cost."

[[table]]
title = "In words"
kind = "text"
text = "The builder grew, and was boxed."

[[table]]
title = "Boxing the key"
metric = "time_ns"
row_heading = "Operation"
headings = ["Before (post-swap)", "After (boxed)"]
rows = [
    { label = "get/return", before = "pool/inline", after = "pool/boxed" },
    { label = "get/return, contended", before = "pool/contended_inline", after = "pool/contended" },
]

[[table]]
title = "Allocations"
kind = "allocations"
before = "pool/inline"
after = "pool/boxed"

[[plot]]
title = "Cost over payload"
kind = "cost_model"
metric = "time_ns"
ids = ["aead/chacha", "aead/ring"]
under = "The model behind it"
"#;

/// Tables across two runs.
const ACROSS: &str = r#"
schema = "perfkit.recipe/1"
title = "Release 0.3"

[[table]]
title = "Packet build"
metric = "time_ns"
after = "aead/ring/{size}"
sizes = [64, 1024]

[[table]]
title = "Instructions of the renamed"
metric = "ir"
before = "lookup/old"
after = "lookup/new"
across = true
"#;

fn run() -> Run {
    let times =
        [(64, 1139.0, 222.0), (1024, 1585.0, 1570.0), (65_536, 12_345.0, 1234.5), (1 << 20, 1.0e7, 1.2e7)];
    let mut rows: Vec<_> = times
        .iter()
        .flat_map(|(size, before, after)| {
            [("chacha", *before), ("ring", *after)].map(|(name, value)| {
                samples::row(&format!("aead/{name}/{size}"), &[("time_ns", value, "p20_min")])
            })
        })
        .collect();
    for (size, before, after) in [(1, 0.0, 0.0), (10, 0.0, 3.0), (100, 4.0, 1.0)] {
        rows.push(samples::row(&format!("pool/boxed/{size}"), &[("allocs_per_op", before, "exact")]));
        rows.push(samples::row(&format!("pool/inline/{size}"), &[("allocs_per_op", after, "exact")]));
    }
    rows.push(samples::row("lookup/old", &[("ir", 412.0, "exact")]));
    rows.push(samples::row("lookup/new", &[("ir", 97.0, "exact")]));
    Run { benchmarks: rows, ..samples::run() }
}

/// The numbers of the founding release notes, and what a note needs beside them.
fn noted() -> Run {
    let mut rows = Vec::new();
    let times = [(64, 1139.0, 222.0), (256, 1205.0, 288.0), (1024, 1585.0, 544.0), (4096, 3111.0, 1538.0)];
    for (size, before, after) in times {
        for (name, time) in [("chacha", before), ("ring", after)] {
            let metrics = [("time_ns", time, "p20_min"), ("ir", time * 6.21, "exact")];
            let mut row = samples::row(&format!("aead/{name}/{size}"), &metrics);
            (row.size, row.bytes) = (size, size);
            row.floor = (name == "ring").then(|| format!("raw/ring/{size}"));
            rows.push(row);
        }
        rows.push(samples::row(&format!("raw/ring/{size}"), &[("time_ns", after * 0.8, "p20_min")]));
    }
    for (id, time, allocations) in [
        ("pool/inline", 88.0, 1.0),
        ("pool/boxed", 38.0, 1.0),
        ("pool/contended_inline", 820.0, 0.0),
        ("pool/contended", 901.0, 0.0),
    ] {
        let metrics = [
            ("time_ns", time, "p20_min"),
            ("allocs_per_op", allocations, "exact"),
            ("alloc_bytes_per_op", allocations * time * 2.0, "exact"),
        ];
        rows.push(samples::row(id, &metrics));
    }
    let mut run = Run { benchmarks: rows, ..samples::run() };
    run.provenance.dirty = false;
    run
}

/// Sources with nothing but a run.
struct Given {
    after: Measured,
    before: Option<Measured>,
    reference: Option<Baseline>,
    calibration: Option<Calibration>,
}

impl Given {
    fn run(run: Run) -> Self {
        Self { after: measured(run), before: None, reference: None, calibration: None }
    }

    fn before(self, run: Run) -> Self {
        Self { before: Some(measured(run)), ..self }
    }

    fn release(&self, recipe: &str) -> Result<Document, ReportError> {
        let sources = Sources {
            after: &self.after,
            before: self.before.as_ref(),
            reference: self.reference.as_ref(),
            calibration: self.calibration.as_ref(),
        };
        release(&Recipe::parse(recipe).unwrap(), &sources)
    }

    fn text(&self, recipe: &str) -> String {
        render_markdown(&self.release(recipe).unwrap(), Some(&|name: &str| format!("release-{name}")))
    }
}

fn measured(run: Run) -> Measured {
    Measured::Run(Box::new(run), Box::default())
}

#[test]
fn a_release_with_published_figures() {
    let mut reference = samples::reference();
    reference.benchmarks = vec![samples::row("aead/ring/64", &[("criterion_ns", 222.0, "criterion")])];
    let given = Given { reference: Some(reference), ..Given::run(run()) };
    insta::assert_snapshot!(given.text(RECIPE));
}

#[test]
fn a_whole_release_note() {
    insta::assert_snapshot!(Given::run(noted()).text(NOTE));
}

#[test]
fn a_release_across_two_runs() {
    let mut before = run();
    before.id = "999999".to_owned();
    before.provenance.revision = "aaaaaaaaaaaaaaaaaaaa".to_owned();
    before.provenance.dirty = false;
    for row in &mut before.benchmarks {
        row.metrics.values_mut().for_each(|metric| metric.value *= 2.0);
    }
    insta::assert_snapshot!(Given::run(run()).before(before).text(ACROSS));
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let text = Given::run(noted()).text(NOTE);
    assert_eq!(text, Given::run(noted()).text(NOTE));
    assert!(text.starts_with("<!-- Generated by perfkit") && !text.contains("Published"), "{text}");
}

#[test]
fn what_got_worse_says_so_and_what_got_better_does_not() {
    let text = Given::run(noted()).text(NOTE);
    let line =
        |part: &str| text.lines().find(|line| line.starts_with(part)).unwrap_or_else(|| panic!("{part}"));
    assert!(line("| get/return, contended").contains("+9.9 % (✗ worse)"), "{text}");
    assert!(!line("| get/return |").contains("worse"), "{text}");
    // More throughput is better, less is worse.
    let recipe = "schema = \"perfkit.recipe/1\"\ntitle = \"t\"\n[[table]]\ntitle = \"x\"\nmetric = \"ops_ps\"\n\
                  rows = [{ before = \"a\", after = \"b\" }, { before = \"b\", after = \"a\" }]\n";
    let mut rates = run();
    rates.benchmarks = vec![
        samples::row("a", &[("ops_ps", 1e6, "median")]),
        samples::row("b", &[("ops_ps", 2e6, "median")]),
    ];
    let text = Given::run(rates).text(recipe);
    assert!(text.contains("| +100 % |") && text.contains("−50.0 % (✗ worse)"), "{text}");
}

#[test]
fn the_calibration_of_the_machine_goes_before_the_recipes_noise() {
    let calibrated = |id: &str, floor: f64| Calibrated {
        id: id.to_owned(),
        revision: 1,
        floors: [("time_ns".to_owned(), floor)].into(),
        rounds: 20,
        round_milliseconds: 100,
        measured: "2026-03-05T10:11:12Z".to_owned(),
        commit: "1f0c2ab".to_owned(),
        dirty: false,
        rustc: "rustc 1.95.0".to_owned(),
        environment: run().environment,
    };
    let calibration = |benchmarks: Vec<Calibrated>| Calibration {
        schema: CALIBRATION_SCHEMA.to_owned(),
        host: "server-cpu".to_owned(),
        fingerprint: run().host.fingerprint,
        confirmation_rounds: 12,
        quantile: 0.95,
        benchmarks,
        extra: BTreeMap::new(),
    };
    let standing = |calibration: Option<Calibration>| {
        let document = Given { calibration, ..Given::run(run()) }.release(RECIPE).unwrap();
        serde_json::to_value(document.sections[0].rows[1].changes[0].standing).unwrap()
    };
    // −0.9 %: noise by the recipe, a change by a quiet machine's own measure, and noise on a noisy one.
    assert_eq!(standing(None), serde_json::json!({"within-noise": 0.02}));
    let quiet = vec![calibrated("aead/ring/1024", 0.001)];
    assert_eq!(standing(Some(calibration(quiet.clone()))), "better");
    let noisy = vec![calibrated("aead/ring/1024", 0.001), calibrated("aead/chacha/1024", 0.3)];
    assert_eq!(standing(Some(calibration(noisy))), serde_json::json!({"within-noise": 0.3}));
    let mut foreign = calibration(quiet);
    foreign.fingerprint.brand = "Another CPU".to_owned();
    assert_eq!(standing(Some(foreign)), serde_json::json!({"within-noise": 0.02}));
}

#[test]
fn missing_ids_are_named_all_at_once() {
    let mut run = run();
    run.benchmarks.retain(|row| row.id != "aead/ring/64" && row.id != "lookup/new");
    let error = Given::run(run).release(RECIPE).unwrap_err();
    let missing = ["aead/ring/64 (time_ns)", "lookup/new (ir)"]
        .map(|name| format!("{name} in run 0a1b2c (1f0c2ab)"))
        .to_vec();
    assert_eq!(error, ReportError::Missing { missing });
}

#[test]
fn halves_of_different_statistics_do_not_stand_side_by_side() {
    let mut run = run();
    let row = run.benchmarks.iter_mut().find(|row| row.id == "lookup/new").unwrap();
    row.metrics.get_mut("ir").unwrap().statistic = "first_call".to_owned();
    let error = Given::run(run).release(RECIPE).unwrap_err();
    assert!(matches!(error, ReportError::NotComparable { .. }), "{error}");
}

#[test]
fn times_of_two_machines_and_counts_of_two_builds_are_refused() {
    let refused = |edit: &dyn Fn(&mut Run)| {
        let mut before = run();
        edit(&mut before);
        Given::run(run()).before(before).release(ACROSS)
    };
    assert!(refused(&|_| ()).is_ok());
    let machines = refused(&|run| run.host.fingerprint.cores = 64).unwrap_err();
    assert!(matches!(machines, ReportError::Refused { what: "machines", .. }), "{machines}");
    let isa = refused(&|run| run.host.isa = "x86_64-avx2".to_owned()).unwrap_err();
    assert!(matches!(isa, ReportError::Refused { what: "machines", .. }), "{isa}");
    assert!(isa.to_string().contains("is of x86_64-avx2, run 0a1b2c (1f0c2ab) of x86_64-avx512"), "{isa}");
    let variant = refused(&|run| run.toolchain.variant = "no_avx512".to_owned()).unwrap_err();
    assert!(matches!(variant, ReportError::Refused { what: "builds", .. }), "{variant}");
    assert!(variant.to_string().contains("the build of suite no_avx512"), "{variant}");
    let builds = refused(&|run| run.toolchain.rustc = "rustc 1.94.0".to_owned()).unwrap_err();
    assert!(builds.to_string().contains("1.94.0"), "{builds}");
    let counts =
        ACROSS.replace("metric = \"time_ns\"", "metric = \"ir\"").replace("aead/ring/{size}", "lookup/new");
    let mut unknown = run();
    unknown.toolchain.valgrind = None;
    let unknown =
        Given::run(run()).before(unknown).release(&counts.replace("sizes = [64, 1024]\n", "")).unwrap_err();
    assert!(unknown.to_string().contains("not known in full"), "{unknown}");
    let none = Given::run(run()).release(ACROSS).unwrap_err();
    assert_eq!(none, ReportError::NeedsBefore { table: "Packet build".to_owned() });
}

#[test]
fn a_workload_whose_meaning_changed_is_not_compared_with_itself() {
    let mut before = run();
    before.benchmarks.iter_mut().for_each(|row| row.revision = 2);
    let error = Given::run(run()).before(before).release(ACROSS).unwrap_err();
    assert!(error.to_string().contains("revision of the benchmark"), "{error}");
}

/// The run with these rows taken back, as the ledger of its store marks it.
fn taken_back(mut run: Run, select: &[&str]) -> Run {
    let invalidation = invalidation(&run, select);
    Ledger::new(&[invalidation], &[], std::path::Path::new(".")).mark(&mut run);
    run
}

fn invalidation(run: &Run, select: &[&str]) -> RunInvalidation {
    RunInvalidation {
        schema: INVALIDATION_SCHEMA.to_owned(),
        run: RunName::of(run).stem().to_owned(),
        select: select.iter().map(|pattern| (*pattern).to_owned()).collect(),
        reason: "measured one shard".to_owned(),
        author: "A. Author".to_owned(),
        date: "2026-03-06".to_owned(),
        extra: BTreeMap::new(),
    }
}

#[test]
fn invalidated_rows_are_named_and_not_compared() {
    let text = Given::run(taken_back(run(), &["aead/ring/64"])).text(RECIPE);
    assert!(text.contains("| 64 B | 1139 ns | – | invalidated |"), "{text}");
    assert!(text.contains("Invalidated: aead/ring/64: measured one shard"), "{text}");
    assert!(text.contains("| 64 KiB | 12.3 µs | 1.23 µs | −90.0 % |"), "{text}");
}

#[test]
fn an_invalidated_row_of_a_baseline_is_named_too() {
    let mut baseline = samples::timed();
    let mut row = samples::row("aead/ring/64", &[("time_ns", 500.0, "p20_min")]);
    row.invalidated = Some(Invalidation { reason: "one template".to_owned(), since: "1f0c2ab".to_owned() });
    baseline.benchmarks = vec![row, samples::row("aead/ring/1024", &[("time_ns", 900.0, "p20_min")])];
    let recipe = ACROSS.split("[[table]]").take(2).collect::<Vec<_>>().join("[[table]]");
    let given = Given { before: Some(Measured::Baseline(Box::new(baseline))), ..Given::run(run()) };
    let text = given.text(&recipe);
    assert!(text.contains("| 64 B | – | 222 ns | invalidated |") && text.contains("one template"), "{text}");
    assert!(
        text.contains("+74.4 % (✗ worse)")
            && text.contains("baseline server-cpu (x86_64-avx512) · accepted 2026-03-05"),
        "{text}"
    );
}

#[test]
fn a_floor_that_was_taken_back_is_no_floor() {
    let floor = |run: Run| Given::run(run).release(NOTE).unwrap().sections[0].rows[0].times_floor;
    assert!(floor(noted()).is_some());
    assert_eq!(floor(taken_back(noted(), &["raw/ring/64"])), None);
}

#[test]
fn a_size_that_was_taken_back_is_no_part_of_a_model_and_named() {
    let mut run = noted();
    for name in ["chacha", "ring"] {
        let (size, time) = (16_384, 8000.0);
        let mut row = samples::row(&format!("aead/{name}/{size}"), &[("time_ns", time, "p20_min")]);
        (row.size, row.bytes) = (size, size);
        run.benchmarks.push(row);
    }
    let recipe = NOTE.replace("metrics = [\"time_ns\", \"ir\"]", "metric = \"time_ns\"");
    let text = Given::run(taken_back(run, &["aead/ring/16384"])).text(&recipe);
    let note = "Invalidated: aead/ring/16384: measured one shard. It is no part of the cost model.";
    assert_eq!(text.matches(note).count(), 1, "{text}");
    assert!(
        text.contains("Over the sizes that still count on both sides: 64 B, 256 B, 1 KiB, 4 KiB."),
        "{text}"
    );
    assert!(text.contains("| fixed cost | 1093 ns | 202 ns | −81.5 % |"), "{text}");
}

#[test]
fn a_model_without_intervals_is_judged_by_the_recipes_noise_and_says_so() {
    let mut slower = noted();
    for row in slower.benchmarks.iter_mut().filter(|row| row.id.starts_with("aead/ring")) {
        let before =
            noted().benchmarks.into_iter().find(|chacha| chacha.id == row.id.replace("ring", "chacha"));
        let time = before.unwrap().metrics["time_ns"].value;
        row.metrics.get_mut("time_ns").unwrap().value = time * 1.001;
    }
    let text = Given::run(slower).text(NOTE);
    let line = text.lines().find(|line| line.starts_with("| fixed cost |")).unwrap();
    assert!(line.contains("| +0.1 % (within noise) |"), "{line}");
    assert!(text.contains("aead/ring (time_ns): no intervals: the values of the rounds of"), "{text}");
}

#[test]
fn models_of_two_revisions_of_a_benchmark_stand_side_by_side_and_are_not_compared() {
    let mut later = noted();
    for row in later.benchmarks.iter_mut().filter(|row| row.id.starts_with("aead/ring")) {
        row.revision = 2;
        row.metrics.get_mut("time_ns").unwrap().value *= 2.0;
    }
    let recipe = "schema = \"perfkit.recipe/1\"\ntitle = \"R\"\n[[table]]\ntitle = \"M\"\nkind = \"cost_model\"\n\
                  metric = \"time_ns\"\nafter = \"aead/ring\"\nacross = true\n";
    let text = Given::run(later).before(noted()).text(recipe);
    assert!(text.contains("Not compared: time_ns: revision 1 of the benchmark became 2."), "{text}");
    assert!(text.contains("| fixed cost | 202 ns | 405 ns | not compared |"), "{text}");
}

#[test]
fn a_verdict_never_stands_beside_a_zero() {
    let mut run = run();
    let row = run.benchmarks.iter_mut().find(|row| row.id == "lookup/old").unwrap();
    row.metrics.get_mut("ir").unwrap().value = 72_002.0;
    let row = run.benchmarks.iter_mut().find(|row| row.id == "lookup/new").unwrap();
    row.metrics.get_mut("ir").unwrap().value = 72_003.0;
    let text = Given::run(run).text(RECIPE);
    assert!(text.contains("**+1 instructions/op (✗ worse)**") && !text.contains("**0 %"), "{text}");
}

#[test]
fn a_comment_that_makes_it_again_and_commands_keep_their_words() {
    let mut run = run();
    run.provenance.command = vec!["run".to_owned(), "--filter".to_owned(), "aead/*".to_owned()];
    let mut reference = samples::reference();
    reference.name = "core i9".to_owned();
    reference.benchmarks = vec![samples::row("aead/ring/64", &[("criterion_ns", 222.0, "criterion")])];
    let text = Given { reference: Some(reference), ..Given::run(run) }.text(RECIPE);
    assert!(text.contains("perfkit run --filter 'aead/*'\n"), "{text}");
    assert!(text.contains("--run 0a1b2c --host 'core i9' -->"), "{text}");
    assert!(text.contains("perfkit report release RECIPE --host 'core i9'\n"), "{text}");
}

#[test]
fn published_figures_name_their_source_and_their_meaning_must_be_the_same() {
    let mut reference = samples::reference();
    reference.benchmarks = vec![samples::row("aead/ring/64", &[("criterion_ns", 222.0, "criterion")])];
    let given = |reference: Baseline| Given { reference: Some(reference), ..Given::run(run()) }.text(RECIPE);
    let source = "Published: i9-14900K (x86_64-avx2) · published results of Net v0.27.3 · imported 2026-03-05 · criterion_ns, statistic criterion";
    assert!(given(reference.clone()).contains(source), "{}", given(reference));
    reference.benchmarks[0].revision = 2;
    let other = given(reference);
    assert!(!other.contains("Published (i9-14900K)") && !other.contains("Published: i9-14900K"), "{other}");
    assert!(
        other.contains("aead/ring/64 is of revision 2 of the benchmark in i9-14900K, measured here is 1")
    );
}

#[test]
fn counts_of_two_machines_are_not_said_to_be_of_one() {
    let counts = ACROSS.split("[[table]]").enumerate().filter(|(part, _)| *part != 1).map(|(_, text)| text);
    let counts = counts.collect::<Vec<_>>().join("[[table]]");
    let text = |edit: &dyn Fn(&mut Run)| {
        let mut before = run();
        edit(&mut before);
        Given::run(run()).before(before).text(&counts)
    };
    assert!(text(&|_| ()).contains("measured on one machine, each in a run of its own"));
    let two = text(&|run| run.host.fingerprint.brand = "Another CPU".to_owned());
    assert!(
        !two.contains("on one machine") && two.contains("each on the machine named under its table"),
        "{two}"
    );
}

#[test]
fn numbers_carry_where_they_come_from_in_every_format() {
    let document = Given::run(noted()).release(NOTE).unwrap();
    let line = "x86_64-avx512 (counted: x86_64-avx2)) · revision 1f0c2ab · 2026-03-05 · 5 rounds · \
                rustc 1.95.0 (59807616e 2026-04-14), x86_64-unknown-linux-gnu · valgrind 3.25.1 · ";
    let json = serde_json::to_value(&document).unwrap();
    assert!(json["sections"][0]["provenance"][0].as_str().unwrap().contains(line), "{json}");
    let text = render_text(&document, &Terminal::PLAIN);
    assert!(text.contains(line), "{text}");
}

#[test]
fn published_figures_are_no_before() {
    let given =
        Given { before: Some(Measured::Baseline(Box::new(samples::reference()))), ..Given::run(run()) };
    assert!(matches!(given.release(ACROSS).unwrap_err(), ReportError::Refused { .. }));
}

#[test]
fn a_model_that_cannot_be_fitted_names_its_table() {
    let mut run = noted();
    run.benchmarks.retain(|row| row.id != "aead/chacha/4096");
    let recipe = NOTE.replace("sizes = [64, 256, 1024, 4096]", "sizes = [64, 256, 1024]");
    let error = Given::run(run).release(&recipe).unwrap_err().to_string();
    assert!(error.contains("The model behind it") && error.contains("a model needs 4 sizes"), "{error}");
}

#[test]
fn models_are_compared_over_the_sizes_that_both_have() {
    let mut run = noted();
    let mut large = samples::row("aead/ring/1048576", &[("time_ns", 9e9, "p20_min"), ("ir", 1.0, "exact")]);
    (large.size, large.bytes) = (1 << 20, 1 << 20);
    run.benchmarks.push(large);
    let recipe = NOTE.split("[[plot]]").next().unwrap();
    let text = Given::run(run).text(recipe);
    assert!(text.contains("both were measured at: 64 B, 256 B, 1 KiB, 4 KiB."), "{text}");
    assert!(text.contains("| fixed cost | 1093 ns | 202 ns | −81.5 % |"), "{text}");
}

#[test]
fn the_command_writes_the_document_and_its_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "[package]\nname = \"x\"\nversion = \"0.0.0\"\n[workspace]\n";
    fs::create_dir(folder.path().join("src")).unwrap();
    for (name, text) in [("Cargo.toml", manifest), ("src/lib.rs", ""), ("note.toml", NOTE)] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let store = Store::new(&folder.path().join(".perfkit"));
    let mut sidecar = Samples { schema: SAMPLES_SCHEMA.to_owned(), ..Samples::default() };
    sidecar.time.insert("pool/boxed".to_owned(), vec![vec![(10.0, 380.0), (10.0, 390.0)]; 3]);
    store.save(&samples::of_this_host(noted()), &sidecar).unwrap();
    let perfkit = |arguments: &[&str]| {
        Command::cargo_bin("perfkit").unwrap().current_dir(folder.path()).args(arguments).output().unwrap()
    };
    let output = perfkit(&["report", "release", "note.toml", "--output", "docs/note.md"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let document = fs::read_to_string(folder.path().join("docs/note.md")).unwrap();
    assert!(document.contains("![Cost over payload](note-cost-over-payload.svg)"), "{document}");
    assert!(folder.path().join("docs/note-cost-over-payload.svg").is_file());

    let json = perfkit(&["report", "release", "note.toml", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../schemas/release.schema.json")).unwrap();
    if let Err(error) = jsonschema::draft202012::new(&schema).unwrap().validate(&json) {
        panic!("{error} at {}", error.instance_path());
    }
    let shown = perfkit(&["report", "release", "note.toml", "--format", "text"]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("✗ worse"), "{shown:?}");

    let spread = format!(
        "{NOTE}\n[[plot]]\ntitle = \"Samples\"\nkind = \"distribution\"\nids = [\"pool/boxed\"]\n\
         [[plot]]\ntitle = \"Threads\"\nkind = \"scaling\"\nids = [\"pool/boxed\"]\n"
    );
    fs::write(folder.path().join("note.toml"), spread).unwrap();
    let without = perfkit(&["report", "release", "note.toml"]);
    assert_eq!(without.status.code(), Some(5), "{without:?}");
    assert!(String::from_utf8_lossy(&without.stderr).contains("no throughput at two numbers of threads"));

    fs::create_dir(folder.path().join("baselines")).unwrap();
    for baseline in [samples::timed(), samples::reference()] {
        let path = folder.path().join(format!("baselines/{}.json", baseline.name));
        write_document(&path, &baseline).unwrap();
    }
    fs::write(folder.path().join("note.toml"), NOTE).unwrap();
    let accepted = perfkit(&["report", "release", "note.toml", "--host", "server-cpu"]);
    let said = String::from_utf8_lossy(&accepted.stderr).into_owned();
    assert!(accepted.status.code() == Some(2) && said.contains("--before server-cpu"), "{accepted:?}");
    assert_eq!(perfkit(&["report", "release", "note.toml", "--host", "i9-14900k"]).status.code(), Some(0));
    store.invalidate(&invalidation(&noted(), &["pool/boxed"])).unwrap();
    let partly = perfkit(&["report", "release", "note.toml"]);
    assert!(String::from_utf8_lossy(&partly.stdout).contains("Invalidated: pool/boxed"), "{partly:?}");
}

#[test]
fn every_recipe_of_this_repository_is_one() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            Recipe::load(&path).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

#[test]
fn the_document_is_data_before_it_is_words() {
    let text = document_text(&Given::run(noted()).release(NOTE).unwrap()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let row = &json["sections"][0]["rows"][0];
    assert_eq!(row["changes"][1]["metric"], "ir");
    assert!((row["times_floor"].as_f64().unwrap() - 1.25).abs() < 1e-9, "{row}");
}
