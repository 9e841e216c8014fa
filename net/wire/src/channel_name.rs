//! Channel names: checked once, hashed once, cloned by reference count.
use crate::identifiers;
use std::fmt;
use std::sync::Arc;

/// A valid channel name: 1 to 255 bytes of `a-z 0-9 - _ . /`, no empty, `.` or `..` segment.
#[derive(Clone)]
pub struct ChannelName {
    name: Arc<str>,
    hash: u64,
}

/// Why a name is none. Tested in this order: empty, too long, slashes, upper case, other characters, dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelNameError {
    /// Nothing.
    #[error("channel name: has at least 1 byte, got 0")]
    Empty,
    /// More than a name has.
    #[error("channel name: has at most {} bytes, got {len}", ChannelName::MAX_LEN)]
    TooLong {
        /// Its length.
        len: usize,
    },
    /// A slash at an end or behind another, an upper case letter, a segment `.` or `..`.
    #[error("channel name: {rule} (at byte {at})")]
    InvalidFormat {
        /// What is asked of names.
        rule: &'static str,
        /// Where it is not so.
        at: usize,
    },
    /// A character that names have not.
    #[error("channel name: characters are a-z 0-9 - _ . /, got {character:?} at byte {at}")]
    InvalidChar {
        /// Character seen.
        character: char,
        /// Where.
        at: usize,
    },
}

impl ChannelName {
    /// Longest name, in bytes.
    pub const MAX_LEN: usize = 255;

    /// Check a name.
    pub fn new(name: &str) -> Result<Self, ChannelNameError> {
        validate(name)?;
        Ok(Self { name: name.into(), hash: identifiers::channel_hash(name) })
    }

    /// The name.
    #[inline]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Canonical hash: the key of tokens, configuration and storage.
    #[inline]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// What packet headers carry of the hash: a hint.
    #[inline]
    pub fn wire_hash(&self) -> u16 {
        identifiers::wire_channel_hash(self.hash)
    }

    /// Stream that publishes to the channel travel on.
    #[inline]
    pub fn publish_stream_id(&self) -> u64 {
        identifiers::publish_stream_id(self.hash)
    }

    /// Segments between slashes.
    pub fn depth(&self) -> usize {
        self.name.split('/').count()
    }

    /// Whether `other` is this channel or lies below it.
    pub fn is_prefix_of(&self, other: &Self) -> bool {
        match other.name.strip_prefix(&*self.name) {
            Some(rest) => rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }
}

impl fmt::Debug for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChannelName").field(&self.name).finish()
    }
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for ChannelName {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ChannelName {}

impl std::hash::Hash for ChannelName {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl std::str::FromStr for ChannelName {
    type Err = ChannelNameError;

    fn from_str(name: &str) -> Result<Self, ChannelNameError> {
        Self::new(name)
    }
}

fn validate(name: &str) -> Result<(), ChannelNameError> {
    if name.is_empty() {
        return Err(ChannelNameError::Empty);
    }
    if name.len() > ChannelName::MAX_LEN {
        return Err(ChannelNameError::TooLong { len: name.len() });
    }
    check_slashes(name)?;
    if let Some(at) = name.bytes().position(|byte| byte.is_ascii_uppercase()) {
        return Err(ChannelNameError::InvalidFormat { rule: "letters are lower case", at });
    }
    let is_allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.' | '/');
    if let Some((at, character)) = name.char_indices().find(|&(_, c)| !is_allowed(c)) {
        return Err(ChannelNameError::InvalidChar { character, at });
    }
    check_dots(name)
}

fn check_slashes(name: &str) -> Result<(), ChannelNameError> {
    let rule = "segments between slashes are not empty";
    if name.starts_with('/') {
        return Err(ChannelNameError::InvalidFormat { rule, at: 0 });
    }
    if name.ends_with('/') {
        return Err(ChannelNameError::InvalidFormat { rule, at: name.len() - 1 });
    }
    match name.find("//") {
        Some(at) => Err(ChannelNameError::InvalidFormat { rule, at }),
        None => Ok(()),
    }
}

fn check_dots(name: &str) -> Result<(), ChannelNameError> {
    let mut at = 0;
    for segment in name.split('/') {
        if segment == "." || segment == ".." {
            return Err(ChannelNameError::InvalidFormat { rule: "no segment is . or ..", at });
        }
        at += segment.len() + 1;
    }
    Ok(())
}
