//! The 68-byte packet header: one fixed layout that is read in place, and whose masked copy is the AAD.
//!
//! Cost: decoding is a length and a magic test on the borrowed bytes; the AAD is two copies and one byte.
use crate::PacketFlags;
use crate::limits::{
    AAD_SIZE, HEADER_SIZE, MAX_EVENTS_PER_PACKET, MAX_PAYLOAD_SIZE, NONCE_SIZE, PACKET_MAGIC, PACKET_VERSION,
};
use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// The header in front of every packet, byte for byte as it travels.
///
/// A borrowed header may lie at any address; fields convert with `get` and `set`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub struct PacketHeader {
    /// [`PACKET_MAGIC`].
    pub magic: U16,
    /// [`PACKET_VERSION`].
    pub version: u8,
    /// Wire byte of [`PacketFlags`].
    pub flags: u8,
    /// Unused, 0.
    pub priority: u8,
    /// Unused, 0: hops are limited by the routing header.
    pub hop_ttl: u8,
    /// May be rewritten on the way: the one field besides the nonce that the seal leaves open.
    pub hop_count: u8,
    /// Unused, 0.
    pub frag_flags: u8,
    /// Who handles the events; 0 for plain ones.
    pub subprotocol_id: U16,
    /// Low 16 bits of the channel hash, else 0.
    pub channel_hash: U16,
    /// Session prefix (4), then the counter (8).
    pub nonce: [u8; NONCE_SIZE],
    /// Session that sealed the packet.
    pub session_id: U64,
    /// Stream within the session.
    pub stream_id: U64,
    /// Position in the stream.
    pub sequence: U64,
    /// Hash of the publishing entity, else 0.
    pub origin_hash: U64,
    /// Unused, 0.
    pub subnet_id: U32,
    /// Unused, 0: nothing is fragmented.
    pub fragment_id: U16,
    /// Unused, 0.
    pub fragment_offset: U16,
    /// Bytes of plaintext, the tag not counted.
    pub payload_len: U16,
    /// Events in the payload.
    pub event_count: U16,
}

const _: () = assert!(size_of::<PacketHeader>() == HEADER_SIZE);

/// Why bytes are no acceptable packet header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Fewer bytes than a header has.
    #[error("packet header: needs {HEADER_SIZE} bytes, got {len}")]
    TooShort {
        /// Bytes present.
        len: usize,
    },
    /// Another protocol.
    #[error("packet header: magic must be {PACKET_MAGIC:#06x}, got {magic:#06x}")]
    Magic {
        /// Magic seen.
        magic: u16,
    },
    /// Another generation.
    #[error("packet header: version must be {PACKET_VERSION}, got {version}")]
    Version {
        /// Version seen.
        version: u8,
    },
    /// More payload than a packet holds.
    #[error("packet header: payload_len must be at most {MAX_PAYLOAD_SIZE}, got {payload_len}")]
    PayloadLen {
        /// Length seen.
        payload_len: u16,
    },
    /// More events than a packet holds.
    #[error("packet header: event_count must be at most {MAX_EVENTS_PER_PACKET}, got {event_count}")]
    EventCount {
        /// Count seen.
        event_count: u16,
    },
}

impl PacketHeader {
    /// A header with magic and version, everything else 0.
    #[inline]
    pub const fn new() -> Self {
        Self {
            magic: U16::new(PACKET_MAGIC),
            version: PACKET_VERSION,
            flags: 0,
            priority: 0,
            hop_ttl: 0,
            hop_count: 0,
            frag_flags: 0,
            subprotocol_id: U16::ZERO,
            channel_hash: U16::ZERO,
            nonce: [0; NONCE_SIZE],
            session_id: U64::ZERO,
            stream_id: U64::ZERO,
            sequence: U64::ZERO,
            origin_hash: U64::ZERO,
            subnet_id: U32::ZERO,
            fragment_id: U16::ZERO,
            fragment_offset: U16::ZERO,
            payload_len: U16::ZERO,
            event_count: U16::ZERO,
        }
    }

    /// View the first 68 bytes as a header: only length and magic are tested.
    #[inline]
    pub fn decode(bytes: &[u8]) -> Result<&Self, HeaderError> {
        let Ok((header, _)) = Self::ref_from_prefix(bytes) else {
            return Err(HeaderError::TooShort { len: bytes.len() });
        };
        header.check_magic()?;
        Ok(header)
    }

    /// Test magic, version, payload length and event count.
    #[inline]
    pub fn validate(&self) -> Result<(), HeaderError> {
        self.check_magic()?;
        if self.version != PACKET_VERSION {
            return Err(HeaderError::Version { version: self.version });
        }
        let payload_len = self.payload_len.get();
        if usize::from(payload_len) > MAX_PAYLOAD_SIZE {
            return Err(HeaderError::PayloadLen { payload_len });
        }
        let event_count = self.event_count.get();
        if usize::from(event_count) > MAX_EVENTS_PER_PACKET {
            return Err(HeaderError::EventCount { event_count });
        }
        Ok(())
    }

    /// [`decode`](Self::decode), then [`validate`](Self::validate): what a receiver does first.
    #[inline]
    pub fn parse(bytes: &[u8]) -> Result<&Self, HeaderError> {
        let header = Self::decode(bytes)?;
        header.validate()?;
        Ok(header)
    }

    /// The 68 wire bytes, without a copy.
    #[inline]
    pub fn as_bytes(&self) -> &[u8; HEADER_SIZE] {
        zerocopy::transmute_ref!(self)
    }

    /// The 68 wire bytes.
    #[inline]
    pub fn encode(&self) -> [u8; HEADER_SIZE] {
        *self.as_bytes()
    }

    /// The associated data of the seal: the header without hop count (as 0) and nonce.
    #[inline]
    pub fn aad(&self) -> [u8; AAD_SIZE] {
        let bytes = self.as_bytes();
        let mut aad = [0; AAD_SIZE];
        aad[..12].copy_from_slice(&bytes[..12]);
        aad[12..].copy_from_slice(&bytes[24..]);
        aad[6] = 0;
        aad
    }

    /// The flags.
    #[inline]
    pub const fn packet_flags(&self) -> PacketFlags {
        PacketFlags::from_bits(self.flags)
    }

    /// The counter half of the nonce. The prefix half is the receiver's own: what travelled is not trusted.
    #[inline]
    pub fn nonce_counter(&self) -> u64 {
        let [_, _, _, _, counter @ ..] = self.nonce;
        u64::from_le_bytes(counter)
    }

    #[inline]
    fn check_magic(&self) -> Result<(), HeaderError> {
        let magic = self.magic.get();
        if magic == PACKET_MAGIC { Ok(()) } else { Err(HeaderError::Magic { magic }) }
    }
}

impl Default for PacketHeader {
    fn default() -> Self {
        Self::new()
    }
}
