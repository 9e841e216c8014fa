//! Why bytes are not what they should be: one error for all that is DAG-CBOR.
//!
//! Messages name positions, limits and numbers, never bytes of a payload: they may be logged and sent to peers.
use crate::ParseContentIdError;

/// Why bytes are no manifest, payload or DTO. Positions are offsets into the bytes that were decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end before the item does, or cannot hold as many items as it counts.
    #[error("the item at byte {at} is longer than the bytes present")]
    Truncated {
        /// Where the item begins.
        at: usize,
    },
    /// A head that no CBOR has.
    #[error("the head at byte {at} is reserved")]
    Malformed {
        /// Where it is.
        at: usize,
    },
    /// A length that is not stated.
    #[error("the item at byte {at} has no stated length")]
    IndefiniteLength {
        /// Where it begins.
        at: usize,
    },
    /// A float; no field is one.
    #[error("the item at byte {at} is a float")]
    FloatForbidden {
        /// Where it is.
        at: usize,
    },
    /// A tag; no field has one.
    #[error("the item at byte {at} has a tag")]
    TagForbidden {
        /// Where it is.
        at: usize,
    },
    /// A number in more bytes than it needs.
    #[error("the number at byte {at} is longer than its shortest form")]
    NonMinimal {
        /// Where its head is.
        at: usize,
    },
    /// Another type than the field's.
    #[error("the item at byte {at} has the wrong type")]
    WrongType {
        /// Where it is.
        at: usize,
    },
    /// A map key that is no text.
    #[error("the key at byte {at} is no text")]
    KeyNotText {
        /// Where it is.
        at: usize,
    },
    /// A text that is none.
    #[error("the text at byte {at} is not UTF-8")]
    InvalidUtf8 {
        /// Where its head is.
        at: usize,
    },
    /// A key twice in a row.
    #[error("the key at byte {at} stands twice")]
    DuplicateKey {
        /// Where the second one is.
        at: usize,
    },
    /// A key that sorts before the one in front of it.
    #[error("the key at byte {at} is out of order")]
    KeyOrder {
        /// Where it is.
        at: usize,
    },
    /// A key that the type does not have.
    #[error("the key at byte {at} is not a field")]
    UnknownField {
        /// Where it is.
        at: usize,
    },
    /// A field that must be there.
    #[error("the field {field:?} is missing")]
    MissingField {
        /// Which.
        field: &'static str,
    },
    /// Bytes behind the item.
    #[error("{extra} bytes follow the end")]
    TrailingBytes {
        /// How many.
        extra: usize,
    },
    /// More bytes than the limit, before any was looked at.
    #[error("at most {limit} bytes are decoded, got {len}")]
    TooLarge {
        /// Bytes given.
        len: u64,
        /// Bytes allowed.
        limit: u32,
    },
    /// A content id that is none.
    #[error(transparent)]
    BadContentId(#[from] ParseContentIdError),
    /// Another number of chunks than the object's size makes.
    #[error("an object of this size has {expected} chunks, got {found}")]
    ChunkCount {
        /// Chunks that the size makes.
        expected: u64,
        /// Chunks listed.
        found: u64,
    },
    /// A chunk of another size than its place makes.
    #[error("chunk {index} must have {expected} bytes, got {found}")]
    ChunkSize {
        /// Which chunk.
        index: u64,
        /// Size by its place.
        expected: u32,
        /// Size stated.
        found: u64,
    },
    /// A chunk that begins elsewhere than its place makes.
    #[error("chunk {index} must begin at {expected}, got {found}")]
    ChunkOffset {
        /// Which chunk.
        index: u64,
        /// Offset by its place.
        expected: u64,
        /// Offset stated.
        found: u64,
    },
    /// Another version.
    #[error("version of the {of} must be {}, got {found}", of.version())]
    BadVersion {
        /// What has the version.
        of: Versioned,
        /// Version stated.
        found: u64,
    },
    /// An integer above its field's width.
    #[error("{field:?} must be at most {max}, got {found}")]
    IntRange {
        /// Which field.
        field: &'static str,
        /// Largest value of the width.
        max: u64,
        /// Value stated.
        found: u64,
    },
    /// A value that its field does not allow, or not beside the others.
    #[error("{field:?} has a value that is not allowed")]
    BadValue {
        /// Which field.
        field: &'static str,
    },
    /// A HELLO whose numbers are not the protocol's.
    #[error("HELLO: {field:?} must not be {found}")]
    BadHello {
        /// Which field.
        field: &'static str,
        /// Value stated.
        found: u64,
    },
    /// A DATA payload with more bytes than a chunk.
    #[error("a chunk has at most 65536 bytes, got {len}")]
    ChunkTooLarge {
        /// Bytes stated.
        len: u64,
    },
    /// A START that asks for larger frames than there are.
    #[error("a frame has at most {max} bytes, asked for {found}")]
    FrameTooLarge {
        /// Bytes asked for.
        found: u64,
        /// Largest frame.
        max: u32,
    },
    /// A caveat outside the grammar. It must not be skipped: it may be what forbids the use.
    #[error("the caveat at byte {at} is unknown")]
    BadCaveat {
        /// Where it is; 0 where it stands alone.
        at: usize,
    },
}

/// What carries a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versioned {
    /// An object manifest.
    Manifest,
    /// The protocol, in HELLO.
    Hello,
}

impl Versioned {
    /// The only version there is.
    pub const fn version(self) -> u64 {
        match self {
            Self::Manifest => crate::limits::MANIFEST_VERSION,
            Self::Hello => crate::limits::PROTO_VERSION as u64,
        }
    }
}

impl std::fmt::Display for Versioned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Manifest => "manifest",
            Self::Hello => "protocol",
        })
    }
}

impl DecodeError {
    /// The error's name in the taxonomy.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "Truncated",
            Self::Malformed { .. } => "Malformed",
            Self::IndefiniteLength { .. } => "IndefiniteLength",
            Self::FloatForbidden { .. } => "FloatForbidden",
            Self::TagForbidden { .. } => "TagForbidden",
            Self::NonMinimal { .. } => "NonMinimal",
            Self::WrongType { .. } => "WrongType",
            Self::KeyNotText { .. } => "KeyNotText",
            Self::InvalidUtf8 { .. } => "InvalidUtf8",
            Self::DuplicateKey { .. } => "DuplicateKey",
            Self::KeyOrder { .. } => "KeyOrder",
            Self::UnknownField { .. } => "UnknownField",
            Self::MissingField { .. } => "MissingField",
            Self::TrailingBytes { .. } => "TrailingBytes",
            Self::TooLarge { .. } => "TooLarge",
            Self::BadContentId(_) => "BadContentId",
            Self::ChunkCount { .. } => "ChunkCount",
            Self::ChunkSize { .. } => "ChunkSize",
            Self::ChunkOffset { .. } => "ChunkOffset",
            Self::BadVersion { .. } => "BadVersion",
            Self::IntRange { .. } => "IntRange",
            Self::BadValue { .. } => "BadValue",
            Self::BadHello { .. } => "BadHello",
            Self::ChunkTooLarge { .. } => "ChunkTooLarge",
            Self::FrameTooLarge { .. } => "FrameTooLarge",
            Self::BadCaveat { .. } => "BadCaveat",
        }
    }
}
