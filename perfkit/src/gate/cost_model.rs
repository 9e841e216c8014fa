//! The cost-model gate: the model that `perfkit fit` shows of a workload over its sizes, with limits on its two numbers.
//! A line that does not fit proves neither.

use super::rules::Finding;
use crate::{
    explain::cost_model::{RESIDUAL_TOLERATED, SPLIT, Series, Unfit, fit, series},
    format::{Benchmark, Class, Outcome, Verdict},
    store::Samples,
};

/// A fit is arithmetic with rounding: a cost at its limit is not beyond it. The allowance is this share of the limit, or of
/// what the fitted costs are, where the limit is next to nothing.
const ROUNDING: f64 = 1e-9;

/// What the line must keep.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub max_fixed: Option<f64>,
    pub max_per_unit: Option<f64>,
    pub max_misfit: Option<f64>,
}

/// Verdicts for each series among `rows` that has the metric.
pub(super) fn judge<'a>(
    rows: impl Iterator<Item = &'a Benchmark>,
    metric: &str,
    limits: Limits,
    whole: bool,
) -> Vec<Verdict> {
    series(rows).iter().flat_map(|series| one_series(series, metric, limits, whole)).collect()
}

fn one_series(series: &Series<'_>, name: &str, limits: Limits, whole: bool) -> Vec<Verdict> {
    let Some(metric) = series.rows.iter().find_map(|(_, row)| row.metrics.get(name)) else {
        return Vec::new();
    };
    // Limits are held against the line itself, so that rounds, which give its intervals, are not asked for.
    let model = match fit(series, name, &Samples::default(), SPLIT) {
        Ok(model) => model,
        Err(why) => {
            let is_short = matches!(why, Unfit::TooFewSizes { .. } | Unfit::SpanTooNarrow { .. });
            // A part of the sizes may be all that was asked for.
            let outcome = if is_short && !whole { Outcome::Skipped } else { Outcome::Inconclusive };
            let rule = "a fixed cost and a cost per unit";
            return vec![Verdict::bare(&series.name, name, outcome, rule, &why.to_string())];
        }
    };
    let line = &model.whole;
    let misfit = line.worst_residual;
    let max_misfit = limits.max_misfit.unwrap_or(RESIDUAL_TOLERATED);
    let broken = if metric.class == Class::Counted { Outcome::Failed } else { Outcome::Suspect };
    let verdict = |value: f64, unit: &str, limit: f64, scale: f64, what: &str, note: String| {
        let outcome = if is_beyond(value, limit, scale) { broken } else { Outcome::Held };
        let mut found = Finding { outcome, reference: Some(limit), rule: None, note }.verdict(
            &series.name,
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
        verdicts.push(verdict(misfit, "of the cost", limit, 1.0, "unexplained", note));
    }
    let unit = model.unit_each();
    let cheapest = model.points.iter().map(|point| point.cost.abs()).fold(f64::INFINITY, f64::min);
    let cheapest_unit = cheapest / line.to as f64;
    let numbers = [
        (limits.max_fixed, line.fixed.value, model.unit.as_str(), cheapest, "fixed cost"),
        (limits.max_per_unit, line.per_unit.value, unit.as_str(), cheapest_unit, "cost per unit"),
    ];
    for (limit, value, unit, scale, what) in numbers {
        let Some(limit) = limit else { continue };
        let mut found = verdict(value, unit, limit, scale, what, format!("over {} sizes", line.sizes));
        if is_beyond(misfit, max_misfit, 1.0) {
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

/// `scale` is what the costs are that the value was fitted from.
fn is_beyond(value: f64, limit: f64, scale: f64) -> bool {
    value - limit > ROUNDING * limit.abs().max(scale)
}
