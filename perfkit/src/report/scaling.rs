//! Throughput over threads, in Markdown: one table a benchmark, a picture beside it, and what could not be measured.
//!
//! Only numbers of one run stand side by side. A number of threads that the machine has no cores for is a row that says
//! so: it is no measurement and no pass. The same run gives the same bytes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::provenance;
use crate::{
    format::{
        Benchmark, Invalidation, Metric, Problem, ProblemKind, Run,
        config::Instrument,
        metric::{SCALING_THREADS, of_threads},
    },
    plot::{Bar, ScalingCurve, ScalingPlot, ScalingPoint},
    render::{Cell, Column, Emphasis, Lines, Table, lines::escape, units},
};

/// One benchmark's throughput over threads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scaling {
    /// The benchmark.
    pub id: String,
    /// What was measured, the fewest threads first.
    pub rows: Vec<ScalingRow>,
    /// What was not measured for lack of cores.
    pub skipped: Vec<Skipped>,
    /// What went wrong with this benchmark.
    pub problems: Vec<Problem>,
    /// Why its numbers no longer count, where they were taken back; then there are no rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalidated: Option<Invalidation>,
}

/// A number of threads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScalingRow {
    /// How many threads.
    pub threads: u32,
    /// Operations per second of all of them together.
    pub throughput: Metric,
    /// That over as many times the throughput of one thread; absent at one thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub efficiency: Option<Metric>,
}

/// A number of threads that was not measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Skipped {
    /// The number.
    pub threads: u32,
    /// Why.
    pub why: String,
}

/// Every benchmark of the run that has throughput by threads, and those that should have.
pub fn scalings(run: &Run) -> Vec<Scaling> {
    let mut found: BTreeMap<&str, Scaling> = BTreeMap::new();
    let empty = |id: &str| Scaling {
        id: id.to_owned(),
        rows: Vec::new(),
        skipped: Vec::new(),
        problems: Vec::new(),
        invalidated: None,
    };
    for row in &run.benchmarks {
        let rows = rows(row);
        let scaling = match &row.invalidated {
            _ if rows.is_empty() => continue,
            Some(why) => Scaling { invalidated: Some(why.clone()), ..empty(&row.id) },
            None => Scaling { skipped: beyond_the_cores(run, &rows), rows, ..empty(&row.id) },
        };
        found.insert(&row.id, scaling);
    }
    for problem in run.problems.iter().filter(|problem| problem.instrument == Some(Instrument::Scaling)) {
        let scaling = found.entry(&problem.subject).or_insert_with(|| empty(&problem.subject));
        // Rows say themselves what was skipped for lack of cores.
        if scaling.rows.is_empty() || problem.kind != ProblemKind::Skipped {
            scaling.problems.push(problem.clone());
        }
    }
    found.into_values().collect()
}

fn beyond_the_cores(run: &Run, rows: &[ScalingRow]) -> Vec<Skipped> {
    let cores = run.host.fingerprint.cores;
    let missing = SCALING_THREADS
        .into_iter()
        .filter(|threads| *threads > cores && rows.iter().all(|row| row.threads != *threads));
    missing
        .map(|threads| Skipped { threads, why: format!("needs {threads} cores, this machine has {cores}") })
        .collect()
}

fn rows(benchmark: &Benchmark) -> Vec<ScalingRow> {
    let mut rows: Vec<ScalingRow> = benchmark
        .metrics
        .iter()
        .filter_map(|(name, throughput)| {
            let (_, threads) = of_threads(name).filter(|(of, _)| *of == "ops_ps")?;
            let efficiency = benchmark.metrics.get(&format!("scaling_efficiency_{threads}")).cloned();
            Some(ScalingRow { threads, throughput: throughput.clone(), efficiency })
        })
        .collect();
    rows.sort_by_key(|row| row.threads);
    rows
}

impl Scaling {
    /// A picture; `None` with fewer than two numbers of threads.
    pub fn plot(&self) -> Option<ScalingPlot> {
        let point =
            |row: &ScalingRow| ScalingPoint { threads: row.threads, throughput: Bar::of(&row.throughput) };
        (self.rows.len() > 1).then(|| ScalingPlot {
            title: format!("{}: throughput over threads", self.id),
            unit: "1/s".to_owned(),
            curves: vec![ScalingCurve {
                name: self.id.clone(),
                points: self.rows.iter().map(point).collect(),
            }],
        })
    }

    /// A table; rows that were not measured say why.
    pub fn table(&self) -> Table {
        let mut columns =
            vec![Column::right("threads"), Column::right("throughput"), Column::right("spread")];
        columns.extend(["× one thread", "efficiency"].map(Column::right));
        let one = self.rows.iter().find(|row| row.threads == 1).map(|row| row.throughput.value);
        let values: Vec<f64> = self.rows.iter().map(|row| row.throughput.value).collect();
        let shown = units::shared(&values, "1/s");
        let mut rows: Vec<(u32, Vec<Cell>)> = Vec::new();
        for (row, throughput) in self.rows.iter().zip(shown) {
            let times =
                one.filter(|one| *one > 0.0).map(|one| format!("{:.2} ×", row.throughput.value / one));
            rows.push((
                row.threads,
                vec![
                    Cell::plain(row.threads.to_string()),
                    Cell::plain(throughput),
                    Cell::plain(spread(&row.throughput)),
                    Cell::plain(times.unwrap_or_default()),
                    Cell::plain(row.efficiency.as_ref().map(efficiency).unwrap_or_default()),
                ],
            ));
        }
        for skipped in &self.skipped {
            let mut cells = vec![Cell::plain(skipped.threads.to_string())];
            cells.push(Cell::with(format!("– skipped: {}", skipped.why), Emphasis::Dim));
            cells.resize(columns.len(), Cell::default());
            rows.push((skipped.threads, cells));
        }
        rows.sort_by_key(|(threads, _)| *threads);
        Table { title: self.id.clone(), columns, rows: rows.into_iter().map(|(_, cells)| cells).collect() }
    }
}

impl Scaling {
    /// What went wrong, a line each.
    pub fn notes(&self) -> Lines {
        let mut lines = Lines::default();
        if let Some(why) = &self.invalidated {
            lines.push(Emphasis::Caution, format!("! invalidated, and not shown: {}", why.words()));
        }
        for problem in &self.problems {
            let (glyph, emphasis) = match problem.kind {
                ProblemKind::Skipped => ("– skipped", Emphasis::Dim),
                ProblemKind::WrongAnswer => ("✗ WRONG ANSWER", Emphasis::Bad),
                ProblemKind::BuildFailed | ProblemKind::ToolFailed => ("✗ FAILED", Emphasis::Bad),
            };
            lines.push(emphasis, format!("{glyph}: {}", problem.message));
        }
        lines
    }
}

fn spread(metric: &Metric) -> String {
    let half = metric.ci.filter(|_| metric.value > 0.0).map(|ci| (ci.high - ci.low) / 2.0 / metric.value);
    half.map(units::spread).unwrap_or_default()
}

/// A share of perfect scaling; more than all of it happens, with caches.
fn efficiency(metric: &Metric) -> String {
    format!("{:.0} %", metric.value * 100.0)
}

/// The document. `pictures` gives the link to a benchmark's picture, where there is one.
pub fn render_scaling(run: &Run, scalings: &[Scaling], pictures: &BTreeMap<String, String>) -> String {
    let mut text = format!(
        "<!-- Generated by perfkit {}; do not edit. Make it again: perfkit report scaling --run {} -->\n\n# Scaling\n\n\
         Operations per second of all threads together. Efficiency is that over as many times the throughput of one \
         thread in the same round; 100 % is perfect.\n",
        run.perfkit, run.id
    );
    for scaling in scalings {
        text += &format!("\n## {}\n", escape(&scaling.id));
        if !scaling.rows.is_empty() {
            text += &format!("\n{}", scaling.table().markdown_pipes());
        }
        let notes = scaling.notes();
        if !notes.is_empty() {
            text += &format!("\n{}", notes.markdown());
        }
        if let Some(link) = pictures.get(&scaling.id) {
            text += &format!("\n![{}: throughput over threads]({link})\n", escape(&scaling.id));
        }
    }
    text += &format!("\n{}\n", provenance::markdown(&source(run)));
    text
}

/// Where the numbers come from, in one line.
pub fn source(run: &Run) -> String {
    provenance::line(run, "ops_ps_N and scaling_efficiency_N, medians over rounds")
}
