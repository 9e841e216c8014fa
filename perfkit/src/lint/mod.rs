//! Bench hygiene: benchmarks that cannot measure what they claim, H1 to H12.
