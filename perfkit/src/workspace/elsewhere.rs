//! The folder in which other revisions are checked out and built: outside the workspace, since Cargo applies the
//! configuration and the workspace manifest of every folder above a package, and those of the present tree are not the
//! revision's.
//!
//! `$XDG_CACHE_HOME/perfkit/<digest of the root>`, or the same below `~/.cache`. It belongs to its user alone and to one
//! process at a time; nothing in it is needed again, and its builds are bounded.

use std::{
    ffi::OsString,
    fs, io,
    path::{Component, Path, PathBuf},
};

use super::{revision::prune_worktrees, worktree_lock};
use crate::store::place_key;

/// A build larger than this is begun anew: Cargo never removes what older revisions left.
const BUILD_LIMIT_BYTES: u64 = 16 << 30;
/// What says which compiler a build belongs to; another one uses nothing of it.
const COMPILER: &str = "perfkit-compiler";

/// Where the other revisions of one workspace are.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    root: PathBuf,
    folder: PathBuf,
}

impl Elsewhere {
    /// The place for the workspace at `root`; nothing is made yet.
    pub fn of(root: &Path) -> io::Result<Self> {
        Self::below(root, std::env::var_os("XDG_CACHE_HOME"), std::env::home_dir())
    }

    pub(super) fn below(root: &Path, cache: Option<OsString>, home: Option<PathBuf>) -> io::Result<Self> {
        let canonical = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let is_outside = |folder: &PathBuf| {
            let known = fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
            folder.is_absolute() && !known.starts_with(&canonical) && !folder.starts_with(root)
        };
        let candidates = [cache.map(PathBuf::from), home.map(|home| home.join(".cache"))];
        let cache = candidates.into_iter().flatten().find(is_outside).ok_or_else(|| {
            io::Error::other(
                "other revisions are built outside the workspace, and neither XDG_CACHE_HOME nor the home folder is an \
                 absolute path outside it; set XDG_CACHE_HOME to one",
            )
        })?;
        let key = place_key(&canonical.display().to_string());
        Ok(Self { root: root.to_owned(), folder: cache.join("perfkit").join(key) })
    }

    /// The folder itself, whether it is there or not.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The one worktree of the repository whose top is `top`: at its own path again below a folder of ours, so that it has
    /// neighbours ([`Self::link_neighbours`]).
    pub fn worktree(&self, top: &Path) -> PathBuf {
        self.mirror().join(below_root(top))
    }

    fn mirror(&self) -> PathBuf {
        self.folder.join("worktree")
    }

    /// Give the worktree the neighbours that the repository has: a package may depend on one beside its repository by a
    /// relative path. Every folder beside `top`, and beside the folders above it, is linked; nothing hidden is, so that
    /// Cargo's configuration of those folders stays away, and nothing of the file system's own root. A neighbour is
    /// today's, whatever the revision.
    pub fn link_neighbours(&self, top: &Path) -> io::Result<()> {
        for above in top.ancestors().skip(1).filter(|above| above.parent().is_some()) {
            let mirrored = self.mirror().join(below_root(above));
            fs::create_dir_all(&mirrored)?;
            // A folder that may not be listed has no neighbours to offer.
            for entry in fs::read_dir(above).into_iter().flatten().flatten() {
                let link = mirrored.join(entry.file_name());
                let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
                let is_on_the_way = top.starts_with(entry.path());
                if !is_hidden
                    && !is_on_the_way
                    && entry.path().is_dir()
                    && fs::symlink_metadata(&link).is_err()
                {
                    link_folder(&entry.path(), &link)?;
                }
            }
        }
        Ok(())
    }

    /// The target directory of what is built from the worktree.
    pub fn target(&self) -> PathBuf {
        self.folder.join("base-target")
    }

    /// Where the executables of both sides of a comparison are kept.
    pub fn arms(&self) -> PathBuf {
        self.folder.join("arms")
    }

    /// Make the folder, its user's alone, and take it for this process; whoever has it is waited for.
    pub fn take(&self) -> io::Result<()> {
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", self.folder.display()));
        make_private(&self.folder).map_err(named)?;
        worktree_lock::take(&self.folder)
    }

    /// Remove a build that another compiler made, or that has outgrown its limit, so that the next one begins anew.
    pub fn bound_build(&self, compiler: &str) -> io::Result<()> {
        bound(&self.target(), compiler, BUILD_LIMIT_BYTES)
    }

    /// Bytes of everything in it.
    pub fn size_bytes(&self) -> u64 {
        size_bytes(&self.folder)
    }

    /// Remove everything but the lock, and git's note of the worktree.
    pub fn clear(&self) -> io::Result<()> {
        if !self.folder.is_dir() {
            return Ok(());
        }
        self.take()?;
        for folder in [self.mirror(), self.target(), self.arms()] {
            remove(&folder)?;
        }
        // Outside a repository there is nothing to prune.
        let _ = prune_worktrees(&self.root);
        Ok(())
    }
}

/// A path without what makes it absolute.
fn below_root(path: &Path) -> PathBuf {
    path.components().filter(|part| matches!(part, Component::Normal(_))).collect()
}

#[cfg(unix)]
fn link_folder(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

/// Links of folders are a privilege elsewhere: neighbours are not offered.
#[cfg(not(unix))]
fn link_folder(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

fn make_private(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        // What is built here is run, so nobody else may have put it here: a new file tells who this process is.
        let (own, found) = (tempfile::tempfile_in(folder)?.metadata()?, fs::symlink_metadata(folder)?);
        if !found.is_dir() || found.uid() != own.uid() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to somebody else"));
        }
        if found.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        }
        Ok(())
    }
    #[cfg(not(unix))]
    fs::create_dir_all(folder)
}

fn bound(target: &Path, compiler: &str, limit_bytes: u64) -> io::Result<()> {
    let note = target.join(COMPILER);
    let is_fit = fs::read_to_string(&note).is_ok_and(|found| found == compiler);
    if target.is_dir() && (!is_fit || size_bytes(target) > limit_bytes) {
        remove(target)?;
    }
    fs::create_dir_all(target)?;
    if is_fit && note.is_file() { Ok(()) } else { fs::write(note, compiler) }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Links are not followed; what cannot be read counts nothing.
pub(crate) fn size_bytes(folder: &Path) -> u64 {
    let mut bytes = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
                Ok(metadata) => bytes += metadata.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_never_inside_the_workspace() {
        let (workspace, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = |cache: Option<PathBuf>, home: Option<PathBuf>| {
            Elsewhere::below(workspace.path(), cache.map(PathBuf::into_os_string), home)
        };
        let cache = home.path().join("elsewhere");
        let of_home = home.path().join(".cache/perfkit");
        let found = place(Some(cache.clone()), Some(home.path().to_owned())).unwrap();
        assert!(found.folder().starts_with(cache.join("perfkit")), "{}", found.folder().display());
        for unfit in [workspace.path().join("cache"), PathBuf::from("relative")] {
            let found = place(Some(unfit), Some(home.path().to_owned())).unwrap();
            assert!(found.folder().starts_with(&of_home), "{}", found.folder().display());
        }
        let error = place(None, Some(workspace.path().to_owned())).unwrap_err().to_string();
        assert!(error.contains("XDG_CACHE_HOME"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn the_place_is_its_users_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("perfkit/0123");
        let mode = || fs::metadata(&folder).unwrap().permissions().mode() & 0o777;
        make_private(&folder).unwrap();
        assert_eq!(mode(), 0o700);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        make_private(&folder).unwrap();
        assert_eq!(mode(), 0o700);
        let link = scratch.path().join("link");
        std::os::unix::fs::symlink(&folder, &link).unwrap();
        assert!(make_private(&link).is_err(), "a link may lead anywhere");
    }

    #[test]
    fn a_build_is_begun_anew_for_another_compiler_and_beyond_its_limit() {
        let scratch = tempfile::tempdir().unwrap();
        let target = scratch.path().join("base-target");
        let built = target.join("built");
        bound(&target, "rustc 1", 100).unwrap();
        fs::write(&built, [0; 60]).unwrap();
        bound(&target, "rustc 1", 100).unwrap();
        assert!(built.is_file(), "within the limit and of this compiler");
        bound(&target, "rustc 2", 100).unwrap();
        assert!(!built.exists(), "of another compiler");
        fs::write(&built, [0; 101]).unwrap();
        bound(&target, "rustc 2", 100).unwrap();
        assert!(!built.exists(), "beyond the limit");
        bound(&target, "rustc 2", 100).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn the_worktree_has_the_neighbours_of_the_repository_and_nothing_hidden() {
        let (home, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for folder in ["shop", "library/parts", ".cargo"] {
            fs::create_dir_all(home.path().join(folder)).unwrap();
        }
        fs::write(home.path().join("Cargo.toml"), "[workspace]").unwrap();
        let top = home.path().join("shop");
        let cache = Some(cache.path().as_os_str().to_owned());
        let elsewhere = Elsewhere::below(&top, cache, None).unwrap();
        // Twice, as the second revision has it.
        elsewhere.link_neighbours(&top).unwrap();
        elsewhere.link_neighbours(&top).unwrap();
        let beside = elsewhere.worktree(&top).join("..");
        fs::create_dir_all(elsewhere.worktree(&top)).unwrap();
        assert!(beside.join("library/parts").is_dir());
        assert!(!beside.join(".cargo").exists() && !beside.join("Cargo.toml").exists());
        elsewhere.clear().unwrap();
        assert!(home.path().join("library/parts").is_dir(), "a link was followed");
    }

    #[test]
    fn clearing_leaves_the_lock_alone() {
        let (workspace, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let cache = Some(cache.path().as_os_str().to_owned());
        let elsewhere = Elsewhere::below(workspace.path(), cache, None).unwrap();
        elsewhere.clear().unwrap();
        assert!(!elsewhere.folder().exists(), "nothing was there");
        elsewhere.take().unwrap();
        for folder in [elsewhere.worktree(workspace.path()), elsewhere.target(), elsewhere.arms()] {
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("file"), [0; 1000]).unwrap();
        }
        assert!(elsewhere.size_bytes() >= 3000);
        elsewhere.clear().unwrap();
        assert!(elsewhere.size_bytes() < 100 && elsewhere.folder().join("worktree.lock").is_file());
    }
}
