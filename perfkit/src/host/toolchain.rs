//! What built and counted a run: the parts that counted numbers depend on.

use std::{fs, path::Path, process::Command};

use sha2::{Digest, Sha256};

use crate::{
    format::Toolchain,
    instrument,
    workspace::profile::{BuildProfile, rustflags},
};

/// The toolchain that the workspace at `root` uses on this machine.
pub fn toolchain(root: &Path) -> Toolchain {
    let version = output(Command::new("rustc").current_dir(root).arg("-vV")).unwrap_or_default();
    let field = |name: &str| {
        version.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
    };
    Toolchain {
        rustc: version.lines().next().unwrap_or_default().trim().to_owned(),
        target: field("host:").unwrap_or_default(),
        valgrind: instrument::valgrind_version(),
        libc: libc(),
        build_profile: BuildProfile::of(root).settings().clone(),
        rustflags: rustflags(root),
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
