//! Time, instructions and allocations of any Rust workspace, held against per-host baselines.
//!
//! Data ([`mod@format`]) and commands never mix: documents are types of their own, instruments fill them, gates judge
//! them, renderers show them. The `perfkit` binary is a thin command line over this library.

/// The standard macro, except that a reader who has left ends nothing: see [`mod@standard_error`].
macro_rules! eprint {
    ($($text:tt)*) => { $crate::standard_error::say(format_args!($($text)*)) };
}

/// The same with a line's end.
macro_rules! eprintln {
    ($($text:tt)*) => { eprint!("{}\n", format_args!($($text)*)) };
}

pub mod ab;
pub mod baselines;
pub mod bisect;
pub mod cmd;
pub mod compare;
pub mod completions;
pub mod doctor;
pub mod explain;
pub mod export;
pub mod format;
pub mod gate;
pub mod history;
pub mod host;
pub mod import;
pub mod instrument;
pub mod lint;
pub mod manual;
pub mod measure;
pub mod plot;
pub mod render;
pub mod report;
pub mod self_test;
pub mod session;
mod standard_error;
pub mod statistics;
pub mod store;
pub mod waive;
pub mod workspace;
