//! What a run of everything could not measure because its host lacks something: a runner, a tool, cores.
//!
//! That is no news about the benchmark, so what was accepted of it stays and says since when, unless it is of another
//! build or instruction set: numbers that cannot stand side by side do not stand in one baseline.

use std::collections::BTreeMap;

use super::{AcceptError, Part};
use crate::format::{Baseline, Benchmark, CountedKey, Kept, Metric, Run};

/// An accepted number without a successor.
struct Unmeasured<'a> {
    row: &'a Benchmark,
    name: &'a str,
    metric: &'a Metric,
    why: &'a str,
}

/// Add them to the rows that are accepted now.
pub(super) fn keep(
    run: &Run,
    old: &Baseline,
    part: Part,
    key: Option<&CountedKey>,
    rows: &mut Vec<Benchmark>,
) -> Result<(), AcceptError> {
    let difference = match part {
        Part::Timed if old.isa != run.host.isa => {
            Some(format!("the instruction set is {}, the baseline has {}", run.host.isa, old.isa))
        }
        Part::Timed => None,
        Part::Counted => old.key.as_ref().zip(key).and_then(|(old, new)| old.difference(new)),
    };
    for lost in unmeasured(run, old) {
        if let Some(difference) = &difference {
            return Err(AcceptError::Unmeasured {
                baseline: old.name.clone(),
                id: lost.row.id.clone(),
                metric: lost.name.to_owned(),
                message: lost.why.to_owned(),
                difference: difference.clone(),
            });
        }
        let mut metric = lost.metric.clone();
        let revision =
            metric.kept.take().map_or_else(|| old.acceptance.revision.clone(), |kept| kept.revision);
        metric.kept = Some(Kept { revision, reason: lost.why.to_owned() });
        let found = rows.iter().position(|row| row.id == lost.row.id);
        let place = found.unwrap_or_else(|| {
            rows.push(Benchmark { metrics: BTreeMap::new(), ..lost.row.clone() });
            rows.len() - 1
        });
        rows[place].metrics.insert(lost.name.to_owned(), metric);
    }
    Ok(())
}

/// Another revision of a benchmark is another benchmark: what was accepted of the old one is no more.
fn unmeasured<'a>(run: &'a Run, old: &'a Baseline) -> impl Iterator<Item = Unmeasured<'a>> {
    let live = old.benchmarks.iter().filter(|row| row.invalidated.is_none());
    live.flat_map(move |row| {
        let now = run.benchmark(&row.id);
        let is_same = now.is_none_or(|now| now.revision == row.revision);
        row.metrics.iter().filter(move |_| is_same).filter_map(move |(name, metric)| {
            if now.is_some_and(|now| now.metrics.contains_key(name)) {
                return None;
            }
            let problem = run.problems.iter().find(|problem| problem.leaves_out(row, name))?;
            Some(Unmeasured { row, name, metric, why: &problem.message })
        })
    })
}
