//! `decode(encode(x)) = x` for every type.
#![cfg(test)]

use proptest::option;
use proptest::prelude::*;
use ron_proto::dto::mailbox::{Ack as MailAck, Recv, Refusal, Send};
use ron_proto::dto::{Capability, Caveat};
use ron_proto::oap::compression::{Decompressor, compress};
use ron_proto::oap::{Frame, FrameFlags, FrameLimit, write_frame};
use ron_proto::payload::{Ack, Data, End, ErrorCode, ErrorEnvelope, Hello, Payload, Place, Start};
use ron_proto::taxonomy::Reason;
use ron_proto::{ContentId, Encode, ObjectManifestV2};
use std::io::Read;

const CORR_ID: u64 = 42;

fn limits() -> impl Strategy<Value = FrameLimit> {
    (66_560..=1_048_576u32).prop_map(|bytes| FrameLimit::new(bytes).unwrap())
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..300)
}

fn envelopes() -> impl Strategy<Value = ErrorEnvelope<'static>> {
    (400..=599u16, ".{0,40}", any::<bool>(), ".{0,300}", option::of(any::<u32>())).prop_map(
        |(code, kind, corr_id, message, retry_after_ms)| ErrorEnvelope {
            code: ErrorCode::new(code).unwrap(),
            kind: kind.into(),
            corr_id: corr_id.then_some(CORR_ID),
            message: message.into(),
            retry_after_ms,
        },
    )
}

fn payloads() -> impl Strategy<Value = (FrameFlags, Payload<'static>)> {
    let data = (any::<[u8; 32]>(), any::<u64>(), bytes()).prop_map(|(digest, seq, bytes)| {
        (FrameFlags::RESPONSE, Payload::Data(Data::new(ContentId::from_digest(digest), seq, bytes).unwrap()))
    });
    let start = (option::of(bytes()), option::of(".{0,300}"), any::<u64>(), limits()).prop_map(
        |(cap, meta, seq_start, max_frame_bytes)| {
            let (cap, meta) = (cap.map(Into::into), meta.map(Into::into));
            (FrameFlags::START, Payload::Start(Start { cap, meta, seq_start, max_frame_bytes }))
        },
    );
    let end = (option::of(envelopes()), any::<u64>()).prop_map(|(error, seq_end)| {
        (FrameFlags::END_REQUEST, Payload::End(End { outcome: error.map_or(Ok(()), Err), seq_end }))
    });
    prop_oneof![
        limits().prop_map(|max_frame| (FrameFlags::REQUEST, Payload::Hello(Hello { max_frame }))),
        start,
        data,
        end,
        any::<u64>().prop_map(|up_to| (FrameFlags::ACK_RESPONSE, Payload::Ack(Ack { up_to }))),
        envelopes().prop_map(|envelope| (FrameFlags::ERROR, Payload::Error(envelope))),
    ]
}

fn caveats() -> impl Strategy<Value = Caveat<'static>> {
    prop_oneof!["ttl=[0-9]{1,30}s", "method=(GET|PUT|POST|DELETE)", "path=[!-~]{1,60}"]
        .prop_map(|text| Caveat::new(text).unwrap())
}

fn written(flags: FrameFlags, payload: &Payload<'_>) -> Vec<u8> {
    fn write(flags: FrameFlags, payload: &impl Encode) -> Vec<u8> {
        let mut out = Vec::new();
        write_frame(flags, 7, CORR_ID, payload, FrameLimit::MAX, &mut out).unwrap();
        assert_eq!(out.len(), 31 + payload.encoded_len());
        out
    }
    match payload {
        Payload::Hello(payload) => write(flags, payload),
        Payload::Start(payload) => write(flags, payload),
        Payload::Data(payload) => write(flags, payload),
        Payload::End(payload) => write(flags, payload),
        Payload::Ack(payload) => write(flags, payload),
        Payload::Error(payload) => write(flags, payload),
        Payload::Opaque(_) => unreachable!("has no encoding of its own"),
    }
}

proptest! {
    #[test]
    fn manifests_come_back_from_a_buffer_and_from_a_stream(
        digest in any::<[u8; 32]>(),
        size in prop_oneof![0..200_000u64, 0..100_000_000u64],
        room in 1..200usize,
    ) {
        let manifest = ObjectManifestV2::new(ContentId::from_digest(digest), size);
        let bytes = manifest.encode().unwrap();
        prop_assert_eq!(ObjectManifestV2::decode(&bytes), Ok(manifest));
        let (mut encoder, mut streamed, mut buffer) = (manifest.encoder(), Vec::new(), vec![0; room]);
        while let Ok(filled @ 1..) = encoder.read(&mut buffer) {
            streamed.extend_from_slice(&buffer[..filled]);
        }
        prop_assert_eq!(streamed, bytes);
    }

    #[test]
    fn payloads_come_back_from_their_frames((flags, payload) in payloads()) {
        let bytes = written(flags, &payload);
        let frame = Frame::decode(&bytes, FrameLimit::MAX).unwrap();
        let place = if matches!(payload, Payload::Hello(_)) { Place::First } else { Place::Later };
        prop_assert_eq!(Payload::decode(frame.header(), place, frame.payload()), Ok(payload));
        // No beginning of a payload is one.
        for len in 0..frame.payload().len().min(100) {
            prop_assert!(Payload::decode(frame.header(), place, &frame.payload()[..len]).is_err());
        }
    }

    #[test]
    fn capabilities_come_back(caveats in proptest::collection::vec(caveats(), 0..30), sig_b64 in ".{0,60}") {
        let capability = Capability { caveats, sig_b64: sig_b64.into() };
        let bytes = capability.encode();
        prop_assert_eq!(Capability::decode(&bytes), Ok(capability.clone()));
        let json = serde_json::to_string(&capability).unwrap();
        prop_assert_eq!(serde_json::from_str::<Capability<'static>>(&json).unwrap(), capability);
    }

    #[test]
    fn mailbox_messages_come_back(
        texts in proptest::array::uniform3(".{0,40}"),
        payload in bytes(),
        key in option::of(".{0,40}"),
        reason in option::of(proptest::sample::select(&Reason::ALL[..])),
    ) {
        let [to, kind, msg_id] = texts.map(std::borrow::Cow::<'static, str>::Owned);
        let send = Send {
            to: to.clone(),
            kind: kind.clone(),
            msg_id: msg_id.clone(),
            payload: payload.clone().into(),
            idempotency_key: key.map(Into::into),
        };
        let bytes = send.encode();
        prop_assert_eq!(Send::decode(&bytes), Ok(send.clone()));
        let json = serde_json::to_string(&send).unwrap();
        prop_assert_eq!(serde_json::from_str::<Send<'static>>(&json).unwrap(), send);
        let recv = Recv { from: to, kind: kind.clone(), msg_id: msg_id.clone(), payload: payload.into() };
        let bytes = recv.encode();
        prop_assert_eq!(Recv::decode(&bytes), Ok(recv));
        let error = reason.map(|reason| Refusal { kind: reason, message: kind });
        let ack = MailAck { ok: error.is_none(), error, msg_id };
        let bytes = ack.encode();
        prop_assert_eq!(MailAck::decode(&bytes), Ok(ack));
    }

    #[test]
    fn compressed_bytes_come_back(plain in proptest::collection::vec(0..4u8, 0..9000)) {
        let packed = compress(&plain, FrameLimit::MAX).unwrap();
        let mut out = Vec::new();
        prop_assert_eq!(Decompressor::new().decompress(&packed, FrameLimit::MAX, &mut out), Ok(()));
        prop_assert_eq!(out, plain);
    }
}
