//! Handshake packets: a header that says only "handshake" and a length, then the raw Noise message, no tag.
use crate::limits::{HEADER_SIZE, MAX_PAYLOAD_SIZE};
use crate::{PacketFlags, PacketHeader};

/// Why a Noise message cannot be framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// More than a packet holds.
    #[error("handshake: a Noise message has at most {MAX_PAYLOAD_SIZE} bytes, got {len}")]
    TooLong {
        /// Bytes given.
        len: usize,
    },
    /// The buffer ends first.
    #[error("handshake: the buffer has {capacity} bytes, the packet needs {len}")]
    BufferFull {
        /// Bytes of the buffer.
        capacity: usize,
        /// Bytes needed.
        len: usize,
    },
}

/// Write a handshake packet at the start of `out`; returns its length.
pub fn write_handshake(out: &mut [u8], noise_message: &[u8]) -> Result<usize, HandshakeError> {
    if noise_message.len() > MAX_PAYLOAD_SIZE {
        return Err(HandshakeError::TooLong { len: noise_message.len() });
    }
    let len = HEADER_SIZE + noise_message.len();
    let capacity = out.len();
    let Some(packet) = out.get_mut(..len) else { return Err(HandshakeError::BufferFull { capacity, len }) };
    let mut header = PacketHeader::new();
    header.flags = PacketFlags::HANDSHAKE.bits();
    header.payload_len.set(noise_message.len() as u16);
    packet[..HEADER_SIZE].copy_from_slice(header.as_bytes());
    packet[HEADER_SIZE..].copy_from_slice(noise_message);
    Ok(len)
}
