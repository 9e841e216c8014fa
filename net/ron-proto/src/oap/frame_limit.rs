//! How large a frame may be on a connection.
use crate::limits::{DECOMPRESSED_FRAMES, HEADER_LEN, MAX_FRAME, MIN_NEGOTIATED_FRAME};

/// The largest frame of a connection in bytes, header included: 66 560 to 1 048 576.
///
/// A connection begins at [`FrameLimit::MAX`]; HELLO makes it the smaller one of both sides' limits, and nothing raises
/// it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameLimit(u32);

impl FrameLimit {
    /// What every connection begins with.
    pub const MAX: Self = Self(MAX_FRAME);
    /// The least that a peer may ask for.
    pub const MIN: Self = Self(MIN_NEGOTIATED_FRAME);

    /// Of this many bytes; `None` outside the range.
    #[inline]
    pub const fn new(bytes: u32) -> Option<Self> {
        match bytes {
            MIN_NEGOTIATED_FRAME..=MAX_FRAME => Some(Self(bytes)),
            _ => None,
        }
    }

    /// Bytes of a frame.
    #[inline]
    pub const fn frame(self) -> u32 {
        self.0
    }

    /// Bytes of a payload.
    #[inline]
    pub const fn payload(self) -> u32 {
        self.0 - HEADER_LEN as u32
    }

    /// Bytes that a payload may have once it is decompressed.
    #[inline]
    pub const fn decompressed(self) -> u32 {
        self.0 * DECOMPRESSED_FRAMES
    }
}

impl Default for FrameLimit {
    fn default() -> Self {
        Self::MAX
    }
}
