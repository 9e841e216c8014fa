//! OAP/1: frames of a fixed header and a payload, read and written without I/O.
//!
//! A connection's bytes go into a [`FrameDecoder`] as they come, and frames come out whose payload is a slice of them.
//! What a payload is, its header's flags say; [`Payload`](crate::payload::Payload) reads it. Compressed ones go through a
//! [`Decompressor`](compression::Decompressor) first. A [`Flow`](flow::Flow) checks what may follow what.
//!
//! Limits: a frame is held against the connection's [`FrameLimit`] as soon as its header is there, before a byte of its
//! payload is awaited; decompression stops at eight times that limit. Nothing reserves memory for bytes that did not
//! arrive.
#[cfg(feature = "codec")]
mod codec;
pub mod compression;
mod decoder;
mod error;
mod flags;
pub mod flow;
mod frame;
mod frame_limit;
mod header;
mod hello_exchange;

#[cfg(feature = "codec")]
pub use codec::{CodecError, FrameCodec};
pub use decoder::{Decoded, FrameDecoder};
pub use error::FrameError;
pub use flags::{FrameFlags, FrameKind, Sender, bits};
pub use frame::{Frame, write_frame};
pub use frame_limit::FrameLimit;
pub use header::Header;
pub use hello_exchange::{HelloError, HelloExchange};
