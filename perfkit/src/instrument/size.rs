//! The size of a binary, without what `strip` takes away: the bytes of the sections that are loaded from the file.
//!
//! Debug information, symbol tables and notes for the linker are not loaded, and memory that starts as zeros takes no
//! room in the file. What is counted is the same whether the file is stripped or not.

use std::{fs, path::Path};

use object::{Object, ObjectSection, SectionFlags, SectionKind, elf::SHF_ALLOC};

use super::InstrumentError;

/// Mach-O's segment of debug information.
const DWARF_SEGMENT: &str = "__DWARF";

/// The bytes of the sections of an ELF or Mach-O file that are loaded from it.
pub fn binary_bytes(path: &Path) -> Result<u64, InstrumentError> {
    let what = || format!("the sections of {}", path.file_name().unwrap_or_default().to_string_lossy());
    let bytes = fs::read(path).map_err(|source| InstrumentError::Io { what: what(), source })?;
    let sum = loaded_bytes(&bytes);
    sum.map_err(|error| InstrumentError::Unreadable { what: what(), why: error.to_string() })
}

fn loaded_bytes(bytes: &[u8]) -> Result<u64, object::Error> {
    let file = object::File::parse(bytes)?;
    let loaded = file.sections().filter(|section| {
        let takes_memory = match section.flags() {
            SectionFlags::Elf { sh_flags, .. } => sh_flags.contains(SHF_ALLOC),
            _ => section.segment_name().ok().flatten() != Some(DWARF_SEGMENT),
        };
        takes_memory && !is_zeros(section.kind())
    });
    Ok(loaded.map(|section| section.size()).sum())
}

/// Memory that starts as zeros is not in the file.
fn is_zeros(kind: SectionKind) -> bool {
    matches!(kind, SectionKind::UninitializedData | SectionKind::UninitializedTls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_test_is_smaller_than_its_file_and_larger_than_nothing() {
        let own = std::env::current_exe().unwrap();
        let bytes = binary_bytes(&own).unwrap();
        let file = fs::metadata(&own).unwrap().len();
        assert!(bytes > 100_000 && bytes < file, "{bytes} of {file}");
    }

    #[test]
    fn what_is_no_binary_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("netd");
        fs::write(&path, "#!/bin/sh\n").unwrap();
        let error = binary_bytes(&path).unwrap_err().to_string();
        assert!(error.starts_with("the sections of netd: "), "{error}");
    }
}
