//! Frames and their payloads against their vectors.
#![cfg(test)]
mod support;

use ron_proto::oap::compression::{Decompressor, compress};
use ron_proto::oap::flow::{Flow, Step};
use ron_proto::oap::{Decoded, Frame, FrameDecoder, FrameFlags, FrameKind, FrameLimit, Header};
use ron_proto::payload::{Data, ErrorEnvelope, Payload, Start};
use ron_proto::taxonomy::{Classify, WireKind};
use ron_proto::{ContentId, DecodeError, Encode};
use serde_json::Value;
use support::{cases, header_of, hex, load, name, number, pattern, payload_of, place_of, text};

fn vectors() -> Value {
    load(include_str!("vectors/oap_frames.json"))
}

/// The bytes of a frame: written out, or a prefix and what follows it.
fn frame_bytes(case: &Value) -> Vec<u8> {
    if let Some(frame) = case.get("frame_hex") {
        return hex(frame);
    }
    let mut frame = hex(&case["frame_prefix_hex"]);
    match case.get("zero_fill") {
        Some(count) => frame.resize(frame.len() + number(count) as usize, 0),
        None => frame.extend(&pattern(131_072)[65_536..]),
    }
    frame
}

/// A payload by itself.
fn encoded(payload: &Payload<'_>) -> Vec<u8> {
    match payload {
        Payload::Hello(payload) => payload.encode(),
        Payload::Start(payload) => payload.encode(),
        Payload::Data(payload) => payload.encode(),
        Payload::End(payload) => payload.encode(),
        Payload::Ack(payload) => payload.encode(),
        Payload::Error(payload) => payload.encode(),
        Payload::Opaque(bytes) => bytes.to_vec(),
    }
}

#[test]
fn every_valid_frame_is_read_and_written() {
    for case in cases(&vectors(), "valid", 18) {
        let (name, kind, bytes) = (name(case), text(&case["kind"]), frame_bytes(case));
        assert_eq!(bytes.len() as u64, number(&case["frame_len"]), "{name}");
        if let Some(digest) = case["frame_b3"].as_str() {
            assert_eq!(ContentId::of(&bytes).to_string()[3..], *digest, "{name}");
        }
        let header = header_of(&case["header"]);
        let frame = Frame::decode(&bytes, FrameLimit::MAX).unwrap();
        assert_eq!(*frame.header(), header, "{name}");
        assert_eq!(header.to_bytes()[..], bytes[..31], "{name}");

        let mut untouched = Vec::new();
        let plain = Decompressor::new().plain(&frame, FrameLimit::MAX, &mut untouched).unwrap();
        assert_eq!(plain, *frame.payload(), "{name}");
        let payload = Payload::decode(&header, place_of(kind), plain).unwrap();
        assert_eq!(payload, payload_of(kind, &case["payload"], frame.payload()), "{name}");
        assert_eq!(encoded(&payload), *frame.payload(), "{name}");

        let Header { flags, tenant_id, corr_id, .. } = header;
        let again = Frame::new(flags, tenant_id, corr_id, frame.payload(), FrameLimit::MAX).unwrap();
        let mut written = Vec::new();
        again.encode_into(&mut written);
        assert_eq!(written, bytes, "{name}");
    }
}

/// HELLO and EVENT belong to no exchange; each other frame may come in one that is open, or opens one.
#[test]
fn every_valid_frame_takes_its_step() {
    let (mut opaque, mut numbered) = (0, 0);
    for case in cases(&vectors(), "valid", 18) {
        let (name, kind, bytes) = (name(case), text(&case["kind"]), frame_bytes(case));
        let frame = Frame::decode(&bytes, FrameLimit::MAX).unwrap();
        let payload = Payload::decode(frame.header(), place_of(kind), frame.payload()).unwrap();
        let step = Step::of(frame.header(), &payload);
        let Some(step) = step else {
            assert!(matches!(kind, "HELLO" | "EVENT"), "{name}: {kind} takes no step");
            continue;
        };
        let (mut flow, is_start) = (Flow::new(), frame.header().flags.kind() == FrameKind::Start);
        assert_eq!((kind == "START", matches!(step, Step::Start { .. })), (is_start, is_start), "{name}");
        if let Step::Data { seq, .. } = step {
            *if seq.is_some() { &mut numbered } else { &mut opaque } += 1;
            flow.step(Step::Start { seq_start: seq.unwrap_or(0) }).unwrap();
        } else if !is_start {
            flow.step(Step::Start { seq_start: 0 }).unwrap();
        }
        flow.step(step).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(flow.has_ended(), matches!(kind, "END" | "ERROR"), "{name}");
    }
    assert!(opaque > 0 && numbered > 0, "{opaque} DATA without a number, {numbered} with one");
}

#[test]
fn every_invalid_frame_or_payload_is_refused_with_its_error() {
    let decoder = FrameDecoder::new();
    for case in cases(&vectors(), "invalid", 67) {
        let (name, bytes, expected) = (name(case), frame_bytes(case), text(&case["error"]));
        let one_shot = Frame::decode(&bytes, FrameLimit::MAX);
        match text(&case["layer"]) {
            "frame" => {
                assert_eq!(one_shot.unwrap_err().name(), expected, "{name}");
                match (expected, decoder.decode(&bytes)) {
                    ("TruncatedHeader" | "TruncatedPayload", outcome) => {
                        assert!(
                            matches!(outcome, Ok(Decoded::NeedMore(more)) if more > 0),
                            "{name}: {outcome:?}"
                        );
                        assert_eq!(
                            decoder.finish(&bytes).err().map_or("none", |error| error.name()),
                            if bytes.is_empty() { "none" } else { expected },
                            "{name}"
                        );
                    }
                    ("TrailingBytes", outcome) => {
                        let Ok(Decoded::Frame(frame)) = outcome else { panic!("{name}: {outcome:?}") };
                        assert_eq!(frame.header().frame_len(), bytes.len() - 1, "{name}");
                    }
                    (_, outcome) => assert_eq!(outcome.unwrap_err().name(), expected, "{name}"),
                }
            }
            "payload" => {
                let frame = one_shot.unwrap_or_else(|error| panic!("{name}: {error}"));
                let place = place_of(text(&case["kind"]));
                let read = Payload::decode(frame.header(), place, frame.payload());
                if !ron_proto::CANON_ENFORCED && matches!(expected, "KeyOrder" | "NonMinimal") {
                    assert!(read.is_ok(), "{name}: what is tolerated is read");
                } else {
                    assert_eq!(read.unwrap_err().name(), expected, "{name}");
                }
            }
            other => panic!("{name}: {other} is no layer"),
        }
    }
}

#[test]
fn every_compressed_payload_is_decompressed_as_its_vector_says() {
    let mut decompressor = Decompressor::new();
    for case in cases(&vectors(), "compressed", 9) {
        let (name, bytes) = (name(case), frame_bytes(case));
        let frame = Frame::decode(&bytes, FrameLimit::MAX).unwrap();
        assert!(frame.header().flags.is_compressed(), "{name}");
        let mut plain = vec![1; 5];
        let outcome = decompressor.decompress(frame.payload(), FrameLimit::MAX, &mut plain);
        let expected = text(&case["result"]);
        assert_eq!(outcome.as_ref().map_or_else(|error| error.name(), |()| "ok"), expected, "{name}");
        match outcome {
            Err(_) => assert!(plain.is_empty(), "{name}"),
            Ok(()) if case["decompressed_hex"].is_null() => {
                assert_eq!(plain.len() as u64, number(&case["decompressed_len"]), "{name}");
                let fill = hex(&case["decompressed_fill"])[0];
                assert!(plain.iter().all(|byte| *byte == fill), "{name}");
            }
            Ok(()) => assert_eq!(plain, hex(&case["decompressed_hex"]), "{name}"),
        }
        if name == "data_comp" {
            let mut out = Vec::new();
            let plain = decompressor.plain(&frame, FrameLimit::MAX, &mut out).unwrap();
            let payload = Payload::decode(frame.header(), place_of("DATA"), plain).unwrap();
            assert!(matches!(payload, Payload::Data(_)), "{payload:?}");
        }
    }
}

#[test]
fn what_is_compressed_comes_back_up_to_the_limit_of_the_connection() {
    let limit = FrameLimit::MIN;
    let (most, mut decompressor, mut plain) =
        (limit.decompressed() as usize, Decompressor::new(), Vec::new());
    for len in [0, 1, 5000, most] {
        let packed = compress(&pattern(len), limit).unwrap();
        decompressor.decompress(&packed, limit, &mut plain).unwrap();
        assert_eq!(plain, pattern(len));
    }
    let error = compress(&pattern(most + 1), limit).unwrap_err();
    assert_eq!((error.name(), error.wire_kind()), ("DecompressBoundExceeded", WireKind::FrameTooLarge));
    // A buffer that has more room than is allowed is not used beyond it: what is more is given back.
    let packed = compress(&pattern(most + 1), FrameLimit::MAX).unwrap();
    for room in [0, 2 * most] {
        let mut plain = Vec::with_capacity(room);
        assert_eq!(decompressor.decompress(&packed, limit, &mut plain), Err(error));
        assert!(plain.is_empty());
        assert!(plain.capacity() <= most, "{room}");
    }
}

#[test]
fn neither_two_frames_nor_a_skippable_one_are_one_zstd_frame() {
    let packed = compress(b"once", FrameLimit::MAX).unwrap();
    let skippable = [&[0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0][..], b"xx"].concat();
    let mut plain = Vec::new();
    for payload in [[&packed[..], &packed].concat(), [&packed[..], &skippable].concat(), skippable] {
        let error = Decompressor::new().decompress(&payload, FrameLimit::MAX, &mut plain).unwrap_err();
        assert_eq!(error.name(), "DecompressFailed");
    }
}

#[test]
fn a_frame_is_held_against_the_limit_of_its_connection() {
    let payload = vec![0; FrameLimit::MIN.payload() as usize + 1];
    let frame = |limit| Frame::new(FrameFlags::EVENT, 0, 0, &payload, limit);
    let error = frame(FrameLimit::MIN).unwrap_err();
    assert_eq!(error.name(), "FrameTooLarge");
    let mut bytes = Vec::new();
    frame(FrameLimit::MAX).unwrap().encode_into(&mut bytes);
    assert_eq!(Frame::decode(&bytes, FrameLimit::MIN), Err(error));
    assert!(Frame::decode(&bytes, FrameLimit::MAX).is_ok());
    let mut decoder = FrameDecoder::new();
    decoder.lower_limit(FrameLimit::MIN);
    decoder.lower_limit(FrameLimit::MAX);
    assert_eq!(decoder.limit(), FrameLimit::MIN);
    // The header alone decides.
    assert_eq!(decoder.decode(&bytes[..31]), Err(error));
    assert_eq!(
        [66_559, 66_560, 1_048_576, 1_048_577].map(|bytes| FrameLimit::new(bytes).is_some()),
        [false, true, true, false]
    );
}

#[test]
fn a_chunk_too_large_is_told_at_its_head() {
    // A DATA that promises 65 537 bytes and has none.
    let id = ContentId::of(b"");
    let whole = Data::new(id, 0, &b""[..]).unwrap().encode();
    let promise = [&whole[..whole.len() - 1], &[0x5A, 0, 1, 0, 1]].concat();
    assert_eq!(Data::decode(&promise), Err(DecodeError::ChunkTooLarge { len: 65_537 }));
    assert_eq!(Data::new(id, 0, pattern(65_537)), Err(DecodeError::ChunkTooLarge { len: 65_537 }));
    let full = Data::new(id, 23, pattern(65_536)).unwrap().encode();
    assert_eq!(full.len(), 65_536 + 90);
}

#[test]
fn capabilities_and_payload_bytes_stay_out_of_debug_forms_and_messages() {
    let secret = b"secret".to_vec();
    let start =
        Start { cap: Some(secret.into()), meta: None, seq_start: 0, max_frame_bytes: FrameLimit::MAX };
    let data = Data::new(ContentId::of(b""), 0, &b"secret"[..]).unwrap();
    let frame = Frame::new(FrameFlags::EVENT, 0, 0, &b"secret"[..], FrameLimit::MAX).unwrap();
    let mut sent = Vec::new();
    frame.encode_into(&mut sent);
    let decoded = FrameDecoder::new().decode(&sent).unwrap();
    let payloads = [Payload::Opaque(b"secret"), Payload::Start(start.clone()), Payload::Data(data.clone())];
    assert_eq!(format!("{:?}", payloads[0]), "Opaque { len: 6 }");
    for shown in [
        format!("{start:?}"),
        format!("{data:?}"),
        format!("{frame:?}"),
        format!("{decoded:?}"),
        format!("{payloads:?}"),
    ] {
        assert!(!shown.contains("secret") && !shown.contains("115, 101"), "{shown}");
    }
    let unknown = ron_proto::payload::Ack::decode(b"\xA1\x66secret\0").unwrap_err();
    let envelope = ErrorEnvelope::of(&unknown);
    assert_eq!((envelope.code.get(), &*envelope.kind), (422, "SchemaInvalid"));
    assert!(!envelope.message.contains("secret"), "{}", envelope.message);
    assert_eq!(envelope.wire_kind(), Some(WireKind::SchemaInvalid));
}
