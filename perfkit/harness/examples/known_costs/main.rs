//! The time and count executable of the suite with known costs.

mod suite;

perfkit_harness::time_main!(suite::SUITE);
