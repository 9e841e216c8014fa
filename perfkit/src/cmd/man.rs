//! `perfkit man`.

use clap::Args;

use super::{Exit, Failure, Global};

/// Arguments of `perfkit man`.
#[derive(Debug, Args)]
pub struct ManArgs {}

pub(super) fn execute(_global: &Global, _args: &ManArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
