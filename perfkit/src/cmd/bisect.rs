//! `perfkit bisect`.

use clap::Args;

use super::{Exit, Failure, Global};

/// Arguments of `perfkit bisect`.
#[derive(Debug, Args)]
pub struct BisectArgs {}

pub(super) fn execute(_global: &Global, _args: &BisectArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
