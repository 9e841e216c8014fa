//! The logical chunks of an object: 64 KiB each, the last one what is left.
//!
//! The list is a function of the object's size, so it is computed and never stored. Every chunk but the last is full, the
//! last has 1 to 65 536 bytes, and an object of no bytes has no chunk.
use crate::limits::CHUNK_SIZE;
use std::iter::FusedIterator;

const FULL: u64 = CHUNK_SIZE as u64;

/// A part of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chunk {
    /// Its bytes, 1 to [`CHUNK_SIZE`].
    pub size: u32,
    /// Where it begins in the object.
    pub offset: u64,
}

/// The chunks of an object, in ascending offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunks {
    size: u64,
    next: u64,
    end: u64,
}

/// How many chunks an object of `size` bytes has.
#[inline]
pub const fn chunk_count(size: u64) -> u64 {
    size.div_ceil(FULL)
}

/// The chunks of an object of `size` bytes.
#[inline]
pub const fn chunks(size: u64) -> Chunks {
    Chunks { size, next: 0, end: chunk_count(size) }
}

/// Chunk `index` of an object of `size` bytes; `None` where it has fewer.
#[inline]
pub const fn chunk(size: u64, index: u64) -> Option<Chunk> {
    if index >= chunk_count(size) {
        return None;
    }
    let offset = index * FULL;
    let left = size - offset;
    Some(Chunk { size: if left < FULL { left as u32 } else { CHUNK_SIZE }, offset })
}

impl Iterator for Chunks {
    type Item = Chunk;

    #[inline]
    fn next(&mut self) -> Option<Chunk> {
        self.nth(0)
    }

    #[inline]
    fn nth(&mut self, skipped: usize) -> Option<Chunk> {
        let index = self.next.saturating_add(skipped as u64).min(self.end);
        self.next = index.saturating_add(1).min(self.end);
        if index < self.end { chunk(self.size, index) } else { None }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        // 2^48 at most, which 32-bit machines cannot say.
        let left = usize::try_from(self.end - self.next);
        (left.unwrap_or(usize::MAX), left.ok())
    }
}

impl DoubleEndedIterator for Chunks {
    #[inline]
    fn next_back(&mut self) -> Option<Chunk> {
        if self.next == self.end {
            return None;
        }
        self.end -= 1;
        chunk(self.size, self.end)
    }
}

impl FusedIterator for Chunks {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule in other words: cut full chunks off until nothing is left.
    fn cut(size: u64) -> Vec<Chunk> {
        let (mut list, mut offset) = (Vec::new(), 0);
        while offset < size {
            let size = (size - offset).min(65_536);
            list.push(Chunk { size: size as u32, offset });
            offset += size;
        }
        list
    }

    #[test]
    fn sizes_around_whole_chunks_are_cut_by_the_rule() {
        for whole in [0, 1, 2, 3, 16, 23, 24, 256, 65_537] {
            for size in (whole * 65_536u64).saturating_sub(2)..=whole * 65_536 + 2 {
                let list: Vec<Chunk> = chunks(size).collect();
                assert_eq!(list, cut(size), "{size}");
                assert_eq!(list.len() as u64, chunk_count(size));
            }
        }
    }

    #[test]
    fn both_ends_and_skipping_give_the_same_chunks() {
        let list = cut(5 * 65_536 + 7);
        let size = 5 * 65_536 + 7;
        assert!(chunks(size).rev().eq(list.iter().copied().rev()));
        for skipped in 0..8 {
            let mut some = chunks(size);
            assert_eq!(some.nth(skipped), list.get(skipped).copied());
            assert!(some.eq(list.iter().copied().skip(skipped + 1)));
        }
        let mut both = chunks(size);
        let _ = both.next();
        let _ = both.next_back();
        assert_eq!(both.size_hint(), (4, Some(4)));
        assert!(both.eq(list[1..5].iter().copied()));
        assert_eq!(chunk(size, 6), None);
    }

    #[test]
    fn the_largest_object_has_2_to_the_48_chunks() {
        assert_eq!(chunk_count(u64::MAX), 1 << 48);
        let last = chunks(u64::MAX).next_back().unwrap();
        assert_eq!((last.size, last.offset), (65_535, u64::MAX - 65_535));
    }
}
