//! What frames carry: typed payloads in canonical DAG-CBOR, borrowed from the bytes they were read from.
//!
//! Reading allocates nothing. A payload that is compressed has to be decompressed before it is read here.
mod ack;
mod data;
mod end;
mod error_envelope;
mod hello;
mod start;

pub use ack::Ack;
pub use data::Data;
pub use end::End;
pub use error_envelope::{ErrorCode, ErrorEnvelope};
pub use hello::Hello;
pub use start::Start;

use crate::DecodeError;
use crate::oap::{FrameFlags, FrameKind, Header};
use std::fmt;

/// Any payload.
#[derive(Clone, PartialEq, Eq)]
pub enum Payload<'a> {
    /// Of the first frame in each direction.
    Hello(Hello),
    /// Of a START.
    Start(Start<'a>),
    /// Of a DATA that is not encrypted between applications.
    Data(Data<'a>),
    /// Of an END.
    End(End<'a>),
    /// Of an ACK.
    Ack(Ack),
    /// Of an ERROR.
    Error(ErrorEnvelope<'a>),
    /// Of an EVENT, and of a DATA that is encrypted between applications.
    Opaque(&'a [u8]),
}

/// Where a frame stands in its direction of the connection. HELLO and DATA have the same flags and differ in this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It is the first.
    First,
    /// It is not.
    Later,
}

impl<'a> Payload<'a> {
    /// Read the payload of a frame with this header. `plain` is the frame's payload, decompressed where the header says
    /// that it is compressed: [`Decompressor::plain`](crate::oap::compression::Decompressor::plain).
    pub fn decode(header: &Header, place: Place, plain: &'a [u8]) -> Result<Self, DecodeError> {
        let flags = header.flags;
        if place == Place::First && (flags == FrameFlags::REQUEST || flags == FrameFlags::RESPONSE) {
            return Hello::decode(plain).map(Self::Hello);
        }
        match flags.kind() {
            FrameKind::Start => Start::decode(plain).map(Self::Start),
            FrameKind::Data if flags.is_app_e2e() => Ok(Self::Opaque(plain)),
            FrameKind::Data => Data::decode(plain).map(Self::Data),
            FrameKind::Event => Ok(Self::Opaque(plain)),
            FrameKind::End => End::decode(plain, header.corr_id).map(Self::End),
            FrameKind::Ack => Ack::decode(plain).map(Self::Ack),
            FrameKind::Error => ErrorEnvelope::decode(plain, header.corr_id).map(Self::Error),
        }
    }
}

/// Without an opaque payload's bytes; the others leave out theirs themselves.
impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hello(payload) => f.debug_tuple("Hello").field(payload).finish(),
            Self::Start(payload) => f.debug_tuple("Start").field(payload).finish(),
            Self::Data(payload) => f.debug_tuple("Data").field(payload).finish(),
            Self::End(payload) => f.debug_tuple("End").field(payload).finish(),
            Self::Ack(payload) => f.debug_tuple("Ack").field(payload).finish(),
            Self::Error(payload) => f.debug_tuple("Error").field(payload).finish(),
            Self::Opaque(bytes) => f.debug_struct("Opaque").field("len", &bytes.len()).finish(),
        }
    }
}
