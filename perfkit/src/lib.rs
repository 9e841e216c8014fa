//! Time, instructions and allocations of any Rust workspace, held against per-host baselines.
//!
//! Data ([`mod@format`]) and commands never mix: documents are types of their own, instruments fill them, gates judge
//! them, renderers show them. The `perfkit` binary is a thin command line over this library.

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
pub mod statistics;
pub mod store;
pub mod waive;
pub mod workspace;
