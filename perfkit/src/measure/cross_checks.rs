//! The cross-check within a run: whole iai-callgrind targets, whose ids are known only once they ran.

use std::{collections::BTreeMap, path::Path};

use super::{Plan, plan::problem, progress::Progress};
use crate::{
    format::{Benchmark, Metric, Problem, ProblemKind, config::Instrument, metric::EXACT, metric_info},
    instrument::{self, CrossCheck, InstrumentError},
};

/// Whether something that was asked for may be in one: counted workloads are.
pub(super) fn are_asked_for(plan: &Plan) -> bool {
    plan.rows
        .iter()
        .filter(|row| row.counted_operations.is_some())
        .any(|row| plan.selection.allows(&row.benchmark.id, Instrument::CrossCheck))
}

/// Run the targets of the plan, and put what they count beside what perfkit counts.
pub(super) fn cross_check(
    plan: &Plan,
    problems: &mut Vec<Problem>,
    rows: &mut BTreeMap<String, Benchmark>,
    scratch: &Path,
    progress: &Progress,
) {
    for (index, executable) in plan.cross_checks.iter().enumerate() {
        if instrument::interrupted() {
            return;
        }
        let subject = executable.name();
        progress.say(&format!("cross-checking with {subject}"));
        let scratch = scratch.join(format!("cross-check-{index}"));
        let checks = std::fs::create_dir_all(&scratch)
            .map_err(|source| InstrumentError::Io { what: "making a scratch folder".to_owned(), source })
            .and_then(|()| instrument::cross_check(executable, &scratch));
        match checks {
            Ok(checks) => problems.extend(take(plan, &subject, &checks, rows)),
            Err(InstrumentError::Interrupted) => return,
            Err(error) => problems.push(problem(subject, Some(Instrument::CrossCheck), &error)),
        }
        progress.step();
    }
}

/// Take what was asked for; what is to be said about the rest.
fn take(
    plan: &Plan,
    subject: &str,
    checks: &[CrossCheck],
    rows: &mut BTreeMap<String, Benchmark>,
) -> Vec<Problem> {
    let Some(info) = metric_info("ir_cross_check") else { return Vec::new() };
    // An id may be in what was not asked for, and in what could not be built.
    let all_are_known =
        plan.selection.is_whole() && plan.problems.iter().all(|problem| problem.kind == ProblemKind::Skipped);
    let mut said = Vec::new();
    for check in checks {
        match rows.get_mut(&check.id) {
            Some(row) if plan.selection.allows(&check.id, Instrument::CrossCheck) => {
                let metric = Metric::new(info, check.ir_per_op, EXACT, "iai-callgrind");
                row.metrics.insert(info.name.to_owned(), metric);
            }
            None if all_are_known => said.push(Problem {
                subject: format!("{subject} {}", check.id),
                kind: ProblemKind::ToolFailed,
                instrument: Some(Instrument::CrossCheck),
                message: "it checks an id that no benchmark has; name it as the suite does".to_owned(),
            }),
            _ => {}
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        format::{Suite, config::Patterns},
        instrument::{Dialect, Executable},
        measure::{Planned, RowKind, Selection},
    };

    fn patterns(pattern: &str) -> Patterns {
        Patterns::new(&[pattern.to_owned()]).unwrap()
    }

    /// A plan of some of the counted rows `a/b` and `a/c`, and of the size `a/size`.
    fn plan(suites: Vec<Suite>, filter: Option<&str>) -> Plan {
        let selection = Selection { suites, filters: filter.map(patterns).unwrap_or_default() };
        let row = |(id, counted_operations): (&str, Option<u64>)| Planned {
            benchmark: Benchmark::new(id),
            time: Executable {
                package: "p".to_owned(),
                target: "t".to_owned(),
                path: "x".into(),
                package_root: ".".into(),
                environment: BTreeMap::new(),
            },
            allocs: None,
            dialect: Dialect::HARNESS,
            counted_operations,
            contended: false,
            modes: Vec::new(),
            latency_rate: 0,
            kind: RowKind::Operation,
            instruments: BTreeSet::new(),
        };
        let rows = [("a/b", Some(1)), ("a/c", Some(1)), ("a/size", None)].map(row);
        let rows = rows.into_iter().filter(|row| selection.contains(&row.benchmark.id)).collect();
        Plan { rows, selection, ..Plan::default() }
    }

    /// A suite of `a/b` with these instruments.
    fn suite(instruments: &[Instrument]) -> Suite {
        Suite {
            name: "s".to_owned(),
            description: String::new(),
            select: patterns("a/b"),
            exclude: Patterns::default(),
            instruments: Some(instruments.to_vec()),
            features: Vec::new(),
            env: BTreeMap::new(),
        }
    }

    /// The ids that are checked, and what is said.
    fn taken(plan: &Plan, ids: &[&str]) -> (Vec<String>, Vec<Problem>) {
        let mut rows: BTreeMap<String, Benchmark> =
            plan.rows.iter().map(|row| (row.benchmark.id.clone(), row.benchmark.clone())).collect();
        let checks: Vec<CrossCheck> =
            ids.iter().map(|id| CrossCheck { id: (*id).to_owned(), ir_per_op: 7.0 }).collect();
        let said = take(plan, "p::t", &checks, &mut rows);
        rows.retain(|_, row| row.metrics.contains_key("ir_cross_check"));
        (rows.into_keys().collect(), said)
    }

    #[test]
    fn only_what_was_asked_for_is_checked() {
        let ids = ["a/b", "a/c"];
        assert_eq!(taken(&plan(Vec::new(), None), &ids), (vec!["a/b".to_owned(), "a/c".to_owned()], vec![]));
        assert_eq!(taken(&plan(Vec::new(), Some("a/c")), &ids), (vec!["a/c".to_owned()], vec![]));
        let with = plan(vec![suite(&[Instrument::CrossCheck])], None);
        assert_eq!(taken(&with, &ids), (vec!["a/b".to_owned()], vec![]));
        let without = plan(vec![suite(&[Instrument::Count])], None);
        assert_eq!(taken(&without, &ids), (vec![], vec![]));
    }

    #[test]
    fn a_target_is_not_run_where_nothing_in_it_can_be_asked_for() {
        assert!(are_asked_for(&plan(Vec::new(), None)));
        assert!(are_asked_for(&plan(vec![suite(&[Instrument::CrossCheck])], None)));
        assert!(!are_asked_for(&plan(vec![suite(&[Instrument::Count])], None)));
        assert!(!are_asked_for(&plan(Vec::new(), Some("a/size"))));
    }

    #[test]
    fn an_id_that_nobody_has_is_said_where_all_ids_are_known() {
        let renamed = ["a/b", "a/renamed"];
        let (_, said) = taken(&plan(Vec::new(), None), &renamed);
        assert_eq!((said.len(), said[0].kind), (1, ProblemKind::ToolFailed));
        assert_eq!(said[0].subject, "p::t a/renamed");
        assert!(taken(&plan(Vec::new(), Some("a/b")), &renamed).1.is_empty());
        let mut half_built = plan(Vec::new(), None);
        half_built.problems = said;
        assert!(taken(&half_built, &renamed).1.is_empty(), "a target that was not built may have it");
    }
}
