//! The build profile in effect for benches: part of the key that counted numbers depend on.
//!
//! Counting wants symbols, so a workspace that strips them or builds without debug information gets both through
//! Cargo's environment; neither changes the code.

use std::{collections::BTreeMap, path::Path};

use super::cargo_settings::CargoSettings;

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
    /// The profile of the workspace at `root`, built with these variables on top of the process's own.
    pub fn of(root: &Path, variables: &BTreeMap<String, String>) -> Self {
        Self::resolved(&CargoSettings::at(root, variables))
    }

    fn resolved(settings: &CargoSettings) -> Self {
        let resolved = SETTINGS.map(|(name, default)| {
            (name.to_owned(), settings.of_bench_profile(name).unwrap_or_else(|| default.to_owned()))
        });
        let mut resolved: BTreeMap<String, String> = resolved.into_iter().collect();
        // Settings of single packages shape code too; few workspaces have any.
        if let Some(packages) = settings.of_bench_profile("package") {
            resolved.insert("package".to_owned(), packages);
        }
        Self(resolved)
    }

    /// The settings by name.
    pub fn settings(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Whether debug assertions are on: timed or counted, such numbers mean nothing.
    pub fn has_debug_assertions(&self) -> bool {
        debug_assertions_in(&self.0)
    }

    /// What Cargo's environment must say so that symbols stay in a build with these variables.
    pub fn environment(
        root: &Path,
        variables: &BTreeMap<String, String>,
    ) -> Vec<(&'static str, &'static str)> {
        with_symbols(&CargoSettings::at(root, variables))
    }
}

/// Whether resolved settings, as a run records them, switch debug assertions on.
pub fn debug_assertions_in(settings: &BTreeMap<String, String>) -> bool {
    settings.get("debug-assertions").is_some_and(|value| value == "true")
}

fn with_symbols(settings: &CargoSettings) -> Vec<(&'static str, &'static str)> {
    let mut environment = Vec::new();
    let debug = settings.of_bench_profile("debug").unwrap_or_default();
    if matches!(debug.as_str(), "" | "0" | "false" | "none") {
        environment.push(("CARGO_PROFILE_BENCH_DEBUG", "line-tables-only"));
    }
    let strip = settings.of_bench_profile("strip").unwrap_or_default();
    if !matches!(strip.as_str(), "none" | "false") {
        environment.push(("CARGO_PROFILE_BENCH_STRIP", "none"));
    }
    environment
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(manifest: &str, configuration: &str, variables: &[(&str, &str)]) -> CargoSettings {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        CargoSettings {
            environment: variables.collect(),
            configuration: configuration.parse().unwrap(),
            manifest: manifest.parse().unwrap(),
        }
    }

    #[test]
    fn bench_goes_over_release_over_the_defaults() {
        let manifest = "[profile.release]\nlto = true\ncodegen-units = 4\n[profile.bench]\nlto = \"fat\"\n";
        let found = BuildProfile::resolved(&settings(manifest, "", &[]));
        assert_eq!(found.settings()["lto"], "fat");
        assert_eq!(found.settings()["codegen-units"], "4");
        assert_eq!(found.settings()["opt-level"], "3");
    }

    #[test]
    fn every_source_of_bench_goes_before_any_of_release() {
        let manifest = "[profile.bench]\nlto = \"fat\"\n";
        let lto = |configuration: &str, variables: &[(&str, &str)]| {
            BuildProfile::resolved(&settings(manifest, configuration, variables)).settings()["lto"].clone()
        };
        assert_eq!(lto("", &[("CARGO_PROFILE_RELEASE_LTO", "off")]), "fat");
        assert_eq!(lto("[profile.release]\nlto = \"off\"\n", &[]), "fat");
        assert_eq!(lto("[profile.bench]\nlto = \"thin\"\n", &[]), "thin");
        let both = [("CARGO_PROFILE_BENCH_LTO", "off"), ("CARGO_PROFILE_RELEASE_LTO", "thin")];
        assert_eq!(lto("[profile.bench]\nlto = \"thin\"\n", &both), "off");
    }

    #[test]
    fn debug_assertions_of_the_configuration_are_seen() {
        let found = BuildProfile::resolved(&settings("", "[profile.bench]\ndebug-assertions = true\n", &[]));
        assert!(found.has_debug_assertions());
    }

    #[test]
    fn settings_of_single_packages_are_part_of_the_profile_where_there_are_any() {
        let found =
            BuildProfile::resolved(&settings("[profile.bench.package.ring]\nopt-level = 1\n", "", &[]));
        assert!(found.settings()["package"].contains("opt-level = 1"), "{found:?}");
        assert!(!BuildProfile::resolved(&settings("", "", &[])).settings().contains_key("package"));
    }

    #[test]
    fn symbols_stay_where_the_profile_would_drop_them() {
        let both = [("CARGO_PROFILE_BENCH_DEBUG", "line-tables-only"), ("CARGO_PROFILE_BENCH_STRIP", "none")];
        assert_eq!(with_symbols(&settings("[profile.release]\nstrip = true\n", "", &[])), both);
        let own = [("CARGO_PROFILE_BENCH_DEBUG", "2"), ("CARGO_PROFILE_BENCH_STRIP", "none")];
        assert!(with_symbols(&settings("", "", &own)).is_empty(), "what is there already is left alone");
    }
}
