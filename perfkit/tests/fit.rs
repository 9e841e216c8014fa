//! `perfkit fit` and `perfkit report scaling` on stored runs: what they print, what they write, what they refuse.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod samples;

use std::{fs, process::Output};

use assert_cmd::Command;
use perfkit::{
    format::{
        Benchmark, Invalidation, Problem, ProblemKind, Run, RunInvalidation, config::Instrument,
        document::write_document, invalidation::INVALIDATION_SCHEMA,
    },
    instrument::InstrumentError,
    report::scaling::{render_scaling, scalings},
    store::{RunName, SAMPLES_SCHEMA, Samples, Store, distinct_file_name},
};
use serde_json::Value;

const SIZES: [u64; 5] = [64, 256, 1024, 4096, 16_384];

/// A run of a series with this model, and its rounds.
fn modelled(id: &str, fixed: f64, per_byte: f64) -> (Run, Samples) {
    let mut run = samples::run();
    run.id = id.to_owned();
    run.benchmarks.clear();
    run.problems.clear();
    let mut sidecar = Samples { schema: SAMPLES_SCHEMA.to_owned(), ..Samples::default() };
    for size in SIZES {
        let id = format!("seal/ring/{size}");
        let cost = fixed + per_byte * size as f64;
        // Sorted, so that the second of six is the 20th percentile.
        let rounds = [0.999, 1.0, 1.001, 1.002, 1.003, 1.4].map(|share| cost * share).to_vec();
        let mut row = samples::row(&id, &[("cpu_time_ns", cost, "p20_min"), ("ir", cost * 4.0, "exact")]);
        (row.size, row.bytes) = (size, size);
        run.benchmarks.push(row);
        sidecar.rounds.insert(id, [("cpu_time_ns".to_owned(), rounds)].into());
    }
    run.benchmarks.push(samples::row("seal/setup", &[("ir", 5.0, "exact")]));
    (run, sidecar)
}

/// A workspace whose store holds a run and a faster, later one.
fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "[package]\nname = \"x\"\nversion = \"0.0.0\"\n[workspace]\n";
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/lib.rs"), "").unwrap();
    let store = Store::new(&folder.path().join(".perfkit"));
    let (before, rounds) = modelled("aaaaaa", 1092.0, 0.49);
    store.save(&samples::of_this_host(before), &rounds).unwrap();
    let (mut after, rounds) = modelled("bbbbbb", 202.0, 0.329);
    after.provenance.started = "2026-03-06T10:11:12Z".to_owned();
    store.save(&samples::of_this_host(after), &rounds).unwrap();
    folder
}

fn perfkit(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
    Command::cargo_bin("perfkit").unwrap().current_dir(folder.path()).args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The document on standard output, which fits its schema.
fn json(folder: &tempfile::TempDir, arguments: &[&str]) -> Value {
    let output = perfkit(folder, &[arguments, &["--format", "json"]].concat());
    let document = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    validate("fit", &document);
    document
}

fn validate(name: &str, document: &Value) {
    let path = format!("{}/schemas/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    if let Err(error) = validator.validate(document) {
        panic!("{error} at {}", error.instance_path());
    }
}

#[test]
fn models_of_time_and_instructions_stand_in_one_table() {
    let folder = workspace();
    let output = perfkit(&folder, &["fit", "seal"]);
    let printed = text(&output);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    for part in
        ["202 ns [", "0.329 ns/B [", "GB/s", "614 B", "808 instructions/op", "1.32 instructions/B", "✓ fits"]
    {
        assert!(printed.contains(part), "{part} is not in\n{printed}");
    }
    assert!(printed.contains("1 benchmark has no size"), "{printed}");
}

#[test]
fn the_document_fits_its_schema() {
    let folder = workspace();
    let output = perfkit(&folder, &["fit", "seal", "--against", "aaaaaa", "--format", "json"]);
    let document: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    validate("fit", &document);
    assert_eq!(document["changes"][0]["lines"][0]["fixed"]["intervals"], "apart");
    let mut broken = document.clone();
    broken["models"][0]["whole"]["from"] = "64".into();
    let schema: Value = serde_json::from_str(include_str!("../schemas/fit.schema.json")).unwrap();
    assert!(!jsonschema::draft202012::new(&schema).unwrap().is_valid(&broken));
}

#[test]
fn two_runs_stand_side_by_side_with_what_changed() {
    let folder = workspace();
    let printed = text(&perfkit(&folder, &["fit", "seal", "--metric", "cpu_time_ns", "--against", "aaaaaa"]));
    for part in ["1092 ns", "202 ns", "−81.5 %", "0.490 ns/B", "0.329 ns/B", "−32.9 %", "apart"] {
        assert!(printed.contains(part), "{part} is not in\n{printed}");
    }
    let same = json(&folder, &["fit", "seal", "--metric", "cpu_time_ns", "--against", "bbbbbb"]);
    let line = &same["changes"][0]["lines"][0];
    for part in ["fixed", "per_unit"] {
        assert_eq!(line[part]["change"], 0.0, "{line}");
        assert_eq!(line[part]["intervals"], "overlap", "{line}");
    }
}

/// A run before the workspace's two, changed.
fn earlier(folder: &tempfile::TempDir, change: impl Fn(&mut Run)) {
    let (mut run, rounds) = modelled("eeeeee", 500.0, 0.4);
    run.provenance.started = "2026-03-03T10:11:12Z".to_owned();
    change(&mut run);
    Store::new(&folder.path().join(".perfkit")).save(&run, &rounds).unwrap();
}

#[test]
fn another_revision_of_the_benchmark_is_not_compared() {
    let folder = workspace();
    earlier(&folder, |run| run.benchmarks.iter_mut().for_each(|row| row.revision = 7));
    let arguments = ["fit", "seal", "--against", "eeeeee"];
    let printed = text(&perfkit(&folder, &arguments));
    assert!(printed.contains("not compared: revision 7 of the benchmark became 1"), "{printed}");
    let document = json(&folder, &arguments);
    assert_eq!(document["changes"][0]["lines"], serde_json::json!([]));
    assert_eq!(document["models"][0]["points"][0]["revision"], 1);
}

#[test]
fn what_only_one_side_has_is_named_with_the_reason() {
    let folder = workspace();
    earlier(&folder, |run| {
        // One series is called otherwise, and the other metric is there at three sizes.
        let renamed: Vec<Benchmark> = run
            .benchmarks
            .iter()
            .filter(|row| row.size > 0)
            .map(|row| Benchmark { id: row.id.replace("ring", "chacha"), ..row.clone() })
            .collect();
        for row in run.benchmarks.iter_mut().filter(|row| row.size > 1024) {
            row.metrics.remove("ir");
        }
        run.benchmarks.extend(renamed);
    });
    let arguments = ["fit", "seal", "--metric", "ir", "--against", "eeeeee"];
    let printed = text(&perfkit(&folder, &arguments));
    for part in [
        "+ seal/ring (ir): not on the other side: ir is there at 3 sizes (64, 256, 1024); a model needs 4 sizes",
        "∅ seal/chacha (ir): only run eeeeee (1f0c2ab) has a model: no such series or metric",
    ] {
        assert!(printed.contains(part), "{part} is not in\n{printed}");
    }
    let document = json(&folder, &arguments);
    assert_eq!(document["before_unfit"][0]["series"], "seal/ring", "{document}");
    assert_eq!(document["changes"], serde_json::json!([]));
}

#[test]
fn counts_of_two_builds_carry_a_caution_in_every_format() {
    let folder = workspace();
    earlier(&folder, |run| run.toolchain.rustc = "rustc 1.94.0 (000000000 2026-01-01)".to_owned());
    let arguments = ["fit", "seal", "--metric", "ir", "--against", "eeeeee"];
    let printed = text(&perfkit(&folder, &arguments));
    assert!(printed.contains("! counts are not of one build: "), "{printed}");
    let caution = json(&folder, &arguments)["caution"].clone();
    assert!(caution.as_str().unwrap().starts_with("counts are not of one build: "), "{caution}");
    let same = json(&folder, &["fit", "seal", "--metric", "ir", "--against", "aaaaaa"]);
    assert_eq!(same["caution"], Value::Null);
}

#[test]
fn what_belongs_to_no_series_is_counted_by_its_reason() {
    let folder = workspace();
    earlier(&folder, |run| {
        let mut scaled = samples::row("seal/pool/8", &[("ir", 5.0, "exact")]);
        scaled.threads = 8;
        let mut gone = samples::row("seal/old/64", &[("ir", 5.0, "exact")]);
        gone.invalidated = Some(Invalidation { reason: "r".to_owned(), since: "s".to_owned() });
        let sized = |id: &str, size: u64| Benchmark { size, ..samples::row(id, &[("ir", 5.0, "exact")]) };
        run.benchmarks.extend([scaled, gone, sized("seal/hash/sha", 64), sized("seal/hash/blake3", 256)]);
    });
    let arguments = ["fit", "seal", "--run", "eeeeee"];
    let printed = text(&perfkit(&folder, &arguments));
    for part in [
        "- 1 benchmark has no size\n",
        "- 2 benchmarks have a size that their ids do not end in\n",
        "- 1 benchmark ends in a number of threads, not a size\n",
        "- 1 benchmark was invalidated\n",
    ] {
        assert!(printed.contains(part), "{part} is not in\n{printed}");
    }
    let left_out = json(&folder, &arguments)["left_out"].clone();
    assert_eq!(left_out[0], serde_json::json!({"id": "seal/setup", "why": "no-size"}), "{left_out}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = workspace();
    for format in ["text", "json"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_perfkit"));
        command.current_dir(folder.path()).args(["fit", "seal", "--format", format]).stdout(writer);
        let output = command.output().unwrap();
        assert_eq!((output.status.code(), text(&output).as_str()), (Some(0), ""), "{format}");
    }
}

#[test]
fn times_of_another_machine_are_refused_and_counts_are_not() {
    let folder = workspace();
    let (mut foreign, rounds) = modelled("cccccc", 100.0, 0.1);
    foreign.host.fingerprint.brand = "Another CPU".to_owned();
    foreign.host.profile = "elsewhere".to_owned();
    foreign.provenance.started = "2026-03-04T10:11:12Z".to_owned();
    Store::new(&folder.path().join(".perfkit")).save(&foreign, &rounds).unwrap();
    let output = perfkit(&folder, &["fit", "seal", "--run", "bbbbbb", "--against", "cccccc"]);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output));
    assert!(text(&output).contains("elsewhere") && output.stdout.is_empty(), "{}", text(&output));
    let counts =
        perfkit(&folder, &["fit", "seal", "--metric", "ir", "--run", "bbbbbb", "--against", "cccccc"]);
    assert_eq!(counts.status.code(), Some(0), "{}", text(&counts));
}

#[test]
fn pictures_are_written_whole() {
    let folder = workspace();
    let output = perfkit(&folder, &["fit", "seal", "--svg", "plots/m.svg", "--png", "plots/m.png"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let read = |name: &str| fs::read(folder.path().join("plots").join(name)).unwrap();
    assert!(read("m-cpu_time_ns.svg").starts_with(b"<svg") && read("m-ir.svg").ends_with(b"</svg>"));
    assert!(read("m-ir.png").starts_with(b"\x89PNG"));
    perfkit(&folder, &["fit", "seal", "--metric", "ir", "--svg", "one.svg"]);
    assert!(folder.path().join("one.svg").is_file(), "one metric keeps the name");
}

#[test]
fn what_cannot_be_fitted_is_named() {
    let folder = workspace();
    let unsized_row = perfkit(&folder, &["fit", "seal/setup"]);
    assert_eq!(unsized_row.status.code(), Some(5), "{}", text(&unsized_row));
    assert!(text(&unsized_row).contains("1 benchmark has no size"));
    let few = perfkit(&folder, &["fit", "seal/ring/{64,256}"]);
    assert!(text(&few).contains("2 sizes (64, 256); a model needs 4 sizes"), "{}", text(&few));
    for arguments in
        [vec!["fit", "seal", "--metric", "ops_ps"], vec!["fit"], vec!["fit", "seal", "--run", "x"]]
    {
        assert_eq!(perfkit(&folder, &arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(perfkit(&folder, &["fit", "nothing"]).status.code(), Some(5));
}

fn scaled(id: &str, rates: &[(u32, f64)]) -> Benchmark {
    let mut row = samples::row(id, &[]);
    for (threads, rate) in rates {
        let metric = samples::metric(&format!("ops_ps_{threads}"), *rate, "median");
        let metric = metric.with_interval(rate * 0.98, rate * 1.02, 1.0);
        row.metrics.insert(format!("ops_ps_{threads}"), metric);
        if *threads > 1 {
            let share = rate / (f64::from(*threads) * rates[0].1);
            let name = format!("scaling_efficiency_{threads}");
            row.metrics.insert(name.clone(), samples::metric(&name, share, "median"));
        }
    }
    row
}

fn scaling_run() -> Run {
    let mut run = samples::run();
    run.host.fingerprint.cores = 4;
    run.benchmarks = vec![
        scaled("pool/local", &[(1, 6.3e6), (2, 12.4e6), (4, 24.1e6)]),
        scaled("pool/shared", &[(1, 6.1e6), (2, 7.9e6), (4, 6.6e6)]),
        samples::row("pool/other", &[("ir", 5.0, "exact")]),
    ];
    run.problems = vec![
        Problem {
            subject: "pool/local".to_owned(),
            kind: ProblemKind::Skipped,
            instrument: Some(Instrument::Scaling),
            message: "scaling to 8 threads needs 8 cores, this machine has 4".to_owned(),
        },
        Problem {
            subject: "pool/other".to_owned(),
            kind: ProblemKind::Skipped,
            instrument: None,
            message: "valgrind is not installed".to_owned(),
        },
    ];
    run
}

#[test]
fn a_scaling_document() {
    let run = scaling_run();
    let pictures = [("pool/local".to_owned(), "plots/pool_local.svg".to_owned())].into();
    insta::assert_snapshot!(render_scaling(&run, &scalings(&run), &pictures));
}

#[test]
fn lack_of_cores_is_no_measurement() {
    let mut run = scaling_run();
    run.host.fingerprint.cores = 2;
    run.benchmarks = vec![scaled("pool/local", &[(1, 6.3e6), (2, 12.4e6)])];
    let found = scalings(&run);
    assert_eq!(found.len(), 1, "{found:?}");
    let skipped: Vec<(u32, &str)> = found[0].skipped.iter().map(|s| (s.threads, s.why.as_str())).collect();
    let wanted = [(4, "needs 4 cores, this machine has 2"), (8, "needs 8 cores, this machine has 2")];
    assert_eq!(skipped, wanted);
    run.host.fingerprint.cores = 8;
    assert!(scalings(&run)[0].skipped.is_empty(), "a number that was not asked for is not skipped");
}

#[test]
fn a_failed_scaling_is_shown_though_it_has_no_row() {
    // As the instrument says them.
    let wrong = InstrumentError::WrongAnswer("the sum was 3, not 4".to_owned());
    let ended = InstrumentError::ProcessFailed {
        command: "bench --perfkit-scaling pool/local 2 400".to_owned(),
        status: "signal 6".to_owned(),
        output: "panicked".to_owned(),
    };
    for (error, kind) in [(wrong, ProblemKind::WrongAnswer), (ended, ProblemKind::ToolFailed)] {
        let mut run = scaling_run();
        run.benchmarks.clear();
        (run.problems[0].kind, run.problems[0].message) = (kind, error.to_string());
        run.problems[1].message = "scaling the heights of another instrument".to_owned();
        let text = render_scaling(&run, &scalings(&run), &Default::default());
        assert!(text.contains("## pool/local") && text.contains(&error.to_string()), "{text}");
        assert!(!text.contains("pool/other"), "{text}");
    }
}

#[test]
fn a_row_with_numbers_says_what_else_failed_and_not_twice_what_was_skipped() {
    let mut run = scaling_run();
    let found = |run: &Run| scalings(run).into_iter().find(|scaling| scaling.id == "pool/local").unwrap();
    assert!(found(&run).problems.is_empty(), "rows say what was skipped");
    run.problems[0].kind = ProblemKind::ToolFailed;
    assert_eq!(found(&run).problems.len(), 1);
}

#[test]
fn scaling_that_was_taken_back_is_named_and_not_shown() {
    let mut run = scaling_run();
    let why = Invalidation { reason: "one shard".to_owned(), since: String::new() };
    run.benchmarks[0].invalidated = Some(why);
    let text = render_scaling(&run, &scalings(&run), &Default::default());
    assert!(text.contains("## pool/local\n\n- ! invalidated, and not shown: one shard\n"), "{text}");
    assert!(!text.contains("24.1 M/s") && text.contains("6.60 M/s"), "{text}");
}

#[test]
fn report_scaling_opens_the_ledger_and_draws_a_picture_for_each_benchmark() {
    let folder = workspace();
    let mut run = samples::of_this_host(scaling_run());
    run.benchmarks.push(scaled("pool_local", &[(1, 1e6), (2, 2e6)]));
    run.provenance.started = "2026-03-08T10:11:12Z".to_owned();
    let store = Store::new(&folder.path().join(".perfkit"));
    store.save(&run, &Samples { schema: SAMPLES_SCHEMA.to_owned(), ..Samples::default() }).unwrap();
    let printed = text(&perfkit(&folder, &["report", "scaling", "--svg", "plots", "--format", "markdown"]));
    let links: std::collections::BTreeSet<&str> = printed
        .lines()
        .filter_map(|line| line.strip_prefix("![")?.split_once("]("))
        .map(|(_, link)| link)
        .collect();
    assert_eq!(links.len(), 3, "{printed}");
    assert_eq!(fs::read_dir(folder.path().join("plots")).unwrap().count(), 3);
    let taken_back = RunInvalidation {
        schema: INVALIDATION_SCHEMA.to_owned(),
        run: RunName::of(&run).stem().to_owned(),
        select: vec!["pool/shared".to_owned()],
        reason: "one shard".to_owned(),
        author: "A. Author".to_owned(),
        date: "2026-03-09".to_owned(),
        extra: Default::default(),
    };
    store.invalidate(&taken_back).unwrap();
    let printed = text(&perfkit(&folder, &["report", "scaling"]));
    assert!(
        printed.contains("invalidated, and not shown: one shard") && !printed.contains("7.90 M/s"),
        "{printed}"
    );
    let json = perfkit(&folder, &["report", "scaling", "--format", "json"]);
    validate("scaling", &serde_json::from_slice(&json.stdout).unwrap());
}

#[test]
fn the_scaling_command_writes_a_document_with_pictures() {
    let folder = workspace();
    let run = folder.path().join("run.json");
    write_document(&run, &scaling_run()).unwrap();
    let arguments =
        ["report", "scaling", "--run", "run.json", "--output", "reports/s.md", "--svg", "reports/plots"];
    let output = perfkit(&folder, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let document = fs::read_to_string(folder.path().join("reports/s.md")).unwrap();
    let picture = |id: &str| format!("plots/{}.svg", distinct_file_name(id));
    assert!(document.contains(&format!("]({})", picture("pool/local"))), "{document}");
    assert!(folder.path().join("reports").join(picture("pool/shared")).is_file());
    let json = perfkit(&folder, &["report", "scaling", "--run", "run.json", "--format", "json"]);
    validate("scaling", &serde_json::from_slice(&json.stdout).unwrap());
    let shown = text(&perfkit(&folder, &["report", "scaling", "--run", "run.json"]));
    assert!(shown.contains("needs 8 cores") && shown.contains("96 %"), "{shown}");
    let source = "server-cpu (Server CPU @ 2.1 GHz, x86_64-avx512 (counted: x86_64-avx2)) · revision 1f0c2ab";
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert!(json["provenance"][0].as_str().unwrap().starts_with(source), "{json}");
    assert!(shown.lines().any(|line| line.starts_with(source)), "{shown}");
    let none = perfkit(&folder, &["report", "scaling"]);
    assert_eq!(none.status.code(), Some(5), "{}", text(&none));
    assert!(text(&none).contains("scales()"));
}
