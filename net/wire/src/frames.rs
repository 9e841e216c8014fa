//! Event frames: a payload is `event_count` times a length (u32) and that many bytes.
//!
//! Writing goes straight into the caller's buffer, so an event is copied once. Reading borrows, stops at the
//! first frame that does not fit, ignores what follows the last one, and never allocates by a count from outside.
use crate::limits::{EVENT_PREFIX_SIZE, MAX_EVENT_SIZE, MAX_EVENTS_PER_PACKET, MAX_PAYLOAD_SIZE};
use bytes::{Buf, BufMut, Bytes};

/// Why events do not make a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// More events than a packet holds.
    #[error("event frames: at most {MAX_EVENTS_PER_PACKET} events, got {count}")]
    TooManyEvents {
        /// Events given.
        count: usize,
    },
    /// An event that no packet holds: there is no fragmentation.
    #[error("event frames: an event has at most {MAX_EVENT_SIZE} bytes, event {index} has {len}")]
    EventTooLong {
        /// Which event.
        index: usize,
        /// Its length.
        len: usize,
    },
    /// Together the events are more than a packet holds.
    #[error("event frames: a payload has at most {MAX_PAYLOAD_SIZE} bytes, these events need {len}")]
    PayloadTooLong {
        /// Bytes needed, frames and all, up to the event that broke the limit.
        len: usize,
    },
    /// The buffer ends first.
    #[error("event frames: the buffer has {capacity} bytes, these events need {len}")]
    BufferFull {
        /// Bytes of the buffer.
        capacity: usize,
        /// Bytes needed, up to the event that did not fit.
        len: usize,
    },
}

/// Payload bytes that these events take.
#[inline]
pub fn encoded_len(events: &[impl AsRef<[u8]>]) -> usize {
    events.iter().map(|event| EVENT_PREFIX_SIZE + event.as_ref().len()).sum()
}

/// Frame `events` at the start of `out`; returns the bytes written. On an error `out` holds whatever fitted.
#[inline]
pub fn write(out: &mut [u8], events: &[impl AsRef<[u8]>]) -> Result<usize, FrameError> {
    if events.len() > MAX_EVENTS_PER_PACKET {
        return Err(FrameError::TooManyEvents { count: events.len() });
    }
    let mut writer = FrameWriter::new(out);
    for event in events {
        writer.push(event.as_ref())?;
    }
    Ok(writer.payload_len())
}

/// Frame `events` at the end of a growing buffer (a `Vec<u8>`, a `BytesMut`); returns the bytes appended.
/// Nothing is appended on an error.
#[inline]
pub fn append(out: &mut impl BufMut, events: &[impl AsRef<[u8]>]) -> Result<usize, FrameError> {
    if events.len() > MAX_EVENTS_PER_PACKET {
        return Err(FrameError::TooManyEvents { count: events.len() });
    }
    let mut total = 0;
    for (index, event) in events.iter().enumerate() {
        let len = event.as_ref().len();
        if len > MAX_EVENT_SIZE {
            return Err(FrameError::EventTooLong { index, len });
        }
        total += EVENT_PREFIX_SIZE + len;
        if total > MAX_PAYLOAD_SIZE {
            return Err(FrameError::PayloadTooLong { len: total });
        }
    }
    if total > out.remaining_mut() {
        return Err(FrameError::BufferFull { capacity: out.remaining_mut(), len: total });
    }
    for event in events {
        let event = event.as_ref();
        out.put_u32_le(event.len() as u32);
        out.put_slice(event);
    }
    Ok(total)
}

/// Frames events one by one into a borrowed buffer, within the limits of a packet.
#[derive(Debug)]
pub struct FrameWriter<'a> {
    out: &'a mut [u8],
    len: usize,
    count: usize,
}

impl<'a> FrameWriter<'a> {
    /// Write from the start of `out`; more than [`MAX_PAYLOAD_SIZE`] bytes of it are never used.
    #[inline]
    pub fn new(out: &'a mut [u8]) -> Self {
        Self { out, len: 0, count: 0 }
    }

    /// Append one event. On an error nothing is appended: the packet so far may be sent and a next one begun.
    #[inline]
    pub fn push(&mut self, event: &[u8]) -> Result<(), FrameError> {
        if event.len() > MAX_EVENT_SIZE || self.count == MAX_EVENTS_PER_PACKET {
            return Err(self.refuse(event.len()));
        }
        let start = self.len;
        let end = start + EVENT_PREFIX_SIZE + event.len();
        if end > MAX_PAYLOAD_SIZE {
            return Err(self.refuse(event.len()));
        }
        let Some(frame) = self.out.get_mut(start..end) else { return Err(self.refuse(event.len())) };
        let Some((prefix, body)) = frame.split_first_chunk_mut::<EVENT_PREFIX_SIZE>() else {
            return Err(self.refuse(event.len()));
        };
        *prefix = (event.len() as u32).to_le_bytes();
        body.copy_from_slice(event);
        self.len = end;
        self.count += 1;
        Ok(())
    }

    /// Bytes written.
    #[inline]
    pub fn payload_len(&self) -> usize {
        self.len
    }

    /// Events written.
    #[inline]
    pub fn event_count(&self) -> usize {
        self.count
    }

    #[cold]
    fn refuse(&self, event_len: usize) -> FrameError {
        if event_len > MAX_EVENT_SIZE {
            return FrameError::EventTooLong { index: self.count, len: event_len };
        }
        if self.count == MAX_EVENTS_PER_PACKET {
            return FrameError::TooManyEvents { count: self.count + 1 };
        }
        let len = self.len + EVENT_PREFIX_SIZE + event_len;
        if len > MAX_PAYLOAD_SIZE {
            FrameError::PayloadTooLong { len }
        } else {
            FrameError::BufferFull { capacity: self.out.len(), len }
        }
    }
}

/// The events of a payload, borrowed.
#[inline]
pub fn read(payload: &[u8], event_count: u16) -> Frames<'_> {
    Frames { rest: payload, left: event_count }
}

/// The events of a payload as slices that share its storage. Each is a reference count, not a copy.
#[inline]
pub fn read_bytes(payload: Bytes, event_count: u16) -> BytesFrames {
    BytesFrames { rest: payload, left: event_count }
}

/// Iterator of [`read`].
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    rest: &'a [u8],
    left: u16,
}

impl<'a> Iterator for Frames<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        let event = first_frame(self.rest, self.left)?;
        self.rest = &self.rest[EVENT_PREFIX_SIZE + event.len()..];
        self.left -= 1;
        Some(event)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(most_events(self.rest.len(), self.left)))
    }
}

/// Iterator of [`read_bytes`].
#[derive(Clone, Debug)]
pub struct BytesFrames {
    rest: Bytes,
    left: u16,
}

impl Iterator for BytesFrames {
    type Item = Bytes;

    #[inline]
    fn next(&mut self) -> Option<Bytes> {
        let len = first_frame(&self.rest, self.left)?.len();
        self.rest.advance(EVENT_PREFIX_SIZE);
        self.left -= 1;
        Some(self.rest.split_to(len))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(most_events(self.rest.len(), self.left)))
    }
}

#[inline]
fn first_frame(rest: &[u8], left: u16) -> Option<&[u8]> {
    if left == 0 {
        return None;
    }
    let (prefix, body) = rest.split_first_chunk::<EVENT_PREFIX_SIZE>()?;
    body.get(..u32::from_le_bytes(*prefix) as usize)
}

/// The header's count is a claim; the bytes bound it.
#[inline]
fn most_events(bytes: usize, claimed: u16) -> usize {
    usize::from(claimed).min(bytes / EVENT_PREFIX_SIZE)
}
