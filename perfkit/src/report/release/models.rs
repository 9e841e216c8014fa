//! Cost-model tables: what an operation costs before its first byte, and what each byte adds.

use super::{
    ReportError, Section,
    changes::amount,
    sources::{Side, Sources, is_across},
};
use crate::{
    explain::{
        cost_change::{Intervals, LineChange, ModelChange, PartChange},
        cost_model::{self, CostModel, Line, SPLIT, Series, Unfit, series},
    },
    format::{Benchmark, Class, metric_info, recipe::Table as TableRecipe},
    render::{Cell, Column, Emphasis, Table, cost_models},
    store::Measured,
};

/// Fill a section with its table.
pub(super) fn fill(
    section: &mut Section,
    table: &TableRecipe,
    sources: &Sources<'_>,
) -> Result<(), ReportError> {
    let compares = table.before.is_some() || is_across(table);
    let metrics = table.metrics();
    let (mut rows, mut whats) = (Vec::new(), Vec::new());
    for metric in &metrics {
        let heading = metric_info(metric).map_or(*metric, |info| info.heading);
        let prefix = if metrics.len() == 1 { String::new() } else { format!("{heading}: ") };
        let found = if compares {
            compared(section, table, sources, metric, &prefix)?
        } else {
            alone(section, table, sources, metric, &prefix)?
        };
        rows.extend(found.rows);
        whats.push(format!("{metric}, statistic {}", found.statistic));
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

/// The rows of one metric.
struct Shown {
    rows: Vec<Vec<Cell>>,
    statistic: String,
}

fn alone(
    section: &mut Section,
    table: &TableRecipe,
    sources: &Sources<'_>,
    metric: &str,
    prefix: &str,
) -> Result<Shown, ReportError> {
    let wanted = Wanted::of(table, metric);
    let name = table.after.as_deref().unwrap_or_default();
    let series = wanted.series(sources.after, name)?;
    section.note_all(taken_back(sources.after, name));
    let model = wanted.fit(&series, sources.after)?;
    note(section, &model);
    let mut rows = Vec::new();
    for line in model.lines() {
        let told = cost_models::parts(&model, line).filter(|(_, value)| !value.is_empty());
        rows.extend(
            told.map(|(part, value)| vec![Cell::plain(format!("{prefix}{part}")), Cell::plain(value)]),
        );
    }
    Ok(Shown { rows, statistic: model.statistic })
}

/// Two series side by side, over the sizes that both were measured at: otherwise what differs may be the sizes.
fn compared(
    section: &mut Section,
    table: &TableRecipe,
    sources: &Sources<'_>,
    metric: &str,
    prefix: &str,
) -> Result<Shown, ReportError> {
    let wanted = Wanted::of(table, metric);
    let after_name = table.after.as_deref().unwrap_or_default();
    let before_name = table.before.as_deref().unwrap_or(after_name);
    let (old, new) = (sources.of(table, Side::Before)?, sources.of(table, Side::After)?);
    let (then, now) = (wanted.series(old, before_name)?, wanted.series(new, after_name)?);
    let mut dropped = taken_back(old, before_name);
    dropped.extend(taken_back(new, after_name));
    let mut common = now.sizes(metric);
    common.retain(|size| then.sizes(metric).contains(size));
    if then.sizes(metric) != now.sizes(metric) {
        let shown: Vec<String> = common.iter().map(|size| now.unit.shown(*size)).collect();
        let which =
            if dropped.is_empty() { "that both were measured at" } else { "that still count on both sides" };
        section.note_all([format!("Over the sizes {which}: {}.", shown.join(", "))]);
    }
    section.note_all(dropped);
    let before = wanted.fit(&then.at(&common), old)?;
    let after = wanted.fit(&now.at(&common), new)?;
    note(section, &before);
    note(section, &after);
    let change = ModelChange::between(&before, &after);
    if let Some(why) = change.left_out {
        section.notes.push(format!("Not compared: {metric}: {why}."));
        let apart = || Cell::with("not compared", Emphasis::Dim);
        let rows = side_by_side((&before, &before.whole), (&after, &after.whole), prefix, [apart(), apart()]);
        return Ok(Shown { rows, statistic: after.statistic });
    }
    let is_timed = metric_info(metric).is_none_or(|info| info.class == Class::Timed);
    let noise = if is_timed { table.noise } else { 0.0 };
    let rows = change.lines.iter().flat_map(|line| changed(&before, &after, line, prefix, noise)).collect();
    Ok(Shown { rows, statistic: after.statistic })
}

/// A model that a table or a picture asks for.
pub(super) struct Wanted<'a> {
    /// The table or picture, for errors.
    pub(super) place: String,
    pub(super) metric: &'a str,
    pub(super) split: u64,
}

impl<'a> Wanted<'a> {
    fn of(table: &TableRecipe, metric: &'a str) -> Self {
        let place = format!("table {:?}", table.title);
        Self { place, metric, split: table.split.unwrap_or(SPLIT) }
    }

    /// A series by its name; rows that were taken back are no part of it.
    pub(super) fn series<'m>(&self, source: &'m Measured, name: &str) -> Result<Series<'m>, ReportError> {
        let found = series(source.benchmarks());
        let none = || Unfit::TooFewSizes { metric: self.metric.to_owned(), sizes: Vec::new() };
        found.into_iter().find(|series| series.name == name).ok_or_else(|| self.unfit(name, none()))
    }

    /// Its model.
    pub(super) fn fit(&self, series: &Series<'_>, source: &Measured) -> Result<CostModel, ReportError> {
        cost_model::fit(series, self.metric, source.samples(), self.split)
            .map_err(|why| self.unfit(&series.name, why))
    }

    fn unfit(&self, series: &str, why: Unfit) -> ReportError {
        ReportError::Unfit { place: self.place.clone(), series: series.to_owned(), why }
    }
}

fn note(section: &mut Section, model: &CostModel) {
    let name = format!("{} ({})", model.series, model.metric);
    section.note_all(model.warnings().into_iter().map(|warning| format!("{name}: {warning}.")));
    section.note_all(model.without_intervals.iter().map(|why| format!("{name}: no intervals: {why}.")));
}

/// The sizes of a series that no longer count, each in a sentence.
pub(super) fn taken_back(source: &Measured, series: &str) -> Vec<String> {
    let of_series = |id: &str| id.rsplit_once('/').is_some_and(|(name, _)| name == series);
    let rows = source.benchmarks().iter().filter(|row| of_series(&row.id) && source.live(&row.id).is_none());
    let sentence = |row: &Benchmark| {
        let why = row.invalidated.as_ref()?.words();
        Some(format!("Invalidated: {}: {why}. It is no part of the cost model.", row.id))
    };
    rows.filter_map(sentence).collect()
}

/// The rows of a line that both models have.
fn changed(
    before: &CostModel,
    after: &CostModel,
    change: &LineChange,
    prefix: &str,
    noise: f64,
) -> Vec<Vec<Cell>> {
    let line = |model: &CostModel| {
        let lines = model.lines().into_iter().chain([&model.whole]);
        lines.into_iter().find(|line| (line.from, line.to) == (change.from, change.to)).cloned()
    };
    let (Some(then), Some(now)) = (line(before), line(after)) else { return Vec::new() };
    let fixed = delta(&change.fixed, &after.unit, noise);
    let per_unit = delta(&change.per_unit, &after.unit_each(), noise);
    side_by_side((before, &then), (after, &now), prefix, [fixed, per_unit])
}

/// A line of each side, a row a part; `deltas` are those of the fixed cost and the cost per unit.
fn side_by_side(
    before: (&CostModel, &Line),
    after: (&CostModel, &Line),
    prefix: &str,
    deltas: [Cell; 2],
) -> Vec<Vec<Cell>> {
    let deltas = deltas.into_iter().chain(std::iter::repeat(Cell::default()));
    cost_models::parts(before.0, before.1)
        .zip(cost_models::parts(after.0, after.1))
        .zip(deltas)
        .filter(|(((_, then), (_, now)), _)| !then.is_empty() || !now.is_empty())
        .map(|(((part, then), (_, now)), delta)| {
            vec![Cell::plain(format!("{prefix}{part}")), Cell::plain(then), Cell::plain(now), delta]
        })
        .collect()
}

/// Costs: more is worse. Without intervals, changes of at most `noise` are what the machine makes by itself.
fn delta(part: &PartChange, unit: &str, noise: f64) -> Cell {
    let Some(change) = part.change else { return Cell::default() };
    let amount = amount(part.before.value, part.after.value, unit);
    let is_noise = match part.intervals {
        Intervals::Overlap => true,
        Intervals::Absent => change.abs() <= noise,
        Intervals::Apart => false,
    };
    if part.before.value == part.after.value {
        Cell::plain("unchanged")
    } else if is_noise {
        Cell::with(format!("{amount} (within noise)"), Emphasis::Dim)
    } else if change > 0.0 {
        Cell::with(format!("{amount} (✗ worse)"), Emphasis::Bad)
    } else {
        Cell::plain(amount)
    }
}
