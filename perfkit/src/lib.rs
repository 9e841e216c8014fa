//! Time, instructions and allocations of any Rust workspace, held against per-host baselines.
//!
//! Data ([`format`]) and commands never mix: documents are types of their own, instruments fill them, gates judge
//! them, renderers show them. The `perfkit` binary is a thin command line over this library.

pub mod completions;
pub mod format;
pub mod import;
pub mod instrument;
pub mod render;
pub mod report;
