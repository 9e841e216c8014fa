//! The allocation executable of the suite with known costs.

#[path = "../known_costs/suite.rs"]
mod suite;

perfkit_harness::allocs_main!(suite::SUITE);
