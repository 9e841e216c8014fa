//! The pull-request comment: as snapshots, by what must stand in it, and at its limits.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod comparisons;
mod samples;

use comparisons::{MARKER, after, before, comment, compared, functions, quiet};
use perfkit::{
    format::{Benchmark, CountedAgainst, Invalidation, Problem, ProblemKind, Run},
    render::Terminal,
    report::compare::{Before, COMMENT_LIMIT_BYTES, Standing, compare_run, render_comment, render_text},
    store::Samples,
};

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
fn an_instrument_that_was_left_out_makes_nothing_vanish() {
    let mut after = quiet("bbbbbb", before().benchmarks);
    after.benchmarks.retain(|row| row.id != "gone/1");
    after.benchmarks.iter_mut().for_each(|row| row.metrics.retain(|name, _| name == "ir"));
    let vanished = |run: &Run| compared(&before(), run).vanished.len();
    assert_eq!(vanished(&after), 1, "a run of everything says what is gone");
    after.provenance.selection.instruments = vec!["count".to_owned()];
    assert_eq!(vanished(&after), 0);
    assert!(comment(&compared(&before(), &after)).contains("1 benchmarks of BEFORE are not in this run"));
    assert_ne!(compared(&before(), &after).headline.word, "VANISHED");
}

#[test]
fn what_is_only_timed_is_not_new_to_a_baseline_of_counts() {
    let mut rows = vec![samples::row("net_encryption/encrypt/64", &[("ir", 1412.0, "exact")])];
    rows.push(samples::row("pool/shared", &[("ops_ps_1", 1e6, "median")]));
    rows.push(samples::row("start/cold", &[("startup_ns", 5e6, "median")]));
    let run = quiet("bbbbbb", rows.clone());
    let new = |rows: Vec<Benchmark>, baselines: &[perfkit::format::Baseline]| {
        let run = Run { benchmarks: rows, ..run.clone() };
        let comparison = compare_run(&Before::fitting(baselines, &run), &run, &Samples::default());
        comparison.new.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(new(rows.clone(), &[samples::counted()]), Vec::<String>::new());
    rows.push(samples::row("fresh/1", &[("ir", 5.0, "exact")]));
    assert_eq!(new(rows.clone(), &[samples::counted()]), ["fresh/1"]);
    let both = [samples::counted(), samples::timed()];
    assert_eq!(new(rows, &both), ["pool/shared", "start/cold", "fresh/1"]);
}

#[test]
fn rows_that_cannot_be_compared_are_no_green() {
    let mut redefined = quiet("bbbbbb", vec![samples::row("redefined/1", &[("ir", 99.0, "exact")])]);
    redefined.benchmarks[0].revision = 2;
    let base = quiet("aaaaaa", vec![samples::row("redefined/1", &[("ir", 10.0, "exact")])]);
    let alone = compared(&base, &redefined).headline;
    assert_eq!(
        (alone.glyph, alone.word.as_str(), alone.text.as_str()),
        ('?', "not comparable", "1 not comparable")
    );

    let steady = samples::row("seal/64", &[("ir", 10.0, "exact")]);
    let with = |run: &Run| {
        let mut run = run.clone();
        run.benchmarks.push(steady.clone());
        run
    };
    let found = compared(&with(&base), &with(&redefined)).headline;
    assert_eq!((found.glyph, found.text.as_str()), ('?', "1 not comparable · 1 unchanged"));
    let mut foreign = with(&base);
    foreign.toolchain.rustc = "rustc 1.80.0".to_owned();
    let text = compared(&foreign, &with(&redefined)).headline.text;
    assert!(!text.contains("for information only"), "{text}");
}

#[test]
fn notes_are_not_cut_for_the_number_of_problems() {
    let mut run = quiet("bbbbbb", before().benchmarks);
    run.provenance.dirty = true;
    run.problems = (0..40)
        .map(|number| Problem {
            subject: format!("bench/{number}"),
            kind: ProblemKind::Skipped,
            message: "valgrind is not installed".to_owned(),
            instrument: None,
        })
        .collect();
    let text = comment(&compared(&before(), &run));
    assert!(text.contains("and 20 more") && text.contains("! dirty: measured with uncommitted"), "{text}");
}

#[test]
fn what_one_side_measured_stands_in_the_text_too() {
    let comparison = compared(&before(), &after());
    let text = render_text(&comparison, 50, &Terminal::PLAIN);
    assert!(text.contains("Measured by BEFORE only, by number of benchmarks: ir 1."), "{text}");
}

#[test]
fn without_a_baseline_the_command_that_shows_all_measures_nothing() {
    let mut run = quiet("bbbbbb", before().benchmarks);
    run.verdicts = samples::verdicts();
    let comparison = compare_run(&Before::fitting(&[], &run), &run, &Samples::default());
    let all = "perfkit report compare --run bbbbbb --max-rows 100000 --format text";
    assert_eq!(comparison.show_all, all);
    assert!(render_comment(&comparison, MARKER, 1).contains(all));
}

#[test]
fn times_of_another_instruction_set_or_build_are_for_information() {
    let row = |ns: f64| vec![samples::row("seal/64", &[("cpu_time_ns", ns, "p20_min")])];
    let before = quiet("aaaaaa", row(100.0));
    let found = |edit: &dyn Fn(&mut Run)| {
        let mut after = quiet("bbbbbb", row(200.0));
        edit(&mut after);
        compared(&before, &after).headline.word
    };
    assert_eq!(found(&|_| ()), "suspect");
    assert_eq!(found(&|run| run.host.isa = "x86_64-avx2".to_owned()), "for information");
    assert_eq!(found(&|run| run.toolchain.variant = "no_avx512".to_owned()), "for information");
    let fits = |run: &Run| !Before::fitting(&[samples::timed()], run).parts.is_empty();
    assert!(fits(&before));
    let mut other = before.clone();
    other.host.isa = "x86_64-avx2".to_owned();
    assert!(!fits(&other));
    let mut other = before;
    other.toolchain.variant = "no_avx512".to_owned();
    assert!(!fits(&other));
}

#[test]
fn what_was_taken_back_is_named_and_not_compared() {
    let take_back = |run: &mut Run, id: &str| {
        let row = run.benchmarks.iter_mut().find(|row| row.id == id).unwrap();
        row.invalidated = Some(Invalidation { reason: "one shard".to_owned(), since: String::new() });
    };
    let (mut old, mut new) = (before(), after());
    take_back(&mut new, "seal/64");
    take_back(&mut old, "open/64");
    let comparison = compared(&old, &new);
    let told = |id: &str| comparison.rows.iter().any(|row| row.id == id);
    assert!(!told("seal/64") && !told("open/64") && told("redefined/1"), "{comparison:?}");
    let ids =
        |list: &[perfkit::report::compare::Whole]| list.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
    assert_eq!(
        (ids(&comparison.new), ids(&comparison.vanished)),
        (vec!["fresh/1".to_owned()], vec!["gone/1".to_owned()])
    );
    let notes = comparison.notes.join("\n");
    for side in ["AFTER: seal/64: taken back", "BEFORE: open/64: taken back"] {
        assert!(notes.contains(side) && notes.contains("one shard"), "{notes}");
    }
    assert!(comparison.one_sided.iter().all(|one| one.metric == "ir"), "{:?}", comparison.one_sided);
}

#[test]
fn a_gate_that_counted_a_revision_is_told_with_it_and_not_with_the_baseline() {
    let mut run =
        quiet("bbbbbb", vec![samples::row("net_encryption/encrypt/64", &[("ir", 1500.0, "exact")])]);
    run.verdicts = samples::verdicts();
    let why = "rustc is another one".to_owned();
    run.counted_against = Some(CountedAgainst { revision: "9e107d9d372bb6826bd8".to_owned(), why });
    let mut other = samples::counted();
    other.key.as_mut().unwrap().rustc = "rustc 1.80.0".to_owned();
    for counted in [samples::counted(), other] {
        let before = Before::fitting(&[samples::timed(), counted], &run);
        let comparison = compare_run(&before, &run, &Samples::default());
        assert_eq!(comparison.before, "baseline server-cpu and revision 9e107d9");
        let provenance = comparison.provenance.join("\n");
        assert!(provenance.contains("before: revision 9e107d9 · counted with AFTER (rustc is another one)"));
        assert!(!provenance.contains("counted-x86_64-avx2"), "{provenance}");
        assert!(comparison.show_all.starts_with("perfkit report compare --run bbbbbb"));
    }
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
