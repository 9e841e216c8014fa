//! ACK: up to which number a side has everything.
use crate::DecodeError;
use crate::cbor::{
    Field, Items, Reader,
    sealed::{Sink, Write},
};

static FIELDS: [Field; 1] = [Field::required("up_to")];

/// The payload of an ACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Ack {
    /// The number; it never decreases within an exchange.
    pub up_to: u64,
}

#[cfg(feature = "serde")]
crate::object_form::from_object! {
    Ack {
        up_to: u64,
    }
}

impl Ack {
    /// Read exactly one.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let reader = &mut Reader::new(bytes);
        let mut map = reader.map(&FIELDS)?;
        let mut up_to = 0;
        while map.next(reader)?.is_some() {
            up_to = reader.uint()?;
        }
        reader.finish()?;
        Ok(Self { up_to })
    }
}

impl Write for Ack {
    fn write(&self, sink: &mut impl Sink) {
        sink.map(1);
        sink.text("up_to");
        sink.uint(self.up_to);
    }
}
