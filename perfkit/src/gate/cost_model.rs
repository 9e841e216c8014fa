//! The cost-model gate: a line through the costs of one workload over its sizes, with limits on its two numbers. A line
//! that does not fit proves neither.

use std::collections::BTreeMap;

use super::rules::Finding;
use crate::{
    format::{Benchmark, Class, Metric, Outcome, Verdict},
    statistics::fit_costs,
};

/// Fewer sizes than this, or a narrower span, give a line that nothing contradicts.
const LEAST_SIZES: usize = 4;
const LEAST_SPAN: f64 = 16.0;

/// The share of a cost that a line may leave unexplained before its numbers mean nothing, where the gate states no
/// other.
const MISFIT: f64 = 0.03;

/// A fit is arithmetic with rounding: a cost at its limit is not beyond it.
const ROUNDING: f64 = 1e-9;

/// What the line must keep.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub max_fixed: Option<f64>,
    pub max_per_unit: Option<f64>,
    pub max_misfit: Option<f64>,
}

/// Verdicts for each series among `rows`: the ids that are equal up to a last component which is their size.
pub(super) fn judge<'a>(
    rows: impl Iterator<Item = &'a Benchmark>,
    metric: &str,
    limits: Limits,
    whole: bool,
) -> Vec<Verdict> {
    let mut series: BTreeMap<&str, Vec<(&Benchmark, &Metric)>> = BTreeMap::new();
    for row in rows {
        if let (Some(prefix), Some(found)) = (series_of(row), row.metrics.get(metric)) {
            series.entry(prefix).or_default().push((row, found));
        }
    }
    series.into_iter().flat_map(|(prefix, rows)| one_series(prefix, metric, &rows, limits, whole)).collect()
}

/// `seal` of `seal/64`, where 64 is the size.
fn series_of(row: &Benchmark) -> Option<&str> {
    let (prefix, last) = row.id.rsplit_once('/')?;
    (row.size > 0 && last.parse() == Ok(row.size)).then_some(prefix)
}

fn one_series(
    prefix: &str,
    name: &str,
    rows: &[(&Benchmark, &Metric)],
    limits: Limits,
    whole: bool,
) -> Vec<Verdict> {
    let bare = |outcome, why: &str| {
        vec![Verdict::bare(prefix, name, outcome, "a fixed cost and a cost per unit", why)]
    };
    let Some((first, metric)) = rows.first() else { return Vec::new() };
    let mut sizes: Vec<u64> = rows.iter().map(|(row, _)| row.size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let span =
        sizes.last().map_or(0.0, |last| *last as f64) / sizes.first().map_or(1.0, |first| *first as f64);
    if sizes.len() < LEAST_SIZES || span < LEAST_SPAN {
        let why = format!(
            "{} sizes over a span of {span:.0} ×; a model needs {LEAST_SIZES} over {LEAST_SPAN:.0} ×",
            sizes.len()
        );
        // A part of the sizes may be all that was asked for.
        return bare(if whole { Outcome::Inconclusive } else { Outcome::Skipped }, &why);
    }
    if let Some((other, _)) = rows.iter().find(|(_, other)| !other.comparable(metric)) {
        return bare(Outcome::Inconclusive, &format!("{} has another statistic", other.id));
    }
    let points: Vec<(f64, f64)> = rows.iter().map(|(row, metric)| (row.size as f64, metric.value)).collect();
    let line = match fit_costs(&points) {
        Ok(line) => line,
        Err(why) => return bare(Outcome::Inconclusive, &why.to_string()),
    };
    let misfit = line.worst_residual();
    let max_misfit = limits.max_misfit.unwrap_or(MISFIT);
    let broken = if metric.class == Class::Counted { Outcome::Failed } else { Outcome::Suspect };
    let per_operation = metric.unit.trim_end_matches("/op");
    let of_size = if first.bytes == first.size { "B" } else { "unit" };
    let verdict = |value: f64, unit: &str, limit: f64, what: &str, note: String| {
        let outcome = if value - limit > ROUNDING * limit.abs() { broken } else { Outcome::Held };
        let mut found = Finding { outcome, reference: Some(limit), rule: None, note }.verdict(
            prefix,
            name,
            metric,
            &format!("{what} at most {limit} {unit}"),
        );
        found.value = Some(value);
        unit.clone_into(&mut found.unit);
        found
    };
    let mut verdicts = Vec::new();
    if let Some(limit) = limits.max_misfit {
        let note = "the largest share of a cost that the line leaves unexplained".to_owned();
        verdicts.push(verdict(misfit, "of the cost", limit, "unexplained", note));
    }
    let unit = format!("{per_operation}/{of_size}");
    let numbers = [
        (limits.max_fixed, line.fixed, metric.unit.as_str(), "fixed cost"),
        (limits.max_per_unit, line.per_unit, unit.as_str(), "cost per unit"),
    ];
    for (limit, value, unit, what) in numbers {
        let Some(limit) = limit else { continue };
        let mut found = verdict(value, unit, limit, what, format!("over {} sizes", sizes.len()));
        if misfit > max_misfit {
            found.outcome = Outcome::Inconclusive;
            found.note = format!(
                "the line leaves {:.1} % of a cost unexplained, and {:.1} % is the most for a model; select sizes of one regime",
                misfit * 100.0,
                max_misfit * 100.0
            );
        }
        verdicts.push(found);
    }
    verdicts
}
