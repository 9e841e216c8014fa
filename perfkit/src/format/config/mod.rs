//! `perfkit.toml`: the suites, gates and waivers of one workspace. Unknown keys are errors.

mod binary;
mod gate;
mod lint;
mod patterns;
mod raw_gate;
mod suite;
mod waiver;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use thiserror::Error;

use super::StoreLocation;

pub use binary::Binary;
pub use gate::{Gate, GateKind, Level};
pub use lint::LintAllowance;
pub use patterns::Patterns;
pub use suite::{Instrument, Suite};
pub use waiver::Waiver;

/// The schema of configuration files.
pub const CONFIG_SCHEMA: &str = "perfkit.config/1";
/// The file's name, at the workspace root.
pub const CONFIG_FILE: &str = "perfkit.toml";

/// Why the configuration cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, a wrong type, or a rule that makes no sense.
    #[error("{path}: {message}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Line, key and what would be right.
        message: String,
    },
}

/// A whole `perfkit.toml`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// [`CONFIG_SCHEMA`].
    #[serde(default)]
    pub schema: String,
    /// The folder of baseline files, relative to the workspace root.
    #[serde(default = "default_baselines")]
    pub baselines: PathBuf,
    /// Where runs are stored: a folder relative to the workspace root, or the URL of an object store.
    #[serde(default)]
    pub store: StoreLocation,
    /// Named sets of benchmarks.
    #[serde(default, rename = "suite")]
    pub suites: Vec<Suite>,
    /// Binaries whose size is measured.
    #[serde(default, rename = "binary")]
    pub binaries: Vec<Binary>,
    /// What must hold.
    #[serde(default, rename = "gate")]
    pub gates: Vec<Gate>,
    /// What may break for now.
    #[serde(default, rename = "waiver")]
    pub waivers: Vec<Waiver>,
    /// Findings of `perfkit lint` that are meant.
    #[serde(default, rename = "lint")]
    pub lint_allowances: Vec<LintAllowance>,
}

impl Config {
    /// Read `perfkit.toml` at the workspace root; `None` where there is none.
    pub fn load(root: &Path) -> Result<Option<Self>, ConfigError> {
        let path = root.join(CONFIG_FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ConfigError::Io { path, source }),
        };
        Self::parse(&text).map(Some).map_err(|message| ConfigError::Invalid { path, message })
    }

    /// Read a configuration from text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if config.schema != CONFIG_SCHEMA {
            return Err(format!(
                "schema is {:?}; this version reads schema = \"{CONFIG_SCHEMA}\"",
                config.schema
            ));
        }
        for waiver in &config.waivers {
            waiver.check()?;
        }
        for allowance in &config.lint_allowances {
            allowance.check()?;
        }
        Ok(config)
    }

    /// What holds where there is no file: no suites, no gates.
    pub fn absent() -> Self {
        Self { baselines: default_baselines(), ..Self::default() }
    }

    /// The suite of this name, or an error that lists the names.
    pub fn suite(&self, name: &str) -> Result<&Suite, String> {
        self.suites.iter().find(|suite| suite.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.suites.iter().map(|suite| suite.name.as_str()).collect();
            format!("no suite is called {name:?}; {CONFIG_FILE} has {names:?}")
        })
    }
}

fn default_baselines() -> PathBuf {
    PathBuf::from("baselines")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let error = Config::parse("schema = \"perfkit.config/1\"\nbaseline = \"x\"\n").unwrap_err();
        assert!(error.contains("line 2") && error.contains("unknown field `baseline`"), "{error}");
    }
}
