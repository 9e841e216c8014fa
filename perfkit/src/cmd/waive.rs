//! `perfkit waive`.

use clap::Args;

use super::{Exit, Failure, Global};

/// Arguments of `perfkit waive`.
#[derive(Debug, Args)]
pub struct WaiveArgs {}

pub(super) fn execute(_global: &Global, _args: &WaiveArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
