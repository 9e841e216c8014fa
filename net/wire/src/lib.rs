//! Bytes on the wire of Net: headers, frames, names, ids and hashes, as views over borrowed bytes.
//!
//! A datagram is one of a few things ([`classify`] tells which in one look): a packet ([`PacketHeader`], then
//! sealed [event frames](frames)), a packet behind a [`RoutingHeader`], a [`Pingwave`] or a [`Keepalive`].
//! Everything here is pure: bytes in, values or errors out; no I/O, no clock, no heap on the packet path.
//!
//! ```
//! use net_wire::{frames, PacketHeader};
//!
//! // Write two events behind each other, describe them in a header, and read both back.
//! let mut payload = [0u8; 64];
//! let payload_len = frames::write(&mut payload, &["hello", "world"])?;
//! let mut header = PacketHeader::new();
//! header.payload_len.set(payload_len as u16);
//! header.event_count.set(2);
//!
//! let read = PacketHeader::parse(header.as_bytes())?;
//! let events: Vec<&[u8]> = frames::read(&payload[..payload_len], read.event_count.get()).collect();
//! assert_eq!(events, [b"hello", b"world"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The layout is that of Net v0.27; integers are little-endian unless a type says otherwise.
#![forbid(unsafe_code)]

mod address;
mod capability_ad;
mod channel_name;
mod classify;
mod control;
mod flags;
pub mod frames;
mod handshake;
mod header;
pub mod identifiers;
mod keepalive;
pub mod limits;
mod manifest;
mod pingwave;
mod rendezvous;
mod routing;
pub mod subprotocol;
mod swarm_pingwave;

pub use address::{ADDRESS_SIZE, AddressError, Reflex, decode_address, encode_address};
pub use capability_ad::{CapabilityAd, CapabilityAdError};
pub use channel_name::{ChannelName, ChannelNameError};
pub use classify::{DatagramKind, classify};
pub use control::{ControlError, NackPayload, StreamNack, StreamReset, StreamWindow};
pub use flags::{PacketFlags, RoutingFlags};
pub use frames::{FrameError, FrameWriter};
pub use handshake::{HandshakeError, write_handshake};
pub use header::{HeaderError, PacketHeader};
pub use keepalive::{Keepalive, KeepaliveError};
pub use manifest::{Manifest, ManifestEntry, ManifestError, ProtocolVersion};
pub use pingwave::{Health, Pingwave, PingwaveError, PrimaryCapabilities, memory_tier};
pub use rendezvous::{Rendezvous, RendezvousError};
pub use routing::{ForwardError, RoutingHeader, RoutingHeaderError, forward_in_place};
pub use swarm_pingwave::{SwarmPingwave, SwarmPingwaveError};
