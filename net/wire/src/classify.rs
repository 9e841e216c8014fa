//! What a received datagram is, from its length and its first two bytes.
//!
//! Cost: one length check up front, then comparisons; the order of the tests is part of the protocol.
use crate::limits::{
    KEEPALIVE_MAGIC, KEEPALIVE_SIZE, MIN_ROUTED_SIZE, PACKET_MAGIC, PINGWAVE_SIZE, ROUTING_MAGIC,
};
use crate::pingwave;

/// Which decoder a datagram goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DatagramKind {
    /// A NAT keepalive: [`Keepalive`](crate::Keepalive).
    Keepalive,
    /// A [`Pingwave`](crate::Pingwave).
    Pingwave,
    /// A [`RoutingHeader`](crate::RoutingHeader), then a packet.
    Routed,
    /// A packet: [`PacketHeader`](crate::PacketHeader) comes first and is still to be parsed.
    Direct,
    /// Anything else: dropped without an answer.
    Unknown,
}

/// Tell what `datagram` is. The payload of a packet is not looked at.
#[inline]
pub fn classify(datagram: &[u8]) -> DatagramKind {
    let Some((magic, _)) = datagram.split_first_chunk::<2>() else { return DatagramKind::Unknown };
    let magic = u16::from_le_bytes(*magic);
    let len = datagram.len();
    if len == KEEPALIVE_SIZE && magic == KEEPALIVE_MAGIC {
        return DatagramKind::Keepalive;
    }
    if magic == PACKET_MAGIC {
        return DatagramKind::Direct;
    }
    if len == PINGWAVE_SIZE && pingwave::has_known_health(datagram) {
        return DatagramKind::Pingwave;
    }
    if magic == ROUTING_MAGIC && len >= MIN_ROUTED_SIZE {
        return DatagramKind::Routed;
    }
    DatagramKind::Unknown
}
