//! The self-test's suite for times and counts; `perfkit self-test` drives it.

perfkit_harness::time_main!(perfkit::self_test::suite::SUITE);
