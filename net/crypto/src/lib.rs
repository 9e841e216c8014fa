//! Packet AEAD and replay protection of Net.
//!
//! A session has one key per direction. The sender seals with a [`PacketCipher`] and takes a fresh counter from a
//! [`TxCounter`] for each packet; the receiver opens with its own `PacketCipher` and then, never before, admits
//! the counter to a [`ReplayWindow`].
//!
//! ```
//! use net_crypto::{PacketCipher, PacketKey, ReplayWindow, TxCounter};
//!
//! let session_id = 0x0123_4567_89AB_CDEF;
//! let cipher = PacketCipher::new(&PacketKey::from([7; 32]), session_id);
//! let (counters, mut window) = (TxCounter::new(), ReplayWindow::new());
//!
//! let counter = counters.next()?;
//! let mut packet = *b"hello...tag goes here...";
//! let tag = cipher.seal_in_place(counter, b"header", &mut packet[..8])?;
//! packet[8..].copy_from_slice(&tag);
//!
//! let plaintext = cipher.open_in_place(counter, b"header", &mut packet)?;
//! assert_eq!(plaintext, b"hello...");
//! window.admit(counter)?;
//! assert!(window.admit(counter).is_err(), "a replay is refused");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here allocates per packet, except [`PacketCipher::open_bytes`] on shared storage.
#![forbid(unsafe_code)]

mod cipher;
mod key;
mod replay_window;
mod shared_replay_window;
mod tx_counter;

pub use cipher::{OpenError, PacketCipher, SealError};
pub use key::PacketKey;
pub use replay_window::{AdmitError, Admitted, ReplayWindow};
pub use shared_replay_window::SharedReplayWindow;
pub use tx_counter::{CounterExhausted, TxCounter};
