//! `perfkit report`: documents from measured numbers, one file each.

mod compare;
mod html;
mod release;
mod scaling;

use clap::{Args, Subcommand};

use super::{Exit, Failure, Global};

/// Arguments of `perfkit report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    #[command(subcommand)]
    command: ReportCommand,
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    /// The tables of a release note, from a recipe
    Release(release::ReleaseArgs),
    /// A comment for a pull request: verdict first, changed rows, the rest folded
    Compare(compare::CompareArgs),
    /// One self-contained page of everything stored
    Html(html::HtmlArgs),
    /// Throughput over threads
    Scaling(scaling::ScalingArgs),
}

pub(super) fn execute(global: &Global, args: &ReportArgs) -> Result<Exit, Failure> {
    match &args.command {
        ReportCommand::Release(args) => release::execute(global, args),
        ReportCommand::Compare(args) => compare::execute(global, args),
        ReportCommand::Html(args) => html::execute(global, args),
        ReportCommand::Scaling(args) => scaling::execute(global, args),
    }
}
