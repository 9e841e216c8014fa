//! The triage of a failed gate: for each benchmark that failed, what an engineer would look at first. At which sizes, by
//! which kernel, in which costs, in which functions; and what to type next.
//!
//! A pure function of rows, per-function counts and stacks of both sides. Measuring and writing is
//! [`evidence`]'s.

pub mod evidence;
mod next;
pub mod sizes;

use std::{collections::BTreeMap, path::PathBuf};

use crate::{
    compare::{Change, State, compare, function_deltas, is_counted},
    explain::deltas::FrameDelta,
    explain::stacks::Weight,
    format::{Benchmark, Outcome, Verdict, Witness, metric::METRICS},
};

use sizes::{Sizes, sizes};

/// Functions and frames shown per failed benchmark.
pub const SHOWN: usize = 5;

/// Instructions per operation by function, by benchmark.
pub type Functions = BTreeMap<String, BTreeMap<String, f64>>;

/// One side of the gate.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Its rows; counted metrics of a baseline, everything of a run.
    pub rows: &'a [Benchmark],
    /// Its functions, where they are known.
    pub functions: Option<&'a Functions>,
}

/// What is known of one failed benchmark.
#[derive(Debug, Clone)]
pub struct Triage {
    /// The benchmark.
    pub id: String,
    /// The benchmark without its size: what its sisters of other sizes share.
    pub family: String,
    /// Whether it is an operation that can be profiled, rather than a start, the size of a type, or another runner's.
    pub is_operation: bool,
    /// The metrics that failed, counted ones first.
    pub failed: Vec<String>,
    /// The sizes by the first of them; `None` where no counted metric failed.
    pub sizes: Option<Sizes>,
    /// Its unit.
    pub unit: String,
    /// Which kernel ran, before and after.
    pub witness: (Witness, Witness),
    /// Every counted metric that moved.
    pub costs: Vec<Change>,
    /// The counted metrics that did not.
    pub unmoved: Vec<String>,
    /// The functions whose own instructions moved, with instructions per operation before and after.
    pub functions: Vec<(String, f64, f64)>,
    /// The frames that moved, by stacks, in each weight that was collected.
    pub frames: Vec<(Weight, Vec<FrameDelta>)>,
    /// What to type next.
    pub next: Vec<String>,
    /// The folder with stacks and pictures.
    pub evidence: Option<PathBuf>,
    /// Why there is none, or less than there could be.
    pub notes: Vec<String>,
}

impl Triage {
    /// Whether a counted metric failed.
    pub fn is_counted(&self) -> bool {
        self.failed.iter().any(|metric| is_counted(metric))
    }

    /// Whether stacks of it can tell more.
    pub fn can_be_profiled(&self) -> bool {
        self.is_about_work() || self.is_about_allocations()
    }

    /// Whether an operation's allocations failed.
    pub fn is_about_allocations(&self) -> bool {
        self.is_operation && self.failed.iter().any(|metric| is_allocation(metric))
    }

    /// Whether an operation's instructions, copies, locked operations or system calls did.
    pub fn is_about_work(&self) -> bool {
        self.is_operation && self.failed.iter().any(|metric| is_counted(metric) && !is_allocation(metric))
    }
}

fn is_allocation(metric: &str) -> bool {
    matches!(metric, "allocs_per_op" | "alloc_bytes_per_op" | "reallocs_per_op" | "peak_bytes")
}

/// Every benchmark with a failed verdict, in the order of ids. `base` is what people type for the other side; empty
/// where there is no revision. `is_operation` says of an id whether it can be profiled.
pub fn triage(
    verdicts: &[Verdict],
    before: Side<'_>,
    after: Side<'_>,
    base: &str,
    is_operation: impl Fn(&str) -> bool,
) -> Vec<Triage> {
    let mut failed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for verdict in verdicts.iter().filter(|verdict| verdict.outcome == Outcome::Failed) {
        let metrics = failed.entry(&verdict.id).or_default();
        if !metrics.contains(&verdict.metric.as_str()) {
            metrics.push(&verdict.metric);
        }
    }
    let found = failed.into_iter().filter_map(|(id, mut metrics)| {
        metrics.sort_by_key(|metric| (!is_counted(metric), place(metric)));
        let mut triage = one(id, &metrics, before, after)?;
        triage.is_operation = is_operation(id);
        triage.next = next::commands(&triage, base);
        Some(triage)
    });
    found.collect()
}

/// Where a metric stands in tables.
fn place(metric: &str) -> usize {
    METRICS.iter().position(|info| info.name == metric).unwrap_or(METRICS.len())
}

fn one(id: &str, failed: &[&str], before: Side<'_>, after: Side<'_>) -> Option<Triage> {
    let now = after.rows.iter().find(|row| row.id == id)?;
    let then = before.rows.iter().find(|row| row.id == id);
    let counted = failed.first().copied().filter(|metric| is_counted(metric));
    let mut changes = compare(then.map(std::slice::from_ref).unwrap_or_default(), std::slice::from_ref(now));
    changes.retain(|change| is_counted(&change.metric) && change.before.is_some());
    let (unmoved, costs): (Vec<Change>, Vec<Change>) =
        changes.into_iter().partition(|change| change.state == State::Same);
    let functions = match (before.functions.and_then(|f| f.get(id)), after.functions.and_then(|f| f.get(id)))
    {
        (Some(then), Some(now)) => function_deltas(then, now, SHOWN),
        _ => Vec::new(),
    };
    Some(Triage {
        id: id.to_owned(),
        family: sizes::family_name(now),
        is_operation: false,
        failed: failed.iter().map(|metric| (*metric).to_owned()).collect(),
        sizes: counted.map(|metric| sizes(now, metric, before.rows, after.rows)),
        unit: counted.and_then(|metric| Some(now.metrics.get(metric)?.unit.clone())).unwrap_or_default(),
        witness: (then.map(|row| row.witness.clone()).unwrap_or_default(), now.witness.clone()),
        costs,
        unmoved: unmoved.into_iter().map(|change| change.metric).collect(),
        functions: functions.into_iter().map(|(name, then, now)| (name.to_owned(), then, now)).collect(),
        frames: Vec::new(),
        next: Vec::new(),
        evidence: None,
        notes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Metric, metric_info};

    fn row(id: &str, metrics: &[(&str, f64)]) -> Benchmark {
        let mut row = Benchmark::new(id);
        for (name, value) in metrics {
            let metric = Metric::new(metric_info(name).unwrap(), *value, "exact", "sample");
            row.metrics.insert((*name).to_owned(), metric);
        }
        row
    }

    fn failed(id: &str, metric: &str) -> Verdict {
        Verdict::bare(id, metric, Outcome::Failed, "exact", "")
    }

    fn side<'a>(rows: &'a [Benchmark], functions: Option<&'a Functions>) -> Side<'a> {
        Side { rows, functions }
    }

    #[test]
    fn what_moved_is_told_from_what_did_not() {
        let before = [row("a", &[("ir", 100.0), ("allocs_per_op", 0.0), ("locked_ops", 2.0)])];
        let after = [row("a", &[("ir", 200.0), ("allocs_per_op", 1.0), ("locked_ops", 2.0)])];
        let verdicts = [failed("a", "allocs_per_op"), failed("a", "ir"), failed("a", "ir")];
        let found = triage(&verdicts, side(&before, None), side(&after, None), "abc", |_| true);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].failed, ["ir", "allocs_per_op"]);
        let moved: Vec<&str> = found[0].costs.iter().map(|change| change.metric.as_str()).collect();
        assert_eq!(moved, ["allocs_per_op", "ir"]);
        assert_eq!(found[0].unmoved, ["locked_ops"]);
    }

    #[test]
    fn the_function_that_grew_is_named_where_both_sides_know_theirs() {
        let functions =
            |copy| Functions::from([("a".to_owned(), BTreeMap::from([("copy".to_owned(), copy)]))]);
        let (then, now) = (functions(10.0), functions(90.0));
        let (before, after) = ([row("a", &[("ir", 100.0)])], [row("a", &[("ir", 180.0)])]);
        let verdicts = [failed("a", "ir")];
        let found = triage(&verdicts, side(&before, Some(&then)), side(&after, Some(&now)), "abc", |_| true);
        assert_eq!(found[0].functions, [("copy".to_owned(), 10.0, 90.0)]);
        let alone = triage(&verdicts, side(&before, None), side(&after, Some(&now)), "abc", |_| true);
        assert!(alone[0].functions.is_empty());
    }

    #[test]
    fn a_gate_that_held_has_no_triage() {
        let rows = [row("a", &[("ir", 100.0)])];
        let held = [Verdict::bare("a", "ir", Outcome::Held, "exact", "")];
        assert!(triage(&held, side(&rows, None), side(&rows, None), "abc", |_| true).is_empty());
    }

    #[test]
    fn a_time_that_failed_while_no_count_moved_points_at_the_machine() {
        let rows = [row("a", &[("ir", 100.0)])];
        let found = triage(&[failed("a", "time_ns")], side(&rows, None), side(&rows, None), "abc", |_| true);
        assert!(found[0].sizes.is_none() && found[0].costs.is_empty() && found[0].unmoved == ["ir"]);
        assert!(found[0].next[0].contains("--instrument perf"), "{:?}", found[0].next);
    }

    #[test]
    fn what_is_no_operation_has_no_stacks_to_look_at() {
        let rows = |bytes, start, ir| {
            [
                row("session/bytes", &[("struct_bytes", bytes)]),
                row("start", &[("startup_ns", start), ("ir", ir)]),
            ]
        };
        let (before, after) = (rows(512.0, 1e6, 1000.0), rows(576.0, 2e6, 9000.0));
        let verdicts =
            [failed("session/bytes", "struct_bytes"), failed("start", "ir"), failed("start", "startup_ns")];
        let found = triage(&verdicts, side(&before, None), side(&after, None), "abc", |_| false);
        assert_eq!(found.len(), 2);
        for triage in &found {
            assert!(triage.is_counted() && !triage.can_be_profiled(), "{triage:?}");
            assert!(triage.next.is_empty(), "{:?}", triage.next);
        }
        let slow = triage(&verdicts[2..], side(&before, None), side(&after, None), "abc", |_| false);
        assert_eq!(slow[0].next, ["perfkit doctor"]);
    }
}
