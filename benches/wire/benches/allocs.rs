//! Allocations of the wire codecs.
perfkit_harness::allocs_main!(bench_wire::SUITE);
