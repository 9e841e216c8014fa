//! `perfkit lint`.

use clap::Args;

use super::{Exit, Failure, Global};

/// Arguments of `perfkit lint`.
#[derive(Debug, Args)]
pub struct LintArgs {}

pub(super) fn execute(_global: &Global, _args: &LintArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
