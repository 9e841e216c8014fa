//! Reading manifests by the rules, check after check: what says why bytes are no manifest.
//!
//! It is a decoder of its own and accepts exactly what [`decode`](super::decode) accepts, and with the feature `relaxed`
//! what that tolerates. Cold: good bytes do not come here.
use super::ObjectManifestV2;
use crate::cbor::{Field, Major, Reader};
use crate::chunks;
use crate::limits::{MANIFEST_VERSION, MIN_CHUNK_ENCODING};
use crate::{ContentId, DecodeError, error::Versioned};

static MANIFEST: [Field; 4] =
    [Field::required("id"), Field::required("size"), Field::required("chunks"), Field::required("version")];
static CHUNK: [Field; 2] = [Field::required("size"), Field::required("offset")];

/// The manifest that `bytes` are.
#[cold]
pub(super) fn decode(bytes: &[u8]) -> Result<ObjectManifestV2, DecodeError> {
    let reader = &mut Reader::new(bytes);
    let mut map = reader.map(&MANIFEST)?;
    let (mut id, mut size) = (ContentId::from_digest([0; 32]), None);
    let mut unchecked = None;
    while let Some(field) = map.next(reader)? {
        match field {
            "id" => id = ContentId::parse(reader.text()?.as_bytes())?,
            "size" => size = Some(reader.uint()?),
            "chunks" => {
                if size.is_none() {
                    // The order of keys ends this, unless it is tolerated.
                    unchecked = Some(*reader);
                }
                check_chunks(reader, size)?;
            }
            // Only the version is left of the schema.
            _ => check_version(reader.uint()?)?,
        }
    }
    // It was seen, or the map would not be complete.
    let size = size.unwrap_or_default();
    if let Some(mut chunks) = unchecked {
        check_chunks(&mut chunks, Some(size))?;
    }
    reader.finish()?;
    Ok(ObjectManifestV2::new(id, size))
}

fn check_version(found: u64) -> Result<(), DecodeError> {
    match found {
        MANIFEST_VERSION => Ok(()),
        found => Err(DecodeError::BadVersion { of: Versioned::Manifest, found }),
    }
}

/// Read the list of chunks, and hold it against the object's size where that is known.
fn check_chunks(reader: &mut Reader<'_>, size: Option<u64>) -> Result<(), DecodeError> {
    let at = reader.position();
    let found = reader.head(Major::Array)?;
    let expected = size.map(chunks::chunk_count);
    match expected {
        Some(expected) if expected != found => return Err(DecodeError::ChunkCount { expected, found }),
        _ => reader.hold(at, found, MIN_CHUNK_ENCODING)?,
    }
    for index in 0..found {
        let expected = size.and_then(|size| chunks::chunk(size, index));
        let mut map = reader.map(&CHUNK)?;
        while let Some(field) = map.next(reader)? {
            let found = reader.uint()?;
            let Some(expected) = expected else { continue };
            match field {
                "size" if found != u64::from(expected.size) => {
                    return Err(DecodeError::ChunkSize { index, expected: expected.size, found });
                }
                "offset" if found != expected.offset && !cfg!(planted = "ron_manifest_chunk_offset") => {
                    return Err(DecodeError::ChunkOffset { index, expected: expected.offset, found });
                }
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::decode::canonical;
    use super::*;
    use proptest::prelude::*;

    fn encoded(size: u64) -> Vec<u8> {
        ObjectManifestV2::new(ContentId::of(&size.to_be_bytes()), size).encode().unwrap()
    }

    proptest! {
        #[test]
        fn both_decoders_read_what_was_written(size in prop_oneof![0..3_000_000u64, 0..200_000_000u64]) {
            let bytes = encoded(size);
            prop_assert_eq!(canonical(&bytes).map(|manifest| manifest.size()), Some(size));
            prop_assert_eq!(decode(&bytes).ok(), canonical(&bytes));
        }

        #[test]
        fn both_decoders_refuse_the_same_damaged_bytes(
            size in 0..1_500_000u64,
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..3),
        ) {
            let mut bytes = encoded(size);
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if crate::CANON_ENFORCED {
                prop_assert_eq!(decode(&bytes).ok(), canonical(&bytes));
            } else {
                prop_assert!(canonical(&bytes).is_none() || decode(&bytes).ok() == canonical(&bytes));
            }
        }
    }
}
