//! What holds of every decoder for any bytes: no panic, what decodes encodes to the bytes it came from, and limits are
//! kept. Ordinary tests, random tests and fuzz targets all run these functions.
#![allow(dead_code, reason = "a fuzz target runs one of them")]
use bytes::{Bytes, BytesMut};
use ron_proto::dto::Capability;
use ron_proto::dto::mailbox::{Ack as MailAck, Recv, Send};
use ron_proto::oap::compression::{Decompressor, compress};
use ron_proto::oap::flow::{Flow, Step};
use ron_proto::oap::{Decoded, Frame, FrameDecoder, FrameError, FrameLimit, Header, Sender};
use ron_proto::payload::{Payload, Place};
use ron_proto::{ContentId, Encode, ManifestView, ObjectManifestV2};

/// A property by the name of its fuzz target and corpus.
pub type Property = (&'static str, fn(&[u8]));

/// All of them.
pub const ALL: &[Property] = &[
    ("decode_manifest", decode_manifest),
    ("decode_oap_header", decode_oap_header),
    ("decode_frames", decode_frames),
    ("decode_payload", decode_payload),
    ("parse_contentid", parse_contentid),
    ("decode_capability", decode_capability),
    ("decode_mailbox", decode_mailbox),
    ("decompress", decompress),
    ("check_flow", check_flow),
];

pub fn decode_manifest(data: &[u8]) {
    let read = ObjectManifestV2::decode_with_limit(data, u32::MAX);
    assert_eq!(ManifestView::parse_with_limit(data, u32::MAX).map(|view| view.to_manifest()), read);
    let Ok(manifest) = read else { return };
    let mut again = Vec::new();
    manifest.encode_with_limit(&mut again, u32::MAX).expect("as many bytes as were read");
    assert_eq!(again, data);
    assert_eq!(manifest.encoded_len(), data.len() as u64);
    // In pieces of 7 bytes, which end everywhere.
    let (mut encoder, mut streamed) = (manifest.encoder(), vec![0; data.len() + 1]);
    let filled: usize = streamed.chunks_mut(7).map(|room| encoder.fill(room)).sum();
    assert_eq!(streamed[..filled], *data);
    let sizes: u64 = manifest.chunks().map(|chunk| u64::from(chunk.size)).sum();
    assert_eq!(sizes, manifest.size());
}

pub fn decode_oap_header(data: &[u8]) {
    let Ok(header) = Header::parse(data, FrameLimit::MAX) else {
        return assert!(Frame::decode(data, FrameLimit::MAX).is_err());
    };
    assert_eq!(header.to_bytes()[..], data[..31]);
    assert!(header.frame_len() <= FrameLimit::MAX.frame() as usize);
    let within = header.frame_len() <= FrameLimit::MIN.frame() as usize;
    assert_eq!(Header::parse(data, FrameLimit::MIN).is_ok(), within);
}

/// A byte that says how the rest is split.
pub fn decode_frames(data: &[u8]) {
    let Some((split, stream)) = data.split_first() else { return };
    assert_eq!(fed(stream, usize::from(*split) + 1), fed(stream, stream.len().max(1)));
}

/// Lengths of the frames that come out of a stream that comes in slices, and how it ended.
fn fed(stream: &[u8], slice: usize) -> (Vec<usize>, Result<(), FrameError>) {
    let (decoder, mut buffer, mut frames) = (FrameDecoder::new(), BytesMut::new(), Vec::new());
    for slice in stream.chunks(slice) {
        buffer.extend_from_slice(slice);
        loop {
            let by_view = decoder.decode(&buffer).map(|decoded| match decoded {
                Decoded::Frame(frame) => Some(frame.payload().to_vec()),
                Decoded::NeedMore(more) => {
                    assert!(more > 0);
                    None
                }
            });
            let taken = decoder.decode_bytes(&mut buffer);
            let payload = |frame: &Option<Frame<Bytes>>| frame.as_ref().map(|frame| frame.payload().to_vec());
            assert_eq!(taken.as_ref().map(payload).map_err(|error| *error), by_view);
            match taken {
                Ok(Some(frame)) => frames.push(frame.header().frame_len()),
                Ok(None) => break,
                Err(error) => return (frames, Err(error)),
            }
        }
    }
    (frames, decoder.finish(&buffer))
}

/// A frame; its payload is read as that of the first one and of a later one.
pub fn decode_payload(data: &[u8]) {
    let Ok(frame) = Frame::decode(data, FrameLimit::MAX) else { return };
    for place in [Place::First, Place::Later] {
        let Ok(payload) = Payload::decode(frame.header(), place, frame.payload()) else { continue };
        let again = match &payload {
            Payload::Hello(payload) => payload.encode(),
            Payload::Start(payload) => payload.encode(),
            Payload::Data(payload) => payload.encode(),
            Payload::End(payload) => payload.encode(),
            Payload::Ack(payload) => payload.encode(),
            Payload::Error(payload) => payload.encode(),
            Payload::Opaque(bytes) => bytes.to_vec(),
        };
        assert_eq!(again, *frame.payload());
        if let Payload::Data(data) = &payload {
            assert!(data.bytes().len() <= 65_536);
        }
    }
}

pub fn parse_contentid(data: &[u8]) {
    let digits = data.strip_prefix(b"b3:");
    let good = |digits: &[u8]| {
        digits.len() == 64 && digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    };
    let read = ContentId::parse(data);
    assert_eq!(read.is_ok(), digits.is_some_and(good));
    if let Ok(id) = read {
        assert_eq!(id.to_text()[..], *data);
    }
    if let Ok(text) = std::str::from_utf8(data) {
        assert_eq!(text.parse(), read);
    }
}

pub fn decode_capability(data: &[u8]) {
    let Ok(capability) = Capability::decode(data) else { return };
    assert_eq!(capability.encode(), data);
    // Whatever it is limited to is known.
    for caveat in &capability.caveats {
        assert_eq!(ron_proto::dto::Caveat::new(caveat.as_str()).as_ref(), Ok(caveat));
    }
}

pub fn decode_mailbox(data: &[u8]) {
    if let Ok(message) = Send::decode(data) {
        assert_eq!(message.encode(), data);
    }
    if let Ok(message) = Recv::decode(data) {
        assert_eq!(message.encode(), data);
    }
    if let Ok(message) = MailAck::decode(data) {
        assert_eq!(message.encode(), data);
    }
}

/// Within the smallest limit, so that bombs are found soon.
pub fn decompress(data: &[u8]) {
    let (limit, mut plain, mut again) = (FrameLimit::MIN, Vec::new(), Vec::new());
    let outcome = Decompressor::new().decompress(data, limit, &mut plain);
    assert!(
        plain.len() <= limit.decompressed() as usize && plain.capacity() <= limit.decompressed() as usize
    );
    assert!(outcome.is_ok() || plain.is_empty());
    if outcome.is_ok() {
        let packed = compress(&plain, limit).expect("within the limit");
        Decompressor::new().decompress(&packed, limit, &mut again).expect("packed by us");
        assert_eq!(again, plain);
    }
}

/// Steps of two bytes: what, and a number.
pub fn check_flow(data: &[u8]) {
    let (mut flow, mut next, mut ended) = (Flow::new(), None, false);
    for [what, number] in data.as_chunks().0 {
        let number = u64::from(*number);
        let from = if what & 1 == 0 { Sender::Requester } else { Sender::Responder };
        let step = match what >> 1 & 7 {
            0 => Step::Start { seq_start: number },
            1 | 2 => Step::Data { from, seq: Some(number).filter(|number| *number < 0xFF) },
            3 => Step::End { from, wants_ack: number % 2 == 0 },
            4 => Step::Error,
            _ => Step::Ack { from, up_to: number },
        };
        let before = flow;
        let outcome = flow.step(step);
        assert!(outcome.is_ok() || flow == before);
        match step {
            Step::Start { seq_start } => {
                assert_eq!(outcome.is_ok(), next.is_none() && !ended);
                if outcome.is_ok() {
                    next = Some([seq_start; 2]);
                }
            }
            Step::Data { seq, .. } => {
                let next = next.as_mut().map(|next| &mut next[usize::from(what & 1)]);
                let fits = next.as_deref().is_some_and(|next| seq.is_none_or(|seq| seq == *next));
                assert_eq!(outcome.is_ok(), !ended && fits);
                if let (Ok(()), Some(next)) = (outcome, next) {
                    *next += 1;
                }
            }
            Step::End { .. } => {
                assert_eq!(outcome.is_ok(), !ended && next.is_some());
                ended |= outcome.is_ok();
            }
            Step::Error => {
                assert_eq!(outcome.is_ok(), !ended);
                ended = true;
            }
            Step::Ack { .. } => {}
        }
        assert_eq!(flow.has_ended(), ended);
    }
}
