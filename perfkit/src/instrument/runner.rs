//! The runners of iai-callgrind and gungraun: programs that must be of exactly their library's version.
//!
//! The library looks for its runner where the variable `IAI_CALLGRIND_RUNNER` or `GUNGRAUN_RUNNER` pointed when the bench
//! was built, else on the search path. perfkit leaves that search to it and translates what it says: a runner that is
//! missing or of another version is something to install, not a failure of the suite.

use std::path::Path;

use super::{Executable, InstrumentError, process::find_program};
use crate::workspace::lock_file::locked_version;

/// A library whose benches are driven by a runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// iai-callgrind, up to 0.16.
    IaiCallgrind,
    /// gungraun, its successor.
    Gungraun,
}

impl Runner {
    /// Both, oldest first.
    pub const ALL: [Self; 2] = [Self::IaiCallgrind, Self::Gungraun];

    /// The library's crate.
    pub fn library(self) -> &'static str {
        match self {
            Self::IaiCallgrind => "iai-callgrind",
            Self::Gungraun => "gungraun",
        }
    }

    /// The runner's crate and program.
    pub fn program(self) -> &'static str {
        match self {
            Self::IaiCallgrind => "iai-callgrind-runner",
            Self::Gungraun => "gungraun-runner",
        }
    }

    /// The start of the names of its environment variables.
    pub fn variable(self, name: &str) -> String {
        match self {
            Self::IaiCallgrind => format!("IAI_CALLGRIND_{name}"),
            Self::Gungraun => format!("GUNGRAUN_{name}"),
        }
    }

    /// The command that installs the runner for a package of a workspace; the version is the library's in its lock
    /// file.
    pub fn install_command(self, folder: &Path, package: &str) -> String {
        let version = locked_version(folder, package, self.library());
        self.install_version(version.as_deref().unwrap_or("VERSION (that of the library in Cargo.lock)"))
    }

    /// The version on the search path; `None` where there is none, the empty text where it does not tell.
    pub fn installed_version(self) -> Option<String> {
        let output =
            std::process::Command::new(find_program(self.program())?).arg("--version").output().ok()?;
        let said = [output.stdout, output.stderr].concat();
        Some(told_version(&String::from_utf8_lossy(&said), self.program()).unwrap_or_default())
    }

    /// The command that installs this version of the runner.
    pub fn install_version(self, version: &str) -> String {
        format!("cargo install {} --version {version} --locked", self.program())
    }
}

/// What a failed run means: a runner that is missing, or one of another version than the library.
pub(super) fn explain(error: InstrumentError, executable: &Executable) -> InstrumentError {
    let InstrumentError::ProcessFailed { output, .. } = &error else { return error };
    for runner in Runner::ALL {
        if output.contains(&format!("Is {} installed", runner.program())) {
            let remedy = runner.install_command(&executable.package_root, &executable.package);
            return InstrumentError::RunnerMissing { runner: runner.program(), remedy };
        }
        if let Some((found, wanted)) = versions(output, runner) {
            let remedy = runner.install_version(&wanted);
            return InstrumentError::ToolVersion { tool: runner.program(), found, wanted, remedy };
        }
    }
    error
}

/// The versions in "iai-callgrind-runner (0.15.0) is older than iai-callgrind (0.16.1). …".
fn versions(output: &str, runner: Runner) -> Option<(String, String)> {
    let behind = |words: &str| {
        let (_, rest) = output.split_once(words)?;
        Some(rest.split_once(')')?.0.to_owned())
    };
    let differs =
        ["older", "newer"].iter().any(|how| output.contains(&format!("is {how} than {}", runner.library())));
    if !differs {
        return None;
    }
    let found = behind(&format!("{} (", runner.program()))?;
    Some((found, behind(&format!("than {} (", runner.library()))?))
}

/// gungraun-runner says "gungraun-runner 0.19.4"; iai-callgrind-runner knows no `--version`, and names its own,
/// "iai-callgrind-runner (0.16.1)", where it complains.
fn told_version(said: &str, program: &str) -> Option<String> {
    let behind = said.split(program).skip(1).map(|rest| rest.trim_start_matches([' ', '(']));
    let versions = behind.map(|rest| rest.split([')', ' ', '\n']).next().unwrap_or(""));
    versions.map(str::to_owned).find(|version| version.starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(output: &str) -> InstrumentError {
        let executable = Executable {
            package: "perfkit".to_owned(),
            target: "x".to_owned(),
            path: "x".into(),
            package_root: env!("CARGO_MANIFEST_DIR").into(),
            environment: std::collections::BTreeMap::new(),
        };
        let status = "exit status: 1".to_owned();
        let error =
            InstrumentError::ProcessFailed { command: "x".to_owned(), status, output: output.to_owned() };
        explain(error, &executable)
    }

    #[test]
    fn another_version_names_the_command_that_mends_it() {
        let message = "iai-callgrind-runner (0.15.0) is older than iai-callgrind (0.16.2). Please update";
        assert_eq!(
            failed(message).to_string(),
            "iai-callgrind-runner 0.15.0 does not fit, wanted 0.16.2; cargo install iai-callgrind-runner --version 0.16.2 --locked"
        );
        let message = "gungraun-runner (0.20.0) is newer than gungraun (0.19.4). Please update";
        assert!(
            failed(message).to_string().ends_with("cargo install gungraun-runner --version 0.19.4 --locked")
        );
    }

    #[test]
    fn a_missing_runner_is_asked_for_in_the_locked_version() {
        let message = "Failed to run benchmarks: No such file.\n\nIs iai-callgrind-runner installed and";
        let error = failed(message);
        assert!(matches!(error, InstrumentError::RunnerMissing { .. }), "{error}");
        let locked =
            locked_version(Path::new(env!("CARGO_MANIFEST_DIR")), "perfkit", "iai-callgrind").unwrap();
        assert!(error.to_string().ends_with(&format!("--version {locked} --locked")), "{error}");
    }

    #[test]
    fn both_runners_tell_their_version() {
        let complaint = "iai_callgrind_runner: Error: No version information found for iai-callgrind but \
                         iai-callgrind-runner (0.16.1) is >= '0.3.0'. Please update iai-callgrind to '0.16.1'";
        assert_eq!(told_version(complaint, "iai-callgrind-runner").as_deref(), Some("0.16.1"));
        assert_eq!(told_version("gungraun-runner 0.19.4\n", "gungraun-runner").as_deref(), Some("0.19.4"));
        assert_eq!(told_version("gungraun-runner: no", "gungraun-runner"), None);
    }

    #[test]
    fn any_other_failure_stays_one() {
        assert!(matches!(failed("valgrind broke"), InstrumentError::ProcessFailed { .. }));
    }
}
