//! Manifests of 2, 16, 128 and 1024 chunks, written and read.
//!
//! Envelope: an id each way, then some twenty instructions a chunk; 142 to 23 650 bytes. Writing to a fresh buffer is one
//! allocation, everything else none.
use perfkit_harness::{Answer, Meter, ensure};
use ron_proto::{ContentId, DecodeError, EncodeError, ManifestView, ObjectManifestV2};
use std::{cell::RefCell, hint::black_box};

/// The manifest of the 1 MiB object, 16 chunks.
const ROUND_TRIP_FILE: &[u8] = include_bytes!("../../../net/ron-proto/tests/vectors/manifest_roundtrip.cbor");

/// A manifest and its bytes, made by a second rule.
pub(crate) struct Input {
    pub(crate) manifest: ObjectManifestV2,
    pub(crate) bytes: Vec<u8>,
}

/// Of an object of whole chunks. With 16 it is that of the workload file; others have any id, since what a manifest costs
/// does not depend on it and objects of 64 MiB take long to hash under a counting tool.
pub(crate) fn input(chunks: u64) -> Input {
    let size = chunks * 65_536;
    if chunks == 16 {
        let id = ContentId::parse(&ROUND_TRIP_FILE[6..73]).unwrap_or(ContentId::from_digest([0; 32]));
        return Input { manifest: ObjectManifestV2::new(id, size), bytes: ROUND_TRIP_FILE.to_vec() };
    }
    let id = ContentId::from_digest(*blake3::hash(&chunks.to_be_bytes()).as_bytes());
    let bytes = crate::dagcbor::encoded(&id.to_string(), size);
    Input { manifest: ObjectManifestV2::new(id, size), bytes }
}

pub(crate) fn encode(meter: &mut impl Meter, chunks: u64) {
    let input = input(chunks);
    meter.measure(|| black_box(&input.manifest).encode(), |written| is_encoding(written, &input));
}

pub(crate) fn decode(meter: &mut impl Meter, chunks: u64) {
    let input = input(chunks);
    meter.measure(|| ObjectManifestV2::decode(black_box(&input.bytes)), |read| is_manifest(read, &input));
}

/// The view that borrows its bytes.
pub(crate) fn view(meter: &mut impl Meter, chunks: u64) {
    let input = input(chunks);
    meter.measure(
        || ManifestView::parse(black_box(&input.bytes)),
        |read| is_manifest(&read.map(|view| view.to_manifest()), &input),
    );
}

/// To a fresh buffer and back.
pub(crate) fn roundtrip(meter: &mut impl Meter, chunks: u64) {
    let input = input(chunks);
    meter.measure(
        || {
            let written = black_box(&input.manifest).encode();
            let read = written.as_deref().map(|bytes| ObjectManifestV2::decode(black_box(bytes)));
            (read.ok(), written.as_ref().map_or(0, Vec::len))
        },
        |(read, len)| is_round_trip(read, *len, &input),
    );
}

/// To a buffer that has room, and back.
pub(crate) fn roundtrip_reused(meter: &mut impl Meter, chunks: u64) {
    let input = input(chunks);
    let buffer = RefCell::new(Vec::with_capacity(input.bytes.len()));
    meter.measure(
        || {
            let mut buffer = buffer.borrow_mut();
            buffer.clear();
            let written = black_box(&input.manifest).encode_into(&mut buffer);
            (written.ok().map(|()| ObjectManifestV2::decode(black_box(&buffer))), buffer.len())
        },
        |(read, len)| is_round_trip(read, *len, &input),
    );
}

fn is_encoding(written: &Result<Vec<u8>, EncodeError>, input: &Input) -> Answer {
    ensure!(
        written.as_ref() == Ok(&input.bytes),
        "the manifest was written as {:?} bytes, or other bytes than the {} there are",
        written.as_ref().map(Vec::len),
        input.bytes.len()
    )
}

fn is_manifest(read: &Result<ObjectManifestV2, DecodeError>, input: &Input) -> Answer {
    ensure!(*read == Ok(input.manifest), "the manifest was read as {read:?}, not as {:?}", input.manifest)
}

fn is_round_trip(read: &Option<Result<ObjectManifestV2, DecodeError>>, len: usize, input: &Input) -> Answer {
    ensure!(
        *read == Some(Ok(input.manifest)) && len == input.bytes.len(),
        "{:?} came back as {read:?}, over {len} bytes instead of {}",
        input.manifest,
        input.bytes.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_manifest_or_other_bytes_are_refused() {
        let (input, other) = (input(2), ObjectManifestV2::new(ContentId::of(b""), 131_072));
        is_encoding(&Ok(input.bytes.clone()), &input).unwrap();
        assert!(is_encoding(&other.encode(), &input).is_err());
        is_manifest(&Ok(input.manifest), &input).unwrap();
        assert!(is_manifest(&Ok(other), &input).is_err());
        is_round_trip(&Some(Ok(input.manifest)), 142, &input).unwrap();
        assert!(is_round_trip(&Some(Ok(input.manifest)), 141, &input).is_err());
        assert!(is_round_trip(&None, 142, &input).is_err());
    }

    #[test]
    fn the_workload_file_is_the_manifest_of_16_chunks() {
        let input = input(16);
        assert_eq!(input.bytes, crate::dagcbor::encoded(&input.manifest.id().to_string(), 1 << 20));
        let object: Vec<u8> = (0..1 << 20).map(|at| (at % 251) as u8).collect();
        input.manifest.verify(&object).unwrap();
    }
}
