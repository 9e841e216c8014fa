//! `perfkit calibrate`.

use clap::Args;

use super::{Exit, Failure, Global};

/// Arguments of `perfkit calibrate`.
#[derive(Debug, Args)]
pub struct CalibrateArgs {}

pub(super) fn execute(_global: &Global, _args: &CalibrateArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
