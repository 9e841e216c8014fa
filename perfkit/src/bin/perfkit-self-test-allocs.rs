//! The self-test's suite under the counting allocator; `perfkit self-test` drives it.

perfkit_harness::allocs_main!(perfkit::self_test::suite::SUITE);
