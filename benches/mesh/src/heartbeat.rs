//! Verifying a heartbeat: the tag of an empty payload, then its counter.
//!
//! Cost: one Poly1305 over 56 bytes and the block that keys it; no allocation.
use crate::fixture::{SESSION, ready};
use net_crypto::Admitted;
use net_node::{PacketBuilder, PacketOpener, ReceiveError};
use net_wire::limits::PACKET_OVERHEAD;
use perfkit_harness::{Answer, Meter, ensure};

pub(crate) fn verify(meter: &mut impl Meter, _: u64) {
    let mut sender = PacketBuilder::new(&SESSION.packet_key(), SESSION.id);
    let mut receiver = PacketOpener::new(&SESSION.packet_key(), SESSION.id);
    meter.measure_batched(
        || (sender.current_counter(), heartbeat(&mut sender)),
        |(counter, datagram)| {
            let verified = receiver.verify_heartbeat(&datagram);
            (counter, verified, receiver.next_expected_counter())
        },
        |(counter, verified, next_expected)| is_admitted(*counter, verified, *next_expected),
    );
}

fn heartbeat(sender: &mut PacketBuilder) -> [u8; PACKET_OVERHEAD] {
    ready(ready(sender.heartbeat()).try_into())
}

fn is_admitted(counter: u64, verified: &Result<Admitted, ReceiveError>, next_expected: u64) -> Answer {
    ensure!(
        *verified == Ok(Admitted::InReach) && next_expected == counter + 1,
        "heartbeat {counter} gave {verified:?}, and {next_expected} comes next"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heartbeat_refused_or_not_counted_is_a_wrong_answer() {
        is_admitted(4, &Ok(Admitted::InReach), 5).unwrap();
        assert!(is_admitted(4, &Ok(Admitted::InReach), 4).is_err());
        assert!(is_admitted(4, &Err(ReceiveError::Handshake), 5).is_err());
    }
}
