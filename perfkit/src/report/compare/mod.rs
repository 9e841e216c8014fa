//! A pull-request comment: what changed between two sets of numbers, the verdict first, always something, also when
//! nothing changed.
//!
//! Where the run was gated and no other side is named, the gate's own verdicts decide. Otherwise the comparison does:
//! changed counts are certain, changed times are suspects until an interleaved comparison confirms them, and whatever
//! comes from another machine or another toolchain is shown for information. No mean over benchmarks: it would hide
//! the one that matters. The same input gives the same bytes.

mod before;
mod headline;
mod markdown;
mod rows;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;

pub use before::fitting_baselines;
pub use before::{Before, Part};
pub use headline::Headline;
pub use markdown::{COMMENT_LIMIT_BYTES, cells as row_cells, label as row_label, one_sided, render_comment};
pub use rows::{OneSided, Row, Same, Standing, Whole};
pub use text::render_text;

use crate::{
    compare::{State, function_deltas},
    format::{Outcome, Problem, ProblemKind, Run, Verdict},
    render::{comparison::FunctionDeltas, verdicts},
    store::Samples,
};

/// The schema of comparisons as JSON.
pub const COMPARE_SCHEMA: &str = "perfkit.compare/1";

/// Benchmarks whose functions are shown, and functions of each.
const EXPLAINED_BENCHMARKS: usize = 10;
const EXPLAINED_FUNCTIONS: usize = 5;

/// Everything that a comment says, before it is put into words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// [`COMPARE_SCHEMA`].
    pub schema: &'static str,
    /// What happened, in one line.
    pub headline: Headline,
    /// The side held against.
    pub before: String,
    /// The run.
    pub after: String,
    /// Verdicts that are no change of a number: broken limits, missing ids, wrong answers, waivers.
    pub gates: Vec<Verdict>,
    /// Changed metrics: worse, better, not comparable; within each the gravest first.
    pub rows: Vec<Row>,
    /// Benchmarks that only the run has.
    pub new: Vec<Whole>,
    /// Benchmarks that only the other side has.
    pub vanished: Vec<Whole>,
    /// What did not change, by metric.
    pub same: Vec<Same>,
    /// Metrics that one side did not measure, of benchmarks that both have.
    pub one_sided: Vec<OneSided>,
    /// The functions behind changed instruction counts.
    pub functions: FunctionDeltas,
    /// What could not be measured; wrong answers first.
    pub problems: Vec<Problem>,
    /// Verdicts of gates that could not judge.
    pub skipped: Vec<Verdict>,
    /// What to keep in mind while reading.
    pub notes: Vec<String>,
    /// Where the numbers come from, a line a side.
    pub provenance: Vec<String>,
    /// The command that shows every row.
    pub show_all: String,
}

/// Compare a run with what it is held against.
pub fn compare_run(before: &Before, run: &Run, samples: &Samples) -> Comparison {
    let compared = rows::rows(before, run);
    let gates = told_apart(before, run);
    let mut problems = run.problems.clone();
    problems.sort_by_key(|problem| (rank(problem.kind), problem.subject.clone()));
    let skipped: Vec<Verdict> =
        run.verdicts.iter().filter(|verdict| verdict.outcome == Outcome::Skipped).cloned().collect();
    let mut notes = before.notes.clone();
    notes.extend(compared.notes.iter().cloned());
    notes.extend(before::taken_back("AFTER", &run.benchmarks));
    notes.extend(before::guards(run));
    let functions = explain(&compared.rows, &before.functions, &samples.functions);
    let mut provenance = before.provenance.clone();
    provenance.push(before::run_provenance("after", run));
    Comparison {
        schema: COMPARE_SCHEMA,
        headline: headline::headline(before, run, &compared),
        before: before.title.clone(),
        after: before::run_title(run),
        gates,
        rows: compared.rows,
        new: compared.new,
        vanished: compared.vanished,
        same: compared.same,
        one_sided: compared.one_sided,
        functions,
        problems,
        skipped,
        notes,
        provenance,
        show_all: before.show_all(run),
    }
}

/// The verdicts to tell that no row of the table carries, the gravest first.
fn told_apart(before: &Before, run: &Run) -> Vec<Verdict> {
    let told = |verdict: &&Verdict| {
        let silent = matches!(
            verdict.outcome,
            Outcome::Held | Outcome::Informational | Outcome::New | Outcome::Skipped
        );
        // A wrong answer is a problem of the run and told as one.
        !silent && verdict.outcome != Outcome::Wrong && !(before.by_verdicts && rows::is_row(verdict))
    };
    let mut gates: Vec<Verdict> = run.verdicts.iter().filter(told).cloned().collect();
    gates.sort_by(|a, b| (a.outcome, &a.id, &a.metric).cmp(&(b.outcome, &b.id, &b.metric)));
    gates
}

/// Wrong answers above all, what this machine cannot do last.
fn rank(kind: ProblemKind) -> u8 {
    match kind {
        ProblemKind::WrongAnswer => 0,
        ProblemKind::BuildFailed => 1,
        ProblemKind::ToolFailed => 2,
        ProblemKind::Skipped => 3,
    }
}

type Functions = BTreeMap<String, BTreeMap<String, f64>>;

/// Per benchmark whose instructions changed: the functions whose own instructions moved most.
fn explain(rows: &[Row], before: &Functions, after: &Functions) -> FunctionDeltas {
    let moved =
        rows.iter().filter(|row| row.metric == "ir" && matches!(row.state, State::Worse | State::Better));
    let explained = moved.filter_map(|row| {
        let deltas = function_deltas(before.get(&row.id)?, after.get(&row.id)?, EXPLAINED_FUNCTIONS);
        let owned: Vec<_> = deltas.into_iter().map(|(name, old, new)| (name.to_owned(), old, new)).collect();
        (!owned.is_empty()).then(|| (row.id.clone(), owned))
    });
    explained.take(EXPLAINED_BENCHMARKS).collect()
}

/// A verdict in words, without its glyph, word and id, which renderers set themselves.
pub fn verdict_details(verdict: &Verdict) -> String {
    let line = verdicts::line(verdict);
    let head = format!("{} {} {}", verdict.outcome.glyph(), verdict.outcome.word(), verdict.id);
    line.strip_prefix(&head).unwrap_or(&line).trim().replace("  ", " · ")
}
