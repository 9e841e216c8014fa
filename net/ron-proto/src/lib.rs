//! Content ids, object manifests and OAP/1 frames: strict codecs over borrowed bytes.
//!
//! | what | where |
//! |---|---|
//! | the name of an object | [`ContentId`], [`ContentHasher`] |
//! | what an object is made of, and whether these bytes are it | [`ObjectManifestV2`], [`ManifestView`], [`Verifier`] |
//! | frames on a connection | [`oap`] |
//! | what they carry | [`payload`] |
//! | types of other services | [`dto`] |
//! | what errors are called on the wire and in metrics | [`taxonomy`] |
//!
//! Everything is bytes in, values or errors out: no I/O, no clock, no lock, no state but what the caller holds. A decoder
//! accepts one encoding of a value and names what is wrong with any other; it looks at lengths before it makes anything of
//! them, and nothing panics whatever the bytes are.
//!
//! ```
//! use ron_proto::oap::{Frame, FrameFlags, FrameLimit, write_frame};
//! use ron_proto::payload::{Data, Payload, Place};
//! use ron_proto::{ManifestView, ObjectManifestV2};
//!
//! // Describe an object, and read the description back.
//! let object = vec![7u8; 100_000];
//! let bytes = ObjectManifestV2::for_object(&object).encode()?;
//! let manifest = ManifestView::parse(&bytes)?;
//! assert_eq!(manifest.chunks().map(|chunk| chunk.size).collect::<Vec<_>>(), [65_536, 34_464]);
//!
//! // Send its second chunk in a frame, and take it out of the frame without a copy.
//! let data = Data::new(manifest.id(), 1, &object[65_536..])?;
//! let mut sent = Vec::new();
//! write_frame(FrameFlags::RESPONSE, 0, 42, &data, FrameLimit::MAX, &mut sent)?;
//! let frame = Frame::decode(&sent, FrameLimit::MAX)?;
//! let received = Payload::decode(frame.header(), Place::Later, frame.payload())?;
//! assert_eq!(received, Payload::Data(data));
//!
//! // Nothing is the object but its bytes.
//! manifest.to_manifest().verify(&object)?;
//! assert!(manifest.to_manifest().verify(&object[1..]).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! `serde` (on): JSON forms. `zstd` (on): compressed payloads. `codec`: [`oap`]'s frames for `tokio_util`. `rayon`:
//! hashing on several cores. `no_avx512`: BLAKE3 as on a CPU without it. `relaxed`: development only, see
//! [`CANON_ENFORCED`].
//!
//! # What can be turned
//!
//! Threads: nothing is shared, so each one that is added does its own work. Buffers: every encoder appends to a buffer of
//! the caller's and allocates nothing where it has room; decoders borrow. Chunks have 64 KiB and cannot be changed.
//! Known limits: a manifest costs by its chunks, some twenty instructions each and way; BLAKE3 is bound by the cost of a call
//! below 1 KiB and by memory above some MiB; a length on the wire has 32 bits.
#![forbid(unsafe_code)]

#[cfg(feature = "serde")]
mod base64_text;
mod cbor;
pub mod chunks;
mod content_id;
mod digest;
pub mod dto;
mod error;
mod hex;
pub mod limits;
mod manifest;
pub mod oap;
#[cfg(feature = "serde")]
mod object_form;
pub mod payload;
#[cfg(feature = "serde")]
mod present;
pub mod taxonomy;
mod verify;

pub use cbor::{CANON_ENFORCED, Encode};
pub use content_id::{ContentId, ParseContentIdError};
pub use digest::ContentHasher;
#[cfg(feature = "rayon")]
pub use digest::PARALLEL_THRESHOLD;
pub use error::{DecodeError, Versioned};
pub use manifest::{EncodeError, ManifestEncoder, ManifestView, ObjectManifestV2};
pub use verify::{ManifestBuilder, Verifier, VerifyError};
