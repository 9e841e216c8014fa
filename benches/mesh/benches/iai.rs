//! The headline workloads counted by iai-callgrind: a second tool over the same code, as a check on perfkit's own
//! counts. Each workload runs with N and with 2N operations, so that set-up cancels; workloads that make an input per
//! operation are no headline, since their set-up grows with N and iai-callgrind counts it. The runner reports arguments in
//! at most 50 characters, which an id and its operations have to fit.
#![allow(missing_docs)] // the macros make public items

use bench_mesh::SUITE;
use iai_callgrind::{library_benchmark, library_benchmark_group, main};

#[library_benchmark]
#[bench::encrypt_64_n("net_encryption/encrypt/64", 100)]
#[bench::encrypt_64_twice_n("net_encryption/encrypt/64", 200)]
#[bench::encrypt_4096_n("net_encryption/encrypt/4096", 100)]
#[bench::encrypt_4096_twice_n("net_encryption/encrypt/4096", 200)]
#[bench::raw_ring_68_n("net_encryption/raw_ring/68", 100)]
#[bench::raw_ring_68_twice_n("net_encryption/raw_ring/68", 200)]
#[bench::raw_aead_64_n("net_encryption/raw_aead/64", 100)]
#[bench::raw_aead_64_twice_n("net_encryption/raw_aead/64", 200)]
#[bench::build_10_n("net_packet_build/build_packet/10", 100)]
#[bench::build_10_twice_n("net_packet_build/build_packet/10", 200)]
#[bench::shared_pool_n("pool_comparison/shared_pool_get_return", 100)]
#[bench::shared_pool_twice_n("pool_comparison/shared_pool_get_return", 200)]
#[bench::thread_local_10x_n("pool_comparison/thread_local_pool_10x", 100)]
#[bench::thread_local_10x_twice_n("pool_comparison/thread_local_pool_10x", 200)]
#[bench::ring_open_1024_n("net_encryption/raw_ring_open/1024", 100)]
#[bench::ring_open_1024_twice_n("net_encryption/raw_ring_open/1024", 200)]
#[bench::forward_64_n("packet_forward/in_place/64", 100)]
#[bench::forward_64_twice_n("packet_forward/in_place/64", 200)]
#[bench::admit_n("replay_window/admit", 100)]
#[bench::admit_twice_n("replay_window/admit", 200)]
fn headline(id: &str, operations: u64) {
    perfkit_harness::run_operations(SUITE, id, operations);
}

library_benchmark_group!(name = packet_path; benchmarks = headline);
main!(library_benchmark_groups = packet_path);
