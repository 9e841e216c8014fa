//! The workspace under measurement: its packages and bench targets as Cargo sees them, its build profile, its
//! revision. perfkit asks Cargo and git; it never guesses at paths.

pub mod ancestry;
pub mod binary;
pub mod build;
mod cargo_settings;
pub mod discover;
pub mod elsewhere;
pub mod lock_file;
pub mod profile;
pub mod revision;
pub mod rustflags;
pub(crate) mod worktree_lock;

use std::path::{Component, Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand};
use thiserror::Error;

use crate::format::{Config, StoreLocation, config::ConfigError};

pub use binary::build_binary;
pub use build::{BuildFailure, Built, build};
pub use discover::{BenchKind, BenchTarget, bench_targets};
pub use elsewhere::Elsewhere;

/// Where perfkit keeps what is its own, if runs are kept elsewhere.
const OWN_FOLDER: &str = ".perfkit";

/// Why there is no workspace to measure.
#[derive(Debug, Error)]
pub enum WorkspaceError {
    /// Cargo finds no manifest, or refuses it.
    #[error("cargo metadata failed in {folder}: {message}")]
    Metadata {
        /// Where it was asked.
        folder: PathBuf,
        /// What Cargo said.
        message: String,
    },
    /// `perfkit.toml` cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// A Cargo workspace with its perfkit configuration.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The workspace root.
    pub root: PathBuf,
    /// Where Cargo builds.
    pub target_directory: PathBuf,
    /// What Cargo knows.
    pub metadata: Metadata,
    /// `perfkit.toml`, or what holds without one.
    pub config: Config,
    /// Whether there is a `perfkit.toml`.
    pub configured: bool,
}

impl Workspace {
    /// The workspace around `folder`.
    pub fn load(folder: &Path) -> Result<Self, WorkspaceError> {
        let metadata = metadata(folder)?;
        let config = Config::load(metadata.workspace_root.as_std_path())?;
        let configured = config.is_some();
        Ok(Self::new(metadata, config.unwrap_or_else(Config::absent), configured))
    }

    /// The workspace around `folder` under this configuration; its own, which may be of another time, is not read.
    pub fn load_with(folder: &Path, config: Config) -> Result<Self, WorkspaceError> {
        Ok(Self::new(metadata(folder)?, config, true))
    }

    fn new(metadata: Metadata, config: Config, configured: bool) -> Self {
        Self {
            root: metadata.workspace_root.clone().into_std_path_buf(),
            target_directory: metadata.target_directory.clone().into_std_path_buf(),
            configured,
            config,
            metadata,
        }
    }

    /// The folder of baseline files.
    pub fn baselines(&self) -> PathBuf {
        self.root.join(&self.config.baselines)
    }

    /// perfkit's own folder, which git never sees: caches, evidence, indexes, and the runs themselves unless they are kept in
    /// another place.
    pub fn store(&self) -> PathBuf {
        let inside = |folder: &&PathBuf| {
            folder.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        };
        match &self.config.store {
            StoreLocation::Folder(folder) => Some(folder).filter(inside).map(|folder| self.root.join(folder)),
            StoreLocation::Url(_) => None,
        }
        .unwrap_or_else(|| self.root.join(OWN_FOLDER))
    }
}

fn metadata(folder: &Path) -> Result<Metadata, WorkspaceError> {
    MetadataCommand::new().current_dir(folder).no_deps().exec().map_err(|error| {
        let message = match error {
            cargo_metadata::Error::CargoMetadata { stderr } => stderr.trim().to_owned(),
            other => other.to_string(),
        };
        WorkspaceError::Metadata { folder: folder.to_owned(), message }
    })
}
