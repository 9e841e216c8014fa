//! Cost-model tables: what an operation costs before its first byte, and what each byte adds.

use super::{
    ReportError, Section,
    sources::{Found, Side, Sources, is_across},
};
use crate::{
    explain::{
        cost_change::{Intervals, LineChange, ModelChange, PartChange},
        cost_model::{self, CostModel, SPLIT, Unfit, series},
    },
    format::{metric_info, recipe::Table as TableRecipe},
    render::{Cell, Column, Emphasis, Table, cost_models, units},
    store::Measured,
};

/// Fill a section with its table.
pub(super) fn fill(
    section: &mut Section,
    table: &TableRecipe,
    sources: &Sources<'_>,
) -> Result<(), ReportError> {
    let after_name = table.after.clone().unwrap_or_default();
    let compares = table.before.is_some() || is_across(table);
    let metrics = table.metrics();
    let (mut rows, mut whats) = (Vec::new(), Vec::new());
    let place = format!("table {:?}", table.title);
    for metric in &metrics {
        let split = table.split.unwrap_or(SPLIT);
        let heading = metric_info(metric).map_or(*metric, |info| info.heading);
        let prefix = if metrics.len() == 1 { String::new() } else { format!("{heading}: ") };
        let fitted =
            |side: Side, name: &str| model(sources, sources.of(table, side)?, name, metric, split, &place);
        let after = fitted(Side::After, &after_name)?;
        whats.push(format!("{metric}, statistic {}", after.statistic));
        note(section, &after);
        if !compares {
            for line in after.lines() {
                let shown = cost_models::parts(&after, line);
                rows.extend(
                    shown.map(|(part, value)| {
                        vec![Cell::plain(format!("{prefix}{part}")), Cell::plain(value)]
                    }),
                );
            }
            continue;
        }
        let before = fitted(Side::Before, table.before.as_deref().unwrap_or(&after_name))?;
        note(section, &before);
        let change = ModelChange::between(&before, &after);
        if let Some(why) = change.left_out {
            section.notes.push(format!("Not compared: {heading}: {why}."));
        }
        for line in &change.lines {
            rows.extend(changed(&before, &after, line, &prefix));
        }
    }
    let [before, after] = match &table.headings {
        Some([before, after]) => [before.as_str(), after],
        None => ["Before", "After"],
    };
    let mut columns = vec![Column::left("Cost model")];
    let values: &[&str] = if compares { &[before, after, "Delta"] } else { &["Value"] };
    columns.extend(values.iter().map(|heading| Column::right(heading)));
    section.show(Table { title: String::new(), columns, rows });
    section.provenance = sources.provenance(table, &whats.join("; "))?;
    Ok(())
}

/// The model of a series; rows that were taken back are no part of it.
pub(super) fn model(
    sources: &Sources<'_>,
    source: &Measured,
    name: &str,
    metric: &str,
    split: u64,
    place: &str,
) -> Result<CostModel, ReportError> {
    let live =
        source.benchmarks().iter().filter(|row| matches!(sources.find(source, &row.id), Found::Live(_)));
    let found = series(live);
    let unfit = |why: Unfit| ReportError::Unfit { place: place.to_owned(), series: name.to_owned(), why };
    let of_name = found.iter().find(|series| series.name == name);
    let none = || unfit(Unfit::TooFewSizes { metric: metric.to_owned(), sizes: Vec::new() });
    cost_model::fit(of_name.ok_or_else(none)?, metric, source.samples(), split).map_err(unfit)
}

fn note(section: &mut Section, model: &CostModel) {
    for warning in model.warnings() {
        let note = format!("{}: {warning}.", model.series);
        if !section.notes.contains(&note) {
            section.notes.push(note);
        }
    }
}

/// The rows of a line that both models have.
fn changed(before: &CostModel, after: &CostModel, change: &LineChange, prefix: &str) -> Vec<Vec<Cell>> {
    let line = |model: &CostModel| {
        let lines = model.lines().into_iter().chain([&model.whole]);
        lines.into_iter().find(|line| (line.from, line.to) == (change.from, change.to)).cloned()
    };
    let (Some(then), Some(now)) = (line(before), line(after)) else { return Vec::new() };
    let deltas =
        [delta(&change.fixed), delta(&change.per_unit)].into_iter().chain(std::iter::repeat(Cell::default()));
    cost_models::parts(before, &then)
        .zip(cost_models::parts(after, &now))
        .zip(deltas)
        .map(|(((part, then), (_, now)), delta)| {
            vec![Cell::plain(format!("{prefix}{part}")), Cell::plain(then), Cell::plain(now), delta]
        })
        .collect()
}

/// Costs: more is worse.
fn delta(part: &PartChange) -> Cell {
    let Some(change) = part.change else { return Cell::default() };
    let percent = units::percent(change);
    if part.before.value == part.after.value {
        Cell::plain("unchanged")
    } else if part.intervals == Intervals::Overlap {
        Cell::with(format!("{percent} (within noise)"), Emphasis::Dim)
    } else if change > 0.0 {
        Cell::with(format!("{percent} (✗ worse)"), Emphasis::Bad)
    } else {
        Cell::plain(percent)
    }
}
