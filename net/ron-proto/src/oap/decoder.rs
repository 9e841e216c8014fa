//! Frames out of a stream of bytes.
//!
//! The bytes may come split anywhere; the frames and the first error are the same. A decoder holds no bytes and reserves
//! no room: what a header promises costs nothing until it has arrived, and a promise above the limit is an error at once.
use super::{Frame, FrameError, FrameLimit, Header};
use crate::limits::HEADER_LEN;
use bytes::{Buf, Bytes, BytesMut};

/// Reads frames of one direction of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameDecoder {
    limit: FrameLimit,
}

/// What the bytes at hand hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// A frame, of [`Header::frame_len`] bytes; others may follow.
    Frame(Frame<&'a [u8]>),
    /// The beginning of a frame of which this many bytes are missing, or of a header of which they are.
    NeedMore(usize),
}

impl FrameDecoder {
    /// For a connection that has just begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// The largest frame it takes.
    pub fn limit(&self) -> FrameLimit {
        self.limit
    }

    /// Take no larger frames than these from now on. A higher limit than the present one changes nothing.
    pub fn lower_limit(&mut self, limit: FrameLimit) {
        self.limit = self.limit.min(limit);
    }

    /// Look at the frame at the start of `bytes`.
    #[inline]
    pub fn decode<'a>(&self, bytes: &'a [u8]) -> Result<Decoded<'a>, FrameError> {
        if bytes.len() < HEADER_LEN {
            return Ok(Decoded::NeedMore(HEADER_LEN - bytes.len()));
        }
        let header = Header::parse(bytes, self.limit)?;
        match bytes.get(HEADER_LEN..header.frame_len()) {
            Some(payload) => Ok(Decoded::Frame(Frame::of(header, payload))),
            None => Ok(Decoded::NeedMore(header.frame_len() - bytes.len())),
        }
    }

    /// Take the frame at the start of `buffer` out of it; `None` where it is not whole yet. The payload shares the
    /// buffer's storage.
    #[inline]
    pub fn decode_bytes(&self, buffer: &mut BytesMut) -> Result<Option<Frame<Bytes>>, FrameError> {
        let frame = match self.decode(buffer)? {
            Decoded::Frame(frame) => frame,
            Decoded::NeedMore(more) => {
                if cfg!(planted = "ron_frame_reserves_promise") {
                    buffer.reserve(more);
                }
                return Ok(None);
            }
        };
        let header = *frame.header();
        buffer.advance(HEADER_LEN);
        let payload = buffer.split_to(header.payload_len()).freeze();
        Ok(Some(Frame::of(header, payload)))
    }

    /// Whether the stream may end with these bytes, which were not taken: not within a frame.
    pub fn finish(&self, bytes: &[u8]) -> Result<(), FrameError> {
        if bytes.is_empty() {
            return Ok(());
        }
        match Frame::decode(bytes, self.limit) {
            // A whole one, that can still be taken.
            Ok(_) | Err(FrameError::TrailingBytes { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
