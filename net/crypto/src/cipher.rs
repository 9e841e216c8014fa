//! ChaCha20-Poly1305 (RFC 8439) over packets, on `ring`.
//!
//! The nonce is the session's prefix, cached, and an explicit counter; so one cipher serves sender and receiver.
//! Sealing and opening happen where the bytes lie: no allocation, no copy.
use crate::PacketKey;
use bytes::{Bytes, BytesMut};
use net_wire::identifiers::nonce_prefix;
use net_wire::limits::{NONCE_SIZE, TAG_SIZE};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use std::fmt;

/// Seals and opens the packets of one direction of one session.
///
/// Deliberately not `Clone`: two copies of a sending cipher invite two counters, and so a nonce used twice.
/// `ring` keeps its own expanded key, boxed here so that whatever holds a cipher stays small to move.
pub struct PacketCipher {
    key: Box<LessSafeKey>,
    nonce_template: [u8; NONCE_SIZE],
    session_id: u64,
}

/// Why a packet is not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Longer than the cipher allows (256 GiB); a packet never is.
    #[error("seal: {len} bytes are more than one nonce may cover")]
    TooLong {
        /// Bytes given.
        len: usize,
    },
}

/// Why a packet is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Too short to hold a tag.
    #[error("open: a sealed payload has at least {TAG_SIZE} bytes, got {len}")]
    TooShort {
        /// Bytes given.
        len: usize,
    },
    /// Key, counter, header or payload is not what was sealed.
    #[error("open: the tag does not match (counter {counter}, {len} sealed bytes)")]
    Forged {
        /// Counter the packet claims.
        counter: u64,
        /// Sealed bytes, tag included.
        len: usize,
    },
}

impl PacketCipher {
    /// The cipher of a session's direction.
    pub fn new(key: &PacketKey, session_id: u64) -> Self {
        // `ring` refuses only keys of a length that is not the algorithm's.
        let Ok(unbound) = UnboundKey::new(&CHACHA20_POLY1305, key.as_bytes()) else {
            unreachable!("a ChaCha20-Poly1305 key has 32 bytes")
        };
        let mut nonce_template = [0; NONCE_SIZE];
        nonce_template[..4].copy_from_slice(&nonce_prefix(session_id));
        Self { key: Box::new(LessSafeKey::new(unbound)), nonce_template, session_id }
    }

    /// The session this cipher belongs to.
    #[inline]
    pub fn session_id(&self) -> u64 {
        self.session_id
    }

    /// The nonce of a counter, as it travels: prefix, then the counter little-endian.
    #[inline]
    pub fn nonce(&self, counter: u64) -> [u8; NONCE_SIZE] {
        let mut nonce = self.nonce_template;
        nonce[4..].copy_from_slice(&counter.to_le_bytes());
        nonce
    }

    /// Encrypt `payload` where it lies and return the tag that goes behind it (`encrypt_in_place_detached`).
    ///
    /// `counter` must be fresh: take it from the session's [`TxCounter`](crate::TxCounter).
    #[inline]
    pub fn seal_in_place(
        &self,
        counter: u64,
        aad: &[u8],
        payload: &mut [u8],
    ) -> Result<[u8; TAG_SIZE], SealError> {
        let nonce = Nonce::assume_unique_for_key(self.nonce(counter));
        let too_long = SealError::TooLong { len: payload.len() };
        let Ok(tag) = self.key.seal_in_place_separate_tag(nonce, Aad::from(aad), payload) else {
            return Err(too_long);
        };
        // This algorithm's tag has 16 bytes: the conversion cannot fail, and compiles to the copy.
        tag.as_ref().try_into().map_err(|_| too_long)
    }

    /// Decrypt `sealed` (ciphertext, then tag) where it lies and return the plaintext (`decrypt_in_place`).
    ///
    /// On an error no plaintext is left in `sealed`. The counter still has to be admitted.
    #[inline]
    pub fn open_in_place<'a>(
        &self,
        counter: u64,
        aad: &[u8],
        sealed: &'a mut [u8],
    ) -> Result<&'a mut [u8], OpenError> {
        let len = sealed.len();
        if len < TAG_SIZE {
            return Err(OpenError::TooShort { len });
        }
        let nonce = Nonce::assume_unique_for_key(self.nonce(counter));
        self.key.open_in_place(nonce, Aad::from(aad), sealed).map_err(|_| OpenError::Forged { counter, len })
    }

    /// Decrypt a reference-counted payload (`decrypt_to_bytes`).
    ///
    /// With one owner the plaintext is a slice of the same storage: no copy, and no allocation when the storage
    /// came from a `BytesMut` that hands out slices, as receive slabs do. (`Bytes` made from a `Vec` get their
    /// reference count, some 30 bytes, here.) With several owners the payload is copied first and theirs stays.
    #[inline]
    pub fn open_bytes(&self, counter: u64, aad: &[u8], sealed: Bytes) -> Result<Bytes, OpenError> {
        let mut buffer = match sealed.try_into_mut() {
            Ok(owned) => owned,
            Err(shared) => BytesMut::from(shared.as_ref()),
        };
        let plaintext_len = self.open_in_place(counter, aad, &mut buffer)?.len();
        buffer.truncate(plaintext_len);
        Ok(buffer.freeze())
    }

    /// Test the tag of an empty payload, as heartbeats have: on the stack, nothing is decrypted.
    #[inline]
    pub fn verify(&self, counter: u64, aad: &[u8], tag: &[u8; TAG_SIZE]) -> Result<(), OpenError> {
        let mut scratch = *tag;
        self.open_in_place(counter, aad, &mut scratch).map(|_| ())
    }
}

impl fmt::Debug for PacketCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PacketCipher")
            .field("session_id", &format_args!("{:#018x}", self.session_id))
            .finish_non_exhaustive()
    }
}
