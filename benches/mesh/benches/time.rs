//! Time and counts of the packet path.
perfkit_harness::time_main!(bench_mesh::SUITE);
