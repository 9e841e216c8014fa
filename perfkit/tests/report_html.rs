//! The page of everything stored: what stands on it, what must not, and how large it is.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod pages;
mod samples;

use std::{collections::BTreeSet, fs, path::Path};

use pages::{between, counted, page, page_with, perfkit, stored, synthetic, workspace};
use perfkit::{
    format::{Config, Mode, Outcome, Run, RunInvalidation, invalidation::INVALIDATION_SCHEMA},
    history::{self, Ledger, Wanted, index::Index},
    report::html::{FlameGraphs, PictureFolder, Reading, read_histories},
    store::{Store, distinct_file_name, file_name},
};
use tempfile::TempDir;

/// What a thousand benchmarks of fifty runs may take, for one of them.
const BYTES_PER_BENCHMARK: usize = 20_000;

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
        let id = pages::generate::id(number);
        let anchor = format!("b-{}", id.replace('/', "."));
        assert!(unique.contains(anchor.as_str()) && links.contains(&anchor.as_str()), "{id}");
    }
}

#[test]
fn a_planted_regression_stands_in_the_overview_and_an_equal_run_does_not() {
    let planted = stored([counted(1000.0), counted(1000.0), counted(1100.0)]);
    let since = |page: &str| between(page, "Since the run before", "All benchmarks").to_owned();
    let found = since(&page(planted.path()));
    assert!(found.contains("✗ worse") && found.contains("+100 instructions/op (+10.0 %)"), "{found}");
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

/// Take back the stored run of this number, or the rows of it that these patterns select.
fn take_back(folder: &Path, run: usize, select: &[&str]) {
    let store = Store::new(folder);
    let taken_back = RunInvalidation {
        schema: INVALIDATION_SCHEMA.to_owned(),
        run: store.names().unwrap()[run].stem().to_owned(),
        select: select.iter().map(|pattern| (*pattern).to_owned()).collect(),
        reason: "measured the set-up".to_owned(),
        author: "A. Author".to_owned(),
        date: "2026-03-09".to_owned(),
        extra: Default::default(),
    };
    store.invalidate(&taken_back).unwrap();
}

#[test]
fn rows_that_were_taken_back_are_not_compared_and_not_fitted() {
    let sized = |factor: f64| {
        let row = |size: u64| {
            let ir = (900.0 + 1.5 * size as f64) * factor;
            let mut row = samples::row(&format!("seal/{size}"), &[("ir", ir, "exact")]);
            (row.size, row.bytes) = (size, size);
            row
        };
        let mut benchmarks: Vec<_> = [64, 256, 1024, 4096].map(row).into();
        benchmarks.push(samples::row("steady/1", &[("ir", 5.0, "exact")]));
        Run { benchmarks, ..counted(1.0) }
    };
    let folder = stored([sized(1.0), sized(1.2)]);
    let since = |page: &str| between(page, "Since the run before", "All benchmarks").to_owned();
    let before = page(folder.path());
    assert!(since(&before).contains("✗ worse") && before.contains("Cost model of seal"));
    take_back(folder.path(), 1, &["seal/*"]);
    let after = page(folder.path());
    assert!(!since(&after).contains("✗ worse"), "{}", since(&after));
    assert!(since(&after).contains("seal/64") && since(&after).contains("taken back and not compared"));
    assert!(!after.contains("Cost model of seal"), "a model of what was taken back");
}

#[test]
fn a_store_of_which_nothing_counts_says_so() {
    let folder = stored([counted(1000.0), counted(1000.0)]);
    take_back(folder.path(), 0, &[]);
    take_back(folder.path(), 1, &[]);
    let (code, said) = perfkit(&workspace(folder), &[]);
    assert!(code == 5 && said.contains("every stored run was taken back"), "{code} {said}");
    assert!(said.contains("run 000001: measured the set-up"), "{said}");
}

#[test]
fn a_run_that_was_taken_back_is_marked_and_decides_nothing() {
    let folder = stored([counted(1000.0), counted(1000.0), counted(9000.0)]);
    let before = page(folder.path());
    assert!(before.contains("9000 instructions/op"));
    take_back(folder.path(), 2, &[]);
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
    let folders = [PictureFolder { path: pictures, of: None }];
    let found = FlameGraphs::read(&folders, &["seal/64"].into());
    assert!(found.left_out.len() == 1 && found.left_out[0].contains("huge"), "{:?}", found.left_out);
    let page = page_with(folder.path(), &found);
    assert_eq!(page.matches("<img class=\"flame\" src=\"data:image/svg+xml;base64,").count(), 2);
    assert!(page.contains("alt=\"Flamegraph of seal/64: before width\""));
}

#[test]
fn a_flamegraph_is_of_the_benchmark_that_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let long = "a".repeat(90);
    let (one, two) = (format!("{long}/1"), format!("{long}/2"));
    let ids: BTreeSet<&str> = ["seal/64", "seal_64", "open/64", &one, &two].into();
    let draw = |name: &str| fs::write(path.join(format!("{name}.svg")), "<svg/>").unwrap();
    for id in ["seal/64", "seal_64", &one] {
        draw(&distinct_file_name(id));
    }
    draw("open_64");
    draw(&file_name(&two));
    let kept = PictureFolder { path: path.clone(), of: None };
    // The same folder named twice is one folder.
    let found = FlameGraphs::read(&[kept.clone(), kept], &ids);
    let counts: Vec<usize> =
        ["seal/64", "seal_64", "open/64", &one, &two].iter().map(|id| found.of(id).len()).collect();
    assert_eq!(counts, [1, 1, 1, 1, 0], "{:?}", found.left_out);
    let told = found.left_out.join("\n");
    assert!(told.contains(&format!("call its own {}", distinct_file_name(&two))), "{told}");
}

#[test]
fn flamegraphs_of_a_triage_name_their_run_and_stand_once_for_many_hosts() {
    let other = |mut run: Run| {
        run.host.profile = "desktop".to_owned();
        run
    };
    let workspace = workspace(stored([counted(1000.0), other(counted(2000.0))]));
    let pictures = workspace.folder.path().join(".perfkit");
    let name = distinct_file_name("seal/64");
    for folder in ["flamegraphs".to_owned(), "triage/000000".to_owned(), "triage/000001".to_owned()] {
        let folder = pictures.join(folder).join(&name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("count-before.svg"), "<svg/>").unwrap();
    }
    let (code, said) = perfkit(&workspace, &["--output", "page.html"]);
    assert_eq!(code, 0, "{said}");
    let page = fs::read_to_string(workspace.folder.path().join("page.html")).unwrap();
    let titles: Vec<&str> =
        page.split("Flamegraph: ").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    let wanted =
        ["count before", "count before, run 000001 of desktop", "count before, run 000000 of server-cpu"];
    assert_eq!(titles, wanted);
}

#[test]
fn flamegraphs_together_have_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..30).map(|number| format!("seal_{number}")).collect();
    for name in &names {
        fs::write(folder.path().join(format!("{name}.svg")), "x".repeat(400 * 1024)).unwrap();
    }
    let ids: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let found = FlameGraphs::read(&[PictureFolder { path: folder.path().to_owned(), of: None }], &ids);
    let embedded: usize = ids.iter().flat_map(|id| found.of(id)).map(|picture| picture.source.len()).sum();
    assert!((7 << 20..=8 << 20).contains(&embedded), "{embedded}");
    assert!(
        found.left_out.iter().all(|why| why.contains("a page holds 8388608 bytes")),
        "{:?}",
        found.left_out
    );
}

#[test]
fn a_figure_of_an_earlier_run_names_it_and_is_held_against_no_floor_of_another() {
    let row = |id: &str, metrics: &[(&str, f64, &str)]| {
        let mut row = samples::row(id, metrics);
        row.floor = (id == "pool/get").then(|| "pool/raw".to_owned());
        row
    };
    let both = [("ir", 300.0, "exact"), ("ops_ps", 1e6, "median")];
    let floor = [("ir", 100.0, "exact"), ("ops_ps", 4e6, "median")];
    let run = |rows: Vec<_>| Run { benchmarks: rows, ..counted(1.0) };
    let whole = || run(vec![row("pool/get", &both), row("pool/raw", &floor)]);
    let cell = |page: &str| {
        let table = between(page, "<table class=\"all\">", "</table>").to_owned();
        between(&table, "#b-pool.get", "</tr>").to_owned()
    };
    // A rate below its limit is as far from it as a time above it.
    let found = page(stored([whole()]).path());
    assert!(cell(&found).ends_with("<td class=\"n\" data-v=\"4\">4.00 ×</td>"), "{}", cell(&found));
    // The next run leaves the floor out.
    let found = page(stored([whole(), run(vec![row("pool/get", &both)])]).path());
    assert!(cell(&found).ends_with("<td></td>"), "{}", cell(&found));
    // The next one measures rates only.
    let rates = run(vec![row("pool/get", &both[1..]), row("pool/raw", &floor[1..])]);
    let found = page(stored([whole(), rates]).path());
    assert!(cell(&found).contains("300 <small>(run 000000)</small>"), "{}", cell(&found));
    assert!(cell(&found).ends_with("data-v=\"4\">4.00 ×</td>"), "{}", cell(&found));
}

#[test]
fn a_page_names_the_tools_and_what_only_one_side_measured() {
    let mut uncounted = counted(1000.0);
    uncounted.benchmarks[0].metrics.remove("ir");
    let page = page(stored([counted(1000.0), uncounted]).path());
    let facts = between(&page, "<dl class=\"facts\">", "</dl>");
    assert!(
        facts.contains("valgrind 3.25.1") && facts.contains("x86_64-avx512 (counted: x86_64-avx2)"),
        "{facts}"
    );
    let since = between(&page, "Since the run before", "All benchmarks");
    assert!(since.contains("Measured by BEFORE only, by number of benchmarks: ir 1."), "{since}");
}

#[test]
fn a_change_that_is_not_known_sorts_as_none() {
    let page = page(stored([counted(1000.0)]).path());
    let table = between(&page, "<table class=\"all\">", "</table>");
    assert!(!table.contains("data-v=\"0\""), "{table}");
}

/// Runs whose changes only a careful reader finds: quick and uncommitted ones that differ, a compiler, a C library and
/// an instruction set that change on the way, a statistic that does, and two toolchains in turns.
fn careful() -> TempDir {
    let runs = (0..40).map(|day: usize| {
        let step = if day < 20 { 1.0 } else { 1.3 };
        let wave = 1.0 + (day % 3) as f64 * 0.001;
        let statistic = if day < 8 { "median" } else { "p20_min" };
        let mut run = counted(1000.0 * step);
        let time = samples::metric("cpu_time_ns", 100.0 * step * wave, statistic);
        run.benchmarks[0].metrics.insert("cpu_time_ns".to_owned(), time);
        match day {
            4..8 | 24..28 => run.provenance.mode = Mode::Quick,
            12..15 => run.provenance.dirty = true,
            30..40 => run.toolchain.rustc = format!("rustc 1.9{}.0", day % 2),
            _ => {}
        }
        if run.provenance.dirty || run.provenance.mode == Mode::Quick {
            run.benchmarks[0].metrics.values_mut().for_each(|metric| metric.value *= 2.0);
        }
        if day >= 36 {
            run.host.isa = "x86_64-avx2".to_owned();
            run.toolchain.libc = "glibc 2.42".to_owned();
        }
        run
    });
    stored(runs)
}

#[test]
fn a_page_and_the_history_find_the_same_changes() {
    for folder in [careful(), synthetic(30, 40)] {
        let store = Store::new(folder.path());
        let (ledger, config) = (Ledger::default(), Config::absent());
        let reading = Reading { host: None, limit: 100, ledger: &ledger, config: &config };
        let page = read_histories(&store, &reading).unwrap().hosts.remove(0);
        let names = store.names().unwrap();
        let index = Index::update(&store, names[0].host(), &names, true).unwrap();
        let told = history::HostHistory::new(names[0].host(), index, &Wanted::default(), &ledger, &config);
        let mut compared = 0;
        for series in &told.series {
            let mut of_history: Vec<(usize, Option<usize>)> = Vec::new();
            for stretch in &series.stretches {
                for change in stretch.change_points.iter().flatten() {
                    let run = |at: usize| stretch.runs[at] as usize;
                    of_history.push((run(change.index), stretch.last_before(change.index).map(run)));
                }
            }
            of_history.sort_unstable();
            let trend = &page.benchmarks[&series.id].trends[&series.metric];
            let of_page: Vec<(usize, Option<usize>)> =
                trend.changes.iter().map(|change| (change.run, Some(change.after_run))).collect();
            assert_eq!(of_page, of_history, "{} {}", series.id, series.metric);
            compared += of_page.len();
        }
        assert!(compared > 0, "nothing changed, so nothing was compared");
    }
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
