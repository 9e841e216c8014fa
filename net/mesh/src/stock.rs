//! What both kinds of pool share: the builders that are in, and the key of new ones.
//!
//! Builders move as pointers through a fixed lock-free queue. One whose key was replaced is recognised by its epoch,
//! with a plain load, wherever it turns up: on its way in, in the queue, or on its way out.
use crate::PacketBuilder;
use crate::send_key::SendKey;
use crossbeam_queue::ArrayQueue;
use net_crypto::{PacketKey, TxCounter};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most builders that a pool keeps: 128 MiB of buffers.
pub const MAX_POOL_SIZE: usize = 16_384;

/// Why a pool is not made, or keeps its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// A size that no pool has.
    #[error("packet pool: size must be 1 to {MAX_POOL_SIZE}, got {size}")]
    Size {
        /// Size asked for.
        size: usize,
    },
    /// A key for the session that is in force: counters would restart under it, and nonces repeat.
    #[error("packet pool: session {session_id:#018x} is in force already; its counters must not restart")]
    SessionInForce {
        /// Session asked for.
        session_id: u64,
    },
}

/// Builders that are in, and the key of new ones.
pub(crate) struct Stock {
    queue: ArrayQueue<Box<PacketBuilder>>,
    /// Epoch of `key`, to be read without its lock.
    epoch: AtomicU64,
    key: Mutex<Arc<SendKey>>,
}

impl Stock {
    pub(crate) fn new(key: &PacketKey, session_id: u64, size: usize) -> Result<Self, PoolError> {
        if size == 0 || size > MAX_POOL_SIZE {
            return Err(PoolError::Size { size });
        }
        let key = SendKey::new(key, session_id, TxCounter::new());
        let stock =
            Self { queue: ArrayQueue::new(size), epoch: AtomicU64::new(key.epoch), key: Mutex::new(key) };
        stock.fill();
        Ok(stock)
    }

    #[inline]
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// A builder of the current key.
    #[inline]
    pub(crate) fn take(&self) -> Box<PacketBuilder> {
        match self.queue.pop() {
            Some(builder) if builder.epoch() == self.epoch() => builder,
            other => self.take_slowly(other),
        }
    }

    /// Take only what is in.
    pub(crate) fn take_stocked(&self) -> Option<Box<PacketBuilder>> {
        let epoch = self.epoch();
        while let Some(builder) = self.queue.pop() {
            if builder.epoch() == epoch {
                return Some(builder);
            }
        }
        None
    }

    #[inline]
    pub(crate) fn put(&self, builder: Box<PacketBuilder>) {
        if builder.epoch() != self.epoch() {
            return discard(builder);
        }
        if let Err(builder) = self.queue.push(builder) {
            discard(builder);
        }
    }

    #[cold]
    pub(crate) fn make(&self) -> Box<PacketBuilder> {
        Box::new(PacketBuilder::of(self.key()))
    }

    pub(crate) fn key(&self) -> Arc<SendKey> {
        Arc::clone(&self.lock())
    }

    pub(crate) fn available(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn set_key(&self, key: &PacketKey, session_id: u64) -> Result<(), PoolError> {
        let mut current = self.lock();
        if session_id == current.cipher.session_id() {
            return Err(PoolError::SessionInForce { session_id });
        }
        let key = SendKey::new(key, session_id, TxCounter::new());
        // Epoch before drain: a builder put back in between is refused by its epoch, one put back just before
        // is drained, and one that slipped in after a stale look at the epoch is refused when it is taken.
        self.epoch.store(key.epoch, Ordering::Release);
        *current = key;
        drop(current);
        while let Some(builder) = self.queue.pop() {
            drop(builder);
        }
        self.fill();
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn take_slowly(&self, stale: Option<Box<PacketBuilder>>) -> Box<PacketBuilder> {
        drop(stale);
        self.take_stocked().unwrap_or_else(|| self.make())
    }

    fn fill(&self) {
        while !self.queue.is_full() {
            self.put(self.make());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Arc<SendKey>> {
        // The lock guards one pointer, which is whole whatever panicked.
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Out of line, so that dropping a builder is not inlined into every return.
#[cold]
#[inline(never)]
fn discard(builder: Box<PacketBuilder>) {
    drop(builder);
}
