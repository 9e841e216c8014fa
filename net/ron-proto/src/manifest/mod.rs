//! The manifest of an object: which bytes it is (by their id), how many, and how they are cut into chunks.
//!
//! On the wire a manifest lists its chunks, one map each. The list is a function of the size, so in memory a manifest is
//! its id and its size, 40 bytes that are copied; the list is checked element by element when it is read and made
//! again when it is written. Reading therefore allocates nothing, whatever the size, and writing at most its buffer.
//!
//! | bytes | content |
//! |---|---|
//! | `a4` | four fields |
//! | `62 "id" 78 43` + 67 | the content id as text |
//! | `64 "size"` + number | bytes of the object |
//! | `66 "chunks"` + array | each `a2 64 "size"` + number, `66 "offset"` + number |
//! | `67 "version" 02` | the version |
mod decode;
mod diagnose;
mod encode;
mod layout;
#[cfg(feature = "serde")]
mod serde_form;
mod view;

pub use encode::{EncodeError, ManifestEncoder};
pub use view::ManifestView;

use crate::chunks::{self, Chunks};
use crate::limits::{MANIFEST_VERSION, MAX_PAYLOAD};
use crate::{ContentId, DecodeError};

/// The manifest of an object, version 2.
///
/// Whatever id and size it is made of, its chunks fit its size, and it has one encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ObjectManifestV2 {
    id: ContentId,
    size: u64,
}

impl ObjectManifestV2 {
    /// Of an object by its id and its size in bytes.
    #[inline]
    pub const fn new(id: ContentId, size: u64) -> Self {
        Self { id, size }
    }

    /// The object's id (not the manifest's).
    #[inline]
    pub const fn id(&self) -> ContentId {
        self.id
    }

    /// Bytes of the object.
    #[inline]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// [`MANIFEST_VERSION`].
    #[inline]
    pub const fn version(&self) -> u64 {
        MANIFEST_VERSION
    }

    /// How many chunks it lists.
    #[inline]
    pub const fn chunk_count(&self) -> u64 {
        chunks::chunk_count(self.size)
    }

    /// The chunks, in ascending offset.
    #[inline]
    pub const fn chunks(&self) -> Chunks {
        chunks::chunks(self.size)
    }

    /// Read a manifest that travelled: at most [`MAX_PAYLOAD`] bytes, which list 45 584 chunks.
    ///
    /// Without the feature `relaxed` bytes that are read are the only ones that encode what was read. Good bytes cost one
    /// comparison with what they must be; what is wrong with others is found out apart from that. No allocation.
    #[inline]
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Self::decode_with_limit(bytes, MAX_PAYLOAD)
    }

    /// Read a manifest of at most `limit` bytes, which may be more than travel: for manifests at rest.
    #[inline]
    pub fn decode_with_limit(bytes: &[u8], limit: u32) -> Result<Self, DecodeError> {
        let len = bytes.len() as u64;
        if len > limit.into() {
            return Err(DecodeError::TooLarge { len, limit });
        }
        match decode::canonical(bytes) {
            Some(manifest) => Ok(manifest),
            None => diagnose::decode(bytes),
        }
    }
}
