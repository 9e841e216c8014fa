//! The packet cipher: known answers, an independent implementation as oracle, and what each refusal leaves.
#![cfg(test)]
#[path = "../../wire/tests/support/mod.rs"]
mod support;

use bytes::{Bytes, BytesMut};
use chacha20poly1305::aead::{AeadInPlace, KeyInit};
use net_crypto::{OpenError, PacketCipher, PacketKey};
use proptest::prelude::*;
use support::{cases, hex, load, name, number};

const TAG: usize = 16;

fn cipher(key: u8) -> PacketCipher {
    PacketCipher::new(&PacketKey::from([key; 32]), 0x0123_4567_89AB_CDEF)
}

fn sealed(cipher: &PacketCipher, counter: u64, aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut bytes = plaintext.to_vec();
    let tag = cipher.seal_in_place(counter, aad, &mut bytes).unwrap();
    bytes.extend_from_slice(&tag);
    bytes
}

fn forged(counter: u64, len: usize) -> OpenError {
    OpenError::Forged { counter, len }
}

#[test]
fn the_nonce_is_the_session_prefix_and_the_little_endian_counter() {
    let nonce = cipher(1).nonce(0x1122_3344_5566_7788);
    assert_eq!(nonce, [0x88, 0x88, 0x88, 0x88, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]);
}

#[test]
fn every_sealed_vector_opens_to_a_payload_that_seals_to_the_same_bytes() {
    let vectors = load(include_str!("vectors/sealed_packets.json"));
    for case in cases(&vectors, "vectors") {
        let key = PacketKey::from(<[u8; 32]>::try_from(hex(&case["key_hex"])).unwrap());
        let cipher = PacketCipher::new(&key, number(&case["session_id"]));
        let counter = number(&case["nonce_counter"]);
        let (aad, packet) = (hex(&case["aad_hex"]), hex(&case["packet_hex"]));
        assert_eq!(cipher.nonce(counter)[..], hex(&case["nonce_hex"]), "{}", name(case));

        let mut opened = packet[68..].to_vec();
        let plaintext = cipher.open_in_place(counter, &aad, &mut opened).unwrap().to_vec();
        assert_eq!(plaintext.len() as u64, number(&case["payload_len"]), "{}", name(case));
        assert_eq!(sealed(&cipher, counter, &aad, &plaintext), packet[68..], "{}", name(case));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn an_independent_cipher_seals_to_the_same_bytes_and_each_opens_the_others(
        key: [u8; 32],
        session_id: u64,
        counter: u64,
        aad in proptest::collection::vec(any::<u8>(), 0..120),
        plaintext in proptest::collection::vec(any::<u8>(), 0..=8192),
    ) {
        let ours = PacketCipher::new(&PacketKey::from(key), session_id);
        let oracle = chacha20poly1305::ChaCha20Poly1305::new(&key.into());
        let nonce = ours.nonce(counter).into();

        let our_sealed = sealed(&ours, counter, &aad, &plaintext);
        let mut their_sealed = plaintext.clone();
        let tag = oracle.encrypt_in_place_detached(&nonce, &aad, &mut their_sealed).unwrap();
        their_sealed.extend_from_slice(&tag);
        prop_assert_eq!(&our_sealed, &their_sealed);

        let (body, tag) = our_sealed.split_at(plaintext.len());
        let mut opened_by_them = body.to_vec();
        prop_assert!(oracle.decrypt_in_place_detached(&nonce, &aad, &mut opened_by_them, tag.into()).is_ok());
        prop_assert_eq!(&opened_by_them, &plaintext);
        prop_assert_eq!(ours.open_in_place(counter, &aad, &mut their_sealed).unwrap(), &plaintext[..]);
    }

    #[test]
    fn any_flipped_bit_of_ciphertext_tag_aad_or_counter_is_refused(
        plaintext in proptest::collection::vec(any::<u8>(), 0..300),
        aad in proptest::collection::vec(any::<u8>(), 1..60),
        counter: u64,
        at: proptest::sample::Index,
        bit in 0..8u8,
    ) {
        let cipher = cipher(3);
        let good = sealed(&cipher, counter, &aad, &plaintext);
        prop_assert!(cipher.open_in_place(counter, &aad, &mut good.clone()).is_ok());

        let refused = forged(counter, good.len());
        let mut bad = good.clone();
        bad[at.index(good.len())] ^= 1 << bit;
        prop_assert_eq!(cipher.open_in_place(counter, &aad, &mut bad).unwrap_err(), refused);
        let mut bad_aad = aad.clone();
        bad_aad[at.index(aad.len())] ^= 1 << bit;
        prop_assert_eq!(cipher.open_in_place(counter, &bad_aad, &mut good.clone()).unwrap_err(), refused);
        let other = counter ^ (1 << (at.index(64)));
        prop_assert_eq!(cipher.open_in_place(other, &aad, &mut good.clone()).unwrap_err(), forged(other, good.len()));
    }
}

#[test]
fn a_bad_tag_leaves_no_plaintext_in_the_buffer() {
    let cipher = cipher(4);
    let plaintext = [0xABu8; 200];
    let mut bytes = sealed(&cipher, 1, b"aad", &plaintext);
    *bytes.last_mut().unwrap() ^= 1;
    assert_eq!(cipher.open_in_place(1, b"aad", &mut bytes), Err(forged(1, 216)));
    assert!(!bytes.windows(8).any(|window| window == &plaintext[..8]), "plaintext is exposed");
}

#[test]
fn a_payload_shorter_than_a_tag_is_refused_as_too_short() {
    for len in 0..TAG {
        let too_short = OpenError::TooShort { len };
        assert_eq!(cipher(1).open_in_place(0, b"", &mut vec![0; len]), Err(too_short));
        assert_eq!(cipher(1).open_bytes(0, b"", vec![0; len].into()), Err(too_short));
    }
}

#[test]
fn an_owned_payload_is_opened_in_its_own_storage() {
    let cipher = cipher(5);
    let bytes = Bytes::from(sealed(&cipher, 9, b"aad", b"plaintext"));
    let (start, len) = (bytes.as_ptr(), bytes.len());
    let plaintext = cipher.open_bytes(9, b"aad", bytes).unwrap();
    assert_eq!(plaintext, "plaintext");
    assert_eq!((plaintext.as_ptr(), plaintext.len()), (start, len - TAG));
}

#[test]
fn a_slice_of_a_receive_slab_is_opened_in_place_once_it_is_alone() {
    let cipher = cipher(5);
    let mut slab = BytesMut::with_capacity(4096);
    slab.extend_from_slice(&sealed(&cipher, 9, b"aad", b"plaintext"));
    let bytes = slab.split().freeze();
    drop(slab);
    let start = bytes.as_ptr();
    assert_eq!(cipher.open_bytes(9, b"aad", bytes).unwrap().as_ptr(), start);
}

#[test]
fn a_shared_payload_is_opened_on_a_copy_and_stays_as_it_was() {
    let cipher = cipher(6);
    let good = sealed(&cipher, 2, b"aad", b"plaintext");
    let shared = Bytes::from(good.clone());
    let plaintext = cipher.open_bytes(2, b"aad", shared.clone()).unwrap();
    assert_eq!(plaintext, "plaintext");
    assert_ne!(plaintext.as_ptr(), shared.as_ptr());
    assert_eq!(shared, good);

    assert_eq!(cipher.open_bytes(3, b"aad", shared.clone()), Err(forged(3, good.len())));
    assert_eq!(shared, good);
}

#[test]
fn an_empty_payload_verifies_by_its_tag_and_nothing_else_does() {
    let cipher = cipher(7);
    let tag: [u8; TAG] = sealed(&cipher, 500, b"header", b"").try_into().unwrap();
    assert_eq!(cipher.verify(500, b"header", &tag), Ok(()));
    assert_eq!(cipher.verify(501, b"header", &tag), Err(forged(501, TAG)));
    assert_eq!(cipher.verify(500, b"Header", &tag), Err(forged(500, TAG)));
    let mut bad = tag;
    bad[0] ^= 1;
    assert_eq!(cipher.verify(500, b"header", &bad), Err(forged(500, TAG)));
    assert!(PacketCipher::new(&PacketKey::from([8; 32]), 0).verify(500, b"header", &tag).is_err());
}

#[test]
fn neither_key_nor_cipher_prints_key_bytes() {
    let key = PacketKey::from([0xC5; 32]);
    let printed = format!("{key:?} {:?}", PacketCipher::new(&key, 1)).to_lowercase();
    assert!(!printed.contains("c5") && !printed.contains("197"), "{printed}");
}
