//! The release document: before/after tables, cost models and pictures, by recipe, in Markdown.
//!
//! Both halves of a row come from one run, so that nothing differs but the shape, or from two runs of one machine (for
//! counts: of one build setting), or the document is refused. What got worse says so, what is within the machine's noise
//! says so, and what was invalidated is named and not compared. Under each table stands where its numbers come from.
//! The same runs and recipe give the same bytes.

mod changes;
mod markdown;
mod models;
mod pictures;
mod published;
mod sources;

use serde::Serialize;
use thiserror::Error;

pub use changes::{Change, Row, Standing};
pub use markdown::{render_markdown, render_text};
pub use pictures::Picture;
pub use sources::Sources;

use crate::{
    explain::cost_model::Unfit,
    format::recipe::{Recipe, TableKind},
    plot::PlotError,
    render::Table,
};

/// The schema of the document as JSON.
pub const RELEASE_SCHEMA: &str = "perfkit.release/1";

/// A release document, before it is put into words.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    /// [`RELEASE_SCHEMA`].
    pub schema: &'static str,
    /// Its title.
    pub title: String,
    /// What stands before the first table.
    pub introduction: String,
    /// The run that the new shapes come from.
    pub run: String,
    /// The other run or baseline, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The profile whose published figures stand beside, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// The tables and texts.
    pub sections: Vec<Section>,
    /// How to make it again.
    #[serde(skip)]
    reproduction: String,
    /// perfkit's version, as the run has it.
    pub perfkit: String,
}

/// One heading with what stands under it.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// The heading; empty for pictures at the end.
    pub title: String,
    /// The text above the table.
    pub text: String,
    /// The rows in numbers; none for texts and cost models.
    pub rows: Vec<Row>,
    /// The table as people see it.
    #[serde(skip)]
    pub table: Option<Table>,
    /// Cells of the table, for those who read JSON.
    pub cells: Vec<Vec<String>>,
    /// What must be said about rows.
    pub notes: Vec<String>,
    /// Where the numbers come from, a line per source.
    pub provenance: Vec<String>,
    /// The text under the table.
    pub below: String,
    /// The pictures under it.
    pub pictures: Vec<Picture>,
}

/// Why a document cannot be made.
#[derive(Debug, Error, PartialEq)]
pub enum ReportError {
    /// A baseline has no new shapes.
    #[error("{name} is no run; a release is reported from a run")]
    NotARun {
        /// What was given.
        name: String,
    },
    /// The run lacks what the recipe asks for.
    #[error("the recipe asks for what is not there: {}; measure it with `perfkit run`", .missing.join(", "))]
    Missing {
        /// `id (metric) in run`, each once, in the recipe's order.
        missing: Vec<String>,
    },
    /// A table compares two runs and there is one.
    #[error("table {table:?} compares two runs; `--before RUN` names the other one")]
    NeedsBefore {
        /// The table's title.
        table: String,
    },
    /// The two halves of a row do not mean the same.
    #[error("table {table:?}: {before} and {after} differ in {what} and cannot stand side by side")]
    NotComparable {
        /// The table's title.
        table: String,
        /// The old shape.
        before: String,
        /// The new shape.
        after: String,
        /// What differs.
        what: &'static str,
    },
    /// The two runs must not be compared.
    #[error("table {table:?} would compare {metric} of two different {what}: {why}")]
    Refused {
        /// The table's title.
        table: String,
        /// The metric.
        metric: String,
        /// `machines` or `builds`.
        what: &'static str,
        /// What differs.
        why: String,
    },
    /// A cost model cannot be fitted.
    #[error("{place}: {series}: {why}")]
    Unfit {
        /// The table or picture.
        place: String,
        /// The series.
        series: String,
        /// Why.
        why: Unfit,
    },
    /// A picture has nothing to show.
    #[error("plot {title:?}: {why}")]
    NoPicture {
        /// The picture's title.
        title: String,
        /// Why.
        why: String,
    },
    /// A picture cannot be drawn.
    #[error(transparent)]
    Plot(#[from] PlotError),
}

/// The document of a recipe.
pub fn release(recipe: &Recipe, sources: &Sources<'_>) -> Result<Document, ReportError> {
    let run = sources.run()?;
    sources.check(recipe)?;
    let mut sections = Vec::new();
    for table in &recipe.tables {
        let mut section = Section::new(&table.title, &table.text, &table.below);
        match table.kind {
            TableKind::Text => {}
            TableKind::Compare | TableKind::Allocations => changes::fill(&mut section, table, sources)?,
            TableKind::CostModel => models::fill(&mut section, table, sources)?,
        }
        sections.push(section);
    }
    pictures::place(&mut sections, recipe, sources)?;
    Ok(Document {
        schema: RELEASE_SCHEMA,
        title: recipe.title.clone(),
        introduction: recipe.introduction.clone(),
        run: run.id.clone(),
        before: sources.before.map(crate::store::Measured::title),
        published: sources.reference.map(|reference| reference.name.clone()),
        sections,
        reproduction: markdown::reproduction(recipe, sources, run),
        perfkit: run.perfkit.clone(),
    })
}

impl Section {
    fn new(title: &str, text: &str, below: &str) -> Self {
        Self {
            title: title.to_owned(),
            text: text.to_owned(),
            rows: Vec::new(),
            table: None,
            cells: Vec::new(),
            notes: Vec::new(),
            provenance: Vec::new(),
            below: below.to_owned(),
            pictures: Vec::new(),
        }
    }

    /// Say these, each once.
    fn note_all(&mut self, notes: impl IntoIterator<Item = String>) {
        for note in notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }

    fn show(&mut self, table: Table) {
        self.cells =
            table.rows.iter().map(|row| row.iter().map(|cell| cell.text.clone()).collect()).collect();
        self.table = Some(table);
    }
}
