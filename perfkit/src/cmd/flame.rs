//! `perfkit flame`.

use clap::Args;

use super::{Exit, Failure, Global};

/// Arguments of `perfkit flame`.
#[derive(Debug, Args)]
pub struct FlameArgs {}

pub(super) fn execute(_global: &Global, _args: &FlameArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
