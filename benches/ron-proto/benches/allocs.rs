//! Allocations of ron-proto.
perfkit_harness::allocs_main!(bench_ron_proto::SUITE);
