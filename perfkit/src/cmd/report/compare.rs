//! `perfkit report compare`: a comment for a pull request.

use std::path::PathBuf;

use clap::Args;

use crate::{
    cmd::{Exit, Failure, Global, OutputFormat, history::ledger},
    format::{
        Baseline, Run,
        document::{document_text, write_whole},
    },
    history::Ledger,
    render::Terminal,
    report::compare::{Before, compare_run, fitting_baselines, render_comment, render_text},
    store::{Measured, RunName, Samples, Store, StoreError},
    workspace::Workspace,
};

/// Rows of the table, unless asked otherwise.
const ROWS: usize = 50;
/// The longest marker.
const MARKER_LIMIT_BYTES: usize = 80;

/// Arguments of `perfkit report compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// What the run is held against: a run's id or file, or a baseline's name; the run's own verdicts and the
    /// baselines that fit it when absent
    before: Option<String>,
    /// The run: `latest`, a run's id, or a file
    #[arg(conflicts_with = "run")]
    after: Option<String>,
    /// The run, where BEFORE is absent
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// Rows of the table; what is cut is counted
    #[arg(long, value_name = "N", default_value_t = ROWS)]
    max_rows: usize,
    /// The name in the hidden first line, for several comments on one pull request
    #[arg(long, value_name = "NAME", default_value = "compare")]
    marker: String,
    /// Write here instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = OutputFormat::Markdown)]
    format: OutputFormat,
}

pub(super) fn execute(global: &Global, args: &CompareArgs) -> Result<Exit, Failure> {
    let marker = marker(&args.marker)?;
    let workspace = global.workspace()?;
    let store = Store::open(&workspace)?;
    let kept = Kept { ledger: &ledger(&workspace, &store)?, store: &store, workspace: &workspace };
    let name = args.after.as_deref().or(args.run.as_deref()).unwrap_or("latest");
    let Measured::Run(run, samples) = kept.find(name)? else {
        let message = format!("{name:?} is a baseline; AFTER is a run, BEFORE may be either");
        return Err(Failure::new(Exit::Usage, message));
    };
    let before = match &args.before {
        Some(name) => kept.named(name, &run)?,
        None => kept.fitting(&run)?,
    };
    let comparison = compare_run(&before, &run, &samples);
    let text = match args.format {
        OutputFormat::Json => {
            document_text(&comparison).map_err(|error| Failure::new(Exit::ToolFailed, error))?
        }
        OutputFormat::Markdown => render_comment(&comparison, &marker, args.max_rows),
        OutputFormat::Text => {
            let terminal = if args.output.is_some() { Terminal::PLAIN } else { Terminal::stdout() };
            render_text(&comparison, args.max_rows, &terminal)
        }
    };
    match &args.output {
        Some(path) => {
            write_whole(path, text.as_bytes())?;
            println!("{} written", path.display());
        }
        None => print!("{text}"),
    }
    Ok(Exit::Held)
}

/// `perfkit:NAME`; nothing that could end the comment it stands in.
fn marker(name: &str) -> Result<String, Failure> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '/');
    let is_name =
        !name.is_empty() && name.len() <= MARKER_LIMIT_BYTES && name.chars().all(|c| fits(c) || c == '-');
    if !is_name || name.contains("--") {
        let message = format!(
            "--marker {name:?}: wanted letters, digits and . _ : / -, at most {MARKER_LIMIT_BYTES}, without two dashes in a row"
        );
        return Err(Failure::new(Exit::Usage, message));
    }
    Ok(format!("perfkit:{name}"))
}

/// What is stored, and what of it no longer counts.
struct Kept<'a> {
    store: &'a Store,
    workspace: &'a Workspace,
    ledger: &'a Ledger,
}

impl Kept<'_> {
    fn find(&self, name: &str) -> Result<Measured, StoreError> {
        Ok(self.ledger.marked(self.store.find(name, &self.workspace.baselines())?))
    }

    fn named(&self, name: &str, run: &Run) -> Result<Before, Failure> {
        match self.find(name) {
            Ok(Measured::Run(before, samples)) => Ok(Before::run(&before, &samples, run)),
            Ok(Measured::Baseline(baseline)) => Ok(Before::baseline(&baseline, run)),
            Err(error @ StoreError::Unknown { .. }) => {
                let message =
                    format!("{error}; a revision must be measured first: perfkit gate --base {name}");
                Err(Failure::new(Exit::Usage, message))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The run's verdicts over the baselines that fit it; where there are neither, the run before it on the same
    /// machine.
    fn fitting(&self, run: &Run) -> Result<Before, Failure> {
        let baselines = fitting_baselines(&self.workspace.baselines(), run)?;
        let mut before = Before::fitting(&baselines, run);
        // Functions explain a difference only from the side that it was found against.
        for baseline in baselines.iter().filter(|baseline| before.names.contains(&baseline.name)) {
            before.functions.extend(self.accepted_samples(baseline).functions);
        }
        if !before.parts.is_empty() || !run.verdicts.is_empty() {
            return Ok(before);
        }
        match self.previous(run)? {
            Some((earlier, samples)) => {
                let notes = before.notes;
                before = Before::run(&earlier, &samples, run);
                before.notes.extend(notes);
                before
                    .notes
                    .push("no baseline fits; held against the run before it on this machine".to_owned());
                Ok(before)
            }
            None => Ok(before),
        }
    }

    /// The sidecar of the run that was accepted as this baseline, where the store still has it.
    fn accepted_samples(&self, baseline: &Baseline) -> Samples {
        let Some(id) = baseline.acceptance.source.strip_prefix("run ") else { return Samples::default() };
        match self.find(id) {
            Ok(Measured::Run(_, samples)) => *samples,
            // It only explains; a comparison does not fail for want of it.
            _ => Samples::default(),
        }
    }

    /// The newest earlier run of the same host profile of which something still counts.
    fn previous(&self, run: &Run) -> Result<Option<(Run, Samples)>, Failure> {
        let own = RunName::of(run);
        let names = self.store.names()?;
        for name in names.iter().rev().filter(|name| name.host() == own.host() && **name < own) {
            let (mut earlier, samples) = self.store.read(name)?;
            self.ledger.mark(&mut earlier);
            if earlier.benchmarks.iter().any(|row| row.invalidated.is_none()) {
                return Ok(Some((earlier, samples)));
            }
        }
        Ok(None)
    }
}
