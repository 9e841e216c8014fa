//! `perfkit self-test`.

use clap::Args;

use super::{Exit, Failure, Global};

/// Arguments of `perfkit self-test`.
#[derive(Debug, Args)]
pub struct SelfTestArgs {}

pub(super) fn execute(_global: &Global, _args: &SelfTestArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
