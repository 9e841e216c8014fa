//! Building a binary whose size is measured, as people are given it: with its own profile, apart from the benches.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use cargo_metadata::{Message, TargetKind, diagnostic::DiagnosticLevel};

use super::{Workspace, build::BuildSettings, build::tail};
use crate::{format::Binary, instrument::Executable};

/// The longest compiler message kept.
const MESSAGE_LIMIT_BYTES: usize = 4 * 1024;

/// Build one binary. The error says what is wrong and what would be right.
pub fn build_binary(
    workspace: &Workspace,
    settings: &BuildSettings,
    binary: &Binary,
) -> Result<Executable, String> {
    let (option, package_root) = target_option(workspace, binary)?;
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&settings.root).args(["build", "--profile", &binary.profile]);
    command.args(["-p", &binary.package, option, &binary.target]);
    command.arg("--message-format=json-render-diagnostics");
    let features: Vec<&str> = binary.features.iter().chain(&settings.features).map(String::as_str).collect();
    if !features.is_empty() {
        command.arg("--features").arg(features.join(","));
    }
    command.envs(&settings.env);
    if let Some(folder) = &settings.target_directory {
        command.env("CARGO_TARGET_DIR", folder);
    }
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| format!("cargo cannot be run: {error}"))?;
    let mut first_error = None;
    let mut path = None;
    for message in Message::parse_stream(output.stdout.as_slice()) {
        match message.map_err(|error| format!("cargo's messages cannot be read: {error}"))? {
            Message::CompilerArtifact(artifact) if artifact.target.name == binary.target => {
                path =
                    artifact.executable.map(cargo_metadata::camino::Utf8PathBuf::into_std_path_buf).or(path);
            }
            Message::CompilerMessage(message) if message.message.level == DiagnosticLevel::Error => {
                first_error = first_error.or(message.message.rendered);
            }
            _ => {}
        }
    }
    match path.filter(|_| output.status.success()) {
        Some(path) => Ok(Executable {
            package: binary.package.clone(),
            target: binary.target.clone(),
            path,
            package_root,
            environment: settings.env.clone(),
        }),
        None => {
            let said = String::from_utf8_lossy(&output.stderr);
            let message = first_error.unwrap_or_else(|| said.into_owned());
            Err(tail(message.trim(), MESSAGE_LIMIT_BYTES).to_owned())
        }
    }
}

/// Cargo's option for the target, and its package's folder.
fn target_option(workspace: &Workspace, binary: &Binary) -> Result<(&'static str, PathBuf), String> {
    let mut packages = workspace.metadata.workspace_packages().into_iter();
    let Some(package) = packages.find(|package| package.name.as_str() == binary.package) else {
        return Err(format!(
            "[[binary]] names package {:?}, which the workspace does not have",
            binary.package
        ));
    };
    let options =
        [(TargetKind::Bin, "--bin"), (TargetKind::Example, "--example"), (TargetKind::Bench, "--bench")];
    let has = |kind: &TargetKind| {
        package.targets.iter().any(|target| target.name == binary.target && target.kind.contains(kind))
    };
    let Some((_, option)) = options.into_iter().find(|(kind, _)| has(kind)) else {
        return Err(format!(
            "[[binary]] names target {:?}, and package {} has no binary, example or bench of that name",
            binary.target, binary.package
        ));
    };
    let folder = package.manifest_path.parent().map(|folder| folder.as_std_path().to_owned());
    Ok((option, folder.unwrap_or_default()))
}
