//! A git repository with one bench that answers `--perfkit-list`, `--perfkit-count` and `--perfkit-round` itself, so
//! that it builds in a second, and leaves what Criterion leaves. `NS` is its time, `NOISE` the share by which a round
//! differs from another, `DRIFT` what a run by itself shows in addition.
#![allow(dead_code, reason = "each test file uses what it needs")]

use std::{
    fs,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use crate::workspace::{Workspace, said};

const BENCH: &str = r##"
// perfkit_harness
const NS: f64 = 100.0;
const NOISE: f64 = 0.002;
const SALT: u64 = 1;
const DRIFT: f64 = 1.0;

#[inline(never)]
pub fn perfkit_region(body: &mut dyn FnMut()) { body(); std::hint::black_box(()); }

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--perfkit-list") => {
            for id in ["sum/small", "sum/large"] {
                println!(r#"{{"id":"{id}","role":"time","size":1,"bytes":8,"elements":1,"revision":1,"floor":null,"threads":1,"contended":false,"counted_operations":50,"modes":["count","round"]}}"#);
            }
        }
        Some("--perfkit-count") => {
            let n: u64 = arguments[3].parse().unwrap();
            let mut total = 0u64;
            perfkit_region(&mut || for i in 0..n { total = std::hint::black_box(total.wrapping_mul(3) ^ i); });
            println!(r#"{{"id":"x","operations":{n},"allocations":0,"reallocations":0,"bytes":0,"peak_bytes":0}}"#);
        }
        Some("--perfkit-round") => {
            use std::io::Write;
            /* ROUND */
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
            let mixed = (now ^ SALT).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let share = (mixed >> 11) as f64 / (1u64 << 53) as f64;
            let ns = 1000.0 * NS * (1.0 + NOISE * share);
            let mut log = std::fs::OpenOptions::new().create(true).append(true).open("rounds.log").unwrap();
            writeln!(log, "{}", arguments[2]).unwrap();
            let wall = ns * 1.01;
            println!(r#"{{"id":"{}","samples":[[1000,{wall},{ns}],[1000,{wall},{ns}]],"wall_ns":{wall},"waited_ns":0}}"#, arguments[2]);
        }
        Some("--bench") if arguments.iter().any(|argument| argument == "--help") => println!("--noplot --exact"),
        Some("--bench") => {
            let id = arguments.iter().skip_while(|argument| *argument != "--exact").nth(1).unwrap();
            let folder = std::path::Path::new(&std::env::var("CRITERION_HOME").unwrap()).join("x/new");
            std::fs::create_dir_all(&folder).unwrap();
            let ns = NS * DRIFT;
            let estimate = format!(r#"{{"point_estimate":{ns},"standard_error":0,"confidence_interval":{{"confidence_level":0.95,"lower_bound":{ns},"upper_bound":{ns}}}}}"#);
            let files = [
                ("benchmark.json", format!(r#"{{"full_id":"{id}"}}"#)),
                ("sample.json", format!(r#"{{"iters":[1,1],"times":[{ns},{ns}]}}"#)),
                ("estimates.json", format!(r#"{{"mean":{estimate},"slope":null}}"#)),
            ];
            for (name, text) in files {
                std::fs::write(folder.join(name), text).unwrap();
            }
        }
        _ => std::process::exit(1),
    }
}
"##;

/// A committed workspace.
pub struct Repository(Workspace);

impl std::ops::Deref for Repository {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.0
    }
}

impl Repository {
    pub fn new() -> Self {
        let repository = Self(Workspace::new(&["time"]));
        repository.write("benches/time.rs", BENCH);
        repository.commit();
        repository
    }

    /// The exit code and what was printed.
    pub fn prints(&self, arguments: &[&str]) -> (i32, String) {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let text = String::from_utf8(stdout).unwrap();
        if text.is_empty() {
            return (status.code().unwrap(), String::from_utf8(stderr).unwrap());
        }
        (status.code().unwrap(), text)
    }

    /// The same, interrupted by the user after some rounds.
    pub fn interrupted_after(&self, rounds: usize, arguments: &[&str]) -> (i32, String) {
        let mut command = self.command(arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let started = Instant::now();
        while self.rounds_taken() < rounds {
            assert!(started.elapsed() < Duration::from_secs(120), "no round was taken in two minutes");
            std::thread::sleep(Duration::from_millis(20));
        }
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        said(child.wait_with_output().unwrap())
    }

    /// Rounds that the benches of the last comparison have taken.
    pub fn rounds_taken(&self) -> usize {
        let log = fs::read_to_string(self.worktree().join("rounds.log"));
        log.map_or(0, |text| text.lines().count())
    }
}
