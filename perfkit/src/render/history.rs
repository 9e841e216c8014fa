//! Series for people: a line each with its bars, then every change with the revisions it lies between.

use super::{Cell, Column, Emphasis, Lines, Table, Terminal, sparkline::sparkline, units};
use crate::{
    format::{Better, metric_info},
    history::{HostHistory, Series, Stretch},
    statistics::change_points::ChangePoint,
    workspace::revision::short,
};

/// Bars of the current stretch.
const BARS: usize = 32;
/// Stretches whose bars are shown before the current one.
const EARLIER_BARS: usize = 8;

/// The series of one host. With `all`, or where they were asked for by name, the steady ones too.
pub fn history(host: &HostHistory, all: bool, terminal: &Terminal, markdown: bool) -> String {
    let shown: Vec<&Series> = host.series.iter().filter(|series| all || series.changed()).collect();
    let mut head = Lines::default();
    head.push(Emphasis::Plain, headline(host));
    let mut text = if markdown { head.markdown() + "\n" } else { head.text(terminal) };
    if !shown.is_empty() {
        let table = table(host, &shown);
        text += &if markdown { table.markdown() + "\n" } else { table.text(terminal) };
    }
    let mut lines = Lines::default();
    for series in &shown {
        describe(host, series, &mut lines);
    }
    let steady = host.series.len() - shown.len();
    let changed = host.series.iter().filter(|series| series.changed()).count();
    let mut footer = format!("{} series, {changed} with change points", host.series.len());
    if steady > 0 {
        footer += &format!("; {steady} steady ones are not shown (--all, or a GLOB, shows them)");
    }
    lines.push(Emphasis::Plain, footer);
    text + &if markdown { lines.markdown() } else { lines.text(terminal) }
}

fn headline(host: &HostHistory) -> String {
    let day = |at: Option<&crate::history::index::IndexedRun>| {
        at.and_then(|run| run.started.get(..10)).unwrap_or_default().to_owned()
    };
    let (first, last) = (day(host.runs.first()), day(host.runs.last()));
    format!("host {}: {} runs, {first} to {last}", host.host, host.runs.len())
}

fn table(host: &HostHistory, shown: &[&Series]) -> Table {
    let row = |series: &&Series| {
        let current = series.current();
        let last = current.and_then(|stretch| stretch.values.last());
        let points: usize = series.stretches.iter().map(|stretch| stretch.runs.len()).sum();
        vec![
            Cell::plain(name(series)),
            Cell::plain(heading(&series.metric)),
            Cell::plain(last.map(|value| units::quantity(*value, &series.unit)).unwrap_or_default()),
            Cell::plain(points.to_string()),
            Cell::plain(bars(series)),
            last_change(host, series),
        ]
    };
    Table {
        title: String::new(),
        columns: vec![
            Column::left("benchmark"),
            Column::left("metric"),
            Column::right("now"),
            Column::right("points"),
            Column::left("series"),
            Column::left("last change"),
        ],
        rows: shown.iter().map(row).collect(),
    }
}

fn name(series: &Series) -> String {
    if series.variant.is_empty() { series.id.clone() } else { format!("{} ({})", series.id, series.variant) }
}

fn heading(metric: &str) -> &str {
    metric_info(metric).map_or(metric, |info| if info.name == metric { info.heading } else { metric })
}

/// The stretches, `│` between what is not joined, the one with the newest point last.
fn bars(series: &Series) -> String {
    let Some(current) = series.current() else { return String::new() };
    let earlier = series.stretches.iter().filter(|stretch| !std::ptr::eq(*stretch, current));
    let mut parts: Vec<String> = earlier.map(|stretch| sparkline(&certain(stretch), EARLIER_BARS)).collect();
    parts.push(sparkline(&certain(current), BARS));
    parts.join("│")
}

/// The values that something is concluded from.
fn certain(stretch: &Stretch) -> Vec<f64> {
    let values = stretch.values.iter().enumerate();
    values.filter(|(at, _)| !stretch.doubtful.contains_key(at)).map(|(_, value)| *value).collect()
}

fn last_change(host: &HostHistory, series: &Series) -> Cell {
    // Stretches of toolchains in turns lie over each other, so that the run decides.
    let changes = series
        .stretches
        .iter()
        .flat_map(|stretch| stretch.change_points.iter().flatten().map(move |point| (stretch, point)));
    let newest = changes.max_by_key(|(stretch, point)| stretch.runs.get(point.index).copied());
    match newest {
        Some((stretch, point)) => {
            let (glyph, word, emphasis) = direction(series, point);
            let at = place(host, stretch, point.index);
            Cell::with(format!("{glyph} {word} {} at {at}", size(point, &series.unit)), emphasis)
        }
        None if series.stretches.iter().all(|stretch| stretch.change_points.is_none()) => {
            Cell::with("- not searched", Emphasis::Dim)
        }
        None => Cell::with("✓ steady", Emphasis::Dim),
    }
}

/// Every change, every break, and what is in doubt.
fn describe(host: &HostHistory, series: &Series, lines: &mut Lines) {
    let about = format!("{} {}", name(series), series.metric);
    for stretch in &series.stretches {
        if !stretch.broken_by.is_empty() {
            let at = place(host, stretch, 0);
            lines.push(Emphasis::Dim, format!("│ broken {about} at {at}: {}; not joined", stretch.broken_by));
        }
        for point in stretch.change_points.iter().flatten() {
            let (glyph, word, emphasis) = direction(series, point);
            let before = stretch.last_before(point.index).map(|at| place(host, stretch, at));
            lines.push(
                emphasis,
                format!(
                    "{glyph} {word} {about}: {} ({}), after {}, at {}",
                    units::change(Some(point.before), Some(point.after), &series.unit),
                    size(point, &series.unit),
                    before.unwrap_or_default(),
                    place(host, stretch, point.index),
                ),
            );
        }
        let mut reasons: Vec<&str> = stretch.doubtful.values().map(String::as_str).collect();
        reasons.sort_unstable();
        for group in reasons.chunk_by(|a, b| a == b) {
            let (count, reason) = (group.len(), group.first().copied().unwrap_or_default());
            let kept = if count == 1 {
                "point is kept, as evidence of nothing"
            } else {
                "points are kept, as evidence of nothing"
            };
            lines.push(Emphasis::Caution, format!("! {about}: {count} {kept}: {reason}"));
        }
    }
}

fn direction(series: &Series, point: &ChangePoint) -> (&'static str, &'static str, Emphasis) {
    let more_is_better = metric_info(&series.metric).is_some_and(|info| info.better == Better::More);
    if (point.after > point.before) == more_is_better {
        ("↑", "better", Emphasis::Good)
    } else {
        ("✗", "worse", Emphasis::Bad)
    }
}

fn size(point: &ChangePoint, unit: &str) -> String {
    if point.before == 0.0 {
        units::difference(point.after - point.before, unit)
    } else {
        units::percent(point.after / point.before - 1.0)
    }
}

/// The revision of a point and its day.
fn place(host: &HostHistory, stretch: &Stretch, at: usize) -> String {
    let Some(run) = stretch.runs.get(at).and_then(|run| host.runs.get(*run as usize)) else {
        return String::new();
    };
    let revision = if run.revision.is_empty() { run.id.as_str() } else { short(&run.revision) };
    format!("{revision} ({})", run.started.get(..10).unwrap_or_default())
}
