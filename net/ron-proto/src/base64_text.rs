//! Byte strings in JSON: base64 text in the standard alphabet, padded.
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serializer, de::Error};
use std::borrow::Cow;

pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

pub(crate) fn deserialize<'de, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'a, [u8]>, D::Error> {
    let text: Cow<'_, str> = Deserialize::deserialize(deserializer)?;
    // The text itself stays out of the message.
    STANDARD.decode(&*text).map(Cow::Owned).map_err(|_| D::Error::custom("bytes must be padded base64"))
}

/// The same for a field that may be left out. It is never null.
pub(crate) mod optional {
    use super::{Cow, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        bytes: &Option<Cow<'_, [u8]>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => super::serialize(bytes, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, 'a, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Cow<'a, [u8]>>, D::Error> {
        super::deserialize(deserializer).map(Some)
    }
}
