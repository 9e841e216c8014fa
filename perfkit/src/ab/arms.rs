//! The two arms: revisions built one after the other at one fixed path, their executables kept side by side.
//!
//! Paths are compiled into executables and decide where code lies, so both revisions are checked out at the one worktree
//! elsewhere and built into one target directory; what differs afterwards comes from the sources. The executables are
//! copied to `arms/a` and `arms/b`, whose paths are equally long.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::{
    identical::{Difference, Identical, cannot_have_changed},
    run::{Contestant, Pairing},
};
use crate::{
    format::{Arm, Problem, ProblemKind, config::Patterns},
    instrument::{Executable, ROUND_MODE, RoundBy},
    measure::{
        PlanError, Planned, Request, RevisionError, RowKind, near_names::unmatched, plan_revision,
        progress::Progress,
    },
    store::{file_name, keep_out_of_git},
    workspace::{
        Elsewhere, Workspace, WorkspaceError,
        revision::{self, short},
    },
};

/// What is built as one arm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// As people say it: `v1.2 (1f0c2ab)`, or the working tree.
    pub label: String,
    /// The commit.
    pub commit: String,
    /// Whether the commit was made of a working tree with changes.
    pub dirty: bool,
}

impl Revision {
    /// The revision that `name` names.
    pub fn named(root: &Path, name: &str) -> Result<Self, ArmsError> {
        let commit = revision::resolve(root, name).map_err(ArmsError::Unreachable)?;
        let label = if commit.starts_with(name) {
            short(&commit).to_owned()
        } else {
            format!("{name} ({})", short(&commit))
        };
        Ok(Self { label, commit, dirty: false })
    }

    /// The working tree as it is.
    pub fn working_tree(root: &Path, store: &Path) -> Result<Self, ArmsError> {
        // Else the store itself would be part of what is measured.
        keep_out_of_git(store).map_err(|error| ArmsError::Io {
            what: "the store".to_owned(),
            source: io::Error::other(error),
        })?;
        let head = revision::head(root);
        let commit = revision::snapshot(root).map_err(ArmsError::Snapshot)?;
        let dirty = commit != head;
        let label = match (dirty, short(&head)) {
            (true, "") => "the working tree".to_owned(),
            (true, head) => format!("the working tree ({head} dirty)"),
            (false, head) => format!("the working tree ({head})"),
        };
        Ok(Self { label, commit, dirty })
    }
}

/// Why there are no two arms.
#[derive(Debug, Error)]
pub enum ArmsError {
    /// A name that git cannot resolve.
    #[error("{0}")]
    Unreachable(String),
    /// The working tree cannot be made into a commit.
    #[error("the working tree cannot be kept as a commit: {0}")]
    Snapshot(String),
    /// A revision that is no workspace.
    #[error("{arm}, {label}: {source}")]
    Workspace {
        /// Which arm.
        arm: String,
        /// The revision.
        label: String,
        /// What Cargo said.
        source: WorkspaceError,
    },
    /// A revision whose benchmarks do not build.
    #[error("{arm}, {label}, does not build: {subject}: {message}")]
    Build {
        /// Which arm.
        arm: String,
        /// The revision.
        label: String,
        /// Package and target.
        subject: String,
        /// What the compiler said.
        message: String,
    },
    /// Nothing to compare, or a wrong name.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Files cannot be put where they belong.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What went wrong.
        source: io::Error,
    },
}

/// Both arms, ready to be measured.
#[derive(Debug)]
pub struct Arms {
    /// The old side.
    pub a: Revision,
    /// The new side.
    pub b: Revision,
    /// Benchmarks of both, by id.
    pub shared: Vec<Shared>,
    /// Ids that only the new side has.
    pub new: Vec<String>,
    /// Ids that only the old side has.
    pub vanished: Vec<String>,
    /// Ids whose declared revision differs: their meaning changed, and both of its numbers.
    pub redefined: Vec<(String, u32, u32)>,
    /// What could not be listed.
    pub problems: Vec<Problem>,
}

/// One benchmark of both arms.
#[derive(Debug, Clone)]
pub struct Shared {
    /// The old side.
    pub a: Planned,
    /// The new side.
    pub b: Planned,
}

impl Shared {
    /// As the runner wants it.
    pub fn pairing(&self) -> Pairing {
        let takes_rounds = |row: &Planned| row.modes.iter().any(|mode| mode == ROUND_MODE);
        let id = &self.b.benchmark.id;
        let by_harness = takes_rounds(&self.a) && takes_rounds(&self.b);
        let contestant = |row: &Planned| Contestant {
            executable: row.time.clone(),
            id: id.clone(),
            // Both the same way, each in the words of its own Criterion.
            by: if by_harness { RoundBy::Harness } else { RoundBy::Criterion(row.dialect) },
        };
        Pairing {
            id: id.clone(),
            a: contestant(&self.a),
            b: contestant(&self.b),
            threads: self.a.benchmark.threads.max(self.b.benchmark.threads),
            contended: self.a.contended || self.b.contended,
        }
    }
}

/// Build both revisions with today's configuration. `request` names suites and filters.
pub fn build_arms(
    workspace: &Workspace,
    a: Revision,
    b: Revision,
    request: &Request,
    progress: &Progress,
) -> Result<Arms, ArmsError> {
    let filters = Patterns::new(&request.filters).map_err(PlanError::Usage)?;
    // A filter need not match on both sides, so it is applied to what both have.
    let request = Request { filters: Vec::new(), ..request.clone() };
    let old = build_one(workspace, Arm::A, &a, &request, progress)?;
    let new = build_one(workspace, Arm::B, &b, &request, progress)?;
    let mut arms = Arms {
        a,
        b,
        shared: Vec::new(),
        new: Vec::new(),
        vanished: Vec::new(),
        redefined: Vec::new(),
        problems: [old.problems, new.problems].concat(),
    };
    arms.match_up(old.rows, new.rows, &filters)?;
    Ok(arms)
}

/// Both sides of one executable each, without a build: for one revision against itself.
pub fn same_on_both_sides(
    workspace: &Workspace,
    revision: Revision,
    rows: &[Planned],
) -> Result<Arms, ArmsError> {
    let folder = own_the_arms(workspace)?;
    let copy = |arm: Arm| {
        let mut rows: Vec<Planned> =
            rows.iter().filter(|row| row.kind == RowKind::Operation).cloned().collect();
        keep_executables(&folder, arm, &mut rows).map(|()| rows)
    };
    let (old, new) = (copy(Arm::A)?, copy(Arm::B)?);
    let mut arms = Arms {
        a: revision.clone(),
        b: revision,
        shared: Vec::new(),
        new: Vec::new(),
        vanished: Vec::new(),
        redefined: Vec::new(),
        problems: Vec::new(),
    };
    arms.match_up(old, new, &Patterns::default())?;
    Ok(arms)
}

impl Arms {
    fn match_up(
        &mut self,
        old: Vec<Planned>,
        new: Vec<Planned>,
        filters: &Patterns,
    ) -> Result<(), PlanError> {
        let by_id = |rows: Vec<Planned>| -> BTreeMap<String, Planned> {
            rows.into_iter().map(|row| (row.benchmark.id.clone(), row)).collect()
        };
        let (mut old, mut new) = (by_id(old), by_id(new));
        let ids: BTreeSet<String> = old.keys().chain(new.keys()).cloned().collect();
        let known: Vec<&str> = ids.iter().map(String::as_str).collect();
        if let Some(pattern) = filters.unmatched(&known).first() {
            return Err(PlanError::NothingMatched(unmatched(pattern, &known)));
        }
        for id in ids.iter().filter(|id| filters.is_empty() || filters.matches(id)) {
            match (old.remove(id), new.remove(id)) {
                (Some(a), Some(b)) if a.benchmark.revision != b.benchmark.revision => {
                    self.redefined.push((id.clone(), a.benchmark.revision, b.benchmark.revision));
                }
                (Some(a), Some(b)) => self.shared.push(Shared { a, b }),
                (None, Some(_)) => self.new.push(id.clone()),
                (_, None) => self.vanished.push(id.clone()),
            }
        }
        Ok(())
    }

    /// What the sections of both sides' executables say, by the executable's name.
    pub fn unchanged_executables(&self) -> BTreeMap<String, Result<Identical, Difference>> {
        let mut found = BTreeMap::new();
        for shared in &self.shared {
            found
                .entry(shared.b.time.name())
                .or_insert_with(|| cannot_have_changed(&shared.a.time.path, &shared.b.time.path));
        }
        found
    }
}

/// What one arm holds.
struct Built {
    rows: Vec<Planned>,
    problems: Vec<Problem>,
}

fn build_one(
    workspace: &Workspace,
    arm: Arm,
    revision: &Revision,
    request: &Request,
    progress: &Progress,
) -> Result<Built, ArmsError> {
    let (arm_name, label) = (format!("arm {}", name(arm)), revision.label.clone());
    progress.say(&format!("building {arm_name}, {label}"));
    // An arm without benchmarks has an empty plan: all of the other's are new or vanished.
    let built = plan_revision(workspace, &revision.commit, request, progress);
    let (_, plan) = built.map_err(|error| match error {
        RevisionError::CheckOut { source, .. } => {
            ArmsError::Io { what: format!("checking out {label}"), source }
        }
        RevisionError::Workspace { source, .. } => {
            ArmsError::Workspace { arm: arm_name.clone(), label: label.clone(), source }
        }
        RevisionError::Plan(error) => error.into(),
    })?;
    if let Some(failed) = plan.problems.iter().find(|problem| problem.kind == ProblemKind::BuildFailed) {
        let (subject, message) = (failed.subject.clone(), failed.message.clone());
        return Err(ArmsError::Build { arm: arm_name, label, subject, message });
    }
    let problems = plan
        .problems
        .into_iter()
        .map(|problem| Problem { subject: format!("{arm_name}: {}", problem.subject), ..problem });
    let mut rows = plan.rows;
    rows.retain(|row| row.kind == RowKind::Operation);
    keep_executables(&own_the_arms(workspace)?, arm, &mut rows)?;
    Ok(Built { rows, problems: problems.collect() })
}

/// Copy the executables to the arm's folder, out of the way of the next build, and name the copies.
fn keep_executables(arms: &Path, arm: Arm, rows: &mut [Planned]) -> Result<(), ArmsError> {
    let folder = arms.join(name(arm).to_ascii_lowercase());
    let failed =
        |source| ArmsError::Io { what: format!("keeping the executables of arm {}", name(arm)), source };
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    let mut kept: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    let mut keep = |executable: &mut Executable| -> io::Result<()> {
        let copy = match kept.get(&executable.path) {
            Some(copy) => copy.clone(),
            None => {
                let package = folder.join(file_name(&executable.package));
                fs::create_dir_all(&package)?;
                let copy = package.join(file_name(&executable.target));
                fs::copy(&executable.path, &copy)?;
                kept.insert(executable.path.clone(), copy.clone());
                copy
            }
        };
        executable.path = copy;
        Ok(())
    };
    for row in rows {
        keep(&mut row.time).map_err(failed)?;
        if let Some(allocs) = &mut row.allocs {
            keep(allocs).map_err(failed)?;
        }
    }
    Ok(())
}

fn name(arm: Arm) -> &'static str {
    match arm {
        Arm::A => "A",
        Arm::B => "B",
    }
}

/// The folder of the arms: it lies beside the worktree and belongs to whoever has that.
fn own_the_arms(workspace: &Workspace) -> Result<PathBuf, ArmsError> {
    let failed = |source| ArmsError::Io { what: "taking the place of other revisions".to_owned(), source };
    let elsewhere = Elsewhere::of(&workspace.root).map_err(failed)?;
    elsewhere.take().map_err(failed)?;
    Ok(elsewhere.arms())
}
