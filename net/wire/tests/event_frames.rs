//! Event frames against `event_frames.json`, and behaviour at every limit.
#![cfg(test)]
mod support;

use bytes::{Bytes, BytesMut};
use net_wire::limits::{MAX_EVENT_SIZE, MAX_EVENTS_PER_PACKET, MAX_PAYLOAD_SIZE};
use net_wire::{FrameError, FrameWriter, frames};
use serde_json::Value;
use support::{cases, hex, load, name, number};

fn vectors() -> Value {
    load(include_str!("vectors/event_frames.json"))
}

fn events(case: &Value, field: &str) -> Vec<Vec<u8>> {
    case[field].as_array().unwrap().iter().map(hex).collect()
}

#[test]
fn every_vector_is_written_alike_by_each_writer_and_read_back() {
    for case in cases(&vectors(), "vectors") {
        let events = events(case, "events_hex");
        let frame = hex(&case["frame_hex"]);
        assert_eq!(frames::encoded_len(&events) as u64, number(&case["calculated_size"]), "{}", name(case));

        let mut out = [0xEE; 400];
        let len = frames::write(&mut out, &events).unwrap();
        assert_eq!(out[..len], frame, "{}", name(case));

        let mut appended = BytesMut::new();
        assert_eq!(frames::append(&mut appended, &events), Ok(len));
        assert_eq!(appended[..], frame, "{}", name(case));

        let count = events.len() as u16;
        assert_eq!(frames::read(&frame, count).collect::<Vec<_>>(), events, "{}", name(case));
        assert_eq!(frames::read_bytes(frame.into(), count).collect::<Vec<_>>(), events, "{}", name(case));
    }
}

#[test]
fn every_read_case_yields_the_stated_events_borrowed_and_owned() {
    for case in cases(&vectors(), "read_cases") {
        let payload = hex(&case["payload_hex"]);
        let count = number(&case["event_count"]) as u16;
        let expected = events(case, "events_returned_hex");
        assert_eq!(frames::read(&payload, count).collect::<Vec<_>>(), expected, "{}", name(case));
        assert_eq!(frames::read_bytes(payload.into(), count).collect::<Vec<_>>(), expected, "{}", name(case));
    }
}

#[test]
fn events_before_a_truncated_frame_are_kept() {
    let payload = b"\x03\0\0\0one\x03\0\0\0two\x05\0\0\0th";
    assert_eq!(frames::read(payload, 3).collect::<Vec<_>>(), [b"one", b"two"]);
    assert_eq!(frames::read_bytes(Bytes::from_static(payload), 3).collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn owned_events_share_the_payloads_storage() {
    let payload = Bytes::from_static(b"\x02\0\0\0ab\x01\0\0\0c");
    let start = payload.as_ptr();
    let events: Vec<Bytes> = frames::read_bytes(payload, 2).collect();
    assert_eq!(events, ["ab", "c"]);
    assert_eq!(events[0].as_ptr(), start.wrapping_add(4));
    assert_eq!(events[1].as_ptr(), start.wrapping_add(10));
}

#[test]
fn a_claimed_count_never_raises_the_size_hint_above_what_the_bytes_hold() {
    assert_eq!(frames::read(&[0; 11], u16::MAX).size_hint(), (0, Some(2)));
    assert_eq!(frames::read_bytes(Bytes::from_static(&[0; 11]), u16::MAX).size_hint(), (0, Some(2)));
    assert_eq!(frames::read(&[0; 11], 1).size_hint(), (0, Some(1)));
}

#[test]
fn an_event_of_8104_bytes_is_written_and_of_8105_refused_as_event_too_long() {
    let mut out = [0; MAX_PAYLOAD_SIZE + 100];
    assert_eq!(frames::write(&mut out, &[[7; MAX_EVENT_SIZE]]), Ok(MAX_PAYLOAD_SIZE));
    let refused = Err(FrameError::EventTooLong { index: 1, len: 8105 });
    assert_eq!(frames::write(&mut out, &[&[][..], &[7; 8105][..]]), refused);
    assert_eq!(frames::append(&mut Vec::new(), &[&[][..], &[7; 8105][..]]), refused);
}

#[test]
fn a_payload_of_8108_bytes_is_written_and_of_8109_refused_as_payload_too_long() {
    let mut out = [0; MAX_PAYLOAD_SIZE + 100];
    assert_eq!(frames::write(&mut out, &[&[1; 4000][..], &[2; 4100][..]]), Ok(8108));
    let refused = Err(FrameError::PayloadTooLong { len: 8109 });
    assert_eq!(frames::write(&mut out, &[&[1; 4000][..], &[2; 4101][..]]), refused);
    assert_eq!(frames::append(&mut Vec::new(), &[&[1; 4000][..], &[2; 4101][..]]), refused);
}

#[test]
fn packets_of_2027_events_are_written_and_of_2028_refused_as_too_many() {
    let mut out = [0; MAX_PAYLOAD_SIZE];
    assert_eq!(frames::write(&mut out, &[[0u8; 0]; MAX_EVENTS_PER_PACKET]), Ok(MAX_PAYLOAD_SIZE));
    let refused = Err(FrameError::TooManyEvents { count: 2028 });
    assert_eq!(frames::write(&mut out, &[[0u8; 0]; 2028]), refused);
    assert_eq!(frames::append(&mut Vec::new(), &[[0u8; 0]; 2028]), refused);

    let mut writer = FrameWriter::new(&mut out);
    for _ in 0..MAX_EVENTS_PER_PACKET {
        writer.push(&[]).unwrap();
    }
    assert_eq!(writer.push(&[]), Err(FrameError::TooManyEvents { count: 2028 }));
    assert_eq!((writer.event_count(), writer.payload_len()), (2027, 8108));
}

#[test]
fn a_refused_event_leaves_the_writer_as_it_was() {
    let mut out = [0; 12];
    let mut writer = FrameWriter::new(&mut out);
    writer.push(b"abcd").unwrap();
    assert_eq!(writer.push(b"x"), Err(FrameError::BufferFull { capacity: 12, len: 13 }));
    assert_eq!((writer.event_count(), writer.payload_len()), (1, 8));
    writer.push(b"").unwrap();
    assert_eq!(out, *b"\x04\0\0\0abcd\0\0\0\0");
}

#[test]
fn a_full_fixed_buffer_is_an_error_of_append_and_not_a_panic() {
    let mut space = [0u8; 5];
    let mut out = &mut space[..];
    assert_eq!(frames::append(&mut out, &["ab"]), Err(FrameError::BufferFull { capacity: 5, len: 6 }));
}
