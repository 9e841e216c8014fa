//! Whether an object is the one that a manifest or an id names.
//!
//! A manifest has no digest a chunk, so an object is verified as a whole: nothing of it is known to be right before its
//! last byte. Cost: hashing; nothing is allocated.
use crate::{ContentHasher, ContentId, ObjectManifestV2};

/// Why an object is not the one named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Another length.
    #[error("the object has {expected} bytes, got {found}")]
    SizeMismatch {
        /// Bytes by the manifest.
        expected: u64,
        /// Bytes there are; more may have followed.
        found: u64,
    },
    /// Other bytes.
    #[error("the object is {expected:?}, got {found:?}")]
    DigestMismatch {
        /// The id stated.
        expected: ContentId,
        /// The id of the bytes.
        found: ContentId,
    },
}

impl VerifyError {
    /// The error's name in the taxonomy.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SizeMismatch { .. } => "SizeMismatch",
            Self::DigestMismatch { .. } => "DigestMismatch",
        }
    }
}

impl ContentId {
    /// That an object is the one with this id.
    pub fn verify(&self, object: &[u8]) -> Result<(), VerifyError> {
        self.matches(Self::of(object))
    }

    /// That an object is the one with this id, hashed as [`of_parallel`](Self::of_parallel) does.
    #[cfg(feature = "rayon")]
    pub fn verify_parallel(&self, object: &[u8]) -> Result<(), VerifyError> {
        self.matches(Self::of_parallel(object))
    }

    /// That the id found is this one.
    fn matches(&self, found: Self) -> Result<(), VerifyError> {
        let looked_at = if cfg!(planted = "ron_verify_prefix") { 4 } else { 32 };
        if self.digest()[..looked_at] == found.digest()[..looked_at] {
            Ok(())
        } else {
            Err(VerifyError::DigestMismatch { expected: *self, found })
        }
    }
}

impl ObjectManifestV2 {
    /// The manifest of an object.
    pub fn for_object(object: &[u8]) -> Self {
        Self::new(ContentId::of(object), object.len() as u64)
    }

    /// That an object is the one described. The length is looked at first, so another one costs nothing.
    pub fn verify(&self, object: &[u8]) -> Result<(), VerifyError> {
        self.has_size(object.len() as u64)?;
        self.id().verify(object)
    }

    /// That an object is the one described, hashed as [`ContentId::of_parallel`] does.
    #[cfg(feature = "rayon")]
    pub fn verify_parallel(&self, object: &[u8]) -> Result<(), VerifyError> {
        self.has_size(object.len() as u64)?;
        self.id().verify_parallel(object)
    }

    fn has_size(&self, found: u64) -> Result<(), VerifyError> {
        match self.size() {
            expected if expected == found => Ok(()),
            expected => Err(VerifyError::SizeMismatch { expected, found }),
        }
    }
}

/// Verifies an object that comes in slices of any sizes.
#[derive(Clone, Debug)]
pub struct Verifier {
    manifest: ObjectManifestV2,
    hasher: ContentHasher,
    /// Bytes that came, those that were refused among them.
    found: u64,
}

impl Verifier {
    /// Of the object that a manifest describes.
    pub fn new(manifest: &ObjectManifestV2) -> Self {
        Self { manifest: *manifest, hasher: ContentHasher::new(), found: 0 }
    }

    /// Take the next slice. It fails as soon as there are more bytes than the object has, without hashing them; the
    /// object is then refused for good.
    pub fn update(&mut self, bytes: &[u8]) -> Result<(), VerifyError> {
        self.count(bytes)?;
        self.hasher.update(bytes);
        Ok(())
    }

    /// As [`update`](Self::update), hashed as [`ContentHasher::update_parallel`] does.
    #[cfg(feature = "rayon")]
    pub fn update_parallel(&mut self, bytes: &[u8]) -> Result<(), VerifyError> {
        self.count(bytes)?;
        self.hasher.update_parallel(bytes);
        Ok(())
    }

    /// That the object was the one described.
    pub fn finish(self) -> Result<(), VerifyError> {
        self.manifest.has_size(self.found)?;
        self.manifest.id().matches(self.hasher.finish())
    }

    fn count(&mut self, bytes: &[u8]) -> Result<(), VerifyError> {
        self.found = self.found.saturating_add(bytes.len() as u64);
        let (expected, found) = (self.manifest.size(), self.found);
        if found > expected { Err(VerifyError::SizeMismatch { expected, found }) } else { Ok(()) }
    }
}

/// Makes the manifest of an object that comes in slices of any sizes.
#[derive(Clone, Debug, Default)]
pub struct ManifestBuilder {
    hasher: ContentHasher,
}

impl ManifestBuilder {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Take the next slice.
    pub fn update(&mut self, bytes: &[u8]) -> &mut Self {
        self.hasher.update(bytes);
        self
    }

    /// The manifest of what was taken.
    pub fn finish(&self) -> ObjectManifestV2 {
        ObjectManifestV2::new(self.hasher.finish(), self.hasher.len())
    }
}
