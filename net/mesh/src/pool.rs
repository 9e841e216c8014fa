//! A pool of builders that all threads of a session share.
//!
//! Cost of a warm get and return: one locked operation each, some fifty instructions, no allocation.
use crate::PacketBuilder;
use crate::stock::{PoolError, Stock};
use net_crypto::PacketKey;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// Lends builders to any thread.
pub struct PacketPool {
    stock: Stock,
}

impl PacketPool {
    /// A pool that keeps up to `size` builders, and starts with so many. More may be out at a time.
    pub fn new(key: &PacketKey, session_id: u64, size: usize) -> Result<Self, PoolError> {
        Ok(Self { stock: Stock::new(key, session_id, size)? })
    }

    /// Borrow a builder; a new one is made when none is in. It returns when the guard drops.
    #[inline]
    pub fn get(&self) -> PooledBuilder<'_> {
        PooledBuilder { builder: Some(self.acquire()), pool: self }
    }

    /// Take a builder out; give it back with [`release`](Self::release), or drop it.
    #[inline]
    pub fn acquire(&self) -> Box<PacketBuilder> {
        self.stock.take()
    }

    /// Give a builder back. It is dropped when the pool is full, or when it is of another key or pool.
    #[inline]
    pub fn release(&self, builder: Box<PacketBuilder>) {
        self.stock.put(builder);
    }

    /// Replace the key: a fresh counter, and no builder of the old key is lent again.
    ///
    /// Errors: the session in force, whose counter would restart and repeat nonces; nothing changes. An earlier
    /// session is not remembered, and as wrong: key and session come from a new handshake.
    pub fn set_key(&self, key: &PacketKey, session_id: u64) -> Result<(), PoolError> {
        self.stock.set_key(key, session_id)
    }

    /// Builders that are in.
    pub fn available(&self) -> usize {
        self.stock.available()
    }

    /// The counter that the session's next packet gets.
    pub fn current_counter(&self) -> u64 {
        self.stock.key().counter.current()
    }
}

impl fmt::Debug for PacketPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PacketPool").field("available", &self.available()).finish_non_exhaustive()
    }
}

/// A borrowed builder of a [`PacketPool`].
#[derive(Debug)]
pub struct PooledBuilder<'a> {
    /// `None` only while dropping.
    builder: Option<Box<PacketBuilder>>,
    pool: &'a PacketPool,
}

impl Deref for PooledBuilder<'_> {
    type Target = PacketBuilder;

    #[inline]
    fn deref(&self) -> &PacketBuilder {
        // Only `drop` takes it out.
        let Some(builder) = &self.builder else { unreachable!("a guard holds its builder") };
        builder
    }
}

impl DerefMut for PooledBuilder<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut PacketBuilder {
        // Only `drop` takes it out.
        let Some(builder) = &mut self.builder else { unreachable!("a guard holds its builder") };
        builder
    }
}

impl Drop for PooledBuilder<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(builder) = self.builder.take() {
            self.pool.release(builder);
        }
    }
}
