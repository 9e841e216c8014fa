//! What people see: tables and lines, each for a terminal and for Markdown. JSON is the documents themselves.
//!
//! No number is shown without its unit, and a glyph and a word carry every verdict; colour only repeats them.

pub mod ab;
pub mod calibration;
pub mod comparison;
pub mod cost_models;
pub mod header;
pub mod history;
pub mod lines;
pub mod run_table;
pub mod shell_word;
pub mod sparkline;
pub mod stacks;
pub mod table;
pub mod triage;
pub mod units;
pub mod verdicts;

use std::{env, io::IsTerminal};

pub use header::{footer, header};
pub use lines::{Line, Lines};
pub use run_table::run_table;
pub use table::{Align, Cell, Column, Table};
pub use verdicts::verdict_lines;

/// How a piece of text feels; colour and weight follow from it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Emphasis {
    /// Nothing special.
    #[default]
    Plain,
    /// Good news.
    Good,
    /// Bad news.
    Bad,
    /// Worth a look.
    Caution,
    /// Of lesser interest.
    Dim,
}

/// What the output can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Whether to write colours.
    pub colour: bool,
    /// Columns to fit tables into; `None` fits nothing: no wrapping and no truncation.
    pub width: Option<u16>,
}

impl Terminal {
    /// Neither colour nor a width: pipes and files.
    pub const PLAIN: Self = Self { colour: false, width: None };

    /// The standard output as it is: a pipe gets plain text, `NO_COLOR` (any value but the empty one) no colour.
    pub fn stdout() -> Self {
        if !std::io::stdout().is_terminal() {
            return Self::PLAIN;
        }
        let no_colour = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { colour: !no_colour && !dumb, width: comfy_table::Table::new().width() }
    }
}
