//! What a received datagram is, for the three kinds that make up the traffic.
//!
//! Cost: a length test and one to three comparisons; the payload is not looked at.
use net_wire::limits::{PACKET_MAGIC, PINGWAVE_SIZE, ROUTING_MAGIC};
use net_wire::{DatagramKind, classify};
use perfkit_harness::{Answer, Meter, ensure};
use std::hint::black_box;

pub(crate) fn classify_direct(meter: &mut impl Meter, _: u64) {
    classify_as(meter, &datagram(PACKET_MAGIC, 132), DatagramKind::Direct);
}

pub(crate) fn classify_routed(meter: &mut impl Meter, _: u64) {
    classify_as(meter, &datagram(ROUTING_MAGIC, 150), DatagramKind::Routed);
}

/// A pingwave starts with its origin, and has no magic.
pub(crate) fn classify_pingwave(meter: &mut impl Meter, _: u64) {
    classify_as(meter, &datagram(0xDEF0, PINGWAVE_SIZE), DatagramKind::Pingwave);
}

fn classify_as(meter: &mut impl Meter, datagram: &[u8], expected: DatagramKind) {
    meter.measure(|| classify(black_box(datagram)), |kind| is_kind(*kind, expected));
}

fn is_kind(kind: DatagramKind, expected: DatagramKind) -> Answer {
    ensure!(kind == expected, "a {expected:?} datagram was taken for {kind:?}")
}

/// Two telling bytes, then zeros: a known health for a pingwave.
fn datagram(start: u16, len: usize) -> Vec<u8> {
    let mut datagram = vec![0; len];
    datagram[..2].copy_from_slice(&start.to_le_bytes());
    datagram
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datagram_taken_for_another_kind_is_refused() {
        is_kind(DatagramKind::Direct, DatagramKind::Direct).unwrap();
        for wrong in [DatagramKind::Routed, DatagramKind::Pingwave, DatagramKind::Unknown] {
            assert!(is_kind(wrong, DatagramKind::Direct).is_err());
        }
    }
}
