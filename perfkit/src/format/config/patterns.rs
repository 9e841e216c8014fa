//! Glob patterns over ids: `*` stays within a path component, `**` does not, and a plain prefix selects everything
//! below it.

use std::collections::BTreeSet;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;

/// Glob patterns over ids: `*` stays within a path component, `**` does not, and a plain prefix such as
/// `net_encryption` selects everything below it.
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    texts: Vec<String>,
    set: GlobSet,
}

impl Patterns {
    /// Compile patterns; the error names the pattern that is not one.
    pub fn new(texts: &[String]) -> Result<Self, String> {
        let mut builder = GlobSetBuilder::new();
        for text in texts {
            builder.add(pattern(text)?);
            // One glob more per text keeps `unmatched` a matter of index arithmetic.
            let is_plain = !text.contains(['*', '?', '[', '{']);
            builder.add(pattern(&if is_plain { format!("{text}/**") } else { text.clone() })?);
        }
        let set = builder.build().map_err(|error| error.to_string())?;
        Ok(Self { texts: texts.to_vec(), set })
    }

    /// Whether any pattern matches.
    pub fn matches(&self, id: &str) -> bool {
        self.set.is_match(id)
    }

    /// Whether there is no pattern at all.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// As written.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The patterns that match none of `ids`.
    pub fn unmatched(&self, ids: &[&str]) -> Vec<&str> {
        let matched: BTreeSet<usize> =
            ids.iter().flat_map(|id| self.set.matches(id)).map(|index| index / 2).collect();
        let unmatched = self.texts.iter().enumerate().filter(|(index, _)| !matched.contains(index));
        unmatched.map(|(_, text)| text.as_str()).collect()
    }
}

fn pattern(text: &str) -> Result<Glob, String> {
    let built = GlobBuilder::new(text).literal_separator(true).build();
    built.map_err(|error| format!("{text:?} is not a pattern: {error}"))
}

impl<'de> Deserialize<'de> for Patterns {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum OneOrMany {
            One(String),
            Many(Vec<String>),
        }
        let texts = match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(texts) => texts,
        };
        Self::new(&texts).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_component() {
        let patterns = Patterns::new(&["net_encryption/*".to_owned()]).unwrap();
        assert!(!patterns.matches("net_encryption/encrypt/64"));
        let patterns = Patterns::new(&["net_encryption/**".to_owned()]).unwrap();
        assert!(patterns.matches("net_encryption/encrypt/64"));
    }

    #[test]
    fn patterns_that_match_nothing_are_named() {
        let patterns = Patterns::new(&["a/*".to_owned(), "b/*".to_owned()]).unwrap();
        assert_eq!(patterns.unmatched(&["a/1"]), ["b/*"]);
    }

    #[test]
    fn a_plain_prefix_selects_everything_below_it() {
        let patterns = Patterns::new(&["net_aad".to_owned()]).unwrap();
        assert!(patterns.matches("net_aad/generate") && patterns.matches("net_aad"));
        assert!(!patterns.matches("net_aad2/generate"));
    }
}
