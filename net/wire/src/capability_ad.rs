//! The capability advertisement of the swarm library: a codec only, no node sends it.
//!
//! node id u64, version u32, gpu u8, memory in GB u32, model slots u8, then tools and tags: each a count u8 and
//! that many of length u8 and text.

/// Bytes in front of the two lists.
const FIXED_SIZE: usize = 18;

/// A capability advertisement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CapabilityAd {
    /// Whose.
    pub node_id: u64,
    /// Rises when something changes.
    pub version: u32,
    /// Has a GPU.
    pub gpu: bool,
    /// Memory in GB.
    pub memory_gb: u32,
    /// Models it can serve at a time.
    pub model_slots: u8,
    /// Tools, at most 255 of at most 255 bytes.
    pub tools: Vec<String>,
    /// Tags, at most 255 of at most 255 bytes.
    pub tags: Vec<String>,
}

/// Why bytes are no advertisement, or one has no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CapabilityAdError {
    /// It ends inside a field.
    #[error("capability ad: {field} needs {needed} bytes, {len} are left")]
    Truncated {
        /// Field that is cut.
        field: &'static str,
        /// Bytes it needs.
        needed: usize,
        /// Bytes left.
        len: usize,
    },
    /// A text that is none.
    #[error("capability ad: entry {index} of {field} is not UTF-8 (valid up to byte {valid_up_to})")]
    NotUtf8 {
        /// Which list.
        field: &'static str,
        /// Which entry.
        index: usize,
        /// Length of its good part.
        valid_up_to: usize,
    },
    /// More entries than the count says.
    #[error("capability ad: {field} has at most 255 entries, got {count}")]
    TooManyEntries {
        /// Which list.
        field: &'static str,
        /// Entries given.
        count: usize,
    },
    /// A text longer than its length says.
    #[error("capability ad: an entry of {field} has at most 255 bytes, entry {index} has {len}")]
    EntryTooLong {
        /// Which list.
        field: &'static str,
        /// Which entry.
        index: usize,
        /// Its length.
        len: usize,
    },
}

impl CapabilityAd {
    /// Read an advertisement; what follows it is ignored. Allocates for texts that are there, not for counts.
    pub fn decode(bytes: &[u8]) -> Result<Self, CapabilityAdError> {
        let (fixed, mut rest) =
            bytes.split_first_chunk::<FIXED_SIZE>().ok_or(CapabilityAdError::Truncated {
                field: "fixed part",
                needed: FIXED_SIZE,
                len: bytes.len(),
            })?;
        let [n0, n1, n2, n3, n4, n5, n6, n7, v0, v1, v2, v3, gpu, m0, m1, m2, m3, model_slots] = *fixed;
        Ok(Self {
            node_id: u64::from_le_bytes([n0, n1, n2, n3, n4, n5, n6, n7]),
            version: u32::from_le_bytes([v0, v1, v2, v3]),
            gpu: gpu != 0,
            memory_gb: u32::from_le_bytes([m0, m1, m2, m3]),
            model_slots,
            tools: take_list("tools", &mut rest)?,
            tags: take_list("tags", &mut rest)?,
        })
    }

    /// Append the bytes; nothing is appended on an error.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), CapabilityAdError> {
        check_list("tools", &self.tools)?;
        check_list("tags", &self.tags)?;
        out.extend_from_slice(&self.node_id.to_le_bytes());
        out.extend_from_slice(&self.version.to_le_bytes());
        out.push(u8::from(self.gpu));
        out.extend_from_slice(&self.memory_gb.to_le_bytes());
        out.push(self.model_slots);
        for list in [&self.tools, &self.tags] {
            out.push(list.len() as u8);
            for text in list {
                out.push(text.len() as u8);
                out.extend_from_slice(text.as_bytes());
            }
        }
        Ok(())
    }
}

fn take_list(field: &'static str, rest: &mut &[u8]) -> Result<Vec<String>, CapabilityAdError> {
    let count = take(field, rest, 1)?[0];
    let mut list = Vec::new();
    for index in 0..usize::from(count) {
        let len = take(field, rest, 1)?[0];
        let text = take(field, rest, usize::from(len))?;
        match std::str::from_utf8(text) {
            Ok(text) => list.push(text.to_owned()),
            Err(error) => {
                return Err(CapabilityAdError::NotUtf8 { field, index, valid_up_to: error.valid_up_to() });
            }
        }
    }
    Ok(list)
}

fn take<'a>(field: &'static str, rest: &mut &'a [u8], needed: usize) -> Result<&'a [u8], CapabilityAdError> {
    let len = rest.len();
    rest.split_off(..needed).ok_or(CapabilityAdError::Truncated { field, needed, len })
}

fn check_list(field: &'static str, list: &[String]) -> Result<(), CapabilityAdError> {
    if list.len() > 255 {
        return Err(CapabilityAdError::TooManyEntries { field, count: list.len() });
    }
    match list.iter().enumerate().find(|(_, text)| text.len() > 255) {
        Some((index, text)) => Err(CapabilityAdError::EntryTooLong { field, index, len: text.len() }),
        None => Ok(()),
    }
}
