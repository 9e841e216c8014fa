//! Time, instructions and allocations of any Rust workspace, held against per-host baselines.
