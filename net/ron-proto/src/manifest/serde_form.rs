//! The form of a manifest in JSON and other formats of serde: the same four fields, the chunks written out.
//!
//! For people and tools. What travels is the canonical encoding, which serde has no part in.
use super::ObjectManifestV2;
use crate::chunks::{self, Chunk};
use crate::limits::MANIFEST_VERSION;
use crate::object_form::Object;
use crate::{ContentId, DecodeError, error::Versioned};
use serde::de::{DeserializeSeed, Error, SeqAccess, Visitor};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChunkForm {
    size: u32,
    offset: u64,
}

struct ChunkForms(chunks::Chunks);

impl Serialize for ChunkForms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone().map(|Chunk { size, offset }| ChunkForm { size, offset }))
    }
}

impl Serialize for ObjectManifestV2 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ObjectManifestV2", 4)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("size", &self.size)?;
        fields.serialize_field("chunks", &ChunkForms(self.chunks()))?;
        fields.serialize_field("version", &MANIFEST_VERSION)?;
        fields.end()
    }
}

/// A list of chunks that make an object of this many bytes; nothing of it is stored.
struct Listed {
    count: u64,
    size: u64,
}

/// Reads chunks as long as each begins where the one before it ended and all but the last are full.
struct ListedSeed;

impl<'de> DeserializeSeed<'de> for ListedSeed {
    type Value = Listed;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Listed, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ListedSeed {
    type Value = Listed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("chunks of 65536 bytes, the last one of what is left")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Listed, A::Error> {
        let mut listed = Listed { count: 0, size: 0 };
        while let Some(Object(ChunkForm { size, offset })) = list.next_element()? {
            let index = listed.count;
            // Whatever the object's size is: the one that ends with this chunk puts it where it must be.
            let ended = offset.checked_add(size.into());
            let expected = ended.and_then(|ended| chunks::chunk(ended, index));
            if expected != Some(Chunk { size, offset }) || offset != listed.size {
                return Err(A::Error::custom(format_args!("chunk {index} is not where or what it must be")));
            }
            listed = Listed { count: index + 1, size: listed.size + u64::from(size) };
        }
        Ok(listed)
    }
}

impl<'de> Deserialize<'de> for Listed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ListedSeed.deserialize(deserializer)
    }
}

impl<'de> Deserialize<'de> for ObjectManifestV2 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Form {
            id: ContentId,
            size: u64,
            chunks: Listed,
            version: u64,
        }

        let Object(Form { id, size, chunks: listed, version }) = Object::deserialize(deserializer)?;
        if version != MANIFEST_VERSION {
            let error = DecodeError::BadVersion { of: Versioned::Manifest, found: version };
            return Err(D::Error::custom(error));
        }
        let expected = chunks::chunk_count(size);
        if listed.count != expected {
            return Err(D::Error::custom(DecodeError::ChunkCount { expected, found: listed.count }));
        }
        // As many chunks, of another object: they differ in the last one.
        let index = expected.saturating_sub(1);
        if let Some(last) = chunks::chunk(size, index).filter(|_| listed.size != size) {
            let found = listed.size - last.offset;
            let error = DecodeError::ChunkSize { index, expected: last.size, found };
            return Err(D::Error::custom(error));
        }
        Ok(Self::new(id, size))
    }
}
