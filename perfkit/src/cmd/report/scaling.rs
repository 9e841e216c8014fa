//! `perfkit report scaling`.

use clap::Args;

use crate::cmd::{Exit, Failure, Global};

/// Arguments of `perfkit report scaling`.
#[derive(Debug, Args)]
pub struct ScalingArgs {}

pub(super) fn execute(_global: &Global, _args: &ScalingArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
