//! Whole packet builds: take a builder, frame, seal, give it back.
//!
//! Cost over the seal: the copy of the events, one locked addition for the counter, and the pool's cycle.
use crate::fixture::{META, POOL_SIZE, SESSION, Session, THREAD_LOCAL_SESSION, ZERO_KEY_SESSION, events};
use crate::lender::Lender;
use crate::oracle::{Oracle, Tag};
use net_node::BuildError;
use perfkit_harness::{Answer, Meter, ensure};
use std::hint::black_box;

/// One event of `size` bytes from a shared pool.
pub(crate) fn shared(meter: &mut impl Meter, size: u64) {
    build(meter, &SESSION.pool(POOL_SIZE), &SESSION, &events(1, size as usize));
}

/// One event of `size` bytes from a thread-local pool.
pub(crate) fn thread_local(meter: &mut impl Meter, size: u64) {
    let session = THREAD_LOCAL_SESSION;
    build(meter, &session.thread_local_pool(POOL_SIZE), &session, &events(1, size as usize));
}

/// `count` events of 64 bytes, under the zero key.
pub(crate) fn zero_key(meter: &mut impl Meter, count: u64) {
    let session = ZERO_KEY_SESSION;
    build(meter, &session.pool(POOL_SIZE), &session, &events(count as usize, 64));
}

pub(crate) fn shared_50_events(meter: &mut impl Meter, _: u64) {
    build(meter, &SESSION.pool(POOL_SIZE), &SESSION, &events(50, 64));
}

pub(crate) fn thread_local_50_events(meter: &mut impl Meter, _: u64) {
    let session = THREAD_LOCAL_SESSION;
    build(meter, &session.thread_local_pool(POOL_SIZE), &session, &events(50, 64));
}

fn build(meter: &mut impl Meter, pool: &impl Lender, session: &Session, events: &[Vec<u8>]) {
    // The barrier stands here and not in the operation: a build writes memory, so nothing of it leaves the loop.
    let (meta, events) = black_box((&META, events));
    meter.measure(
        || pool.lend(|builder| builder.build(meta, events).map(Sealed::of)),
        |built| is_packet(built, Oracle::RustCrypto, session, pool.next_counter().wrapping_sub(1), events),
    );
}

/// What a build is judged by: the tag covers header, payload and counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sealed {
    len: usize,
    tag: Tag,
}

impl Sealed {
    #[inline(always)]
    pub(crate) fn of(packet: &[u8]) -> Self {
        Self { len: packet.len(), tag: packet.last_chunk().copied().unwrap_or_default() }
    }
}

/// Whether the packet of `counter` was built, as the oracle builds it.
pub(crate) fn is_packet(
    built: &Result<Sealed, BuildError>,
    oracle: Oracle,
    session: &Session,
    counter: u64,
    events: &[Vec<u8>],
) -> Answer {
    let expected = Sealed::of(&oracle.packet(session, counter, events));
    ensure!(*built == Ok(expected), "packet {counter} is {expected:02x?}, not {built:02x?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_of_another_tag_length_counter_or_session_is_refused() {
        let one = events(1, 64);
        let pool = SESSION.pool(1);
        let built = pool.lend(|builder| builder.build(&META, &one).map(Sealed::of));
        let judge = |built: &Result<Sealed, BuildError>, session: &Session, counter, events: &[Vec<u8>]| {
            is_packet(built, Oracle::RustCrypto, session, counter, events)
        };
        judge(&built, &SESSION, 0, &one).unwrap();
        let Sealed { len, mut tag } = built.unwrap();
        assert!(judge(&Ok(Sealed { len: len - 1, tag }), &SESSION, 0, &one).is_err());
        tag[15] ^= 1;
        assert!(judge(&Ok(Sealed { len, tag }), &SESSION, 0, &one).is_err());
        assert!(judge(&built, &SESSION, 1, &one).is_err());
        assert!(judge(&built, &ZERO_KEY_SESSION, 0, &one).is_err());
        assert!(judge(&built, &SESSION, 0, &events(1, 65)).is_err());
    }
}
