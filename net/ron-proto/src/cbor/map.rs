//! Maps of known fields: keys in canonical order, each once, none unknown, the required ones all there.
//!
//! Cost: a key that comes where the schema has it is one comparison; only one that does not is looked at more closely.
use super::{CANON_ENFORCED, Major, Reader};
use crate::DecodeError;
use std::cmp::Ordering;

/// A field of a type. A schema lists them in the order of their keys: shorter first, then bytewise.
#[derive(Debug)]
pub(crate) struct Field {
    name: &'static str,
    required: bool,
}

impl Field {
    pub(crate) const fn required(name: &'static str) -> Self {
        Self { name, required: true }
    }

    pub(crate) const fn optional(name: &'static str) -> Self {
        Self { name, required: false }
    }

    /// Whether this is its key. A loop, not `memcmp`: that one costs more beside the end of a page, so that where the linker
    /// put a name would move the count of a decoder. It costs about the same: of 999 instructions a DATA frame lost 42, of
    /// 662 a HELLO frame gained 24.
    #[inline]
    fn is(&self, key: &[u8]) -> bool {
        self.name.len() == key.len() && self.name.bytes().zip(key).all(|(a, &b)| a == b)
    }
}

/// A map that is being read.
#[derive(Debug)]
pub(crate) struct Map {
    schema: &'static [Field],
    pairs_left: u64,
    /// Index behind the furthest field that was read, which is the last one where the order is kept. What is ahead was
    /// never seen.
    ahead: usize,
    /// A bit a field.
    seen: u32,
}

impl Reader<'_> {
    /// Begin a map of these fields.
    #[inline]
    pub(crate) fn map(&mut self, schema: &'static [Field]) -> Result<Map, DecodeError> {
        let at = self.position();
        let pairs = self.head(Major::Map)?;
        // A key and a value have a byte each, at least.
        self.hold(at, pairs, 2)?;
        Ok(Map { schema, pairs_left: pairs, ahead: 0, seen: 0 })
    }
}

impl Map {
    /// The next key, whose value lies ahead; `None` behind the last pair, where every required field was seen.
    #[inline]
    pub(crate) fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<&'static str>, DecodeError> {
        if self.pairs_left == 0 {
            return self.complete();
        }
        self.pairs_left -= 1;
        let at = reader.position();
        let len = reader.key_head()?;
        let key = reader.take(at, len)?;
        let ahead = self.schema.get(self.ahead..).unwrap_or_default();
        let (index, name) = match ahead.iter().position(|field| field.is(key)) {
            // Ahead in the schema is behind in the order.
            Some(distance) => (self.ahead + distance, ahead[distance].name),
            None => self.out_of_turn(key, at)?,
        };
        self.ahead = self.ahead.max(index + 1);
        self.seen |= 1 << index;
        Ok(Some(name))
    }

    /// What is wrong with a key that is none of the fields ahead.
    #[cold]
    fn out_of_turn(&self, key: &[u8], at: usize) -> Result<(usize, &'static str), DecodeError> {
        if std::str::from_utf8(key).is_err() {
            return Err(DecodeError::InvalidUtf8 { at });
        }
        if !CANON_ENFORCED {
            let known = self.schema.iter().position(|field| field.name.as_bytes() == key);
            return match known {
                None => Err(DecodeError::UnknownField { at }),
                Some(index) if self.seen & 1 << index != 0 => Err(DecodeError::DuplicateKey { at }),
                Some(index) => Ok((index, self.schema[index].name)),
            };
        }
        let previous = self.schema.get(..self.ahead).and_then(<[Field]>::last);
        let previous = previous.map(|field| field.name.as_bytes());
        Err(match previous.map(|previous| (key.len(), key).cmp(&(previous.len(), previous))) {
            Some(Ordering::Equal) => DecodeError::DuplicateKey { at },
            Some(Ordering::Less) => DecodeError::KeyOrder { at },
            Some(Ordering::Greater) | None => DecodeError::UnknownField { at },
        })
    }

    /// The first required field that was not seen.
    #[inline]
    fn complete(&self) -> Result<Option<&'static str>, DecodeError> {
        let mut fields = self.schema.iter().enumerate();
        match fields.find(|(index, field)| field.required && self.seen & 1 << index == 0) {
            Some((_, field)) => Err(DecodeError::MissingField { field: field.name }),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SCHEMA: [Field; 3] = [Field::required("a"), Field::optional("c"), Field::required("bb")];

    /// Keys that were read of a map of numbers, until the end or an error.
    fn keys(bytes: &[u8]) -> Result<Vec<&'static str>, &'static str> {
        let read = || {
            let mut reader = Reader::new(bytes);
            let (mut map, mut keys) = (reader.map(&SCHEMA)?, Vec::new());
            while let Some(key) = map.next(&mut reader)? {
                keys.push(key);
                reader.uint()?;
            }
            Ok(keys)
        };
        read().map_err(|error: DecodeError| error.name())
    }

    #[test]
    fn required_fields_must_be_there_and_optional_ones_may() {
        assert_eq!(keys(b"\xA3\x61a\0\x61c\0\x62bb\0"), Ok(vec!["a", "c", "bb"]));
        assert_eq!(keys(b"\xA2\x61a\0\x62bb\0"), Ok(vec!["a", "bb"]));
        assert_eq!(keys(b"\xA2\x61a\0\x61c\0"), Err("MissingField"));
        assert_eq!(keys(b"\xA0"), Err("MissingField"));
    }

    #[test]
    fn unknown_repeated_and_swapped_keys_are_told_apart() {
        assert_eq!(keys(b"\xA2\x61b\0\x62bb\0"), Err("UnknownField"));
        assert_eq!(keys(b"\xA2\x61a\0\x61b\0"), Err("UnknownField"));
        assert_eq!(keys(b"\xA2\x61a\0\x61a\0"), Err("DuplicateKey"));
        assert_eq!(keys(b"\xA2\x61\xFF\0\x61a\0"), Err("InvalidUtf8"));
        assert_eq!(keys(b"\xA2\x41a\0\x61a\0"), Err("KeyNotText"));
        if CANON_ENFORCED {
            assert_eq!(keys(b"\xA3\x62bb\0\x61a\0\x61c\0"), Err("KeyOrder"));
            // Smaller than the one before it, and unknown: the order is looked at first.
            assert_eq!(keys(b"\xA2\x62bb\0\x61x\0"), Err("KeyOrder"));
        } else {
            assert_eq!(keys(b"\xA3\x62bb\0\x61a\0\x61c\0"), Ok(vec!["bb", "a", "c"]));
            assert_eq!(keys(b"\xA3\x62bb\0\x61a\0\x62bb\0"), Err("DuplicateKey"));
        }
    }

    #[test]
    fn more_pairs_than_the_bytes_can_hold_are_refused_at_the_head() {
        assert_eq!(keys(b"\xA3\x61a\0\x61c"), Err("Truncated"));
        assert_eq!(keys(b"\xBB\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x61a\0"), Err("Truncated"));
    }
}
