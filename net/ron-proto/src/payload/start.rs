//! START: opens an exchange, with what the side may do and where its numbers begin.
use crate::DecodeError;
use crate::cbor::{
    Field, Items, Reader,
    sealed::{Sink, Write},
};
use crate::limits::MAX_FRAME;
use crate::oap::FrameLimit;
use std::{borrow::Cow, fmt};

static FIELDS: [Field; 4] = [
    Field::optional("cap"),
    Field::optional("meta"),
    Field::required("seq_start"),
    Field::required("max_frame_bytes"),
];

/// The payload of a START.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Start<'a> {
    /// A capability, opaque here. It stands nowhere but in a START, and never in a log.
    #[cfg_attr(
        feature = "serde",
        serde(
            skip_serializing_if = "Option::is_none",
            serialize_with = "crate::base64_text::optional::serialize"
        )
    )]
    pub cap: Option<Cow<'a, [u8]>>,
    /// What the exchange is for.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub meta: Option<Cow<'a, str>>,
    /// Number of the first DATA in each direction.
    pub seq_start: u64,
    /// The largest frame that the exchange may have.
    #[cfg_attr(feature = "serde", serde(serialize_with = "limit_form::serialize"))]
    pub max_frame_bytes: FrameLimit,
}

#[cfg(feature = "serde")]
crate::object_form::from_object! {
    Start<'a> {
        #[serde(default, deserialize_with = "crate::base64_text::optional::deserialize")]
        cap: Option<Cow<'a, [u8]>>,
        #[serde(default, deserialize_with = "crate::present::some")]
        meta: Option<Cow<'a, str>>,
        seq_start: u64,
        #[serde(deserialize_with = "limit_form::deserialize")]
        max_frame_bytes: FrameLimit,
    }
}

impl<'a> Start<'a> {
    /// Read exactly one.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let reader = &mut Reader::new(bytes);
        let mut map = reader.map(&FIELDS)?;
        let mut start = Self { cap: None, meta: None, seq_start: 0, max_frame_bytes: FrameLimit::MAX };
        while let Some(field) = map.next(reader)? {
            match field {
                "cap" => start.cap = Some(Cow::Borrowed(reader.byte_string()?)),
                "meta" => start.meta = Some(Cow::Borrowed(reader.text()?)),
                "seq_start" => start.seq_start = reader.uint()?,
                _ => start.max_frame_bytes = limit(reader.u32(field)?)?,
            }
        }
        reader.finish()?;
        Ok(start)
    }
}

impl Write for Start<'_> {
    fn write(&self, sink: &mut impl Sink) {
        sink.map(2 + u64::from(self.cap.is_some()) + u64::from(self.meta.is_some()));
        if let Some(cap) = &self.cap {
            sink.text("cap");
            sink.byte_string(cap);
        }
        if let Some(meta) = &self.meta {
            sink.text("meta");
            sink.text(meta);
        }
        sink.text("seq_start");
        sink.uint(self.seq_start);
        sink.text("max_frame_bytes");
        sink.uint(self.max_frame_bytes.frame().into());
    }
}

/// Without the capability's bytes.
impl fmt::Debug for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start")
            .field("cap_len", &self.cap.as_ref().map(|cap| cap.len()))
            .field("meta", &self.meta)
            .field("seq_start", &self.seq_start)
            .field("max_frame_bytes", &self.max_frame_bytes)
            .finish()
    }
}

fn limit(found: u32) -> Result<FrameLimit, DecodeError> {
    match FrameLimit::new(found) {
        Some(limit) => Ok(limit),
        None if found > MAX_FRAME => Err(DecodeError::FrameTooLarge { found: found.into(), max: MAX_FRAME }),
        None => Err(DecodeError::BadValue { field: "max_frame_bytes" }),
    }
}

/// A limit as its number of bytes.
#[cfg(feature = "serde")]
mod limit_form {
    use super::{FrameLimit, limit};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(value: &FrameLimit, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(value.frame())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FrameLimit, D::Error> {
        limit(u32::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
