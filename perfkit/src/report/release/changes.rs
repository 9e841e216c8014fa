//! Tables of changes: a row per benchmark, three columns per metric.

use serde::Serialize;

use super::{
    ReportError, Section,
    published::Figures,
    sources::{Found, Side, Sources, difference},
};
use crate::{
    format::{Baseline, Better, Class, Metric, metric_info, recipe::Table as TableRecipe},
    render::{Cell, Column, Emphasis, Table, units},
};

/// Differences of counts below this are none: half of the gates' resolution.
const COUNT_RESOLUTION: f64 = 0.05;

/// Counts from here on are shown whole: a tenth of an instruction in a thousand says nothing.
const WHOLE_FROM: f64 = 1000.0;

/// A row in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Its first cell.
    pub label: String,
    /// The old shape.
    pub before: String,
    /// The new shape.
    pub after: String,
    /// What became of each metric.
    pub changes: Vec<Change>,
    /// How many times its floor the new shape costs, in the first metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times_floor: Option<f64>,
}

/// What became of a metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The metric.
    pub metric: String,
    /// Its unit.
    pub unit: String,
    /// The old number; absent where it was invalidated.
    pub before: Option<f64>,
    /// The new number; absent where it was invalidated.
    pub after: Option<f64>,
    /// What that means.
    pub standing: Standing,
}

/// What a change means.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// No change.
    Unchanged,
    /// A change that the machine makes by itself: smaller than this fraction.
    WithinNoise(f64),
    /// In the direction wanted.
    Better,
    /// In the other one.
    Worse,
    /// A half was taken back.
    Invalidated,
}

/// A row's first cell and its two ids.
pub(super) struct RowIds {
    pub(super) label: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// The rows that a table asks for.
pub(super) fn rows_of(table: &TableRecipe) -> Vec<RowIds> {
    if !table.rows.is_empty() {
        let row = |row: &crate::format::recipe::RowRecipe| RowIds {
            label: row.label.clone().unwrap_or_else(|| row.after.clone()),
            before: row.before.clone().unwrap_or_else(|| row.after.clone()),
            after: row.after.clone(),
        };
        return table.rows.iter().map(row).collect();
    }
    let after = table.after.clone().unwrap_or_default();
    let before = table.before.clone().unwrap_or_else(|| after.clone());
    if table.sizes.is_empty() {
        return vec![RowIds { label: after.clone(), before, after }];
    }
    let of_size = |size: &u64| RowIds {
        label: if table.row_heading.is_none() { units::size(*size) } else { size.to_string() },
        before: before.replace("{size}", &size.to_string()),
        after: after.replace("{size}", &size.to_string()),
    };
    table.sizes.iter().map(of_size).collect()
}

/// Fill a section with its table.
pub(super) fn fill(
    section: &mut Section,
    table: &TableRecipe,
    sources: &Sources<'_>,
) -> Result<(), ReportError> {
    let (before, after) = (sources.of(table, Side::Before)?, sources.of(table, Side::After)?);
    let metrics = table.metrics();
    let mut shown = Vec::new();
    let mut statistics: Vec<String> = Vec::new();
    let mut figures = Figures::of(sources.reference, &metrics);
    for ids in rows_of(table) {
        let halves = [Sources::find(before, &ids.before), Sources::find(after, &ids.after)];
        note_invalidated(section, &ids, &halves);
        let mut changes = Vec::new();
        for metric in &metrics {
            let change = change(table, sources, &ids, &halves, metric)?;
            if let Found::Live(row) = &halves[1]
                && let Some(found) = row.metrics.get(*metric)
            {
                let words = format!("{metric}, statistic {}", found.statistic);
                if !statistics.contains(&words) {
                    statistics.push(words);
                }
            }
            changes.push(change);
        }
        let times_floor = match &halves[1] {
            Found::Live(row) if table.floor => metrics.first().and_then(|metric| {
                let Found::Live(floor) = Sources::find(after, row.floor.as_deref()?) else { return None };
                row.times_floor(floor, metric)
            }),
            _ => None,
        };
        let published = match &halves[1] {
            Found::Live(row) => figures.of_row(row, section),
            _ => None,
        };
        let row = Row { label: ids.label, before: ids.before, after: ids.after, changes, times_floor };
        shown.push((cells(&row, table, published), published.is_some()));
        section.rows.push(row);
    }
    // Published figures, where there are any.
    let published = sources.reference.filter(|_| shown.iter().any(|(_, is_published)| *is_published));
    let columns = columns(table, &metrics, published);
    let mut rows: Vec<Vec<Cell>> = shown.into_iter().map(|(cells, _)| cells).collect();
    rows.iter_mut().for_each(|row| row.truncate(columns.len()));
    section.show(Table { title: String::new(), columns, rows });
    section.provenance = sources.provenance(table, &statistics.join("; "))?;
    section.provenance.extend(figures.provenance());
    Ok(())
}

fn note_invalidated(section: &mut Section, ids: &RowIds, halves: &[Found<'_>; 2]) {
    for (id, half) in [&ids.before, &ids.after].into_iter().zip(halves) {
        if let Found::Invalidated(why) = half {
            section.note_all([format!("Invalidated: {id}: {why}. Its numbers are not compared.")]);
        }
    }
}

fn change(
    table: &TableRecipe,
    sources: &Sources<'_>,
    ids: &RowIds,
    halves: &[Found<'_>; 2],
    metric: &str,
) -> Result<Change, ReportError> {
    let unit = metric_info(metric).map(|info| info.unit.to_owned()).unwrap_or_default();
    let value = |half: &Found<'_>| match half {
        Found::Live(row) => row.metrics.get(metric).map(|metric| metric.value),
        _ => None,
    };
    let (before, after) = (value(&halves[0]), value(&halves[1]));
    let standing = match halves {
        [Found::Live(old), Found::Live(new)] => {
            let not_comparable = |what| ReportError::NotComparable {
                table: table.title.clone(),
                before: ids.before.clone(),
                after: ids.after.clone(),
                what,
            };
            // The meaning of a workload changed: its numbers are of two different things.
            if ids.before == ids.after && old.revision != new.revision {
                return Err(not_comparable("revision of the benchmark"));
            }
            match (old.metrics.get(metric), new.metrics.get(metric)) {
                (Some(then), Some(now)) => {
                    if let Some(what) = difference(then, now) {
                        return Err(not_comparable(what));
                    }
                    standing(then, now, sources.noise(table, [old, new], metric))
                }
                _ => Standing::Invalidated,
            }
        }
        _ => Standing::Invalidated,
    };
    Ok(Change { metric: metric.to_owned(), unit, before, after, standing })
}

fn standing(before: &Metric, after: &Metric, noise: f64) -> Standing {
    let difference = after.value - before.value;
    let counted = after.class == Class::Counted;
    if difference == 0.0 || (counted && difference.abs() < COUNT_RESOLUTION) {
        return Standing::Unchanged;
    }
    if !counted && before.value != 0.0 && (difference / before.value).abs() <= noise {
        return Standing::WithinNoise(noise);
    }
    if (difference > 0.0) == (after.better == Better::More) { Standing::Better } else { Standing::Worse }
}

fn columns(table: &TableRecipe, metrics: &[&str], reference: Option<&Baseline>) -> Vec<Column> {
    let first = match &table.row_heading {
        Some(heading) => heading,
        None if table.sizes.is_empty() => "Benchmark",
        None => "Size",
    };
    let [before, after] = match &table.headings {
        Some([before, after]) => [before.as_str(), after],
        None => ["Before", "After"],
    };
    let mut columns = vec![Column::left(first)];
    for metric in metrics {
        let name = metric_info(metric).map_or(*metric, |info| info.heading);
        let of_metric =
            |word: &str| if metrics.len() == 1 { word.to_owned() } else { format!("{word} ({name})") };
        columns.extend([before, after, "Delta"].map(|word| Column::right(&of_metric(word))));
    }
    if table.floor {
        columns.push(Column::right("× floor"));
    }
    if let Some(reference) = reference {
        columns.push(Column::right(&format!("Published ({})", reference.name)));
    }
    columns
}

/// A row's cells; the last one is the published figure of its first metric, and may be empty.
fn cells(row: &Row, table: &TableRecipe, published: Option<&Metric>) -> Vec<Cell> {
    let mut cells = vec![Cell::plain(&row.label)];
    let mut published_cell = Cell::default();
    for (index, change) in row.changes.iter().enumerate() {
        let published = published.filter(|_| index == 0);
        let values: Vec<f64> = [change.before, change.after, published.map(|metric| metric.value)]
            .into_iter()
            .flatten()
            .map(|value| whole(value, &change.unit))
            .collect();
        let mut shown = units::shared(&values, &change.unit).into_iter();
        let mut next = |value: Option<f64>| match value {
            Some(_) => Cell::plain(shown.next().unwrap_or_default()),
            None => Cell::plain("–"),
        };
        cells.extend([next(change.before), next(change.after), delta(change)]);
        if let Some(metric) = published {
            published_cell = next(Some(metric.value));
        }
    }
    if table.floor {
        cells.push(Cell::plain(row.times_floor.map(|ratio| units::figure(ratio, "×")).unwrap_or_default()));
    }
    cells.push(published_cell);
    cells
}

fn whole(value: f64, unit: &str) -> f64 {
    if unit.ends_with("/op") && value.abs() >= WHOLE_FROM { value.round() } else { value }
}

/// The change as its table shows it.
fn delta(change: &Change) -> Cell {
    let (Some(before), Some(after)) = (change.before, change.after) else {
        return Cell::with("invalidated", Emphasis::Caution);
    };
    let amount = amount(before, after, &change.unit);
    match change.standing {
        Standing::Unchanged => Cell::plain("unchanged"),
        Standing::WithinNoise(_) => Cell::with(format!("{amount} (within noise)"), Emphasis::Dim),
        Standing::Better => Cell::plain(amount),
        Standing::Worse => Cell::with(format!("{amount} (✗ worse)"), Emphasis::Bad),
        Standing::Invalidated => Cell::with("invalidated", Emphasis::Caution),
    }
}

/// In per cent; what that rounds to nothing in the unit, so that a verdict never stands beside a zero.
pub(super) fn amount(before: f64, after: f64, unit: &str) -> String {
    let (difference, is_nothing) = (after - before, |text: &str| text.starts_with("0 "));
    let percent =
        Some(before).filter(|before| *before != 0.0).map(|before| units::percent(difference / before));
    let in_units = || {
        let shown = units::difference(difference, unit);
        if !is_nothing(&shown) || difference == 0.0 {
            return shown;
        }
        let sign = if difference < 0.0 { '\u{2212}' } else { '+' };
        format!("{sign}{}", units::figure(difference.abs(), unit))
    };
    percent.filter(|percent| !is_nothing(percent)).unwrap_or_else(in_units)
}
