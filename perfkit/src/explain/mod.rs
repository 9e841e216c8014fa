//! Where a cost comes from: stacks, flamegraphs, cost models, and the triage of a failed gate.

pub mod cost_change;
pub mod cost_model;
pub mod cost_plot;
pub mod deltas;
#[cfg(feature = "flame")]
pub mod flamegraph;
pub mod stacks;
pub mod triage;
