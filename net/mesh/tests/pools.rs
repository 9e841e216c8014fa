//! Pools: counts at every step, no builder of an old key, no nonce twice.
#![cfg(test)]
use net_crypto::PacketKey;
use net_node::{MAX_POOL_SIZE, PacketBuilder, PacketMeta, PacketPool, PoolError, ThreadLocalPool};
use net_wire::PacketHeader;
use std::collections::HashSet;
use std::sync::Barrier;

const OLD: u64 = 0x01D;
const NEW: u64 = 0x0E3;

fn key(byte: u8) -> PacketKey {
    PacketKey::from([byte; 32])
}

fn shared(size: usize) -> PacketPool {
    PacketPool::new(&key(1), OLD, size).unwrap()
}

fn thread_local(size: usize) -> ThreadLocalPool {
    ThreadLocalPool::new(&key(1), OLD, size).unwrap()
}

/// Session and counter of the packet that a builder builds now.
fn build(builder: &mut PacketBuilder) -> (u64, u64) {
    let packet = builder.build(&PacketMeta::default(), &["x"]).unwrap();
    let header = PacketHeader::parse(packet).unwrap();
    (header.session_id.get(), header.nonce_counter())
}

#[test]
fn pools_have_at_least_one_and_at_most_16384_builders() {
    for size in [0, MAX_POOL_SIZE + 1] {
        let refused = PoolError::Size { size };
        assert_eq!(PacketPool::new(&key(1), OLD, size).unwrap_err(), refused);
        assert_eq!(ThreadLocalPool::new(&key(1), OLD, size).unwrap_err(), refused);
    }
    assert_eq!(shared(1).available(), 1);
}

#[test]
fn a_shared_pool_lends_makes_more_when_empty_and_drops_what_is_too_much() {
    let pool = shared(2);
    let (first, second, third) = (pool.get(), pool.get(), pool.get());
    assert_eq!(pool.available(), 0);
    drop(first);
    assert_eq!(pool.available(), 1);
    drop((second, third));
    assert_eq!(pool.available(), 2);
}

#[test]
fn a_shared_pool_never_lends_a_builder_of_a_replaced_key() {
    let pool = shared(4);
    let mut taken_before = pool.acquire();
    assert_eq!(build(&mut taken_before), (OLD, 0));
    pool.set_key(&key(2), NEW).unwrap();
    assert_eq!(pool.current_counter(), 0, "the new key has a counter of its own");
    pool.release(taken_before);
    let mut all: Vec<_> = (0..6).map(|_| pool.acquire()).collect();
    let built: Vec<_> = all.iter_mut().map(|builder| build(builder)).collect();
    assert_eq!(built, (0..6).map(|counter| (NEW, counter)).collect::<Vec<_>>());
}

#[test]
fn a_key_for_the_session_in_force_is_refused_and_counters_go_on() {
    let (shared, local) = (shared(2), thread_local(2));
    let refused = Err(PoolError::SessionInForce { session_id: OLD });
    build(&mut shared.get());
    build(&mut local.get());
    for same_or_other in [1, 2] {
        assert_eq!(shared.set_key(&key(same_or_other), OLD), refused);
        assert_eq!(local.set_key(&key(same_or_other), OLD), refused);
    }
    assert_eq!((build(&mut shared.get()), build(&mut local.get())), ((OLD, 1), (OLD, 1)));

    shared.set_key(&key(2), NEW).unwrap();
    let refused = Err(PoolError::SessionInForce { session_id: NEW });
    assert_eq!(shared.set_key(&key(3), NEW), refused, "what is in force moves with each key");
}

#[test]
fn a_guard_that_outlives_its_key_does_not_bring_its_builder_back() {
    let pool = shared(1);
    let mut guard = pool.get();
    pool.set_key(&key(2), NEW).unwrap();
    assert_eq!(build(&mut guard).0, OLD, "who holds a builder keeps its key");
    drop(guard);
    assert_eq!(build(&mut pool.get()), (NEW, 0));
}

#[test]
fn pools_refuse_each_others_builders_even_of_the_same_key_and_session() {
    let (one, other) = (shared(1), shared(1));
    let lost = one.acquire();
    let _ = other.acquire();
    other.release(lost);
    assert_eq!(other.available(), 0, "its counter is another, so its nonces would repeat");

    let (one, other) = (thread_local(1), thread_local(1));
    other.release(one.acquire());
    assert_eq!((one.available(), other.available()), (0, 1));
    assert_eq!(ThreadLocalPool::cached_on_this_thread(), 0);
}

#[test]
fn a_cold_thread_takes_eight_builders_from_the_stock_at_once() {
    let pool = thread_local(20);
    let first = pool.acquire();
    assert_eq!((pool.available(), ThreadLocalPool::cached_on_this_thread()), (12, 7));
    let rest: Vec<_> = (0..7).map(|_| pool.acquire()).collect();
    assert_eq!((pool.available(), ThreadLocalPool::cached_on_this_thread()), (12, 0));
    let ninth = pool.acquire();
    assert_eq!((pool.available(), ThreadLocalPool::cached_on_this_thread()), (4, 7));
    drop((first, rest, ninth));
}

#[test]
fn a_refill_takes_what_there_is_and_an_empty_stock_makes_one() {
    let pool = thread_local(3);
    let taken: Vec<_> = (0..3).map(|_| pool.acquire()).collect();
    assert_eq!((pool.available(), ThreadLocalPool::cached_on_this_thread()), (0, 0));
    let made = pool.acquire();
    assert_eq!(made.session_id(), OLD);
    drop((taken, made));
}

#[test]
fn a_thread_keeps_sixteen_builders_gives_the_next_to_the_stock_and_drops_the_rest() {
    let pool = thread_local(2);
    let builders: Vec<_> = (0..20).map(|_| pool.acquire()).collect();
    let mut counts = Vec::new();
    for builder in builders {
        pool.release(builder);
        counts.push((ThreadLocalPool::cached_on_this_thread(), pool.available()));
    }
    let mut expected: Vec<_> = (1..=16).map(|kept| (kept, 0)).collect();
    expected.extend([(16, 1), (16, 2), (16, 2), (16, 2)]);
    assert_eq!(counts, expected);
}

#[test]
fn a_warm_thread_gets_the_builder_it_gave_back() {
    let pool = thread_local(8);
    let address = |builder: &PacketBuilder| std::ptr::from_ref(builder);
    let first = address(&pool.get());
    for _ in 0..100 {
        assert_eq!(address(&pool.get()), first);
    }
    assert_eq!(pool.available(), 0, "the stock is not asked again");
}

#[test]
fn a_thread_local_pool_never_lends_a_builder_of_a_replaced_key_on_any_thread() {
    let pool = thread_local(32);
    let (cached, replaced) = (Barrier::new(2), Barrier::new(2));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // This thread has builders of the old key in its cache when the key is replaced elsewhere.
            let held = pool.acquire();
            assert_eq!(ThreadLocalPool::cached_on_this_thread(), 7);
            cached.wait();
            replaced.wait();
            pool.release(held);
            assert_eq!(ThreadLocalPool::cached_on_this_thread(), 0);
            for _ in 0..40 {
                assert_eq!(build(&mut pool.acquire()).0, NEW);
            }
        });
        cached.wait();
        let held = pool.acquire();
        pool.set_key(&key(2), NEW).unwrap();
        replaced.wait();
        pool.release(held);
        let mut all: Vec<_> = (0..40).map(|_| pool.acquire()).collect();
        assert!(all.iter_mut().all(|builder| build(builder).0 == NEW));
    });
    assert_eq!(pool.current_counter(), 80, "no packet of the new key took a counter of the old");
}

#[test]
fn a_thread_that_ends_gives_its_builders_back_to_the_stock() {
    let pool = thread_local(16);
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            drop(pool.get());
            assert_eq!(pool.available(), 8);
        });
        // Joining waits for the thread's destructors, which the scope alone does not.
        thread.join().unwrap();
    });
    assert_eq!(pool.available(), 16);
}

#[test]
fn a_pool_is_usable_while_its_thread_is_ending() {
    use std::cell::RefCell;
    use std::sync::{Arc, Mutex};
    struct AtExit(Arc<ThreadLocalPool>, Arc<Mutex<Vec<(u64, u64)>>>);
    impl Drop for AtExit {
        fn drop(&mut self) {
            let mut builder = self.0.acquire();
            self.1.lock().unwrap().push(build(&mut builder));
            self.0.release(builder);
        }
    }
    thread_local! { static AT_EXIT: RefCell<Vec<AtExit>> = const { RefCell::new(Vec::new()) }; }

    let (pool, built) = (Arc::new(thread_local(4)), Arc::new(Mutex::new(Vec::new())));
    for cache_first in [true, false] {
        let at_exit = AtExit(Arc::clone(&pool), Arc::clone(&built));
        let pool = Arc::clone(&pool);
        std::thread::spawn(move || {
            // Thread-locals are destroyed in one order or the other; both must work.
            if cache_first {
                drop(pool.get());
            }
            AT_EXIT.with_borrow_mut(|list| list.push(at_exit));
            drop(pool.get());
        })
        .join()
        .unwrap();
    }
    assert_eq!(*built.lock().unwrap(), [(OLD, 0), (OLD, 1)]);
}

#[test]
fn a_dropped_pools_cache_goes_after_4096_accesses_and_not_before() {
    let (kept, dropped) = (thread_local(8), thread_local(8));
    drop(dropped.get());
    drop(kept.get());
    assert_eq!(ThreadLocalPool::cached_on_this_thread(), 16);
    drop(dropped);
    // A cycle is two accesses; four were made.
    for _ in 0..2045 {
        drop(kept.get());
    }
    assert_eq!(ThreadLocalPool::cached_on_this_thread(), 16, "4094 accesses");
    drop(kept.get());
    assert_eq!(ThreadLocalPool::cached_on_this_thread(), 8, "4096 accesses");
}

/// Pools with one builder each, which the calling thread has in its cache.
fn cached_pools(count: usize) -> Vec<ThreadLocalPool> {
    let pools: Vec<_> = (0..count).map(|_| thread_local(1)).collect();
    pools.iter().for_each(|pool| drop(pool.get()));
    assert!(pools.iter().all(|pool| pool.available() == 0));
    pools
}

#[test]
fn a_thread_keeps_builders_of_64_pools_and_the_one_unused_for_longest_yields_to_the_65th() {
    let pools = cached_pools(64);
    assert_eq!(ThreadLocalPool::cached_on_this_thread(), 64);
    drop(pools[0].get());
    let one_more = thread_local(1);
    drop(one_more.get());
    assert_eq!(ThreadLocalPool::cached_on_this_thread(), 64);
    let given_back: Vec<_> = (0..64).filter(|&at| pools[at].available() == 1).collect();
    assert_eq!(given_back, [1], "the first was used once more, so the second yields, to its stock");
    assert_eq!(build(&mut pools[1].get()), (OLD, 0), "who yielded is served again");
    assert_eq!(ThreadLocalPool::cached_on_this_thread(), 64);
    assert_eq!(pools[2].available(), 1);
}

#[test]
fn at_the_limit_the_shelves_of_dropped_pools_go_before_one_in_use_yields() {
    let mut pools = cached_pools(64);
    drop(pools.remove(40));
    let one_more = thread_local(1);
    drop(one_more.get());
    assert_eq!(ThreadLocalPool::cached_on_this_thread(), 64);
    assert!(pools.iter().all(|pool| pool.available() == 0), "nobody yields");
}

#[test]
fn a_thread_that_alternates_between_pools_mixes_nothing_up() {
    let pools: Vec<_> = (0..5).map(|id| ThreadLocalPool::new(&key(id), u64::from(id), 8).unwrap()).collect();
    for round in 0..200 {
        for (id, pool) in pools.iter().enumerate() {
            assert_eq!(build(&mut pool.get()), (id as u64, round));
        }
    }
}

#[test]
fn no_nonce_repeats_across_threads_and_builders_of_either_pool() {
    const THREADS: u64 = 4;
    const PACKETS: u64 = 2_000;
    fn counters(get_and_build: impl Fn() -> (u64, u64) + Sync) -> HashSet<u64> {
        std::thread::scope(|scope| {
            let work = || (0..PACKETS).map(|_| get_and_build().1).collect::<Vec<_>>();
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        })
    }
    let (shared, local) = (shared(2), thread_local(2));
    let all: HashSet<u64> = (0..THREADS * PACKETS).collect();
    assert_eq!(counters(|| build(&mut shared.get())), all);
    assert_eq!(counters(|| build(&mut local.get())), all);
}

#[test]
fn keys_replaced_under_load_never_lead_to_a_nonce_used_twice() {
    let pools = (shared(4), thread_local(4));
    let seen: Vec<(u64, u64)> = std::thread::scope(|scope| {
        let builders: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    (0..3_000)
                        .flat_map(|_| {
                            let (of_shared, of_local) =
                                (build(&mut pools.0.get()), build(&mut pools.1.get()));
                            [of_shared, (of_local.0 + 1_000_000, of_local.1)]
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        for session in 0..200u64 {
            pools.0.set_key(&key(session as u8), 1000 + session).unwrap();
            pools.1.set_key(&key(session as u8), 1000 + session).unwrap();
        }
        builders.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), seen.len());
    assert_eq!(build(&mut pools.0.get()).0, 1199);
    assert_eq!(build(&mut pools.1.get()).0, 1199);
}
