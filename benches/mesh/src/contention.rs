//! Many threads on one pool. Threads are made inside the operation, as the catalogue has it: some 10 to 50 us each.
//!
//! What the threads return adds up to a number that each cycle or packet has its part in.
use crate::fixture::{META, POOL_SIZE, SESSION, THREAD_LOCAL_SESSION, events};
use crate::lender::Lender;
use net_node::PacketMeta;
use net_wire::limits::{EVENT_PREFIX_SIZE, PACKET_OVERHEAD};
use perfkit_harness::{Answer, Meter, ensure};
use std::{hint::black_box, thread};

const CYCLES: u64 = 10_000;
const BUILD_POOL_SIZE: usize = 256;
const MIXED_PACKETS: usize = 500;
const MIXED_SIZES: [usize; 3] = [64, 256, 1024];

pub(crate) fn shared_cycles(meter: &mut impl Meter, threads: u64) {
    cycles(meter, threads, &SESSION.pool(POOL_SIZE), SESSION.id);
}

pub(crate) fn thread_local_cycles(meter: &mut impl Meter, threads: u64) {
    let session = THREAD_LOCAL_SESSION;
    cycles(meter, threads, &session.thread_local_pool(POOL_SIZE), session.id);
}

/// 1000 packets a thread, of one event of 64 bytes.
pub(crate) fn shared_builds(meter: &mut impl Meter, threads: u64) {
    builds(meter, threads, 1000, &SESSION.pool(BUILD_POOL_SIZE), &events(1, 64));
}

/// 1000 packets a thread, of one event of 64 bytes.
pub(crate) fn thread_local_builds(meter: &mut impl Meter, threads: u64) {
    let pool = THREAD_LOCAL_SESSION.thread_local_pool(BUILD_POOL_SIZE);
    builds(meter, threads, 1000, &pool, &events(1, 64));
}

/// 2000 packets a thread, of ten events of 128 bytes.
pub(crate) fn scaling(meter: &mut impl Meter, threads: u64) {
    let pool = THREAD_LOCAL_SESSION.thread_local_pool(BUILD_POOL_SIZE);
    builds(meter, threads, 2000, &pool, &events(10, 128));
}

/// 500 packets a thread, of one event of 64, 256 or 1024 bytes in turn.
pub(crate) fn shared_mixed(meter: &mut impl Meter, threads: u64) {
    mixed_builds(meter, threads, &SESSION.pool(BUILD_POOL_SIZE));
}

/// 500 packets a thread, of one event of 64, 256 or 1024 bytes in turn.
pub(crate) fn thread_local_mixed(meter: &mut impl Meter, threads: u64) {
    mixed_builds(meter, threads, &THREAD_LOCAL_SESSION.thread_local_pool(BUILD_POOL_SIZE));
}

fn cycles(meter: &mut impl Meter, threads: u64, pool: &impl Lender, session_id: u64) {
    let work = |_| {
        (0..CYCLES).fold(0, |sum: u64, _| {
            let builder = pool.take();
            let sum = sum.wrapping_add(builder.session_id());
            pool.give_back(builder);
            sum
        })
    };
    meter.measure(
        || on_threads(threads, work),
        |sum| are_cycles(*sum, threads * CYCLES, session_id, pool.stocked()),
    );
}

fn builds(meter: &mut impl Meter, threads: u64, packets: u64, pool: &impl Lender, events: &[Vec<u8>]) {
    let work = |_| {
        (0..packets).fold(0, |bytes, _| {
            let built = pool.lend(|builder| builder.build(&META, black_box(events)).map(<[u8]>::len));
            bytes + built.unwrap_or(0) as u64
        })
    };
    let expected = threads * packets * packet_len(events.iter().map(Vec::len));
    meter.measure(
        || on_threads(threads, work),
        |bytes| are_packets(*bytes, expected, threads * packets, pool.next_counter()),
    );
}

/// Each thread builds on a stream of its own.
fn mixed_builds(meter: &mut impl Meter, threads: u64, pool: &impl Lender) {
    let events = MIXED_SIZES.map(|size| events(1, size));
    let work = |thread| {
        let meta = PacketMeta { stream_id: thread, ..META };
        events.iter().cycle().take(MIXED_PACKETS).fold(0, |bytes, events| {
            let built = pool.lend(|builder| builder.build(&meta, black_box(events)).map(<[u8]>::len));
            bytes + built.unwrap_or(0) as u64
        })
    };
    let lengths = MIXED_SIZES.iter().cycle().take(MIXED_PACKETS).map(|&size| packet_len([size]));
    let expected = threads * lengths.sum::<u64>();
    meter.measure(
        || on_threads(threads, work),
        |bytes| are_packets(*bytes, expected, threads * MIXED_PACKETS as u64, pool.next_counter()),
    );
}

/// What a packet of events of these lengths has in all.
fn packet_len(events: impl IntoIterator<Item = usize>) -> u64 {
    let payload_len: usize = events.into_iter().map(|len| EVENT_PREFIX_SIZE + len).sum();
    (PACKET_OVERHEAD + payload_len) as u64
}

/// The sum of what `work` gives on each thread, told its number. All have ended, their caches included, when this returns.
fn on_threads(threads: u64, work: impl Fn(u64) -> u64 + Sync) -> u64 {
    let work = &work;
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|thread| scope.spawn(move || work(thread))).collect();
        // A thread that panicked gives 0, which no check accepts.
        workers.into_iter().map(|worker| worker.join().unwrap_or(0)).fold(0, u64::wrapping_add)
    })
}

/// Whether each cycle lent a builder of the session, and the pool is full again.
fn are_cycles(sum: u64, cycles: u64, session_id: u64, stocked: usize) -> Answer {
    ensure!(
        sum == session_id.wrapping_mul(cycles) && stocked == POOL_SIZE,
        "not all of {cycles} cycles lent a builder of the session, or {stocked} builders are in and not {POOL_SIZE}"
    )
}

/// Whether the packets have their lengths, and each took a counter of its own.
fn are_packets(bytes: u64, expected: u64, packets: u64, next_counter: u64) -> Answer {
    ensure!(
        bytes == expected && next_counter > 0 && next_counter.is_multiple_of(packets),
        "{packets} packets have {expected} bytes, not {bytes}, or {next_counter} counters are no multiple of them"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs an operation twice and tells what the check says.
    struct Twice(Vec<Answer>);

    impl Meter for Twice {
        fn measure<O>(&mut self, mut op: impl FnMut() -> O, mut check: impl FnMut(&O) -> Answer) {
            self.0.extend((0..2).map(|_| check(&op())));
        }

        fn measure_batched<I, O>(
            &mut self,
            mut setup: impl FnMut() -> I,
            mut op: impl FnMut(I) -> O,
            check: impl FnMut(&O) -> Answer,
        ) {
            self.measure(|| op(setup()), check);
        }
    }

    #[test]
    fn every_workload_of_several_threads_gives_the_right_answer_twice() {
        let mut twice = Twice(Vec::new());
        for threads in [1, 8, 32] {
            shared_cycles(&mut twice, threads);
            thread_local_cycles(&mut twice, threads);
        }
        shared_builds(&mut twice, 2);
        thread_local_builds(&mut twice, 2);
        shared_mixed(&mut twice, 2);
        thread_local_mixed(&mut twice, 2);
        scaling(&mut twice, 1);
        assert_eq!(twice.0, vec![Ok(()); 22]);
    }

    #[test]
    fn a_cycle_too_few_or_a_builder_that_is_missing_is_refused() {
        are_cycles(0x1234 * 10, 10, 0x1234, POOL_SIZE).unwrap();
        assert!(are_cycles(0x1234 * 9, 10, 0x1234, POOL_SIZE).is_err());
        assert!(are_cycles(0x1234 * 10, 10, 0x1234, POOL_SIZE - 1).is_err());
    }

    #[test]
    fn a_packet_too_few_or_a_shared_counter_is_refused() {
        are_packets(1520, 1520, 10, 20).unwrap();
        assert!(are_packets(1520 - 152, 1520, 10, 20).is_err());
        assert!(are_packets(1520, 1520, 10, 19).is_err());
        assert!(are_packets(1520, 1520, 10, 0).is_err());
    }

    #[test]
    fn a_thread_that_panics_adds_nothing() {
        let first = std::sync::atomic::AtomicBool::new(true);
        let work = |_| {
            assert!(!first.swap(false, std::sync::atomic::Ordering::Relaxed), "one thread panics here");
            5
        };
        assert_eq!(on_threads(2, work), 5);
    }
}
