//! The flags that rustc gets for every crate of the workspace.
//!
//! Cargo has four sources, of which the first that is there is the only one
//! (<https://doc.rust-lang.org/cargo/reference/config.html#buildrustflags>): `CARGO_ENCODED_RUSTFLAGS`, `RUSTFLAGS`, what
//! the configuration has for this target by its triple and by `cfg(…)` together, and `build.rustflags`.

use std::{collections::BTreeMap, path::Path, process::Command};

use cargo_metadata::cargo_platform::{Cfg, CfgExpr};
use toml::Value;

use super::cargo_settings::{CargoSettings, items, words};

/// What parts the flags of `CARGO_ENCODED_RUSTFLAGS`.
const SEPARATOR: char = '\u{1f}';

/// The target that Cargo builds for: `build.target`, else the host. Of several it is the first, of a file its name.
pub fn target(root: &Path, host: &str, variables: &BTreeMap<String, String>) -> String {
    target_in_effect(&CargoSettings::at(root, variables), host)
}

fn target_in_effect(settings: &CargoSettings, host: &str) -> String {
    let named = match settings.variable("CARGO_BUILD_TARGET") {
        Some(named) => Some(named.to_owned()),
        None => settings.configured(&["build", "target"]).and_then(|value| items(value).into_iter().next()),
    };
    match named.as_deref() {
        None | Some("" | "host-tuple") => host.to_owned(),
        Some(named) => match named.strip_suffix(".json") {
            Some(file) => file.rsplit('/').next().unwrap_or(file).to_owned(),
            None => named.to_owned(),
        },
    }
}

/// The flags in effect for a build of the workspace at `root` for `target`, with these variables on top of the
/// process's own.
pub fn rustflags(root: &Path, target: &str, variables: &BTreeMap<String, String>) -> String {
    in_effect(&CargoSettings::at(root, variables), target, || cfgs(root, target)).join(" ")
}

fn in_effect(settings: &CargoSettings, target: &str, cfgs: impl FnOnce() -> Vec<Cfg>) -> Vec<String> {
    if let Some(encoded) = settings.variable("CARGO_ENCODED_RUSTFLAGS") {
        return encoded.split(SEPARATOR).filter(|flag| !flag.is_empty()).map(str::to_owned).collect();
    }
    if let Some(flags) = settings.variable("RUSTFLAGS") {
        return words(flags).collect();
    }
    let mut of_target = settings.list(&["target", target, "rustflags"]);
    of_target.extend(of_cfgs(settings, cfgs));
    if !of_target.is_empty() {
        return of_target;
    }
    settings.list(&["build", "rustflags"])
}

/// The flags of every `target.'cfg(…)'` that holds. rustc is asked only where there is one.
fn of_cfgs(settings: &CargoSettings, cfgs: impl FnOnce() -> Vec<Cfg>) -> Vec<String> {
    let targets = settings.configuration.get("target").and_then(Value::as_table);
    let conditional = targets.into_iter().flatten().filter(|(key, _)| key.starts_with("cfg("));
    let with_flags: Vec<(&String, &Value)> =
        conditional.filter_map(|(key, table)| Some((key, table.get("rustflags")?))).collect();
    if with_flags.is_empty() {
        return Vec::new();
    }
    let cfgs = cfgs();
    let holding = with_flags.into_iter().filter(|(key, _)| CfgExpr::matches_key(key, &cfgs));
    holding.flat_map(|(_, flags)| items(flags)).collect()
}

/// What `cfg(…)` is asked about.
fn cfgs(root: &Path, target: &str) -> Vec<Cfg> {
    let mut rustc = Command::new("rustc");
    let printed = rustc.current_dir(root).args(["--print", "cfg", "--target", target]).output();
    let printed = printed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    printed.unwrap_or_default().lines().filter_map(|line| line.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: &str = "x86_64-unknown-linux-gnu";

    fn settings(configuration: &str, variables: &[(&str, &str)]) -> CargoSettings {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        CargoSettings {
            environment: variables.collect(),
            configuration: configuration.parse().unwrap(),
            ..CargoSettings::default()
        }
    }

    fn found(configuration: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let unix = || ["unix", "target_os=\"linux\""].map(|cfg| cfg.parse::<Cfg>().unwrap()).to_vec();
        in_effect(&settings(configuration, variables), TARGET, unix)
    }

    const EVERYTHING: &str = r#"
[build]
rustflags = ["--of-build"]
[target.x86_64-unknown-linux-gnu]
rustflags = "--of-triple with words"
[target.'cfg(target_os = "linux")']
rustflags = ["--of-cfg"]
[target.'cfg(windows)']
rustflags = ["--of-windows"]
[target.aarch64-apple-darwin]
rustflags = ["-Ctarget-cpu=native"]
"#;

    #[test]
    fn the_first_source_that_is_there_is_the_only_one() {
        let of_target = ["--of-triple", "with", "words", "--of-cfg"];
        assert_eq!(found(EVERYTHING, &[]), of_target);
        let rustflags = ("RUSTFLAGS", "--of-environment  -g");
        assert_eq!(found(EVERYTHING, &[rustflags]), ["--of-environment", "-g"]);
        let encoded = ("CARGO_ENCODED_RUSTFLAGS", "--one with blank\u{1f}--two");
        assert_eq!(found(EVERYTHING, &[rustflags, encoded]), ["--one with blank", "--two"]);
        assert!(found(EVERYTHING, &[("RUSTFLAGS", "")]).is_empty(), "set to nothing is set");
    }

    #[test]
    fn the_variable_of_this_target_counts_and_that_of_another_does_not() {
        let own = ("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "-Ctarget-cpu=native");
        assert_eq!(found("[build]\nrustflags = [\"--of-build\"]\n", &[own]), ["-Ctarget-cpu=native"]);
        let other = ("CARGO_TARGET_AARCH64_APPLE_DARWIN_RUSTFLAGS", "-Ctarget-cpu=native");
        assert!(found("", &[other]).is_empty());
    }

    #[test]
    fn flags_of_another_target_are_nobodys_here() {
        assert!(found("[target.aarch64-apple-darwin]\nrustflags = [\"-g\"]\n", &[]).is_empty());
        assert_eq!(
            found("[build]\nrustflags = [\"--a\"]\n", &[("CARGO_BUILD_RUSTFLAGS", "--b")]),
            ["--a", "--b"]
        );
    }

    #[test]
    fn the_target_is_what_cargo_is_told_to_build_for() {
        let target = |configuration: &str, variables: &[(&str, &str)]| {
            target_in_effect(&settings(configuration, variables), TARGET)
        };
        let musl = "[build]\ntarget = \"x86_64-unknown-linux-musl\"\n";
        assert_eq!(target("", &[]), TARGET);
        assert_eq!(target(musl, &[]), "x86_64-unknown-linux-musl");
        assert_eq!(target(musl, &[("CARGO_BUILD_TARGET", "aarch64-apple-darwin")]), "aarch64-apple-darwin");
        assert_eq!(target("[build]\ntarget = [\"a-b-c\", \"d-e-f\"]\n", &[]), "a-b-c");
        assert_eq!(target("[build]\ntarget = \"targets/mine.json\"\n", &[]), "mine");
        assert_eq!(target("[build]\ntarget = \"host-tuple\"\n", &[]), TARGET);
    }

    #[test]
    fn the_flags_are_those_of_the_target_that_cargo_builds_for() {
        let folder = tempfile::tempdir().unwrap();
        let settings = "[build]\ntarget = \"aarch64-unknown-linux-musl\"\n\
                        [target.aarch64-unknown-linux-musl]\nrustflags = [\"--of-musl\"]\n\
                        [target.'cfg(target_arch = \"aarch64\")']\nrustflags = [\"--of-arm\"]\n";
        std::fs::create_dir(folder.path().join(".cargo")).unwrap();
        std::fs::write(folder.path().join(".cargo/config.toml"), settings).unwrap();
        // Whatever the tests run under goes before the file.
        let set = ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "CARGO_BUILD_TARGET"];
        if set.iter().all(|name| std::env::var_os(name).is_none()) {
            let toolchain = crate::host::toolchain(folder.path());
            assert_eq!(toolchain.target, "aarch64-unknown-linux-musl");
            assert_eq!(toolchain.rustflags, "--of-musl --of-arm");
        }
    }

    #[test]
    fn a_suites_own_variable_stands_before_the_processs() {
        let folder = tempfile::tempdir().unwrap();
        let variables = BTreeMap::from([("RUSTFLAGS".to_owned(), "--of-suite".to_owned())]);
        // One that is set in this process goes before RUSTFLAGS, in whatever environment the tests run.
        if std::env::var_os("CARGO_ENCODED_RUSTFLAGS").is_none() {
            assert_eq!(rustflags(folder.path(), TARGET, &variables), "--of-suite");
        }
    }
}
