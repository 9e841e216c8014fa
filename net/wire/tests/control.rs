//! Control payloads and the subprotocol manifest against `control_payloads.json`.
#![cfg(test)]
mod support;

use net_wire::{
    ControlError, Manifest, ManifestEntry, ManifestError, NackPayload, ProtocolVersion, StreamNack,
    StreamReset, StreamWindow, subprotocol,
};
use serde_json::Value;
use support::{cases, hex, load, name, number};

fn vectors() -> Value {
    load(include_str!("vectors/control_payloads.json"))
}

#[test]
fn stream_windows_encode_and_decode_to_the_stated_bytes() {
    for case in cases(&vectors(), "stream_window_0x0b00") {
        let [stream_id, total_consumed, ack_seq] =
            ["stream_id", "total_consumed", "ack_seq"].map(|field| number(&case[field]));
        let payload = StreamWindow::new(stream_id, total_consumed, ack_seq);
        assert_eq!(payload.as_bytes()[..], hex(&case["payload_hex"]));
        assert_eq!(StreamWindow::decode(&hex(&case["payload_hex"])), Ok(&payload));
    }
}

#[test]
fn stream_nacks_encode_and_decode_to_the_stated_bytes() {
    for case in cases(&vectors(), "stream_nack_0x0b01") {
        let [stream_id, next_expected, missing] =
            ["stream_id", "next_expected", "missing_bitmap"].map(|field| number(&case[field]));
        let payload = StreamNack::new(stream_id, next_expected, missing);
        let bytes = hex(&case["payload_hex"]);
        assert_eq!(payload.as_bytes()[..], bytes);
        assert_eq!(StreamNack::decode(&bytes), Ok(&payload));
        // The library's payload is the same without the stream.
        assert_eq!(NackPayload::decode(&bytes[8..]), Ok(&NackPayload::new(next_expected, missing)));
    }
}

#[test]
fn stream_resets_encode_and_decode_to_the_stated_bytes() {
    for case in cases(&vectors(), "stream_reset_0x0b02") {
        let payload = StreamReset::new(number(&case["stream_id"]));
        assert_eq!(payload.as_bytes()[..], hex(&case["payload_hex"]));
        assert_eq!(StreamReset::decode(&hex(&case["payload_hex"])), Ok(&payload));
    }
}

#[test]
fn each_payload_is_accepted_at_its_exact_length_only_and_refused_as_length() {
    for case in cases(&vectors(), "decode_length_acceptance") {
        let len = number(&case["len"]) as usize;
        let bytes = vec![0; len];
        let outcomes = [
            ("stream_window_ok", "stream window", 24, StreamWindow::decode(&bytes).err()),
            ("stream_nack_ok", "stream NACK", 24, StreamNack::decode(&bytes).err()),
            ("stream_reset_ok", "stream reset", 8, StreamReset::decode(&bytes).err()),
        ];
        for (field, payload, expected, error) in outcomes {
            let refused = ControlError::Length { payload, expected, len };
            assert_eq!(error, (!case[field].as_bool().unwrap()).then_some(refused), "{payload}, {len} bytes");
        }
    }
    assert!(NackPayload::decode(&[0; 16]).is_ok());
    let refused = ControlError::Length { payload: "NACK payload", expected: 16, len: 17 };
    assert_eq!(NackPayload::decode(&[0; 17]), Err(refused));
}

#[test]
fn the_default_manifest_has_the_stated_entries_bytes_and_tags() {
    let case = &vectors()["subprotocol_manifest_0x0600"];
    let manifest = Manifest::default_registry();
    let version = |value: &Value| ProtocolVersion::new(number(&value[0]) as u8, number(&value[1]) as u8);
    let expected: Vec<ManifestEntry> = cases(case, "default_registry")
        .iter()
        .map(|entry| ManifestEntry {
            id: number(&entry["id"]) as u16,
            version: version(&entry["version"]),
            min_compatible: version(&entry["min_compatible"]),
        })
        .collect();
    assert_eq!(manifest.entries(), expected);
    assert_eq!(manifest.encode(), hex(&case["payload_hex"]));
    assert_eq!(Manifest::decode(&manifest.encode()), Ok(manifest.clone()));
    let tags: Vec<String> = manifest.entries().iter().map(ManifestEntry::capability_tag).collect();
    let stated: Vec<&str> = cases(case, "capability_tags").iter().map(|tag| tag.as_str().unwrap()).collect();
    assert_eq!(tags, stated);
}

#[test]
fn every_manifest_parse_case_is_accepted_or_refused_by_its_own_error() {
    for case in cases(&vectors()["subprotocol_manifest_0x0600"], "parse_cases") {
        let outcome = Manifest::decode(&hex(&case["hex"]));
        assert_eq!(outcome.is_ok(), case["parses"].as_bool().unwrap(), "{}", name(case));
        let expected = match name(case) {
            "trailing_byte" => ManifestError::Length { count: 5, expected: 32, len: 33 },
            "count_too_big" => ManifestError::Length { count: 2, expected: 14, len: 8 },
            "duplicate_id" => ManifestError::DuplicateId { id: 0x0400 },
            "min_gt_version" => ManifestError::MinAboveVersion {
                id: 0x0400,
                version: ProtocolVersion::new(1, 0),
                min_compatible: ProtocolVersion::new(255, 255),
            },
            _ => continue,
        };
        assert_eq!(outcome, Err(expected), "{}", name(case));
    }
    assert_eq!(Manifest::decode(&[1]), Err(ManifestError::TooShort { len: 1 }));
}

#[test]
fn manifest_entries_are_sorted_and_compatible_when_neither_is_below_the_others_minimum() {
    let entry = |id, version: (u8, u8), min: (u8, u8)| {
        ManifestEntry::new(id, ProtocolVersion::new(version.0, version.1), ProtocolVersion::new(min.0, min.1))
    };
    let manifest = Manifest::new(vec![entry(9, (1, 0), (1, 0)), entry(3, (1, 0), (1, 0))]).unwrap();
    assert_eq!(manifest.entries().iter().map(|entry| entry.id).collect::<Vec<_>>(), [3, 9]);
    assert_eq!(manifest.get(9).unwrap().id, 9);
    assert_eq!(manifest.get(4), None);

    let old = entry(1, (1, 5), (1, 0));
    assert!(old.is_compatible_with(&entry(1, (2, 0), (1, 5))));
    assert!(!old.is_compatible_with(&entry(1, (2, 0), (1, 6))));
    assert!(!entry(1, (2, 0), (1, 6)).is_compatible_with(&old));
    assert_eq!(entry(1, (1, 0), (3, 0)).min_compatible, ProtocolVersion::new(1, 0), "lowered to the version");
}

#[test]
fn the_node_intercepts_its_own_subprotocols_and_no_others() {
    let intercepted: Vec<u16> = (0..=u16::MAX).filter(|&id| subprotocol::is_intercepted(id)).collect();
    let stated =
        [0x0500, 0x0A00, 0x0B00, 0x0B01, 0x0B02, 0x0C00, 0x0D00, 0x0D01, 0x0E00, 0x0F00, 0x1000, 0x1100];
    assert_eq!(intercepted, stated);
}
