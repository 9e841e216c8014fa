//! Where the suite's executables are: installed beside perfkit itself.

use std::{collections::BTreeMap, env, io, path::PathBuf};

use thiserror::Error;

use crate::instrument::Executable;

/// The executable for times and counts.
const TIME: &str = "perfkit-self-test";

/// The executable with the counting allocator.
const ALLOCS: &str = "perfkit-self-test-allocs";

/// The suite, built twice as every suite is.
#[derive(Debug, Clone)]
pub struct Executables {
    /// For times and counts.
    pub time: Executable,
    /// With the counting allocator.
    pub allocs: Executable,
}

/// Why there is no suite to measure.
#[derive(Debug, Error)]
pub enum ExecutablesError {
    /// It is not installed.
    #[error(
        "{name} is not beside perfkit; install all of perfkit's executables: cargo install --path perfkit"
    )]
    Missing {
        /// The executable.
        name: &'static str,
    },
    /// The system does not tell where perfkit is.
    #[error("cannot find the folder that perfkit is in: {0}")]
    Io(#[from] io::Error),
}

impl Executables {
    /// Those beside the running executable.
    pub fn beside_this() -> Result<Self, ExecutablesError> {
        let this = env::current_exe()?.canonicalize()?;
        Self::in_folder(this.parent().map(PathBuf::from).unwrap_or_default())
    }

    /// Those in this folder.
    pub fn in_folder(folder: PathBuf) -> Result<Self, ExecutablesError> {
        let executable = |name: &'static str| {
            let path = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
            if !path.is_file() {
                return Err(ExecutablesError::Missing { name });
            }
            Ok(Executable {
                package: "perfkit".to_owned(),
                target: name.to_owned(),
                path,
                package_root: folder.clone(),
                environment: BTreeMap::new(),
            })
        };
        Ok(Self { time: executable(TIME)?, allocs: executable(ALLOCS)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_executable_is_named_with_its_remedy() {
        let empty = tempfile::tempdir().unwrap();
        let error = Executables::in_folder(empty.path().to_owned()).unwrap_err().to_string();
        assert!(error.contains("perfkit-self-test is not beside perfkit; install"), "{error}");
    }
}
