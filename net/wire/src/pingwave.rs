//! The 72-byte pingwave: a node says that it lives, what it can do and how loaded it is, to whoever is near.
//!
//! Plaintext and unauthenticated, without a magic: length and health byte tell it apart.
use crate::limits::PINGWAVE_SIZE;
use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

const HEALTH_OFFSET: usize = 63;

/// How a node says it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Health {
    /// All well.
    #[default]
    Healthy = 0,
    /// Works, worse than it should.
    Degraded = 1,
    /// Does not work.
    Unhealthy = 2,
    /// Says nothing about it.
    Unknown = 3,
}

/// What a node can do, in eight bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrimaryCapabilities {
    /// Has a GPU.
    pub gpu: bool,
    /// Models it can serve at a time.
    pub model_slots: u8,
    /// Class of its memory: [`memory_tier`].
    pub memory_tier: u8,
    /// A bit for each tool class.
    pub tools_bitmap: u8,
    /// Further flags, carried.
    pub flags: u32,
}

/// A pingwave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pingwave {
    /// 32 bytes of origin: the node id, then zeros from every node there is.
    pub origin_id: [u8; 32],
    /// Counts the origin's pingwaves, from 1.
    pub seq: u64,
    /// Hops left.
    pub ttl: u8,
    /// Hops taken.
    pub hop_count: u8,
    /// Origin's clock, microseconds since the epoch.
    pub origin_timestamp_us: u64,
    /// Hash of the origin's capabilities.
    pub capability_hash: u64,
    /// Version of the origin's capabilities.
    pub capability_version: u32,
    /// Load, 0 to 255.
    pub load_level: u8,
    /// Health.
    pub health: Health,
    /// Capabilities in short.
    pub primary_caps: PrimaryCapabilities,
}

#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Layout {
    origin_id: [u8; 32],
    seq: U64,
    ttl: u8,
    hop_count: u8,
    origin_timestamp_us: U64,
    capability_hash: U64,
    capability_version: U32,
    load_level: u8,
    health: u8,
    gpu: u8,
    model_slots: u8,
    memory_tier: u8,
    tools_bitmap: u8,
    flags: U32,
}

const _: () = assert!(size_of::<Layout>() == PINGWAVE_SIZE);
const _: () = assert!(std::mem::offset_of!(Layout, health) == HEALTH_OFFSET);

/// Why bytes are no pingwave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PingwaveError {
    /// Not as long as a pingwave.
    #[error("pingwave: has {PINGWAVE_SIZE} bytes, got {len}")]
    Length {
        /// Bytes present.
        len: usize,
    },
    /// A health that does not exist.
    #[error("pingwave: health must be at most 3, got {health}")]
    Health {
        /// Byte seen.
        health: u8,
    },
}

impl Pingwave {
    /// Read a whole datagram.
    #[inline]
    pub fn decode(datagram: &[u8]) -> Result<Self, PingwaveError> {
        let Ok(layout) = Layout::ref_from_bytes(datagram) else {
            return Err(PingwaveError::Length { len: datagram.len() });
        };
        let health = match layout.health {
            0 => Health::Healthy,
            1 => Health::Degraded,
            2 => Health::Unhealthy,
            3 => Health::Unknown,
            health => return Err(PingwaveError::Health { health }),
        };
        Ok(Self {
            origin_id: layout.origin_id,
            seq: layout.seq.get(),
            ttl: layout.ttl,
            hop_count: layout.hop_count,
            origin_timestamp_us: layout.origin_timestamp_us.get(),
            capability_hash: layout.capability_hash.get(),
            capability_version: layout.capability_version.get(),
            load_level: layout.load_level,
            health,
            primary_caps: PrimaryCapabilities {
                gpu: layout.gpu != 0,
                model_slots: layout.model_slots,
                memory_tier: layout.memory_tier,
                tools_bitmap: layout.tools_bitmap,
                flags: layout.flags.get(),
            },
        })
    }

    /// The 72 wire bytes.
    #[inline]
    pub fn encode(&self) -> [u8; PINGWAVE_SIZE] {
        let caps = &self.primary_caps;
        zerocopy::transmute!(Layout {
            origin_id: self.origin_id,
            seq: U64::new(self.seq),
            ttl: self.ttl,
            hop_count: self.hop_count,
            origin_timestamp_us: U64::new(self.origin_timestamp_us),
            capability_hash: U64::new(self.capability_hash),
            capability_version: U32::new(self.capability_version),
            load_level: self.load_level,
            health: self.health as u8,
            gpu: u8::from(caps.gpu),
            model_slots: caps.model_slots,
            memory_tier: caps.memory_tier,
            tools_bitmap: caps.tools_bitmap,
            flags: U32::new(caps.flags),
        })
    }

    /// Node id of the origin.
    #[inline]
    pub fn origin_node_id(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.origin_id;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    /// Set the origin: the node id and 24 zero bytes.
    #[inline]
    pub fn set_origin_node_id(&mut self, node_id: u64) {
        self.origin_id = [0; 32];
        self.origin_id[..8].copy_from_slice(&node_id.to_le_bytes());
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

/// Class of a memory size in GB, 0 to 7.
pub const fn memory_tier(memory_gb: u32) -> u8 {
    match memory_gb {
        0..=1 => 0,
        2..=4 => 1,
        5..=8 => 2,
        9..=16 => 3,
        17..=32 => 4,
        33..=64 => 5,
        65..=128 => 6,
        129.. => 7,
    }
}

#[inline]
pub(crate) fn has_known_health(datagram: &[u8]) -> bool {
    datagram.get(HEALTH_OFFSET).is_some_and(|health| *health <= Health::Unknown as u8)
}
