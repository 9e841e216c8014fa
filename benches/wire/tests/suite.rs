//! The suite carries the catalogue's ids, each once.
#![cfg(test)]
use bench_wire::SUITE;
use test_support::suite::{Function, assert_ids};

const SIZES: [&str; 4] = ["64", "256", "1024", "4096"];

/// Groups of the catalogue, and one of our own (`event_frames`).
const FUNCTIONS: [Function<'_>; 20] = [
    ("net_header/serialize", &[]),
    ("net_header/deserialize", &[]),
    ("net_header/roundtrip", &[]),
    ("net_aad/generate", &[]),
    ("net_event_frame/write_single", &SIZES),
    ("net_event_frame/write_single_reused", &SIZES),
    ("net_event_frame/write_batch", &["1", "10", "50", "100"]),
    ("net_event_frame/read_batch_10", &[]),
    ("event_frames/read_borrowed_10", &[]),
    ("routing_header/serialize", &[]),
    ("routing_header/deserialize", &[]),
    ("routing_header/roundtrip", &[]),
    ("routing_header/forward", &[]),
    ("pingwave/serialize", &[]),
    ("pingwave/deserialize", &[]),
    ("pingwave/roundtrip", &[]),
    ("pingwave/forward", &[]),
    ("mesh_dispatch/classify_direct", &[]),
    ("mesh_dispatch/classify_routed", &[]),
    ("mesh_dispatch/classify_pingwave", &[]),
];

#[test]
fn every_id_is_there_exactly_once() {
    assert_ids(SUITE.iter().map(|workload| workload.id), &FUNCTIONS);
}

#[test]
fn rows_with_a_size_state_the_bytes_or_elements_that_they_process() {
    for workload in SUITE {
        let expected = match workload.id.rsplit_once('/') {
            Some(("net_event_frame/write_batch", _)) => (64 * workload.size, 1),
            Some((_, "read_batch_10" | "read_borrowed_10")) => (0, 10),
            _ => (workload.size, 1),
        };
        assert_eq!((workload.bytes, workload.elements), expected, "{}", workload.id);
    }
}
