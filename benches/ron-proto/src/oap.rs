//! OAP/1 headers, HELLOs and DATA frames.
//!
//! Envelope: a header is four checks on a view, or five stores; a HELLO three short fields; a DATA of 64 KiB costs its
//! header and 90 bytes to read, since its bytes are borrowed, and one copy to write. Nothing is allocated.
use perfkit_harness::{Answer, Meter, ensure};
use ron_proto::oap::{
    Decoded, Frame, FrameDecoder, FrameError, FrameFlags, FrameLimit, Header, HelloExchange, write_frame,
};
use ron_proto::payload::{Data, Hello};
use ron_proto::{ContentId, DecodeError};
use std::{cell::RefCell, hint::black_box};

/// The two HELLO frames, in a map of two byte strings.
const ECHO_FILE: &[u8; 144] = include_bytes!("../../../net/ron-proto/tests/vectors/frame_echo.cbor");
const HELLO_LEN: usize = 65;
const STREAMED: u64 = 10_000;

fn request() -> &'static [u8] {
    &ECHO_FILE[7..7 + HELLO_LEN]
}

fn response() -> &'static [u8] {
    &ECHO_FILE[79..]
}

/// A header out of a frame.
pub(crate) fn parse(meter: &mut impl Meter, _: u64) {
    meter.measure(|| Header::parse(black_box(request()), FrameLimit::MAX), is_hello_header);
}

/// A header into bytes.
pub(crate) fn serialize(meter: &mut impl Meter, _: u64) {
    let header = Header::new(FrameFlags::REQUEST, 0, 42, 34, FrameLimit::MAX);
    meter.measure(
        || black_box(&header).map(|header| header.to_bytes()),
        |bytes| {
            ensure!(
                bytes.is_ok_and(|bytes| bytes == request()[..31]),
                "the header was written as {bytes:02x?}"
            )
        },
    );
}

/// The server's part of the first exchange: read the request, write the response.
pub(crate) fn echo(meter: &mut impl Meter, _: u64) {
    let out = RefCell::new(Vec::with_capacity(HELLO_LEN));
    meter.measure(
        || {
            let mut out = out.borrow_mut();
            out.clear();
            let frame = Frame::decode(black_box(request()), FrameLimit::MAX).ok()?;
            HelloExchange::respond(&frame, Hello::default(), &mut out).ok()
        },
        |limit| {
            ensure!(
                *limit == Some(FrameLimit::MAX) && *out.borrow() == response(),
                "the response is {:02x?}, with {limit:?}",
                out.borrow()
            )
        },
    );
}

pub(crate) fn hello_decode(meter: &mut impl Meter, _: u64) {
    meter.measure(
        || Hello::decode(black_box(&request()[31..])),
        |read| ensure!(*read == Ok(Hello::default()), "the HELLO was read as {read:?}"),
    );
}

/// A frame with a full chunk, and where its chunk lies.
fn data_frame() -> (Vec<u8>, Vec<u8>) {
    let chunk: Vec<u8> = (0..65_536u32).map(|at| (at % 251) as u8).collect();
    // By the rule: header, `a3`, obj, seq, bytes.
    let id = ContentId::of(&chunk).to_string();
    let header = [&[0, 1, 0, 90, 1, 0, 2][..], &[0; 16], &42u64.to_be_bytes()].concat();
    let payload =
        [b"\xA3\x63obj\x78\x43", id.as_bytes(), b"\x63seq\x07\x65bytes\x5A\x00\x01\x00\x00"].concat();
    ([header, payload, chunk.clone()].concat(), chunk)
}

/// A frame with a full chunk, down to the chunk's bytes.
pub(crate) fn data_decode(meter: &mut impl Meter, _: u64) {
    let (frame, chunk) = data_frame();
    meter.measure(
        || {
            let frame = Frame::decode(black_box(&frame), FrameLimit::MAX).ok()?;
            Data::decode(frame.into_parts().1).ok()
        },
        |data| is_data(data.as_ref(), &chunk),
    );
}

/// The same, written into a buffer that has room.
pub(crate) fn data_encode(meter: &mut impl Meter, _: u64) {
    let (frame, chunk) = data_frame();
    let data = Data::new(ContentId::of(&chunk), 7, &chunk[..]);
    let out = RefCell::new(Vec::with_capacity(frame.len()));
    meter.measure(
        || {
            let mut out = out.borrow_mut();
            out.clear();
            let data: Result<_, &DecodeError> = black_box(&data).as_ref();
            let data = data.ok()?;
            write_frame(FrameFlags::RESPONSE, 0, 42, data, FrameLimit::MAX, &mut out).ok()
        },
        |written| {
            ensure!(
                written.is_some() && *out.borrow() == frame,
                "{} bytes were written, or other ones than the {} of the frame",
                out.borrow().len(),
                frame.len()
            )
        },
    );
}

/// Ten thousand EVENTs of 8 bytes out of one buffer.
pub(crate) fn stream_10k(meter: &mut impl Meter, _: u64) {
    let mut stream = Vec::new();
    for number in 0..STREAMED {
        let frame = Frame::new(FrameFlags::EVENT, 0, number, number.to_be_bytes(), FrameLimit::MAX);
        frame.iter().for_each(|frame| frame.encode_into(&mut stream));
    }
    meter.produced(STREAMED);
    meter.measure(
        || {
            let (decoder, mut rest, mut sum) = (FrameDecoder::new(), black_box(&stream[..]), 0u64);
            while let Ok(Decoded::Frame(frame)) = decoder.decode(rest) {
                sum += frame.header().corr_id;
                rest = rest.get(frame.header().frame_len()..).unwrap_or_default();
            }
            (sum, rest.len())
        },
        |(sum, left)| {
            let expected = STREAMED * (STREAMED - 1) / 2;
            ensure!(
                (*sum, *left) == (expected, 0),
                "the numbers add up to {sum}, not {expected}, or {left} bytes are left"
            )
        },
    );
}

fn is_hello_header(header: &Result<Header, FrameError>) -> Answer {
    ensure!(
        header.is_ok_and(|header| {
            (header.flags, header.tenant_id, header.corr_id) == (FrameFlags::REQUEST, 0, 42)
                && header.payload_len() == 34
        }),
        "the header was read as {header:?}"
    )
}

fn is_data(data: Option<&Data<'_>>, chunk: &[u8]) -> Answer {
    ensure!(
        data.is_some_and(|data| data.seq() == 7
            && data.bytes() == chunk
            && data.obj() == ContentId::of(chunk)),
        "the frame was read as {data:?}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_header_or_chunk_is_refused() {
        is_hello_header(&Header::parse(request(), FrameLimit::MAX)).unwrap();
        assert!(is_hello_header(&Header::parse(response(), FrameLimit::MAX)).is_err());
        assert!(is_hello_header(&Header::parse(&[], FrameLimit::MAX)).is_err());
        let (_, chunk) = data_frame();
        let data = |seq, bytes: &[u8]| Data::new(ContentId::of(&chunk), seq, bytes.to_vec()).ok();
        is_data(data(7, &chunk).as_ref(), &chunk).unwrap();
        assert!(is_data(data(8, &chunk).as_ref(), &chunk).is_err());
        assert!(is_data(data(7, &chunk[1..]).as_ref(), &chunk).is_err());
        assert!(is_data(None, &chunk).is_err());
    }
}
