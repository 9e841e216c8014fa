//! Manifests against their vectors: bytes, errors, verification.
#![cfg(test)]
mod support;

use ron_proto::limits::MAX_PAYLOAD;
use ron_proto::taxonomy::{Classify, WireKind};
use ron_proto::{
    CANON_ENFORCED, ContentId, DecodeError, EncodeError, ManifestBuilder, ManifestView, ObjectManifestV2,
    Verifier,
};
use serde_json::Value;
use std::io::Read;
use support::{cases, hex, load, name, number, object, pattern, text};

fn valid() -> Value {
    load(include_str!("vectors/manifests.json"))
}

fn malformed() -> Value {
    load(include_str!("vectors/manifest_malformed.json"))
}

/// The bytes of a valid vector.
fn cbor(manifest: &str) -> Vec<u8> {
    let vectors = valid();
    let mut all = cases(&vectors, "valid", 12).iter();
    hex(&all.find(|case| name(case) == manifest).unwrap()["cbor_hex"])
}

#[test]
fn every_valid_manifest_is_read_and_written() {
    for case in cases(&valid(), "valid", 12) {
        let (name, bytes) = (name(case), hex(&case["cbor_hex"]));
        let manifest = ObjectManifestV2::decode(&bytes).unwrap();
        assert_eq!(manifest.id().to_string(), text(&case["id"]), "{name}");
        assert_eq!(manifest.size(), number(&case["size"]), "{name}");
        assert_eq!(manifest.version(), number(&case["version"]), "{name}");
        assert_eq!(manifest.chunk_count(), number(&case["chunk_count"]), "{name}");
        let last = manifest.chunks().next_back().map(|chunk| u64::from(chunk.size));
        assert_eq!(last, case["last_chunk_size"].as_u64(), "{name}");

        assert_eq!(manifest.encode().unwrap(), bytes, "{name}");
        assert_eq!(manifest.encoded_len(), number(&case["cbor_len"]), "{name}");
        assert_eq!(ContentId::of(&bytes).to_string()[3..], *text(&case["cbor_b3"]), "{name}");
        let mut streamed = Vec::new();
        manifest.encoder().read_to_end(&mut streamed).unwrap();
        assert_eq!(streamed, bytes, "{name}");

        let view = ManifestView::parse(&bytes).unwrap();
        assert_eq!((view.to_manifest(), view.as_bytes()), (manifest, &bytes[..]), "{name}");
        assert_eq!(
            (view.id(), view.size(), view.chunks()),
            (manifest.id(), manifest.size(), manifest.chunks())
        );
        assert_eq!(view.manifest_id(), ContentId::of(&bytes));
        assert_eq!(ObjectManifestV2::for_object(&object(&case["object"])), manifest, "{name}");
    }
}

#[test]
fn every_malformed_manifest_is_refused_with_its_error() {
    for case in cases(&malformed(), "cases", 116) {
        let (name, bytes, expected) = (name(case), hex(&case["cbor_hex"]), text(&case["error"]));
        if !CANON_ENFORCED && matches!(expected, "KeyOrder" | "NonMinimal") {
            continue;
        }
        let error = ObjectManifestV2::decode(&bytes).unwrap_err();
        assert_eq!(error.name(), expected, "{name}: {error}");
        assert_eq!(ManifestView::parse(&bytes), Err(error), "{name}");
        if let Some(cause) = case["detail"].as_str() {
            let DecodeError::BadContentId(found) = error else { panic!("{name}: no cause in {error}") };
            assert_eq!(found.name(), cause, "{name}");
        }
        assert_eq!(error.wire_kind(), WireKind::SchemaInvalid, "{name}");
    }
}

/// What is tolerated is these two errors, and what is read then is the manifest that was meant.
#[cfg(feature = "relaxed")]
#[test]
fn relaxed_decoding_tolerates_two_errors() {
    let meant = ObjectManifestV2::decode(&cbor("chunks_2")).unwrap();
    for case in cases(&malformed(), "cases", 116) {
        if matches!(text(&case["error"]), "KeyOrder" | "NonMinimal") {
            assert_eq!(ObjectManifestV2::decode(&hex(&case["cbor_hex"])), Ok(meant), "{}", name(case));
        }
    }
}

#[test]
fn more_bytes_than_travel_are_refused_before_any_is_looked_at() {
    let limit = MAX_PAYLOAD;
    let zeros = vec![0; limit as usize + 1];
    let too_large = DecodeError::TooLarge { len: 1_048_546, limit };
    assert_eq!(ObjectManifestV2::decode(&zeros), Err(too_large));
    assert_eq!(ObjectManifestV2::decode(&zeros[1..]).unwrap_err().name(), "WrongType");
    assert_eq!(too_large.wire_kind(), WireKind::FrameTooLarge);

    // The largest that travels, by its chunks, and the next one, which a reader at rest may take.
    let id = ContentId::of(b"");
    let largest = ObjectManifestV2::new(id, 2_987_393_024);
    let bytes = largest.encode().unwrap();
    assert_eq!((largest.chunk_count(), ObjectManifestV2::decode(&bytes)), (45_584, Ok(largest)));
    let next = ObjectManifestV2::new(id, 2_987_393_025);
    let len = next.encoded_len();
    assert_eq!(next.encode(), Err(EncodeError { len, limit }));
    let mut bytes = Vec::new();
    next.encode_with_limit(&mut bytes, u32::MAX).unwrap();
    assert_eq!(ObjectManifestV2::decode(&bytes), Err(DecodeError::TooLarge { len, limit }));
    assert_eq!(ObjectManifestV2::decode_with_limit(&bytes, u32::MAX), Ok(next));
    assert_eq!(ManifestView::parse_with_limit(&bytes, u32::MAX).unwrap().to_manifest(), next);
}

#[test]
fn a_manifest_with_wide_offsets_comes_back() {
    // 65 600 chunks: the last 64 begin beyond 4 GiB.
    let manifest = ObjectManifestV2::new(ContentId::of(b"wide"), 65_600 * 65_536 - 9);
    let mut bytes = Vec::new();
    manifest.encode_with_limit(&mut bytes, u32::MAX).unwrap();
    assert_eq!(bytes.len() as u64, manifest.encoded_len());
    assert_eq!(ObjectManifestV2::decode_with_limit(&bytes, u32::MAX), Ok(manifest));
    let mut streamed = Vec::new();
    manifest.encoder().read_to_end(&mut streamed).unwrap();
    assert_eq!(streamed, bytes);
    // One bit of the last offset.
    let at = bytes.len() - 12;
    bytes[at] ^= 1;
    assert_eq!(ObjectManifestV2::decode_with_limit(&bytes, u32::MAX).unwrap_err().name(), "ChunkOffset");
}

#[test]
fn a_buffer_is_appended_to_and_left_alone_on_an_error() {
    let manifest = ObjectManifestV2::for_object(&pattern(100_000));
    let mut out = b"before".to_vec();
    manifest.encode_into(&mut out).unwrap();
    assert_eq!(ObjectManifestV2::decode(&out[6..]), Ok(manifest));
    let len = out.len();
    assert!(manifest.encode_with_limit(&mut out, 100).is_err());
    assert_eq!(out.len(), len);
    // The largest object there is has a manifest that no buffer holds.
    assert!(ObjectManifestV2::new(manifest.id(), u64::MAX).encode().is_err());
}

#[test]
fn every_object_is_verified_as_its_vector_says() {
    for case in cases(&malformed(), "verify", 6) {
        let name = name(case);
        let bytes = case.get("manifest_cbor_hex").map_or_else(|| cbor(text(&case["manifest"])), hex);
        let manifest = ObjectManifestV2::decode(&bytes).unwrap();
        let object = object(&case["object"]);
        let said = |outcome: Result<(), ron_proto::VerifyError>| match outcome {
            Ok(()) => "ok",
            Err(error) => {
                assert_eq!(error.wire_kind(), WireKind::BadDigest);
                error.name()
            }
        };
        let expected = text(&case["result"]);
        assert_eq!(said(manifest.verify(&object)), expected, "{name}");
        assert_eq!(said(manifest.verify_parallel(&object)), expected, "{name}");
        for slice in [1000, 65_536, object.len().max(1)] {
            let (mut verifier, mut builder) = (Verifier::new(&manifest), ManifestBuilder::new());
            let outcome = object.chunks(slice).try_for_each(|slice| {
                builder.update(slice);
                if slice.len() % 2 == 0 { verifier.update(slice) } else { verifier.update_parallel(slice) }
            });
            assert_eq!(said(outcome.and_then(|()| verifier.finish())), expected, "{name} by {slice}");
            assert_eq!(builder.finish(), ObjectManifestV2::for_object(&object), "{name} by {slice}");
        }
    }
}

#[test]
fn what_is_like_the_right_digest_at_its_start_is_not_it() {
    let object = pattern(70_000);
    let id = ContentId::of(&object);
    for byte in 0..32 {
        let mut digest = *id.digest();
        digest[byte] ^= 1;
        let other = ContentId::from_digest(digest);
        let mismatch = Err(ron_proto::VerifyError::DigestMismatch { expected: other, found: id });
        assert_eq!(other.verify(&object), mismatch, "byte {byte}");
        assert_eq!(ObjectManifestV2::new(other, 70_000).verify(&object), mismatch, "byte {byte}");
    }
}

#[test]
fn an_object_that_is_too_long_is_refused_as_soon_as_it_is_and_for_good() {
    let manifest = ObjectManifestV2::for_object(&pattern(1000));
    let mut verifier = Verifier::new(&manifest);
    verifier.update(&pattern(1000)).unwrap();
    let too_long = Err(ron_proto::VerifyError::SizeMismatch { expected: 1000, found: 1001 });
    assert_eq!(verifier.update(b"x"), too_long);
    assert_eq!(verifier.update(b""), too_long);
    assert_eq!(verifier.finish(), too_long);
}

#[test]
fn the_json_form_has_the_same_fields_and_the_same_checks() {
    let manifest = ObjectManifestV2::for_object(&pattern(131_073));
    let json = serde_json::to_value(manifest).unwrap();
    let chunk = |size: u32, offset: u64| serde_json::json!({ "size": size, "offset": offset });
    let expected = serde_json::json!({
        "id": manifest.id().to_string(),
        "size": 131_073,
        "chunks": [chunk(65_536, 0), chunk(65_536, 65_536), chunk(1, 131_072)],
        "version": 2,
    });
    assert_eq!(json, expected);
    assert_eq!(serde_json::from_value::<ObjectManifestV2>(json).unwrap(), manifest);

    let damages: [fn(&mut Value); 9] = [
        |json| json["size"] = 131_074.into(),
        |json| json["version"] = 3.into(),
        |json| json["meta"] = 1.into(),
        |json| json["chunks"][1]["offset"] = 65_537.into(),
        |json| json["chunks"][1]["size"] = 65_535.into(),
        |json| json["chunks"][0]["size"] = u32::MAX.into(),
        |json| json["chunks"][0]["id"] = 1.into(),
        |json| drop(json["chunks"].as_array_mut().unwrap().pop()),
        |json| {
            json["chunks"].as_array_mut().unwrap().push(serde_json::json!({ "size": 1, "offset": 131_073 }))
        },
    ];
    for (which, damage) in damages.into_iter().enumerate() {
        let mut json = expected.clone();
        damage(&mut json);
        assert!(serde_json::from_value::<ObjectManifestV2>(json).is_err(), "damage {which}");
    }
}

#[test]
fn the_json_form_says_what_is_wrong_and_takes_no_list_for_an_object() {
    let json = serde_json::to_value(ObjectManifestV2::for_object(&pattern(131_073))).unwrap();
    let refused = |edit: &dyn Fn(&mut Value)| {
        let mut json = json.clone();
        edit(&mut json);
        serde_json::from_value::<ObjectManifestV2>(json).unwrap_err().to_string()
    };
    let shorter = refused(&|json| json["size"] = 131_074.into());
    assert_eq!(shorter, "chunk 2 must have 2 bytes, got 1");
    let fewer = refused(&|json| json["size"] = 131_072.into());
    assert!(fewer.contains("2 chunks, got 3"), "{fewer}");
    let values = refused(&|json| {
        *json = ["id", "size", "chunks", "version"].map(|key| json[key].clone()).to_vec().into();
    });
    assert!(values.contains("expected an object"), "{values}");
    let chunk = refused(&|json| json["chunks"][0] = vec![65_536, 0].into());
    assert!(chunk.contains("expected an object"), "{chunk}");
}
