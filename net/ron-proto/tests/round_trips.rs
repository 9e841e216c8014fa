//! Many round trips, and that they give the same on each run and on any number of threads.
#![cfg(test)]
mod support;

use ron_proto::oap::{Decoded, Frame, FrameDecoder, FrameFlags, FrameLimit, HelloExchange, write_frame};
use ron_proto::payload::{Ack, Data, End, Hello, Payload, Place, Start};
use ron_proto::{ContentHasher, ContentId, Encode, ObjectManifestV2};
use std::thread;

const MANIFEST: &[u8; 464] = include_bytes!("vectors/manifest_roundtrip.cbor");
const ECHO: &[u8; 144] = include_bytes!("vectors/frame_echo.cbor");
/// Where the two frames lie in the echo workload.
const REQUEST: std::ops::Range<usize> = 7..72;
const RESPONSE: std::ops::Range<usize> = 79..144;
/// Round trips that are hashed together, in their order; which thread makes them does not matter.
const BLOCK: u64 = 1000;

#[test]
fn the_workload_files_come_back() {
    let manifest = ObjectManifestV2::decode(MANIFEST).unwrap();
    assert_eq!((manifest.size(), manifest.chunk_count()), (1 << 20, 16));
    assert_eq!(manifest.encode().unwrap(), MANIFEST);
    manifest.verify(&support::pattern(1 << 20)).unwrap();

    let (mut request, mut response) = (Vec::new(), Vec::new());
    let exchange = HelloExchange::request(0, 42, Hello::default(), &mut request).unwrap();
    assert_eq!(request, ECHO[REQUEST]);
    let request = Frame::decode(&request, FrameLimit::MAX).unwrap();
    assert_eq!(HelloExchange::respond(&request, Hello::default(), &mut response), Ok(FrameLimit::MAX));
    assert_eq!(response, ECHO[RESPONSE]);
    assert_eq!(exchange.accept(&Frame::decode(&response, FrameLimit::MAX).unwrap()), Ok(FrameLimit::MAX));
}

#[test]
fn ten_thousand_frames_come_back_from_one_stream() {
    let mut stream = Vec::new();
    (0..10_000).for_each(|number| write_frame_number(number, &mut stream));
    let (decoder, mut rest) = (FrameDecoder::new(), &stream[..]);
    for number in 0..10_000 {
        let Ok(Decoded::Frame(frame)) = decoder.decode(rest) else { panic!("no frame {number}") };
        let mut again = Vec::new();
        let payload = Payload::decode(frame.header(), Place::Later, frame.payload()).unwrap();
        let (flags, corr_id) = (frame.header().flags, frame.header().corr_id);
        assert_eq!(corr_id, number);
        write_payload(flags, corr_id, &payload, &mut again);
        assert_eq!(again, rest[..frame.header().frame_len()], "frame {number}");
        rest = &rest[frame.header().frame_len()..];
    }
    assert_eq!(decoder.decode(rest), Ok(Decoded::NeedMore(31)));
}

/// The digest of so many round trips, as it is on any machine.
const TWO_THOUSAND: &str = "b3:79cd452f932c1aa346a474e27438d6a61ec0dcc38640f086cc557b9322c32a66";
const ONE_MILLION: &str = "b3:7b9e0ed931c0c2ba69381948f45e08a408fc7761392f9ad04737078df39c88db";

#[test]
fn round_trips_are_deterministic_on_any_number_of_threads() {
    let digests = [1, 2, 3].map(|threads| round_trips(2 * BLOCK, threads).to_string());
    assert_eq!(digests, [TWO_THOUSAND; 3]);
}

#[test]
#[ignore = "takes some seconds, optimised: scripts/stress-ron-proto"]
fn a_million_round_trips_are_deterministic_on_any_number_of_threads() {
    let cores = thread::available_parallelism().map_or(2, |cores| cores.get() as u64);
    for threads in [1, cores, 8] {
        assert_eq!(round_trips(1_000_000, threads).to_string(), ONE_MILLION, "{threads} threads");
    }
}

/// Write, read and write again a manifest and a frame for each number, and hash what was written.
fn round_trips(count: u64, threads: u64) -> ContentId {
    let blocks: Vec<u64> = (0..count / BLOCK).collect();
    let one_block = |block: &u64| {
        let (mut hasher, mut buffer) = (ContentHasher::new(), Vec::new());
        for number in block * BLOCK..(block + 1) * BLOCK {
            buffer.clear();
            round_trip(number, &mut buffer);
            hasher.update(&buffer);
        }
        hasher.finish()
    };
    let share = blocks.len().div_ceil(threads as usize).max(1);
    let digests: Vec<ContentId> = thread::scope(|scope| {
        let workers: Vec<_> = blocks
            .chunks(share)
            .map(|blocks| scope.spawn(move || blocks.iter().map(one_block).collect::<Vec<_>>()))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let mut hasher = ContentHasher::new();
    for digest in &digests {
        hasher.update(digest.digest());
    }
    hasher.finish()
}

fn round_trip(number: u64, buffer: &mut Vec<u8>) {
    let manifest = ObjectManifestV2::new(id(number), scrambled(number) % (40 * 65_536));
    manifest.encode_into(buffer).unwrap();
    let read = ObjectManifestV2::decode(buffer).unwrap();
    assert_eq!(read, manifest);
    let frame_at = buffer.len();
    write_frame_number(number, buffer);
    let frame = Frame::decode(&buffer[frame_at..], FrameLimit::MAX).unwrap();
    let payload = Payload::decode(frame.header(), Place::Later, frame.payload()).unwrap();
    let mut again = Vec::with_capacity(frame.header().frame_len());
    write_payload(frame.header().flags, frame.header().corr_id, &payload, &mut again);
    assert_eq!(again, buffer[frame_at..]);
}

/// A frame of one of four kinds, by its number.
fn write_frame_number(number: u64, out: &mut Vec<u8>) {
    let value = scrambled(number);
    let bytes = value.to_be_bytes();
    let (flags, payload) = match number % 4 {
        0 => {
            let start = Start { cap: None, meta: None, seq_start: value, max_frame_bytes: FrameLimit::MAX };
            (FrameFlags::START, Payload::Start(start))
        }
        1 => (FrameFlags::REQUEST, Payload::Data(Data::new(id(number), value, &bytes[..]).unwrap())),
        2 => (FrameFlags::END_RESPONSE, Payload::End(End { outcome: Ok(()), seq_end: value })),
        _ => (FrameFlags::ACK_REQUEST, Payload::Ack(Ack { up_to: value })),
    };
    write_payload(flags, number, &payload, out);
}

fn write_payload(flags: FrameFlags, corr_id: u64, payload: &Payload<'_>, out: &mut Vec<u8>) {
    fn write(flags: FrameFlags, corr_id: u64, payload: &impl Encode, out: &mut Vec<u8>) {
        write_frame(flags, 7, corr_id, payload, FrameLimit::MAX, out).unwrap();
    }
    match payload {
        Payload::Start(payload) => write(flags, corr_id, payload, out),
        Payload::Data(payload) => write(flags, corr_id, payload, out),
        Payload::End(payload) => write(flags, corr_id, payload, out),
        Payload::Ack(payload) => write(flags, corr_id, payload, out),
        other => panic!("{other:?} is not written here"),
    }
}

fn id(number: u64) -> ContentId {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&scrambled(number ^ u64::MAX).to_be_bytes());
    ContentId::from_digest(digest)
}

/// SplitMix64.
fn scrambled(number: u64) -> u64 {
    let z = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}
