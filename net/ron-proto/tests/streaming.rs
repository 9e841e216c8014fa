//! Frames out of a stream: the same whatever the splits, by the decoder and by the codec.
#![cfg(test)]
mod support;

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use ron_proto::oap::{CodecError, Frame, FrameCodec, FrameDecoder, FrameError, FrameFlags, FrameLimit};
use support::pattern;
use tokio_util::codec::{Decoder, Encoder};

fn frame(len: usize, corr_id: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let frame = Frame::new(FrameFlags::EVENT, 9, corr_id, pattern(len), FrameLimit::MAX).unwrap();
    frame.encode_into(&mut bytes);
    bytes
}

/// Frames, then the error that ended them.
type Outcome = (Vec<Frame<Bytes>>, Option<FrameError>);

/// What comes out when the bytes come in slices that end at `cuts`.
fn fed(bytes: &[u8], cuts: impl IntoIterator<Item = usize>) -> Outcome {
    let (decoder, mut buffer, mut frames, mut from) = (FrameDecoder::new(), BytesMut::new(), Vec::new(), 0);
    for cut in cuts.into_iter().chain([bytes.len()]) {
        buffer.extend_from_slice(&bytes[from..cut]);
        from = cut;
        loop {
            match decoder.decode_bytes(&mut buffer) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
    }
    let end = decoder.finish(&buffer);
    (frames, end.err())
}

#[test]
fn frames_fed_a_byte_at_a_time_are_those_of_one_slice() {
    let mut bytes = [frame(0, 1), frame(1, 2), frame(300, 3), frame(5, 4)].concat();
    for tail in [&[][..], &frame(7, 5)[..20], &frame(7, 5)[..33], &[0; 31]] {
        bytes.truncate(4 * 31 + 306);
        bytes.extend_from_slice(tail);
        let at_once = fed(&bytes, []);
        assert_eq!(at_once.0.len(), 4);
        let expected = match tail.len() {
            0 => None,
            20 => Some("TruncatedHeader"),
            33 => Some("TruncatedPayload"),
            _ => Some("BadVersion"),
        };
        assert_eq!(at_once.1.map(|error| error.name()), expected);
        assert_eq!(fed(&bytes, 1..bytes.len()), at_once);
    }
}

proptest! {
    #[test]
    fn splits_change_nothing(
        lens in proptest::collection::vec(0..200usize, 0..6),
        damage in any::<Option<(proptest::sample::Index, u8)>>(),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8),
    ) {
        let mut bytes: Vec<u8> = lens.iter().flat_map(|len| frame(*len, 7)).collect();
        if let Some((at, byte)) = damage && !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        prop_assert_eq!(fed(&bytes, cuts), fed(&bytes, []));
    }
}

#[test]
fn a_frame_shares_the_storage_of_the_buffer() {
    let mut buffer = BytesMut::from(&[frame(100, 1), frame(50, 2)].concat()[..]);
    let storage = buffer.as_ptr() as usize;
    let taken = FrameDecoder::new().decode_bytes(&mut buffer).unwrap().unwrap();
    assert_eq!(taken.payload().as_ptr() as usize, storage + 31);
    assert_eq!(buffer.len(), 31 + 50);
}

#[test]
fn a_frame_that_promises_what_does_not_come_reserves_nothing() {
    let mut header = frame(0, 1);
    for (promise, error) in
        [(1_048_545u32, None), (1_048_546, Some("FrameTooLarge")), (u32::MAX, Some("FrameTooLarge"))]
    {
        header[..4].copy_from_slice(&promise.to_be_bytes());
        let mut buffer = BytesMut::from(&header[..]);
        let capacity = buffer.capacity();
        let outcome = FrameCodec::new().decode(&mut buffer);
        match (outcome, error) {
            (Ok(None), None) => {}
            (Err(CodecError::Frame(found)), Some(error)) => assert_eq!(found.name(), error),
            (outcome, _) => panic!("{promise}: {outcome:?}"),
        }
        assert_eq!(buffer.capacity(), capacity);
    }
}

#[test]
fn the_codec_writes_what_it_reads() {
    let (mut codec, mut wire) = (FrameCodec::new(), BytesMut::new());
    let sent: Vec<Frame<Bytes>> = [0, 1, 40_000]
        .map(|len| {
            Frame::new(FrameFlags::REQUEST, 1, len, Bytes::from(pattern(len as usize)), FrameLimit::MAX)
                .unwrap()
        })
        .into();
    for frame in &sent {
        codec.encode(frame.clone(), &mut wire).unwrap();
    }
    let cut = wire.split_off(wire.len() - 1);
    let mut received = Vec::new();
    while let Some(frame) = codec.decode(&mut wire).unwrap() {
        received.push(frame);
    }
    assert!(matches!(
        codec.decode_eof(&mut wire.clone()),
        Err(CodecError::Frame(FrameError::TruncatedPayload { need: 40_000, have: 39_999 }))
    ));
    wire.unsplit(cut);
    received.extend(codec.decode_eof(&mut wire).unwrap());
    assert!(matches!(codec.decode_eof(&mut wire), Ok(None)));
    assert_eq!(received, sent);
}

#[test]
fn the_codec_sends_nothing_above_the_limit() {
    let mut codec = FrameCodec::new();
    let frame = |len| Frame::new(FrameFlags::EVENT, 0, 0, pattern(len), FrameLimit::MAX).unwrap();
    codec.lower_limit(FrameLimit::MIN);
    let (fits, mut wire) = (FrameLimit::MIN.payload() as usize, BytesMut::new());
    let outcome = codec.encode(frame(fits + 1), &mut wire);
    assert!(matches!(outcome, Err(CodecError::Frame(FrameError::FrameTooLarge { .. }))));
    assert!(wire.is_empty());
    codec.encode(frame(fits), &mut wire).unwrap();
    assert_eq!(codec.decode(&mut wire).unwrap().unwrap().payload().len(), fits);
}
