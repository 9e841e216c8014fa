//! Content ids from their text and back.
//!
//! Cost: 64 digits through vector instructions, some 140 instructions to read and 75 to write; nothing is allocated.
use perfkit_harness::{Answer, Meter, ensure};
use ron_proto::{ContentId, ParseContentIdError};
use std::hint::black_box;

/// The digits of the empty object's id, which the `blake3` documents give.
const TEXT: &str = "b3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

pub(crate) fn parse(meter: &mut impl Meter, _: u64) {
    meter.measure(|| ContentId::parse(black_box(TEXT.as_bytes())), is_id);
}

pub(crate) fn format(meter: &mut impl Meter, _: u64) {
    let id = ContentId::from_digest(*blake3::hash(b"").as_bytes());
    meter.measure(|| black_box(&id).to_text(), |text| is_text(text));
}

fn is_id(read: &Result<ContentId, ParseContentIdError>) -> Answer {
    let expected = blake3::hash(b"");
    ensure!(
        read.is_ok_and(|id| id.digest() == expected.as_bytes()),
        "{TEXT} was read as {read:?}, not as {expected}"
    )
}

fn is_text(text: &[u8]) -> Answer {
    ensure!(text == TEXT.as_bytes(), "the text is {:?}, not {TEXT}", String::from_utf8_lossy(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_id_or_text_is_refused() {
        is_id(&ContentId::parse(TEXT.as_bytes())).unwrap();
        assert!(is_id(&ContentId::parse(b"b3:")).is_err());
        assert!(is_id(&Ok(ContentId::of(b"x"))).is_err());
        is_text(TEXT.as_bytes()).unwrap();
        assert!(is_text(&TEXT.as_bytes()[1..]).is_err());
    }
}
