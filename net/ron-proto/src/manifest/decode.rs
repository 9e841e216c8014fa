//! Reading manifests that are as they must be.
//!
//! After the id and the size every byte is known, so the rest is compared, not parsed: its length first, then its pieces.
//! Cost: some twenty instructions a chunk. Anything unexpected ends in `None`, and [`diagnose`](super::diagnose) says why.
use super::{ObjectManifestV2, layout};
use crate::cbor::Reader;
use crate::chunks;
use crate::{ContentId, cbor::Head};

/// Bytes up to the size.
const ID_END: usize = layout::ID.len() + ContentId::TEXT_LEN;
const SIZE_AT: usize = ID_END + layout::SIZE.len();

/// The manifest whose encoding `bytes` are.
#[inline]
pub(super) fn canonical(bytes: &[u8]) -> Option<ObjectManifestV2> {
    let (head, rest) = bytes.split_first_chunk::<SIZE_AT>()?;
    if head[..layout::ID.len()] != layout::ID || head[ID_END..] != layout::SIZE {
        return None;
    }
    let id = ContentId::parse(&head[layout::ID.len()..ID_END]).ok()?;
    let mut reader = Reader::new(rest);
    let size = reader.uint().ok()?;
    if reader.position() as u64 != Head::len(size) || bytes.len() as u64 != layout::encoded_len(size) {
        return None;
    }
    lists_chunks(reader.rest(), size)?.then_some(ObjectManifestV2::new(id, size))
}

/// Whether what follows the size is what follows this size.
#[inline]
fn lists_chunks(rest: &[u8], size: u64) -> Option<bool> {
    let rest = rest.strip_prefix(&layout::CHUNKS)?.strip_prefix(layout::array_head(size).as_slice())?;
    let mut rest = rest.strip_suffix(&layout::TAIL)?;
    let (count, regular) = (chunks::chunk_count(size), layout::regular(size));
    if count > 0 {
        rest = strip_chunk(rest, size, 0)?;
    }
    let regular_len = (regular.end - regular.start) as usize * layout::REGULAR_LEN;
    let (blocks, mut rest) = rest.split_at_checked(regular_len)?;
    if !are_regular(blocks.as_chunks().0) {
        return None;
    }
    for index in regular.end..count {
        rest = strip_chunk(rest, size, index)?;
    }
    Some(rest.is_empty())
}

#[inline]
fn strip_chunk(bytes: &[u8], size: u64, index: u64) -> Option<&[u8]> {
    bytes.strip_prefix(layout::chunk(chunks::chunk(size, index)?).as_slice())
}

/// Whether the blocks are the regular chunks from 1 on.
#[inline]
fn are_regular(blocks: &[[u8; layout::REGULAR_LEN]]) -> bool {
    (1u32..).zip(blocks).all(|(index, block)| {
        let [head @ .., high, low, zero, last] = block;
        *head == layout::REGULAR_HEAD
            && u32::from_be_bytes([0, 0, *high, *low]) == index
            && [*zero, *last] == layout::REGULAR_TAIL
    })
}
