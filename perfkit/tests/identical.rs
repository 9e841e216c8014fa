//! "Cannot have changed" on executables of the compiler itself: what changes nothing is recognised, what changes the
//! smallest thing is not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

use std::{fs, path::PathBuf, process::Command};

use perfkit::ab::identical::{Difference, cannot_have_changed, compare};
use tempfile::TempDir;

const PROGRAM: &str = r#"
use std::hint::black_box;

static NAMES: [(&str, u32, u32); 2] = [("first", 1, 2), ("second", 3, 4)];

/// Its panics carry locations.
#[inline(never)]
fn checked(index: usize) -> u32 {
    let table = black_box([10u32, 20, 30]);
    if index > 100 {
        panic!("{index} is too large");
    }
    table[index].wrapping_mul(7)
}

fn main() {
    let (name, one, two) = NAMES[black_box(1)];
    println!("{name} {}", checked(black_box(2)) + one + two);
}
"#;

/// Both versions are built at one path, as `perfkit ab` builds two revisions.
struct Builds(TempDir);

impl Builds {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn build(&self, name: &str, source: &str, options: &[&str]) -> PathBuf {
        let folder = self.0.path();
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("src/main.rs"), source).unwrap();
        let output = Command::new("rustc")
            .current_dir(folder)
            .args(["--edition", "2024", "--crate-name", "probe", "-g", "src/main.rs", "-o", "probe"])
            .args(options)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let kept = folder.join(name);
        fs::rename(folder.join("probe"), &kept).unwrap();
        kept
    }

    /// The verdict on two versions of the program.
    fn compare(&self, before: &str, after: &str) -> Result<usize, String> {
        let a = self.build("a", before, &["-O"]);
        let b = self.build("b", after, &["-O"]);
        cannot_have_changed(&a, &b).map(|found| found.moved_locations).map_err(|why| why.to_string())
    }
}

fn changed(before: &str, after: &str) -> Result<usize, String> {
    assert!(PROGRAM.contains(before), "{before} is not in the program");
    Builds::new().compare(PROGRAM, &PROGRAM.replacen(before, after, 1))
}

#[test]
fn a_comment_above_a_panicking_function_changes_nothing_but_lines() {
    let moved = changed("/// Its panics", "// A line.\n// Another.\n/// Its panics").unwrap();
    assert!(moved > 0);
}

#[test]
fn a_column_may_move_too() {
    let moved = changed("        panic!(\"{index}", "          panic!(\"{index}").unwrap();
    assert!(moved > 0);
}

#[test]
fn the_same_source_built_twice_is_the_same() {
    assert_eq!(Builds::new().compare(PROGRAM, PROGRAM), Ok(0));
}

#[test]
fn a_changed_constant_is_a_change() {
    let why = changed("wrapping_mul(7)", "wrapping_mul(9)").unwrap_err();
    assert!(why.starts_with(".text"), "{why}");
}

#[test]
fn a_changed_instruction_is_a_change() {
    assert!(changed("index > 100", "index >= 100").is_err());
}

#[test]
fn a_changed_text_is_a_change() {
    assert!(changed("is too large", "is too LARGE").is_err());
}

#[test]
fn a_changed_table_that_is_no_location_is_a_change() {
    // Pointer, length and two numbers, as a location is, but its text is no source file.
    let why = changed("(\"second\", 3, 4)", "(\"second\", 3, 5)").unwrap_err();
    assert!(why.contains(".data.rel.ro differs in content at"), "{why}");
}

#[test]
fn another_order_of_equal_parts_is_a_change() {
    assert!(
        changed("(\"first\", 1, 2), (\"second\", 3, 4)", "(\"second\", 3, 4), (\"first\", 1, 2)").is_err()
    );
}

#[test]
fn another_optimisation_is_a_change() {
    let builds = Builds::new();
    let a = builds.build("a", PROGRAM, &["-O"]);
    let b = builds.build("b", PROGRAM, &["-C", "opt-level=1"]);
    assert!(cannot_have_changed(&a, &b).is_err());
}

#[test]
fn any_flipped_byte_of_what_is_loaded_is_a_change() {
    use object::{Object, ObjectSection};
    let builds = Builds::new();
    let path = builds.build("a", PROGRAM, &["-O"]);
    let original = fs::read(path).unwrap();
    let file = object::File::parse(original.as_slice()).unwrap();
    let mut tried = Vec::new();
    for name in
        [".text", ".rodata", ".data", ".rela.dyn", ".got", ".init_array", ".tdata", ".eh_frame", ".dynstr"]
    {
        let Some(section) = file.section_by_name(name) else { continue };
        let Some((offset, size @ 1..)) = section.file_range() else { continue };
        let mut flipped = original.clone();
        flipped[(offset + size / 2) as usize] ^= 1;
        assert!(compare(&original, &flipped).is_err(), "a flipped byte of {name} went unseen");
        tried.push(name);
    }
    assert!([".text", ".rodata", ".rela.dyn"].iter().all(|name| tried.contains(name)), "only {tried:?}");
}

#[test]
fn debug_information_does_not_matter() {
    use object::{Object, ObjectSection};
    let builds = Builds::new();
    let path = builds.build("a", PROGRAM, &["-O"]);
    let original = fs::read(path).unwrap();
    let file = object::File::parse(original.as_slice()).unwrap();
    let (offset, _) = file.section_by_name(".debug_str").unwrap().file_range().unwrap();
    let mut flipped = original.clone();
    flipped[offset as usize + 1] ^= 1;
    assert_eq!(compare(&original, &flipped).unwrap().moved_locations, 0);
}

#[test]
fn what_is_no_executable_has_to_be_measured() {
    assert!(matches!(compare(b"one", b"two"), Err(Difference::Format)));
    let mut cut = fs::read(std::env::current_exe().unwrap()).unwrap();
    let whole = cut.clone();
    cut.truncate(whole.len() / 2);
    assert!(compare(&whole, &cut).is_err());
    let missing = std::path::Path::new("no-such-file");
    assert!(matches!(cannot_have_changed(missing, missing), Err(Difference::Unreadable { .. })));
}
