//! Manifests as a general codec has them: `serde_ipld_dagcbor` over a type with a text and a list, round trip.
//!
//! It is what `ron_manifest_roundtrip` is measured against. Everything else is equal: the same bytes, and after reading the
//! same checks. Cost over the shape in use: each chunk is a map that serde walks through, the list grows by doubling, and
//! the id is a text.
use crate::manifest::{Input, input};
use perfkit_harness::{Answer, Meter, ensure};
use ron_proto::ContentId;
use serde::{Deserialize, Serialize};
use std::hint::black_box;

const CHUNK_SIZE: u64 = 65_536;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    id: String,
    size: u64,
    chunks: Vec<Chunk>,
    version: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Chunk {
    size: u32,
    offset: u64,
}

/// The bytes of a manifest, by the general codec.
pub(crate) fn encoded(id: &str, size: u64) -> Vec<u8> {
    serde_ipld_dagcbor::to_vec(&Manifest::by_rule(id, size)).unwrap_or_default()
}

pub(crate) fn roundtrip(meter: &mut impl Meter, chunks: u64) {
    let input = input(chunks);
    let manifest = Manifest::by_rule(&input.manifest.id().to_string(), input.manifest.size());
    meter.measure(
        || {
            let written = serde_ipld_dagcbor::to_vec(black_box(&manifest)).ok()?;
            let read: Manifest = serde_ipld_dagcbor::from_slice(black_box(&written)).ok()?;
            read.is_valid().then_some((read, written))
        },
        |round_trip| is_round_trip(round_trip, &manifest, &input),
    );
}

impl Manifest {
    fn by_rule(id: &str, size: u64) -> Self {
        let offsets = (0..).map(|index| index * CHUNK_SIZE).take_while(|offset| *offset < size);
        let chunks =
            offsets.map(|offset| Chunk { size: CHUNK_SIZE.min(size - offset) as u32, offset }).collect();
        Self { id: id.to_owned(), size, chunks, version: 2 }
    }

    /// The checks that the shape in use makes while it reads.
    fn is_valid(&self) -> bool {
        let whole = self.chunks.len() as u64 == self.size.div_ceil(CHUNK_SIZE);
        let mut places = (0..).map(|index| index * CHUNK_SIZE).zip(&self.chunks);
        let placed = places.all(|(offset, chunk)| {
            chunk.offset == offset && u64::from(chunk.size) == CHUNK_SIZE.min(self.size - offset)
        });
        whole && placed && self.version == 2 && ContentId::parse(self.id.as_bytes()).is_ok()
    }
}

fn is_round_trip(round_trip: &Option<(Manifest, Vec<u8>)>, manifest: &Manifest, input: &Input) -> Answer {
    ensure!(
        round_trip.as_ref().is_some_and(|(read, written)| read == manifest && *written == input.bytes),
        "a manifest of {} chunks did not come back over its {} bytes",
        manifest.chunks.len(),
        input.bytes.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_manifest_or_other_bytes_are_refused() {
        let input = input(2);
        let manifest = Manifest::by_rule(&input.manifest.id().to_string(), 131_072);
        let check = |read: &Manifest, written: &[u8]| {
            is_round_trip(&Some((read.clone(), written.to_vec())), &manifest, &input)
        };
        check(&manifest, &input.bytes).unwrap();
        assert!(check(&manifest, &input.bytes[1..]).is_err());
        assert!(check(&Manifest { size: 1, ..manifest.clone() }, &input.bytes).is_err());
        assert!(is_round_trip(&None, &manifest, &input).is_err());
    }

    #[test]
    fn chunks_out_of_place_are_not_valid() {
        let manifest = Manifest::by_rule(&ContentId::of(b"").to_string(), 131_073);
        assert!(manifest.is_valid());
        let damages: [fn(&mut Manifest); 4] = [
            |manifest| manifest.chunks[1].offset += 1,
            |manifest| manifest.chunks[2].size += 1,
            |manifest| manifest.version = 3,
            |manifest| manifest.id.push('0'),
        ];
        for damage in damages {
            let mut damaged = manifest.clone();
            damage(&mut damaged);
            assert!(!damaged.is_valid());
        }
    }
}
