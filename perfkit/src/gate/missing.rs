//! What should be there and is not: accepted metrics that are gone, and patterns of gates that judge nothing. A benchmark
//! that went and one that came with the same counts are named as a pair: it was renamed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, describe, gate_metrics, percentile, tolerance::Tolerance};
use crate::{
    explain::cost_model::series_name,
    format::{
        BaselineKind, Benchmark, Class, Gate, GateKind, Metric, Outcome, ProblemKind, Verdict,
        config::Instrument,
    },
};

/// Why an accepted metric that is gone is no pass.
const GONE: &str = "accepted in the baseline and not measured now; removed on purpose? accept a new baseline";

/// Why a gate that judges nothing is no pass.
const UNCHECKED: &str = "the gate selects nothing that was measured: a check that checks nothing";

/// Accepted, selected, measurable by the instruments asked for, and not there.
pub(super) fn accepted(case: &Case<'_>, verdicts: &mut Vec<Verdict>) {
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
        .chain(timed.iter().flat_map(|baseline| baseline.benchmarks.iter()));
    let mut seen = BTreeSet::new();
    for row in accepted.filter(|row| row.invalidated.is_none() && (case.selected)(&row.id)) {
        for name in row.metrics.keys().filter(|name| (case.measured)(Some(&row.id), name)) {
            let found = present.get(row.id.as_str());
            let there = found.is_some_and(|found| found.metrics.contains_key(name));
            if !there && seen.insert((row.id.clone(), name.clone())) {
                let (outcome, why) = match found.filter(|found| percentile::is_untold(found, name)) {
                    Some(_) => (Outcome::Skipped, percentile::TOO_FEW.to_owned()),
                    None => (Outcome::Missing, gone(case, row, name)),
                };
                verdicts.push(Verdict::bare(&row.id, name, outcome, "accepted ids stay", &why));
            }
        }
    }
}

/// Accepting again takes nothing out of the baseline that the host cannot measure, so that is not the advice then.
fn gone(case: &Case<'_>, row: &Benchmark, name: &str) -> String {
    match case.run.problems.iter().find(|problem| problem.leaves_out(row, name)) {
        Some(problem) => format!("accepted in the baseline and cannot be measured here: {}", problem.message),
        None => GONE.to_owned(),
    }
}

/// A verdict for each pattern of a gate that judged nothing; `found` is what the gate said in a run of everything.
pub(super) fn unchecked(case: &Case<'_>, gate: &Gate, found: &[Verdict]) -> Vec<Verdict> {
    let told: BTreeSet<&str> = found.iter().map(|verdict| verdict.id.as_str()).collect();
    // A model is told of all sizes at once, under what their ids have in common.
    let is_of_a_series = matches!(gate.kind, GateKind::CostModel { .. });
    let is_judged = |row: &&Benchmark| {
        told.contains(row.id.as_str())
            || is_of_a_series && series_name(row).is_some_and(|series| told.contains(series))
    };
    let selected = case.run.benchmarks.iter().filter(|row| gate.selects(&row.id));
    let judged: Vec<&str> = selected.filter(is_judged).map(|row| row.id.as_str()).collect();
    let verdict = |pattern: &str| {
        let outcome = if is_left_out(case, gate, pattern) { Outcome::Skipped } else { Outcome::Missing };
        Verdict::bare(pattern, &gate.metric, outcome, &describe(&gate.kind), UNCHECKED)
    };
    gate.select.unmatched(&judged).into_iter().map(verdict).collect()
}

/// Whether an instrument that the gate needs has said itself that it cannot measure what this pattern selects.
fn is_left_out(case: &Case<'_>, gate: &Gate, pattern: &str) -> bool {
    let needs = |by: Instrument| gate_metrics(gate).any(|name| Instrument::of_metric(name) == by);
    case.run.problems.iter().any(|problem| {
        let subject = problem.subject.as_str();
        // A whole bench target may hold anything.
        let concerns = case.run.benchmark(subject).is_none()
            || !gate.exclude.matches(subject) && !gate.select.unmatched(&[subject]).contains(&pattern);
        problem.kind == ProblemKind::Skipped && problem.instrument.is_some_and(needs) && concerns
    })
}

/// Say of what is missing and of what is new that they look like one benchmark under two names.
pub(super) fn name_renamed(case: &Case<'_>, verdicts: &mut [Verdict]) {
    for (then, now) in renamed(case) {
        for verdict in verdicts.iter_mut() {
            let counts = "whose counts are the same";
            if verdict.outcome == Outcome::Missing && verdict.id == then {
                verdict.note = format!("renamed to {now}, {counts}? accept a new baseline");
            } else if verdict.outcome == Outcome::New && verdict.id == now {
                verdict.note = format!("renamed from {then}, {counts}?");
            }
        }
    }
}

/// Pairs of an accepted id that is gone and a new one: of one bench target and size, with equal counts, and no third that
/// fits either.
fn renamed<'a>(case: &Case<'a>) -> Vec<(&'a str, &'a str)> {
    let accepted: &'a [Benchmark] = case.references.counted.unwrap_or_default();
    let run: &'a [Benchmark] = &case.run.benchmarks;
    let accepted: Vec<&Benchmark> = accepted.iter().filter(|row| row.invalidated.is_none()).collect();
    let ids = |rows: &[&'a Benchmark]| rows.iter().map(|row| row.id.as_str()).collect::<BTreeSet<_>>();
    let (before, after) = (ids(&accepted), ids(&run.iter().collect::<Vec<_>>()));
    let gone = accepted.iter().filter(|row| !after.contains(row.id.as_str()) && (case.selected)(&row.id));
    let came: Vec<&Benchmark> = run.iter().filter(|row| !before.contains(row.id.as_str())).collect();
    let mut claims: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for old in gone {
        let fits: Vec<_> = came.iter().filter(|new| are_alike(case, old, new)).collect();
        for new in &fits {
            claims.entry(&new.id).or_default().push(&old.id);
        }
        if fits.len() > 1 {
            // Which of them it became cannot be told, so none of them is its.
            fits.iter().for_each(|new| claims.entry(&new.id).or_default().push(""));
        }
    }
    let pairs = claims.into_iter().filter_map(|(new, old)| match old[..] {
        [old] => Some((old, new)),
        _ => None,
    });
    pairs.collect()
}

fn are_alike(case: &Case<'_>, old: &Benchmark, new: &Benchmark) -> bool {
    if old.package != new.package || old.target != new.target || old.size != new.size {
        return false;
    }
    let counts = old
        .metrics
        .iter()
        .filter(|(name, metric)| metric.class == Class::Counted && (case.measured)(Some(&new.id), name));
    let counts: Vec<(&String, &Metric)> = counts.collect();
    let is_same = |name: &str, then: &Metric| {
        let tolerance = Tolerance::of(name, then);
        new.metrics.get(name).is_some_and(|now| {
            now.comparable(then)
                && !tolerance.worsened(now.better, now.value, then.value)
                && !tolerance.worsened(now.better, then.value, now.value)
        })
    };
    !counts.is_empty() && counts.iter().all(|(name, then)| is_same(name, then))
}
