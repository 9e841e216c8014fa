//! Pingwaves, keepalives, reflex, rendezvous and the library codecs against `datagrams_misc.json`.
#![cfg(test)]
mod support;

use net_wire::{
    AddressError, CapabilityAd, CapabilityAdError, Health, Keepalive, KeepaliveError, Pingwave,
    PingwaveError, PrimaryCapabilities, Reflex, Rendezvous, RendezvousError, SwarmPingwave,
    SwarmPingwaveError, memory_tier,
};
use serde_json::Value;
use std::net::SocketAddr;
use support::{cases, hex, load, number};

fn vectors() -> Value {
    load(include_str!("vectors/datagrams_misc.json"))
}

fn health(byte: u64) -> Health {
    [Health::Healthy, Health::Degraded, Health::Unhealthy, Health::Unknown][byte as usize]
}

fn address(value: &Value) -> SocketAddr {
    value.as_str().unwrap().parse().unwrap()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_pingwave_with_every_field_distinct_encodes_and_decodes_to_the_stated_bytes() {
    let vectors = vectors();
    let case = &cases(&vectors["pingwave_72"], "vectors")[0];
    let caps = &case["primary_caps"];
    let pingwave = Pingwave {
        origin_id: hex(&case["origin_id_hex"]).try_into().unwrap(),
        seq: number(&case["seq"]),
        ttl: number(&case["ttl"]) as u8,
        hop_count: number(&case["hop_count"]) as u8,
        origin_timestamp_us: number(&case["origin_timestamp_us"]),
        capability_hash: number(&case["capability_hash"]),
        capability_version: number(&case["capability_version"]) as u32,
        load_level: number(&case["load_level"]) as u8,
        health: health(number(&case["health"])),
        primary_caps: PrimaryCapabilities {
            gpu: caps["gpu"].as_bool().unwrap(),
            model_slots: number(&caps["model_slots"]) as u8,
            memory_tier: number(&caps["memory_tier"]) as u8,
            tools_bitmap: number(&caps["tools_bitmap"]) as u8,
            flags: number(&caps["flags"]) as u32,
        },
    };
    let bytes = hex(&case["packet_hex"]);
    assert_eq!(pingwave.encode()[..], bytes);
    assert_eq!(Pingwave::decode(&bytes), Ok(pingwave));
    assert_eq!(pingwave.origin_node_id(), number(&case["origin_node_id"]));

    let mut same_origin = Pingwave::default();
    same_origin.set_origin_node_id(number(&case["origin_node_id"]));
    assert_eq!(same_origin.origin_id, pingwave.origin_id);
}

#[test]
fn a_forwarded_pingwave_has_the_stated_bytes() {
    let vectors = vectors();
    let [before, after, ..] = cases(&vectors["pingwave_72"], "vectors") else { panic!("two vectors") };
    let mut pingwave = Pingwave::decode(&hex(&before["packet_hex"])).unwrap();
    assert_eq!(pingwave.forward(), after["forward_returns"].as_bool().unwrap());
    assert_eq!(pingwave.encode()[..], hex(&after["packet_hex"]));
}

#[test]
fn a_pingwave_without_ttl_is_not_forwarded_and_hops_saturate() {
    let mut expired = Pingwave { ttl: 0, hop_count: 9, ..Pingwave::default() };
    assert!(!expired.forward());
    assert_eq!((expired.ttl, expired.hop_count), (0, 9));
    let mut far = Pingwave { ttl: 2, hop_count: 255, ..Pingwave::default() };
    assert!(far.forward());
    assert_eq!((far.ttl, far.hop_count), (1, 255));
}

#[test]
fn a_pingwave_parses_by_its_health_byte_as_stated() {
    let vectors = vectors();
    for case in cases(&vectors["pingwave_72"], "health_byte_cases") {
        let mut bytes = Pingwave::default().encode();
        bytes[63] = number(&case["health_byte"]) as u8;
        let expected = match case["parses"].as_bool().unwrap() {
            true => Ok(health(u64::from(bytes[63]))),
            false => Err(PingwaveError::Health { health: bytes[63] }),
        };
        assert_eq!(Pingwave::decode(&bytes).map(|pingwave| pingwave.health), expected);
    }
}

#[test]
fn a_pingwave_of_another_length_is_refused_as_length() {
    assert_eq!(Pingwave::decode(&[0; 71]), Err(PingwaveError::Length { len: 71 }));
    assert_eq!(Pingwave::decode(&[0; 73]), Err(PingwaveError::Length { len: 73 }));
}

#[test]
fn memory_tiers_change_at_the_stated_sizes() {
    let edges = [(1, 0), (4, 1), (8, 2), (16, 3), (32, 4), (64, 5), (128, 6)];
    assert_eq!(memory_tier(0), 0);
    for (memory_gb, tier) in edges {
        assert_eq!((memory_tier(memory_gb), memory_tier(memory_gb + 1)), (tier, tier + 1), "{memory_gb} GB");
    }
    assert_eq!(memory_tier(u32::MAX), 7);
}

#[test]
fn the_keepalive_encodes_and_decodes_to_the_stated_bytes() {
    let case = &vectors()["keepalive_14"];
    let keepalive = Keepalive {
        sender_node_id: number(&case["sender_node_id"]),
        punch_id: number(&case["punch_id"]) as u32,
    };
    let bytes = hex(&case["packet_hex"]);
    assert_eq!(keepalive.encode()[..], bytes);
    assert_eq!(Keepalive::decode(&bytes), Ok(keepalive));
}

#[test]
fn a_keepalive_of_another_length_or_magic_is_refused_as_that() {
    assert_eq!(Keepalive::decode(&[0; 13]), Err(KeepaliveError::Length { len: 13 }));
    assert_eq!(Keepalive::decode(&[0; 15]), Err(KeepaliveError::Length { len: 15 }));
    assert_eq!(Keepalive::decode(&[1; 14]), Err(KeepaliveError::Magic { magic: 0x0101 }));
}

#[test]
fn reflex_request_and_responses_encode_and_decode_to_the_stated_bytes() {
    let vectors = vectors();
    let mut seen = [0, 0];
    for case in cases(&vectors, "reflex_0x0d00") {
        let (reflex, bytes) = match case.get("request_hex") {
            Some(request) => (Reflex::Request, hex(request)),
            None => (Reflex::Response(address(&case["observed"])), hex(&case["response_hex"])),
        };
        seen[usize::from(reflex == Reflex::Request)] += 1;
        assert_eq!(reflex.encode(&mut [0xEE; 19]), bytes);
        assert_eq!(Reflex::decode(&bytes), Ok(reflex));
    }
    assert_eq!(seen, [2, 1]);
}

#[test]
fn an_address_of_another_length_or_family_is_refused_as_that() {
    for len in [1, 18, 20] {
        assert_eq!(Reflex::decode(&[4; 20][..len]), Err(AddressError::Length { len }));
    }
    assert_eq!(Reflex::decode(&[5; 19]), Err(AddressError::Family { family: 5 }));
}

#[test]
fn each_rendezvous_message_encodes_and_decodes_to_the_stated_bytes() {
    let vectors = vectors();
    let mut kinds = 0;
    for case in cases(&vectors, "rendezvous_0x0d01") {
        let message = match case["name"].as_str().unwrap() {
            "punch_request" => Rendezvous::PunchRequest {
                target: number(&case["target"]),
                self_reflex: address(&case["self_reflex"]),
            },
            "punch_introduce" => Rendezvous::PunchIntroduce {
                peer: number(&case["peer"]),
                peer_reflex: address(&case["peer_reflex"]),
                fire_at_ms: number(&case["fire_at_ms"]),
            },
            "punch_ack" => Rendezvous::PunchAck {
                from_peer: number(&case["from_peer"]),
                to_peer: number(&case["to_peer"]),
                punch_id: number(&case["punch_id"]) as u32,
            },
            other => panic!("unknown message {other}"),
        };
        kinds += 1;
        let bytes = hex(&case["payload_hex"]);
        assert_eq!(message.encode(&mut [0xEE; Rendezvous::MAX_SIZE]), bytes);
        assert_eq!(Rendezvous::decode(&bytes), Ok(message));
    }
    assert_eq!(kinds, 3);
}

#[test]
fn a_rendezvous_message_of_wrong_kind_length_or_family_is_refused_as_that() {
    assert_eq!(Rendezvous::decode(&[]), Err(RendezvousError::Empty));
    assert_eq!(Rendezvous::decode(&[0; 28]), Err(RendezvousError::Kind { kind: 0 }));
    assert_eq!(Rendezvous::decode(&[4; 28]), Err(RendezvousError::Kind { kind: 4 }));
    for (kind, expected) in [(1, 28), (2, 36), (3, 21)] {
        for len in [1, expected - 1, expected + 1] {
            let refused = RendezvousError::Length { kind, expected, len };
            assert_eq!(Rendezvous::decode(&vec![kind; len]), Err(refused));
        }
    }
    let family = RendezvousError::Address(AddressError::Family { family: 1 });
    assert_eq!(Rendezvous::decode(&[1; 28]), Err(family));
}

#[test]
fn the_swarm_pingwave_encodes_and_decodes_to_the_stated_bytes() {
    let case = &vectors()["library_only_pingwave_24"];
    let pingwave =
        SwarmPingwave::new(number(&case["origin_id"]), number(&case["seq"]), number(&case["ttl"]) as u8);
    let bytes = hex(&case["hex"]);
    assert_eq!(pingwave.encode()[..], bytes);
    assert_eq!(SwarmPingwave::decode(&bytes), Ok(pingwave));
    assert_eq!(u64::from(pingwave.hop_count), number(&case["hop_count"]));
}

#[test]
fn a_swarm_pingwave_cut_short_is_refused_and_steps_like_the_large_one() {
    assert_eq!(SwarmPingwave::decode(&[0; 23]), Err(SwarmPingwaveError::TooShort { len: 23 }));
    let mut pingwave = SwarmPingwave::new(1, 2, 1);
    assert!(pingwave.forward());
    assert_eq!((pingwave.ttl, pingwave.hop_count), (0, 1));
    assert!(!pingwave.forward());
    assert_eq!((pingwave.ttl, pingwave.hop_count), (0, 1));
}

fn stated_ad(case: &Value) -> CapabilityAd {
    CapabilityAd {
        node_id: number(&case["node_id"]),
        version: number(&case["version"]) as u32,
        gpu: case["gpu"].as_bool().unwrap(),
        memory_gb: number(&case["memory_gb"]) as u32,
        model_slots: number(&case["model_slots"]) as u8,
        tools: texts(&case["tools"]),
        tags: texts(&case["tags"]),
    }
}

#[test]
fn the_capability_ad_encodes_and_decodes_to_the_stated_bytes() {
    let case = &vectors()["library_only_capability_ad"];
    let ad = stated_ad(case);
    let bytes = hex(&case["hex"]);
    let mut out = Vec::new();
    ad.encode(&mut out).unwrap();
    assert_eq!(out, bytes);
    assert_eq!(CapabilityAd::decode(&bytes), Ok(ad));
}

#[test]
fn a_capability_ad_cut_anywhere_is_refused_as_truncated() {
    let bytes = hex(&vectors()["library_only_capability_ad"]["hex"]);
    for len in 0..bytes.len() {
        let refused = CapabilityAd::decode(&bytes[..len]);
        assert!(matches!(refused, Err(CapabilityAdError::Truncated { .. })), "{len} bytes: {refused:?}");
    }
}

#[test]
fn a_capability_ad_with_broken_text_or_lists_over_the_limit_is_refused_as_that() {
    let mut bytes = hex(&vectors()["library_only_capability_ad"]["hex"]);
    bytes[21] = 0xFF;
    let refused = CapabilityAdError::NotUtf8 { field: "tools", index: 0, valid_up_to: 1 };
    assert_eq!(CapabilityAd::decode(&bytes), Err(refused));

    let mut out = Vec::new();
    let at_limit = CapabilityAd { tags: vec!["x".repeat(255); 255], ..CapabilityAd::default() };
    at_limit.encode(&mut out).unwrap();
    assert_eq!(CapabilityAd::decode(&out), Ok(at_limit));

    out.clear();
    let many = CapabilityAd { tools: vec![String::new(); 256], ..CapabilityAd::default() };
    let refused = CapabilityAdError::TooManyEntries { field: "tools", count: 256 };
    assert_eq!(many.encode(&mut out), Err(refused));
    let long = CapabilityAd { tags: vec!["x".repeat(256)], ..CapabilityAd::default() };
    let refused = CapabilityAdError::EntryTooLong { field: "tags", index: 0, len: 256 };
    assert_eq!(long.encode(&mut out), Err(refused));
    assert!(out.is_empty());
}
