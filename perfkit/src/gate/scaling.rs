//! The scaling gate: at each number of threads, how much of the ideal rate is there. More threads than cores are
//! skipped by name, which is not a pass.

use super::{
    Case,
    certainty::{Side, judge_limit, too_busy},
    rules::Finding,
};
use crate::format::{Benchmark, Outcome, Verdict};

/// The share of the time for which threads may have waited for a core before a low rate says nothing: it costs as much of
/// the efficiency.
const WAITED: f64 = 0.02;

/// A verdict for each number of threads, for a benchmark that scales; none for others.
pub(super) fn judge(
    case: &Case<'_>,
    benchmark: &Benchmark,
    min_efficiency: f64,
    threads: &[u32],
) -> Vec<Verdict> {
    if !benchmark.metrics.contains_key("ops_ps_1") {
        return Vec::new();
    }
    let cores = case.run.host.fingerprint.cores;
    let rule = rule(min_efficiency);
    let one = |threads: &u32| {
        let name = format!("scaling_efficiency_{threads}");
        if *threads > cores {
            let why = format!("needs {threads} cores, this machine has {cores}");
            return Verdict::bare(&benchmark.id, &name, Outcome::Skipped, &rule, &why);
        }
        let Some(metric) = benchmark.metrics.get(&name) else {
            let why = format!("the rate of {threads} threads was not measured");
            return Verdict::bare(&benchmark.id, &name, Outcome::Missing, &rule, &why);
        };
        let (outcome, note) = match judge_limit(metric, metric.n.unwrap_or(1), min_efficiency, Side::Below) {
            (Outcome::Held, note) => (Outcome::Held, note),
            beyond => too_busy(metric, WAITED).map_or(beyond, |why| (Outcome::Inconclusive, why)),
        };
        let found = Finding { outcome, reference: Some(min_efficiency), rule: None, note };
        found.verdict(&benchmark.id, &name, metric, &rule)
    };
    threads.iter().map(one).collect()
}

/// In words.
pub(super) fn rule(min_efficiency: f64) -> String {
    format!("at least {min_efficiency} of the ideal rate")
}
