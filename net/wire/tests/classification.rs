//! What a datagram is, in the order of the protocol's table.
#![cfg(test)]
use net_wire::limits::{KEEPALIVE_SIZE, MIN_ROUTED_SIZE, PINGWAVE_SIZE};
use net_wire::{DatagramKind, Keepalive, PacketHeader, Pingwave, RoutingHeader, classify};

/// `len` zero bytes that start with `magic`.
fn datagram(magic: [u8; 2], len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    bytes[..2].copy_from_slice(&magic);
    bytes
}

#[test]
fn each_kind_is_told_by_what_its_encoder_writes() {
    assert_eq!(classify(&Keepalive { sender_node_id: 1, punch_id: 2 }.encode()), DatagramKind::Keepalive);
    assert_eq!(classify(&Pingwave::default().encode()), DatagramKind::Pingwave);
    assert_eq!(classify(&PacketHeader::new().encode()), DatagramKind::Direct);
    let mut routed = RoutingHeader::new(1, 2, 3).encode().to_vec();
    routed.extend_from_slice(PacketHeader::new().as_bytes());
    assert_eq!(classify(&routed), DatagramKind::Routed);
}

#[test]
fn empty_and_one_byte_datagrams_are_unknown() {
    assert_eq!(classify(&[]), DatagramKind::Unknown);
    assert_eq!(classify(&[0x45]), DatagramKind::Unknown);
}

#[test]
fn a_packet_magic_is_direct_at_any_length_even_that_of_a_pingwave() {
    for len in [2, 14, 67, 68, PINGWAVE_SIZE, 8192] {
        assert_eq!(classify(&datagram(*b"\x45\x4E", len)), DatagramKind::Direct, "{len} bytes");
    }
}

#[test]
fn a_keepalive_has_its_length_exactly() {
    assert_eq!(classify(&datagram(*b"PH", KEEPALIVE_SIZE)), DatagramKind::Keepalive);
    assert_eq!(classify(&datagram(*b"PH", KEEPALIVE_SIZE - 1)), DatagramKind::Unknown);
    assert_eq!(classify(&datagram(*b"PH", KEEPALIVE_SIZE + 1)), DatagramKind::Unknown);
}

#[test]
fn a_routed_packet_holds_both_headers() {
    assert_eq!(MIN_ROUTED_SIZE, 86);
    assert_eq!(classify(&datagram(*b"RT", 86)), DatagramKind::Routed);
    assert_eq!(classify(&datagram(*b"RT", 85)), DatagramKind::Unknown);
    assert_eq!(classify(&datagram(*b"RT", 18)), DatagramKind::Unknown);
}

#[test]
fn a_pingwave_has_its_length_and_a_health_of_at_most_3() {
    let mut bytes = datagram([1, 2], PINGWAVE_SIZE);
    bytes[63] = 3;
    assert_eq!(classify(&bytes), DatagramKind::Pingwave);
    bytes[63] = 4;
    assert_eq!(classify(&bytes), DatagramKind::Unknown);
    assert_eq!(classify(&datagram([1, 2], PINGWAVE_SIZE + 1)), DatagramKind::Unknown);
}

#[test]
fn whatever_is_told_a_pingwave_or_keepalive_decodes_as_one() {
    for first in 0..=255 {
        for health in 0..=5 {
            let mut bytes = datagram([first, 0x4E], PINGWAVE_SIZE);
            bytes[63] = health;
            let told = classify(&bytes) == DatagramKind::Pingwave;
            assert_eq!(
                told,
                Pingwave::decode(&bytes).is_ok() && first != 0x45,
                "{first:#x}, health {health}"
            );
        }
    }
    assert!(Keepalive::decode(&datagram(*b"PH", KEEPALIVE_SIZE)).is_ok());
}

#[test]
fn a_pingwave_whose_origin_starts_like_a_routed_packet_is_still_one() {
    assert_eq!(classify(&datagram(*b"RT", PINGWAVE_SIZE)), DatagramKind::Pingwave);
}
