//! Why bytes are no frame.

/// Why bytes are no frame, in the order in which it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Fewer bytes than a header has.
    #[error("frame: a header has 31 bytes, got {have}")]
    TruncatedHeader {
        /// Bytes present.
        have: usize,
    },
    /// Another version.
    #[error("frame: version must be 1, got {found}")]
    BadVersion {
        /// Version stated.
        found: u8,
    },
    /// A frame above the connection's limit.
    #[error("frame: at most {max} bytes are allowed, got {len}")]
    FrameTooLarge {
        /// Bytes of the frame, header included.
        len: u64,
        /// The connection's limit.
        max: u32,
    },
    /// Flags that no kind of frame has.
    #[error("frame: the flags {bits:#06x} are those of no kind")]
    BadFlags {
        /// Flags stated.
        bits: u16,
    },
    /// Fewer bytes than the header promised.
    #[error("frame: the payload has {need} bytes, got {have}")]
    TruncatedPayload {
        /// Bytes that the header states.
        need: usize,
        /// Bytes present.
        have: usize,
    },
    /// Bytes behind the one frame that was expected.
    #[error("frame: {extra} bytes follow its end")]
    TrailingBytes {
        /// How many.
        extra: usize,
    },
}

impl FrameError {
    /// The error's name in the taxonomy.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TruncatedHeader { .. } => "TruncatedHeader",
            Self::BadVersion { .. } => "BadVersion",
            Self::FrameTooLarge { .. } => "FrameTooLarge",
            Self::BadFlags { .. } => "BadFlags",
            Self::TruncatedPayload { .. } => "TruncatedPayload",
            Self::TrailingBytes { .. } => "TrailingBytes",
        }
    }
}
