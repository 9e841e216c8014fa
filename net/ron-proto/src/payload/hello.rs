//! HELLO: what a side takes. Three fields of which two are the protocol's own.
use crate::DecodeError;
use crate::cbor::{
    Field, Items, Reader,
    sealed::{Sink, Write},
};
use crate::error::Versioned;
use crate::limits::{CHUNK_SIZE, PROTO_VERSION};
use crate::oap::FrameLimit;

static FIELDS: [Field; 3] =
    [Field::required("chunk"), Field::required("hello"), Field::required("max_frame")];

/// The first payload in each direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "Form", try_from = "crate::object_form::Object<Form>"))]
pub struct Hello {
    /// The largest frame that the side takes.
    pub max_frame: FrameLimit,
}

impl Hello {
    /// Read exactly one.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let reader = &mut Reader::new(bytes);
        let mut map = reader.map(&FIELDS)?;
        let mut max_frame = FrameLimit::MAX;
        while let Some(field) = map.next(reader)? {
            let value = reader.u32(field)?;
            match field {
                "chunk" => check_chunk(value)?,
                "hello" => check_version(value)?,
                _ => max_frame = limit(value)?,
            }
        }
        reader.finish()?;
        Ok(Self { max_frame })
    }
}

impl Write for Hello {
    fn write(&self, sink: &mut impl Sink) {
        sink.map(3);
        sink.text("chunk");
        sink.uint(CHUNK_SIZE.into());
        sink.text("hello");
        sink.uint(PROTO_VERSION.into());
        sink.text("max_frame");
        sink.uint(self.max_frame.frame().into());
    }
}

fn check_chunk(found: u32) -> Result<(), DecodeError> {
    match found {
        CHUNK_SIZE => Ok(()),
        found => Err(DecodeError::BadHello { field: "chunk", found: found.into() }),
    }
}

fn check_version(found: u32) -> Result<(), DecodeError> {
    match found {
        PROTO_VERSION => Ok(()),
        found => Err(DecodeError::BadVersion { of: Versioned::Hello, found: found.into() }),
    }
}

fn limit(found: u32) -> Result<FrameLimit, DecodeError> {
    FrameLimit::new(found).ok_or(DecodeError::BadHello { field: "max_frame", found: found.into() })
}

/// In JSON.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    chunk: u32,
    hello: u32,
    max_frame: u32,
}

#[cfg(feature = "serde")]
impl From<Hello> for Form {
    fn from(hello: Hello) -> Self {
        Self { chunk: CHUNK_SIZE, hello: PROTO_VERSION, max_frame: hello.max_frame.frame() }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<crate::object_form::Object<Form>> for Hello {
    type Error = DecodeError;

    fn try_from(form: crate::object_form::Object<Form>) -> Result<Self, DecodeError> {
        let form = form.0;
        check_chunk(form.chunk)?;
        check_version(form.hello)?;
        Ok(Self { max_frame: limit(form.max_frame)? })
    }
}
