//! Sizes and limits of the protocol. Peers share them: none may change alone.

/// Bytes of a full chunk. Fixed: a manifest lists chunks of this size and no other.
pub const CHUNK_SIZE: u32 = 65_536;
/// The only manifest version there is.
pub const MANIFEST_VERSION: u64 = 2;
/// Version of the protocol that HELLO announces.
pub const PROTO_VERSION: u32 = 1;
/// The only header version there is.
pub const OAP_VERSION: u8 = 1;
/// Bytes of a frame's header.
pub const HEADER_LEN: usize = 31;
/// Largest frame, its header included, before HELLO lowers it.
pub const MAX_FRAME: u32 = 1_048_576;
/// Smallest frame limit that a peer may announce: a full chunk, what names it, and a header fit.
pub const MIN_NEGOTIATED_FRAME: u32 = 66_560;
/// Largest payload, and the largest manifest that travels.
pub const MAX_PAYLOAD: u32 = MAX_FRAME - HEADER_LEN as u32;
/// How many times the frame limit a compressed payload may grow.
pub const DECOMPRESSED_FRAMES: u32 = 8;
/// Largest decompressed payload, before HELLO lowers it.
pub const MAX_DECOMPRESSED: u32 = DECOMPRESSED_FRAMES * MAX_FRAME;
/// Fewest bytes that a chunk takes in a manifest; a count that the bytes present cannot hold is refused by it.
pub const MIN_CHUNK_ENCODING: u64 = 15;

const _: () = assert!(MAX_PAYLOAD == 1_048_545 && MAX_DECOMPRESSED == 8_388_608);
