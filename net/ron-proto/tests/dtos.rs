//! Capabilities and mailbox messages against their vectors, in CBOR and in JSON.
#![cfg(test)]
mod support;

use ron_proto::dto::mailbox::{Ack, Recv, Refusal, Send};
use ron_proto::dto::{Capability, Caveat, CaveatKind, Method};
use ron_proto::oap::FrameLimit;
use ron_proto::payload::{Data, End, ErrorEnvelope, Hello, Start};
use ron_proto::taxonomy::{Classify, Reason, WireKind};
use ron_proto::{ContentId, DecodeError, Encode};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::fmt::Debug;
use support::{cases, hex, load, name, text};

fn vectors() -> Value {
    load(include_str!("vectors/dtos.json"))
}

/// A value that its vector describes, the same from JSON and back.
fn of_json<T: Serialize + DeserializeOwned + PartialEq + Debug>(json: &Value) -> T {
    let value: T = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(&value).unwrap(), *json);
    let mut unknown = json.clone();
    unknown["unknown"] = 1.into();
    assert!(serde_json::from_value::<T>(unknown).is_err(), "an unknown field was taken: {json}");
    // Without names: the values in the order that they are written in.
    let text = serde_json::to_string(&value).unwrap();
    let values = serde_json::from_str::<InOrder>(&text).unwrap().0;
    assert!(serde_json::from_value::<T>(Value::Array(values)).is_err(), "a list was taken for {json}");
    value
}

/// The values of an object as they are written, which `Value` sorts by name.
struct InOrder(Vec<Value>);

impl<'de> serde::Deserialize<'de> for InOrder {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Values;

        impl<'de> serde::de::Visitor<'de> for Values {
            type Value = InOrder;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<InOrder, A::Error> {
                let mut values = Vec::new();
                while let Some((_, value)) = map.next_entry::<String, Value>()? {
                    values.push(value);
                }
                Ok(InOrder(values))
            }
        }

        deserializer.deserialize_map(Values)
    }
}

/// The vector's value in JSON: bytes are base64 there.
fn in_json(value: &Value) -> Value {
    let mut json = value.clone();
    if let Some(payload) = json.as_object_mut().unwrap().remove("payload_hex") {
        json["payload"] = match text(&payload) {
            "0001" => "AAE=".into(),
            "" => "".into(),
            other => panic!("{other} has no base64 here"),
        };
    }
    json
}

#[test]
fn every_valid_dto_is_read_and_written() {
    for case in cases(&vectors(), "valid", 6) {
        let (name, bytes, json) = (name(case), hex(&case["cbor_hex"]), in_json(&case["value"]));
        let (same, written) = match text(&case["type"]) {
            "Capability" => {
                let (read, said) =
                    (Capability::decode(&bytes).unwrap(), of_json::<Capability<'static>>(&json));
                (read == said && read.clone().into_owned() == said, read.encode())
            }
            "Send" => {
                let (read, said) = (Send::decode(&bytes).unwrap(), of_json::<Send<'static>>(&json));
                (read == said, read.encode())
            }
            "Recv" => {
                let (read, said) = (Recv::decode(&bytes).unwrap(), of_json::<Recv<'static>>(&json));
                (read == said, read.encode())
            }
            "Ack" => {
                let (read, said) = (Ack::decode(&bytes).unwrap(), of_json::<Ack<'static>>(&json));
                (read == said, read.encode())
            }
            other => panic!("{name}: {other} is no type"),
        };
        assert!(same, "{name}");
        assert_eq!(written, bytes, "{name}");
    }
}

#[test]
fn every_caveat_is_told_good_or_bad() {
    for case in cases(&vectors(), "caveats", 16) {
        let text = text(&case["text"]);
        let caveat = Caveat::new(text);
        assert_eq!(caveat.is_ok(), case["ok"] == true, "{text:?}");
        match caveat {
            Ok(caveat) => assert_eq!(caveat.as_str(), text),
            Err(error) => {
                assert_eq!(error.name(), "BadCaveat");
                assert_eq!(error.wire_kind(), WireKind::BadRequest);
            }
        }
    }
    assert_eq!(Caveat::new("ttl=060s").unwrap().kind(), CaveatKind::Ttl { seconds: "060" });
    assert_eq!(Caveat::new("method=POST").unwrap().kind(), CaveatKind::Method(Method::Post));
    assert_eq!(Caveat::new("path=/a=b").unwrap().kind(), CaveatKind::Path("/a=b"));
}

/// A capability's bytes with these caveats, by hand.
fn capability(caveats: &[u8]) -> Vec<u8> {
    [b"\xA3\x63typ\x68macaroon\x67caveats", caveats, b"\x67sig_b64\x61x"].concat()
}

#[test]
fn a_capability_is_refused_for_any_caveat_that_is_unknown() {
    let names = |caveats: &[u8]| {
        Capability::decode(&capability(caveats)).map(Capability::into_owned).map_err(|error| error.name())
    };
    assert_eq!(names(b"\x80").unwrap().caveats, []);
    assert_eq!(names(b"\x82\x66ttl=0s\x68tenant=x").unwrap_err(), "BadCaveat");
    assert_eq!(names(b"\x81\x46ttl=0s").unwrap_err(), "WrongType");
    assert_eq!(names(b"\x9B\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF").unwrap_err(), "Truncated");
    let mut other = capability(b"\x80");
    other[6] = b'M';
    assert_eq!(Capability::decode(&other), Err(DecodeError::BadValue { field: "typ" }));
    let shown = format!("{:?}", Capability { caveats: vec![], sig_b64: "secret".into() });
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn a_refusal_has_a_reason_of_the_canon() {
    for (reason, good) in [("not_found", true), ("NotFound", false), ("", false)] {
        let refusal = Ack {
            ok: false,
            error: Some(Refusal { kind: Reason::NotFound, message: "x".into() }),
            msg_id: "m1".into(),
        };
        let mut bytes = refusal.encode();
        let at = bytes.windows(9).position(|window| window == b"not_found").unwrap();
        bytes.splice(at - 1..at + 9, [&[0x60 | reason.len() as u8][..], reason.as_bytes()].concat());
        let read = Ack::decode(&bytes);
        let expected = if good { Ok(refusal) } else { Err(DecodeError::BadValue { field: "kind" }) };
        assert_eq!(read, expected, "{reason:?}");
    }
}

#[test]
fn payloads_have_json_forms_with_the_same_checks() {
    let hello = json!({ "chunk": 65_536, "hello": 1, "max_frame": 66_560 });
    assert_eq!(of_json::<Hello>(&hello), Hello { max_frame: FrameLimit::MIN });
    let start = json!({ "cap": "AAE=", "meta": "put", "seq_start": 7, "max_frame_bytes": 66_560 });
    assert_eq!(of_json::<Start<'static>>(&start).cap.as_deref(), Some(&[0, 1][..]));
    let bare = json!({ "seq_start": 7, "max_frame_bytes": 66_560 });
    assert_eq!(of_json::<Start<'static>>(&bare).cap, None);
    let data = json!({ "obj": ContentId::of(b"").to_string(), "seq": 0, "bytes": "AAE=" });
    assert_eq!(of_json::<Data<'static>>(&data).bytes(), [0, 1]);
    let error = json!({ "code": 404, "kind": "NotFound", "message": "gone" });
    assert_eq!(of_json::<ErrorEnvelope<'static>>(&error), ErrorEnvelope::new(WireKind::NotFound, "gone"));
    let acked = json!({ "up_to": 7 });
    assert_eq!(of_json::<ron_proto::payload::Ack>(&acked).up_to, 7);
    let refusal = json!({ "kind": "not_found", "message": "gone" });
    assert_eq!(of_json::<Refusal<'static>>(&refusal).kind, Reason::NotFound);
    let end = json!({ "ok": false, "error": error, "seq_end": 1 });
    assert!(of_json::<End<'static>>(&end).outcome.is_err());

    let refused = |json: &Value, key: &str, value: Value, read: fn(Value) -> bool| {
        let mut json = json.clone();
        json[key] = value;
        assert!(!read(json), "{key}");
    };
    fn reads<T: DeserializeOwned>(json: Value) -> bool {
        serde_json::from_value::<T>(json).is_ok()
    }
    refused(&hello, "chunk", 32_768.into(), reads::<Hello>);
    refused(&hello, "max_frame", 66_559.into(), reads::<Hello>);
    refused(&start, "cap", Value::Null, reads::<Start<'static>>);
    refused(&start, "cap", "AAE".into(), reads::<Start<'static>>);
    refused(&start, "meta", Value::Null, reads::<Start<'static>>);
    refused(&start, "max_frame_bytes", 1.into(), reads::<Start<'static>>);
    refused(&data, "bytes", "A".repeat(4 * 21_846).into(), reads::<Data<'static>>);
    refused(&error, "code", 399.into(), reads::<ErrorEnvelope<'static>>);
    refused(&error, "corr_id", Value::Null, reads::<ErrorEnvelope<'static>>);
    refused(&end, "ok", true.into(), reads::<End<'static>>);
}
