//! An interleaved comparison: the verdict of each benchmark first, then its ratio, its counts and why.

use std::collections::BTreeMap;

use super::{Cell, Column, Emphasis, Lines, Table, Terminal, units};
use crate::{
    ab::{Change, Estimate, Judgement, rule::EXTENSION},
    compare::{self, State},
    format::{AbReport, Compared, Finding, ProblemKind, metric_info},
};

/// Stolen CPU time from which on it is worth saying.
const STEAL_SHOWN: f64 = 0.01;

/// How many ids a summary names before it only counts.
const NAMED: usize = 3;

/// For a terminal or a pipe.
pub fn ab_text(report: &AbReport, terminal: &Terminal) -> String {
    let mut lines = head(report);
    for row in report.benchmarks.iter().filter(|row| !is_summed_up(row)) {
        lines.push(emphasis(row.finding), headline(row));
        for (feeling, detail) in details(row) {
            lines.0.push(super::Line { text: format!("    {detail}"), emphasis: feeling });
        }
    }
    lines.0.extend(foot(report).0);
    lines.text(terminal)
}

/// For a document or a comment: a table, and below it what explains its rows.
pub fn ab_markdown(report: &AbReport) -> String {
    let told: Vec<&Compared> = report.benchmarks.iter().filter(|row| !is_summed_up(row)).collect();
    let cell = |text: String| Cell::plain(text);
    let row = |row: &&Compared| {
        let judged = row.time.as_ref().and_then(|time| time.judged.as_ref());
        let wall = row.time.as_ref().and_then(|time| time.wall.as_ref());
        let shown = |estimate: Option<&Estimate>| estimate.map(ratio).unwrap_or_default();
        vec![
            Cell::with(format!("{} {}", row.finding.glyph(), row.finding.word()), emphasis(row.finding)),
            cell(row.id.clone()),
            cell(judged.map(times).unwrap_or_default()),
            cell(shown(judged)),
            cell(shown(wall)),
            cell(counts(row).join(", ")),
        ]
    };
    let columns =
        ["verdict", "benchmark", "time judged", "change", "wall time beside it", "counts that moved"];
    let table = Table {
        title: String::new(),
        columns: columns.into_iter().map(Column::left).collect(),
        rows: told.iter().map(row).collect(),
    };
    let mut why = Lines::default();
    for row in &told {
        let notes: Vec<String> =
            explanations(row).into_iter().chain(functions(row)).map(|(_, text)| text).collect();
        if !notes.is_empty() {
            why.push(Emphasis::Plain, format!("{}: {}", row.id, notes.join("; ")));
        }
    }
    why.0.extend(foot(report).0);
    let table = if told.is_empty() { String::new() } else { table.markdown() + "\n" };
    format!("{}\n{table}{}", head(report).markdown(), why.markdown())
}

/// What an outcome feels like.
fn emphasis(finding: Finding) -> Emphasis {
    match finding {
        Finding::Worse => Emphasis::Bad,
        Finding::CannotTell | Finding::NotComparable => Emphasis::Caution,
        Finding::Better | Finding::Unchanged => Emphasis::Good,
        Finding::CannotHaveChanged => Emphasis::Dim,
    }
}

fn head(report: &AbReport) -> Lines {
    let mut lines = Lines::default();
    if let (Some(a), Some(b)) = (&report.a, &report.b) {
        lines.push(Emphasis::Plain, format!("A {}  against  B {}", a.label, b.label));
    }
    let mut parts = Vec::new();
    parts.extend(report.host.as_ref().map(|host| format!("host {}  isa {}", host.profile, host.isa)));
    parts.extend(report.cpu.map(|cpu| format!("pinned to CPU {cpu}")));
    let length = report.round_milliseconds.map(|ms| format!(" of {ms} ms")).unwrap_or_default();
    let last_look = EXTENSION * report.first_look;
    parts.push(format!("{} rounds{length}, where they do not tell {last_look}", report.first_look));
    parts.push(format!("gate: at most {} time", units::percent(report.max_worsening)));
    lines.push(Emphasis::Plain, parts.join("  "));
    let steal = report.environment.as_ref().and_then(|guard| guard.steal);
    if let Some(steal) = steal.filter(|steal| *steal >= STEAL_SHOWN) {
        let share = units::percent(steal);
        let share = share.trim_start_matches('+');
        lines.push(Emphasis::Caution, format!("noisy: the hypervisor took away {share} of the CPU time"));
    }
    if report.partial {
        lines.push(Emphasis::Caution, "partial: interrupted; verdicts are of the rounds that were complete");
    }
    lines
}

/// `✗ WORSE net/seal/64  CPU time 100 -> 106 ns  +6.0 % [+5.8 %, +6.3 %]`.
fn headline(row: &Compared) -> String {
    let mut parts = vec![format!("{} {} {}", row.finding.glyph(), row.finding.word(), row.id)];
    if let Some((time, judged)) = row.time.as_ref().and_then(|time| Some((time, time.judged.as_ref()?))) {
        parts.push(format!("{} {}  {}", time.basis, times(judged), ratio(judged)));
    }
    if !row.note.is_empty() {
        parts.push(format!("({})", row.note));
    }
    parts.join("  ")
}

fn times(estimate: &Estimate) -> String {
    units::change(Some(estimate.a_ns), Some(estimate.b_ns), "ns")
}

/// `+6.0 % [+5.8 %, +6.3 %]`.
fn ratio(estimate: &Estimate) -> String {
    let percent = |ratio: f64| units::percent(ratio - 1.0);
    let (low, high) = (percent(estimate.interval.low), percent(estimate.interval.high));
    format!("{} [{low}, {high}]", percent(estimate.ratio))
}

fn details(row: &Compared) -> Vec<(Emphasis, String)> {
    let mut details = Vec::new();
    if let Some(wall) = row.time.as_ref().and_then(|time| time.wall.as_ref()) {
        details.push((Emphasis::Dim, format!("wall time {}  {}", times(wall), ratio(wall))));
    }
    let counted = counts(row);
    if !counted.is_empty() {
        let worse = row.counts.iter().any(|change| change.state == State::Worse);
        let feeling = if worse { Emphasis::Caution } else { Emphasis::Plain };
        details.push((feeling, counted.join("  ")));
    } else if !row.counts.is_empty() {
        details.push((Emphasis::Dim, format!("{} counts, none moved", row.counts.len())));
    }
    details.extend(functions(row));
    details.extend(explanations(row));
    details
}

/// Every count that is not the same, with the exact difference.
fn counts(row: &Compared) -> Vec<String> {
    let moved = row.counts.iter().filter(|change| change.before != change.after);
    moved.map(count).collect()
}

fn count(change: &compare::Change) -> String {
    let name = metric_info(&change.metric).map_or(change.metric.as_str(), |info| info.heading);
    let values = units::change(change.before, change.after, &change.unit);
    let mark = match change.state {
        State::Worse => " ✗ worse",
        State::Better => " ↑ better",
        State::Incomparable => " ? not comparable",
        State::New | State::Vanished | State::Same => "",
    };
    let by = match (change.before, change.after) {
        (Some(before), Some(after)) if before != 0.0 => format!(" {}", units::percent(after / before - 1.0)),
        _ => String::new(),
    };
    format!("{name} {values}{by}{mark}")
}

fn functions(row: &Compared) -> Option<(Emphasis, String)> {
    let moved = row.functions.iter().map(|(name, before, after)| {
        format!("{name} {}", units::difference(after - before, "instructions/op"))
    });
    let moved: Vec<String> = moved.collect();
    (!moved.is_empty()).then(|| (Emphasis::Dim, format!("functions that moved: {}", moved.join(", "))))
}

/// Why it cannot be told, and what else the judge noticed.
fn explanations(row: &Compared) -> Vec<(Emphasis, String)> {
    let Some(time) = &row.time else { return Vec::new() };
    let reasons = time.reasons.iter().map(|reason| (Emphasis::Caution, reason.to_string()));
    let notes = time.notes.iter().map(|note| (Emphasis::Dim, note.clone()));
    reasons.chain(notes).chain(certainty(time)).collect()
}

fn certainty(time: &Judgement) -> Option<(Emphasis, String)> {
    let certain = matches!(time.verdict, Change::Worse | Change::Better);
    certain.then(|| {
        let rank = time.rank_p.map_or(String::new(), |p| format!("; Mann-Whitney p = {p:.1e}"));
        let text = format!(
            "{} rounds, p = {:.1e} corrected for both looks and all benchmarks{rank}",
            time.rounds, time.p_adjusted
        );
        (Emphasis::Dim, text)
    })
}

/// Executables that are the same get one line each, not one for each of their benchmarks.
fn is_summed_up(row: &Compared) -> bool {
    row.finding == Finding::CannotHaveChanged
}

fn foot(report: &AbReport) -> Lines {
    let mut lines = Lines::default();
    let mut same: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for row in report.benchmarks.iter().filter(|row| is_summed_up(row)) {
        same.entry((&row.executable, &row.note)).or_default().push(&row.id);
    }
    for ((executable, note), ids) in same {
        let finding = Finding::CannotHaveChanged;
        let text = format!("{} {} {executable}: {note}; {}", finding.glyph(), finding.word(), named(&ids));
        lines.push(emphasis(finding), text);
    }
    for (glyph, word, ids) in [('+', "new", &report.new), ('∅', "vanished", &report.vanished)] {
        if !ids.is_empty() {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            lines.push(Emphasis::Caution, format!("{glyph} {word}: {}", named(&ids)));
        }
    }
    for problem in &report.problems {
        let (feeling, word) = match problem.kind {
            ProblemKind::Skipped => (Emphasis::Dim, "- skipped"),
            ProblemKind::WrongAnswer => (Emphasis::Bad, "✗ WRONG ANSWER"),
            ProblemKind::BuildFailed => (Emphasis::Bad, "✗ BUILD FAILED"),
            ProblemKind::ToolFailed => (Emphasis::Bad, "✗ TOOL FAILED"),
        };
        lines.push(feeling, format!("{word} {}: {}", problem.subject, problem.message));
    }
    lines.push(Emphasis::Plain, totals(report));
    lines
}

/// `12 benchmarks: 1 ✗ WORSE, 11 ✓ unchanged`.
fn totals(report: &AbReport) -> String {
    let mut by_finding: BTreeMap<Finding, usize> = BTreeMap::new();
    for row in &report.benchmarks {
        *by_finding.entry(row.finding).or_default() += 1;
    }
    let counts =
        by_finding.iter().map(|(finding, count)| format!("{count} {} {}", finding.glyph(), finding.word()));
    let counts: Vec<String> = counts.collect();
    let plural = if report.benchmarks.len() == 1 { "" } else { "s" };
    let all = format!("{} benchmark{plural}", report.benchmarks.len());
    if counts.is_empty() { all } else { format!("{all}: {}", counts.join(", ")) }
}

fn named(ids: &[&str]) -> String {
    let shown = ids.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match ids.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
