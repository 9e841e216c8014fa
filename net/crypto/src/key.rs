//! Key bytes that are wiped when dropped and never printed.
use std::fmt;
use zeroize::Zeroizing;

/// A 32-byte ChaCha20-Poly1305 key of one direction of one session.
#[derive(Clone)]
pub struct PacketKey(Zeroizing<[u8; 32]>);

impl PacketKey {
    /// The bytes, for the cipher and for nothing else.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for PacketKey {
    /// Takes the bytes over. An array is `Copy`: wiping the caller's own remains the caller's task.
    fn from(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for PacketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PacketKey(..)")
    }
}
