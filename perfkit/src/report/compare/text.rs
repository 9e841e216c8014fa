//! The same comparison for a terminal or a pipe.

use super::{
    Comparison, Whole,
    markdown::{cells, label, one_sided, same_summary},
    verdict_details,
};
use crate::{
    format::{ProblemKind, metric_info},
    render::{Cell, Column, Emphasis, Lines, Table, Terminal, verdict_lines, verdicts::emphasis},
};

/// Verdict, table, what stayed, what to keep in mind, where it comes from.
pub fn render_text(comparison: &Comparison, max_rows: usize, terminal: &Terminal) -> String {
    let (headline, mut text) = (&comparison.headline, String::new());
    let mood = match headline.glyph {
        '✗' | '∅' => Emphasis::Bad,
        '?' | '!' => Emphasis::Caution,
        '✓' | '↑' => Emphasis::Good,
        _ => Emphasis::Plain,
    };
    let mut lines = Lines::default();
    lines.push(mood, format!("{} {}: {}", headline.glyph, headline.word, headline.text));
    lines.push(Emphasis::Plain, format!("{} against {}", comparison.after, comparison.before));
    for problem in &comparison.problems {
        let (word, mood) = match problem.kind {
            ProblemKind::WrongAnswer => ("✗ WRONG ANSWER", Emphasis::Bad),
            ProblemKind::BuildFailed => ("✗ BUILD FAILED", Emphasis::Bad),
            ProblemKind::ToolFailed => ("✗ TOOL FAILED", Emphasis::Bad),
            ProblemKind::Skipped => ("- skipped (not a pass)", Emphasis::Dim),
        };
        lines.push(mood, format!("{word} {}: {}", problem.subject, problem.message));
    }
    for verdict in &comparison.gates {
        let (glyph, word) = (verdict.outcome.glyph(), verdict.outcome.word());
        lines.push(
            emphasis(verdict.outcome),
            format!("{glyph} {word} {}  {}", verdict.id, verdict_details(verdict)),
        );
    }
    text += &lines.text(terminal);
    text += &table(comparison, max_rows, terminal);
    let mut lines = Lines::default();
    if let Some(summary) = same_summary(comparison) {
        lines.push(Emphasis::Good, format!("✓ {summary}"));
    }
    for sentence in one_sided(comparison) {
        lines.push(Emphasis::Dim, sentence);
    }
    lines.0.extend(verdict_lines(&comparison.skipped).0);
    for note in &comparison.notes {
        lines.push(Emphasis::Caution, format!("! {note}"));
    }
    for line in &comparison.provenance {
        lines.push(Emphasis::Dim, line);
    }
    text + &lines.text(terminal)
}

fn table(comparison: &Comparison, max_rows: usize, terminal: &Terminal) -> String {
    let whole = |whole: &Whole, word: &str, is_new: bool| {
        let figures = Cell::plain(whole.figures.join(", "));
        let (before, after) = if is_new { (Cell::default(), figures) } else { (figures, Cell::default()) };
        vec![Cell::plain(&whole.id), Cell::default(), before, after, Cell::default(), Cell::plain(word)]
    };
    let changed = comparison.rows.iter().map(|row| {
        let (before, after, delta) = cells(row);
        let (word, bad) = label(row);
        let note = if row.note.is_empty() { String::new() } else { format!(" ({})", row.note) };
        vec![
            Cell::plain(&row.id),
            Cell::plain(metric_info(&row.metric).map_or(row.metric.as_str(), |info| info.heading)),
            Cell::plain(before),
            Cell::plain(after),
            Cell::plain(delta),
            Cell::with(word + &note, if bad { Emphasis::Bad } else { Emphasis::Plain }),
        ]
    });
    let new = comparison.new.iter().map(|one| whole(one, "+ new", true));
    let gone = comparison.vanished.iter().map(|one| whole(one, "∅ vanished", false));
    let mut rows: Vec<_> = changed.chain(new).chain(gone).collect();
    if rows.is_empty() {
        return String::new();
    }
    let total = rows.len();
    rows.truncate(max_rows);
    let shown = rows.len();
    let columns = vec![
        Column::left("benchmark"),
        Column::left("metric"),
        Column::right("before"),
        Column::right("after"),
        Column::right("delta"),
        Column::left("verdict"),
    ];
    let text = Table { title: String::new(), columns, rows }.text(terminal);
    if shown == total {
        return text;
    }
    let rest = total - shown;
    format!("{text}{rest} of {total} changed rows are not shown; {} shows all\n", comparison.show_all)
}
