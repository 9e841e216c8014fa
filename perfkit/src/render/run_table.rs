//! A run as one table: a row per benchmark, a column per thing measured. A column that no row fills is absent.

use super::{
    Cell, Column, Emphasis, Table, header,
    units::{self, count, percent, quantity},
    verdicts,
};
use crate::format::{
    Baseline, BaselineKind, Benchmark, Metric, Outcome, Run, Verdict, metric::SCALING_THREADS,
};

/// The timed metrics that the time column shows, the first present one.
const TIMES: [&str; 3] = ["time_ns", "cpu_time_ns", "criterion_ns"];

/// The counted columns: the metric and its head, which carries the unit of its cells.
const COUNTS: [(&str, &str); 4] = [
    ("ir", "instr/op"),
    ("allocs_per_op", "allocs/op"),
    ("locked_ops", "locked/op"),
    ("syscalls", "syscalls/op"),
];

/// A run's rows. `baseline` is the profile that timed metrics are held against; verdicts come from the run itself.
pub fn run_table(run: &Run, baseline: Option<&Baseline>) -> Table {
    let rows = |cell: &dyn Fn(&Benchmark) -> Cell| run.benchmarks.iter().map(cell).collect::<Vec<Cell>>();
    let mut columns = vec![
        (Column::left("benchmark"), rows(&|row| Cell::plain(&row.id))),
        (Column::right("time"), rows(&|row| with_spread(row, &TIMES))),
    ];
    for (metric, heading) in COUNTS {
        columns.push((Column::right(heading), rows(&|row| counted(row, metric))));
    }
    columns.push((Column::right("copied"), rows(&copied)));
    columns.push((Column::right("size"), rows(&size)));
    columns.push((Column::right("start-up"), rows(&|row| with_spread(row, &["startup_ns"]))));
    columns.push((Column::right("most threads"), rows(&scaling)));
    columns.push((Column::right("p50 / p99 / p99.9"), rows(&latency)));
    columns.push((Column::right("× floor"), rows(&|row| times_floor(run, row))));
    columns.push((Column::left("vs baseline"), rows(&|row| against(run, row, baseline))));
    columns.retain(|(_, cells)| cells.iter().any(|cell| !cell.text.is_empty()));
    let rows = (0..run.benchmarks.len())
        .map(|row| columns.iter().filter_map(|(_, cells)| cells.get(row).cloned()).collect())
        .collect();
    Table { title: String::new(), columns: columns.into_iter().map(|(column, _)| column).collect(), rows }
}

/// `222 ns ± 0.4 %`, of the first metric that is there.
fn with_spread(row: &Benchmark, names: &[&str]) -> Cell {
    let Some(metric) = names.iter().find_map(|name| row.metrics.get(*name)) else { return Cell::default() };
    let spread = metric.ci.filter(|_| metric.value > 0.0).map(|interval| {
        let half = (interval.high - interval.low) / 2.0 / metric.value;
        format!(" {}", units::spread(half))
    });
    Cell::plain(quantity(metric.value, &metric.unit) + spread.as_deref().unwrap_or_default())
}

/// The count, and its statistic where it is not the exact cost of an operation.
fn counted(row: &Benchmark, name: &str) -> Cell {
    let Some(metric) = row.metrics.get(name) else { return Cell::default() };
    match metric.statistic.as_str() {
        "exact" => Cell::plain(count(metric.value)),
        other => Cell::plain(format!("{} ({})", count(metric.value), other.replace('_', " "))),
    }
}

fn copied(row: &Benchmark) -> Cell {
    let metric = row.metrics.get("bytes_copied");
    metric.map_or_else(Cell::default, |metric| Cell::plain(quantity(metric.value, &metric.unit)))
}

fn size(row: &Benchmark) -> Cell {
    let metric = ["struct_bytes", "binary_bytes"].iter().find_map(|name| row.metrics.get(*name));
    metric.map_or_else(Cell::default, |metric| Cell::plain(quantity(metric.value, &metric.unit)))
}

/// `102 M/s at 2 (95.2 % of ideal)`: the largest number of threads. The others stand in the scaling report.
fn scaling(row: &Benchmark) -> Cell {
    let most = SCALING_THREADS.iter().rev().find_map(|threads| {
        let rate = row.metrics.get(&format!("ops_ps_{threads}"))?;
        Some((threads, rate, row.metrics.get(&format!("scaling_efficiency_{threads}"))))
    });
    let Some((threads, rate, efficiency)) = most else { return Cell::default() };
    let rate = format!("{} at {threads}", quantity(rate.value, &rate.unit));
    match efficiency {
        Some(efficiency) => Cell::plain(format!("{rate} ({:.1} % of ideal)", efficiency.value * 100.0)),
        None => Cell::plain(rate),
    }
}

/// The share of operations that started late above which the schedule itself is news.
const LATE: f64 = 0.01;

/// `2.90 µs / 17.4 ms / 23.1 ms`, a percentile that is not known as a dash, and how much of the schedule was missed.
fn latency(row: &Benchmark) -> Cell {
    let percentiles = ["p50_ns", "p99_ns", "p999_ns"].map(|name| row.metrics.get(name));
    let Some(any) = percentiles.iter().flatten().next() else { return Cell::default() };
    let shown = percentiles
        .map(|metric| metric.map_or_else(|| "–".to_owned(), |metric| quantity(metric.value, &metric.unit)));
    let late = any.extra.get("late_share").and_then(serde_json::Value::as_f64).filter(|late| *late > LATE);
    let late = late.map(|late| format!(" ({:.1} % late)", late * 100.0)).unwrap_or_default();
    Cell::plain(shown.join(" / ") + &late)
}

/// How many times its physical limit, in time, else in instructions.
fn times_floor(run: &Run, row: &Benchmark) -> Cell {
    let Some(floor) = row.floor.as_deref().and_then(|floor| run.benchmark(floor)) else {
        return Cell::default();
    };
    if let Some(ratio) = TIMES.iter().find_map(|name| row.times_floor(floor, name)) {
        return Cell::plain(format!("{ratio:.2} ×"));
    }
    row.times_floor(floor, "ir")
        .map_or_else(Cell::default, |ratio| Cell::plain(format!("{ratio:.2} × (instr)")))
}

/// The worst verdict of the row in glyph, word and number; where nothing is amiss, the change of its time.
fn against(run: &Run, row: &Benchmark, baseline: Option<&Baseline>) -> Cell {
    let verdicts = || run.verdicts.iter().filter(|verdict| verdict.id == row.id);
    let worst = verdicts().filter(|verdict| is_news(verdict.outcome)).min_by_key(|verdict| verdict.outcome);
    if let Some(worst) = worst {
        return Cell::with(news(worst), verdicts::emphasis(worst.outcome));
    }
    let held = verdicts().any(|verdict| verdict.outcome == Outcome::Held);
    let time = baseline.map(|baseline| (time_change(row, baseline), header::is_informational(run, baseline)));
    let (held_text, info) = (label(Outcome::Held), label(Outcome::Informational));
    match (time, held) {
        (None, false) => Cell::default(),
        (Some((Some(change), true)), true) => {
            Cell::with(format!("{held_text}  {info} {change}"), Emphasis::Good)
        }
        (Some((Some(change), _)), false) => Cell::with(format!("{info} {change}"), Emphasis::Dim),
        (Some((Some(change), false)), true) => Cell::with(format!("{held_text} {change}"), Emphasis::Good),
        (_, true) => Cell::with(held_text, Emphasis::Good),
        (Some((None, true)), false) => Cell::with(format!("{info} (no figure)"), Emphasis::Dim),
        (Some((None, false)), false) => Cell::with(label(Outcome::New), Emphasis::Dim),
    }
}

fn is_news(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Held | Outcome::New | Outcome::Skipped | Outcome::Informational)
}

/// `✗ FAILED ir +1.3 %`.
fn news(verdict: &Verdict) -> String {
    let change = verdicts::relative_change(verdict).map(percent).or_else(|| {
        let (value, reference) = (verdict.value?, verdict.reference?);
        let is_change = verdicts::is_change(verdict);
        let difference = || units::difference(value - reference, &verdict.unit);
        Some(if is_change { difference() } else { quantity(value, &verdict.unit) })
    });
    let parts = [verdict.outcome.word(), &verdict.metric, change.as_deref().unwrap_or_default()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{} {}", verdict.outcome.glyph(), parts.join(" "))
}

fn label(outcome: Outcome) -> String {
    format!("{} {}", outcome.glyph(), outcome.word())
}

/// `−53.0 % (published 222 ns)`; `None` where there is nothing to compare with.
fn time_change(row: &Benchmark, baseline: &Baseline) -> Option<String> {
    let base = baseline.live(&row.id)?;
    if base.revision != row.revision && baseline.kind != BaselineKind::Reference {
        return None;
    }
    let pair = |name: &str| {
        let (now, then) = (row.metrics.get(name)?, base.metrics.get(name)?);
        (now.comparable(then) && then.value > 0.0).then_some((now, then))
    };
    let (now, then) = TIMES.iter().find_map(|name| pair(name))?;
    Some(format!("{} ({})", percent(now.value / then.value - 1.0), figure(then, baseline)))
}

fn figure(metric: &Metric, baseline: &Baseline) -> String {
    let word = if baseline.kind == BaselineKind::Reference { "published" } else { "accepted" };
    format!("{word} {}", quantity(metric.value, &metric.unit))
}
