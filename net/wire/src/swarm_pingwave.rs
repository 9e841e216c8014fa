//! The 24-byte pingwave of the swarm library. No node sends it; a [`Pingwave`](crate::Pingwave) is what travels.
use zerocopy::little_endian::U64;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// A small pingwave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwarmPingwave {
    /// Node it started from.
    pub origin_id: u64,
    /// Counts the origin's pingwaves.
    pub seq: u64,
    /// Hops left.
    pub ttl: u8,
    /// Hops taken.
    pub hop_count: u8,
}

#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Layout {
    origin_id: U64,
    seq: U64,
    ttl: u8,
    hop_count: u8,
    reserved: [u8; 6],
}

const _: () = assert!(size_of::<Layout>() == SwarmPingwave::SIZE);

/// Why bytes are no small pingwave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SwarmPingwaveError {
    /// Fewer bytes than one has.
    #[error("swarm pingwave: needs {} bytes, got {len}", SwarmPingwave::SIZE)]
    TooShort {
        /// Bytes present.
        len: usize,
    },
}

impl SwarmPingwave {
    /// Bytes of one.
    pub const SIZE: usize = 24;

    /// A fresh one.
    #[inline]
    pub const fn new(origin_id: u64, seq: u64, ttl: u8) -> Self {
        Self { origin_id, seq, ttl, hop_count: 0 }
    }

    /// Read the first 24 bytes; the six reserved ones are not looked at.
    #[inline]
    pub fn decode(bytes: &[u8]) -> Result<Self, SwarmPingwaveError> {
        let Ok((layout, _)) = Layout::ref_from_prefix(bytes) else {
            return Err(SwarmPingwaveError::TooShort { len: bytes.len() });
        };
        Ok(Self {
            origin_id: layout.origin_id.get(),
            seq: layout.seq.get(),
            ttl: layout.ttl,
            hop_count: layout.hop_count,
        })
    }

    /// The 24 bytes.
    #[inline]
    pub fn encode(&self) -> [u8; Self::SIZE] {
        zerocopy::transmute!(Layout {
            origin_id: U64::new(self.origin_id),
            seq: U64::new(self.seq),
            ttl: self.ttl,
            hop_count: self.hop_count,
            reserved: [0; 6],
        })
    }

    /// One hop: ttl down, hop count up. Changes nothing and returns `false` when no hop is left.
    #[inline]
    pub fn forward(&mut self) -> bool {
        let Some(ttl) = self.ttl.checked_sub(1) else { return false };
        self.ttl = ttl;
        self.hop_count = self.hop_count.saturating_add(1);
        true
    }
}
