//! How revisions follow each other: which came after one, and which lie between two.

use std::{collections::BTreeSet, path::Path};

use super::revision::{git, resolve};

/// The most commits between two revisions; more is a mistake in a name.
const COMMITS_LIMIT: usize = 100_000;

/// `revision` and every commit after it on any branch. A revision that cannot be reached stands for itself.
pub fn since(root: &Path, revision: &str) -> BTreeSet<String> {
    let Ok(resolved) = resolve(root, revision) else { return BTreeSet::from([revision.to_owned()]) };
    let after = git(root, &["rev-list", "--ancestry-path", &format!("^{resolved}"), "--all", "HEAD"]);
    let mut commits: BTreeSet<String> = after.unwrap_or_default().lines().map(str::to_owned).collect();
    commits.insert(resolved);
    commits
}

/// The commits from after `good` up to `bad`, oldest first, both given by their full names: along first parents, or
/// all that lie on a path between the two.
pub fn between(root: &Path, good: &str, bad: &str, first_parents: bool) -> Result<Vec<String>, String> {
    if git(root, &["merge-base", "--is-ancestor", good, bad]).is_err() {
        return Err(format!("{good} is not an ancestor of {bad}; bisection goes along one line of history"));
    }
    let along = if first_parents { "--first-parent" } else { "--ancestry-path" };
    let listed = git(root, &["rev-list", "--reverse", "--topo-order", along, &format!("{good}..{bad}")])?;
    let commits: Vec<String> = listed.lines().map(str::to_owned).collect();
    if commits.len() > COMMITS_LIMIT {
        return Err(format!("{} commits lie between; at most {COMMITS_LIMIT} are searched", commits.len()));
    }
    Ok(commits)
}

/// The first line of a commit's message.
pub fn subject(root: &Path, revision: &str) -> String {
    git(root, &["log", "-1", "--format=%s", revision]).unwrap_or_default()
}
