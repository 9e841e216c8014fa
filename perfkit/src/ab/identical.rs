//! "Cannot have changed": two executables that differ in nothing the machine executes or reads.
//!
//! A comment added above a function moves the line numbers in its panic messages and in the debug information, and
//! nothing else. Two builds at one path are therefore compared by ELF section: everything that is loaded must be equal
//! in place, size and bytes, relocations and imported symbols included. Notes (build ids) are left out, and in
//! `.data.rel.ro` the line and column of `core::panic::Location`s may differ. Each such word is proved to be one: 16
//! bytes before it a relocated pointer into `.rodata`, at UTF-8 of the stated length that ends in `.rs`.
//! Whatever cannot be read, recognised or proved means that the executables differ. One pass over both files.
//!
//! A static of one's own with the shape of a `Location` and a text ending in `.rs` would pass for one; nothing in the
//! file tells the two apart.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use object::{
    Endianness, Object, ObjectSection,
    elf::{self, FileHeader64},
    read::elf::{ElfFile64, FileHeader as _, SectionHeader as _},
};
use thiserror::Error;

/// The largest executable that is compared; larger ones are measured.
const SIZE_LIMIT_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// The longest file name of a panic location.
const FILE_NAME_LIMIT_BYTES: u64 = 4096;

/// Bytes of a word: a pointer, a length, or a line and a column.
const WORD: usize = 8;
/// From the pointer to the file name to the line and column.
const LINE_AND_COLUMN: u64 = 16;

/// How two executables that cannot behave differently still differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identical {
    /// Panic locations whose line or column moved.
    pub moved_locations: usize,
}

/// Why two executables have to be measured.
#[derive(Debug, Error)]
pub enum Difference {
    /// A file cannot be read.
    #[error("{arm} cannot be read: {why}")]
    Unreadable {
        /// `A` or `B`.
        arm: &'static str,
        /// What was wrong.
        why: String,
    },
    /// Not a format whose sections are understood here.
    #[error("only 64-bit little-endian ELF is compared by section")]
    Format,
    /// The files' own headers differ.
    #[error("machine, type or entry point differ")]
    Header,
    /// A section is there on one side only, or more than once.
    #[error("the sections are not the same: {0}")]
    Sections(String),
    /// A loaded section differs.
    #[error("{section} differs in {what}")]
    Section {
        /// Its name.
        section: String,
        /// In what.
        what: String,
    },
}

/// Compare two files; `Err` says what makes measuring necessary.
pub fn cannot_have_changed(a: &Path, b: &Path) -> Result<Identical, Difference> {
    let read = |path: &Path, arm| {
        let unreadable = |error: std::io::Error| Difference::Unreadable { arm, why: error.to_string() };
        match fs::metadata(path).map_err(unreadable)?.len() {
            size if size > SIZE_LIMIT_BYTES => Err(Difference::Unreadable {
                arm,
                why: format!("it is larger than {SIZE_LIMIT_BYTES} bytes"),
            }),
            _ => fs::read(path).map_err(unreadable),
        }
    };
    compare(&read(a, "A")?, &read(b, "B")?)
}

/// Compare the bytes of two executables.
pub fn compare(a: &[u8], b: &[u8]) -> Result<Identical, Difference> {
    if a == b {
        return Ok(Identical { moved_locations: 0 });
    }
    let (a, b) = (Image::parse(a, "A")?, Image::parse(b, "B")?);
    if a.header != b.header {
        return Err(Difference::Header);
    }
    let names: BTreeSet<&String> = a.sections.keys().chain(b.sections.keys()).collect();
    let mut names: Vec<&String> = names.into_iter().collect();
    // What says most comes first: addresses elsewhere follow from a change of the code.
    names.sort_by_key(|name| {
        [".text", ".rodata"].iter().position(|first| first == name).unwrap_or(usize::MAX)
    });
    let mut moved_locations = 0;
    for name in names {
        let (Some(ours), Some(theirs)) = (a.sections.get(name), b.sections.get(name)) else {
            return Err(Difference::Sections(format!("{name} is on one side only")));
        };
        let differs = |what: &str| Err(Difference::Section { section: name.clone(), what: what.to_owned() });
        if ours.place != theirs.place {
            return differs("type, flags, address or size");
        }
        if ours.bytes == theirs.bytes || ours.place.kind == elf::SHT_NOTE {
            continue;
        }
        if !name.starts_with(".data.rel.ro") {
            return differs("content");
        }
        moved_locations += a.moved_locations(ours, theirs).map_err(|address| Difference::Section {
            section: name.clone(),
            what: format!("content at {address:#x}, which is no panic location's line or column"),
        })?;
    }
    Ok(Identical { moved_locations })
}

/// What is loaded of an executable.
struct Image<'a> {
    header: (elf::Machine, elf::FileType, u64),
    sections: BTreeMap<String, Section<'a>>,
    /// The targets of relative relocations by their place.
    relocated: BTreeMap<u64, u64>,
}

struct Section<'a> {
    place: Placement,
    bytes: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Placement {
    kind: elf::SectionType,
    flags: elf::SectionFlags,
    address: u64,
    size: u64,
}

impl<'a> Image<'a> {
    fn parse(bytes: &'a [u8], arm: &'static str) -> Result<Self, Difference> {
        let unreadable = |error: object::Error| Difference::Unreadable { arm, why: error.to_string() };
        if !bytes.starts_with(&elf::ELFMAG) {
            return Err(Difference::Format);
        }
        let file = ElfFile64::<Endianness>::parse(bytes).map_err(|_| Difference::Format)?;
        let endian = file.endian();
        if endian != Endianness::Little {
            return Err(Difference::Format);
        }
        let header: &FileHeader64<Endianness> = file.elf_header();
        let mut image = Self {
            header: (header.e_machine(endian), header.e_type(endian), header.e_entry(endian)),
            sections: BTreeMap::new(),
            relocated: BTreeMap::new(),
        };
        for section in file.sections() {
            let raw = section.elf_section_header();
            if !raw.sh_flags(endian).contains(elf::SHF_ALLOC) {
                continue;
            }
            let name = section.name().map_err(unreadable)?.to_owned();
            let place = Placement {
                kind: raw.sh_type(endian),
                flags: raw.sh_flags(endian),
                address: raw.sh_addr(endian),
                size: raw.sh_size(endian),
            };
            let bytes = section.data().map_err(unreadable)?;
            if place.kind == elf::SHT_RELA {
                image.relocated.extend(relative_relocations(image.header.0, bytes));
            }
            if image.sections.insert(name.clone(), Section { place, bytes }).is_some() {
                return Err(Difference::Sections(format!("{name} is there twice")));
            }
        }
        Ok(image)
    }

    /// How many locations moved between two versions of a section, or the first address that is no location's.
    fn moved_locations(&self, ours: &Section<'_>, theirs: &Section<'_>) -> Result<usize, u64> {
        let mut moved = 0;
        let mut previous_word: &[u8] = &[];
        for (index, (old, new)) in ours.bytes.chunks(WORD).zip(theirs.bytes.chunks(WORD)).enumerate() {
            if old != new {
                let address = ours.place.address + (index * WORD) as u64;
                if !(previous_word.len() == WORD && self.is_line_and_column(address, previous_word, old, new))
                {
                    return Err(address);
                }
                moved += 1;
                // What follows a line is not its own length word.
                previous_word = &[];
            } else {
                previous_word = old;
            }
        }
        Ok(moved)
    }

    /// Whether the word at `address`, behind the unchanged `length`, is the line and column of a panic location.
    fn is_line_and_column(&self, address: u64, length: &[u8], old: &[u8], new: &[u8]) -> bool {
        let counts_from_one = |word: &[u8]| {
            word.len() == WORD && word.chunks(WORD / 2).all(|half| half.iter().any(|byte| *byte != 0))
        };
        let is_aligned = address.is_multiple_of(WORD as u64);
        let holds_no_pointer = [address, address.wrapping_sub(WORD as u64)]
            .iter()
            .all(|word| !self.relocated.contains_key(word));
        let name = self.relocated.get(&address.wrapping_sub(LINE_AND_COLUMN));
        let file = name.zip(word(length)).and_then(|(name, length)| self.text(*name, length));
        is_aligned
            && holds_no_pointer
            && counts_from_one(old)
            && counts_from_one(new)
            && file.is_some_and(|file| file.ends_with(".rs"))
    }

    /// The read-only text at an address.
    fn text(&self, address: u64, length: u64) -> Option<&str> {
        if length > FILE_NAME_LIMIT_BYTES {
            return None;
        }
        let read_only = self.sections.iter().filter(|(name, _)| name.starts_with(".rodata"));
        let bytes = read_only.into_iter().find_map(|(_, section)| {
            let start = usize::try_from(address.checked_sub(section.place.address)?).ok()?;
            section.bytes.get(start..start.checked_add(usize::try_from(length).ok()?)?)
        })?;
        std::str::from_utf8(bytes).ok()
    }
}

/// Place and target of the relocations that add the load address and nothing else.
fn relative_relocations(machine: elf::Machine, bytes: &[u8]) -> impl Iterator<Item = (u64, u64)> + '_ {
    /// Offset, type and symbol, addend.
    const RECORD: usize = 3 * WORD;
    let relative = match machine {
        elf::EM_X86_64 => Some(u64::from(elf::R_X86_64_RELATIVE.0)),
        elf::EM_AARCH64 => Some(u64::from(elf::R_AARCH64_RELATIVE.0)),
        _ => None,
    };
    bytes.chunks_exact(RECORD).filter_map(move |record| {
        let (place, rest) = record.split_at(WORD);
        let (info, addend) = rest.split_at(WORD);
        // No symbol: the type is all there is.
        (word(info) == relative).then_some((word(place)?, word(addend)?))
    })
}

fn word(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_le_bytes)
}
