//! `perfkit ab`.

use clap::Args;

use super::{Exit, Failure, Global};

/// Arguments of `perfkit ab`.
#[derive(Debug, Args)]
pub struct AbArgs {}

pub(super) fn execute(_global: &Global, _args: &AbArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
