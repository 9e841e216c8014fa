//! A header and its payload.
use super::{FrameError, FrameFlags, FrameLimit, Header};
use crate::Encode;
use crate::limits::HEADER_LEN;
use std::fmt;

/// A frame. The payload has as many bytes as its header says, and is borrowed (`&[u8]`) or a slice of shared storage
/// (`Bytes`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Frame<P> {
    header: Header,
    payload: P,
}

impl<P> Frame<P> {
    /// A payload that a header was read for; the caller has counted it.
    #[inline]
    pub(super) fn of(header: Header, payload: P) -> Self {
        Self { header, payload }
    }

    /// Its header.
    #[inline]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Its payload.
    #[inline]
    pub const fn payload(&self) -> &P {
        &self.payload
    }

    /// Both.
    #[inline]
    pub fn into_parts(self) -> (Header, P) {
        (self.header, self.payload)
    }
}

impl<'a> Frame<&'a [u8]> {
    /// Read exactly one frame.
    #[inline]
    pub fn decode(bytes: &'a [u8], limit: FrameLimit) -> Result<Self, FrameError> {
        let header = Header::parse(bytes, limit)?;
        let payload = bytes.get(HEADER_LEN..).unwrap_or_default();
        let (need, have) = (header.payload_len(), payload.len());
        match have.checked_sub(need) {
            Some(0) => Ok(Self::of(header, payload)),
            Some(extra) => Err(FrameError::TrailingBytes { extra }),
            None => Err(FrameError::TruncatedPayload { need, have }),
        }
    }
}

impl<P: AsRef<[u8]>> Frame<P> {
    /// A frame with this payload, if the connection allows it.
    #[inline]
    pub fn new(
        flags: FrameFlags,
        tenant_id: u128,
        corr_id: u64,
        payload: P,
        limit: FrameLimit,
    ) -> Result<Self, FrameError> {
        let header = Header::new(flags, tenant_id, corr_id, payload.as_ref().len(), limit)?;
        Ok(Self { header, payload })
    }

    /// Append it, in one allocation at most. To send without copying write [`Header::to_bytes`] and the payload.
    #[inline]
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        out.reserve(self.header.frame_len());
        out.extend_from_slice(&self.header.to_bytes());
        out.extend_from_slice(self.payload.as_ref());
    }
}

/// Without the payload's bytes, which may hold a capability; how many there are stands in the header.
impl<P> fmt::Debug for Frame<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame").field("header", &self.header).finish_non_exhaustive()
    }
}

/// Append a frame whose payload is written where it travels, in one allocation at most.
pub fn write_frame(
    flags: FrameFlags,
    tenant_id: u128,
    corr_id: u64,
    payload: &impl Encode,
    limit: FrameLimit,
    out: &mut Vec<u8>,
) -> Result<(), FrameError> {
    let header = Header::new(flags, tenant_id, corr_id, payload.encoded_len(), limit)?;
    out.reserve(header.frame_len());
    out.extend_from_slice(&header.to_bytes());
    payload.encode_into(out);
    Ok(())
}
