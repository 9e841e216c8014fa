//! Nothing on the packet path of this layer allocates.
#![cfg(test)]
#[path = "support/counting_allocator.rs"]
mod counting_allocator;

use counting_allocator::allocations;
use net_wire::{
    ChannelName, Keepalive, PacketHeader, Pingwave, Reflex, Rendezvous, RoutingHeader, StreamNack,
    StreamReset, StreamWindow, SwarmPingwave, classify, forward_in_place, frames, identifiers,
};
use std::hint::black_box;

/// What the decoders get: every kind of datagram, well formed and not.
fn inputs() -> Vec<Vec<u8>> {
    let mut routed = RoutingHeader::new(1, 2, 3).encode().to_vec();
    routed.extend_from_slice(PacketHeader::new().as_bytes());
    let mut inputs = vec![
        routed,
        PacketHeader::new().encode().to_vec(),
        Pingwave::default().encode().to_vec(),
        Keepalive { sender_node_id: 1, punch_id: 2 }.encode().to_vec(),
        SwarmPingwave::new(1, 2, 3).encode().to_vec(),
        b"\x03\0\0\0abc\x00\0\0\0\xFF\xFF\xFF\xFFx".to_vec(),
    ];
    inputs.extend((0..80).map(|len| vec![0xFF; len]));
    inputs
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| black_box(Box::new(1))).0, 1);
}

#[test]
fn decoding_classifying_and_forwarding_allocate_nothing_whatever_the_bytes() {
    for mut bytes in inputs() {
        let (count, _) = allocations(|| {
            black_box(classify(&bytes));
            let _ = black_box(PacketHeader::parse(&bytes).map(PacketHeader::aad));
            let _ = black_box(RoutingHeader::decode(&bytes));
            let _ = black_box(Pingwave::decode(&bytes));
            let _ = black_box(SwarmPingwave::decode(&bytes));
            let _ = black_box(Keepalive::decode(&bytes));
            let _ = black_box(Reflex::decode(&bytes));
            let _ = black_box(Rendezvous::decode(&bytes));
            let _ = black_box(StreamWindow::decode(&bytes));
            let _ = black_box(StreamNack::decode(&bytes));
            let _ = black_box(StreamReset::decode(&bytes));
            black_box(frames::read(&bytes, u16::MAX).map(<[u8]>::len).sum::<usize>());
            let _ = black_box(forward_in_place(&mut bytes));
        });
        assert_eq!(count, 0, "{bytes:02x?}");
    }
}

#[test]
fn writing_frames_and_hashing_names_allocate_nothing() {
    let mut out = [0; 1024];
    let channel = ChannelName::new("sensors/lidar").unwrap();
    let (count, _) = allocations(|| {
        black_box(frames::write(&mut out, &["one", "two"])).unwrap();
        black_box(frames::append(&mut &mut out[..], &["one", "two"])).unwrap();
        black_box(identifiers::node_id(&[1; 32]) ^ identifiers::stream_id(b"key"));
        black_box((channel.clone(), channel.publish_stream_id()));
    });
    assert_eq!(count, 0);
}
