//! Intervals of fitted lines, from the values of rounds.

use std::collections::BTreeMap;

use super::Point;
use crate::{
    format::Interval,
    statistics::{CostLine, bootstrap, fit_costs, quantile, random::SplitMix64},
    store::Samples,
};

/// Fewer rounds than this resample to nearly the same values again and again: no interval is better than a wrong one.
const ROUNDS_LEAST: usize = 3;

/// The level of the intervals.
const LEVEL: f64 = 0.95;

/// How far a value made again from its rounds may be from the one in the run.
const SAME_VALUE: f64 = 1e-6;

/// The values of each round, by benchmark, and how the metric is made of them.
#[derive(Debug)]
pub(super) struct Resampling<'a> {
    values: BTreeMap<&'a str, Vec<f64>>,
    rounds: usize,
    quantile: f64,
}

impl<'a> Resampling<'a> {
    /// What can be resampled; else the reason why nothing can, where there is one to tell.
    pub(super) fn of(
        points: &'a [Point],
        metric: &str,
        statistic: &str,
        samples: &Samples,
    ) -> Result<Self, Option<String>> {
        let quantile_of = |statistic: &str| match statistic {
            "p20_min" => Some(0.2),
            "median" => Some(0.5),
            _ => None,
        };
        let Some(at) = quantile_of(statistic) else {
            return Err(Some(format!("the statistic {statistic} is not made of rounds")));
        };
        let mut values = BTreeMap::new();
        for point in points {
            let Some(rounds) = round_values(samples, &point.id, metric, statistic) else {
                return Err(Some(format!("the values of the rounds of {} are not stored", point.id)));
            };
            // Another statistic of the same rounds would make an interval around something else.
            if (quantile(&rounds, at) / point.cost - 1.0).abs() > SAME_VALUE {
                return Err(Some(format!("the stored rounds of {} do not give its {metric}", point.id)));
            }
            values.insert(point.id.as_str(), rounds);
        }
        // An interrupted run may have a round more of some: those that all have are drawn together.
        let rounds = values.values().map(Vec::len).min().unwrap_or(0);
        if rounds < ROUNDS_LEAST {
            return Err(Some(format!(
                "{rounds} rounds are too few for an interval, which needs {ROUNDS_LEAST}"
            )));
        }
        Ok(Self { values, rounds, quantile: at })
    }

    /// The interval of a part of the line. The seed is the series' name, so that a model does not depend on what is
    /// fitted beside it.
    pub(super) fn interval(
        &self,
        name: &str,
        points: &[Point],
        part: fn(&CostLine) -> f64,
    ) -> Option<Interval> {
        let sizes: Option<Vec<(f64, &Vec<f64>)>> = points
            .iter()
            .map(|point| Some((point.size as f64, self.values.get(point.id.as_str())?)))
            .collect();
        let sizes = sizes?;
        let refitted = |drawn: &[usize]| {
            let cost = |values: &[f64]| {
                let drawn: Vec<f64> = drawn.iter().filter_map(|index| values.get(*index).copied()).collect();
                quantile(&drawn, self.quantile)
            };
            let redrawn: Vec<(f64, f64)> = sizes.iter().map(|(size, values)| (*size, cost(values))).collect();
            fit_costs(&redrawn).map_or(f64::NAN, |line| part(&line))
        };
        bootstrap(self.rounds, bootstrap::RESAMPLES, &mut SplitMix64::named(name), refitted).interval(LEVEL)
    }
}

/// One value a round. Older sidecars hold only the samples of wall time.
fn round_values(samples: &Samples, id: &str, metric: &str, statistic: &str) -> Option<Vec<f64>> {
    if let Some(values) = samples.rounds.get(id).and_then(|metrics| metrics.get(metric)) {
        return Some(values.clone());
    }
    let rounds = samples.time.get(id).filter(|_| metric == "time_ns")?;
    let at = if statistic == "median" { 0.5 } else { 0.0 };
    let value = |round: &Vec<(f64, f64)>| {
        let each: Vec<f64> = round.iter().map(|(iterations, total)| total / iterations).collect();
        quantile(&each, at)
    };
    Some(rounds.iter().map(value).collect())
}
