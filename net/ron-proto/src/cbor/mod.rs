//! The strict DAG-CBOR that manifests, payloads and DTOs are written in, for the shapes that they have.
//!
//! Reading is one pass from left to right in which the first failing check wins, and every length is held against the
//! bytes present before anything is made of it. Writing is the same code for the bytes and for their number, so a buffer
//! is allocated once and exactly.
mod map;
mod reader;
mod writer;

pub(crate) use map::Field;
pub(crate) use reader::Reader;
pub use writer::{Encode, sealed};
pub(crate) use writer::{Head, Items, Stack};

/// Whether decoding proves that bytes are the canonical form. False only with the feature `relaxed`, which tolerates keys
/// out of order and numbers longer than their shortest form, and is for development alone.
pub const CANON_ENFORCED: bool = !cfg!(feature = "relaxed");

/// The major types that fields are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Major {
    Uint = 0,
    Bytes = 2,
    Text = 3,
    Array = 4,
    Map = 5,
    Simple = 7,
}
