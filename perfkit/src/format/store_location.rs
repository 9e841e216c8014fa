//! Where runs are kept: a folder, or the URL of an object store that many hosts share.

use std::{fmt, path::PathBuf, str::FromStr};

use serde::Deserialize;

/// The schemes of object stores.
const SCHEMES: [&str; 4] = ["s3", "gs", "az", "file"];

/// A folder or an object store.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum StoreLocation {
    /// A folder; a relative one starts at the workspace root.
    Folder(PathBuf),
    /// `s3://…`, `gs://…`, `az://…` or `file://…`.
    Url(String),
}

impl Default for StoreLocation {
    fn default() -> Self {
        Self::Folder(PathBuf::from(".perfkit"))
    }
}

impl FromStr for StoreLocation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            None if text.is_empty() => Err("the store is a folder or a URL; it cannot be empty".to_owned()),
            None => Ok(Self::Folder(PathBuf::from(text))),
            Some((scheme, place)) if SCHEMES.contains(&scheme) && !place.is_empty() => {
                Ok(Self::Url(text.trim_end_matches('/').to_owned()))
            }
            Some(_) => Err(format!(
                "the store {text:?} is neither a folder nor a URL that perfkit knows; those begin with {}",
                SCHEMES.map(|scheme| format!("{scheme}://")).join(", ")
            )),
        }
    }
}

impl TryFrom<String> for StoreLocation {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(formatter),
            Self::Url(url) => formatter.write_str(url),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_urls_are_told_apart() {
        assert_eq!("perf/runs".parse(), Ok(StoreLocation::Folder("perf/runs".into())));
        assert_eq!("s3://bucket/team/".parse(), Ok(StoreLocation::Url("s3://bucket/team".to_owned())));
        let error = "http://bucket".parse::<StoreLocation>().unwrap_err();
        assert!(error.contains("http://bucket") && error.contains("s3://"), "{error}");
        assert!("".parse::<StoreLocation>().is_err() && "s3://".parse::<StoreLocation>().is_err());
    }
}
