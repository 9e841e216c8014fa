//! Nothing on the warm packet path allocates: build, open, forward, heartbeats, pool cycles.
#![cfg(test)]
use bytes::BytesMut;
use net_crypto::PacketKey;
use net_node::forward::{decide_as_mesh_node, decide_as_router};
use net_node::{PacketBuilder, PacketMeta, PacketOpener, PacketPool, ThreadLocalPool};
use net_wire::{PacketHeader, RoutingHeader, forward_in_place};
use std::hint::black_box;
use test_support::counting_allocator::{CountingAllocator, allocations};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const META: PacketMeta = PacketMeta::stream(5, 6);

fn key() -> PacketKey {
    PacketKey::from([7; 32])
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| black_box(Box::new(1))).0, 1);
}

#[test]
fn building_data_heartbeats_and_handshakes_allocates_nothing_even_when_refused() {
    let mut builder = PacketBuilder::new(&key(), 1);
    let events = [vec![1; 64], vec![2; 4000]];
    let oversize = [vec![0; 9000]];
    let (count, _) = allocations(|| {
        black_box(builder.build(&META, &events)).unwrap();
        black_box(builder.heartbeat()).unwrap();
        black_box(builder.handshake(&[1; 48])).unwrap();
        black_box(builder.build(&META, &oversize)).unwrap_err();
    });
    assert_eq!(count, 0);
}

#[test]
fn a_warm_cycle_with_a_build_allocates_nothing_in_either_pool() {
    let (shared, local) =
        (PacketPool::new(&key(), 1, 4).unwrap(), ThreadLocalPool::new(&key(), 1, 4).unwrap());
    let cycles = |n: usize| {
        for _ in 0..n {
            black_box(shared.get().build(&META, &["event"])).unwrap();
            black_box(local.get().build(&META, &["event"])).unwrap();
            local.release(black_box(local.acquire()));
        }
    };
    cycles(1);
    // Past the look for dropped pools.
    assert_eq!(allocations(|| cycles(5000)).0, 0);
}

#[test]
fn opening_in_place_iterating_and_refusing_allocates_nothing() {
    let mut builder = PacketBuilder::new(&key(), 1);
    let mut opener = PacketOpener::new(&key(), 1);
    let mut datagram = builder.build(&META, &["one", "two"]).unwrap().to_vec();
    let mut replayed = datagram.clone();
    let mut forged = datagram.clone();
    forged[70] ^= 1;
    let (count, events) = allocations(|| {
        black_box(opener.open_in_place(&mut forged)).unwrap_err();
        let events = opener.open_in_place(&mut datagram).unwrap().events().map(black_box).count();
        black_box(opener.open_in_place(&mut replayed)).unwrap_err();
        events
    });
    assert_eq!((count, events), (0, 2));
}

#[test]
fn opening_a_slice_of_a_receive_slab_allocates_nothing() {
    let mut builder = PacketBuilder::new(&key(), 1);
    let mut opener = PacketOpener::new(&key(), 1);
    let mut slab = BytesMut::with_capacity(16_384);
    slab.extend_from_slice(builder.build(&META, &["one", "two"]).unwrap());
    let datagram = slab.split().freeze();
    drop(slab);
    let (count, events) =
        allocations(|| opener.open_bytes(datagram).unwrap().events().map(black_box).count());
    assert_eq!((count, events), (0, 2));
}

#[test]
fn verifying_a_heartbeat_allocates_nothing() {
    let mut builder = PacketBuilder::new(&key(), 1);
    let mut opener = PacketOpener::new(&key(), 1);
    let heartbeat = builder.heartbeat().unwrap();
    let (count, _) = allocations(|| {
        opener.verify_heartbeat(heartbeat).unwrap();
        opener.verify_heartbeat(heartbeat).unwrap_err();
    });
    assert_eq!(count, 0);
}

#[test]
fn deciding_and_forwarding_allocates_nothing() {
    let mut packet = [&RoutingHeader::new(1, 2, 9).encode()[..], PacketHeader::new().as_bytes()].concat();
    let (count, _) = allocations(|| {
        black_box(decide_as_mesh_node(9, &packet, Some)).unwrap();
        black_box(decide_as_router(1, &packet, Some)).unwrap_err();
        forward_in_place(&mut packet).unwrap();
    });
    assert_eq!(count, 0);
}
