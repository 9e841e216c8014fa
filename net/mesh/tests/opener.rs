//! Receiving against `tamper.json` and `handshake.json`: every refusal told apart, and none moves the window.
#![cfg(test)]
#[path = "../../wire/tests/support/mod.rs"]
mod support;

use bytes::{Bytes, BytesMut};
use net_crypto::{AdmitError, Admitted, OpenError, PacketKey};
use net_node::{PacketBuilder, PacketMeta, PacketOpener, ReceiveError};
use net_wire::limits::{HANDSHAKE_TTL, MAX_PACKET_SIZE};
use net_wire::{HeaderError, PacketFlags, PacketHeader, RoutingHeader, identifiers, write_handshake};
use serde_json::Value;
use support::{cases, hex, load, name, number};

fn tamper() -> Value {
    load(include_str!("vectors/tamper.json"))
}

fn opener(vectors: &Value) -> PacketOpener {
    let key: [u8; 32] = hex(&vectors["key_hex"]).try_into().unwrap();
    PacketOpener::new(&PacketKey::from(key), number(&vectors["session_id"]))
}

/// The vectors' word for an outcome.
fn word<T>(outcome: &Result<T, ReceiveError>) -> &'static str {
    match outcome {
        Ok(_) => "accept",
        Err(ReceiveError::Header(_)) => "parse_reject",
        Err(ReceiveError::UnknownSession { .. }) => "unknown_session",
        Err(ReceiveError::Length { .. }) => "length_reject",
        Err(ReceiveError::Open(_)) => "aead_reject",
        Err(ReceiveError::HeartbeatLength { .. }) => "heartbeat_length",
        Err(ReceiveError::NotHeartbeat { .. }) => "not_heartbeat",
        Err(ReceiveError::RoutedHeartbeat { .. }) => "routed_heartbeat",
        Err(ReceiveError::Handshake) => "handshake",
        Err(ReceiveError::Replay(_)) => "replay",
    }
}

/// The outcome in each of the forms a datagram is opened in; they must agree.
fn outcome(opener: impl Fn() -> PacketOpener, datagram: &[u8]) -> &'static str {
    let borrowed = word(&opener().open_in_place(&mut datagram.to_vec()));
    assert_eq!(word(&opener().open_bytes(Bytes::copy_from_slice(datagram))), borrowed);
    let shared = Bytes::copy_from_slice(datagram);
    assert_eq!(word(&opener().open_bytes(shared.clone())), borrowed);
    assert_eq!(shared, datagram, "a shared datagram stays as it was");
    borrowed
}

#[test]
fn every_tamper_case_has_the_stated_result() {
    let vectors = tamper();
    for case in cases(&vectors, "cases") {
        let opener = || match name(case) {
            "wrong_key" => PacketOpener::new(&PacketKey::from([0x55; 32]), number(&vectors["session_id"])),
            _ => opener(&vectors),
        };
        assert_eq!(outcome(opener, &hex(&case["packet_hex"])), case["result"], "{}", name(case));
    }
}

#[test]
fn a_flip_at_every_offset_has_the_stated_result() {
    let vectors = tamper();
    let base = hex(&vectors["base_packet_hex"]);
    let flips = cases(&vectors, "flip_bit0_per_offset");
    assert_eq!(flips.len(), base.len());
    for flip in flips {
        let offset = number(&flip["offset"]) as usize;
        let mut packet = base.clone();
        packet[offset] ^= 1;
        assert_eq!(outcome(|| opener(&vectors), &packet), flip["result"], "offset {offset}");
    }
}

#[test]
fn the_untampered_packet_holds_the_stated_events_in_both_forms() {
    let vectors = tamper();
    let base = hex(&vectors["base_packet_hex"]);
    let stated: Vec<Vec<u8>> = cases(&vectors, "plaintext_events").iter().map(hex).collect();
    let mut received = base.clone();
    let mut borrowed = opener(&vectors);
    assert_eq!(borrowed.open_in_place(&mut received).unwrap().events().collect::<Vec<_>>(), stated);
    let owned = opener(&vectors).open_bytes(base.into()).unwrap();
    assert_eq!(owned.events().collect::<Vec<_>>(), stated);
}

#[test]
fn heartbeats_in_order_are_accepted_as_stated_each_refusal_by_its_own_error() {
    let vectors = tamper();
    let mut opener = opener(&vectors);
    let counter = 0x1F4;
    for case in cases(&vectors, "heartbeats_in_order") {
        let outcome = opener.verify_heartbeat(&hex(&case["packet_hex"]));
        assert_eq!(outcome.is_ok(), case["accepted"].as_bool().unwrap(), "{}", name(case));
        let expected = match name(case) {
            "header_only_no_tag" => Err(ReceiveError::HeartbeatLength { len: 0 }),
            "bad_tag" => Err(ReceiveError::Open(OpenError::Forged { counter, len: 16 })),
            "first_delivery" => Ok(Admitted::InReach),
            "replay" => Err(ReceiveError::Replay(AdmitError::Replayed { counter })),
            other => panic!("unknown case {other}"),
        };
        assert_eq!(outcome, expected, "{}", name(case));
    }
}

#[test]
fn every_packet_recorded_after_a_handshake_opens_with_its_keys() {
    let vectors = load(include_str!("vectors/handshake.json"));
    let (mut opened, mut verified) = (0, 0);
    for transcript in cases(&vectors, "transcripts") {
        let session_id = number(&transcript["session_id"]);
        let hash = hex(&transcript["handshake_hash_hex"]);
        assert_eq!(session_id.to_le_bytes(), hash[..8], "the session id starts the handshake hash");
        let opener = |field: &str| {
            let key: [u8; 32] = hex(&transcript[field]).try_into().unwrap();
            PacketOpener::new(&PacketKey::from(key), session_id)
        };
        let mut at_responder = opener("initiator_tx_key_hex");
        let mut at_initiator = opener("initiator_rx_key_hex");
        for packet in cases(transcript, "packets_after_handshake") {
            let receiver = match packet["direction"].as_str().unwrap() {
                "initiator->responder" => &mut at_responder,
                "responder->initiator" => &mut at_initiator,
                other => panic!("unknown direction {other}"),
            };
            let mut datagram = hex(&packet["packet_hex"]);
            let header = *PacketHeader::parse(&datagram).unwrap();
            assert_eq!(header.nonce[..4], identifiers::nonce_prefix(session_id));
            assert_eq!(header.nonce_counter(), number(&packet["nonce_counter"]));
            assert_eq!(u64::from(header.flags), number(&packet["flags"]));
            assert_eq!(u64::from(header.subprotocol_id.get()), number(&packet["subprotocol_id"]));
            assert_eq!(header.stream_id.get(), number(&packet["stream_id"]));
            assert_eq!(header.sequence.get(), number(&packet["sequence"]));
            if header.packet_flags().contains(PacketFlags::HEARTBEAT) {
                receiver.verify_heartbeat(&datagram).unwrap();
                assert_eq!(packet["events_hex"].as_array().unwrap().len(), 0);
                verified += 1;
                continue;
            }
            let opened_packet = receiver.open_in_place(&mut datagram).unwrap();
            if let Some(events) = packet.get("events_hex") {
                let stated: Vec<Vec<u8>> = events.as_array().unwrap().iter().map(hex).collect();
                assert_eq!(opened_packet.events().collect::<Vec<_>>(), stated);
            }
            opened += 1;
        }
    }
    assert!(opened >= 5, "only {opened} packets were opened");
    assert!(verified >= 1, "no heartbeat was verified");
}

#[test]
fn every_recorded_handshake_packet_is_its_noise_message_framed_and_where_routed_addressed() {
    let vectors = load(include_str!("vectors/handshake.json"));
    let mut kinds = Vec::new();
    for transcript in cases(&vectors, "transcripts") {
        let kind = transcript["kind"].as_str().unwrap();
        let id = |field: &str| number(&transcript[field]);
        let (initiator, responder) = (id("initiator_node_id"), id("responder_node_id"));
        for (message, from, to) in [("msg1", initiator, responder), ("msg2", responder, initiator)] {
            let mut packet = Vec::new();
            match kind {
                "routed" => {
                    let header = RoutingHeader::new(identifiers::routing_id(from), to, HANDSHAKE_TTL);
                    packet.extend_from_slice(&header.encode());
                }
                "direct" | "adapter_direct_empty_prologue" => {}
                other => panic!("unknown kind {other}"),
            }
            let mut framed = [0; MAX_PACKET_SIZE];
            let noise_message = hex(&transcript[format!("{message}_noise_hex")]);
            let len = write_handshake(&mut framed, &noise_message).unwrap();
            packet.extend_from_slice(&framed[..len]);
            assert_eq!(packet, hex(&transcript[format!("{message}_packet_hex")]), "{kind} {message}");
        }
        kinds.push(kind);
    }
    assert!(kinds.contains(&"direct") && kinds.contains(&"routed"), "both kinds are recorded: {kinds:?}");
}

fn pair() -> (PacketBuilder, PacketOpener) {
    let key = PacketKey::from([7; 32]);
    (PacketBuilder::new(&key, 0x1234), PacketOpener::new(&key, 0x1234))
}

#[test]
fn short_datagrams_wrong_magic_and_version_are_refused_as_header_errors() {
    let (mut builder, mut opener) = pair();
    let good = builder.build(&PacketMeta::default(), &["x"]).unwrap().to_vec();
    assert_eq!(
        opener.open_in_place(&mut good[..67].to_vec()).unwrap_err(),
        ReceiveError::Header(HeaderError::TooShort { len: 67 })
    );
    let mut bad = good.clone();
    bad[1] = 0x4F;
    assert_eq!(
        opener.open_in_place(&mut bad).unwrap_err(),
        ReceiveError::Header(HeaderError::Magic { magic: 0x4F45 })
    );
    let mut bad = good.clone();
    bad[2] = 9;
    assert_eq!(
        opener.open_in_place(&mut bad).unwrap_err(),
        ReceiveError::Header(HeaderError::Version { version: 9 })
    );
}

#[test]
fn a_datagram_longer_or_shorter_than_its_payload_is_refused_as_length_before_the_tag() {
    let (mut builder, mut opener) = pair();
    let good = builder.build(&PacketMeta::default(), &["x"]).unwrap().to_vec();
    for len in [68, 83, good.len() - 1, good.len() + 1] {
        let mut bytes = good.clone();
        bytes.resize(len, 0);
        let refused = ReceiveError::Length { payload_len: 5, expected: 89, len };
        assert_eq!(opener.open_in_place(&mut bytes).unwrap_err(), refused);
    }
}

#[test]
fn a_packet_of_another_session_is_refused_as_unknown_session() {
    let (mut builder, _) = pair();
    let mut opener = PacketOpener::new(&PacketKey::from([7; 32]), 0x9999);
    let mut bytes = builder.build(&PacketMeta::default(), &["x"]).unwrap().to_vec();
    let refused = ReceiveError::UnknownSession { session_id: 0x1234, expected: 0x9999 };
    assert_eq!(opener.open_in_place(&mut bytes).unwrap_err(), refused);
}

#[test]
fn a_handshake_is_refused_as_handshake() {
    let (mut builder, mut opener) = pair();
    let mut bytes = builder.handshake(&[1; 48]).unwrap().to_vec();
    assert_eq!(opener.open_in_place(&mut bytes).unwrap_err(), ReceiveError::Handshake);
}

#[test]
fn a_heartbeat_with_a_payload_is_refused_as_heartbeat_length() {
    let (mut builder, mut opener) = pair();
    let meta = PacketMeta::default().with_flags(PacketFlags::HEARTBEAT);
    let mut bytes = builder.build(&meta, &["x"]).unwrap().to_vec();
    let refused = ReceiveError::HeartbeatLength { len: 21 };
    assert_eq!(opener.verify_heartbeat(&bytes), Err(refused));
    assert_eq!(opener.open_in_place(&mut bytes).unwrap_err(), refused);
}

#[test]
fn a_data_packet_is_no_heartbeat() {
    let (mut builder, mut opener) = pair();
    for events in [&["x"][..], &[]] {
        let packet = builder.build(&PacketMeta::default(), events).unwrap();
        assert_eq!(opener.verify_heartbeat(packet), Err(ReceiveError::NotHeartbeat { flags: 0 }));
    }
    assert_eq!(opener.next_expected_counter(), 0);
}

#[test]
fn a_routed_heartbeat_is_refused_and_routed_data_is_opened() {
    let (mut builder, mut opener) = pair();
    let mut heartbeat = builder.heartbeat().unwrap().to_vec();
    let refused = ReceiveError::RoutedHeartbeat { counter: 0 };
    assert_eq!(opener.open_routed_in_place(&mut heartbeat).unwrap_err(), refused);
    assert_eq!(opener.next_expected_counter(), 0, "the session is not touched");
    assert_eq!(opener.open_routed_bytes(heartbeat.into()).unwrap_err(), refused);
    assert_eq!(opener.next_expected_counter(), 0, "the session is not touched");
    let mut data = builder.build(&PacketMeta::default(), &["x"]).unwrap().to_vec();
    assert_eq!(opener.open_routed_in_place(&mut data).unwrap().events().next(), Some(&b"x"[..]));
    let data = Bytes::copy_from_slice(builder.build(&PacketMeta::default(), &["y"]).unwrap());
    assert_eq!(opener.open_routed_bytes(data).unwrap().events().next().unwrap(), "y");
}

#[test]
fn a_jump_of_counters_is_told_by_every_form_of_opening() {
    let jumped = Admitted::Jumped { passed: 1024 };
    let last = || {
        let (mut builder, opener) = pair();
        (0..1024).for_each(|_| drop(builder.heartbeat().unwrap().to_vec()));
        (builder, opener)
    };
    let (mut builder, mut opener) = last();
    let mut datagram = builder.build(&PacketMeta::default(), &["x"]).unwrap().to_vec();
    assert_eq!(opener.open_in_place(&mut datagram).unwrap().admitted, jumped);
    let mut next = builder.build(&PacketMeta::default(), &["x"]).unwrap().to_vec();
    assert_eq!(opener.open_in_place(&mut next).unwrap().admitted, Admitted::InReach);

    let (mut builder, mut opener) = last();
    let datagram = Bytes::copy_from_slice(builder.build(&PacketMeta::default(), &["x"]).unwrap());
    assert_eq!(opener.open_bytes(datagram).unwrap().admitted, jumped);

    let (mut builder, mut opener) = last();
    assert_eq!(opener.verify_heartbeat(builder.heartbeat().unwrap()), Ok(jumped));
}

#[test]
fn replayed_too_old_and_reserved_counters_are_refused_as_those() {
    let (mut builder, mut opener) = pair();
    let packets: Vec<Vec<u8>> =
        (0..1026).map(|i| builder.build(&PacketMeta::stream(1, i), &["x"]).unwrap().to_vec()).collect();
    opener.open_in_place(&mut packets[1025].clone()).unwrap();
    let replayed = ReceiveError::Replay(AdmitError::Replayed { counter: 1025 });
    assert_eq!(opener.open_in_place(&mut packets[1025].clone()).unwrap_err(), replayed);
    let too_old = ReceiveError::Replay(AdmitError::TooOld { counter: 1, age: 1024 });
    assert_eq!(opener.open_in_place(&mut packets[1].clone()).unwrap_err(), too_old);
    opener.open_in_place(&mut packets[2].clone()).unwrap();

    // No sender of ours seals this counter; one that does is refused all the same.
    let cipher = net_crypto::PacketCipher::new(&PacketKey::from([7; 32]), 0x1234);
    let mut header = PacketHeader::new();
    header.session_id.set(0x1234);
    header.nonce = cipher.nonce(u64::MAX);
    let tag = cipher.seal_in_place(u64::MAX, &header.aad(), &mut []).unwrap();
    let mut forbidden = [header.as_bytes(), &tag[..]].concat();
    let reserved = ReceiveError::Replay(AdmitError::Reserved);
    assert_eq!(opener.open_in_place(&mut forbidden).unwrap_err(), reserved);
}

#[test]
fn a_forged_packet_never_moves_the_window() {
    let (mut builder, mut opener) = pair();
    let good = builder.build(&PacketMeta::default(), &["x"]).unwrap().to_vec();
    let mut forged = good.clone();
    forged[16..24].copy_from_slice(&5_000_000u64.to_le_bytes());
    let refused = ReceiveError::Open(OpenError::Forged { counter: 5_000_000, len: 21 });
    assert_eq!(opener.open_in_place(&mut forged).unwrap_err(), refused);
    assert_eq!(opener.next_expected_counter(), 0);
    assert!(opener.open_in_place(&mut good.clone()).is_ok());
    assert_eq!(opener.next_expected_counter(), 1);
}

#[test]
fn truncated_frames_in_an_authentic_packet_deliver_the_events_before_them() {
    let cipher = net_crypto::PacketCipher::new(&PacketKey::from([7; 32]), 0x1234);
    let (_, mut opener) = pair();
    let mut payload = *b"\x02\0\0\0ab\x09\0\0\0cut";
    let mut header = PacketHeader::new();
    header.session_id.set(0x1234);
    header.payload_len.set(payload.len() as u16);
    header.event_count.set(2);
    let tag = cipher.seal_in_place(0, &header.aad(), &mut payload).unwrap();
    let mut datagram = [header.as_bytes(), &payload[..], &tag[..]].concat();
    assert_eq!(opener.open_in_place(&mut datagram).unwrap().events().collect::<Vec<_>>(), [b"ab"]);
}

#[test]
fn an_owned_datagram_is_opened_in_its_own_storage() {
    let (mut builder, mut opener) = pair();
    let mut slab = BytesMut::with_capacity(8192);
    slab.extend_from_slice(builder.build(&PacketMeta::default(), &["hello"]).unwrap());
    let datagram = slab.split().freeze();
    drop(slab);
    let start = datagram.as_ptr();
    let event = opener.open_bytes(datagram).unwrap().events().next().unwrap();
    assert_eq!(event, "hello");
    assert_eq!(event.as_ptr(), start.wrapping_add(68 + 4));
}
