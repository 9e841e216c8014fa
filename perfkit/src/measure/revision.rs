//! Another revision of the workspace, checked out and built elsewhere under today's configuration: what gates, diffs,
//! searches and comparisons in turns hold this tree against.

use std::io;

use thiserror::Error;

use super::{BuildPlace, Plan, PlanError, Request, plan, progress::Progress};
use crate::{
    host,
    workspace::{
        Elsewhere, Workspace, WorkspaceError,
        revision::{self, short},
    },
};

/// Why another revision cannot be measured.
#[derive(Debug, Error)]
pub enum RevisionError {
    /// It cannot be put where it is built.
    #[error("checking out {revision}: {source}")]
    CheckOut {
        /// The commit.
        revision: String,
        /// What git or the file system said.
        source: io::Error,
    },
    /// Cargo does not take it for a workspace.
    #[error("revision {}: {source}", short(.revision))]
    Workspace {
        /// The commit.
        revision: String,
        /// What Cargo said.
        source: WorkspaceError,
    },
    /// Nothing to measure, or a wrong name.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// Build `commit` with today's configuration and, where it has no lock file, today's dependencies. A revision without
/// the benchmarks asked for gives an empty plan.
pub fn plan_revision(
    workspace: &Workspace,
    commit: &str,
    request: &Request,
    progress: &Progress,
) -> Result<(Workspace, Plan), RevisionError> {
    progress.say(&format!("checking out {}", short(commit)));
    let failed = |source| RevisionError::CheckOut { revision: commit.to_owned(), source };
    let elsewhere = Elsewhere::of(&workspace.root).map_err(failed)?;
    let folder = revision::worktree(&workspace.root, &elsewhere, commit).map_err(failed)?;
    let other = Workspace::load_with(&folder, workspace.config.clone())
        .map_err(|source| RevisionError::Workspace { revision: commit.to_owned(), source })?;
    let (theirs, ours) = (host::toolchain(&other.root), host::toolchain(&workspace.root));
    elsewhere.bound_build(&format!("{} for {}", theirs.rustc, theirs.target)).map_err(failed)?;
    if theirs.rustflags != ours.rustflags {
        eprintln!(
            "perfkit: {} is built under the Cargo settings {:?}, this tree under {:?}; the difference is measured too",
            short(commit),
            theirs.rustflags,
            ours.rustflags
        );
    }
    let place = BuildPlace { target_directory: Some(elsewhere.target()) };
    let plan = match plan(&other, request, &place, progress) {
        Err(PlanError::NothingMatched(_)) => Plan::default(),
        plan => plan?,
    };
    Ok((other, plan))
}
