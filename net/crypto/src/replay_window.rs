//! The replay window of a session: each counter is admitted once, within 1024 of the highest.
//!
//! Plain data, owned by whoever owns the session: no lock, no allocation. A counter's bit is its low ten bits, so
//! moving forward clears the bits passed over and shifts nothing. Admit only after the tag was verified, or a
//! forger could move the window.

const WINDOW: u64 = 1024;
const WORDS: usize = (WINDOW / 64) as usize;

/// Which counters of a session were seen.
#[derive(Clone, Debug)]
pub struct ReplayWindow {
    /// Highest admitted + 1.
    next: u64,
    seen: [u64; WORDS],
}

/// How an admitted counter stands to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// Within the window, ahead of the highest or behind it.
    InReach,
    /// So far ahead that nothing seen before is tracked any more: a loss worth telling of, or a sender gone wrong.
    Jumped {
        /// Counters between the highest before and this one; they are refused from now on, but for the last 1023.
        passed: u64,
    },
}

/// Why a counter is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdmitError {
    /// Seen before.
    #[error("replay window: counter {counter} was admitted before")]
    Replayed {
        /// Counter seen.
        counter: u64,
    },
    /// Too far behind the highest counter to tell.
    #[error("replay window: counter {counter} is {age} behind the highest, at most {} are tracked", WINDOW - 1)]
    TooOld {
        /// Counter seen.
        counter: u64,
        /// Its distance from the highest.
        age: u64,
    },
    /// 2^64-1, which no sender may use.
    #[error("replay window: counter {} is never used", u64::MAX)]
    Reserved,
}

impl ReplayWindow {
    /// Counters that are tracked behind the highest, itself included.
    pub const SIZE: u64 = WINDOW;

    /// Nothing seen.
    pub const fn new() -> Self {
        Self { next: 0, seen: [0; WORDS] }
    }

    /// Admit the counter of an opened packet (`try_admit_rx_counter`), or refuse it and change nothing. Any distance
    /// ahead is admitted; more than 1023 is told as [`Admitted::Jumped`].
    #[inline]
    pub fn admit(&mut self, counter: u64) -> Result<Admitted, AdmitError> {
        let admitted = if counter >= self.next {
            if counter == u64::MAX {
                return Err(AdmitError::Reserved);
            }
            self.advance_to(counter)
        } else {
            self.check_behind(counter)?;
            Admitted::InReach
        };
        let (word, bit) = position(counter);
        self.seen[word] |= bit;
        Ok(admitted)
    }

    /// A guess before opening whether a counter is worth it (`is_valid_rx_counter`). Unlike
    /// [`admit`](Self::admit) it distrusts jumps of more than 1024, so it must not decide on the receive path.
    pub fn is_plausible(&self, counter: u64) -> bool {
        if counter >= self.next {
            counter != u64::MAX && counter - self.next <= WINDOW
        } else {
            self.check_behind(counter).is_ok()
        }
    }

    /// Highest admitted counter + 1, or 0.
    #[inline]
    pub fn next_expected(&self) -> u64 {
        self.next
    }

    #[inline]
    fn check_behind(&self, counter: u64) -> Result<(), AdmitError> {
        let age = self.next - 1 - counter;
        if age >= WINDOW {
            return Err(AdmitError::TooOld { counter, age });
        }
        let (word, bit) = position(counter);
        if self.seen[word] & bit != 0 { Err(AdmitError::Replayed { counter }) } else { Ok(()) }
    }

    /// Forget what leaves the window when `counter` becomes the highest.
    #[inline]
    fn advance_to(&mut self, counter: u64) -> Admitted {
        let passed = counter - self.next;
        self.next = counter + 1;
        // The counters passed and this one make a whole window.
        if passed >= WINDOW - 1 {
            self.seen = [0; WORDS];
            Admitted::Jumped { passed }
        } else {
            for skipped in counter - passed..=counter {
                let (word, bit) = position(skipped);
                self.seen[word] &= !bit;
            }
            Admitted::InReach
        }
    }
}

impl Default for ReplayWindow {
    fn default() -> Self {
        Self::new()
    }
}

#[inline]
fn position(counter: u64) -> (usize, u64) {
    let slot = counter % WINDOW;
    ((slot / 64) as usize, 1 << (slot % 64))
}
