//! Items, written. What takes the bytes may be a buffer, or a counter that says how long a buffer must be.
use super::Major;
use sealed::{Sink, Write};

/// A type with one encoding. Equal values have equal bytes.
pub trait Encode: Write {
    /// Bytes of the encoding.
    fn encoded_len(&self) -> usize {
        let mut len = Length(0);
        self.write(&mut len);
        len.0
    }

    /// Append the encoding. Allocates at most once: what is missing of the room.
    fn encode_into(&self, out: &mut Vec<u8>) {
        out.reserve(self.encoded_len());
        self.write(out);
    }

    /// The encoding, in one allocation of its size.
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.encode_into(&mut out);
        out
    }
}

impl<T: Write> Encode for T {}

/// How types are written; nobody else's types are.
pub mod sealed {
    /// Takes bytes.
    pub trait Sink {
        /// The next ones.
        fn put(&mut self, bytes: &[u8]);
    }

    /// Writes itself.
    pub trait Write {
        /// All of it.
        fn write(&self, sink: &mut impl Sink);
    }
}

/// Counts what it is given.
struct Length(usize);

impl Sink for Length {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }
}

impl Sink for Vec<u8> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// The shortest head of an argument.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    bytes: [u8; 9],
    len: usize,
}

impl Head {
    #[inline]
    pub(crate) fn new(major: Major, argument: u64) -> Self {
        let major = (major as u8) << 5;
        let [.., b3, b2, b1, b0] = argument.to_be_bytes();
        match argument {
            0..24 => Self::of([major | b0]),
            24..0x100 => Self::of([major | 24, b0]),
            0x100..0x1_0000 => Self::of([major | 25, b1, b0]),
            0x1_0000..0x1_0000_0000 => Self::of([major | 26, b3, b2, b1, b0]),
            _ => {
                let [b7, b6, b5, b4, ..] = argument.to_be_bytes();
                Self::of([major | 27, b7, b6, b5, b4, b3, b2, b1, b0])
            }
        }
    }

    #[inline]
    fn of<const N: usize>(head: [u8; N]) -> Self {
        let mut bytes = [0; 9];
        bytes[..N].copy_from_slice(&head);
        Self { bytes, len: N }
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Bytes of the shortest head of an argument.
    #[inline]
    pub(crate) const fn len(argument: u64) -> u64 {
        match argument {
            0..24 => 1,
            24..0x100 => 2,
            0x100..0x1_0000 => 3,
            0x1_0000..0x1_0000_0000 => 5,
            _ => 9,
        }
    }
}

/// Items on top of bytes.
pub(crate) trait Items: Sink {
    #[inline]
    fn head(&mut self, major: Major, argument: u64) {
        self.put(Head::new(major, argument).as_slice());
    }

    #[inline]
    fn map(&mut self, pairs: u64) {
        self.head(Major::Map, pairs);
    }

    #[inline]
    fn array(&mut self, items: usize) {
        self.head(Major::Array, items as u64);
    }

    #[inline]
    fn uint(&mut self, number: u64) {
        self.head(Major::Uint, number);
    }

    #[inline]
    fn bool(&mut self, value: bool) {
        self.put(&[0xF4 | u8::from(value)]);
    }

    #[inline]
    fn text(&mut self, text: &str) {
        self.text_bytes(text.as_bytes());
    }

    /// A text that is known to be one.
    #[inline]
    fn text_bytes(&mut self, text: &[u8]) {
        self.head(Major::Text, text.len() as u64);
        self.put(text);
    }

    #[inline]
    fn byte_string(&mut self, bytes: &[u8]) {
        self.head(Major::Bytes, bytes.len() as u64);
        self.put(bytes);
    }
}

impl<S: Sink> Items for S {}

/// A few bytes in a value. Whoever fills it knows that they fit; what does not is left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stack<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Stack<N> {
    #[inline]
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl<const N: usize> Sink for Stack<N> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let room = self.bytes.get_mut(self.len..).and_then(|rest| rest.get_mut(..bytes.len()));
        debug_assert!(room.is_some(), "{} bytes beyond {N}", self.len + bytes.len() - N);
        if let Some(room) = room {
            room.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Reader;
    use super::*;

    #[test]
    fn numbers_at_every_change_of_width_come_back() {
        let edges = [0, 23, 24, 255, 256, 65_535, 65_536, u32::MAX.into(), 1 << 32, u64::MAX];
        for number in edges {
            let head = Head::new(Major::Uint, number);
            assert_eq!(Reader::new(head.as_slice()).uint(), Ok(number));
            assert_eq!(head.as_slice().len() as u64, Head::len(number));
        }
    }
}
