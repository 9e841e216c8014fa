//! `perfkit report html`.

use clap::Args;

use crate::cmd::{Exit, Failure, Global};

/// Arguments of `perfkit report html`.
#[derive(Debug, Args)]
pub struct HtmlArgs {}

pub(super) fn execute(_global: &Global, _args: &HtmlArgs) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::Usage, "not built yet"))
}
