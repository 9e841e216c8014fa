//! Which version of a dependency a workspace has locked, for tools that must be of their library's version.

use std::{collections::BTreeSet, fs, path::Path};

use cargo_metadata::MetadataCommand;
use toml::Value;

/// The locked version of `dependency` as `package` of the workspace around `folder` uses it; `None` where the lock file
/// is not there yet, or where it does not say which of several versions is meant.
pub fn locked_version(folder: &Path, package: &str, dependency: &str) -> Option<String> {
    version_in(&lock_file(folder)?, package, dependency)
}

/// Every locked version of `dependency` in the workspace around `folder`.
pub fn locked_versions(folder: &Path, dependency: &str) -> BTreeSet<String> {
    let text = lock_file(folder).unwrap_or_default();
    let lock: toml::Table = text.parse().unwrap_or_default();
    let packages = lock.get("package").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    packages.iter().filter(|entry| is(entry, dependency)).filter_map(version).map(str::to_owned).collect()
}

/// Cargo knows where the workspace's root is.
fn lock_file(folder: &Path) -> Option<String> {
    let metadata = MetadataCommand::new().current_dir(folder).no_deps().exec().ok()?;
    fs::read_to_string(metadata.workspace_root.as_std_path().join("Cargo.lock")).ok()
}

fn is(entry: &Value, name: &str) -> bool {
    entry.get("name").and_then(Value::as_str) == Some(name)
}

fn version(entry: &Value) -> Option<&str> {
    entry.get("version")?.as_str()
}

/// A direct dependency names its version where the lock file holds several; otherwise there is only one.
fn version_in(text: &str, package: &str, dependency: &str) -> Option<String> {
    let lock: toml::Table = text.parse().ok()?;
    let packages = lock.get("package")?.as_array()?;
    let direct = packages.iter().filter(|entry| is(entry, package)).find_map(|entry| {
        let needed = entry.get("dependencies")?.as_array()?.iter().filter_map(Value::as_str);
        // `name`, `name version` or `name version (source)`.
        let mut words = needed.map(str::split_whitespace);
        words
            .find_map(|mut words| (words.next() == Some(dependency)).then(|| words.next().map(str::to_owned)))
    });
    if let Some(Some(version)) = direct {
        return Some(version);
    }
    let locked = packages.iter().filter(|entry| is(entry, dependency));
    let versions: BTreeSet<&str> = locked.filter_map(version).collect();
    match versions.len() {
        1 => versions.first().map(|version| (*version).to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"
[[package]]
name = "gungraun"
version = "0.19.4"
[[package]]
name = "gungraun"
version = "0.20.0"
[[package]]
name = "older"
version = "1.0.0"
dependencies = ["gungraun 0.19.4", "serde"]
[[package]]
name = "neither"
version = "1.0.0"
[[package]]
name = "serde"
version = "1.0.9"
"#;

    #[test]
    fn the_package_tells_which_of_two_versions_it_uses() {
        assert_eq!(version_in(TWO, "older", "gungraun").as_deref(), Some("0.19.4"));
        assert_eq!(version_in(TWO, "neither", "gungraun"), None);
    }

    #[test]
    fn a_single_version_is_everybodys() {
        assert_eq!(version_in(TWO, "older", "serde").as_deref(), Some("1.0.9"));
        assert_eq!(version_in(TWO, "neither", "serde").as_deref(), Some("1.0.9"));
        assert_eq!(version_in(TWO, "older", "absent"), None);
        assert_eq!(version_in("not a lock file", "older", "serde"), None);
    }
}
