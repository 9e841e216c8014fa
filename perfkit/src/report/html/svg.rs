//! Small pictures within the page: they take the page's colours, so that they suit light and dark, and every one has
//! its content in words.

use maud::{Markup, html};

use super::trend::{Point, Trend};

/// Sizes in the pictures' own units.
const SPARK: (f64, f64) = (110.0, 22.0);
const CHART: (f64, f64) = (640.0, 150.0);
/// Room for labels around a chart.
const CHART_LEFT: f64 = 74.0;
const CHART_RIGHT: f64 = 12.0;
const CHART_TOP: f64 = 20.0;
const CHART_BOTTOM: f64 = 24.0;
/// A range narrower than this share of the value is widened to it, so that noise does not look like mountains.
const NARROWEST: f64 = 0.02;
/// Rounds and labels of changes drawn.
const ROUNDS_DRAWN: usize = 24;
const CHANGES_LABELLED: usize = 8;

/// A trend as a line in a table's cell, with a dot at its end and a tick at each change.
pub fn sparkline(trend: &Trend, runs: usize, label: &str) -> Markup {
    let scale = Scale::of(trend, runs, (0.0, SPARK.0 - 4.0), (3.0, SPARK.1 - 3.0));
    html! {
        svg.spark viewBox=(format!("0 0 {} {}", SPARK.0, SPARK.1)) width=(SPARK.0) height=(SPARK.1) role="img" aria-label=(label) {
            @for change in &trend.changes {
                @let x = tenths(scale.x(change.run));
                path class=(tone(trend, change.before, change.after)) d=(format!("M{x} 0V{}", SPARK.1)) {}
            }
            @for stretch in trend.stretches().filter(|stretch| stretch.len() > 1) {
                polyline points=(scale.points(stretch)) {}
            }
            @if let Some(point) = trend.newest() {
                circle cx=(tenths(scale.x(point.run))) cy=(tenths(scale.y(point.value))) r="2" {}
            }
        }
    }
}

/// What stands around a chart of a history.
pub struct ChartText<'a> {
    /// The whole in words.
    pub label: &'a str,
    /// Greatest and least value of the axis, with their units, as made by `axis`.
    pub axis: &'a dyn Fn(f64) -> String,
    /// The first and the last run.
    pub ends: [&'a str; 2],
    /// A change in words: `+18 %`.
    pub change: &'a dyn Fn(f64, f64) -> String,
}

/// A history: the line, broken where the numbers mean something else; changes with their size.
pub fn chart(trend: &Trend, runs: usize, text: &ChartText<'_>) -> Markup {
    let (right, bottom) = (CHART.0 - CHART_RIGHT, CHART.1 - CHART_BOTTOM);
    let scale = Scale::of(trend, runs, (CHART_LEFT, right), (CHART_TOP, bottom));
    let breaks: Vec<usize> =
        trend.stretches().skip(1).filter_map(|stretch| stretch.first().map(|point| point.run)).collect();
    html! {
        svg.chart viewBox=(format!("0 0 {} {}", CHART.0, CHART.1)) role="img" aria-label=(text.label) {
            path.axis d=(format!("M{CHART_LEFT} {CHART_TOP}H{right}M{CHART_LEFT} {bottom}H{right}")) {}
            text x=(CHART_LEFT - 6.0) y=(CHART_TOP + 4.0) text-anchor="end" { ((text.axis)(scale.high)) }
            text x=(CHART_LEFT - 6.0) y=(bottom + 4.0) text-anchor="end" { ((text.axis)(scale.low)) }
            text x=(CHART_LEFT) y=(CHART.1 - 6.0) { (text.ends[0]) }
            text x=(right) y=(CHART.1 - 6.0) text-anchor="end" { (text.ends[1]) }
            @for run in &breaks {
                @let x = tenths((scale.x(*run) + scale.x(run.saturating_sub(1))) / 2.0);
                path.break d=(format!("M{x} {CHART_TOP}V{bottom}")) {}
            }
            @for (index, change) in trend.changes.iter().enumerate() {
                @let x = scale.x(change.run);
                @let tone = tone(trend, change.before, change.after);
                path class=(tone) d=(format!("M{} {CHART_TOP}V{bottom}", tenths(x))) {}
                @if index + CHANGES_LABELLED >= trend.changes.len() {
                    @let anchor = if x > CHART.0 * 0.8 { "end" } else { "start" };
                    text class=(tone) x=(tenths(x)) y=(CHART_TOP - 7.0) text-anchor=(anchor) {
                        ((text.change)(change.before, change.after))
                    }
                }
            }
            @for stretch in trend.stretches().filter(|stretch| stretch.len() > 1) {
                polyline points=(scale.points(stretch)) {}
            }
            @for point in &trend.invalidated {
                // What was taken back may lie anywhere; the line decides how far the axis reaches.
                @let (x, y) = (tenths(scale.x(point.run)), tenths(scale.y(point.value.clamp(scale.low, scale.high))));
                path.taken-back d=(format!("M{} {}l8 8m0 -8l-8 8", x - 4.0, y - 4.0)) {}
            }
            @if let Some(point) = trend.newest() {
                circle cx=(tenths(scale.x(point.run))) cy=(tenths(scale.y(point.value))) r="3" {}
            }
        }
    }
}

/// The samples of one round, in nanoseconds per operation, sorted.
pub fn distribution(rounds: &[Vec<f64>], label: &str, axis: &dyn Fn(f64) -> String) -> Markup {
    let shown = &rounds[rounds.len().saturating_sub(ROUNDS_DRAWN)..];
    let row = 14.0;
    let height = row * shown.len() as f64 + CHART_BOTTOM;
    let low = shown.iter().filter_map(|round| round.first()).copied().fold(f64::INFINITY, f64::min);
    let high = shown.iter().filter_map(|round| round.last()).copied().fold(low, f64::max);
    let span = (high - low).max(low * NARROWEST).max(f64::MIN_POSITIVE);
    let x = |value: f64| CHART_LEFT + (value - low) / span * (CHART.0 - CHART_LEFT - CHART_RIGHT);
    let at = |round: &[f64], share: f64| x(crate::statistics::quantile(round, share));
    html! {
        svg.chart.rounds viewBox=(format!("0 0 {} {height}", CHART.0)) role="img" aria-label=(label) {
            @for (index, round) in shown.iter().enumerate().filter(|(_, round)| !round.is_empty()) {
                @let y = row * index as f64 + row / 2.0;
                @let (first, last) = (at(round, 0.0), at(round, 1.0));
                @let (lower, upper) = (at(round, 0.25), at(round, 0.75));
                @let median = tenths(at(round, 0.5));
                text x=(CHART_LEFT - 6.0) y=(y + 4.0) text-anchor="end" { "round " (rounds.len() - shown.len() + index + 1) }
                path.whisker d=(format!("M{} {y}H{}", tenths(first), tenths(last))) {}
                rect x=(tenths(lower)) y=(y - 4.0) width=(tenths((upper - lower).max(1.0))) height="8" {}
                path.median d=(format!("M{median} {}V{}", y - 5.0, y + 5.0)) {}
            }
            text x=(CHART_LEFT) y=(height - 6.0) { (axis(low)) }
            text x=(CHART.0 - CHART_RIGHT) y=(height - 6.0) text-anchor="end" { (axis(low + span)) }
        }
    }
}

/// From runs and values to the picture's units.
struct Scale {
    low: f64,
    high: f64,
    first: usize,
    last: usize,
    across: (f64, f64),
    down: (f64, f64),
}

impl Scale {
    fn of(trend: &Trend, runs: usize, across: (f64, f64), down: (f64, f64)) -> Self {
        let (low, high) = trend.range();
        let widen = ((high.abs() * NARROWEST - (high - low)) / 2.0).max(0.0);
        let first = trend.points.first().map_or(0, |point| point.run);
        // What ended early ends early in the picture too.
        Self { low: low - widen, high: high + widen, first, last: runs.saturating_sub(1), across, down }
    }

    fn x(&self, run: usize) -> f64 {
        let span = self.last.saturating_sub(self.first).max(1) as f64;
        self.across.0 + run.saturating_sub(self.first) as f64 / span * (self.across.1 - self.across.0)
    }

    fn y(&self, value: f64) -> f64 {
        let share = if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.5 };
        self.down.1 - share * (self.down.1 - self.down.0)
    }

    fn points(&self, stretch: &[Point]) -> String {
        let points: Vec<String> = stretch
            .iter()
            .map(|point| format!("{},{}", tenths(self.x(point.run)), tenths(self.y(point.value))))
            .collect();
        points.join(" ")
    }
}

/// `worse` or `better`, a class of the style sheet.
fn tone(trend: &Trend, before: f64, after: f64) -> &'static str {
    if (after > before) == trend.less_is_better { "worse" } else { "better" }
}

/// A tenth of a unit is finer than any screen.
fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
