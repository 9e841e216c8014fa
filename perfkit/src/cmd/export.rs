//! `perfkit export`.

use clap::Args;

use super::{Exit, Failure, Global};

/// Arguments of `perfkit export`.
#[derive(Debug, Args)]
pub struct ExportArgs {}

pub(super) fn execute(_global: &Global, _args: &ExportArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
