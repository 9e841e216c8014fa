//! A benchmark's section: what it is, its metrics with their trends, histories with their changes, the latest samples
//! and what explains them, for each host that measured it.

use maud::{Markup, html};

use super::{
    FlameGraphs, HostPage,
    anchor::anchor,
    cells,
    history::{BenchmarkHistory, HostHistory},
    model,
    overview::trend_words,
    svg::{self, ChartText},
    trend::Trend,
};
use crate::{
    format::{Benchmark, Metric, metric::METRICS},
    render::units,
    workspace::revision::short,
};

/// Histories drawn large, and functions named.
const CHARTS: usize = 4;
const FUNCTIONS: usize = 8;

/// The section.
pub fn section(id: &str, hosts: &[HostPage], flamegraphs: &FlameGraphs) -> Markup {
    let measured: Vec<(&HostPage, &BenchmarkHistory)> =
        hosts.iter().filter_map(|host| Some((host, host.history.benchmarks.get(id)?))).collect();
    let Some((_, first)) = measured.first() else { return html! {} };
    html! {
        section.benchmark id=(anchor("b", id)) {
            h3 { (cells::name(id)) " " a.up href="#top" aria-label="Back to the overview" { "↑ overview" } }
            (about(&first.row))
            @for (host, benchmark) in &measured {
                @if hosts.len() > 1 { h4 { "On " (host.history.title) } }
                (verdicts(id, &host.history))
                (metrics(host, benchmark))
                (witness(&benchmark.row))
                (floor(&host.history, benchmark))
                (histories(&host.history, benchmark))
                (samples(id, &host.history))
                (functions(id, &host.history))
                (model::models(id, host))
            }
            @for picture in flamegraphs.of(id) {
                details {
                    summary { "Flamegraph: " (picture.title) }
                    div.scroll tabindex="0" role="region" aria-label=(picture.title) {
                        img.flame src=(picture.source) alt=(format!("Flamegraph of {id}: {}", picture.title));
                    }
                }
            }
        }
    }
}

fn about(row: &Benchmark) -> Markup {
    let mut facts = Vec::new();
    if !row.package.is_empty() {
        facts.push(format!("package {}, target {}", row.package, row.target));
    }
    if row.bytes > 0 {
        facts.push(format!("{} an operation", units::size(row.bytes)));
    }
    if row.elements > 1 {
        facts.push(format!("{} elements an operation", row.elements));
    }
    if row.threads > 1 {
        facts.push(format!("{} threads", row.threads));
    }
    if row.revision > 1 {
        facts.push(format!("revision {} of its meaning", row.revision));
    }
    html! { @if !facts.is_empty() { p.dim { (facts.join(" · ")) } } }
}

fn verdicts(id: &str, history: &HostHistory) -> Markup {
    let mut verdicts: Vec<_> = history.latest.verdicts.iter().filter(|verdict| verdict.id == id).collect();
    verdicts.sort_by_key(|verdict| verdict.outcome);
    html! {
        @if !verdicts.is_empty() {
            ul.gates { @for verdict in verdicts {
                li { (cells::outcome(verdict.outcome)) " " (crate::report::compare::verdict_details(verdict)) }
            } }
        }
    }
}

fn metrics(host: &HostPage, benchmark: &BenchmarkHistory) -> Markup {
    let row = &benchmark.row;
    let runs = host.history.runs.len();
    html! {
        div.scroll tabindex="0" role="region" aria-label=(format!("Metrics of {}", row.id)) { table {
            thead { tr {
                th scope="col" { "Metric" } th.n scope="col" { "Value" } th.n scope="col" { "Interval" }
                th scope="col" { "Statistic" } th.n scope="col" { "vs previous" } th.n scope="col" { "vs baseline" }
                th scope="col" { "Trend" }
            } }
            tbody {
                @for (name, metric) in in_order(row) {
                    @let trend = benchmark.trends.get(name);
                    @let baseline = accepted(host, row, name, metric);
                    tr {
                        th scope="row" title=(name) { (cells::heading(name)) }
                        td.n { (units::quantity(metric.value, &metric.unit)) }
                        td.n { @if let Some(interval) = interval(metric) { (interval) } }
                        td.wrap title=(metric.source) {
                            (metric.statistic) @if let Some(n) = metric.n { " of " (n) }
                            (cells::earlier_run(trend, &host.history))
                        }
                        td.n { @if let Some(point) = trend.and_then(Trend::previous) { (cells::change(point.value, metric, name)) } }
                        td.n { @if let Some(value) = baseline { (cells::change(value, metric, name)) } }
                        td {
                            @if let Some(trend) = trend.filter(|trend| trend.points.len() > 1) {
                                @if trend.is_constant() { span.dim { "constant over " (trend.points.len()) " runs" } }
                                @else { (svg::sparkline(trend, runs, &trend_words(trend, name, &metric.unit))) }
                            }
                        }
                    }
                }
            }
        } }
    }
}

/// In the order of table columns; names that have no place there come last.
fn in_order(row: &Benchmark) -> Vec<(&str, &Metric)> {
    let place = |name: &str| METRICS.iter().position(|info| info.name == name).unwrap_or(METRICS.len());
    let mut metrics: Vec<(&str, &Metric)> =
        row.metrics.iter().map(|(name, metric)| (name.as_str(), metric)).collect();
    metrics.sort_by_key(|(name, _)| (place(name), name.to_string()));
    metrics
}

fn interval(metric: &Metric) -> Option<String> {
    let interval = metric.ci?;
    let shown = units::shared(&[interval.low, interval.high], &metric.unit);
    let level =
        if interval.level < 1.0 { format!("{} %", interval.level * 100.0) } else { "extremes".to_owned() };
    Some(format!("{} to {} ({level})", shown[0], shown[1]))
}

/// The accepted value that the metric may be compared with.
fn accepted(host: &HostPage, row: &Benchmark, name: &str, metric: &Metric) -> Option<f64> {
    host.baselines.iter().find_map(|baseline| {
        let accepted = baseline.live(&row.id).filter(|accepted| accepted.revision == row.revision)?;
        accepted.metrics.get(name).filter(|accepted| accepted.comparable(metric)).map(|metric| metric.value)
    })
}

fn witness(row: &Benchmark) -> Markup {
    html! {
        @if row.witness.native.is_some() || row.witness.counted.is_some() {
            p { "Kernel that ran: "
                @if let Some(native) = &row.witness.native { code { (native) } " natively" }
                @if row.witness.native.is_some() && row.witness.counted.is_some() { ", " }
                @if let Some(counted) = &row.witness.counted { code { (counted) } " where it was counted" }
            }
        }
    }
}

fn floor(history: &HostHistory, benchmark: &BenchmarkHistory) -> Markup {
    let row = &benchmark.row;
    let Some(name) = &row.floor else { return html! {} };
    let floor = history.benchmarks.get(name);
    let ratios: Vec<String> = ["cpu_time_ns", "time_ns", "ir"]
        .iter()
        .filter_map(|metric| {
            let ratio = cells::times_floor(benchmark, floor?, metric)?;
            Some(format!("{ratio:.2} × in {}", cells::heading(metric)))
        })
        .collect();
    html! {
        p { "Floor: "
            (cells::link(history, name))
            @if ratios.is_empty() { " (not measured in one run with this)" } @else { ", " (ratios.join(", ")) }
        }
    }
}

/// The leading time and count, and whatever has changed.
fn histories(history: &HostHistory, benchmark: &BenchmarkHistory) -> Markup {
    let row = &benchmark.row;
    let leading = cells::time(row).map(|(name, _)| name);
    let worth = |name: &str, trend: &Trend| {
        trend.points.len() > 1
            && !trend.is_constant()
            && (Some(name) == leading || name == "ir" || !trend.changes.is_empty())
    };
    let follows = |name: &str| {
        matches!(name, "throughput_Bps" | "ops_ps" | "criterion_ns" | "time_ns") && Some(name) != leading
    };
    let drawn = in_order(row).into_iter().filter_map(|(name, metric)| {
        let trend = benchmark.trends.get(name)?;
        (worth(name, trend) && !follows(name)).then_some((name, metric, trend))
    });
    html! { div.charts {
        @for (name, metric, trend) in drawn.take(CHARTS) {
            figure {
                figcaption { (cells::heading(name)) " over " (trend.points.len()) " runs" }
                (history_chart(history, name, metric, trend))
                @if !trend.changes.is_empty() { ul.changes {
                    @for change in &trend.changes {
                        @let (from, to) = (&history.runs[change.after_run], &history.runs[change.run]);
                        @let shown = units::shared(&[change.before, change.after], &metric.unit);
                        li { (to.day()) ": " (shown[0]) " → " (shown[1]) " (" (size(change.before, change.after, &metric.unit)) "), between "
                            code { (revision(&from.run.revision)) } " and " code { (revision(&to.run.revision)) } }
                    }
                } }
                @if !trend.invalidated.is_empty() {
                    p.dim { "× marks " (cells::counted(trend.invalidated.len(), "value")) " that no longer count." }
                }
                @let broken = trend.stretches().count() - 1;
                @if broken > 0 {
                    p.dim { "The line is broken " (cells::counted(broken, "time")) ": the benchmark's meaning, the statistic, the tools or the instruction set changed there, so that the numbers do not compare." }
                }
            }
        }
    } }
}

fn history_chart(history: &HostHistory, name: &str, metric: &Metric, trend: &Trend) -> Markup {
    let day = |run: usize| history.runs.get(run).map_or("", |run| run.day());
    let first = trend.points.first().map_or(0, |point| point.run);
    let text = ChartText {
        label: &trend_words(trend, name, &metric.unit),
        axis: &|value| units::quantity(value, &metric.unit).replace("instructions/op", "instr"),
        ends: [day(first), day(history.runs.len().saturating_sub(1))],
        change: &|before, after| size(before, after, &metric.unit),
    };
    svg::chart(trend, history.runs.len(), &text)
}

fn size(before: f64, after: f64, unit: &str) -> String {
    if before == 0.0 { units::difference(after, unit) } else { units::percent(after / before - 1.0) }
}

fn revision(revision: &str) -> &str {
    match short(revision) {
        "" => "no revision",
        revision => revision,
    }
}

/// Every round of the latest run: extremes, middle half, median.
fn samples(id: &str, history: &HostHistory) -> Markup {
    let Some(rounds) = history.samples.time.get(id) else { return html! {} };
    let rounds: Vec<Vec<f64>> = rounds
        .iter()
        .map(|round| {
            let per_operation = round
                .iter()
                .filter(|(iterations, _)| *iterations > 0.0)
                .map(|(iterations, ns)| ns / iterations);
            let mut values: Vec<f64> = per_operation.filter(|value| value.is_finite()).collect();
            values.sort_by(f64::total_cmp);
            values
        })
        .filter(|round: &Vec<f64>| !round.is_empty())
        .collect();
    let all: Vec<f64> = rounds.iter().flatten().copied().collect();
    if all.is_empty() {
        return html! {};
    }
    let quantile = |share: f64| crate::statistics::quantile(&all, share);
    let shown = units::shared(&[quantile(0.0), quantile(0.5), quantile(1.0)], "ns");
    let label = format!(
        "{} in {}: least {}, median {}, greatest {}",
        cells::counted(all.len(), "sample"),
        cells::counted(rounds.len(), "round"),
        shown[0],
        shown[1],
        shown[2]
    );
    html! {
        details {
            summary { "Samples of the latest run: " (label) }
            (svg::distribution(&rounds, &label, &|value| units::quantity(value, "ns")))
            p.dim { "Wall time an operation, a row a round: the line reaches from the least to the greatest sample, the box holds the middle half, the tick is the median." }
        }
    }
}

fn functions(id: &str, history: &HostHistory) -> Markup {
    let Some(functions) = history.samples.functions.get(id).filter(|functions| !functions.is_empty()) else {
        return html! {};
    };
    let total: f64 = functions.values().sum();
    let mut functions: Vec<(&String, &f64)> = functions.iter().collect();
    functions.sort_by(|a, b| b.1.total_cmp(a.1).then(a.0.cmp(b.0)));
    html! {
        details {
            summary { "Functions by instructions of their own" }
            div.scroll tabindex="0" role="region" aria-label="Functions" { table {
                thead { tr { th scope="col" { "Function" } th.n scope="col" { "Instructions/op" } th.n scope="col" { "Share" } } }
                tbody { @for (name, cost) in functions.iter().take(FUNCTIONS) {
                    tr { th scope="row" { code { (name) } } td.n { (units::count(**cost)) }
                        td.n { @if total > 0.0 { (format!("{:.0} %", **cost / total * 100.0)) } } }
                } }
            } }
            @if functions.len() > FUNCTIONS { p.dim { "and " (functions.len() - FUNCTIONS) " more" } }
        }
    }
}
