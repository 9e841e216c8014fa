//! Where Cargo looks for the settings of a build, as it looks itself: the environment, its configuration files, the
//! workspace's manifest.
//!
//! All of it is read once. What a suite's `env` sets stands before the process's own variables, as in the build.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

/// The three sources.
#[derive(Debug, Clone, Default)]
pub(super) struct CargoSettings {
    pub(super) environment: BTreeMap<String, String>,
    pub(super) configuration: Table,
    pub(super) manifest: Table,
}

impl CargoSettings {
    /// What holds for a build of the workspace at `root` with these variables on top of the process's own.
    pub(super) fn at(root: &Path, variables: &BTreeMap<String, String>) -> Self {
        let inherited = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let mut environment: BTreeMap<String, String> = inherited.collect();
        environment.extend(variables.clone());
        let home = environment.get("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
        Self {
            configuration: configuration(root, home.as_deref()),
            manifest: table(&root.join("Cargo.toml")).unwrap_or_default(),
            environment,
        }
    }

    /// A variable as it is set, if it is.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str)
    }

    /// A list of the configuration, written as a list or as words. The variable of the same key adds to it.
    pub(super) fn list(&self, key: &[&str]) -> Vec<String> {
        let mut found = self.configured(key).map(items).unwrap_or_default();
        found.extend(self.variable(&variable_of(key)).into_iter().flat_map(words));
        found
    }

    pub(super) fn configured(&self, key: &[&str]) -> Option<&Value> {
        let (first, rest) = key.split_first()?;
        rest.iter().try_fold(self.configuration.get(*first)?, |value, part| value.get(*part))
    }

    /// A setting of the `bench` profile: its own before that of `release`, which it inherits; of each, the variable
    /// before the configuration before the manifest.
    pub(super) fn of_bench_profile(&self, name: &str) -> Option<String> {
        ["bench", "release"].into_iter().find_map(|profile| {
            let set = self.variable(&variable_of(&["profile", profile, name])).map(str::to_owned);
            let written = [&self.configuration, &self.manifest].into_iter();
            let mut written =
                written.filter_map(|table| table.get("profile")?.get(profile)?.get(name).map(plain));
            set.or_else(|| written.next())
        })
    }
}

/// A value as one writes it in a variable.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The items of a list, or the words of a text.
pub(super) fn items(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => words(text).collect(),
        Value::Array(items) => items.iter().map(plain).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    text.split_whitespace().map(str::to_owned)
}

/// `CARGO_PROFILE_BENCH_OPT_LEVEL`.
fn variable_of(key: &[&str]) -> String {
    format!("CARGO_{}", key.join("_").to_uppercase().replace(['-', '.'], "_"))
}

/// Cargo's configuration files that apply at `root`, as one: of the workspace and the folders above it, then the user's.
fn configuration(root: &Path, home: Option<&Path>) -> Table {
    let mut folders: Vec<PathBuf> = root.ancestors().map(|folder| folder.join(".cargo")).collect();
    if let Some(home) = home.filter(|home| !folders.iter().any(|folder| folder == home)) {
        folders.push(home.to_owned());
    }
    let mut merged = Table::new();
    for folder in folders {
        // The name without an ending is the older one, and goes first where both are there.
        if let Some(file) = table(&folder.join("config")).or_else(|| table(&folder.join("config.toml"))) {
            merge(&mut merged, file);
        }
    }
    merged
}

/// As Cargo merges its files: tables key by key, lists joined with the nearer file's items last, of anything else the
/// nearer.
fn merge(near: &mut Table, far: Table) {
    for (key, far) in far {
        match near.get_mut(&key) {
            None => {
                near.insert(key, far);
            }
            Some(near) => match (near, far) {
                (Value::Table(near), Value::Table(far)) => merge(near, far),
                (Value::Array(near), Value::Array(mut far)) => {
                    far.append(near);
                    *near = far;
                }
                _ => {}
            },
        }
    }
}

fn table(path: &Path) -> Option<Table> {
    fs::read_to_string(path).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_merged_with_the_nearer_before_the_farther_and_lists_joined() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        let home = folder.path().join("home");
        for (place, text) in [
            (inner.join(".cargo"), "[build]\nrustflags = [\"--near\"]\njobs = 1\n"),
            (folder.path().join(".cargo"), "[build]\nrustflags = [\"--far\"]\njobs = 2\n"),
            (home.clone(), "[profile.bench]\nlto = true\n"),
        ] {
            fs::create_dir_all(&place).unwrap();
            fs::write(place.join("config.toml"), text).unwrap();
        }
        let found = CargoSettings { configuration: configuration(&inner, Some(&home)), ..Default::default() };
        assert_eq!(found.list(&["build", "rustflags"]), ["--far", "--near"]);
        assert_eq!(found.configuration["build"]["jobs"].as_integer(), Some(1));
        assert_eq!(found.of_bench_profile("lto").as_deref(), Some("true"));
    }

    #[test]
    fn a_home_above_the_workspace_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join(".cargo");
        fs::create_dir(&home).unwrap();
        fs::write(home.join("config.toml"), "[build]\nrustflags = [\"--once\"]\n").unwrap();
        let configuration = configuration(&folder.path().join("inner"), Some(&home));
        let found = CargoSettings { configuration, ..Default::default() };
        assert_eq!(found.list(&["build", "rustflags"]), ["--once"]);
    }
}
