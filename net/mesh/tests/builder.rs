//! Packets byte for byte against `sealed_packets.json`, and the builder at its limits.
#![cfg(test)]
#[path = "../../wire/tests/support/mod.rs"]
mod support;

use net_crypto::{CounterExhausted, PacketKey, TxCounter};
use net_node::{BuildError, PacketBuilder, PacketMeta, PacketOpener, PacketPool, ThreadLocalPool};
use net_wire::{FrameError, HandshakeError, PacketFlags, PacketHeader};
use serde_json::Value;
use support::{cases, hex, load, name, number};

fn vectors() -> Value {
    load(include_str!("vectors/sealed_packets.json"))
}

fn key(case: &Value) -> PacketKey {
    PacketKey::from(<[u8; 32]>::try_from(hex(&case["key_hex"])).unwrap())
}

fn builder(case: &Value) -> PacketBuilder {
    let counter = TxCounter::starting_at(number(&case["nonce_counter"]));
    PacketBuilder::with_counter(&key(case), number(&case["session_id"]), counter)
}

fn event(value: &Value) -> Vec<u8> {
    match value.get("hex") {
        Some(bytes) => hex(bytes),
        None => {
            assert_eq!(value["pattern"], "byte[i] = (7*i + 3) mod 256");
            (0..number(&value["len"])).map(|i| (7 * i + 3) as u8).collect()
        }
    }
}

#[test]
fn every_vector_is_built_byte_for_byte() {
    for case in cases(&vectors(), "vectors") {
        let meta = PacketMeta {
            flags: PacketFlags::from_bits(number(&case["flags"]) as u8),
            subprotocol_id: number(&case["subprotocol_id"]) as u16,
            channel_hash: number(&case["channel_hash"]) as u16,
            stream_id: number(&case["stream_id"]),
            sequence: number(&case["sequence"]),
            origin_hash: number(&case["origin_hash"]),
        };
        let events: Vec<Vec<u8>> = case["events"].as_array().unwrap().iter().map(event).collect();
        let mut builder = builder(case);
        let packet = builder.build(&meta, &events).unwrap();
        assert_eq!(packet.len() as u64, number(&case["packet_len"]), "{}", name(case));
        assert_eq!(packet, hex(&case["packet_hex"]), "{}", name(case));

        let header = PacketHeader::parse(packet).unwrap();
        assert_eq!(header.aad()[..], hex(&case["aad_hex"]), "{}", name(case));
        assert_eq!(u64::from(header.event_count.get()), number(&case["event_count"]), "{}", name(case));
    }
}

#[test]
fn every_heartbeat_vector_is_built_byte_for_byte() {
    for case in cases(&vectors(), "heartbeats") {
        assert_eq!(builder(case).heartbeat().unwrap(), hex(&case["packet_hex"]));
    }
}

#[test]
fn the_handshake_vector_is_built_byte_for_byte_and_uses_no_counter() {
    let case = &vectors()["handshake_packet"];
    let mut builder = PacketBuilder::new(&PacketKey::from([1; 32]), 1);
    assert_eq!(builder.handshake(&hex(&case["noise_bytes_hex"])).unwrap(), hex(&case["packet_hex"]));
    assert_eq!(builder.current_counter(), 0);
}

#[test]
fn two_builders_of_a_pool_share_one_counter_as_stated() {
    let case = &vectors()["pool_shared_counter"];
    let pool = PacketPool::new(&key(case), number(&case["session_id"]), 2).unwrap();
    let (mut first, mut second) = (pool.get(), pool.get());
    let packets = [
        first.build(&PacketMeta::stream(1, 0), &[b"a"]).unwrap().to_vec(),
        second.build(&PacketMeta::stream(1, 1), &[b"b"]).unwrap().to_vec(),
        first.heartbeat().unwrap().to_vec(),
        second.build(&PacketMeta::stream(1, 2), &[b"c"]).unwrap().to_vec(),
    ];
    // The vector gives packets only; opening its packets tells what is in them.
    let mut opener = PacketOpener::new(&key(case), number(&case["session_id"]));
    for (ours, theirs) in packets.iter().zip(cases(case, "packets_hex")) {
        let mut theirs = hex(theirs);
        let wire = theirs.clone();
        let opened = opener.open_in_place(&mut theirs).unwrap();
        let events: Vec<Vec<u8>> = opened.events().map(<[u8]>::to_vec).collect();
        assert_eq!(*ours, wire, "they sealed {events:?}");
    }
}

#[test]
fn nothing_of_a_packet_leaks_into_the_next_of_a_reused_builder() {
    let vectors = vectors();
    let case = &vectors["thread_local_pool_reuse"];
    let shared = &vectors["pool_shared_counter"];
    let (key, session_id) = (key(shared), number(&shared["session_id"]));
    let pool = ThreadLocalPool::new(&key, session_id, 1).unwrap();
    let mut opener = PacketOpener::new(&key, session_id);
    let stated = hex(&case["first_hex"]);
    let event = opener.open_in_place(&mut stated.clone()).unwrap().events().next().unwrap().to_vec();

    let mut first = pool.acquire();
    let reused = std::ptr::from_ref(&*first);
    let packet = first.build(&PacketMeta::stream(1, 0).with_channel(0x7777, 0x99), &[&event]).unwrap();
    assert_eq!(packet, stated);
    pool.release(first);

    let mut second = pool.acquire();
    assert_eq!(std::ptr::from_ref(&*second), reused, "the test wants the same builder again");
    let packet = second.build(&PacketMeta::stream(1, 1), &[b"b"]).unwrap();
    let header = PacketHeader::parse(packet).unwrap();
    assert_eq!(header.origin_hash.get(), number(&case["second_origin_hash"]));
    assert_eq!(number(&case["second_channel_hash"]), 0x7777, "the original leaks it");
    assert_eq!(header.channel_hash.get(), 0, "we do not");
    // Byte for byte what a builder that never saw a channel makes.
    assert_eq!(packet, hex(&shared["packets_hex"][1]));
}

fn fresh() -> PacketBuilder {
    PacketBuilder::new(&PacketKey::from([7; 32]), 0x1234)
}

#[test]
fn an_event_of_8104_bytes_is_built_and_of_8105_refused_without_using_a_counter() {
    let mut builder = fresh();
    assert_eq!(builder.build(&PacketMeta::default(), &[[1; 8104]]).unwrap().len(), 8192);
    let refused = BuildError::Frames(FrameError::EventTooLong { index: 0, len: 8105 });
    assert_eq!(builder.build(&PacketMeta::default(), &[[1; 8105]]), Err(refused));
    assert_eq!(builder.current_counter(), 1);
}

#[test]
fn a_payload_of_8108_bytes_is_built_and_of_8109_refused() {
    let mut builder = fresh();
    let events = [vec![1; 4000], vec![2; 4100]];
    assert_eq!(builder.build(&PacketMeta::default(), &events).unwrap().len(), 8192);
    let events = [vec![1; 4000], vec![2; 4101]];
    let refused = BuildError::Frames(FrameError::PayloadTooLong { len: 8109 });
    assert_eq!(builder.build(&PacketMeta::default(), &events), Err(refused));
}

#[test]
fn packets_of_2027_events_are_built_and_of_2028_refused() {
    let mut builder = fresh();
    assert_eq!(builder.build(&PacketMeta::default(), &[b""; 2027]).unwrap().len(), 8192);
    let refused = BuildError::Frames(FrameError::TooManyEvents { count: 2028 });
    assert_eq!(builder.build(&PacketMeta::default(), &[b""; 2028]), Err(refused));
}

#[test]
fn an_exhausted_session_seals_neither_data_nor_heartbeats() {
    let counter = TxCounter::starting_at(TxCounter::LIMIT - 1);
    let mut builder = PacketBuilder::with_counter(&PacketKey::from([7; 32]), 1, counter);
    assert!(builder.build(&PacketMeta::default(), &["last"]).is_ok());
    let refused = Err(BuildError::CounterExhausted(CounterExhausted { limit: TxCounter::LIMIT }));
    assert_eq!(builder.build(&PacketMeta::default(), &["one more"]), refused);
    assert_eq!(builder.heartbeat(), refused);
}

#[test]
fn a_noise_message_over_the_limit_is_refused() {
    let refused = BuildError::Handshake(HandshakeError::TooLong { len: 8109 });
    assert_eq!(fresh().handshake(&[0; 8109]), Err(refused));
}

#[test]
fn a_refused_build_leaves_the_builder_fit_for_the_next() {
    let mut builder = fresh();
    builder.build(&PacketMeta::default(), &[vec![0xEE; 5000], vec![0xEE; 5000]]).unwrap_err();
    let packet = builder.build(&PacketMeta::stream(1, 2), &["fine"]).unwrap().to_vec();
    assert_eq!(packet, fresh().build(&PacketMeta::stream(1, 2), &["fine"]).unwrap());
}
