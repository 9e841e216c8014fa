//! What built and counted a run: the parts that counted numbers depend on.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use sha2::{Digest, Sha256};

use crate::{
    format::Toolchain,
    instrument,
    workspace::{profile::BuildProfile, rustflags},
};

/// The toolchain that the workspace at `root` uses on this machine.
pub fn toolchain(root: &Path) -> Toolchain {
    toolchain_with(root, &BTreeMap::new())
}

/// The same for a build with these variables on top of the process's own.
pub fn toolchain_with(root: &Path, variables: &BTreeMap<String, String>) -> Toolchain {
    let version = output(Command::new("rustc").current_dir(root).arg("-vV")).unwrap_or_default();
    let field = |name: &str| {
        version.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
    };
    let target = rustflags::target(root, &field("host:").unwrap_or_default(), variables);
    Toolchain {
        rustc: version.lines().next().unwrap_or_default().trim().to_owned(),
        valgrind: instrument::valgrind_version(),
        libc: libc(),
        build_profile: BuildProfile::of(root, variables).settings().clone(),
        rustflags: rustflags::rustflags(root, &target, variables),
        target,
        variant: String::new(),
    }
}

/// The C library's version and the start of its file's digest: its copy routines are counted with everything else.
fn libc() -> String {
    let version = output(Command::new("getconf").arg("GNU_LIBC_VERSION")).unwrap_or_default();
    let version = version.trim();
    match libc_digest() {
        Some(digest) => format!("{version} ({digest})"),
        None => version.to_owned(),
    }
}

fn libc_digest() -> Option<String> {
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let path = maps.lines().find_map(|line| {
        let path = line.split_whitespace().nth(5)?;
        path.rsplit('/').next()?.starts_with("libc.so").then_some(path)
    })?;
    let digest = Sha256::digest(fs::read(path).ok()?);
    Some(digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect())
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
