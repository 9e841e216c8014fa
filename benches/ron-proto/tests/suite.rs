//! The suite carries its ids, each once, with floors that exist.
#![cfg(test)]
use bench_ron_proto::SUITE;
use perfkit_harness::Kind;
use test_support::suite::{Function, assert_ids};

const CHUNKS: [&str; 4] = ["2", "16", "128", "1024"];
const HASHED: [&str; 8] = ["64", "256", "512", "1024", "65536", "131072", "262144", "1048576"];

/// Groups that the performance targets name, then our own.
const FUNCTIONS: [Function<'_>; 22] = [
    ("ron_content_id/parse", &[]),
    ("ron_content_id/format", &[]),
    ("ron_manifest_encode", &CHUNKS),
    ("ron_manifest_decode", &CHUNKS),
    ("ron_manifest_roundtrip", &CHUNKS),
    ("ron_oap/parse", &[]),
    ("ron_oap/serialize", &[]),
    ("ron_oap/echo", &[]),
    ("ron_blake3", &HASHED),
    ("ron_manifest_parallel", &["1", "2", "4", "8"]),
    ("ron_startup", &[]),
    ("ron_manifest_view", &CHUNKS),
    ("ron_manifest_roundtrip_reused", &CHUNKS),
    ("ron_manifest_dagcbor", &CHUNKS),
    ("ron_oap/hello_decode", &[]),
    ("ron_oap/data_decode", &[]),
    ("ron_oap/data_encode", &[]),
    ("ron_oap/stream_10k", &[]),
    ("ron_blake3_crate", &HASHED),
    ("ron_blake3_rayon", &["262144", "524288", "1048576", "16777216"]),
    ("ron_blake3_rayon_serial", &["524288", "1048576", "16777216"]),
    ("ron_verify/streamed", &["1048576"]),
];

#[test]
fn every_id_is_there_exactly_once() {
    assert_ids(SUITE.iter().map(|workload| workload.id), &FUNCTIONS);
}

#[test]
fn every_floor_is_a_row_of_the_suite() {
    for floor in SUITE.iter().filter_map(|workload| workload.floor) {
        let id = floor.id();
        assert!(SUITE.iter().any(|workload| workload.id == id), "{id}");
    }
}

#[test]
fn each_instrument_has_the_rows_that_it_is_for() {
    let rows = |wanted: fn(&perfkit_harness::Workload) -> bool| {
        SUITE.iter().filter(|workload| wanted(workload)).map(|workload| workload.id).collect::<Vec<_>>()
    };
    assert_eq!(rows(|row| matches!(row.kind, Kind::Startup(_))), ["ron_startup"]);
    let scaled = rows(|row| row.scales);
    assert_eq!(scaled.len(), 8);
    assert!(scaled.iter().all(|id| id.starts_with("ron_manifest_roundtrip")));
    let threaded = rows(|row| row.threads > 1);
    assert!(
        threaded.iter().all(|id| id.contains("parallel") || id.contains("rayon")) && threaded.len() == 11
    );
}
