//! Unedited iai-callgrind and gungraun suites within a run: whole bench targets, whose benchmarks are known for certain
//! only once they ran.

use std::{collections::BTreeMap, path::Path};

use super::{Plan, plan::problem, progress::Progress};
use crate::{
    format::{Benchmark, Metric, Problem, ProblemKind, config::Instrument, metric::RUNNER, metric_info},
    instrument::{self, Executable, InstrumentError, RunnerBench},
};

/// A bench target that its own runner drives.
#[derive(Debug, Clone)]
pub struct RunnerSuite {
    /// The built target.
    pub executable: Executable,
    /// The ids in it; `None` where its library is too old to list them.
    pub listed: Option<Vec<String>>,
}

impl RunnerSuite {
    pub(super) fn of(executable: Executable) -> Result<Self, InstrumentError> {
        let listed = instrument::list_runner_suite(&executable)?;
        Ok(Self { executable, listed })
    }

    /// Whether a benchmark that was asked for is in it, or may be.
    pub(super) fn is_asked_for(&self, plan: &Plan) -> bool {
        self.listed.as_ref().is_none_or(|ids| ids.iter().any(|id| wanted(plan, id)))
    }
}

fn wanted(plan: &Plan, id: &str) -> bool {
    plan.selection.contains(id) && plan.selection.allows(id, Instrument::Count)
}

/// Run the suites of the plan, one process each, and add their rows.
pub(super) fn run_suites(
    plan: &Plan,
    problems: &mut Vec<Problem>,
    rows: &mut BTreeMap<String, Benchmark>,
    scratch: &Path,
    progress: &Progress,
) {
    for (index, suite) in plan.runner_suites.iter().enumerate() {
        if instrument::interrupted() {
            return;
        }
        let subject = suite.executable.name();
        progress.say(&format!("running {subject} through its runner"));
        let scratch = scratch.join(format!("runner-{index}"));
        let benches = std::fs::create_dir_all(&scratch)
            .map_err(|source| InstrumentError::Io { what: "making a scratch folder".to_owned(), source })
            .and_then(|()| instrument::run_suite(&suite.executable, &scratch));
        match benches {
            Ok(benches) => {
                for bench in benches.iter().filter(|bench| wanted(plan, &bench.id)) {
                    problems.extend(add(bench, &suite.executable, rows));
                }
            }
            Err(InstrumentError::Interrupted) => return,
            Err(error) => problems.push(problem(subject, Some(Instrument::Count), &error)),
        }
        progress.step();
    }
}

/// Add one bench as a row of its own; what is to be said about it.
fn add(bench: &RunnerBench, executable: &Executable, rows: &mut BTreeMap<String, Benchmark>) -> Vec<Problem> {
    let said = |message: String| Problem {
        subject: format!("{} {}", executable.name(), bench.id),
        kind: ProblemKind::Skipped,
        // The number is there.
        instrument: None,
        message,
    };
    if let Some(other) = rows.get(&bench.id) {
        let first = format!("{}::{}", other.package, other.target);
        return vec![said(format!("it is in {first} too, which is the one that is measured"))];
    }
    let mut row = Benchmark::new(&bench.id);
    row.package.clone_from(&executable.package);
    row.target.clone_from(&executable.target);
    if let Some(info) = metric_info("ir") {
        let metric = Metric::new(info, bench.instructions, RUNNER, bench.runner.library());
        row.metrics.insert("ir".to_owned(), metric);
    }
    rows.insert(bench.id.clone(), row);
    let limits = bench.broken_limits.iter().map(|limit| {
        said(format!("{limit}: a limit of the suite itself, not judged here; gates of perfkit.toml are"))
    });
    limits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::runner::Runner;

    fn executable() -> Executable {
        Executable {
            package: "p".to_owned(),
            target: "t".to_owned(),
            path: "x".into(),
            package_root: ".".into(),
            environment: BTreeMap::new(),
        }
    }

    fn bench(limits: &[&str]) -> RunnerBench {
        RunnerBench {
            id: "g/f/c".to_owned(),
            runner: Runner::Gungraun,
            instructions: 7.0,
            broken_limits: limits.iter().map(|limit| (*limit).to_owned()).collect(),
        }
    }

    #[test]
    fn a_runners_count_is_no_exact_count() {
        let mut rows = BTreeMap::new();
        assert!(add(&bench(&[]), &executable(), &mut rows).is_empty());
        let ir = &rows["g/f/c"].metrics["ir"];
        assert_eq!((ir.statistic.as_str(), ir.source.as_str(), ir.value), ("runner", "gungraun", 7.0));
        let exact = Metric { statistic: "exact".to_owned(), ..ir.clone() };
        assert_eq!(ir.worsening(&exact), None);
    }

    #[test]
    fn a_second_bench_of_the_same_id_is_said_and_does_not_replace_the_first() {
        let mut rows = BTreeMap::new();
        add(&bench(&[]), &executable(), &mut rows);
        let other = RunnerBench { instructions: 9.0, ..bench(&[]) };
        let said = add(&other, &executable(), &mut rows);
        assert!(said[0].message.contains("it is in p::t too"), "{said:?}");
        assert_eq!(rows["g/f/c"].metrics["ir"].value, 7.0);
    }

    #[test]
    fn a_limit_of_the_suite_itself_is_said_and_is_no_failure() {
        let said = add(&bench(&["Ir is 7, beyond its hard limit 4"]), &executable(), &mut BTreeMap::new());
        assert_eq!((said.len(), said[0].kind), (1, ProblemKind::Skipped));
        assert!(said[0].message.starts_with("Ir is 7, beyond its hard limit 4"), "{said:?}");
    }
}
