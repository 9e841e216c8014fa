//! Reading the vector files: hex is bytes, numbers may be strings, objects may be patterns.
#![allow(dead_code, reason = "each test file uses its part")]
use ron_proto::oap::{FrameFlags, FrameLimit, Header};
use ron_proto::payload::{Ack, Data, End, ErrorCode, ErrorEnvelope, Hello, Payload, Place, Start};
use serde_json::Value;

pub fn load(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The cases of an array, of which there must be this many.
pub fn cases<'a>(vectors: &'a Value, array: &str, count: usize) -> &'a [Value] {
    let cases = vectors[array].as_array().unwrap();
    assert_eq!(cases.len(), count, "cases in {array}");
    cases
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

pub fn hex(value: &Value) -> Vec<u8> {
    unhex(text(value))
}

pub fn unhex(text: &str) -> Vec<u8> {
    assert_eq!(text.len() % 2, 0);
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A number, or one written as text where it is too large for some readers of JSON.
pub fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| text(value).parse().unwrap())
}

pub fn name(case: &Value) -> &str {
    text(&case["name"])
}

/// Byte `i` is `i mod 251`.
pub fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251) as u8).collect()
}

/// The object that a vector describes.
pub fn object(value: &Value) -> Vec<u8> {
    if let Some(text) = value["utf8"].as_str() {
        return text.as_bytes().to_vec();
    }
    let mut object = pattern(number(&value["pattern251"]) as usize);
    if let Some([at, flip]) = value["xor_byte"].as_array().map(Vec::as_slice) {
        object[number(at) as usize] ^= number(flip) as u8;
    }
    object
}

/// Where frames of this kind stand.
pub fn place_of(kind: &str) -> Place {
    if kind == "HELLO" { Place::First } else { Place::Later }
}

/// The header that a vector describes.
pub fn header_of(value: &Value) -> Header {
    let flags = FrameFlags::from_bits(number(&value["flags"]) as u16).unwrap();
    let tenant_id = u128::from_str_radix(text(&value["tenant_id_hex"]), 16).unwrap();
    let len = number(&value["len"]) as usize;
    assert_eq!(value["ver"], 1);
    Header::new(flags, tenant_id, number(&value["corr_id"]), len, FrameLimit::MAX).unwrap()
}

/// The payload that a vector describes; `opaque` is what an opaque one has.
pub fn payload_of<'a>(kind: &str, value: &'a Value, opaque: &'a [u8]) -> Payload<'a> {
    if value["opaque"] == true {
        return Payload::Opaque(opaque);
    }
    match kind {
        "HELLO" => Payload::Hello(Hello { max_frame: limit(&value["max_frame"]) }),
        "START" => Payload::Start(Start {
            cap: value.get("cap_hex").map(|cap| hex(cap).into()),
            meta: value.get("meta").map(|meta| text(meta).into()),
            seq_start: number(&value["seq_start"]),
            max_frame_bytes: limit(&value["max_frame_bytes"]),
        }),
        "DATA" => {
            let bytes = match value.get("bytes_utf8") {
                Some(bytes) => text(bytes).as_bytes().to_vec(),
                None => {
                    let [from, len] = [0, 1].map(|at| number(&value["bytes_pattern251"][at]) as usize);
                    pattern(from + len)[from..].to_vec()
                }
            };
            Payload::Data(
                Data::new(text(&value["obj"]).parse().unwrap(), number(&value["seq"]), bytes).unwrap(),
            )
        }
        "END" => Payload::End(End {
            outcome: if value["ok"] == true { Ok(()) } else { Err(envelope(&value["error"])) },
            seq_end: number(&value["seq_end"]),
        }),
        "ACK" => Payload::Ack(Ack { up_to: number(&value["up_to"]) }),
        "ERROR" => Payload::Error(envelope(value)),
        other => panic!("{other} is no kind"),
    }
}

fn limit(value: &Value) -> FrameLimit {
    FrameLimit::new(number(value) as u32).unwrap()
}

fn envelope(value: &Value) -> ErrorEnvelope<'_> {
    ErrorEnvelope {
        code: ErrorCode::new(number(&value["code"]) as u16).unwrap(),
        kind: text(&value["kind"]).into(),
        corr_id: value.get("corr_id").map(number),
        message: text(&value["message"]).into(),
        retry_after_ms: value.get("retry_after_ms").map(|after| number(after) as u32),
    }
}
