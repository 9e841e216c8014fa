//! The AEAD alone: seal and open in place with 56 bytes of associated data, tag apart, a fresh counter each time.
//!
//! These are the floors of the packet path. Both implementations go through one function, so they differ by nothing
//! else. Cost besides the cipher: a nonce made, and a borrow flag set, which lets the check see the payload.
use crate::fixture::SESSION;
use crate::oracle::{Oracle, Tag, nonce, ring_key, rustcrypto_key};
use chacha20poly1305::AeadInPlace;
use perfkit_harness::{Answer, Meter, ensure};
use ring::aead::{Aad, Nonce};
use std::{cell::RefCell, hint::black_box};

const AAD: [u8; 56] = [0x42; 56];

pub(crate) fn ring(meter: &mut impl Meter, size: u64) {
    let key = ring_key(&SESSION.key);
    seal(meter, size, Oracle::RustCrypto, |nonce, aad, payload| {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), payload).ok()?;
        tag.as_ref().try_into().ok()
    });
}

pub(crate) fn rustcrypto(meter: &mut impl Meter, size: u64) {
    let key = rustcrypto_key(&SESSION.key);
    seal(meter, size, Oracle::Ring, |nonce, aad, payload| {
        key.encrypt_in_place_detached(&nonce.into(), aad, payload).ok().map(Into::into)
    });
}

/// Open what was sealed; copying it back in front of each open is part of the row.
pub(crate) fn ring_open(meter: &mut impl Meter, size: u64) {
    let key = ring_key(&SESSION.key);
    let plaintext = vec![0x42; size as usize];
    let nonce = nonce(SESSION.id, 0);
    let mut sealed = plaintext.clone();
    let tag = Oracle::RustCrypto.seal(&SESSION.key, nonce, &AAD, &mut sealed);
    sealed.extend(tag);
    let buffer = RefCell::new(sealed.clone());
    meter.measure(
        || {
            let mut buffer = buffer.borrow_mut();
            buffer.copy_from_slice(black_box(&sealed));
            let nonce = Nonce::assume_unique_for_key(black_box(nonce));
            key.open_in_place(nonce, Aad::from(black_box(&AAD)), &mut buffer)
                .ok()
                .map(|plaintext| plaintext.len())
        },
        |len| is_opened(*len, &buffer.borrow(), &plaintext),
    );
}

fn seal(
    meter: &mut impl Meter,
    size: u64,
    oracle: Oracle,
    seal: impl Fn([u8; 12], &[u8; 56], &mut [u8]) -> Option<Tag>,
) {
    let plaintext = vec![0x42; size as usize];
    let payload = RefCell::new(plaintext.clone());
    let (prefix, aad) = black_box((nonce(SESSION.id, 0), &AAD));
    let mut counter = 0u64;
    meter.measure(
        || {
            let sealed_with = counter;
            counter += 1;
            let mut nonce = prefix;
            nonce[4..].copy_from_slice(&sealed_with.to_le_bytes());
            (sealed_with, seal(nonce, aad, &mut payload.borrow_mut()))
        },
        |(counter, tag)| is_sealed(oracle, *counter, *tag, &payload.borrow(), &plaintext),
    );
}

/// Whether tag and payload belong together. Operations seal what the one before left, so only the first knows its
/// plaintext.
fn is_sealed(oracle: Oracle, counter: u64, tag: Option<Tag>, payload: &[u8], plaintext: &[u8]) -> Answer {
    let nonce = nonce(SESSION.id, counter);
    let opened = tag.and_then(|tag| oracle.open(&SESSION.key, nonce, &AAD, payload, tag));
    let right = match &opened {
        Some(opened) if counter == 0 => opened == plaintext,
        opened => opened.is_some(),
    };
    ensure!(right, "tag {tag:02x?} is not that of these {} bytes and counter {counter}", payload.len())
}

fn is_opened(len: Option<usize>, buffer: &[u8], plaintext: &[u8]) -> Answer {
    let right = len == Some(plaintext.len()) && buffer.get(..plaintext.len()) == Some(plaintext);
    ensure!(right, "{len:?} bytes were opened instead of {}, or other bytes", plaintext.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_tag_counter_ciphertext_or_plaintext_is_refused() {
        let plaintext = [0x42; 64];
        let mut payload = plaintext;
        let mut tag = Oracle::Ring.seal(&SESSION.key, nonce(SESSION.id, 0), &AAD, &mut payload);
        let judge = |counter, tag, payload: &[u8], plaintext: &[u8]| {
            is_sealed(Oracle::RustCrypto, counter, tag, payload, plaintext)
        };
        judge(0, Some(tag), &payload, &plaintext).unwrap();
        assert!(judge(0, Some(tag), &payload, &[0x43; 64]).is_err());
        assert!(judge(1, Some(tag), &payload, &plaintext).is_err());
        assert!(judge(0, None, &payload, &plaintext).is_err());
        assert!(judge(0, Some(tag), &plaintext, &plaintext).is_err());
        tag[0] ^= 1;
        assert!(judge(0, Some(tag), &payload, &plaintext).is_err());
    }

    #[test]
    fn a_wrong_length_or_plaintext_is_refused() {
        is_opened(Some(3), b"abc-tag", b"abc").unwrap();
        assert!(is_opened(None, b"abc-tag", b"abc").is_err());
        assert!(is_opened(Some(2), b"abc-tag", b"abc").is_err());
        assert!(is_opened(Some(3), b"abd-tag", b"abc").is_err());
    }
}
