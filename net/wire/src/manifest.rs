//! The subprotocol manifest (0x0600): which subprotocols a node handles, in which versions.
//!
//! Reading is strict (exact length, no id twice, minimum not above version), so that a manifest is never half true.
use crate::subprotocol;

const COUNT_SIZE: usize = 2;
const ENTRY_SIZE: usize = 6;

/// Major, then minor; compared in that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProtocolVersion {
    /// Major number.
    pub major: u8,
    /// Minor number.
    pub minor: u8,
}

impl ProtocolVersion {
    /// Of these numbers.
    pub const fn new(major: u8, minor: u8) -> Self {
        Self { major, minor }
    }
}

/// One subprotocol of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManifestEntry {
    /// Subprotocol id.
    pub id: u16,
    /// Version spoken.
    pub version: ProtocolVersion,
    /// Oldest version understood; never above `version`.
    pub min_compatible: ProtocolVersion,
}

impl ManifestEntry {
    /// An entry; a minimum above the version is lowered to it.
    pub fn new(id: u16, version: ProtocolVersion, min_compatible: ProtocolVersion) -> Self {
        Self { id, version, min_compatible: min_compatible.min(version) }
    }

    /// Whether both understand each other: neither's version is below the other's minimum.
    pub fn is_compatible_with(&self, other: &Self) -> bool {
        self.version >= other.min_compatible && other.version >= self.min_compatible
    }

    /// The capability tag that announces it.
    pub fn capability_tag(&self) -> String {
        format!("subprotocol:{:#06x}", self.id)
    }
}

/// What a node handles, sorted by id, each id once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest(Vec<ManifestEntry>);

/// Why bytes are no manifest, or entries make none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// No count.
    #[error("manifest: has at least {COUNT_SIZE} bytes, got {len}")]
    TooShort {
        /// Bytes present.
        len: usize,
    },
    /// Count and length disagree.
    #[error("manifest: {count} entries take {expected} bytes, got {len}")]
    Length {
        /// Count stated.
        count: u16,
        /// Length that makes.
        expected: usize,
        /// Bytes present.
        len: usize,
    },
    /// An id twice.
    #[error("manifest: id {id:#06x} stands twice, once is allowed")]
    DuplicateId {
        /// Id seen.
        id: u16,
    },
    /// A minimum that the version itself does not meet.
    #[error("manifest: min_compatible of {id:#06x} must be at most {version:?}, got {min_compatible:?}")]
    MinAboveVersion {
        /// Subprotocol.
        id: u16,
        /// Version stated.
        version: ProtocolVersion,
        /// Minimum stated.
        min_compatible: ProtocolVersion,
    },
    /// More than the count field says.
    #[error("manifest: at most {} entries, got {count}", u16::MAX)]
    TooManyEntries {
        /// Entries given.
        count: usize,
    },
}

impl Manifest {
    /// Of these entries, in any order.
    pub fn new(mut entries: Vec<ManifestEntry>) -> Result<Self, ManifestError> {
        if entries.len() > usize::from(u16::MAX) {
            return Err(ManifestError::TooManyEntries { count: entries.len() });
        }
        entries.sort_by_key(|entry| entry.id);
        for pair in entries.windows(2) {
            if pair[0].id == pair[1].id {
                return Err(ManifestError::DuplicateId { id: pair[0].id });
            }
        }
        for entry in &entries {
            if entry.min_compatible > entry.version {
                let ManifestEntry { id, version, min_compatible } = *entry;
                return Err(ManifestError::MinAboveVersion { id, version, min_compatible });
            }
        }
        Ok(Self(entries))
    }

    /// What every node handles: all in version 1.0.
    pub fn default_registry() -> Self {
        use subprotocol::{CAUSAL, MIGRATION, NEGOTIATION, SNAPSHOT, STREAM_WINDOW};
        let first = ProtocolVersion::new(1, 0);
        // Sorted, each once.
        let ids = [CAUSAL, SNAPSHOT, MIGRATION, NEGOTIATION, STREAM_WINDOW];
        Self(ids.iter().map(|&id| ManifestEntry::new(id, first, first)).collect())
    }

    /// Read a whole payload. Entries come sorted, whatever their order was. Allocates by the bytes present, never
    /// by the count alone.
    pub fn decode(payload: &[u8]) -> Result<Self, ManifestError> {
        let len = payload.len();
        let Some((count, entries)) = payload.split_first_chunk::<COUNT_SIZE>() else {
            return Err(ManifestError::TooShort { len });
        };
        let count = u16::from_le_bytes(*count);
        let expected = COUNT_SIZE + usize::from(count) * ENTRY_SIZE;
        if len != expected {
            return Err(ManifestError::Length { count, expected, len });
        }
        let (entries, _) = entries.as_chunks::<ENTRY_SIZE>();
        let entry =
            |&[id_low, id_high, major, minor, min_major, min_minor]: &[u8; ENTRY_SIZE]| ManifestEntry {
                id: u16::from_le_bytes([id_low, id_high]),
                version: ProtocolVersion::new(major, minor),
                min_compatible: ProtocolVersion::new(min_major, min_minor),
            };
        Self::new(entries.iter().map(entry).collect())
    }

    /// The payload.
    pub fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(COUNT_SIZE + self.0.len() * ENTRY_SIZE);
        // Limited on making.
        payload.extend_from_slice(&(self.0.len() as u16).to_le_bytes());
        for ManifestEntry { id, version, min_compatible } in &self.0 {
            payload.extend_from_slice(&id.to_le_bytes());
            payload.extend_from_slice(&[version.major, version.minor]);
            payload.extend_from_slice(&[min_compatible.major, min_compatible.minor]);
        }
        payload
    }

    /// The entries, sorted by id.
    pub fn entries(&self) -> &[ManifestEntry] {
        &self.0
    }

    /// The entry of an id.
    pub fn get(&self, id: u16) -> Option<&ManifestEntry> {
        self.0.binary_search_by_key(&id, |entry| entry.id).ok().map(|at| &self.0[at])
    }
}
