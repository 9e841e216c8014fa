//! Compressed payloads: one zstd frame without a dictionary.
//!
//! A payload is decompressed straight into the output, which grows by what has really come out and never beyond the
//! connection's limit; zstd's own window, which a frame may claim to have 2 GiB, is not made. What a frame says of its
//! size is not trusted.
use super::{Frame, FrameLimit};

/// Why a payload cannot be decompressed or compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompressionError {
    /// More comes out than the connection allows.
    #[error("the payload decompresses to more than {limit} bytes")]
    BoundExceeded {
        /// Bytes allowed.
        limit: u32,
    },
    /// It is not exactly one whole zstd frame.
    #[error("the payload is not one zstd frame")]
    Failed,
    /// Built without the feature `zstd`.
    #[error("compressed payloads are not supported")]
    Unsupported,
}

impl CompressionError {
    /// The error's name in the taxonomy.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::BoundExceeded { .. } => "DecompressBoundExceeded",
            Self::Failed => "DecompressFailed",
            Self::Unsupported => "CompUnsupported",
        }
    }
}

impl Decompressor {
    /// The payload of a frame, to be read: as it is, or decompressed into `out` where the header says that it is compressed.
    pub fn plain<'a, P: AsRef<[u8]>>(
        &mut self,
        frame: &'a Frame<P>,
        limit: FrameLimit,
        out: &'a mut Vec<u8>,
    ) -> Result<&'a [u8], CompressionError> {
        if !frame.header().flags.is_compressed() {
            return Ok(frame.payload().as_ref());
        }
        self.decompress(frame.payload().as_ref(), limit, out)?;
        Ok(out)
    }
}

#[cfg(feature = "zstd")]
pub use with_zstd::{Decompressor, compress};
#[cfg(not(feature = "zstd"))]
pub use without_zstd::{Decompressor, compress};

#[cfg(feature = "zstd")]
mod with_zstd {
    use super::{CompressionError, FrameLimit};
    use std::fmt;
    use zstd_safe::{DCtx, zstd_sys::ZSTD_ErrorCode};

    /// A zstd frame begins with it; a skippable one, which holds nothing, does not.
    const MAGIC: [u8; 4] = 0xFD2F_B528u32.to_le_bytes();
    /// Room for the first try; each further one has four times as much.
    const FIRST_ROOM: usize = 4 * 1024;
    const ROOM_GROWTH: usize = 4;
    /// The level of zstd's own command.
    const LEVEL: i32 = 3;

    /// Decompresses payloads one after the other in a state of about 100 KB, which it owns.
    #[derive(Default)]
    pub struct Decompressor {
        state: DCtx<'static>,
    }

    impl Decompressor {
        /// Make the state.
        pub fn new() -> Self {
            Self::default()
        }

        /// Replace what `out` holds by what `payload` decompresses to, at most [`FrameLimit::decompressed`] bytes. On an
        /// error `out` is empty. It allocates where `out` has less room than comes out, and gives back what room it has beyond
        /// the limit: what zstd has room for it fills, so a bomb stops where the room does.
        pub fn decompress(
            &mut self,
            payload: &[u8],
            limit: FrameLimit,
            out: &mut Vec<u8>,
        ) -> Result<(), CompressionError> {
            out.clear();
            // One frame, whole, with nothing behind it: its blocks say where it ends.
            let frame_len = zstd_safe::find_frame_compressed_size(payload);
            if !payload.starts_with(&MAGIC) || frame_len != Ok(payload.len()) {
                return Err(CompressionError::Failed);
            }
            let most = limit.decompressed() as usize;
            out.shrink_to(most);
            let mut room = payload.len().saturating_mul(ROOM_GROWTH).clamp(FIRST_ROOM, most);
            loop {
                out.reserve_exact(room);
                match self.state.decompress(out, payload) {
                    Ok(_) if out.len() <= most => return Ok(()),
                    // An allocator may leave more room than was asked for.
                    Ok(_) => break,
                    Err(code) if !is_too_small(code) => return Err(CompressionError::Failed),
                    Err(_) if out.capacity() >= most => break,
                    Err(_) => room = out.capacity().saturating_mul(ROOM_GROWTH).min(most),
                }
            }
            out.clear();
            Err(CompressionError::BoundExceeded { limit: limit.decompressed() })
        }
    }

    impl fmt::Debug for Decompressor {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Decompressor").finish_non_exhaustive()
        }
    }

    /// Compress a payload into one frame that a peer with this limit takes.
    pub fn compress(plain: &[u8], limit: FrameLimit) -> Result<Vec<u8>, CompressionError> {
        if plain.len() > limit.decompressed() as usize {
            return Err(CompressionError::BoundExceeded { limit: limit.decompressed() });
        }
        let mut out = Vec::with_capacity(zstd_safe::compress_bound(plain.len()));
        match zstd_safe::compress(&mut out, plain, LEVEL) {
            Ok(_) => Ok(out),
            Err(_) => Err(CompressionError::Failed),
        }
    }

    /// Whether zstd ran out of room: it returns its error codes negated.
    fn is_too_small(code: usize) -> bool {
        code.wrapping_neg() == ZSTD_ErrorCode::ZSTD_error_dstSize_tooSmall as usize
    }
}

#[cfg(not(feature = "zstd"))]
mod without_zstd {
    use super::{CompressionError, FrameLimit};

    /// Says that it cannot: built without the feature `zstd`.
    #[derive(Debug, Default)]
    pub struct Decompressor;

    impl Decompressor {
        /// As with zstd.
        pub fn new() -> Self {
            Self
        }

        /// Always [`CompressionError::Unsupported`]; `out` is empty after it.
        pub fn decompress(
            &mut self,
            _payload: &[u8],
            _limit: FrameLimit,
            out: &mut Vec<u8>,
        ) -> Result<(), CompressionError> {
            out.clear();
            Err(CompressionError::Unsupported)
        }
    }

    /// Always [`CompressionError::Unsupported`].
    pub fn compress(_plain: &[u8], _limit: FrameLimit) -> Result<Vec<u8>, CompressionError> {
        Err(CompressionError::Unsupported)
    }
}

#[cfg(all(test, not(feature = "zstd")))]
mod tests {
    use super::*;
    use crate::oap::{FrameFlags, bits};
    use crate::taxonomy::{Classify, WireKind};

    #[test]
    fn without_zstd_what_is_compressed_is_refused_and_the_rest_is_read() {
        let (mut out, mut decompressor) = (vec![1], Decompressor::new());
        let compressed = FrameFlags::EVENT.with(bits::COMP).unwrap();
        let frame = |flags| Frame::new(flags, 0, 0, &b"plain"[..], FrameLimit::MAX).unwrap();
        let error = decompressor.plain(&frame(compressed), FrameLimit::MAX, &mut out).unwrap_err();
        assert_eq!((error.name(), error.wire_kind()), ("CompUnsupported", WireKind::BadRequest));
        assert_eq!(compress(b"plain", FrameLimit::MAX), Err(error));
        assert!(out.is_empty());
        let plain = frame(FrameFlags::EVENT);
        assert_eq!(decompressor.plain(&plain, FrameLimit::MAX, &mut out), Ok(&b"plain"[..]));
    }
}
