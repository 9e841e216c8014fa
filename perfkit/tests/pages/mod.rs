//! Stores and the pages made of them, for the tests of what stands on a page.
#![allow(dead_code, reason = "each test file uses what it needs")]

#[path = "../../examples/synthetic_store/generate.rs"]
pub mod generate;

use std::{fs, path::Path};

use generate::{Shape, write_store};
use perfkit::{
    format::{Config, Run},
    history::Ledger,
    report::html::{FlameGraphs, HostPage, Reading, read_histories, render_page},
    store::{SAMPLES_SCHEMA, Samples, Store},
};
use tempfile::TempDir;

use crate::samples;

pub fn page(store: &Path) -> String {
    page_with(store, &FlameGraphs::default())
}

pub fn page_with(store: &Path, flamegraphs: &FlameGraphs) -> String {
    let store = Store::new(store);
    let ledger = Ledger::new(&store.invalidations().unwrap(), &[], Path::new("."));
    let reading = Reading { host: None, limit: 50, ledger: &ledger, config: &Config::absent() };
    let histories = read_histories(&store, &reading).unwrap();
    let baselines = vec![samples::timed(), samples::counted()];
    let hosts: Vec<HostPage> =
        histories.hosts.into_iter().map(|host| HostPage::new(host, baselines.clone())).collect();
    render_page(&hosts, &histories.unreadable, flamegraphs)
}

pub fn synthetic(benchmarks: usize, runs: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_store(folder.path(), &Shape { benchmarks, runs, ..Shape::default() }).unwrap();
    folder
}

/// Runs in this order, a day apart.
pub fn stored(runs: impl IntoIterator<Item = Run>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    for (day, mut run) in runs.into_iter().enumerate() {
        run.provenance.started = format!("2026-03-{:02}T10:11:12Z", day + 1);
        run.id = format!("{day:06x}");
        store.save(&run, &Samples { schema: SAMPLES_SCHEMA.to_owned(), ..Samples::default() }).unwrap();
    }
    folder
}

pub fn counted(ir: f64) -> Run {
    let rows = vec![samples::row("seal/64", &[("ir", ir, "exact"), ("cpu_time_ns", 100.0, "p20_min")])];
    let mut run = Run { benchmarks: rows, verdicts: Vec::new(), problems: Vec::new(), ..samples::run() };
    run.provenance.dirty = false;
    run
}

pub fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.find(from).unwrap_or_else(|| panic!("{from:?} is not there"));
    &text[start..start + text[start..].find(to).unwrap()]
}

/// A workspace with its store.
pub struct Workspace {
    pub folder: TempDir,
    pub store: TempDir,
}

pub fn workspace(store: TempDir) -> Workspace {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/lib.rs"), "").unwrap();
    let manifest = "[package]\nname = \"x\"\nversion = \"0.0.0\"\n[workspace]\n";
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    let config = format!("schema = \"perfkit.config/1\"\nstore = {:?}\n", store.path());
    fs::write(folder.path().join("perfkit.toml"), config).unwrap();
    Workspace { folder, store }
}

pub fn perfkit(workspace: &Workspace, arguments: &[&str]) -> (i32, String) {
    let mut command = assert_cmd::Command::cargo_bin("perfkit").unwrap();
    let output = command
        .current_dir(workspace.folder.path())
        .args(["report", "html"])
        .args(arguments)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}
