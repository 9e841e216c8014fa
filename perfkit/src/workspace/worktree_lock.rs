//! The one worktree of other revisions belongs to one process at a time: a second one waits, and says for whom.
//!
//! The lock is the operating system's, so it ends with its owner however that ends; the file names the owner only for
//! people. A process keeps it until it ends, since what was built from the worktree runs as long.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use crate::instrument::interrupted;

/// The locks of this process, by their file.
static HELD: Mutex<BTreeMap<PathBuf, File>> = Mutex::new(BTreeMap::new());

/// Longer than the longest build and count of a revision.
const WAIT: Duration = Duration::from_secs(60 * 60);
/// How often a waiting process looks: unnoticed by people, rare beside a build.
const POLL: Duration = Duration::from_millis(200);
/// The most that is read of the owner's note.
const NOTE_LIMIT_BYTES: u64 = 200;

/// Take the worktree in `folder` for this process, waiting for whoever has it.
pub fn take(folder: &Path) -> io::Result<()> {
    take_within(folder, WAIT)
}

fn take_within(folder: &Path, wait: Duration) -> io::Result<()> {
    let path = folder.join("worktree.lock");
    let mut held = HELD.lock().map_err(|_| io::Error::other("a thread failed while it took the worktree"))?;
    if held.contains_key(&path) {
        return Ok(());
    }
    let mut file = OpenOptions::new().create(true).read(true).write(true).truncate(false).open(&path)?;
    let started = Instant::now();
    let mut said = false;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if interrupted() => {
                return Err(io::Error::new(
                    io::ErrorKind::Interrupted,
                    "interrupted while waiting for the worktree",
                ));
            }
            Err(TryLockError::WouldBlock) if started.elapsed() >= wait => {
                return Err(io::Error::new(
                    io::ErrorKind::ResourceBusy,
                    format!("the worktree is still used by {} after {} s", owner(&mut file), wait.as_secs()),
                ));
            }
            Err(TryLockError::WouldBlock) if !said => {
                eprintln!("perfkit: waiting for {}, which uses the worktree", owner(&mut file));
                said = true;
            }
            Err(TryLockError::WouldBlock) => thread::sleep(POLL),
        }
    }
    // The note is for people; a disk without room for it does not matter.
    let _ = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "process {}", std::process::id()));
    held.insert(path, file);
    Ok(())
}

fn owner(file: &mut File) -> String {
    let mut note = String::new();
    // An owner that has not written its note yet is another process all the same.
    let _ = file.rewind().and_then(|()| file.take(NOTE_LIMIT_BYTES).read_to_string(&mut note));
    match note.trim() {
        "" => "another perfkit".to_owned(),
        note => format!("another perfkit ({note})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_owner_is_told_of_the_first_and_a_process_meets_itself_freely() {
        let store = tempfile::tempdir().unwrap();
        let path = store.path().join("worktree.lock");
        let mut other = File::create(&path).unwrap();
        other.lock().unwrap();
        writeln!(other, "process 4711").unwrap();
        let error = take_within(store.path(), Duration::ZERO).unwrap_err();
        assert!(error.to_string().contains("process 4711"), "{error}");
        drop(other);
        take_within(store.path(), Duration::ZERO).unwrap();
        take_within(store.path(), Duration::ZERO).unwrap();
    }
}
