//! The small pingwave of the swarm library: 24 bytes out and in, and its step.
//!
//! Cost: a handful of moves each way.
use net_wire::{SwarmPingwave, SwarmPingwaveError};
use perfkit_harness::{Answer, Meter, ensure};
use std::hint::black_box;

const PINGWAVE: SwarmPingwave = SwarmPingwave::new(0x1234_5678_9ABC_DEF0, 42, 3);

/// [`PINGWAVE`], written out.
#[rustfmt::skip]
const WIRE_PINGWAVE: [u8; SwarmPingwave::SIZE] =
    [0xF0, 0xDE, 0xBC, 0x9A, 0x78, 0x56, 0x34, 0x12, 42, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0];

pub(crate) fn serialize(meter: &mut impl Meter, _: u64) {
    meter.measure(|| black_box(&PINGWAVE).encode(), |bytes| is_wire_pingwave(bytes));
}

pub(crate) fn deserialize(meter: &mut impl Meter, _: u64) {
    meter.measure(|| SwarmPingwave::decode(black_box(&WIRE_PINGWAVE)), is_pingwave);
}

pub(crate) fn roundtrip(meter: &mut impl Meter, _: u64) {
    meter.measure(|| SwarmPingwave::decode(black_box(&black_box(&PINGWAVE).encode())), is_pingwave);
}

/// Step a copy.
pub(crate) fn forward(meter: &mut impl Meter, _: u64) {
    meter.measure(
        || {
            let mut pingwave = *black_box(&PINGWAVE);
            (pingwave.forward(), pingwave)
        },
        |(forwarded, pingwave)| is_stepped(*forwarded, pingwave),
    );
}

fn is_wire_pingwave(bytes: &[u8]) -> Answer {
    ensure!(bytes == WIRE_PINGWAVE, "the pingwave is {WIRE_PINGWAVE:02x?}, not {bytes:02x?}")
}

fn is_pingwave(decoded: &Result<SwarmPingwave, SwarmPingwaveError>) -> Answer {
    ensure!(*decoded == Ok(PINGWAVE), "the bytes say {PINGWAVE:?}, not {decoded:?}")
}

fn is_stepped(forwarded: bool, pingwave: &SwarmPingwave) -> Answer {
    let expected = SwarmPingwave { ttl: 2, hop_count: 1, ..PINGWAVE };
    ensure!(forwarded && *pingwave == expected, "one hop leads to {expected:?}, not to {pingwave:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pingwave_with_any_byte_wrong_is_refused() {
        is_wire_pingwave(&WIRE_PINGWAVE).unwrap();
        for at in 0..SwarmPingwave::SIZE {
            let mut wrong = WIRE_PINGWAVE;
            wrong[at] ^= 1;
            assert!(is_wire_pingwave(&wrong).is_err(), "byte {at}");
            // The six bytes behind the hop count are reserved: no decoder looks at them.
            assert_eq!(is_pingwave(&SwarmPingwave::decode(&wrong)).is_err(), at < 18, "byte {at}");
        }
    }

    #[test]
    fn a_pingwave_that_was_not_stepped_is_refused() {
        assert!(is_stepped(true, &PINGWAVE).is_err());
        let mut pingwave = PINGWAVE;
        pingwave.forward();
        is_stepped(true, &pingwave).unwrap();
        assert!(is_stepped(false, &pingwave).is_err());
    }
}
