//! The suite whose costs are known exactly, an example of the harness, built once by each test that uses it.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use perfkit::instrument::{self, Executable};

static BUILT: LazyLock<(Executable, Executable)> = LazyLock::new(build);

pub fn time() -> &'static Executable {
    &BUILT.0
}

pub fn allocs() -> &'static Executable {
    &BUILT.1
}

fn build() -> (Executable, Executable) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["build", "--release", "-p", "perfkit-harness", "--examples", "--message-format=json"])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let path = |name: &str| -> PathBuf {
        let messages = cargo_metadata::Message::parse_stream(output.stdout.as_slice());
        let executables = messages.filter_map(|message| match message.unwrap() {
            cargo_metadata::Message::CompilerArtifact(artifact) if artifact.target.name == name => {
                artifact.executable
            }
            _ => None,
        });
        executables.last().unwrap().into_std_path_buf()
    };
    let executable = |name: &str| Executable {
        package: "perfkit-harness".to_owned(),
        target: name.to_owned(),
        path: path(name),
        package_root: root.join("perfkit/harness"),
        environment: BTreeMap::new(),
    };
    (executable("known_costs"), executable("known_costs_allocs"))
}

pub fn has_valgrind() -> bool {
    let found = instrument::valgrind_version().is_some();
    if !found {
        eprintln!("skipped: valgrind is not installed");
    }
    found
}
