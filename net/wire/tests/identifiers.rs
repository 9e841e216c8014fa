//! Identifiers and channel names against `identifiers.json` and `channels.json`.
#![cfg(test)]
mod support;

use net_wire::identifiers::{self, NodeIdError};
use net_wire::{ChannelName, ChannelNameError};
use serde_json::Value;
use support::{cases, hex, load, number};

fn vectors() -> Value {
    load(include_str!("vectors/identifiers.json"))
}

fn channels() -> Value {
    load(include_str!("vectors/channels.json"))
}

#[test]
fn entity_node_and_origin_ids_follow_from_the_seed_as_stated() {
    for case in cases(&vectors(), "entities") {
        let seed = hex(&case["ed25519_seed_hex"]).try_into().unwrap();
        let entity = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes();
        assert_eq!(entity[..], hex(&case["entity_id_hex"]));
        assert_eq!(identifiers::node_id(&entity), number(&case["node_id"]));
        assert_eq!(identifiers::origin_hash(&entity), number(&case["origin_hash"]));
    }
}

#[test]
fn channel_hashes_and_publish_streams_are_as_stated_in_both_files() {
    for case in cases(&vectors(), "channels") {
        let channel = ChannelName::new(case["name"].as_str().unwrap()).unwrap();
        assert_eq!(channel.hash(), number(&case["canonical_hash"]));
        assert_eq!(u64::from(channel.wire_hash()), number(&case["wire_channel_hash"]));
        assert_eq!(channel.publish_stream_id(), number(&case["publish_stream_id"]));
    }
    for case in cases(&channels(), "hash") {
        let channel: ChannelName = case["name"].as_str().unwrap().parse().unwrap();
        assert_eq!(channel.hash(), number(&case["hash"]));
        assert_eq!(u64::from(channel.wire_hash()), number(&case["wire_hash"]));
        assert_eq!(channel.publish_stream_id(), number(&case["publish_stream_id"]));
        assert_eq!(channel.depth() as u64, number(&case["depth"]));
    }
}

#[test]
fn stream_ids_and_nonce_prefixes_are_as_stated() {
    for case in cases(&vectors(), "stream_ids") {
        let key = case["key"].as_str().unwrap();
        assert_eq!(identifiers::stream_id(key.as_bytes()), number(&case["stream_id"]), "{key:?}");
    }
    for case in cases(&vectors(), "nonce_prefix") {
        let prefix = identifiers::nonce_prefix(number(&case["session_id"]));
        assert_eq!(prefix[..], hex(&case["prefix_hex"]));
    }
}

#[test]
fn every_channel_name_is_accepted_or_refused_by_the_stated_kind() {
    for case in cases(&channels(), "validate") {
        let name = match &case["name"] {
            Value::String(name) => name.clone(),
            repeated => "a".repeat(number(&repeated["a_repeated"]) as usize),
        };
        let kind = match ChannelName::new(&name) {
            Ok(channel) => {
                assert_eq!(channel.as_str(), name);
                "ok"
            }
            Err(ChannelNameError::Empty) => "Empty",
            Err(ChannelNameError::TooLong { len }) => {
                assert_eq!(len, 256);
                "TooLong"
            }
            Err(ChannelNameError::InvalidFormat { .. }) => "InvalidFormat",
            Err(ChannelNameError::InvalidChar { .. }) => "InvalidChar",
        };
        assert_eq!(kind, case["out"].as_str().unwrap(), "{name:?}");
    }
}

#[test]
fn the_first_rule_broken_decides_the_error_of_a_name() {
    // Too long, and more: length counts bytes and comes first.
    assert_eq!(ChannelName::new(&"/É".repeat(100)), Err(ChannelNameError::TooLong { len: 300 }));
    // Slashes before upper case, upper case before other characters, characters before dots.
    let at =
        |at| move |error| matches!(error, ChannelNameError::InvalidFormat { at: seen, .. } if seen == at);
    assert!(ChannelName::new("A//b").is_err_and(at(1)));
    assert!(ChannelName::new("a*B").is_err_and(at(2)));
    let character = ChannelNameError::InvalidChar { character: '*', at: 2 };
    assert_eq!(ChannelName::new("./*"), Err(character));
    assert!(ChannelName::new("ab/../c").is_err_and(at(3)));
}

#[test]
fn a_channel_is_prefix_of_itself_and_of_what_lies_below_as_stated() {
    for case in cases(&channels(), "is_prefix_of") {
        let [prefix, of] =
            ["prefix", "of"].map(|field| ChannelName::new(case[field].as_str().unwrap()).unwrap());
        assert_eq!(prefix.is_prefix_of(&of), case["out"].as_bool().unwrap(), "{prefix} of {of}");
    }
}

#[test]
fn a_cloned_name_shares_its_text() {
    let channel = ChannelName::new("sensors/lidar").unwrap();
    assert_eq!(channel.clone().as_str().as_ptr(), channel.as_str().as_ptr());
}

#[test]
fn node_ids_that_cannot_live_are_refused() {
    assert_eq!(identifiers::check_node_id(0), Err(NodeIdError::Zero));
    let like_a_packet = 0x1122_3344_5566_4E45;
    let refused = NodeIdError::LooksLikePacket { node_id: like_a_packet };
    assert_eq!(identifiers::check_node_id(like_a_packet), Err(refused));
    assert_eq!(identifiers::check_node_id(0x4E45_0000), Ok(()));
    assert_eq!(identifiers::routing_id(0x1122_3344_5566_7788), 0x5566_7788);
}
