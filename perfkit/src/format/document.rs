//! Reading and writing documents: the schema is checked before anything else, and a file is written whole or not
//! at all.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use thiserror::Error;

/// Why a document could not be read or written.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// The file system said no.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// Not JSON, or cut short.
    #[error("{path}: not a JSON document (cut short or damaged?): {source}")]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A document of another kind or another major version.
    #[error("{path}: its schema is {found}, this command reads {expected}")]
    WrongSchema {
        /// The file.
        path: PathBuf,
        /// `schema` in the file.
        found: String,
        /// What the command wants.
        expected: &'static str,
    },
    /// The right schema with a field missing or of the wrong type.
    #[error("{path}: does not fit schema {expected}: {source}")]
    Misfit {
        /// The file.
        path: PathBuf,
        /// What the command wants.
        expected: &'static str,
        /// The field.
        source: serde_json::Error,
    },
}

/// Read a document of schema `expected`, such as `perfkit.run/1`.
pub fn read_document<T: DeserializeOwned>(path: &Path, expected: &'static str) -> Result<T, DocumentError> {
    let text =
        fs::read_to_string(path).map_err(|source| DocumentError::Io { path: path.to_owned(), source })?;
    parse_document(&text, path, expected)
}

/// Read a document from text; `path` only names it in errors.
pub fn parse_document<T: DeserializeOwned>(
    text: &str,
    path: &Path,
    expected: &'static str,
) -> Result<T, DocumentError> {
    /// Read alone first: half the cost of a tree of the whole document.
    #[derive(Deserialize)]
    struct Head {
        #[serde(default)]
        schema: Value,
    }
    let head: Head = serde_json::from_str(text)
        .map_err(|source| DocumentError::NotJson { path: path.to_owned(), source })?;
    let found = head.schema.as_str().unwrap_or("missing");
    if found != expected {
        return Err(DocumentError::WrongSchema { path: path.to_owned(), found: found.to_owned(), expected });
    }
    serde_json::from_str(text).map_err(|source| DocumentError::Misfit {
        path: path.to_owned(),
        expected,
        source,
    })
}

/// The document as text: keys sorted, two spaces, a newline at the end.
pub fn document_text<T: Serialize>(document: &T) -> Result<String, serde_json::Error> {
    // `serde_json::Value` keeps its maps sorted by key.
    let sorted: Value = serde_json::to_value(document)?;
    let mut text = serde_json::to_string_pretty(&sorted)?;
    text.push('\n');
    Ok(text)
}

/// The document as text with the array `rows` one element a line, so that thousands of small ones stay readable and
/// small. A document without such an array is written as any other.
pub fn text_with_rows<T: Serialize>(document: &T, rows: &str) -> Result<String, serde_json::Error> {
    let mut sorted: Value = serde_json::to_value(document)?;
    let elements = match sorted.get_mut(rows).map(Value::take) {
        Some(Value::Array(elements)) => elements,
        _ => return document_text(document),
    };
    let lines: Result<Vec<String>, _> = elements.iter().map(serde_json::to_string).collect();
    let lines = lines?.iter().map(|line| format!("\n    {line}")).collect::<Vec<_>>().join(",");
    // Keys are unique, so this is the only such line at this depth.
    let place = format!("\n  {}: null", serde_json::to_string(rows)?);
    Ok(document_text(&sorted)?.replacen(&place, &place.replace("null", &format!("[{lines}\n  ]")), 1))
}

/// Write a document under a temporary name in the same folder, then rename it into place.
pub fn write_document<T: Serialize>(path: &Path, document: &T) -> Result<(), DocumentError> {
    let text = document_text(document)
        .map_err(|source| DocumentError::Io { path: path.to_owned(), source: source.into() })?;
    write_whole(path, text.as_bytes())
}

/// Write bytes under a temporary name in the same folder, then rename them into place.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), DocumentError> {
    let to_error = |source| DocumentError::Io { path: path.to_owned(), source };
    temporary(path, bytes).and_then(|file| Ok(file.persist(path)?)).map(drop).map_err(to_error)
}

/// The same where nothing may be there yet: `false`, and nothing is touched, if there is. Of two that write at once
/// one wins.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<bool, DocumentError> {
    let to_error = |source| DocumentError::Io { path: path.to_owned(), source };
    match temporary(path, bytes).map_err(to_error)?.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(to_error(error.error)),
    }
}

/// The bytes in a temporary file beside `path`, on the disk and readable; it goes away unless it is renamed.
fn temporary(path: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".perfkit-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    readable_by_all(file.path())?;
    Ok(file)
}

/// Temporary files are private to their owner; results are not secrets.
#[cfg(unix)]
fn readable_by_all(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_path: &Path) -> io::Result<()> {
    Ok(())
}
