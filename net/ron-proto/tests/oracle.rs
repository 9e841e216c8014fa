//! The encodings beside those of `serde_ipld_dagcbor`, a general codec: the same bytes, read and written.
//!
//! What it refuses is no measure: it takes texts without a stated length.
#![cfg(test)]
mod support;

use proptest::prelude::*;
use ron_proto::limits::CHUNK_SIZE;
use ron_proto::oap::FrameLimit;
use ron_proto::payload::Start;
use ron_proto::{ContentId, Encode, ObjectManifestV2};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use support::{cases, hex, load, name};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Manifest {
    id: String,
    size: u64,
    chunks: Vec<Chunk>,
    version: u64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Chunk {
    size: u64,
    offset: u64,
}

/// By the rule, and not by the crate under test.
fn by_rule(id: ContentId, size: u64) -> Manifest {
    let full = u64::from(CHUNK_SIZE);
    let offsets = (0..).map(|index| index * full).take_while(|offset| *offset < size);
    let chunks = offsets.map(|offset| Chunk { size: full.min(size - offset), offset }).collect();
    Manifest { id: id.to_string(), size, chunks, version: 2 }
}

#[test]
fn the_oracle_reads_and_writes_every_valid_vector_the_same() {
    for case in cases(&load(include_str!("vectors/manifests.json")), "valid", 12) {
        let bytes = hex(&case["cbor_hex"]);
        let read: Manifest = serde_ipld_dagcbor::from_slice(&bytes).unwrap();
        let ours = ObjectManifestV2::decode(&bytes).unwrap();
        assert_eq!(read, by_rule(ours.id(), ours.size()), "{}", name(case));
        assert_eq!(serde_ipld_dagcbor::to_vec(&read).unwrap(), bytes, "{}", name(case));
    }
}

#[test]
fn the_oracle_reads_the_frames_of_the_echo_workload() {
    #[derive(Deserialize)]
    struct Echo {
        req: Bytes,
        resp: Bytes,
    }
    let echo: Echo = serde_ipld_dagcbor::from_slice(include_bytes!("vectors/frame_echo.cbor")).unwrap();
    let vectors = load(include_str!("vectors/oap_frames.json"));
    let frames = cases(&vectors, "valid", 18);
    for (wanted, frame) in [("hello_req", echo.req), ("hello_resp", echo.resp)] {
        let vector = frames.iter().find(|case| name(case) == wanted).unwrap();
        assert_eq!(frame.0, hex(&vector["frame_hex"]));
    }
}

/// A byte string.
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

proptest! {
    #[test]
    fn both_write_the_same_manifest(seed in any::<[u8; 32]>(), size in prop_oneof![0..300_000u64, 0..100_000_000u64]) {
        let id = ContentId::from_digest(seed);
        let bytes = ObjectManifestV2::new(id, size).encode().unwrap();
        prop_assert_eq!(serde_ipld_dagcbor::to_vec(&by_rule(id, size)).unwrap(), bytes);
    }

    #[test]
    fn what_is_accepted_the_oracle_reads_as_the_same(
        size in 0..300_000u64,
        at in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = ObjectManifestV2::new(ContentId::of(b"any"), size).encode().unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(ours) = ObjectManifestV2::decode(&bytes) {
            let theirs: Manifest = serde_ipld_dagcbor::from_slice(&bytes).unwrap();
            prop_assert_eq!(theirs, by_rule(ours.id(), ours.size()));
        }
    }

    #[test]
    fn both_write_the_same_numbers_and_texts(seq_start in any::<u64>(), meta in ".{0,300}") {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Value { Number(u64), Text(String) }
        let start = Start { cap: None, meta: Some(meta.clone().into()), seq_start, max_frame_bytes: FrameLimit::MIN };
        let fields = BTreeMap::from([
            ("meta", Value::Text(meta)),
            ("seq_start", Value::Number(seq_start)),
            ("max_frame_bytes", Value::Number(66_560)),
        ]);
        prop_assert_eq!(serde_ipld_dagcbor::to_vec(&fields).unwrap(), start.encode());
    }
}
