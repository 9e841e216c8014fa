//! Packets made a second way: framed by the rule, sealed by whichever implementation is not being measured.
//!
//! Cost: one seal or open, so a check costs about what the operation does.
use crate::fixture::{META, Session, broken};
use chacha20poly1305::{AeadInPlace, ChaCha20Poly1305, KeyInit};
use net_wire::PacketHeader;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

pub(crate) type Tag = [u8; 16];

/// An implementation of ChaCha20-Poly1305 to check the other one by.
#[derive(Clone, Copy)]
pub(crate) enum Oracle {
    RustCrypto,
    Ring,
}

impl Oracle {
    /// The packet that `events` make in `session` with `counter`.
    pub(crate) fn packet(self, session: &Session, counter: u64, events: &[Vec<u8>]) -> Vec<u8> {
        let mut payload = framed(events);
        let mut header = PacketHeader::new();
        header.flags = META.flags.bits();
        header.nonce = nonce(session.id, counter);
        header.session_id.set(session.id);
        header.stream_id.set(META.stream_id);
        header.sequence.set(META.sequence);
        header.payload_len.set(payload.len() as u16);
        header.event_count.set(events.len() as u16);
        let tag = self.seal(&session.key, header.nonce, &header.aad(), &mut payload);
        [header.as_bytes(), &payload[..], &tag[..]].concat()
    }

    /// Encrypt `payload` where it lies.
    pub(crate) fn seal(self, key: &[u8; 32], nonce: [u8; 12], aad: &[u8], payload: &mut [u8]) -> Tag {
        let tag = match self {
            Self::RustCrypto => rustcrypto_key(key)
                .encrypt_in_place_detached(&nonce.into(), aad, payload)
                .ok()
                .map(Into::into),
            Self::Ring => ring_key(key)
                .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), payload)
                .ok()
                .and_then(|tag| tag.as_ref().try_into().ok()),
        };
        let Some(tag) = tag else { broken("the oracle refused to seal") };
        tag
    }

    /// The plaintext of `ciphertext`, if the tag is right.
    pub(crate) fn open(
        self,
        key: &[u8; 32],
        nonce: [u8; 12],
        aad: &[u8],
        ciphertext: &[u8],
        tag: Tag,
    ) -> Option<Vec<u8>> {
        let mut bytes = ciphertext.to_vec();
        match self {
            Self::RustCrypto => rustcrypto_key(key)
                .decrypt_in_place_detached(&nonce.into(), aad, &mut bytes, &tag.into())
                .ok()?,
            Self::Ring => {
                bytes.extend(tag);
                ring_key(key)
                    .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut bytes)
                    .ok()?;
                bytes.truncate(ciphertext.len());
            }
        }
        Some(bytes)
    }
}

/// A session's nonce: both halves of its id folded into a prefix, then the counter.
pub(crate) fn nonce(session_id: u64, counter: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[..4].copy_from_slice(&((session_id ^ (session_id >> 32)) as u32).to_le_bytes());
    nonce[4..].copy_from_slice(&counter.to_le_bytes());
    nonce
}

/// A payload: each event behind its length.
pub(crate) fn framed(events: &[Vec<u8>]) -> Vec<u8> {
    let mut payload = Vec::new();
    for event in events {
        payload.extend((event.len() as u32).to_le_bytes());
        payload.extend(event);
    }
    payload
}

pub(crate) fn rustcrypto_key(key: &[u8; 32]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(key.into())
}

pub(crate) fn ring_key(key: &[u8; 32]) -> LessSafeKey {
    let Ok(key) = UnboundKey::new(&CHACHA20_POLY1305, key) else { broken("ring refused a key of 32 bytes") };
    LessSafeKey::new(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{SESSION, events};

    #[test]
    fn both_implementations_make_the_same_packet_and_open_what_the_other_sealed() {
        let packet = Oracle::Ring.packet(&SESSION, 7, &events(2, 100));
        assert_eq!(packet, Oracle::RustCrypto.packet(&SESSION, 7, &events(2, 100)));
        let aad = PacketHeader::parse(&packet).unwrap().aad();
        let (sealed, tag) = packet[68..].split_at(208);
        for oracle in [Oracle::Ring, Oracle::RustCrypto] {
            let open = |tag| oracle.open(&SESSION.key, nonce(SESSION.id, 7), &aad, sealed, tag);
            let mut tag: Tag = tag.try_into().unwrap();
            assert_eq!(open(tag), Some(framed(&events(2, 100))));
            tag[3] ^= 1;
            assert_eq!(open(tag), None);
        }
    }
}
