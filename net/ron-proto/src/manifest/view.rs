//! A manifest together with the bytes that encode it.
use super::ObjectManifestV2;
use crate::chunks::Chunks;
use crate::{ContentId, DecodeError};

/// A manifest read from bytes that it borrows, to be passed on, stored or hashed without being encoded again.
///
/// Making one checks everything, so that it cannot be wrong; nothing is copied or allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManifestView<'a> {
    bytes: &'a [u8],
    manifest: ObjectManifestV2,
}

impl<'a> ManifestView<'a> {
    /// Look at a manifest that travelled, as [`ObjectManifestV2::decode`] does.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        Ok(Self { bytes, manifest: ObjectManifestV2::decode(bytes)? })
    }

    /// Look at a manifest of at most `limit` bytes, as [`ObjectManifestV2::decode_with_limit`] does.
    #[inline]
    pub fn parse_with_limit(bytes: &'a [u8], limit: u32) -> Result<Self, DecodeError> {
        Ok(Self { bytes, manifest: ObjectManifestV2::decode_with_limit(bytes, limit)? })
    }

    /// The bytes it was read from.
    #[inline]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The id of the manifest itself, by which it can be stored as an object.
    pub fn manifest_id(&self) -> ContentId {
        ContentId::of(self.bytes)
    }

    /// The object's id.
    #[inline]
    pub const fn id(&self) -> ContentId {
        self.manifest.id()
    }

    /// Bytes of the object.
    #[inline]
    pub const fn size(&self) -> u64 {
        self.manifest.size()
    }

    /// The chunks, in ascending offset.
    #[inline]
    pub const fn chunks(&self) -> Chunks {
        self.manifest.chunks()
    }

    /// The manifest without its bytes.
    #[inline]
    pub const fn to_manifest(&self) -> ObjectManifestV2 {
        self.manifest
    }
}
