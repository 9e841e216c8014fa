//! The properties of the fuzz targets, over their corpora and over random bytes.
#![cfg(test)]
#[path = "../fuzz/properties.rs"]
mod properties;
#[path = "../../wire/tests/support/mod.rs"]
mod support;

use support::{cases, hex, load};
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
    hold_for_random_bytes(properties::ALL, 9000, file!());
}

#[test]
fn every_property_holds_for_damaged_corpus_entries() {
    corpora().hold_damaged(properties::ALL, file!());
}

#[test]
#[ignore = "writes the corpora from the vectors: cargo test -p net-node --test fuzz_properties -- --ignored"]
fn write_the_corpora() {
    let sealed = load(include_str!("vectors/sealed_packets.json"));
    let tamper = load(include_str!("vectors/tamper.json"));
    let routing = load(include_str!("vectors/routing.json"));
    let of = |vectors, array| cases(vectors, array).iter().map(|case| hex(&case["packet_hex"]));

    let mut datagrams: Vec<Vec<u8>> = of(&sealed, "vectors").filter(|packet| packet.len() < 2000).collect();
    datagrams.extend(of(&sealed, "heartbeats").take(1));
    datagrams.push(hex(&sealed["handshake_packet"]["packet_hex"]));
    datagrams.extend(of(&tamper, "cases"));
    let builds = [0, 1, 63, 255].map(|length| {
        let mut input = vec![length];
        input.extend((0..400).map(|i| (7 * i + 3) as u8));
        input
    });
    let mut over_limit = vec![0];
    over_limit.resize(2030, 7);
    let corpora = [
        ("open_datagram", datagrams),
        ("build_and_open", [&builds[..], &[over_limit]].concat()),
        ("decide_route", of(&routing, "decisions").collect()),
    ];
    for (target, inputs) in corpora {
        self::corpora().write(target, inputs, 2);
    }
}
