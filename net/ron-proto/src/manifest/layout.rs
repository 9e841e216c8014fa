//! The bytes of a manifest as a function of its id and size, in pieces: a head, one piece a chunk, a tail.
//!
//! Most chunks differ in two bytes. *Regular* ones are full, and their offset takes a four-byte number: chunks 1 to
//! 65 535, the last one left out. They have 23 bytes, of which the 20th and 21st are the chunk's index.
use crate::cbor::{Head, Items, Major, Stack, sealed::Sink};
use crate::chunks::{self, Chunk};
use crate::limits::CHUNK_SIZE;
use std::ops::Range;

/// In front of the id's text.
pub(super) const ID: [u8; 6] = *b"\xA4\x62id\x78\x43";
/// In front of the size.
pub(super) const SIZE: [u8; 5] = *b"\x64size";
/// In front of the array.
pub(super) const CHUNKS: [u8; 7] = *b"\x66chunks";
/// Behind the chunks.
pub(super) const TAIL: [u8; 9] = *b"\x67version\x02";

/// A regular chunk up to its index.
pub(super) const REGULAR_HEAD: [u8; 19] = *b"\xA2\x64size\x1A\x00\x01\x00\x00\x66offset\x1A";
/// A regular chunk behind its index.
pub(super) const REGULAR_TAIL: [u8; 2] = [0, 0];
/// Bytes of a regular chunk.
pub(super) const REGULAR_LEN: usize = REGULAR_HEAD.len() + 2 + REGULAR_TAIL.len();
/// The first index whose offset takes an eight-byte number.
const WIDE_OFFSETS_FROM: u64 = 1 << 16;

const _: () = assert!(CHUNK_SIZE == 0x0001_0000 && CHUNK_SIZE as u64 * WIDE_OFFSETS_FROM == 1 << 32);

/// The largest head: the id, and two numbers of nine bytes.
pub(super) type HeadPiece = Stack<{ 6 + 67 + 5 + 9 + 7 + 9 }>;
/// The largest chunk: `a2`, two keys, a size of five bytes and an offset of nine.
pub(super) type ChunkPiece = Stack<27>;

/// Bytes in front of the first chunk.
#[inline]
pub(super) fn head(id_text: &[u8; 67], size: u64) -> HeadPiece {
    let mut piece = HeadPiece::new();
    piece.put(&ID);
    piece.put(id_text);
    piece.put(&SIZE);
    piece.uint(size);
    piece.put(&CHUNKS);
    piece.put(array_head(size).as_slice());
    piece
}

#[inline]
pub(super) fn array_head(size: u64) -> Head {
    Head::new(Major::Array, chunks::chunk_count(size))
}

/// Bytes of any chunk.
#[inline]
pub(super) fn chunk(chunk: Chunk) -> ChunkPiece {
    let mut piece = ChunkPiece::new();
    piece.put(b"\xA2\x64size");
    piece.uint(chunk.size.into());
    piece.put(b"\x66offset");
    piece.uint(chunk.offset);
    piece
}

/// Bytes of the regular chunk `index`.
#[inline]
pub(super) fn regular_chunk(index: u16) -> [u8; REGULAR_LEN] {
    let mut bytes = [0; REGULAR_LEN];
    bytes[..19].copy_from_slice(&REGULAR_HEAD);
    bytes[19..21].copy_from_slice(&index.to_be_bytes());
    bytes
}

/// Indices of the regular chunks of an object.
#[inline]
pub(super) fn regular(size: u64) -> Range<u64> {
    1..chunks::chunk_count(size).saturating_sub(1).clamp(1, WIDE_OFFSETS_FROM)
}

/// Bytes of the manifest of an object of `size` bytes.
#[inline]
pub(super) const fn encoded_len(size: u64) -> u64 {
    let count = chunks::chunk_count(size);
    let around = (ID.len() + 67 + SIZE.len() + CHUNKS.len() + TAIL.len()) as u64;
    let numbers = Head::len(size) + Head::len(count);
    if count == 0 {
        return around + numbers;
    }
    let last = count - 1;
    // Each chunk has a head and two keys, each but the last a size of five bytes.
    let keys = 13 * count;
    let sizes = 5 * last + Head::len(size - last * CHUNK_SIZE as u64);
    // An offset takes one byte for chunk 0, five below the wide ones, nine from there.
    let narrow = if last < WIDE_OFFSETS_FROM { last } else { WIDE_OFFSETS_FROM - 1 };
    let offsets = 1 + 5 * narrow + 9 * (last - narrow);
    around + numbers + keys + sizes + offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_chunks_are_what_any_chunk_is() {
        for count in [1, 2, 3, 4, 100, 65_535, 65_536, 65_537, 65_538, 65_600] {
            let size = (count - 1) * 65_536 + 5;
            let regular = regular(size);
            for (index, each) in (0..).zip(chunks::chunks(size)) {
                let piece = chunk(each);
                let is_regular = each.size == CHUNK_SIZE && (1..65_536).contains(&index) && index + 1 < count;
                assert_eq!(regular.contains(&index), is_regular, "{index} of {count}");
                if is_regular {
                    assert_eq!(piece.as_slice(), regular_chunk(index as u16));
                }
            }
        }
    }

    #[test]
    fn the_length_is_the_sum_of_the_pieces() {
        let edges = [0, 1, 23, 24, 255, 256, 65_535, 65_536, 65_537];
        for chunks_before in [0, 1, 2, 22, 23, 24, 254, 255, 256, 65_534, 65_535, 65_536, 65_537] {
            for size in edges.map(|edge| chunks_before * 65_536u64 + edge) {
                let pieces: usize = chunks::chunks(size).map(|each| chunk(each).as_slice().len()).sum();
                let len = head(&[0; 67], size).as_slice().len() + pieces + TAIL.len();
                assert_eq!(encoded_len(size), len as u64, "{size}");
            }
        }
        assert_eq!([0, 131_072, 1 << 20, 1 << 26].map(encoded_len), [96, 142, 464, 23_650]);
        // No overflow at the end of the range.
        assert!(encoded_len(u64::MAX) > 26 << 48);
    }
}
