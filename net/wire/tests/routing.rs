//! Routing headers against `routing.json`, and an error of its own for each way to be wrong.
#![cfg(test)]
mod support;

use bytes::BytesMut;
use net_wire::limits::ROUTING_HEADER_SIZE;
use net_wire::{ForwardError, RoutingFlags, RoutingHeader, RoutingHeaderError, forward_in_place};
use serde_json::Value;
use support::{cases, hex, load, name, number};

fn vectors() -> Value {
    load(include_str!("vectors/routing.json"))
}

#[test]
fn every_vector_encodes_and_decodes_alike_by_each_writer() {
    for case in cases(&vectors(), "vectors") {
        let of = |field: &str| number(&case[field]);
        let header = RoutingHeader {
            ttl: of("ttl") as u8,
            hop_count: of("hop_count") as u8,
            flags: RoutingFlags::from_bits(of("flags") as u8),
            reserved: of("reserved") as u8,
            src_id: of("src_id") as u32,
            dest_id: of("dest_id"),
        };
        let bytes = hex(&case["header_hex"]);
        assert_eq!(header.encode()[..], bytes, "{}", name(case));
        assert_eq!(RoutingHeader::decode(&bytes), Ok(header), "{}", name(case));

        let mut appended = BytesMut::new();
        header.write_to(&mut appended);
        let mut overwritten = [0xEE; ROUTING_HEADER_SIZE + 3];
        header.write_at(&mut overwritten).unwrap();
        assert_eq!(appended[..], overwritten[..ROUTING_HEADER_SIZE], "{}", name(case));
        assert_eq!(overwritten[ROUTING_HEADER_SIZE..], [0xEE; 3], "bytes behind the header stay");
    }
}

#[test]
fn every_parse_case_is_accepted_or_refused_as_stated() {
    for case in cases(&vectors(), "parse_cases") {
        let decoded = RoutingHeader::decode(&hex(&case["hex"]));
        assert_eq!(decoded.is_ok(), case["decodes"].as_bool().unwrap(), "{}", name(case));
        if let Ok(header) = decoded {
            assert_eq!(u64::from(header.flags.bits()), number(&case["flags_after_mask"]), "{}", name(case));
            let on_the_wire = hex(&case["hex"])[4];
            let reserved = RoutingHeader::reserved_flags(&hex(&case["hex"]));
            assert_eq!(header.flags.bits() | reserved, on_the_wire, "{}", name(case));
        }
    }
}

#[test]
fn every_forwarding_step_gives_the_stated_bytes_on_the_value_and_in_place() {
    for case in cases(&vectors(), "forward_cases") {
        let (before, after) = (hex(&case["before_hex"]), hex(&case["after_hex"]));
        let forwards = case["forward_returns"].as_bool().unwrap();

        let mut header = RoutingHeader::decode(&before).unwrap();
        assert_eq!(header.forward(), forwards);
        assert_eq!(header.encode()[..], after);
        assert_eq!(header.is_expired(), case["expired_after"].as_bool().unwrap());

        let mut packet = before.clone();
        packet.extend_from_slice(b"body");
        let stepped = forward_in_place(&mut packet);
        assert_eq!(stepped, if forwards { Ok(header) } else { Err(ForwardError::TtlExpired) });
        assert_eq!(packet[..ROUTING_HEADER_SIZE], after);
        assert_eq!(packet[ROUTING_HEADER_SIZE..], *b"body");
    }
}

#[test]
fn a_step_clears_reserved_flags_and_keeps_the_reserved_byte() {
    let mut packet = RoutingHeader::new(1, 2, 3).encode();
    packet[4] = 0xF1;
    packet[5] = 0x77;
    assert_eq!(RoutingHeader::reserved_flags(&packet), 0xF0, "what is about to be cleared can be told");
    forward_in_place(&mut packet).unwrap();
    assert_eq!(RoutingHeader::reserved_flags(&packet), 0);
    assert_eq!(packet[..6], [0x52, 0x54, 2, 1, 0x01, 0x77]);
}

#[test]
fn a_header_cut_short_is_refused_as_too_short_by_reader_writer_and_step() {
    let header = RoutingHeader::new(1, 2, 3);
    for len in 0..ROUTING_HEADER_SIZE {
        let mut bytes = header.encode()[..len].to_vec();
        let too_short = RoutingHeaderError::TooShort { len };
        assert_eq!(RoutingHeader::decode(&bytes), Err(too_short));
        assert_eq!(header.write_at(&mut bytes), Err(too_short));
        assert_eq!(forward_in_place(&mut bytes), Err(ForwardError::Header(too_short)));
    }
}

#[test]
fn a_wrong_magic_is_refused_as_magic_and_nothing_is_patched() {
    let mut bytes = RoutingHeader::new(1, 2, 3).encode();
    bytes[0] = 0x45;
    let before = bytes;
    let wrong = RoutingHeaderError::Magic { magic: 0x5445 };
    assert_eq!(RoutingHeader::decode(&bytes), Err(wrong));
    assert_eq!(forward_in_place(&mut bytes), Err(ForwardError::Header(wrong)));
    assert_eq!(bytes, before);
}
