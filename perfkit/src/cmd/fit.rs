//! `perfkit fit`.

use clap::Args;

use super::{Exit, Failure, Global};

/// Arguments of `perfkit fit`.
#[derive(Debug, Args)]
pub struct FitArgs {}

pub(super) fn execute(_global: &Global, _args: &FitArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
