//! Stores that a fleet shares, over a mounted folder and over an S3 server on loopback: a run is made once and read
//! once, it waits where the store is away, and what one host takes back counts for all.
//!
//! The server is moto's. `PERFKIT_MOTO_PYTHON`, or the `python3` of the search path, is asked for it; where it has none,
//! that half is left out, which is said. moto looks and then writes, so that writers at the same instant are shown over
//! the folder, whose conditional put is one call.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod samples;
mod workspace;

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, OnceLock},
    thread,
    time::{Duration, Instant},
};

use perfkit::{
    format::{Run, RunInvalidation, StoreLocation, invalidation::INVALIDATION_SCHEMA},
    history::index::Index,
    store::{Measured, RunName, SAMPLES_SCHEMA, Samples, Store},
};
use tempfile::TempDir;
use workspace::{Workspace, said};

/// Ends with its standard input, so that no server outlives its test.
const MOTO: &str = "
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from moto.server import main
main(['-H', '127.0.0.1', '-p', sys.argv[1]])
";

/// Longer than a busy machine needs to start a Python program.
const START: Duration = Duration::from_secs(60);

/// How many objects may still be made below a prefix before the line goes dead.
static LEFT: Mutex<BTreeMap<&str, usize>> = Mutex::new(BTreeMap::new());

/// Whether there is an S3 server; from the first call on, the environment leads every store of this process to it.
fn has_s3() -> bool {
    static SERVER: OnceLock<bool> = OnceLock::new();
    *SERVER.get_or_init(|| {
        let python = std::env::var("PERFKIT_MOTO_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let found = Command::new(&python).args(["-c", "import moto.server"]).stderr(Stdio::null()).status();
        let is_there = found.is_ok_and(|status| status.success());
        if is_there {
            let server = start(&python);
            let endpoint = format!("http://127.0.0.1:{}", relay(server));
            for (name, value) in [
                ("AWS_ENDPOINT", endpoint.as_str()),
                ("AWS_ALLOW_HTTP", "true"),
                ("AWS_REGION", "us-east-1"),
                ("AWS_ACCESS_KEY_ID", "test-key"),
                ("AWS_SECRET_ACCESS_KEY", "test-secret"),
                // Other programs' variables, which must not lead anywhere.
                ("ENDPOINT", "http://127.0.0.1:9"),
                ("REGION", "nowhere"),
                ("BUCKET", "another"),
            ] {
                // SAFETY: every test comes through here before it reads the environment, and nobody writes it later.
                unsafe { std::env::set_var(name, value) };
            }
            make_bucket(server);
        } else {
            eprintln!("left out: {python} has no moto, so nothing is shown over S3; scripts/setup --fleet installs it");
        }
        is_there
    })
}

/// The server's port, once it answers.
fn start(python: &str) -> u16 {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = Command::new(python);
    command
        .args(["-c", MOTO, &port.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let child = command.spawn().unwrap();
    // The pipe closes with this process.
    std::mem::forget(child);
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(started.elapsed() < START, "moto did not start");
        thread::sleep(Duration::from_millis(50));
    }
    port
}

fn make_bucket(server: u16) {
    let mut stream = TcpStream::connect(("127.0.0.1", server)).unwrap();
    let request = "PUT /perf HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// A line to the server that can go dead: see [`LEFT`].
fn relay(server: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
            let (answers, back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            thread::spawn(move || forward(answers, back, |_| true));
            thread::spawn(move || forward(client, server, may_pass));
        }
    });
    port
}

fn forward(mut from: TcpStream, mut to: TcpStream, may_pass: impl Fn(&[u8]) -> bool) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut buffer) {
        if read == 0 || !may_pass(&buffer[..read]) || to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    // Either may be closed already.
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

/// Whether this is no request for a place that went away. A request begins a piece: its head is small and sent first.
fn may_pass(piece: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&piece[..piece.len().min(200)]).into_owned();
    let mut left = LEFT.lock().unwrap();
    let Some((_, left)) = left.iter_mut().find(|(prefix, _)| head.contains(**prefix)) else { return true };
    match (head.starts_with("PUT "), *left) {
        (_, 0) => false,
        (true, _) => {
            *left -= 1;
            true
        }
        (false, _) => true,
    }
}

/// The same place on both kinds of store; the folder goes away with the first.
fn places(name: &str) -> (TempDir, Vec<String>) {
    let has_s3 = has_s3();
    let shared = tempfile::tempdir().unwrap();
    let mut urls = vec![format!("file://{}/{name}", shared.path().display())];
    fs::create_dir(shared.path().join(name)).unwrap();
    if has_s3 {
        urls.push(format!("s3://perf/{name}"));
    }
    (shared, urls)
}

/// One host of the fleet, with its store at `url`.
struct Host {
    workspace: Workspace,
    url: String,
}

impl Host {
    fn new(url: &str) -> Self {
        has_s3();
        Self { workspace: Workspace::new(&[]), url: url.to_owned() }
    }

    fn store(&self) -> Store {
        let mut workspace = perfkit::workspace::Workspace::load(self.workspace.path()).unwrap();
        workspace.config.store = self.url.parse::<StoreLocation>().unwrap();
        Store::open(&workspace).unwrap()
    }

    fn save(&self, run: &Run) -> PathBuf {
        self.store().save(run, &sidecar()).unwrap()
    }

    fn find(&self, id: &str) -> Run {
        match self.store().find(id, Path::new("none")).unwrap() {
            Measured::Run(run, _) => *run,
            Measured::Baseline(_) => panic!("{id} is a run"),
        }
    }

    fn own(&self, folder: &str) -> PathBuf {
        self.workspace.path().join(".perfkit").join(folder)
    }
}

fn run(at: usize, host: &str) -> Run {
    let mut run = samples::run();
    run.id = format!("{at:06x}");
    run.host.profile = host.to_owned();
    run.provenance.started = format!("2026-03-05T{:02}:{:02}:00Z", at / 60, at % 60);
    run
}

fn sidecar() -> Samples {
    Samples { schema: SAMPLES_SCHEMA.to_owned(), ..Samples::default() }
}

fn files(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries.map(|entry| entry.unwrap().path()).map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

#[test]
fn what_one_host_writes_another_lists_and_reads() {
    let (_shared, urls) = places("pair");
    for url in urls {
        let (one, two) = (Host::new(&url), Host::new(&url));
        let saved = run(1, "one");
        one.save(&saved);
        two.save(&run(2, "two"));
        let names = two.store().names().unwrap();
        assert_eq!(names.iter().map(RunName::host).collect::<Vec<_>>(), ["one", "two"], "{url}");
        assert_eq!(two.find("000001"), saved, "{url}");
    }
}

#[test]
fn a_run_is_never_written_over() {
    let (_shared, urls) = places("once");
    for url in urls {
        let (one, two) = (Host::new(&url), Host::new(&url));
        let first = run(1, "one");
        let path = one.save(&first);
        // The same again is the same; another of that name gets a name of its own.
        assert_eq!(one.save(&first), path, "{url}");
        let mut other = first.clone();
        other.benchmarks.clear();
        assert_ne!(two.save(&other).file_name(), path.file_name(), "{url}");
        let fresh = Host::new(&url);
        assert_eq!(fresh.store().names().unwrap().len(), 2, "{url}");
        assert_eq!(fresh.find("000001"), first, "{url}");
    }
}

#[test]
fn of_many_that_write_one_name_at_once_each_arrives() {
    let (_shared, urls) = places("race");
    let url = &urls[0];
    let written: Vec<Run> = (0..8)
        .map(|at| {
            let mut one = run(1, "one");
            one.perfkit = format!("0.{at}.0");
            one
        })
        .collect();
    thread::scope(|scope| {
        for run in &written {
            scope.spawn(move || Host::new(url).save(run));
        }
    });
    let store = Host::new(url).store();
    let names = store.names().unwrap();
    let mut versions: Vec<String> = names.iter().map(|name| store.read(name).unwrap().0.perfkit).collect();
    versions.sort();
    assert_eq!(versions, written.iter().map(|run| run.perfkit.clone()).collect::<Vec<_>>());
}

#[test]
fn many_hosts_write_at_once_and_nothing_is_lost() {
    let (_shared, urls) = places("crowd");
    for url in &urls {
        thread::scope(|scope| {
            for host in 0..4 {
                scope.spawn(move || {
                    let one = Host::new(url);
                    (0..4).for_each(|at| drop(one.save(&run(at, &format!("host{host}")))));
                });
            }
        });
        assert_eq!(Host::new(url).store().names().unwrap().len(), 16, "{url}");
    }
}

#[test]
fn each_run_is_fetched_once_and_the_history_is_that_of_all() {
    let (_shared, urls) = places("history");
    for url in urls {
        let (writer, reader) = (Host::new(&url), Host::new(&url));
        (0..20).for_each(|at| drop(writer.save(&run(at, "server"))));
        let store = reader.store();
        let names = store.names().unwrap();
        let index = Index::update(&store, "server", &names, false).unwrap();
        assert_eq!(index.series.runs.len(), 20, "{url}");
        assert_eq!(files(&reader.own("cache")), 20, "runs only, no sidecars");
        // What stands in the cache is not asked for again, so that its marks stay.
        let marked = store.files(&names[..1]).unwrap().remove(0);
        let text = fs::read_to_string(&marked).unwrap().replace("0.1.0", "0.1.1");
        fs::write(&marked, text).unwrap();
        assert_eq!(store.read(&names[0]).unwrap().0.perfkit, "0.1.1", "{url}");
        let index = Index::update(&store, "server", &names, true).unwrap();
        assert_eq!(index.series.runs.len(), 20, "{url}");
    }
}

#[test]
fn a_run_is_taken_back_for_everybody_by_whoever_says_so() {
    let (_shared, urls) = places("ledger");
    for url in urls {
        let (one, two) = (Host::new(&url), Host::new(&url));
        let wrong = run(2, "one");
        one.save(&run(1, "one"));
        one.save(&wrong);
        let hosts = ["one".to_owned()];
        assert_eq!(one.store().latest(&hosts).unwrap().id(), "000002", "{url}");
        let invalidation = RunInvalidation {
            schema: INVALIDATION_SCHEMA.to_owned(),
            run: RunName::of(&wrong).stem().to_owned(),
            select: Vec::new(),
            reason: "a neighbour".to_owned(),
            author: "me".to_owned(),
            date: "2026-03-05".to_owned(),
            extra: BTreeMap::new(),
        };
        two.store().invalidate(&invalidation).unwrap();
        two.store().invalidate(&invalidation).unwrap();
        assert_eq!(one.store().invalidations().unwrap(), [invalidation], "{url}");
        assert_eq!(one.store().latest(&hosts).unwrap().id(), "000001", "{url}");
    }
}

#[test]
fn a_run_that_the_store_has_is_stored_although_there_is_no_room_for_a_copy() {
    let (_shared, urls) = places("full");
    for url in urls {
        let host = Host::new(&url);
        fs::create_dir_all(host.own("")).unwrap();
        fs::write(host.own("cache"), "in the way").unwrap();
        host.save(&run(1, "one"));
        assert_eq!(files(&host.own("pending")), 0, "{url}");
        assert_eq!(Host::new(&url).store().names().unwrap().len(), 1, "{url}");
    }
}

#[test]
fn a_server_that_goes_away_half_way_gets_the_run_with_the_next_one() {
    if !has_s3() {
        return;
    }
    let host = Host::new("s3://perf/half");
    LEFT.lock().unwrap().insert("/perf/half/", 1);
    // The sidecar arrives, the run does not.
    let path = host.save(&run(1, "one"));
    assert!(path.starts_with(host.own("pending")), "{}", path.display());
    LEFT.lock().unwrap().remove("/perf/half/");
    assert!(Host::new("s3://perf/half").store().names().unwrap().is_empty(), "half a run is none");
    assert_eq!(host.find("000001").id, "000001", "it is a run like any other here");
    host.save(&run(2, "one"));
    assert_eq!(files(&host.own("pending")), 0);
    assert_eq!(Host::new("s3://perf/half").find("000001"), run(1, "one"));
}

#[test]
fn a_store_that_never_answers_is_given_up_in_words() {
    // The environment is written there, and read here.
    has_s3();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    // Connections are taken and kept, and nothing is said.
    thread::spawn(move || listener.incoming().flatten().collect::<Vec<_>>());
    let workspace = Workspace::new(&[]);
    let mut command = workspace.command(&["history", "--store", "s3://perf/silent"]);
    command.envs([
        ("AWS_ENDPOINT", endpoint.as_str()),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test-key"),
        ("AWS_SECRET_ACCESS_KEY", "test-secret"),
        ("AWS_TIMEOUT", "1s"),
    ]);
    let (code, text) = said(command.output().unwrap());
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("s3://perf/silent") && text.contains("listing it"), "{text}");
    assert!(text.contains("timed out") || text.contains("timeout"), "{text}");
}
