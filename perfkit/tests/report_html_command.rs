//! `perfkit report html` on stores that are damaged or empty.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod pages;
mod samples;

use std::fs;

use pages::{counted, perfkit, stored, workspace};
use perfkit::store::Store;

#[test]
fn a_damaged_run_is_left_out_and_said_so() {
    let store = stored([counted(1000.0), counted(1000.0), counted(1000.0)]);
    let workspace = workspace(store);
    let damaged = Store::new(workspace.store.path()).runs().unwrap().remove(1);
    fs::write(&damaged, "{\"schema\": \"perfkit.run/1\", \"id\": ").unwrap();
    let (code, said) = perfkit(&workspace, &["--output", "page.html"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("left out:") && said.contains("not a whole run"), "{said}");
    let page = fs::read_to_string(workspace.folder.path().join("page.html")).unwrap();
    assert!(page.contains("1 stored file could not be read and is left out"), "{said}");
    let (code, said) = perfkit(&workspace, &["--format", "json", "--output", "page.html"]);
    assert!(code == 0 && said.contains("\"benchmarks\": 1"), "{said}");
}

#[test]
fn a_damaged_sidecar_takes_neither_its_run_nor_the_page() {
    let workspace = workspace(stored([counted(1000.0), counted(1000.0)]));
    let newest = Store::new(workspace.store.path()).runs().unwrap().remove(1);
    let sidecar = newest.with_extension("samples.json");
    let text = fs::read_to_string(&sidecar).unwrap();
    fs::write(&sidecar, &text[..text.len() / 2]).unwrap();
    let (code, said) = perfkit(&workspace, &["--output", "page.html"]);
    assert!(code == 0 && said.contains("not a whole sidecar"), "{code} {said}");
    assert!(!said.contains(workspace.store.path().to_str().unwrap()), "a machine's path: {said}");
    let page = fs::read_to_string(workspace.folder.path().join("page.html")).unwrap();
    assert!(page.contains("000001 of 2026-03-02") && page.contains("2 runs"), "the run is there");
    assert!(page.contains("1 stored file could not be read and is left out"));
}

#[test]
fn a_run_that_only_seems_whole_is_left_out_and_the_one_before_it_is_the_latest() {
    let workspace = workspace(stored([counted(1000.0), counted(1100.0), counted(1200.0)]));
    let newest = Store::new(workspace.store.path()).runs().unwrap().remove(2);
    // What histories need is there, and what a whole document needs is not.
    let mut document: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&newest).unwrap()).unwrap();
    document.as_object_mut().unwrap().remove("environment").unwrap();
    fs::write(&newest, document.to_string()).unwrap();
    let (code, said) = perfkit(&workspace, &["--output", "page.html"]);
    assert!(code == 0 && said.contains("does not fit schema"), "{code} {said}");
    let page = fs::read_to_string(workspace.folder.path().join("page.html")).unwrap();
    assert!(page.contains("000001 of 2026-03-02") && !page.contains("1200 instructions/op"));
}

#[test]
fn wrong_names_and_empty_stores_say_what_would_be_right() {
    let workspace = workspace(stored([counted(1000.0)]));
    let (code, said) = perfkit(&workspace, &["--host", "nobody"]);
    assert!(code == 2 && said.contains("server-cpu"), "{code} {said}");
    let (code, _) = perfkit(&workspace, &["--host", "Server-CPU"]);
    assert_eq!(code, 0, "names ignore case");
    let (code, said) = perfkit(&self::workspace(tempfile::tempdir().unwrap()), &[]);
    assert!(code == 2 && said.contains("perfkit run"), "{code} {said}");
}
