//! The page of everything stored: what stands on it, what must not, how large it is, and that a browser shows it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../examples/synthetic_store/generate.rs"]
mod generate;
mod samples;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use generate::{Shape, write_store};
use perfkit::{
    format::{Config, Outcome, Run, RunInvalidation, invalidation::INVALIDATION_SCHEMA},
    history::Ledger,
    report::html::{FlameGraphs, HostPage, Reading, read_histories, render_page},
    store::{SAMPLES_SCHEMA, Samples, Store},
};
use tempfile::TempDir;

/// What a thousand benchmarks of fifty runs may take, for one of them.
const BYTES_PER_BENCHMARK: usize = 20_000;

fn page(store: &Path) -> String {
    page_with(store, &FlameGraphs::default())
}

fn page_with(store: &Path, flamegraphs: &FlameGraphs) -> String {
    let store = Store::new(store);
    let ledger = Ledger::new(&store.invalidations().unwrap(), &[], Path::new("."));
    let reading = Reading { host: None, limit: 50, ledger: &ledger, config: &Config::absent() };
    let histories = read_histories(&store, &reading).unwrap();
    let baselines = vec![samples::timed(), samples::counted()];
    let hosts: Vec<HostPage> =
        histories.hosts.into_iter().map(|host| HostPage::new(host, baselines.clone())).collect();
    render_page(&hosts, &histories.unreadable, flamegraphs)
}

fn synthetic(benchmarks: usize, runs: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_store(folder.path(), &Shape { benchmarks, runs, ..Shape::default() }).unwrap();
    folder
}

/// Runs in this order, a day apart.
fn stored(runs: impl IntoIterator<Item = Run>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    for (day, mut run) in runs.into_iter().enumerate() {
        run.provenance.started = format!("2026-03-{:02}T10:11:12Z", day + 1);
        run.id = format!("{day:06x}");
        store.save(&run, &Samples { schema: SAMPLES_SCHEMA.to_owned(), ..Samples::default() }).unwrap();
    }
    folder
}

fn counted(ir: f64) -> Run {
    let rows = vec![samples::row("seal/64", &[("ir", ir, "exact"), ("cpu_time_ns", 100.0, "p20_min")])];
    Run { benchmarks: rows, verdicts: Vec::new(), problems: Vec::new(), ..samples::run() }
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.find(from).unwrap_or_else(|| panic!("{from:?} is not there"));
    &text[start..start + text[start..].find(to).unwrap()]
}

#[test]
fn every_benchmark_has_a_row_and_a_section_and_every_link_leads_somewhere() {
    let folder = synthetic(60, 12);
    let page = page(folder.path());
    let named = |attribute: &str| -> Vec<&str> {
        page.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
    };
    let ids = named(" id=\"");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "an id stands twice");
    let links = named("href=\"#");
    assert!(links.iter().all(|link| unique.contains(link)), "{links:?}");
    for number in 0..60 {
        let id = generate::id(number);
        let anchor = format!("b-{}", id.replace('/', "."));
        assert!(unique.contains(anchor.as_str()) && links.contains(&anchor.as_str()), "{id}");
    }
}

#[test]
fn a_planted_regression_stands_in_the_overview_and_an_equal_run_does_not() {
    let planted = stored([counted(1000.0), counted(1000.0), counted(1100.0)]);
    let since = |page: &str| between(page, "Since the run before", "All benchmarks").to_owned();
    let found = since(&page(planted.path()));
    assert!(
        found.contains("✗ worse") && found.contains("+100 instructions/op (+10.0\u{a0}%)")
            || found.contains("+100 instructions/op (+10.0 %)"),
        "{found}"
    );
    let equal = stored([counted(1000.0), counted(1000.0), counted(1000.0)]);
    let found = since(&page(equal.path()));
    assert!(found.contains("Nothing changed beyond its tolerance") && !found.contains("worse"), "{found}");
}

#[test]
fn a_step_in_a_history_is_named_with_its_revisions() {
    let mut runs: Vec<Run> = (0..12).map(|day| counted(if day < 6 { 1000.0 } else { 1200.0 })).collect();
    for (day, run) in runs.iter_mut().enumerate() {
        run.provenance.revision = format!("{day:07}aaaaaaa");
    }
    let page = page(stored(runs).path());
    let changes = between(&page, "<ul class=\"changes\">", "</ul>");
    assert!(changes.contains("1000 instructions/op → 1200 instructions/op (+20.0 %)"), "{changes}");
    assert!(changes.contains("0000005") && changes.contains("0000006"), "{changes}");
    let constant = stored((0..12).map(|_| counted(1000.0)));
    assert!(!self::page(constant.path()).contains("class=\"changes\""));
}

#[test]
fn a_series_is_broken_where_the_benchmark_changed_its_meaning() {
    let runs = (0..6).map(|day| {
        let mut run = counted(if day < 3 { 1000.0 } else { 5000.0 });
        run.benchmarks[0].revision = if day < 3 { 1 } else { 2 };
        run
    });
    let page = page(stored(runs).path());
    assert!(page.contains("The line is broken 1 time"), "not broken");
    assert!(!page.contains("class=\"changes\""), "a break is no change");
}

#[test]
fn a_series_of_sizes_has_a_cost_model_and_a_lonely_size_has_none() {
    let sized = |sizes: &[u64]| {
        let row = |size: &u64| {
            let ir = 900.0 + 1.5 * *size as f64;
            let mut row = samples::row(&format!("seal/{size}"), &[("ir", ir, "exact")]);
            (row.size, row.bytes) = (*size, *size);
            row
        };
        Run { benchmarks: sizes.iter().map(row).collect(), ..counted(1.0) }
    };
    let page = page(stored([sized(&[64, 256, 1024, 4096])]).path());
    let model = between(&page, "Cost model of seal", "</figure>");
    assert!(model.contains("900 instructions/op") && model.contains("1.50 instructions/B"), "{model}");
    assert_eq!(page.matches("Cost model of the series: see").count(), 3);
    assert!(!self::page(stored([sized(&[64])]).path()).contains("Cost model of"));
}

#[test]
fn a_run_that_was_taken_back_is_marked_and_decides_nothing() {
    let folder = stored([counted(1000.0), counted(1000.0), counted(9000.0)]);
    let store = Store::new(folder.path());
    let stem = store.names().unwrap()[2].stem().to_owned();
    let taken_back = RunInvalidation {
        schema: INVALIDATION_SCHEMA.to_owned(),
        run: stem,
        select: Vec::new(),
        reason: "measured the set-up".to_owned(),
        author: "A. Author".to_owned(),
        date: "2026-03-09".to_owned(),
        extra: Default::default(),
    };
    let before = page(folder.path());
    assert!(before.contains("9000 instructions/op"));
    store.invalidate(&taken_back).unwrap();
    let page = page(folder.path());
    assert!(page.contains("taken back: run 000002: measured the set-up"), "not said");
    assert!(
        !page.contains("9000 instructions/op") && page.contains("1000 instructions/op"),
        "still shown as the newest"
    );
}

#[test]
fn every_host_has_its_overview_and_a_benchmark_shows_them_all() {
    let other = |mut run: Run| {
        run.host.profile = "desktop".to_owned();
        run
    };
    let folder = stored([counted(1000.0), other(counted(2000.0)), counted(1000.0)]);
    let page = page(folder.path());
    assert!(page.contains("Host server-cpu") && page.contains("Host desktop"), "an overview is missing");
    let section = between(&page, "<section class=\"benchmark\"", "</section>");
    for words in ["On server-cpu", "On desktop", "1000 instructions/op", "2000 instructions/op"] {
        assert!(section.contains(words), "{words}: {section}");
    }
}

#[test]
fn names_from_outside_stay_text() {
    let evil = "a/<script>alert('x')</script>\"onload=\"&b";
    let mut run = samples::run();
    run.host.profile = evil.to_owned();
    run.toolchain.rustc = evil.to_owned();
    run.provenance.revision = evil.to_owned();
    for row in &mut run.benchmarks {
        row.id = format!("{evil}{}", row.id);
        row.floor = Some(format!("{evil}net_encryption/raw_ring/64"));
        row.witness.native = Some(evil.to_owned());
        row.package = evil.to_owned();
        for metric in row.metrics.values_mut() {
            (metric.statistic, metric.source) = (evil.to_owned(), evil.to_owned());
        }
    }
    for problem in &mut run.problems {
        (problem.subject, problem.message) = (evil.to_owned(), evil.to_owned());
    }
    for verdict in &mut run.verdicts {
        (verdict.id, verdict.note, verdict.rule) = (evil.to_owned(), evil.to_owned(), evil.to_owned());
    }
    let folder = stored([run.clone(), run]);
    let page = page(folder.path());
    assert!(!page.contains("<script>alert") && !page.contains("\"onload"), "a name became markup");
    assert!(page.contains("&lt;script&gt;alert"));
    assert_eq!(page.matches("<script").count(), 1);
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    let folder = synthetic(20, 5);
    // The name of a namespace looks like an address and is none.
    let page = page(folder.path()).replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for reference in ["http://", "https://", "@import", "url(", "<link", "<iframe", "<object"] {
        assert!(!page.contains(reference), "{reference}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn a_flamegraph_is_a_picture_that_runs_nothing() {
    let folder = stored([counted(1000.0)]);
    let pictures = folder.path().join("flamegraphs");
    fs::create_dir_all(pictures.join("seal_64")).unwrap();
    fs::write(pictures.join("seal_64.svg"), "<svg><script>alert(1)</script></svg>").unwrap();
    fs::write(pictures.join("seal_64/before-width.svg"), "<svg/>").unwrap();
    fs::write(pictures.join("seal_64/huge.svg"), "x".repeat(1 << 20)).unwrap();
    let found = FlameGraphs::read(&[pictures], ["seal/64"].into_iter());
    assert!(found.left_out.len() == 1 && found.left_out[0].contains("huge"), "{:?}", found.left_out);
    let page = page_with(folder.path(), &found);
    assert_eq!(page.matches("<img class=\"flame\" src=\"data:image/svg+xml;base64,").count(), 2);
    assert!(page.contains("alt=\"Flamegraph of seal/64: before width\""));
}

#[test]
fn silence_is_not_green() {
    let mut run = counted(1000.0);
    run.problems = samples::run().problems;
    run.verdicts = samples::verdicts();
    run.verdicts.retain(|verdict| verdict.outcome == Outcome::Skipped);
    let page = page(stored([run]).path());
    assert!(!page.contains("Nothing changed beyond"), "nothing was compared, so nothing has held");
    for words in ["(not a pass)", "✗ WRONG ANSWER", "✗ BUILD FAILED", "There is no earlier run"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("✓ held"));
}

#[test]
fn the_size_of_a_page_keeps_its_promise() {
    let folder = synthetic(40, 50);
    let page = page(folder.path());
    assert!(page.len() <= 40 * BYTES_PER_BENCHMARK, "{} bytes for 40 benchmarks of 50 runs", page.len());
}

#[test]
fn the_same_store_gives_the_same_bytes() {
    let folder = synthetic(20, 9);
    assert_eq!(page(folder.path()), page(folder.path()));
}

/// A workspace with its store.
struct Workspace {
    folder: TempDir,
    store: TempDir,
}

fn workspace(store: TempDir) -> Workspace {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/lib.rs"), "").unwrap();
    let manifest = "[package]\nname = \"x\"\nversion = \"0.0.0\"\n[workspace]\n";
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    let config = format!("schema = \"perfkit.config/1\"\nstore = {:?}\n", store.path());
    fs::write(folder.path().join("perfkit.toml"), config).unwrap();
    Workspace { folder, store }
}

fn perfkit(workspace: &Workspace, arguments: &[&str]) -> (i32, String) {
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
    assert!(page.contains("1 stored run could not be read and is left out"), "{said}");
    let (code, said) = perfkit(&workspace, &["--format", "json", "--output", "page.html"]);
    assert!(code == 0 && said.contains("\"benchmarks\": 1"), "{said}");
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

/// A browser without a window; without one these tests say so and stop.
fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|file| file.is_file());
    if found.is_none() {
        eprintln!("left out: chromium is not installed");
    }
    found
}

/// The page as the browser understood it, and what it complained about.
fn browse(browser: &Path, page: &Path) -> (String, String) {
    let profile = tempfile::tempdir().unwrap();
    let (out, complaints) = (profile.path().join("out"), profile.path().join("err"));
    let mut child = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage"])
        .args(["--enable-logging=stderr", "--v=0", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", page.display()))
        .stdout(fs::File::create(&out).unwrap())
        .stderr(fs::File::create(&complaints).unwrap())
        .spawn()
        .unwrap();
    // A browser that hangs must not hang the tests.
    for _ in 0..600 {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let _ = child.kill();
    child.wait().unwrap();
    let complaints = String::from_utf8_lossy(&fs::read(complaints).unwrap()).into_owned();
    let console = complaints.lines().filter(|line| line.contains("CONSOLE")).collect::<Vec<_>>().join("\n");
    (fs::read_to_string(out).unwrap(), console)
}

#[test]
fn a_browser_shows_the_page_with_and_without_scripts() {
    let Some(browser) = browser() else { return };
    let store = synthetic(30, 8);
    let (whole, bare) = (store.path().join("page.html"), store.path().join("bare.html"));
    let page = page(store.path());
    fs::write(&whole, &page).unwrap();
    // The browser's own switch against scripts also stops it from printing what it shows, so the page forbids them.
    let start = page.find("script-src").unwrap();
    let end = start + page[start..].find(';').unwrap();
    fs::write(&bare, format!("{}script-src 'none'{}", &page[..start], &page[end..])).unwrap();

    let (dom, complaints) = browse(&browser, &bare);
    assert!(dom.contains("Host server-8c") && dom.contains("All benchmarks"), "no overview: {dom:.300}");
    assert!(dom.contains("id=\"b-packet_build.encode.1024\""), "no section");
    assert!(!dom.contains("class=\"tools\""), "the script ran although it must not");
    assert!(complaints.contains("script-src 'none'"), "the script was not stopped: {complaints}");
    let (dom, complaints) = browse(&browser, &whole);
    assert!(
        dom.contains("class=\"tools\"") && dom.contains("<button type=\"button\">Benchmark"),
        "no controls"
    );
    assert_eq!(complaints, "", "the browser complains");
}
