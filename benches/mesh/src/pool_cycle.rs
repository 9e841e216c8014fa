//! Pools alone: take a builder and give it back, without a build.
//!
//! Cost: a shared cycle is two locked operations, a thread-local one none; both below 120 instructions.
use crate::fixture::{POOL_SIZE, SESSION, THREAD_LOCAL_SESSION, ZERO_KEY_SESSION};
use crate::lender::Lender;
use net_node::{PacketBuilder, PacketPool, ThreadLocalPool};
use perfkit_harness::{Answer, Meter, ensure};

const TEN: usize = 10;

/// A shared pool of `size` builders.
pub(crate) fn shared(meter: &mut impl Meter, size: u64) {
    shared_cycles::<1>(meter, &ZERO_KEY_SESSION.pool(size as usize));
}

pub(crate) fn shared_of_64(meter: &mut impl Meter, _: u64) {
    shared_cycles::<1>(meter, &SESSION.pool(POOL_SIZE));
}

pub(crate) fn shared_10x(meter: &mut impl Meter, _: u64) {
    shared_cycles::<TEN>(meter, &SESSION.pool(POOL_SIZE));
}

pub(crate) fn thread_local(meter: &mut impl Meter, _: u64) {
    thread_local_cycles::<1>(meter, lend);
}

pub(crate) fn thread_local_10x(meter: &mut impl Meter, _: u64) {
    thread_local_cycles::<TEN>(meter, lend);
}

/// Without a guard.
pub(crate) fn thread_local_explicit(meter: &mut impl Meter, _: u64) {
    thread_local_cycles::<1>(meter, |pool| {
        let builder = pool.acquire();
        let lent = address(&builder);
        pool.release(builder);
        lent
    });
}

fn shared_cycles<const CYCLES: usize>(meter: &mut impl Meter, pool: &PacketPool) {
    let rotation = rotation(pool);
    meter.measure(
        || sum_of::<CYCLES>(|| lend(pool)),
        |sum| is_rotation(*sum, CYCLES, &rotation, pool.available()),
    );
}

fn thread_local_cycles<const CYCLES: usize>(
    meter: &mut impl Meter,
    cycle: impl Fn(&ThreadLocalPool) -> usize,
) {
    let pool = THREAD_LOCAL_SESSION.thread_local_pool(POOL_SIZE);
    let top = cycle(&pool);
    let available = pool.available();
    meter.measure(
        || sum_of::<CYCLES>(|| cycle(&pool)),
        |sum| is_always(*sum, CYCLES, top, (pool.available(), available)),
    );
}

/// One cycle with a guard: which builder was lent.
#[inline(always)]
fn lend(pool: &impl Lender) -> usize {
    pool.lend(|builder| address(builder))
}

#[inline(always)]
fn address(builder: &PacketBuilder) -> usize {
    std::ptr::from_ref(builder).addr()
}

#[inline(always)]
fn sum_of<const CYCLES: usize>(cycle: impl Fn() -> usize) -> usize {
    (0..CYCLES).fold(0, |sum: usize, _| sum.wrapping_add(cycle()))
}

/// The builders of a shared pool in the order in which it lends them: what comes back goes to the end.
fn rotation(pool: &PacketPool) -> Vec<usize> {
    let builders: Vec<_> = (0..pool.available()).map(|_| pool.acquire()).collect();
    let rotation = builders.iter().map(|builder| address(builder)).collect();
    builders.into_iter().for_each(|builder| pool.release(builder));
    rotation
}

/// Whether `cycles` builders that follow each other were lent, and are in again.
fn is_rotation(sum: usize, cycles: usize, rotation: &[usize], available: usize) -> Answer {
    let known = (0..rotation.len()).any(|start| {
        let lent = rotation.iter().cycle().skip(start).take(cycles);
        lent.fold(0, |sum: usize, address| sum.wrapping_add(*address)) == sum
    });
    ensure!(
        known && available == rotation.len(),
        "not {cycles} of the pool's {} builders were lent, or {available} are in",
        rotation.len()
    )
}

/// Whether a thread's cache lent the same builder each time, and never asked the shared stock.
fn is_always(sum: usize, cycles: usize, top: usize, (available, before): (usize, usize)) -> Answer {
    ensure!(
        sum == top.wrapping_mul(cycles) && available == before,
        "not the cached builder was lent {cycles} times, or {available} are in stock and not {before}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builders_out_of_order_or_unknown_or_missing_are_refused() {
        let rotation = [100, 220, 350];
        is_rotation(220, 1, &rotation, 3).unwrap();
        is_rotation(350 + 100, 2, &rotation, 3).unwrap();
        assert!(is_rotation(221, 1, &rotation, 3).is_err());
        assert!(is_rotation(100 + 100, 2, &rotation, 3).is_err());
        assert!(is_rotation(220, 2, &rotation, 3).is_err());
        assert!(is_rotation(220, 1, &rotation, 2).is_err());
    }

    #[test]
    fn another_builder_or_a_cache_that_changed_is_refused() {
        is_always(700, 10, 70, (8, 8)).unwrap();
        assert!(is_always(70, 10, 70, (8, 8)).is_err());
        assert!(is_always(710, 10, 70, (8, 8)).is_err());
        assert!(is_always(700, 10, 70, (7, 8)).is_err());
    }

    #[test]
    fn a_pool_lends_in_the_order_that_was_found() {
        let pool = SESSION.pool(3);
        let rotation = rotation(&pool);
        let lent: Vec<usize> = (0..6).map(|_| lend(&pool)).collect();
        assert_eq!(lent, [&rotation[..], &rotation[..]].concat());
    }
}
