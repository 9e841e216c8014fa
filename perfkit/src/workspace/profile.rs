//! The build profile in effect for benches: part of the key that counted numbers depend on.
//!
//! Counting wants symbols, so a workspace that strips them or builds without debug information gets both through
//! Cargo's environment; neither changes the code.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use toml::Table;

/// Cargo's `bench` profile, resolved: `bench` over `release` over Cargo's defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildProfile(BTreeMap<String, String>);

/// The settings that shape code, with Cargo's defaults.
const SETTINGS: [(&str, &str); 7] = [
    ("opt-level", "3"),
    ("lto", "false"),
    ("codegen-units", "16"),
    ("debug-assertions", "false"),
    ("overflow-checks", "false"),
    ("panic", "unwind"),
    ("incremental", "false"),
];

impl BuildProfile {
    /// The profile of the workspace at `root`.
    pub fn of(root: &Path) -> Self {
        let manifest = manifest(root);
        let resolved = SETTINGS.map(|(name, default)| {
            let value = from_environment(name).or_else(|| setting(&manifest, name));
            (name.to_owned(), value.unwrap_or_else(|| default.to_owned()))
        });
        Self(resolved.into_iter().collect())
    }

    /// The settings by name.
    pub fn settings(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Whether debug assertions are on: timed or counted, such numbers mean nothing.
    pub fn has_debug_assertions(&self) -> bool {
        self.0.get("debug-assertions").is_some_and(|value| value == "true")
    }

    /// What Cargo's environment must say so that symbols stay.
    pub fn environment(root: &Path) -> Vec<(&'static str, &'static str)> {
        let manifest = manifest(root);
        let mut environment = Vec::new();
        let debug = setting(&manifest, "debug").unwrap_or_default();
        if matches!(debug.as_str(), "" | "0" | "false" | "none") {
            environment.push(("CARGO_PROFILE_BENCH_DEBUG", "line-tables-only"));
        }
        let strip = setting(&manifest, "strip").unwrap_or_default();
        if !matches!(strip.as_str(), "none" | "false") {
            environment.push(("CARGO_PROFILE_BENCH_STRIP", "none"));
        }
        environment
    }
}

/// `RUSTFLAGS` and its like, as the environment and Cargo's configuration files have them.
pub fn rustflags(root: &Path) -> String {
    let variables = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"];
    let set = variables.iter().filter_map(|name| std::env::var(name).ok());
    let mut flags: Vec<String> = set.map(|flags| flags.replace('\u{1f}', " ")).collect();
    flags.extend(cargo_configurations(root).iter().flat_map(code_settings));
    flags.join(" ").trim().to_owned()
}

/// Cargo's configuration files that apply at `root`, nearest first.
fn cargo_configurations(root: &Path) -> Vec<Table> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let folders = root.ancestors().map(|folder| folder.join(".cargo")).chain(home);
    let mut files: Vec<PathBuf> = folders.map(|folder| folder.join("config.toml")).collect();
    files.dedup();
    files.iter().filter_map(|file| fs::read_to_string(file).ok()?.parse().ok()).collect()
}

/// The settings of a Cargo configuration that change code.
fn code_settings(configuration: &Table) -> Vec<String> {
    let flags = |table: Option<&toml::Value>| table.and_then(|table| table.get("rustflags")).map(plain);
    let mut settings: Vec<String> = flags(configuration.get("build")).into_iter().collect();
    if let Some(targets) = configuration.get("target").and_then(toml::Value::as_table) {
        settings.extend(
            targets.iter().filter_map(|(name, table)| Some(format!("{name}: {}", flags(Some(table))?))),
        );
    }
    settings.extend(configuration.get("profile").map(|profile| format!("profile: {}", plain(profile))));
    settings
}

fn manifest(root: &Path) -> Table {
    let text = fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    text.parse().unwrap_or_default()
}

fn setting(manifest: &Table, name: &str) -> Option<String> {
    let profiles = manifest.get("profile")?;
    let find = |profile: &str| profiles.get(profile)?.get(name).map(plain);
    find("bench").or_else(|| find("release"))
}

fn from_environment(name: &str) -> Option<String> {
    let suffix = name.to_uppercase().replace('-', "_");
    let bench = std::env::var(format!("CARGO_PROFILE_BENCH_{suffix}"));
    bench.or_else(|_| std::env::var(format!("CARGO_PROFILE_RELEASE_{suffix}"))).ok()
}

fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(text: &str) -> BuildProfile {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Cargo.toml"), text).unwrap();
        BuildProfile::of(folder.path())
    }

    #[test]
    fn bench_goes_over_release_over_the_defaults() {
        let found =
            profile("[profile.release]\nlto = true\ncodegen-units = 4\n[profile.bench]\nlto = \"fat\"\n");
        assert_eq!(found.settings()["lto"], "fat");
        assert_eq!(found.settings()["codegen-units"], "4");
        assert_eq!(found.settings()["opt-level"], "3");
    }

    #[test]
    fn symbols_stay_where_the_profile_would_drop_them() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Cargo.toml"), "[profile.release]\nstrip = true\n").unwrap();
        assert_eq!(
            BuildProfile::environment(folder.path()),
            [("CARGO_PROFILE_BENCH_DEBUG", "line-tables-only"), ("CARGO_PROFILE_BENCH_STRIP", "none")]
        );
    }
}
