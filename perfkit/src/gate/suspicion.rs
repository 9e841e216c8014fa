//! Suspicions: timed verdicts beyond their gate, which an interleaved comparison with the base confirms or not.
//!
//! A gate in words of the baseline becomes a question to the base: by how much must the work be slower than its base for
//! the gate to be broken by this change? For a relative gate that is the gate. For a limit it is what the accepted value
//! left below the limit; where the accepted value is unknown or already beyond, any worsening that a comparison can tell.
//! There a base that is no better proves nothing: it breaks the limit too.

use super::{Case, rules, rules::with_floor, tolerance::Tolerance};
use crate::{
    ab::rule::MAX_WORSENING,
    format::{Better, Gate, GateKind, Metric, Outcome, Verdict},
};

/// One suspect verdict and the question to the base.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suspicion {
    /// Which verdict, by its place.
    pub verdict: usize,
    /// The time may be worse than the base's by this fraction; `None` where a comparison in turns says nothing of it.
    pub max_worsening: Option<f64>,
    /// Whether the gate is a limit that nothing accepted keeps: a base that is no better breaks it too.
    pub is_limit_unproven: bool,
}

/// The metrics that an interleaved comparison measures: times of an operation and what is made of them.
const COMPARED: [&str; 5] = ["time_ns", "cpu_time_ns", "criterion_ns", "throughput_Bps", "ops_ps"];

/// The suspicions among the verdicts of this case.
pub fn suspicions(case: &Case<'_>, verdicts: &[Verdict]) -> Vec<Suspicion> {
    let suspects = verdicts.iter().enumerate().filter(|(_, verdict)| verdict.outcome == Outcome::Suspect);
    suspects
        .map(|(place, verdict)| {
            let question = question(case, verdict);
            Suspicion {
                verdict: place,
                max_worsening: question.map(|question| question.max_worsening),
                is_limit_unproven: question.is_some_and(|question| question.is_limit_unproven),
            }
        })
        .collect()
}

#[derive(Clone, Copy)]
struct Question {
    max_worsening: f64,
    is_limit_unproven: bool,
}

fn question(case: &Case<'_>, verdict: &Verdict) -> Option<Question> {
    if !COMPARED.contains(&verdict.metric.as_str()) {
        return None;
    }
    let benchmark = case.run.benchmark(&verdict.id)?;
    let metric = benchmark.metrics.get(&verdict.metric)?;
    let is_source = |gate: &&Gate| {
        gate.metric == verdict.metric
            && gate.selects(&verdict.id)
            && rules::judge(case, gate, benchmark, &verdict.metric, metric) == *verdict
    };
    let gate = case.config.gates.iter().find(is_source)?;
    let left = left(case, gate, verdict, metric);
    let tolerance = Tolerance::Within { fraction: left.unwrap_or(MAX_WORSENING), slack: 0.0 };
    match with_floor(case, benchmark, &verdict.metric, tolerance).0 {
        Tolerance::Within { fraction, .. } => {
            Some(Question { max_worsening: fraction, is_limit_unproven: left.is_none() })
        }
        Tolerance::Exact => None,
    }
}

/// What the gate leaves above the accepted value, as a fraction of time; `None` where the accepted value is unknown or
/// beyond the limit already.
fn left(case: &Case<'_>, gate: &Gate, verdict: &Verdict, metric: &Metric) -> Option<f64> {
    let accepted = |id: &str| {
        let row = case.references.timed.filter(|_| case.references.host_matches)?.live(id)?;
        let is_same = case.run.benchmark(id).is_some_and(|now| now.revision == row.revision);
        row.metrics
            .get(&verdict.metric)
            .filter(|accepted| is_same && accepted.comparable(metric))
            .map(|found| found.value)
    };
    let left = match &gate.kind {
        GateKind::Relative { max_worsening, slack } => {
            let tolerance = rules::tolerance(&verdict.metric, metric, *max_worsening, *slack);
            return Some(match (tolerance, verdict.reference) {
                // Rates have no slack.
                (Tolerance::Within { fraction, slack }, Some(reference)) if reference > 0.0 => {
                    fraction.max(slack / reference)
                }
                (Tolerance::Within { fraction, .. }, _) => fraction,
                (Tolerance::Exact, _) => 0.0,
            });
        }
        GateKind::Absolute { max, min } => accepted(&verdict.id).and_then(|base| match metric.better {
            Better::Less => max.map(|max| max / base - 1.0),
            Better::More => min.map(|min| base / min - 1.0),
        }),
        GateKind::Ratio { against, max_ratio } => {
            let other = case.run.benchmark(&verdict.id).and_then(|row| rules::other_half(against, row));
            let bases = accepted(&verdict.id).zip(other.and_then(|other| accepted(&other)));
            bases.map(|(base, other)| max_ratio * other / base - 1.0)
        }
        _ => None,
    };
    left.filter(|left| left.is_finite() && *left >= 0.0).map(|left| left.max(MAX_WORSENING))
}
