//! Where a cost comes from: stacks, flamegraphs, cost models, and the triage of a failed gate.

pub mod cost_model;
