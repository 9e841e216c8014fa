//! Every way to cut the 16-chunk manifest and to flip one of its bits: no damaged one is taken for what it was.
#![cfg(test)]
mod support;

use ron_proto::{CANON_ENFORCED, ObjectManifestV2};
use support::pattern;

const MANIFEST: &[u8; 464] = include_bytes!("vectors/manifest_roundtrip.cbor");

#[test]
fn no_beginning_of_a_manifest_is_one() {
    for len in 0..MANIFEST.len() {
        let error = ObjectManifestV2::decode(&MANIFEST[..len]).unwrap_err();
        assert_eq!(error.name(), "Truncated", "{len} bytes");
    }
}

#[test]
fn what_is_read_of_a_manifest_with_a_flipped_bit_encodes_to_it_and_does_not_verify() {
    let object = pattern(1 << 20);
    let original = ObjectManifestV2::decode(MANIFEST).unwrap();
    original.verify(&object).unwrap();
    let mut read = 0;
    for bit in 0..MANIFEST.len() * 8 {
        let mut bytes = *MANIFEST;
        bytes[bit / 8] ^= 1 << (bit % 8);
        let Ok(manifest) = ObjectManifestV2::decode(&bytes) else { continue };
        if CANON_ENFORCED {
            assert_eq!(manifest.encode().unwrap(), bytes, "bit {bit}");
        }
        // Only digits of the id can be flipped into others.
        assert_eq!(manifest.size(), original.size(), "bit {bit}");
        assert_eq!(manifest.verify(&object).unwrap_err().name(), "DigestMismatch", "bit {bit}");
        read += 1;
    }
    assert!(read > 64, "{read} of the flips make another digit");
}

#[test]
fn every_byte_in_every_place_is_refused_or_is_another_id() {
    let original = ObjectManifestV2::decode(MANIFEST).unwrap();
    for at in 0..MANIFEST.len() {
        for byte in 0..=u8::MAX {
            let mut bytes = *MANIFEST;
            bytes[at] = byte;
            match ObjectManifestV2::decode(&bytes) {
                Ok(manifest) if byte == MANIFEST[at] => assert_eq!(manifest, original),
                Ok(manifest) => {
                    assert!((9..73).contains(&at) && manifest.id() != original.id(), "{byte:#x} at {at}")
                }
                Err(_) => assert_ne!(byte, MANIFEST[at], "{byte:#x} at {at}"),
            }
        }
    }
}
