//! The suite carries the catalogue's ids, each once, with floors that exist.
#![cfg(test)]
use bench_mesh::SUITE;
use test_support::suite::{Function, assert_ids};

const SIZES: [&str; 4] = ["64", "256", "1024", "4096"];
const THREADS: [&str; 4] = ["8", "16", "24", "32"];

/// Groups of the catalogue, then our own.
const FUNCTIONS: [Function<'_>; 30] = [
    ("net_packet_pool/get_return", &["16", "64", "256"]),
    ("net_packet_build/build_packet", &["1", "10", "50"]),
    ("net_encryption/encrypt", &SIZES),
    ("net_encryption/raw_aead", &SIZES),
    ("net_encryption/raw_ring", &["64", "256", "1024", "4096", "68", "260", "1028", "4100"]),
    ("net_encryption/raw_ring_open", &SIZES),
    ("net_decrypt/decrypt_to_bytes", &SIZES),
    ("pool_comparison/shared_pool_get_return", &[]),
    ("pool_comparison/thread_local_pool_get_return", &[]),
    ("pool_comparison/shared_pool_10x", &[]),
    ("pool_comparison/thread_local_pool_10x", &[]),
    ("pool_comparison/thread_local_acquire_release", &[]),
    ("cipher_comparison/shared_pool", &SIZES),
    ("cipher_comparison/fast_chacha20", &SIZES),
    ("e2e_packet_build/shared_pool_50_events", &[]),
    ("e2e_packet_build/fast_50_events", &[]),
    ("pool_contention/shared_acquire_release", &THREADS),
    ("pool_contention/fast_acquire_release", &THREADS),
    ("multithread_packet_build/shared_pool", &THREADS),
    ("multithread_packet_build/thread_local_pool", &THREADS),
    ("multithread_mixed_frames/shared_mixed", &THREADS),
    ("multithread_mixed_frames/fast_mixed", &THREADS),
    ("throughput_scaling/fast_pool_scaling", &["1", "2", "4", "8", "16", "24", "32"]),
    ("packet_open/borrowed", &SIZES),
    ("packet_open/heartbeat_verify", &[]),
    ("packet_forward/in_place", &["64", "1024"]),
    ("replay_window/admit", &[]),
    ("audit_r1/rustcrypto_build", &SIZES),
    ("audit_r2/inline_key_get_return", &["64"]),
    ("audit_r2/boxed_key_get_return", &["64"]),
];

#[test]
fn every_id_is_there_exactly_once() {
    assert_ids(SUITE.iter().map(|workload| workload.id), &FUNCTIONS);
}

#[test]
fn every_floor_is_a_row_of_the_suite_and_every_build_of_one_event_has_one() {
    for workload in SUITE {
        if let Some(floor) = workload.floor {
            assert!(
                SUITE.iter().any(|row| row.id == floor.id()),
                "{} has the floor {}",
                workload.id,
                floor.id()
            );
        }
        let seals_one_event = ["net_encryption/encrypt/", "cipher_comparison/"]
            .iter()
            .any(|group| workload.id.starts_with(group));
        let expected = seals_one_event.then(|| format!("net_encryption/raw_ring/{}", workload.size + 4));
        if workload.id != "net_packet_build/build_packet/1" {
            assert_eq!(workload.floor.map(|floor| floor.id()), expected, "{}", workload.id);
        }
    }
}

#[test]
fn rows_that_make_threads_are_not_counted() {
    for workload in SUITE {
        let makes_threads = ["pool_contention", "multithread_", "throughput_scaling"]
            .iter()
            .any(|group| workload.id.starts_with(group));
        assert_eq!(workload.counted(), !makes_threads, "{}", workload.id);
    }
}
