//! A schema and documents held against it: what validates, and what must be refused.
#![allow(dead_code, reason = "each test file uses what it needs")]

use std::{fs, path::Path};

use jsonschema::Validator;
use serde_json::{Value, json};

pub fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{name}.schema.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn validator(schema: &Value) -> Validator {
    if let Err(error) = jsonschema::meta::validate(schema) {
        panic!("the schema itself is none: {error}");
    }
    jsonschema::draft202012::new(schema).unwrap_or_else(|error| panic!("{error}"))
}

/// Valid, and valid still when the schema allows no field that it does not name.
pub fn accept(schema: &Value, document: &Value) {
    for (kind, schema) in [("", schema.clone()), (" with unnamed fields refused", closed(schema))] {
        if let Err(error) = validator(&schema).validate(document) {
            panic!("refused{kind}: {error} at {}", error.instance_path());
        }
    }
}

/// The schema with every object closed.
pub fn closed(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut members: serde_json::Map<_, _> =
                members.iter().map(|(key, value)| (key.clone(), closed(value))).collect();
            if members.contains_key("properties") && members.get("type") == Some(&json!("object")) {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
            Value::Object(members)
        }
        Value::Array(items) => Value::Array(items.iter().map(closed).collect()),
        other => other.clone(),
    }
}

pub fn refuse(schema: &Value, sample: &Value, edit: &dyn Fn(&mut Value), parse_fails: impl Fn(&str) -> bool) {
    let mut document = sample.clone();
    edit(&mut document);
    assert_ne!(document, *sample, "the edit changes nothing");
    assert!(!validator(schema).is_valid(&document), "the schema accepts {document}");
    assert!(parse_fails(&document.to_string()), "the type accepts {document}");
}

pub fn remove(document: &mut Value, pointer: &str, key: &str) {
    let object = document.pointer_mut(pointer).and_then(Value::as_object_mut);
    object.and_then(|object| object.remove(key)).unwrap_or_else(|| panic!("{pointer}/{key} is not there"));
}
