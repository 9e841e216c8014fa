//! The properties of the fuzz targets, over their corpora and over random bytes.
#![cfg(test)]
#[path = "../fuzz/properties.rs"]
mod properties;
mod support;

use serde_json::Value;
use support::{hex, load, number};
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

/// Inputs above this size stay out of the corpora: what they show, smaller ones do.
const LARGEST_INPUT: usize = 4096;

/// Bytes of every string under one of these keys.
fn all_hex(value: &Value, keys: &[&str]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                if keys.contains(&key.as_str()) && field.is_string() {
                    found.push(hex(field));
                }
                found.extend(all_hex(field, keys));
            }
        }
        Value::Array(items) => found.extend(items.iter().flat_map(|item| all_hex(item, keys))),
        _ => {}
    }
    found
}

#[test]
#[ignore = "writes the corpora from the vectors: cargo test -p ron-proto --test fuzz_properties -- --ignored"]
fn write_the_corpora() {
    let ids = load(include_str!("vectors/content_ids.json"));
    let manifests = load(include_str!("vectors/manifests.json"));
    let malformed = load(include_str!("vectors/manifest_malformed.json"));
    let frames = load(include_str!("vectors/oap_frames.json"));
    let dtos = load(include_str!("vectors/dtos.json"));

    let of_frames = all_hex(&frames, &["frame_hex", "frame_prefix_hex"]);
    let texts = ids["valid"].as_array().unwrap().iter().map(|case| case["text"].as_str().unwrap().into());
    let streams = [&[0][..], &[6], &[30], &[200]].map(|split| [split, &of_frames.concat()[..3000]].concat());
    let compressed =
        frames["compressed"].as_array().unwrap().iter().map(|case| hex(&case["frame_hex"])[31..].to_vec());
    let of_type = |wanted: fn(&str) -> bool| {
        let cases = dtos["valid"].as_array().unwrap().iter();
        cases
            .filter(|case| wanted(case["type"].as_str().unwrap()))
            .map(|case| hex(&case["cbor_hex"]))
            .collect::<Vec<_>>()
    };
    let capability = of_type(|of| of == "Capability");
    let caveats = dtos["caveats"].as_array().unwrap().iter().map(|case| {
        let text = case["text"].as_str().unwrap();
        let text = [&[0x60 | text.len() as u8][..], text.as_bytes()].concat();
        [b"\xA3\x63typ\x68macaroon\x67caveats\x81", &text[..], b"\x67sig_b64\x60"].concat()
    });
    let steps: [&[u8]; 4] = [
        &[0, 7, 2, 7, 3, 7, 2, 8, 10, 7, 6, 0, 11, 8],
        &[0, 255, 2, 255, 2, 0, 8, 0, 10, 0],
        &[2, 0, 6, 1, 11, 3, 11, 2, 0, 1, 0, 1],
        &[0, 0, 6, 2, 11, 0, 10, 0, 2, 0],
    ];

    let corpora: [(&str, Vec<Vec<u8>>); 9] = [
        (
            "decode_manifest",
            [all_hex(&manifests, &["cbor_hex"]), all_hex(&malformed, &["cbor_hex"])].concat(),
        ),
        ("decode_oap_header", of_frames.iter().map(|frame| frame[..frame.len().min(40)].to_vec()).collect()),
        ("decode_frames", streams.into()),
        ("decode_payload", of_frames.clone()),
        ("parse_contentid", texts.chain(all_hex(&ids, &["bytes_hex"])).collect()),
        ("decode_capability", capability.into_iter().chain(caveats).collect()),
        ("decode_mailbox", of_type(|of| of != "Capability")),
        ("decompress", compressed.collect()),
        ("check_flow", steps.map(<[u8]>::to_vec).into()),
    ];
    assert_eq!(
        corpora.each_ref().map(|(target, _)| *target),
        *properties::ALL.iter().map(|(target, _)| *target).collect::<Vec<_>>()
    );
    assert_eq!(number(&frames["header_len"]), 31);
    for (target, mut inputs) in corpora {
        inputs.retain(|input| input.len() <= LARGEST_INPUT);
        self::corpora().write(target, inputs, 3);
    }
}
