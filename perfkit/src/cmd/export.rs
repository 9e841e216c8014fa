//! `perfkit export`: a run or a baseline in another tool's format.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Exit, Failure, Global, stdout::print_whole};
use crate::{
    export::{
        BencherMetricFormat, Benchstat, Csv, Document, ExportError, Exporter, GithubActionBenchmark,
        Hyperfine, OpenMetrics, Source,
    },
    format::{config::Patterns, document::write_whole, metric::METRICS, metric_info},
    store::Store,
};

/// Arguments of `perfkit export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// `latest`, a run's id or file, or a baseline's name
    #[arg(default_value = "latest")]
    source: String,
    /// Whose format
    #[arg(long, value_enum)]
    format: ExportFormat,
    /// Where to write; a folder for a format of several documents. Standard output when absent
    #[arg(long, short, value_name = "FILE or DIR")]
    output: Option<PathBuf>,
    /// Only ids under this prefix or matching this pattern (repeatable)
    #[arg(long = "filter", value_name = "GLOB")]
    filters: Vec<String>,
    /// Only this metric (repeatable)
    #[arg(long = "metric", value_name = "NAME")]
    metrics: Vec<String>,
}

/// Formats that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Bencher Metric Format, which `perfkit import` reads back
    Bmf,
    /// Two lists for github-action-benchmark: smaller is better, bigger is better
    GithubActionBenchmark,
    /// Go's benchmark text, a line a round, for benchstat
    Benchstat,
    /// What hyperfine --export-json writes
    Hyperfine,
    /// Comma-separated values, a line a metric
    Csv,
    /// OpenMetrics text, for Prometheus and its like
    #[value(name = "openmetrics")]
    OpenMetrics,
}

impl ExportFormat {
    fn exporter(self) -> &'static dyn Exporter {
        match self {
            Self::Bmf => &BencherMetricFormat,
            Self::GithubActionBenchmark => &GithubActionBenchmark,
            Self::Benchstat => &Benchstat,
            Self::Hyperfine => &Hyperfine,
            Self::Csv => &Csv,
            Self::OpenMetrics => &OpenMetrics,
        }
    }
}

pub(super) fn execute(global: &Global, args: &ExportArgs) -> Result<Exit, Failure> {
    let patterns = Patterns::new(&args.filters).map_err(|why| Failure::new(Exit::Usage, why))?;
    if let Some(unknown) = args.metrics.iter().find(|name| metric_info(name).is_none()) {
        let known = METRICS.iter().map(|info| info.name).collect::<Vec<_>>().join(", ");
        return Err(Failure::new(Exit::Usage, format!("no metric is called {unknown:?}; known are {known}")));
    }
    let workspace = global.workspace()?;
    let found = Store::open(&workspace)?.find(&args.source, &workspace.baselines())?;
    let source = Source::picked(found, &patterns, &args.metrics)?;
    let documents = args.format.exporter().export(&source)?;
    for document in documents.iter().filter(|document| document.left_out > 0) {
        eprintln!("{}: {} benchmarks have no place in this format", document.file_name, document.left_out);
    }
    match &args.output {
        Some(output) => write(&documents, output)?,
        None => print(&documents)?,
    }
    Ok(Exit::Held)
}

fn print(documents: &[Document]) -> Result<(), Failure> {
    match documents {
        [only] => print_whole(&only.text),
        several => {
            let names: Vec<&str> = several.iter().map(|document| document.file_name).collect();
            Err(Failure::new(
                Exit::Usage,
                format!(
                    "this format has several documents ({}); name a folder with --output, or pick metrics of one \
                     direction with --metric",
                    names.join(", ")
                ),
            ))
        }
    }
}

/// One document goes into the file, or into a folder that is there; several always go into a folder.
fn write(documents: &[Document], output: &Path) -> Result<(), Failure> {
    let named_as_folder = output.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
    let is_folder = documents.len() > 1 || output.is_dir() || named_as_folder;
    if is_folder && output.is_file() {
        return Err(Failure::new(
            Exit::Usage,
            format!("{} is a file; this format has several documents and wants a folder", output.display()),
        ));
    }
    for document in documents {
        let path = if is_folder { output.join(document.file_name) } else { output.to_owned() };
        write_whole(&path, document.text.as_bytes())?;
        println!("{}", path.display());
    }
    Ok(())
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        Self::new(Exit::ToolFailed, error)
    }
}
