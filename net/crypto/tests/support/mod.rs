//! Reading the vector files: hex is bytes, `"0x…"` is a `u64`.
#![allow(dead_code, reason = "each test file uses its part")]
use serde_json::Value;

pub fn load(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The cases of an array, of which there must be some.
pub fn cases<'a>(vectors: &'a Value, array: &str) -> &'a [Value] {
    let cases = vectors[array].as_array().unwrap();
    assert!(!cases.is_empty(), "no cases in {array}");
    cases
}

pub fn hex(value: &Value) -> Vec<u8> {
    unhex(value.as_str().unwrap())
}

pub fn unhex(text: &str) -> Vec<u8> {
    assert_eq!(text.len() % 2, 0);
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

pub fn number(value: &Value) -> u64 {
    match value {
        Value::String(text) => u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap(),
        other => other.as_u64().unwrap(),
    }
}

pub fn name(case: &Value) -> &str {
    case["name"].as_str().unwrap_or("unnamed")
}
