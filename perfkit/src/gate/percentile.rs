//! The percentile gate: a latency against a number, against the baseline, or both.

use super::{
    Case,
    certainty::{Side, judge_limit, too_busy},
    rules::{Finding, relative},
    tolerance::Tolerance,
};
use crate::format::{Benchmark, Outcome, Verdict, config::Instrument};

/// Why a percentile is not told.
pub(super) const TOO_FEW: &str = "too few operations lie beyond it to tell; raise the rate or the rounds";

/// Whether latencies were measured and this percentile of them could not be told: a short run has few operations.
pub(super) fn is_untold(benchmark: &Benchmark, name: &str) -> bool {
    Instrument::of_metric(name) == Instrument::Latency
        && !benchmark.metrics.contains_key(name)
        && benchmark.metrics.values().any(|metric| metric.source == "latency")
}

/// A verdict for each limit, for a benchmark with latencies; none for others.
pub(super) fn judge(
    case: &Case<'_>,
    benchmark: &Benchmark,
    name: &str,
    max: Option<f64>,
    max_worsening: Option<f64>,
) -> Vec<Verdict> {
    let Some(metric) = benchmark.metrics.get(name) else {
        let untold =
            Verdict::bare(&benchmark.id, name, Outcome::Inconclusive, "a latency percentile", TOO_FEW);
        return if is_untold(benchmark, name) { vec![untold] } else { Vec::new() };
    };
    let cores = case.run.host.fingerprint.cores;
    if benchmark.threads > cores {
        let why = format!("runs {} threads and this machine has {cores} cores", benchmark.threads);
        return vec![Verdict::bare(&benchmark.id, name, Outcome::Skipped, "a latency percentile", &why)];
    }
    let rounds = metric.extra.get("rounds").and_then(serde_json::Value::as_u64).unwrap_or(1);
    let mut verdicts = Vec::new();
    if let Some(max) = max {
        let (outcome, note) = judge_limit(metric, rounds, max, Side::Above);
        let found = Finding { outcome, reference: Some(max), rule: None, note };
        verdicts.push(found.verdict(&benchmark.id, name, metric, &format!("at most {max} ns")));
    }
    if let Some(fraction) = max_worsening {
        let tolerance = Tolerance::Within { fraction, slack: 0.0 };
        let found = relative(case, benchmark, name, metric, tolerance);
        verdicts.push(found.verdict(&benchmark.id, name, metric, &tolerance.describe(&metric.unit)));
    }
    if let Some(why) = too_busy(metric, most_waited(name)) {
        let beyond = |verdict: &&mut Verdict| matches!(verdict.outcome, Outcome::Failed | Outcome::Suspect);
        for verdict in verdicts.iter_mut().filter(beyond) {
            verdict.outcome = Outcome::Inconclusive;
            verdict.note.clone_from(&why);
        }
    }
    // The schedule that was missed is part of what a latency says.
    let unstarted = metric.extra.get("unstarted").and_then(serde_json::Value::as_u64).unwrap_or(0);
    for verdict in verdicts.iter_mut().filter(|_| unstarted > 0) {
        let missed = format!("the schedule was not kept: {unstarted} operations never started");
        let both = [verdict.note.as_str(), missed.as_str()]
            .iter()
            .filter(|note| !note.is_empty())
            .copied()
            .collect::<Vec<_>>();
        verdict.note = both.join("; ");
    }
    verdicts
}

/// The share of the time for which the thread may have waited for a core: those who were meant to start meanwhile are late
/// by it, and half of what lies beyond the percentile can still be the work's own.
fn most_waited(name: &str) -> f64 {
    let beyond = match name {
        "p50_ns" => 0.5,
        "p99_ns" => 0.01,
        _ => 0.001,
    };
    beyond / 2.0
}
