//! A pool whose builders come from a cache of the calling thread, for threads that send much.
//!
//! Cost of a warm cycle: no locked operation, no allocation, some dozens of instructions. The cache finds the pool
//! it served last by one comparison, others by a map; entries of dropped pools go every 4096 accesses, on a cold
//! path. A builder whose key was replaced is recognised by its epoch, a plain load.
use crate::PacketBuilder;
use crate::pool::{PoolError, Stock};
use net_crypto::PacketKey;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

/// Builders that a thread takes from the shared stock at a time.
const REFILL: usize = 8;
/// Builders that a thread keeps; more go back to the shared stock.
const LOCAL_LIMIT: usize = 16;
/// Accesses of a thread's cache between two looks for dropped pools.
const REAP_INTERVAL: u32 = 4096;

/// Lends builders from per-thread caches in front of a shared stock.
pub struct ThreadLocalPool {
    id: u64,
    stock: Arc<Stock>,
}

impl ThreadLocalPool {
    /// A pool whose shared stock keeps up to `size` builders, and starts with so many. Each thread that uses it
    /// keeps up to 16 more.
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
        let cached = CACHE.try_with(|cache| {
            let mut cache = cache.try_borrow_mut().ok()?;
            Some(cache.shelf(self).take(&self.stock))
        });
        match cached {
            Ok(Some(builder)) => builder,
            _ => self.stock.take(),
        }
    }

    /// Give a builder back. It is dropped when cache and stock are full, or when it is of another key or pool.
    #[inline]
    pub fn release(&self, builder: Box<PacketBuilder>) {
        let mut builder = Some(builder);
        let _ = CACHE.try_with(|cache| {
            if let Ok(mut cache) = cache.try_borrow_mut()
                && let Some(builder) = builder.take()
            {
                cache.shelf(self).put(&self.stock, builder);
            }
        });
        if let Some(builder) = builder {
            self.stock.put(builder);
        }
    }

    /// Replace the key: a fresh counter, and no builder of the old key is lent again, on any thread.
    pub fn set_key(&self, key: &PacketKey, session_id: u64) {
        self.stock.set_key(key, session_id);
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
            .try_with(|cache| {
                cache.try_borrow().map_or(0, |cache| cache.shelves.iter().map(|s| s.builders.len()).sum())
            })
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
    static CACHE: RefCell<Cache> = const { RefCell::new(Cache { last: 0, accesses: 0, shelves: Vec::new(), index: None }) };
}

/// What one thread keeps, a shelf for each pool it uses.
struct Cache {
    /// Position of the shelf used last.
    last: usize,
    accesses: u32,
    shelves: Vec<Shelf>,
    /// Pool id to position, once there is more than one shelf.
    index: Option<HashMap<u64, usize>>,
}

impl Cache {
    #[inline]
    fn shelf(&mut self, pool: &ThreadLocalPool) -> &mut Shelf {
        self.accesses += 1;
        if self.accesses >= REAP_INTERVAL {
            self.reap();
        }
        let is_last = self.shelves.get(self.last).is_some_and(|shelf| shelf.pool_id == pool.id);
        if !is_last {
            self.last = self.find_or_add(pool);
        }
        let epoch = pool.stock.epoch();
        let shelf = &mut self.shelves[self.last];
        if shelf.epoch != epoch {
            shelf.renew(epoch);
        }
        shelf
    }

    #[cold]
    #[inline(never)]
    fn find_or_add(&mut self, pool: &ThreadLocalPool) -> usize {
        let index = self.index.get_or_insert_default();
        *index.entry(pool.id).or_insert_with(|| {
            self.shelves.push(Shelf {
                pool_id: pool.id,
                epoch: pool.stock.epoch(),
                builders: Vec::with_capacity(LOCAL_LIMIT),
                stock: Arc::downgrade(&pool.stock),
            });
            self.shelves.len() - 1
        })
    }

    /// Drop the shelves of pools that are gone.
    #[cold]
    #[inline(never)]
    fn reap(&mut self) {
        self.accesses = 0;
        self.shelves.retain(|shelf| shelf.stock.strong_count() > 0);
        self.last = 0;
        if let Some(index) = &mut self.index {
            index.clear();
            index.extend(self.shelves.iter().enumerate().map(|(at, shelf)| (shelf.pool_id, at)));
        }
    }
}

impl Drop for Cache {
    /// A thread that ends gives what it kept to those that stay.
    fn drop(&mut self) {
        for shelf in &mut self.shelves {
            if let Some(stock) = shelf.stock.upgrade() {
                shelf.builders.drain(..).for_each(|builder| stock.put(builder));
            }
        }
    }
}

/// Builders of one pool, all of the same key.
struct Shelf {
    pool_id: u64,
    epoch: u64,
    builders: Vec<Box<PacketBuilder>>,
    stock: Weak<Stock>,
}

impl Shelf {
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

    /// The key was replaced: nothing here is lent again.
    #[cold]
    #[inline(never)]
    fn renew(&mut self, epoch: u64) {
        self.builders.clear();
        self.epoch = epoch;
    }
}

#[cold]
#[inline(never)]
fn overflow(stock: &Stock, builder: Box<PacketBuilder>) {
    stock.put(builder);
}
