//! A relay's hop: decide, then write the stepped header where the datagram lies.
//!
//! Cost: 18 bytes read and written whatever the datagram's length, no allocation. The two hop bytes are set back in
//! front of each operation, or the datagram would run out of hops.
use crate::fixture::{SESSION, events};
use crate::oracle::Oracle;
use net_node::forward::{Decision, decide_as_mesh_node};
use net_wire::RoutingHeader;
use net_wire::limits::DATA_TTL;
use perfkit_harness::{Answer, Meter, ensure};
use std::{cell::RefCell, hint::black_box};

const THIS_NODE: u64 = 0x1234;
const DESTINATION: u64 = 0x1234_5678_9ABC_DEF0;
const NEXT_HOP: u16 = 9001;
/// Where the bytes lie that a hop changes: ttl, then hops taken.
const HOP_BYTES: std::ops::Range<usize> = 2..4;

pub(crate) fn in_place(meter: &mut impl Meter, size: u64) {
    let packet = Oracle::RustCrypto.packet(&SESSION, 0, &events(1, size as usize));
    let header = RoutingHeader::new(0xDEAD_BEEF, DESTINATION, DATA_TTL).encode();
    let original = [&header[..], &packet].concat();
    let datagram = RefCell::new(original.clone());
    meter.measure(
        || {
            let mut datagram = datagram.borrow_mut();
            datagram[HOP_BYTES].copy_from_slice(&[DATA_TTL, 0]);
            hop(black_box(&mut datagram))
        },
        |next_hop| is_one_hop(*next_hop, &datagram.borrow(), &original),
    );
}

#[inline(always)]
fn hop(datagram: &mut [u8]) -> Option<u16> {
    let route_to = |node| (node == DESTINATION).then_some(black_box(NEXT_HOP));
    match decide_as_mesh_node(THIS_NODE, datagram, route_to) {
        Ok(Decision::Forward { next_hop, header }) => header.write_at(datagram).ok().map(|()| next_hop),
        Ok(Decision::Local { .. }) | Err(_) => None,
    }
}

/// Whether the datagram goes to the next hop with one hop fewer, and every other byte as it was.
fn is_one_hop(next_hop: Option<u16>, datagram: &[u8], original: &[u8]) -> Answer {
    let mut expected = original.to_vec();
    expected[HOP_BYTES].copy_from_slice(&[DATA_TTL - 1, 1]);
    ensure!(
        next_hop == Some(NEXT_HOP) && datagram == expected,
        "the datagram went to {next_hop:?} with the hop bytes {:?}, or was changed elsewhere",
        datagram.get(HOP_BYTES)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hop_not_taken_taken_twice_or_elsewhere_is_refused() {
        let header = RoutingHeader::new(1, DESTINATION, DATA_TTL).encode();
        let original = [&header[..], &[7; 100]].concat();
        let mut datagram = original.clone();
        assert!(is_one_hop(Some(NEXT_HOP), &datagram, &original).is_err());
        let next_hop = hop(&mut datagram);
        is_one_hop(next_hop, &datagram, &original).unwrap();
        assert!(is_one_hop(None, &datagram, &original).is_err());
        datagram[60] ^= 1;
        assert!(is_one_hop(next_hop, &datagram, &original).is_err());
        datagram[60] ^= 1;
        hop(&mut datagram);
        assert!(is_one_hop(next_hop, &datagram, &original).is_err());
    }
}
