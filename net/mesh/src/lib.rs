//! The mesh of Net: the packet path.
//!
//! A [`PacketPool`] (or, where one thread sends much, a [`ThreadLocalPool`]) lends [`PacketBuilder`]s, which turn
//! events into a sealed datagram; a [`PacketOpener`] turns a datagram back into events. Relays step routed
//! datagrams where they lie: [`forward`].
//!
//! ```
//! use net_crypto::PacketKey;
//! use net_node::{PacketMeta, PacketOpener, PacketPool};
//!
//! let (key, session_id) = (PacketKey::from([7; 32]), 0x1234);
//! let pool = PacketPool::new(&key, session_id, 64)?;
//! let mut receiver = PacketOpener::new(&key, session_id);
//!
//! let mut builder = pool.get();
//! let datagram = builder.build(&PacketMeta::stream(5, 0), &["hello", "world"])?;
//!
//! let mut received = datagram.to_vec();
//! let packet = receiver.open_in_place(&mut received)?;
//! assert_eq!(packet.events().collect::<Vec<_>>(), [b"hello", b"world"]);
//! assert!(receiver.open_in_place(&mut datagram.to_vec()).is_err(), "a replay is refused");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Cost of a warm build: the AEAD, one copy of each event, one locked addition (the counter), no allocation.
#![forbid(unsafe_code)]

mod builder;
pub mod forward;
mod meta;
mod opener;
mod planted;
mod pool;
mod send_key;
mod stock;
mod thread_local_pool;

pub use builder::{BuildError, PacketBuilder};
pub use meta::PacketMeta;
pub use opener::{OpenedBytes, OpenedPacket, PacketOpener, ReceiveError};
pub use pool::{PacketPool, PooledBuilder};
pub use stock::{MAX_POOL_SIZE, PoolError};
pub use thread_local_pool::{ThreadLocalBuilder, ThreadLocalPool};
