//! One gate on one metric of one benchmark.

use super::{
    Case, describe,
    tolerance::{Tolerance, percent, settled},
};
use crate::format::{
    BaselineKind, Benchmark, Class, Gate, GateKind, Metric, Outcome, Problem, ProblemKind, Verdict,
    config::Instrument,
};

/// Judge `metric` of `benchmark` by `gate`.
pub fn judge(case: &Case<'_>, gate: &Gate, benchmark: &Benchmark, name: &str, metric: &Metric) -> Verdict {
    let cores = case.run.host.fingerprint.cores;
    let found = match &gate.kind {
        _ if metric.class == Class::Timed && benchmark.threads > cores => Finding::noted(
            Outcome::Skipped,
            format!("runs {} threads and this machine has {cores} cores", benchmark.threads),
        ),
        GateKind::Relative { max_worsening, slack } => {
            relative(case, benchmark, name, metric, tolerance(name, metric, *max_worsening, *slack))
        }
        GateKind::Absolute { max, min } => absolute(metric, *max, *min),
        GateKind::Ratio { against, max_ratio } => ratio(case, benchmark, name, metric, against, *max_ratio),
        GateKind::Agreement { with, max_difference, slack } => {
            agreement(benchmark, metric, with, *max_difference, *slack)
        }
        // Their own modules judge these.
        GateKind::Scaling { .. } | GateKind::Percentile { .. } | GateKind::CostModel { .. } => {
            Finding::noted(Outcome::Skipped, "not a rule for one metric")
        }
    };
    found.verdict(&benchmark.id, name, metric, &describe(&gate.kind))
}

/// What a rule found.
pub(super) struct Finding {
    pub outcome: Outcome,
    pub reference: Option<f64>,
    pub rule: Option<String>,
    pub note: String,
}

impl Finding {
    /// As a verdict on this metric; `rule` where the finding states none of its own.
    pub fn verdict(self, id: &str, name: &str, metric: &Metric, rule: &str) -> Verdict {
        Verdict {
            id: id.to_owned(),
            metric: name.to_owned(),
            outcome: self.outcome,
            value: Some(metric.value),
            reference: self.reference,
            unit: metric.unit.clone(),
            rule: self.rule.unwrap_or_else(|| rule.to_owned()),
            note: self.note,
        }
    }

    fn plain(outcome: Outcome, reference: Option<f64>) -> Self {
        Self { outcome, reference, rule: None, note: String::new() }
    }

    pub fn noted(outcome: Outcome, note: impl Into<String>) -> Self {
        Self { outcome, reference: None, rule: None, note: note.into() }
    }
}

pub(super) fn tolerance(
    name: &str,
    metric: &Metric,
    max_worsening: Option<f64>,
    slack: Option<f64>,
) -> Tolerance {
    if max_worsening.is_none() && slack.is_none() {
        return Tolerance::of(name, metric);
    }
    Tolerance::Within { fraction: max_worsening.unwrap_or(0.0), slack: slack.unwrap_or(0.0) }
}

pub(super) fn relative(
    case: &Case<'_>,
    benchmark: &Benchmark,
    name: &str,
    metric: &Metric,
    tolerance: Tolerance,
) -> Finding {
    let accepted = match accepted(case, benchmark, name, metric.class) {
        Ok(accepted) => accepted,
        Err(finding) => return finding,
    };
    let informational = metric.class == Class::Timed && !timed_is_judged(case);
    if !metric.comparable(accepted) {
        let outcome = if informational { Outcome::Informational } else { Outcome::Inconclusive };
        return Finding::noted(outcome, not_comparable(metric, accepted));
    }
    let (tolerance, widened) = with_floor(case, benchmark, name, tolerance);
    let worse = tolerance.worsened(metric.better, metric.value, accepted.value);
    let outcome = match () {
        () if informational => Outcome::Informational,
        () if worse && metric.class == Class::Timed => Outcome::Suspect,
        () if worse => Outcome::Failed,
        () if tolerance.worsened(metric.better, accepted.value, metric.value) => Outcome::Improved,
        () => Outcome::Held,
    };
    let note = match outcome {
        Outcome::Improved => "better than accepted; accept it, else the next regression hides under it",
        Outcome::Suspect => "timed, beyond the gate, not confirmed by an interleaved comparison",
        _ => "",
    };
    Finding {
        outcome,
        reference: Some(accepted.value),
        rule: Some(tolerance.describe(&metric.unit) + &widened),
        note: note.to_owned(),
    }
}

/// Another statistic under the same revision proves neither that it held nor that it is new.
fn not_comparable(metric: &Metric, accepted: &Metric) -> String {
    format!(
        "statistic {} in {}, the baseline has {} in {}: not comparable; raise the benchmark's revision if its meaning \
         changed",
        metric.statistic, metric.unit, accepted.statistic, accepted.unit
    )
}

/// A gate narrower than twice the noise floor of this machine would fire on noise. Counted metrics have no floor.
pub(super) fn with_floor(
    case: &Case<'_>,
    benchmark: &Benchmark,
    name: &str,
    tolerance: Tolerance,
) -> (Tolerance, String) {
    let (Tolerance::Within { fraction, slack }, Some(calibration)) = (tolerance, case.references.calibration)
    else {
        return (tolerance, String::new());
    };
    let gate = calibration.effective_gate(&benchmark.id, benchmark.revision, name, fraction);
    if gate <= fraction {
        return (tolerance, String::new());
    }
    let declared = format!(", twice this host's noise floor; declared +{} %", percent(fraction));
    // Shown in hundredths of a per cent, and never below what was measured.
    let gate = (gate * 1e4).ceil() / 1e4;
    (Tolerance::Within { fraction: gate, slack }, declared)
}

fn timed_is_judged(case: &Case<'_>) -> bool {
    let kind = case.references.timed.map(|baseline| baseline.kind);
    case.references.host_matches && kind == Some(BaselineKind::Timed)
}

/// What is accepted of the same revision, or what is to be said where there is nothing.
fn accepted<'a>(
    case: &Case<'a>,
    benchmark: &Benchmark,
    name: &str,
    class: Class,
) -> Result<&'a Metric, Finding> {
    let rows: Option<&'a [Benchmark]> = match class {
        Class::Counted => case.references.counted,
        Class::Timed => case.references.timed.map(|baseline| baseline.benchmarks.as_slice()),
    };
    let Some(rows) = rows else {
        return Err(Finding::noted(Outcome::New, "no baseline to hold it against"));
    };
    let row = rows.iter().find(|row| row.id == benchmark.id && row.invalidated.is_none());
    if let Some(row) = row.filter(|row| row.revision != benchmark.revision) {
        let (now, then) = (benchmark.revision, row.revision);
        return Err(Finding::noted(
            Outcome::New,
            format!("revision {now} of the benchmark; the baseline has revision {then}"),
        ));
    }
    row.and_then(|row| row.metrics.get(name)).ok_or_else(|| match lost(case, &benchmark.id, name) {
        Some(problem) => Finding::noted(
            Outcome::Inconclusive,
            format!("the base should have a number for it and has none: {}", problem.message),
        ),
        None => Finding::noted(Outcome::New, "not in the baseline yet"),
    })
}

/// What went wrong where the base was counted, if that is why it has no such number. A wrong answer never had one.
fn lost<'a>(case: &Case<'a>, id: &str, name: &str) -> Option<&'a Problem> {
    let fills = Instrument::of_metric(name);
    case.references.problems.iter().find(|problem| {
        problem.subject == id
            && matches!(problem.kind, ProblemKind::ToolFailed | ProblemKind::BuildFailed)
            && problem.instrument.is_none_or(|instrument| instrument == fills)
    })
}

fn absolute(metric: &Metric, max: Option<f64>, min: Option<f64>) -> Finding {
    let value = settled(metric);
    let broken = max.is_some_and(|max| value > max) || min.is_some_and(|min| value < min);
    let outcome = match (broken, metric.class) {
        (false, _) => Outcome::Held,
        (true, Class::Counted) => Outcome::Failed,
        (true, Class::Timed) => Outcome::Suspect,
    };
    Finding::plain(outcome, max.or(min))
}

/// The benchmark that a ratio is against; `None` where a floor is named and none declared.
pub(super) fn other_half(against: &str, benchmark: &Benchmark) -> Option<String> {
    match against {
        "floor" => benchmark.floor.clone(),
        template => Some(template.replace("{size}", &benchmark.size.to_string())),
    }
}

fn ratio(
    case: &Case<'_>,
    benchmark: &Benchmark,
    name: &str,
    metric: &Metric,
    against: &str,
    max_ratio: f64,
) -> Finding {
    let Some(other) = other_half(against, benchmark) else {
        return Finding::noted(Outcome::Missing, "the gate names a floor and the benchmark declares none");
    };
    let Some(reference) = case.run.benchmark(&other).and_then(|row| row.metrics.get(name)) else {
        if (case.selected)(&other) {
            return Finding::noted(
                Outcome::Missing,
                format!("{other} was not measured, and it is the other half of the ratio"),
            );
        }
        return Finding::noted(
            Outcome::Skipped,
            format!("{other} was not asked for, and it is the other half of the ratio"),
        );
    };
    if !metric.comparable(reference) {
        return Finding::noted(Outcome::Inconclusive, format!("{other} has another statistic or unit"));
    }
    if metric.class == Class::Timed && reference.value <= 0.0 {
        return Finding::noted(Outcome::Inconclusive, format!("{other} took no time that could be measured"));
    }
    // Nothing is a count too: whatever is counted is more than any multiple of it.
    let (value, half) = (settled(metric), settled(reference));
    let broken = value > max_ratio * half;
    let outcome = match (broken, metric.class) {
        (false, _) => Outcome::Held,
        (true, Class::Counted) => Outcome::Failed,
        (true, Class::Timed) => Outcome::Suspect,
    };
    Finding {
        outcome,
        reference: Some(reference.value),
        rule: Some(format!("at most {max_ratio} × {other}")),
        note: if half > 0.0 { format!("{:.3} ×", metric.value / reference.value) } else { String::new() },
    }
}

fn agreement(benchmark: &Benchmark, metric: &Metric, with: &str, max_difference: f64, slack: f64) -> Finding {
    let Some(other) = benchmark.metrics.get(with) else {
        return Finding::noted(Outcome::Skipped, format!("{with} was not measured for this benchmark"));
    };
    let agrees = (metric.value - other.value).abs() <= max_difference * other.value + slack;
    Finding::plain(if agrees { Outcome::Held } else { Outcome::Failed }, Some(other.value))
}
