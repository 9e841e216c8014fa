//! What people see of a run, as snapshots.

mod samples;

use perfkit::{
    format::{GateKind, Outcome, Run},
    gate::{describe, tolerance::Tolerance},
    render::{
        Terminal,
        header::{is_informational, run_markdown, run_text},
        run_table, verdict_lines,
        verdicts::is_change,
    },
};

#[test]
fn a_run_held_against_a_reference_is_informational_and_says_why() {
    let (run, reference) = (samples::run(), samples::reference());
    insta::assert_snapshot!(run_text(&run, Some(&reference), &Terminal::PLAIN));
}

#[test]
fn a_run_as_markdown() {
    let (run, reference) = (samples::run(), samples::reference());
    insta::assert_snapshot!(run_markdown(&run, Some(&reference)));
}

#[test]
fn a_run_on_its_own_host_compares_what_still_counts() {
    let mut run = samples::run();
    run.verdicts.retain(|verdict| verdict.outcome == Outcome::Held);
    insta::assert_snapshot!(run_text(&run, Some(&samples::timed()), &Terminal::PLAIN));
}

#[test]
fn a_baseline_of_another_instruction_set_is_informational_and_says_so() {
    let mut run = samples::run();
    assert!(!is_informational(&run, &samples::timed()));
    run.host.isa = "x86_64-avx2".to_owned();
    let text = run_text(&run, Some(&samples::timed()), &Terminal::PLAIN);
    let why = "informational: this run is of x86_64-avx2, server-cpu of x86_64-avx512; timed rows are shown";
    assert!(text.contains(why), "{text}");
}

#[test]
fn columns_that_no_row_fills_are_absent() {
    let mut run = samples::run();
    run.verdicts.clear();
    run.benchmarks = vec![samples::row("a/b", &[("ir", 12.0, "exact")])];
    let headings: Vec<String> =
        run_table(&run, None).columns.into_iter().map(|column| column.heading).collect();
    assert_eq!(headings, ["benchmark", "instr/op"]);
}

#[test]
fn failures_come_first_and_what_held_is_one_line() {
    insta::assert_snapshot!(verdict_lines(&samples::verdicts()).text(&Terminal::PLAIN));
}

#[test]
fn a_tolerance_is_shown_as_a_change_and_a_limit_is_not() {
    let mut verdict = samples::verdicts().remove(0);
    for tolerance in [Tolerance::Exact, Tolerance::Within { fraction: 0.1, slack: 0.0 }] {
        verdict.rule = tolerance.describe("instructions/op");
        assert!(is_change(&verdict), "{}", verdict.rule);
    }
    let limits = [
        GateKind::Absolute { max: Some(2.0), min: None },
        GateKind::Absolute { max: None, min: Some(2.0) },
        GateKind::Ratio { against: "floor".to_owned(), max_ratio: 1.15 },
        GateKind::Agreement { with: "ir_cross_check".to_owned(), max_difference: 0.01, slack: 5.0 },
    ];
    for limit in limits {
        verdict.rule = describe(&limit);
        assert!(!is_change(&verdict), "{}", verdict.rule);
    }
}

#[test]
fn every_outcome_has_a_glyph_and_a_word() {
    let outcomes = [
        Outcome::Failed,
        Outcome::Wrong,
        Outcome::Missing,
        Outcome::Suspect,
        Outcome::Inconclusive,
        Outcome::Warned,
        Outcome::Waived,
        Outcome::Improved,
        Outcome::Held,
        Outcome::New,
        Outcome::Skipped,
        Outcome::Informational,
    ];
    for outcome in outcomes {
        let mut verdict = samples::verdicts().remove(0);
        verdict.outcome = outcome;
        let text = verdict_lines(&[verdict]).text(&Terminal::PLAIN);
        assert!(text.contains(outcome.glyph()) && text.contains(outcome.word()), "{text}");
    }
}

#[test]
fn a_quiet_run_has_no_warnings() {
    let mut run = samples::run();
    run.environment.steal = Some(0.001);
    run.problems.clear();
    let text = run_text(&run, None, &Terminal::PLAIN);
    assert!(
        !text.contains("noisy") && !text.contains("informational:") && !text.contains("problem"),
        "{text}"
    );
}

#[test]
fn an_empty_run_is_still_a_page() {
    let run = Run { benchmarks: Vec::new(), verdicts: Vec::new(), problems: Vec::new(), ..samples::run() };
    assert!(run_text(&run, None, &Terminal::PLAIN).contains("0 benchmarks"));
}
