//! Gates on scaling, latency percentiles and cost models, and waivers for gates of every kind: what was planted is found,
//! what holds is silent, and what cannot be told is neither.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod court;

use court::{Court, problem, row, timed_baseline};
use perfkit::format::{
    BaselineKind, Benchmark, Metric, Outcome, ProblemKind, Verdict, config::Instrument, metric_info,
};
use serde_json::json;

/// A row with one metric of this many rounds between two extremes.
fn in_rounds(id: &str, name: &str, ends: (f64, f64, f64), rounds: u64) -> Benchmark {
    let (low, value, high) = ends;
    let mut row = row(id, &[]);
    let source = if name.starts_with('p') { "latency" } else { "scaling" };
    let mut metric = Metric::new(metric_info(name).unwrap(), value, "median", source).with_n(rounds);
    metric.extra.insert("rounds".to_owned(), json!(rounds));
    if rounds > 1 {
        metric = metric.with_interval(low, high, 1.0);
    }
    row.metrics.insert(name.to_owned(), metric);
    row
}

const SCALING: &str = "[[gate]]\nselect = \"**\"\nkind = \"scaling\"\nmin_efficiency = 0.8\n";

fn scaling_row(efficiency: (f64, f64, f64), rounds: u64) -> Benchmark {
    let mut scaled = in_rounds("queue", "scaling_efficiency_2", efficiency, rounds);
    scaled.metrics.extend(row("queue", &[("ops_ps_1", 1e6)]).metrics);
    scaled
}

#[test]
fn a_workload_that_stops_scaling_fails_and_one_that_scales_holds() {
    let judged = |efficiency, rounds| {
        Court::new(SCALING, vec![scaling_row(efficiency, rounds)], vec![]).outcome("scaling_efficiency_2")
    };
    assert_eq!(judged((0.45, 0.5, 0.55), 5), Outcome::Failed);
    assert_eq!(judged((0.8, 0.95, 1.0), 5), Outcome::Held);
    assert_eq!(judged((0.7, 0.79, 0.9), 5), Outcome::Suspect, "one round holds it");
    assert_eq!(judged((0.5, 0.5, 0.5), 1), Outcome::Suspect, "one round proves nothing");
}

/// What a busy machine took from a workload is no fault of the workload, and no pass either.
#[test]
fn a_limit_broken_on_a_busy_machine_cannot_be_told() {
    let waited = |mut row: Benchmark, name: &str, share: f64| {
        row.metrics.get_mut(name).unwrap().extra.insert("waited".to_owned(), json!(share));
        row
    };
    let scaled = |share| {
        let row = waited(scaling_row((0.45, 0.5, 0.55), 5), "scaling_efficiency_2", share);
        Court::new(SCALING, vec![row], vec![]).verdict("scaling_efficiency_2")
    };
    assert_eq!(scaled(0.02).outcome, Outcome::Failed);
    let busy = scaled(0.3);
    assert_eq!(busy.outcome, Outcome::Inconclusive);
    assert!(busy.note.contains("waited for a core for 30.0 % of the time"), "{}", busy.note);
    let late = |share| {
        let row = waited(in_rounds("send", "p99_ns", (1100.0, 1500.0, 9000.0), 5), "p99_ns", share);
        Court::new(PERCENTILE, vec![row], vec![]).outcome("p99_ns")
    };
    assert_eq!((late(0.005), late(0.006)), (Outcome::Failed, Outcome::Inconclusive));
    let fine = waited(in_rounds("send", "p99_ns", (500.0, 600.0, 700.0), 5), "p99_ns", 0.9);
    assert_eq!(Court::new(PERCENTILE, vec![fine], vec![]).outcome("p99_ns"), Outcome::Held);
}

#[test]
fn threads_without_a_core_are_skipped_by_name_and_never_a_pass() {
    let court = Court::new(SCALING, vec![scaling_row((0.9, 0.9, 0.9), 5)], vec![]);
    for threads in [4, 8] {
        let verdict = court.verdict(&format!("scaling_efficiency_{threads}"));
        assert_eq!(verdict.outcome, Outcome::Skipped);
        assert_eq!(verdict.note, format!("needs {threads} cores, this machine has 2"));
        assert_eq!(verdict.value, None);
    }
}

#[test]
fn a_rate_that_could_have_been_measured_and_was_not_is_missing() {
    let court = Court::new(SCALING, vec![row("queue", &[("ops_ps_1", 1e6)])], vec![]);
    assert_eq!(court.outcome("scaling_efficiency_2"), Outcome::Missing);
}

#[test]
fn a_scaling_gate_over_nothing_that_scales_is_a_mistake() {
    let court = Court::new(SCALING, vec![row("queue", &[("ir", 1.0)])], vec![]);
    assert_eq!(court.outcome("scaling_efficiency_N"), Outcome::Missing);
}

#[test]
fn threads_that_were_left_out_hide_no_gate_that_checks_nothing() {
    let gate = "[[gate]]\nselect = \"typo\"\nmetric = \"ir\"\nkind = \"absolute\"\nmax = 1\n";
    let mut court = Court::new(gate, vec![row("queue", &[("ops_ps_1", 1e6)])], vec![]);
    court.run.problems.push(problem("queue", ProblemKind::Skipped, Some(Instrument::Scaling)));
    assert_eq!(court.outcome("ir"), Outcome::Missing);
}

#[test]
fn only_the_gates_own_instrument_makes_it_skipped() {
    let gate = "[[gate]]\nselect = \"queue\"\nmetric = \"ir\"\nkind = \"absolute\"\nmax = 1\n";
    let judged = |subject: &str, kind, instrument| {
        let mut court = Court::new(gate, vec![row("queue", &[("time_ns", 1.0)])], vec![]);
        court.run.problems.push(problem(subject, kind, instrument));
        court.outcome("ir")
    };
    let count = Some(Instrument::Count);
    // A witness, a bench target that was left out, a second benchmark of one id: no count is missing for want of them.
    assert_eq!(judged("native dispatch witness", ProblemKind::Skipped, None), Outcome::Missing);
    assert_eq!(judged("p::t", ProblemKind::Skipped, Some(Instrument::Startup)), Outcome::Missing);
    assert_eq!(judged("p::t", ProblemKind::ToolFailed, count), Outcome::Missing);
    // Without valgrind the row is there by its times.
    assert_eq!(judged("queue", ProblemKind::Skipped, count), Outcome::Skipped);
    assert_eq!(judged("p::suite", ProblemKind::Skipped, count), Outcome::Skipped, "a whole target");
    let counted = gate.replace("\"ir\"", "\"counted\"").replace("queue", "typo");
    let mut court = Court::new(&counted, vec![row("queue", &[("time_ns", 1.0)])], vec![]);
    court.run.problems.push(problem("queue", ProblemKind::Skipped, count));
    assert_eq!(court.outcome("counted"), Outcome::Missing, "not what the gate selects");
}

const PERCENTILE: &str =
    "[[gate]]\nselect = \"**\"\nmetric = \"p99_ns\"\nkind = \"percentile\"\nmax = 1000\n";

#[test]
fn a_percentile_above_its_limit_in_every_round_fails_and_one_below_holds() {
    let judged = |ends, rounds| {
        Court::new(PERCENTILE, vec![in_rounds("send", "p99_ns", ends, rounds)], vec![]).outcome("p99_ns")
    };
    assert_eq!(judged((1001.0, 1500.0, 9000.0), 5), Outcome::Failed);
    assert_eq!(judged((500.0, 1000.0, 9000.0), 5), Outcome::Held, "at the limit");
    assert_eq!(judged((900.0, 1500.0, 9000.0), 5), Outcome::Suspect);
    assert_eq!(judged((1500.0, 1500.0, 1500.0), 1), Outcome::Suspect);
}

#[test]
fn a_percentile_that_is_not_known_cannot_be_told() {
    let court = Court::new(PERCENTILE, vec![in_rounds("send", "p50_ns", (1.0, 2.0, 3.0), 5)], vec![]);
    assert_eq!(court.outcome("p99_ns"), Outcome::Inconclusive);
}

#[test]
fn an_accepted_percentile_that_a_short_run_cannot_tell_is_not_missing() {
    let judged = |now: Benchmark| {
        let mut court = Court::new("", vec![now], vec![]);
        let accepted = in_rounds("send", "p999_ns", (1.0, 2.0, 3.0), 5);
        court.timed = Some(timed_baseline(BaselineKind::Timed, vec![accepted]));
        court.outcome("p999_ns")
    };
    assert_eq!(judged(in_rounds("send", "p50_ns", (1.0, 2.0, 3.0), 1)), Outcome::Skipped);
    assert_eq!(judged(row("send", &[("ir", 1.0)])), Outcome::Missing, "no latency was measured at all");
}

#[test]
fn a_percentile_is_held_against_the_baseline_of_the_same_rate_only() {
    let gate = PERCENTILE.replace("max = 1000", "max_worsening = 0.25");
    let judged = |now: f64, statistic: &str| {
        let mut court = Court::new(&gate, vec![in_rounds("send", "p99_ns", (now, now, now), 5)], vec![]);
        let mut accepted = in_rounds("send", "p99_ns", (800.0, 800.0, 800.0), 5);
        statistic.clone_into(&mut accepted.metrics.get_mut("p99_ns").unwrap().statistic);
        court.timed = Some(timed_baseline(BaselineKind::Timed, vec![accepted]));
        court.outcome("p99_ns")
    };
    assert_eq!(judged(1001.0, "median"), Outcome::Suspect);
    assert_eq!(judged(1000.0, "median"), Outcome::Held);
    assert_eq!(judged(5000.0, "open_loop@10/s"), Outcome::Inconclusive, "another rate is another number");
}

#[test]
fn a_schedule_that_was_not_kept_is_said() {
    let mut send = in_rounds("send", "p99_ns", (2e9, 2e9, 2e9), 5);
    send.metrics.get_mut("p99_ns").unwrap().extra.insert("unstarted".to_owned(), json!(70));
    let verdict = Court::new(PERCENTILE, vec![send], vec![]).verdict("p99_ns");
    assert_eq!(verdict.outcome, Outcome::Failed);
    assert!(verdict.note.contains("70 operations never started"), "{}", verdict.note);
}

const MODEL: &str = "[[gate]]\nselect = \"seal\"\nmetric = \"ir\"\nkind = \"cost_model\"\n\
                     max_fixed = 300\nmax_per_unit = 2\nmax_misfit = 0.03\n";

fn series(cost: impl Fn(f64) -> f64) -> Vec<Benchmark> {
    let sized = |size: u64| {
        let mut row = row(&format!("seal/{size}"), &[("ir", cost(size as f64))]);
        (row.size, row.bytes) = (size, size);
        row
    };
    [64, 256, 1024, 4096].map(sized).into()
}

/// The outcomes by what the rule is about.
fn model(rows: Vec<Benchmark>) -> Vec<(String, Outcome)> {
    let verdicts = Court::new(MODEL, rows, vec![]).judge().verdicts;
    let what = |verdict: &Verdict| verdict.rule.split(" at most").next().unwrap().to_owned();
    assert!(verdicts.iter().all(|verdict| verdict.id == "seal" && verdict.metric == "ir"), "{verdicts:?}");
    verdicts.iter().map(|verdict| (what(verdict), verdict.outcome)).collect()
}

fn named(outcomes: [Outcome; 3]) -> Vec<(String, Outcome)> {
    let names = ["unexplained", "fixed cost", "cost per unit"];
    names.iter().map(|name| (*name).to_owned()).zip(outcomes).collect()
}

#[test]
fn a_fixed_cost_and_a_cost_per_byte_are_judged_apart() {
    use Outcome::{Failed, Held};
    assert_eq!(model(series(|n| 300.0 + 2.0 * n)), named([Held, Held, Held]));
    assert_eq!(model(series(|n| 310.0 + 2.0 * n)), named([Held, Failed, Held]));
    assert_eq!(model(series(|n| 300.0 + 2.1 * n)), named([Held, Held, Failed]));
}

#[test]
fn a_line_that_does_not_fit_proves_nothing() {
    use Outcome::{Failed, Inconclusive};
    let step = |n: f64| if n > 512.0 { 2.0 * n } else { 100.0 + n };
    assert_eq!(model(series(step)), named([Failed, Inconclusive, Inconclusive]));
}

#[test]
fn a_model_of_too_few_sizes_cannot_be_told() {
    let mut rows = series(|n| 9999.0 + 2.0 * n);
    rows.pop();
    let mut court = Court::new(MODEL, rows, vec![]);
    let verdict = court.verdict("ir");
    assert_eq!(verdict.outcome, Outcome::Inconclusive);
    assert!(verdict.note.contains("3 sizes (64, 256, 1024); a model needs 4 sizes"), "{}", verdict.note);
    court.whole = false;
    assert_eq!(court.outcome("ir"), Outcome::Skipped, "the others may not have been asked for");
}

#[test]
fn a_cost_model_counts_what_an_operation_processes() {
    let batch = |events: u64| {
        let mut row = row(&format!("seal/{events}"), &[("ir", 100.0 + 2.0 * 64.0 * events as f64)]);
        (row.size, row.bytes) = (events, 64 * events);
        row
    };
    let rows: Vec<Benchmark> = [1, 10, 50, 100].map(batch).into();
    assert_eq!(model(rows.clone()), named([Outcome::Held, Outcome::Held, Outcome::Held]));
    let verdicts = Court::new(MODEL, rows, vec![]).judge().verdicts;
    assert_eq!(verdicts[2].unit, "instructions/B", "as perfkit fit says it");
}

#[test]
fn no_fixed_cost_at_all_may_be_asked_for() {
    let gate = MODEL.replace("max_fixed = 300", "max_fixed = 0");
    let fixed = |rows| {
        let verdicts = Court::new(&gate, rows, vec![]).judge().verdicts;
        verdicts.iter().find(|verdict| verdict.rule.starts_with("fixed")).unwrap().outcome
    };
    assert_eq!(fixed(series(|n| 1.7 * n)), Outcome::Held, "what is left is rounding");
    assert_eq!(fixed(series(|n| 0.1 + 1.7 * n)), Outcome::Failed);
}

#[test]
fn no_cost_per_unit_and_no_misfit_may_be_asked_for() {
    let gate = "[[gate]]\nselect = \"seal\"\nmetric = \"ir\"\nkind = \"cost_model\"\nmax_per_unit = 0\nmax_misfit = 0\n";
    let judged = |rows| {
        let verdicts = Court::new(gate, rows, vec![]).judge().verdicts;
        verdicts.iter().map(|verdict| verdict.outcome).collect::<Vec<_>>()
    };
    assert_eq!(judged(series(|_| 1234.5)), [Outcome::Held, Outcome::Held]);
    assert_eq!(judged(series(|n| 1234.5 + 0.001 * n)), [Outcome::Held, Outcome::Failed]);
}

#[test]
fn a_cost_model_carries_its_units() {
    let verdicts = Court::new(MODEL, series(|n| 300.0 + 2.0 * n), vec![]).judge().verdicts;
    let units: Vec<&str> = verdicts.iter().map(|verdict| verdict.unit.as_str()).collect();
    assert_eq!(units, ["of the cost", "instructions/op", "instructions/B"]);
}

#[test]
fn a_gate_of_a_new_kind_can_warn() {
    let gate = format!("{SCALING}level = \"warn\"\n");
    let court = Court::new(&gate, vec![scaling_row((0.1, 0.2, 0.3), 5)], vec![]);
    assert_eq!(court.outcome("scaling_efficiency_2"), Outcome::Warned);
}

const LOCK: &str = "[[package]]\nname = \"blake3\"\nversion = \"1.8.7\"\n";

/// The id that a verdict names, its gate, the rows that break it, the baseline, and the metric.
type Broken = (&'static str, String, Vec<Benchmark>, Vec<Benchmark>, &'static str);

/// A gate of each kind with rows that break it by a quarter.
fn broken() -> Vec<Broken> {
    let gate = |rule: &str| format!("[[gate]]\nselect = \"**\"\n{rule}\n");
    let mut seal = row("seal", &[("ir", 1250.0)]);
    seal.floor = Some("raw".to_owned());
    let raw = row("raw", &[("ir", 1000.0)]);
    let only_seal =
        "exclude = \"raw\"\nmetric = \"ir\"\nkind = \"ratio\"\nagainst = \"floor\"\nmax_ratio = 1";
    vec![
        (
            "seal",
            gate("metric = \"ir\"\nkind = \"relative\""),
            vec![seal.clone()],
            vec![row("seal", &[("ir", 1000.0)])],
            "ir",
        ),
        ("seal", gate("metric = \"ir\"\nkind = \"absolute\"\nmax = 1000"), vec![seal.clone()], vec![], "ir"),
        ("seal", gate(only_seal), vec![seal, raw], vec![], "ir"),
        (
            "seal",
            gate("metric = \"ir_cross_check\"\nkind = \"agreement\"\nwith = \"ir\"\nmax_difference = 0.01"),
            vec![row("seal", &[("ir", 1000.0), ("ir_cross_check", 800.0)])],
            vec![],
            "ir_cross_check",
        ),
        (
            "queue",
            gate("kind = \"scaling\"\nmin_efficiency = 0.8\nthreads = [2]"),
            vec![scaling_row((0.6, 0.64, 0.7), 5)],
            vec![],
            "scaling_efficiency_2",
        ),
        (
            "send",
            PERCENTILE.to_owned(),
            vec![in_rounds("send", "p99_ns", (1200.0, 1250.0, 1300.0), 5)],
            vec![],
            "p99_ns",
        ),
        (
            "seal",
            gate("metric = \"ir\"\nkind = \"cost_model\"\nmax_fixed = 240"),
            series(|n| 300.0 + 2.0 * n),
            vec![],
            "ir",
        ),
    ]
}

fn waiver(id: &str, metric: &str, limit: &str, expires: &str) -> String {
    format!(
        "[[waiver]]\nid = \"w\"\nselect = \"{id}\"\nmetric = \"{metric}\"\n{limit}\nreason = \"upstream\"\n\
         cause = \"blake3@1.8.7\"\nowner = \"me\"\ncreated = \"2026-05-01\"\nexpires = \"{expires}\"\n"
    )
}

#[test]
fn a_waiver_covers_a_gate_of_any_kind_up_to_its_limit_while_it_is_in_force() {
    for (id, gate, now, base, metric) in broken() {
        let judged = |limit: &str, expires: &str, lock: &'static str| {
            let config = format!("{gate}{}", waiver(id, metric, limit, expires));
            let mut court = Court::new(&config, now.clone(), base.clone());
            court.lock = lock;
            let judgement = court.judge();
            let of_metric = judgement.verdicts.iter().find(|verdict| verdict.metric == metric).unwrap();
            (of_metric.outcome, judgement.waiver_problems)
        };
        let (outcome, problems) = judged("max_worsening = 0.26", "2026-07-01", LOCK);
        assert_eq!((outcome, problems.len()), (Outcome::Waived, 0), "{gate}");
        let (outcome, problems) = judged("max_worsening = 0.19", "2026-07-01", LOCK);
        assert_eq!(outcome, Outcome::Failed, "{gate}");
        assert!(problems.is_empty(), "{gate}: what fails is not without need of it: {problems:?}");
        for (expires, lock, wanted) in
            [("2026-06-01", LOCK, "expired"), ("2026-07-01", "", "Cargo.lock does not hold")]
        {
            let (outcome, problems) = judged("max_worsening = 0.26", expires, lock);
            assert_eq!(outcome, Outcome::Failed, "{gate}");
            assert!(problems[0].message.contains(wanted), "{gate}: {problems:?}");
            assert_eq!(problems[0].lapsed.len(), 1, "{gate}");
        }
    }
}

#[test]
fn an_allocation_where_none_was_allowed_is_waived_by_a_slack() {
    let gate = "[[gate]]\nselect = \"**\"\nmetric = \"allocs_per_op\"\nkind = \"absolute\"\nmax = 0\n";
    let judged = |limit: &str| {
        let config = format!("{gate}{}", waiver("a", "allocs_per_op", limit, "2026-07-01"));
        let mut court = Court::new(&config, vec![row("a", &[("allocs_per_op", 1.0)])], vec![]);
        court.lock = LOCK;
        court.outcome("allocs_per_op")
    };
    assert_eq!(judged("max_worsening = 9.0"), Outcome::Failed, "no fraction of zero is one");
    assert_eq!(judged("max_worsening = 0.0\nslack = 1"), Outcome::Waived);
    assert_eq!(judged("max_worsening = 0.0\nslack = 0.5"), Outcome::Failed);
}
