//! Allocations of the packet path.
perfkit_harness::allocs_main!(bench_mesh::SUITE);
