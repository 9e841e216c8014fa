//! Lines of text with emphasis: what stands above and below tables.

use super::{Emphasis, Terminal};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The text, without a line break.
    pub text: String,
    /// How it feels.
    pub emphasis: Emphasis,
}

/// Several lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines(pub Vec<Line>);

impl Lines {
    /// Add a line. Line breaks within it become spaces: tool output must not break the layout.
    pub fn push(&mut self, emphasis: Emphasis, text: impl AsRef<str>) {
        let text = text.as_ref().lines().map(str::trim_end).collect::<Vec<_>>().join(" ");
        self.0.push(Line { text, emphasis });
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For a terminal, each line with its break.
    pub fn text(&self, terminal: &Terminal) -> String {
        self.0.iter().map(|line| format!("{}\n", painted(line, terminal.colour))).collect()
    }

    /// As a Markdown list; bad news in bold.
    pub fn markdown(&self) -> String {
        let item = |line: &Line| {
            let text = escape(&line.text);
            if line.emphasis == Emphasis::Bad { format!("- **{text}**\n") } else { format!("- {text}\n") }
        };
        self.0.iter().map(item).collect()
    }
}

/// Text that Markdown shows as it is written. Underscores within a word are no emphasis and stay readable.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut previous = ' ';
    while let Some(c) = characters.next() {
        let next = characters.peek().copied().unwrap_or(' ');
        let special = match c {
            '\\' | '`' | '*' | '<' | '|' | '[' => true,
            '_' => !(previous.is_alphanumeric() && next.is_alphanumeric()),
            // What would begin a list, a heading or a quotation.
            '-' | '+' | '#' | '>' => escaped.is_empty() && matches!(next, ' ' | '#'),
            _ => false,
        };
        if special {
            escaped.push('\\');
        }
        escaped.push(c);
        previous = c;
    }
    escaped
}

fn painted(line: &Line, colour: bool) -> String {
    let code = match line.emphasis {
        Emphasis::Plain => return line.text.clone(),
        Emphasis::Good => "32",
        Emphasis::Bad => "1;31",
        Emphasis::Caution => "33",
        Emphasis::Dim => "2",
    };
    if colour { format!("\u{1b}[{code}m{}\u{1b}[0m", line.text) } else { line.text.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_terminal_gets_no_escapes_and_one_line_each() {
        let mut lines = Lines::default();
        lines.push(Emphasis::Bad, "✗ FAILED a\nb");
        assert_eq!(lines.text(&Terminal::PLAIN), "✗ FAILED a b\n");
        assert_eq!(
            lines.text(&Terminal { colour: true, width: None }),
            "\u{1b}[1;31m✗ FAILED a b\u{1b}[0m\n"
        );
    }

    #[test]
    fn markdown_shows_names_as_written() {
        let mut lines = Lines::default();
        lines.push(Emphasis::Plain, "- p20_min | * _x_ <b> [a](b)");
        assert_eq!(lines.markdown(), "- \\- p20_min \\| \\* \\_x\\_ \\<b> \\[a](b)\n");
    }
}
