//! The properties of the fuzz targets, over their corpora and over random bytes.
#![cfg(test)]
#[path = "../fuzz/properties.rs"]
mod properties;
mod support;

use serde_json::Value;
use support::{hex, load};
use test_support::fuzz::{Corpora, hold_for_random_bytes};

fn corpora() -> Corpora {
    Corpora::of(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_property_holds_over_its_corpus() {
    corpora().hold(properties::ALL);
}

#[test]
fn every_property_holds_for_random_bytes() {
    hold_for_random_bytes(properties::ALL, 300, file!());
}

#[test]
fn every_property_holds_for_damaged_corpus_entries() {
    corpora().hold_damaged(properties::ALL, file!());
}

/// Bytes of every string under a key that ends in `hex`.
fn all_hex(value: &Value, found: &mut Vec<Vec<u8>>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                if key.ends_with("hex") && field.is_string() {
                    found.push(hex(field));
                }
                all_hex(field, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| all_hex(item, found)),
        _ => {}
    }
}

fn hex_under(value: &Value) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    all_hex(value, &mut found);
    found
}

#[test]
#[ignore = "writes the corpora from the vectors: cargo test -p net-wire --test fuzz_properties -- --ignored"]
fn write_the_corpora() {
    let headers = load(include_str!("vectors/headers.json"));
    let routing = load(include_str!("vectors/routing.json"));
    let frames = load(include_str!("vectors/event_frames.json"));
    let misc = load(include_str!("vectors/datagrams_misc.json"));
    let control = load(include_str!("vectors/control_payloads.json"));
    let channels = load(include_str!("vectors/channels.json"));

    let datagrams = [hex_under(&headers["parse_cases"]), hex_under(&routing["decisions"]), hex_under(&misc)];
    let framed = hex_under(&frames).into_iter().map(|payload| [&[9, 0][..], &payload].concat()).collect();
    let mut payloads = Vec::new();
    for payload in ["stream_window_0x0b00", "stream_nack_0x0b01", "stream_reset_0x0b02"] {
        payloads.extend(hex_under(&control[payload]));
    }
    payloads.push(vec![1; 16]);
    let names = channels["validate"].as_array().unwrap().iter();
    let names = names.filter_map(|case| Some(case["name"].as_str()?.as_bytes().to_vec())).collect();
    let swarm = hex_under(&misc["library_only_pingwave_24"]);
    let ads = hex_under(&misc["library_only_capability_ad"]);
    let cut = |inputs: Vec<Vec<u8>>| [inputs.clone(), vec![inputs[0][1..].to_vec()]].concat();

    let corpora: [(&str, Vec<Vec<u8>>); 13] = [
        ("packet_header", hex_under(&headers).into_iter().filter(|bytes| bytes.len() > 60).collect()),
        ("routing_header", [hex_under(&routing["vectors"]), hex_under(&routing["parse_cases"])].concat()),
        ("event_frames", framed),
        ("classification", datagrams.concat()),
        ("pingwave", cut(hex_under(&misc["pingwave_72"]["vectors"]))),
        ("swarm_pingwave", cut(swarm)),
        ("keepalive", cut(hex_under(&misc["keepalive_14"]))),
        ("control_payloads", payloads),
        ("reflex", hex_under(&misc["reflex_0x0d00"])),
        ("rendezvous", hex_under(&misc["rendezvous_0x0d01"])),
        ("manifest", hex_under(&control["subprotocol_manifest_0x0600"])),
        ("capability_ad", cut(ads)),
        ("channel_name", names),
    ];
    assert_eq!(
        corpora.each_ref().map(|(target, _)| *target),
        *properties::ALL.iter().map(|(target, _)| *target).collect::<Vec<_>>()
    );
    for (target, inputs) in corpora {
        self::corpora().write(target, inputs, 2);
    }
}
