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

/// What `git bisect` would ask next: the revisions that lead to `bad` and to none of `goods`, `bad` among them, the one
/// that halves them best first. Along first parents, or through all that was merged.
pub fn bisection(
    root: &Path,
    bad: &str,
    goods: &[String],
    first_parents: bool,
) -> Result<Vec<String>, String> {
    let mut arguments = vec!["rev-list", "--bisect-all"];
    if first_parents {
        arguments.push("--first-parent");
    }
    arguments.extend([bad, "--not"]);
    arguments.extend(goods.iter().map(String::as_str));
    let listed = git(root, &arguments)?;
    let commits: Vec<String> =
        listed.lines().filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect();
    if commits.len() > COMMITS_LIMIT {
        return Err(format!("{} commits lie between; at most {COMMITS_LIMIT} are searched", commits.len()));
    }
    Ok(commits)
}

/// Whether `later` has `earlier` among its ancestors.
pub fn is_ancestor(root: &Path, earlier: &str, later: &str) -> bool {
    git(root, &["merge-base", "--is-ancestor", earlier, later]).is_ok()
}

/// The first line of a commit's message.
pub fn subject(root: &Path, revision: &str) -> String {
    git(root, &["log", "-1", "--format=%s", revision]).unwrap_or_default()
}
