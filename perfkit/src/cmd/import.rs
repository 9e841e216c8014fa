//! `perfkit import`: another tool's figures as a baseline.

use std::{fmt::Display, path::PathBuf};

use clap::{Args, ValueEnum};

use super::{Exit, Failure, Global};
use crate::{
    format::{BaselineKind, HostRules, write_document},
    import::{CriterionError, ImportOptions, Imported, import_bmf, import_critcmp, import_criterion},
    session::{self, read_text},
    store::{file_name, find_baseline},
    workspace::revision,
};

/// Arguments of `perfkit import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file; for criterion the folder, usually target/criterion
    file: PathBuf,
    /// Its format
    #[arg(long, value_enum, default_value_t = ImportFormat::Bmf)]
    format: ImportFormat,
    /// Which of Criterion's baselines: `new` is the last run, others are what --save-baseline named
    #[arg(long, value_name = "NAME", default_value = "new")]
    baseline: String,
    /// The profile's name: baselines/NAME.json
    #[arg(long)]
    name: String,
    /// Published figures (never gated) or times of a host of ours
    #[arg(long, value_enum, default_value_t = ImportKind::Reference)]
    kind: ImportKind,
    /// The instruction set that the figures belong to
    #[arg(long)]
    isa: String,
    /// What the figures are
    #[arg(long)]
    title: String,
    /// Machines whose CPU brand contains this carry the profile's name
    #[arg(long, value_name = "TEXT")]
    brand_contains: Option<String>,
    /// Why they are imported
    #[arg(long)]
    reason: String,
    /// Who imports them; git's user.name when absent
    #[arg(long)]
    author: Option<String>,
    /// When they were captured, YYYY-MM-DD; today when absent
    #[arg(long)]
    date: Option<String>,
    /// Replace a baseline of the same name and kind
    #[arg(long)]
    replace: bool,
}

/// Formats that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImportFormat {
    /// Bencher Metric Format
    Bmf,
    /// Criterion's folder, target/criterion
    Criterion,
    /// What critcmp --export prints
    Critcmp,
}

/// Kinds of baseline that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImportKind {
    /// Published figures
    Reference,
    /// Times of a host
    Timed,
}

pub(super) fn execute(global: &Global, args: &ImportArgs) -> Result<Exit, Failure> {
    let workspace = global.workspace()?;
    let kind = match args.kind {
        ImportKind::Reference => BaselineKind::Reference,
        ImportKind::Timed => BaselineKind::Timed,
    };
    let options = ImportOptions {
        name: args.name.clone(),
        kind,
        isa: args.isa.clone(),
        rules: HostRules { brand_contains: args.brand_contains.clone(), ..HostRules::default() },
        title: args.title.clone(),
        reason: args.reason.clone(),
        author: args.author.clone().unwrap_or_else(|| revision::author(&workspace.root)),
        date: args.date.clone().unwrap_or_else(session::today),
    };
    let imported = read(args, &options)?;
    let path = match find_baseline(&workspace.baselines(), &args.name)? {
        Some((path, existing)) if !args.replace || existing.kind != kind => {
            let shown = path.strip_prefix(&workspace.root).unwrap_or(&path).display().to_string();
            return Err(Failure::new(
                Exit::Refused,
                format!(
                    "{shown} exists ({:?}); --replace replaces a baseline of the same kind",
                    existing.kind
                ),
            ));
        }
        Some((path, _)) => path,
        None => workspace.baselines().join(format!("{}.json", file_name(&args.name))),
    };
    write_document(&path, &imported.baseline)?;
    let shown = path.strip_prefix(&workspace.root).unwrap_or(&path).display().to_string();
    println!(
        "{shown}: {} benchmarks imported from {}",
        imported.baseline.benchmarks.len(),
        args.file.display()
    );
    for remark in &imported.remarks {
        println!("- {remark}");
    }
    Ok(Exit::Held)
}

fn read(args: &ImportArgs, options: &ImportOptions) -> Result<Imported, Failure> {
    let usage = |error: &dyn Display| Failure::new(Exit::Usage, format!("{}: {error}", args.file.display()));
    match args.format {
        ImportFormat::Bmf => {
            let baseline = import_bmf(&read_text(&args.file)?, options).map_err(|error| usage(&error))?;
            Ok(Imported { baseline, remarks: Vec::new() })
        }
        ImportFormat::Criterion => {
            import_criterion(&args.file, &args.baseline, options).map_err(|error| match error {
                CriterionError::Io { .. } => Failure::new(Exit::ToolFailed, error),
                error => usage(&error),
            })
        }
        ImportFormat::Critcmp => {
            import_critcmp(&read_text(&args.file)?, options).map_err(|error| usage(&error))
        }
    }
}
