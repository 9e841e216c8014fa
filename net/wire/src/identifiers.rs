//! Identifiers derived from keys and names. All are fixed by the wire format.
//!
//! BLAKE2s as a keyed MAC separates the ids of an entity; xxh3 spreads names and stream keys. Neither is a secret.
use crate::limits::PACKET_MAGIC;
use blake2::Blake2sMac256;
use blake2::digest::Mac;
use xxhash_rust::xxh3::xxh3_64;

/// Bit that keeps publish streams apart from streams that applications open.
pub const PUBLISH_STREAM_BIT: u64 = 1 << 48;

/// Why a node must not start with an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeIdError {
    /// 0 means "not resolved yet" everywhere.
    #[error("node id: 0 is reserved for nodes not resolved yet")]
    Zero,
    /// Its pingwaves would start like a packet, and everybody would drop them.
    #[error("node id: the low 16 bits must not be the packet magic {PACKET_MAGIC:#06x}, got {node_id:#018x}")]
    LooksLikePacket {
        /// Id seen.
        node_id: u64,
    },
}

/// Node id of an entity (its ed25519 public key).
pub fn node_id(entity_id: &[u8; 32]) -> u64 {
    keyed_hash(b"net-node-id-v1", entity_id)
}

/// Origin hash of an entity: what its published packets carry.
pub fn origin_hash(entity_id: &[u8; 32]) -> u64 {
    keyed_hash(b"net-origin-v1", entity_id)
}

/// Refuse the ids that a node cannot live with.
pub fn check_node_id(node_id: u64) -> Result<(), NodeIdError> {
    if node_id == 0 {
        return Err(NodeIdError::Zero);
    }
    if node_id as u16 == PACKET_MAGIC {
        return Err(NodeIdError::LooksLikePacket { node_id });
    }
    Ok(())
}

/// The half of a node id that fits the source field of a routing header.
#[inline]
pub const fn routing_id(node_id: u64) -> u32 {
    node_id as u32
}

/// Stream id of an application's stream key.
#[inline]
pub fn stream_id(key: &[u8]) -> u64 {
    xxh3_64(key)
}

/// Canonical hash of a channel name.
#[inline]
pub fn channel_hash(name: &str) -> u64 {
    xxh3_64(name.as_bytes())
}

/// What a packet header carries of a channel hash: a hint, never grounds for access.
#[inline]
pub const fn wire_channel_hash(channel_hash: u64) -> u16 {
    channel_hash as u16
}

/// Stream that publishes to a channel travel on.
#[inline]
pub const fn publish_stream_id(channel_hash: u64) -> u64 {
    channel_hash | PUBLISH_STREAM_BIT
}

/// First four bytes of every nonce of a session.
#[inline]
pub const fn nonce_prefix(session_id: u64) -> [u8; 4] {
    ((session_id as u32) ^ (session_id >> 32) as u32).to_le_bytes()
}

fn keyed_hash(key: &[u8], message: &[u8; 32]) -> u64 {
    // BLAKE2s takes keys of up to 32 bytes; ours are 13 and 14.
    let Ok(mut mac) = Blake2sMac256::new_with_salt_and_personal(key, &[], &[]) else {
        unreachable!("a key of at most 32 bytes")
    };
    mac.update(message);
    let digest: [u8; 32] = mac.finalize().into_bytes().into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}
