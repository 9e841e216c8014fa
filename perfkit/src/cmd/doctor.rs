//! `perfkit doctor`: what this machine can measure and how well, and the command that mends each shortfall.

use clap::Args;

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    doctor::{Finding, State, examine},
    format::document::document_text,
    render::{Cell, Column, Emphasis, Table, Terminal},
    session::SessionError,
    workspace::Elsewhere,
};

/// Arguments of `perfkit doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    output: Output,
    /// First remove what was built of other revisions of this workspace
    #[arg(long)]
    clear: bool,
}

pub(super) fn execute(global: &Global, args: &DoctorArgs) -> Result<Exit, Failure> {
    if args.clear {
        let root = global.workspace()?.root;
        let failed = |source| SessionError::Io {
            what: "clearing what was built of other revisions".to_owned(),
            source,
        };
        Elsewhere::of(&root).and_then(|elsewhere| elsewhere.clear()).map_err(failed)?;
    }
    let findings = examine(&global.workspace);
    match args.output.format {
        OutputFormat::Json => {
            let document = serde_json::json!({ "schema": "perfkit.doctor/1", "findings": findings });
            print!("{}", document_text(&document).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        }
        OutputFormat::Markdown => print!("{}", table(&findings).markdown()),
        OutputFormat::Text => print!("{}", table(&findings).text(&Terminal::stdout())),
    }
    Ok(Exit::Held)
}

fn table(findings: &[Finding]) -> Table {
    let row = |finding: &Finding| {
        let (word, emphasis) = match finding.state {
            State::Good => ("✓ good", Emphasis::Good),
            State::Limited => ("! limited", Emphasis::Caution),
            State::Missing => ("✗ missing", Emphasis::Bad),
        };
        vec![
            Cell::plain(finding.subject),
            Cell::with(word, emphasis),
            Cell::plain(&finding.found),
            Cell::plain(&finding.remedy),
        ]
    };
    Table {
        title: String::new(),
        columns: ["what", "state", "found", "what it costs, and what mends it"].map(Column::left).to_vec(),
        rows: findings.iter().map(row).collect(),
    }
}
