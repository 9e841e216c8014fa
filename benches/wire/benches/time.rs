//! Time and counts of the wire codecs.
perfkit_harness::time_main!(bench_wire::SUITE);
