//! The packet header: 68 bytes out, an owned header in, and the 56 bytes that the seal covers.
//!
//! Cost: five vector moves out, a length and a magic test and five moves in. Decoding alone is a view of the bytes; the
//! rows copy it out, since a decoded header is what the catalogue's rows end with.
use net_wire::limits::{AAD_SIZE, HEADER_SIZE};
use net_wire::{HeaderError, PacketFlags, PacketHeader};
use perfkit_harness::{Answer, Meter, ensure};
use std::hint::black_box;

pub(crate) fn serialize(meter: &mut impl Meter, _: u64) {
    let header = header();
    meter.measure(|| black_box(&header).encode(), |bytes| is_wire_header(bytes));
}

pub(crate) fn deserialize(meter: &mut impl Meter, _: u64) {
    meter.measure(|| PacketHeader::decode(black_box(&WIRE_HEADER)).copied(), is_header);
}

pub(crate) fn roundtrip(meter: &mut impl Meter, _: u64) {
    let header = header();
    meter.measure(|| PacketHeader::decode(black_box(&black_box(&header).encode())).copied(), is_header);
}

pub(crate) fn aad(meter: &mut impl Meter, _: u64) {
    let header = header();
    meter.measure(|| black_box(&header).aad(), |aad| is_aad(aad));
}

fn is_wire_header(bytes: &[u8]) -> Answer {
    ensure!(bytes == WIRE_HEADER, "the header is {WIRE_HEADER:02x?}, not {bytes:02x?}")
}

fn is_header(decoded: &Result<PacketHeader, HeaderError>) -> Answer {
    let expected = header();
    ensure!(*decoded == Ok(expected), "the bytes say {expected:?}, not {decoded:?}")
}

fn is_aad(aad: &[u8]) -> Answer {
    let (before_nonce, behind_nonce) = (&WIRE_HEADER[..12], &WIRE_HEADER[24..]);
    ensure!(
        aad.len() == AAD_SIZE && aad[..12] == *before_nonce && aad[12..] == *behind_nonce,
        "associated data is the header without its nonce, not {aad:02x?}"
    )
}

fn header() -> PacketHeader {
    let mut header = PacketHeader::new();
    header.flags = PacketFlags::RELIABLE.bits();
    header.nonce = [0x42; 12];
    header.session_id.set(0x1234);
    header.stream_id.set(0x5678);
    header.sequence.set(42);
    header.payload_len.set(1000);
    header.event_count.set(10);
    header
}

/// The header of [`header`], written out; its hop count is 0, as in the associated data.
#[rustfmt::skip]
const WIRE_HEADER: [u8; HEADER_SIZE] = [
    0x45, 0x4E, 1, 0x01, 0, 0, 0, 0, 0, 0, 0, 0,
    0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42,
    0x34, 0x12, 0, 0, 0, 0, 0, 0,
    0x78, 0x56, 0, 0, 0, 0, 0, 0,
    42, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0,
    0xE8, 0x03, 10, 0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_with_any_byte_wrong_is_refused() {
        is_wire_header(&WIRE_HEADER).unwrap();
        for at in 0..HEADER_SIZE {
            let mut wrong = WIRE_HEADER;
            wrong[at] ^= 1;
            assert!(is_wire_header(&wrong).is_err(), "byte {at}");
            assert!(is_header(&PacketHeader::decode(&wrong).copied()).is_err(), "byte {at}");
        }
    }

    #[test]
    fn associated_data_with_any_byte_wrong_is_refused() {
        is_aad(&header().aad()).unwrap();
        for at in 0..AAD_SIZE {
            let mut wrong = header().aad();
            wrong[at] ^= 1;
            assert!(is_aad(&wrong).is_err(), "byte {at}");
        }
        assert!(is_aad(&header().aad()[..55]).is_err());
    }
}
