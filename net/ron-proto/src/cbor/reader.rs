//! Items, read from left to right.
//!
//! Cost: a one-byte head of the wanted type is two comparisons; everything else goes the long way, where the checks stand
//! in the order in which they win. Nothing is allocated and nothing is reserved: texts and byte strings are borrowed.
use super::{CANON_ENFORCED, Major};
use crate::DecodeError;

/// Simple values `false` and `true`.
const FALSE: u64 = 20;
const TRUE: u64 = 21;
const TAG: u8 = 6;
const SIMPLE: u8 = Major::Simple as u8;

/// A position in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    /// What was not read yet.
    rest: &'a [u8],
    /// Bytes there were.
    len: usize,
}

/// An item's first bytes.
struct AnyHead {
    major: u8,
    /// Bytes that the argument has of its own.
    width: usize,
    argument: u64,
}

impl<'a> Reader<'a> {
    #[inline]
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, len: bytes.len() }
    }

    /// Offset of the next byte.
    #[inline]
    pub(crate) fn position(&self) -> usize {
        self.len - self.rest.len()
    }

    /// The bytes that were not read yet.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// How many they are.
    #[inline]
    pub(crate) fn remaining(&self) -> u64 {
        self.rest.len() as u64
    }

    /// That nothing follows.
    #[inline]
    pub(crate) fn finish(&self) -> Result<(), DecodeError> {
        if cfg!(planted = "ron_manifest_trailing_bytes") {
            return Ok(());
        }
        match self.rest.len() {
            0 => Ok(()),
            extra => Err(DecodeError::TrailingBytes { extra }),
        }
    }

    #[inline]
    pub(crate) fn uint(&mut self) -> Result<u64, DecodeError> {
        self.head(Major::Uint)
    }

    /// An integer of a narrower width.
    #[inline]
    pub(crate) fn uint_of<T: TryFrom<u64>>(
        &mut self,
        field: &'static str,
        max: u64,
    ) -> Result<T, DecodeError> {
        let found = self.uint()?;
        T::try_from(found).map_err(|_| DecodeError::IntRange { field, max, found })
    }

    #[inline]
    pub(crate) fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        self.uint_of(field, u32::MAX.into())
    }

    pub(crate) fn bool(&mut self) -> Result<bool, DecodeError> {
        let at = self.position();
        match self.any_head()? {
            AnyHead { major: SIMPLE, width: 0, argument: FALSE } => Ok(false),
            AnyHead { major: SIMPLE, width: 0, argument: TRUE } => Ok(true),
            _ => Err(DecodeError::WrongType { at }),
        }
    }

    #[inline]
    pub(crate) fn text(&mut self) -> Result<&'a str, DecodeError> {
        let at = self.position();
        let len = self.head(Major::Text)?;
        let text = self.take(at, len)?;
        std::str::from_utf8(text).map_err(|_| DecodeError::InvalidUtf8 { at })
    }

    #[inline]
    pub(crate) fn byte_string(&mut self) -> Result<&'a [u8], DecodeError> {
        let at = self.position();
        let len = self.head(Major::Bytes)?;
        self.take(at, len)
    }

    /// Items of an array; each takes `least` bytes or more.
    #[inline]
    pub(crate) fn array(&mut self, least: u64) -> Result<u64, DecodeError> {
        let at = self.position();
        let count = self.head(Major::Array)?;
        self.hold(at, count, least)?;
        Ok(count)
    }

    /// That `count` items of `least` bytes each can follow the item at `at`.
    #[inline]
    pub(crate) fn hold(&self, at: usize, count: u64, least: u64) -> Result<(), DecodeError> {
        if count > self.remaining() / least { Err(DecodeError::Truncated { at }) } else { Ok(()) }
    }

    /// The next `len` bytes, which belong to the item at `at`.
    #[inline]
    pub(crate) fn take(&mut self, at: usize, len: u64) -> Result<&'a [u8], DecodeError> {
        let split = usize::try_from(len).ok().and_then(|len| self.rest.split_at_checked(len));
        let (taken, rest) = split.ok_or(DecodeError::Truncated { at })?;
        self.rest = rest;
        Ok(taken)
    }

    /// The argument of an item of the wanted type.
    #[inline]
    pub(crate) fn head(&mut self, wanted: Major) -> Result<u64, DecodeError> {
        if let Some(argument) = self.short_head(wanted) {
            return Ok(argument);
        }
        let at = self.position();
        let head = self.any_head()?;
        if head.major == wanted as u8 { Ok(head.argument) } else { Err(DecodeError::WrongType { at }) }
    }

    /// The length of a map key's text, which lies ahead.
    #[inline]
    pub(crate) fn key_head(&mut self) -> Result<u64, DecodeError> {
        if let Some(len) = self.short_head(Major::Text) {
            return Ok(len);
        }
        let at = self.position();
        let head = self.any_head()?;
        if head.major == Major::Text as u8 { Ok(head.argument) } else { Err(DecodeError::KeyNotText { at }) }
    }

    /// A head of one byte and the wanted type.
    #[inline]
    fn short_head(&mut self, wanted: Major) -> Option<u64> {
        let (first, rest) = self.rest.split_first()?;
        let argument = first.wrapping_sub((wanted as u8) << 5);
        if argument >= 24 {
            return None;
        }
        self.rest = rest;
        Some(argument.into())
    }

    /// Any head. What is wrong with a head counts before what it is a head of.
    fn any_head(&mut self) -> Result<AnyHead, DecodeError> {
        let at = self.position();
        let Some((&first, rest)) = self.rest.split_first() else {
            return Err(DecodeError::Truncated { at });
        };
        let (major, info) = (first >> 5, first & 31);
        match (info, major) {
            (28..=30, _) => return Err(DecodeError::Malformed { at }),
            (31, _) => return Err(DecodeError::IndefiniteLength { at }),
            (25..=27, SIMPLE) => return Err(DecodeError::FloatForbidden { at }),
            (_, TAG) => return Err(DecodeError::TagForbidden { at }),
            _ => {}
        }
        // The argument, its width, and the least that no shorter form can say.
        let (argument, width, least) = match info {
            24 => (rest.first_chunk().copied().map(u8::from_be_bytes).map(u64::from), 1, 24),
            25 => (rest.first_chunk().copied().map(u16::from_be_bytes).map(u64::from), 2, 1 << 8),
            26 => (rest.first_chunk().copied().map(u32::from_be_bytes).map(u64::from), 4, 1 << 16),
            27 => (rest.first_chunk().copied().map(u64::from_be_bytes), 8, 1 << 32),
            _ => (Some(info.into()), 0, 0),
        };
        let argument = argument.ok_or(DecodeError::Truncated { at })?;
        let tolerated = !CANON_ENFORCED || cfg!(planted = "ron_cbor_non_minimal");
        if argument < least && major != SIMPLE && !tolerated {
            return Err(DecodeError::NonMinimal { at });
        }
        self.rest = rest.get(width..).unwrap_or_default();
        Ok(AnyHead { major, width, argument })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_their_shortest_form_alone() {
        let forms: [(&[u8], Result<u64, &str>); 12] = [
            (&[0x17], Ok(23)),
            (&[0x18, 24], Ok(24)),
            (&[0x19, 1, 0], Ok(256)),
            (&[0x1A, 0, 1, 0, 0], Ok(65_536)),
            (&[0x1B, 0, 0, 0, 1, 0, 0, 0, 0], Ok(1 << 32)),
            (&[0x1B, 255, 255, 255, 255, 255, 255, 255, 255], Ok(u64::MAX)),
            (&[0x18, 23], Err("NonMinimal")),
            (&[0x19, 0, 255], Err("NonMinimal")),
            (&[0x1A, 0, 0, 255, 255], Err("NonMinimal")),
            (&[0x1B, 0, 0, 0, 0, 255, 255, 255, 255], Err("NonMinimal")),
            (&[0x1A, 0, 0, 0], Err("Truncated")),
            (&[0x38, 23], Err("NonMinimal")),
        ];
        for (bytes, expected) in forms {
            let read = Reader::new(bytes).uint().map_err(|error| error.name());
            if CANON_ENFORCED || expected != Err("NonMinimal") {
                assert_eq!(read, expected, "{bytes:02x?}");
            }
        }
    }

    #[test]
    fn every_first_byte_is_judged_by_the_order_of_checks() {
        for first in 0..=u8::MAX {
            // An argument of ones is the shortest form at any width.
            let bytes = [&[first][..], &[255; 8]].concat();
            let found = Reader::new(&bytes).uint().map_err(|error| error.name());
            let expected = match (first >> 5, first & 31) {
                (_, 28..=30) => Err("Malformed"),
                (_, 31) => Err("IndefiniteLength"),
                (7, 25..=27) => Err("FloatForbidden"),
                (6, _) => Err("TagForbidden"),
                (0, info @ 0..24) => Ok(info.into()),
                (0, 24) => Ok(255),
                (0, 25) => Ok(u16::MAX.into()),
                (0, 26) => Ok(u32::MAX.into()),
                (0, 27) => Ok(u64::MAX),
                _ => Err("WrongType"),
            };
            assert_eq!(found, expected, "{first:#x}");
            let alone = Reader::new(&bytes[..1]).uint().map_err(|error| error.name());
            let cut = matches!((first >> 5, first & 31), (0..=5 | 7, 24) | (0..=5, 25..=27));
            assert_eq!(alone, if cut { Err("Truncated") } else { expected }, "{first:#x} alone");
        }
    }

    #[test]
    fn only_two_simple_values_are_booleans() {
        assert_eq!(Reader::new(&[0xF4]).bool(), Ok(false));
        assert_eq!(Reader::new(&[0xF5]).bool(), Ok(true));
        for other in [&[0xF6][..], &[0xF7], &[0xF8, 20], &[0xE0], &[0x14], &[0x81]] {
            assert_eq!(Reader::new(other).bool(), Err(DecodeError::WrongType { at: 0 }), "{other:02x?}");
        }
    }
}
