//! The Net substrate: one crate to add, a feature per subsystem.
//!
//! | feature | module | what it is |
//! |---|---|---|
#![cfg_attr(
    feature = "wire",
    doc = "| `wire` (default) | [`wire`] | bytes on the wire: headers, frames, names, ids |"
)]
#![cfg_attr(
    not(feature = "wire"),
    doc = "| `wire` (default) | - | bytes on the wire: headers, frames, names, ids |"
)]
#![cfg_attr(feature = "crypto", doc = "| `crypto` | [`crypto`] | packet AEAD, send counter, replay window |")]
#![cfg_attr(not(feature = "crypto"), doc = "| `crypto` | - | packet AEAD, send counter, replay window |")]
#![cfg_attr(
    feature = "mesh",
    doc = "| `mesh` | [`mesh`] | the packet path: builders, pools, opener, forwarding |"
)]
#![cfg_attr(
    not(feature = "mesh"),
    doc = "| `mesh` | - | the packet path: builders, pools, opener, forwarding |"
)]
//!
//! Each feature builds alone; what a subsystem needs of another it brings itself. Build a packet and open it
//! (feature `mesh`):
//!
#![cfg_attr(feature = "mesh", doc = "```")]
#![cfg_attr(not(feature = "mesh"), doc = "```ignore")]
//! use net::crypto::PacketKey;
//! use net::mesh::{PacketMeta, PacketOpener, PacketPool};
//!
//! // Both come out of the handshake.
//! let (key, session_id) = (PacketKey::from([7; 32]), 0x0123_4567_89AB_CDEF);
//!
//! let pool = PacketPool::new(&key, session_id, 64)?;
//! let mut builder = pool.get();
//! let datagram = builder.build(&PacketMeta::stream(1, 0), &["23.4 C"])?;
//!
//! let mut received = datagram.to_vec();
//! let mut opener = PacketOpener::new(&key, session_id);
//! let packet = opener.open_in_place(&mut received)?;
//! assert_eq!(packet.header.stream_id.get(), 1);
//! assert_eq!(packet.events().next(), Some(&b"23.4 C"[..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

#[cfg(feature = "crypto")]
pub use net_crypto as crypto;
#[cfg(feature = "mesh")]
pub use net_node as mesh;
#[cfg(feature = "wire")]
pub use net_wire as wire;
