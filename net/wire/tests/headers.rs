//! Packet headers against `headers.json`, and an error of its own for each way to be wrong.
#![cfg(test)]
mod support;

use net_wire::limits::{AAD_SIZE, HEADER_SIZE, MAX_EVENTS_PER_PACKET, MAX_PAYLOAD_SIZE};
use net_wire::{HeaderError, PacketFlags, PacketHeader};
use serde_json::Value;
use support::{cases, hex, load, name, number};

fn vectors() -> Value {
    load(include_str!("vectors/headers.json"))
}

fn from_fields(fields: &Value) -> PacketHeader {
    let of = |field: &str| number(&fields[field]);
    PacketHeader {
        magic: (of("magic") as u16).into(),
        version: of("version") as u8,
        flags: of("flags") as u8,
        priority: of("priority") as u8,
        hop_ttl: of("hop_ttl") as u8,
        hop_count: of("hop_count") as u8,
        frag_flags: of("frag_flags") as u8,
        subprotocol_id: (of("subprotocol_id") as u16).into(),
        channel_hash: (of("channel_hash") as u16).into(),
        nonce: hex(&fields["nonce_hex"]).try_into().unwrap(),
        session_id: of("session_id").into(),
        stream_id: of("stream_id").into(),
        sequence: of("sequence").into(),
        origin_hash: of("origin_hash").into(),
        subnet_id: (of("subnet_id") as u32).into(),
        fragment_id: (of("fragment_id") as u16).into(),
        fragment_offset: (of("fragment_offset") as u16).into(),
        payload_len: (of("payload_len") as u16).into(),
        event_count: (of("event_count") as u16).into(),
    }
}

fn header_with(change: impl FnOnce(&mut PacketHeader)) -> [u8; HEADER_SIZE] {
    let mut header = PacketHeader::new();
    change(&mut header);
    header.encode()
}

#[test]
fn every_vector_encodes_to_its_bytes_and_its_aad() {
    for case in cases(&vectors(), "vectors") {
        let header = from_fields(&case["fields"]);
        assert_eq!(header.encode()[..], hex(&case["header_hex"]), "{}", name(case));
        assert_eq!(header.aad()[..], hex(&case["aad_hex"]), "{}", name(case));
        assert_eq!(header.validate().is_ok(), case["validate"].as_bool().unwrap(), "{}", name(case));
    }
}

#[test]
fn every_vector_decodes_to_its_fields() {
    for case in cases(&vectors(), "vectors") {
        let bytes = hex(&case["header_hex"]);
        let expected = from_fields(&case["fields"]);
        match PacketHeader::decode(&bytes) {
            Ok(header) => assert_eq!(*header, expected, "{}", name(case)),
            Err(error) => {
                let magic = expected.magic.get();
                assert_eq!(error, HeaderError::Magic { magic }, "{}", name(case));
                assert_ne!(magic, 0x4E45, "{}", name(case));
            }
        }
    }
}

#[test]
fn every_parse_case_is_accepted_or_refused_as_stated_at_each_step() {
    for case in cases(&vectors(), "parse_cases") {
        let bytes = hex(&case["packet_hex"]);
        let decodes = case["header_decodes"].as_bool().unwrap();
        let parses = case["packet_parse_ok"].as_bool().unwrap();
        assert_eq!(PacketHeader::decode(&bytes).is_ok(), decodes, "{}", name(case));
        assert_eq!(PacketHeader::parse(&bytes).is_ok(), parses, "{}", name(case));
    }
}

#[test]
fn a_header_cut_short_is_refused_as_too_short() {
    let bytes = PacketHeader::new().encode();
    for len in 0..HEADER_SIZE {
        assert_eq!(PacketHeader::parse(&bytes[..len]), Err(HeaderError::TooShort { len }));
    }
    assert!(PacketHeader::parse(&bytes).is_ok());
}

#[test]
fn a_wrong_magic_is_refused_as_magic() {
    let bytes = header_with(|header| header.magic.set(0x4E44));
    assert_eq!(PacketHeader::parse(&bytes), Err(HeaderError::Magic { magic: 0x4E44 }));
}

#[test]
fn a_wrong_version_is_refused_as_version() {
    for version in [0, 2, 255] {
        let bytes = header_with(|header| header.version = version);
        assert_eq!(PacketHeader::parse(&bytes), Err(HeaderError::Version { version }));
    }
}

#[test]
fn a_payload_of_8108_bytes_is_accepted_and_of_8109_refused_as_payload_len() {
    let limit = MAX_PAYLOAD_SIZE as u16;
    assert_eq!(limit, 8108);
    assert!(PacketHeader::parse(&header_with(|header| header.payload_len.set(limit))).is_ok());
    let bytes = header_with(|header| header.payload_len.set(limit + 1));
    assert_eq!(PacketHeader::parse(&bytes), Err(HeaderError::PayloadLen { payload_len: 8109 }));
}

#[test]
fn a_count_of_2027_events_is_accepted_and_of_2028_refused_as_event_count() {
    let limit = MAX_EVENTS_PER_PACKET as u16;
    assert_eq!(limit, 2027);
    assert!(PacketHeader::parse(&header_with(|header| header.event_count.set(limit))).is_ok());
    let bytes = header_with(|header| header.event_count.set(limit + 1));
    assert_eq!(PacketHeader::parse(&bytes), Err(HeaderError::EventCount { event_count: 2028 }));
}

#[test]
fn unnamed_flag_bits_are_carried_and_change_nothing() {
    let bytes = header_with(|header| header.flags = 0xC0);
    let header = PacketHeader::parse(&bytes).unwrap();
    assert_eq!(header.packet_flags().bits(), 0xC0);
    assert!(!header.packet_flags().contains(PacketFlags::HEARTBEAT));
}

#[test]
fn the_aad_covers_every_byte_but_hop_count_and_nonce() {
    let plain = PacketHeader::new();
    let mut covered = 0;
    for at in 0..HEADER_SIZE {
        let mut bytes = plain.encode();
        bytes[at] ^= 0xFF;
        let changed: PacketHeader = zerocopy::transmute!(bytes);
        let differs = changed.aad() != plain.aad();
        assert_eq!(differs, at != 6 && !(12..24).contains(&at), "byte {at}");
        covered += usize::from(differs);
    }
    // The AAD has one byte more: the zero in the place of the hop count.
    assert_eq!(covered, AAD_SIZE - 1);
}

#[test]
fn a_header_is_read_at_any_address() {
    let mut bytes = [0u8; HEADER_SIZE + 8];
    for shift in 0..8 {
        bytes[shift..shift + HEADER_SIZE].copy_from_slice(PacketHeader::new().as_bytes());
        assert_eq!(*PacketHeader::parse(&bytes[shift..]).unwrap(), PacketHeader::new());
    }
}
