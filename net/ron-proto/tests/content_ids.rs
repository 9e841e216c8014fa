//! Content ids against their vectors, and what a reader of any bytes must hold to.
#![cfg(test)]
mod support;

use proptest::prelude::*;
use ron_proto::{ContentHasher, ContentId, PARALLEL_THRESHOLD, ParseContentIdError};
use std::collections::HashSet;
use support::{cases, hex, load, name, object, pattern, text};

fn vectors() -> serde_json::Value {
    load(include_str!("vectors/content_ids.json"))
}

#[test]
fn every_valid_id_is_read_written_and_hashed() {
    for case in cases(&vectors(), "valid", 16) {
        let (name, expected) = (name(case), text(&case["text"]));
        let id: ContentId = expected.parse().unwrap();
        assert_eq!(id.digest()[..], hex(&case["digest_hex"]), "{name}");
        assert_eq!(id.to_string(), expected, "{name}");
        assert_eq!(id.write_text(&mut [0; 67]), expected, "{name}");
        assert_eq!(id.to_text(), expected.as_bytes(), "{name}");
        assert_eq!(ContentId::from_digest(*id.digest()), id);
        if !case["input"].is_null() {
            let object = object(&case["input"]);
            assert_eq!(ContentId::of(&object), id, "{name}");
            assert_eq!(ContentId::of_parallel(&object), id, "{name}");
            id.verify(&object).unwrap();
        }
    }
}

#[test]
fn every_invalid_id_is_refused_with_its_error() {
    for case in cases(&vectors(), "invalid", 41) {
        let (name, bytes) = (name(case), hex(&case["bytes_hex"]));
        let error = ContentId::parse(&bytes).unwrap_err();
        assert_eq!(error.name(), text(&case["error"]), "{name}");
        if let Some(text) = case["text"].as_str() {
            assert_eq!(text.as_bytes(), bytes, "{name}");
            assert_eq!(text.parse::<ContentId>(), Err(error), "{name}");
        }
    }
}

#[test]
fn the_debug_form_shows_eight_digits() {
    let id = ContentId::of(b"abc");
    assert_eq!(format!("{id:?}"), "ContentId(b3:6437b3ac…)");
    assert_eq!(format!("{id:>70}").len(), 70);
}

#[test]
fn ids_sort_as_their_texts_do() {
    let mut ids: Vec<ContentId> = (0..200u8).map(|seed| ContentId::of(&[seed])).collect();
    ids.sort();
    assert!(ids.iter().map(ToString::to_string).is_sorted());
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 200);
}

#[test]
fn serde_takes_texts_that_are_borrowed_owned_or_binary() {
    let id = ContentId::of(b"abc");
    let json = serde_json::to_string(&id).unwrap();
    assert_eq!(json, format!("\"{id}\""));
    assert_eq!(serde_json::from_str::<ContentId>(&json).unwrap(), id);
    // An escape makes the text an owned one.
    let escaped = json.replacen('b', "\\u0062", 1);
    assert_eq!(serde_json::from_str::<ContentId>(&escaped).unwrap(), id);
    assert_eq!(serde_json::from_reader::<_, ContentId>(json.as_bytes()).unwrap(), id);
    let cbor = serde_ipld_dagcbor::to_vec(&id).unwrap();
    assert_eq!(cbor, [&[0x78, 67][..], &id.to_text()].concat());
    assert_eq!(serde_ipld_dagcbor::from_slice::<ContentId>(&cbor).unwrap(), id);
    assert!(serde_json::from_str::<ContentId>(&json.to_uppercase()).is_err());
    assert!(serde_json::from_str::<ContentId>("[1]").is_err());
}

#[test]
fn a_parallel_hash_is_the_hash_around_the_threshold() {
    for len in [0, 1, PARALLEL_THRESHOLD - 1, PARALLEL_THRESHOLD, PARALLEL_THRESHOLD + 1, 3 << 20] {
        let object = pattern(len);
        assert_eq!(ContentId::of_parallel(&object), ContentId::of(&object), "{len} bytes");
    }
}

/// The grammar, said in another way.
fn by_the_grammar(bytes: &[u8]) -> Result<Vec<u8>, ParseContentIdError> {
    if bytes.len() < 3 || &bytes[..3] != b"b3:" {
        return Err(ParseContentIdError::MissingPrefix);
    }
    if bytes.len() != 67 {
        return Err(ParseContentIdError::BadLen { len: bytes.len() - 3 });
    }
    let is_digit = |byte: &u8| b"0123456789abcdef".contains(byte);
    if !bytes[3..].iter().all(is_digit) {
        return Err(ParseContentIdError::BadHex);
    }
    Ok(support::unhex(std::str::from_utf8(&bytes[3..]).unwrap()))
}

/// Texts that are ids, or nearly.
fn near_ids() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<proptest::sample::Index>(), any::<u8>());
    (any::<[u8; 32]>(), proptest::collection::vec(change, 0..3), 0..3usize).prop_map(
        |(digest, changes, cut)| {
            let mut bytes = ContentId::from_digest(digest).to_text().to_vec();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(67 - cut);
            bytes
        },
    )
}

proptest! {
    #[test]
    fn any_bytes_are_read_by_the_grammar(bytes in prop_oneof![near_ids(), proptest::collection::vec(any::<u8>(), 0..80)]) {
        let read = ContentId::parse(&bytes).map(|id| id.digest().to_vec());
        prop_assert_eq!(read, by_the_grammar(&bytes));
    }

    #[test]
    fn an_object_in_pieces_has_the_id_of_the_whole(
        object in proptest::collection::vec(any::<u8>(), 0..5000),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(object.len() + 1)).collect();
        cuts.extend([0, object.len()]);
        cuts.sort_unstable();
        let mut hasher = ContentHasher::new();
        for pair in cuts.windows(2) {
            hasher.update(&object[pair[0]..pair[1]]);
        }
        prop_assert_eq!((hasher.finish(), hasher.len()), (ContentId::of(&object), object.len() as u64));
        prop_assert_eq!(hasher.is_empty(), object.is_empty());
    }
}
