//! Verdicts in lines: what broke stands first and alone, what held is one line.

use std::collections::BTreeMap;

use super::{Emphasis, Lines, units};
use crate::format::{Outcome, Verdict};

/// How many ids a summary names before it only counts.
const NAMED: usize = 3;

/// Failures first, a line each; held, new, skipped and informational verdicts are summed up.
pub fn verdict_lines(verdicts: &[Verdict]) -> Lines {
    let mut lines = Lines::default();
    let mut told: Vec<&Verdict> = verdicts.iter().filter(|verdict| is_told(verdict.outcome)).collect();
    told.sort_by_key(|verdict| verdict.outcome);
    for verdict in told {
        lines.push(emphasis(verdict.outcome), line(verdict));
    }
    let of = |outcome: Outcome| verdicts.iter().filter(move |verdict| verdict.outcome == outcome);
    for outcome in [Outcome::Held, Outcome::Informational] {
        summarise_changes(&mut lines, outcome, &of(outcome).collect::<Vec<_>>());
    }
    for outcome in [Outcome::New, Outcome::Skipped] {
        summarise_notes(&mut lines, outcome, of(outcome));
    }
    lines
}

/// One verdict in words: glyph, word, id, metric, change, gate, note.
pub fn line(verdict: &Verdict) -> String {
    let mut parts = vec![format!("{} {} {}", verdict.outcome.glyph(), verdict.outcome.word(), verdict.id)];
    if let Some(value) = verdict.value {
        parts.push(format!("{} {}", verdict.metric, numbers(verdict, value)));
        parts.extend(relative_change(verdict).map(units::percent));
    } else if !verdict.metric.is_empty() {
        parts.push(verdict.metric.clone());
    }
    if !verdict.rule.is_empty() {
        parts.push(format!("gate: {}", verdict.rule));
    }
    if !verdict.note.is_empty() {
        parts.push(format!("({})", verdict.note));
    }
    parts.join("  ")
}

/// What an outcome feels like.
pub fn emphasis(outcome: Outcome) -> Emphasis {
    match outcome {
        Outcome::Failed | Outcome::Wrong | Outcome::Missing => Emphasis::Bad,
        Outcome::Suspect | Outcome::Inconclusive | Outcome::Warned | Outcome::Waived => Emphasis::Caution,
        Outcome::Improved | Outcome::Held => Emphasis::Good,
        Outcome::New | Outcome::Skipped | Outcome::Informational => Emphasis::Dim,
    }
}

/// The change from an earlier number of the same thing, as a fraction; `None` where there is none or it is zero.
pub fn relative_change(verdict: &Verdict) -> Option<f64> {
    let (value, reference) = (verdict.value?, verdict.reference?);
    (is_change(verdict) && reference != 0.0).then(|| value / reference - 1.0)
}

/// Whether the reference is an earlier number of the same thing, and not a limit or another benchmark. Tolerances
/// say `exact` or `at most +…`; no other rule does.
pub fn is_change(verdict: &Verdict) -> bool {
    verdict.rule == "exact" || verdict.rule.starts_with("at most +")
}

/// `1412 -> 1431 instructions/op`, or `1431 instructions/op against 900 instructions/op`.
fn numbers(verdict: &Verdict, value: f64) -> String {
    match verdict.reference {
        Some(reference) if !is_change(verdict) => {
            let shown = units::shared(&[value, reference], &verdict.unit);
            shown.join(" against ")
        }
        reference => units::change(reference, Some(value), &verdict.unit),
    }
}

fn is_told(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Held | Outcome::Informational | Outcome::New | Outcome::Skipped)
}

/// `✓ held 42  largest change +0.3 % ir of net_encryption/encrypt/64`.
fn summarise_changes(lines: &mut Lines, outcome: Outcome, verdicts: &[&Verdict]) {
    if verdicts.is_empty() {
        return;
    }
    let changes = verdicts.iter().filter_map(|verdict| Some((relative_change(verdict)?, *verdict)));
    let largest = changes.max_by(|(a, _), (b, _)| a.abs().total_cmp(&b.abs()));
    let largest = match largest {
        Some((change, verdict)) if change != 0.0 => {
            format!("  largest change {} {} of {}", units::percent(change), verdict.metric, verdict.id)
        }
        Some(_) => "  none changed".to_owned(),
        None => String::new(),
    };
    let count = verdicts.len();
    lines.push(emphasis(outcome), format!("{} {} {count}{largest}", outcome.glyph(), outcome.word()));
}

/// One line per reason: `- skipped 3  needs 8 cores: a, b, c`.
fn summarise_notes<'a>(lines: &mut Lines, outcome: Outcome, verdicts: impl Iterator<Item = &'a Verdict>) {
    let mut by_note: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for verdict in verdicts {
        by_note.entry(&verdict.note).or_default().push(&verdict.id);
    }
    for (note, mut ids) in by_note {
        let count = ids.len();
        ids.dedup();
        let named = ids.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let rest = if ids.len() > NAMED { ", …" } else { "" };
        let note = if note.is_empty() { String::new() } else { format!("{note}: ") };
        lines.push(
            emphasis(outcome),
            format!("{} {} {count}  {note}{named}{rest}", outcome.glyph(), outcome.word()),
        );
    }
}
