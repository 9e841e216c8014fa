//! The revision under measurement, and a worktree of another one: git is asked, never written to except for the one
//! worktree that perfkit keeps elsewhere.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest, Sha256};

use super::Elsewhere;

/// The commit at `root`; empty outside a repository or before the first commit.
pub fn head(root: &Path) -> String {
    git(root, &["rev-parse", "HEAD"]).unwrap_or_default()
}

/// Hexadecimal digits of a commit that people read.
const SHORT_DIGITS: usize = 7;

/// The first digits of a commit; all of a name that is shorter.
pub fn short(revision: &str) -> &str {
    revision.get(..SHORT_DIGITS).unwrap_or(revision)
}

/// Whether tracked files differ from the commit, or untracked ones that git does not ignore are there.
pub fn is_dirty(root: &Path) -> bool {
    git(root, &["status", "--porcelain"]).is_ok_and(|status| !status.is_empty())
}

/// SHA-256 of `Cargo.lock`, in hex; empty where there is none.
pub fn lock_digest(root: &Path) -> String {
    fs::read(root.join("Cargo.lock")).map(|bytes| hex(&Sha256::digest(bytes))).unwrap_or_default()
}

/// The full name of a revision; an error in git's words where it cannot be reached.
pub fn resolve(root: &Path, revision: &str) -> Result<String, String> {
    git(root, &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")]).map_err(|_| {
        format!(
            "revision {revision:?} cannot be reached from this clone (a shallow one? git fetch --unshallow)"
        )
    })
}

/// Files that differ from `revision`, relative to the root, untracked ones aside. Empty where the revision is unknown.
pub fn changed_since(root: &Path, revision: &str) -> Vec<PathBuf> {
    let listed = git(root, &["diff", "--name-only", "--relative", "--end-of-options", revision, "--"]);
    listed.unwrap_or_default().lines().map(PathBuf::from).collect()
}

/// A file as it was at `revision`, by its path from the root.
pub fn file_at(root: &Path, revision: &str, path: &str) -> Option<String> {
    git(root, &["show", "--end-of-options", &format!("{revision}:./{path}")]).ok()
}

/// The name that `git config user.name` gives.
pub fn author(root: &Path) -> String {
    git(root, &["config", "user.name"]).unwrap_or_default()
}

/// Check `revision` out at the one worktree elsewhere, replacing what is there; from then on it is this process's until
/// that ends. The answer is where `root` is in it: a workspace need not be at the top of its repository.
///
/// Where the revision has no lock file, today's is put there: what was built with other dependencies would be compared
/// with nothing.
pub fn worktree(root: &Path, elsewhere: &Elsewhere, revision: &str) -> io::Result<PathBuf> {
    let inside = git(root, &["rev-parse", "--show-prefix"]).map_err(io::Error::other)?;
    let top = PathBuf::from(git(root, &["rev-parse", "--show-toplevel"]).map_err(io::Error::other)?);
    elsewhere.take()?;
    elsewhere.link_neighbours(&top)?;
    let folder = elsewhere.worktree(&top);
    check_out(root, &folder, revision)?;
    let folder = folder.join(inside);
    share_lock_file(root, &folder)?;
    Ok(folder)
}

fn check_out(root: &Path, folder: &Path, revision: &str) -> io::Result<()> {
    if is_our_worktree(folder)
        && git(folder, &["checkout", "--quiet", "--detach", "--force", revision]).is_ok()
    {
        return git(folder, &["clean", "-fdxq"]).map(drop).map_err(io::Error::other);
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    prune_worktrees(root).map_err(io::Error::other)?;
    let path = folder.display().to_string();
    git(root, &["worktree", "add", "--quiet", "--detach", "--force", &path, revision])
        .map(drop)
        .map_err(io::Error::other)
}

/// Make git forget worktrees whose folders are gone.
pub(super) fn prune_worktrees(root: &Path) -> Result<(), String> {
    git(root, &["worktree", "prune"]).map(drop)
}

fn share_lock_file(root: &Path, folder: &Path) -> io::Result<()> {
    let (ours, theirs) = (root.join("Cargo.lock"), folder.join("Cargo.lock"));
    if ours.is_file() && folder.is_dir() && !theirs.exists() {
        fs::copy(ours, theirs)?;
    }
    Ok(())
}

/// The working tree as it is, untracked files included, as a commit on no branch: made through an index of its own, so
/// that the user's index, branches and files stay as they are. A clean tree is its commit.
pub fn snapshot(root: &Path) -> Result<String, String> {
    let commit = head(root);
    if !commit.is_empty() && !is_dirty(root) {
        return Ok(commit);
    }
    let folder = tempfile::tempdir().map_err(|error| format!("making a scratch folder: {error}"))?;
    let index = folder.path().join("index");
    // The user's own index knows which files have not changed.
    let own_index = git(root, &["rev-parse", "--path-format=absolute", "--git-path", "index"])?;
    if Path::new(&own_index).is_file() {
        fs::copy(&own_index, &index).map_err(|error| format!("copying the index: {error}"))?;
    }
    let identity = ["AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"];
    let with_index = |arguments: &[&str]| {
        let mut command = git_command(root, arguments);
        command.env("GIT_INDEX_FILE", &index);
        command.envs(identity.iter().map(|name| (format!("GIT_{name}"), "perfkit")));
        run(command)
    };
    with_index(&["add", "--all"])?;
    let tree = with_index(&["write-tree"])?;
    let mut arguments = vec!["commit-tree", &tree, "-m", "perfkit: the working tree as it was measured"];
    if !commit.is_empty() {
        arguments.extend(["-p", &commit]);
    }
    with_index(&arguments)
}

/// Whether the folder is a worktree of its own. In one that has lost its `.git` file, git would climb to the
/// enclosing repository and throw away what people have there.
fn is_our_worktree(folder: &Path) -> bool {
    let top = git(folder, &["rev-parse", "--show-toplevel"]).ok().and_then(|top| fs::canonicalize(top).ok());
    folder.join(".git").is_file() && top.is_some() && top == fs::canonicalize(folder).ok()
}

pub(super) fn git(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    run(git_command(folder, arguments))
}

fn git_command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    // Set by hooks, these would lead away from the folder.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(variable);
    }
    // The user's hooks are for the user's own check-outs and commits.
    command.args(["-c", "core.hooksPath=/dev/null"]);
    command.arg("-C").arg(folder).args(arguments);
    command
}

fn run(mut command: Command) -> Result<String, String> {
    match command.output() {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        }
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(format!("git cannot be run: {error}")),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "-q"]).unwrap();
        git(folder.path(), &["config", "user.name", "tester"]).unwrap();
        git(folder.path(), &["config", "user.email", "tester@example.invalid"]).unwrap();
        fs::write(folder.path().join("tracked"), "one").unwrap();
        fs::write(folder.path().join(".gitignore"), "ignored\n").unwrap();
        git(folder.path(), &["add", "-A"]).unwrap();
        git(folder.path(), &["commit", "-q", "-m", "first"]).unwrap();
        folder
    }

    #[test]
    fn a_clean_tree_is_its_commit() {
        let folder = repository();
        assert_eq!(snapshot(folder.path()).unwrap(), head(folder.path()));
    }

    #[test]
    fn a_snapshot_holds_what_is_there_and_leaves_index_and_branch_alone() {
        let folder = repository();
        let root = folder.path();
        fs::write(root.join("tracked"), "two").unwrap();
        fs::write(root.join("untracked"), "three").unwrap();
        fs::write(root.join("ignored"), "four").unwrap();
        let (status, before) = (git(root, &["status", "--porcelain"]).unwrap(), head(root));
        let commit = snapshot(root).unwrap();
        assert_eq!(git(root, &["show", &format!("{commit}:tracked")]).unwrap(), "two");
        assert_eq!(git(root, &["show", &format!("{commit}:untracked")]).unwrap(), "three");
        assert!(git(root, &["show", &format!("{commit}:ignored")]).is_err());
        assert_eq!((git(root, &["status", "--porcelain"]).unwrap(), head(root)), (status, before));
        assert!(git(root, &["branch", "--contains", &commit]).unwrap().is_empty());
    }

    #[test]
    fn a_workspace_below_the_top_is_found_in_the_worktree() {
        let folder = repository();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::write(inner.join("file"), "").unwrap();
        let commit = snapshot(&inner).unwrap();
        let cache = tempfile::tempdir().unwrap();
        let elsewhere = elsewhere(&inner, cache.path());
        let found = worktree(&inner, &elsewhere, &commit).unwrap();
        let top = fs::canonicalize(folder.path()).unwrap();
        assert_eq!(found.components().as_path(), elsewhere.worktree(&top).join("inner"));
        assert!(found.join("file").is_file());
    }

    fn elsewhere(root: &Path, cache: &Path) -> Elsewhere {
        Elsewhere::below(root, Some(cache.as_os_str().to_owned()), None).unwrap()
    }

    #[test]
    fn a_revision_without_a_lock_file_gets_todays_at_every_check_out() {
        let (folder, cache) = (repository(), tempfile::tempdir().unwrap());
        let (root, elsewhere) = (folder.path(), elsewhere(folder.path(), cache.path()));
        let commit = head(root);
        for lock in ["today", "tomorrow"] {
            fs::write(root.join("Cargo.lock"), lock).unwrap();
            let found = worktree(root, &elsewhere, &commit).unwrap();
            assert_eq!(fs::read_to_string(found.join("Cargo.lock")).unwrap(), lock);
        }
        git(root, &["add", "-A"]).unwrap();
        git(root, &["commit", "-q", "-m", "locked"]).unwrap();
        let commit = head(root);
        fs::write(root.join("Cargo.lock"), "later").unwrap();
        let found = worktree(root, &elsewhere, &commit).unwrap();
        assert_eq!(fs::read_to_string(found.join("Cargo.lock")).unwrap(), "tomorrow");
    }

    #[cfg(unix)]
    #[test]
    fn the_users_hooks_do_not_run() {
        use std::os::unix::fs::PermissionsExt as _;
        let (folder, cache) = (repository(), tempfile::tempdir().unwrap());
        let root = folder.path();
        let hook = root.join(".git/hooks/post-checkout");
        fs::create_dir_all(hook.parent().unwrap()).unwrap();
        fs::write(&hook, "#!/bin/sh\ntouch hooked\nexit 1\n").unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
        for _ in ["made", "checked out again"] {
            let found = worktree(root, &elsewhere(root, cache.path()), &head(root)).unwrap();
            assert!(found.join("tracked").is_file() && !found.join("hooked").exists());
        }
        assert!(!root.join("hooked").exists());
    }
}
