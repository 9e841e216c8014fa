//! Cost models as tables: one row a line, a warning where a line is no model.

use super::{Cell, Column, Emphasis, Lines, Table, units};
use crate::{
    explain::{
        cost_change::{Intervals, LineChange, ModelChange, PartChange},
        cost_model::{CostModel, Estimate, Line, SizeUnit},
    },
    format::metric_info,
};

/// Models, a row per line; one that is no model of its series stands above the lines of the regimes, marked.
pub fn model_table(models: &[CostModel]) -> Table {
    let headings =
        ["series", "metric", "sizes", "fixed cost", "per unit", "rate", "half at", "residual", "fit"];
    let mut columns: Vec<Column> = headings.map(Column::right).to_vec();
    for left in [0, 1, 2, 8] {
        columns[left] = Column::left(headings[left]);
    }
    let mut rows = Vec::new();
    for model in models {
        rows.push(model_row(model, &model.whole, false));
        rows.extend(model.regimes.iter().map(|line| model_row(model, line, true)));
    }
    Table { title: String::new(), columns, rows }
}

fn model_row(model: &CostModel, line: &Line, is_regime: bool) -> Vec<Cell> {
    let fits = line.worst_residual <= crate::explain::cost_model::RESIDUAL_TOLERATED;
    let emphasis = if fits || is_regime { Emphasis::Plain } else { Emphasis::Dim };
    let plain = |text: String| Cell::with(text, emphasis);
    vec![
        plain(if is_regime { String::new() } else { model.series.clone() }),
        plain(if is_regime { String::new() } else { heading(&model.metric).to_owned() }),
        plain(format!("{} ({})", model.size_unit.range(line.from, line.to), line.sizes)),
        plain(estimate(line.fixed, &model.unit)),
        plain(per_unit(line.per_unit, model)),
        plain(rate(line.per_unit.value, model)),
        plain(half_at(line, model.size_unit)),
        plain(format!("{:.1} %", line.worst_residual * 100.0)),
        if fits {
            Cell::with("✓ fits", Emphasis::Good)
        } else {
            Cell::with("! lack of fit", Emphasis::Caution)
        },
    ]
}

/// What to know beside the table: warnings, and why there are no intervals.
pub fn model_notes(models: &[CostModel]) -> Lines {
    let mut lines = Lines::default();
    for model in models {
        let name = format!("{} ({})", model.series, heading(&model.metric));
        for warning in model.warnings() {
            lines.push(Emphasis::Caution, format!("! {name}: {warning}"));
        }
        if let Some(why) = &model.without_intervals {
            lines.push(Emphasis::Dim, format!("- {name}: no intervals: {why}"));
        }
    }
    lines
}

/// Two models of each series, side by side.
pub fn change_table(changes: &[ModelChange], models: &[CostModel]) -> Table {
    let mut columns = ["series", "metric", "sizes", "part"].map(Column::left).to_vec();
    columns.extend(["before", "after", "change"].map(Column::right));
    columns.push(Column::left("intervals"));
    let mut rows = Vec::new();
    for change in changes {
        let of = |model: &&CostModel| {
            model.series == change.series && model.metric == change.metric && model.package == change.package
        };
        let Some(model) = models.iter().find(of) else { continue };
        rows.extend(change.lines.iter().flat_map(|line| change_rows(model, line)));
    }
    Table { title: String::new(), columns, rows }
}

fn change_rows(model: &CostModel, line: &LineChange) -> [Vec<Cell>; 2] {
    let row = |part: &str, change: &PartChange, before: String, after: String| {
        let (words, emphasis) = match change.intervals {
            Intervals::Apart => ("apart", Emphasis::Plain),
            Intervals::Overlap => ("≈ overlap: may be no change", Emphasis::Dim),
            Intervals::Absent => ("none", Emphasis::Dim),
        };
        vec![
            Cell::plain(&model.series),
            Cell::plain(heading(&model.metric)),
            Cell::plain(model.size_unit.range(line.from, line.to)),
            Cell::plain(part),
            Cell::plain(before),
            Cell::plain(after),
            Cell::plain(change.change.map(units::percent).unwrap_or_default()),
            Cell::with(words, emphasis),
        ]
    };
    let (fixed, each) = (&line.fixed, &line.per_unit);
    [
        row("fixed cost", fixed, estimate(fixed.before, &model.unit), estimate(fixed.after, &model.unit)),
        row("per unit", each, per_unit(each.before, model), per_unit(each.after, model)),
    ]
}

/// A line's parts, each with its value: the fixed cost first, then the cost per unit, then what follows from them. Always
/// the same ones; a value is empty where it has no meaning, as counts have no rate.
pub fn parts(model: &CostModel, line: &Line) -> impl Iterator<Item = (String, String)> {
    let over = if model.regimes.is_empty() {
        String::new()
    } else {
        format!(", {}", model.size_unit.range(line.from, line.to))
    };
    let parts = [
        ("fixed cost".to_owned(), estimate(line.fixed, &model.unit)),
        (format!("per {}", model.size_unit.word()), per_unit(line.per_unit, model)),
        ("rate without the fixed cost".to_owned(), rate(line.per_unit.value, model)),
        ("half of the cost is fixed at".to_owned(), half_at(line, model.size_unit)),
        ("largest residual".to_owned(), format!("{:.1} %", line.worst_residual * 100.0)),
    ];
    parts.into_iter().map(move |(part, value)| (format!("{part}{over}"), value))
}

/// `202 ns + 0.329 ns/B`, with the sizes where the line is one of several.
pub fn formula(model: &CostModel, line: &Line) -> String {
    let fixed = units::typeset(&units::quantity(line.fixed.value, &model.unit));
    let each = units::figure(line.per_unit.value.abs(), &model.unit_each());
    let sign = if line.per_unit.value < 0.0 { '\u{2212}' } else { '+' };
    let words = format!("{fixed} {sign} {each}");
    if model.regimes.is_empty() {
        words
    } else {
        format!("{words} over {}", model.size_unit.range(line.from, line.to))
    }
}

fn heading(metric: &str) -> &str {
    metric_info(metric).map_or(metric, |info| info.heading)
}

/// `202 ns [199, 207]`.
fn estimate(estimate: Estimate, unit: &str) -> String {
    match estimate.ci {
        None => units::typeset(&units::quantity(estimate.value, unit)),
        Some(ci) => bracketed(&units::shared(&[estimate.value, ci.low, ci.high], unit)),
    }
}

fn per_unit(estimate: Estimate, model: &CostModel) -> String {
    let shown = |value: f64| units::figure(value, &model.unit_each());
    match estimate.ci {
        None => shown(estimate.value),
        Some(ci) => bracketed(&[estimate.value, ci.low, ci.high].map(shown)),
    }
}

/// The unit once: `202 ns [199, 207]`.
fn bracketed(shown: &[String]) -> String {
    let [value, low, high] = shown else { return shown.join(" ") };
    let number = |text: &str| units::typeset(text.split_once(' ').map_or(text, |(number, _)| number));
    format!("{} [{}, {}]", units::typeset(value), number(low), number(high))
}

/// The rate that the cost per unit alone allows; only times have one.
fn rate(per_unit: f64, model: &CostModel) -> String {
    match (model.unit.as_str(), model.size_unit) {
        ("ns", _) if per_unit <= 0.0 => String::new(),
        // 1 ns/B is 1 GB/s.
        ("ns", SizeUnit::Bytes) => units::figure(1.0 / per_unit, "GB/s"),
        ("ns", SizeUnit::Elements) => units::quantity(1e9 / per_unit, "1/s"),
        _ => String::new(),
    }
}

/// The size at which half of the cost is fixed; where none of the sizes is there, on which side it lies.
fn half_at(line: &Line, unit: SizeUnit) -> String {
    let shown = |size| unit.shown(size);
    match line.half_cost_size {
        Some(size) if unit == SizeUnit::Bytes => units::quantity(size.round(), "B"),
        Some(size) => shown(size.round() as u64),
        None if line.fixed.value <= 0.0 || line.per_unit.value <= 0.0 => "–".to_owned(),
        None if line.fixed.value / line.per_unit.value < line.from as f64 => {
            format!("below {}", shown(line.from))
        }
        None => format!("above {}", shown(line.to)),
    }
}
