//! Whether a baseline file is one: its name, its key, and what its rows may hold.

use std::{collections::BTreeSet, path::Path};

use crate::{
    format::{
        self, Baseline, BaselineKind, Benchmark, Class, HostRules, baseline::build_in_words, metric_info,
    },
    store::file_name,
};

/// What is wrong with a baseline file.
pub fn check(path: &Path, baseline: &Baseline) -> Vec<String> {
    let mut problems = Vec::new();
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    if stem != file_name(&baseline.name) {
        problems.push(format!("is called {stem} and names itself {:?}", baseline.name));
    }
    if !baseline.variant.is_empty() && baseline.profile() == baseline.name {
        let (name, variant) = (&baseline.name, &baseline.variant);
        problems
            .push(format!("is of {}, and {name:?} does not end in \"-{variant}\"", build_in_words(variant)));
    }
    if baseline.key.as_ref().is_some_and(|key| key.variant != baseline.variant) {
        problems.push("its key names another build than it does itself".to_owned());
    }
    if (baseline.kind == BaselineKind::Counted) != baseline.key.is_some() {
        problems.push("a counted baseline has a key, and no other has".to_owned());
    }
    if baseline.kind == BaselineKind::Timed && baseline.rules == HostRules::default() {
        problems.push(
            "has no `rules`, so it describes no machine and nothing is ever held against it".to_owned(),
        );
    }
    let mut seen = BTreeSet::new();
    for row in &baseline.benchmarks {
        if row.invalidated.is_none() && !seen.insert(&row.id) {
            problems.push(format!("{} stands in it twice", row.id));
        }
        if row.metrics.is_empty() {
            problems.push(format!("{} has no metric", row.id));
        }
        for (name, metric) in &row.metrics {
            problems.extend(metric_problem(row, name, metric, baseline.kind));
        }
    }
    if baseline.kind == BaselineKind::Counted {
        let floors = baseline.benchmarks.iter().filter_map(|row| Some((row, row.floor.as_ref()?)));
        for (row, floor) in floors.filter(|(_, floor)| !seen.contains(floor)) {
            problems.push(format!("the floor of {} is {floor}, which is not in the baseline", row.id));
        }
    }
    problems
}

fn metric_problem(
    row: &Benchmark,
    name: &str,
    metric: &format::Metric,
    kind: BaselineKind,
) -> Option<String> {
    let Some(info) = metric_info(name) else {
        return Some(format!("{}: no metric is called {name:?}", row.id));
    };
    let fits = match kind {
        BaselineKind::Timed => info.class == Class::Timed,
        BaselineKind::Counted => info.class == Class::Counted,
        // Whatever was published.
        BaselineKind::Reference => true,
    };
    match () {
        () if !metric.value.is_finite() || metric.value < 0.0 => {
            Some(format!("{}: {name} is {}", row.id, metric.value))
        }
        () if metric.unit != info.unit => {
            Some(format!("{}: {name} is in {}, not in {}", row.id, metric.unit, info.unit))
        }
        () if metric.class != info.class || !fits => {
            Some(format!("{}: {name} is of the wrong class here", row.id))
        }
        () => None,
    }
}
