//! The comment in Markdown, within GitHub's limit. Names and tools' words stand in code spans, so that nothing in them
//! becomes markup, a mention or a link.

use super::{Comparison, Row, Standing, verdict_details};
use crate::{
    compare::State,
    format::{ProblemKind, metric_info},
    render::{lines::escape, units, verdict_lines},
};

/// GitHub takes 65 536 characters; bytes are never fewer than characters.
pub const COMMENT_LIMIT_BYTES: usize = 65_000;

/// Bytes shown of an id, a note, a message, a function's name.
const ID_SHOWN: usize = 160;
const NOTE_SHOWN: usize = 200;
const MESSAGE_SHOWN: usize = 400;
/// Gates and problems told one by one, notes beside them, and metrics in the summary of what stayed.
const LINES_SHOWN: usize = 20;
const NOTES_SHOWN: usize = 10;
const METRICS_SHOWN: usize = 40;

/// The comment: `marker` names it for updating in place, `max_rows` limits the table.
pub fn render_comment(comparison: &Comparison, marker: &str, max_rows: usize) -> String {
    let head = head(comparison, marker);
    let tail = format!("{}{}", tail(comparison), footer(comparison));
    let mut room = COMMENT_LIMIT_BYTES.saturating_sub(head.len() + tail.len());
    let table = table(comparison, max_rows, room);
    room = room.saturating_sub(table.len());
    let functions = functions(comparison, room);
    format!("{head}{table}{functions}{tail}")
}

/// Marker, verdict, sides, wrong answers, broken gates.
fn head(comparison: &Comparison, marker: &str) -> String {
    let headline = &comparison.headline;
    let mut text = format!(
        "<!-- {marker} -->\n**{} {}**: {}\n\n{} against {}\n",
        headline.glyph,
        plain(&headline.word),
        plain(&headline.text),
        code(&comparison.after, ID_SHOWN),
        code(&comparison.before, NOTE_SHOWN)
    );
    let wrong = comparison.problems.iter().filter(|problem| problem.kind == ProblemKind::WrongAnswer);
    let wrong = wrong.map(|problem| {
        let message = code(&problem.message, MESSAGE_SHOWN);
        format!("**✗ WRONG ANSWER** {}: {message}", code(&problem.subject, ID_SHOWN))
    });
    text += &list(wrong.collect(), LINES_SHOWN);
    let gates = comparison.gates.iter().map(|verdict| {
        let (glyph, word) = (verdict.outcome.glyph(), verdict.outcome.word());
        let details = plain(&cut(&verdict_details(verdict), MESSAGE_SHOWN));
        format!("**{glyph} {word}** {} {details}", code(&verdict.id, ID_SHOWN))
    });
    text + &list(gates.collect(), LINES_SHOWN)
}

/// The changed rows, as many as `max_rows` and `room` allow, and a sentence about the rest.
fn table(comparison: &Comparison, max_rows: usize, room: usize) -> String {
    let rows = table_rows(comparison);
    if rows.is_empty() {
        return String::new();
    }
    let mut text = "\n| Benchmark | Metric | Before | After | Delta | Verdict |\n\
                    | --- | --- | ---: | ---: | ---: | --- |\n"
        .to_owned();
    let total = rows.len();
    let sentence = |shown: usize| {
        format!(
            "\n{} of {total} changed rows are not shown; {} shows all.\n",
            total - shown,
            code(&comparison.show_all, NOTE_SHOWN)
        )
    };
    let mut shown = 0;
    for row in rows.iter().take(max_rows) {
        if text.len() + row.len() + sentence(0).len() > room {
            break;
        }
        text += row;
        shown += 1;
    }
    if shown < total {
        text += &sentence(shown);
    }
    text
}

fn table_rows(comparison: &Comparison) -> Vec<String> {
    let changed = comparison.rows.iter().map(changed);
    let whole = |word: &'static str, is_new: bool| {
        move |whole: &super::Whole| {
            let (id, figures) = (code(&whole.id, ID_SHOWN), plain(&whole.figures.join(", ")));
            let (before, after) = if is_new { ("", figures.as_str()) } else { (figures.as_str(), "") };
            format!("| {id} |  | {before} | {after} |  | {word} |\n")
        }
    };
    changed
        .chain(comparison.new.iter().map(whole("+ new", true)))
        .chain(comparison.vanished.iter().map(whole("∅ vanished", false)))
        .collect()
}

fn changed(row: &Row) -> String {
    let (before, after, delta) = cells(row);
    let (label, bad) = label(row);
    let label = if bad { format!("**{label}**") } else { label };
    let note = match row.note.as_str() {
        "" => String::new(),
        note => format!(" ({})", plain(&cut(note, NOTE_SHOWN))),
    };
    let metric = plain(metric_info(&row.metric).map_or(row.metric.as_str(), |info| info.heading));
    format!("| {} | {metric} | {before} | {after} | {delta} | {label}{note} |\n", code(&row.id, ID_SHOWN))
}

/// Before, after and the difference in one unit, then in per cent.
pub fn cells(row: &Row) -> (String, String, String) {
    let show = |value: Option<f64>| value.map(|value| units::quantity(value, &row.unit)).unwrap_or_default();
    let (Some(before), Some(after)) = (row.before, row.after) else {
        return (show(row.before), show(row.after), String::new());
    };
    if row.state == State::Incomparable {
        return (show(row.before), show(row.after), String::new());
    }
    let difference = after - before;
    let mut shown = units::shared(&[before, after, difference.abs()], &row.unit).into_iter();
    let mut next = || shown.next().unwrap_or_default();
    let (old, new, size) = (next(), next(), next());
    let sign = if difference < 0.0 { "\u{2212}" } else { "+" };
    let percent =
        if before == 0.0 { String::new() } else { format!(" ({})", units::percent(difference / before)) };
    (old, new, format!("{sign}{size}{percent}"))
}

/// Glyph and word, and whether they are bad news.
pub fn label(row: &Row) -> (String, bool) {
    let (text, bad) = match (row.state, row.standing) {
        (_, Standing::Judged(outcome)) => {
            let bad = outcome <= crate::format::Outcome::Missing;
            return (format!("{} {}", outcome.glyph(), outcome.word()), bad);
        }
        (State::Worse, Standing::Certain) => ("✗ worse", true),
        (State::Worse, Standing::Unconfirmed) => ("? suspect", false),
        (State::Better, Standing::Certain) => ("↑ better", false),
        (State::Better, Standing::Unconfirmed) => ("↑ better, unconfirmed", false),
        (State::Worse, Standing::Informational) => ("· worse, information only", false),
        (State::Better, Standing::Informational) => ("· better, information only", false),
        (State::Incomparable, _) => ("? not comparable", false),
        _ => ("✓ same", false),
    };
    (text.to_owned(), bad)
}

/// What stayed, folded; then what to keep in mind.
fn tail(comparison: &Comparison) -> String {
    let text = folded_same(comparison);
    let mut lines = Vec::new();
    for problem in &comparison.problems {
        let word = match problem.kind {
            ProblemKind::WrongAnswer => continue,
            ProblemKind::BuildFailed => "**✗ BUILD FAILED**",
            ProblemKind::ToolFailed => "**✗ TOOL FAILED**",
            ProblemKind::Skipped => "\\- skipped (not a pass)",
        };
        let message = code(&problem.message, MESSAGE_SHOWN);
        lines.push(format!("{word} {}: {message}", code(&problem.subject, ID_SHOWN)));
    }
    let skipped = verdict_lines(&comparison.skipped).0;
    lines.extend(skipped.iter().map(|line| plain(&cut(&line.text, MESSAGE_SHOWN))));
    // A list of its own: however much could not be measured, what to keep in mind is not cut for it.
    let notes = comparison.notes.iter().map(|note| format!("! {}", plain(&cut(note, MESSAGE_SHOWN))));
    text + &list(lines, LINES_SHOWN) + &list(notes.collect(), NOTES_SHOWN)
}

/// `120 metrics of 40 benchmarks unchanged`, with the largest difference that no tolerance minded.
pub(super) fn same_summary(comparison: &Comparison) -> Option<String> {
    let count: usize = comparison.same.iter().map(|same| same.benchmarks).sum();
    let largest = comparison.same.iter().max_by(|a, b| a.largest.abs().total_cmp(&b.largest.abs()))?;
    let plural = if count == 1 { "" } else { "s" };
    let difference = if largest.largest == 0.0 {
        "not one differs".to_owned()
    } else {
        let heading = metric_info(&largest.metric).map_or(largest.metric.as_str(), |info| info.heading);
        format!(
            "the largest difference within tolerance is {} {heading} of {}",
            units::percent(largest.largest),
            cut(&largest.of, ID_SHOWN)
        )
    };
    Some(format!("{count} metric{plural} unchanged; {difference}"))
}

fn folded_same(comparison: &Comparison) -> String {
    let one_sided: String =
        one_sided(comparison).iter().map(|sentence| format!("\n{}\n", plain(sentence))).collect();
    let Some(summary) = same_summary(comparison) else { return one_sided };
    let mut text = format!(
        "\n<details><summary>✓ {}</summary>\n\n| Metric | Benchmarks | Largest difference | Of |\n\
         | --- | ---: | ---: | --- |\n",
        html(&summary)
    );
    for same in comparison.same.iter().take(METRICS_SHOWN) {
        let largest = if same.largest == 0.0 { "none".to_owned() } else { units::percent(same.largest) };
        let of = if same.of.is_empty() { String::new() } else { code(&same.of, ID_SHOWN) };
        let metric = plain(&cut(&same.metric, ID_SHOWN));
        text += &format!("| {metric} | {} | {largest} | {of} |\n", same.benchmarks);
    }
    text + "\n</details>\n" + &one_sided
}

/// Metrics that only one side measured, a sentence a side: an instrument was left out, nothing was lost.
pub fn one_sided(comparison: &Comparison) -> Vec<String> {
    let sentence = |(side, words): (State, &str)| {
        let of_side = comparison.one_sided.iter().filter(|one| one.side == side).take(METRICS_SHOWN);
        let named: Vec<String> =
            of_side.map(|one| format!("{} {}", cut(&one.metric, ID_SHOWN), one.benchmarks)).collect();
        let named = named.join(", ");
        (!named.is_empty()).then(|| format!("Measured by {words} only, by number of benchmarks: {named}."))
    };
    [(State::New, "AFTER"), (State::Vanished, "BEFORE")].into_iter().filter_map(sentence).collect()
}

/// Functions behind changed counts, as many benchmarks as there is room for.
fn functions(comparison: &Comparison, room: usize) -> String {
    let count = comparison.functions.len();
    if count == 0 {
        return String::new();
    }
    let plural = if count == 1 { "" } else { "s" };
    let open =
        format!("\n<details><summary>Functions behind {count} changed instruction count{plural}</summary>\n");
    let close = "\n</details>\n";
    let mut body = String::new();
    for (id, deltas) in &comparison.functions {
        let mut block = format!(
            "\n{}, instructions/op of each function itself\n\n| Function | Before | After | Delta |\n\
             | --- | ---: | ---: | ---: |\n",
            code(id, ID_SHOWN)
        );
        for (name, before, after) in deltas {
            let delta = units::difference(after - before, "instructions/op");
            let (before, after) = (units::count(*before), units::count(*after));
            block += &format!("| {} | {before} | {after} | {delta} |\n", code(name, ID_SHOWN));
        }
        if open.len() + body.len() + block.len() + close.len() > room {
            break;
        }
        body += &block;
    }
    if body.is_empty() { String::new() } else { format!("{open}{body}{close}") }
}

fn footer(comparison: &Comparison) -> String {
    let lines: Vec<String> = comparison
        .provenance
        .iter()
        .map(|line| format!("<sub>{}</sub>", html(&cut(line, MESSAGE_SHOWN))))
        .collect();
    format!("\n{}\n", lines.join("<br>\n"))
}

/// A list, cut with a sentence.
fn list(mut items: Vec<String>, shown: usize) -> String {
    if items.is_empty() {
        return String::new();
    }
    let more = items.len().saturating_sub(shown);
    items.truncate(shown);
    if more > 0 {
        items.push(format!("and {more} more; `--format json` holds all of them"));
    }
    items.iter().fold("\n".to_owned(), |text, item| text + "- " + item + "\n")
}

/// A code span that its content cannot leave, fit for a table's cell.
pub(super) fn code(text: &str, limit: usize) -> String {
    let text = cut(text, limit).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 { " " } else { "" };
    if text.is_empty() { String::new() } else { format!("{fence}{pad}{text}{pad}{fence}") }
}

/// One line of at most so many bytes. Tools say last what went wrong, so both ends stay.
pub(super) fn cut(text: &str, limit: usize) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.len() <= limit {
        return line;
    }
    let (head, tail) = (limit / 3, limit - limit / 3);
    let head = (0..=head).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
    let tail = (line.len() - tail..=line.len()).find(|at| line.is_char_boundary(*at)).unwrap_or(line.len());
    format!("{} … {}", &line[..head], &line[tail..])
}

/// Text inside of an HTML element.
fn html(text: &str) -> String {
    unmentioned(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text outside of code spans, as it is written.
fn plain(text: &str) -> String {
    escape(&unmentioned(text))
}

/// A space of no width after each `@` before a name, so that nobody is called to a pull request by a benchmark.
fn unmentioned(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        shown.push(c);
        if c == '@' && characters.peek().is_some_and(char::is_ascii_alphanumeric) {
            shown.push('\u{200b}');
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_holds_its_content() {
        assert_eq!(code("a|b", 99), "`a\\|b`");
        assert_eq!(code("a`b``c", 99), "``` a`b``c ```");
        assert_eq!(code("<script>\nx", 99), "`<script> x`");
    }

    #[test]
    fn nobody_is_mentioned() {
        assert_eq!(plain("2 @ 3 GHz, @team"), "2 @ 3 GHz, @\u{200b}team");
    }

    #[test]
    fn a_cut_keeps_both_ends_and_whole_characters() {
        let long = "ä".repeat(300);
        let shown = cut(&long, 100);
        assert!(shown.len() <= 110 && shown.contains(" … "), "{shown}");
    }
}
