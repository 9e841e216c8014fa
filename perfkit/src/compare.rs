//! Two sets of benchmarks, metric by metric: what changed, what is new, what has vanished. No judgement; gates do that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    format::{Benchmark, Class, Metric},
    gate::tolerance::Tolerance,
};

/// One metric of one benchmark on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The benchmark.
    pub id: String,
    /// The metric.
    pub metric: String,
    /// The value before, where there was one.
    pub before: Option<f64>,
    /// The value after, where there is one.
    pub after: Option<f64>,
    /// The unit of both.
    pub unit: String,
    /// What became of it.
    pub state: State,
    /// The worsening as a fraction, positive where it is worse; `None` where it has no meaning.
    pub worsening: Option<f64>,
}

/// What became of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Worse by more than the metric's tolerance.
    Worse,
    /// Better by more than the metric's tolerance.
    Better,
    /// Only after.
    New,
    /// Only before.
    Vanished,
    /// On both sides, with another statistic, unit or benchmark revision.
    Incomparable,
    /// Within the metric's tolerance.
    Same,
}

/// Compare by id and metric what still counts on both sides. Linear in the number of metrics, but for the sort of the ids.
pub fn compare(before: &[Benchmark], after: &[Benchmark]) -> Vec<Change> {
    let mut rows: BTreeMap<&str, (Option<&Benchmark>, Option<&Benchmark>)> = BTreeMap::new();
    let counts = |row: &&Benchmark| row.invalidated.is_none();
    for row in before.iter().filter(counts) {
        rows.entry(&row.id).or_default().0 = Some(row);
    }
    for row in after.iter().filter(counts) {
        rows.entry(&row.id).or_default().1 = Some(row);
    }
    // What was taken back is not compared, and it has not vanished either.
    for row in after.iter().filter(|row| !counts(row)) {
        if rows.get(row.id.as_str()).is_some_and(|(_, after)| after.is_none()) {
            rows.remove(row.id.as_str());
        }
    }
    let mut changes = Vec::new();
    for (id, (before, after)) in rows {
        let mut names: Vec<&String> =
            before.iter().chain(after.iter()).flat_map(|row| row.metrics.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let same_revision = match (before, after) {
            (Some(before), Some(after)) => before.revision == after.revision,
            _ => true,
        };
        for name in names {
            let old = before.and_then(|row| row.metrics.get(name));
            let new = after.and_then(|row| row.metrics.get(name));
            changes.push(change(id, name, old, new, same_revision));
        }
    }
    changes
}

fn change(id: &str, name: &str, old: Option<&Metric>, new: Option<&Metric>, same_revision: bool) -> Change {
    let (state, worsening) = match (old, new) {
        (Some(old), Some(new)) if same_revision && new.comparable(old) => {
            (state(name, old, new), new.worsening(old))
        }
        (Some(_), Some(_)) => (State::Incomparable, None),
        (Some(_), None) => (State::Vanished, None),
        (None, _) => (State::New, None),
    };
    Change {
        id: id.to_owned(),
        metric: name.to_owned(),
        before: old.map(|metric| metric.value),
        after: new.map(|metric| metric.value),
        unit: old.or(new).map(|metric| metric.unit.clone()).unwrap_or_default(),
        state,
        worsening,
    }
}

/// What became of a number, by the metric's own tolerance. The two must be comparable.
pub(crate) fn state(name: &str, old: &Metric, new: &Metric) -> State {
    let tolerance = Tolerance::of(name, new);
    match () {
        () if tolerance.worsened(new.better, new.value, old.value) => State::Worse,
        () if tolerance.worsened(new.better, old.value, new.value) => State::Better,
        () => State::Same,
    }
}

/// The functions whose own instructions moved most, per operation: name, before, after. Largest change first.
pub fn function_deltas<'a>(
    before: &'a BTreeMap<String, f64>,
    after: &'a BTreeMap<String, f64>,
    limit: usize,
) -> Vec<(&'a str, f64, f64)> {
    let mut names: Vec<&str> = before.keys().chain(after.keys()).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let cost = |side: &BTreeMap<String, f64>, name: &str| side.get(name).copied().unwrap_or(0.0);
    let mut deltas: Vec<(&str, f64, f64)> = names
        .into_iter()
        .map(|name| (name, cost(before, name), cost(after, name)))
        .filter(|(_, before, after)| (after - before).abs() >= 0.05)
        .collect();
    deltas.sort_by(|a, b| (b.2 - b.1).abs().total_cmp(&(a.2 - a.1).abs()));
    deltas.truncate(limit);
    deltas
}

/// Whether a metric is exact.
pub fn is_counted(name: &str) -> bool {
    crate::format::metric_info(name).is_some_and(|info| info.class == Class::Counted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::metric_info;

    fn row(id: &str, name: &str, value: f64) -> Benchmark {
        let mut row = Benchmark::new(id);
        row.metrics
            .insert(name.to_owned(), Metric::new(metric_info(name).unwrap(), value, "exact", "callgrind"));
        row
    }

    #[test]
    fn new_and_vanished_are_states_of_their_own() {
        let changes = compare(&[row("a", "ir", 1.0)], &[row("b", "ir", 1.0)]);
        let states: Vec<State> = changes.iter().map(|change| change.state).collect();
        assert_eq!(states, [State::Vanished, State::New]);
    }

    #[test]
    fn another_revision_of_a_benchmark_is_not_compared() {
        let mut later = row("a", "ir", 9.0);
        later.revision = 2;
        assert_eq!(compare(&[row("a", "ir", 1.0)], &[later])[0].state, State::Incomparable);
    }

    #[test]
    fn what_was_taken_back_is_neither_compared_nor_vanished() {
        let mut later = row("a", "ir", 9.0);
        let why = crate::format::Invalidation { reason: "r".to_owned(), since: String::new() };
        later.invalidated = Some(why);
        assert_eq!(compare(&[row("a", "ir", 1.0)], &[later.clone()]), []);
        let again = row("a", "ir", 1.0);
        assert_eq!(compare(&[row("a", "ir", 1.0)], &[later, again])[0].state, State::Same);
    }

    #[test]
    fn the_largest_function_delta_comes_first() {
        let before = BTreeMap::from([("seal".to_owned(), 100.0), ("copy".to_owned(), 10.0)]);
        let after = BTreeMap::from([("seal".to_owned(), 101.0), ("copy".to_owned(), 30.0)]);
        assert_eq!(function_deltas(&before, &after, 1), [("copy", 10.0, 30.0)]);
    }
}
