//! `perfkit report compare`.

use clap::Args;

use crate::cmd::{Exit, Failure, Global};

/// Arguments of `perfkit report compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {}

pub(super) fn execute(_global: &Global, _args: &CompareArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
