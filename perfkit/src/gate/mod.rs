//! Gates: rules over a finished run. Judging is a pure function of the run, what it is held against, and the rules;
//! it measures nothing and reads no clock.

mod budgets;
mod certainty;
mod cost_model;
mod percentile;
mod rules;
mod scaling;
pub mod suspicion;
pub mod tolerance;
mod waivers;

use std::collections::BTreeMap;

use crate::format::{
    Baseline, BaselineKind, Benchmark, Calibration, Class, Config, Gate, GateKind, Level, Metric, Outcome,
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
    /// The host profile held against.
    pub timed: Option<&'a Baseline>,
    /// Whether this machine is the one that the profile describes.
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
    /// The metrics that the instruments asked for can fill.
    pub measured: &'a dyn Fn(&str) -> bool,
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
    missing(case, &mut verdicts);
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
    let is_measured = match gate.metric.as_str() {
        "counted" => METRICS.iter().any(|info| info.class == Class::Counted && (case.measured)(info.name)),
        name => (case.measured)(name),
    };
    if !is_measured {
        return;
    }
    let before = verdicts.len();
    let applies = |id: &str| gate.select.matches(id) && !gate.exclude.matches(id);
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
    if case.whole && verdicts.len() == before {
        let pattern = gate.select.texts().join(", ");
        // An instrument that is not on this machine has said so itself.
        let skipped = case.run.problems.iter().any(|problem| {
            problem.kind == ProblemKind::Skipped && case.run.benchmark(&problem.subject).is_none()
        });
        let outcome = if skipped { Outcome::Skipped } else { Outcome::Missing };
        let why = "the gate selects nothing that was measured: a check that checks nothing";
        verdicts.push(Verdict::bare(&pattern, &gate.metric, outcome, &describe(&gate.kind), why));
    }
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

/// Why an accepted metric that is gone is no pass.
const GONE: &str = "accepted in the baseline and not measured now; removed on purpose? accept a new baseline";

/// Accepted, selected, measurable by the instruments asked for, and not there.
fn missing(case: &Case<'_>, verdicts: &mut Vec<Verdict>) {
    let present: BTreeMap<&str, &Benchmark> =
        case.run.benchmarks.iter().map(|benchmark| (benchmark.id.as_str(), benchmark)).collect();
    let timed = case
        .references
        .timed
        .filter(|baseline| case.references.host_matches && baseline.kind == BaselineKind::Timed);
    let accepted = case
        .references
        .counted
        .unwrap_or_default()
        .iter()
        .chain(timed.iter().flat_map(|b| b.benchmarks.iter()));
    let mut seen = std::collections::BTreeSet::new();
    for row in accepted.filter(|row| row.invalidated.is_none() && (case.selected)(&row.id)) {
        for name in row.metrics.keys().filter(|name| (case.measured)(name)) {
            let found = present.get(row.id.as_str());
            let there = found.is_some_and(|found| found.metrics.contains_key(name));
            if !there && seen.insert((row.id.clone(), name.clone())) {
                let (outcome, why) = match found.filter(|found| percentile::is_untold(found, name)) {
                    Some(_) => (Outcome::Skipped, percentile::TOO_FEW),
                    None => (Outcome::Missing, GONE),
                };
                verdicts.push(Verdict::bare(&row.id, name, outcome, "accepted ids stay", why));
            }
        }
    }
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
