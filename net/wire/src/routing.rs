//! The 18-byte routing header that carries a packet over several nodes, and the step that a relay makes on it.
//!
//! Nothing in it is authenticated. A step patches the datagram where it lies: no body copy, no allocation.
use crate::RoutingFlags;
use crate::limits::{ROUTING_HEADER_SIZE, ROUTING_MAGIC};
use bytes::BytesMut;
use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Where a routed packet comes from and goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoutingHeader {
    /// Hops left.
    pub ttl: u8,
    /// Hops taken, at most 255.
    pub hop_count: u8,
    /// Reserved bits are cleared on decoding.
    pub flags: RoutingFlags,
    /// Reserved: 0 from us, copied through on the way.
    pub reserved: u8,
    /// Low 32 bits of the originator's node id.
    pub src_id: u32,
    /// Node id of the destination.
    pub dest_id: u64,
}

#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Layout {
    magic: U16,
    ttl: u8,
    hop_count: u8,
    flags: u8,
    reserved: u8,
    src_id: U32,
    dest_id: U64,
}

const _: () = assert!(size_of::<Layout>() == ROUTING_HEADER_SIZE);

/// Why bytes are no routing header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoutingHeaderError {
    /// Fewer bytes than a routing header has.
    #[error("routing header: needs {ROUTING_HEADER_SIZE} bytes, got {len}")]
    TooShort {
        /// Bytes present.
        len: usize,
    },
    /// Something else.
    #[error("routing header: magic must be {ROUTING_MAGIC:#06x}, got {magic:#06x}")]
    Magic {
        /// Magic seen.
        magic: u16,
    },
}

/// Why a relay drops a packet instead of stepping it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForwardError {
    /// No routing header.
    #[error(transparent)]
    Header(#[from] RoutingHeaderError),
    /// No hop left.
    #[error("routing header: ttl must be at least 1 to go on, got 0")]
    TtlExpired,
}

impl RoutingHeader {
    /// A header without flags.
    #[inline]
    pub const fn new(src_id: u32, dest_id: u64, ttl: u8) -> Self {
        Self { ttl, hop_count: 0, flags: RoutingFlags::NONE, reserved: 0, src_id, dest_id }
    }

    /// Read the first 18 bytes.
    #[inline]
    pub fn decode(bytes: &[u8]) -> Result<Self, RoutingHeaderError> {
        let Ok((layout, _)) = Layout::ref_from_prefix(bytes) else {
            return Err(RoutingHeaderError::TooShort { len: bytes.len() });
        };
        let magic = layout.magic.get();
        if magic != ROUTING_MAGIC {
            return Err(RoutingHeaderError::Magic { magic });
        }
        Ok(Self {
            ttl: layout.ttl,
            hop_count: layout.hop_count,
            flags: RoutingFlags::from_wire(layout.flags),
            reserved: layout.reserved,
            src_id: layout.src_id.get(),
            dest_id: layout.dest_id.get(),
        })
    }

    /// The reserved flag bits that [`decode`](Self::decode) cleared, for a receiver that tells of them: 0 from every
    /// sender that keeps to the format. Ask before a step, which writes them cleared.
    #[inline]
    pub fn reserved_flags(bytes: &[u8]) -> u8 {
        bytes.get(std::mem::offset_of!(Layout, flags)).map_or(0, |flags| flags & !RoutingFlags::MASK)
    }

    /// The 18 wire bytes.
    #[inline]
    pub fn encode(&self) -> [u8; ROUTING_HEADER_SIZE] {
        zerocopy::transmute!(Layout {
            magic: U16::new(ROUTING_MAGIC),
            ttl: self.ttl,
            hop_count: self.hop_count,
            flags: self.flags.bits() & RoutingFlags::MASK,
            reserved: self.reserved,
            src_id: U32::new(self.src_id),
            dest_id: U64::new(self.dest_id),
        })
    }

    /// Append the 18 wire bytes.
    #[inline]
    pub fn write_to(&self, out: &mut BytesMut) {
        out.extend_from_slice(&self.encode());
    }

    /// Overwrite the first 18 bytes of `packet`: the same bytes as [`write_to`](Self::write_to).
    #[inline]
    pub fn write_at(&self, packet: &mut [u8]) -> Result<(), RoutingHeaderError> {
        let len = packet.len();
        let Some(front) = packet.first_chunk_mut() else { return Err(RoutingHeaderError::TooShort { len }) };
        *front = self.encode();
        Ok(())
    }

    /// One hop: ttl down, hop count up. Changes nothing and returns `false` when no hop is left.
    #[inline]
    pub fn forward(&mut self) -> bool {
        let Some(ttl) = self.ttl.checked_sub(1) else { return false };
        self.ttl = ttl;
        self.hop_count = self.hop_count.saturating_add(1);
        true
    }

    /// Whether no hop is left.
    #[inline]
    pub const fn is_expired(&self) -> bool {
        self.ttl == 0
    }
}

/// One hop on the datagram itself: ttl down, hop count up, reserved flags cleared, every other byte as it was.
/// A packet that arrives with ttl 1 goes on with 0: its next node may be the destination, which ignores the ttl.
#[inline]
pub fn forward_in_place(packet: &mut [u8]) -> Result<RoutingHeader, ForwardError> {
    let mut header = RoutingHeader::decode(packet)?;
    if !header.forward() {
        return Err(ForwardError::TtlExpired);
    }
    header.write_at(packet)?;
    Ok(header)
}
