//! Names for addresses in an executable, for code whose symbols profilers do not use.
//!
//! Hand-written kernels often stand in the symbol table without type and size. valgrind then gives a bare address or
//! the name of the function before; here the nearest such symbol at or below the address names it.

use std::{fs, path::Path};

use object::{Object, ObjectSection, ObjectSymbol, SectionIndex, SectionKind};
use rustc_demangle::demangle;

use super::InstrumentError;

/// The code symbols of an executable, by address.
#[derive(Debug, Default)]
pub struct Symbols(Vec<Symbol>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Symbol {
    address: u64,
    size: u64,
    name: String,
}

impl Symbols {
    /// Read the symbol table of an ELF or Mach-O file. A stripped file has none.
    pub fn read(path: &Path) -> Result<Self, InstrumentError> {
        let what = || format!("the symbols of {}", path.file_name().unwrap_or_default().to_string_lossy());
        let bytes = fs::read(path).map_err(|source| InstrumentError::Io { what: what(), source })?;
        Self::parse(&bytes)
            .map_err(|error| InstrumentError::Unreadable { what: what(), why: error.to_string() })
    }

    fn parse(bytes: &[u8]) -> Result<Self, object::Error> {
        let file = object::File::parse(bytes)?;
        let is_code = |index: SectionIndex| {
            file.section_by_index(index).is_ok_and(|section| section.kind() == SectionKind::Text)
        };
        let code: Vec<SectionIndex> =
            file.sections().map(|section| section.index()).filter(|index| is_code(*index)).collect();
        let in_code =
            |symbol: &object::Symbol| symbol.section_index().is_some_and(|index| code.contains(&index));
        let named = file.symbols().filter(in_code).filter_map(|symbol| {
            let name = symbol.name().ok().filter(|name| !name.is_empty() && !name.starts_with(['$', '.']))?;
            Some(Symbol { address: symbol.address(), size: symbol.size(), name: name.to_owned() })
        });
        let mut symbols: Vec<Symbol> = named.collect();
        symbols.sort();
        Ok(Self(symbols))
    }

    /// The address of the first symbol whose demangled name, without hash, satisfies `wanted`.
    pub fn address_of(&self, wanted: impl Fn(&str) -> bool) -> Option<u64> {
        let found = self.0.iter().find(|symbol| wanted(&format!("{:#}", demangle(&symbol.name))));
        found.map(|symbol| symbol.address)
    }

    /// The name of the code at `address` if its symbol has no size; `None` where a sized symbol covers the address,
    /// because profilers name those themselves.
    pub fn unsized_name(&self, address: u64) -> Option<String> {
        let before = &self.0[..self.0.partition_point(|symbol| symbol.address <= address)];
        let nearest_sized = before.iter().rev().find(|symbol| symbol.size > 0);
        if nearest_sized.is_some_and(|symbol| address - symbol.address < symbol.size) {
            return None;
        }
        let nearest = before.last().filter(|symbol| symbol.size == 0)?;
        Some(format!("{:#}", demangle(&nearest.name)))
    }
}

/// The demangled name of the first symbol, code or data, that satisfies `wanted`; `None` in a file without symbols.
pub fn symbol_named(path: &Path, wanted: impl Fn(&str) -> bool) -> Result<Option<String>, InstrumentError> {
    let what = || format!("the symbols of {}", path.file_name().unwrap_or_default().to_string_lossy());
    let bytes = fs::read(path).map_err(|source| InstrumentError::Io { what: what(), source })?;
    let file = object::File::parse(bytes.as_slice())
        .map_err(|error| InstrumentError::Unreadable { what: what(), why: error.to_string() })?;
    let defined = file.symbols().filter(|symbol| symbol.section_index().is_some());
    let mut names = defined.filter_map(|symbol| Some(format!("{:#}", demangle(symbol.name().ok()?))));
    Ok(names.find(|name| wanted(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols() -> Symbols {
        let symbol = |address, size, name: &str| Symbol { address, size, name: name.to_owned() };
        Symbols(vec![
            symbol(0x100, 0x10, "_ZN4mine3run17h0123456789abcdefE"),
            symbol(0x120, 0, "hash_many_avx2"),
            symbol(0x200, 0x100, "sized"),
            symbol(0x210, 0, "label_inside"),
        ])
    }

    #[test]
    fn an_address_behind_an_unsized_symbol_has_its_name() {
        assert_eq!(symbols().unsized_name(0x120).as_deref(), Some("hash_many_avx2"));
        assert_eq!(symbols().unsized_name(0x1ff).as_deref(), Some("hash_many_avx2"));
    }

    #[test]
    fn sized_symbols_are_left_to_the_profiler() {
        assert_eq!(symbols().unsized_name(0x108), None);
        assert_eq!(symbols().unsized_name(0x218), None);
        assert_eq!(symbols().unsized_name(0x50), None);
    }

    #[test]
    fn a_symbol_is_found_by_its_demangled_name() {
        assert_eq!(symbols().address_of(|name| name == "mine::run"), Some(0x100));
    }

    #[test]
    fn this_test_has_symbols() {
        let symbols = Symbols::read(&std::env::current_exe().unwrap()).unwrap();
        assert!(symbols.address_of(|name| name.ends_with("this_test_has_symbols")).is_some());
    }

    #[test]
    fn what_is_no_executable_is_an_error_with_its_name() {
        let error = Symbols::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))).unwrap_err();
        assert!(error.to_string().starts_with("the symbols of Cargo.toml: "), "{error}");
    }
}
