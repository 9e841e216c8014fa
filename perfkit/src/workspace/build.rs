//! Building bench targets with the `bench` profile and finding the executables in Cargo's messages.
//!
//! `cargo build --profile bench --keep-going` makes the same executables as `cargo bench --no-run`, and a target that
//! does not build leaves the others alone.

use std::{
    collections::BTreeMap,
    io::{BufReader, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use cargo_metadata::{Message, TargetKind};

use super::{BenchTarget, profile::BuildProfile};
use crate::instrument::Executable;

/// What a build made and what it could not make.
#[derive(Debug, Default)]
pub struct Built {
    /// An executable per built target, in the order of the targets.
    pub executables: Vec<(BenchTarget, Executable)>,
    /// Targets that did not build.
    pub failures: Vec<BuildFailure>,
}

/// A target that did not build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildFailure {
    /// The package.
    pub package: String,
    /// The target.
    pub target: String,
    /// The first error, as the compiler rendered it.
    pub message: String,
}

/// How to build.
#[derive(Debug, Clone, Default)]
pub struct BuildSettings {
    /// Where; the workspace root.
    pub root: PathBuf,
    /// A target directory of its own, for ISA profiles and base revisions.
    pub target_directory: Option<PathBuf>,
    /// Cargo features.
    pub features: Vec<String>,
    /// Environment of the build, and of whatever runs what it made.
    pub env: BTreeMap<String, String>,
}

/// The longest compiler message kept.
const MESSAGE_LIMIT_BYTES: usize = 4 * 1024;

/// Build `targets`. `Err` means that Cargo itself could not run.
pub fn build(settings: &BuildSettings, targets: &[BenchTarget]) -> std::io::Result<Built> {
    if targets.is_empty() {
        return Ok(Built::default());
    }
    let mut child = command(settings, targets).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let stderr = child.stderr.take();
    let errors = std::thread::spawn(move || {
        let mut text = String::new();
        if let Some(mut stderr) = stderr {
            let mut bytes = Vec::new();
            // A pipe that breaks ends the text early; the exit status still tells.
            let _ = stderr.read_to_end(&mut bytes);
            text = String::from_utf8_lossy(&bytes).into_owned();
        }
        text
    });
    let mut found: BTreeMap<(String, String), PathBuf> = BTreeMap::new();
    let mut diagnostics: BTreeMap<String, String> = BTreeMap::new();
    if let Some(stdout) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(stdout)) {
            match message? {
                Message::CompilerArtifact(artifact) if artifact.target.kind.contains(&TargetKind::Bench) => {
                    if let Some(executable) = artifact.executable {
                        let folder = manifest_folder(artifact.manifest_path.as_std_path());
                        found.insert((folder, artifact.target.name), executable.into_std_path_buf());
                    }
                }
                Message::CompilerMessage(message) => {
                    let is_error =
                        message.message.level == cargo_metadata::diagnostic::DiagnosticLevel::Error;
                    if is_error && let Some(rendered) = message.message.rendered {
                        diagnostics.entry(message.target.name).or_insert(rendered);
                    }
                }
                _ => {}
            }
        }
    }
    let succeeded = child.wait()?.success();
    let errors = errors.join().unwrap_or_default();
    Ok(sort_out(settings, targets, &found, &diagnostics, succeeded, &errors))
}

fn command(settings: &BuildSettings, targets: &[BenchTarget]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&settings.root).args(["build", "--profile", "bench", "--keep-going"]);
    command.arg("--message-format=json-render-diagnostics");
    let mut packages: Vec<&str> = targets.iter().map(|target| target.package.as_str()).collect();
    let mut names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    packages.dedup();
    names.sort_unstable();
    names.dedup();
    command.args(packages.iter().flat_map(|package| ["-p", package]));
    command.args(names.iter().flat_map(|name| ["--bench", name]));
    if !settings.features.is_empty() {
        command.arg("--features").arg(settings.features.join(","));
    }
    command.envs(BuildProfile::environment(&settings.root, &settings.env));
    command.envs(&settings.env);
    if let Some(folder) = &settings.target_directory {
        command.env("CARGO_TARGET_DIR", folder);
    }
    command
}

fn manifest_folder(manifest: &Path) -> String {
    manifest.parent().map(|folder| folder.display().to_string()).unwrap_or_default()
}

fn sort_out(
    settings: &BuildSettings,
    targets: &[BenchTarget],
    found: &BTreeMap<(String, String), PathBuf>,
    diagnostics: &BTreeMap<String, String>,
    succeeded: bool,
    errors: &str,
) -> Built {
    let mut built = Built::default();
    for target in targets {
        let key = (target.package_root.display().to_string(), target.name.clone());
        if let Some(path) = found.get(&key) {
            let executable = Executable {
                package: target.package.clone(),
                target: target.name.clone(),
                path: path.clone(),
                package_root: target.package_root.clone(),
                environment: settings.env.clone(),
            };
            built.executables.push((target.clone(), executable));
        } else if !succeeded {
            let own = diagnostics.get(&target.name).map_or(errors, String::as_str);
            built.failures.push(BuildFailure {
                package: target.package.clone(),
                target: target.name.clone(),
                message: tail(own.trim(), MESSAGE_LIMIT_BYTES).to_owned(),
            });
        }
    }
    built
}

/// The last `limit` bytes of a text, on a character boundary.
pub(super) fn tail(text: &str, limit: usize) -> &str {
    let mut start = text.len().saturating_sub(limit);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}
