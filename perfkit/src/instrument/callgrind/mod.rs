//! Callgrind: `run` makes a profile of one process, [`parse()`] reads it into a [`Profile`].

mod parse;
mod profile;
pub(crate) mod run;

pub use parse::parse;
pub use profile::{Call, Cost, Function, Profile, SelfCost};

/// Whether a function is the harness's measured region.
pub(crate) fn is_region(function: &str) -> bool {
    let last_segment = function.rsplit("::").next().unwrap_or(function);
    last_segment == "perfkit_region" || last_segment.starts_with("perfkit_region.")
}
