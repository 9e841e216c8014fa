//! `perfkit history`.

use clap::Args;

use super::{Exit, Failure, Global};

/// Arguments of `perfkit history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {}

pub(super) fn execute(_global: &Global, _args: &HistoryArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
