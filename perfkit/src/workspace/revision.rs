//! The revision under measurement, and a worktree of another one: git is asked, never written to except for the one
//! worktree that perfkit keeps in its store.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest, Sha256};

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

/// The name that `git config user.name` gives.
pub fn author(root: &Path) -> String {
    git(root, &["config", "user.name"]).unwrap_or_default()
}

/// Check `revision` out at the store's one worktree, replacing what is there.
pub fn worktree(root: &Path, store: &Path, revision: &str) -> io::Result<PathBuf> {
    let folder = store.join("worktree");
    let path = folder.display().to_string();
    if is_our_worktree(&folder)
        && git(&folder, &["checkout", "--quiet", "--detach", "--force", revision]).is_ok()
    {
        git(&folder, &["clean", "-fdxq"]).map_err(io::Error::other)?;
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    git(root, &["worktree", "prune"]).map_err(io::Error::other)?;
    fs::create_dir_all(store)?;
    git(root, &["worktree", "add", "--quiet", "--detach", "--force", &path, revision])
        .map_err(io::Error::other)?;
    Ok(folder)
}

/// Whether the folder is a worktree of its own. In one that has lost its `.git` file, git would climb to the
/// enclosing repository and throw away what people have there.
fn is_our_worktree(folder: &Path) -> bool {
    let top = git(folder, &["rev-parse", "--show-toplevel"]).ok().and_then(|top| fs::canonicalize(top).ok());
    folder.join(".git").is_file() && top.is_some() && top == fs::canonicalize(folder).ok()
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("git");
    // Set by hooks, these would lead away from the folder.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(variable);
    }
    let output = command.arg("-C").arg(folder).args(arguments).output();
    match output {
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
