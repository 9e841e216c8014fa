//! The page in a browser: with and without scripts, and what its controls do.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod pages;
mod samples;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use pages::{between, counted, page, stored, synthetic};
use perfkit::format::Run;

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

#[test]
fn only_changed_hides_rows_whose_line_alone_has_a_tick() {
    let Some(browser) = browser() else { return };
    // A step long ago draws a tick on the line; nothing has changed since.
    let row = |id: &str, ir: f64| samples::row(id, &[("ir", ir, "exact")]);
    let runs = (0..16).map(|day| {
        let (old, new) = (if day < 8 { 100.0 } else { 200.0 }, if day < 15 { 100.0 } else { 300.0 });
        Run { benchmarks: vec![row("steady/1", old), row("grown/1", new)], ..counted(1.0) }
    });
    let folder = stored(runs);
    let page = page(folder.path());
    let table = between(&page, "<table class=\"all\">", "</table>");
    let steady = between(table, "<a href=\"#b-steady.1\"", "</tr>");
    assert!(
        steady.contains("<path class=\"worse\"") && !steady.contains("<span class=\"worse\""),
        "{steady}"
    );
    let start = page.find("script-src").unwrap();
    let end = start + page[start..].find(';').unwrap();
    let press = "<script>document.querySelector('.tools input[type=checkbox]').click()</script></body>";
    let pressed = format!("{}script-src 'unsafe-inline'{}", &page[..start], &page[end..]);
    let file = folder.path().join("pressed.html");
    fs::write(&file, pressed.replace("</body>", press)).unwrap();
    let (dom, complaints) = browse(&browser, &file);
    let table = between(&dom, "<table class=\"all\"", "</table>");
    let hidden: Vec<bool> = ["steady", "grown"]
        .iter()
        .map(|name| {
            let at = table.find(&format!("<a href=\"#b-{name}.1\"")).unwrap();
            table[table[..at].rfind("<tr").unwrap()..].starts_with("<tr hidden")
        })
        .collect();
    assert_eq!(hidden, [true, false], "{complaints}");
}
