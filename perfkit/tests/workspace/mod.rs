//! A workspace in a temporary folder and the built command run in it: what every test of the command stands on. The
//! benches that it holds are each test's own.
#![allow(dead_code, reason = "each test file uses what it needs")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

/// A package that is its own workspace, and the place in which other revisions of it are built.
pub struct Workspace {
    folder: TempDir,
    cache: TempDir,
}

impl Workspace {
    /// A library without code, with these bench targets.
    pub fn new(benches: &[&str]) -> Self {
        let workspace = Self { folder: tempfile::tempdir().unwrap(), cache: tempfile::tempdir().unwrap() };
        workspace.manifest(benches, "");
        workspace.write("src/lib.rs", "");
        workspace.write(".gitignore", "target\n.perfkit\nCargo.lock\n*.jsonl\n");
        workspace
    }

    /// Its manifest, with more at the end.
    pub fn manifest(&self, benches: &[&str], more: &str) {
        let bench = |name: &&str| format!("[[bench]]\nname = \"{name}\"\nharness = false\n");
        let benches: String = benches.iter().map(bench).collect();
        let package = "[package]\nname = \"fixture\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n";
        self.write("Cargo.toml", &format!("{package}{benches}{more}"));
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What `XDG_CACHE_HOME` is for the command.
    pub fn cache(&self) -> &Path {
        self.cache.path()
    }

    /// Where other revisions are checked out and built; nothing is there before the first.
    pub fn elsewhere(&self, name: &str) -> PathBuf {
        let places = fs::read_dir(self.cache().join("perfkit")).into_iter().flatten();
        let mut places = places.map(|entry| entry.unwrap().path());
        let place = places.next().unwrap_or_else(|| self.cache().join("perfkit/none"));
        assert_eq!(places.next(), None, "one workspace has one place");
        place.join(name)
    }

    /// Where other revisions are checked out.
    pub fn worktree(&self) -> PathBuf {
        let own = fs::canonicalize(self.path()).unwrap();
        self.elsewhere("worktree").join(own.strip_prefix("/").unwrap())
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Replace a piece of a file that must be there.
    pub fn edit(&self, name: &str, before: &str, after: &str) {
        let text = self.read(name);
        assert!(text.contains(before), "{before} is not in {name}");
        self.write(name, &text.replacen(before, after, 1));
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=tester", "-c", "user.email=tester@example.invalid"];
        let output =
            Command::new("git").current_dir(self.path()).args(identity).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Commit everything; the first commit makes the repository.
    pub fn commit(&self) {
        if !self.path().join(".git").exists() {
            self.git(&["init", "-q"]);
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "state"]);
    }

    /// The command, not yet run, with a target directory and a cache of its own and nothing of the caller's store.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perfkit"));
        command.current_dir(self.path()).args(arguments).env_remove("PERFKIT_STORE");
        command.env("CARGO_TARGET_DIR", self.path().join("target")).env("XDG_CACHE_HOME", self.cache());
        command
    }

    pub fn perfkit(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The exit code and everything said.
    pub fn says(&self, arguments: &[&str]) -> (i32, String) {
        said(self.perfkit(arguments))
    }

    /// The document on standard output.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.perfkit(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
    }
}

/// The exit code and both outputs.
pub fn said(output: Output) -> (i32, String) {
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// Counting needs valgrind; without it these tests say so and stop.
pub fn can_count() -> bool {
    let found = Command::new("valgrind").arg("--version").output().is_ok();
    if !found {
        eprintln!("left out: valgrind is not installed");
    }
    found
}
