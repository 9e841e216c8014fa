//! Gates: rules over a finished run. Judging is a pure function of the run, what it is held against, and the rules;
//! it measures nothing and reads no clock.

mod budgets;
mod certainty;
mod cost_model;
mod missing;
mod percentile;
mod rules;
mod scaling;
pub mod suspicion;
pub mod tolerance;
mod waivers;

use crate::format::{
    Baseline, Benchmark, Calibration, Class, Config, Gate, GateKind, Level, Metric, Outcome, Problem,
    ProblemKind, Run, Verdict, metric::METRICS,
};

pub use budgets::{Untold, judge_budgets};
pub use waivers::{LockedPackages, WaiverProblem};

/// What a run is held against.
#[derive(Debug, Clone, Copy, Default)]
pub struct References<'a> {
    /// Rows whose counted metrics are comparable: a baseline of the same key, or the base revision counted in the
    /// same run.
    pub counted: Option<&'a [Benchmark]>,
    /// Whether those rows are a revision's, counted in the same run: what a waiver covers may be in it already.
    pub counted_now: bool,
    /// What could not be counted of that revision.
    pub problems: &'a [Problem],
    /// The host profile held against.
    pub timed: Option<&'a Baseline>,
    /// Whether this machine, with its instruction set, is the one that the profile describes.
    pub host_matches: bool,
    /// The noise floors of this machine.
    pub calibration: Option<&'a Calibration>,
}

/// What a judge needs beside the run.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The run.
    pub run: &'a Run,
    /// What it is held against.
    pub references: References<'a>,
    /// The rules.
    pub config: &'a Config,
    /// Whether an id was asked for.
    pub selected: &'a dyn Fn(&str) -> bool,
    /// Whether everything was asked for, so that a rule that judges nothing is a mistake.
    pub whole: bool,
    /// Whether what was asked for fills this metric of this benchmark; of any benchmark where none is named.
    pub measured: &'a dyn Fn(Option<&str>, &str) -> bool,
    /// `YYYY-MM-DD`.
    pub today: &'a str,
    /// What the lock file holds, for the causes of waivers.
    pub lock: &'a LockedPackages,
}

/// Everything the gates say, and what is wrong with the waivers.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// One verdict per gate, benchmark and metric; the worst first within each benchmark's order.
    pub verdicts: Vec<Verdict>,
    /// Expired, unneeded or unfounded waivers.
    pub waiver_problems: Vec<WaiverProblem>,
}

/// Apply every gate and waiver.
pub fn judge(case: &Case<'_>) -> Judgement {
    let mut verdicts = Vec::new();
    for gate in &case.config.gates {
        judge_gate(case, gate, &mut verdicts);
    }
    missing::accepted(case, &mut verdicts);
    missing::name_renamed(case, &mut verdicts);
    for problem in case.run.problems.iter().filter(|problem| problem.kind == ProblemKind::WrongAnswer) {
        verdicts.push(Verdict::bare(
            &problem.subject,
            "",
            Outcome::Wrong,
            "every answer is checked",
            &problem.message,
        ));
    }
    let waiver_problems = waivers::apply(case, &mut verdicts);
    Judgement { verdicts, waiver_problems }
}

fn judge_gate(case: &Case<'_>, gate: &Gate, verdicts: &mut Vec<Verdict>) {
    let is_measured = |id: Option<&str>| gate_metrics(gate).any(|name| (case.measured)(id, name));
    if !is_measured(None) {
        return;
    }
    let before = verdicts.len();
    let applies = |id: &str| gate.selects(id) && is_measured(Some(id));
    for benchmark in case.run.benchmarks.iter().filter(|benchmark| applies(&benchmark.id)) {
        if let Some(why) = unmet_requirement(case.run, gate) {
            verdicts.push(Verdict::bare(
                &benchmark.id,
                &gate.metric,
                Outcome::Skipped,
                &describe(&gate.kind),
                &why,
            ));
            continue;
        }
        match &gate.kind {
            GateKind::Scaling { min_efficiency, threads } => {
                verdicts.extend(scaling::judge(case, benchmark, *min_efficiency, threads));
            }
            GateKind::Percentile { max, max_worsening } => {
                verdicts.extend(percentile::judge(case, benchmark, &gate.metric, *max, *max_worsening));
            }
            // Several benchmarks make one series.
            GateKind::CostModel { .. } => {}
            _ => verdicts.extend(
                metrics(benchmark, &gate.metric)
                    .map(|(name, metric)| rules::judge(case, gate, benchmark, name, metric)),
            ),
        }
    }
    if let GateKind::CostModel { max_fixed, max_per_unit, max_misfit } = gate.kind
        && unmet_requirement(case.run, gate).is_none()
    {
        let limits = cost_model::Limits { max_fixed, max_per_unit, max_misfit };
        let rows = case.run.benchmarks.iter().filter(|benchmark| applies(&benchmark.id));
        verdicts.extend(cost_model::judge(rows, &gate.metric, limits, case.whole));
    }
    for verdict in verdicts.iter_mut().skip(before) {
        if gate.level == Level::Warn && matches!(verdict.outcome, Outcome::Failed | Outcome::Suspect) {
            verdict.outcome = Outcome::Warned;
        }
    }
    if case.whole {
        let unchecked = missing::unchecked(case, gate, &verdicts[before..]);
        verdicts.extend(unchecked);
    }
}

/// The names that a gate's `metric` stands for.
fn gate_metrics(gate: &Gate) -> impl Iterator<Item = &str> {
    let counted = METRICS.iter().filter(move |info| gate.metric == "counted" && info.class == Class::Counted);
    let named = Some(gate.metric.as_str()).filter(|name| *name != "counted");
    counted.map(|info| info.name).chain(named)
}

/// The metrics that a gate's `metric` names: one, or every counted one that stands for itself.
fn metrics<'a>(benchmark: &'a Benchmark, wanted: &'a str) -> impl Iterator<Item = (&'a str, &'a Metric)> {
    let named = move |(name, metric): &(&String, &Metric)| match wanted {
        "counted" => metric.class == Class::Counted && name.as_str() != "ir_cross_check",
        _ => name.as_str() == wanted,
    };
    benchmark.metrics.iter().filter(named).map(|(name, metric)| (name.as_str(), metric))
}

fn unmet_requirement(run: &Run, gate: &Gate) -> Option<String> {
    let cores = run.host.fingerprint.cores;
    if let Some(needed) = gate.requires_cores.filter(|needed| *needed > cores) {
        return Some(format!("needs {needed} cores, this machine has {cores}"));
    }
    let isa = &run.host.isa;
    let needed = gate.requires_isa.as_ref().filter(|needed| *needed != isa)?;
    Some(format!("needs {needed}, this machine is {isa}"))
}

/// A rule in words.
pub fn describe(kind: &GateKind) -> String {
    match kind {
        GateKind::Relative { .. } => "relative to the baseline".to_owned(),
        GateKind::Absolute { max: Some(max), min: Some(min) } => format!("between {min} and {max}"),
        GateKind::Absolute { max: Some(max), .. } => format!("at most {max}"),
        GateKind::Absolute { min, .. } => format!("at least {}", min.unwrap_or_default()),
        GateKind::Ratio { against, max_ratio } => format!("at most {max_ratio} × {against}"),
        GateKind::Agreement { with, max_difference, slack } => {
            format!("agrees with {with} within {} % + {slack}", max_difference * 100.0)
        }
        GateKind::Scaling { min_efficiency, .. } => scaling::rule(*min_efficiency),
        GateKind::Percentile { max: Some(max), .. } => format!("at most {max} ns"),
        GateKind::Percentile { max_worsening, .. } => {
            format!("at most +{} %", tolerance::percent(max_worsening.unwrap_or_default()))
        }
        GateKind::CostModel { .. } => "a fixed cost and a cost per unit".to_owned(),
    }
}

impl Verdict {
    /// A verdict without numbers.
    pub fn bare(id: &str, metric: &str, outcome: Outcome, rule: &str, note: &str) -> Self {
        Self {
            id: id.to_owned(),
            metric: metric.to_owned(),
            outcome,
            value: None,
            reference: None,
            unit: String::new(),
            rule: rule.to_owned(),
            note: note.to_owned(),
        }
    }
}
