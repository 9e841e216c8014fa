//! Event frames into a growing buffer, new or reused, and out of a payload.
//!
//! Cost: a length and one copy an event; a new buffer is one allocation, a reused one and reading borrowed none. Written
//! rows of one event differ by the allocator alone. Events that own their bytes cost a reference count each, and the
//! list that holds them is one allocation.
use bytes::{Bytes, BytesMut};
use net_wire::frames;
use net_wire::limits::EVENT_PREFIX_SIZE;
use perfkit_harness::{Answer, Meter, ensure};
use std::{cell::RefCell, hint::black_box};

const BATCH_EVENT_SIZE: usize = 64;
const READ_EVENTS: usize = 10;

/// A new buffer of the size of the frame.
pub(crate) fn write_single(meter: &mut impl Meter, size: u64) {
    write_to_new_buffer(meter, &events(1, size as usize));
}

/// A new buffer of the size of all frames.
pub(crate) fn write_batch(meter: &mut impl Meter, count: u64) {
    write_to_new_buffer(meter, &events(count as usize, BATCH_EVENT_SIZE));
}

fn write_to_new_buffer(meter: &mut impl Meter, events: &[Vec<u8>]) {
    let expected = payload(events);
    meter.measure(
        || {
            let mut buffer = BytesMut::with_capacity(black_box(expected.len()));
            let written = frames::append(&mut buffer, black_box(events));
            (written, buffer)
        },
        |(written, buffer)| is_payload(written, buffer, &expected),
    );
}

/// One buffer for all operations: the allocator is not asked.
pub(crate) fn write_single_reused(meter: &mut impl Meter, size: u64) {
    let events = events(1, size as usize);
    let expected = payload(&events);
    let buffer = RefCell::new(BytesMut::with_capacity(expected.len()));
    meter.measure(
        || {
            let mut buffer = buffer.borrow_mut();
            buffer.clear();
            frames::append(&mut *buffer, black_box(&events))
        },
        |written| is_payload(written, &buffer.borrow(), &expected),
    );
}

/// Ten slices that share the payload's storage, in a new list of their number.
pub(crate) fn read_batch_10(meter: &mut impl Meter, _: u64) {
    let events = events(READ_EVENTS, BATCH_EVENT_SIZE);
    let payload = Bytes::from(payload(&events));
    meter.measure(
        || {
            let frames = frames::read_bytes(black_box(&payload).clone(), READ_EVENTS as u16);
            // Sized by what the bytes bound, as the catalogue's reader is; `collect` starts at four and grows twice.
            let mut read: Vec<Bytes> = Vec::with_capacity(frames.size_hint().1.unwrap_or(0));
            read.extend(frames);
            read
        },
        |read| are_events(read.iter().map(|event| Some(&event[..])), &events),
    );
}

/// Ten slices of a borrowed payload.
pub(crate) fn read_borrowed_10(meter: &mut impl Meter, _: u64) {
    let events = events(READ_EVENTS, BATCH_EVENT_SIZE);
    let payload = payload(&events);
    meter.measure(
        || {
            let mut frames = frames::read(black_box(&payload), READ_EVENTS as u16);
            std::array::from_fn::<_, READ_EVENTS, _>(|_| frames.next())
        },
        |read| are_events(read.iter().copied(), &events),
    );
}

fn is_payload(written: &Result<usize, frames::FrameError>, buffer: &[u8], expected: &[u8]) -> Answer {
    ensure!(
        *written == Ok(expected.len()) && buffer == expected,
        "wrote {written:?} of {} bytes, or other bytes than these",
        expected.len()
    )
}

fn are_events<'a>(read: impl Iterator<Item = Option<&'a [u8]>>, expected: &'a [Vec<u8>]) -> Answer {
    ensure!(
        read.eq(expected.iter().map(|event| Some(event.as_slice()))),
        "the payload holds {} events of {BATCH_EVENT_SIZE} bytes; others were read",
        expected.len()
    )
}

fn events(count: usize, size: usize) -> Vec<Vec<u8>> {
    vec![vec![0x42; size]; count]
}

/// What `events` are framed as, by the rule and not by the crate under test.
fn payload(events: &[Vec<u8>]) -> Vec<u8> {
    let mut payload = Vec::new();
    for event in events {
        let prefix: [u8; EVENT_PREFIX_SIZE] = (event.len() as u32).to_le_bytes();
        payload.extend(prefix);
        payload.extend(event);
    }
    payload
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_with_a_wrong_length_or_byte_is_refused() {
        let expected = payload(&events(2, 64));
        is_payload(&Ok(136), &expected, &expected).unwrap();
        assert!(is_payload(&Ok(135), &expected, &expected).is_err());
        assert!(is_payload(&Ok(136), &expected[1..], &expected).is_err());
        let mut wrong = expected.clone();
        wrong[70] ^= 1;
        assert!(is_payload(&Ok(136), &wrong, &expected).is_err());
    }

    #[test]
    fn a_missing_or_wrong_event_is_refused() {
        let events = events(2, 64);
        let check = |read: &[Option<&[u8]>]| are_events(read.iter().copied(), &events);
        check(&[Some(&[0x42; 64]), Some(&[0x42; 64])]).unwrap();
        assert!(check(&[Some(&[0x42; 64]), None]).is_err());
        assert!(check(&[Some(&[0x42; 64])]).is_err());
        assert!(check(&[Some(&[0x42; 64]), Some(&[0x42; 63])]).is_err());
    }
}
