//! Workloads of the packet path: sealing, building, pools, opening, forwarding, and audit pairs of old shapes.
//!
//! Envelope of a build: one copy of the events, one locked addition, two for a shared pool, the seal; nothing is
//! allocated. The seal is the floor, so each build of one event stands next to `net_encryption/raw_ring` at four bytes
//! more: the length in front of the event.
#![recursion_limit = "512"] // one level a row: see `suite!`

mod audit;
mod contention;
mod fixture;
mod forward;
mod heartbeat;
mod lender;
mod open;
mod oracle;
mod packet_build;
mod pool_cycle;
mod raw_seal;
mod replay;

perfkit_harness::suite!(pub SUITE:
    "net_packet_pool/get_return" / builders in [16, 64, 256] => pool_cycle::shared;
    "net_packet_build/build_packet" / events in [1] => packet_build::zero_key, bytes(64 * events),
        floor("net_encryption/raw_ring", 68);
    "net_packet_build/build_packet" / events in [10, 50] => packet_build::zero_key, bytes(64 * events);

    "net_encryption/encrypt" / size in [64, 256, 1024, 4096] => packet_build::shared, bytes(size),
        floor("net_encryption/raw_ring", size + 4);
    "net_encryption/raw_aead" / size in [64, 256, 1024, 4096] => raw_seal::rustcrypto, bytes(size);
    "net_encryption/raw_ring" / size in [64, 68, 256, 260, 1024, 1028, 4096, 4100] => raw_seal::ring, bytes(size);
    "net_encryption/raw_ring_open" / size in [64, 256, 1024, 4096] => raw_seal::ring_open, bytes(size);
    "net_decrypt/decrypt_to_bytes" / size in [64, 256, 1024, 4096] => open::decrypt_to_bytes, bytes(size);

    "pool_comparison/shared_pool_get_return" => pool_cycle::shared_of_64;
    "pool_comparison/thread_local_pool_get_return" => pool_cycle::thread_local;
    "pool_comparison/shared_pool_10x" => pool_cycle::shared_10x;
    "pool_comparison/thread_local_pool_10x" => pool_cycle::thread_local_10x;
    "pool_comparison/thread_local_acquire_release" => pool_cycle::thread_local_explicit;

    "cipher_comparison/shared_pool" / size in [64, 256, 1024, 4096] => packet_build::shared, bytes(size),
        floor("net_encryption/raw_ring", size + 4);
    "cipher_comparison/fast_chacha20" / size in [64, 256, 1024, 4096] => packet_build::thread_local, bytes(size),
        floor("net_encryption/raw_ring", size + 4);
    "e2e_packet_build/shared_pool_50_events" => packet_build::shared_50_events, bytes(3200);
    "e2e_packet_build/fast_50_events" => packet_build::thread_local_50_events, bytes(3200);

    "pool_contention/shared_acquire_release" / t in [8, 16, 24, 32] => contention::shared_cycles,
        elements(10_000 * t), threads(t as u32);
    "pool_contention/fast_acquire_release" / t in [8, 16, 24, 32] => contention::thread_local_cycles,
        elements(10_000 * t), threads(t as u32);
    "multithread_packet_build/shared_pool" / t in [8, 16, 24, 32] => contention::shared_builds,
        elements(1000 * t), threads(t as u32);
    "multithread_packet_build/thread_local_pool" / t in [8, 16, 24, 32] => contention::thread_local_builds,
        elements(1000 * t), threads(t as u32);
    // 500 packets a thread are built. The catalogue's rows state 1500 elements, so the published rates are three times
    // too high; these state the same, that rates of one id compare.
    "multithread_mixed_frames/shared_mixed" / t in [8, 16, 24, 32] => contention::shared_mixed,
        elements(1500 * t), threads(t as u32);
    "multithread_mixed_frames/fast_mixed" / t in [8, 16, 24, 32] => contention::thread_local_mixed,
        elements(1500 * t), threads(t as u32);
    // Two threads: the one that builds is not the one that measures, so it cannot be counted.
    "throughput_scaling/fast_pool_scaling" / t in [1] => contention::scaling, elements(2000 * t), threads(2);
    "throughput_scaling/fast_pool_scaling" / t in [2, 4, 8, 16, 24, 32] => contention::scaling,
        elements(2000 * t), threads(t as u32);

    "packet_open/borrowed" / size in [64, 256, 1024, 4096] => open::borrowed, bytes(size);
    "packet_open/heartbeat_verify" => heartbeat::verify;
    "packet_forward/in_place" / size in [64, 1024] => forward::in_place, bytes(size);
    "replay_window/admit" => replay::admit;

    "audit_r1/rustcrypto_build" / size in [64, 256, 1024, 4096] => audit::r1_rustcrypto_build::build, bytes(size);
    "audit_r2/inline_key_get_return" / builders in [64] => audit::r2_inline_key::inline_key;
    "audit_r2/boxed_key_get_return" / builders in [64] => audit::r2_inline_key::boxed_key;
);
