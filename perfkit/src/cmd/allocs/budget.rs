//! `perfkit allocs --budget`: verdicts first, under each broken one the call sites that allocate.

use std::{collections::BTreeSet, path::Path};

use super::{AllocsArgs, Explained, explain, show};
use crate::{
    cmd::{Exit, Failure, OutputFormat, stdout::print_whole},
    format::{
        Outcome, ProblemKind, Run, Verdict, budget::Budgets, config::Instrument, document::document_text,
    },
    gate::{Untold, judge_budgets},
    measure::{Plan, Planned, RowKind},
    render::{Terminal, footer, header, verdict_lines},
    session,
};

pub fn load(path: &Path) -> Result<Budgets, Failure> {
    Budgets::load(path).map_err(|error| Failure::new(Exit::Usage, error))
}

/// Judge, explain what is broken, print, and say so in the exit code. Verdicts are on counts: whether their sites can be
/// told changes none of them.
pub fn hold(budgets: &Budgets, outcome: &session::Outcome, args: &AllocsArgs) -> Result<Exit, Failure> {
    let (run, plan) = (&outcome.run, &outcome.plan);
    let untold = untold(plan);
    let verdicts = judge_budgets(budgets, &run.benchmarks, &untold, plan.selection.is_whole())
        .map_err(|why| Failure::new(Exit::ToolFailed, why + &failures(run)))?;
    let broken: BTreeSet<&str> = of(&verdicts, Outcome::Failed).map(|verdict| verdict.id.as_str()).collect();
    let explained = explain(run, plan, args.sites, |id| broken.contains(id));
    let text = match args.output.format {
        OutputFormat::Json => document_text(&show::document(run, &explained, &verdicts))
            .map_err(|error| Failure::new(Exit::ToolFailed, error))?,
        format => shown(run, &verdicts, &explained, format == OutputFormat::Markdown),
    };
    print_whole(&text)?;
    let tool_failed = run.problems.iter().any(|problem| problem.kind != ProblemKind::Skipped);
    Ok(match () {
        () if tool_failed || run.provenance.partial => Exit::ToolFailed,
        () if !broken.is_empty() => Exit::GateFailed,
        () if of(&verdicts, Outcome::Inconclusive).next().is_some() => Exit::Inconclusive,
        () => Exit::Held,
    })
}

/// What could not be built or counted: a budget may select nothing for that alone.
fn failures(run: &Run) -> String {
    let failed = run.problems.iter().filter(|problem| problem.kind != ProblemKind::Skipped);
    failed.map(|problem| format!("; {}: {}", problem.subject, problem.message)).collect()
}

fn of(verdicts: &[Verdict], outcome: Outcome) -> impl Iterator<Item = &Verdict> {
    verdicts.iter().filter(move |verdict| verdict.outcome == outcome)
}

/// Operations that were asked for and whose allocations nobody counts, and why. A type, a binary and a start have none.
fn untold(plan: &Plan) -> Untold {
    let operations = plan.rows.iter().filter(|row| row.kind == RowKind::Operation);
    let uncounted = operations.filter(|row| !row.instruments.contains(&Instrument::Allocs));
    uncounted.map(|row| (row.benchmark.id.clone(), why_untold(row))).collect()
}

fn why_untold(row: &Planned) -> String {
    let threads = row.benchmark.threads;
    match (row.counted_operations, &row.allocs) {
        (None, _) if threads > 1 => format!("it works with {threads} threads, and counting sees one"),
        (None, _) => {
            "its bench is not written against perfkit-harness: Criterion's allocations cannot be told from the \
             operation's"
                .to_owned()
        }
        (_, None) => {
            "its suite has no bench target with perfkit_harness::allocs_main!, so no allocator counts".to_owned()
        }
        _ => "its suite in perfkit.toml leaves `allocs` out of its instruments".to_owned(),
    }
}

fn shown(run: &Run, verdicts: &[Verdict], explained: &[Explained], markdown: bool) -> String {
    let terminal = Terminal::stdout();
    let about = header(run, None);
    let mut text = if markdown { format!("{}\n", about.markdown()) } else { about.text(&terminal) };
    // Each broken benchmark's sites stand under its own lines.
    for row in explained {
        let own: Vec<Verdict> =
            of(verdicts, Outcome::Failed).filter(|verdict| verdict.id == row.id).cloned().collect();
        let lines = verdict_lines(&own);
        let sites = show::sites(row, &terminal, markdown);
        text += &if markdown {
            format!("{}\n{sites}\n", lines.markdown())
        } else {
            format!("{}{sites}\n", lines.text(&terminal))
        };
    }
    let is_explained = |verdict: &&Verdict| {
        verdict.outcome == Outcome::Failed && explained.iter().any(|row| row.id == verdict.id)
    };
    let rest: Vec<Verdict> = verdicts.iter().filter(|verdict| !is_explained(verdict)).cloned().collect();
    let mut lines = verdict_lines(&rest);
    lines.0.extend(footer(run, None).0);
    text + &if markdown { lines.markdown() } else { lines.text(&terminal) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        format::Benchmark,
        instrument::{Dialect, Executable},
    };

    #[test]
    fn a_type_and_a_start_are_no_operations_whose_allocations_are_untold() {
        let row = |id: &str, kind| Planned {
            benchmark: Benchmark::new(id),
            time: Executable {
                package: "p".to_owned(),
                target: "t".to_owned(),
                path: "x".into(),
                package_root: ".".into(),
                environment: std::collections::BTreeMap::new(),
            },
            allocs: None,
            dialect: Dialect::HARNESS,
            counted_operations: None,
            contended: false,
            modes: Vec::new(),
            latency_rate: 0,
            kind,
            instruments: BTreeSet::new(),
        };
        let rows = vec![
            row("seal", RowKind::Operation),
            row("session", RowKind::StructBytes(24)),
            row("daemon", RowKind::Startup),
            row("binary/daemon", RowKind::Binary),
        ];
        let untold = untold(&Plan { rows, ..Plan::default() });
        assert_eq!(untold.keys().collect::<Vec<_>>(), ["seal"]);
    }
}
