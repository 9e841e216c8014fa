//! Content ids: `b3:` and the 64 lowercase hex digits of the BLAKE3-256 digest of an object's plaintext bytes.
//!
//! There is one text for an id and nothing else is accepted: no truncated digest, no suffix, no space, no upper case.
//! In memory an id is its 32 bytes; nothing here allocates.
use crate::hex;
use std::{fmt, str::FromStr};

const PREFIX: [u8; 3] = *b"b3:";

/// The BLAKE3-256 digest that names an object. Ids sort as their texts do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId([u8; 32]);

/// Why bytes are no content id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseContentIdError {
    /// It starts otherwise.
    #[error("content id: must start with \"b3:\"")]
    MissingPrefix,
    /// Another number of bytes after the prefix.
    #[error("content id: must have 64 digits after \"b3:\", got {len} bytes")]
    BadLen {
        /// Bytes after the prefix.
        len: usize,
    },
    /// A byte that is no lowercase hex digit.
    #[error("content id: digits must be 0-9 or a-f")]
    BadHex,
}

impl ParseContentIdError {
    /// The error's name in the taxonomy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingPrefix => "MissingPrefix",
            Self::BadLen { .. } => "BadLen",
            Self::BadHex => "BadHex",
        }
    }
}

impl ContentId {
    /// Bytes of an id's text.
    pub const TEXT_LEN: usize = 67;

    /// Of a digest.
    #[inline]
    pub const fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest.
    #[inline]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.0
    }

    /// Read an id's text, which may be any bytes. Checked in this order: the prefix, the length in bytes, the digits.
    #[inline]
    pub fn parse(text: &[u8]) -> Result<Self, ParseContentIdError> {
        let digits = text.strip_prefix(&PREFIX).ok_or(ParseContentIdError::MissingPrefix)?;
        let digits = digits.try_into().map_err(|_| ParseContentIdError::BadLen { len: digits.len() })?;
        hex::decode(digits).map(Self).ok_or(ParseContentIdError::BadHex)
    }

    /// The text as bytes.
    #[inline]
    pub fn to_text(&self) -> [u8; Self::TEXT_LEN] {
        let mut text = [0; Self::TEXT_LEN];
        text[..PREFIX.len()].copy_from_slice(&PREFIX);
        text[PREFIX.len()..].copy_from_slice(&hex::encode(&self.0));
        text
    }

    /// Write the text to `out` and hand it back as one.
    #[inline]
    pub fn write_text<'b>(&self, out: &'b mut [u8; Self::TEXT_LEN]) -> &'b str {
        *out = self.to_text();
        // Prefix and digits are ASCII.
        std::str::from_utf8(out).unwrap_or_default()
    }
}

impl FromStr for ContentId {
    type Err = ParseContentIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text.as_bytes())
    }
}

impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.write_text(&mut [0; Self::TEXT_LEN]))
    }
}

/// The first eight digits: enough to tell ids apart in a log.
impl fmt::Debug for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; Self::TEXT_LEN];
        let text = self.write_text(&mut text);
        write!(f, "ContentId({}…)", text.get(..PREFIX.len() + 8).unwrap_or_default())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for ContentId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.write_text(&mut [0; Self::TEXT_LEN]))
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for ContentId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl serde::de::Visitor<'_> for Text {
            type Value = ContentId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"b3:\" and 64 lowercase hex digits")
            }

            // Borrowed and owned texts come here too.
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ContentId, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}
