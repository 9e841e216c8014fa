//! The frame codec for `tokio_util`: `Framed::new(stream, FrameCodec::new())`.
use super::{Frame, FrameDecoder, FrameError, FrameLimit};
use bytes::{Bytes, BytesMut};
use std::io;
use tokio_util::codec::{Decoder, Encoder};

/// Reads and writes frames. One limit holds for both directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameCodec {
    decoder: FrameDecoder,
}

/// Why a connection ends.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The peer sent no frame, or a frame is too large to be sent.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The stream failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl FrameCodec {
    /// For a connection that has just begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// The largest frame that is taken or sent.
    pub fn limit(&self) -> FrameLimit {
        self.decoder.limit()
    }

    /// Take and send no larger frames than these from now on, as HELLO has it.
    pub fn lower_limit(&mut self, limit: FrameLimit) {
        self.decoder.lower_limit(limit);
    }
}

impl Decoder for FrameCodec {
    type Item = Frame<Bytes>;
    type Error = CodecError;

    fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Self::Item>, CodecError> {
        Ok(self.decoder.decode_bytes(buffer)?)
    }

    fn decode_eof(&mut self, buffer: &mut BytesMut) -> Result<Option<Self::Item>, CodecError> {
        match self.decoder.decode_bytes(buffer)? {
            Some(frame) => Ok(Some(frame)),
            None => Ok(self.decoder.finish(buffer).map(|()| None)?),
        }
    }
}

impl<P: AsRef<[u8]>> Encoder<Frame<P>> for FrameCodec {
    type Error = CodecError;

    fn encode(&mut self, frame: Frame<P>, buffer: &mut BytesMut) -> Result<(), CodecError> {
        let (header, payload) = frame.into_parts();
        if header.frame_len() > self.limit().frame() as usize {
            let (len, max) = (header.frame_len() as u64, self.limit().frame());
            return Err(FrameError::FrameTooLarge { len, max }.into());
        }
        buffer.reserve(header.frame_len());
        buffer.extend_from_slice(&header.to_bytes());
        buffer.extend_from_slice(payload.as_ref());
        Ok(())
    }
}
