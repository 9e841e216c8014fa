//! Processes that perfkit has started and must not leave behind.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// Far longer than anything that is waited for takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// Wait for a file that a process makes when it has come so far, wherever that is by then, and read it.
pub fn wait_for(file: impl Fn() -> PathBuf, is_whole: impl Fn(&str) -> bool) -> String {
    let started = Instant::now();
    loop {
        if let Some(text) = fs::read_to_string(file()).ok().filter(|text| is_whole(text)) {
            return text;
        }
        assert!(started.elapsed() < PATIENCE, "{} was not made", file().display());
        thread::sleep(Duration::from_millis(10));
    }
}

/// A process that was killed is gone a moment later, or is a number that nobody has collected.
pub fn assert_ends(pid: &str) {
    let started = Instant::now();
    while works(pid) {
        assert!(started.elapsed() < PATIENCE, "process {pid} works on");
        thread::sleep(Duration::from_millis(10));
    }
}

fn works(pid: &str) -> bool {
    let asked = Command::new("kill").args(["-0", pid]).output().unwrap();
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    asked.status.success() && !stat.is_ok_and(|stat| stat.contains(") Z "))
}
