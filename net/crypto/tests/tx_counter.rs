//! The send counter: unique across threads, refused before it could wrap.
#![cfg(test)]
use net_crypto::{CounterExhausted, TxCounter};
use std::collections::HashSet;

const EXHAUSTED: CounterExhausted = CounterExhausted { limit: TxCounter::LIMIT };

#[test]
fn counters_start_at_zero_and_rise_by_one() {
    let counter = TxCounter::new();
    assert_eq!((counter.next(), counter.next(), counter.next()), (Ok(0), Ok(1), Ok(2)));
    assert_eq!(counter.current(), 3);
}

#[test]
fn no_counter_is_handed_out_twice_across_threads() {
    let counter = TxCounter::new();
    let taken: Vec<u64> = std::thread::scope(|scope| {
        let take = || (0..10_000).map(|_| counter.next().unwrap()).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(taken.iter().collect::<HashSet<_>>().len(), 40_000);
    assert_eq!(taken.iter().max(), Some(&39_999));
}

#[test]
fn the_last_counter_is_below_the_limit_and_every_later_call_is_refused() {
    let counter = TxCounter::starting_at(TxCounter::LIMIT - 1);
    assert_eq!(counter.next(), Ok(TxCounter::LIMIT - 1));
    for _ in 0..10_000 {
        assert_eq!(counter.next(), Err(EXHAUSTED));
        assert_eq!(counter.current(), TxCounter::LIMIT, "refusals must not creep towards 2^64");
    }
}

#[test]
fn refusals_on_many_threads_never_creep_past_the_limit() {
    let counter = TxCounter::starting_at(TxCounter::LIMIT - 100);
    let granted: usize = std::thread::scope(|scope| {
        let take = || (0..10_000).filter(|_| counter.next().is_ok()).count();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(granted, 100);
    assert_eq!(counter.next(), Err(EXHAUSTED));
}

#[test]
fn a_start_above_the_limit_is_refused_at_once_and_the_forbidden_counter_never_comes() {
    const { assert!(TxCounter::LIMIT < u64::MAX) };
    for start in [TxCounter::LIMIT, u64::MAX - 1, u64::MAX] {
        assert_eq!(TxCounter::starting_at(start).next(), Err(EXHAUSTED));
    }
}
