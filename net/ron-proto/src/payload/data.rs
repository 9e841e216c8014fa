//! DATA: a part of an object, a chunk at most.
//!
//! The bytes come last, so what was read is the tail of the bytes that were given; 90 bytes stand in front of a full chunk
//! whose number is below 24.
use crate::cbor::{
    Field, Items, Major, Reader,
    sealed::{Sink, Write},
};
use crate::limits::CHUNK_SIZE;
use crate::{ContentId, DecodeError};
use std::{borrow::Cow, fmt};

static FIELDS: [Field; 3] = [Field::required("obj"), Field::required("seq"), Field::required("bytes")];

/// The payload of a DATA.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Data<'a> {
    obj: ContentId,
    seq: u64,
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::base64_text::serialize"))]
    bytes: Cow<'a, [u8]>,
}

#[cfg(feature = "serde")]
crate::object_form::from_object! {
    Data<'a> {
        obj: ContentId,
        seq: u64,
        #[serde(deserialize_with = "chunk_text")]
        bytes: Cow<'a, [u8]>,
    }
}

impl<'a> Data<'a> {
    /// Of a part of an object, if it is not larger than a chunk.
    pub fn new(obj: ContentId, seq: u64, bytes: impl Into<Cow<'a, [u8]>>) -> Result<Self, DecodeError> {
        let bytes = bytes.into();
        check_len(bytes.len() as u64)?;
        Ok(Self { obj, seq, bytes })
    }

    /// Read exactly one.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let reader = &mut Reader::new(bytes);
        let mut map = reader.map(&FIELDS)?;
        let mut data = Self { obj: ContentId::from_digest([0; 32]), seq: 0, bytes: Cow::Borrowed(&[]) };
        while let Some(field) = map.next(reader)? {
            match field {
                "obj" => data.obj = ContentId::parse(reader.text()?.as_bytes())?,
                "seq" => data.seq = reader.uint()?,
                _ => {
                    let at = reader.position();
                    let len = reader.head(Major::Bytes)?;
                    check_len(len)?;
                    data.bytes = Cow::Borrowed(reader.take(at, len)?);
                }
            }
        }
        reader.finish()?;
        Ok(data)
    }

    /// The object.
    pub fn obj(&self) -> ContentId {
        self.obj
    }

    /// The number within the exchange.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The part.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The part, borrowed for as long as the bytes that it was read from where it was read from bytes.
    pub fn into_bytes(self) -> Cow<'a, [u8]> {
        self.bytes
    }
}

impl Write for Data<'_> {
    fn write(&self, sink: &mut impl Sink) {
        sink.map(3);
        sink.text("obj");
        sink.text_bytes(&self.obj.to_text());
        sink.text("seq");
        sink.uint(self.seq);
        sink.text("bytes");
        sink.byte_string(&self.bytes);
    }
}

/// Without the object's bytes.
impl fmt::Debug for Data<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Data")
            .field("obj", &self.obj)
            .field("seq", &self.seq)
            .field("len", &self.bytes.len())
            .finish()
    }
}

fn check_len(len: u64) -> Result<(), DecodeError> {
    if len > CHUNK_SIZE.into() { Err(DecodeError::ChunkTooLarge { len }) } else { Ok(()) }
}

/// Bytes of at most a chunk, as base64 text.
#[cfg(feature = "serde")]
fn chunk_text<'de, 'a, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Cow<'a, [u8]>, D::Error> {
    let bytes = crate::base64_text::deserialize(deserializer)?;
    check_len(bytes.len() as u64).map_err(serde::de::Error::custom)?;
    Ok(bytes)
}
