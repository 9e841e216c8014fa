//! Gates judged on hand-made runs: every outcome that a gate can give, and every reason for it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod court;

use std::collections::BTreeMap;

use court::{Court, problem, row, timed_baseline};
use perfkit::format::{
    BaselineKind, Benchmark, Calibrated, Calibration, EnvironmentGuard, Fingerprint, Outcome, ProblemKind,
    calibration::CALIBRATION_SCHEMA, config::Instrument,
};

const COUNTED: &str = "[[gate]]\nselect = \"**\"\nmetric = \"counted\"\nkind = \"relative\"\n";

#[test]
fn one_extra_allocation_fails() {
    let court = Court::new(
        COUNTED,
        vec![row("a", &[("allocs_per_op", 1.0)])],
        vec![row("a", &[("allocs_per_op", 0.0)])],
    );
    assert_eq!(court.outcome("allocs_per_op"), Outcome::Failed);
}

#[test]
fn one_locked_operation_one_system_call_and_one_copied_byte_each_fail() {
    for metric in ["locked_ops", "syscalls", "bytes_copied", "reallocs_per_op", "alloc_bytes_per_op"] {
        let court = Court::new(COUNTED, vec![row("a", &[(metric, 8.0)])], vec![row("a", &[(metric, 7.0)])]);
        assert_eq!(court.outcome(metric), Outcome::Failed, "{metric}");
    }
}

#[test]
fn one_per_cent_more_instructions_fails_and_a_memcpy_path_does_not() {
    let judged = |now: f64, base: f64| {
        Court::new(COUNTED, vec![row("a", &[("ir", now)])], vec![row("a", &[("ir", base)])]).outcome("ir")
    };
    assert_eq!(judged(1359.5, 1346.0), Outcome::Failed);
    assert_eq!(judged(1347.0, 1346.0), Outcome::Held);
    assert_eq!(judged(30.0, 29.0), Outcome::Held);
    assert_eq!(judged(32.0, 29.0), Outcome::Failed);
}

#[test]
fn better_than_accepted_is_said() {
    let court = Court::new(COUNTED, vec![row("a", &[("ir", 900.0)])], vec![row("a", &[("ir", 1000.0)])]);
    assert_eq!(court.outcome("ir"), Outcome::Improved);
}

#[test]
fn new_and_vanished_benchmarks_are_states_of_their_own() {
    let court = Court::new(COUNTED, vec![row("b", &[("ir", 1.0)])], vec![row("a", &[("ir", 1.0)])]);
    let verdicts = court.judge().verdicts;
    let outcome = |id: &str| verdicts.iter().find(|verdict| verdict.id == id).unwrap().outcome;
    assert_eq!((outcome("a"), outcome("b")), (Outcome::Missing, Outcome::New));
}

#[test]
fn an_invalidated_row_is_neither_compared_nor_missing() {
    let mut gone = row("a", &[("ir", 1.0)]);
    gone.invalidated =
        Some(perfkit::format::Invalidation { reason: "measured set-up".to_owned(), since: "abc".to_owned() });
    let court = Court::new(COUNTED, vec![row("b", &[("ir", 1.0)])], vec![gone]);
    assert!(court.judge().verdicts.iter().all(|verdict| verdict.outcome != Outcome::Missing));
}

#[test]
fn another_revision_of_a_benchmark_is_new_not_failed() {
    let mut now = row("a", &[("ir", 900.0)]);
    now.revision = 2;
    let court = Court::new(COUNTED, vec![now], vec![row("a", &[("ir", 100.0)])]);
    assert_eq!(court.outcome("ir"), Outcome::New);
}

#[test]
fn another_statistic_of_the_same_revision_cannot_be_told() {
    let mut now = row("a", &[("ir", 100.0)]);
    "first_call".clone_into(&mut now.metrics.get_mut("ir").unwrap().statistic);
    let verdict = Court::new(COUNTED, vec![now], vec![row("a", &[("ir", 100.0)])]).verdict("ir");
    assert_eq!(verdict.outcome, Outcome::Inconclusive);
    let both =
        "statistic first_call in instructions/op, the baseline has exact in instructions/op: not comparable";
    assert!(verdict.note.starts_with(both) && verdict.note.contains("raise"), "{}", verdict.note);
    let mut other_unit = row("a", &[("ir", 100.0)]);
    "instructions".clone_into(&mut other_unit.metrics.get_mut("ir").unwrap().unit);
    let verdict = Court::new(COUNTED, vec![other_unit], vec![row("a", &[("ir", 100.0)])]).verdict("ir");
    assert_eq!(verdict.outcome, Outcome::Inconclusive);
}

#[test]
fn another_statistic_on_another_host_stays_informational() {
    let mut court = Court::new(TIMED, vec![row("a", &[("time_ns", 100.0)])], vec![]);
    let mut accepted = row("a", &[("time_ns", 100.0)]);
    "median".clone_into(&mut accepted.metrics.get_mut("time_ns").unwrap().statistic);
    court.timed = Some(timed_baseline(BaselineKind::Timed, vec![accepted]));
    assert_eq!(court.outcome("time_ns"), Outcome::Inconclusive);
    court.host_matches = false;
    assert_eq!(court.outcome("time_ns"), Outcome::Informational);
}

#[test]
fn what_could_not_be_counted_of_the_base_is_no_pass_as_new() {
    let judged = |kind, instrument| {
        let mut court = Court::new(COUNTED, vec![row("a", &[("ir", 1.0)])], vec![]);
        court.lost.push(problem("a", kind, instrument));
        court.outcome("ir")
    };
    let count = Some(Instrument::Count);
    assert_eq!(judged(ProblemKind::ToolFailed, count), Outcome::Inconclusive);
    assert_eq!(judged(ProblemKind::ToolFailed, Some(Instrument::Allocs)), Outcome::New, "another's number");
    assert_eq!(judged(ProblemKind::Skipped, count), Outcome::New);
    assert_eq!(judged(ProblemKind::WrongAnswer, count), Outcome::New, "the change may be what mends it");
    let mut court = Court::new(COUNTED, vec![row("a", &[("ir", 1.0)])], vec![]);
    court.lost.push(problem("b", ProblemKind::ToolFailed, count));
    assert_eq!(court.outcome("ir"), Outcome::New);
}

#[test]
fn every_pattern_of_a_gate_judges_something_in_a_whole_run() {
    let gate = "[[gate]]\nselect = [\"a/*\", \"b/*\"]\nmetric = \"ir\"\nkind = \"absolute\"\nmax = 9\n";
    let mut court = Court::new(gate, vec![row("a/1", &[("ir", 1.0)]), row("c/1", &[("ir", 1.0)])], vec![]);
    let missing = |court: &Court<'_>| {
        let verdicts = court.judge().verdicts.into_iter();
        let missing = verdicts.filter(|verdict| verdict.outcome == Outcome::Missing);
        missing.map(|verdict| verdict.id).collect::<Vec<_>>()
    };
    assert_eq!(missing(&court), ["b/*"]);
    court.whole = false;
    assert!(missing(&court).is_empty());
}

#[test]
fn sizes_of_one_cost_model_are_each_judged_by_it() {
    let gate = "[[gate]]\nselect = [\"seal/{64,256}\", \"seal/{1024,4096}\"]\nmetric = \"ir\"\nkind = \"cost_model\"\nmax_fixed = 99\n";
    let sized = |size: u64| {
        let mut row = row(&format!("seal/{size}"), &[("ir", size as f64)]);
        row.size = size;
        row
    };
    let court = Court::new(gate, [64, 256, 1024, 4096].map(sized).into(), vec![]);
    assert_eq!(court.outcome("ir"), Outcome::Held);
}

#[test]
fn a_renamed_benchmark_is_named_with_its_other_name() {
    let of = |id: &str, target: &str, ir: f64| {
        let mut row = row(id, &[("ir", ir), ("allocs_per_op", 2.0)]);
        target.clone_into(&mut row.target);
        row
    };
    let notes = |now: Vec<Benchmark>, before: Vec<Benchmark>| {
        let verdicts = Court::new(COUNTED, now, before).judge().verdicts;
        let of = |id: &str| {
            let found = verdicts.iter().find(|verdict| verdict.id == id && verdict.metric == "ir").unwrap();
            (found.outcome, found.note.clone())
        };
        (of("old"), of("new"))
    };
    let (old, new) = notes(vec![of("new", "t", 901.0)], vec![of("old", "t", 900.0)]);
    assert_eq!((old.0, new.0), (Outcome::Missing, Outcome::New));
    assert!(old.1.contains("renamed to new") && new.1.contains("renamed from old"), "{old:?} {new:?}");
    let silent = |now, before| {
        let (old, new) = notes(now, before);
        assert!(!old.1.contains("renamed") && !new.1.contains("renamed"), "{old:?} {new:?}");
    };
    silent(vec![of("new", "t", 950.0)], vec![of("old", "t", 900.0)]);
    silent(vec![of("new", "u", 900.0)], vec![of("old", "t", 900.0)]);
    silent(vec![of("new", "t", 900.0), of("newer", "t", 900.0)], vec![of("old", "t", 900.0)]);
    silent(vec![of("new", "t", 900.0)], vec![of("old", "t", 900.0), of("older", "t", 900.0)]);
}

#[test]
fn accepted_metrics_are_missing_only_where_the_suite_of_their_id_measures_them() {
    let mut court = Court::new("", vec![row("b/x", &[("ir", 1.0)])], vec![row("a/x", &[("ir", 1.0)])]);
    assert_eq!(court.outcome("ir"), Outcome::Missing);
    court.measured = |id, _| id.is_none_or(|id| id.starts_with("b/"));
    assert!(court.judge().verdicts.is_empty());
}

#[test]
fn an_absolute_ceiling_holds_at_the_limit_and_breaks_above_it() {
    let gate = "[[gate]]\nselect = \"**\"\nmetric = \"allocs_per_op\"\nkind = \"absolute\"\nmax = 3\n";
    let judged = |value: f64| {
        Court::new(gate, vec![row("a", &[("allocs_per_op", value)])], vec![]).outcome("allocs_per_op")
    };
    assert_eq!(judged(3.0), Outcome::Held);
    assert_eq!(judged(3.01), Outcome::Held, "start-up leaves a hundredth");
    assert_eq!(judged(3.1), Outcome::Failed);
}

#[test]
fn a_ratio_is_taken_against_the_declared_floor() {
    let gate = "[[gate]]\nselect = \"seal/*\"\nmetric = \"ir\"\nkind = \"ratio\"\nagainst = \"floor\"\nmax_ratio = 1.15\n";
    let mut seal = row("seal/64", &[("ir", 1150.0)]);
    seal.floor = Some("raw/68".to_owned());
    let floor = row("raw/68", &[("ir", 1000.0)]);
    assert_eq!(Court::new(gate, vec![seal.clone(), floor.clone()], vec![]).outcome("ir"), Outcome::Held);
    seal.metrics.get_mut("ir").unwrap().value = 1151.0;
    assert_eq!(Court::new(gate, vec![seal.clone(), floor], vec![]).outcome("ir"), Outcome::Failed);
    assert_eq!(Court::new(gate, vec![seal], vec![]).outcome("ir"), Outcome::Missing, "without its floor");
}

#[test]
fn nothing_against_nothing_holds_and_one_against_nothing_fails() {
    let gate = "[[gate]]\nselect = \"new\"\nmetric = \"allocs_per_op\"\nkind = \"ratio\"\nagainst = \"old\"\nmax_ratio = 2\n";
    let judged = |new: f64, old: f64| {
        let rows = vec![row("new", &[("allocs_per_op", new)]), row("old", &[("allocs_per_op", old)])];
        Court::new(gate, rows, vec![]).verdict("allocs_per_op")
    };
    assert_eq!((judged(0.0, 0.0).outcome, judged(0.01, 0.0).outcome), (Outcome::Held, Outcome::Held));
    assert_eq!((judged(1.0, 0.0).outcome, judged(1.0, 0.04).outcome), (Outcome::Failed, Outcome::Failed));
    assert_eq!((judged(0.0, 0.0).note, judged(1.0, 1.0).note), (String::new(), "1.000 ×".to_owned()));
}

#[test]
fn a_ratio_may_name_another_benchmark_by_size() {
    let gate = "[[gate]]\nselect = \"new/*\"\nmetric = \"ir\"\nkind = \"ratio\"\nagainst = \"old/{size}\"\nmax_ratio = 0.5\n";
    let mut new = row("new/8", &[("ir", 60.0)]);
    new.size = 8;
    assert_eq!(
        Court::new(gate, vec![new, row("old/8", &[("ir", 100.0)])], vec![]).outcome("ir"),
        Outcome::Failed
    );
}

#[test]
fn two_instruments_that_disagree_fail() {
    let gate = "[[gate]]\nselect = \"**\"\nmetric = \"ir_cross_check\"\nkind = \"agreement\"\nwith = \"ir\"\nmax_difference = 0.01\nslack = 5\n";
    let judged = |other: f64| {
        Court::new(gate, vec![row("a", &[("ir", 1000.0), ("ir_cross_check", other)])], vec![])
            .outcome("ir_cross_check")
    };
    assert_eq!(judged(1015.0), Outcome::Held);
    assert_eq!(judged(985.0), Outcome::Held);
    assert_eq!(judged(1015.1), Outcome::Failed);
    assert_eq!(judged(984.9), Outcome::Failed);
}

const TIMED: &str = "[[gate]]\nselect = \"**\"\nmetric = \"time_ns\"\nkind = \"relative\"\n";

#[test]
fn a_slower_time_is_suspect_never_failed() {
    let mut court = Court::new(TIMED, vec![row("a", &[("time_ns", 112.0)])], vec![]);
    court.timed = Some(timed_baseline(BaselineKind::Timed, vec![row("a", &[("time_ns", 100.0)])]));
    assert_eq!(court.outcome("time_ns"), Outcome::Suspect);
}

#[test]
fn a_tenth_less_throughput_is_beyond_the_gate_as_a_ninth_more_time_is() {
    let gate = "[[gate]]\nselect = \"**\"\nmetric = \"throughput_Bps\"\nkind = \"relative\"\nmax_worsening = 0.111\n";
    let mut court = Court::new(gate, vec![row("a", &[("throughput_Bps", 900.0)])], vec![]);
    court.timed = Some(timed_baseline(BaselineKind::Timed, vec![row("a", &[("throughput_Bps", 1000.0)])]));
    assert_eq!(court.outcome("throughput_Bps"), Outcome::Suspect);
}

#[test]
fn times_of_another_host_or_published_ones_are_informational() {
    let mut court = Court::new(TIMED, vec![row("a", &[("time_ns", 500.0)])], vec![]);
    court.timed = Some(timed_baseline(
        BaselineKind::Timed,
        vec![row("a", &[("time_ns", 100.0)]), row("gone", &[("time_ns", 1.0)])],
    ));
    court.host_matches = false;
    assert_eq!(court.outcome("time_ns"), Outcome::Informational);
    court.host_matches = true;
    court.timed = Some(timed_baseline(BaselineKind::Reference, vec![row("a", &[("time_ns", 100.0)])]));
    assert_eq!(court.outcome("time_ns"), Outcome::Informational);
}

#[test]
fn a_reference_profile_never_makes_an_id_missing() {
    let mut court = Court::new("", vec![], vec![]);
    court.timed = Some(timed_baseline(BaselineKind::Reference, vec![row("a", &[("time_ns", 100.0)])]));
    assert!(court.judge().verdicts.is_empty());
    court.timed = Some(timed_baseline(BaselineKind::Timed, vec![row("a", &[("time_ns", 100.0)])]));
    assert_eq!(court.outcome("time_ns"), Outcome::Missing);
}

#[test]
fn a_gate_that_needs_more_cores_is_skipped_and_says_so() {
    let gate = format!("{COUNTED}requires = {{ cores = 8 }}\n");
    let court = Court::new(&gate, vec![row("a", &[("ir", 9.0)])], vec![]);
    let verdict = court.verdict("counted");
    assert_eq!(verdict.outcome, Outcome::Skipped);
    assert!(verdict.note.contains("needs 8 cores"), "{}", verdict.note);
}

#[test]
fn a_gate_of_level_warn_does_not_fail() {
    let gate = format!("{COUNTED}level = \"warn\"\n");
    let court = Court::new(&gate, vec![row("a", &[("ir", 900.0)])], vec![row("a", &[("ir", 100.0)])]);
    assert_eq!(court.outcome("ir"), Outcome::Warned);
}

#[test]
fn a_gate_that_selects_nothing_is_a_mistake_in_a_whole_run_only() {
    let gate = "[[gate]]\nselect = \"typo/**\"\nmetric = \"ir\"\nkind = \"relative\"\n";
    let mut court = Court::new(gate, vec![row("a", &[("ir", 1.0)])], vec![row("a", &[("ir", 1.0)])]);
    assert_eq!(court.outcome("ir"), Outcome::Missing);
    court.whole = false;
    assert!(court.judge().verdicts.is_empty());
}

#[test]
fn a_wrong_answer_is_a_verdict() {
    let mut court = Court::new(COUNTED, vec![], vec![]);
    court.whole = false;
    court.run.problems.push(problem("a", ProblemKind::WrongAnswer, Some(Instrument::Count)));
    assert_eq!(court.outcome(""), Outcome::Wrong);
}

fn waived(expires: &str, max_worsening: f64) -> String {
    format!(
        "{COUNTED}[[waiver]]\nid = \"w\"\nselect = \"a\"\nmetric = \"ir\"\nmax_worsening = {max_worsening}\n\
         reason = \"upstream\"\ncause = \"blake3@1.8.7\"\nowner = \"me\"\ncreated = \"2026-05-01\"\nexpires = \"{expires}\"\n"
    )
}

const LOCK: &str = "[[package]]\nname = \"blake3\"\nversion = \"1.8.7\"\n";

fn waiver_court<'a>(config: &'a str, lock: &'a str, now: f64) -> Court<'a> {
    let mut court = Court::new(config, vec![row("a", &[("ir", now)])], vec![row("a", &[("ir", 1000.0)])]);
    court.lock = lock;
    court
}

#[test]
fn a_waiver_covers_what_it_names_up_to_its_limit() {
    let config = waived("2026-07-01", 0.05);
    let judgement = waiver_court(&config, LOCK, 1040.0).judge();
    assert_eq!(judgement.verdicts[0].outcome, Outcome::Waived);
    assert!(judgement.waiver_problems.is_empty());
    assert_eq!(waiver_court(&config, LOCK, 1060.0).outcome("ir"), Outcome::Failed);
}

#[test]
fn expired_unneeded_and_unfounded_waivers_are_errors() {
    let problem = |config: &str, lock: &str, now: f64| {
        let problems = waiver_court(config, lock, now).judge().waiver_problems;
        assert_eq!(problems.len(), 1);
        problems[0].message.clone()
    };
    let in_force = waived("2026-07-01", 0.05);
    assert!(problem(&waived("2026-06-01", 0.05), LOCK, 1040.0).contains("expired"));
    assert!(problem(&in_force, LOCK, 1000.0).contains("nothing that fails"));
    assert!(problem(&in_force, "", 1040.0).contains("Cargo.lock does not hold"));
}

/// A waiver that names what is held today is taken back only where that says something.
#[test]
fn a_waiver_is_unneeded_only_where_everything_it_names_is_held_for_certain() {
    let config = waived("2026-07-01", 0.05);
    let complains = |court: &Court<'_>| !court.judge().waiver_problems.is_empty();
    let court = waiver_court(&config, LOCK, 1000.0);
    assert!(complains(&court));
    assert!(complains(&waiver_court(&config, LOCK, 900.0)), "improved");
    // The base that was counted just now holds what is waived.
    let mut counted_now = waiver_court(&config, LOCK, 1000.0);
    counted_now.counted_now = true;
    assert!(!complains(&counted_now));
    let mut part = waiver_court(&config, LOCK, 1000.0);
    part.whole = false;
    assert!(!complains(&part));
    // New, and not counted at all.
    let mut new = waiver_court(&config, LOCK, 1000.0);
    new.counted = Some(vec![]);
    assert!(!complains(&new));
    let mut skipped = waiver_court(&config, LOCK, 1000.0);
    skipped.run.benchmarks = vec![row("a", &[("time_ns", 1.0)])];
    skipped.counted = None;
    skipped.run.problems.push(problem("a", ProblemKind::Skipped, Some(Instrument::Count)));
    assert!(!complains(&skipped));
    // One of two is held, the other fails by more than was waived.
    let wide = config.replace("select = \"a\"", "select = \"{a,b}\"");
    let mut two = waiver_court(&wide, LOCK, 1000.0);
    two.run.benchmarks.push(row("b", &[("ir", 2000.0)]));
    two.counted.as_mut().unwrap().push(row("b", &[("ir", 1000.0)]));
    assert!(!complains(&two));
}

#[test]
fn a_waiver_of_a_time_is_not_unneeded_because_today_it_holds() {
    let config =
        waived("2026-07-01", 0.5).replace("metric = \"ir\"", "metric = \"time_ns\"").replace(COUNTED, TIMED);
    let mut court = Court::new(&config, vec![row("a", &[("time_ns", 109.0)])], vec![]);
    court.lock = LOCK;
    court.timed = Some(timed_baseline(BaselineKind::Timed, vec![row("a", &[("time_ns", 100.0)])]));
    assert_eq!(court.outcome("time_ns"), Outcome::Held);
    assert!(court.judge().waiver_problems.is_empty());
    court.host_matches = false;
    assert!(court.judge().waiver_problems.is_empty());
}

#[test]
fn what_a_lapsed_waiver_covered_is_told_apart_from_what_it_did_not() {
    let absolute = "[[gate]]\nselect = \"a\"\nmetric = \"ir\"\nkind = \"absolute\"\nmax = 260\n";
    let config = waived("2026-06-01", 0.05) + absolute;
    let judgement = waiver_court(&config, LOCK, 1040.0).judge();
    let failed: Vec<f64> = judgement.verdicts.iter().map(|verdict| verdict.reference.unwrap()).collect();
    assert_eq!(failed, [1000.0, 260.0]);
    assert_eq!(judgement.waiver_problems[0].lapsed, [0], "four per cent, and not four hundred");
}

fn calibration(id: &str, metric: &str, floor: f64) -> Calibration {
    Calibration {
        schema: CALIBRATION_SCHEMA.to_owned(),
        host: "here".to_owned(),
        fingerprint: Fingerprint::default(),
        confirmation_rounds: 12,
        quantile: 0.95,
        benchmarks: vec![Calibrated {
            id: id.to_owned(),
            revision: 1,
            floors: BTreeMap::from([(metric.to_owned(), floor)]),
            rounds: 40,
            round_milliseconds: 100,
            measured: String::new(),
            commit: String::new(),
            dirty: false,
            rustc: String::new(),
            environment: EnvironmentGuard::default(),
        }],
        extra: BTreeMap::new(),
    }
}

#[test]
fn a_gate_below_twice_the_noise_floor_of_the_host_is_that_wide_and_says_so() {
    let gate = "[[gate]]\nselect = \"**\"\nmetric = \"time_ns\"\nkind = \"relative\"\nmax_worsening = 0.05\n";
    let mut court = Court::new(gate, vec![row("a", &[("time_ns", 108.0)])], vec![]);
    court.timed = Some(timed_baseline(BaselineKind::Timed, vec![row("a", &[("time_ns", 100.0)])]));
    assert_eq!(court.outcome("time_ns"), Outcome::Suspect);
    court.calibration = Some(calibration("a", "time_ns", 0.05));
    let verdict = court.verdict("time_ns");
    assert_eq!(verdict.outcome, Outcome::Held);
    assert_eq!(verdict.rule, "at most +10 %, twice this host's noise floor; declared +5 %");
    court.calibration = Some(calibration("a", "time_ns", 0.02));
    assert_eq!(court.outcome("time_ns"), Outcome::Suspect, "a floor below half the gate changes nothing");
    court.calibration = Some(calibration("b", "time_ns", 0.05));
    assert_eq!(court.outcome("time_ns"), Outcome::Suspect, "the floor of another benchmark");
}

/// The question to the base that the one suspicion of this case puts.
fn question(gate: &str, now: &[Benchmark], accepted: Vec<Benchmark>) -> f64 {
    let gate = format!("[[gate]]\nselect = \"a\"\n{gate}");
    let mut court = Court::new(&gate, now.to_vec(), vec![]);
    court.timed = Some(timed_baseline(BaselineKind::Timed, accepted));
    let found = court.suspicions();
    assert_eq!(found.len(), 1, "{found:?}");
    (found[0].max_worsening.unwrap() * 1e6).round() / 1e6
}

#[test]
fn a_suspicion_asks_by_how_much_the_base_must_be_beaten_for_the_gate_to_break() {
    let time = |ns| row("a", &[("time_ns", ns)]);
    let relative = "metric = \"time_ns\"\nkind = \"relative\"\nmax_worsening = 0.05\n";
    assert_eq!(question(relative, &[time(120.0)], vec![time(100.0)]), 0.05);
    let absolute = "metric = \"time_ns\"\nkind = \"absolute\"\nmax = 110\n";
    assert_eq!(question(absolute, &[time(120.0)], vec![time(100.0)]), 0.1);
    // Already beyond the limit, or unknown: any worsening that a comparison can tell.
    assert_eq!(question(absolute, &[time(120.0)], vec![time(115.0)]), 0.02);
    assert_eq!(question(absolute, &[time(120.0)], vec![]), 0.02);
    let ratio = "metric = \"time_ns\"\nkind = \"ratio\"\nagainst = \"b\"\nmax_ratio = 1.2\n";
    let now = [time(130.0), row("b", &[("time_ns", 100.0)])];
    assert_eq!(question(ratio, &now, vec![time(100.0), row("b", &[("time_ns", 100.0)])]), 0.2);
    let rate = "metric = \"ops_ps\"\nkind = \"absolute\"\nmin = 80\n";
    assert_eq!(question(rate, &[row("a", &[("ops_ps", 70.0)])], vec![row("a", &[("ops_ps", 100.0)])]), 0.25);
}

#[test]
fn a_limit_is_unproven_where_nothing_accepted_keeps_it() {
    let gate = "[[gate]]\nselect = \"a\"\nmetric = \"time_ns\"\nkind = \"absolute\"\nmax = 110\n";
    let unproven = |gate: &str, accepted: Vec<Benchmark>| {
        let mut court = Court::new(gate, vec![row("a", &[("time_ns", 120.0)])], vec![]);
        court.timed = Some(timed_baseline(BaselineKind::Timed, accepted));
        court.suspicions()[0].is_limit_unproven
    };
    let time = |ns| vec![row("a", &[("time_ns", ns)])];
    assert!(!unproven(gate, time(100.0)) && !unproven(gate, time(110.0)));
    assert!(unproven(gate, time(111.0)) && unproven(gate, vec![]));
    assert!(!unproven(TIMED, time(100.0)), "a relative gate asks for no limit");
    let mut older = time(100.0);
    older[0].revision = 2;
    assert!(unproven(gate, older), "accepted of another meaning");
}

#[test]
fn a_suspicion_of_what_no_comparison_takes_has_no_question() {
    let gate = "[[gate]]\nselect = \"a\"\nmetric = \"p99_ns\"\nkind = \"absolute\"\nmax = 100\n";
    let court = Court::new(gate, vec![row("a", &[("p99_ns", 120.0)])], vec![]);
    assert_eq!(court.suspicions()[0].max_worsening, None);
}
