//! One table model, two writers: terminal text and Markdown.

use comfy_table::{Attribute, CellAlignment, Color, ContentArrangement, LineStyle, TableStyle};

use super::{Emphasis, Terminal, lines::escape};

/// A rule under the heads and nothing else: rows stay close, and a pipe gets words and spaces.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// What it shows; nothing is written for an empty title.
    pub title: String,
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// The rows; each has one cell per column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub heading: String,
    /// Where its cells stand.
    pub align: Align,
}

/// Alignment of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Names and words.
    Left,
    /// Numbers.
    Right,
}

/// A cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// How that feels.
    pub emphasis: Emphasis,
}

impl Column {
    /// A column of names or words.
    pub fn left(heading: &str) -> Self {
        Self { heading: heading.to_owned(), align: Align::Left }
    }

    /// A column of numbers.
    pub fn right(heading: &str) -> Self {
        Self { heading: heading.to_owned(), align: Align::Right }
    }
}

impl Cell {
    /// A cell without emphasis.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), emphasis: Emphasis::Plain }
    }

    /// A cell with emphasis.
    pub fn with(text: impl Into<String>, emphasis: Emphasis) -> Self {
        Self { text: text.into(), emphasis }
    }
}

impl Table {
    /// For a terminal: fitted into its width where it has one, never wrapped or cut where it has none.
    pub fn text(&self, terminal: &Terminal) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(STYLE).force_no_tty();
        match terminal.width {
            Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        if terminal.colour {
            table.enforce_styling();
        }
        table.set_header(self.columns.iter().map(|column| comfy_table::Cell::new(&column.heading)));
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| painted(cell, terminal.colour)));
        }
        for (index, column) in self.columns.iter().enumerate() {
            let alignment = match column.align {
                Align::Left => CellAlignment::Left,
                Align::Right => CellAlignment::Right,
            };
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(alignment);
            }
        }
        let title = if self.title.is_empty() { String::new() } else { format!("{}\n", self.title) };
        format!("{title}{}\n", table.trim_fmt())
    }

    /// As a Markdown pipe table under a heading of level three; bad news in bold.
    pub fn markdown(&self) -> String {
        let title = if self.title.is_empty() { String::new() } else { format!("### {}\n\n", self.title) };
        format!("{title}{}", self.markdown_pipes())
    }

    /// The pipe table alone.
    pub fn markdown_pipes(&self) -> String {
        let rule = |column: &Column| match column.align {
            Align::Left => "---".to_owned(),
            Align::Right => "---:".to_owned(),
        };
        let mut text = pipe(self.columns.iter().map(|column| escape(&column.heading)));
        text += &pipe(self.columns.iter().map(rule));
        for row in &self.rows {
            text += &pipe(row.iter().map(marked));
        }
        text
    }
}

fn pipe(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

fn marked(cell: &Cell) -> String {
    let text = escape(&cell.text);
    if cell.emphasis == Emphasis::Bad && !text.is_empty() { format!("**{text}**") } else { text }
}

fn painted(cell: &Cell, colour: bool) -> comfy_table::Cell {
    let shown = comfy_table::Cell::new(&cell.text);
    if !colour {
        return shown;
    }
    match cell.emphasis {
        Emphasis::Plain => shown,
        Emphasis::Good => shown.fg(Color::Green),
        Emphasis::Bad => shown.fg(Color::Red).add_attribute(Attribute::Bold),
        Emphasis::Caution => shown.fg(Color::Yellow),
        Emphasis::Dim => shown.add_attribute(Attribute::Dim),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Table {
        Table {
            title: "Times".to_owned(),
            columns: vec![Column::left("benchmark"), Column::right("time")],
            rows: vec![
                vec![Cell::plain("net_encryption/encrypt/64"), Cell::plain("222 ns")],
                vec![Cell::plain("a|b"), Cell::with("12.3 µs", Emphasis::Bad)],
            ],
        }
    }

    #[test]
    fn a_pipe_gets_whole_words_and_no_escapes() {
        let text = sample().text(&Terminal::PLAIN);
        assert!(text.contains("net_encryption/encrypt/64") && !text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_narrow_terminal_is_kept_within_its_width() {
        let text = sample().text(&Terminal { colour: false, width: Some(24) });
        assert!(text.lines().all(|line| line.chars().count() <= 24), "{text}");
    }

    #[test]
    fn colour_only_repeats_what_the_text_says() {
        let text = sample().text(&Terminal { colour: true, width: None });
        assert!(text.contains("\u{1b}[") && text.contains("12.3 µs"), "{text:?}");
    }

    #[test]
    fn markdown_aligns_numbers_and_escapes_pipes() {
        assert_eq!(
            sample().markdown(),
            "### Times\n\n| benchmark | time |\n| --- | ---: |\n| net_encryption/encrypt/64 | 222 ns |\n\
             | a\\|b | **12.3 µs** |\n"
        );
    }
}
