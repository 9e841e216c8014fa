//! The 14-byte NAT keepalive: opens a mapping and tells the peer that the way is open. Outside all sessions.
use crate::limits::{KEEPALIVE_MAGIC, KEEPALIVE_SIZE};
use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// A keepalive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keepalive {
    /// Who sends it.
    pub sender_node_id: u64,
    /// Which attempt.
    pub punch_id: u32,
}

#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Layout {
    magic: U16,
    sender_node_id: U64,
    punch_id: U32,
}

const _: () = assert!(size_of::<Layout>() == KEEPALIVE_SIZE);

/// Why a datagram is no keepalive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeepaliveError {
    /// Not as long as a keepalive.
    #[error("keepalive: has {KEEPALIVE_SIZE} bytes, got {len}")]
    Length {
        /// Bytes present.
        len: usize,
    },
    /// Something else.
    #[error("keepalive: magic must be {KEEPALIVE_MAGIC:#06x}, got {magic:#06x}")]
    Magic {
        /// Magic seen.
        magic: u16,
    },
}

impl Keepalive {
    /// Read a whole datagram.
    pub fn decode(datagram: &[u8]) -> Result<Self, KeepaliveError> {
        let Ok(layout) = Layout::ref_from_bytes(datagram) else {
            return Err(KeepaliveError::Length { len: datagram.len() });
        };
        let magic = layout.magic.get();
        if magic != KEEPALIVE_MAGIC {
            return Err(KeepaliveError::Magic { magic });
        }
        Ok(Self { sender_node_id: layout.sender_node_id.get(), punch_id: layout.punch_id.get() })
    }

    /// The 14 wire bytes.
    pub fn encode(&self) -> [u8; KEEPALIVE_SIZE] {
        zerocopy::transmute!(Layout {
            magic: U16::new(KEEPALIVE_MAGIC),
            sender_node_id: U64::new(self.sender_node_id),
            punch_id: U32::new(self.punch_id),
        })
    }
}
