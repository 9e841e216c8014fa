//! Time and counts of ron-proto.
perfkit_harness::time_main!(bench_ron_proto::SUITE);
