//! Other revisions are built as they were: with today's configuration and dependencies, and with nothing else of the
//! present tree.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod protocol;
mod workspace;

use std::fs;

use protocol::Repository;
use workspace::{can_count, said};

const FAST: &str = "total.wrapping_mul(3) ^ i";
const SLOW: &str = "total.wrapping_mul(3).rotate_left(7).wrapping_add(9).swap_bytes().wrapping_mul(5) ^ i";

/// What the comparison of the last two revisions says; flags of the caller's own would hide those of the files.
fn compare(repository: &Repository) -> (i32, String) {
    let mut command = repository.command(&["diff", "HEAD~1", "HEAD", "--filter", "sum/small"]);
    said(command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS").output().unwrap())
}

#[test]
fn a_lock_file_that_is_not_committed_holds_for_every_revision() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    assert_eq!(repository.says(&["run", "--instrument", "count"]).0, 0);
    // Cargo keeps comments at the top, so that they tell one lock file from another.
    repository.edit("Cargo.lock", "manual editing.\n", "manual editing.\n# of today\n");
    assert!(repository.read("Cargo.lock").contains("# of today"));
    let (code, text) = repository.says(&["diff", "HEAD", "HEAD"]);
    assert_eq!(code, 0, "{text}");
    let theirs = fs::read_to_string(repository.worktree().join("Cargo.lock")).unwrap();
    assert_eq!(theirs, repository.read("Cargo.lock"));
}

#[test]
fn a_package_beside_the_repository_is_found_by_its_relative_path() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    let parts = tempfile::tempdir_in(repository.path().parent().unwrap()).unwrap();
    // A neighbour that is hidden would not be one.
    let library = parts
        .path()
        .with_file_name(parts.path().file_name().unwrap().to_str().unwrap().replace('.', "parts-"));
    fs::create_dir_all(library.join("src")).unwrap();
    fs::write(library.join("Cargo.toml"), "[package]\nname = \"parts\"\nversion = \"0.1.0\"\n").unwrap();
    fs::write(library.join("src/lib.rs"), "").unwrap();
    let name = library.file_name().unwrap().to_str().unwrap();
    let manifest =
        format!("{}\n[dependencies]\nparts = {{ path = \"../{name}\" }}\n", repository.read("Cargo.toml"));
    repository.write("Cargo.toml", &manifest);
    repository.commit();
    let (code, text) = repository.says(&["diff", "HEAD", "HEAD"]);
    fs::remove_dir_all(library).unwrap();
    assert_eq!(code, 0, "{text}");
}

#[test]
fn flags_of_the_present_tree_are_not_the_revisions() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    repository.edit("benches/time.rs", FAST, &format!("if cfg!(slow) {{ {SLOW} }} else {{ {FAST} }}"));
    repository.commit();
    repository.write(".cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"slow\"]\n");
    repository.commit();
    let (code, text) = compare(&repository);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("worse"), "{text}");
    assert!(text.contains("is built under the Cargo settings"), "{text}");
    // Neither are edits that nobody has committed.
    repository.write(".cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"nothing\"]\n");
    let (code, text) = compare(&repository);
    assert!(code == 0 && text.contains("worse"), "{code} {text}");
}

#[test]
fn a_revision_of_before_the_workspace_is_built_by_itself() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    repository.edit("Cargo.toml", "[workspace]\n", "");
    repository.commit();
    repository.edit("Cargo.toml", "edition = \"2024\"\n", "edition = \"2024\"\n[workspace]\n");
    repository.commit();
    let (code, text) = compare(&repository);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_configuration_that_was_wrong_then_is_not_read() {
    if !can_count() {
        return;
    }
    let repository = Repository::new();
    repository.write("perfkit.toml", "schema = \"perfkit.config/1\"\nbasline = \"x\"\n");
    repository.commit();
    repository.write("perfkit.toml", "schema = \"perfkit.config/1\"\n");
    repository.commit();
    let (code, text) = compare(&repository);
    assert_eq!(code, 0, "{text}");
    let (code, text) = repository.says(&["ab", "HEAD~1", "HEAD", "--no-counts", "--seconds", "0.1"]);
    assert!(code != 2 && code != 5, "{code} {text}");
}

#[test]
fn a_revision_that_is_no_workspace_is_its_own_fault_and_no_usage_error() {
    let repository = Repository::new();
    let manifest = repository.read("Cargo.toml");
    repository.write("Cargo.toml", "[package\n");
    repository.commit();
    repository.write("Cargo.toml", &manifest);
    repository.commit();
    let commit = repository.git(&["rev-parse", "HEAD~1"]);
    for arguments in [&["diff", "HEAD~1", "HEAD"][..], &["ab", "HEAD~1", "HEAD"]] {
        let (code, text) = repository.says(arguments);
        assert_eq!(code, 5, "{arguments:?}: {text}");
        assert!(text.contains(&commit[..7]) && text.contains("cargo metadata failed"), "{text}");
    }
}

#[test]
fn without_a_place_outside_the_workspace_it_says_what_would_be_one() {
    let repository = Repository::new();
    let mut command = repository.command(&["diff", "HEAD", "HEAD"]);
    let home = std::env::home_dir().unwrap();
    for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        command.env(name, std::env::var_os(name).unwrap_or_else(|| home.join(folder).into_os_string()));
    }
    command.env("XDG_CACHE_HOME", repository.path().join("cache")).env("HOME", repository.path());
    let (code, text) = said(command.output().unwrap());
    assert!(code == 5 && text.contains("XDG_CACHE_HOME"), "{code} {text}");
    assert!(!repository.path().join("cache").exists());
}
