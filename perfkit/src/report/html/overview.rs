//! A host's overview: its newest run, what the gates say, what changed, and the table of all benchmarks.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{
    HostPage,
    anchor::anchor,
    cells,
    history::{BenchmarkHistory, HostHistory},
    order::natural,
    svg::sparkline,
};
use crate::{
    compare::State,
    format::{Mode, Outcome, ProblemKind, Run, Verdict},
    render::{
        header::{isa, machine, valgrind},
        units,
    },
    report::compare::{Comparison, Row, one_sided, row_cells, row_label},
    workspace::revision::short,
};

/// Changed rows shown of each comparison; the sections show all.
const CHANGED_SHOWN: usize = 40;
/// Problems shown.
const PROBLEMS_SHOWN: usize = 40;

/// Where a host's overview stands.
pub fn host_anchor(host: &HostPage) -> String {
    anchor("h", &host.history.title)
}

/// The overview.
pub fn overview(host: &HostPage) -> Markup {
    let history = &host.history;
    let run = &history.latest;
    let since = host.since_previous.as_ref();
    html! {
        section.host id=(host_anchor(host)) {
            h2 { "Host " (history.title) }
            (facts(run, history.runs.len()))
            @for why in &history.invalidated { p.notice { "! taken back: " (why) } }
            (verdicts(history, &host.against_baseline))
            (problems(run))
            (changed(history, "Against the baseline", &host.against_baseline))
            @match since {
                Some(since) => (changed(history, "Since the run before", since)),
                None => p.dim { "There is no earlier run to compare with." },
            }
            (table(host))
        }
    }
}

fn facts(run: &Run, runs: usize) -> Markup {
    let provenance = &run.provenance;
    let revision = match short(&provenance.revision) {
        "" => "none",
        revision => revision,
    };
    let rustc = run.toolchain.rustc.lines().next().unwrap_or_default();
    let mut marks = Vec::new();
    marks.extend(provenance.dirty.then_some("dirty: uncommitted changes"));
    marks.extend((provenance.mode == Mode::Quick).then_some("quick: one short round"));
    marks.extend(provenance.partial.then_some("partial: interrupted"));
    let cores = cells::counted(run.host.fingerprint.cores as usize, "core");
    let facts = [
        ("Machine", format!("{}, {cores}", machine(run))),
        ("Instruction set", isa(run)),
        (
            "Latest run",
            format!("{} of {}", run.id, provenance.started.replace('T', " ").replace('Z', " UTC")),
        ),
        ("Revision", revision.to_owned()),
        ("Rounds", provenance.rounds.to_string()),
        ("Tools", format!("{rustc}, {}", valgrind(run))),
        ("Runs shown", runs.to_string()),
    ];
    html! {
        dl.facts {
            @for (name, value) in &facts {
                @if !value.is_empty() { div { dt { (name) } dd { (value) } } }
            }
        }
        @for mark in marks { p.notice { "! " (mark) } }
    }
}

/// One tag per outcome, the gravest first; silence is not green.
fn verdicts(history: &HostHistory, comparison: &Comparison) -> Markup {
    let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
    for verdict in &history.latest.verdicts {
        *counts.entry(verdict.outcome).or_default() += 1;
    }
    let headline = &comparison.headline;
    html! {
        p class={ "headline " (mood(headline.glyph)) } {
            strong { (headline.glyph) " " (headline.word) } " "
            @if counts.is_empty() { (headline.text) }
            @for (outcome, count) in &counts {
                " "
                span class={ "tag " (cells::tone(*outcome)) } {
                    (outcome.glyph()) " " (count) " " (outcome.word())
                    @if *outcome == Outcome::Skipped { " (not a pass)" }
                }
            }
        }
        @if counts.is_empty() {
            p.dim { "No gate judged this run; " code { "perfkit gate" } " does." }
        }
        @if !comparison.gates.is_empty() { ul.gates {
            @for verdict in comparison.gates.iter().take(CHANGED_SHOWN) {
                li { (verdict_line(history, verdict)) }
            }
        } }
    }
}

/// What the verdict's glyph feels like, a class of the style sheet.
fn mood(glyph: char) -> &'static str {
    match glyph {
        '✗' | '∅' => "bad",
        '✓' | '↑' => "good",
        '?' | '!' => "caution",
        _ => "dim",
    }
}

/// A verdict that is no change of a number, in words.
fn verdict_line(history: &HostHistory, verdict: &Verdict) -> Markup {
    html! {
        (cells::outcome(verdict.outcome)) " "
        (cells::link(history, &verdict.id)) " "
        (crate::report::compare::verdict_details(verdict))
    }
}

fn problems(run: &Run) -> Markup {
    let word = |kind: ProblemKind| match kind {
        ProblemKind::WrongAnswer => ("bad", "✗ WRONG ANSWER"),
        ProblemKind::BuildFailed => ("bad", "✗ BUILD FAILED"),
        ProblemKind::ToolFailed => ("bad", "✗ TOOL FAILED"),
        ProblemKind::Skipped => ("dim", "- skipped (not a pass)"),
    };
    let mut problems: Vec<_> = run.problems.iter().collect();
    problems.sort_by_key(|problem| {
        (problem.kind == ProblemKind::Skipped, problem.kind != ProblemKind::WrongAnswer)
    });
    html! {
        @if !problems.is_empty() {
            ul.gates {
                @for problem in problems.iter().take(PROBLEMS_SHOWN) {
                    @let (class, word) = word(problem.kind);
                    li { span class={ "tag " (class) } { (word) } " " strong { (problem.subject) } ": " (problem.message) }
                }
                @if problems.len() > PROBLEMS_SHOWN { li { "and " (problems.len() - PROBLEMS_SHOWN) " more" } }
            }
        }
    }
}

/// The changed rows of a comparison, the gravest first.
fn changed(history: &HostHistory, title: &str, comparison: &Comparison) -> Markup {
    let rows = &comparison.rows;
    let quiet = rows.is_empty() && comparison.new.is_empty() && comparison.vanished.is_empty();
    html! {
        h3 { (title) }
        p.dim { (comparison.after) " against " (comparison.before) ": " (comparison.headline.text) "." }
        // Where nothing was compared, nothing has held.
        @if quiet && !comparison.same.is_empty() { p { "✓ Nothing changed beyond its tolerance." } }
        @if !rows.is_empty() {
            div.scroll tabindex="0" role="region" aria-label=(title) { table.changed {
                thead { tr {
                    th scope="col" { "Benchmark" } th scope="col" { "Metric" }
                    th.n.m scope="col" { "Before" } th.n.m scope="col" { "After" } th.n scope="col" { "Delta" }
                    th scope="col" { "Verdict" }
                } }
                tbody { @for row in rows.iter().take(CHANGED_SHOWN) { (changed_row(history, row)) } }
            } }
            @if rows.len() > CHANGED_SHOWN {
                p { (rows.len() - CHANGED_SHOWN) " of " (rows.len()) " changed rows are not shown here; "
                    code { (comparison.show_all) } " shows all." }
            }
        }
        @for (word, list) in [("+ new", &comparison.new), ("∅ vanished", &comparison.vanished)] {
            @if !list.is_empty() {
                p { (word) " (" (list.len()) "): "
                    @for (index, one) in list.iter().take(CHANGED_SHOWN).enumerate() {
                        @if index > 0 { ", " }
                        (cells::link(history, &one.id))
                    }
                    @if list.len() > CHANGED_SHOWN { ", and " (list.len() - CHANGED_SHOWN) " more" }
                }
            }
        }
        @for sentence in one_sided(comparison) { p.dim { (sentence) } }
        @for note in &comparison.notes { p.notice { "! " (note) } }
    }
}

fn changed_row(history: &HostHistory, row: &Row) -> Markup {
    let (before, after, delta) = row_cells(row);
    let (label, bad) = row_label(row);
    let class = match row.state {
        State::Worse if bad => "worse",
        State::Better => "better",
        _ => "same",
    };
    html! {
        tr {
            th scope="row" { (cells::link(history, &row.id)) }
            td { (cells::heading(&row.metric)) }
            td.n.m { (before) } td.n.m { (after) } td class={ "n " (class) } { (delta) }
            td.wrap { span class=(class) { (label) } @if !row.note.is_empty() { " (" (row.note.replace(" %", "\u{a0}%")) ")" } }
        }
    }
}

/// All benchmarks. The script finds numbers to sort by in `data-v`.
fn table(host: &HostPage) -> Markup {
    let history = &host.history;
    let mut verdicts: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
    for verdict in &history.latest.verdicts {
        verdicts.entry(&verdict.id).or_default().push(verdict);
    }
    let latest = history.last;
    let mut rows: Vec<(&String, &BenchmarkHistory)> = history.benchmarks.iter().collect();
    rows.sort_by(|a, b| natural(a.0, b.0));
    html! {
        h3 { "All benchmarks" }
        div.scroll tabindex="0" role="region" aria-label=(format!("All benchmarks of {}", history.title)) {
            table.all {
                thead { tr {
                    th scope="col" { "Benchmark" }
                    th scope="col" { "Verdict" }
                    th.n scope="col" { "Time" }
                    th.n scope="col" { "Change" }
                    th scope="col" { "Trend" }
                    th.n scope="col" { "Instr/op" }
                    th.n scope="col" { "Change" }
                    th scope="col" { "Trend" }
                    th.n scope="col" { "Allocs/op" }
                    th.n scope="col" { "× floor" }
                } }
                tbody {
                    @for (id, benchmark) in &rows {
                        @let gravest = cells::gravest(verdicts.get(id.as_str()).into_iter().flatten().copied());
                        @let newest = benchmark.trends.values().filter_map(|trend| trend.newest()).map(|point| point.run).max();
                        tr {
                            th scope="row" { (cells::link(history, id)) }
                            td data-v=(gravest.map_or(99, |verdict| verdict.outcome as u8)) {
                                @match gravest {
                                    Some(verdict) => (cells::outcome(verdict.outcome)),
                                    None if newest != Some(latest) => span.dim { "not in the latest run" },
                                    None => span.dim { "not judged" },
                                }
                            }
                            @match cells::time(&benchmark.row) {
                                Some((name, _)) => (metric_cells(history, benchmark, name)),
                                None => { td {} td {} td {} }
                            }
                            (metric_cells(history, benchmark, "ir"))
                            (count(history, benchmark, "allocs_per_op"))
                            (floor(host, benchmark))
                        }
                    }
                }
            }
        }
    }
}

/// Value, change since the run before, trend.
fn metric_cells(history: &HostHistory, benchmark: &BenchmarkHistory, name: &str) -> Markup {
    let runs = history.runs.len();
    let (Some(metric), Some(trend)) = (benchmark.row.metrics.get(name), benchmark.trends.get(name)) else {
        return html! { td {} td {} td {} };
    };
    // The column's head names the unit of instructions.
    let value =
        if name == "ir" { units::count(metric.value) } else { units::quantity(metric.value, &metric.unit) };
    let earlier = trend.previous();
    let share = earlier.filter(|point| point.value != 0.0).map(|point| metric.value / point.value - 1.0);
    html! {
        td.n data-v=(metric.value) {
            (value)
            @if metric.statistic == "first_call" { " " small { "(first call)" } }
            @if let Some(spread) = cells::spread(metric) { " " small { (spread) } }
            (cells::earlier_run(Some(trend), history))
        }
        td.n data-v=[share] {
            @if let Some(point) = earlier { (cells::change(point.value, metric, name)) }
        }
        td { @if trend.points.len() > 1 { (sparkline(trend, runs, &trend_words(trend, name, &metric.unit))) } }
    }
}

/// A trend in words: `time over 50 runs, least 222 ns, greatest 262 ns, 1 change`.
pub fn trend_words(trend: &super::trend::Trend, name: &str, unit: &str) -> String {
    let (low, high) = trend.range();
    let range = units::shared(&[low, high], unit);
    let runs = trend.points.len();
    let heading = cells::heading(name);
    if low == high {
        return format!("{heading} over {runs} runs: constant");
    }
    let changes = match trend.changes.len() {
        0 => String::new(),
        count => format!(", {}", cells::counted(count, "lasting change")),
    };
    format!("{heading} over {runs} runs: least {}, greatest {}{changes}", range[0], range[1])
}

fn count(history: &HostHistory, benchmark: &BenchmarkHistory, name: &str) -> Markup {
    let metric = benchmark.row.metrics.get(name);
    html! {
        @match metric {
            Some(metric) => td.n data-v=(metric.value) {
                (units::count(metric.value)) (cells::earlier_run(benchmark.trends.get(name), history))
            },
            None => td {},
        }
    }
}

fn floor(host: &HostPage, benchmark: &BenchmarkHistory) -> Markup {
    let row = &benchmark.row;
    let floor = row.floor.as_ref().and_then(|floor| host.history.benchmarks.get(floor));
    let ratio = floor.and_then(|floor| {
        let (name, _) = cells::time(row)?;
        cells::times_floor(benchmark, floor, name).or_else(|| cells::times_floor(benchmark, floor, "ir"))
    });
    html! {
        @match ratio {
            Some(ratio) => td.n data-v=(ratio) { (format!("{ratio:.2} ×")) },
            None => td {},
        }
    }
}
