//! Two sets of numbers side by side, and lists of baselines.

use super::{Align, Cell, Column, Emphasis, Lines, Table, Terminal, units};
use crate::{
    compare::{Change, State},
    format::{Baseline, BaselineKind, metric_info},
    workspace::revision::short,
};

/// Functions that moved, by benchmark: name, instructions per operation before and after.
pub type FunctionDeltas = Vec<(String, Vec<(String, f64, f64)>)>;

/// A comparison: changed rows in a table, the unchanged counted, then the functions behind changed counts.
pub fn comparison(
    before: &str,
    after: &str,
    changes: &[Change],
    functions: &FunctionDeltas,
    all: bool,
    terminal: &Terminal,
    markdown: bool,
) -> String {
    let mut lines = Lines::default();
    lines.push(Emphasis::Plain, format!("{before} → {after}"));
    let shown: Vec<&Change> = changes.iter().filter(|change| all || change.state != State::Same).collect();
    let table = Table {
        title: String::new(),
        columns: vec![
            Column::left("benchmark"),
            Column::left("metric"),
            Column::right("before"),
            Column::right("after"),
            Column::right("change"),
            Column::left("state"),
        ],
        rows: shown.iter().map(|change| row(change)).collect(),
    };
    let same = changes.len() - changes.iter().filter(|change| change.state != State::Same).count();
    let mut footer = Lines::default();
    footer.push(Emphasis::Plain, format!("{} changed, {same} within tolerance", changes.len() - same));
    let mut text = if markdown { lines.markdown() + "\n" } else { lines.text(terminal) };
    if !shown.is_empty() {
        text += &if markdown { table.markdown() + "\n" } else { table.text(terminal) };
    }
    text += &if markdown { footer.markdown() } else { footer.text(terminal) };
    for (id, deltas) in functions {
        let table = function_table(id, deltas);
        text += "\n";
        text += &if markdown { table.markdown() } else { table.text(terminal) };
    }
    text
}

fn row(change: &Change) -> Vec<Cell> {
    let value = |value: Option<f64>| {
        Cell::plain(value.map(|value| units::quantity(value, &change.unit)).unwrap_or_default())
    };
    let (word, emphasis) = match change.state {
        State::Worse => ("✗ worse", Emphasis::Bad),
        State::Better => ("↑ better", Emphasis::Good),
        State::New => ("+ new", Emphasis::Dim),
        State::Vanished => ("∅ vanished", Emphasis::Caution),
        State::Incomparable => ("? not comparable", Emphasis::Caution),
        State::Same => ("✓ same", Emphasis::Dim),
    };
    vec![
        Cell::plain(&change.id),
        Cell::plain(metric_info(&change.metric).map_or(change.metric.as_str(), |info| info.heading)),
        value(change.before),
        value(change.after),
        Cell::plain(delta(change)),
        Cell::with(word, emphasis),
    ]
}

/// In per cent where that has a meaning, else the difference.
fn delta(change: &Change) -> String {
    match (change.before, change.after) {
        (Some(before), Some(after)) if before != 0.0 && change.state != State::Incomparable => {
            units::percent(after / before - 1.0)
        }
        (Some(before), Some(after)) if change.state != State::Incomparable => {
            units::difference(after - before, &change.unit)
        }
        _ => String::new(),
    }
}

pub(super) fn function_table(id: &str, deltas: &[(String, f64, f64)]) -> Table {
    let row = |(name, before, after): &(String, f64, f64)| {
        vec![
            Cell::plain(name),
            Cell::plain(units::count(*before)),
            Cell::plain(units::count(*after)),
            Cell::plain(units::difference(after - before, "instructions/op")),
        ]
    };
    Table {
        title: format!("{id}: functions that moved, instructions per operation of their own"),
        columns: vec![
            Column::left("function"),
            Column::right("before"),
            Column::right("after"),
            Column::right("change"),
        ],
        rows: deltas.iter().map(row).collect(),
    }
}

/// A list of baselines.
pub fn baseline_list(baselines: &[Baseline]) -> Table {
    let row = |baseline: &Baseline| {
        vec![
            Cell::plain(&baseline.name),
            Cell::plain(kind(baseline.kind)),
            Cell::plain(&baseline.isa),
            Cell::plain(baseline.benchmarks.len().to_string()),
            Cell::plain(&baseline.acceptance.date),
            Cell::plain(&baseline.acceptance.source),
            Cell::plain(&baseline.acceptance.reason),
        ]
    };
    Table {
        title: String::new(),
        columns: ["name", "kind", "isa", "benchmarks", "date", "source", "reason"]
            .into_iter()
            .map(|heading| match heading {
                "benchmarks" => Column { heading: heading.to_owned(), align: Align::Right },
                heading => Column::left(heading),
            })
            .collect(),
        rows: baselines.iter().map(row).collect(),
    }
}

/// The rows of one baseline: a line per benchmark and metric.
pub fn baseline_rows(baseline: &Baseline) -> Table {
    let rows = baseline.benchmarks.iter().flat_map(|row| {
        row.metrics.iter().map(|(name, metric)| {
            let kept = metric.kept.as_ref().map(|kept| {
                format!("kept of {}, not measured since: {}", short(&kept.revision), kept.reason)
            });
            let invalidated = row.invalidated.as_ref().map(|why| format!("invalidated: {}", why.reason));
            let state = invalidated.or(kept);
            vec![
                Cell::plain(&row.id),
                Cell::plain(name),
                Cell::plain(units::quantity(metric.value, &metric.unit)),
                Cell::plain(&metric.statistic),
                Cell::with(state.unwrap_or_default(), Emphasis::Caution),
            ]
        })
    });
    Table {
        title: format!("{}: {}, {}", baseline.name, baseline.acceptance.source, baseline.acceptance.date),
        columns: vec![
            Column::left("benchmark"),
            Column::left("metric"),
            Column::right("value"),
            Column::left("statistic"),
            Column::left("state"),
        ],
        rows: rows.collect(),
    }
}

fn kind(kind: BaselineKind) -> &'static str {
    match kind {
        BaselineKind::Timed => "timed",
        BaselineKind::Counted => "counted",
        BaselineKind::Reference => "reference",
    }
}
