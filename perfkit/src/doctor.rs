//! What this machine can measure and how well. Each shortfall comes with what it costs and the command that mends it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Serialize;

use crate::{
    host,
    instrument::{self, runner::Runner},
    render::{shell_word::quoted, units},
    workspace::{
        Elsewhere, Workspace, WorkspaceError, elsewhere::size_bytes, lock_file::locked_versions,
        profile::BuildProfile,
    },
};

/// One examined thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub subject: &'static str,
    /// How it stands.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What a shortfall costs and what mends it; empty where all is well.
    pub remedy: String,
}

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Good,
    /// It works, with a limit.
    Limited,
    /// An instrument is lost.
    Missing,
}

/// Load per core from which on times are doubtful.
const BUSY_LOAD: f64 = 0.5;

/// What earlier versions made of other revisions in the store's folder.
const LEFT_BEHIND: [&str; 3] = ["worktree", "base-target", "arms"];

/// Examine the machine, and the workspace at `folder` if there is one.
pub fn examine(folder: &Path) -> Vec<Finding> {
    let mut findings = vec![cpu(), isa(), virtualisation(), smt(), governor(), turbo(), load()];
    findings.extend([cargo(), valgrind(), performance_counters()]);
    findings.extend(runners(folder));
    let workspace = Workspace::load(folder);
    findings.extend(workspace.as_ref().ok().map(|workspace| other_revisions(&workspace.root)));
    findings.extend(
        workspace.as_ref().ok().and_then(|workspace| left_behind(&workspace.root, &workspace.store())),
    );
    findings.push(self::workspace(&workspace));
    findings
}

fn good(subject: &'static str, found: impl Into<String>) -> Finding {
    Finding { subject, state: State::Good, found: found.into(), remedy: String::new() }
}

fn limited(subject: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding { subject, state: State::Limited, found: found.into(), remedy: remedy.into() }
}

fn missing(subject: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding { subject, state: State::Missing, found: found.into(), remedy: remedy.into() }
}

fn cpu() -> Finding {
    let machine = host::fingerprint();
    let found =
        format!("{}, {} cores; profile {}", machine.brand.trim(), machine.cores, host::slug(&machine));
    if machine.cores < 2 {
        return limited("cpu", found, "one core: contended benchmarks run and are never judged");
    }
    good("cpu", found)
}

fn isa() -> Finding {
    let (native, counted) = (host::isa::native(), host::isa::counted());
    if native == counted {
        return good("instruction set", native);
    }
    let remedy = format!("counts guard the {counted} code path only; times belong to {native}");
    limited("instruction set", format!("{native} natively, {counted} under valgrind"), remedy)
}

fn virtualisation() -> Finding {
    if host::fingerprint().virtualised {
        let remedy = "neighbours move wall time: trust counts, and times as ratios of one interleaved run";
        return limited("virtualisation", "a virtual machine", remedy);
    }
    good("virtualisation", "none seen")
}

fn smt() -> Finding {
    match host::fingerprint().threads_per_core {
        0 | 1 => good("SMT", "one thread per core"),
        threads => limited(
            "SMT",
            format!("{threads} threads per core"),
            "a sibling's work shows in times; echo off > /sys/devices/system/cpu/smt/control",
        ),
    }
}

fn governor() -> Finding {
    match host::guard::governor() {
        None => limited(
            "governor",
            "not readable",
            "frequency changes go unseen; nothing to do in a virtual machine",
        ),
        Some(governor) if governor == "performance" => good("governor", governor),
        Some(governor) => {
            limited("governor", governor, "times drift with frequency; cpupower frequency-set -g performance")
        }
    }
}

fn turbo() -> Finding {
    let read = |path: &str| fs::read_to_string(path).ok().map(|text| text.trim().to_owned());
    let on = match (
        read("/sys/devices/system/cpu/intel_pstate/no_turbo"),
        read("/sys/devices/system/cpu/cpufreq/boost"),
    ) {
        (Some(no_turbo), _) => Some(no_turbo == "0"),
        (None, Some(boost)) => Some(boost == "1"),
        (None, None) => None,
    };
    match on {
        Some(true) => limited(
            "turbo",
            "on",
            "short and long runs see different clocks; echo 0 > /sys/devices/system/cpu/cpufreq/boost (or 1 > …/intel_pstate/no_turbo)",
        ),
        Some(false) => good("turbo", "off"),
        None => {
            limited("turbo", "not readable", "clock changes go unseen; nothing to do in a virtual machine")
        }
    }
}

fn load() -> Finding {
    let cores = f64::from(host::fingerprint().cores);
    match host::guard::load_average() {
        Some(load) if load / cores > BUSY_LOAD => limited(
            "load",
            format!("{load:.2} on {cores} cores"),
            "times are doubtful; counts are not. Wait, or stop what runs beside",
        ),
        Some(load) => good("load", format!("{load:.2} on {cores} cores")),
        None => limited("load", "not readable", "whether the machine is busy goes unseen"),
    }
}

fn cargo() -> Finding {
    match first_line(Command::new("cargo").arg("--version")) {
        Some(version) => good("cargo", version),
        None => missing("cargo", "not found", "nothing can be built; install a Rust toolchain"),
    }
}

fn valgrind() -> Finding {
    match instrument::valgrind_version() {
        Some(version) => good("valgrind", version),
        None => missing(
            "valgrind",
            "not found",
            "no instructions, locked operations, system calls or copied bytes; apt-get install valgrind libc6-dbg",
        ),
    }
}

/// The runners that the workspace's lock file asks for; they must be of their library's version.
fn runners(folder: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for runner in Runner::ALL {
        let wanted = locked_versions(folder, runner.library());
        let installed = runner.installed_version();
        let lost = |version: &str| {
            format!("suites of {} are skipped; {}", runner.library(), runner.install_version(version))
        };
        for version in &wanted {
            findings.push(match &installed {
                None => missing(runner.program(), format!("not found, {version} is wanted"), lost(version)),
                Some(found) if found == version => good(runner.program(), found.clone()),
                Some(found) => {
                    limited(runner.program(), format!("{found}, {version} is wanted"), lost(version))
                }
            });
        }
    }
    findings
}

fn performance_counters() -> Finding {
    let Some(version) = first_line(Command::new("perf").arg("--version")) else {
        return missing(
            "perf",
            "not found",
            "no native dispatch witness and no sampled profiles; apt-get install linux-perf",
        );
    };
    if counts("instructions:u") {
        return good("perf", format!("{version}, hardware counters"));
    }
    if counts("cpu-clock:u") {
        return limited(
            "perf",
            format!("{version}, no hardware counters"),
            "profiles are sampled by cpu-clock; instructions come from callgrind",
        );
    }
    missing(
        "perf",
        format!("{version}, which may not count anything here"),
        "no native dispatch witness and no sampled profiles; sysctl kernel.perf_event_paranoid=1",
    )
}

/// Whether perf counts this event in a process of its own.
fn counts(event: &str) -> bool {
    let probe = Command::new("perf").args(["stat", "-x,", "-e", event, "true"]).output();
    probe.is_ok_and(|output| {
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        output.status.success() && !text.contains("not supported") && !text.contains("not counted")
    })
}

/// Where other revisions of the workspace are built, which no other place tells.
fn other_revisions(root: &Path) -> Finding {
    match Elsewhere::of(root) {
        Ok(elsewhere) => {
            let size = units::quantity(elsewhere.size_bytes() as f64, "B");
            let place = elsewhere.folder().display();
            good("other revisions", format!("built in {place}, {size}; perfkit doctor --clear empties it"))
        }
        Err(error) => missing(
            "other revisions",
            "nowhere to build them",
            format!("no --base, diff, ab or bisect; {error}"),
        ),
    }
}

/// Where other revisions were built when that was inside the workspace; nothing reads it any more, and it is large. It is
/// named and left alone: a store may be any folder, and what is in it the user's.
fn left_behind(root: &Path, store: &Path) -> Option<Finding> {
    let folders = LEFT_BEHIND.map(|name| store.join(name));
    let found: Vec<_> = folders.iter().filter(|folder| folder.is_dir()).collect();
    if found.is_empty() || store == root {
        return None;
    }
    let shown = |folder: &&PathBuf| folder.strip_prefix(root).unwrap_or(folder).display().to_string();
    let names = found.iter().map(|folder| quoted(&shown(folder))).collect::<Vec<_>>();
    let size = units::quantity(found.iter().map(|folder| size_bytes(folder)).sum::<u64>() as f64, "B");
    Some(limited(
        "earlier versions",
        format!("left {}, {size}", names.join(", ")),
        format!("nothing uses them; they may be deleted: rm -r {}; git worktree prune", names.join(" ")),
    ))
}

fn workspace(found: &Result<Workspace, WorkspaceError>) -> Finding {
    match found {
        Ok(workspace) if BuildProfile::of(&workspace.root, &BTreeMap::new()).has_debug_assertions() => {
            limited(
                "workspace",
                "profile.bench has debug-assertions",
                "neither times nor counts mean anything; switch them off",
            )
        }
        Ok(workspace) if workspace.configured => {
            let config = &workspace.config;
            good(
                "workspace",
                format!("perfkit.toml: {} suites, {} gates", config.suites.len(), config.gates.len()),
            )
        }
        Ok(_) => limited("workspace", "no perfkit.toml", "everything can be measured, nothing is gated"),
        Err(error @ WorkspaceError::Config(_)) => {
            missing("workspace", "perfkit.toml cannot be used", error.to_string())
        }
        Err(error) => limited("workspace", "none here", error.to_string()),
    }
}

fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    if !output.status.success() {
        return None;
    }
    String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned)
}
