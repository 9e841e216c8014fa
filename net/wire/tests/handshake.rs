//! Handshake packets at their limits.
#![cfg(test)]
use net_wire::limits::{HEADER_SIZE, MAX_PAYLOAD_SIZE};
use net_wire::{HandshakeError, PacketFlags, PacketHeader, write_handshake};

#[test]
fn a_handshake_packet_is_a_bare_header_and_the_message() {
    let mut out = [0xEE; 200];
    let len = write_handshake(&mut out, &[9; 48]).unwrap();
    assert_eq!(len, HEADER_SIZE + 48);
    let mut expected = PacketHeader::new();
    expected.flags = PacketFlags::HANDSHAKE.bits();
    expected.payload_len.set(48);
    assert_eq!(PacketHeader::parse(&out), Ok(&expected));
    assert_eq!(out[HEADER_SIZE..len], [9; 48]);
    assert_eq!(out[len..], [0xEE; 84]);
}

#[test]
fn a_message_over_the_limit_or_the_buffer_is_refused_as_that() {
    let mut out = [0; 8192];
    assert_eq!(write_handshake(&mut out, &[0; MAX_PAYLOAD_SIZE]), Ok(HEADER_SIZE + 8108));
    assert_eq!(write_handshake(&mut out, &[0; 8109]), Err(HandshakeError::TooLong { len: 8109 }));
    let refused = HandshakeError::BufferFull { capacity: 100, len: 116 };
    assert_eq!(write_handshake(&mut out[..100], &[0; 48]), Err(refused));
}
