//! The pull-request comment: as snapshots, by what must stand in it, and at its limits.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod samples;

use std::{fs, process::Output};

use assert_cmd::Command;
use perfkit::{
    format::{Benchmark, Outcome, Problem, ProblemKind, Run},
    render::Terminal,
    report::compare::{
        Before, COMMENT_LIMIT_BYTES, Comparison, Standing, compare_run, render_comment, render_text,
    },
    store::{Samples, Store},
};

const MARKER: &str = "perfkit:compare";

/// A quiet, clean run of the whole workspace.
fn quiet(id: &str, rows: Vec<Benchmark>) -> Run {
    let mut run = samples::run();
    run.id = id.to_owned();
    (run.verdicts, run.problems) = (Vec::new(), Vec::new());
    run.provenance.dirty = false;
    run.provenance.selection = Default::default();
    run.environment.steal = None;
    run.benchmarks = rows;
    run
}

fn compared(before: &Run, after: &Run) -> Comparison {
    compare_run(&Before::run(before, &Samples::default(), after), after, &Samples::default())
}

fn comment(comparison: &Comparison) -> String {
    render_comment(comparison, MARKER, 50)
}

fn before() -> Run {
    quiet(
        "aaaaaa",
        vec![
            samples::row(
                "seal/64",
                &[
                    ("ir", 1412.0, "exact"),
                    ("allocs_per_op", 0.0, "exact"),
                    ("cpu_time_ns", 200.0, "p20_min"),
                    ("time_ns", 201.0, "p20_min"),
                    ("throughput_Bps", 318e6, "p20_min"),
                ],
            ),
            samples::row("seal/1024", &[("ir", 9000.0, "exact"), ("cpu_time_ns", 1500.0, "p20_min")]),
            samples::row("open/64", &[("ir", 800.0, "exact"), ("cpu_time_ns", 20_000.0, "p20_min")]),
            samples::row("gone/1", &[("ir", 10.0, "exact"), ("cpu_time_ns", 5.0, "p20_min")]),
            samples::row("redefined/1", &[("ir", 10.0, "exact")]),
            samples::row("uncounted/1", &[("ir", 10.0, "exact"), ("cpu_time_ns", 5.0, "p20_min")]),
        ],
    )
}

fn after() -> Run {
    let mut redefined = samples::row("redefined/1", &[("ir", 99.0, "exact")]);
    redefined.revision = 2;
    quiet(
        "bbbbbb",
        vec![
            samples::row(
                "seal/64",
                &[
                    ("ir", 1431.0, "exact"),
                    ("allocs_per_op", 3.0, "exact"),
                    ("cpu_time_ns", 240.0, "p20_min"),
                    ("time_ns", 243.0, "p20_min"),
                    ("throughput_Bps", 263e6, "p20_min"),
                ],
            ),
            samples::row("seal/1024", &[("ir", 9010.0, "exact"), ("cpu_time_ns", 1520.0, "p20_min")]),
            samples::row("open/64", &[("ir", 700.0, "exact"), ("cpu_time_ns", 15_000.0, "p20_min")]),
            samples::row("fresh/1", &[("ir", 12.0, "exact"), ("cpu_time_ns", 5.0, "p20_min")]),
            redefined,
            samples::row("uncounted/1", &[("cpu_time_ns", 5.0, "p20_min")]),
        ],
    )
}

fn functions(id: &str, functions: &[(&str, f64)]) -> Samples {
    let mut samples = Samples::default();
    let costs = functions.iter().map(|(name, cost)| ((*name).to_owned(), *cost)).collect();
    samples.functions.insert(id.to_owned(), costs);
    samples
}

#[test]
fn changes_of_two_runs() {
    let (before, after) = (before(), after());
    let old = functions("seal/64", &[("seal::build", 200.0), ("memcpy", 40.0)]);
    let new = functions("seal/64", &[("seal::build", 200.0), ("memcpy", 49.0), ("alloc::alloc", 10.0)]);
    let comparison = compare_run(&Before::run(&before, &old, &after), &after, &new);
    insta::assert_snapshot!("two_runs", comment(&comparison));
    insta::assert_snapshot!("two_runs_text", render_text(&comparison, 50, &Terminal::PLAIN));
}

#[test]
fn a_gated_run_is_told_by_its_verdicts() {
    let run = samples::run();
    let before = Before::fitting(&[samples::timed(), samples::counted()], &run);
    insta::assert_snapshot!("gated", comment(&compare_run(&before, &run, &Samples::default())));
}

#[test]
fn a_green_run_says_so_and_what_stayed() {
    let run = quiet("bbbbbb", before().benchmarks);
    insta::assert_snapshot!("green", comment(&compared(&before(), &run)));
}

#[test]
fn the_first_run_of_all_is_still_a_comment() {
    let run = quiet("aaaaaa", before().benchmarks);
    let text = comment(&compare_run(&Before::fitting(&[], &run), &run, &Samples::default()));
    assert!(text.contains("? cannot tell") && text.contains("6 benchmarks measured"), "{text}");
}

#[test]
fn an_exact_count_that_rose_is_worse_and_a_slower_time_is_a_suspect() {
    let base = vec![samples::row("a/1", &[("ir", 100.0, "exact"), ("cpu_time_ns", 10.0, "p20_min")])];
    let slower = vec![samples::row("a/1", &[("ir", 100.0, "exact"), ("cpu_time_ns", 12.0, "p20_min")])];
    let more = vec![samples::row("a/1", &[("ir", 103.0, "exact"), ("cpu_time_ns", 10.0, "p20_min")])];
    let before = quiet("aaaaaa", base.clone());
    let found = |rows| compared(&before, &quiet("bbbbbb", rows)).headline.word;
    assert_eq!([found(more), found(slower), found(base)], ["WORSE", "suspect", "no change"]);
}

#[test]
fn times_of_another_machine_are_for_information_and_said_so() {
    let (mut before, after) = (before(), after());
    before.host.fingerprint.brand = "Desktop CPU".to_owned();
    let comparison = compared(&before, &after);
    let timed = comparison.rows.iter().filter(|row| row.metric == "cpu_time_ns");
    assert!(timed.clone().count() > 0 && timed.clone().all(|row| row.standing == Standing::Informational));
    let text = comment(&comparison);
    assert!(
        text.contains("times are shown for information, not judged") && text.contains("Desktop CPU"),
        "{text}"
    );
    assert!(text.contains("**✗ WORSE**: 2 worse in exact counts"), "{text}");
}

#[test]
fn counts_of_another_compiler_are_for_information_and_said_so() {
    let (mut before, after) = (before(), after());
    before.toolchain.rustc = "rustc 1.80.0".to_owned();
    let comparison = compared(&before, &after);
    assert_ne!(comparison.headline.word, "WORSE");
    assert!(comment(&comparison).contains("counts are shown for information, not judged: rustc is"));
}

#[test]
fn a_selection_makes_nothing_vanish() {
    let mut after = quiet("bbbbbb", vec![before().benchmarks[0].clone()]);
    after.provenance.selection.filters = vec!["seal/64".to_owned()];
    let comparison = compared(&before(), &after);
    assert!(comparison.vanished.is_empty() && comparison.headline.word == "no change", "{comparison:?}");
    assert!(
        comment(&comparison)
            .contains("5 benchmarks of BEFORE are not in this run, which measured a selection")
    );
}

#[test]
fn a_wrong_answer_stands_above_everything() {
    let mut run = quiet("bbbbbb", before().benchmarks);
    run.problems = vec![
        Problem {
            subject: "scaling/8".to_owned(),
            kind: ProblemKind::Skipped,
            instrument: None,
            message: "needs 8 cores".to_owned(),
        },
        Problem {
            subject: "seal/64".to_owned(),
            kind: ProblemKind::WrongAnswer,
            instrument: None,
            message: "3, not 4".to_owned(),
        },
    ];
    let text = comment(&compared(&before(), &run));
    assert!(text.contains("**✗ WRONG ANSWER**"), "{text}");
    assert!(text.find("3, not 4").unwrap() < text.find("<details>").unwrap(), "{text}");
    assert!(text.contains("skipped (not a pass)"), "{text}");
}

#[test]
fn names_and_messages_stay_text() {
    let evil = "a`</details><script>alert(1)</script>|@team\n# x";
    let old = samples::row(evil, &[("ir", 100.0, "exact")]);
    let new = samples::row(evil, &[("ir", 200.0, "exact")]);
    let mut run = quiet("bbbbbb", vec![new]);
    run.problems = vec![Problem {
        subject: evil.to_owned(),
        kind: ProblemKind::ToolFailed,
        instrument: None,
        message: evil.to_owned(),
    }];
    let text = comment(&compared(&quiet("aaaaaa", vec![old]), &run));
    for line in text.lines().filter(|line| line.contains("script")) {
        let outside: String = line.split("``").step_by(2).collect();
        assert!(!outside.contains("script") && !outside.contains('@'), "{line}");
    }
    assert!(!text.contains("\n# x"), "{text}");
}

/// `count` benchmarks whose ids, functions and problems are as long as one cares to make them.
fn large(id: &str, count: usize, ir: f64, noise: &str) -> (Run, Samples) {
    let name = |index: usize| format!("group/{noise}/{index:06}");
    let rows = (0..count).map(|index| samples::row(&name(index), &[("ir", ir + index as f64, "exact")]));
    let mut run = quiet(id, rows.collect());
    let mut sidecar = Samples::default();
    for index in 0..count {
        sidecar.functions.extend(functions(&name(index), &[(&format!("{noise}{index}"), ir)]).functions);
        run.problems.push(Problem {
            subject: name(index),
            kind: [ProblemKind::WrongAnswer, ProblemKind::ToolFailed][index % 2],
            instrument: None,
            message: noise.repeat(3),
        });
    }
    (run, sidecar)
}

#[test]
fn a_comment_never_exceeds_the_limit_and_says_what_it_cut() {
    for noise in ["x".repeat(20), "|`<é".repeat(400)] {
        let (before, old) = large("aaaaaa", 2000, 1000.0, &noise);
        let (mut after, new) = large("bbbbbb", 2000, 2000.0, &noise);
        after.verdicts = samples::verdicts().into_iter().cycle().take(500).collect();
        after.verdicts.iter_mut().for_each(|verdict| verdict.id = noise.repeat(2));
        let comparison = compare_run(&Before::run(&before, &old, &after), &after, &new);
        let text = render_comment(&comparison, MARKER, usize::MAX);
        assert!(text.len() <= COMMENT_LIMIT_BYTES, "{} bytes", text.len());
        assert!(
            text.contains("of 2000 changed rows are not shown; `perfkit diff aaaaaa bbbbbb --all` shows all")
        );
        let short = render_comment(&comparison, MARKER, 7);
        assert!(short.contains("1993 of 2000 changed rows are not shown"), "{short}");
        assert!(short.starts_with("<!-- perfkit:compare -->\n**✗ WRONG ANSWER**"), "{short}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(comment(&compared(&before(), &after())), comment(&compared(&before(), &after())));
}

#[test]
fn an_invalidated_row_is_neither_compared_nor_new() {
    let run = quiet("bbbbbb", vec![samples::row("foreign/cold", &[("time_ns", 99.0, "p20_min")])]);
    let comparison = compare_run(&Before::baseline(&samples::timed(), &run), &run, &Samples::default());
    assert!(comparison.new.is_empty() && comparison.rows.is_empty(), "{comparison:?}");
    assert!(comment(&comparison).contains("1 row invalidated and left out"));
}

#[test]
fn published_figures_are_informational() {
    let run = samples::run();
    let comparison = compare_run(&Before::baseline(&samples::reference(), &run), &run, &Samples::default());
    assert!(comparison.rows.iter().all(|row| row.standing == Standing::Informational), "{comparison:?}");
    assert!(comparison.vanished.is_empty(), "{comparison:?}");
}

/// A workspace with two stored runs and no baseline.
fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("Cargo.toml"),
        "[package]\nname = \"x\"\nversion = \"0.0.0\"\n[workspace]\n",
    )
    .unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/lib.rs"), "").unwrap();
    let store = Store::new(&folder.path().join(".perfkit"));
    let mut later = after();
    later.provenance.started = "2026-03-06T10:11:12Z".to_owned();
    for run in [before(), later] {
        let run = samples::of_this_host(run);
        store.save(&run, &Samples { schema: "perfkit.samples/1".to_owned(), ..Samples::default() }).unwrap();
    }
    folder
}

fn perfkit(folder: &tempfile::TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("perfkit").unwrap();
    command.current_dir(folder.path()).args(["report", "compare"]).args(arguments).output().unwrap()
}

#[test]
fn the_command_falls_back_to_the_run_before() {
    let folder = workspace();
    let output = perfkit(&folder, &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("`run bbbbbb (1f0c2ab)` against `run aaaaaa (1f0c2ab)`"), "{text}");
    assert!(text.contains("no baseline fits"), "{text}");
    let named = perfkit(&folder, &["aaaaaa", "bbbbbb", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&named.stdout).unwrap();
    assert_eq!(document["schema"], "perfkit.compare/1");
    assert_eq!(document["headline"]["word"], "WORSE");
}

#[test]
fn wrong_names_and_markers_are_usage_errors() {
    let folder = workspace();
    for arguments in
        [vec!["nowhere"], vec!["--marker", "a--><b>"], vec!["--marker", ""], vec!["--run", "nowhere"]]
    {
        let output = perfkit(&folder, &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_planted_regression_is_found_and_an_equal_run_is_silent() {
    let comparison = compared(&before(), &before());
    assert!(comparison.rows.is_empty() && comparison.headline.glyph == '✓', "{comparison:?}");
    let mut planted = before();
    planted.benchmarks[0].metrics.get_mut("allocs_per_op").unwrap().value = 0.1;
    let comparison = compared(&before(), &planted);
    assert_eq!((comparison.rows.len(), comparison.headline.glyph), (1, '✗'), "{comparison:?}");
    let mut gated = before();
    gated.verdicts = samples::verdicts();
    gated.verdicts.retain(|verdict| verdict.outcome == Outcome::Held);
    let held = compare_run(&Before::fitting(&[], &gated), &gated, &Samples::default());
    assert_eq!(held.headline.word, "held");
}
