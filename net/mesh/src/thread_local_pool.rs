//! A pool whose builders come from a cache of the calling thread, for threads that send much.
//!
//! Cost of a warm cycle: no locked operation, no allocation, some dozens of instructions. The cache knows the pool
//! it served last by one comparison, others by a look through at most 63; entries of dropped pools go every 4096
//! accesses, on a cold path. A builder whose key was replaced is recognised by its epoch, a plain load.
use crate::PacketBuilder;
use crate::stock::{PoolError, Stock};
use net_crypto::PacketKey;
use std::cell::RefCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

/// Builders that a thread takes from the shared stock at a time.
const REFILL: usize = 8;
/// Builders that a thread keeps; more go back to the shared stock.
const LOCAL_LIMIT: usize = 16;
/// Pools that a thread keeps builders of, 8 MiB of buffers at most; beyond, the one not used for longest yields.
const MAX_SHELVES: usize = 64;
/// Accesses of a thread's cache between two looks for dropped pools.
const REAP_INTERVAL: u32 = 4096;

/// Lends builders from per-thread caches in front of a shared stock.
pub struct ThreadLocalPool {
    id: u64,
    stock: Arc<Stock>,
}

impl ThreadLocalPool {
    /// A pool whose shared stock keeps up to `size` builders, and starts with so many. Each thread that uses it
    /// keeps up to 16 more, of the 64 pools it used last.
    pub fn new(key: &PacketKey, session_id: u64, size: usize) -> Result<Self, PoolError> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let stock = Arc::new(Stock::new(key, session_id, size)?);
        Ok(Self { id: NEXT_ID.fetch_add(1, Ordering::Relaxed), stock })
    }

    /// Borrow a builder. It returns, to the thread it is dropped on, when the guard drops.
    #[inline]
    pub fn get(&self) -> ThreadLocalBuilder<'_> {
        ThreadLocalBuilder { builder: Some(self.acquire()), pool: self }
    }

    /// Take a builder out; give it back with [`release`](Self::release), on any thread, or drop it.
    #[inline]
    pub fn acquire(&self) -> Box<PacketBuilder> {
        // Without a cache (the thread is ending) the shared stock serves.
        CACHE
            .try_with(|cache| Some(cache.try_borrow_mut().ok()?.shelf(self).take(&self.stock)))
            .ok()
            .flatten()
            .unwrap_or_else(|| self.stock.take())
    }

    /// Give a builder back. It is dropped when cache and stock are full, when it is of another key or pool, or
    /// when the thread is ending.
    #[inline]
    pub fn release(&self, builder: Box<PacketBuilder>) {
        let _ = CACHE.try_with(|cache| {
            if let Ok(mut cache) = cache.try_borrow_mut() {
                cache.shelf(self).put(&self.stock, builder);
            }
        });
    }

    /// Replace the key: a fresh counter, and no builder of the old key is lent again, on any thread.
    ///
    /// Errors: the session in force, whose counter would restart and repeat nonces; nothing changes. An earlier
    /// session is not remembered, and as wrong: key and session come from a new handshake.
    pub fn set_key(&self, key: &PacketKey, session_id: u64) -> Result<(), PoolError> {
        self.stock.set_key(key, session_id)
    }

    /// Builders in the shared stock.
    pub fn available(&self) -> usize {
        self.stock.available()
    }

    /// The counter that the session's next packet gets.
    pub fn current_counter(&self) -> u64 {
        self.stock.key().counter.current()
    }

    /// Builders that the calling thread's cache holds, of all pools: to watch memory by.
    pub fn cached_on_this_thread() -> usize {
        CACHE
            .try_with(|cache| cache.try_borrow().map_or(0, |cache| cache.shelves().map(Shelf::len).sum()))
            .unwrap_or(0)
    }
}

impl fmt::Debug for ThreadLocalPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadLocalPool")
            .field("id", &self.id)
            .field("available", &self.available())
            .finish_non_exhaustive()
    }
}

/// A borrowed builder of a [`ThreadLocalPool`].
#[derive(Debug)]
pub struct ThreadLocalBuilder<'a> {
    /// `None` only while dropping.
    builder: Option<Box<PacketBuilder>>,
    pool: &'a ThreadLocalPool,
}

impl Deref for ThreadLocalBuilder<'_> {
    type Target = PacketBuilder;

    #[inline]
    fn deref(&self) -> &PacketBuilder {
        // Only `drop` takes it out.
        let Some(builder) = &self.builder else { unreachable!("a guard holds its builder") };
        builder
    }
}

impl DerefMut for ThreadLocalBuilder<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut PacketBuilder {
        // Only `drop` takes it out.
        let Some(builder) = &mut self.builder else { unreachable!("a guard holds its builder") };
        builder
    }
}

impl Drop for ThreadLocalBuilder<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(builder) = self.builder.take() {
            self.pool.release(builder);
        }
    }
}

thread_local! {
    static CACHE: RefCell<Cache> =
        const { RefCell::new(Cache { front: Shelf::NONE, accesses_to_reap: REAP_INTERVAL, others: Vec::new() }) };
}

/// What one thread keeps: a shelf for each pool it uses.
struct Cache {
    /// The shelf used last.
    front: Shelf,
    accesses_to_reap: u32,
    /// The other shelves, the one used last at the end.
    others: Vec<Shelf>,
}

impl Cache {
    #[inline]
    fn shelf(&mut self, pool: &ThreadLocalPool) -> &mut Shelf {
        self.accesses_to_reap -= 1;
        if self.accesses_to_reap == 0 {
            self.reap();
        }
        // An epoch is of one key of one pool, so this one comparison asks for both.
        let epoch = pool.stock.epoch();
        if self.front.epoch != epoch {
            self.bring_to_front(pool, epoch);
        }
        &mut self.front
    }

    #[cold]
    #[inline(never)]
    fn bring_to_front(&mut self, pool: &ThreadLocalPool, epoch: u64) {
        if self.front.pool_id != pool.id {
            let shelf = match self.others.iter().rposition(|shelf| shelf.pool_id == pool.id) {
                Some(at) => self.others.remove(at),
                None => {
                    self.make_room();
                    Shelf::of(pool)
                }
            };
            let behind = std::mem::replace(&mut self.front, shelf);
            if !behind.is_none() {
                self.others.push(behind);
            }
        }
        if self.front.epoch != epoch {
            // The key was replaced: nothing here is lent again.
            self.front.builders.clear();
            self.front.epoch = epoch;
        }
    }

    /// Room for one more shelf. What the one that yields had goes back to its stock.
    fn make_room(&mut self) {
        if self.shelves().count() < MAX_SHELVES {
            return;
        }
        self.reap();
        if self.shelves().count() >= MAX_SHELVES {
            drop(self.others.remove(0));
        }
    }

    /// Drop the shelves of pools that are gone.
    #[cold]
    #[inline(never)]
    fn reap(&mut self) {
        self.accesses_to_reap = REAP_INTERVAL;
        if self.front.stock.strong_count() == 0 {
            self.front = Shelf::NONE;
        }
        self.others.retain(|shelf| shelf.stock.strong_count() > 0);
    }

    fn shelves(&self) -> impl Iterator<Item = &Shelf> {
        self.others.iter().chain([&self.front]).filter(|shelf| !shelf.is_none())
    }
}

/// Builders of one pool, all of the same key.
struct Shelf {
    pool_id: u64,
    epoch: u64,
    #[expect(clippy::vec_box, reason = "builders come and go as pointers")]
    builders: Vec<Box<PacketBuilder>>,
    stock: Weak<Stock>,
}

impl Shelf {
    /// No pool has id 0, no key epoch 0.
    const NONE: Self = Self { pool_id: 0, epoch: 0, builders: Vec::new(), stock: Weak::new() };

    fn is_none(&self) -> bool {
        self.pool_id == Self::NONE.pool_id
    }

    #[cold]
    fn of(pool: &ThreadLocalPool) -> Self {
        Self {
            pool_id: pool.id,
            epoch: pool.stock.epoch(),
            builders: Vec::with_capacity(LOCAL_LIMIT),
            stock: Arc::downgrade(&pool.stock),
        }
    }

    #[inline]
    fn take(&mut self, stock: &Stock) -> Box<PacketBuilder> {
        match self.builders.pop() {
            Some(builder) => builder,
            None => self.refill(stock),
        }
    }

    #[inline]
    fn put(&mut self, stock: &Stock, builder: Box<PacketBuilder>) {
        if self.builders.len() < LOCAL_LIMIT && builder.epoch() == self.epoch {
            self.builders.push(builder);
        } else {
            overflow(stock, builder);
        }
    }

    fn len(&self) -> usize {
        self.builders.len()
    }

    /// Take up to eight from the stock, or have one made.
    #[cold]
    #[inline(never)]
    fn refill(&mut self, stock: &Stock) -> Box<PacketBuilder> {
        let Some(first) = stock.take_stocked() else { return stock.make() };
        while self.builders.len() < REFILL - 1 {
            match stock.take_stocked() {
                // The key may change right now; the shelf keeps to one.
                Some(builder) if builder.epoch() == self.epoch => self.builders.push(builder),
                _ => break,
            }
        }
        first
    }
}

impl Drop for Shelf {
    /// A thread that ends, or a shelf that yields, gives what it kept to those that stay.
    fn drop(&mut self) {
        if let Some(stock) = self.stock.upgrade() {
            self.builders.drain(..).for_each(|builder| stock.put(builder));
        }
    }
}

#[cold]
#[inline(never)]
fn overflow(stock: &Stock, builder: Box<PacketBuilder>) {
    stock.put(builder);
}
