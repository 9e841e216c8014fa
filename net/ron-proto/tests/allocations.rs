//! What codecs allocate, counted: nothing to read, one buffer to write, and never by what bytes merely promise.
#![cfg(test)]
mod support;

use proptest::prelude::*;
use ron_proto::dto::Capability;
use ron_proto::dto::mailbox::{Ack as MailAck, Recv, Send};
use ron_proto::oap::{Frame, FrameDecoder, FrameFlags, FrameLimit, Header, HelloExchange, write_frame};
use ron_proto::payload::{Data, Hello, Payload, Place};
use ron_proto::{ContentId, Encode, ManifestView, ObjectManifestV2, Verifier};
use std::hint::black_box;
use support::pattern;
use test_support::counting_allocator::{CountingAllocator, allocated_bytes, allocations};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// The shapes of the performance targets: chunks, and the most allocations of a round trip.
const SHAPES: [(u64, u64); 3] = [(2, 3), (16, 3), (1024, 5)];

fn manifest(chunks: u64) -> ObjectManifestV2 {
    ObjectManifestV2::new(ContentId::of(b"any"), chunks * 65_536)
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| black_box(Box::new(1))).0, 1);
    assert_eq!(allocated_bytes(|| black_box(Box::new([0u8; 300]))).0, 300);
}

#[test]
fn a_manifest_is_written_in_one_allocation_of_its_size_and_read_in_none() {
    for (chunks, most) in SHAPES {
        let manifest = manifest(chunks);
        let (bytes_asked, bytes) = allocated_bytes(|| manifest.encode().unwrap());
        assert_eq!(bytes_asked, bytes.len() as u64, "{chunks} chunks");
        assert_eq!(allocations(|| ObjectManifestV2::decode(black_box(&bytes)).unwrap()), (0, manifest));
        assert_eq!(allocations(|| ManifestView::parse(black_box(&bytes)).unwrap().size()).0, 0);
        let (round_trip, _) = allocations(|| ObjectManifestV2::decode(&manifest.encode().unwrap()).unwrap());
        assert_eq!(round_trip, 1, "{chunks} chunks");
        assert!(round_trip <= most);
    }
}

#[test]
fn a_round_trip_in_a_buffer_that_has_room_allocates_nothing() {
    for (chunks, _) in SHAPES {
        let (manifest, mut buffer) = (manifest(chunks), manifest(chunks).encode().unwrap());
        let (count, read) = allocations(|| {
            buffer.clear();
            manifest.encode_into(&mut buffer).unwrap();
            ObjectManifestV2::decode(&buffer).unwrap()
        });
        assert_eq!((count, read), (0, manifest));
        let mut room = [0; 100];
        let streamed = allocations(|| {
            let mut encoder = manifest.encoder();
            while encoder.fill(black_box(&mut room)) > 0 {}
        });
        assert_eq!(streamed.0, 0);
    }
}

#[test]
fn content_ids_allocate_nothing() {
    let (id, object) = (ContentId::of(b"any"), pattern(100_000));
    let text = id.to_text();
    let (count, _) = allocations(|| {
        assert_eq!(ContentId::parse(black_box(&text)), Ok(id));
        assert!(ContentId::parse(black_box(&text[1..])).is_err());
        black_box(id.write_text(&mut [0; 67]).len());
        black_box(ContentId::of(&object));
    });
    assert_eq!(count, 0);
}

#[test]
fn verification_allocates_nothing() {
    let object = pattern(200_000);
    let manifest = ObjectManifestV2::for_object(&object);
    let (count, outcome) = allocations(|| {
        let mut verifier = Verifier::new(&manifest);
        object.chunks(7000).try_for_each(|slice| verifier.update(slice))?;
        verifier.finish()
    });
    assert_eq!((count, outcome), (0, Ok(())));
}

#[test]
fn frames_and_their_payloads_are_read_without_an_allocation() {
    let (mut hello, mut data) = (Vec::new(), Vec::new());
    HelloExchange::request(0, 42, Hello::default(), &mut hello).unwrap();
    let payload = Data::new(ContentId::of(b"any"), 3, pattern(65_536)).unwrap();
    write_frame(FrameFlags::RESPONSE, 0, 42, &payload, FrameLimit::MAX, &mut data).unwrap();
    for (frame, place) in [(&hello, Place::First), (&data, Place::Later)] {
        let (count, len) = allocations(|| {
            let frame = Frame::decode(black_box(frame), FrameLimit::MAX).unwrap();
            black_box(Payload::decode(frame.header(), place, frame.payload()).unwrap());
            black_box(frame.header().to_bytes().len())
        });
        assert_eq!((count, len), (0, 31));
        assert_eq!(allocations(|| black_box(FrameDecoder::new().decode(&frame[..40])).is_ok()), (0, true));
    }
    let mut written = Vec::with_capacity(data.len());
    let (count, outcome) =
        allocations(|| write_frame(FrameFlags::RESPONSE, 0, 42, &payload, FrameLimit::MAX, &mut written));
    assert_eq!((count, outcome, written), (0, Ok(()), data));
    assert_eq!(allocations(|| payload.encode()).0, 1);
}

/// All decoders that promise to allocate nothing, whatever the bytes.
fn decode_as_everything(bytes: &[u8]) {
    let _ = black_box(ContentId::parse(bytes));
    let _ = black_box(ObjectManifestV2::decode(bytes));
    let _ = black_box(ObjectManifestV2::decode_with_limit(bytes, u32::MAX));
    let _ = black_box(Frame::decode(bytes, FrameLimit::MAX));
    let _ = black_box(FrameDecoder::new().decode(bytes));
    for bits in 0..1024 {
        let Ok(flags) = FrameFlags::from_bits(bits) else { continue };
        let Ok(header) = Header::new(flags, 0, 42, bytes.len(), FrameLimit::MAX) else { continue };
        for place in [Place::First, Place::Later] {
            let _ = black_box(Payload::decode(&header, place, bytes));
        }
    }
    let _ = black_box(Send::decode(bytes));
    let _ = black_box(Recv::decode(bytes));
    let _ = black_box(MailAck::decode(bytes));
}

/// A caveat has 24 bytes in memory, and 7 or more on the wire.
const CAPABILITY_BYTES_PER_INPUT_BYTE: u64 = 4;

/// Bytes of any kind, and well-formed ones with some bytes changed.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let (mut hello, mut data) = (Vec::new(), Vec::new());
    HelloExchange::request(0, 42, Hello::default(), &mut hello).unwrap();
    let payload = Data::new(ContentId::of(b"any"), 3, pattern(10)).unwrap();
    write_frame(FrameFlags::RESPONSE, 0, 42, &payload, FrameLimit::MAX, &mut data).unwrap();
    let capability = b"\xA3\x63typ\x68macaroon\x67caveats\x82\x66ttl=0s\x66path=/\x67sig_b64\x61x".to_vec();
    let inputs =
        vec![manifest(3).encode().unwrap(), payload.encode(), hello[31..].to_vec(), hello, data, capability];
    let change = (any::<proptest::sample::Index>(), any::<u8>());
    let changed = (proptest::sample::select(inputs), proptest::collection::vec(change, 0..4));
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..600),
        changed.prop_map(|(mut bytes, changes)| {
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        }),
    ]
}

proptest! {
    #[test]
    fn what_promises_no_allocation_makes_none_for_any_bytes(bytes in any_bytes()) {
        prop_assert_eq!(allocations(|| decode_as_everything(&bytes)).0, 0);
    }

    #[test]
    fn a_capability_allocates_by_the_bytes_present(bytes in any_bytes()) {
        let (allocated, _) = allocated_bytes(|| black_box(Capability::decode(&bytes)).is_ok());
        prop_assert!(allocated <= CAPABILITY_BYTES_PER_INPUT_BYTE * bytes.len() as u64, "{}", allocated);
    }
}

#[test]
fn a_list_of_caveats_that_is_only_promised_is_not_made_room_for() {
    // As many caveats as bytes: refused at the first one, which is none.
    let head = b"\xA3\x63typ\x68macaroon\x67caveats\x99\x27\x10".to_vec();
    let bytes = [head, vec![0; 10_000]].concat();
    let (allocated, outcome) = allocated_bytes(|| Capability::decode(&bytes).map(|_| ()));
    assert_eq!(outcome.unwrap_err().name(), "WrongType");
    assert!(allocated <= CAPABILITY_BYTES_PER_INPUT_BYTE * bytes.len() as u64, "{allocated}");
}
