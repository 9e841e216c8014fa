//! A pool that hands builders around by value. `ring` sizes its key for its largest algorithm, so a builder with the
//! key inline has 816 bytes, and each move in and out of the queue copies them all; behind a pointer 264 are left.
//!
//! Cost over the pointers that the pools in use move: the builder, copied twice or more a cycle.
use crossbeam_queue::ArrayQueue;
use perfkit_harness::{Answer, Meter, ensure};
use std::hint::black_box;

pub(crate) fn inline_key(meter: &mut impl Meter, builders: u64) {
    get_return::<{ 816 / 8 }>(meter, builders);
}

pub(crate) fn boxed_key(meter: &mut impl Meter, builders: u64) {
    get_return::<{ 264 / 8 }>(meter, builders);
}

/// As large as a builder; the first word is its number.
struct Builder<const WORDS: usize>([u64; WORDS]);

struct Guard<'a, const WORDS: usize> {
    /// `None` only while dropping.
    builder: Option<Builder<WORDS>>,
    pool: &'a ArrayQueue<Builder<WORDS>>,
}

impl<const WORDS: usize> Drop for Guard<'_, WORDS> {
    #[inline]
    fn drop(&mut self) {
        if let Some(builder) = self.builder.take() {
            let _ = self.pool.push(builder);
        }
    }
}

fn get_return<const WORDS: usize>(meter: &mut impl Meter, builders: u64) {
    let pool = ArrayQueue::new(builders as usize);
    for number in 0..builders {
        let _ = pool.push(Builder([number; WORDS]));
    }
    meter.measure(
        || {
            let guard = Guard { builder: pool.pop(), pool: &pool };
            // The caller's use: the builder lies in the guard, whole.
            let Builder(words) = black_box(&guard).builder.as_ref()?;
            Some((words[0], words[WORDS - 1]))
        },
        |ends| is_builder(*ends, builders, pool.len()),
    );
}

/// Whether a whole builder of the pool was lent, and is in again.
fn is_builder(ends: Option<(u64, u64)>, builders: u64, available: usize) -> Answer {
    ensure!(
        ends.is_some_and(|(first, last)| first == last && first < builders) && available as u64 == builders,
        "builder {ends:?} (first, last word) is none of {builders}, or {available} are in"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_torn_or_missing_builder_is_refused() {
        is_builder(Some((3, 3)), 4, 4).unwrap();
        assert!(is_builder(Some((4, 4)), 4, 4).is_err());
        assert!(is_builder(Some((3, 2)), 4, 4).is_err());
        assert!(is_builder(Some((3, 3)), 4, 3).is_err());
        assert!(is_builder(None, 4, 4).is_err());
    }
}
