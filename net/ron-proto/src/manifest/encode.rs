//! Writing manifests: into a buffer that is sized once, or piece by piece into whatever room there is.
use super::{ObjectManifestV2, layout};
use crate::chunks;
use crate::limits::MAX_PAYLOAD;
use std::io;

/// A manifest too large for where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the manifest has {len} bytes, at most {limit} are allowed")]
pub struct EncodeError {
    /// Bytes it has.
    pub len: u64,
    /// Bytes allowed.
    pub limit: u32,
}

impl EncodeError {
    /// The error's name in the taxonomy.
    pub const fn name(&self) -> &'static str {
        "TooLarge"
    }
}

impl ObjectManifestV2 {
    /// Bytes of the encoding. A few additions, however many chunks there are.
    #[inline]
    pub const fn encoded_len(&self) -> u64 {
        layout::encoded_len(self.size)
    }

    /// The encoding, in one allocation of its size; at most [`MAX_PAYLOAD`] bytes.
    #[inline]
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut out = Vec::new();
        self.encode_into(&mut out)?;
        Ok(out)
    }

    /// Append the encoding, at most [`MAX_PAYLOAD`] bytes. Allocates only what the buffer lacks in room.
    #[inline]
    pub fn encode_into(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.encode_with_limit(out, MAX_PAYLOAD)
    }

    /// Append the encoding, at most `limit` bytes.
    pub fn encode_with_limit(&self, out: &mut Vec<u8>, limit: u32) -> Result<(), EncodeError> {
        let len = self.encoded_len();
        if len > limit.into() {
            return Err(EncodeError { len, limit });
        }
        out.reserve(len as usize);
        out.extend_from_slice(layout::head(&self.id.to_text(), self.size).as_slice());
        let (count, regular) = (self.chunk_count(), layout::regular(self.size));
        self.encode_chunks(out, 0..count.min(1));
        for index in regular.clone() {
            // Regular indices fit.
            out.extend_from_slice(&layout::regular_chunk(index as u16));
        }
        self.encode_chunks(out, regular.end..count);
        out.extend_from_slice(&layout::TAIL);
        debug_assert!(out.len() as u64 >= len);
        Ok(())
    }

    fn encode_chunks(&self, out: &mut Vec<u8>, indices: std::ops::Range<u64>) {
        for chunk in indices.filter_map(|index| chunks::chunk(self.size, index)) {
            out.extend_from_slice(layout::chunk(chunk).as_slice());
        }
    }

    /// The encoding as a stream of bytes in constant memory, of any length.
    pub fn encoder(&self) -> ManifestEncoder {
        ManifestEncoder {
            manifest: *self,
            piece: layout::head(&self.id.to_text(), self.size),
            sent: 0,
            next: 0,
        }
    }
}

/// Writes a manifest bit by bit. It stops anywhere and goes on from there; nothing is allocated.
///
/// ```
/// use ron_proto::{ContentId, ObjectManifestV2};
///
/// let manifest = ObjectManifestV2::new(ContentId::of(b""), 300_000);
/// let (mut encoder, mut bytes, mut room) = (manifest.encoder(), Vec::new(), [0; 7]);
/// loop {
///     let filled = encoder.fill(&mut room);
///     if filled == 0 {
///         break;
///     }
///     bytes.extend_from_slice(&room[..filled]);
/// }
/// assert_eq!(bytes, manifest.encode()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ManifestEncoder {
    manifest: ObjectManifestV2,
    piece: layout::HeadPiece,
    /// Bytes of `piece` that were handed out.
    sent: usize,
    /// Pieces behind `piece` that were made: chunk `next` follows, or the tail behind the last one.
    next: u64,
}

impl ManifestEncoder {
    /// Write as much as there is room for and say how much that was: less than there is room only at the end.
    pub fn fill(&mut self, out: &mut [u8]) -> usize {
        let mut filled = 0;
        while let Some(room) = out.get_mut(filled..).filter(|room| !room.is_empty()) {
            let left = self.piece.as_slice().get(self.sent..).unwrap_or_default();
            let len = left.len().min(room.len());
            room[..len].copy_from_slice(&left[..len]);
            self.sent += len;
            filled += len;
            if len == left.len() && !self.advance() {
                break;
            }
        }
        filled
    }

    /// Make the next piece, where there is one.
    fn advance(&mut self) -> bool {
        use crate::cbor::sealed::Sink;
        let count = self.manifest.chunk_count();
        let mut piece = layout::HeadPiece::new();
        match chunks::chunk(self.manifest.size, self.next) {
            Some(chunk) => piece.put(layout::chunk(chunk).as_slice()),
            None if self.next == count => piece.put(&layout::TAIL),
            None => return false,
        }
        (self.piece, self.sent) = (piece, 0);
        self.next += 1;
        true
    }
}

impl io::Read for ManifestEncoder {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        Ok(self.fill(out))
    }
}
