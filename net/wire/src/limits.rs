//! Sizes and limits of the wire format. They are shared with every deployed node: none may change alone.

/// First two bytes of a packet, `45 4E`, read as a little-endian integer.
pub const PACKET_MAGIC: u16 = 0x4E45;
/// The only packet version there is.
pub const PACKET_VERSION: u8 = 1;
/// Bytes of a packet header.
pub const HEADER_SIZE: usize = 68;
/// Bytes of the associated data that the seal covers.
pub const AAD_SIZE: usize = 56;
/// Bytes of a Poly1305 tag.
pub const TAG_SIZE: usize = 16;
/// Bytes of a packet nonce.
pub const NONCE_SIZE: usize = 12;
/// Bytes a sealed packet has beyond its payload; senders are charged for them too.
pub const PACKET_OVERHEAD: usize = HEADER_SIZE + TAG_SIZE;
/// Largest packet, without a routing header.
pub const MAX_PACKET_SIZE: usize = 8192;
/// Largest plaintext of a packet.
pub const MAX_PAYLOAD_SIZE: usize = MAX_PACKET_SIZE - PACKET_OVERHEAD;
/// Bytes of the length in front of each event.
pub const EVENT_PREFIX_SIZE: usize = 4;
/// Most events of a packet: as many empty ones as fit.
pub const MAX_EVENTS_PER_PACKET: usize = MAX_PAYLOAD_SIZE / EVENT_PREFIX_SIZE;
/// Largest event; there is no fragmentation.
pub const MAX_EVENT_SIZE: usize = MAX_PAYLOAD_SIZE - EVENT_PREFIX_SIZE;

/// First two bytes of a routed packet, `52 54` ("RT").
pub const ROUTING_MAGIC: u16 = 0x5452;
/// Bytes of a routing header.
pub const ROUTING_HEADER_SIZE: usize = 18;
/// Smallest routed packet: both headers.
pub const MIN_ROUTED_SIZE: usize = ROUTING_HEADER_SIZE + HEADER_SIZE;
/// Hops a routed handshake may take.
pub const HANDSHAKE_TTL: u8 = 16;
/// Hops routed data may take.
pub const DATA_TTL: u8 = 8;

/// Bytes of a pingwave datagram.
pub const PINGWAVE_SIZE: usize = 72;
/// Hops after which a pingwave is dropped.
pub const MAX_PINGWAVE_HOPS: u8 = 16;
/// First two bytes of a NAT keepalive, `50 48` ("PH").
pub const KEEPALIVE_MAGIC: u16 = 0x4850;
/// Bytes of a NAT keepalive.
pub const KEEPALIVE_SIZE: usize = 14;

/// Stream id of session control messages.
pub const CONTROL_STREAM_ID: u64 = u64::MAX;
/// Credit a stream starts with, in bytes.
pub const DEFAULT_STREAM_WINDOW_BYTES: u64 = 65_536;
