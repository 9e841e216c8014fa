//! The send counter of a session: every sealed packet, of every builder and thread, takes the next one.
//!
//! Cost: one locked addition a packet. A nonce used twice would reveal plaintext, so the counter never wraps.
use std::sync::atomic::{AtomicU64, Ordering};

/// Hands out each counter once. All senders of a session share one.
#[derive(Debug)]
pub struct TxCounter(AtomicU64);

/// All counters of the session are used; a new handshake makes a new session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("send counter: at most {limit} packets may be sealed in a session; a new handshake is due")]
pub struct CounterExhausted {
    /// First counter that is not handed out.
    pub limit: u64,
}

impl TxCounter {
    /// First counter that is not handed out.
    ///
    /// Each refused call may raise the stored value by one before it is set back. The room of 2^32 above the
    /// limit is for that many threads in that very step: the value cannot reach the forbidden 2^64-1, nor wrap.
    pub const LIMIT: u64 = u64::MAX - (1 << 32);

    /// Starts at 0, as every session does.
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Starts at `first`: for tests and known-answer vectors.
    pub const fn starting_at(first: u64) -> Self {
        Self(AtomicU64::new(if first < Self::LIMIT { first } else { Self::LIMIT }))
    }

    /// Take the next counter.
    #[inline]
    pub fn next(&self) -> Result<u64, CounterExhausted> {
        // Only uniqueness matters, and that is the addition's; nothing is published through the counter.
        let counter = self.0.fetch_add(1, Ordering::Relaxed);
        if counter >= Self::LIMIT { Err(self.refuse()) } else { Ok(counter) }
    }

    /// The counter that the next packet gets (`current_tx_counter`); others may take it first.
    #[inline]
    pub fn current(&self) -> u64 {
        self.0.load(Ordering::Relaxed).min(Self::LIMIT)
    }

    #[cold]
    fn refuse(&self) -> CounterExhausted {
        self.0.store(Self::LIMIT, Ordering::Relaxed);
        CounterExhausted { limit: Self::LIMIT }
    }
}

impl Default for TxCounter {
    fn default() -> Self {
        Self::new()
    }
}
