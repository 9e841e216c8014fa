//! Binaries whose size is measured.

use serde::Deserialize;

/// A target that people are given, and whose size is a benchmark of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binary {
    /// The benchmark's id; `binary/<target>` when absent.
    #[serde(default)]
    id: Option<String>,
    /// The package that it is in.
    pub package: String,
    /// The name of a binary, an example or a bench target.
    pub target: String,
    /// The build profile that it is given to people in.
    #[serde(default = "release")]
    pub profile: String,
    /// Cargo features on top of the package's default ones.
    #[serde(default)]
    pub features: Vec<String>,
}

impl Binary {
    /// The benchmark's id.
    pub fn id(&self) -> String {
        self.id.clone().unwrap_or_else(|| format!("binary/{}", self.target))
    }
}

fn release() -> String {
    "release".to_owned()
}
