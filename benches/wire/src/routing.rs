//! The routing header: 18 bytes out and in, and the step that a relay makes.
//!
//! Cost: a handful of moves each way; the step is a subtraction and an addition.
use net_wire::limits::ROUTING_HEADER_SIZE;
use net_wire::{RoutingHeader, RoutingHeaderError};
use perfkit_harness::{Answer, Meter, ensure};
use std::hint::black_box;

const HEADER: RoutingHeader = RoutingHeader::new(0xDEAD_BEEF, 0x1234_5678_9ABC_DEF0, 8);

/// [`HEADER`], written out.
const WIRE_HEADER: [u8; ROUTING_HEADER_SIZE] =
    [0x52, 0x54, 8, 0, 0, 0, 0xEF, 0xBE, 0xAD, 0xDE, 0xF0, 0xDE, 0xBC, 0x9A, 0x78, 0x56, 0x34, 0x12];

pub(crate) fn serialize(meter: &mut impl Meter, _: u64) {
    meter.measure(|| black_box(&HEADER).encode(), |bytes| is_wire_header(bytes));
}

pub(crate) fn deserialize(meter: &mut impl Meter, _: u64) {
    meter.measure(|| RoutingHeader::decode(black_box(&WIRE_HEADER)), is_header);
}

pub(crate) fn roundtrip(meter: &mut impl Meter, _: u64) {
    meter.measure(|| RoutingHeader::decode(black_box(&black_box(&HEADER).encode())), is_header);
}

/// Build a header and step it.
pub(crate) fn forward(meter: &mut impl Meter, _: u64) {
    meter.measure(
        || {
            let (dest_id, src_id, ttl) = black_box((0x1234, 0x5678, 8));
            let mut header = RoutingHeader::new(src_id, dest_id, ttl);
            (header.forward(), header)
        },
        |(forwarded, header)| is_stepped(*forwarded, header),
    );
}

fn is_wire_header(bytes: &[u8]) -> Answer {
    ensure!(bytes == WIRE_HEADER, "the routing header is {WIRE_HEADER:02x?}, not {bytes:02x?}")
}

fn is_header(decoded: &Result<RoutingHeader, RoutingHeaderError>) -> Answer {
    ensure!(*decoded == Ok(HEADER), "the bytes say {HEADER:?}, not {decoded:?}")
}

fn is_stepped(forwarded: bool, header: &RoutingHeader) -> Answer {
    let RoutingHeader { ttl, hop_count, src_id, dest_id, .. } = *header;
    ensure!(
        forwarded && (ttl, hop_count, src_id, dest_id) == (7, 1, 0x5678, 0x1234),
        "one hop of eight leads to ttl 7, not to {header:?}, forwarded: {forwarded}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_routing_header_with_any_byte_wrong_is_refused() {
        is_wire_header(&WIRE_HEADER).unwrap();
        for at in 0..ROUTING_HEADER_SIZE {
            let mut wrong = WIRE_HEADER;
            wrong[at] ^= 1;
            assert!(is_wire_header(&wrong).is_err(), "byte {at}");
            assert!(is_header(&RoutingHeader::decode(&wrong)).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_header_that_was_not_stepped_or_stepped_twice_is_refused() {
        let mut header = RoutingHeader::new(0x5678, 0x1234, 8);
        assert!(is_stepped(true, &header).is_err());
        header.forward();
        is_stepped(true, &header).unwrap();
        assert!(is_stepped(false, &header).is_err());
        header.forward();
        assert!(is_stepped(true, &header).is_err());
    }
}
